"""What somebody types into a search box, as the keys that indexes know."""

import re
import unicodedata

from keynet_admin.catalogue.folding import search_key

MOST_WORDS = 8
# Digits, and what stands between those of a telephone number.
_NUMBER = re.compile(r"(?:tel\.?|電話|☎)?[:：]?\+?[0-9\s()\-‐‑‒–—―−ーｰ－.・/]+", re.IGNORECASE)
_ABROAD = re.compile(r"(?:\+|00)81\(?0?\)?")


def digits_of(text: str) -> str:
    """The digits of something typed as a number (0952-00-0012, （０９５２）００－００１２, +81 952 00 0012), else "".

    A number from abroad gets its 0 back.
    """
    plain = unicodedata.normalize("NFKC", text[:100]).strip()
    if not _NUMBER.fullmatch(plain):
        return ""
    abroad = _ABROAD.search("".join(c for c in plain if c.isdigit() or c in "+()"))
    digits = "".join(c for c in plain if c in "0123456789")
    if abroad is not None and abroad.start() == 0:
        rest = "".join(c for c in plain if c in "0123456789").removeprefix("00").removeprefix("81").lstrip("0")
        return "0" + rest if len(rest) >= 8 else digits
    return digits


def keys_of(text: str) -> list[str]:
    """The folded words that must all be found. A number may be typed with spaces; the letters of a receipt number are in all of them."""
    if digits := digits_of(text):
        return [digits]
    return [key for word in text.split()[:MOST_WORDS] if (key := digits_of(word) or _plain_number(search_key(word)))]


def _plain_number(key: str) -> str:
    return key[2:] if key.startswith("kn") and key[2:].isdigit() else key
