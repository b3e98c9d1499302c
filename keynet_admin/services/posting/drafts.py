"""Postings as their municipality writes them: new ones, copies, edits."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from keynet_admin import clock
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.difference import changes
from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.rules import rule_by_code
from keynet_admin.rules.engine.reasons import moved, reasons_from
from keynet_admin.rules.engine.rule import Finding, Level, Result
from keynet_admin.rules.families.publication import material_changes
from keynet_admin.services import audit, counter, workflow
from keynet_admin.services.posting.publication import go_live
from keynet_admin.services.posting.revisions import PREFIX, add_revision, check, current_revision, live_revision
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PostingStatus


def create(organization: Organization, typed: Mapping[str, Any], actor: Actor) -> Posting:
    """A new draft in a municipality's own office, from what was typed (a copy of another posting, or a fresh form)."""
    if not can(actor, Permission.posting_edit, organization):
        raise NotPermitted("この操作を行う権限がありません。")
    result = check(organization, typed)
    findings = [finding.as_json() for finding in result.findings]
    row = Posting(posting_no=counter.posting_no(), organization_id=organization.id, created_at=clock.now(), changed_at=clock.now())
    row.current = 1
    add_revision(row, typed, result.normalized["postings"][0], findings, author_id=actor.account_id, given=[])
    audit.record(row, "create", actor, revision=1, own=True)
    return row


def copy(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """A new draft (`made`) with the content of the newest revision. Pressed again it is the draft made before. Raises StaleVersion."""
    if again := workflow.repeated(posting, actor, seen_version, "copy"):
        event = workflow.last_event(posting, "copy")
        return again.but(made=db.session.get_one(Posting, event.codes["made"]) if event is not None else None)
    workflow.require(posting, "copy", actor, seen_version)
    made = create(posting.organization, current_revision(posting).typed, actor)
    return workflow.move(posting, "copy", actor, seen_version=seen_version, made=made.id).but(
        made=made, note=f"{made.posting_no} として写しました。日付などを直して公開してください。"
    )


def save(posting: Posting, typed: Mapping[str, Any], result: Result, actor: Actor, *, seen_version: int) -> str:
    """Store an edited posting as a new revision and say what became of it.

    `draft` (not published), `live` (visitors see it now), `waiting` (warnings, a material change among them: the old one stays up
    until an operator releases it), `kept` (errors: kept, the old one stays up), `same` (nothing changed). Raises StaleVersion, Refused
    for a closed posting.
    """
    if not can(actor, Permission.posting_edit, posting):
        raise NotPermitted("この操作を行う権限がありません。")
    workflow.lock(posting)
    if posting.status in (PostingStatus.closed, PostingStatus.suspended):
        raise Refused(f"いまの状態（{posting.status.label}）では、内容を変更できません。")
    content = result.normalized["postings"][0]
    result = replace(result, findings=(*result.findings, *second_look(posting, content)))
    findings = [finding.as_json() for finding in result.findings]
    before = current_revision(posting)
    changed = [c.path.removeprefix(PREFIX) for c in changes({"postings": [before.normalized]}, {"postings": [content]})]
    if not changed and before.findings == findings:
        return "same"
    if posting.status is PostingStatus.awaiting_release:
        workflow.move(posting, "unpublish", actor, seen_version=seen_version)
    else:
        workflow.touch(posting, actor, seen_version)
    posting.current += 1
    given = moved(result.findings, "", "")
    revision = add_revision(posting, typed, content, findings, author_id=actor.account_id, given=given)
    outcome = "draft"
    posting.release_asked = False
    if posting.status in (PostingStatus.live, PostingStatus.paused):
        if posting.errors:
            outcome = "kept"
        elif posting.warnings:
            posting.release_asked, outcome = True, "waiting"
        else:
            go_live(posting, revision)
            outcome = "live"
    audit.record(posting, "edit", actor, fields=changed, revision=posting.current, outcome=outcome, version=posting.version)
    return outcome


def second_look(posting: Posting, content: Mapping[str, Any]) -> list[Finding]:
    """PUB-009 for each material condition of a published posting that an edit changes: an operator looks before visitors see it."""
    live = live_revision(posting) if posting.status in (PostingStatus.live, PostingStatus.paused) else None
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


def change_headcount(posting: Posting, number: str, actor: Actor, *, seen_version: int) -> tuple[str, Result]:
    """Change only the number of people wanted (as typed). Returns `save()`'s word and the result of the rules."""
    before = current_revision(posting)
    typed = dict(before.typed) | {"headcount": number}
    result = check(posting.organization, typed, reasons_from(before.reasons))
    if any(f.level is Level.ERROR and f.path == f"{PREFIX}headcount" for f in result.findings):
        return "refused", result
    return save(posting, typed, result, actor, seen_version=seen_version), result
