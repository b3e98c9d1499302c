"""Normaliser of dates in both calendars.

Stored as ISO. Days of eras are counted in the Gregorian calendar from 1868-01-01 on; the lunar calendar that was in use until
1872-12-31 is not converted (no form of today carries such a day).
"""

import re
from datetime import date, timedelta
from typing import Any

from keynet_admin.catalogue import Field
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.eras import ERAS, wareki
from keynet_admin.rules.engine.result import Context, Note, Read, clip, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.numbers import from_kanji
from keynet_admin.rules.normalise.text import not_text

_BY_WORD = {word: era for era in ERAS for word in (era.name, era.letter, era.name[0])}
WEEKDAYS = "月火水木金土日"
EXAMPLE = "2021-05-07、令和3年5月7日"

_ERA = r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM令平昭大明])"
_REST = r"(?P<m>\d{1,2})(?:月|[./-])(?P<d>\d{1,2})(?:日|\.)?"
_PATTERNS = (
    re.compile(rf"(?:西暦)?(?P<y>\d{{4}})(?:年?\({_ERA}(?P<ey>元|\d{{1,2}})年?\)(?:年|[./-])?|年|[./-]){_REST}"),
    re.compile(rf"{_ERA}(?P<ey>元|\d{{1,2}})(?:年?\((?:西暦)?(?P<y>\d{{4}})年?\)(?:年|[./-])?|年|[./-]){_REST}"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(rf"{_ERA}(?P<ey>\d{{2}})(?P<m>\d{{2}})(?P<d>\d{{2}})"),
)
_WEEKDAY = re.compile(r"\(?(?P<w>[月火水木金土日])(?:曜日?)?(?:[・,、/]?(?:祝日?|休日?|祝休日))?\)?$")
_ZERO_TIME = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d{2}:?\d{2})?$")
_KANJI_DATE = re.compile(r"([元〇零一壱二弐三参四五六七八九十拾]+)(?=[年月日])")
# The other end of a period: `6月1日から` is half of a range and is understood only when the other half is there.
_OTHER_END = {"term_start": "term_end", "publish_from": "publish_until", "term_end": "term_start", "publish_until": "publish_from"}


def read_date(field: Field, typed: Any, context: Context) -> Read:
    """A day as ISO text. Rules: DT-001 (writing), DT-002 (an era that had ended), DT-003 (no such day), DT-004 (weekday)."""
    if isinstance(typed, bool) or not isinstance(typed, (str, int)):
        if isinstance(typed, float):
            return _serial(field, typed, typed)
        return wrong_type(typed, "日付", EXAMPLE)
    if isinstance(typed, int):
        if not 18680101 <= typed <= 99991231:
            return _serial(field, typed, typed)
        text = str(typed)
    else:
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
        text = ch.squeeze(typed)
    text = _ZERO_TIME.sub("", text)
    text = re.sub(r"\s+", "", re.sub(r"(?<=\d)\s+(?=\d)", "_", text)).replace("ー", "-").upper()
    if text[:1] in ERA_WORDS or "年" in text:
        text = _KANJI_DATE.sub(lambda m: m.group() if m.group() == "元" else str(from_kanji(m.group()) or 0), text)
    body, weekday = _without_weekday(text)
    body = _without_end_word(field.name, body, context)
    if body != text and not weekday:
        body, weekday = _without_weekday(body)
    body = re.sub(r"(?<=日)付け?$", "", body)
    for pattern in _PATTERNS:
        match = pattern.fullmatch(body)
        if match:
            return _resolve(field, typed, match, weekday)
    return _american(field, typed, body, weekday) or _refuse(field, typed, body, context)


ERA_WORDS = frozenset("令平昭大明RHSTM")


