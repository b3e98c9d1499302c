"""The rate limits: counted in the database, by address and by network, without making a difference for known addresses."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.errors import TooMany
from keynet_admin.extensions import db
from keynet_admin.models import Throttle
from keynet_admin.services import persons, rate_limit
from keynet_admin.services.transaction import transaction

pytestmark = pytest.mark.settings(RATELIMIT_ENABLED=True)


def hit(kind: str = "login", address: str = "a@b.example", network: str = "192.0.2.1", browser: str = "") -> None:
    """One committed try."""
    with transaction():
        rate_limit.hit(kind, address=address, network=network, browser=browser)


def tries(most: int, **more: str) -> int:
    """How many tries pass before the rate limit holds."""
    for number in range(most):
        try:
            hit(**more)
        except TooMany:
            return number
    return most


OF_ADDRESSES = sorted(kind for kind, limit in rate_limit.LIMITS.items() if limit.address is not None)
OF_NETWORKS = sorted(kind for kind, limit in rate_limit.LIMITS.items() if limit.address is None and limit.everywhere is None)


@pytest.mark.parametrize("kind", OF_ADDRESSES)
def test_bites_for_one_address(db_session: Session, kind: str) -> None:
    """Within 30 tries, however the address is written; another address goes on."""
    assert tries(30, kind=kind) == rate_limit.LIMITS[kind].address < 30
    with pytest.raises(TooMany) as refused:
        hit(kind, " A@B.example ")
    assert 0 < refused.value.retry_after <= rate_limit.LIMITS[kind].window.total_seconds()
    assert not refused.value.network
    hit(kind, "c@b.example")


@pytest.mark.parametrize("kind", [kind for kind in OF_ADDRESSES if rate_limit.LIMITS[kind].everywhere != rate_limit.LIMITS[kind].address])
def test_a_stranger_elsewhere_closes_no_door(db_session: Session, kind: str) -> None:
    """Nor does one in the same network for a browser that is known to be the owner's, which has a limit of its own."""
    tries(30, kind=kind)
    hit(kind, network="198.51.100.7")
    with pytest.raises(TooMany):
        hit(kind)
    assert tries(30, kind=kind, browser="the owner's") == rate_limit.LIMITS[kind].address


def spend(kind: str, amount: int, network: str = "192.0.2.1") -> None:
    """Count so much of what a network may do, committed."""
    with transaction():
        rate_limit.hit(kind, network=network, amount=amount)


@pytest.mark.parametrize("kind", OF_NETWORKS)
def test_what_a_network_may_send_is_counted_by_amount(db_session: Session, kind: str) -> None:
    """To the last of it; what is refused is not counted, other networks go on, and the refusal names the limit."""
    most = rate_limit.LIMITS[kind].network
    spend(kind, most - 2)
    with pytest.raises(TooMany) as refused:
        spend(kind, 3)
    assert rate_limit.LIMITS[kind].words in str(refused.value)
    assert "まで" in str(refused.value)
    assert "分後" in str(refused.value)
    assert 0 < refused.value.retry_after <= 3600
    spend(kind, 2)
    with pytest.raises(TooMany):
        spend(kind, 1)
    spend(kind, most, network="192.0.2.2")
    spend(kind, most, network="2001:db8::1")
    with pytest.raises(TooMany):
        spend(kind, 1, network="2001:db8::2")
    with transaction():
        for row in db.session.query(Throttle):
            row.window_start -= rate_limit.LIMITS[kind].window
    spend(kind, most)


def test_guessing_from_everywhere_ends(db_session: Session) -> None:
    """For browsers that nobody knows."""
    for number in range(100):
        hit(network=f"198.51.100.{number}")
    with pytest.raises(TooMany):
        hit(network="203.0.113.1")
    hit(network="203.0.113.1", browser="the owner's")


def test_bites_for_one_network(db_session: Session) -> None:
    """A list of addresses tried from one place; an IPv6 customer is one place."""
    limit = rate_limit.LIMITS["forgot"].network
    for number in range(limit):
        hit("forgot", f"{number}@b.example", f"2001:db8::{number:x}")
    with pytest.raises(TooMany) as refused:
        hit("forgot", "new@b.example", "2001:db8::ffff")
    assert refused.value.network
    hit("forgot", "new@b.example", "2001:db8:0:1::1")


def test_a_window_ends(db_session: Session) -> None:
    """Refused tries do not make it longer, and a clock that was turned back does not make it endless."""
    tries(30)
    for start in (datetime.now(UTC) - rate_limit.LIMITS["login"].window, datetime.now(UTC) + timedelta(days=400)):
        with transaction():
            db.session.execute(db.update(Throttle).values(window_start=start))
        assert tries(30) == rate_limit.LIMITS["login"].address


def test_a_success_forgives(db_session: Session) -> None:
    """The address starts afresh, the wider counts get their try back."""
    tries(30)
    with transaction():
        rate_limit.forgive("login", address="A@b.example", network="192.0.2.1")
    assert tries(30) == rate_limit.LIMITS["login"].address
    with transaction():
        rate_limit.forgive("login", address="a@b.example", network="::ffff:192.0.2.1")
        counts = db.session.execute(db.select(Throttle.count)).scalars().all()
    assert counts == [rate_limit.LIMITS["login"].address * 2 - 2] * 2


@pytest.mark.settings(RATELIMIT_ENABLED=False)
def test_switched_off(db_session: Session) -> None:
    """KEYNET_RATE_LIMITS=0 for tests and benchmarks."""
    assert tries(40) == 40


@pytest.mark.parametrize("network", ["", "unix:", "192.0.2.1\x00", "é"])
def test_odd_networks(db_session: Session, network: str) -> None:
    """What is no address counts as one network; nothing raises."""
    hit(network=network)


def test_old_counts_are_purged(app: Flask, db_session: Session) -> None:
    """Old counts go, fresh ones stay."""
    hit()
    persons.purge()
    assert db.session.query(Throttle).count() == 3
    with transaction():
        db.session.execute(db.update(Throttle).values(window_start=datetime.now(UTC) - timedelta(days=3)))
    persons.purge()
    assert db.session.query(Throttle).count() == 0
