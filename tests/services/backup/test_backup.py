"""A backup taken while others write holds everything that was acknowledged before; what is not whole or does not fit is refused."""

import json
import re
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditCheck, AuditEvent, OutboxMail, StaffSession, Submission, SubmissionContact
from keynet_admin.services import counter
from keynet_admin.services.account import session as sessions
from keynet_admin.services.audit_chain import seal
from keynet_admin.services.backup import archive, take
from keynet_admin.services.invariants import check as invariants
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.services.audit_chain.attack import cut_the_end
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.web import Client, application

CHANGED_BY_RESTORING = {"alembic_version", "audit_event", "audit_seal", "counter", "listing_version", "setting", "throttle"}


def run(app: Flask, *arguments: object) -> Result:
    """`flask …` inside the test process."""
    return app.test_cli_runner().invoke(args=[str(part) for part in arguments])


def backup(app: Flask, file: Path, *options: str) -> Path:
    """A backup of the application's database in this file."""
    result = run(app, "backup", file, *options)
    assert result.exit_code == 0, result.output
    return file


@pytest.fixture
def second(database_kind: str, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """Another installation: an empty database, an empty instance folder."""
    folder = tmp_path / "second"
    folder.mkdir(mode=0o700)
    with databases.empty(database_kind, folder) as url, application(url, folder, {}) as app:
        yield app


@contextmanager
def writers(app: Flask, number: int) -> Iterator[list[tuple[datetime, str]]]:
    """Sends forms from several threads inside the block. Yields what was acknowledged, each with its moment."""
    acknowledged: list[tuple[datetime, str]] = []
    stop = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with app.app_context():
                while not stop.is_set() and len(acknowledged) < 400:
                    with transaction():
                        receipt = factories.submission(SubmissionStatus.received).receipt_no
                    acknowledged.append((program_clock.now(), receipt))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=write) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield acknowledged
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failed, failed


def wait_for(condition: Callable[[], bool]) -> None:
    """Until the condition holds; half a minute at most."""
    patience = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.005)


