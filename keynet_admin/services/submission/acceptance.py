"""What an acceptance will do, and the acceptance. One plan tells the page, writes the mails and is carried out, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin import clock
from keynet_admin.catalogue import Visibility
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.catalogue.reference import is_union
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Review, Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting.handover import DROPPED, SAME, Handover, hand_over, handovers
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import task
from keynet_admin.services.submission.proof import Proof, address_for_account, gather
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, MailStatus, PostingStatus, ReturnClosed, SubmissionStatus

NEW, FURTHER, EXISTING = "new", "further", "existing"
INVITATION, ADDED, ANSWER = "first_login", "postings_added", "accepted"
MAILED = {INVITATION: "初回ログインのご案内", ADDED: "募集情報のお知らせ", ANSWER: "申請の確認のお知らせ"}
NOBODY_LEFT = "この団体のアカウントは、すべて利用停止中です。停止を解除するか、追加のアカウントを発行してください。"
OTHER_BODY = (
    "この申請の募集情報は、前回の承認で「{}」にお渡ししています。別の団体としては承認できません。"
    "団体を直すよう差し戻すか、却下して新しい申請をお願いしてください。"
)
NOT_OFFERED = "選んだアカウントの扱いは、いまは行えません。団体のアカウントが変わっています。下の内容を確かめて、もう一度選んでください。"


@dataclass(frozen=True)
class PlannedMail:
    """A mail of an acceptance: to whom it goes (`name` may be empty), and the account it invites or tells.

    Without an account it goes to the sender or, an invitation, to the account that is issued with it.
    """

    template: str
    to: str
    words: Mapping[str, Any]
    account: Account | None = None

    @property
    def name(self) -> str:
        """Whom the mail speaks to, as it says it; the address of somebody without a name."""
        return f"{self.words['contact_name']} 様" if self.words["contact_name"] else self.to

    @property
    def letter(self) -> Letter:
        """The mail as it will be, with placeholders for link and code."""
        return outbox.preview(self.template, {**self.words, "email": self.to})


@dataclass(frozen=True)
class Way:
    """One way to accept, by what it does about accounts: `new` (the body's first), `further` (one more), `existing` (none is issued).

    `email` is the address that gets an account, empty when none does; `holders` are the present accounts that the postings are for:
    those in use, else those that wait for their first login. `refused` says why this way is closed.
    """

    account: str
    email: str
    holders: tuple[Account, ...]
    mails: tuple[PlannedMail, ...]
    refused: str = ""

    @property
    def waiting(self) -> bool:
        """Whether nobody has signed in yet among those who hold an account."""
        return bool(self.holders) and all(account.status is AccountStatus.invited for account in self.holders)

    @property
    def invites(self) -> bool:
        """Whether a present account is invited again: the link and the code that it has die."""
        return any(mail.template == INVITATION and mail.account is not None for mail in self.mails)

    def sent(self) -> str:
        """What is mailed, in a sentence for the operator who accepted."""
        if not self.mails:
            return "メールは送りません。"
        each = "、".join(f"{mail.name}へ{MAILED[mail.template]}" for mail in self.mails)
        return f"メールを{len(self.mails)}通送ります（{each}）。"


@dataclass(frozen=True)
class Plan:
    """What an acceptance will do, shown before it happens. `refused` says why it cannot be done at all, else it is empty.

    `ways`: one, or the two an operator chooses from. `changes` are the fields in which the registered body will follow the form;
    `listed` counts the live postings at which visitors will read them. `handovers` says of each posting what becomes of it; `again` is the
    number of the revision that was accepted before, 0 when none was.
    """

    organization: Organization | None
    lg_code: str
    org_name: str
    ways: tuple[Way, ...] = ()
    changes: tuple[Change, ...] = ()
    listed: int = 0
    handovers: tuple[Handover, ...] = ()
    again: int = 0
    refused: str = ""

    @property
    def postings(self) -> list[Mapping[str, Any]]:
        """The contents that become new drafts."""
        return [handover.content for handover in self.handovers if handover.known is None]

    @property
    def handed_before(self) -> list[Handover]:
        """What becomes of the postings that an earlier acceptance made."""
        return [handover for handover in self.handovers if handover.known is not None]

    def way(self, account: str = "") -> Way:
        """The way with this name, the first one when none is named. Raises Refused when it is closed or there is none."""
        found = next((way for way in self.ways if account in ("", way.account)), None)
        if found is None or found.refused:
            raise Refused(found.refused if found is not None else NOT_OFFERED)
        return found


@dataclass(frozen=True)
class Answer:
    """What the sender of an accepted case is told when they ask.

    `state`: of the account that the form asked for `active`, `suspended`, or of its invitation `sending`, `sent` (at `at`, good until
    `until`), `undelivered`, `expired`; when no such account was issued, `others` hold one that is in use, or `waiting` for a first login.
    `email` is that account's address where it is another than the contact's own.
    """

    state: str
    email: str = ""
    at: datetime | None = None
    until: datetime | None = None


def plan(submission: Submission, *, lock: bool = False) -> Plan:
    """What accepting this case would do now (reads only; `lock` takes the postings for the transaction that will do it)."""
    revision, before = submissions.current_revision(submission), _accepted_before(submission)
    section = _section(revision)
    organization = _find_organization(submission.lg_code, submission.org_name)
    name = str(section.get("org_name") or submission.org_name)
    found = tuple(handovers(submission, revision, before, section, lock=lock))
    changed = tuple(_changes(organization, section)) if organization is not None else ()
    listed = _listed(organization, changed)
    made = Plan(organization, submission.lg_code, name, (), changed, listed, found, before.number if before is not None else 0)
    owner = next((handover.known.organization for handover in found if handover.known is not None), None)
    if owner is not None and owner is not organization:
        return replace(made, refused=OTHER_BODY.format(owner.name))
    if submission.errors:
        return replace(made, refused=f"要修正の指摘が{submission.errors}件残っているため、承認できません。差し戻してください。")
    email = address_for_account(revision)
    if "@" not in email:
        return replace(made, refused="アカウントを発行するメールアドレスがありません。")
    known = accounts.by_email(email)
    if known is not None and (organization is None or known.organization_id != organization.id):
        return replace(
            made, refused="このメールアドレスは、別の団体のアカウントで使われています。別のアドレスで申請し直すよう、差し戻してください。"
        )
    if known is not None and known.status is AccountStatus.requested:
        return replace(made, refused=accounts.STILL_REQUESTED)
    if known is not None and known.status in accounts.STOPPED:
        return replace(made, refused=accounts.STOPPED[known.status])
    return replace(made, ways=tuple(_ways(submission, revision, made, email, known)))


def proof_of(submission: Submission, chosen: Plan, way: Way | None = None) -> Proof:
    """What shows that the sender belongs to the body, as this way of accepting asks for it (none: as every one does)."""
    revision = submissions.current_revision(submission)
    email = address_for_account(revision)
    # An account that this very acceptance issued proves nothing about it.
    before = submission.decided_at if submission.status is SubmissionStatus.accepted else None
    accounts_before = [a for a in (chosen.organization.accounts if chosen.organization else []) if before is None or a.created_at < before]
    known = email in [account.email for account in accounts_before]
    further = way is not None and way.account == FURTHER
    return gather(submission, revision, email, chosen.organization, known=known, further=further)


def accept(submission: Submission, actor: Actor, *, seen_version: int, account: str = "") -> Outcome:
    """Accept: find or create the organization, make the postings as drafts, issue or use accounts, write the mails. Once.

    `account` is the way that was chosen (`Way.account`), the first one when none was. Raises Refused while an error-level finding stands,
    when the address belongs to another body, when that way is not open any more, or while this actor may not go it alone.
    """
    if again := workflow.repeated(submission, actor, seen_version, "accept"):
        return again
    workflow.require(submission, "accept", actor, seen_version)
    revision = submissions.current_revision(submission)
    organization = _organization_of(submission, revision, actor)
    chosen = plan(submission, lock=True)
    if chosen.refused:
        raise Refused(chosen.refused)
    way = chosen.way(account)
    if missing := proof_of(submission, chosen, way).missing(actor):
        raise Refused(missing)
    done = workflow.move(submission, "accept", actor, seen_version=seen_version, revision=submission.current, account=way.account)
    submission.organization_id, submission.decided_at = organization.id, clock.now()
    _follow(organization, revision, chosen, submission, actor)
    hand_over(chosen.handovers, submission, revision, organization, actor)
    submissions.close_links(submission, ReturnClosed.decided)
    for mail in way.mails:
        _write(mail, submission, revision, organization, actor)
    task.refresh(submission)
    return done.but(note=f"承認しました。{way.sent()}", mails=len(way.mails))


def answer_of(submission: Submission) -> Answer:
    """What became of an accepted case, as it stands now (reads only)."""
    revision = submissions.current_revision(submission)
    contact = accounts.normal_email(_contact(revision, "contact_email"))
    account = accounts.by_email(_contact(revision, "account_email") or contact)
    if account is None or account.organization_id is None or account.organization_id != submission.organization_id:
        holders = submission.organization.accounts if submission.organization is not None else []
        return Answer("others" if any(a.status is AccountStatus.active for a in holders) else "waiting")
    if account.status is not AccountStatus.invited:
        return Answer(account.status.value, account.email if account.email != contact else "")
    mail, until = accounts.invitation_of(account)
    status, sent_at = (mail.status, mail.sent_at) if mail is not None else (MailStatus.failed, None)
    delivery = {MailStatus.sent: "sent", MailStatus.waiting: "sending", MailStatus.sending: "sending"}.get(status, "undelivered")
    if until is None and account.is_uninvited:
        return Answer("cancelled")
    return Answer(delivery if until is not None else "expired", account.email if account.email != contact else "", sent_at, until)


def _ways(submission: Submission, revision: SubmissionRevision, made: Plan, address: str, known: Account | None) -> list[Way]:
    """The ways to accept with this account address, the one that issues nothing first."""
    everybody = [a for a in made.organization.accounts if not a.is_erased] if made.organization is not None else []
    active = tuple(a for a in everybody if a.status is AccountStatus.active)
    waiting = tuple(a for a in everybody if a.status is AccountStatus.invited)
    if not everybody:
        return [_way(submission, revision, made, NEW, address, ())]
    if known is not None:
        return [_way(submission, revision, made, EXISTING, address, active if known in active else (known, *active))]
    existing = _way(submission, revision, made, EXISTING, address, active or waiting)
    if not existing.holders:
        existing = replace(existing, mails=(), refused=NOBODY_LEFT)
    return [existing, _way(submission, revision, made, FURTHER, address, active)]


def _way(submission: Submission, revision: SubmissionRevision, made: Plan, account: str, address: str, holders: tuple[Account, ...]) -> Way:
    """A way with its mails: to the account it issues, to each holder, and to the sender when none of these is theirs.

    When a case is accepted again, holders are told of what is new, and the sender only if the form was sent again.
    """
    sender, issued = submissions.case_words(submission, revision), address if account != EXISTING else ""
    contact = accounts.normal_email(_contact(revision, "contact_email"))
    due = {"due": accounts.invitation_due(submission.prefecture_code)}
    news = made.postings or any(handover.outcome not in (SAME, DROPPED) for handover in made.handed_before)
    about = {
        "titles": [str(posting.get("title") or "") for posting in made.postings],
        "lines": [{"name": handover.name, "label": handover.label} for handover in made.handed_before],
        "again": bool(made.again),
    }
    mails = [PlannedMail(INVITATION, issued, sender | due | {"again": False})] if issued else []
    good_until = None
    for holder in holders:
        own = sender if holder.email in (address, contact) else sender | {"department": "", "contact_name": ""}
        words = own | {"contact_name": holder.name or own["contact_name"]}
        if holder.status is AccountStatus.invited:
            # Of a case that was accepted before, the invitation of that time is still good.
            good_until = accounts.invitation_of(holder)[1] if made.again else None
            if good_until is None:
                mails.append(PlannedMail(INVITATION, holder.email, words | due | {"again": True}, holder))
        elif news:
            mails.append(PlannedMail(ADDED, holder.email, words | about | {"further": bool(issued)}, holder))
    way = Way(account, issued, holders, tuple(mails))
    if submission.current == made.again or "@" not in contact or contact in [mail.to for mail in mails]:
        return way
    told = about | {
        "issued": issued,
        "own": contact in [holder.email for holder in holders],
        "waiting": way.waiting,
        "until": good_until,
        "holders": [f"{holder.name or 'ご担当者'} 様" for holder in holders],
    }
    return replace(way, mails=(*way.mails, PlannedMail(ANSWER, contact, sender | told)))


def _write(mail: PlannedMail, submission: Submission, revision: SubmissionRevision, organization: Organization, actor: Actor) -> None:
    if mail.template != INVITATION:
        outbox.enqueue(mail.template, mail.to, mail.words, about=submission, account_id=mail.account.id if mail.account else None)
    elif mail.account is not None:
        accounts.resend_invitation(mail.account, actor, seen_version=mail.account.version, about=submission, words=mail.words)
    else:
        name = " ".join(filter(None, (_contact(revision, n) for n in ("contact_last", "contact_first"))))
        accounts.issue(organization, mail.to, name, actor, about=submission, words=mail.words)


def _accepted_before(submission: Submission) -> SubmissionRevision | None:
    """The revision that an earlier acceptance was about, None when there was none."""
    accepted = select(Review.revision).where(Review.about(submission), Review.action == "accept").order_by(Review.id.desc()).limit(1)
    number = db.session.execute(accepted).scalar_one_or_none()
    return submissions.revision_of(submission, number) if number is not None else None


def _contact(revision: SubmissionRevision, name: str) -> str:
    return str(submissions.contact_of(revision).get(name) or "")


def _section(revision: SubmissionRevision) -> Mapping[str, Any]:
    section = revision.normalized.get("organization")
    return section if isinstance(section, Mapping) else {}


def _find_organization(lg_code: str, name: str) -> Organization | None:
    """By code; unions, whose code alone does not identify them, by code and name."""
    query = select(Organization).where(Organization.lg_code == lg_code, Organization.union_name == (name if is_union(lg_code) else ""))
    return db.session.execute(query).scalar_one_or_none()


def _registered(submission: Submission, revision: SubmissionRevision) -> dict[str, Any]:
    """The columns of a body as the form has them: name, kana, kind and the whole section."""
    section = _section(revision)
    return {
        "name": submission.org_name[:40],
        "kana": str(section.get("org_kana") or "")[:80],
        "prefecture_code": submission.prefecture_code,
        "org_type": str(section.get("org_type") or "")[:20],
        "details": dict(section),
    }


def _organization_of(submission: Submission, revision: SubmissionRevision, actor: Actor) -> Organization:
    """The case's organization, made when it is new, locked until the transaction ends: acceptances of one body go one by one."""
    key = {"lg_code": submission.lg_code, "union_name": submission.org_name[:40] if is_union(submission.lg_code) else ""}
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = key | _registered(submission, revision)
    words = {"search_text": Organization.words(values)}
    statement = (
        insert(Organization)
        .values(values | words | {"created_at": clock.now(), "version": 1})
        .on_conflict_do_nothing()
        .returning(Organization.id)
    )
    made = db.session.execute(statement).scalar_one_or_none()
    # Without its key, so that what refers to the row (a posting copied at this moment) does not wait for us while we wait for its posting.
    query = select(Organization).filter_by(**key).with_for_update(key_share=True)
    organization: Organization = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one()
    db.session.expire(organization, ["accounts"])
    if made is not None:
        audit.record(organization, "create", actor, submission=submission.id)
    return organization


def _changes(organization: Organization, section: Mapping[str, Any]) -> list[Change]:
    """The fields of the registered body that will be others when it follows this form."""
    columns = {"org_name": organization.name, "org_kana": organization.kana, "org_type": organization.org_type}
    return changes({"organization": {**organization.details, **columns, "pref": organization.prefecture_code}}, {"organization": section})


def _listed(organization: Organization | None, changed: Sequence[Change]) -> int:
    """How many live postings show visitors something of what changes."""
    if organization is None or all(change.field.visibility is Visibility.NEVER for change in changed):
        return 0
    live = select(func.count()).select_from(Posting).where(Posting.organization_id == organization.id, Posting.status == PostingStatus.live)
    return db.session.execute(live).scalar_one()


def _follow(organization: Organization, revision: SubmissionRevision, chosen: Plan, submission: Submission, actor: Actor) -> None:
    """Let the registered body follow the form, and visitors read it at its live postings: those that still are once they are locked."""
    if not chosen.changes:
        return
    for name, value in _registered(submission, revision).items():
        setattr(organization, name, value)
    organization.version += 1
    fields = [change.path for change in chosen.changes]
    audit.record(organization, "edit", actor, fields=fields, submission=submission.id, version=organization.version)
    query = select(Posting).where(Posting.organization_id == organization.id, Posting.status == PostingStatus.live).order_by(Posting.id)
    locked = db.session.execute(query.with_for_update(of=Posting, key_share=True), execution_options={"populate_existing": True})
    for posting in locked.scalars().all():
        listing.update(posting)
