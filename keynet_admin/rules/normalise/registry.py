"""Which normaliser reads which kind of field."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import LONGEST, Context, Note, Read, clip, refuse
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.any_kind import none_words, pasted
from keynet_admin.rules.normalise.choices import read_bool, read_choice, read_multi, read_prefecture
from keynet_admin.rules.normalise.codes import read_lg_code, read_municipality
from keynet_admin.rules.normalise.contacts import read_email, read_phone, read_zip
from keynet_admin.rules.normalise.dates import read_date
from keynet_admin.rules.normalise.days import read_days
from keynet_admin.rules.normalise.hours import read_hours
from keynet_admin.rules.normalise.money import read_yen
from keynet_admin.rules.normalise.numbers import read_break, read_digits, read_headcount, read_int
from keynet_admin.rules.normalise.text import read_kana, read_text, read_url
from keynet_admin.rules.normalise.times import read_time

Reader = Callable[[Field, Any, Context], Read]

_READERS: dict[Kind, Reader] = {
    Kind.TEXT: read_text,
    Kind.AREA: read_text,
    Kind.NAME: read_text,
    Kind.ADDRESS: read_text,
    Kind.KANA: read_kana,
    Kind.DIGITS: read_digits,
    Kind.LG_CODE: read_lg_code,
    Kind.ZIP: read_zip,
    Kind.PHONE: read_phone,
    Kind.EMAIL: read_email,
    Kind.URL: read_url,
    Kind.INT: read_int,
    Kind.YEN: read_yen,
    Kind.HOURS: read_hours,
    Kind.DATE: read_date,
    Kind.TIME: read_time,
    Kind.DAYS: read_days,
    Kind.CHOICE: read_choice,
    Kind.MULTI: read_multi,
    Kind.MUNICIPALITY: read_municipality,
    Kind.BOOL: read_bool,
    Kind.AUTO: read_prefecture,
}
_BY_NAME: dict[str, Reader] = {"headcount": read_headcount, "break": read_break}
_WORDS = frozenset({Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS, Kind.KANA, Kind.URL})
_FIELDS = {field.name: field for fields in SECTIONS.values() for field in fields}


def reader_of(field: Field) -> Reader:
    """The normaliser of a field."""
    if field.kind is Kind.ROWS:
        return _rows_are_read_by_the_document
    return _read


def _read(field: Field, typed: Any, context: Context) -> Read:
    """One value by its normaliser; before it, what is common to texts of all kinds: direction marks, "none" words, two cells in one."""
    reader = _BY_NAME.get(field.name) or _READERS[field.kind]
    if not isinstance(typed, str):
        return reader(field, typed, context)
    if len(typed) > most_characters(field):
        return _endless(field, typed)
    text = ch.without_marks(typed)
    if text != typed:
        read = _read(field, text, context) if text.strip() else Read(None)
        if not read.understood:
            return read._replace(value=typed)
        message = Message(f"「{field.label}」の目に見えない文字を除きました。")
        return read._replace(notes=(*(note for note in read.notes if note.rule != "TXT-007"), Note("TXT-007", Level.FIX, message)))
    empty = none_words.taken_as_empty(field, typed)
    if empty is not None:
        return empty
    split = _split(field, typed, context)
    if split is not None:
        return split
    read = reader(field, typed, context)
    if not read.understood and field.required is not None and field.required.field is None and none_words.says_none(typed):
        return none_words.asked_for(field, typed, read)
    return read


def most_characters(field: Field) -> int:
    """How many characters of a field are read at all."""
    return 4000 if field.kind in _WORDS else LONGEST


def _endless(field: Field, typed: str) -> Read:
    """More than that is not read at all: no form of ours is meant for it, and no rule need look through it."""
    most = f"{field.max_length}文字まで" if field.max_length else "短く"
    message = Message(f"「{field.label}」は{most}です。", why=f"今は{len(typed)}文字あり、長すぎて読み取れません。")
    return refuse("TXT-011", typed, message, example=field.help)


def _split(field: Field, typed: str, context: Context) -> Read | None:
    """The reading of two cells in one; None unless every part is understood and the other field is empty or says the same."""
    parts = pasted.parts_of(field.name, typed, context)
    if parts is None:
        return None
    alone = replace(context, record={})
    also: dict[str, Any] = {}
    for name, part in parts.items():
        read = _read(_FIELDS[name], part, alone)
        if not read.understood:
            return None
        also |= {name: read.value, **read.also}
    others = {name: value for name, value in also.items() if name != field.name}
    for name, value in others.items():
        given = context.record.get(name)
        if not blank(given) and given != typed and _READERS[_FIELDS[name].kind](_FIELDS[name], given, alone).value != value:
            return None
    told = "、".join(f"「{_FIELDS[name].label}」は「{clip(value)}」" for name, value in also.items())
    note = Note("TXT-018", Level.FIX, Message(f"2つの欄の内容が入っていたため、{told}に分けました。"), str(also[field.name]))
    return Read(also[field.name], True, (note,), others)


def _rows_are_read_by_the_document(field: Field, _typed: Any, _context: Context) -> Read:
    raise TypeError(f"{field.name}: rows are read cell by cell")
