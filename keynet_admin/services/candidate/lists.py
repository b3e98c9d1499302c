"""What lists and pages of people tell about a row: licences, wishes against what the posting still needs, waiting, what happened last.

A slot is named `sat-afternoon`; a shift stands in the slot of each of its days. It is open while its own number of people is not secured,
or, where it carries none, while the posting's is not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.business_time import DAY_SECONDS
from keynet_admin.catalogue import DAYS, posting_field
from keynet_admin.catalogue.display import short_date
from keynet_admin.catalogue.fields.applicant import PARTS, slots
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Posting, PostingRevision, ThreadMessage
from keynet_admin.services.business_days import business_seconds_between
from keynet_admin.services.posting import balance
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import CandidateStatus as S

_APPLICATION = (
    ("受付", (S.received,)),
    ("確認", (S.seen,)),
    ("連絡", (S.contacted,)),
    ("選考", (S.selection, S.moved)),
    ("内定", (S.offered,)),
    ("確保", (S.secured,)),
)
_INQUIRY = (("受付", (S.open,)), ("回答", (S.answered,)))


@dataclass(frozen=True)
class Last:
    """What happened last, as a sentence."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Waiting:
    """How long a person has waited for the municipality: words, a tone, and the promised day. Empty words when it is not its turn."""

    words: str = ""
    tone: str = ""
    until: str = ""


def last_events(ids: Sequence[int]) -> dict[int, Last]:
    """The last event of each of these people, in two queries."""
    if not ids:
        return {}
    newest = select(func.max(AuditEvent.id)).where(AuditEvent.subject == "candidate", AuditEvent.subject_id.in_(ids))
    query = select(AuditEvent).where(AuditEvent.id.in_(newest.group_by(AuditEvent.subject_id)))
    events = list(db.session.execute(query).scalars())
    names = history.names_of(events)
    return {event.subject_id: Last(history.sentence(event, history.who_of(event, names)), event.at) for event in events}


def waiting(candidate: Candidate) -> Waiting:
    """Business days since the last step; `must` past the promise, `ask` on its last day."""
    if candidate.due_at is None:
        return Waiting()
    now, since = clock.now(), candidate.changed_at
    days = max(0, business_seconds_between(since, now)) // DAY_SECONDS
    late = now > candidate.due_at
    tone = "must" if late else "ask" if clock.today() >= candidate.due_at.astimezone(clock.TOKYO).date() else ""
    return Waiting(
        f"{days}営業日" if days else "1営業日未満", tone, short_date(candidate.due_at) + ("まで・過ぎています" if late else "まで")
    )


def licences(candidate: Candidate) -> str:
    """看護師・助産師."""
    licence = posting_field("licenses")
    return "・".join(licence.label_of(slug) for slug in candidate.content.get("licenses") or ())


def wished(candidate: Candidate) -> str:
    """土・日の午後; 相談したい for who has not decided."""
    chosen = candidate.content.get("availability") or ()
    return summary(chosen) or ("相談したい" if chosen else "")


def is_private(candidate: Candidate) -> bool:
    """Whether the free text seems to hold what a list should not show (APP-007)."""
    return any(finding.get("rule") == "APP-007" for finding in candidate.findings)


def licence_warning(candidate: Candidate) -> str:
    """Why the licence does not fit the posting (APP-003), empty when it does or none is needed."""
    return next((str(f.get("what") or f.get("message")) for f in candidate.findings if f.get("rule") == "APP-003"), "")


def stage_line(candidate: Candidate) -> list[tuple[str, str, datetime | None]]:
    """The stages of an application or inquiry in order: word, mark (`done`, `current` or ""), and when it was reached last."""
    order = _INQUIRY if candidate.is_inquiry else _APPLICATION
    query = select(AuditEvent.codes, AuditEvent.at).where(AuditEvent.about(candidate)).order_by(AuditEvent.id)
    reached = {codes["to"]: at for codes, at in db.session.execute(query) if "to" in codes} | {order[0][1][0]: candidate.received_at}
    here = next((index for index, (_, states) in enumerate(order) if candidate.status in states), None)
    last = (
        here if here is not None else max((i for i, (_, states) in enumerate(order) if any(s.value in reached for s in states)), default=0)
    )
    found: list[tuple[str, str, datetime | None]] = []
    for index, (word, states) in enumerate(order):
        moment = max((reached[state] for state in states if state in reached), default=None) if index <= last else None
        found.append((word, "current" if index == here else "done" if moment is not None else "", moment))
    return found


