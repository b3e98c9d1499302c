"""The application form `/entry/` and its pre-filled form after a return `/entry/<token>`: 入力 → 確認 → 完了.

Every POST keeps what was typed as a draft and answers with a redirect: Back and reload never send anything again. The pages are drawn
from the draft; only a post that no page of ours sent is answered in place. The confirmation page carries the whole form again, so that
what is sent is what was seen, whatever another tab has saved meanwhile. A tab that is behind overwrites nothing: its copy is kept beside
the draft until somebody chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from keynet_admin import clock
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.errors import LinkDead, NotFound, TooLarge, TooMany, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.intake.visit import Visit, flatten, full, kept_visit, key_of, posted_visit, visit_of, with_cookie
from keynet_admin.models import ReturnLink
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import batch, rate_limit, settings
from keynet_admin.services.submission import copies
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ReturnClosed
from keynet_admin.web import form_reader, forms
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import from_our_page, unverified
from keynet_admin.web.file_pages import workbook
from keynet_admin.web.form.folds import folds_of
from keynet_admin.web.form.typed_page import anchor, chosen

blueprint = Blueprint("intake", __name__, url_prefix="/entry")

SEEN = 422  # the form was understood, but something in it must be mended
LATE = "画面を開いてから時間がたったため、送信を確かめられませんでした。入力した内容は下に残っています。もう一度送信してください。"
KEPT_HERE = "入力した内容は、この画面に残っています。"
UNSURE = "取り下げるには、確認の欄を選んでから押してください。"


@blueprint.route("/", methods=("GET", "POST"))
def entry() -> Response:
    """The form of a municipality that has no account yet."""
    return _closed() or (_posted(posted_visit()) if request.method == "POST" else _form_page(visit_of()))


@blueprint.route("/confirm")
def entry_confirm() -> Response:
    """What is about to be sent."""
    return _closed() or _confirm_page(visit_of())


@blueprint.route("/copies")
def entry_copies() -> Response:
    """Two pages have saved different things: which one to go on with."""
    return _closed() or _copies_page(visit_of())


@blueprint.route("/<token>", methods=("GET", "POST"))
def reentry(token: str) -> Response:
    """The same form after a return: pre-filled, the returned fields marked with the operator's words."""
    try:
        link = submissions.find_return(token)
    except (LinkDead, NotFound) as dead:
        return _dead(token, dead)
    return _posted(posted_visit(link, token)) if request.method == "POST" else _form_page(visit_of(link, token))


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
    code = submissions.copy_code(sent.submission)
    page = render_template(
        "intake/done.html",
        case=sent.submission,
        revision=sent,
        sent=submissions.whole(sent),
        key=key,
        code=code,
        again=request.args.get("again") == "1",
    )
    return make_response(page)


@blueprint.route("/done/<key>/form.xlsx")
def done_file(key: str) -> Response:
    """The copy of what was sent, as a workbook."""
    sent = submissions.sent_with(key) or abort(404)
    return workbook(copies.file_of(sent), sent.submission.receipt_no)


def _closed() -> Response | None:
    """The page of a closed intake period, None while it is open."""
    period = settings.intake()
    state = period.state(clock.today())
    if state == "open":
        return None
    return make_response(render_template("intake/closed.html", state=state, period=period), 200 if request.method != "POST" else 409)


def _of_link(token: str, page: Any) -> Response:
    try:
        link = submissions.find_return(token)
    except (LinkDead, NotFound):
        return redirect(url_for("intake.reentry", token=token))
    return page(visit_of(link, token))  # type: ignore[no-any-return]


def _posted(visit: Visit) -> Response:
    """Do what a button asks; what a limit refuses is said on the page, with everything typed on it."""
    try:
        return _pressed(visit)
    except (TooLarge, TooMany) as refused:
        db.session.rollback()
        many = isinstance(refused, TooMany)
        page = _form_page(visit, notice=f"{refused}{KEPT_HERE if many else ''}", code=429 if many else 413)
        if isinstance(refused, TooMany):
            page.headers["Retry-After"] = str(refused.retry_after)
        return page


