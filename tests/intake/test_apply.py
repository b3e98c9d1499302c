"""Applying and asking: form → confirmation → done, what is asked again, what is kept, and who is kept out."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from keynet_admin import clock as time
from keynet_admin.models import Candidate, EntryDraft, OutboxMail, Posting, ThreadMessage
from keynet_admin.services import threads
from keynet_admin.services.candidate import access
from keynet_admin.services.posting import publication
from keynet_admin.vocabulary import CandidateKind, CandidateStatus, PostingStatus
from tests import factories
from tests.support.web import Client, change_settings

RECEIPT = OutboxMail.template == "candidate_receipt"
PERSON = {
    "family_name": "見本",
    "given_name": "さくら",
    "family_kana": "みほん",
    "given_kana": "サクラ",
    "email": "sakura@mail.example",
    "licenses": ["nurse"],
    "availability": ["consult"],
    "message": "土日の午後に勤務できます。",
    "consent": "1",
}


@pytest.fixture
def posting(db_session: Session) -> Posting:
    """A live posting that takes applications here."""
    made = factories.posting(PostingStatus.live)
    db_session.commit()
    return made


def soup(response: TestResponse) -> BeautifulSoup:
    """The answered page."""
    return BeautifulSoup(response.text, "html.parser")


def hidden(response: TestResponse) -> dict[str, Any]:
    """The hidden fields of the page's form; of several of one name all."""
    found: dict[str, Any] = {}
    for item in soup(response).select("main form input[type=hidden]"):
        found.setdefault(str(item["name"]), []).append(str(item["value"]))
    return found


def fill(client: Client, posting: Posting, way: str = "apply", **values: Any) -> TestResponse:
    """Open the form, fill it in and go on to what follows."""
    address = f"/postings/{posting.posting_no}/{way}"
    return client.post(address, data={**hidden(client.get(address)), **PERSON, **values, "do": "confirm"}, follow_redirects=True)


def send(client: Client, posting: Posting, way: str = "apply", **values: Any) -> TestResponse:
    """The same up to the last page."""
    page = fill(client, posting, way, **values)
    return client.post(f"/postings/{posting.posting_no}/{way}", data=hidden(page) | {"do": "send"}, follow_redirects=True)


def number_on(page: TestResponse) -> str:
    """The number that the last page shows."""
    found = soup(page).select_one("[data-receipt]")
    assert found is not None, page.text
    return found.text


def test_from_the_form_to_a_number_and_an_own_page(client: Client, posting: Posting, db_session: Session) -> None:
    first = client.get(f"/postings/{posting.posting_no}/apply")
    assert first.status_code == 200
    assert "Set-Cookie" not in first.headers
    assert first.headers["Cache-Control"] == "no-store"
    assert len(first.data) < 60_000
    page = soup(first)
    stops = page.select("a[href], button:not([hidden]), input:not([type=hidden]):not([tabindex='-1'])")
    assert [stop.get("id") for stop in stops].index("family_name") <= 12
    assert not page.select_one("#consent[checked]")
    # Found by search engines as a part of the posting's page.
    assert page.select_one("link[rel=canonical]")["href"].endswith(f"/postings/{posting.posting_no}")
    assert page.select_one("meta[name=robots]") is None
    checked = fill(client, posting)
    assert checked.request.path.endswith("/confirm")
    assert "見本 さくら（ミホン サクラ）" in checked.text
    assert db_session.scalar(select(Candidate.id)) is None
    done = client.post(f"/postings/{posting.posting_no}/apply", data=hidden(checked) | {"do": "send"}, follow_redirects=True)
    made = db_session.execute(select(Candidate)).scalar_one()
    assert number_on(done) == made.candidate_no
    assert re.fullmatch("KN-A-[0-9]{6}", made.candidate_no)
    assert (made.kind, made.status) == (CandidateKind.application, CandidateStatus.received)
    assert (made.name, made.kana, made.email) == ("見本 さくら", "ミホン サクラ", "sakura@mail.example")
    assert made.typed["family_kana"] == "みほん"
    assert [found["rule"] for found in made.findings] == ["TXT-008"]
    mail = db_session.execute(select(OutboxMail).where(RECEIPT)).scalar_one()
    assert mail.recipient == "sakura@mail.example"
    assert db_session.scalar(select(EntryDraft.id)) is None
    assert "/my/" in str(soup(done).select_one("[data-my]"))
    assert "までは" not in done.text


