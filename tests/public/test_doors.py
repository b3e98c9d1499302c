"""What holds for every address: reading only, no cookie, valid feeds and markup, plain pages, health."""

import gzip
import itertools
import json
import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.catalogue import SECTIONS
from keynet_admin.public import ADDRESSES
from keynet_admin.public.discovery import sitemap
from keynet_admin.rules import RULES
from keynet_admin.services import settings
from keynet_admin.vocabulary import Role
from tests.public.build import listed
from tests.support.clock import MovableClock
from tests.support.web import change_settings

PATHS = [
    address.replace("<posting_no>", "KN-P-000001")
    for address in ADDRESSES
    if "<month>" not in address and not address.endswith("<posting_no>/")
] + [
    "/postings/KN-P-000777",
    "/postings/?q=a&prefecture=13&sort=pay",
    "/postings/?q=ないことば",
]
PAGES = [path for path in PATHS if "." not in path and path not in ("/healthz", "/readyz")]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("role", [None, Role.operator, Role.municipality])
def test_no_page_sets_a_cookie_or_depends_on_one(client: FlaskClient, db_session: Session, clock: MovableClock, role: Role | None) -> None:
    listed(number=1)
    plain = {path: client.get(path).data for path in PATHS}
    if role is not None:
        client.sign_in(role)  # type: ignore[attr-defined]
    for path in PATHS:
        response = client.get(path)
        assert "Set-Cookie" not in response.headers, path
        assert "Cookie" not in response.headers.get("Vary", ""), path
        assert response.headers.get("Cache-Control", "") != "no-store" or path in ("/healthz", "/readyz", "/postings/KN-P-000777"), path
        assert response.data == plain[path], path


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_reading_is_all_one_can_do(client: FlaskClient, db_session: Session, method: str) -> None:
    for path in PATHS:
        assert getattr(client, method)(path).status_code == 405, path


def test_head_answers_without_a_body(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(number=1)
    for path in PATHS:
        response = client.head(path)
        assert response.status_code == client.get(path).status_code, path
        assert response.data == b""


def test_pages_are_valid_light_and_have_one_heading(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number in range(1, 25):
        listed(number=number)
    for path in PAGES:
        response = client.get(path, headers={"Accept-Encoding": "gzip"})
        text = gzip.decompress(response.data).decode() if response.headers.get("Content-Encoding") == "gzip" else response.text
        parser = html5lib.HTMLParser()
        tree = parser.parse(text)
        assert parser.errors == [], path
        space = "{http://www.w3.org/1999/xhtml}"
        assert len(list(tree.iter(space + "h1"))) == 1, path
        assert tree.get("lang") == ("en" if f"{path}/".startswith("/en/") else "ja"), path
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids)), path
        levels = [
            int(element.tag[-1]) for element in tree.iter() if isinstance(element.tag, str) and re.fullmatch(space + "h[1-6]", element.tag)
        ]
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (path, levels)
        assert "style=" not in text, path
        assert not re.search(r"<script(?! type=\"(module\" src=|application/ld\+json))", text), path
        loaded = re.findall(r'(?:src|href)="(/static/[^"#]+)', text)
        weight = sum(len(client.get(url.replace("&amp;", "&"), headers={"Accept-Encoding": "gzip"}).data) for url in set(loaded))
        assert len(response.data) + weight < 100_000, (path, len(response.data), weight)


