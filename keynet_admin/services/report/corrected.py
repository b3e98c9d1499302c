"""The numbers of a report: the record's own, with its body's corrections, and with those that came after the round was frozen.

A correction is a row and changes nothing; all three are made from the rows each time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from keynet_admin.catalogue import posting_field
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Report, ReportCorrection, ReportRound
from keynet_admin.services.report import figures
from keynet_admin.services.report.figures import ReportFigures

ByJob = dict[str, ReportFigures]
JOBS = {choice.slug: at for at, choice in enumerate(posting_field("job_type").choices)}
NO_RECORD = ReportFigures()
CORRECTABLE = {column.name: column for column in figures.COLUMNS if column.correctable}


@dataclass(frozen=True)
class Numbers:
    """By job type: `record` as counted, `reported` as they are (or were, when the round was frozen) reported, `now` with late corrections."""

    record: ByJob
    reported: ByJob
    now: ByJob

    @property
    def total(self) -> ReportFigures:
        """What was reported, added up."""
        return figures.total(self.reported.values())


NONE = Numbers({}, {}, {})


def of_report(report: Report) -> Numbers:
    """The numbers of one body."""
    if report.figures is not None:
        record = from_json(report.figures)
    else:
        cells = figures.figures(report.round.as_of, organization_id=report.organization_id)
        record = {job: row for (_, job), row in cells.items()}
    return made(record, report.corrections)


def of_round(chosen: ReportRound, prefecture_code: str | None = None) -> dict[int, Numbers]:
    """The numbers of each body of a round, by its id; of one prefecture's bodies when it is named. Bodies without any are among them."""
    reports = of_bodies(chosen, prefecture_code)
    counting = any(report.figures is None for report in reports)
    return of_reports(reports, figures.figures(chosen.as_of, prefecture_code=prefecture_code) if counting else {})


def of_reports(reports: Iterable[Report], cells: Mapping[figures.Cell, ReportFigures]) -> dict[int, Numbers]:
    """The numbers of each body of these reports: as frozen, else from the counted cells."""
    counted = by_body(cells)
    return {
        report.organization_id: made(
            from_json(report.figures) if report.figures is not None else counted.get(report.organization_id, {}), report.corrections
        )
        for report in reports
    }


def by_body(cells: Mapping[figures.Cell, ReportFigures]) -> dict[int, ByJob]:
    """Counted cells by body and job type."""
    found: dict[int, ByJob] = {}
    for (body, job), row in cells.items():
        found.setdefault(body, {})[job] = row
    return found


def of_bodies(chosen: ReportRound, prefecture_code: str | None = None) -> list[Report]:
    """The reports of a round with their bodies and corrections, in the order of the bodies' codes."""
    query = select(Report).join(Report.organization).where(Report.round_id == chosen.id)
    if prefecture_code is not None:
        query = query.where(Organization.prefecture_code == prefecture_code)
    query = query.options(selectinload(Report.corrections).joinedload(ReportCorrection.account), selectinload(Report.organization))
    return list(db.session.execute(query.order_by(Organization.lg_code, Report.id)).scalars())


def made(record: Mapping[str, ReportFigures], corrections: Iterable[ReportCorrection]) -> Numbers:
    """The three from the record and its corrections, in the order in which they were written."""
    rows = sorted(corrections, key=lambda row: row.id)
    in_time = [row for row in rows if not row.late]
    reported = corrected(record, in_time)
    return Numbers(dict(record), reported, corrected(reported, [row for row in rows if row.late]))


def corrected(rows: Mapping[str, ReportFigures], corrections: Iterable[ReportCorrection]) -> ByJob:
    """The rows with the corrections put in. What is still open follows from wanted and secured."""
    found = dict(rows)
    for row in corrections:
        found[row.job_type] = with_figure(found.get(row.job_type, NO_RECORD), row.figure, row.after)
    return found


def with_figure(row: ReportFigures, figure: str, value: int) -> ReportFigures:
    """The row with one figure set, and what is still open reckoned anew. Raises KeyError for one that nobody corrects.

    More people secured than were wanted raise that number, as in the record; one that is corrected itself stays as it was said.
    """
    changed: ReportFigures = replace(row, **{CORRECTABLE[figure].name: value})
    if figure == "wanted":
        return replace(changed, asked=value, open=max(0, value - changed.secured))
    wanted = max(changed.wanted, changed.secured)
    return replace(changed, wanted=wanted, open=wanted - changed.secured)


def differing(numbers: Numbers) -> dict[tuple[str, str], int]:
    """The record's number of each figure that is another one now, by job type and figure."""
    found: dict[tuple[str, str], int] = {}
    for job, row in numbers.now.items():
        record = numbers.record.get(job, NO_RECORD)
        found |= {(job, c.name): getattr(record, c.name) for c in figures.COLUMNS if getattr(record, c.name) != getattr(row, c.name)}
    return found


def in_order(rows: Mapping[str, ReportFigures]) -> list[tuple[str, ReportFigures]]:
    """The rows in the order of the form's job types."""
    return sorted(rows.items(), key=lambda item: (JOBS.get(item[0], len(JOBS)), item[0]))


def to_json(rows: Mapping[str, ReportFigures]) -> dict[str, dict[str, int]]:
    """As they are frozen."""
    return {job: asdict(row) for job, row in rows.items()}


def from_json(rows: Mapping[str, Mapping[str, int]]) -> ByJob:
    """Rows that were frozen."""
    return {job: ReportFigures(**row) for job, row in rows.items()}
