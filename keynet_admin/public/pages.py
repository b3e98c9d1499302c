"""The search, the list and one posting. Views only read; they never touch session, user, token or flash."""

from collections.abc import Mapping
from typing import Any, cast

from flask import Response, abort, redirect, request
from markupsafe import Markup
from sqlalchemy import Row

from keynet_admin import clock, config
from keynet_admin.models.listing import KEPT, end_of
from keynet_admin.public import detail, drawn, queries, understood
from keynet_admin.public.answers import page
from keynet_admin.public.discovery import head, landing
from keynet_admin.public.queries import connected
from keynet_admin.public.query import SORTS, Search, read
from keynet_admin.public.views import VIEWED
from keynet_admin.services import counter
from keynet_admin.vocabulary import ListingState
from keynet_admin.web import posting_page

NEWEST = 6
# What stands where in each order.
HOW: Mapping[str, str] = {
    "new": "公開された日時の新しいものから並べています。締切を過ぎた募集は出しません。",
    "ending": "締切の近いものから並べています。「充足次第」は、掲載の終わる日を締切とみなします。締切を過ぎた募集は出しません。",
    "pay": "1時間あたりに直した報酬の高いものから並べています。1時間あたりに直せない募集は最後です。締切を過ぎた募集は出しません。",
}


def home() -> Response:
    """`GET /`: where, what, when; counts; the newest postings; notices."""
    search = Search()
    with connected() as connection:
        counts = queries.totals(connection)
        newest = queries.page(connection, search, ("sequence",), counts, NEWEST)
        cards = drawn.cards(connection, newest.rows)
        notice = connection.execute(queries.NOTICE).scalar()
    return page(
        "public/home.html",
        until=counts.ends,
        head=head.HOME,
        form=drawn.form(search, counts, counts.total),
        cards=Markup("\n").join(cards),
        at=counts.at,
        total=drawn.shown_count(counts.total),
        places=drawn.places(counts),
        jobs=drawn.jobs(counts),
        notices=notices(notice or ""),
    )


def postings() -> Response:
    """`GET /postings/`: the list of a search."""
    search = read(request.args)
    with connected() as connection:
        if number := understood.number(connection, search.typed.q):
            return cast(Response, redirect(f"/postings/{number}", 303))
        counts = queries.totals(connection)
        found = queries.page(connection, search, ("sequence",), counts, back=True)
        cards = drawn.cards(connection, found.rows)
        places = understood.places(connection, search, counts)
        near_words = understood.near_words(connection, search, counts) if not cards else []
        about, beside = landing.of_search(connection, search, counts, found.count if cards else 0)
    query = search.query()
    values = {
        "head": about,
        "landing": beside,
        "search": search,
        "form": drawn.form(search.typed, counts, found.count),
        "understood": understood.sentences(search),
        "as_typed": understood.as_typed(search),
        "places": [(offer, drawn.shown_count(offer.count)) for offer in places],
        "near_words": [(offer, drawn.shown_count(offer.count)) for offer in near_words],
        "query": query,
        "count": drawn.shown_count(found.count),
        "applied": search.applied(),
        "cards": Markup("\n").join(cards),
        "position": _position(search, found),
        "at": counts.at,
        "how": HOW[search.sort],
        "previous": "/postings/" + search.typed.query(cursor=found.previous),
        "following": "/postings/" + search.typed.query(cursor=found.following) if found.following else "",
        "hidden": [pair for pair in search.typed.pairs() if pair[0] != "sort"],
        "sorts": SORTS,
        "tips": _tips(search) if not cards else (),
    }
    return page("public/list.html", until=counts.ends, keep=not search.problems, **values)


def posting(posting_no: str) -> Response:
    """`GET /postings/<posting_no>`: one posting; 募集終了 for 30 days after its end, 410 later; 404 for everything else.

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
        abort(404)
    if row.is_open:
        return _open(posting_no, row)
    last, gone = end_of(row, now)
    title = "" if gone else row.title
    until = None if gone else (row.closed_at or row.open_until) + KEPT
    return page("public/closed.html", until=until, status=410 if gone else 200, posting_no=posting_no, title=title, closed=last, gone=gone)


def _open(posting_no: str, row: Row[Any]) -> Response:
    base, content = config.current().public_url, row.content
    shown = posting_page.as_published(row, posting_no, clock.today())
    title = content["posting"].get("title", "")
    request.environ[VIEWED] = row.posting_id
    response = page(
        "public/posting.html",
        until=row.open_until,
        shown=shown,
        head=head.of_posting(posting_no, title, shown["view"]),
        trail=[*head.above(content["place"]["prefecture"], content["posting"].get("job_type", "")), (title, None)],
        job_posting=detail.job_posting(content, posting_no, row.listed_at, row.open_until, base),
    )
    response.last_modified = row.changed_at
    return response


def _position(search: Search, found: queries.Page) -> str:
    """21～40件目／83件. Between two pages postings come and go: a place that cannot be is not told."""
    before = search.after.shown if search.after else 0
    last = before + len(found.rows)
    if (search.after and not before) or last > found.count:
        return f"続きの募集／{drawn.shown_count(found.count)}"
    first = f"{before + 1:,}～" if last > before + 1 else ""
    return f"{first}{last:,}件目／{drawn.shown_count(found.count)}"


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


def _tips(search: Search) -> list[dict[str, str]]:
    """What somebody may try who found nothing."""
    tips = []
    if search.after is not None:
        tips.append(
            {"text": "続きの募集は、表示の途中で終了した可能性があります。", "label": "先頭から見る", "url": "/postings/" + search.query()}
        )
    conditions = search.applied()
    if len(conditions) > 1:
        tips += [{"text": "条件を1つ外す：", "label": f"{label}を外して探す", "url": url} for label, url in conditions[:4]]
    if any(len(word) > 2 for word in search.words):
        tips.append({"text": "ことばを短くしてみてください（例：「麻酔科専門医」を「麻酔」に）。"})
    tips.append({"text": "近くの都道府県も選んでみてください。", "label": "すべての募集を見る", "url": "/postings/"})
    tips.append({"text": "新しい募集は、下の「更新情報（Atom）」で受け取れます。"})
    return tips
