"""A candidate's own page: what it says, what the person may do there. Who comes here holds the page's link; nothing is read about others.

The municipality is named as an office, never by an officer; contact details are masked, for a link may be passed on.
"""

import hmac
import html
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import case, func, select

from keynet_admin import clock
from keynet_admin.catalogue.display import short_date, short_time
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Listing, ThreadMessage
from keynet_admin.permissions import candidate_of
from keynet_admin.services import audit, counter, settings, threads, workflow
from keynet_admin.services.account import tokens
from keynet_admin.services.candidate import access, mail, retention, stages
from keynet_admin.services.candidate.promises import TouchPoint
from keynet_admin.services.listing.card import PARTS, slot_bits
from keynet_admin.services.listing.neighbours import beside
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import IN_SELECTION, ActorKind, PostingStatus
from keynet_admin.vocabulary import CandidateStatus as S

MOST_MESSAGES = 30
MOST_BYTES = 16_000  # of messages on one page, which shall stay under 40 kB
LOCKED = "このページからの連絡は、締め切りました。"
# What has happened, and what is promised next where a date stands for it.
WORDS: dict[S, tuple[str, str]] = {
    S.received: ("応募を受け付けました。", "{due}までに、{org}が内容を確認します。"),
    S.seen: ("{org}が内容を確認しました。", "選考については、{due}までにお知らせします。"),
    S.contacted: ("{org}からご連絡しました。", "選考については、{due}までにお知らせします。"),
    S.selection: ("選考に進みました。", "結果は、{due}までにお知らせします。"),
    S.moved: ("この先の選考は、{org}が直接行います。", "結果は、{due}までにお知らせします。"),
    S.offered: ("内定が出ています。", "承諾するか辞退するかをお知らせください。"),
    S.secured: ("勤務が決まりました。日程などは、{org}からご案内します。", ""),
    S.declined: ("内定を辞退しました。", ""),
    S.rejected: ("選考の結果、今回は採用を見送ることになりました。ご応募ありがとうございました。", ""),
    S.withdrawn: ("辞退として、手続きを終えました。", ""),
    S.open: ("お問い合わせを受け付けました。", "{due}までに、{org}がお返事します。"),
    S.answered: ("{org}からお返事があります。下のメッセージをご覧ください。続けて質問もできます。", ""),
    S.converted: ("お問い合わせは、応募に変わりました。", ""),
}
STEPS = {"received": "受付", "seen": "内容の確認", "selection": "選考", "result": "結果のお知らせ", "answer": "お返事"}
# Who asks whom once a promise is missed, by the number of reminders that have gone.
ASKED = (
    "お待たせしており、申し訳ありません。",
    "{org}に、確認をお願いしています。",
    "{org}のほか、サービスセンターにも知らせ、確認を進めています。",
)


@dataclass(frozen=True)
class Standing:
    """How the case stands: the badge's words, tone and icon, the sentence with the next date, and what else there is to say."""

    label: str
    tone: str
    icon: str
    lead: str
    rest: str = ""


def find(token: str) -> Candidate | None:
    """The candidate whose page this is; None where there is none, or none any more."""
    return access.by_token(token)


def by_code(number: str, code: str) -> Candidate | None:
    """The candidate of a typed number and code, however they are written. Unknown numbers take the same way as wrong codes."""
    query = select(Candidate).where(Candidate.candidate_no == counter.typed(number), Candidate.salt != "")
    found = db.session.execute(query).scalar_one_or_none()
    right = access.code(found) if found is not None else tokens.derived_code("candidate:")
    same = hmac.compare_digest(tokens.typed(code), right)
    return found if same else None


def masked(address: str) -> str:
    """The address so that its owner knows it and nobody can write to it: mi…@mail.example."""
    before, at, behind = address.rpartition("@")
    return f"{before[:2] if len(before) > 2 else before[:1]}…{at}{behind}" if at else ""


def office(candidate: Candidate) -> str:
    """The municipality, as its mails to this person call it."""
    return str(mail.words_of(candidate)["org_name"])


def contact(candidate: Candidate) -> str:
    """Where the person is told, masked."""
    tel = f"電話 …{candidate.tel[-2:]}" if candidate.tel else ""
    return "、".join(filter(None, (masked(candidate.email), tel)))


