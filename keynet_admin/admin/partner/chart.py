"""Where the marks of the picture of lags stand: minutes on a logarithmic axis from one minute to seven days."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from keynet_admin.services.partner.overview import Reach

LEFT, RIGHT, TOP, STEP = 190.0, 620.0, 43, 32
_MOST = 7 * 24 * 60
_TICKS = ((1, "1分"), (10, "10分"), (60, "1時間"), (24 * 60, "1日"), (_MOST, "7日"))
_APART = 58  # so far from the promise's words others can be read


@dataclass(frozen=True)
class AxisTick:
    """A line of the axis; its words are empty where they would meet those of the promise."""

    x: float
    words: str


@dataclass(frozen=True)
class LagBar:
    """One partner: its height and the places of the median and the worst."""

    row: Reach
    y: int
    middle: float
    worst: float


@dataclass(frozen=True)
class LagChart:
    """The picture, in units of its own box (640 wide)."""

    height: int
    goal: float
    ticks: Sequence[AxisTick]
    bars: Sequence[LagBar]


def of(rows: Sequence[Reach], promise: timedelta) -> LagChart:
    """The picture of these partners."""
    goal = place(promise)
    ticks = [AxisTick(place(timedelta(minutes=minutes)), words) for minutes, words in _TICKS]
    return LagChart(
        height=TOP + STEP * (len(rows) - 1) + 15 if rows else TOP,
        goal=goal,
        ticks=[tick if abs(tick.x - goal) > _APART else AxisTick(tick.x, "") for tick in ticks],
        bars=[LagBar(row, TOP + STEP * number, place(row.middle), place(row.worst)) for number, row in enumerate(rows)],
    )


def place(lag: timedelta) -> float:
    """The place of a length of time; what lies outside the axis stands at its end."""
    minutes = min(max(lag.total_seconds() / 60, 1), _MOST)
    return round(LEFT + (RIGHT - LEFT) * math.log(minutes) / math.log(_MOST), 1)
