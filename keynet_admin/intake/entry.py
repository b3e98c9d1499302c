"""The application form `/entry/` and its pre-filled form after a return `/entry/<token>`: 入力 → 確認 → 完了.

Every POST keeps what was typed as a draft and answers with a redirect: Back and reload never send anything again. The pages are drawn
from the draft; only a post that no page of ours sent is answered in place. The confirmation page carries the whole form again, so that
what is sent is what was seen, whatever another tab has saved meanwhile. A tab that is behind overwrites nothing: its copy is kept beside
the draft until somebody chooses.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from keynet_admin import clock, config
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.errors import BadField, LinkDead, NotFound, TransitionRefused
from keynet_admin.models import EntryDraft, ReturnLink
from keynet_admin.permissions import sender_of
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import Reasons, may_be_reasoned, reasons_from, with_reasons
from keynet_admin.rules.engine.reasons import stored as reasons_stored
from keynet_admin.rules.engine.rule import Finding, Level, Result
from keynet_admin.services import settings, workflow
from keynet_admin.services.account.tokens import from_link
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.web import form_reader, forms
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import check_token
from keynet_admin.web.form.folds import folds_of
from keynet_admin.web.form_reader import posted_reasons

blueprint = Blueprint("intake", __name__, url_prefix="/entry")

SEEN = 422  # the form was understood, but something in it must be mended
LATE = "画面を開いてから時間がたったため、送信を確かめられませんでした。入力した内容は下に残っています。もう一度送信してください。"
UNSURE = "取り下げるには、確認の欄を選んでから押してください。"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
# What a draft keeps beside the typed document.
PACKED = ("reasons", "message", *drafts.ASIDE)


@dataclass
class Visit:
    """One request of the form: where its draft lies, what stands in the form, and for a re-entry the return it answers.

    `version` is that of the draft as this page knows it (None: it does not say); `removed` what the last removal took away; `page` a
    random word by which savings of one page know each other.
    """

    draft_key: str | None
    typed: dict[str, Any]
    form_key: str
    link: ReturnLink | None = None
    token: str = ""
    version: int | None = 0
    saved_at: datetime | None = None
    message: str = ""
    reasons: Reasons = field(default_factory=dict)
    removed: Mapping[str, Any] | None = None
    doubled: list[Finding] = field(default_factory=list)
    other: Mapping[str, Any] | None = None
    page: str = field(default_factory=drafts.new_key)

    def url(self, page: str = "") -> str:
        """Address of the form, or of one of its pages (`confirm`, `copies`)."""
        name = f"{'reentry' if self.link is not None else 'entry'}{f'_{page}' if page else ''}"
        return url_for(f"intake.{name}", token=self.token or None)

    @property
    def remarks(self) -> dict[str, str]:
        """The operator's words at the returned fields: path -> words."""
        return {item["path"]: item["message"] for item in self.link.review.items} if self.link is not None else {}

    @property
    def message_error(self) -> str:
        """What is wrong with the message to the service center, else empty."""
        try:
            workflow.not_too_long(self.message, "連絡", submissions.MESSAGE_MOST)
        except BadField as error:
            return str(error)
        return ""


@blueprint.route("/", methods=("GET", "POST"))
def entry() -> Response:
    """The form of a municipality that has no account yet."""
    return _closed() or (_posted(_posted_visit()) if request.method == "POST" else _form_page(_visit()))


@blueprint.route("/confirm")
def entry_confirm() -> Response:
    """What is about to be sent."""
    return _closed() or _confirm_page(_visit())


@blueprint.route("/copies")
def entry_copies() -> Response:
    """Two pages have saved different things: which one to go on with."""
    return _closed() or _copies_page(_visit())


@blueprint.route("/<token>", methods=("GET", "POST"))
def reentry(token: str) -> Response:
    """The same form after a return: pre-filled, the returned fields marked with the operator's words."""
    token = from_link(token)
    try:
        link = submissions.find_return(token)
    except (LinkDead, NotFound) as dead:
        return _dead(token, dead)
    return _posted(_posted_visit(link, token)) if request.method == "POST" else _form_page(_visit(link, token))


