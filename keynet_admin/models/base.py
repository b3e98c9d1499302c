"""Column types and mixins that all tables share."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Enum, Integer, Select, String, Text, and_, false, select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import Word


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive value is refused: it would be somebody's local time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """To UTC (SQLite stores it without its zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Always aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class TextTooLong(Refused, DontWrapMixin):
    """A text is longer than its column. Callers say so at the field, or shorten what only serves a list; nothing is cut in silence."""


class CleanText(TypeDecorator[str]):
    """Somebody's words, without what a text column cannot hold on every database: NUL and lone surrogates.

    `length`: the most characters (none: no limit). A longer text raises TextTooLong when it is stored, on both databases alike.
    """

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length
        self.impl = String(length) if length else Text()

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Leave out what cannot be stored."""
        if value is None:
            return None
        clean = value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
        if self.length and len(clean) > self.length:
            raise TextTooLong(f"文章が長すぎます（{self.length}文字まで）。短くしてから、もう一度お試しください。")
        return clean

    def coerce_compared_value(self, _op: Any, _value: Any) -> TypeEngine[Any]:
        """What is only compared (a search word, an address that somebody types) may be of any length."""
        return CleanText()


class AsciiJson(TypeDecorator[Any]):
    """JSON kept as ASCII text, so that NUL and lone surrogates survive as typed on both databases (not JSONB)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Dump with escapes only."""
        return None if value is None else json.dumps(value, ensure_ascii=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        """Load what was dumped."""
        return None if value is None else json.loads(value)


def words(kind: type[Word]) -> Enum:
    """Column type of a vocabulary enum: its value as text, unknown values refused."""
    return Enum(
        kind, native_enum=False, create_constraint=False, validate_strings=True, length=24, values_callable=lambda e: [m.value for m in e]
    )


class Versioned:
    """A row that people decide about: `version` grows with each change and is asked for with each decision."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class About:
    """A row about another one, which `subject` (its table) and `subject_id` name. One pair for every kind, so no foreign key."""

    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int] = mapped_column(Integer)

    @classmethod
    def about(cls, row: Any) -> ColumnElement[bool]:
        """Where-clause: the rows about this one."""
        return and_(cls.subject == row.__tablename__, cls.subject_id == row.id)


def subject_of(row: Any) -> dict[str, Any]:
    """The two columns that name this row (which must have its id) as the subject of another. Settings have names instead: 0."""
    return {"subject": row.__tablename__, "subject_id": getattr(row, "id", 0)}


class StaffOnly:
    """A table of the service center: its people see every row, nobody else any."""

    @classmethod
    def visible_to(cls, actor: Actor) -> Select[Any]:
        """The rows that this actor may see."""
        query = select(cls)
        return query if actor.is_staff else query.where(false())


class OfOrganization:
    """A table whose rows belong to an organization: all for staff, those of the own organization for a municipality."""

    @classmethod
    def visible_to(cls, actor: Actor) -> Select[Any]:
        """The rows that this actor may see."""
        query = select(cls)
        return query if actor.is_staff else query.where(cls.organization_id == (actor.organization_id or 0))  # type: ignore[attr-defined]


class Setting(db.Model):  # type: ignore[name-defined,misc]
    """A value that an administrator may change (intake period, notices). Keys and defaults are in `services/settings.py`."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(AsciiJson)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Counter(db.Model):  # type: ignore[name-defined,misc]
    """A row per series of numbers that people read (`receipt:210507`, `posting`): taken under its lock, never `max()+1`."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(Integer, default=0)


class Throttle(db.Model):  # type: ignore[name-defined,misc]
    """Counts of tries per key (hashed address or network) and window; real time, seen by all workers."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    window_start: Mapped[datetime] = mapped_column(UtcDateTime)
    count: Mapped[int] = mapped_column(Integer, default=0)
