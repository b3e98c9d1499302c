"""The file of a backup: a ZIP archive with a manifest that tells what must be in it, readable by its owner only, encrypted if wished.

`manifest.json` names the program, the migration, the moment, each table with its rows and checksum, and each file with its checksum.
The encryption is that of `age` (X25519): who makes backups has the public key only, and any `age` program opens them.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage

from keynet_admin import clock
from keynet_admin.config import ROOT
from keynet_admin.errors import Refused
from keynet_admin.services.audit_chain.verify import BEGIN

FORMAT = 1
MANIFEST, INSTANCE, ENCRYPTED = "manifest.json", "instance/", ".age"
# Of the instance folder: what cannot be made anew. Mails that were written to files have left; the queue is a sweep over the tables.
KEPT_FILES = ("secret-key", "demo-password", "demo-partner-key", "clock.json")
_NAMED = re.compile(r"keynet-([0-9]{8}T[0-9]{6}Z)\.zip(?:\.age)?")
_PIECE = 1 << 20


class BadBackup(Refused):
    """A backup cannot be read, is not whole, or is not for this program; the sentence says which."""


@dataclass(frozen=True)
class TableSum:
    """What a table held: its rows, and a checksum over them in their order."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class LogEnd:
    """The last seal of the log's chain: whoever keeps it can tell a log that was cut off before it or made anew."""

    position: int
    digest: str


@dataclass(frozen=True)
class BackupManifest:
    """What a backup is and what has to be in it. `moment`: whatever was acknowledged before it is in it.

    `log`: None when it was taken at a migration that had no chain yet, or before manifests named it.
    """

    program: str
    revision: str
    database: str  # sqlite or postgresql
    moment: str
    tables: dict[str, TableSum]
    files: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    log: LogEnd | None = None
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def taken_at(self) -> datetime:
        """The moment as such."""
        return datetime.fromisoformat(self.moment)


def program_version() -> str:
    """The version of this program as its project file names it."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return version


def file_name(*, encrypted: bool) -> str:
    """The name of a backup that is taken now, in a folder of them."""
    return f"keynet-{clock.real_now():%Y%m%dT%H%M%SZ}.zip{ENCRYPTED if encrypted else ''}"


SEALS = "audit_seal"
_LAST_SEAL = f"SELECT position, digest FROM {SEALS} ORDER BY position DESC LIMIT 1"  # noqa: S608 - our own table


def log_end(connection: Any, tables: Iterable[str]) -> LogEnd | None:
    """The last seal that a driver's connection sees; position 0 for none, None without the table."""
    if SEALS not in tables:
        return None
    return LogEnd(*(connection.execute(_LAST_SEAL).fetchone() or (0, BEGIN)))


class BackupWriter:
    """The members of an archive that is being written; `files` grows with each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Begin with nothing."""
        self.archive = archive
        self.files: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes | memoryview]) -> str:
        """Write one member. Returns its checksum."""
        found = hashlib.sha256()
        with self.archive.open(name, "w", force_zip64=True) as out:
            for piece in pieces:
                found.update(piece)
                out.write(piece)
        self.files[name] = found.hexdigest()
        return self.files[name]

    def add_instance(self, folder: Path) -> None:
        """Write what cannot be made anew of the instance folder."""
        for name in KEPT_FILES:
            if (folder / name).is_file():
                self.add(INSTANCE + name, [(folder / name).read_bytes()])


