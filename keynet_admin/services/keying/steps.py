"""Phone and paper intake: an operator keys a case in, the key fields twice, settles the differences and sends it into the queue.

The steps follow from what is there: the first keying, then the key fields again, then each difference settled, then the sending.
Nothing is sent while a difference is open. The caller judges the form (`rules.evaluate`) outside any transaction.
The correction of a returned case, said by telephone, goes the same way: it begins with what was sent before, and what changes is keyed twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.base import Kind
from keynet_admin.catalogue.difference import changes
from keynet_admin.catalogue.key_fields import key_paths, shape
from keynet_admin.catalogue.paths import walk
from keynet_admin.errors import NotFound, NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Keying, ReturnLink, Submission
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import reasons_from, with_reasons
from keynet_admin.rules.engine.reasons import stored as reasons_stored
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import audit, workflow
from keynet_admin.services.keying.compare import PICKS, Pair, compare, composed, text_of
from keynet_admin.services.search.typed import digits_of
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.workflow import Outcome
from keynet_admin.services.workflow.moves import OPEN_KEYING
from keynet_admin.vocabulary import KeyingStatus, KeyingWay, Source, SubmissionStatus

REASONS = "reasons"
# What is keyed once in a correction: long texts, whose slips everybody sees who reads them, and boxes.
_ONCE = (Kind.AREA, Kind.BOOL, Kind.MULTI, Kind.DAYS, Kind.ROWS, Kind.AUTO)


@dataclass(frozen=True)
class Pick:
    """What somebody says about one difference: the first keying is right, the second, or a third text."""

    pick: str
    text: str = ""


def section_of(code: str) -> dict[str, str]:
    """What the code table knows of a body, as the form's section of it would be typed: empty for a code (of five or six digits) it does not have."""
    code = digits_of(code)
    code = code + reference.check_digit(code) if len(code) == 5 else code
    found = reference.municipality(code)
    if found is None or found.is_ward:
        return {}
    kind = "city" if found.kind.endswith("city") else found.kind
    return {"org_type": kind, "lg_code": found.code6, "org_name": found.name, "org_kana": found.kana}


def fill_in(typed: dict[str, Any]) -> None:
    """Put what the code table knows where nothing was typed, once the code stands there. What was typed is never changed."""
    section = typed.get("organization")
    if isinstance(section, dict):
        known = section_of(text_of(section.get("lg_code")))
        section.update({name: value for name, value in known.items() if not text_of(section.get(name)).strip()})