def standing(candidate: Candidate, points: list[TouchPoint]) -> Standing:
    """The top of the page. Nothing that has not happened is told as done."""
    org, state = office(candidate), candidate.status
    if state is S.withdrawn and candidate.is_inquiry:
        return Standing("取下げ", state.tone, state.icon, "お問い合わせは、取下げとして終えました。")
    label = "勤務決定" if state is S.secured else state.label
    happened, promise = (text.format(org=org, due=short_date(candidate.due_at)) for text in WORDS[state])
    missed = next((point for point in points if point.state == "missed"), None)
    if missed is not None:
        late = f"{short_date(missed.at)}までの{STEPS[missed.name]}が、まだ済んでいません。"
        asked = ASKED[min(candidate.reminders, len(ASKED) - 1)].format(org=org)
        more = (
            f"次は {short_date(candidate.remind_at)} に、改めて確かめます。"
            if candidate.remind_at and candidate.remind_at > clock.now()
            else ""
        )
        return Standing(
            f"{org}の{STEPS[missed.name]}が遅れています", "is-ask", "tri", late, f"{asked}{more}ほかの募集に応募しても差し支えありません。"
        )
    if ended_with_posting(candidate):
        sorry = "" if candidate.is_inquiry else "選考が途中のまま終わることになり、申し訳ありません。ご応募ありがとうございました。"
        return Standing("募集終了", "is-mute", "minus", "この募集は終了しました。", sorry)
    if state is not S.offered and (when := interview(candidate)) is not None:
        return Standing(label, state.tone, state.icon, f"次は {short_time(when)} の面接です。", happened)
    if state is S.offered and (at := accepted_at(candidate)) is not None:
        return Standing(
            label, state.tone, state.icon, f"内定の承諾を {short_time(at)} に伝えました。", f"{org}からのご案内をお待ちください。"
        )
    if promise and (candidate.due_at is not None or state is S.offered):
        return Standing(label, state.tone, state.icon, promise, happened)
    return Standing(label, state.tone, state.icon, happened)


def interview(candidate: Candidate) -> datetime | None:
    """When the interview is that still lies ahead."""
    ahead = candidate.status in IN_SELECTION and candidate.interview_at is not None and candidate.interview_at > clock.now()
    return candidate.interview_at if ahead else None


def accepted_at(candidate: Candidate) -> datetime | None:
    """When the person accepted the present offer; None while they have not."""
    offers = AuditEvent.about(candidate), AuditEvent.action.in_(("offer", "accept_offer"))
    last = db.session.execute(select(AuditEvent).where(*offers).order_by(AuditEvent.id.desc()).limit(1)).scalar_one_or_none()
    return last.at if last is not None and last.action == "accept_offer" and candidate.status is S.offered else None


def ended_with_posting(candidate: Candidate) -> bool:
    """Whether the person was told that the recruitment ended, without a choice or an answer."""
    last = workflow.last_event(candidate, "reject", "answer") if candidate.status in (S.rejected, S.answered) else None
    return last is not None and bool(last.codes.get("closing"))


def kept_until(candidate: Candidate) -> date | None:
    """The day on which the person's data will be gone, None while recruitment or their way goes on."""
    day = retention.locked_on(candidate)
    return day + timedelta(days=settings.get("candidate_locked_days")) if day is not None else None


def may(candidate: Candidate, action: str) -> bool:
    """Whether the person can do this now."""
    return action in workflow.allowed(candidate, candidate_of(candidate.id))


def may_apply(candidate: Candidate) -> bool:
    """Whether the person of a question can apply with it: the posting still takes applications."""
    return candidate.status in (S.open, S.answered) and candidate.posting.status is PostingStatus.live


def messages(candidate: Candidate, before: int | None = None) -> tuple[list[ThreadMessage], bool]:
    """The last messages (before this one's id), oldest first, as many as a light page holds; and whether there are older ones."""
    query = select(ThreadMessage).where(ThreadMessage.about(candidate)).order_by(ThreadMessage.id.desc()).limit(MOST_MESSAGES + 1)
    rows = db.session.execute(query.where(ThreadMessage.id < before) if before is not None else query).scalars().all()
    shown: list[ThreadMessage] = []
    left = MOST_BYTES
    for row in rows[:MOST_MESSAGES]:
        left -= len(html.escape(row.body).encode("utf-8", "replace"))
        if shown and left < 0:
            break
        shown.append(row)
    return shown[::-1], len(shown) < len(rows)


