"""Weekday and part of the day of shifts, as the search asks for them."""

from typing import Any

import pytest

from keynet_admin.services.listing.card import PARTS, WEEK, parts_of, slot_bits, slots


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        ("09:00", "12:30", ["morning"]),
        ("08:30", "17:15", ["morning", "afternoon"]),
        ("13:00", "17:30", ["afternoon"]),
        ("17:30", "20:30", ["evening"]),
        ("18:00", "21:00", ["evening", "night"]),
        ("20:00", "24:00", ["night"]),
        ("20:00", "+08:30", ["morning", "night"]),
        ("03:00", "05:30", ["night"]),
        ("11:30", "12:20", ["morning"]),
        ("11:30", "12:30", ["morning", "afternoon"]),
        ("00:00", "+00:00", ["morning", "afternoon", "evening", "night"]),
        ("", "12:00", list(PARTS)),
        ("13:00", "12:00", list(PARTS)),
    ],
)
def test_parts_of_a_shift(start: str, end: str, parts: list[str]) -> None:
    assert parts_of({"start": start, "end": end.removeprefix("+"), "end_next_day": end.startswith("+")}) == parts


def test_day_and_part_are_those_of_the_same_shift() -> None:
    morning: dict[str, Any] = {"days": ["mon", "hol"], "start": "09:00", "end": "12:00"}
    evening: dict[str, Any] = {"days": ["sat"], "start": "18:00", "end": "19:30"}
    made = slots({"shifts": [morning, evening, "?", {"days": None}]})
    assert made == slot_bits(["mon", "hol"], ["morning"]) | slot_bits(["sat"], ["evening"])
    assert not made & slot_bits(["sat"], ["morning"])
    assert made & slot_bits(["sat"], PARTS)
    assert made & slot_bits(WEEK, ["evening"])
    assert slot_bits(WEEK, PARTS) == 2**32 - 1
