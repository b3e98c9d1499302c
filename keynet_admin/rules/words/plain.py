"""Tools for rules that read free text: one plain form of it, word lists with exceptions, and the numbers people write.

All functions work on *plain* text (see `plain`), which is computed once a posting for each field (`plain_field`).
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from keynet_admin.rules.engine.posting_values import rows
from keynet_admin.rules.engine.rule import Scope

PUBLIC_TEXT: Final = (
    "title",
    "job_other",
    "duty_detail",
    "duty_change",
    "training_note",
    "support_note",
    "venue_name",
    "access",
    "place_change",
    "smoking_note",
    "renewal_rule",
    "renewal_cap",
    "probation_note",
    "workdays_note",
    "holidays",
    "pay_note",
    "other_allow",
    "pay_day",
    "insurance_note",
    "experience_note",
    "age_note",
    "other_req",
    "documents",
    "public_contact",
)
"""Free text of a posting that visitors read, in the form's order."""

_UNIFY: Final = {
    **dict.fromkeys(map(ord, "〜∼˜～〰"), "~"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−－"), "-"),
    **dict.fromkeys(map(ord, "･"), "・"),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0xFEFF, 0xAD), None),
    ord("，"): ",",
    ord("　"): " ",
    ord("\t"): " ",
    ord("\r"): None,
}
_SPACES: Final = re.compile(r"(?<![0-9A-Za-z]) +| +(?![0-9A-Za-z])")


def plain(text: str) -> str:
    """Text as the word lists read it: NFKC, one kind of tilde (`~`) and hyphen (`-`), lower case, no spaces between Japanese words."""
    folded = unicodedata.normalize("NFKC", text.translate(_UNIFY)).translate(_UNIFY).lower()
    if " " in folded:
        folded = _SPACES.sub("", folded)
    return folded if folded.isascii() else unicodedata.normalize("NFKC", folded)


def plain_field(scope: Scope, name: str) -> str:
    """Plain text of a field of the record, empty when it holds no text. Computed once a scope."""
    found = scope.plain_texts.get(name)
    if found is None:
        value = scope.record.get(name)
        found = scope.plain_texts[name] = plain(value) if isinstance(value, str) else ""
    return found


def text_of(scope: Scope, *names: str) -> str:
    """Plain text of the named fields of the record, one line a field (empty and unreadable ones left out)."""
    return "\n".join(text for _, text in fields_with(scope, names))


def public_text(scope: Scope) -> str:
    """Plain text of everything visitors read of a posting (see PUBLIC_TEXT), one line a field."""
    return text_of(scope, *PUBLIC_TEXT)


