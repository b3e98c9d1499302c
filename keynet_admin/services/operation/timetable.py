"""Timetables: functions that say, each time they are asked, whether something is due now."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from keynet_admin import clock


def every(seconds: int) -> Callable[[Any], bool]:
    """A timetable: due at the first look and then each time so many seconds have passed."""
    due = 0.0

    def check(_moment: Any) -> bool:
        nonlocal due
        now = time.monotonic()
        if now < due:
            return False
        due = now + seconds - 0.5
        return True

    return check


def nightly(hour: int) -> Callable[[Any], bool]:
    """A timetable: due once a day from this hour in Japan on, and at the first look when that is later."""
    last: date | None = None

    def check(_moment: Any) -> bool:
        nonlocal last
        now = clock.now().astimezone(clock.TOKYO)
        if now.hour < hour or now.date() == last:
            return False
        last = now.date()
        return True

    return check
