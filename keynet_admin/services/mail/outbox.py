"""The outbox: `enqueue` writes a mail with the change that causes it, `deliver_due` sends what is committed and due.

A mail is claimed by a short transaction with a lease, sent with no transaction open, and its delivery status written by another. A worker that
dies in between leaves a lease that runs out: a file is written again under the same Message-ID, a mail by SMTP becomes uncertain, because
the server may have it. Secrets (links, codes) stand in `sealed` until the mail is out, the body shows placeholders. Leases and retries use real time, as the queue engine does.
"""

import logging
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, literal, or_, select, update

from keynet_admin import clock, config
from keynet_admin.catalogue.mail_domain import NOWHERE
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, OutboxMail, Submission
from keynet_admin.models.base import CleanText, subject_of
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.mail import message as letter
from keynet_admin.services.mail import pause
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.mail.transport import NotNow, Outgoing, Rejected, Uncertain, transport
from keynet_admin.services.transaction import after_commit, forget_log, rows_changed, transaction
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import UNDELIVERED, MailStatus

__all__ = ["close", "confirm", "correct", "deliver_due", "enqueue", "enqueue_receipts", "preview", "public_link", "retry"]

log = logging.getLogger(__name__)

# Seconds until the next try; the last one repeats. Eighty tries are about three days.
DELAYS = (10, 20, 40, 60, 120, 300, 600, 1200, 1800, 3600)
MAX_ATTEMPTS = 80
# They go after all other mails, for anybody who sends forms causes them; so many an hour to one address, then one summary.
RECEIPTS = ("receipt", "receipts", "resubmitted_receipt")
# After those: what goes to many at once, of a morning. Everything else is in the first lane.
_LANES = dict.fromkeys((*RECEIPTS, "candidate_receipt", "alert_confirm", "alert_known", "alert_full"), 2) | dict.fromkeys(
    ("alert_digest", "alert_ending"), 3
)
# The name among the sealed values of the address that ends such mails by one POST (RFC 8058): it stands in the header alone.
STOP = "stop"
RECEIPTS_AN_HOUR = 5
# Last words to somebody of whom nothing is kept: what became of the mail is nobody's task, and its address goes with it.
FORGOTTEN = ("candidate_erased", "person_erased")
_FAR = timedelta(hours=2)  # longer than any delay or lease
# What stands before the @ may be as odd as the telephone companies allowed (`a..b.@`), but is never a program's option; what stands
# behind it is a domain of the internet: two labels at least, the last one no number and none that leads nowhere.
_ADDRESS = re.compile(
    r"(?!-)[!#-'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@(?=[A-Za-z0-9.-]{1,189}$)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    rf"(?!(?i:{'|'.join(sorted(NOWHERE))})$)(?:[A-Za-z]{{2,63}}|xn--[A-Za-z0-9-]{{1,59}})"
)
LEASE_OVER = "送信の途中で止まったため、相手のサーバーが受け取ったかどうか分かりません。"
SUPERSEDED = "その後のお知らせに替わりました。"
BAD_ADDRESS = "宛先のメールアドレスの形が正しくありません。"

_wake: list[Callable[[], None]] = []


def public_link(path: str) -> str:
    """A full address of a page for a mail; `path` begins with a slash."""
    return config.current().link(path)


def on_enqueued(action: Callable[[], None]) -> None:
    """What to call after the commit of a transaction that wrote mails: the queue's wake-up. The latest one counts."""
    _wake[:] = [action]


def wake() -> None:
    """Call the wake-up, if there is one."""
    for action in _wake:
        action()


def preview(template: str, context: Mapping[str, Any]) -> Letter:
    """The mail as it would be written now, with placeholders where link and code will stand. Stores nothing."""
    return letter.write(template, {"sealed": frozenset(("link", "code")), **context})


