"""Visitors' reads on a real streaming replica: it serves what it has, and never a page that is older than the version known here."""

from collections.abc import Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, event, exc, select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.config import REPLICA
from keynet_admin.extensions import db
from keynet_admin.models import Listing, ListingVersion, Organization, PublishedVersion
from keynet_admin.public import source
from keynet_admin.services import settings
from keynet_admin.services.alert import searching
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus
from tests.public.build import listed, put
from tests.support.clock import START, MovableClock
from tests.support.databases import migrate
from tests.support.missing import missing
from tests.support.postgres import FOLLOWED, Postgres
from tests.support.web import Client, application, page_cache_of

# What belongs to a look at the version, not to a page.
LOOKS = ("max(open_data_month", "setting.changed_at", "SET TRANSACTION", "pg_catalog", "show standard", "select current_schema")
PAGES = ("/", "/postings/", "/postings/KN-P-000001", "/postings.atom", "/sitemap.xml", "/opendata/", "/en/postings/KN-P-000001")


class Pair:
    """A server and the replica that follows it; each test has a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.primary = Postgres(**FOLLOWED)
        migrate(self.primary.create("template"), folder)
        self.follow()

    def follow(self) -> None:
        """Begin a new replica."""
        self.replica = Postgres(self.primary)

    def catch_up(self) -> None:
        self.primary.catch_up(self.replica)

    def hold(self) -> None:
        """From now on the replica lags."""
        self.replica.execute("SELECT pg_wal_replay_pause()")

    def go_on(self) -> None:
        self.replica.execute("SELECT pg_wal_replay_resume()")
        self.catch_up()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    try:
        pair = Pair(tmp_path_factory.mktemp("replicated"))
    except (OSError, RuntimeError) as error:
        missing("PostgreSQL", str(error))
    yield pair
    pair.replica.remove()
    pair.primary.remove()


@pytest.fixture
def pair(servers: Pair, request: pytest.FixtureRequest) -> Pair:
    servers.primary.create(request.node.name, "template")
    servers.catch_up()
    return servers


@pytest.fixture
def app(pair: Pair, instance: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(source, "GONE", 0.0)
    monkeypatch.setattr(source, "BEHIND", 0.0)
    name = request.node.name
    with application(pair.primary.url(name), instance, {"DATABASE_READ_URL": pair.replica.url(name)}) as made:
        yield made


@pytest.fixture
def asked(app: Flask) -> dict[str, int]:
    """How many statements the primary and the replica were asked since this was emptied."""
    counts = {"primary": 0, "replica": 0}

    def count(name: str, engine: Engine) -> None:
        def executed(_connection: Any, _cursor: Any, statement: str, *_args: Any) -> None:
            counts[name] += not any(words in statement for words in LOOKS)

        event.listen(engine, "before_cursor_execute", executed)

    with app.app_context():
        count("primary", db.engine)
        count("replica", db.engines[REPLICA])
    return counts


def fresh(client: Client, path: str = "/postings/") -> str:
    """A page that was not kept."""
    page_cache_of(client.application).pages.clear()
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def by_replica(client: Client, asked: dict[str, int], path: str = "/postings/") -> bool:
    """Whether a page is read from the replica alone."""
    asked.update(primary=0, replica=0)
    fresh(client, path)
    assert (asked["replica"] > 0) is not (asked["primary"] > 0)
    return asked["replica"] > 0


def test_every_page_is_read_from_the_replica(
    client: Client, db_session: Session, clock: MovableClock, pair: Pair, asked: dict[str, int]
) -> None:
    listed(number=1)
    pair.catch_up()
    for path in PAGES:
        assert by_replica(client, asked, path), path


def test_a_replica_that_lags_serves_no_page(
    client: Client, db_session: Session, clock: MovableClock, pair: Pair, asked: dict[str, int]
) -> None:
    """What was published is there at once, from the primary, and the page that is kept is the new one; then the replica serves again."""
    posting = listed(number=1)
    pair.catch_up()
    assert "KN-P-000001" in fresh(client)
    pair.hold()
    try:
        listed(number=2)
        assert "KN-P-000002" in client.get("/postings/").text
        assert not by_replica(client, asked)
        put(posting, PostingStatus.suspended)
        assert client.get("/postings/KN-P-000001").status_code == 404
        settings.put("notice", "休業します。")
        with transaction():
            pass
        assert "休業します。" in client.get("/").text
    finally:
        pair.go_on()
    for _ in range(2):
        text = client.get("/postings/").text
        assert ("KN-P-000002" in text, "KN-P-000001" in text) == (True, False)
    assert by_replica(client, asked)


def test_no_old_page_is_kept_under_a_new_version(
    client: Client, db_session: Session, clock: MovableClock, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The replica stops just between the look at the version and the reading of the page."""
    listed(number=1)
    pair.catch_up()
    fresh(client)
    real = source.Replica.connect
    pair.hold()

    def held(self: source.Replica, least: Any) -> Any:
        monkeypatch.setattr(source.Replica, "connect", real)
        Context().run(publish)
        return real(self, least)

    def publish() -> None:
        with client.application.app_context():
            listed(number=2, organization=db.session.get_one(Organization, 1))

    monkeypatch.setattr(source.Replica, "connect", held)
    try:
        fresh(client)
        assert "KN-P-000002" in client.get("/postings/").text
    finally:
        pair.go_on()


