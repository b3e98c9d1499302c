"""A page where a number and a code are typed instead of following a mail's link: one way for all of them that keep a session."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from keynet_admin.services import counter, rate_limit
from keynet_admin.services.transaction import transaction
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import unverified

NO_CODE = "コードを入力してください。例：7K4M-2QXH-9T6P"


@dataclass(frozen=True)
class CodePage:
    """Fields `name` and `code`. `missing` and `wrong` are told at the fields; `token_of` gives the link's token of a right pair, else None.

    `here` and `onward` are endpoints: of this page, and of the one that takes the token. All wrong pairs get one answer and are counted.
    """

    name: str
    missing: str
    wrong: str
    template: str
    here: str
    onward: str
    token_of: Callable[[str, str], str | None]

    def answer(self) -> Response:
        """The page (GET), or what was typed into it (POST), kept for the page that follows."""
        if request.method == "POST":
            return self._typed()
        typed: dict[str, Any] = session.get(self._kept, {}) if "asked" in request.args else {}
        late, errors = "late" in typed, {}
        if typed and not late:
            errors = {"code": self.wrong if typed["code"] else NO_CODE} if typed[self.name] else {self.name: self.missing}
        values = {name: typed.get(name, "") for name in (self.name, "code")}
        return make_response(render_template(self.template, **values, errors=errors, late=late), 422 if errors else 200)

    @property
    def _kept(self) -> str:
        return f"code_typed:{self.here}"

    def _typed(self) -> Response:
        named = unicodedata.normalize("NFKC", request.form.get(self.name, "")).strip()[:254]
        named, code = counter.typed(named) or named, request.form.get("code", "").strip()[:60]
        late = unverified()
        if named and code and not late:
            with transaction(even_read_only=True):
                rate_limit.hit("reentry", address=named, network=request.remote_addr or "")
            token = self.token_of(named, code)
            if token is not None:
                session.pop(self._kept, None)
                return redirect(url_for(self.onward, token=token), 303)
            security_log.write("code_failed")
        session[self._kept] = {self.name: named, "code": code} | ({"late": True} if late else {})
        return redirect(url_for(self.here, asked=1), 303)
