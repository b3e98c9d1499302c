"""Which normaliser reads which kind of field."""

from collections.abc import Callable
from typing import Any

from keynet_admin.catalogue import Field, Kind
from keynet_admin.rules.engine.result import Context, Read, blank
from keynet_admin.rules.normalise.choices import quick_bool, quick_choice, quick_multi, read_bool, read_choice, read_multi, read_prefecture
from keynet_admin.rules.normalise.codes import quick_lg_code, quick_municipality, read_lg_code, read_municipality
from keynet_admin.rules.normalise.contacts import quick_email, quick_phone, quick_zip, read_email, read_phone, read_zip
from keynet_admin.rules.normalise.dates import quick_date, read_date
from keynet_admin.rules.normalise.days import read_days
from keynet_admin.rules.normalise.hours import quick_hours, read_hours
from keynet_admin.rules.normalise.money import read_yen
from keynet_admin.rules.normalise.numbers import quick_int, read_break, read_digits, read_headcount, read_int
from keynet_admin.rules.normalise.text import quick_kana, quick_text, read_kana, read_text, read_url
from keynet_admin.rules.normalise.times import quick_time, read_time

Reader = Callable[[Field, Any, Context], Read]
Quick = Callable[[Any], bool]

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


def _never(_value: Any) -> bool:
    return False


def _same(quick: Quick) -> Callable[[Field], Quick]:
    """One test for every field of the kind."""
    return lambda _field: quick


def _quick_yen(field: Field) -> Quick:
    most = 10 ** (field.max_length or 9)

    def quick(value: Any) -> bool:
        return type(value) is int and 0 <= value < most

    return quick


_QUICK: dict[Kind, Callable[[Field], Quick]] = {
    Kind.TEXT: quick_text,
    Kind.AREA: quick_text,
    Kind.NAME: quick_text,
    Kind.ADDRESS: quick_text,
    Kind.KANA: quick_kana,
    Kind.LG_CODE: _same(quick_lg_code),
    Kind.ZIP: _same(quick_zip),
    Kind.PHONE: _same(quick_phone),
    Kind.EMAIL: _same(quick_email),
    Kind.INT: quick_int,
    Kind.YEN: _quick_yen,
    Kind.HOURS: _same(quick_hours),
    Kind.DATE: _same(quick_date),
    Kind.TIME: _same(quick_time),
    Kind.DAYS: quick_multi,
    Kind.CHOICE: quick_choice,
    Kind.MULTI: quick_multi,
    Kind.MUNICIPALITY: _same(quick_municipality),
    Kind.BOOL: _same(quick_bool),
}


def reader_of(field: Field) -> Reader:
    """The normaliser of a field."""
    if field.kind is Kind.ROWS:
        return _rows_are_read_by_the_document
    return _BY_NAME.get(field.name) or _READERS[field.kind]


def _rows_are_read_by_the_document(field: Field, _typed: Any, _context: Context) -> Read:
    raise TypeError(f"{field.name}: rows are read cell by cell")


def quick_of(field: Field) -> Quick:
    """A cheap test of a field: True only for a value that its normaliser would give back unchanged and without a remark."""
    make = _QUICK.get(field.kind)
    return make(field) if make else _never


def normalise(field: Field, typed: Any, context: Context) -> Read:
    """One typed value, blank ones as None. Never raises."""
    if field.kind is not Kind.AUTO and blank(typed):
        return Read(None)
    return reader_of(field)(field, typed, context)