def start(way: KeyingWay, form_key: str, actor: Actor, *, lg_code: str = "") -> tuple[Keying, bool]:
    """Begin a keying, once for each form (`form_key`), of the body with this code if it is known. Returns it and whether it is new."""
    # The sender of a web form may create a submission, too, but keys nothing in for others.
    if not (actor.is_staff and can(actor, Permission.submission_create)):
        raise NotPermitted("この操作を行う権限がありません。")
    known = _with_key(form_key)
    if known is not None:
        return known, False
    now = clock.now()
    section = section_of(lg_code)
    row = Keying(
        way=way,
        form_key=form_key,
        typed={"organization": section} if section else {},
        org_name=section.get("org_name", ""),
        created_at=now,
        saved_at=now,
        saved_by_id=actor.account_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        known = _with_key(form_key)
        if known is None:
            raise
        return known, False
    audit.record(row, "start", actor, way=way.value)
    return row, True


def start_correction(submission: Submission, actor: Actor, *, seen_version: int) -> Outcome:
    """Begin to key in what the sender of a returned case said (`made`), or go on with what somebody has begun."""
    workflow.lock(submission)
    begun = select(Keying).where(Keying.corrects_id == submission.id, Keying.base == submission.current, Keying.status.in_(OPEN_KEYING))
    known = db.session.execute(begun.order_by(Keying.id).limit(1)).scalar_one_or_none()
    if known is not None:
        return Outcome(submission.status, note="先に始めた代行入力の続きです。", made=known)
    done = workflow.move(submission, "key_in", actor, seen_version=seen_version)
    revision, now = submissions.current_revision(submission), clock.now()
    reasons = reasons_stored({(f.rule, f.path): f.reason for f in submissions.findings_of(revision) if f.reason})
    row = Keying(
        way=KeyingWay.phone,
        form_key=drafts.new_key(),
        typed={**submissions.whole(revision, "typed"), REASONS: reasons},
        org_name=submission.org_name,
        created_at=now,
        saved_at=now,
        saved_by_id=actor.account_id,
        corrects_id=submission.id,
        base=submission.current,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(row, "start", actor, way=row.way.value, submission=submission.id)
    return done.but(made=row)


def places(row: Keying, typed: Mapping[str, Any] | None = None) -> list[str]:
    """The paths that are keyed twice: the key fields of a new case, what a correction changes (of `typed`, else of what is stored)."""
    document = first_document(row) if typed is None else typed
    if row.corrects is None:
        return key_paths(document)
    before = submissions.whole(submissions.revision_of(row.corrects, row.base or 1), "typed")
    found = [c for c in changes(before, document) if c.field.kind not in _ONCE and isinstance(c.new, str)]
    return [c.path for c in found if c.path != "contact.contact_email2"]


def get(number: int, actor: Actor) -> Keying:
    """A keying that the actor may see. Raises NotFound."""
    row: Keying | None = db.session.execute(Keying.visible_to(actor).where(Keying.id == number)).scalar_one_or_none()
    if row is None:
        raise NotFound("この代行入力は見つかりません。")
    return row


def first_document(row: Keying) -> dict[str, Any]:
    """The first keying as a document."""
    return {name: value for name, value in row.typed.items() if name != REASONS}


def reasons_of(row: Keying) -> dict[tuple[str, str], str]:
    """The reasons that were stated with the first keying."""
    return reasons_from(row.typed.get(REASONS))


def pairs_of(row: Keying) -> list[Pair]:
    """Where the two keyings are not written alike; nothing before the second one is there."""
    return compare(first_document(row), row.second, row.chosen, clock.today(), places(row)) if row.second_at is not None else []


def document_of(row: Keying) -> dict[str, Any]:
    """The document as it stands: the first keying with what was settled."""
    return composed(first_document(row), pairs_of(row))


def save_first(
    row: Keying, typed: Mapping[str, Any], reasons: list[dict[str, str]], result: Result, actor: Actor, *, seen_version: int, done: bool
) -> bool:
    """Keep the first keying; `done`: it is finished. True when key fields of the postings must be keyed again.

    When postings or pay lines were added or removed after the second keying, its postings no longer lie beside the first one's, or a
    correction changes other places: the second keying is asked for anew. Raises StaleVersion, TransitionRefused.
    """
    action = "keyed_first" if done else "keyed_save"
    workflow.require(row, action, actor, seen_version)
    again = row.second_at is not None and places(row) != places(row, typed)
    row.typed = {**typed, REASONS: reasons}
    name = walk(result.normalized, "organization.org_name")
    row.org_name = name[:100] if isinstance(name, str) else ""
    row.errors = len(result.at(Level.ERROR))
    if again:
        row.second, row.chosen, row.second_at, row.second_by_id = {}, {}, None, None
    if done:
        row.first_at, row.first_by_id = clock.now(), actor.account_id
        if not places(row):
            row.second_at, row.second_by_id = row.first_at, row.first_by_id
    _move(row, action, actor, seen_version, **({"postings": len(shape(typed))} if done else {}))
    return again


def key_second(row: Keying, texts: Mapping[str, str], actor: Actor, *, seen_version: int) -> int:
    """Keep the key fields as keyed again (path -> text) and compare. Returns how many differences are open.

    Keying again replaces an earlier second keying. Raises StaleVersion, TransitionRefused.
    """
    workflow.require(row, "keyed_second", actor, seen_version)
    row.second = {path: text_of(texts.get(path)) for path in places(row)}
    row.second_at, row.second_by_id = clock.now(), actor.account_id
    _move(row, "keyed_second", actor, seen_version, same_person=row.first_by_id == row.second_by_id)
    return row.differences


def resolve(row: Keying, picks: Mapping[str, Pick], actor: Actor, *, seen_version: int) -> int:
    """Settle differences (path -> pick); the others stay open. Returns how many are open.

    Picks for places without a difference, unknown words and an empty third text settle nothing. Raises StaleVersion, TransitionRefused.
    """
    workflow.require(row, "resolved", actor, seen_version)
    chosen: dict[str, Any] = dict(row.chosen)
    settled: list[str] = []
    for pair in pairs_of(row):
        pick = picks.get(pair.path)
        if pair.same or pick is None or pick.pick not in PICKS:
            continue
        value = {"first": pair.first, "second": pair.second, "third": pick.text}[pick.pick]
        if pick.pick == "third" and not value.strip():
            continue
        chosen[pair.path] = {"first": pair.first, "second": pair.second, "pick": pick.pick, "value": value}
        settled.append(pair.path)
    row.chosen = chosen
    row.errors = len(with_reasons(evaluate(document_of(row), on=clock.today()), reasons_of(row)).at(Level.ERROR))
    _move(row, "resolved", actor, seen_version, places=settled)
    return row.differences


def send(
    row: Keying, document: Mapping[str, Any], result: Result, actor: Actor, *, seen_version: int, with_errors: bool = False
) -> Outcome:
    """Put the case into the queue (`made`), once: pressed again it is the case made before. A correction is a resubmission of its case.

    `document` is `document_of(row)` at `seen_version`, `result` what the rules say about it with the stated reasons. A form with
    errors is taken in only when the operator says so (`with_errors`). Raises StaleVersion, TransitionRefused, Refused.
    """
    if again := workflow.repeated(row, actor, seen_version, "sent"):
        return again.but(made=row.corrects or row.submission)
    workflow.require(row, "sent", actor, seen_version)
    if result.at(Level.ERROR) and not with_errors:
        raise Refused("要修正の指摘が残っています。このまま受け付ける場合は、確認の欄を選んでください。")
    day = clock.today().isoformat()
    if row.corrects is not None:
        case = _resubmitted(row, row.corrects, document, result, actor)
    else:
        case, _new = submissions.submit(document, result, reference_date=day, actor=actor, source=Source.phone, form_key=row.form_key)
        row.submission = case
    done = workflow.move(row, "sent", actor, seen_version=seen_version, submission=case.id)
    _forget(row, actor)
    return done.but(made=case)


def _resubmitted(row: Keying, case: Submission, document: Mapping[str, Any], result: Result, actor: Actor) -> Submission:
    workflow.lock(case)
    if case.current != row.base or case.status is not SubmissionStatus.returned:
        raise Refused(
            "この申請は、入力の間に再提出されたか、決定されました。この代行入力を破棄し、申請の画面で最新の内容を確かめてください。"
        )
    link = db.session.execute(
        select(ReturnLink).where(ReturnLink.submission_id == case.id).order_by(ReturnLink.id.desc()).limit(1)
    ).scalar_one()
    day = clock.today().isoformat()
    submissions.resubmit(link, document, result, reference_date=day, form_key=row.form_key, actor=actor)
    return case


def discard(row: Keying, actor: Actor, *, seen_version: int) -> Outcome:
    """Give a keying up and forget what was typed. Raises StaleVersion, TransitionRefused."""
    if again := workflow.repeated(row, actor, seen_version, "discard"):
        return again
    done = workflow.move(row, "discard", actor, seen_version=seen_version)
    _forget(row, actor)
    return done


def _move(row: Keying, action: str, actor: Actor, seen_version: int, **codes: Any) -> None:
    """The move to the status that follows from what is there now."""
    row.differences = sum(pair.open for pair in pairs_of(row))
    if row.first_at is None:
        target = KeyingStatus.first
    elif row.second_at is None:
        target = KeyingStatus.second
    else:
        target = KeyingStatus.compare if row.differences else KeyingStatus.ready
    if row.second_at is not None:
        codes |= {"differences": row.differences}
    workflow.move(row, action, actor, seen_version=seen_version, target=target, **codes)
    row.saved_at, row.saved_by_id = clock.now(), actor.account_id


def _forget(row: Keying, actor: Actor) -> None:
    row.typed, row.second, row.chosen, row.differences, row.errors = {}, {}, {}, 0, 0
    row.saved_at, row.saved_by_id = clock.now(), actor.account_id
    db.session.flush()


def _with_key(form_key: str) -> Keying | None:
    return db.session.execute(select(Keying).where(Keying.form_key == form_key)).scalar_one_or_none()