def fields_with(scope: Scope, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and plain text of each named field that holds text."""
    for name in names:
        if text := plain_field(scope, name):
            yield name, text


def row_texts(scope: Scope) -> Iterator[tuple[str, str]]:
    """Place and plain text of the names of shifts and the labels of pay lines."""
    for group, column in (("shifts", "name"), ("pay_lines", "label")):
        for index, row in rows(scope, group):
            value = row.get(column)
            if isinstance(value, str) and value:
                yield f"{group}.{index}.{column}", plain(value)


class WordList:
    """Words that must not stand in a text, and the harmless words that contain them.

    `pattern` finds the hits, `harmless` finds passages in which a hit does not count (「派遣職員ではありません」).
    """

    def __init__(self, pattern: str, harmless: str = "") -> None:
        self.pattern: Final = re.compile(pattern)
        self.harmless: Final = re.compile(harmless) if harmless else None

    def matches(self, text: str) -> list[re.Match[str]]:
        """All hits in a plain text that do not lie in a harmless passage."""
        found = list(self.pattern.finditer(text))
        if not found or self.harmless is None:
            return found
        spans = [match.span() for match in self.harmless.finditer(text)]
        starts = [start for start, _ in spans]
        before = ((m, bisect_right(starts, m.start()) - 1) for m in found)
        return [m for m, last in before if last < 0 or m.end() > spans[last][1]]

    def find(self, text: str) -> list[str]:
        """The words hit, each once, in the order of the text."""
        return list(dict.fromkeys(match.group() for match in self.matches(text)))


_REACH: Final = 400  # no field is longer; a hostile text without a mark would be read again for every hit


def clause_around(text: str, start: int, end: int, marks: str = "。!?;\n") -> str:
    """The sentence or line of a plain text around a hit (bounds 。 ! ? ; and line ends)."""
    first, last = max(0, start - _REACH), min(len(text), end + _REACH)
    left = max(text.rfind(mark, first, start) for mark in marks) + 1
    rights = [found for mark in marks if (found := text.find(mark, end, last)) >= 0]
    return text[max(left, first) : min(rights, default=last)]


def phrase_around(text: str, start: int, end: int) -> str:
    """The part of a sentence around a hit (bounds as in `clause_around`, and 、 ,)."""
    return clause_around(text, start, end, "。!?;\n、,")


def listed(words: Iterable[str]) -> str:
    """Words as a message lists them: 「派遣」「派遣元」."""
    return "".join(f"「{word}」" for word in words)


_YEN: Final = re.compile(
    r"(?:(?P<man>\d{1,4}(?:\.\d+)?)万(?:(?P<sen>\d{1,2}(?:\.\d)?)千(?:(?P<hyaku>\d)百)?|(?P<rest>\d{1,3},?\d{3}))?円"
    r"|(?<![\d.,])(?P<sen2>\d{1,2}(?:\.\d)?)千(?:(?P<hyaku2>\d)百)?円"
    r"|(?<![\d.,])(?P<plain>\d{1,3}(?:,\d{3})+|\d+)円)"
)


@dataclass(frozen=True)
class Amount:
    """An amount of money in a text: whole yen, and where it stands."""

    yen: int
    start: int
    end: int
    text: str


def yen_amounts(text: str) -> list[Amount]:
    """Amounts in a plain text: 1,472円, 2万3千円, 22万1,416円, 5千円, 2千5百円. Both ends of a range that are written with 円 or ~ count."""
    if "円" not in text:
        return []
    result: list[Amount] = []
    for match in _YEN.finditer(text):
        if match["man"]:
            value = (
                float(match["man"]) * 10_000
                + float(match["sen"] or 0) * 1_000
                + int(match["hyaku"] or 0) * 100
                + int((match["rest"] or "0").replace(",", ""))
            )
        elif match["sen2"]:
            value = float(match["sen2"]) * 1_000 + int(match["hyaku2"] or 0) * 100
        else:
            value = float(match["plain"].replace(",", "")[:12])
        result.append(Amount(round(value), match.start(), match.end(), match.group()))
    return result


_HOUR: Final = r"\d{1,2}|二?十[一二三四五六七八九]?|[一二三四五六七八九]"
_TIME: Final = (
    r"(?:(?P<{0}half>午前|午後|早朝|朝|昼|夕方|夕|夜|am|pm)?の?(?P<{0}h>" + _HOUR.replace("{", "{{").replace("}", "}}") + r")"
    r"(?::(?P<{0}m>\d{{2}})(?!\d)|時(?!間)(?:(?P<{0}m2>\d{{1,2}}|[一二三四五]?十五?)分|(?P<{0}half30>半))?)"
    r"|(?P<{0}noon>正午))"
)
_RANGE: Final = re.compile(
    r"(?<![\d./-])(?<!\d:)(?:" + _TIME.format("a") + r"|(?P<bare>\d{1,2})(?=[~-]\d{1,2}時(?!間)))"
    r"(?:開始)?(?:から|~|-|より|ー|→|⇒)(?P<next>翌(?:日|朝)?の?)?" + _TIME.format("b") + r"(?![\d:])"
)
_SINGLE: Final = re.compile(r"(?<![\d./-])(?<!\d:)" + _TIME.format("s"))
_AFTERNOON: Final = ("午後", "pm", "昼", "夕方", "夕", "夜")
_KANJI_DIGITS: Final = "〇一二三四五六七八九"


def written_number(written: str) -> int:
    """A number below 100 in figures or as 二十三."""
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (_KANJI_DIGITS.index(tens or "一") if ten else 0) * 10 + (_KANJI_DIGITS.index(ones) if ones else 0)


@dataclass(frozen=True)
class TimeRange:
    """A range of hours in a text, in minutes after midnight; `end` is over 1440 when the text says 翌."""

    start: int
    end: int
    at: int
    to: int
    text: str


def _minutes(match: re.Match[str], side: str, half: str) -> int | None:
    if match[f"{side}noon"]:
        return 720
    if side == "a" and match["bare"]:
        return int(match["bare"]) * 60 if int(match["bare"]) <= 24 else None
    hours = written_number(match[f"{side}h"])
    minutes = 30 if match[f"{side}half30"] else written_number(match[f"{side}m"] or match[f"{side}m2"] or "0")
    if hours > 24 or minutes > 59:
        return None
    if half in _AFTERNOON and hours < 12:
        hours += 12
    elif half in ("午前", "午後", "am", "pm") and hours >= 12:
        return None
    return hours * 60 + minutes


def time_ranges(text: str) -> list[TimeRange]:
    """Ranges of hours in a plain text: 9:00~17:15, 午前9時から午後4時まで, 20時~翌8時30分.

    A second half without 午前/午後 takes the first's when that gives a later hour (午後1時~5時); a range that cannot be read is left out.
    """
    if ":" not in text and "時" not in text:
        return []
    result: list[TimeRange] = []
    for match in _RANGE.finditer(text):
        first, second = match["ahalf"] or "", match["bhalf"] or ""
        start, end = _minutes(match, "a", first), _minutes(match, "b", second)
        if start is None or end is None:
            continue
        if first in _AFTERNOON and not second and not match["bnoon"] and end < start and written_number(match["bh"]) < 12:
            end += 720
        if match["next"] or end <= start:
            end += 1440
        result.append(TimeRange(start, end, match.start(), match.end(), match.group()))
    return result


def times(text: str) -> list[TimeRange]:
    """Single times of day in a plain text (`start` and `end` are the same); those of a range are named, too."""
    if ":" not in text and "時" not in text and "正午" not in text:
        return []
    read = ((match, _minutes(match, "s", match["shalf"] or "")) for match in _SINGLE.finditer(text))
    return [TimeRange(at, at, match.start(), match.end(), match.group()) for match, at in read if at is not None]


_PER_WEEK: Final = re.compile(
    r"週(?:に|当たり|あたり|間に)?(?P<low>\d(?:\.\d)?)(?:回|日)?(?:(?:~|-|から|または|又は|・|,|、"
    r"|か)(?:週)?(?P<high>\d(?:\.\d)?))?(?:日|回)"
)
_PER_MONTH: Final = re.compile(
    r"月(?:に)?(?P<low>\d{1,2})(?:回|日)?(?:(?:~|-|から|または|又は|・)(?:月)?(?P<high>\d{1,2}))?(?:日"
    r"|回)(?P<floor>以上)?(?!付|に|から|まで|[(])"
)


def days_per_week(text: str) -> tuple[float, float] | None:
    """Least and most days a week that a note names (週2日程度 → 2, 2; 週3~4日 → 3, 4); None when it names none, or several."""
    if "週" not in text:
        return None
    found = list(_PER_WEEK.finditer(text))
    if len(found) != 1:
        return None
    low = float(found[0]["low"])
    high = float(found[0]["high"] or low)
    return (low, high) if 0 < low <= high <= 7 else None


def days_per_month(text: str) -> tuple[float, float] | None:
    """Least and most days a month that a note names (月4回以上 → 4, 31); None when it names none, or several."""
    if "月" not in text:
        return None
    found = list(_PER_MONTH.finditer(text))
    if len(found) != 1:
        return None
    low = float(found[0]["low"])
    high = float(found[0]["high"] or (31 if found[0]["floor"] else low))
    return (low, high) if 0 < low <= high <= 31 else None
