"""The search, the list and one posting. Views only read; they never touch session, user, token or flash."""

import re
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, current_app, request
from markupsafe import Markup

from keynet_admin import clock, config
from keynet_admin.catalogue import DAYS, posting_field, reference
from keynet_admin.public import detail
from keynet_admin.public.query import DAY_LABELS, FLAGS, SORTS, Search, read
from keynet_admin.public.shell import Shell, fragment, slot
from keynet_admin.public.statements import MOST
from keynet_admin.public.store import Page, Totals, store
from keynet_admin.web import posting_page

NEWEST = 6
KEPT = timedelta(days=30)
_CARDS, _FOLLOWING = slot("cards").encode(), slot("following").encode()
POSTING_NO = re.compile(r"KN-P-[0-9]{6,9}")
# Looked up again each time, so that a closed posting vanishes at once; the ETag makes that cheap.
LIVE = "public, no-cache"
HTML = "text/html; charset=utf-8"


def home() -> Response:
    """`GET /`: where, what, when; counts; the newest postings; notices."""
    base = store()
    with base.cursor() as cursor:
        totals = base.totals(cursor)
        newest = base.page(cursor, Search(), base.card, totals, NEWEST)
        notice = base.notice(cursor)
    mark = etag("home", totals, newest, notice)
    if unchanged(mark):
        return not_modified(mark)
    values = {"cards": _cards(newest.rows) if newest.rows else _shell("home_empty", totals, "public/home_empty.html").fill({})}
    page = _shell("home", totals, "public/home.html", notices=notices(notice), at=totals.at, total=shown_count(totals.total), notice=notice)
    return html(page.fill(values), mark)


def postings() -> Response:
    """`GET /postings/`: the list of a search."""
    base = store()
    search = read(request.args)
    with base.cursor() as cursor:
        totals = base.totals(cursor)
        page = base.page(cursor, search, base.card, totals)
    mark = etag("list", totals, page, search.problems)
    if unchanged(mark):
        return not_modified(mark)
    return html(_shell("list", totals, "public/list.html").fill(_list_values(search, page)), mark)


def posting(posting_no: str) -> Response:
    """`GET /postings/<posting_no>`: one posting; 募集終了 for 30 days after its end, 410 later; 404 for everything else."""
    if not POSTING_NO.fullmatch(posting_no):
        abort(404)
    base = store()
    columns = "state, title, listed_at, changed_at, listed_until, closed_at, content"
    with base.cursor() as cursor:
        row = base.one(cursor, posting_no, columns)
    if row is None:
        abort(404)
    state, title, listed_at, changed_at, until, closed_at, content = row
    ends, now = base.aware(until), clock.now()
    if state == "listed" and now < ends:
        return _open(posting_no, base.content(content), base.aware(listed_at), base.aware(changed_at), ends)
    closed = base.aware(closed_at) if closed_at is not None else ends
    gone = now >= closed + KEPT
    last = closed - timedelta(microseconds=1) if closed == ends else closed
    text = _template("public/closed.html", posting_no=posting_no, title="" if gone else title, closed=last, gone=gone)
    return html(text, etag_of(posting_no, state, gone, closed), status=410 if gone else 200)


def _open(posting_no: str, content: dict[str, Any], listed_at: datetime, changed_at: datetime, ends: datetime) -> Response:
    mark = etag_of(posting_no, changed_at, clock.today(), ends)
    if unchanged(mark):
        return not_modified(mark)
    base = config.current().public_url
    text = _template(
        "public/posting.html",
        posting_no=posting_no,
        view=posting_page.view(content),
        posting=content["posting"],
        organization=content["organization"],
        content=content,
        listed_at=listed_at,
        changed_at=changed_at,
        last_day=ends - timedelta(microseconds=1),
        today=clock.today(),
        base=base,
        job_posting=detail.job_posting(content, posting_no, listed_at, ends, base),
    )
    response = html(text, mark)
    response.last_modified = changed_at
    return response


def html(text: str | bytes, mark: str, status: int = 200) -> Response:
    """A page with its ETag, that caches keep and ask about each time."""
    if status == 200:
        return Response(text, status, [("Cache-Control", LIVE), ("ETag", mark)], content_type=HTML)
    return Response(text, status, [("Cache-Control", "no-cache")], content_type=HTML)


def etag(kind: str, totals: Totals, page: Page, more: Any) -> str:
    """The mark of a list: it changes with the table, the counts and the rows, and with each version of the program."""
    ids = ",".join([str(row[0]) for row in page.rows])
    return etag_of(
        kind, totals.version, totals.at.timestamp() if kind == "home" else totals.total, totals.until.timestamp(), ids, page.count, more
    )


def etag_of(*parts: Any) -> str:
    """A weak mark of these values and of the program's own files."""
    build = current_app.extensions["keynet_build"]
    return f'W/"{zlib.crc32(repr((build, parts)).encode()):08x}"'


def unchanged(mark: str) -> bool:
    """True when the reader has this very state already."""
    asked = request.headers.get("If-None-Match")
    return asked is not None and (asked == mark or mark.removeprefix("W/") in asked)


def not_modified(mark: str) -> Response:
    """304 without a body."""
    response = current_app.response_class(status=304)
    response.headers["ETag"] = mark
    response.headers["Cache-Control"] = LIVE
    return response


