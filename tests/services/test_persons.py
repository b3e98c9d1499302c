"""Persons' data: every column is decided about, and after their time nothing of them is left anywhere."""

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Integer, String, Text, cast, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    AuditEvent,
    FirstLogin,
    Keying,
    OutboxMail,
    Posting,
    Review,
    StaffSession,
    Submission,
    SubmissionContact,
    SubmissionRevision,
)
from keynet_admin.models.base import AsciiJson
from keynet_admin.permissions import candidate_of
from keynet_admin.services import persons, threads, workflow
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.backup import take
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting import publication
from keynet_admin.services.submission import review, search_index
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, MailStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.services import marked
from tests.support.clock import MovableClock
from tests.support.web import Client, change_settings

# Files of daily work with names in them (0081: who did what, at their work); every other one with people leaves an event.
DAILY_FILES = {"/admin/event/export.csv"}
# Columns of text or JSON that hold no person's data, and why not. A new column has to be named here or in `persons.REGISTER`.
NO_PERSON = {
    "numbers, codes and words of closed lists": {
        "account": {"role", "status", "rights", "notices", "notice_kinds", "prefecture_code", "prefectures"},
        "organization": {"status"},
        "audit_check": {"digest", "month"},
        "audit_event": {"actor_kind", "subject", "action", "codes", "state"},
        "audit_seal": {"digest"},
        "candidate": {"candidate_no", "kind", "status", "undo_to", "shifts"},
        "counter": {"name"},
        "job_run": {"name"},
        "job_failure": {"name", "kind", "place"},
        "worker_presence": {"key"},
        "retention_run": {"numbers"},
        "first_login": {"purpose"},
        "keying": {"way", "status"},
        "message_template": {"code", "kind", "step", "use", "rule"},
        "listing": {"posting_no", "state", "ended_by", "places", "job_type", "prefecture_code", "municipality_code", "engagement"},
        "staff_note": {"subject"},
        "thread_message": {"subject", "author_kind"},
        "outbox_mail": {"message_id", "template", "status", "subject"},
        "prefecture_notice": {"prefecture_code", "code6"},
        "placement": {"way", "shift"},
        "posting": {"posting_no", "status", "job_type"},
        "partner_item": {"status", "change"},
        "partner_key": {"status", "prefix"},
        "open_data_month": {"month", "content"},
        "report": {"status", "figures"},
        "report_correction": {"job_type", "figure"},
        "report_round": {"status"},
        "posting_view": {"source"},
        "published_version": {"state", "places"},
        "posting_revision": {"ruleset", "reference_date", "job_type"},
        "return_link": {"closed_why"},
        "review": {"action", "subject"},
        "chosen_columns": {"place", "tab", "names"},
        "saved_view": {"place"},
        "search_alert": {"pace"},
        "staff_session": {"level"},
        "submission": {"receipt_no", "status", "source", "lg_code", "prefecture_code", "jobs", "task"},
        "submission_finding": {"rule", "path", "level", "own_level"},
        "submission_revision": {"ruleset", "reference_date"},
    },
    "random keys, sealed or public, and a random text to be signed once": {
        "authenticator": {"secret"},
        "staff_session": {"challenge"},
    },
    "hashes of random keys": {
        "recovery_code": {"code_hash"},
        "entry_draft": {"cookie_hash", "form_key"},
        "first_login": {"token_hash", "code_hash"},
        "keying": {"form_key"},
        "outcome_link": {"token_hash", "code_hash"},
        "partner_key": {"key_hash"},
        "return_link": {"token_hash", "code_hash"},
        "search_alert": {"salt", "sealed", "token_hash", "form_key"},
        "submission": {"batch"},
        "submission_revision": {"form_key"},
    },
    "a partner's or a body's words about numbers; the page says that no person may stand there": {
        "partner_item": {"reason"},
        "placement": {"partner_key"},
        "report_correction": {"reason"},
    },
    "a hash of a whole form, by which the same file is known again": {"submission": {"identity"}},
    "a body's words to whoever is written to, with placeholders for the person": {"message_template": {"name", "body"}},
    "a body's, not a person's": {
        "keying": {"org_name"},
        "listing": {"org_name"},
        "outbox_mail": {"sender_name"},
        "organization": {"lg_code", "union_name", "name", "kana", "prefecture_code", "org_type", "details", "search_text"},
        "submission": {"org_name"},
    },
    "public, and kept from persons' names by the rules": {
        "listing": {"title", "search_text", "content"},
        "posting": {"title", "tel_reversed"},
        "published_answer": {"question", "answer"},
    },
    "written by administrators and from seed_data": {
        "law_date": {"key", "value", "basis"},
        "mail_pause": {"domain", "reason"},
        "minimum_wage": {"prefecture_code"},
        "municipality": {"code6", "prefecture_code", "name", "kana", "kind", "county", "parent_code6", "domain"},
        "municipality_contact": {"code6", "email", "phone", "source"},
        "municipality_successor": {"old_code", "new_code"},
        "office_closure": {"prefecture_code", "reason"},
        "nurse_center": {"prefecture_code", "name", "operator", "postal_code", "address", "phone", "email", "website", "note"},
        "partner": {"code", "name", "kind", "status", "prefecture_code", "job_types", "channel", "encoding", "email", "phone"},
        "prefecture": {"code", "name", "kana", "region"},
        "setting": {"key", "value"},
    },
}
MARKER = marked.MARKER


