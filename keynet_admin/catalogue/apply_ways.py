"""Which of the ways to apply that a posting names (`apply_by`) its readers can really go."""

import re
from collections.abc import Mapping
from typing import Any

from keynet_admin.catalogue.sections import posting_field

_NUMBER = re.compile(r"0\d{1,4}[-(ー－]\d{1,4}|0\d{9}")


def working(posting: Mapping[str, Any]) -> list[str]:
    """The named ways (slugs) for which the posting shows what they need: a telephone number, a mail address, an address that is not masked.

    `posting`: normalised, or the public part of it.
    """
    contact = str(posting.get("public_contact") or "")
    address = bool(posting.get("venue_address")) and posting.get("visibility") != "masked"
    needs = {
        "phone": bool(posting.get("public_tel") or _NUMBER.search(contact)),
        "mail": "@" in contact or "＠" in contact,
        "post": address,
        "in_person": address,
    }
    value = posting.get("apply_by")
    return [slug for slug in value if needs.get(slug, True)] if isinstance(value, list) else []


def labels(slugs: list[str]) -> list[str]:
    """Their Japanese names."""
    return [posting_field("apply_by").label_of(slug) for slug in slugs]
