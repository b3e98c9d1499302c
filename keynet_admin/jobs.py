"""What runs by itself, with its timetable. Huey drives it; the truth stays in our tables.

Every job is a repeatable sweep: a lost, late or doubled task is harmless. The queue only wakes the mailer early and keeps the time.
Its SQLite file is its own (`queue.db`); with `REDIS_URL` the queue is there and many workers may run, on SQLite only one.
"""

import fcntl
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import click
import redis
from flask import Flask, current_app
from flask.cli import with_appcontext
from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer, Scheduler
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import OperationalError

from keynet_admin import clock, config
from keynet_admin.errors import KeynetError, ReadOnlyMode
from keynet_admin.extensions import db, reading
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import logs, master_data, persons
from keynet_admin.services.account import desk_notices, dormant, notices, viewing
from keynet_admin.services.alert import digest as alert_digest
from keynet_admin.services.alert import keeping, subscription
from keynet_admin.services.audit_chain import check as audit_check
from keynet_admin.services.backup import archive
from keynet_admin.services.candidate import retention, silence
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.operation import retention as keeping_times
from keynet_admin.services.operation import runs, table_statistics
from keynet_admin.services.operation.job_table import BY_NAME, JOBS, MAIL_EVERY
from keynet_admin.services.operation.timetable import every, nightly
from keynet_admin.services.partner import digest, keys, lag, ledger
from keynet_admin.services.posting import freshness, outcome, publication
from keynet_admin.services.report import open_data, reminders, rounds
from keynet_admin.services.submission import follow_up, presence, review, task
from keynet_admin.services.submission.casework import warning
from keynet_admin.services.transaction import read_only, transaction

log = logging.getLogger(__name__)

NAME = "keynet"
PRESENT_EVERY = 60.0
STOP_SECONDS = 7.0
_ROUND = 200  # mails before the worker looks at its other jobs again

# A mail server may take ten minutes for one mail; the others go out beside it.
SENDERS = 3
_sending = threading.BoundedSemaphore(SENDERS)
_asked = threading.Event()
_notes = runs.Notes()
_stopping = threading.Event()  # the process is to end: what is under way is finished, nothing more is begun


class WorkerRunning(RuntimeError):
    """A second worker on SQLite."""


