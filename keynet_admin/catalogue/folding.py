"""Folding of text for comparison and search: width, case, kana, spaces and dashes do not matter. Never for storing or showing."""

import re
import unicodedata

# Radicals that a PDF gives for the ideographs they look like: the Kangxi radicals and the Korean duplicates have one in NFKC, those of the
# supplement in Unicode's EquivalentUnifiedIdeograph; here only the ones that look the same (⺼ is 肉 there and is read as 月).
_SUPPLEMENT = (
    "厂⺁卜⺊兀⺎尢⺐巳⺒幺⺓彑⺔攵⺙旡⺛日⺜月⺝母⺟民⺠王⺩示⺬聿⺻虎⻁西⻄角⻆雨⻗長⻑青⻘食⻝骨⻣鬼⻤麦⻨黄⻩斉⻫歯⻭竜⻯龜⻱亀⻲冂⺆"
)
RADICALS: dict[str, str] = {
    chr(point): unicodedata.normalize("NFKC", chr(point)) for point in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA0C))
} | dict(zip(_SUPPLEMENT[1::2], _SUPPLEMENT[::2], strict=True))
_SAME = str.maketrans(RADICALS)

TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
"""For `str.translate`: hiragana for katakana, letter by letter."""
_IGNORED = re.compile(r"[\s\-‐‑–—―−ー－・,，、.．()（）「」\x00-\x1f\ud800-\udfff]+")


def unify_ideographs(text: str) -> str:
    """The text with radicals made the ideographs they look like (⽇ U+2F47 → 日)."""
    return text if text.isascii() else text.translate(_SAME)


def fold(text: str) -> str:
    """A search key: NFKC, lower case, hiragana for katakana, without spaces, dashes and dots, and what no database can hold."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", unify_ideographs(text)).lower().translate(TO_HIRAGANA))
