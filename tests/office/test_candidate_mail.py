"""One text to several people at `/office/candidate/write`: the page before, the sending, the page after, and all that comes between."""

import re
from threading import Barrier, Thread
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, Candidate, MessageTemplate, OutboxMail, Posting, ThreadMessage
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import stages
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateKind, CandidateStatus, PostingStatus, Role
from tests import factories
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
S = CandidateStatus
WRITE = "/office/candidate/write"


class Office:
    """A signed-in officer, a posting of theirs, a text that asks for an interview and brings 連絡済み."""

    def __init__(self, client: Client, session: Session) -> None:
        self.client, self.session = client, session
        self.posting: Posting = factories.posting(PostingStatus.live)
        self.account: Account = client.sign_in(factories.account(Role.municipality, organization=self.posting.organization))
        self.template: MessageTemplate = factories.message_template(
            self.posting.organization, name="日程", body="{氏名} 様 面接の日程を伺います。", kind=CandidateKind.application, step="contact"
        )

    def person(self, state: CandidateStatus = S.received, **content: str) -> Candidate:
        """Somebody at the posting."""
        return factories.candidate(state, content, posting=self.posting, by=actor_of(self.account))

    def page(self, people: list[Candidate], **query: str) -> BeautifulSoup:
        """The page with the texts."""
        self.session.commit()
        rows = [f"{person.id}.{person.version}" for person in people]
        answer = self.client.get(WRITE, query_string={"row": rows, "template": str(self.template.id)} | query)
        assert answer.status_code == 200
        return BeautifulSoup(answer.text, "html.parser")

    def post(self, page: BeautifulSoup, **changes: str) -> Any:
        """Press the big button of that page, with some fields changed."""
        return self.client.post(WRITE, data=typed(page) | {"do": "send"} | changes)

    def sent(self, person: Candidate) -> list[str]:
        """The texts that went to this person, by the thread; each has one mail when there is an address."""
        self.session.rollback()
        query = (
            select(ThreadMessage.body).where(ThreadMessage.about(person), ThreadMessage.author_id.is_not(None)).order_by(ThreadMessage.id)
        )
        mails = select(func.count()).select_from(OutboxMail).where(OutboxMail.about(person), OutboxMail.template == "candidate_message")
        bodies = list(self.session.execute(query).scalars())
        assert self.session.execute(mails).scalar_one() == (len(bodies) if person.email else 0)
        return bodies


def typed(page: BeautifulSoup) -> dict[str, Any]:
    """What the form of the page would send."""
    form = page.select_one("form#write")
    assert form is not None
    rows = [str(box["value"]) for box in form.select('input[name="row"]')]
    hidden = {str(box["name"]): str(box["value"]) for box in form.select('input[name^="step-"]')}
    return {"row": rows} | hidden | {str(area["name"]): area.text.removeprefix("\n") for area in form.select("textarea")}


@pytest.fixture
def office(app: Flask, db_session: Session, client: Client) -> Office:
    """See Office."""
    return Office(client, db_session)


def test_from_the_list_to_everybody(office: Office) -> None:
    """What the page shows goes: each text with its name, edited ones as edited; the stage moves where it can, in the same breath."""
    first, second = office.person(), office.person(S.selection, given_name="もも")
    office.session.commit()
    listed = BeautifulSoup(office.client.get("/office/candidate/").text, "html.parser")
    assert listed.select_one(f'input[form="bulk"][name="row"][value="{first.id}.{first.version}"]') is not None
    assert listed.select_one(f'#bulk button[formaction="{WRITE}"]') is not None
    page = office.page([first, second])
    assert "2人に送る文面" in page.text
    assert "1人の段階が変わります" in page.text
    assert typed(page)[f"text-{first.id}"].strip() == "見本 さくら 様 面接の日程を伺います。"
    answer = office.post(page, **{f"text-{second.id}": "もも様 こちらだけ直しました。"})
    assert answer.status_code == 303
    assert office.sent(first) == ["見本 さくら 様 面接の日程を伺います。"]
    assert office.sent(second) == ["もも様 こちらだけ直しました。"]
    assert (first.status, second.status) == (S.contacted, S.selection)
    told = office.client.get(answer.headers["Location"]).text
    assert "2人に送りました" in told
    assert "送らなかった方" not in told


