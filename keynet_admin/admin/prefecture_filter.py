"""The filter by prefecture that several lists share."""

from typing import Any

from keynet_admin.backoffice.listing_page import ListFilter
from keynet_admin.catalogue.reference import prefectures


def prefecture_filter(column: Any) -> ListFilter:
    """A list filter on a column that holds the two-digit prefecture code."""
    return ListFilter(
        "prefecture",
        "都道府県",
        lambda: [(p.code, p.name) for p in prefectures()],
        lambda query, value: query.filter(column == value),
    )
