"""The key of an alert's page: a link that every mail of it holds. It follows from the row's salt; stored is its hash.

Before the installation's key goes from which it follows, too, it is sealed in the row.
"""

from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import SearchAlert
from keynet_admin.services.access import secret_box
from keynet_admin.services.account import tokens
from keynet_admin.services.mail import outbox

LENGTH = 28  # of 32 letters: 140 bits
SEALED = "page of an alert"  # the purpose of the key


def token(salt: str) -> str:
    """The last part of the address `/alerts/<token>` of a new alert: letters and digits that may be typed in either case."""
    return _tokens(salt)[0]


def token_hash(text: str) -> str:
    """What is stored of a token, however it was typed: case, width, spaces and signs around it do not count."""
    return tokens.token_hash(tokens.typed(text).lower())


def page_of(alert: SearchAlert) -> dict[str, str]:
    """What a mail of the alert holds and the outbox forgets with its delivery: the page's address, and where one click ends the mails."""
    path = f"/alerts/{_token_of(alert)}"
    return {"link": outbox.public_link(path), outbox.STOP: outbox.public_link(f"{path}/stop")}


def locked(number: int, *where: Any) -> SearchAlert | None:
    """The alert under its lock while the conditions hold; None also while somebody else has it."""
    query = select(SearchAlert).where(SearchAlert.id == number, *where).with_for_update(skip_locked=True)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def renewed(alert: SearchAlert) -> dict[str, Any]:
    """What to store so that the link needs the newest key of the installation at most; nothing when it does already."""
    if alert.token_hash == token_hash(token(alert.salt)):
        return {}
    if alert.sealed is None:
        return {"sealed": secret_box.seal(SEALED, _token_of(alert))}
    sealed = secret_box.renewed(SEALED, alert.sealed)
    return {} if sealed is None else {"sealed": sealed}


def _tokens(salt: str) -> list[str]:
    return [made.lower() for made in tokens.derived_codes(f"alert:{salt}", LENGTH)]


def _token_of(alert: SearchAlert) -> str:
    made = _tokens(alert.salt)
    own = next((text for text in made if token_hash(text) == alert.token_hash), None)
    return own or (secret_box.unseal(SEALED, alert.sealed) if alert.sealed is not None else None) or made[0]
