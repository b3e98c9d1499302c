"""Normalisers of telephone numbers, mail addresses and postal codes."""

import re
from typing import Any

from keynet_admin.catalogue import Field
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import NOTHING, Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level
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
        message = f"「{clip(typed)}」は数値です。先頭の0が失われているおそれがあります。市外局番から、文字として入力してください。"
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
            return refuse("TEL-002", typed, f"「{clip(typed)}」には内線が2つ以上あります。1つだけ入力してください。", example=TEL_EXAMPLE)
        split = _split_extension(field, typed, extension["ext"], context)
        if isinstance(split, Read):
            return split
        also, text = split, rest
        notes.append(Note("TEL-003", Level.FIX, f"内線{extension['ext']}を内線の欄に分けました。", "内線の欄に 205"))
    shorter = _MAIN.sub("", text)
    if shorter != text:
        notes.append(Note("TEL-003", Level.FIX, f"「{clip(typed)}」から「代表」などの言葉を除きました。", TEL_EXAMPLE))
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
        notes.insert(0, Note("TEL-001", Level.FIX, f"「{clip(typed)}」を「{value}」と読み取りました。", value))
    return Read(value, True, tuple(notes), also or NOTHING)


def _split_extension(field: Field, typed: Any, extension: str, context: Context) -> dict[str, Any] | Read:
    if field.name != "contact_tel":
        message = f"「{clip(typed)}」の内線は、この欄には入力できません。電話番号だけを入力してください。"
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)
    known = context.record.get("contact_ext")
    if blank(known):
        return {"contact_ext": extension}
    if re.sub(r"\D", "", ch.squeeze(str(known))) == extension:
        return {}
    message = f"「{clip(typed)}」の内線{extension}と、内線の欄の「{clip(known)}」が違います。どちらかをご確認ください。"
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)


def _not_a_phone(typed: str, text: str) -> Read:
    numbers = re.findall(r"0\d{1,4}[-( ]?\d{1,4}[-) ]?\d{4}", text)
    if len(numbers) > 1:
        message = f"「{clip(typed)}」には電話番号が2つ以上あります。日中つながる番号を1つだけ入力してください。"
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=tuple(numbers[:3]))
    message = f"「{clip(typed)}」は電話番号として読み取れません。市外局番から数字とハイフンで、番号を1つだけ入力してください。"
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=tuple(numbers))


def _wrong(typed: str, digits: str) -> Read | None:
    if FREE(digits) or MOBILE(digits) or FIXED(digits):
        return None
    if not digits.startswith("0"):
        why = f"市外局番がありません（{len(digits)}桁）。0から始まる市外局番から入力してください。"
    elif len(digits) > 11:
        why = f"{len(digits)}桁あります。番号を1つだけ入力してください。"
    elif re.match(r"0[56789]0", digits) and not digits.startswith(("0570", "0800")):
        why = f"050・060・070・080・090から始まる番号は11桁です。今は{len(digits)}桁です。"
    elif digits.startswith("0800"):
        why = f"0800から始まる番号は11桁です。今は{len(digits)}桁です。"
    elif digits.startswith(("0120", "0570")):
        why = f"{digits[:4]}から始まる番号は10桁です。今は{len(digits)}桁です。"
    elif len(digits) != 10:
        why = f"固定電話は市外局番を含めて10桁です。今は{len(digits)}桁です。"
    else:
        why = "この番号は使われていない形です。"
    return refuse("TEL-002", typed, f"「{clip(typed)}」は{why}番号をご確認ください。", example=TEL_EXAMPLE)


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
    why = mail_fault(text)
    if why:
        return refuse("MAIL-002", typed, f"「{clip(typed, 60)}」：{why}", example=MAIL_EXAMPLE)
    local, _, domain = text.rpartition("@")
    value = f"{local}@{domain.lower()}"
    notes: list[Note] = []
    if value != typed.strip():
        notes.append(Note("MAIL-001", Level.FIX, f"メールアドレスを「{clip(value, 60)}」と読み取りました。", MAIL_EXAMPLE))
    long = too_long(field, value)
    if long:
        notes.append(long)
    return Read(value, True, tuple(notes))


def mail_fault(text: str) -> str:
    """Why a squeezed text cannot be a mail address, in Japanese; empty when it can."""
    if text.count("@") != 1:
        return "メールアドレスの「@」は1つだけです。アドレスを1つ、ご確認のうえ入力してください。"
    local, domain = text.split("@")
    if re.search(r"\s", text):
        return "メールアドレスの途中に空白があります。空白を除いてください。"
    if ".." in text:
        return "「.」が続いています。アドレスをご確認ください。"
    if local.startswith(".") or local.endswith("."):
        return "「.」は「@」の直前や先頭には使えません。アドレスをご確認ください。"
    if len(local) > 64 or len(text) > 254:
        return "メールアドレスが長すぎます（「@」の前は64文字、全体は254文字まで）。"
    if not local or not _LOCAL(local):
        return "「@」の前に使えない文字があります。半角の英数字と記号で入力してください。"
    domain = domain.lower()
    if "." not in domain:
        return "「@」の後ろに「.」がありません（例：city.example.lg.jp）。"
    if not _LABELS(domain) or domain.rsplit(".", 1)[1].isdigit():
        return "「@」の後ろの書き方が正しくありません。ハイフンや「.」の位置をご確認ください。"
    return ""


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
        return fixed("ORG-008", value, f"「{clip(typed)}」を{value}と読み取りました。", example=value)
    digits = re.sub(r"\D", "", text)
    lost = "先頭の0が失われていないかもご確認ください。" if len(digits) == 6 and "-" not in text else ""
    message = f"「{clip(typed)}」は郵便番号として読み取れません（7桁の数字です。今は{len(digits)}桁）。{lost}番号をご確認ください。"
    return refuse("ORG-008", typed, message, example="8830046")
