"""Other cases of the same body, each with what makes it so: its code where that is one, its name, reading, telephone or mail domain."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, true

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.mail_domain import DomainKind, judge
from keynet_admin.extensions import db
from keynet_admin.models import Submission
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review, search_index
from keynet_admin.services.submission.lists import Line, line
from keynet_admin.services.submission.proof import Proof, SenderCheck
from keynet_admin.vocabulary import AWAITING_REVIEW

SHOWN = 5
CODE, NAME = "団体コード", "団体名"


@dataclass(frozen=True)
class OtherCase:
    """A case of the same body: `reasons` are the fields by which it is known, `decider` who decided it (empty while nobody did)."""

    line: Line
    reasons: tuple[str, ...]
    decider: str

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
    newest = tuple(OtherCase(line(row), tuple(reasons[row.id]), deciders.get(row.id, "")) for row in db.session.execute(shown).scalars())
    waiting = select(Submission.id).where(Submission.awaiting_review(), Submission.id.in_(numbers))
    return OtherCases(newest, len(numbers), len(db.session.execute(waiting).all()) if case.status in AWAITING_REVIEW else 0)


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
