"""What becomes of a posting before the public: published through the gate (at once, or on the wished day), paused, resumed, closed, released, suspended."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from keynet_admin import business_time, clock
from keynet_admin.catalogue.display import as_date, short_date, short_time
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Listing, Organization, Posting, PostingRevision
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import audit, business_days, settings, workflow
from keynet_admin.services.candidate import changes as candidate_changes
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import REASON_TO_COME, Letter
from keynet_admin.services.posting import approval
from keynet_admin.services.posting.balance import Balance, balances
from keynet_admin.services.posting.revisions import PREFIX, add_revision, current_revision, is_private, live_revision, recheck, revision_of
from keynet_admin.services.workflow import Outcome
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import PUBLISHED, AccountStatus, ListingState, OfficeRight, PostingStatus

PUBLISH_IS_OVER = "公開終了予定日または締切を過ぎています。日付を直してから公開してください。"
RESUME_IS_OVER = "公開終了予定日または締切を過ぎています。日付を直してから再開してください。"
# Whom a mail about a posting concerns: accounts with one of these rights, of every other mail those who write and publish.
_ABLE = frozenset({OfficeRight.edit, OfficeRight.publish})
ABLE = {"posting_outcome": frozenset({OfficeRight.candidates}), "posting_filled": _ABLE | {OfficeRight.candidates}}


def publish(posting: Posting, actor: Actor, *, seen_version: int, now: bool = False, day: str | None = None) -> Outcome:
    """Publish a draft: nothing found → live; warnings → waits for an operator; errors → `refused`, and kept with its findings.

    A wished day that is still to come is kept (`scheduled`) unless `now`; `day` is another one, as typed. The rules of today are asked
    again, for days may have passed since the content was saved. What is scheduled has passed all that: publishing it makes it live at
    once, or on the other day.
    """
    again = workflow.repeated(posting, actor, seen_version, "publish")
    # Another day is another decision: it is not what was done before.
    if again and not (now and posting.opens_on is not None) and (day is None or _typed_day(posting, day)[1] == posting.opens_on):
        return again
    workflow.require(posting, "publish", actor, seen_version)
    if alone := approval.missing(posting, actor):
        raise Refused(alone)
    typed = dict(current_revision(posting).typed) if day is None else _typed_day(posting, day)[0]
    if posting.status is PostingStatus.scheduled:
        target = PostingStatus.live if day is None else PostingStatus.scheduled
        done = workflow.move(posting, "publish", actor, seen_version=seen_version, target=target, revision=posting.live)
        if day is not None:
            return done.but(note=opening_note(_moved_to(posting, typed, actor)))
        go_live(posting, revision_of(posting, posting.live or posting.current))
        return done
    revision, result = current_revision(posting), recheck(posting, typed)
    if result.at(Level.ERROR):
        return kept_with_errors(posting, revision, result, actor, seen_version, "公開できません。内容を直してください。")
    content = result.normalized["postings"][0]
    if has_ended(content):
        raise Refused(PUBLISH_IS_OVER)
    opens = None if now else wished_day(content)
    if opens is not None and has_ended(content, datetime.combine(opens, time(), clock.TOKYO)):
        raise Refused(f"公開開始希望日（{short_date(opens)}）が締切より後です。日付を直すか、「今すぐ公開する」を選んでください。")
    posting.approval_asked_by_id = None
    target = PostingStatus.awaiting_release if result.at(Level.WARNING) else opening_state(opens)
    done = workflow.move(posting, "publish", actor, seen_version=seen_version, target=target, revision=posting.current)
    revision = _judged_anew(posting, revision, result, actor, typed) or revision
    posting.opens_on = opens
    if target is PostingStatus.awaiting_release:
        posting.waits_since = clock.now()
        when = f"{short_date(opens)} 0:00に公開されます。確認の結果は" if opens else "公開され、"
        by = short_time(business_days.promise_due(clock.now()))
        return done.but(note=f"運営事務局の確認を待っています。確認の見込みは {by} までです。確認が済むと{when}メールでお知らせします。")
    go_live(posting, revision)
    return done.but(note=opening_note(opens))


def withdraw(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Take back what waits: an edit (the content is again that of the live revision), a request for publication or a scheduled one."""
    if again := workflow.repeated(posting, actor, seen_version, "unpublish", "withdraw_edit"):
        return again
    live = live_revision(posting)
    if not posting.release_asked or live is None:
        done = workflow.move(posting, "unpublish", actor, seen_version=seen_version)
        forget_opening(posting)
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
    posting.confirm()
    listing.update(posting)
    return done


