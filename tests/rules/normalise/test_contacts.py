"""Telephone numbers, mail addresses, postal codes."""

import pytest

from keynet_admin.rules.normalise import characters as ch
from keynet_admin.services.mail.outbox import deliverable
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
        ("060-0000-0012", "060-0000-0012"),
        ("電 0982-00-0012", "0982-00-0012"),
        ("（電）0982-00-0012", "0982-00-0012"),
        ("【電話】0982(00)0012", "0982-00-0012"),
        ("電話　〇九八二―〇〇―〇〇一二番", "0982-00-0012"),
        ("〇九八二（〇〇）〇〇一二", "0982-00-0012"),
        ("0982-00-0012番", "0982-00-0012"),
        ("（0982）00局0012番（代表）", "0982-00-0012"),
        ("0982の00の0012", "0982-00-0012"),
        ("代表 0982-00-0012", "0982-00-0012"),
        ("代表電話番号：0982-00-0012", "0982-00-0012"),
        ("0982-00-0012 大代表", "0982-00-0012"),
        ("代）0982-00-0012", "0982-00-0012"),
        ("㈹0982-00-0012", "0982-00-0012"),
        ("TEL/FAX 0982-00-0012", "0982-00-0012"),
        ("0982-00-0012（FAX兼用）", "0982-00-0012"),
        ("お問い合わせ先：0982-00-0012", "0982-00-0012"),
        ("\u202a0982-00-0012\u202c", "0982-00-0012"),
        ("0982-00-0012\r\n", "0982-00-0012"),
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
        "0982-00-0012（内）205",
        "電 0982-00-0012番（代表）内線205",
        "〇九八二―〇〇―〇〇一二　内線二〇五",
    ],
)
def test_extension_moves_to_its_own_field(typed):
    result = read(TEL, typed)
    assert (result.value, result.also) == ("0982-00-0012", {"contact_ext": "205"})
    assert "TEL-003" in [note.rule for note in result.notes]


def test_extension_is_never_dropped():
    assert refusal(read(TEL, "0982-00-0012内線205", {"contact_ext": "206"})) == "TEL-002"
    assert read(TEL, "0982-00-0012内線205", {"contact_ext": "205"}).value == "0982-00-0012"
    refused = read(ORG_TEL, "（代表）0982-00-0012 内線205")
    assert (refusal(refused), refused.notes[0].choices) == ("TEL-002", ("0982-00-0012",))
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
    ("typed", "offered"),
    [
        ("0982-00-0012、0982-00-0013", ("0982-00-0012", "0982-00-0013")),
        ("0982-00-0012 0982-00-0013", ("0982-00-0012", "0982-00-0013")),
        ("TEL 0982-00-0012 FAX 0982-00-0013", ("0982-00-0012",)),
        ("FAX 0982-00-0013", ()),
        ("0982-00-0012 予防係", ("0982-00-0012",)),
        ("0982-00-0012 #205", ("0982-00-0012",)),
        ("0982-00-OO12", ("0982-00-0012",)),
        ("982000012", ("0982-00-0012",)),
        (982000012, ("0982-00-0012",)),
        ("00-0012", ()),
        ("0982一00一0012", ()),
        ("一般電話", ()),
        ("なし", ()),
    ],
)
def test_an_uncertain_phone_is_refused_with_its_readings(typed, offered):
    result = read(TEL, typed)
    assert refusal(result) == "TEL-002"
    assert (result.value, result.notes[0].choices) == (typed, offered)
    for number in offered:
        assert read(TEL, number).value == number


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
        ("kenko@city.umiyama-test.lg.jp。", "kenko@city.umiyama-test.lg.jp"),
        ("<kenko@city.umiyama-test.lg.jp>", "kenko@city.umiyama-test.lg.jp"),
        ("メール：kenko@city.umiyama-test.lg.jp", "kenko@city.umiyama-test.lg.jp"),
        ("E-mail: kenko@city.umiyama-test.lg.jp\n", "kenko@city.umiyama-test.lg.jp"),
        ("\u2066kenko@city.umiyama-test.lg.jp\u2069", "kenko@city.umiyama-test.lg.jp"),
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
        "kenko@localhost",
        "kenko@city.localhost",
        "kenko@pc01.local",
        "ｋｅｎｋｏ＠ｆｉｌｅｓｅｒｖｅｒ．ｌａｎ",
        "kenko@KENKO.INTERNAL",
        "kenko@city.invalid",
        "kenko@city.test",
        "-oQ/tmp@x.jp",
        "-kenko@city.umiyama-test.lg.jp",
        "kenko@city.j",
        "kenko@city.lg.jp2",
        "kenko@[192.0.2.1]",
    ],
)
def test_mail_refused(typed):
    """Also what no mail can reach, so that it is said at the field and not by the outbox."""
    assert refusal(read(MAIL, typed)) == "MAIL-002"
    assert not deliverable(ch.squeeze(typed)) or ".." in typed or ".@" in typed or typed.startswith(".")


