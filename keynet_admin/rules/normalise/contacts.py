"""Normalisers of telephone numbers, mail addresses and postal codes."""

import re
from typing import Any

from keynet_admin.catalogue import Field
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.mail_domain import NOWHERE
from keynet_admin.rules.engine.result import NOTHING, Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.area_codes import group_fixed
from keynet_admin.rules.normalise.text import not_text, too_long
from keynet_admin.rules.words.figures import figures

TEL_EXAMPLE = "0982-00-0012"
FREE = re.compile(r"(?:0120|0570)\d{6}|0800\d{7}").fullmatch
MOBILE = re.compile(r"0(?:50|60|70|80|90)\d{8}").fullmatch
FIXED = re.compile(r"0(?![56789]0|20|120|570|800)[1-9]\d{8}").fullmatch
_EXTENSION = re.compile(r"[(、,;:/]?\s*\(?(?:内線(?:番号)?|内|ext(?:ension)?\.?|EXT\.?|Ext\.?|x)\)?\s*[:.]?\s*(?P<ext>\d{1,6})\s*番?\)?")
_MAIN_WORD = "(?:大代表|代表電話|代表|担当直通|直通|直|代)"
_MAIN = re.compile(rf"\({_MAIN_WORD}(?:電話)?(?:番号)?\)|(?:大代表|代表|直通)(?:電話)?(?:番号)?\s*:?|^代\)?\s*(?=[(\d+])|(?<=\d)\s*代$")
_LABEL_WORD = r"(?:電話(?:番号)?|でんわ|電|TEL|℡|☎|ダイヤル|連絡先|お?問い?合わせ先?|T)"
_LABEL = re.compile(
    rf"^[(\[【<]?{_LABEL_WORD}(?:[・/&]?(?:FAX|ファックス))?(?:共通|兼用)?(?:\s*No\.?)?[)\]】>]?\s*[:.]?\s*(?=[(\d+代大直])", re.I
)
# What offices write around and between the figures: 0982局00の0012番, (FAX兼用).
_BETWEEN = re.compile(r"(?<=\d)\)?\s*(?:市外局番|局番?|の)\s*\(?(?=\d)")
_BEHIND = re.compile(r"(?<=\d)\s*番\s*$")
_FAX_TOO = re.compile(r"\((?:FAX|ファックス)(?:兼用?|共通|共用|同じ)\)", re.I)
_DIGITS_OF_A_PHONE = re.compile(r"[\d\s\-・.()\[\]ー/]+", re.ASCII).fullmatch


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
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=_offers(str(typed)) if 10**8 <= typed < 10**10 else ())
    bad = not_text(field, typed)
    if bad:
        return Read(typed, False, (bad,))
    text = ch.squeeze(typed)
    if not re.search(r"\d", text):
        text = figures(text)
    text = _LABEL.sub("", text)
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
        split = _split_extension(field, typed, rest, extension["ext"], context)
        if isinstance(split, Read):
            return split
        also, text = split, rest
        notes.append(Note("TEL-003", Level.FIX, Message(f"内線{extension['ext']}を内線の欄に分けました。"), "内線の欄に 205"))
    shorter = _MAIN.sub("", _FAX_TOO.sub("", text))
    if shorter != text:
        notes.append(Note("TEL-003", Level.FIX, Message(f"「{clip(typed)}」から「代表」などの言葉を除きました。"), TEL_EXAMPLE))
        text = shorter
    text = _BETWEEN.sub("-", _BEHIND.sub("", text))
    text = re.sub(r"^\+?\s*81[\s-]*(?:\(0\))?[\s-]*0?(?=\d)", "0", text) if re.match(r"\+\s*81", text) else text
    text = text.strip(" ()-・.") if text.count("(") != text.count(")") else text.strip(" -・.")
    core = re.sub(r"[\sー・.()\[\]/]+", "-", text).strip("-")
    core = re.sub(r"-{2,}", "-", core)
    digits = core.replace("-", "")
    if not re.fullmatch(r"\d+", digits, re.ASCII) or not _DIGITS_OF_A_PHONE(text):
        return _not_a_phone(typed, text)
    wrong = _wrong(typed, digits, text)
    if wrong is not None:
        return wrong
    value = _grouped(core, digits)
    if value != typed.strip() and not (notes and value == text):
        notes.insert(0, Note("TEL-001", Level.FIX, Message(f"「{clip(typed)}」を「{value}」と読み取りました。"), value))
    return Read(value, True, tuple(notes), also or NOTHING)


def _split_extension(field: Field, typed: Any, rest: str, extension: str, context: Context) -> dict[str, Any] | Read:
    if field.name != "contact_tel":
        message = Message(f"「{clip(typed)}」の内線は、この欄には入力できません。", how="電話番号だけを入力してください。")
        return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=_offers(rest))
    known = context.record.get("contact_ext")
    if blank(known):
        return {"contact_ext": extension}
    if re.sub(r"\D", "", ch.squeeze(str(known))) == extension:
        return {}
    message = Message(f"「{clip(typed)}」の内線{extension}と、内線の欄の「{clip(known)}」が違います。", how="どちらかをご確認ください。")
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE)


