"""`flask load-demo`: fills an empty database, or only sets the demo accounts' password in one that was filled before."""

import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from keynet_admin import clock, config
from keynet_admin.business_time import TOKYO, add_business_days
from keynet_admin.demo import chiyoda, marker, nearby, prefecture, texts, unreached
from keynet_admin.demo.faults import BY_EYE, BY_RULE
from keynet_admin.demo.follow_up import partners, rounds
from keynet_admin.demo.municipalities import DemoMunicipality, demo_municipalities
from keynet_admin.demo.people import plan as people
from keynet_admin.demo.people import tour
from keynet_admin.demo.simulation import BUSINESS_DAYS, Scenario, Simulation
from keynet_admin.demo.submissions import SubmissionPlan, case
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Organization, OutboxMail, Posting, SearchAlert, Submission
from keynet_admin.services.account import password as passwords
from keynet_admin.services.account import session
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.alert import subscription as alerts
from keynet_admin.services.candidate import retention, silence
from keynet_admin.services.listing.neighbours import beside
from keynet_admin.services.posting import outcome, publication
from keynet_admin.services.submission import follow_up, task
from keynet_admin.services.transaction import settle, transaction
from keynet_admin.vocabulary import AccountStatus, AlertPace, MailStatus, Role, Source, SubmissionStatus

STAFF = (
    ("operator@keynet.example", Role.operator, "佐伯 美和"),
    ("operator2@keynet.example", Role.operator, "三浦 健"),
    ("lead@keynet.example", Role.lead, "大野 直子"),
    ("admin@keynet.example", Role.admin, "西 亮"),
)
OUTSIDE = (partners.STT, partners.CENTER, partners.PREFECTURE)
ACCOUNTS = (*(email for email, _, _ in STAFF), chiyoda.EMAIL, chiyoda.COLLEAGUE, *OUTSIDE)
CASES = 249
BODIES = 138
SIZES = ((1, 30), (2, 32), (3, 22), (4, 10), (5, 4), (6, 2))
# cases left in a state whatever the day: how many business days back they began, and the state (two were not taken up in time)
LEFT = (*((4, "received"),) * 2, *((2, "in_review"),) * 5, *((6, "resubmitted"),) * 4)
# how some of those taken up are known: another body's domain, an unknown lg.jp, free mail (too short to be anybody's), another domain
DOUBTFUL = ("kenko@city.otake-test.lg.jp", "yobo@wakuchin-test.lg.jp", "kenko@gmail.com", "yobo@hokensho.keynet.example")
# What the worker does on a morning, in this order.
MORNING = (
    (follow_up.due_to_follow, follow_up.follow),
    (outcome.due_to_ask, outcome.ask),
    (silence.due_to_remind, silence.remind),
    (silence.due_to_follow, silence.follow),
    (retention.due_to_warn, retention.warn),
    (retention.due_to_lock, retention.lock),
)
SENT, CAME_BACK = "250 2.0.0 Ok（デモデータ）", "550 5.1.1 User unknown（デモデータ）"
LAST_MAILS = 6  # the newest ones are left to the worker, so that the spool shows real letters


def load(instance: Path, given_password: str | None) -> Iterator[str]:
    """Fill the database, yielding lines about what was done. Raises Refused when it has rows that are not the demo's."""
    word, key = config.demo_password(instance, given_password), config.demo_partner_key(instance)
    if marker.is_demo():
        db.session.rollback()
        yield _set_passwords(word)
        with transaction():
            partners.set_sandbox_key(key)
            _keep_accounts()
        yield from tour.lines()
        return
    if not marker.is_empty():
        raise Refused("このデータベースにはすでにデータがあるため、デモデータを読み込みません。空のデータベースで実行してください。")
    db.session.rollback()
    hashes = passwords.hashed(word), passwords.hashed(secrets.token_urlsafe(32))
    with transaction():
        _fill(*hashes, key)
        lines = [*_summary(), *tour.lines()]
    yield from lines


