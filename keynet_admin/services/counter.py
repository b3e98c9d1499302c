"""Numbers that people read, taken from a counter row under its lock: gapless within committed transactions, never twice."""

from datetime import datetime

from sqlalchemy import text

from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db

_NEXT = text(
    "INSERT INTO counter (name, value) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


def next_number(name: str) -> int:
    """The next number of a series, from 1 on. The counter's row stays locked until the transaction ends."""
    return int(db.session.execute(_NEXT, {"name": name}).scalar_one())


def receipt_no(received: datetime) -> str:
    """`KN-YYMMDD-NNNN`: the day of receipt in Japan and the number of that day."""
    day = received.astimezone(TOKYO).strftime("%y%m%d")
    return f"KN-{day}-{next_number(f'receipt:{day}'):04d}"


def posting_no() -> str:
    """`KN-P-NNNNNN`."""
    return f"KN-P-{next_number('posting'):06d}"