@blueprint.route("/<token>/confirm")
def reentry_confirm(token: str) -> Response:
    """What is about to be sent again."""
    return _of_link(token, _confirm_page)


@blueprint.route("/<token>/copies")
def reentry_copies(token: str) -> Response:
    """Two pages of the re-entry have saved different things."""
    return _of_link(token, _copies_page)


@blueprint.route("/done/<key>")
def done(key: str) -> Response:
    """The receipt of what was sent with a one-time key."""
    sent = submissions.sent_with(key) or abort(404)
    return make_response(render_template("intake/done.html", case=sent.submission, revision=sent, again=request.args.get("again") == "1"))


def _closed() -> Response | None:
    """The page of a closed intake period, None while it is open."""
    period = settings.intake()
    state = period.state(clock.today())
    if state == "open":
        return None
    return make_response(render_template("intake/closed.html", state=state, period=period), 200 if request.method != "POST" else 409)


def _of_link(token: str, page: Any) -> Response:
    token = from_link(token)
    try:
        link = submissions.find_return(token)
    except (LinkDead, NotFound):
        return redirect(url_for("intake.reentry", token=token))
    return page(_visit(link, token))  # type: ignore[no-any-return]


def _key_of(token: str) -> str | None:
    """The key of the draft: the link's own, else the cookie's."""
    return f"return:{token}" if token else request.cookies.get(_cookie_name())


def _visit(link: ReturnLink | None = None, token: str = "") -> Visit:
    """What a page is drawn from: the draft, else what was sent before the return, else nothing."""
    kept = drafts.find(_key_of(token))
    if kept is not None:
        return _kept_visit(kept, link, token)
    if link is None:
        return Visit(None, {}, drafts.new_key())
    last = submissions.current_revision(link.submission)
    reasons = {(f.rule, f.path): f.reason for f in submissions.findings_of(last) if f.reason}
    return Visit(_key_of(token), submissions.whole(last, "typed"), drafts.new_key(), link, token, reasons=reasons)


def _kept_visit(kept: EntryDraft, link: ReturnLink | None, token: str) -> Visit:
    pack = kept.typed
    return Visit(
        _key_of(token),
        _unpacked(pack),
        kept.form_key,
        link,
        token,
        kept.version,
        kept.saved_at,
        str(pack.get("message") or ""),
        reasons_from(pack.get("reasons")),
        pack.get("removed"),
        [Finding.from_json(found) for found in pack.get("doubled", ())],
        kept.other,
    )


def _posted_visit(link: ReturnLink | None = None, token: str = "") -> Visit:
    """What a page sent."""
    kept = drafts.find(_key_of(token))
    reading = form_reader.read(request.form)
    version = request.form.get("version", "")
    return Visit(
        _key_of(token) or drafts.new_key(),
        reading.document,
        _form_key(kept.form_key if kept else None),
        link,
        token,
        int(version) if version.isascii() and version.isdigit() and len(version) < 9 else None,
        kept.saved_at if kept else None,
        request.form.get("message", "") if link is not None else "",
        posted_reasons(request.form),
        kept.typed.get("removed") if kept else None,
        reading.doubled,
        page=request.form.get("page", "")[:64],
    )


