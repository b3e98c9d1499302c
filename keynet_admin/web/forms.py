"""WTForms made from the field catalogue.

The way of a form: `read()` turns what was posted into a typed document (strings as typed, nothing lost), `apply_buttons()` does
what an add, remove, copy or choose button asked for, the rules judge, `fill()` makes the form that shows the document again, and
`attach()` puts the findings at their fields. WTForms validates nothing here: the entry rules do, the same ones everywhere.

Names nest as WTForms does: `organization-lg_code`, `postings-0-shifts-0-start`, `postings-0-pay_lines-1-min`. The form of one
posting (`PostingForm`, for the office) has no prefix: `title`, `shifts-0-start`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from wtforms import FieldList, Form, FormField, StringField

from keynet_admin.catalogue import POSTING, SECTIONS, label_at
from keynet_admin.catalogue.applicability import condition_words
from keynet_admin.catalogue.base import Field as Spec
from keynet_admin.catalogue.base import Kind
from keynet_admin.catalogue.display import TOLD_IN_WORDS, show
from keynet_admin.catalogue.paths import is_index, walk
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.rules.normalise.choices import slug_of

Document = dict[str, Any]
Option = tuple[str, str, bool]

YES = frozenset({"1", "on", "true", "y", "yes", "はい", "有", "○", "◯", "〇"})
# What posts as plain yes; any other value of a tick box is kept as typed, for the rules to judge.
TICKED = frozenset({"1", "on", "true", "y", "yes"})
RADIO_MOST = 6
LISTS = (Kind.MULTI, Kind.DAYS)
INPUTMODE = {
    Kind.DIGITS: "numeric",
    Kind.LG_CODE: "numeric",
    Kind.ZIP: "numeric",
    Kind.INT: "numeric",
    Kind.YEN: "numeric",
    Kind.TIME: "numeric",
    Kind.HOURS: "decimal",
    Kind.PHONE: "tel",
    Kind.EMAIL: "email",
    Kind.URL: "url",
}
WIDTH = {
    Kind.DIGITS: "s",
    Kind.LG_CODE: "s",
    Kind.ZIP: "s",
    Kind.INT: "xs",
    Kind.YEN: "s",
    Kind.TIME: "xs",
    Kind.HOURS: "xs",
    Kind.PHONE: "m",
    Kind.DATE: "m",
    Kind.MUNICIPALITY: "m",
    Kind.AUTO: "s",
    Kind.NAME: "m",
    Kind.KANA: "m",
}
COUNTED = frozenset({Kind.TEXT, Kind.AREA, Kind.NAME, Kind.KANA, Kind.ADDRESS})
AUTOCOMPLETE = {
    "org_zip": "postal-code",
    "org_name": "organization",
    "contact_email": "email",
    "family_name": "family-name",
    "given_name": "given-name",
    "email": "email",
    "tel": "tel",
}


class FieldMessages:
    """Mixin: the messages at a field or group: findings of the rules and an operator's words."""

    findings: Sequence[Finding] = ()
    remark: str = ""
    mended: bool = False
    locked: bool = False
    shown: str = ""
    id: str

    @property
    def bad(self) -> bool:
        """True when an error-level finding stands at this place."""
        return any(found.level is Level.ERROR for found in self.findings)

    @property
    def messages(self) -> list[Finding]:
        """The findings shown as sentences before the control (all but plain normalising)."""
        return [found for found in self.findings if found.level is not Level.FIX]

    @property
    def changes(self) -> list[Finding]:
        """What was normalised, shown after the control; once where several rules did it together."""
        fixes = [found for found in self.findings if found.level is Level.FIX]
        shown = [(repr(found.typed), repr(found.value), found.rule in TOLD_IN_WORDS and found.message) for found in fixes]
        return [found for place, found in enumerate(fixes) if shown[place] not in shown[:place]]

    def described(self, has_help: bool, extra: str = "") -> str:
        """The ids for `aria-describedby`: help, operator's words, findings, counter."""
        if not (self.findings or self.remark):
            return " ".join(filter(None, (f"{self.id}-h" if has_help else "", extra)))
        ids = [f"{self.id}-h"] if has_help else []
        if self.remark:
            ids.append(f"{self.id}-r")
        ids.extend(f"{self.id}-e{i}" for i in range(len(self.messages)))
        return " ".join([*ids, extra] if extra else ids)


