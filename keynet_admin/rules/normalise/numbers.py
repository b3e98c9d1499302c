"""Normalisers of counts, minutes and digits. Amounts of money are in `normalise_money.py`, hours in `normalise_hours.py`.

A certain number is understood (`１５名` → 15); about-words, ranges and numbers in kanji are refused with a hint.
"""

import math
import re
from typing import Any

from keynet_admin.catalogue import Field, posting_field
from keynet_admin.rules.engine.result import Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.text import not_text

RANGE = "(?:~|-|ー|から|→|至|ないし|乃至|もしくは|または|又は|or)"
KANJI = re.compile("[〇零一二三四五六七八九十百千万拾壱弐参]+")
_DIGITS = {"〇": 0, "零": 0, "一": 1, "壱": 1, "二": 2, "弐": 2, "三": 3, "参": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_TENS = {"十": 10, "拾": 10, "百": 100, "千": 1000}


def from_kanji(text: str) -> int | None:
    """Value of a number in kanji (千五百 → 1500), None when it is not one. For hints only: such input is not taken over."""
    if not text or not KANJI.fullmatch(text):
        return None
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char]
        elif char in _TENS:
            section += (digit or 1) * _TENS[char]
            digit = 0
        else:
            total += (section + digit or 1) * 10000
            section = digit = 0
    return total + section + digit


def commas(text: str) -> str | None:
    """Digits without their commas; None when the commas do not stand before groups of three (`1,29`)."""
    if "," not in text:
        return text
    return text.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+", text) else None


def numeric(field: Field, typed: Any) -> int | float | str | Read:
    """A JSON number as it is, a text squeezed to half-width; other types and text that is no text are refused."""
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        return wrong_type(typed, "半角数字", "15")
    if isinstance(typed, float) and not math.isfinite(typed):
        return wrong_type(str(typed), "半角数字", "15")
    if isinstance(typed, float) and typed.is_integer():
        return int(typed)
    if isinstance(typed, str):
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
        return ch.squeeze(typed)
    return typed


def is_same(typed: Any, value: Any) -> bool:
    """True when nothing but the JSON type or white space at the ends changed."""
    return not isinstance(typed, str) or typed.strip() == str(value)


def understood(_field: Field, typed: Any, value: Any, shown: str) -> Read:
    """An understood number, with the remark TXT-001 when it was typed in another way."""
    if is_same(typed, value):
        return Read(value)
    return fixed("TXT-001", value, Message(f"「{clip(typed)}」を{shown}と読み取りました。"), example=str(value))


def in_range(field: Field, typed: Any, value: int | float, shown: str) -> Read:
    """An understood number, refused when it is outside the field's bounds."""
    low, high = field.minimum, field.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return refuse(
            "TYPE-001",
            typed,
            Message(f"「{field.label}」は{low}から{high}までの数で入力してください。", why=f"今は{clip(value)}です。"),
            example=str(low),
        )
    return understood(field, typed, value, shown)


_HEAD_PREFIX = re.compile(r"^(?:募集人[員数]|採用人数|採用予定(?:人数|数)?|人数|定員|合計|計|全)\s*[::]?\s*")
_HEAD_UNIT = re.compile(r"\s*(?:名|人|名様|人員|名募集|人募集)\s*$")


_JOB_LABELS = tuple(
    sorted(
        (label for c in posting_field("job_type").choices for label in (c.label, *c.aliases) if c.slug != "other"), key=len, reverse=True
    )
)
_JOB_IN_FRONT = re.compile(rf"^\(?({'|'.join(_JOB_LABELS)})\)?\s*[::]?\s*(?=\d)")


def _without_job(text: str, job: Any) -> str:
    """`看護師15名` without the job when that is the posting's own (or none is given yet)."""
    match = _JOB_IN_FRONT.match(text)
    if match is None:
        return text
    slugs = {c.slug for c in posting_field("job_type").choices if isinstance(job, str) and job.strip() in (c.slug, c.label, *c.aliases)}
    own = {c.slug for c in posting_field("job_type").choices if match[1] in (c.label, *c.aliases)}
    return text[match.end() :] if not job or slugs == own else text


