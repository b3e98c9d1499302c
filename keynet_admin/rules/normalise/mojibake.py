"""Text whose bytes were read in another encoding than they were written in: `健康課` as `蛛･蠎ｷ隱ｲ` or `å\x81¥åº·èª²`."""

import re

from keynet_admin.rules.normalise.characters import NOT_TEXT, jis_x_0208, outside_jis

# UTF-8 read as Shift_JIS (健康 → 蛛･蠎ｷ): characters whose bytes make whole kana and kanji of UTF-8, two at least, one after the other.
_UTF8_KANJI = re.compile(rb"(?:[\xe2-\xe9\xef][\x80-\xbf]{2}){2,}")
# The same of single kana, whose broken rest a spreadsheet shows as a dot: なし → 縺ｪ縺・.
_UTF8_KANA = re.compile("[縺繧繝][\uff61-\uff9f・?]")
_LETTER = re.compile("[ぁ-ヿ一-龠]")
_LONELY_KANA = re.compile("[一-龠][\uff66-\uff9f](?![\uff66-\uff9f])")
_UTF8_LATIN = re.compile("(?:[\u00e2-\u00e9\u00ef][^\x00-\x7f\u3000-\uffef]{2}){2,}")


def meant(text: str) -> str | None:
    """The text as it was meant, when its broken parts can be taken back; None for everything else."""
    whole = text
    for _ in range(20):  # parts that differ from each other
        part, words = misread(whole)
        if not words:
            break
        whole = whole.replace(part, words)
    return whole if whole != text and not part and not NOT_TEXT.search(whole) and not outside_jis(whole) else None


def misread(text: str) -> tuple[str, str]:
    """A part of a text that is UTF-8 read in another encoding, and what it was (empty when that is lost); two empty texts when there is none."""
    if text.isascii():
        return "", ""
    for found in _UTF8_LATIN.finditer(text):
        for encoding in ("cp1252", "latin-1"):
            words = _as_utf8(found.group().encode(encoding, "replace"))
            if words:
                return found.group(), words
    pieces = [char.encode("cp932", "replace") for char in text]
    rare = sum(0xE3 <= piece[0] <= 0xE9 for piece in pieces)
    kana = _UTF8_KANA.search(text) or (_LONELY_KANA.search(text) if rare > 1 else None)
    broken = (kana.group(), "") if kana else ("", "")
    raw = b"".join(pieces)
    found_bytes = [m.span() for m in _UTF8_KANJI.finditer(raw)]
    if not found_bytes:
        return broken
    starts, at = {}, 0
    for index, piece in enumerate(pieces):
        starts[at] = index
        at += len(piece)
    starts[at] = len(pieces)
    for begin, end in found_bytes:
        words = _as_utf8(raw[begin:end])
        if begin in starts and end in starts and words:
            return text[starts[begin] : starts[end]], words
    return broken


def _as_utf8(raw: bytes) -> str:
    try:
        words = raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return words if all(char in jis_x_0208() for char in words) and _LETTER.search(words) else ""
