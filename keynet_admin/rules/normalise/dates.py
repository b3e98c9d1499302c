"""Normaliser of dates in both calendars.

Stored as ISO. Days of eras are counted in the Gregorian calendar from 1868-01-01 on; the lunar calendar that was in use until
1872-12-31 is not converted (no form of today carries such a day).
"""

import re
from datetime import date, timedelta
from typing import Any

from keynet_admin.catalogue import Field, posting_field
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.eras import ERAS, wareki
from keynet_admin.rules.engine.result import LONGEST, Context, Note, Read, clip, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.numbers import from_kanji
from keynet_admin.rules.normalise.text import not_text

_BY_WORD = {word: era for era in ERAS for word in (era.name, era.letter, era.name[0])}
WEEKDAYS = "月火水木金土日"
EXAMPLE = "2021-05-07、令和3年5月7日"

_ERA = r"(?P<era>令和|平成|昭和|大正|明治|[RHSTM令平昭大明])"
# What stands between the parts of a date; a blank between digits is a _ here (2021 06 01), 、 a slip of the hand (2021、6、1).
_BETWEEN = r"[./\-_、,・]"
_REST = rf"(?P<m>\d{{1,2}})(?:月|{_BETWEEN})(?P<d>\d{{1,2}})(?:日|\.)?"
_YEAR = rf"(?:西暦)?(?P<y>\d{{4}})(?:年?\({_ERA}(?P<ey>元|\d{{1,2}})年?\)(?:年|{_BETWEEN})?|年|{_BETWEEN})"
_ERA_YEAR = rf"{_ERA}(?P<ey>元|\d{{1,2}})(?:年?\((?:西暦)?(?P<y>\d{{4}})年?\)(?:年|{_BETWEEN})?|年|{_BETWEEN})"
_PATTERNS = (
    re.compile(_YEAR + _REST),
    re.compile(_ERA_YEAR + _REST),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(rf"{_ERA}(?P<ey>\d{{2}})(?P<m>\d{{2}})(?P<d>\d{{2}})"),
)
_WEEKDAY = re.compile(r"\(?(?P<w>[月火水木金土日])(?:曜日?)?(?:[・,、/]?(?:祝日?|休日?|祝休日))?\)?$")
# A month without its day: only 末 tells one.
_MONTHS = tuple(re.compile(year + r"(?P<m>\d{1,2})[月/.]?(?P<end>末日?|の?月末|の?末日?)?") for year in (_YEAR, _ERA_YEAR))
_BARE_MONTH = re.compile(r"(?P<m>\d{1,2})月の?(?:末日?|月末)")
_FISCAL = re.compile(
    rf"(?:{_ERA}(?P<ey>元|\d{{1,2}})|(?:西暦)?(?P<y>\d{{4}})|(?P<this>本|今|当|同|来|次|翌)?)(?:会計)?年度(?P<end>の?末日?)?"
)
_ZERO_TIME = re.compile(
    r"(?:[T ]|(?<=日))(?:(?:午前)?0{1,2}(?::00(?::00(?:\.0+)?)?|時(?:00?分)?(?:00?秒)?)|12:00(?::00)? ?AM)(?:Z|[+-]\d{2}:?\d{2})?$"
)
_TIME_OF_DAY = re.compile(
    r"(?:[T_ ]|(?<=日)|(?<=\)))(?:午[前後])?\d{1,2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?|時(?:\d{1,2}分|半)?)(?:[AP]M)?(?P<zone>Z)?$"
)
_WITHOUT_YEAR = re.compile(r"(?P<m>\d{1,2})(?:月|[/.-])(?P<d>\d{1,2})日?")
_KANJI_DATE = re.compile(r"([元〇零一壱二弐三参四五六七八九十拾]+)(?=[年月日])")
# The other end of a period: `6月1日から` is half of a range and is understood only when the other half is there.
_OTHER_END = {"term_start": "term_end", "publish_from": "publish_until", "term_end": "term_start", "publish_until": "publish_from"}


