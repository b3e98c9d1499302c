"""The engine of the moves: every pair of state and action either moves as the contract says or is refused; the loser is told why."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, BadVersion, NotPermitted, ReasonMissing, Refused, StaleVersion, TransitionRefused
from keynet_admin.models import AuditEvent, OutboxMail, Posting, Review
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account import use_cases as account
from keynet_admin.services.posting import drafts, revisions
from keynet_admin.services.posting.moderation import decide
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import MailStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.services.workflow.table import CLAIMS, KINDS, REVIEWED, TABLE, WHO, every

WHY = "相手に送る理由の文です。"
Put = Callable[..., Any]
People = dict[str, Actor]


def events(session: Session) -> list[AuditEvent]:
    return list(session.execute(select(AuditEvent).order_by(AuditEvent.id)).scalars())


def left(session: Session) -> tuple[int, int, int]:
    """How many events, decisions and mails there are."""
    return tuple(
        session.execute(
            select(*(select(func.count()).select_from(kind).scalar_subquery() for kind in (AuditEvent, Review, OutboxMail)))
        ).one()
    )


@pytest.mark.parametrize("kind", list(TABLE))
def test_every_pair_of_state_and_action(put: Put, people: People, db_session: Session, kind: str) -> None:
    """Each action from each state, by somebody who may: it moves as the table says, or it is refused and nothing changes."""
    wrong = []
    for action, (sources, targets, may, needs_reason) in TABLE[kind].items():
        for state in KINDS[kind][1]:
            row = put(kind, action, state)
            version, said, may_be = row.version, state.label, action in workflow.allowed(row, people[may[0]])
            try:
                got = workflow.move(row, action, people[may[0]], seen_version=version, reason=WHY if needs_reason else "").status
            except (TransitionRefused, StaleVersion) as refusal:
                got, said = None, str(refusal) if isinstance(refusal, TransitionRefused) else state.label
            db_session.refresh(row)
            fits = state in sources.split()
            wanted = (targets.split()[0] if targets else state) if fits else None
            after = version + (fits and action not in CLAIMS)
            if got != wanted or row.status != (wanted or state) or row.version != after or state.label not in said or may_be is not fits:
                wrong.append(f"{action} from {state}: {got}, wanted {wanted}, version {version} to {row.version}")
    assert wrong == []


@pytest.mark.parametrize("kind", list(TABLE))
def test_who_may(put: Put, people: People, db_session: Session, kind: str) -> None:
    """State × action × role: whoever may not is refused in every state and leaves nothing behind; whoever may is let from where it starts.

    `allowed` says the same as `move` does.
    """
    wrong = []
    for action, (sources, _, may, needs_reason) in TABLE[kind].items():
        why = WHY if needs_reason else ""
        for state in KINDS[kind][1]:
            row = put(kind, action, state)
            before, written = (row.status, row.version), left(db_session)
            for name in WHO:
                if name in may and state in sources.split():
                    continue
                if action in workflow.allowed(row, people[name]):
                    wrong.append(f"{action} from {state} is offered to {name}")
                with pytest.raises((NotPermitted, TransitionRefused, StaleVersion)):
                    workflow.move(row, action, people[name], seen_version=row.version, reason=why)
            db_session.refresh(row)
            if ((row.status, row.version), left(db_session)) != (before, written):
                wrong.append(f"{action} from {state} was refused and left something behind")
        for name in may:
            row = put(kind, action, sources.split()[0])
            assert action in workflow.allowed(row, people[name]), (action, name)
            workflow.move(row, action, people[name], seen_version=row.version, reason=why)
    assert wrong == []


def test_every_target_of_the_table_and_no_other(put: Put, people: People, db_session: Session) -> None:
    for kind, action in every():
        sources, targets, may, _ = TABLE[kind][action]
        for target in KINDS[kind][1]:
            row = put(kind, action, sources.split()[-1])
            if target in targets.split() or (not targets and target is row.status):
                done = workflow.move(row, action, people[may[0]], seen_version=row.version, reason=WHY, target=target)
                assert (done.status, row.status) == (target, target)
            else:
                with pytest.raises(ValueError, match="does not lead"):
                    workflow.move(row, action, people[may[0]], seen_version=row.version, reason=WHY, target=target)


def test_a_reason_is_needed(put: Put, people: People, db_session: Session) -> None:
    """Where the table says so; white space of any width is none."""
    for kind, action in every():
        sources, _, may, needs_reason = TABLE[kind][action]
        for reason in ("", "  ", "　\n") if needs_reason else ():
            row = put(kind, action, sources.split()[0])
            before = (row.status, row.version)
            with pytest.raises(ReasonMissing) as told:
                workflow.move(row, action, people[may[0]], seen_version=row.version, reason=reason)
            page = workflow.move_of(type(row), action).page
            assert page is None or str(told.value).endswith(page.reason_help), "what the page says of the reason, the error says too"
            db_session.refresh(row)
            assert (row.status, row.version) == before


def test_a_reason_is_never_cut(put: Put, people: People, db_session: Session) -> None:
    """2,000 characters and a line break counted once are kept as they are; one more is refused with both numbers."""
    longest = "あ" * 998 + "\r\n" + "い" * 1001
    done = workflow.move(
        put("submission", "reject", "received", version=1), "reject", people["lead"], seen_version=1, reason=f" {longest}\n"
    )
    assert done.review is not None
    assert done.review.reason == longest
    for what in ("あ" * 2001, "あ" * 5000):
        row = put("submission", "reject", "received")
        with pytest.raises(BadField) as caught:
            workflow.move(row, "reject", people["lead"], seen_version=row.version, reason=what)
        assert str(caught.value) == f"理由は2,000字までです（いま{len(what):,}字）。短くしてください。"
    assert workflow.not_too_long(" 短い ", "連絡", 2) == "短い"
    with pytest.raises(BadField, match=r"連絡は2字までです.いま3字"):
        workflow.not_too_long("長い文", "連絡", 2)


def test_each_move_writes_one_event_of_codes_only(put: Put, people: People, db_session: Session) -> None:
    """Who, what, from, to, version and the review's number: never the reason, never a value."""
    for kind, action in every():
        sources, targets, may, needs_reason = TABLE[kind][action]
        row = put(kind, action, sources.split()[0])
        number = len(events(db_session))
        done = workflow.move(row, action, people[may[0]], seen_version=row.version, reason=WHY if needs_reason else "", more=7)
        found = events(db_session)
        assert len(found) == number + 1
        event = found[-1]
        assert (event.subject, event.subject_id, event.action) == (kind, row.id, action)
        assert (event.actor_id, event.actor_kind) == (people[may[0]].account_id, people[may[0]].kind)
        ends = {"from": sources.split()[0], "to": targets.split()[0]} if targets else {}
        kept = {"review": done.review.id} if done.review is not None else {}
        assert event.codes == {**ends, **kept, "version": row.version, "more": 7}


