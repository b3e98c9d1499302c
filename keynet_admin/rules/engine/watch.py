"""Looks for the signs of all rules in one pass over a posting.

What a value shows is remembered for that value of that field alone (bounded caches, least recently used go first); nothing is
remembered about a posting or a document.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from keynet_admin.catalogue import POSTING, Kind
from keynet_admin.rules.engine.signs import Look, Sign, Test
from keynet_admin.rules.words.plain import PUBLIC_TEXT, plain

ALL_SEEN = -1
"""The marks of a posting that cannot be looked at cheaply: every rule is run."""
# Longer values are looked at each time: a cache of them would take too much memory.
_LONGEST = 400
_REMEMBERED = 256
_LISTS = frozenset(f.name for f in POSTING if f.kind in (Kind.MULTI, Kind.DAYS, Kind.ROWS))
_Tests = tuple[tuple[Test, int], ...]
_Marks = Callable[..., int]


def _marks(tests: _Tests, *values: Any) -> int:
    found = 0
    for test, bit in tests:
        if not found & bit and test(*values):
            found |= bit
    return found


def _text_marks(tests: _Tests, value: Any) -> tuple[int, str]:
    return _marks(tests, value), plain(value) if isinstance(value, str) else ""


class Watch:
    """The signs of a set of rules, each with a bit of its own: `bits` of a row's signs, `seen` in a posting."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self._bit: dict[int, int] = {}
        self._keep: list[Sign] = []
        groups: dict[tuple[tuple[str, ...], tuple[str, ...], bool], list[tuple[Test, int]]] = {
            ((name,), (), False): [] for name in PUBLIC_TEXT
        }
        for sign in signs:
            if id(sign) in self._bit:
                continue
            bit = self._bit[id(sign)] = 1 << len(self._bit)
            self._keep.append(sign)
            for look in sign.looks:
                groups.setdefault(_place(look), []).append((look.test, bit))
        self._texts: list[tuple[str, Callable[[Any], tuple[int, str]], Callable[[Any], tuple[int, str]], int]] = []
        self._single: list[tuple[str, _Marks]] = []
        self._lists: list[tuple[str, _Marks]] = []
        self._several: list[tuple[tuple[str, ...], _Marks]] = []
        self._rows: list[tuple[str, tuple[str, ...], _Marks]] = []
        self._typed: list[tuple[str, _Marks]] = []
        for (names, columns, typed), listed in groups.items():
            tests = tuple(listed)
            marks: _Marks = lru_cache(_REMEMBERED)(partial(_marks, tests))
            if typed:
                self._typed.append((names[0], partial(_marks, tests)))
            elif columns:
                self._rows.append((names[0], columns, marks))
            elif len(names) > 1:
                self._several.append((names, marks))
            elif names[0] in PUBLIC_TEXT:
                read = partial(_text_marks, tests)
                self._texts.append((names[0], lru_cache(_REMEMBERED)(read), read, _marks(tests, None)))
            elif names[0] in _LISTS:
                self._lists.append((names[0], marks))
            else:
                self._single.append((names[0], marks))
        order = {name: index for index, name in enumerate(PUBLIC_TEXT)}
        self._texts.sort(key=lambda entry: order[entry[0]])

    def bits(self, signs: Iterable[Sign]) -> int:
        """The bits of some signs together."""
        return sum(self._bit[id(sign)] for sign in signs)

    def seen(self, record: Mapping[str, Any], typed: Any, memo: dict[str, Any]) -> int:
        """The bits of the signs that an understood posting shows. `memo` is given the plain public text, which is at hand here."""
        try:
            return self._look(record, typed, memo)
        except TypeError:  # a value that cannot be a key: not of its field's type
            return ALL_SEEN

    def _look(self, record: Mapping[str, Any], typed: Any, memo: dict[str, Any]) -> int:
        get, found = record.get, 0
        texts: list[str] = []
        for name, marks, look, of_nothing in self._texts:
            value = get(name)
            if value:
                mark, text = marks(value) if len(value) <= _LONGEST else look(value)
                found |= mark
                if text:
                    texts.append(text)
            else:
                found |= of_nothing
        memo["public"] = "\n".join(texts)
        for name, each in self._single:
            found |= each(get(name))
        for name, each in self._lists:
            value = get(name)
            found |= each(tuple(value) if value and type(value[0]) is str else bool(value) or None)
        for names, each in self._several:
            found |= each(*[get(name) for name in names])
        for name, columns, each in self._rows:
            for row in get(name) or ():
                cell = row.get
                found |= each(cell(columns[0])) if len(columns) == 1 else each(*[cell(column) for column in columns])
        if isinstance(typed, Mapping):
            for name, each in self._typed:
                value = typed.get(name)
                if type(value) is str:
                    found |= each(value)
        return found


def _place(look: Look) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    return look.names, look.columns, look.typed
