"""A marker that stands for a person, and where it can be found: database, index, files, archives, exports, kept pages, log lines."""

import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Candidate, Submission
from keynet_admin.permissions import Actor
from keynet_admin.services import logs
from keynet_admin.services.candidate import messages
from keynet_admin.services.listing import published
from keynet_admin.services.submission import search_index
from keynet_admin.web.access.request_log import RequestLog
from tests.support.web import Client, page_cache_of
from tests.walks.matrix_table import ROUTES

MARKER = "zzpersonzz"
EXPORTS = {rule.replace("<any(csv, xlsx):kind>", "csv"): method for method, rule in ROUTES if rule.endswith(":kind>") and method != "HEAD"}
PUBLIC = ("/postings/", "/postings.json", "/postings.atom", "/sitemap.xml", "/opendata/")


def publish_question(asked: Candidate, officer: Actor) -> None:
    """Answer somebody's question, and put both onto the posting's page, with the marker in them."""
    messages.send(asked, officer, f"{MARKER}様へ。", seen_version=asked.version, action="answer")
    words = {"question": f"{MARKER}でも応募できますか。", "answer": f"{MARKER}でもできます。"}
    published.publish(asked, officer, seen_version=asked.version, **words)


def in_database(session: Session) -> set[str]:
    """`table.column` of every column of the database in which the marker stands, the search index's own tables included."""
    found = set()
    with db.engine.connect() as connection:
        for name in inspect(connection).get_table_names():
            for column in inspect(connection).get_columns(name):
                query = text(f'SELECT count(*) FROM "{name}" WHERE lower(CAST("{column["name"]}" AS TEXT)) LIKE :mark')
                if connection.execute(query, {"mark": f"%{MARKER}%"}).scalar_one():
                    found.add(f"{name}.{column['name']}")
    session.rollback()
    return found


def in_index(session: Session) -> bool:
    """Whether the queue's search finds a case by it."""
    found = session.execute(search_index.found(select(Submission.id), MARKER)).first() is not None
    session.rollback()
    return found


def in_files(folder: Path) -> list[str]:
    """Files of a folder with the marker in them, or in a member of the archive that they are."""

    def holds(content: bytes) -> bool:
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return any(MARKER.encode() in archive.read(name) for name in archive.namelist())
        return MARKER.encode() in content

    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and holds(path.read_bytes()))


def in_answers(client: Client, paths: Iterable[str]) -> set[str]:
    """Addresses whose answer has it."""
    found = set()
    for path in paths:
        with client.open(path, method=EXPORTS.get(path, "GET")) as answer:  # closed: only then its line is logged
            found |= {path} if MARKER in answer.get_data(as_text=True) else set()
    return found


def in_kept_pages(app: Flask) -> set[str]:
    """Addresses of the pages that this process keeps with it in them, whether or not they would still be given; not of searches for it."""
    layer = app.wsgi_app
    app.wsgi_app = getattr(layer, "inner", layer) if isinstance(layer, RequestLog) else layer  # type: ignore[method-assign]
    try:
        pages = page_cache_of(app).pages
    finally:
        app.wsgi_app = layer  # type: ignore[method-assign]
    return {path for (path, query, _host), kept in pages.items() if MARKER not in query and MARKER in kept.body.decode()}


@contextmanager
def log_lines(app: Flask) -> Iterator[io.StringIO]:
    """Every line that this process logs inside the block, as JSON, those about requests among them."""
    lines, before = io.StringIO(), app.wsgi_app
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logs.JsonLines())
    levels = {logger: logger.level for logger in (logging.getLogger(), logging.getLogger(logs.REQUESTS))}
    logging.getLogger().addHandler(handler)
    for logger in levels:
        logger.setLevel(logging.INFO)
    app.wsgi_app = RequestLog(before, app)  # type: ignore[method-assign]
    try:
        yield lines
    finally:
        app.wsgi_app = before  # type: ignore[method-assign]
        logging.getLogger().removeHandler(handler)
        for logger, level in levels.items():
            logger.setLevel(level)
