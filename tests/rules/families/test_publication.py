"""Rules about publishing: dates in order, masked postings that stay masked, and what is called with stored facts."""

from typing import Any

import pytest

from keynet_admin.rules import evaluate
from keynet_admin.rules.families.publication import is_slip, material_changes
from keynet_admin.rules.words.masking import Secrets
from keynet_admin.rules.words.plain import plain
from tests.rules.base_submission import ON, changed
from tests.rules.speaking import level, paths, said

DATES = {
    "deadline": "2021-05-28",
    "publish_from": "2021-05-17",
    "publish_until": "2021-06-30",
    "term_start": "2021-06-01",
    "term_end": "2021-09-30",
}
MASKED = {"visibility": "masked"}
WORK = "予診票の確認と注射、接種後の観察を行います。6人で分担します。"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"deadline": "2021-06-30"}, []),
        ({"deadline": "2021-07-01"}, ["deadline"]),
        ({"publish_until": "2021-09-30"}, []),
        ({"publish_until": "2021-10-01"}, ["publish_until"]),
        ({"publish_from": "2021-06-30"}, ["publish_from"]),
        ({"publish_from": "2021-07-10"}, ["publish_from"]),
        ({"publish_from": "2021-06-29"}, []),
        ({"publish_from": None}, []),
        ({"publish_until": None}, ["publish_until"]),
        ({"deadline": None}, ["deadline"]),
        ({"deadline_type": "until_filled", "deadline": "2021-07-10"}, []),
        ({"deadline_type": "until_filled", "deadline": None}, []),
        ({"publish_until": "未定"}, []),
    ],
)
def test_dates_are_in_order(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("PUB-001", {**DATES, **values}) == expected


def test_missing_dates_may_wait_while_typing() -> None:
    assert level("PUB-001", {**DATES, "publish_until": None, "deadline": None}, partial=True) is None
    assert level("PUB-001", {**DATES, "deadline": "2021-07-01"}, partial=True) == "error"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"publish_from": "2021-05-17", "publish_until": "2021-08-15"}, None),
        ({"publish_from": "2021-05-17", "publish_until": "2021-08-16"}, "warning"),
        ({"publish_from": None, "publish_until": "2021-08-01"}, None),
        ({"publish_from": None, "publish_until": "2021-09-30"}, "warning"),
        ({"publish_from": "未定", "publish_until": "2021-09-30"}, None),
    ],
)
def test_length_of_publication(values: dict[str, Any], expected: str | None) -> None:
    assert level("PUB-002", {**DATES, "term_end": "2021-09-30", **values}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": "日向市の集団接種会場の看護師"}, ["title"]),
        ({"title": "日向市立中学校の看護師"}, ["title"]),
        ({"title": "日向保健センターの看護師"}, ["title"]),
        ({"duty_detail": f"{WORK}場所は海山地区の集団接種会場です。"}, ["duty_detail"]),
        ({"duty_detail": f"{WORK}中町9番10号の会場に集まります。"}, ["duty_detail"]),
        ({"duty_detail": f"{WORK}集合は中町９－１０です。"}, ["duty_detail"]),
        ({"public_contact": "健康づくり課 0982-00-0013"}, ["public_contact"]),
        ({"public_contact": "日向市健康づくり課"}, ["public_contact"]),
        ({"other_req": "申込みは vaccine@city.hyuga-test.lg.jp まで"}, ["other_req"]),
        ({"other_req": "詳しくは https://www.hyugacity.jp/ をご覧ください"}, ["other_req"]),
        ({"pay_lines": [{"label": "日向市の会場", "min": 1987}]}, ["pay_lines.0.label"]),
        ({"title": "県北の市の接種会場の看護師"}, []),
        ({"title": "集団接種会場の看護師（土日・午後）"}, []),
        ({"duty_detail": f"{WORK}宮崎県内の会場です。"}, []),
        ({"duty_detail": f"{WORK}日向灘の見える会場です。"}, []),
        ({"duty_detail": f"{WORK}勤務は13:00から17:30です。1回90人です。"}, []),
        ({"venue_name": "保健センター", "duty_detail": f"{WORK}保健センターの職員が付き添います。"}, []),
        ({"public_contact": "健康づくり課 予防係"}, []),
    ],
)
def test_masked_postings_stay_masked(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("PUB-005", {**MASKED, **values}) == expected
    assert said("PUB-005", values) == []


def test_masked_message() -> None:
    (finding,) = said("PUB-005", {**MASKED, "title": "日向市の集団接種会場の看護師"})
    assert finding.message == "一部非公開の募集ですが、見出しに団体名が含まれています。伏せたい情報を削除してください。"
    assert finding.level.value == "error"


@pytest.mark.parametrize(
    ("organization", "text", "expected"),
    [
        ({"org_name": "津市", "org_type": "city"}, "会津市の会場", []),
        ({"org_name": "津市", "org_type": "city"}, "津市の会場", ["団体名"]),
        ({"org_name": "津市", "org_type": "city"}, "三重県津市の会場", ["団体名"]),
        ({"org_name": "北区", "org_type": "special_ward"}, "県北区域の会場", []),
        ({"org_name": "愛知県", "org_type": "prefecture"}, "愛知県内の会場", []),
        ({"org_name": "愛知県", "org_type": "prefecture"}, "愛知県庁の会場", ["団体名"]),
        ({"org_name": "愛知県", "lg_code": "230006"}, "愛知県内の会場", []),
        ({"org_name": "札幌市", "lg_code": "011002"}, "札幌市内の会場", ["団体名"]),
        ({"org_name": "中央区", "org_type": "special_ward"}, "中央公民館の会場", []),
        ({"org_name": "由良町", "org_type": "town"}, "由良町役場", ["団体名"]),
    ],
)
def test_names_in_texts(organization: dict[str, Any], text: str, expected: list[str]) -> None:
    assert list(Secrets({"organization": organization}, {}).shown_in(plain(text))) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"shifts": []}, ["shifts"]),
        ({"pay_lines": []}, ["pay_lines"]),
        ({"job_type": None}, ["job_type"]),
        ({"venue_city": None}, []),
    ],
)
def test_masked_postings_show_conditions(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("PUB-006", {**MASKED, **values}) == expected
    assert said("PUB-006", values) == []


BEFORE = {"pay_lines": [{"min": 1987}], "term_end": "2021-09-30", "title": "看護師", "overtime_hours": None}


def test_material_changes() -> None:
    assert material_changes(BEFORE, {**BEFORE, "pay_lines": [{"min": 900}]}) == ("pay_lines",)
    assert material_changes(BEFORE, {**BEFORE, "title": "看護師募集", "overtime_hours": ""}) == ()
    assert material_changes(BEFORE, {**BEFORE, "engagement": "contractor"}) == ("engagement",)
    shift = {"days": ["sat"], "start": "13:00", "end": "17:30", "break": 0}
    assert material_changes({"shifts": [shift]}, {"shifts": [shift | {"need": 4}]}) == ()
    assert material_changes({"shifts": [shift | {"need": 4}]}, {"shifts": [shift | {"need": 5, "end": "18:00"}]}) == ("shifts",)


@pytest.mark.parametrize(
    ("typed", "value", "finding"),
    [
        ("4", 4, None),
        ("４名", 4, "TXT-001"),
        ("", None, None),
        (None, None, None),
        ("0", "0", "TYPE-001"),
        ("1000", "1000", "TYPE-001"),
        ("若干名", "若干名", "TXT-001"),
    ],
)
def test_how_many_a_shift_needs(typed: Any, value: Any, finding: str | None) -> None:
    """An optional whole number from 1 to 999; nothing is said where it is missing."""
    shift = {"name": "午後", "days": ["sat", "sun"], "start": "13:00", "end": "17:30", "break": 0}
    result = evaluate(changed(ON, {"postings.0.shifts": [shift | {"need": typed}]}), on=ON)
    assert result.normalized["postings"][0]["shifts"][0].get("need") == value
    assert [f.rule for f in result.findings if f.path == "postings.0.shifts.0.need"] == ([finding] if finding else [])


@pytest.mark.parametrize(
    ("before", "now", "slip"),
    [
        ("接種の補助を行いまる。", "接種の補助を行います。", True),
        ("接種を行いいます。", "接種を行います。", True),
        ("接種と観察", "観察", False),
        ("観察を行います。", "観察を行います。接種も行います。車の運転もあわせてお願いします。", False),
        ("1日90人", "1日80人", False),
        ("昇給あり", "昇給なし", False),
        ("経験は不要です", "経験は必要です", False),
        ("", "夜勤", False),
        ("同じ", "同じ", True),
    ],
)
def test_what_is_a_slip_of_the_pen(before: str, now: str, slip: bool) -> None:
    """A letter or two at one place, no number, nothing that turns a sentence round."""
    assert is_slip(before, now) is is_slip(now, before) is slip
    assert (material_changes({"duty_detail": before}, {"duty_detail": now}) == ()) is slip
    assert material_changes({"title": before}, {"title": now}) == ()


def test_a_term_that_ends_before_it_begins_is_another_rules_matter() -> None:
    assert paths("PUB-001", {**DATES, "term_start": "2021-09-30", "term_end": "2021-06-01"}) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"publish_from": "2021-05-10", "publish_until": "2021-08-08"}, None),
        ({"publish_from": "2021-05-10", "publish_until": "2021-08-09"}, "warning"),
        ({"publish_from": None, "publish_until": "2021-08-12"}, None),
        ({"publish_from": None, "publish_until": "2021-08-13"}, "warning"),
    ],
)
def test_a_publication_of_ninety_days(values: dict[str, Any], expected: str | None) -> None:
    assert level("PUB-002", {"term_start": "2021-06-01", "term_end": "2022-02-28", **values}) == expected


