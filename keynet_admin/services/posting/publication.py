"""What becomes of a posting before the public: published through the gate, paused, resumed, closed, released, suspended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Posting, PostingRevision, Review
from keynet_admin.models.base import subject_of
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services import audit, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting.revisions import current_revision, describe, live_revision, recheck, store
from keynet_admin.vocabulary import AccountStatus, PostingStatus, ReviewAction

_OPEN = (PostingStatus.live, PostingStatus.paused)


def publish(posting: Posting, actor: Actor, *, seen_version: int) -> PostingStatus:
    """Publish a draft: nothing found → live at once; warnings → waits for an operator; errors → refused (Refused).

    The rules of today are asked again, for days may have passed since the content was saved.
    """
    if workflow.repeated(posting, "publish", actor, seen_version):
        return posting.status
    revision = current_revision(posting)
    result = recheck(posting)
    findings = [finding.as_json() for finding in result.findings]
    target = PostingStatus.awaiting_release if result.at(Level.WARNING) else PostingStatus.live
    if not result.at(Level.ERROR) and _is_over(result.normalized["postings"][0]):
        raise Refused("公開終了予定日または締切を過ぎています。日付を直してから公開してください。")
    if not result.at(Level.ERROR):
        workflow.move(posting, "publish", actor, seen_version=seen_version, target=target, revision=posting.current)
    if findings != revision.findings:
        posting.current += 1
        content = result.normalized["postings"][0]
        describe(posting, content, findings)
        today, given = clock.today().isoformat(), revision.reasons
        revision = store(posting, posting.current, revision.typed, content, findings, result.ruleset, today, actor.account_id, given)
    if result.at(Level.ERROR):
        raise Refused(f"要修正の指摘が{len(result.at(Level.ERROR))}件あるため、公開できません。内容を直してください。")
    if target is PostingStatus.live:
        go_live(posting, revision)
    return posting.status


def pause(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """Take a live posting out of the site for a time."""
    if not workflow.repeated(posting, "pause", actor, seen_version):
        workflow.move(posting, "pause", actor, seen_version=seen_version)
        listing.update(posting)


def resume(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """Put a paused posting back onto the site, in the revision that was live last. Refused when its last day is past."""
    if workflow.repeated(posting, "resume", actor, seen_version):
        return
    revision = live_revision(posting)
    if revision is None:
        raise Refused("公開できる内容がまだありません。内容を直し、運営事務局の確認を受けてください。")
    if _is_over(revision.normalized):
        raise Refused("公開終了予定日または締切を過ぎています。日付を直してから再開してください。")
    workflow.move(posting, "resume", actor, seen_version=seen_version)
    listing.update(posting)


def close(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """End the recruiting: out of every list at once, 募集終了 at its own address if it was ever public."""
    if not workflow.repeated(posting, "close", actor, seen_version):
        workflow.move(posting, "close", actor, seen_version=seen_version)
        _end(posting, clock.now())


def release(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """An operator lets a posting with warnings, or an edited revision of a published one, go live. The owner is mailed."""
    if workflow.repeated(posting, "release", actor, seen_version):
        return
    if posting.errors:
        raise Refused("要修正の指摘があるため、公開を許可できません。差し戻してください。")
    revision = current_revision(posting)
    if _is_over(revision.normalized):
        raise Refused("公開終了予定日または締切を過ぎています。差し戻して日付を直してもらってください。")
    if posting.release_asked:
        workflow.require(posting, "release", actor)
        workflow.touch(posting, seen_version)
        audit.record(posting, "release", actor, revision=posting.current, version=posting.version)
        posting.release_asked = False
    else:
        workflow.move(posting, "release", actor, seen_version=seen_version, revision=posting.current)
    go_live(posting, revision)
    _add_review(posting, ReviewAction.release, actor, "")
    _mail_owner(posting, "posting_released", "")


def return_(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> None:
    """Send a waiting posting (or a waiting edit) back to its municipality with a reason, by mail."""
    if workflow.repeated(posting, "return", actor, seen_version):
        return
    if posting.release_asked:
        workflow.require(posting, "return", actor, reason=reason)
        workflow.touch(posting, seen_version)
        audit.record(posting, "return", actor, revision=posting.current, version=posting.version)
        posting.release_asked = False
    else:
        workflow.move(posting, "return", actor, seen_version=seen_version, reason=reason, revision=posting.current)
    _add_review(posting, ReviewAction.return_, actor, reason)
    _mail_owner(posting, "posting_returned", reason)


def suspend(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> None:
    """Take a posting down by the service center; the reason is mailed to its owner."""
    if workflow.repeated(posting, "suspend", actor, seen_version):
        return
    workflow.move(posting, "suspend", actor, seen_version=seen_version, reason=reason)
    posting.release_asked = False
    listing.update(posting)
    _add_review(posting, ReviewAction.suspend, actor, reason)
    _mail_owner(posting, "posting_suspended", reason)


def restore(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> None:
    """Lift a suspension: the posting is paused, its municipality resumes it."""
    if workflow.repeated(posting, "restore", actor, seen_version):
        return
    workflow.move(posting, "restore", actor, seen_version=seen_version, reason=reason)
    _add_review(posting, ReviewAction.restore, actor, reason)
    _mail_owner(posting, "posting_restored", reason)


def due_to_expire() -> list[int]:
    """Ids of open postings that may be over (reads only); `expire` judges each under its lock. Visitors' pages do not wait for this."""
    # `publish_until` is that of the newest revision; of a published posting the revision that is live decides.
    over = select(Listing.posting_id).where(Listing.over(clock.now()))
    # One that waits for the release of its longer term is left: the operator may be a weekend away.
    past = (Posting.publish_until < clock.today()) | (Posting.id.in_(over) & Posting.release_asked.is_(False))
    return list(db.session.execute(select(Posting.id).where(Posting.status.in_(_OPEN), past).order_by(Posting.id)).scalars())


