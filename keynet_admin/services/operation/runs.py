"""What is kept of the jobs' runs, and which workers are there. All moments are of the real clock.

A worker notes each run in its memory and writes once a minute, with its presence: a job that finds nothing to do every ten seconds writes
nothing of its own. What somebody waits for is written at once: a failure, the first run after one, a run that was asked for, a job of the night.
"""

import os
import socket
import threading
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, func, select, update

from keynet_admin import clock
from keynet_admin.config import ROOT
from keynet_admin.errors import NotFound, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Account, JobFailure, JobRun, WorkerPresence
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit
from keynet_admin.services.operation import alarms as alarms_to
from keynet_admin.services.operation.job_table import BY_NAME, JOBS, Job
from keynet_admin.services.transaction import rows_changed
from keynet_admin.vocabulary import Role

ALARM_AFTER = 3  # failures in a row
WORKER_GONE = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=1)
KEPT_FAILURES = 20  # of each job


@dataclass(frozen=True)
class JobError:
    """An error without its words: its kind, and the last line of the program that it came through."""

    at: datetime
    kind: str
    place: str


@dataclass
class Noted:
    """What happened to one job since it was last written."""

    ended_at: datetime
    seconds: float
    rows: int | None = None
    succeeded_at: datetime | None = None
    failures: list[JobError] = field(default_factory=list)  # in a row, since the last success


class Notes:
    """The runs of one worker process that are not written yet."""

    def __init__(self) -> None:
        """Nothing has happened so far."""
        self._lock = threading.Lock()
        self._noted: dict[str, Noted] = {}
        self._failing: set[str] = set()

    def add(self, name: str, seconds: float, result: object, error: Exception | None) -> bool:
        """Note a run that ended now. True when somebody waits for it: it failed, or is the first one after a failure."""
        now = clock.real_now()
        with self._lock:
            noted = self._noted.setdefault(name, Noted(now, seconds))
            noted.ended_at, noted.seconds = now, seconds
            noted.rows = result if isinstance(result, int) and not isinstance(result, bool) else None
            if error is not None:
                noted.failures.append(failure_of(error, now))
                self._failing.add(name)
                return True
            noted.succeeded_at, noted.failures = now, []
            recovered = name in self._failing
            self._failing.discard(name)
            return recovered

    def take(self) -> dict[str, Noted]:
        """What is to be written now; `give_back` when that failed."""
        with self._lock:
            noted, self._noted = self._noted, {}
            return noted

    def give_back(self, taken: dict[str, Noted]) -> None:
        """Keep what could not be written for the next time, behind what happened meanwhile."""
        with self._lock:
            for name, old in taken.items():
                new = self._noted.get(name)
                if new is None:
                    self._noted[name] = old
                elif new.succeeded_at is None:
                    new.failures[:0], new.succeeded_at = old.failures, old.succeeded_at


def failure_of(error: Exception, at: datetime) -> JobError:
    """The kind and the place of an error. Its words stay out: they may be a person's."""
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(ROOT / "keynet_admin")]
    place = f"{Path(own[-1].filename).relative_to(ROOT)}:{own[-1].lineno}" if own else ""
    return JobError(at, kind[:120], place[-120:])


def write(noted: dict[str, Noted]) -> None:
    """Write what was noted; the third failure in a row is mailed to the administrators, once."""
    for name, run in noted.items():
        row = _row(name)
        row.ended_at, row.seconds, row.rows, row.taken_at = run.ended_at, run.seconds, run.rows, None
        before = row.failures
        if run.succeeded_at is not None:
            row.succeeded_at, before = run.succeeded_at, 0
        row.failures = before + len(run.failures)
        for failure in run.failures:
            db.session.add(JobFailure(name=name, at=failure.at, kind=failure.kind, place=failure.place))
        if run.failures:
            db.session.flush()
            kept = select(JobFailure.id).where(JobFailure.name == name).order_by(JobFailure.id.desc()).offset(KEPT_FAILURES).limit(1)
            oldest = db.session.execute(kept).scalar_one_or_none()
            if oldest is not None:
                db.session.execute(delete(JobFailure).where(JobFailure.name == name, JobFailure.id <= oldest))
        if before < ALARM_AFTER <= row.failures:
            job = BY_NAME.get(name)
            words = {"label": job.label if job else name, "purpose": job.purpose if job else "", "count": row.failures}
            alarms_to.tell(Role.admin, "job_failing", words | {"kind": run.failures[-1].kind})


