"""What becomes of a posting before the public: published through the gate (at once, or on the wished day), paused, resumed, closed, released, suspended."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue.display import as_date, short_date
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Listing, Posting, PostingRevision
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import audit, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting.revisions import add_revision, current_revision, is_private, live_revision, recheck, revision_of
from keynet_admin.services.workflow import Outcome
from keynet_admin.services.workflow.moves import Page
from keynet_admin.vocabulary import PUBLISHED, AccountStatus, ListingState, PostingStatus

PUBLISH_IS_OVER = "公開終了予定日または締切を過ぎています。日付を直してから公開してください。"
RESUME_IS_OVER = "公開終了予定日または締切を過ぎています。日付を直してから再開してください。"


def publish(posting: Posting, actor: Actor, *, seen_version: int, now: bool = False) -> Outcome:
    """Publish a draft: nothing found → live; warnings → waits for an operator; errors → `refused`, and kept with its findings.

    A wished day that is still to come is kept (`scheduled`) unless `now`. The rules of today are asked again, for days may have passed
    since the content was saved. What is scheduled has passed all that: publishing it makes it live at once.
    """
    again = workflow.repeated(posting, actor, seen_version, "publish")
    # "Now" after "on the wished day" is another decision: it is not what was done before.
    if again and not (now and posting.opens_on is not None):
        return again
    workflow.require(posting, "publish", actor, seen_version)
    if posting.status is PostingStatus.scheduled:
        done = workflow.move(posting, "publish", actor, seen_version=seen_version, revision=posting.live)
        go_live(posting, revision_of(posting, posting.live or posting.current))
        return done
    revision, result = current_revision(posting), recheck(posting)
    if result.at(Level.ERROR):
        return _kept_with_errors(posting, revision, result, actor, seen_version, "公開できません。内容を直してください。")
    content = result.normalized["postings"][0]
    if has_ended(content):
        raise Refused(PUBLISH_IS_OVER)
    day = None if now else wished_day(content)
    if day is not None and has_ended(content, datetime.combine(day, time(), clock.TOKYO)):
        raise Refused(f"公開開始希望日（{short_date(day)}）が締切より後です。日付を直すか、「今すぐ公開する」を選んでください。")
    target = PostingStatus.awaiting_release if result.at(Level.WARNING) else _opening(day)
    done = workflow.move(posting, "publish", actor, seen_version=seen_version, target=target, revision=posting.current)
    revision = _judged_anew(posting, revision, result, actor) or revision
    posting.opens_on = day
    if target is PostingStatus.awaiting_release:
        when = f"{short_date(day)} 0:00に公開されます。確認の結果は" if day else "公開され、"
        return done.but(note=f"運営事務局の確認を待っています。確認が済むと{when}メールでお知らせします。")
    go_live(posting, revision)
    return done.but(note=opening_note(day))


def withdraw(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Take back what waits: an edit (the content is again that of the live revision), a request for publication or a scheduled one."""
    if again := workflow.repeated(posting, actor, seen_version, "unpublish", "withdraw_edit"):
        return again
    live = live_revision(posting)
    if not posting.release_asked or live is None:
        done = workflow.move(posting, "unpublish", actor, seen_version=seen_version)
        _forget_opening(posting)
        return done
    done = workflow.move(posting, "withdraw_edit", actor, seen_version=seen_version, revision=posting.live)
    posting.current += 1
    posting.live, posting.release_asked = posting.current, False
    day = live.reference_date
    content = live.typed, live.normalized, live.findings
    add_revision(posting, *content, author_id=actor.account_id, given=live.reasons, ruleset=live.ruleset, reference_date=day)
    return done


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
    if has_ended(revision.normalized):
        raise Refused("公開終了予定日または締切を過ぎています。差し戻して日付を直してもらってください。")
    day = opens_later(posting)
    target = _opening(day) if action == "release" else None
    done = workflow.move(posting, action, actor, seen_version=seen_version, target=target, revision=posting.current)
    posting.release_asked = False
    go_live(posting, revision)
    paused = "一時停止中のため、自治体が再開すると公開されます。" if posting.status is PostingStatus.paused else ""
    words = opening_note(opens_later(posting)) or paused
    return done.but(mails=_mail_owner(posting, "posting_released", ""), note=f"公開を許可しました。{words}" if words else "")


