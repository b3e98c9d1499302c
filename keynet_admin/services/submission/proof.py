"""Who gets the account: what shows that a sender belongs to the body, what is doubtful, and who may then accept.

A mail address proves a body only by the body's own domain (`catalogue/mail_domain.py`). What is doubtful needs a call to the telephone of the
public record, logged with number and person, or a second operator: whoever asks for one does not accept alone. A case that an operator
brought in alone (uploaded, keyed) is never accepted without another one. Both records hold for the address and the telephone number that
they were made for; a request also for its revision only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from keynet_admin import clock
from keynet_admin.catalogue import SECTIONS
from keynet_admin.catalogue.display import short_time
from keynet_admin.catalogue.mail_domain import DomainKind, MailDomain, judge
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Keying, Organization, Review, Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.normalise.contacts import MOBILE, read_phone
from keynet_admin.services import workflow
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import CallSource, KeyingStatus

_CALL = re.compile(r"([0-9-]+)（(.+?)）　(.+)")
PERSON_MOST = 100
TEL = "organization.org_tel"
_TEL_FIELD = next(field for field in SECTIONS["organization"] if field.name == "org_tel")
WAYS_ON = "代表電話で確かめて記録するか、2人目の確認へ回してください。"
DOUBTS: Mapping[DomainKind, str] = {
    DomainKind.other_body: "メールのドメイン {host} は、{owners}のものです。",
    DomainKind.other_public: "メールのドメイン {host} は、この団体のものと確認できません（別の団体のドメインかもしれません）。",
    DomainKind.free: "メールのドメイン {host} は、フリーメールまたは携帯電話会社のものです。",
    DomainKind.foreign: "メールのドメイン {host} は、この団体のものと確認できません。",
}


@dataclass(frozen=True)
class SenderCheck:
    """One thing the service can say about a sender in words: `ok`, to be looked at, or (None) neither: just to be known."""

    ok: bool | None
    text: str


@dataclass(frozen=True)
class Proof:
    """What speaks for and against a sender. `known`: the address is that of an account which the body has already.

    `calls` and `asked` are the records that hold for the case as it stands; `brought_by` the names, by account, of those who uploaded
    or keyed it, `corrected_by` of those who corrected it on the sender's behalf, `corrected_who`: they corrected who or where the sender is.
    """

    domain: MailDomain | None
    known: bool
    doubts: tuple[str, ...]
    calls: tuple[Review, ...]
    asked: tuple[Review, ...]
    brought_by: Mapping[int, str]
    corrected_by: Mapping[int, str]
    corrected_who: bool

    def missing(self, actor: Actor) -> str:
        """Why this actor may not accept yet, and what to do; empty when they may."""
        others = {record.actor_id for record in (*self.calls, *self.asked)} - {actor.account_id}
        if set(self.brought_by) == {actor.account_id} and not others:
            return (
                "ご自分が受け付けた申請は、お一人では承認できません。2人目の確認へ回してください（ほかの担当者は、このまま承認できます）。"
            )
        if (self.doubts or self.corrected_who) and actor.account_id in self.corrected_by and not others:
            return "ご自分が代わりに直した申請です。ほかの担当者が確かめてから承認できます。2人目の確認へ回してください。"
        if not self.doubts or self.calls or others:
            return ""
        waits = "2人目の確認へ回してあります。ほかの担当者が承認するか、代表電話で確かめて記録してください。" if self.asked else WAYS_ON
        return "".join(self.doubts) + waits

    def checks(self) -> list[SenderCheck]:
        """All of it in words, for the case page and beside the acceptance."""
        found: list[SenderCheck] = []
        if self.known:
            found.append(SenderCheck(True, "メールは、この団体の登録済みのアカウントのアドレスです"))
        elif self.domain is not None and self.domain.kind is DomainKind.own:
            found.append(SenderCheck(True, f"メールは、この団体自身のドメインです（{self.domain.host}）"))
        found += [SenderCheck(None if self.calls else False, doubt.removesuffix("。")) for doubt in self.doubts]
        found += [SenderCheck(True, f"代表電話で確認　{_told(call)}　{call.reason}") for call in self.calls]
        found += [SenderCheck(None, f"2人目の確認を依頼　{_told(request)}") for request in self.asked]
        if self.corrected_by:
            found.append(SenderCheck(None, f"代わりに直した人：{'、'.join(self.corrected_by.values())}（運営事務局）"))
        names = "、".join(self.brought_by.values())
        found.append(SenderCheck(None, f"申請を受け付けた人：{names}（運営事務局）" if names else "申請者が自分で申請しました"))
        return found


def gather(
    submission: Submission, revision: SubmissionRevision, email: str, organization: Organization | None, *, known: bool, further: bool
) -> Proof:
    """The proof for giving an account to `email` (reads only). `further`: it would be an additional account of the body.

    Doubts of a telephone number that differs from the registered one are seen as long as the registration has not followed the form.
    """
    host = email.rpartition("@")[2]
    domain = judge(host, submission.lg_code) if host else None
    doubts: list[str] = []
    if domain is not None and domain.kind is not DomainKind.own and not known:
        doubts.append(DOUBTS[domain.kind].format(host=host, owners="・".join(domain.owners)))
    registered, given = registered_phone(organization), _phone(revision.normalized.get("organization"))
    if registered and given and registered.replace("-", "") != given.replace("-", ""):
        doubts.append(f"代表電話 {given} が、登録の番号（{registered}）と違います。")
    if further:
        doubts.append("この団体には、すでにアカウントがあります。")
    facts = _facts(revision, email)
    query = select(Review).where(Review.about(submission), Review.action.in_(("call_back", "ask_second"))).order_by(Review.id)
    records = [r for r in db.session.execute(query).scalars() if r.items == facts]
    asked = tuple(r for r in records if r.action == "ask_second" and r.revision == submission.current)
    calls = tuple(r for r in records if r.action == "call_back")
    return Proof(domain, known, tuple(doubts), calls, asked, brought_by(submission), *_corrected_by(submission))


def call_back(
    submission: Submission, actor: Actor, *, seen_version: int, organization: Organization | None, phone: str, source: str, person: str
) -> Outcome:
    """Log a call to the body's telephone: number, where it was looked up, who answered. It covers the address and the number of the form.

    Raises BadField (with the field's name) for a number that is no number of the public record, an unknown source, or no person.
    """
    if again := workflow.repeated(submission, actor, seen_version, "call_back"):
        return again
    workflow.require(submission, "call_back", actor, seen_version)
    revision = submissions.current_revision(submission)
    words = words_of_call(phone, source, person, registered=registered_phone(organization), contact=submissions.contact_of(revision))
    facts = _facts(revision, address_for_account(revision))
    return workflow.move(submission, "call_back", actor, seen_version=seen_version, reason=words, items=facts, revision=submission.current)


def words_of_call(phone: str, source: str, person: str, *, registered: str, contact: Mapping[str, Any]) -> str:
    """A call as its record says it: number, where it was looked up, who answered. Raises BadField with the field's name."""
    number = _number(phone, contact)
    looked_up = next((found for found in CallSource if found.value == source), None)
    if looked_up is None:
        raise BadField("番号を調べた先を選んでください。", "source")
    if looked_up is CallSource.registered and number.replace("-", "") != registered.replace("-", ""):
        known = f"登録の番号（{registered}）と違います" if registered else "この団体の代表電話は、まだ登録されていません"
        raise BadField(f"{known}。かけた番号と調べた先を確かめてください。", "source")
    if not person.strip():
        raise BadField("電話で話した相手の部署とお名前を入力してください。", "person")
    return f"{number}（{looked_up.label}）　{workflow.not_too_long(person, '話した相手', PERSON_MOST)}"


def read_call(record: str) -> tuple[str, CallSource, str] | None:
    """Number, where it was looked up and who answered, as the last line of a record names them (`words_of_call`); None for other words."""
    words = _CALL.fullmatch(record.splitlines()[-1] if record else "")
    source = next((found for found in CallSource if words is not None and found.label == words[2]), None)
    return (words[1], source, words[3]) if words is not None and source is not None else None


def ask_second(submission: Submission, actor: Actor, *, seen_version: int, reason: str = "") -> Outcome:
    """Leave the acceptance to another operator. Nothing else changes; the clock goes on."""
    if again := workflow.repeated(submission, actor, seen_version, "ask_second"):
        return again
    revision = submissions.current_revision(submission)
    facts = _facts(revision, address_for_account(revision))
    return workflow.move(
        submission, "ask_second", actor, seen_version=seen_version, reason=reason, items=facts, revision=submission.current
    )


def address_for_account(revision: SubmissionRevision) -> str:
    """The address that an acceptance would give the account to, in lower case; empty when the form has none."""
    contact = submissions.contact_of(revision)
    return accounts.normal_email(str(contact.get("account_email") or contact.get("contact_email") or ""))


def registered_phone(organization: Organization | None) -> str:
    """The telephone number of a body's registration, empty when there is none."""
    return _phone(organization.details) if organization is not None else ""


def _phone(section: Any) -> str:
    value = section.get("org_tel") if isinstance(section, Mapping) else None
    return value if isinstance(value, str) else ""


def _facts(revision: SubmissionRevision, email: str) -> list[dict[str, str]]:
    """What a record vouches for: the address and the body's number, as items of its Review."""
    name = "account_email" if submissions.contact_of(revision).get("account_email") else "contact_email"
    facts = {f"contact.{name}": email, TEL: _phone(revision.normalized.get("organization"))}
    return [{"path": path, "rule": "", "message": value} for path, value in facts.items()]


def _number(typed: str, contact: Mapping[str, Any]) -> str:
    read = read_phone(_TEL_FIELD, typed, Context(clock.today()))
    if not read.understood or not typed.strip():
        words = (
            str(read.notes[0].message.what) + read.notes[0].message.how
            if typed.strip()
            else "かけた電話番号を入力してください（例：0982-00-0012）。"
        )
        raise BadField(words, "phone")
    number = str(read.value)
    digits = number.replace("-", "")
    if MOBILE(digits):
        raise BadField("携帯電話やIP電話の番号です。団体の代表電話（固定電話）にかけて確かめてください。", "phone")
    if digits == str(contact.get("contact_tel") or "").replace("-", ""):
        raise BadField("申請に書かれた担当者の直通電話です。公の記録にある代表電話にかけて確かめてください。", "phone")
    return number


def brought_by(submission: Submission) -> dict[int, str]:
    """Names, by account, of those who put the case or a revision of it in for its sender."""
    sent = select(AuditEvent.actor_id).where(AuditEvent.about(submission), AuditEvent.action.in_(("submit", "resubmit")))
    ids = set(db.session.execute(sent).scalars())
    keyed = or_(Keying.submission_id == submission.id, (Keying.corrects_id == submission.id) & (Keying.status == KeyingStatus.sent))
    for pair in db.session.execute(select(Keying.first_by_id, Keying.second_by_id).where(keyed)):
        ids |= set(pair)
    ids.discard(None)
    query = select(Account.id, Account.shown_name).where(Account.id.in_(ids)).order_by(Account.id)
    return dict(db.session.execute(query).all()) if ids else {}


def _corrected_by(submission: Submission) -> tuple[dict[int, str], bool]:
    """Names, by account, of those who corrected it, and whether they corrected who or where the sender is."""
    query = select(Review.actor_id, Review.actor_name, Review.items).where(Review.about(submission), Review.action == "correct")
    found = db.session.execute(query).all() if submission.corrections else []
    names = {number: name for number, name, _items in found if number is not None}
    who = any(str(item["path"]).startswith(("organization.", "contact.")) for _number, _name, items in found for item in items)
    return names, who


def _told(record: Review) -> str:
    at: datetime = record.created_at
    return f"{short_time(at)} {record.actor_name}"
