"""Words for "there is none": empty in optional fields, an answer where they are one, refused where something is asked for."""

import pytest

from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.normalise.any_kind.none_words import says_none
from tests.rules.base_submission import ON, changed
from tests.rules.reading import read, refusal

NONE = [
    "なし", "無し", "無", "ない", "ナシ", "ﾅｼ", "なし。", "（なし）", "「なし」", "該当なし", "該当無し", "該当する者なし", "該当しません", "該当せず",
    "特になし", "特に無し", "とくになし", "特にありません", "特にございません", "ありません", "記載なし", "N/A", "n/a", "Ｎ／Ａ", "NA", "none", "None", "null",
    "-", "－", "ー", "―", "—", "‐", "--", "−−−", "／", "/", "・", "×", "…", "*", " なし　", "な し", "空欄",
]  # fmt: skip
SOMETHING = [
    "なし狩り会場前",
    "梨",
    "無休",
    "無料",
    "なしの木公園",
    "特になし園",
    "未定",
    "不明",
    "同上",
    "0",
    "00",
    "有",
    "あり",
    "内線なしで直通",
    "なら市",
    "-5",
    "仮",
]
OPTIONAL = [
    "organization.org_url",
    "organization.org_building",
    "contact.contact_ext",
    "contact.sub_contact_email",
    "contact.sub_contact_name",
    "contact.contact_position",
    "contact.account_email",
    "postings.0.venue_zip",
    "postings.0.public_tel",
    "postings.0.access",
    "postings.0.support_note",
    "postings.0.operator_note",
    "postings.0.publish_from",
    "postings.0.pay_lines.0.max",
    "postings.0.shifts.0.name",
]


@pytest.mark.parametrize("typed", NONE)
def test_a_word_for_none(typed):
    assert says_none(typed)
    for path in OPTIONAL:
        result = read(path, typed)
        assert (result.value, result.understood) == (None, True), path
        assert [(note.rule, note.level) for note in result.notes] == [("TXT-017", Level.FIX)]
        assert typed.strip() in result.notes[0].message.what


@pytest.mark.parametrize("typed", SOMETHING)
def test_other_words_are_kept(typed):
    assert not says_none(typed)
    assert read("postings.0.access", typed).value == typed


@pytest.mark.parametrize("name", ["other_allow", "other_req", "documents"])
def test_none_is_an_answer(name):
    for typed in ("なし", "特になし", "該当なし", "無し"):
        assert read(f"postings.0.{name}", typed).value == typed
    for typed in ("－", "N/A", "-"):
        assert read(f"postings.0.{name}", typed).value is None


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("contact.contact_tel", "TEL-002"),
        ("organization.org_tel", "TEL-002"),
        ("contact.contact_email", "MAIL-002"),
        ("organization.org_zip", "ORG-008"),
        ("organization.lg_code", "ORG-001"),
        ("contact.contact_last_kana", "TXT-009"),
        ("postings.0.venue_city", "CHOICE-001"),
    ],
)
def test_a_required_field_says_that_it_is_one(path, rule):
    for typed in ("無し", "－", "N/A"):
        result = read(path, typed)
        assert refusal(result) == rule
        assert result.value == typed
        assert "必須の項目です" in result.notes[0].message.what
        assert result.notes[0].message.how


@pytest.mark.parametrize(
    "name", ["organization.org_address", "contact.contact_last", "venue_name", "venue_address", "title", "public_contact", "pay_day"]
)
def test_a_required_text_is_no_word_for_none(name):
    path = name if "." in name else f"postings.0.{name}"
    for typed in ("なし", "該当なし", "－"):
        result = evaluate(changed(ON, {path: typed}), on=ON)
        assert ("TXT-010", Level.ERROR) in [(f.rule, f.level) for f in result.findings if f.path == path]


@pytest.mark.parametrize(("name", "on_change"), [("holidays", {}), ("duty_change", {}), ("place_change", {}), ("training_note", {})])
def test_none_may_be_the_answer_of_a_required_text(name, on_change):
    result = evaluate(changed(ON, {f"postings.0.{name}": "なし", **on_change}), on=ON)
    assert [f.rule for f in result.findings if f.path == f"postings.0.{name}"] == []
    assert result.normalized["postings"][0][name] == "なし"


def test_the_reported_form():
    typed = {
        "organization.org_url": "なし",
        "contact.contact_ext": "なし",
        "contact.sub_contact_email": "－",
        "postings.0.venue_zip": "該当なし",
        "postings.0.public_tel": "N/A",
        "postings.0.access": "なし",
    }
    result = evaluate(changed(ON, typed | {"postings.0.apply_by": ["site"]}), on=ON)
    assert sorted((f.rule, f.path) for f in result.findings) == sorted(("TXT-017", path) for path in typed)
    assert "access" not in result.normalized["postings"][0] or result.normalized["postings"][0]["access"] is None