def test_five_presses_send_once(office: Office) -> None:
    people = [office.person(), office.person(S.selection)]
    page = office.page(people)
    answers = [office.post(page) for _ in range(5)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert [len(office.sent(person)) for person in people] == [1, 1]


def test_who_was_moved_meanwhile_is_left_out_and_named(office: Office) -> None:
    """The others get theirs; nothing of the one that was moved is touched."""
    people = [office.person(), office.person(given_name="もも"), office.person()]
    page = office.page(people)
    colleague = factories.account(Role.municipality, organization=office.posting.organization, name="例田 実")
    stages.reject(people[1], actor_of(colleague), seen_version=people[1].version)
    office.session.commit()
    answer = office.post(page)
    assert [len(office.sent(person)) for person in people] == [1, 0, 1]
    assert people[1].status is S.rejected
    told = re.sub(r"\s+", " ", BeautifulSoup(office.client.get(answer.headers["Location"]).text, "html.parser").text)
    assert "2人に送りました" in told
    assert "送らなかった方 1人" in told
    assert "見本 もも" in told
    assert "先に「不採用」を行いました" in told
    assert "例田 実" in told


def test_a_text_that_does_not_fit_is_named_and_left_out(office: Office) -> None:
    """And can be taken off the page without losing what was typed."""
    person, asker = office.person(), office.person(S.open)
    page = office.page([person, asker])
    assert "1人には、この文面が合いません" in page.text
    assert f"text-{asker.id}" not in typed(page)
    again = office.post(page, drop=str(asker.id), **{f"text-{person.id}": "直した文"})
    assert again.status_code == 200
    dropped = BeautifulSoup(again.text, "html.parser")
    assert [row.split(".")[0] for row in typed(dropped)["row"]] == [str(person.id)]
    assert typed(dropped)[f"text-{person.id}"] == "直した文"
    answer = office.post(page)
    assert office.sent(asker) == []
    assert office.sent(person) == ["見本 さくら 様 面接の日程を伺います。"]
    assert "文面が合わず、送らなかった方" in office.client.get(answer.headers["Location"]).text
    assert asker.status is S.open


def test_without_an_address_they_are_to_be_called(office: Office) -> None:
    person = office.person(email="", tel="090-0000-0001")
    page = office.page([person])
    assert "お電話でお伝えください（090-0000-0001）" in page.text
    answer = office.post(page)
    assert len(office.sent(person)) == 1
    assert "090-0000-0001" in office.client.get(answer.headers["Location"]).text


BAD_TEXTS: list[tuple[str, str]] = [
    ("", "送る文を入力してください"),
    ("{面接日時} に", "「{面接日時}」の部分が決まっていません"),
    ("あ" * 2001, "2,000字まで"),
]


def test_one_bad_text_sends_none(office: Office) -> None:
    """At its field, with everything typed still there."""
    first, second = office.person(), office.person()
    page = office.page([first, second])
    for text, words in BAD_TEXTS:
        answer = office.post(page, **{f"text-{first.id}": "一人目の直し", f"text-{second.id}": text})
        assert answer.status_code == 422, (text, words)
        again = BeautifulSoup(answer.text, "html.parser")
        assert words in again.text, (text, words)
        assert again.select_one(f"#text-{second.id}[aria-invalid]") is not None, (text, words)
        assert typed(again)[f"text-{first.id}"] == "一人目の直し", (text, words)
        assert office.sent(first) == office.sent(second) == [], (text, words)


@pytest.mark.parametrize("written", ["31", "３１"])
def test_above_thirty_the_number_is_typed(office: Office, written: str) -> None:
    people = [office.person() for _ in range(31)]
    page = office.page(people)
    assert page.select_one("input#count") is not None
    for count in ("", "30", "31人"):
        answer = office.post(page, count=count)
        assert answer.status_code == 422, count
        assert "送る人数（31）を入力してください" in answer.text, count
        assert office.sent(people[-1]) == [], count
    assert office.post(page, count=written).status_code == 303
    assert len(office.sent(people[-1])) == 1


def test_thirty_need_none(office: Office) -> None:
    page = office.page([office.person() for _ in range(30)])
    assert page.select_one("input#count") is None
    assert office.post(page).status_code == 303


def test_the_stage_can_stay(office: Office) -> None:
    """Chosen in the list, or by the button of the page."""
    first, second = office.person(), office.person()
    office.post(office.page([first], stage="keep"))
    assert (len(office.sent(first)), first.status) == (1, S.received)
    page = office.page([second])
    kept = BeautifulSoup(office.post(page, keep="1").text, "html.parser")
    assert "段階は変わりません" in kept.text
    office.post(kept)
    assert (len(office.sent(second)), second.status) == (1, S.received)


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_an_old_page_keeps_what_was_typed(office: Office) -> None:
    person = office.person()
    page = office.page([person])
    answer = office.post(page, **{f"text-{person.id}": "書き直した文"}, csrf_token="old")
    assert answer.status_code == 400
    assert typed(BeautifulSoup(answer.text, "html.parser"))[f"text-{person.id}"] == "書き直した文"
    assert office.sent(person) == []


def test_nothing_of_others(office: Office) -> None:
    """Another municipality's people and texts are not there, by id neither before nor after nor in between."""
    own, foreign = office.person(), factories.candidate(posting=factories.posting(PostingStatus.live, {"title": "よその募集"}))
    other = factories.make_organization("131016", "千代田区")
    foreign.organization = other
    strange = factories.message_template(other, name="よその文面")
    office.session.commit()
    page = office.page([own, foreign])
    assert [row.split(".")[0] for row in typed(page)["row"]] == [str(own.id)]
    data = typed(page) | {"row": [f"{foreign.id}.{foreign.version}"], f"text-{foreign.id}": "勝手な文", f"step-{foreign.id}": ""}
    assert office.client.post(WRITE, data=data).status_code == 303
    assert office.sent(foreign) == []
    told = office.client.get("/office/candidate/written", query_string={"sent": str(foreign.id), "left": str(foreign.id)}).text
    assert "0人に送りました" in told
    refused = office.client.get(WRITE, query_string={"row": f"{own.id}.1", "template": str(strange.id)})
    assert (refused.status_code, refused.headers["Location"]) == (302, "/office/candidate/")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 302),
        ({"row": "x", "template": "1"}, 400),
        ({"row": "1.1", "template": "x"}, 302),
        ({"row": [f"{n}.1" for n in range(1, 102)], "template": "1"}, 400),
    ],
)
def test_odd_addresses(office: Office, query: dict[str, Any], code: int) -> None:
    office.session.commit()
    assert office.client.get(WRITE, query_string=query).status_code == code


