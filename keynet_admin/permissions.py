"""Who may do what: permissions as "resource:action", a table from role to permissions, and `can()`."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from keynet_admin.vocabulary import ActorKind, Role


class Permission(StrEnum):
    """One right. Alphabetical by resource; reading and writing are separate."""

    account_correct = "account:correct"
    account_issue = "account:issue"
    account_read = "account:read"
    account_role = "account:role"
    account_suspend = "account:suspend"
    candidate_handle = "candidate:handle"
    event_read = "event:read"
    mail_read = "mail:read"
    mail_retry = "mail:retry"
    organization_read = "organization:read"
    posting_close = "posting:close"
    posting_edit = "posting:edit"
    posting_publish = "posting:publish"
    posting_read = "posting:read"
    posting_release = "posting:release"
    posting_suspend = "posting:suspend"
    reference_edit = "reference:edit"
    reference_read = "reference:read"
    rule_read = "rule:read"
    rule_rehearse = "rule:rehearse"
    setting_edit = "setting:edit"
    submission_create = "submission:create"
    submission_decide = "submission:decide"
    submission_read = "submission:read"
    submission_reopen_accepted = "submission:reopen_accepted"
    submission_withdraw = "submission:withdraw"
    system_run = "system:run"


_OPERATOR = frozenset(
    {
        Permission.account_correct,
        Permission.account_issue,
        Permission.account_read,
        Permission.event_read,
        Permission.mail_read,
        Permission.mail_retry,
        Permission.organization_read,
        Permission.posting_read,
        Permission.posting_release,
        Permission.posting_suspend,
        Permission.reference_read,
        Permission.rule_read,
        Permission.submission_create,
        Permission.submission_decide,
        Permission.submission_read,
        Permission.submission_withdraw,
    }
)
_LEAD = _OPERATOR | {Permission.account_suspend, Permission.rule_rehearse, Permission.submission_reopen_accepted}
_ADMIN = _LEAD | {Permission.account_role, Permission.reference_edit, Permission.setting_edit}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.operator: _OPERATOR,
    Role.lead: _LEAD,
    Role.admin: _ADMIN,
    Role.municipality: frozenset(
        {
            Permission.candidate_handle,
            Permission.posting_close,
            Permission.posting_edit,
            Permission.posting_publish,
            Permission.posting_read,
        }
    ),
}
# In the order of trust: nobody stops the account of somebody above them.
RANKS = (Role.municipality, Role.operator, Role.lead, Role.admin)


@dataclass(frozen=True)
class Actor:
    """Who acts, and the id of the row that they are or hold the token of: an account, the sender of one submission, the system.

    A sender without a subject is a visitor of the form, who may only send a new one.
    """

    kind: ActorKind
    subject: int | None = None
    role: Role | None = None
    organization_id: int | None = None
    name: str = ""

    @property
    def account_id(self) -> int | None:
        """The account's id, None for everybody who is not signed in."""
        return self.subject if self.kind is ActorKind.account else None

    @property
    def is_staff(self) -> bool:
        """True for the service center's people."""
        return self.role in (Role.operator, Role.lead, Role.admin)


SYSTEM = Actor(ActorKind.system, name="自動処理")
SENDER = Actor(ActorKind.sender, name="申請者")


def sender_of(submission_id: int) -> Actor:
    """The sender of this one submission, known by the token of a mail."""
    return replace(SENDER, subject=submission_id)


def can(actor: Actor, permission: Permission, row: Any = None) -> bool:
    """May this actor do this to this row (without one: to any row, or to none yet)? The system may do all.

    A token's holder may touch only the submission that the token names, a municipality only what is its organization's; an account can
    be suspended and restored only by a role that is not below its own, and so for address, invitation and first code of a colleague.
    """
    if actor.kind is ActorKind.system:
        return True
    if actor.kind is ActorKind.sender:
        if row is None:
            return permission is Permission.submission_create
        own = (row.__tablename__, row.id) == ("submission", actor.subject)
        return own and permission in (Permission.submission_create, Permission.submission_withdraw)
    if actor.role is None or permission not in GRANTS[actor.role]:
        return False
    if row is not None and permission is Permission.account_suspend and RANKS.index(row.role) > RANKS.index(actor.role):
        return False
    if row is not None and permission is Permission.account_correct and row.role is not Role.municipality:
        # Whoever gives an account another address, or reads its code out, holds it: for colleagues that needs the right to stop them.
        return can(actor, Permission.account_suspend, row)
    if row is not None and actor.role is Role.municipality:
        owner = row.id if row.__tablename__ == "organization" else row.organization_id
        return actor.organization_id is not None and actor.organization_id == owner
    return True
