"""Holding mails back: all of them, one lane, or one domain of recipients. What is held waits in the outbox and leaves when it is resumed."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true

from keynet_admin import clock
from keynet_admin.errors import BadField, NotPermitted
from keynet_admin.extensions import db
from keynet_admin.models import MailPause, OutboxMail
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit
from keynet_admin.services.workflow import Outcome

LANES = {1: "決定とリンクのメール", 2: "受付の控え", 3: "多くの方に一度に送るメール"}
REASON_MOST = 300
HELD = "メールの送信を止めているため、再開してから届きます。"
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def is_active() -> ColumnElement[bool]:
    """Where-clause: pauses that hold mails now."""
    return and_(MailPause.ended_at.is_(None), or_(MailPause.until.is_(None), MailPause.until > clock.now()))


def active() -> list[MailPause]:
    """The pauses that hold mails now, the oldest first."""
    return list(db.session.execute(select(MailPause).where(is_active()).order_by(MailPause.id)).scalars())


def may_leave(pauses: Sequence[MailPause]) -> ColumnElement[bool] | None:
    """Where-clause: mails that none of these pauses holds; None when all are held."""
    if any(_holds_all(pause) for pause in pauses):
        return None
    held = [OutboxMail.lane == pause.lane for pause in pauses if pause.lane is not None]
    held += [func.lower(OutboxMail.recipient).endswith(f"@{pause.domain}", autoescape=True) for pause in pauses if pause.domain]
    return not_(or_(*held)) if held else true()


def holds(pauses: Sequence[MailPause], lane: int, address: str) -> bool:
    """Whether one of these pauses holds a mail of this lane to this address."""
    domain = address.rpartition("@")[2].lower()
    return any(_holds_all(pause) or pause.lane == lane or (pause.domain != "" and pause.domain == domain) for pause in pauses)


def words_after(outcome: Outcome) -> str:
    """What is said after a decision besides: that its mails wait, where those of decisions are held, whoever they go to."""
    if outcome.repeated or not outcome.mails:
        return ""
    first = or_(MailPause.lane == 1, and_(MailPause.lane.is_(None), MailPause.domain == ""))
    held = db.session.execute(select(MailPause.id).where(is_active(), first).limit(1)).first()
    return HELD if held is not None else ""


def scope_words(pause: MailPause) -> str:
    """What a pause holds, in words."""
    if pause.domain:
        return f"@{pause.domain} へのメール"
    return LANES.get(pause.lane, "") if pause.lane is not None else "すべてのメール"


def begin(actor: Actor, *, lane: int | None, domain: str, reason: str, until: datetime | None) -> MailPause:
    """Hold mails from now on. Raises NotPermitted and BadField (fields `domain`, `reason`, `until`)."""
    if not can(actor, Permission.mail_pause) or actor.account_id is None:
        raise NotPermitted("メールの送信を止める権限がありません。")
    domain = domain.strip().lower().removeprefix("@")
    if domain and (len(domain) > 190 or not _DOMAIN.fullmatch(domain)):
        raise BadField("宛先の @ より後ろを、city.example.jp のように入力してください。", "domain")
    if not reason.strip():
        raise BadField("止める理由を入力してください。ほかの担当者が、再開してよいかを判断するために読みます。", "reason")
    if len(reason.strip()) > REASON_MOST:
        raise BadField(f"理由は{REASON_MOST}字までです（いま{len(reason.strip())}字）。短くしてください。", "reason")
    if until is not None and until <= clock.now():
        raise BadField("いまより後の日時を入力してください。", "until")
    row = MailPause(lane=None if domain else lane, domain=domain, reason=reason.strip(), created_by_id=actor.account_id, until=until)
    db.session.add(row)
    db.session.flush()
    audit.record(row, "pause", actor, other=_kind(row))
    return row


def end(pause: MailPause, actor: Actor) -> bool:
    """Let the mails of a pause leave. False when it is over already. Raises NotPermitted."""
    if not can(actor, Permission.mail_pause):
        raise NotPermitted("メールの送信を再開する権限がありません。")
    db.session.refresh(pause, with_for_update=True)
    if pause.ended_at is not None:
        return False
    pause.ended_at, pause.ended_by_id, pause.version = clock.now(), actor.account_id, pause.version + 1
    audit.record(pause, "resume", actor, other=_kind(pause))
    return True


def _holds_all(pause: MailPause) -> bool:
    return pause.lane is None and not pause.domain


def _kind(pause: MailPause) -> str:
    return "1つのドメイン宛てのメール" if pause.domain else scope_words(pause)
