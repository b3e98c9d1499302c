"""What counts as a change between two documents, and what is only another way to say nothing."""

from copy import deepcopy
from typing import Any

import pytest

from keynet_admin.catalogue.difference import changes
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
