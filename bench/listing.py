"""The public list with 100,000 postings, page cache off: CPU per request beside a hello-world route on the same server."""

import os

from bench.load import house, server, side_by_side
from bench.sample import fill_listing
from bench.table import Row
from tests.support.web import application

POSTINGS = int(os.environ.get("BENCH_POSTINGS", "100000"))
ROUNDS = 3
PAGES = (
    ("list, newest first", ["/postings/"], 1000, 0.30),
    (
        "list of a prefecture and a job",
        ["/postings/?prefecture=13&job_type=nurse", "/postings/?prefecture=27&job_type=physician"],
        1000,
        None,
    ),
    ("search for a word", ["/postings/?q=%E7%9C%8B%E8%AD%B7%E5%B8%AB", "/postings/?q=%E6%8E%A5%E7%A8%AE%E4%BC%9A%E5%A0%B4"], 200, None),
    ("one posting", [f"/postings/KN-P-{number:06d}" for number in range(1, 400)], 400, None),
)


def measure() -> list[Row]:
    """Each page of the visitor beside the hello-world route, in turns."""
    rows = []
    with house() as (folder, url):
        with application(url, folder, {}) as app:
            fill_listing(app, folder / "keynet.db", POSTINGS)
        with server(folder) as ours, server(folder, "bench.hello:app") as hello:
            for title, paths, count, limit in PAGES:
                page, yardstick = side_by_side(ours, paths, hello, ROUNDS, count)
                rows.append(
                    Row(f"{title} ({POSTINGS:,} postings)", page, "µs CPU", "hello world", yardstick, yardstick / page, at_least=limit)
                )
    return rows
