"""A partner's postings: what is new, changed or withdrawn, as a list and as a file, and the partner's answer to each."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import or_, select

from keynet_admin.catalogue import posting_field, reference
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Partner, PartnerItem
from keynet_admin.permissions import Actor, Permission
from keynet_admin.services import workflow
from keynet_admin.services.listing import card
from keynet_admin.services.partner import answers, delivery
from keynet_admin.services.partner.files import table
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import UNANSWERED, PartnerChange, PartnerEncoding, PartnerItemStatus, PartnerKind
from keynet_admin.web import posting_page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists import export
from keynet_admin.web.lists.page import ListFilter, Order, Tab
from keynet_admin.web.model_view import BulkMove, GuardedModelView

GONE = (PartnerChange.withdrawn, PartnerChange.closed)
MOST = export.MOST
NAME = "募集一覧"
LETTERS = "置き換えた文字の一覧"
# A recall asks for something else than a posting: the words of the page follow.
TAKEN_BACK = Page(
    "{name}を取り下げましたか",
    "この募集を、貴団体の掲載や紹介から外したことを記録します。",
    "取り下げた",
    "取り下げたことを記録しました。",
)


class ReceivedView(DecisionPages, GuardedModelView):
    """The postings at this partner; every row is looked up among its own."""

    permission = Permission.partner_receive
    method_permissions = {"download": Permission.partner_receive}
    decides = PartnerItem
    decisions = {
        "acknowledge": Decision(answers.acknowledge),
        "refuse": Decision(answers.refuse),
    }
    names_row = True
    back_label = "一覧に戻る"
    can_view_details = True
    list_template = "partner/postings.html"
    cells_template = "partner/_cells.html"
    noun = "募集"
    empty_title = "お渡しする募集はまだありません"
    empty_text = "自治体が提供に同意した募集が公開されると、ここに並びます。"
    tabs = (
        Tab(
            "open",
            "未応答",
            lambda _actor: PartnerItem.status.in_(UNANSWERED),
            empty=("応答をお待ちしている募集はありません", "新しい募集、変更、取下げがあると、ここに並びます。"),
        ),
        *(
            Tab(name, label, lambda _actor, changes=changes: PartnerItem.change.in_(changes), empty=(f"{label}の募集はありません", then))
            for name, label, changes, then in (
                ("new", "新着", (PartnerChange.new,), "新しく公開された募集が、ここに並びます。"),
                ("changed", "変更", (PartnerChange.changed,), "お渡しした後で内容が変わった募集が、ここに並びます。"),
                ("gone", "取下げ・終了", GONE, "取り下げられた募集と終わった募集が、ここに並びます。"),
            )
        ),
        Tab("all", "すべて"),
    )
    list_filters = (
        ListFilter(
            "job_type",
            "職種",
            lambda: [(choice.slug, choice.label) for choice in posting_field("job_type").choices],
            lambda query, value: query.where(_listed(Listing.job_type == value)),
        ),
        ListFilter(
            "prefecture",
            "勤務地",
            lambda: [(row.code, row.name) for row in reference.prefectures()],
            lambda query, value: query.where(_listed(Listing.prefecture_code == value)),
        ),
        ListFilter(
            "status",
            "受け取り",
            lambda: [(state.value, state.label) for state in PartnerItemStatus],
            lambda query, value: query.where(PartnerItem.status == value),
        ),
    )
    column_list = ("posting", "change", "status", "changed_at", "answer")
    column_labels = {"posting": "募集", "change": "送ったもの", "status": "受け取り", "changed_at": "変わった日時", "answer": "応答"}
    column_details_list = ("key",)
    default_order = (Order(PartnerItem.changed_at, down=True), Order(PartnerItem.id, down=True))
    search_columns = (lambda word: _listed(or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED))),)
    search_label = "募集番号・見出し・団体"
    bulk_moves = (
        BulkMove(
            "acknowledge",
            "受け取り・取下げ済みにする",
            Permission.partner_receive,
            "選んだ募集を受け取りましたか",
            "記録しました。",
            lambda row, actor: _why_not(row, actor, "acknowledge"),
            lambda row, actor, version: answers.acknowledge(row, actor, seen_version=version),
        ),
        BulkMove(
            "refuse",
            "受け取れないと答える",
            Permission.partner_receive,
            "選んだ募集を受け取れないと答えますか",
            "受け取れないことを記録しました。",
            lambda row, actor: _why_not(row, actor, "refuse"),
            lambda row, actor, version, reason: answers.refuse(row, actor, seen_version=version, reason=reason),
            reason_help=answers.REFUSE_HELP,
        ),
    )

    def prepare(self, rows: Sequence[PartnerItem]) -> None:
        """The public rows of the page, read at once."""
        g.lines = dict(zip((row.id for row in rows), table.lines_of(rows), strict=True))

    def row_name(self, row: PartnerItem) -> str:
        """The posting's number and title."""
        line = _line(row)
        return " ".join(filter(None, (line.key, line.title)))

    def scope(self, query: Any) -> Any:
        """The partner's own rows, without those that it was never offered."""
        return super().scope(query).where(table.offered())

    def list_of(self, **more: Any) -> str:
        """The list's page; a sandbox partner sees its invented postings."""
        partner = _partner()
        if partner.kind is PartnerKind.sandbox:
            return self.render("partner/sandbox.html", partner=partner, rows=table.sandbox_lines())
        page = self.list_page()
        return self.render(self.list_template, page=page, partner=partner, lines=g.lines, facts=card, **more)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One posting as its public page shows it, with where it stands here."""
        row = self.row(id)
        line = _line(row)
        return self.render(
            "partner/posting.html",
            row=row,
            line=line,
            page_view=posting_page.view(line.content) if line.content is not None else None,
            offers=workflow.offers(row, current_actor()),
            gone=_is_gone(row),
        )

    @expose("/download.<any(csv, xlsx):kind>", methods=("POST",))
    def download(self, kind: str) -> Response:
        """The rows that the list shows for this address as a file; the ledger notes them as sent, the log how many were taken."""
        partner, (items, lines) = _partner(), self._asked()
        if not lines:
            flash("書き出す募集がありません。", "info")
            return redirect(f"{url_for('.index_view')}?{request.query_string.decode('ascii', 'replace')}", 303)
        letters: list[table.Substituted] = []
        if kind == "csv" and partner.encoding is PartnerEncoding.cp932:
            made, letters = table.in_shift_jis(lines)
            file = export.of_lines("csv", made, NAME, encoding="cp932")
        else:
            file = export.of_lines(kind, table.all_cells(lines), NAME)
        partner_id, rows = partner.id, delivery.given(items)
        with transaction():
            delivery.downloaded(partner_id, rows, current_actor(), kind=kind, count=len(lines), letters=len(letters))
        return file

    @expose("/letters.csv")
    def substituted(self) -> Response:
        """Every letter that a Shift_JIS file of these rows writes otherwise, in a file that can hold them all."""
        _, found = table.in_shift_jis(self._asked()[1])
        return export.of_lines("csv", table.substituted_cells(found), LETTERS)

    def _asked(self) -> tuple[list[PartnerItem], list[table.PartnerLine]]:
        """The rows of the ledger that the address asks for, and their lines; a sandbox's have no rows."""
        if _partner().kind is PartnerKind.sandbox:
            return [], table.sandbox_lines()
        items = [row for portion in self.exported_rows(self.state()) for row in portion][:MOST]
        return items, table.lines_of(items)

    def named(self, row: PartnerItem) -> tuple[str, str, str]:
        """The posting by its number."""
        return row.key, row.key, row.key

    def page_of(self, row: PartnerItem, page: Page) -> Page:
        """Of a posting that must vanish here: whether it has."""
        return TAKEN_BACK if _is_gone(row) and not page.stop else page

    def trail(self, row: PartnerItem) -> list[tuple[str, str]]:
        """List, posting."""
        return [(str(self.name), url_for(".index")), (row.key, url_for(".details", id=row.id))]

    def onward(self, _row: PartnerItem, _name: str, _outcome: workflow.Outcome) -> str:
        """Back to the list: many are answered one after the other."""
        return url_for(".index")


_SEARCHED = (Listing.posting_no, Listing.title, Listing.org_name)


def _listed(condition: Any) -> Any:
    return PartnerItem.posting_id.in_(select(Listing.posting_id).where(condition))


def _partner() -> Partner:
    found: Partner = db.session.get_one(Partner, current_actor().partner_id)
    return found


def _line(row: PartnerItem) -> table.PartnerLine:
    known = g.get("lines", {}).get(row.id)
    found: table.PartnerLine = known if known is not None else table.lines_of([row])[0]
    return found


def _is_gone(row: PartnerItem) -> bool:
    """Whether the partner is asked to take it down."""
    return row.change in GONE


def _why_not(row: PartnerItem, actor: Actor, name: str) -> str:
    return "" if name in workflow.allowed(row, actor) else f"{row.status.label}のため"
