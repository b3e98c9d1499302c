"""What an operator keeps for themselves: saved views of lists, and which mails about waiting work they want."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_login import current_user
from sqlalchemy import select

from keynet_admin.catalogue.reference import prefectures
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, SavedView
from keynet_admin.permissions import Permission
from keynet_admin.services.account import desk_notices, regions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import NoticeChoice
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView

WORDS = {NoticeChoice.instant: "すぐに", NoticeChoice.digest: "1日1回", NoticeChoice.none: "受け取らない"}


class DeskNoticeView(GuardedView):
    """`/admin/notice/`: everybody changes their own."""

    permission = Permission.submission_read
    method_permissions = {"index": Permission.submission_read}
    checks_token = frozenset({"index"})

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """Show the choices and keep others."""
        account = db.session.get_one(Account, current_actor().account_id)
        kept = {kind.name: desk_notices.choice(account, kind.name).value for kind in desk_notices.KINDS}, str(account.notice_hour)
        if request.method != "POST":
            return self._page(*kept)
        if request.form.get("do") == "regions":
            if problem := unverified():
                # The other form's choices are not part of this one: they stand as they are kept, what was ticked here as it was ticked.
                return self._page(*kept, notice=f"{problem.words}もう一度保存してください。"), problem.status
            with transaction():
                regions.choose(db.session.get_one(Account, current_actor().account_id), request.form.getlist("prefecture"), current_actor())
            flash("担当する都道府県を保存しました。", "success")
            return redirect(f"{url_for('.index')}#h-regions", 303)
        wanted, hour = {kind.name: request.form.get(kind.name, "") for kind in desk_notices.KINDS}, request.form.get("hour", "")
        if problem := unverified():
            return self._page(wanted, hour, notice=f"{problem.words}もう一度保存してください。"), problem.status
        try:
            with transaction():
                desk_notices.choose(db.session.get_one(Account, current_actor().account_id), wanted, hour, current_actor())
        except BadField as error:
            return self._page(wanted, hour, error=str(error)), 422
        flash("通知の受け取り方を保存しました。", "success")
        return redirect(url_for(".index"), 303)

    def _page(self, wanted: dict[str, str], hour: str, **why: str) -> str:
        own = select(SavedView).where(SavedView.account_id == current_actor().account_id).order_by(SavedView.place, SavedView.name)
        places = {str(view.endpoint): str(view.name) for view in self.admin._views} if self.admin is not None else {}
        return self.render(
            "admin/notice.html",
            kinds=desk_notices.KINDS,
            choices=list(WORDS.items()),
            wanted=wanted,
            hour=hour,
            hours=desk_notices.HOURS,
            prefectures=prefectures(),
            looked_after=request.form.getlist("prefecture") if request.form.get("do") == "regions" else regions.of_actor(current_actor()),
            email=current_user.account.email,
            saved=[(row, places[row.place]) for row in db.session.execute(own).scalars() if row.place in places],
            **why,
        )