def _without_end_word(name: str, body: str, context: Context) -> str:
    if name == "deadline":
        return re.sub(r"(?:まで|必着|締切|締め切り|締切り)$", "", body)
    other = _OTHER_END.get(name)
    if other is None or blank(context.record.get(other)):
        return body
    return re.sub(r"(?:から|より|~)$" if name in ("term_start", "publish_from") else r"(?:まで)$", "", body)


def _without_weekday(text: str) -> tuple[str, str]:
    match = _WEEKDAY.search(text)
    if match is None:
        return text, ""
    rest = text[: match.start()]
    bare = match.group() in ("日", "月", "火", "水", "木", "金", "土")
    if bare and not rest.endswith("日"):
        return text, ""  # 5月7日 itself, or a month
    return rest, match["w"]


def _resolve(_field: Field, typed: Any, match: re.Match[str], weekday: str) -> Read:
    groups = match.groupdict()
    month, day = int(groups["m"]), int(groups["d"])
    notes: list[Note] = []
    year = int(groups["y"]) if groups.get("y") else 0
    if groups.get("era"):
        era = _BY_WORD[groups["era"]]
        of_era = 1 if groups["ey"] == "元" else int(groups["ey"])
        if of_era == 0:
            message = Message(
                f"「{clip(typed)}」：{era.name}0年という年はありません。",
                why=f"最初の年は元年（{era.first.year}年）です。",
                how="年をご確認ください。",
            )
            return refuse("DT-003", typed, message, example=EXAMPLE)
        counted = era.first.year + of_era - 1
        if year and year != counted:
            message = Message(
                f"「{clip(typed)}」：西暦{year}年と{era.name}{of_era}年（{counted}年）が合いません。",
                how="どちらか正しい方を入力してください。",
            )
            choices = tuple(d.isoformat() for y in (year, counted) if (d := _make(y, month, day)))
            return refuse("DT-003", typed, message, example=EXAMPLE, choices=choices)
        year = counted
        made = _make(year, month, day)
        if made is not None:
            if made < era.first:
                message = Message(
                    f"「{clip(typed)}」：{era.name}は{era.first.year}年{era.first.month}月{era.first.day}日からです。",
                    why=f"この日は{wareki(made)}にあたります。",
                    how="日付をご確認ください。",
                )
                return refuse("DT-003", typed, message, example=wareki(made), choices=(made.isoformat(),))
            if era.last is not None and made > era.last:
                message = Message(
                    f"「{clip(typed)}」は{wareki(made)}（{made.isoformat()}）と読み取りました。",
                    why=f"{era.name}はこの日より前に終わっています。",
                    how="年をご確認ください。",
                )
                notes.append(Note("DT-002", Level.WARNING, message, wareki(made)))
    made = _make(year, month, day)
    if made is None:
        return _no_such_day(typed, year, month, day)
    if made.year < 1868:
        message = Message(f"「{clip(typed)}」の年を読み取れません。", how="西暦は4桁、和暦は元号を付けて入力してください。")
        return refuse("DT-001", typed, message, example=EXAMPLE)
    if weekday and WEEKDAYS[made.weekday()] != weekday:
        message = Message(
            f"「{clip(typed)}」：{made.year}年{made.month}月{made.day}日は{WEEKDAYS[made.weekday()]}曜日です（「{weekday}」と書かれています）。",
            how="日付か曜日のどちらかをご確認ください。",
        )
        notes.append(Note("DT-004", Level.WARNING, message, f"{made.month}月{made.day}日({WEEKDAYS[made.weekday()]})"))
    value = made.isoformat()
    if not (isinstance(typed, str) and typed.strip() == value):
        notes.insert(0, Note("DT-001", Level.FIX, Message(f"「{clip(typed)}」を{value}（{wareki(made)}）と読み取りました。"), value))
    return Read(value, True, tuple(notes))


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _no_such_day(typed: Any, year: int, month: int, day: int) -> Read:
    if 1 <= month <= 12 and 1 <= year < 9999:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        message = Message(
            f"「{clip(typed)}」という日はありません。", why=f"{year}年{month}月は{last.day}日までです。", how="日付をご確認ください。"
        )
        return refuse("DT-003", typed, message, example=last.isoformat(), choices=(last.isoformat(),) if day > last.day else ())
    message = Message(f"「{clip(typed)}」という日はありません。", how="年月日をご確認ください。")
    return refuse("DT-003", typed, message, example=EXAMPLE)


