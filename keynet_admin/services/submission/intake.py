"""Taking in forms: the first submission, resubmission through a return link, withdrawal, and the sender's status question.

The caller checks the form first (`rules.evaluate`), outside any transaction, and hands in what was typed and the result.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from keynet_admin import clock
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.errors import LinkDead, NotFound, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Organization, ReturnLink, Review, Submission, SubmissionContact, SubmissionRevision
from keynet_admin.permissions import SENDER, Actor, sender_of
from keynet_admin.rules.engine.bounds import known_part
from keynet_admin.rules.engine.rule import Finding, Level, Result
from keynet_admin.services import audit, counter, workflow
from keynet_admin.services.account.tokens import (
    code_behind,
    code_hash,
    code_hashes,
    derived_codes,
    is_seal,
    new_code,
    new_token,
    seal,
    shown,
    token_hash,
)
from keynet_admin.services.account.tokens import typed as typed_code
from keynet_admin.services.business_days import promise_due
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.submission import finding, search_index, task
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import DeskTask, ReturnClosed, Source

CONTACT = "contact"
RETURNS = ("return", "return_again")
_BY_CODE = re.compile(r"([0-9]{1,9})-([0-9a-f]{40})")
MESSAGE_MOST = 1000
DEAD_LINKS = {
    ReturnClosed.resubmitted: "この申請は、すでに再提出されています。",
    ReturnClosed.decided: "この申請は、すでに決定済みです。",
    ReturnClosed.expired: "このご案内は期限（30日）が過ぎています。サービスセンターへご連絡ください。",
    ReturnClosed.replaced: "新しい差し戻しのご案内をお送りしています。新しいメールのアドレスを開いてください。",
    ReturnClosed.withdrawn: "この申請は、取り下げられています。",
}


def identity_of(normalized: Mapping[str, Any]) -> str:
    """Identity of an imported form: the hash of its normalised content. The same file again changes nothing."""
    return hashlib.sha256(json.dumps(normalized, sort_keys=True, ensure_ascii=True).encode("ascii")).hexdigest()


def submit(
    typed: Mapping[str, Any],
    result: Result,
    *,
    reference_date: str,
    actor: Actor = SENDER,
    source: Source = Source.web,
    form_key: str | None = None,
    identity: str | None = None,
    network: str | None = None,
) -> tuple[Submission, bool]:
    """Store a new form as a case, once. Returns the case and whether it is new.

    `form_key` is the form's one-time key: sent again, it finds the case of the first time. `identity` does the same for files.
    `network` marks where it came from without an account (`batch.network_mark`).
    A receipt mail goes to the contact. The case enters with whatever findings it has; the web form refuses errors before.
    """
    key = token_hash(form_key) if form_key else None
    if (known := _known(key, identity)) is not None:
        return known, False
    try:
        with db.session.begin_nested():
            submission = _new_case(result, source, identity, network)
            revision = _add_revision(submission, 1, typed, result, reference_date, key)
    except IntegrityError:
        known = _known(key, identity)
        if known is None:
            raise
        return known, False
    audit.record(submission, "submit", actor, source=source.value, revision=1, errors=submission.errors, warnings=submission.warnings)
    if address := address_of(revision):
        mailer.enqueue_receipts([mailer.Receipt(address, case_words(submission, revision), copy_code(submission), submission.id)])
        task.refresh(submission)
    return submission, True


def copy_code(submission: Submission) -> str:
    """The code behind which the sender's copy stands, as it is printed: 7K4M-2QXH-9T6P. A new address has a new one."""
    return code_of_copy(submission.id, submission.receipt_no, address_of(current_revision(submission)))


def code_of_copy(number: int, receipt_no: str, address: str) -> str:
    """The code of the copy of the case with this id, for the contact at this address: whoever read it elsewhere opens nothing."""
    return codes_of_copy(number, receipt_no, address)[0]


