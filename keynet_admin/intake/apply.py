"""Applying for a posting and asking about it, without an account: 入力 → 確認 → 完了, below the posting's own address.

The pages read no session: the first of them sets no cookie. A POST keeps what was typed as a draft under the cookie of this posting and
answers with a redirect. Its form is signed instead of bound to a session: the stamp says for which posting it was made and when, a field
that nobody sees stays empty, and what looks like a machine is only asked to press again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from keynet_admin import clock, config
from keynet_admin.catalogue import PEOPLE, Field, apply_ways
from keynet_admin.catalogue.fields.applicant import CONSULT, DAYS, PARTS, asked_for, slots
from keynet_admin.errors import Refused, TooLarge, TooMany
from keynet_admin.extensions import db
from keynet_admin.intake import signed_form
from keynet_admin.models import Candidate, Listing, Posting
from keynet_admin.models.listing import end_of
from keynet_admin.rules import Level, Result, evaluate_person
from keynet_admin.services import counter, rate_limit, settings
from keynet_admin.services.account import tokens
from keynet_admin.services.candidate import access, promises, retention
from keynet_admin.services.candidate import intake as candidates
from keynet_admin.services.candidate.mail import MASKED, org_name
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateKind, ListingState
from keynet_admin.web import form_reader, forms, posting_page

blueprint = Blueprint("apply", __name__, url_prefix="/postings/<posting_no>")

SHOWN = timedelta(hours=24)  # so long the last page shows the keys of the own page
AGAIN = "送信を確かめられませんでした。入力した内容は下に残っています。お手数ですが、もう一度ボタンを押してください。"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KINDS = {"apply": CandidateKind.application, "ask": CandidateKind.inquiry}


@dataclass(kw_only=True)
class ApplyVisit:
    """One request: the posting as visitors read it (`content`), what was typed, and the keys of form and draft.

    `began`: seconds of the real clock at which the first page was drawn. `asked`: the question (its id) from whose own page the person
    came; known by the draft alone, so that nobody can claim another's.
    """

    way: str
    posting_no: str
    content: Mapping[str, Any]
    typed: dict[str, Any]
    form_key: str
    began: int
    key: str = ""
    asked: int | None = None

    @property
    def section(self) -> str:
        """Of `catalogue.PEOPLE`."""
        return "inquiry" if self.way == "ask" else "applicant"

    @property
    def inquiry(self) -> bool:
        """Whether this is a question."""
        return self.way == "ask"

    @property
    def fields(self) -> tuple[Field, ...]:
        """What this posting asks for."""
        return asked_for(PEOPLE[self.section], self.content["posting"])

    @property
    def org_name(self) -> str:
        """Who gets it; a masked posting does not say."""
        return self.content["organization"].get("org_name") or MASKED

    @property
    def stamp(self) -> str:
        """What the form sends back."""
        return signed_form.stamp(self._name, self.began)

    @property
    def _name(self) -> str:
        return f"{self.way}:{self.posting_no}:{self.form_key}"

    def read_stamp(self, text: str) -> bool:
        """Take the moment of a stamp that we have made for this form. False for any other text."""
        began = signed_form.began_of(self._name, text)
        self.began = self.began if began is None else began
        return began is not None

    def url(self, page: str = "", **values: Any) -> str:
        """Address of the form, or of its `confirm` or `done` page."""
        return url_for(f"apply.{self.way}{f'_{page}' if page else ''}", posting_no=self.posting_no, **values)

    def judged(self) -> Result:
        """The rules of today."""
        return evaluate_person(self.section, self.typed, self.content["posting"], on=clock.today())

    def keep(self) -> None:
        """Keep what was typed. Raises TooLarge and TooMany."""
        self.key = self.key or drafts.new_key()
        pack = {"typed": self.typed, "began": self.began, "asked": self.asked}
        if steps := drafts.growth(self._draft, pack):
            with transaction():
                rate_limit.hit("draft", network=request.remote_addr or "", amount=steps)
        with transaction():
            drafts.save(self._draft, pack, self.form_key)

    def take(self) -> bool:
        """Put what the draft holds on the page. False when there is none."""
        kept = drafts.find(self._draft) if self.key else None
        if kept is None:
            return False
        self.typed, self.form_key, self.began = kept.typed["typed"], kept.form_key, kept.typed["began"]
        self.asked = kept.typed.get("asked")
        return True

    def end(self) -> None:
        """Throw the draft away."""
        if self.key:
            drafts.discard(self._draft)

    @property
    def _draft(self) -> str:
        return f"{self.way}:{self.posting_no}:{self.key}"


def form(posting_no: str, way: str) -> Response:
    """The form: GET draws it, POST keeps what was typed and goes on."""
    visit = _visit(posting_no, way)
    if isinstance(visit, Response):
        return visit
    if request.method != "POST":
        visit.take()
        again = "again" in request.args
        return _page(visit, judged="checked" in request.args and not again, notice=AGAIN if again else "")
    try:
        return _posted(visit)
    except (TooLarge, TooMany) as refused:
        db.session.rollback()
        page = _page(visit, notice=f"{refused}入力した内容は、この画面に残っています。", code=429 if isinstance(refused, TooMany) else 413)
        if isinstance(refused, TooMany):
            page.headers["Retry-After"] = str(refused.retry_after)
        return page


def confirm(posting_no: str, way: str) -> Response:
    """What is about to be sent."""
    visit = _visit(posting_no, way)
    if isinstance(visit, Response):
        return visit
    if not visit.take():
        return redirect(visit.url())
    result = visit.judged()
    if result.at(Level.ERROR):
        return redirect(visit.url() + "?checked=1")
    record = result.normalized[visit.section]
    before = None if visit.inquiry else candidates.before(_posting(visit), record)
    warnings = result.at(Level.WARNING)
    hidden = list(_pairs(visit.typed))
    return make_response(
        render_template("intake/apply_confirm.html", visit=visit, record=record, before=before, warnings=warnings, hidden=hidden)
    )


def done(posting_no: str, way: str, key: str) -> Response:
    """The receipt of what was sent with a one-time key. Link and code of the own page stand on it for a day only."""
    sent = candidates.sent_with(key)
    if sent is None or sent.posting.posting_no != posting_no or _KINDS[way] is not sent.kind or not sent.salt:
        abort(404)
    fresh = clock.now() - sent.received_at < SHOWN
    page = render_template(
        "intake/apply_done.html",
        sent=sent,
        way=way,
        again=request.args.get("again") == "1",
        link=outbox.public_link(f"/my/{access.token(sent)}") if fresh else "",
        code=tokens.shown(access.code(sent)) if fresh else "",
        steps=_steps(sent),
    )
    return make_response(page)


for _way in _KINDS:
    blueprint.add_url_rule(f"/{_way}", _way, form, methods=("GET", "POST"), defaults={"way": _way})
    blueprint.add_url_rule(f"/{_way}/confirm", f"{_way}_confirm", confirm, defaults={"way": _way})
    blueprint.add_url_rule(f"/{_way}/done/<key>", f"{_way}_done", done, defaults={"way": _way})


def begin_from(question: Candidate) -> Response:
    """The form of the application with what the person of a question has given already. Raises TooLarge and TooMany."""
    given = {field.name: question.typed[field.name] for field in PEOPLE["inquiry"] if question.typed.get(field.name)}
    typed = {name: value for name, value in given.items() if name not in ("message", "consent")}
    began = signed_form.now()
    number, key = question.posting.posting_no, drafts.new_key()
    visit = ApplyVisit(way="apply", posting_no=number, content={}, typed=typed, form_key=key, began=began, asked=question.id)
    return _kept(visit, visit.url())


def _visit(posting_no: str, way: str) -> ApplyVisit | Response:
    """What this request is about, or the page that says why nobody can apply: the words of the posting's own page."""
    written = counter.typed(posting_no)
    if not written.startswith("KN-P-"):
        abort(404)
    if written != posting_no and request.method != "POST":
        return redirect(url_for(str(request.endpoint), posting_no=written), 301)
    listing = db.session.execute(select(Listing).where(Listing.posting_no == written)).scalar_one_or_none()
    if listing is None or listing.state is ListingState.withdrawn:
        return make_response(render_template("public/unavailable.html", posting_no=written, offers=()), 404)
    now = clock.now()
    if listing.state is not ListingState.listed or listing.open_until <= now or listing.content is None:
        if request.method == "POST":
            return redirect(url_for(str(request.endpoint), posting_no=written), 303)
        closed, gone = end_of(listing, now)
        page = render_template("public/closed.html", posting_no=written, title="" if gone else listing.title, closed=closed, gone=gone)
        return make_response(page, 410 if gone else 200)
    if "site" not in apply_ways.working(listing.content["posting"]):
        return redirect(f"/postings/{written}", 303)
    given = request.cookies.get(way, "")
    visit = ApplyVisit(
        way=way,
        posting_no=written,
        content=listing.content,
        typed={},
        form_key=drafts.new_key(),
        began=signed_form.now(),
        key=given if _KEY.fullmatch(given) else "",
    )
    if request.method == "POST":
        visit.typed = form_reader.read_record(request.form, visit.fields)
        # A cookie that names no draft is not taken up: whoever made it up would know the key.
        kept = drafts.find(visit._draft) if visit.key else None
        visit.key, visit.asked = (visit.key, kept.typed.get("asked")) if kept is not None else ("", None)
        sent = request.form.get("form_key", "")
        visit.form_key = sent if _KEY.fullmatch(sent) else visit.form_key
    return visit


