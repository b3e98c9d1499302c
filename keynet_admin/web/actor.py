"""Who acts in this request, as the services want it, and whether they meant to: the forged-request token."""

from dataclasses import dataclass

from flask import current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from wtforms.validators import ValidationError

from keynet_admin.permissions import SENDER, Actor
from keynet_admin.services.account.session import SignedIn
from keynet_admin.web.access import security_log

TOO_OLD = "画面を開いてから時間がたったため、操作を確かめられませんでした。まだ何も行っていません。入力した内容は残っています。"
REPLACES = "保存していません。入力した内容は残っています。もう一度保存すると、この画面の内容に置き換わります。"
WITHOUT_VERSION = f"画面の情報が足りませんでした。{REPLACES}"
RESUMED = "ログインしました。ログインが切れていたため、まだ何も行っていません。入力した内容は残っています。"


def current_actor() -> Actor:
    """The signed-in account as an actor; `SENDER` (who may only send and withdraw forms) when nobody is signed in."""
    if not current_user or not current_user.is_authenticated:
        return SENDER
    actor: Actor = current_user.actor
    return actor


def viewing() -> SignedIn | None:
    """Who sees another account's pages in this request, as that account; None for everybody else, and where nobody is looked for."""
    return g.get("viewing")  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Unverified:
    """Why a post may not act: words for the person, without what to do now, and the status to answer with."""

    words: str
    status: int


def unverified() -> Unverified | None:
    """Whether this post may only show its page again: its token is old or missing, or its sender has just signed in on the way."""
    if g.get("resumed"):
        return Unverified(RESUMED, 200)
    if "token_is_good" not in g:  # looked at once, so that a bad one is logged once
        try:
            check_token()
            g.token_is_good = True
        except ValidationError:
            g.token_is_good = False
    return None if g.token_is_good else Unverified(TOO_OLD, 400)


# In a form that the sign-in page on the way carries: the post that it stopped came from a page of ours.
OURS = "sign_in_ours"


def from_our_page() -> bool:
    """Whether the browser says that a page of ours sent this. With an old token what was typed may then be kept; nothing else is done.

    Of a post that somebody signed in on the way of, the first sender counts: the sign-in page is ours, whoever sent what it carries.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if g.get("resumed") and request.form.get(OURS) != "1":
        return False
    return site == "same-origin" or (site is None and request.headers.get("Origin") == request.host_url.rstrip("/"))


def check_token() -> None:
    """Raises wtforms.ValidationError for a missing, old or foreign token of the posted form."""
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError:
            security_log.write("bad_token")
            raise