def codes_of_copy(number: int, receipt_no: str, address: str) -> list[str]:
    """That code by each key of the installation, as they are printed."""
    return [shown(code) for code in derived_codes(f"copy:{number}:{receipt_no}:{address.lower()}")]


def sent_with(form_key: str) -> SubmissionRevision | None:
    """What a form with this one-time key has already sent."""
    return db.session.execute(select(SubmissionRevision).where(SubmissionRevision.form_key == token_hash(form_key))).scalar_one_or_none()


def differences(sent: SubmissionRevision, typed: Mapping[str, Any], result: Result, message: str = "") -> list[Change] | None:
    """What a form has otherwise than the one sent before; None when it is the same. Only the message may differ: an empty list."""
    if dict(typed) != whole(sent, "typed") and (found := changes(whole(sent), result.normalized)):
        return found
    return None if message.strip() in ("", sent.message) else []


def link_of(token: str) -> ReturnLink:
    """The return link of a token (that of a mail, or the one a typed code led to), also one that works no more.

    Raises NotFound when it never did.
    """
    if by_code := _BY_CODE.fullmatch(token):
        sealed = is_seal(f"return:{by_code[1]}", by_code[2])
        link = db.session.get(ReturnLink, int(by_code[1])) if sealed else None
    else:
        link = db.session.execute(select(ReturnLink).where(ReturnLink.token_hash == token_hash(token))).scalar_one_or_none()
    if link is None:
        raise NotFound("このアドレスは見つかりません。メールにあるアドレスを、途中で切れていないか確かめてください。")
    return link


def find_return(token: str) -> ReturnLink:
    """The return link of a token. Raises LinkDead with the reason when it no longer works, NotFound when it never did."""
    link = link_of(token)
    if link.closed_why is not None:
        raise LinkDead(DEAD_LINKS[link.closed_why])
    if link.expires_at <= clock.now():
        raise LinkDead(DEAD_LINKS[ReturnClosed.expired])
    return link


def revision_of_link(link: ReturnLink) -> SubmissionRevision:
    """What the holder of a link may know of its case: the revision that was returned, or that came back. Later ones may be another's."""
    number = link.review.revision + (link.closed_why is ReturnClosed.resubmitted)
    return revision_of(link.submission, min(number, link.submission.current))


def token_of_code(named: str, code: str) -> str | None:
    """The token to which a typed code leads: the form's address ends in it. None for a wrong pair. Reads only.

    `named` is the receipt number or the contact's mail address. What opens the token's form says whether it still works.
    """
    if "@" in named:
        number = SubmissionRevision.submission_id
        of = select(number).distinct().join(SubmissionContact).where(func.lower(SubmissionContact.email) == named.lower())
        of = of.order_by(number.desc())
    else:
        of = select(Submission.id).where(Submission.receipt_no == named)
    # Without a case the same work is done for none.
    numbers = [*db.session.execute(of.limit(50)).scalars(), 0]
    wanted = [made for number in numbers for made in code_hashes(f"return:{number}", typed_code(code))]
    query = select(ReturnLink).where(ReturnLink.submission_id.in_(of), ReturnLink.code_hash.in_(wanted)).order_by(ReturnLink.id.desc())
    link = db.session.execute(query.limit(1)).scalar_one_or_none()
    return None if link is None else f"{link.id}-{seal(f'return:{link.id}')}"


