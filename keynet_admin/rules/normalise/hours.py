"""Normaliser of hours: the weekly hours and the hours of one unit of pay.

Understood: `29時間`, `38時間45分`, `38:45`, `38.75`, `週20時間`, `7時間15分×4日`, `1日4.5時間・週2日`, `90分`. Refused: limits, about-words,
ranges, hours of a day or month in the weekly field.
"""

import re
from fractions import Fraction
from typing import Any

from keynet_admin.catalogue import Field, posting_field
from keynet_admin.rules.engine.result import Context, Note, Read, clip, refuse
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.choices import slug_of
from keynet_admin.rules.normalise.numbers import KANJI, from_kanji, numeric, unwrapped

_WEEK = re.compile(
    r"^(?:(?:所定|実働|労働|勤務|合計|平均|計)+(?:時間)?[はが:]?|(?:1|一)?週(?:間|所定|平均)?(?:の|に|あたり|当たり|当り|につき|で)?[はが:]?|/週)+"
)
_UNIT = re.compile(r"^(?:(?:1|一)(?:回|コマ|日|クール|勤務|か月|ヶ月|月)(?:あたり|当たり|当り|につき|の|は)?|日|月|実働|所定)+:?")
_TAIL_WEEK = re.compile(r"(?:/(?:1)?週(?:間)?|/W|勤務|です|。)+$")
_TAIL_UNIT = re.compile(r"(?:/(?:1)?(?:回|コマ|日|月)|勤務|です|。)+$")
_UNIT_WORDS = (("session", r"回|コマ|クール"), ("day", r"日(?!勤)"), ("month", r"月"))
_TIME = r"(?P<h>\d{1,4}(?:\.\d{1,4})?)(?:時間|hours|hour|hrs|hr|h|H|Hr)(?P<half>半)?(?:(?P<m>\d{1,2})分)?"
_DURATION = re.compile(rf"{_TIME}|(?P<ch>\d{{1,3}}):(?P<cm>\d{{2}})(?::00)?|(?P<n>\d{{1,4}}(?:\.\d{{1,6}})?)|(?P<min>\d{{1,4}})分")
_SEPARATOR = r"[×xX*✕・,、/]"
_CROSS = r"[×xX*✕]"
_DAYS = r"(?:1?週(?:間)?(?:に|あたり|当たり)?)?(?P<days>[1-7])(?:日|回)(?:間|勤務)?"
_PER_DAY = r"(?:1日(?:あたり|当たり|に|の|実働|:)*)?"
_LENGTH = r"[\d.:時間分半hH]+?"
_TIMES = re.compile(rf"{_PER_DAY}(?P<time>{_LENGTH})(?:勤務)?(?P<sign>{_SEPARATOR}){_DAYS}")
_TURNED = re.compile(rf"{_DAYS}(?P<sign>{_SEPARATOR}){_PER_DAY}(?P<time>{_LENGTH})(?:勤務)?")
_COUNT = re.compile(rf"(?P<time>{_LENGTH}){_CROSS}(?P<days>[1-7])")
_HOURS_NAMED = re.compile(r"[時間分半:hH週]|1日")
_NET = re.compile(r"\((?:うち|内)?(?:昼)?休憩(?:時間)?(?:[\d.]+(?:時間|分))?(?:は|を)?(?:除く|含まない|含まず|除き)\)$")
_A_DAY = re.compile(r"(?:(?:1日|日)(?:あたり|当たり|に|の|実働|平均|:)*(?P<time>.+)|(?P<time2>.+)/(?:1)?日)")
_WORKDAYS = re.compile(r"週(?:に)?([1-7])(?:日|回)(?!程度|以[上内]|未満|[~～])")


def hours_of(text: str) -> Fraction | None:
    """Hours of one duration (`7時間15分`, `7:15`, `7.25`, `90分`), None when it is none."""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    if match["n"] is not None:
        return Fraction(match["n"])
    if match["min"] is not None:
        return Fraction(int(match["min"]), 60)
    if match["ch"] is not None:
        return None if int(match["cm"]) >= 60 else int(match["ch"]) + Fraction(int(match["cm"]), 60)
    if "." in match["h"] and (match["half"] or match["m"]):
        return None
    minutes = int(match["m"] or 0) + (30 if match["half"] else 0)
    return None if minutes >= 60 else Fraction(match["h"]) + Fraction(minutes, 60)


def _product(text: str) -> Fraction | None:
    match = _TIMES.fullmatch(text) or _TURNED.fullmatch(text) or _COUNT.fullmatch(text)
    if match is None:
        return None
    # 6/1日 is a date, 7,5 a decimal: without a word for hours or the week only a cross multiplies.
    if match.re is not _COUNT and not re.fullmatch(_CROSS, match["sign"]) and not _HOURS_NAMED.search(text):
        return None
    one = hours_of(match["time"])
    by_hand = match.re is _COUNT or re.fullmatch(_CROSS, match["sign"]) or "1日" in text
    return None if one is None or one > (24 if by_hand else 10) else one * int(match["days"])