def shown_count(count: int) -> str:
    """1,000 stands for everything above, too: the list never counts further."""
    return f"{MOST:,}件以上" if count > MOST else f"{count:,}件"


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


def _list_values(search: Search, page: Page) -> dict[str, bytes]:
    count, capped, more = f"{min(page.count, MOST):,}", page.count > MOST, page.following is not None
    frame = _frame(search, search.problems, count, capped, len(page.rows), more, config.current().public_url)
    values = frame.copy()
    values["cards"] = _card_text(page.rows)
    if page.following is not None:
        values["following"] = page.following.text().encode()
    return values


@lru_cache(maxsize=512)
def _frame(search: Search, problems: tuple[str, ...], count: str, capped: bool, shown: int, more: bool, base: str) -> dict[str, bytes]:
    """What surrounds the cards of a search: it depends on nothing else, so the words of often asked searches are kept."""
    pairs = search.pairs()
    query = "?" + urlencode(pairs) if pairs else ""
    words = search.words_for_people() if pairs else ""
    values = {f"{name}:{value}": b" selected" if name == "engagement" else b" checked" for name, value in pairs}
    values["title"] = escaped(f"{words[:60]}の募集" if words else "募集の一覧")
    values["head"] = fragment("public/list_head.html", query=query, base=base)
    if pairs:
        values["q"], values["pay_min"] = escaped(search.q), escaped(str(search.pay_min or ""))
    if search.municipality:
        values["hidden"] = b'<input type="hidden" name="municipality" value="%s">' % search.municipality.encode()
    values["results_head"] = fragment(
        "public/results_head.html", count=count, capped=capped, applied=search.applied() if pairs else (), problems=problems
    )
    results = fragment(
        "public/results.html",
        count=count if shown else "",
        shown=shown,
        capped=capped,
        continued=search.after is not None,
        first="/postings/" + query,
        following=f"/postings/{query}{'&' if query else '?'}after=" + slot("following") if more else "",
        hidden=[pair for pair in pairs if pair[0] != "sort"],
        sorts=SORTS.items(),
        sort=search.sort,
        cards=slot("cards"),
        query=query,
        tips=_tips(search) if not shown else (),
    )
    values["results_top"], _, rest = results.partition(_CARDS)
    values["results_middle"], _, values["results_end"] = rest.partition(_FOLLOWING)
    return values


def escaped(text: str) -> bytes:
    """Text as HTML."""
    return str(Markup.escape(text)).encode()


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
    if search.q:
        tips.append({"text": "ことばを短くするか、ひらがなで入れてみてください（例：「麻酔科専門医」を「麻酔」に）。"})
    tips.append({"text": "近くの都道府県も選んでみてください。", "label": "すべての募集を見る", "url": "/postings/"})
    tips.append({"text": "新しい募集は、下の「更新情報（Atom）」で受け取れます。"})
    return tips


def _cards(rows: Sequence[Sequence[Any]]) -> bytes:
    return b'<ul class="cards cards--2">\n%s\n</ul>' % _card_text(rows)


def _card_text(rows: Sequence[Sequence[Any]]) -> bytes:
    """The cards, made by an escaping template when the postings were published."""
    return b"\n".join(row[2] for row in rows)


def _template(name: str, **values: Any) -> str:
    return current_app.jinja_env.get_template(name).render(**values)


def _shell(name: str, totals: Totals, template: str, **values: Any) -> Shell:
    """The shell of a page for this state of the counts; one is kept for each page."""
    shells: dict[str, tuple[Any, Shell]] = current_app.extensions["keynet_shells"]
    key = (id(totals), totals.version, totals.at, values.get("notice"))
    kept = shells.get(name)
    if kept is not None and kept[0] == key:
        return kept[1]
    made = Shell(template, base=config.current().public_url, **search_parts(totals), **values)
    shells[name] = (key, made)
    return made


def search_parts(totals: Totals) -> dict[str, Any]:
    """What the search form shows: prefectures by region with counts and shades, job types with counts, days, marks, forms."""
    most = max(totals.prefectures.values(), default=0)
    regions: dict[str, list[dict[str, Any]]] = {}
    for place in reference.prefectures():
        count = totals.prefectures.get(place.code, 0)
        short = place.name if place.code == "01" else place.name[:-1]
        regions.setdefault(place.region, []).append(
            {"code": place.code, "name": short, "count": f"{count:,}", "shade": _shade(count, most)}
        )
    jobs = [{"slug": c.slug, "label": c.label, "count": f"{totals.jobs.get(c.slug, 0):,}"} for c in posting_field("job_type").choices]
    return {
        "regions": list(regions.items()),
        "jobs": jobs,
        "days": [(c.slug, c.label, DAY_LABELS[c.slug]) for c in DAYS],
        "flags": list(FLAGS.items()),
        "engagements": posting_field("engagement").choices,
    }


def _shade(count: int, most: int) -> int:
    """0 for none, else 1 to 4 by the square root of the share, so that few postings are told apart, too."""
    return 0 if not count else min(4, 1 + int(3.999 * (count / most) ** 0.5 * 0.999)) if most else 0