def _posted(visit: ApplyVisit) -> Response:
    if signed_form.is_foreign():
        return _page(visit, notice=AGAIN, code=400)
    if request.form.get("part"):
        return _page(visit, judged=True)  # asked by the script while somebody types: nothing is kept
    signed = visit.read_stamp(request.form.get("stamp", ""))
    if not signed or signed_form.is_machine(visit.began):
        return _kept(visit, visit.url() + "?again=1")
    do = request.form.get("do", "")
    if do == "back":
        return _kept(visit, visit.url())
    sent = candidates.sent_with(visit.form_key)
    if sent is not None:
        if sent.typed == visit.typed:
            visit.end()
            db.session.commit()
            return _without_cookie(redirect(visit.url("done", key=visit.form_key, again=1), 303), visit)
        visit.form_key = drafts.new_key()  # something else was typed since: a new one, which the next page says
        do = ""
    result = visit.judged()
    if result.at(Level.ERROR):
        return _kept(visit, visit.url() + "?checked=1")
    if do != "send":
        return _kept(visit, visit.url("confirm"))
    return _send(visit, result)


def _send(visit: ApplyVisit, result: Result) -> Response:
    """The last step. The same form sent again, also at the same moment, leads to the same number."""
    record = result.normalized[visit.section]
    with transaction():
        reached = record.get("email") or record.get("tel") or visit.form_key
        rate_limit.hit("apply", network=request.remote_addr or "", address=reached)
    findings = [found.as_json() for found in result.findings]
    try:
        with transaction():
            sent = {"typed": visit.typed, "findings": findings, "form_key": visit.form_key, "asked": visit.asked}
            candidates.receive(_posting(visit), _KINDS[visit.way], record, **sent)
            visit.end()
    except Refused:
        return _kept(visit, visit.url())
    return _without_cookie(redirect(visit.url("done", key=visit.form_key), 303), visit)