def enqueue(
    template: str,
    to: str,
    context: Mapping[str, Any],
    *,
    sealed: Mapping[str, str] | None = None,
    about: Any = None,
    account_id: int | None = None,
    sender_name: str = "",
    reply_to: str = "",
) -> OutboxMail:
    """Write a mail into the present transaction; it leaves after the commit. Returns the flushed row.

    `about` is the row it is about, `account_id` the account it goes to, if it goes to one. `sender_name`, `reply_to`: in whose name it is
    sent and who gets the answer, where that is not the service center.
    `sealed` are the values of the placeholders in the template (`{"link": …, "code": …}`). An address that cannot be one does not raise:
    the row is kept as refused and shows up among the operators' tasks, so that no decision fails because of it.
    Of mails about the same row that did not arrive, those to this address and those of this kind are no task any more.
    """
    subject = subject_of(about) if about is not None else {"subject": "", "subject_id": 0}
    if about is not None:
        supersede(about, or_(OutboxMail.recipient == letter.one_line(to)[:254], OutboxMail.template == template))
    values = _values(template, to, context, sealed) | subject
    row = OutboxMail(**values, account_id=account_id, sender_name=letter.one_line(sender_name), reply_to=letter.one_line(reply_to))
    db.session.add(row)
    db.session.flush()
    after_commit(wake)
    return row


def supersede(about: Any, *which: ColumnElement[bool], note: str = SUPERSEDED) -> int:
    """Settle the mails about a row that did not arrive, because another way was found. Returns how many."""
    return workflow.move_where(OutboxMail, "supersede", OutboxMail.about(about), *which, note=note, sealed=None)


@dataclass(frozen=True)
class Receipt:
    """What one receipt says: its address, words, the code of the copy, the case it is about (its id)."""

    address: str
    words: Mapping[str, Any]
    code: str
    case: int


def enqueue_receipts(receipts: Iterable[Receipt], *, more: bool = False) -> None:
    """Write the receipts of new cases, one mail an address. Beyond `RECEIPTS_AN_HOUR` to one address the rest waits for one summary.

    `more`: others of the same file may follow; they join a mail that waits a minute for them.
    """
    by_address: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        by_address.setdefault(receipt.address, []).append(receipt)
    sent, waiting = _receipts_of_the_hour(by_address)
    rows = []
    for address, own in by_address.items():
        full = config.current().rate_limits and sent[address.lower()] >= RECEIPTS_AN_HOUR
        if (full or more) and _joined(waiting.get(address.lower()), address, own):
            continue
        wait = timedelta(hours=1) if full else timedelta(minutes=1) if more else timedelta()
        rows.append(_receipt_values(address, own) | {"next_try_at": clock.real_now() + wait})
    if rows:
        db.session.execute(insert(OutboxMail), rows)
        after_commit(wake)


def _receipts_of_the_hour(addresses: Iterable[str]) -> tuple[Counter[str], dict[str, int]]:
    """How many receipts were written to each address (in lower case) within an hour, and the id of one that still waits to leave."""
    query = (
        select(OutboxMail.id, func.lower(OutboxMail.recipient), OutboxMail.status, OutboxMail.attempts, OutboxMail.next_try_at)
        .where(OutboxMail.template.in_(RECEIPTS), OutboxMail.created_at > clock.now() - timedelta(hours=1))
        .where(func.lower(OutboxMail.recipient).in_({address.lower() for address in addresses}))
    )
    sent: Counter[str] = Counter()
    waiting = {}
    for number, address, status, attempts, at in db.session.execute(query):
        sent[address] += 1
        if status is MailStatus.waiting and attempts == 0 and at > clock.real_now():
            waiting[address] = number
    return sent, waiting


def _joined(number: int | None, address: str, own: Iterable[Receipt]) -> bool:
    """Say these receipts in a mail that waits. False when there is none, or somebody sends it just now."""
    query = select(OutboxMail).where(OutboxMail.id == number, OutboxMail.status == MailStatus.waiting)
    row = None if number is None else db.session.execute(query.with_for_update(skip_locked=True)).scalar_one_or_none()
    if row is None:
        return False
    # One case alone has the name `code`.
    codes = {int(name.removeprefix("code-")) if name != "code" else row.subject_id: seal for name, seal in (row.sealed or {}).items()}
    columns = select(Submission.id, Submission.receipt_no, Submission.org_name, Submission.due_at).where(Submission.id.in_(codes))
    before = [
        Receipt(address, {"receipt_no": receipt_no, "org_name": name, "due": due}, codes[case], case)
        for case, receipt_no, name, due in db.session.execute(columns.order_by(Submission.id))
    ]
    values = _receipt_values(address, [*before, *own])
    row.template, row.title, row.body, row.sealed = values["template"], values["title"], values["body"], values["sealed"]
    return True


