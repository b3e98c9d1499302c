"""Numbers that people read, taken from a counter row under its lock: gapless within committed transactions, never twice."""

from datetime import datetime

from sqlalchemy import text

from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db

_NEXT = text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) ON CONFLICT (name) DO UPDATE SET value = counter.value + :count RETURNING value"
)


def next_number(name: str) -> int:
    """The next number of a series, from 1 on. The counter's row stays locked until the transaction ends."""
    return next_numbers(name, 1)[0]


def next_numbers(name: str, count: int) -> range:
    """The next `count` numbers of a series (at least one), taken at once."""
    last = int(db.session.execute(_NEXT, {"name": name, "count": count}).scalar_one())
    return range(last - count + 1, last + 1)


def receipt_no(received: datetime) -> str:
    """`KN-YYMMDD-NNNN`: the day of receipt in Japan and the number of that day."""
    return receipt_nos(received, 1)[0]


def receipt_nos(received: datetime, count: int) -> list[str]:
    """`count` receipt numbers of one day, in their order."""
    day = received.astimezone(TOKYO).strftime("%y%m%d")
    return [f"KN-{day}-{number:04d}" for number in next_numbers(f"receipt:{day}", count)]


def posting_no() -> str:
    """`KN-P-NNNNNN`."""
    return f"KN-P-{next_number('posting'):06d}"
