"""Which parts of a form are open: what is finished folds away, and the index says what is left. Drawn with `<details>`, no script needed.

A part is a section (団体, 連絡担当者), a posting, or a group of a posting's fields (勤務時間).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import Form

from keynet_admin.catalogue import SECTION_LABELS, Kind
from keynet_admin.catalogue.display import show
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.web.forms import groups_of

ABOUT_MOST = 60
ABOUT_POSTING = ("title", "headcount", "term_start", "term_end")


@dataclass
class Fold:
    """One part. `left`: required fields that are empty; `about`: what stands in it, in a line; `parts`: the groups of a posting."""

    name: str
    id: str
    left: int
    errors: int
    warnings: int
    started: bool
    returned: bool
    about: str
    parts: tuple["Fold", ...] = ()
    open: bool = False

    @property
    def done(self) -> bool:
        """Nothing is left to do here."""
        return not (self.left or self.errors or self.returned)


def folds_of(form: Form, findings: Iterable[Finding], missing: Iterable[Finding], normalized: Mapping[str, Any]) -> dict[str, Fold]:
    """The parts of the whole form by id: `organization`, `contact`, `postings-0` and its groups (by the id of their first field)."""
    found, absent = list(findings), list(missing)
    folds: dict[str, Fold] = {}
    for name in ("organization", "contact"):
        part = _fold(name, SECTION_LABELS[name], list(form[name].form), found, absent, _mapping(normalized.get(name)))
        part.open = not part.done
        folds[name] = part
    records = normalized.get("postings")
    first = True
    for number, entry in enumerate(form.postings):
        record = _mapping(records[number]) if isinstance(records, list) and number < len(records) else {}
        groups = posting_folds(entry.form, found, absent, record, first=first)
        whole = _fold(f"postings-{number}", f"募集{number + 1}", list(entry.form), found, absent, record)
        whole.about = _about([entry.form._fields[name] for name in ABOUT_POSTING], record)
        whole.parts, whole.open = tuple(groups.values()), not whole.done or len(form.postings) == 1
        first = first and whole.done
        folds |= {whole.id: whole} | groups
    folds["confirmation"] = _fold("confirmation", SECTION_LABELS["confirmation"], list(form.confirmation.form), found, absent, {})
    return folds


def posting_folds(
    form: Form, findings: list[Finding], missing: list[Finding], record: Mapping[str, Any], *, prefix: str = "", first: bool = True
) -> dict[str, Fold]:
    """The groups of one posting. Open: those with errors or returned fields, those begun, and, with `first`, the first unfinished one.

    `prefix` is what paths have before the names of this form's fields (`postings.0.` for the form of one posting).
    """
    folds: dict[str, Fold] = {}
    for group in groups_of(form):
        fold = _fold(group.fields[0].id, group.name, group.fields, findings, missing, record, prefix)
        fold.open = bool(fold.errors or fold.returned or (fold.left and (fold.started or first)))
        first = first and not fold.left
        folds[fold.id] = fold
    return folds


def _fold(
    id: str,
    name: str,
    fields: Iterable[Any],
    findings: list[Finding],
    missing: list[Finding],
    record: Mapping[str, Any],
    prefix: str = "",
) -> Fold:
    bound = {prefix + field.name.replace("-", "."): field for field in fields}
    here = [found for found in findings if _field_at(bound, found.path) is not None]
    return Fold(
        name,
        id,
        len({at for found in missing if (at := _field_at(bound, found.path)) is not None}),
        sum(found.level is Level.ERROR for found in here),
        sum(found.level is Level.WARNING for found in here),
        any(_typed(field) for field in bound.values()),
        any(_returned(field) for field in bound.values()),
        _about(bound.values(), record),
    )


def _field_at(bound: Mapping[str, Any], path: str) -> str | None:
    """The path of the field that a finding stands at."""
    while path and path not in bound:
        path = path.rpartition(".")[0]
    return path or None


def _typed(field: Any) -> bool:
    """Whether somebody has typed or chosen something; boxes that are ticked from the start say nothing."""
    if field.spec.kind is Kind.ROWS:
        return any(_typed(cell) for row in field.entries for cell in row.form)
    return field.spec.kind not in (Kind.BOOL, Kind.AUTO) and bool(field.data)


def _returned(field: Any) -> bool:
    return (bool(field.remark) and not field.mended) or (
        field.spec.kind is Kind.ROWS and any(_returned(cell) for row in field.entries for cell in row.form)
    )


def _about(fields: Iterable[Any], record: Mapping[str, Any]) -> str:
    """The first short values of a part."""
    words = ""
    for field in fields:
        value = record.get(field.spec.name)
        if field.spec.kind in (Kind.AREA, Kind.BOOL) or value in (None, "", []):
            continue
        text = show(field.spec, value).replace("\n", "、")
        text = text.partition("（")[0] if field.spec.kind is Kind.DATE else text
        if len(words) + len(text) > ABOUT_MOST:
            break
        words += ("　" if words else "") + text
    return words


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
