"""A call to a body: the fields of its record on a decision page, and the page of a code that is read out during one."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from keynet_admin.models import Account, Submission
from keynet_admin.services.account import tokens
from keynet_admin.services.account.address import SHOWN
from keynet_admin.services.desk.caller import recent_call
from keynet_admin.services.mail import outbox
from keynet_admin.vocabulary import CallSource
from keynet_admin.web.actor import current_actor

CALL = ("phone", "source", "person")


def reads(*names: str) -> Callable[[Any, Mapping[str, str]], dict[str, str]]:
    """A decision's `read`: these fields, and those of the call."""
    return lambda _row, values: {name: values.get(name, "") for name in (*names, *CALL)}


def call_fields(row: Submission | Account) -> dict[str, Any]:
    """What the fields of a call need: where a number may be looked up, and the reader's own call to the same body of the last half hour."""
    return {"sources": list(CallSource), "recent": recent_call(row, current_actor())}


def code_page(view: Any, row: Any, code: str, named: tuple[str, str], page: str, *, made: datetime, good_until: datetime) -> str:
    """The code, shown for some minutes after it was `made`; `named` is what the person types beside it on the `page`."""
    shown = (named, ("ページ", outbox.public_link(page)))
    words = {
        "trail": view.trail(row),
        "code": tokens.shown(code),
        "named": shown,
        "until": made + SHOWN,
        "good_until": good_until,
        "back": view.back(),
    }
    return view.render("admin/code.html", **words)  # type: ignore[no-any-return]
