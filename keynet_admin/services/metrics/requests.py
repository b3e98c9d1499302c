"""Requests by rule and status. Each process counts in files of the instance folder; whoever is asked adds up all of them.

The library decides at its first import whether it counts in files: it is imported here when the folder is known, and nowhere before.
"""

import os
import time
from pathlib import Path
from typing import Any

FOLDER = "metrics"
# Seconds: visitors' pages, staff pages, files.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
# Counts of processes that have ended count on (sums must not fall), but their files do not gather for ever.
_KEPT_SECONDS = 7 * 86_400
_metrics: tuple[Any, Any] | None = None


def start(instance: Path) -> None:
    """Count from now on, once a process."""
    global _metrics
    if _metrics is not None:
        return
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        if file.stat().st_mtime < time.time() - _KEPT_SECONDS:
            file.unlink(missing_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    import prometheus_client

    registry = prometheus_client.CollectorRegistry()
    labels = ("method", "route", "status")
    _metrics = (
        prometheus_client.Counter("keynet_requests", "Answered requests.", labels, registry=registry),
        prometheus_client.Histogram("keynet_request_seconds", "Time of a request.", ("route",), buckets=BUCKETS, registry=registry),
    )


def count(route: str, method: str, status: int, seconds: float) -> None:
    """One request that was answered; nothing where nobody has begun to count (commands, tests)."""
    if _metrics is not None:
        requests, times = _metrics
        requests.labels(method, route, str(status)).inc()
        times.labels(route).observe(seconds)


def text() -> str:
    """The sums over all processes, those that have ended included; empty where nobody counts, or somebody took the folder away."""
    if _metrics is None or not Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).is_dir():
        return ""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry).decode()
