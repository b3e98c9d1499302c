"""Signs: cheap conditions without which a rule has nothing to say about a posting.

A row may name signs (`Rule.only_if`); the engine runs its check only when all of them are seen. A sign is necessary, never
sufficient: the check alone decides, and a row without signs is always run. A sign looks at understood values only (`None` for what
is absent or was not understood), so that each look's outcome can be remembered for a value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Test = Callable[..., bool]


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """One place to look at: a field, some fields together, or columns of each row of a repeated group.

    `test` takes one value a name or column; lists come as tuples. `typed`: the value as it was typed, when that is text.
    """

    names: tuple[str, ...]
    test: Test
    columns: tuple[str, ...] = ()
    typed: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Sign:
    """Seen when one of the looks finds something. `a | b` is seen when either is."""

    looks: tuple[Look, ...]

    def __or__(self, other: "Sign") -> "Sign":
        return Sign(self.looks + other.looks)


def where(name: str, test: Test) -> Sign:
    """The test holds for the value of a field (None when there is none)."""
    return Sign((Look((name,), test),))


def together(names: tuple[str, ...], test: Test) -> Sign:
    """The test holds for the values of some fields."""
    return Sign((Look(names, test),))


def one_of(name: str, *values: Any) -> Sign:
    """A field has one of some values."""
    return where(name, frozenset(values).__contains__)


def has(name: str, *slugs: str) -> Sign:
    """A multi-valued field has one of some choices."""
    wanted = frozenset(slugs)
    return where(name, lambda value: isinstance(value, tuple) and not wanted.isdisjoint(value))


def empty(*names: str) -> Sign:
    """One of the fields holds nothing that was understood."""
    return Sign(tuple(Look((name,), _nothing) for name in names))


def _nothing(value: Any) -> bool:
    return value is None or value == "" or value == ()


def some_row(name: str, columns: tuple[str, ...], test: Test) -> Sign:
    """The test holds for the columns of a row of a repeated group."""
    return Sign((Look((name,), test, columns),))


def typed_text(name: str, test: Callable[[str], bool]) -> Sign:
    """The test holds for what was typed into a field, when that is text."""
    return Sign((Look((name,), lambda value: isinstance(value, str) and test(value), typed=True),))
