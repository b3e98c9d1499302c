"""The sets in memory find, count and order as the rows themselves would; they follow each change, and the clock."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import posting_field, reference
from keynet_admin.extensions import db, reading
from keynet_admin.models import Listing, Posting
from keynet_admin.public import queries
from keynet_admin.public.query import FLAGS, Search, read
from keynet_admin.public.search import listed as module
from keynet_admin.public.source import connected
from keynet_admin.services.listing.card import PARTS, WEEK, slot_bits
from keynet_admin.vocabulary import PostingStatus
from tests.public.build import content, listed, put, revise
from tests.support.clock import MovableClock

CITIES = ("452068", "131016", "011011")
JOBS = ("nurse", "assistant_nurse", "physician")


def some_posting(dice: random.Random, today: Any) -> dict[str, Any]:
    """A posting whose values differ in all that can be asked for."""
    begin = today + timedelta(days=dice.randrange(60))
    hour = dice.choice((7, 9, 13, 18, 20))
    until_filled = dice.random() < 0.3
    return {
        "job_type": dice.choice(JOBS),
        "also_junior": dice.random() < 0.3,
        "venue_city": dice.choice(CITIES),
        "engagement": dice.choice(("honorarium", "fiscal_year_part_time")),
        "shifts": [{"days": dice.sample(WEEK, 2), "start": f"{hour:02}:00", "end": f"{hour + 3:02}:00", "break": 0}],
        "term_start": begin.isoformat(),
        "term_end": (begin + timedelta(days=dice.randrange(40))).isoformat(),
        "pay_lines": [{"min": dice.choice((1200, 1500, 1987, 2600))}],
        "publish_until": (today + timedelta(days=5 + dice.randrange(4))).isoformat(),
        "deadline_type": "until_filled" if until_filled else "date",
        "deadline": None if until_filled else (today + timedelta(days=1 + dice.randrange(4))).isoformat(),
        "parking": dice.choice(("free", "none")),
        "selection": dice.choice((["papers"], ["online_interview"])),
        "training": dice.choice(("paid", "none")),
        "single_day": dice.random() < 0.5,
        "blank_ok": dice.random() < 0.5,
    }


def some_search(dice: random.Random, today: Any) -> Search:
    """A search of a few conditions."""
    pairs: list[tuple[str, str]] = [("sort", dice.choice(list(Search().sorts)))]
    for name, values in (("prefecture", ("45", "13", "01")), ("job_type", JOBS), ("weekday", WEEK), ("part", tuple(PARTS))):
        if dice.random() < 0.4:
            pairs += [(name, value) for value in dice.sample(values, dice.choice((1, 2)))]
    for name, value in (
        ("municipality", "131016"),
        ("engagement", "honorarium"),
        ("pay_min", dice.choice(("1500", "1501", "1987"))),
        ("from", (today + timedelta(days=dice.randrange(70))).isoformat()),
        ("to", (today + timedelta(days=70 + dice.randrange(10))).isoformat()),
        *((flag, "1") for flag in FLAGS),
    ):
        if dice.random() < 0.15:
            pairs.append((name, value))
    return read(MultiDict(pairs))


def wanted(row: Listing, search: Search) -> bool:
    """The conditions of a search, one by one."""
    jobs = {row.job_type} | ({"assistant_nurse"} if row.also_junior else set())
    return all(
        (
            not search.prefecture or row.prefecture_code in search.prefecture,
            not search.municipality or row.municipality_code == search.municipality,
            not search.job_type or jobs & set(search.job_type),
            not search.engagement or row.engagement in search.engagement,
            not (search.weekday or search.part) or row.slots & slot_bits(search.weekday or WEEK, search.part or PARTS),
            not search.begin or (row.term_end is not None and row.term_end >= search.begin),
            not search.end or (row.term_start is not None and row.term_start <= search.end),
            (row.pay_hour or 0) >= search.pay_min,
            all(getattr(row, flag) for flag in FLAGS if getattr(search, flag)),
        )
    )


ORDERS: dict[str, Any] = {
    "new": lambda row: (-row.listed_at.timestamp(), -row.posting_id),
    "ending": lambda row: (row.deadline is None, row.open_until, row.posting_id),
    "pay": lambda row: (-(row.pay_hour or 0), -row.posting_id),
}


def by_rows(search: Search, now: Any) -> list[int]:
    """What the rows say."""
    rows = db.session.execute(db.select(Listing).where(Listing.listed(now))).scalars().all()
    return [row.posting_id for row in sorted((row for row in rows if wanted(row, search)), key=ORDERS[search.sort])]


def pages(search: Search, limit: int) -> Iterator[queries.Page]:
    """All pages of a search, each asked for by a transaction of its own."""
    place = None
    while True:
        db.session.commit()  # SQLite: the test itself holds the lock of writers
        with reading(), connected() as connection:
            page = queries.page(connection, read(MultiDict(search.pairs(cursor=place))), limit)
        yield page
        place = page.following
        if place is None:
            return


def test_it_finds_counts_and_orders_as_the_rows_do(db_session: Session, clock: MovableClock) -> None:
    dice, today = random.Random(12), clock.now.date()
    made = []
    for _ in range(40):
        made.append(listed(some_posting(dice, today)))
        clock.advance(seconds=dice.choice((0, 0, 40)))
    for step in range(60):
        search = some_search(dice, today)
        expected = by_rows(search, clock.now)
        found = list(pages(search, 7))
        assert [number for page in found for number in page.numbers] == expected, search
        assert {page.count for page in found} == {len(expected)}
        assert found[0].state.total == len(by_rows(Search(), clock.now))
        for name in ("prefecture", "job_type", "engagement", "weekday", "part", *FLAGS):
            value, count = dice.choice(list(found[0].choices.counts[name].items()))
            one = Search(**(vars(search) | {"problems": (), name: True if name in FLAGS else (value,)}))
            assert count == len(by_rows(one, clock.now)), (name, value, search)
        if step % 4 == 0:
            changed: Posting = dice.choice([posting for posting in made if posting.status is PostingStatus.live])
            if step % 8 == 0:
                put(changed, dice.choice((PostingStatus.paused, PostingStatus.closed)))
            else:
                revise(changed, content(some_posting(dice, today)))
        if step % 20 == 19:
            clock.advance(days=1)


def test_a_row_leaves_by_the_clock_and_comes_back_with_it(db_session: Session, clock: MovableClock) -> None:
    today = clock.now.date()
    for days in (1, 2):
        listed(until=today + timedelta(days=days), number=days)
    start = clock.now

    def now() -> tuple[list[int], Any]:
        page = next(pages(Search(), 20))
        return list(page.numbers), page.state.until

    first, until = now()
    assert first == [2, 1]
    clock.set(until - timedelta(seconds=1))
    assert now() == (first, until)
    clock.set(until)
    assert now() == ([2], until + timedelta(days=1))
    clock.advance(days=1)
    assert now() == ([], module.NEVER)
    clock.set(start)
    assert now() == (first, until)
    # Two ends at one look, and back between them.
    clock.advance(days=5)
    assert now() == ([], module.NEVER)
    clock.set(until)
    assert now() == ([2], until + timedelta(days=1))


@pytest.mark.parametrize(("moment", "number"), [("2019-12-31", 0), ("2020-01-01", 0), ("2020-01-02", 86_400), ("9999-12-31", 2**32 - 1)])
def test_every_moment_has_a_number_of_the_orders(moment: str, number: int) -> None:
    assert module.seconds(datetime.fromisoformat(f"{moment}T00:00:00+00:00")) == number


def test_a_change_is_read_alone(db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 5):
        listed(number=number)
    next(pages(Search(), 20))
    seen: set[Any] = set()
    keys = module._keys
    monkeypatch.setattr(module, "_keys", lambda name, value: seen.add((name, value)) or keys(name, value))
    next(pages(Search(prefecture=("45",)), 20))
    assert seen == set()
    listed({"pay_lines": [{"label": "平日", "min": 2345}]}, number=5)
    assert list(next(pages(Search(), 20)).numbers) == [5, 4, 3, 2, 1]
    assert {value for name, value in seen if name == "pay_hour"} == {2345}


def test_every_choice_of_the_form_is_counted(db_session: Session, clock: MovableClock) -> None:
    listed()
    counts = next(pages(Search(), 20)).choices.counts
    assert set(counts["prefecture"]) == {place.code for place in reference.prefectures()}
    assert set(counts["job_type"]) == {choice.slug for choice in posting_field("job_type").choices}
    assert (counts["prefecture"]["45"], counts["prefecture"]["13"], counts["job_type"]["nurse"], counts["car"]["1"]) == (1, 0, 1, 1)