def read_headcount(field: Field, typed: Any, context: Context) -> Read:
    """How many people are wanted. About-words, ranges, two numbers and 若干名 are refused (JOB-002); the bounds are that rule's check."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    example = "15"
    if isinstance(value, float):
        return refuse(
            "JOB-002",
            typed,
            Message("募集人数は1から999までの整数です。", why=f"「{clip(typed)}」のような小数は使えません。"),
            example=example,
        )
    if isinstance(value, int):
        return _bounded_int(field, typed, value)
    text = _HEAD_UNIT.sub("", _without_job(_HEAD_PREFIX.sub("", value), context.record.get("job_type")))
    if re.fullmatch(r"\d{1,9}|\d{1,3}(?:,\d{3})+", text, re.ASCII):
        number = int(text.replace(",", ""))
        return understood(field, typed, number, f"{number}名")
    if re.fullmatch(r"\d{1,6}\.0", text, re.ASCII):
        return understood(field, typed, int(text[:-2]), f"{text[:-2]}名")
    numbers = [int(found) for found in re.findall(r"\d{1,6}", text)]
    if len(numbers) > 1:
        choices = tuple(dict.fromkeys(numbers)) if re.fullmatch(rf"\d+\s*(?:名|人)?\s*{RANGE}\s*\d+", text) else ()
        message = Message(
            f"「{clip(typed)}」からは人数が1つに決まりません。",
            how=("募集する人数を1つの半角数字で入力してください。職種や時期で分かれる場合は、募集を分けてください。"),
        )
        return refuse("JOB-002", typed, message, example=example, choices=choices)
    if len(numbers) == 1:
        message = Message(
            f"「{clip(typed)}」のような目安や範囲では、充足したか判断できません。", how="募集する人数を半角数字で入力してください。"
        )
        return refuse("JOB-002", typed, message, example=str(numbers[0]), choices=(numbers[0],))
    kanji = from_kanji(text)
    if kanji:
        message = Message(f"「{clip(typed)}」は漢数字です。", how="半角数字で入力してください。")
        return refuse("JOB-002", typed, message, example=str(kanji), choices=(kanji,))
    message = Message(
        f"募集人数は「{clip(typed)}」ではなく、半角数字で入力してください。",
        why="応募する方の目安になり、充足したときに募集を閉じるためにも使います。",
    )
    return refuse("JOB-002", typed, message, example=example)


def _bounded_int(field: Field, typed: Any, value: int) -> Read:
    if abs(value) > 10**9:
        return refuse("TYPE-001", typed, Message(f"「{field.label}」の数が大きすぎます。", how="桁をご確認ください。"), example="15")
    return Read(value)


_NONE = frozenset({"なし", "無し", "無", "休憩なし", "休憩無し", "ナシ", "休憩時間なし", "なし(0分)"})
_DURATION = re.compile(r"(?:(\d{1,2}(?:\.\d{1,2})?)\s*(?:時間|h|hr|hour|hours)(半)?)?\s*(?:(\d{1,3})\s*(?:分間?|m|min|mins)?)?")
_SPAN = re.compile(r"(\d{1,2})(?::|時)(\d{2})?分?\s*(?:~|-|から)\s*(\d{1,2})(?::|時)(\d{2})?分?(?:まで)?")


def duration_minutes(text: str) -> int | None:
    """Minutes of `60分`, `1時間30分`, `1.5時間`, `1時間半`, `0:45`; None when it is not such a text."""
    clock = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text, re.ASCII)
    if clock:
        return int(clock[1]) * 60 + int(clock[2])
    match = _DURATION.fullmatch(text.lower())
    if not match or not text or (match[1] is None and match[3] is None):
        return None
    if match[1] is not None and match[3] is not None and int(match[3]) >= 60:
        return None
    if match[1] is not None and "." in match[1] and (match[2] or match[3]):
        return None
    minutes = float(match[1] or 0) * 60 + (30 if match[2] else 0) + int(match[3] or 0)
    return int(minutes) if minutes == int(minutes) else None


def read_break(field: Field, typed: Any, _context: Context) -> Read:
    """Minutes of break: `60分`, `1時間`, `なし` (0), `12:00～13:00` (60)."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    if isinstance(value, str):
        text = re.sub(r"^休憩(?:時間)?\s*[::]?\s*", "", value)
        minutes: int | None = 0 if value in _NONE or text in _NONE else duration_minutes(text)
        span = _SPAN.fullmatch(text)
        if span:
            start, end = (int(span[i]) * 60 + int(span[i + 1] or 0) for i in (1, 3))
            minutes = end - start if 0 < end - start <= 240 and end <= 1440 else None
        if minutes is None:
            message = Message(
                f"休憩時間「{clip(typed)}」を読み取れません。",
                how=("分の数を半角数字で入力してください。休憩がない場合は0と入力してください。"),
            )
            return refuse("TXT-001", typed, message, example="60")
        return in_range(field, typed, minutes, f"{minutes}分")
    if isinstance(value, float):
        return refuse("TXT-001", typed, Message("休憩時間は分の数を整数で入力してください。"), example="45")
    return in_range(field, typed, value, f"{value}分")


