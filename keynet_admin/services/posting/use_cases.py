"""Postings: made from an accepted case, edited as revisions, published through the gate, paused, closed, released, suspended."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue.difference import changes
from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Listing, Organization, Posting, PostingRevision, Review, Submission, SubmissionRevision
from keynet_admin.permissions import SYSTEM, Actor, Permission, can
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import Reasons, moved, reasons_from, with_reasons
from keynet_admin.rules.engine.rule import RULESET, Finding, Level, Result
from keynet_admin.services import audit, counter, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.vocabulary import AccountStatus, ListingState, PostingStatus, ReviewAction

PREFIX = "postings.0."


def check(organization: Organization, typed: Mapping[str, Any], given: Reasons | None = None) -> Result:
    """The rules of today over one posting of an organization. Paths of the findings begin with `postings.0.`.

    `given` are the municipality's reasons: an overridable error with one counts as a warning.
    """
    document = {"organization": organization.details or {}, "postings": [dict(typed)]}
    return with_reasons(evaluate(document, on=clock.today(), sections=frozenset({"postings"})), given or {})


def recheck(posting: Posting) -> Result:
    """The rules of today over the newest revision, with the reasons given for it."""
    revision = current_revision(posting)
    return check(posting.organization, revision.typed, reasons_from(revision.reasons))


def create_from_submission(submission: Submission, revision: SubmissionRevision, organization: Organization, actor: Actor) -> list[Posting]:
    """Make the drafts of an accepted case, one per posting of the form that has none yet, in the form's order."""
    made: list[Posting] = []
    taken = set(db.session.execute(select(Posting.submission_index).where(Posting.submission_id == submission.id)).scalars())
    normalized, typed = revision.normalized.get("postings") or [], revision.typed.get("postings") or []
    for index, content in enumerate(normalized):
        if index in taken or not isinstance(content, Mapping):
            continue
        old = f"postings.{index}."
        findings = [f | {"path": PREFIX + f["path"].removeprefix(old)} for f in revision.findings if f["path"].startswith(old)]
        raw = typed[index] if index < len(typed) and isinstance(typed[index], Mapping) else content
        row = Posting(
            posting_no=counter.posting_no(),
            organization_id=organization.id,
            submission_id=submission.id,
            submission_index=index,
            created_at=clock.now(),
            changed_at=clock.now(),
        )
        _describe(row, content, findings)
        db.session.add(row)
        db.session.flush()
        made_with = moved([Finding.from_json(f) for f in revision.findings], old, PREFIX)
        _store(row, 1, raw, content, findings, revision.ruleset, revision.reference_date, None, made_with)
        audit.record(row, "create", actor, revision=1)
        made.append(row)
    return made


def create(organization: Organization, typed: Mapping[str, Any], actor: Actor) -> Posting:
    """A new draft in a municipality's own office, from what was typed (a copy of another posting, or a fresh form)."""
    if not can(actor, Permission.posting_edit, organization_id=organization.id):
        raise NotPermitted("この操作を行う権限がありません。")
    result = check(organization, typed)
    findings = [finding.as_json() for finding in result.findings]
    row = Posting(posting_no=counter.posting_no(), organization_id=organization.id, created_at=clock.now(), changed_at=clock.now())
    _describe(row, result.normalized["postings"][0], findings)
    db.session.add(row)
    db.session.flush()
    today = clock.today().isoformat()
    _store(row, 1, typed, result.normalized["postings"][0], findings, result.ruleset, today, actor.account_id, [])
    audit.record(row, "create", actor, revision=1, own=True)
    return row


def copy(posting: Posting, actor: Actor, *, seen_version: int) -> Posting:
    """A new draft with the content of the newest revision. Pressed again it is the draft made before. Raises StaleVersion."""
    if workflow.repeated(posting, "copy", actor, seen_version):
        last = select(AuditEvent).where(AuditEvent.subject == "posting", AuditEvent.subject_id == posting.id, AuditEvent.action == "copy")
        event = db.session.execute(last.order_by(AuditEvent.id.desc()).limit(1)).scalar_one()
        return db.session.get_one(Posting, event.codes["made"])
    workflow.touch(posting, seen_version)
    made = create(posting.organization, current_revision(posting).typed, actor)
    audit.record(posting, "copy", actor, made=made.id, version=posting.version)
    return made


