"""How many files the house reads, judges or writes at once: each takes a lock in the instance folder, whatever process it runs in.

A lock is the system's, so that it is free again when its process is gone, however it went.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from keynet_admin import config
from keynet_admin.errors import Busy

SLOTS = 2
PATIENCE = 2.0  # seconds: most files are done within one, and nobody should have to choose a file again for that
_PAUSE = 0.05
_BUSY = "ほかのファイルの確認で混み合っています。まだ何も登録していません。1分ほど待ってから、もう一度お試しください。"


@contextmanager
def reading_slot() -> Iterator[None]:
    """Hold one of the slots of the application's instance folder. Raises Busy when all stay taken for `PATIENCE` seconds."""
    folder, until = config.current().instance, time.monotonic() + PATIENCE
    while True:
        for number in range(SLOTS):
            with (folder / f"reading-{number}.lock").open("ab") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue
                yield
                return
        if time.monotonic() >= until:
            raise Busy(_BUSY)
        time.sleep(_PAUSE)
