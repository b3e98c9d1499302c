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
from typing import TypeAlias

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
    ("自治体（公開の権限なし）", "yobo@city.chiyoda-test.lg.jp"),
    ("都道府県（奈良県）", "nara@pref.keynet.example"),
    ("連携先（Save the town）", "stt@partner.keynet.example"),
    ("連携先（東京都ナースセンター、Shift_JIS）", "center@partner.keynet.example"),
)
RESTARTS = 5
RESTART_WINDOW = 60.0
STOP_SECONDS = 10.0
READY_SECONDS = 60.0
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Process: TypeAlias = "subprocess.Popen[bytes]"
_PDEATHSIG = 1  # prctl: which signal a child gets when its parent dies


def main() -> int:
    """Prepare and run everything. Returns the exit code: 0 after Ctrl-C or SIGTERM, 1 when something could not run."""
    for number in STOPS:
        signal.signal(number, signal.default_int_handler)
    environ = environment(os.environ)
    running: list[Process] = []
    try:
        return _main(environ, running)
    except KeyboardInterrupt:
        say("停止しています …")
        return 0
    except config.BadSettings as error:
        say(str(error))
        return 1
    finally:
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)
        stop_all(running)
        say("停止しました。")


def _main(environ: dict[str, str], running: list[Process]) -> int:
    settings = config.from_environ(environ)
    if not port_is_free(settings.port):
        say(f"ポート {settings.port} はほかのプログラムが使用中です。PORT=8001 make run のように別の番号を指定してください。")
        return 1
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = ""
    if settings.demo:
        password = environ["KEYNET_DEMO_PASSWORD"] = config.demo_password(settings.instance, settings.demo_password)
    for title, arguments in PREPARE:
        if arguments == ("load-demo",) and not settings.demo:
            continue
        say(f"{title} …")
        running.append(spawn(flask_command(*arguments), environ))
        if running[-1].wait():
            say(f"{title}に失敗しました（flask --app wsgi {' '.join(arguments)}）。上の表示をご確認ください。")
            return 1
        running.clear()
    children = [Child("web", "画面", web_command(settings.port)), Child("worker", "定期処理", flask_command("worker"))]
    return run(children, environ, running, f"http://127.0.0.1:{settings.port}", password)


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

    Many threads a process, because a request whose body does not arrive holds one until its deadline (`web/request_body.py`).
    """
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers), "--blocking-threads", "64", "--no-ws", "--http", "1", "--log-level", "error"),
        *("--http1-header-read-timeout", "10000", "--http1-buffer-size", "32768", "--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", "8", app),
    ]


def spawn(command: Sequence[str], environ: Mapping[str, str]) -> Process:
    """Start one of our own commands (fixed lists, no shell) in the project's folder.

    In a session of its own: a Ctrl-C reaches the supervisor alone, which then stops the parts in order.
    """
    return subprocess.Popen(list(command), cwd=ROOT, env=dict(environ), preexec_fn=die_with_parent)  # noqa: S603


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


@dataclass
class Child:
    """One long-running part: its command, and when it was started again."""

    key: str
    title: str
    command: Sequence[str]
    restarts: deque[float] = field(default_factory=deque)

    def may_restart(self, now: float) -> bool:
        """Count one more restart; False when there were too many within the window."""
        while self.restarts and now - self.restarts[0] > RESTART_WINDOW:
            self.restarts.popleft()
        self.restarts.append(now)
        return len(self.restarts) <= RESTARTS


def run(children: list[Child], environ: Mapping[str, str], running: list[Process], address: str, password: str) -> int:
    """Start all parts and look after them (their processes stand in `running`). Returns the exit code when it cannot go on."""
    running += [spawn(child.command, environ) for child in children]
    ready, patience = False, time.monotonic() + READY_SECONDS
    while True:
        for index, child in enumerate(children):
            code = running[index].poll()
            if code is None:
                continue
            if not child.may_restart(time.monotonic()):
                say(f"{child.title}（{child.key}）が繰り返し終了するため、全体を停止します。")
                return 1
            say(f"{child.title}（{child.key}）が終了しました（終了コード {code}）。再起動します。")
            kill_group(running[index])
            running[index] = spawn(child.command, environ)
        if not ready and answers(address + "/healthz"):
            ready = True
            demo = environ.get("KEYNET_DEMO") == "1"
            greet(address, password, config.demo_partner_key(Path(environ["KEYNET_INSTANCE"])) if demo else "", demo=demo)
        elif not ready and time.monotonic() > patience:
            say("画面の起動に時間がかかりすぎているため、停止します。")
            return 1
        time.sleep(0.5 if ready else 0.1)


def stop_all(processes: Sequence[Process]) -> None:
    """Ask every part to stop, wait for a while, then end what is left of them and their own children."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    patience = time.monotonic() + STOP_SECONDS
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, patience - time.monotonic()))
        kill_group(process)
        process.wait()


def kill_group(process: Process) -> None:
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


def greet(address: str, password: str, partner_key: str, *, demo: bool) -> None:
    """Print the addresses and, for a demonstration, the accounts. Password and key go to the terminal only, never through logging."""
    say("")
    say("Key-Net が起動しました。（Ctrl-C で停止）")
    for title, path in (("求人の一覧", "/"), ("申請フォーム", "/entry/"), ("記入ルール", "/rules"), ("ログイン", "/login")):
        say(f"  {address}{path:<10} {title}")
    if demo:
        say("デモのアカウント（パスワードは共通）:")
        for title, mail in DEMO_ACCOUNTS:
            say(f"  {mail:<36} {title}")
        say(f"  パスワード: {password}")
        say(f"試験用の連携先の鍵（{address}/partner/v1/openapi.json）: {partner_key}")
    say("")


def say(line: str) -> None:
    """One line to the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
