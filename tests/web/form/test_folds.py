"""What is open of the form: the unfinished, what was begun and what must be mended; how much is left is said at each part."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.catalogue.display import long_date
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level
from keynet_admin.web import forms
from keynet_admin.web.form.folds import Fold, folds_of
from tests import factories

ON = date(2021, 5, 7)
GROUPS = ("仕事", "業務", "勤務場所", "期間", "勤務時間", "報酬", "保険・補償", "応募の条件", "応募と選考", "公開")


def folds(typed: dict[str, Any], remarks: dict[str, str] | None = None) -> dict[str, Fold]:
    """The parts of a form that somebody has typed so far."""
    full, partial = evaluate(typed, on=ON), evaluate(typed, on=ON, partial=True)
    known = {(f.rule, f.path) for f in partial.findings}
    form = forms.fill(typed, full.normalized)
    forms.mark_returned(form, remarks or {})
    return folds_of(form, partial.findings, [f for f in full.at(Level.ERROR) if (f.rule, f.path) not in known], full.normalized)


def opened(parts: dict[str, Fold], number: int = 0) -> list[str]:
    """The open groups of a posting."""
    return [part.name for part in parts[f"postings-{number}"].parts if part.open]


def test_an_empty_form_begins_with_its_first_group() -> None:
    parts = folds({"postings": [forms.blank_posting()]})
    assert [parts[name].open for name in ("organization", "contact", "postings-0")] == [True] * 3
    assert opened(parts) == ["仕事"]
    assert tuple(part.name for part in parts["postings-0"].parts) == GROUPS
    assert all(part.left for part in parts["postings-0"].parts if part.name in ("仕事", "勤務時間", "報酬"))


def test_a_finished_form_is_folded() -> None:
    typed = factories.document()
    typed["postings"] = [typed["postings"][0], typed["postings"][0]]
    parts = folds(typed)
    assert [name for name, part in parts.items() if part.open] == []
    assert all(part.done for part in parts.values())
    assert parts["organization"].about.startswith("市　452068　日向市")
    posting = typed["postings"][1]
    days = "　".join(long_date(posting[name]).partition("（")[0] for name in ("term_start", "term_end"))
    assert parts["postings-1"].about == f"{posting['title']}　15名　{days}"


@pytest.mark.parametrize(
    ("changes", "wanted", "left"),
    [
        ({"postings.0.weekly_hours": ""}, ["勤務時間"], 1),
        ({"postings.0.pay_lines": [], "postings.0.pay_day": ""}, ["報酬"], 2),
        ({"postings.0.headcount": "若干名"}, ["仕事"], 0),
        ({"postings.0.fixed_ot": "yes"}, ["報酬"], 3),
    ],
)
def test_what_is_left_is_open_and_counted(changes: dict[str, Any], wanted: list[str], left: int) -> None:
    """Once a field, whatever is missing in its rows; what became necessary by an answer is counted, too."""
    parts = folds(factories.document(changes))
    assert opened(parts) == wanted
    assert parts["postings-0"].left == left
    assert not parts["postings-0"].done


def test_returned_fields_are_open() -> None:
    assert opened(folds(factories.document(), {"postings.0.pay_lines": "額をご確認ください。"})) == ["報酬"]


def test_only_the_first_unfinished_posting_opens_what_nobody_has_begun() -> None:
    typed = factories.document()
    typed["postings"] = [typed["postings"][0], forms.blank_posting(), forms.blank_posting()]
    parts = folds(typed)
    assert [parts[f"postings-{n}"].open for n in range(3)] == [False, True, True]
    assert [opened(parts, n) for n in range(3)] == [[], ["仕事"], []]