def init_app(app: Flask) -> None:
    """Make the queue, name its jobs, and wake the mailer after each commit that wrote mails."""
    huey = queue_of(config.of(app))
    app.extensions["huey"] = huey

    def periodic(name: str, due: Callable[[Any], bool], action: Callable[[], Any]) -> Any:
        def run() -> None:
            with app.app_context():
                action()

        return huey.periodic_task(due, name=name, expires=120)(run)

    tasks = {
        job.name: periodic(job.name, every(job.every) if job.every else nightly(job.hour), partial(sweep, job.name, ACTIONS[job.name]))
        for job in JOBS
    }
    periodic("run_asked", every(MAIL_EVERY), run_asked)
    app.extensions["keynet_wake"] = tasks["deliver_mail"]
    mailer.on_enqueued(wake_mailer)
    app.cli.add_command(worker)


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Run the jobs that run by themselves, until stopped."""
    logging.getLogger().setLevel(logging.INFO)
    logging.getLogger("huey").setLevel(logging.WARNING)
    try:
        run_worker(current_app._get_current_object())  # type: ignore[attr-defined]
    except WorkerRunning as error:
        raise click.ClickException(str(error)) from None


def wake_mailer() -> None:
    """Ask the worker to deliver now. Called after commit; without a queue the next sweep does it."""
    try:
        current_app.extensions["keynet_wake"]()
    except Exception as error:
        log.warning("the queue is out of reach, mails wait for the next sweep: %s", type(error).__name__)


def deliver_mail() -> int:
    """Send everything that is due. A few runs at a time in this process; a call beyond makes one of them look once more."""
    _asked.set()
    if not _sending.acquire(blocking=False):
        return 0
    sent = 0
    try:
        while _asked.is_set() and not _stopping.is_set():
            _asked.clear()
            done = mailer.deliver_due(_ROUND, stopped=_stopping.is_set)
            sent += done
            if done == _ROUND:
                _asked.set()
    finally:
        _sending.release()
    return sent


def open_postings() -> int:
    """Make postings live whose wished day has come, one a transaction."""
    with reading():
        due = publication.due_to_open()
        db.session.rollback()
    return one_by_one(due, publication.open_scheduled)


def follow_up_cases() -> int:
    """Put cases whose mail did not arrive into the queue, remind silent senders, ask operators to call, end claims and looks, one a transaction."""
    done = 0
    for due, action in (
        (task.due, task.follow),
        (follow_up.due_to_follow, follow_up.follow),
        (review.due_to_let_go, review.let_go),
        (viewing.due_to_end, viewing.end_due),
    ):
        with reading():
            cases = due()
            db.session.rollback()
        done += one_by_one(cases, action)
    return done


def expire_postings() -> int:
    """Close postings whose last day is over, one a transaction. Lists judge the end themselves; this only tidies up."""
    with reading():
        due = publication.due_to_expire()
        db.session.rollback()
    return one_by_one(due, publication.expire)


def ask_postings() -> int:
    """Ask whether postings that nobody has touched for long still hold, and hide those without an answer, one a transaction."""
    done = 0
    for due, action in ((freshness.due_to_ask, freshness.ask), (freshness.due_to_hide, freshness.hide)):
        with reading():
            postings = due()
            db.session.rollback()
        done += one_by_one(postings, action)
    return done


def ask_outcomes() -> int:
    """Ask the owners of ended postings how many people they secured, one posting a transaction."""
    with reading():
        due = outcome.due_to_ask()
        db.session.rollback()
    return one_by_one(due, outcome.ask)


def follow_candidates() -> int:
    """Remind municipalities of people who wait, ask the service center to call, tell who waits; announce and lock what is kept no longer."""
    done = 0
    for due, action in (
        (silence.due_to_remind, silence.remind),
        (silence.due_to_follow, silence.follow),
        (retention.due_to_warn, retention.warn),
        (retention.due_to_lock, retention.lock),
    ):
        with reading():
            found = due()
            db.session.rollback()
        done += one_by_one(found, action)
    return done


def tell_offices() -> int:
    """Mail municipalities' accounts their digest of the morning, and what is new to those who want to hear at once; one a transaction."""
    done = 0
    for due, action in ((notices.due_for_digest, notices.send_digest), (notices.due_at_once, notices.tell_at_once)):
        with reading():
            accounts = due()
            db.session.rollback()
        done += one_by_one(accounts, action)
    return done


def tell_desk() -> int:
    """Mail operators their digest, what is new to those who want to hear at once, and what is near its deadline; the last in one transaction."""
    done = 0
    for due, action in ((desk_notices.due_for_digest, desk_notices.send_digest), (desk_notices.due_at_once, desk_notices.tell_at_once)):
        with reading():
            accounts = due()
            db.session.rollback()
        done += one_by_one(accounts, action)
    with reading():
        cases = warning.due()
        db.session.rollback()
    if cases:
        with transaction():
            done += warning.warn(cases)
    return done


def follow_reports() -> int:
    """Ask the bodies of a new round for their report, and freeze rounds whose deadline is over; one a transaction."""
    done = 0
    for due, action in ((reminders.due_to_ask, reminders.ask), (rounds.due_to_freeze, rounds.freeze)):
        with reading():
            found = due()
            db.session.rollback()
        done += one_by_one(found, action)
    return done


def follow_partners() -> int:
    """Mail partners what changed and what must vanish there, raise or end their alarms, issue anew what they show no longer, end replaced keys."""
    done = 0
    for due, action in (
        (digest.due, digest.send),
        (ledger.due_to_reissue, ledger.reissue_due),
        (lag.due, lag.sweep),
        (keys.due_to_expire, keys.expire),
    ):
        with reading():
            found = due()
            db.session.rollback()
        done += one_by_one(found, action)
    return done