def text_columns() -> dict[str, set[str]]:
    """All columns that can hold words, by table."""

    def holds_words(kind: Any) -> bool:
        plain = kind.impl if isinstance(kind, TypeDecorator) else kind
        return isinstance(plain, (String, Text))

    return {table.name: {c.name for c in table.columns if holds_words(c.type)} for table in db.metadata.sorted_tables}


def registered() -> dict[str, set[str]]:
    """The columns of the register, by table."""
    found: dict[str, set[str]] = {}
    for entry in persons.REGISTER:
        for column in (*entry.blank, *entry.derived):
            found.setdefault(column.class_.__tablename__, set()).add(column.key)
    return found


def test_every_column_is_decided_about() -> None:
    """Registered with purpose and time, or named as one that holds no person's data; never both, and nothing that is not there."""
    declared: dict[str, set[str]] = {}
    for tables in NO_PERSON.values():
        for table, columns in tables.items():
            declared.setdefault(table, set()).update(columns)
    register = registered()
    for table, columns in text_columns().items():
        assert register.get(table, set()).isdisjoint(declared.get(table, set())), table
        assert register.get(table, set()) | declared.get(table, set()) == columns, table
    assert not (declared.keys() | register.keys()) - text_columns().keys()


def test_every_entry_has_a_purpose_and_a_time() -> None:
    for entry in persons.REGISTER:
        assert entry.purpose
        assert len({column.class_ for column in entry.blank}) == 1
        assert timedelta(0) <= entry.keep <= 3 * persons.YEAR


@pytest.fixture
def planted(app: Flask, db_session: Session, clock: MovableClock, instance: Path) -> Session:
    """A row of every table in which persons stand, all over by and by, with the marker in each registered column; mails delivered."""
    factories.submission(SubmissionStatus.rejected)
    factories.submission(SubmissionStatus.withdrawn)
    factories.submission(SubmissionStatus.returned)
    factories.posting(PostingStatus.closed)
    factories.keying()
    factories.search_alert()
    applied = factories.candidate(CandidateStatus.withdrawn)
    threads.write(applied, candidate_of(applied.id), "よろしくお願いします。")
    own = factories.actor(Role.municipality, organization=applied.organization)
    publication.close(applied.posting, own, seen_version=applied.posting.version)
    threads.note(applied, own, "電話は午後に。")
    applied.locked, applied.warned_at = True, program_clock.now()  # announced and locked: see candidate/test_retention.py
    sessions.begin(factories.account(Role.operator))
    db_session.commit()
    db_session.rollback()
    outbox.deliver_waiting()
    for entry in persons.REGISTER:
        _plant(entry)
    for number in db_session.execute(select(Submission.id)).scalars().all():
        search_index.put(number, [MARKER])
    db_session.commit()
    return db_session


