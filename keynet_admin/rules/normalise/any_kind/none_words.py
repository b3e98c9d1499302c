"""Words that say that there is nothing: なし, 該当なし, －, N/A. In a field that may stay empty they are taken as empty (TXT-017)."""

import re
import unicodedata

from keynet_admin.catalogue import Field, Kind
from keynet_admin.rules.engine.result import Note, Read, clip
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch

_STROKES = re.compile(r"[-‐‑‒–—―−─ー~〜_/×・*.…]{1,4}").fullmatch
_WORDS = re.compile(
    r"(?:該当(?:する?)?|特段|(?:特|とく)に|今のところ|現在)*(?:の?(?:事項|項目|もの|者|方|番号|施設))?[はがも]?(?:なし|ない|ナシ|無し?|無い|(?:あり|有り|ござい)ません)"
    r"|該当(?:しない|しません|せず|外|無)|n/?\.?a\.?|none|nil|null|nothing|空欄|空白|記載なし|記入なし|使用していません|持っていません"
).fullmatch
_AROUND = re.compile(r"^[(「【\[]+|[)」】\]。.]+$")
_KINDS = frozenset(
    {
        Kind.TEXT,
        Kind.AREA,
        Kind.NAME,
        Kind.ADDRESS,
        Kind.DIGITS,
        Kind.ZIP,
        Kind.PHONE,
        Kind.EMAIL,
        Kind.URL,
        Kind.YEN,
        Kind.DATE,
        Kind.HOURS,
    }
)
# Optional texts in which the word is an answer that applicants read: no further allowance, no further condition, no papers.
_ANSWERS = frozenset({"other_allow", "other_req", "documents"})


def says_none(typed: object) -> bool:
    """True for a text that is nothing but a word or sign for "there is none"."""
    return isinstance(typed, str) and len(typed) < 40 and bool(_stroke(typed) or _word(typed))


def _plain(typed: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", ch.plain_symbols(ch.widen_kana(ch.INVISIBLE.sub("", typed))))).casefold()


def _stroke(typed: str) -> bool:
    return _STROKES(_AROUND.sub("", _plain(typed)) or _plain(typed)) is not None


def _word(typed: str) -> bool:
    return _WORDS(_AROUND.sub("", _plain(typed))) is not None


def taken_as_empty(field: Field, typed: str) -> Read | None:
    """Nothing, with the remark TXT-017, for such a word in a field that may stay empty and in which it is no answer."""
    if field.required is not None or field.kind not in _KINDS or not says_none(typed):
        return None
    if field.name in _ANSWERS and not _stroke(typed) and not _plain(typed).isascii():
        return None
    message = Message(f"「{field.label}」の「{clip(typed.strip())}」は、何もないこととして空欄にしました。")
    return Read(None, True, (Note("TXT-017", Level.FIX, message, "空欄"),))


def asked_for(field: Field, typed: str, refused: Read) -> Read:
    """The refusal of such a word in a field that must be filled: that it is asked for, instead of what is wrong with the word."""
    first = refused.notes[0]
    message = Message(
        f"「{field.label}」は必須の項目です。", why=f"「{clip(typed.strip())}」では受け付けられません。", how=first.message.how
    )
    return refused._replace(notes=(Note(first.rule, first.level, message, first.example, first.choices),))
