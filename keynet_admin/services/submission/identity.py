"""Who is this? What the service can say about a sender from its own tables, for the operator beside the decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keynet_admin.catalogue import reference
from keynet_admin.models import Submission
from keynet_admin.services.submission.same_body import OtherCases


@dataclass(frozen=True)
class SenderCheck:
    """One check in words: `ok`, to be looked at, or (None) neither: just to be known."""

    ok: bool | None
    text: str


def checks(case: Submission, contact: Mapping[str, Any], others: OtherCases, accounts: int) -> list[SenderCheck]:
    """Code table, mail domain, earlier cases and accounts of the same body."""
    found = [_code(case)]
    email = str(contact.get("contact_email") or "")
    domain = email.rpartition("@")[2]
    if domain:
        found.append(_domain(case, domain))
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


def _domain(case: Submission, domain: str) -> SenderCheck:
    if any(domain == known or domain.endswith("." + known) for known in reference.domains_of(case.lg_code)):
        return SenderCheck(True, f"メールのドメインは団体の公式サイトと同じです（{domain}）")
    if domain.endswith(".lg.jp"):
        return SenderCheck(True, f"メールは地方公共団体のドメインです（{domain}）")
    return SenderCheck(False, f"メールのドメイン {domain} は、団体のものと確認できていません。代表電話で確かめてください")