def _plant(entry: persons.Personal) -> None:
    """Put the marker into the registered columns of the table's rows; make a row where there is none."""
    table = entry.model.__table__
    if not db.session.execute(select(table)).first():
        account = db.session.execute(select(Account.id)).scalars().first()
        known: dict[str, Any] = {
            "account_id": account,
            "exercise": 1,
            "points": 0,
            "sign_count": 0,
            "place": "x",
            "form_key": "k",
            "cookie_hash": "c",
            "count": 1,
        }
        moments = {c.name: program_clock.now() for c in table.columns if c.name in ("expires_at", "window_start")}
        values = {c.name: known[c.name] for c in table.columns if c.name in known} | moments
        values |= {column.key: {} if isinstance(column.type, AsciiJson) else MARKER for column in entry.blank}
        db.session.execute(table.insert().values(values))
    for column in entry.blank:
        mark: Any = MARKER
        if isinstance(column.type, AsciiJson):
            mark = [{"message": MARKER}] if column.key in ("findings", "items", "reasons") else {"mark": MARKER}
        elif inspect(entry.model).columns[column.key].unique or column.key in ("key", "name"):
            mark = MARKER + cast(table.primary_key.columns[0], String) if isinstance(table.primary_key.columns[0].type, Integer) else MARKER
        db.session.execute(table.update().values({column.key: mark}))


def test_nothing_is_left_of_a_person(
    planted: Session,
    app: Flask,
    client: Client,
    clock: MovableClock,
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    database_kind: str,
) -> None:
    """Database, index, mails, exports and what they leave on the disk, public pages and those kept in memory, all logs, old backups."""
    backups, temporary = tmp_path / "backups", tmp_path / "temporary"
    for folder in (backups, temporary):
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    change_settings(app, backup_folder=str(backups))
    own_id = planted.execute(select(Account.id).where(Account.organization_id.is_not(None))).scalars().first()
    visitor = Client(app, app.response_class, use_cookies=False)
    with transaction():
        asked = factories.candidate(CandidateStatus.open)
        officer = factories.actor(Role.municipality, organization=asked.organization)
        marked.publish_question(asked, officer)
        asked.locked, asked.warned_at, page = True, program_clock.now(), f"/postings/{asked.posting.posting_no}"
    outbox.deliver_waiting()

    def found() -> set[str]:
        with transaction():
            own = db.session.get_one(Account, own_id)
            own.status = AccountStatus.active
        client.sign_in(Role.admin)
        places = marked.in_answers(client, [path for path in marked.EXPORTS if path.startswith("/admin/")])
        client.sign_in(own)
        places |= marked.in_answers(client, [path for path in marked.EXPORTS if path.startswith("/office/")])
        return places | marked.in_answers(visitor, marked.PUBLIC)

    def fails() -> int:
        raise ValueError(f"Key (email)=({MARKER}@mail.example) already exists.")

    with marked.log_lines(app) as lines:
        assert marked.in_database(planted) >= {f"{table}.{column}" for table, columns in registered().items() for column in columns}
        assert marked.in_files(instance) if database_kind == "sqlite" else list((instance / "mail").glob("*.eml"))
        assert marked.in_index(planted)
        assert page in marked.in_answers(visitor, [page])
        assert page in marked.in_kept_pages(app)
        held = found()
        assert {"/admin/account/export.csv", "/admin/mail/export.csv"} <= held
        read_only = {path for path in held & set(marked.EXPORTS) if marked.EXPORTS[path] == "GET"}
        assert read_only <= DAILY_FILES, "a file with people is taken by a post, after a fresh proof, and the log knows who took it"
        visitor.get(f"/postings/?q={MARKER}").close()
        visitor.get(f"/none/{MARKER}", headers={"Referer": f"http://127.0.0.1/{MARKER}"}).close()
        visitor.post("/login", data={"email": f"{MARKER}@mail.example", "password": MARKER}).close()
        jobs.sweep("tell_desk", fails)
        old = program_clock.real_now() - timedelta(days=36)
        take.take(backups / f"keynet-{old:%Y%m%dT%H%M%SZ}.zip")
        planted.rollback()
        assert marked.in_files(backups)
        with transaction():
            live = planted.query(Posting).filter_by(status=PostingStatus.live).one()
            publication.close(live, officer, seen_version=live.version)
        later = max(clock.now, program_clock.real_now()) + timedelta(days=4 * 365)
        clock.set(later.strftime("%Y-%m-%d %H:%M"))
        counted = [number for _entry, number in persons.purge(later, dry_run=True)]
        done = [number for _entry, number in persons.purge(later)]
        assert sum(counted) >= sum(done) > 0
        for name in ("purge", "drop_backups", "verify_log"):
            jobs.sweep(name, jobs.ACTIONS[name])
        assert [number for _entry, number in persons.purge(later)] == [0] * len(persons.REGISTER)
        assert found() == set()
        assert marked.in_kept_pages(app) == set()
    told = lines.getvalue()
    assert {logger for logger in ("keynet.request", "keynet.security", "keynet_admin.jobs") if f'"logger": "{logger}"' not in told} == set()
    assert MARKER not in told
    assert marked.in_database(planted) == set()
    assert not marked.in_index(planted)
    assert planted.execute(search_index.found(select(Submission.id), planted.query(Submission).first().receipt_no)).first()
    planted.rollback()
    planted.close()
    db.engine.dispose()
    assert marked.in_files(tmp_path) == []
    assert list((instance / "mail").glob("*.eml")) == []
    assert list(backups.iterdir()) == []