def look(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """An operator has looked at the small changes that went live by themselves."""
    if again := workflow.repeated(posting, actor, seen_version, "look"):
        return again
    done = workflow.move(posting, "look", actor, seen_version=seen_version, revision=posting.live)
    posting.look_from = None
    return done


def return_(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Send a waiting posting (or a waiting edit) back to its municipality with a reason, by mail."""
    if again := workflow.repeated(posting, actor, seen_version, "return", "return_edit"):
        return again
    action = "return_edit" if posting.release_asked else "return"
    done = workflow.move(posting, action, actor, seen_version=seen_version, reason=reason, revision=posting.current)
    posting.release_asked = False
    if action == "return":
        posting.opens_on = None
    return done.but(mails=_mail_owner(posting, "posting_returned", reason))


def suspend(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Take a posting down by the service center; the reason is mailed to its owner."""
    if again := workflow.repeated(posting, actor, seen_version, "suspend"):
        return again
    done = workflow.move(posting, "suspend", actor, seen_version=seen_version, reason=reason)
    posting.release_asked = False
    _forget_opening(posting)
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


def words_for(posting: Posting, page: Page) -> Page:
    """The words of a decision's page: of a private posting those without a word of public pages."""
    return replace(page, text=page.unlisted[0], done=page.unlisted[1]) if any(page.unlisted) and is_private(posting) else page


def wished_day(content: Mapping[str, Any]) -> date | None:
    """公開開始希望日 of a normalised content while it is still to come, else None."""
    day = as_date(content.get("publish_from"))
    return day if day is not None and day > clock.today() else None


def opens_later(posting: Posting) -> date | None:
    """The day on which a posting will go live by itself, None when it is not to come."""
    return posting.opens_on if posting.opens_on is not None and posting.opens_on > clock.today() else None


def opening_note(day: date | None) -> str:
    """What is told after a decision by which a posting goes live on a day to come; empty for at once."""
    return f"{short_date(day)} 0:00に自動で公開されます。" if day is not None else ""


def is_over(posting: Posting) -> bool:
    """Whether the revision that is or was live last has come to its end."""
    revision = live_revision(posting)
    return revision is not None and has_ended(revision.normalized)


def due_to_open() -> list[int]:
    """Ids of scheduled postings whose day has come (reads only)."""
    query = select(Posting.id).where(Posting.status == PostingStatus.scheduled, _day_has_come())
    return list(db.session.execute(query.order_by(Posting.id)).scalars())


def open_scheduled(posting_id: int) -> bool:
    """Make this posting live if it is scheduled and its day has come.

    False when it is not, when it is over before it began (`expire` closes it), or when somebody else is changing it just now.
    """
    query = select(Posting).where(Posting.id == posting_id, Posting.status == PostingStatus.scheduled, _day_has_come())
    posting = db.session.execute(
        query.with_for_update(skip_locked=True, of=Posting), execution_options={"populate_existing": True}
    ).scalar_one_or_none()
    return posting is not None and open_if_due(posting)


def open_if_due(posting: Posting) -> bool:
    """Make a scheduled posting live when its day has come and it is not over. The caller has locked it."""
    revision = live_revision(posting)
    if posting.status is not PostingStatus.scheduled or opens_later(posting) or revision is None or has_ended(revision.normalized):
        return False
    workflow.move(posting, "open", SYSTEM, seen_version=None, revision=posting.live)
    go_live(posting, revision)
    return True


def _day_has_come() -> Any:
    return Posting.opens_on.is_(None) | (Posting.opens_on <= clock.today())


def due_to_expire() -> list[int]:
    """Ids of open postings that may be over (reads only); `expire` judges each under its lock. Visitors' pages do not wait for this."""
    # `publish_until` is that of the newest revision; of a published posting the revision that is live decides.
    over = select(Listing.posting_id).where(Listing.over(clock.now()))
    # One that waits for the release of its longer term is left: the operator may be a weekend away.
    past = (Posting.publish_until < clock.today()) | (Posting.id.in_(over) & Posting.release_asked.is_(False))
    found = set(db.session.execute(select(Posting.id).where(Posting.status.in_(PUBLISHED), past)).scalars())
    return sorted(found | _unlisted_over())


def _unlisted_over() -> set[int]:
    """Ids of published postings that no list shows (private, paused, scheduled) and whose live revision is over."""
    live = (PostingRevision.posting_id == Posting.id) & (PostingRevision.number == Posting.live)
    listed = select(Listing.posting_id).where(Listing.state == ListingState.listed)
    unlisted = Posting.status.in_(PUBLISHED) & Posting.release_asked.is_(False) & Posting.id.not_in(listed)
    rows = db.session.execute(select(Posting.id, PostingRevision.normalized).join(PostingRevision, live).where(unlisted))
    return {number for number, content in rows if has_ended(content)}


def expire(posting_id: int) -> bool:
    """Close this posting if it is over (24:00 JST of its deadline or last day). False when it is not, or when somebody else is changing it just now."""
    query = select(Posting).where(Posting.id == posting_id, Posting.status.in_(PUBLISHED)).with_for_update(skip_locked=True, of=Posting)
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
    """Make a revision the live one; of a posting that is live the public row follows at once, of a scheduled one the wished day."""
    posting.live = revision.number
    if posting.status is PostingStatus.scheduled:
        posting.opens_on = as_date(revision.normalized.get("publish_from"))
    if posting.status is not PostingStatus.live:
        return
    posting.opens_on, posting.published_at = None, posting.published_at or clock.now()
    db.session.flush()
    listing.update(posting)


def _end(posting: Posting, moment: datetime) -> None:
    posting.closed_at, posting.release_asked, posting.opens_on = moment, False, None
    db.session.flush()
    listing.update(posting)


def _opening(day: date | None) -> PostingStatus:
    return PostingStatus.scheduled if day is not None else PostingStatus.live


def _forget_opening(posting: Posting) -> None:
    """What visitors never saw is a draft again: no revision of it counts as published."""
    posting.opens_on = None
    if posting.published_at is None:
        posting.live = posting.look_from = None


def has_ended(content: Mapping[str, Any], moment: datetime | None = None) -> bool:
    """Whether the last day of a content is past, now or at a moment."""
    ends = listing.open_until(content)
    return ends is not None and ends <= (moment or clock.now())


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


def _owner_words(posting: Posting, reason: str) -> dict[str, Any]:
    day = opens_later(posting)
    return {
        "org_name": posting.organization.name,
        "posting_no": posting.posting_no,
        "title": posting.title,
        "reason": reason.strip(),
        "opens": short_date(day) if day is not None else "",
        "paused": posting.status is PostingStatus.paused,
        "private": is_private(posting),
    }


def _mail_owner(posting: Posting, template: str, reason: str) -> int:
    """Write the mail to every active account of the body; how many were written."""
    words, owners = _owner_words(posting, reason), _owners(posting)
    for account in owners:
        outbox.enqueue(template, account.email, words | {"contact_name": account.name}, about=posting, account_id=account.id)
    return len(owners)
