"""Organizations: list and page with their accounts, postings and cases."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import g, url_for
from flask_admin import expose
from sqlalchemy import case, func, literal, select, union_all
from sqlalchemy.orm import defer

from keynet_admin import clock
from keynet_admin.admin.list_filters import prefecture_filter, word_filter
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import prefecture
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, NurseCenterRecord, Organization, Posting, Submission
from keynet_admin.permissions import Permission
from keynet_admin.services import workflow
from keynet_admin.services.account import colleagues
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting.moderation import incident
from keynet_admin.services.search import lists
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import AccountStatus, OfficeRight, OrganizationStatus, PostingStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists.page import ListFilter
from keynet_admin.web.model_view import GuardedModelView

_PEOPLE: dict[str, tuple[str, Callable[[], Any]]] = {
    "one": ("管理者が1名だけ", lambda: colleagues.managed_by() == 1),
    "none": ("管理者がいない", lambda: colleagues.managed_by() == 0),
    "unused": ("利用なし", lambda: ~Organization.accounts.any(Account.last_login_at.is_not(None))),
}


@dataclass
class _Numbers:
    """What the list says of one body: accounts (all, in use), postings (all, live), applications and inquiries."""

    accounts: int = 0
    active: int = 0
    postings: int = 0
    live: int = 0
    people: int = 0


class OrganizationView(DecisionPages, GuardedModelView):
    """The recruiting bodies."""

    permission = Permission.organization_read
    can_view_details = True
    column_list = ("name", "prefecture_code", "lg_code", "accounts", "postings", "people", "created_at")
    column_labels = {"name": "団体", "accounts": "アカウント", "postings": "募集情報", "people": "応募・問い合わせ", "created_at": "登録"}
    noun = "団体"
    exports = saved_views = True
    search_columns = (Organization.name, lists.organization)
    search_label = "団体名・よみ・団体コード・都道府県・代表電話"
    sort_columns = {"lg_code": Organization.lg_code, "created_at": Organization.created_at}
    list_options = (defer(Organization.details), defer(Organization.search_text))
    list_filters = (
        prefecture_filter(Organization.prefecture_code.__eq__),
        ListFilter(
            "people",
            "利用",
            lambda: [(name, label) for name, (label, _where) in _PEOPLE.items()],
            lambda query, value: query.where(_PEOPLE[value][1]()),
        ),
        word_filter("status", "掲載", Organization.status, OrganizationStatus),
    )
    empty_title = "団体はまだありません"
    empty_text = "申請を承認すると、団体がここに並びます。"
    decides = Organization
    decisions = {
        name: Decision(act, block="admin/_incident.html", show=lambda row, _typed, name=name: _incident_shown(row, name))
        for name, act in (("take_down", incident.take_down), ("bring_back", incident.bring_back))
    }
    back_label = "団体に戻る"

    def prepare(self, rows: Sequence[Organization]) -> None:
        """Count accounts, postings and people of all rows at once."""
        ids = [row.id for row in rows]
        parts = [
            select(literal("accounts"), Account.organization_id, func.count(), _of(Account.status == AccountStatus.active)),
            select(literal("postings"), Posting.organization_id, func.count(), _of(Posting.status == PostingStatus.live)),
            select(literal("people"), Candidate.organization_id, func.count(), literal(0)),
        ]
        of = (Account.organization_id, Posting.organization_id, Candidate.organization_id)
        counted = [part.where(column.in_(ids)).group_by(column) for part, column in zip(parts, of, strict=True)]
        g.body_numbers = defaultdict(_Numbers)
        for what, body, all_, some in db.session.execute(union_all(*counted)):
            numbers = g.body_numbers[body]
            setattr(numbers, what, all_)
            if what != "people":
                setattr(numbers, "active" if what == "accounts" else "live", some)

    def show_accounts(self, row: Organization) -> str:
        """How many accounts it has, and how many of them are in use."""
        found = g.body_numbers[row.id]
        return f"{found.accounts}件（利用中{found.active}）" if found.active else f"{found.accounts}件（利用なし）"

    def show_postings(self, row: Organization) -> str:
        """How many postings it has, and how many are public."""
        found = g.body_numbers[row.id]
        stopped = "（全件を停止中）" if row.status is OrganizationStatus.stopped else ""
        return stopped or (f"{found.postings}件（公開中{found.live}）" if found.postings else "なし")

    def show_people(self, row: Organization) -> str:
        """How many people applied or asked."""
        return f"{g.body_numbers[row.id].people}件" if g.body_numbers[row.id].people else "なし"

    def show_prefecture_code(self, row: Organization) -> str:
        """The prefecture's name."""
        return prefecture(row.prefecture_code)

    def named(self, row: Organization) -> tuple[str, str, str]:
        """Its name, its code above."""
        return row.name, f"{prefecture(row.prefecture_code)}　{row.lg_code}", row.name

    def page_of(self, row: Organization, page: Page) -> Page:
        """Where there is nothing to be taken down, what the move does is that nothing can be published."""
        if row.status is not OrganizationStatus.open or any(effect.after for effect in incident.effects(row, "take_down")):
            return page
        return replace(
            page,
            question="{name}が募集を公開できないようにしますか",
            text="いま掲載を停止する募集はありません。解除するまで、この団体は募集を公開できません。この操作は取り消せます。",
            button="公開できないようにする",
            done="募集を公開できないようにしました。",
            joint="が",
        )

    def trail(self, row: Organization) -> list[tuple[str, str]]:
        """List and body."""
        return [("団体", url_for(".index_view")), (row.name, url_for(".details", id=row.id))]

    def letters(self, row: Organization, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The one mail to each of its accounts that can act."""
        return incident.letters(row, move.name, typed.get("reason", ""))

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One body with everything that belongs to it."""
        row = self.row(id)
        newest = select(Submission).where(Submission.organization_id == row.id).order_by(Submission.id.desc()).limit(50)
        postings = select(Posting).where(Posting.organization_id == row.id).order_by(Posting.id.desc()).limit(100)
        accounts = select(Account).where(Account.organization_id == row.id).order_by(Account.id)
        return self.render(
            "admin/organization.html",
            organization=row,
            center=db.session.execute(select(NurseCenterRecord).where(NurseCenterRecord.prefecture_code == row.prefecture_code)).scalar(),
            successor=reference.successor(row.lg_code, clock.today()),
            cases=db.session.execute(newest).scalars().all(),
            postings=db.session.execute(postings).scalars().all(),
            accounts=db.session.execute(accounts).scalars().all(),
            managers=colleagues.holders(row.id, OfficeRight.manage),
            decisions=workflow.offers(row, current_actor()),
            entries=history.of_organization(row),
        )


def _of(clause: Any) -> Any:
    return func.coalesce(func.sum(case((clause, 1), else_=0)), 0)


def _incident_shown(row: Organization, name: str) -> dict[str, Any]:
    found = incident.effects(row, name)
    return {"effects": [f for f in found if f.after is not None], "left": [f for f in found if f.after is None], "plain_reason": True}
