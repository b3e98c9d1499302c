"""What becomes of a posting before the public: published through the gate, paused, resumed, closed, released, suspended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Listing, Posting, PostingRevision
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import audit, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting.revisions import add_revision, current_revision, live_revision, recheck
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, ListingState, PostingStatus

RESUME_IS_OVER = "公開終了予定日または締切を過ぎています。日付を直してから再開してください。"
_OPEN = (PostingStatus.live, PostingStatus.paused)


def publish(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Publish a draft: nothing found → live at once; warnings → waits for an operator; errors → `refused`, and kept with its findings.

    The rules of today are asked again, for days may have passed since the content was saved.
    """
    if again := workflow.repeated(posting, actor, seen_version, "publish"):
        return again
    workflow.require(posting, "publish", actor, seen_version)
    revision, result = current_revision(posting), recheck(posting)
    if result.at(Level.ERROR):
        return _kept_with_errors(posting, revision, result, actor, seen_version, "公開できません。内容を直してください。")
    if _is_over(result.normalized["postings"][0]):
        raise Refused("公開終了予定日または締切を過ぎています。日付を直してから公開してください。")
    target = PostingStatus.awaiting_release if result.at(Level.WARNING) else PostingStatus.live
    done = workflow.move(posting, "publish", actor, seen_version=seen_version, target=target, revision=posting.current)
    revision = _judged_anew(posting, revision, result, actor) or revision
    if target is PostingStatus.live:
        go_live(posting, revision)
        return done
    return done.but(note="運営事務局の確認を待っています。確認が済むと公開され、メールでお知らせします。")


