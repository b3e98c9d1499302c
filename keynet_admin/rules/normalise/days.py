"""Normaliser of days of the week: `月～金`, `㈪～㈮`, `平日`, `土日祝`, `毎日`, `月・水・金`, `火曜日及び木曜日`, `月（曜）`."""

import re
from typing import Any

from keynet_admin.catalogue import DAYS, Field
from keynet_admin.rules.engine.result import Context, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Message
from keynet_admin.rules.normalise import characters as ch

ORDER = tuple(choice.slug for choice in DAYS)
_OF = {choice.label: choice.slug for choice in DAYS}
_WEEK = ORDER[:7]
_ENGLISH = {slug: slug for slug in ORDER} | {
    "monday": "mon",
    "tuesday": "tue",
    "wednesday": "wed",
    "thursday": "thu",
    "friday": "fri",
    "saturday": "sat",
    "sunday": "sun",
    "holiday": "hol",
    "holidays": "hol",
    "tues": "tue",
    "weds": "wed",
    "thur": "thu",
    "thurs": "thu",
}
_SETS = {
    "平日": _WEEK[:5],
    "土日祝": ("sat", "sun", "hol"),
    "土日祝日": ("sat", "sun", "hol"),
    "土日祝祭日": ("sat", "sun", "hol"),
    "土日": ("sat", "sun"),
    "週末": ("sat", "sun"),
    "毎日": _WEEK,
    "全曜日": _WEEK,
    "祝日": ("hol",),
    "祝祭日": ("hol",),
    "国民の祝日": ("hol",),
    "祝": ("hol",),
}
_DAY = r"(?:[月火水木金土日]曜日?|[月火水木金土日])"
_TOKEN = re.compile(
    rf"(?P<span>{_DAY}(?:~|-|から|→){_DAY}(?:まで)?)|(?P<set>平日|土日祝祭日|土日祝日?|週末|毎日(?!曜)|全曜日|国民の祝日|祝祭日|祝日|祝)|(?P<day>{_DAY})"
)
_GLUE = re.compile(r"(?:の)?(?:[、,・/&+ ]|及び|および|並びに|ならびに|と|又は|または|もしくは)+|\((?=[^)]*\))|\)|の?各曜日?|曜日?")
_OPEN = re.compile(r"又は|または|もしくは|or|いずれか|のうち")
EXAMPLE = "月～金、土日祝"


def read_days(field: Field, typed: Any, _context: Context) -> Read:
    """Days as a list of slugs in the order of the week, 祝 last. `月12日以上` and the like are refused."""
    if isinstance(typed, (list, tuple)):
        return _from_list(field, typed)
    if not isinstance(typed, str):
        return wrong_type(typed, "曜日", EXAMPLE)
    found = days_of(typed)
    if found is None:
        message = Message(
            f"「{clip(typed)}」からは曜日が決まりません。", how="勤務する曜日をすべて選ぶか、「月～金」「土日祝」のように入力してください。"
        )
        return refuse("CHOICE-001", typed, message, example=EXAMPLE, choices=_offered(typed))
    labels = _shown(found)
    if len(found) == 1 and typed.strip() in (found[0], *(w for c in DAYS if c.slug == found[0] for w in (c.label, *c.aliases))):
        return Read(found)
    return fixed("CHOICE-001", found, Message(f"「{clip(typed)}」を「{labels}」と読み取りました。"), example=labels)


_BETWEEN = re.compile(r"又は|または|もしくは|or|-|と、")
_NOT_ALL = re.compile(
    r"(?:のうち|の内|の間)?(?:で|の|、)?(?:いずれか|どれか|どちらか)?(?:の?週?[1-7](?:日|回)(?:間|程度|以上|勤務)?)?$|(?:の?(?:いずれか|どれか|どちらか)).*$|"
    r"^(?:隔週|毎週|第?[1-5][・,、]?第?[1-5]?)の?|(?:程度|など|等|頃|を基本|中心)$|のうち.*$|"
    r"\([^()]*\)$|\s?(?:午前|午後|夜間|夜|朝|終日).*$|\s?\d{1,2}(?::|時).*$"
)
_OFF = re.compile(r"(?:以外|(?:は|を)?(?:除く|休み|定休|休業|休館))$")


def _offered(typed: str) -> tuple[str, ...]:
    """The days a refused text speaks of, as a text that is understood: all of 月～金のうち3日, the others of 土日休み."""
    text = _plain(typed)[:200]
    if re.search(r"月\d|\d月", text):
        return ()  # a month, or so many times a month
    off = _OFF.search(text)
    if off:
        days = days_of(text[: off.start()])
        rest = [slug for slug in _WEEK if slug not in (days or ())] if days else []
        return (_shown(rest),) if rest and len(rest) < 7 else ()
    days = days_of(_BETWEEN.sub("・", _NOT_ALL.sub("", text)))
    return (_shown(days),) if days else ()


