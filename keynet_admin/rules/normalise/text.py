"""Normalisers of words: one line, many lines, names, addresses, kana, addresses of pages."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from keynet_admin.catalogue import Field, Kind
from keynet_admin.rules.engine.result import Context, Note, Read, clip, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.mojibake import meant, misread

# Fields of kind text that hold a name: a character outside JIS X 0208 is a warning there, not an error.
NAME_LIKE = frozenset({"employer", "public_contact", "department", "contact_position"})
# 正看, 准看: everyday short forms of two licences (LIC-002). 改正看護… and 准看護師 are left alone.
_SHORT_NURSE = re.compile(r"(?<![適改訂補厳公修校是匡規])正看(?:護師)?(?![護板])|准看(?!護)")


def _as_text(field: Field, typed: Any) -> str | Read:
    """Numbers are taken as they are written; every other JSON type is refused."""
    if isinstance(typed, str):
        return typed
    if isinstance(typed, (int, float)) and not isinstance(typed, bool):
        if isinstance(typed, float) and typed.is_integer() and abs(typed) < 1e15:
            return str(int(typed))
        if isinstance(typed, int) and abs(typed) >= 10**300:
            return wrong_type("とても大きな数", "文字", field.help)
        return str(typed)
    return wrong_type(typed, "文字", field.help)


def not_text(field: Field, text: str) -> Note | None:
    """TXT-006 for control characters, private use characters (外字) and broken text; text in the wrong encoding comes with what it was."""
    found = ch.NOT_TEXT.search(text)
    if found is None:
        return _mojibake(field, text)
    point = ord(found.group())
    if 0xE000 <= point <= 0xF8FF or point >= 0xF0000:
        message = Message(
            f"外字（U+{point:04X}）が含まれています。",
            why="外字は他の端末では別の文字になるか、表示されません。",
            how="常用の字体に置き換えてください。",
        )
    elif 0xD800 <= point <= 0xDFFF or point >= 0xFDD0:
        message = Message("文字化けした文字が含まれています。", how="もう一度入力してください。")
    else:
        message = Message(f"目に見えない制御文字（U+{point:04X}）が含まれています。", how="貼り付けずに、もう一度入力してください。")
    return Note("TXT-006", Level.ERROR, message.after(f"「{field.label}」に"), "高橋")


def _mojibake(field: Field, text: str) -> Note | None:
    part, _ = misread(text)
    if not part:
        return None
    reading = meant(text) or ""
    message = Message(
        f"「{field.label}」の「{clip(part)}」は文字化けしています" + (f"（「{clip(reading)}」と思われます）。" if reading else "。"),
        why="違う文字コードの文章や表を合わせた可能性があります。",
        how="もう一度入力してください。",
    )
    return Note("TXT-006", Level.ERROR, message, clip(reading) or "健康課", (reading,) if reading else ())


def tidy(text: str, *, lines: bool) -> tuple[str, bool]:
    """White space and invisible characters put in order; True when more than the ends or line feeds changed (TXT-007)."""
    if not lines or "\r" in text or ch.NEW_LINES.search(text):
        text = ch.NEW_LINES.sub("\n", text)
    whole = text.strip()
    text = ch.INVISIBLE.sub("", whole)
    text = ch.STRANGE_SPACE.sub(" ", text)
    if not lines and "\n" in text:
        text = re.sub(r"\s*\n\s*", " ", text)
    text = ch.SPACE_RUN.sub(lambda m: "\u3000" if m.group()[0] == "\u3000" else " ", text)
    if lines:
        text = re.sub(r"[ \u3000]*\n[ \u3000]*", "\n", text)
        text = re.sub(r"\n{3,}", "\n\n", text)
    text = text.strip()
    return text, text != whole


def too_long(field: Field, text: str) -> Note | None:
    """TXT-011: longer than the field allows, counted in characters after the fixes."""
    if field.max_length is None or len(text) <= field.max_length:
        return None
    over = len(text) - field.max_length
    message = Message(
        f"「{field.label}」は{field.max_length}文字までです。", why=f"今は{len(text)}文字です。", how=f"{over}文字減らしてください。"
    )
    return Note("TXT-011", Level.ERROR, message, f"{field.max_length}文字以内の文")


def read_text(field: Field, typed: Any, _context: Context) -> Read:
    """Free text of one line or many: fixes of TXT-002, TXT-003, TXT-007, LIC-002, then TXT-004 to TXT-006 and TXT-011."""
    text = _as_text(field, typed)
    if isinstance(text, Read):
        return text
    notes: list[Note] = []
    bad = not_text(field, ch.NEW_LINES.sub("\n", text))
    if bad:
        return Read(typed, False, (bad,))
    named = field.kind in (Kind.NAME, Kind.ADDRESS) or field.name in NAME_LIKE
    value, changed = tidy(text, lines=field.kind is Kind.AREA)
    if changed:
        notes.append(
            Note("TXT-007", Level.FIX, Message(f"「{field.label}」の目に見えない文字や余分な空白を整えました。"), "集団接種会場の看護師")
        )
    wide = ch.widen_kana(value)
    if wide != value:
        notes.append(Note("TXT-002", Level.FIX, Message(f"「{field.label}」の半角カタカナを全角にしました。"), "ワクチン"))
        value = wide
    symbol, radicals = ch.has_symbol(value), ch.LOOKALIKE.findall(value)
    plain = ch.plain_symbols(value)
    if not named and ch.SELECTOR.search(plain):
        plain, symbol = ch.SELECTOR.sub("", plain), True
    if symbol:
        notes.append(
            Note("TXT-003", Level.FIX, Message(f"「{field.label}」の機種依存文字を「{clip(plain, 60)}」に書き換えました。"), "(1) 受付")
        )
    elif radicals:
        seen = "".join(dict.fromkeys(radicals))[:5]
        message = Message(f"「{field.label}」の部首の文字を、見た目の同じ普通の漢字「{ch.plain_symbols(seen)}」にしました。")
        notes.append(Note("TXT-003", Level.FIX, message, "日向市"))
    value = plain
    vowels = ch.long_vowels(value)
    if vowels != value:
        message = Message(f"「{field.label}」の長音とハイフンを直し、「{clip(vowels, 60)}」にしました。")
        notes.append(Note("TXT-016", Level.FIX, message, "保健センター"))
        value = vowels
    if field.kind in (Kind.TEXT, Kind.AREA) and "看" in value and not named:
        licence = _SHORT_NURSE.sub(lambda m: "看護師" if m.group().startswith("正") else "准看護師", value)
        if licence != value:
            notes.append(
                Note("LIC-002", Level.FIX, Message(f"「{field.label}」の資格の略称を正式な名称に書き換えました。"), "看護師、准看護師")
            )
            value = licence
    outside = ch.outside_jis(value)
    if outside:
        notes.append(_outside(field, value, outside, named))
    long = too_long(field, value)
    if long:
        notes.append(long)
    return Read(value or None, True, tuple(notes))


def _outside(field: Field, value: str, outside: list[str], named: bool) -> Note:
    chars = "".join(char for char in outside[:5] if char.isprintable() and not ch.SELECTOR.match(char))
    printed, unknown = ch.print_form(value)
    letters = all(char.isalpha() or ch.SELECTOR.match(char) or 0xF900 <= ord(char) <= 0xFAFF or char.isspace() for char in outside)
    if named and letters:
        if unknown:
            hint = "表示用に使う常用の字体を、事務局への連絡事項に書いてください。"
            return Note(
                "TXT-004",
                Level.WARNING,
                Message(f"「{chars}」は印刷や外部システムで正しく表示されないことがあります。", why=f"{hint}入力された字体も保存します。"),
                "高橋",
            )
        return Note(
            "TXT-004",
            Level.WARNING,
            Message(
                f"「{chars or clip(value)}」は印刷や外部システムで正しく表示されないことがあります。",
                how=(f"表示用に「{printed}」を使ってよいかご確認ください。入力された字体も保存します。"),
            ),
            "高橋",
            value=printed,
        )
    if unknown or printed == value:
        message = Message(
            f"「{field.label}」の「{chars or '□'}」は使えない文字です（JIS X 0208にない文字）。", how="別の言葉に書き換えてください。"
        )
        return Note("TXT-005", Level.ERROR, message, "受付です")
    offered = (printed,) if field.max_length is None or len(printed) <= field.max_length else ()
    message = Message(
        f"「{field.label}」の「{chars}」は使えない文字です（JIS X 0208にない文字）。",
        how=f"「{clip(printed, 60)}」のように書き換えてください。",
    )
    return Note("TXT-005", Level.ERROR, message, clip(printed, 60), offered)


_KANA = re.compile(r"[ー・\u3000]*[ァ-ヴ][ァ-ヴー・\u3000]*").fullmatch
_KANA_SIGN = re.compile(r"[ァ-ヴー・\u3000]").fullmatch
_MIDDLE = re.compile("[･·•‧∙・]")
# Kanji and signs that look like a katakana and are taken for one by whoever reads paper with a machine; no reading holds them.
_LOOKS_LIKE_KANA = str.maketrans("一二力夕口工卜八千三丿|", "ーニカタロエトハチミノー")
_MARK_FIRST = re.compile("([゛゜])([ァ-ヴ])")


def read_kana(field: Field, typed: Any, _context: Context) -> Read:
    """A reading in full-width katakana: hiragana and half-width forms become katakana (TXT-008), all else is refused (TXT-009)."""
    text = _as_text(field, typed)
    if isinstance(text, Read):
        return text
    bad = not_text(field, text)
    if bad:
        return Read(typed, False, (bad,))
    value, changed = tidy(text, lines=False)
    value = ch.widen_kana(ch.hiragana_to_katakana(ch.widen_kana(value)))
    value = _MIDDLE.sub("・", value).replace(" ", "\u3000")
    value = re.sub(r"(?<=[ァ-ヴー])[-‐‑–—―−－~〜～─](?=[ァ-ヴー\u3000]|$)", "ー", value)
    if _KANA(value) is None:
        wrong = next((c for c in value if not _KANA_SIGN(c)), value)
        message = Message(
            f"「{field.label}」は全角カタカナで入力してください。",
            why=f"「{clip(wrong)}」は使えません。",
            how="漢字や英字は読みをカタカナにしてください。",
        )
        offer = ch.widen_kana(_MARK_FIRST.sub(r"\2\1", value.translate(_LOOKS_LIKE_KANA)))
        mixed = offer != value and any(_KANA(c) for c in value) and _KANA(offer) is not None
        return refuse("TXT-009", typed, message, example="ウミヤマ タロウ", choices=(offer,) if mixed else ())
    notes: list[Note] = []
    if changed:
        notes.append(Note("TXT-007", Level.FIX, Message(f"「{field.label}」の余分な空白を整えました。"), "ヒュウガ"))
    if value != text.strip():
        notes.append(Note("TXT-008", Level.FIX, Message(f"「{field.label}」を全角カタカナ「{clip(value)}」にしました。"), "ウミヤマ"))
    long = too_long(field, value)
    if long:
        notes.append(long)
    return Read(value, True, tuple(notes))


_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]").fullmatch
_URL_CHARS = re.compile(r"[\x21-\x7e]+").fullmatch


_URL_LABEL = re.compile(r"^(?:(?:公式)?(?:ホームページ|サイト|HP|URL|Web)(?:アドレス)?)\s*:\s*(?=\S)", re.I)
_URL_EXAMPLE = "https://www.city.example.lg.jp/"


def _address_of_a_page(value: str) -> bool:
    try:
        parts = urlsplit(value)
        host, scheme, user = (parts.hostname or "").lower(), parts.scheme.lower(), parts.username
        _ = parts.port
    except ValueError:
        return False
    return _URL_CHARS(value) is not None and scheme in ("http", "https") and user is None and _HOST(host) is not None


def _meant_addresses(value: str) -> tuple[str, ...]:
    """What a refused address may have been: https written wrong, a blank or Japanese letters in it, two addresses. Only offered."""
    if value.count("://") > 1 and re.search(r"\s", value):
        made = re.split(r"[\s、,;]+", value)
    else:
        bare = re.sub(r"\s+", "", value).replace("\\", "/").replace("。", ".")
        bare = re.sub(r"^h?t{1,3}p(s?)[:;]?/{1,3}(?:https?://)?", r"http\1://", bare, flags=re.I)
        made = [quote(bare if "://" in bare else f"https://{bare}", safe="!#$%&'()*+,/:;=?@[]~")]
    return tuple(text for text in dict.fromkeys(made) if _address_of_a_page(text))[:3]


def read_url(field: Field, typed: Any, _context: Context) -> Read:
    """An address of a page: `https://` is put in front of a bare host; another scheme, a user name or a space is refused."""
    text = _as_text(field, typed)
    if isinstance(text, Read):
        return text
    bad = not_text(field, text)
    if bad:
        return Read(typed, False, (bad,))
    value = _URL_LABEL.sub("", ch.squeeze(text))
    value = re.sub(r"^[<「(\"']+(?=\S)|[>」\"'。、,;]+$", "", value).strip()
    # The end of a bracket that the address stood in.
    behind = min(value.count(")") - value.count("("), len(value) - len(value.rstrip(")")))
    value = value[:-behind] if behind > 0 else value
    if value and "://" not in value and _HOST(value.split("/", 1)[0].lower()):
        value = f"https://{value}"
    if not _address_of_a_page(value):
        message = Message(
            f"「{clip(typed)}」はホームページのアドレスとして読み取れません。", how="https:// から始まる正式なアドレスを入力してください。"
        )
        return refuse("TYPE-001", typed, message, example=_URL_EXAMPLE, choices=_meant_addresses(value))
    notes: list[Note] = []
    if value != text.strip():
        notes.append(Note("TXT-001", Level.FIX, Message(f"ホームページのアドレスを「{clip(value, 60)}」と読み取りました。"), _URL_EXAMPLE))
    long = too_long(field, value)
    if long:
        notes.append(long)
    return Read(value, True, tuple(notes))