def _receipt_values(address: str, own: list[Receipt]) -> dict[str, Any]:
    about = {"subject": Submission.__tablename__, "subject_id": own[0].case}
    if len(own) == 1:
        return _values("receipt", address, own[0].words, {"code": own[0].code}) | about
    names = {receipt.words["org_name"] for receipt in own}
    words = {"org_name": names.pop() if len(names) == 1 else "ご担当団体", "receipt_no": own[0].words["receipt_no"]}
    words["cases"] = [{"id": receipt.case, **receipt.words} for receipt in own]
    return _values("receipts", address, words, {f"code-{receipt.case}": receipt.code for receipt in own}) | about


def _values(template: str, to: str, context: Mapping[str, Any], sealed: Mapping[str, str] | None) -> dict[str, Any]:
    written = letter.write(template, {"email": to, **context, "sealed": frozenset(sealed or ())})
    address = letter.one_line(to)[:254]
    good = address == to.strip() and deliverable(address)
    return {
        "message_id": f"{uuid.uuid4().hex}@{config.current().mail_from.rpartition('@')[2] or 'localhost'}",
        "template": template,
        "recipient": address,
        "title": written.subject,
        "body": written.body,
        "sealed": dict(sealed) if sealed else None,
        "status": MailStatus.waiting if good else MailStatus.refused,
        "answer": "" if good else BAD_ADDRESS,
        "lane": lane_of(template),
        "next_try_at": clock.real_now(),
    }


def lane_of(template: str) -> int:
    """In which lane mails of this kind leave (`pause.LANES` names them)."""
    return _LANES.get(template, 1)


def deliverable(address: str) -> bool:
    """Can this be the address of a mailbox on the internet?"""
    return len(address) <= 254 and _ADDRESS.fullmatch(address) is not None


@dataclass(frozen=True)
class _Claim:
    """A mail that this process may send until its lease runs out. `attempts` is the fence: a later claim has a higher one."""

    id: int
    template: str
    attempts: int
    message_id: str
    recipient: str
    subject: str
    body: str
    sealed: Mapping[str, str]
    created_at: datetime
    sender_name: str
    reply_to: str


def deliver_due(limit: int = 100, now: datetime | None = None, stopped: Callable[[], bool] = lambda: False) -> int:
    """Send up to `limit` mails that are due and return how many went out. Needs an application context, no open transaction.

    `now` is real time, aware. Many processes may run this at once: each mail is claimed by one. Once `stopped` says so, no further mail is
    begun: one that the end of the process cuts off becomes uncertain, and a person has to look.
    """
    settings = config.current()
    sent = 0
    with transport(settings) as way:
        for _ in range(limit):
            if stopped():
                break
            moment = now or clock.real_now()
            if not way.repeatable:
                _end_leases(moment)
            claim = _claim(moment, way.lease)
            if claim is None:
                break
            try:
                answer = way.deliver(_message(claim))
            except Rejected as error:
                _settle(claim, MailStatus.refused, str(error))
            except Uncertain as error:
                _settle(claim, MailStatus.uncertain, str(error))
                break
            except NotNow as error:
                _postpone(claim, str(error), now or clock.real_now())
                if error.whole:
                    break
            except Exception as error:
                log.exception("mail %s could not be made", claim.id)
                _settle(claim, MailStatus.failed, f"{type(error).__name__}")
            else:
                sent += _settle(claim, MailStatus.sent, answer, sealed=None, sent_at=clock.now())
    return sent


def deliver_waiting() -> int:
    """Send until nothing is due any more and return how many went out (the command `deliver-mail`)."""
    total = 0
    while sent := deliver_due():
        total += sent
    return total


