"""A small day of the circular through the real services (bench/desk/surge.py has the whole one, with the band of its forecast)."""

from sqlalchemy.orm import Session

from bench.desk import surge
from tests.support.clock import MovableClock


def test_a_small_surge_through_the_real_services(db_session: Session, clock: MovableClock) -> None:
    """Nothing lost, doubled or out of order; the outlook of noon knows who is at work and how fast."""
    found = surge.run(clock, 24, 1, minutes=(20, 40), operators=2)
    assert (found.lost, found.doubled, found.out_of_order) == (0, 0, 0)
    assert found.forecast.crew.operators == 2
    assert 1.5 < found.forecast.crew.per_hour < 2.5
