"""For monitoring: is the process up, can it serve."""

import logging
from functools import lru_cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Response
from werkzeug.exceptions import ServiceUnavailable

from keynet_admin.config import ROOT
from keynet_admin.public.answers import plain_text
from keynet_admin.public.source import connected

log = logging.getLogger(__name__)


def healthz() -> Response:
    """`GET /healthz`: the process answers; nothing else is asked."""
    return plain_text("ok", 200)


def readyz() -> Response:
    """`GET /readyz`: the primary database answers and its tables are those of this program. 503 with a word about what is missing."""
    try:
        with connected(replica=False) as connection:
            found = set(MigrationContext.configure(connection).get_current_heads())
    except ServiceUnavailable:
        return plain_text("database: no answer", 503)
    if found != head():
        return plain_text("migrations: not at head", 503)
    return plain_text("ok", 200)


@lru_cache(maxsize=1)
def head() -> frozenset[str]:
    """The newest migration of this program."""
    return frozenset(ScriptDirectory(str(ROOT / "keynet_admin" / "migrations")).get_heads())
