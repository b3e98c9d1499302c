"""The key of an alert's page: a link that every mail of it holds. It follows from the row's salt; stored is its hash."""

from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import SearchAlert
from keynet_admin.services.account import tokens
from keynet_admin.services.mail import outbox

LENGTH = 28  # of 32 letters: 140 bits


def token(salt: str) -> str:
    """The last part of the address `/alerts/<token>`: letters and digits that may be typed in either case."""
    return tokens.derived_code(f"alert:{salt}", LENGTH).lower()


def token_hash(text: str) -> str:
    """What is stored of a token, however it was typed: case, width, spaces and signs around it do not count."""
    return tokens.token_hash(tokens.typed(text).lower())


def page_of(alert: SearchAlert) -> dict[str, str]:
    """What a mail of the alert holds and the outbox forgets with its delivery: the page's address, and where one click ends the mails."""
    path = f"/alerts/{token(alert.salt)}"
    return {"link": outbox.public_link(path), outbox.STOP: outbox.public_link(f"{path}/stop")}


def locked(number: int, *where: Any) -> SearchAlert | None:
    """The alert under its lock while the conditions hold; None also while somebody else has it."""
    query = select(SearchAlert).where(SearchAlert.id == number, *where).with_for_update(skip_locked=True)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
