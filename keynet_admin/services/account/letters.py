"""The mails that a decision about an account would send, to be read before it."""

from collections.abc import Mapping
from typing import Any

from keynet_admin import clock
from keynet_admin.models import Account
from keynet_admin.services import workflow
from keynet_admin.services.account import colleagues
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.mail_words import words_of
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.mail.message import REASON_TO_COME, Letter
from keynet_admin.vocabulary import AccountStatus, OfficeRight, staff_role


def letters(account: Account, action: str, reason: str = "", role: str = "", recipient: str = "") -> list[tuple[str, Letter]]:
    """The mails that a decision with this reason (and role or address) would send, with placeholders for link and code."""
    template = workflow.move_of(Account, action).mail
    if not template:
        return []
    if action == "restore" and not account.password_hash:
        template = "first_login"
    words = words_of(account) | {"reason": reason.strip() or REASON_TO_COME, "email": account.email, "again": True}
    new = staff_role(role)
    words |= {"was": account.role.label, "role": new.label if new is not None else "（選んだ役割）"}
    words["due"] = accounts.invitation_due(account.place)
    words |= {"address": account.email, "rights": colleagues.label_of(account.held | {OfficeRight.manage})}
    if action == "decline_request":
        managers = colleagues.holders(account.organization_id or 0, OfficeRight.manage)
        return [(to.email, mailer.preview(template, words | {"contact_name": to.name})) for to in managers]
    if action == "give_manage":
        words["was"] = account.rights_label
    if action == "readdress":
        to = accounts.normal_email(recipient) or "新しいアドレス"
        told = (
            [(account.email, mailer.preview("address_changed", words | {"at": clock.now()}))]
            if mailer.arrives(account, account.email)
            else []
        )
        return [(to, mailer.preview(template, words | {"changed": True, "email": to})), *told]
    return [(account.email, mailer.preview(template, words))]


def of_colleague(account: Account, action: str, typed: Mapping[str, Any]) -> list[tuple[str, Letter]]:
    """The mail to a municipality's person that a decision of their own people would send."""
    template = workflow.move_of(Account, action).mail
    if not template or account.status is AccountStatus.requested:
        return []
    words = words_of(account) | {"email": account.email, "again": True, "heir": "（選んだ方）"}
    words |= {"reason": str(typed.get("reason", "")).strip() or (REASON_TO_COME if action in ("stop", "hand_over") else "")}
    words |= {"was": account.rights_label, "rights": colleagues.label_of({OfficeRight.view, *typed.get("rights", ())})}
    words["due"] = accounts.invitation_due(account.place)
    return [(account.email, mailer.preview(template, words))]