def write(target: Path, fill: Callable[[BackupWriter], BackupManifest], recipients: Sequence[str]) -> BackupManifest:
    """Write a backup: it appears under its name when it is whole and on the disk, readable by its owner only.

    Raises BadBackup when a recipient is no public key of age.
    """
    keys = [_recipient(text) for text in recipients]
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                writer = BackupWriter(archive)
                manifest = fill(writer)
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
            if keys:
                out.seek(0)
                sealed = part.with_suffix(".sealed")
                with os.fdopen(os.open(sealed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as encrypted:
                    pyrage.encrypt_io(out, encrypted, keys)
                sealed.replace(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)
        part.with_suffix(".sealed").unlink(missing_ok=True)
    return manifest


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BadBackup("暗号化の公開鍵（age1…）の形が違います。") from None


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def opened(file: Path, identity: Path | None = None) -> Iterator[tuple[zipfile.ZipFile, BackupManifest]]:
    """A backup with its manifest, for reading. An encrypted one is opened with the private keys of the file `identity`.

    Raises BadBackup when it is no backup of ours or the key does not fit.
    """
    with tempfile.TemporaryDirectory(prefix=".keynet-", dir=file.parent) as folder:
        if file.suffix == ENCRYPTED:
            file = _decrypted(file, identity, Path(folder))
        try:
            with zipfile.ZipFile(file) as archive:
                yield archive, _manifest_of(archive)
        except (zipfile.BadZipFile, EOFError) as error:
            raise BadBackup(f"バックアップのファイルが壊れています（{type(error).__name__}）。") from None


def _decrypted(file: Path, identity: Path | None, folder: Path) -> Path:
    if identity is None:
        raise BadBackup("暗号化されたバックアップです。秘密鍵のファイルを --identity で指定してください。")
    plain = folder / "plain.zip"
    plain.touch(0o600)
    lines = [line.strip() for line in identity.read_text(encoding="utf-8").splitlines()]
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
        with file.open("rb") as sealed, plain.open("wb") as out:
            pyrage.decrypt_io(sealed, out, keys)
    except (pyrage.DecryptError, pyrage.IdentityError, OSError):
        raise BadBackup("この秘密鍵では開けないか、バックアップのファイルが壊れています。") from None
    return plain


def _manifest_of(archive: zipfile.ZipFile) -> BackupManifest:
    try:
        content = json.loads(archive.read(MANIFEST))
        if content.get("format") != FORMAT:
            raise BadBackup(f"このプログラムでは読めない形式のバックアップです（形式 {content.get('format')}）。")
        tables = {name: TableSum(**table) for name, table in content.pop("tables").items()}
        log = content.pop("log", None)
        return BackupManifest(tables=tables, log=LogEnd(**log) if log is not None else None, **content)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadBackup("Key-Net のバックアップではありません。") from None


def verify(archive: zipfile.ZipFile, manifest: BackupManifest) -> None:
    """Hold every member to its checksum, and the archive to its manifest. Raises BadBackup."""
    if set(archive.namelist()) != {MANIFEST, *manifest.files}:
        raise BadBackup("バックアップの中身が目録と違います。")
    for name, wanted in manifest.files.items():
        found = hashlib.sha256()
        with archive.open(name) as member:
            while piece := member.read(_PIECE):
                found.update(piece)
        if found.hexdigest() != wanted:
            raise BadBackup(f"バックアップの中身が目録と違います（{name}）。")


def extract(archive: zipfile.ZipFile, name: str, target: Path) -> None:
    """Write one member to a file for its owner only, which appears whole."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    with archive.open(name) as member, os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        shutil.copyfileobj(member, out, _PIECE)
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)


def drop_old(folder: Path, *, keep: int | None, days: int | None) -> list[Path]:
    """Delete the folder's backups beyond the newest `keep` and those older than `days`, but never the newest. Returns them."""
    return _drop(folder, lambda place, moment: place > 0 and ((keep is not None and place >= keep) or _older(moment, days)))


def drop_expired(folder: Path, days: int) -> list[Path]:
    """Delete every backup of the folder that is older than `days`, the newest as well. Returns them; none where there is no such folder."""
    return _drop(folder, lambda _place, moment: _older(moment, days)) if folder.is_dir() else []


def _older(moment: str, days: int | None) -> bool:
    return days is not None and moment < f"{clock.real_now() - timedelta(days=days):%Y%m%dT%H%M%SZ}"


def _drop(folder: Path, over: Callable[[int, str], bool]) -> list[Path]:
    """Delete backups by their place from the newest on and the moment in their names. Returns them."""
    found = sorted(((named[1], file) for file in folder.iterdir() if (named := _NAMED.fullmatch(file.name))), reverse=True)
    gone = [file for place, (moment, file) in enumerate(found) if over(place, moment)]
    for file in gone:
        file.unlink()
    return gone
