"""Numbers in free text as people write them: kanji figures, any grouping, 0982の00の0001."""

import re
from typing import Final

_KANJI: Final = str.maketrans("〇零一二三四五六七八九壱弐参", "00123456789123")
GAP: Final = r"[ ・.\-ー_/()の]{0,3}"
"""What may stand between two figures of one number."""
PHONE: Final = re.compile(rf"(?<![種約付理の券録]番号)(?<!\d)(?:\+81{GAP}\d|0)(?:{GAP}\d){{8,10}}(?!\d)")
"""A telephone number of nine digits or more behind the first 0 (or +81), in a text of `figures`."""
_MOBILE: Final = re.compile(rf"(?<![種約付理の券録]番号)(?<!\d)(?!0800[-( ])(?:\+81{GAP}|0)[789]{GAP}0(?:{GAP}\d){{8}}(?!\d)")


def figures(text: str) -> str:
    """A plain text with kanji figures as digits, place by place (〇九八 → 098; 十 stays)."""
    return text.translate(_KANJI)


def mobile_in(text: str) -> str:
    """The mobile number that a plain text holds, as it is written; empty when it holds none."""
    found = _MOBILE.search(figures(text))
    return text[found.start() : found.end()] if found else ""
