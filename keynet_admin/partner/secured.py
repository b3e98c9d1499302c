"""People whom a partner found for the postings that it passed on: reported by hand or by a file, shown and corrected here."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import BadField, Busy, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Partner, Placement
from keynet_admin.permissions import Permission
from keynet_admin.services.partner import secured
from keynet_admin.services.partner.files import reports, secured_file
from keynet_admin.services.partner.files.secured_file import CellError, TypedRow
from keynet_admin.services.partner.receipts import AnswerCode
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.errors import BUSY_SECONDS
from keynet_admin.web.form.received_file import received_file
from keynet_admin.web.lists import export
from keynet_admin.web.lists.page import ListFilter, Order
from keynet_admin.web.model_view import GuardedModelView

FIELDS = ("posting_no", "count", "on", "key")
MOST_ERRORS = 100


class SecuredView(GuardedModelView):
    """What this partner has reported. A row stands for one report by its key, with what its corrections made of it."""

    permission = Permission.partner_receive
    method_permissions = dict.fromkeys(("new", "edit", "file"), Permission.partner_receive)
    checks_token = frozenset({"new", "edit", "file"})
    list_template = "partner/secured.html"
    cells_template = "partner/_secured_cells.html"
    noun = "報告"
    empty_title = "確保の報告はまだありません"
    empty_text = "お渡しした募集で働く方が決まったら、人数を報告してください。募集の確保した人数と実績に入ります。"
    column_list = ("on", "posting", "count", "partner_key", "created_at", "correct")
    column_export_list = ("on", "posting_no", "count", "partner_key", "created_at")
    column_labels = {
        "on": "確保した日",
        "posting": "募集",
        "posting_no": "募集番号",
        "count": "人数",
        "partner_key": "貴団体の番号",
        "created_at": "最初の報告",
        "correct": "訂正",
    }
    number_columns = ("count",)
    default_order = (Order(Placement.id, down=True),)
    search_columns = (Placement.partner_key, lambda word: _of_listing(Listing.posting_no.icontains(word, autoescape=True)))
    search_label = "貴団体の番号・募集番号"
    list_filters = (
        ListFilter(
            "since",
            "確保した日",
            lambda: [("30", "この30日"), ("90", "この90日")],
            lambda query, days: query.where(Placement.on >= clock.today() - timedelta(days=int(days))),
        ),
    )
    exports = True

    def scope(self, query: Any) -> Any:
        """The partner's own reports; their corrections are told with them."""
        return query.where(Placement.partner_id == current_actor().partner_id, Placement.corrects_id.is_(None))

    def prepare(self, rows: Sequence[Placement]) -> None:
        """What stands after corrections, and the public rows, read at once."""
        g.standing = reports.standing(rows)
        found = select(Listing).where(Listing.posting_id.in_([row.posting_id for row in rows]))
        g.listings = {row.posting_id: row for row in db.session.execute(found).scalars()}

    def show_count(self, row: Placement) -> int:
        """How many stand."""
        return int(g.standing.get(row.id, row.count))

    def show_posting_no(self, row: Placement) -> str:
        """The posting's number."""
        return str(g.listings[row.posting_id].posting_no)

    def list_of(self, **more: Any) -> str:
        """The list's page."""
        page = self.list_page()
        return self.render(self.list_template, page=page, standing=g.standing, listings=g.listings, **more)

    @expose("/new", methods=("GET", "POST"))
    def new(self) -> Any:
        """Report people secured for one posting. The key makes a second press harmless."""
        sent = request.form if request.method == "POST" else request.args
        typed = {name: sent.get(name, "").strip() for name in FIELDS}
        if request.method != "POST":
            return self._form(typed | {"on": clock.today().isoformat(), "key": f"画面-{secrets.token_hex(4)}"})
        return self._posted(typed)

    @expose("/<num:id>/edit", methods=("GET", "POST"))
    def edit(self, id: int) -> Any:
        """Correct one report: another number of people, another day, or none at all."""
        row = self.row(id)
        self.prepare([row])
        known = {"posting_no": self.show_posting_no(row), "key": str(row.partner_key)}
        if request.method != "POST":
            return self._form(known | {"count": str(self.show_count(row)), "on": row.on.isoformat()}, row)
        return self._posted({"count": request.form.get("count", "").strip(), "on": request.form.get("on", "").strip()} | known, row)

    def _posted(self, typed: dict[str, str], row: Placement | None = None) -> Any:
        if problem := unverified():
            return self._form(typed, row, notice=f"{problem.words}もう一度押してください。"), problem.status
        number = row.id if row is not None else None
        try:
            with transaction():
                told = reports.report(_partner(), current_actor(), typed)
        except BadField as refused:
            return self._form(typed, self.row(number) if number else None, errors={refused.field: str(refused)}), 422
        flash(told, "success")
        return redirect(url_for(".index_view"), 303)

    def _form(self, typed: dict[str, str], row: Placement | None = None, **why: Any) -> str:
        return self.render("partner/secured_form.html", typed=typed, row=row, **{"errors": {}, "notice": "", **why})

    @expose("/file", methods=("GET", "POST"))
    def file(self) -> Any:
        """Many reports at once: choose a file (GET); check it as a whole, and store it when nothing is wrong (POST)."""
        if request.method != "POST":
            return self._file_page()
        if problem := unverified():
            return self._file_page(error=f"{problem.words}ファイルをもう一度選んでください。"), problem.status
        given = request.files.get("file")
        name = Path((given.filename or "").replace("\\", "/")).name[:100] if given is not None else ""
        if given is None or not name:
            return self._file_page(error="ファイルを選んでから押してください。"), 422
        try:
            rows, wrong = reports.checked(_partner(), self._read(given, name))
        except Refused as refused:
            return self._file_page(name=name, error=str(refused)), 422
        except Busy as busy:
            return self._file_page(name=name, error=str(busy)), 503, {"Retry-After": str(BUSY_SECONDS)}
        if wrong or not rows:
            return self._file_page(name=name, wrong=wrong, error="" if wrong else "見出しの下に、報告の行がありません。"), 422
        return self._stored(name, rows)

    @expose("/file.csv")
    def template(self) -> Response:
        """The file to fill in, with an example."""
        return export.of_lines("csv", secured_file.template_lines(), "確保の報告")

    def _stored(self, name: str, rows: Sequence[SecuredRow]) -> Any:
        """One short transaction a row: whoever publishes one of the postings does not wait for the file. Sent again, it changes nothing."""
        told: Counter[AnswerCode] = Counter()
        for row in rows:
            with transaction():
                told[secured.secured(_partner(), current_actor(), row).code] += 1
        fresh, same = told[AnswerCode.accepted], told[AnswerCode.repeated]
        flash(f"{name}：{fresh}件を記録しました。" + (f"同じ内容の{same}件は、何も変えていません。" if same else ""), "success")
        if left := told.total() - fresh - same:
            flash(f"{left}件は記録できませんでした。一覧を確かめて、同じファイルをもう一度お送りください。", "warning")
        return redirect(url_for(".index_view"), 303)

    def _read(self, given: Any, name: str) -> list[TypedRow | CellError]:
        if Path(name).suffix.lower() != ".csv":
            raise Refused("読み込めるのはCSVファイル（.csv）だけです。Excelでは「CSV UTF-8（コンマ区切り）」で保存してください。")
        with received_file(given, ".csv") as path:
            return list(secured_file.read(path))

    def _file_page(self, **why: Any) -> str:
        shown = {"error": "", "name": "", "wrong": (), "most": MOST_ERRORS, "rows": secured_file.MOST_ROWS, **why}
        return self.render("partner/secured_file.html", labels=secured_file.LABELS, example=secured_file.EXAMPLE, **shown)


def _partner() -> Partner:
    found: Partner = db.session.get_one(Partner, current_actor().partner_id)
    return found


def _of_listing(condition: Any) -> Any:
    return Placement.posting_id.in_(select(Listing.posting_id).where(condition))
