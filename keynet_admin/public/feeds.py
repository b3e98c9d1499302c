"""The same search for machines: Atom, open data, site map, and what robots may read."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from xml.etree import ElementTree as ET

from flask import Response, abort, request
from sqlalchemy import Row

from keynet_admin import clock, config
from keynet_admin.catalogue import display
from keynet_admin.public import queries
from keynet_admin.public.answers import answer
from keynet_admin.public.queries import MOST, connected
from keynet_admin.public.query import read
from keynet_admin.services.listing import card as facts
from keynet_admin.web import addresses

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
JSON_PAGE = 50
# A site map holds 50,000 addresses at most; one part covers this many ids.
PART = 40_000
# The day the programme opened to municipalities: `updated` of a feed that holds nothing yet.
OPENED = datetime(2021, 5, 6, tzinfo=clock.TOKYO)
COLUMNS = ("posting_no", "title", "changed_at", "open_until", "content", "listed_at")
# Made once: the space of the names of feeds and entries.
NAMES = UUID("5c9ad7e0-8a4f-4d1b-9d0e-2f1c6b7a3e48")

ET.register_namespace("", ATOM)


def atom() -> Response:
    """`GET /postings.atom`: the newest postings of a search."""
    search = read(request.args)
    with connected() as connection:
        counts = queries.totals(connection)
        page = queries.page(connection, search, COLUMNS, counts)
    site = config.current().public_url
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "ja"})
    words = search.words_for_people()
    _add(feed, "id", _name("/postings.atom" + search.query()))
    _add(feed, "title", config.current().site_name + (f"：{words}" if words else "：新しい募集"))
    _add(feed, "updated", _moment(max((row.changed_at for row in page.rows), default=OPENED)))
    _add(_add(feed, "author"), "name", config.current().site_name)
    _add(feed, "link", rel="self", type="application/atom+xml", href=site + "/postings.atom" + search.query(cursor=search.after))
    _add(feed, "link", rel="alternate", type="text/html", href=site + "/postings/" + search.query())
    if page.following:
        _add(feed, "link", rel="next", type="application/atom+xml", href=site + "/postings.atom" + search.query(cursor=page.following))
    for row in page.rows:
        address = f"{site}/postings/{row.posting_no}"
        entry = _add(feed, "entry")
        _add(entry, "id", _name(f"/postings/{row.posting_no}"))
        _add(entry, "title", f"{row.title}（{facts.place(row.content)}）")
        _add(entry, "updated", _moment(row.changed_at))
        _add(entry, "published", _moment(row.listed_at))
        _add(entry, "link", rel="alternate", type="text/html", href=address)
        posting = row.content["posting"]
        _add(entry, "category", term=str(posting.get("job_type", "")), label=facts.job(posting))
        _add(entry, "summary", _summary(row.content), type="text")
    return _xml(feed, "application/atom+xml; charset=utf-8", until=counts.ends, keep=not search.problems)


def open_data() -> Response:
    """`GET /postings.json`: the same search as data, 50 a page; `next` is the address of the following page."""
    search = read(request.args)
    with connected() as connection:
        counts = queries.totals(connection)
        page = queries.page(connection, search, COLUMNS, counts, JSON_PAGE)
    site = config.current().public_url
    data = {
        "title": f"{config.current().site_name} 公開中の募集",
        "self": site + "/postings.json" + search.query(cursor=search.after),
        "count": min(page.count, MOST),
        "count_is_at_least": page.count > MOST,
        "problems": list(search.problems),
        "next": site + "/postings.json" + search.query(cursor=page.following) if page.following else None,
        "postings": [_item(row, site) for row in page.rows],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    response = answer(text, "application/json; charset=utf-8", until=counts.ends, keep=not search.problems)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def sitemap() -> Response:
    """`GET /sitemap.xml`: all open postings with the day of their last change, in parts when there are many."""
    site, part = config.current().public_url, request.args.get("part", "")
    if part and not (part.isascii() and part.isdigit() and len(part) < 6):
        abort(404)
    now, low = clock.now(), int(part or 0) * PART
    with connected() as connection:
        highest = connection.execute(queries.HIGHEST, {"now": now}).scalar() or 0
        whole = part or highest < PART
        rows = connection.execute(queries.BETWEEN, {"now": now, "low": low, "high": low + PART}).all() if whole and low <= highest else []
    if not whole:
        root = ET.Element(f"{{{SITEMAP}}}sitemapindex")
        for at in range(highest // PART + 1):
            ET.SubElement(ET.SubElement(root, f"{{{SITEMAP}}}sitemap"), f"{{{SITEMAP}}}loc").text = f"{site}/sitemap.xml?part={at}"
        return _xml(root, "application/xml; charset=utf-8", SITEMAP)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    if part in ("", "0"):
        for path in ("/", "/postings/", "/flow", "/rules", "/privacy", "/terms", "/accessibility", "/opendata/"):
            ET.SubElement(ET.SubElement(root, f"{{{SITEMAP}}}url"), f"{{{SITEMAP}}}loc").text = site + path
    for row in rows:
        url = ET.SubElement(root, f"{{{SITEMAP}}}url")
        ET.SubElement(url, f"{{{SITEMAP}}}loc").text = f"{site}/postings/{row.posting_no}"
        ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = _moment(row.changed_at)
    keep = True if low <= highest and request.query_string == f"part={low // PART}".encode() else None
    return _xml(root, "application/xml; charset=utf-8", SITEMAP, until=min((row.open_until for row in rows), default=None), keep=keep)


def robots() -> Response:
    """`GET /robots.txt`."""
    site = config.current().public_url
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in addresses.CLOSED_TO_CRAWLERS), "", f"Sitemap: {site}/sitemap.xml", ""]
    response = answer("\n".join(lines), "text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _item(row: Row[Any], site: str) -> dict[str, Any]:
    content = row.content
    where = content["place"]
    return {
        "posting_no": row.posting_no,
        "url": f"{site}/postings/{row.posting_no}",
        "title": row.title,
        "published": _moment(row.listed_at),
        "updated": _moment(row.changed_at),
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


def _name(path: str) -> str:
    """The name of a feed or an entry for ever: the same when the site's address changes (RFC 4287 4.2.6)."""
    return uuid5(NAMES, path).urn


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element


def _moment(value: datetime) -> str:
    return value.astimezone(clock.TOKYO).isoformat(timespec="seconds")


def _xml(root: ET.Element, kind: str, namespace: str = ATOM, *, until: datetime | None = None, keep: bool | None = None) -> Response:
    text = ET.tostring(root, encoding="unicode", default_namespace=namespace if namespace != ATOM else None)
    return answer('<?xml version="1.0" encoding="utf-8"?>\n' + text + "\n", kind, until=until, keep=keep)
