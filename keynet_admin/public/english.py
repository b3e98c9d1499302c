"""The pages in English: what this is, the open jobs, and the key facts of one posting. Views only read."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from flask import Response, redirect, request
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from keynet_admin import clock, config
from keynet_admin.catalogue import posting_field, reference
from keynet_admin.catalogue.languages import english as words
from keynet_admin.models.listing import KEPT, end_of
from keynet_admin.public import queries
from keynet_admin.public.answers import page
from keynet_admin.public.discovery.head import Head
from keynet_admin.public.queries import MOST
from keynet_admin.public.query import Search, read
from keynet_admin.public.source import connected
from keynet_admin.services import counter
from keynet_admin.services.listing import english
from keynet_admin.vocabulary import ListingState

HOME = Head(
    "Jobs in vaccination, in English",
    "/en",
    "Municipalities all over Japan look for people who help with vaccination. The open jobs with their key facts in English, and how to apply.",
)
_ASKED = ("prefecture", "job_type", "after")
_WEEKDAYS = re.compile(r"平日\s*(\d{1,2}:\d{2})[～~-](\d{1,2}:\d{2})")


def english_home() -> Response:
    """`GET /en`: what this site is, the open jobs by prefecture and job, how to apply, the words on the pages."""
    given = MultiDict((name, value) for name in _ASKED for value in request.args.getlist(name) if value)
    search = read(given)
    with connected() as connection:
        found = queries.page(connection, search)
        rows = queries.rows(connection, found.numbers, ("posting_no", "content"))
        # Each number is that of the page that its link leads to.
        counts = queries.page(connection, Search(), 1).choices.counts if given else found.choices.counts
    named = [words.prefecture(code) for code in search.prefecture] + [words.choices()["job_type"][slug] for slug in search.job_type]
    return page(
        "public/english.html",
        until=found.state.until,
        keep=not search.problems and set(request.args) <= set(_ASKED),
        head=HOME if not given else replace(HOME, indexed=False),
        search=search,
        regions=_regions(counts["prefecture"]),
        jobs=[(choice.slug, words.choices()["job_type"][choice.slug], f"{counts['job_type'][choice.slug] or 0:,}") for choice in _jobs()],
        heading="Open jobs" + (f": {', '.join(named)}" if named else ""),
        count=f"{MOST:,} or more" if found.count > MOST else f"{found.count:,}",
        cards=[(row.posting_no, english.view(row.content)) for row in rows],
        first="/en" + search.query(),
        following="/en" + search.query(cursor=found.following) if found.following else "",
        words=words.WORDS,
        hours=desk_hours(config.current().desk.hours),
    )


def english_posting(posting_no: str) -> Response:
    """`GET /en/postings/<posting_no>`: the key facts of one posting; as long as the page in Japanese, with the same codes."""
    written = counter.posting_typed(posting_no)
    if written and written != posting_no:
        return cast(Response, redirect(f"/en/postings/{written}", 301))
    row = None
    if written:
        with connected() as connection:
            row = connection.execute(queries.ONE, {"no": posting_no, "now": clock.now()}).one_or_none()
    if row is None or row.state is ListingState.withdrawn:
        return page("public/english_closed.html", status=404, keep=False, missing=True)
    return _open(posting_no, row) if row.is_open else _closed(posting_no, row)


def desk_hours(text: str) -> dict[str, str]:
    """平日10:00～17:00 in English; anything else as it is, in Japanese."""
    found = _WEEKDAYS.fullmatch(text)
    return {"english": f"weekdays {found[1]}–{found[2]}", "japanese": ""} if found else {"english": "", "japanese": text}


def _open(posting_no: str, row: Row[Any]) -> Response:
    content = row.content
    view = english.view(content)
    job = view["job"] or "Job"
    described = ". ".join(part for part in (f"{job} in {view['place']}", view["pay"], "; ".join(view["shifts"]), view["period"]) if part)
    response = page(
        "public/english_posting.html",
        until=row.open_until,
        head=Head(f"{job}, {view['place']} ({posting_no})", f"/en/postings/{posting_no}", f"{described}."),
        posting_no=posting_no,
        title=str(content["posting"].get("title", "")),
        view=view,
        posting=content["posting"],
        organization=content["organization"],
        changed=english.day(row.changed_at),
        last_day=english.day(row.open_until - timedelta(microseconds=1)),
    )
    response.last_modified = row.changed_at
    return response


def _closed(posting_no: str, row: Row[Any]) -> Response:
    last, gone = end_of(row, clock.now())
    until = None if gone else (row.closed_at or row.open_until) + KEPT
    closed = "" if gone else english.day(last)
    return page("public/english_closed.html", until=until, status=410 if gone else 200, posting_no=posting_no, closed=closed)


def _jobs() -> Any:
    return posting_field("job_type").choices


def _regions(counts: Mapping[str, int | None]) -> dict[str, list[tuple[reference.Prefecture, str]]]:
    found: dict[str, list[tuple[reference.Prefecture, str]]] = {}
    for place in reference.prefectures():
        found.setdefault(words.REGIONS[place.region], []).append((place, f"{counts[place.code] or 0:,}"))
    return found