def test_a_question_becomes_an_application_from_its_own_page(client: Client, posting: Posting, db_session: Session) -> None:
    """Its page is the proof: name and contact are filled in, and the sent application takes the question over. Without it nothing does."""
    send(client, posting, "ask", message="駐車場はありますか。")
    asked = db_session.execute(select(Candidate)).scalar_one()
    own = f"/my/{access.token(asked)}"
    assert "この募集に応募する" in client.get(own).text
    form = client.post(own, data={"do": "apply"}, follow_redirects=True)
    assert form.request.path == f"/postings/{posting.posting_no}/apply"
    filled = {item["name"]: item.get("value", "") for item in soup(form).select("main form input[name]")}
    assert (filled["family_name"], filled["email"], filled["family_kana"]) == ("見本", "sakura@mail.example", "")
    send(client, posting)
    db_session.expire_all()
    made = db_session.execute(select(Candidate).where(Candidate.kind == CandidateKind.application)).scalar_one()
    assert (made.inquiry_id, asked.status) == (asked.id, CandidateStatus.converted)
    assert [message.body for message in threads.of(made)] == ["駐車場はありますか。"]
    assert "この募集に応募する" not in client.get(own).text
    assert client.post(own, data={"do": "apply"}).status_code == 422


def test_a_question_may_be_anonymous_and_begins_a_thread(client: Client, posting: Posting, db_session: Session) -> None:
    nobody = {"family_name": "", "given_name": "", "email": "", "message": "駐車場はありますか。"}
    done = send(client, posting, "ask", **nobody)
    made = db_session.execute(select(Candidate)).scalar_one()
    assert number_on(done) == made.candidate_no
    assert (made.kind, made.status, made.name) == (CandidateKind.inquiry, CandidateStatus.open, "")
    assert db_session.execute(select(ThreadMessage.body)).scalar_one() == "駐車場はありますか。"
    assert "ご自分のページ" in done.text


def test_who_has_only_a_telephone_is_told_what_happens(client: Client, posting: Posting, db_session: Session) -> None:
    checked = fill(client, posting, email="", tel="０９８２－００－００１２")
    assert "連絡はすべて電話になります" in checked.text
    done = client.post(f"/postings/{posting.posting_no}/apply", data=hidden(checked) | {"do": "send"}, follow_redirects=True)
    assert "0982-00-0012 にお電話します" in done.text
    assert db_session.scalar(select(OutboxMail.id).where(RECEIPT)) is None


def test_errors_are_listed_on_top_and_stand_at_their_fields(client: Client, posting: Posting) -> None:
    values = {"email": "mihoko@mail", "licenses": ["assistant_nurse"], "availability": [], "message": "髙﨑 𠮷 <b>太</b>", "consent": ""}
    page = fill(client, posting, **values)
    assert page.status_code == 422
    found = soup(page)
    links = [str(link["href"]).removeprefix("#") for link in found.select("[data-error-summary] a")]
    assert links == ["email", "licence_prefecture", "availability-0", "consent"]
    assert all(found.find(id=link) for link in links)
    assert found.select_one("title").text.startswith("エラー4件")  # type: ignore[union-attr]
    assert found.find(id="email")["value"] == "mihoko@mail"  # type: ignore[index]
    assert "髙﨑 𠮷 &lt;b&gt;太&lt;/b&gt;" in page.text
    again = client.get(page.request.path + "?checked=1")  # a reload sends nothing and loses nothing
    assert soup(again).find(id="email")["value"] == "mihoko@mail"  # type: ignore[index]


