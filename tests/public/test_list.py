"""Search and list: words, filters, order, cursors, empty answers, marks for caches."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.public.search import words
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.public.build import content, listed, put, revise
from tests.support.clock import MovableClock


def numbers(client: FlaskClient, query: str = "", path: str = "/postings/") -> list[int]:
    """Ids of the postings on a page, in its order."""
    response = client.get(path + query)
    assert response.status_code == 200, response.text
    return [int(number) for number in re.findall(r'<h3><a href="/postings/KN-P-0*(\d+)">', response.text)]


TEXTS: dict[int, dict[str, Any]] = {
    1: {"title": "麻酔科専門医の募集", "job_type": "physician"},
    2: {"title": "ワクチン接種の看護師"},
    3: {"title": "わくちん会場の受付", "job_type": "clerical"},
    4: {"title": "ﾜｸﾁﾝ会場（夜間）", "job_type": "pharmacist"},
    5: {"title": "看護と医師の手伝い・護師", "job_type": "other", "job_other": "会場スタッフ", "duty_detail": "離島で働きます。"},
    6: {"title": "霞ヶ関の会場", "job_type": "midwife", "venue_name": "髙﨑ホール"},
}


WORDS: list[tuple[str, set[int]]] = [
    ("麻酔", {1}),
    ("麻酔科専門医", {1}),
    ("麻", {1}),
    ("医", {1, 3, 5}),
    ("島", {5}),
    ('"ワクチン"', {2, 3, 4}),
    ("“わくちん”", {2, 3, 4}),
    ('"ﾜｸﾁﾝ"', {2, 3, 4}),
    ('"ワクチン" 看護師', {2}),
    ('"ワクチン　夜間"', {4}),
    ("霞ケ関", {6}),
    ("高崎ほーる", {6}),
    ('"KN-P-000003"', {3}),
    ("ｋｎ", {1, 2, 3, 4, 5, 6}),
    ("ひゅうが", {1, 2, 3, 4, 5, 6}),
    ("宮崎県日向市", {1, 2, 3, 4, 5, 6}),
    # Every pair of letters occurs in 5 and nowhere the word: a hit of the index that the text denies.
    ("看護師の手伝い", set()),
    ('"看護師の手伝い"', set()),
    ("ないことば", set()),
]


def test_words_find_what_holds_them(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number, changes in TEXTS.items():
        listed(changes, number=number)
    assert [(q, got) for q, found in WORDS if (got := set(numbers(client, f"?q={q}"))) != found] == []


def test_a_changed_or_removed_posting_leaves_the_index(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    first, second = listed({"title": "珊瑚の会場"}), listed({"title": "珊瑚の診療所"})
    revise(first, content({"title": "真珠の会場"}))
    put(second, PostingStatus.paused)
    assert numbers(client, "?q=珊瑚") == []
    assert numbers(client, "?q=真珠") == [first.id]
    left = {"sqlite": "SELECT count(*) FROM listing_search WHERE listing_search MATCH '\"珊瑚\"'"}.get(
        db_session.get_bind().dialect.name, "SELECT count(*) FROM listing_search WHERE tokens @> ARRAY['珊瑚']"
    )
    assert db_session.connection().exec_driver_sql(left).scalar() == 0


def test_what_a_common_word_finds_is_read_in_its_order(
    client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where few are left, where a set is looked through, and where the rows are taken in their order."""
    made = []
    for number in range(5):
        made.append(listed({"title": "珊瑚礁の会場"}).id)
        listed({"title": f"医師{number}", "job_type": "physician", "duty_detail": "予診"})
        clock.advance(minutes=1)
    for candidates, read in ((1, 1000), (3, 2), (1, 2)):
        monkeypatch.setattr(words, "CANDIDATES", candidates)
        monkeypatch.setattr(words, "READ", read)
        for q in ("珊瑚礁", "珊瑚礁 会場"):
            assert numbers(client, f"?q={q}") == made[::-1], (candidates, read, q)
            data = client.get(f"/postings.json?q={q}").get_json()
            assert data["count"] == 5 or data["count_is_at_least"], (candidates, read, q)