def retry(row: OutboxMail, actor: Actor, *, seen_version: int) -> Outcome:
    """Let a refused or failed mail go again at once; pressed twice it goes once."""
    if again := workflow.repeated(row, actor, seen_version, "retry"):
        return again
    done = workflow.move(row, "retry", actor, seen_version=seen_version)
    return _at_once(row, done)


def correct(row: OutboxMail, actor: Actor, *, seen_version: int, recipient: str) -> Outcome:
    """Send a mail that was refused to the right address. Raises BadField for one that cannot be an address, and for the same again.

    The mail keeps the new address only; the log says that it was corrected, never from what to what.
    """
    if again := workflow.repeated(row, actor, seen_version, "correct"):
        return again
    address = recipient.strip()
    if not deliverable(address):
        raise BadField(BAD_ADDRESS)
    if address == row.recipient:
        raise BadField("いまの宛先と同じです。正しい宛先を入力してください。")
    done = workflow.move(row, "correct", actor, seen_version=seen_version)
    row.recipient, row.answer = address, ""
    return _at_once(row, done)


def _at_once(row: OutboxMail, done: Outcome) -> Outcome:
    """Let the mail go with the next delivery, all its tries before it."""
    row.attempts, row.next_try_at, row.lease_until = 0, clock.real_now(), None
    after_commit(wake)
    return done.but(mails=1)


def confirm(row: OutboxMail, actor: Actor, *, seen_version: int) -> Outcome:
    """An uncertain mail has arrived, as its reader says. When it was sent stays unknown."""
    if again := workflow.repeated(row, actor, seen_version, "confirm"):
        return again
    done = workflow.move(row, "confirm", actor, seen_version=seen_version)
    row.sealed = None
    return done


