"""The page cache: what it gives again, what it never gives, how large it grows."""

import gzip
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin import config
from keynet_admin.public import page_cache
from keynet_admin.public.page_cache import PageCache, takes_gzip
from keynet_admin.services import settings
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus, Role
from tests.public.build import listed, put
from tests.support.clock import MovableClock
from tests.support.web import application, page_cache_of

PAGES = ("/", "/postings/", "/postings/KN-P-000001", "/postings.atom", "/postings.json", "/sitemap.xml", "/robots.txt", "/rules", "/flow")


@pytest.fixture
def made(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that the program itself had to answer."""
    seen: list[str] = []
    real = app.full_dispatch_request

    def dispatch(context: Any = None) -> Any:
        from flask import request

        seen.append(request.path)
        return real(*(() if context is None else (context,)))

    monkeypatch.setattr(app, "full_dispatch_request", dispatch)
    return seen


def cache(app: Flask) -> PageCache:
    """The layer of this application."""
    return page_cache_of(app)


def test_a_page_is_made_once(client: FlaskClient, db_session: Session, clock: MovableClock, made: list[str]) -> None:
    listed(number=1)
    first = {path: client.get(path) for path in PAGES}
    assert made == list(PAGES)
    for path in PAGES:
        again = client.get(path)
        assert (again.data, again.headers) == (first[path].data, first[path].headers), path
    assert made == list(PAGES)


@pytest.mark.parametrize(
    "headers", [{"Cookie": "a=b"}, {"Authorization": "Bearer x"}, {"Host": "evil.example"}, {"Host": "127.0.0.1:8000"}], ids=str
)
def test_who_brings_something_of_their_own_gets_no_kept_page(
    client: FlaskClient, db_session: Session, clock: MovableClock, made: list[str], headers: dict[str, str]
) -> None:
    client.get("/postings/")
    if "Cookie" in headers:
        client.set_cookie("a", "b")
    answer = client.get("/postings/", headers=headers)
    assert made == ["/postings/"] * 2
    assert answer.status_code == (400 if headers.get("Host") == "evil.example" else 200)


def test_the_host_is_checked_before_and_after_a_page_is_kept(client: FlaskClient, db_session: Session, app: Flask) -> None:
    for _ in range(2):
        assert client.get("/flow", headers={"Host": "evil.example"}).status_code == 400
        assert client.get("/flow").status_code == 200
    assert {host for _, _, host in cache(app).pages} == {"localhost"}


def test_security_headers_stand_on_a_kept_page(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    first, again = client.get("/"), client.get("/")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Permissions-Policy"):
        assert name in again.headers, name
    assert "Set-Cookie" not in again.headers


CHANGES = ("list another", "pause", "suspend", "close", "notice")


@pytest.mark.parametrize("change", CHANGES)
def test_no_page_is_given_after_a_change(client: FlaskClient, db_session: Session, clock: MovableClock, change: str) -> None:
    posting = listed(number=1)
    paths = ("/",) if change == "notice" else ("/", "/postings/", "/postings.atom", "/postings.json", "/sitemap.xml")
    own = f"/postings/{posting.posting_no}"
    before = {path: client.get(path) for path in (*paths, own)}
    if change == "list another":
        clock.advance(minutes=1)
        listed(number=2)
    elif change == "notice":
        settings.put("notice", "休業します。")
        with transaction():
            pass
    else:
        put(posting, {"pause": PostingStatus.paused, "suspend": PostingStatus.suspended, "close": PostingStatus.closed}[change])
    for path in paths:
        after = client.get(path, headers={"If-None-Match": before[path].headers["ETag"]})
        assert after.status_code == 200, path
        assert after.data != before[path].data, path
    expected = {"pause": 404, "suspend": 404}.get(change, 200)
    assert client.get(own).status_code == expected
    assert ("募集終了" in client.get(own).text) is (change == "close")


@pytest.mark.parametrize(
    ("moment", "same"),
    [("2021-05-07 23:59:59", True), ("2021-05-08 00:00", False), ("2021-05-21 00:00", False)],
)
def test_a_page_is_kept_until_midnight_or_the_first_end(
    client: FlaskClient, db_session: Session, clock: MovableClock, made: list[str], moment: str, same: bool
) -> None:
    listed(until=date(2021, 5, 20), number=1)
    client.get("/postings/")
    clock.set(moment)
    text = client.get("/postings/").text
    assert (len(made) == 1) is same
    assert ("KN-P-000001" in text) is (moment < "2021-05-21")


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("*", True), ("gzip;q=0", False), ("br", False), ("", False)],
)
def test_encoding(client: FlaskClient, db_session: Session, clock: MovableClock, accepted: str, packed: bool) -> None:
    plain = client.get("/postings/").data
    for _ in range(2):
        answer = client.get("/postings/", headers={"Accept-Encoding": accepted})
        assert ("Content-Encoding" in answer.headers) is packed
        assert (gzip.decompress(answer.data) if packed else answer.data) == plain
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert takes_gzip(accepted) is packed


def test_head_and_304_of_a_kept_page(client: FlaskClient, db_session: Session, clock: MovableClock, made: list[str]) -> None:
    head = client.head("/postings/")
    full = client.get("/postings/")
    assert (head.data, head.headers) == (b"", full.headers)
    mark = full.headers["ETag"]
    for asked in (mark, mark.removeprefix("W/"), f'"other", {mark}', "*"):
        answer = client.get("/postings/", headers={"If-None-Match": asked})
        assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", mark)
        assert answer.headers["Cache-Control"] == full.headers["Cache-Control"]
    assert client.get("/postings/", headers={"If-None-Match": '"other"'}).status_code == 200
    assert made == ["/postings/"]


def test_workers_name_the_same_page_alike(
    client: FlaskClient, app: Flask, db_session: Session, clock: MovableClock, database_url: str
) -> None:
    listed(number=1)
    marks = {path: client.get(path).headers["ETag"] for path in PAGES}
    clock.advance(minutes=7)
    with application(database_url, config.of(app).instance, {}) as other:
        assert {path: other.test_client().get(path).headers["ETag"] for path in PAGES} == marks


@pytest.mark.parametrize("query", ["utm_source=x", "prefecture=99", "q=" + "a" * 600])
def test_an_odd_address_is_answered_and_not_kept(client: FlaskClient, app: Flask, db_session: Session, query: str) -> None:
    for _ in range(2):
        answer = client.get("/postings/?" + query)
        assert answer.status_code == 200
        assert client.get("/postings/?" + query, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert not cache(app).pages


STRANGE = ["/?x=1", "/rules?x=1", "/rules?q=1", "/robots.txt?x=1", "/flow?x=1", "/postings/KN-P-000001?x=1", "/sitemap.xml?x=1"]


@pytest.mark.parametrize("address", [*STRANGE, "/sitemap.xml?part=99999", "/sitemap.xml?part=00", "/sitemap.xml?part=0&x=1"])
def test_a_query_that_the_view_does_not_read_keeps_no_page(
    client: FlaskClient, app: Flask, db_session: Session, clock: MovableClock, address: str
) -> None:
    listed(number=1)
    assert client.get(address).status_code == 200
    assert not cache(app).pages


def test_a_part_of_the_sitemap_is_kept(client: FlaskClient, app: Flask, db_session: Session, clock: MovableClock) -> None:
    listed(number=1)
    client.get("/sitemap.xml?part=0")
    assert [(path, query) for path, query, _ in cache(app).pages] == [("/sitemap.xml", "part=0")]


def test_the_port_of_the_host_makes_no_page_of_its_own(
    client: FlaskClient, app: Flask, db_session: Session, clock: MovableClock, made: list[str]
) -> None:
    for host in ("localhost", "localhost:1", "localhost:8000", "127.0.0.1:1", "127.0.0.1:2"):
        assert client.get("/flow", headers={"Host": host}).status_code == 200
    assert {host for _, _, host in cache(app).pages} == {"localhost", "127.0.0.1"}
    assert made == ["/flow"] * 2


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/login", "/entry/", "/postings/KN-P-000777", "/nowhere", "/admin/"])
def test_what_is_not_a_visitors_page_is_not_kept(client: FlaskClient, app: Flask, db_session: Session, path: str) -> None:
    client.get(path)
    assert not cache(app).pages


def test_it_stays_within_its_bounds(client: FlaskClient, app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    layer = cache(app)
    monkeypatch.setattr(page_cache, "MOST_PAGES", 3)
    for number in range(1, 6):
        client.get("/flow")
        client.get(f"/postings/?pay_min={1000 + number}")
    assert len(layer.pages) == 3
    assert "/flow" in {path for path, _, _ in layer.pages}, "what was asked for last stays"
    assert layer.bytes == sum(kept.size for kept in layer.pages.values())
    monkeypatch.setattr(page_cache, "MOST_PAGES", 2000)
    most = 9 * max(kept.size for kept in layer.pages.values())
    monkeypatch.setattr(page_cache, "MOST_BYTES", most)
    for number in range(20):
        client.get(f"/postings/?pay_min={2000 + number}")
    assert most * 3 // 4 < layer.bytes <= most
    kept = set(layer.pages)
    monkeypatch.setattr(page_cache, "MOST_BYTES", most // 4)
    client.get("/postings/?pay_min=3000")
    assert set(layer.pages) == kept, "one page never takes more than an eighth"


def test_a_signed_in_reader_neither_fills_nor_reads_it(client: FlaskClient, app: Flask, db_session: Session) -> None:
    client.sign_in(Role.operator)  # type: ignore[attr-defined]
    client.get("/postings/")
    assert not cache(app).pages


def test_a_dead_database_gives_no_kept_page(
    client: FlaskClient, app: Flask, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/postings/")
    monkeypatch.setattr(cache(app).source, "look", lambda: None)
    assert client.get("/postings/").status_code == 200
