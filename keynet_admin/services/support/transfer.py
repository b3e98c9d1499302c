"""What was booked on the wrong body goes to the right one.

Nothing that happened is told of another body afterwards: a posting ends where it stood and begins anew, as a draft with a number of its own,
at the right body; history, talk, figures and versions stay with the old row. People who applied gave their data to one body, and who is
secured counts for one: while there are any, the posting stays. An accepted case is taken up again as the right body's, so that its account
is issued by the same proof as every other.
"""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.display import prefecture
from keynet_admin.catalogue.reference import Municipality
from keynet_admin.errors import BadField, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Organization, Posting, Review, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.services import workflow
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import REASON_TO_COME, Letter
from keynet_admin.services.posting import drafts
from keynet_admin.services.posting.balance import balances
from keynet_admin.services.posting.publication import mail_owner, owners
from keynet_admin.services.posting.revisions import current_revision
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import presence, task
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.submission.proof import address_for_account
from keynet_admin.services.support import erasing
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import CANDIDATE_ENDED, AccountStatus, PostingStatus, SubmissionStatus

AWAY, HERE, CASE = "posting_moved_away", "posting_moved_here", "case_moved"
NO_BODY = "移す先の団体を、6桁の団体コードか団体名で入力してください。例：131016、千代田区"
SEVERAL = "「{}」という団体が{}件あります。6桁の団体コードで入力してください。"
UNKNOWN = "「{}」という登録済みの団体は見つかりません。団体コードか、登録されている団体名を確かめてください。"
NOBODY_THERE = "{}には、使えるアカウントがまだありません。先にこの団体の申請を承認してから移してください。"
SAME = "いまと同じ団体です。移す先の団体を確かめてください。"
NO_CODE = "この団体コードの市区町村は、コード表にありません。6桁のコードを確かめてください。"
OTHERS_ACCOUNT = (
    "{}は、この申請の前から{}のアカウントです。このアドレスのままでは、正しい団体のアカウントを発行できません。"
    "差し戻して、アカウントのアドレスを直してもらってください。"
)
LAST_ACCOUNT = "{}は、{}のほかの募集を扱える最後のアカウントです。先に、この団体のほかの方を招待してもらってください。"


def obstacle(posting: Posting) -> str:
    """Why a posting cannot be moved to another body, as a sentence; empty when it can."""
    waiting = select(func.count()).where(
        Candidate.posting_id == posting.id, Candidate.erased_at.is_(None), Candidate.status.not_in(CANDIDATE_ENDED)
    )
    people = db.session.execute(waiting).scalar_one()
    if people:
        return (
            f"{posting.posting_no}には、返事を待つ応募・問い合わせが{people}件あります。応募した方の情報は、{posting.organization.name}に"
            "送られたものなので、ほかの団体に渡せません。団体が返事を済ませてから移してください。"
        )
    secured = balances([posting])[posting.id].secured
    if secured:
        return (
            f"{posting.posting_no}では、すでに{secured}名を確保しています。確保した人数は{posting.organization.name}の実績に数えるため、"
            "移せません。記録が誤りのときは、団体が記録を取り消してから移してください。"
        )
    return ""


def posting(row: Posting, actor: Actor, *, seen_version: int, to: str, reason: str) -> Outcome:
    """End a posting and make the draft (`made`) of its newest content at the right body, named by code or name. Both are mailed.

    Raises BadField (`to`), Refused when people wait or are secured.
    """
    if again := workflow.repeated(row, actor, seen_version, "transfer"):
        return again
    workflow.require(row, "transfer", actor, seen_version)
    body = body_named(to)
    if body.id == row.organization_id:
        raise BadField(SAME, "to")
    if not owners(body, HERE):
        raise BadField(NOBODY_THERE.format(body.name), "to")
    if why := obstacle(row):
        raise Refused(why)
    made = drafts.add(body, current_revision(row).typed, actor, here=True, other=row.posting_no)
    done = workflow.move(
        row, "transfer", actor, seen_version=seen_version, reason=reason, made=made.id, other=made.posting_no, body=body.id
    )
    _end(row)
    mails = mail_owner(row, AWAY, reason, to_name=_full(body), new_no=made.posting_no)
    mails += mail_owner(made, HERE, reason, from_name=_full(row.organization), old_no=row.posting_no)
    note = f"{body.name}へ移しました。新しい番号は {made.posting_no} です。"
    return done.but(made=made, mails=mails, note=note)


