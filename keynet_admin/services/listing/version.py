"""The one series of numbers of the public table and the partners' ledger, and what the visitors' pages are made of beside the program."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import AuditCheck, ListingVersion, OpenDataMonth, Setting

# By at least so much the numbers jump when a backup was restored: then nothing that was read before holds any more.
RESTORED = 1_000_000


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


@dataclass(frozen=True)
class PublicVersion:
    """What the visitors' pages are made of, as a value that differs when any of it has changed.

    `number`, `changed_at`: the newest change of the public table; `month`: grows with each month of open data and each digest of the log that
    stands beside it; all settings.
    """

    number: int
    changed_at: datetime | None
    month: int
    settings: tuple[Any, ...]
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)  # of the settings, for pages that say them

    def reaches(self, other: "PublicVersion") -> bool:
        """Whether a database of this version shows all that one of the other version shows.

        Settings have no order: other ones are taken for older. So is the same number of another moment, which a lost primary gave away.
        """
        if self.number == other.number and self.changed_at != other.changed_at:
            return False
        return self.number >= other.number and self.month >= other.month and self.settings == other.settings


def of_public_pages(connection: Connection) -> PublicVersion:
    """The version that this database has."""
    month = select(func.coalesce(func.max(OpenDataMonth.id), 0)).scalar_subquery()
    digests = select(func.count(AuditCheck.month)).scalar_subquery()
    numbers = select(ListingVersion.number, ListingVersion.changed_at, month + digests).where(ListingVersion.id == 1)
    number, changed_at, newest = connection.execute(numbers).one_or_none() or (0, None, None)
    values = connection.execute(select(Setting.__table__.c.key, Setting.__table__.c.changed_at, Setting.__table__.c.value))
    settings = [(key, changed, value) for key, changed, value in values]
    seen = tuple(sorted((key, changed, repr(value)) for key, changed, value in settings))
    return PublicVersion(number, changed_at, newest or 0, seen, {key: value for key, _, value in settings})
