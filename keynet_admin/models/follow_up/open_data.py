"""Open data: the numbers of a month as they were published."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, UtcDateTime


class OpenDataMonth(db.Model):  # type: ignore[name-defined,misc]
    """One edition of one month (`2021-05`), as anybody may read it: small numbers are hidden already. Never changed; a correction is the next edition.

    `content`: the lines of the file without month and edition (`services/report/open_data.py` names their columns).
    """

    __tablename__ = "open_data_month"
    __table_args__ = (UniqueConstraint("month", "edition"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    edition: Mapped[int] = mapped_column(Integer, default=1)
    content: Mapped[list[list[Any]]] = mapped_column(AsciiJson)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
