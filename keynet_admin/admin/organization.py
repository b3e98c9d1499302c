"""Organizations: list and page with their accounts, postings and cases."""

from collections.abc import Sequence

from flask import g
from flask_admin import expose
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from keynet_admin import clock
from keynet_admin.admin.list_filters import prefecture_filter
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import prefecture
from keynet_admin.extensions import db
from keynet_admin.models import Account, NurseCenterRecord, Organization, Posting, Submission
from keynet_admin.permissions import Permission
from keynet_admin.web.model_view import GuardedModelView


class OrganizationView(GuardedModelView):
    """The recruiting bodies."""

    permission = Permission.organization_read
    can_view_details = True
    column_list = ("name", "prefecture_code", "lg_code", "accounts", "created_at")
    column_labels = {"name": "団体", "accounts": "アカウント", "created_at": "登録"}
    noun = "団体"
    exports = saved_views = True
    search_columns = (Organization.name, Organization.kana, Organization.lg_code)
    search_label = "団体名・よみ・団体コード"
    sort_columns = {"lg_code": Organization.lg_code, "created_at": Organization.created_at}
    list_options = (defer(Organization.details),)
    list_filters = (prefecture_filter(Organization.prefecture_code.__eq__),)
    empty_title = "団体はまだありません"
    empty_text = "申請を承認すると、団体がここに並びます。"

    def prepare(self, rows: Sequence[Organization]) -> None:
        """Count the accounts of all rows at once."""
        of = Account.organization_id
        counts = select(of, func.count()).where(of.in_([row.id for row in rows])).group_by(of)
        g.account_counts = {row[0]: row[1] for row in db.session.execute(counts)}

    def show_accounts(self, row: Organization) -> str:
        """How many accounts it has."""
        return f"{g.account_counts.get(row.id, 0)}件"

    def show_prefecture_code(self, row: Organization) -> str:
        """The prefecture's name."""
        return prefecture(row.prefecture_code)

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
        )
