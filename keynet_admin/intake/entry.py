"""The application form `/entry/` and its pre-filled form after a return `/entry/<token>`: 入力 → 確認 → 完了.

Every POST keeps what was typed as a draft. The confirmation page carries the whole form again, so that what is sent is what was
seen, whatever another tab has saved meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.validators import ValidationError

from keynet_admin import clock, config
from keynet_admin.errors import BadField, LinkDead, NotFound, TransitionRefused
from keynet_admin.models import ReturnLink
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
from keynet_admin.web.actor import check_token
from keynet_admin.web.form_reader import posted_reasons

blueprint = Blueprint("intake", __name__, url_prefix="/entry")

SEEN = 422  # the form was understood, but something in it must be mended


@dataclass
class Visit:
    """One request of the form: where its draft lies, what stands in the form, and for a re-entry the return it answers."""

    draft_key: str | None
    typed: dict[str, Any]
    form_key: str
    link: ReturnLink | None = None
    token: str = ""
    saved_at: Any = None
    message: str = ""
    reasons: Reasons = field(default_factory=dict)

    @property
    def action(self) -> str:
        """Address of the form."""
        return url_for("intake.reentry", token=self.token) if self.link is not None else url_for("intake.entry")

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
    period = settings.intake()
    state = period.state(clock.today())
    if state != "open":
        return make_response(render_template("intake/closed.html", state=state, period=period), 200 if request.method != "POST" else 409)
    cookie = request.cookies.get(_cookie_name())
    kept = drafts.find(cookie)
    if request.method != "POST":
        typed, reasons, _ = _unpacked(kept.typed) if kept else ({}, {}, "")
        form_key, saved_at = (kept.form_key, kept.saved_at) if kept else (drafts.new_key(), None)
        return _form_page(Visit(cookie, typed, form_key, saved_at=saved_at, reasons=reasons), _partial(typed) if kept else None)
    reading = form_reader.read(request.form)
    form_key = _form_key(kept.form_key if kept else None)
    return _posted(Visit(cookie or drafts.new_key(), reading.document, form_key, reasons=posted_reasons(request.form)), reading.doubled)


@blueprint.route("/<token>", methods=("GET", "POST"))
def reentry(token: str) -> Response:
    """The same form after a return: pre-filled, the returned fields marked with the operator's words."""
    token = from_link(token)
    key = f"return:{token}"
    kept = drafts.find(key)
    try:
        link = submissions.find_return(token)
    except (LinkDead, NotFound) as dead:
        sent = submissions.sent_with(_form_key(None)) if request.method == "POST" and request.form.get("do") == "send" else None
        if sent is not None:
            return make_response(render_template("intake/done.html", case=sent, again=True))
        return make_response(render_template("intake/dead.html", why=str(dead)), 410 if isinstance(dead, LinkDead) else 404)
    if request.method != "POST":
        last = submissions.current_revision(link.submission)
        before = {(f.rule, f.path): f.reason for f in submissions.findings_of(last) if f.reason}
        typed, reasons, message = _unpacked(kept.typed) if kept else (submissions.whole(last, "typed"), before, "")
        form_key, saved_at = (kept.form_key, kept.saved_at) if kept else (drafts.new_key(), None)
        visit = Visit(key, typed, form_key, link, token, saved_at, message, reasons)
        return _form_page(visit, _full(visit))
    reading = form_reader.read(request.form)
    form_key = _form_key(kept.form_key if kept else None)
    message = request.form.get("message", "")
    return _posted(
        Visit(key, reading.document, form_key, link, token, message=message, reasons=posted_reasons(request.form)), reading.doubled
    )


def _posted(visit: Visit, doubled: list[Finding]) -> Response:
    try:
        check_token()
    except ValidationError:
        words = "画面を開いてから時間がたったため、送信を確かめられませんでした。入力した内容は下に残っています。もう一度送信してください。"
        return _form_page(visit, _partial(visit.typed), notice=words, code=400)
    do = request.form.get("do", "")
    if do == "discard":
        with transaction():
            drafts.discard(visit.draft_key)
        return _with_cookie(redirect(visit.action, 303), None)
    if do == "withdraw" and visit.link is not None:
        return _withdraw(visit)
    anchor = form_reader.apply_buttons(visit.typed, request.form) if form_reader.pressed(request.form) else None
    if do == "send":
        return _send(visit, doubled)
    with transaction():
        draft = drafts.save(visit.draft_key or "", _packed(visit), visit.form_key)
        visit.saved_at = draft.saved_at
    if anchor is not None or do == "draft":
        return _with_cookie(redirect(f"{visit.action}#{anchor or 'saved'}", 303), visit)
    result = _full(visit)
    if do == "confirm" and not result.at(Level.ERROR) and not doubled and not visit.message_error:
        return _confirm_page(visit, result)
    return _form_page(visit, result, doubled=doubled, code=200 if do == "back" else SEEN)


