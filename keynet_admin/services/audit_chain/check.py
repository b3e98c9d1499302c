"""Verifications of the chain and its export: over the whole by hand, over what has grown since the last good one every night."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from keynet_admin.extensions import db
from keynet_admin.models import AuditCheck
from keynet_admin.services.audit_chain import seal, verify


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
