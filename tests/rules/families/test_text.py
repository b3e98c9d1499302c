"""Rules on texts and on dates inside texts."""

from datetime import date

import pytest

from keynet_admin.rules import Level, evaluate
from keynet_admin.rules.families.text import is_dummy
from tests.rules.base_submission import changed

ON = date(2021, 5, 7)
P = "postings.0."


def spoken(code, values, on=ON):
    """Paths at which a rule speaks."""
    return [f.path for f in evaluate(changed(on, values), on=on).findings if f.rule == code]


@pytest.mark.parametrize(
    "text",
    [
        "test",
        "テスト",
        "ﾃｽﾄ",
        "あああ",
        "未定",
        "同上",
        "別紙のとおり",
        "別紙参照",
        "要相談",
        "応相談",
        "・",
        "-",
        "ー",
        "…",
        "aaaa",
        "（未定）",
        "未定。",
        "？",
    ],
)
def test_dummy_words(text):
    assert is_dummy(text)


@pytest.mark.parametrize(
    "text",
    [
        "シフトによる",
        "なし",
        "変更なし",
        "上限なし",
        "一",
        "ハナ",
        "月・火・祝日",
        "翌月21日払い",
        "週2日程度",
        "テスト会場の看護師",
        "面接で相談",
        "各々",
    ],
)
def test_no_dummy_words(text):
    assert not is_dummy(text)


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("TXT-010", "holidays", "未定"),
        ("TXT-010", "duty_detail", "別紙のとおり"),
        ("TXT-010", "training_note", "別途"),
        ("TXT-012", "duty_detail", "看護業務をお願いします。"),
        ("TXT-013", "access", "<script>alert(1)</script>"),
        ("TXT-013", "access", "＜ｂ＞駅前＜/ｂ＞"),
        ("TXT-013", "access", "javascript:alert(1)"),
        ("TXT-013", "access", "https://tinyurl.com/abc"),
        ("TXT-013", "access", "詳細はtinyurl.com/abcへ"),
        ("TXT-013", "access", "ｂｉｔ．ｌｙ／ａｂｃ"),
        ("TXT-014", "access", "https://shop.umiyama.example/"),
        ("TXT-014", "access", "www.shop-umiyama.com"),
        ("TXT-014", "access", "shop-umiyama.co.jp/map"),
        ("TXT-014", "title", "看護師 https://a.lg.jp"),
        ("TXT-015", "access", "○○市役所前"),
        ("TXT-015", "access", "××駅から"),
        ("TXT-015", "holidays", "シフトによる(案)"),
        ("TXT-015", "holidays", "【要確認】シフト"),
        ("TXT-015", "holidays", "シフト（仮）"),
        ("DT-004", "training_note", "5月21日(木)に2時間"),
        ("DT-004", "training_note", "5/21（木）に2時間"),
        ("DT-004", "training_note", "令和3年6月1日（月）"),
        ("DT-004", "training_note", "２０２１年６月１日（月）"),
    ],
)
def test_speaks(code, name, text):
    assert spoken(code, {P + name: text}) == [P + name]


@pytest.mark.parametrize(
    ("code", "name", "text"),
    [
        ("TXT-010", "internal_no", "-"),
        ("TXT-010", "venue_address", "未定"),
        ("TXT-012", "duty_detail", "予診票の確認、接種（注射）と、その後の経過観察を、6人の職員で分担して行います。"),
        ("TXT-013", "access", "体温が37.5度未満の方（<37.5）"),
        ("TXT-013", "access", "<A会場>は駅前です"),
        ("TXT-013", "access", "受付時間:9:00"),
        ("TXT-014", "access", "https://www.city.hyuga-test.lg.jp/map"),
        ("TXT-014", "access", "https://www.hyugacity.jp/map"),
        ("TXT-014", "access", "徒歩5分/車3分"),
        ("TXT-015", "access", "二〇〇台の駐車場"),
        ("TXT-015", "access", "○駅から5分"),
        ("TXT-015", "holidays", "シフトによる(案内は後日)"),
        ("TXT-015", "venue_name", "（仮称）海山市保健センター"),
        ("DT-004", "training_note", "5月21日(金)に2時間"),
        ("DT-004", "training_note", "5月3日(月・祝)の前日"),
        ("DT-004", "training_note", "1月10日(月)に2時間"),
        ("DT-004", "training_note", "月2回(木)"),
    ],
)
def test_is_silent(code, name, text):
    assert spoken(code, {P + name: text}) == []


