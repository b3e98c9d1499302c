"""The installation's keys, in the file `secret-key` of the instance folder: one a line, the one that writes first, then those only read with.

Behind a key stands, after a space, since when it writes, or `new` while it does not write yet: every machine has to know a key before one
of them writes with it (docs/deployment.md). A file of one key alone is as the first start makes it.
"""

import os
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from keynet_admin import config
from keynet_admin.errors import Refused

NAME = "secret-key"
_NEW = "new"
_LINE = re.compile(r"(.+?)(?: (new|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ))?")
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class BadStep(Refused):
    """The step does not follow from how the file stands; the sentence says which does."""


@dataclass(frozen=True)
class KeyFile:
    """What the file says. `since`: from when on the first key writes, None for the first one of all. `new`: the key to come, if there is one."""

    writer: str
    since: datetime | None = None
    older: tuple[tuple[str, datetime | None], ...] = ()
    new: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, the writing one first."""
        return (self.writer, *(key for key, _since in self.older), *filter(None, [self.new]))


def read(instance: Path) -> KeyFile:
    """The keys of an installation; its first one is made here. Raises BadSettings for a file that nobody can have meant."""
    instance.mkdir(parents=True, exist_ok=True)
    lines = [_parts(line) for line in config.kept(instance / NAME, secrets.token_urlsafe(48)).splitlines() if line.strip()]
    if not lines or lines[0][1] == _NEW or [mark for _key, mark in lines].count(_NEW) > 1:
        raise config.BadSettings(f"{instance / NAME}: 署名の鍵を読めません。1行目は使用中の鍵、new の付いた鍵は1つまでです。")
    used = [(key, _moment(mark)) for key, mark in lines if mark != _NEW]
    return KeyFile(*used[0], tuple(used[1:]), next((key for key, mark in lines if mark == _NEW), ""))


def with_keys(settings: config.Settings) -> config.Settings:
    """The settings with the keys of their instance folder. Raises BadSettings."""
    first, *others = read(settings.instance).keys
    return replace(settings, secret_key=first, older_keys=tuple(others))


def add(instance: Path) -> KeyFile:
    """Add a new key, only to be read with. Raises BadStep while there is one already."""
    file = read(instance)
    if file.new:
        raise BadStep("新しい鍵は、すでに加えてあります。すべてのサーバーに配って再起動したら、rotate-key use に進んでください。")
    return _write(instance, replace(file, new=secrets.token_urlsafe(48)))


def use(instance: Path, now: datetime) -> KeyFile:
    """Let the new key write, and the one before read. Raises BadStep without a new one."""
    file = read(instance)
    if not file.new:
        raise BadStep("新しい鍵がありません。先に rotate-key add で加えてください。")
    return _write(instance, KeyFile(file.new, now, ((file.writer, file.since), *file.older)))


def retire(instance: Path) -> KeyFile:
    """Drop all keys but the one that writes. Raises BadStep."""
    return _write(instance, without_older(read(instance)))


def without_older(file: KeyFile) -> KeyFile:
    """What is left of the file. Raises BadStep when there is no key to drop, or one to come."""
    if file.new:
        raise BadStep("新しい鍵がまだ使われていません。先に rotate-key use に進んでください。")
    if not file.older:
        raise BadStep("外せる古い鍵はありません。")
    return replace(file, older=())


def _write(instance: Path, file: KeyFile) -> KeyFile:
    """Replace the file whole or not at all: for its owner only, who stays the same also when root runs the command."""
    target, part = instance / NAME, instance / f".{NAME}.{os.getpid()}"
    part.unlink(missing_ok=True)
    lines = [
        _line(file.writer, file.since),
        *(_line(key, since) for key, since in file.older),
        *([f"{file.new} {_NEW}"] if file.new else []),
    ]
    owner = target.stat()
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        if os.geteuid() == 0:
            os.fchown(out.fileno(), owner.st_uid, owner.st_gid)
        out.write("\n".join(lines) + "\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    return file


def _line(key: str, since: datetime | None) -> str:
    return key if since is None else f"{key} {since.astimezone(UTC).strftime(_MOMENT)}"


def _parts(line: str) -> tuple[str, str]:
    key, mark = _LINE.fullmatch(line.strip()).groups(default="")  # type: ignore[union-attr]  # any text without a line break is one
    return key, mark


def _moment(mark: str) -> datetime | None:
    return datetime.strptime(mark, _MOMENT).replace(tzinfo=UTC) if mark else None
