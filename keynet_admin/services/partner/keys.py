"""Keys of partners' machines: shown once, kept as a hash, replaced with an overlap. Nothing opens for a partner that is not in use."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from keynet_admin import clock
from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerKey
from keynet_admin.permissions import SYSTEM, Actor, Permission, can
from keynet_admin.services import audit, workflow
from keynet_admin.services.account.tokens import new_token, token_hash
from keynet_admin.services.transaction import rows_changed
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import KeyStatus, PartnerStatus

OVERLAP = timedelta(days=7)
PREFIX = "kn_"
SHOWN = len(PREFIX) + 6  # letters by which people speak of a key
USED_EVERY = timedelta(minutes=1)  # how exactly it is kept when a key was used


@dataclass(frozen=True)
class IssuedKey:
    """A new key and its secret, which nobody can read again."""

    key: PartnerKey
    secret: str


def issue(partner: Partner, actor: Actor) -> IssuedKey:
    """Make the partner's key. Raises NotPermitted; Refused for a partner that is not in use, and when it has a key already."""
    if not can(actor, Permission.partner_key, partner):
        raise NotPermitted("鍵を発行する権限がありません。")
    db.session.execute(select(Partner.id).where(Partner.id == partner.id).with_for_update())
    if db.session.execute(select(PartnerKey.id).where(PartnerKey.partner_id == partner.id, PartnerKey.status == KeyStatus.active)).first():
        raise Refused("使用中の鍵があります。新しい鍵は、「鍵の入替え」で発行してください。")
    return _issued(partner, actor)


def rotate(key: PartnerKey, actor: Actor, *, seen_version: int) -> Outcome:
    """Make a new key (`made` is an IssuedKey); the old one works for `OVERLAP` beside it."""
    if again := workflow.repeated(key, actor, seen_version, "rotate"):
        return again
    done = workflow.move(key, "rotate", actor, seen_version=seen_version)
    key.ends_at = clock.now() + OVERLAP
    return done.but(made=_issued(key.partner, actor))


def extend(key: PartnerKey, actor: Actor, *, seen_version: int) -> Outcome:
    """Let an old key work for `OVERLAP` from now on."""
    if again := workflow.repeated(key, actor, seen_version, "extend"):
        return again
    done = workflow.move(key, "extend", actor, seen_version=seen_version)
    key.ends_at = clock.now() + OVERLAP
    return done


def stop(key: PartnerKey, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """End a key at once."""
    if again := workflow.repeated(key, actor, seen_version, "stop"):
        return again
    done = workflow.move(key, "stop", actor, seen_version=seen_version, reason=reason)
    key.ends_at = clock.now()
    return done


def due_to_expire() -> list[int]:
    """Ids of old keys whose overlap is over (reads only). They open nothing by then; this only tidies up."""
    query = select(PartnerKey.id).where(PartnerKey.status == KeyStatus.rotating, PartnerKey.ends_at <= clock.now())
    return list(db.session.execute(query.order_by(PartnerKey.id)).scalars())


def expire(key_id: int) -> bool:
    """End this key if its overlap is over. False when it is not, or somebody is changing it just now."""
    query = select(PartnerKey).where(PartnerKey.id == key_id, PartnerKey.status == KeyStatus.rotating, PartnerKey.ends_at <= clock.now())
    query = query.with_for_update(skip_locked=True, of=PartnerKey)
    key = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if key is None:
        return False
    workflow.move(key, "expire", SYSTEM, seen_version=None)
    return True


def holder(secret: str) -> PartnerKey | None:
    """The key with this secret, if it opens anything now.

    It is looked up by its hash, and compared in constant time: how long a wrong one takes tells nothing of the right one.
    """
    wanted = token_hash(secret)
    key = db.session.execute(select(PartnerKey).where(PartnerKey.key_hash == wanted)).scalar_one_or_none()
    if not hmac.compare_digest(wanted, key.key_hash if key is not None else token_hash("")) or key is None:
        return None
    works = key.status is KeyStatus.active or (key.status is KeyStatus.rotating and key.ends_at is not None and key.ends_at > clock.now())
    return key if works and is_open(key.partner) else None


def is_open(partner: Partner) -> bool:
    """Whether a partner may take and answer anything now: its contact is verified, and it is in use."""
    return partner.status is PartnerStatus.active and partner.verified_at is not None


def used_lately(key: PartnerKey) -> bool:
    """Whether it is kept already that the key is in use."""
    return key.last_used_at is not None and clock.now() - USED_EVERY < key.last_used_at <= clock.now()


def used(key_id: int) -> None:
    """Keep that the key was used."""
    rows_changed(update(PartnerKey).where(PartnerKey.id == key_id).values(last_used_at=clock.now()))


def _issued(partner: Partner, actor: Actor) -> IssuedKey:
    if not is_open(partner):
        raise Refused("連絡先を確かめていない、または停止している連携先には、鍵を発行できません。先に連絡先を確かめてください。")
    secret = PREFIX + new_token()
    key = PartnerKey(partner_id=partner.id, prefix=secret[:SHOWN], key_hash=token_hash(secret), created_by_id=actor.account_id)
    db.session.add(key)
    db.session.flush()
    audit.record(key, "issue", actor)
    return IssuedKey(key, secret)
