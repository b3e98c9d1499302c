"""One row of the table of invariants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select

from keynet_admin.extensions import db


class Looked(NamedTuple):
    """How many rows were looked at, and what does not hold: a sentence each, with numbers and states, never a person's words."""

    number: int
    found: list[str]


@dataclass(frozen=True)
class Invariant:
    """`name` for programs, what must hold in one sentence, and the function that looks (reads only, by sets)."""

    name: str
    holds: str
    look: Callable[[], Looked]


def count(model: Any, *where: Any) -> int:
    """How many rows there are."""
    return int(db.session.execute(select(func.count()).select_from(model).where(*where)).scalar_one())
