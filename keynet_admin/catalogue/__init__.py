"""The field catalogue: every field of the application form once, as data.

`SECTIONS` maps the section's key in a submission document to its fields, in the form's own order. A submission document is
`{"organization": {...}, "contact": {...}, "postings": [{...}, ...], "confirmation": {...}}`.
"""

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, When
from keynet_admin.catalogue.organization import CONFIRMATION, CONTACT, ORGANIZATION
from keynet_admin.catalogue.posting_offer import OFFER
from keynet_admin.catalogue.posting_terms import DAYS, TERMS
from keynet_admin.catalogue.posting_work import WORK

POSTING: tuple[Field, ...] = WORK + TERMS + OFFER

SECTIONS: dict[str, tuple[Field, ...]] = {
    "organization": ORGANIZATION,
    "contact": CONTACT,
    "postings": POSTING,
    "confirmation": CONFIRMATION,
}

SECTION_LABELS: dict[str, str] = {
    "organization": "団体",
    "contact": "連絡担当者",
    "postings": "募集情報",
    "confirmation": "確認",
}

MAX_POSTINGS = 20

_BY_NAME: dict[tuple[str, str], Field] = {(section, field.name): field for section, fields in SECTIONS.items() for field in fields}


def field_of(section: str, name: str) -> Field:
    """The field of a section by name. Raises KeyError for an unknown one."""
    return _BY_NAME[section, name]


def posting_field(name: str) -> Field:
    """The posting's field by name. Raises KeyError for an unknown one."""
    return _BY_NAME["postings", name]


def field_at(path: str) -> Field | None:
    """The field that a finding's path points at, or None.

    Paths look like `organization.lg_code`, `postings.0.title`, `postings.0.pay_lines.1.min`.
    """
    parts = [part for part in path.split(".") if not part.isdigit()]
    if len(parts) < 2 or (parts[0], parts[1]) not in _BY_NAME:
        return None
    field = _BY_NAME[parts[0], parts[1]]
    if len(parts) == 2:
        return field
    return next((column for column in field.columns if column.name == parts[2]), None)


def label_at(path: str) -> str:
    """Japanese words for a path, for example 「募集2 報酬の額 1 下限」. The path itself when it is unknown."""
    parts = path.split(".")
    words: list[str] = []
    if parts[0] == "postings" and len(parts) > 1 and parts[1].isdigit():
        words.append(f"募集{int(parts[1]) + 1}")
        rest = parts[2:]
    else:
        rest = parts[1:]
    field = _BY_NAME.get((parts[0], rest[0])) if rest else None
    if field is None:
        return " ".join(words) or SECTION_LABELS.get(parts[0], path)
    words.append(field.label)
    if len(rest) > 1 and rest[1].isdigit():
        words.append(str(int(rest[1]) + 1))
        column = next((c for c in field.columns if c.name == rest[-1]), None) if len(rest) > 2 else None
        if column is not None:
            words.append(column.label)
    return " ".join(words)


__all__ = [
    "ALWAYS",
    "CONFIRMATION",
    "CONTACT",
    "DAYS",
    "MAX_POSTINGS",
    "ORGANIZATION",
    "POSTING",
    "SECTIONS",
    "SECTION_LABELS",
    "Choice",
    "Field",
    "Kind",
    "Visibility",
    "When",
    "field_at",
    "field_of",
    "label_at",
    "posting_field",
]
