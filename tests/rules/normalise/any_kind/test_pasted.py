"""Two cells pasted into one: split where the text leaves one way, kept or refused as it stands else."""

import pytest

from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.normalise.any_kind.pasted import parts_of
from tests.rules.base_submission import ON, changed
from tests.rules.reading import read, refusal

LAST, FIRST, KANA = "contact.contact_last", "contact.contact_first", "contact.contact_last_kana"
ADDRESS, ZIP, CODE, NAME = "organization.org_address", "organization.org_zip", "organization.lg_code", "organization.org_name"
TEL, EXT, MAIL, CITY = "contact.contact_tel", "contact.contact_ext", "contact.contact_email", "postings.0.venue_city"


@pytest.mark.parametrize(
    ("path", "typed", "value", "also"),
    [
        (LAST, "川辺 花子", "川辺", {"contact_first": "花子"}),
        (LAST, "川辺\t花子", "川辺", {"contact_first": "花子"}),
        (LAST, "　川辺　花子 ", "川辺", {"contact_first": "花子"}),
        (FIRST, "川辺 花子", "花子", {"contact_last": "川辺"}),
        (LAST, "⼩林 花子", "小林", {"contact_first": "花子"}),
        (KANA, "カワベ ハナコ", "カワベ", {"contact_first_kana": "ハナコ"}),
        (KANA, "ｶﾜﾍﾞ ﾊﾅｺ", "カワベ", {"contact_first_kana": "ハナコ"}),
        (LAST, "川辺（かわべ）", "川辺", {"contact_last_kana": "カワベ"}),
        (
            LAST,
            "川辺 花子（カワベ ハナコ）",
            "川辺",
            {"contact_first": "花子", "contact_last_kana": "カワベ", "contact_first_kana": "ハナコ"},
        ),
        (NAME, "日向市（ひゅうがし）", "日向市", {"org_kana": "ヒュウガシ"}),
        (ADDRESS, "〒883-0046 宮崎県日向市中町9番9号", "宮崎県日向市中町9番9号", {"org_zip": "8830046"}),
        (ADDRESS, "〒８８３－００４６　日向市中町9－9", "日向市中町9−9", {"org_zip": "8830046"}),
        (ADDRESS, "883-0046\n日向市中町9番9号", "日向市中町9番9号", {"org_zip": "8830046"}),
        (ADDRESS, "8830046 日向市中町9番9号", "日向市中町9番9号", {"org_zip": "8830046"}),
        (ADDRESS, "日向市中町9番9号（〒883-0046）", "日向市中町9番9号", {"org_zip": "8830046"}),
        (ZIP, "883-0046 日向市中町9番9号", "8830046", {"org_address": "日向市中町9番9号"}),
        ("postings.0.venue_address", "郵便番号：883-0046 中町9番10号", "中町9番10号", {"venue_zip": "8830046"}),
        (TEL, "0982-00-0012\t205", "0982-00-0012", {"contact_ext": "205"}),
        (TEL, "0982-00-0012\t内線205", "0982-00-0012", {"contact_ext": "205"}),
        (EXT, "0982-00-0012 内線205", "205", {"contact_tel": "0982-00-0012"}),
        (
            MAIL,
            "kenko@city.example.lg.jp\tkenko@city.example.lg.jp",
            "kenko@city.example.lg.jp",
            {"contact_email2": "kenko@city.example.lg.jp"},
        ),
        (CODE, "452068 日向市", "452068", {"org_name": "日向市"}),
        (CODE, "日向市（４５２０６８）", "452068", {"org_name": "日向市"}),
        (NAME, "452068 日向市", "日向市", {"lg_code": "452068"}),
        (CITY, "日向市中町9番10号", "452068", {"venue_address": "中町9番10号"}),
        (CITY, "宮崎県日向市 中町九番", "452068", {"venue_address": "中町九番"}),
    ],
)
def test_split(path, typed, value, also):
    result = read(path, typed)
    assert result.understood
    assert (result.value, dict(result.also)) == (value, also)
    assert [(note.rule, note.level) for note in result.notes] == [("TXT-018", Level.FIX)]
    for part in (value, *also.values()):
        assert str(part) in result.notes[0].message.what
    again = read(path, result.value, {path.rpartition(".")[2]: value, **also})
    assert (again.value, again.notes, dict(again.also)) == (value, (), {})
    # The same when the other field says the same already.
    assert read(path, typed, dict(also)).also == also


