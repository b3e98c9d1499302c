"""The service center's first page: will the promise hold, what waits, who does what; numbers that lead to their rows."""

import math
from datetime import date, datetime
from typing import Any

from flask import Response
from flask_admin import expose

from keynet_admin import clock
from keynet_admin.business_time import DAY_SECONDS
from keynet_admin.permissions import Permission
from keynet_admin.services import business_days, overview
from keynet_admin.services.audit_chain import check as audit_check
from keynet_admin.services.dashboard import figures
from keynet_admin.services.dashboard import pace as paces
from keynet_admin.services.dashboard.forecast import Forecast, Outlook
from keynet_admin.services.operation import runs
from keynet_admin.services.report import service
from keynet_admin.services.report.service import ServiceScope
from keynet_admin.services.submission import lists as queue
from keynet_admin.web.guard import GuardedIndex
from keynet_admin.web.lists import export

WEEKS = 5
GOAL = 95  # percent of the promise
MOST_REASONS = 6


class HomeView(GuardedIndex):
    """`/admin/`."""

    permission = Permission.submission_read

    @expose("/")
    def index(self) -> str:
        """The state of the service in one look."""
        scope, pace, rows, late = ServiceScope(WEEKS), paces.read(), figures.due_rows(), figures.most_late()
        weeks, reasons = service.promises(scope), service.returned(scope)
        releases, oldest = figures.releases()
        leads = self.may(Permission.report_run)
        return self.render(
            "admin/home.html",
            state=overview.now(),
            alarms=runs.alarms(),
            pace=pace,
            rows={row.name: row for row in rows},
            columns=list(figures.COLUMNS.items()),
            late=queue.line(late) if late is not None else None,
            weeks=weeks,
            points=[(day, row.share, row.share is not None and row.share < GOAL) for day, row in weeks.items()],
            low=min([80, *(10 * math.floor(row.share / 10) for row in weeks.values() if row.share is not None)]),
            goal=GOAL,
            hours=figures.hours_of(pace),
            reasons=reasons[:MOST_REASONS],
            others=reasons[MOST_REASONS:],
            returns=sum(row.returns for row in reasons),
            releases=releases,
            release_days=_business_days_since(oldest),
            curves=_curves(pace.forecast, pace.now),
            people=figures.people(pace) if leads else [],
            unassigned=figures.unassigned() if leads else 0,
            log=audit_check.newest(),
        )

    @expose("/export.<any(csv, xlsx):kind>")
    def export(self, kind: str) -> Response:
        """The counts of this moment as a file."""
        pace = paces.read()
        return export.of_lines(kind, iter(figures.lines(figures.due_rows(), figures.hours_of(pace), pace)), "ダッシュボード")


def _business_days_since(moment: datetime | None) -> int:
    """Whole business days until now."""
    return max(0, business_days.business_seconds_between(moment, clock.now())) // DAY_SECONDS if moment is not None else 0


def _curves(forecast: Forecast, now: datetime) -> dict[str, Any]:
    """The picture of the outlook: for each number of operators the points of its line in a box of 430 by 160, and the names of the days."""
    days: list[date] = []
    for outlook in forecast.shown:
        days += [moment.astimezone(clock.TOKYO).date() for moment, _ in outlook.curve]
    days = sorted({now.astimezone(clock.TOKYO).date(), *days})[:7]
    most = max((outlook.late for outlook in forecast.shown), default=0)
    width = 340 / max(1, len(days))

    def place(outlook: Outlook) -> list[str]:
        at = {moment.astimezone(clock.TOKYO).date(): late for moment, late in outlook.curve}
        points, height = ["40,130"], 0
        for number, day in enumerate(days):
            x = 40 + width * (number + 1)
            points.append(f"{x:.1f},{130 - 100 * height / max(1, most):.1f}")  # nothing passes before the day's end
            height = max(height, at.get(day, height))
            points.append(f"{x:.1f},{130 - 100 * height / max(1, most):.1f}")
        return points

    return {
        "lines": [(outlook, " ".join(place(outlook))) for outlook in forecast.shown],
        "days": [(40 + width * (number + 0.5), day) for number, day in enumerate(days)],
        "most": most,
    }
