"""The real web server (granian) and the worker as processes of their own, for tests that need the whole house."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psutil

from keynet_admin.supervisor import die_with_parent, flask_command, web_command
from tests.support.net import answers, end, free_port, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


class LiveServer:
    """granian on a free loopback port over a prepared instance folder and database. `log` keeps what it printed."""

    def __init__(self, instance: Path, environ: Mapping[str, str], *, workers: int = 1, app: str = "wsgi:app", port: int = 0) -> None:
        """Describe the server; `start()` runs it. `environ` holds the settings (`DATABASE_URL`, …) on top of the present ones."""
        self.instance = instance
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.workers = workers
        self.app = app
        self.log = instance / f"web-{self.port}.log"
        self.environ = {**clean_environ(), "KEYNET_INSTANCE": str(instance), "PORT": str(self.port), "KEYNET_SECOND_FACTOR": "0"} | dict(
            environ
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "LiveServer":
        """Start and wait for the first answer. Raises RuntimeError with the log when the server ends instead."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                web_command(self.port, workers=self.workers, app=self.app),
                cwd=ROOT,
                env=self.environ,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,
            )
        process = self.process
        try:
            wait_until(lambda: answers(self.port) or process.poll() is not None, "the web server", 60)
        except TimeoutError as error:
            self.kill()
            raise RuntimeError(f"{error}: {self.printed()}") from None
        if process.poll() is not None:
            raise RuntimeError(f"the web server ended with {process.returncode}: {self.printed()}")
        return self

    def stop(self) -> None:
        """SIGTERM and wait."""
        if self.process is not None:
            end(self.process)

    def kill(self) -> None:
        """`kill -9` of the server and all its worker processes at once."""
        if self.process is None or self.process.poll() is not None:
            return
        family = [psutil.Process(self.process.pid), *self.children()]
        for member in family:
            try:
                member.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        self.process.wait()
        psutil.wait_procs(family[1:], timeout=10)

    def children(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        if self.process is None or self.process.poll() is not None:
            return []
        return psutil.Process(self.process.pid).children(recursive=True)

    def cpu_seconds(self) -> float:
        """CPU time (user and system, seconds) that all its processes have used so far."""
        times = [member.cpu_times() for member in self.children()]
        return sum(one.user + one.system for one in times)

    def printed(self) -> str:
        """The last part of what the server printed."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:] if self.log.exists() else ""


def start_worker(instance: Path, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """`flask --app wsgi worker` as a process of its own."""
    with (instance / "worker.log").open("ab") as out:
        return subprocess.Popen(
            flask_command("worker"),
            cwd=ROOT,
            env={**clean_environ(), "KEYNET_INSTANCE": str(instance), **environ},
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )


def clean_environ() -> dict[str, str]:
    """The present environment without this program's own settings, so that a developer's shell changes no test.

    Without the wish to keep no compiled files too: each server that is started would compile the whole program again.
    """
    own = ("PYTHONDONTWRITEBYTECODE", "PORT", "DATABASE_URL", "REDIS_URL", "MAIL_URL", "PUBLIC_URL")
    return {name: value for name, value in os.environ.items() if name not in own and not name.startswith("KEYNET_")}
