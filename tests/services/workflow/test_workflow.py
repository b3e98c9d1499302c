"""The table of states and moves: every pair of state and action either moves as written here or is refused; nothing else sets a status."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin.errors import BadVersion, NotPermitted, ReasonMissing, StaleVersion, TransitionRefused
from keynet_admin.models import Account, AuditEvent, Posting, Submission
from keynet_admin.permissions import SENDER, SYSTEM, Actor, Permission, can, sender_of
from keynet_admin.services import workflow
from keynet_admin.services.account import use_cases as account
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import AccountStatus, PostingStatus, Role, SubmissionStatus
from tests import factories

# Written by hand from the contract ("States and moves"), not from the code: action -> (states it starts in, states it may end in,
# who may, reason needed).
STAFF, LEADS, OWN = ("operator", "lead", "admin"), ("lead", "admin"), ("own",)
DECIDABLE = "received in_review resubmitted"
SUBMISSION = {
    "take": ("received resubmitted", "in_review", STAFF, False),
    "accept": (DECIDABLE, "accepted", STAFF, False),
    "return": (DECIDABLE, "returned", STAFF, True),
    "reject": (DECIDABLE, "rejected", STAFF, True),
    "resubmit": ("returned", "resubmitted", (*STAFF, "sender", "system"), False),
    "withdraw": (f"{DECIDABLE} returned", "withdrawn", (*STAFF, "sender", "system"), False),
    "reopen": ("rejected", "in_review", STAFF, True),
    "reopen_accepted": ("accepted", "in_review", LEADS, True),
}
POSTING = {
    "publish": ("draft", "live awaiting_release", OWN, False),
    "unpublish": ("awaiting_release", "draft", OWN, False),
    "release": ("awaiting_release", "live", STAFF, False),
    "return": ("awaiting_release", "draft", STAFF, True),
    "pause": ("live", "paused", OWN, False),
    "resume": ("paused", "live", OWN, False),
    "close": ("draft awaiting_release live paused", "closed", OWN, False),
    "expire": ("live paused", "closed", ("system",), False),
    "suspend": ("live paused awaiting_release", "suspended", STAFF, True),
    "restore": ("suspended", "paused", STAFF, True),
}
ACCOUNT = {
    "activate": ("invited", "active", ("system",), False),
    "suspend": ("invited active", "suspended", LEADS, True),
    "restore": ("suspended", "active invited", LEADS, True),
}
TABLES: dict[str, tuple[dict[str, Any], Any]] = {
    "submission": (SUBMISSION, SubmissionStatus),
    "posting": (POSTING, PostingStatus),
    "account": (ACCOUNT, AccountStatus),
}
WHY = "相手に送る理由の文です。"
WHO = ("operator", "lead", "admin", "own", "other", "sender", "system")


@pytest.fixture
def rows(app: Flask, db_session: Session, clock: Any) -> dict[str, Any]:
    """One row of each kind; its state is set by hand before each try."""
    posting = factories.posting()
    case = db_session.get(Submission, posting.submission_id)
    return {"submission": case, "posting": posting, "account": factories.account(Role.municipality, organization=posting.organization)}


@pytest.fixture
def people(rows: dict[str, Any]) -> dict[str, Actor]:
    """One of each kind of actor."""
    other = factories.make_organization("131016", "千代田区")
    return {
        "operator": factories.actor(Role.operator),
        "lead": factories.actor(Role.lead),
        "admin": factories.actor(Role.admin),
        "own": factories.actor(Role.municipality, organization=rows["posting"].organization),
        "other": factories.actor(Role.municipality, organization=other),
        "sender": sender_of(rows["submission"].id),
        "system": SYSTEM,
    }


def put(session: Session, row: Any, state: Any) -> None:
    """Set a state without the workflow, which is what is tried here."""
    session.execute(update(type(row)).where(type(row).id == row.id).values({"status": state}))
    session.refresh(row)


@pytest.mark.parametrize("kind", list(TABLES))
def test_every_pair_of_state_and_action(rows: dict[str, Any], people: dict[str, Actor], db_session: Session, kind: str) -> None:
    """Each action from each state, by somebody who may: it moves as the table says, or it is refused and nothing changes."""
    table, states = TABLES[kind]
    row, wrong = rows[kind], []
    assert set(workflow.TRANSITIONS[type(row)]) == set(table)
    for action, (sources, targets, may, needs_reason) in table.items():
        for state in states:
            put(db_session, row, state)
            version, said = row.version, state.label
            try:
                got = workflow.move(row, action, people[may[0]], seen_version=version, reason=WHY if needs_reason else "")
            except TransitionRefused as refusal:
                got, said = None, str(refusal)
            db_session.refresh(row)
            wanted = targets.split()[0] if state in sources.split() else None
            if got != wanted or row.status != (wanted or state) or row.version != version + (wanted is not None) or state.label not in said:
                wrong.append(f"{action} from {state}: {got}, wanted {wanted}")
    assert wrong == []


@pytest.mark.parametrize("kind", list(TABLES))
def test_who_may(rows: dict[str, Any], people: dict[str, Actor], db_session: Session, kind: str) -> None:
    """Everybody tries every action from a state it starts in; `allowed` says the same as `move` does."""
    table, states = TABLES[kind]
    row, wrong = rows[kind], []
    for action, (sources, _, may, needs_reason) in table.items():
        for name in WHO:
            put(db_session, row, states(sources.split()[0]))
            offered = action in workflow.allowed(row, people[name])
            try:
                workflow.move(row, action, people[name], seen_version=row.version, reason=WHY if needs_reason else "")
                done = True
            except NotPermitted:
                done = False
            if {done, offered} != {name in may}:
                wrong.append(f"{name} {action}: done {done}, offered {offered}")
    assert wrong == []


def test_a_reason_is_needed(rows: dict[str, Any], people: dict[str, Actor], db_session: Session) -> None:
    """Where the table says so; white space of any width is none."""
    for kind, (table, states) in TABLES.items():
        row = rows[kind]
        for action, (sources, _, may, needs_reason) in table.items():
            for reason in ("", "  ", "　\n") if needs_reason else ():
                put(db_session, row, states(sources.split()[0]))
                before = row.version
                with pytest.raises(ReasonMissing):
                    workflow.move(row, action, people[may[0]], seen_version=row.version, reason=reason)
                db_session.refresh(row)
                assert (row.status, row.version) == (states(sources.split()[0]), before)


def test_each_move_writes_one_event_of_codes_only(rows: dict[str, Any], people: dict[str, Actor], db_session: Session) -> None:
    """Who, what, from, to, version: never the reason, never a value."""
    for kind, (table, states) in TABLES.items():
        row = rows[kind]
        for action, (sources, targets, may, needs_reason) in table.items():
            put(db_session, row, states(sources.split()[0]))
            workflow.move(row, action, people[may[0]], seen_version=row.version, reason=WHY if needs_reason else "")
            event = db_session.execute(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).scalar_one()
            assert (event.subject, event.subject_id, event.action) == (kind, row.id, action)
            assert event.actor_id == people[may[0]].account_id
            assert event.actor_kind is people[may[0]].kind
            assert event.codes == {"from": sources.split()[0], "to": targets.split()[0], "version": row.version}


def test_a_target_that_is_not_in_the_table_is_refused(rows: dict[str, Any], people: dict[str, Actor], db_session: Session) -> None:
    with pytest.raises(TransitionRefused):
        workflow.move(rows["posting"], "publish", people["own"], seen_version=rows["posting"].version, target=PostingStatus.closed)


def test_an_old_version_names_who_did_what_and_when(
    rows: dict[str, Any], people: dict[str, Actor], db_session: Session, clock: Any
) -> None:
    case = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    seen = case.version
    clock.set("2021-05-07 11:20")
    review.take(case, people["lead"], seen_version=seen)
    with pytest.raises(StaleVersion) as caught:
        workflow.move(case, "accept", people["operator"], seen_version=seen)
    assert (caught.value.what, caught.value.who, caught.value.when) == ("確認の開始", people["lead"].name, clock.now)


def test_a_row_changed_behind_the_back_is_stale(rows: dict[str, Any], people: dict[str, Actor], db_session: Session) -> None:
    """The guarded update: the object still shows the old version, the database has moved on."""
    row = rows["posting"]
    seen = row.version
    db_session.execute(
        update(Posting).where(Posting.id == row.id).values(version=seen + 1), execution_options={"synchronize_session": False}
    )
    with pytest.raises(StaleVersion):
        workflow.move(row, "publish", people["own"], seen_version=seen)
    with pytest.raises(StaleVersion):
        workflow.touch(row, seen)


@pytest.mark.parametrize("text", [None, "", "abc", "-1", "1.0", "１", "9" * 10, " 1"])
def test_a_version_is_a_plain_number(text: str | None) -> None:
    with pytest.raises(BadVersion):
        workflow.version_of(text)
    assert workflow.version_of("12") == 12


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
    publication.suspend(posting, operator, seen_version=posting.version, reason=WHY)
    publication.restore(posting, operator, seen_version=posting.version, reason=WHY)
    town = factories.account(Role.municipality, organization=posting.organization)
    account.suspend(town, lead, seen_version=town.version, reason=WHY)
    account.restore(town, lead, seen_version=town.version, reason=WHY)
    db_session.flush()
    document = factories.document()
    values = {v for part in ("organization", "contact") for v in document[part].values() if isinstance(v, str) and len(v) > 4}
    values |= {v for v in document["postings"][0].values() if isinstance(v, str) and any(ord(c) > 0x3000 for c in v)}
    events = db_session.execute(select(AuditEvent)).scalars().all()
    assert len(events) > 12
    for event in events:
        text = json.dumps(event.codes, ensure_ascii=False)
        assert WHY not in text
        assert "新しい見出し" not in text
        assert not [value for value in values if value in text], (event.action, text)
        assert text.isascii(), (event.action, text)


def test_accounts_of_another_kind_are_no_rows_of_these_tables(db_session: Session) -> None:
    assert set(workflow.TRANSITIONS) == {Submission, Posting, Account}


def test_a_token_reaches_one_submission_only(rows: dict[str, Any], people: dict[str, Actor], db_session: Session) -> None:
    """The sender of one case may take back that one; nobody without a subject may take back any."""
    case = rows["submission"]
    for actor, may in ((sender_of(case.id), True), (sender_of(case.id + 1), False), (SENDER, False)):
        put(db_session, case, SubmissionStatus.returned)
        assert can(actor, Permission.submission_withdraw, case) is may
        assert can(actor, Permission.submission_create, case) is may
        assert ("withdraw" in workflow.allowed(case, actor)) is may
    assert can(SENDER, Permission.submission_create)
    assert not can(sender_of(rows["posting"].id), Permission.posting_close, rows["posting"])
    assert not can(sender_of(case.id), Permission.submission_withdraw)


def test_a_municipality_reaches_its_own_rows_only(rows: dict[str, Any], people: dict[str, Actor]) -> None:
    posting = rows["posting"]
    for name, may in (("own", True), ("other", False)):
        assert can(people[name], Permission.posting_edit, posting) is may
        assert can(people[name], Permission.posting_edit, posting.organization) is may
        assert can(people[name], Permission.posting_edit)