def posting_letters(row: Posting, to: str, reason: str) -> list[tuple[str, Letter]]:
    """The mails that this transfer would send: (address, mail). Without a body that can be found only those to the present one."""
    try:
        body = body_named(to)
    except BadField:
        body = None
    words = {"posting_no": row.posting_no, "posting_id": row.id, "title": row.title, "reason": reason.strip() or REASON_TO_COME}
    away = words | {"org_name": row.organization.name, "to_name": _full(body) if body else "（移す先の団体）", "new_no": "（新しい番号）"}
    found = [(a.email, outbox.preview(AWAY, away | {"contact_name": a.name})) for a in owners(row.organization, AWAY)]
    if body is not None:
        here = words | {
            "org_name": body.name,
            "from_name": _full(row.organization),
            "old_no": row.posting_no,
            "posting_no": "（新しい番号）",
        }
        found += [(a.email, outbox.preview(HERE, here | {"contact_name": a.name})) for a in owners(body, HERE)]
    return found


def case(row: Submission, actor: Actor, *, seen_version: int, to: str, reason: str) -> Outcome:
    """Take an accepted case up again as another municipality's: what its acceptance made ends, its form gets the right code and name.

    Raises BadField (`to`) for a code of no municipality, Refused when a posting or the account cannot go.
    """
    if again := workflow.repeated(row, actor, seen_version, "transfer"):
        return again
    workflow.require(row, "transfer", actor, seen_version)
    body = municipality_of(to)
    if body.code6 == row.lg_code:
        raise BadField(SAME, "to")
    found = _postings(row, lock=True)
    if why := case_obstacle(row, found):
        raise Refused(why)
    account, before = _issued(row), row.organization
    done = workflow.move(row, "transfer", actor, seen_version=seen_version, reason=reason, revision=row.current + 1, other=body.code6)
    case_clock.reopened(row)
    row.decided_at, row.assignee_id, row.organization_id = None, actor.account_id, None
    row.held_until = clock.now() + presence.LEASE
    revision = submissions.current_revision(row)
    document = submissions.whole(revision, "typed")
    document["organization"] = dict(document.get("organization") or {}) | _columns(body)
    given = {(f.rule, f.path): f.reason for f in submissions.findings_of(revision) if f.reason}
    result = with_reasons(evaluate(document, on=clock.today()), given)
    submissions.add_corrected(row, document, result, reference_date=clock.today().isoformat())
    for one in found:
        one.submission_id = one.submission_index = None
        if one.status is not PostingStatus.closed:
            workflow.move(one, "transfer_case", actor, seen_version=one.version)
            _end(one)
    if account is not None:
        erasing.end_account(account)
    old = before.name if before is not None else ""
    words = {"reason": reason.strip(), "to_name": body.name, "from_name": old, "account": account is not None}
    mails = submissions.mail_sender(CASE, row, submissions.current_revision(row), words)
    task.refresh(row)
    return done.but(mails=mails)


def case_letters(row: Submission, to: str, reason: str) -> list[tuple[str, Letter]]:
    """The mail to its sender."""
    revision = submissions.current_revision(row)
    address = submissions.address_of(revision)
    if not address:
        return []
    try:
        name = municipality_of(to).name
    except BadField:
        name = "（正しい団体）"
    words: dict[str, Any] = {
        "reason": reason.strip() or REASON_TO_COME,
        "to_name": name,
        "from_name": row.organization.name if row.organization else "",
    }
    words |= {"account": _issued(row) is not None}
    return [(address, outbox.preview(CASE, submissions.case_words(row, revision) | words))]


