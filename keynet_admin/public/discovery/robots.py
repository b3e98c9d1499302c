"""What robots and browsers ask for at addresses of their own: `robots.txt` and the icons of the site."""

from flask import Response

from keynet_admin import config
from keynet_admin.public.answers import answer
from keynet_admin.web import addresses, static_files

ICON_DAY = "public, max-age=86400"


def robots() -> Response:
    """`GET /robots.txt`. Of a part that is closed, its first page may be open: the longer path counts (RFC 9309 2.2.2)."""
    closed = [f"Disallow: {path}" for path in addresses.CLOSED_TO_CRAWLERS]
    opened = [f"Allow: {path}$" for path in addresses.OPEN_TO_CRAWLERS]
    lines = ["User-agent: *", *closed, *opened, "", f"Sitemap: {config.current().public_url}/sitemap.xml", ""]
    response = answer("\n".join(lines), "text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def favicon() -> Response:
    """`GET /favicon.ico`: asked for without looking into the page, by browsers and by readers of feeds."""
    return _icon("favicon.ico")


def touch_icon() -> Response:
    """`GET /apple-touch-icon.png`: the same for telephones."""
    return _icon("apple-touch-icon.png")


def _icon(name: str) -> Response:
    response = static_files.serve(name)
    response.headers["Cache-Control"] = ICON_DAY
    return response
