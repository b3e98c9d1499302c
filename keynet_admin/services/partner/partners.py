"""Whether a partner is in use: its contact verified by an administrator, changed since, or the cooperation stopped."""

from collections.abc import Sequence

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.models import NurseCenterRecord, Partner
from keynet_admin.permissions import Actor
from keynet_admin.services import workflow
from keynet_admin.services.partner import keys, ledger
from keynet_admin.services.workflow import Outcome
from keynet_admin.vocabulary import KeyStatus, PartnerKind, PartnerStatus

CONTACT = frozenset({"email", "phone"})
SCOPE = frozenset({"kind", "prefecture_code", "job_types", "title_most"})


def verify(partner: Partner, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Begin (or go on) to send: the administrator has made sure of the contact. What is meant for the partner is queued.

    Raises Refused when there is no contact that could have been verified.
    """
    if again := workflow.repeated(partner, actor, seen_version, "verify"):
        return again
    if partner.kind is not PartnerKind.sandbox and not (partner.contact_email and partner.contact_phone):
        raise Refused("連絡先のメールアドレスと電話番号が登録されていません。先に登録してください。")
    done = workflow.move(partner, "verify", actor, seen_version=seen_version, reason=reason)
    partner.verified_at = clock.now()
    ledger.refill(partner)
    return done


def stop(partner: Partner, actor: Actor, *, seen_version: int, reason: str) -> Outcome:
    """Send nothing any more, and end its keys. What stands there is to be withdrawn, which operators tell by telephone."""
    if again := workflow.repeated(partner, actor, seen_version, "stop"):
        return again
    done = workflow.move(partner, "stop", actor, seen_version=seen_version, reason=reason)
    partner.verified_at = None
    for key in partner.keys:
        if key.status is not KeyStatus.stopped:
            keys.stop(key, actor, seen_version=key.version, reason=reason)
    ledger.refill(partner)
    return done


def edited(row: NurseCenterRecord | Partner, actor: Actor, fields: Sequence[str]) -> None:
    """What follows from a change of master data: another contact has to be verified, another scope changes what stands there."""
    if isinstance(row, NurseCenterRecord):
        query = select(Partner).where(Partner.kind == PartnerKind.nurse_center, Partner.prefecture_code == row.prefecture_code)
        partners = list(db.session.execute(query.order_by(Partner.id)).scalars())
    else:
        partners = [row]
        if SCOPE & set(fields) and row.status is not PartnerStatus.preparing:
            ledger.refill(row)
    if CONTACT & set(fields):
        for partner in partners:
            _unverify(partner, actor)


def _unverify(partner: Partner, actor: Actor) -> None:
    if partner.status is PartnerStatus.active:
        workflow.move(partner, "unverify", actor, seen_version=partner.version)
        partner.verified_at = None
