"""What templates are given: facts, findings, menus, the macros' markup."""

from datetime import UTC, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask, g, render_template_string

from keynet_admin.catalogue import POSTING, SECTIONS
from keynet_admin.catalogue.base import Visibility
from keynet_admin.config import Desk
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.vocabulary import PostingStatus, SubmissionStatus
from keynet_admin.web import filters as display
from tests.web.conftest import make_app

POSTING_VALUES: dict[str, Any] = {
    "title": "集団接種会場の看護師",
    "headcount": 15,
    "venue_name": "見本体育館",
    "venue_city": "452068",
    "duty_detail": "接種\n観察",
    "nonregular": False,
    "blank_ok": False,
    "shifts": [{"name": "平日", "days": ["mon"], "start": "09:00", "end": "17:30", "break": 45}],
    "pay_lines": [{"label": "平日", "min": 1472}, {"label": "休日", "min": 20000, "hours_per_unit": 4.5}],
    "internal_no": "庁内-1",
    "public_tel": "0982-00-0013",
    "operator_note": "連絡です",
}


def _draw(app: Flask, template: str, path: str = "/admin/x", **values: Any) -> BeautifulSoup:
    with app.test_request_context(path):
        return BeautifulSoup(render_template_string(template, **values), "html.parser")


def _facts(app: Flask, call: str, **values: Any) -> BeautifulSoup:
    return _draw(app, '{% from "macros/facts.html" import facts %}' + call, fields=POSTING, values=POSTING_VALUES, **values)


def test_facts_are_what_was_filled_in_in_the_forms_order(small_app: Flask) -> None:
    page = _facts(small_app, "{{ facts(fields, values) }}")
    labels = [term.get_text() for term in page.select("dl.facts > div > dt")]
    wanted = ["募集の見出し", "募集人数", "非常勤・臨時である旨", "庁内の整理番号", "仕事の内容", "勤務場所の名称", "勤務場所の市区町村"]
    assert labels[: len(wanted)] == wanted
    assert "ブランク可" not in labels  # an optional box that was not ticked says nothing
    text = page.get_text()
    assert "15名" in text
    assert "宮崎県日向市" in text
    assert [cell.get_text() for cell in page.select("table")[0].select("tbody tr")[0].find_all(["th", "td"])] == [
        "平日",
        "月",
        "9:00",
        "17:30",
        "45分",
    ]
    assert "4.5時間" in page.select("table")[1].get_text()


def test_visitors_never_see_what_is_not_for_them(small_app: Flask) -> None:
    public = _facts(small_app, "{{ facts(fields, values, public=true) }}").get_text()
    masked = _facts(small_app, "{{ facts(fields, values, public=true, masked=true) }}").get_text()
    assert "見本体育館" in public
    for text in (public, masked):
        assert "庁内-1" not in text
        assert "連絡です" not in text
    assert "見本体育館" not in masked
    with small_app.app_context():
        every = dict.fromkeys((field.name for field in POSTING), "x")
        shown = {field.visibility for field, _ in display.facts_rows(POSTING, every, public=True, masked=True)}
    assert shown == {Visibility.PUBLIC}


def test_every_field_can_be_asked_for(small_app: Flask) -> None:
    page = _facts(small_app, "{{ facts(fields, {}, every=true) }}")
    assert len(page.select("dl.facts > div")) == len(POSTING)
    assert "（空欄）" in page.get_text()


def test_findings_and_differences_stand_at_their_field(small_app: Flask) -> None:
    findings = [
        Finding(
            "HOURS-002", Level.ERROR, "postings.0.shifts.0.break", "45分以上の休憩が必要です。", basis="労働基準法第34条", example="45"
        ),
        Finding("REQ-001", Level.ERROR, "postings.0.term_end", "入力してください。"),
        Finding("TXT-001", Level.FIX, "postings.0.headcount", "補正", typed="１５名", value=15),
        Finding("OTHER", Level.ERROR, "postings.1.title", "別の募集です。"),
    ]
    page = _facts(
        small_app,
        '{{ facts(fields, values, "postings.0.", findings, before={"title": "前の見出し", "headcount": 15}, dense=true, anchors=true) }}',
        findings=findings,
    )
    by_label = {item.dt.get_text(): item for item in page.select("dl.facts > div") if item.dt}
    assert by_label["勤務時間帯"].select_one("#f-HOURS-002-postings-0-shifts-0-break")
    assert "根拠 労働基準法第34条" in by_label["勤務時間帯"].get_text()
    assert "入力してください。" in by_label["任用（従事）終了日"].get_text()
    assert by_label["募集人数"].select_one("del").get_text() == "１５名"
    assert by_label["募集人数"].select_one("ins").get_text() == "15名"
    assert by_label["募集の見出し"].select_one(".diff__old").get_text() == "前の見出し"
    assert not by_label["募集人数"].select_one(".diff")
    assert "別の募集です。" not in page.get_text()


@pytest.mark.parametrize("value", ["<b>x</b>", 'javascript:alert("x")', "https://keynet.example/<script>"])
def test_facts_never_make_markup_or_active_links_of_what_was_typed(small_app: Flask, value: str) -> None:
    call = '{% from "macros/facts.html" import facts %}{{ facts(fields, values) }}'
    page = _draw(small_app, call, fields=SECTIONS["organization"], values={"org_name": value, "org_url": value})
    assert not page.find_all(["b", "script"])
    assert all(str(link["href"]).startswith("https://") for link in page.find_all("a"))


