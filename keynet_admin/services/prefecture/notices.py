"""Letters of a prefecture to its bodies that have not registered: to whom one may go, and sending it through the outbox.

A body is written to only at its verified public address and at most once a week, whoever of the prefecture presses. Each use is an event.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.catalogue.display import short_date
from keynet_admin.errors import BadField, NotFound, NotPermitted, StaleVersion
from keynet_admin.extensions import db
from keynet_admin.models import Account, MunicipalityContact, PrefectureNotice, PrefectureRecord
from keynet_admin.permissions import Actor, Permission, can
from keynet_admin.services import audit
from keynet_admin.services.mail import outbox
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.prefecture.bodies import MunicipalityRow, PrefectureOverview, name_of, overview
from keynet_admin.vocabulary import MunicipalityState

TEMPLATE = "prefecture_invite"
AGAIN = timedelta(days=7)
COUNT_ABOVE = 30  # more recipients than this have to be typed as a number


@dataclass(frozen=True)
class NoticeUse:
    """One use of the page: when, by whom, to how many bodies."""

    sent_at: datetime
    who: str
    bodies: int


@dataclass(frozen=True)
class NoticePlan:
    """To whom a letter would go and to whom not, each with the reason; `version` is that of the prefecture's letters so far."""

    recipients: Sequence[MunicipalityRow]
    left_out: Sequence[tuple[MunicipalityRow, str]]
    version: int
    last: NoticeUse | None
    letter: Letter

    @property
    def asks_count(self) -> bool:
        """Whether so many are written to that their number has to be typed."""
        return len(self.recipients) > COUNT_ABOVE


@dataclass(frozen=True)
class NoticeOutcome:
    """How many letters go out. `repeated`: this very account has sent them already, and nothing happened now."""

    sent: int
    left_out: int = 0
    repeated: bool = False


def plan(actor: Actor, codes: Collection[str] = (), seen: PrefectureOverview | None = None) -> NoticePlan:
    """To whom of these bodies (none named: all that have not registered) a letter would go. `seen`: the overview, if it was read already.

    Raises NotFound for a code of another prefecture.
    """
    _require(actor)
    found = seen or overview(actor)
    chosen = _chosen(found, codes)
    recipients = [body for body in chosen if not _why_not(body)]
    left_out = [(body, why) for body in chosen if (why := _why_not(body))]
    return NoticePlan(recipients, left_out, _version(actor), last_use(actor), letter_to(actor, recipients[0] if recipients else None))


def letter_to(actor: Actor, body: MunicipalityRow | None = None) -> Letter:
    """The letter as it would read."""
    return outbox.preview(TEMPLATE, _words(actor, db.session.get_one(Account, actor.account_id), body.name if body else "○○町"))


def last_use(actor: Actor) -> NoticeUse | None:
    """The latest use by anybody of the actor's prefecture."""
    query = select(PrefectureNotice.sent_at, Account.name, Account.email, func.count()).join(Account)
    query = query.where(PrefectureNotice.prefecture_code == actor.prefecture_code)
    query = query.group_by(PrefectureNotice.sent_at, Account.id, Account.name, Account.email).order_by(PrefectureNotice.sent_at.desc())
    row = db.session.execute(query.limit(1)).first()
    return NoticeUse(row[0], row[1] or row[2], row[3]) if row is not None else None


def send(actor: Actor, codes: Collection[str], *, seen_version: int, count: str = "") -> NoticeOutcome:
    """Write the letters to these bodies into the outbox, in the caller's transaction.

    `count`: what was typed as the number of recipients. Raises BadField for none chosen or another number, StaleVersion when somebody
    of the prefecture has sent since the page was read, NotFound for a code of another prefecture.
    """
    _require(actor)
    # One at a time for each prefecture: who comes second sees what the first one sent.
    db.session.execute(select(PrefectureRecord.code).where(PrefectureRecord.code == actor.prefecture_code).with_for_update())
    since = _since(actor, seen_version)
    if since and all(row.account_id == actor.account_id for row in since) and set(codes) <= {row.code6 for row in since}:
        return NoticeOutcome(len(since), repeated=True)
    if since:
        raise StaleVersion("登録のお願いの送信", since[-1].account.shown_name, since[-1].sent_at)
    if not codes:
        raise BadField("送る市町村を選んでください。", "org")
    chosen = _chosen(overview(actor), codes)
    recipients = [body for body in chosen if not _why_not(body)]
    if len(chosen) > COUNT_ABOVE and count.strip() != str(len(chosen)):
        raise BadField(f"選んだ市町村の数（{len(chosen)}）を、半角の数字で入力してください。", "count")
    sender = db.session.get_one(Account, actor.account_id)
    _write(actor, sender, recipients)
    if recipients:
        audit.record(sender, "prefecture_mail", actor, count=len(recipients), prefecture=actor.prefecture_code)
    return NoticeOutcome(len(recipients), len(chosen) - len(recipients))


def _write(actor: Actor, sender: Account, recipients: Sequence[MunicipalityRow]) -> None:
    now, codes = clock.now(), [body.code for body in recipients]
    query = select(MunicipalityContact).where(MunicipalityContact.code6.in_(codes))
    contacts = {row.code6: row for row in db.session.execute(query).scalars()}
    for body in recipients:
        db.session.add(PrefectureNotice(prefecture_code=actor.prefecture_code, code6=body.code, account_id=sender.id, sent_at=now))
        outbox.enqueue(
            TEMPLATE,
            body.contact_email,
            _words(actor, sender, body.name),
            about=contacts[body.code],
            sender_name=name_of(actor),
            reply_to=sender.email,
        )


def _words(actor: Actor, sender: Account, org_name: str) -> dict[str, Any]:
    return {"org_name": org_name, "prefecture": name_of(actor), "name": sender.name, "address": sender.email}


def _require(actor: Actor) -> None:
    if not can(actor, Permission.prefecture_write):
        raise NotPermitted("都道府県のアカウントで開いてください。")


def _chosen(found: PrefectureOverview, codes: Collection[str]) -> list[MunicipalityRow]:
    if not codes:
        return found.invitable()
    known = {body.code: body for body in found.bodies}
    if not set(codes) <= known.keys():
        raise NotFound("その市町村は、この都道府県にありません。")
    return [known[code] for code in sorted(set(codes))]


def _why_not(body: MunicipalityRow) -> str:
    """Why no letter goes to a body; empty when one may."""
    if body.state is not MunicipalityState.unregistered:
        return f"登録済みです（{body.state.label}）。"
    if body.applying:
        return "申請を受け付け、運営事務局が確認しています。"
    if not body.contact_email:
        return "公開されているメールアドレスを、運営事務局がまだ確かめていません。"
    if body.noticed_at is not None and body.noticed_at > clock.now() - AGAIN:
        return f"{short_date(body.noticed_at)}に送りました。同じ団体に送れるのは、1週間に1回までです。"
    return ""


def _version(actor: Actor) -> int:
    query = select(func.max(PrefectureNotice.id)).where(PrefectureNotice.prefecture_code == actor.prefecture_code)
    return db.session.execute(query).scalar_one() or 0


def _since(actor: Actor, version: int) -> list[PrefectureNotice]:
    query = select(PrefectureNotice).where(PrefectureNotice.prefecture_code == actor.prefecture_code, PrefectureNotice.id > version)
    return list(db.session.execute(query.order_by(PrefectureNotice.id)).scalars())
