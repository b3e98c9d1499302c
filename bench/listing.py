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
    *(
        (f"miss: {title}", own(f"/postings/?{query}&n={{}}"), 300, 0.20)
        for title, query in (
            ("a prefecture and a job", "prefecture=13&job_type=nurse"),
            ("two prefectures", "prefecture=13&prefecture=27"),
            ("open to assistant nurses", "job_type=assistant_nurse"),
            ("Wednesday evenings", "weekday=wed&part=evening"),
            ("nights, best paid first", "part=night&sort=pay"),
            ("a period", "from=2027-01-01&to=2027-01-31"),
            ("by car, for a day", "car=1&single_day=1"),
            ("a lowest pay", "pay_min=1777"),
            ("clerks, best paid first", "job_type=clerical&sort=pay"),
            ("nearest deadline", "sort=ending"),
            ("a municipality", "municipality=131016"),
            ("nothing found", "prefecture=47&job_type=clerical&weekday=hol&part=night"),
        )
    ),
    ("miss: search for a word", own("/postings/?q=%E4%BC%9A%E5%A0%B4&n={}"), 200, None),
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
