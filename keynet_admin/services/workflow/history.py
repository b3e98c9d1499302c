"""One history per case or posting: submissions, decisions, mails and moves as sentences, newest first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import String, cast, literal, or_, select, union_all

from keynet_admin.catalogue import label_at
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    AuditEvent,
    Candidate,
    Keying,
    Organization,
    OutboxMail,
    Partner,
    PartnerItem,
    PartnerKey,
    Posting,
    Report,
    ReportRound,
    Review,
    Submission,
    SubmissionRevision,
)
from keynet_admin.services.mail.message import without_site
from keynet_admin.services.workflow.moves import TOLD
from keynet_admin.services.workflow.row import Move
from keynet_admin.vocabulary import UNDELIVERED, ActorKind, Source

FIELDS_TOLD = 3
Names = Mapping[tuple[str, int], str]
# Of what an event is about, and of who acted: the key and the two words that people know it by.
_NAMES: dict[str, tuple[Any, Any, Any]] = {
    "submission": (Submission.id, Submission.receipt_no, Submission.org_name),
    "posting": (Posting.id, Posting.posting_no, Posting.title),
    "account": (Account.id, Account.email, Account.name),
    "organization": (Organization.id, Organization.name, Organization.lg_code),
    "candidate": (Candidate.id, Candidate.candidate_no, literal("")),
    "partner": (Partner.id, Partner.name, literal("")),
    "partner_key": (PartnerKey.id, PartnerKey.prefix, literal("")),
    "partner_item": (
        PartnerItem.id,
        select(Posting.posting_no).where(Posting.id == PartnerItem.posting_id).correlate(PartnerItem).scalar_subquery(),
        select(Partner.name).where(Partner.id == PartnerItem.partner_id).correlate(PartnerItem).scalar_subquery(),
    ),
    "report_round": (ReportRound.id, literal("実績の報告 第") + cast(ReportRound.number, String) + literal("回"), literal("")),
    "report": (
        Report.id,
        select(Organization.name).where(Organization.id == Report.organization_id).correlate(Report).scalar_subquery(),
        literal("実績の報告"),
    ),
    "outbox_mail": (OutboxMail.id, OutboxMail.title, OutboxMail.recipient),
    "actor": (Account.id, Account.shown_name, literal("")),
}


@dataclass(frozen=True)
class Entry:
    """One line of a history. `note` is a longer text shown behind a fold; `stage`: the row came into another state.

    `actor_id`: whose act it was, None for the system, for people without an account and for mails.
    """

    at: datetime
    text: str
    tone: str = ""
    icon: str = "dot"
    note: str = ""
    note_label: str = "文を読む"
    stage: bool = False
    actor_id: int | None = None


def of_submission(submission: Submission) -> list[Entry]:
    """History of a case, newest first."""
    reviews = db.session.execute(select(Review).where(Review.about(submission))).scalars()
    messages = {
        number: text
        for number, text in db.session.execute(
            select(SubmissionRevision.number, SubmissionRevision.message).where(SubmissionRevision.submission_id == submission.id)
        )
        if text
    }
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(submission))).scalars()
    keyings: list[Entry] = []
    if submission.source is Source.phone:
        number = db.session.execute(select(Keying.id).where(Keying.submission_id == submission.id)).scalar_one_or_none()
        keyings = _events("keying", number) if number is not None else []
    return _sorted([*keyings, *_events("submission", submission.id, reviews, messages), *_mails(mails)])


def of_posting(posting: Posting) -> list[Entry]:
    """History of a posting, newest first."""
    reviews = db.session.execute(select(Review).where(Review.about(posting))).scalars()
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(posting))).scalars()
    return _sorted([*_events("posting", posting.id, reviews), *_mails(mails)])


def of_candidate(candidate: Candidate) -> list[Entry]:
    """History of an application or inquiry, newest first."""
    reviews = db.session.execute(select(Review).where(Review.about(candidate))).scalars()
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(candidate))).scalars()
    return _sorted([*_events("candidate", candidate.id, reviews), *_mails(mails)])


def of_account(account: Account) -> list[Entry]:
    """History of an account, newest first."""
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.account_id == account.id)).scalars()
    reviews = db.session.execute(select(Review).where(Review.about(account))).scalars()
    return _sorted([*_events("account", account.id, reviews), *_mails(mails)])


def acts_of(account: Account, most: int) -> list[tuple[AuditEvent, str, str]]:
    """What this account did last: the event, what it is about, the sentence; newest first."""
    query = select(AuditEvent).where(AuditEvent.actor_id == account.id).order_by(AuditEvent.id.desc()).limit(most)
    events = list(db.session.execute(query).scalars())
    names = names_of(events)
    return [(event, names.get((event.subject, event.subject_id), ""), sentence(event, who_of(event, names))) for event in events]


def of_organization(organization: Organization) -> list[Entry]:
    """History of a body, newest first."""
    reviews = db.session.execute(select(Review).where(Review.about(organization))).scalars()
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(organization))).scalars()
    return _sorted([*_events("organization", organization.id, reviews), *_mails(mails)])


def of_partner(partner: Partner) -> list[Entry]:
    """History of a partner and of its keys, newest first."""
    about: list[Any] = [partner, *partner.keys]
    entries = [
        entry
        for row in about
        for entry in _events(row.__tablename__, row.id, db.session.execute(select(Review).where(Review.about(row))).scalars())
    ]
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(partner))).scalars()
    return _sorted([*entries, *_mails(mails)])


def of_partner_item(item: PartnerItem) -> list[Entry]:
    """History of a line of the ledger, newest first. What machines do all day (queued, sent) is in its columns."""
    reviews = db.session.execute(select(Review).where(Review.about(item))).scalars()
    return _sorted(_events("partner_item", item.id, reviews))


def of_report(report: Report) -> list[Entry]:
    """History of a body's report, newest first."""
    reviews = db.session.execute(select(Review).where(Review.about(report))).scalars()
    mails = db.session.execute(select(OutboxMail).where(OutboxMail.about(report))).scalars()
    return _sorted([*_events("report", report.id, reviews), *_mails(mails)])