def with_stages(messages: Sequence[ThreadMessage], entries: Sequence[history.Entry], *, whole: bool) -> list[ThreadMessage | history.Entry]:
    """Messages and the changes of stage in the order of time; what a message brought with it stands below it.

    Of a thread that is not shown as a `whole` only the changes since its first message shown.
    """
    since = None if whole or not messages else messages[0].created_at
    stages = [entry for entry in reversed(entries) if entry.stage and (since is None or entry.at >= since)]
    timed = [(message.created_at, 0, at) for at, message in enumerate(messages)] + [(entry.at, 1, at) for at, entry in enumerate(stages)]
    return [stages[at] if late else messages[at] for _, late, at in sorted(timed)]


_DAYS = {day.slug: day.label for day in DAYS}
SLOTS = {f"{day}-{part}": f"{label}の{word}" for day, label in _DAYS.items() for part, word in PARTS}


@dataclass(frozen=True)
class Offer:
    """What a posting offers: the hours of each slot, those slots that still need somebody, and its balance with its shifts."""

    balance: balance.Balance
    content: Mapping[str, Any] = field(default_factory=dict)
    hours: Mapping[str, Sequence[str]] = field(default_factory=dict)
    open: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Cell:
    """One slot for one person: `fit` (wished and open), `full` (wished, but filled), `open` (not wished), `off` (no shift)."""

    state: str
    label: str


@dataclass(frozen=True)
class Fit:
    """One person's wishes at one posting. `rows`: part of day, its hours, its cells by day."""

    wished: int
    open: int
    rows: Sequence[tuple[str, str, Sequence[Cell]]]

    @property
    def words(self) -> str:
        """4枠中2枠が空き."""
        if not self.wished:
            return ""
        if not self.open:
            return "枠はそろいました"
        if self.wished == self.open == 1:
            return "空きあり"
        return f"{self.wished}枠とも空き" if self.wished == self.open else f"{self.wished}枠中{self.open}枠が空き"


def offers(postings: Iterable[Posting]) -> dict[int, Offer]:
    """What these postings offer, by id, in a few statements however many they are."""
    rows = {posting.id: posting for posting in postings}
    if not rows:
        return {}
    query = select(PostingRevision.posting_id, PostingRevision.normalized).join(
        Posting, (Posting.id == PostingRevision.posting_id) & (Posting.current == PostingRevision.number)
    )
    contents = {number: dict(content) for number, content in db.session.execute(query.where(Posting.id.in_(rows)))}
    return {number: _offer(found, contents.get(number, {})) for number, found in balance.with_shifts(list(rows.values()), contents).items()}


def fit(candidate: Candidate, offer: Offer) -> Fit:
    """How this person's wishes meet what the posting offers."""
    wished = {slot for slot in candidate.content.get("availability") or () if slot in offer.hours}
    rows = []
    for part, label in PARTS:
        hours = dict.fromkeys(text for slot, texts in offer.hours.items() if slot.endswith(f"-{part}") for text in texts)
        if hours:
            rows.append((label, "、".join(hours), [_cell(f"{day}-{part}", wished, offer) for day in days(offer)]))
    return Fit(len(wished), len(wished & offer.open), rows)


def days(offer: Offer) -> list[str]:
    """The weekdays as the table has them; public holidays only where a shift is on one."""
    return [day for day in _DAYS if day != "hol" or any(slot.startswith("hol-") for slot in offer.hours)]


def summary(slots: Iterable[str]) -> str:
    """土・日の午後、月の午前."""
    found: list[str] = []
    chosen = set(slots)
    for part, word in PARTS:
        on = [label for day, label in _DAYS.items() if f"{day}-{part}" in chosen]
        if on:
            found.append(f"{'毎日' if len(on) == len(_DAYS) else '・'.join(on)}の{word}")
    return "、".join(found)


def _offer(found: balance.Balance, content: Mapping[str, Any]) -> Offer:
    counts = {id(shift.row): shift for shift in found.by_shift}
    needing = [row for row in content.get("shifts") or () if isinstance(row, Mapping) and counts.get(id(row), found).open > 0]
    return Offer(found, content, slots(content), frozenset(slots({"shifts": needing})))


def _cell(slot: str, wished: set[str], offer: Offer) -> Cell:
    if slot not in offer.hours:
        return Cell("off", "枠なし")
    if slot in wished:
        return Cell("fit", "合う") if slot in offer.open else Cell("full", "満員")
    return Cell("open", "あき") if slot in offer.open else Cell("filled", "満員")
