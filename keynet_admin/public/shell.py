"""Page shells: a template rendered once with marks in it, then joined at each request with what changes.

The marks are private-use letters; a shell holds only words of ours, so nobody's text can look like one. Shells are kept as bytes,
as are the cards: what did not change is never encoded again.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import current_app
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from keynet_admin.config import ROOT

_MARK = re.compile("\ue000([a-z_:0-9A-Z-]+)\ue001")


def slot(name: str) -> Markup:
    """A place that each request fills with ready HTML."""
    return Markup(f"\ue000{name}\ue001")  # noqa: S704 - the names are ours


def on(name: str, value: str) -> Markup:
    """A place that becomes ` checked` (` selected` in a list of options) when the search has this value."""
    return slot(f"{name}:{value}")


class Shell:
    """The pieces of a rendered shell: fixed text at even places, names of slots at odd ones."""

    def __init__(self, template: str, **values: Any) -> None:
        """Render the template file with the functions `slot` and `on`."""
        text = current_app.jinja_env.get_template(template).render(slot=slot, on=on, **values)
        pieces = _MARK.split(text)
        self.names = tuple(pieces[1::2])
        self.pieces = [piece.encode() for piece in pieces]

    def fill(self, values: Mapping[str, bytes]) -> bytes:
        """The page in UTF-8. Slots without a value stay empty."""
        pieces = self.pieces.copy()
        pieces[1::2] = [values.get(name, b"") for name in self.names]
        return b"".join(pieces)


def fragment(template: str, **values: Any) -> bytes:
    """A small template without the site's globals (which cost more than the template), in UTF-8."""
    return _fragments().get_template(template).render(values).encode()


@lru_cache(maxsize=1)
def _fragments() -> Environment:
    folder = FileSystemLoader(ROOT / "templates")
    return Environment(loader=folder, autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False)
