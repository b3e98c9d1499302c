"""Looks at postings are counted beside the page cache: by day and source, without a write of the visitor's request."""

import threading
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import ViewCount
from keynet_admin.services.listing import views
from keynet_admin.vocabulary import PostingStatus, Role, ViewSource
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client, page_cache_of

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
HOST = "127.0.0.1:8000"
S = ViewSource


def flush(app: Flask) -> int:
    """Hand over; the test's own transaction is ended first, for on SQLite it holds the write lock."""
    db.session.commit()
    return page_cache_of(app).views.flush()


def stored(session: Session) -> dict[tuple[int, str, ViewSource], int]:
    session.commit()
    session.expire_all()
    return {(row.posting_id, row.day.isoformat(), row.source): row.count for row in session.query(ViewCount)}


def look(client: FlaskClient, path: str, *, agent: str = BROWSER, **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers={"User-Agent": agent, **named}).status_code


def test_every_look_counts_whoever_answers(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    """Made and kept pages alike, an answer "not modified" too; stored in one go, added up with what is there."""
    row = factories.posting(PostingStatus.live)
    path = f"/postings/{row.posting_no}"
    tag = client.get(path, headers={"User-Agent": BROWSER}).headers["ETag"]
    assert [look(client, path), look(client, path), look(client, path, If_None_Match=tag)] == [200, 200, 304]
    assert [
        look(client, path, Referer=f"http://{host}{page}") for host, page in (("localhost", "/postings/?q=a"), ("city.example", "/"))
    ] == [
        200,
        200,
    ]
    assert not stored(db_session)
    assert [flush(app), flush(app)] == [6, 0]
    clock.set("2021-05-08 00:00")
    look(client, path)
    flush(app)
    day = (row.id, "2021-05-07")
    assert stored(db_session) == {(*day, S.direct): 4, (*day, S.search): 1, (*day, S.other): 1, (row.id, "2021-05-08", S.direct): 1}
    look(client, path)
    flush(app)
    assert stored(db_session)[row.id, "2021-05-08", S.direct] == 2


@pytest.mark.parametrize(
    ("headers", "source"),
    [
        ({}, S.direct),
        ({"HTTP_REFERER": f"http://{HOST}/postings/?prefecture=45"}, S.search),
        ({"HTTP_REFERER": f"http://{HOST}/"}, S.search),
        ({"HTTP_REFERER": f"https://{HOST}/postings/KN-P-000002"}, S.search),
        ({"HTTP_REFERER": f"http://{HOST}/postings/KN-P-000001/apply"}, None),
        ({"HTTP_REFERER": "https://www.city.hyuga.example/saiyo"}, S.other),
        ({"HTTP_REFERER": "android-app://com.example/"}, S.other),
        ({"HTTP_REFERER": "http://[::1/broken"}, S.other),
        ({"HTTP_COOKIE": "session=x"}, None),
        ({"HTTP_USER_AGENT": ""}, None),
        ({"HTTP_USER_AGENT": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, None),
        ({"HTTP_USER_AGENT": "curl/8.0"}, None),
        ({"HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 11; CUBOT X30)"}, None),
        ({"HTTP_SEC_PURPOSE": "prefetch;prerender"}, None),
        ({"HTTP_PURPOSE": "prefetch"}, None),
        ({"REQUEST_METHOD": "HEAD"}, None),
    ],
    ids=str,
)
def test_where_a_reader_came_from(headers: dict[str, str], source: ViewSource | None) -> None:
    request = {"REQUEST_METHOD": "GET", "HTTP_HOST": HOST, "PATH_INFO": "/postings/KN-P-000001", "HTTP_USER_AGENT": BROWSER}
    assert views.source_of(request | headers) is source


def test_what_is_no_posting_is_not_counted(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    """Lists, closed postings, unknown numbers, other writings of the number; people who are signed in; HEAD."""
    row, closed = factories.posting(PostingStatus.live), factories.posting(PostingStatus.closed)
    for path in ("/", "/postings/", f"/postings/{closed.posting_no}", "/postings/KN-P-999999", f"/postings/{row.posting_no.lower()}"):
        look(client, path)
    client.head(f"/postings/{row.posting_no}", headers={"User-Agent": BROWSER})
    client.sign_in(Role.municipality)
    look(client, f"/postings/{row.posting_no}")
    assert flush(app) == 0


def test_many_processes_add_up(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """Two that hand over at the same moment lose nothing and do not wait for each other in a ring."""
    rows = [factories.posting(PostingStatus.live, {"title": f"看護師{number}"}).id for number in range(3)]
    db_session.commit()
    seen = {(number, date(2021, 5, 7), source): 2 for number in rows for source in S}

    def hand_over() -> None:
        from keynet_admin.services.transaction import transaction

        with app.app_context():
            for _ in range(5):
                with transaction():
                    views.add(seen)

    threads = [threading.Thread(target=hand_over) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(stored(db_session).values()) == {30}


def test_without_a_database_the_counts_wait(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    row = factories.posting(PostingStatus.live)
    look(client, f"/postings/{row.posting_no}")
    db_session.execute(text("ALTER TABLE posting_view RENAME TO posting_view_gone"))
    db_session.commit()
    assert flush(app) == 0
    db_session.execute(text("ALTER TABLE posting_view_gone RENAME TO posting_view"))
    db_session.commit()
    assert flush(app) == 1


@pytest.mark.settings(VIEWS_SECONDS=0.05)
def test_it_hands_over_by_itself(app: Flask, client: Client, db_session: Session, clock: MovableClock) -> None:
    """Once a while after the first look, in a thread of its own."""
    row = factories.posting(PostingStatus.live)
    look(client, f"/postings/{row.posting_no}")
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join(10)
    assert sum(stored(db_session).values()) == 1


def test_many_rows_go_in_portions(app: Flask, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_MOST", 2)
    row = factories.posting(PostingStatus.live)
    views.add({(row.id, date(2021, 5, number), S.direct): number for number in range(1, 6)})
    assert sum(stored(db_session).values()) == 15
