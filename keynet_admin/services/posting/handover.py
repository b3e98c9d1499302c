"""What an accepted case hands over to its municipality: a draft for each posting of the form, or its correction after a re-acceptance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue.difference import changes
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting, PostingRevision, Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.reasons import moved
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.services import audit, counter, workflow
from keynet_admin.services.posting.revisions import PREFIX, add_revision
from keynet_admin.vocabulary import PostingStatus


@dataclass(frozen=True)
class Handover:
    """What accepting does with one posting of the form. `known` is the posting made by an earlier acceptance.

    `changed` are the fields in which the form differs from what was handed over before. `kept` says why the known posting does not
    follow the form; it is empty when nothing stands in the way.
    """

    content: Mapping[str, Any]
    index: int
    known: Posting | None = None
    changed: tuple[str, ...] = ()
    kept: str = ""

    def sentence(self) -> str:
        """What becomes of a posting that was handed over before, for the operator who decides (empty for a new one)."""
        if self.known is None:
            return ""
        name = f"{self.known.posting_no}「{self.known.title}」"
        if not self.content:
            return f"{name}は、今回の申請にありません。お渡しした募集情報は、そのまま残ります。"
        if not self.changed:
            return f"{name}は、前回の承認でお渡しした内容のままです。"
        if self.kept:
            return f"{name}は、{self.kept}ため、今回の内容を反映しません。団体の画面で直してもらってください。"
        return f"{name}の下書きを、今回の内容に改めます。"


def handovers(submission: Submission, revision: SubmissionRevision, *, lock: bool = False) -> list[Handover]:
    """What an acceptance would do with the postings, in the form's order; last those of an earlier acceptance that the form dropped."""
    query = select(Posting).where(Posting.submission_id == submission.id).order_by(Posting.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    known = {row.submission_index: row for row in db.session.execute(query).scalars()}
    found = []
    for index, content in enumerate(revision.normalized.get("postings") or []):
        if isinstance(content, Mapping):
            row = known.pop(index, None)
            found.append(Handover(content, index) if row is None else _again(row, content, index))
    return [*found, *(Handover({}, index, row) for index, row in known.items() if index is not None)]


def hand_over(submission: Submission, revision: SubmissionRevision, organization: Organization, actor: Actor) -> list[Posting]:
    """Make the drafts of an accepted case, and give those made by an earlier acceptance the corrected content where they can follow."""
    touched: list[Posting] = []
    for handover in handovers(submission, revision, lock=True):
        row = handover.known
        if row is not None and (handover.kept or not handover.changed):
            continue
        if row is None:
            moment = clock.now()
            row = Posting(posting_no=counter.posting_no(), organization_id=organization.id, created_at=moment, changed_at=moment)
            row.submission_id, row.submission_index, row.current = submission.id, handover.index, 0
        else:
            workflow.touch(row, actor, row.version)
        row.current += 1
        _fill(row, revision, handover)
        if handover.known is None:
            audit.record(row, "create", actor, revision=1)
        else:
            audit.record(row, "edit", actor, fields=handover.changed, revision=row.current, outcome="draft", version=row.version)
        touched.append(row)
    return touched


def _fill(row: Posting, revision: SubmissionRevision, handover: Handover) -> None:
    """Store the form's posting as the row's current revision: paths of findings and reasons begin with `postings.0.` there."""
    old, index, content = f"postings.{handover.index}.", handover.index, handover.content
    findings = [f | {"path": PREFIX + f["path"].removeprefix(old)} for f in revision.findings if f["path"].startswith(old)]
    typed = revision.typed.get("postings") or []
    raw = typed[index] if index < len(typed) and isinstance(typed[index], Mapping) else content
    given, day = moved([Finding.from_json(f) for f in revision.findings], old, PREFIX), revision.reference_date
    add_revision(row, raw, content, findings, author_id=None, given=given, ruleset=revision.ruleset, reference_date=day)


def _again(row: Posting, content: Mapping[str, Any], index: int) -> Handover:
    """A posting that an earlier acceptance has made: its newest content from a form has no author."""
    revisions = db.session.execute(
        select(PostingRevision).where(PostingRevision.posting_id == row.id).order_by(PostingRevision.number.desc())
    ).scalars()
    stored = list(revisions)
    given = next(revision for revision in stored if revision.author_id is None)
    fields = [c.path.removeprefix(PREFIX) for c in changes({"postings": [given.normalized]}, {"postings": [dict(content)]})]
    kept = ""
    if row.status is not PostingStatus.draft:
        kept = f"いまの状態が「{row.status.label}」の"
    elif any(revision.author_id is not None for revision in stored):
        kept = "団体が内容を変更した"
    return Handover(content, index, row, tuple(fields), kept)
