"""Rules on the body and its contacts."""

from datetime import date

import pytest

from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.families.organization import name_without_place
from tests.rules.base_submission import changed

ON = date(2021, 5, 7)
O, C = "organization.", "contact."  # noqa: E741


def spoken(code, values, on=ON):
    """Levels and paths at which a rule speaks on the valid submission with typed values."""
    return [(f.level.value, f.path) for f in evaluate(changed(on, values), on=on).findings if f.rule == code]


@pytest.mark.parametrize(
    ("code", "values", "level"),
    [
        ("ORG-003", {f"{O}lg_code": "457990"}, "error"),
        ("ORG-003", {f"{O}lg_code": "139998"}, "warning"),
        ("ORG-003", {f"{O}lg_code": "990001"}, "error"),
        ("ORG-003", {f"{O}lg_code": "458015"}, "warning"),
        ("ORG-004", {f"{O}lg_code": "141011"}, "warning"),
        ("ORG-004", {f"{O}lg_code": "141097"}, "warning"),
        ("ORG-005", {f"{O}org_type": "town"}, "error"),
        ("ORG-005", {f"{O}org_type": "村"}, "error"),
        ("ORG-005", {f"{O}org_type": "special_ward", f"{O}lg_code": "141003"}, "error"),
        ("ORG-005", {f"{O}org_type": "union"}, "error"),
        ("ORG-005", {f"{O}org_type": "village", f"{O}lg_code": "303836"}, "error"),
        ("ORG-006", {f"{O}org_name": "日向市役所"}, "warning"),
        ("ORG-006", {f"{O}org_name": "延岡市"}, "warning"),
        ("ORG-006", {f"{O}org_name": "宮崎県日向市"}, "fix"),
        ("ORG-006", {f"{O}org_name": "日高郡由良町", f"{O}lg_code": "303836"}, "fix"),
        ("ORG-006", {f"{O}org_name": "和歌山県 日高郡 由良町", f"{O}lg_code": "303836"}, "fix"),
        ("ORG-006", {f"{O}org_name": "日高郡由良町役場", f"{O}lg_code": "303836"}, "warning"),
        ("ORG-007", {f"{O}org_address": "熊本県熊本市中央区9番9号"}, "error"),
        ("ORG-007", {f"{O}pref": "熊本県"}, "error"),
        ("ORG-007", {"postings.0.venue_address": "熊本県熊本市中央区9番9号"}, "warning"),
        ("ORG-009", {f"{O}org_zip": "0600001"}, "warning"),
        ("ORG-009", {f"{O}org_zip": "0000000"}, "warning"),
        ("TEL-004", {f"{C}contact_tel": "090-0000-0043"}, "warning"),
        ("TEL-004", {f"{C}contact_tel": "0120-000-043"}, "warning"),
        ("TEL-004", {f"{C}contact_tel": "0800-000-0043"}, "warning"),
        ("TEL-005", {f"{O}org_tel": "011-000-0001"}, "warning"),
        ("TEL-005", {f"{O}org_tel": "03-0000-0001"}, "warning"),
        ("TEL-005", {f"{O}org_tel": "0955-00-0001"}, "warning"),
        ("TEL-004", {f"{C}contact_tel": "060-0000-0043"}, "warning"),
        ("TEL-004", {f"{C}contact_tel": "０７０００００００４３"}, "warning"),
        ("TEL-005", {f"{O}org_tel": "0920-00-0001"}, "warning"),
        ("TEL-005", {f"{O}org_tel": "092-000-0001"}, "warning"),
        ("TEL-006", {"postings.0.public_tel": "070-0000-0013"}, "warning"),
        ("TEL-006", {"postings.0.public_tel": "060-0000-0013"}, "warning"),
        ("MAIL-003", {f"{C}contact_email2": "vaccin@city.hyuga-test.lg.jp"}, "error"),
        ("MAIL-004", {f"{C}account_email": "kenko@umiyama-test.example.com"}, "warning"),
        ("MAIL-005", {f"{C}account_email": "umiyama@gmail.com"}, "error"),
        ("MAIL-005", {f"{C}contact_email": "umiyama@docomo.ne.jp"}, "warning"),
        ("MAIL-006", {f"{C}contact_email": "kenko@pref.umiyama-test.lg.jp"}, "warning"),
        ("MAIL-006", {f"{C}contact_email": "kenko@town.umiyama.miyazaki.jp"}, "warning"),
        ("MAIL-009", {f"{C}sub_contact_email": "vaccine@city.hyuga-test.lg.jp"}, "warning"),
        ("MAIL-010", {f"{C}account_email": "a@city.osaka.lg.jp"}, "warning"),
        ("MAIL-010", {f"{C}account_email": "a@city.kainan-test.lg.jp"}, "warning"),
        ("MAIL-010", {f"{C}account_email": "a@service.lg.jp"}, "warning"),
        ("MAIL-010", {f"{C}account_email": "a@city.umiyama.miyazaki.jp"}, "warning"),
        (
            "MAIL-009",
            {f"{C}account_email": "kakari@city.hyuga-test.lg.jp", f"{C}sub_contact_email": "kakari@city.hyuga-test.lg.jp"},
            "warning",
        ),
    ],
)
def test_speaks(code, values, level):
    assert [found for found, _ in spoken(code, values)] == [level]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("ORG-003", {f"{O}lg_code": "131016"}),
        ("ORG-004", {f"{O}lg_code": "141003"}),
        ("ORG-004", {f"{O}lg_code": "131016"}),
        ("ORG-004", {f"{O}lg_code": "401307"}),
        ("ORG-005", {f"{O}org_type": "特別区", f"{O}lg_code": "131016"}),
        ("ORG-005", {f"{O}org_type": "都道府県", f"{O}lg_code": "450006"}),
        ("ORG-005", {f"{O}org_type": "市", f"{O}lg_code": "141003"}),
        ("ORG-005", {f"{O}org_type": "union", f"{O}lg_code": "458015"}),
        ("ORG-006", {f"{O}org_name": "龍ヶ崎市", f"{O}lg_code": "082082"}),
        ("ORG-006", {f"{O}org_name": "檮原町", f"{O}lg_code": "394050"}),
        ("ORG-006", {f"{O}org_name": "海山広域連合", f"{O}lg_code": "458015"}),
        ("ORG-007", {f"{O}org_address": "宮崎県日向市中町9番9号"}),
        ("ORG-007", {f"{O}org_address": "京都郡みやこ町9番9号", f"{O}lg_code": "406252"}),
        ("ORG-009", {f"{O}org_zip": "8830046"}),
        ("TEL-004", {f"{C}contact_tel": "050-0000-0043"}),
        ("TEL-005", {f"{O}org_tel": "0120-000-001"}),
        ("TEL-006", {"postings.0.public_tel": "0800-000-0013"}),
        ("TEL-006", {"postings.0.public_tel": "050-0000-0013"}),
        # The hyphens typed are evidence: 092 is Fukuoka, though 0920 is Nagasaki; and digits in wrong groups still are a number of the place.
        ("TEL-005", {f"{O}lg_code": "402311", f"{O}org_name": "那珂川市", f"{O}org_tel": "092-000-0001"}),
        ("TEL-005", {f"{O}lg_code": "422100", f"{O}org_name": "壱岐市", f"{O}org_tel": "0920-00-0001"}),
        ("TEL-005", {f"{O}lg_code": "422100", f"{O}org_name": "壱岐市", f"{O}org_tel": "092-000-0001"}),
        ("TEL-005", {f"{O}lg_code": "401307", f"{O}org_name": "福岡市", f"{O}org_tel": "092(000)0001"}),
        ("TEL-005", {f"{O}org_tel": "098-200-0001"}),
        ("MAIL-003", {f"{C}contact_email2": "Vaccine@City.hyuga-test.lg.jp"}),
        ("MAIL-004", {f"{C}account_email": "a@city.umiyama.miyazaki.jp"}),
        ("MAIL-004", {f"{C}account_email": "a@hyugacity.jp"}),
        ("MAIL-004", {f"{C}account_email": "a@service.lg.jp"}),
        ("MAIL-005", {f"{C}account_email": "a@notgmail.com"}),
        ("MAIL-006", {f"{C}contact_email": "a@service-test.lg.jp"}),
        ("MAIL-009", {f"{C}sub_contact_email": "b@city.hyuga-test.lg.jp"}),
        ("MAIL-010", {f"{C}account_email": "a@kenko.city.hyuga.lg.jp"}),
        ("MAIL-010", {f"{C}account_email": "a@gmail.com"}),
        ("MAIL-010", {f"{C}account_email": "a@city.osaka.lg.jp", f"{O}lg_code": "452069"}),
    ],
)
def test_is_silent(code, values):
    assert [found for found in spoken(code, values) if found[0] != "fix"] == []


