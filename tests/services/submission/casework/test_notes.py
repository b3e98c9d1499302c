"""Notes and opinions: who may, what they see, that the sender never does, and that they end."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.errors import BadField, NotPermitted, TransitionRefused
from keynet_admin.models import AuditEvent, OutboxMail, StaffNote, Submission
from keynet_admin.permissions import sender_of
from keynet_admin.services import persons, threads
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.services.submission.casework import notes
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

MARKER = "ひみつのメモ"


def test_an_opinion_is_asked_seen_and_answered_once(app: Flask, db_session: Session, clock: MovableClock) -> None:
    case, asks, answers, other = factories.submission(), *(factories.actor(Role.operator) for _ in range(3))
    for colleague in ("", "x", str(asks.account_id), "99999"):
        with pytest.raises(BadField):
            notes.ask(case, asks, "休憩は足りていますか。", colleague)
    question = notes.ask(case, asks, "休憩は足りていますか。", str(answers.account_id))

    def waits(who: object) -> bool:
        return db_session.execute(select(Submission.id).where(Submission.id.in_(notes.asked(who.account_id)))).first() is not None  # type: ignore[arg-type]

    assert (waits(asks), waits(answers), waits(other)) == (False, True, False)
    with pytest.raises(NotPermitted):
        notes.answer(case, question.id, other, "はい。")
    with pytest.raises(BadField):
        notes.answer(case, question.id, answers, " ")
    notes.answer(case, question.id, answers, "45分あります。")
    assert not waits(answers)
    with pytest.raises(TransitionRefused):
        notes.answer(case, question.id, answers, "もう一度。")
    with pytest.raises(NotPermitted):
        notes.note(case, sender_of(case.id), "x")
    assert [n.answer for n in threads.notes_of(case)] == ["45分あります。"]
    actions = db_session.execute(select(AuditEvent.action).where(AuditEvent.about(case)).order_by(AuditEvent.id)).scalars().all()
    assert list(actions) == ["submit", "ask_opinion", "answer_opinion"]
    assert any("意見を答えました" in entry.text for entry in history.of_submission(case))


def test_a_button_pressed_twice_writes_once(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    """A note, a question and its answer; the same words later, or of somebody else, are a note of their own."""
    case, answers = factories.submission(), factories.account(Role.lead)
    place, noted = f"/admin/submission/{case.id}", {"note": "電話中です。\r\n折り返します。"}
    client.sign_in(Role.operator)
    for _ in range(2):
        assert client.post(f"{place}/note", data=noted).status_code == 303
    for _ in range(2):
        client.post(f"{place}/note", data=noted | {"do": "ask", "colleague": str(answers.id)})
    assert [note.asked_id for note in threads.notes_of(case)] == [None, answers.id]
    client.sign_in(answers)
    question = str(threads.notes_of(case)[-1].id)
    for _ in range(2):
        assert client.post(f"{place}/opinion", data={"question": question, "answer": "よいと思います。"}).status_code == 303
    client.post(f"{place}/note", data=noted)
    clock.advance(minutes=6)
    client.post(f"{place}/note", data=noted)
    assert len(threads.notes_of(case)) == 4
    actions = db_session.execute(select(AuditEvent.action).where(AuditEvent.about(case)).order_by(AuditEvent.id)).scalars().all()
    assert list(actions) == ["submit", "note", "ask_opinion", "answer_opinion", "note", "note"]


def test_a_note_never_reaches_the_sender(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    """Not in a mail, not on the pages of the status, the return or the re-entry."""
    case, who = factories.submission(), factories.actor(Role.operator)
    notes.note(case, who, MARKER)
    notes.ask(case, who, MARKER, str(factories.account(Role.lead).id))
    review.return_(case, who, seen_version=case.version, message="お願いします。", items=[])
    token = submissions.open_link(case, review.reviews_of(case)[-1], submissions.link_end())
    address = submissions.address_of(submissions.current_revision(case))
    db_session.commit()
    pages = [client.get(f"/entry/{token}").text]
    asked = client.post("/entry/status", data={"receipt_no": case.receipt_no, "email": address}, follow_redirects=True)
    pages += [asked.text, *db_session.execute(select(OutboxMail.body)).scalars()]
    assert case.receipt_no in asked.text
    assert [page for page in pages if MARKER in page] == []
    client.sign_in(Role.operator)
    assert MARKER in client.get(f"/admin/submission/{case.id}/").text


def test_notes_end_with_the_reasons_of_decisions(app: Flask, db_session: Session, clock: MovableClock) -> None:
    case, who = factories.submission(), factories.actor(Role.operator)
    notes.note(case, who, MARKER)
    db_session.commit()
    persons.purge(program_clock.now() + persons.YEAR - timedelta(days=1))
    assert db_session.execute(select(StaffNote.id)).first() is not None
    persons.purge(program_clock.now() + persons.YEAR + timedelta(days=1))
    assert db_session.execute(select(StaffNote.id)).first() is None


def test_the_page_keeps_a_note_that_is_refused(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    case = factories.submission()
    client.sign_in(Role.operator)
    for data, words in (({"note": "長" * 401}, "400字まで"), ({"note": MARKER, "do": "ask"}, "意見を聞く担当者を選んでください")):
        answer = client.post(f"/admin/submission/{case.id}/note", data=data)
        assert answer.status_code == 422
        assert words in answer.text
        assert data["note"] in answer.text
    assert client.post(f"/admin/submission/{case.id}/note", data={"note": MARKER}).status_code == 303
    assert MARKER in client.get(f"/admin/submission/{case.id}/").text
