"""The filter by prefecture that several lists share."""

from typing import Any

from keynet_admin.catalogue.reference import prefectures
from keynet_admin.web.list_page import ListFilter


def prefecture_filter(column: Any) -> ListFilter:
    """A list filter on a column that holds the two-digit prefecture code."""
    return ListFilter(
        "prefecture",
        "都道府県",
        lambda: [(p.code, p.name) for p in prefectures()],
        lambda query, value: query.filter(column == value),
    )