def _pressed(visit: Visit) -> Response:
    if unverified():
        if not from_our_page():
            return _form_page(visit, notice=LATE, code=400)
        return _kept(visit, visit.url() + "?late=1")
    if done := chosen(visit.draft_key):
        return with_cookie(redirect(visit.url(), 303), None if done == "discard" else visit)
    do, at = request.form.get("do", ""), request.form.get("save", "")
    if do == "withdraw" and visit.link is not None:
        return _withdraw(visit, visit.link)
    if do == "send":
        return _send(visit)
    if form_reader.pressed(request.form):
        at = visit.press()
        visit.hold()
    elif do in ("draft", "confirm") or at:
        visit.removed = None
    if do == "widen" and visit.link is not None:
        visit.wider = bool(visit.message.strip())
        return _kept(visit, visit.url() + ("#main" if visit.wider else "?why=1#message"))
    if do == "fresh":
        visit.form_key = drafts.new_key()
    if request.form.get("part"):
        visit.keep(visit.draft_key or "", visit.form_key)
        return with_cookie(make_response(_form_html(visit, template="intake/_saving.html")), visit)
    to = visit.url()
    if do == "confirm":
        to = _not_ready(visit, full(visit)) or visit.url("confirm")
    elif do not in ("back", "fresh"):
        to = f"{to}#{anchor(at, 'saved')}"
    return _kept(visit, to)


def _kept(visit: Visit, to: str) -> Response:
    """Keep what was typed and go to the next page; where this page's copy lies beside another's, to the question which one holds."""
    beside = visit.keep(visit.draft_key or "", visit.form_key)
    return with_cookie(redirect(visit.url("copies") if beside else to, 303), visit)


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
    result = full(visit)
    sent = submissions.sent_with(visit.form_key)
    if sent is not None and submissions.differences(sent, visit.typed, result, visit.message) is None:
        with transaction():
            left = drafts.sent(visit.draft_key, visit.typed, visit.seen)
        return with_cookie(redirect(url_for("intake.done", key=visit.form_key, again=1), 303), visit if left else None)
    to = _not_ready(visit, result)
    lg_code = result.normalized.get("organization", {}).get("lg_code", "")
    asked = request.form.get("has_account") == "1" or visit.link is not None
    if not to and not asked and submissions.organization_with_account(lg_code) is not None:
        to = f"{visit.url('confirm')}?account=1"
    if to:
        return _kept(visit, to)
    day = clock.today().isoformat()
    if visit.link is None:
        with transaction():
            rate_limit.hit("send", network=request.remote_addr or "")
    try:
        with transaction():
            if visit.link is None:
                network = batch.network_mark(request.remote_addr)
                submissions.submit(visit.typed, result, reference_date=day, form_key=visit.form_key, network=network)
            else:
                more = {"message": visit.message, "wider": visit.wider, "strange": visit.strange}
                submissions.resubmit(visit.link, visit.typed, result, reference_date=day, form_key=visit.form_key, **more)
            left = drafts.sent(visit.draft_key, visit.typed, visit.seen)
    except TransitionRefused:
        return _kept(visit, visit.url())
    return with_cookie(redirect(url_for("intake.done", key=visit.form_key), 303), visit if left else None)


def _withdraw(visit: Visit, link: ReturnLink) -> Response:
    if request.form.get("withdraw_sure") != "1":
        return redirect(f"{visit.url()}?unsure=1#withdraw", 303)
    with transaction():
        submissions.withdraw_by_link(link)
        drafts.discard(visit.draft_key)
    return redirect(visit.url(), 303)


def _dead(token: str, dead: LinkDead | NotFound) -> Response:
    """A link that works no more says why. What another tab still types is kept, and what it has otherwise than the case is shown."""
    if isinstance(dead, NotFound):
        security_log.write("unknown_link")
        return make_response(render_template("intake/dead.html", why=str(dead)), 404)
    link = submissions.link_of(token)
    case, last = link.submission, submissions.revision_of_link(link)
    if request.method == "POST":
        visit: Visit | None = (posted := posted_visit(None, token))
        sent = submissions.sent_with(posted.form_key)
        if sent is not None and submissions.differences(sent, posted.typed, full(posted)) is None:
            return redirect(url_for("intake.done", key=posted.form_key, again=1), 303)
        try:
            if from_our_page() and request.form.get("do") != "withdraw":
                posted.keep(posted.draft_key or "", posted.form_key)
        except (TooLarge, TooMany):
            db.session.rollback()
            link, posted.saved_at = submissions.link_of(token), None  # kept nowhere: shown at once instead
            case, last = link.submission, submissions.revision_of_link(link)
        else:
            return redirect(url_for("intake.reentry", token=token), 303)
    else:
        kept = drafts.find(key_of(token))
        visit = kept_visit(kept, None, token) if kept else None
    unsent = submissions.differences(last, visit.typed, full(visit)) if visit else None
    if unsent and link.closed_why is ReturnClosed.replaced:
        # The contact's address may be another by now, and this page a stranger's.
        unsent = [change for change in unsent if "email" not in change.path] or None
    saved_at = visit.saved_at if visit else None
    return make_response(render_template("intake/dead.html", why=str(dead), case=case, last=last, unsent=unsent, saved_at=saved_at), 410)


