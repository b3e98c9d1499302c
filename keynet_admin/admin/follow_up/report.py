"""Rounds of the follow-up report for the service center and the ministry: made, watched, asked for, read (`/admin/report/`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from keynet_admin import clock
from keynet_admin.admin.follow_up.report_body import ReportView
from keynet_admin.catalogue.display import prefecture
from keynet_admin.catalogue.reference import municipalities, prefectures
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Report, ReportRound
from keynet_admin.permissions import Permission
from keynet_admin.rules.engine.posting_values import job_label
from keynet_admin.services import audit, business_days, workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.report import figures, national, published, reminders, rounds, workbook
from keynet_admin.services.report.national import National
from keynet_admin.services.report.suppression import TOTAL, Key
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Move
from keynet_admin.vocabulary import ReportStatus, RoundStatus
from keynet_admin.web.access import step_up
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.decision import Decision, DecisionPages, Typed
from keynet_admin.web.lists import report as sheet
from keynet_admin.web.lists.fields import read_moment
from keynet_admin.web.lists.page import Order
from keynet_admin.web.model_view import GuardedModelView, tick_of

_NEW = ("as_of_day", "as_of_time", "due_day", "due_time", "count")
_TABS = 3  # rounds beside the page's own


def _postpone(row: ReportRound, actor: Any, *, seen_version: int, due_day: str, due_time: str, reason: str) -> workflow.Outcome:
    return rounds.postpone(row, actor, seen_version=seen_version, due_at=read_moment(due_day, due_time), reason=reason)


def _postpone_typed(row: ReportRound, values: Mapping[str, str]) -> Typed:
    usual = row.due_at.astimezone(clock.TOKYO)
    day, time = values.get("due_day", f"{usual:%Y/%-m/%-d}"), values.get("due_time", f"{usual:%-H:%M}")
    return {"due_day": day, "due_time": time, "reason": values.get("reason", "")}


def _remind_typed(_row: ReportRound, values: Any) -> Typed:
    """The ticked reports, or None for all that wait."""
    ids = None if values.get("all") else [tick_of(value)[0] for value in values.getlist("row")]
    return {"ids": ids, "typed": values.get("count", "")}


def _remind_shown(row: ReportRound, typed: Typed) -> dict[str, Any]:
    plan = reminders.reminder(row, typed["ids"])
    why = "団体を選んでから押してください。" if typed["ids"] == [] else "いまメールを送れる団体がありません。"
    return {"plan": plan, "few": reminders.FEW, "blocked": "" if plan.reports else why, "button": f"{plan.mails:,}通のメールを送る"}


def _file_asked(id: int) -> step_up.StepUp:
    return step_up.StepUp("全国の実績（内部用）をExcelに書き出す", back=url_for(".details", id=id))


class RoundView(DecisionPages, GuardedModelView):
    """All rounds; one round's page shows the whole country."""

    permission = Permission.report_read
    method_permissions = {"new": Permission.report_run, "file": Permission.report_read}
    checks_token = frozenset({"new"})
    asks_proof = {"file": lambda _view, *, id: _file_asked(id)}
    decides = ReportRound
    decisions = {
        "postpone": Decision(_postpone, read=_postpone_typed, fields="admin/_report_postpone_fields.html"),
        "remind": Decision(reminders.remind, read=_remind_typed, block="admin/_report_remind.html", show=_remind_shown, drives=True),
    }
    back_label = "この回に戻る"
    names_row = False
    can_view_details = True
    list_template = "admin/reports.html"
    cells_template = "admin/_report_round_cells.html"
    noun = "回"
    empty_title = "実績の報告の回はまだありません"
    empty_text = "回を作ると、基準日までに募集を公開した団体に、確認をお願いします。"
    column_list = ("number", "as_of", "due_at", "status", "confirmed", "frozen_at")
    column_details_list = ("status",)
    column_labels = {"number": "回", "as_of": "基準日", "due_at": "締切", "confirmed": "確認した団体", "frozen_at": "確定した日時"}
    list_options = (joinedload(ReportRound.created_by),)

    def __init__(self, model: Any, bodies: ReportView, **kwargs: Any) -> None:
        self.bodies = bodies
        super().__init__(model, **kwargs)

    @property
    def default_order(self) -> tuple[Order, ...]:
        """The newest first."""
        return Order(ReportRound.as_of, down=True), Order(ReportRound.id, down=True)

    def prepare(self, rows: Sequence[ReportRound]) -> None:
        """How many bodies confirmed, of all rows at once."""
        done = func.count(Report.id).filter(Report.status == ReportStatus.confirmed)
        counts = select(Report.round_id, done, func.count(Report.id)).where(Report.round_id.in_([row.id for row in rows]))
        g.report_counts = {row[0]: (row[1], row[2]) for row in db.session.execute(counts.group_by(Report.round_id))}

    def show_confirmed(self, row: ReportRound) -> str:
        """405／527団体."""
        done, every = g.report_counts.get(row.id, (0, 0))
        return f"{done:,}／{every:,}団体"

    @expose("/new", methods=("GET", "POST"))
    def new(self) -> Any:
        """A new round: first what it would ask of whom (GET), then the round itself (POST)."""
        values = request.form if request.method == "POST" else request.args
        typed = dict.fromkeys(_NEW, "") if request.method == "POST" else _usual()
        typed |= {name: values[name] for name in _NEW if name in values}
        as_of, due_at = read_moment(typed["as_of_day"], typed["as_of_time"]), read_moment(typed["due_day"], typed["due_time"])
        if request.method != "POST":
            return self._new_page(typed, as_of, due_at, asked="as_of_day" in values)
        if problem := unverified():
            return self._new_page(typed, as_of, due_at, notice=problem.words), problem.status
        try:
            checked = rounds.check_times(as_of, due_at)
            with transaction():
                made = rounds.create(current_actor(), as_of=checked[0], due_at=checked[1], typed=typed["count"])
                number, row_id = made.number, made.id
        except BadField as error:
            return self._new_page(typed, as_of, due_at, error=str(error), error_at=error.field), 422
        except Refused as error:
            other = rounds.same(checked[0])
            if other is None or other.created_by_id != current_actor().account_id:
                return self._new_page(typed, as_of, due_at, refused=str(error)), 409
            number, row_id = other.number, other.id  # the second press of a double click
        flash(f"第{number}回を作りました。各団体への報告のお願いを、順にメールで送ります。", "success")
        return redirect(url_for(".details", id=row_id), 303)

    def _new_page(
        self, typed: Mapping[str, str], as_of: datetime | None, due_at: datetime | None, *, asked: bool = True, **why: Any
    ) -> str:
        """The form with what a press would do, as far as the moments are understood."""
        db.session.rollback()
        plan = None
        if asked:
            try:
                checked = rounds.check_times(as_of, due_at)
            except BadField as error:
                why = {"error": str(error), "error_at": error.field} | why
            else:
                ids = rounds.bodies(checked[0])
                plan = {"as_of": checked[0], "due_at": checked[1], "bodies": len(ids), "mails": reminders.recipients(ids)}
        words = {"notice": "", "error": "", "error_at": "", "refused": "", **why}
        return self.render("admin/report_new.html", typed=typed, plan=plan, few=reminders.FEW, **words)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One round (`show=public`: as it may be published)."""
        chosen = self.row(id)
        shown = national.of_round(chosen)
        table = _public_table(shown) if _is_public() else None
        earlier = national.before(chosen)
        previous = national.of_round(earlier).total.secured if earlier is not None else None
        return self.render(
            "admin/report_round.html",
            round=chosen,
            shown=shown,
            rounds=self._rounds(chosen),
            frozen=chosen.status is RoundStatus.frozen,
            left=business_days.time_left(clock.now(), chosen.due_at),
            offers=workflow.offers(chosen, current_actor()),
            previous=previous,
            page=self.bodies.waiting(shown),
            bodies=self.bodies,
            progress=national.progress(shown),
            funnel=national.funnel(shown),
            columns=figures.COLUMNS,
            public=table is not None,
            matrix=_matrix(shown, table),
            regions=_regions(shown, table),
            hidden=sum(value is None for values in (table or {}).values() for value in values.values()),
            later=national.later(shown),
            fixes=national.corrections(shown),
            job_label=job_label,
            TOTAL=TOTAL,
            entries=history.of_round(chosen),
        )

    @expose("/<num:id>/rows")
    def rows(self, id: int) -> str:
        """The bodies behind a figure of the matrix: `prefecture`, `job`. Numbers of bodies, never a person."""
        chosen = self.row(id)
        code, job = request.args.get("prefecture", ""), request.args.get("job", "")
        shown = national.of_round(chosen)
        if (code and code not in shown.by_prefecture) or (job and job not in shown.jobs):
            abort(404)
        found = []
        for report in shown.reports:
            numbers = shown.numbers[report.organization_id]
            row = figures.total(one for slug, one in numbers.now.items() if job in ("", slug))
            if code in ("", report.organization.prefecture_code) and not row.is_empty:
                found.append((report, row))
        title = "・".join(filter(None, (prefecture(code) if code else "全国", job_label(job) if job else "")))
        return self.render("admin/report_rows.html", round=chosen, rows=found, title=title, total=figures.total(row for _, row in found))

    @expose("/<num:id>/report.xlsx", methods=("GET", "POST"))
    def file(self, id: int) -> Response:
        """The whole country in the one layout. Internal numbers only by a post, after a fresh proof, and told in the log."""
        chosen = self.row(id)
        if request.method != "POST":
            shown = national.of_round(chosen)
            return sheet.file(chosen, _public_lines(shown, _public_table(shown)), (), "公表用")
        shown = national.of_round(chosen)
        answer = sheet.file(
            chosen, workbook.lines((one, shown.numbers[one.organization_id]) for one in shown.reports), shown.reports, "全国"
        )
        with transaction():
            audit.record(self.row(id), "export", current_actor(), number=chosen.number)
        return answer

    def _rounds(self, chosen: ReportRound) -> list[ReportRound]:
        """The newest rounds for the tabs, the page's own among them."""
        newest = select(ReportRound).order_by(ReportRound.as_of.desc(), ReportRound.id.desc()).limit(_TABS)
        found = list(db.session.execute(newest).scalars())
        return found if chosen in found else [*found, chosen]

    def named(self, row: ReportRound) -> tuple[str, str, str]:
        """第2回."""
        return f"第{row.number}回", "確保実績の報告", f"第{row.number}回"

    def trail(self, row: ReportRound) -> list[tuple[str, str]]:
        """The rounds, the round."""
        return [("実績", url_for(".index")), (f"第{row.number}回", url_for(".details", id=row.id))]

    def letters(self, row: ReportRound, move: Move, typed: Typed) -> list[tuple[str, Letter]]:
        """The mail of a reminder, as the first of the bodies gets it."""
        if move.name != "remind_all":
            return []
        plan = reminders.reminder(row, typed["ids"])
        if not plan.reports:
            return []
        return [(f"{plan.reports[0].organization.name} ほか", outbox.preview(reminders.REMINDER, reminders.letter(plan.reports[0])))]