class Typed(FieldMessages, StringField):
    """One field of the catalogue. `data` is the text to show, or a list of texts for days and multiple choice."""

    def __init__(self, spec: Spec, in_row: bool = False, **kwargs: Any) -> None:
        """Bind a field to its row of the catalogue; `in_row` for a column of a repeated group."""
        super().__init__(spec.label, **kwargs)
        self.spec = spec
        self.control = control_of(spec)
        self.in_row = in_row
        self.decider: Typed | None = None

    def process_data(self, value: Any) -> None:
        """Take the document's value, of whatever JSON type."""
        if self.spec.kind in LISTS:
            self.data = [_text(item) for item in value] if isinstance(value, (list, tuple)) else [t] if (t := _text(value)) else []
        else:
            self.data = _text(value)

    @property
    def ticked(self) -> bool:
        """True when a tick box is to be shown ticked."""
        return (self.data or "").strip().lower() in YES

    @property
    def depends_on(self) -> str:
        """Name of the control whose answer decides whether this field applies; empty when none does."""
        if self.spec.applies is None:
            return ""
        # Of `postings-0-pay_lines-1-hours_per_unit` the posting's field decides: `postings-0-pay_type`.
        steps = self.name.split("-")[: -3 if self.in_row else -1]
        return "-".join((*steps, str(self.spec.applies.field)))

    @property
    def asked(self) -> bool:
        """Whether the field is shown: its condition holds, something is said about it, or a text stands in it before anybody can know.

        `core.js` asks the same while one types; without script the answer comes with the next saving.
        """
        if self.spec.applies is None or self.decider is None:
            return True
        typed = str(self.decider.data or "")
        answer = slug_of(self.decider.spec, typed) or typed
        noted = bool(self.remark) or bool(self.messages)
        return answer in self.spec.applies.values or noted or (not answer and self.control != "box" and bool(self.data))

    @property
    def options(self) -> list[Option]:
        """Value, label, chosen. A typed text that is no choice stands as an option of its own, so that it is not lost."""
        typed = self.data if isinstance(self.data, list) else [self.data] if self.data else []
        chosen = {slug_of(self.spec, text) or text: text for text in typed if text}
        result = [(c.slug, c.label, c.slug in chosen) for c in self.spec.choices]
        known = {c.slug for c in self.spec.choices}
        result.extend((text, f"「{text}」（選び直してください）", True) for slug, text in chosen.items() if slug not in known)
        return result

    @property
    def anchor(self) -> str:
        """Id of the element that a link in the error summary leads to."""
        return f"{self.id}-0" if self.control in ("radio", "checks", "days") else self.id


class Rows(FieldMessages, FieldList):
    """A repeated group (shifts, pay lines). More rows than allowed are kept: a rule says so."""

    control = "rows"

    def __init__(self, spec: Spec, row_form: type[Form], **kwargs: Any) -> None:
        """Bind the group to its row of the catalogue."""
        super().__init__(FormField(row_form), spec.label, **kwargs)
        self.spec = spec

    @property
    def anchor(self) -> str:
        """Id of the group's fieldset."""
        return self.id


def control_of(spec: Spec) -> str:
    """How a field is drawn: text, area, auto, box, radio, select, checks, days or rows."""
    if spec.kind is Kind.CHOICE:
        # Only a radio group that must be answered: a radio cannot be unset again.
        return "radio" if spec.required is not None and spec.required.field is None and len(spec.choices) <= RADIO_MOST else "select"
    by_kind = {Kind.AREA: "area", Kind.AUTO: "auto", Kind.BOOL: "box", Kind.MULTI: "checks", Kind.DAYS: "days", Kind.ROWS: "rows"}
    return by_kind.get(spec.kind, "text")


def width_of(spec: Spec) -> str:
    """Width of a text box: xs, s, m or "" for the whole column."""
    if spec.kind in WIDTH:
        return WIDTH[spec.kind]
    return "m" if spec.max_length is not None and spec.max_length <= 20 else ""


