"""A round of the follow-up report as the service center and the ministry see it: the whole country, prefecture by prefecture and job by job."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import PostingRevision, Report, ReportCorrection, ReportRound
from keynet_admin.rules.engine.posting_values import NURSING
from keynet_admin.services import business_days, workflow
from keynet_admin.services.report import corrected, figures, suppression
from keynet_admin.services.report.corrected import Numbers
from keynet_admin.services.report.figures import ReportFigures
from keynet_admin.services.report.suppression import TOTAL, Key
from keynet_admin.vocabulary import ReportStatus, RoundStatus

DAYS_SHOWN = 7
PUBLIC = ("wanted", "secured", "open")
PART_OF = {"secured": "wanted", "open": "wanted"}
SCARCE = NURSING | {"physician"}


@dataclass(frozen=True)
class National:
    """A round with all its bodies. `people`, `people_secured`: distinct persons of the whole country; None where nobody counted them."""

    chosen: ReportRound
    reports: Sequence[Report]
    numbers: Mapping[int, Numbers]
    people: int | None
    people_secured: int | None

    @cached_property
    def jobs(self) -> list[str]:
        """The job types that somebody reports, in the form's order."""
        found = {job for numbers in self.numbers.values() for job in numbers.now}
        return [job for job, _ in corrected.in_order(dict.fromkeys(found, ReportFigures()))]

    @cached_property
    def total(self) -> ReportFigures:
        """All added up, with late corrections."""
        return figures.total(row for numbers in self.numbers.values() for row in numbers.now.values())

    @cached_property
    def confirmed(self) -> list[Report]:
        """The reports that were confirmed."""
        return [report for report in self.reports if report.status is ReportStatus.confirmed]

    @cached_property
    def with_corrections(self) -> int:
        """How many bodies of those corrected something."""
        return sum(bool(report.corrections) for report in self.confirmed)

    @cached_property
    def by_prefecture(self) -> dict[str, tuple[int, int]]:
        """Bodies that confirmed and all bodies, by prefecture."""
        done, every = Counter[str](), Counter[str]()
        for report in self.reports:
            every[report.organization.prefecture_code] += 1
            done[report.organization.prefecture_code] += report.status is ReportStatus.confirmed
        return {code: (done[code], number) for code, number in every.items()}

    @cached_property
    def sums(self) -> dict[Key, ReportFigures]:
        """The figures by prefecture and job type with the sums of each and of all (`TOTAL`)."""
        made: defaultdict[Key, ReportFigures] = defaultdict(ReportFigures)
        prefectures = {report.organization_id: report.organization.prefecture_code for report in self.reports}
        for body, numbers in self.numbers.items():
            code = prefectures[body]
            for job, row in numbers.now.items():
                for key in ((code, job), (code, TOTAL), (TOTAL, job), (TOTAL, TOTAL)):
                    made[key] += row
        return dict(made)

    def unfilled(self) -> dict[int, int]:
        """How many physicians and nurses each body still looks for, by its id; bodies that look for none are left out."""
        open_places = {body: sum(row.open for job, row in numbers.now.items() if job in SCARCE) for body, numbers in self.numbers.items()}
        return {body: number for body, number in open_places.items() if number}


def of_round(chosen: ReportRound) -> National:
    """The round as it stands: frozen figures as they were kept, else counted anew. A fixed number of queries."""
    reports = corrected.of_bodies(chosen)
    if chosen.status is RoundStatus.frozen:
        event = workflow.last_event(chosen, "freeze")
        codes = event.codes if event is not None else {}
        return National(chosen, reports, corrected.of_reports(reports, {}), codes.get("applicants"), codes.get("secured"))
    found = figures.snapshot(chosen.as_of)
    people = figures.distinct(found)
    return National(chosen, reports, corrected.of_reports(reports, figures.counted(found)), people.applications, people.secured)


def before(chosen: ReportRound) -> ReportRound | None:
    """The last frozen round before this one."""
    query = select(ReportRound).where(ReportRound.status == RoundStatus.frozen, ReportRound.as_of < chosen.as_of)
    return db.session.execute(query.order_by(ReportRound.as_of.desc(), ReportRound.id.desc()).limit(1)).scalar_one_or_none()


@dataclass(frozen=True)
class Funnel:
    """One job type's way: people needed by all postings, by published ones, who applied, who was secured."""

    needed: int
    published: int
    applied: int
    secured: int

    @property
    def rate(self) -> float | None:
        """Secured of needed in percent; None when nobody is needed."""
        return 100 * self.secured / self.needed if self.needed else None