def _fill(password_hash: str, unknown_hash: str, sandbox_key: str) -> None:
    now = clock.now()
    simulation = Simulation(now, unknown_hash)
    with clock.at(simulation.moment(add_business_days(simulation.first_day, -1)) - timedelta(days=chiyoda.LONG_AGO + 15)):
        for email, role, name in STAFF:
            made = accounts.create_operator(email, role, name=name, password_hash=password_hash)
            simulation.operators.append(session.actor_of(made))
        db.session.flush()
    everywhere = list(demo_municipalities())
    own = next(body for body in everywhere if body.municipality.code6 == chiyoda.CODE)
    everywhere.remove(own)
    simulation.start(chiyoda.long_ago(simulation, own, password_hash))
    simulation.start(chiyoda.scenario(simulation, own, password_hash))
    chosen = simulation.rng.sample(everywhere, BODIES)
    partners.begin(simulation, chosen, password_hash, sandbox_key)
    for plan in plans(simulation, chosen):
        simulation.start(case(simulation, plan))
    simulation.start(unreached.scenario(simulation, next(body for body in everywhere if body not in chosen)))
    simulation.start(_nights(simulation))
    simulation.start(people.looks(simulation))
    simulation.play()
    _play_nearby(simulation, [body for body in everywhere if body not in chosen])
    settle()
    partners.finish(simulation)
    _alerts(now)
    people.count_looks(now.astimezone(TOKYO), share=(now.astimezone(TOKYO).hour + 1) / 24)
    _deliver_history()
    prefecture.public_addresses()
    for number in task.due():
        task.follow(number)
    _still_held()
    _keep_accounts()
    marker.write_marker(seed=BUSINESS_DAYS)


def _alerts(now: datetime) -> None:
    """Two people who want new postings by mail: one hears of those of the last days with the next round of the jobs, one has not confirmed yet."""
    with clock.at(now - timedelta(days=3)):
        alerts.ask("sakura@mail.example", "prefecture=13&job_type=nurse", AlertPace.daily, form_key="")
        for number in db.session.execute(select(SearchAlert.id)).scalars().all():
            alerts.confirm(number)
    with clock.at(now - timedelta(hours=2)):
        alerts.ask("midori@mail.example", "job_type=clerical&weekday=sat", AlertPace.weekly, form_key="")


def _keep_accounts() -> None:
    """Nobody signs in to most of the demo's accounts; they are in use all the same, and none is closed for it."""
    db.session.execute(update(Account).where(Account.status == AccountStatus.active).values(kept_at=clock.now()))


def _still_held() -> None:
    """Who was in the middle of a case still has it for a while: each claim ends at a moment of its own."""
    held = select(Submission).where(Submission.status == SubmissionStatus.in_review).order_by(Submission.id)
    for number, case_held in enumerate(db.session.execute(held).scalars()):
        case_held.held_until = clock.now() + timedelta(minutes=12 + 3 * (number % 6))


def _play_nearby(simulation: Simulation, bodies: list[DemoMunicipality]) -> None:
    """What happened around the tried body before; played after the rest, whose random numbers it leaves alone."""
    home = chiyoda.CODE[:2]
    near = [body for body in bodies if body.municipality.prefecture_code in (home, *beside(home))]
    for number, body in enumerate(near[-nearby.BODIES :]):
        simulation.start(nearby.scenario(simulation, number, body))
    quiet = next(body for body in bodies if body.municipality.prefecture_code == partners.SILENT)
    simulation.start(partners.silent(simulation, quiet))
    # With these, so that the prefecture that can be tried out has a body to report.
    simulation.start(rounds.scenario(simulation), apart=True)
    simulation.play()


def plans(simulation: Simulation, chosen: list[DemoMunicipality]) -> list[SubmissionPlan]:
    """All cases of three weeks: rising, then steady; most by the form, some by file and telephone."""
    rng = simulation.rng
    made: list[SubmissionPlan] = []
    now = simulation.now.astimezone(TOKYO)
    # in May 2021 only the jobs that the circular names
    offered = [job for job, _ in texts.JOBS if job in texts.NAMED or (now.year, now.month) != (2021, 5)]
    weights = [dict(texts.JOBS)[job] for job in offered]
    for number in range(CASES):
        first = number < len(chosen)
        body = chosen[number] if first else rng.choice(chosen)
        source = rng.choices((Source.web, Source.file, Source.phone), (86, 10, 4) if first else (20, 40, 40))[0]
        count = rng.choices([n for n, _ in SIZES], [w for _, w in SIZES])[0]
        draw = rng.random()
        outcome = "reject" if draw < 0.045 else "withdraw" if draw < 0.085 else "accept"
        fault = None
        if outcome == "accept" and (source is Source.file or rng.random() < 0.15):
            fault = rng.choice(BY_RULE if source is Source.file else BY_EYE)
        jobs = tuple(rng.choices(offered, weights, k=count))
        made.append(SubmissionPlan(body, _begins(simulation, first), jobs, source, outcome, fault, answers=rng.random() < 0.62))
    for number, (back, state) in enumerate(LEFT):
        moment, fault = simulation.moment(simulation.day(BUSINESS_DAYS - back)), BY_EYE[number % len(BY_EYE)]
        made[number] = replace(made[number], begins=moment, source=Source.web, outcome="accept", fault=fault, answers=True, stops=state)
    taken_up = [number for number, (_, state) in enumerate(LEFT) if state == "in_review"]
    for number, email in zip(taken_up, DOUBTFUL, strict=False):
        made[number] = replace(made[number], email=email, asks=email.endswith(".example"))
    return made


