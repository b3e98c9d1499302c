"""One figure with its yardstick, and the printed table."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """`ratio` is what the limit is about; `at_least` or `at_most` is that limit (None: reported only)."""

    measure: str
    value: float
    unit: str
    yardstick: str = ""
    yardstick_value: float | None = None
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the limit is kept; None without a limit."""
        if self.ratio is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least is None or self.ratio >= self.at_least) and (self.at_most is None or self.ratio <= self.at_most)

    def as_json(self) -> dict[str, Any]:
        """All of it, with the verdict."""
        return {**asdict(self), "met": self.met}


def print_table(rows: Sequence[Row]) -> None:
    """Columns in line, also with wide letters."""
    lines = [["measure", "value", "yardstick", "its value", "ratio", "limit", ""]]
    for row in rows:
        limit = f"≥ {row.at_least:g}" if row.at_least is not None else f"≤ {row.at_most:g}" if row.at_most is not None else ""
        verdict = {True: "ok", False: "MISSED", None: ""}[row.met]
        other = _number(row.yardstick_value, row.unit) if row.yardstick_value is not None else ""
        ratio = f"{row.ratio:.2f}" if row.ratio is not None else ""
        lines.append([row.measure, _number(row.value, row.unit), row.yardstick, other, ratio, limit, " ".join((verdict, row.note)).strip()])
    widths = [max(_width(line[column]) for line in lines) for column in range(7)]
    for line in lines:
        print("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip())


def _number(value: float, unit: str) -> str:
    return f"{value:,.1f} {unit}" if value < 100 else f"{value:,.0f} {unit}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
