"""Letters that Shift_JIS lacks are substituted and reported; everything else leaves as it was typed (X14)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynet_admin.services.partner.files.shift_jis import CODEC, MISSING, SAME, written


@pytest.mark.parametrize(
    ("text", "expected", "letters"),
    [
        ("髙橋・﨑", "髙橋・﨑", []),  # code page 932 has both
        ("𠮷野保健センター", "吉野保健センター", [("𠮷", "吉", "U+20BB7")]),
        ("葛\U000e0100城市", "葛城市", [("葛\U000e0100", "葛", "U+845B U+E0100")]),
        ("か\u309aわ", "か゜わ", [("か\u309a", "か゜", "U+304B U+309A")]),
        ("か\u3099", "が", []),
        ("9:00〜17:00（−）", "9:00～17:00（－）", []),  # the same sign of JIS X 0208
        ("森鷗外・Café", "森鴎外・Cafe", [("鷗", "鴎", "U+9DD7"), ("é", "e", "U+00E9")]),
        ("𩸽と😊", f"{MISSING}と{MISSING}", [("𩸽", MISSING, "U+29E3D"), ("😊", MISSING, "U+1F60A")]),
        ("𠮷田と𠮷川", "吉田と吉川", [("𠮷", "吉", "U+20BB7")]),
        ("", "", []),
    ],
)
def test_what_is_written(text: str, expected: str, letters: list[tuple[str, str, str]]) -> None:
    made, found = written(text)
    assert made == expected
    assert [(each.letter, each.instead, each.code) for each in found] == letters


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_leaves_and_nothing_is_substituted_in_silence(text: str) -> None:
    """What was written fits the file; each substitution is of a letter that does not; without any the text is the typed one."""
    made, found = written(text)
    assert _fits(made)
    assert all(each.letter in text.translate(SAME) and not _fits(each.letter) and _fits(each.instead) for each in found)
    if not found:
        assert unicodedata.normalize("NFD", made) == unicodedata.normalize("NFD", text.translate(SAME))


def _fits(text: str) -> bool:
    try:
        text.encode(CODEC)
    except UnicodeEncodeError:
        return False
    return True
