"""What stood in the public table on a day: versions, their times, what changed, what is forgotten; and the pages that show them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.extensions import db
from keynet_admin.models import Posting, PublishedVersion
from keynet_admin.services import persons
from keynet_admin.services.listing import history, refresh
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ListingState, PostingStatus, Role
from tests import factories
from tests.public.build import content, listed, put, revise
from tests.support.clock import MovableClock
from tests.support.web import Client

LATER = {"publish_until": "2021-09-30", "deadline_type": "until_filled", "deadline": None}


def states(posting: Posting) -> list[ListingState]:
    """The states of all versions."""
    return [one.version.state for one in history.of(posting, clocks.now())]


def test_each_change_is_one_version_and_a_repetition_none(db_session: Session, clock: MovableClock) -> None:
    posting = listed(LATER)
    begun = clocks.now()
    clock.advance(hours=1)
    put(posting, PostingStatus.live)  # nothing has changed
    revise(posting, content(LATER | {"title": "新しい見出し"}))
    clock.advance(hours=1)
    put(posting, PostingStatus.paused)
    clock.advance(hours=1)
    put(posting, PostingStatus.live)
    clock.advance(hours=1)
    put(posting, PostingStatus.closed)
    found = history.of(posting, clocks.now())
    listed_, withdrawn, closed = ListingState.listed, ListingState.withdrawn, ListingState.closed
    assert states(posting) == [listed_, listed_, withdrawn, listed_, closed]
    assert [one.version.begins_at - begun for one in found] == [timedelta(hours=at) for at in range(5)]
    assert [one.until for one in found] == [one.version.begins_at for one in found[1:]] + [None]
    assert [[change.path for change in one.changed] for one in found] == [[], ["postings.0.title"], [], [], []]
    assert [one.version.sequence for one in found] == sorted({one.version.sequence for one in found})


def test_a_listed_version_ends_with_the_posting(db_session: Session, clock: MovableClock) -> None:
    posting = listed(until=date(2021, 6, 30))
    clock.set("2021-07-02T09:00:00+09:00")
    (one,) = history.of(posting, clocks.now())
    assert one.until.astimezone(clocks.TOKYO).isoformat() == "2021-07-01T00:00:00+09:00"
    assert one.stood(one.until - timedelta(microseconds=1))
    assert not one.stood(one.until)


def test_several_changes_of_one_transaction_are_one_version(db_session: Session, clock: MovableClock) -> None:
    """Nobody saw what stood between them."""
    posting = listed(LATER)
    posting.status = PostingStatus.paused
    listing.update(posting)
    posting.status = PostingStatus.live
    listing.update(posting)
    with transaction():
        pass
    assert ListingState.withdrawn not in states(posting)


def test_keeping_a_version_is_one_statement(db_session: Session, clock: MovableClock) -> None:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "published_version" in statement:
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        listed(LATER)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(seen) == 1
    assert seen[0].startswith("INSERT")


def test_a_row_that_is_made_anew_without_a_difference_is_no_version(db_session: Session, clock: MovableClock) -> None:
    posting = listed(LATER)
    with transaction():
        db.session.execute(db.text("UPDATE listing SET pay_hour = 1, search_text = 'x'"))
    refresh.run()
    assert states(posting) == [ListingState.listed]


SHAPES: dict[str, tuple[dict[str, Any], Callable[[Posting], object]]] = {
    "an edit": ({}, lambda posting: revise(posting, content(LATER | {"title": "別の見出し", "public_tel": "03-0000-0009"}))),
    "a pause": ({}, lambda posting: put(posting, PostingStatus.paused)),
    "a closing": ({}, lambda posting: put(posting, PostingStatus.closed)),
    "another name of the body": ({}, lambda posting: _rename(posting)),
    "masked, an edit": ({"visibility": "masked"}, lambda posting: revise(posting, content(LATER | {"visibility": "public"}))),
    "masked, another name": ({"visibility": "masked"}, lambda posting: _rename(posting)),
    "turned private": ({}, lambda posting: revise(posting, content(LATER | {"visibility": "private"}))),
}


def _rename(posting: Posting) -> None:
    posting.organization.name = "新日向市"
    put(posting, posting.status)


def part(text: str) -> str:
    """The content part of a page: from its head to the end of the dates beside it."""
    found = re.search(
        r'<div class="page-head page-head--tight"><p class="row row--tight"><span class="badge is-ok">.*</aside>\n</div>', text, re.DOTALL
    )
    assert found is not None
    return found[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_content_is_the_same_to_the_byte(client: Client, db_session: Session, clock: MovableClock, shape: str) -> None:
    """What the public page gave on 3 June at 10:00 is what the record gives of that moment, whatever came later."""
    changes, act = SHAPES[shape]
    posting = listed(LATER | changes)
    clock.set("2021-06-03T10:00:00+09:00")
    public = part(client.get(f"/postings/{posting.posting_no}").text)
    clock.set("2021-06-07T09:00:00+09:00")
    act(posting)
    clock.set("2021-06-20T09:00:00+09:00")
    number = posting.id
    client.sign_in(Role.operator)
    record = client.get(f"/admin/posting/{number}/published?day=令和3年6月3日&time=10:00").text
    assert part(record) == public
    assert "6/3(木) 10:00 に公開していた内容です" in record


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "には公開していませんでした"),  # now: it is closed
        ("?number=1", "に公開していた内容です"),
        ("?number=9", "には公開していませんでした"),
        ("?day=2021/6/3", "6/3(木) 23:59 に公開していた内容です"),
        ("?day=2021/5/1&time=10:00", "それより前は公開していません"),
        ("?day=6月40日", "日付として読めません"),
        ("?day=2021/6/3&time=25時", "時刻として読めません"),
        ("?time=10:00", "日付を入力してください"),
        ("?day=2031/6/3", "これから先の日時です"),
        ("?day=9999/12/31", "これから先の日時です"),
        ("?day=2021/6/8", "「募集終了」のページだけを出していました"),
    ],
)
def test_any_moment_is_answered(client: Client, db_session: Session, clock: MovableClock, query: str, words: str) -> None:
    posting = listed(LATER)
    clock.set("2021-06-07T09:00:00+09:00")
    put(posting, PostingStatus.closed)
    number = posting.id
    clock.set("2021-06-20T09:00:00+09:00")
    client.sign_in(Role.operator)
    response = client.get(f"/admin/posting/{number}/published{query}")
    assert response.status_code == 200
    assert words in response.text
    page = BeautifulSoup(response.text, "html.parser")
    assert len(page.select("h1")) == 1
    typed = dict(pair.split("=") for pair in query[1:].split("&") if pair)
    assert page.select_one("[name=day]")["value"] == typed.get("day", "")  # type: ignore[index]


def test_its_own_municipality_reads_it_and_no_other(client: Client, db_session: Session, clock: MovableClock) -> None:
    mine, others = factories.make_organization(), factories.make_organization(lg_code="131016", name="千代田区")
    draft = factories.posting(PostingStatus.draft, organization=mine).id
    numbers = [listed(LATER, organization=body).id for body in (mine, others)]
    client.sign_in(factories.account(Role.municipality, organization=mine))
    assert [client.get(f"/office/posting/{number}/published").status_code for number in numbers] == [200, 404]
    assert "まだ公開していません" in client.get(f"/office/posting/{draft}/published").text


def test_it_ends_with_the_content_of_the_posting(app: Flask, db_session: Session, clock: MovableClock) -> None:
    posting = listed(LATER)
    put(posting, PostingStatus.closed)
    clock.advance(days=3 * 365 - 1)
    persons.purge()
    assert db_session.execute(select(PublishedVersion.id)).all()
    clock.advance(days=2)
    persons.purge()
    assert not db_session.execute(select(PublishedVersion.id)).all()
