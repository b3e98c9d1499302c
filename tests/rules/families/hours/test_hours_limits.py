"""Limits of HOURS-001 to HOURS-012, at them and beside them."""

from typing import Any

import pytest

from keynet_admin.rules.families.hours.texts import week_reach
from tests.rules.judging import levels, said, shift

FIVE = ("mon", "tue", "wed", "thu", "fri")
ALL = (*FIVE, "sat", "sun", "hol")
NIGHT = shift("20:00", "8:30", 60, end_next_day=True)


@pytest.mark.parametrize(
    ("code", "row", "words"),
    [
        ("HOURS-001", shift("9:00", "9:00", 60, end_next_day=True), ""),
        ("HOURS-001", shift("9:00", "9:01", 60, end_next_day=True), "9:00～翌9:01では24時間を超えます"),
        ("HOURS-001", shift("18:00", "24:00", end_next_day=True), ""),
        ("HOURS-001", shift("18:00", "23:59", end_next_day=True), "24時間を超えます"),
        ("HOURS-001", shift("9:00", "9:01"), ""),
        ("HOURS-001", shift(None, "9:00"), "勤務時間帯1の始業の時刻が"),
        ("HOURS-001", shift("9:00", None), "勤務時間帯1の終業の時刻が"),
        ("HOURS-002", shift("9:00", "15:44", 44), ""),
        ("HOURS-002", shift("9:00", "15:45", 44), "実働6時間1分です。6時間を超える場合は45分以上の休憩が必要です"),
        ("HOURS-002", shift("9:00", "17:45", 45), ""),
        ("HOURS-002", shift("9:00", "17:46", 45), "実働8時間1分です。8時間を超える場合は60分以上の休憩が必要です"),
        ("HOURS-002", shift("9:00", "18:00", 59), "60分以上の休憩が必要です"),
        ("HOURS-002", shift("9:00", "18:01", 60), ""),
        ("HOURS-002", shift("9:00", "17:46", "未定"), ""),
        ("HOURS-003", shift("9:00", "12:00", None), "勤務時間帯1の休憩が"),
        ("HOURS-004", shift("8:30", "17:30", 60), ""),
        ("HOURS-004", shift("8:30", "17:31", 60), "（休憩60分）は実働8時間1分で"),
        ("HOURS-012", shift("8:00", "20:30", 180), ""),
        ("HOURS-012", shift("8:00", "20:30", 181), "8:00～20:30（12時間30分）のうち休憩が181分"),
        ("HOURS-012", shift("13:00", "17:00", 120), ""),
        ("HOURS-012", shift("13:00", "17:00", 121), "13:00～17:00（4時間）のうち休憩が121分"),
        ("HOURS-012", shift("正午ごろ", "17:00", 181), "休憩が181分"),
        ("HOURS-012", shift("正午ごろ", "17:00", 180), ""),
    ],
)
def test_a_row_of_hours(code: str, row: dict[str, Any], words: str) -> None:
    found = said(code, {"shifts": [row]})
    assert ([words in message for _, _, message in found] == [True]) if words else not found


@pytest.mark.parametrize("code", ["HOURS-001", "HOURS-003"])
def test_the_number_of_a_row_is_named(code: str) -> None:
    found = said(code, {"shifts": [shift("9:00", "12:00"), shift(None, "17:00", None)]})
    assert [("勤務時間帯2の" in message, path.split(".")[3]) for _, path, message in found] == [(True, "1")]


def test_a_break_unlike_that_of_employment() -> None:
    found = said("HOURS-002", {"engagement": "honorarium", "shifts": [shift("9:00", "15:45", 44)]})
    assert "雇用であれば45分以上の休憩が必要な長さです" in found[0][2]


