"""The help of each page for people with an account: which row of the table (`pages.py`) belongs to the present one."""

from collections.abc import Mapping
from typing import Any

from flask import request

from keynet_admin.web.help.pages import ANY, PAGES, PageHelp


def help_of(endpoint: str, decisions: Mapping[str, Any]) -> PageHelp | None:
    """The help of an endpoint (`view.method`): its own, that of its kind (a decision, a move for many rows), else that of its view."""
    view, _, method = endpoint.partition(".")
    kind = ANY["decision"] if method.rstrip("_") in decisions else PAGES.get(view)
    return PAGES.get(endpoint) or ANY.get(method) or kind


def page_help(view: Any = None) -> PageHelp | None:
    """The help of the page that is being made; None on an error page of an address that there is not."""
    return help_of(request.endpoint or "", getattr(view, "decisions", {}))
