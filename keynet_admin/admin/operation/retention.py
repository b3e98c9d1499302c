"""The retention: what is kept how long, what is due, a run with exactly the numbers that were confirmed."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.permissions import Permission
from keynet_admin.services import persons
from keynet_admin.services.operation import retention
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView

CHANGED = "件数が変わりました。何も削除していません。いまの件数を確かめて、もう一度ボタンを押してください。"


class RetentionView(GuardedView):
    """`/admin/retention/`."""

    permission = Permission.operation_read
    method_permissions = {"run": Permission.operation_run}
    checks_token = frozenset({"run"})

    @expose("/")
    def index(self) -> str:
        """The register with what is due now, and the last runs."""
        runs = retention.last_runs()
        people = select(Account).where(Account.id.in_({run.account_id for run in runs if run.account_id}))
        names = {account.id: account.shown_name for account in db.session.execute(people).scalars()}
        db.session.rollback()
        return self.render(
            "admin/retention.html",
            rows=retention.due(),
            runs=runs,
            names=names,
            never=retention.NEVER,
            may_run=self.may(Permission.operation_run),
        )

    @expose("/run", methods=("GET", "POST"))
    def run(self) -> Any:
        """The confirmation (GET), or the run (POST)."""
        db.session.rollback()
        rows = retention.due()
        if request.method != "POST":
            return self._confirmation(rows)
        if problem := unverified():
            return self._confirmation(rows, f"{problem.words}もう一度ボタンを押してください。"), problem.status
        if request.form.get("counted") != retention.version_of(rows):
            return self._confirmation(rows, CHANGED), 409
        found = persons.purge()
        with transaction():
            done = retention.record(found, current_actor())
        flash(f"保存期間を過ぎたデータを削除しました（{sum(done.numbers.values()):,}件）。", "success")
        return redirect(url_for(".index"), 303)

    def _confirmation(self, rows: list[retention.DueRows], notice: str = "") -> str:
        return self.render(
            "admin/retention_run.html",
            rows=[row for row in rows if row.number],
            total=sum(row.number for row in rows),
            counted=retention.version_of(rows),
            notice=notice,
        )