def read_date(field: Field, typed: Any, context: Context) -> Read:
    """A day as ISO text. Rules: DT-001 (writing), DT-002 (an era that had ended), DT-003 (no such day), DT-004 (weekday)."""
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        return wrong_type(typed, "日付", EXAMPLE)
    if isinstance(typed, (int, float)):
        if not (18680101 <= typed <= 99991231 and typed == int(typed)):
            return _serial(field, typed, typed)
        text = str(int(typed))
    else:
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
        text = ch.squeeze(typed)
        if re.fullmatch(r"\d{5}(?:\.\d{1,17})?", text, re.ASCII):
            return _serial(field, typed, float(text))
    body, weekday = _body(field.name, text, context)
    found = _of_body(field, typed, body, weekday)
    if found is not None:
        return found
    return (
        _end_of_month(field, typed, body, weekday, context)
        or _settled(field, typed, body, weekday, context)
        or _american(field, typed, body, weekday)
        or _period(field, typed, text, context)
        or _refuse(field, typed, body, context)
    )


def _body(name: str, text: str, context: Context) -> tuple[str, str]:
    """A squeezed text as the patterns know it, and the weekday that stood with it."""
    text = re.sub(r"[【〔\[](.*?)[】〕\]]", r"(\1)", _ZERO_TIME.sub("", text.upper()))
    text = re.sub(r"\s+", "", re.sub(r"(?<=\d)\s+(?=\d)", "_", text)).replace("ー", "-")
    text = re.sub(_LABEL.get(name, _NEVER), "", re.sub(r"^\(([^()]+)\)$", r"\1", text))
    if text[:1] in ERA_WORDS or "年" in text:
        text = _KANJI_DATE.sub(lambda m: m.group() if m.group() == "元" else str(from_kanji(m.group()) or 0), text)
    body, weekday = _without_weekday(text)
    body = _without_end_word(name, body, context)
    if body != text and not weekday:
        body, weekday = _without_weekday(body)
    return re.sub(r"(?<=日)付け?$", "", body), weekday


_NEVER = r"(?!)"
# The name of the field in front of a day, and the official words for the ends of a period.
_LABEL = {
    "term_start": r"^(?:自|\(?(?:開始|任用開始|従事開始|雇用開始)(?:年月)?日?\)?:?)(?=.)",
    "term_end": r"^(?:至|\(?(?:終了|任用終了|従事終了|雇用終了)(?:年月)?日?\)?:?)(?=.)",
    "publish_from": r"^(?:自|\(?(?:公開)?開始(?:希望)?日?\)?:?)(?=.)",
    "publish_until": r"^(?:至|\(?(?:公開)?終了(?:予定)?日?\)?:?)(?=.)",
    "deadline": r"^\(?(?:応募|受付|申込)?(?:締切|締め切り|締切り|期限)日?\)?:?(?=.)",
}


def _of_body(field: Field, typed: Any, body: str, weekday: str) -> Read | None:
    for pattern in _PATTERNS:
        match = pattern.fullmatch(body)
        if match:
            return _resolve(field, typed, match, weekday)
    return None


def _end_of_month(field: Field, typed: Any, body: str, weekday: str, context: Context) -> Read | None:
    """令和3年9月末, 年度末: the last day of the month. Without a year it is the first one after the day the period starts (else asked)."""
    fiscal = _FISCAL.fullmatch(body)
    if fiscal and fiscal["end"] and fiscal["this"] not in ("来", "次", "翌", "同"):
        if fiscal["ey"] or fiscal["y"]:
            year = _year_of(fiscal)
        else:
            since = context.on if fiscal["this"] else _start(field, context)
            if since is None:
                return None
            year = since.year - (since.month < 4)
        return _iso(field, typed, date(year + 1, 3, 31), weekday) if year < 9999 else None
    for pattern in _MONTHS:
        match = pattern.fullmatch(body)
        if match and match["end"]:
            return _end_in(field, typed, match, weekday)
    bare = _BARE_MONTH.fullmatch(body)
    start = _start(field, context) if bare and field.name in ("deadline", *_STARTS) else None
    if bare is None or start is None or not 1 <= int(bare["m"]) <= 12:
        return None
    month = int(bare["m"])
    year = start.year + (month < start.month)
    if year >= 9999:  # the calendar ends there
        return None
    end = _last_of(year, month)
    # Counted from today, an end in ten months or more may as well be a slip.
    return _iso(field, typed, end, weekday) if start != context.on or end - start < timedelta(300) else None


_STARTS = {"term_end": "term_start", "publish_until": "publish_from"}


