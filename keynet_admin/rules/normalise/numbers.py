"""Normalisers of counts, minutes and digits. Amounts of money are in `normalise_money.py`, hours in `normalise_hours.py`.

A certain number is understood (`１５名` → 15); about-words, ranges and numbers in kanji are refused with a hint.
"""

import math
import re
import unicodedata
from typing import Any

from keynet_admin.catalogue import Field, posting_field
from keynet_admin.rules.engine.result import Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.choices import slug_of
from keynet_admin.rules.normalise.text import not_text

RANGE = "(?:~|-|ー|から|→|至|ないし|乃至|もしくは|または|又は|or)"
_DIGITS = {
    kanji: digit
    for digit, both in enumerate(("〇零", "一壱壹", "二弐貳", "三参參", "四", "五伍", "六", "七", "八", "九"))
    for kanji in both
}
_TENS = {"十": 10, "拾": 10, "百": 100, "千": 1000, "阡": 1000}
_MAN = "万萬"
KANJI = re.compile(f"[{''.join((*_DIGITS, *_TENS, _MAN))}]+")
_D = f"[{''.join(_DIGITS)}]"
_BELOW_MAN = f"(?:{_D}?[千阡])?(?:{_D}?百)?(?:{_D}?[十拾])?{_D}?"
_WHOLE = re.compile(f"{_D}+|(?:{_BELOW_MAN}[{_MAN}])?{_BELOW_MAN}")


def from_kanji(text: str) -> int | None:
    """Value of a well-formed number in kanji (千五百 → 1500, 二〇二一 → 2021, 壱万参千 → 13000), None when it is not one."""
    if not text or not _WHOLE.fullmatch(text):
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


def typed_count(text: object, most: int) -> int | None:
    """A whole number from 0 to `most` as people type it into a form of the program's own (`２`, `1,200`, `2名`); None when it is none.

    For fields of the catalogue there are the normalisers below, which know more spellings and say what they changed.
    """
    plain = commas(re.sub(r"\s*[名人件日回]$", "", unicodedata.normalize("NFKC", str(text or "")).strip()))
    number = int(plain) if plain and plain.isascii() and plain.isdigit() and len(plain) < 10 else None
    return number if number is not None and number <= most else None


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
_HEAD_UNIT = re.compile(r"\s*(?:名|人|名様|人員|名募集|人募集|\(名\)|\(人\))\s*$")
_IN_BRACKETS = re.compile(r"[【「『〔《\[(](.*[^\d,.\s].*)[】」』〕》\])]|[【「『〔《\[](.*)[】」』〕》\]]")


_JOB_LABELS = tuple(
    sorted(
        (label for c in posting_field("job_type").choices for label in (c.label, *c.aliases) if c.slug != "other"), key=len, reverse=True
    )
)
_JOB_IN_FRONT = re.compile(rf"^\(?({'|'.join(_JOB_LABELS)})\)?\s*[::]?\s*(?=\d)")


def without_job(text: str, job: Any) -> str:
    """`看護師15名` without the job when that is the posting's own (or none is given yet)."""
    match = _JOB_IN_FRONT.match(text)
    if match is None:
        return text
    field = posting_field("job_type")
    own = slug_of(field, job) if isinstance(job, str) else None
    return text[match.end() :] if not job or own == slug_of(field, match[1]) else text


def unwrapped(text: str) -> str:
    """`【15名】` without its brackets; a bare number in round ones may be negative or an item's number and keeps them."""
    match = _IN_BRACKETS.fullmatch(text)
    return text if match is None or re.search(r"[()【】]", match[1] or match[2]) else (match[1] or match[2]).strip()


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
    text = _HEAD_UNIT.sub("", without_job(_HEAD_PREFIX.sub("", unwrapped(value)), context.record.get("job_type")))
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


_NONE = frozenset({"なし", "無し", "無", "ナシ", "なし(0分)", "無(0分)", "無し(0分)", "とらない", "取らない"})
_BREAK_WORDS = re.compile(
    r"^(?:うち|内|途中)?(?:昼)?(?:休憩|昼休み)(?:時間)?(?:は|が)?\s*:?\s*|^(?:あり|有り?)(?=[\d(])|(?:の?(?:昼)?休憩|昼休み)?(?:です|あり|有り?)?$"
)
_DURATION = re.compile(r"(?:(\d{1,2}(?:\.\d{1,2})?)\s*(?:時間|h|hr|hour|hours)(半)?)?\s*(?:(\d{1,3})\s*(分間?|m|min|mins)?)?")
_SPAN = re.compile(r"(\d{1,2})(?::|時)(\d{2})?分?\s*(?:~|-|から)\s*(\d{1,2})(?::|時)(\d{2})?分?(?:まで)?")


def duration_minutes(text: str) -> int | None:
    """Minutes of `60分`, `1時間30分`, `1.5時間`, `1時間半`, `0:45`; None when it is not such a text."""
    clock = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::00)?", text, re.ASCII)
    if clock:
        return int(clock[1]) * 60 + int(clock[2])
    match = _DURATION.fullmatch(text.lower())
    if not match or not text or (match[1] is None and match[3] is None):
        return None
    if match[1] is not None and match[3] is not None and (int(match[3]) >= 60 or (len(match[3]) == 1 and not match[4])):
        return None
    if match[1] is not None and "." in match[1] and (match[2] or match[3]):
        return None
    minutes = float(match[1] or 0) * 60 + (30 if match[2] else 0) + int(match[3] or 0)
    return int(minutes) if minutes == int(minutes) else None


