"""The field catalogue: every field of the application form once, as data.

`SECTIONS` maps the section's key in a submission document to its fields, in the form's own order. A submission document is
`{"organization": {...}, "contact": {...}, "postings": [{...}, ...], "confirmation": {...}}`.
"""

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, When
from keynet_admin.catalogue.fields.organization import CONFIRMATION, CONTACT, ORGANIZATION
from keynet_admin.catalogue.fields.posting_terms import DAYS
from keynet_admin.catalogue.paths import field_at, label_at
from keynet_admin.catalogue.sections import (
    ALL_SECTIONS,
    MAX_POSTINGS,
    PEOPLE,
    PEOPLE_LABELS,
    POSTING,
    SECTION_LABELS,
    SECTIONS,
    field_of,
    posting_field,
)

__all__ = [
    "ALL_SECTIONS",
    "ALWAYS",
    "CONFIRMATION",
    "CONTACT",
    "DAYS",
    "MAX_POSTINGS",
    "ORGANIZATION",
    "PEOPLE",
    "PEOPLE_LABELS",
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
