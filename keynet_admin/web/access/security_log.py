"""The security log: refused rights, failed sign-ins, closed limits and bad tokens, one JSON line each, by the logger `keynet.security`.

Only who (an account's id), from which network (an IPv4 /24, an IPv6 /64), at which address of the program and what: never a secret, never
what was typed. What succeeds stands in the audit events.
"""

import ipaddress
import json
import logging

from flask import Flask, Response, g, request
from flask_login import current_user

from keynet_admin import clock
from keynet_admin.services import logs
from keynet_admin.web import addresses

log = logging.getLogger(logs.SECURITY)
_BY_STATUS = {403: "refused", 429: "limit_closed"}


def init_app(app: Flask) -> None:
    """Log every refusal and closed limit. The lines leave with all others (`services/logs.py`)."""
    app.after_request(_after)


def write(kind: str, **codes: str) -> None:
    """One line about this request: `sign_in_failed`, `code_failed`, `password_failed`, `status_failed`, `unknown_link`, `bad_token`, `foreign_row`.

    `codes`: short words of closed lists or a host, never what was typed.
    """
    rule = request.url_rule
    line = {
        "at": clock.real_now().isoformat(timespec="seconds"),
        "kind": kind,
        "account": account(),
        "network": network_of(request.remote_addr or ""),
        "method": request.method,
        "route": rule.rule if rule is not None else None,
        "request": logs.under_way() or None,
        **codes,
    }
    log.warning(json.dumps(line))


def tried_as(account_id: int | None) -> None:
    """The account whose address was typed in this request, for the lines about it."""
    g.tried_as = account_id


def network_of(address: str) -> str | None:
    """The network of an IP address, wide enough not to name one machine; None for what is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))


def account() -> int | None:
    """The id of the account that this request is about, of whoever sits there; nobody is looked for where a page is the same for everybody."""
    if "tried_as" in g:
        return g.tried_as  # type: ignore[no-any-return]
    # Elsewhere nobody may be looked for: a visitor's page is the same for everybody.
    signed_in = addresses.of(request.path).attended and current_user.is_authenticated
    return current_user.person.id if signed_in else None


def _after(response: Response) -> Response:
    if response.status_code in _BY_STATUS:
        write(_BY_STATUS[response.status_code])
    return response
