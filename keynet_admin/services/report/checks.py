"""What the rules of the report (RPT) say about figures before a municipality confirms them. Totals are always added up, never stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from keynet_admin import clock
from keynet_admin.rules import Level, rule_by_code
from keynet_admin.services.posting.closing import too_many
from keynet_admin.services.report.figures import ReportFigures

# What only grows as long as nothing is corrected: name, and how it is called.
GROWING = {"postings": "募集の件数", "applications": "応募した人数", "secured": "確保した人数"}


@dataclass(frozen=True)
class ReportFinding:
    """What a rule found: at which job type (empty: the whole report) and figure. `stops`: nobody confirms while it stands."""

    rule: str
    stops: bool
    job_type: str
    figure: str
    words: str


def check(
    rows: Mapping[str, ReportFigures], before: Mapping[str, ReportFigures] | None = None, *, as_of: datetime | None
) -> list[ReportFinding]:
    """The findings about figures by job type. `before`: those of the last frozen report; `as_of`: the moment that they are of."""
    found = list(without_moment(as_of))
    for job, row in rows.items():
        found += more_than_came(job, row) or counted_twice(job, row)
        found += more_than_asked(job, row)
        found += fewer_than_before(job, row, (before or {}).get(job))
    return found


def more_than_came(job: str, row: ReportFigures) -> list[ReportFinding]:
    """RPT-001: people secured through this site who never came to it."""
    secured, came = row.secured_site + row.secured_moved, row.applications + row.moved
    if secured <= came:
        return []
    return _found(
        "RPT-001", job, "applications", f"確保した人数（{secured}名）が、応募と直接選考へ移った人数の合計（{came}名）を超えています。"
    )


def counted_twice(job: str, row: ReportFigures) -> list[ReportFinding]:
    """RPT-002: who moved to direct selection is among the applicants, so that both ways together cannot hold more people than applied."""
    if row.secured_site + row.secured_moved <= row.applications:
        return []
    words = (
        f"本サイトで確保した{row.secured_site}名と直接選考後の{row.secured_moved}名を合わせると、応募した{row.applications}名を超えます。"
    )
    return _found("RPT-002", job, "secured_moved", words)


def more_than_asked(job: str, row: ReportFigures) -> list[ReportFinding]:
    """RPT-003, in the words of a closing."""
    words = too_many(row.asked, row.secured)
    return [ReportFinding("RPT-003", False, job, "secured", words)] if words else []


def without_moment(as_of: datetime | None) -> Iterator[ReportFinding]:
    """RPT-004: figures of no moment, or of one still to come."""
    if as_of is None:
        yield from _found("RPT-004", "", "", "基準日がありません。")
    elif as_of > clock.now():
        yield from _found("RPT-004", "", "", "基準日がまだ来ていません。")


def fewer_than_before(job: str, row: ReportFigures, before: ReportFigures | None) -> list[ReportFinding]:
    """RPT-005: what only grows has become less since the last frozen report."""
    found: list[ReportFinding] = []
    for name, label in GROWING.items() if before is not None else ():
        was, now = getattr(before, name), getattr(row, name)
        if now < was:
            found += _found("RPT-005", job, name, f"{label}が、前回の報告の{was}から{now}に減っています。")
    return found


def _found(code: str, job: str, figure: str, what: str) -> list[ReportFinding]:
    rule = rule_by_code(code)
    return [] if rule is None else [ReportFinding(code, Level.ERROR in rule.levels, job, figure, what + rule.why + rule.how)]
