"""The outbox: what was sent to whom, what is stuck and why, and how its task ends. Secrets are never shown, only their placeholders."""

from typing import Any

from flask import abort, url_for
from flask_admin import expose
from sqlalchemy.orm import defer

from keynet_admin import clock
from keynet_admin.admin.list_filters import word_filter
from keynet_admin.models import OutboxMail
from keynet_admin.permissions import Actor, Permission
from keynet_admin.services import workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.search import lists
from keynet_admin.services.submission import task
from keynet_admin.vocabulary import MailStatus
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages
from keynet_admin.web.lists.page import Tab
from keynet_admin.web.model_view import BulkMove, GuardedModelView

# What a state means for the person who looks at it, and what to do.
MEANING: dict[MailStatus, str] = {
    MailStatus.waiting: "まもなく送ります。相手のサーバーが受け付けないときは、間隔を空けて3日ほど自動で送り直します。",
    MailStatus.sending: "いま送っています。",
    MailStatus.sent: "相手のメールサーバーが受け取りました。",
    MailStatus.refused: "相手のメールサーバーが、この宛先を受け付けませんでした。電話などで正しいアドレスを確かめてください。",
    MailStatus.failed: "3日ほど送り直しましたが、届けられませんでした。相手に別の方法でお知らせするか、もう一度送ってください。",
    MailStatus.uncertain: (
        "相手のメールサーバーに渡しましたが、返事を受け取る前に接続が切れました。自動では送り直しません。"
        "届いたかを相手に確かめ、届いていないときだけ、もう一度送ってください。"
    ),
    MailStatus.settled: "運営事務局が、用件が済んだことを記録しました。もう送りません。",
}


def _may_retry(row: OutboxMail, actor: Actor) -> str:
    return "" if "retry" in workflow.allowed(row, actor) else f"いまの状態は「{row.status.label}」か、リンクの期限が切れています"


def _retry(row: OutboxMail, actor: Actor, version: int) -> None:
    task.with_case(outbox.retry)(row, actor, seen_version=version)


class MailView(DecisionPages, GuardedModelView):
    """All mails, newest first."""

    permission = Permission.mail_read
    decides = OutboxMail
    decisions = {
        "retry": Decision(task.with_case(outbox.retry)),
        "correct": Decision(
            task.with_case(outbox.correct),
            read=lambda row, values: {"recipient": values.get("recipient", row.recipient)},
            fields="admin/_recipient.html",
        ),
        "confirm": Decision(task.with_case(outbox.confirm)),
        "close": Decision(task.with_case(outbox.close)),
    }
    back_label = "メールに戻る"
    can_view_details = True
    column_list = ("title", "recipient", "status", "created_at", "answer")
    column_labels = {"created_at": "作成", "recipient": "宛先", "title": "件名", "status": "状態", "answer": "相手のサーバーの返事"}
    noun = "メール"
    exports_persons = saved_views = True
    tabs = (
        Tab("all", "すべて", empty=("メールはまだありません", "申請の受付・差し戻し・承認などで送るメールが、ここに並びます。")),
        Tab(
            "undelivered",
            "届かなかったもの",
            lambda _actor: outbox.undeliverable(),
            empty=("届かなかったメールはありません", "宛先不明や、届いたか分からないメールが、対応が済むまでここに並びます。"),
        ),
    )
    search_columns = (OutboxMail.recipient, OutboxMail.title, lists.mail)
    search_label = "宛先・件名・団体（名前・よみ・コード・電話）・受付番号"
    sort_columns = {"created_at": OutboxMail.created_at, "recipient": OutboxMail.recipient}
    list_filters = (word_filter("state", "状態", OutboxMail.status, MailStatus),)
    list_options = (defer(OutboxMail.body), defer(OutboxMail.sealed))
    bulk_moves = (
        BulkMove(
            "retry", "もう一度送る", Permission.mail_retry, "選んだメールをもう一度送りますか", "もう一度送ります。", _may_retry, _retry
        ),
    )

    def show_answer(self, row: OutboxMail) -> str:
        """Only where it matters: of a mail that is out, the answer says nothing new."""
        return "" if row.status is MailStatus.sent else row.answer[:80]

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One mail with its delivery status."""
        row = self.row(id)
        # Real time, as the queue's: the movable clock of a demo would show another day.
        minutes = max(0, round((row.next_try_at - clock.real_now()).total_seconds() / 60))
        offers = workflow.offers(row, current_actor())
        return self.render("admin/mail.html", mail=row, meaning=MEANING[row.status], offers=offers, minutes=minutes)

    def row(self, id: int) -> OutboxMail:
        """The mail, else 404."""
        row: OutboxMail | None = self.get_one(str(id))
        return row if row is not None else abort(404)

    def named(self, row: OutboxMail) -> tuple[str, str, str]:
        """Its recipient."""
        return row.title, row.recipient, row.recipient

    def trail(self, row: OutboxMail) -> list[tuple[str, str]]:
        """List and mail."""
        return [("メール", url_for(".index_view")), (row.title, url_for(".details", id=row.id))]

    def letters(self, row: OutboxMail, move: workflow.Move, typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mail itself, when it goes again."""
        again = MailStatus.waiting in move.targets
        return [(typed.get("recipient", row.recipient), Letter(row.title, row.body))] if again else []
