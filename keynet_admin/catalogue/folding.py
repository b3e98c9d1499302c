"""Folding of text for comparison and search: width, case, kana, spaces and dashes do not matter. Never for storing or showing."""

import re
import unicodedata

_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_IGNORED = re.compile(r"[\s\-‐‑–—―−ー－・,，、.．()（）「」\x00-\x1f]+")


def fold(text: str) -> str:
    """A search key: NFKC, lower case, hiragana for katakana, without spaces, dashes and dots."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).lower().translate(_TO_HIRAGANA))