def resubmit(
    link: ReturnLink,
    typed: Mapping[str, Any],
    result: Result,
    *,
    reference_date: str,
    form_key: str,
    message: str = "",
    actor: Actor | None = None,
    wider: bool = False,
    strange: Sequence[str] = (),
) -> tuple[Submission, bool]:
    """Store a new revision of a returned case and put it back into the queue; its clock goes on or begins anew as the return said.

    `message` is what the sender answers to the service center, `actor` an operator who keyed in what the sender said. `wider`: the
    sender asked for fields that were not returned; `strange`: closed places at which something came all the same. Returns the case and whether anything was stored. Raises TransitionRefused, also when the link was closed in the meantime.
    """
    submission, key = link.submission, token_hash(form_key)
    workflow.lock(submission)
    if _known(key, None) is not None:
        return submission, False
    if actor is None:
        _require_open(link)
    who = actor or sender_of(submission.id)
    seen = submission.version if actor is not None else None
    codes: dict[str, Any] = {"wider": True} if wider else {}
    codes |= {"times": submission.times_sent + 1} if submission.corrections else {}
    codes |= {"strange": list(strange)} if strange else {}
    workflow.move(submission, "resubmit", who, seen_version=seen, revision=submission.current + 1, keyed=actor is not None, **codes)
    submission.current += 1
    _describe(submission, result)
    case_clock.received_again(submission)
    submission.remind_at = None
    task.done(submission, DeskTask.call)
    revision = _add_revision(submission, submission.current, typed, result, reference_date, key, message)
    close_links(submission, ReturnClosed.resubmitted)
    mail_sender("resubmitted_receipt", submission, revision, sealed={"code": copy_code(submission)})
    return submission, True


def add_corrected(submission: Submission, typed: Mapping[str, Any], result: Result, *, reference_date: str) -> SubmissionRevision:
    """Store what an operator corrected on the sender's behalf as the newest revision. What was no problem before is none now."""
    before = finding.rows_of(current_revision(submission))
    submission.current += 1
    submission.corrections += 1
    _describe(submission, result)
    revision = _add_revision(submission, submission.current, typed, result, reference_date, None)
    submission.warnings -= finding.carry_over(before, revision)
    return revision


def _require_open(link: ReturnLink) -> None:
    """Raise TransitionRefused when a link was closed since the caller looked: it may be a stranger's by now. The case is locked."""
    db.session.refresh(link, ["closed_why"])
    if link.closed_why is not None:
        raise TransitionRefused(DEAD_LINKS[link.closed_why])


def withdraw_by_link(link: ReturnLink) -> Outcome:
    """Take a case back by its sender, through a return link. Raises TransitionRefused as `resubmit` does."""
    workflow.lock(link.submission)
    _require_open(link)
    return withdraw(link.submission, sender_of(link.submission_id), seen_version=None)


def withdraw(submission: Submission, actor: Actor, *, seen_version: int | None, reason: str = "") -> Outcome:
    """Take a case back."""
    if again := workflow.repeated(submission, actor, seen_version, "withdraw"):
        return again
    done = workflow.move(submission, "withdraw", actor, seen_version=seen_version, reason=reason)
    submission.remind_at, submission.decided_at = None, clock.now()
    task.done(submission, DeskTask.call)
    task.undecided_no_more(submission)
    close_links(submission, ReturnClosed.withdrawn)
    return done.but(mails=mail_sender("withdrawn", submission, current_revision(submission)))


def link_end() -> datetime:
    """Until when the link of a return that is mailed now may be used."""
    return clock.now() + timedelta(days=30)


def secrets_of_return(submission: Submission, review: Review, ends: datetime, *, beside: bool = False) -> dict[str, str]:
    """Make the way in of a mail that asks for a re-entry: its placeholders `link` and `code`. Older ones close, unless it is `beside` them."""
    if not beside:
        close_links(submission, ReturnClosed.replaced)
    code = new_code()
    token = open_link(submission, review, ends, code)
    return {"link": mailer.public_link(f"/entry/{token}"), "code": shown(code)}


def open_link(submission: Submission, review: Review, ends: datetime, code: str = "") -> str:
    """Store a link and its code. Returns the token; only hashes are kept."""
    token = new_token()
    link = ReturnLink(
        submission_id=submission.id,
        review_id=review.id,
        token_hash=token_hash(token),
        code_hash=code_hash(f"return:{submission.id}", code) if code else None,
        created_at=clock.now(),
        expires_at=ends,
    )
    db.session.add(link)
    return token


