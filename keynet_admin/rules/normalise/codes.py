"""Normalisers of codes: 全国地方公共団体コード and the municipality of the workplace.

Source of the code's build: 総務省「全国地方公共団体コード仕様」(S60).
"""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from keynet_admin.catalogue import Field
from keynet_admin.catalogue import reference as ref
from keynet_admin.catalogue.folding import unify_ideographs
from keynet_admin.rules.engine.result import Context, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.text import not_text

EXAMPLE = "452068"
_SIX = re.compile(r"\d{6}", re.ASCII).fullmatch


def check_digit_holds(code: str) -> bool:
    """True when the sixth digit is the check digit of the first five."""
    return ref.check_digit(code[:5]) == code[5]


def _plain(typed: Any) -> str | None:
    """Digits of a typed code; `131016.0` of a spreadsheet loses its `.0`. None when it is no run of digits."""
    if isinstance(typed, bool):
        return None
    if isinstance(typed, float):
        return str(int(typed)) if typed.is_integer() and 0 <= typed < 10**9 else None
    if isinstance(typed, int):
        return str(typed) if 0 <= typed < 10**9 else None
    text = re.sub(r"\s+", "", ch.squeeze(typed)).strip("'\"")
    text = re.sub(r"\.0+$", "", text)
    text = re.sub(r"^(\d{5})-(\d)$", r"\1\2", text)
    return text if re.fullmatch(r"\d+", text, re.ASCII) else None


def _name(code: str) -> str:
    body = ref.municipality(code)
    return f"{body.name} {code}" if body else code


def five_digit_readings(digits: str, on: date) -> list[str]:
    """The codes that five digits may stand for: without check digit, or with the leading 0 lost (ORG-002). Existing ones only."""
    without = digits + ref.check_digit(digits)
    lost = "0" + digits
    found = []
    for code in dict.fromkeys((without, lost)):
        body = ref.municipality(code)
        if check_digit_holds(code) and body is not None and body.exists_on(on):
            found.append(code)
    return found


def _of_four(digits: str, on: date) -> tuple[str, ...]:
    """Four digits may have lost the leading 0 and the check digit; that reading is offered, never taken."""
    if len(digits) != 4:
        return ()
    code = f"0{digits}" + ref.check_digit(f"0{digits}")
    body = ref.municipality(code)
    return (code,) if body is not None and body.exists_on(on) else ()


@lru_cache(maxsize=4096)
def _completed(digits: str, on: date) -> str | None:
    if len(digits) == 6:
        return digits
    if len(digits) == 5:
        found = five_digit_readings(digits, on)
        return found[0] if len(found) == 1 else None
    return None


def read_lg_code_value(typed: Any, on: date) -> str | None:
    """The six digits of a typed code when it is certain and its check digit holds, else None."""
    if type(typed) is str and _SIX(typed) is not None:
        return typed if check_digit_holds(typed) else None
    if not isinstance(typed, (str, int, float)) or (isinstance(typed, str) and len(typed) > 40):
        return None
    digits = _plain(typed)
    code = _completed(digits, on) if digits else None
    return code if code is not None and check_digit_holds(code) else None


def read_lg_code(field: Field, typed: Any, context: Context) -> Read:
    """Six digits. Five are completed when exactly one body fits (ORG-002); a wrong check digit is refused (ORG-001)."""
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        return wrong_type(typed, "6桁の数字", EXAMPLE)
    if isinstance(typed, str):
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
    digits = _plain(typed)
    if digits is None or len(digits) not in (5, 6):
        length = f"{len(digits)}桁の" if digits else ""
        message = Message(
            "団体コードは6桁の数字です。",
            why=f"「{clip(typed)}」は{length}値で、どの団体か決まりません。",
            how="総務省の一覧にある6桁のコードを、先頭の0も含めて入力してください。",
        )
        return refuse("ORG-001", typed, message, example=EXAMPLE, choices=_of_four(digits or "", context.on))
    if len(digits) == 5:
        found = five_digit_readings(digits, context.on)
        if len(found) == 1:
            words = _name(found[0])
            how = "検査数字を補い" if found[0].startswith(digits) else "先頭の0を補い"
            return fixed(
                "ORG-002",
                found[0],
                Message(f"「{clip(typed)}」は{how}、「{words}」と読み取りました。", how="団体名をご確認ください。"),
                example=found[0],
            )
        if found:
            names = "」と「".join(_name(code) for code in found)
            message = Message(f"「{clip(typed)}」は「{names}」の2通りに読めます。", how="6桁のコードを入力してください。")
            return refuse("ORG-002", typed, message, example=found[0], choices=tuple(found))
        message = Message(f"5桁の「{clip(typed)}」に当てはまる団体がありません。", how="6桁のコードを先頭の0も含めて入力してください。")
        return refuse("ORG-002", typed, message, example=EXAMPLE)
    if not check_digit_holds(digits):
        right = digits[:5] + ref.check_digit(digits[:5])
        body = ref.municipality(right)
        hint = f"上5桁が正しければ「{_name(right)}」です。" if body else ""
        message = Message(f"団体コード「{digits}」は検査数字（6桁目）が合いません。", how=f"{hint}入力の誤りがないかご確認ください。")
        return refuse("ORG-001", typed, message, example=right if body else EXAMPLE, choices=(right,) if body else ())
    if isinstance(typed, str) and typed.strip() == digits:
        return Read(digits)
    if not isinstance(typed, str):
        return Read(digits)
    return fixed("TXT-001", digits, Message(f"「{clip(typed)}」を{digits}と読み取りました。"), example=digits)