def test_what_is_needed_stays(planted: Session, clock: MovableClock) -> None:
    """A day before its time nothing goes but what has none: drafts, and counts of an old window."""
    before = {entry.purpose: number for entry, number in persons.purge(clock.now + timedelta(days=20)) if number}
    assert set(before) <= {"入力途中の申請とファイル", "回数制限の記録"}
    live = factories.posting(PostingStatus.live)
    waiting = factories.submission()
    clock.advance(days=4 * 365)
    planted.commit()
    persons.purge()
    planted.expire_all()
    assert live.revisions[0].normalized["title"]
    assert waiting.revisions[0].contact is not None
    assert waiting.revisions[0].contact.email


@pytest.mark.parametrize(
    ("days", "gone"),
    [
        (170, set()),
        (181, {"rejected", "withdrawn", "returned"}),
        (370, {"rejected", "withdrawn", "returned", "accepted"}),
    ],
)
def test_contacts_end_by_the_outcome_of_their_case(planted: Session, clock: MovableClock, days: int, gone: set[str]) -> None:
    persons.purge(clock.now + timedelta(days=days))
    rows = select(Submission.status).join(SubmissionRevision).join(SubmissionContact)
    assert set(planted.execute(rows.where(SubmissionContact.email == "")).scalars()) == gone


def test_a_case_returned_late_keeps_its_form_while_its_link_lives(db_session: Session, clock: MovableClock) -> None:
    """It has no moment of decision; the time since its receipt says nothing."""
    case, operator = factories.submission(), factories.actor(Role.operator)
    clock.advance(days=200)
    review.return_(case, operator, seen_version=case.version, message="ご確認ください。", items=[])
    db_session.commit()
    left = []
    for days in (1, 100, 100):
        clock.advance(days=days)
        persons.purge()
        db_session.expire_all()
        contact = case.revisions[0].contact
        assert contact is not None
        left.append((bool(contact.email), bool(case.revisions[0].typed)))
        db_session.rollback()
    assert left == [(True, True), (True, True), (False, False)]


def test_sessions_end_by_the_clock_that_wrote_their_moment(db_session: Session, clock: MovableClock) -> None:
    """An open one by real time, whatever the movable clock says; an ended one by the movable clock."""
    clock.set((program_clock.real_now() + timedelta(days=400)).strftime("%Y-%m-%d %H:%M"))
    open_, ended = (sessions.begin(factories.account(Role.operator)) for _ in range(2))
    sessions.end(ended)
    db_session.commit()
    clock.advance(days=100)
    persons.purge()
    assert sessions.find(open_.key) is not None
    assert sessions.owner_of(ended.key) is None


