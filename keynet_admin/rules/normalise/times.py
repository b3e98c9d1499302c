"""Normaliser of times of day and of a whole shift typed into one field."""

import re
from typing import Any, NamedTuple

from keynet_admin.catalogue import Field
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import NOTHING, Context, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.numbers import break_minutes, duration_minutes, from_kanji
from keynet_admin.rules.normalise.text import not_text

_KANJI_TIME = re.compile("[零〇一二三四五六七八九十]+(?=[時分])")
EXAMPLE = "13:30、午後1時30分"
_HALF = r"(?P<half>午前|午後|AM|PM|A\.M\.|P\.M\.|朝の?|夜の?|夕方の?|昼の?|深夜の?|未明の?|早朝の?)"
_CLOCK = r"(?P<h>\d{1,2})(?:[::](?P<m>\d{2})(?::00(?:\.0+)?)?分?|時(?:(?P<word>半)|(?P<m2>\d{2}|\d(?=分))分?)?)"
_TIME = re.compile(rf"(?P<next>翌(?:日|朝)?の?)?(?:{_HALF})?(?P<next2>翌(?:日|朝)?の?)?{_CLOCK}")
_AFTER = re.compile(r"(?P<h>\d{1,2}):(?P<m>\d{2})(?P<half>AM|PM|A\.M\.|P\.M\.)|(?P<h2>\d{1,2})(?P<half2>AM|PM)")
_BARE = re.compile(r"(?P<next>翌(?:日|朝)?)?(?P<h>\d{1,2})(?P<m>[0-5]\d)")
_NOON = re.compile(r"(?P<next>翌(?:日)?)?(?P<noon>正午|お昼の?12時|昼の?12時)")
_SPLIT = re.compile(r"[~]|から|→|-")
_MANY = re.compile(r"又は|または|もしくは|或いは|あるいは|及び|および|,|、|/|;|・|\bor\b|と")


class Clock(NamedTuple):
    """A time that was read: `HH:MM`, whether 翌 stood with it."""

    text: str
    next_day: bool


class Doubt(NamedTuple):
    """Why a time was not read: the rule, the message, readings to offer."""

    rule: str
    message: Message
    choices: tuple[str, ...] = ()


def read_clock(text: str, *, is_end: bool) -> Clock | Doubt | None:
    """One squeezed time without spaces. None: not a time at all."""
    noon = _NOON.fullmatch(text)
    if noon:
        return Clock("12:00", bool(noon["next"]))
    bare = _BARE.fullmatch(text)
    if bare and (len(text) >= 4 or bare["h"] != "0"):
        return _clock("", int(bare["h"]), int(bare["m"]), bool(bare["next"]), is_end)
    match = _TIME.fullmatch(text)
    if match:
        minutes = 30 if match["word"] else int(match["m"] or match["m2"] or 0)
        return _clock(match["half"] or "", int(match["h"]), minutes, bool(match["next"] or match["next2"]), is_end)
    after = _AFTER.fullmatch(text)
    if after:
        return _clock(after["half"] or after["half2"], int(after["h"] or after["h2"]), int(after["m"] or 0), False, is_end)
    return None


