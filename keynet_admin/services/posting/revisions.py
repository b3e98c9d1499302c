"""Contents of postings: judged by the rules, stored as numbered revisions. Which one is live is a pointer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue.display import as_date
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Posting, PostingRevision
from keynet_admin.rules import RULESET, evaluate
from keynet_admin.rules.engine.reasons import Reasons, reasons_from, with_reasons
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.vocabulary import PUBLISHED

PREFIX = "postings.0."


def check(organization: Organization, typed: Mapping[str, Any], given: Reasons | None = None, *, partial: bool = False) -> Result:
    """The rules of today over one posting of an organization. Paths of the findings begin with `postings.0.`.

    `given` are the municipality's reasons: an overridable error with one counts as a warning. `partial`: nothing is said of what is missing.
    """
    return judge(organization.details or {}, typed, given, partial=partial)


def judge(organization: Mapping[str, Any], typed: Mapping[str, Any], given: Reasons | None = None, *, partial: bool = False) -> Result:
    """`check` for a body whose section of the form is this."""
    document = {"organization": organization, "postings": [dict(typed)]}
    return with_reasons(evaluate(document, on=clock.today(), sections=frozenset({"postings"}), partial=partial), given or {})


def recheck(posting: Posting, typed: Mapping[str, Any] | None = None) -> Result:
    """The rules of today over the newest revision (or what was `typed` instead of it), with the reasons given for it."""
    revision = current_revision(posting)
    return check(posting.organization, revision.typed if typed is None else typed, reasons_from(revision.reasons))


def current_revision(posting: Posting) -> PostingRevision:
    """The newest revision."""
    return revision_of(posting, posting.current)


def last_day(content: Mapping[str, Any]) -> date | None:
    """The last day of a posting: the end of its publication or its deadline, the earlier. None without an end."""
    end = as_date(content.get("publish_until"))
    deadline = as_date(content.get("deadline")) if content.get("deadline_type") == "date" else None
    return min(end, deadline) if end and deadline else end


def tel_reversed(content: Mapping[str, Any]) -> str:
    """The digits of the telephone for inquiries, from the last one to the first; empty without one."""
    return "".join(c for c in str(content.get("public_tel") or "") if c in "0123456789")[:20][::-1]


def is_private(posting: Posting) -> bool:
    """Whether no public page shows the posting, as its municipality wishes (of a published one, what is live counts)."""
    revision = live_revision(posting) if posting.status in PUBLISHED else None
    return (revision or current_revision(posting)).normalized.get("visibility") == "private"


def live_revision(posting: Posting) -> PostingRevision | None:
    """The revision that visitors see (or saw last), None before the first publication."""
    return revision_of(posting, posting.live) if posting.live is not None else None


def revision_of(posting: Posting, number: int) -> PostingRevision:
    """A revision by number. Raises NoResultFound for an unknown one."""
    return db.session.execute(
        select(PostingRevision).where(PostingRevision.posting_id == posting.id, PostingRevision.number == number)
    ).scalar_one()


def add_revision(
    posting: Posting,
    typed: Mapping[str, Any],
    content: Mapping[str, Any],
    findings: list[dict[str, Any]],
    *,
    author_id: int | None,
    given: list[dict[str, str]],
    ruleset: str = RULESET,
    reference_date: str = "",
) -> PostingRevision:
    """Store the revision that `posting.current` names, and copy into the posting what lists need of it. Both are flushed.

    `given` are the reasons stated for its findings, `author_id` None for the form's sender, `reference_date` today unless the content was
    judged on another day.
    """
    title, job, headcount = content.get("title"), content.get("job_type"), content.get("headcount")
    posting.title = title[:100] if isinstance(title, str) else ""
    posting.job_type = job[:40] if isinstance(job, str) and job.isascii() else ""
    posting.headcount = headcount if isinstance(headcount, int) and 0 <= headcount < 100_000 else None
    posting.errors = sum(f["level"] == Level.ERROR for f in findings)
    posting.warnings = sum(f["level"] == Level.WARNING for f in findings)
    posting.publish_until = last_day(content)
    posting.tel_reversed = tel_reversed(content)
    posting.confirm()
    posting.approval_asked_by_id = None
    db.session.add(posting)
    db.session.flush()
    revision = PostingRevision(
        posting_id=posting.id,
        number=posting.current,
        typed=dict(typed),
        normalized=dict(content),
        findings=findings,
        job_type=posting.job_type,
        headcount=posting.headcount,
        ruleset=ruleset or RULESET,
        reference_date=reference_date or clock.today().isoformat(),
        author_id=author_id,
        reasons=given,
        created_at=clock.now(),
    )
    db.session.add(revision)
    db.session.flush()
    return revision