def test_a_step_that_no_page_offered_is_refused(office: Office) -> None:
    person = office.person(S.offered)
    page = office.page([person])
    assert office.post(page, **{f"step-{person.id}": "secure"}).status_code == 400
    assert (office.sent(person), person.status) == ([], S.offered)


def test_two_officers_at_the_same_moment(app: Flask, office: Office) -> None:
    """One sends to all while the other rejects them one by one: each person has exactly one of both, never half of one."""
    people = [office.person() for _ in range(6)]
    colleague = factories.account(Role.municipality, organization=office.posting.organization)
    page = office.page(people)
    numbers, versions, other = [person.id for person in people], [person.version for person in people], actor_of(colleague)
    office.session.commit()
    barrier = Barrier(2)
    failed: list[BaseException] = []

    def reject() -> None:
        from keynet_admin.errors import KeynetError
        from keynet_admin.extensions import db

        barrier.wait()
        with app.app_context():
            for number, version in zip(reversed(numbers), reversed(versions), strict=True):
                try:
                    with transaction():
                        stages.reject(db.session.get(Candidate, number), other, seen_version=version)
                except KeynetError:
                    continue
                except BaseException as error:
                    failed.append(error)
            db.session.remove()

    thread = Thread(target=reject)
    thread.start()
    barrier.wait()
    answer = office.post(page)
    thread.join()
    assert failed == []
    assert answer.status_code == 303
    for person in people:
        office.session.refresh(person)
        assert (person.status, len(office.sent(person))) in ((S.contacted, 1), (S.rejected, 0))


def test_a_text_in_the_reply_box(office: Office) -> None:
    """What the box shows goes; a placeholder that nobody filled in keeps it from going, and nothing typed is lost."""
    person = office.person()
    office.template.body = "{氏名} 様 {面接日時}"
    foreign = factories.message_template(factories.make_organization("131016", "千代田区"), body="よその本文")
    office.session.commit()
    here = f"/office/candidate/{person.id}/"
    page = BeautifulSoup(office.client.get(f"{here}?template={office.template.id}").text, "html.parser")
    box = page.select_one("textarea#message")
    assert box is not None
    assert box.text.strip() == "見本 さくら 様 {面接日時}"
    assert "よその本文" not in office.client.get(f"{here}?template={foreign.id}").text
    refused = office.client.post(f"{here}reply", data={"version": str(person.version), "message": box.text})
    assert refused.status_code == 422
    assert "「{面接日時}」の部分が決まっていません" in refused.text
    assert "見本 さくら 様" in refused.text
    assert office.client.post(f"{here}reply", data={"version": str(person.version), "message": "見本 さくら 様 18日"}).status_code == 303
    assert office.sent(person) == ["見本 さくら 様 18日"]
