"""Postings as their municipality writes them: new ones, copies, edits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.difference import changes
from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting, PostingRevision
from keynet_admin.permissions import SENDER, Actor, Permission, can
from keynet_admin.rules import rule_by_code
from keynet_admin.rules.engine.reasons import moved, reasons_from
from keynet_admin.rules.engine.rule import Finding, Level, Result
from keynet_admin.rules.families.publication import material_changes
from keynet_admin.services import audit, counter, workflow
from keynet_admin.services.candidate import changes as candidate_changes
from keynet_admin.services.posting import approval, balance
from keynet_admin.services.posting.publication import go_live, open_if_due, settle_edit
from keynet_admin.services.posting.revisions import PREFIX, add_revision, check, current_revision, live_revision, recheck
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PUBLISHED, PostingStatus


def create(organization: Organization, typed: Mapping[str, Any], actor: Actor) -> Posting:
    """A new draft in a municipality's own office, from what was typed (a copy of another posting, or a fresh form)."""
    if not can(actor, Permission.posting_edit, organization):
        raise NotPermitted("この操作を行う権限がありません。")
    return add(organization, typed, actor, author_id=actor.account_id, own=True)


def add(organization: Organization, typed: Mapping[str, Any], actor: Actor, *, author_id: int | None = None, **codes: Any) -> Posting:
    """A new draft of a body. The caller has asked for the right; `author_id`: whose words they are, `codes`: what its event says."""
    result = check(organization, typed)
    findings = [finding.as_json() for finding in result.findings]
    row = Posting(posting_no=counter.posting_no(), organization_id=organization.id, created_at=clock.now(), changed_at=clock.now())
    row.current = 1
    add_revision(row, typed, result.normalized["postings"][0], findings, author_id=author_id, given=[])
    audit.record(row, "create", actor, revision=1, **codes)
    return row