def open_read_out(submission: Submission, review: Review, ends: datetime) -> ReturnLink:
    """Store a code that an operator reads out or prints, beside the links there are. `code_of` says it."""
    values = {"submission_id": submission.id, "review_id": review.id, "token_hash": token_hash(new_token())}
    link = ReturnLink(**values, read_out=True, created_at=clock.now(), expires_at=ends)
    db.session.add(link)
    db.session.flush()
    link.code_hash = code_hash(f"return:{submission.id}", code_of(link))
    return link


def code_of(link: ReturnLink) -> str:
    """The code of a link that is read out, without its hyphens."""
    return code_behind(link.code_hash, f"return:{link.submission_id}", f"return:{link.id}")


def close_links(submission: Submission, why: ReturnClosed) -> None:
    """Let all open return links of a case die, for a stated reason."""
    open_ones = select(ReturnLink).where(ReturnLink.submission_id == submission.id, ReturnLink.closed_at.is_(None))
    for link in db.session.execute(open_ones).scalars():
        link.closed_at, link.closed_why = clock.now(), why


def current_revision(submission: Submission) -> SubmissionRevision:
    """The newest revision of a case."""
    return revision_of(submission, submission.current)


def revision_of(submission: Submission, number: int) -> SubmissionRevision:
    """A revision by number. Raises NoResultFound for an unknown one."""
    return db.session.execute(
        select(SubmissionRevision).where(SubmissionRevision.submission_id == submission.id, SubmissionRevision.number == number)
    ).scalar_one()


def whole(revision: SubmissionRevision, kind: str = "normalized") -> dict[str, Any]:
    """A revision's document with its contact section put back (`kind`: `typed` or `normalized`); blanked persons are absent."""
    document = dict(getattr(revision, kind))
    document[CONTACT] = dict(getattr(revision.contact, kind)) if revision.contact is not None else {}
    return document


def findings_of(revision: SubmissionRevision) -> list[Finding]:
    """All findings of a revision, those of the contact section included."""
    stored = [*revision.findings, *(revision.contact.findings if revision.contact is not None else [])]
    return [Finding.from_json(found) for found in stored]


def contact_of(revision: SubmissionRevision) -> dict[str, Any]:
    """The normalised contact section (empty when it was blanked)."""
    return dict(revision.contact.normalized) if revision.contact is not None else {}


def organization_with_account(lg_code: str) -> Organization | None:
    """The organization of a code that already has an account: its officers add postings in their office, not by the form."""
    organization = db.session.execute(
        select(Organization).where(Organization.lg_code == lg_code).order_by(Organization.id).limit(1)
    ).scalar_one_or_none()
    return organization if organization is not None and organization.accounts else None


def _known(form_key: str | None, identity: str | None) -> Submission | None:
    if form_key is not None:
        revision = db.session.execute(select(SubmissionRevision).where(SubmissionRevision.form_key == form_key)).scalar_one_or_none()
        if revision is not None:
            return revision.submission
    if identity is not None:
        return db.session.execute(select(Submission).where(Submission.identity == identity)).scalar_one_or_none()
    return None


def _new_case(result: Result, source: Source, identity: str | None, network: str | None) -> Submission:
    received = clock.now()
    submission = Submission(
        receipt_no=counter.receipt_nos(received)[0],
        source=source,
        current=1,
        received_at=received,
        due_at=promise_due(received),
        identity=identity,
        network=network,
    )
    _describe(submission, result)
    db.session.add(submission)
    db.session.flush()
    return submission


def _describe(submission: Submission, result: Result) -> None:
    """Copy into the case what lists and searches need of its newest content."""
    for name, value in described(result).items():
        setattr(submission, name, value)


