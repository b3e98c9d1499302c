"""Alerts: a search whose new postings somebody gets by mail. Beside its mails, all that is kept of that person."""

from datetime import date, datetime

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import CleanText, StaffOnly, UtcDateTime, Versioned, words
from keynet_admin.vocabulary import AlertPace


class SearchAlert(StaffOnly, Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One alert. It has no status: asked for, then confirmed (`confirmed_at`), then gone; nothing of it is kept to be looked at later.

    `query` is the search as it stands in an address, without order and position; `asked_key` names address and search together, so that
    the same is asked for once. Link and code of its page follow from `salt`; stored is the link's hash (`sealed`: the link, once the
    installation's key from which it followed is to go).
    `told_until`: postings listed before that moment were told (or are older than the alert). `digest_on`: the morning that is settled.
    """

    __tablename__ = "search_alert"
    # Mails and events name an alert by its number for as long as they are kept: SQLite must not give it to another.
    __table_args__ = (
        Index("ix_search_alert_email", "email"),
        Index("ix_search_alert_form_key", "form_key"),
        Index("ix_search_alert_digest_on", "digest_on"),
        Index("ix_search_alert_ends_at", "ends_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(CleanText(254))
    query: Mapped[str] = mapped_column(CleanText())
    asked_key: Mapped[str] = mapped_column(String(32), unique=True)
    pace: Mapped[AlertPace] = mapped_column(words(AlertPace))
    salt: Mapped[str] = mapped_column(String(28))
    sealed: Mapped[str | None] = mapped_column(String(300))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    form_key: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_until: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    digest_on: Mapped[date | None] = mapped_column(Date)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
