"""The day of the circular, run through the real services: 1,741 forms in one day, three operators with known rates, the forecast of noon.

Every form is submitted, taken and decided (accepted with organization, account, postings and mails; one in seven returned) by the program's
own services, one transaction each, on a clock that is moved from event to event. Only the ordinary weeks before are written as rows.
"""

import heapq
import math
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, insert, select

from bench.table import Row
from keynet_admin import clock
from keynet_admin.business_time import add_business_seconds, business_seconds_between, is_business_day
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Review, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services.dashboard import pace
from keynet_admin.services.dashboard.forecast import Forecast
from keynet_admin.services.submission import acceptance, review
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AWAITING_REVIEW, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.databases import Databases
from tests.support.web import application

FORMS, USUAL, OPERATORS = 1_741, 60, 3
MORNING = datetime(2021, 5, 12, tzinfo=clock.TOKYO)
NOON = MORNING + timedelta(hours=12)
BY_HOUR = {8: 1, 9: 4, 10: 9, 11: 9, 12: 5, 13: 8, 14: 8, 15: 6, 16: 5, 17: 3, 18: 1}
BAND = 0.1


@dataclass(frozen=True)
class Surge:
    """What was forecast at noon and what came: late cases with the first deadline that broke; and what must be zero."""

    forecast: Forecast
    late: int
    breaks: datetime | None
    lost: int
    doubled: int
    out_of_order: int

    @property
    def late_error(self) -> float:
        """How far the forecast number of late cases was off, as a part of the real one."""
        return abs(self.forecast.now.late - self.late) / max(1, self.late)

    @property
    def break_error(self) -> float:
        """The same of the opening time from noon until the promise broke."""
        if self.breaks is None or self.forecast.now.breaks is None:
            return float(self.breaks is not self.forecast.now.breaks)
        real = business_seconds_between(NOON, self.breaks)
        return abs(business_seconds_between(NOON, self.forecast.now.breaks) - real) / max(1, real)


def measure() -> list[Row]:
    """Both databases; seconds of a run, and the errors of the forecast against the band."""
    return [row for kind in ("sqlite", "postgresql") for row in rows_of(kind, FORMS)]


def rows_of(kind: str, forms: int) -> list[Row]:
    """One database. Of fewer forms each takes so much longer that the day is as hard; chance then weighs more, and the band is wider."""
    rows, fewer = list[Row](), FORMS / forms
    band, minutes = BAND * math.sqrt(fewer), (2 * fewer, 8 * fewer)
    with tempfile.TemporaryDirectory(prefix="kn-bench-surge-") as folder:
        databases = Databases(Path(folder))
        try:
            with (
                tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
                databases.copy(kind, Path(name)) as url,
                application(url, Path(name), {}) as app,
                app.app_context(),
                MovableClock() as moved,
            ):
                begin = time.perf_counter()
                found = run(moved, forms, round(USUAL / fewer), minutes=minutes)
                taken = time.perf_counter() - begin
            wrong = found.lost + found.doubled + found.out_of_order
            note = f"lost {found.lost}, doubled {found.doubled}, out of order {found.out_of_order}"
            rows += [
                Row(f"surge, {kind}, a day of {forms:,} forms", taken, "s", note=note, ratio=float(wrong), at_most=0),
                Row(f"surge, {kind}, late cases", found.late, "", "forecast", found.forecast.now.late, found.late_error, at_most=band),
                Row(f"surge, {kind}, break of the promise", 0, "", ratio=found.break_error, at_most=band, note=str(found.breaks)),
            ]
        finally:
            databases.close()
    return rows


