"""Fields of the forms for master data: texts cleaned of blanks at their ends, days typed in either calendar, numbers, closed lists."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from wtforms import SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from keynet_admin import clock
from keynet_admin.catalogue import Field, Kind, posting_field
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.normalise.dates import read_date
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.rules.normalise.times import read_time
from keynet_admin.vocabulary import Word

NEEDED = "入力してください。"


def read_day(text: str | None) -> date | None:
    """A day typed in either calendar (2021/5/6、令和3年5月6日), None when it is empty or not understood."""
    read = read_date(posting_field("term_start"), (text or "").strip(), Context(on=clock.today()))
    return date.fromisoformat(read.value) if read.understood and text and text.strip() else None


def read_clock(text: str | None) -> tuple[int, int] | None:
    """A time of day as hour (to 24, or more for the next day) and minute (14:00、午後2時), None when it is empty or not understood."""
    read = read_time(Field("start", "時刻", Kind.TIME), (text or "").strip(), Context(on=clock.today()))
    if not read.understood or not isinstance(read.value, str) or not read.value:
        return None
    hour, minute = map(int, read.value.split(":"))
    return hour, minute


def read_moment(day: str | None, time: str | None) -> datetime | None:
    """A moment in Japan from a typed day and a typed time of it; None when one of them is not understood."""
    on, at = read_day(day), read_clock(time)
    return datetime(on.year, on.month, on.day, *at, tzinfo=clock.TOKYO) if on is not None and at is not None and at[0] < 24 else None


class DayField(StringField):
    """A day. `as_text`: kept as ISO text by its column."""

    def __init__(self, label: str, *, as_text: bool = False, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, [InputRequired(NEEDED)] if required else [], **kwargs)
        self.as_text, self.typed = as_text, ""

    def _value(self) -> str:
        return self.typed or (self.data.isoformat() if isinstance(self.data, date) else self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with words for the field."""
        self.typed = (valuelist[0] if valuelist else "").strip()
        self.data = read_day(self.typed)
        if self.typed and self.data is None:
            raise ValueError("日付として読めません。例：2021/5/6、令和3年5月6日")

    def populate_obj(self, obj: Any, name: str) -> None:
        """As the column keeps it."""
        setattr(obj, name, self.data.isoformat() if self.as_text and isinstance(self.data, date) else self.data)


def text_field(
    label: str, longest: int, *, needed: bool = False, pattern: str = "", wrong: str = "", kind: Any = StringField, **more: Any
) -> Any:
    """A text of at most so many letters, of a pattern when it is not empty."""
    checks: list[Any] = [InputRequired(NEEDED)] if needed else []
    checks.append(Length(max=longest, message=f"{longest}文字までで入力してください。"))
    if pattern:
        checks.append(Regexp(f"(?:{pattern})?$", message=wrong))
    return kind(
        label, checks, filters=[lambda value: "".join(c for c in (value or "") if c.isprintable() or c in "\n\u3000").strip()], **more
    )


class CountField(StringField):
    """A whole number as people type it, with full-width digits too; empty for none."""

    def __init__(self, label: str, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.least, self.most, self.typed = least, most, ""

    def _value(self) -> str:
        return self.typed or ("" if self.data is None else str(self.data))

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed. Raises ValueError with words for the field."""
        self.typed = (valuelist[0] if valuelist else "").strip()
        self.data = typed_count(self.typed, self.most)
        if self.typed and (self.data is None or self.data < self.least):
            raise ValueError(f"{self.least}から{self.most:,}までの数字で入力してください。")


class ChecksField(SelectMultipleField):
    """Some of a list, each with a box to tick."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[], **kwargs)


def word_field(label: str, kind: type[Word], words: Sequence[Word] = (), **more: Any) -> SelectField:
    """One word of a closed list (of `words` only, when some are named)."""
    choices = [SelectChoice(word.value, word.label) for word in words or kind]
    coerce = lambda value: next((word for word in kind if word.value == value), None)  # noqa: E731 - one line, read where it is used
    return SelectField(label, [InputRequired(NEEDED)], choices=choices, coerce=coerce, **more)


class PrefectureField(SelectField):
    """A prefecture, or none of them."""

    def __init__(self, label: str, none: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[SelectChoice("", none), *(SelectChoice(p.code, p.name) for p in prefectures())], **kwargs)
