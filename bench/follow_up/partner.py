"""The partners' feed: what 100 changes cost among 100,000 postings, beside the same among 1,000, as whole requests on both databases."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text, update

from bench.table import Row
from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Listing, ListingVersion, PartnerItem, Posting
from keynet_admin.services.partner import keys
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerItemStatus, PostingStatus, Role
from tests import factories
from tests.support.databases import Databases
from tests.support.web import application

FEW, MANY, CHANGES = 1_000, 100_000, 100
LIMIT = 1.5
ROUNDS = 25
CHUNK = 2_000
FIRST = 1_000  # ids of the made rows begin behind those of the factories


def measure() -> list[Row]:
    """Median milliseconds, few and many in turns: the newest 100 changes, and a poll that finds nothing (reported)."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kn-bench-partners-") as folder:
        databases = Databases(Path(folder))
        try:
            for kind in ("sqlite", "postgresql"):
                with _door(databases, kind, FEW) as few, _door(databases, kind, MANY) as many:
                    rows.append(_row(f"partners' feed, {kind}, {CHANGES} changes", few, many, CHANGES, LIMIT))
                    rows.append(_row(f"partners' feed, {kind}, nothing new", few, many, 0, None))
        finally:
            databases.close()
    return rows


def _row(measured: str, few: Any, many: Any, changes: int, limit: float | None) -> Row:
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 3):
        for (app, secret, newest), found in zip((few, many), seconds, strict=True):
            client = app.test_client()
            begin = time.perf_counter()
            answer = client.get(f"/partner/v1/postings?since={newest - changes}", headers={"Authorization": f"Bearer {secret}"})
            taken = time.perf_counter() - begin
            if answer.status_code != 200 or len(answer.get_json()["items"]) != changes:
                raise RuntimeError(f"the feed answered {answer.status_code}")
            if turn >= 3:
                found.append(taken)
    small, large = (statistics.median(found) * 1e3 for found in seconds)
    return Row(f"{measured}, {MANY:,}", large, "ms", f"with {FEW:,}", small, large / small, at_most=limit)


@contextmanager
def _door(databases: Databases, kind: str, count: int) -> Iterator[tuple[Flask, str, int]]:
    """An application with so many postings at one partner, its key, and the newest number."""
    with (
        tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
        databases.copy(kind, Path(name)) as url,
        application(url, Path(name), {}) as app,
    ):
        yield app, *_fill(app, count)


def _fill(app: Flask, count: int) -> tuple[str, int]:
    """Every posting was sent and acknowledged; the newest hundred were changed since."""
    with app.app_context():
        with transaction():
            center = factories.partner()
            secret = keys.issue(center, factories.actor(Role.lead)).secret
            real = factories.posting(PostingStatus.live, {"share_nc": True})
        table: Any = Listing.__table__
        shown = dict(db.session.execute(select(table).where(table.c.posting_id == real.id)).mappings().one())
        now, first = clock.now(), real.id + FIRST
        db.session.rollback()
        for start in range(0, count, CHUNK):
            ids = range(start, min(start + CHUNK, count))
            numbers = {number: f"KN-P-{100_000 + number:06d}" for number in ids}
            owner = {"organization_id": real.organization_id, "status": PostingStatus.live, "live": 1, "job_type": "nurse"}
            db.session.execute(
                insert(Posting), [{"id": first + n, "posting_no": no, "title": "看護師", **owner} for n, no in numbers.items()]
            )
            listed = [shown | {"posting_id": first + n, "posting_no": no, "sequence": FIRST + n} for n, no in numbers.items()]
            db.session.execute(insert(table), listed)
            items = [{"partner_id": center.id, "posting_id": first + n, "sequence": FIRST + n, "sent_at": now} for n in ids]
            for item, n in zip(items, ids, strict=True):
                item["status"] = PartnerItemStatus.waiting if n >= count - CHANGES else PartnerItemStatus.acknowledged
            db.session.execute(insert(PartnerItem), items)
            db.session.commit()
        newest = FIRST + count - 1
        db.session.execute(update(ListingVersion).values(number=newest))
        db.session.commit()
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        return secret, newest
