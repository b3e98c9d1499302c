"""The operators' queue as a list: its columns, tabs, filters, sorts and search; and the way from case to case through it.

The list that somebody works in travels as a query string in the address of its cases (`list`), and every link and form of a case takes it
on. The next case is the next one of that list after the one decided, whatever its tab, conditions and sort; those that colleagues have
are left out, those passed by stay behind.
"""

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, g, has_request_context, jsonify, redirect, request, url_for
from flask_admin import expose
from flask_login import current_user
from sqlalchemy import Integer, Text, func, literal_column, select, true, type_coerce, union_all
from sqlalchemy import case as sql_case
from sqlalchemy.orm import joinedload, undefer
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from keynet_admin import clock
from keynet_admin.admin import queue_moves
from keynet_admin.admin.list_filters import hours, job_types, prefecture_filter, staff, within_hour
from keynet_admin.catalogue.display import prefecture, short_date, short_time
from keynet_admin.errors import NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Submission
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, overview, workflow
from keynet_admin.services.dashboard import figures, pace
from keynet_admin.services.dashboard.forecast import Forecast
from keynet_admin.services.report import promised
from keynet_admin.services.report.service import ServiceScope
from keynet_admin.services.submission import lists as queue
from keynet_admin.services.submission import presence, review, search_index
from keynet_admin.services.submission.casework import notes
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AWAITING_REVIEW, SETTLED, SubmissionStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists import export as list_export
from keynet_admin.web.lists import walk
from keynet_admin.web.lists.page import Listed, ListFilter, Order, State, Tab, listed_rows, ordered_rows, tab_of
from keynet_admin.web.model_view import MOST_AT_ONCE, tick_of

_S = Submission
_WITH_FINDINGS = {
    "errors": ("要修正あり", _S.errors > 0),
    "warnings": ("要確認あり", _S.warnings > 0),
    "clean": ("指摘なし", (_S.errors == 0) & (_S.warnings == 0)),
}
_DUE = (Order(_S.due_at, never_null=True), Order(_S.id))
# One's own cases: those that wait for the service center before those that wait for the municipality.
_WAITS = sql_case((_S.awaiting_review(), literal_column("0", Integer)), else_=literal_column("1", Integer))
LATE, WEEKS_BACK = "late", 53
ONWARD = ("accept", "return", "reject")
LONGEST_LIST = 600


def _due_days() -> list[tuple[str, str]]:
    days = figures.coming_days()
    return [("over", "過ぎたもの"), ("today", "今日まで"), *((day.isoformat(), short_date(day)) for day in days), ("later", "それより後")]


def _by_due(query: Any, value: str) -> Any:
    return query.where(_S.awaiting_review(), overview.due_clause(value))


def _only_task(query: Any, _value: str) -> Any:
    return query.where(_S.task.is_not(None), _S.status.not_in(AWAITING_REVIEW))


def _own(actor: Actor) -> Any:
    """One's open cases and those at which one's opinion is awaited. One list of ids: with OR a database would read every case."""
    mine = select(_S.id).where(_S.assignee_id == (actor.account_id or 0), _S.status.not_in(SETTLED))
    return _S.id.in_(union_all(mine, notes.asked(actor.account_id)))


def _promise_weeks() -> list[tuple[str, str]]:
    """The weeks of a year (their Mondays), and of each those that were not kept."""
    weeks = [(day.isoformat(), f"{short_date(day)}の週") for day in ServiceScope(WEEKS_BACK).mondays]
    return [*weeks, *((f"{day}{LATE}", f"{label}、間に合わず") for day, label in weeks)]


def _of_promise(query: Any, value: str) -> Any:
    day = date.fromisoformat(value.removesuffix(LATE))
    return query.where(_S.id.in_(promised.cases(day, late=value.endswith(LATE))))


def _of_assignee(query: Any, value: str) -> Any:
    if value == "second":
        return query.where(_S.second_asked, _S.status.in_(AWAITING_REVIEW))
    # The sum keeps SQLite from an index in which nearly all cases can stand as nobody's.
    return query.where((_S.assignee_id + 0).is_(None) if value == "none" else _S.assignee_id == int(value))


