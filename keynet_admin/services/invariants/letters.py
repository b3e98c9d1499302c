"""No double mail: each cause wrote at most one mail to each who hears of it.

A mail has no column that names its cause. It has its template, what it is about and to whose account it goes; and of each such kind at most
as many mails may be there as events that cause them. What no event causes (digests of a day, invitations) is held to what does.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditCheck, AuditEvent, OutboxMail
from keynet_admin.services.account.desk_notices import APART
from keynet_admin.services.invariants.row import Looked, count
from keynet_admin.services.workflow.moves import MOVES

# Causes that the table of moves does not name: (what the mail is about, template) → actions.
_BESIDES = {
    ("submission", "receipt"): ("submit", "readdress"),
    ("submission", "accepted"): ("accept",),
    ("submission", "postings_added"): ("accept",),
    ("submission", "return_reminder"): ("remind", "resend"),
    ("candidate", "candidate_receipt"): ("apply", "amend"),
    ("candidate", "candidate_silence"): ("tell_silence", "remind"),
    ("report", "report_reminder"): ("told",),
    ("account", "password_changed"): ("password",),
    ("account", "account_suspended"): ("suspend",),
    ("account", "account_restored"): ("restore",),
    ("account", "role_changed"): ("change_role",),
    ("account", "account_unused"): ("warn_unused",),
    ("account", "account_dormant"): ("close_unused",),
    ("account", "factor_reset"): ("reset_factor",),
    ("account", "new_device"): ("sign_in",),
}
# Written by the first login that they carry (`accounts.py` counts those), or by a change that has no event of its own.
_ELSEWHERE = frozenset({"first_login", "rights_changed", "report_postponed"})
# Never twice on one day about the same: what comes in the morning, and what is asked again after days.
_DAILY = ("office_digest", "desk_digest", "alert_digest", "alert_ending", "people_end", "people_waiting", "posting_outcome")
# Each tells what has come since the one before: then something has come, and the log knows it. Or they keep a distance.
_NEWS = {"office_instant": ("candidate", ()), "desk_due": ("submission", ("warn",))}
_DIGEST_DAYS = 31
DESK_INSTANT = "desk_instant"
_WRITING = timedelta(seconds=1)  # from the moment of a change to that of the mail in the same transaction


def causes() -> Mapping[tuple[str, str], frozenset[str]]:
    """By (what it is about, template): the actions each of which writes it once."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for move in MOVES:
        if move.mail and move.mail not in _ELSEWHERE:
            found[move.subject.__tablename__, move.mail].add(move.name)
    for key, actions in _BESIDES.items():
        found[key].update(actions)
    return {key: frozenset(actions) for key, actions in found.items()}


def once() -> Looked:
    """At most as many mails of a kind about a row, to one account or to its contact, as events that cause them."""
    caused, looked, found = causes(), 0, list[str]()
    key = AuditEvent.subject, AuditEvent.subject_id, AuditEvent.action
    told = db.session.execute(select(*key, func.count()).where(AuditEvent.action.in_(frozenset().union(*caused.values()))).group_by(*key))
    events = {(subject, row, action): number for subject, row, action, number in told}
    kinds = OutboxMail.subject, OutboxMail.template, OutboxMail.subject_id
    mails = select(*kinds, func.count()).where(OutboxMail.template.in_({template for _, template in caused}))
    for subject, template, row, number in db.session.execute(mails.group_by(*kinds, OutboxMail.account_id).order_by(*kinds)):
        if (subject, template) not in caused:
            continue
        looked += number
        times = sum(events.get((subject, row, action), 0) for action in caused[subject, template])
        if number > times:
            found.append(f"メール「{template}」（{subject} {row}）：{times}回のことに{number}通あります。")
    return Looked(looked, found)


def news_once() -> Looked:
    """Between two mails of news to one account something has come that the second tells; of one month's digest of the log there is one mail."""
    recent = OutboxMail.account_id.is_not(None), OutboxMail.created_at > clock.now() - timedelta(days=_DIGEST_DAYS)
    key = OutboxMail.template, OutboxMail.account_id
    query = select(*key, OutboxMail.created_at, Account.organization_id).join(Account, Account.id == OutboxMail.account_id)
    query = query.where(OutboxMail.template.in_((*_NEWS, DESK_INSTANT)), *recent).order_by(*key, OutboxMail.created_at, OutboxMail.id)
    looked, found = 0, list[str]()
    for (template, account), mails in groupby(db.session.execute(query), key=lambda row: (row[0], row[1])):
        told = [(row.created_at, row.organization_id) for row in mails]
        looked += len(told)
        for (before, _), (at, body) in pairwise(told):
            twice = at - before < APART if template == DESK_INSTANT else not _came(template, body, before, at)
            if twice:
                found.append(f"メール「{template}」（account {account}）：{at:%Y-%m-%d %H:%M}（UTC）のものは、前のものと同じことです。")
    months = count(AuditCheck, AuditCheck.month.is_not(None))
    given = count(OutboxMail, OutboxMail.template == "audit_digest")
    if given > months:
        found.append(f"メール「audit_digest」：{months}か月分に{given}通あります。")
    return Looked(looked + given, found)


def _came(template: str, body: int | None, before: datetime, at: datetime) -> bool:
    subject, actions = _NEWS[template]
    happened = [AuditEvent.subject == subject, AuditEvent.at > before - _WRITING, AuditEvent.at <= at]
    happened += [AuditEvent.action.in_(actions)] if actions else [AuditEvent.organization_id == body]
    return db.session.execute(select(AuditEvent.id).where(*happened).limit(1)).first() is not None


def one_digest_a_day() -> Looked:
    """One mail a day to each about the same, within the last month."""
    key = OutboxMail.template, OutboxMail.subject, OutboxMail.subject_id, OutboxMail.account_id
    recent = OutboxMail.template.in_(_DAILY), OutboxMail.created_at > clock.now() - timedelta(days=_DIGEST_DAYS)
    rows = db.session.execute(select(*key, OutboxMail.created_at).where(*recent).order_by(*key, OutboxMail.created_at))
    looked, found = 0, list[str]()
    for (template, *to, day), mails in groupby(rows, key=lambda row: (*row[:4], row[4].astimezone(clock.TOKYO).date())):
        number = sum(1 for _ in mails)
        looked += number
        if number > 1:
            subject, row, account = to
            whose = f"account {account}" if account is not None else f"{subject} {row}"
            found.append(f"メール「{template}」（{whose}）：{day:%Y-%m-%d} に{number}通あります。")
    return Looked(looked, found)
