"""Fills the reference tables from `seed_data/`. Repeatable: a second run changes nothing, a changed file changes its rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import select

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import (
    LawDateRecord,
    MessageTemplate,
    MinimumWageRecord,
    MunicipalityRecord,
    NurseCenterRecord,
    Partner,
    PrefectureRecord,
)
from keynet_admin.services import master_data
from keynet_admin.vocabulary import CandidateKind, PartnerKind, TemplateUse

DATED = (MinimumWageRecord, LawDateRecord)
# What names a row in its file, where that is not the table's key; and the columns that no file fills.
KEYS: dict[type[Any], Sequence[str]] = {
    NurseCenterRecord: ("prefecture_code",),
    LawDateRecord: ("key", "valid_from"),
    Partner: ("code",),
    MessageTemplate: ("code",),
}
OWN_COLUMNS = ("id", "version", "edited", "note", "organization_id", "active", "changed_at")
CENTER_CONTACTS = ("postal_code", "address", "phone", "email", "website")


@dataclass(frozen=True)
class Loaded:
    """What happened to one table: rows of the file, and how many of them were added, changed or taken away."""

    table: str
    rows: int
    added: int
    changed: int
    removed: int
    kept: int


def load_reference() -> list[Loaded]:
    """Read every file first, then bring the tables up to them in the caller's transaction.

    Raises BadReferenceFile (file, row, column) before anything is written. Minimum wages and law dates that are no longer in their file are
    removed; bodies stay, because old postings name them. Rows that an administrator edited are left as they are, and counted.
    """
    _forget()
    tables: list[tuple[type[Any], list[dict[str, Any]]]] = [
        (PrefectureRecord, _rows(PrefectureRecord, reference.prefectures())),
        (
            MunicipalityRecord,
            _rows(MunicipalityRecord, reference.municipalities(), domain=lambda body: min(reference.domains_of(body.code6), default="")),
        ),
        (MinimumWageRecord, _rows(MinimumWageRecord, reference.minimum_wages())),
        (NurseCenterRecord, _rows(NurseCenterRecord, reference.nurse_centers())),
        (
            Partner,
            [{**asdict(item), "kind": next(kind for kind in PartnerKind if kind.value == item.kind)} for item in reference.partners()],
        ),
        (LawDateRecord, _rows(LawDateRecord, reference.read_law_dates(), value=lambda item: item.value.isoformat())),
        (
            MessageTemplate,
            _rows(
                MessageTemplate,
                reference.template_texts(),
                use=lambda item: next(use for use in TemplateUse if use.value == item.use),
                kind=lambda item: next((kind for kind in CandidateKind if kind.value == item.kind), None),
                body=lambda item: item.body.replace("\\n", "\n"),
            ),
        ),
    ]
    reference.job_types()
    loaded = [_bring_up(model, rows) for model, rows in tables]
    # Other processes hold the rows from before, this one the files' own values; of a first load everybody has those.
    if any(0 < table.added < table.rows or table.changed or table.removed or table.kept for table in loaded):
        master_data.changed()
    return loaded


def _forget() -> None:
    """Drop what the readers keep in memory, so that the files as they are now count."""
    for reader in vars(reference).values():
        if hasattr(reader, "cache_clear"):
            reader.cache_clear()


def _rows(model: type[Any], items: Iterable[Any], **computed: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """The items' values by the model's columns (some are the administrators' own)."""
    readers = {column.key: attrgetter(column.key) for column in model.__table__.columns if column.key not in OWN_COLUMNS} | computed
    return [{name: read(item) for name, read in readers.items()} for item in items]


def _bring_up(model: type[Any], rows: list[dict[str, Any]]) -> Loaded:
    """Insert what is missing, update what differs and delete what is no longer in the file of a dated table."""
    keys = KEYS.get(model) or [column.key for column in model.__mapper__.primary_key]
    of_file = (getattr(model, key).is_not(None) for key in keys)  # a municipality's own text has no code
    stored = {tuple(getattr(item, key) for key in keys): item for item in db.session.scalars(select(model).where(*of_file))}
    by_hand = {key for key, item in stored.items() if getattr(item, "edited", False)}
    added = changed = 0
    for row in rows:
        key = tuple(row[name] for name in keys)
        item = stored.pop(key, None)
        if item is None:
            db.session.add(model(**row))
            added += 1
        elif key not in by_hand:
            changed += _update(item, row)
    removed = [item for key, item in stored.items() if key not in by_hand] if model in DATED else []
    for item in removed:
        db.session.delete(item)
    db.session.flush()
    return Loaded(model.__tablename__, len(rows), added, changed, len(removed), len(by_hand))


def _update(item: Any, row: dict[str, Any]) -> bool:
    """Set the columns that differ, a Nurse Center's contacts only where nothing is stored. True when something was set."""
    kept = {name for name in CENTER_CONTACTS if isinstance(item, NurseCenterRecord) and getattr(item, name)}
    differs = {name: value for name, value in row.items() if getattr(item, name) != value and name not in kept}
    for name, value in differs.items():
        setattr(item, name, value)
    return bool(differs)