class QueueList:
    """What `/admin/submission/` lists, mixed into the view of the cases."""

    list_template = "admin/queue.html"
    cells_template = "admin/_queue_cells.html"
    page_size = 30
    noun = "申請"
    exports = saved_views = bulk_at_foot = True
    search_label = "検索"
    search_hint = "団体・よみ・電話・メール・受付番号"
    has_search = True
    tabs = (
        Tab(
            "due",
            "期限順",
            lambda _actor: _S.awaiting_review(),
            _DUE,
            ("確認を待つ申請はありません", "自治体が申請フォームを送ると、期限の近い順にここに並びます。"),
            "確認を待つ申請",
        ),
        Tab(
            "mine",
            "自分の担当",
            _own,
            (Order(_WAITS), Order(_S.due_at), Order(_S.id)),
            ("担当している申請はありません", "期限順の一覧で「担当する」を押すと、ここに並びます。"),
            "自分が担当する申請",
        ),
        Tab(
            "returned",
            "差し戻し中",
            lambda _actor: _S.status == SubmissionStatus.returned,
            (Order(_S.returned_at), Order(_S.id)),
            ("差し戻し中の申請はありません", "差し戻した申請は、自治体が再提出するまでここに並びます。"),
            "差し戻し中の申請",
            ("org", "waiting", "mail", "reminded", "jobs", "assignee", "receipt"),
        ),
        Tab(
            "done",
            "完了",
            lambda _actor: _S.settled(),
            (Order(_S.decided_at, down=True, never_null=True), Order(_S.id, down=True)),
            ("完了した申請はまだありません", "承認・却下・取下げになった申請がここに並びます。"),
            "完了した申請",
            ("org", "decided_at", "findings", "jobs", "status", "assignee", "receipt"),
        ),
        # Where a number of the first page leads that counts cases of every state.
        Tab(
            "all",
            "すべて",
            order=(Order(_S.received_at, down=True), Order(_S.id, down=True)),
            empty=("申請はありません", ""),
            caption="すべての申請",
            columns=("org", "received_at", "due_at", "decided_at", "jobs", "status", "assignee", "receipt"),
            shown=False,
        ),
    )
    column_list = ("org", "due", "findings", "jobs", "status", "assignee", "receipt")
    choosable_columns = (
        *("due", "findings", "jobs", "status", "assignee", "receipt"),
        *("received_at", "due_at", "waiting", "mail", "reminded", "decided_at", "times_sent", "lg_code"),
    )
    column_labels = {
        "org": "団体",
        "due": "残り時間",
        "waiting": "待っている日数",
        "mail": "最後のメール",
        "reminded": "最後の催促",
        "jobs": "職種・人数",
        "assignee": "担当",
        "receipt": "受付番号",
        "prefecture": "都道府県",
        "received_at": "受付",
        "due_at": "期限",
        "decided_at": "決定",
        "times_sent": "回数",
    }
    column_export_list = (
        "receipt",
        "prefecture",
        "lg_code",
        "org",
        "jobs",
        "status",
        "times_sent",
        "errors",
        "warnings",
        "assignee",
        "received_at",
        "due_at",
        "decided_at",
    )
    ordinary_sort = "due"
    sort_columns = {
        "due": (),
        "findings": (Order(_S.errors, down=True), Order(_S.warnings, down=True)),
        "status": _S.status,
        "decided_at": (Order(_S.decided_at, down=True, never_null=True),),
        "waiting": (Order(_S.returned_at),),
        "reminded": (Order(_S.reminded_at),),
        "assignee": (Order(_S.assignee_id.is_(None), down=True), Order(_S.assignee_id)),
        "receipt": _S.receipt_no,
    }
    list_filters = (
        prefecture_filter(_S.prefecture_code.__eq__),
        ListFilter(
            "job_type",
            "職種",
            job_types,
            lambda query, value: query.where(type_coerce(_S.jobs, Text).contains(f'["{value}",', autoescape=True)),
        ),
        ListFilter(
            "findings",
            "指摘",
            lambda: [(name, label) for name, (label, _clause) in _WITH_FINDINGS.items()],
            lambda query, value: query.where(_WITH_FINDINGS[value][1]),
        ),
        ListFilter("due", "期限", _due_days, _by_due),
        ListFilter("hour", "今日の受付の時間", hours, lambda query, value: query.where(within_hour(_S.received_at, value)), shown=False),
        ListFilter("promise", "約束の期限が来た週", _promise_weeks, _of_promise, shown=False),
        ListFilter("task", "対応", lambda: [("only", "メール不達・電話")], _only_task, shown=False),
        ListFilter("assignee", "担当", lambda: [("none", "未定"), ("second", "2人目の確認待ち")], _of_assignee, stored=staff, every="全員"),
        ListFilter(
            "status",
            "状態",
            lambda: [(status.value, status.label) for status in SubmissionStatus],
            lambda query, values: query.where(_S.status.in_([SubmissionStatus(value) for value in values])),
            many=True,
        ),
    )
    list_options = (joinedload(_S.assignee).load_only(Account.name, Account.email), undefer(_S.mail_status), undefer(_S.second_asked))
    bulk_moves = queue_moves.MOVES

    def search(self, query: Any, text: str) -> Any:
        """Words of the case and of its contacts, whatever their width, kana or hyphens."""
        return search_index.found(query, text)

    def forecast(self) -> Forecast | None:
        """The outlook, while a deadline is in danger."""
        return pace.line(g.get("nav_counts", {}).get("submission", 0))

    def prepare(self, rows: Sequence[Submission]) -> None:
        """Who decided the cases of the page, and who has them open, asked for at once; the clock of each, which several cells show."""
        g.deciders = review.deciders(decided) if (decided := [row.id for row in rows if row.decided_at is not None]) else {}
        g.present = presence.others_of([row.id for row in rows], current_actor())
        g.lines = {row.id: queue.line(row) for row in rows}

    def present(self, row: Submission) -> list[presence.Present]:
        """The colleagues who have a case of the page open."""
        found: list[presence.Present] = g.present.get(row.id, [])
        return found

    def owned(self, row: Submission) -> str:
        """What the page shows of owner and visitors, as one word that changes when they do."""
        here = ",".join(f"{who.account_id}{who.word}" for who in self.present(row))
        return f"{row.assignee_id or ''}|{self.line(row).minutes_held}|{here}"

    def takes(self, row: Submission) -> bool:
        """Whether somebody can begin to work on a case as it is now."""
        return row.status in queue_moves.TAKEN_FROM

    def decider(self, row: Submission) -> str:
        """Who decided a case, empty while nobody did."""
        return str(g.deciders.get(row.id, ""))

    def line(self, row: Submission) -> queue.Line:
        """The clock of a case of the page."""
        found: queue.Line = g.lines[row.id]
        return found

    def row_name(self, row: Submission) -> str:
        """Body and number."""
        return f"{row.org_name or '（団体名なし）'} {row.receipt_no}"

    def show_org(self, row: Submission) -> str:
        """The body."""
        return row.org_name

    def show_prefecture(self, row: Submission) -> str:
        """Where it is, by name."""
        return prefecture(row.prefecture_code)

    def show_jobs(self, row: Submission) -> str:
        """看護師 300名、医師 1名（21件）."""
        sums = "、".join(f"{job or '職種不明'}{f' {number}名' if number else ''}" for job, number in queue.line(row).sums)
        return f"{sums}（{len(row.jobs)}件）" if len(row.jobs) > 1 else sums

    def show_receipt(self, row: Submission) -> str:
        """The number."""
        return row.receipt_no

    def show_assignee(self, row: Submission) -> str:
        """Who has it."""
        return row.assignee.shown_name if row.assignee is not None else ""

    def first_waiting(self, page: Listed) -> int | None:
        """The first case of the page that waits for its municipality: above it a heading stands."""
        return next((row.id for row in page.rows if not row.waits_for_desk), None)

    def waiting_count(self, page: Listed) -> int:
        """How many cases of the list wait for their municipality."""
        theirs = listed_rows(self, page.state, current_actor()).where(~_S.awaiting_review()).with_only_columns(_S.id).subquery()
        return int(db.session.execute(select(func.count()).select_from(theirs)).scalar_one())

    def may_hand_over(self, whose: str) -> bool:
        """Whether the reader may hand over all cases of that colleague (an id)."""
        actor = current_actor()
        return whose == str(actor.account_id) or can(actor, Permission.submission_hand_over)

    @expose("/hand_over")
    def hand_over(self) -> Any:
        """What handing over all open cases of one colleague would do; the move itself is that of the list."""
        whose = request.args.get("whose", "")
        if not (whose.isdecimal() and len(whose) < 10 and self.may_hand_over(whose)):
            raise NotPermitted("ほかの担当者の申請を引き継げるのは、運営主任だけです。")
        theirs = (
            select(_S.id, _S.version).where(_S.assignee_id == int(whose), _S.status.not_in(SETTLED)).order_by(_S.id).limit(MOST_AT_ONCE)
        )
        rows = [(number, version) for number, version in db.session.execute(theirs)]
        move = next(move for move in self.bulk_moves if move.name == "hand_over")
        return self.bulk_page(move, rows)  # type: ignore[attr-defined]

    @expose("/export_new", methods=("POST",))
    def export_new(self) -> Response:
        """Of the rows of the list those received since the reader last took this file with these conditions, as an Excel file.

        The log remembers when, and of the conditions a hash.
        """
        view: Any = self
        actor, state = current_actor(), view.state()
        of = sha256(urlencode(state.pairs("")).encode()).hexdigest()[:16]
        taken = (
            select(AuditEvent).where(AuditEvent.actor_id == actor.account_id, AuditEvent.action == "export").order_by(AuditEvent.id.desc())
        )
        events = db.session.execute(taken.limit(200)).scalars()
        since = next((event.codes.get("until") or event.at.isoformat() for event in events if event.codes.get("of") == of), None)
        # What comes while the file is made is in the next one; the event is only written afterwards.
        until = clock.now()
        new = _S.received_at > datetime.fromisoformat(since) if since else true()
        rows = ordered_rows(view, state, actor).where(new, _S.received_at <= until).limit(list_export.MOST + 1)
        portions = db.session.execute(rows.execution_options(yield_per=500)).scalars().partitions()
        file, number = list_export.answer(view, "xlsx", portions, "申請_前回より後")
        with transaction():
            audit.record(
                current_user.account, "export", actor, list=view.endpoint, kind="xlsx", of=of, until=until.isoformat(), rows=number
            )
        return file

    # ---- rows that change while the page is open

    @expose("/rows")
    def rows(self) -> Response:
        """Of the rows that a page shows: who has them now, and of those that have left its tab what was done."""
        seen, actor = dict(tick_of(value) for value in request.args.getlist("row")[: self.page_size]), current_actor()
        where = tab_of(self, State(tab=self._tab_asked())).where
        mine = self.get_query().where(_S.id.in_(seen))  # type: ignore[attr-defined]
        cases = list(db.session.execute(mine.options(*self.list_options)).scalars())
        still = set(db.session.execute(mine.with_only_columns(_S.id).where(where(actor))).scalars()) if where else set(seen)
        self.prepare(cases)
        done = self._done_to([case for case in cases if case.id not in still])
        told = {}
        for case in cases:
            told[case.id] = {"key": self.owned(case), "who": self.render("admin/_owner.html", case=case, offers_claim=False)}  # type: ignore[attr-defined]
            if case.id not in still:
                words, state = done.get(case.id, case.status.label), self.render("admin/_state.html", case=case)  # type: ignore[attr-defined]
                told[case.id] |= {"done": words, "state": state, "name": case.org_name}
        return jsonify(told)

    def _tab_asked(self) -> str:
        asked = request.args.get("tab", "")
        return asked if asked in [tab.name for tab in self.tabs] else self.tabs[0].name

    def _done_to(self, cases: Sequence[Submission]) -> dict[int, str]:
        """What was done to cases that have left the list, when and by whom. Two queries, however many they are."""
        events = workflow.last_events(cases)
        names = history.names_of(events.values())
        return {
            number: f"{short_time(event.at)} {history.sentence(event, history.who_of(event, names))}" for number, event in events.items()
        }

    # ---- from case to case

    def create_blueprint(self, admin: Any) -> Blueprint:
        """Every address of a case takes the list on that it was opened from."""
        made: Blueprint = super().create_blueprint(admin)  # type: ignore[misc]
        made.url_defaults(self._carry)
        return made

    def _carry(self, endpoint: str, values: dict[str, Any]) -> None:
        if "list" in values or not has_request_context() or not ("id" in values or endpoint.endswith(".next")):
            return
        if query := self.way():
            values["list"] = query

    def way(self) -> str:
        """The query string of the list that the case was opened from."""
        return request.values.get("list", "")[:LONGEST_LIST]

    def way_state(self) -> State:
        """The list that the case was opened from; the ordinary queue without one."""
        query = self.way()
        if not query:
            return State(tab=self.tabs[0].name)
        pairs = parse_qsl(query, max_num_fields=50) if query.count("&") < 50 else []
        state: State = self.state(MultiDict(pairs))  # type: ignore[attr-defined]
        return state

    def list_url(self, case: Submission | None = None) -> str:
        """The list that the case was opened from, at its row."""
        pairs = [*filter(None, (self.way(), f"at={case.id}" if case is not None else ""))]
        return url_for(".index") + ("?" + "&".join(pairs) if pairs else "")

    def neighbours(self, case: Submission) -> tuple[Submission | None, Submission | None]:
        """The cases before and after this one in the list it was opened from, without those that colleagues have."""
        actor, state = current_actor(), self.way_state()
        place = walk.place_of(self, state, actor, case.id)
        free = ~presence.held_by_others(actor), _S.id != case.id

        def nearest(*, back: bool) -> Submission | None:
            query = walk.beside(self, state, actor, place, *free, back=back).limit(1)
            found: Submission | None = db.session.execute(query).scalar_one_or_none()
            return found

        return nearest(back=True) if place is not None else None, nearest(back=False)

    @expose("/next", methods=("GET", "POST"))
    def next(self) -> Response:
        """The first free case of the list (POST); it is the reader's from then on. A GET reserves nothing and shows the list."""
        if request.method != "POST":
            return redirect(self.list_url())
        return redirect(self.onward_url(self.way_state(), None), 303)

    def remember_place(self, id: int, name: str) -> None:
        """Where in the list the case stands, as long as it does."""
        if request.method == "POST" and name in ONWARD:
            state = self.way_state()
            g.walked = state, walk.place_of(self, state, current_actor(), id)

    def onward_url(self, state: State, place: walk.Place | None) -> str:
        """The next free case of the list after a place, which the reader has open from now on; at the end the list, which says so."""
        case, actor = None, current_actor()
        with transaction():
            for _ in range(20):
                free = walk.beside(self, state, actor, place, ~presence.held_by_others(actor)).limit(1)
                case = db.session.execute(free.with_for_update(skip_locked=True, of=_S)).scalar_one_or_none()
                # A colleague may have come here between our look and our lock.
                if case is None or not presence.others(case, actor):
                    break
            if case is not None:
                presence.look(case, actor)
        if case is not None:
            return url_for(".case", id=case.id, list=self.way() or None)
        flash(self._end_words(state, actor), "info")
        return self.list_url()

    def _end_words(self, state: State, actor: Actor) -> str:
        rows = walk.beside(self, state, actor, None).with_only_columns(_S.id, presence.held_by_others(actor).label("held")).order_by(None)
        listed = rows.subquery()
        left, held = db.session.execute(select(func.count(), func.count().filter(listed.c.held)).select_from(listed)).one()
        if not left:
            return "この条件の申請は終わりました。"
        passed = f"、飛ばしたもの{left - held}件" if left > held else ""
        return f"この条件の申請は終わりました（残り{left}件：担当者あり{held}件{passed}）。"