def test_a_reviewed_decision_is_kept_with_its_reason(put: Put, people: People, db_session: Session) -> None:
    for kind, action in every():
        sources, _, may, _ = TABLE[kind][action]
        row, who = put(kind, action, sources.split()[0]), people[may[0]]
        items = [{"path": "postings.0.title", "message": "見出し"}]
        kept = workflow.move(row, action, who, seen_version=row.version, reason=f" {WHY} ", items=items).review
        assert (kept is not None) is (action in REVIEWED.get(kind, ())), action
        if kept is not None:
            assert (kept.action, kept.reason, kept.items, kept.revision) == (action, WHY, items, getattr(row, "current", 0))
            assert (kept.actor_id, kept.actor_name) == (who.account_id, who.name)
            assert db_session.get(Review, kept.id) is kept


def test_a_person_says_which_version_they_saw(put: Put, people: People, db_session: Session) -> None:
    """None only from the system and from the holder of a link."""
    for kind, action in every():
        sources, _, may, _ = TABLE[kind][action]
        for name in may:
            row = put(kind, action, sources.split()[0])
            before = (row.status, row.version)
            if name in ("system", "sender", "person", "machine"):
                workflow.move(row, action, people[name], seen_version=None, reason=WHY)
                continue
            for act in (workflow.move, workflow.require):
                with pytest.raises(BadVersion):
                    act(row, action, people[name], seen_version=None)
            assert (row.status, row.version) == before
    posting = put("posting", "copy", "draft")
    with pytest.raises(BadVersion):
        workflow.touch(posting, people["own"], None)
    before = posting.version
    workflow.touch(posting, SYSTEM, None)
    assert posting.version == before + 1


