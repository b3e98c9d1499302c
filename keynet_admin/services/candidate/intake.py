"""How an application or an inquiry comes in."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Posting
from keynet_admin.permissions import candidate_of
from keynet_admin.rules import Finding, Level
from keynet_admin.services import audit, counter, threads, workflow
from keynet_admin.services.candidate import access, mail, person_keys, promises, stages
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import ActorKind, CandidateKind, CandidateStatus, PostingStatus

NOT_OPEN = "この募集は受付を終えています。応募・質問は受け付けられません。"


def receive(
    posting: Posting,
    kind: CandidateKind,
    content: Mapping[str, Any],
    *,
    typed: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]] = (),
    form_key: str,
    asked: int | None = None,
) -> Candidate:
    """Store what a person sent and mail the receipt. The same form sent again gives the same row.

    `content`: the normalised fields of `catalogue/fields/applicant.py`; of an inquiry `message` is the question and begins the thread.
    `asked`: the question (its id) from whose own page the person came; it becomes the application. Name and contact alone would let
    somebody else read what was asked.
    Raises Refused when the posting takes nobody any more.
    """
    workflow.lock(posting)  # before the counter, as every step of a candidate: sends at one moment come one after the other
    known = sent_with(form_key)
    if known is not None:
        return known
    if posting.status is not PostingStatus.live or posting.live is None:
        raise Refused(NOT_OPEN)
    now = clock.now()
    inquiry = kind is CandidateKind.inquiry
    made = Candidate(
        candidate_no=counter.candidate_no(),
        kind=kind,
        status=CandidateStatus.open if inquiry else CandidateStatus.received,
        posting=posting,
        organization_id=posting.organization_id,
        organization=posting.organization,
        posting_revision=posting.live,
        form_key=form_key,
        received_at=now,
        changed_at=now,
    )
    put_content(made, content, typed, [*findings, *double_send(made, str(content.get("email") or ""))])
    access.open_page(made)
    promises.begin(made)
    db.session.add(made)
    db.session.flush()
    actor = candidate_of(made.id)
    audit.record(made, "apply", actor, version=made.version, kind=kind.value, to=made.status.value)
    if inquiry:
        threads.write(made, actor, str(content.get("message") or ""))
    else:
        _take_over(made, asked)
    mail.tell(made, "candidate_receipt")
    return made


def _take_over(application: Candidate, asked: int | None) -> None:
    """A question of the same person about this posting becomes the application; one without an answer goes with it."""
    open_ones = Candidate.posting_id == application.posting_id, Candidate.status.in_((CandidateStatus.open, CandidateStatus.answered))
    question = db.session.execute(select(Candidate).where(Candidate.id == asked, *open_ones)).scalar_one_or_none()
    if question is None:
        return
    if question.status is CandidateStatus.open:
        questions = [message.body for message in threads.of(question) if message.author_kind is ActorKind.candidate]
        if questions:  # what came as an application without a word may be a question now
            threads.write(application, candidate_of(application.id), questions[-1])
    application.inquiry_id = question.id
    stages.convert(question)


def amend(
    candidate: Candidate,
    content: Mapping[str, Any],
    *,
    typed: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    seen_version: int | None,
) -> Outcome:
    """The person corrects what they sent, while the municipality has not opened it. A new address gets the receipt with the page's keys."""
    actor = candidate_of(candidate.id)
    again = workflow.repeated(candidate, actor, seen_version, "amend")
    if again is not None and candidate.typed == dict(typed):  # other words from an old page are no second press
        return again
    changed = [name for name in {*content, *candidate.content} if (content.get(name) or None) != (candidate.content.get(name) or None)]
    done = workflow.move(candidate, "amend", actor, seen_version=seen_version, fields=changed)
    put_content(candidate, content, typed, [*findings, *(found for found in candidate.findings if found.get("rule") == "APP-005")])
    candidate.unread = True
    return done.but(mails=mail.tell(candidate, "candidate_receipt") if "email" in changed else 0)


def sent_with(form_key: str) -> Candidate | None:
    """What was sent with a form's one-time key."""
    return db.session.execute(select(Candidate).where(Candidate.form_key == form_key)).scalar_one_or_none()


def before(posting: Posting, content: Mapping[str, Any]) -> Candidate | None:
    """The last application at this posting of a person of the same name, reading and contact; an address alone tells nobody anything."""
    name, kana = _joined(content, "name"), _joined(content, "kana")
    email, tel = content.get("email") or "", _digits(content.get("tel"))
    if not name or not kana:
        return None
    same = Candidate.posting_id == posting.id, Candidate.kind == CandidateKind.application, Candidate.name == name, Candidate.kana == kana
    rows = db.session.execute(select(Candidate).where(*same).order_by(Candidate.id.desc())).scalars()
    return next((row for row in rows if (email and row.email == email) or (tel and _digits(row.tel) == tel)), None)


def double_send(candidate: Candidate, email: str) -> list[dict[str, Any]]:
    """APP-005: the same address applied at the same posting within 24 hours. The municipality reads it, the sender never does."""
    since = Candidate.received_at > candidate.received_at - timedelta(hours=24)
    same = Candidate.posting_id == candidate.posting.id, Candidate.kind == candidate.kind, Candidate.email == email, since
    with db.session.no_autoflush:
        if not email or db.session.execute(select(Candidate.id).where(*same).limit(1)).first() is None:
            return []
    what, how = "同じアドレスから、24時間以内にも届いています。", "二重の送信でないか、ご本人に確かめてください。"
    return [Finding("APP-005", Level.WARNING, "applicant.email", what, how=how).as_json()]


def put_content(candidate: Candidate, content: Mapping[str, Any], typed: Mapping[str, Any], findings: Sequence[Mapping[str, Any]]) -> None:
    """What a person typed, and the columns that repeat it."""
    candidate.content, candidate.typed, candidate.findings = dict(content), dict(typed), [dict(item) for item in findings]
    candidate.name, candidate.kana = _joined(content, "name"), _joined(content, "kana")
    candidate.email, candidate.tel = content.get("email") or "", content.get("tel") or ""
    candidate.tel_key, candidate.email_key = person_keys.of_tel(candidate.tel), person_keys.of_email(candidate.email)
    candidate.not_working = {"not_working": True, "working": False}.get(str(content.get("working")))


def _joined(content: Mapping[str, Any], what: str) -> str:
    return " ".join(filter(None, (content.get(f"family_{what}"), content.get(f"given_{what}"))))


def _digits(number: Any) -> str:
    return str(number or "").replace("-", "")