def _usual() -> dict[str, str]:
    """What the form of a new round begins with: 17:00 of the last business day, and the usual deadline."""
    now, due = clock.now().astimezone(clock.TOKYO), rounds.usual_due()
    day = now.date() if now.hour >= 17 else business_days.add_business_days(now.date(), -1)
    return {
        "as_of_day": f"{day:%Y/%-m/%-d}",
        "as_of_time": "17:00",
        "due_day": f"{due:%Y/%-m/%-d}",
        "due_time": f"{due:%-H:%M}",
        "count": "",
    }


def _is_public() -> bool:
    return request.args.get("show") == "public"


Shown = tuple[int | None, int | None]  # secured, wanted; None = hidden


def _pair(shown: National, table: Mapping[Key, Mapping[str, int | None]] | None, key: Key) -> Shown | None:
    """What a cell shows; None where there is nothing."""
    row = shown.sums.get(key)
    if row is None:
        return None
    if table is None:
        return row.secured, row.secured + row.open
    return table[key]["secured"], table[key]["wanted"]


def _rate(pair: Shown | None) -> float | None:
    if pair is None or pair[0] is None or not pair[1]:
        return None
    return 100 * pair[0] / pair[1]


def _matrix(shown: National, table: Any) -> list[tuple[str, str, list[Shown | None], Shown | None, float | None, tuple[int, int]]]:
    """Rows of the 47 prefectures and the country: code, name, a pair by job type, the sum, the rate in percent, bodies confirmed and all."""
    made = []
    for code, name in [(p.code, p.name) for p in prefectures()] + [(TOTAL, "全国")]:
        total = _pair(shown, table, (code, TOTAL))
        done = shown.by_prefecture.get(code, (0, 0)) if code else (len(shown.confirmed), len(shown.reports))
        made.append((code, name, [_pair(shown, table, (code, job)) for job in shown.jobs], total, _rate(total), done))
    return made