def test_what_was_seen_must_be_what_is_there(put: Put, people: People, db_session: Session) -> None:
    for kind, action in every():
        sources, _, may, _ = TABLE[kind][action]
        row = put(kind, action, sources.split()[0], version=5)
        for seen in (4, 6, 0):
            with pytest.raises(StaleVersion):
                workflow.move(row, action, people[may[0]], seen_version=seen, reason=WHY)
        workflow.move(row, action, people[may[0]], seen_version=5, reason=WHY)
        assert row.version == 5 + (action not in CLAIMS)


def test_an_old_version_names_who_did_what_and_when(rows: dict[str, Any], people: People, db_session: Session, clock: Any) -> None:
    case = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    seen = case.version
    clock.set("2021-05-07 11:20")
    review.reject(case, people["lead"], seen_version=seen, reason=WHY)
    with pytest.raises(StaleVersion) as caught:
        workflow.move(case, "accept", people["operator"], seen_version=seen)
    assert (caught.value.what, caught.value.who, caught.value.when) == ("却下", people["lead"].name, clock.now)


def test_who_is_named_to_the_loser(put: Put, people: People, db_session: Session, clock: Any) -> None:
    """The last event that decides; a nameless account by its address; the system; a machine that leaves no event."""
    row = put("account", "suspend", "active", version=3)
    audit.record(row, "password", SYSTEM, version=3)
    audit.record(row, "sign_in", people["own"])
    db_session.flush()
    told = workflow.stale(row)
    assert (told.what, told.who) == ("パスワードの変更", "自動処理")
    nameless = factories.account(Role.lead, name="")
    audit.record(row, "unheard_of", factories.actor_of(nameless), version=3)
    db_session.flush()
    told = workflow.stale(row)
    assert (told.what, told.who, told.when) == ("変更", nameless.email, clock.now)
    mail = put("outbox_mail", "retry", "failed")
    assert (workflow.stale(mail).who, workflow.stale(mail).when) == ("自動処理", None)
    workflow.move(mail, "retry", people["lead"], seen_version=mail.version)
    assert workflow.stale(mail).who == people["lead"].name
    workflow.move_where(OutboxMail, "send", OutboxMail.id == mail.id)
    db_session.refresh(mail)
    assert (workflow.stale(mail).what, workflow.stale(mail).who, workflow.stale(mail).when) == ("変更", "自動処理", None)


def test_a_row_changed_behind_the_back_is_stale(rows: dict[str, Any], people: People, db_session: Session) -> None:
    """The guarded update: the object still shows the old version or state, the database has moved on."""
    row = rows["posting"]
    for values in ({"version": row.version + 1}, {"status": PostingStatus.paused}):
        seen = row.version
        db_session.execute(update(Posting).where(Posting.id == row.id).values(values), execution_options={"synchronize_session": False})
        for act in (
            lambda seen=seen: workflow.move(row, "close", people["own"], seen_version=seen),
            lambda seen=seen: workflow.touch(row, people["own"], seen),
        ):
            before = (row.version, row.status)
            with pytest.raises(StaleVersion):
                act()
            assert (row.version, row.status) != before  # read afresh: who tries again sees what is there
            for name, value in zip(("version", "status"), before, strict=True):
                set_quietly(row, name, value)
        db_session.refresh(row)


def set_quietly(row: Any, name: str, value: Any) -> None:
    from sqlalchemy.orm.attributes import set_committed_value

    set_committed_value(row, name, value)


def test_claiming_leaves_a_colleagues_page_valid(rows: dict[str, Any], people: People, db_session: Session) -> None:
    """Taken, let go and taken again: the version stays, and who had the page open before may still decide."""
    case = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    seen = case.version
    assert review.take(case, people["lead"], seen_version=seen).repeated is False
    assert (case.status, case.version, case.assignee_id) == (SubmissionStatus.in_review, seen, people["lead"].account_id)
    assert review.take(case, people["lead"], seen_version=seen).repeated is True
    with pytest.raises(StaleVersion) as caught:
        review.take(case, people["operator"], seen_version=seen)
    assert (caught.value.what, caught.value.who) == ("確認の開始", people["lead"].name)
    assert review.leave(case, people["operator"], seen_version=seen).status is SubmissionStatus.received
    assert case.assignee_id is None
    assert review.leave(case, people["operator"], seen_version=seen).repeated is True
    assert review.take(case, people["lead"], seen_version=seen).repeated is False
    assert review.reject(case, people["operator"], seen_version=seen, reason=WHY).status is SubmissionStatus.rejected
    with pytest.raises(StaleVersion):
        review.take(case, people["lead"], seen_version=seen)


