"""The same search for machines: Atom and open data."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

from flask import Response, request
from sqlalchemy import Row

from keynet_admin import clock, config
from keynet_admin.catalogue import display
from keynet_admin.public import queries
from keynet_admin.public.answers import ATOM, answer, moment, xml
from keynet_admin.public.queries import MOST
from keynet_admin.public.query import read
from keynet_admin.public.source import connected
from keynet_admin.services.listing import card as facts

JSON_PAGE = 50
COLUMNS = ("posting_no", "title", "changed_at", "open_until", "content", "listed_at")
# Who names feeds and entries, and a day on which that name was theirs (RFC 4151). Never changed, whatever the site's address is: a reader
# takes an entry under another name for a new one. docs/decisions/0065.
TAGGED_BY = "keynet.example,2021-05-06"


def atom() -> Response:
    """`GET /postings.atom`: the newest postings of a search, whatever its order: in another one a reader would never be told of new ones."""
    asked = read(request.args)
    search = asked if asked.sort == "new" else replace(asked, sort="new", after=None)
    with connected() as connection:
        page = queries.page(connection, search)
        rows = queries.rows(connection, page.numbers, COLUMNS)
    site = config.current().public_url
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "ja"})
    words = search.words_for_people()
    _add(feed, "id", _name("postings" + search.query()))
    _add(feed, "title", config.current().site_name + (f"：{words}" if words else "：新しい募集"))
    _add(feed, "updated", moment(max((row.changed_at for row in rows), default=page.state.at)))
    _add(_add(feed, "author"), "name", config.current().site_name)
    _add(feed, "link", rel="self", type="application/atom+xml", href=site + "/postings.atom" + search.query(cursor=search.after))
    _add(feed, "link", rel="alternate", type="text/html", href=site + "/postings/" + search.query())
    if page.following:
        _add(feed, "link", rel="next", type="application/atom+xml", href=site + "/postings.atom" + search.query(cursor=page.following))
    for row in rows:
        address = f"{site}/postings/{row.posting_no}"
        entry = _add(feed, "entry")
        _add(entry, "id", _name(f"postings/{row.posting_no}"))
        _add(entry, "title", f"{row.title}（{facts.place(row.content)}）")
        _add(entry, "updated", moment(row.changed_at))
        _add(entry, "published", moment(row.listed_at))
        _add(entry, "link", rel="alternate", type="text/html", href=address)
        posting = row.content["posting"]
        _add(entry, "category", term=str(posting.get("job_type", "")), label=facts.job(posting))
        _add(entry, "summary", _summary(row.content), type="text")
    return xml(feed, "application/atom+xml; charset=utf-8", ATOM, until=page.state.until, keep=not search.problems)


def open_data() -> Response:
    """`GET /postings.json`: the same search as data, 50 a page; `next` is the address of the following page."""
    search = read(request.args)
    with connected() as connection:
        page = queries.page(connection, search, JSON_PAGE)
        rows = queries.rows(connection, page.numbers, COLUMNS)
    site = config.current().public_url
    data = {
        "title": f"{config.current().site_name} 公開中の募集",
        "self": site + "/postings.json" + search.query(cursor=search.after),
        "count": min(page.count, MOST),
        "count_is_at_least": page.at_least or page.count > MOST,
        "problems": list(search.problems),
        "next": site + "/postings.json" + search.query(cursor=page.following) if page.following else None,
        "postings": [_item(row, site) for row in rows],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    response = answer(text, "application/json; charset=utf-8", until=page.state.until, keep=not search.problems)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _item(row: Row[Any], site: str) -> dict[str, Any]:
    content = row.content
    where = content["place"]
    return {
        "posting_no": row.posting_no,
        "url": f"{site}/postings/{row.posting_no}",
        "title": row.title,
        "published": moment(row.listed_at),
        "updated": moment(row.changed_at),
        "listed_through": (row.open_until - timedelta(seconds=1)).astimezone(clock.TOKYO).date().isoformat(),
        "prefecture": where["prefecture"],
        "prefecture_name": display.prefecture(where["prefecture"]),
        "municipality": where["city"],
        "municipality_name": display.municipality(where["city"]) if where["city"] else None,
        "job_name": facts.job(content["posting"]),
        "organization": content["organization"],
        "organization_hidden": content["masked"],
        "pay_per_hour_from": facts.pay_hour(content["posting"]) or None,
        "posting": content["posting"],
    }


def _summary(content: Mapping[str, Any]) -> str:
    posting = content["posting"]
    parts = [
        facts.job(posting),
        content["organization"].get("org_name") or facts.NAME_HIDDEN,
        facts.pay(posting),
        "／".join(facts.shifts(posting)),
        facts.period(posting),
        facts.deadline(posting),
    ]
    return "　".join(part for part in parts if part)


def _name(specific: str) -> str:
    """The name of a feed or an entry for ever: the same when the site's address changes (RFC 4287 4.2.6, RFC 4151)."""
    return f"tag:{TAGGED_BY}:{specific}"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element