FILTERED: dict[int, dict[str, Any]] = {
    1: {},
    2: {"job_type": "physician", "pay_type": "day", "pay_lines": [{"min": 62000, "hours_per_unit": 7.75}], "training": "none"},
    3: {
        "job_type": "clerical",
        "engagement": "honorarium",
        "shifts": [
            {"days": ["mon", "hol"], "start": "09:00", "end": "12:00", "break": 0},
            {"days": ["wed"], "start": "18:00", "end": "21:00", "break": 0},
        ],
        "parking": "none",
        "selection": ["interview", "online_interview"],
    },
    4: {"job_type": "assistant_nurse", "venue_city": "131016", "single_day": True, "blank_ok": None, "pay_lines": [{"min": 1100}]},
    5: {"job_type": "pharmacist", "venue_city": "011011", "pay_type": "session", "pay_lines": [{"min": 9000}], "blank_ok": False},
    6: {
        "also_junior": True,
        "term_start": "2022-04-01",
        "term_end": "2022-05-09",
        "venue_city": "462012",
        "shifts": [{"days": ["thu"], "start": "20:00", "end": "08:30", "end_next_day": True, "break": 60}],
        "pay_lines": [{"min": 1050}],
        "blank_ok": None,
        "training": "none",
    },
}


FILTERS: list[tuple[str, set[int]]] = [
    ("", {1, 2, 3, 4, 5, 6}),
    ("?prefecture=45", {1, 2, 3}),
    ("?prefecture=13&prefecture=01", {4, 5}),
    ("?prefecture=47", set()),
    ("?municipality=131016", {4}),
    ("?municipality=011002", {5}),
    ("?municipality=131016&prefecture=45", set()),
    ("?job_type=physician&job_type=clerical", {2, 3}),
    ("?job_type=physician&prefecture=45&prefecture=13", {2}),
    ("?engagement=honorarium", {3}),
    ("?weekday=sun", {1, 2, 4, 5}),
    ("?weekday=hol", {3}),
    ("?weekday=hol&weekday=sat", {1, 2, 3, 4, 5}),
    ("?pay_min=1987", {1, 2, 3, 5}),
    ("?pay_min=2000", {2, 5}),
    ("?pay_min=2001", {2}),
    ("?single_day=1", {4}),
    ("?blank_ok=1", {1, 2, 3}),
    ("?training=1", {1, 3, 4, 5}),
    ('?q="看護師"&prefecture=13', {4}),
    ("?q=看護師&prefecture=13", set()),
    ("?q=准看護師&prefecture=13", {4}),
    ("?job_type=assistant_nurse", {4, 6}),
    ("?job_type=assistant_nurse&job_type=nurse", {1, 4, 6}),
    ("?job_type=nurse", {1, 6}),
    ("?part=evening", {3}),
    ("?part=evening&weekday=mon", set()),
    ("?part=evening&weekday=wed", {3}),
    ("?part=morning", {3, 6}),
    ("?part=morning&weekday=hol&weekday=wed", {3}),
    ("?part=night&weekday=thu", {6}),
    ("?part=night&part=afternoon&weekday=wed", {3}),
    ("?car=1", {1, 2, 4, 5, 6}),
    ("?online=1", {3}),
    ("?from=2022-05-01", {6}),
    ("?from=2022-05-01&to=2022-05-31", {6}),
    ("?to=2021-05-31", set()),
    ("?to=2021-06-01&job_type=nurse", {1}),
    ("?from=2021-09-29&to=2022-03-31", {1, 2, 3, 4, 5}),
    ("?prefecture=99", {1, 2, 3, 4, 5, 6}),
    ("?sort=pay&prefecture=45", {1, 2, 3}),
    ("?sort=ending&job_type=physician", {2}),
]