def described(result: Result) -> dict[str, Any]:
    """The columns of a case that lists and searches need."""
    organization = _section(result.normalized, "organization")
    lg_code = _short(organization.get("lg_code"), 6)
    postings = result.normalized.get("postings")
    records = [p for p in postings if isinstance(p, Mapping)] if isinstance(postings, list) else []
    return {
        "lg_code": lg_code,
        "org_name": _short(organization.get("org_name"), 100),
        "prefecture_code": _short(organization.get("pref"), 2),
        "jobs": [
            [_short(p.get("job_type"), 40), p.get("headcount") if isinstance(p.get("headcount"), int) else None] for p in records[:20]
        ],
        "errors": len(result.at(Level.ERROR)),
        "warnings": len(result.at(Level.WARNING)),
    }


def _add_revision(
    submission: Submission,
    number: int,
    typed: Mapping[str, Any],
    result: Result,
    reference_date: str,
    form_key: str | None,
    message: str = "",
) -> SubmissionRevision:
    values, contact = revision_values(typed, result, reference_date)
    revision = SubmissionRevision(
        submission_id=submission.id,
        number=number,
        form_key=form_key,
        message=workflow.not_too_long(message, "連絡", MESSAGE_MOST),
        created_at=clock.now(),
        **values,
    )
    db.session.add(revision)
    db.session.flush()
    row = SubmissionContact(revision_id=revision.id, **contact)
    db.session.add(row)
    revision.contact = row
    finding.record(revision, result.findings)
    db.session.flush()
    search_index.put(submission.id, search_index.words_of(result.normalized, submission.receipt_no))
    return revision


def revision_values(typed: Mapping[str, Any], result: Result, reference_date: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of a revision and of its contact row: persons stand in the latter alone. Names beyond `MOST_UNKNOWN` are not stored."""
    findings = [found.as_json() for found in result.findings]
    contact = _section(result.normalized, CONTACT)
    typed = known_part(typed)[0]
    revision = {
        "typed": {name: value for name, value in typed.items() if name != CONTACT},
        "normalized": {name: value for name, value in result.normalized.items() if name != CONTACT},
        "findings": [f for f in findings if not f["path"].startswith(CONTACT)],
        "ruleset": result.ruleset,
        "reference_date": reference_date,
    }
    return revision, {
        "typed": dict(_section(typed, CONTACT)),
        "normalized": dict(contact),
        "findings": [f for f in findings if f["path"].startswith(CONTACT)],
        "email": _short(contact.get("contact_email"), 254),
    }


def address_of(revision: SubmissionRevision) -> str:
    """The contact's mail address, empty when there is none."""
    address = _short(contact_of(revision).get("contact_email"), 254)
    return address if "@" in address else ""


def mail_sender(
    template: str,
    submission: Submission,
    revision: SubmissionRevision,
    words: Mapping[str, Any] | None = None,
    sealed: Mapping[str, str] | None = None,
) -> int:
    """Write a mail to the contact, if there is an address; how many were written. `words` beside those of the case."""
    address = address_of(revision)
    if address:
        mailer.enqueue(template, address, case_words(submission, revision) | dict(words or {}), sealed=sealed, about=submission)
        task.refresh(submission)
    return 1 if address else 0


def case_words(submission: Submission, revision: SubmissionRevision) -> dict[str, Any]:
    """What mails about a case may name."""
    return sender_words(whole(revision), submission.org_name) | {
        "receipt_no": submission.receipt_no,
        "due": submission.due_at,
        "received_at": submission.received_at,
    }


def sender_words(normalized: Mapping[str, Any], org_name: str) -> dict[str, Any]:
    """How mails about a normalised form address its sender: template variables."""
    organization, contact = _section(normalized, "organization"), _section(normalized, CONTACT)
    name = " ".join(filter(None, (_short(contact.get("contact_last"), 40), _short(contact.get("contact_first"), 40))))
    return {
        "org_name": org_name or "ご担当団体",
        "department": _short(organization.get("department"), 60),
        "contact_name": name or "ご担当者",
    }


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = document.get(name)
    return section if isinstance(section, Mapping) else {}


def _short(value: Any, length: int) -> str:
    """The beginning of a value for a column that only lists and searches need; the whole text stands in the revision."""
    return value[:length] if isinstance(value, str) else ""
