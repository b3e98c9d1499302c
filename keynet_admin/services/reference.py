"""Fills the reference tables from `seed_data/`. Repeatable: a second run changes nothing, a changed file changes its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.table import BadReferenceFile
from keynet_admin.extensions import db
from keynet_admin.models import LawDateRecord, MinimumWageRecord, MunicipalityRecord, NurseCenterRecord, PrefectureRecord

CENTER_CONTACTS = ("postal_code", "address", "phone", "email", "website")


@dataclass(frozen=True)
class Loaded:
    """What happened to one table: rows of the file, and how many of them were added, changed or taken away."""

    table: str
    rows: int
    added: int
    changed: int
    removed: int


def load_reference() -> list[Loaded]:
    """Read every file first, then bring the tables up to them in the caller's transaction.

    Raises BadReferenceFile (file, row, column) before anything is written. Minimum wages and law dates that are no longer in their file are
    removed; bodies stay, because old postings name them. Contacts of a Nurse Center that somebody filled in are kept.
    """
    _forget()
    tables: list[tuple[type[Any], list[dict[str, Any]], bool, Sequence[str]]] = [
        (
            PrefectureRecord,
            [{"code": p.code, "name": p.name, "kana": p.kana, "region": p.region} for p in reference.prefectures()],
            False,
            (),
        ),
        (MunicipalityRecord, list(_municipalities()), False, ()),
        (MinimumWageRecord, list(_wages()), True, ()),
        (NurseCenterRecord, list(_centers()), False, CENTER_CONTACTS),
        (LawDateRecord, list(_law_dates()), True, ()),
    ]
    reference.job_types()
    return [_bring_up(model, rows, remove=remove, fill_only=fill_only) for model, rows, remove, fill_only in tables]


def _forget() -> None:
    """Drop what the readers keep in memory, so that the files as they are now count."""
    for reader in vars(reference).values():
        if hasattr(reader, "cache_clear"):
            reader.cache_clear()


def _municipalities() -> Iterable[dict[str, Any]]:
    for body in reference.municipalities():
        yield {
            "code6": body.code6,
            "prefecture_code": body.prefecture_code,
            "name": body.name,
            "kana": body.kana,
            "kind": body.kind,
            "county": body.county,
            "parent_code6": body.parent_code6,
            "domain": min(reference.domains_of(body.code6), default=""),
        }


def _wages() -> Iterable[dict[str, Any]]:
    for wage in reference.minimum_wages():
        yield {"prefecture_code": wage.prefecture_code, "effective_from": wage.effective_from, "yen_per_hour": wage.yen_per_hour}


def _centers() -> Iterable[dict[str, Any]]:
    for center in reference.nurse_centers():
        row: dict[str, Any] = {"prefecture_code": center.prefecture_code, "name": center.name, "operator": center.operator}
        yield row | {column: getattr(center, column) for column in CENTER_CONTACTS}


def _law_dates() -> Iterable[dict[str, Any]]:
    for item in reference.law_dates():
        if item.valid_from is None:
            raise BadReferenceFile("law_dates.csv", 0, "valid_from", f"{item.key}の始まりが空欄です")
        yield {
            "key": item.key,
            "valid_from": item.valid_from,
            "valid_to": item.valid_to,
            "value": item.value.isoformat(),
            "basis": item.basis,
        }


def _bring_up(model: type[Any], rows: list[dict[str, Any]], *, remove: bool, fill_only: Sequence[str]) -> Loaded:
    """Insert what is missing, update what differs and, when asked, delete what is not in the file."""
    keys = [column.key for column in model.__mapper__.primary_key]
    stored = {tuple(getattr(item, key) for key in keys): item for item in db.session.scalars(select(model))}
    added = changed = 0
    for row in rows:
        item = stored.pop(tuple(row[key] for key in keys), None)
        if item is None:
            db.session.add(model(**row))
            added += 1
        else:
            changed += _update(item, row, fill_only)
    if remove:
        for item in stored.values():
            db.session.delete(item)
    db.session.flush()
    return Loaded(model.__tablename__, len(rows), added, changed, len(stored) if remove else 0)


def _update(item: Any, row: dict[str, Any], fill_only: Sequence[str]) -> bool:
    """Set the columns that differ; those in `fill_only` only where nothing is stored. True when something was set."""
    differs = [
        column for column, value in row.items() if getattr(item, column) != value and not (column in fill_only and getattr(item, column))
    ]
    for column in differs:
        setattr(item, column, row[column])
    return bool(differs)
