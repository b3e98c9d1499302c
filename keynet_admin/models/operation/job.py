"""How the jobs that run by themselves fared, and which workers are there. All moments are the real clock's, as the queue engine's."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin.extensions import db
from keynet_admin.models.base import UtcDateTime


class JobRun(db.Model):  # type: ignore[name-defined,misc]
    """One row a job: its last run, how often it failed in a row, and whether somebody asked for a run (`asked_at`, until a worker takes it).

    `rows`: how many rows the run was about, None where a job counts none. `succeeded_at`: the last run without an error.
    """

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    rows: Mapped[int | None] = mapped_column(Integer)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobFailure(db.Model):  # type: ignore[name-defined,misc]
    """A run that ended with an error: its kind and the line of the program, never its words, which may hold a person's."""

    __tablename__ = "job_failure"
    __table_args__ = (Index("ix_job_failure_name_id", "name", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120))


class WorkerPresence(db.Model):  # type: ignore[name-defined,misc]
    """A worker process (`key`: machine and process number) and when it was last there; written once a minute."""

    __tablename__ = "worker_presence"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
