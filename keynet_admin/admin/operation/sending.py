"""How the mails get through, and holding them back: all, one lane, or one domain."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from sqlalchemy import select

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, MailPause
from keynet_admin.permissions import Permission
from keynet_admin.services.mail import pause, traffic
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView
from keynet_admin.web.lists.fields import read_moment

PAST = 10


class SendingView(GuardedView):
    """`/admin/mail/sending/`."""

    permission = Permission.mail_read
    method_permissions = {"pause": Permission.mail_pause, "resume": Permission.mail_pause}
    checks_token = frozenset({"pause"})

    @expose("/")
    def index(self) -> str:
        """What waits, what left, where mails do not arrive, and what is held."""
        return self._page({})

    @expose("/pause", methods=("POST",))
    def pause(self) -> Any:
        """Hold mails from now on."""
        typed = {name: request.form.get(name, "") for name in ("scope", "domain", "reason", "day", "time")}
        if problem := unverified():
            return self._page(typed, notice=f"{problem.words}もう一度ボタンを押してください。"), problem.status
        try:
            scope, until = typed["scope"], self._until(typed)
            if scope not in ("all", "domain", *map(str, pause.LANES)):
                raise BadField("止める範囲を選んでください。", "scope")
            if scope == "domain" and not typed["domain"].strip():
                raise BadField("宛先の @ より後ろを、city.example.jp のように入力してください。", "domain")
            lane, domain = (int(scope) if scope.isdigit() else None), (typed["domain"] if scope == "domain" else "")
            with transaction():
                row = pause.begin(current_actor(), lane=lane, domain=domain, reason=typed["reason"], until=until)
        except BadField as error:
            return self._page(typed, error=str(error), error_at=error.field), 422
        flash(f"{pause.scope_words(row)}の送信を止めました。メールは失われず、再開すると届きます。", "success")
        return redirect(url_for(".index"), 303)

    @expose("/resume", methods=("POST",))
    def resume(self) -> Any:
        """Let the mails of a pause leave."""
        number = request.form.get("id", "")
        with transaction():
            row = db.session.get(MailPause, int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
            if row is None:
                abort(404)
            done = pause.end(row, current_actor())
        words = f"{pause.scope_words(row)}の送信を再開しました。待っていたものから順に送ります。" if done else "すでに再開しています。"
        flash(words, "success" if done else "info")
        return redirect(url_for(".index"), 303)

    @staticmethod
    def _until(typed: dict[str, str]) -> Any:
        if not typed["day"].strip() and not typed["time"].strip():
            return None
        moment = read_moment(typed["day"], typed["time"])
        if moment is None:
            raise BadField("日付と時刻の両方を入力してください。例：2021/5/12 と 18:00", "until")
        return moment

    def _page(self, typed: dict[str, str], **why: str) -> str:
        over = select(MailPause).where(~pause.is_active()).order_by(MailPause.id.desc()).limit(PAST)
        active, past = pause.active(), list(db.session.execute(over).scalars())
        ids = {key for row in (*active, *past) for key in (row.created_by_id, row.ended_by_id)}
        people = {a.id: a.shown_name for a in db.session.execute(select(Account).where(Account.id.in_(ids))).scalars()}
        words = {"notice": "", "error": "", "error_at": "", **why}
        return self.render(
            "admin/sending.html",
            traffic=traffic.read(),
            days=traffic.PERIOD.days,
            active=active,
            past=past,
            people=people,
            scope_words=pause.scope_words,
            lanes=pause.LANES,
            reason_most=pause.REASON_MOST,
            may_pause=self.may(Permission.mail_pause),
            typed={"scope": "", "domain": "", "reason": "", "day": "", "time": "", **typed},
            **words,
        )
