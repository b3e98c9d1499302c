"""The dated table of law and programme dates (`seed_data/law_dates.csv`): what is set, as known on a day."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from keynet_admin.catalogue.table import BadReferenceFile, CsvRow, table


@dataclass(frozen=True, slots=True)
class LawDate:
    """A date that law or the programme sets, as known between two days (both included, None = open)."""

    key: str
    valid_from: date | None
    valid_to: date | None
    value: date
    basis: str


@lru_cache(maxsize=1)
def law_dates() -> tuple[LawDate, ...]:
    """All dates of the law table; two periods of one key must not overlap."""

    def make(row: CsvRow) -> LawDate:
        start, end = row.day_or_none("valid_from"), row.day_or_none("valid_to")
        if start and end and end < start:
            raise row.bad("valid_to", "終わりが始まりより前です")
        return LawDate(row.text("key", pattern=r"[a-z0-9_]+"), start, end, row.day("value"), row.text("basis"))

    found = table("law_dates.csv", ("key", "valid_from", "valid_to", "value", "basis"), make, lambda d: (d.key, d.valid_from))
    ordered = sorted(found, key=lambda d: (d.key, d.valid_from or date.min))
    for before, after in pairwise(ordered):
        if before.key == after.key and (before.valid_to or date.max) >= (after.valid_from or date.min):
            raise BadReferenceFile("law_dates.csv", 0, "valid_from", f"{after.key}の期間が重なっています")
    return found


@lru_cache(maxsize=256)
def law_date(key: str, on: date) -> date | None:
    """The date that the table sets for `key`, as known on a day; None when the table says nothing for that day."""
    for item in law_dates():
        if item.key == key and (item.valid_from is None or on >= item.valid_from) and (item.valid_to is None or on <= item.valid_to):
            return item.value
    return None
