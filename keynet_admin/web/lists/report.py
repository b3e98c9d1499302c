"""What the pages of the follow-up report share: the opened figure with the rows behind it, and the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import Response, request, send_file

from keynet_admin import clock
from keynet_admin.models import Report, ReportRound
from keynet_admin.services.report import figures, workbook
from keynet_admin.services.report.corrected import Numbers
from keynet_admin.services.report.figures import FigureColumn
from keynet_admin.services.report.rows import FigureRows, rows_behind
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.export import MIME


@dataclass(frozen=True)
class Opened:
    """A figure that the reader has opened: its job type and column, the number reported, and the record's rows."""

    job: str
    column: FigureColumn
    value: int
    rows: FigureRows


def opened(report: Report, numbers: Numbers) -> Opened | None:
    """The figure that the address names (`job`, `figure`), as far as the report has it."""
    job, name = request.args.get("job", ""), request.args.get("figure", "")
    column = next((column for column in figures.COLUMNS if column.name == name), None)
    if job not in numbers.now or column is None:
        return None
    rows = rows_behind(current_actor(), report.round.as_of, report.organization_id, job, name)
    return Opened(job, column, getattr(numbers.now[job], name), rows)


def file(chosen: ReportRound, rows: Sequence[workbook.WorkbookLine], reports: Sequence[Report], name: str) -> Response:
    """The workbook as an answer; `name` may be Japanese, the round's number and a time are added."""
    made = f"確保実績_第{chosen.number}回_{name}_{clock.now().astimezone(clock.TOKYO):%Y%m%d-%H%M}.xlsx"
    return send_file(BytesIO(workbook.book(chosen, rows, reports)), mimetype=MIME["xlsx"], as_attachment=True, download_name=made)