def _send(visit: Visit, doubled: list[Finding]) -> Response:
    """The last step. The rules are asked again; the same form sent again shows the same receipt."""
    known = submissions.sent_with(visit.form_key)
    if known is not None:
        return _with_cookie(make_response(render_template("intake/done.html", case=known, again=True)), None)
    result = _full(visit)
    if result.at(Level.ERROR) or doubled or visit.message_error:
        with transaction():
            drafts.save(visit.draft_key or "", _packed(visit), visit.form_key)
        return _form_page(visit, result, doubled=doubled, code=SEEN)
    lg_code = result.normalized.get("organization", {}).get("lg_code", "")
    if visit.link is None and request.form.get("has_account") != "1" and submissions.organization_with_account(lg_code) is not None:
        return _confirm_page(visit, result, code=409)
    day = clock.today().isoformat()
    try:
        with transaction():
            if visit.link is None:
                case, new = submissions.submit(visit.typed, result, reference_date=day, form_key=visit.form_key)
            else:
                case, new = submissions.resubmit(
                    visit.link, visit.typed, result, reference_date=day, form_key=visit.form_key, message=visit.message
                )
            drafts.discard(visit.draft_key)
    except TransitionRefused:
        return make_response(render_template("intake/dead.html", why="この申請は、すでに再提出されたか、決定済みです。"), 409)
    return _with_cookie(make_response(render_template("intake/done.html", case=case, again=not new)), None)


def _withdraw(visit: Visit) -> Response:
    if visit.link is None or request.form.get("withdraw_sure") != "1":
        return _form_page(visit, _full(visit), notice="取り下げるには、確認の欄を選んでから押してください。", code=SEEN)
    case = visit.link.submission
    with transaction():
        submissions.withdraw(case, sender_of(case.id), seen_version=None)
        drafts.discard(visit.draft_key)
    return make_response(render_template("intake/withdrawn.html", case=case))


def _form_page(visit: Visit, result: Result | None, *, doubled: list[Finding] | None = None, notice: str = "", code: int = 200) -> Response:
    normalized = result.normalized if result is not None else {}
    form = forms.fill(visit.typed, normalized)
    findings = [*(result.findings if result is not None else ()), *(doubled or [])]
    stray = forms.attach(form, findings)
    forms.mark_returned(form, visit.remarks)
    page = render_template(
        "intake/entry.html",
        visit=visit,
        form=form,
        findings=findings,
        reasonable=_reasonable(findings, visit.reasons, Level.ERROR, keep=True) if code == SEEN else _given(visit.reasons),
        summary=forms.summary_items(form, findings) if code == SEEN else [],
        stray=[f for f in stray if f.level is Level.ERROR],
        notice=notice,
        on=clock.today(),
        normalized=normalized,
    )
    return _with_cookie(make_response(page, code), visit if request.method == "POST" else None, keep=True)


def _confirm_page(visit: Visit, result: Result, code: int = 200) -> Response:
    page = render_template(
        "intake/confirm.html",
        visit=visit,
        document=result.normalized,
        findings=result.findings,
        reasonable=_reasonable(result.findings, visit.reasons, Level.WARNING),
        hidden=list(flatten(visit.typed)),
        has_account=code == 409,
    )
    return _with_cookie(make_response(page, code), visit)


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
    """What a draft keeps: the typed document, the reasons, and the words to the service center."""
    return visit.typed | {"reasons": reasons_stored(visit.reasons), "message": visit.message}


def _unpacked(kept: Mapping[str, Any]) -> tuple[dict[str, Any], Reasons, str]:
    typed = {name: value for name, value in kept.items() if name not in ("reasons", "message")}
    return typed, reasons_from(kept.get("reasons")), str(kept.get("message") or "")


def _full(visit: Visit) -> Result:
    """The rules of today with the sender's reasons: an overridable error with one counts as a warning."""
    return with_reasons(evaluate(visit.typed, on=clock.today()), visit.reasons)


def _partial(typed: Mapping[str, Any]) -> Result:
    return evaluate(typed, on=clock.today(), partial=True)


def _form_key(kept: str | None) -> str:
    """The form's one-time key: the hidden field's, else the draft's, else a new one."""
    given = request.form.get("form_key", "")
    return given if 16 <= len(given) <= 64 and given.isascii() and given.isprintable() else kept or drafts.new_key()


def _cookie_name() -> str:
    return "__Host-entry" if config.current().https else "entry"


def _with_cookie(response: Response, visit: Visit | None, *, keep: bool = False) -> Response:
    """Set the draft's cookie (7 days), or remove it with `visit=None` unless `keep`. Re-entries need none: their token is the key."""
    if visit is not None and visit.link is None and visit.draft_key:
        secure = config.current().https
        response.set_cookie(_cookie_name(), visit.draft_key, max_age=drafts.LIFE, httponly=True, samesite="Lax", secure=secure, path="/")
    elif visit is None and not keep and request.cookies.get(_cookie_name()):
        response.delete_cookie(_cookie_name(), path="/", secure=config.current().https, httponly=True, samesite="Lax")
    return response
