"""The pages on which a posting or an accepted case goes to the right body: what they show before, and what is typed there."""

from collections.abc import Callable, Mapping
from typing import Any

from keynet_admin.models import Posting, Submission
from keynet_admin.services.support import transfer
from keynet_admin.services.workflow import Outcome
from keynet_admin.web.decision import Decision


def _decision(act: Callable[..., Outcome], shown: Callable[[Any], Mapping[str, Any]]) -> Decision:
    return Decision(
        act,
        read=lambda _row, values: {name: values.get(name, "") for name in ("to", "reason")},
        block="admin/_transfer.html",
        fields="admin/_transfer_fields.html",
        show=lambda row, _typed: shown(row),
    )


def _posting_shown(row: Posting) -> dict[str, Any]:
    return {
        "blocked": transfer.obstacle(row),
        "to_label": "正しい団体",
        "to_help": "登録されている団体を、6桁の団体コードか団体名で入力してください。例：131016、千代田区",
        "lines": (
            "いまの内容が、正しい団体の下書きになります。公開するかは、その団体が決めます。",
            f"{row.posting_no}は終わり、{row.organization.name}には経過と内容が残ります。新しい募集の中身は見えません。",
            "返事を待つ応募や確保した人がいる募集は、移せません。済んだ応募の記録と人数は、いまの団体に残ります。",
            "連携先には取下げが伝わり、正しい団体が公開したときに、新しい番号で送られます。",
        ),
        "ending": (),
        "plain_reason": True,
    }


def _case_shown(case: Submission) -> dict[str, Any]:
    found = transfer.effects(case)
    lines = ["申請の団体コードと団体名を直した新しい版ができ、確認中に戻ります。正しい団体の申請者確認を済ませてから、承認してください。"]
    if (account := found["account"]) is not None:
        lines.append(f"この承認で発行したアカウント（{account.email}）は終わります。次の承認で、新しいアカウントのご案内が送られます。")
    lines.append("済んだ応募の記録と人数は、いまの団体に残ります。")
    return {
        "blocked": transfer.case_obstacle(case),
        "to_label": "正しい団体コード",
        "to_help": "市区町村の6桁の団体コードです。例：131016",
        "lines": lines,
        "ending": found["postings"],
        "plain_reason": True,
    }


POSTING = _decision(transfer.posting, _posting_shown)
CASE = _decision(transfer.case, _case_shown)