def write(candidate: Candidate, text: str, seen: int) -> None:
    """A message to the municipality. `seen`: the id of the last message on the page it was written on.

    The same words sent again from that page are the same message. An answered inquiry is open again. Raises BadField, Refused.
    """
    actor = candidate_of(candidate.id)
    workflow.lock(candidate.posting)
    workflow.lock(candidate)
    _talks(candidate)
    mine = ThreadMessage.about(candidate), ThreadMessage.author_kind == ActorKind.candidate, ThreadMessage.id > seen
    sent = db.session.execute(select(ThreadMessage.body).where(*mine)).scalars().all()
    if text.replace("\r\n", "\n").strip() in sent:
        return
    if candidate.status is S.answered:
        stages.ask_again(candidate, actor)
    _say(candidate, text)
    read(candidate, seen)


def read(candidate: Candidate, seen: int) -> None:
    """The person says that they have read the municipality's messages up to this one."""
    threads.mark_read(candidate, ActorKind.account, seen)


def withdraw(candidate: Candidate, text: str, *, seen_version: int | None) -> Outcome:
    """The person does not go on, whatever the stage; an offer is declined by it. `text`: words to the municipality, or none."""
    workflow.lock(candidate.posting)
    actor = candidate_of(candidate.id)
    if again := workflow.repeated(candidate, actor, seen_version, "withdraw", "decline_offer"):
        return again
    step = stages.decline_offer if candidate.status is S.offered else stages.withdraw
    done = step(candidate, actor, seen_version=seen_version)
    if text.strip():
        _say(candidate, text)
    return done


def accept(candidate: Candidate, text: str, *, seen_version: int | None) -> Outcome:
    """The person takes the offered place; the municipality sees it at once and confirms it."""
    workflow.lock(candidate.posting)
    workflow.lock(candidate)
    if accepted_at(candidate) is not None:
        return Outcome(candidate.status, repeated=True)
    done = stages.accept_offer(candidate, candidate_of(candidate.id), seen_version=seen_version)
    _say(candidate, "\n".join(filter(None, ("内定を承諾します。", text.strip()))))
    return done


def _say(candidate: Candidate, text: str) -> None:
    actor = candidate_of(candidate.id)
    threads.write(candidate, actor, text)
    candidate.unread = True
    audit.record(candidate, "message", actor, version=candidate.version)


def _talks(candidate: Candidate) -> None:
    if candidate.locked:
        raise Refused(LOCKED)


@dataclass(frozen=True)
class Similar:
    """Open postings like the one that is over: public contents with their numbers, how many there are in all, and the list of all."""

    cards: list[tuple[str, dict[str, Any]]]
    count: int
    address: str


def similar(candidate: Candidate, most: int = 3) -> Similar | None:
    """Open postings of the same job in the same or a neighbouring prefecture, the near and the fitting ones first.

    None while the person's way goes on at a posting that takes people, and where there is nothing to show.
    """
    over = candidate.status in (S.declined, S.rejected, S.withdrawn) or candidate.posting.status is PostingStatus.closed
    job, home = candidate.posting.job_type, candidate.organization.prefecture_code
    if not over or candidate.status is S.secured or not job:
        return None
    near = (home, *beside(home))
    alike = (
        Listing.listed(clock.now()),
        Listing.job_type == job,
        Listing.prefecture_code.in_(near),
        Listing.posting_id != candidate.posting_id,
    )
    days = slot_bits({str(slot).partition("-")[0] for slot in candidate.content.get("availability") or ()}, PARTS)
    nearest = case((Listing.prefecture_code == home, 0), else_=1)
    fitting = case((Listing.slots.bitwise_and(days) != 0, 0), else_=1)
    query = (
        select(Listing.posting_no, Listing.content).where(*alike).order_by(nearest, fitting, Listing.listed_at.desc(), Listing.posting_id)
    )
    cards = [(number, content) for number, content in db.session.execute(query.limit(most))]
    count = int(db.session.execute(select(func.count()).select_from(Listing).where(*alike)).scalar_one())
    address = "/postings/?" + urlencode([*(("prefecture", code) for code in near), ("job_type", job)])
    return Similar(cards, count, address) if cards else None
