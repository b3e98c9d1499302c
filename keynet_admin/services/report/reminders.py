"""Asking bodies for their report: the first request of a round, reminders to those who have not confirmed. A driver of transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from keynet_admin import clock
from keynet_admin.catalogue.display import short_date
from keynet_admin.errors import BadField, KeynetError, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Report, ReportRound
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import business_days, workflow
from keynet_admin.services.candidate.silence import contacts
from keynet_admin.services.mail import outbox
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AccountStatus, ReportStatus, RoundStatus

FEW = 30  # mails that are written without their number being typed
REMINDER, POSTPONED = "report_reminder", "report_postponed"


def recipients(organizations: Sequence[int]) -> int:
    """How many mails a request to these bodies is."""
    query = select(Organization).where(Organization.id.in_(organizations)).options(selectinload(Organization.accounts))
    return sum(len(contacts(body)) for body in db.session.execute(query).scalars())


def count_typed(mails: int, typed: str) -> None:
    """Many mails are not sent by one press: their number has to be typed. Raises BadField."""
    if mails > FEW and typed.strip().replace(",", "") != str(mails):
        raise BadField(f"メールが{FEW}通を超えます。送る数（{mails}）を入力してから、もう一度押してください。", "count")


@dataclass(frozen=True)
class Reminder:
    """What a reminder would do: the reports whose bodies get mails, how many mails, and reports that are left out, with the reason."""

    reports: Sequence[Report]
    mails: int
    left: Sequence[tuple[Report, str]]


def reminder(chosen: ReportRound, ids: Sequence[int] | None = None) -> Reminder:
    """What a reminder would do now, of these reports or of all that wait."""
    query = select(Report).where(Report.round_id == chosen.id, Report.status == ReportStatus.waiting)
    if ids is not None:
        query = query.where(Report.id.in_(ids))
    query = query.options(joinedload(Report.organization).selectinload(Organization.accounts))
    going, left, mails = [], [], 0
    for report in db.session.execute(query.order_by(Report.id)).scalars():
        people = len(contacts(report.organization))
        why = "利用できるアカウントがありません。電話でお願いしてください。" if not people else _asked_today(report)
        if why:
            left.append((report, why))
        else:
            going.append(report)
            mails += people
    return Reminder(going, mails, left)


def remind(chosen: ReportRound, actor: Actor, *, seen_version: int, ids: Sequence[int] | None = None, typed: str = "") -> Outcome:
    """Remind the bodies of these reports (or of all that wait), one a transaction. A driver: no transaction is open yet.

    Nobody is reminded twice on a business day. Raises BadField when the number of mails has to be typed, Refused when nobody is left.
    """
    number = chosen.id
    with transaction():
        chosen = db.session.get_one(ReportRound, number)
        workflow.require(chosen, "remind_all", actor, seen_version)
        going = reminder(chosen, ids)
        if not going.reports:
            if _by_me_today(chosen, actor):
                return Outcome(chosen.status, repeated=True)
            raise Refused("メールを送れる団体がありません。" + (going.left[0][1] if going.left else "すべての団体が確認しています。"))
        count_typed(going.mails, typed)
        done = workflow.move(chosen, "remind_all", actor, seen_version=seen_version, bodies=len(going.reports))
        waiting = [report.id for report in going.reports]
    told = 0
    for report_id in waiting:
        try:
            with transaction():
                told += ask(report_id)
        except KeynetError:  # somebody confirmed it a moment ago
            continue
    return done.but(mails=told, note=f"{told}団体に督促のメールを送りました。")


def tell_postponed(chosen: ReportRound) -> int:
    """Mail the new deadline to the bodies that were asked and have not confirmed; how many mails. Who confirmed has nothing more to do."""
    query = select(Report).where(Report.round_id == chosen.id, Report.status == ReportStatus.waiting, Report.reminded > 0)
    query = query.options(joinedload(Report.organization).selectinload(Organization.accounts))
    mails = 0
    for report in db.session.execute(query.order_by(Report.id)).scalars():
        for account in contacts(report.organization):
            words = letter(report) | {"contact_name": account.name}
            outbox.enqueue(POSTPONED, account.email, words, about=report, account_id=account.id)
            mails += 1
    return mails


def due_to_ask() -> list[int]:
    """Ids of reports of open rounds that nobody was asked for yet and somebody can be (reads only)."""
    someone = select(Account.id).where(Account.organization_id == Report.organization_id, Account.status == AccountStatus.active).exists()
    query = select(Report.id).join(Report.round).where(Report.status == ReportStatus.waiting, Report.reminded == 0, someone)
    query = query.where(ReportRound.status == RoundStatus.open, ReportRound.due_at > clock.now())
    return list(db.session.execute(query.order_by(Report.id)).scalars())


def ask(report_id: int) -> bool:
    """Mail the request or reminder of one report to those who may confirm it. False when it is not to be sent (again) today."""
    report = db.session.get_one(Report, report_id)
    chosen = hold(report)
    workflow.lock(report)
    if report.status is not ReportStatus.waiting or chosen.status is not RoundStatus.open or clock.now() >= chosen.due_at:
        return False
    people = contacts(report.organization)
    if not people or _asked_today(report):
        return False
    workflow.move(report, "told", SYSTEM, seen_version=None)
    for account in people:
        words = letter(report) | {"contact_name": account.name}
        outbox.enqueue(REMINDER, account.email, words, about=report, account_id=account.id)
    report.reminded += 1
    report.reminded_at = clock.now()
    return True


def letter(report: Report) -> dict[str, Any]:
    """What the mail says."""
    chosen = report.round
    return {
        "org_name": report.organization.name,
        "number": chosen.number,
        "as_of": chosen.as_of,
        "due": chosen.due_at,
        "again": report.reminded > 0,
        "id": report.id,
    }


def hold(report: Report) -> ReportRound:
    """The report's round as it is now, kept from being frozen or postponed until this transaction ends."""
    query = select(ReportRound).where(ReportRound.id == report.round_id)
    shared = query.with_for_update(read=True)  # SQLite leaves it out: its write lock is ours already
    return db.session.execute(shared, execution_options={"populate_existing": True}).scalar_one()


def _asked_today(report: Report) -> str:
    """Why the body gets no mail now; empty when it may."""
    if report.reminded_at is None:
        return ""
    last = report.reminded_at.astimezone(clock.TOKYO).date()
    following = business_days.add_business_days(last, 1, report.organization.prefecture_code)
    return f"{short_date(last)}に送っています。次は{short_date(following)}から送れます。" if clock.today() < following else ""


def _by_me_today(chosen: ReportRound, actor: Actor) -> bool:
    """Whether this very person reminded the bodies today: the second press of a double click."""
    last = workflow.last_event(chosen, "remind_all")
    today = datetime.combine(clock.today(), time.min, clock.TOKYO)
    return last is not None and last.actor_id == actor.account_id and last.at >= today
