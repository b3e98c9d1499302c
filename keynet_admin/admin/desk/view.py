"""One box for whoever is on the telephone: a body is found by what the caller says, and its page says what may be told and done.

Whatever changes or discloses something is a decision of the case, the account or the mail; the desk leads there and is come back to.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask_admin import expose

from keynet_admin.errors import BadField
from keynet_admin.models import Account, OutboxMail, Submission
from keynet_admin.permissions import Actor, Permission
from keynet_admin.services import workflow
from keynet_admin.services.desk import caller as callers
from keynet_admin.services.desk import find
from keynet_admin.services.desk.caller import Caller, Number
from keynet_admin.services.desk.find import Body, DeskHit, Found
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView

# What can be done during a call, in its order: (move, icon, whether it begins with a call to the body's telephone).
OF_CASE = (
    ("call_back", "phone", True),
    ("resend", "again", False),
    ("extend", "clock", False),
    ("readdress", "pen", True),
    ("read_code", "key", True),
    ("key_in", "note", False),
    ("tell", "check", False),
)
OF_ACCOUNT = (("resend", "again", False), ("readdress", "pen", True), ("read_code", "key", True))
OF_MAIL = (("retry", "again", False),)
# Where the rows of each kind of hit are opened.
PAGES = {
    "アカウント": "admin_account.details",
    "募集情報": "admin_posting.details",
    "応募者": "admin_candidate.asked",
    "メール": "admin_mail.details",
    "新しい募集のメール": "admin_alert.stop",
}


@dataclass(frozen=True)
class DeskAction:
    """One thing to do during a call; `calls`: only after a call to the telephone of the public record, which its page logs."""

    icon: str
    label: str
    text: str
    url: str
    calls: bool


class DeskView(GuardedView):
    """The box, what it found, and one caller's page."""

    permission = Permission.desk_answer
    method_permissions = {"note": Permission.desk_answer}
    checks_token = frozenset({"note"})

    @expose("/")
    def index(self) -> str:
        """Exactly one body is shown at once, else a short list of bodies."""
        text, key = request.args.get("q", ""), request.args.get("body", "")
        found = find.find(text, current_actor(), every=request.args.get("all") == "1") if text.strip() else Found()
        bodies = list(found.bodies)
        body = callers.body_of(key) if key else bodies[0] if len(bodies) == 1 and not found.stray else None
        return self._page(found, body)

    @expose("/note", methods=("POST",))
    def note(self) -> Any:
        """Keep what the call was about with the body."""
        text = request.form.get("q", "")
        body = callers.body_of(request.form.get("body", ""))
        typed = {"caller": request.form.get("caller", ""), "note": request.form.get("note", "")}
        if problem := unverified():
            return self._page(Found(text), body, typed=typed, notice=f"{problem.words}もう一度ボタンを押してください。"), problem.status
        try:
            with transaction():
                callers.note(body, current_actor(), caller=typed["caller"], text=typed["note"])
        except BadField as error:
            return self._page(Found(text), body, typed=typed, error=str(error), error_at=error.field), 422
        flash("用件を残しました。次の電話のときに、この画面に出ます。", "success")
        return redirect(_address(body, text), 303)

    def _page(self, found: Found, body: Body | None, **more: Any) -> str:
        wanted = request.args.get("case", "")
        caller = (
            callers.page_of(body, int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else 0)
            if body is not None
            else None
        )
        shown: dict[str, Any] = {
            "typed": {"caller": "", "note": ""},
            "error": "",
            "error_at": "",
            "notice": "",
            "form_key": drafts.new_key(),
        }
        if caller is not None:
            back = _address(caller.body, found.text, caller.case.id if caller.case is not None else None)
            shown |= {"sayings": callers.sayings(caller), "ways": _ways(caller, current_actor(), back)}
        return self.render(
            "admin/desk.html",
            found=found,
            caller=caller,
            address=lambda body, case=None: _address(body, found.text, case.id if case is not None else None),
            page_of=lambda hit: _page_of(hit, found.text),
            mask=callers.mask,
            kinds=find.KINDS,
            **(shown | more),
        )


def _address(body: Body, text: str, case: int | None = None) -> str:
    """The desk's page of a body, with this case shown."""
    return url_for("admin_desk.index", body=body.key, q=text or None, case=case)


def _page_of(hit: DeskHit, text: str) -> str:
    """Where a hit is opened: a case on the desk's page of its body, everything else where it is worked on."""
    if hit.kind == "申請" and hit.body is not None:
        return _address(hit.body, text, hit.id)
    return url_for(PAGES[hit.kind], id=hit.id) if hit.kind in PAGES else ""


def _ways(caller: Caller, actor: Actor, back: str) -> list[DeskAction]:
    """What this reader can do for the caller now: of the case that is shown, of its accounts, of mails that did not arrive."""
    made = _of(caller.case, OF_CASE, actor, back, caller.number, caller.case.receipt_no) if caller.case is not None else []
    for account in caller.accounts[:3]:
        made += _of(account, OF_ACCOUNT, actor, back, caller.number, callers.mask(account.email))
    for mail in caller.mails:
        if callers.is_lost(mail):
            made += _of(mail, OF_MAIL, actor, back, caller.number, mail.title)
    return made


_AT = {Submission: "admin_submission", Account: "admin_account", OutboxMail: "admin_mail"}


def _of(row: Any, moves: tuple[tuple[str, str, bool], ...], actor: Actor, back: str, number: Number, about: str) -> list[DeskAction]:
    offers, made = workflow.offers(row, actor), []
    for name, icon, calls in moves:
        if name not in offers:
            continue
        known = (
            {"phone": number.phone, "source": number.source.value if number.source is not None else ""} if calls and number.phone else {}
        )
        url = f"{url_for(f'{_AT[type(row)]}.{name}', id=row.id)}?{urlencode({**known, 'back': back})}"
        made.append(DeskAction(icon, offers[name].label, about, url, calls))
    return made