def case_obstacle(row: Submission, found: Sequence[Posting] | None = None) -> str:
    """Why an accepted case cannot become another body's, as a sentence; empty when it can."""
    postings = _postings(row) if found is None else found
    for one in postings:
        if one.status is PostingStatus.suspended:
            return f"{one.posting_no}は掲載停止中です。停止を解除してから行ってください。"
        if one.status is not PostingStatus.closed and (why := obstacle(one)):
            return why
    account = accounts.by_email(address_for_account(submissions.current_revision(row)))
    if account is None or row.organization is None or account.organization_id != row.organization_id:
        return ""
    if _issued(row) is None:
        return OTHERS_ACCOUNT.format(account.email, row.organization.name)
    left = select(Posting.id).where(
        Posting.organization_id == row.organization_id,
        Posting.id.not_in([one.id for one in postings]),
        Posting.status != PostingStatus.closed,
    )
    others = [a for a in row.organization.accounts if a.id != account.id and a.status is AccountStatus.active]
    if not others and db.session.execute(left.limit(1)).first() is not None:
        return LAST_ACCOUNT.format(account.email, row.organization.name)
    return ""


def effects(row: Submission) -> dict[str, Any]:
    """What a transfer of this case ends: its postings that are not over, and the account that it issued."""
    return {"postings": [one for one in _postings(row) if one.status is not PostingStatus.closed], "account": _issued(row)}


def body_named(text: str) -> Organization:
    """The registered body with this code or just this name. Raises BadField (`to`) for none, and for several."""
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed:
        raise BadField(NO_BODY, "to")
    named = Organization.lg_code == typed if typed.isascii() else Organization.name == text.strip()
    rows = db.session.execute(select(Organization).where(named).order_by(Organization.id).limit(20)).scalars().all()
    if len(rows) > 1:
        raise BadField(SEVERAL.format(text.strip()[:40], len(rows)), "to")
    if not rows:
        raise BadField(UNKNOWN.format(text.strip()[:40]), "to")
    return rows[0]


def municipality_of(text: str) -> Municipality:
    """The municipality of the code table with this code. Raises BadField (`to`)."""
    typed = unicodedata.normalize("NFKC", text).strip()
    found = reference.municipality(typed) if typed.isdigit() else None
    if found is None:
        raise BadField(NO_CODE, "to")
    return found


def _columns(body: Municipality) -> dict[str, str]:
    """The fields of a form that say which body it is."""
    return {"lg_code": body.code6, "org_name": body.name, "org_kana": body.kana, "pref": body.prefecture_code}


def _full(body: Organization) -> str:
    return f"{prefecture(body.prefecture_code)}{body.name}"


def _postings(row: Submission, *, lock: bool = False) -> Sequence[Posting]:
    query = select(Posting).where(Posting.submission_id == row.id).order_by(Posting.id)
    if lock:
        query = query.with_for_update(of=Posting, key_share=True).execution_options(populate_existing=True)
    return db.session.execute(query).scalars().all()


def _issued(row: Submission) -> Account | None:
    """The account that the case's own acceptance issued at the body; None when its address has none there, or had one before."""
    account = accounts.by_email(address_for_account(submissions.current_revision(row)))
    if account is None or account.organization_id != row.organization_id or row.status is not SubmissionStatus.accepted:
        return None
    first = select(func.min(Review.created_at)).where(Review.about(row), Review.action == "accept")
    accepted = db.session.execute(first).scalar_one_or_none()
    return account if accepted is not None and account.created_at >= accepted else None


def _end(row: Posting) -> None:
    """Over at this body for good: it cannot be reopened, and nobody is asked how many people it secured."""
    row.closed_at, row.release_asked, row.opens_on, row.approval_asked_by_id = clock.now(), False, None, None
    row.vacated, row.outcome_due, row.outcome_ask_at, row.reopen_until, row.open_at_close = False, False, None, None, None
    db.session.flush()
    listing.update(row)
