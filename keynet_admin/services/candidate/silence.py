"""Silence is not a state: what follows when the next step that was promised does not come.

On the first business day after the deadline the municipality is reminded, one mail an account and day for all its silent rows. Some business
days later the service center gets the task to ask by telephone, then the person gets an honest word, and the round begins anew. Each
step is an event, so that nobody waits without one for longer than the longest promise and a day. How many days lie between is a setting.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from keynet_admin import business_time, clock
from keynet_admin.catalogue.display import long_date, short_date
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Candidate, Organization
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.rules import rule_by_code
from keynet_admin.services import business_days, settings, threads, workflow
from keynet_admin.services.candidate import mail
from keynet_admin.services.mail import outbox
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import AWAITED, AccountStatus, CandidateStatus, OfficeRight, PostingStatus

# What `reminders` counts: the municipality was reminded, the service center asked, the person told; beyond that the rounds that followed.
REMINDED, ASKED, TOLD = 1, 2, 3


def entrusted() -> ColumnElement[bool]:
    """Where-clause: what the service center was asked to look after once. Of other applicants it sees nothing."""
    wanted = AuditEvent.subject == Candidate.__tablename__, AuditEvent.action == "ask_desk"
    return Candidate.id.in_(select(AuditEvent.subject_id).where(*wanted))


def due_to_remind() -> list[int]:
    """Ids of the municipalities that have to be reminded now (reads only). Nothing on days and at hours when nobody is at work."""
    query = select(Organization.id, Organization.prefecture_code).where(
        Organization.id.in_(select(Candidate.organization_id).where(_over(), _to_remind()))
    )
    return [number for number, prefecture in db.session.execute(query.order_by(Organization.id)) if _at_work(prefecture)]


def remind(organization_id: int) -> bool:
    """Remind a municipality of all its silent rows in one mail an account. Who has no account is asked by telephone at once."""
    body = db.session.get_one(Organization, organization_id)
    query = select(Candidate).where(Candidate.organization_id == organization_id, _over(), _to_remind()).order_by(Candidate.id)
    # All of them in one transaction, waiting for who is changing one: a row that is left out would need a second mail on the same day.
    rows = list(db.session.execute(query.with_for_update(of=Candidate), execution_options={"populate_existing": True}).scalars())
    people = contacts(body)
    for row in rows:
        if not people:
            _ask_desk(row)
            continue
        workflow.move(row, "remind", SYSTEM, seen_version=None)
        row.reminders += 1
        if row.reminders > TOLD:
            row.task_at = row.task_at or clock.now()
        row.remind_at = _after(row, settings.get("candidate_ask_days" if row.reminders == REMINDED else "candidate_again_days"))
        if row.status is CandidateStatus.offered and row.reminders == REMINDED:
            mail.tell(row, "candidate_silence", {"text": truth(row)})
    for account in people if rows else []:
        words = reminder(rows) | {"org_name": body.name, "contact_name": account.name}
        outbox.enqueue("people_waiting", account.email, words, about=body, account_id=account.id)
    return bool(rows)


def reminder(rows: Sequence[Candidate]) -> dict[str, Any]:
    """What the mail to the municipality says: numbers and links, no names. APP-008 for questions without an answer."""
    rule = rule_by_code("APP-008")
    asks = rule is not None and any(row.status is CandidateStatus.open for row in rows)
    lines = [
        {"id": row.id, "candidate_no": row.candidate_no, "status": row.status.label, "due": row.due_at, "call": _to_call(row)}
        for row in rows
    ]
    return {"rows": lines, "days": settings.get("candidate_ask_days"), "why": rule.why if asks and rule is not None else ""}


def due_to_follow() -> list[int]:
    """Ids of the rows that are silent although the municipality was reminded (reads only)."""
    query = select(Candidate.id, Organization.prefecture_code).join(Candidate.organization).where(_over(), ~_to_remind())
    return [number for number, prefecture in db.session.execute(query.order_by(Candidate.id)) if _at_work(prefecture)]


def follow(number: int) -> bool:
    """The next step for one row: the service center's task, or an honest word to the person. False when there is none to take now."""
    row = db.session.execute(
        select(Candidate).where(Candidate.id == number, _over(), ~_to_remind()).with_for_update(skip_locked=True, of=Candidate),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if row is None:
        return False
    if row.reminders == REMINDED:
        _ask_desk(row)
        return True
    reached = outbox.arrives(row, row.email)
    workflow.move(row, "tell_silence", SYSTEM, seen_version=None, call=None if reached else True)
    text = truth(row)
    row.reminders = TOLD
    # Who reads no mail has to be called, and the next mail to the municipality says so.
    row.remind_at = _after(row, settings.get("candidate_again_days") if reached else 1)
    threads.write(row, SYSTEM, text)
    if reached:
        mail.tell(row, "candidate_silence", {"text": text})
    return True


def truth(candidate: Candidate) -> str:
    """What the person is told: what was promised, who is asking whom, and that nothing binds them."""
    body, due = candidate.organization.name, long_date(candidate.due_at.astimezone(clock.TOKYO).date()) if candidate.due_at else "期限"
    if candidate.status is CandidateStatus.offered:
        first = f"内定へのお返事が、{due}までに登録されていません。お返事がまだの場合は、{body}へお知らせください。"
    elif candidate.is_inquiry:
        first = f"{body}からの回答は{due}までにお約束していましたが、まだありません。"
    else:
        first = f"{body}からの次のご連絡は{due}までにお約束していましたが、まだありません。"
    return first + _who_asks(candidate) + _ended(candidate) + "お待ちいただく間に、ほかの募集に応募していただいてかまいません。"


def asked(candidate: Candidate, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Note who of the municipality was called and what the answer was. The row comes back when nothing follows."""
    if again := workflow.repeated(candidate, actor, seen_version, "asked"):
        return again
    done = workflow.move(candidate, "asked", actor, seen_version=seen_version, reason=reason)
    candidate.task_at = None
    candidate.remind_at = _after(candidate, settings.get("candidate_tell_days" if candidate.reminders < TOLD else "candidate_again_days"))
    return done


def to_ask() -> ColumnElement[bool]:
    """Where-clause: rows about which the service center should call the municipality."""
    return and_(Candidate.task_at.is_not(None), Candidate.status.in_(AWAITED), Candidate.erased_at.is_(None))


def contacts(body: Organization) -> list[Account]:
    """Whom a municipality's mails about people go to: who may answer them, else everybody in use."""
    active = [account for account in body.accounts if account.status is AccountStatus.active]
    return [account for account in active if OfficeRight.candidates in account.held] or active


def _ask_desk(row: Candidate) -> None:
    workflow.move(row, "ask_desk", SYSTEM, seen_version=None)
    row.reminders, row.task_at = max(row.reminders, ASKED), row.task_at or clock.now()
    row.remind_at = _after(row, settings.get("candidate_tell_days" if row.reminders == ASKED else "candidate_again_days"))


def _who_asks(candidate: Candidate) -> str:
    body, last = candidate.organization.name, workflow.last_event(candidate, "asked")
    if last is not None and candidate.due_at is not None and last.at > candidate.due_at:
        return f"運営事務局は{short_date(last.at.astimezone(clock.TOKYO).date())}に、{body}に電話で確認しました。"
    return f"運営事務局から{body}に、{'メールと電話' if contacts(candidate.organization) else '電話'}で確認を進めています。"


def _ended(candidate: Candidate) -> str:
    if candidate.posting.status is PostingStatus.closed:
        return "この募集の受付は終わっています。"
    return "この募集は、いま掲載を止めています。" if candidate.posting.status is not PostingStatus.live else ""


def _to_call(candidate: Candidate) -> bool:
    """The person was to be told, and no mail reaches them."""
    return candidate.reminders >= TOLD and not outbox.arrives(candidate, candidate.email)


def _over() -> ColumnElement[bool]:
    """Where-clause: rows whose next look is due today: the day after the deadline, or the day that the last step named.

    What is due does not change during a day, so that one sweep of a day takes all and there is no second mail.
    """
    today = datetime.combine(clock.today(), time.min, clock.TOKYO)
    reached = or_(Candidate.remind_at <= today, and_(Candidate.remind_at.is_(None), Candidate.due_at < today))
    return and_(Candidate.status.in_(AWAITED), Candidate.erased_at.is_(None), reached)


def _to_remind() -> ColumnElement[bool]:
    return or_(Candidate.reminders == 0, Candidate.reminders >= TOLD)


def _at_work(prefecture_code: str) -> bool:
    now = clock.now().astimezone(clock.TOKYO)
    return now.time() >= business_time.OPENS and business_time.is_business_day(now.date(), business_days.closed(prefecture_code))


def _after(candidate: Candidate, days: int) -> datetime:
    """The n-th business day from today, as the municipality's prefecture counts them."""
    day = business_days.add_business_days(clock.today(), days, candidate.organization.prefecture_code)
    return datetime.combine(day, time.min, clock.TOKYO)
