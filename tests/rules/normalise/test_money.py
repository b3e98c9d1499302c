"""Amounts of money: certain ones are understood, uncertain ones refused with the rule that explains it."""

import pytest

from tests.rules.reading import read, refusal

MIN = "postings.0.pay_lines.0.min"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (1472, 1472),
        (1500.0, 1500),
        ("1472", 1472),
        ("1,472円", 1472),
        ("１，４７２円", 1472),
        ("１４７２", 1472),
        ("¥1,472", 1472),
        ("￥1,472-", 1472),
        ("1,472円也", 1472),
        ("時給1,472円", 1472),
        ("時給 1,472 円", 1472),
        ("時間給1472円", 1472),
        ("時間額：1,472円", 1472),
        ("1時間あたり1,472円", 1472),
        ("1時間当たり 1,472円", 1472),
        ("1時間につき1,472円", 1472),
        ("一時間あたり1,472円", 1472),
        ("1,505円/時", 1505),
        ("1,505円／時間", 1505),
        ("1,505円/h", 1505),
        ("1,472円（1時間あたり）", 1472),
        ("2万3千円", 23000),
        ("22万1,416円", 221416),
        ("1万円", 10000),
        ("1万2000円", 12000),
        ("1.5万円", 15000),
        ("４万円", 40000),
        ("1千5百円", 1500),
        ("3千円", 3000),
        ("日額12,000円", 12000),
        ("日給１２，０００円", 12000),
        ("月額168,700円", 168700),
        ("1回40,000円", 40000),
        ("1回につき5,000円", 5000),
        ("5,000円/回", 5000),
        ("報酬 1,472円", 1472),
        ("報酬の額：1,472円", 1472),
        ("月168,700円", 168700),
        ("168,700円／月", 168700),
        ("1コマ 20,000円", 20000),
        ("時間単価1,500円", 1500),
        ("1472.0", 1472),
    ],
)
def test_understood(typed, value):
    result = read(MIN, typed)
    assert result.understood, result.notes
    assert result.value == value
    assert type(result.value) is int


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ("1,29円", "TXT-001"),
        ("12,34,567円", "TXT-001"),
        ("1.472", "WAGE-014"),
        ("1.5", "WAGE-014"),
        (1.5, "WAGE-014"),
        ("1500千円", "WAGE-014"),
        ("1,500千円", "WAGE-014"),
        ("-500", "WAGE-014"),
        (-500, "WAGE-014"),
        ("千五百", "TXT-001"),
        ("千五百円", "TXT-001"),
        ("二万円", "TXT-001"),
        ("時給1,500円～", "WAGE-002"),
        ("1,500円以上", "WAGE-002"),
        ("1,500円から", "WAGE-002"),
        ("最大2,000円", "WAGE-002"),
        ("2,000円まで", "WAGE-002"),
        ("応相談", "WAGE-001"),
        ("当市規定による", "WAGE-001"),
        ("市の規程に準ずる", "WAGE-001"),
        ("平日925円 / 土日1,249円", "TXT-001"),
        ("平日(1時間あたり)925円 / 土日(1時間あたり)1,249円", "TXT-001"),
        ("1,472円、1,987円", "TXT-001"),
        ("900、950", "TXT-001"),
        ("約1,500円", "TXT-001"),
        ("1,500円程度", "TXT-001"),
        ("1,500円前後", "TXT-001"),
        ("1,472円(経験により加算)", "TXT-001"),
        ("1 472円", "TXT-001"),
        ("1,249円～925円", "TXT-001"),
        ("時給1,472円（日額11,000円）", "TXT-001"),
        ("1472ドル", "TXT-001"),
        ("2～3万円", "TXT-001"),
        ("①1,472円", "TXT-001"),
        ("1,472²円", "TXT-001"),
        (True, "TYPE-001"),
        ([1472], "TYPE-001"),
        ({"yen": 1472}, "TYPE-001"),
    ],
)
def test_refused(typed, rule):
    result = read(MIN, typed)
    assert refusal(result) == rule
    assert result.value == typed


def test_range_fills_the_empty_upper_field():
    result = read(MIN, "925円～1,249円")
    assert (result.value, result.also["max"]) == (925, 1249)
    assert read(MIN, "時給1,472円～1,987円").also["max"] == 1987
    assert read(MIN, "2万円～3万円").also["max"] == 30000


def test_range_is_refused_where_the_upper_field_is_filled():
    assert refusal(read(MIN, "925円～1,249円", {"max": 2000})) == "TXT-001"
    assert refusal(read("postings.0.pay_lines.0.max", "925円～1,249円")) == "TXT-001"
    assert refusal(read("postings.0.commute_cap", "500～1,000円")) == "TXT-001"


@pytest.mark.parametrize(
    ("typed", "pay_type", "understood"),
    [
        ("時給1,472円", "hour", True),
        ("時給1,472円", "時間額", True),
        ("時給1,472円", "day", False),
        ("日額12,000円", "hour", False),
        ("月額168,700円", "月額", True),
        ("1回5,000円", "session", True),
        ("5,000円/回", "hour", False),
        ("1,472円", "day", True),
    ],
)
def test_unit_word_must_agree_with_the_unit_of_pay(typed, pay_type, understood):
    assert read(MIN, typed, parent={"pay_type": pay_type}).understood is understood


def test_label_word_moves_to_an_empty_label():
    assert read(MIN, "平日1,472円").also["label"] == "平日"
    assert read(MIN, "1,987円（土日祝）").also["label"] == "土日祝"
    assert "label" not in read(MIN, "平日1,472円", {"label": "平日"}).also.keys() - {"label"}
    assert refusal(read(MIN, "平日1,472円", {"label": "土日"})) == "TXT-001"


def test_seven_digits_at_most():
    assert refusal(read(MIN, 12345678)) == "TXT-011"
    assert refusal(read("postings.0.commute_cap", "1,000,000円")) == "TXT-011"
    assert read("postings.0.commute_cap", "500円/日").value == 500


def test_the_limit_of_travel_cost_may_say_that_it_is_one():
    assert read("postings.0.commute_cap", "上限500円/日").value == 500
    assert read("postings.0.commute_cap", "500円まで", {"commute": "capped"}).value == 500
    assert refusal(read("postings.0.commute_cap", "上限500円", {"commute": "fixed"})) == "TXT-001"


def test_two_readings_are_offered():
    assert read(MIN, "千五百円").notes[0].choices == (1500,)
    assert read(MIN, "1万円～").notes[0].choices == (10000,)
    assert set(read(MIN, "1,249円～925円").notes[0].choices) <= {925, 1249}


@pytest.mark.parametrize(
    ("typed", "also", "offers"),
    [
        ("平日1,472円", {"label": "平日"}, None),
        ("平日平日1,472円", {}, (1472,)),
        ("平日1,472円平日", {}, (1472,)),
        ("平日・土日1,472円", {}, (1472,)),
    ],
)
def test_one_kind_of_day_before_an_amount(typed, also, offers):
    result = read("postings.0.pay_lines.0.min", typed)
    assert dict(result.also) == also
    assert (None if result.understood else result.notes[0].choices) == offers


@pytest.mark.parametrize(("typed", "why"), [(10**7, "今は8桁です。"), (10**12 - 1, "今は12桁です。"), (10**12, "")])
def test_digits_of_an_endless_amount_are_not_counted(typed, why):
    note = read("postings.0.pay_lines.0.min", typed).notes[0]
    assert (note.rule, note.message.why) == ("TXT-011", why)
