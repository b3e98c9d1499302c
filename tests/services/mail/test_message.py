"""How mails read: every template, narrow lines, nothing from a value becomes a header, a line, a mark or an address."""

import re

import pytest

from keynet_admin.config import ROOT
from keynet_admin.services.mail import message as letter
from keynet_admin.services.mail.samples import SAMPLE

# The samples that people see, with the longest values in the place of some.
CONTEXT = SAMPLE | {
    "reason": "報酬の額をご確認ください。\n" + "とても長い説明" * 20,
    "changes": [{"label": "募集1　募集の見出し", "old": "見出し" * 10, "new": "新しい見出し" * 8}],
    "items": [{"label": "募集1　募集の見出し", "message": "見出しを28文字以内にしてください。" * 4, "value": "見" * 24}],
    "postings": [{"posting_no": "KN-P-000123", "title": "集団接種会場の看護師（土日・午後）" * 2, "after": "公開中"}],
    "rows": [SAMPLE["rows"][n > 1] | {"id": n} for n in range(60)],
    "new_postings": [SAMPLE["new_postings"][0] | {"title": "集団接種会場の看護師" * 4}],
}
pytestmark = pytest.mark.usefixtures("settings")
TEMPLATES = sorted(path.stem for path in (ROOT / "templates" / "mail").glob("[a-z]*.txt"))
WITH_LINK = {name for name in TEMPLATES if name.startswith("candidate_") and name != "candidate_erased"} | {
    "posting_closed_candidate",
    "posting_outcome",
    "alert_confirm",
    "alert_known",
    "alert_digest",
    "alert_ending",
    "first_login",
    "password_reset",
    "returned",
    "return_reminder",
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_mail(name: str) -> None:
    """Strict: a template that names something the services do not give fails here."""
    written = letter.write(name, CONTEXT, strict=True)
    assert written.subject.startswith("【Key-Net】")
    assert "\n" not in written.subject
    lines = written.body.splitlines()
    assert all(letter.width(line) < 70 for line in lines if "://" not in line)
    assert "\n\n\n" not in written.body
    assert lines[-4] == "--"
    assert lines[-1].startswith("メール　desk@")
    assert "{" not in written.body
    assert set(re.findall("⟦(.+?)⟧", written.body)) - {"code", "code-1", "code-2"} == ({"link"} if name in WITH_LINK else set())
    assert "<" not in written.body


@pytest.mark.parametrize("name", TEMPLATES)
def test_missing_words_break_nothing(name: str) -> None:
    """A mail must never break the decision that it reports."""
    assert letter.write(name, {"sealed": frozenset()}).body


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("青梅市\r\nBcc: x@evil.example", "青梅市 Bcc: x@evil.example"),
        ("青梅市\u2028\u2029\x85x", "青梅市 x"),
        ("a\x00b\x1bc\u202ed", "abcd"),
        ("⟦link⟧", "〔link〕"),
        ("  a   b ", "a b"),
        ("𠮷野家 髙﨑 葛\U000e0100", "𠮷野家 髙﨑 葛\U000e0100"),
        ("lone \ud83d", "lone"),
    ],
)
def test_one_line(value: str, expected: str) -> None:
    """Names stay as they are; what could break a line or a header goes."""
    assert letter.one_line(value) == expected


def test_values_make_no_address_and_no_lines() -> None:
    """The name of a body that somebody typed is printed, but nothing to click on comes of it."""
    written = letter.write("receipt", CONTEXT | {"org_name": "http://evil.example/\n\nお急ぎください", "contact_name": "x\n--\ny"})
    assert "http://evil.example" not in written.body
    assert "\ny" not in written.body
    assert "お急ぎください 健康福祉部" in written.body


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("あ" * 34, ["あ" * 34]),
        ("あ" * 35, ["あ" * 34, "あ"]),
        ("　" + "い" * 40, ["　" + "い" * 33, "　" + "い" * 7]),
        ("う" * 34 + "。", ["う" * 33, "う。"]),
        ("word " * 20, ["word " * 12 + "word", "word " * 6 + "word"]),
        ("https://keynet.example/" + "x" * 90, ["https://keynet.example/" + "x" * 90]),
        ("", [""]),
    ],
)
def test_wrap(line: str, expected: list[str]) -> None:
    """34 full-width characters a line; no line begins with a full stop; an address stays whole."""
    assert letter.wrap(line).split("\n") == [part.rstrip() for part in expected]


@pytest.mark.parametrize("character", ["あ", "a", "　", " ", "。", "\U000e0100", "，" * 3])
def test_wrap_always_ends(character: str) -> None:
    """Whatever the characters, each step moves on and nothing is lost but spaces."""
    text = character * 300
    assert letter.wrap(text).replace("\n", "").strip(" 　") == text.strip(" 　") or character in " 　"
