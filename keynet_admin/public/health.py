"""For monitoring: is the process up, can it serve."""

import logging
from functools import lru_cache

from alembic.script import ScriptDirectory
from flask import Response
from werkzeug.exceptions import ServiceUnavailable

from keynet_admin.config import ROOT
from keynet_admin.public.guide import plain_text
from keynet_admin.public.store import store

log = logging.getLogger(__name__)


def healthz() -> Response:
    """`GET /healthz`: the process answers; nothing else is asked."""
    return plain_text("ok", 200)


def readyz() -> Response:
    """`GET /readyz`: the database answers and its tables are those of this program. 503 with a word about what is missing."""
    base = store()
    try:
        with base.cursor() as cursor:
            cursor.execute("SELECT version_num FROM alembic_version")
            rows = cursor.fetchall()
    except ServiceUnavailable:
        return plain_text("database: no answer", 503)
    found = {row[0] for row in rows}
    if found != head():
        return plain_text("migrations: not at head", 503)
    return plain_text("ok", 200)


@lru_cache(maxsize=1)
def head() -> frozenset[str]:
    """The newest migration of this program."""
    return frozenset(ScriptDirectory(str(ROOT / "keynet_admin" / "migrations")).get_heads())
