"""`make bench`: runs the measures, prints a table and writes `bench/results.json`.

`make bench ARGS="listing rules"` runs only those. Figures of one run may be compared with each other; those of two machines may not,
which is why each has a yardstick beside it.
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import acceptance, door, first_page, hostile, importing, listing, memory, rules
from bench.desk import queue, surge
from bench.follow_up import partner, report
from bench.table import Row, print_table
from bench.visitor import publishing, words

MEASURES: dict[str, Callable[[], list[Row]]] = {
    "listing": listing.measure,
    "words": words.measure,
    "publishing": publishing.measure,
    "acceptance": acceptance.measure,
    "memory": memory.measure,
    "queue": queue.measure,
    "people": queue.people,
    "report": report.measure,
    "rules": rules.measure,
    "importing": importing.measure,
    "partners": partner.measure,
    "first_page": first_page.measure,
    "hostile": hostile.measure,
    "door": door.measure,
    "surge": surge.measure,
}
RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    """Run what was asked for. Exit code 1 when a measure could not run; a missed limit is printed, since machines differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*MEASURES, []], help="only these measures")
    names = parser.parse_args().names or list(MEASURES)
    rows: list[Row] = []
    failed: dict[str, str] = {}
    for name in names:
        begin = time.monotonic()
        sys.stderr.write(f"{name} … ")
        sys.stderr.flush()
        try:
            rows += MEASURES[name]()
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
        sys.stderr.write(f"{time.monotonic() - begin:.0f} s\n")
    machine = {"python": platform.python_version(), "system": platform.platform(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    results = {"machine": machine, "rows": [row.as_json() for row in rows], "failed": failed}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print_table(rows)
    for name, why in failed.items():
        print(f"{name} could not run: {why}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
