"""DUTY-001 to DUTY-005: duties, their description, training."""

from datetime import date
from typing import Any

import pytest

from tests.rules.judging import LATER, levels, said

CLERK = {"job_type": "clerical", "title": "事務職員", "licenses": ["none"]}


@pytest.mark.parametrize(
    ("job", "duties", "expected"),
    [
        ("nurse", ["pre_check"], {"error"}),
        ("dentist", ["pre_check"], {"error"}),
        ("clerical", ["pre_check", "reception"], {"error"}),
        ("nurse", ["予診（医師）"], {"error"}),
        ("physician", ["pre_check", "emergency"], set()),
        ("nurse", ["questionnaire"], set()),
        ("nurse", None, set()),
        (None, ["pre_check"], set()),
    ],
)
def test_duty_001_keeps_the_pre_check_for_physicians(job: str | None, duties: Any, expected: set[str]) -> None:
    assert levels("DUTY-001", {"job_type": job, "duties": duties}) == expected


@pytest.mark.parametrize(
    ("job", "duties", "expected"),
    [
        ("clerical", ["filling"], {"warning"}),
        ("clerical", ["observation", "reception"], {"warning"}),
        ("clerical", ["reception", "data_entry", "venue_management"], set()),
        ("pharmacist", ["filling"], set()),
        ("nurse", ["observation"], set()),
        ("clerical", None, set()),
    ],
)
def test_duty_002_keeps_clerks_from_medical_duties(job: str, duties: Any, expected: set[str]) -> None:
    assert levels("DUTY-002", {"job_type": job, "duties": duties}) == expected


@pytest.mark.parametrize(
    ("value", "on", "partial", "expected"),
    [
        ("", LATER, False, {"error"}),
        (None, date(2024, 4, 1), False, {"error"}),
        (None, date(2024, 3, 31), False, set()),
        ("変更なし", LATER, False, set()),
        (None, LATER, True, set()),
        (None, date(2021, 5, 7), False, set()),
    ],
)
def test_duty_003_wants_the_scope_of_change(value: Any, on: date, partial: bool, expected: set[str]) -> None:
    assert levels("DUTY-003", {"duty_change": value}, on, partial=partial) == expected


@pytest.mark.parametrize(
    "text",
    [
        "受付と場内の誘導、システムへの入力をお願いします。",
        "接種会場で予診票の確認と、接種後の経過観察を行います。",
        "ワクチン接種業務の補助を行います。",
        "接種を受ける方の案内と、具合の悪くなった方への対応を行います。",
        "予診票の聞き取りと健康観察をお願いします。",
        "接種に関する電話の問い合わせに対応します。毎朝、打ち合わせがあります。",
    ],
)
def test_duty_004_misses_the_injecting(text: str) -> None:
    assert levels("DUTY-004", {"duty_detail": text}) == {"warning"}


@pytest.mark.parametrize(
    "text",
    [
        "会場で接種を受け持ちます。1時間に20人ほどを担当します。",
        "ワクチン接種業務全般",
        "予診票の聞き取りを補助し、注射による接種と、その後の様子の観察を行います。",
        "医師の指示のもと筋肉内注射を行います。",
        "打ち手として従事していただきます。",
        "予診票の確認・接種・経過観察",
        "ワクチンを打つ仕事です。",
        "予防接種の実施",
        "集団接種会場での看護業務全般",
        "新型コロナウイルスワクチン集団接種に伴う看護業務",
        "ワクチン接種に係る業務（問診補助、薬液充填、接種、経過観察）",
        "予診確認、ワクチン充填、接種実施、状態観察",
    ],
)
def test_duty_004_finds_the_injecting(text: str) -> None:
    assert levels("DUTY-004", {"duty_detail": text}) == set()


@pytest.mark.parametrize(
    "text",
    [
        "予診票の聞き取りを補助し、注射による接種と、その後の様子の観察を行います。",
        "ワクチン接種を行います。",
        "接種業務に従事していただきます。",
        "予診票の確認、接種、経過観察を行います。",
        "医師の指示のもと接種を実施します。",
        "筋肉注射を行っていただきます。",
        "ワクチンの接種と経過観察をお願いします。",
        "薬液の充填と接種を担当します。",
    ],
)
def test_duty_004_hears_injecting_that_was_not_chosen(text: str) -> None:
    assert levels("DUTY-004", {"duties": ["questionnaire", "observation"], "duty_detail": text}) == {"warning"}


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "接種会場で予診票の確認と接種後の経過観察を行います。"),
        ({}, "接種は行いません。予診票の確認をお願いします。"),
        ({}, "医師が接種を行います。その準備と片付けをお願いします。"),
        ({}, "接種を行う医師の補助を担当します。"),
        ({"job_type": "physician"}, "問診と接種してよいかどうかの判断を行います。注射は看護職が担当します。"),
        (CLERK, "看護師が接種を行う会場で、受付と案内を行います。"),
        (CLERK, "受付、接種、観察の各場所の案内を行います。"),
        (CLERK, "接種予約の入力と、ワクチン接種の受付を行います。"),
        (CLERK, "接種を受ける方の案内と誘導を行います。"),
        (CLERK, "給付金の申請書の点検と入力、問い合わせの取り次ぎを行います。"),
        (CLERK, "新型コロナワクチン接種業務に従事する職員の勤怠の入力を行います。"),
        (CLERK, "ワクチン接種業務を担当する課で、受付と入力を行います。"),
        ({}, "7月から集団接種を行います。会場で予診票の確認をお願いします。"),
        ({}, "乳幼児健診の問診、家庭への訪問を行います。"),
        ({}, "接種の補助と接種記録の入力を行います。"),
    ],
)
def test_duty_004_is_silent_when_others_inject(values: dict[str, Any], text: str) -> None:
    assert levels("DUTY-004", {"duties": ["other"], "duty_detail": text} | values) == set()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"training": "none", "blank_ok": True}, {"warning"}),
        ({"training": "なし", "blank_ok": "はい"}, {"warning"}),
        ({"training": "paid", "blank_ok": True}, set()),
        ({"training": "none", "blank_ok": False}, set()),
        ({"training": "none", "blank_ok": True, "duties": ["questionnaire"]}, set()),
        ({"training": None, "blank_ok": True}, set()),
    ],
)
def test_duty_005_asks_for_training(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("DUTY-005", values) == expected


@pytest.mark.parametrize(
    ("values", "text", "expected"),
    [
        (CLERK | {"duties": ["reception"]}, "注射による接種を行います。", {"warning"}),
        (CLERK | {"duties": ["reception"]}, "接種を行います。", set()),
        (CLERK | {"duties": ["injection"]}, "受付と案内を行います。", set()),
        ({"duties": ["injection"]}, "受付と案内を行います。", {"warning"}),
        ({"duties": None}, "注射による接種を行います。", set()),
        ({"duties": ["injection"]}, None, set()),
        ({"job_type": None, "duties": ["observation"]}, "注射による接種を行います。", set()),
    ],
)
def test_duty_004_needs_both_sides(values: dict[str, Any], text: str | None, expected: set[str]) -> None:
    assert levels("DUTY-004", values | {"duty_detail": text}) == expected


def test_duty_002_names_what_was_chosen() -> None:
    assert "「薬液の希釈・充填」「接種後の経過観察」" in said("DUTY-002", CLERK | {"duties": ["filling", "observation"]})[0][2]
    assert "「接種後の経過観察」が" in said("DUTY-002", CLERK | {"duties": ["reception", "observation"]})[0][2]
