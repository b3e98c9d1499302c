"""Hidden numbers of people: nobody finds a small one by subtraction, and what is shown is true.

The attacker knows all shown numbers, that all adds up, that zeros are shown, and solves the linear programme of what the rest can be.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keynet_admin.services.report.suppression import LEAST, TOTAL, Key, is_small, step_out, suppress, with_totals
from tests.services.report.linear import most

PART_OF = {"secured": "wanted", "open": "wanted"}
Variable = tuple[Key, str]


def equations(table: Mapping[Key, Mapping[str, int]], part_of: Mapping[str, str]) -> list[dict[Variable, int]]:
    """All sums that hold in the table, each as factors of an expression that is zero."""
    rows, columns = sorted({row for row, _ in table}), sorted({column for _, column in table})
    names = list(next(iter(table.values())))
    found: list[dict[Variable, int]] = []
    for name in names:
        for row in rows:
            found.append({((row, column), name): -1 if column == TOTAL else 1 for column in columns if (row, column) in table})
        for column in columns:
            found.append({((row, column), name): -1 if row == TOTAL else 1 for row in rows if (row, column) in table})
    for whole in set(part_of.values()):
        parts = [part for part in part_of if part_of[part] == whole]
        found += [{(key, whole): -1} | {(key, part): 1 for part in parts} for key in table]
    return found


def largest(
    table: Mapping[Key, Mapping[str, int]],
    shown: Mapping[Key, Mapping[str, int | None]],
    part_of: Mapping[str, str],
    asked: Sequence[Variable],
) -> dict[Variable, Fraction | None]:
    """The largest number that each hidden figure can be for all that is shown; None: any."""
    unknown = {(key, name): at for at, (key, name) in enumerate((k, n) for k, values in shown.items() for n in values if values[n] is None)}
    rows = []
    for factors in equations(table, part_of):
        rest = -sum(factor * table[key][name] for (key, name), factor in factors.items() if (key, name) not in unknown)
        rows.append(([factors.get(variable, 0) for variable in unknown], rest))
    # Where a figure stands alone, a hidden one is not zero.
    least = [int(name not in part_of and name not in part_of.values()) for _key, name in unknown]
    return dict(zip(asked, most([unknown[variable] for variable in asked], rows, least), strict=True))


CELL = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 40))


@st.composite
def tables(draw: st.DrawFn) -> dict[Key, dict[str, int]]:
    """Up to 3 × 3 cells of secured and open people, and applications beside them."""
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    made = {}
    for row in range(rows):
        for column in range(columns):
            secured, still = draw(CELL), draw(CELL)
            made[f"r{row}", f"c{column}"] = {"wanted": secured + still, "secured": secured, "open": still, "applications": draw(CELL)}
    return made


@settings(max_examples=50, deadline=None)
@given(tables(), st.data())
def test_no_small_number_can_be_told(cells: dict[Key, dict[str, int]], data: st.DataObject) -> None:
    """Whatever is small could also be a number that might be shown; what is shown is true; zeros of all figures are shown."""
    table = with_totals(cells)
    known: dict[Key, dict[str, tuple[int, ...]]] = {
        key: {name: tuple(v for v in (value + data.draw(st.integers(-7, 7)),) if v >= LEAST) for name, value in values.items()}
        for key, values in table.items()
        if data.draw(st.booleans())
    }
    shown = suppress(cells, part_of=PART_OF, known=known)
    assert shown.keys() == table.keys()
    small: dict[Variable, int] = {}
    for key, values in table.items():
        for name, value in values.items():
            told, before = shown[key][name], known.get(key, {}).get(name, ())
            assert told in (None, value)
            assert told is None or not is_small(value, before)
            if is_small(value, before):
                small[key, name] = value + step_out(value, before)
        if not any(values.values()):
            assert not any(value is None for value in shown[key].values())
    for variable, possible in largest(table, shown, PART_OF, list(small)).items():
        assert possible is None or possible >= small[variable]


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), st.builds(lambda n: {"secured": n}, CELL), min_size=1))
def test_a_small_number_is_never_the_only_answer(cells: dict[Key, dict[str, int]]) -> None:
    """One figure alone, cells left out: below five is never certain."""
    table, shown = with_totals(cells), suppress(cells)
    small = [(key, "secured") for key, values in shown.items() if values["secured"] is None and table[key]["secured"] < LEAST]
    assert all(possible is None or possible >= LEAST for possible in largest(table, shown, {}, small).values())


def test_a_single_small_cell_takes_others_with_it() -> None:
    """The smallest numbers that protect it, not the whole table."""
    cells = {(row, column): {"n": 30} for row in ("01", "02", "03") for column in ("doctor", "nurse", "clerk")}
    cells["02", "nurse"] = {"n": 3}
    shown = suppress(cells)
    assert shown["02", "nurse"]["n"] is None
    assert sum(values["n"] is None for values in shown.values()) == 4
    assert shown[TOTAL, TOTAL]["n"] == 243


def test_without_small_numbers_all_is_shown() -> None:
    """Zeros and five are."""
    cells = {("01", "a"): {"n": 5}, ("01", "b"): {"n": 0}, ("02", "a"): {"n": 0}, ("02", "b"): {"n": 40}}
    assert all(values["n"] is not None for values in suppress(cells).values())


def test_a_small_change_since_the_last_time_is_hidden() -> None:
    """32 in May and 34 in June would tell of two people."""
    cells = {(row, column): {"n": 30} for row in ("01", "02") for column in ("a", "b")}
    cells["01", "a"] = {"n": 34}
    assert suppress(cells, known={("01", "a"): {"n": [32]}})["01", "a"]["n"] is None
    assert suppress(cells, known={("01", "a"): {"n": [34, 20]}})["01", "a"]["n"] == 34


def test_people_who_are_alone_are_hidden_with_their_totals() -> None:
    """Three people in the whole country: nothing can be said."""
    shown = suppress({("01", "a"): {"n": 3}, ("02", "a"): {"n": 0}})
    assert [key for key, values in shown.items() if values["n"] is None] == [("01", "a"), ("01", TOTAL), (TOTAL, "a"), (TOTAL, TOTAL)]


@pytest.mark.parametrize("cells", [{("a", "x"): {"n": -1}}, {("a", "x"): {"n": 1}, ("a", "y"): {"m": 1}}])
def test_what_is_no_table_is_refused(cells: dict[Key, dict[str, int]]) -> None:
    """Negative people, cells with other figures."""
    with pytest.raises(ValueError, match=r"people|figures"):
        suppress(cells)
