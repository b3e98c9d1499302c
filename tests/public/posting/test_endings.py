"""What stands at the address of a posting that is over or not public: true words, and links that find something."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.public.posting import endings
from keynet_admin.public.query import Search
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.public.build import listed, put
from tests.support.clock import MovableClock

OFFER = re.compile(r'<a class="offer" href="([^"]+)"><span class="offer__name">([^<]+)</span><span class="offer__n">([\d,]+)件')


def offers(text: str) -> list[tuple[str, str, int]]:
    return [(path.replace("&amp;", "&"), name, int(count.replace(",", ""))) for path, name, count in OFFER.findall(text)]


def test_after_the_deadline_the_page_says_so_first(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed({"deadline": "2021-05-20", "title": "珊瑚の会場"}, until=None)
    clock.set("2021-05-21 00:00")
    page = client.get(f"/postings/{posting.posting_no}")
    assert page.status_code == 200
    main = page.text.partition("<main")[2]
    assert main.index("締切後") < main.index("<h1>")
    for words in ("応募の締切を過ぎました。", "令和3年5月20日", "締切を延ばすと", "時間額 1,987円"):
        assert words in main
    for words in ("/apply", "/ask", "ld+json", "予診票の聞き取り"):
        assert words not in page.text


def test_a_closed_one_leads_to_others_like_it(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    over = listed(number=1)
    listed(number=2)
    oita = factories.make_organization("442011", "大分市")
    listed({"venue_city": "442011"}, organization=oita, number=3)
    tokyo = factories.make_organization("131016", "千代田区")
    listed({"job_type": "clerical", "venue_city": "131016"}, organization=tokyo, number=4)
    put(over, PostingStatus.closed)
    for address in (f"/postings/{over.posting_no}", "/postings/KN-P-000009"):
        text = client.get(address).text
        found = offers(text)
        assert found
        for path, _name, count in found:
            assert f"<b>{count}件</b>" in client.get(path).text or f"{count}件" in client.get(path).text
    names = [name for _, name, _ in offers(client.get(f"/postings/{over.posting_no}").text)]
    assert names == ["宮崎県の看護師", "大分県の看護師", "宮崎県のすべての募集", "全国の看護師", "全国のすべての募集"]


def test_no_offer_finds_nothing() -> None:
    def one(search: Search) -> int:
        return int(set(search.prefecture) <= {"29"} and set(search.job_type) <= {"nurse"})

    assert [offer.count for offer in endings.near(one, "29", "nurse")] == [1, 1, 1, 1]
    assert [offer.name for offer in endings.near(one, "13", "clerical")] == ["全国のすべての募集"]
    assert endings.near(lambda _search: 0, "13", "nurse") == []


@pytest.mark.parametrize("state", [PostingStatus.draft, PostingStatus.paused, PostingStatus.suspended])
def test_every_number_without_a_public_posting_gets_the_same_words(
    client: FlaskClient, db_session: Session, clock: MovableClock, state: PostingStatus
) -> None:
    posting = factories.posting(state)
    db_session.commit()
    number, unknown = posting.posting_no, "KN-P-999999"
    for ending in ("", "/apply"):
        page, other = client.get(f"/postings/{number}{ending}"), client.get(f"/postings/{unknown}{ending}")
        assert (page.status_code, other.status_code) == (404, 404)
        assert "この番号の募集は、いま公開されていません" in page.text
        assert page.text.replace(number, "x") == other.text.replace(unknown, "x")


def test_after_thirty_days_only_the_way_on_is_left(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed({"title": "珊瑚の会場"}, until=date(2021, 5, 20))
    put(posting, PostingStatus.closed)
    clock.advance(days=40)
    other = listed(until=date(2021, 12, 1))
    page = client.get(f"/postings/{posting.posting_no}")
    assert page.status_code == 410
    assert "珊瑚" not in page.text
    assert offers(page.text)
    assert other.posting_no not in page.text
