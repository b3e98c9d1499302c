"""Questions and answers on the public page: who may, what is refused, and that nothing of the asker is there."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, NotPermitted, Refused
from keynet_admin.models import Candidate, Listing, PublishedAnswer, PublishedVersion
from keynet_admin.permissions import Actor, candidate_of
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import erase, messages
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.listing import published
from keynet_admin.services.posting import publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role
from tests import factories
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
Q, A = "駐車場は使えますか。", "会場の北側に20台分あります。"


@pytest.fixture
def answered(app: Flask, db_session: Session) -> Any:
    """`answered(content of the posting)`: an inquiry with its answer, and the officer."""

    def answered(changes: dict[str, Any] | None = None) -> tuple[Candidate, Actor]:
        posting = factories.posting(PostingStatus.live, changes)
        asked = {"message": "駐車場は使えますか。子どもの送迎があります。", "tel": "090-0000-0012"}
        person = factories.candidate(CandidateStatus.open, asked, posting=posting)
        officer = factories.actor(Role.municipality, organization=person.organization)
        messages.send(person, officer, A, seen_version=person.version, action="answer")
        return person, officer

    return answered


def listed(session: Session, person: Candidate) -> list[dict[str, str]]:
    session.flush()
    content = session.execute(select(Listing.content).where(Listing.posting_id == person.posting_id)).scalar_one()
    return list(content.get("answers", []))


def kept(session: Session, person: Candidate) -> list[list[dict[str, str]]]:
    """The questions of each version of the page."""
    query = select(PublishedVersion.content).where(PublishedVersion.posting_id == person.posting_id).order_by(PublishedVersion.id)
    return [content.get("answers", []) for content in session.execute(query).scalars() if content]


@pytest.mark.parametrize("taken_back", [False, True])
def test_what_is_kept_of_the_page_forgets_the_question_with_its_asker(answered: Any, db_session: Session, taken_back: bool) -> None:
    person, officer = answered()
    db_session.commit()
    with transaction():
        put(person, officer)
    if taken_back:
        with transaction():
            published.take_back(person, officer, seen_version=person.version)
    assert [{"question": Q, "answer": A}] in kept(db_session, person)
    with transaction():
        erase.erase(person, candidate_of(person), seen_version=person.version)
    db_session.expire_all()
    assert not any(kept(db_session, person))


def put(person: Candidate, officer: Actor, question: str = Q, answer: str = A) -> Any:
    return published.publish(person, officer, seen_version=person.version, question=question, answer=answer)


def test_there_and_back(answered: Any, db_session: Session) -> None:
    """Published, put into other words, taken back; each gives the public row a new number, a repeated press does nothing."""
    person, officer = answered()
    db_session.commit()
    assert published.beginning(person) == ("駐車場は使えますか。子どもの送迎があります。", A)
    numbers = []
    for act in (
        lambda: put(person, officer),
        lambda: put(person, officer, answer="20台分あります。"),
        lambda: published.take_back(person, officer, seen_version=person.version),
    ):
        db_session.rollback()
        with transaction():
            act()
        numbers.append(db_session.execute(select(Listing.sequence)).scalar_one())
    assert numbers == sorted(set(numbers))
    assert listed(db_session, person) == []
    assert db_session.execute(select(func.count()).select_from(PublishedAnswer)).scalar_one() == 0
    seen = person.version
    put(person, officer)
    assert published.publish(person, officer, seen_version=seen, question=Q, answer=A).repeated
    assert listed(db_session, person) == [{"question": Q, "answer": A}]
    assert published.beginning(person) == (Q, A)


@pytest.mark.parametrize(
    ("question", "answer", "field", "words"),
    [
        ("", A, "question", "質問を入力"),
        (Q, " ", "answer", "回答を入力"),
        ("あ" * 201, A, "question", "200字まで"),
        (Q, "あ" * 801, "answer", "800字まで"),
        ("見本さくらです。駐車場は。", A, "question", "質問された方のお名前"),
        ("見本 さくらの質問", A, "question", "質問された方のお名前"),
        (Q, "sakura@mail.example に送りました。", "answer", "メールアドレス"),
        (Q, "090-0000-0012へお電話ください。", "answer", "電話番号"),
        (Q, "０９８２（００）００１２へ", "answer", "電話番号"),
        (Q, "係長の川辺さんに電話でお尋ねください。", "answer", "個人名"),
    ],
)
def test_what_names_somebody_is_refused(answered: Any, db_session: Session, question: str, answer: str, field: str, words: str) -> None:
    person, officer = answered()
    with pytest.raises(BadField, match=words) as refused:
        put(person, officer, question, answer)
    assert refused.value.field == field
    assert published.of(person) is None


def test_a_masked_posting_stays_masked(answered: Any, db_session: Session) -> None:
    """Refused at the field, and hidden where a name comes to stand in it later."""
    person, officer = answered({"visibility": "masked"})
    name = person.organization.name
    with pytest.raises(BadField, match="団体名"):
        put(person, officer, answer=f"{name}の会場に20台分あります。")
    put(person, officer)
    row = published.of(person)
    assert row is not None
    row.answer = f"{name}の会場に20台分あります。"
    listing.update(person.posting)
    assert name not in str(listed(db_session, person))


def test_who_may(answered: Any, db_session: Session) -> None:
    person, officer = answered()
    stranger = factories.actor(Role.municipality, organization=factories.make_organization("131016", "千代田区"))
    for actor in (stranger, factories.actor(Role.operator)):
        with pytest.raises(NotPermitted):
            put(person, actor)
        with pytest.raises(NotPermitted):
            published.take_back(person, actor, seen_version=person.version)
    with pytest.raises(Refused, match="ありません"):
        published.take_back(person, officer, seen_version=person.version)


@pytest.mark.parametrize("state", [CandidateStatus.open, CandidateStatus.received])
def test_only_an_answered_question(app: Flask, db_session: Session, state: CandidateStatus) -> None:
    person = factories.candidate(state)
    with pytest.raises(Refused, match="回答済み"):
        put(person, factories.actor(Role.municipality, organization=person.organization))


def test_a_closed_posting_has_no_page_for_it(answered: Any, db_session: Session) -> None:
    """What was published goes with the content, and can still be taken back."""
    person, officer = answered()
    put(person, officer)
    publication.close(person.posting, officer, seen_version=person.posting.version)
    db_session.flush()
    assert db_session.execute(select(Listing.content).where(Listing.posting_id == person.posting_id)).scalar_one() is None
    with pytest.raises(Refused, match="公開中ではない"):
        put(person, officer)
    published.take_back(person, officer, seen_version=person.version)
    assert published.of(person) is None


def test_by_hand(answered: Any, db_session: Session, client: Client) -> None:
    """From the office to the visitor's page: as text, and without the asker."""
    person, _officer = answered()
    db_session.commit()
    client.sign_in(factories.account(Role.municipality, organization=person.organization))
    here = f"/office/candidate/{person.id}/"
    assert "publish_answer" in client.get(here).text
    page = client.get(f"{here}publish_answer")
    assert A in page.text
    refused = client.post(f"{here}publish_answer", data={"version": str(person.version), "question": "見本さくらです", "answer": A})
    assert refused.status_code == 422
    assert "見本さくらです" in refused.text
    sent = {"version": str(person.version), "question": "<b>駐車場</b>は使えますか。", "answer": A}
    assert client.post(f"{here}publish_answer", data=sent).status_code == 303
    public = client.get(f"/postings/{person.posting.posting_no}").text
    assert "よくある質問" in public
    assert "&lt;b&gt;駐車場&lt;/b&gt;は使えますか。" in public
    assert "さくら" not in public
    db_session.expire_all()
    assert client.post(f"{here}unpublish_answer", data={"version": str(person.version)}).status_code == 303
    assert "よくある質問" not in client.get(f"/postings/{person.posting.posting_no}").text