def test_a_replica_that_is_gone_costs_no_page(
    client: Client, db_session: Session, clock: MovableClock, pair: Pair, asked: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not the page that was being made: it is made again from the primary."""
    listed(number=1)
    pair.catch_up()
    fresh(client)
    real = source.Replica.connect

    def crash(self: source.Replica, least: Any) -> Any:
        connection = real(self, least)
        pair.replica.stop("immediate")
        monkeypatch.setattr(source.Replica, "connect", real)
        return connection

    monkeypatch.setattr(source.Replica, "connect", crash)
    try:
        assert "KN-P-000001" in fresh(client)
        for path in PAGES:
            fresh(client, path)
        listed(number=2)
        assert "KN-P-000002" in client.get("/postings/").text
    finally:
        pair.replica.start()
    pair.catch_up()
    assert by_replica(client, asked)


def test_a_replica_that_is_gone_is_left_alone_for_a_while(
    client: Client, db_session: Session, clock: MovableClock, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "GONE", 60.0)
    tried: list[int] = []

    def refuse() -> None:
        tried.append(1)
        raise exc.OperationalError("", {}, OSError())

    monkeypatch.setattr(client.application.extensions["keynet_source"].replica.engine, "connect", refuse)
    for _ in range(3):
        fresh(client)
    assert tried == [1]


def test_visitors_read_on_without_the_primary(client: Client, db_session: Session, clock: MovableClock, pair: Pair) -> None:
    """Whatever the replica has; who writes is told that it does not work now, and monitoring too."""
    listed(number=1)
    pair.catch_up()
    db_session.close()
    pair.primary.stop("immediate")
    try:
        for path in PAGES:
            fresh(client, path)
        assert client.get("/readyz").status_code == 503
        assert client.post("/login", data={"email": "a@city.ome.example", "password": "x"}).status_code == 503
    finally:
        pair.primary.start()
    listed(number=2)
    assert "KN-P-000002" in client.get("/postings/").text
    pair.catch_up()


def test_alerts_ask_the_primary(app: Flask, db_session: Session, clock: MovableClock, pair: Pair) -> None:
    """The worker remembers up to when it looked: what came late would be told to nobody."""
    pair.hold()
    try:
        listed(number=1)
        found = searching.listed_between("", START, program_clock.now().replace(hour=23), 10)
        assert [number for number, _ in found.found] == ["KN-P-000001"]
    finally:
        pair.go_on()


def test_what_a_lost_primary_alone_had_is_forgotten(client: Client, db_session: Session, clock: MovableClock, pair: Pair) -> None:
    """A promoted replica lacked the last change: its posting leaves the lists, and what then comes under the same number is shown."""
    listed(number=1)
    before = db_session.execute(select(ListingVersion.number)).scalar_one()
    listed(number=2)
    assert "KN-P-000002" in fresh(client)
    db_session.execute(delete(PublishedVersion).where(PublishedVersion.posting_id == 2))
    db_session.execute(delete(Listing).where(Listing.posting_id == 2))
    db_session.execute(update(ListingVersion).values(number=before))
    db_session.commit()
    pair.catch_up()
    assert "KN-P-000002" not in client.get("/postings/").text
    clock.advance(minutes=1)
    listed(number=3)
    assert "KN-P-000003" in client.get("/postings/").text
