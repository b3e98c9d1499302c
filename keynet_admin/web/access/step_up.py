"""A fresh proof before what matters most: the answer to a post that comes too long after the last one.

The page says what will be done, carries everything that was posted, and asks for the second factor, or for the password where there is none. The
post that follows is proven and goes on in the same request. What asks for it says so in its data: a row of the table of moves, an
`EditDecision`, `Guard.asks_proof`.
"""

from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from keynet_admin import clock
from keynet_admin.services.access import factors, passkeys
from keynet_admin.services.account import session as sessions
from keynet_admin.vocabulary import ProofWay
from keynet_admin.web.access import browser, second_step


@dataclass(frozen=True)
class StepUp:
    """What is to be done, to whom, why (as typed on the page before), and where one goes who leaves it. `base`: the page's frame."""

    what: str
    to: str = ""
    reason: str = ""
    back: str = ""
    base: str = ""


def ask(asked: StepUp) -> Response | None:
    """None = the person proved who they are within the last minutes, or in this very post. The post's token was looked at before."""
    who = current_user._get_current_object()
    if sessions.is_fresh(who.key):
        return None
    found = factors.of(who.account)
    passkey = bool(found.passkeys) and passkeys.usable()
    ways = [ProofWay.authenticator] if found.authenticator is not None else []
    ways += [ProofWay.passkey] if passkey else []
    problem = None
    if second_step.is_posted():
        problem = second_step.prove(who, browser.mark_of(who.id), ways=tuple(ways) or (ProofWay.password,))
        if problem is None:
            return None
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", *second_step.FIELDS)]
    words: dict[str, Any] = {
        "asked": asked,
        "carried": carried,
        "action": request.full_path.rstrip("?"),
        "errors": problem.errors if problem is not None else {},
        "by_password": not ways,
        "minutes": int(sessions.FRESH.total_seconds() // 60),
        "now": clock.now(),
    }
    words |= {"factors": found, "passkey": passkey, "proves": who.email, "base_template": asked.base}
    # 401 in its own sense: prove who you are. Browsers show the page, as no scheme of theirs is named.
    response = make_response(render_template("web/step_up.html", **words), problem.status if problem is not None else 401)
    if problem is not None and problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response
