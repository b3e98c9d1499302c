"""Filters that several lists share."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select

from keynet_admin import clock
from keynet_admin.business_time import CLOSES, OPENS
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.models import Account
from keynet_admin.services.account import regions
from keynet_admin.vocabulary import STAFF_ROLES
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.page import ListFilter


def prefecture_filter(is_in: Callable[[str], Any]) -> ListFilter:
    """A filter by prefecture; `is_in` makes the where-clause for its two-digit code."""
    return ListFilter(
        "prefecture", "都道府県", lambda: [(p.code, p.name) for p in prefectures()], lambda query, value: query.where(is_in(value))
    )


def region_filter(is_in: Callable[[list[str]], Any]) -> ListFilter:
    """A filter on what lies in the prefectures that the reader looks after (`自分の一覧と通知`); `is_in` makes the where-clause for their codes."""
    return ListFilter(
        "region",
        "担当地域",
        lambda: [("mine", "自分の担当地域")],
        lambda query, _value: query.where(is_in(codes)) if (codes := regions.of_actor(current_actor())) else query,
    )


def staff() -> Select[Any]:
    """The service center's people as options: id and name."""
    return select(Account.id, Account.shown_name).where(Account.role.in_(STAFF_ROLES))


def job_types() -> list[tuple[str, str]]:
    """The job types as options."""
    return [(choice.slug, choice.label) for choice in posting_field("job_type").choices]


def word_filter(name: str, label: str, column: Any, kind: Any) -> ListFilter:
    """A filter on a column that holds a word of a vocabulary."""
    return ListFilter(
        name, label, lambda: [(word.value, word.label) for word in kind], lambda query, value: query.where(column == kind(value))
    )


def _hours() -> list[tuple[str, int, int]]:
    """The hours of the first page: label, first and last hour; the first and the last stand for all before and after."""
    between = [(str(hour), hour, hour) for hour in range(OPENS.hour - 1, CLOSES.hour)]
    return [(f"～{OPENS.hour - 2}", 0, OPENS.hour - 2), *between, (f"{CLOSES.hour}～", CLOSES.hour, 23)]


_HOURS = _hours()


def hours() -> list[tuple[str, str]]:
    """The hours of today as options."""
    return [(label, f"{label}時") for label, _first, _last in _HOURS]


def within_hour(column: Any, value: str) -> Any:
    """Where-clause: the moment lies in that hour of today."""
    first, last = next((first, last) for label, first, last in _HOURS if label == value)
    midnight = datetime.combine(clock.today(), time(), clock.TOKYO)
    return (column >= midnight + timedelta(hours=first)) & (column < midnight + timedelta(hours=last + 1))