def _american(field: Field, typed: Any, body: str, weekday: str) -> Read | None:
    """`6/14/2021` is certain, `6/7/2021` has two readings."""
    match = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", body)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    found = list(dict.fromkeys(d.isoformat() for m, d_ in ((first, second), (second, first)) if (d := _make(year, m, d_))))
    if len(found) == 1:
        whole = re.fullmatch(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", found[0])
        return _resolve(field, typed, whole, weekday) if whole else None
    message = Message(f"「{clip(typed)}」は月と日の順がはっきりしません。", how="年・月・日の順に入力してください。")
    return refuse("DT-001", typed, message, example=EXAMPLE, choices=tuple(found))


def _serial(_field: Field, typed: Any, number: float) -> Read:
    """A number of days as spreadsheets store it is offered, never taken."""
    choices: tuple[str, ...] = ()
    if 30000 <= number <= 80000:
        choices = ((date(1899, 12, 30) + timedelta(days=int(number))).isoformat(),)
    message = Message(f"「{clip(typed)}」は日付として読み取れません。", how="表計算ソフトの数値のままの場合は、日付の形に直してください。")
    return refuse("DT-001", typed, message, example=EXAMPLE, choices=choices)


def _refuse(field: Field, typed: Any, body: str, context: Context) -> Read:
    partial = re.fullmatch(r"(?P<m>\d{1,2})(?:月|[/.-])(?P<d>\d{1,2})日?", body)
    if partial:
        month, day = int(partial["m"]), int(partial["d"])
        found = [d for y in (context.on.year, context.on.year + 1) if (d := _make(y, month, day))]
        later = [d for d in found if d >= context.on] or found
        if not found and not (1 <= month <= 12 and 1 <= day <= 31):
            return _no_such_day(typed, context.on.year, month, day)
        message = Message(f"「{clip(typed)}」には年がありません。", how="年から入力してください。")
        return refuse("DT-001", typed, message, example=EXAMPLE, choices=tuple(d.isoformat() for d in later))
    short = re.fullmatch(r"(?P<y>\d{1,2})(?:年|[/.-])(?P<m>\d{1,2})(?:月|[/.-])(?P<d>\d{1,2})日?", body)
    if short:
        year, month, day = (int(short[name]) for name in ("y", "m", "d"))
        found = [d for y in (2018 + year, 2000 + year) if year and (d := _make(y, month, day))]
        message = Message(
            f"「{clip(typed)}」の年は西暦か和暦か分かりません。", how="西暦は4桁で、和暦は「令和」や「R」を付けて入力してください。"
        )
        return refuse("DT-001", typed, message, example=EXAMPLE, choices=tuple(d.isoformat() for d in found))
    found = []
    for pattern in _PATTERNS[:2]:
        for match in re.finditer(rf"(?<!\d)(?:{pattern.pattern})(?!\d)", body):
            read = _resolve(field, match.group(), match, "")
            if read.understood:
                found.append(date.fromisoformat(read.value))
    if found:
        message = Message(
            f"「{clip(typed)}」には日付以外の言葉か、2つ以上の日付があります。", how="この欄には1つの日付だけを入力してください。"
        )
        return refuse("DT-001", typed, message, example=EXAMPLE, choices=tuple(dict.fromkeys(d.isoformat() for d in found)))
    message = Message(
        f"「{clip(typed)}」は日付として読み取れません。", how=("年月日を入力してください。「下旬」や「未定」では募集期間が決まりません。")
    )
    return refuse("DT-001", typed, message, example=EXAMPLE)
