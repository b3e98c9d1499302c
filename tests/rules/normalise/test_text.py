"""Texts, names, kana, addresses of pages: which characters are put right, pointed out or refused."""

import pytest

from keynet_admin.rules.engine.rule import Level
from keynet_admin.rules.normalise import characters as ch
from tests.rules.reading import read, refusal

NOTE, AREA, NAME, KANA, ADDRESS = (
    "postings.0.workdays_note",
    "postings.0.duty_detail",
    "contact.contact_last",
    "contact.contact_last_kana",
    "organization.org_address",
)


@pytest.mark.parametrize(
    ("path", "typed", "value", "rule"),
    [
        (NOTE, "週2日程度", "週2日程度", None),
        (NOTE, "  週2日程度　", "週2日程度", None),
        (NOTE, "週2日　　　程度", "週2日　程度", "TXT-007"),
        (NOTE, "週2日\u200b程度", "週2日程度", "TXT-007"),
        (NOTE, "\ufeff週2日程度", "週2日程度", "TXT-007"),
        (NOTE, "週2日\u00ad程度", "週2日程度", "TXT-007"),
        (NOTE, "週2日\t程度", "週2日 程度", "TXT-007"),
        (NOTE, "週2日\u00a0程度", "週2日 程度", "TXT-007"),
        (NOTE, "週2日\r\n程度", "週2日 程度", "TXT-007"),
        (AREA, "受付\r\n誘導", "受付\n誘導", None),
        (AREA, "受付\n\n\n\n誘導", "受付\n\n誘導", "TXT-007"),
        (AREA, "受付\x0b誘導", "受付\n誘導", None),
        (NOTE, "ﾜｸﾁﾝの会場", "ワクチンの会場", "TXT-002"),
        (NOTE, "ｶﾞｲﾄﾞ｡｢ﾊﾟｿｺﾝ｣", "ガイド。「パソコン」", "TXT-002"),
        (NOTE, "か\u3099いと\u3099", "がいど", "TXT-002"),
        (NOTE, "① 受付", "(1) 受付", "TXT-003"),
        (NOTE, "⑳㉑", "(20)(21)", "TXT-003"),
        (NOTE, "Ⅲ期", "III期", "TXT-003"),
        (NOTE, "㈱海山", "(株)海山", "TXT-003"),
        (NOTE, "30㎡", "30平方メートル", "TXT-003"),
        (NOTE, "30m²", "30平方メートル", "TXT-003"),
        (NOTE, "㍻33年", "平成33年", "TXT-003"),
        (NOTE, "㋿3年", "令和3年", "TXT-003"),
        (NOTE, "№3", "No.3", "TXT-003"),
        (NOTE, "℡あり", "TELあり", "TXT-003"),
        (NOTE, "5㌔", "5キロ", "TXT-003"),
        (NOTE, "13:00～17:30", "13:00〜17:30", None),
        (NOTE, "13:00－17:30", "13:00−17:30", None),
        (NOTE, "正看の方", "看護師の方", "LIC-002"),
        (NOTE, "正看護師・准看", "看護師・准看護師", "LIC-002"),
        (NOTE, "准看護師も可", "准看護師も可", None),
        (NOTE, "改正看護師等法", "改正看護師等法", None),
        (NOTE, "葛\U000e0100城", "葛城", "TXT-003"),
        (NOTE, 3, "3", None),
        (KANA, "ウミヤマ", "ウミヤマ", None),
        (KANA, "うみやま", "ウミヤマ", "TXT-008"),
        (KANA, "ｳﾐﾔﾏ", "ウミヤマ", "TXT-008"),
        (KANA, "ﾋｭｳｶﾞ", "ヒュウガ", "TXT-008"),
        (KANA, "　ヒュウガ", "ヒュウガ", None),
        (KANA, "ウミヤマ タロウ", "ウミヤマ　タロウ", "TXT-008"),
        (KANA, "メアリー･アン", "メアリー・アン", "TXT-008"),
        (KANA, "か\u3099い", "ガイ", "TXT-008"),
        (NAME, "高橋", "高橋", None),
        (ADDRESS, "日向市中町1－2－3", "日向市中町1−2−3", None),
    ],
)
def test_put_right(path, typed, value, rule):
    result = read(path, typed)
    assert result.understood
    assert result.value == value
    assert [note.rule for note in result.notes] == ([rule] if rule else [])
    again = read(path, value)
    assert (again.value, again.notes) == (value, ())


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("𠮷田", "吉田"),
        ("德永", "徳永"),
        ("濵田", "浜田"),
        ("塚\U000e0101本", "塚本"),
        ("\ufa10本", "塚本"),
    ],
)
def test_names_keep_their_character_and_get_a_print_form(typed, printed):
    result = read(NAME, typed)
    assert result.value == typed
    assert [(n.rule, n.level, n.value) for n in result.notes] == [("TXT-004", Level.WARNING, printed)]


