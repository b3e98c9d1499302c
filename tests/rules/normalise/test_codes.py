"""Codes of bodies, the workplace's municipality, choices, days, yes and no."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.catalogue import reference as ref
from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.normalise.codes import _plain, check_digit_holds
from tests.rules.base_submission import changed
from tests.rules.reading import read, refusal

CODE, CITY, DAYS, JOB = "organization.lg_code", "postings.0.venue_city", "postings.0.shifts.0.days", "postings.0.job_type"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("452068", "452068"),
        ("４５２０６８", "452068"),
        ("45206", "452068"),
        ("13101", "131016"),
        ("11002", "011002"),
        (11002, "011002"),
        (131016, "131016"),
        (131016.0, "131016"),
        ("131016.0", "131016"),
        ("452068 ", "452068"),
        ("45206-8", "452068"),
        ("'011002", "011002"),
        ("141097", "141097"),
    ],
)
def test_code_understood(typed, value):
    assert read(CODE, typed).value == value


@pytest.mark.parametrize(
    ("typed", "rule", "choices"),
    [
        ("131015", "ORG-001", ("131016",)),
        ("452069", "ORG-001", ("452068",)),
        ("4520", "ORG-001", ()),
        ("45", "ORG-001", ()),
        ("4520680", "ORG-001", ()),
        ("日向市", "ORG-001", ()),
        ("12106", "ORG-002", ("121061", "012106")),
        ("12203", "ORG-002", ("122033", "012203")),
        ("1100", "ORG-001", ("011002",)),
        ("99999", "ORG-002", ()),
        (True, "TYPE-001", ()),
        (45.5, "ORG-001", ()),
        ([452068], "TYPE-001", ()),
    ],
)
def test_code_refused(typed, rule, choices):
    result = read(CODE, typed)
    assert refusal(result) == rule
    assert result.notes[0].choices == choices
    assert result.value == typed


def test_check_digit_of_every_body():
    assert all(check_digit_holds(m.code6) for m in ref.municipalities())
    for code in ("131016", "011002", "141003", "271403", "130001", "470007"):
        assert check_digit_holds(code)
        assert not check_digit_holds(code[:5] + str((int(code[5]) + 1) % 10))


def test_five_digits_never_pick_one_of_two():
    for body in ref.municipalities():
        for digits in {body.code6[:5], body.code6[1:]} if body.code6.startswith("0") else {body.code6[:5]}:
            result = read(CODE, digits)
            if result.understood:
                assert len({body.code6, result.value}) == 1, (digits, body.name)


@pytest.mark.parametrize(
    ("typed", "pref", "value"),
    [
        ("日向市", "45", "452068"),
        ("宮崎県日向市", "45", "452068"),
        ("452068", "45", "452068"),
        ("45206", "45", "452068"),
        ("由良町", "30", "303836"),
        ("日高郡由良町", "30", "303836"),
        ("和歌山県日高郡由良町", "45", "303836"),
        ("府中市", "13", "132063"),
        ("府中市", "34", "342084"),
        ("広島県府中市", "13", "342084"),
        ("横浜市鶴見区", "14", "141011"),
        ("千代田区", "13", "131016"),
        ("龍ヶ崎市", "08", "082082"),
        ("龍ケ崎市", "08", "082082"),
        ("梼原町", "39", "394050"),
        ("檮原町", "39", "394050"),
        ("⽇向市", "45", "452068"),
        ("日向市\r\n", "45", "452068"),
        ("天王寺区", "45", "271098"),
    ],
)
def test_city_understood(typed, pref, value):
    assert read(CITY, typed, pref=pref).value == value


@pytest.mark.parametrize(
    ("typed", "pref"),
    [
        ("府中市", "45"),
        ("伊達市", ""),
        ("海山市", "45"),
        ("日向市・門川町", "45"),
        ("市内", "45"),
        ("宮崎県", "45"),
        ("999999", "45"),
        ("12106", "45"),
    ],
)
def test_city_refused(typed, pref):
    result = read(CITY, typed, pref=pref)
    assert refusal(result) == "CHOICE-001"
    assert result.value == typed


def test_city_of_two_prefectures_is_offered():
    assert read(CITY, "府中市", pref="45").notes[0].choices == ("132063", "342084")


def test_former_wards_until_the_end_of_2023():
    assert read(CITY, "浜松市中区", pref="22").value == "221317"
    assert refusal(read(CITY, "浜松市中区", pref="22", on=date(2024, 1, 1))) == "CHOICE-001"
    assert read(CITY, "浜松市中央区", pref="22", on=date(2024, 1, 1)).value == "221384"


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        (JOB, "nurse", "nurse"),
        (JOB, "看護師", "nurse"),
        (JOB, "准看護師", "assistant_nurse"),
        (JOB, "正看護師", "nurse"),
        (JOB, "准看", "assistant_nurse"),
        (JOB, "事務職", "clerical"),
        (JOB, "事務職員", "clerical"),
        (JOB, "　看護師 ", "nurse"),
        ("postings.0.parking", "可（無料）", "free"),
        ("postings.0.parking", "可(無料)", "free"),
        ("postings.0.pay_type", "時給", "hour"),
        ("postings.0.pay_type", "1回（コマ）", "session"),
        ("postings.0.pay_type", "１回(コマ)", "session"),
        ("postings.0.engagement", "会計年度任用職員(パートタイム)", "fiscal_year_part_time"),
        ("postings.0.probation", "条件付採用1ヶ月", "conditional_one_month"),
        ("postings.0.age_limit", "なし", "no"),
        ("postings.0.duties", ["接種（注射）", "予診票の確認・聞き取り補助"], ["questionnaire", "injection"]),
        ("postings.0.duties", "受付・案内・誘導", ["reception"]),
        ("postings.0.duties", "接種（注射）、接種後の経過観察", ["injection", "observation"]),
        ("postings.0.insurance", "健康保険・共済、厚生年金、雇用保険", ["health", "pension", "employment"]),
        ("postings.0.apply_by", "本サイト・電話", ["site", "phone"]),
        ("postings.0.nonregular", "はい", True),
        ("postings.0.nonregular", "いいえ", False),
        ("postings.0.nonregular", "○", True),
        ("postings.0.nonregular", "true", True),
        ("postings.0.nonregular", "１", True),
        ("postings.0.nonregular", "on", True),
        ("postings.0.nonregular", 0, False),
        ("organization.pref", "宮崎県", "45"),
        ("organization.pref", "東京", "13"),
        ("organization.pref", "北海道", "01"),
        ("organization.pref", "5", "05"),
    ],
)
def test_choices_understood(path, typed, value):
    result = read(path, typed)
    assert result.understood, result.notes
    assert result.value == value


@pytest.mark.parametrize(
    ("path", "typed", "rule"),
    [
        (JOB, "看護婦", "LIC-003"),
        (JOB, "看護師・事務職員", "JOB-001"),
        (JOB, "歯科助手", "CHOICE-001"),
        (JOB, 5, "TYPE-001"),
        ("postings.0.parking", "可", "CHOICE-001"),
        ("postings.0.duties", ["接種（注射）", "清掃"], "CHOICE-001"),
        ("postings.0.duties", {"injection": True}, "TYPE-001"),
        ("postings.0.duties", [["injection"]], "CHOICE-001"),
        ("postings.0.nonregular", "たぶん", "TYPE-001"),
        ("postings.0.nonregular", 2, "TYPE-001"),
        ("organization.pref", "宮崎国", "CHOICE-001"),
    ],
)
def test_choices_refused(path, typed, rule):
    assert refusal(read(path, typed)) == rule


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (["mon", "fri"], ["mon", "fri"]),
        (["金", "月"], ["mon", "fri"]),
        (["月曜日", "祝日"], ["mon", "hol"]),
        ("月", ["mon"]),
        ("月～金", ["mon", "tue", "wed", "thu", "fri"]),
        ("月~金曜日", ["mon", "tue", "wed", "thu", "fri"]),
        ("月曜∼土曜", ["mon", "tue", "wed", "thu", "fri", "sat"]),
        ("月曜日から金曜日まで", ["mon", "tue", "wed", "thu", "fri"]),
        ("月－金", ["mon", "tue", "wed", "thu", "fri"]),
        ("平日", ["mon", "tue", "wed", "thu", "fri"]),
        ("土日", ["sat", "sun"]),
        ("土日祝", ["sat", "sun", "hol"]),
        ("土日祝日", ["sat", "sun", "hol"]),
        ("土・日・祝日", ["sat", "sun", "hol"]),
        ("土曜・日曜・祝日", ["sat", "sun", "hol"]),
        ("平日及び土曜日", ["mon", "tue", "wed", "thu", "fri", "sat"]),
        ("毎日", ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]),
        ("月・水・金", ["mon", "wed", "fri"]),
        ("月、水、金", ["mon", "wed", "fri"]),
        ("月水金", ["mon", "wed", "fri"]),
        ("火曜日及び木曜日", ["tue", "thu"]),
        ("火曜日と木曜日", ["tue", "thu"]),
        ("毎週土曜日", ["sat"]),
        ("金～日", ["fri", "sat", "sun"]),
        ("土～月", ["mon", "sat", "sun"]),
        ("sat, sun", ["sat", "sun"]),
        ("Mon-Fri", ["mon", "tue", "wed", "thu", "fri"]),
        ("平日（祝日を除く）", ["mon", "tue", "wed", "thu", "fri"]),
        ("月～金（祝日を除く）", ["mon", "tue", "wed", "thu", "fri"]),
        ("月曜日から金曜日まで。ただし、祝日は除く", ["mon", "tue", "wed", "thu", "fri"]),
        ("土日祝日を除く", ["mon", "tue", "wed", "thu", "fri"]),
        ("週5日（月～金）", ["mon", "tue", "wed", "thu", "fri"]),
        ("土日の週2日", ["sat", "sun"]),
        ("土日祝のみ", ["sat", "sun", "hol"]),
    ],
)
def test_days_understood(typed, value):
    assert read(DAYS, typed).value == value


@pytest.mark.parametrize(
    "typed",
    [
        "月12日以上月16日以内",
        "週3~4日(土、日曜日と平日2日の合わせて4日間)",
        "週2日程度",
        "月4回",
        "シフトによる",
        "土曜又は日曜",
        "月～金（年末年始を除く）",
        "月～金のうち週3日",
        "週3日（月～金）",
        "月～金のうち3日",
        "第2・第4土曜日",
        "月～月",
        ["mon", "someday"],
        ["mon", 3],
        5,
        {"mon": True},
        "応相談",
        "隔週土曜日",
        "月1日",
    ],
)
def test_days_refused(typed):
    assert refusal(read(DAYS, typed)) in ("CHOICE-001", "TYPE-001")


@pytest.mark.parametrize(
    ("typed", "body", "value"),
    [
        ("鶴見区", "141003", "141011"),
        ("鶴見区", "271004", "271241"),
        ("北区", "271004", "271276"),
        ("北区", "271403", "271462"),
        ("北区", "131172", "131172"),
        ("北区", "130001", "131172"),
        ("中央区", "281000", "281107"),
        ("中央区", "131024", "131024"),
        ("港区", "231002", "231118"),
        ("港区", "131032", "131032"),
        ("緑区", "141003", "141135"),
        ("緑区", "141500", "141518"),
        ("中区", "141003", "141046"),
        ("大阪市北区", "131172", "271276"),
        ("東京都北区", "271004", "131172"),
        ("府中市", "342084", "342084"),
        ("府中市", "132063", "132063"),
    ],
)
def test_a_ward_is_first_one_of_the_sending_city(typed, body, value):
    assert read(CITY, typed, pref=body[:2], body=body).value == value


@pytest.mark.parametrize(
    ("typed", "body", "offered"),
    [
        ("北区", "452068", None),
        ("港区", "", None),
        ("緑区", "140007", ("141135", "141518")),
        ("大阪府北区", "270008", ("271276", "271462")),
        ("市内", "452068", ("452068",)),
        ("本市", "452068", ("452068",)),
        ("市内各所", "452068", ("452068",)),
        ("市内", "450006", ()),
        ("日向", "452068", ("452068",)),
        ("日向", "450006", ("452068",)),
        ("日向", "131016", ()),
    ],
)
def test_an_uncertain_place_is_refused_with_its_readings(typed, body, offered):
    result = read(CITY, typed, pref=body[:2], body=body)
    assert refusal(result) == "CHOICE-001"
    choices = result.notes[0].choices
    assert choices == offered if offered is not None else len({code[:2] for code in choices}) > 1


def test_the_whole_form_finds_the_ward_of_its_city():
    typed = {"organization.lg_code": "271004", "organization.org_name": "大阪市", "postings.0.venue_city": "北区"}
    found = evaluate(changed(date(2021, 5, 7), typed), on=date(2021, 5, 7))
    assert found.normalized["postings"][0]["venue_city"] == "271276"
    assert [(f.rule, f.level) for f in found.findings if f.path == "postings.0.venue_city"] == [("ORG-006", Level.FIX)]


@pytest.mark.parametrize("code", ["457990", "450014", "990001", "481017"])
def test_a_code_that_nobody_has_is_refused_with_the_code_of_the_name(code):
    assert check_digit_holds(code)
    findings = evaluate(changed(date(2021, 5, 7), {"organization.lg_code": code}), on=date(2021, 5, 7)).findings
    assert [(f.level, f.choices) for f in findings if f.rule == "ORG-003"] == [(Level.ERROR, ("452068",))]
    assert refusal(read(CITY, code)) == "CHOICE-001"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        (0, "0"),
        (0.0, "0"),
        (-1, None),
        (-1.0, None),
        (999_999_999, "999999999"),
        (999_999_999.0, "999999999"),
        (10**9, None),
        (1e9, None),
        (131016.5, None),
        (True, None),
        ("'131016.00'", "131016"),
        ("13101-6", "131016"),
    ],
)
def test_digits_of_a_code(typed: Any, digits: str | None) -> None:
    assert _plain(typed) == digits


@pytest.mark.parametrize(
    ("typed", "offers"), [("11100", ("111007", "011100")), ("12106", ("121061", "012106")), ("12203", ("122033", "012203"))]
)
def test_a_code_of_two_readings_offers_both_and_shows_the_first(typed: str, offers: tuple[str, str]) -> None:
    note = read(CODE, typed).notes[0]
    assert (note.choices, note.example) == (offers, offers[0])


@pytest.mark.parametrize(
    ("typed", "pref", "body", "value"),
    [
        ("府中市", "13", "", "132063"),
        ("府中市", "34", "", "342084"),
        ("北区", "13", "", "131172"),
        ("北区", "13", "271004", "271276"),
        ("北区", "27", "131172", "131172"),
    ],
)
def test_the_nearest_place_of_several_of_a_name(typed: str, pref: str, body: str, value: str) -> None:
    assert read(CITY, typed, pref=pref, body=body).value == value