def test_codes_of_hamamatsu_have_their_period():
    assert spoken("ORG-003", {f"{O}lg_code": "221317"}) == []
    assert spoken("ORG-003", {f"{O}lg_code": "221317"}, date(2023, 12, 31)) == []
    assert spoken("ORG-003", {f"{O}lg_code": "221317"}, date(2024, 1, 1)) == [("error", f"{O}lg_code")]
    assert spoken("ORG-003", {f"{O}lg_code": "221384"}, date(2023, 12, 31)) == [("error", f"{O}lg_code")]
    assert spoken("ORG-003", {f"{O}lg_code": "221384"}, date(2024, 1, 1)) == []


def test_a_city_in_the_county_keeps_its_name():
    result = evaluate(changed(ON, {f"{O}org_name": "宮崎県日向市"}), on=ON)
    finding = next(f for f in result.findings if f.rule == "ORG-006")
    assert (finding.level, finding.typed, finding.value) == (Level.FIX, "宮崎県日向市", "日向市")


def test_every_body_passes_its_own_rules():
    """Name, kind and code of each of the table agree; no prefecture, county or area rule cries wolf."""
    from keynet_admin.catalogue import reference as ref

    kinds = {"prefecture": "prefecture", "special_ward": "special_ward", "town": "town", "village": "village"}
    for body in ref.municipalities()[::17]:
        head = {"org_type": kinds.get(body.kind, "city"), "lg_code": body.code6, "org_name": body.county + body.name}
        result = evaluate({"organization": head}, on=date(2024, 5, 13), partial=True)
        loud = {f.rule for f in result.findings if f.level is not Level.FIX}
        assert loud == ({"ORG-004"} if body.is_ward else set()), body
        assert result.normalized["organization"]["org_name"] == body.name


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("ORG-003", {f"{O}lg_code": "221384"}, "2024年1月1日からのコード"),
        ("ORG-003", {f"{O}lg_code": "458015"}, "一部事務組合・広域連合のコードとして"),
        ("ORG-003", {f"{O}lg_code": "141992"}, "総務省の一覧にありません"),
        ("ORG-004", {f"{O}lg_code": "141011"}, "募集の主体が市の場合は横浜市（141003）の"),
        ("ORG-005", {f"{O}org_type": "town", f"{O}lg_code": "141992"}, "「市」のもの"),
        ("ORG-005", {f"{O}org_type": "town", f"{O}lg_code": "131997"}, "「特別区」のもの"),
        ("ORG-005", {f"{O}org_type": "city", f"{O}lg_code": "453994"}, "「町または村」のもの"),
        ("ORG-005", {f"{O}org_type": "city", f"{O}lg_code": "458996"}, "「一部事務組合・広域連合」のもの"),
        ("ORG-005", {f"{O}org_type": "town"}, "団体の区分「町」と団体コード452068（日向市）が合いません"),
        ("ORG-007", {f"{O}pref": "熊本県"}, "都道府県「熊本県」と団体コード452068（宮崎県）"),
        ("ORG-007", {f"{O}org_address": "熊本県熊本市中央区9番9号"}, "「熊本県」から始まっていますが、団体コード452068は宮崎県の"),
        ("ORG-009", {f"{O}org_zip": "0600001"}, "郵便番号060-0001は北海道の番号ですが、団体は宮崎県です"),
        ("ORG-009", {f"{O}org_zip": "0000000"}, "郵便番号000-0000は郵便番号データに"),
    ],
)
def test_what_is_said_of_a_body(code, values, words):
    assert [words in f.message for f in evaluate(changed(ON, values), on=ON).findings if f.rule == code] == [True]


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("ORG-004", {f"{O}lg_code": "141992"}),
        ("ORG-005", {f"{O}org_type": "city", f"{O}lg_code": "141992"}),
        ("ORG-005", {f"{O}org_type": "special_ward", f"{O}lg_code": "131997"}),
        ("ORG-005", {f"{O}org_type": "village", f"{O}lg_code": "453994"}),
        ("ORG-005", {f"{O}lg_code": None}),
        ("ORG-006", {f"{O}org_name": None}),
        ("ORG-007", {f"{O}pref": "宮崎県"}),
        ("ORG-007", {f"{O}lg_code": None, f"{O}org_address": "熊本県熊本市中央区9番9号"}),
        ("ORG-009", {f"{O}lg_code": None, f"{O}org_zip": "0600001"}),
        ("ORG-009", {f"{O}lg_code": "990001", f"{O}org_zip": "0600001"}),
    ],
)
def test_says_nothing_of_what_it_cannot_know(code, values):
    assert spoken(code, values) == []


