"""The placeholders of message templates: which there are, what stands for them, and which of them a text still holds.

A placeholder whose value is not known (no interview is fixed) stays in the text, and a text with one is not sent: the officer fills it in.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from keynet_admin import clock, config
from keynet_admin.catalogue import display
from keynet_admin.errors import BadField, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, MessageTemplate
from keynet_admin.models.threads import TEMPLATE_MOST
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit, workflow
from keynet_admin.services.posting.revisions import live_revision
from keynet_admin.vocabulary import CandidateKind, TemplateUse

_HOLE = re.compile(r"[{｛]([^{}｛｝\n]{0,40})[}｝]")
_NO_BRACES = str.maketrans("{}｛｝", "（）（）")
BY_HAND = "ここに記入"  # never filled in by the program


def _deadline(candidate: Any) -> str:
    revision = live_revision(candidate.posting)
    day = display.as_date(revision.normalized.get("deadline")) if revision is not None else None
    return display.short_date(day) if day else ""


_VALUES: Mapping[str, Callable[[Any], str]] = {
    "氏名": lambda candidate: candidate.name or "ご応募・お問い合わせの方",
    "番号": lambda candidate: candidate.candidate_no,
    "募集": lambda candidate: candidate.posting.title,
    "募集番号": lambda candidate: candidate.posting.posting_no,
    "団体": lambda candidate: candidate.organization.name,
    "締切": _deadline,
    "面接日時": lambda candidate: (
        f"{display.short_time(candidate.interview_at)}（{candidate.interview_minutes}分）" if candidate.interview_at else ""
    ),
    "面接場所": lambda candidate: candidate.interview_place,
    "サイト": lambda _candidate: config.current().site_name,
    BY_HAND: lambda _candidate: "",
}
KNOWN = tuple(_VALUES)
SAMPLE: Mapping[str, str] = {
    "氏名": "見本 さくら",
    "番号": "KN-A-000412",
    "募集": "集団接種会場の看護師（土日の午後）",
    "募集番号": "KN-P-000128",
    "締切": "5月28日(金)",
    "面接日時": "5月18日(火) 14:00",
    "面接場所": "市役所 2階 会議室",
}


def known_words(known: Sequence[str] = KNOWN) -> str:
    """The placeholders as they are written, for help and refusals."""
    return " ".join(f"{{{name}}}" for name in known)


def checked(body: str, known: Sequence[str] = KNOWN) -> str:
    """The body as it is kept. Raises BadField (`body`) when it is empty, too long or holds a placeholder that is not `known`."""
    text = "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").strip().split("\n"))
    if not text:
        raise BadField("本文を入力してください。", "body")
    text = _HOLE.sub(lambda hole: f"{{{hole[1].strip()}}}", text)
    unknown = [name for name in _HOLE.findall(text) if name not in known]
    if unknown:
        names = "".join(f"「{{{name}}}」" for name in dict.fromkeys(unknown))
        raise BadField(f"{names}は差し込みに使えません。使えるのは {known_words(known)} です。", "body")
    try:
        return workflow.not_too_long(text, "本文", TEMPLATE_MOST)
    except BadField as error:
        raise BadField(str(error), "body") from None


def saved(template: MessageTemplate, actor: Actor, fields: Sequence[str], *, added: bool) -> None:
    """What belongs to a change of a text: whose it is, right, mark, audit event. Raises NotPermitted."""
    right = Permission.template_edit if actor.is_staff else Permission.candidate_handle
    if not can(actor, right) or template.organization_id != actor.organization_id:
        raise NotPermitted("この文面を変更する権限がありません。")
    template.edited, template.changed_at = True, clock.now()
    db.session.flush()
    audit.record(template, "add" if added else "change", actor, fields=fields)


def filled(template: MessageTemplate, candidate: Candidate) -> str:
    """The template's text for one person."""
    return put(template.body, lambda name: _VALUES[name](candidate) if name in _VALUES else "")


def sample(template: MessageTemplate) -> str:
    """The text for an invented person."""
    body = template.organization.name if template.organization is not None else "見本市"
    return put(template.body, lambda name: (dict(SAMPLE) | {"団体": body, "サイト": config.current().site_name}).get(name, ""))


def left_in(text: str, known: Sequence[str] = KNOWN) -> list[str]:
    """The known placeholders that a text still holds, each once."""
    return list(dict.fromkeys(name.strip() for name in _HOLE.findall(text) if name.strip() in known))


def ready(text: str, known: Sequence[str] = KNOWN) -> str:
    """The text, if it may be sent. Raises BadField (`message`) for one with a placeholder that nobody has filled in."""
    if names := left_in(text, known):
        holes = "".join(f"「{{{name}}}」" for name in names)
        raise BadField(f"{holes}の部分が決まっていません。送る内容に書き換えてください。", "message")
    return text


def offered(organization_id: int, kind: CandidateKind | None = None) -> list[MessageTemplate]:
    """The texts that a municipality may choose from, its own ones first; those for one kind of person, if one is named."""
    own = MessageTemplate.organization_id == organization_id
    shared = MessageTemplate.organization_id.is_(None) & (MessageTemplate.use == TemplateUse.candidate)
    query = select(MessageTemplate).where(MessageTemplate.active, or_(own, shared))
    order = MessageTemplate.organization_id.is_(None), MessageTemplate.sort, MessageTemplate.id
    found = db.session.execute(query.order_by(*order)).scalars()
    return [row for row in found if kind is None or row.fits(kind)]


def one(organization_id: int, number: str, kind: CandidateKind | None = None) -> MessageTemplate | None:
    """The text of that id among those offered."""
    return next((row for row in offered(organization_id, kind) if str(row.id) == number), None)


def put(body: str, value: Callable[[str], str]) -> str:
    """The text with what stands for its placeholders; those without a value stay."""
    return _HOLE.sub(lambda hole: value(hole[1]).translate(_NO_BRACES) or hole[0], body)