@pytest.mark.parametrize(
    ("path", "typed", "record"),
    [
        (LAST, "川辺 花子", {"contact_first": "太郎"}),
        (LAST, "マリア ルイサ 山田", {}),
        (KANA, "デ ラ クルス", {}),
        (ADDRESS, "日向市中町1-2-3", {}),
        (ADDRESS, "1234567番地", {}),
        (ADDRESS, "〒883-0046 日向市中町9番9号", {"org_zip": "8830045"}),
        (NAME, "日向市（仮称）", {}),
    ],
)
def test_kept(path, typed, record):
    result = read(path, typed, record)
    assert dict(result.also) == {}
    assert "TXT-018" not in [note.rule for note in result.notes]
    assert result.understood


@pytest.mark.parametrize(
    ("path", "typed", "record"),
    [
        (ZIP, "883-0046 日向市中町9番9号", {"org_address": "延岡市"}),
        (ZIP, "883-0046.", {}),
        (ZIP, "883-0046 TEL", {}),
        (CODE, "452068 門川町", {}),
        (CODE, "452068 日向市", {"org_name": "門川町"}),
        (CODE, "452069 日向市", {}),
        (TEL, "0982-00-0012\t205", {"contact_ext": "206"}),
        (TEL, "0982-00-0012\t0982-00-0013", {}),
        (MAIL, "kenko@city.example.lg.jp fukushi@city.example.lg.jp", {}),
        (CITY, "日向市・門川町1", {}),
        (CITY, "日向市内", {}),
    ],
)
def test_refused(path, typed, record):
    result = read(path, typed, record)
    refusal(result)
    assert (result.value, dict(result.also)) == (typed, {})


def test_the_whole_form_has_both_parts():
    typed = {"contact.contact_last": "川辺 花子", "contact.contact_first": None, "organization.org_address": "〒883-0046 日向市中町9番9号"}
    result = evaluate(changed(ON, typed), on=ON)
    assert (result.normalized["contact"]["contact_last"], result.normalized["contact"]["contact_first"]) == ("川辺", "花子")
    assert result.normalized["organization"]["org_address"] == "日向市中町9番9号"
    assert {f.rule for f in result.findings} == {"TXT-018"}
    both = evaluate(changed(ON, {"contact.contact_last": "川辺 花子", "contact.contact_first": "川辺 花子"}), on=ON)
    assert (both.normalized["contact"]["contact_last"], both.normalized["contact"]["contact_first"]) == ("川辺", "花子")


@pytest.mark.parametrize(
    ("name", "typed", "parts"),
    [
        ("contact_last", "川辺" + " " * 396 + "花子", {"contact_last": "川辺", "contact_first": "花子"}),
        ("contact_last", "川辺" + " " * 397 + "花子", None),
        ("contact_last", "川辺", None),
        ("contact_last", "川辺 花 子", None),
        ("department", "総務課 人事係", None),
        ("org_zip", "883-0046 日", {"org_zip": "883-0046", "org_address": "日"}),
        ("org_address", "883-0046 あ", {"org_zip": "883-0046", "org_address": "あ"}),
        ("venue_zip", "883-0046 ﾅｶﾏﾁ", {"venue_zip": "883-0046", "venue_address": "ﾅｶﾏﾁ"}),
        ("org_zip", "883-0046 TEL", None),
        ("org_zip", "883-0046 ーー", None),
        ("org_zip", "日向市", None),
        ("contact_ext", "0982-0001内線1", {"contact_tel": "0982-0001", "contact_ext": "1"}),
        ("contact_ext", "0982-001内線1", None),
        ("contact_ext", "0982-00-0012 内線123456", {"contact_tel": "0982-00-0012", "contact_ext": "123456"}),
        ("contact_ext", "0982-00-0012 内線1234567", None),
        ("contact_email", "a@b.example a@b.example", {"contact_email": "a@b.example", "contact_email2": "a@b.example"}),
        ("contact_email", "a@b.example a@b.example a@b.example", None),
        ("contact_email", "a@b.example", None),
        ("venue_city", "日向市1", {"venue_city": "日向市", "venue_address": "1"}),
        ("venue_city", "宮崎県日向市1", {"venue_city": "宮崎県日向市", "venue_address": "1"}),
        ("venue_city", "日向市中町", None),
        ("venue_city", "津市1", None),
    ],
)
def test_limits_of_what_is_split(name, typed, parts):
    assert parts_of(name, typed, Context(ON, "45")) == parts


def test_a_name_of_two_letters_is_a_place():
    assert parts_of("venue_city", "津市1", Context(ON, "24")) == {"venue_city": "津市", "venue_address": "1"}