def of_round(chosen: ReportRound) -> list[Entry]:
    """History of a round, newest first."""
    reviews = db.session.execute(select(Review).where(Review.about(chosen))).scalars()
    return _sorted(_events("report_round", chosen.id, reviews))


def sentence(event: AuditEvent, who: str) -> str:
    """An audit event in words. An unknown one (of an older program) is told by its name."""
    row = TOLD.get((event.subject, event.action))
    if row is None:
        return f"{who}：{event.action}"
    pattern = next((text for code, value, text in row.variants if event.codes.get(code) == value), row.sentence)
    names = event.codes.get("fields", [])
    fields = "・".join(label_at(f"postings.0.{name}").removeprefix("募集1 ") for name in names[:FIELDS_TOLD]) or "内容"
    if len(names) > FIELDS_TOLD:
        fields += f"ほか{len(names) - FIELDS_TOLD}項目"
    rows = f"（{event.codes['rows']:,}件）" if "rows" in event.codes else ""
    return pattern.format(
        who=who,
        revision=event.codes.get("times", event.codes.get("revision", "")),
        fields=fields,
        rule=event.codes.get("rule", ""),
        other=event.codes.get("other", ""),
        rows=rows,
    )


def filters() -> list[tuple[str, str]]:
    """What the log can be filtered by: (`subject.action`, a noun), in the tables' order. `filtered` reads it."""
    return [(f"{subject}.{action}", row.label) for (subject, action), row in TOLD.items()]


def filtered(value: str) -> tuple[str, str]:
    """Subject and action of a filter's value."""
    subject, _, action = value.rpartition(".")
    return subject, action


def who_of(event: AuditEvent, names: Names) -> str:
    """The actor of an event as a name (`names` are those of `names_of`)."""
    if event.actor_kind is ActorKind.account:
        return names.get(("actor", event.actor_id or 0), "担当者")
    return event.actor_kind.label


def names_of(events: Iterable[AuditEvent]) -> Names:
    """Names by (subject, id), and of who acted by ("actor", account id), in one query. What is not there any more has none."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        wanted[event.subject].add(event.subject_id)
        if event.actor_id:
            wanted["actor"].add(event.actor_id)
    parts = [
        select(literal(kind), number, cast(first, String), cast(second, String)).where(number.in_(wanted[kind]))
        for kind, (number, first, second) in _NAMES.items()
        if wanted[kind]
    ]
    if not parts:
        return {}
    rows = db.session.execute(union_all(*parts))
    return {(kind, number): "　".join(part for part in (first, second) if part) for kind, number, first, second in rows}


def named(word: str) -> Any:
    """Where-clause for a search of the log: the event's subject has the word in its name."""
    clauses = []
    for kind, (number, first, second) in _NAMES.items():
        if kind != "actor":
            found = select(number).where(or_(first.icontains(word, autoescape=True), second.icontains(word, autoescape=True)))
            clauses.append((AuditEvent.subject == kind) & AuditEvent.subject_id.in_(found))
    return or_(*clauses)


def _events(
    subject: str, subject_id: int, reviews: Iterable[Review] = (), messages: Mapping[int, str] = MappingProxyType({})
) -> list[Entry]:
    query = select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.subject_id == subject_id).order_by(AuditEvent.id)
    events = list(db.session.execute(query).scalars())
    names, found, by_id = names_of(events), [], {review.id: review for review in reviews}
    for event in events:
        row = TOLD.get((subject, event.action))
        if isinstance(row, Move) and row.quiet:
            continue
        tone, icon = (row.tone, row.icon) if isinstance(row, Move) else ("", "dot")
        note, label = "", "文を読む"
        review = by_id.get(event.codes["review"]) if "review" in event.codes else None
        if review is not None and (review.reason or review.items):
            note, label = _words(review), "理由を読む" if isinstance(row, Move) and row.reason else "記録を読む"
        elif event.action == "resubmit":
            note, label = messages.get(event.codes["revision"], ""), "申請者からの連絡を読む"
        found.append(Entry(event.at, sentence(event, who_of(event, names)), tone, icon, note, label, "from" in event.codes, event.actor_id))
    return found


def _words(review: Review) -> str:
    lines = [review.reason] if review.reason else []
    lines += [f"・{label_at(item['path'])}：{item['message']}" for item in review.items]
    return "\n".join(lines)


def _mails(mails: Iterable[OutboxMail]) -> list[Entry]:
    found = []
    for mail in mails:
        bad = mail.status in UNDELIVERED
        title = without_site(mail.title)
        found.append(
            Entry(mail.created_at, f"メール「{title}」：{mail.status.label}", "is-must" if bad else "", "mail", mail.body, "メールを読む")
        )
    return found


def _sorted(entries: list[Entry]) -> list[Entry]:
    """Newest first; of those of one moment the later written one."""
    return sorted(entries, key=lambda entry: entry.at)[::-1]