def _start(field: Field, context: Context) -> date | None:
    """The day from which an end without a year is counted: the start of its period, else the reference day. None: a start not understood."""
    name = _STARTS.get(field.name)
    if name is None or blank(context.record.get(name)):
        return context.on
    start = context.record[name]
    if isinstance(start, str) and len(start) > LONGEST:
        return None
    read = read_date(posting_field(name), start, context)
    return date.fromisoformat(read.value) if read.understood else None


def _last_of(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _end_in(field: Field, typed: Any, match: re.Match[str], weekday: str) -> Read | None:
    """The last day of the month of a match that has the year, with the same judgement of the era."""
    month = int(match["m"])
    if not 1 <= month <= 12:
        return _no_such_day(typed, 2021, month, 1)
    year = _year_of(match)
    if not 1868 <= year < 9999:
        return None
    text = f"{match.group()[: match.start('m') - match.start()]}{month}月{_last_of(year, month).day}日"
    return _of_body(field, typed, text, weekday)


def _year_of(match: re.Match[str]) -> int:
    """The year in our calendar of a match with `y`, or `era` and `ey`."""
    if match["y"]:
        return int(match["y"])
    return _BY_WORD[match["era"]].first.year + (1 if match["ey"] == "元" else int(match["ey"])) - 1


def _iso(field: Field, typed: Any, day: date, weekday: str) -> Read | None:
    return _of_body(field, typed, day.isoformat(), weekday)


def _settled(field: Field, typed: Any, body: str, weekday: str, context: Context) -> Read | None:
    """A day without its year beside its weekday: of this and next year at most one has it."""
    partial = re.fullmatch(r"(?P<m>\d{1,2})(?:月|[/.-])(?P<d>\d{1,2})日?", body) if weekday else None
    if partial is None:
        return None
    days = [_make(context.on.year + later, int(partial["m"]), int(partial["d"])) for later in (0, 1)]
    fitting = [day for day in days if day and WEEKDAYS[day.weekday()] == weekday]
    return _iso(field, typed, fitting[0], weekday) if len(fitting) == 1 else None


def _period(field: Field, typed: Any, text: str, context: Context) -> Read | None:
    """Both ends in the field of the first, typed or pasted from two cells: the second goes to its own field while that is empty."""
    other = _OTHER_END.get(field.name)
    parts = re.split(r"\t| *(?:~|から|より|→) *", re.sub(r"まで$", "", text))
    parts = parts if len(parts) == 2 else re.split(r"至", re.sub("^自", "", text))
    if other is None or len(parts) != 2:
        return None
    both = [_of_body(field, part, *_body("", part.strip(), Context(context.on))) for part in parts]
    first, last = (read.value if read is not None and read.understood else None for read in both)
    yearless = re.fullmatch(r"(\d{1,2})[月/.-](\d{1,2})日?", _body("", parts[1].strip(), context)[0])
    if first is not None and last is None and yearless:
        since = date.fromisoformat(first)
        days = [_make(since.year + more, int(yearless[1]), int(yearless[2])) for more in (0, 1)]
        end = next((day for day in days if day and day >= since), None)
        message = Message(f"「{clip(typed)}」の終わりの日には年がありません。", how="年から入力してください。")
        return refuse("DT-001", typed, message, example=EXAMPLE, choices=(f"{first}～{end}",)) if end else None
    if first is None or last is None or first > last:
        return None
    if field.name not in ("term_start", "publish_from") or not blank(context.record.get(other)):
        message = Message(f"「{clip(typed)}」には日付が2つあります。", how="開始と終了の欄に分けて、1つずつ入力してください。")
        return refuse("DT-001", typed, message, example=EXAMPLE, choices=(first if field.name in ("term_start", "publish_from") else last,))
    warned = tuple(note for read in both if read is not None for note in read.notes if note.level is not Level.FIX)
    message = Message(f"「{clip(typed)}」を{first}から{last}までと読み取りました。")
    return Read(first, True, (Note("DT-001", Level.FIX, message, first), *warned), {other: last})


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
    if bare and not (rest.endswith("日") or (rest[-1:].isdigit() and match.group() not in ("日", "月"))):
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
    if 1 <= month <= 12 and 1868 <= year < 9999:
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
    how = "年月日を入力してください。"
    if 30000 <= number <= 80000:
        choices = ((date(1899, 12, 30) + timedelta(days=int(number))).isoformat(),)
        how = f"表計算ソフトの日付の数値で、{choices[0]} の意味と思われます。日付の形に直してください。"
    return refuse("DT-001", typed, Message(f"「{clip(typed)}」は日付として読み取れません。", how=how), example=EXAMPLE, choices=choices)


def _refuse(field: Field, typed: Any, body: str, context: Context) -> Read:
    timed = _TIME_OF_DAY.search(body)
    before = _without_weekday(body[: timed.start()]) if timed else ("", "")
    day = _of_body(field, typed, *before) or _settled(field, typed, *before, context) if timed else None
    if timed and day is not None and day.understood:
        known = date.fromisoformat(day.value)
        # 2021-05-31T15:00:00Z is the first of June here.
        later = timed["zone"] is not None and int(re.findall(r"\d+", timed.group())[0]) >= 15
        return _asked(
            typed, "には時刻があります。", "この欄に残るのは日付だけです。日付だけを入力してください。", [known + timedelta(days=later)]
        )
    partial = _WITHOUT_YEAR.fullmatch(before[0] if timed else body)
    if partial:
        month, of_month = int(partial["m"]), int(partial["d"])
        found = [d for y in (context.on.year, context.on.year + 1) if (d := _make(y, month, of_month))]
        later_days = [d for d in found if d >= context.on] or found
        if not found and not (1 <= month <= 12 and 1 <= of_month <= 31):
            return _no_such_day(typed, context.on.year, month, of_month)
        if timed:
            return _asked(typed, "には年がなく、時刻があります。", "この欄に残るのは日付だけです。年月日を入力してください。", later_days)
        return _asked(typed, "には年がありません。", "年から入力してください。", later_days)
    glued = re.fullmatch(r"(\d{4}[/.-]\d{1,2}[/.-]\d{1,2})(\d{4}[/.-]\d{1,2}[/.-]\d{1,2})", body)
    if glued and field.name in ("term_start", "publish_from"):
        message = Message(f"「{clip(typed)}」には日付が2つあります。", how="開始と終了の欄に分けて、1つずつ入力してください。")
        return refuse("DT-001", typed, message, example=EXAMPLE, choices=(f"{glued[1]}～{glued[2]}",))
    offers = _of_month(field, body, context)
    if offers:
        return _asked(typed, "からは日付が1つに決まりません。", "年月日を入力してください。", offers)
    short = re.fullmatch(r"(?P<y>\d{1,2})(?:年|[/.-])(?P<m>\d{1,2})(?:月|[/.-])(?P<d>\d{1,2})日?", body)
    if short:
        year, month, day_ = (int(short[name]) for name in ("y", "m", "d"))
        found = [d for y in (2018 + year, 2000 + year) if year and (d := _make(y, month, day_))]
        return _asked(typed, "の年は西暦か和暦か分かりません。", "西暦は4桁で、和暦は「令和」や「R」を付けて入力してください。", found)
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


def _asked(typed: Any, what: str, how: str, days: list[date]) -> Read:
    choices = tuple(dict.fromkeys(day.isoformat() for day in days))
    return refuse("DT-001", typed, Message(f"「{clip(typed)}」{what}", how=how), example=EXAMPLE, choices=choices)


def _of_month(field: Field, body: str, context: Context) -> list[date]:
    """What a month or a year of office may mean at this end of a period, asked: 令和3年6月, 9月末, 来年度末, 年度."""
    body = re.sub(r"(?:頃|ごろ|予定|\((?:予定|頃)\))$", "", body)
    fiscal = _FISCAL.fullmatch(body)
    if fiscal:
        this = context.on.year - (context.on.month < 4)
        years = [this + 1] if fiscal["this"] in ("来", "次", "翌") else [this, this + 1]
        if fiscal["ey"] or fiscal["y"]:
            years = [_year_of(fiscal)]
        starts = field.name in ("term_start", "publish_from") and not fiscal["end"]
        return [date(y, 4, 1) if starts else date(y + 1, 3, 31) for y in years if 1868 <= y < 9998]
    bare = _BARE_MONTH.fullmatch(body)
    months = [match for pattern in _MONTHS if (match := pattern.fullmatch(body))]
    month = int((bare or months[0])["m"]) if bare or months else 0
    if not 1 <= month <= 12:
        return []
    if bare:
        days = [_last_of(context.on.year + later, month) for later in (0, 1)]
        return [day for day in days if day >= context.on]
    match = months[0]
    year = _year_of(match)
    if not 1868 <= year < 9999:
        return []
    return [date(year, month, 1) if field.name in ("term_start", "publish_from") else _last_of(year, month)]