def test_what_was_acknowledged_before_its_moment_is_in_it(
    app: Flask, second: Flask, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Taken under load, restored elsewhere: nothing acknowledged is missing, nothing is there by half, every table is as the manifest says."""
    file = tmp_path / "backup.zip"
    with writers(app, 3) as acknowledged:
        wait_for(lambda: len(acknowledged) > 5)
        backup(app, file)
        taken = len(acknowledged)
        wait_for(lambda: len(acknowledged) > taken + 3)
    begin = time.monotonic()
    result = run(second, "restore", file)
    record_property("restore_seconds", round(time.monotonic() - begin, 1))
    assert result.exit_code == 0, result.output
    manifest = take.verify(file)
    with second.app_context():
        there = set(db.session.execute(select(Submission.receipt_no)).scalars())
        assert {number for moment, number in acknowledged if moment < manifest.taken_at} <= there
        assert there < {number for _, number in acknowledged}
        found = {result.invariant.name: result.looked for result in invariants.check()}
        assert {name: looked.found for name, looked in found.items() if looked.found} == {}, (
            "nothing is there by half, and the log is whole"
        )
        assert {found[name].number for name in ("cases_whole", "cases_told", "cases_confirmed")} == {len(there)}
        assert found["log_sealed"].number >= len(there)
        assert counter.receipt_nos(program_clock.now())[0] not in {number for _, number in acknowledged}, "no number is given out again"
        db.session.rollback()
        again = take.take(tmp_path / "again.zip")
    same = set(manifest.tables) - CHANGED_BY_RESTORING
    assert {name: again.tables[name] for name in same} == {name: manifest.tables[name] for name in same}
    assert len(same) > 40


def test_it_is_its_owners_only_and_keeps_the_key(app: Flask, second: Flask, tmp_path: Path) -> None:
    """0600, and the other installation reads with the same secret."""
    key = Path(app.extensions["keynet_settings"].instance) / "secret-key"
    key.write_text("the key of the first installation\n", encoding="ascii")
    file = backup(app, tmp_path / "backup.zip")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    result = run(second, "restore", file)
    restored = tmp_path / "second" / "secret-key"
    assert restored.read_bytes() == key.read_bytes()
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600
    assert "起動し直してください" in result.output


def test_what_holds_something_is_only_replaced_when_told_to(app: Flask, second: Flask, tmp_path: Path) -> None:
    """Refused with one line; with `--replace` nothing of before stays."""
    with app.app_context(), transaction():
        factories.account(Role.lead, email="first@city.example")
    file = backup(app, tmp_path / "backup.zip")
    with second.app_context():
        upgrade()
        with transaction():
            factories.account(Role.lead, email="second@city.example")

    def there() -> list[str]:
        with second.app_context():
            return list(db.session.execute(select(Account.email)).scalars())

    refused = run(second, "restore", file)
    assert (refused.exit_code, there()) == (1, ["second@city.example"])
    assert "--replace" in refused.output
    assert run(second, "restore", file, "--replace").exit_code == 0
    assert there() == ["first@city.example"]


def changed(file: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of a backup in which one member is another."""
    target = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(target, "w") as after:
        for member in before.namelist():
            content = before.read(member)
            after.writestr(member, change(content) if member == name else content)
    return target


@pytest.mark.parametrize(
    ("what", "words"),
    [("bit", "目録と違います"), ("cut", "壊れています"), ("newer", "より新しい版"), ("other", "には戻せません"), ("form", "形式")],
)
def test_what_is_not_whole_or_does_not_fit_changes_nothing(
    app: Flask, second: Flask, tmp_path: Path, database_kind: str, what: str, words: str
) -> None:
    """A flipped bit, a cut file, another database, a newer program or form: one line, and the database stays without a table."""
    file = backup(app, tmp_path / "backup.zip")
    content = "database.sqlite" if database_kind == "sqlite" else "tables/prefecture.copy"
    if what == "bit":
        file = changed(file, content, lambda old: old[:-9] + bytes([old[-9] ^ 1]) + old[-8:])
    elif what == "cut":
        file.write_bytes(file.read_bytes()[:-400])
    else:
        other = {"sqlite": "postgresql", "postgresql": "sqlite"}[database_kind]
        new = {"newer": {"revision": "9999"}, "other": {"database": other}, "form": {"format": 2}}[what]
        file = changed(file, "manifest.json", lambda old: json.dumps(json.loads(old) | new).encode())
    result = run(second, "restore", file)
    assert result.exit_code == 1
    assert words in result.output
    assert what in ("newer", "other") or run(second, "verify-backup", file).exit_code == 1
    with second.app_context():
        assert take.present_revision() is None


def test_nothing_to_back_up(second: Flask, tmp_path: Path) -> None:
    """A database without tables is no backup, and no file is left."""
    result = run(second, "backup", tmp_path / "backup.zip")
    assert (result.exit_code, "db upgrade" in result.output) == (1, True)
    assert not list(tmp_path.glob("*backup*"))


def test_encrypted_to_a_key_that_the_server_does_not_have(app: Flask, second: Flask, tmp_path: Path) -> None:
    """Nothing of it can be read, only its private key opens it, and nothing plain is left beside it."""
    mine, foreign = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    keys = {}
    for name, identity in (("mine", mine), ("foreign", foreign)):
        keys[name] = tmp_path / name
        keys[name].write_text(f"# created: 2021-05-07\n{identity}\n", encoding="ascii")
    file = backup(app, tmp_path / "backup.zip.age", "--encrypt-to", str(mine.to_public()))
    assert b"manifest.json" not in file.read_bytes()
    for options in ((), ("--identity", keys["foreign"])):
        refused = run(second, "restore", file, *options)
        assert (refused.exit_code, "秘密鍵" in refused.output) == (1, True)
    assert run(second, "restore", file, "--identity", keys["mine"]).exit_code == 0
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"backup.zip.age", "mine", "foreign"}
    assert run(app, "backup", tmp_path / "b.age", "--encrypt-to", "age1wrong").exit_code == 1


def test_a_folder_keeps_so_many_and_never_loses_the_newest(app: Flask, tmp_path: Path) -> None:
    """By number and by days; what has another name is left alone."""
    folder = tmp_path / "backups"
    folder.mkdir()
    now = program_clock.real_now()
    for days in (1, 2, 40):
        (folder / f"keynet-{now - timedelta(days=days):%Y%m%dT%H%M%SZ}.zip").touch()
    (folder / "keynet-old.zip").touch()
    assert run(app, "backup", folder, "--keep-days", "35").exit_code == 0
    assert len(list(folder.iterdir())) == 4
    assert run(app, "backup", folder / "one.zip", "--keep", "1").exit_code == 2
    for file in folder.glob("keynet-2*"):
        file.rename(folder / f"keynet-2020{file.name[11:]}")
    archive.drop_old(folder, keep=2, days=None)
    assert len(list(folder.iterdir())) == 3
    archive.drop_old(folder, keep=None, days=1)
    assert len(list(folder.iterdir())) == 2


def test_running_processes_show_the_restored_postings(app: Flask, db_session: Session, client: Client, tmp_path: Path) -> None:
    """Search, pages and signed-in browsers of a process that has run all the time."""
    factories.posting(PostingStatus.live, {"title": "最初の募集 会場"})
    db_session.commit()

    def titles() -> set[str]:
        page = client.get("/postings/").get_data(as_text=True)
        return set(re.findall("(最初|後)の募集", page))

    assert titles() == {"最初"}
    file = backup(app, tmp_path / "backup.zip")
    factories.posting(PostingStatus.live, {"title": "後の募集 会場"})
    db_session.commit()
    assert titles() == {"最初", "後"}
    who = factories.account(Role.operator)
    signed_in = sessions.begin(who)
    db_session.commit()
    assert sessions.find(signed_in.key)
    db_session.rollback()
    assert run(app, "restore", file, "--replace").exit_code == 0
    assert titles() == {"最初"}
    assert sessions.find(signed_in.key) is None
    factories.posting(PostingStatus.live, {"title": "後の募集 会場"})
    db_session.commit()
    assert titles() == {"最初", "後"}


