"""Telephone numbers, mail addresses, postal codes."""

import pytest

from tests.rules.reading import read, refusal

TEL, ORG_TEL = "contact.contact_tel", "organization.org_tel"
MAIL, ZIP = "contact.contact_email", "organization.org_zip"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("0982-00-0012", "0982-00-0012"),
        ("0982(00)0012", "0982-00-0012"),
        ("（0982）00-0012", "0982-00-0012"),
        ("（０３）１２３４−００７８", "03-1234-0078"),
        ("０９８２−００−００１２", "0982-00-0012"),
        ("０９８２ー００ー００１２", "0982-00-0012"),
        ("0982・00・0012", "0982-00-0012"),
        ("078・333・0030", "078-333-0030"),
        ("0982 00 0012", "0982-00-0012"),
        ("0982‐00‐0012", "0982-00-0012"),
        ("0982.00.0012", "0982-00-0012"),
        ("0982/00/0012", "0982-00-0012"),
        ("0982000012", "0982-00-0012"),
        ("0312340078", "03-1234-0078"),
        ("0612340078", "06-1234-0078"),
        ("0452340078", "045-234-0078"),
        ("0117340078", "011-734-0078"),
        ("0126700012", "01267-0-0012"),
        ("0429340078", "04-2934-0078"),
        ("0994200078", "0994-20-0078"),
        ("TEL 0982-00-0012", "0982-00-0012"),
        ("電話：0982-00-0012", "0982-00-0012"),
        ("℡0982-00-0012", "0982-00-0012"),
        ("+81-982-00-0012", "0982-00-0012"),
        ("+81 (0)982-00-0012", "0982-00-0012"),
        ("+81982000012", "0982-00-0012"),
        ("0982-00-0012(代)", "0982-00-0012"),
        ("0982-00-0012（代表）", "0982-00-0012"),
        ("(代)0982-00-0012", "0982-00-0012"),
        ("0982-00-0012（直通）", "0982-00-0012"),
        ("090-0000-0012", "090-0000-0012"),
        ("09000000012", "090-0000-0012"),
        ("050-0000-0012", "050-0000-0012"),
        ("0120-000-012", "0120-000-012"),
        ("0120000012", "0120-000-012"),
        ("0570-000-012", "0570-000-012"),
        ("0800-000-0012", "0800-000-0012"),
    ],
)
def test_phone_understood(typed, value):
    result = read(TEL, typed)
    assert result.understood, result.notes
    assert result.value == value


@pytest.mark.parametrize(
    "typed",
    [
        "0982-00-0012（内線205）",
        "0982-00-0012内線205",
        "0982-00-0012 (内線：205)",
        "0982-00-0012 内線番号 ２０５番",
        "0982-00-0012 ext.205",
    ],
)
def test_extension_moves_to_its_own_field(typed):
    result = read(TEL, typed)
    assert (result.value, result.also) == ("0982-00-0012", {"contact_ext": "205"})
    assert "TEL-003" in [note.rule for note in result.notes]


def test_extension_is_never_dropped():
    assert refusal(read(TEL, "0982-00-0012内線205", {"contact_ext": "206"})) == "TEL-002"
    assert read(TEL, "0982-00-0012内線205", {"contact_ext": "205"}).value == "0982-00-0012"
    assert refusal(read(ORG_TEL, "0982-00-0012内線205")) == "TEL-002"
    assert refusal(read(TEL, "0982-00-0012内線205、内線206")) == "TEL-002"


@pytest.mark.parametrize(
    "typed",
    [
        "03-123-4567",
        "090-0000-002",
        "00-0012（市外局番省略）",
        "00-0012",
        "0982-00-0012、0982-00-0013",
        "0982-00-0012 又は 0982-00-0013",
        "0982-00-0012～3",
        "0982-00-001",
        "0982-00-00123",
        "0120-000-0012",
        "050-000-0012",
        "000-000-0012",
        "予防係まで",
        "0982-00-OO12",
        982000012,
        True,
        ["0982-00-0012"],
    ],
)
def test_phone_refused(typed):
    result = read(TEL, typed)
    assert refusal(result) in ("TEL-002", "TYPE-001")
    assert result.value == typed


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("kenko@city.umiyama-test.lg.jp", "kenko@city.umiyama-test.lg.jp"),
        ("ｋｅｎｋｏ＠ｃｉｔｙ．ｕｍｉｙａｍａ－ｔｅｓｔ．ｌｇ．ｊｐ", "kenko@city.umiyama-test.lg.jp"),
        ("mailto:kenko@city.umiyama-test.lg.jp", "kenko@city.umiyama-test.lg.jp"),
        ("Kenko@City.Umiyama-Test.LG.JP", "Kenko@city.umiyama-test.lg.jp"),
        ("　kenko@city.umiyama-test.lg.jp　", "kenko@city.umiyama-test.lg.jp"),
        ("予防係 <kenko@city.umiyama-test.lg.jp>", "kenko@city.umiyama-test.lg.jp"),
        ("kenko@city.umiyama\u200b-test.lg.jp", "kenko@city.umiyama-test.lg.jp"),
        ("a.b+c_d@x.example", "a.b+c_d@x.example"),
    ],
)
def test_mail_understood(typed, value):
    result = read(MAIL, typed)
    assert result.understood, result.notes
    assert result.value == value


@pytest.mark.parametrize(
    "typed",
    [
        "kenko..ka@city.umiyama-test.lg.jp",
        ".kenko@city.umiyama-test.lg.jp",
        "kenko.@city.umiyama-test.lg.jp",
        "kenko@city..jp",
        "kenko@city",
        "kenko＠＠city.umiyama-test.lg.jp",
        "kenko city.umiyama-test.lg.jp",
        "kenko@city umiyama.lg.jp",
        "kenko@-city.lg.jp",
        "kenko@city-.lg.jp",
        "a" * 65 + "@city.example",
        "a@b.example; c@d.example",
        "健康@city.example",
        "kenko@海山.example",
        "@city.example",
        "なし",
        "kenko@127.0.0.1",
    ],
)
def test_mail_refused(typed):
    assert refusal(read(MAIL, typed)) == "MAIL-002"


@pytest.mark.parametrize(
    "typed",
    [
        "8830046",
        "883-0046",
        "〒883-0046",
        "〒 883-0046",
        "８８３－００４６",
        "883ー0046",
        "883‐0046",
        "883−0046",
        "郵便番号883-0046",
        8830046,
        8830046.0,
    ],
)
def test_zip_understood(typed):
    assert read(ZIP, typed).value == "8830046"


@pytest.mark.parametrize("typed", ["883-046", "883-00466", "100-00001", "88300", "日向市", "883", 600001, True, ["8830046"], "88-30046"])
def test_zip_refused(typed):
    assert refusal(read(ZIP, typed)) in ("ORG-008", "TYPE-001")
