"""The service in numbers: the promise up to the receiving mail server, returns by rule, people and days by week of publication."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import OutboxMail, Submission
from keynet_admin.services.posting import placements
from keynet_admin.services.report import service
from keynet_admin.services.report.service import Filled, ServiceScope
from keynet_admin.services.submission import acceptance, review
from keynet_admin.vocabulary import MailStatus, PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.clock import MovableClock

# Monday 10 May 2021 begins the week; the promise of a form received on the 10th ends on Wednesday 12th, 17:00.
WEEK, NEXT = date(2021, 5, 10), date(2021, 5, 17)
CLERK = {"job_type": "clerk", "headcount": 1}


def case(lg_code: str, name: str) -> Submission:
    """A form of a body, received now."""
    mail = f"vaccine@{factories.own_host(lg_code)}"
    return factories.submission(
        changes={
            "organization.lg_code": lg_code,
            "organization.org_name": name,
            "contact.contact_email": mail,
            "contact.contact_email2": mail,
        }
    )


def accepted(made: Submission) -> OutboxMail:
    """Accepted now; the letter with the first login."""
    acceptance.accept(made, factories.actor(Role.operator), seen_version=made.version)
    query = select(OutboxMail).where(OutboxMail.subject_id == made.id, OutboxMail.template == "first_login").order_by(OutboxMail.id.desc())
    return factories.db.session.execute(query).scalars().first()  # type: ignore[return-value]


def sent(mail: OutboxMail) -> None:
    """A mail server takes it now."""
    mail.status, mail.sent_at = MailStatus.sent, program_clock.now()
    factories.db.session.flush()


def test_the_promise_ends_when_a_mail_server_took_the_letter(db_session: Session, clock: MovableClock) -> None:
    """Not when somebody pressed "accept": one in time, one accepted in time and handed over late, one that waits on."""
    clock.set("2021-05-10 10:00")
    first, second, third = case("302058", "海南市"), case("302031", "有田市"), case("452068", "日向市")
    clock.set("2021-05-11 10:00")
    letters = [accepted(made) for made in (first, second, third)]
    sent(letters[0])
    letters[1].status = MailStatus.refused
    clock.set("2021-05-13 13:30")
    sent(letters[1])
    letters[2].status = MailStatus.uncertain
    db_session.flush()
    found = service.promises(ServiceScope(4))[WEEK]
    assert (found.due, found.kept, found.late, found.waiting) == (3, 1, 2, 1)
    assert found.share == pytest.approx(100 / 3)
    assert found.median_days == found.worst_days == pytest.approx(3.5)
    assert sorted(found.seconds) == [7 * 3600, int(3.5 * 7 * 3600), int(3.5 * 7 * 3600)]
    assert service.promises(ServiceScope(4, "30"))[WEEK].due == 2
    assert service.promises(ServiceScope(4, "30", "physician"))[WEEK].due == 0


def test_a_form_that_was_sent_again_is_measured_from_then(db_session: Session, clock: MovableClock) -> None:
    """The municipality's own time is not ours; a case nobody has decided past its deadline is late, one before it is not counted yet."""
    clock.set("2021-05-10 10:00")
    case("302058", "海南市")
    clock.set("2021-05-12 16:00")
    assert service.promises(ServiceScope(4))[WEEK].due == 0
    clock.set("2021-05-13 10:00")
    found = service.promises(ServiceScope(4))[WEEK]
    assert (found.due, found.kept, found.waiting) == (1, 0, 1)
    assert service.whole(service.promises(ServiceScope(4)).values()).worst_days == pytest.approx(3.0)


def test_a_letter_settled_by_telephone_is_late_and_waits_no_more(db_session: Session, clock: MovableClock) -> None:
    """It never reached a mail server."""
    clock.set("2021-05-10 10:00")
    letter = accepted(case("302058", "海南市"))
    letter.status = MailStatus.settled
    clock.set("2021-05-17 10:00")
    found = service.promises(ServiceScope(4))[WEEK]
    assert (found.due, found.late, found.waiting, found.seconds) == (1, 1, 0, [])


def test_returns_are_counted_by_rule(db_session: Session, clock: MovableClock) -> None:
    """A rule that stands at two fields of one return is one return; words alone are counted, too."""
    clock.set("2021-05-10 10:00")
    operator = factories.actor(Role.operator)
    items = [
        {"path": "postings.0.pay_lines", "rule": "WAGE-001", "message": "金額を入力してください。"},
        {"path": "postings.0.pay_type", "rule": "WAGE-001", "message": "単位を入力してください。"},
        {"path": "postings.0.title", "rule": "JOB-004", "message": "職種を入れてください。"},
    ]
    for body, marked in ((("302058", "海南市"), items), (("302031", "有田市"), items[:1]), (("131016", "千代田区"), [])):
        made = case(*body)
        typed = len(marked) == 1
        review.return_(made, operator, seen_version=made.version, message="ご確認ください。", items=marked, written=typed)
    found = service.returned(ServiceScope(4))
    assert {row.rule: (row.returns, row.fields) for row in found} == {"WAGE-001": (2, 3), "JOB-004": (1, 1), "": (1, 0)}
    assert {row.rule: row.share_unwritten for row in found} == {"WAGE-001": 50, "JOB-004": 100, "": 100}
    assert all(row.what for row in service.returned(ServiceScope(4)))
    assert [row.rule for row in service.returned(ServiceScope(4, "13"))] == [""]
    clock.set("2021-08-10 10:00")
    assert service.returned(ServiceScope(4)) == []


def test_people_and_days_by_week_prefecture_and_job(db_session: Session, clock: MovableClock) -> None:
    """Counted by the week of the first publication; a posting that found its people tells how long it took."""
    clock.set("2021-05-12 10:00")
    nurse = factories.posting(PostingStatus.live)
    owner = factories.actor(Role.municipality, organization=nurse.organization)
    clock.set("2021-05-18 10:00")
    other = factories.posting(PostingStatus.live, {"headcount": 2})
    clock.set("2021-05-20 22:00")
    placements.place(other, owner, seen_version=other.version, way=SecuredWay.other, count=2)
    placements.place(nurse, owner, seen_version=nurse.version, way=SecuredWay.nurse_center, count=1)
    found = service.filled(ServiceScope(4))
    assert other.status is PostingStatus.closed
    assert found[NEXT, "45", "nurse"] == Filled(1, 2, 2, 1, [2.5])
    assert found[WEEK, "45", "nurse"] == Filled(1, nurse.headcount or 0, 1, 0, [])
    total = service.rolled_up(found)[()]
    assert (total.postings, total.secured, total.median_days) == (2, 3, 2.5)
    assert service.filled(ServiceScope(4, "13")) == {}
    assert service.filled(ServiceScope(4, "45", "physician")) == {}
    assert list(service.filled_lines(found, str, str))[1][4:] == [
        "1",
        str(nurse.headcount),
        "1",
        f"{100 / (nurse.headcount or 1):.1f}",
        "0",
        "",
    ]


def test_weeks_begin_on_monday_in_japan(db_session: Session, clock: MovableClock) -> None:
    """Sunday 15:30 UTC is Monday there."""
    clock.set("2021-05-17 00:30")
    assert ServiceScope(2).mondays == [WEEK, NEXT]
    factories.posting(PostingStatus.live)
    assert {key[0] for key in service.filled(ServiceScope(2))} == {NEXT}
