"""The service center's decisions about one posting: release, return, look, suspend, restore. What waits goes by the promise of two business days.

Nobody releases their own words (P02): an operator who keyed or uploaded the case that a posting came from, or wrote what waits, leaves it to a colleague.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from keynet_admin import clock
from keynet_admin.business_time import DAY_SECONDS, PROMISED_DAYS
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Posting, PostingRevision
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services import business_days, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting.publication import (
    forget_opening,
    go_live,
    has_ended,
    kept_with_errors,
    mail_owner,
    opening_note,
    opening_state,
    opens_later,
    settle_edit,
)
from keynet_admin.services.posting.revisions import current_revision, live_revision, recheck
from keynet_admin.services.submission import proof
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PostingStatus

OWN_WORDS = "ご自分が入力した内容は、ご自分では公開を許可できません。ほかの担当者が許可します（差し戻しはできます）。"
OVER = "公開終了予定日または締切を過ぎています。差し戻して日付を直してもらってください。"
_LOOK_AHEAD = 20


@dataclass(frozen=True)
class Wait:
    """How long a posting may still wait, in words, the used share of the promise in percent, how pressing it is, and the promised moment."""

    words: str
    percent: int
    tone: str
    due: datetime | None


def release(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """An operator lets a posting with warnings, or an edited revision of a published one, go live. The owner is mailed.

    The rules of today are asked again, as when publishing: with errors the posting is kept as it is (`refused`). The event keeps which rules
    judged and what they found. Raises Refused for one's own words.
    """
    if again := workflow.repeated(posting, actor, seen_version, "release", "release_edit"):
        return again
    action = "release_edit" if posting.release_asked else "release"
    workflow.require(posting, action, actor, seen_version)
    if own := own_words(posting, actor):
        raise Refused(own)
    revision, result = current_revision(posting), recheck(posting)
    if result.at(Level.ERROR):
        return kept_with_errors(posting, revision, result, actor, seen_version, "公開を許可できません。差し戻してください。")
    if has_ended(revision.normalized):
        raise Refused(OVER)
    day = opens_later(posting)
    target = opening_state(day) if action == "release" else None
    judged: dict[str, Any] = {"ruleset": result.ruleset, "rules": sorted({f.rule for f in result.at(Level.WARNING)})}
    done = workflow.move(posting, action, actor, seen_version=seen_version, target=target, revision=posting.current, **judged)
    posting.release_asked, before = False, live_revision(posting)
    go_live(posting, revision)
    paused = "一時停止中のため、自治体が再開すると公開されます。" if posting.status is PostingStatus.paused else ""
    words = opening_note(opens_later(posting)) or paused
    mails = mail_owner(posting, "posting_released", "")
    if settle_edit(posting, before):  # the edit lowered the wanted number to who is secured
        words = "募集人数に達しているため、募集は終了しました。"
    return done.but(mails=mails, note=f"公開を許可しました。{words}" if words else "")


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
    return done.but(mails=mail_owner(posting, "posting_returned", reason))


def suspend(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Take a posting down by the service center; the reason is mailed to its owner."""
    if again := workflow.repeated(posting, actor, seen_version, "suspend"):
        return again
    done = workflow.move(posting, "suspend", actor, seen_version=seen_version, reason=reason)
    posting.release_asked = False
    forget_opening(posting)
    listing.update(posting)
    return done.but(mails=mail_owner(posting, "posting_suspended", reason))


def restore(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Lift a suspension: the posting is paused, its municipality resumes it (or publishes it, when it never was public)."""
    if again := workflow.repeated(posting, actor, seen_version, "restore"):
        return again
    done = workflow.move(posting, "restore", actor, seen_version=seen_version, reason=reason)
    if posting.taken_down:
        posting.taken_down = False
        forget_opening(posting)
    return done.but(mails=mail_owner(posting, "posting_restored", reason))


def why_not(posting: Posting, actor: Actor) -> str:
    """Why this actor cannot release what waits, as far as it is known before the rules are asked again; empty when they can."""
    return own_words(posting, actor) or (OVER if has_ended(current_revision(posting).normalized) else "")


def own_words(posting: Posting, actor: Actor) -> str:
    """Why this actor may not release what waits, in words; empty when they may: somebody else must have written it."""
    if actor.account_id is None:
        return ""
    wrote = exists().where(
        PostingRevision.posting_id == posting.id,
        PostingRevision.number > (posting.live or 0),
        PostingRevision.author_id == actor.account_id,
    )
    brought = posting.live is None and posting.submission is not None and actor.account_id in proof.brought_by(posting.submission)
    return OWN_WORDS if brought or db.session.execute(select(wrote)).scalar_one() else ""


def why_not_unseen(posting: Posting, actor: Actor) -> str:
    """Why a posting is not released without a look at its page; empty for one in which the rules find nothing (any more)."""
    if "release" not in workflow.offers(posting, actor):
        return f"いまの状態は「{posting.status.label}」です" if not posting.release_asked else "いまは行えません"
    result = recheck(posting)
    found = max(posting.errors + posting.warnings, len(result.at(Level.ERROR)) + len(result.at(Level.WARNING)))
    return f"指摘が{found}件あります。1件ずつ開いて確かめてください" if found else own_words(posting, actor)


def wait(posting: Posting) -> Wait:
    """The clock of a posting that waits, as the queue tells that of a case: `must` past the promise, `ask` within a day of it."""
    if posting.waits_since is None or not (posting.status is PostingStatus.awaiting_release or posting.release_asked):
        return Wait("", 0, "", None)
    now, due = clock.now(), business_days.promise_due(posting.waits_since)
    left, most = business_days.time_left(now, due), PROMISED_DAYS * DAY_SECONDS
    remaining = 0 if left.overdue else min(business_days.business_seconds_between(now, due), most)
    tone = "must" if left.overdue else "ask" if remaining <= DAY_SECONDS else ""
    return Wait(left.words, 100 - round(100 * remaining / most), tone, due)


def next_waiting(actor: Actor, done: Posting) -> Posting | None:
    """The posting to decide after this one: the next in the order of the list, at its end the first again; one's own words are left out.

    `done` need not wait any more. However long something waits, it stays in the list.
    """
    waiting = Posting.visible_to(actor).where(Posting.awaiting_release(), Posting.id != done.id).order_by(Posting.waits_since, Posting.id)
    since = done.waits_since or clock.now()
    later = (Posting.waits_since > since) | ((Posting.waits_since == since) & (Posting.id > done.id))
    for part in (waiting.where(later), waiting):
        rows = db.session.execute(part.limit(_LOOK_AHEAD)).scalars()
        found: Posting | None = next((row for row in rows if not own_words(row, actor)), None)
        if found is not None:
            return found
    return None


def next_small(actor: Actor) -> Posting | None:
    """The posting whose small changes have waited longest for a look."""
    query = Posting.visible_to(actor).where(Posting.changed_unseen()).order_by(Posting.changed_at, Posting.id).limit(1)
    found: Posting | None = db.session.execute(query).scalar_one_or_none()
    return found
