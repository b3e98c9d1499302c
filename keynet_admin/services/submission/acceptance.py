"""What an acceptance will do, and the acceptance: organization, account with its mail, postings as drafts. One transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin import clock
from keynet_admin.catalogue.difference import changes
from keynet_admin.catalogue.reference import is_union
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting.handover import hand_over, handovers
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, PostingStatus, ReturnClosed

NEW, FURTHER, INVITE_AGAIN, EXISTING, NONE = "new", "further", "invite_again", "existing", "none"
# What is mailed after an acceptance, by the account it uses (`Plan.account`).
SENT = {
    NEW: "初回ログインのご案内をメールで送ります。",
    FURTHER: "追加のアカウントの初回ログインのご案内をメールで送ります。",
    INVITE_AGAIN: "初回ログインのご案内をメールで送り直します。",
    EXISTING: "募集情報が加わったことをメールでお知らせします。",
    NONE: "アカウントは発行していません。この団体のいまのアカウントへ、募集情報が加わったことをお知らせします。",
}


@dataclass(frozen=True)
class Plan:
    """What an acceptance will do, shown before it happens. `refused` says why it cannot be done, else it is empty.

    `account`: `new` (first account of the body), `further` (another address, only when ticked), `invite_again` (account waits for
    its first login), `existing` (active: a mail about added postings), `none` (another address, not ticked).
    `postings` become new drafts; `again` says in sentences what becomes of those that an earlier acceptance handed over.
    """

    organization: Organization | None
    lg_code: str
    org_name: str
    account: str
    email: str
    postings: tuple[Mapping[str, Any], ...]
    refused: str = ""
    again: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many postings the mail speaks of: new drafts, or, when there is none, those that were handed over before."""
        return len(self.postings) or len(self.again)


def plan(submission: Submission, *, further_account: bool = False) -> Plan:
    """What accepting this case would do now (reads only)."""
    revision = submissions.current_revision(submission)
    section = revision.normalized.get("organization") or {}
    contact = submissions.contact_of(revision)
    email = str(contact.get("account_email") or contact.get("contact_email") or "").lower()
    organization = _find_organization(submission.lg_code, submission.org_name)
    refused, kind = "", NONE
    if submission.errors:
        refused = f"要修正の指摘が{submission.errors}件残っているため、承認できません。差し戻してください。"
    elif "@" not in email:
        refused = "アカウントを発行するメールアドレスがありません。"
    else:
        kind, refused = _account_kind(organization, email, further_account)
    found = handovers(submission, revision)
    postings, again = tuple(h.content for h in found if h.known is None), tuple(h.sentence() for h in found if h.known is not None)
    name = str(section.get("org_name") or submission.org_name)
    return Plan(organization, submission.lg_code, name, kind, email, postings, refused, again)


def letter(submission: Submission, chosen: Plan) -> Letter | None:
    """The mail that accepting would send, with placeholders where link and code will stand; None when it sends none to this address."""
    if chosen.refused or chosen.account == NONE:
        return None
    revision = submissions.current_revision(submission)
    words = submissions.case_words(submission, revision) | {"email": chosen.email, "count": chosen.count}
    if chosen.account == EXISTING:
        return outbox.preview("postings_added", words)
    return outbox.preview("first_login", words | {"due": accounts.invitation_due(submission.prefecture_code)})


def accept(submission: Submission, actor: Actor, *, seen_version: int, further_account: bool = False) -> Outcome:
    """Accept: find or create the organization, make the postings as drafts, issue the account with its mail. Once.

    Raises Refused while an error-level finding stands or when the address belongs to another body.
    """
    if again := workflow.repeated(submission, actor, seen_version, "accept"):
        return again
    revision = submissions.current_revision(submission)
    done = workflow.move(submission, "accept", actor, seen_version=seen_version, revision=submission.current)
    if submission.errors:
        raise Refused(f"要修正の指摘が{submission.errors}件残っているため、承認できません。差し戻してください。")
    organization = _organization_of(submission, revision, actor)
    chosen = plan(submission, further_account=further_account)
    if chosen.refused:
        raise Refused(chosen.refused)
    submission.organization_id, submission.decided_at = organization.id, clock.now()
    hand_over(submission, revision, organization, actor)
    submissions.close_links(submission, ReturnClosed.decided)
    _give_account(submission, revision, organization, chosen, actor)
    return done.but(note=f"承認しました。{SENT[chosen.account]}")


