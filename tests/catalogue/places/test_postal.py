"""Postal codes as people type them, and the municipalities they belong to."""

import pytest

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.places import postal


@pytest.mark.parametrize(
    "text",
    [
        "1000001",
        "100-0001",
        "１００－０００１",
        "〒100-0001",
        "〒　１００ ０００１",
        "100ー0001",
        "100−0001",
        "郵便番号：100-0001",
        " 100‐0001\t",
    ],
)
def test_a_code_in_any_writing(text: str) -> None:
    """Width, hyphens, spaces and the mark in front do not matter."""
    assert postal.typed(text) == "1000001"


@pytest.mark.parametrize("text", ["", "100000", "10000011", "東京都千代田区", "100-000a", "一〇〇〇〇〇一", "\x00", "100.0001", "1" * 5000])
def test_what_is_no_code(text: str) -> None:
    """Nothing is guessed."""
    assert postal.typed(text) == ""


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("1000001", ["千代田区"]),
        ("2200012", ["横浜市西区"]),
        ("8830046", ["日向市"]),
        ("1008307", ["千代田区"]),  # an office with a number of its own
        ("9999999", []),
    ],
)
def test_the_municipality_of_a_code(code: str, names: list[str]) -> None:
    """By the table, offices included; an unknown one gives none."""
    found = [reference.municipality(code6) for code6 in postal.municipalities_of(code)]
    assert [place.name for place in found if place] == names


def test_a_code_may_belong_to_several() -> None:
    """About a hundred codes reach over a border."""
    names = {place.name for code6 in postal.municipalities_of("9850000") if (place := reference.municipality(code6))}
    assert names >= {"塩竈市", "多賀城市", "七ヶ浜町"}