def _shown(days: list[str]) -> str:
    return "・".join(choice.label for choice in DAYS if choice.slug in days)


def _from_list(_field: Field, items: list[Any] | tuple[Any, ...]) -> Read:
    found: set[str] = set()
    if len(items) > 100:
        return wrong_type(f"{len(items)}個の値", "曜日", EXAMPLE)
    for item in items:
        if item is None or item == "":
            continue
        days = days_of(item) if isinstance(item, str) else None
        if days is None:
            message = Message(f"「{clip(item)}」は曜日として読み取れません。", how="月から日、祝から選んでください。")
            return refuse("CHOICE-001", list(items), message, example=EXAMPLE)
        found.update(days)
    return Read([slug for slug in ORDER if slug in found] or None)


def days_of(text: str) -> list[str] | None:
    """Slugs of the days a text names, None when it is not certainly a set of days."""
    if len(text) > 200:
        return None
    text = re.sub(r"^毎週の?|^毎(?=[月火水木金土日]曜)|(?:勤務|出勤|実施|開催|のみ|だけ|です)$", "", _plain(text)).strip()
    if _OPEN.search(text):
        return None
    words = [word for word in re.split(r"[,、・/& ]+", text) if word]
    if words and all(word in _ENGLISH for word in words):
        return _ordered({_ENGLISH[word] for word in words})
    text = text.replace(" ", "").replace("ー", "~")
    span = re.fullmatch(r"([a-z]+)[-~]([a-z]+)", text)
    if span and span[1] in _ENGLISH and span[2] in _ENGLISH and "hol" not in (_ENGLISH[span[1]], _ENGLISH[span[2]]):
        return _span(_ENGLISH[span[1]], _ENGLISH[span[2]])
    counted = re.fullmatch(r"週([1-7])日\(([^()]+)\)|([^()]+?)の?\(?週([1-7])日\)?", text)
    if counted:
        inner = days_of(counted[2] or counted[3])
        return inner if inner is not None and len(inner) == int(counted[1] or counted[4]) else None
    if re.fullmatch(r"土日(?:・?祝日?)?(?:は|を)?除く(?:毎日|日|平日)?", text):
        return None if "祝" not in text else list(_WEEK[:5])
    text = re.sub(r"\((?:国民の)?(?:祝日?|祝祭日)(?:も|は|を)?含む\)$", "・祝", text)
    off = re.fullmatch(r"([^()]+)\((?:ただし、?)?([^()]+?)(?:は|を)?(?:除く|休み|休日|定休|休)\)", text)
    if off:
        days, without = days_of(off[1]), days_of(off[2])
        return None if days is None or without is None else _ordered(set(days) - set(without)) or None
    return _walk(_EXCEPT_HOLIDAYS.sub("", text))


def _plain(text: str) -> str:
    """Half-width and small; 曜 and single days without the brackets around them (㈪ is a day in brackets)."""
    text = re.sub(r"\s+", " ", ch.squeeze(text)).strip(" 。・").lower()
    text = re.sub(r"[\[【〔](.*?)[\]】〕]", r"(\1)", text)
    text = re.sub(r"(?<=[月火水木金土日])\((曜日?)\)", r"\1", text)
    return re.sub(r"\(([月火水木金土日]曜?日?)\)|^\(([^()]*)\)$", r"\1\2", text)


# The list of days has an entry of its own for holidays: leaving it out is what 祝日を除く says.
_EXCEPT_HOLIDAYS = re.compile(
    r"\((?:ただし、?)?(?:国民の)?(?:祝日|祝祭日|祝)(?:は|を)?除く\)$|(?:[。、]?ただし、?|、)?(?:国民の)?(?:祝日|祝祭日)(?:は|を)除く$"
)


def _span(first: str, last: str) -> list[str] | None:
    start, end = _WEEK.index(first), _WEEK.index(last)
    if start == end:
        return None
    return _ordered(set(_WEEK[start : end + 1] if start < end else (*_WEEK[start:], *_WEEK[: end + 1])))


def _walk(text: str) -> list[str] | None:
    """Read a text token by token; None at the first piece that is no day."""
    found: set[str] = set()
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            glue = _GLUE.match(text, place)
            if glue is None or not found:
                return None
            place = glue.end()
            continue
        if token["span"]:
            first, last = (c for c in re.findall(r"([月火水木金土日])(?:曜日?)?", token["span"]))
            days = _span(_OF[first], _OF[last])
            if days is None:
                return None
            found.update(days)
        elif token["set"]:
            found.update(_SETS[token["set"]])
        else:
            found.add(_OF[token["day"][0]])
        place = token.end()
    return _ordered(found) if found else None


def _ordered(found: set[str]) -> list[str]:
    return [slug for slug in ORDER if slug in found]
