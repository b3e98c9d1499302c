"""What somebody keeps for themselves of a list: its views, and the columns of its tabs."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import CleanText, UtcDateTime


class SavedView(db.Model):  # type: ignore[name-defined,misc]
    """Tab, filters and sort of one list (`place`: its endpoint) as a query string, under a name of the account's own.

    `at_start`: the tab opens with them.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("account_id", "place", "name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    place: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(CleanText(40))
    query: Mapped[str] = mapped_column(String(500))
    at_start: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ChosenColumns(db.Model):  # type: ignore[name-defined,misc]
    """The columns that an account wants in one tab of a list (`place`: its endpoint), as names with commas between."""

    __tablename__ = "chosen_columns"
    __table_args__ = (UniqueConstraint("account_id", "place", "tab"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    place: Mapped[str] = mapped_column(String(40))
    tab: Mapped[str] = mapped_column(String(40))
    names: Mapped[str] = mapped_column(String(500))
