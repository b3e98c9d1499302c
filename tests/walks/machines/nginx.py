"""The nginx of the machine with the configuration of docs/deployment, before servers of a test."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from keynet_admin.config import ROOT
from keynet_admin.supervisor import die_with_parent
from tests.support.net import answers, end, free_port, wait_until

FOLDER = ROOT / "docs" / "deployment"
# nginx is no tool of a user: Debian keeps it where only root looks.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def nginx_path() -> str | None:
    """Where nginx is; None when there is none."""
    return shutil.which("nginx", path=PLACES)


class Nginx:
    """`url` leads to the servers on these ports, in turn. Plain HTTP, everything else as the files say."""

    def __init__(self, path: str, folder: Path, ports: Sequence[int]) -> None:
        """Write the configuration and start."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        self.ports, self.file = ports, folder / "nginx.conf"
        self.file.write_text(self._text(), encoding="utf-8")
        command = [path, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(self.file)]
        subprocess.run([*command, "-t", "-q"], check=True)
        self.process = subprocess.Popen([*command, "-g", "daemon off;"], preexec_fn=die_with_parent)
        wait_until(lambda: answers(self.port), "nginx", 20)

    def stop(self) -> None:
        """End it."""
        end(self.process)

    @contextmanager
    def without(self, port: int) -> Iterator[None]:
        """The server on this port gets nothing, and has nothing of ours under way, for the block."""
        self._reload(port)
        yield
        self._reload()

    def _reload(self, down: int | None = None) -> None:
        """Work by the new configuration: as `systemctl reload nginx`, until the workers of before have answered what they had and are gone."""
        self.file.write_text(self._text(down), encoding="utf-8")
        before = psutil.Process(self.process.pid).children()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not any(worker.is_running() for worker in before), "the end of nginx's old workers", 30)

    def _text(self, down: int | None = None) -> str:
        upstream, site = ((FOLDER / f"nginx-{name}.conf").read_text(encoding="utf-8") for name in ("upstream-several", "site"))
        servers = iter(f"server 127.0.0.1:{port}{' down' if port == down else ''}" for port in self.ports)
        upstream = re.sub(r"server 10\.0\.0\.\d+:8000", lambda _: next(servers), upstream)
        plain = site[: site.index("server {")] + site[site.rindex("server {") :]
        plain = re.sub(r"\n    ssl_[^\n]*", "", plain).replace("listen 443 ssl", f"listen 127.0.0.1:{self.port}")
        plain = plain.replace("/var/log/nginx/keynet.log", str(self.folder / "access.log")).replace(
            "server_name keynet.example", "server_name _"
        )
        plain = plain.replace("Host $host;", "Host $http_host;")  # with the port, which is 443 in earnest
        user = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"    {name}_temp_path {self.folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return f"{user}worker_processes 1;\npid {self.folder}/pid;\nevents {{}}\nhttp {{\n{temporary}{upstream}\n{plain}}}\n"