@pytest.mark.parametrize(
    "typed", ["kenko@city.local.jp", "test@lan.example", "a-@home.jp", "kenko@internal.city.umiyama-test.lg.jp", "a@b.xn--zckzah"]
)
def test_mail_that_only_looks_like_it(typed):
    """The words elsewhere in an address are no fault, and what the form takes the outbox takes."""
    assert read(MAIL, typed).understood
    assert deliverable(typed)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("kenko(at)city.example.lg.jp", ("kenko@city.example.lg.jp",)),
        ("kenko★city.example.lg.jp", ("kenko@city.example.lg.jp",)),
        ("kenko@city,example,lg,jp", ("kenko@city.example.lg.jp",)),
        ("kenko@city。example。lg。jp", ("kenko@city.example.lg.jp",)),
        ("kenko @ city.example.lg.jp", ("kenko@city.example.lg.jp",)),
        ("kenko＠＠city.example.lg.jp", ("kenko@city.example.lg.jp",)),
        ("a@b.example; c@d.example", ("a@b.example", "c@d.example")),
        ("予防係<a@b.example><c@d.example>", ("a@b.example", "c@d.example")),
        ("kenko..ka@city.example", ()),
        ("予防係の共用", ()),
    ],
)
def test_an_uncertain_mail_is_refused_with_its_readings(typed, offered):
    result = read(MAIL, typed)
    assert refusal(result) == "MAIL-002"
    assert (result.value, result.notes[0].choices) == (typed, offered)
    assert ("「@」がありません" in result.notes[0].message.what) == ("@" not in ch.squeeze(typed))
    for address in offered:
        assert read(MAIL, address).value == address


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
        "八八三―〇〇四六",
        "（883-0046）",
        "883 0046\r\n",
        8830046,
        8830046.0,
    ],
)
def test_zip_understood(typed):
    assert read(ZIP, typed).value == "8830046"


@pytest.mark.parametrize("typed", ["883-046", "883-00466", "100-00001", "88300", "日向市", "883", 600001, True, ["8830046"], "88-30046"])
def test_zip_refused(typed):
    assert refusal(read(ZIP, typed)) in ("ORG-008", "TYPE-001")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("600001", ("0600001",)), (600001, ("0600001",)), ("T883-0046", ("8830046",)), ("883.0046", ("8830046",)), ("883-046", ())],
)
def test_an_uncertain_postal_code_is_refused_with_its_reading(typed, offered):
    result = read(ZIP, typed)
    assert refusal(result) == "ORG-008"
    assert result.notes[0].choices == offered
    assert "今は7桁" not in result.notes[0].message.what


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("山田<a@b.example>", "a@b.example"),
        ("<a@b.example>", "a@b.example"),
        ("<a@b.example", "a@b.example"),
        ("a@b.example>", "a@b.example"),
        ("<<a@b.example>>", "a@b.example"),
        ("a@b.example<山田>", None),
        ("山<田<a@b.example>", None),
        ("c@b.example<a@b.example>", None),
    ],
)
def test_a_mail_address_in_angle_brackets(typed: str, address: str | None) -> None:
    result = read(MAIL, typed)
    assert (result.value if result.understood else None) == address


@pytest.mark.parametrize(("length", "offered"), [(253, 1), (254, 1), (255, 0)])
def test_a_text_as_long_as_an_address_may_be_one(length, offered):
    start = "a" * 10 + "(at)" + ".".join(["b" * 60] * 3) + "."
    assert len(read(MAIL, start + "c" * (length - len(start) - 3) + ".jp").notes[0].choices) == offered
