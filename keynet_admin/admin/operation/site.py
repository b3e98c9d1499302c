"""The banner on all pages, and the read-only mode."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose

from keynet_admin import clock
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.permissions import Permission
from keynet_admin.services import settings
from keynet_admin.services.operation import site_state
from keynet_admin.services.transaction import read_only, transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists.fields import read_moment

_FIELDS = ("text", "level", "where", "begins_day", "begins_time", "ends_day", "ends_time")


class SiteView(GuardedView):
    """`/admin/site/`."""

    permission = Permission.setting_edit
    method_permissions = dict.fromkeys(("banner", "stop_writing", "allow_writing"), Permission.setting_edit)
    checks_token = frozenset({"banner", "stop_writing"})

    @expose("/")
    def index(self) -> str:
        """What is shown now."""
        return self._page(_typed(settings.get(site_state.BANNER)))

    @expose("/banner", methods=("POST",))
    def banner(self) -> Any:
        """Keep another banner."""
        typed = {name: request.form.get(name, "") for name in _FIELDS}
        if problem := unverified():
            return self._page(typed, notice=f"{problem.words}もう一度保存してください。"), problem.status
        try:
            begins, ends = _moment(typed, "begins"), _moment(typed, "ends")
            with transaction():
                site_state.put_up(current_actor(), text=typed["text"], level=typed["level"], where=typed["where"], begins=begins, ends=ends)
        except BadField as error:
            return self._page(typed, error=str(error), error_at=error.field), 422
        flash("表示を保存しました。" if typed["text"].strip() else "表示を取りやめました。", "success")
        return redirect(url_for(".index"), 303)

    @expose("/stop_writing", methods=("POST",))
    def stop_writing(self) -> Any:
        """Let everybody read only."""
        reason = request.form.get("reason", "")
        typed = _typed(settings.get(site_state.BANNER)) | {"reason": reason}
        if problem := unverified():
            return self._page(typed, notice=f"{problem.words}もう一度ボタンを押してください。"), problem.status
        try:
            with transaction(even_read_only=True):
                new = site_state.stop_writing(current_actor(), reason)
        except BadField as error:
            return self._page(typed, error=str(error), error_at="reason"), 422
        words = "閲覧のみにしました。定期処理とメールの送信も止まっています。" if new else "すでに閲覧のみになっています。"
        flash(words, "success" if new else "info")
        return redirect(url_for(".index"), 303)

    @expose("/allow_writing", methods=("POST",))
    def allow_writing(self) -> Any:
        """End the read-only mode."""
        with transaction(even_read_only=True):
            done = site_state.allow_writing(current_actor())
        flash("閲覧のみを終えました。送信や保存ができます。" if done else "閲覧のみではありません。", "success" if done else "info")
        return redirect(url_for(".index"), 303)

    def _page(self, typed: dict[str, str], **why: str) -> str:
        stopped = read_only()
        by = db.session.get(Account, stopped["by"]) if stopped and stopped["by"] else None
        words = {"notice": "", "error": "", "error_at": "", **why}
        return self.render(
            "admin/site.html",
            typed={**dict.fromkeys((*_FIELDS, "reason"), ""), **typed},
            levels=site_state.LEVELS,
            places=site_state.PLACES,
            text_most=site_state.TEXT_MOST,
            reason_most=site_state.REASON_MOST,
            stopped=stopped,
            since=datetime.fromisoformat(stopped["at"]) if stopped else None,
            by=by.shown_name if by is not None else "サーバーの操作",
            **words,
        )


def _typed(kept: dict[str, Any] | None) -> dict[str, str]:
    """The banner that is kept, as its form shows it."""
    if not kept:
        return {"level": "info", "where": "all"}
    typed = {name: kept[name] for name in ("text", "level", "where")}
    for name, at in (("begins", kept["from"]), ("ends", kept["until"])):
        moment = datetime.fromisoformat(at).astimezone(clock.TOKYO) if at else None
        typed[f"{name}_day"] = f"{moment:%Y/%-m/%-d}" if moment else ""
        typed[f"{name}_time"] = f"{moment:%-H:%M}" if moment else ""
    return typed


def _moment(typed: dict[str, str], name: str) -> datetime | None:
    day, time = typed[f"{name}_day"], typed[f"{name}_time"]
    if not day.strip() and not time.strip():
        return None
    moment = read_moment(day, time)
    if moment is None:
        raise BadField("日付と時刻の両方を入力するか、両方を空欄にしてください。例：2021/5/12 と 18:00", name)
    return moment
