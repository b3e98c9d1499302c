"""The keys of a candidate's own page: a link and a code to be typed. Both follow from the row's salt and end with it.

They also follow from a key of the installation. Before that key goes, link and code are sealed in the row: what somebody was mailed is good
for as long as their page, whatever becomes of our keys.
"""

from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Candidate
from keynet_admin.services.access import secret_box
from keynet_admin.services.account import tokens

SEALED = "page of a candidate"  # the purpose of the key
CLOSED = "保存期間が終わったか、この方のデータが削除されたため、操作できません。"


def open_page(candidate: Candidate) -> None:
    """Give a new row its keys."""
    candidate.salt = tokens.new_token()
    candidate.token_hash = tokens.token_hash(token(candidate))


def token(candidate: Candidate) -> str:
    """The last part of the address `/my/<token>`."""
    return _keys(candidate)[0]


def code(candidate: Candidate) -> str:
    """The code that is typed at `/my` beside the candidate's number, without hyphens."""
    return _keys(candidate)[1]


def renewed(candidate: Candidate) -> dict[str, Any]:
    """What to store so that link and code need the newest key of the installation at most; nothing when they do already."""
    if candidate.token_hash in (None, tokens.token_hash(_derived(candidate)[0][0])):
        return {}
    if candidate.sealed is None:
        return {"sealed": secret_box.seal(SEALED, " ".join(_keys(candidate)))}
    sealed = secret_box.renewed(SEALED, candidate.sealed)
    return {} if sealed is None else {"sealed": sealed}


def _derived(candidate: Candidate) -> list[tuple[str, str]]:
    of = f"candidate:{candidate.salt}"
    return list(zip(tokens.derived_tokens(of), tokens.derived_codes(of), strict=True))


def _keys(candidate: Candidate) -> tuple[str, str]:
    """Link and code: those that follow from the salt by the key whose link's hash is stored, else the sealed ones."""
    made = _derived(candidate)
    own = next((pair for pair in made if tokens.token_hash(pair[0]) == candidate.token_hash), None)
    if own is None and candidate.sealed is not None and (text := secret_box.unseal(SEALED, candidate.sealed)) is not None:
        token, _, code = text.partition(" ")
        return token, code
    return own or made[0]


def why_closed(candidate: Candidate) -> str:
    """Why the municipality can do nothing about this row any more (locked, or nothing is left), empty while it can."""
    return CLOSED if candidate.locked or candidate.erased_at is not None or not candidate.salt else ""


def by_token(text: str) -> Candidate | None:
    """The candidate whose link this is; None for any other text and for a page that ended with its data."""
    return db.session.execute(select(Candidate).where(Candidate.token_hash == tokens.token_hash(text))).scalar_one_or_none()