def tell_visitors() -> int:
    """End alerts that reach nobody, mail what is new to the others, ask before their end; one a transaction."""
    done = 0
    for due, action in ((subscription.due_to_follow, subscription.follow), (keeping.due_to_warn, keeping.warn)):
        with reading():
            found = due()
            db.session.rollback()
        done += one_by_one(found, action)
    with reading():
        mornings = alert_digest.due()
        db.session.rollback()
    looks = alert_digest.looks(mornings)
    while True:
        with reading():
            look = next(looks, None)
        if look is None or _stopping.is_set():
            return done
        try:
            done += one_by_one([look], alert_digest.send)
        except Exception:  # one that cannot be made keeps nobody else waiting
            log.exception("alert %s is left to the next round", look)


def close_unused_accounts() -> int:
    """Tell the holders of accounts that nobody uses, and close those whose time is over; one a transaction."""
    done = 0
    for due, action in ((dormant.due_to_warn, dormant.warn), (dormant.due_to_close, dormant.close)):
        with reading():
            accounts = due()
            db.session.rollback()
        done += one_by_one(accounts, action)
    return done


def publish_open_data() -> int:
    """Publish the months that are over, the oldest first, one a transaction; counted before it begins."""
    done = 0
    while True:
        with reading():
            month = open_data.next_due()
            content = open_data.content_of(month) if month is not None else []
            db.session.rollback()
        if month is None or _stopping.is_set():
            return done
        with transaction():
            done += open_data.store(month, content)


def one_by_one(ids: Iterable[Any], action: Callable[[Any], bool]) -> int:
    """Run `action` for each row in a transaction of its own and return how often it said yes.

    A row that somebody else is changing is left to the next round and takes no other row with it, and so are all others once the worker stops.
    """
    done = 0
    for number in ids:
        if _stopping.is_set():
            break
        try:
            with transaction():
                done += action(number)
        except (KeynetError, OperationalError) as error:
            log.warning("%s %s is left to the next round: %s", action.__name__, number, type(error).__name__)
    return done


def purge() -> int:
    """End what is kept no longer: persons' data whose time is over, drafts, sessions, counts."""
    found = persons.purge()
    with transaction():
        run = keeping_times.record(found, SYSTEM)
        presence.forget()
    return sum(run.numbers.values())


def verify_log() -> int:
    """Verify what the log has grown by, and keep what was found. Returns the faults."""
    with reading():
        seen = audit_check.look()
        db.session.rollback()
    with transaction():
        return audit_check.keep(seen).faults


def drop_backups() -> int:
    """Delete the backups whose keeping time is over, so that what was deleted in the database ends there, too."""
    settings = config.current()
    return len(archive.drop_expired(Path(settings.backup_folder), settings.backup_days)) if settings.backup_folder else 0


def look_at_tables() -> None:
    """See `operation/table_statistics.py`."""
    with transaction():
        table_statistics.look()


# What each row of the table of jobs does; a count of rows comes back, where a job has one.
ACTIONS: dict[str, Callable[[], Any]] = {
    "deliver_mail": deliver_mail,
    "open_postings": open_postings,
    "follow_up": follow_up_cases,
    "expire_postings": expire_postings,
    "ask_postings": ask_postings,
    "ask_outcomes": ask_outcomes,
    "follow_candidates": follow_candidates,
    "tell_offices": tell_offices,
    "tell_desk": tell_desk,
    "follow_reports": follow_reports,
    "follow_partners": follow_partners,
    "tell_visitors": tell_visitors,
    "close_unused_accounts": close_unused_accounts,
    "publish_open_data": publish_open_data,
    "purge": purge,
    "verify_log": verify_log,
    "drop_backups": drop_backups,
    "look_at_tables": look_at_tables,
}


@logs.a_run()
def sweep(name: str, action: Callable[[], Any]) -> None:
    """Run one job; a failure is logged and noted, and the next round tries again. In read-only mode nothing runs."""
    begin, result, failed = time.monotonic(), None, None
    try:
        with reading():
            stopped = read_only()
            master_data.refresh(now=True)
            db.session.rollback()
        if stopped:
            return
        result = action()
    except ReadOnlyMode:
        return  # switched on while it ran: what it had not done waits
    except Exception as error:
        log.exception("job %s failed", name)
        failed = error
    finally:
        db.drop_session()
    job = BY_NAME.get(name)
    if _notes.add(name, time.monotonic() - begin, result, failed) or (job is not None and not job.every):
        write_notes()