@pytest.mark.parametrize("status", list(AccountStatus))
def test_a_forgotten_account_is_ended(db_session: Session, clock: MovableClock, status: AccountStatus) -> None:
    """Its sessions and links with it; it is told in the history, cannot be restored, and is no administrator who could stay the last."""
    account, lead = factories.account(Role.admin, status=status), factories.actor(Role.admin)
    accounts.request_reset(account.email)
    key = sessions.begin(account).key
    version = account.version
    db_session.commit()
    clock.advance(days=4 * 365)
    present = factories.account(Role.admin)
    db_session.commit()
    persons.purge()
    db_session.expire_all()
    assert account.is_erased
    assert account.status is AccountStatus.suspended
    assert sessions.find(key) is None
    assert set(db_session.execute(select(FirstLogin.replaced_at.is_(None)).where(FirstLogin.account_id == account.id)).scalars()) <= {False}
    told = select(AuditEvent).where(AuditEvent.about(account), AuditEvent.action == "expire")
    event = db_session.execute(told).scalar_one_or_none()
    assert (event is None) is (status is AccountStatus.suspended)
    assert account.version == version + (event is not None)
    assert "restore" not in workflow.allowed(account, lead)
    with pytest.raises(Refused, match="最後のアカウント"):
        accounts.suspend(present, factories.actor(Role.lead), seen_version=present.version, reason="確認のため。")


def test_the_last_administrator_is_not_forgotten(db_session: Session, clock: MovableClock) -> None:
    """However long nobody was here: with a second one in use, the first may go."""
    last, lead = factories.account(Role.admin), factories.account(Role.lead)
    db_session.commit()
    clock.advance(days=4 * 365)
    persons.purge()
    db_session.expire_all()
    assert (last.is_erased, last.status, lead.is_erased) == (False, AccountStatus.active, True)
    factories.account(Role.admin, created_at=program_clock.now())
    db_session.commit()
    persons.purge()
    db_session.expire_all()
    assert (last.is_erased, last.status) == (True, AccountStatus.suspended)


def test_pages_open_after_the_purge(planted: Session, client: Client, clock: MovableClock) -> None:
    """The case, the posting, the mail and the account are still there, without their persons."""
    persons.purge(clock.now + timedelta(days=4 * 365))
    client.sign_in(Role.admin)
    for name, model in (("submission", Submission), ("posting", Posting), ("mail", OutboxMail), ("account", Account), ("keying", Keying)):
        numbers = planted.execute(select(model.id)).scalars().all()
        for number in numbers:
            path = f"/admin/submission/new/{number}/" if name == "keying" else f"/admin/{name}/{number}/"
            answer = client.get(path)
            assert answer.status_code in (200, 302, 303), path
            assert MARKER not in answer.get_data(as_text=True)


def test_a_purged_mail_is_never_sent_again(planted: Session, clock: MovableClock) -> None:
    row = planted.execute(select(OutboxMail).limit(1)).scalar_one()
    persons.purge(clock.now + timedelta(days=4 * 365))
    planted.refresh(row)
    row.status = MailStatus.refused
    planted.commit()
    assert workflow.allowed(row, factories.actor(Role.operator)) == ["close"]


def test_the_command_and_the_job(app: Flask, planted: Session, clock: MovableClock) -> None:
    planted.commit()
    clock.advance(days=4 * 365)
    runner = app.test_cli_runner()
    dry = runner.invoke(args=["purge", "--dry-run"])
    assert dry.exit_code == 0
    assert f"決定の理由（1年）：{planted.query(Review).count()}件" in dry.output
    planted.rollback()
    jobs.purge()
    planted.expire_all()
    assert set(planted.execute(select(Review.reason)).scalars()) == {""}
    assert runner.invoke(args=["purge", "--dry-run"]).output.count("：0件") >= len(persons.REGISTER) - 2
    assert planted.query(StaffSession).filter(StaffSession.ended_at < clock.now - 3 * persons.MONTH).count() == 0


def test_the_job_runs_once_a_night(clock: MovableClock) -> None:
    due, answers = jobs.nightly(3), []
    for moment in ("2021-05-08 02:59", "2021-05-08 03:00", "2021-05-08 12:00", "2021-05-09 01:00", "2021-05-09 04:00"):
        clock.set(moment)
        answers.append(due(None))
    assert answers == [False, True, False, False, True]