def save(posting: Posting, typed: Mapping[str, Any], result: Result, actor: Actor, *, seen_version: int) -> str:
    """Store an edited posting as a new revision and say what became of it.

    `draft` (not published), `live` (visitors see it now), `waiting` (warnings: the old one stays up until an operator releases it),
    `kept` (errors: kept, the old one stays up), `same` (nothing changed). Raises StaleVersion, Refused for a closed posting.
    """
    if not can(actor, Permission.posting_edit, organization_id=posting.organization_id):
        raise NotPermitted("この操作を行う権限がありません。")
    workflow.lock(posting)
    if posting.status in (PostingStatus.closed, PostingStatus.suspended):
        raise Refused(f"いまの状態（{posting.status.label}）では、内容を変更できません。")
    content = result.normalized["postings"][0]
    findings = [finding.as_json() for finding in result.findings]
    before = current_revision(posting)
    changed = [c.path.removeprefix(PREFIX) for c in changes({"postings": [before.normalized]}, {"postings": [content]})]
    if not changed and before.findings == findings:
        return "same"
    if posting.status is PostingStatus.awaiting_release:
        workflow.move(posting, "unpublish", actor, seen_version=seen_version)
    else:
        workflow.touch(posting, seen_version)
    posting.current += 1
    _describe(posting, content, findings)
    today, given = clock.today().isoformat(), moved(result.findings, "", "")
    revision = _store(posting, posting.current, typed, content, findings, result.ruleset, today, actor.account_id, given)
    outcome = "draft"
    posting.release_asked = False
    if posting.status in (PostingStatus.live, PostingStatus.paused):
        if posting.errors:
            outcome = "kept"
        elif posting.warnings:
            posting.release_asked, outcome = True, "waiting"
        else:
            _go_live(posting, revision)
            outcome = "live"
    audit.record(posting, "edit", actor, fields=changed, revision=posting.current, outcome=outcome, version=posting.version)
    return outcome


def change_headcount(posting: Posting, number: str, actor: Actor, *, seen_version: int) -> tuple[str, Result]:
    """Change only the number of people wanted (as typed). Returns `save()`'s word and the result of the rules."""
    before = current_revision(posting)
    typed = dict(before.typed) | {"headcount": number}
    result = check(posting.organization, typed, reasons_from(before.reasons))
    if any(f.level is Level.ERROR and f.path == f"{PREFIX}headcount" for f in result.findings):
        return "refused", result
    return save(posting, typed, result, actor, seen_version=seen_version), result


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
    if not result.at(Level.ERROR) and _last_day(result.normalized["postings"][0]) < clock.today():
        raise Refused("公開終了予定日を過ぎています。日付を直してから公開してください。")
    if not result.at(Level.ERROR):
        workflow.move(posting, "publish", actor, seen_version=seen_version, target=target, revision=posting.current)
    if findings != revision.findings:
        posting.current += 1
        content = result.normalized["postings"][0]
        _describe(posting, content, findings)
        today, given = clock.today().isoformat(), revision.reasons
        revision = _store(posting, posting.current, revision.typed, content, findings, result.ruleset, today, actor.account_id, given)
    if result.at(Level.ERROR):
        raise Refused(f"要修正の指摘が{len(result.at(Level.ERROR))}件あるため、公開できません。内容を直してください。")
    if target is PostingStatus.live:
        _go_live(posting, revision)
    return posting.status


