"""What an accepted case hands over to its municipality: a draft for each posting of the form, or the correction of one made before."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting, Submission, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.reasons import moved, reasons_from
from keynet_admin.rules.engine.rule import Finding, Result
from keynet_admin.services import audit, counter
from keynet_admin.services.posting import drafts
from keynet_admin.services.posting.revisions import PREFIX, add_revision, current_revision, judge
from keynet_admin.vocabulary import PostingStatus

NEW, SAME, SHUT, DROPPED = "new", "same", "shut", "dropped"
LABELS = {
    SAME: "前回の承認の内容のまま",
    SHUT: "状態が「{status}」のため、反映しません",
    DROPPED: "今回の申請にありませんが、そのまま残ります",
    "draft": "下書きに反映します",
    "awaiting_release": "公開の確認待ちのまま、内容に反映します",
    "live": "公開中の内容にすぐ反映します",
    "paused": "一時停止中の内容に反映します",
    "scheduled": "公開予定の内容に反映します",
    "waiting": "公開の内容はそのまま残し、変更は事務局の確認を待ちます",
    "kept": "公開の内容はそのまま残し、要修正の指摘がある変更として保存します",
}


@dataclass(frozen=True)
class Handover:
    """What accepting does with one posting of the form (`index`), or with one that an earlier acceptance made (`known`).

    `outcome`: `new` (a draft is made), `same`, what `drafts.save` makes of the correction, `shut` (closed or suspended: left as it is),
    `dropped` (the form has it no more: left to its municipality, which alone closes postings). `changed` is what will be different in
    the posting; `typed` and `result` are its content then.
    """

    content: Mapping[str, Any]
    index: int | None = None
    known: Posting | None = None
    outcome: str = NEW
    changed: tuple[Change, ...] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)
    result: Result | None = None

    @property
    def label(self) -> str:
        """What becomes of a posting that was handed over before."""
        return LABELS[self.outcome].format(status=self.known.status.label if self.known is not None else "")

    @property
    def name(self) -> str:
        """Number and title of that posting."""
        return f"{self.known.posting_no}「{self.known.title}」" if self.known is not None else ""


def handovers(
    submission: Submission,
    revision: SubmissionRevision,
    before: SubmissionRevision | None,
    organization: Mapping[str, Any],
    *,
    lock: bool = False,
) -> list[Handover]:
    """What an acceptance would do with the postings, in the form's order; last those of an earlier acceptance that the form dropped.

    `before` is the revision that was accepted last, `organization` the form's own section, by which the rules judge.
    """
    query = select(Posting).where(Posting.submission_id == submission.id).order_by(Posting.id)
    if lock:
        query = query.with_for_update(of=Posting, key_share=True).execution_options(populate_existing=True)
    known = list(db.session.execute(query).scalars())
    given = {row.id: _content_at(before, row.submission_index) for row in known}
    contents = _contents(revision)
    pairs = _paired(known, given, contents, same_number=len(contents) == len(_contents(before) if before is not None else {}))
    found = [
        _again(pairs[index], index, revision, given[pairs[index].id], organization) if index in pairs else Handover(content, index)
        for index, content in contents.items()
    ]
    kept = {row.id for row in pairs.values()}
    return [*found, *(Handover({}, None, row, DROPPED) for row in known if row.id not in kept)]


def hand_over(
    planned: Sequence[Handover], submission: Submission, revision: SubmissionRevision, organization: Organization, actor: Actor
) -> None:
    """Carry the plan out: new drafts, and corrections of the postings that can follow."""
    for handover in planned:
        if handover.known is not None and handover.known.submission_index != handover.index:
            handover.known.submission_index = None
    db.session.flush()  # two that change places would meet otherwise
    for handover in planned:
        row = handover.known
        if row is None:
            row = Posting(posting_no=counter.posting_no(), organization_id=organization.id, created_at=clock.now(), changed_at=clock.now())
            row.submission_id, row.submission_index = submission.id, handover.index
            _fill(row, revision, handover)
            audit.record(row, "create", actor, revision=1)
            continue
        row.submission_index = handover.index
        if handover.result is not None:
            drafts.save_correction(row, handover.typed, handover.result, actor)


def _contents(revision: SubmissionRevision) -> dict[int, Mapping[str, Any]]:
    return {index: content for index, content in enumerate(revision.normalized.get("postings") or []) if isinstance(content, Mapping)}


def _content_at(revision: SubmissionRevision | None, index: int | None) -> Mapping[str, Any] | None:
    return _contents(revision).get(index) if revision is not None and index is not None else None


def _paired(
    known: Sequence[Posting], given: Mapping[int, Mapping[str, Any] | None], contents: Mapping[int, Mapping[str, Any]], *, same_number: bool
) -> dict[int, Posting]:
    """Which posting each of the form's is: one with the same content, else the same title and job, else the same title, else the one at
    its place (with the same job, unless there are as many as before).
    """

    def of(row: Posting, name: str) -> Any:
        content = given[row.id] or {"title": row.title, "job_type": row.job_type}
        return content.get(name)

    same: tuple[Callable[[Posting, int, Mapping[str, Any]], bool], ...] = (
        lambda row, _index, content: given[row.id] == content,
        lambda row, _index, content: all(of(row, name) == content.get(name) for name in ("title", "job_type")),
        lambda row, _index, content: bool(of(row, "title")) and of(row, "title") == content.get("title"),
        lambda row, index, content: (
            given[row.id] is not None and row.submission_index == index and (same_number or of(row, "job_type") == content.get("job_type"))
        ),
    )
    found: dict[int, Posting] = {}
    for is_same in same:
        for index, content in contents.items():
            taken = {row.id for row in found.values()}
            left = sorted((row for row in known if row.id not in taken), key=lambda row: (row.submission_index != index, row.id))
            row = next((row for row in left if index not in found and is_same(row, index, content)), None)
            if row is not None:
                found[index] = row
    return found


def _again(
    row: Posting, index: int, revision: SubmissionRevision, given: Mapping[str, Any] | None, organization: Mapping[str, Any]
) -> Handover:
    """The correction of a posting: only the fields in which the form differs from what was accepted before, put into its newest content,
    so that what its municipality has changed since then stays.
    """
    now, content, raw = current_revision(row), _contents(revision)[index], _typed(revision, index)
    corrected = {c.path.split(".")[2] for c in changes({"postings": [given or now.normalized]}, {"postings": [dict(content)]})}
    kept = {name: value for name, value in now.typed.items() if name not in corrected}
    typed = kept | {name: raw[name] for name in corrected if name in raw}
    reasons = reasons_from(now.reasons) | reasons_from(_reasons(revision, index))
    result = judge(organization, typed, reasons)
    changed = tuple(changes({"postings": [now.normalized]}, {"postings": [result.normalized["postings"][0]]})) if corrected else ()
    if not changed:
        return Handover(content, index, row, SAME)
    if row.status in (PostingStatus.closed, PostingStatus.suspended):
        return Handover(content, index, row, SHUT, changed)
    outcome = row.status.value if row.status is PostingStatus.awaiting_release else drafts.outcome_of(row, drafts.judged(row, result))
    return Handover(content, index, row, outcome, changed, typed, result)


def _fill(row: Posting, revision: SubmissionRevision, handover: Handover) -> None:
    """Store the form's posting as the row's first revision: paths of findings and reasons begin with `postings.0.` there."""
    old, index = f"postings.{handover.index}.", handover.index or 0
    findings = [f | {"path": PREFIX + f["path"].removeprefix(old)} for f in revision.findings if f["path"].startswith(old)]
    given, day = _reasons(revision, index), revision.reference_date
    row.current = 1
    typed, content = _typed(revision, index) or handover.content, handover.content
    add_revision(row, typed, content, findings, author_id=None, given=given, ruleset=revision.ruleset, reference_date=day)


def _typed(revision: SubmissionRevision, index: int) -> Mapping[str, Any]:
    typed = revision.typed.get("postings") or []
    return typed[index] if index < len(typed) and isinstance(typed[index], Mapping) else _contents(revision)[index]


def _reasons(revision: SubmissionRevision, index: int) -> list[dict[str, str]]:
    return moved([Finding.from_json(f) for f in revision.findings], f"postings.{index}.", PREFIX)
