"""Who may do what: permissions as "resource:action", a table from role to permissions, and `can()`."""

from dataclasses import dataclass
from enum import StrEnum

from keynet_admin.vocabulary import ActorKind, Role


class Permission(StrEnum):
    """One right. Alphabetical by resource; reading and writing are separate."""

    account_issue = "account:issue"
    account_read = "account:read"
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
_ADMIN = _LEAD | {Permission.setting_edit}

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
_SENDER = frozenset({Permission.submission_create, Permission.submission_withdraw})


@dataclass(frozen=True)
class Actor:
    """Who acts: a signed-in account, the sender of a form (known by token only), or the system."""

    kind: ActorKind
    account_id: int | None = None
    role: Role | None = None
    organization_id: int | None = None
    name: str = ""

    @property
    def is_staff(self) -> bool:
        """True for the service center's people."""
        return self.role in (Role.operator, Role.lead, Role.admin)


SYSTEM = Actor(ActorKind.system, name="自動処理")
SENDER = Actor(ActorKind.sender, name="申請者")


def can(actor: Actor, permission: Permission, *, organization_id: int | None = None) -> bool:
    """May this actor do this? For a municipality `organization_id` (the row's) must be its own; the system may do all."""
    if actor.kind is ActorKind.system:
        return True
    if actor.kind is ActorKind.sender:
        return permission in _SENDER
    if actor.role is None or permission not in GRANTS[actor.role]:
        return False
    if actor.role is Role.municipality:
        return actor.organization_id is not None and actor.organization_id == organization_id
    return True
