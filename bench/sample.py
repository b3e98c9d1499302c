"""Made-up rows in quantity, written straight through the tables: 100,000 public postings in a few seconds."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, insert, text, update

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Listing, ListingVersion, Organization, Posting
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.listing import search_index
from keynet_admin.vocabulary import ListingState, PostingStatus
from tests.rules.base_submission import base_submission

JOBS = ("nurse", "nurse", "nurse", "physician", "physician", "assistant_nurse", "pharmacist", "clerical")
HOURS = (("13:00", "17:30"), ("09:00", "12:30"), ("18:00", "21:00"), ("08:30", "17:15"), ("20:00", "23:00"))
DAYS = (["sat", "sun"], ["mon", "wed", "fri"], ["sun", "hol"], ["tue", "thu"], ["mon", "tue", "wed", "thu", "fri"], ["sat"], ["hol"])
BODIES = 47 * 20
CHUNK = 5_000


def fill_listing(app: Flask, count: int) -> None:
    """Write `count` listed postings of some hundred bodies, with content and search index."""
    with app.app_context():
        engine = db.engine
        with engine.begin() as connection:
            _bodies(connection)
        # One body of text a job and prefecture: the cards differ as real ones do, and making them does not take minutes.
        variants = list(_variants())
        db.session.rollback()
        with engine.begin() as connection:
            index = _without_search_index(connection)
        for start in range(0, count, CHUNK):
            with engine.begin() as connection:
                _chunk(connection, variants, start, min(count, start + CHUNK))
        with engine.begin() as connection:
            connection.execute(update(ListingVersion).values(number=count))
        with engine.begin() as connection:
            if index:
                connection.execute(text(index))
            connection.execute(text("ANALYZE"))


def _without_search_index(connection: Connection) -> str:
    """Drop the index of the search on PostgreSQL, where it is made faster than filled; the statement that makes it again, "" on SQLite."""
    if connection.dialect.name == "sqlite":
        return ""
    made = connection.execute(text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_listing_search_tokens'")).scalar_one()
    connection.execute(text("DROP INDEX ix_listing_search_tokens"))
    return str(made)


def _bodies(connection: Connection) -> None:
    cities = [body for body in reference.municipalities() if body.kind != "prefecture"][:: max(1, 1700 // BODIES)][:BODIES]
    details = base_submission(clock.today())["organization"]
    rows = [
        {
            "id": number,
            "lg_code": city.code6,
            "name": city.name,
            "prefecture_code": city.prefecture_code,
            "org_type": "city",
            "details": details | {"org_name": city.name, "lg_code": city.code6},
        }
        for number, city in enumerate(cities, start=1)
    ]
    connection.execute(insert(Organization), rows)


def _variants() -> Iterator[tuple[int, dict[str, Any], list[str]]]:
    """(organization, columns of a listing, search tokens) for every eighth body."""
    normalized = base_submission(clock.today())["postings"][0]
    for number, organization in enumerate(db.session.execute(db.select(Organization).order_by(Organization.id)).scalars()):
        if number % 8:
            continue
        job = JOBS[number // 8 % len(JOBS)]
        words = normalized | {"job_type": job, "venue_city": organization.lg_code, "headcount": number % 30 + 1}
        words["pay_lines"] = [{"label": "土日", "min": 1200 + number % 40 * 50}]
        start, end = HOURS[number // 8 % 5]
        words["shifts"] = [{"name": "", "days": DAYS[number // 8 % 7], "start": start, "end": end, "break": 0}]
        begin = clock.today() + timedelta(days=number % 60)
        words |= {"term_start": begin.isoformat(), "term_end": (begin + timedelta(days=30 + number % 120)).isoformat()}
        words |= {"parking": ("free", "none", "paid")[number // 8 % 3], "also_junior": job == "nurse" and number % 3 == 0}
        words |= {"single_day": number % 5 == 0, "blank_ok": number % 3 == 0}
        content = listing.public_content(organization, words)
        columns = listing._columns(content)
        columns["search_text"] = listing.search_text(content, "KN-P-000000")
        yield organization.id, columns, search_index.INDEX.tokens_of(columns["search_text"])


def _chunk(connection: Connection, variants: list[tuple[int, dict[str, Any], list[str]]], start: int, stop: int) -> None:
    now = clock.now()
    postings, listings, tokens = [], [], []
    for number in range(start + 1, stop + 1):
        organization, columns, words = variants[number % len(variants)]
        posting_no = f"KN-P-{number:06d}"
        moment = now - timedelta(minutes=number)
        postings.append(
            {
                "id": number,
                "posting_no": posting_no,
                "status": PostingStatus.live,
                "organization_id": organization,
                "live": 1,
                "title": columns["title"],
                "job_type": columns["job_type"],
                "published_at": moment,
            }
        )
        listings.append(
            columns
            | {
                "posting_id": number,
                "posting_no": posting_no,
                "state": ListingState.listed,
                "listed_at": moment,
                "changed_at": moment,
                "sequence": number,
                "open_until": listing.end_of(clock.today() + timedelta(days=30 + number % 90)),
                "deadline": None if number % 4 == 0 else clock.today() + timedelta(days=30 + number % 90),
            }
        )
        tokens.append({"id": number, "tokens": words})
    connection.execute(insert(Posting), postings)
    connection.execute(insert(Listing), listings)
    # As `Index.put` does: SQLite gets the tokens as a text, PostgreSQL as an array that also holds each letter.
    key, sqlite = ("rowid", True) if connection.dialect.name == "sqlite" else ("posting_id", False)
    for row in tokens:
        row["tokens"] = " ".join(row["tokens"]) if sqlite else list(dict.fromkeys((*row["tokens"], *"".join(row["tokens"]))))
    connection.execute(text(f"INSERT INTO listing_search({key}, tokens) VALUES (:id, :tokens)"), tokens)