def _form_page(visit: Visit, *, notice: str = "", code: int = 200) -> Response:
    notice = notice or (LATE if "late" in request.args else UNSURE if "unsure" in request.args else "")
    return make_response(_form_html(visit, notice), SEEN if code == 200 and "checked" in request.args else code)


def _form_html(visit: Visit, notice: str = "", template: str = "intake/entry.html") -> str:
    """The form, or its parts that change with every saving (`intake/_saving.html`)."""
    visit.typed = visit.typed | {"postings": visit.typed.get("postings") or [forms.blank_posting()]}
    result = full(visit)
    wrong = "checked" in request.args
    checked = wrong or visit.link is not None
    judged = with_reasons(evaluate(visit.typed, on=clock.today(), partial=True), visit.reasons)
    known = {(f.rule, f.path) for f in judged.findings}
    missing = [f for f in result.at(Level.ERROR) if (f.rule, f.path) not in known]
    shown = [*(result if checked else judged).findings, *visit.doubled]
    form = forms.fill(visit.typed, result.normalized)
    stray = forms.attach(form, shown)
    returned, _others = _since_return(visit, result)
    forms.lock(form, visit.opened, result.normalized)
    forms.mark_returned(form, visit.remarks, mended=[item.path for item in returned if item.changes])
    sent = submissions.sent_with(visit.form_key) if visit.saved_at else None
    folds = folds_of(form, shown, missing, result.normalized)
    return render_template(
        template,
        visit=visit,
        form=form,
        folds=folds,
        whole=("organization", "contact", "confirmation", *(entry.id for entry in form.postings)),
        removed=visit.removed,
        reasonable=form_reader.boxes(shown, visit.reasons, Level.ERROR, keep=True)
        if wrong
        else form_reader.boxes((), visit.reasons, keep=True),
        summary=forms.summary_items(form, shown) if wrong else [],
        stray=[f for f in stray if f.level is Level.ERROR],
        notice=notice,
        on=clock.today(),
        normalized=result.normalized,
        sent=sent,
        unsent=submissions.differences(sent, visit.typed, result, visit.message) if sent else None,
        returned=returned,
        why_missing="why" in request.args and not visit.message.strip(),
    )


def _confirm_page(visit: Visit) -> Response:
    result = full(visit)
    if visit.saved_at is None:
        return redirect(visit.url())
    if to := _not_ready(visit, result):
        return redirect(to)
    returned, others = _since_return(visit, result)
    page = render_template(
        "intake/confirm.html",
        visit=visit,
        confirming=True,
        returned=returned,
        others=others,
        document=result.normalized,
        findings=result.findings,
        reasonable=form_reader.boxes(result.findings, visit.reasons, Level.WARNING),
        hidden=list(flatten(visit.typed)),
        has_account=request.args.get("account") == "1",
    )
    return make_response(page)


@dataclass(frozen=True)
class Returned:
    """A returned place with the operator's words, and what has been changed there since."""

    path: str
    words: str
    changes: list[Change]


def _since_return(visit: Visit, result: Result) -> tuple[list[Returned], list[Change]]:
    """The returned places, each with its changes, and all other changes since the form was sent before."""
    if visit.link is None:
        return [], []
    changed = changes(submissions.whole(submissions.current_revision(visit.link.submission)), result.normalized)
    items = [Returned(path, words, [c for c in changed if _touches(c.path, path)]) for path, words in visit.remarks.items()]
    ticked = {change.path for item in items for change in item.changes}
    return items, [change for change in changed if change.path not in ticked]


def _touches(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}.") or place.startswith(f"{path}.")


def _copies_page(visit: Visit) -> Response:
    """The draft that another page saved, and the copy of this one, where they differ."""
    if visit.other is None:
        return redirect(visit.url())
    here = visit.unpacked(visit.other["typed"])
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
