"""決裁: whoever must not publish alone asks somebody who may, who publishes it through the ordinary gate or sends it back.

A request is about the content as it stands: each new revision ends it (`add_revision`). Where the body demands it (`needs_approval`), nothing is
published that nobody has asked for, nor by the one who asked.
"""

from keynet_admin.errors import Refused
from keynet_admin.models import Account, Posting
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import workflow
from keynet_admin.services.account import colleagues
from keynet_admin.services.mail import outbox
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, OfficeRight, PostingStatus

NOT_ASKED = "この団体では、公開に決裁が必要です。「公開の決裁を求める」から、公開の権限があるほかの方に求めてください。"
OWN_REQUEST = "ご自分が求めた決裁は、ご自分では行えません。公開の権限があるほかの方が行います。"
NOBODY = "公開の権限がある方が、ほかにいません。担当者の管理をする方へご相談ください。"


def missing(posting: Posting, actor: Actor) -> str:
    """Why this actor may not publish the posting (or its edit) alone, in words; empty when they may. What is scheduled has been decided."""
    if not posting.organization.needs_approval or posting.status is PostingStatus.scheduled:
        return ""
    if posting.approval_asked_by_id is None:
        return NOT_ASKED
    return OWN_REQUEST if posting.approval_asked_by_id == actor.account_id else ""


def holds(posting: Posting, actor: Actor) -> bool:
    """Whether an edit by this actor stays behind what is published until somebody else publishes it."""
    return posting.organization.needs_approval or not can(actor, Permission.posting_publish, posting)


def ask(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Ask those who publish to decide. Raises Refused while something must be corrected, and when there is nobody else."""
    if again := workflow.repeated(posting, actor, seen_version, "ask_approval"):
        return again
    workflow.require(posting, "ask_approval", actor, seen_version)
    if posting.errors:
        raise Refused(f"要修正が{posting.errors}件あるため、決裁を求められません。直してから求めてください。")
    told = [a for a in colleagues.holders(posting.organization_id, OfficeRight.publish) if a.id != actor.account_id]
    if not told:
        raise Refused(NOBODY)
    done = workflow.move(posting, "ask_approval", actor, seen_version=seen_version, revision=posting.current)
    posting.approval_asked_by_id = actor.account_id
    for account in told:
        _mail("approval_asked", account, posting, {"asker": actor.name})
    return done.but(mails=len(told))


def send_back(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Not as it stands: whoever asked is told why, by mail."""
    if again := workflow.repeated(posting, actor, seen_version, "return_approval"):
        return again
    asker = posting.approval_asked_by
    done = workflow.move(posting, "return_approval", actor, seen_version=seen_version, reason=reason, revision=posting.current)
    posting.approval_asked_by_id = None
    if asker is None or asker.status is not AccountStatus.active:
        return done
    _mail("approval_returned", asker, posting, {"reason": reason.strip()})
    return done.but(mails=1)


def _mail(template: str, to: Account, posting: Posting, words: dict[str, str]) -> None:
    known = {"org_name": posting.organization.name, "contact_name": to.name, "posting_no": posting.posting_no, "title": posting.title}
    outbox.enqueue(template, to.email, known | words, about=posting, account_id=to.id)
