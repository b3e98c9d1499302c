"""Landing pages: their heads, figures and links, and the site map that lists them."""

import re
from datetime import date, datetime
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.models import Posting
from keynet_admin.public.discovery import landing
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.public.build import listed, put
from tests.support.clock import MovableClock

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
UNTIL = {"deadline_type": "until_filled", "deadline": None}
PAIR = "/postings/?prefecture=45&job_type=nurse"


def page_of(client: FlaskClient, path: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path).text, "html.parser")


def pay(low: int) -> dict[str, object]:
    return {"pay_type": "hour", "pay_lines": [{"min": low}]}


def three(clock: MovableClock) -> None:
    """Two nurses' postings in Miyazaki, one of them open to assistant nurses; clerks there; a nurse next door in Kagoshima."""
    kagoshima = factories.make_organization(lg_code="462012", name="鹿児島市")
    listed(UNTIL | pay(1500) | {"headcount": 3, "publish_until": "2021-06-30"}, number=1)
    clock.advance(minutes=1)
    listed(UNTIL | pay(2000) | {"headcount": 2, "publish_until": "2021-05-24", "also_junior": True}, number=2)
    clock.advance(minutes=1)
    listed(UNTIL | pay(1000) | {"job_type": "pharmacist", "publish_until": "2021-06-30"}, number=3)
    clock.advance(minutes=1)
    listed(UNTIL | pay(1800) | {"venue_city": "462012", "publish_until": "2021-06-30"}, organization=kagoshima, number=4)


def test_it_says_what_it_finds(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    three(clock)
    page = page_of(client, PAIR)
    h1 = page.h1
    assert h1 is not None
    assert " ".join(h1.text.split()) == "宮崎県の看護師の募集 2件"
    assert page.title is not None
    assert page.title.text.startswith("宮崎県の看護師の募集 2件 | ")
    description = page.select_one("meta[name=description]")["content"]  # type: ignore[index]
    assert description == (
        "宮崎県の自治体による看護師の募集2件。募集人数5名、1時間あたりの下限1,500円～2,000円、いちばん近い締切5/24(月)。登録も費用もいりません。"
    )
    assert page.select_one("meta[name=robots]") is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            PAIR,
            {
                "/postings/?prefecture=46&job_type=nurse": 1,
                "/postings/?prefecture=45&job_type=pharmacist": 1,
                "/postings/?prefecture=45&job_type=assistant_nurse": 1,
            },
        ),
        ("/postings/?prefecture=45", {"/postings/?prefecture=46": 1, PAIR: 2}),
        ("/postings/?job_type=nurse", {PAIR: 2, "/postings/?prefecture=46&job_type=nurse": 1, "/postings/?job_type=pharmacist": 1}),
        ("/postings/?job_type=assistant_nurse", {"/postings/?prefecture=45&job_type=assistant_nurse": 1}),
        ("/postings/", {}),
        ("/postings/?prefecture=13", {}),
        (PAIR + "&sort=pay", {}),
    ],
)
def test_its_links_find_what_they_say_and_never_nothing(
    client: FlaskClient, db_session: Session, clock: MovableClock, path: str, found: dict[str, int]
) -> None:
    three(clock)
    offers = {str(link["href"]): int(re.findall(r"([0-9]+)件", link.text)[0]) for link in page_of(client, path).select("a.offer")}
    assert found.items() <= offers.items()
    for address, count in offers.items():
        assert len(page_of(client, address).select("article.card")) == count > 0, address


def test_a_posting_leads_to_the_pages_above_it(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(number=1)
    crumbs = [link["href"] for link in page_of(client, "/postings/KN-P-000001").select(".crumbs a")]
    assert crumbs == ["/postings/", "/postings/?prefecture=45", PAIR]


def test_the_site_map_lists_each_that_finds_something(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    three(clock)
    listed(UNTIL | {"job_type": "physician", "publish_until": "2021-06-30"}, number=5)
    put(db_session.get_one(Posting, 5), PostingStatus.closed)
    tree = ET.fromstring(client.get("/sitemap.xml").data)
    found = {url.findtext(SPACE + "loc"): url.findtext(SPACE + "lastmod") for url in tree}
    site = "http://127.0.0.1:8000"
    assert found[site + PAIR] == "2021-05-07T10:01:00+09:00"
    assert found[site + "/postings/?prefecture=45"] == "2021-05-07T10:02:00+09:00"
    assert found[site + "/postings/?job_type=nurse"] == "2021-05-07T10:03:00+09:00"
    assert f"{site}/postings/?job_type=physician" not in found
    listing_pages = [address for address in found if address and "/postings/?" in address]
    for address in listing_pages:
        page = page_of(client, address.removeprefix(site))
        assert page.select_one("link[rel=canonical]")["href"] == address  # type: ignore[index]
        assert page.select_one("meta[name=robots]") is None


def test_the_site_map_keeps_to_its_limits(
    client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sitemaps 0.9: 50,000 addresses and 50 MB a part, addresses under 2,048 letters, moments with their zone."""
    three(clock)
    whole = {element.text for element in ET.fromstring(client.get("/sitemap.xml").data).iter(SPACE + "loc")}
    monkeypatch.setattr("keynet_admin.public.discovery.sitemap.PART", 2)
    index = ET.fromstring(client.get("/sitemap.xml?other=1").data)
    parts = [element.text or "" for element in index.iter(SPACE + "loc")]
    assert parts[-1].endswith("?part=landing")
    seen: list[str | None] = []
    for address in parts:
        body = client.get(address.removeprefix("http://127.0.0.1:8000")).data
        tree = ET.fromstring(body)
        assert tree.tag == SPACE + "urlset"
        assert 0 < len(tree) <= 50_000
        assert len(body) < 50_000_000
        for url in tree:
            assert [child.tag for child in url] in ([SPACE + "loc"], [SPACE + "loc", SPACE + "lastmod"])
            assert len(url.findtext(SPACE + "loc") or "") < 2048
            if (changed := url.findtext(SPACE + "lastmod")) is not None:
                assert datetime.fromisoformat(changed).tzinfo is not None
            seen.append(url.findtext(SPACE + "loc"))
    assert len(seen) == len(set(seen))
    assert set(seen) == whole


def test_figures_of_a_large_table_are_read_once_a_minute(
    client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "MANY", 0)
    listed(UNTIL | {"headcount": 3, "publish_until": "2021-06-30"}, number=1)
    assert "3名" in page_of(client, PAIR).select(".lead-facts")[0].text
    listed(UNTIL | {"headcount": 4, "publish_until": "2021-06-30"}, number=2)
    page = page_of(client, PAIR)
    assert page.h1 is not None
    assert "2件" in page.h1.text  # the count is the list's own
    assert "3名" in page.select(".lead-facts")[0].text
    clock.advance(seconds=61)
    assert "7名" in page_of(client, PAIR).select(".lead-facts")[0].text  # nor does a kept page tell them longer
    listed(UNTIL | {"headcount": 5, "publish_until": "2021-06-30"}, number=3)
    clock.advance(seconds=61)
    assert "12名" in page_of(client, PAIR).select(".lead-facts")[0].text


def test_an_end_is_never_shown_after_it(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(until=date(2021, 5, 10), number=1)
    listed(until=date(2021, 6, 10), number=2)
    assert "5/10(月)" in page_of(client, PAIR).select(".lead-facts")[0].text
    clock.set("2021-05-11T00:00:00+09:00")
    assert "6/10(木)" in page_of(client, PAIR).select(".lead-facts")[0].text
    assert clocks.today() == date(2021, 5, 11)
