"""The retention with a dry run: what is due, how old the oldest is, the numbers of each run, and what is never deleted."""

from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, EntryDraft, RetentionRun, StaffSession
from keynet_admin.services import persons
from keynet_admin.services.operation import retention
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

DRAFTS = "入力途中の申請とファイル"


def plant(clock: MovableClock) -> None:
    """Three drafts that are over (since today, for 5 and for 40 days) and one that is not."""
    for number, days in enumerate((0, 5, 40, -1)):
        expires = clock.now - timedelta(days=days, minutes=1)
        db.session.add(EntryDraft(cookie_hash=str(number), typed={"name": "見本 さくら"}, form_key="x", expires_at=expires))
    db.session.commit()


def drafts() -> retention.DueRows:
    """The entry of the drafts."""
    db.session.rollback()
    return next(row for row in retention.due() if row.entry.purpose == DRAFTS)


def test_what_is_due_and_how_old_it_is(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """Counted without deleting anything; the command prints the same."""
    assert (drafts().number, drafts().oldest) == (0, "")
    plant(clock)
    row = drafts()
    assert (row.number, row.days, row.oldest) == (3, 40, "最も古いものは期限を40日過ぎています")
    assert db.session.execute(select(func.count()).select_from(EntryDraft)).scalar_one() == 4
    db.session.rollback()
    printed = app.test_cli_runner().invoke(args=["purge", "--dry-run"]).output
    assert f"{DRAFTS}（期限の日まで）：3件、最も古いものは期限を40日過ぎています" in printed
    assert len(printed.strip().splitlines()) == len(persons.REGISTER)
    assert "見本" not in printed


def test_the_run_of_the_night_keeps_its_numbers(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """Numbers by entry, an event with the sum; a night without anything is kept, too, without an event."""
    plant(clock)
    assert jobs.purge() == 3
    assert jobs.purge() == 0
    assert [run.numbers for run in retention.last_runs()] == [{}, {DRAFTS: 3}]
    events = db.session.execute(select(AuditEvent).where(AuditEvent.subject == "retention_run")).scalars().all()
    assert [(event.action, event.codes) for event in events] == [("purge", {"rows": 3})]


def test_every_table_is_kept_for_a_reason_or_ends(app: Flask) -> None:
    """A new table has to be named: in the register, or among what is never deleted."""
    ends = {entry.model.__tablename__ for entry in persons.REGISTER if entry.whole}
    never = [table for row in retention.NEVER for table in row.tables]
    tables = {mapper.class_.__tablename__ for mapper in db.Model.registry.mappers if mapper.class_.__module__.startswith("keynet_admin.")}
    assert len(never) == len(set(never))
    assert tables == ends | set(never) | retention.BY_ITSELF
    assert all(entry.why.endswith("。") for entry in persons.REGISTER)
    assert len({entry.purpose for entry in persons.REGISTER}) == len(persons.REGISTER)


def test_the_page_deletes_what_was_confirmed_and_nothing_else(app: Flask, db_session: Session, client: Client, clock: MovableClock) -> None:
    """The numbers of the confirmation, or none: when they changed since, it shows the new ones."""
    plant(clock)
    client.sign_in(Role.admin)
    page = client.get("/admin/retention/").text
    assert "最も古いものは期限を40日過ぎています" in page
    assert "操作の記録" in page
    shown = client.get("/admin/retention/run").text
    assert "3件を削除する" in shown
    counted = shown.partition('name="counted" value="')[2].partition('"')[0]
    db.session.add(EntryDraft(cookie_hash="late", typed={}, form_key="x", expires_at=clock.now - timedelta(days=1)))
    refused = client.post("/admin/retention/run", data={"counted": counted})
    assert refused.status_code == 409
    assert "件数が変わりました" in refused.text
    assert "4件を削除する" in refused.text
    assert db.session.execute(select(func.count()).select_from(EntryDraft)).scalar_one() == 5
    counted = refused.text.partition('name="counted" value="')[2].partition('"')[0]
    done = client.post("/admin/retention/run", data={"counted": counted}, follow_redirects=True)
    assert "削除しました（4件）" in done.text
    assert "入力途中の申請とファイル 4件" in done.text
    assert db.session.execute(select(EntryDraft.cookie_hash)).scalars().all() == ["3"]
    run = db.session.execute(select(RetentionRun)).scalar_one()
    assert run.account_id is not None
    assert "対象はありません" in client.get("/admin/retention/run").text


def test_sessions_are_measured_by_the_real_clock(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """An entry of real time is due by it, however the demo's clock stands."""
    account = factories.account(Role.operator)
    level_at = program_now() - timedelta(days=100)
    db.session.add(StaffSession(account_id=account.id, key_hash="old", level_at=level_at, created_at=level_at))
    db.session.commit()
    clock.advance(days=-400)
    db.session.rollback()
    row = next(row for row in retention.due() if row.entry.purpose == "ログインの記録")
    assert (row.number, row.days) == (1, 10)


def program_now() -> datetime:
    """The real clock's now."""
    return persons.clock.real_now()
