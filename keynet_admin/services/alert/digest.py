"""The mails of an alert: on its morning what was listed since the last one, nothing when nothing was.

A posting is new by the moment at which it was first listed, so that no change of it is told again. The window of a mail ends some minutes
before it is made, where every posting of that time has been committed: each is told once, and none is passed over. The search is made
before the mail's transaction, which holds no lock for long; it writes mail and window together, or, when somebody was faster, nothing.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import SearchAlert
from keynet_admin.services.alert import keeping, searching
from keynet_admin.services.alert.keys import locked, page_of
from keynet_admin.services.alert.searching import NewPostings
from keynet_admin.services.listing import card
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import AlertPace

log = logging.getLogger(__name__)

DIGEST_AT = time(7, 0)
MONDAY = 0
MOST = 20
COMMITTED = timedelta(minutes=10)  # no transaction that lists a posting lasts as long


@dataclass(frozen=True)
class Look:
    """What an alert's mail would tell: of the time from `since` to `until`."""

    number: int
    since: datetime
    until: datetime
    new: NewPostings

    def __str__(self) -> str:
        """For logs: whose it is, nothing of the search."""
        return str(self.number)


def settled_day() -> date:
    """The last day whose mail of the morning has gone by now."""
    now = clock.now().astimezone(clock.TOKYO)
    return now.date() if now.time() >= DIGEST_AT else now.date() - timedelta(days=1)


def due() -> list[int]:
    """Ids of the alerts whose morning has come (reads only)."""
    order = SearchAlert.query, SearchAlert.told_until, SearchAlert.id  # what looks alike follows one another (`looks`)
    return list(db.session.execute(select(SearchAlert.id).where(*_due()).order_by(*order)).scalars())


def looks(numbers: Iterable[int]) -> Iterator[Look]:
    """What is new for each of these alerts (reads only). The same search of the same time is made once where such alerts follow one another.

    A search that cannot be made keeps no other alert waiting. A window ends with a whole second, as the order of the list knows no parts of one.
    """
    until, last, made = (clock.now() - COMMITTED).replace(microsecond=0), None, None
    for number in numbers:
        columns = select(SearchAlert.query, SearchAlert.told_until).where(SearchAlert.id == number, *_due())
        row = db.session.execute(columns).one_or_none()
        db.session.rollback()
        if row is None:
            continue
        if (row.query, row.told_until) != last:
            last, made = (row.query, row.told_until), _found(number, row.query, row.told_until, until)
        if made is not None:
            yield Look(number, row.told_until, until, made)


def _found(number: int, query: str, since: datetime, until: datetime) -> NewPostings | None:
    try:
        return searching.listed_between(query, since, until, MOST)
    except Exception:
        log.exception("the search of alert %s is left to the next round", number)
        return None


def send(look: Look) -> bool:
    """Settle an alert's morning: mail what is new. False when nothing is, or when it was settled or changed since."""
    alert = locked(look.number, SearchAlert.told_until == look.since, *_due())
    if alert is None:
        return False
    alert.told_until, alert.digest_on = max(look.until, look.since), settled_day()
    if not look.new.found:
        return False
    search = look.new.search
    words = {
        "words": search.words,
        "problems": list(search.problems),
        "count": len(look.new.found),
        "more": look.new.more,
        "path": search.path,
        "new_postings": [_words(number, content) for number, content in look.new.found],
        "pace": alert.pace.label,
        "ends": keeping.last_day(alert),
    }
    outbox.enqueue("alert_digest", alert.email, words, sealed=page_of(alert), about=alert)
    return True


def _words(number: str, content: Mapping[str, Any]) -> dict[str, str]:
    posting = content["posting"]
    return {
        "title": str(posting.get("title") or number),
        "facts": "　".join(filter(None, (card.job(posting), card.place(content), card.who(content)))),
        "pay": card.pay(posting),
        "hours": "、".join(card.shifts(posting)),
        "term": "　".join(filter(None, (card.period(posting), card.deadline(posting)))),
        "path": f"/postings/{number}",
    }


def _due() -> tuple[ColumnElement[bool], ...]:
    """Of the daily ones those not settled today from seven o'clock on, of the weekly ones those not settled since Monday's."""
    day = settled_day()
    monday = day - timedelta(days=(day.weekday() - MONDAY) % 7)
    turn = or_(
        and_(SearchAlert.pace == AlertPace.daily, SearchAlert.digest_on < day),
        and_(SearchAlert.pace == AlertPace.weekly, SearchAlert.digest_on < monday),
    )
    return SearchAlert.confirmed_at.is_not(None), turn, ~keeping.over(clock.now())
