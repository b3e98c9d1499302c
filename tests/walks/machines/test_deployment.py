"""The files of docs/deployment are true: units start what the program starts, settings exist, and behind nginx a restart costs no request."""

import configparser
import http.client
import re
import shlex
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from keynet_admin.config import ROOT
from keynet_admin.supervisor import flask_command, web_command
from tests.support.databases import Databases
from tests.support.missing import missing
from tests.support.net import wait_until
from tests.support.server import LiveServer
from tests.walks.machines.nginx import FOLDER, Nginx, nginx_path

# What the units ask for beside the program's own settings.
OF_THE_UNITS = {"LISTEN", "WEB_PROCESSES"}


def unit(name: str) -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(FOLDER / f"keynet-{name}.service", encoding="utf-8")
    return read


def test_the_units_start_what_the_program_starts() -> None:
    """The web server with the flags of `make run`, the worker by its command, both as one who may write into the instance folder alone."""
    web = unit("web")["Service"]["ExecStart"]
    for name, value in {"LISTEN": "127.0.0.1", "PORT": "8000", "WEB_PROCESSES": "2"}.items():
        web = web.replace(f"${{{name}}}", value)
    assert shlex.split(web)[1:] == web_command(8000)[1:]
    assert shlex.split(unit("worker")["Service"]["ExecStart"])[1:] == flask_command("worker")[1:]
    assert shlex.split(unit("backup")["Service"]["ExecStart"])[1:-3] == flask_command("backup")[1:]
    for name in ("web", "worker", "backup"):
        service = unit(name)["Service"]
        assert (service["ProtectSystem"], service["UMask"], service["NoNewPrivileges"]) == ("strict", "0077", "yes")
        assert (service["User"], service["EnvironmentFile"]) == ("keynet", "/etc/keynet/keynet.env")


@pytest.mark.parametrize("name", ["keynet.env", "keynet-several.env"])
def test_every_setting_exists(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Z_]+)=", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    assert [one for one in found if one not in OF_THE_UNITS and f"`{one}`" not in readme] == []


def test_every_file_is_named_in_the_text() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert [path.name for path in FOLDER.iterdir() if path.name not in text] == []


@pytest.fixture
def machines(databases: Databases, instance: Path, tmp_path: Path) -> Iterator[tuple[list[LiveServer], Nginx]]:
    """Two web servers over one database, and nginx before them."""
    path = nginx_path()
    if path is None:
        missing("nginx", "apt-get install nginx")
    url = databases.copy_sqlite(instance)
    environ = {"DATABASE_URL": url, "KEYNET_RATE_LIMITS": "0", "KEYNET_TRUSTED_PROXIES": "1"}
    servers = [LiveServer(instance, environ).start() for _ in range(2)]
    proxy = Nginx(path, tmp_path / "nginx", [server.port for server in servers])
    try:
        yield servers, proxy
    finally:
        proxy.stop()
        for server in servers:
            server.stop()


def serves_again(proxy: Nginx, server: LiveServer) -> None:
    """Wait until nginx asks the server again after a failure: until then the other one is alone."""
    log = proxy.folder / "access.log"
    begin = log.stat().st_size
    wait_until(lambda: f"127.0.0.1:{server.port}\n" in log.read_text(encoding="utf-8")[begin:], "nginx to use the server", 30)


class Asking:
    """Somebody who asks without a pause until told to stop; every answer that is not 200 is kept."""

    def __init__(self, port: int, method: str, path: str, body: str | None, headers: dict[str, str]) -> None:
        self.port, self.request = port, (method, path, body, headers)
        self.answered, self.failed = 0, list[str]()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        while not self.over.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.request(*self.request)
                answer = connection.getresponse()
                answer.read()
                self.answered += 1
                if answer.status != 200:
                    self.failed.append(str(answer.status))
            except (OSError, http.client.HTTPException) as error:
                self.failed.append(type(error).__name__)
            finally:
                connection.close()

    def stop(self) -> None:
        self.over.set()
        self.thread.join()


def test_a_rolling_restart_and_a_killed_machine_cost_no_visitor_a_page(machines: tuple[list[LiveServer], Nginx]) -> None:
    """Each server is taken out, stopped and started while others read and check forms; then one is killed under those who read."""
    servers, proxy = machines
    checking = ("POST", "/api/entry-check", '{"submission": {}, "partial": true}', {"Content-Type": "application/json"})
    asking = [Asking(proxy.port, "GET", path, None, {}) for path in ("/", "/postings/", "/flow")]
    posting = Asking(proxy.port, *checking)
    try:
        for server in servers:
            with proxy.without(server.port):
                server.stop()
                server.start()
        posting.stop()
        servers[0].kill()
        servers[0].start()
        serves_again(proxy, servers[0])
    finally:
        for one in (*asking, posting):
            one.stop()
    assert [one.failed for one in asking] == [[], [], []]
    assert posting.failed == []
    assert min(one.answered for one in (*asking, posting)) > 10
