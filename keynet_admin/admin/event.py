"""The audit log as sentences. Nothing here can be changed."""

from typing import Any

from flask import g

from keynet_admin.models import AuditEvent
from keynet_admin.permissions import Permission
from keynet_admin.services.workflow import history, subject
from keynet_admin.web.guard import GuardedModelView
from keynet_admin.web.list_page import Listed, ListFilter

SUBJECTS = {
    "setting": "設定",
    "submission": "申請",
    "posting": "募集情報",
    "account": "アカウント",
    "organization": "団体",
    "outbox_mail": "メール",
    "keying": "代行入力",
}
PLACES = {
    "submission": "/admin/submission/",
    "posting": "/admin/posting/",
    "account": "/admin/account/",
    "organization": "/admin/organization/",
    "outbox_mail": "/admin/mail/",
    "keying": "/admin/submission/new/",
}


class EventView(GuardedModelView):
    """All events, newest first."""

    permission = Permission.event_read
    page_title = "記録"
    column_list = ("at", "subject", "sentence")
    column_labels = {"at": "日時", "subject": "対象", "sentence": "できごと"}
    page_size = 50
    list_filters = (
        ListFilter("subject", "対象", lambda: list(SUBJECTS.items()), lambda query, value: query.filter(AuditEvent.subject == value)),
        ListFilter(
            "action",
            "操作",
            lambda: sorted(
                {
                    (action, history.SENTENCES[key].format(who="", revision="", fields="内容", rule="").strip("。"))
                    for key in history.SENTENCES
                    for action in [key[1]]
                }
            ),
            lambda query, value: query.filter(AuditEvent.action == value),
        ),
    )
    empty_title = "記録はまだありません"
    empty_text = "受付・決定・公開などのできごとが、新しい順に並びます。"

    def scope(self, query: Any) -> Any:
        """Staff see every event; the view's permission is theirs alone."""
        return query

    def list_page(self) -> Listed:
        """The page with the names of everything on it, asked for once."""
        listed = super().list_page()
        g.event_subjects, g.event_actors = subject.names_of(listed.rows), history.names_of(listed.rows)
        return listed

    def show_subject(self, row: AuditEvent) -> str:
        """What it is about, by the name people use for it."""
        return f"{SUBJECTS.get(row.subject, row.subject)}　{g.event_subjects.get((row.subject, row.subject_id), '')}".rstrip("　")

    def show_sentence(self, row: AuditEvent) -> str:
        """The event in words."""
        return history.sentence(row, history.who_of(row, g.event_actors))

    def row_url(self, row: AuditEvent) -> str | None:
        """The page of what it is about."""
        place = PLACES.get(row.subject)
        return f"{place}{row.subject_id}/" if place else None