def _posted(visit: Visit) -> Response:
    try:
        check_token()
    except ValidationError:
        if not _from_our_page():
            return _form_page(visit, notice=LATE, code=400)
        return _go(visit, *_saved(visit), visit.url() + "?late=1")
    do = request.form.get("do", "")
    if do in ("discard", "take_saved", "take_other"):
        with transaction():
            if do == "discard":
                drafts.discard(visit.draft_key)
            else:
                drafts.choose(visit.draft_key or "", other=do == "take_other")
        return _with_cookie(redirect(visit.url(), 303), None if do == "discard" else visit)
    if do == "withdraw" and visit.link is not None:
        return _withdraw(visit, visit.link)
    if do == "send":
        return _send(visit)
    anchor = request.form.get("save", "")
    if form_reader.pressed(request.form):
        anchor = _pressed(visit)
    elif do in ("draft", "confirm") or anchor:
        visit.removed = None
    if do == "fresh":
        visit.form_key = drafts.new_key()
    draft, beside = _saved(visit)
    if request.form.get("part"):
        visit.saved_at, visit.version, visit.other = draft.saved_at, draft.version if not beside else visit.version, draft.other
        return _with_cookie(make_response(_form_html(visit, template="intake/_parts.html")), visit)
    to = visit.url()
    if do == "confirm" and (mended := _not_ready(visit, _full(visit))):
        to = mended
    elif do == "confirm":
        to = visit.url("confirm")
    elif do not in ("back", "fresh"):
        to = f"{to}#{anchor if anchor.isascii() and anchor.replace('-', '').replace('_', '').isalnum() else 'saved'}"
    return _go(visit, draft, beside, to)


def _pressed(visit: Visit) -> str:
    """Do what a button for rows or postings asks. The id of the element to go to; what is removed can be taken back."""
    if request.form.get("undo"):
        anchor, visit.removed = form_reader.put_back(visit.typed, visit.removed), None
        return anchor
    visit.removed = form_reader.removal(visit.typed, request.form) or visit.removed
    return form_reader.apply_buttons(visit.typed, request.form) or "main"


def _saved(visit: Visit) -> tuple[EntryDraft, bool]:
    with transaction():
        return drafts.save(visit.draft_key or "", _packed(visit), visit.form_key, seen=visit.version)


def _go(visit: Visit, _draft: EntryDraft, beside: bool, to: str) -> Response:
    """After a post: to the next page; where this page's copy lies beside another's, to the question which one holds."""
    return _with_cookie(redirect(visit.url("copies") if beside else to, 303), visit)


def _not_ready(visit: Visit, result: Result) -> str:
    """Where to go while this form cannot be sent: to what must be mended, or to what was sent with its key before. Empty when it can."""
    if result.at(Level.ERROR) or visit.doubled or visit.message_error:
        return f"{visit.url()}?checked=1"
    sent = submissions.sent_with(visit.form_key)
    if sent is None:
        return ""
    if submissions.differences(sent, visit.typed, result, visit.message) is not None:
        return visit.url()
    return url_for("intake.done", key=visit.form_key, again=1)


def _send(visit: Visit) -> Response:
    """The last step. The rules are asked again; the same form sent again leads to the same receipt."""
    result = _full(visit)
    sent = submissions.sent_with(visit.form_key)
    if sent is not None and submissions.differences(sent, visit.typed, result, visit.message) is None:
        with transaction():
            left = drafts.sent(visit.draft_key, visit.typed, visit.version)
        return _with_cookie(redirect(url_for("intake.done", key=visit.form_key, again=1), 303), visit if left else None)
    to = _not_ready(visit, result)
    lg_code = result.normalized.get("organization", {}).get("lg_code", "")
    asked = request.form.get("has_account") == "1" or visit.link is not None
    if not to and not asked and submissions.organization_with_account(lg_code) is not None:
        to = f"{visit.url('confirm')}?account=1"
    if to:
        return _go(visit, *_saved(visit), to)
    day = clock.today().isoformat()
    try:
        with transaction():
            if visit.link is None:
                submissions.submit(visit.typed, result, reference_date=day, form_key=visit.form_key)
            else:
                submissions.resubmit(visit.link, visit.typed, result, reference_date=day, form_key=visit.form_key, message=visit.message)
            left = drafts.sent(visit.draft_key, visit.typed, visit.version)
    except TransitionRefused:
        return _go(visit, *_saved(visit), visit.url())
    return _with_cookie(redirect(url_for("intake.done", key=visit.form_key), 303), visit if left else None)


