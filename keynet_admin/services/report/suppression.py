"""Small numbers of people in tables that anybody may read: hidden themselves, and so that nothing shown gives them away (R08).

A table has rows × columns, totals of both and a grand total, and in each cell one or more figures that count people. What is *small* is
hidden: a figure of 1 to 4, and one that differs by 1 to 4 from a value that was published for the same cell before (somebody who
subtracts the two would read a small number). Because figures add up, more must be hidden, or a subtraction finds what is missing.

Zero is shown: it speaks of nobody, and a table of few municipalities and many job types is zeros for the most part. It follows that whoever
reads a hidden cell knows that something is there (`>= 1`); this is reckoned with.

Figures that add up to another one (wanted = secured + open) are hidden together, cell by cell: with two of the three the third is known.

What is promised, and why it holds: for each small figure there is a second table that agrees with all that is shown, in which this
figure is not small. It is found before the figure counts as safe: a closed path through the table, along which numbers grow and shrink in turn
so that every sum stays (the cell suppression of official statistics as a shortest path; L. H. Cox, JASA 90, 1995). Such a path always
exists: the cell, its two totals and the grand total may all grow by the same number. The cheapest one is taken; what it passes is hidden, too.
Nobody who knows the shown numbers alone can thus tell a small figure, or even that it is small.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

LEAST = 5  # people
TOTAL = ""
Key = tuple[str, str]  # row and column of a cell; TOTAL for the sum of all
Node = tuple[bool, str]  # a row (True) or a column (False)
Known = Mapping[Key, Mapping[str, Collection[int]]]


def with_totals(cells: Mapping[Key, Mapping[str, int]]) -> dict[Key, dict[str, int]]:
    """The cells with the sums of each row, each column and the whole, figure by figure."""
    made: dict[Key, dict[str, int]] = {}
    for (row, column), values in cells.items():
        for key in ((row, column), (row, TOTAL), (TOTAL, column), (TOTAL, TOTAL)):
            sums = made.setdefault(key, {})
            for name, value in values.items():
                sums[name] = sums.get(name, 0) + value
    return made


def suppress(
    cells: Mapping[Key, Mapping[str, int]], *, part_of: Mapping[str, str] | None = None, known: Known | None = None
) -> dict[Key, dict[str, int | None]]:
    """The table with its totals as it may be published: None for what is hidden, all else as it is.

    `cells`: every inner cell with the same figures (people, not negative). `part_of`: a figure → the figure that it is a part of.
    `known`: values that were published before for the same cell and figure and may be subtracted from these. Raises ValueError for
    a negative number or cells with different figures.
    """
    names = list(next(iter(cells.values()), {}))
    if any(list(values) != names for values in cells.values()):
        raise ValueError("all cells need the same figures")
    if any(value < 0 for values in cells.values() for value in values.values()):
        raise ValueError("people are counted from 0")
    table = with_totals(cells)
    shown: dict[Key, dict[str, int | None]] = {key: dict(values) for key, values in table.items()}
    for group in _groups(names, part_of or {}):
        for key in _Search(table, group, part_of or {}, known or {}).hidden():
            shown[key].update(dict.fromkeys(group))
    return shown


def is_small(value: int, known: Iterable[int] = ()) -> bool:
    """Whether a figure, or its difference to a value that is known already, is about 1 to 4 people."""
    return 0 < value < LEAST or any(0 < abs(value - before) < LEAST for before in known)


def step_out(value: int, known: Collection[int] = ()) -> int:
    """By how much a small figure has to grow to be one that might be shown."""
    step = 1
    while value + step < LEAST or any(abs(value + step - before) < LEAST for before in known):
        step += 1
    return step


def _groups(names: Sequence[str], part_of: Mapping[str, str]) -> list[list[str]]:
    """The figures by what they add up to: those of one group are hidden together."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_chain(name, part_of)[-1], []).append(name)
    return list(groups.values())


def _chain(name: str, part_of: Mapping[str, str]) -> list[str]:
    """A figure and what it is a part of, up to the whole."""
    chain = [name]
    while chain[-1] in part_of:
        chain.append(part_of[chain[-1]])
    return chain


@dataclass
class _Search:
    """What to hide of the figures of one group, whose cells are hidden together."""

    table: Mapping[Key, Mapping[str, int]]
    group: Sequence[str]
    part_of: Mapping[str, str]
    known: Known
    closed: set[Key] = field(default_factory=set)
    edges: dict[Node, list[tuple[Node, Key]]] = field(default_factory=dict)

    def hidden(self) -> set[Key]:
        """The keys of the cells to hide."""
        for key in sorted(self.table):
            row, column = (True, key[0]), (False, key[1])
            self.edges.setdefault(row, []).append((column, key))
            self.edges.setdefault(column, []).append((row, key))
        small = [(key, name, self._step(key, name)) for key in sorted(self.table) for name in self.group]
        self.closed = {key for key, _name, step in small if step}
        for key, name, step in small:
            if step:
                self.closed.update(min((self._path(key, leaf, step) for leaf in self._leaves(name)), default=(0, []))[1])
        return self.closed

    def _step(self, key: Key, name: str) -> int:
        known = self.known.get(key, {}).get(name, ())
        return step_out(self.table[key][name], known) if is_small(self.table[key][name], known) else 0

    def _leaves(self, name: str) -> list[str]:
        """The figures without parts below this one: it grows when one of them does."""
        wholes = {self.part_of[part] for part in self.group if part in self.part_of}
        return [leaf for leaf in self.group if leaf not in wholes and name in _chain(leaf, self.part_of)]

    def _path(self, start: Key, leaf: str, step: int) -> tuple[int, list[Key]]:
        """What it costs (people no longer shown) and which cells it takes to let `leaf` grow by `step` at `start` while all sums stay.

        Rows and columns are the nodes, cells the edges; with totals counted as negative, each node's numbers add up to zero. From
        the start's column back to its row the edges shrink and grow in turn (a total does the opposite).
        """
        source, target, sign = (False, start[1]), (True, start[0]), _sign(start)
        costs: dict[Node, int] = {source: 0}
        came: dict[Node, tuple[Node, Key]] = {}
        queue = [(0, source)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node == target:
                break
            if cost > costs[node]:
                continue
            for following, key in self.edges[node]:
                change = sign * _sign(key) * (step if node[0] else -step)
                if key == start or not self._may_change(key, leaf, change):
                    continue
                total = cost + (0 if key in self.closed else 1 + max(self.table[key][name] for name in self.group))
                if total < costs.get(following, total + 1):
                    costs[following], came[following] = total, (node, key)
                    heapq.heappush(queue, (total, following))
        keys, node = [], target
        while node != source:
            node, key = came[node]
            keys.append(key)
        return costs[target], keys

    def _may_change(self, key: Key, leaf: str, change: int) -> bool:
        """Whether the cell could be another one by `change`, for all that is known: not if it shows zeros, not below or down to zero."""
        values, chain = self.table[key], _chain(leaf, self.part_of)
        changed = {name: values[name] + (change if name in chain else 0) for name in self.group}
        return any(values[name] for name in self.group) and min(changed.values()) >= 0 and any(changed.values())


def _sign(key: Key) -> int:
    return -1 if (key[0] == TOTAL) != (key[1] == TOTAL) else 1