def _find_organization(lg_code: str, name: str) -> Organization | None:
    """By code; unions, whose code alone does not identify them, by code and name."""
    query = select(Organization).where(Organization.lg_code == lg_code, Organization.union_name == (name if is_union(lg_code) else ""))
    return db.session.execute(query).scalar_one_or_none()


def _organization_of(submission: Submission, revision: SubmissionRevision, actor: Actor) -> Organization:
    """The case's organization, made when it is new, locked until the transaction ends: acceptances of one body go one by one.

    What is registered follows the form: name, kana, kind and the whole section; the site shows it with the postings that are live.
    """
    section = dict(revision.normalized.get("organization") or {})
    key = {"lg_code": submission.lg_code, "union_name": submission.org_name[:40] if is_union(submission.lg_code) else ""}
    values = {
        "name": submission.org_name[:40],
        "kana": str(section.get("org_kana") or "")[:80],
        "prefecture_code": submission.prefecture_code,
        "org_type": str(section.get("org_type") or "")[:20],
        "details": section,
    }
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(Organization)
        .values(key | values | {"created_at": clock.now(), "version": 1})
        .on_conflict_do_nothing()
        .returning(Organization.id)
    )
    made = db.session.execute(statement).scalar_one_or_none()
    # Without its key, so that what refers to the row (a posting copied at this moment) does not wait for us while we wait for its posting.
    query = select(Organization).filter_by(**key).with_for_update(key_share=True)
    organization: Organization = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()
    if made is not None:
        audit.record(organization, "create", actor, submission=submission.id)
        return organization
    fields = [c.path for c in changes({"organization": organization.details}, {"organization": section})]
    fields += [name for name, value in values.items() if name != "details" and getattr(organization, name) != value]
    if fields:
        for name, value in values.items():
            setattr(organization, name, value)
        organization.version += 1
        audit.record(organization, "edit", actor, fields=fields, submission=submission.id, version=organization.version)
        _publish_anew(organization)
    return organization


def _publish_anew(organization: Organization) -> None:
    """Let visitors read a body's changed registration at its live postings: those that still are once they are locked."""
    query = select(Posting).where(Posting.organization_id == organization.id, Posting.status == PostingStatus.live).order_by(Posting.id)
    locked = db.session.execute(query.with_for_update(of=Posting), execution_options={"populate_existing": True})
    for posting in locked.scalars().all():
        listing.update(posting)


def _account_kind(organization: Organization | None, email: str, further: bool) -> tuple[str, str]:
    """Which account an acceptance will use for an address, and why it may be refused."""
    known = db.session.execute(select(Account).where(Account.email == email)).scalar_one_or_none()
    if known is not None:
        if organization is None or known.organization_id != organization.id:
            return NONE, "このメールアドレスは、別の団体のアカウントで使われています。別のアドレスで申請し直すよう、差し戻してください。"
        if known.status is AccountStatus.suspended:
            return NONE, "このメールアドレスのアカウントは利用停止中です。停止を解除してから承認してください。"
        return (INVITE_AGAIN if known.status is AccountStatus.invited else EXISTING), ""
    if organization is None or not organization.accounts:
        return NEW, ""
    return (FURTHER if further else NONE), ""


def _give_account(submission: Submission, revision: SubmissionRevision, organization: Organization, chosen: Plan, actor: Actor) -> None:
    name = " ".join(filter(None, (str(submissions.contact_of(revision).get(n) or "") for n in ("contact_last", "contact_first"))))
    if chosen.account in (NEW, FURTHER):
        accounts.issue(organization, chosen.email, name, actor, submission)
        return
    if chosen.account == INVITE_AGAIN:
        waiting = db.session.execute(select(Account).where(Account.email == chosen.email)).scalar_one()
        accounts.resend_invitation(waiting, actor, seen_version=waiting.version, submission=submission)
        return
    active = [a for a in organization.accounts if a.status is AccountStatus.active]
    address = chosen.email if chosen.account == EXISTING or not active else active[0].email
    words = submissions.case_words(submission, revision) | {"count": chosen.count, "email": address}
    outbox.enqueue("postings_added", address, words, about=submission)
