"""Whether what is public still holds (PUB-003): its municipality is asked after a time of silence, and without an answer it is hidden."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.business_time import CLOSES
from keynet_admin.extensions import db
from keynet_admin.models import Listing, Posting
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.rules import rule_by_code
from keynet_admin.services import business_days, settings, workflow
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting.publication import mail_owner
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PostingStatus


def due_to_ask() -> list[int]:
    """Ids of postings on visitors' pages that nobody has changed or confirmed for `confirm_after_days` (reads only)."""
    return list(db.session.execute(select(Posting.id).where(*_to_ask()).order_by(Posting.id)).scalars())


def ask(posting_id: int) -> bool:
    """Ask the municipality by mail. False when it need not be asked, or somebody is changing the posting just now."""
    posting = _locked(posting_id, *_to_ask())
    if posting is None:
        return False
    workflow.move(posting, "ask_open", SYSTEM, seen_version=None)
    posting.asked_at = now = clock.now()
    mail_owner(posting, "posting_still_open", **question(posting, now))
    return True


def question(posting: Posting, asked: datetime) -> dict[str, Any]:
    """What the mail says besides the posting's own words."""
    rule = rule_by_code("PUB-003")
    why = rule.why if rule is not None else ""
    return {"posting_id": posting.id, "days": settings.get("confirm_after_days"), "why": why, "answer_by": answer_until(asked)}


def confirm(posting: Posting, actor: Actor, *, seen_version: int) -> Outcome:
    """Its municipality says that it still holds."""
    if again := workflow.repeated(posting, actor, seen_version, "confirm_open"):
        return again
    done = workflow.move(posting, "confirm_open", actor, seen_version=seen_version)
    posting.confirm()
    return done


def due_to_hide() -> list[int]:
    """Ids of postings whose municipality was asked and has let the time for its answer pass (reads only)."""
    query = select(Posting.id, Posting.asked_at).where(*_ASKED).order_by(Posting.id)
    days = settings.get("confirm_grace_days")
    return [number for number, asked in db.session.execute(query) if asked is not None and answer_until(asked, days) <= clock.now()]


def hide(posting_id: int) -> bool:
    """Take the posting off the site until its municipality resumes it. False when it need not be, or is just being changed."""
    posting = _locked(posting_id, *_ASKED)
    if posting is None or posting.asked_at is None or answer_until(posting.asked_at) > clock.now():
        return False
    workflow.move(posting, "hide", SYSTEM, seen_version=None)
    posting.asked_at = None
    listing.update(posting)
    mail_owner(posting, "posting_hidden", posting_id=posting.id)
    return True


def answer_until(asked: datetime, days: int | None = None) -> datetime:
    """Until when an answer counts: the close of business so many days later (the setting's), moved on to a business day."""
    grace = settings.get("confirm_grace_days") if days is None else days
    day = business_days.add_business_days(asked.astimezone(clock.TOKYO).date() + timedelta(days=grace), 0)
    return datetime.combine(day, CLOSES, clock.TOKYO)


_ASKED = (Posting.status == PostingStatus.live, Posting.asked_at.is_not(None))


def _to_ask() -> tuple[Any, ...]:
    """Where-clauses. A private posting is on no page: nobody is misled by it."""
    quiet = Posting.confirmed_at < clock.now() - timedelta(days=settings.get("confirm_after_days"))
    listed = select(Listing.posting_id).where(Listing.listed(clock.now()))
    return Posting.status == PostingStatus.live, Posting.asked_at.is_(None), quiet, Posting.id.in_(listed)


def _locked(posting_id: int, *where: Any) -> Posting | None:
    query = select(Posting).where(Posting.id == posting_id, *where).with_for_update(skip_locked=True, of=Posting, key_share=True)
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
