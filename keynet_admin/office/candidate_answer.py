"""The decisions that put a question and its answer on the posting's public page and take them back."""

from collections.abc import Mapping
from typing import Any

from keynet_admin.models import Candidate
from keynet_admin.permissions import Permission
from keynet_admin.services.listing import published
from keynet_admin.services.workflow.row import Page
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, EditDecision

_PUBLISH = EditDecision(
    "質問と回答の公開",
    Page(
        "質問と回答を公開しますか",
        "募集のページの「よくある質問」に載り、だれでも読めます。質問された方のお名前は載りません。お名前・連絡先・ご事情など、"
        "どなたの質問か分かることばがあれば、書き直してください。",
        "公開する",
        "",
    ),
    Permission.candidate_handle,
)
_TAKE_BACK = EditDecision(
    "公開した質問と回答の取下げ",
    Page("公開した質問と回答を取り下げますか", "募集のページから消えます。問い合わせと回答は、そのまま残ります。", "取り下げる", ""),
    Permission.candidate_handle,
)


def _read(row: Candidate, values: Any) -> dict[str, str]:
    question, answer = published.beginning(row)
    return {"question": values.get("question", question), "answer": values.get("answer", answer)}


def _shown(row: Candidate, _typed: Any) -> Mapping[str, Any]:
    return {"blocked": published.why_not(row, current_actor())}


PUBLISHING = {
    "publish_answer": Decision(published.publish, read=_read, fields="office/_candidate_answer_fields.html", show=_shown, change=_PUBLISH),
    "unpublish_answer": Decision(
        published.take_back,
        show=lambda row, _typed: {"blocked": "" if published.of(row) else "公開している質問と回答はありません。"},
        change=_TAKE_BACK,
    ),
}
