"""A linear programme solved exactly: the simplex method over fractions with Bland's rule, for the few unknowns of a test."""

from collections.abc import Sequence
from fractions import Fraction


def most(variables: Sequence[int], equations: Sequence[tuple[Sequence[int], int]], least: Sequence[int]) -> list[Fraction | None]:
    """The largest value of each of these variables over all x >= `least` that meet the equations (factors, right side); None: no limit.

    Raises ValueError when no such x exists.
    """
    rows = []
    for factors, right in equations:
        if not any(factors):
            continue
        rest = Fraction(right - sum(f * low for f, low in zip(factors, least, strict=True)))
        sign = -1 if rest < 0 else 1
        rows.append([Fraction(sign * factor) for factor in factors] + [sign * rest])
    width, height = len(least), len(rows)
    table = [row[:-1] + [Fraction(int(at == other)) for other in range(height)] + row[-1:] for at, row in enumerate(rows)]
    basis = [width + at for at in range(height)]
    phase = [-sum((row[at] for row in table), Fraction(0)) for at in range(width)] + [Fraction(0)] * height
    phase.append(-sum((row[-1] for row in table), Fraction(0)))
    if not _run(table, basis, phase, width) or phase[-1] != 0:
        raise ValueError("the equations contradict each other")
    for at, variable in enumerate(basis):  # what is still artificial is zero: take it out where it can be
        if variable >= width and (column := next((c for c in range(width) if table[at][c]), None)) is not None:
            _pivot(table, basis, phase, at, column)
    return [_largest(table, basis, variable, width, least[variable]) for variable in variables]


def _largest(table: list[list[Fraction]], basis: list[int], variable: int, width: int, low: int) -> Fraction | None:
    costs = [Fraction(-int(at == variable)) for at in range(len(table[0]) if table else width + 1)]
    if variable in basis:
        costs = [cost + other for cost, other in zip(costs, table[basis.index(variable)], strict=True)]
    return costs[-1] + low if _run(table, basis, costs, width) else None


def _run(table: list[list[Fraction]], basis: list[int], costs: list[Fraction], width: int) -> bool:
    """Pivot until no cost is negative; False when the objective has no limit."""
    while (column := next((at for at in range(width) if costs[at] < 0), None)) is not None:
        ratios = [(row[-1] / row[column], basis[at], at) for at, row in enumerate(table) if row[column] > 0]
        if not ratios:
            return False
        _pivot(table, basis, costs, min(ratios)[2], column)
    return True


def _pivot(table: list[list[Fraction]], basis: list[int], costs: list[Fraction], at: int, column: int) -> None:
    factor = table[at][column]
    table[at] = [value / factor for value in table[at]]
    for other in range(len(table)):
        if other != at and table[other][column]:
            times = table[other][column]
            table[other] = [value - times * own for value, own in zip(table[other], table[at], strict=True)]
    if costs[column]:
        times = costs[column]
        costs[:] = [value - times * own for value, own in zip(costs, table[at], strict=True)]
    basis[at] = column
