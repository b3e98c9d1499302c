"""The search for words over 100,000 postings, on both databases: the whole request beside the same page without the word, in turns.

Words of one to eight letters, in every posting, in some, in few and in none, alone, together and with other conditions. They stand in quotes, so that each
is looked for in the texts; what the vocabulary answers as a condition costs what that condition costs, and is measured last.
SQLite works in this process: CPU time. PostgreSQL does not: time by the clock, the least of the rounds.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

from flask.testing import FlaskClient
from sqlalchemy import select, update

from bench.sample import fill_listing
from bench.table import Row
from keynet_admin.extensions import db
from keynet_admin.models import Listing
from keynet_admin.services.listing import search_index
from tests.support.databases import Databases
from tests.support.web import application

POSTINGS = int(os.environ.get("BENCH_POSTINGS", "100000"))
ROUNDS = 5
LIMITS = {"sqlite": (2.0, 5.0), "postgresql": (3.0, 8.0)}
# What is put into one posting of so many.
RARE = {50: "麻酔科", 5_000: "離島の診療所へ渡る"}
WORDS = [
    "看",
    "師",
    "接",
    "島",
    "麻",
    "龍",
    "離島",
    "看護",
    "会場",
    "接種",
    "麻酔",
    "診療",
    "火星",
    "注射",
    "麻酔科",
    "看護師",
    "予診票",
    "診療所",
    "ワクチン",
    "集団接種",
    "離島の診",
    "経過観察",
    "慣れない",
    "集団接種会",
    "離島の診療",
    "集団接種会場",
    "離島の診療所",
    "集団接種会場の",
    "離島の診療所へ",
    "集団接種会場の看",
    "離島の診療所へ渡",
    "竜宮城の看護師募",
]
TOGETHER = ("看護師 離島", "会場 麻酔科", "看護師 竜宮城", "離島 麻酔科", "接種 会場 看護")
FILTERED = (
    ("離島", "job_type=nurse"),
    ("看護師", "prefecture=13"),
    ("会場", "weekday=sun"),
    ("麻酔科", "sort=pay"),
    ("竜宮城", "prefecture=13"),
)
UNDERSTOOD = ("ナース", "東京の看護師", "土日 夜勤", "ワクチン")
_numbers = count(1)


def measure() -> list[Row]:
    """Median and worst ratio of each database."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kn-bench-words-") as folder:
        databases = Databases(Path(folder))
        try:
            for kind in LIMITS:
                with _site(databases, kind) as client:
                    rows += _measure(client, kind)
        finally:
            databases.close()
    return rows


@contextmanager
def _site(databases: Databases, kind: str) -> Iterator[FlaskClient]:
    with (
        tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
        databases.copy(kind, Path(name)) as url,
        application(url, Path(name), {}) as app,
    ):
        fill_listing(app, POSTINGS)
        with app.app_context(), db.engine.begin() as connection:
            for step, word in RARE.items():
                for number in range(step, POSTINGS + 1, step):
                    old = connection.execute(select(Listing.search_text).where(Listing.posting_id == number)).scalar_one()
                    new = f"{old} {search_index.fold(word)}"
                    connection.execute(update(Listing).where(Listing.posting_id == number).values(search_text=new))
                    search_index.INDEX.put(connection, number, old, new)
        with app.app_context():
            yield app.test_client()


def _measure(client: FlaskClient, kind: str) -> list[Row]:
    clock = time.process_time if kind == "sqlite" else time.perf_counter
    asked = [(f'"{word}"', "") for word in (*WORDS, *TOGETHER)] + [(f'"{word}"', other) for word, other in FILTERED]
    ratios = {word + " " + other: _ratio(client, clock, word, other) for word, other in asked}
    meant = {word: _ratio(client, clock, word, "") for word in UNDERSTOOD}
    middle, worst = LIMITS[kind]
    slowest = max(ratios, key=lambda word: ratios[word][2])
    title, page = f"words, {kind}, {POSTINGS:,} postings", "the page without it"
    typical = sorted(ratios.values(), key=lambda item: item[2])[len(ratios) // 2]
    rows = [
        Row(
            f"{title}, median of {len(ratios)}",
            typical[0],
            "ms",
            page,
            typical[1],
            statistics.median(r for *_, r in ratios.values()),
            at_most=middle,
        ),
        Row(f"{title}, worst: {slowest}", *ratios[slowest][:1], "ms", page, *ratios[slowest][1:], at_most=worst),
    ]
    slowest = max(meant, key=lambda word: meant[word][2])
    return [*rows, Row(f"{title}, understood, worst: {slowest}", meant[slowest][0], "ms", page, *meant[slowest][1:])]


def _ratio(client: FlaskClient, clock: Callable[[], float], word: str, other: str) -> tuple[float, float, float]:
    """Milliseconds with the word, without it, and their ratio."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for kept, q in zip(found, (f"&q={quote(word)}", ""), strict=True):
            # Each request is the first of its kind: neither its page nor its count is kept.
            if listed := client.application.extensions.get("keynet_listed"):
                listed.kept.clear()
            begin = clock()
            answer = client.get(f"/postings/?{other}{q}&n={next(_numbers)}")
            kept.append(clock() - begin)
            if answer.status_code != 200:
                raise RuntimeError(f"{word} {other} answered {answer.status_code}")
    with_word, without = (min(kept) * 1e3 for kept in found)
    return with_word, without, with_word / without
