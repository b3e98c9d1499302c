"""Which fields a return opens: those it names, what cannot be answered without them, and what nobody could send as it is.

Whatever else comes with a re-entry changes nothing; that it came is told to the operator. A return without items opens the whole form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from keynet_admin.catalogue import SECTIONS
from keynet_admin.catalogue.base import Field, Kind
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.extensions import db
from keynet_admin.models import Review, Submission
from keynet_admin.services import workflow
from keynet_admin.services.submission import intake as submissions

# Fields that are answered together, beside those whose condition says so.
TOGETHER = (
    {"contact_email", "contact_email2"},
    {"org_zip", "org_address"},
    {"org_name", "org_kana", "org_type", "lg_code", "pref"},
    {"term_start", "term_end"},
    {"publish_from", "publish_until"},
    {"shifts", "weekly_hours"},
    {"pay_type", "pay_lines"},
    {"venue_city", "venue_address", "venue_zip"},
)
WHOLE = ""


@dataclass(frozen=True)
class OpenFields:
    """The open places: fields (`postings.0.title`), whole records (`postings.0`), the list of postings (`postings`), or everything."""

    places: frozenset[str]

    @property
    def everything(self) -> bool:
        """Whether nothing is closed."""
        return WHOLE in self.places

    @property
    def postings(self) -> bool:
        """Whether postings may be added and taken away."""
        return self.everything or "postings" in self.places

    def at(self, path: str) -> bool:
        """Whether what stands at a path may be changed; the declarations at the end always may."""
        place = _field(path)
        parts = place.split(".")
        return self.everything or parts[0] == "confirmation" or any(".".join(parts[:n]) in self.places for n in range(1, len(parts) + 1))


def by(paths: Iterable[str]) -> OpenFields:
    """What these places open; everything when there are none."""
    places: set[str] = set()
    for path in paths:
        places |= _with_others(_field(path))
    return OpenFields(frozenset(places or {WHOLE}))


def kept(base: Mapping[str, Any], typed: Mapping[str, Any], opened: OpenFields) -> tuple[dict[str, Any], list[str]]:
    """The typed document with what stood there before at all closed places, and the paths where something else had come."""
    if opened.everything:
        return dict(typed), []
    merged: dict[str, Any] = {**typed}
    strange: list[str] = []
    for section, fields in SECTIONS.items():
        if section == "confirmation":
            continue
        if section != "postings":
            merged[section] = _record(fields, _mapping(base.get(section)), _mapping(typed.get(section)), f"{section}.", opened, strange)
            continue
        before, after = _listed(base.get(section)), _listed(typed.get(section))
        if not opened.postings and len(after) > len(before):
            strange.append("postings")
        number = len(after) if opened.postings else len(before)
        merged[section] = [
            _record(fields, _mapping(_at(before, i)), _mapping(_at(after, i)), f"postings.{i}.", opened, strange)
            if i < len(before)
            else _at(after, i)
            for i in range(number)
        ]
    return merged, strange


def unasked(case: Submission) -> list[Change]:
    """What the last re-entry had otherwise than the revision that was returned, at places that the return did not name (reads only).

    A correction by an operator since then is a revision of its own and takes nothing away.
    """
    query = select(Review.revision, Review.items).where(Review.about(case), Review.action.in_(submissions.RETURNS))
    returned = db.session.execute(query.where(Review.revision < case.current).order_by(Review.id.desc()).limit(1)).one_or_none()
    if returned is None or not returned.items:
        return []
    opened = by(item["path"] for item in returned.items)
    number = returned.revision
    before, after = (submissions.whole(submissions.revision_of(case, at)) for at in (number, number + 1))
    return [change for change in changes(before, after) if not opened.at(change.path)]


def strange_of(case: Submission) -> list[str]:
    """The closed places at which something else came with the last re-entry."""
    event = workflow.last_event(case, "resubmit")
    return list(event.codes.get("strange") or []) if event is not None else []


def _field(path: str) -> str:
    """The field of a section or posting that a path leads into."""
    parts = path.split(".")
    return ".".join(parts[: 3 if parts[0] == "postings" else 2])


def _with_others(place: str) -> set[str]:
    """A field with those that are answered with it."""
    parts = place.split(".")
    section, prefix = parts[0], ".".join(parts[:-1])
    if section not in SECTIONS or len(parts) < (3 if section == "postings" else 2):
        return {place}
    names = {parts[-1]}
    while True:
        more = set(names)
        for field in SECTIONS[section]:
            deciders = _deciders(field)
            if deciders & names:
                more.add(field.name)
            elif field.name in names:
                more |= deciders
        for group in TOGETHER:
            if group & more:
                more |= group & {field.name for field in SECTIONS[section]}
        if more == names:
            return {f"{prefix}.{name}" for name in names}
        names = more


def _deciders(field: Field) -> set[str]:
    """The fields whose answer decides whether this one is asked or required."""
    conditions = [when for spec in (field, *field.columns) for when in (spec.applies, spec.required)]
    return {str(when.field) for when in conditions if when is not None and when.field is not None}


def _record(
    fields: Iterable[Field], base: Mapping[str, Any], typed: Mapping[str, Any], prefix: str, opened: OpenFields, strange: list[str]
) -> dict[str, Any]:
    record = dict(typed)
    for field in fields:
        if opened.at(prefix + field.name):
            continue
        came, was = typed.get(field.name), base.get(field.name)
        if field.kind is not Kind.AUTO and came not in (None, "", False, []) and not _same(came, was):
            strange.append(prefix + field.name)
        record.pop(field.name, None)
        if field.name in base:
            record[field.name] = was
    return record


def _same(came: Any, was: Any) -> bool:
    """Whether a form's text is what stood there: numbers come as texts, a line break as two characters."""
    if isinstance(came, list) and isinstance(was, list):
        return len(came) == len(was) and all(_same(a, b) for a, b in zip(came, was, strict=True))
    if isinstance(came, Mapping) and isinstance(was, Mapping):
        return all(_same(came.get(name), was.get(name)) for name in {*came, *was} if came.get(name) or was.get(name))
    return str(came).replace("\r\n", "\n").strip() == str(was).replace("\r\n", "\n").strip()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(rows: list[Any], index: int) -> Any:
    return rows[index] if index < len(rows) else {}
