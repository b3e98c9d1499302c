"""What the pay of a posting comes to, for one session and for one hour: computed from the lines and the shifts, never typed.

Computed amounts are rounded and said with 約; where hours are missing nothing is said.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from keynet_admin.catalogue import display
from keynet_admin.rules.engine import posting_values
from keynet_admin.services.listing.card import rows_of

Values = Mapping[str, Any]
_WEEKS_A_MONTH = 52 / 12
# Below this amount computed ones are rounded to ten yen, from it on to a hundred.
_SMALL = 5000


class PayRow(NamedTuple):
    """One line of the pay in words: whom or when it is for, the amount as it was typed, and what that comes to (empty: not known)."""

    label: str
    amount: str
    hour: str
    session: str


def rows(posting: Values) -> list[PayRow]:
    """The lines with what each comes to. Of pay by the hour no hour is computed, of pay by the session no session."""
    found = []
    for line in rows_of(posting, "pay_lines"):
        label, amount, unit = display.pay_cells(line)
        amount = f"{amount}（{unit}）" if unit and amount and posting.get("pay_type") != "hour" else amount
        found.append(PayRow(label, amount, _words(_hour(posting, [line])), _words(_session(posting, [line]))))
    return found


def sum_words(posting: Values) -> str:
    """What stands below the pay: 1回 約7,200円～7,700円（3時間30分）, or 1時間あたり 約16,000円."""
    lines = rows_of(posting, "pay_lines")
    if words := _words(_session(posting, lines)):
        return f"1回 {words}（{_lengths(posting)}）"
    words = _words(_hour(posting, lines))
    return f"1時間あたり {words}" if words else ""


def hours_of_shifts(posting: Values) -> list[int]:
    """The different lengths of the shifts in minutes of work, the shortest first; none when one of them cannot be computed."""
    minutes = [posting_values.work_minutes(shift) for shift in rows_of(posting, "shifts")]
    return sorted({m for m in minutes if m is not None}) if all(minutes) else []


def _lengths(posting: Values) -> str:
    minutes = hours_of_shifts(posting)
    ends = [posting_values.hours_text(m) for m in (minutes[0], minutes[-1])]
    return ends[0] if len(minutes) == 1 else "～".join(ends)


def _session(posting: Values, lines: Iterable[Values]) -> list[float]:
    """Pay by the hour times the hours of a shift."""
    if posting.get("pay_type") != "hour":
        return []
    return [amount * minutes / 60 for line in lines for amount in _amounts(line) for minutes in hours_of_shifts(posting)]


def _hour(posting: Values, lines: Iterable[Values]) -> list[float]:
    """Pay of a session, a day or a month divided by its hours. Nothing when one line has none."""
    if posting.get("pay_type") == "hour":
        return []
    found = []
    for line in lines:
        hours = _hours(posting, line)
        if not hours:
            return []
        found += [amount / unit for amount in _amounts(line) for unit in hours]
    return found


def _hours(posting: Values, line: Values) -> list[float]:
    stated = posting_values.number(line.get("hours_per_unit"))
    if stated is not None and stated > 0:
        return [stated]
    if posting.get("pay_type") == "month":
        weekly = posting_values.number(posting.get("weekly_hours"))
        return [weekly * _WEEKS_A_MONTH] if weekly else []
    return [minutes / 60 for minutes in hours_of_shifts(posting)]


def _amounts(line: Values) -> list[float]:
    low, high = posting_values.number(line.get("min")), posting_values.number(line.get("max"))
    return [amount for amount in (low, high) if amount is not None and 0 < amount < 100_000_000]


def _words(amounts: list[float]) -> str:
    """約7,200円～7,700円; empty for none."""
    if not amounts:
        return ""
    low, high = _rounded(min(amounts)), _rounded(max(amounts))
    return f"約{low:,}円" + (f"～{high:,}円" if high > low else "")


def _rounded(amount: float) -> int:
    step = 10 if amount < _SMALL else 100
    return int(amount / step + 0.5) * step