def _withdraw(visit: Visit, link: ReturnLink) -> Response:
    if request.form.get("withdraw_sure") != "1":
        return redirect(f"{visit.url()}?unsure=1#withdraw", 303)
    case = link.submission
    with transaction():
        submissions.withdraw(case, sender_of(case.id), seen_version=None)
        drafts.discard(visit.draft_key)
    return redirect(visit.url(), 303)


def _dead(token: str, dead: LinkDead | NotFound) -> Response:
    """A link that works no more says why. What another tab still types is kept, and what it has otherwise than the case is shown."""
    if isinstance(dead, NotFound):
        security_log.write("unknown_link")
        return make_response(render_template("intake/dead.html", why=str(dead)), 404)
    case = submissions.link_of(token).submission
    last = submissions.current_revision(case)
    if request.method == "POST":
        visit = _posted_visit(None, token)
        result = _full(visit)
        sent = submissions.sent_with(visit.form_key)
        if sent is not None and submissions.differences(sent, visit.typed, result) is None:
            return redirect(url_for("intake.done", key=visit.form_key, again=1), 303)
        if _from_our_page() and request.form.get("do") != "withdraw":
            _saved(visit)
        return redirect(url_for("intake.reentry", token=token), 303)
    kept = drafts.find(_key_of(token))
    unsent = None
    if kept is not None:
        visit = _kept_visit(kept, None, token)
        unsent = submissions.differences(last, visit.typed, _full(visit))
    return make_response(render_template("intake/dead.html", why=str(dead), case=case, last=last, unsent=unsent, kept=kept), 410)


def _form_page(visit: Visit, *, notice: str = "", code: int = 200) -> Response:
    notice = notice or (LATE if "late" in request.args else UNSURE if "unsure" in request.args else "")
    return make_response(_form_html(visit, notice), SEEN if code == 200 and "checked" in request.args else code)


def _form_html(visit: Visit, notice: str = "", template: str = "intake/entry.html") -> str:
    """The form, or its parts that change with every saving (`intake/_parts.html`)."""
    visit.typed = visit.typed | {"postings": visit.typed.get("postings") or [forms.blank_posting()]}
    result = _full(visit)
    wrong = "checked" in request.args
    checked = wrong or visit.link is not None
    judged = with_reasons(evaluate(visit.typed, on=clock.today(), partial=True), visit.reasons)
    known = {(f.rule, f.path) for f in judged.findings}
    missing = [f for f in result.at(Level.ERROR) if (f.rule, f.path) not in known]
    shown = [*(result if checked else judged).findings, *visit.doubled]
    form = forms.fill(visit.typed, result.normalized)
    stray = forms.attach(form, shown)
    forms.mark_returned(form, visit.remarks)
    sent = submissions.sent_with(visit.form_key) if visit.saved_at else None
    folds = folds_of(form, shown, missing, result.normalized)
    return render_template(
        template,
        visit=visit,
        form=form,
        folds=folds,
        whole=("organization", "contact", "confirmation", *(entry.id for entry in form.postings)),
        removed=visit.removed,
        reasonable=_reasonable(shown, visit.reasons, Level.ERROR, keep=True) if wrong else _given(visit.reasons),
        summary=forms.summary_items(form, shown) if wrong else [],
        stray=[f for f in stray if f.level is Level.ERROR],
        notice=notice,
        on=clock.today(),
        normalized=result.normalized,
        sent=sent,
        unsent=submissions.differences(sent, visit.typed, result, visit.message) if sent else None,
    )


def _confirm_page(visit: Visit) -> Response:
    result = _full(visit)
    if visit.saved_at is None:
        return redirect(visit.url())
    if to := _not_ready(visit, result):
        return redirect(to)
    page = render_template(
        "intake/confirm.html",
        visit=visit,
        document=result.normalized,
        findings=result.findings,
        reasonable=_reasonable(result.findings, visit.reasons, Level.WARNING),
        hidden=list(flatten(visit.typed)),
        has_account=request.args.get("account") == "1",
    )
    return make_response(page)


