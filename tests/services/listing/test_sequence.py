"""The numbers of the public table's changes: in the order of commits, never twice, never a row less."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Listing, ListingVersion, Posting, PostingRevision, Setting
from keynet_admin.permissions import Actor
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.listing import refresh
from keynet_admin.services.posting import publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ListingState, PostingStatus, Role
from tests import factories
from tests.public.build import listed, put
from tests.support.clock import MovableClock
from tests.walks.test_races import settled, together

S = PostingStatus


def number(posting: Posting) -> int | None:
    """The number of the row's last change."""
    return db.session.execute(select(Listing.sequence).where(Listing.posting_id == posting.id)).scalar()


def version() -> int:
    """The number of the newest change."""
    return db.session.execute(select(ListingVersion.number)).scalar_one()


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((S.paused,), ListingState.withdrawn),
        ((S.paused, S.live), ListingState.listed),
        ((S.suspended,), ListingState.withdrawn),
        ((S.suspended, S.paused), ListingState.withdrawn),
        ((S.closed,), ListingState.closed),
        ((S.paused, S.closed), ListingState.closed),
        ((S.suspended, S.closed), ListingState.closed),
    ],
)
def test_no_row_is_deleted_and_each_change_has_its_number(
    db_session: Session, clock: MovableClock, states: tuple[PostingStatus, ...], expected: ListingState
) -> None:
    posting, other = listed(number=1), listed(number=2)
    assert (number(posting), number(other), version()) == (1, 2, 2)
    shown = ListingState.listed
    for state in states:
        before, last = number(posting), shown
        put(posting, state)
        shown = db_session.execute(select(Listing.state).where(Listing.posting_id == posting.id)).scalar_one()
        assert number(posting) == (version() if shown is not last else before)
        put(posting, state)
        assert number(posting) == (version() if shown is not last else before), "the same again changes nothing"
    assert shown is expected
    assert number(other) == 2


def closing(posting_id: int, who: Actor, before_commit: Callable[[], Any] = lambda: None) -> Callable[[], int]:
    """Close a posting in a transaction of its own; then the number its row got."""

    def act() -> int:
        with transaction():
            row = db.session.get_one(Posting, posting_id)
            publication.close(row, who, seen_version=row.version)
            before_commit()
        return db.session.execute(select(Listing.sequence).where(Listing.posting_id == posting_id)).scalar_one()

    return act


@pytest.mark.parametrize("_round", range(3))
def test_two_different_postings_at_once(app: Flask, db_session: Session, clock: Any, _round: int) -> None:
    rows = [factories.posting(S.live) for _ in range(2)]
    officers = [factories.actor(Role.municipality, organization=row.organization) for row in rows]
    with transaction():
        pass
    first = version()
    db_session.commit()
    answers = together(app, *(closing(row.id, who) for row, who in zip(rows, officers, strict=True)))
    assert sorted(answers) == [first + 1, first + 2]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_numbers_come_in_the_order_of_commits(app: Flask, db_session: Session, clock: Any) -> None:
    """One that began first and commits last has the larger number; a reader never sees a number appear below one it has read."""
    rows = [factories.posting(S.live) for _ in range(2)]
    officers = [factories.actor(Role.municipality, organization=row.organization) for row in rows]
    with transaction():
        pass
    quick = closing(rows[1].id, officers[1])
    got: list[Any] = []

    def let_the_other_go_first() -> None:
        thread = threading.Thread(target=lambda: got.extend(together(app, quick)))
        thread.start()
        thread.join(30)

    slow = together(app, closing(rows[0].id, officers[0], let_the_other_go_first))
    assert got[0] < slow[0]


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_who_takes_a_number_waits_for_the_commit_before(app: Flask, db_session: Session, clock: Any) -> None:
    rows = [listed(number=n) for n in (1, 2)]
    thread = threading.Thread(target=lambda: got.extend(together(app, act)))
    got: list[Any] = []

    def act() -> int:
        with transaction():
            row = db.session.get_one(Posting, rows[1].id)
            row.status = S.closed
            row.closed_at = clock.now
            listing.update(row)
        return number(row) or 0

    with db.engine.connect() as other:
        other.execute(update(ListingVersion).values(number=ListingVersion.number + 1))
        thread.start()
        settled(app, [thread])
        assert not got
        other.commit()
    thread.join(30)
    assert got == [4]


def test_two_updates_of_a_posting_in_one_transaction_take_one_number(db_session: Session, clock: MovableClock) -> None:
    posting = listed(number=1)
    with transaction():
        for state in (S.paused, S.closed):
            posting.status = state
            posting.closed_at = clock.now
            listing.update(posting)
    assert (number(posting), version()) == (2, 2)


def test_a_rolled_back_change_takes_no_number(db_session: Session, clock: MovableClock) -> None:
    posting = listed(number=1)

    class Stop(Exception):
        pass

    def change() -> None:
        with transaction():
            posting.status = S.paused
            listing.update(posting)
            raise Stop

    with pytest.raises(Stop):
        change()
    db_session.expire_all()
    assert (number(posting), version()) == (1, 1)


def test_refresh_makes_anew_what_the_code_derives_and_nothing_else(app: Flask, db_session: Session, clock: MovableClock) -> None:
    shown, paused, closed = (listed({"title": f"珊瑚の会場{n}"}, number=n) for n in (1, 2, 3))
    put(paused, S.paused)
    put(closed, S.closed)
    columns = [column for column in Listing.__table__.columns if column.name != "sequence"]
    before = db_session.execute(select(*columns).order_by(Listing.posting_id)).all()
    numbers = [number(row) for row in (shown, paused, closed)]
    db_session.execute(update(Listing).where(Listing.posting_id == shown.id).values(search_text="old", title="old", pay_hour=1))
    db_session.commit()
    clock.advance(days=1)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["refresh-listing"]).exit_code == 0
    db_session.expire_all()
    assert db_session.execute(select(*columns).order_by(Listing.posting_id)).all() == before
    assert number(shown) == version() == max(n for n in numbers if n) + 1
    assert [number(row) for row in (paused, closed)] == numbers[1:]
    runner.invoke(args=["refresh-listing"])
    db_session.expire_all()
    assert number(shown) == version()


def test_a_row_that_cannot_be_made_stops_no_upgrade(
    app: Flask, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = listed(number=1), listed(number=2)
    db_session.execute(update(PostingRevision).where(PostingRevision.posting_id == bad.id).values(normalized={"title": "見出し"}))
    db_session.execute(update(Listing).values(title="old"))
    db_session.commit()
    monkeypatch.setattr(refresh, "fingerprint", lambda: "other")
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    db_session.expire_all()
    assert [db_session.get_one(Listing, row.id).title == "old" for row in (bad, good)] == [True, False]
    assert not refresh.is_stale()
    db_session.rollback()
    assert "作り直せなかった公開情報：1件" in app.test_cli_runner().invoke(args=["refresh-listing"]).output


@pytest.mark.parametrize(("derived_otherwise", "remade"), [(True, True), (False, False)])
def test_an_upgrade_refreshes_when_the_code_changed(
    app: Flask, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, derived_otherwise: bool, remade: bool
) -> None:
    posting = listed(number=1)
    db_session.execute(update(Listing).values(title="old"))
    db_session.commit()
    if derived_otherwise:
        monkeypatch.setattr(refresh, "fingerprint", lambda: "other")
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    db_session.expire_all()
    assert (db_session.get_one(Listing, posting.id).title != "old") is remade
    assert db_session.get_one(Setting, refresh.KEY).value == refresh.fingerprint()
    assert not refresh.is_stale()