def test_each_filter(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """List, heading and JSON name the same postings."""
    for number, changes in FILTERED.items():
        listed(changes, number=number)
    for query, found in FILTERS:
        assert set(numbers(client, query)) == found, query
        text = client.get("/postings/" + query).text
        assert re.search(rf'<h1>.*の(募集|一覧) <span class="nowrap">{len(found)}件</span></h1>', text), query
        data = client.get("/postings.json" + query).get_json()
        assert {int(item["posting_no"][5:]) for item in data["postings"]} == found, query
        assert data["count"] == len(found), query


def test_the_three_orders(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    day = clock.now.date()
    for number, (pay, days) in enumerate([(1500, 30), (3000, 20), (2000, 40)], start=1):
        listed({"pay_lines": [{"min": pay}]}, until=day + timedelta(days=days), number=number)
        clock.advance(minutes=1)
    assert numbers(client) == [3, 2, 1]
    assert numbers(client, "?sort=pay") == [2, 3, 1]
    assert numbers(client, "?sort=ending") == [2, 1, 3]


ORDERS = ("", "?sort=pay", "?sort=ending", "?prefecture=45&prefecture=13", "?job_type=nurse&job_type=clerical", "?q=看護")


def test_pages_stay_whole_while_postings_come_in(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """Page by page in each order, while before each page a posting comes in that stands first in every one."""
    made = set()
    for number in range(1, 46):
        # Three share each moment, pay and end: the id decides between them.
        made.add(listed({"pay_lines": [{"min": 1200 + number // 3}]}, until=clock.now.date() + timedelta(days=40 + number // 3)).id)
        if number % 3 == 0:
            clock.advance(minutes=1)
    seen: dict[str, list[int]] = {query: [] for query in ORDERS}
    paths = {query: "/postings/" + query for query in ORDERS}
    while paths:
        for query, path in list(paths.items()):
            text = client.get(path).text
            seen[query] += [int(found) for found in re.findall(r'<h3><a href="/postings/KN-P-0*(\d+)">', text)]
            following = re.search(r'href="([^"]+)" rel="next"', text)
            if following is None:
                del paths[query]
            else:
                paths[query] = following[1].replace("&amp;", "&")
        clock.advance(minutes=1)
        listed({"pay_lines": [{"min": 9000}]}, until=clock.now.date() + timedelta(days=1))
    for query, found in seen.items():
        assert made <= set(found), query
        assert len(found) == len(set(found)), query


def test_a_large_count_is_capped(client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keynet_admin.public.queries.MOST", 2)
    for _ in range(3):
        listed()
    text = client.get("/postings/").text
    assert "2件以上" in text
    assert "2件以上</b>を公開中" in client.get("/").text


def offered(client: FlaskClient, query: str) -> dict[str, tuple[str, str]]:
    """What a page offers: label → count, address."""
    found = re.findall(
        r'<a class="offer" href="([^"]+)"><span class="offer__name">(.*?)</span> <span class="offer__n">(.*?)<', client.get(query).text
    )
    return {label: (count, url.replace("&amp;", "&")) for url, label, count in found}


def test_nothing_found_is_an_answer(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """In 奈良 nothing; the neighbours, each condition left out, all of the place: never a link that leads to nothing."""
    for city in ("271004", "271004", "261009"):  # 大阪, 京都: the default is a nurse on Saturday and Sunday afternoons
        listed({"venue_city": city})
    listed({"venue_city": "131016"})
    listed({"venue_city": "292010", "job_type": "clerical"})
    asked = "?prefecture=29&job_type=nurse&weekday=sat"
    found = offered(client, "/postings/" + asked)
    assert found == {
        "京都府": ("1件", "/postings/?prefecture=26&job_type=nurse&weekday=sat"),
        "大阪府": ("2件", "/postings/?prefecture=27&job_type=nurse&weekday=sat"),
        "2つの都道府県をまとめて見る": ("3件", "/postings/?prefecture=26&prefecture=27&job_type=nurse&weekday=sat"),
        "「奈良県」を外す": ("4件", "/postings/?job_type=nurse&weekday=sat"),
        "「看護師」を外す": ("1件", "/postings/?prefecture=29&weekday=sat"),
        "奈良県のすべての募集": ("1件", "/postings/?prefecture=29"),
    }
    for count, url in found.values():
        assert f"{len(numbers(client, url.removeprefix('/postings/')))}件" == count, url
    text = client.get("/postings/" + asked).text
    assert "条件のすべてに合う募集は、いまはありません" in text
    assert "/postings.atom?prefecture=29" in text


def test_little_found_offers_more(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number in range(1, 5):
        listed({"title": f"会場{number}", "job_type": "nurse" if number < 3 else "clerical"}, number=number)
    assert offered(client, "/postings/?q=会場1&job_type=nurse") == {"「会場1」を外す": ("2件", "/postings/?job_type=nurse")}
    assert offered(client, "/postings/?prefecture=45") == {}
    assert offered(client, "/postings/") == {}
    text = client.get("/postings/?q=ないことば&prefecture=47&weekday=zzz").text
    assert "条件のすべてに合う募集は、いまはありません" in text
    assert 'class="offer"' not in text
    assert "曜日「zzz」は分からないため、条件に入れていません。" in text


def test_until_filled_comes_after_the_deadlines(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    day = clock.now.date()
    listed(until=day + timedelta(days=2), number=1)  # until filled, shown for two days
    for number, days in ((2, 9), (3, 4)):
        deadline = (day + timedelta(days=days)).isoformat()
        listed({"deadline": deadline, "publish_until": (day + timedelta(days=20)).isoformat()}, number=number)
    assert numbers(client, "?sort=ending") == [3, 2, 1]
    assert "締切の近い順" in client.get("/postings/").text


def test_a_feed_is_in_the_order_of_time_whatever_was_asked(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number, pay in enumerate((3000, 1500, 2000), start=1):
        listed({"pay_lines": [{"min": pay}]}, number=number)
        clock.advance(minutes=1)
    plain = client.get("/postings.atom").text
    assert re.findall(r"/postings/KN-P-0*(\d+)\"", plain) == ["3", "2", "1"]
    assert client.get("/postings.atom?sort=pay").text == plain
    assert [item["posting_no"][-1] for item in client.get("/postings.json?sort=pay").get_json()["postings"]] == ["1", "3", "2"]


ODD_BYTES = ("q=%00", "q=%ff%fe", "after=%00", "prefecture=%ff", "pay_min=%E0", "q=%F0%9F%92%89", "%00=%00", "q=" + "a+" * 3000)


def test_odd_bytes_are_answered(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed()
    for query in ODD_BYTES:
        for path in ("/", "/postings/", "/postings.atom", "/postings.json", "/rules", "/sitemap.xml"):
            response = client.get(path, query_string=query)
            assert response.status_code in (200, 400), (query, path)
            assert b"\x00" not in response.data, (query, path)


def test_the_front_page_counts(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    empty = client.get("/").text
    assert "0件</b>を公開中" in empty
    assert "公開中の募集は、いまはありません" in empty
    listed()
    listed({"job_type": "clerical", "venue_city": "131016"})
    text = client.get("/").text
    assert "2件</b>を公開中" in text
    assert re.search(r'data-p="45" data-l="4".*?tile__n" data-n>1<', text)
    assert re.search(r'data-p="47" data-l="0".*?tile__n" data-n>0<', text)
    assert re.search(r'value="clerical".*?<small data-n>1<', text)
    assert len(re.findall(r'name="prefecture"', text)) == 47


def test_the_chosen_conditions_are_kept_in_the_form(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    text = client.get(
        '/postings/?prefecture=45&job_type=nurse&weekday=hol&blank_ok=1&engagement=honorarium&pay_min=1500&q="><b>&municipality=452068'
    ).text
    for part in (
        'value="45" checked',
        'value="nurse" checked',
        'value="hol" checked',
        'name="blank_ok" value="1" checked',
        'value="honorarium" selected',
        'value="1500"',
        'name="municipality" value="452068"',
        'value="&#34;&gt;&lt;b&gt;"',
    ):
        assert part in text, part
    assert '"><b>' not in text
    assert 'value="13" checked' not in text


def test_an_unchanged_page_is_304_until_something_changes(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed()
    for path in ("/", "/postings/", f"/postings/{posting.posting_no}", "/postings.atom", "/postings.json", "/sitemap.xml"):
        mark = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": mark})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", mark), path
    marks = {path: client.get(path).headers["ETag"] for path in ("/", "/postings/", f"/postings/{posting.posting_no}", "/sitemap.xml")}
    clock.advance(minutes=1)
    revise(posting, content({"title": "変わった見出し"}))
    for path, mark in marks.items():
        assert client.get(path, headers={"If-None-Match": mark}).status_code == 200, path


def test_postings_of_the_real_walk_are_found(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = factories.posting(PostingStatus.live)
    db_session.commit()
    assert numbers(client, "?q=日向市") == [posting.id]


def test_a_name_that_is_not_known_is_said_on_the_page(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    made = listed()
    assert numbers(client, "?prefectur=13") == [made.id]
    assert "条件の名前「prefectur」は分からないため、条件に入れていません。" in client.get("/postings/?prefectur=13").text
    assert "&lt;i&gt;" in client.get("/postings/?<i>=1").text


def test_a_card_tells_what_a_session_comes_to(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    hourly = {"pay_type": "hour", "pay_lines": [{"min": 2000, "max": 2200}]}
    shift = {"days": ["sat"], "start": "09:00", "end": "12:30", "break": 0}
    listed(hourly | {"shifts": [shift]}, number=1)
    assert "<small>1回 約" in client.get("/postings/").text


def test_a_list_names_each_way_on_once(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """A landing page has its own ways on; one condition left out may be all that there is in the place."""
    for number, (job, city) in enumerate((("nurse", "292010"), ("clerical", "292010"), ("nurse", "271004"), ("nurse", "261009")), 1):
        listed({"job_type": job, "venue_city": city}, number=number)
    for query in ("?prefecture=29&job_type=nurse", "?prefecture=29&weekday=sat&part=night", "?prefecture=29&job_type=physician"):
        ways = re.findall(r'<a class="offer" href="([^"]+)"', client.get("/postings/" + query).text)
        assert ways, query
        assert len(ways) == len(set(ways)), query