def _clock(half: str, hour: int, minute: int, next_day: bool, is_end: bool) -> Clock | Doubt:
    half = half.rstrip("の").replace(".", "")
    shown = f"{hour}時{minute}分" if minute else f"{hour}時"
    if minute > 59:
        return Doubt("DT-007", Message(f"{minute}分という時刻はありません。", why="分は0から59までです。"))
    if half in ("午前", "午後", "AM", "PM"):
        word = "午前" if half in ("午前", "AM") else "午後"
        if hour == 12:
            # 太政官布告337号 (1872) calls noon 午前12時 and midnight 午後12時; everyday use is the other way round.
            message = Message(
                f"「{word}{shown}」は昼か夜か分かりません。",
                how=f"「12:{minute:02}」または「午後0時{minute}分」（昼）、「午前0時{minute}分」（夜）と入力してください。",
            )
            return Doubt("DT-006", message, (f"12:{minute:02}", f"00:{minute:02}"))
        if word == "午前" and hour > 12:
            return Doubt(
                "DT-007",
                Message(f"「午前{shown}」という時刻はありません。", how="24時間表記で入力してください。"),
                (f"{hour:02}:{minute:02}",) if hour < 24 else (),
            )
        if word == "午後" and hour < 12:
            hour += 12
    elif half in ("夜", "夕方", "昼"):
        low, high = {"夜": (5, 11), "夕方": (3, 8), "昼": (1, 4)}[half]
        if low <= hour <= high:
            hour += 12
        elif not (hour >= 13 or (half == "昼" and 11 <= hour <= 12)):
            return Doubt("DT-006", Message(f"「{half}{shown}」は時刻がはっきりしません。", how="24時間表記で入力してください。"))
    elif half in ("朝", "深夜", "未明", "早朝") and hour > 11 and not (half == "深夜" and hour >= 22):
        return Doubt("DT-006", Message(f"「{half}{shown}」は時刻がはっきりしません。", how="24時間表記で入力してください。"))
    if hour == 24 and minute == 0 and is_end:
        return Clock("24:00", next_day)
    if hour >= 24:
        if is_end and hour < 30 and not next_day:
            reading = f"翌{hour - 24}:{minute:02}"
            return Doubt(
                "DT-007",
                Message(f"{hour}:{minute:02}という時刻はありません。", how=f"日をまたぐ場合は「{reading}」のように入力してください。"),
                (reading,),
            )
        return Doubt("DT-007", Message(f"{hour}:{minute:02}という時刻はありません。", why="時は0から23まで、24:00は終業にだけ使えます。"))
    return Clock(f"{hour:02}:{minute:02}", next_day)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


# 自8:30至17:15 is the official writing of a stretch.
_SELF = re.compile(r"^自(.+)至(.+)$")
_LABEL_OF = {
    "start": r"^自|^\(?(?:始業|開始|出勤)(?:の?時[刻間])?\)?:?|(?:始業|開始|出勤)$",
    "end": r"^至|^\(?(?:終業|終了|退勤)(?:の?時[刻間])?\)?:?|(?:終業|終了|退勤)$",
}
_BREAK = re.compile(r"\((?:うち|内)?(?:昼)?(?:休憩|昼休み)(?:時間)?:?([^()]+)\)$")


def read_time(field: Field, typed: Any, context: Context) -> Read:
    """A time as `HH:MM`; a whole range in the field 始業 fills 終業 when that is empty (DT-005), else it is refused."""
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        return wrong_type(typed, "時刻", EXAMPLE)
    if isinstance(typed, float):
        return _number(typed)
    if isinstance(typed, int):
        if not 100 <= typed <= 2400:
            return _number(typed)
        text = str(typed)
    else:
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
        text = re.sub(r" *\t *", "~", ch.squeeze(typed)) if ch.squeeze(typed).count("\t") == 1 else ch.squeeze(typed)
        text = re.sub(r"\s+", "", re.sub(r"(?<=\d)\s+(?=\d)", "_", text)).upper().replace("ー", "-")
    is_end = field.name == "end"
    text = _KANJI_TIME.sub(lambda m: m.group() if from_kanji(m.group()) is None else str(from_kanji(m.group())), text)
    text = _SELF.sub(r"\1~\2", re.sub(r"[【〔\[](.*?)[】〕\]]", r"(\1)", text))
    text = re.sub(r"(?:までの間|の間)$", "まで", text)
    text = re.sub(_LABEL_OF["end" if is_end else "start"], "", re.sub(r"^\(([^()]+)\)$", r"\1", text))
    half, other = _half_of_range(text, is_end)
    if half and not blank(context.record.get(other)):
        text = half
    found = read_clock(text, is_end=is_end)
    if isinstance(found, Doubt):
        return refuse(found.rule, typed, found.message.after(f"「{clip(typed)}」："), example=EXAMPLE, choices=found.choices)
    if isinstance(found, Clock):
        return _single(field, typed, found, is_end)
    return _range(field, typed, text, is_end, context) or _refuse(typed, text, is_end)


def _half_of_range(text: str, is_end: bool) -> tuple[str, str]:
    """The time of `8:30～` (始業) or `～17:15` (終業) and the field that must hold the other half; empty when it is not such a text."""
    if is_end:
        match = re.fullmatch(r"~?(.+?)(?:まで)?", text)
        return (match[1], "start") if match and match[1] != text else ("", "start")
    match = re.fullmatch(r"(.+?)(?:~|から|より)", text)
    return (match[1], "end") if match else ("", "end")