def _regions(shown: National, table: Any) -> dict[str, list[tuple[str, str, str, int]]]:
    """The tile map: region → code, short name, rate in words, shade 0 to 4."""
    made: dict[str, list[tuple[str, str, str, int]]] = {}
    for place in prefectures():
        pair = _pair(shown, table, (place.code, TOTAL))
        rate = _rate(pair)
        words = "―" if pair is None or pair[1] == 0 else "×" if rate is None else f"{rate:.0f}%"
        shade = 0 if rate is None else 1 if rate < 50 else 2 if rate < 60 else 3 if rate < 70 else 4
        short = place.name if place.code == "01" else place.name[:-1]
        made.setdefault(place.region, []).append((place.code, short, words, shade))
    return made


def _public_table(shown: National) -> dict[Key, dict[str, int | None]]:
    return national.public(shown, national.frozen_rounds(shown.chosen), published.of_months())


def _public_lines(shown: National, table: Mapping[Key, Mapping[str, int | None]]) -> list[workbook.WorkbookLine]:
    """One line for each prefecture and job type with what may be published; `×` for what is hidden."""
    made = []
    codes = {body.code6[:2]: body.code6 for body in municipalities() if body.kind == "prefecture"}
    for place in prefectures():
        for job in shown.jobs:
            if (values := table.get((place.code, job))) is not None:
                words = {name: workbook.HIDDEN if value is None else value for name, value in values.items()}
                made.append(workbook.WorkbookLine(codes.get(place.code, place.code), place.name, place.name, job, words))
    return made