def be_present(started: datetime) -> None:
    """Note that this worker is there. When no other one has been for long, the administrators are told from when to when."""
    now, key = clock.real_now(), worker_key()
    last = db.session.execute(select(func.max(WorkerPresence.seen_at))).scalar_one_or_none()
    row = db.session.get(WorkerPresence, key)
    if row is None:
        db.session.add(WorkerPresence(key=key, started_at=started, seen_at=now))
    else:
        row.started_at, row.seen_at = started, now
    db.session.execute(delete(WorkerPresence).where(WorkerPresence.seen_at < now - FORGOTTEN_AFTER, WorkerPresence.key != key))
    if last is not None and last < started - WORKER_GONE:
        alarms_to.tell(Role.admin, "worker_gone", {"since": last, "until": now})


def worker_key() -> str:
    """This process among all workers: its machine and a name that no process before it has had."""
    return f"{socket.gethostname()[:80]}:{_PROCESS}"


_PROCESS = f"{os.getpid()}-{clock.real_now():%H%M%S}"


def ask(name: str, actor: Actor) -> bool:
    """Ask the workers to run a job at once. False when somebody has asked already. Raises NotFound, NotPermitted."""
    if not can(actor, Permission.operation_run):
        raise NotPermitted("定期処理を実行する権限がありません。")
    if name not in BY_NAME:
        raise NotFound("この名前の定期処理はありません。")
    row = _row(name)
    if row.asked_at is not None:
        return False
    row.asked_at, row.asked_by_id = clock.real_now(), actor.account_id
    audit.record(row, "ask_run", actor, other=BY_NAME[name].label)
    return True


def asked() -> list[str]:
    """The jobs that somebody waits for (reads only)."""
    return list(db.session.execute(select(JobRun.name).where(JobRun.asked_at.is_not(None)).order_by(JobRun.asked_at)).scalars())


def take(name: str) -> bool:
    """Take a run that was asked for, for this worker alone."""
    mine = update(JobRun).where(JobRun.name == name, JobRun.asked_at.is_not(None))
    return rows_changed(mine.values(asked_at=None, taken_at=clock.real_now())) == 1


@dataclass(frozen=True)
class JobState:
    """A job as the page shows it."""

    job: Job
    run: JobRun | None
    next_run: datetime
    failures: list[JobFailure]
    asked_by: str = ""

    @property
    def in_a_row(self) -> int:
        """How often it has failed since its last success."""
        return self.run.failures if self.run is not None else 0

    @property
    def alarming(self) -> bool:
        """Whether it has failed too often in a row."""
        return self.in_a_row >= ALARM_AFTER


@dataclass(frozen=True)
class WorkerState:
    """Whether a worker is there: those that are, and when one was last seen."""

    present: list[WorkerPresence]
    last_seen: datetime | None

    @property
    def gone(self) -> bool:
        """No worker has been there for too long, or ever."""
        return not self.present


def states() -> list[JobState]:
    """Every job, in the table's order. Three queries."""
    now = clock.real_now()
    found = select(JobRun, Account).outerjoin(Account, Account.id == JobRun.asked_by_id)
    rows = {run.name: (run, account) for run, account in db.session.execute(found)}
    failures: dict[str, list[JobFailure]] = {}
    for failure in db.session.execute(select(JobFailure).order_by(JobFailure.id.desc())).scalars():
        failures.setdefault(failure.name, []).append(failure)
    return [
        JobState(
            job,
            run,
            job.next_run(run.ended_at if run is not None else None, now),
            failures.get(job.name, []),
            account.shown_name if account is not None else "",
        )
        for job in JOBS
        for run, account in [rows.get(job.name, (None, None))]
    ]


def workers() -> WorkerState:
    """The workers that were there within the last minutes."""
    rows = list(db.session.execute(select(WorkerPresence).order_by(WorkerPresence.started_at)).scalars())
    since = clock.real_now() - WORKER_GONE
    return WorkerState([row for row in rows if row.seen_at >= since], max((row.seen_at for row in rows), default=None))


@dataclass(frozen=True)
class Alarms:
    """What is wrong with what runs by itself: no worker (since when), and the labels of jobs that fail."""

    gone: bool
    last_seen: datetime | None
    failing: list[str]


def alarms() -> Alarms:
    """For the first page; two queries, no worker needed."""
    last = db.session.execute(select(func.max(WorkerPresence.seen_at))).scalar_one_or_none()
    failing = select(JobRun.name).where(JobRun.failures >= ALARM_AFTER).order_by(JobRun.name)
    names: Iterable[str] = db.session.execute(failing).scalars()
    gone = last is None or last < clock.real_now() - WORKER_GONE
    return Alarms(gone, last, [BY_NAME[name].label if name in BY_NAME else name for name in names])


def _row(name: str) -> JobRun:
    row = db.session.execute(select(JobRun).where(JobRun.name == name).with_for_update()).scalar_one_or_none()
    if row is None:
        row = JobRun(name=name, seconds=0.0, failures=0)
        db.session.add(row)
        db.session.flush()
    return row