def _copies_page(visit: Visit) -> Response:
    """The draft that another page saved, and the copy of this one, where they differ."""
    if visit.other is None:
        return redirect(visit.url())
    here = _unpacked(visit.other["typed"])
    page = render_template(
        "intake/copies.html",
        visit=visit,
        saved_at=datetime.fromisoformat(visit.other["saved_at"]),
        differs=_differs(visit.typed, here),
    )
    return make_response(page)


def _differs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    on = clock.today()
    return changes(evaluate(old, on=on, partial=True).normalized, evaluate(new, on=on, partial=True).normalized)


def _reasonable(findings: Iterable[Finding], reasons: Reasons, level: Level, *, keep: bool = False) -> list[tuple[Finding, str]]:
    """The findings that a reason may be given for, with the one already given; `keep`: other reasons given before follow."""
    wanted = [f for f in findings if may_be_reasoned(f) and (f.level is level or f.own_level is level)]
    rest = dict(reasons)
    boxes = [(f, rest.pop((f.rule, f.path), "")) for f in wanted]
    return boxes + (_given(rest) if keep else [])


def _given(reasons: Reasons) -> list[tuple[Finding, str]]:
    """Reasons given on an earlier page, so that they are not lost on the way back to the form."""
    return [(Finding(rule, Level.WARNING, path, ""), reason) for (rule, path), reason in reasons.items()]


def flatten(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A typed document as the names and values of a posted form (the way back of `catalogue_read.read`)."""
    for section, content in document.items():
        if section == "postings":
            for index, posting in enumerate(content if isinstance(content, list) else []):
                yield from _pairs(f"postings-{index}-", posting)
        else:
            yield from _pairs(f"{section}-", content)


def _pairs(prefix: str, record: Any) -> Iterator[tuple[str, str]]:
    for name, value in (record if isinstance(record, Mapping) else {}).items():
        if value is True:
            yield f"{prefix}{name}", "1"
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _pairs(f"{prefix}{name}-{index}-", item)
                else:
                    yield f"{prefix}{name}", str(item)
        elif value is not None and value is not False and value != "":
            yield f"{prefix}{name}", str(value)


def _packed(visit: Visit) -> dict[str, Any]:
    """What a draft keeps: the typed document, the reasons, the words to the service center, and what the next page needs (`ASIDE`)."""
    return visit.typed | {
        "reasons": reasons_stored(visit.reasons),
        "message": visit.message,
        "page": visit.page,
        "removed": visit.removed,
        "doubled": [found.as_json() for found in visit.doubled],
    }


def _unpacked(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name not in PACKED}


def _full(visit: Visit) -> Result:
    """The rules of today with the sender's reasons: an overridable error with one counts as a warning."""
    return with_reasons(evaluate(visit.typed, on=clock.today()), visit.reasons)


def _from_our_page() -> bool:
    """Whether the browser says that a page of ours sent this. With an old token what was typed may then be kept; nothing else is done."""
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" or (site is None and request.headers.get("Origin") == request.host_url.rstrip("/"))


def _form_key(kept: str | None) -> str:
    """The form's one-time key: the hidden field's, else the draft's, else a new one."""
    given = request.form.get("form_key", "")
    return given if _KEY.fullmatch(given) else kept or drafts.new_key()


def _cookie_name() -> str:
    return "__Host-entry" if config.current().https else "entry"


def _with_cookie(response: Response, visit: Visit | None) -> Response:
    """Set the draft's cookie (7 days), or remove it with `visit=None`. Re-entries need none: their token is the key."""
    if visit is not None and not visit.token and visit.draft_key:
        secure = config.current().https
        response.set_cookie(_cookie_name(), visit.draft_key, max_age=drafts.LIFE, httponly=True, samesite="Lax", secure=secure, path="/")
    elif visit is None and request.cookies.get(_cookie_name()) and not (request.view_args or {}).get("token"):
        response.delete_cookie(_cookie_name(), path="/", secure=config.current().https, httponly=True, samesite="Lax")
    return response