@pytest.mark.parametrize("shifts", ["月～金", 3, [1, "x", None], {"a": 1}, [{}], [{"days": "平日", "break": [1]}]])
def test_facts_survive_any_value(small_app: Flask, shifts: Any) -> None:
    values = {"shifts": shifts, "pay_lines": shifts, "headcount": [1], "licenses": {"x": 1}, "duty_detail": 7, "org_url": 3}
    call = '{% from "macros/facts.html" import facts %}{{ facts(fields, values) }}'
    assert _draw(small_app, call, fields=POSTING, values=values).find("dl")


def test_a_state_is_a_colour_an_icon_and_a_word(small_app: Flask) -> None:
    call = '{% from "macros/ui.html" import badge %}{% for state in states %}{{ badge(state) }}{% endfor %}'
    page = _draw(small_app, call, states=[*SubmissionStatus, *PostingStatus])
    for state, drawn in zip([*SubmissionStatus, *PostingStatus], page.select(".badge"), strict=True):
        assert state.tone in drawn["class"]
        assert drawn.get_text() == state.label
        assert str(drawn.use["href"]).endswith(f"#i-{state.icon}")


def test_marks_count_by_level(small_app: Flask) -> None:
    call = '{% from "macros/findings.html" import marks %}{{ marks(findings) }}|{{ marks(()) }}|{{ marks(errors=3) }}'
    findings = [Finding("A", level, "x", "") for level in (Level.ERROR, Level.WARNING, Level.WARNING, Level.FIX)]
    assert _draw(small_app, call, findings=findings).get_text() == "要修正1要確認2|指摘なし|要修正3"


@pytest.mark.parametrize(("percent", "width"), [(-5, "0"), (40.6, "40"), (900, "100")])
def test_the_bar_stays_in_its_frame(small_app: Flask, percent: float, width: str) -> None:
    page = _draw(small_app, '{% from "macros/ui.html" import left %}{{ left("残り 1時間", p, tone="is-ask") }}', p=percent)
    assert page.rect is not None
    assert page.rect["width"] == width
    assert "残り 1時間" in page.get_text()


def test_history_in_sentences(small_app: Flask) -> None:
    entries = [{"at": datetime(2021, 5, 7, 2, tzinfo=UTC), "text": "佐藤さんが<確認>を始めました。", "icon": "eye", "note": "一\n二"}]
    page = _draw(small_app, '{% from "macros/timeline.html" import timeline %}{{ timeline(entries) }}{{ timeline([]) }}', entries=entries)
    assert page.time is not None
    assert page.time.get_text() == "5/7(金) 11:00"
    assert "佐藤さんが<確認>を始めました。" in page.get_text()
    assert "まだ記録はありません。" in page.get_text()


def test_menus_show_what_is_built_and_where_one_is(small_app: Flask) -> None:
    small_app.add_url_rule("/flow", "flow", lambda: "")
    small_app.add_url_rule("/entry/", "entry", lambda: "")
    page = _draw(small_app, '{% extends "layout/visitor.html" %}{% block title %}x{% endblock %}', path="/entry/abc")
    links = {link.get_text(): link for link in page.select("header nav .nav a")}
    assert list(links) == ["ご利用の流れ", "自治体の方へ"]
    assert links["自治体の方へ"].get("aria-current") == "page"
    assert not links["ご利用の流れ"].get("aria-current")


def test_counts_stand_beside_menu_entries(small_app: Flask) -> None:
    small_app.add_url_rule("/office/posting/", "posting", lambda: "")
    with small_app.test_request_context("/office/posting/5/"):
        g.nav_counts = {"posting": 3}
        page = BeautifulSoup(render_template_string('{% extends "layout/office.html" %}{% block title %}x{% endblock %}'), "html.parser")
    link = page.select_one("header nav a[aria-current]")
    assert link is not None
    assert link.get_text() == "募集情報 3件"


@pytest.mark.parametrize("layout", ["visitor", "operator", "office", "narrow"])
def test_every_layout_has_language_landmarks_contact_and_demo_banner(small_app: Flask, layout: str) -> None:
    demo_app = make_app(demo=True)
    path = {"operator": "/admin/x", "office": "/office/x"}.get(layout, "/x")
    page = _draw(demo_app, f'{{% extends "layout/{layout}.html" %}}{{% block title %}}試し{{% endblock %}}', path=path)
    assert page.html is not None
    assert page.html["lang"] == "ja"
    assert page.title is not None
    assert page.title.get_text() == "試し | 医療のお仕事 Key-Net"
    assert len(page.find_all("main")) == 1
    assert page.find("a", attrs={"class": "skip", "href": "#main"})
    assert "デモデータ" in page.find("aside").get_text()
    footer = page.find("footer").get_text()
    assert Desk.tel in footer
    assert Desk.hours in footer
    assert not page.find_all(style=True)
    assert all(script.get("src") for script in page.find_all("script"))
    assert "デモデータ" not in _draw(small_app, f'{{% extends "layout/{layout}.html" %}}', path=path).get_text()
