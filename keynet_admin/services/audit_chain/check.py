"""Verifications of the chain and its export: over the whole by hand, over what has grown since the last good one every night.

At the first night of a month the digest at the chain's end is kept as that of the month before and given away: by mail to the address of the
settings, on the page of the service's numbers, beside the open data. Whoever has one of them can tell a log that was cut off or made anew.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import AuditCheck
from keynet_admin.services import settings
from keynet_admin.services.audit_chain import seal, verify
from keynet_admin.services.mail import outbox
from keynet_admin.services.operation import alarms
from keynet_admin.vocabulary import Role

MONDAY = 0


@dataclass(frozen=True)
class Verification:
    """What one verification saw: the chain's end and the faults on the way there."""

    position: int
    digest: str
    faults: Sequence[str]


def known() -> dict[int, str]:
    """The digests of earlier checks that found nothing, by position."""
    query = select(AuditCheck.position, AuditCheck.digest).where(AuditCheck.faults == 0)
    return {row.position: row.digest for row in db.session.execute(query)}


def whole(kept: Mapping[int, str], tick: Callable[[int], None] = lambda _lines: None) -> Iterator[str]:
    """The faults of the whole log, against the digests that are kept elsewhere, too. Calls `tick(1)` after each line."""
    return verify.faults(_ticking(tick), known() | dict(kept))


def export(file: Path) -> int:
    """Write the whole log for `verify.py`; returns how many lines."""
    with file.open("w", encoding="ascii") as target:
        return sum(target.write(json.dumps(line, ensure_ascii=True) + "\n") > 0 for line in seal.lines())


def _ticking(tick: Callable[[int], None]) -> Iterator[Mapping[str, Any]]:
    for line in seal.lines():
        yield line
        tick(1)


def newest() -> AuditCheck | None:
    """The latest verification."""
    return db.session.execute(select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)).scalar_one_or_none()


def months() -> Sequence[AuditCheck]:
    """The checks whose digests were given away, the newest month first."""
    return db.session.execute(select(AuditCheck).where(AuditCheck.month.is_not(None)).order_by(AuditCheck.month.desc())).scalars().all()


def look() -> Verification:
    """Follow the chain from the last check without a fault on, on Mondays from its beginning (reads only)."""
    position, digest = seal.head()
    good = db.session.execute(select(AuditCheck).where(AuditCheck.faults == 0).order_by(AuditCheck.id.desc()).limit(1)).scalar_one_or_none()
    if clock.today().weekday() == MONDAY or good is None:
        found = verify.faults(seal.lines(), known() | {position: digest})
    else:
        found = verify.faults(seal.lines(good.position), {position: digest}, good.position, good.digest)
    return Verification(position, digest, list(found))


def keep(seen: Verification) -> AuditCheck:
    """Keep what a verification saw; give a month's digest away, and tell the administrators of faults that are new."""
    before = newest()
    over = f"{clock.today().replace(day=1) - timedelta(days=1):%Y-%m}"
    given = db.session.execute(select(AuditCheck.id).where(AuditCheck.month == over)).scalar_one_or_none()
    check = AuditCheck(at=clock.now(), position=seen.position, digest=seen.digest, faults=len(seen.faults))
    if given is None and not seen.faults and seen.position:
        check.month = over
    db.session.add(check)
    db.session.flush()
    words = {"position": check.position, "digest": check.digest, "at": check.at, "month": check.month}
    if check.month and (address := settings.get("audit_digest_mail")):
        outbox.enqueue("audit_digest", address, words)
    if seen.faults and (before is None or before.faults != check.faults):
        alarms.tell(Role.admin, "audit_broken", words | {"count": check.faults, "faults": list(seen.faults[:5])})
    return check
