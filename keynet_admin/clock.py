"""The one clock. UTC inside, Asia/Tokyo on pages; demos and tests can move it.

With `KEYNET_NOW` the offset from the real clock is stored once in `<instance>/clock.json` and shared by all processes.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")

_offset = timedelta(0)
_fixed: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _fixed if _fixed is not None else datetime.now(UTC) + _offset


def real_now() -> datetime:
    """The machine's own moment, aware, in UTC: for lives and counts that a moved clock must not lengthen (sessions, rate limits, leases)."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in Japan."""
    return now().astimezone(TOKYO).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Stand still at an aware moment inside the block (tests, demo data). Not for use between threads."""
    global _fixed
    before, _fixed = _fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


def start(instance: Path, wanted: str | None) -> None:
    """Set the offset for this process. `wanted` is `KEYNET_NOW` (ISO with zone) or None for the real clock.

    The same value again keeps the stored offset, so that restarts do not turn the clock back. Raises ValueError for a
    value without a zone or in another form.
    """
    global _offset
    if not wanted:
        _offset = timedelta(0)
        return
    file = instance / "clock.json"
    stored = _stored(file)
    if stored is None or stored.get("now") != wanted:
        moment = datetime.fromisoformat(wanted)
        if moment.tzinfo is None:
            raise ValueError(f"KEYNET_NOW needs a time zone: {wanted}")
        stored = {"now": wanted, "offset": (moment - datetime.now(UTC)).total_seconds()}
        instance.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(stored), encoding="ascii")
        part.replace(file)
    _offset = timedelta(seconds=float(stored["offset"]))


def _stored(file: Path) -> dict[str, object] | None:
    try:
        content = json.loads(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and isinstance(content.get("offset"), (int, float)) else None
