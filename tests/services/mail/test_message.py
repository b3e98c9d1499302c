"""How mails read: every template, narrow lines, nothing from a value becomes a header, a line, a mark or an address."""

import re
from datetime import UTC, datetime

import pytest

from keynet_admin.config import ROOT
from keynet_admin.services.mail import message as letter

CONTEXT = {
    "org_name": "青梅市",
    "prefecture": "東京都",
    "department": "健康福祉部 健康課 予防係",
    "contact_name": "見本 一郎",
    "receipt_no": "KN-210510-0044",
    "month": "2021-05",
    "position": 123456,
    "digest": "0123456789abcdef" * 4,
    "faults": ["位置 123456、記録 123457：内容または順番が、書かれたときと違います。"],
    "account_word": "管理者アカウント",
    "then": "",
    "posting_no": "KN-P-000123",
    "title": "集団接種会場の看護師（土日・午後）",
    "email": "yobo@city.ome.example",
    "due": datetime(2021, 5, 19, 8, 0, tzinfo=UTC),
    "at": datetime(2021, 5, 19, 8, 0, tzinfo=UTC),
    "device": "Android の Chrome",
    "network": "198.51.100.7",
    "what": "回復コードを使ってログインしました（残り7つ）",
    "reason": "報酬の額をご確認ください。\n" + "とても長い説明" * 20,
    "changes": [{"label": "募集1　募集の見出し", "old": "見出し" * 10, "new": "新しい見出し" * 8}],
    "answer": "再提出を受け付けたら、確認を続きから進め、受け付けた時から1営業日 6時間以内（営業時間）にメールでお返事します。",
    "items": [{"label": "募集1　募集の見出し", "message": "見出しを28文字以内にしてください。" * 4, "value": "見" * 24}],
    "candidate_no": "KN-A-000412",
    "when": datetime(2021, 5, 18, 5, 0, tzinfo=UTC),
    "place": "市役所3階 会議室",
    "name": "見本 さくら",
    "inquiry": False,
    "words": "面接の日程を伺います。\n　5月18日(火) 14:00",
    "private": False,
    "was": "運営担当",
    "role": "運営主任",
    "rights": "閲覧、内容の編集、公開と終了、応募者対応、担当者の管理",
    "address": "yobo@hokensho.keynet.example",
    "giver": "見本 健太",
    "heir": "例田 実",
    "invited": True,
    "minutes": 30,
    "asker": "見本 健太",
    "count": 2,
    "opens": "",
    "paused": False,
    "titles": ["集団接種会場の看護師", "予診の医師"],
    "again": False,
    "word": "ご関心をいただき、ありがとうございました。",
    "closed": datetime(2021, 5, 19, 8, 0, tzinfo=UTC),
    "reopen_until": datetime(2021, 5, 20, 8, 0, tzinfo=UTC),
    "further": False,
    "issued": "",
    "holders": ["見本 健太 様", "例田 実 様"],
    "waiting": False,
    "own": False,
    "until": None,
    "posting_id": 12,
    "postings": [{"posting_no": "KN-P-000123", "title": "集団接種会場の看護師（土日・午後）" * 2, "after": "公開中"}],
    "days": 30,
    "text": "青梅市からの次のご連絡は2021年5月19日（水）までにお約束していましたが、まだありません。運営事務局から青梅市に、電話で確認しています。",
    "rows": [
        {
            "id": n,
            "candidate_no": "KN-A-00041",
            "status": "応募受付",
            "due": datetime(2021, 5, 19, 8, 0, tzinfo=UTC),
            "call": n > 1,
            "day": "2021-11-20",
        }
        for n in range(60)
    ],
    "applications": 2,
    "inquiries": 1,
    "messages": 1,
    "path": "/office/candidate/",
    "why": "終わった募集が残ると、応募する方の時間を奪います。",
    "answer_by": datetime(2021, 6, 21, 8, 0, tzinfo=UTC),
    "cases": [
        {"id": n, "receipt_no": f"KN-210510-000{n}", "org_name": "青梅市", "due": datetime(2021, 5, 19, 8, 0, tzinfo=UTC)} for n in (1, 2)
    ],
    "lines": [
        {
            "name": "KN-P-000124「集団接種会場の看護師」",
            "label": "公開中の内容にすぐ反映します",
            "text": "応募 3件が未確認です。",
            "more": "",
            "path": "/office/",
        }
    ],
    "partner_name": "奈良県ナースセンター",
    "partner": "奈良県ナースセンター",
    "partner_id": 31,
    "hours": 4,
    "since": datetime(2021, 5, 18, 21, 10, tzinfo=UTC),
    "phone": "",
    "number": 2,
    "id": 7,
    "as_of": datetime(2021, 5, 14, 8, 0, tzinfo=UTC),
    "recalls_only": False,
    "groups": [
        {
            "label": "新規",
            "count": 2,
            "lines": [
                {
                    "key": "KN-P-000123",
                    "title": "集団接種会場の看護師" * 3,
                    "facts": "奈良県橿原市　看護師",
                    "older": "",
                    "path": "/postings/KN-P-000123",
                },
                {"key": "KN-P-000124-2", "title": "", "facts": "", "older": "KN-P-000124", "path": ""},
            ],
        }
    ],
    "pace": "毎日（朝7時ごろ）",
    "most": 5,
    "ends": datetime(2021, 8, 8, 14, 59, tzinfo=UTC),
    "problems": ["市区町村「999999」は分からないため、条件に入れていません。"],
    "more": True,
    "new_postings": [
        {
            "title": "集団接種会場の看護師" * 4,
            "facts": "看護師　奈良県橿原市",
            "pay": "時間額 1,472円～1,987円",
            "hours": "土・日　13:00～17:30（休憩なし）",
            "term": "6/5(土)～9/26(日)　締切 充足次第",
            "path": "/postings/KN-P-000123",
        }
    ],
    "sealed": frozenset({"link", "code"}),
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
