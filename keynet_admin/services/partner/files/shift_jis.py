"""Texts for readers whose files are Shift_JIS (code page 932): letters that it lacks get the usual substitute, and each is reported.

The stored text stays as it was typed; only what leaves in such a file is written otherwise, and whoever reads it is told where.
"""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from keynet_admin.rules.normalise.characters import PRINT_FORMS, SELECTOR

CODEC = "cp932"
MISSING = "〓"  # the mark that stands for a letter which no type case has (JIS X 0208, 2-14)
# The same signs of JIS X 0208, which Windows keeps under other numbers of Unicode: nobody sees a difference, nothing is reported.
SAME = str.maketrans("〜−‖—¢£¬¥‾·", "～－∥―￠￡￢￥￣・")
_ALONE = {"\u3099": "゛", "\u309a": "゜"}


class Substitution(NamedTuple):
    """A letter (with what belongs to it: a variation selector, a combining mark) and what was written in its place."""

    letter: str
    instead: str

    @property
    def code(self) -> str:
        """Its numbers, for a file that cannot hold the letter itself: U+20BB7."""
        return " ".join(f"U+{ord(char):04X}" for char in self.letter)


def written(text: str) -> tuple[str, list[Substitution]]:
    """The text as code page 932 can hold it, and the substitutions, each once, in their order. 𠮷 becomes 吉, an unknown letter 〓."""
    text = text.translate(SAME)
    if _fits(text):
        return text, []
    made: list[str] = []
    found: list[Substitution] = []
    for letter in _letters(text):
        composed = unicodedata.normalize("NFC", letter)
        if _fits(composed):
            made.append(composed)
            continue
        instead = next(filter(_fits, _candidates(letter)), MISSING)
        made.append(instead)
        found.append(Substitution(letter, instead))
    return "".join(made), list(dict.fromkeys(found))


def _fits(text: str) -> bool:
    try:
        text.encode(CODEC)
    except UnicodeEncodeError:
        return False
    return True


def _letters(text: str) -> Iterator[str]:
    """The text in pieces of one letter each, with the selectors and marks that follow it."""
    piece = ""
    for char in text:
        if piece and (unicodedata.combining(char) or unicodedata.category(char) == "Mn" or char == "\u200d" or piece[-1] == "\u200d"):
            piece += char
            continue
        if piece:
            yield piece
        piece = char
    if piece:
        yield piece


def _candidates(letter: str) -> Iterator[str]:
    """Substitutes from the closest to the farthest."""
    base = SELECTOR.sub("", letter[0]) or letter[0]
    marks = "".join(_ALONE.get(char, "") for char in letter[1:])
    for plain in (
        base,
        PRINT_FORMS.get(base, ""),
        unicodedata.normalize("NFKC", base).translate(SAME),
        unicodedata.normalize("NFKD", base)[:1],
    ):
        if plain:
            yield plain + marks
