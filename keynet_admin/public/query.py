"""What a visitor asked for: the query of `/postings/`, its feeds and its open data, read from the address.

A value that is not understood never fails the page: it is left out and named in `problems`.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import DAYS, display, posting_field, reference
from keynet_admin.catalogue.places import postal
from keynet_admin.services import counter
from keynet_admin.services.listing import search_index
from keynet_admin.services.listing.card import PARTS, WEEK
from keynet_admin.services.listing.words import reading as words
from keynet_admin.services.listing.words.reading import TypedWords

# `near` is the order of a search near a postal code, and of no other.
SORTS: Mapping[str, str] = {"near": "距離の近い順", "new": "新しい順", "ending": "締切の近い順", "pay": "1時間あたりの額の高い順"}
FLAGS: Mapping[str, str] = {
    "single_day": "1日だけも可",
    "blank_ok": "ブランク可",
    "training": "研修あり",
    "car": "自動車通勤可",
    "online": "オンライン面接可",
}
DAY_LABELS: Mapping[str, str] = {c.slug: ("祝日" if c.slug == "hol" else c.label + "曜") for c in DAYS}
PART_LABELS: Mapping[str, str] = {"morning": "午前", "afternoon": "午後", "evening": "夕方", "night": "夜"}
# Fields of `Search` whose name in an address is a word of Python.
PARAMETERS: Mapping[str, str] = {"begin": "from", "end": "to"}
MOST_Q = 100
MOST_PAY = 1_000_000
_FIRST_YEAR = 1900
_ON, _OFF = {"1", "true", "on", "yes"}, {"", "0", "false", "off", "no"}
_LABELS = {
    "prefecture": "都道府県",
    "municipality": "市区町村",
    "job_type": "職種",
    "engagement": "任用の形",
    "weekday": "曜日",
    "part": "時間帯",
    "from": "期間の始まり",
    "to": "期間の終わり",
    "near": "郵便番号",
    "pay_min": "時間額の下限",
    "sort": "並び順",
    "after": "続きの位置",
} | dict(FLAGS)


@dataclass(frozen=True)
class Position:
    """Where the page before ended: the sort key of its last row, its id, and how many rows were shown up to it (0 when that is not known)."""

    sort: str
    key: int
    id: int
    shown: int = 0

    def text(self) -> str:
        """The cursor as it stands in an address."""
        return base64.urlsafe_b64encode(f"{self.sort}|{self.key}|{self.id}|{self.shown}".encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Search:
    """A search as understood. Tuples are sorted and without doubles; `words` are the folded words of `q`.

    `job_type` means "open to". A `part` of the day counts for a shift of one of the `weekday`s. `begin` and `end`: the posting's period shares a
    day with these. `near` is a postal code of seven digits.
    """

    q: str = ""
    words: tuple[str, ...] = ()
    prefecture: tuple[str, ...] = ()
    municipality: str = ""
    job_type: tuple[str, ...] = ()
    engagement: tuple[str, ...] = ()
    weekday: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    begin: date | None = None
    end: date | None = None
    near: str = ""
    near_typed: str = ""
    """What was typed for `near` and is no postal code, for the field."""
    pay_min: int = 0
    single_day: bool = False
    blank_ok: bool = False
    training: bool = False
    car: bool = False
    online: bool = False
    sort: str = "new"
    after: Position | None = None
    asked: "Search | None" = field(default=None, compare=False)
    """The search as it was typed, when words of `q` became conditions here; for the box of words and for addresses that keep them."""
    reading: TypedWords = field(default=TypedWords(), compare=False)
    # Names and values that are not known, in words. A page that has such is asked for by nobody else: it is not worth keeping.
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def typed(self) -> "Search":
        """The search with its words as they were typed."""
        return self.asked or self

    def pairs(self, *, cursor: Position | None = None) -> list[tuple[str, str]]:
        """Names and values for an address, in a fixed order; the cursor only when given."""
        pairs: list[tuple[str, str]] = [("q", self.q)] if self.q else []
        for name in ("prefecture", "municipality", "job_type", "engagement", "weekday", "part"):
            value = getattr(self, name)
            pairs += [(name, item) for item in ((value,) if isinstance(value, str) and value else value or ())]
        pairs += [(PARAMETERS[name], day.isoformat()) for name, day in (("begin", self.begin), ("end", self.end)) if day]
        if self.near:
            pairs.append(("near", self.near))
        if self.pay_min:
            pairs.append(("pay_min", str(self.pay_min)))
        pairs += [(name, "1") for name in FLAGS if getattr(self, name)]
        if self.sort != self.usual_sort:
            pairs.append(("sort", self.sort))
        if cursor is not None:
            pairs.append(("after", cursor.text()))
        return pairs

    @property
    def usual_sort(self) -> str:
        """The order that need not be said."""
        return "near" if self.near else "new"

    @property
    def near_problem(self) -> str:
        """What is wrong with `near_typed`, for the field."""
        if not self.near_typed:
            return ""
        known = postal.typed(self.near_typed)
        return "郵便番号データにありません。番号をご確認ください。" if known else "7桁の数字で入力してください（例：100-0001）。"

    @property
    def sorts(self) -> Mapping[str, str]:
        """The orders that there are for it."""
        return {slug: label for slug, label in SORTS.items() if slug != "near" or self.near}

    def within(self, prefectures: tuple[str, ...]) -> "Search":
        """The same search in these prefectures, from its first page on."""
        return replace(self, prefecture=prefectures, municipality="", after=None)

    def query(self, *, cursor: Position | None = None) -> str:
        """`?q=…` for an address, empty without any condition."""
        pairs = self.pairs(cursor=cursor)
        return "?" + urlencode(pairs) if pairs else ""

    def without(self, name: str, value: str) -> "Search":
        """The same search with one condition taken away."""
        now = getattr(self, name)
        left: dict[str, Any] = {name: tuple(item for item in now if item != value) if isinstance(now, tuple) else getattr(Search, name)}
        if name == "near" and self.sort == "near":
            left["sort"] = "new"
        return replace(self, **left, words=() if name == "q" else self.words)

    def applied(self) -> list[tuple[str, str]]:
        """Label and address without it of each condition, for chips that can be taken off."""
        return [(label, "/postings/" + self.without(name, value).query()) for name, value, label in self.conditions()]

    def words_for_people(self) -> str:
        """The conditions in one line, for titles: 東京都・看護師・ブランク可."""
        return "・".join(label for _, _, label in self.conditions())

    def conditions(self) -> Iterable[tuple[str, str, str]]:
        """Name, value and words for people of each condition."""
        for code in self.prefecture:
            yield "prefecture", code, prefecture_label(code)
        if self.municipality:
            yield "municipality", self.municipality, municipality_label(self.municipality)
        if self.near:
            yield "near", "", f"{display.zip_code(self.near)}の近く"
        for slug in self.job_type:
            yield "job_type", slug, posting_field("job_type").label_of(slug)
        for slug in self.engagement:
            yield "engagement", slug, posting_field("engagement").label_of(slug)
        for slug in self.weekday:
            yield "weekday", slug, DAY_LABELS[slug]
        for slug in self.part:
            yield "part", slug, PART_LABELS[slug]
        if self.begin:
            yield "begin", "", f"{display.short_date(self.begin)}から"
        if self.end:
            yield "end", "", f"{display.short_date(self.end)}まで"
        if self.pay_min:
            yield "pay_min", "", f"時間額 {self.pay_min:,}円以上"
        for name, label in FLAGS.items():
            if getattr(self, name):
                yield name, "", label
        if self.q:
            yield "q", "", f"「{self.q}」"


def prefecture_label(code: str) -> str:
    """宮崎県 from 45."""
    found = reference.prefecture(code)
    return found.name if found else code


def municipality_label(code: str) -> str:
    """Name of a municipality with its prefecture."""
    found = reference.municipality(code)
    return f"{prefecture_label(code[:2])}{found.name}" if found else code


@lru_cache(maxsize=4096)
def municipality_codes(code: str) -> tuple[str, ...]:
    """The codes that a search for a municipality means: its own and those of its wards."""
    return (code, *(m.code6 for m in reference.municipalities() if m.parent_code6 == code))


def read(args: MultiDict[str, str]) -> Search:
    """The search of a query string. Words of `q` that are a job, a place, a time, a mark or a pay are conditions of it."""
    if not args:
        return Search()
    asked = _read(args)
    reading = words.read(asked.q, asked.prefecture, asked.municipality)
    if not reading.understood:
        return replace(asked, reading=reading)
    return replace(_read(_with_words(args, reading)), asked=asked, reading=reading, problems=asked.problems)


def _with_words(args: MultiDict[str, str], reading: TypedWords) -> MultiDict[str, str]:
    """The parameters with what the words mean beside what was chosen: of one name either counts, as among the choices of the form."""
    more = args.copy()
    more["q"] = reading.rest
    for name in ("prefecture", "job_type", "engagement", "weekday", "part"):
        more.setlist(name, [*args.getlist(name), *reading.values(name)])
    more.update({name: "1" for name in FLAGS if reading.values(name)})
    if reading.municipality:
        more["municipality"] = reading.municipality
    if pay := reading.values("pay_min"):
        more["pay_min"] = str(max(_pay(args.get("pay_min", ""), []), *map(int, pay)))
    return more


def _read(args: MultiDict[str, str]) -> Search:
    problems: list[str] = []
    q = _q(args.get("q", ""), problems)
    looked_for = search_index.words_of(q) if q else ()
    if q and not looked_for:
        problems.append("検索のことばに、文字か数字を入れてください。")
        q = ""
    problems += [
        f"条件の名前「{_shown(name)}」は分からないため、条件に入れていません。" for name in args if name not in _LABELS and name != "q"
    ][:3]
    near, near_typed = _near(args.get("near", ""), problems)
    sort = _one(args, "sort", SORTS, problems) or ("near" if near else "new")
    if sort == "near" and not near:
        problems.append("並び順「距離の近い順」は、郵便番号を入れたときに使えます。新しい順に並べています。")
        sort = "new"
    begin, end = _period(args, problems)
    return Search(
        q=q,
        words=looked_for,
        prefecture=_several(args, "prefecture", {p.code for p in reference.prefectures()} if "prefecture" in args else (), problems),
        municipality=_municipality(args.get("municipality", ""), problems),
        job_type=_several(args, "job_type", _slugs("job_type"), problems),
        engagement=_several(args, "engagement", _slugs("engagement"), problems),
        weekday=_several(args, "weekday", WEEK, problems),
        part=_several(args, "part", PARTS, problems),
        begin=begin,
        end=end,
        near=near,
        near_typed=near_typed,
        pay_min=_pay(args.get("pay_min", ""), problems),
        single_day=_flag(args, "single_day", problems),
        blank_ok=_flag(args, "blank_ok", problems),
        training=_flag(args, "training", problems),
        car=_flag(args, "car", problems),
        online=_flag(args, "online", problems),
        sort=sort,
        after=_after(args.get("after", ""), sort, problems),
        problems=tuple(problems),
    )


@lru_cache(maxsize=8)
def _slugs(name: str) -> tuple[str, ...]:
    return tuple(choice.slug for choice in posting_field(name).choices)


def _shown(value: str) -> str:
    """A typed value for a message: short, without control characters."""
    plain = "".join(c if c.isprintable() else "□" for c in value)
    return plain if len(plain) <= 20 else plain[:20] + "…"


def _not_understood(name: str, value: str, problems: list[str]) -> None:
    problems.append(f"{_LABELS[name]}「{_shown(value)}」は分からないため、条件に入れていません。")


def _q(value: str, problems: list[str]) -> str:
    if not value:
        return ""
    text = " ".join(counter.typed(word) or word for word in "".join(c if c.isprintable() else " " for c in value).split())
    if len(text) > MOST_Q:
        problems.append(f"検索のことばは{MOST_Q}文字までです。先頭の{MOST_Q}文字で探しました。")
        text = text[:MOST_Q].rstrip()
    return text


def _several(args: MultiDict[str, str], name: str, known: Iterable[str], problems: list[str]) -> tuple[str, ...]:
    """All understood values of a repeatable parameter in the order of `known`."""
    typed = args.getlist(name)
    if not typed:
        return ()
    allowed = list(known)
    found = {value for value in typed if value in allowed}
    for value in list(dict.fromkeys(value for value in typed if value and value not in found))[:3]:
        _not_understood(name, value, problems)
    return tuple(sorted(found, key=allowed.index)) if name != "prefecture" else tuple(sorted(found))


def _one(args: MultiDict[str, str], name: str, known: Iterable[str], problems: list[str]) -> str:
    value = args.get(name, "")
    if value and value not in known:
        _not_understood(name, value, problems)
        return ""
    return value


def _flag(args: MultiDict[str, str], name: str, problems: list[str]) -> bool:
    value = args.get(name, "").lower()
    if value not in _ON and value not in _OFF:
        _not_understood(name, value, problems)
    return value in _ON


def _municipality(value: str, problems: list[str]) -> str:
    if value and reference.municipality(value) is None:
        _not_understood("municipality", value, problems)
        return ""
    return value


def _near(value: str, problems: list[str]) -> tuple[str, str]:
    """A postal code however it is typed; it must be one that the post knows. What is none is handed back as it was typed."""
    if not value.strip():
        return "", ""
    code = postal.typed(value[:40])
    if not code:
        problems.append(f"郵便番号「{_shown(value)}」は7桁の数字ではないため、条件に入れていません。例：100-0001")
    elif not postal.municipalities_of(code):
        problems.append(f"郵便番号「{_shown(value)}」は郵便番号データにないため、条件に入れていません。番号をご確認ください。")
    else:
        return code, ""
    return "", _shown(value)


_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def _period(args: MultiDict[str, str], problems: list[str]) -> tuple[date | None, date | None]:
    begin, end = _day(args, "from", problems), _day(args, "to", problems)
    if begin and end and end < begin:
        problems.append("期間の終わりが始まりより前のため、期間を条件に入れていません。")
        return None, None
    return begin, end


def _day(args: MultiDict[str, str], name: str, problems: list[str]) -> date | None:
    """A day from 2021-06-01, 2021/6/1, ２０２１年６月１日."""
    value = args.get(name, "").strip()
    if not value:
        return None
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", value[:40]))
    try:
        if found and int(found[1]) >= _FIRST_YEAR:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    _not_understood(name, value, problems)
    return None


def _pay(value: str, problems: list[str]) -> int:
    """Whole yen from 1500, 1,500円, １５００."""
    if not value:
        return 0
    plain = re.sub(r"[,\s]", "", unicodedata.normalize("NFKC", value[:40])).removesuffix("円")
    if not plain:
        return 0
    if not re.fullmatch(r"[0-9]{1,9}", plain):
        _not_understood("pay_min", value, problems)
        return 0
    return min(int(plain), MOST_PAY)


def _after(value: str, sort: str, problems: list[str]) -> Position | None:
    if not value:
        return None
    found = _position(value)
    if found is None or found.sort != sort:
        problems.append("続きの位置が分からないため、先頭から表示しています。")
        return None
    return found


def _position(value: str) -> Position | None:
    if len(value) > 120 or not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        return None
    try:
        text = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    sort, _, rest = text.partition("|")
    key, _, rest = rest.partition("|")
    number, _, shown = rest.partition("|")
    if sort not in SORTS or not re.fullmatch(r"[0-9]{1,10}", key) or not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    return Position(sort, int(key), int(number), int(shown) if re.fullmatch(r"[0-9]{1,9}", shown) else 0)
