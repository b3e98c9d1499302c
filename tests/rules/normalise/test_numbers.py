"""Headcounts, minutes of break, whole numbers and hours."""

import pytest

from tests.rules.reading import read, refusal

HEADCOUNT, BREAK, OVERTIME = "postings.0.headcount", "postings.0.shifts.0.break", "postings.0.overtime_hours"
WEEK, UNIT = "postings.0.weekly_hours", "postings.0.pay_lines.0.hours_per_unit"


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        (HEADCOUNT, 15, 15),
        (HEADCOUNT, "15", 15),
        (HEADCOUNT, "15名", 15),
        (HEADCOUNT, "１５名", 15),
        (HEADCOUNT, "30人", 30),
        (HEADCOUNT, " 7 名 ", 7),
        (HEADCOUNT, "募集人員15名", 15),
        (HEADCOUNT, "計15名", 15),
        (HEADCOUNT, "1,000名", 1000),
        (HEADCOUNT, 15.0, 15),
        (HEADCOUNT, "15.0", 15),
        (HEADCOUNT, "看護師15名", 15),
        (HEADCOUNT, "看護師 １５名", 15),
        (BREAK, 0, 0),
        (BREAK, "0", 0),
        (BREAK, "60分", 60),
        (BREAK, "６０分", 60),
        (BREAK, "60分間", 60),
        (BREAK, "1時間", 60),
        (BREAK, "1時間30分", 90),
        (BREAK, "1時間半", 90),
        (BREAK, "0.75時間", 45),
        (BREAK, "0:45", 45),
        (BREAK, "1:00", 60),
        (BREAK, "なし", 0),
        (BREAK, "無", 0),
        (BREAK, "休憩60分", 60),
        (BREAK, "12:00～13:00", 60),
        (BREAK, "12時から13時まで", 60),
        (OVERTIME, "5時間", 5),
        (OVERTIME, "月5時間程度", 5),
        (OVERTIME, "約5時間", 5),
        (OVERTIME, "月平均５時間", 5),
        ("contact.contact_ext", "２０５", "205"),
        ("contact.contact_ext", "内線205", "205"),
        ("contact.contact_ext", "0205", "0205"),
        ("contact.contact_ext", 205, "205"),
        (WEEK, 9, 9),
        (WEEK, 38.75, 38.75),
        (WEEK, "29時間", 29),
        (WEEK, "週29時間", 29),
        (WEEK, "週に29時間", 29),
        (WEEK, "1週間あたり29時間", 29),
        (WEEK, "1週29時間", 29),
        (WEEK, "29時間/週", 29),
        (WEEK, "週平均20時間", 20),
        (WEEK, "38時間45分", 38.75),
        (WEEK, "38:45", 38.75),
        (WEEK, "３８．７５", 38.75),
        (WEEK, "38.75h", 38.75),
        (WEEK, "20時間半", 20.5),
        (WEEK, "7時間15分×4日", 29),
        (WEEK, "7時間45分×5日", 38.75),
        (WEEK, "7.25時間×4日", 29),
        (WEEK, "7:15×4日", 29),
        (WEEK, "1日7時間15分、週4日", 29),
        (WEEK, "1日4.5時間・週2日", 9),
        (WEEK, "週4日×7時間15分", 29),
        (WEEK, "週2日、1日4時間30分", 9),
        (WEEK, "29時間（7時間15分×4日）", 29),
        (WEEK, "4.5×2", 9),
        (WEEK, "1日6時間（週5日）", 30),
        (WEEK, "28時間（週4日）", 28),
        (WEEK, "4時間30分×週2回", 9),
        (WEEK, "週所定労働時間20時間", 20),
        (WEEK, "29時間00分", 29),
        (WEEK, "45", 45),
        (UNIT, "2時間", 2),
        (UNIT, "1回2時間", 2),
        (UNIT, "90分", 1.5),
        (UNIT, "7時間45分", 7.75),
        (UNIT, "1日7時間45分", 7.75),
        (UNIT, "155時間", 155),
        (UNIT, "月155時間", 155),
    ],
)
def test_understood(path, typed, value):
    result = read(path, typed)
    assert result.understood, result.notes
    assert result.value == value
    assert isinstance(result.value, type(value))


