"""What the browser tests share."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from keynet_admin.clock import at
from tests.support.databases import DEMO_PASSWORD, Databases, put_back
from tests.support.server import LiveServer
from tests.support.walking import NOW
from tests.support.web import application

WINDOWS = {"wide": (1366, True), "phone": (390, True), "wide-plain": (1366, False), "phone-plain": (390, False)}


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    spec = find_spec("axe_core_python")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return (Path(spec.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def empty_server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with an empty database."""
    folder = tmp_path_factory.mktemp("instance")
    running = LiveServer(folder, {"DATABASE_URL": databases.copy_sqlite(folder), "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with the demo data, of the module's own."""
    folder = tmp_path_factory.mktemp("instance")
    url = databases.copy_demo(folder)
    settings = {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_DEMO": "1", "KEYNET_DEMO_PASSWORD": DEMO_PASSWORD}
    server = LiveServer(folder, settings).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server_with(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Callable[[], Any]], LiveServer]]:
    """`server_with(build)`: one server for all tests of a module, on a database that is each time as `build` left it.

    Not for visitors' pages: what the server keeps of them in memory is not put back.
    """
    folder = tmp_path_factory.mktemp("instance")
    kept, running = folder / "kept.db", []

    def put(build: Callable[[], Any]) -> LiveServer:
        if running:
            put_back(running[0].environ["DATABASE_URL"], kept)
            return running[0]
        url = databases.copy_sqlite(folder)
        with application(url, folder, {}) as app, app.app_context(), at(datetime.fromisoformat(NOW)):
            build()
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as built:
            built.execute("VACUUM INTO ?", (str(kept),))
        running.append(LiveServer(folder, {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_NOW": NOW}).start())
        return running[0]

    yield put
    for server in running:
        server.stop()


@pytest.fixture(params=WINDOWS.values(), ids=list(WINDOWS))
def window(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A page of a fresh browser, at a width, with script or without (`script`)."""
    width, script = request.param
    context = browser.new_context(viewport={"width": width, "height": 768}, java_script_enabled=script, locale="ja-JP")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.script = script
    yield page
    context.close()
