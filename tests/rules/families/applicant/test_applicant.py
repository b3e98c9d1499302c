"""Who applies or asks: what is understood, what is asked again, what only a colleague reads."""

from datetime import date
from typing import Any

import pytest

from keynet_admin.catalogue.fields.applicant import INQUIRY, slots
from keynet_admin.rules import Level, Result, evaluate_person
from keynet_admin.rules.normalise.contacts import is_old_carrier
from tests.rules.base_submission import person

ON = date(2021, 5, 7)
POSTING = {"licenses": ["nurse"], "selection": ["interview"], "shifts": [{"days": ["sat", "sun"], "start": "13:00", "end": "17:30"}]}


def judged(posting: dict[str, Any] = POSTING, /, **values: Any) -> Result:
    """A valid applicant with some values changed (None: not sent)."""
    typed = person() | values
    return evaluate_person("applicant", {name: value for name, value in typed.items() if value is not None}, posting, on=ON)


def said(result: Result) -> list[tuple[str, str, str]]:
    """Rule, level and field of each finding."""
    return [(found.rule, found.level.value, found.path.removeprefix("applicant.")) for found in result.findings]


@pytest.mark.parametrize(
    ("values", "findings"),
    [
        ({}, []),
        ({"family_kana": "みほん"}, [("TXT-008", "fix", "family_kana")]),
        ({"family_name": "髙﨑", "given_name": "𠮷"}, []),
        ({"family_name": ""}, [("REQ-001", "error", "family_name")]),
        ({"given_kana": ""}, [("APP-004", "fix", "given_kana")]),
        ({"given_name": "桜", "given_kana": ""}, [("REQ-001", "error", "given_kana")]),
        ({"email": ""}, [("REQ-001", "error", "email")]),
        ({"email": "", "tel": "０９８２（００）００１２"}, [("TEL-001", "fix", "tel")]),
        ({"email": "sakura@mail"}, [("MAIL-002", "error", "email")]),
        ({"email": "a..b@docomo.ne.jp"}, [("APP-001", "warning", "email")]),
        ({"email": "a..b@docomo.ne.jp", "tel": "0982-00-0012"}, []),
        ({"email": "a..b@mail.example"}, [("MAIL-002", "error", "email")]),
        ({"licenses": []}, [("REQ-001", "error", "licenses")]),
        ({"licenses": ["midwife"]}, []),
        ({"licenses": ["driving"]}, [("CHOICE-001", "error", "licenses")]),
        ({"licenses": ["assistant_nurse", "nurse"]}, [("APP-002", "error", "licence_prefecture")]),
        ({"licenses": ["nurse", "assistant_nurse"], "licence_prefecture": "４６"}, []),
        ({"availability": []}, [("REQ-001", "error", "availability")]),
        ({"availability": ["mon-morning"]}, [("CHOICE-001", "error", "availability")]),
        ({"consent": False}, [("APP-006", "error", "consent")]),
        ({"message": "あ" * 401}, [("TXT-011", "error", "message")]),
        ({"message": "髙いところも😀平気です"}, []),
        ({"message": "一度\0切れた\ud800文"}, [("TXT-006", "error", "message")]),
        ({"message": "病棟に6年勤め、離職して4年です。"}, []),
        ({"message": "123456789012 です"}, [("APP-007", "warning", "message")]),
        ({"message": "電話は0982-00-0012へ"}, []),
    ],
)
def test_what_is_found(values: dict[str, Any], findings: list[tuple[str, str, str]]) -> None:
    assert [found for found in said(judged(**values)) if not (found[0] == "CHOICE-001" and found[1] == "fix")] == findings


def test_what_is_understood() -> None:
    result = judged(family_name="髙﨑", given_name="𠮷", family_kana="たかさき", given_kana="きち", licence_prefecture="宮崎県", extra="x")
    record = result.normalized["applicant"]
    assert (record["family_name"], record["given_name"], record["family_kana"]) == ("髙﨑", "𠮷", "タカサキ")
    assert "licence_prefecture" not in record  # only assistant nurses are asked
    assert "extra" not in record


@pytest.mark.parametrize(
    ("family", "given", "kana"),
    [("Nguyen", "Lan", ("シ", "メイ")), ("マリア", "さくら", ("マリア", "サクラ"))],
)
def test_a_name_without_kanji_needs_no_reading(family: str, given: str, kana: tuple[str, str]) -> None:
    result = judged(family_name=family, given_name=given, family_kana="", given_kana="")
    assert (result.normalized["applicant"]["family_kana"], result.normalized["applicant"]["given_kana"]) == kana
    assert not result.at(Level.ERROR)


def test_an_online_interview_is_asked_about_where_there_is_one() -> None:
    assert "online_interview" not in judged(online_interview=True).normalized["applicant"]
    online = POSTING | {"selection": ["online_interview"]}
    assert judged(online, online_interview=True).normalized["applicant"]["online_interview"] is True


@pytest.mark.parametrize(
    ("shifts", "found"),
    [
        ([{"days": ["sun", "mon"], "start": "9:00", "end": "12:00"}], {"mon-morning": ["9:00～12:00"], "sun-morning": ["9:00～12:00"]}),
        ([{"days": ["hol"], "start": "17:00", "end": "21:00"}], {"hol-evening": ["17:00～21:00"]}),
        ([{"days": ["fri"], "start": "22:00", "end": "06:00", "end_next_day": True}], {"fri-night": ["22:00～翌06:00"]}),
        ([{"days": ["fri"], "start": "04:59", "end": "08:00"}], {"fri-night": ["04:59～08:00"]}),
        ([{"days": ["tue"], "start": "12:00", "end": "15:00"}, {"days": ["tue"], "start": "16:59", "end": "18:00"}],
         {"tue-afternoon": ["12:00～15:00", "16:59～18:00"]}),
        ([{"days": ["tue"]}, {"start": "9:00"}], {}),
        (None, {}),
    ],
)  # fmt: skip
def test_slots_are_those_of_the_posting(shifts: Any, found: dict[str, list[str]]) -> None:
    assert slots({"shifts": shifts}) == found
    assert list(slots({"shifts": shifts})) == list(found)


def test_a_question_needs_words_and_consent_only() -> None:
    good = evaluate_person("inquiry", {"message": "駐車場はありますか。", "consent": True}, POSTING, on=ON)
    assert not good.findings
    bad = evaluate_person("inquiry", {"email": "x"}, POSTING, on=ON)
    assert [(found.rule, found.path) for found in bad.findings] == [
        ("REQ-001", "inquiry.message"),
        ("MAIL-002", "inquiry.email"),
        ("APP-006", "inquiry.consent"),
    ]
    assert INQUIRY[0].max_length == 1000


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("a..b@docomo.ne.jp", True),
        ("a.@ezweb.ne.jp", True),
        ("a...b.@t.vodafone.ne.jp", True),
        ("a b..c@docomo.ne.jp", False),
        ("a..b@docomo..ne.jp", False),
        ("@docomo.ne.jp", False),
        (".@docomo.ne.jp", False),
        ("a..b@example.ne.jp", False),
        ("a..b@xdocomo.ne.jp", False),
    ],
)
def test_only_dots_of_carriers_are_forgiven(address: str, taken: bool) -> None:
    assert is_old_carrier(address) is taken
