"""A file that somebody has chosen, for as long as it is read: every door that takes one takes it here."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug.datastructures import FileStorage

from keynet_admin.config import UPLOAD
from keynet_admin.errors import Refused
from keynet_admin.services.files import malware


@contextmanager
def received_file(given: FileStorage, suffix: str) -> Iterator[Path]:
    """The file under a name of ours (`file.csv`), gone afterwards. Raises Refused for one that is empty, too large or not clean, and Busy."""
    with tempfile.TemporaryDirectory(prefix="keynet-") as folder:
        path = Path(folder) / f"file{suffix}"
        given.save(path)
        size = path.stat().st_size
        if size == 0:
            raise Refused("ファイルの中身がありません（0バイト）。")
        if size > UPLOAD:
            raise Refused(f"ファイルが大きすぎます（{UPLOAD // 1024 // 1024}MBまで）。分けてお送りください。")
        malware.refuse(path)
        yield path
