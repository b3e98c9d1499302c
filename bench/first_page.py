"""Seconds from a fresh clone to the first page by `make run`, beside the part of them that installing the packages takes."""

import os
import signal
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.table import Row
from tests.support.net import answers, free_port, wait_until
from tests.support.server import ROOT, clean_environ

SECONDS = 600


def measure() -> list[Row]:
    """Clone, `make run`, wait for the first page, Ctrl-C."""
    with TemporaryDirectory(prefix="kn-clone-") as name:
        clone = Path(name) / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(clone)], check=True)
        port = free_port()
        environ = {**clean_environ(), "PORT": str(port), "KEYNET_INSTANCE": str(Path(name) / "instance")}
        environ.pop("MAKEFLAGS", None)
        begin = time.time()
        with (Path(name) / "log").open("wb") as log:
            process = subprocess.Popen(["make", "run"], cwd=clone, env=environ, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_until(lambda: answers(port, "/", below=300) or process.poll() is not None, "the first page", SECONDS)
            whole = time.time() - begin
            if process.poll() is not None:
                raise RuntimeError((Path(name) / "log").read_text(encoding="utf-8", errors="replace")[-500:])
            installed = (clone / ".venv" / ".run").stat().st_mtime - begin
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                process.wait(30)
    return [Row("clone to first page (make run, demo data)", whole, "s", "installing the packages", installed, whole / installed)]