_INT_PREFIX = re.compile(r"^(?:1(?:か|ヶ|ケ|ヵ|カ|箇)月(?:当たり|あたり|につき|平均|に)?|月間?(?:平均|当たり|あたり|に)?|平均)\s*")
_ROUGH = re.compile(r"^(?:約|およそ|おおよそ|概ね|おおむね)\s*|\s*(?:程度|ほど|くらい|ぐらい|前後)$")


def read_int(field: Field, typed: Any, _context: Context) -> Read:
    """A whole number with the field's unit. Only 月平均時間外 may be rough: its help text asks for about how many hours."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    example = str(field.minimum or 5)
    if isinstance(value, int):
        return in_range(field, typed, value, str(value)) if abs(value) < 10**9 else _bounded_int(field, typed, value)
    if isinstance(value, str):
        text = _INT_PREFIX.sub("", value)
        if field.name == "overtime_hours":
            text = _INT_PREFIX.sub("", _ROUGH.sub("", _ROUGH.sub("", text)))
        if field.unit == "時間":
            text = re.sub(r"\s*(?:時間|h|H)(?:/月)?$", "", text)
        elif field.unit:
            text = re.sub(rf"\s*{field.unit}$", "", text)
        if re.fullmatch(r"\d{1,9}(?:\.0+)?", text, re.ASCII):
            number = int(text.split(".")[0])
            return in_range(field, typed, number, f"{number}{field.unit}")
        numbers = tuple(dict.fromkeys(int(found) for found in re.findall(r"(?<![\d.])\d{1,6}(?![\d.])", text)))
        kanji = from_kanji(text)
        message = Message(f"「{field.label}」の「{clip(typed)}」を読み取れません。", how="1つの整数を半角数字で入力してください。")
        return refuse("TXT-001", typed, message, example=example, choices=(kanji,) if kanji else numbers[:2])
    choices = (math.floor(value), math.ceil(value)) if abs(value) < 10**6 else ()
    return refuse(
        "TXT-001",
        typed,
        Message(f"「{field.label}」は整数で入力してください。", why=f"「{clip(typed)}」のような小数は使えません。"),
        example=example,
        choices=choices,
    )


def read_digits(field: Field, typed: Any, _context: Context) -> Read:
    """Digits kept as text (an extension): `内線２０５` → `205`, a leading zero stays."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    text = str(value) if isinstance(value, (int, float)) else value
    text = re.sub(r"^(?:内線(?:番号)?|ext\.?|Ext\.?|EXT\.?)\s*[::]?\s*", "", text)
    text = re.sub(r"\s*番?$", "", text).strip("()")
    if not re.fullmatch(r"\d+", text, re.ASCII):
        message = Message(
            f"「{field.label}」は数字だけを入力してください。",
            why=f"「{clip(typed)}」は読み取れません。",
            how="番号が2つある場合は1つだけ入力してください。",
        )
        return refuse("TXT-001", typed, message, example="205")
    if field.max_length is not None and len(text) > field.max_length:
        message = Message(f"「{field.label}」は{field.max_length}桁までです。", why=f"今は{len(text)}桁です。")
        return Read(text, True, (Note("TXT-011", Level.ERROR, message, "205"),))
    return understood(field, typed, text, text)
