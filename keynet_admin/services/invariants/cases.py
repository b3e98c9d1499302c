"""No lost form: whatever was acknowledged is there whole, told by the log, confirmed by mail, and found by a search."""

import re

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, OutboxMail, Submission, SubmissionContact, SubmissionRevision, SubmissionSearch
from keynet_admin.services import persons
from keynet_admin.services.invariants.row import Looked, count
from keynet_admin.services.mail.outbox import RECEIPTS
from keynet_admin.services.submission import search_index
from keynet_admin.vocabulary import SubmissionStatus

_KEPT = 6 * persons.MONTH  # as long as mails are readable
_NUMBER = re.compile(r"KN-\d{6}-\d{4,}")


def whole() -> Looked:
    """Each case has all its revisions, each with its contact section, and an accepted one has its body."""
    numbers = select(
        SubmissionRevision.submission_id.label("case"),
        func.count().label("there"),
        func.max(SubmissionRevision.number).label("newest"),
        func.count(SubmissionContact.revision_id).label("contacts"),
    ).outerjoin(SubmissionContact, SubmissionContact.revision_id == SubmissionRevision.id)
    there = numbers.group_by(SubmissionRevision.submission_id).subquery()
    query = select(Submission.receipt_no, Submission.current, there.c.there, there.c.contacts).outerjoin(
        there, there.c.case == Submission.id
    )
    complete = (there.c.there == Submission.current) & (there.c.newest == Submission.current) & (there.c.contacts == Submission.current)
    rows = db.session.execute(query.where(~func.coalesce(complete, False)).order_by(Submission.id))
    found = [
        f"申請 {number}：{current}回分あるはずの内容が{revisions or 0}回分、連絡先が{contacts or 0}回分です。"
        for number, current, revisions, contacts in rows
    ]
    bodiless = select(Submission.receipt_no).where(Submission.status == SubmissionStatus.accepted, Submission.organization_id.is_(None))
    found += [f"申請 {number}：承認されていますが、団体がありません。" for number in db.session.execute(bodiless).scalars()]
    return Looked(count(Submission), found)


def told() -> Looked:
    """Each case has the event of its coming."""
    came = select(AuditEvent.id).where(AuditEvent.subject == "submission", AuditEvent.subject_id == Submission.id)
    query = select(Submission.receipt_no).where(~came.where(AuditEvent.action == "submit").exists()).order_by(Submission.id)
    return Looked(count(Submission), [f"申請 {number}：受け付けた記録がありません。" for number in db.session.execute(query).scalars()])


def confirmed() -> Looked:
    """Each case whose sender gave an address has a receipt, of its own or among others in one; as far back as mails are kept."""
    kept = Submission.received_at > clock.now() - _KEPT
    first = (SubmissionRevision.submission_id == Submission.id) & (SubmissionRevision.number == 1)
    reachable = kept, SubmissionContact.email.contains("@")
    query = select(Submission.receipt_no).join(SubmissionRevision, first).join(SubmissionContact)
    own = select(OutboxMail.id).where(OutboxMail.subject == "submission", OutboxMail.subject_id == Submission.id)
    lacking = query.where(*reachable, ~own.where(OutboxMail.template.in_(RECEIPTS)).exists()).order_by(Submission.id)
    without = list(db.session.execute(lacking).scalars())
    if without:
        together = select(OutboxMail.body).where(OutboxMail.template == "receipts", OutboxMail.created_at > clock.now() - _KEPT)
        named = {number for body in db.session.execute(together).scalars() for number in _NUMBER.findall(body)}
        without = [number for number in without if number not in named]
    looked = select(func.count()).select_from(Submission).join(SubmissionRevision, first).join(SubmissionContact).where(*reachable)
    return Looked(db.session.execute(looked).scalar_one(), [f"申請 {number}：受付のメールが書かれていません。" for number in without])


def people() -> Looked:
    """Each application and question of a person has the event of its coming, and its receipt as long as the person is not forgotten."""
    came = select(AuditEvent.id).where(
        AuditEvent.subject == "candidate", AuditEvent.subject_id == Candidate.id, AuditEvent.action == "apply"
    )
    query = select(Candidate.candidate_no).order_by(Candidate.id)
    found = [f"応募 {number}：受け付けた記録がありません。" for number in db.session.execute(query.where(~came.exists())).scalars()]
    mail = select(OutboxMail.id).where(OutboxMail.subject == "candidate", OutboxMail.subject_id == Candidate.id)
    reachable = Candidate.email != "", Candidate.received_at > clock.now() - _KEPT
    lacking = query.where(*reachable, ~mail.where(OutboxMail.template == "candidate_receipt").exists())
    found += [f"応募 {number}：受付のメールが書かれていません。" for number in db.session.execute(lacking).scalars()]
    return Looked(count(Candidate), found)


def searchable() -> Looked:
    """Each case has its words, and the index has just the cases that have them."""
    lacking = select(Submission.receipt_no).outerjoin(SubmissionSearch, SubmissionSearch.submission_id == Submission.id)
    lacking = lacking.where(SubmissionSearch.submission_id.is_(None)).order_by(Submission.id)
    found = [f"申請 {number}：検索の言葉がありません。" for number in db.session.execute(lacking).scalars()]
    words = set(db.session.execute(select(SubmissionSearch.submission_id)).scalars())
    indexed = set(db.session.execute(search_index.INDEX.ids(db.engine.dialect.name)).scalars())
    found += [f"申請（番号 {case}）：検索の索引に載っていません。" for case in sorted(words - indexed)]
    found += [f"申請（番号 {case}）：検索の索引に、ない申請が載っています。" for case in sorted(indexed - words)]
    return Looked(count(Submission), found)
