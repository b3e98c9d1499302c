"""Rules about passing postings on: what receivers need, what stays hidden, and what is recalled."""

from typing import Any

import pytest

from keynet_admin.rules import evaluate
from tests.rules.base_submission import ON, changed
from tests.rules.speaking import level, paths, said

DOCTOR = {
    "job_type": "physician",
    "title": "集団接種会場の医師",
    "licenses": ["physician"],
    "duties": ["pre_check"],
    "duty_detail": "問診を行い、接種してよいかどうかを判断します。具合の悪くなった方への対応もお願いします。",
    "pay_lines": [{"min": 10000}],
    "share_nc": False,
    "share_stt": True,
    "access": "最寄り駅から徒歩10分",
}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"access": None}, ["access"]),
        ({"shifts": []}, ["shifts"]),
        ({"venue_name": None, "access": None}, ["venue_name"]),
        (
            {"duties": ["other"], "duty_detail": "会場の運営と、職員への助言を行います。週に2日ほどの勤務で、場所は話し合って決めます。"},
            ["duties"],
        ),
        ({"duties": ["other"]}, []),
        ({"access": None, "share_stt": False}, []),
        ({"access": None, "job_type": "nurse"}, []),
    ],
)
def test_what_a_doctor_wants_to_know(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("SHARE-001", {**DOCTOR, **values}) == expected
    assert level("SHARE-001", {**DOCTOR, **values}, partial=True) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({"public_contact": None}, "error"),
        ({"public_contact": None, "share_nc": False}, None),
        ({"public_contact": None, **DOCTOR}, None),
        ({"deadline": None}, "warning"),
        ({"deadline_type": "until_filled", "deadline": None}, None),
    ],
)
def test_what_the_nurse_center_needs(values: dict[str, Any], expected: str | None) -> None:
    assert level("SHARE-002", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"visibility": "private", "share_private": True}, "error"),
        ({"visibility": "private", "share_private": False}, None),
        ({"visibility": "masked", "share_private": True}, None),
        ({"visibility": "public", "share_private": True}, None),
    ],
)
def test_hidden_postings_are_not_passed_on(values: dict[str, Any], expected: str | None) -> None:
    assert level("SHARE-003", values) == expected


@pytest.mark.parametrize(
    ("values", "fixed"),
    [
        ({"share_stt": True}, ["share_stt"]),
        ({"share_nc": True, "share_stt": False}, []),
        ({**DOCTOR, "share_nc": True}, ["share_nc"]),
        ({"job_type": "clerical", "share_nc": True, "share_stt": True}, ["share_nc", "share_stt"]),
        ({"job_type": None, "share_stt": True}, []),
    ],
)
def test_receivers_follow_from_the_job(values: dict[str, Any], fixed: list[str]) -> None:
    result = evaluate(changed(ON, {f"postings.0.{name}": value for name, value in values.items()}), on=ON)
    assert [f.path.removeprefix("postings.0.") for f in result.findings if f.rule == "SHARE-005"] == fixed
    assert {f.level.value for f in said("SHARE-005", values)} <= {"fix"}
    assert all(f.value is False for f in result.findings if f.rule == "SHARE-005")
    assert not set(fixed) & set(result.normalized["postings"][0])


@pytest.mark.parametrize(
    ("code", "values", "path", "words"),
    [
        ("SHARE-001", {**DOCTOR, "venue_name": None, "access": None}, "venue_name", "会場・交通手段が必要"),
        (
            "SHARE-001",
            {**DOCTOR, "duties": ["other"], "duty_detail": "会場の運営と、職員への助言を行います。"},
            "duties",
            "予診か接種かの別",
        ),
        ("SHARE-001", {**DOCTOR, "duties": ["injection"], "duty_detail": "会場の運営と、職員への助言を行います。"}, "", ""),
        ("SHARE-001", {**DOCTOR, "duties": ["呪文"], "duty_detail": "会場の運営と、職員への助言を行います。"}, "", ""),
        ("SHARE-002", {"deadline_type": None, "deadline": None}, "deadline_type", "締切が必要"),
        ("SHARE-002", {"deadline_type": "date", "deadline": None}, "deadline", "締切が必要"),
        ("SHARE-002", {"venue_city": None}, "venue_city", "市区町村が必要"),
        ("SHARE-002", {"job_type": "clerical", "venue_city": None}, "", ""),
    ],
)
def test_where_and_what_a_receiver_lacks(code: str, values: dict[str, Any], path: str, words: str) -> None:
    found = said(code, values)
    assert [f.path.removeprefix("postings.0.") for f in found] == ([path] if path else [])
    assert not path or words in found[0].message
