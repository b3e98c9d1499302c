"""The columns of a table of submissions: which heading means which field, and how a cell's value is taken.

A heading is the nested name of the form's field: `organization-lg_code`, `contact-contact_email`, `title` (or `postings-0-title`),
`shifts-0-start`, `confirmation-agree_terms`; beside them `id`, `reference_date`, and `_reasons`, which no reader looks at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from keynet_admin.catalogue import SECTIONS, Field, Kind

REASONS = "_reasons"
EXTRA = ("id", "reference_date", REASONS)
BETWEEN = re.compile(r"[、,，;；|\n]+")
_NUMBERS = (Kind.INT, Kind.YEN, Kind.HOURS, Kind.DATE, Kind.TIME)
_NO_DAY = 1905  # a time alone comes with a day of the year in which a spreadsheet begins to count, 1899 or 1904
# what a spreadsheet shows instead of a result or of a value that is too wide, also when it saves text
_ERROR_TEXT = re.compile(
    r"#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|GETTING_DATA)|#{3,}|Err:[0-9]{3}"
)


@dataclass(frozen=True)
class NoValue:
    """What is no value: the words say why, and how to mend it. `shown` is what stands in the cell."""

    message: str
    shown: str = ""


FORMULA = NoValue("数式は読み込めません。計算した結果の値を、文字か数値で入力してください。", "=")


def error_value(shown: str) -> NoValue:
    """A cell in which a spreadsheet says that it has no result."""
    why = "表計算ソフトのエラーの表示で、値ではありません" if shown.strip("#") else "列の幅が足りないときの表示で、値が失われています"
    return NoValue(f"「{shown[:20]}」は{why}。元のファイルで、正しい値を文字か数値で入力してください。", shown)


@dataclass(frozen=True)
class FormColumn:
    """Where a column's values go: a section, a field and, for rows of a group, the row's number and the column inside it.

    `id` and its like stand in a section without a name.
    """

    name: str
    section: str
    field: Field
    row: int = 0
    inner: Field | None = None

    @property
    def spec(self) -> Field:
        """The field of one cell."""
        return self.inner or self.field

    @property
    def path(self) -> str:
        """The finding's path of a cell, for the first posting."""
        return self.name.replace("-", ".") if self.section != "postings" else "postings.0." + self.name.replace("-", ".")

    def put(self, sections: dict[str, dict[str, Any]], cell: Any) -> NoValue | None:
        """Write a cell's value to its place; what is no value of the field is given back instead."""
        record = sections[self.section]
        value = value_of(self.spec.kind if self.section else Kind.DATE, cell)
        if isinstance(value, NoValue):
            return value
        if not self.section:
            record[self.name] = value
        elif self.inner is None:
            record[self.field.name] = value
        else:
            rows = record.setdefault(self.field.name, [])
            rows.extend({} for _ in range(self.row + 1 - len(rows)))
            rows[self.row][self.inner.name] = value
        return None

    def cell(self, sections: Mapping[str, Any]) -> Any:
        """What a cell shows of a normalised document (`postings` is the one posting of the row), in words that are read back as the same."""
        record = sections.get(self.section)
        value = record.get(self.field.name) if isinstance(record, Mapping) else None
        if self.inner is not None:
            rows = value if isinstance(value, list) else []
            row = rows[self.row] if self.row < len(rows) else None
            value = row.get(self.inner.name) if isinstance(row, Mapping) else None
        return cell_of(self.spec, value)


def column_of(name: str) -> FormColumn | None:
    """The place a column's heading names, or None when it means nothing."""
    if name in EXTRA:
        return FormColumn(name, "", Field(name, name, Kind.TEXT))
    parts = name.split("-")
    if parts[0] == "postings" and len(parts) > 2 and parts[1] == "0":
        parts = parts[2:]
    section = "postings"
    if parts[0] in SECTIONS and parts[0] != "postings":
        section, parts = parts[0], parts[1:]
    field = next((f for f in SECTIONS[section] if parts and f.name == parts[0]), None)
    if field is None:
        return None
    if len(parts) == 1:
        return None if field.columns else FormColumn(name, section, field)
    inner = next((c for c in field.columns if len(parts) == 3 and c.name == parts[2]), None)
    if inner is None or not re.fullmatch(r"[0-9]{1,2}", parts[1]):
        return None
    return FormColumn(name, section, field, int(parts[1]), inner)


def every_column() -> Iterator[FormColumn]:
    """All columns of the form in its own order, as the Excel template has them (fields that fill themselves are left out)."""
    for section, fields in SECTIONS.items():
        prefix = "" if section == "postings" else f"{section}-"
        for field in fields:
            if field.kind is Kind.AUTO:
                continue
            if not field.columns:
                yield FormColumn(f"{prefix}{field.name}", section, field)
            for row in range(field.max_rows if field.columns else 0):
                for inner in field.columns:
                    yield FormColumn(f"{prefix}{field.name}-{row}-{inner.name}", section, field, row, inner)


def cell_of(field: Field, value: Any) -> Any:
    """A normalised value as a cell: labels of choices, lists with 、 between, はい and いいえ; numbers stay numbers."""
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, (list, tuple)):
        return "、".join(field.label_of(item) if isinstance(item, str) else str(item) for item in value) or None
    if isinstance(value, str):
        return (field.label_of(value) if field.choices else value) or None
    return value if isinstance(value, (int, float)) else None


def value_of(kind: Kind, cell: Any) -> Any:
    """A cell's value as somebody would type it: Excel's days and times become text again, lists are taken apart.

    Numbers stay numbers in fields of numbers, days and times: a day's serial number is offered as a day. NoValue for what is no value, and
    for a day where none belongs (`1-2-3` typed into a cell that Excel may change).
    """
    if isinstance(cell, NoValue):
        return cell
    if isinstance(cell, str):
        if _ERROR_TEXT.fullmatch(cell.strip()):
            return error_value(cell.strip())
        return [part.strip() for part in BETWEEN.split(cell) if part.strip()] if kind is Kind.MULTI else cell
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime):
        cell = _to_the_minute(cell)
        if kind is Kind.TIME and (cell.year < _NO_DAY or cell.time() != time()):
            return cell.strftime("%H:%M")
        return cell.date().isoformat() if kind is Kind.DATE else _day_out_of_place(cell)
    if isinstance(cell, time):
        minutes = round((cell.hour * 60 + cell.minute) + cell.second / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return cell if kind in _NUMBERS and isinstance(cell, (int, float)) else str(cell)


def _to_the_minute(moment: datetime) -> datetime:
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


def _day_out_of_place(moment: datetime) -> NoValue:
    shown = moment.strftime("%Y-%m-%d" if moment.time() == time() else "%Y-%m-%d %H:%M")
    why = f"「{shown}」は日付の値ですが、この欄は日付ではありません。「1-2-3」のような文字を、Excelが日付に変えた可能性があります。"
    return NoValue(f"{why}セルの書式を「文字列」にしてから、入力し直してください。", shown)


def lost(kind: Kind, cell: Any) -> str:
    """What of a cell its field does not keep, in words; empty when all of it is kept."""
    if not isinstance(cell, datetime):
        return ""
    cell = _to_the_minute(cell)
    if kind is Kind.DATE and cell.time() != time():
        clock = cell.strftime("%H:%M")
        return f"時刻（{clock}）は残りません。日付だけを読みました。時刻も知らせるときは、文章を書く欄に入力してください。"
    if kind is Kind.TIME and cell.year >= _NO_DAY:
        return f"日付（{cell.date().isoformat()}）は残りません。時刻だけを読みました。"
    return ""
