"""What pages say of themselves to search engines and to whoever shares their address."""

import re
import struct
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from keynet_admin.public.discovery.head import of_search
from keynet_admin.public.query import read
from tests import factories
from tests.public.build import listed
from tests.support.clock import MovableClock

SITE = "http://127.0.0.1:8000"


def soup(client: FlaskClient, path: str) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == 200, path
    return BeautifulSoup(response.text, "html.parser")


def meta(page: BeautifulSoup) -> dict[str, str]:
    """Name or property and content of all `meta` of a page."""
    found = {str(tag.get("property") or tag.get("name")): str(tag.get("content")) for tag in page.select("meta[content]")}
    return {name: value for name, value in found.items() if name != "None"}


@pytest.mark.parametrize(
    ("query", "path", "indexed"),
    [
        ("", "/postings/", True),
        ("prefecture=45", "/postings/?prefecture=45", True),
        ("job_type=nurse", "/postings/?job_type=nurse", True),
        ("prefecture=45&job_type=nurse", "/postings/?prefecture=45&job_type=nurse", True),
        ("job_type=nurse&prefecture=45", "/postings/?prefecture=45&job_type=nurse", True),  # the same set in another order of words
        ("prefecture=45&prefecture=45", "/postings/?prefecture=45", True),
        ("prefecture=45&q=", "/postings/?prefecture=45", True),
        ("prefecture=45&job_type=nurse&sort=pay", "/postings/?prefecture=45&job_type=nurse", False),
        ("q=看護&prefecture=45", "/postings/?prefecture=45", False),
        ("pay_min=1000&job_type=nurse", "/postings/?job_type=nurse", False),
        ("prefecture=45&prefecture=13", "/postings/", False),
        ("prefecture=45&job_type=nurse&job_type=pharmacist", "/postings/?prefecture=45", False),
        ("weekday=sat&prefecture=45", "/postings/?prefecture=45", False),
        ("municipality=452068", "/postings/", False),
        ("from=2021-06-01&prefecture=45", "/postings/?prefecture=45", False),
        ("near=8830046&prefecture=45", "/postings/?prefecture=45", False),
        ("utm_source=x&prefecture=45", "/postings/?prefecture=45", False),
        ("prefecture=99", "/postings/", False),
    ],
)
def test_a_search_has_one_address_and_few_are_kept(query: str, path: str, indexed: bool) -> None:
    args = MultiDict([tuple(pair.split("=", 1)) for pair in query.split("&") if pair])  # type: ignore[misc]
    found = of_search(read(args), found=True)
    assert (found.path, found.indexed) == (path, indexed)
    assert not of_search(read(args), found=False).indexed


def test_the_page_says_it(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(number=1)
    for query, robots in (
        ({"prefecture": "45"}, None),
        ({"prefecture": "45", "sort": "pay"}, "noindex,follow"),
        ({"prefecture": "47"}, "noindex,follow"),  # nothing found
    ):
        page = soup(client, "/postings/?" + urlencode(query))
        assert meta(page).get("robots") == robots
        canonical = page.select("link[rel=canonical]")
        assert [tag["href"] for tag in canonical] == [f"{SITE}/postings/?prefecture={query['prefecture']}"]


@pytest.mark.parametrize("path", ["/", "/postings/", "/postings/?prefecture=45&job_type=nurse", "/postings/KN-P-000001"])
def test_a_shared_address_shows_a_card(client: FlaskClient, db_session: Session, clock: MovableClock, path: str) -> None:
    listed({"title": '会場の"看護師"<募集>'}, number=1)
    page = soup(client, path)
    found = meta(page)
    assert page.title is not None
    assert page.title.text == f"{found['og:title']} | {found['og:site_name']}"
    assert found["og:description"] == found["description"]
    assert found["og:url"] == page.select_one("link[rel=canonical]")["href"] == SITE + path  # type: ignore[index]
    assert found["og:type"] == ("article" if path.endswith("1") else "website")
    assert found["twitter:card"] == "summary_large_image"
    image = client.get(found["og:image"].removeprefix(SITE))
    assert (image.status_code, image.content_type) == (200, "image/png")
    assert struct.unpack(">II", image.data[16:24]) == (int(found["og:image:width"]), int(found["og:image:height"])) == (1200, 630)


def test_the_card_of_a_masked_posting_names_nobody(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    body = factories.make_organization()
    listed({"visibility": "masked", "title": f"{body.name}の看護師", "public_tel": None}, organization=body, number=1)
    text = " ".join(meta(soup(client, "/postings/KN-P-000001")).values())
    assert "宮崎県" in text
    assert body.name not in text
    assert "日向" not in text


@pytest.mark.parametrize(("path", "kind"), [("/favicon.ico", "image/x-icon"), ("/apple-touch-icon.png", "image/png")])
def test_icons_answer_at_their_own_addresses(client: FlaskClient, db_session: Session, path: str, kind: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, kind)
    assert "max-age" in response.headers["Cache-Control"]
    assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_robots_may_read_the_first_page_of_the_form(client: FlaskClient, db_session: Session) -> None:
    """As robots read it: of the rules that match, the longest counts (RFC 9309 2.2.2)."""
    lines = [line.split(": ") for line in client.get("/robots.txt").text.splitlines() if ": /" in line]
    rules = [
        (re.compile(re.escape(path).replace(r"\*", ".*").removesuffix(r"\$") + ("$" if path.endswith("$") else "")), word, len(path))
        for word, path in lines
    ]

    def allowed(path: str) -> bool:
        return max(((length, word) for rule, word, length in rules if rule.match(path)), default=(0, "Allow"))[1] == "Allow"

    for path in (
        "/",
        "/postings/",
        "/postings/KN-P-000001",
        "/postings/KN-P-000001/apply",
        "/entry/",
        "/static/og.png",
        "/favicon.ico",
        "/sitemap.xml",
    ):
        assert allowed(path), path
    for path in ("/entry/status", "/entry/abc", "/entry/file", "/entry/?x=1", "/my/abc", "/admin/", "/login"):
        assert not allowed(path), path


def test_any_spelling_of_a_number_leads_to_its_page(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(number=379)
    for number in ["379", "０００３７９", "KN-P-000379/", "kn-p-000379/", "379/", "KNP000379"]:
        response = client.get(f"/postings/{number}")
        assert (response.status_code, response.headers["Location"]) == (301, "/postings/KN-P-000379"), number


@pytest.mark.parametrize("path", ["/postings/KN-P-1", "/postings/1234567890", "/postings/KN-210507-0001/", "/postings/x/"])
def test_what_is_no_number_is_not_there(client: FlaskClient, db_session: Session, path: str) -> None:
    assert client.get(path).status_code == 404