def _single(_field: Field, typed: Any, found: Clock, is_end: bool) -> Read:
    if found.next_day and not is_end:
        message = Message(
            f"「{clip(typed)}」：始業に「翌」は使えません。",
            how=("始業の日の時刻を入力してください。日をまたぐ場合は、終業に「翌」を付けてください。"),
        )
        return refuse("DT-007", typed, message, example=EXAMPLE, choices=(found.text,))
    also = {"end_next_day": True} if found.next_day else NOTHING
    same = isinstance(typed, str) and typed.strip().zfill(5) == found.text
    if same and not also:
        return Read(found.text)
    words = f"翌日の{found.text}" if found.next_day else found.text
    return fixed("DT-005", found.text, Message(f"「{clip(typed)}」を{words}と読み取りました。"), example=found.text, also=also)


def _range(_field: Field, typed: Any, text: str, is_end: bool, context: Context) -> Read | None:
    rest = _BREAK.search(text)
    minutes = break_minutes(rest[1]) if rest else None
    if rest and (minutes is None or is_end or not _fits(context.record.get("break"), minutes)):
        return None
    text = re.sub(r"[(_]", "", text[: rest.start()]) if rest else text
    parts = _SPLIT.split(re.sub(r"まで$", "", text))
    if len(parts) != 2:
        return None
    if re.fullmatch(rf"{_HALF}?\d{{1,2}}", parts[0]) and "時" in parts[1]:
        parts[0] += "時"  # 9～17時
    first, last = read_clock(parts[0], is_end=False), read_clock(parts[1], is_end=True)
    for side in (first, last):
        if isinstance(side, Doubt):
            return refuse(side.rule, typed, side.message.after(f"「{clip(typed)}」："), example="始業 13:00、終業 17:30")
    if not isinstance(first, Clock) or not isinstance(last, Clock) or first.next_day:
        return None
    words = f"{first.text}～{'翌' if last.next_day else ''}{last.text}"
    if _minutes(last.text) <= _minutes(first.text) and not last.next_day:
        message = Message(
            f"「{clip(typed)}」は終わりが始まりより前です。", how="日をまたぐ場合は「翌」を付け、午後の時刻は24時間表記で入力してください。"
        )
        later = f"{first.text}～翌{last.text}"
        half = _minutes(last.text) + 720
        noon = f"{first.text}～{half // 60:02}:{half % 60:02}"
        return refuse(
            "HOURS-001", typed, message, example="13:00～17:30", choices=(noon, later) if _minutes(first.text) < half < 1440 else (later,)
        )
    if is_end:
        message = Message(f"「{clip(typed)}」は時間帯です。", how="始業と終業の欄に分けて入力してください。")
        return refuse("DT-005", typed, message, example="始業 13:00、終業 17:30", choices=(last.text,))
    given = context.record.get("end")
    if not blank(given):
        known = read_clock(re.sub(r"\s+", "", ch.squeeze(given)).upper(), is_end=True) if isinstance(given, str) else None
        if not isinstance(known, Clock) or known.text != last.text:
            message = Message(
                f"「{clip(typed)}」は時間帯ですが、終業の欄に別の時刻「{clip(given)}」があります。",
                how="始業の欄には始業の時刻だけを入力してください。",
            )
            return refuse("DT-005", typed, message, example=first.text, choices=(first.text,))
    also: dict[str, Any] = {"end": last.text} | ({} if minutes is None else {"break": minutes})
    if last.next_day:
        also["end_next_day"] = True
    return fixed(
        "DT-005",
        first.text,
        Message(
            f"「{clip(typed)}」を始業{words.replace('～', '、終業')}{'' if minutes is None else f'、休憩{minutes}分'}と読み取りました。"
        ),
        example="13:00",
        also=also,
    )


def _fits(given: Any, minutes: int) -> bool:
    """True when the field for the break is empty or says the same."""
    return blank(given) or given == minutes or (isinstance(given, str) and duration_minutes(ch.squeeze(given)) == minutes)


def _number(typed: int | float) -> Read:
    choices: tuple[str, ...] = ()
    if isinstance(typed, float):
        choices = _of_day(typed) if typed < 1 or typed > 30000 else _doubtful(f"{typed:g}")
    elif 0 < typed < 24:
        choices = (f"{typed:02}:00",)
    how = f"{choices[0]} の意味と思われます。時と分を入力してください。" if choices else "時と分を入力してください。"
    return refuse("DT-005", typed, Message(f"「{clip(typed)}」は時刻として読み取れません。", how=how), example=EXAMPLE, choices=choices)