def test_each_fact_can_be_changed_and_nothing_is_lost_on_the_way_back(client: Client, posting: Posting) -> None:
    checked = fill(client, posting)
    links = [str(link["href"]) for link in soup(checked).select(".fact-row a")]
    assert f"/postings/{posting.posting_no}/apply#email" in links
    back = client.post(f"/postings/{posting.posting_no}/apply", data=hidden(checked) | {"do": "back"}, follow_redirects=True)
    form = soup(back)
    assert form.find(id="family_kana")["value"] == "みほん"  # type: ignore[index]
    ids = {str(item["id"]) for item in form.select("[id]")}
    assert {link.partition("#")[2] for link in links} <= ids


def test_five_sends_give_one_number_shown_five_times(client: Client, posting: Posting, db_session: Session) -> None:
    data = hidden(fill(client, posting)) | {"do": "send"}
    address = f"/postings/{posting.posting_no}/apply"
    numbers = {number_on(client.post(address, data=data, follow_redirects=True)) for _ in range(5)}
    assert len(numbers) == 1
    assert len(db_session.execute(select(OutboxMail.id).where(RECEIPT)).all()) == 1


def test_what_is_typed_after_a_send_is_another_application_and_says_so(client: Client, posting: Posting, db_session: Session) -> None:
    data = hidden(fill(client, posting)) | {"do": "send"}
    address = f"/postings/{posting.posting_no}/apply"
    client.post(address, data=data)
    page = client.post(address, data=data | {"message": "やはり平日も勤務できます。"}, follow_redirects=True)
    assert page.request.path.endswith("/confirm")
    assert "すでに応募されているようです" in page.text
    first = db_session.execute(select(Candidate)).scalar_one()
    assert first.candidate_no not in page.text
    client.post(address, data=hidden(page) | {"do": "send"})
    db_session.rollback()
    assert [row.content["message"] for row in db_session.execute(select(Candidate).order_by(Candidate.id)).scalars()] == [
        PERSON["message"],
        "やはり平日も勤務できます。",
    ]
    second = db_session.execute(select(Candidate).order_by(Candidate.id.desc()).limit(1)).scalar_one()
    assert "APP-005" in [found["rule"] for found in second.findings]


AGAIN: list[tuple[dict[str, str], bool]] = [
    ({}, True),
    ({"email": "", "tel": "0982-00-0012"}, False),
    ({"family_name": "見元"}, False),
    ({"given_kana": "サクラコ"}, False),
    ({"email": "other@mail.example"}, False),
]


def test_only_name_reading_and_contact_together_tell_of_an_earlier_application(client: Client, posting: Posting) -> None:
    send(client, posting)
    for values, told in AGAIN:
        assert ("すでに応募されているようです" in fill(client, posting, **values).text) is told, (values, told)


def test_an_old_address_of_a_carrier_is_taken_and_mailed(client: Client, posting: Posting, db_session: Session) -> None:
    page = fill(client, posting, email="a..b.@docomo.ne.jp")
    assert "携帯電話会社の古いアドレス" in page.text
    client.post(f"/postings/{posting.posting_no}/apply", data=hidden(page) | {"do": "send"})
    assert db_session.execute(select(OutboxMail.recipient).where(RECEIPT)).scalar_one() == "a..b.@docomo.ne.jp"


def test_no_text_breaks_a_page(client: Client, posting: Posting) -> None:
    for text in ["\0", "a\ud800b", "=1+1", "\r\nBcc: x@mail.example", "{{ 7*7 }}", "<script>", "\u202e逆", "﨑" * 200]:
        for way in ("apply", "ask"):
            page = fill(
                client, posting, way, message=text.encode("utf-8", "surrogatepass"), family_name=text.encode("utf-8", "surrogatepass")
            )
            assert page.status_code in (200, 422), text
            assert "<script>" not in page.text.partition("<main")[2].partition("</main>")[0], text


def test_words_of_a_person_make_no_subject(client: Client, posting: Posting, db_session: Session) -> None:
    send(client, posting, family_name="件名：改行", message="a\r\nBcc: x@mail.example")
    mail = db_session.execute(select(OutboxMail).where(RECEIPT)).scalar_one()
    assert "改行" not in mail.title
    assert "Bcc" not in mail.title + mail.body