def test_a_case_sent_again_goes_back_to_sent_again(rows: dict[str, Any], people: People, put: Put) -> None:
    case = put("submission", "take", "resubmitted", current=2)
    review.take(case, people["lead"], seen_version=case.version)
    assert review.leave(case, people["lead"], seen_version=case.version).status is SubmissionStatus.resubmitted


def test_what_counts_as_repeated(put: Put, people: People, db_session: Session) -> None:
    """The same person, the same action, on the version they saw; anything else is none, and a locked row is read afresh."""
    row = put("posting", "pause", "live", version=4)
    assert workflow.repeated(row, people["own"], 4, "pause") is None
    workflow.move(row, "pause", people["own"], seen_version=4)
    again = workflow.repeated(row, people["own"], 4, "pause")
    assert again is not None
    assert (again.repeated, again.status, again.mails, again.review) == (True, PostingStatus.paused, 0, None)
    assert workflow.repeated(row, people["own"], 4, "resume", "pause") is not None
    tries = [(people["own"], 5, "pause"), (people["own"], 3, "pause"), (people["own"], 4, "resume"), (people["own"], None, "pause")]
    colleague = factories.actor(Role.municipality, organization=row.organization)
    for who, seen, action in [*tries, (colleague, 4, "pause"), (SYSTEM, None, "pause")]:
        assert workflow.repeated(row, who, seen, action) is None, (who.name, seen, action)
    db_session.execute(
        update(Posting).where(Posting.id == row.id).values(title="よそで変わった"), execution_options={"synchronize_session": False}
    )
    workflow.lock(row)
    assert row.title == "よそで変わった"
    assert (workflow.last_event(row, "pause").codes["version"], workflow.last_event(row, "close")) == (5, None)  # type: ignore[union-attr]


def test_further_conditions(put: Put, people: People) -> None:
    """A state alone is not enough where the table says so; the button, the page and the engine agree."""
    tries: list[tuple[str, str, str, dict[str, Any], str, bool]] = [
        ("posting", "publish", "paused", {"live": None}, "own", True),
        ("posting", "publish", "paused", {"live": 1}, "own", False),
        ("posting", "publish", "draft", {"live": 1}, "own", True),
        ("posting", "publish", "draft", {"live": None}, "own", True),
        ("posting", "resume", "paused", {"live": None}, "own", False),
        ("posting", "resume", "paused", {"live": 1}, "own", True),
        ("posting", "release_edit", "live", {"release_asked": False}, "lead", False),
        ("posting", "return_edit", "paused", {"release_asked": True}, "lead", True),
        ("outbox_mail", "retry", "failed", {"body": "⟦link⟧", "sealed": None}, "lead", False),
        ("outbox_mail", "retry", "failed", {"body": "⟦link⟧", "sealed": {"link": "x"}}, "lead", True),
        ("outbox_mail", "retry", "refused", {"body": "本文", "sealed": None}, "lead", True),
        ("outbox_mail", "retry", "refused", {"body": "", "sealed": None}, "lead", False),
    ]
    for kind, action, state, more, who, fits in tries:
        row = put(kind, action, state, **more)
        assert (action in workflow.allowed(row, people[who])) is fits, (action, state, more)
        if not fits:
            with pytest.raises(TransitionRefused):
                workflow.move(row, action, people[who], seen_version=row.version, reason=WHY)


def test_nobody_stops_their_own_account(people: People, db_session: Session) -> None:
    lead = factories.account(Role.lead)
    who, other = factories.actor_of(lead), people["lead"]
    assert "suspend" not in workflow.allowed(lead, who)
    assert "suspend" in workflow.allowed(lead, other)
    with pytest.raises(Refused, match="ご自分"):
        workflow.move(lead, "suspend", who, seen_version=lead.version, reason=WHY)
    workflow.move(lead, "suspend", other, seen_version=lead.version, reason=WHY)


def test_offers_are_pages_by_their_address(put: Put, people: People) -> None:
    decidable = list(workflow.offers(put("submission", "accept", "received"), people["lead"]))
    assert decidable == ["accept", "call_back", "ask_second", "return", "readdress", "reject", "withdraw", "link", "unlink", "correct"]
    offers = workflow.offers(put("submission", "reopen", "accepted"), people["lead"])
    assert offers["reopen"].name == "reopen_accepted"
    assert "reopen" not in workflow.offers(put("submission", "reopen", "accepted"), people["operator"])
    waiting = workflow.offers(put("posting", "release_edit", "live"), people["operator"])
    assert {name: move.name for name, move in waiting.items()} == {
        "release": "release_edit",
        "return": "return_edit",
        "suspend": "suspend",
    }
    assert list(workflow.offers(put("account", "resend", "invited"), people["lead"])) == [
        "resend",
        "cancel",
        "readdress",
        "read_code",
        "suspend",
    ]


