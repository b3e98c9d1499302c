"""Unknown names, long values and endless findings: what a stranger sends is repeated and kept only in part."""

import json
from datetime import date
from typing import Any

import pytest

from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.engine import bounds
from keynet_admin.rules.engine.bounds import MOST_FINDINGS, MOST_REPEATED, MOST_REPEATED_IN_ROWS, MOST_UNKNOWN, known_part, repeated, weight
from keynet_admin.rules.engine.evaluate import at_most
from keynet_admin.rules.engine.rule import Finding
from tests.rules.base_submission import base_submission

ON = date(2021, 5, 7)


def with_names(count: int, *, where: str) -> dict[str, Any]:
    """A good form with so many names that the form does not know at one place."""
    form = base_submission(ON)
    names = {f"x{number}": number for number in range(count)}
    if where == "top":
        return form | names
    place = {
        "organization": form["organization"],
        "posting": form["postings"][0],
        "shift": form["postings"][0]["shifts"][0],
        "confirmation": form["confirmation"],
    }
    place[where].update(names)
    return form


@pytest.mark.parametrize("where", ["top", "organization", "posting", "shift", "confirmation"])
@pytest.mark.parametrize(("count", "dropped"), [(0, 0), (1, 0), (MOST_UNKNOWN, 0), (MOST_UNKNOWN + 1, 1), (3000, 3000 - MOST_UNKNOWN)])
def test_at_most_twenty_unknown_names_are_told_and_kept(where: str, count: int, dropped: int) -> None:
    form = with_names(count, where=where)
    result = evaluate(form, on=ON)
    told = [f for f in result.findings if f.rule == "TYPE-001"]
    named = [f for f in told if f.path]
    assert len(named) == min(count, MOST_UNKNOWN)
    assert [f"ほかに{dropped:,}項目" in f.what for f in told if not f.path] == ([True] if dropped else [])
    assert {f.level for f in told} <= {Level.WARNING}
    kept, left_out = known_part(form)
    assert left_out == dropped
    for document in (result.normalized, kept):
        assert json.dumps(document).count('"x') == min(count, MOST_UNKNOWN)
    assert (kept is form) is (count == 0)
    assert "postings" in kept
    assert kept["organization"]["lg_code"] == form["organization"]["lg_code"]


def test_the_twenty_are_those_of_the_whole_form() -> None:
    form = with_names(15, where="organization")
    form["postings"][0] |= {f"y{number}": 1 for number in range(15)}
    form["postings"].append({"z": 1})
    result = evaluate(form, on=ON)
    assert len([f for f in result.findings if "様式にありません" in f.what]) == MOST_UNKNOWN
    assert [f.what for f in result.findings if not f.path] == ["様式にない項目が、ほかに11項目あります。"]


def test_the_given_document_is_never_changed() -> None:
    form = with_names(40, where="shift")
    before = json.dumps(form)
    evaluate(form, on=ON)
    assert json.dumps(form) == before


def test_the_name_itself_and_its_value_are_bounded() -> None:
    form = base_submission(ON) | {"n" * 101: 1, "n" * 100: 2, "long": "あ" * 100_000, "deep": [["う" * 300] * 10] * 10, "fine": ["a", 1]}
    kept, dropped = known_part(form)
    assert dropped == 1
    assert kept["n" * 100] == 2
    assert kept["fine"] == ["a", 1]
    assert len(kept["long"]) == MOST_REPEATED + 1
    assert len(kept["deep"]) <= MOST_REPEATED + 1


@pytest.mark.parametrize(
    ("value", "same"),
    [
        ("あ" * MOST_REPEATED, True),
        ("あ" * (MOST_REPEATED + 1), False),
        (["mon", "tue"], True),
        ([{"start": "9:00"}] * 6, True),
        ("1,472円", True),
        (1472, True),
        (None, True),
        ([["x" * 100] * 100] * 100, False),
        ({"a": "x" * MOST_REPEATED_IN_ROWS}, False),
        ({"a": "x" * (MOST_REPEATED_IN_ROWS - 1)}, True),
        ([[[]]], True),
    ],
)
def test_a_finding_repeats_a_value_whole_or_its_beginning(value: Any, same: bool) -> None:
    assert (repeated(value) == value) is same
    assert weight(repeated(value), MOST_REPEATED_IN_ROWS) <= MOST_REPEATED_IN_ROWS


