"""Enrolling the authenticator app: at the first sign-in of who must have a second factor, and on one's own page."""

from dataclasses import dataclass

import segno
from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from keynet_admin.errors import BadField, TooMany
from keynet_admin.services import rate_limit
from keynet_admin.services.access import factors, passkeys
from keynet_admin.services.account import session as sessions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ProofWay
from keynet_admin.web.access import browser, second_step, security_log


@dataclass(frozen=True)
class Enrolment:
    """Whose app, in which frame, where its form goes, and where one goes afterwards. `forced`: nothing else is open before."""

    who: sessions.SignedIn
    base: str
    action: str
    onward: str
    forced: bool = False


def enrolled(case: Enrolment) -> Response:
    """The page with the QR code (GET); the app enrolled by its first code, with the recovery codes shown this once (POST)."""
    who = case.who
    if request.method != "POST":
        return _draw(case)
    code = request.form.get("code", "")
    if not code.strip():
        return _draw(case, 422, {"code": "アプリに表示された6桁の数字を入力してください。"})
    counted = {"address": who.email, "network": browser.network(), "browser": browser.mark_of(who.id)}
    try:
        with transaction():
            rate_limit.hit("second", **counted)
    except TooMany as error:
        response = _draw(case, 429, {"": str(error)})
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    try:
        with transaction():
            codes = factors.enrol(who, code)
            done = sessions.proved(who, ProofWay.authenticator, entering=case.forced)
            rate_limit.forgive("second", **counted)
    except BadField as error:
        security_log.tried_as(who.id)
        security_log.write("second_failed")
        return _draw(case, 422, {error.field: str(error)})
    if done is not None:
        second_step.take(done)
        browser.remember(who.id)
    return show_codes(codes, case.base, case.onward, "認証アプリを登録しました。")


def show_codes(codes: list[str], base: str, onward: str, told: str) -> Response:
    """The answer after a factor was added or codes were made: the codes, this once (`no-store`), or what was done."""
    words = {"codes": codes, "onward": onward, "told": told, "base_template": base, "passkeys_usable": passkeys.usable()}
    return make_response(render_template("auth/recovery_codes.html", **words))


def _draw(case: Enrolment, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    secret = factors.offered_secret(case.who)
    code = segno.make_qr(factors.address_of(secret, case.who.account), error="m")
    picture = code.svg_data_uri(border=4, light="#fff", omitsize=True)
    spaced = "-".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    words = {"case": case, "picture": picture, "secret": spaced, "errors": errors or {}}
    return make_response(render_template("auth/enrol.html", base_template=case.base, **words), status)