def close(posting: Posting, actor: Actor, *, seen_version: int, reason: str = "") -> Outcome:
    """End the recruiting: out of every list at once, 募集終了 at its own address if it was ever public.

    `reason`: why more people were secured than were wanted.
    """
    if again := workflow.repeated(posting, actor, seen_version, "close"):
        return again
    done = workflow.move(posting, "close", actor, seen_version=seen_version, reason=reason)
    _end(posting, clock.now(), by_people=True)
    return done


def settle(posting: Posting) -> bool:
    """What follows when somebody was secured for a posting, or is no more. True when it closed itself, because nobody more is needed.

    Visitors read the new number at once. A closed one whose place came free is offered to be reopened. The caller has locked the posting before the change.
    """
    workflow.lock(posting)
    found = balances([posting])[posting.id]
    if posting.status is PostingStatus.live and found.is_full:
        workflow.move(posting, "fill", SYSTEM, seen_version=None)
        _end(posting, clock.now(), by_people=True)
        mail_owner(posting, "posting_filled")
        return True
    if posting.status is PostingStatus.closed and posting.open_at_close is not None:
        posting.vacated = found.open > posting.open_at_close
        posting.open_at_close = min(found.open, posting.open_at_close)
    if posting.status is PostingStatus.live:
        listing.update(posting)
    return False


def settle_edit(posting: Posting, before: PostingRevision | None) -> bool:
    """`settle` after an edit, `before` being the revision that was live: only another number of people ends a posting that was left open."""
    now = live_revision(posting)
    if before is not None and now is not None and before.normalized.get("headcount") == now.normalized.get("headcount"):
        return False
    return settle(posting)