@pytest.mark.parametrize(
    ("code", "values", "expected"),
    [
        ("HOURS-005", {"weekly_hours": 40.01}, {"error"}),
        ("HOURS-006", {"weekly_hours": 38.74}, set()),
        ("HOURS-007", {"engagement": "fiscal_year_full_time", "weekly_hours": 38.74}, {"warning"}),
        ("HOURS-007", {"engagement": "fiscal_year_full_time", "weekly_hours": 39}, {"warning"}),
        ("HOURS-009", {"overtime": "yes", "overtime_hours": 1}, set()),
        ("HOURS-009", {"overtime": "no", "overtime_hours": 1}, {"error"}),
        ("HOURS-009", {"overtime": None, "overtime_hours": 5}, set()),
    ],
)
def test_hours_of_week_and_month(code: str, values: dict[str, Any], expected: set[str]) -> None:
    assert levels(code, values) == expected


@pytest.mark.parametrize(
    ("shifts", "weekly", "note", "expected"),
    [
        # Two days of four hours: from 383 minutes (80 %, less one) to 577 (120 %, and one more).
        ([shift("13:00", "17:00")], 6.38, "", {"warning"}),
        ([shift("13:00", "17:00")], 6.39, "", set()),
        ([shift("13:00", "17:00")], 9.61, "", set()),
        ([shift("13:00", "17:00")], 9.62, "", {"warning"}),
        # Two days of 250 minutes: 399 exactly is enough.
        ([shift("13:00", "17:10")], 6.65, "", set()),
        ([shift("9:00", "18:00", 60, FIVE)], 40, "週2日", {"warning"}),
        ([shift("9:00", "18:00", 60, FIVE)], 40.5, "週2日", set()),
        ([shift("13:00", "17:00", 0, None)], 30, "", set()),
        ([shift("13:00", "17:00"), shift("9:00", "12:00", 0, None)], 30, "", set()),
        ([], 30, "", set()),
    ],
)
def test_a_fifth_more_or_less_than_the_rows_give(shifts: Any, weekly: float, note: str, expected: set[str]) -> None:
    assert levels("HOURS-008", {"shifts": shifts, "weekly_hours": weekly, "workdays_note": note}) == expected


@pytest.mark.parametrize(
    ("shifts", "words"),
    [
        ([shift("13:00", "17:00")], "計算すると4時間です"),
        ([shift("13:00", "17:00", 0, ("sat",)), shift("13:00", "17:01", 0, ("sun",))], "計算すると4時間～4時間1分です"),
    ],
)
def test_what_the_rows_give_is_said(shifts: Any, words: str) -> None:
    assert words in said("HOURS-008", {"shifts": shifts, "weekly_hours": 30, "workdays_note": "週1日"})[0][2]


EARLY, LATE = ("09:00", "12:00", 0), ("13:00", "17:00", 0)


@pytest.mark.parametrize(
    ("rows", "note", "expected"),
    [
        ([(*LATE, ("sat", "sun"))], "", (480, 480)),
        ([(*LATE, ("sat", "sun"))], "シフト制", (0, 480)),
        ([(*EARLY, FIVE), (*LATE, FIVE)], "", (900, 2100)),
        ([("08:00", "16:30", 30, ("sat",)), ("15:30", "23:59", 29, ("sat",))], "", (480, 960)),
        ([("08:00", "16:00", 0, ("sat",)), ("16:00", "23:59", 0, ("sat",))], "", (479, 959)),
        ([("08:00", "16:00", 0, ("sat",)), ("15:00", "23:02", 0, ("sat",))], "", (480, 960)),
        ([(*LATE, ("sat", "hol"))], "", (240, 480)),
        ([(*LATE, ("hol",))], "", (0, 240)),
        ([(*LATE, ("hol",))], "週1日", (0, 240)),
        ([(*LATE, ("sat", "sun"))], "週1日", (240, 240)),
        ([(*LATE, ("sat", "sun"))], "週5日", (480, 480)),
        ([(*EARLY, ("sat",)), (*LATE, ("sun",))], "週1日", (180, 240)),
        ([(*LATE, FIVE)], "週3日程度", (600, 840)),
        ([(*LATE, FIVE)], "週5日のうち2日", (480, 480)),
        ([(*LATE, ALL)], "週3日以上", (720, 1680)),
        ([(*LATE, ALL)], "週3日以内", (0, 720)),
        ([(*LATE, ALL)], "週7日程度", (1560, 1680)),
        ([(*LATE, FIVE)], "月13日", (720, 720)),
        ([(*LATE, FIVE)], "月2回程度", (0, 0.5 * 240 + 2 * 12 / 52 * 240)),
        ([(*LATE, FIVE)], "平日週3日、土日月2回", (0, 1200)),
        ([(*LATE, ())], "", None),
        ([("13:00", "17:00", None, FIVE)], "", None),
        ([("08:00", "12:00", 0, ("sat",)), ("13:00", "17:00", None, ("sun",))], "", None),
    ],
)
def test_the_reach_of_a_week(
    rows: list[tuple[str, str, int | None, tuple[str, ...]]], note: str, expected: tuple[float, float] | None
) -> None:
    lines = [{"start": start, "end": end, "break": rest, "days": list(days)} for start, end, rest, days in rows]
    found = week_reach(lines, note)
    assert found == (pytest.approx(expected) if expected else None)


