"""The digest of the morning and what is told at once: once each, on business days, with numbers and without names."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Candidate, OutboxMail, Posting
from keynet_admin.permissions import candidate_of
from keynet_admin.services import threads
from keynet_admin.services.account import notices
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import stages
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, NoticeChoice, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

P, S = PostingStatus, CandidateStatus
LONG = {"publish_from": None, "publish_until": "2021-07-30", "deadline": "2021-07-30", "term_end": "2021-09-30"}


@pytest.fixture
def row(db_session: Session, clock: MovableClock) -> Posting:
    """A live posting; the accounts that the factory made for it want no mail."""
    return posting()


@pytest.fixture
def account(db_session: Session, row: Posting) -> Account:
    """An account in use, whose digest of today is settled."""
    return factories.account(Role.municipality, organization=row.organization, name="川辺 花子", digest_on=date(2021, 5, 7))


def posting(**changes: str) -> Posting:
    made = factories.posting(P.live, LONG | changes)
    for account in db.session.execute(select(Account).where(Account.name != "川辺 花子")).scalars():
        account.notices = NoticeChoice.none
    db.session.flush()
    return made


def at(session: Session, clock: MovableClock, moment: str) -> int:
    session.commit()
    clock.set(moment)
    done = jobs.tell_offices()
    session.expire_all()
    return done


def mails(session: Session, template: str) -> list[OutboxMail]:
    return list(session.execute(select(OutboxMail).filter_by(template=template).order_by(OutboxMail.id)).scalars())


def test_one_digest_on_the_morning_of_a_business_day(db_session: Session, clock: MovableClock, row: Posting, account: Account) -> None:
    """Not before 8:30, not on Saturday or Sunday, once however often the job runs, to the account's own address, without a name."""
    person = factories.candidate(S.received, posting=row)
    factories.candidate(S.open, posting=row)
    db_session.commit()
    assert [at(db_session, clock, f"2021-05-{moment}") for moment in ("08 09:00", "09 09:00", "10 08:29")] == [0, 0, 0]
    assert [at(db_session, clock, "2021-05-10 08:30"), at(db_session, clock, "2021-05-10 17:00")] == [1, 0]
    (mail,) = mails(db_session, "office_digest")
    assert (mail.recipient, mail.account_id) == (account.email, account.id)
    assert "本日のお知らせ（2件）" in mail.title
    for words in ("応募 1件が未確認です。", "問い合わせ 1件に未回答です。", "/office/candidate/?tab=all&todo=new", "/office/notices/"):
        assert words in mail.body, words
    assert person.name not in mail.body
    assert person.email not in mail.body
    assert at(db_session, clock, "2021-05-11 12:00") == 1


def test_a_morning_without_anything_sends_nothing(db_session: Session, clock: MovableClock, row: Posting, account: Account) -> None:
    """Nor does it later the same day; what comes then waits for the next morning."""
    assert at(db_session, clock, "2021-05-10 08:30") == 0
    factories.candidate(S.received, posting=row)
    assert at(db_session, clock, "2021-05-10 12:00") == 0
    assert at(db_session, clock, "2021-05-11 08:30") == 1


def test_the_question_and_the_end_stand_in_the_digest(db_session: Session, clock: MovableClock, row: Posting, account: Account) -> None:
    """An ending alone makes a mail on its first morning only; a question each morning until it is answered."""
    posting(publish_until="2021-05-24", deadline="2021-05-24")
    sent = [at(db_session, clock, f"2021-05-{day} 08:30") for day in (14, 17, 18, 19)]
    assert sent == [0, 1, 0, 0]
    assert "の公開はまもなく終わります。" in mails(db_session, "office_digest")[0].body
    db_session.commit()
    clock.set("2021-06-06 10:01")
    jobs.ask_postings()
    assert [at(db_session, clock, f"2021-06-{day} 08:30") for day in ("07", "08")] == [1, 1]
    assert "今も募集していますか" in mails(db_session, "office_digest")[-1].body


@pytest.mark.parametrize(
    "values", [{"status": AccountStatus.suspended}, {"notices": NoticeChoice.none}, {"status": AccountStatus.invited}], ids=str
)
def test_who_is_not_mailed(db_session: Session, clock: MovableClock, row: Posting, account: Account, values: dict[str, Any]) -> None:
    factories.candidate(S.received, posting=row)
    db_session.execute(Account.__table__.update().where(Account.id == account.id).values(values))
    factories.account(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    factories.account(Role.operator)
    assert at(db_session, clock, "2021-05-10 08:30") == 0


def test_at_once_for_who_wants_it(db_session: Session, clock: MovableClock, row: Posting, account: Account) -> None:
    """What came after the choice, counted in one mail a round; messages of people who had come before; never twice."""
    old = factories.candidate(S.received, posting=row)
    notices.choose(account, "instant", actor_of(account))
    assert at(db_session, clock, "2021-05-07 10:05") == 0
    for _ in range(3):
        factories.candidate(S.received, posting=row)
    factories.candidate(S.open, posting=row)
    threads.write(old, candidate_of(old.id), "日曜日は都合が付きません。")
    assert [at(db_session, clock, "2021-05-07 10:06"), at(db_session, clock, "2021-05-07 10:07")] == [1, 0]
    (mail,) = mails(db_session, "office_instant")
    assert "応募 3件、問い合わせ 1件、メッセージ 1件" in mail.title
    assert old.name not in mail.body
    assert "日曜日" not in mail.body
    stages.contact(old, actor_of(account), seen_version=old.version)
    assert at(db_session, clock, "2021-05-07 10:08") == 0
    assert at(db_session, clock, "2021-05-10 08:30") == 1  # the digest of the morning comes as well


def test_the_choice_is_ones_own(db_session: Session, client: Client, row: Posting, account: Account) -> None:
    """Kept, told in the log; nothing chosen is said at its place."""
    client.sign_in(account)
    page = client.get("/office/notices/").text
    assert account.email in page
    assert 'value="digest" checked' in page
    assert client.post("/office/notices/", data={"notices": "instant"}).status_code == 303
    assert account.notices is NoticeChoice.instant
    assert db_session.query(AuditEvent).filter_by(subject="account", action="notices").one().codes["to"] == "instant"
    for wrong in ("", "weekly"):
        answer = client.post("/office/notices/", data={"notices": wrong})
        assert answer.status_code == 422
        assert "受け取り方を選んでください" in answer.text
    assert "すぐにもお知らせします" in client.get("/office/").text
    assert db_session.query(Candidate).count() == 0
