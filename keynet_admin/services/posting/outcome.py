"""How many people a posting secured: its owners are asked by mail after its last day, and answer without signing in, in the office, or not.

A link answers with numbers only: no name of anybody stands behind it. It dies with the answer, of whoever answers first.
"""

import re
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, select

from keynet_admin import business_time, clock
from keynet_admin.errors import LinkDead, NotFound
from keynet_admin.extensions import db
from keynet_admin.models import OutcomeLink, Posting
from keynet_admin.permissions import SYSTEM, Actor
from keynet_admin.services import settings, workflow
from keynet_admin.services.account import tokens
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting import placements, publication
from keynet_admin.services.posting.closing import require_reason
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import PostingStatus, SecuredWay

LINK_DAYS = 30
DEAD = "この募集の確保した人数は、もう伺っていません。回答をいただいたか、お尋ねを止めたか、募集が再開されています。"
EXPIRED = f"このアドレスは{LINK_DAYS}日を過ぎたため使えません。ログインして、募集のページから回答できます。"
_BY_CODE = re.compile(r"([0-9]{1,9})-([0-9a-f]{40})")


def due_to_ask() -> list[int]:
    """Ids of closed postings whose owners have to be asked now (reads only)."""
    return list(db.session.execute(select(Posting.id).where(*_due()).order_by(Posting.id)).scalars())


def ask(posting_id: int) -> bool:
    """Ask the owners of this posting by mail, each with a link of their own. False when there is nothing to ask, or somebody changes it just now."""
    query = select(Posting).where(Posting.id == posting_id, *_due()).with_for_update(skip_locked=True, of=Posting, key_share=True)
    posting = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if posting is None:
        return False
    posting.outcome_asked += 1
    again = posting.outcome_asked < settings.get("outcome_times")
    days = settings.get("outcome_again_days")
    posting.outcome_ask_at = publication.business_day(posting, days, business_time.OPENS) if again else None
    words = {"closed": posting.closed_at, "again": again, "days": days}
    return publication.mail_owner(posting, "posting_outcome", sealed=lambda: _secrets(posting), **words) > 0


def answer(posting: Posting, actor: Actor, *, seen_version: int | None, figures: Mapping[SecuredWay, int], reason: str = "") -> Outcome:
    """Record what the owner says (as SYSTEM: through a link). Raises BadField `reason` when more than wanted are secured without a reason."""
    if again := workflow.repeated(posting, actor, seen_version, "outcome"):
        return again
    done = workflow.move(posting, "outcome", actor, seen_version=seen_version, reason=reason, mail=actor is SYSTEM or None)
    placements.set_totals(posting, actor, figures)
    publication.settle(posting)  # what comes free from now on is counted from these numbers
    require_reason(posting, reason)
    _no_more(posting)
    return done


def stop(posting: Posting, actor: Actor, *, seen_version: int | None) -> Outcome:
    """Ask no more. The numbers can still be recorded on the posting's page."""
    if again := workflow.repeated(posting, actor, seen_version, "stop_asking"):
        return again
    done = workflow.move(posting, "stop_asking", actor, seen_version=seen_version, mail=actor is SYSTEM or None)
    _no_more(posting)
    return done.but(note="承知しました。この募集の人数は、もう伺いません。")


def link_of(token: str) -> OutcomeLink:
    """The open link of a token (that of a mail, or the one a typed code led to). Raises NotFound, LinkDead."""
    if by_code := _BY_CODE.fullmatch(token):
        sealed = tokens.is_seal(f"outcome:{by_code[1]}", by_code[2])
        link = db.session.get(OutcomeLink, int(by_code[1])) if sealed else None
    else:
        query = select(OutcomeLink).where(OutcomeLink.token_hash == tokens.token_hash(token))
        link = db.session.execute(query).scalar_one_or_none()
    if link is None:
        raise NotFound("このアドレスは見つかりません。メールにあるアドレスを、途中で切れていないか確かめてください。")
    closed = link.posting.closed_at
    if not link.posting.outcome_due or closed is None or link.created_at < closed:
        raise LinkDead(DEAD)
    if link.expires_at <= clock.now():
        raise LinkDead(EXPIRED)
    return link


def token_of_code(posting_no: str, code: str) -> str | None:
    """The token to which a posting's number and the code of a mail lead; None for a wrong pair. Reads only."""
    number = db.session.execute(select(Posting.id).where(Posting.posting_no == posting_no)).scalar_one_or_none()
    wanted = tokens.code_hashes(f"outcome:{number or 0}", tokens.typed(code))
    query = select(OutcomeLink.id).where(OutcomeLink.posting_id == number, OutcomeLink.code_hash.in_(wanted))
    link = db.session.execute(query.order_by(OutcomeLink.id.desc()).limit(1)).scalar_one_or_none()
    return None if link is None else f"{link}-{tokens.seal(f'outcome:{link}')}"


def _no_more(posting: Posting) -> None:
    posting.outcome_due, posting.outcome_ask_at = False, None


def _due() -> tuple[ColumnElement[bool], ...]:
    return Posting.status == PostingStatus.closed, Posting.outcome_due.is_(True), Posting.outcome_ask_at <= clock.now()


def _secrets(posting: Posting) -> dict[str, str]:
    token, code = tokens.new_token(), tokens.new_code()
    values = {"token_hash": tokens.token_hash(token), "code_hash": tokens.code_hash(f"outcome:{posting.id}", code)}
    now = clock.now()
    db.session.add(OutcomeLink(posting_id=posting.id, created_at=now, expires_at=now + timedelta(days=LINK_DAYS), **values))
    return {"link": outbox.public_link(f"/outcome/{token}"), "code": tokens.shown(code)}
