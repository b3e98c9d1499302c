"""A whole file into the queue, batch by batch: what may enter is stored, what may not is told by row and column and kept in a file to mend."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services.files.check import Checked, check_submission
from keynet_admin.services.files.joining import told_of
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rejects import free_name, write_rejects
from keynet_admin.services.files.rows import FileSubmission, Refusal, Remark
from keynet_admin.services.files.store import store_all
from keynet_admin.services.transaction import transaction

BATCH = 200
Item = TypeVar("Item")


@dataclass
class ImportReport:
    """What became of a file. `rejected` maps the rows that were left out to the reasons; `kept_in` is the file that holds them."""

    new: int = 0
    known: int = 0
    errors: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    refused: int = 0
    remarks: list[Remark] = field(default_factory=list)
    rejected: dict[int, list[str]] = field(default_factory=dict)
    kept_in: Path | None = None


def import_file(
    file: Path,
    *,
    strict: bool = False,
    rejects: Path | None = None,
    actor: Actor = SYSTEM,
    progress: Callable[[int], None] = lambda _line: None,
    keep: bool = True,
) -> ImportReport:
    """Import a file; commits batch by batch. `progress` is told the last line done. Raises UnknownFormat.

    Rows that were refused are copied to `rejects` (by default a new file beside the input) unless `keep` is False.
    """
    report = ImportReport()
    for batch in batches(read_file(file)):
        ready: list[Checked] = []
        for item in batch:
            # The rules run here, outside any transaction.
            checked = item if isinstance(item, Refusal) else check_submission(item, strict=strict)
            found = [checked, *checked.more] if isinstance(checked, Refusal) else checked.refusals
            report.remarks += told_of(item) if isinstance(item, FileSubmission) else ()
            if found:
                report.refusals += found
                report.refused += 1
                _remember(report, item, found)
            elif isinstance(checked, Checked):
                ready.append(checked)
        if ready:
            with transaction():
                stored = store_all(ready, actor)
            for checked, result in zip(ready, stored, strict=True):
                report.new += result.new
                report.known += not result.new
                report.errors += result.new and checked.has_errors
        progress(batch[-1].last_line)
    if keep and report.rejected:
        report.kept_in = write_rejects(file, rejects or free_name(file), report.rejected)
    return report


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _remember(report: ImportReport, item: FileSubmission | Refusal, found: list[Refusal]) -> None:
    """All rows of a refused submission go into the file to mend, each with the reasons that stand in it."""
    if isinstance(item, Refusal) and item.whole:
        return
    for line in item.rows if isinstance(item, FileSubmission) else (item.line,):
        reasons = [
            f"{refusal.column}: {refusal.message}" if refusal.column else refusal.message for refusal in found if refusal.line == line
        ]
        report.rejected.setdefault(line, []).extend(reasons or [f"{item.line}行目の申請の一部です。"])
