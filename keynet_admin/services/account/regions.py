"""Which prefectures a person of the service center looks after: their lists go by it, and they are told what waits there."""

from collections.abc import Iterable

from sqlalchemy import Text, select, type_coerce

from keynet_admin.catalogue.reference import prefectures
from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.permissions import Actor
from keynet_admin.services import audit
from keynet_admin.vocabulary import STAFF_ROLES, AccountStatus


def choose(account: Account, codes: Iterable[str], actor: Actor) -> None:
    """Keep the prefectures of an account, in their order; what is no prefecture is left out."""
    wanted = set(codes)
    chosen = [p.code for p in prefectures() if p.code in wanted]
    if chosen != account.prefectures:
        account.prefectures = chosen
        audit.record(account, "regions", actor)


def of_actor(actor: Actor) -> list[str]:
    """The prefectures that the actor looks after."""
    query = select(Account.prefectures).where(Account.id == (actor.account_id or 0))
    return db.session.execute(query).scalar_one_or_none() or []


def accounts_responsible(prefecture_code: str) -> list[Account]:
    """The people of the service center, in use, who look after this prefecture."""
    looks = type_coerce(Account.prefectures, Text).contains(f'"{prefecture_code}"', autoescape=True)
    query = select(Account).where(Account.role.in_(STAFF_ROLES), Account.status == AccountStatus.active, looks).order_by(Account.id)
    return list(db.session.execute(query).scalars())
