"""A contact gets its right address, and a code is read out: both after a logged call, with all that follows."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, LinkDead, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, ReturnLink, Review, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.services.account import tokens
from keynet_admin.services.submission import address, copies, follow_up, search_index
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import MailStatus, ReturnClosed, Role, SubmissionStatus
from tests import factories
from tests.services.submission.test_follow_up import deliver
from tests.support.web import Client

OLD, NEW = "vaccine@city.hyuga-test.lg.jp", "kenko@city.hyuga-test.lg.jp"
CALL = {"phone": "0982-00-0031", "source": "website", "person": "庶務係 試田様"}
S = SubmissionStatus


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any) -> Actor:
    return factories.actor(Role.operator, name="大野 直子")


def change(case: Submission, operator: Actor, to: str = NEW, **call: str) -> Any:
    words = {"recipient": to, "reason": "書き違い（1文字）。", **CALL, **call}
    return address.readdress(case, operator, seen_version=case.version, organization=None, **words)


def sent_to(case: Submission) -> list[tuple[str, str, MailStatus]]:
    rows = db.session.execute(select(OutboxMail).where(OutboxMail.about(case)).order_by(OutboxMail.id)).scalars()
    return [(row.template, row.recipient, row.status) for row in rows]


@pytest.mark.parametrize("lost", [True, False])
def test_a_returned_case_at_its_new_address(app: Flask, db_session: Session, clock: Any, operator: Actor, lost: bool) -> None:
    """The mail goes to the new address, the old link dies; the old address is told only if mails arrive there."""
    case = factories.submission(S.returned)
    deliver(case)
    follow_up.resend(case, operator, seen_version=case.version)
    sealed = db_session.execute(select(OutboxMail).where(OutboxMail.about(case)).order_by(OutboxMail.id.desc())).scalars().first().sealed
    deliver(case, MailStatus.refused if lost else MailStatus.sent)
    done = change(case, operator)
    new = sent_to(case)[3:]
    told = [] if lost else [("contact_changed", OLD, MailStatus.waiting)]
    assert new == [*told, ("returned", NEW, MailStatus.waiting)]
    assert done.mails == len(new)
    assert MailStatus.refused not in [status for _, _, status in sent_to(case)]
    assert (case.task, case.due_at) == (None, None)
    with pytest.raises(LinkDead, match="新しい差し戻し"):
        submissions.find_return(sealed["link"].rsplit("/", 1)[1])
    contact = submissions.contact_of(submissions.current_revision(case))
    assert contact["contact_email"] == NEW
    assert copies.status_of(case.receipt_no, NEW) is not None
    assert copies.status_of(case.receipt_no, OLD) is None, "the old address may be a stranger's"
    assert db_session.execute(search_index.found(select(Submission.id), NEW)).scalars().all() == [case.id]


def test_the_history_says_why_and_who_confirmed_it(app: Flask, db_session: Session, clock: Any, operator: Actor) -> None:
    case = factories.submission(S.returned)
    change(case, operator)
    entries = {entry.text: entry.note for entry in history.of_submission(case)}
    note = entries["大野 直子が連絡先のメールアドレスを直しました。"]
    assert "書き違い（1文字）。" in note
    assert f"{OLD} → {NEW}" in note
    call = db_session.execute(select(Review).where(Review.about(case), Review.action == "call_back")).scalar_one()
    assert "0982-00-0031" in call.reason
    assert NEW in [item["message"] for item in call.items], "the call vouches for the new address when the case is accepted"


def test_a_wrong_address_is_no_error_any_more(app: Flask, db_session: Session, clock: Any, operator: Actor) -> None:
    """The findings of the old address go with it; whatever else was found stays."""
    wrong = {"contact.contact_email": "vaccine@city.hyuga-test.lg.jq@", "contact.contact_email2": "vaccine@city.hyuga-test.lg.jq@"}
    case = factories.submission(changes=wrong | {"postings.0.headcount": "若干名"})
    before = case.errors
    change(case, operator)
    assert 0 < case.errors < before
    assert not [f for f in submissions.findings_of(submissions.current_revision(case)) if "email" in f.path]
    assert ("receipt", NEW, MailStatus.waiting) in sent_to(case)


def test_a_link_that_dies_while_its_form_is_sent(app: Flask, db_session: Session, clock: Any, operator: Actor) -> None:
    """The sending read it before the correction and gets the case after it: nothing is stored."""
    case = factories.submission(S.returned)
    link = db_session.execute(select(ReturnLink)).scalar_one()
    typed = submissions.whole(submissions.current_revision(case), "typed")
    result = evaluate(typed, on=date(2021, 5, 7))
    closed = update(ReturnLink).values(closed_at=link.created_at, closed_why=ReturnClosed.replaced)
    db_session.execute(closed, execution_options={"synchronize_session": False})
    with pytest.raises(TransitionRefused, match="新しい差し戻し"):
        submissions.resubmit(link, typed, result, reference_date="2021-05-07", form_key="a-form-key-of-this-test")
    with pytest.raises(TransitionRefused, match="新しい差し戻し"):
        submissions.withdraw_by_link(link)
    assert (case.current, case.status) == (1, S.returned)


def test_the_receipt_at_the_new_address_has_a_code_of_its_own(app: Flask, db_session: Session, clock: Any, operator: Actor) -> None:
    """No placeholder is left in it, and the code that went to the old address opens nothing any more."""
    case = factories.submission()
    old = submissions.copy_code(case)
    change(case, operator)
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.recipient == NEW)).scalar_one()
    assert (mail.template, mail.sealed) == ("receipt", {"code": submissions.copy_code(case)})
    assert (copies.is_code(case, old), copies.is_code(case, submissions.copy_code(case))) == (False, True)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("to", "kenko", "形が正しくありません"),
        ("to", OLD.upper(), "いまのアドレスと同じ"),
        ("phone", "090-0000-0001", "携帯電話"),
        ("source", "", "調べた先"),
        ("person", " ", "話した相手"),
    ],
)
def test_what_is_missing_is_told_at_its_field(
    app: Flask, db_session: Session, clock: Any, operator: Actor, field: str, value: str, words: str
) -> None:
    case = factories.submission(S.returned)
    with pytest.raises(BadField, match=words) as refused:
        change(case, operator, **{field: value})
    assert refused.value.field == {"to": "recipient"}.get(field, field)


def test_the_code_that_is_read_out(app: Flask, db_session: Session, clock: Any, operator: Actor) -> None:
    """Beside the mail's own code, shown for ten minutes, good as long as the links; lost mails are settled by it."""
    case = factories.submission(S.returned)
    sealed = db_session.execute(select(OutboxMail.sealed).where(OutboxMail.template == "returned")).scalar_one()
    deliver(case, MailStatus.refused)
    address.read_code(case, operator, seen_version=case.version, organization=None, **CALL)
    assert (case.task, case.due_at) == (None, None)
    link = address.code_shown(case)
    assert link is not None
    for code in (sealed["code"], tokens.shown(submissions.code_of(link)).lower()):
        token = submissions.token_of_code(case.receipt_no, code)
        assert token is not None
        assert submissions.find_return(token).submission_id == case.id
    clock.advance(minutes=11)
    assert address.code_shown(case) is None
    assert submissions.find_return(token)


def test_the_pages(app: Flask, db_session: Session, clock: Any, client: Client) -> None:
    """What was typed stays when something is wrong; the code stands on a page of its own after the decision."""
    case = factories.submission(S.returned)
    db_session.commit()
    client.sign_in(Role.operator)
    at = f"/admin/submission/{case.id}/"
    assert all(
        f'href="{at}{name}"' in client.get(at).text for name in ("readdress", "read_code", "resend", "extend", "key_in", "tell", "return")
    )
    wrong = client.post(f"{at}readdress", data=CALL | {"version": case.version, "recipient": "x", "reason": "書き違い"})
    assert wrong.status_code == 422
    assert all(words in wrong.text for words in ('value="x"', "書き違い", "0982-00-0031", "庶務係 試田様", f"いまの宛先は {OLD} です"))
    done = client.post(f"{at}read_code", data=CALL | {"version": case.version})
    assert (done.status_code, done.location) == (303, f"{at}code")
    link = address.code_shown(case)
    assert link is not None
    assert tokens.shown(submissions.code_of(link)) in client.get(done.location).text
