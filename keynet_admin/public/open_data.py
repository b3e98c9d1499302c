"""Open data: what was published of each month, as files under addresses that stay, and what their columns mean."""

import csv
import io
import re
from typing import Any

from flask import Response, abort
from sqlalchemy import func, select

from keynet_admin import config
from keynet_admin.models import AuditCheck, OpenDataMonth
from keynet_admin.public.answers import answer, page
from keynet_admin.public.source import connected
from keynet_admin.services.report import open_data as data

M = OpenDataMonth.__table__.c
LOG = AuditCheck.__table__.c
NAME = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))(?:-([1-9][0-9]{0,3}))?")


def overview() -> Response:
    """`GET /opendata/`: the months with their files, the newest one in short, the columns, the conditions of use."""
    with connected() as connection:
        months = connection.execute(select(M.month, M.edition, M.made_at).order_by(M.month.desc(), M.edition.desc())).all()
        digests = connection.execute(
            select(LOG.month, LOG.position, LOG.digest).where(LOG.month.is_not(None)).order_by(LOG.month.desc())
        ).all()
        newest: Any = None
        if months:
            row = connection.execute(select(M.content).where(M.month == months[0].month, M.edition == months[0].edition)).scalar_one()
            country = [line for line in row if line[0] == data.ALL_PREFECTURES]
            newest = data.lines_of(months[0].month, months[0].edition, country)[1:]
    return page(
        "public/open_data.html", months=months, newest=newest, digests=digests, columns=data.COLUMNS, base=config.current().public_url
    )


def month_file(month: str) -> Response:
    """`GET /opendata/2021-05.csv`: the newest edition of a month; `/opendata/2021-05-1.csv` one of them."""
    named = NAME.fullmatch(month)
    if named is None:
        abort(404)
    query = select(M.edition, M.content).where(M.month == named[1])
    if named[2]:
        query = query.where(M.edition == int(named[2]))
    else:
        query = query.where(M.edition == select(func.max(M.edition)).where(M.month == named[1]).scalar_subquery())
    with connected() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        abort(404)
    return _csv(data.lines_of(named[1], row.edition, row.content), f"keynet-{named[1]}-{row.edition}.csv")


def columns_file() -> Response:
    """`GET /opendata/columns.csv`."""
    return _csv(data.column_lines(), "keynet-columns.csv")


def _csv(lines: list[list[str]], name: str) -> Response:
    """UTF-8 with BOM, for spreadsheets; for pages elsewhere, too."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    response = answer(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