def _made(name: str, specs: Iterable[Spec], in_row: bool = False) -> type[Form]:
    fields: dict[str, Any] = {}
    for spec in specs:
        rows = spec.kind is Kind.ROWS
        fields[spec.name] = Rows(spec, _made(f"{spec.name}Row", spec.columns, in_row=True)) if rows else Typed(spec, in_row)
    return type(name, (Form,), fields)


PostingForm = _made("PostingForm", POSTING)
OrganizationForm = _made("OrganizationForm", SECTIONS["organization"])
ContactForm = _made("ContactForm", SECTIONS["contact"])
ConfirmationForm = _made("ConfirmationForm", SECTIONS["confirmation"])


class SubmissionForm(Form):
    """A whole submission. The number of postings is not limited here: a rule says when it is too many."""

    organization = FormField(OrganizationForm)
    contact = FormField(ContactForm)
    postings = FieldList(FormField(PostingForm))
    confirmation = FormField(ConfirmationForm)
    fixed = False  # postings may be added, copied and taken away


def fill(document: Mapping[str, Any], normalized: Mapping[str, Any] | None = None) -> SubmissionForm:
    """The form showing a typed document (any JSON). At least one posting, one shift and one pay line are shown.

    `normalized` helps where the form cannot show what was typed: tick boxes of days and choices that were typed as a text.
    """
    better = normalized or {}
    data = {
        section: _section_data(SECTIONS[section], _mapping(document.get(section)), _mapping(better.get(section)))
        for section in ("organization", "contact", "confirmation")
    }
    postings = _listed(document.get("postings")) or [{}]
    better_postings = _listed(better.get("postings"))
    data["postings"] = [
        _section_data(POSTING, _mapping(posting), _mapping(better_postings[i] if i < len(better_postings) else None))
        for i, posting in enumerate(postings)
    ]
    form = SubmissionForm(data=data)
    for entry in form.postings:
        _bind_deciders(entry.form)
    return form


def fill_posting(posting: Mapping[str, Any], normalized: Mapping[str, Any] | None = None) -> Form:
    """The form of one posting, names without a prefix."""
    form = PostingForm(data=_section_data(POSTING, posting, normalized or {}))
    _bind_deciders(form)
    return form


def fill_record(specs: Iterable[Spec], record: Mapping[str, Any], normalized: Mapping[str, Any]) -> Form:
    """The form of one record of its own (somebody who applies), names without a prefix."""
    return _made("RecordForm", specs)(data=_section_data(specs, record, normalized))


def _bind_deciders(posting: Form) -> None:
    """Tell each field with a condition which field of the posting decides."""
    for field in posting:
        cells = [cell for row in field.entries for cell in row.form] if isinstance(field, Rows) else [field]
        for cell in cells:
            if cell.spec.applies is not None:
                cell.decider = posting._fields[str(cell.spec.applies.field)]


def blank_posting() -> Document:
    """A new posting: only the defaults of the catalogue."""
    return {spec.name: spec.default for spec in POSTING if spec.default is not None}


def attach(form: Form, findings: Iterable[Finding], prefix: str = "") -> list[Finding]:
    """Put findings at their fields by path; what has no field in this form is returned.

    `prefix` is left off the paths first (`postings.0.` for the form of one posting).
    """
    stray = []
    for found in findings:
        place = place_of(form, found.path.removeprefix(prefix))
        if place is None:
            stray.append(found)
        else:
            place.findings = [*place.findings, found]
    return stray


def mark_returned(form: Form, remarks: Mapping[str, str], prefix: str = "", mended: Collection[str] = ()) -> None:
    """Put an operator's words at the fields that were returned (path -> words); `mended`: the paths of those that were changed since."""
    for path, words in remarks.items():
        place = place_of(form, path.removeprefix(prefix))
        if place is not None:
            place.remark, place.mended = words, path in mended