_PREFIXES = tuple(p.name for p in ref.prefectures())


def read_municipality(field: Field, typed: Any, context: Context) -> Read:
    """The workplace's municipality as its six digits: a code, a name, with or without prefecture and county.

    A name that several prefectures know is the body's own prefecture's; without one there it is refused with choices.
    """
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        return wrong_type(typed, "市区町村名", "日向市")
    if isinstance(typed, str):
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
    digits = _plain(typed)
    if digits is not None:
        return _by_code(typed, digits, context)
    text = unify_ideographs(re.sub(r"\s+", "", ch.INVISIBLE.sub("", ch.widen_kana(str(typed)))))
    pref = ""
    for name in _PREFIXES:
        if text.startswith(name) and len(text) > len(name):
            pref, text = name, text[len(name) :]
            break
    text = re.sub(r"(?<=.[市町村区])役[場所]$|(?<=.[都道府県])庁$", "", text)
    found = ref.municipalities_named(text)
    found = [m for m in (*found, *(w for w in ref.wards_named(text) if w not in found)) if m.exists_on(context.on)]
    if pref:
        here = ref.prefecture_of_name()[pref].code
        found = [m for m in found if m.prefecture_code == here]
    found = _nearest(found, context)
    found = [m for m in found if m.kind != "prefecture"]
    if len(found) == 1:
        code = found[0].code6
        full = f"{_pref_name(code)}{found[0].county}{found[0].name}"
        if isinstance(typed, str) and typed.strip() == found[0].name:
            return Read(code)
        return fixed("ORG-006", code, Message(f"「{clip(typed)}」を「{full}」と読み取りました。"), example=found[0].name)
    if found:
        names = [f"{_pref_name(m.code6)}{m.county}{m.name}" for m in found]
        message = Message(
            f"「{clip(typed)}」は{'、'.join(names[:4])}にあります。", how="都道府県名を付けて入力するか、6桁のコードを入力してください。"
        )
        return refuse("CHOICE-001", typed, message, example=names[0], choices=tuple(m.code6 for m in found[:6]))
    message = Message(
        f"「{clip(typed)}」という市区町村は一覧にありません。", how="実際に勤務する市区町村の名前を1つ入力してください（郡名は省けます）。"
    )
    return refuse("CHOICE-001", typed, message, example="日向市", choices=_meant_places(text, context))


def _nearest(found: list[ref.Municipality], context: Context) -> list[ref.Municipality]:
    """Of several bodies of one name those of the sending city, else those of its prefecture, else all."""
    city = [m for m in found if context.body and context.body in (m.code6, m.parent_code6)]
    return city or [m for m in found if m.prefecture_code == context.pref] or found


_OWN = re.compile(r"(?:[本当同]?[市町村区]|庁|管)内(?:一円|全域|各所|各地)?|[本当同][市町村区]").fullmatch


def _meant_places(text: str, context: Context) -> tuple[str, ...]:
    """Codes that a refused place may mean: the sending body for 市内 and 本市, a body of its prefecture for 日向. Only offered."""
    own = ref.municipality(context.body)
    if own is not None and own.kind != "prefecture" and _OWN(text):
        return (own.code6,)
    near = [
        m
        for end in "市町村区"
        for m in ref.municipalities_named(text + end)
        if m.prefecture_code == context.pref and m.exists_on(context.on)
    ]
    return tuple(m.code6 for m in near[:3])


def _pref_name(code: str) -> str:
    found = ref.prefecture(code[:2])
    return found.name if found else ""


def _by_code(typed: Any, digits: str, context: Context) -> Read:
    codes = [digits] if len(digits) == 6 else five_digit_readings(digits, context.on) if len(digits) == 5 else []
    bodies = [b for b in map(ref.municipality, codes) if b is not None and b.exists_on(context.on) and b.kind != "prefecture"]
    if len(bodies) == 1:
        code = bodies[0].code6
        if not isinstance(typed, str) or typed.strip() == code:
            return Read(code)
        return fixed("ORG-002", code, Message(f"「{clip(typed)}」を「{_name(code)}」と読み取りました。"), example=code)
    if bodies:
        names = "」と「".join(_name(b.code6) for b in bodies)
        message = Message(f"「{clip(typed)}」は「{names}」の2通りに読めます。", how="6桁のコードか市区町村名を入力してください。")
        return refuse("CHOICE-001", typed, message, example="日向市", choices=tuple(b.code6 for b in bodies))
    message = Message(f"「{clip(typed)}」というコードの市区町村は一覧にありません。", how="市区町村名または6桁のコードを入力してください。")
    return refuse("CHOICE-001", typed, message, example="日向市")