def close(row: OutboxMail, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """End the task of a mail that did not arrive, with how it was settled (told by phone, not needed any more)."""
    if again := workflow.repeated(row, actor, seen_version, "close"):
        return again
    done = workflow.move(row, "close", actor, seen_version=seen_version, reason=reason)
    row.note, row.sealed = reason.strip(), None
    return done


def arrives(about: Any, address: str) -> bool:
    """Whether mails to an address may arrive: the last one about this row that went there was not refused, lost or told otherwise."""
    mine = OutboxMail.about(about)
    if isinstance(about, Account):
        mine = or_(mine, OutboxMail.account_id == about.id)
    query = select(OutboxMail.status).where(mine, OutboxMail.recipient == address).order_by(OutboxMail.id.desc())
    last = db.session.execute(query.limit(1)).scalar_one_or_none()
    return bool(address) and last in (None, MailStatus.waiting, MailStatus.sending, MailStatus.sent)


def undeliverable() -> ColumnElement[bool]:
    """Where-clause: mails that somebody has to look after."""
    return OutboxMail.status.in_(UNDELIVERED)


def undeliverable_count() -> int:
    """How many mails wait for an operator."""
    return int(db.session.execute(select(func.count()).select_from(OutboxMail).where(undeliverable())).scalar_one())


def _reached(moment: Any, now: datetime) -> ColumnElement[bool]:
    """Where-clause: the moment is over, or so far ahead that the machine's clock was turned back (it must not keep a mail for days)."""
    return or_(moment <= now, moment > now + _FAR)


def _lease_over(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMail.status == MailStatus.sending, _reached(OutboxMail.lease_until, now))


def _end_leases(now: datetime) -> None:
    """Mails whose worker died while it sent them: whether they arrived is for a person to find out. Nothing is written when there are none."""
    with transaction():
        if db.session.execute(select(OutboxMail.id).where(_lease_over(now)).limit(1)).first() is not None:
            workflow.move_where(OutboxMail, "settle", _lease_over(now), target=MailStatus.uncertain, answer=LEASE_OVER, lease_until=None)
            _forget()


def _claim(now: datetime, lease: timedelta) -> _Claim | None:
    """Take the next due mail for this process, in a transaction of its own; also one whose lease is over (see `_end_leases`)."""
    due = or_(and_(OutboxMail.status == MailStatus.waiting, _reached(OutboxMail.next_try_at, now)), _lease_over(now))
    with transaction():
        leaves = pause.may_leave(pause.active())
        if leaves is None:
            return None
        row = db.session.execute(
            select(
                OutboxMail.id,
                OutboxMail.template,
                OutboxMail.attempts,
                OutboxMail.message_id,
                OutboxMail.recipient,
                OutboxMail.title,
                OutboxMail.body,
            )
            .add_columns(OutboxMail.sealed, OutboxMail.created_at, OutboxMail.sender_name, OutboxMail.reply_to)
            .where(due, leaves)
            .order_by(OutboxMail.lane, OutboxMail.next_try_at, OutboxMail.id)
            .limit(1)
            .with_for_update(skip_locked=True)  # SQLite leaves it out: there the write lock is ours since BEGIN IMMEDIATE
        ).first()
        if row is None:
            return None
        mine = (OutboxMail.id == row.id, OutboxMail.attempts == row.attempts, due)
        taken = workflow.move_where(OutboxMail, "send", *mine, attempts=row.attempts + 1, lease_until=now + lease)
        if taken != 1:
            return None
        content = row.message_id, row.recipient, row.title, row.body, row.sealed or {}, row.created_at, row.sender_name, row.reply_to
        return _Claim(row.id, row.template, row.attempts + 1, *content)


def _settle(claim: _Claim, status: MailStatus, answer: str, **values: Any) -> int:
    """Write the delivery status of a mail, unless a later claim has taken it over. Returns the number of rows changed."""
    with transaction():
        mine = (OutboxMail.id == claim.id, OutboxMail.attempts == claim.attempts)
        # A mail that was blanked while it was sent stays blank: the answer may name its address.
        kept = case((OutboxMail.recipient == "", ""), else_=literal(answer, CleanText()))
        done = workflow.move_where(OutboxMail, "settle", *mine, target=status, answer=kept, lease_until=None, **values)
        if claim.template in FORGOTTEN:
            _forget(OutboxMail.id == claim.id)
            after_commit(forget_log)
        return done


def _forget(*which: ColumnElement[bool]) -> None:
    """Blank the address of last words that are out, or never will be."""
    over = (OutboxMail.template.in_(FORGOTTEN), OutboxMail.status.not_in((MailStatus.waiting, MailStatus.sending)), *which)
    blank: dict[str, Any] = {"recipient": "", "answer": "", "sealed": None}
    workflow.move_where(OutboxMail, "supersede", *over, **blank)
    rows_changed(update(OutboxMail).where(*over).values(**blank))


def _postpone(claim: _Claim, answer: str, now: datetime) -> None:
    if claim.attempts >= MAX_ATTEMPTS:
        _settle(claim, MailStatus.failed, answer)
        return
    seconds = DELAYS[min(claim.attempts, len(DELAYS)) - 1]
    _settle(claim, MailStatus.waiting, answer, next_try_at=now + timedelta(seconds=seconds))


def _message(claim: _Claim) -> Outgoing:
    """The message with the secrets in place of their placeholders. The same row always gives the same message."""
    settings = config.current()
    body = claim.body
    for name, value in claim.sealed.items():
        body = body.replace(f"⟦{name}⟧", value)
    message = Outgoing(
        subject=claim.subject,
        recipients=[claim.recipient],
        body=body,
        sender=(claim.sender_name or settings.short_name, settings.mail_from),
        reply_to=claim.reply_to or settings.desk.mail,
        date=claim.created_at.timestamp(),
        charset="utf-8",
        extra_headers={"Auto-Submitted": "auto-generated", "Content-Language": "ja"} | _stop_headers(claim.sealed),
    )
    message.msgId = f"<{claim.message_id}>"
    if message.has_bad_headers():
        raise ValueError("a line break in a header")
    return message


def _stop_headers(sealed: Mapping[str, str]) -> dict[str, str]:
    """How a mail program ends the mails of this kind without a look at any page, where there is a way."""
    if STOP not in sealed:
        return {}
    return {"List-Unsubscribe": f"<{sealed[STOP]}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
