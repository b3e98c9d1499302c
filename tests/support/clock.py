"""A clock that a test moves by hand."""

from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from typing import Self

from keynet_admin import clock

START = datetime(2021, 5, 7, 10, 0, tzinfo=clock.TOKYO)


class MovableClock:
    """Stands still until moved; everything in this process that asks `keynet_admin.clock` sees it."""

    def __enter__(self) -> Self:
        self._block = clock.at(START)
        self._block.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._block.__exit__(kind, error, trace)

    @property
    def now(self) -> datetime:
        """The present moment, UTC."""
        return clock.now()

    def set(self, moment: datetime | str) -> None:
        """Move to an aware moment, or to one written `2021-05-10 17:00` (Japan's time)."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=clock.TOKYO)
        clock._fixed = moment.astimezone(UTC)

    def advance(self, **amount: float) -> None:
        """Move on by `days=`, `hours=`, `minutes=`, `seconds=`."""
        self.set(clock.now() + timedelta(**amount))

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        """Move to a time of a day in Japan."""
        self.set(datetime.combine(day, time(hour, minute), clock.TOKYO))
