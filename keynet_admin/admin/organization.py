"""Organizations: list and page with their accounts, postings and cases."""

from typing import Any

from flask import abort
from flask_admin import expose
from sqlalchemy import select

from keynet_admin.admin.prefecture_filter import prefecture_filter
from keynet_admin.catalogue.display import prefecture
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Submission
from keynet_admin.permissions import Permission
from keynet_admin.web.guard import GuardedModelView


class OrganizationView(GuardedModelView):
    """The recruiting bodies."""

    permission = Permission.organization_read
    can_view_details = True
    page_title = "団体"
    column_list = ("name", "prefecture_code", "lg_code", "accounts", "created_at")
    column_details_list = ("name", "lg_code")
    column_labels = {"name": "団体", "prefecture_code": "都道府県", "lg_code": "団体コード", "accounts": "アカウント", "created_at": "登録"}
    search_columns = (Organization.name, Organization.kana, Organization.lg_code)
    search_label = "団体名・よみ・団体コード"
    sort_columns = {"lg_code": Organization.lg_code, "created_at": Organization.created_at}
    list_filters = (prefecture_filter(Organization.prefecture_code),)
    empty_title = "団体はまだありません"
    empty_text = "申請を承認すると、団体がここに並びます。"

    def show_accounts(self, row: Organization) -> Any:
        """How many accounts it has."""
        return f"{len(row.accounts)}件"

    def show_prefecture_code(self, row: Organization) -> str:
        """The prefecture's name."""
        return prefecture(row.prefecture_code)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One body with everything that belongs to it."""
        row = self.get_one(str(id))
        if row is None:
            abort(404)
        newest = select(Submission).where(Submission.organization_id == row.id).order_by(Submission.id.desc()).limit(50)
        postings = select(Posting).where(Posting.organization_id == row.id).order_by(Posting.id.desc()).limit(100)
        accounts = select(Account).where(Account.organization_id == row.id).order_by(Account.id)
        return self.render(
            "admin/organization.html",
            organization=row,
            cases=db.session.execute(newest).scalars().all(),
            postings=db.session.execute(postings).scalars().all(),
            accounts=db.session.execute(accounts).scalars().all(),
        )
