"""HOURS-001 to HOURS-012: shifts, breaks, the week, overtime, hours in the text."""

from typing import Any

import pytest

from tests.rules.judging import levels, said, shift

FIVE = ("mon", "tue", "wed", "thu", "fri")


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([shift("17:30", "13:00")], {"error"}),
        ([shift("13:00", "13:00")], {"error"}),
        ([shift("9:00", "12:00"), shift("17:30", "13:00")], {"error"}),
        (None, {"error"}),
        ([], {"error"}),
        ([shift("13:00", None)], {"error"}),
        ([shift("", "17:30")], {"error"}),
        ([shift("9:00", "17:00", 60, end_next_day=True)], {"error"}),
        ([shift("13:00", "17:30")], set()),
        ([shift("20:00", "8:30", 60, end_next_day=True)], set()),
        ([shift("20:00", "翌8:30", 60)], set()),
        ([shift("18:00", "24:00")], set()),
    ],
)
def test_hours_001_wants_a_start_before_the_end(shifts: Any, expected: set[str]) -> None:
    assert levels("HOURS-001", {"shifts": shifts}) == expected


def test_hours_001_waits_for_a_partial_form() -> None:
    assert levels("HOURS-001", {"shifts": None}, partial=True) == set()
    assert levels("HOURS-001", {"shifts": [shift("13:00", None)]}, partial=True) == set()


@pytest.mark.parametrize(
    ("start", "end", "rest", "expected"),
    [
        ("9:00", "16:30", 30, {"error"}),
        ("9:00", "15:30", 0, {"error"}),
        ("9:00", "15:01", 0, {"error"}),
        ("8:00", "17:00", 45, {"error"}),
        ("8:00", "20:30", 45, {"error"}),
        ("9:00", "15:00", 0, set()),
        ("9:00", "16:30", 45, set()),
        ("8:30", "17:15", 60, set()),
        ("8:30", "17:15", 45, set()),
        ("8:00", "20:30", 60, set()),
        ("14:20", "19:20", 0, set()),
    ],
)
def test_hours_002_knows_article_34(start: str, end: str, rest: int, expected: set[str]) -> None:
    assert levels("HOURS-002", {"shifts": [shift(start, end, rest)]}) == expected


def test_hours_002_speaks_the_sample_message() -> None:
    message = said("HOURS-002", {"shifts": [shift("9:00", "16:30", 30)]})[0][2]
    assert (
        message == "9:00～16:30は実働7時間です。6時間を超える場合は45分以上の休憩が必要です（労働基準法第34条）。"
        "休憩の分数をご確認ください。"
    )


def test_hours_002_is_a_warning_without_employment_and_covers_the_night() -> None:
    assert levels("HOURS-002", {"engagement": "honorarium", "shifts": [shift("9:00", "16:30", 30)]}) == {"warning"}
    assert levels("HOURS-002", {"shifts": [shift("20:00", "8:30", 45, end_next_day=True)]}) == {"error"}


@pytest.mark.parametrize(("rest", "expected"), [(None, {"error"}), ("", {"error"}), (0, set()), ("0分", set()), (60, set())])
def test_hours_003_wants_the_break(rest: Any, expected: set[str]) -> None:
    assert levels("HOURS-003", {"shifts": [shift("13:00", "17:30", rest)]}) == expected
    assert levels("HOURS-003", {"shifts": [shift("13:00", "17:30", rest)]}, partial=True) == set()
    assert levels("REQ-001", {"shifts": [shift("13:00", "17:30", rest)]}) == set()


@pytest.mark.parametrize(
    ("start", "end", "rest", "expected"),
    [
        ("8:00", "20:30", 60, {"warning"}),
        ("8:30", "17:45", 60, {"warning"}),
        ("8:30", "17:30", 60, set()),
        ("8:30", "17:15", 60, set()),
        ("13:00", "17:30", 0, set()),
    ],
)
def test_hours_004_asks_about_more_than_eight_hours(start: str, end: str, rest: int, expected: set[str]) -> None:
    assert levels("HOURS-004", {"shifts": [shift(start, end, rest)]}) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(44, {"error"}), (40.5, {"error"}), ("45時間", {"error"}), (40, set()), (38.75, set()), (None, set())]
)
def test_hours_005_stops_at_forty(value: Any, expected: set[str]) -> None:
    assert levels("HOURS-005", {"weekly_hours": value}) == expected


@pytest.mark.parametrize(
    ("engagement", "value", "expected"),
    [
        ("fiscal_year_part_time", 38.75, {"error"}),
        ("fiscal_year_part_time", "38時間45分", {"error"}),
        ("fiscal_year_part_time", 40, {"error"}),
        ("fiscal_year_part_time", 38.5, set()),
        ("fiscal_year_part_time", 20, set()),
        ("fiscal_year_full_time", 38.75, set()),
        ("temporary_appointment", 38.75, set()),
    ],
)
def test_hours_006_keeps_part_time_part_time(engagement: str, value: Any, expected: set[str]) -> None:
    assert levels("HOURS-006", {"engagement": engagement, "weekly_hours": value}) == expected