def write_notes(*, started: datetime | None = None) -> None:
    """Write what the runs of this worker came to, and that it is there. Without a database it waits for the next time."""
    noted = _notes.take()
    try:
        with transaction(even_read_only=True):
            runs.write(noted)
            if started is not None:
                runs.be_present(started)
    except Exception as error:
        log.warning("the notes of the jobs wait for the next time: %s", type(error).__name__)
        _notes.give_back(noted)
    finally:
        db.drop_session()


def run_asked() -> int:
    """Run the jobs that somebody asked for on the jobs page, each by one worker alone. Returns how many."""
    done = 0
    try:
        with reading():
            names = [] if read_only() else runs.asked()
            db.session.rollback()
        for name in names:
            if _stopping.is_set():
                break
            with transaction():
                mine = runs.take(name)
            if mine:
                sweep(name, ACTIONS[name])
                write_notes()
                done += 1
    finally:
        db.drop_session()
    return done


class _Scheduler(Scheduler):  # type: ignore[misc]
    """Huey looks at its timetable once a minute; mails should not wait that long."""

    periodic_task_seconds = MAIL_EVERY


def _attend(app: Flask, stop: threading.Event) -> None:
    """Say once a minute that this worker is there, in a thread of its own: a long job keeps it from nothing."""
    started = clock.real_now()
    while True:
        with app.app_context():
            write_notes(started=started)
        if stop.wait(PRESENT_EVERY):
            return


class _Consumer(Consumer):  # type: ignore[misc]
    scheduler_class = _Scheduler

    def stop(self, graceful: bool = False) -> None:
        """Huey waits for its tasks; a sweep over many rows has to hear of it, too."""
        _stopping.set()
        log.info("the worker stops: what is under way is finished")
        super().stop(graceful)


def run_worker(app: Flask) -> None:
    """Run the jobs until SIGTERM or Ctrl-C; the mail or row that is under way is finished, at most for some seconds, and no other begun.

    Raises WorkerRunning on SQLite when another worker holds the instance's lock file.
    """
    settings = config.of(app)
    lock = None if settings.redis_url else _only_one(settings.instance)
    huey: Huey = app.extensions["huey"]
    stop = threading.Event()
    threading.Thread(target=_attend, args=(app, stop), name="presence", daemon=True).start()
    try:
        # One thread more than may send: a slow mail server stops no other job.
        consumer = _Consumer(
            huey, workers=SENDERS + 1, worker_type="thread", max_delay=1.0, graceful_signal="TERM", shutdown_timeout=STOP_SECONDS
        )
        consumer.run()
    finally:
        stop.set()
        if lock is not None:
            lock.close()


def _only_one(instance: Path) -> IO[str]:
    """Take the lock of the instance folder; it ends with the process, however that ends."""
    file = (instance / "worker.lock").open("a", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise WorkerRunning("このフォルダではワーカーがすでに動いています。SQLite では1つだけ起動できます。") from error
    return file


def queue_of(settings: config.Settings) -> Huey:
    """Redis when it is set, else a SQLite file beside the database. A queue that cannot be opened does not stop the web."""
    if settings.redis_url:
        # No retries: a request that wakes the mailer must not wait for a server that is down; the sweeps catch up.
        pool = redis.ConnectionPool.from_url(settings.redis_url, socket_connect_timeout=1, socket_timeout=5, retry=Retry(NoBackoff(), 0))
        return RedisHuey(NAME, connection_pool=pool, results=False)
    options: dict[str, Any] = {"filename": str(settings.instance / "queue.db"), "results": False, "fsync": False, "timeout": 2}
    try:
        return SqliteHuey(NAME, **options)
    except sqlite3.Error:
        log.warning("the queue's file cannot be opened; mails wait for the sweeps", exc_info=True)
        return SqliteHuey(NAME, create_tables=False, **options)