def expire(posting_id: int) -> bool:
    """Close this posting if it is over (24:00 JST of its deadline or last day). False when it is not, or when somebody else is changing it just now."""
    query = select(Posting).where(Posting.id == posting_id, Posting.status.in_(_OPEN)).with_for_update(skip_locked=True, of=Posting)
    posting = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if posting is None:
        return False
    revision = live_revision(posting)
    ends = listing.open_until(revision.normalized) if revision is not None else None
    if ends is None or ends > clock.now():
        return False
    workflow.move(posting, "expire", SYSTEM, seen_version=None)
    _end(posting, ends)
    return True


def go_live(posting: Posting, revision: PostingRevision) -> None:
    """Make a revision the live one; of a posting that is live the public row follows at once."""
    posting.live = revision.number
    if posting.status is not PostingStatus.live:
        return
    posting.published_at = posting.published_at or clock.now()
    db.session.flush()
    listing.update(posting)


def _end(posting: Posting, moment: datetime) -> None:
    posting.closed_at, posting.release_asked = moment, False
    db.session.flush()
    listing.update(posting)


def _is_over(content: Mapping[str, Any]) -> bool:
    ends = listing.open_until(content)
    return ends is not None and ends <= clock.now()


def _add_review(posting: Posting, action: ReviewAction, actor: Actor, reason: str) -> None:
    db.session.add(
        Review(
            **subject_of(posting),
            revision=posting.current,
            action=action,
            actor_id=actor.account_id,
            actor_name=actor.name,
            reason=reason.strip(),
            created_at=clock.now(),
        )
    )


def _mail_owner(posting: Posting, template: str, reason: str) -> None:
    organization = posting.organization
    words = {"org_name": organization.name, "posting_no": posting.posting_no, "title": posting.title, "reason": reason.strip()}
    for account in organization.accounts:
        if account.status is AccountStatus.active:
            outbox.enqueue(template, account.email, words | {"contact_name": account.name}, about=posting, account_id=account.id)
