"""`make run`: prepares the instance folder and database, then runs web and worker in the foreground until Ctrl-C.

Every step and every long-running part is a process of its own (`flask …`, `granian …`), the same ones an installation on a real
server starts by itself; nothing here is needed for those. A part that dies is reported and started again, within limits: five
times in a minute means that a restart does not help, and everything stops with exit code 1.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from keynet_admin import config

ROOT = Path(__file__).resolve().parent.parent
PREPARE = (
    ("データベースの準備", ("db", "upgrade")),
    ("基準データの読み込み", ("load-reference",)),
    ("デモデータの準備", ("load-demo",)),
)
DEMO_ACCOUNTS = (
    ("運営担当", "operator@keynet.example"),
    ("運営担当", "operator2@keynet.example"),
    ("運営主任", "lead@keynet.example"),
    ("システム管理", "admin@keynet.example"),
    ("自治体", "kenko@city.chiyoda.keynet.example"),
)
RESTARTS = 5
RESTART_WINDOW = 60.0
STOP_SECONDS = 10.0
READY_SECONDS = 60.0
_PDEATHSIG = 1  # prctl: which signal a child gets when its parent dies


def main() -> int:
    """Prepare and run everything. Returns the exit code: 0 after Ctrl-C or SIGTERM, 1 when something could not run."""
    stop = Stop()
    environ = environment(os.environ)
    try:
        settings = config.from_environ(environ)
    except config.BadSettings as error:
        say(str(error))
        return 1
    port = settings.port
    if not port_is_free(port):
        say(f"ポート {port} はほかのプログラムが使用中です。PORT=8001 make run のように別の番号を指定してください。")
        return 1
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = ""
    if settings.demo:
        password = environ["KEYNET_DEMO_PASSWORD"] = config.demo_password(settings.instance, settings.demo_password)
    for title, arguments in PREPARE:
        if arguments == ("load-demo",) and not settings.demo:
            continue
        say(f"{title} …")
        code = run_to_end(flask_command(*arguments), environ, stop)
        if stop.asked:
            return 0
        if code:
            say(f"{title}に失敗しました（flask --app wsgi {' '.join(arguments)}）。上の表示をご確認ください。")
            return 1
    children = [Child("web", "画面", web_command(port)), Child("worker", "定期処理", flask_command("worker"))]
    try:
        return run(children, environ, stop, f"http://127.0.0.1:{port}", password)
    finally:
        stop_all(children)
        say("停止しました。")


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of all parts: the given one with `make run`'s own defaults (demo on, loopback, files of the owner only)."""
    environ = dict(given)
    environ.setdefault("PORT", "8000")
    environ.setdefault("KEYNET_DEMO", "1")
    environ["KEYNET_INSTANCE"] = str(Path(environ.get("KEYNET_INSTANCE") or ROOT / "instance").resolve())
    environ["PYTHONUNBUFFERED"] = "1"
    os.umask(0o077)
    return environ


def flask_command(*arguments: str) -> list[str]:
    """`flask --app wsgi …` with this interpreter."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


def web_command(port: int, *, workers: int = 2, app: str = "wsgi:app") -> list[str]:
    """granian on loopback: two processes that it starts again when one is killed.

    Many threads a process, because a request whose body never arrives holds one until its sender gives up.
    """
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "64", "--no-ws", "--http", "1", "--log-level", "error"),
        *("--http1-header-read-timeout", "10000", "--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", "8", app),
    ]


def spawn(command: Sequence[str], environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start one of our own commands (fixed lists, no shell) in the project's folder, in a session of its own."""
    return subprocess.Popen(list(command), cwd=ROOT, env=dict(environ), preexec_fn=die_with_parent)  # noqa: S603


def run_to_end(command: Sequence[str], environ: Mapping[str, str], stop: "Stop") -> int:
    """Run a step of the preparation and return its exit code; a stop asked for meanwhile ends it."""
    process = spawn(command, environ)
    while process.poll() is None:
        if stop.asked:
            stop_all([Child("step", "準備", command, process)])
            break
        time.sleep(0.05)
    return process.returncode


def port_is_free(port: int) -> bool:
    """Can a server listen on this loopback port now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def die_with_parent() -> None:
    """In a new child, on Linux: get SIGTERM when the supervisor is gone, however it went, so that nothing is left behind."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGTERM)


class Stop:
    """Remembers that Ctrl-C or SIGTERM came."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True


@dataclass
class Child:
    """One long-running part: its command, its process while it runs, and when it was started again."""

    key: str
    title: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    restarts: deque[float] = field(default_factory=deque)

    def start(self, environ: Mapping[str, str]) -> None:
        """Start the process. A Ctrl-C reaches the supervisor alone, which then stops the parts in order."""
        self.process = spawn(self.command, environ)

    def may_restart(self, now: float) -> bool:
        """Count one more restart; False when there were too many within the window."""
        while self.restarts and now - self.restarts[0] > RESTART_WINDOW:
            self.restarts.popleft()
        self.restarts.append(now)
        return len(self.restarts) <= RESTARTS


def run(children: list[Child], environ: Mapping[str, str], stop: Stop, address: str, password: str) -> int:
    """Start all parts and look after them until a stop is asked for. Returns the exit code."""
    for child in children:
        child.start(environ)
    ready, patience = False, time.monotonic() + READY_SECONDS
    while not stop.asked:
        for child in children:
            if child.process is None or (code := child.process.poll()) is None:
                continue
            if not child.may_restart(time.monotonic()):
                say(f"{child.title}（{child.key}）が繰り返し終了するため、全体を停止します。")
                return 1
            say(f"{child.title}（{child.key}）が終了しました（終了コード {code}）。再起動します。")
            kill_group(child.process)
            child.start(environ)
        if not ready and answers(address + "/healthz"):
            ready = True
            greet(address, password, demo=environ.get("KEYNET_DEMO") == "1")
        elif not ready and time.monotonic() > patience:
            say("画面の起動に時間がかかりすぎているため、停止します。")
            return 1
        time.sleep(0.5 if ready else 0.1)
    say("停止しています …")
    return 0


def stop_all(children: Sequence[Child]) -> None:
    """Ask every part to stop, wait for a while, then end what is left of them and their own children."""
    processes = [child.process for child in children if child.process is not None]
    for process in processes:
        if process.poll() is None:
            process.terminate()
    patience = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, patience - time.monotonic()))
        kill_group(process)
        process.wait()


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """End what a part left behind: the processes of a killed web server would go on answering with nobody to look after them."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def answers(url: str) -> bool:
    """Does the address answer 200? Only ever our own server on loopback."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - built from the port above
            return int(response.status) == 200
    except (OSError, urllib.error.URLError):
        return False


def greet(address: str, password: str, *, demo: bool) -> None:
    """Print the addresses and, for a demonstration, the accounts. The password goes to the terminal only, never through logging."""
    say("")
    say("Key-Net が起動しました。（Ctrl-C で停止）")
    for title, path in (("求人の一覧", "/"), ("申請フォーム", "/entry/"), ("記入ルール", "/rules"), ("ログイン", "/login")):
        say(f"  {address}{path:<10} {title}")
    if demo:
        say("デモのアカウント（パスワードは共通）:")
        for title, mail in DEMO_ACCOUNTS:
            say(f"  {mail:<36} {title}")
        say(f"  パスワード: {password}")
    say("")


def say(line: str) -> None:
    """One line to the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
