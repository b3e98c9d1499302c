"""People who apply or ask at the demo's postings, and what their municipality does about each: a script of steps on the moved clock.

Everybody is invented. The random numbers are their own, so that the rest of the history stays as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import exists, select

from keynet_admin import clock
from keynet_admin.business_time import TOKYO, add_business_seconds
from keynet_admin.catalogue.fields.applicant import APPLICANT, CONSULT, asked_for, slots
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Listing, Posting
from keynet_admin.rules import Level, evaluate_person
from keynet_admin.services import threads
from keynet_admin.services.candidate import contact, intake, own_page, stages, templates
from keynet_admin.services.listing import published, views
from keynet_admin.services.posting.revisions import live_revision
from keynet_admin.vocabulary import CandidateKind, ListingState, PostingStatus, ViewSource

DAY = 7 * 3600  # seconds of business time in a day
LAST = ("見本 ミホン", "例田 レイダ", "試野 タメシノ", "雛形 ヒナガタ", "仮屋 カリヤ", "架空 カクウ")
FIRST = (
    *("さくら サクラ sakura", "蓮 レン ren", "結衣 ユイ yui", "湊 ミナト minato", "葵 アオイ aoi", "樹 イツキ itsuki", "芽衣 メイ mei"),
    *("陸 リク riku", "凛 リン rin", "千尋 チヒロ chihiro", "奏 カナデ kanade"),
)
WORDS = (
    "病院の外来で6年勤務しました。いまは子育て中で、週末に働ける仕事を探しています。",
    "集団健診の経験があります。接種の業務は初めてです。",
    "しばらく現場を離れていますが、研修があると聞いて応募しました。",
    "",
    "平日の午後でしたら、ほかの日も相談できます。",
    "会場まで自転車で通えます。よろしくお願いします。",
)
Step = tuple[float, str] | tuple[float, str, str]  # after how many business days, what, with which words


@dataclass(frozen=True)
class PersonPlan:
    """Somebody who writes on a business day of the history (`at` as hour and minute), and the steps that follow one after the other."""

    person: int
    day: int
    at: str
    steps: tuple[Step, ...] = ()
    question: str = ""
    message: str | None = None
    by_phone: bool = False  # leaves a telephone number and no address


def play(simulation: Simulation, posting: Posting, account: Account, plan: PersonPlan) -> Scenario:
    """The scenario of one person."""
    yield simulation.moment_of(plan.day, plan.at)
    made = send(posting, plan)
    for after, action, *words in plan.steps:
        yield add_business_seconds(clock.now(), round(after * DAY))
        STEPS[action](made, account, "".join(words))


def send(posting: Posting, plan: PersonPlan) -> Candidate:
    """Send what the person typed, as the form does. Raises Refused when the posting takes nobody any more."""
    revision = live_revision(posting)
    if posting.status is not PostingStatus.live or revision is None:
        raise Refused(intake.NOT_OPEN)
    content: Mapping[str, Any] = revision.normalized
    kind = CandidateKind.inquiry if plan.question else CandidateKind.application
    typed, section = typed_by(plan, content), "inquiry" if plan.question else "applicant"
    result = evaluate_person(section, typed, content, on=clock.today())
    if result.at(Level.ERROR):
        raise ValueError(f"{posting.posting_no}, person {plan.person}: {result.findings}")
    found = [finding.as_json() for finding in result.findings]
    key = f"demo-{posting.posting_no}-{plan.person}"
    asked = None if plan.question else intake.sent_with(f"{key}-inquiry")  # who asked here applies from the question's own page
    sent = {"typed": typed, "findings": found, "form_key": f"{key}-{section}", "asked": asked.id if asked is not None else None}
    return intake.receive(posting, kind, result.normalized[section], **sent)


def typed_by(plan: PersonPlan, content: Mapping[str, Any]) -> dict[str, Any]:
    """What this person types into the form of a posting with this content."""
    chance = Random(f"person {plan.person}")  # noqa: S311 - invented texts, not secrets
    last, last_kana = LAST[plan.person % len(LAST)].split()
    first, first_kana, latin = FIRST[plan.person % len(FIRST)].split()
    typed: dict[str, Any] = {
        "family_name": last,
        "given_name": first,
        "email": "" if plan.by_phone else f"{latin}{plan.person}@mail.example",
        "tel": f"03-0000-00{plan.person % 100:02d}" if plan.by_phone or chance.random() < 0.4 else "",
        "consent": True,
    }
    if plan.question:
        return typed | {"message": plan.question}
    job, offered = str(content.get("job_type") or ""), list(slots(content))
    known = next(field for field in asked_for(APPLICANT, content) if field.name == "licenses").choices
    licences = [choice.slug for choice in known if choice.slug == job]
    times = chance.sample(offered, min(len(offered), chance.randint(1, 3))) or [CONSULT]
    typed |= {
        "family_kana": last_kana,
        "given_kana": first_kana,
        "licenses": licences or [c.slug for c in known if c.slug == "none"],
        "availability": sorted(times),
    }
    if licences == ["assistant_nurse"]:
        typed["licence_prefecture"] = "13"
    if licences:
        typed["licence_year"] = f"{chance.randint(1995, 2018)}年"
    if (working := Random(f"{plan.person} working").random()) < 0.8:  # noqa: S311
        typed["working"] = "not_working" if working < 0.3 else "working"
    if "online_interview" in (content.get("selection") or ()):
        typed["online_interview"] = True
    return typed | {
        "from": chance.choice(("すぐに", "来月から", "")),
        "message": chance.choice(WORDS) if plan.message is None else plan.message,
    }


def elsewhere(simulation: Simulation, posting: Posting, account: Account) -> Scenario:
    """One to three people at a posting of any body; its officers answer in time, so that little is overdue there."""
    chance = Random(f"{posting.posting_no} people")  # noqa: S311
    if posting.status is not PostingStatus.live or chance.random() > 0.3:
        return
    for number in range(chance.randint(1, 3)):
        yield add_business_seconds(clock.now(), chance.randint(DAY // 10, 2 * DAY))
        person = 200 + chance.randint(0, 600)
        asks = "駐車場はありますか。" if chance.random() < 0.2 else ""
        made = send(posting, PersonPlan(person, 0, "", question=asks))
        way = ("answer",) if asks else chance.choice(WAYS)
        simulation.start(_followed(made, account, way, Random(f"{posting.posting_no} {number}")))  # noqa: S311


def _followed(made: Candidate, account: Account, way: Sequence[str], chance: Random) -> Scenario:
    for step in way:
        yield add_business_seconds(clock.now(), chance.randint(DAY // 8, 2 * DAY))
        STEPS[step](made, account, "はい、会場に無料の駐車場があります。" if step == "answer" else "")


def count_looks(day: datetime, share: float = 1.0) -> None:
    """Looks of a day at the pages of every posting that is listed now: more in its first days, fewer at weekends, never the same number."""
    seen: dict[views.Seen, int] = {}
    listed = exists().where(Listing.posting_id == Posting.id, Listing.state == ListingState.listed)  # nobody can look at a private one
    rows = select(Posting.id, Posting.posting_no, Posting.published_at).where(listed).order_by(Posting.id)
    for number, name, since in db.session.execute(rows):
        chance, age = Random(f"{name} {day.date()}"), (day - since).days if since is not None else 0  # noqa: S311
        usual = (14 if age < 3 else 8) * (0.6 if day.weekday() > 4 else 1.0) * share
        for source, part in ((ViewSource.search, 1.0), (ViewSource.direct, 0.5), (ViewSource.other, 0.25)):
            if count := round(usual * part * chance.uniform(0.3, 1.7)):
                seen[number, day.date(), source] = count
    views.add(seen)


def looks(simulation: Simulation) -> Scenario:
    """The looks of each day, counted in its last minutes; those of today until now by `count_looks`."""
    day = simulation.first_day
    while True:
        yield datetime.combine(day, time(23, 50), TOKYO)
        count_looks(clock.now().astimezone(TOKYO))
        day += timedelta(days=1)


def _stage(do: Callable[..., Any]) -> Callable[[Candidate, Account, str], Any]:
    return lambda row, account, _words: do(row, officer(account), seen_version=row.version)


def _say(row: Candidate, account: Account, words: str) -> None:
    contact.say(row, officer(account), words, seen_version=row.version)


def _template(row: Candidate, account: Account, name: str) -> None:
    """Write one of the texts that are offered, by the beginning of its name."""
    text = next(text for text in templates.offered(row.organization_id, row.kind) if text.name.startswith(name))
    _say(row, account, templates.ready(templates.filled(text, row)))


def _interview(row: Candidate, account: Account, words: str) -> None:
    """In so many business days at 14:00: `3 庁舎2階の会議室`."""
    days, place = words.split(" ", 1)
    day = add_business_seconds(clock.now(), int(days) * DAY).astimezone(TOKYO).date()
    contact.interview(row, officer(account), datetime.combine(day, time(14), TOKYO), place, seen_version=row.version)


def _publish(row: Candidate, account: Account, words: str) -> None:
    question, answer = words.split("\n", 1)
    published.publish(row, officer(account), seen_version=row.version, question=question, answer=answer)


def _writes(row: Candidate, _account: Account, words: str) -> None:
    own_page.write(row, words, max((message.id for message in threads.of(row)), default=0))


def _leaves(row: Candidate, _account: Account, words: str) -> None:
    own_page.withdraw(row, words, seen_version=row.version)


def _accepts(row: Candidate, _account: Account, words: str) -> None:
    own_page.accept(row, words, seen_version=row.version)


STEPS: Mapping[str, Callable[[Candidate, Account, str], Any]] = {
    **{name: _stage(getattr(stages, name)) for name in ("see", "contact", "select", "move_direct", "offer", "secure", "decline", "reject")},
    "record_withdrawal": _stage(stages.record_withdrawal),
    "to_inquiry": _stage(stages.to_inquiry),
    "read": lambda row, account, _words: contact.read(row, officer(account)),
    "say": _say,
    "answer": _say,
    "template": _template,
    "note": lambda row, account, words: contact.note(row, officer(account), words),
    "own": lambda row, account, _words: contact.assign(row, officer(account), account.id, seen_version=row.version),
    "interview": _interview,
    "publish": _publish,
    "writes": _writes,
    "leaves": _leaves,
    "accepts": _accepts,
}
# How applications go on at the other bodies.
WAYS: tuple[tuple[str, ...], ...] = (
    ("see", "select", "offer", "accepts", "read", "secure"),
    ("see", "contact", "select", "offer", "secure"),
    ("see", "contact", "select", "reject"),
    ("see", "move_direct", "secure"),
    ("see", "contact", "leaves"),
    ("see", "select", "offer", "decline"),
)