def test_a_machine_moves_rows_it_has_not_loaded(put: Put, people: People, db_session: Session) -> None:
    """One guarded update: only from the states of the row, only what the condition names, without an event, with a new version."""
    mail = put("outbox_mail", "send", "waiting", version=3)
    number = len(events(db_session))
    assert workflow.move_where(OutboxMail, "send", OutboxMail.id == mail.id + 1) == 0
    assert workflow.move_where(OutboxMail, "settle", OutboxMail.id == mail.id, target=MailStatus.sent) == 0
    assert workflow.move_where(OutboxMail, "send", OutboxMail.id == mail.id, attempts=9) == 1
    db_session.refresh(mail)
    assert (mail.status, mail.version, mail.attempts) == (MailStatus.sending, 4, 9)
    assert workflow.move_where(OutboxMail, "settle", OutboxMail.id == mail.id, target=MailStatus.failed, answer="x") == 1
    db_session.refresh(mail)
    assert (mail.status, mail.version, mail.answer, len(events(db_session))) == (MailStatus.failed, 5, "x", number)
    for kind, action, target in ((OutboxMail, "retry", None), (Posting, "expire", None), (OutboxMail, "settle", MailStatus.sending)):
        with pytest.raises(ValueError, match=action):
            workflow.move_where(kind, action, target=target)
    db_session.refresh(mail)
    assert mail.status is MailStatus.failed


def test_the_moment_of_a_change_is_kept(put: Put, people: People, clock: Any) -> None:
    row = put("posting", "pause", "live")
    clock.advance(minutes=7)
    workflow.move(row, "pause", people["own"], seen_version=row.version)
    assert row.changed_at == clock.now


@pytest.mark.parametrize("text", [None, "", "abc", "-1", "1.0", "１", "9" * 10, " 1"])
def test_a_version_is_a_plain_number(text: str | None) -> None:
    with pytest.raises(BadVersion):
        workflow.version_of(text)
    assert workflow.version_of("12") == 12
    assert workflow.version_of("9" * 9) == 999_999_999


def test_no_event_of_the_whole_line_holds_words_or_values(app: Flask, db_session: Session, clock: Any) -> None:
    """A case and its posting walk through every service; then no typed value, address or reason stands in any event."""
    operator, lead = factories.actor(Role.operator), factories.actor(Role.lead)
    case = factories.submission(SubmissionStatus.in_review, by=operator)
    review.return_(case, operator, seen_version=case.version, message=WHY, items=[{"path": "postings.0.title", "message": WHY}])
    submissions.withdraw(case, operator, seen_version=case.version, reason=WHY)
    posting = factories.posting(PostingStatus.live)
    owner = factories.actor(Role.municipality, organization=posting.organization)
    typed = dict(revisions.current_revision(posting).typed) | {"title": "新しい見出しの看護師募集"}
    drafts.save(posting, typed, revisions.check(posting.organization, typed), owner, seen_version=posting.version)
    decide.suspend(posting, operator, seen_version=posting.version, reason=WHY)
    decide.restore(posting, operator, seen_version=posting.version, reason=WHY)
    town = factories.account(Role.municipality, organization=posting.organization)
    account.suspend(town, lead, seen_version=town.version, reason=WHY)
    account.restore(town, lead, seen_version=town.version, reason=WHY)
    db_session.flush()
    document = factories.document()
    values = {v for part in ("organization", "contact") for v in document[part].values() if isinstance(v, str) and len(v) > 4}
    values |= {v for v in document["postings"][0].values() if isinstance(v, str) and any(ord(c) > 0x3000 for c in v)}
    found = db_session.execute(select(AuditEvent)).scalars().all()
    assert len(found) > 12
    for event in found:
        text = json.dumps(event.codes, ensure_ascii=False)
        assert WHY not in text
        assert "新しい見出し" not in text
        assert not [value for value in values if value in text], (event.action, text)
        assert text.isascii(), (event.action, text)
