"""How many people a public posting still needs, as its public row keeps it: the balance of the live revision, of the whole and by shift."""

from collections.abc import Mapping
from typing import Any

from keynet_admin import clock
from keynet_admin.models import Posting
from keynet_admin.services.listing.card import rows_of
from keynet_admin.services.posting import balance


def of(posting: Posting, content: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """`{"needed", "open", "shifts", "at"}`, None while no number is known.

    `shifts` has an entry for each shift of the content: `[needed, open]`, or None for one without a number. `at` is the moment since which
    these numbers hold: that of `before`, what the row says until now, while they are the same.
    """
    found = balance.for_content(posting, content)
    if not found.wanted:
        return None
    counted = {id(shift.row): [shift.needed, shift.open] for shift in found.by_shift}
    shifts = [counted.get(id(row)) for row in rows_of(content, "shifts")]
    numbers = {"needed": found.needed, "open": found.open, "shifts": shifts if counted else []}
    if before is not None and {name: before.get(name) for name in numbers} == numbers:
        return dict(before)
    return numbers | {"at": clock.now().isoformat(timespec="minutes")}
