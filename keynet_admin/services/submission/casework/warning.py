"""Before the promise breaks somebody is told: at 50 % of a case's time its assignee, at 80 % (and while nobody has it) the leads, too.

One mail an account for all that falls together; `Submission.warned` holds what was told of which sending, so that nothing is told twice.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, Submission
from keynet_admin.permissions import SYSTEM
from keynet_admin.services import audit, business_days
from keynet_admin.services.account import desk_notices
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import presence
from keynet_admin.services.submission.lists import PROMISE_SECONDS, line
from keynet_admin.vocabulary import NoticeChoice, Role

STEPS = (50, 80)  # percent of the promise; from the last one on the leads are told
TOUCHED = timedelta(minutes=5)  # whoever had their case open so lately needs no mail
MOST = 200


def due() -> list[int]:
    """Ids of the cases to be warned of, the most pressing first (reads only). Nothing while the service center is closed."""
    if not business_days.is_open_now(clock.now()):
        return []
    query = select(Submission.id).where(*_unwarned()).order_by(Submission.due_at, Submission.id).limit(MOST)
    return list(db.session.execute(query).scalars())


def warn(ids: list[int]) -> int:
    """Tell who has these cases, and the leads; one mail an account. Returns how many cases were told of."""
    query = select(Submission).where(Submission.id.in_(ids), *_unwarned()).order_by(Submission.due_at, Submission.id)
    cases = db.session.execute(query.with_for_update(skip_locked=True, of=Submission), execution_options={"populate_existing": True})
    staff = {
        account.id: account for account in desk_notices.staff() if desk_notices.choice(account, desk_notices.DUE) is NoticeChoice.instant
    }
    leads = [account.id for account in staff.values() if account.role is Role.lead]
    told: defaultdict[int, list[Submission]] = defaultdict(list)
    number = 0
    for case in cases.scalars().all():
        step = STEPS[-1] if case.due_at is not None and case.due_at <= _at(STEPS[-1]) else STEPS[0]
        case.warned = 100 * case.times_sent + step
        audit.record(case, "warn", SYSTEM, percent=step)
        whom = [case.assignee_id] if case.assignee_id in staff else []
        whom += leads if step == STEPS[-1] or case.assignee_id is None else []
        for account_id in dict.fromkeys(whom):
            told[account_id or 0].append(case)
        number += 1
    for account_id, own in told.items():
        _mail(staff[account_id], own)
    return number


def _mail(account: Account, cases: list[Submission]) -> None:
    lines = [
        {
            "text": f"{case.receipt_no} {case.org_name or '（団体名なし）'}",
            "more": f"　{line(case).words}" + ("" if case.assignee_id else "　担当は未定です"),
            "path": f"/admin/submission/{case.id}/",
        }
        for case in cases
    ]
    outbox.enqueue(
        "desk_due", account.email, {"lines": lines, "count": len(lines), "contact_name": account.shown_name}, account_id=account.id
    )


def _at(percent: int) -> Any:
    """Deadlines up to this moment have used so much of their time."""
    return business_days.add_business_seconds(clock.now(), PROMISE_SECONDS * (100 - percent) // 100)


def _unwarned() -> tuple[Any, ...]:
    # A correction by the service center is a revision, too, but no new promise.
    sent = Submission.current - Submission.corrections
    steps = [and_(Submission.due_at <= _at(step), Submission.warned < 100 * sent + step) for step in STEPS]
    untouched = or_(Submission.held_until.is_(None), Submission.held_until < clock.now() + presence.LEASE - TOUCHED)
    return Submission.awaiting_review(), or_(*steps), untouched
