"""An incident at a body: all its postings are taken down in one action and, when it is over, exactly these are brought back as they were.

While it lasts nothing of the body goes public (`incident_moves.may_show`). One transaction for all: each posting is locked before the first is
changed, so that one that is being published just now is taken down with the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import REASON_TO_COME, Letter
from keynet_admin.services.posting.publication import owners
from keynet_admin.services.workflow import Outcome
from keynet_admin.services.workflow.incident_moves import SHOWN
from keynet_admin.vocabulary import PostingStatus


@dataclass(frozen=True)
class Effect:
    """What becomes of one posting: its state afterwards, or why it is left alone."""

    posting: Posting
    after: PostingStatus | None
    why: str = ""


def effects(organization: Organization, name: str) -> list[Effect]:
    """What `take_down` or `bring_back` would do to each posting of the body, in the order of their numbers."""
    return list(map(_down if name == "take_down" else _back, _postings(organization)))


def take_down(organization: Organization, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Suspend all postings that are or will be public, or wait for it. The reason is mailed once to each of the body's accounts."""
    if again := workflow.repeated(organization, actor, seen_version, "take_down"):
        return again
    found = [effect for effect in map(_down, _postings(organization, lock=True)) if effect.after is not None]
    done = workflow.move(organization, "take_down", actor, seen_version=seen_version, reason=reason)
    for effect in found:
        row = effect.posting
        workflow.move(row, "incident_down", actor, seen_version=row.version, asked=True if row.release_asked else None)
        row.release_asked, row.taken_down = False, True
        listing.update(row)
    return done.but(mails=_mail(organization, "postings_taken_down", found, reason), note=_told(found, "の掲載を停止しました。"))


def bring_back(organization: Organization, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Bring back what the incident took down, each into the state of before; what an operator has restored or suspended otherwise stays."""
    if again := workflow.repeated(organization, actor, seen_version, "bring_back"):
        return again
    found = [effect for effect in map(_back, _postings(organization, lock=True)) if effect.after is not None]
    done = workflow.move(organization, "bring_back", actor, seen_version=seen_version, reason=reason)
    for effect in found:
        row = effect.posting
        event = workflow.last_event(row, "incident_down")
        workflow.move(row, "incident_back", actor, seen_version=row.version, target=effect.after)
        row.taken_down, row.release_asked = False, event is not None and bool(event.codes.get("asked"))
        if row.status is PostingStatus.live:
            row.confirm()
        listing.update(row)
    return done.but(
        mails=_mail(organization, "postings_brought_back", found, reason), note=_told(found, "を、停止の前の状態に戻しました。")
    )


def letters(organization: Organization, name: str, reason: str) -> list[tuple[str, Letter]]:
    """The mails that the decision with this reason would send: (address, mail)."""
    template = workflow.move_of(Organization, name).mail
    words = _words(organization, [effect for effect in effects(organization, name) if effect.after is not None], reason or REASON_TO_COME)
    return [(to.email, outbox.preview(template, words | {"contact_name": to.name})) for to in owners(organization, template)]


def _postings(organization: Organization, *, lock: bool = False) -> Iterable[Posting]:
    query = select(Posting).where(Posting.organization_id == organization.id).order_by(Posting.id)
    if lock:
        query = query.with_for_update(of=Posting, key_share=True).execution_options(populate_existing=True)
    return db.session.execute(query).scalars().all()


def _down(posting: Posting) -> Effect:
    if posting.status in SHOWN:
        return Effect(posting, PostingStatus.suspended)
    return Effect(posting, None, "もう停止しています。" if posting.status is PostingStatus.suspended else "公開されていません。")


def _back(posting: Posting) -> Effect:
    if posting.status is not PostingStatus.suspended or not posting.taken_down:
        return Effect(posting, None, "この停止によるものではありません。")
    event = workflow.last_event(posting, "incident_down")
    before = event.codes["from"] if event is not None else PostingStatus.paused
    return Effect(posting, next(status for status in SHOWN if status == before))


def _told(found: list[Effect], words: str) -> str:
    return f"募集情報 {len(found)}件{words}" if found else ""


def _words(organization: Organization, found: list[Effect], reason: str) -> dict[str, Any]:
    lines: list[Mapping[str, str]] = [
        {"posting_no": f.posting.posting_no, "title": f.posting.title, "after": f.after.label if f.after is not None else ""} for f in found
    ]
    return {"org_name": organization.name, "count": len(found), "postings": lines, "reason": reason.strip()}


def _mail(organization: Organization, template: str, found: list[Effect], reason: str) -> int:
    to = owners(organization, template)
    for account in to:
        words = _words(organization, found, reason) | {"contact_name": account.name}
        outbox.enqueue(template, account.email, words, about=organization, account_id=account.id)
    return len(to)