def run(
    moved: MovableClock, forms: int, usual: int, *, minutes: tuple[float, float], operators: int = OPERATORS, seed: int = 1741
) -> Surge:
    """Work the day and the days after it off. `usual`: forms on any other day; `minutes`: least and longest time of a case."""
    chance = random.Random(seed)
    seconds = (minutes[0] * 60, minutes[1] * 60)
    moved.set(MORNING)
    with transaction():
        crew = [factories.actor() for _ in range(operators)]
        _weeks_before(usual, [actor.account_id or 0 for actor in crew], sum(seconds) / 2, chance)
    before = db.session.execute(select(func.max(Submission.id))).scalar_one() or 0
    days = [MORNING + timedelta(days=number) for number in range(7)]
    came = [moment for day in days if is_business_day(day.date()) for moment in _arrivals(day, forms if day == MORNING else usual, chance)]
    bodies = [body for body in reference.municipalities() if body.kind in ("city", "town", "village")]
    promised: dict[int, datetime] = {}
    ended: dict[int, datetime] = {}
    order: list[int] = []
    idle, busy = list(crew), list[tuple[datetime, int, Actor, int]]()
    found: Forecast | None = None
    at = 0
    while at < len(came) or busy:
        next_end = busy[0][0] if busy else None
        arrives = at < len(came) and (next_end is None or came[at] <= next_end)
        moment = came[at] if arrives else busy[0][0]
        if found is None and moment > NOON:
            moved.set(NOON)
            found = pace.read().forecast
            db.session.rollback()
        moved.set(moment)
        if arrives:
            with transaction():
                case = factories.submission(changes=_form(bodies[at % len(bodies)]))
                promised[case.id] = case.due_at or moment
            at += 1
        else:
            _, _, actor, number = heapq.heappop(busy)
            _decide(number, actor)
            ended[number] = moment
            idle.append(actor)
        while idle and (number := _take(idle[0])) is not None:
            order.append(number)
            heapq.heappush(busy, (add_business_seconds(moment, round(chance.uniform(*seconds))), number, idle.pop(0), number))
    late = [promised[number] for number, moment in ended.items() if moment > promised[number]]
    done = Review.action.in_(("accept", "return"))
    decisions = select(Review.subject_id, func.count()).where(Review.subject == Submission.__tablename__, Review.subject_id > before, done)
    twice = [number for number, count in db.session.execute(decisions.group_by(Review.subject_id)) if count != 1]
    waiting = select(func.count()).select_from(Submission).where(Submission.id > before, Submission.status.in_(AWAITING_REVIEW))
    lost = db.session.execute(waiting).scalar_one() + len(came) - len(promised) + len(promised.keys() - ended.keys())
    if found is None:
        raise RuntimeError("noon never came")
    return Surge(found, len(late), min(late, default=None), lost, len(twice), sum(a > b for a, b in pairwise(order)))


def _arrivals(day: datetime, count: int, chance: random.Random) -> list[datetime]:
    hours = chance.choices(list(BY_HOUR), list(BY_HOUR.values()), k=count)
    return sorted(day + timedelta(hours=hour, seconds=chance.randrange(3600)) for hour in hours)


def _form(body: reference.Municipality) -> dict[str, str]:
    mail = f"vaccine{body.code6}@{factories.own_host(body.code6)}"
    place = {"organization.lg_code": body.code6, "organization.org_name": body.name, "organization.org_type": body.kind}
    return place | {"contact.contact_email": mail, "contact.contact_email2": mail, "postings.0.venue_city": body.code6}


def _take(actor: Actor) -> int | None:
    """The most pressing case that nobody has, as the queue shows it."""
    free = select(Submission.id).where(Submission.awaiting_review(), Submission.assignee_id.is_(None))
    number = db.session.execute(free.order_by(Submission.due_at, Submission.id).limit(1)).scalar_one_or_none()
    db.session.rollback()
    if number is not None:
        with transaction():
            case = db.session.get_one(Submission, number)
            review.take(case, actor, seen_version=case.version)
    return number


def _decide(number: int, actor: Actor) -> None:
    with transaction():
        case = db.session.get_one(Submission, number)
        if case.errors or number % 7 == 0:
            review.return_(case, actor, seen_version=case.version, message="次の項目をご確認ください。", items=[])
            return
        if acceptance.proof_of(case, acceptance.plan(case)).missing(actor):
            factories.called(case, actor)
        acceptance.accept(case, actor, seen_version=case.version)


def _weeks_before(usual: int, crew: list[int], seconds: float, chance: random.Random) -> None:
    """Ordinary days as rows: what came in four weeks, and the decisions of the last two days at the operators' rate."""
    past = [day for back in range(28, 0, -1) if is_business_day((day := MORNING - timedelta(days=back)).date())]
    rows = [
        {
            "receipt_no": f"KN-BEFORE-{number:06d}",
            "status": SubmissionStatus.accepted,
            "received_at": moment,
            "decided_at": moment,
            "due_at": None,
            "jobs": [],
            "version": 1,
        }
        for number, moment in enumerate(moment for day in past for moment in _arrivals(day, usual, chance))
    ]
    db.session.execute(insert(Submission), rows)
    made = Counter(
        (who, day + timedelta(hours=hour))
        for day in past[-2:]
        for who in crew
        for hour in range(10, 17)
        for _ in range(round(3600 / seconds))
    )
    decisions = [
        {
            "subject": Submission.__tablename__,
            "subject_id": 1,
            "revision": 1,
            "action": "accept",
            "actor_id": who,
            "created_at": hour,
            "items": [],
        }
        for (who, hour), count in made.items()
        for _ in range(count)
    ]
    db.session.execute(insert(Review), decisions)
