"""What clerks type: understood the same in every width and with blanks around it, or refused with offers that are understood."""

import unicodedata
from typing import Any

import pytest

from keynet_admin.rules.engine.result import Read
from keynet_admin.rules.engine.rule import Level
from tests.rules.normalise.tables import writings_of_days as days
from tests.rules.normalise.tables import writings_of_numbers as numbers
from tests.rules.reading import read

BESIDE = numbers.BESIDE | days.BESIDE
UNDERSTOOD = (*numbers.MONEY, *numbers.COUNTS, *numbers.HOURS, *days.DATES, *days.TIMES, *days.WEEKDAYS)
OFFERED = (*numbers.MONEY_OFFERED, *numbers.COUNTS_OFFERED, *numbers.HOURS_OFFERED)
OFFERED += (*days.DATES_OFFERED, *days.TIMES_OFFERED, *days.WEEKDAYS_OFFERED)
_HALF = {unicodedata.normalize("NFKC", chr(point)): chr(point) for point in range(0xFF66, 0xFFA0)}


def reading(path: str, typed: Any) -> Read:
    """The reading of a value at a path or at a key of `BESIDE`."""
    path, record, parent = BESIDE.get(path, (path, {}, {}))
    return read(path, typed, record, parent)


def wide(text: str) -> str:
    """ASCII in full width."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else "\u3000" if char == " " else char for char in text)


def narrow(text: str) -> str:
    """Katakana and signs in half width."""
    text = "".join(unicodedata.normalize("NFD", char) if "ァ" <= char <= "ヺ" else char for char in text)
    text = "".join(_HALF.get(char, {"\u3099": "ﾞ", "\u309a": "ﾟ"}.get(char, char)) for char in text)
    return "".join(unicodedata.normalize("NFKC", char) if "！" <= char <= "～" else char for char in text)


@pytest.mark.parametrize(("path", "typed", "value", "also"), UNDERSTOOD)
def test_understood(path, typed, value, also):
    result = reading(path, typed)
    assert result.understood, result.notes
    assert (result.value, dict(result.also)) == (value, also)
    assert type(result.value) is type(value)
    assert all(note.level is Level.FIX for note in result.notes)


@pytest.mark.parametrize(("path", "typed", "value", "also"), UNDERSTOOD)
def test_neither_a_second_reading_nor_width_nor_blanks_change_it(path, typed, value, also):
    again = reading(path, value)
    assert (again.value, again.understood, again.notes) == (value, True, ())
    if not isinstance(typed, str):
        return
    for other in (wide(typed), narrow(typed), f"  {typed}\u3000", f"\r\n{typed}\n", f"\ufeff{typed}\u200b"):
        result = reading(path, other)
        assert (result.value, result.understood, dict(result.also)) == (value, True, also), other


@pytest.mark.parametrize(("path", "typed", "offers"), OFFERED)
def test_refused_with_offers_that_are_understood(path, typed, offers):
    result = reading(path, typed)
    assert not result.understood, result.value
    assert result.value == typed
    error = next(note for note in result.notes if note.level is Level.ERROR)
    assert error.choices == offers
    assert error.message
    for offer in offers:
        # What was typed into the field is replaced by the offer, and nothing else.
        assert reading(path, offer).understood, offer
    for other in (wide(typed), f" {typed}\n") if isinstance(typed, str) else ():
        assert not reading(path, other).understood, other
