"""The service in numbers for its own people: the promise of two business days, returns by rule, fill rates (`/admin/report/service/`)."""

import math
from datetime import date
from typing import Any

from flask import Response, abort, request
from flask_admin import expose

from keynet_admin.admin.list_filters import job_types
from keynet_admin.catalogue import display
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.permissions import Permission
from keynet_admin.services.audit_chain import check as audit_check
from keynet_admin.services.report import service
from keynet_admin.services.report.service import Filled, ServiceScope
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists import export

PERIODS = ((4, "4週間"), (13, "13週間"), (26, "26週間"), (52, "52週間"))
USUAL = 13
Point = tuple[date, float | None, bool]  # Monday, number, is it marked


class ServiceReportView(GuardedView):
    """Everything is asked for by the address: `weeks`, `prefecture`, `job_type`."""

    permission = Permission.report_read

    @expose("/")
    def index(self) -> str:
        """The numbers as pictures beside their tables."""
        scope = asked()
        weeks, cells = service.promises(scope), service.filled(scope)
        by_week = {day: Filled() for day in scope.mondays} | {key[0]: row for key, row in service.rolled_up(cells, 0).items()}
        total, people = service.whole(weeks.values()), service.rolled_up(cells).get((), Filled())
        shares = [(day, row.share, row.late > 0) for day, row in weeks.items()]
        days = [(day, row.median_days, False) for day, row in by_week.items()]
        jobs = [(slug, label) for slug, label in job_types() if any(key[2] == slug for key in cells)]
        return self.render(
            "admin/service_report.html",
            scope=scope,
            asked=_address(scope),
            filters=_filters(),
            mondays=scope.mondays,
            weeks=weeks,
            total=total,
            shares=_begun(shares),
            share_low=min([80, *(10 * math.floor(share / 10) for _day, share, _late in shares if share is not None)]),
            returned=service.returned(scope),
            by_week=by_week,
            people=people,
            rates=_begun([(day, row.rate, False) for day, row in by_week.items()]),
            days=_begun(days),
            days_high=math.ceil(max((value or 0 for _day, value, _late in days), default=0)),
            jobs=jobs,
            matrix=_matrix(cells, [slug for slug, _label in jobs]),
            digests=audit_check.months(),
        )

    @expose("/export.<any(csv, xlsx):kind>")
    def export(self, kind: str) -> Response:
        """One of the tables as a file (`of`: promise, returned, filled)."""
        scope, labels = asked(), dict(job_types())
        if request.args.get("of", "filled") == "promise":
            return export.of_lines(kind, service.promise_lines(service.promises(scope)), "2営業日の約束")
        if request.args.get("of") == "returned":
            return export.of_lines(kind, service.returned_lines(service.returned(scope)), "差し戻しの理由")
        if request.args.get("of", "filled") != "filled":
            abort(404)
        lines = service.filled_lines(service.filled(scope), display.prefecture, lambda slug: labels.get(slug, slug))
        return export.of_lines(kind, lines, "確保率と日数")


def _begun(points: list[Point]) -> list[Point]:
    """The weeks from the first one with a number on."""
    return points[next((at for at, (_day, value, _bad) in enumerate(points) if value is not None), 0) :]


def asked() -> ServiceScope:
    """What the address asks for; a value that nobody offers is left out."""
    weeks, prefecture, job_type = (request.args.get(name, "") for name in ("weeks", "prefecture", "job_type"))
    known = {code: code for code in (p.code for p in prefectures())}, {slug: slug for slug, _label in job_types()}
    lengths = {str(number): number for number, _label in PERIODS}
    return ServiceScope(lengths.get(weeks, USUAL), known[0].get(prefecture, ""), known[1].get(job_type, ""))


def _address(scope: ServiceScope) -> dict[str, Any]:
    """The scope as parameters of an address."""
    pairs = {"weeks": scope.weeks, "prefecture": scope.prefecture, "job_type": scope.job_type}
    return {name: value for name, value in pairs.items() if value}


def _filters() -> list[tuple[str, str, str, list[tuple[Any, str]]]]:
    """Name, label, the word for all (none: one must be chosen) and options."""
    return [
        ("weeks", "期間", "", list(PERIODS)),
        ("prefecture", "都道府県", "すべて", [(p.code, p.name) for p in prefectures()]),
        ("job_type", "職種", "すべて", job_types()),
    ]


def _matrix(cells: dict[service.Cell, Filled], jobs: list[str]) -> list[tuple[str, str, list[Filled | None], Filled]]:
    """Rows of the prefectures that have postings: code, name, the numbers of each job type, their sum."""
    by_job, sums = service.rolled_up(cells, 1, 2), service.rolled_up(cells, 1)
    return [(code, display.prefecture(code), [by_job.get((code, job)) for job in jobs], total) for (code,), total in sorted(sums.items())]
