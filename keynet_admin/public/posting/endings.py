"""What stands at the address of a posting that nobody can apply for any more, and where its reader may go on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from flask import Response
from sqlalchemy import Connection, Row

from keynet_admin import clock
from keynet_admin.catalogue import posting_field, reference
from keynet_admin.models.listing import KEPT, end_of
from keynet_admin.public import queries
from keynet_admin.public.answers import page
from keynet_admin.public.query import Search
from keynet_admin.services.listing.neighbours import beside
from keynet_admin.services.listing.publish import end_of_term
from keynet_admin.vocabulary import ListingState
from keynet_admin.web import posting_page

MOST = 6
WIDEST = 3  # prefectures beside it that are offered


class NearbySearch(NamedTuple):
    """A search that finds something: its name, its address, how many."""

    name: str
    path: str
    count: int


def ended(connection: Connection, posting_no: str, row: Row[Any]) -> Response:
    """The page of a posting whose end has come: 締切後 until the sweep has closed it, 募集終了 for 30 days, then 410."""
    now, until = clock.now(), queries.state(connection).until
    last, gone = end_of(row, now)
    swept = row.state is ListingState.closed
    over = row.closed_at or row.open_until
    values = {
        "posting_no": posting_no,
        "title": "" if gone else row.title,
        "closed": last,
        "gone": gone,
        "why": row.ended_by if swept else end_of_term(_posting(row)),
        "late": not swept and not gone,
        "job": posting_field("job_type").label_of(row.job_type) if row.job_type else "",
        "place": _place(row),
        "listed_at": row.listed_at,
        "kept_until": over + KEPT - timedelta(microseconds=1),
        "view": posting_page.view(row.content) if not swept and not gone and row.content else None,
        "query": Search(prefecture=_one(row.prefecture_code), job_type=_one(row.job_type)).query(),
        "offers": near(partial(queries.count, connection), row.prefecture_code, row.job_type),
    }
    until = until if gone else min(until, over + KEPT)
    return page("public/closed.html", until=until, status=410 if gone else 200, **values)


def unavailable(connection: Connection, posting_no: str) -> Response:
    """The one page of every number without a public posting: unknown, not yet or no more public. Never kept: anybody may make numbers up."""
    return page(
        "public/unavailable.html",
        status=404,
        keep=False,
        posting_no=posting_no,
        offers=near(partial(queries.count, connection), None, None),
    )


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def near(count: Callable[[Search], int], prefecture: str | None, job: str | None) -> list[NearbySearch]:
    """Searches like the one that led here, the nearest first; none that finds nothing."""
    wanted: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    if prefecture and job:
        wanted += [((prefecture,), (job,)), *(((code,), (job,)) for code in _fullest(count, prefecture, job))]
    if prefecture:
        wanted.append(((prefecture,), ()))
    if job:
        wanted.append(((), (job,)))
    wanted.append(((), ()))
    offers = [NearbySearch(_name(*what), _path(*what), count(Search(prefecture=what[0], job_type=what[1]))) for what in wanted]
    return [offer for offer in offers if offer.count][:MOST]


def _fullest(count: Callable[[Search], int], prefecture: str, job: str) -> list[str]:
    """The prefectures beside it that have most of this job."""
    return sorted(beside(prefecture), key=lambda code: -count(Search(prefecture=(code,), job_type=(job,))))[:WIDEST]


def _name(prefectures: tuple[str, ...], jobs: tuple[str, ...]) -> str:
    area = reference.prefecture(prefectures[0]) if prefectures else None
    name = posting_field("job_type").label_of(jobs[0]) if jobs else "募集"
    return f"{area.name if area else '全国'}の{name if jobs else 'すべての募集'}"


def _path(prefectures: tuple[str, ...], jobs: tuple[str, ...]) -> str:
    return "/postings/" + Search(prefecture=prefectures, job_type=jobs).query()


def _place(row: Row[Any]) -> str:
    city = reference.municipality(row.municipality_code or "")
    area = reference.prefecture(row.prefecture_code or "")
    return f"{area.name if area else ''}{city.name if city and not (area and city.name == area.name) else ''}"


def _posting(row: Row[Any]) -> dict[str, Any]:
    """Of the content that was public, what the end is judged by: without the last day of publication, which is not public."""
    posting = dict((row.content or {}).get("posting", {}))
    return posting | {"publish_until": (row.open_until - timedelta(microseconds=1)).astimezone(clock.TOKYO).date().isoformat()}
