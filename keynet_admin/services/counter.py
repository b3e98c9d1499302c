"""Numbers that people read, taken from a counter row under its lock: gapless within committed transactions, never twice."""

import re
import unicodedata
from datetime import datetime

from sqlalchemy import text

from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db

_NEXT = text(
    "INSERT INTO counter (name, value) VALUES (:name, :count) ON CONFLICT (name) DO UPDATE SET value = counter.value + :count RETURNING value"
)
_RECEIPT, _LETTERED = re.compile(r"KN([0-9]{6})([0-9]{4,9})"), re.compile(r"KN([AP])([0-9]{6,9})")


def next_numbers(name: str, count: int) -> range:
    """The next `count` numbers of a series (at least one), from 1 on. The counter's row stays locked until the transaction ends."""
    last = int(db.session.execute(_NEXT, {"name": name, "count": count}).scalar_one())
    return range(last - count + 1, last + 1)


def receipt_nos(received: datetime, count: int = 1) -> list[str]:
    """Receipt numbers `KN-YYMMDD-NNNN` in their order: the day of receipt in Japan and the number of that day."""
    day = received.astimezone(TOKYO).strftime("%y%m%d")
    return [f"KN-{day}-{number:04d}" for number in next_numbers(f"receipt:{day}", count)]


def posting_no() -> str:
    """`KN-P-NNNNNN`."""
    return f"KN-P-{next_numbers('posting', 1)[0]:06d}"


def candidate_no() -> str:
    """`KN-A-NNNNNN`."""
    return f"KN-A-{next_numbers('candidate', 1)[0]:06d}"


def typed(text: str) -> str:
    """A typed receipt, posting or candidate number as it is stored, whatever its case, width and hyphens; "" for anything else. Never raises."""
    if len(text) > 40:
        return ""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if not _is_joint(c))
    if found := _LETTERED.fullmatch(plain):
        return f"KN-{found[1]}-{found[2]}"
    found = _RECEIPT.fullmatch(plain)
    return f"KN-{found[1]}-{found[2]}" if found else ""


def posting_typed(text: str) -> str:
    """As `typed`, of a posting alone; there the digits will do."""
    digits = unicodedata.normalize("NFKC", text[:40]).strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        return f"KN-P-{int(digits):06d}"
    written = typed(text)
    return written if written.startswith("KN-P-") else ""


def _is_joint(character: str) -> bool:
    """Spaces, hyphens of any kind, and what a Japanese keyboard gives for one."""
    return character in "ー−" or unicodedata.category(character) in ("Pd", "Zs")