def pause(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Take a live posting out of the site for a time."""
    if again := workflow.repeated(posting, actor, seen_version, "pause"):
        return again
    done = workflow.move(posting, "pause", actor, seen_version=seen_version)
    listing.update(posting)
    return done


def resume(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Put a paused posting back onto the site, in the revision that was live last. Refused when its last day is past."""
    if again := workflow.repeated(posting, actor, seen_version, "resume"):
        return again
    if is_over(posting):
        raise Refused(RESUME_IS_OVER)
    done = workflow.move(posting, "resume", actor, seen_version=seen_version)
    listing.update(posting)
    return done


def close(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """End the recruiting: out of every list at once, 募集終了 at its own address if it was ever public."""
    if again := workflow.repeated(posting, actor, seen_version, "close"):
        return again
    done = workflow.move(posting, "close", actor, seen_version=seen_version)
    _end(posting, clock.now())
    return done


def release(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """An operator lets a posting with warnings, or an edited revision of a published one, go live. The owner is mailed.

    The rules of today are asked again, as when publishing: with errors the posting is kept as it is (`refused`).
    """
    if again := workflow.repeated(posting, actor, seen_version, "release", "release_edit"):
        return again
    action = "release_edit" if posting.release_asked else "release"
    workflow.require(posting, action, actor, seen_version)
    revision, result = current_revision(posting), recheck(posting)
    if result.at(Level.ERROR):
        return _kept_with_errors(posting, revision, result, actor, seen_version, "公開を許可できません。差し戻してください。")
    if _is_over(revision.normalized):
        raise Refused("公開終了予定日または締切を過ぎています。差し戻して日付を直してもらってください。")
    done = workflow.move(posting, action, actor, seen_version=seen_version, revision=posting.current)
    posting.release_asked = False
    go_live(posting, revision)
    return done.but(mails=_mail_owner(posting, "posting_released", ""))


def return_(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Send a waiting posting (or a waiting edit) back to its municipality with a reason, by mail."""
    if again := workflow.repeated(posting, actor, seen_version, "return", "return_edit"):
        return again
    action = "return_edit" if posting.release_asked else "return"
    done = workflow.move(posting, action, actor, seen_version=seen_version, reason=reason, revision=posting.current)
    posting.release_asked = False
    return done.but(mails=_mail_owner(posting, "posting_returned", reason))


def suspend(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Take a posting down by the service center; the reason is mailed to its owner."""
    if again := workflow.repeated(posting, actor, seen_version, "suspend"):
        return again
    done = workflow.move(posting, "suspend", actor, seen_version=seen_version, reason=reason)
    posting.release_asked = False
    listing.update(posting)
    return done.but(mails=_mail_owner(posting, "posting_suspended", reason))


def restore(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Lift a suspension: the posting is paused, its municipality resumes it (or publishes it, when it never was public)."""
    if again := workflow.repeated(posting, actor, seen_version, "restore"):
        return again
    done = workflow.move(posting, "restore", actor, seen_version=seen_version, reason=reason)
    return done.but(mails=_mail_owner(posting, "posting_restored", reason))


def letters(posting: Posting, action: str, reason: str) -> list[tuple[str, Letter]]:
    """The mails that a decision with this reason would send to the owner's accounts: (address, mail)."""
    template = workflow.move_of(Posting, action).mail
    if not template:
        return []
    words = _owner_words(posting, reason or "（ここに理由が入ります）")
    return [(a.email, outbox.preview(template, words | {"contact_name": a.name, "email": a.email})) for a in _owners(posting)]


def is_over(posting: Posting) -> bool:
    """Whether the revision that is or was live last has come to its end."""
    revision = live_revision(posting)
    return revision is not None and _is_over(revision.normalized)


def due_to_expire() -> list[int]:
    """Ids of open postings that may be over (reads only); `expire` judges each under its lock. Visitors' pages do not wait for this."""
    # `publish_until` is that of the newest revision; of a published posting the revision that is live decides.
    over = select(Listing.posting_id).where(Listing.over(clock.now()))
    # One that waits for the release of its longer term is left: the operator may be a weekend away.
    past = (Posting.publish_until < clock.today()) | (Posting.id.in_(over) & Posting.release_asked.is_(False))
    found = set(db.session.execute(select(Posting.id).where(Posting.status.in_(_OPEN), past)).scalars())
    return sorted(found | _unlisted_over())


def _unlisted_over() -> set[int]:
    """Ids of open postings that no list shows (private, paused) and whose live revision is over."""
    live = (PostingRevision.posting_id == Posting.id) & (PostingRevision.number == Posting.live)
    listed = select(Listing.posting_id).where(Listing.state == ListingState.listed)
    unlisted = Posting.status.in_(_OPEN) & Posting.release_asked.is_(False) & Posting.id.not_in(listed)
    rows = db.session.execute(select(Posting.id, PostingRevision.normalized).join(PostingRevision, live).where(unlisted))
    return {number for number, content in rows if _is_over(content)}


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


def _judged_anew(posting: Posting, revision: PostingRevision, result: Result, actor: Actor) -> PostingRevision | None:
    """Store the content with the findings of today as a new revision, when they are others than those it was stored with."""
    findings = [finding.as_json() for finding in result.findings]
    if findings == revision.findings:
        return None
    posting.current += 1
    content, given = result.normalized["postings"][0], revision.reasons
    return add_revision(posting, revision.typed, content, findings, author_id=actor.account_id, given=given)


def _kept_with_errors(posting: Posting, revision: PostingRevision, result: Result, actor: Actor, seen_version: int, words: str) -> Outcome:
    """Errors were found: nothing is decided, but lists and pages show them from now on."""
    if [finding.as_json() for finding in result.findings] != revision.findings:
        workflow.touch(posting, actor, seen_version)
        _judged_anew(posting, revision, result, actor)
        audit.record(posting, "judge", actor, revision=posting.current, version=posting.version)
    return Outcome(posting.status, refused=f"要修正の指摘が{len(result.at(Level.ERROR))}件あるため、{words}")


def _owners(posting: Posting) -> list[Account]:
    return [account for account in posting.organization.accounts if account.status is AccountStatus.active]


def _owner_words(posting: Posting, reason: str) -> dict[str, str]:
    return {"org_name": posting.organization.name, "posting_no": posting.posting_no, "title": posting.title, "reason": reason.strip()}


def _mail_owner(posting: Posting, template: str, reason: str) -> int:
    """Write the mail to every active account of the body; how many were written."""
    words, owners = _owner_words(posting, reason), _owners(posting)
    for account in owners:
        outbox.enqueue(template, account.email, words | {"contact_name": account.name}, about=posting, account_id=account.id)
    return len(owners)
