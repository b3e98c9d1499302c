"""How far municipalities lie from each other: in a straight line from office to office."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from keynet_admin.catalogue.table import read_table, text

FARTHEST = 100
"""Kilometres; nobody asks for more."""
_EARTH = 6371.0


def _degrees(low: int, high: int) -> Callable[[str], float]:
    def read(cell: str) -> float:
        value = float(text(r"\d{2,3}\.\d{3}")(cell))
        if not low <= value <= high:
            raise ValueError(f"日本の中の位置ではありません: {cell}")
        return value

    return read


@dataclass(frozen=True, slots=True)
class Point:
    """The place of one municipality or ward: its office, for three of islands an island."""

    code6: Annotated[str, text(r"\d{6}")]
    lat: Annotated[float, _degrees(20, 46)]
    lon: Annotated[float, _degrees(122, 154)]


@lru_cache(maxsize=1)
def points() -> tuple[Point, ...]:
    """All points, in the order of their codes."""
    return read_table("municipality_points.csv", Point, "code6")


@lru_cache(maxsize=1)
def _index() -> dict[str, Point]:
    return {point.code6: point for point in points()}


@lru_cache(maxsize=2048)
def _around(code6: str) -> dict[str, int]:
    """Kilometres to every point within `FARTHEST`, nearest first. Only the municipality itself is 0 km away."""
    here = _index().get(code6)
    if here is None:
        return {}
    away = sorted((_distance(here, point), point.code6) for point in points() if abs(point.lat - here.lat) < 1)
    return {code: (0 if code == code6 else max(1, round(km))) for km, code in away if km < FARTHEST + 0.5}


def around(codes: Iterable[str]) -> dict[str, int]:
    """Kilometres (whole ones) from the nearest of these municipalities to each municipality within `FARTHEST`, nearest first."""
    nearest: dict[str, int] = {}
    for code6 in codes:
        for code, km in _around(code6).items():
            nearest[code] = min(km, nearest.get(code, km))
    return dict(sorted(nearest.items(), key=lambda item: item[1]))


def _distance(one: Point, other: Point) -> float:
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    across = math.sin(math.radians(other.lon - one.lon) / 2) ** 2 * math.cos(lat1) * math.cos(lat2)
    return 2 * _EARTH * math.asin(math.sqrt(math.sin((lat2 - lat1) / 2) ** 2 + across))
