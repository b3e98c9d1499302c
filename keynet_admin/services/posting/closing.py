"""The closing of a posting as its municipality decides it: how many were secured by which way, what becomes of the places that stayed
open, and of everybody who still waits. All of it is one transaction, with its mails.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Candidate, OutboxMail, Posting
from keynet_admin.permissions import Actor
from keynet_admin.rules import rule_by_code
from keynet_admin.services import workflow
from keynet_admin.services.candidate import stages
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting import drafts, placements, publication
from keynet_admin.services.posting.balance import balances
from keynet_admin.services.posting.revisions import current_revision
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import SecuredWay

RESULTS = {"secured": "採用した", "rejected": "採用しなかった", "": "未定"}


@dataclass(frozen=True)
class WaitingGroup:
    """People who wait in these states, and what a closing does with them: `tells` is the default, None where nobody is ever told."""

    name: str
    label: str
    states: tuple[S, ...]
    tells: bool | None
    keeps: str
    note: str = ""


GROUPS = (
    WaitingGroup("offered", "内定", (S.offered,), None, "お知らせしません", "承諾待ちです。募集が終わっても、内定はそのままです。"),
    WaitingGroup("selection", "選考中", (S.selection,), False, "選考を続ける（お知らせしない）"),
    WaitingGroup("received", "応募受付・連絡済み", (S.received, S.seen, S.contacted), True, "選考を続ける（お知らせしない）"),
    WaitingGroup("inquiry", "問い合わせ", (S.open,), False, "回答を続ける（お知らせしない）"),
)


def waiting(posting: Posting, *, lock: bool = False) -> dict[str, list[Candidate]]:
    """Who waits at the posting, by the names of `GROUPS`, and as `moved` those in direct selection, whose results are asked for by name.

    Nobody whose row is locked or erased. `lock`: in the order of their numbers, as everybody who takes several does.
    """
    states = [state for group in GROUPS for state in group.states]
    here = Candidate.posting_id == posting.id, Candidate.locked.is_(False), Candidate.erased_at.is_(None)
    query = select(Candidate).where(*here, Candidate.status.in_((*states, S.moved))).order_by(Candidate.id)
    if lock:
        query = query.with_for_update(of=Candidate).execution_options(populate_existing=True)
    people = db.session.execute(query).scalars().all()
    groups = {group.name: [row for row in people if row.status in group.states] for group in GROUPS}
    return groups | {"moved": [row for row in people if row.status is S.moved]}


def close(
    posting: Posting,
    actor: Actor,
    *,
    seen_version: int,
    figures: Mapping[SecuredWay, int] | None,
    results: Mapping[int, str],
    rest: str,
    fates: Mapping[str, bool],
    reason: str = "",
    word: str = "",
) -> Outcome:
    """End the recruiting with its outcome.

    `figures` are the totals of the ways that are typed (None: to be asked later), `results` what became of people in direct selection (candidate id → `RESULTS`),
    `rest` what is done about places that stayed open (`enough`, `again`: a draft for them), `fates` which groups are told, `word` what
    stands in their mail besides. Raises BadField for `reason` and `rest`.
    """
    if again := workflow.repeated(posting, actor, seen_version, "close"):
        return again
    done = publication.close(posting, actor, seen_version=seen_version, reason=reason)
    placements.set_totals(posting, actor, figures or {})
    groups = waiting(posting, lock=True)
    for row in groups["moved"]:
        if results.get(row.id) == "secured":
            stages.secure(row, actor, seen_version=row.version)
        elif results.get(row.id) == "rejected":
            stages.reject(row, actor, seen_version=row.version)
    found = publication.closed_with(posting)
    listing.update(posting)
    if figures is None:
        publication.ask_later(posting)
    else:
        require_reason(posting, reason)
    if found.open and figures is not None and posting.published_at is not None and rest not in ("enough", "again"):
        raise BadField(f"足りない{found.open}名をどうするか、選んでください。", "rest")
    told = [row for group in GROUPS if group.tells is not None and fates.get(group.name) for row in groups[group.name]]
    mails = sum(stages.end_with_posting(row, actor, seen_version=row.version, word=word).mails for row in told)
    done, note = done.but(mails=mails), "募集を終了しました。"
    if told:
        note += f"{len(told)}人に募集の終了を知らせました（メール{mails}通）。"
    if found.open and rest == "again":
        typed = dict(current_revision(posting).typed) | {"headcount": found.open}
        made = drafts.create(posting.organization, typed, actor)
        return done.but(
            made=made, note=f"{note}{found.open}名の募集の下書き {made.posting_no} を作りました。日付などを直して公開してください。"
        )
    return done.but(note=note)


def require_reason(posting: Posting, reason: str) -> None:
    """RPT-003: more people than wanted need a reason. Raises BadField."""
    if (words := too_many(posting.headcount, balances([posting])[posting.id].secured)) and not reason.strip():
        raise BadField(words, "reason")


def too_many(wanted: int | None, secured: int) -> str:
    """What is said about more secured people than wanted (RPT-003); empty when there are not."""
    rule = rule_by_code("RPT-003")
    if not wanted or secured <= wanted or rule is None:
        return ""
    return f"確保した人数（{secured}名）が募集した人数（{wanted}名）を超えています。{rule.why}{rule.how}"


def told_at_closing(posting: Posting) -> Sequence[tuple[Candidate, OutboxMail]]:
    """Whom the last closing wrote to, with the mail: what `reopen` cannot take back."""
    mail = (
        (OutboxMail.subject == Candidate.__tablename__) & (OutboxMail.subject_id == Candidate.id) & (OutboxMail.template == stages.CLOSED)
    )
    query = select(Candidate, OutboxMail).join(OutboxMail, mail).where(Candidate.posting_id == posting.id)
    return [(row[0], row[1]) for row in db.session.execute(query.where(OutboxMail.created_at >= posting.closed_at).order_by(Candidate.id))]