def test_a_code_that_nobody_has_is_offered_by_the_name():
    found = [f for f in evaluate(changed(ON, {f"{O}lg_code": "457990"}), on=ON).findings if f.rule == "ORG-003"]
    assert found[0].choices == ("452068",)


@pytest.mark.parametrize(
    ("code", "name", "short"),
    [
        ("452068", "宮崎県日向市", "日向市"),
        ("452068", "日向市", "日向市"),
        ("450006", "宮崎県", "宮崎県"),
        ("450006", "宮崎県庁", "庁"),
        ("303836", "日高郡由良町", "由良町"),
        ("303836", "和歌山県　日高郡 由良町", "由良町"),
        ("452068", "日高郡日向市", "日高郡日向市"),
        ("990001", "宮崎県日向市", "宮崎県日向市"),
    ],
)
def test_a_name_without_its_place(code, name, short):
    assert name_without_place(name, code) == short


def test_the_second_posting_is_named():
    values = {"postings.1.internal_no": "2", "postings.1.venue_address": "熊本県熊本市中央区9番9号"}
    assert spoken("ORG-007", values) == [("warning", "postings.1.venue_address")]


@pytest.mark.parametrize(
    ("code", "values", "words"),
    [
        ("MAIL-005", {f"{C}account_email": "umiyama@gmail.com"}, "管理者アカウントは団体のものです"),
        ("MAIL-005", {f"{C}contact_email": "umiyama@docomo.ne.jp"}, "携帯電話会社のアドレスです。自治体の"),
        ("MAIL-006", {f"{C}contact_email": "kenko@pref.umiyama-test.lg.jp"}, "「pref.」は都道府県のアドレスの形ですが、団体の区分は「市」"),
        ("MAIL-006", {f"{C}contact_email": "kenko@town.umiyama.miyazaki.jp"}, "「town.」は町のアドレスの形"),
        ("MAIL-010", {f"{C}account_email": "a@city.osaka.lg.jp"}, "大阪市のドメイン"),
        ("MAIL-010", {f"{C}account_email": "a@service.lg.jp"}, "確認できません"),
        ("MAIL-003", {f"{C}contact_email2": None}, ""),
        ("MAIL-006", {f"{C}account_email": "kenko@pref.umiyama-test.lg.jp"}, ""),
        ("MAIL-006", {f"{O}org_type": None, f"{C}contact_email": "kenko@pref.umiyama-test.lg.jp"}, ""),
        ("MAIL-006", {f"{C}contact_email": "kenko@pref.umiyama-test.com"}, ""),
        ("MAIL-009", {f"{C}sub_contact_email": "Vaccine@city.hyuga-test.lg.jp"}, "主担当者と同じ"),
        ("MAIL-010", {f"{O}lg_code": None, f"{C}account_email": "a@city.osaka.lg.jp"}, ""),
        ("MAIL-010", {f"{O}lg_code": "458015", f"{C}account_email": "a@city.osaka.lg.jp"}, "大阪市のドメイン"),
    ],
)
def test_what_is_said_of_a_mail_address(code, values, words):
    found = [words in f.message for f in evaluate(changed(ON, values), on=ON).findings if f.rule == code and f.level is not Level.FIX]
    assert any(found) if words else not found
