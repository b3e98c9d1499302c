"""What the forecast is made of, read at once: waiting cases by deadline, arrivals and decisions by hour. Counted by the database, never row by row."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Integer, String, case, cast, extract, func, literal, select, union_all

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import CasePresence, Review, Submission
from keynet_admin.services import business_days
from keynet_admin.services.dashboard import forecast as outlook
from keynet_admin.services.dashboard.forecast import Forecast

DECISIONS = ("accept", "reject", "return")
DAYS_BACK = timedelta(days=10)  # holds at least two business days, whatever the season
KEPT_SECONDS = 60.0
HOUR, AROUND = (
    timedelta(hours=1),
    timedelta(minutes=30),
)  # who had a case open so lately is at work, who decided in this hour or the last, too
FEW_WAITING = 10  # beside so few cases the queue itself says what is late

_kept: WeakKeyDictionary[Engine, tuple[Any, float, Forecast]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Pace:
    """Counts of now: deadline → waiting cases (those that are late under one moment long ago), hour → arrivals, (operator, hour) → decisions; and what is expected of the hours ahead."""

    now: datetime
    due: Mapping[datetime, int]
    arrivals: Mapping[datetime, int]
    decisions: Mapping[tuple[int, datetime], int]
    expected: Mapping[datetime, float]
    forecast: Forecast


def read() -> Pace:
    """Everything, in one query."""
    now, closed = clock.now(), business_days.closed()
    midnight = datetime.combine(clock.today(), clock_time(), clock.TOKYO)
    nobody, waits = literal(0), (Submission.awaiting_review(), Submission.due_at.is_not(None))
    came = _hour(Submission.received_at)
    done = _hour(Review.created_at)
    over = case((Submission.due_at < now, 0), else_=_second(Submission.due_at))  # what is late is one group, however much it is
    parts = (
        select(literal("due", String), nobody, over, func.count()).where(*waits).group_by(over),
        select(literal("came", String), nobody, came * 3600, func.count())
        .where(Submission.received_at >= midnight - timedelta(weeks=outlook.WEEKS_BACK), Submission.received_at <= now)
        .group_by(came),
        select(literal("done", String), func.coalesce(Review.actor_id, 0), done * 3600, func.count())
        .where(Review.subject == Submission.__tablename__, Review.action.in_(DECISIONS))
        .where(Review.created_at >= midnight - DAYS_BACK, Review.created_at <= now)
        .group_by(Review.actor_id, done),
    )
    looked = select(literal("here", String), CasePresence.account_id, literal(0), func.count())
    looked = looked.where(CasePresence.seen_at >= now - AROUND).group_by(CasePresence.account_id)
    here: set[int] = set()
    due: Counter[datetime] = Counter()
    arrivals: Counter[datetime] = Counter()
    decisions: Counter[tuple[int, datetime]] = Counter()
    for what, who, second, number in db.session.execute(union_all(*parts, looked)):
        moment = datetime.fromtimestamp(second, UTC).astimezone(clock.TOKYO)
        if what == "here":
            here.add(who)
        elif what == "due":
            due[moment] += number
        elif what == "came":
            arrivals[moment] += number
        else:
            decisions[who, moment] += number
    ahead = outlook.expected(now, arrivals, closed)
    here |= {who for who, hour in decisions if hour >= now - 2 * HOUR}
    crew = outlook.pace(((who, hour, number) for (who, hour), number in decisions.items()), len(here), now)
    found = outlook.forecast(now, outlook.waves_of(now, due.items(), ahead, closed), crew, closed)
    return Pace(now, due, arrivals, decisions, dict(ahead), found)


def line(waiting: int) -> Forecast | None:
    """The forecast while a deadline is in danger, for a line above the queue; None otherwise. `waiting`: how many cases wait.

    It is made anew once a minute in each process: every page of the list asks for it.
    """
    if waiting < FEW_WAITING:
        return None
    here = clock.now().replace(second=0, microsecond=0), waiting // FEW_WAITING
    of, made, found = _kept.get(db.engine, (None, 0.0, None))
    if found is None or of != here or time.monotonic() - made > KEPT_SECONDS:
        found = read().forecast
        _kept[db.engine] = here, time.monotonic(), found
    return found if found.in_danger else None


def _second(column: Any) -> Any:
    """A moment as whole seconds since 1970."""
    return cast(extract("epoch", column), Integer)


def _hour(column: Any) -> Any:
    """The hour of a moment, counted from 1970; Japan's hours begin where the world's do."""
    hours = extract("epoch", column) / 3600.0
    return cast(hours if db.engine.dialect.name == "sqlite" else func.floor(hours), Integer)