_NUMBER = re.compile(r"(?<!\d)\(?0\d{1,4}[-() ]{0,2}\d{1,4}[-) ]?\d{3,4}(?!\d)", re.ASCII)
_FAX = re.compile(r"(?:FAX|ファックス|ファクシミリ|F)\s*[:.)]?\s*\(?0[\d\-() ]{8,14}", re.I | re.A)
_ZERO_LOST = re.compile(r"\D{0,3}([1-9][\d-]{8,12})", re.ASCII).fullmatch
_LETTERS = str.maketrans("OoＯｏlIｌ", "0000111")


def _offers(text: str) -> tuple[str, ...]:
    """Numbers that a refused text may mean: those in it except a fax, with the 0 that a spreadsheet dropped, with O read as 0."""
    text = _FAX.sub(" ", text)
    lost = _ZERO_LOST(text)
    found = _NUMBER.findall(text) or (["0" + lost[1]] if lost else []) or _NUMBER.findall(text.translate(_LETTERS))
    made = []
    for number in found:
        core = re.sub("-{2,}", "-", re.sub(r"[() ]", "-", number)).strip("-")
        digits = core.replace("-", "")
        if FREE(digits) or MOBILE(digits) or FIXED(digits):
            made.append(_grouped(core, digits))
    return tuple(dict.fromkeys(made))[:3]


def _not_a_phone(typed: str, text: str) -> Read:
    numbers = _offers(text)
    if len(numbers) > 1:
        message = Message(f"「{clip(typed)}」には電話番号が2つ以上あります。", how="日中つながる番号を1つだけ入力してください。")
    else:
        message = Message(
            f"「{clip(typed)}」は電話番号として読み取れません。", how="市外局番から数字とハイフンで、番号を1つだけ入力してください。"
        )
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=numbers)


def _wrong(typed: str, digits: str, text: str) -> Read | None:
    if FREE(digits) or MOBILE(digits) or FIXED(digits):
        return None
    shown, long, look = f"「{clip(typed)}」", len(digits), "番号をご確認ください。"
    if not digits.startswith("0"):
        message = Message(f"{shown}には市外局番がありません。", how="0から始まる市外局番から入力してください。")
    elif long > 11:
        message = Message(f"{shown}は{long}桁で、長すぎます。", how="番号を1つだけ入力してください。")
    elif re.match(r"0[56789]0", digits) and not digits.startswith(("0570", "0800")):
        message = Message(f"{shown}は{long}桁です。", why=f"{digits[:3]}から始まる番号は11桁です。", how=look)
    elif digits.startswith("0800"):
        message = Message(f"{shown}は{long}桁です。", why="0800から始まる番号は11桁です。", how=look)
    elif digits.startswith(("0120", "0570")):
        message = Message(f"{shown}は{long}桁です。", why=f"{digits[:4]}から始まる番号は10桁です。", how=look)
    elif long != 10:
        message = Message(f"{shown}は{long}桁です。", why="固定電話は、市外局番を含めて10桁です。", how=look)
    else:
        message = Message(f"{shown}は、使われていない形の番号です。", how=look)
    return refuse("TEL-002", typed, message, example=TEL_EXAMPLE, choices=_offers(text))


def _grouped(core: str, digits: str) -> str:
    parts = core.split("-")
    if len(parts) == 3 and len(parts[2]) >= 3 and 2 <= len(parts[0]) <= 5 and parts[1]:
        return core
    if digits.startswith(("0120", "0570", "0800")):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if len(digits) == 11:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    return group_fixed(digits)


MAIL_EXAMPLE, PERSON_EXAMPLE = "kenko@city.example.lg.jp", "hanako@mail.example"
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}").fullmatch
_LABELS = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
_LAST = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}").fullmatch


_MAIL_LABEL = re.compile(r"^(?:mailto:|(?:メール(?:アドレス)?|e-?mail|mail|アドレス)\s*:)\s*", re.I)
_MAIL_END = re.compile("[>)」』\\]\"'。、,;]+$")


def _meant_mails(text: str) -> tuple[str, ...]:
    """What a refused address may have been: one of several, or with a sign for @, a comma or a blank put right. Only offered."""
    if len(text) > 254:
        return ()
    several = [word.strip("()「」") for word in re.split(r"[\s,;、/<>]+", text)] if text.count("@") > 1 else []
    once = (
        text
        if "@" in text
        else re.sub(r"[(\[<{]\s*(?:at|アットマーク|アット)\s*[)\]>}]|アットマーク|[★☆◎]", "@", text, count=1, flags=re.I)
    )
    dotted = re.sub(r"[(\[<{]\s*dot\s*[)\]>}]", ".", once, flags=re.I)
    one = re.sub("@+", "@", re.sub(r"\s+", "", dotted).replace(",", ".").replace("。", ".").replace("、", "."))
    return tuple(address for address in dict.fromkeys((*several, one)) if mail_fault(address) is None)[:3]


