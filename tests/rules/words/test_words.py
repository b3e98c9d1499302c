"""Reading free text: plain form, word lists, amounts, hours, counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynet_admin.rules.words import plain as words


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("９：００ ～ １７：００", "9:00~17:00"),
        ("看護師　募集", "看護師募集"),
        ("13:00〜17:30", "13:00~17:30"),
        ("Dr. Yamada", "dr.yamada"),
        ("ｶﾝｺﾞｼ", "カンゴシ"),
        ("A\u200bB", "ab"),
        ("1 2", "1 2"),
        ("一行目\r\n二行目", "一行目\n二行目"),
        ("1,472円", "1,472円"),
    ],
)
def test_plain(typed: str, plain: str) -> None:
    assert words.plain(typed) == plain


@given(st.text())
def test_plain_is_idempotent_and_reads_anything(text: str) -> None:
    once = words.plain(text)
    assert words.plain(once) == once
    words.time_ranges(once)
    words.yen_amounts(once)
    words.days_per_week(once)
    words.days_per_month(once)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("時給1,472円、土日2万3千円", [1472, 23000]),
        ("月22万1,416円", [221416]),
        ("5千円と17万5千円", [5000, 175000]),
        ("1.5万円", [15000]),
        ("1万円", [10000]),
        ("1200円~1500円", [1200, 1500]),
        ("円滑に", []),
        ("90人", []),
        ("3万2500円", [32500]),
    ],
)
def test_yen_amounts(text: str, amounts: list[int]) -> None:
    assert [amount.yen for amount in words.yen_amounts(text)] == amounts


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("午前9時から午後4時まで又は午前9時30分から午後4時30分まで", [(540, 960), (570, 990)]),
        ("20時~翌8時30分", [(1200, 1950)]),
        ("13:00~17:30", [(780, 1050)]),
        ("午後1時~5時半", [(780, 1050)]),
        ("8時半から正午まで", [(510, 720)]),
        ("9~17時", [(540, 1020)]),
        ("22時~5時", [(1320, 1740)]),
        ("2021-05-07", []),
        ("3時間から5時間", []),
        ("午後13時~15時", []),
        ("25:00~26:00", []),
        ("9時から", []),
    ],
)
def test_time_ranges(text: str, ranges: list[tuple[int, int]]) -> None:
    assert [(found.start, found.end) for found in words.time_ranges(text)] == ranges


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("週2日程度", (2, 2)),
        ("週3~4日(土日と平日2日)", (3, 4)),
        ("週に3回", (3, 3)),
        ("週2日または3日", (2, 3)),
        ("週5日のほか週2日", None),
        ("シフト制", None),
        ("週30時間", None),
    ],
)
def test_days_per_week(text: str, days: tuple[float, float] | None) -> None:
    assert words.days_per_week(text) == days


@pytest.mark.parametrize(
    ("text", "days"),
    [("月4回以上", (4, 31)), ("月8日程度", (8, 8)), ("月12日~16日", (12, 16)), ("5月4日から", None), ("毎月", None), ("6月1日付", None)],
)
def test_days_per_month(text: str, days: tuple[float, float] | None) -> None:
    assert words.days_per_month(text) == days


def test_word_list_knows_harmless_passages() -> None:
    listed = words.WordList("派遣(?:社員|会社)", "派遣会社との")
    assert listed.find("派遣社員、派遣会社、派遣社員") == ["派遣社員", "派遣会社"]
    assert listed.find("派遣会社との連絡") == []
    assert listed.find("派遣会社との連絡と派遣社員") == ["派遣社員"]
    assert listed.find("看護師") == []


def test_clause_and_phrase() -> None:
    text = "一つ目です。二つ目は、三つ目と、四つ目。終わり"
    at = text.index("三つ目")
    assert words.clause_around(text, at, at + 3) == "二つ目は、三つ目と、四つ目"
    assert words.phrase_around(text, at, at + 3) == "三つ目と"