@pytest.mark.parametrize(
    ("path", "typed", "rule"),
    [
        (HEADCOUNT, "若干名", "JOB-002"),
        (HEADCOUNT, "数名", "JOB-002"),
        (HEADCOUNT, "15名程度", "JOB-002"),
        (HEADCOUNT, "約30人", "JOB-002"),
        (HEADCOUNT, "15人以内", "JOB-002"),
        (HEADCOUNT, "3～4名", "JOB-002"),
        (HEADCOUNT, "3名から4名", "JOB-002"),
        (HEADCOUNT, "看護師2名、事務4名", "JOB-002"),
        (HEADCOUNT, "登録制度により募集", "JOB-002"),
        (HEADCOUNT, "各会場15名", "JOB-002"),
        (HEADCOUNT, "二名", "JOB-002"),
        (HEADCOUNT, "十五名", "JOB-002"),
        (HEADCOUNT, 1.5, "JOB-002"),
        (HEADCOUNT, "1.5", "JOB-002"),
        (HEADCOUNT, "最大15名", "JOB-002"),
        (HEADCOUNT, True, "TYPE-001"),
        (HEADCOUNT, ["15"], "TYPE-001"),
        (HEADCOUNT, "①5名", "JOB-002"),
        (HEADCOUNT, "15²名", "JOB-002"),
        (BREAK, "適宜", "TXT-001"),
        (BREAK, "45～60分", "TXT-001"),
        (BREAK, "60分以上", "TXT-001"),
        (BREAK, 1.5, "TXT-001"),
        (BREAK, 1000, "TYPE-001"),
        (BREAK, -1, "TYPE-001"),
        (OVERTIME, "5～10時間", "TXT-001"),
        (OVERTIME, "5.5", "TXT-001"),
        (OVERTIME, "五時間", "TXT-001"),
        (OVERTIME, 81, "TYPE-001"),
        ("contact.contact_ext", "205、206", "TXT-001"),
        ("contact.contact_ext", "予防係", "TXT-001"),
        ("contact.contact_ext", "1234567", "TXT-011"),
        (WEEK, "20～30時間", "TXT-001"),
        (WEEK, "20時間程度", "TXT-001"),
        (WEEK, "20時間以内", "TXT-001"),
        (WEEK, "28時間を超えない範囲内", "TXT-001"),
        (WEEK, "月120時間", "TXT-001"),
        (WEEK, "1日7時間", "TXT-001"),
        (WEEK, "7時間75分", "TXT-001"),
        (WEEK, "30時間（7時間15分×4日）", "TXT-001"),
        (WEEK, "9時間/日", "TXT-001"),
        (WEEK, "週4.5時間×2回", "TXT-001"),
        (WEEK, "3 8", "TXT-001"),
        (UNIT, "9時間/週", "TXT-001"),
        (WEEK, "シフトによる", "TXT-001"),
        (WEEK, -1, "TYPE-001"),
        (WEEK, float("inf"), "TYPE-001"),
        (WEEK, float("nan"), "TYPE-001"),
        (WEEK, 10**400, "TYPE-001"),
        (UNIT, 500, "TYPE-001"),
    ],
)
def test_refused(path, typed, rule):
    result = read(path, typed)
    assert refusal(result) == rule


def test_hints():
    assert read(HEADCOUNT, "15名程度").notes[0].choices == (15,)
    assert read(HEADCOUNT, "3～4名").notes[0].choices == (3, 4)
    assert read(HEADCOUNT, "十五名").notes[0].choices == (15,)
    assert read(WEEK, "30時間（7時間15分×4日）").notes[0].choices == (30, 29)


def test_a_job_in_front_of_the_number_must_be_the_postings_own():
    assert read(HEADCOUNT, "看護師15名", {"job_type": "nurse"}).value == 15
    assert read(HEADCOUNT, "看護師15名", {"job_type": "看護師"}).value == 15
    assert refusal(read(HEADCOUNT, "看護師15名", {"job_type": "clerical"})) == "JOB-002"


def test_hours_of_a_unit_agree_with_the_unit_of_pay():
    assert read(UNIT, "1日7時間45分", parent={"pay_type": "day"}).value == 7.75
    assert read(UNIT, "月155時間", parent={"pay_type": "月額"}).value == 155
    assert refusal(read(UNIT, "1日7時間45分", parent={"pay_type": "month"})) == "TXT-001"
