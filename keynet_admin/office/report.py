"""A municipality's follow-up reports: the figures with the rows behind each, one press that confirms, corrections, the file (`/office/report/`)."""

from collections.abc import Mapping
from typing import Any

from flask import Response, url_for
from flask_admin import expose
from sqlalchemy.orm import joinedload, selectinload

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Report, ReportRound
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.posting_values import job_label
from keynet_admin.services import business_days, workflow
from keynet_admin.services.report import corrected, figures, rounds, workbook
from keynet_admin.vocabulary import RoundStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists import report as sheet
from keynet_admin.web.lists.page import Order
from keynet_admin.web.model_view import GuardedModelView

_TYPED = ("job_type", "figure", "value", "reason")


def _correct_shown(row: Report, typed: Mapping[str, str]) -> dict[str, Any]:
    """What the form of a correction offers, with the present number of what is chosen."""
    rows = corrected.of_report(row).now
    job, figure = typed["job_type"], typed["figure"]
    return {
        "jobs": [(slug, job_label(slug)) for slug, _ in corrected.in_order(rows)],
        "other_jobs": [(slug, job_label(slug)) for slug in corrected.JOBS if slug not in rows],
        "correctable": list(corrected.CORRECTABLE.values()),
        "present": getattr(rows.get(job, corrected.NO_RECORD), figure) if job and figure in corrected.CORRECTABLE else None,
    }


def _confirm_shown(row: Report, _typed: Any) -> dict[str, Any]:
    total, found = corrected.of_report(row).total, rounds.findings(row)
    return {
        "text": f"募集 {total.wanted:,}名、確保 {total.secured:,}名、残り {total.open:,}名です。押すと、団体の報告として記録します。",
        "findings": found,
        "job_label": job_label,
        "blocked": "このままでは報告できません。下の指摘をご覧ください。" if any(one.stops for one in found) else "",
        "instead": (url_for(".correct", id=row.id), "数字を直す"),
    }


class OfficeReportView(DecisionPages, GuardedModelView):
    """The reports of the reader's body; every figure is counted anew until it is frozen."""

    permission = Permission.report_confirm
    decides = Report
    decisions = {
        "confirm": Decision(rounds.confirm, block="office/_report_findings.html", show=_confirm_shown),
        "take_back": Decision(rounds.take_back),
        "correct": Decision(
            rounds.correct,
            read=lambda _row, values: {name: values.get(name, "") for name in _TYPED},
            fields="office/_report_correct_fields.html",
            show=_correct_shown,
        ),
    }
    back_label = "報告に戻る"
    names_row = False
    can_view_details = True
    list_template = "office/reports.html"
    cells_template = "office/_report_cells.html"
    noun = "実績の報告"
    empty_title = "実績の報告はまだありません"
    empty_text = "運営事務局が基準日を決めると、その日までの数字がここに出ます。入力はいりません。"
    column_list = ("round", "as_of", "due_at", "status", "confirmed_at")
    column_details_list = ("status",)
    column_labels = {"round": "回", "as_of": "基準日", "due_at": "締切", "confirmed_at": "報告した日時"}
    list_options = (joinedload(Report.round), joinedload(Report.confirmed_by))

    @property
    def default_order(self) -> tuple[Order, ...]:
        """The newest round first."""
        return (Order(Report.round_id, down=True),)

    def scope(self, query: Any) -> Any:
        """The body's own."""
        return super().scope(query).where(Report.organization_id == (current_actor().organization_id or 0))

    def show_as_of(self, row: Report) -> Any:
        """The round's moment."""
        return row.round.as_of

    def show_due_at(self, row: Report) -> Any:
        """The round's deadline."""
        return row.round.due_at

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One report: figures, picture, the rows behind one of them (`job`, `figure`), the decision, earlier rounds."""
        row, actor = self.row(id), current_actor()
        numbers = corrected.of_report(row)
        offers = workflow.offers(row, actor)
        typed = dict.fromkeys(_TYPED, "")
        return self.render(
            "office/report.html",
            report=row,
            round=row.round,
            numbers=numbers,
            rows=corrected.in_order(numbers.now),
            total=figures.total(numbers.now.values()),
            fixed=corrected.differing(numbers),
            opened=sheet.opened(row, numbers),
            findings=rounds.findings(row) if "confirm" in offers else [],
            offers=offers,
            left=business_days.time_left(clock.now(), row.round.due_at),
            frozen=row.round.status is RoundStatus.frozen,
            job_label=job_label,
            newest=self.newest(),
            posting_url=lambda posting: url_for("office_posting.details", id=posting.id),
            candidate_url=lambda candidate: url_for("office_candidate.details", id=candidate.id),
            columns=figures.COLUMNS,
            typed=typed,
            error="",
            error_at="",
            **_correct_shown(row, typed),
        )

    @expose("/<num:id>/report.xlsx")
    def file(self, id: int) -> Response:
        """The report in the one layout."""
        row = self.row(id)
        return sheet.file(row.round, workbook.lines([(row, corrected.of_report(row))]), [row], row.organization.name)

    def newest(self) -> list[tuple[Report, Any]]:
        """The body's reports with their numbers, the newest first, six at most."""
        query = self.scope(Report.visible_to(current_actor())).join(ReportRound).order_by(ReportRound.as_of.desc()).limit(6)
        query = query.options(joinedload(Report.round), joinedload(Report.confirmed_by), selectinload(Report.corrections))
        found = db.session.execute(query).scalars()
        return [(one, corrected.of_report(one) if one.figures is not None else None) for one in found]

    def named(self, row: Report) -> tuple[str, str, str]:
        """The round."""
        return f"第{row.round.number}回の報告", row.organization.name, f"第{row.round.number}回の報告"

    def trail(self, row: Report) -> list[tuple[str, str]]:
        """Home, the list, the report."""
        return [
            ("ホーム", url_for("office.index")),
            (str(self.name), url_for(".index")),
            (f"第{row.round.number}回", url_for(".details", id=row.id)),
        ]
