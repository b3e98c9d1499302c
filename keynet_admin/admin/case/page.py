"""What the page of one case shows, gathered once."""

from collections.abc import Mapping
from typing import Any

from keynet_admin.admin.case import answers, asked
from keynet_admin.admin.case.sheet import fold, sheet
from keynet_admin.catalogue import field_at, posting_field
from keynet_admin.catalogue.difference import changes
from keynet_admin.models import Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.evaluate import at_most
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services import batch, workflow
from keynet_admin.services.submission import acceptance, finding, follow_up, presence, proof, review, same_body, task
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import lists as queue
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.history import Entry
from keynet_admin.vocabulary import SubmissionStatus

MOST_SHOWN = 300  # findings
FOLD_FROM, FOLD_ALL_FROM = 4, 9  # postings: from here on those without a finding of their own are folded, or all
CHANGES_SHOWN = 8


def shown(case: Submission, actor: Actor, *, every: bool) -> dict[str, Any]:
    """The variables of `admin/case.html`: the form with its findings, the decision, who this is, and the history."""
    revision = submissions.current_revision(case)
    before = submissions.revision_of(case, case.current - 1) if case.current > 1 else None
    document = submissions.whole(revision)
    changed = changes(submissions.whole(before), document) if before is not None else []
    findings = at_most(submissions.findings_of(revision), most=MOST_SHOWN)
    rows = finding.rows_of(revision)
    open_ones = asked.still_open(findings, rows)
    others, plan = same_body.other_cases(case), acceptance.plan(case)
    accounts, proven = plan.organization.accounts if plan.organization is not None else [], acceptance.proof_of(case, plan)
    allowed = workflow.allowed(case, actor)
    returned = answers.return_before(case) if before is not None else None
    entries, looked = history.of_submission(case), presence.before(case, actor)
    told, unasked = answers.answers(returned, changed, document, open_ones)
    return {
        "case": case,
        "looked": looked,
        "news": [entry for entry in entries if looked is not None and entry.at > looked and _is_news(entry, actor)],
        "row": queue.line(case),
        "jobs": jobs_summed(case),
        "revision": revision,
        "before": before,
        "changed": changed,
        "told": told,
        "unasked": unasked,
        "changes_shown": CHANGES_SHOWN,
        "answered": returned,
        "parts": parts_of(document, findings, changed, open_ones, every=every),
        "outside": [found for found in findings if found.level is not Level.FIX and field_at(found.path) is None],
        "asked": asked.asked_of(findings, rows),
        "clearers": finding.clearers(rows.values()),
        "cleared": {key for key, mark in rows.items() if asked.is_cleared(mark)},
        "in_words": asked.in_words,
        "name_of": asked.name_of,
        "open_ones": open_ones,
        "plan": plan,
        "allowed": allowed,
        "offers": workflow.offers(case, actor),
        "others": others,
        "links": same_body.links_of(case),
        "batches": batch.batches_of(case) if "set_aside" in allowed else [],
        "decider": review.deciders([case.id]).get(case.id, ""),
        "entries": entries,
        "checks": same_body.checks(case, proven, others, len(accounts)),
        "doubted": bool(proven.doubts) and not proven.calls,
        "registered": proof.registered_phone(plan.organization),
        "missing": proven.missing(actor),
        "returned": follow_up.last_return(case) if case.status is SubmissionStatus.returned else None,
        "link_ends": follow_up.link_ends(case),
        "lost": task.lost_mail(case),
        "every": every,
        "actor": actor,
    }


def jobs_summed(case: Submission) -> list[tuple[str, int]]:
    """Each job once, with the headcounts of all its postings added (0 when none is a number)."""
    sums: dict[str, int] = {}
    for slug, number in case.jobs:
        name = posting_field("job_type").label_of(slug) if slug else "職種不明"
        sums[name] = sums.get(name, 0) + (number if isinstance(number, int) else 0)
    return list(sums.items())


def parts_of(
    document: Mapping[str, Any], findings: list[Any], changed: list[Any], open_ones: list[Any], *, every: bool
) -> list[dict[str, Any]]:
    """The parts of the form: `key`, letter, title, its sheet and the open findings in it; postings that nobody must look at are folded."""
    postings = document.get("postings")
    found = [("organization", "organization.", document.get("organization"), "A", "団体")]
    found += [("contact", "contact.", document.get("contact"), "B", "連絡担当者")]
    for index, posting in enumerate(postings if isinstance(postings, list) else []):
        if isinstance(posting, Mapping):
            found.append(("postings", f"postings.{index}.", posting, f"C-{index + 1}", _job(posting)))
    found.append(("confirmation", "confirmation.", document.get("confirmation"), "D", "確認"))
    parts, many = [], len(postings) if isinstance(postings, list) else 0
    alone = {(f.rule, f.path) for line in asked.asked_of(findings, {}) if len(line.findings) == 1 for f in line.findings}
    for section, prefix, values, letter, title in found:
        record = values if isinstance(values, Mapping) else {}
        made = sheet(section, record, prefix, findings, changed, every=every)
        here = [f for f in open_ones if f.path.startswith(prefix)]
        own = any((f.rule, f.path) in alone for f in here)
        if section == "postings" and not every and (many >= FOLD_ALL_FROM or (many >= FOLD_FROM and not own)):
            fold(made)
        parts.append(
            {
                "section": section,
                "key": letter.replace("-", "").lower(),
                "letter": letter,
                "title": title,
                "values": record,
                "sheet": made,
                "open": here,
            }
        )
    return parts


def _job(posting: Mapping[str, Any]) -> str:
    slug = posting.get("job_type")
    name = posting_field("job_type").label_of(slug) if isinstance(slug, str) and slug else "職種不明"
    other, number = posting.get("job_other"), posting.get("headcount")
    return f"{name}{f'（{other}）' if other else ''}{number if isinstance(number, int) and not isinstance(number, bool) else ''}"


def _is_news(entry: Entry, actor: Actor) -> bool:
    """Not what the reader did, nor a mail that went its way: the act that it tells of stands beside it."""
    return bool(entry.tone) if entry.icon == "mail" else entry.actor_id is None or entry.actor_id != actor.account_id
