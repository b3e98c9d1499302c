"""Who gets which posting, and what a partner cannot take. Pure functions over what is public and what its owner has agreed to.

Sources: domain.md 5 (a Nurse Center is that of the workplace's prefecture; Save the town takes doctors), SHARE-001 to SHARE-005.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keynet_admin.models import Partner
from keynet_admin.rules.engine.posting_values import NURSING
from keynet_admin.vocabulary import PartnerKind, PartnerStatus, SecuredWay

CONSENTS = {PartnerKind.nurse_center: "share_nc", PartnerKind.save_the_town: "share_stt", PartnerKind.other: "share_private"}
WAYS = {PartnerKind.nurse_center: SecuredWay.nurse_center, PartnerKind.save_the_town: SecuredWay.save_the_town}


@dataclass(frozen=True)
class SharedPosting:
    """What decides about a posting that visitors can read: its job, the prefecture of its workplace, and the consents of its owner."""

    job_type: str | None
    prefecture_code: str | None
    consents: frozenset[str]
    title: str = ""


def consents_of(content: Mapping[str, Any]) -> frozenset[str]:
    """The names of the consents that the owner gave in this content. Only a plain yes counts: an unset field is none."""
    return frozenset(name for name in CONSENTS.values() if content.get(name) is True)


def takes(partner: Partner, posting: SharedPosting) -> bool:
    """Whether the posting is meant for this partner, whatever the partner's state. Never for a sandbox, which has postings of its own."""
    if partner.kind is PartnerKind.sandbox or CONSENTS[partner.kind] not in posting.consents:
        return False
    return posting.job_type in (jobs_of(partner) or (posting.job_type,)) and partner.prefecture_code in ("", posting.prefecture_code)


def jobs_of(partner: Partner) -> frozenset[str]:
    """The job types that a partner takes; empty = all."""
    if partner.kind is PartnerKind.nurse_center:
        return NURSING
    return frozenset({"physician"}) if partner.kind is PartnerKind.save_the_town else frozenset(partner.job_types)


def sends_to(partner: Partner, *, known: bool) -> bool:
    """Whether a partner in this state is kept up to date. One whose contact is to be verified again is only about what it has (`known`)."""
    return partner.status is PartnerStatus.active or (known and partner.status is PartnerStatus.preparing)


def beyond_limits(partner: Partner, posting: SharedPosting) -> str:
    """Why the partner cannot take a posting that is meant for it, as a sentence; empty when it can."""
    most, length = partner.title_most, len(posting.title)
    if most is not None and length > most:
        return f"募集のタイトルが{length}字あります。この連携先が受け取れるのは{most}字までです。"
    return ""


def way_of(partner: Partner) -> SecuredWay:
    """The way by which people whom this partner found count as secured."""
    return WAYS.get(partner.kind, SecuredWay.other)
