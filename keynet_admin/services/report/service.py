"""The service in numbers, for its own people: the promise of two business days, what is returned and why, how soon postings are filled (R09).

Weeks begin on Monday in Japan. All numbers are read from the rows as they stand; nothing is kept for them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Text, case, func, select, type_coerce

from keynet_admin import clock
from keynet_admin.business_time import DAY_SECONDS
from keynet_admin.extensions import db
from keynet_admin.models import Organization, OutboxMail, Posting, Review, Submission, SubmissionRevision
from keynet_admin.rules import rule_by_code
from keynet_admin.services.business_days import business_seconds_between, promise_due
from keynet_admin.services.posting import balance
from keynet_admin.services.submission.acceptance import ADDED, INVITATION
from keynet_admin.services.submission.intake import RETURNS
from keynet_admin.vocabulary import AWAITING_REVIEW, MailStatus

WEEK = timedelta(days=7)
# From the receipt to the deadline: two business days, and the longest row of days on which nobody works.
_LONGEST = timedelta(days=21)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class ServiceScope:
    """What is asked for: so many weeks until this one (the present one included), of one prefecture and job type or of all."""

    weeks: int
    prefecture: str = ""
    job_type: str = ""

    @property
    def mondays(self) -> list[date]:
        """The weeks, the oldest first."""
        last = monday(clock.today())
        return [last - WEEK * back for back in range(self.weeks - 1, -1, -1)]

    @property
    def start(self) -> datetime:
        """0:00 in Japan of the first week."""
        return datetime.combine(self.mondays[0], time(), clock.TOKYO)

    def of_submission(self) -> list[ColumnElement[bool]]:
        """Where-clauses: a case of this prefecture, with a posting of this job type."""
        found: list[ColumnElement[bool]] = [Submission.prefecture_code == self.prefecture] if self.prefecture else []
        if self.job_type:
            found.append(type_coerce(Submission.jobs, Text()).contains(f'"{self.job_type}"', autoescape=True))
        return found


@dataclass
class Promise:
    """Cases whose deadline fell into a time. `waiting`: of those that were not kept, how many nobody has been told of yet.

    `spans`: from the receipt to the letter, or to now; the opening time in them is computed only for whoever asks how long it took.
    """

    due: int = 0
    kept: int = 0
    waiting: int = 0
    spans: list[tuple[datetime, datetime]] = field(default_factory=list)

    @property
    def late(self) -> int:
        """Cases that took longer than promised, or still do."""
        return self.due - self.kept

    @property
    def share(self) -> float | None:
        """Kept promises in percent; None without a case."""
        return 100 * self.kept / self.due if self.due else None

    @property
    def median_days(self) -> float | None:
        """Business days (of seven hours) from the receipt, the middle case."""
        return median(self.seconds) / DAY_SECONDS if self.spans else None

    @property
    def worst_days(self) -> float | None:
        """The same of the slowest case."""
        return max(self.seconds) / DAY_SECONDS if self.spans else None

    @property
    def seconds(self) -> list[int]:
        """Opening time of each span, in whole seconds."""
        return [business_seconds_between(received, until) for received, until in self.spans]

    def add(self, other: "Promise") -> None:
        """Count these cases, too."""
        self.due, self.kept, self.waiting = self.due + other.due, self.kept + other.kept, self.waiting + other.waiting
        self.spans += other.spans


@dataclass(frozen=True)
class ReturnReason:
    """How often cases were returned because of a rule (`rule` is empty for an operator's own words), at how many fields.

    `known`: of how many of these returns it is kept whether somebody typed; `unwritten`: how many of those went out as they wrote themselves.
    """

    rule: str
    what: str
    returns: int
    fields: int
    known: int = 0
    unwritten: int = 0

    @property
    def share_unwritten(self) -> int | None:
        """Percent sent without typing; None when nothing is known of it."""
        return round(100 * self.unwritten / self.known) if self.known else None


@dataclass
class Filled:
    """Postings by the time of their first publication. `days`: calendar days until all wanted people were secured, of those that are."""

    postings: int = 0
    needed: int = 0
    secured: int = 0
    filled: int = 0
    days: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float | None:
        """Secured people of the needed ones in percent; None when none were wanted."""
        return 100 * self.secured / self.needed if self.needed else None

    @property
    def median_days(self) -> float | None:
        """Days from publication to filled, the middle posting."""
        return median(self.days) if self.days else None

    def add(self, other: "Filled") -> None:
        """Count these postings, too."""
        self.postings, self.filled = self.postings + other.postings, self.filled + other.filled
        self.needed, self.secured = self.needed + other.needed, self.secured + other.secured
        self.days += other.days


Cell = tuple[date, str, str]  # Monday, prefecture code, job type


def promises(scope: ServiceScope) -> dict[date, Promise]:
    """By the week of the deadline: accepted cases, and those that are overdue without a decision. Two queries.

    Measured from the receipt of the form that was accepted until a mail server took the letter with the first login (of a body that has an account:
    with the news), against the deadline that its clock gave it: after a small return that goes on. A letter that did not arrive counts as not sent, a later one that did ends the time.
    """
    found = {day: Promise() for day in scope.mondays}
    now = clock.now()
    for received, begun, still, handed, waits in db.session.execute(acceptances(scope)):
        due = promise_due(begun, still)
        if handed is not None or due <= now:
            late = handed is None or handed > due
            until = handed or (now if waits else None)
            _count(found, due, Promise(1, int(not late), int(waits and handed is None), [(received, until)] if until else []))
    for received, due in db.session.execute(overdue(scope, now)):
        _count(found, due, Promise(1, 0, 1, [(received, now)]))
    return found


def returned(scope: ServiceScope) -> list[ReturnReason]:
    """Returns by rule, the most frequent first. One query."""
    query = (
        select(Review.items, Review.written)
        .join(Submission, Submission.id == Review.subject_id)
        .where(Review.subject == Submission.__tablename__, Review.action.in_(RETURNS), Review.created_at >= scope.start)
        .where(*scope.of_submission())
    )
    returns: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    known: Counter[str] = Counter()
    unwritten: Counter[str] = Counter()
    for items, written in db.session.execute(query):
        named = [str(item.get("rule") or "") for item in items]
        rules = set(named) or {""}
        fields.update(named)
        returns.update(rules)
        if written is not None:
            known.update(rules)
            unwritten.update(rules if not written else ())
    rows = [ReturnReason(code, _what(code), number, fields[code], known[code], unwritten[code]) for code, number in returns.items()]
    return sorted(rows, key=lambda row: (-row.returns, -row.fields, row.rule))


def filled(scope: ServiceScope) -> dict[Cell, Filled]:
    """Postings that went public in the time, by the week of their first publication, prefecture of the body and job type. Two queries.

    A posting is filled when as many people are secured as it wants; the day is that of its closing, which follows by itself.
    """
    conditions = [Posting.published_at >= scope.start]
    if scope.prefecture:
        conditions.append(Organization.prefecture_code == scope.prefecture)
    if scope.job_type:
        conditions.append(Posting.job_type == scope.job_type)
    joined = select(Posting.id).join(Organization, Organization.id == Posting.organization_id).where(*conditions)
    secured = balance.secured_of(joined)
    columns = Posting.id, Posting.published_at, Posting.closed_at, Posting.headcount, Organization.prefecture_code, Posting.job_type
    found: defaultdict[Cell, Filled] = defaultdict(Filled)
    for number, published, closed, wanted, prefecture, job_type in db.session.execute(joined.with_only_columns(*columns)):
        if published is None:  # never: the query asks for those that were
            continue
        count = balance.Headcount(wanted or 0, secured.get(number, 0), 0)
        days = [(closed - published).total_seconds() / 86_400] if count.is_full and closed is not None else []
        key = monday(published.astimezone(clock.TOKYO).date()), prefecture, job_type
        found[key].add(Filled(1, count.needed, count.secured, int(count.is_full), days))
    return dict(found)


def rolled_up(cells: Mapping[Cell, Filled], *parts: int) -> dict[tuple[Any, ...], Filled]:
    """The numbers summed over all but these parts of their key (0: week, 1: prefecture, 2: job type)."""
    sums: defaultdict[tuple[Any, ...], Filled] = defaultdict(Filled)
    for key, numbers in cells.items():
        sums[tuple(key[part] for part in parts)].add(numbers)
    return dict(sums)


def whole(numbers: Iterable[Promise]) -> Promise:
    """The sum of several weeks."""
    total = Promise()
    for part in numbers:
        total.add(part)
    return total


def promise_lines(weeks: Mapping[date, Promise]) -> Iterator[list[str]]:
    """A file of the promise by week: heading and lines."""
    yield ["週の初日", "期限の来た申請", "2営業日以内", "間に合わず", "うち未達", "割合（%）", "中央値（営業日）", "最長（営業日）"]
    for day, row in weeks.items():
        numbers = [row.due, row.kept, row.late, row.waiting]
        yield [day.isoformat(), *map(str, numbers), *map(_decimal, (row.share, row.median_days, row.worst_days))]


def returned_lines(rows: Iterable[ReturnReason]) -> Iterator[list[str]]:
    """A file of the returns by rule."""
    yield ["ルール", "内容", "差し戻し", "項目の数", "手直しなし", "手直しの有無の分かる差し戻し"]
    for row in rows:
        yield [row.rule, row.what, *map(str, (row.returns, row.fields, row.unwritten, row.known))]


def filled_lines(cells: Mapping[Cell, Filled], prefecture: Any, job: Any) -> Iterator[list[str]]:
    """A file of the fill rate by week, prefecture and job type; `prefecture` and `job` name a code."""
    yield [
        *("公開した週の初日", "都道府県コード", "都道府県", "職種"),
        *("公開した募集（件）", "必要な人数", "確保した人数", "確保率（%）", "充足した募集（件）", "公開から充足まで（日、中央値）"),
    ]
    for (day, code, job_type), row in sorted(cells.items()):
        numbers = [str(row.postings), str(row.needed), str(row.secured), _decimal(row.rate), str(row.filled), _decimal(row.median_days)]
        yield [day.isoformat(), code, prefecture(code), job(job_type), *numbers]


def acceptances(scope: ServiceScope) -> Any:
    """Rows of each acceptance that wrote a letter: receipt of its form, begin and pauses of its clock, when a server took the letter, does one wait."""
    letters = (
        OutboxMail.subject == Submission.__tablename__,
        OutboxMail.subject_id == Review.subject_id,
        OutboxMail.template.in_((INVITATION, ADDED)),
        OutboxMail.created_at >= Review.created_at,
    )
    handed = select(func.min(OutboxMail.sent_at)).where(*letters, OutboxMail.status == MailStatus.sent).correlate(Review).scalar_subquery()
    waits = (
        select(OutboxMail.id).where(*letters, OutboxMail.status.not_in((MailStatus.sent, MailStatus.settled))).correlate(Review).exists()
    )
    revision = (SubmissionRevision.submission_id == Review.subject_id) & (SubmissionRevision.number == Review.revision)
    latest = Review.revision == Submission.current
    begun = case((latest, func.coalesce(Submission.clock_from, Submission.received_at)), else_=SubmissionRevision.created_at)
    still = case((latest, Submission.clock_paused), else_=0)
    return (
        select(SubmissionRevision.created_at, begun, still, handed, waits)
        .select_from(Review)
        .join(SubmissionRevision, revision)
        .join(Submission, Submission.id == Review.subject_id)
        .where(Review.subject == Submission.__tablename__, Review.action == "accept", Review.created_at >= scope.start - _LONGEST)
        .where(select(OutboxMail.id).where(*letters).correlate(Review).exists(), *scope.of_submission())
    )


def overdue(scope: ServiceScope, now: datetime) -> Any:
    """Rows of the cases that wait for a decision past their deadline: receipt and deadline."""
    revision = (SubmissionRevision.submission_id == Submission.id) & (SubmissionRevision.number == Submission.current)
    late = Submission.awaiting_review(), Submission.status.in_(AWAITING_REVIEW), Submission.due_at < now, Submission.due_at >= scope.start
    return select(SubmissionRevision.created_at, Submission.due_at).join(Submission, revision).where(*late, *scope.of_submission())


def _count(weeks: dict[date, Promise], due: datetime, counted: Promise) -> None:
    if (week := weeks.get(monday(due.astimezone(clock.TOKYO).date()))) is not None:
        week.add(counted)


def _what(code: str) -> str:
    if not code:
        return "ルールによらない、運営担当の言葉"
    rule = rule_by_code(code)
    return rule.what if rule is not None else ""


def _decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
