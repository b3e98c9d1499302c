"""Who applied is told when a condition of the posting changes (PUB-007), old and new, by mail and on their own page; and when it ends by itself."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.base import Visibility
from keynet_admin.catalogue.difference import changes
from keynet_admin.catalogue.display import show
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Posting
from keynet_admin.permissions import SYSTEM
from keynet_admin.rules.families.publication import material_changes
from keynet_admin.services import threads, workflow
from keynet_admin.services.candidate import mail
from keynet_admin.vocabulary import IN_SELECTION

_LINES, _LENGTH = 12, 50


def waiting(posting: Posting) -> list[Candidate]:
    """The applicants without an outcome, oldest first."""
    query = select(Candidate).where(Candidate.posting_id == posting.id, Candidate.status.in_(IN_SELECTION), Candidate.erased_at.is_(None))
    return list(db.session.execute(query.order_by(Candidate.id)).scalars())


def told_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The material conditions that differ, as far as the applicants may see them. Slips of the pen and small things are none."""
    hidden = {Visibility.NEVER} | ({Visibility.MASKED} if new.get("visibility") == "masked" else set())
    return [name for name in material_changes(old, new) if name != "visibility" and posting_field(name).visibility not in hidden]


def tell(posting: Posting, old: Mapping[str, Any], new: Mapping[str, Any]) -> int:
    """Tell everybody who waits what is different since the last revision that was published; how many were told."""
    names = told_fields(old, new)
    people = waiting(posting) if names else []
    text = _text(names, old, new) if people else ""
    for row in people:
        workflow.lock(row)
        if row.status not in IN_SELECTION:
            continue
        workflow.move(row, "tell_change", SYSTEM, seen_version=None, fields=names)
        threads.write(row, SYSTEM, f"募集の内容が変わりました。\n{text}")
        mail.tell(row, "candidate_changed", {"text": text})
    return len(people)


def tell_expired(posting: Posting) -> int:
    """Tell everybody who waits that the posting has come to its last day. Their applications go on; how many were told."""
    return sum(mail.tell(row, "candidate_expired") for row in waiting(posting))


def _text(names: list[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    found = [c for c in changes({"postings": [old]}, {"postings": [new]}) if c.path.split(".")[2] in names]
    lines = [
        f"・{c.label.removeprefix('募集1').strip()}：{_short(show(c.field, c.old))} → {_short(show(c.field, c.new))}"
        for c in found[:_LINES]
    ]
    return "\n".join([*lines, *([f"ほか{len(found) - _LINES}項目"] if len(found) > _LINES else [])])


def _short(text: str) -> str:
    plain = " ".join(text.split()) or "なし"
    return plain if len(plain) <= _LENGTH else f"{plain[:_LENGTH]}…"
