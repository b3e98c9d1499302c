"""One request of the application form: what is typed, where its draft lies, and what is kept beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from flask import request, url_for
from werkzeug.wrappers import Response

from keynet_admin import clock, config
from keynet_admin.errors import BadField
from keynet_admin.models import EntryDraft, ReturnLink
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import workflow
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.casework.opened import WHOLE, OpenFields, by, kept
from keynet_admin.web import form_reader
from keynet_admin.web.form.typed_page import TypedPage, posted_number, posted_word
from keynet_admin.web.form_reader import posted_reasons

EVERYTHING = OpenFields(frozenset({WHOLE}))
MOST_STRANGE = 20
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(kw_only=True)
class Visit(TypedPage):
    """One request of the form: where its draft lies, what stands in the form, and for a re-entry the return it answers."""

    draft_key: str | None
    form_key: str
    link: ReturnLink | None = None
    token: str = ""
    message: str = ""
    wider: bool = False
    strange: list[str] = field(default_factory=list)
    opened: OpenFields = EVERYTHING
    counted = True

    def beside(self) -> dict[str, Any]:
        """The words to the service center, too; whether all fields were opened, and what came at closed ones."""
        return super().beside() | {"message": self.message, "wider": self.wider, "strange": self.strange}

    def take(self, draft: EntryDraft) -> Self:
        """What a draft holds, with what was opened."""
        super().take(draft)
        self.wider, self.strange = bool(draft.typed.get("wider")), list(draft.typed.get("strange") or [])
        return self.hold()

    def hold(self) -> Self:
        """Of a re-entry: put back whatever stands at fields that the return did not open, unless its sender asked for all.

        Open are the returned fields with those that go with them, and those that nobody could send as they are.
        """
        if self.link is None or self.wider:
            return self
        base = submissions.whole(submissions.current_revision(self.link.submission), "typed")
        wanted = list(self.remarks)
        for _ in range(3):
            self.opened = by(wanted)
            merged, strange = kept(base, self.typed, self.opened)
            result = with_reasons(evaluate(merged, on=clock.today()), self.reasons)
            stuck = [f.path for f in result.at(Level.ERROR) if not self.opened.at(f.path)]
            if not stuck or not wanted:
                break
            wanted += stuck
        self.typed = merged
        self.strange = list(dict.fromkeys([*self.strange, *strange]))[:MOST_STRANGE]
        return self

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


def key_of(token: str) -> str | None:
    """The key of the draft: the link's own, else the cookie's. No cookie can name the draft of a link or a file: these have a colon."""
    if token:
        return f"return:{token}"
    given = request.cookies.get(_cookie_name(), "")
    return given if _KEY.fullmatch(given) else None


def visit_of(link: ReturnLink | None = None, token: str = "") -> Visit:
    """What a page is drawn from: the draft, else what was sent before the return, else nothing."""
    found = drafts.find(key_of(token))
    if found is not None:
        return kept_visit(found, link, token)
    if link is None:
        return Visit(draft_key=None, typed={}, form_key=drafts.new_key())
    last = submissions.current_revision(link.submission)
    reasons = {(f.rule, f.path): f.reason for f in submissions.findings_of(last) if f.reason}
    typed = submissions.whole(last, "typed")
    return Visit(draft_key=key_of(token), typed=typed, form_key=drafts.new_key(), link=link, token=token, reasons=reasons).hold()


def kept_visit(draft: EntryDraft, link: ReturnLink | None, token: str) -> Visit:
    """What a draft holds."""
    message = str(draft.typed.get("message") or "")
    visit = Visit(draft_key=key_of(token), typed={}, form_key=draft.form_key, link=link, token=token, message=message)
    return visit.take(draft)


def posted_visit(link: ReturnLink | None = None, token: str = "") -> Visit:
    """What a page sent. A cookie that names no draft is not taken up: whoever made it up would know the key."""
    draft = drafts.find(key_of(token))
    reading = form_reader.read(request.form)
    return Visit(
        draft_key=key_of(token) if draft is not None or token else drafts.new_key(),
        typed=reading.document,
        form_key=_form_key(draft.form_key if draft else None),
        link=link,
        token=token,
        seen=posted_number("version"),
        saved_at=draft.saved_at if draft else None,
        message=request.form.get("message", "") if link is not None else "",
        reasons=posted_reasons(request.form),
        removed=draft.typed.get("removed") if draft else None,
        doubled=reading.doubled,
        word=posted_word(),
        wider=bool(draft is not None and draft.typed.get("wider")),
        strange=list(draft.typed.get("strange") or []) if draft is not None else [],
    ).hold()


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


def full(visit: Visit) -> Result:
    """The rules of today with the sender's reasons: an overridable error with one counts as a warning."""
    return with_reasons(evaluate(visit.typed, on=clock.today()), visit.reasons)


def _form_key(kept: str | None) -> str:
    """The form's one-time key: the hidden field's, else the draft's, else a new one."""
    given = request.form.get("form_key", "")
    return given if _KEY.fullmatch(given) else kept or drafts.new_key()


def _cookie_name() -> str:
    return "__Host-entry" if config.current().https else "entry"


def with_cookie(response: Response, visit: Visit | None) -> Response:
    """Set the draft's cookie (7 days), or remove it with `visit=None`. Re-entries need none: their token is the key."""
    if visit is not None and not visit.token and visit.draft_key:
        secure = config.current().https
        response.set_cookie(_cookie_name(), visit.draft_key, max_age=drafts.LIFE, httponly=True, samesite="Lax", secure=secure, path="/")
    elif visit is None and request.cookies.get(_cookie_name()) and not (request.view_args or {}).get("token"):
        response.delete_cookie(_cookie_name(), path="/", secure=config.current().https, httponly=True, samesite="Lax")
    return response
