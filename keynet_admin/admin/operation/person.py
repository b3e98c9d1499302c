"""A person's own request to have their data deleted: looked for, shown with where it is stored, ended at once (`/admin/person/`).

What is typed never stands in an address: it is posted, and whoever looks has proven who they are within the last minutes.
"""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_login import current_user

from keynet_admin.errors import BadField, ReasonMissing, Refused
from keynet_admin.extensions import db
from keynet_admin.permissions import Permission
from keynet_admin.services.operation import retention
from keynet_admin.services.support import erasing, person_data
from keynet_admin.services.support.person_data import PersonWords, StoredRow
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView

FIELDS = ("mail", "tel", "name")


class PersonDataView(GuardedView):
    """`/admin/person/`."""

    permission = Permission.person_erase
    method_permissions = {"index": Permission.person_erase, "erase": Permission.person_erase}
    checks_token = frozenset({"index", "erase"})
    asks_proof = {"index": "個人データを探す", "erase": "本人の求めにより、個人データを削除する"}

    @expose("/", methods=("GET", "POST"))
    def index(self) -> Any:
        """The form (GET), or what is stored of whoever was asked for (POST). Each look is an event."""
        if request.method != "POST":
            return self._page({})
        typed = {name: request.form.get(name, "") for name in FIELDS}
        if problem := unverified():
            return self._page(typed, notice=f"{problem.words}もう一度ボタンを押してください。"), problem.status
        try:
            asked = person_data.read(typed)
        except BadField as error:
            return self._page(typed, error=str(error), error_at=error.field), 422
        rows = person_data.found(asked, current_actor())
        with transaction():
            erasing.record_search(rows, current_user.account, current_actor())
        return self._page(typed, asked, rows)

    @expose("/erase", methods=("POST",))
    def erase(self) -> Any:
        """End what was chosen, or show it again with why not."""
        typed: dict[str, Any] = {name: request.form.get(name, "") for name in (*FIELDS, "reference", "reason")}
        typed["chosen"] = request.form.getlist("chosen")
        try:
            asked = person_data.read(typed)
        except BadField as error:
            return self._page(typed, error=str(error), error_at=error.field), 422
        if problem := unverified():
            return self._again(typed, asked, notice=f"{problem.words}内容を確かめて、もう一度ボタンを押してください。"), problem.status
        try:
            with transaction():
                words = {name: typed[name] for name in ("reference", "reason")}
                run = erasing.erase(asked, typed["chosen"], current_actor(), **words)
                done = "、".join(f"{label} {number}件" for label, number in run.numbers.items())
        except ReasonMissing as error:
            return self._again(typed, asked, error=str(error), error_at="reason"), 422
        except BadField as error:
            return self._again(typed, asked, error=str(error), error_at=error.field), 422
        except Refused as error:
            return self._again(typed, asked, notice=str(error)), 409
        flash(f"削除しました（{done}）。書かれていたアドレスに、削除したことをメールで知らせます。", "success")
        return redirect(url_for(".index"), 303)

    def _again(self, typed: Mapping[str, Any], asked: PersonWords, **why: str) -> str:
        db.session.rollback()
        return self._page(typed, asked, person_data.found(asked, current_actor()), **why)

    def _page(self, typed: Mapping[str, Any], asked: PersonWords | None = None, rows: list[StoredRow] | None = None, **why: str) -> str:
        return self.render(
            "admin/person.html",
            typed={"reference": "", "reason": "", **dict.fromkeys(FIELDS, ""), **typed},
            asked=asked,
            rows=rows or [],
            labels=person_data.LABELS,
            most=person_data.MOST,
            stays=erasing.STAYS,
            done=retention.requests(),
            chosen=typed.get("chosen"),
            **{"error": "", "error_at": "", "notice": "", **why},
        )
