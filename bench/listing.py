"""The visitors' pages with 100,000 postings: CPU per request beside a hello-world route on the same server.

A hit is a page that the page cache holds. For a miss each request has an address of its own, so that the page is made each time.
"""

import os
from collections.abc import Callable, Sequence
from itertools import count

from bench.load import house, server, side_by_side
from bench.sample import fill_listing
from bench.table import Row
from tests.support.web import application

POSTINGS = int(os.environ.get("BENCH_POSTINGS", "100000"))
ROUNDS = 3
_numbers = count(1)


def own(address: str) -> Callable[[int], Sequence[str]]:
    """So many addresses that nobody asked for before: a name that the list does not know is ignored, and such a page is not kept."""
    return lambda most: [address.format(next(_numbers)) for _ in range(most)]


PAGES: tuple[tuple[str, Callable[[int], Sequence[str]], int, float | None], ...] = (
    ("hit: list", lambda _most: ["/postings/"], 8000, 4.0),
    ("hit: one posting", lambda _most: ["/postings/KN-P-000001"], 8000, 4.0),
    ("miss: list, newest first", own("/postings/?n={}"), 1000, 0.20),
    ("miss: one posting", own("/postings/KN-P-{:06d}"), 1000, 0.20),
    ("miss: list of a prefecture and a job", own("/postings/?prefecture=13&job_type=nurse&n={}"), 600, None),
    ("miss: list of two prefectures", own("/postings/?prefecture=13&prefecture=27&n={}"), 600, None),
    ("miss: search for a word", own("/postings/?q=%E7%9C%8B%E8%AD%B7%E5%B8%AB&n={}"), 200, None),
)


def measure() -> list[Row]:
    """Each page of the visitor beside the hello-world route, in turns."""
    rows = []
    with house() as (folder, url):
        with application(url, folder, {}) as app:
            fill_listing(app, POSTINGS)
        with server(folder) as ours, server(folder, "bench.hello:app") as hello:
            for title, paths, number, limit in PAGES:
                page, yardstick = side_by_side(ours, paths, hello, ROUNDS, number)
                rows.append(
                    Row(f"{title} ({POSTINGS:,} postings)", page, "µs CPU", "hello world", yardstick, yardstick / page, at_least=limit)
                )
    return rows