def _of_day(value: float) -> tuple[str, ...]:
    """The time that a fraction of a day means, as spreadsheets store one."""
    minutes = round(value % 1 * 1440)
    return (f"{minutes // 60:02}:{minutes % 60:02}",) if 0 < value < 80000 and 0 < minutes < 1440 else ()


def _doubtful(text: str) -> tuple[str, ...]:
    """Readings of a time whose minutes have one digit (9:5), whose sign is another (8.30, 13;00) or that is a number of a spreadsheet."""
    if re.fullmatch(r"(?:0?|\d{5})\.\d{3,17}", text, re.ASCII):
        return _of_day(float(text))
    dated = re.fullmatch(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[T_]?(\d{1,2}:\d{2})(?::00)?", text)
    glued = re.fullmatch(r"(\d{1,2}:\d{2})(\d{1,2}:\d{2})", text)
    if glued and all(isinstance(read_clock(side, is_end=False), Clock) for side in glued.groups()):
        return (f"{glued[1]}～{glued[2]}",)
    found = re.fullmatch(r"(\d{1,2})(?:(\D)(\d{1,2})分?)?", dated[1] if dated else text)
    if found is None or int(found[1]) > 23 or int(found[3] or 0) > 59:
        return ()
    hour, sign, minutes = int(found[1]), found[2], found[3] or "00"
    if sign in ("-", "~") and hour < int(minutes) <= 24:
        return (f"{hour:02}:00～{int(minutes):02}:00",)
    if sign == "~":
        return ()
    if len(minutes) == 2:
        return (f"{hour:02}:{minutes}",)
    readings = (int(minutes) * 6, int(minutes) * 10) if sign == "." else (int(minutes), int(minutes) * 10)
    return tuple(dict.fromkeys(f"{hour:02}:{m:02}" for m in readings if m < 60))


def _refuse(typed: Any, text: str, is_end: bool) -> Read:
    choices = _doubtful(text)
    if choices:
        meant = f"{choices[0]} の意味と思われます。" if len(choices) == 1 else ""
        how = f"{meant}「8:30」または「8時30分」のように入力してください。"
        message = Message(f"「{clip(typed)}」は時刻としてはっきりしません。", how=how)
        return refuse("DT-005", typed, message, example=EXAMPLE, choices=choices)
    if _half_of_range(text, is_end)[0]:
        message = Message(f"「{clip(typed)}」は時間帯の片方だけです。", how="始業と終業の両方を入力してください。")
        return refuse("DT-005", typed, message, example="始業 13:00、終業 17:30")
    two = [read_clock(part, is_end=False) for part in re.split("_", text)] if not is_end else []
    if len(two) == 2 and all(isinstance(side, Clock) for side in two):
        message = Message(f"「{clip(typed)}」には時刻が2つあります。", how="始業と終業の欄に分けて入力してください。")
        return refuse("DT-005", typed, message, example="始業 13:00、終業 17:30", choices=(text.replace("_", "～"),))
    if len(_SPLIT.split(text)) > 2 or _MANY.search(text):
        message = Message(f"「{clip(typed)}」には時間帯が2つ以上あります。", how="勤務時間帯の行を分けて入力してください。")
        return refuse("DT-005", typed, message, example="始業 13:00、終業 17:30")
    about = re.fullmatch(r"(?:約|およそ|概ね)?(.+?)(?:頃|ごろ|程度|前後)?(?:\([^()]*\))?", text)
    guess = read_clock(about[1], is_end=is_end) if about else None
    if isinstance(guess, Clock) and not guess.next_day:
        message = Message(f"「{clip(typed)}」には時刻以外の言葉があります。", how="時刻だけを入力してください。")
        return refuse("DT-005", typed, message, example=EXAMPLE, choices=(guess.text,))
    message = Message(
        f"「{clip(typed)}」は時刻として読み取れません。",
        how=("24時間表記で入力してください。シフトで変わる場合は、時間帯ごとに行を分けてください。"),
    )
    return refuse("DT-005", typed, message, example=EXAMPLE)