def read_break(field: Field, typed: Any, _context: Context) -> Read:
    """Minutes of break: `60分`, `1時間`, `なし` (0), `うち休憩60分`, `12:00～13:00` (60). One to four minutes are nobody's break."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    if isinstance(value, int):
        return _minutes_of_break(field, typed, value)
    if isinstance(value, float):
        return _refuse_break(typed, _of_day_or_hours(value))
    text = unwrapped(_BREAK_WORDS.sub("", _BREAK_WORDS.sub("", unwrapped(value)))) if value not in _NONE else value
    parts = [text] if text in _NONE else re.split(r"[()]", text)
    lengths = {part: break_minutes(part) for part in parts if part}
    found = set(lengths.values())
    if len(found) == 1 and None not in found:
        return _minutes_of_break(field, typed, found.pop() or 0)
    number = re.fullmatch(r"\d{1,2}\.\d{1,17}", text, re.ASCII)
    wrong = re.fullmatch(r"0:(\d{2,3})", text)
    offers = _of_day_or_hours(float(text)) if number else (int(wrong[1]),) if wrong else ()
    return _refuse_break(typed, _fitting(field, offers or tuple(dict.fromkeys(length for length in lengths.values() if length))))


def break_minutes(text: str) -> int | None:
    """Minutes of one length (`60分`, `1時間`, `なし`) or of a stretch of the day (`12:00～13:00`, four hours at most), else None."""
    if text in _NONE:
        return 0
    span = _SPAN.fullmatch(text)
    if span is None:
        return duration_minutes(text)
    start, end = (int(span[i]) * 60 + int(span[i + 1] or 0) for i in (1, 3))
    return end - start if 0 < end - start <= 240 and end <= 1440 else None


def _of_day_or_hours(value: float) -> tuple[int, ...]:
    """Minutes that a fraction may mean: of a day as spreadsheets store a time (0.0416… is 60), else of hours (1.5 is 90)."""
    minutes = value * (1440 if value < 0.25 else 60)
    return (round(minutes),) if 5 <= minutes <= 240 and abs(minutes - round(minutes)) < 0.01 else ()


def _minutes_of_break(field: Field, typed: Any, minutes: int) -> Read:
    if 0 < minutes < 5:
        message = Message(
            f"休憩時間「{clip(typed)}」は{minutes}分と{minutes}時間のどちらか分かりません。", how="分の数を入力してください。"
        )
        return refuse("TXT-001", typed, message, example="60", choices=(minutes * 60,))
    return in_range(field, typed, minutes, f"{minutes}分")


def _refuse_break(typed: Any, choices: tuple[int, ...]) -> Read:
    message = Message(
        f"休憩時間「{clip(typed)}」を読み取れません。", how="分の数を半角数字で入力してください。休憩がない場合は0と入力してください。"
    )
    return refuse("TXT-001", typed, message, example="60", choices=choices[:4])


_INT_PREFIX = re.compile(
    r"^\(?(?:1(?:か|ヶ|ケ|ヵ|カ|箇)月(?:当たり|あたり|につき|平均|に)?|毎月|月間?(?:平均|当たり|あたり|に)?|平均)\)?\s*:?\s*"
)
_ROUGH = re.compile(r"^(?:約|およそ|おおよそ|概ね|おおむね)\s*|\s*(?:程度|ほど|くらい|ぐらい|前後)$")


def read_int(field: Field, typed: Any, _context: Context) -> Read:
    """A whole number with the field's unit. Only 月平均時間外 may be rough: its help text asks for about how many hours."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    example = str(field.minimum or 5)
    if isinstance(value, int):
        return in_range(field, typed, value, str(value)) if abs(value) <= 10**9 else _bounded_int(field, typed, value)
    if isinstance(value, str):
        text = _INT_PREFIX.sub("", unwrapped(value).replace("【", "(").replace("】", ")"))
        if field.name == "overtime_hours":
            text = _INT_PREFIX.sub("", _ROUGH.sub("", _ROUGH.sub("", text)))
        if field.unit == "時間":
            text = re.sub(r"\s*(?:時間|h|H)(?:0{1,2}分|分)?(?:/月)?$", "", text)
        elif field.unit:
            text = re.sub(rf"\s*{field.unit}$", "", text)
        if re.fullmatch(r"\d{1,9}(?:\.0+)?", text, re.ASCII):
            number = int(text.split(".")[0])
            return in_range(field, typed, number, f"{number}{field.unit}")
        kanji = from_kanji(text)
        message = Message(f"「{field.label}」の「{clip(typed)}」を読み取れません。", how="1つの整数を半角数字で入力してください。")
        return refuse("TXT-001", typed, message, example=example, choices=_fitting(field, (kanji,) if kanji else _whole_offers(text)))
    choices = _fitting(field, (math.floor(value), math.ceil(value))) if abs(value) < 10**6 else ()
    return refuse(
        "TXT-001",
        typed,
        Message(f"「{field.label}」は整数で入力してください。", why=f"「{clip(typed)}」のような小数は使えません。"),
        example=example,
        choices=choices,
    )


def _fitting(field: Field, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers that the field can hold."""
    return tuple(n for n in numbers if (field.minimum or 0) <= n <= (n if field.maximum is None else field.maximum))


def _whole_offers(text: str) -> tuple[int, ...]:
    """The one number of a text, the ends of a range, the numbers beside a decimal; none where it counts by year, week or day."""
    numbers = re.findall(r"\d+(?:\.\d+)?", text)
    ranged = len(numbers) == 2 and re.search(rf"\d\s*(?:時間)?\s*{RANGE}\s*\d", text)
    if re.search("[年週日]|\\d月", text) or not (len(numbers) == 1 or ranged) or any(len(number) > 6 for number in numbers):
        return ()
    return tuple(dict.fromkeys(whole for number in numbers for whole in (math.floor(float(number)), math.ceil(float(number)))))


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
