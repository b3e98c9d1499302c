"""Rules about applicants and enquiries, as pure functions."""

from datetime import datetime, timedelta

import pytest

from keynet_admin.rules import rule_by_code
from keynet_admin.rules.families.candidate import (
    RULES,
    Overdue,
    Sensitive,
    check_consent,
    check_double_send,
    check_licence_fits,
    check_licence_prefecture,
    check_mail,
    enquiry_overdue,
    hits_of_application,
    reading_or_placeholder,
    sensitive_text,
)

NOW = datetime(2021, 5, 10, 12, 0)  # noqa: DTZ001 - only differences matter


@pytest.mark.parametrize(
    ("address", "spoken"),
    [
        ("a..b@docomo.ne.jp", True),
        ("ab.@ezweb.ne.jp", True),
        ("A..B@DOCOMO.NE.JP", True),
        ("a.b@docomo.ne.jp", False),
        ("a..b@example.jp", False),
        ("a.b@example.jp", False),
    ],
)
def test_old_carrier_addresses(address: str, spoken: bool) -> None:
    hits = check_mail(address)
    assert bool(hits) is spoken
    assert {hit.level.value for hit in hits if hit.level} <= {"warning"}


@pytest.mark.parametrize(
    ("licences", "prefecture", "spoken"),
    [
        (["assistant_nurse"], "", True),
        (["assistant_nurse"], None, True),
        (["assistant_nurse"], "46", False),
        (["nurse"], "", False),
        ([], "", False),
    ],
)
def test_governors_licence(licences: list[str], prefecture: str | None, spoken: bool) -> None:
    assert bool(check_licence_prefecture(licences, prefecture)) is spoken


@pytest.mark.parametrize(
    ("job", "licences", "junior", "spoken"),
    [
        ("nurse", ["nurse"], False, False),
        ("nurse", ["midwife"], False, False),
        ("nurse", ["none"], False, True),
        ("nurse", ["assistant_nurse"], False, True),
        ("nurse", ["assistant_nurse"], True, False),
        ("assistant_nurse", ["nurse"], False, False),
        ("physician", ["dentist"], False, True),
        ("clerical", [], False, False),
        ("midwife", ["nurse"], False, True),
    ],
)
def test_licence_fits(job: str, licences: list[str], junior: bool, spoken: bool) -> None:
    assert bool(check_licence_fits(job, licences, also_junior=junior)) is spoken


@pytest.mark.parametrize(
    ("name", "last", "first", "expected"),
    [
        ("Anna Sato-Smith", "", "", ("シ", "メイ", True)),
        ("Anna Smith", "スミス", "アンナ", ("スミス", "アンナ", False)),
        ("海山太郎", "", "", ("", "", False)),
        ("", "", "", ("", "", False)),
        ("グエン ティ", "", "", ("", "", False)),
    ],
)
def test_placeholder_reading(name: str, last: str, first: str, expected: tuple[str, str, bool]) -> None:
    assert reading_or_placeholder(name, last, first) == expected


@pytest.mark.parametrize(
    ("hours", "address", "spoken"),
    [
        (1, "a@example.jp", True),
        (23.9, "A@Example.jp ", True),
        (24, "a@example.jp", False),
        (1, "b@example.jp", False),
        (-1, "a@example.jp", False),
    ],
)
def test_double_send(hours: float, address: str, spoken: bool) -> None:
    earlier = [("a@example.jp", NOW - timedelta(hours=hours))]
    assert bool(check_double_send(address, NOW, earlier)) is spoken


@pytest.mark.parametrize(
    ("shown", "given", "spoken"), [(True, True, False), (True, False, True), (False, True, True), (False, False, True)]
)
def test_consent(shown: bool, given: bool, spoken: bool) -> None:
    assert bool(check_consent(purpose_shown=shown, consent=given)) is spoken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234 5678 9012 です", (Sensitive.NUMBER,)),
        ("番号は１２３４５６７８９０１２", (Sensitive.NUMBER,)),
        ("本籍は宮崎県です", (Sensitive.ORIGIN,)),
        ("糖尿病で通院しています", (Sensitive.HEALTH,)),
        ("病歴：なし。持病はありません", ()),
        ("透析センターで5年勤務しました", ()),
        ("がん病棟の経験があります", ()),
        ("土日の午後に勤務できます。電話は0982-00-0033です", ()),
        ("090-0000-0045", ()),
        ("", ()),
    ],
)
def test_sensitive_texts(text: str, expected: tuple[Sensitive, ...]) -> None:
    assert sensitive_text(text) == expected


@pytest.mark.parametrize(
    ("days", "answered", "reminded", "expected"),
    [
        (2, False, False, Overdue(False, False)),
        (3, False, False, Overdue(True, False)),
        (4, False, True, Overdue(False, True)),
        (9, True, True, Overdue(False, False)),
    ],
)
def test_enquiries_wait(days: int, answered: bool, reminded: bool, expected: Overdue) -> None:
    assert enquiry_overdue(days, answered=answered, reminded=reminded) == expected


def test_a_whole_application() -> None:
    good = {"email": "a@example.jp", "licences": ["nurse"], "purpose_shown": True, "consent": True}
    assert hits_of_application(good, "nurse") == []
    names = [hit.name for hit in hits_of_application({"email": "a..b@docomo.ne.jp", "licences": ["assistant_nurse"]}, "nurse")]
    assert names == ["email", "licence_prefecture", "licences", "consent"]
    assert [hit.name for hit in hits_of_application({}, "clerical")] == ["consent"]


def test_rows_name_the_place_that_calls_them() -> None:
    assert [rule.code for rule in RULES] == [f"APP-00{n}" for n in range(1, 9)]
    assert all(rule.check is None and rule.where for rule in RULES)
    assert all(rule_by_code(rule.code) is rule for rule in RULES)