@pytest.mark.parametrize(
    ("before", "now", "slip"),
    [
        ("会場は駅前です。", "会場は駅まえです。", True),
        ("会場は駅前です。", "会場は駅のまえです。", False),
        ("会場の設営", "会場設営", True),
        ("会場での設営", "会場設営", True),
        ("会場などの設営", "会場設営", False),
        ("週1回", "週2回", False),
        ("送迎あり", "送迎なし", False),
        ("", "会", False),
        ("会場で受付と案内", "会揚で受付と安内", False),
    ],
)
def test_a_slip_of_the_pen(before: str, now: str, slip: bool) -> None:
    assert is_slip(before, now) is slip


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"publish_from": "2021-05-17", "publish_until": "2021-08-16"},
            "公開期間が91日（2021年5月17日～2021年8月16日）になります。2021年8月15日まで",
        ),
        ({"publish_from": None, "publish_until": "2021-08-13"}, "公開期間が91日（2021年5月14日～"),
    ],
)
def test_the_days_of_publication_are_said(values: dict[str, Any], words: str) -> None:
    assert words in said("PUB-002", {**DATES, "term_end": "2022-03-31", **values})[0].message


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"term_start": None, "publish_until": "2021-10-01"}, ["publish_until"]),
        ({"term_start": "2021-10-01", "publish_until": "2021-10-02"}, []),
        ({"term_start": "2021-09-30", "publish_until": "2021-10-01"}, ["publish_until"]),
        ({"term_end": None, "publish_until": "2021-10-01"}, []),
        ({"deadline_type": None, "deadline": "2021-07-01"}, ["deadline"]),
    ],
)
def test_days_that_are_not_given_say_nothing(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("PUB-001", {**DATES, **values}) == expected


def test_the_day_before_and_the_label_of_a_row_are_said() -> None:
    found = said("PUB-001", {**DATES, "publish_from": "2021-06-30"})
    assert found[0].example == "2021年6月29日以前"
    assert "「区分」に" in said("PUB-005", {**MASKED, "pay_lines": [{"label": "日向市", "min": 1987}]})[0].message
    assert "見出しに" in said("PUB-005", {**MASKED, "title": "日向市の看護師"})[0].message


def test_a_slip_changes_no_condition() -> None:
    before = {"job_type": "nurse", "duty_detail": "会場は駅前です。", "other_req": "会場での設営", "headcount": 3}
    assert material_changes(before, {**before, "duty_detail": "会場は駅まえです。"}) == ()
    assert material_changes(before, {**before, "duty_detail": "会場は駅のまえです。", "job_type": "physician"}) == (
        "job_type",
        "duty_detail",
    )
    assert material_changes(before, {**before, "other_req": None}) == ("other_req",)
