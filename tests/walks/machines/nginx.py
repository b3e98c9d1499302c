"""The nginx of the machine with the configuration of docs/deployment, before servers of a test."""

import os
import re
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from keynet_admin.config import ROOT
from keynet_admin.supervisor import die_with_parent
from tests.support.net import answers, end, free_port, wait_until

FOLDER = ROOT / "docs" / "deployment"
NAME = "keynet.example"
# nginx is no tool of a user: Debian keeps it where only root looks.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def nginx_path() -> str | None:
    """Where nginx is; None when there is none."""
    return shutil.which("nginx", path=PLACES)


def certificate(folder: Path) -> None:
    """`fullchain.pem` and `key.pem` of the site's name, signed by themselves."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    signed = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False).sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


class Nginx:
    """`url` leads to the servers on these ports, in turn. Plain HTTP unless `tls`, everything else as the files say.

    With TLS there is `http_port` as well, and `trusting` believes its certificate alone.
    """

    def __init__(self, path: str, folder: Path, ports: Sequence[int], *, tls: bool = False) -> None:
        """Write the configuration and start."""
        self.port, self.http_port, self.tls = free_port(), free_port(), tls
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        if tls:
            certificate(folder)
            self.trusting = ssl.create_default_context(cafile=folder / "fullchain.pem")
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
        site = site.replace("/var/log/nginx/keynet.log", str(self.folder / "access.log"))
        if self.tls:
            site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl").replace("/etc/keynet/tls", str(self.folder))
            site = site.replace("listen 80;", f"listen 127.0.0.1:{self.http_port};")
        else:
            site = site[: site.index("server {")] + site[site.rindex("server {") :]
            site = re.sub(r"\n    ssl_[^\n]*", "", site).replace("listen 443 ssl", f"listen 127.0.0.1:{self.port}")
            site = site.replace(f"server_name {NAME}", "server_name _")
            site = site.replace("Host $host;", "Host $http_host;")  # with the port, which is 443 in earnest
        user = "user root;\n" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"    {name}_temp_path {self.folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return f"{user}worker_processes 1;\npid {self.folder}/pid;\nevents {{}}\nhttp {{\n{temporary}{upstream}\n{site}}}\n"
