"""Who acts in this request, as the services want it."""

from flask_login import current_user

from keynet_admin.permissions import SENDER, Actor
from keynet_admin.vocabulary import ActorKind, Role


def current_actor() -> Actor:
    """The signed-in account as an actor; `SENDER` (who may only send and withdraw forms) when nobody is signed in."""
    if not current_user or not current_user.is_authenticated:
        return SENDER
    return Actor(
        ActorKind.account,
        account_id=current_user.id,
        role=Role(current_user.role),
        organization_id=current_user.organization_id,
        name=current_user.name or "",
    )
