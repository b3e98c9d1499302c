"""How long an alert is kept, and who is asked before its end. The times are settings."""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import SearchAlert
from keynet_admin.services import settings
from keynet_admin.services.alert import searching
from keynet_admin.services.alert.keys import locked, page_of
from keynet_admin.services.mail import outbox


def over(moment: datetime) -> ColumnElement[bool]:
    """Where-clause: never confirmed in time, or at its end. Such a row opens no page any more and goes with the next purge."""
    unconfirmed = and_(
        SearchAlert.confirmed_at.is_(None), SearchAlert.created_at <= moment - timedelta(days=settings.get("alert_confirm_days"))
    )
    return or_(unconfirmed, and_(SearchAlert.confirmed_at.is_not(None), SearchAlert.ends_at <= moment))


def end_of_new() -> datetime:
    """Until when an alert lives that is confirmed or prolonged now: the end of a day in Japan."""
    last = clock.today() + timedelta(days=settings.get("alert_keep_days") + 1)
    return datetime.combine(last, time.min, clock.TOKYO)


def last_day(alert: SearchAlert) -> datetime | None:
    """The last moment of a confirmed alert, as pages and mails print it."""
    return alert.ends_at - timedelta(microseconds=1) if alert.ends_at is not None else None


def due_to_warn() -> list[int]:
    """Ids of the alerts whose end is near and whose owners were not asked yet (reads only)."""
    return list(db.session.execute(select(SearchAlert.id).where(*_to_warn()).order_by(SearchAlert.id)).scalars())


def warn(number: int) -> bool:
    """Ask the owner whether the mails shall go on. False when there is nothing to ask any more."""
    alert = locked(number, *_to_warn())
    if alert is None:
        return False
    alert.warned_at = clock.now()
    words = {"words": searching.read(alert.query).words, "ends": last_day(alert), "days": settings.get("alert_keep_days")}
    outbox.enqueue("alert_ending", alert.email, words, sealed=page_of(alert), about=alert)
    return True


def _to_warn() -> tuple[ColumnElement[bool], ...]:
    near = clock.now() + timedelta(days=settings.get("alert_warn_days"))
    return SearchAlert.warned_at.is_(None), SearchAlert.ends_at <= near, ~over(clock.now())