@pytest.mark.parametrize(
    ("engagement", "value", "expected"),
    [
        ("fiscal_year_full_time", 30, {"warning"}),
        ("fiscal_year_full_time", 37.5, {"warning"}),
        ("fiscal_year_full_time", 38.75, set()),
        ("fiscal_year_full_time", 40, set()),
        ("fiscal_year_part_time", 30, set()),
    ],
)
def test_hours_007_keeps_full_time_full(engagement: str, value: Any, expected: set[str]) -> None:
    assert levels("HOURS-007", {"engagement": engagement, "weekly_hours": value}) == expected


@pytest.mark.parametrize(
    ("shifts", "weekly", "note", "expected"),
    [
        ([shift("13:00", "17:30")], 30, "週2日程度", {"warning"}),
        ([shift("13:00", "17:30")], 20, "週2日", {"warning"}),
        ([shift("13:00", "17:30")], 4, "週2日", {"warning"}),
        ([shift("9:00", "16:00", 60, FIVE)], 10, "週5日", {"warning"}),
        ([shift("9:00", "16:00", 60, FIVE)], 38, "週5日", {"warning"}),
        ([shift("9:00", "16:00", 60, FIVE)], 30, "週2日", {"warning"}),
        ([shift("8:30", "17:15", 60, FIVE)], 38.75, "週3日", {"warning"}),
        ([shift("13:00", "17:30")], 20, "シフト制", {"warning"}),
        ([shift("13:00", "17:30")], 9, "週2日程度", set()),
        ([shift("9:00", "12:30", 0, ("wed", "thu", "sat", "sun"))], 14, "週3～4日（土日と平日2日）", set()),
        ([shift("9:00", "16:00", 60, FIVE)], 28, "週5日", set()),
        ([shift("9:00", "16:00", 60, FIVE)], 18, "週3日程度", set()),
        ([shift("9:00", "16:00", 60, FIVE)], 12, "週2～3日（応相談）", set()),
        ([shift("8:30", "12:30", 0, FIVE), shift("13:00", "17:00", 0, FIVE)], 20, "週5日（午前または午後）", set()),
        ([shift("8:30", "12:30", 0, FIVE), shift("13:00", "17:00", 0, FIVE)], 38, "週5日", set()),
        ([shift("14:20", "19:20", 0, ("mon", "wed", "fri"))], 15, "月曜日～金曜日のうち3日程度", set()),
        ([shift("8:00", "20:30", 60, ("sat",))], 11.5, "シフト制", set()),
        ([shift("9:00", "16:00", 60, FIVE)], 30, "平日10日間", set()),
        ([shift("13:00", "17:30", 0, ("sat", "sun", "hol"))], 10, "週2日程度", set()),
        ([shift("13:00", "17:00", 0, FIVE)], 5, "月4回以上", set()),
        ([shift("13:00", "17:00", 0, (*FIVE, "sat", "sun"))], 14, "平日週3日程度、土日月2回程度", set()),
        ([shift("13:00", "17:00")], 8, "週5日", set()),
        ([shift("13:00", "17:00", 0, FIVE)], 3.7, "月4回程度", set()),
        ([shift("8:30", "17:15", 60, FIVE)], 15.5, "週5日のうち2日", set()),
        ([shift("8:30", "17:15", None, FIVE)], 10, "週5日", set()),
        ([shift("9:00", "17:00", 60, FIVE)], 29, "週4日程度", set()),
        ([shift("9:00", "17:00", 60, FIVE)], None, "週4日程度", set()),
    ],
)
def test_hours_008_compares_with_every_reading(shifts: Any, weekly: Any, note: str, expected: set[str]) -> None:
    assert levels("HOURS-008", {"shifts": shifts, "weekly_hours": weekly, "workdays_note": note}) == expected


@pytest.mark.parametrize(
    ("overtime", "hours", "partial", "expected"),
    [
        ("yes", None, False, {"error"}),
        ("あり", "", False, {"error"}),
        ("no", 10, False, {"error"}),
        ("yes", 0, False, {"error"}),
        ("yes", 5, False, set()),
        ("no", None, False, set()),
        ("no", 0, False, set()),
        ("yes", None, True, set()),
        ("no", 10, True, {"error"}),
    ],
)
def test_hours_009_wants_both_or_neither(overtime: str, hours: Any, partial: bool, expected: set[str]) -> None:
    assert levels("HOURS-009", {"overtime": overtime, "overtime_hours": hours}, partial=partial) == expected


