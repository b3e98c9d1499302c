"""Stopping somebody's alert for them, while they are on the telephone: `/admin/alert/<id>/stop`, found by the desk's box.

Only who can say the very address finds it there; no page lists addresses.
"""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose

from keynet_admin.errors import BadVersion
from keynet_admin.extensions import db
from keynet_admin.models import SearchAlert
from keynet_admin.permissions import Permission
from keynet_admin.services import workflow
from keynet_admin.services.alert import keeping, searching, subscription
from keynet_admin.services.desk.caller import mask
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView

CHANGED = "この画面を開いた後に、申し込みが変わりました。いまの内容を確かめて、もう一度押してください。"


class AlertView(GuardedView):
    """One decision, reached from the telephone desk."""

    permission = Permission.alert_stop
    method_permissions = {"stop": Permission.alert_stop}
    checks_token = frozenset({"stop"})

    @expose("/")
    def index(self) -> Any:
        """Alerts are found by the desk's box, by the caller's own address."""
        return redirect(url_for("admin_desk.index"))

    @expose("/<num:id>/stop", methods=("GET", "POST"))
    def stop(self, id: int) -> Any:
        """What will be stopped and deleted (GET), and the doing of it (POST)."""
        alert = db.session.get(SearchAlert, id)
        if alert is None:
            abort(404)
        if request.method != "POST":
            return self._page(alert)
        if problem := unverified():
            return self._page(alert, f"{problem.words}もう一度ボタンを押してください。"), problem.status
        try:
            seen = workflow.version_of(request.form.get("version"))
        except BadVersion as bad:
            return self._page(alert, str(bad)), 400
        if seen != alert.version:
            return self._page(alert, CHANGED), 409
        with transaction():
            subscription.stop(id, current_actor())
        flash("新しい募集のメールを止め、申し込みを削除しました。", "success")
        return redirect(url_for("admin_desk.index"), 303)

    def _page(self, alert: SearchAlert, notice: str = "") -> str:
        words = {"search": searching.read(alert.query), "address": mask(alert.email), "ends": keeping.last_day(alert)}
        return self.render("admin/alert_stop.html", alert=alert, notice=notice, **words)
