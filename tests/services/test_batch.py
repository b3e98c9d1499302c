"""Cases that came together are set aside as one and put back as one: one move a case, no mail, and nothing that the page had not seen."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, KeynetError, NotPermitted, ReasonMissing, StaleVersion, TransitionRefused
from keynet_admin.models import AuditEvent, OutboxMail, Review, Submission
from keynet_admin.permissions import SENDER, Actor
from keynet_admin.services import batch
from keynet_admin.services.files.check import check_submission
from keynet_admin.services.files.rows import FileSubmission
from keynet_admin.services.files.store import store_all
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories

WHY = "いたずらの申請がまとめて届いたため。"


@pytest.fixture
def operator(app: Flask, clock: Any, db_session: Session) -> Actor:
    """An operator, committed: the services of this module open their own transactions."""
    actor = factories.actor(Role.operator)
    db_session.commit()
    return actor


def arrived(number: int, *, file: str | None = "f", network: str | None = "n") -> list[Submission]:
    """So many cases of one file or network."""
    items = []
    for index in range(number):
        document = factories.document()
        document["contact"]["contact_ext"] = f"{index}{len(file or '')}{len(network or '')}"
        items.append(check_submission(FileSubmission(index + 1, document)))
    with transaction():
        receipts = [stored.receipt_no for stored in store_all(items, SENDER, batch=file, network=network)]
    from keynet_admin.extensions import db

    return list(db.session.execute(select(Submission).where(Submission.receipt_no.in_(receipts)).order_by(Submission.id)).scalars())


def states(session: Session) -> list[str]:
    """The states of all cases, in their order."""
    session.expire_all()
    return [case.status.value for case in session.execute(select(Submission).order_by(Submission.id)).scalars()]


def aside(case: Submission, actor: Actor, *, scope: str = batch.FILE, until: int | None = None, reason: str = WHY) -> Any:
    """Set the batch aside, as a page drawn now would."""
    seen = batch.seen_now() if until is None else until
    return batch.set_aside(case, actor, seen_version=case.version, reason=reason, scope=scope, until=seen)


def test_a_file_is_set_aside_and_put_back_without_mail(operator: Actor, db_session: Session) -> None:
    cases, other = arrived(5), arrived(1, file="g", network=None)[0]
    mails = db_session.execute(select(func.count()).select_from(OutboxMail)).scalar_one()
    due = [case.due_at for case in cases]
    with transaction():
        review.take(cases[1], operator, seen_version=cases[1].version)
    (file, network) = batch.batches_of(cases[2])
    assert (file.scope, file.total, file.count, network.count) == ("file", 5, 5, 5)
    outcome = aside(cases[2], operator)
    assert outcome.note == "5件を対象外にしました。メールは送っていません。"
    assert states(db_session) == ["rejected"] * 5 + ["received"]
    assert [(case.set_aside, case.decided_at is not None) for case in [*cases, other]] == [(True, True)] * 5 + [(False, False)]
    reviews = db_session.execute(select(Review).where(Review.action == "set_aside")).scalars().all()
    assert {(kept.reason, kept.actor_id) for kept in reviews} == {(WHY, operator.account_id)}
    events = db_session.execute(select(AuditEvent).where(AuditEvent.action == "set_aside")).scalars().all()
    assert sorted(event.subject_id for event in events) == [case.id for case in cases]
    assert not any(WHY in str(event.codes) for event in events)

    case = cases[0]
    outcome = batch.put_back(case, operator, seen_version=case.version, scope=batch.FILE, until=batch.seen_now())
    assert outcome.note == "5件を確認待ちに戻しました。メールは送っていません。"
    assert states(db_session) == ["received", "in_review", "received", "received", "received", "received"]
    assert [case.due_at for case in cases] == due
    assert {(case.set_aside, case.decided_at) for case in cases} == {(False, None)}
    assert db_session.execute(select(func.count()).select_from(OutboxMail)).scalar_one() == mails


def test_a_network_is_wider_than_a_file(operator: Actor, db_session: Session) -> None:
    one, _, _ = arrived(2, file="f") + arrived(1, file=None)
    arrived(1, file=None, network="another")
    assert [(found.scope, found.count) for found in batch.batches_of(one)] == [("file", 2), ("network", 3)]
    aside(one, operator, scope=batch.NETWORK)
    assert states(db_session) == ["rejected", "rejected", "rejected", "received"]


def test_one_alone_is_no_batch(operator: Actor, db_session: Session) -> None:
    (case,) = arrived(1)
    assert batch.batches_of(case) == []
    assert batch.batches_of(factories.submission()) == []


def test_what_the_page_had_not_seen_is_left_alone_and_told(operator: Actor, db_session: Session) -> None:
    """A case that arrived later, one that a colleague began, one that is decided."""
    cases = arrived(4)
    with transaction():
        review.reject(cases[3], operator, seen_version=cases[3].version, reason="対象外の団体です。")
    seen = batch.seen_now()
    with transaction():
        review.take(cases[2], operator, seen_version=cases[2].version)
    arrived(5)  # the same four again, and one that is new
    outcome = aside(cases[0], operator, until=seen)
    assert outcome.note.startswith("2件を対象外にしました。")
    assert "残りの2件は、画面を開いたあとに届いたか変わったもの" in outcome.note
    assert states(db_session) == ["rejected", "rejected", "in_review", "rejected", "received"]
    assert [case.set_aside for case in cases] == [True, True, False, False]
    batch.put_back(cases[0], operator, seen_version=cases[0].version, scope=batch.FILE, until=batch.seen_now())
    assert states(db_session) == ["received", "received", "in_review", "rejected", "received"]


def test_a_press_that_was_cut_off_goes_on_where_it_stopped(operator: Actor, db_session: Session, monkeypatch: Any) -> None:
    cases = arrived(5)
    version, seen, real = cases[0].version, batch.seen_now(), batch.close_links

    def die(case: Submission, why: Any) -> None:
        if case.id == cases[2].id:
            raise RuntimeError("the process ends here")
        real(case, why)

    press = {"seen_version": version, "reason": WHY, "scope": batch.FILE, "until": seen}
    monkeypatch.setattr(batch, "close_links", die)
    with pytest.raises(RuntimeError):
        batch.set_aside(cases[0], operator, **press)
    assert states(db_session) == ["rejected", "rejected", "received", "received", "received"]
    monkeypatch.undo()
    assert batch.set_aside(cases[0], operator, **press).note.startswith("3件を対象外にしました。")
    assert states(db_session) == ["rejected"] * 5
    again = batch.set_aside(cases[0], operator, **press)
    assert (again.repeated, again.note) == (True, "")


def test_more_than_one_press_can_do_is_told(operator: Actor, db_session: Session, monkeypatch: Any) -> None:
    monkeypatch.setattr(batch, "MOST", 3)
    cases = arrived(5)
    (found, _) = batch.batches_of(cases[4])
    assert (found.count, len(found.ids)) == (5, 3)
    assert "残りの2件" in aside(cases[4], operator).note
    assert aside(cases[2], operator).note.startswith("2件を")
    assert states(db_session) == ["rejected"] * 5


@pytest.mark.parametrize(
    ("who", "changes", "error"),
    [
        ("operator", {"reason": " "}, ReasonMissing),
        ("operator", {"scope": "all"}, BadField),
        ("operator", {"seen_version": 99}, StaleVersion),
        ("sender", {}, NotPermitted),
        ("municipality", {}, NotPermitted),
    ],
)
def test_what_is_refused_changes_nothing(
    operator: Actor, db_session: Session, who: str, changes: dict[str, Any], error: type[KeynetError]
) -> None:
    case = arrived(3)[0]
    actor = {"operator": operator, "sender": SENDER}.get(who) or factories.actor(
        Role.municipality, organization=factories.make_organization()
    )
    db_session.commit()
    press = {"seen_version": case.version, "reason": WHY, "scope": batch.FILE, "until": batch.seen_now()} | changes
    with pytest.raises(error):
        batch.set_aside(case, actor, **press)
    assert states(db_session) == ["received"] * 3


def test_a_case_that_is_reopened_alone_is_no_longer_aside(operator: Actor, db_session: Session) -> None:
    cases = arrived(3)
    aside(cases[0], operator)
    with transaction():
        review.reopen(cases[1], operator, seen_version=cases[1].version, reason="本物の申請でした。")
    batch.put_back(cases[0], operator, seen_version=cases[0].version, scope=batch.FILE, until=batch.seen_now())
    assert states(db_session) == ["received", "in_review", "received"]
    with pytest.raises(TransitionRefused):
        batch.put_back(cases[1], operator, seen_version=cases[1].version, scope=batch.FILE, until=batch.seen_now())


def test_a_network_leaves_a_mark_that_names_nobody_and_ends_with_the_day(operator: Actor, db_session: Session, clock: Any) -> None:
    mark = batch.network_mark("192.0.2.7")
    assert mark is not None
    assert "192" not in mark
    assert len(mark) <= 40
    assert batch.network_mark("192.0.2.7") == mark
    assert batch.network_mark("192.0.2.8") != mark
    assert batch.network_mark("2001:db8::1") == batch.network_mark("2001:db8::2")
    assert [batch.network_mark(""), batch.network_mark(None)] == [None, None]
    clock.set("2021-05-08 09:00")
    assert batch.network_mark("192.0.2.7") != mark


def test_a_form_keeps_the_mark_of_its_network(operator: Actor, db_session: Session) -> None:
    checked = check_submission(FileSubmission(1, factories.document()))
    with transaction():
        case, _ = submissions.submit(checked.entry.submission, checked.result, reference_date="2021-05-07", network="m")
    assert (case.network, case.batch, case.set_aside) == ("m", None, False)
