"""What the visitors' pages are made of beside the program: the public table and the settings."""

from typing import Any

from sqlalchemy import Connection, select

from keynet_admin.models import ListingVersion, Setting


def of_public_pages(connection: Connection) -> tuple[Any, ...]:
    """The number of the newest change of the public table, and all settings."""
    number = connection.execute(select(ListingVersion.number).where(ListingVersion.id == 1)).scalar()
    values = connection.execute(select(Setting.__table__.c.key, Setting.__table__.c.changed_at, Setting.__table__.c.value))
    return (number, *sorted((key, changed, repr(value)) for key, changed, value in values))
