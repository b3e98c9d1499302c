"""A process of its own for one request, which is killed by SIGKILL at a chosen commit. The program itself knows nothing of it."""

import os
import resource
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import event, func, select

from keynet_admin.extensions import db

# What may differ between a run and one that was killed and sent again: brakes, sessions, drafts, looks, numbers.
PASSING = {"throttle", "staff_session", "entry_draft", "posting_view", "counter", "submission_link"}


@dataclass(frozen=True)
class Ended:
    """How the process ended: the status of its answer (None when it was killed) and how often it committed."""

    status: int | None
    commits: int


@dataclass(frozen=True)
class Kill:
    """Where the process dies: just before or just after its n-th commit reaches the database."""

    when: str
    number: int

    def __str__(self) -> str:
        return f"{self.when} commit {self.number}"


def run(app: Flask, send: Callable[[], int], kill: Kill | None = None, largest_file: int = 0) -> Ended:
    """Send a request from a fork of this process. `largest_file`: no file may grow beyond so many bytes, as on a full disk."""
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _child(app, send, kill, largest_file, write)
        finally:
            os._exit(1)
    os.close(write)
    with os.fdopen(read, encoding="ascii") as told:
        lines = told.read().split()
    os.waitpid(child, 0)
    answers = [line for line in lines if line.isdigit()]
    return Ended(int(answers[0]) if answers else None, lines.count("commit"))


def _child(app: Flask, send: Callable[[], int], kill: Kill | None, largest_file: int, write: int) -> None:
    inside = app.wsgi_app
    commits = [0, 0]  # begun, done
    at_work = [False]

    def die(when: str, number: int) -> None:
        if kill is not None and (kill.when, kill.number) == (when, number):
            os.kill(os.getpid(), signal.SIGKILL)

    def before(_connection: Any) -> None:
        if at_work[0]:
            commits[0] += 1
            die("before", commits[0])

    def after(_session: Any) -> None:
        if at_work[0] and commits[1] < commits[0]:  # a session that did nothing commits nothing
            commits[1] = commits[0]
            os.write(write, b"commit\n")
            die("after", commits[1])

    def answer(environ: Any, start: Any) -> Any:
        at_work[0] = True
        return inside(environ, start)

    event.listen(db.engine, "commit", before)
    event.listen(db.session, "after_commit", after)
    app.wsgi_app = answer  # type: ignore[method-assign]
    if largest_file:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    status = send()
    os.write(write, f"{status}\n".encode())
    os._exit(0)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in PASSING]
    found = {table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}
    db.session.rollback()
    return found


def grown(before: dict[str, int]) -> dict[str, int]:
    """The tables that have more or fewer rows than before, and by how many."""
    now = rows()
    return {name: now[name] - number for name, number in before.items() if now[name] != number}