NIGHT = [shift("20:00", "8:30", 60, ("sat",), end_next_day=True)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"shifts": NIGHT}, {"warning"}),
        ({"shifts": [shift("17:00", "22:30")]}, {"warning"}),
        ({"shifts": [shift("4:30", "9:00")]}, {"warning"}),
        ({"shifts": NIGHT, "pay_note": "深夜の割増はありません。"}, {"warning"}),
        ({"shifts": NIGHT, "pay_note": "深夜割増あり"}, set()),
        ({"shifts": NIGHT, "other_allow": "夜勤手当1回5,000円"}, set()),
        ({"shifts": NIGHT, "pay_lines": [{"label": "夜勤", "min": 4000}]}, set()),
        ({"shifts": [NIGHT[0] | {"name": "ナイト"}], "pay_lines": [{"label": "ナイト", "min": 4000}]}, set()),
        ({"shifts": NIGHT, "other_req": "深夜の割増を支給します。"}, set()),
        ({"shifts": NIGHT, "title": "看護師（日勤・夜勤）"}, {"warning"}),
        ({"shifts": [shift("17:00", "22:00")]}, set()),
        ({"shifts": [shift("5:00", "9:00")]}, set()),
        ({"shifts": NIGHT, "engagement": "honorarium"}, set()),
        ({"shifts": [shift("18:00", "24:00")]}, {"warning"}),
    ],
)
def test_hours_010_wants_night_pay_shown(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("HOURS-010", values) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("other_req", "9:00～17:00に勤務できる方"),
        ("duty_detail", "勤務時間は午前9時から午後5時までです。接種を行います。"),
        ("duty_detail", "９時～１７時の勤務です。注射による接種を行います。"),
        ("title", "集団接種の看護師（9時～12時）"),
        ("workdays_note", "週2日 9:00～12:00"),
        ("duty_detail", "始業9時、終業17時。9:00-17:00の勤務で接種を行います。"),
        ("pay_note", "13:00～18:00の勤務で4時間分をお支払いします。"),
        ("duty_detail", "時間は14:00～16:00です。注射による接種を行います。"),
        ("title", "集団接種の看護師（週30時間）"),
        ("workdays_note", "週2日程度、1日8時間勤務"),
        ("duty_detail", "1日7時間45分の勤務です。注射による接種を行います。"),
        ("duty_detail", "20時～翌8時30分の勤務で、接種を行います。"),
    ],
)
def test_hours_011_hears_other_hours(name: str, text: str) -> None:
    assert levels("HOURS-011", {name: text}) == {"warning"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("other_req", "13:00～17:30に勤務できる方"),
        ("duty_detail", "勤務時間は午後1時から午後5時30分までです。接種を行います。"),
        ("duty_detail", "午後1時～5時半の勤務です。接種を行います。"),
        ("support_note", "電話の受付は9時から17時までです。"),
        ("duty_detail", "会場の開設は9時から17時までです。接種を行います。"),
        ("duty_detail", "接種の受付時間は13:30～16:30です。注射による接種を行います。"),
        ("duty_detail", "13:00～13:30は準備、13:30～17:00は接種を行います。"),
        ("pay_note", "22時～5時は深夜割増があります。"),
        ("training_note", "研修は9時から12時までです。"),
        ("workdays_note", "週2日程度"),
        ("title", "集団接種の看護師（13時～17時半）"),
        ("title", "集団接種の看護師（週9時間）"),
        ("other_req", "勤務は9:00～17:30のうち4時間程度です。"),
        ("insurance_note", "週20時間以上の場合に加入します。"),
        ("duty_detail", "1時間に20人ほどに接種を行います。"),
        ("duty_detail", "1日8時間を超える勤務はありません。接種を行います。"),
        ("duty_detail", "診療は9:00～17:00です。接種を行います。"),
        ("other_req", "週20時間以上勤務できる方"),
    ],
)
def test_hours_011_is_silent(name: str, text: str) -> None:
    assert levels("HOURS-011", {name: text}) == set()


def test_hours_011_reads_two_shifts_as_one_day() -> None:
    both = [shift("8:30", "12:30"), shift("13:30", "17:15")]
    assert levels("HOURS-011", {"shifts": both, "duty_detail": "8:30～17:15の勤務です。接種を行います。"}) == set()


@pytest.mark.parametrize(
    ("start", "end", "rest", "expected"),
    [
        ("8:30", "17:15", 600, {"warning"}),
        ("8:30", "20:30", 200, {"warning"}),
        ("13:00", "17:00", 150, {"warning"}),
        ("8:30", "17:15", 60, set()),
        ("8:00", "20:30", 180, set()),
        ("13:00", "17:00", 120, set()),
        ("13:00", "17:00", 0, set()),
    ],
)
def test_hours_012_doubts_long_breaks(start: str, end: str, rest: int, expected: set[str]) -> None:
    assert levels("HOURS-012", {"shifts": [shift(start, end, rest)]}) == expected
