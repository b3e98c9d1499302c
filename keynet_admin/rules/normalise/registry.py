"""Which normaliser reads which kind of field."""

from collections.abc import Callable
from typing import Any

from keynet_admin.catalogue import Field, Kind
from keynet_admin.rules.engine.result import Context, Read
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


def reader_of(field: Field) -> Reader:
    """The normaliser of a field."""
    if field.kind is Kind.ROWS:
        return _rows_are_read_by_the_document
    return _BY_NAME.get(field.name) or _READERS[field.kind]


def _rows_are_read_by_the_document(field: Field, _typed: Any, _context: Context) -> Read:
    raise TypeError(f"{field.name}: rows are read cell by cell")
