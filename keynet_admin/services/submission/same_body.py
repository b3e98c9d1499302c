"""Other cases of the same body, each with what makes it so: its code where that is one, its name, reading, telephone or mail domain."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import joinedload

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.mail_domain import DomainKind, judge
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Review, Submission, SubmissionLink, SubmissionRevision
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review, search_index
from keynet_admin.services.submission.lists import Line, line
from keynet_admin.services.submission.proof import Proof, SenderCheck
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AWAITING_REVIEW

SHOWN = 5
CODE, NAME = "団体コード", "団体名"


@dataclass(frozen=True)
class OtherCase:
    """A case of the same body: `reasons` are the fields by which it is known, `decider` who decided it (empty while nobody did).

    `sender`: name and address of its contact. `suspicion`: why it may be the same case once more, empty where nothing says so.
    """

    line: Line
    reasons: tuple[str, ...]
    decider: str
    sender: str = ""
    suspicion: str = ""

    @property
    def case(self) -> Submission:
        """The case."""
        return self.line.case


@dataclass(frozen=True)
class OtherCases:
    """The newest other cases of a body, how many there are in all, and how many of all wait for a decision, too."""

    newest: tuple[OtherCase, ...] = ()
    count: int = 0
    waiting: int = 0


def links_of(case: Submission) -> list[tuple[Submission, Review]]:
    """The cases that an operator has named the same as this one, with the decision that says so; oldest first."""
    twin = or_(
        and_(SubmissionLink.first_id == case.id, Submission.id == SubmissionLink.second_id),
        and_(SubmissionLink.second_id == case.id, Submission.id == SubmissionLink.first_id),
    )
    query = select(Submission, Review).join(SubmissionLink, twin).join(Review, Review.id == SubmissionLink.review_id)
    return [(other, review) for other, review in db.session.execute(query.order_by(Submission.id))]


def link(case: Submission, actor: Actor, *, seen_version: int, other: str, reason: str) -> Outcome:
    """Name two cases the same one; `other` is the receipt number. Logged with the reason at both. Raises BadField (`other`)."""
    twin = _both_locked(case, other)
    again, linked = workflow.repeated(case, actor, seen_version, "link"), _link_between(case, twin) is not None
    if again is not None and linked:  # without it, it was another case that they linked on another page
        return again
    if linked:
        raise BadField("この2件は、すでに重複として結ばれています。", "other")
    done = workflow.move(case, "link", actor, seen_version=seen_version, reason=reason, revision=case.current, other=twin.receipt_no)
    workflow.move(twin, "link", actor, seen_version=twin.version, reason=reason, revision=twin.current, other=case.receipt_no)
    assert done.review is not None  # noqa: S101 (the table says that a link is reviewed)
    first, second = sorted((case.id, twin.id))
    db.session.add(SubmissionLink(first_id=first, second_id=second, review_id=done.review.id))
    return done


def unlink(case: Submission, actor: Actor, *, seen_version: int, other: str, reason: str = "") -> Outcome:
    """Take that back. Raises BadField (`other`)."""
    twin = _both_locked(case, other)
    again, found = workflow.repeated(case, actor, seen_version, "unlink"), _link_between(case, twin)
    if again is not None and found is None:
        return again
    if found is None:
        raise BadField("この2件は、重複として結ばれていません。", "other")
    done = workflow.move(case, "unlink", actor, seen_version=seen_version, reason=reason, revision=case.current, other=twin.receipt_no)
    workflow.move(twin, "unlink", actor, seen_version=twin.version, reason=reason, revision=twin.current, other=case.receipt_no)
    db.session.delete(found)
    return done


def _both_locked(case: Submission, typed: str) -> Submission:
    """The other case by its receipt number; both are locked, always in the same order."""
    number = unicodedata.normalize("NFKC", typed).strip().upper()
    if not number:
        raise BadField("もう一方の申請の受付番号を入力してください（例：KN-210507-0001）。", "other")
    twin = db.session.execute(select(Submission).where(Submission.receipt_no == number)).scalar_one_or_none()
    if twin is None or twin.id == case.id:
        why = "この申請自身の受付番号です" if twin is not None else "その受付番号の申請は見つかりません"
        raise BadField(f"{why}。もう一方の申請の番号を確かめてください。", "other")
    for row in sorted((case, twin), key=lambda row: row.id):
        workflow.lock(row)
    return twin


def _link_between(case: Submission, twin: Submission) -> SubmissionLink | None:
    first, second = sorted((case.id, twin.id))
    query = select(SubmissionLink).where(SubmissionLink.first_id == first, SubmissionLink.second_id == second)
    return db.session.execute(query).scalar_one_or_none()


def other_cases(case: Submission) -> OtherCases:
    """The other cases of the body that this one is from. A code that is in no table says nothing: many bodies mistype alike."""
    reasons: dict[int, list[str]] = {}
    known = reference.municipality(case.lg_code) is not None
    if known or reference.is_union(case.lg_code):
        # A code with a union's digit stands in no table: it takes the name, too.
        same_code = select(Submission.id).where(
            Submission.lg_code == case.lg_code, true() if known else Submission.org_name == case.org_name
        )
        for number in db.session.execute(same_code).scalars():
            reasons[number] = [CODE]
    for reason, word, local in _words(case):
        for number in search_index.with_word(word, prefecture_code=case.prefecture_code if local else ""):
            reasons.setdefault(number, []).append(reason)
    reasons.pop(case.id, None)
    if known:
        # Neighbours may share a telephone or a domain: who gives another body's code and another name is that body.
        others = [number for number, found in reasons.items() if not {CODE, NAME} & set(found)]
        for number, code in db.session.execute(select(Submission.id, Submission.lg_code).where(Submission.id.in_(others))):
            if reference.municipality(code) is not None:
                del reasons[number]
    numbers = sorted(reasons, reverse=True)
    if not numbers:
        return OtherCases()
    shown = select(Submission).where(Submission.id.in_(numbers[:SHOWN])).order_by(Submission.id.desc())
    deciders = review.deciders(numbers[:SHOWN])
    own, found = submissions.current_revision(case), list(db.session.execute(shown).scalars())
    revisions = _revisions(found)
    newest = tuple(
        OtherCase(
            line(row),
            tuple(reasons[row.id]),
            deciders.get(row.id, ""),
            _sender(revisions[row.id]),
            _suspicion(case, own, row, revisions[row.id]),
        )
        for row in found
    )
    waiting = select(Submission.id).where(Submission.awaiting_review(), Submission.id.in_(numbers))
    return OtherCases(newest, len(numbers), len(db.session.execute(waiting).all()) if case.status in AWAITING_REVIEW else 0)


def _revisions(cases: Sequence[Submission]) -> dict[int, SubmissionRevision]:
    """The present revision of each case with its contact, in one query."""
    wanted = or_(*(and_(SubmissionRevision.submission_id == row.id, SubmissionRevision.number == row.current) for row in cases))
    query = select(SubmissionRevision).where(wanted).options(joinedload(SubmissionRevision.contact))
    return {revision.submission_id: revision for revision in db.session.execute(query).scalars()}


def _sender(revision: SubmissionRevision) -> str:
    contact = submissions.contact_of(revision)
    names = (contact.get("contact_last"), contact.get("contact_first"))
    return "　".join(part for part in (" ".join(str(n) for n in names if n), str(contact.get("contact_email") or "")) if part)


def _suspicion(case: Submission, own: SubmissionRevision, other: Submission, revision: SubmissionRevision) -> str:
    """What makes the other one look like the same case: the same postings, or the same jobs while both wait for a decision."""
    mine, theirs = _gist(own), _gist(revision)
    if mine and mine == theirs:
        return "募集の見出しと会場が同じ"
    if case.status in AWAITING_REVIEW and other.status in AWAITING_REVIEW and case.jobs == other.jobs:
        return "職種と人数が同じで、どちらも確認待ち"
    return ""


def _gist(revision: SubmissionRevision) -> list[tuple[Any, ...]]:
    """What names each posting; nothing of a posting without a headline."""
    postings = revision.normalized.get("postings")
    rows = [posting for posting in postings if isinstance(posting, Mapping)] if isinstance(postings, list) else []
    return sorted(tuple(str(row.get(name) or "") for name in ("job_type", "title", "venue_name")) for row in rows if row.get("title"))


def _words(case: Submission) -> list[tuple[str, str, bool]]:
    """What else names a body: (field, word of the search index, only within its prefecture). Empty values name nobody."""
    revision = submissions.current_revision(case)
    section = revision.normalized.get("organization")
    body = section if isinstance(section, Mapping) else {}
    domain = str(submissions.contact_of(revision).get("contact_email") or "").rpartition("@")[2].lower()
    # A provider's domain is everybody's.
    own = domain if domain and judge(domain, case.lg_code).kind not in (DomainKind.free, DomainKind.foreign) else ""
    found = [
        (NAME, case.org_name, len(reference.municipalities_named(case.org_name)) > 1),
        ("フリガナ", str(body.get("org_kana") or ""), True),
        ("代表電話番号", str(body.get("org_tel") or ""), False),
        ("メールのドメイン", f"@{own}" if own else "", False),
    ]
    return [(reason, word, local) for reason, word, local in found if word]


def checks(case: Submission, shown: Proof, others: OtherCases, accounts: int) -> list[SenderCheck]:
    """Code table, the sender's proof, other cases and accounts of the same body."""
    found = [_code_check(case), *shown.checks()]
    found.append(SenderCheck(None, f"この団体のアカウントが{accounts}件あります" if accounts else "この団体のアカウントはまだありません"))
    if others.waiting:
        found.append(SenderCheck(False, f"同じ団体の申請がほかに{others.count}件あり、うち{others.waiting}件も確認待ちです"))
    else:
        words = f"同じ団体の申請がほかに{others.count}件あります" if others.count else "同じ団体のほかの申請はありません"
        found.append(SenderCheck(None, words))
    return found


def _code_check(case: Submission) -> SenderCheck:
    body = reference.municipality(case.lg_code)
    if body is None:
        return SenderCheck(False, "団体コードが表にありません")
    if body.name == case.org_name:
        return SenderCheck(True, f"団体コード表の「{body.name}」と一致")
    return SenderCheck(False, f"団体コード表では「{body.name}」です")