@pytest.mark.parametrize("changes", [{"stamp": "1.0"}, {"stamp": ""}, {"website": "https://spam.example"}])
def test_what_looks_like_a_machine_is_asked_to_press_again(changes: dict[str, str], client: Client, posting: Posting) -> None:
    page = fill(client, posting, **changes)
    assert "もう一度ボタンを押してください" in page.text
    assert soup(page).find(id="family_kana")["value"] == "みほん"  # type: ignore[index]
    again = client.post(page.request.path, data={**hidden(page), **PERSON, "do": "confirm"}, follow_redirects=True)
    assert again.request.path.endswith("/confirm")


def test_who_is_too_fast_is_asked_to_press_again(app: Flask, client: Client, posting: Posting, monkeypatch: pytest.MonkeyPatch) -> None:
    change_settings(app, rate_limits=True)
    page = fill(client, posting)
    assert "もう一度ボタンを押してください" in page.text
    later = time.real_now() + timedelta(seconds=4)
    monkeypatch.setattr(time, "real_now", lambda: later)
    again = client.post(page.request.path, data={**hidden(page), **PERSON, "do": "confirm"}, follow_redirects=True)
    assert again.request.path.endswith("/confirm")


def test_a_page_of_another_site_changes_nothing(client: Client, posting: Posting, db_session: Session) -> None:
    address = f"/postings/{posting.posting_no}/apply"
    data = {**hidden(client.get(address)), **PERSON, "do": "confirm"}
    page = client.post(address, data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 400
    assert "Set-Cookie" not in page.headers
    assert db_session.scalar(select(EntryDraft.id)) is None


def test_a_check_while_typing_keeps_nothing(client: Client, posting: Posting, db_session: Session) -> None:
    page = client.post(f"/postings/{posting.posting_no}/apply", data={**PERSON, "email": "sakura@mail", "part": "1"})
    assert soup(page).select_one("[data-field=email] [data-finding=MAIL-002]")
    assert "Set-Cookie" not in page.headers
    assert db_session.scalar(select(EntryDraft.id)) is None


def test_one_address_gets_ten_an_hour(app: Flask, posting: Posting, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = [app.test_client() for _ in range(11)]
    pages = [fill(client, posting, message=f"{number}回目") for number, client in enumerate(clients)]  # type: ignore[arg-type]
    change_settings(app, rate_limits=True)
    later = time.real_now() + timedelta(seconds=4)
    monkeypatch.setattr(time, "real_now", lambda: later)
    address = f"/postings/{posting.posting_no}/apply"
    answers = [client.post(address, data=hidden(page) | {"do": "send"}) for client, page in zip(clients, pages, strict=True)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "10回目" in answers[-1].text


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        (PostingStatus.draft, 404, ""),
        (PostingStatus.paused, 404, ""),
        (PostingStatus.suspended, 404, ""),
        (PostingStatus.closed, 200, "応募はできません"),
    ],
)
def test_who_comes_to_a_posting_that_takes_nobody(
    state: PostingStatus, status: int, words: str, client: Client, db_session: Session
) -> None:
    posting = factories.posting(state)
    db_session.commit()
    for way in ("apply", "ask"):
        page = client.get(f"/postings/{posting.posting_no}/{way}")
        assert page.status_code == status
        assert words in page.text
    missing = client.get("/postings/KN-P-999999/apply")
    assert missing.status_code == 404
    if status == 404:
        page = client.get(f"/postings/{posting.posting_no}/apply").text
        assert page.replace(posting.posting_no, "KN-P-999999") == missing.text


def test_long_after_its_end_a_posting_is_gone(client: Client, db_session: Session, clock: Any) -> None:
    posting = factories.posting(PostingStatus.closed)
    db_session.commit()
    clock.advance(days=31)
    assert client.get(f"/postings/{posting.posting_no}/apply").status_code == 410


def test_a_posting_that_closes_while_somebody_types(client: Client, posting: Posting, db_session: Session) -> None:
    checked = fill(client, posting)
    owner = factories.actor(factories.Role.municipality, organization=posting.organization)
    publication.close(posting, owner, seen_version=posting.version)
    db_session.commit()
    page = client.post(f"/postings/{posting.posting_no}/apply", data=hidden(checked) | {"do": "send"}, follow_redirects=True)
    assert page.status_code == 200
    assert "応募はできません" in page.text
    assert db_session.scalar(select(Candidate.id)) is None


def test_a_masked_posting_names_its_municipality_to_applicants_only(client: Client, db_session: Session) -> None:
    masked = {
        "visibility": "masked",
        "title": "県北の市の接種会場の看護師",
        "duty_detail": "予診票の確認と注射を行います。",
    }
    posting = factories.posting(PostingStatus.live, masked)
    db_session.commit()
    name = posting.organization.name + "が"
    assert name not in client.get(f"/postings/{posting.posting_no}/apply").text
    assert name not in fill(client, posting).text
    assert name not in send(client, posting, "ask").text
    mail = db_session.execute(select(OutboxMail).where(RECEIPT)).scalar_one()
    assert f"{posting.organization.name}への" not in mail.body
    assert name in send(client, posting).text


def test_other_writings_of_the_number_lead_to_the_one_address(client: Client, posting: Posting) -> None:
    page = client.get(f"/postings/{posting.posting_no.lower()}/apply")
    assert (page.status_code, page.headers["Location"]) == (301, f"/postings/{posting.posting_no}/apply")


def test_a_posting_that_takes_nobody_here_leads_back_to_its_page(client: Client, db_session: Session) -> None:
    posting = factories.posting(PostingStatus.live, {"apply_by": ["phone"], "public_tel": "0982-00-0013"})
    db_session.commit()
    page = client.get(f"/postings/{posting.posting_no}/apply")
    assert (page.status_code, page.headers["Location"]) == (303, f"/postings/{posting.posting_no}")
    assert "/apply" not in client.get(f"/postings/{posting.posting_no}").text


def test_the_public_page_offers_both_and_names_only_ways_that_work(client: Client, posting: Posting) -> None:
    page = client.get(f"/postings/{posting.posting_no}")
    links = [link["href"] for link in soup(page).select("#h-apply ~ p a")]
    assert links == [f"/postings/{posting.posting_no}/apply", f"/postings/{posting.posting_no}/ask"]
    assert '"directApply": true' in page.text
    assert "Set-Cookie" not in page.headers


def test_the_keys_of_the_own_page_are_shown_for_a_day(client: Client, posting: Posting, clock: Any) -> None:
    done = send(client, posting)
    address = done.request.path
    assert soup(client.get(address)).select_one("[data-code]")
    clock.advance(hours=25)
    later = client.get(address)
    assert number_on(later)
    assert not soup(later).select_one("[data-code]")
    assert "/my/" not in later.text
    assert client.get(address.replace("/apply/", "/ask/")).status_code == 404
    start, _, token = address.rpartition("/")
    assert client.get(f"{start}/{token[::-1]}").status_code == 404


def test_many_at_one_moment_lose_none_and_are_mailed_once(
    app: Flask, posting: Posting, db_session: Session, pytestconfig: pytest.Config
) -> None:
    people = int(pytestconfig.getoption("--crowd"))
    no, address = posting.posting_no, f"/postings/{posting.posting_no}/apply"
    pages = []
    for number in range(people):
        client = app.test_client()
        pages.append((client, hidden(fill(client, posting, email=f"person{number}@mail.example")) | {"do": "send"}))
    db_session.rollback()

    def act(turn: tuple[Any, dict[str, Any]]) -> int:
        client, data = turn
        return int(client.post(address, data=data).status_code)

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(act, [*pages, *pages[:10]]))  # some press twice
    assert set(codes) == {303}
    rows = db_session.execute(select(Candidate).join(Posting).where(Posting.posting_no == no)).scalars().all()
    assert len(rows) == people
    assert len({row.candidate_no for row in rows}) == people
    assert len(db_session.execute(select(OutboxMail.recipient).where(RECEIPT)).all()) == people
