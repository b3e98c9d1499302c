"""Who is this? What the service can say about a sender from its own tables, for the operator beside the decision."""

from keynet_admin.catalogue import reference
from keynet_admin.models import Submission
from keynet_admin.services.submission.proof import Proof, SenderCheck
from keynet_admin.services.submission.same_body import OtherCases


def checks(case: Submission, shown: Proof, others: OtherCases, accounts: int) -> list[SenderCheck]:
    """Code table, the sender's proof, other cases and accounts of the same body."""
    found = [_code(case), *shown.checks()]
    found.append(SenderCheck(None, f"この団体のアカウントが{accounts}件あります" if accounts else "この団体のアカウントはまだありません"))
    if others.waiting:
        found.append(SenderCheck(False, f"同じ団体の申請がほかに{others.count}件あり、うち{others.waiting}件も確認待ちです"))
    else:
        words = f"同じ団体の申請がほかに{others.count}件あります" if others.count else "同じ団体のほかの申請はありません"
        found.append(SenderCheck(None, words))
    return found


def _code(case: Submission) -> SenderCheck:
    body = reference.municipality(case.lg_code)
    if body is None:
        return SenderCheck(False, "団体コードが表にありません")
    if body.name == case.org_name:
        return SenderCheck(True, f"団体コード表の「{body.name}」と一致")
    return SenderCheck(False, f"団体コード表では「{body.name}」です")