@pytest.mark.parametrize(
    ("name", "value", "speaks"),
    [
        ("term_start", "2012-06-01", True),
        ("term_start", "2021-05-06", True),
        ("term_end", "2023-03-31", False),
        ("term_end", "2023-04-01", True),
        ("term_end", "2022-03-31", False),
        ("deadline", "2021-05-07", False),
        ("publish_until", "2021-05-06", True),
    ],
)
def test_dates_near_the_reference_date(name, value, speaks):
    assert bool(spoken("DT-008", {P + name: value})) is speaks


def test_in_the_editor_the_past_is_ordinary():
    document = changed(ON, {f"{P}term_start": "2021-05-01"})
    result = evaluate(document, on=ON, sections=frozenset({"postings"}))
    assert [f for f in result.findings if f.rule == "DT-008"] == []


def test_texts_of_the_head_and_of_rows_are_read_too():
    assert spoken("TXT-015", {"organization.department": "○○課"}) == ["organization.department"]
    assert spoken("TXT-015", {f"{P}pay_lines.0.label": "○○手当"}) == [f"{P}pay_lines.0.label"]
    assert spoken("TXT-013", {"organization.org_url": "https://tinyurl.com/abc"}) == ["organization.org_url"]


def test_the_domain_of_a_contact_is_the_bodys_own_when_it_is_an_official_one():
    for host, own in (("vaccine.umiyama.lg.jp", True), ("umiyama.example", False)):
        values = {"contact.contact_email": f"kenko@{host}", f"{P}access": f"https://{host}/map"}
        assert spoken("TXT-014", values) == ([] if own else [f"{P}access"])


def test_an_endless_text_is_refused_before_any_rule_looks_at_it():
    result = evaluate(changed(ON, {f"{P}duty_detail": "<b>" * 40000}), on=ON)
    assert {f.rule for f in result.findings if f.path == f"{P}duty_detail"} == {"TXT-011"}


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("postings.0.venue_address", "3月5日"),
        ("postings.0.venue_address", "３月５日"),
        ("postings.0.venue_address", "2001-02-03"),
        ("postings.0.venue_address", "2001/2/3 0:00"),
        ("postings.0.venue_address", "5-Mar"),
        ("postings.0.venue_address", "Mar-05"),
        ("postings.0.venue_address", "2003年4月"),
        ("postings.0.venue_name", "4月1日"),
        ("organization.org_address", "2026年3月5日"),
        ("organization.org_building", "3月5日"),
        ("organization.department", "令和3年4月1日"),
        ("contact.contact_hours", "9月12日"),
        ("postings.0.internal_no", "5月12日"),
        ("postings.0.workdays_note", "2月3日"),
        ("postings.0.workdays_note", "2026-02-03"),
    ],
)
def test_nothing_but_a_date(path, typed):
    findings = evaluate(changed(ON, {path: typed}), on=ON).findings
    assert [(f.level, f.path) for f in findings if f.rule == "TXT-019"] == [(Level.WARNING, path)]


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("postings.0.venue_address", "3-5"),
        ("postings.0.venue_address", "1-2-3"),
        ("postings.0.venue_address", "中町3番5号"),
        ("postings.0.venue_address", "3丁目5番"),
        ("postings.0.venue_address", "三月町5日市場"),
        ("postings.0.venue_name", "5月5日広場"),
        ("postings.0.workdays_note", "6月5日"),
        ("postings.0.workdays_note", "6月5日と6月6日"),
        ("postings.0.workdays_note", "2021/6/5"),
        ("postings.0.pay_lines.0.label", "1月2日"),
        ("postings.0.shifts.0.name", "12月31日"),
        ("postings.0.holidays", "1月1日"),
        ("postings.0.pay_day", "3月21日"),
        ("postings.0.duty_change", "2021年4月"),
        ("contact.contact_hours", "9-12時"),
        ("postings.0.internal_no", "2021-05-12-3"),
    ],
)
def test_a_date_that_may_stand_there(path, typed):
    assert [f.path for f in evaluate(changed(ON, {path: typed}), on=ON).findings if f.rule == "TXT-019"] == []
