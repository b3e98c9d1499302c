"""The counts of the desk's first page: what waits by deadline and state, today by hour, who does what. Grouped by the database."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median

from sqlalchemy import String, case, func, literal, literal_column, select, type_coerce

from keynet_admin import clock
from keynet_admin.business_time import CLOSES, OPENS
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, CasePresence, Posting, Submission
from keynet_admin.services import business_days
from keynet_admin.services.dashboard.pace import DECISIONS, Pace
from keynet_admin.services.overview import DAYS_SHOWN
from keynet_admin.services.submission import presence
from keynet_admin.vocabulary import AWAITING_REVIEW, STAFF_ROLES, AccountStatus, SubmissionStatus

S = SubmissionStatus
TASK = "task"
COLUMNS = {state.value: state.label for state in (S.received, S.resubmitted, S.in_review)} | {TASK: "不達・電話"}


@dataclass
class DueRow:
    """Waiting cases that are over, due on a day, or later (`day` is None): by state, `task` for cases that only a task keeps waiting."""

    name: str  # the value of the queue's filter `due`
    day: date | None
    cases: Counter[str] = field(default_factory=Counter)
    clean: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.cases.total()


@dataclass(frozen=True)
class HourOf:
    """One hour of today; the first and the last stand for all before and after. `expected` is what is still to come."""

    label: str
    came: int
    done: int
    expected_came: float
    expected_done: float


@dataclass(frozen=True)
class Person:
    """An operator: own waiting cases, those that their senders have, decisions of today, minutes from taking a case to its decision (median).

    `at`: the body whose case they have open now, and whether they write; `last_at`: when they did something today.
    """

    id: int
    name: str
    waiting: int
    returned: int
    decided: int
    minutes: int | None
    last_at: datetime | None
    at: str
    writing: bool


def due_rows() -> list[DueRow]:
    """Over, today, the next business days, later: one query, over the index of what waits."""
    today, days = clock.today(), coming_days()
    ends = [("today", today), *((day.isoformat(), day) for day in days)]
    name = case(
        (Submission.due_at < clock.now(), "over"),
        *((Submission.due_at <= datetime.combine(day, time.max, clock.TOKYO), word) for word, day in ends),
        else_="later",
    )
    state = case((Submission.status.in_(AWAITING_REVIEW), type_coerce(Submission.status, String)), else_=literal(TASK))
    clean = func.sum(case((Submission.errors + Submission.warnings == 0, 1), else_=0))
    query = select(name, state, func.count(), clean).where(Submission.awaiting_review(), Submission.due_at.is_not(None))
    rows = {"over": DueRow("over", None), **{word: DueRow(word, day) for word, day in ends}, "later": DueRow("later", None)}
    # By their places: the same text again would be another parameter, which a database need not take for the same expression.
    for word, column, number, without in db.session.execute(query.group_by(literal_column("1"), literal_column("2"))):
        rows[word].cases[str(column)] += number
        rows[word].clean += int(without or 0)
    return [row for row in rows.values() if row.name != "later" or row.total]


def coming_days() -> list[date]:
    """The next business days, as far as the promise reaches."""
    return [business_days.add_business_days(clock.today(), number) for number in range(1, DAYS_SHOWN + 1)]


def most_late() -> Submission | None:
    """The case that is longest past its deadline."""
    query = select(Submission).where(Submission.awaiting_review(), Submission.due_at < clock.now())
    return db.session.execute(query.order_by(Submission.due_at, Submission.id).limit(1)).scalar_one_or_none()


def releases() -> tuple[int, datetime | None]:
    """Postings that wait for the service center, and since when the oldest does."""
    row = db.session.execute(select(func.count(Posting.id), func.min(Posting.waits_since)).where(Posting.awaiting_release())).one()
    return row[0], row[1]


def hours_of(pace: Pace) -> list[HourOf]:
    """Today by hour: what came and was decided, and what the rest of the day is expected to bring."""
    here = pace.now.astimezone(clock.TOKYO)
    done: Counter[datetime] = Counter()
    for (_who, begun), number in pace.decisions.items():
        done[begun] += number
    waiting, capacity = float(sum(pace.due.values())), pace.forecast.crew.operators * pace.forecast.crew.per_hour
    open_today = business_days.is_open(here.date())
    rows = []
    for first, last in ((0, OPENS.hour - 2), *((hour, hour) for hour in range(OPENS.hour - 1, CLOSES.hour)), (CLOSES.hour, 23)):
        came = decided = 0
        more = work = 0.0
        for hour in range(first, last + 1):
            begin = datetime.combine(here.date(), time(hour), clock.TOKYO)
            came, decided, new = came + pace.arrivals.get(begin, 0), decided + done[begin], pace.expected.get(begin, 0.0)
            part = min(1.0, max(0.0, (begin + timedelta(hours=1) - here) / timedelta(hours=1)))
            can = capacity * part if open_today and OPENS.hour <= hour < CLOSES.hour else 0.0
            does = min(can, waiting + new)
            waiting, more, work = waiting + new - does, more + new, work + does
        label = f"～{last}" if not first else str(first) if first == last else f"{first}～"
        rows.append(HourOf(label, came, decided, more, work))
    return rows


def people(pace: Pace) -> list[Person]:
    """The service center's people who have cases or decided something today. Four queries, all bounded by today and what waits."""
    today = datetime.combine(clock.today(), time(), clock.TOKYO)
    staff = db.session.execute(
        select(Account.id, Account.shown_name)
        .where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active)
        .order_by(Account.id)
    ).all()
    returned = Submission.status == SubmissionStatus.returned
    held = Submission.assignee_id.is_not(None) & (Submission.awaiting_review() | returned)
    own: Mapping[int | None, tuple[int, int]] = {
        row[0]: (row[1], row[2])
        for row in db.session.execute(
            select(
                Submission.assignee_id,
                func.count().filter(Submission.awaiting_review()),
                func.count().filter(returned),
            )
            .where(held)
            .group_by(Submission.assignee_id)
        )
    }
    looks = (
        select(CasePresence.account_id, Submission.org_name, CasePresence.writing_at.is_not(None))
        .join(Submission, Submission.id == CasePresence.submission_id)
        .where(CasePresence.seen_at >= clock.now() - presence.GONE)
    )
    here = {row[0]: (row[1] or "（団体名なし）", bool(row[2])) for row in db.session.execute(looks.order_by(CasePresence.seen_at))}
    taken: dict[tuple[int, int], datetime] = {}
    minutes: defaultdict[int, list[float]] = defaultdict(list)
    last: dict[int, datetime] = {}
    events = select(AuditEvent.actor_id, AuditEvent.subject_id, AuditEvent.action, AuditEvent.at).where(
        AuditEvent.at >= today, AuditEvent.subject == Submission.__tablename__, AuditEvent.action.in_(("take", *DECISIONS))
    )
    for who, number, action, at in db.session.execute(events.order_by(AuditEvent.at, AuditEvent.id)):
        if who is None:
            continue
        last[who] = at
        if action == "take":
            taken[who, number] = at
        elif (begun := taken.pop((who, number), None)) is not None:
            minutes[who].append((at - begun) / timedelta(minutes=1))
    decided = Counter[int]()
    for (who, hour), number in pace.decisions.items():
        if hour >= today:
            decided[who] += number
    return [
        Person(
            number,
            name,
            *own.get(number, (0, 0)),
            decided[number],
            round(median(minutes[number])) if minutes[number] else None,
            last.get(number),
            *here.get(number, ("", False)),
        )
        for number, name in staff
        if number in own or decided[number] or number in here
    ]


def unassigned() -> int:
    """Waiting cases that nobody has."""
    query = select(func.count()).select_from(Submission).where(Submission.awaiting_review(), Submission.assignee_id.is_(None))
    return db.session.execute(query).scalar_one()


def lines(rows: Sequence[DueRow], hours: Sequence[HourOf], pace: Pace) -> list[list[str]]:
    """The page's counts as a file."""
    found = [["区分", "項目", "内訳", "件数"]]
    for row in rows:
        name = {"over": "期限超過", "later": "それより後"}.get(row.name) or (row.day.isoformat() if row.day else "")
        found += [["確認を待つ申請", name, label, str(row.cases[column])] for column, label in COLUMNS.items()]
    for hour in hours:
        numbers = (
            ("受付", hour.came),
            ("決定", hour.done),
            ("受付の見込み", round(hour.expected_came)),
            ("決定の見込み", round(hour.expected_done)),
        )
        found += [["今日", f"{hour.label}時", what, str(number)] for what, number in numbers]
    for outlook in pace.forecast.shown:
        found.append(["見通し", f"{outlook.operators}名", "期限を過ぎる申請", str(outlook.late)])
    return found
