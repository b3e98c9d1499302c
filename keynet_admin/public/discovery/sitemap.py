"""The site map: every page that search engines shall keep, with the moment of its last change; in parts when there are many."""

from datetime import datetime
from xml.etree import ElementTree as ET

from flask import Response, abort, request

from keynet_admin import clock, config
from keynet_admin.public import queries
from keynet_admin.public.answers import moment, xml
from keynet_admin.public.discovery import landing
from keynet_admin.public.search.listed import NEVER
from keynet_admin.public.source import connected

SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
# A site map holds 50,000 addresses at most; one part covers this many ids.
PART = 40_000
LANDING = "landing"
PAGES = ("/", "/postings/", "/flow", "/rules", "/privacy", "/terms", "/accessibility", "/opendata/", "/entry/", "/en")


def sitemap() -> Response:
    """`GET /sitemap.xml`: all open postings and landing pages with the moment of their last change, in parts when there are many."""
    site, part = config.current().public_url, request.args.get("part", "")
    if part == LANDING:
        return _landing(site)
    if part and not (part.isascii() and part.isdigit() and len(part) < 6):
        abort(404)
    now, low = clock.now(), int(part or 0) * PART
    with connected() as connection:
        highest = connection.execute(queries.HIGHEST, {"now": now}).scalar() or 0
        whole = part or highest < PART
        rows = connection.execute(queries.BETWEEN, {"now": now, "low": low, "high": low + PART}).all() if whole and low <= highest else []
        pairs, until = ([], NEVER) if part or not whole else landing.pairs(connection, queries.state(connection))
    if not whole:
        root = ET.Element(f"{{{SPACE}}}sitemapindex")
        for at in range(highest // PART + 1):
            _add(root, "sitemap", f"{site}/sitemap.xml?part={at}")
        _add(root, "sitemap", f"{site}/sitemap.xml?part={LANDING}")
        return xml(root, "application/xml; charset=utf-8", SPACE)
    root = ET.Element(f"{{{SPACE}}}urlset")
    if part in ("", "0"):
        for path in PAGES:
            _add(root, "url", site + path)
    for query, changed in pairs:
        _add(root, "url", f"{site}/postings/{query}", changed)
    for row in rows:
        _add(root, "url", f"{site}/postings/{row.posting_no}", row.changed_at)
    keep = True if low <= highest and request.query_string == f"part={low // PART}".encode() else None
    until = min(until, *(row.open_until for row in rows)) if rows else until
    return xml(root, "application/xml; charset=utf-8", SPACE, until=until, keep=keep)


def _landing(site: str) -> Response:
    """The part of the landing pages, of a site map in parts."""
    with connected() as connection:
        state = queries.state(connection)
        pairs, until = landing.pairs(connection, state)
    root = ET.Element(f"{{{SPACE}}}urlset")
    for query, changed in pairs:
        _add(root, "url", f"{site}/postings/{query}", changed)
    keep = True if request.query_string == f"part={LANDING}".encode() else None
    return xml(root, "application/xml; charset=utf-8", SPACE, until=min(state.until, until), keep=keep)


def _add(root: ET.Element, name: str, address: str, changed: datetime | None = None) -> None:
    entry = ET.SubElement(root, f"{{{SPACE}}}{name}")
    ET.SubElement(entry, f"{{{SPACE}}}loc").text = address
    if changed is not None:
        ET.SubElement(entry, f"{{{SPACE}}}lastmod").text = moment(changed)
