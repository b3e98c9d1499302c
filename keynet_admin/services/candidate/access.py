"""The keys of a candidate's own page: a link and a code to be typed. Both follow from the row's salt and end with it."""

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Candidate
from keynet_admin.services.account import tokens

CLOSED = "保存期間が終わったか、この方のデータが削除されたため、操作できません。"


def open_page(candidate: Candidate) -> None:
    """Give a new row its keys."""
    candidate.salt = tokens.new_token()
    candidate.token_hash = tokens.token_hash(token(candidate))


def token(candidate: Candidate) -> str:
    """The last part of the address `/my/<token>`."""
    return tokens.derived_token(f"candidate:{candidate.salt}")


def code(candidate: Candidate) -> str:
    """The code that is typed at `/my` beside the candidate's number, without hyphens."""
    return tokens.derived_code(f"candidate:{candidate.salt}")


def why_closed(candidate: Candidate) -> str:
    """Why the municipality can do nothing about this row any more (locked, or nothing is left), empty while it can."""
    return CLOSED if candidate.locked or candidate.erased_at is not None or not candidate.salt else ""


def by_token(text: str) -> Candidate | None:
    """The candidate whose link this is; None for any other text and for a page that ended with its data."""
    return db.session.execute(select(Candidate).where(Candidate.token_hash == tokens.token_hash(text))).scalar_one_or_none()