def _steps(sent: Candidate) -> list[tuple[str, datetime]]:
    """What happens next and until when, in words; the first is done."""
    org, at = org_name(sent), sent.received_at
    found = [("受付", at)]
    more = (("回答", "inquiry_days"),)
    if not sent.is_inquiry:
        more = ((f"{org}が確認", "candidate_seen_days"), ("選考", "candidate_selection_days"), ("結果のお知らせ", "candidate_result_days"))
    for name, days in more:
        at = promises.business_days_after(sent, at, settings.get(days))
        found.append((name, at))
    return found


def _posting(visit: ApplyVisit) -> Posting:
    return db.session.execute(select(Posting).where(Posting.posting_no == visit.posting_no)).scalar_one()


def _kept(visit: ApplyVisit, to: str) -> Response:
    visit.keep()
    response = redirect(to, 303)
    response.set_cookie(visit.way, visit.key, max_age=drafts.LIFE, **_scope(visit))
    return response


def _without_cookie(response: Response, visit: ApplyVisit) -> Response:
    response.delete_cookie(visit.way, **_scope(visit))
    return response


def _scope(visit: ApplyVisit) -> dict[str, Any]:
    """The cookie goes to the forms of this posting only; its public page stays the same for everybody."""
    return {"path": f"/postings/{visit.posting_no}/", "secure": config.current().https, "httponly": True, "samesite": "Lax"}


def _page(visit: ApplyVisit, *, judged: bool = False, notice: str = "", code: int = 200) -> Response:
    values = form_values(visit.section, visit.typed, visit.content["posting"], visit.judged() if judged else None)
    page = render_template(
        "intake/apply.html", visit=visit, notice=notice, view=posting_page.view(visit.content), months=retention.months(), **values
    )
    return make_response(page, 422 if values["summary"] and code == 200 else code)


def form_values(section: str, typed: Mapping[str, Any], posting: Mapping[str, Any], result: Result | None) -> dict[str, Any]:
    """What the fields of a section of `catalogue.PEOPLE` are drawn from (`_apply_fields.html`), with the findings of `result` at them."""
    bound = forms.fill_record(asked_for(PEOPLE[section], posting), typed, result.normalized[section] if result else {})
    findings, prefix = result.findings if result else (), f"{section}."
    own = slots(posting)
    return {
        "form": bound,
        "on": clock.today(),
        "stray": forms.attach(bound, findings, prefix),
        "summary": forms.summary_items(bound, findings, prefix),
        "slots": own,
        "parts": [(part, word) for part, word in PARTS if any(slug.endswith(f"-{part}") for slug in own)],
        "days": [day for day in DAYS if any(slug.startswith(f"{day.slug}-") for slug in own)],
        "consult": CONSULT,
    }


def _pairs(typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A typed record as names and values of a form."""
    found = []
    for name, value in typed.items():
        items = value if isinstance(value, list) else ["1"] if value is True else [value] if value else []
        found += [(name, str(item)) for item in items]
    return found
