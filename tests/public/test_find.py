"""How the search looks and how one walks through its results: the form, the cards, the pages there and back."""

import base64
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.services.listing import card
from tests.public.build import content, listed, revise
from tests.support.clock import MovableClock


def shown(text: str) -> list[str]:
    """Numbers of the postings on a page, in its order."""
    return re.findall(r'<h3><a href="/postings/(KN-P-\d+)">', text)


def link(text: str, kind: str) -> str:
    """Address of the link to the page before or after; empty when there is none."""
    found = re.search(rf'href="([^"]+)" rel="{kind}"', text)
    return found[1].replace("&amp;", "&") if found else ""


def test_pages_there_and_back(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for number in range(45):
        listed({"pay_lines": [{"min": 1200 + number // 3}]}, until=clock.now.date() + timedelta(days=40 + number // 3))
    for query in ["", "?sort=pay", "?sort=ending", "?job_type=nurse", "?q=看護"]:
        there, path = [], "/postings/" + query
        while path:
            there.append(client.get(path).text)
            path = link(there[-1], "next")
        assert [len(shown(text)) for text in there] == [20, 20, 5], query
        for text, position in zip(there, ("1～20件目／45件", "21～40件目／45件", "41～45件目／45件"), strict=True):
            assert text.count(position) == 2, position
        assert [bool(link(text, "prev")) for text in there] == [False, True, True], query
        assert "募集はここまでです" in there[-1], query
        back = [client.get(link(text, "prev")).text for text in there[1:]]
        assert [shown(text) for text in back] == [shown(text) for text in there[:2]], query
        assert "21～40件目／45件" in back[1], query


def test_the_page_before_stays_right_when_the_last_row_of_it_is_gone(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    made = [listed() for _ in range(25)]
    first = client.get("/postings/").text
    revise(next(posting for posting in made if posting.posting_no == shown(first)[-1]), content({"visibility": "private"}))
    second = client.get(link(first, "next")).text
    assert shown(client.get(link(second, "prev")).text)[:19] == shown(first)[:19]


def test_a_place_that_cannot_be_is_not_told(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    for _ in range(25):
        listed()
    following = link(client.get("/postings/?job_type=nurse").text, "next")
    # The cursor of an address that was made when rows were not counted in it, and one that counts more than there are.
    assert "21～25件目／25件" in client.get(following).text
    cursor = following.partition("after=")[2]
    plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    for changed in (plain.rpartition("|")[0], plain.rpartition("|")[0] + "|900"):
        page = client.get("/postings/?job_type=nurse&after=" + base64.urlsafe_b64encode(changed.encode()).decode().rstrip("=")).text
        assert "続きの募集／25件" in page
        assert len(shown(page)) == 5


@pytest.mark.parametrize(
    ("values", "due"),
    [
        ({"deadline_type": "date", "deadline": "2021-05-07"}, ("is-ask", "clock", "締切 5/7(金) 今日まで")),
        ({"deadline_type": "date", "deadline": "2021-05-12"}, ("is-ask", "clock", "締切 5/12(水) あと5日")),
        ({"deadline_type": "date", "deadline": "2021-05-13"}, ("is-mute", "calendar", "締切 5/13(木)")),
        ({"deadline_type": "date", "deadline": "2021-05-06"}, ("is-ask", "clock", "締切 5/6(木) 締切後")),
        ({"deadline_type": "until_filled", "deadline": "2021-05-08"}, ("is-mute", "people", "締切 充足次第")),
        ({"deadline_type": "date"}, ("is-mute", "people", "締切 充足次第")),
    ],
)
def test_a_near_deadline_stands_out_in_words(clock: MovableClock, values: dict[str, Any], due: tuple[str, str, str]) -> None:
    assert card.due(values, date(2021, 5, 7)) == due


def test_a_card_is_one_of_its_day(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    day = clock.now.date()
    listed({"deadline_type": "date", "deadline": (day + timedelta(days=5)).isoformat()})
    assert "あと5日" in client.get("/postings/").text
    clock.advance(days=1)
    assert "あと4日" in client.get("/postings/").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "日向市（会計年度任用職員）"),
        ({"engagement": "contractor", "employer": "デモ健診センター"}, "日向市（雇用：デモ健診センター）"),
        ({"engagement": "honorarium"}, "日向市（報償費による従事）"),
    ],
)
def test_a_card_names_who_employs_and_how_many(
    client: FlaskClient, db_session: Session, clock: MovableClock, changes: dict[str, Any], words: str
) -> None:
    listed({"headcount": 12, **changes})
    text = client.get("/postings/").text
    assert words in text
    assert "<dt>人数</dt><dd>12名</dd>" in text
    assert re.search(r'<ul class="chips" aria-label="特色"><li class="chip chip--plus">', text)


def test_the_form_is_folded_after_a_search_but_not_when_nothing_was_found(
    client: FlaskClient, db_session: Session, clock: MovableClock
) -> None:
    listed()
    assert '<details class="fold fold--search"><summary' in client.get("/postings/?job_type=nurse").text
    assert '<details class="fold fold--search" open><summary' in client.get("/postings/?job_type=physician").text


@pytest.mark.parametrize(
    ("query", "jobs", "more"),
    [
        ("", False, False),
        ("job_type=nurse", False, False),
        ("job_type=midwife", True, False),
        ("blank_ok=1", False, True),
        ("pay_min=900", False, True),
    ],
)
def test_a_fold_with_a_chosen_condition_is_open(
    client: FlaskClient, db_session: Session, clock: MovableClock, query: str, jobs: bool, more: bool
) -> None:
    text = client.get("/postings/?" + query).text
    assert ('<details class="more-jobs" open>' in text) is jobs
    assert ('<details class="fold more" open>' in text) is more


def test_a_choice_says_what_it_would_find_within_the_others(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed()
    listed({"job_type": "clerical", "venue_city": "131016"})
    listed({"job_type": "clerical"})
    text = client.get("/postings/?job_type=clerical&prefecture=13").text
    assert re.search(r'value="nurse"><span>看護師 <small data-n>0<', text)
    assert re.search(r'<label class="pick is-none"><input type="checkbox" name="job_type" value="nurse"', text)
    assert re.search(r'value="clerical" checked><span>事務職員 <small data-n>1<', text)
    assert re.search(r'data-p="45" data-l="[1-4]".*?tile__n" data-n>1<', text)
    assert "<b data-total>1件</b>" in text


def test_places_and_jobs_have_pages_of_their_own_and_none_of_them_is_empty(
    client: FlaskClient, db_session: Session, clock: MovableClock
) -> None:
    listed()
    text = client.get("/").text.partition('class="section by-place"')[2]
    assert 'href="/postings/?prefecture=45">宮崎県</a> 1' in text
    assert 'href="/postings/?job_type=nurse">看護師</a> 1' in text
    assert len(re.findall(r'href="/postings/\?', text)) == 2
    assert re.search(r'<li class="chip chip--none">沖縄県 0<', text)
