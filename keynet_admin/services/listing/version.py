"""The one series of numbers of the public table and the partners' ledger, and what the visitors' pages are made of beside the program."""

from typing import Any

from sqlalchemy import Connection, func, select, update

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import ListingVersion, OpenDataMonth, Setting


def lock() -> None:
    """Hold the row of the numbers until the commit.

    To be called as the last work of a transaction only (`before_commit`), so that numbers are handed out in the order of commits and nobody
    waits in a circle. What is decided under it is decided with everything in sight that others have committed.
    """
    db.session.execute(select(ListingVersion.number).where(ListingVersion.id == 1).with_for_update())


def take(count: int = 1) -> int:
    """The last of so many new numbers; those before it are the caller's, too. Locks as `lock` does."""
    raised = update(ListingVersion).where(ListingVersion.id == 1)
    raised = raised.values(number=ListingVersion.number + count, changed_at=clock.now())
    return db.session.execute(raised.returning(ListingVersion.number)).scalar_one()


def newest() -> int:
    """The newest number that is committed."""
    return db.session.execute(select(ListingVersion.number).where(ListingVersion.id == 1)).scalar_one()


def of_public_pages(connection: Connection) -> tuple[Any, ...]:
    """The numbers of the newest change of the public table and of the newest month of open data, and all settings."""
    month = select(func.max(OpenDataMonth.id)).scalar_subquery()
    numbers = connection.execute(select(ListingVersion.number, month).where(ListingVersion.id == 1)).one_or_none()
    values = connection.execute(select(Setting.__table__.c.key, Setting.__table__.c.changed_at, Setting.__table__.c.value))
    return (*(numbers or ()), *sorted((key, changed, repr(value)) for key, changed, value in values))
