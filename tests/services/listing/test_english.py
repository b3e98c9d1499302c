"""Key facts in English: every public field and choice has its words; what people wrote stays marked as Japanese."""

import re
from itertools import product
from typing import Any

import pytest

from keynet_admin.catalogue import DAYS, POSTING, Visibility, posting_field, reference
from keynet_admin.catalogue.base import Kind
from keynet_admin.catalogue.languages import english as words
from keynet_admin.services.listing import english
from tests.services.listing.test_plain_japanese import JOBS, PAY, content

PUBLIC = [field for field in POSTING if field.visibility is not Visibility.NEVER]
JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")


def test_every_public_field_has_an_english_label() -> None:
    """And each group its heading; what is not shown needs none."""
    assert set(words.LABELS) == {field.name for field in PUBLIC}
    assert {field.group for field in PUBLIC} == set(words.GROUPS)
    assert set(words.TRUE) == {field.name for field in PUBLIC if field.kind is Kind.BOOL}
    assert set(words.UNITS) >= {field.name for field in PUBLIC if field.kind in (Kind.INT, Kind.HOURS, Kind.YEN)}
    assert set(words.DAYS) == {day.slug for day in DAYS}
    assert set(words.REGIONS) == {place.region for place in reference.prefectures()}


@pytest.mark.parametrize("name", [field.name for field in PUBLIC if field.choices])
def test_every_choice_has_an_english_label(name: str) -> None:
    """By the slug that is stored, in letters that an English reader reads."""
    labels = words.choices()[name]
    assert set(labels) == {choice.slug for choice in posting_field(name).choices}
    assert all(label and label.isascii() for label in labels.values())


@pytest.mark.parametrize(("job", "pay"), list(product(JOBS, PAY)))
@pytest.mark.parametrize("masked", [False, True])
def test_the_facts_are_english(job: str, pay: str, masked: bool) -> None:
    """Of each job and unit of pay, masked or not; the place and the body of a masked posting stay hidden."""
    made = english.view(
        content({"job_type": job, "pay_type": pay, "pay_lines": [{"min": 9000, "max": 12000, "hours_per_unit": 4.5}]}, masked=masked)
    )
    facts = [text for section in made["sections"] for fact in section.facts for text in fact.texts]
    lines = [
        made["job"],
        made["place"],
        made["body"],
        made["pay"],
        made["period"],
        made["deadline"],
        *made["shifts"],
        *made["ways"],
        *facts,
    ]
    assert all(line and not JAPANESE.search(line) for line in lines)
    assert made["pay"].startswith("9,000–12,000 yen per ")
    assert ("Hyuga" in "".join(lines)) is not masked
    assert made["place"].endswith("Miyazaki Prefecture")


def test_what_somebody_wrote_stays_japanese() -> None:
    """Free texts are handed over as Japanese, never as English."""
    made = english.view(content({"job_type": "other", "job_other": "会場スタッフ"}))
    written = [line for section in made["sections"] for fact in section.facts for line in fact.japanese]
    assert {"海山地区の集団接種会場", "週2日程度", "会場スタッフ"} <= set(written)
    assert made["job_japanese"] == "会場スタッフ"


@pytest.mark.parametrize(
    ("changes", "name", "line"),
    [
        (
            {"shifts": [{"days": ["fri"], "start": "20:00", "end": "08:30", "end_next_day": True, "break": 60}]},
            "shifts",
            ["Fri 20:00–8:30 the next day (60 minutes break)"],
        ),
        (
            {"shifts": [{"days": ["mon", "tue", "wed", "hol"], "start": "09:00", "end": "12:00"}]},
            "shifts",
            ["Mon–Wed, public holidays 9:00–12:00"],
        ),
        ({"pay_type": "session", "pay_lines": [{"min": 5000, "hours_per_unit": 2}]}, "pay", "5,000 yen per session (2 hours)"),
        ({"deadline_type": "until_filled"}, "deadline", "Open until filled"),
        ({"deadline": "2021-05-26"}, "deadline", "Wed 26 May 2021"),
    ],
)
def test_lines(changes: dict[str, Any], name: str, line: Any) -> None:
    """Times, sums and days as English writes them."""
    assert english.view(content(changes))[name] == line


def test_places() -> None:
    """Tokyo and Hokkaido are no "Prefecture"; a ward stands behind its city; a union has no Latin name that a table knows."""
    assert [words.prefecture(code) for code in ("01", "13", "27", "99")] == ["Hokkaido", "Tokyo", "Osaka Prefecture", ""]
    assert words.municipality("141038") == "Yokohama-shi Nishi-ku"
    assert english.view(content(name="日向東臼杵広域連合"))["body"] == ""


def test_an_almost_empty_posting_fails_nowhere() -> None:
    """What is missing or odd is left out."""
    empty = {"organization": {}, "posting": {}, "place": {}, "masked": False}
    assert english.view(empty)["sections"] == []
    strange = {
        "shifts": [{"days": 7, "start": 8}],
        "pay_lines": "?",
        "duties": ["?", 3],
        "overtime_hours": "many",
        "term_start": "soon",
        "nonregular": "yes",
    }
    assert english.view({**empty, "posting": strange})
