"""Who acts in this request, as the services want it."""

from flask_login import current_user

from keynet_admin.permissions import SENDER, Actor


def current_actor() -> Actor:
    """The signed-in account as an actor; `SENDER` (who may only send and withdraw forms) when nobody is signed in."""
    if not current_user or not current_user.is_authenticated:
        return SENDER
    actor: Actor = current_user.actor
    return actor
