"""Memory of a web process after 10,000 requests, beside that of the hello-world server after as many."""

from bench.load import house, send, server
from bench.table import Row
from tests.support.server import LiveServer

REQUESTS = 10_000
PATHS = ["/", "/postings/", "/postings/?job_type=nurse", "/rules", "/entry/", "/login", "/flow"]


def measure() -> list[Row]:
    """The biggest process of each server, and how much ours grew between the 1,000th and the last request."""
    with house() as (folder, _url), server(folder) as ours, server(folder, "bench.hello:app") as hello:
        send(ours.port, PATHS, 1000)
        early = _megabytes(ours)
        send(ours.port, PATHS, REQUESTS - 1000)
        send(hello.port, ["/"], REQUESTS)
        late, yardstick = _megabytes(ours), _megabytes(hello)
    return [
        Row(f"web process after {REQUESTS:,} requests", late, "MB", "hello world", yardstick, late / yardstick),
        Row("its growth since the 1,000th request", late - early, "MB", "before", early, late / early),
    ]


def _megabytes(running: LiveServer) -> float:
    return max(float(member.memory_info().rss) for member in running.children()) / 1e6
