"""Bodies and their reports for the service center: who has not confirmed, whom to call, one body's figures (`/admin/report/body/`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import g, request, url_for
from flask_admin import expose
from sqlalchemy import Select, String, case, func, literal, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from keynet_admin import clock
from keynet_admin.admin.list_filters import prefecture_filter
from keynet_admin.catalogue.display import prefecture, short_date, short_time
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Report, ReportRound
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.posting_values import job_label
from keynet_admin.services import business_days, workflow
from keynet_admin.services.report import corrected, figures, national, rounds
from keynet_admin.services.report.national import National
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import ReportStatus, RoundStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists import report as sheet
from keynet_admin.web.lists.page import Listed, ListFilter, Order, Tab, list_page
from keynet_admin.web.model_view import GuardedModelView

_SENT = (("0", "まだ"), ("1", "1回"), ("2", "2回"), ("3", "3回以上"))


def _rounds() -> Select[Any]:
    """The rounds as options, the newest first."""
    return select(ReportRound.id, literal("第") + ReportRound.number.cast(String) + literal("回")).order_by(ReportRound.as_of.desc())


def _sent(query: Any, value: str) -> Any:
    return query.where(Report.reminded >= 3 if value == "3" else Report.reminded == int(value))


def _signed_in(query: Any, value: str) -> Any:
    """Bodies of which somebody has signed in once, or nobody."""
    someone = select(Account.id).where(Account.organization_id == Report.organization_id, Account.last_login_at.is_not(None)).exists()
    return query.where(~someone if value == "never" else someone)


def _waiting() -> Any:
    """Where-clause: who has not confirmed and still can. Of a round that is asked for by name also once it is frozen."""
    late = Report.status == ReportStatus.waiting
    return (
        late
        if g.get("report_of_one_round") or request.args.get("round")
        else late & Report.round.has(ReportRound.status == RoundStatus.open)
    )


class ReportView(DecisionPages, GuardedModelView):
    """All reports of all rounds. Figures are numbers of the body; nothing of a person is read."""

    permission = Permission.report_read
    decides = Report
    decisions = {"record_call": Decision(rounds.record_call)}
    back_label = "団体の報告に戻る"
    can_view_details = exports = True
    cells_template = "admin/_report_cells.html"
    noun = "団体"
    page_size = 12
    column_list = ("organization", "unfilled", "reminded", "last_login", "tel", "called_at")
    column_details_list = ("status",)
    column_export_list = (
        "round",
        "lg_code",
        "prefecture",
        "organization",
        "tel",
        "unfilled",
        "status",
        "reminded",
        "last_login",
        "called_at",
    )
    column_labels = {
        "round": "回",
        "organization": "団体",
        "prefecture": "都道府県",
        "unfilled": "残り（名）",
        "reminded": "お知らせ",
        "last_login": "最後のログイン",
        "tel": "電話",
        "called_at": "対応",
    }
    tabs = (
        Tab(
            "waiting",
            "まだの団体",
            lambda _actor: _waiting(),
            empty=("まだの団体はありません", "対象の団体がすべて確認しました。"),
        ),
        Tab("confirmed", "確認した団体", lambda _actor: Report.status == ReportStatus.confirmed),
        Tab("all", "すべて"),
    )
    list_filters = (
        ListFilter("round", "回", lambda: (), lambda query, value: query.where(Report.round_id == int(value)), stored=_rounds),
        prefecture_filter(lambda code: Report.organization.has(Organization.prefecture_code == code)),
        ListFilter("sent", "お知らせ", lambda: _SENT, _sent),
        ListFilter("login", "ログイン", lambda: [("never", "初回ログイン前"), ("yes", "ログインあり")], _signed_in),
    )
    search_columns = (
        lambda word: Report.organization.has(
            Organization.name.icontains(word, autoescape=True)
            | Organization.kana.icontains(word, autoescape=True)
            | (Organization.lg_code == word)
        ),
    )
    search_label = "団体名・団体コード"
    list_options = (
        joinedload(Report.round),
        joinedload(Report.called_by),
        joinedload(Report.organization).load_only(
            Organization.name, Organization.lg_code, Organization.prefecture_code, Organization.details
        ),
    )

    @property
    def default_order(self) -> tuple[Order, ...]:
        """The most unfilled places of physicians and nurses first."""
        shown = self.shown()
        open_places = shown.unfilled() if shown is not None else {}
        by_need = (Order(case(open_places, value=Report.organization_id, else_=0), down=True),) if open_places else ()
        return (*by_need, Order(Report.id))

    def shown(self) -> National | None:
        """The round whose numbers the rows show: the page's own, the one asked for, else the newest; read once a request."""
        if "report_shown" not in g:
            asked = request.args.get("round", "")
            query = select(ReportRound).order_by(ReportRound.as_of.desc(), ReportRound.id.desc()).limit(1)
            if asked.isascii() and asked.isdigit() and len(asked) < 10:
                query = query.where(ReportRound.id == int(asked))
            chosen = db.session.execute(query).scalar_one_or_none()
            g.report_shown = national.of_round(chosen) if chosen is not None else None
        found: National | None = g.report_shown
        return found

    def waiting(self, shown: National) -> Listed:
        """The list of those of one round who have not confirmed, as a part of the round's page."""
        g.report_shown, g.report_of_one_round = shown, True
        asked = MultiDict(request.args)
        asked["round"], asked["tab"] = str(shown.chosen.id), "waiting"
        page = list_page(self, asked, request.path, current_actor())
        self.prepare(page.rows)
        return page

    def prepare(self, rows: Sequence[Report]) -> None:
        """When somebody of each body signed in last, asked for at once."""
        of = Account.organization_id
        last = select(of, func.max(Account.last_login_at)).where(of.in_([row.organization_id for row in rows])).group_by(of)
        g.report_logins = {row[0]: row[1] for row in db.session.execute(last)}

    def show_round(self, row: Report) -> str:
        """第2回."""
        return f"第{row.round.number}回"

    def show_lg_code(self, row: Report) -> str:
        """The body's code."""
        return row.organization.lg_code

    def show_prefecture(self, row: Report) -> str:
        """The prefecture's name."""
        return prefecture(row.organization.prefecture_code)

    def show_organization(self, row: Report) -> str:
        """The body's name."""
        return row.organization.name

    def show_unfilled(self, row: Report) -> str:
        """Open places by job type: 医師 1・看護師 5."""
        shown = self.shown()
        if shown is None or shown.chosen.id != row.round_id:
            return ""
        numbers = shown.numbers.get(row.organization_id, corrected.NONE)
        return "・".join(f"{job_label(job)} {found.open}" for job, found in corrected.in_order(numbers.now) if found.open)

    def show_reminded(self, row: Report) -> str:
        """2回　5/18(火)."""
        last = f"　{short_date(row.reminded_at.astimezone(clock.TOKYO).date())}" if row.reminded_at is not None else ""
        return f"{row.reminded}回{last}" if row.reminded else "まだ"

    def show_last_login(self, row: Report) -> str:
        """When somebody of the body signed in last."""
        last: datetime | None = g.report_logins.get(row.organization_id)
        return short_time(last) if last is not None else "初回ログイン前"

    def show_tel(self, row: Report) -> str:
        """The switchboard of the body."""
        return str((row.organization.details or {}).get("org_tel") or "")

    def show_called_at(self, row: Report) -> str:
        """Who called when."""
        if row.called_at is None:
            return ""
        return f"電話済み {short_date(row.called_at.astimezone(clock.TOKYO).date())} {row.called_by.shown_name if row.called_by else ''}"

    def may_call(self, row: Report) -> bool:
        """Whether a call may be noted."""
        return "record_call" in workflow.offers(row, current_actor())

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One body's report: figures with its postings behind each, corrections, history."""
        row = self.row(id)
        numbers = corrected.of_report(row)
        return self.render(
            "admin/report_body.html",
            report=row,
            round=row.round,
            rows=corrected.in_order(numbers.now),
            total=figures.total(numbers.now.values()),
            columns=figures.COLUMNS,
            fixed=corrected.differing(numbers),
            opened=sheet.opened(row, numbers),
            offers=workflow.offers(row, current_actor()),
            left=business_days.time_left(clock.now(), row.round.due_at),
            frozen=row.round.status is RoundStatus.frozen,
            findings=rounds.findings(row),
            job_label=job_label,
            posting_url=lambda posting: url_for("admin_posting.details", id=posting.id),
            tel=self.show_tel(row),
            entries=history.of_report(row),
        )

    def named(self, row: Report) -> tuple[str, str, str]:
        """The body; its telephone above the question."""
        return row.organization.name, f"{self.show_prefecture(row)}　{self.show_tel(row)}", row.organization.name

    def trail(self, row: Report) -> list[tuple[str, str]]:
        """The rounds, the round, the body."""
        return [
            ("実績", url_for("admin_report.index")),
            (f"第{row.round.number}回", url_for("admin_report.details", id=row.round_id)),
            (row.organization.name, url_for(".details", id=row.id)),
        ]
