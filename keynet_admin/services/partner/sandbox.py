"""What the sandbox partner gets: invented postings that are kept here and nowhere else, and answers to what it sends that change nothing.

A real posting cannot come here, since no table is read; an invented one cannot get among the real ones, since none is written. The content
is made by the function that makes the real one, so that its form is always the same.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from keynet_admin.models import Organization
from keynet_admin.services.listing.publish import public_content
from keynet_admin.services.partner.ledger import FeedLine

_FIRST = datetime(2021, 5, 7, 1, tzinfo=UTC)
_NURSE: dict[str, Any] = {
    "job_type": "nurse",
    "title": "【試験用】集団接種会場の看護師（土日・午後）",
    "headcount": 5,
    "engagement": "fiscal_year_part_time",
    "duties": ["screening", "injection"],
    "venue_name": "架空市民体育館",
    "access": "架空駅から徒歩5分",
    "shifts": [{"name": "午後", "days": ["sat", "sun"], "start": "13:00", "end": "17:00", "break": 0}],
    "pay_type": "hour",
    "pay_lines": [{"label": "土日", "min": 1500, "max": 1800}],
    "deadline_type": "date",
    "deadline": "2021-06-30",
    "public_contact": "架空市 健康課",
    "visibility": "public",
    "share_nc": True,
}
_PHYSICIAN = _NURSE | {
    "job_type": "physician",
    "title": "【試験用】集団接種会場の医師（予診）",
    "headcount": 2,
    "pay_type": "session",
    "pay_lines": [{"label": "1回", "min": 30000, "max": 30000, "hours_per_unit": 4}],
    "share_nc": False,
    "share_stt": True,
}


@lru_cache(maxsize=1)
def lines() -> Sequence[FeedLine]:
    """All changes, oldest first: listed, changed, masked, withdrawn, closed, issued anew under a further number."""
    told: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
        ("KN-P-999901", "listed", _PHYSICIAN),
        ("KN-P-999903", "listed", _NURSE | {"title": "【試験用】県北の市の接種会場の看護師", "visibility": "masked"}),
        ("KN-P-999904", "withdrawn", None),
        ("KN-P-999905", "closed", None),
        ("KN-P-999902", "listed", _NURSE | {"headcount": 8}),
        ("KN-P-999906", "withdrawn", None),
        ("KN-P-999906-2", "listed", _NURSE | {"title": "【試験用】新しい番号で発行し直した看護師の募集"}),
    )
    body = Organization(
        name="架空市", lg_code="999993", org_type="city", prefecture_code="45", details={"org_name": "架空市", "pref": "45"}
    )
    return tuple(
        FeedLine(number, key, state, _FIRST + timedelta(hours=number), public_content(body, content) if content is not None else None)
        for number, (key, state, content) in enumerate(told, start=1)
    )


def line_of(key: str) -> FeedLine | None:
    """The invented line of this key."""
    return next((line for line in lines() if line.key == key), None)
