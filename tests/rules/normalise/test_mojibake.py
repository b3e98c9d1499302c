"""Mojibake is named with what was meant; honest text that looks as odd is left alone."""

import pytest

from keynet_admin.rules.normalise.mojibake import meant, misread
from tests.rules.reading import read, refusal

MEANT = ("健康課", "看護師（土日・午後）", "接種会場", "カワベ", "本町２丁目")


def _readings(text: str) -> list[str]:
    """The text's UTF-8 as other encodings show it, where all its bytes are letters of them."""
    return [
        text.encode().decode(name)
        for name in ("cp932", "latin-1", "cp1252")
        if text.encode().decode(name, "ignore").encode(name) == text.encode()
    ]


@pytest.mark.parametrize(("broken", "text"), [(broken, text) for text in MEANT for broken in _readings(text)])
def test_utf8_read_in_another_encoding(broken: str, text: str) -> None:
    assert meant(broken) == text
    assert meant(f"A1 {broken} 3F") == f"A1 {text} 3F"


@pytest.mark.parametrize(
    "text",
    [
        "健康課",
        "齋藤",
        "驫木ﾋﾞﾙ",
        "蘆屋ｾﾝﾀｰ",
        "鬼怒川､鷲尾",
        "縺",
        "関ｹ原",
        "café",
        "Ångström",
        "Málaga",
        "薔薇",
        "",
        "3F",
        "繧",
        "蛛",
        "隱･",
    ],
)
def test_honest_text(text: str) -> None:
    assert meant(text) is None


def test_the_meant_text_is_offered() -> None:
    result = read("organization.department", "蛛･蠎ｷ隱ｲ 感染症対策係")
    assert refusal(result) == "TXT-006"
    assert result.notes[0].choices == ("健康課 感染症対策係",)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("磚磚ｹ原", ""),
        ("紜ｹ原", ""),
        ("紜紜ｹ原", "紜ｹ"),
        ("紜顴ｹ原", "顴ｹ"),
        ("顴顴顴ｹ原", "顴ｹ"),
        ("鵞鵞ｹ原", ""),
        ("顴鵞ｹ原", ""),
        ("紜紜ｹｹ原", ""),
    ],
)
def test_lonely_kana_beside_two_rare_letters(text: str, part: str) -> None:
    assert misread(text) == (part, "")
