"""The key fields: what is keyed twice when an operator takes in a case by telephone or on paper.

A mistake in one of these sends mail to a stranger, opens an account for the wrong body, or puts a false wage, number or day before
the public. Why these and no others: `docs/decisions/`. A `*` stands for each posting and each pay line.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from keynet_admin.catalogue import MAX_POSTINGS, posting_field

KEY_FIELDS: tuple[str, ...] = (
    "organization.lg_code",
    "organization.org_name",
    "contact.contact_last",
    "contact.contact_first",
    "contact.contact_tel",
    "contact.contact_email",
    "contact.account_email",
    "postings.*.job_type",
    "postings.*.headcount",
    "postings.*.term_start",
    "postings.*.term_end",
    "postings.*.pay_type",
    "postings.*.pay_lines.*.min",
    "postings.*.pay_lines.*.max",
    "postings.*.deadline",
    "postings.*.publish_until",
    "postings.*.public_tel",
)


def shape(document: Mapping[str, Any]) -> list[int]:
    """How many pay lines each posting of a typed document shows (at least one posting with one line)."""
    postings = document.get("postings")
    records = postings[:MAX_POSTINGS] if isinstance(postings, list) and postings else [{}]
    return [_lines(record) for record in records]


def _lines(record: Any) -> int:
    lines = record.get("pay_lines") if isinstance(record, Mapping) else None
    return min(max(len(lines), 1), posting_field("pay_lines").max_rows) if isinstance(lines, list) else 1


def key_paths(document: Mapping[str, Any]) -> list[str]:
    """The paths of all key fields of a typed document, posting by posting in the form's order."""
    found = [path for path in KEY_FIELDS if "*" not in path]
    repeated = [path for path in KEY_FIELDS if "*" in path]
    for number, lines in enumerate(shape(document)):
        for in_lines, paths in groupby(repeated, lambda path: path.count("*") > 1):
            here = [path.replace("*", str(number), 1) for path in paths]
            found += [path.replace("*", str(line)) for line in range(lines) for path in here] if in_lines else here
    return found
