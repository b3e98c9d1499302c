"""`make faults`: faults on purpose, by tests on SQLite and PostgreSQL, and a table of fault × result.

Each row names the tests that make the fault and look at what is left; they run in `make test` as well. What a row says was proved by its
tests in this run, and by nothing else.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
KILLED, PARTS = "tests/walks/faults/test_killed_at_commits.py", "tests/walks/faults/test_parts_that_fail.py"
OUTBOX, REPLICA = "tests/services/mail/test_outbox.py", "tests/public/test_replica.py"


@dataclass(frozen=True)
class Fault:
    """One row: the fault, what must be left, and the tests (file::name) that hold it."""

    name: str
    left: str
    tests: Sequence[str]


FAULTS = (
    Fault(
        "kill -9 before and after each commit, 15 requests",
        "nothing by halves; pressed again: whole, once",
        [f"{KILLED}::test_killed_at_each_commit"],
    ),
    Fault(
        "kill -9 of web and worker under load",
        "all answered cases once, each mail once",
        ["tests/walks/test_kill.py::test_killed_in_the_middle"],
    ),
    Fault("disk full (SQLite's files may not grow)", "503, nothing by halves, works later", [f"{KILLED}::test_a_full_disk"]),
    Fault("disk full (mail spool)", "waits, goes once", [f"{OUTBOX}::test_a_full_disk"]),
    Fault(
        "database locked / crashed and restarted",
        "503, nothing by halves, works later",
        [f"{PARTS}::test_the_database_is_gone_and_comes_back"],
    ),
    Fault(
        "queue or Redis gone",
        "decisions stand, the sweep delivers",
        ["tests/test_jobs.py::test_redis_down", "tests/test_jobs.py::test_a_missing_queue_stops_nothing"],
    ),
    Fault("mail server down", "waits", [f"{OUTBOX}::test_no_server_at_all"]),
    Fault(
        "mail server mute or slow",
        "waits, others go",
        [f"{OUTBOX}::test_a_mute_server", "tests/test_jobs.py::test_one_slow_mail_does_not_stop_the_others"],
    ),
    Fault("mail server refuses", "tried again, or an operator's task", [f"{OUTBOX}::test_what_the_server_answers"]),
    Fault(
        "mail server takes it and hangs up",
        "uncertain: a person decides, no second mail",
        [f"{OUTBOX}::test_a_connection_lost_after_the_final_dot"],
    ),
    Fault("worker killed while sending", "no second mail by itself", [f"{OUTBOX}::test_a_worker_killed_while_sending_by_smtp"]),
    Fault(
        "clock an hour back",
        "numbers differ, public stays public",
        [f"{PARTS}::test_the_clock_goes_an_hour_back", f"{OUTBOX}::test_the_clock_was_turned_back"],
    ),
    Fault(
        "two workers, one killed",
        "each mail once, each posting closed once",
        [f"{PARTS}::test_two_workers", f"{OUTBOX}::test_many_workers_send_each_mail_once"],
    ),
    Fault("worker dead for a day", "one round does all of it, once", [f"{PARTS}::test_the_worker_was_dead_for_a_day"]),
    Fault("two machines", "what begins on one goes on on the other", [f"{PARTS}::test_what_begins_on_one_machine_goes_on_on_another"]),
    Fault(
        "replica lagging",
        "no old page, none kept",
        [f"{REPLICA}::test_a_replica_that_lags_serves_no_page", f"{REPLICA}::test_no_old_page_is_kept_under_a_new_version"],
    ),
    Fault("replica gone, in the middle of a page", "no page lost", [f"{REPLICA}::test_a_replica_that_is_gone_costs_no_page"]),
    Fault("primary gone, replica there", "visitors read on, writing is 503", [f"{REPLICA}::test_visitors_read_on_without_the_primary"]),
)


def main() -> int:
    """Run the tests of the rows whose name has one of the given words; exit code 1 when one failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only rows whose fault has one of these words")
    words = parser.parse_args().words
    chosen = [fault for fault in FAULTS if not words or any(word in fault.name for word in words)]
    with tempfile.TemporaryDirectory(prefix="kn-faults-") as folder:
        report = Path(folder) / "report.xml"
        tests = sorted({test for fault in chosen for test in fault.tests})
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-n", "2", "--dist", "loadfile", f"--junitxml={report}", *tests]
        ended = subprocess.run(command, cwd=ROOT, check=False)
        results = _results(report) if report.exists() else {}
    for fault in chosen:
        print(f"{_verdict(fault, results):<24} {fault.name:<52} {fault.left}")
    return ended.returncode


def _results(report: Path) -> dict[str, list[str]]:
    """By test (file::name): how each of its runs ended."""
    found: dict[str, list[str]] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        file = case.get("classname", "").replace(".", "/") + ".py"
        ended = next((part.tag for part in case if part.tag in ("failure", "error", "skipped")), "ok")
        found.setdefault(f"{file}::{case.get('name', '').partition('[')[0]}", []).append(ended)
    return found


def _verdict(fault: Fault, results: dict[str, list[str]]) -> str:
    ended = [one for test in fault.tests for one in results.get(test, ["missing"])]
    bad = [one for one in ended if one not in ("ok", "skipped")]
    return f"FAILED ({len(bad)} of {len(ended)})" if bad else f"ok ({ended.count('ok')} runs)"


if __name__ == "__main__":
    sys.exit(main())
