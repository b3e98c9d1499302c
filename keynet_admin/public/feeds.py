"""The same search for machines: Atom, open data, site map, and what robots may read."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

from flask import Response, abort, make_response, request

from keynet_admin import clock, config
from keynet_admin.catalogue import display
from keynet_admin.public import statements
from keynet_admin.public.pages import LIVE, etag, etag_of, not_modified, unchanged
from keynet_admin.public.query import read
from keynet_admin.public.statements import MOST
from keynet_admin.public.store import Store, store
from keynet_admin.services.listing import card as facts
from keynet_admin.web import addresses

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
JSON_PAGE = 50
# A site map holds 50,000 addresses at most; one part covers this many ids.
PART = 40_000
# The day the programme opened to municipalities: `updated` of a feed that holds nothing yet.
OPENED = datetime(2021, 5, 6, tzinfo=clock.TOKYO)
_READ = "posting_no, title, changed_at, listed_until, content, listed_at AS first_listed"

ET.register_namespace("", ATOM)


def atom() -> Response:
    """`GET /postings.atom`: the newest postings of a search."""
    base, search = store(), read(request.args)
    with base.cursor() as cursor:
        totals = base.totals(cursor)
        page = base.page(cursor, search, _READ, totals)
    mark = etag("atom", totals, page, search)
    if unchanged(mark):
        return not_modified(mark)
    site = config.current().public_url
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "ja"})
    words = search.words_for_people()
    changed = [base.aware(row[4]) for row in page.rows]
    _add(feed, "id", site + "/postings.atom" + search.query())
    _add(feed, "title", config.current().site_name + (f"：{words}" if words else "：新しい募集"))
    _add(feed, "updated", _moment(max(changed, default=OPENED)))
    _add(_add(feed, "author"), "name", config.current().site_name)
    _add(feed, "link", rel="self", type="application/atom+xml", href=site + "/postings.atom" + search.query(cursor=search.after))
    _add(feed, "link", rel="alternate", type="text/html", href=site + "/postings/" + search.query())
    if page.following:
        _add(feed, "link", rel="next", type="application/atom+xml", href=site + "/postings.atom" + search.query(cursor=page.following))
    for row, moment in zip(page.rows, changed, strict=True):
        content = base.content(row[6])
        address = f"{site}/postings/{row[2]}"
        entry = _add(feed, "entry")
        _add(entry, "id", address)
        _add(entry, "title", f"{row[3]}（{facts.place(content)}）")
        _add(entry, "updated", _moment(moment))
        _add(entry, "published", _moment(base.aware(row[7])))
        _add(entry, "link", rel="alternate", type="text/html", href=address)
        _add(entry, "category", term=str(content["posting"].get("job_type", "")), label=facts.job(content["posting"]))
        _add(entry, "summary", _summary(content), type="text")
    return _xml(feed, "application/atom+xml; charset=utf-8", mark)


def open_data() -> Response:
    """`GET /postings.json`: the same search as data, 50 a page; `next` is the address of the following page."""
    base, search = store(), read(request.args)
    with base.cursor() as cursor:
        totals = base.totals(cursor)
        page = base.page(cursor, search, _READ, totals, JSON_PAGE)
    mark = etag("json", totals, page, search)
    if unchanged(mark):
        return not_modified(mark)
    site = config.current().public_url
    data = {
        "title": f"{config.current().site_name} 公開中の募集",
        "self": site + "/postings.json" + search.query(cursor=search.after),
        "count": min(page.count, MOST),
        "count_is_at_least": page.count > MOST,
        "problems": list(search.problems),
        "next": site + "/postings.json" + search.query(cursor=page.following) if page.following else None,
        "postings": [_item(base, row, site) for row in page.rows],
    }
    response = make_response(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    response.content_type = "application/json; charset=utf-8"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _marked(response, mark)


def sitemap() -> Response:
    """`GET /sitemap.xml`: all open postings with the day of their last change, in parts when there are many."""
    base, site = store(), config.current().public_url
    part = request.args.get("part", "")
    if part and not (part.isascii() and part.isdigit() and len(part) < 6):
        abort(404)
    with base.cursor() as cursor:
        cursor.execute("SELECT max(posting_id) FROM listing WHERE state = 'listed'")
        highest = cursor.fetchone()[0] or 0
        number = base.version(cursor)
        if not part and highest >= PART:
            rows = None
        else:
            low = int(part or 0) * PART
            values = {"now": base.moment(clock.now()), "low": low, "high": low + PART}
            cursor.execute(statements.between(base.sqlite, "posting_no, changed_at"), values)
            rows = cursor.fetchall()
    mark = etag_of("sitemap", number, part, highest, len(rows or ()))
    if unchanged(mark):
        return not_modified(mark)
    if rows is None:
        root = ET.Element(f"{{{SITEMAP}}}sitemapindex")
        for at in range(highest // PART + 1):
            ET.SubElement(ET.SubElement(root, f"{{{SITEMAP}}}sitemap"), f"{{{SITEMAP}}}loc").text = f"{site}/sitemap.xml?part={at}"
        return _xml(root, "application/xml; charset=utf-8", mark, SITEMAP)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    if part in ("", "0"):
        for path in ("/", "/postings/", "/flow", "/rules", "/privacy", "/accessibility"):
            ET.SubElement(ET.SubElement(root, f"{{{SITEMAP}}}url"), f"{{{SITEMAP}}}loc").text = site + path
    for posting_no, changed_at in rows:
        url = ET.SubElement(root, f"{{{SITEMAP}}}url")
        ET.SubElement(url, f"{{{SITEMAP}}}loc").text = f"{site}/postings/{posting_no}"
        ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = _moment(base.aware(changed_at))
    return _xml(root, "application/xml; charset=utf-8", mark, SITEMAP)


def robots() -> Response:
    """`GET /robots.txt`."""
    site = config.current().public_url
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in addresses.CLOSED_TO_CRAWLERS), "", f"Sitemap: {site}/sitemap.xml", ""]
    response = make_response("\n".join(lines))
    response.content_type = "text/plain; charset=utf-8"
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _item(base: Store, row: Any, site: str) -> dict[str, Any]:
    content = base.content(row[6])
    where = content["place"]
    return {
        "posting_no": row[2],
        "url": f"{site}/postings/{row[2]}",
        "title": row[3],
        "published": _moment(base.aware(row[7])),
        "updated": _moment(base.aware(row[4])),
        "listed_through": (base.aware(row[5]) - timedelta(seconds=1)).astimezone(clock.TOKYO).date().isoformat(),
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


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = text
    return element


def _moment(value: datetime) -> str:
    return value.astimezone(clock.TOKYO).isoformat(timespec="seconds")


def _xml(root: ET.Element, kind: str, mark: str, namespace: str = ATOM) -> Response:
    text = ET.tostring(root, encoding="unicode", default_namespace=namespace if namespace != ATOM else None)
    response = make_response('<?xml version="1.0" encoding="utf-8"?>\n' + text + "\n")
    response.content_type = kind
    return _marked(response, mark)


def _marked(response: Response, mark: str) -> Response:
    response.headers["Cache-Control"] = LIVE
    response.headers["ETag"] = mark
    return response
