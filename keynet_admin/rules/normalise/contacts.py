"""Normalisers of telephone numbers, mail addresses and postal codes."""

import re
from dataclasses import replace
from typing import Any

from keynet_admin.catalogue import Field
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import NOTHING, Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.area_codes import group_fixed
from keynet_admin.rules.normalise.text import not_text, too_long

TEL_EXAMPLE = "0982-00-0012"
FREE = re.compile(r"(?:0120|0570)\d{6}|0800\d{7}").fullmatch
MOBILE = re.compile(r"0(?:50|60|70|80|90)\d{8}").fullmatch
FIXED = re.compile(r"0(?![56789]0|20|120|570|800)[1-9]\d{8}").fullmatch
_EXTENSION = re.compile(r"[(、,;:/]?\s*(?:内線(?:番号)?|内|ext(?:ension)?\.?|EXT\.?|Ext\.?|x)\s*[:.]?\s*(?P<ext>\d{1,6})\s*番?\)?")
_MAIN = re.compile(r"\((?:代|代表|大代表|直通|直|代表電話|担当直通)\)|(?:代表|大代表|直通|\(代\))(?:番号)?\s*[:]?")
_LABEL = re.compile(r"^(?:電話(?:番号)?|TEL|Tel|tel|℡|☎|連絡先|T)\s*[:.]?\s*")


def read_phone(field: Field, typed: Any, context: Context) -> Read:
    """A telephone number with hyphens (TEL-001); 内線 goes to its own field and (代) is left out (TEL-003); else TEL-002."""
    if isinstance(typed, bool) or not isinstance(typed, (str, int)):
        return wrong_type(typed, "電話番号", TEL_EXAMPLE)
    if isinstance(typed, int):
        message = Message(
            f"「{clip(typed)}」は数値です。",
            why="先頭の0が失われているおそれがあります。",
            how="市外局番から、文字として入力してください。",
        )
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)
    bad = not_text(field, typed)
    if bad:
        return Read(typed, False, (bad,))
    text = _LABEL.sub("", ch.squeeze(typed))
    notes: list[Note] = []
    also: dict[str, Any] = {}
    extension = _EXTENSION.search(text)
    if extension:
        rest = text[: extension.start()] + text[extension.end() :]
        if _EXTENSION.search(rest):
            return refuse(
                "TEL-002",
                typed,
                Message(f"「{clip(typed)}」には内線が2つ以上あります。", how="1つだけ入力してください。"),
                example=TEL_EXAMPLE,
            )
        split = _split_extension(field, typed, extension["ext"], context)
        if isinstance(split, Read):
            return split
        also, text = split, rest
        notes.append(Note("TEL-003", Level.FIX, Message(f"内線{extension['ext']}を内線の欄に分けました。"), "内線の欄に 205"))
    shorter = _MAIN.sub("", text)
    if shorter != text:
        notes.append(Note("TEL-003", Level.FIX, Message(f"「{clip(typed)}」から「代表」などの言葉を除きました。"), TEL_EXAMPLE))
        text = shorter
    text = re.sub(r"^\+?\s*81[\s-]*(?:\(0\))?[\s-]*0?(?=\d)", "0", text) if re.match(r"\+\s*81", text) else text
    text = text.strip(" ()-・.") if text.count("(") != text.count(")") else text.strip(" -・.")
    core = re.sub(r"[\sー・.()\[\]/]+", "-", text).strip("-")
    core = re.sub(r"-{2,}", "-", core)
    digits = core.replace("-", "")
    if not re.fullmatch(r"\d+", digits, re.ASCII) or not re.fullmatch(r"[\d\s\-・.()\[\]ー/]+", text):
        return _not_a_phone(typed, text)
    wrong = _wrong(typed, digits)
    if wrong is not None:
        return wrong
    value = _grouped(core, digits)
    if value != typed.strip() and not (notes and value == text):
        notes.insert(0, Note("TEL-001", Level.FIX, Message(f"「{clip(typed)}」を「{value}」と読み取りました。"), value))
    return Read(value, True, tuple(notes), also or NOTHING)


def _split_extension(field: Field, typed: Any, extension: str, context: Context) -> dict[str, Any] | Read:
    if field.name != "contact_tel":
        message = Message(f"「{clip(typed)}」の内線は、この欄には入力できません。", how="電話番号だけを入力してください。")
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)
    known = context.record.get("contact_ext")
    if blank(known):
        return {"contact_ext": extension}
    if re.sub(r"\D", "", ch.squeeze(str(known))) == extension:
        return {}
    message = Message(f"「{clip(typed)}」の内線{extension}と、内線の欄の「{clip(known)}」が違います。", how="どちらかをご確認ください。")
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)


def _not_a_phone(typed: str, text: str) -> Read:
    numbers = re.findall(r"0\d{1,4}[-( ]?\d{1,4}[-) ]?\d{4}", text)
    if len(numbers) > 1:
        message = Message(f"「{clip(typed)}」には電話番号が2つ以上あります。", how="日中つながる番号を1つだけ入力してください。")
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=tuple(numbers[:3]))
    message = Message(
        f"「{clip(typed)}」は電話番号として読み取れません。", how="市外局番から数字とハイフンで、番号を1つだけ入力してください。"
    )
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=tuple(numbers))


