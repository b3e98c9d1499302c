"""The sections of a submission document with their fields, in the form's own order, and those of people who apply or ask."""

from keynet_admin.catalogue.base import Field
from keynet_admin.catalogue.fields.applicant import APPLICANT, INQUIRY
from keynet_admin.catalogue.fields.organization import CONFIRMATION, CONTACT, ORGANIZATION
from keynet_admin.catalogue.fields.posting_offer import OFFER
from keynet_admin.catalogue.fields.posting_place import PLACE
from keynet_admin.catalogue.fields.posting_terms import TERMS
from keynet_admin.catalogue.fields.posting_work import WORK

POSTING: tuple[Field, ...] = WORK + PLACE + TERMS + OFFER

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

# Records of their own, no part of a submission.
PEOPLE: dict[str, tuple[Field, ...]] = {"applicant": APPLICANT, "inquiry": INQUIRY}
PEOPLE_LABELS: dict[str, str] = {"applicant": "応募", "inquiry": "質問"}
ALL_SECTIONS: dict[str, tuple[Field, ...]] = SECTIONS | PEOPLE

MAX_POSTINGS = 20

_BY_NAME: dict[tuple[str, str], Field] = {(section, field.name): field for section, fields in SECTIONS.items() for field in fields}


def field_of(section: str, name: str) -> Field:
    """The field of a section by name. Raises KeyError for an unknown one."""
    return _BY_NAME[section, name]


def posting_field(name: str) -> Field:
    """The posting's field by name. Raises KeyError for an unknown one."""
    return _BY_NAME["postings", name]
