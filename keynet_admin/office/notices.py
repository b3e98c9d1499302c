"""Which mails about waiting work the signed-in account wants."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_login import current_user

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.permissions import Permission
from keynet_admin.services.account import notices
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import NoticeChoice
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView


class NoticeView(GuardedView):
    """`/office/notices/`: everybody changes their own."""

    permission = Permission.posting_read
    method_permissions = {"index": Permission.posting_read}
    checks_token = frozenset({"index"})

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """Show the choice and keep another one."""
        chosen = request.form.get("notices", "") if request.method == "POST" else current_user.account.notices
        if request.method != "POST":
            return self._page(chosen)
        if problem := unverified():
            return self._page(chosen, notice=f"{problem.words}もう一度保存してください。"), problem.status
        try:
            with transaction():
                notices.choose(db.session.get_one(Account, current_actor().account_id), chosen, current_actor())
        except BadField as error:
            return self._page(chosen, error=str(error)), 422
        flash("お知らせの受け取り方を保存しました。", "success")
        return redirect(url_for("office.index"), 303)

    def _page(self, chosen: str, **why: str) -> str:
        return self.render("office/notices.html", choices=list(NoticeChoice), chosen=chosen, email=current_user.account.email, **why)
