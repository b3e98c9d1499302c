"""The one table of path prefixes: whom a part of the site is for, and what follows from it for headers, errors, limits and sign-in.

A part is named by the first segment of its addresses (`/entry/status` is part of `/entry`; `/` is itself alone),
by the first two (`/partner/v1`), or by the first and third (`/postings/*/apply`).
"""

from dataclasses import dataclass
from typing import Literal

from keynet_admin.vocabulary import STAFF_ROLES, Role


@dataclass(frozen=True)
class Area:
    """One row. The defaults are those of an address that nobody named: a page for anyone, with a session, as careful as the others."""

    prefixes: tuple[str, ...] = ()
    # Who may be here; empty: anyone. For others the guarded views answer with the sign-in or 403.
    roles: frozenset[Role] = frozenset()
    # Does a request look for the signed-in person (and note that they are here) before the view runs?
    attended: bool = False
    # May the session cookie be opened? Never on visitors' pages: they are the same for everybody.
    session: bool = True
    # May a browser or a cache keep the pages? Where they show a person's data or the secret of a link: `no-store`.
    cacheable: bool = True
    # Is whoever has the address let in? Then no other site and no search engine learns it.
    own_link: bool = False
    csp: Literal["self", "nonce", "static"] = "self"
    # Errors for machines are JSON; the frame of an error page is the reader's own where roles are named, else the narrow one.
    json: bool = False
    base: str = "layout/narrow.html"
    # Address and words of the way on from an error page.
    back: tuple[str, str] = ("/postings/", "募集を探す")
    # Addresses that take a file; all others take forms only.
    uploads: tuple[str, ...] = ()
    # The most bytes that a request may bring, where that is less than a form's.
    most: int | None = None
    # Requests for each network, in Flask-Limiter's words, where no sign-in and no counted secret limits them. Applied by the views.
    rate: str = ""
    # May search engines come here?
    crawled: bool = False
    # Where they may not: pages that they may read all the same.
    crawled_pages: tuple[str, ...] = ()


ELSEWHERE = Area()
AREAS = (
    Area(
        (
            "/",
            "/postings",
            "/postings.atom",
            "/sitemap.xml",
            "/robots.txt",
            "/favicon.ico",
            "/apple-touch-icon.png",
            "/rules",
            "/flow",
            "/privacy",
            "/terms",
            "/accessibility",
            "/opendata",
        ),
        session=False,
        crawled=True,
    ),
    Area(("/en",), session=False, back=("/en", "Jobs in English"), crawled=True),
    Area(("/postings.json", "/healthz", "/readyz"), session=False, json=True, crawled=True),
    Area(("/static",), session=False, csp="static", crawled=True),
    # Beneath a posting's own page. The forms need no session and set no cookie before the first POST.
    # Search engines are told that they belong to that page (canonical), and need not follow the links to them.
    Area(("/postings/*/apply", "/postings/*/ask"), cacheable=False, crawled=True),
    # A form asks about once a second while one types; a whole town hall may share one address.
    Area(("/api",), json=True, rate="20 per second; 900 per minute"),
    Area(
        ("/entry",),
        cacheable=False,
        back=("/entry/", "申請フォームに戻る"),
        uploads=("/entry/file",),
        crawled_pages=("/entry/",),
    ),
    Area(("/outcome",), cacheable=False, back=("/office/", "自治体管理画面へ")),
    Area(("/alerts",), cacheable=False, own_link=True),
    Area(("/my",), cacheable=False, own_link=True, back=("/my", "番号とコードを入力する")),
    Area(("/login", "/logout", "/first-login", "/password"), attended=True, cacheable=False),
    # One's own sign-in, for every role, in the frame of that role's area.
    Area(("/security",), attended=True, cacheable=False, csp="nonce"),
    Area(
        ("/admin",),
        roles=frozenset(STAFF_ROLES),
        attended=True,
        cacheable=False,
        csp="nonce",
        base="layout/operator.html",
        back=("/admin/", "最初の画面に戻る"),
        uploads=("/admin/submission/file",),
    ),
    Area(
        ("/office",),
        roles=frozenset({Role.municipality}),
        attended=True,
        cacheable=False,
        csp="nonce",
        base="layout/office.html",
        back=("/office/", "最初の画面に戻る"),
    ),
    Area(
        ("/prefecture",),
        roles=frozenset({Role.prefecture}),
        attended=True,
        cacheable=False,
        csp="nonce",
        base="layout/prefecture.html",
        back=("/prefecture/", "最初の画面に戻る"),
        uploads=("/prefecture/file",),
    ),
    Area(
        ("/partner",),
        roles=frozenset({Role.partner}),
        attended=True,
        cacheable=False,
        csp="nonce",
        base="layout/partner.html",
        back=("/partner/", "最初の画面に戻る"),
        uploads=("/partner/secured/file",),
    ),
    # What this machine's monitoring asks, and what browsers report by themselves.
    Area(("/metrics",), session=False, cacheable=False, json=True),
    Area(("/csp-report",), session=False, cacheable=False, json=True, most=16_384, rate="5 per second; 60 per minute"),
    # Machines with a key: no cookie, nothing to cache. A partner asks in rounds of some hundred postings.
    Area(("/partner/v1",), session=False, cacheable=False, json=True, rate="10 per second; 300 per minute"),
)
_BY_PREFIX = {prefix: area for area in AREAS for prefix in area.prefixes}
UPLOADS = frozenset(path for area in AREAS for path in area.uploads)
CLOSED_TO_CRAWLERS = tuple(prefix for area in AREAS if not area.crawled for prefix in area.prefixes)
OPEN_TO_CRAWLERS = tuple(page for area in AREAS for page in area.crawled_pages)


def of(path: str) -> Area:
    """The row of a request's path; `ELSEWHERE` when no part of the site begins so."""
    head, *rest = path[1:].split("/", 3)
    if rest and (machine := _BY_PREFIX.get(f"/{head}/{rest[0]}")) is not None:
        return machine
    if len(rest) > 1 and (deeper := _BY_PREFIX.get(f"/{head}/*/{rest[1]}")) is not None:
        return deeper
    return _BY_PREFIX.get("/" + head, ELSEWHERE) if head or path == "/" else ELSEWHERE


def of_role(role: Role) -> Area:
    """The area in which people of this role work."""
    return next(area for area in AREAS if role in area.roles)
