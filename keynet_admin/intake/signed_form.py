"""Forms of people without an account: signed instead of bound to a session, with a field that nobody sees.

The stamp says for which form it was made and when it was drawn. Its time is the real clock's, as of all limits.
"""

from datetime import timedelta

from flask import request

from keynet_admin import clock, config
from keynet_admin.services.account import tokens

HASTE = timedelta(seconds=3)  # nobody fills a form in faster
TRAP = "website"  # the field that nobody sees


def now() -> int:
    """When a form is drawn: seconds of the real clock."""
    return int(clock.real_now().timestamp())


def stamp(name: str, began: int) -> str:
    """What a form sends back. `name` says which form it is, its one-time key included."""
    return f"{began}.{tokens.seal(f'form:{name}:{began}')}"


def began_of(name: str, text: str) -> int | None:
    """The moment of a stamp that we have made for this form; None for any other text."""
    moment, dot, seal = text.partition(".")
    written = moment.isascii() and moment.isdigit() and len(moment) < 12 and moment == str(int(moment)) and dot
    return int(moment) if written and tokens.is_seal(f"form:{name}:{moment}", seal) else None


def is_foreign() -> bool:
    """Whether another site's page has sent this request."""
    return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def is_machine(began: int) -> bool:
    """Whether the form looks as if a machine had filled it in. People are asked to press again; it is never said why."""
    hasty = config.current().rate_limits and clock.real_now().timestamp() - began < HASTE.total_seconds()
    return hasty or bool(request.form.get(TRAP))
