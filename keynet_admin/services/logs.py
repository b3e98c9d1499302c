"""How the program's messages leave a process: one line each, as text or as JSON (`KEYNET_LOG`), with the request or job they belong to.

An exception is told by its kinds and places alone. Its words stay out: a database says in them what somebody typed ("Key (email)=…").
"""

import json
import logging
import secrets
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

from keynet_admin.config import ROOT

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
REQUESTS = "keynet.request"
SECURITY = "keynet.security"
FIELDS = "fields"  # of a record: what stands in its JSON line beside the message, or in its place
_under_way: ContextVar[str] = ContextVar("under_way", default="")


def under_way() -> str:
    """The number of the request, or of the job's run, that is at work here; empty outside of both."""
    return _under_way.get()


@contextmanager
def during(number: str) -> Iterator[None]:
    """What is logged inside the block belongs to this request or run."""
    token = _under_way.set(number)
    try:
        yield
    finally:
        _under_way.reset(token)


@contextmanager
def a_run() -> Iterator[None]:
    """What is logged inside the block, or the function that this decorates, belongs to one run with a new number."""
    with during(secrets.token_hex(8)):
        yield


def chain_of(error: BaseException) -> list[dict[str, Any]]:
    """An exception and those behind it, the innermost last: kind, and the places that it came through."""
    found: list[dict[str, Any]] = []
    now: BaseException | None = error
    while now is not None and len(found) < 8:
        frames = traceback.extract_tb(now.__traceback__)[-30:]
        found.append(
            {"kind": f"{type(now).__module__}.{type(now).__qualname__}".removeprefix("builtins."), "trace": [_place(f) for f in frames]}
        )
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    return found


def _place(frame: traceback.FrameSummary) -> str:
    file = Path(frame.filename)
    shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) and ".venv" not in file.parts else Path(*file.parts[-3:])
    return f"{shown}:{frame.lineno} {frame.name}"


class TextLines(logging.Formatter):
    """For people: moment, level, logger, message, and the number of the request."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and an exception's places below it."""
        record.exc_text = None  # what another handler has made of it has the exception's words
        if record.name == SECURITY:
            return record.getMessage()
        return super().format(record) + (f" [{number}]" if (number := under_way()) else "")

    def formatException(self, ei: ExcInfo) -> str:
        """Kinds and places."""
        return "\n".join(f"{one['kind']}\n  " + "\n  ".join(one["trace"]) for one in chain_of(ei[1])) if ei[1] is not None else ""


class JsonLines(logging.Formatter):
    """For machines: one object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        if record.name == SECURITY:
            return json.dumps(line | json.loads(record.getMessage()))
        fields = getattr(record, FIELDS, None)
        line |= fields if fields is not None else {"message": record.getMessage(), "under_way": under_way() or None}
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = chain_of(record.exc_info[1])
        return json.dumps(line)


def start(*, as_json: bool) -> None:
    """Let everything of this process leave by one handler to standard error. Called once more it only changes the form."""
    form = JsonLines() if as_json else TextLines("%(asctime)s %(levelname)s %(name)s %(message)s")
    root = logging.getLogger()
    ours = next((handler for handler in root.handlers if isinstance(handler.formatter, (JsonLines, TextLines))), None)
    if ours is None:
        ours = logging.StreamHandler()
        root.addHandler(ours)
    ours.setFormatter(form)
