"""Normaliser of hours: the weekly hours and the hours of one unit of pay.

Understood: `29時間`, `38時間45分`, `38:45`, `38.75`, `週20時間`, `7時間15分×4日`, `1日4.5時間・週2日`, `90分`. Refused: limits, about-words,
ranges, hours of a day or month in the weekly field.
"""

import re
from fractions import Fraction
from typing import Any

from keynet_admin.catalogue import Field, posting_field
from keynet_admin.rules.engine.result import Context, Read, clip, fixed, refuse
from keynet_admin.rules.engine.rule import Message
from keynet_admin.rules.normalise.choices import slug_of
from keynet_admin.rules.normalise.numbers import numeric

_WEEK = re.compile(
    r"^(?:(?:所定|実働|労働|勤務|合計|平均|計)+(?:時間)?[はが:]?|(?:1|一)?週(?:間|所定|平均)?(?:の|に|あたり|当たり|当り|につき|で)?[はが:]?|/週)+"
)
_UNIT = re.compile(r"^(?:(?:1|一)(?:回|コマ|日|クール|勤務|か月|ヶ月|月)(?:あたり|当たり|当り|につき|の|は)?|日|月|実働|所定)+:?")
_TAIL_WEEK = re.compile(r"(?:/(?:1)?週(?:間)?|/W|勤務|です|。)+$")
_TAIL_UNIT = re.compile(r"(?:/(?:1)?(?:回|コマ|日|月)|勤務|です|。)+$")
_UNIT_WORDS = (("session", r"回|コマ|クール"), ("day", r"日(?!勤)"), ("month", r"月"))
_TIME = r"(?P<h>\d{1,4}(?:\.\d{1,4})?)(?:時間|hours|hour|hrs|hr|h|H|Hr)(?P<half>半)?(?:(?P<m>\d{1,2})分)?"
_DURATION = re.compile(rf"{_TIME}|(?P<ch>\d{{1,3}}):(?P<cm>\d{{2}})|(?P<n>\d{{1,4}}(?:\.\d{{1,6}})?)|(?P<min>\d{{1,4}})分")
_SEPARATOR = r"[×xX*✕・,、/]"
_DAYS = r"(?:1?週(?:間)?(?:に|あたり|当たり)?)?(?P<days>[1-7])(?:日|回)(?:間|勤務)?"
_TIMES = re.compile(rf"(?:1日(?:あたり|当たり|に|の|実働|:)*)?(?P<time>[\d.:時間分半hH]+?)(?:勤務)?{_SEPARATOR}{_DAYS}")
_TURNED = re.compile(rf"{_DAYS}{_SEPARATOR}(?:1日(?:あたり|当たり|に|の|実働|:)*)?(?P<time>[\d.:時間分半hH]+?)(?:勤務)?")
_COUNT = re.compile(rf"(?P<time>[\d.:時間分半hH]+?){_SEPARATOR}(?P<days>[1-7])")


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
    one = hours_of(match["time"])
    return None if one is None or one > 24 else one * int(match["days"])


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
    if isinstance(value, (int, float)):
        return _bounded(field, typed, value, example)
    text = re.sub(r"\s+", "", re.sub(r"(?<=\d)\s+(?=\d)", "_", value))
    weekly = field.name == "weekly_hours"
    whole_text = (_TAIL_WEEK if weekly else _TAIL_UNIT).sub("", text)
    core = (_WEEK if weekly else _UNIT).sub("", whole_text)
    other = "" if weekly else _other_unit(text, context)
    if other:
        message = Message(f"「{clip(typed)}」の単位が、報酬の単位「{other}」と合いません。", how="どちらが正しいかご確認ください。")
        return refuse("TXT-001", typed, message, example=example)
    found = hours_of(core)
    if found is None and weekly:
        found = _product(whole_text) or (None if text.startswith(("週", "1週")) else _product(core))
        outer = re.fullmatch(r"(?P<whole>[^()]+)\((?P<inner>[^()]+)\)", core)
        if outer and found is None and re.fullmatch(_DAYS, outer["inner"]):
            per_day = re.fullmatch(r"1日(?:あたり|当たり|に|の|実働)*(?P<time>.+)", outer["whole"])
            found = _product(f"{per_day['time']}×{outer['inner']}") if per_day else hours_of(outer["whole"])
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
        return _refuse(field, typed, core, example)
    return _bounded(field, typed, as_number(found), example)


def _bounded(field: Field, typed: Any, value: int | float, example: str) -> Read:
    most = 10_000 if field.name == "weekly_hours" else field.maximum
    if value < 0 or (most is not None and value > most):
        return refuse(
            "TYPE-001",
            typed,
            Message(f"「{field.label}」は時間の数で入力してください。", why=f"「{clip(typed)}」はあり得ない大きさです。"),
            example=example,
        )
    if not isinstance(typed, str):
        return Read(round(value, 4) if isinstance(value, float) else value)
    if typed.strip() == str(value):
        return Read(value)
    return fixed("TXT-001", value, Message(f"「{clip(typed)}」を{value}時間と読み取りました。"), example=str(value))


def _refuse(field: Field, typed: Any, core: str, example: str) -> Read:
    numbers = tuple(dict.fromkeys(as_number(Fraction(n)) for n in re.findall(r"\d{1,3}(?:\.\d{1,2})?", core)))[:2]
    hint = (
        "1週間の時間を1つの数で入力してください（シフト制は平均）。"
        if field.name == "weekly_hours"
        else "1単位（1日・1回・1か月）の時間を1つの数で入力してください。"
    )
    message = Message(f"「{clip(typed)}」からは時間が1つに決まりません。", why=f"{hint}38時間45分は38.75です。")
    return refuse("TXT-001", typed, message, example=example, choices=numbers if len(numbers) > 1 else ())
