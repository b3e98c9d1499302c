"""Filters that several lists share."""

from typing import Any

from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.web.lists.page import ListFilter


def prefecture_filter(column: Any, **more: Any) -> ListFilter:
    """A filter on a column that holds the two-digit prefecture code."""
    return ListFilter(
        "prefecture",
        "都道府県",
        lambda: [(p.code, p.name) for p in prefectures()],
        lambda query, value: query.where(column == value),
        **more,
    )


def job_types() -> list[tuple[str, str]]:
    """The job types as options."""
    return [(choice.slug, choice.label) for choice in posting_field("job_type").choices]


def word_filter(name: str, label: str, column: Any, kind: Any) -> ListFilter:
    """A filter on a column that holds a word of a vocabulary."""
    return ListFilter(
        name, label, lambda: [(word.value, word.label) for word in kind], lambda query, value: query.where(column == kind(value))
    )