def test_unknown_characters_of_a_name_ask_for_the_print_form():
    result = read(NAME, "𪚲田")
    assert [(n.rule, n.level) for n in result.notes] == [("TXT-004", Level.WARNING)]
    assert result.value == "𪚲田"


@pytest.mark.parametrize(
    ("path", "typed", "rule"),
    [
        (NOTE, "受付です😊", "TXT-005"),
        (NOTE, "髙田会場で受付", "TXT-005"),
        (NOTE, "Café勤務", "TXT-005"),
        (NAME, "川辺😊", "TXT-005"),
        (NOTE, "外字\ue000あり", "TXT-006"),
        (NOTE, "向きを\u202e変える", "TXT-006"),
        (NOTE, "向きを\u2067囲む", "TXT-006"),
        (NOTE, "外字\U000f0000あり", "TXT-006"),
        (NOTE, "制御\x00文字", "TXT-006"),
        (NOTE, "制御\x1b文字", "TXT-006"),
        (NOTE, "壊れた\ud800文字", "TXT-006"),
        (NOTE, "化けた\ufffd文字", "TXT-006"),
        (NAME, "川\ue000", "TXT-006"),
        (KANA, "カ\x00ワ", "TXT-006"),
        (KANA, "海山タロウ", "TXT-009"),
        (KANA, "Umiyama", "TXT-009"),
        (KANA, "カワベ1", "TXT-009"),
        (KANA, "カワベ😊", "TXT-009"),
        (NOTE, "あ" * 61, "TXT-011"),
        (AREA, "あ" * 10000, "TXT-011"),
        (KANA, "ア" * 41, "TXT-011"),
        (NOTE, True, "TYPE-001"),
        (NOTE, ["週2日"], "TYPE-001"),
        (NOTE, {"a": 1}, "TYPE-001"),
        ("organization.org_url", "ftp://city.example/", "TYPE-001"),
        ("organization.org_url", "javascript:alert(1)", "TYPE-001"),
        ("organization.org_url", "https://user@city.example/", "TYPE-001"),
        ("organization.org_url", "https://city.example:99999/", "TYPE-001"),
        ("organization.org_url", "市のホームページ", "TYPE-001"),
        ("organization.org_url", "https://", "TYPE-001"),
    ],
)
def test_refused(path, typed, rule):
    assert rule in [n.rule for n in read(path, typed).notes if n.level is Level.ERROR]
    refusal(read(path, typed))


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("https://www.city.example.lg.jp/", "https://www.city.example.lg.jp/"),
        ("ｈｔｔｐｓ：／／www.city.example.lg.jp", "https://www.city.example.lg.jp"),
        ("www.city.example.lg.jp", "https://www.city.example.lg.jp"),
        ("http://city.example/a?b=c#d", "http://city.example/a?b=c#d"),
    ],
)
def test_url(typed, value):
    assert read("organization.org_url", typed).value == value


def test_jis_x_0208():
    assert len(ch.jis_x_0208()) == 95 + 6879
    for char in ch.jis_x_0208() - {" "}:
        char.encode("iso2022_jp")
    assert ch.outside_jis("髙﨑①㈱～－〜−高") == ["髙", "﨑", "①", "㈱", "～", "－"]


def test_every_symbol_gets_a_plain_writing():
    for symbol, plain in ch.SYMBOLS.items():
        assert ch.outside_jis(plain) == [], symbol
    assert not any(len(form) != 1 or ch.outside_jis(form) for form in ch.PRINT_FORMS.values())
