"""What counts as a change between two documents, and what is only another way to say nothing."""

from copy import deepcopy
from typing import Any

import pytest

from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.difference import changes, differs
from tests.rules.base_submission import base_submission, put

SAME: list[tuple[str, Any]] = [
    ("postings.0.also_junior", False),
    ("postings.0.internal_no", None),
    ("postings.0.access", ""),
    ("postings.0.shifts.0.end_next_day", False),
    ("postings.0.pay_lines.0.max", None),
    ("postings.0.support_note", []),
]
CHANGED: list[tuple[str, Any, str]] = [
    ("postings.0.title", "新しい見出し", "募集の見出し"),
    ("postings.0.blank_ok", False, ""),
    ("postings.0.shifts.0.end", "18:00", ""),
    ("postings.0.pay_lines.1", {"label": "平日", "min": 1500}, ""),
    ("organization.department", None, ""),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "other"),
    [
        ("pay_lines", [{"min": 1850}], [{"min": 1850, "max": None}], False),
        ("pay_lines", [{"min": 1850}], [{"min": 1850, "max": ""}], False),
        ("pay_lines", [{"min": 1850}], [{"min": 1900}], True),
        ("pay_lines", [{"min": 1850}], [{"min": 1850}, {"min": 1900}], True),
        ("blank_ok", None, False, False),
        ("blank_ok", True, False, True),
        ("access", "", None, False),
        ("title", "見出し", "見出し", False),
    ],
)
def test_two_values_of_a_field(name: str, old: Any, new: Any, other: bool) -> None:
    """What a case page shows as a difference is what its head counts."""
    assert differs(posting_field(name), old, new) is other


@pytest.mark.parametrize(("path", "value"), SAME)
def test_another_way_to_say_nothing_is_no_change(path: str, value: Any) -> None:
    before = base_submission()
    after = deepcopy(before)
    record, name = path.rsplit(".", 1)
    place: Any = after
    for part in record.split("."):
        place = place[int(part)] if part.isdigit() else place[part]
    place[name] = value
    assert changes(before, after) == changes(after, before) == []


@pytest.mark.parametrize(("path", "value", "label"), CHANGED)
def test_a_change_is_named_with_its_place(path: str, value: Any, label: str) -> None:
    before = base_submission()
    after = deepcopy(before)
    put(after, path, value)
    found = changes(before, after)
    assert found
    assert all(change.path.startswith(path) for change in found)
    assert label in found[0].label