def test_the_feed_is_sound(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number in range(1, 24):
        listed({"title": f"見出し{number}<&>\"'"}, number=number)
        clock.advance(minutes=1)
    response = client.get("/postings.atom?prefecture=45")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(response.data)
    assert feed.tag == ATOM + "feed"
    for parent in (feed, *feed.findall(ATOM + "entry")):
        for name in ("id", "title", "updated"):
            assert parent.find(ATOM + name).text  # type: ignore[union-attr]
        datetime.fromisoformat(parent.find(ATOM + "updated").text)  # type: ignore[union-attr,arg-type]
    assert feed.find(ATOM + "author").find(ATOM + "name").text  # type: ignore[union-attr]
    entries = feed.findall(ATOM + "entry")
    assert len(entries) == 20
    for element in feed.iter(ATOM + "id"):
        assert re.fullmatch(r"tag:keynet\.example,2021-05-06:postings[?/][A-Za-z0-9=&._-]+", element.text or ""), element.text
    assert len({entry.find(ATOM + "id").text for entry in entries}) == 20  # type: ignore[union-attr]
    assert entries[0].find(ATOM + "title").text == "見出し23<&>\"'（宮崎県日向市）"  # type: ignore[union-attr]
    links = {link.get("rel"): link.get("href") for link in feed.findall(ATOM + "link")}
    assert links["self"].endswith("/postings.atom?prefecture=45")  # type: ignore[union-attr]
    following = ET.fromstring(client.get(links["next"]).data)
    assert len(following.findall(ATOM + "entry")) == 3
    empty = ET.fromstring(client.get("/postings.atom?prefecture=47").data)
    assert empty.find(ATOM + "updated").text == feed.find(ATOM + "updated").text  # type: ignore[union-attr]


def test_names_of_the_feed_outlive_the_address(app: Flask, client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """Case rep-27: with https, on another host, behind a path, with more entries: a reader is shown nothing a second time."""
    listed({"title": "見出し"}, number=1)

    def names() -> tuple[str | None, set[str | None]]:
        feed = ET.fromstring(client.get("/postings.atom?prefecture=45").data)
        return feed.findtext(ATOM + "id"), {entry.findtext(ATOM + "id") for entry in feed.findall(ATOM + "entry")}

    before, entries = names()
    for number, url in enumerate(("https://127.0.0.1:8000", "https://keynet.example", "https://example.lg.jp/keynet"), start=2):
        change_settings(app, public_url=url)
        listed({"title": "もう1件"}, number=number)
        after, now = names()
        assert after == before
        assert entries < now
        entries = now
    assert before not in entries
    assert names()[0] != ET.fromstring(client.get("/postings.atom").data).findtext(ATOM + "id")


def test_control_characters_never_break_the_feed(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed({"title": "a\x00\x08\ud800b", "duty_detail": "c\x0b\ufffe"}, number=1)
    for path in ("/postings.atom", "/sitemap.xml"):
        ET.fromstring(client.get(path).data)
    assert client.get("/postings.json").get_json()["postings"][0]["title"] == "ab"
    assert client.get("/postings/KN-P-000001").status_code == 200


def test_open_data_can_be_read_to_its_end(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number in range(1, 56):
        listed(number=number)
    seen: list[str] = []
    path = "/postings.json"
    while path:
        response = client.get(path)
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        data = json.loads(response.data)
        assert data["count"] == 55
        seen += [item["posting_no"] for item in data["postings"]]
        path = data["next"]
    assert len(seen) == len(set(seen)) == 55
    item = data["postings"][0]
    assert (item["prefecture"], item["municipality_name"], item["pay_per_hour_from"]) == ("45", "宮崎県日向市", 1987)
    assert item["posting"]["job_type"] == "nurse"


def test_the_site_map_lists_open_postings(
    client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        listed(number=number)
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    tree = ET.fromstring(client.get("/sitemap.xml").data)
    addresses = {url.find(space + "loc").text: url.find(space + "lastmod") for url in tree}  # type: ignore[union-attr]
    landing = 3  # the prefecture, the job, and both
    assert len(addresses) == 5 + len(sitemap.PAGES) + landing
    found = next(mark for address, mark in addresses.items() if address and address.endswith("/postings/KN-P-000003"))
    assert found is not None
    assert found.text == "2021-05-07T10:00:00+09:00"
    monkeypatch.setattr("keynet_admin.public.discovery.sitemap.PART", 3)
    index = ET.fromstring(client.get("/sitemap.xml?other=1").data)  # not the page that is kept
    assert index.tag == space + "sitemapindex"
    parts = [ET.fromstring(client.get(part.find(space + "loc").text).data) for part in index]  # type: ignore[union-attr,arg-type]
    assert [len(part) for part in parts] == [len(sitemap.PAGES) + 2, 3, landing]
    assert client.get("/sitemap.xml?part=x").status_code == 404
    assert "Sitemap: " in client.get("/robots.txt").text


def test_the_rules_are_printed_whole(client: FlaskClient, db_session: Session) -> None:
    text = client.get("/rules").text
    for rule in RULES:
        assert text.count(f'id="{rule.code}"') == (0 if rule.planned else 1), rule.code
    for fields in SECTIONS.values():
        for field in fields:
            for choice in field.choices:
                assert f"<td>{choice.label}</td><td><code>{choice.slug}</code></td>" in text, (field.name, choice.slug)


def test_the_rules_can_be_searched(client: FlaskClient, db_session: Session) -> None:
    some = next(rule for rule in RULES if rule.fields)
    assert re.findall(r'<article class="rule" id="([^"]+)"', client.get(f"/rules?q={some.code}").text) == [some.code]
    nothing = client.get("/rules?q=<b>ないことば").text
    assert "を含むルールはありません" in nothing
    assert "<b>ない" not in nothing
    packed = client.get("/rules", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data).decode() == client.get("/rules").text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/flow", ("2営業日以内", "初回ログイン", "公開を終了")),
        ("/privacy", ("Cookieを使わず", "一部非公開", "遅いほうから180日", "30日がたつと")),
        ("/accessibility", ("JIS X 8341-3:2016", "まだ行っていません")),
    ],
)
def test_plain_pages_say_what_they_should(client: FlaskClient, db_session: Session, path: str, words: tuple[str, ...]) -> None:
    text = client.get(path).text
    assert all(word in text for word in words)
    assert text.count("<ol") == (1 if path == "/flow" else 0) or path != "/flow"


def test_the_notice_of_the_desk_stands_on_the_front_page(client: FlaskClient, db_session: Session) -> None:
    assert "運営事務局から" not in client.get("/").text
    settings.put("notice", "5月31日は<休業>です。")
    db_session.commit()
    assert "5月31日は&lt;休業&gt;です。" in client.get("/").text


def test_health(client: FlaskClient, app: Flask, db_session: Session) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    db_session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'old'")
    db_session.commit()
    late = client.get("/readyz")
    assert (late.status_code, late.text) == (503, "migrations: not at head\n")


def test_a_dead_database_is_503_not_500(client: FlaskClient, app: Flask, db_session: Session, instance: Path) -> None:
    listed(number=1)
    db_session.connection().exec_driver_sql("ALTER TABLE listing RENAME TO gone")
    db_session.commit()
    for path in ("/", "/postings/", "/postings/KN-P-000001", "/postings.atom"):
        assert client.get(path).status_code == 503, path
    assert client.get("/healthz").status_code == 200


def test_our_source_numbers_are_not_printed(client: FlaskClient, db_session: Session) -> None:
    assert not re.search(r"\bS\d{2,3}[a-z]?\b", client.get("/rules").text)
