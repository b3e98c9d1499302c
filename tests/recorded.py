"""Factories that think once a test process: what one wrote into a database of known content is written into the next such database again.

The real line (submit, accept, publish) thinks for a tenth of a second and then writes some rows. Under the same conditions it writes the
same rows, so each test after the first gets them from the very statements that the first one sent, in their order and with their values:
keys come from the database's own sequences, triggers and search indexes do their work. Nothing is known about tables here.

The conditions: the database holds nothing but what recorded factories put there after the copy, in the same order and with the same
arguments (`Recorder` sees each statement of the engine; any other write or a rollback ends it), the clock stands still at the same moment,
the settings are the application's own, and nothing was patched. Where one of them fails the factory simply runs.
docs/decisions/0082.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, is_dataclass, replace
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from flask import current_app, has_app_context
from sqlalchemy import Engine, event, inspect

from keynet_admin import clock, config
from keynet_admin.config import Settings
from keynet_admin.extensions import db

# What begins so changes nothing that another statement could see, but for a number taken from a sequence.
READS = ("SELECT", "BEGIN", "PRAGMA", "SET TRANSACTION", "SAVEPOINT", "RELEASE")
# What the program notes in the session for the end of its transaction (`services/transaction.py`, `services/audit_chain/seal.py`).
NOTES = ("before_commit", "after_commit", "unsealed_events")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Known:
    """A content of the database that is known: how it came from the one before, and what is known to come from it."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    made: tuple[type[Any], Any] | None = None
    onward: dict[Hashable, "Known"] = field(default_factory=dict)


class Recorder:
    """Sees what is written through one engine. `at` is the content of its database, None once that is not known."""

    def __init__(self, engine: Engine, begin: Known, settings: Settings) -> None:
        """Watch an engine whose database is a fresh copy."""
        self.at: Known | None = begin
        self.begin = begin
        self.settings = settings
        self.heard: list[tuple[str, Any]] | None = None
        self.playing = False
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "rollback", self._back)
        event.listen(engine, "rollback_savepoint", self._back)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.lstrip().upper().startswith(READS) and "nextval" not in statement:
            return
        if self.heard is not None:
            self.heard.append((statement, parameters))
        else:
            self.at = None

    def _back(self, *_what: Any) -> None:
        if self.heard is not None or self.at is not self.begin:
            self.at = self.heard = None

    def step(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What `make` makes: written again where that is known, else made and, if the conditions hold, remembered."""
        if self.heard is not None or self.at is None:
            return make()
        db.session.flush()  # may write, which ends what is known
        if self.at is None or self.at.notes != _notes() or _settings(current_app) != self.settings:
            self.at = None
            return make()
        if (known := self.at.onward.get(key)) is not None:
            return self._again(known)
        self.heard = []
        try:
            made = make()
            db.session.flush()
            heard = self.heard
        finally:
            before, self.at, self.heard = self.at, None, None
        if heard is not None and before is not None:
            known = Known(heard, _notes(), (type(made), inspect(made).identity))
            before.onward[key] = self.at = known
        return made

    def _again(self, known: Known) -> Any:
        raw = db.session.connection().connection
        for statement, parameters in known.statements:
            cursor = raw.cursor()
            (cursor.executemany if isinstance(parameters, list) else cursor.execute)(statement, parameters)
            if cursor.description is not None:
                cursor.fetchall()
            cursor.close()
        db.session.expire_all()
        db.session.info.update({name: value.copy() for name, value in known.notes.items()})
        self.at = known
        assert known.made is not None
        return db.session.get_one(*known.made)


_recorders: WeakKeyDictionary[Engine, Recorder] = WeakKeyDictionary()
_beginnings: dict[str, Known] = {}
_stopped = 0


def watch(engine: Engine, settings: Settings) -> None:
    """From now on factories over this engine, whose database is a fresh copy, may write what they wrote before."""
    _recorders[engine] = Recorder(engine, _beginnings.setdefault(engine.dialect.name, Known()), _same_anywhere(settings))


@contextmanager
def unrecorded() -> Iterator[None]:
    """Inside, each factory runs."""
    global _stopped
    _stopped += 1
    try:
        yield
    finally:
        _stopped -= 1


def recorded(factory: Callable[P, R]) -> Callable[P, R]:
    """A factory of one row that is written again where that can be done."""

    @wraps(factory)
    def made(*args: P.args, **kwargs: P.kwargs) -> R:
        recorder = _recorders.get(db.engine) if not _stopped and clock._fixed is not None and has_app_context() else None
        if recorder is None:
            return factory(*args, **kwargs)
        try:
            key = (factory.__name__, clock._fixed, _plain(args), _plain(kwargs))
        except TypeError:
            recorder.at = None
            return factory(*args, **kwargs)
        result: R = recorder.step(key, lambda: factory(*args, **kwargs))
        return result

    return made


def _notes() -> dict[str, Any]:
    return {name: value.copy() for name in NOTES if (value := db.session.info.get(name))}


def _settings(app: Any) -> Settings:
    return _same_anywhere(config.of(app))


def _same_anywhere(settings: Settings) -> Settings:
    return replace(settings, instance=Path(), database_url="")


def _plain(value: Any) -> Hashable:
    """An argument by its value. Raises TypeError for what has none."""
    if value is None or isinstance(value, (str, int, float, bytes, Enum)) or (is_dataclass(value) and not isinstance(value, type)):
        hash(value)
        return type(value), value
    if isinstance(value, Mapping):
        return "mapping", tuple((key, _plain(part)) for key, part in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return type(value), tuple(_plain(part) for part in value)
    if (state := inspect(value, raiseerr=False)) is not None and state.persistent:
        return type(value), state.identity
    if hasattr(value, "isoformat"):
        return type(value), value
    raise TypeError(value)
