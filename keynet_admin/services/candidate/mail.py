"""Mails to candidates. Every one holds the link and the code of their own page; who gave no address gets none."""

from collections.abc import Mapping
from typing import Any

from keynet_admin.models import Candidate
from keynet_admin.services.account import tokens
from keynet_admin.services.candidate import access
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting import revisions

MASKED = "募集元の自治体"


def words_of(candidate: Candidate) -> dict[str, Any]:
    """What every mail to a candidate may name."""
    return {
        "candidate_no": candidate.candidate_no,
        "name": candidate.name,
        "inquiry": candidate.is_inquiry,
        "org_name": org_name(candidate),
        "title": candidate.posting.title,
        "posting_no": candidate.posting.posting_no,
        "due": candidate.due_at,
    }


def org_name(candidate: Candidate) -> str:
    """Who got it, as its person may read it: who only asks at a masked posting is not told."""
    hidden = candidate.is_inquiry and revisions.revision_of(candidate.posting, candidate.posting_revision)
    return MASKED if hidden and hidden.normalized.get("visibility") == "masked" else candidate.organization.name


def tell(candidate: Candidate, template: str, words: Mapping[str, Any] | None = None) -> int:
    """Write a mail to the person; 0 when there is no address, or nothing is left of the person, else 1."""
    if not candidate.email or not candidate.salt:
        return 0
    sealed = {"link": outbox.public_link(f"/my/{access.token(candidate)}"), "code": tokens.shown(access.code(candidate))}
    outbox.enqueue(template, candidate.email, words_of(candidate) | dict(words or {}), sealed=sealed, about=candidate)
    return 1


def preview(candidate: Candidate, template: str, words: Mapping[str, Any] | None = None) -> list[tuple[str, Letter]]:
    """The mail that `tell` would write: (address, mail), nothing for who gave no address."""
    if not candidate.email:
        return []
    return [(candidate.email, outbox.preview(template, words_of(candidate) | dict(words or {})))]
