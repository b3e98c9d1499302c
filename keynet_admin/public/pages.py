"""The search, the list and one posting. Views only read; they never touch session, user, token or flash."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Response, abort, redirect, request
from markupsafe import Markup
from sqlalchemy import Row

from keynet_admin import clock, config
from keynet_admin.public import drawn, queries
from keynet_admin.public.answers import page
from keynet_admin.public.discovery import head, landing
from keynet_admin.public.posting import endings, job_posting, qr
from keynet_admin.public.query import Search, read
from keynet_admin.public.search import offers, understood
from keynet_admin.public.source import connected
from keynet_admin.public.views import VIEWED
from keynet_admin.services import counter
from keynet_admin.vocabulary import ListingState
from keynet_admin.web import posting_page

NEWEST = 6
# What stands where in each order.
HOW: Mapping[str, str] = {
    "near": "近いものから並べています。距離は、市役所や町村役場どうしを直線で結んだおおよその長さです。締切を過ぎた募集は出しません。",
    "new": "公開された日時の新しいものから並べています。締切を過ぎた募集は出しません。",
    "ending": "締切の近いものから並べています。「充足次第」は締切日のあるものの後です。締切を過ぎた募集は出しません。",
    "pay": "1時間あたりに直した報酬の高いものから並べています。1時間あたりに直せない募集は最後です。締切を過ぎた募集は出しません。",
}


def home() -> Response:
    """`GET /`: where, what, when; counts; the newest postings; notices."""
    search = Search()
    with connected() as connection:
        newest = queries.page(connection, search, NEWEST)
        cards = drawn.cards(connection, newest.numbers)
        notice = connection.execute(queries.NOTICE).scalar()
    return page(
        "public/home.html",
        until=newest.state.until,
        head=head.HOME,
        form=drawn.form(search, newest),
        cards=Markup("\n").join(cards),
        at=newest.state.at,
        total=drawn.shown_count(newest.count),
        places=drawn.places(newest.choices.counts["prefecture"]),
        jobs=drawn.jobs(newest.choices.counts["job_type"]),
        notices=notices(notice or ""),
    )


def postings() -> Response:
    """`GET /postings/`: the list of a search."""
    search = read(request.args)
    with connected() as connection:
        if number := understood.number(connection, search.typed.q):
            return cast(Response, redirect(f"/postings/{number}", 303))
        found = queries.page(connection, search, back=True)
        cards = drawn.cards(connection, found.numbers, found.around.away if found.around else None)
        places = understood.places(connection, search)
        near_words = understood.near_words(connection, search) if not cards else []
        offered = offers.beside_of(connection, search) if found.count <= offers.FEW and search.applied() else None
        about, beside = landing.of_search(connection, search, found.state, found.count if cards else 0)
    query = search.query()
    values = {
        "head": about,
        "landing": beside,
        "search": search,
        "form": drawn.form(search.typed, found),
        "understood": understood.sentences(search),
        "as_typed": understood.as_typed(search),
        "places": [(offer, drawn.shown_count(offer.count)) for offer in places],
        "near_words": [(offer, drawn.shown_count(offer.count)) for offer in near_words],
        "query": query,
        "count": drawn.shown_count(found.count, at_least=found.at_least),
        "applied": search.applied(),
        "cards": Markup("\n").join(cards),
        "position": _position(search, found),
        "at": found.state.at,
        "how": HOW[search.sort],
        "previous": "/postings/" + search.typed.query(cursor=found.previous),
        "following": "/postings/" + search.typed.query(cursor=found.following) if found.following else "",
        "hidden": [pair for pair in search.typed.pairs() if pair[0] != "sort"],
        "sorts": search.sorts,
        "around": found.around,
        "offers": offered,
        "shown_count": drawn.shown_count,
    }
    until = min(found.state.until, beside.until) if beside else found.state.until
    return page("public/list.html", until=until, keep=not search.problems, **values)


def posting(posting_no: str) -> Response:
    """`GET /postings/<posting_no>`: one posting; 募集終了 for 30 days after its end, 410 later; 404 with one page for any other number.

    Another writing of its number leads to the one address.
    """
    written = counter.posting_typed(posting_no)
    if not written:
        abort(404)
    if written != posting_no or request.path.endswith("/"):
        return cast(Response, redirect(f"/postings/{written}", 301))
    now = clock.now()
    with connected() as connection:
        row = connection.execute(queries.ONE, {"no": posting_no, "now": now}).one_or_none()
        if row is None or row.state is ListingState.withdrawn:
            return endings.unavailable(connection, posting_no)
        if not row.is_open:
            return endings.ended(connection, posting_no, row)
    return _open(posting_no, row)


def _open(posting_no: str, row: Row[Any]) -> Response:
    """The posting's page, or with `?print` its sheet of paper."""
    base, content = config.current().public_url, row.content
    shown = posting_page.as_published(row, posting_no, clock.today())
    title = content["posting"].get("title", "")
    if "print" in request.args:
        keep = True if request.query_string == b"print" else None
        code = qr.path(f"{base}/postings/{posting_no}")
        return page("public/sheet.html", until=row.open_until, keep=keep, qr=code, base=base, today=clock.today(), **shown)
    request.environ[VIEWED] = row.posting_id
    response = page(
        "public/posting.html",
        until=row.open_until,
        shown=shown,
        head=head.of_posting(posting_no, title, shown["view"]),
        trail=[*head.above(content["place"]["prefecture"], content["posting"].get("job_type", "")), (title, None)],
        job_posting=job_posting.in_page(job_posting.data(content, posting_no, row.listed_at, row.open_until, base)),
    )
    response.last_modified = row.changed_at
    return response


def _position(search: Search, found: queries.Page) -> str:
    """21～40件目／83件. Between two pages postings come and go: a place that cannot be is not told."""
    before = search.after.shown if search.after else 0
    last = before + len(found.numbers)
    total = drawn.shown_count(found.count, at_least=found.at_least)
    if (search.after and not before) or last > found.count:
        return f"続きの募集／{total}"
    first = f"{before + 1:,}～" if last > before + 1 else ""
    return f"{first}{last:,}件目／{total}"


def notices(text: str) -> list[dict[str, str]]:
    """What the front page tells: the notice from the settings, and what holds always."""
    found = [{"title": "運営事務局から", "text": text}] if text else []
    found.append(
        {
            "title": "応募される方へ",
            "text": "各募集のページにある「応募の方法」と問い合わせ先をご覧ください。応募に手数料はかかりません。",
        }
    )
    found.append(
        {
            "title": "自治体の方へ",
            "text": "ワクチン接種に携わる人材の募集情報を登録できます。登録から公開終了までの手順は",
            "path": "/flow",
            "link": "ご利用の流れ",
        }
    )
    return found
