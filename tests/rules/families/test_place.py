"""PLACE-001 to PLACE-006: the workplace and smoke protection."""

from datetime import date
from typing import Any

import pytest

from tests.rules.judging import LATER, levels, said


@pytest.mark.parametrize(
    "values",
    [
        {"venue_name": "市内"},
        {"venue_name": "未定"},
        {"venue_name": "調整中"},
        {"venue_name": "採用後に連絡します"},
        {"venue_name": ""},
        {"venue_name": None},
        {"venue_address": "日向市"},
        {"venue_address": "宮崎県日向市"},
        {"venue_address": "市内"},
        {"venue_address": "未定"},
        {"venue_address": None},
        {"venue_city": None},
        {"venue_name": "未定", "visibility": "masked", "venue_city": None},
        {"venue_name": "", "visibility": "masked"},
        {"venue_city": "401307", "venue_address": "福岡市早良区"},
    ],
)
def test_place_001_wants_a_place(values: dict[str, Any]) -> None:
    assert levels("PLACE-001", values) == {"error"}


@pytest.mark.parametrize(
    "values",
    [
        {"venue_name": "海山市民体育館"},
        {"venue_name": "市内の施設"},
        {"venue_name": "県内のへき地公的医療機関"},
        {"venue_name": "市内各所", "venue_type": "mobile"},
        {"venue_name": "未定", "visibility": "masked"},
        {"venue_name": "未定", "venue_address": "未定", "visibility": "一部非公開"},
        {"venue_address": "本町2番3号"},
        {"venue_address": "宮崎県日向市本町"},
        {"venue_address": "日向市大字日知屋"},
        {"venue_name": "早良区役所2階"},
        {"venue_name": "日向市役所"},
    ],
)
def test_place_001_is_content(values: dict[str, Any]) -> None:
    assert levels("PLACE-001", values) == set()


def test_place_001_waits_for_a_partial_form_and_names_each_field() -> None:
    empty = {"venue_name": None, "venue_city": None, "venue_address": None}
    assert said("PLACE-001", empty, partial=True) == []
    assert {path.split(".")[-1] for _, path, _ in said("PLACE-001", empty)} == set(empty)


@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [
        (None, date(2021, 5, 7), {"error"}),
        ("", date(2020, 4, 1), {"error"}),
        ("敷地内禁煙", date(2021, 5, 7), set()),
        ("喫煙可", date(2021, 5, 7), set()),
        (None, date(2020, 3, 31), set()),
    ],
)
def test_place_002_wants_smoke_protection(value: Any, on: date, expected: set[str]) -> None:
    assert levels("PLACE-002", {"smoking": value}, on) == expected


@pytest.mark.parametrize(
    ("venue", "smoking", "expected"),
    [
        ("school", "allowed", {"warning"}),
        ("学校", "喫煙可", {"warning"}),
        ("medical", "no_smoking_indoors", {"warning"}),
        ("health_center", "indoors_with_room", {"warning"}),
        ("school", "no_smoking_site", set()),
        ("medical", "敷地内禁煙（屋外に喫煙場所あり）", set()),
        ("gymnasium", "no_smoking_indoors", set()),
        ("other_public", "allowed", set()),
        ("school", None, set()),
    ],
)
def test_place_003_knows_strict_sites(venue: str, smoking: Any, expected: set[str]) -> None:
    assert levels("PLACE-003", {"venue_type": venue, "smoking": smoking}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"smoking": "allowed"}, {"warning"}),
        ({"smoking": "allowed", "other_req": "65歳以上の高齢者への接種"}, {"warning"}),
        ({"smoking": "allowed", "age_limit": "yes", "age_reason": "item_2", "age_note": "18歳以上"}, {"warning"}),
        ({"smoking": "allowed", "age_limit": "yes", "age_reason": "item_2", "age_note": "喫煙可のため20歳以上"}, set()),
        ({"smoking": "allowed", "other_req": "満２０歳以上の方"}, set()),
        ({"smoking": "allowed", "other_req": "20歳未満の方は応募できません。"}, set()),
        ({"smoking": "indoors_with_room"}, set()),
        ({"smoking": "no_smoking_site"}, set()),
    ],
)
def test_place_004_asks_for_twenty(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("PLACE-004", values) == expected


@pytest.mark.parametrize(
    ("value", "on", "partial", "expected"),
    [
        ("", LATER, False, {"error"}),
        (None, date(2024, 4, 1), False, {"error"}),
        (None, date(2024, 3, 31), False, set()),
        ("市内の他の接種会場", LATER, False, set()),
        (None, LATER, True, set()),
    ],
)
def test_place_005_wants_the_scope_of_change(value: Any, on: date, partial: bool, expected: set[str]) -> None:
    assert levels("PLACE-005", {"place_change": value}, on, partial=partial) == expected


@pytest.mark.parametrize(
    ("city", "expected"),
    [("431001", {"warning"}), ("熊本市", {"warning"}), ("452068", set()), ("宮崎市", set()), (None, set())],
)
def test_place_006_compares_prefectures(city: Any, expected: set[str]) -> None:
    assert levels("PLACE-006", {"venue_city": city}) == expected


def test_place_006_is_silent_on_a_wrong_code_of_the_body() -> None:
    # A wrong check digit, a body that is not there, unions of no prefecture and of the same one; then one of another.
    for code, expected in (("401305", set()), ("471232", set()), ("998010", set()), ("458015", set()), ("438014", {"warning"})):
        assert levels("PLACE-006", {"organization.lg_code": code}) == expected, code