@pytest.mark.parametrize(
    ("value", "most", "counted"),
    [
        ("abc", 10, 3),
        ("あい", 10, 6),
        (["a", {"b": "あ"}], 99, 2 + 1 + 1 + 3),
        ("\ud800", 9, 3),
        ("あ" * 10, 10, 30),
        ("あ" * 11, 10, 11),
        ([1, None], 9, 4),
    ],
)
def test_weight_is_that_of_the_words(value: Any, most: int, counted: int) -> None:
    assert weight(value, most) == counted


def test_the_beginning_of_a_large_value_is_its_first_words() -> None:
    assert repeated([["x" * 2, None, "", 3], {"a": "y" * 500}, ["z" * 4000]]) == ("xx、3、" + "y" * 400)[:400] + "…"
    many = {str(number): "x" for number in range(5000)}
    assert repeated([many]) == "x、" * 99 + "x"
    assert repeated([[]] * 401 + ["x" * 4000]) == ""


def test_counting_stops_when_it_is_too_much() -> None:
    wide: Any = "x"
    for _ in range(60):
        wide = [wide] * 10  # 10 ** 60 values, if somebody counted them all
    assert weight(wide, 1000) > 1000
    assert len(repeated(wide)) <= MOST_REPEATED + 1


def test_long_values_are_not_repeated_by_findings() -> None:
    form = base_submission(ON)
    form["postings"][0] |= {"title": "あ" * 50_000, "shifts": [["x" * 1000] * 100] * 7, "headcount": "9" * 5000}
    form["contact"] = {"contact_email": "x" * 50_000}
    result = evaluate(form, on=ON)
    assert result.at(Level.ERROR)
    assert sum(len(json.dumps([f.typed, f.value])) for f in result.findings) < len(result.findings) * 12 * (MOST_REPEATED + 50)
    # The document itself stands as typed: nothing is lost from the page.
    assert result.normalized["postings"][0]["title"] == "あ" * 50_000


def test_findings_of_a_result_are_bounded_and_errors_come_first() -> None:
    fixes = [Finding("TYPE-001", Level.FIX, f"postings.{n % 20}.title", "a") for n in range(MOST_FINDINGS + 5)]
    error = Finding("REQ-001", Level.ERROR, "postings.19.title", "b")
    shown = at_most([*fixes, error])
    assert len(shown) == MOST_FINDINGS + 1
    assert error in shown
    assert [f.what for f in shown if not f.path] == ["指摘が、ほかに6件あります。"]
    assert at_most([*fixes[:5], error]) == [*fixes[:5], error]


def test_a_form_with_too_many_faults_says_how_many_others_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keynet_admin.rules.engine.evaluate.MOST_FINDINGS", 5)
    result = evaluate({"postings": [{}] * 3}, on=ON)
    assert len(result.at(Level.ERROR)) <= 5
    assert any("指摘が、ほかに" in f.what for f in result.findings)


def test_a_whole_empty_form_is_told_whole() -> None:
    result = evaluate({"postings": [{}] * 20}, on=ON)
    assert len(result.findings) < bounds.MOST_FINDINGS
    assert all(f.path for f in result.findings)


def test_the_last_finding_for_which_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_FINDINGS == 2000
    form = {"postings": [{}]}
    errors = len(evaluate(form, on=ON).at(Level.ERROR))
    for room, left_out in ((errors, []), (errors - 1, ["指摘が、ほかに1件あります。"])):
        monkeypatch.setattr("keynet_admin.rules.engine.evaluate.MOST_FINDINGS", room)
        result = evaluate(form, on=ON)
        assert ([f.what for f in result.findings if not f.path], len(result.at(Level.ERROR))) == (left_out, room)