def funnel(shown: National) -> list[tuple[str, Funnel]]:
    """By job type, the sum of all last (`TOTAL`)."""
    needed = _needed(shown.chosen)
    jobs = [job for job, _ in corrected.in_order(dict.fromkeys({*needed, *shown.jobs}, ReportFigures()))]
    made = []
    for job in jobs:
        row = shown.sums.get((TOTAL, job), ReportFigures())
        made.append((job, Funnel(max(needed.get(job, 0), row.asked), row.asked, row.applications, row.secured)))
    whole = Funnel(*(sum(getattr(row, name) for _, row in made) for name in ("needed", "published", "applied", "secured")))
    return [*made, (TOTAL, whole)]


@dataclass(frozen=True)
class Progress:
    """How many bodies had confirmed by the end of a day."""

    day: date
    confirmed: int


def progress(shown: National) -> list[Progress]:
    """The business days since the round was made (and others on which somebody confirmed), at most the last `DAYS_SHOWN`."""
    first = shown.chosen.created_at.astimezone(clock.TOKYO).date()
    last = min(clock.now(), shown.chosen.due_at).astimezone(clock.TOKYO).date()
    on = Counter(report.confirmed_at.astimezone(clock.TOKYO).date() for report in shown.confirmed if report.confirmed_at is not None)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    kept = [day for day in days if on[day] or business_days.add_business_days(day, 0) == day]
    return [Progress(day, sum(number for other, number in on.items() if other <= day)) for day in kept][-DAYS_SHOWN:]


def public(
    shown: National, earlier: Iterable[National] = (), known: dict[Key, dict[str, set[int]]] | None = None
) -> dict[Key, dict[str, int | None]]:
    """What may be published, by prefecture and job type with all sums: None for what is hidden.

    `earlier`: rounds that were published before; `known`: values published otherwise (changed here); whoever subtracts them must not find
    a small number either.
    """
    known = {} if known is None else known
    for one in earlier:
        add_known(known, one)
    inner = {key: _published(row) for key, row in shown.sums.items() if TOTAL not in key}
    return suppression.suppress(inner, part_of=PART_OF, known=known) if inner else {}


def add_known(known: dict[Key, dict[str, set[int]]], shown: National) -> None:
    """Add what a public table of this round may have shown, cell by cell, to what is known."""
    for key, row in shown.sums.items():
        for name, value in _published(row).items():
            known.setdefault(key, {}).setdefault(name, set()).add(value)


def frozen_rounds(chosen: ReportRound, most: int = 3) -> list[National]:
    """The rounds that were frozen before this one, the newest first."""
    found: list[National] = []
    at = before(chosen)
    while at is not None and len(found) < most:
        found.append(of_round(at))
        at = before(at)
    return found


@dataclass(frozen=True)
class Later:
    """People of one job type secured as reported when the round was frozen, and as corrected since."""

    job: str
    frozen: int
    now: int


def later(shown: National) -> list[Later]:
    """By job type."""
    made = []
    for job in shown.jobs:
        rows = [(n.reported.get(job, ReportFigures()), n.now.get(job, ReportFigures())) for n in shown.numbers.values()]
        made.append(Later(job, sum(old.secured for old, _ in rows), sum(new.secured for _, new in rows)))
    return made


def corrections(shown: National) -> list[ReportCorrection]:
    """All corrections of the round, the newest first."""
    return sorted((fix for report in shown.reports for fix in report.corrections), key=lambda fix: fix.id, reverse=True)


def _published(row: ReportFigures) -> dict[str, int]:
    """The figures of a public table: what is wanted is what is secured and what is open."""
    return {"wanted": row.secured + row.open, "secured": row.secured, "open": row.open}


def _needed(chosen: ReportRound) -> dict[str, int]:
    """People that all postings of that moment asked for, published or not, by job type."""
    newest = select(PostingRevision.posting_id, func.max(PostingRevision.number).label("number"))
    last = newest.where(PostingRevision.created_at <= chosen.as_of).group_by(PostingRevision.posting_id).subquery()
    same = (PostingRevision.posting_id == last.c.posting_id) & (PostingRevision.number == last.c.number)
    query = select(PostingRevision.job_type, func.coalesce(func.sum(PostingRevision.headcount), 0)).join(last, same)
    return {job: int(number or 0) for job, number in db.session.execute(query.group_by(PostingRevision.job_type)) if job}
