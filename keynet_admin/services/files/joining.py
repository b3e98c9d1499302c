"""Which rows of a table are one submission: those whose organization and contact are equal once normalised.

Rows of the same body that differ only slightly (a counted-up telephone number, another spelling) are not guessed about: the later one
says in `differs` where, and a person answers (`answered`). A row with neither organization nor contact is asked about, too: it may go
with the one above it.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from keynet_admin.catalogue import SECTIONS, Kind, label_at
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.read import read_document
from keynet_admin.services.files.rows import FileSubmission, Refusal, Remark

HEADS = ("organization", "contact")
SLIGHT = 2  # so many fields may differ in rows that are asked about; with another person, telephone and address it is another form
_ASKED_BLANK = ("organization.org_name", "contact.contact_email")
_ANY_DAY = date(2021, 4, 1)  # no reading of these sections hangs on the day
_REPEATED = {"contact_email2": "contact_email"}  # typed twice: one difference


def difference(first: FileSubmission, row: FileSubmission) -> tuple[str, ...] | None:
    """Where a row differs from the submission above it: nowhere (one more posting of it), slightly (paths), or None (another one)."""
    if row.id not in (first.id, None) or row.reference_date not in (first.reference_date, None):
        return None
    if all(first.submission[section] == row.submission[section] for section in HEADS):
        return ()
    if not any(row.submission[section] for section in HEADS):
        return _ASKED_BLANK
    if _code(first) != _code(row):
        return None
    one, other = _head(first), _head(row)
    found = [
        f"{section}.{field.name}"
        for section in HEADS
        for field in SECTIONS[section]
        if field.kind is not Kind.AUTO and not _same(one[section].get(field.name), other[section].get(field.name))
    ]
    doubled = {f"contact.{again}" for again, name in _REPEATED.items() if f"contact.{name}" in found}
    return tuple(found) if len(set(found) - doubled) <= SLIGHT else None


def joined(parts: Sequence[FileSubmission]) -> FileSubmission:
    """The submission that rows or parts of a file make together; organization, contact and confirmation are those of the first."""
    postings = [posting for part in parts for posting in part.submission["postings"]]
    lines = tuple(line for part in parts for line in part.lines)
    remarks = tuple(remark for part in parts for remark in part.remarks)
    whole = parts[0].submission | {"postings": postings}
    return replace(parts[0], submission=whole, lines=lines, last_line=parts[-1].last_line, remarks=remarks)


def questions(items: Iterable[FileSubmission | Refusal]) -> list[list[FileSubmission]]:
    """Neighbours that are asked about: two or more submissions, each of which differs slightly from the one before it."""
    found: list[list[FileSubmission]] = []
    last: FileSubmission | Refusal | None = None
    for item in items:
        if isinstance(item, FileSubmission) and item.differs and isinstance(last, FileSubmission):
            if last.differs and found:
                found[-1].append(item)
            else:
                found.append([last, item])
        last = item
    return found


def told_of(item: FileSubmission) -> tuple[Remark, ...]:
    """The remarks of a submission where nobody can be asked: one that is nearly the one above it stays one of its own."""
    if not item.differs:
        return item.remarks
    labels = "」「".join(map(label_at, item.differs))
    why = f"すぐ上の申請と同じ団体で、「{labels}」だけが違います。別の申請として扱います。1つの申請にするときは、上の行と同じ内容に直してください。"
    return (*item.remarks, Remark(**vars(item.cell(item.differs[0])), message=why))


def answered(items: Sequence[FileSubmission | Refusal], one: Collection[int]) -> Iterator[FileSubmission | Refusal]:
    """The file with the answers: neighbours whose first line is in `one` are joined."""
    runs = {run[0].line: run for run in questions(items) if run[0].line in one}
    gone = {part.line for run in runs.values() for part in run[1:]}
    for item in items:
        if item.line in runs:
            yield joined(runs[item.line])
        elif item.line not in gone:
            yield item


def _code(row: FileSubmission) -> str:
    """What the body is told apart by before anything costly is done: five digits of its code, or its name when it has none."""
    organization = row.submission["organization"]
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", str(organization.get("lg_code") or "")))
    return digits[:5] or "".join(unicodedata.normalize("NFKC", str(organization.get("org_name") or "")).split())


def _head(row: FileSubmission) -> Mapping[str, Any]:
    return read_document({section: row.submission[section] for section in HEADS}, _ANY_DAY).document


def _same(one: Any, other: Any) -> bool:
    return one == other or (blank(one) and blank(other))