def as_number(value: Fraction) -> int | float:
    """Whole hours as int, others as float with four decimals at most."""
    return int(value) if value.denominator == 1 else round(float(value), 4)


def _other_unit(text: str, context: Context) -> str:
    """Label of the unit of pay when the text names another one (`1日7時間` beside 月額), else empty."""
    pay_type = context.parent.get("pay_type")
    field = posting_field("pay_type")
    slug = slug_of(field, pay_type) if isinstance(pay_type, str) else None
    named = {unit for unit, words in _UNIT_WORDS if re.search(rf"^1?(?:{words})|/1?(?:{words})", text)}
    return field.label_of(slug) if slug and slug != "hour" and named and slug not in named else ""


def read_hours(field: Field, typed: Any, context: Context) -> Read:
    """Hours as a number. A value over 40 a week is understood here; HOURS-005 reports it."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    example = "38.75" if field.name == "weekly_hours" else "4.5"
    weekly = field.name == "weekly_hours"
    if isinstance(value, float) and (offers := _of_days(value)):
        return _refuse_fraction(field, typed, offers)
    if isinstance(value, (int, float)):
        return _bounded(field, typed, value, example)
    text = re.sub(r"(?<=[日回分間])\s+(?=1?週|1日)", "、", re.sub(r"(?<=\d)\s+(?=\d)", "_", unwrapped(value)))
    text = re.sub(r"\s+", "", text)
    text = _NET.sub("", re.sub(r"[【〔\[]([^【〔\[】〕\]]*[^\d【〔\[】〕\]])[】〕\]]", r"\1", text))
    whole_text = (_TAIL_WEEK if weekly else _TAIL_UNIT).sub("", text)
    core = (_WEEK if weekly else _UNIT).sub("", whole_text)
    other = "" if weekly else _other_unit(text, context)
    if other:
        message = Message(f"「{clip(typed)}」の単位が、報酬の単位「{other}」と合いません。", how="どちらが正しいかご確認ください。")
        return refuse("TXT-001", typed, message, example=example)
    offers = _of_days(float(core)) if re.fullmatch(r"\d{1,2}\.\d{1,17}", core) else ()
    if offers:
        return _refuse_fraction(field, typed, offers)
    found = hours_of(core)
    if found is None and weekly:
        # 週2日(1日4時間30分)
        turned = re.fullmatch(rf"({_DAYS})\(([^()]+)\)", whole_text)
        whole_text = f"{turned[1]}、{turned[3]}" if turned else whole_text
        found = _product(whole_text) or (None if text.startswith(("週", "1週")) else _product(core))
        outer = re.fullmatch(r"(?P<whole>[^()]+)\((?P<inner>[^()]+)\)", core)
        if outer and found is None and re.fullmatch(_DAYS, outer["inner"]):
            per_day = re.fullmatch(r"1日(?:あたり|当たり|に|の|実働)*(?P<time>.+)", outer["whole"])
            found = _product(f"{per_day['time']}×{outer['inner']}") if per_day else hours_of(outer["whole"])
            days = int(re.findall("[1-7]", outer["inner"])[-1])
            if not per_day and found is not None and found <= 10 and days > 1 and not text.startswith(("週", "1週")):
                message = Message(f"「{clip(typed)}」は1日と1週間のどちらの時間か分かりません。", how="1週間の時間を入力してください。")
                choices = (as_number(found * days), f"週{as_number(found)}時間")
                return refuse("TXT-001", typed, message, example=example, choices=choices)
            outer = None
        if outer and found is None:
            whole, inner = hours_of(outer["whole"]), _product(outer["inner"])
            if whole is not None and inner is not None and whole != inner:
                message = Message(
                    f"「{clip(typed)}」の合計（{as_number(whole)}時間）と内訳（{as_number(inner)}時間）が合いません。",
                    how="どちらかを入力してください。",
                )
                return refuse("TXT-001", typed, message, example=example, choices=(as_number(whole), as_number(inner)))
            found = whole if whole == inner else None
    if found is None:
        return _refuse(field, typed, text, example, context)
    return _bounded(field, typed, as_number(found), example)


def _of_days(value: float) -> tuple[int | float, ...]:
    """The hours of a fraction of a day, as spreadsheets store a time (0.3229… is 7.75), where it gives whole minutes only so."""
    of_hours, of_days = value * 60, value * 1440
    strange = abs(of_hours - round(of_hours)) > 0.01 and abs(of_days - round(of_days)) < 0.001
    return (as_number(Fraction(round(of_days), 60)),) if 0 < value < 2 and strange else ()


def _refuse_fraction(field: Field, typed: Any, offers: tuple[int | float, ...]) -> Read:
    message = Message(
        f"「{clip(typed)}」は時間の数として読み取れません。", how="表計算ソフトの時刻のままの場合は、時間の数に直してください。"
    )
    return refuse("TXT-001", typed, message, example="38.75" if field.name == "weekly_hours" else "4.5", choices=offers)


def _bounded(field: Field, typed: Any, value: int | float, example: str) -> Read:
    most = 10_000 if field.name == "weekly_hours" else field.maximum
    if value < 0 or (most is not None and value > most):
        return refuse(
            "TYPE-001",
            typed,
            Message(f"「{field.label}」は時間の数で入力してください。", why=f"「{clip(typed)}」はあり得ない大きさです。"),
            example=example,
        )
    value = round(value, 4) if isinstance(value, float) else value
    if field.name == "weekly_hours" and 0 < value < 0.5:  # no week: half a day as a spreadsheet's fraction
        return _refuse_fraction(field, typed, (as_number(Fraction(round(value * 1440), 60)),))
    notes: list[Note] = []
    if isinstance(typed, str) and typed.strip() != str(value):
        notes.append(Note("TXT-001", Level.FIX, Message(f"「{clip(typed)}」を{value}時間と読み取りました。"), str(value)))
    hours, minutes = divmod(round(value * 60), 60)
    meant = None if isinstance(typed, str) and re.search("[分:：]", typed) else {9: 15, 18: 30, 27: 45}.get(minutes)
    if meant and (minutes != 18 or (isinstance(typed, str) and re.search(r"[.．][3３][0０]", typed))) and abs(value * 60 % 1) < 0.001:
        message = Message(f"「{clip(typed)}」は{hours}時間{minutes}分です。", how=f"{hours}時間{meant}分は{hours + meant / 60:g}です。")
        notes.append(Note("TXT-001", Level.WARNING, message, f"{hours + meant / 60:g}"))
    return Read(value, True, tuple(notes))


def _refuse(field: Field, typed: Any, text: str, example: str, context: Context) -> Read:
    weekly = field.name == "weekly_hours"
    hint = (
        "1週間の時間を1つの数で入力してください（シフト制は平均）。"
        if weekly
        else "1単位（1日・1回・1か月）の時間を1つの数で入力してください。"
    )
    a_day = _A_DAY.fullmatch(text) if weekly else None
    one = hours_of(a_day["time"] or a_day["time2"]) if a_day else None
    if one is not None and 0 < one <= 24:
        note = context.record.get("workdays_note")
        days = _WORKDAYS.findall(ch.squeeze(note)) if isinstance(note, str) else []
        shown = as_number(one)
        message = Message(f"「{clip(typed)}」は1日の時間です。", how="1週間の時間を入力してください（例：7時間45分×5日）。")
        choices = tuple(f"{shown}時間×{n}日" for n in (days[:1] if len(set(days)) == 1 else "5432"))
        return refuse("TXT-001", typed, message, example=example, choices=choices)
    message = Message(f"「{clip(typed)}」からは時間が1つに決まりません。", why=f"{hint}38時間45分は38.75です。")
    return refuse("TXT-001", typed, message, example=example, choices=tuple(n for n in _offered(text) if 0 < n <= (field.maximum or 0)))


def _offered(text: str) -> tuple[int | float, ...]:
    """The hours a refused text speaks of: the ends of a range, the hours beside about-words; a fraction or a time of a spreadsheet."""
    mixed = re.fullmatch(r"(?:(\d{1,2})[_と])?([1-9])/([2-9])(?:時間)?", text)
    if mixed and int(mixed[2]) < int(mixed[3]):
        value = int(mixed[1] or 0) + Fraction(int(mixed[2]), int(mixed[3]))
        return (as_number(value),) if (value * 60).denominator == 1 else ()
    since = re.fullmatch(r"19(?:00[-/]0?1[-/]0?([01])|(?:00|04)[-/]0?1[-/]0?2)[T_](\d{1,2}):([0-5]\d)(?::00)?", text)
    if since and since[1]:
        return (as_number(int(since[1]) * 24 + int(since[2]) + Fraction(int(since[3]), 60)),)
    text = re.sub(r"\([^()]*\)$", "", text)
    if re.search(r"[月年日/]|:.*:", text):
        return ()
    text = re.sub(rf"(?<!\d){KANJI.pattern}(?!\d)", lambda m: str(from_kanji(m.group()) or m.group()), text)
    ends = [
        hours_of(part)
        for part in re.split(
            r"~|から|-",
            re.sub(
                r"^(?:1?週(?:間)?(?:に|の|平均)?|平均|約|およそ|概ね)+|(?:程度|以[内上下]|未満|前後|くらい|ぐらい|まで|(?:を超えない)?範囲内?|頃|ほど|の予定|予定)+$",
                "",
                text,
            ),
        )
    ]
    return tuple(dict.fromkeys(as_number(end) for end in ends if end is not None)) if len(ends) <= 2 and None not in ends else ()
