"""`make run`: everything it starts is looked after, and nothing of it is left behind."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from keynet_admin import config, supervisor
from keynet_admin.supervisor import Child
from tests.support.net import answers, end, free_port, wait_until
from tests.support.server import ROOT, clean_environ


def test_the_password_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    """The same at the second start, unreadable for others."""
    first = config.demo_password(tmp_path, None)
    assert config.demo_password(tmp_path, None) == first
    assert len(first) >= 12
    assert stat.S_IMODE((tmp_path / "demo-password").stat().st_mode) == 0o600


def test_a_given_password_is_taken_and_not_kept(tmp_path: Path) -> None:
    """What the environment says stands nowhere on the disk."""
    assert config.demo_password(tmp_path, "given by somebody") == "given by somebody"
    assert not list(tmp_path.iterdir())


def test_a_part_that_keeps_dying_is_given_up() -> None:
    """Five restarts within a minute, then no more; after a quiet minute it counts anew."""
    child = Child("web", "画面", ["true"])
    assert [child.may_restart(second) for second in range(6)] == [True] * 5 + [False]
    assert child.may_restart(100.0)


def test_a_dead_part_takes_its_own_children_along(tmp_path: Path) -> None:
    """A killed server's worker processes would otherwise go on answering."""
    child = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    script = f"import subprocess, sys, time; p = {child}; print(p.pid, flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdout is not None
    grandchild = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.wait()
    assert grandchild.is_running()
    supervisor.kill_group(process)
    wait_until(lambda: not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE, "the end of the grandchild", 10)
    process.stdout.close()


@pytest.mark.parametrize("port", ["0", "eighty", "70000"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    """With one plain line, before anything is made."""
    done = _supervisor(tmp_path, port)
    output, _nothing = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "PORT" in output.decode()
    assert not (tmp_path / "instance").exists()


@pytest.fixture
def house(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The supervisor on a free port without demo data; its port stands in `house.port`."""
    port = free_port()
    process = _supervisor(tmp_path, str(port), KEYNET_DEMO="0")
    process.port = port  # type: ignore[attr-defined]
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, "the first answer", 120)
        assert process.poll() is None, process.stdout.read().decode() if process.stdout else ""
        yield process
    finally:
        end(process, 30)


def test_it_looks_after_its_parts_and_stops_them_all(house: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    """A killed web server comes back; SIGTERM leaves no process and no open port; the key is its owner's only."""
    port: int = house.port  # type: ignore[attr-defined]
    me = psutil.Process(house.pid)
    wait_until(lambda: len(me.children()) == 2, "web and worker", 30)
    web = next(child for child in me.children() if "granian" in " ".join(child.cmdline()))
    old = [web.pid, *(child.pid for child in web.children(recursive=True))]
    web.kill()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in old) and answers(port), "the web server's return", 60)
    family = me.children(recursive=True)
    begin = time.monotonic()
    house.send_signal(signal.SIGTERM)
    assert house.wait(30) == 0
    assert time.monotonic() - begin < 20
    assert not psutil.wait_procs(family, timeout=5)[1]
    assert not answers(port)
    assert stat.S_IMODE((tmp_path / "instance" / "secret-key").stat().st_mode) == 0o600


def _supervisor(folder: Path, port: str, **environ: str) -> "subprocess.Popen[bytes]":
    settings = {**clean_environ(), "PORT": port, "KEYNET_INSTANCE": str(folder / "instance"), **environ}
    settings["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), settings.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "keynet_admin.supervisor"],
        cwd=ROOT,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
