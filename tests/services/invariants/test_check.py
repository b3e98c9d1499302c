"""Each invariant finds what breaks it and nothing else does; what the services make breaks none."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    AuditEvent,
    Candidate,
    Keying,
    Listing,
    OutboxMail,
    PartnerItem,
    Placement,
    Submission,
    SubmissionContact,
    SubmissionRevision,
)
from keynet_admin.permissions import partner_of
from keynet_admin.services.account.desk_notices import APART
from keynet_admin.services.alert import subscription
from keynet_admin.services.invariants.check import INVARIANTS, broken, check
from keynet_admin.services.listing import search_index as public_index
from keynet_admin.services.partner import secured
from keynet_admin.services.posting import placements
from keynet_admin.services.submission import search_index as case_index
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import (
    AccountStatus,
    ActorKind,
    CandidateStatus,
    KeyingStatus,
    ListingState,
    MailStatus,
    PartnerChange,
    PostingStatus,
    Role,
    SecuredWay,
    SubmissionStatus,
)
from tests import factories
from tests.walks.faults.writing import Preparing


class Filled:
    """A database with a row of each kind, made by the services."""

    def __init__(self, app: Flask) -> None:
        made = Preparing(app)
        with transaction():
            self.partner = factories.partner()
            self.case = made.case()
            factories.submission(SubmissionStatus.rejected, made.changes())
            self.shared = made.posting(share_nc=True, headcount=3)
            self.alone = made.posting(share_nc=False)
            self.paused = made.posting(PostingStatus.paused, share_nc=False)
            self.draft = made.posting(PostingStatus.draft)
            self.secured = factories.candidate(CandidateStatus.secured, posting=self.alone)
            self.rejected = factories.candidate(CandidateStatus.rejected, {"email": "momo@mail.example"}, posting=self.alone)
            self.keying = factories.keying(made.changes())
            self.key = factories.partner_key()
            self.account = db.session.execute(select(Account).where(Account.status == AccountStatus.invited).limit(1)).scalar_one()
            owner = factories.actor(Role.municipality, organization=self.paused.organization)
            placements.place(self.paused, owner, seen_version=self.paused.version, way=SecuredWay.other, count=2)
            subscription.stop(factories.search_alert().id)
        with transaction():
            item = db.session.execute(select(PartnerItem).filter_by(posting_id=self.shared.id, partner_id=self.partner.id)).scalar_one()
            item.sent_at = clock.now()
            row = secured.SecuredRow(self.shared.posting_no, "referral-1", 1, clock.today())
            assert secured.secured(self.partner, partner_of(self.partner.id), row).ok


def mail(**values: Any) -> Any:
    """A further row of the outbox."""
    row = {"message_id": f"{values}@x.example"[-100:], "recipient": "a@mail.example", "title": "", "body": "", "next_try_at": clock.now()}
    return insert(OutboxMail).values(row | {"template": "receipt_code", "subject": "", "subject_id": 0, "status": MailStatus.sent} | values)


def untold_case(_made: Filled) -> None:
    """A case that is whole and searchable, of which no event tells."""
    case = Submission(receipt_no="KN-210507-9999", received_at=clock.now())
    db.session.add(case)
    db.session.flush()
    blank: dict[str, Any] = {"typed": {}, "normalized": {}, "findings": []}
    revision = SubmissionRevision(submission_id=case.id, number=1, ruleset="x", reference_date="2021-05-07", **blank)
    db.session.add(revision)
    db.session.flush()
    db.session.add(SubmissionContact(revision_id=revision.id, **blank))
    case_index.put_new([(case.id, ["x"])])


def shown_draft(made: Filled) -> None:
    """A draft among what visitors read."""
    days = dict.fromkeys(("listed_at", "changed_at", "open_until"), clock.now() + timedelta(days=9))
    row = {"posting_id": made.draft.id, "posting_no": made.draft.posting_no, "sequence": 99_999, "state": ListingState.listed, "title": "x"}
    db.session.execute(insert(Listing).values(row | days))


def forget_words(index: Any, number: int, words: Any) -> None:
    """Take a row out of an index of a search."""
    index.put(db.session.connection(), number, db.session.execute(words).scalar_one(), None)


def run(statement: Any) -> Callable[[Filled], None]:
    """A break by one statement."""
    return lambda _made: db.session.execute(statement)


# By hand: what is broken, which invariant finds it, and a word of what it says.
BREAKS: tuple[tuple[str, str, Callable[[Filled], Any]], ...] = (
    ("cases_whole", "2回分", lambda m: db.session.execute(update(Submission).where(Submission.id == m.case.id).values(current=2))),
    (
        "cases_whole",
        "団体がありません",
        lambda m: db.session.execute(update(Submission).where(Submission.id == m.draft.submission_id).values(organization_id=None)),
    ),
    ("cases_told", "KN-210507-9999", untold_case),
    (
        "cases_confirmed",
        "受付のメール",
        lambda m: db.session.execute(delete(OutboxMail).where(OutboxMail.about(m.case), OutboxMail.template == "receipt")),
    ),
    (
        "people_received",
        "受付のメール",
        lambda m: db.session.execute(delete(OutboxMail).where(OutboxMail.about(m.rejected), OutboxMail.template == "candidate_receipt")),
    ),
    (
        "cases_searchable",
        "索引に載っていません",
        lambda m: forget_words(case_index.INDEX, m.case.id, text(f"SELECT text FROM submission_search WHERE submission_id = {m.case.id}")),
    ),
    (
        "mails_once",
        "1回のことに2通",
        lambda m: db.session.execute(mail(template="receipt", subject="submission", subject_id=m.case.id)),
    ),
    ("mails_once", "0回のことに1通", lambda m: db.session.execute(mail(template="rejected", subject="submission", subject_id=m.case.id))),
    (
        "digests_once",
        "に2通",
        lambda m: [db.session.execute(mail(template="office_digest", account_id=m.account.id, title=title)) for title in "ab"],
    ),
    (
        "digests_once",
        "posting_outcome",
        lambda m: [
            db.session.execute(
                mail(template="posting_outcome", subject="posting", subject_id=m.draft.id, account_id=m.account.id, title=title)
            )
            for title in "ab"
        ],
    ),
    (
        "news_once",
        "office_instant",
        lambda m: [
            db.session.execute(mail(template="office_instant", account_id=m.account.id, title=title, created_at=clock.now() + later))
            for title, later in (("a", timedelta(hours=1)), ("b", timedelta(hours=2)))
        ],
    ),
    (
        "news_once",
        "desk_instant",
        lambda m: [
            db.session.execute(mail(template="desk_instant", account_id=m.account.id, title=title, created_at=clock.now() + later))
            for title, later in (("a", timedelta()), ("b", APART), ("c", APART + timedelta(minutes=9)))
        ],
    ),
    ("news_once", "0か月分に1通", run(mail(template="audit_digest"))),
    (
        "accounts_invited",
        "ご案内を送った跡",
        run(
            insert(Account).values(
                email="x@city.example",
                role=Role.operator,
                status=AccountStatus.invited,
                rights=[],
                notice_kinds={},
                prefectures=[],
                created_at=clock.now(),
                version=1,
                name="",
                search_text="",
                notices="digest",
            )
        ),
    ),
    (
        "invitations_mailed",
        "1回に、メールが0通",
        lambda m: db.session.execute(delete(OutboxMail).where(OutboxMail.account_id == m.account.id, OutboxMail.template == "first_login")),
    ),
    (
        "postings_listed",
        "一覧にありません",
        lambda m: db.session.execute(update(Listing).where(Listing.posting_id == m.alone.id).values(state=ListingState.withdrawn)),
    ),
    ("postings_listed", "公開できないもの", shown_draft),
    (
        "postings_listed",
        "番号がありません",
        lambda m: db.session.execute(update(Listing).where(Listing.posting_id == m.alone.id).values(sequence=None)),
    ),
    (
        "postings_searchable",
        "索引に載っていません",
        lambda m: forget_words(public_index.INDEX, m.alone.id, select(Listing.search_text).where(Listing.posting_id == m.alone.id)),
    ),
    (
        "partners_right",
        "古いまま",
        lambda m: db.session.execute(update(PartnerItem).values(change=PartnerChange.closed)),
    ),
    (
        "partners_right",
        "公開したことのない",
        lambda m: db.session.execute(
            insert(PartnerItem).values(partner_id=m.partner.id, posting_id=m.draft.id, change=PartnerChange.closed, version=1)
        ),
    ),
    (
        "people_reported",
        "画面では0名、記録では1名",
        lambda m: db.session.execute(update(Candidate).where(Candidate.id == m.secured.id).values(direct=True)),
    ),
    (
        "people_placed",
        "行では5名、記録では2名",
        lambda m: db.session.execute(
            insert(Placement).values(
                posting_id=m.paused.id, organization_id=m.paused.organization_id, way=SecuredWay.other, count=3, shift=""
            )
        ),
    ),
    (
        "people_shown",
        "合いません",
        lambda m: db.session.execute(update(Listing).where(Listing.posting_id == m.alone.id).values(places=None)),
    ),
    ("states_known", "odd", lambda m: db.session.execute(text(f"UPDATE partner_key SET status = 'odd' WHERE id = {m.key.id}"))),
    (
        "states_told",
        "記録では「rejected」",
        lambda m: db.session.execute(update(Candidate).where(Candidate.id == m.rejected.id).values(status=CandidateStatus.seen)),
    ),
    (
        "states_told",
        "keying",
        lambda m: db.session.execute(update(Keying).where(Keying.id == m.keying.id).values(status=KeyingStatus.second)),
    ),
    ("subjects_there", "メールが1件", run(mail(subject="posting", subject_id=999_999))),
    (
        "log_sealed",
        "封がありません",
        lambda m: db.session.execute(
            insert(AuditEvent).values(
                at=clock.now(), actor_kind=ActorKind.system, subject="posting", subject_id=m.draft.id, action="edit", codes={}
            )
        ),
    ),
)


def test_each_invariant_finds_what_breaks_it(app: Flask, db_session: Session, database_kind: str) -> None:
    """One database for the table: each break is looked at before it is taken back. What else it could touch is no matter of the dialect."""
    made = Filled(app)
    results = check()
    assert {result.invariant.name: result.looked.found for result in results if result.looked.found} == {}
    assert [result.invariant.name for result in results if not result.looked.number] == ["digests_once", "news_once"], (
        "there was something to look at"
    )
    assert {name for name, _, _ in BREAKS} == {one.name for one in INVARIANTS}
    for name, words, break_ in BREAKS:
        break_(made)
        looks = [one for one in INVARIANTS if one.name == name or database_kind == "sqlite"]
        found = {one.name: sentences for one in looks if (sentences := one.look().found)}
        db_session.rollback()
        assert list(found) == [name], (name, words, found)
        assert any(words in sentence for sentence in found[name]), (words, found)
    assert broken() == {}


def test_the_command_says_it(app: Flask, db_session: Session) -> None:
    """In sentences, with what was looked at; exit 1 when something does not hold, also when a row cannot be read any more."""
    with transaction():
        case, partner = factories.submission(), factories.partner()
    runner = app.test_cli_runner()
    answer = runner.invoke(args=["check-invariants"])
    assert (answer.exit_code, answer.output.splitlines()[0]) == (0, "よし　受け付けた申請は、内容がすべて残っています。（1件を確認）")
    assert answer.output.count("よし") == len(INVARIANTS)
    assert "合わないものはありません" in answer.output
    db_session.execute(update(Submission).values(current=3))
    db_session.execute(text(f"UPDATE partner SET status = 'odd' WHERE id = {partner.id}"))
    db_session.commit()
    answer = runner.invoke(args=["check-invariants"])
    assert answer.exit_code == 1
    assert f"　　・申請 {case.receipt_no}：3回分あるはずの内容が1回分、連絡先が1回分です。" in answer.output
    assert "読めない行があり" in answer.output
    assert "partner：1行が、状態の表にない「odd」です。" in answer.output
