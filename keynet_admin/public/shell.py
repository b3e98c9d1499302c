"""Page shells: a template rendered once with marks in it, then joined at each request with what changes.

The marks are private-use letters; a shell holds only words of ours, so nobody's text can look like one.
"""

import re
from collections.abc import Mapping
from typing import Any

from flask import current_app
from markupsafe import Markup

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
        self.pieces = _MARK.split(text)
        self.names = tuple(self.pieces[1::2])

    def fill(self, values: Mapping[str, str]) -> str:
        """The page. Slots without a value stay empty."""
        pieces = self.pieces.copy()
        pieces[1::2] = [values.get(name, "") for name in self.names]
        return "".join(pieces)