def copy(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """A new draft (`made`) with the content of the newest revision. Pressed again it is the draft made before. Raises StaleVersion."""
    if again := workflow.repeated(posting, actor, seen_version, "copy"):
        event = workflow.last_event(posting, "copy")
        return again.but(made=db.session.get_one(Posting, event.codes["made"]) if event is not None else None)
    workflow.require(posting, "copy", actor, seen_version)
    made = create(posting.organization, current_revision(posting).typed, actor)
    return workflow.move(posting, "copy", actor, seen_version=seen_version, made=made.id).but(
        made=made, note=f"{made.posting_no} としてコピーしました。日付などを直して公開してください。"
    )


def save(
    posting: Posting, typed: Mapping[str, Any], result: Result, actor: Actor, *, seen_version: int, extended: bool | None = None
) -> str:
    """Store an edited posting as a new revision and say what became of it.

    `draft` (not published), `live` (visitors see it now; an operator looks later), `paused` and `scheduled` (they will when it is),
    `waiting` (warnings, a material change among them: the old one stays until an operator releases it), `held` (until somebody publishes
    it who may), `kept` (errors: kept, the old one stays), `filled` (nobody more is needed: it closed itself), `same` (nothing changed).
    Raises StaleVersion, Refused for a closed posting.
    """
    if not can(actor, Permission.posting_edit, posting):
        raise NotPermitted("この操作を行う権限がありません。")
    return _save(posting, typed, result, actor, seen_version=seen_version, extended=extended)


def save_correction(posting: Posting, typed: Mapping[str, Any], result: Result, actor: Actor) -> str:
    """`save` what an accepted form corrects, as its sender's content. What waits for its first release goes on waiting."""
    return _save(posting, typed, result, actor, seen_version=posting.version, of_form=True)


def _save(
    posting: Posting,
    typed: Mapping[str, Any],
    result: Result,
    actor: Actor,
    *,
    seen_version: int,
    of_form: bool = False,
    extended: bool | None = None,
) -> str:
    workflow.lock(posting)
    if posting.status in (PostingStatus.closed, PostingStatus.suspended):
        raise Refused(f"いまの状態（{posting.status.label}）では、内容を変更できません。")
    content = result.normalized["postings"][0]
    if not of_form and (fewer := balance.too_few(posting, content.get("headcount"))):
        raise Refused(fewer.message)
    result = judged(posting, result)
    outcome = outcome_of(posting, result, None if of_form else actor)
    findings = [finding.as_json() for finding in result.findings]
    before, live = current_revision(posting), live_revision(posting)
    changed = _changed(before.normalized, content)
    # What an operator sent back, or a suspension put aside, may be asked for once more as it stands.
    stands_aside = (
        is_published(posting) and posting.live != posting.current and not posting.release_asked and outcome not in ("kept", "held")
    )
    if not changed and before.findings == findings and not stands_aside:
        return "same"
    if of_form:
        workflow.touch(posting, actor, seen_version)
    else:
        _begin(posting, actor, seen_version)
    revision = _added(posting, typed, content, result, SENDER if of_form else actor)
    posting.ask_release(outcome == "waiting")
    if is_published(posting) and outcome not in ("waiting", "held", "kept"):
        outcome = _small_change_goes_live(posting, revision)
    codes: dict[str, Any] = {"revision": posting.current, "outcome": outcome, "version": posting.version}
    codes |= {"form": of_form or None, "extended": extended}
    audit.record(posting, "edit", actor, fields=changed, **codes)
    return "filled" if outcome == "live" and settle_edit(posting, live) else outcome


def publish_edit(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Let the newest content of a published posting take the place of the live one, through the gate of every change.

    With errors nothing is decided (`refused`), with warnings an operator releases it. Raises Refused while a colleague has to decide.
    """
    if again := workflow.repeated(posting, actor, seen_version, "publish_edit"):
        return again
    workflow.require(posting, "publish_edit", actor, seen_version)
    if alone := approval.missing(posting, actor):
        raise Refused(alone)
    revision, result = current_revision(posting), judged(posting, recheck(posting))
    if errors := result.at(Level.ERROR):
        return Outcome(posting.status, refused=f"要修正の指摘が{len(errors)}件あるため、公開できません。内容を直してください。")
    done = workflow.move(posting, "publish_edit", actor, seen_version=seen_version, revision=revision.number)
    posting.approval_asked_by_id = None
    if result.at(Level.WARNING):
        posting.ask_release()
        return done.but(note="運営事務局の確認を待っています。確認が済むまでは、前の内容のままです。")
    live = live_revision(posting)
    _small_change_goes_live(posting, revision)
    settle_edit(posting, live)
    return done


def edit_stands(posting: Posting) -> bool:
    """Whether `publish_edit` is what publishing the posting means now: an edit stays behind what is live or paused."""
    return posting.status in (PostingStatus.live, PostingStatus.paused) and posting.live not in (None, posting.current)


def is_published(posting: Posting) -> bool:
    """Whether a revision has passed the gate, so that edits stay behind it until they pass, too."""
    return posting.live is not None and posting.status in PUBLISHED


def judged(posting: Posting, result: Result) -> Result:
    """The findings of the rules with those that follow from what is published (PUB-009), who applied (PUB-007) and is secured (PUB-004)."""
    content = result.normalized["postings"][0]
    fewer = balance.too_few(posting, content.get("headcount"))
    return replace(
        result, findings=(*result.findings, *([fewer] if fewer else ()), *second_look(posting, content), *to_tell(posting, content))
    )


def outcome_of(posting: Posting, result: Result, actor: Actor | None = None) -> str:
    """What `save` by this actor (none: by the system) would make of this (a result of `judged`), besides `same`."""
    if not is_published(posting):
        return "draft"
    if result.at(Level.ERROR):
        return "kept"
    if actor is not None and approval.holds(posting, actor):
        return "held"
    return "waiting" if result.at(Level.WARNING) else posting.status.value


def _changed(before: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    return [c.path.removeprefix(PREFIX) for c in changes({"postings": [before]}, {"postings": [content]})]


def _begin(posting: Posting, actor: Actor, seen_version: int) -> None:
    """Raise the version; what waits for its first release is a draft again."""
    if posting.status is PostingStatus.awaiting_release:
        if not can(actor, Permission.posting_publish, posting):
            raise Refused("運営事務局の確認を待っている間は、公開の権限がある方だけが内容を変更できます。")
        workflow.move(posting, "unpublish", actor, seen_version=seen_version)
        posting.opens_on = None
    else:
        workflow.touch(posting, actor, seen_version)


def _added(posting: Posting, typed: Mapping[str, Any], content: Mapping[str, Any], result: Result, actor: Actor) -> PostingRevision:
    posting.current += 1
    findings = [finding.as_json() for finding in result.findings]
    return add_revision(posting, typed, content, findings, author_id=actor.account_id, given=moved(result.findings, "", ""))


def _small_change_goes_live(posting: Posting, revision: PostingRevision) -> str:
    """It is published as it is, and listed for an operator who looks at it later. Returns the state it is published in."""
    live = live_revision(posting)
    if live is not None and _changed(live.normalized, revision.normalized):
        posting.look_from = posting.look_from or live.number
    go_live(posting, revision)
    open_if_due(posting)
    return posting.status.value


def second_look(posting: Posting, content: Mapping[str, Any]) -> list[Finding]:
    """PUB-009 for each material condition of a published posting that an edit changes: an operator looks before visitors see it."""
    live = live_revision(posting) if is_published(posting) else None
    rule = rule_by_code("PUB-009")
    if live is None or rule is None:
        return []
    return [
        Finding(
            rule.code,
            rule.level,
            f"{PREFIX}{name}",
            f"公開中の募集の「{posting_field(name).label}」が変わっています。",
            rule.why,
            rule.how,
            typed=live.normalized.get(name),
            value=content.get(name),
            basis=rule.basis,
        )
        for name in material_changes(live.normalized, content)
    ]


def to_tell(posting: Posting, content: Mapping[str, Any]) -> list[Finding]:
    """PUB-007: how many people applied under conditions that an edit changes. They are told when it is published (`candidate/changes.py`)."""
    live = live_revision(posting) if is_published(posting) else None
    rule = rule_by_code("PUB-007")
    names = candidate_changes.told_fields(live.normalized, content) if live is not None else []
    people = len(candidate_changes.waiting(posting)) if names else 0
    if rule is None or not people:
        return []
    labels = "・".join(posting_field(name).label for name in names)
    says = f"選考中の方が{people}名います。変更が公開されると、変わった項目（{labels}）を全員に自動でお知らせします。"
    return [Finding(rule.code, rule.level, f"{PREFIX}{names[0]}", says, rule.why, rule.how, basis=rule.basis)]


def change_headcount(posting: Posting, number: str, actor: Actor, *, seen_version: int) -> tuple[str, Result]:
    """`change` only the number of people wanted (as typed)."""
    return change(posting, {"headcount": number}, actor, seen_version=seen_version)


def change(
    posting: Posting, values: dict[str, str], actor: Actor, *, seen_version: int, extended: bool | None = None
) -> tuple[str, Result]:
    """Change only these fields (as typed). Returns `save()`'s word, or `refused` for an error at one of
    them, and the result of the rules. `extended` is noted in the event.

    Of a published posting the live revision changes, whether or not another edit waits; that edit gets the values, too. It waits only for
    a warning that the live revision does not have already.
    """
    workflow.lock(posting)
    before = current_revision(posting)
    live = live_revision(posting) if is_published(posting) else None
    base = live or before
    typed, result = _with(posting, base, values)
    fewer = balance.too_few(posting, result.normalized["postings"][0].get("headcount"))
    result = replace(result, findings=(*result.findings, *([fewer] if fewer else ())))
    paths = {f"{PREFIX}{name}" for name in values}
    if any(f.level is Level.ERROR and f.path in paths for f in result.findings):
        return "refused", result
    known = {(f["rule"], f["path"]) for f in base.findings}
    new = result.at(Level.ERROR) or [f for f in result.at(Level.WARNING) if (f.rule, f.path) not in known]
    changed = _changed(base.normalized, result.normalized["postings"][0])
    if live is None or new or not changed or approval.holds(posting, actor):
        typed, result = _with(posting, before, values)
        return save(posting, typed, result, actor, seen_version=seen_version, extended=extended), result
    if not can(actor, Permission.posting_edit, posting):
        raise NotPermitted("この操作を行う権限がありません。")
    _begin(posting, actor, seen_version)
    outcome = _small_change_goes_live(posting, _added(posting, typed, result.normalized["postings"][0], result, actor))
    if before.number != live.number:
        later, judgement = _with(posting, before, values)
        judgement = judged(posting, judgement)
        _added(posting, later, judgement.normalized["postings"][0], judgement, actor)
        posting.release_asked = posting.release_asked and outcome_of(posting, judgement) == "waiting"
    codes: dict[str, Any] = {"revision": posting.live, "outcome": outcome, "version": posting.version, "extended": extended}
    audit.record(posting, "edit", actor, fields=changed, **codes)
    return "filled" if outcome == "live" and settle_edit(posting, live) else outcome, result


def _with(posting: Posting, revision: PostingRevision, values: dict[str, str]) -> tuple[dict[str, Any], Result]:
    typed = dict(revision.typed) | values
    return typed, check(posting.organization, typed, reasons_from(revision.reasons))