def reopen(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Take a closing back, or go on because somebody withdrew: into the state of before, into a draft when its last day is past."""
    if again := workflow.repeated(posting, actor, seen_version, "reopen"):
        return again
    workflow.require(posting, "reopen", actor, seen_version)
    done = workflow.move(posting, "reopen", actor, seen_version=seen_version, target=reopens_to(posting))
    posting.closed_at = posting.reopen_until = posting.open_at_close = posting.outcome_ask_at = None
    posting.vacated = posting.outcome_due = False
    if posting.status is PostingStatus.draft:
        forget_opening(posting)
        return done.but(note="再開しました。下書きに戻りました。内容と日付を確かめて公開してください。")
    posting.confirm()
    db.session.flush()
    listing.update(posting)
    return done if posting.status is PostingStatus.live else done.but(note="再開しました。一時停止の状態に戻りました。")


def reopens_to(posting: Posting) -> PostingStatus:
    """The state that `reopen` leads to now. What never was public, or is over, begins anew as a draft."""
    if posting.published_at is None or posting.live is None or is_over(posting):
        return PostingStatus.draft
    event = workflow.last_event(posting, "close", "fill")
    paused = event is not None and event.codes.get("from") == PostingStatus.paused
    return PostingStatus.paused if paused else PostingStatus.live


def letters(posting: Posting, action: str, reason: str) -> list[tuple[str, Letter]]:
    """The mails that a decision with this reason would send to the owner's accounts: (address, mail)."""
    template = workflow.move_of(Posting, action).mail
    if not template:
        return []
    words = _owner_words(posting, reason or REASON_TO_COME)
    return [
        (a.email, outbox.preview(template, words | {"contact_name": a.name, "email": a.email}))
        for a in owners(posting.organization, template)
    ]


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
        query.with_for_update(skip_locked=True, of=Posting, key_share=True), execution_options={"populate_existing": True}
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
    query = select(Posting).where(Posting.id == posting_id, Posting.status.in_(PUBLISHED))
    query = query.with_for_update(skip_locked=True, of=Posting, key_share=True)
    posting = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if posting is None:
        return False
    revision = live_revision(posting)
    ends = listing.open_until(revision.normalized) if revision is not None else None
    if ends is None or ends > clock.now():
        return False
    workflow.move(posting, "expire", SYSTEM, seen_version=None)
    _end(posting, ends, by_people=False)
    candidate_changes.tell_expired(posting)
    return True


def go_live(posting: Posting, revision: PostingRevision) -> None:
    """Make a revision the live one; of a posting that is live the public row follows at once, of a scheduled one the wished day."""
    before = live_revision(posting)
    posting.live = revision.number
    if before is not None and before.number != revision.number:
        candidate_changes.tell(posting, before.normalized, revision.normalized)
    if posting.status is PostingStatus.scheduled:
        posting.opens_on = as_date(revision.normalized.get("publish_from"))
    if posting.status is not PostingStatus.live:
        return
    posting.opens_on, posting.published_at = None, posting.published_at or clock.now()
    posting.confirm()
    db.session.flush()
    listing.update(posting)


def _end(posting: Posting, moment: datetime, *, by_people: bool) -> None:
    """`by_people`: how many were secured is known, and it can be undone; else the owners are asked for the number later."""
    posting.closed_at, posting.release_asked, posting.opens_on, posting.approval_asked_by_id = moment, False, None, None
    posting.vacated, posting.outcome_asked, posting.open_at_close, posting.reopen_until = False, 0, None, None
    if by_people:
        posting.reopen_until = business_day(posting, 1, business_time.CLOSES)
        closed_with(posting)
    posting.outcome_due, posting.outcome_ask_at = False, None
    if not by_people:
        ask_later(posting)
    db.session.flush()
    listing.update(posting)


def ask_later(posting: Posting) -> None:
    """Nobody has said how many people were secured: its owners are asked by mail, if it ever was public."""
    posting.outcome_due = posting.published_at is not None
    days = settings.get("outcome_first_days")
    posting.outcome_ask_at = business_day(posting, days, business_time.OPENS) if posting.outcome_due else None


def closed_with(posting: Posting) -> Balance:
    """The balance with which a closing ends: what comes free from now on is a vacancy."""
    found = balances([posting])[posting.id]
    posting.open_at_close, posting.vacated = found.open, False
    return found


def business_day(posting: Posting, days: int, at: time) -> datetime:
    """That time of day on the n-th business day from today, as the offices of the posting's prefecture count them."""
    day = business_days.add_business_days(clock.today(), days, posting.organization.prefecture_code)
    return datetime.combine(day, at, clock.TOKYO)


def opening_state(day: date | None) -> PostingStatus:
    """Live at once, or scheduled for a day to come."""
    return PostingStatus.scheduled if day is not None else PostingStatus.live


def forget_opening(posting: Posting) -> None:
    """What visitors never saw is a draft again: no revision of it counts as published."""
    posting.opens_on = None
    if posting.published_at is None:
        posting.live = posting.look_from = None


def has_ended(content: Mapping[str, Any], moment: datetime | None = None) -> bool:
    """Whether the last day of a content is past, now or at a moment."""
    ends = listing.open_until(content)
    return ends is not None and ends <= (moment or clock.now())


def _typed_day(posting: Posting, text: str) -> tuple[dict[str, Any], date]:
    """The content with another first day of publication, as typed, and that day. Raises BadField at `day`."""
    typed = dict(current_revision(posting).typed) | {"publish_from": text}
    result = recheck(posting, typed)
    day = as_date(result.normalized["postings"][0].get("publish_from"))
    wrong = next((f.message for f in result.at(Level.ERROR) if f.path == f"{PREFIX}publish_from"), "")
    if day is None or day <= clock.today():
        wrong = wrong or "明日以後の日付を入力してください。例：2021/6/1、令和3年6月1日"
    if wrong or day is None:
        raise BadField(wrong, "day")
    return typed, day


def _moved_to(posting: Posting, typed: Mapping[str, Any], actor: Actor) -> date | None:
    """Let a scheduled posting begin on another day. Returns it. Refused while another change waits."""
    revision, result = current_revision(posting), recheck(posting, typed)
    known = {(f["rule"], f["path"]) for f in revision.findings}
    if revision.number != posting.live or any((f.rule, f.path) not in known for f in result.at(Level.ERROR) or result.at(Level.WARNING)):
        raise Refused("ほかにも確かめる項目があります。「内容を直す」から、公開開始希望日を直してください。")
    go_live(posting, _judged_anew(posting, revision, result, actor, typed) or revision)
    return posting.opens_on


def _judged_anew(
    posting: Posting, revision: PostingRevision, result: Result, actor: Actor, typed: Mapping[str, Any] | None = None
) -> PostingRevision | None:
    """Store the content (or what was `typed` instead) with the findings of today as a new revision, when either is another than before."""
    findings, words = [finding.as_json() for finding in result.findings], revision.typed if typed is None else typed
    if findings == revision.findings and words == revision.typed:
        return None
    posting.current += 1
    content, given = result.normalized["postings"][0], revision.reasons
    return add_revision(posting, words, content, findings, author_id=actor.account_id, given=given)


def kept_with_errors(posting: Posting, revision: PostingRevision, result: Result, actor: Actor, seen_version: int, words: str) -> Outcome:
    """Errors were found: nothing is decided, but lists and pages show them from now on."""
    if [finding.as_json() for finding in result.findings] != revision.findings:
        workflow.touch(posting, actor, seen_version)
        _judged_anew(posting, revision, result, actor)
        audit.record(posting, "judge", actor, revision=posting.current, version=posting.version)
    return Outcome(posting.status, refused=f"要修正の指摘が{len(result.at(Level.ERROR))}件あるため、{words}")


def owners(organization: Organization, template: str) -> list[Account]:
    """The body's accounts in use that can do something about this mail; while nobody can, those who may give them the right."""
    active = [account for account in organization.accounts if account.status is AccountStatus.active]
    able = [account for account in active if account.held & ABLE.get(template, _ABLE)]
    return able or [account for account in active if OfficeRight.manage in account.held]


def _owner_words(posting: Posting, reason: str) -> dict[str, Any]:
    day = opens_later(posting)
    return {
        "org_name": posting.organization.name,
        "posting_no": posting.posting_no,
        "posting_id": posting.id,
        "title": posting.title,
        "reason": reason.strip(),
        "opens": short_date(day) if day is not None else "",
        "paused": posting.status is PostingStatus.paused,
        "private": is_private(posting),
        "reopen_until": posting.reopen_until,
    }


def mail_owner(
    posting: Posting,
    template: str,
    reason: str = "",
    *,
    sealed: Callable[[], Mapping[str, str] | None] = lambda: None,
    **more: Any,
) -> int:
    """Write the mail to each of the body's accounts that can act on it, with secrets of its own (`sealed`); how many were written."""
    words, to = _owner_words(posting, reason) | more, owners(posting.organization, template)
    for account in to:
        named = words | {"contact_name": account.name}
        outbox.enqueue(template, account.email, named, sealed=sealed(), about=posting, account_id=account.id)
    return len(to)