def _wrong(typed: str, digits: str) -> Read | None:
    if FREE(digits) or MOBILE(digits) or FIXED(digits):
        return None
    if not digits.startswith("0"):
        message = Message(f"市外局番がありません（{len(digits)}桁）。", how="0から始まる市外局番から入力してください。")
    elif len(digits) > 11:
        message = Message(f"{len(digits)}桁あります。", how="番号を1つだけ入力してください。")
    elif re.match(r"0[56789]0", digits) and not digits.startswith(("0570", "0800")):
        message = Message("050・060・070・080・090から始まる番号は11桁です。", why=f"今は{len(digits)}桁です。")
    elif digits.startswith("0800"):
        message = Message("0800から始まる番号は11桁です。", why=f"今は{len(digits)}桁です。")
    elif digits.startswith(("0120", "0570")):
        message = Message(f"{digits[:4]}から始まる番号は10桁です。", why=f"今は{len(digits)}桁です。")
    elif len(digits) != 10:
        message = Message("固定電話は市外局番を含めて10桁です。", why=f"今は{len(digits)}桁です。")
    else:
        message = Message("この番号は使われていない形です。")
    message = replace(message.after(f"「{clip(typed)}」は"), how=message.how + "番号をご確認ください。")
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)


def _grouped(core: str, digits: str) -> str:
    parts = core.split("-")
    if len(parts) == 3 and len(parts[2]) >= 3 and 2 <= len(parts[0]) <= 5 and parts[1]:
        return core
    if digits.startswith(("0120",)):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if digits.startswith("0570"):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if digits.startswith("0800"):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if len(digits) == 11:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    return group_fixed(digits)


MAIL_EXAMPLE = "kenko@city.example.lg.jp"
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}").fullmatch
_LABELS = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch


def read_email(field: Field, typed: Any, _context: Context) -> Read:
    """A mail address in half-width with a lower-case domain (MAIL-001); anything that no server would take is refused (MAIL-002)."""
    if not isinstance(typed, str):
        return wrong_type(typed, "メールアドレス", MAIL_EXAMPLE)
    bad = not_text(field, typed)
    if bad:
        return Read(typed, False, (bad,))
    text = ch.squeeze(typed)
    text = re.sub(r"^mailto:\s*", "", text, flags=re.IGNORECASE).split("?subject=", 1)[0]
    bracketed = re.fullmatch(r"[^<>@]*<([^<>\s]+)>", text)
    if bracketed:
        text = bracketed[1]
    fault = mail_fault(text)
    if fault is not None:
        return refuse("MAIL-002", typed, fault.after(f"「{clip(typed, 60)}」："), example=MAIL_EXAMPLE)
    local, _, domain = text.rpartition("@")
    value = f"{local}@{domain.lower()}"
    notes: list[Note] = []
    if value != typed.strip():
        notes.append(Note("MAIL-001", Level.FIX, Message(f"メールアドレスを「{clip(value, 60)}」と読み取りました。"), MAIL_EXAMPLE))
    long = too_long(field, value)
    if long:
        notes.append(long)
    return Read(value, True, tuple(notes))


def mail_fault(text: str) -> Message | None:
    """Why a squeezed text cannot be a mail address, None when it can."""
    if text.count("@") != 1:
        return Message("メールアドレスの「@」は1つだけです。", how="アドレスを1つ、ご確認のうえ入力してください。")
    local, domain = text.split("@")
    if re.search(r"\s", text):
        return Message("メールアドレスの途中に空白があります。", how="空白を除いてください。")
    if ".." in text:
        return Message("「.」が続いています。", how="アドレスをご確認ください。")
    if local.startswith(".") or local.endswith("."):
        return Message("「.」は「@」の直前や先頭には使えません。", how="アドレスをご確認ください。")
    if len(local) > 64 or len(text) > 254:
        return Message("メールアドレスが長すぎます（「@」の前は64文字、全体は254文字まで）。")
    if not local or not _LOCAL(local):
        return Message("「@」の前に使えない文字があります。", how="半角の英数字と記号で入力してください。")
    domain = domain.lower()
    if "." not in domain:
        return Message("「@」の後ろに「.」がありません（例：city.example.lg.jp）。")
    if not _LABELS(domain) or domain.rsplit(".", 1)[1].isdigit():
        return Message("「@」の後ろの書き方が正しくありません。", how="ハイフンや「.」の位置をご確認ください。")
    return None


def read_zip(field: Field, typed: Any, _context: Context) -> Read:
    """A postal code as seven digits (ORG-008)."""
    example = "8830046"
    if isinstance(typed, bool) or not isinstance(typed, (str, int, float)):
        return wrong_type(typed, "7桁の数字", example)
    if isinstance(typed, str):
        bad = not_text(field, typed)
        if bad:
            return Read(typed, False, (bad,))
        text = re.sub(r"^(?:郵便番号|〒)\s*:?\s*〒?\s*", "", ch.squeeze(typed)).replace("ー", "-")
        text = re.sub(r"\s+", "", text)
    elif isinstance(typed, float):
        text = str(int(typed)) if typed.is_integer() and 0 <= typed < 10**9 else "?"
    else:
        text = str(typed) if 0 <= typed < 10**9 else "?"
    text = re.sub(r"\.0$", "", text)
    if re.fullmatch(r"\d{3}-?\d{4}", text, re.ASCII):
        value = text.replace("-", "")
        if not isinstance(typed, str) or typed.strip() == value:
            return Read(value)
        return fixed("ORG-008", value, Message(f"「{clip(typed)}」を{value}と読み取りました。"), example=value)
    digits = re.sub(r"\D", "", text)
    lost = "先頭の0が失われていないかもご確認ください。" if len(digits) == 6 and "-" not in text else ""
    message = Message(
        f"「{clip(typed)}」は郵便番号として読み取れません（7桁の数字です。今は{len(digits)}桁）。", how=f"{lost}番号をご確認ください。"
    )
    return refuse("ORG-008", typed, message, example="8830046")