@pytest.mark.parametrize(
    ("values", "partial", "expected"),
    [
        ({"shifts": [NIGHT], "pay_lines": []}, True, set()),
        ({"shifts": [NIGHT]}, True, {"warning"}),
        ({"shifts": [NIGHT], "pay_lines": []}, False, {"warning"}),
        ({"shifts": [NIGHT], "pay_lines": [{"label": "", "min": 4000}, {"label": "夜勤", "min": 5000}]}, False, set()),
        ({"shifts": [shift("13:00", "17:00"), NIGHT]}, False, {"warning"}),
        ({"shifts": [shift("17:00", "22:01")]}, False, {"warning"}),
        ({"shifts": [shift("4:59", "9:00")]}, False, {"warning"}),
    ],
)
def test_the_night_of_a_form_that_is_being_filled_in(values: dict[str, Any], partial: bool, expected: set[str]) -> None:
    assert levels("HOURS-010", values, partial=partial) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # The base posting works 13:00 to 17:30, nine hours a week.
        ({"title": "集団接種の看護師（週9.5時間）"}, {"warning"}),
        ({"title": "集団接種の看護師（週9.03時間）"}, {"warning"}),
        ({"title": "集団接種の看護師（週9.01時間）"}, set()),
        ({"title": "集団接種の看護師（週9時間30分）"}, {"warning"}),
        ({"title": "集団接種の看護師（週9時間半）"}, {"warning"}),
        ({"title": "集団接種の看護師（週9時間半）", "weekly_hours": 9.5}, set()),
        ({"title": "集団接種の看護師（週9時間15分）", "weekly_hours": 9.25}, set()),
        ({"title": "集団接種の看護師（週30時間）", "weekly_hours": None}, set()),
        ({"title": "集団接種の看護師（フルタイムは週30時間）"}, set()),
        ({"other_req": "週30時間の勤務です。"}, set()),
        ({"workdays_note": "1日4時間30分"}, set()),
        ({"workdays_note": "1日4時間半"}, set()),
        ({"workdays_note": "1日4時間"}, {"warning"}),
        ({"workdays_note": "1日4時間29分"}, {"warning"}),
        ({"workdays_note": "1日四時間"}, {"warning"}),
        ({"workdays_note": "1日7時間", "shifts": [shift("9:00", "17:00", 60)]}, set()),
        ({"workdays_note": "1日8時間", "shifts": [shift("9:00", "17:00", 60)]}, set()),
        ({"workdays_note": "1日6時間", "shifts": [shift("9:00", "17:00", 60)]}, {"warning"}),
        ({"workdays_note": "1日6時間", "shifts": [shift("9:00", "未定", 60)]}, set()),
        ({"duty_detail": "1日6時間、会場を開きます。注射による接種を行います。"}, set()),
        ({"duty_detail": "会場で1日6時間働きます。注射による接種を行います。"}, {"warning"}),
        ({"training_note": "研修は1日6時間、会場で働きながら受けます。"}, set()),
        ({"other_req": "1日6時間勤務（残業を含む）"}, set()),
        # Names of shifts and labels of pay lines.
        ({"shifts": [shift("13:00", "17:30", name="9:00～12:00")]}, {"warning"}),
        ({"shifts": [shift("13:00", "17:30", name="13:00～17:30")]}, set()),
        ({"shifts": [shift("13:00", "17:30", name="13:00～15:00")]}, set()),
        ({"shifts": [shift("13:00", "17:30", name="14:00～17:30")]}, set()),
        ({"shifts": [shift("13:00", "17:30", name="12:59～15:00")]}, {"warning"}),
        ({"shifts": [shift("13:00", "17:30", name="15:00～17:31")]}, {"warning"}),
        ({"shifts": [shift("9:00", "12:00"), shift("13:00", "17:30", name="9:00～17:30")]}, {"warning"}),
        ({"shifts": [shift("9:00", "12:00"), shift("13:00", "17:30")], "pay_lines": [{"label": "9:00～17:30", "min": 1987}]}, set()),
        # Single times.
        ({"other_req": "始業9時です。"}, {"warning"}),
        ({"other_req": "始業13時です。"}, set()),
        ({"other_req": "始業1時です。"}, set()),
        ({"other_req": "終業18時です。"}, {"warning"}),
        ({"other_req": "終業17時30分です。"}, set()),
        ({"other_req": "終業5時30分です。"}, set()),
        ({"other_req": "終業13時です。"}, {"warning"}),
        ({"other_req": "終業8時30分です。", "shifts": [NIGHT]}, set()),
        ({"other_req": "始業20時です。", "shifts": [NIGHT]}, set()),
        ({"other_req": "終業9時30分です。", "shifts": [NIGHT]}, {"warning"}),
        ({"other_req": "終業24時です。", "shifts": [shift("18:00", "24:00")]}, set()),
        ({"other_req": "出勤は9:00～17:30のうち4時間程度です。"}, set()),
        ({"other_req": "研修は始業9時です。"}, set()),
        ({"other_req": "始業9時の募集ではありません。"}, set()),
        ({"workdays_note": "週2日、8時から"}, {"warning"}),
        ({"workdays_note": "週2日、13時から"}, set()),
        ({"workdays_note": "週2日、受付は8時から"}, set()),
        ({"other_req": "8時から"}, set()),
    ],
)
def test_hours_beside_those_of_the_fields(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("HOURS-011", values) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("勤務は1:00～5:30です。", set()),
        ("勤務は0:59～5:30です。", {"warning"}),
        ("勤務は13:00～17:31です。", {"warning"}),
        ("勤務は12:00～16:30です。", {"warning"}),
        ("勤務は9:00～17:30の間で4時間です。", set()),
        ("勤務は13:00～17:30のうち2時間です。", set()),
        ("勤務は13:01～17:30のうち2時間です。", {"warning"}),
        ("勤務は13:00～17:29のうち2時間です。", {"warning"}),
        ("9:00～17:30の勤務は他の募集です。", set()),
        ("13:30～16:30です。", {"warning"}),
        ("接種を14:00～16:00にお願いします。", set()),
        ("会場で9:00～9:59にお願いします。", set()),
        ("9:00～10:00、接種を行います。", {"warning"}),
        ("9:00～9:59、接種を行います。", set()),
        ("13:00～17:00、接種を行います。", set()),
        ("13:30～17:30、接種を行います。", set()),
        ("12:59～17:30、接種を行います。", {"warning"}),
        ("13:00～17:31、接種を行います。", {"warning"}),
        ("救急隊は9:00～18:00、接種を行います。", set()),
    ],
)
def test_ranges_of_hours_in_the_text(text: str, expected: set[str]) -> None:
    assert levels("HOURS-011", {"duty_detail": text}) == expected


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("title", "看護師（受付9時～12時）", set()),
        ("title", "看護師（9時～12時）", {"warning"}),
        ("workdays_note", "週2日 9:00～12:00", {"warning"}),
        ("workdays_note", "週2日 会場9:00～12:00", set()),
        ("training_note", "勤務時間は9:00～12:00です。", {"warning"}),
        ("training_note", "9:00～12:00", set()),
    ],
)
def test_ranges_of_hours_field_by_field(field: str, text: str, expected: set[str]) -> None:
    assert levels("HOURS-011", {field: text}) == expected