def pause(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """Take a live posting out of the site for a time."""
    if not workflow.repeated(posting, "pause", actor, seen_version):
        workflow.move(posting, "pause", actor, seen_version=seen_version)
        listing.unlist(posting)


def resume(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """Put a paused posting back onto the site, in the revision that was live last. Refused when its last day is past."""
    if workflow.repeated(posting, "resume", actor, seen_version):
        return
    revision = live_revision(posting)
    if revision is None:
        raise Refused("公開できる内容がまだありません。内容を直し、運営事務局の確認を受けてください。")
    if _last_day(revision.normalized) < clock.today():
        raise Refused("公開終了予定日を過ぎています。日付を直してから再開してください。")
    workflow.move(posting, "resume", actor, seen_version=seen_version)
    listing.list_posting(posting, revision)


def close(posting: Posting, actor: Actor, *, seen_version: int) -> None:
    """End the recruiting: out of every list at once, a tombstone at its own address if it was ever public."""
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
    if _last_day(revision.normalized) < clock.today():
        raise Refused("公開終了予定日を過ぎています。差し戻して日付を直してもらってください。")
    if posting.release_asked:
        workflow.require(posting, "release", actor)
        workflow.touch(posting, seen_version)
        audit.record(posting, "release", actor, revision=posting.current, version=posting.version)
        posting.release_asked = False
    else:
        workflow.move(posting, "release", actor, seen_version=seen_version, revision=posting.current)
    _go_live(posting, revision)
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
    listing.unlist(posting)
    _add_review(posting, ReviewAction.suspend, actor, reason)
    _mail_owner(posting, "posting_suspended", reason)


def restore(posting: Posting, actor: Actor, *, seen_version: int, reason: str) -> None:
    """Lift a suspension: the posting is paused, its municipality resumes it."""
    if workflow.repeated(posting, "restore", actor, seen_version):
        return
    workflow.move(posting, "restore", actor, seen_version=seen_version, reason=reason)
    _add_review(posting, ReviewAction.restore, actor, reason)
    _mail_owner(posting, "posting_restored", reason)


def expire_due(limit: int = 200) -> int:
    """Close postings whose last day is over (24:00 JST). Returns how many. Visitors' pages do not wait for this sweep."""
    open_ = (PostingStatus.live, PostingStatus.paused)
    # `publish_until` is that of the newest revision; of a published posting the revision that is live decides.
    over = select(Listing.posting_id).where(Listing.state == ListingState.listed, Listing.listed_until <= clock.now())
    # One that waits for the release of its longer term is left: the operator may be a weekend away.
    past = (Posting.publish_until < clock.today()) | (Posting.id.in_(over) & Posting.release_asked.is_(False))
    rows = db.session.execute(select(Posting).where(Posting.status.in_(open_), past).order_by(Posting.id)).scalars()
    done = 0
    for posting in rows.all():
        if done == limit:
            break
        revision = live_revision(posting)
        last = _last_day(revision.normalized) if revision is not None else posting.publish_until
        if last is None or last >= clock.today():
            continue
        workflow.move(posting, "expire", SYSTEM, seen_version=None)
        _end(posting, listing.listed_until(last))
        done += 1
    return done


def current_revision(posting: Posting) -> PostingRevision:
    """The newest revision."""
    return revision_of(posting, posting.current)


def live_revision(posting: Posting) -> PostingRevision | None:
    """The revision that visitors see (or saw last), None before the first publication."""
    return revision_of(posting, posting.live) if posting.live is not None else None


def revision_of(posting: Posting, number: int) -> PostingRevision:
    """A revision by number. Raises NoResultFound for an unknown one."""
    return db.session.execute(
        select(PostingRevision).where(PostingRevision.posting_id == posting.id, PostingRevision.number == number)
    ).scalar_one()


def _go_live(posting: Posting, revision: PostingRevision) -> None:
    posting.live = revision.number
    if posting.status is not PostingStatus.live:
        return
    posting.published_at = posting.published_at or clock.now()
    db.session.flush()
    listing.list_posting(posting, revision)


def _end(posting: Posting, moment: datetime) -> None:
    posting.closed_at, posting.release_asked = moment, False
    db.session.flush()
    if posting.published_at is not None:
        listing.tombstone(posting, moment)


def _last_day(content: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(content.get("publish_until")))
    except ValueError:
        return date.max


def _describe(posting: Posting, content: Mapping[str, Any], findings: list[dict[str, Any]]) -> None:
    """Copy into the posting what lists need of its newest content."""
    title, job, headcount = content.get("title"), content.get("job_type"), content.get("headcount")
    posting.title = title.replace("\0", "").encode("utf-8", "replace").decode()[:100] if isinstance(title, str) else ""
    posting.job_type = job[:40] if isinstance(job, str) and job.isascii() else ""
    posting.headcount = headcount if isinstance(headcount, int) and 0 <= headcount < 100_000 else None
    posting.errors = sum(f["level"] == Level.ERROR for f in findings)
    posting.warnings = sum(f["level"] == Level.WARNING for f in findings)
    last = _last_day(content)
    posting.publish_until = None if last == date.max else last


def _store(
    posting: Posting,
    number: int,
    typed: Mapping[str, Any],
    content: Mapping[str, Any],
    findings: list[dict[str, Any]],
    ruleset: str,
    reference_date: str,
    author_id: int | None,
    given: list[dict[str, str]],
) -> PostingRevision:
    revision = PostingRevision(
        posting_id=posting.id,
        number=number,
        typed=dict(typed),
        normalized=dict(content),
        findings=findings,
        ruleset=ruleset or RULESET,
        reference_date=reference_date,
        author_id=author_id,
        reasons=given,
        created_at=clock.now(),
    )
    db.session.add(revision)
    db.session.flush()
    return revision


def _add_review(posting: Posting, action: ReviewAction, actor: Actor, reason: str) -> None:
    db.session.add(
        Review(
            posting_id=posting.id,
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
            mailer.enqueue(template, account.email, words | {"contact_name": account.name}, posting_id=posting.id, account_id=account.id)
