"""Looks at public pages: where a reader came from, and the counts that the processes of the web hand over now and then.

Nothing about a reader is kept, no cookie is set and none is read: who is signed in to the site (and sends one) is not counted, nor are robots
and pages fetched in advance. The counts are roughly right, not exact: what a process has not handed over when it ends is lost.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.dialects import postgresql, sqlite

from keynet_admin.extensions import db
from keynet_admin.models import ViewCount
from keynet_admin.vocabulary import ViewSource

Seen = tuple[int, date, ViewSource]  # id of the posting, day in Japan
_MOST = 500  # rows a statement
_ROBOT = re.compile(r"bot\b|bot/|crawl|spider|slurp|preview|monitor|curl|wget|python|java/|go-http|libwww|scrapy|facebookexternal", re.I)


def source_of(environ: Mapping[str, Any]) -> ViewSource | None:
    """Where the reader of a posting's page came from, by a WSGI request; None for what is no look: robots, HEAD, fetched in advance, signed in.

    Somebody who comes back from a page below the posting's own (its application form) has been counted.
    """
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ or _is_robot(environ.get("HTTP_USER_AGENT", "")):
        return None
    if "prefetch" in environ.get("HTTP_SEC_PURPOSE", environ.get("HTTP_PURPOSE", "")):
        return None
    came_from = environ.get("HTTP_REFERER", "")
    if not came_from:
        return ViewSource.direct
    try:
        page = urlsplit(came_from)
    except ValueError:
        return ViewSource.other
    if page.netloc != environ.get("HTTP_HOST", ""):
        return ViewSource.other
    return None if page.path.startswith(environ.get("PATH_INFO", "") + "/") else ViewSource.search


def add(seen: Mapping[Seen, int]) -> None:
    """Add counts to the stored ones, in one statement (of many rows each) and always in the same order."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    for rows in _portions(sorted(seen.items())):
        statement = insert(ViewCount).values(
            [{"posting_id": number, "day": day, "source": source, "count": count} for (number, day, source), count in rows]
        )
        key = [ViewCount.posting_id, ViewCount.day, ViewCount.source]
        more = ViewCount.count + statement.excluded.count
        db.session.execute(statement.on_conflict_do_update(index_elements=key, set_={"count": more}))


def _portions(rows: list[tuple[Seen, int]]) -> Iterable[list[tuple[Seen, int]]]:
    return (rows[start : start + _MOST] for start in range(0, len(rows), _MOST))


@lru_cache(maxsize=1024)
def _is_robot(agent: str) -> bool:
    return not agent or _ROBOT.search(agent) is not None