def test_sessions_and_what_is_over_end_before_anybody_is_served(app: Flask, second: Flask, tmp_path: Path, clock: MovableClock) -> None:
    """A session that was open in the backup is not; a case whose time has come since is forgotten; the log says that it was restored."""
    with app.app_context(), transaction():
        sessions.begin(factories.account(Role.operator))
        factories.submission(SubmissionStatus.rejected, {"contact.contact_name": "海野 しるし"})
    file = backup(app, tmp_path / "backup.zip")
    clock.set("2022-05-09 10:00")
    result = run(second, "restore", file)
    assert result.exit_code == 0, result.output
    with second.app_context():
        assert db.session.execute(select(func.count()).where(StaffSession.ended_at.is_(None))).scalar_one() == 0
        assert db.session.execute(select(SubmissionContact.typed)).scalars().all() == [{}]
        assert db.session.execute(select(OutboxMail.body).where(OutboxMail.status == "sent")).scalars().all() == []
        assert db.session.execute(select(AuditEvent.subject).where(AuditEvent.action == "restore_backup")).scalars().all() == ["setting"]
        assert invariants.broken() == {}, "what was forgotten on the way breaks none"
        everything = take.take(tmp_path / "after.zip")
    with zipfile.ZipFile(tmp_path / "after.zip") as content:
        held = b"".join(content.read(name) for name in everything.files)
    assert "海野 しるし".encode() not in held
    assert json.dumps("海野").strip('"').encode() not in held


def test_a_log_that_was_cut_is_told_from_the_manifests_end(app: Flask, second: Flask, tmp_path: Path) -> None:
    """By the backup beside the running database, and by the restore of a backup whose tables were changed along with their sums."""
    with app.app_context():
        factories.posting(PostingStatus.live)
        db.session.commit()
        end = archive.LogEnd(*seal.head())
        db.session.rollback()
    whole = backup(app, tmp_path / "whole.zip")
    assert take.verify(whole).log == end
    assert run(app, "verify-audit", "--backup", whole).exit_code == 0
    with app.app_context():
        cut_the_end(db.session())
    told = run(app, "verify-audit", "--backup", whole)
    assert (told.exit_code, told.stdout.startswith(f"位置 {end.position}：")) == (1, True)
    cut = backup(app, tmp_path / "cut.zip")
    shorter = take.verify(cut).log
    assert shorter is not None
    assert shorter.position == end.position - 1
    with zipfile.ZipFile(whole) as content:
        kept = json.loads(content.read("manifest.json"))["log"]
    file = changed(cut, "manifest.json", lambda text: json.dumps(json.loads(text) | {"log": kept}).encode())
    result = run(second, "restore", file)
    assert result.exit_code == 0, "the service goes on, and whoever restores is told"
    assert "操作の記録に問題があります" in result.output
    with second.app_context():
        assert db.session.execute(select(AuditCheck.faults)).scalars().all() == [1]
        db.session.rollback()
    assert "操作の記録に問題" not in run(second, "restore", cut, "--replace").output


def test_a_backup_of_an_older_program(second: Flask, databases: Databases, database_kind: str, tmp_path: Path) -> None:
    """It comes back at its own migration and is brought up to the newest one; over a newer database, too."""
    folder = tmp_path / "old"
    folder.mkdir()
    file = tmp_path / "backup.zip"
    with databases.empty(database_kind, folder) as url, application(url, folder, {}) as old:
        with old.app_context():
            upgrade(revision="0053")
            with db.engine.begin() as connection:
                connection.execute(text("INSERT INTO setting (key, value, changed_at) VALUES ('notice', '\"旧\"', '2021-05-07')"))
            head = take.present_revision()
        backup(old, file)
    for options in ((), ("--replace",)):
        result = run(second, "restore", file, *options)
        assert result.exit_code == 0, result.output
        with second.app_context():
            assert (head, take.present_revision() != head) == ("0053", True)
            assert db.session.execute(text("SELECT value FROM setting WHERE key = 'notice'")).scalar_one() == '"旧"'
            db.session.rollback()


def test_a_backup_of_a_site_that_could_only_be_read(app: Flask, second: Flask, tmp_path: Path) -> None:
    """Who moves stops writing, backs up and restores: the copy is made ready all the same and can be written at once."""
    assert run(app, "read-only", "on").exit_code == 0
    file = backup(app, tmp_path / "backup.zip")
    result = run(second, "restore", file)
    assert result.exit_code == 0, result.output
    with second.app_context(), transaction():
        assert factories.account(Role.operator).id
    assert run(app, "read-only", "off").exit_code == 0
