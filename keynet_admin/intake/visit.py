"""One request of the application form: what is typed, where its draft lies, and what is kept beside it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from keynet_admin import clock, config
from keynet_admin.errors import BadField
from keynet_admin.models import EntryDraft, ReturnLink
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import Reasons, reasons_from, with_reasons
from keynet_admin.rules.engine.reasons import stored as reasons_stored
from keynet_admin.rules.engine.rule import Finding, Result
from keynet_admin.services import workflow
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.web import form_reader
from keynet_admin.web.form_reader import posted_reasons

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


def key_of(token: str) -> str | None:
    """The key of the draft: the link's own, else the cookie's."""
    return f"return:{token}" if token else request.cookies.get(_cookie_name())


def visit_of(link: ReturnLink | None = None, token: str = "") -> Visit:
    """What a page is drawn from: the draft, else what was sent before the return, else nothing."""
    kept = drafts.find(key_of(token))
    if kept is not None:
        return kept_visit(kept, link, token)
    if link is None:
        return Visit(None, {}, drafts.new_key())
    last = submissions.current_revision(link.submission)
    reasons = {(f.rule, f.path): f.reason for f in submissions.findings_of(last) if f.reason}
    return Visit(key_of(token), submissions.whole(last, "typed"), drafts.new_key(), link, token, reasons=reasons)


def kept_visit(kept: EntryDraft, link: ReturnLink | None, token: str) -> Visit:
    """What a draft holds."""
    pack = kept.typed
    return Visit(
        key_of(token),
        unpacked(pack),
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


def posted_visit(link: ReturnLink | None = None, token: str = "") -> Visit:
    """What a page sent."""
    kept = drafts.find(key_of(token))
    reading = form_reader.read(request.form)
    version = request.form.get("version", "")
    return Visit(
        key_of(token) or drafts.new_key(),
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


def packed(visit: Visit) -> dict[str, Any]:
    """What a draft keeps: the typed document, the reasons, the words to the service center, and what the next page needs (`ASIDE`)."""
    return visit.typed | {
        "reasons": reasons_stored(visit.reasons),
        "message": visit.message,
        "page": visit.page,
        "removed": visit.removed,
        "doubled": [found.as_json() for found in visit.doubled],
    }


def unpacked(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The typed document of what a draft keeps."""
    return {name: value for name, value in kept.items() if name not in PACKED}


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
