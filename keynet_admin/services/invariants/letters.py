"""No double mail: each cause wrote at most one mail to each who hears of it.

A mail has no column that names its cause. It has its template, what it is about and to whose account it goes; and of each such kind at most
as many mails may be there as events that cause them. What no event causes (digests of a day, invitations) is held to what does.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from itertools import groupby

from sqlalchemy import func, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, OutboxMail
from keynet_admin.services.invariants.row import Looked
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
}
# Written by the first login that they carry (`accounts.py` counts those), or by a change that has no event of its own.
_ELSEWHERE = frozenset({"first_login", "rights_changed", "report_postponed"})
_DIGESTS = ("office_digest", "desk_digest", "alert_digest", "alert_ending", "people_end")
_DIGEST_DAYS = 31


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


def one_digest_a_day() -> Looked:
    """Of what goes out of a morning, one mail a day to each, within the last month."""
    key = OutboxMail.template, OutboxMail.subject, OutboxMail.subject_id, OutboxMail.account_id
    recent = OutboxMail.template.in_(_DIGESTS), OutboxMail.created_at > clock.now() - timedelta(days=_DIGEST_DAYS)
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
