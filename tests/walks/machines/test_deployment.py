"""The files of docs/deployment are true: units start what the program starts, settings exist, and behind nginx a restart costs no request."""

import configparser
import http.client
import re
import shlex
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from keynet_admin.config import ROOT
from keynet_admin.services.transaction import transaction
from keynet_admin.supervisor import flask_command, web_command
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.databases import Databases
from tests.support.missing import missing
from tests.support.net import wait_until
from tests.support.server import LiveServer
from tests.support.web import application
from tests.walks.machines.nginx import FOLDER, NAME, Nginx, nginx_path

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


def test_tls_ends_at_nginx_and_the_program_knows_it(
    serve: Callable[..., LiveServer], databases: Databases, instance: Path, tmp_path: Path
) -> None:
    """http leads to https, answers carry HSTS, and a person signs in by `__Host-` cookies; a forged scheme changes nothing."""
    path = nginx_path()
    if path is None:
        missing("nginx", "apt-get install nginx")
    url = databases.copy_sqlite(instance)
    with application(url, instance, {}) as app, app.app_context(), transaction():
        email = factories.account(Role.operator).email
    server = serve(url, PUBLIC_URL=f"https://{NAME}", KEYNET_TRUSTED_PROXIES="1")
    proxy = Nginx(path, tmp_path / "nginx", [server.port, server.port], tls=True)
    cookies: dict[str, str] = {}

    def ask(method: str, where: str, body: str | None = None) -> http.client.HTTPResponse:
        wire = proxy.trusting.wrap_socket(socket.create_connection(("127.0.0.1", proxy.port), timeout=30), server_hostname=NAME)
        connection = http.client.HTTPConnection(NAME)
        connection.sock = wire
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "X-Forwarded-Proto": "http"}
        if body is not None:
            headers |= {
                "Origin": f"https://{NAME}",
                "Referer": f"https://{NAME}/login",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        connection.request(method, where, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, value, rules = re.fullmatch("([^=]+)=([^;]*)(.*)", line).groups()  # type: ignore[union-attr]
            assert name.startswith("__Host-"), line
            assert {"secure", "path=/", "httponly"} <= {rule.strip().lower() for rule in rules.split(";")}, line
            assert "domain" not in rules.lower()
            cookies[name] = value
        return answer

    try:
        plain = http.client.HTTPConnection("127.0.0.1", proxy.http_port, timeout=30)
        plain.request("GET", "/postings/?q=1", headers={"Host": NAME})
        led = plain.getresponse()
        assert (led.status, led.headers["Location"]) == (308, f"https://{NAME}/postings/?q=1")
        page = ask("GET", "/login")
        assert "max-age=" in page.headers["Strict-Transport-Security"]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
        typed = {"email": email, "password": factories.PASSWORD, "csrf_token": token[1] if token else ""}
        entered = ask("POST", "/login", urlencode(typed))
        assert (entered.status, urlsplit(entered.headers["Location"]).scheme) in ((303, ""), (303, "https"))
        assert "__Host-session" in cookies
        assert ask("GET", "/admin/").status == 200
    finally:
        proxy.stop()
