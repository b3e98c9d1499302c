"""Near a postal code: how far is looked, the order, what the page says, codes as people type them, postings without a public place."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from keynet_admin.extensions import db, reading
from keynet_admin.public import queries
from keynet_admin.public.query import Search, read
from keynet_admin.public.source import connected
from tests import factories
from tests.public.build import listed
from tests.support.clock import MovableClock

# 千代田区: 新宿区 5 km, 川崎市 17 km, 八王子市 38 km, 青梅市 43 km, 水戸市 99 km.
CHIYODA, SHINJUKU, KAWASAKI, HACHIOJI, MITO = "131016", "131041", "141305", "132012", "082015"


def found(address: str) -> queries.Page:
    """A page of a search, asked for by a transaction of its own."""
    db.session.commit()
    with reading(), connected() as connection:
        return queries.page(connection, read(MultiDict(pair.split("=") for pair in address.split("&"))), back=True)


def make(*cities: str) -> list[int]:
    """Postings in these municipalities; their ids."""
    return [listed({"venue_city": city}).id for city in cities]


@pytest.mark.parametrize("typed", ["1000001", "100-0001", "〒１００－０００１", "100 0001"])
def test_a_code_in_any_writing(typed: str) -> None:
    """It becomes its seven digits, and the order is by distance unless another is asked for."""
    search = read(MultiDict([("near", typed)]))
    assert (search.near, search.sort, search.query()) == ("1000001", "near", "?near=1000001")
    assert read(MultiDict([("near", typed), ("sort", "new")])).query() == "?near=1000001&sort=new"
    assert search.without("near", "") == Search()


@pytest.mark.parametrize(
    ("typed", "said"), [("123", "7桁の数字"), ("千代田区", "7桁の数字"), ("999-9999", "郵便番号データに"), ("\x00" * 9, "7桁の数字")]
)
def test_what_is_no_code_is_said_at_the_field(client: FlaskClient, db_session: Session, typed: str, said: str) -> None:
    """And left out; what was typed stands there still."""
    page = client.get("/postings/", query_string={"near": typed})
    assert page.status_code == 200
    field = re.search(r'<div class="field find__near">.*?</div>', page.text, re.DOTALL)
    assert field
    assert said in field[0]
    assert 'aria-invalid="true" aria-describedby="e-near"' in field[0]
    assert typed.replace("\x00", "□") in field[0]
    assert "条件に入れていません" in page.text


def test_by_distance_needs_a_place() -> None:
    """The order is said to be impossible without a code."""
    search = read(MultiDict([("sort", "near")]))
    assert (search.sort, len(search.problems)) == ("new", 1)
    assert "near" not in search.sorts


def test_nearest_first_and_the_newest_of_equals(db_session: Session, clock: MovableClock) -> None:
    """Whatever order they were published in."""
    far, own, near, own_too = make(KAWASAKI, CHIYODA, SHINJUKU, CHIYODA)
    page = found("near=1000001")
    assert list(page.numbers) == [own_too, own, near, far]
    assert page.around
    assert [page.around.away[number] for number in page.numbers] == [0, 0, 5, pytest.approx(17, abs=2)]
    assert list(found("near=1000001&sort=new").numbers) == [own_too, near, own, far]


@pytest.mark.parametrize(
    ("cities", "km", "count"),
    [
        ([CHIYODA] * 20 + [KAWASAKI], 10, 20),  # a page is full nearby
        ([CHIYODA] * 3 + [KAWASAKI] * 17 + [HACHIOJI], 25, 20),
        ([SHINJUKU, HACHIOJI], 50, 2),  # not full: as far as one drives
        ([MITO], 100, 1),  # nothing so near: farther, until something is found
        ([], 100, 0),
    ],
)
def test_how_far_is_looked(db_session: Session, clock: MovableClock, cities: list[str], km: int, count: int) -> None:
    """Until a page is full, at most 50 km; beyond that until something is found."""
    make(*cities)
    page = found("near=1000001")
    assert page.around
    assert (page.around.km, page.count) == (km, count)


def test_page_by_page_there_and_back(db_session: Session, clock: MovableClock) -> None:
    """No posting twice, none left out, in one order; the way back leads to the page before."""
    make(*([CHIYODA, SHINJUKU] * 15 + [KAWASAKI] * 12))
    seen: list[int] = []
    address, page = "near=1000001&job_type=nurse", found("near=1000001&job_type=nurse")
    first = list(page.numbers)
    while page.following:
        seen += page.numbers
        page = found(f"{address}&after={page.following.text()}")
    assert page.previous is None or list(found(f"{address}&after={page.previous.text()}").numbers)
    assert len(seen + list(page.numbers)) == len(set(seen + list(page.numbers))) == page.count == 30
    assert seen[:20] == first


def test_other_conditions_count_as_well(db_session: Session, clock: MovableClock) -> None:
    """How far is looked follows from what they leave over; words too."""
    make(*[CHIYODA] * 20)
    other = listed({"venue_city": KAWASAKI, "job_type": "physician", "title": "巡回バスの医師"}).id
    assert list(found("near=1000001&job_type=physician").numbers) == [other]
    assert list(found("near=1000001&q=巡回バス").numbers) == [other]
    assert found("near=1000001").choices.counts["job_type"]["nurse"] == 20


def test_what_the_page_says(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """The place, how far, the distance on each card, and how many have no public place."""
    body = factories.make_organization("131016", "千代田区")
    listed({"visibility": "masked", "venue_city": "131016"}, organization=body)
    make(CHIYODA, SHINJUKU)
    text = client.get("/postings/?near=100-0001").text
    assert "東京都千代田区から約50km以内の募集です。" in text
    assert '<a href="/postings/?prefecture=13">東京都に1件</a>' in text
    assert text.count('<article class="card result">') == 2
    assert "同じ市区町村" in text
    assert "約5km" in text
    assert "〒100-0001の近く" in text
    assert 'value="100-0001"' in text
    assert "距離の近い順" in text
    assert "約5km" not in client.get("/postings/").text
    assert "距離の近い順" not in client.get("/postings/").text


def test_feed_and_data_follow(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """The same postings; the feed by time, as always."""
    make(SHINJUKU, CHIYODA)
    listed({"venue_city": "011011"})
    assert client.get("/postings.json?near=1000001").get_json()["count"] == 2
    assert client.get("/postings.atom?near=1000001").text.count("<entry>") == 2
