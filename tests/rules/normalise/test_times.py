"""Times of day, and a whole shift typed into one field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.reading import read, refusal

START, END = "postings.0.shifts.0.start", "postings.0.shifts.0.end"


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        (START, "13:00", "13:00"),
        (START, "9:00", "09:00"),
        (START, "7:10", "07:10"),
        (START, "９：３０", "09:30"),
        (START, "9時半", "09:30"),
        (START, "16時半", "16:30"),
        (START, "9時", "09:00"),
        (START, "9時30分", "09:30"),
        (START, "８時３０分", "08:30"),
        (START, "8時30", "08:30"),
        (START, "午前９時３０分", "09:30"),
        (START, "午前9時", "09:00"),
        (START, "午前9:30", "09:30"),
        (START, "午後1時", "13:00"),
        (START, "午後5時30分", "17:30"),
        (START, "午後5時半", "17:30"),
        (START, "午後 5 時 30 分", "17:30"),
        (START, "午後0時30分", "12:30"),
        (START, "午前0時", "00:00"),
        (START, "午後13時", "13:00"),
        (START, "PM1:00", "13:00"),
        (START, "1:00PM", "13:00"),
        (START, "am9:00", "09:00"),
        (START, "9am", "09:00"),
        (START, "正午", "12:00"),
        (START, "12:30", "12:30"),
        (START, "12時", "12:00"),
        (START, "0830", "08:30"),
        (START, "1730", "17:30"),
        (START, "830", "08:30"),
        (START, 1300, "13:00"),
        (START, "08:30:00", "08:30"),
        (START, "夜7時", "19:00"),
        (START, "朝9時", "09:00"),
        (START, "午後六時", "18:00"),
        (START, "八時三十分", "08:30"),
        (START, "8:30開始", "08:30"),
        (END, "17:15終了", "17:15"),
        (END, "17:15", "17:15"),
        (END, "24:00", "24:00"),
        (END, "24時", "24:00"),
        (END, "17時15分", "17:15"),
    ],
)
def test_understood(path, typed, value):
    result = read(path, typed)
    assert result.understood, result.notes
    assert result.value == value
    assert not result.also


@pytest.mark.parametrize("typed", ["翌8:30", "翌8時30分", "翌日8時30分", "翌朝8:30", "翌日の8:30", "翌午前8時30分", "翌0830"])
def test_next_day(typed):
    result = read(END, typed, {"start": "20:00"})
    assert (result.value, result.also) == ("08:30", {"end_next_day": True})


@pytest.mark.parametrize(
    ("path", "typed", "rule"),
    [
        (START, "午後12時30分", "DT-006"),
        (START, "午前12時30分", "DT-006"),
        (START, "午後１２時", "DT-006"),
        (START, "PM12:30", "DT-006"),
        (START, "25:00", "DT-007"),
        (END, "25:00", "DT-007"),
        (START, "24:00", "DT-007"),
        (END, "24:30", "DT-007"),
        (START, "13:75", "DT-007"),
        (START, "午前13時", "DT-007"),
        (START, "翌8:30", "DT-007"),
        (START, "8:30～", "DT-005"),
        (START, "8:30から", "DT-005"),
        (END, "～17:15", "DT-005"),
        (END, "17:15まで", "DT-005"),
        (START, "9", "DT-005"),
        (START, 9, "DT-005"),
        (START, 0.354167, "DT-005"),
        (START, "8.30", "DT-005"),
        (START, "9時頃", "DT-005"),
        (START, "シフトによる", "DT-005"),
        (START, "9:00又は13:00", "DT-005"),
        (START, "17:30～13:00", "HOURS-001"),
        (START, "22:00～5:00", "HOURS-001"),
        (START, "午後1時～5時30分", "HOURS-001"),
        (END, "9:00～17:00", "DT-005"),
        (START, "午前9時から午後4時まで又は午前9時30分から午後4時30分まで", "DT-005"),
        (START, "a、7:10-12:10 もしくは b、14:20-19:20", "DT-005"),
        (START, "9:00～12:00、13:00～17:00", "DT-005"),
        (START, "①9:00～23:00", "DT-005"),
        (START, "8:30-", "DT-005"),
        (START, "9:00～17:00のうち4時間", "DT-005"),
        (START, "8:3", "DT-005"),
        (START, "9 30", "DT-005"),
        (START, "9:00 17:00", "DT-005"),
        (START, True, "TYPE-001"),
        (START, ["9:00"], "TYPE-001"),
    ],
)
def test_refused(path, typed, rule):
    result = read(path, typed)
    assert refusal(result) == rule
    assert result.value == typed


@pytest.mark.parametrize(
    ("typed", "start", "also"),
    [
        ("8時30分～17時15分", "08:30", {"end": "17:15"}),
        ("8:30-17:15", "08:30", {"end": "17:15"}),
        ("８：３０〜１７：１５", "08:30", {"end": "17:15"}),
        ("8:30ー17:15", "08:30", {"end": "17:15"}),
        ("午前9時から午後4時まで", "09:00", {"end": "16:00"}),
        ("午後1時から午後5時30分までの間", "13:00", {"end": "17:30"}),
        ("20時~翌8時30分", "20:00", {"end": "08:30", "end_next_day": True}),
        ("16:00～24:00", "16:00", {"end": "24:00"}),
        ("0830-1715", "08:30", {"end": "17:15"}),
    ],
)
def test_range_is_split(typed, start, also):
    result = read(START, typed)
    assert (result.value, dict(result.also)) == (start, also)


def test_range_beside_a_given_end():
    assert read(START, "8:30～17:15", {"end": "17:15"}).value == "08:30"
    assert read(START, "8:30～", {"end": "17:15"}).value == "08:30"
    assert read(END, "17:15まで", {"start": "8:30"}).value == "17:15"
    assert refusal(read(START, "8:30～17:15", {"end": "18:00"})) == "DT-005"


def test_a_break_beside_the_stretch_must_not_say_another():
    assert read(START, "9:00～17:00（休憩60分）", {"break": "60分"}).also["break"] == 60
    assert refusal(read(START, "9:00～17:00（休憩60分）", {"break": 45})) == "DT-005"
    assert refusal(read(END, "9:00～17:00（休憩60分）")) == "DT-005"


def test_two_readings_are_offered():
    assert read(START, "午後12時30分").notes[0].choices == ("12:30", "00:30")
    assert read(START, "午後1時～5時30分").notes[0].choices == ("13:00～17:30", "13:00～翌05:30")
    assert read(END, "25:00").notes[0].choices == ("翌1:00",)
    assert read(START, 0.354167).notes[0].choices == ("08:30",)


@given(st.times())
def test_normal_times_are_unchanged_and_silent(time):
    text = f"{time.hour:02}:{time.minute:02}"
    result = read(START, text)
    assert (result.value, result.notes) == (text, ())


@pytest.mark.parametrize(
    ("word", "shifted", "kept"),
    [
        ("昼", range(1, 5), range(11, 24)),
        ("夜", range(5, 12), range(13, 24)),
        ("夕方", range(3, 9), range(13, 24)),
        ("朝", (), range(12)),
        ("早朝", (), range(12)),
        ("未明", (), range(12)),
        ("深夜", (), (*range(12), 22, 23)),
        ("午前", (), range(12)),
        ("午後", range(12), range(13, 24)),
    ],
)
@pytest.mark.parametrize(("end", "minutes"), [("", "00"), ("30分", "30")])
def test_hours_of_a_part_of_the_day(word, shifted, kept, end, minutes):
    wanted = {hour: f"{hour + 12}:{minutes}" for hour in shifted} | {hour: f"{hour:02}:{minutes}" for hour in kept}
    results = {hour: read("postings.0.shifts.0.start", f"{word}{hour}時{end}") for hour in range(25)}
    assert {hour: result.value for hour, result in results.items() if result.understood} == wanted
