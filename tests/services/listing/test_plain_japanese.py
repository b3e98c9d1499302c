"""Plain Japanese: every choice has its words, every ideograph its reading, nothing of what people wrote gets in."""

import re
from itertools import product
from typing import Any

import pytest

from keynet_admin.catalogue import posting_field, reference
from keynet_admin.catalogue.languages import plain_japanese as words
from keynet_admin.services.listing import plain_japanese
from tests.rules.base_submission import ON, base_submission

IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々〆]")
KANA = re.compile(r"[\u3041-\u3096ー]+")
JOBS = [choice.slug for choice in posting_field("job_type").choices]
PAY = [choice.slug for choice in posting_field("pay_type").choices]


def content(changes: dict[str, Any] | None = None, *, masked: bool = False, name: str = "日向市") -> dict[str, Any]:
    """Public content of a posting of 日向市."""
    body = {"pref": "45", "department": "健康福祉部"} | ({} if masked else {"org_name": name})
    place = {"prefecture": "45", "city": None if masked else "452068"}
    posting = base_submission(ON)["postings"][0] | (changes or {})
    return {"organization": body, "posting": posting, "place": place, "masked": masked}


def lines(made: list[plain_japanese.SummaryPart]) -> list[str]:
    """The sentences without readings."""
    return ["".join(piece.text for piece in sentence) for part in made for sentence in part.sentences]


def everything(made: list[plain_japanese.SummaryPart]) -> list[plain_japanese.Piece]:
    """All pieces, those of the headings too."""
    return [piece for part in made for line in (part.heading, *part.sentences) for piece in line]


@pytest.mark.parametrize("name", list(words.CHOICES))
def test_every_choice_has_its_words(name: str) -> None:
    assert set(words.CHOICES[name]) == {choice.slug for choice in posting_field(name).choices}


@pytest.mark.parametrize(("job", "pay"), list(product(JOBS, PAY)))
@pytest.mark.parametrize("masked", [False, True])
def test_every_ideograph_has_a_reading(job: str, pay: str, masked: bool) -> None:
    """Of each job type and each unit of pay, masked or not; and the same content gives the same words."""
    changes = {
        "job_type": job,
        "job_other": "会場の看板持ち",
        "pay_type": pay,
        "pay_lines": [{"min": 9000, "max": 12000, "hours_per_unit": 4.5}],
    }
    given = content(changes, masked=masked)
    made = plain_japanese.summary(given)
    assert [part.heading for part in made] == [part.heading for part in plain_japanese.summary(content({"headcount": 1}))]
    for piece in everything(made):
        assert bool(IDEOGRAPH.search(piece.text)) == bool(piece.reading), piece
        assert not piece.reading or KANA.fullmatch(piece.reading), piece
    assert made == plain_japanese.summary(given)
    text = "".join(lines(made))
    assert "9,000円から 12,000円 もらえます" in text
    assert "日向市" not in text or not masked
    assert not masked or "宮崎県の 役所が" in text


@pytest.mark.parametrize("name", [name for name in words.CHOICES if name not in ("job_type", "pay_type")])
def test_every_other_choice_too(name: str) -> None:
    """Each by itself, since a choice that is not shown for one job may be for another."""
    field = posting_field(name)
    for choice in field.choices:
        value = [choice.slug] if field.kind.value == "multi" else choice.slug
        made = plain_japanese.summary(content({name: value, "also_junior": True, "single_day": True}))
        wrong = [piece for piece in everything(made) if bool(IDEOGRAPH.search(piece.text)) != bool(piece.reading)]
        assert not wrong


def test_nothing_that_people_wrote_gets_in() -> None:
    """Only structured fields: no title, no notes, no venue, no typed job."""
    typed = dict.fromkeys(
        ("title", "duty_detail", "venue_name", "access", "workdays_note", "job_other", "pay_note", "support_note"), "○○の杜"
    )
    assert "○○" not in "".join(lines(plain_japanese.summary(content({**typed, "job_type": "other"}))))


@pytest.mark.parametrize(
    ("row", "words_of_it"),
    [
        (
            {"days": ["sat", "sun"], "start": "13:00", "end": "17:30", "break": 0},
            "土曜日と 日曜日の 午後1時から 午後5時30分まで です。休み時間は ありません。",
        ),
        (
            {"days": ["mon", "tue", "wed", "hol"], "start": "09:00", "end": "12:00"},
            "月曜日から 水曜日までと 祝日の 午前9時から 昼の 12時まで です。",
        ),
        (
            {"days": ["fri"], "start": "20:00", "end": "08:30", "end_next_day": True, "break": 75},
            "金曜日の 午後8時から 次の 日の 午前8時30分まで です。休み時間は 1時間15分です。",
        ),
        ({"days": ["mon", "thu"], "start": "00:15", "end": "24:00"}, "月曜日と 木曜日の 夜の 12時15分から 夜の 12時まで です。"),
    ],
)
def test_times(row: dict[str, Any], words_of_it: str) -> None:
    """Twelve hours with 午前 and 午後; noon and midnight by their names."""
    assert words_of_it in lines(plain_japanese.summary(content({"shifts": [row]})))


@pytest.mark.parametrize(
    ("marked", "reading"),
    [
        (words.minutes(30), "ぷん"),
        (words.minutes(45), "ふん"),
        (words.month(4), "しがつ"),
        (words.month(5), "がつ"),
        (words.day_of_month(20), "はつか"),
        (words.day_of_month(21), "にち"),
        (words.people(1), "ひとり"),
        (words.people(3), "にん"),
        (words.clock_time(16 * 60), "よじ"),
    ],
)
def test_readings_of_numbers(marked: str, reading: str) -> None:
    """Where number and counter are read as one word the reading covers both."""
    assert plain_japanese.pieces(marked)[-1].reading == reading


def test_every_place_has_a_reading() -> None:
    """Kana of the tables, in hiragana."""
    for body in reference.municipalities():
        place = {
            "place": {"prefecture": body.prefecture_code, "city": body.code6},
            "organization": {"pref": body.prefecture_code, "org_name": body.name},
        }
        made = plain_japanese.summary({**content(), **place})
        assert all(bool(IDEOGRAPH.search(piece.text)) == bool(piece.reading) for piece in everything(made)), body


def test_a_union_stands_as_it_writes_itself() -> None:
    """No table knows its reading; braces of a name are no readings."""
    made = plain_japanese.summary(content(name="日向{東|x}臼杵広域連合"))
    assert lines(made)[0].startswith("日向東x臼杵広域連合が 看護師さんを 15人 探して います。")


def test_an_almost_empty_posting_fails_nowhere() -> None:
    """What is missing is left out."""
    empty = {"organization": {}, "posting": {}, "place": {"prefecture": "45", "city": None}, "masked": False}
    assert plain_japanese.summary(empty)
    strange = {
        "shifts": [{"days": 7, "start": "x"}],
        "pay_lines": "?",
        "licenses": "nurse",
        "headcount": "多数",
        "job_type": ["nurse"],
        "duties": [3],
    }
    assert plain_japanese.summary({**empty, "posting": strange, "place": {}})