def lock(form: SubmissionForm, opened: Any, normalized: Mapping[str, Any]) -> None:
    """Show the fields that may not be changed as text. `opened.at(path)` says which may, `opened.postings` whether their number may."""
    form.fixed = not opened.postings
    parts = [(name, getattr(form, name).form) for name in ("organization", "contact")]
    parts += [(f"postings.{index}", entry.form) for index, entry in enumerate(form.postings)]
    for prefix, part in parts:
        for bound in part:
            path = f"{prefix}.{bound.spec.name}"
            if not opened.at(path):
                bound.locked = True
                bound.shown = show(bound.spec, walk(normalized, path)) or (bound.data if isinstance(bound.data, str) else "")


def place_of(form: Form, path: str) -> Any | None:
    """The field a dotted path points at, or the nearest repeated group around it; None when there is neither."""
    at: Any = form
    nearest: Any | None = None
    for part in path.split("."):
        if isinstance(at, FormField):
            at = at.form
        if isinstance(at, FieldList):
            if isinstance(at, Rows):
                nearest = at
            if not (is_index(part) and int(part) < len(at.entries)):
                return nearest
            at = at.entries[int(part)]
        elif isinstance(at, Form):
            if part not in at._fields:
                return nearest
            at = at._fields[part]
        else:
            return at if hasattr(at, "spec") else nearest
    return at if hasattr(at, "spec") else nearest


def summary_items(form: Form, findings: Iterable[Finding], prefix: str = "") -> list[tuple[str, str, str]]:
    """Anchor, place in words and what to do of every error-level finding, for the summary on top of the form."""
    items = []
    for found in findings:
        if found.level is Level.ERROR:
            place = place_of(form, found.path.removeprefix(prefix))
            label = label_at(found.path)
            # What stands at no field (21 postings) is read only here: whole.
            items.append((place.anchor, label, found.what) if place is not None else ("", label, found.message))
    return items


def need_of(spec: Spec, on: date) -> str:
    """Whether a field must be filled on a day: "must", "maybe" (its condition is in the help text) or "free"."""
    when = spec.required
    if when is None or (when.since is not None and on < when.since):
        return "free"
    return "must" if when.field is None else "maybe"


@lru_cache(maxsize=512)
def help_of(spec: Spec, on: date) -> str:
    """Help text of a field with the condition under which it applies and the greatest length of longer texts."""
    words = "　".join(filter(None, (spec.help, condition_words(spec, on))))
    if spec.max_length and spec.max_length >= 20 and spec.kind in COUNTED:
        words += f"（{spec.max_length}文字まで）"
    return words


@dataclass(frozen=True)
class Group:
    """Fields of a form under one heading of the catalogue."""

    name: str
    fields: tuple[Any, ...]


def groups_of(form: Form) -> list[Group]:
    """The form's fields by group, in the catalogue's order."""
    return [Group(name, tuple(fields)) for name, fields in groupby(form, key=lambda bound: bound.spec.group)]


def row_is_bad(row: Form) -> bool:
    """True when an error stands in one of the row's cells."""
    return any(cell.bad for cell in row)


def is_filled(form: Form) -> bool:
    """True when every field that is always required has something in it (for the tick in the side index)."""
    always = (field for field in form if isinstance(field, Typed) and need_of(field.spec, date.max) == "must")
    return all(bool(field.data) for field in always)


def _section_data(specs: Iterable[Spec], record: Mapping[str, Any], better: Mapping[str, Any]) -> Document:
    data: Document = {}
    for spec in specs:
        value = record.get(spec.name, spec.default)
        understood = better.get(spec.name)
        if spec.kind is Kind.ROWS:
            rows = _listed(value) or [{}]
            helps = _listed(understood)
            helps += [None] * (len(rows) - len(helps))
            value = [_section_data(spec.columns, _mapping(row), _mapping(help_)) for row, help_ in zip(rows, helps, strict=False)]
        elif (spec.kind in LISTS and isinstance(understood, (list, tuple)) and not isinstance(value, (list, tuple))) or (
            spec.kind is Kind.AUTO and understood
        ):
            value = understood
        data[spec.name] = value
    return data


def _text(value: Any) -> str:
    """A JSON value as the text a person would have typed."""
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return "、".join(_text(item) for item in value)
    return str(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
