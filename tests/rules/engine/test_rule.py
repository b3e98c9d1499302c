"""Periods, stored findings, and what a scope says of a field."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules.engine.result import clip
from keynet_admin.rules.engine.row import example, row, when_empty
from keynet_admin.rules.engine.rule import Example, Finding, Level, Per, Rule, Scope
from tests.rules.base_submission import ON


def rule(**more: Any) -> Rule:
    return Rule(code="X-001", fields=(), levels=(Level.WARNING, Level.FIX), basis="", what="", why="", how="", **more)


@pytest.mark.parametrize(
    ("day", "since", "until", "both"),
    [
        (date(2021, 4, 30), False, True, False),
        (date(2021, 5, 1), True, True, True),
        (date(2021, 5, 31), True, True, True),
        (date(2021, 6, 1), True, False, False),
    ],
)
def test_a_period_holds_its_ends(day: date, since: bool, until: bool, both: bool) -> None:
    first, last = {"valid_from": date(2021, 5, 1)}, {"valid_to": date(2021, 5, 31)}
    assert (rule(**first).in_force(day), rule(**last).in_force(day), rule(**first, **last).in_force(day)) == (since, until, both)
    assert rule().in_force(day)
    assert (rule().level, rule().family) == (Level.WARNING, "X")


@pytest.mark.parametrize(
    "finding",
    [
        Finding("X-001", Level.ERROR, "a.b", "何が。", "なぜ。", "どう。", "1", 1, "法", "2"),
        Finding("X-001", Level.WARNING, "a.b", "何が。", choices=(3, 4), reason="理由", own_level=Level.ERROR),
    ],
)
def test_a_finding_is_stored_and_read_again(finding: Finding) -> None:
    stored = finding.as_json()
    assert Finding.from_json(stored) == finding
    assert stored["message"] == finding.what + finding.why + finding.how
    assert ("choices" in stored, "reason" in stored, "own_level" in stored) == (bool(finding.choices),) * 3


@pytest.mark.parametrize(
    ("value", "seen"), [(None, None), ("", None), ([], None), (0, 0), (False, False), (0.0, 0.0), ("a", "a"), (["a"], ["a"])]
)
def test_a_scope_gives_none_for_blank_and_unread(value: Any, seen: Any) -> None:
    record = {"x": value}
    made = Scope({}, record, "postings.0.", ON).get("x")
    assert (made, type(made)) == (seen, type(seen))
    assert not Scope({}, record, "postings.0.", ON, unread=frozenset({"postings.0.x"})).get("x")
    assert Scope({}, {"x": 3}, "postings.0.", ON, unread=frozenset({"postings.1.x"})).get("x") == 3


def test_texts_of_a_scope() -> None:
    scope = Scope({"organization": [1]}, {"a": "一", "b": 3, "c": "", "d": "二"}, "", ON)
    assert scope.text("a", "b", "c", "d", "e") == "一\n二"
    assert scope.organization == {}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("あ" * 40, "あ" * 40),
        ("あ" * 41, "あ" * 40 + "…"),
        ("a\nb\x00\u3000c", "a b□\u3000c"),
        ([1, "あ"], '[1, "あ"]'),
        (True, "true"),
        pytest.param(10**5000, "int", id="endless"),
    ],
)
def test_what_a_message_repeats(value: Any, shown: str) -> None:
    assert clip(value) == shown


def test_a_row_says_what_most_rows_have_in_common() -> None:
    words = {"what": "", "why": "", "how": "", "good": (), "bad": ()}
    made = row("X-001", ("title",), basis="法 [S1, S2]", **words)
    assert (made.basis, made.sources, made.per, made.runs_in, made.levels) == ("法", ("S1", "S2"), Per.POSTING, "normalise", (Level.ERROR,))
    check = when_empty("title", "空です。")
    made = row("X-001", ("title", "contact.contact_tel"), basis="法", check=check, **words)
    assert (made.sources, made.per, made.runs_in) == ((), Per.SUBMISSION, "")
    assert row("X-001", ("organization.pref",), basis="", planned=True, per=Per.POSTING, **words).runs_in == ""
    assert row("X-001", (), basis="", runs_in="engine", check=check, **words).runs_in == "engine"
    assert [hit.name for hit in check(Scope({}, {}, "", ON))] == ["title"]
    assert not list(check(Scope({}, {"title": "a"}, "", ON)))


def test_an_example_names_fields_as_the_catalogue_does() -> None:
    made = example("短く", {"shifts.0.end": "25:00", "x.y": 1}, deadline="5/25", org_tel="0")
    assert made.values == {"postings.0.shifts.0.end": "25:00", "x.y": 1, "postings.0.deadline": "5/25", "organization.org_tel": "0"}
    assert (made.note, made.on) == ("短く", date(2021, 5, 7))


def test_an_example_is_of_the_first_day() -> None:
    assert Example({}, "").on == date(2021, 5, 7)