def read_email(field: Field, typed: Any, _context: Context) -> Read:
    """A mail address in half-width with a lower-case domain (MAIL-001); anything that no server would take is refused (MAIL-002)."""
    if not isinstance(typed, str):
        return wrong_type(typed, "メールアドレス", MAIL_EXAMPLE)
    bad = not_text(field, typed)
    if bad:
        return Read(typed, False, (bad,))
    text = _MAIL_LABEL.sub("", ch.squeeze(typed)).split("?subject=", 1)[0]
    if text.count("<") == 1 and text.endswith(">"):
        name, _, inside = text[:-1].partition("<")
        text = inside if "@" not in name else text
    text = _MAIL_END.sub("", text.lstrip("<(「『[\"'")).strip()
    person = field.name == "email"  # of somebody who applies: no office's address
    example = PERSON_EXAMPLE if person else MAIL_EXAMPLE
    fault = mail_fault(text, example)
    if fault is not None and not (person and is_old_carrier(text)):
        return refuse("MAIL-002", typed, fault.after(f"「{clip(typed, 60)}」："), example=example, choices=_meant_mails(text))
    local, _, domain = text.rpartition("@")
    value = f"{local}@{domain.lower()}"
    notes: list[Note] = []
    if value != typed.strip():
        notes.append(Note("MAIL-001", Level.FIX, Message(f"メールアドレスを「{clip(value, 60)}」と読み取りました。"), example))
    long = too_long(field, value)
    if long:
        notes.append(long)
    return Read(value, True, tuple(notes))


# Mobile carriers gave out addresses with `..` and `.@` until 2009; people who apply still have them (APP-001).
_CARRIER = re.compile(r"(?:docomo|(?:[a-z0-9-]+\.)?(?:ezweb|softbank|vodafone|pdx))\.ne\.jp").fullmatch


def is_old_carrier(text: str) -> bool:
    """Whether a text is an address of a mobile carrier in which only dots are against the rules."""
    local, _, domain = text.rpartition("@")
    return bool(_CARRIER(domain.lower()) and _LOCAL(local)) and mail_fault(f"{re.sub(r'[.]+', '.', local).rstrip('.')}@{domain}") is None


def mail_fault(text: str, example: str = MAIL_EXAMPLE) -> Message | None:
    """Why a squeezed text cannot be a mail address, None when it can."""
    if "@" not in text:
        return Message("メールアドレスに「@」がありません。", how="アドレスをご確認のうえ入力してください。")
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
    if local.startswith("-"):
        return Message("「@」の前が「-」で始まっています。", how="先頭の余分な文字を除いてください。")
    if not local or not _LOCAL(local):
        return Message("「@」の前に使えない文字があります。", how="半角の英数字と記号で入力してください。")
    domain = domain.lower()
    if "." not in domain:
        return Message(f"「@」の後ろに「.」がありません（例：{example.partition('@')[2]}）。")
    last = domain.rsplit(".", 1)[1]
    if not _LABELS(domain) or not _LAST(last):
        return Message("「@」の後ろの書き方が正しくありません。", how="ハイフンや「.」の位置をご確認ください。")
    if last in NOWHERE:
        return Message(
            f"「.{last}」で終わるアドレスには、インターネットからメールが届きません。",
            how=f"{'庁外から' if example == MAIL_EXAMPLE else ''}届くアドレスを入力してください。",
        )
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
        text = re.sub(r"\s+", "", text).strip("'\"()")
        if not re.search(r"\d", text):
            text = figures(text).replace("の", "-")
    else:
        text = str(int(typed)) if 0 <= typed < 10**9 and typed == int(typed) else "?"
    text = re.sub(r"\.0$", "", text)
    if re.fullmatch(r"\d{3}-?\d{4}", text, re.ASCII):
        value = text.replace("-", "")
        if not isinstance(typed, str) or typed.strip() == value:
            return Read(value)
        return fixed("ORG-008", value, Message(f"「{clip(typed)}」を{value}と読み取りました。"), example=value)
    digits = re.sub(r"\D", "", text)
    lost = "先頭の0が失われていないかもご確認ください。" if len(digits) == 6 and "-" not in text else ""
    why = "数字とハイフンだけで入力します" if len(digits) == 7 else f"7桁の数字です。今は{len(digits)}桁"
    message = Message(f"「{clip(typed)}」は郵便番号として読み取れません（{why}）。", how=f"{lost}番号をご確認ください。")
    offered = (f"0{digits}",) if lost else (digits,) if len(digits) == 7 else ()
    return refuse("ORG-008", typed, message, example="8830046", choices=offered)