def test_who_may_not_publish_postings_publishes_no_answer(client: Client, answered: Any, db_session: Session) -> None:
    """It is as public as a posting. Taking it back is open to whoever handles people."""
    person, officer = answered()
    helper = factories.account(Role.municipality, organization=person.organization, rights=["view", "candidates"])
    with pytest.raises(NotPermitted, match="公開の権限も必要"):
        put(person, actor_of(helper))
    db_session.commit()
    client.sign_in(helper)
    assert "質問と回答を公開する" not in client.get(f"/office/candidate/{person.id}/").text
    page = f"/office/candidate/{person.id}/publish_answer"
    assert "公開の権限も必要です" in client.get(page).text
    assert client.post(page, data={"version": person.version, "question": Q, "answer": A, "do": "publish_answer"}).status_code in (403, 409)
    assert listed(db_session, person) == []
    put(person, officer)
    db_session.commit()
    published.take_back(person, actor_of(helper), seen_version=person.version)
    assert listed(db_session, person) == []


def test_a_deleted_asker_takes_the_question_from_the_page(answered: Any, db_session: Session) -> None:
    """The words began with theirs, and nobody could take them back any more; other people's stay."""
    (person, officer), (other, second) = answered(), answered()
    put(person, officer)
    put(other, second)
    assert len(listed(db_session, person)) == 1
    erase.erase(person, candidate_of(person.id), seen_version=person.version)
    assert listed(db_session, person) == []
    assert len(listed(db_session, other)) == 1
    assert db_session.execute(select(PublishedAnswer.candidate_id)).scalars().all() == [other.id]
