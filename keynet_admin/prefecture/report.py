"""`/prefecture/report/`: the rounds of the follow-up report as the prefecture's own bodies reported them, read only."""

from typing import Any

from flask import Response, abort
from flask_admin import expose
from sqlalchemy import select

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import ReportRound
from keynet_admin.permissions import Permission
from keynet_admin.services.prefecture.bodies import job_name, name_of
from keynet_admin.services.report import corrected, figures, workbook
from keynet_admin.vocabulary import ReportStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists import report as sheet


class PrefectureReportView(GuardedView):
    """The newest round, earlier ones beside it."""

    permission = Permission.prefecture_read

    @expose("/")
    def index(self) -> str:
        """The newest round, or that there is none yet."""
        rounds = self._rounds()
        return self._page(rounds[0] if rounds else None, rounds)

    @expose("/<num:id>/")
    def one(self, id: int) -> str:
        """One round."""
        rounds = self._rounds()
        return self._page(next((row for row in rounds if row.id == id), None) or abort(404), rounds)

    @expose("/<num:id>/export.xlsx")
    def export(self, id: int) -> Response:
        """The same as a workbook, in the one layout of the report."""
        actor = current_actor()
        chosen = db.session.get(ReportRound, id) or abort(404)
        reports = corrected.of_bodies(chosen, actor.prefecture_code)
        numbers = corrected.of_round(chosen, actor.prefecture_code)
        lines = workbook.lines((report, numbers[report.organization_id]) for report in reports)
        return sheet.file(chosen, lines, reports, name_of(actor))

    def _rounds(self) -> list[ReportRound]:
        """All rounds, the newest first."""
        return list(db.session.execute(select(ReportRound).order_by(ReportRound.number.desc())).scalars())

    def _page(self, chosen: ReportRound | None, rounds: list[ReportRound]) -> str:
        actor = current_actor()
        reports = corrected.of_bodies(chosen, actor.prefecture_code) if chosen is not None else []
        numbers = corrected.of_round(chosen, actor.prefecture_code) if chosen is not None else {}
        order = {item.slug: item.sort for item in reference.job_types()}
        rows: list[tuple[Any, list[tuple[str, figures.ReportFigures]]]] = []
        jobs: dict[str, figures.ReportFigures] = {}
        for report in reports:
            now = numbers[report.organization_id].now
            rows.append((report, sorted(now.items(), key=lambda pair: order.get(pair[0], 99))))
            for job, row in now.items():
                jobs[job] = jobs.get(job, figures.ReportFigures()) + row
        return self.render(
            "prefecture/report.html",
            chosen=chosen,
            rounds=rounds,
            rows=rows,
            jobs=sorted(jobs.items(), key=lambda pair: order.get(pair[0], 99)),
            total=figures.total(jobs.values()),
            columns=figures.COLUMNS,
            confirmed=sum(report.status is ReportStatus.confirmed for report in reports),
            name=name_of(actor),
            job_name=job_name,
        )
