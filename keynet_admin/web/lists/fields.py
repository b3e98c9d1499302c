"""Fields of the forms for master data: texts cleaned of blanks at their ends, and days typed in either calendar."""

from datetime import date
from typing import Any

from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.normalise.dates import read_date

NEEDED = "入力してください。"


def read_day(text: str | None) -> date | None:
    """A day typed in either calendar (2021/5/6、令和3年5月6日), None when it is empty or not understood."""
    read = read_date(posting_field("term_start"), (text or "").strip(), Context(on=clock.today()))
    return date.fromisoformat(read.value) if read.understood and text and text.strip() else None


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
    return kind(label, checks, filters=[lambda value: "".join(c for c in (value or "") if c.isprintable() or c == "\n").strip()], **more)


class PrefectureField(SelectField):
    """A prefecture, or none of them."""

    def __init__(self, label: str, none: str, **kwargs: Any) -> None:
        super().__init__(label, choices=[SelectChoice("", none), *(SelectChoice(p.code, p.name) for p in prefectures())], **kwargs)