def _begins(simulation: Simulation, first: bool) -> datetime:
    """When a form is sent: on business days mostly, sometimes in the evening or on a Sunday; never after now."""
    days = list(range(0 if first else 3, BUSINESS_DAYS + 1))
    weights = [min(6 + day, 9) if day < BUSINESS_DAYS - 2 else 13 for day in days]
    for _ in range(20):
        day = simulation.day(simulation.rng.choices(days, weights)[0])
        if simulation.rng.random() < 0.04:
            day += timedelta(days=1)
        moment = simulation.moment(day, office_hours=simulation.rng.random() < 0.93)
        if moment < simulation.now:
            return moment
    return simulation.moment(simulation.day(BUSINESS_DAYS - 1))


def _nights(simulation: Simulation) -> Scenario:
    """The sweeps of each day: what is scheduled goes live and what has run out ends in the night, who keeps silent is reminded in the morning."""
    day = simulation.first_day + timedelta(days=1)
    while True:
        yield datetime.combine(day, time(0, 5), TOKYO)
        for number in publication.due_to_open():
            publication.open_scheduled(number)
        for number in publication.due_to_expire():
            publication.expire(number)
        yield datetime.combine(day, time(10, 5), TOKYO)
        for due, act in MORNING:
            for number in due():
                act(number)
        day += timedelta(days=1)


def _deliver_history() -> None:
    """The mails of the past are shown as delivered (they are not sent); a few that were the last of their case came back; the newest are left to the worker."""
    db.session.flush()
    newest = select(OutboxMail.id).order_by(OutboxMail.created_at.desc(), OutboxMail.id.desc()).limit(LAST_MAILS)
    kept = set(db.session.execute(newest).scalars())
    about = OutboxMail.subject, OutboxMail.subject_id
    last = set(db.session.execute(select(func.max(OutboxMail.id)).group_by(*about)).scalars())
    waiting = select(OutboxMail.id, OutboxMail.created_at, OutboxMail.template).where(OutboxMail.status == MailStatus.waiting)
    history = [row for row in db.session.execute(waiting.order_by(OutboxMail.id)) if row.id not in kept]
    changes: list[dict[str, Any]] = []
    for number, row in enumerate(history):
        sent = {"status": MailStatus.sent, "sent_at": row.created_at + timedelta(seconds=5 + number % 20), "answer": SENT}
        back = {"status": MailStatus.refused, "sent_at": None, "answer": CAME_BACK}
        came_back = row.id in last and row.template in ("first_login", "returned", "return_reminder") and number % 13 == 7
        changes.append({"id": row.id, "attempts": 1, "sealed": None} | (back if came_back else sent))
    db.session.execute(update(OutboxMail), changes)


def _set_passwords(word: str) -> str:
    """Give the demo accounts the present password, unless they have it."""
    stored = dict(db.session.execute(select(Account.id, Account.password_hash).where(Account.email.in_(ACCOUNTS))).all())
    db.session.rollback()
    stale = [number for number, value in stored.items() if not passwords.verify(value, word)]
    if not stale:
        return "デモデータは読み込み済みです。"
    fresh = passwords.hashed(word)
    with transaction():
        for account in db.session.execute(select(Account).where(Account.id.in_(stale))).scalars():
            accounts.set_password(account, fresh)
            session.end_all(account)
    return f"デモデータは読み込み済みです。デモアカウント{len(stale)}件のパスワードを設定し直しました。"


def _summary() -> Iterator[str]:
    db.session.flush()
    counted = (("団体", Organization), ("アカウント", Account), ("メール", OutboxMail))
    yield "、".join(f"{name} {db.session.execute(select(func.count()).select_from(model)).scalar_one()}" for name, model in counted)
    for model, name in ((Submission, "申請"), (Posting, "募集"), (Candidate, "応募・質問")):
        states = Counter(db.session.execute(select(model.status)).scalars())
        yield f"{name} {states.total()}（" + "、".join(f"{state.label} {n}" for state, n in states.most_common()) + "）"
