"""Forms made from the catalogue: what they show, and that nothing typed is lost between showing and reading."""

import time
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask, render_template_string
from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import SECTIONS, posting_field
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.web import form_reader, forms
from tests.rules.base_submission import base_submission

ON = date(2021, 5, 7)
PAGE = """{% from "macros/field.html" import section %}
{% for part in (form.organization, form.contact, form.confirmation) %}{{ section(part.form, on) }}{% endfor %}
{% for posting in form.postings.entries %}{{ section(posting.form, on) }}{% endfor %}"""
ONE = """{% from "macros/field.html" import section %}{{ section(form, on) }}"""


def _page(app: Flask, form: Any, template: str = PAGE) -> BeautifulSoup:
    with app.test_request_context("/entry/"):
        return BeautifulSoup(render_template_string(template, form=form, on=ON), "html.parser")


def _sent(page: BeautifulSoup) -> MultiDict[str, str]:
    """What a browser sends for the page, unless a button with a name was pressed."""
    pairs: list[tuple[str, str]] = []
    for control in page.find_all(["input", "select", "textarea"]):
        if control.name == "select":
            chosen = control.find("option", selected=True)
            pairs.append((str(control["name"]), str(chosen["value"]) if isinstance(chosen, Tag) else ""))
        elif control.name == "textarea":
            pairs.append((str(control["name"]), control.get_text().removeprefix("\n")))
        elif control.get("type") not in ("checkbox", "radio") or control.has_attr("checked"):
            pairs.append((str(control["name"]), str(control.get("value", ""))))
    return MultiDict(pairs)


def _same(shown: Any, read: Any) -> bool:
    """Equal but for blank values, which a form cannot tell apart, and for numbers, which it sends as text."""
    blank = (None, "", False, [])
    if isinstance(shown, dict):
        return all(_same(shown.get(key), read.get(key)) for key in shown | read)
    if isinstance(shown, list) and shown and isinstance(shown[0], dict):
        return len(shown) == len(read) and all(_same(a, b) for a, b in zip(shown, read, strict=True))
    return shown == read or (shown in blank and read in blank) or str(shown) == str(read)


def test_a_form_sent_as_it_is_shown_gives_the_same_document(small_app: Flask) -> None:
    document = base_submission(ON)
    document["organization"]["pref"] = "宮崎県"
    read = form_reader.read(_sent(_page(small_app, forms.fill(document))))
    assert _same(document, read.document)
    assert not read.doubled


def test_every_field_has_its_place_in_the_form(small_app: Flask) -> None:
    page = _page(small_app, forms.fill({}))
    names = {str(control["name"]) for control in page.find_all(["input", "select", "textarea"])}
    for section, specs in SECTIONS.items():
        for spec in specs:
            name = f"postings-0-{spec.name}" if section == "postings" else f"{section}-{spec.name}"
            wanted = {f"{name}-0-{column.name}" for column in spec.columns} or {name}
            assert wanted <= names, name


def test_labels_descriptions_and_ids_belong_together(small_app: Flask) -> None:
    form = forms.fill(base_submission(ON))
    findings = [
        Finding("ORG-001", Level.ERROR, "organization.lg_code", "検査数字が合いません。", example="452068"),
        Finding("HOURS-002", Level.ERROR, "postings.0.shifts.0.break", "45分以上の休憩が必要です。"),
        Finding("HOURS-008", Level.WARNING, "postings.0.weekly_hours", "計算と合いません。"),
        Finding("TXT-001", Level.FIX, "postings.0.pay_lines.0.min", "補正しました。", typed="１，４７２円", value=1472),
        Finding("ROWS-001", Level.ERROR, "postings.0.shifts", "6件までです。"),
    ]
    assert forms.attach(form, findings) == []
    forms.mark_returned(form, {"postings.0.title": "場所を入れてください。"})
    page = _page(small_app, form)
    ids = [str(element["id"]) for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for label in page.find_all("label"):
        assert label.get("for") in ids or label.find("input"), label
    for element in page.find_all(attrs={"aria-describedby": True}):
        for target in str(element["aria-describedby"]).split():
            assert target in ids, target
    code = page.find(id="organization-lg_code")
    assert isinstance(code, Tag)
    assert code["aria-invalid"] == "true"
    assert "organization-lg_code-e0" in str(code["aria-describedby"])
    assert "452068" in page.find(id="organization-lg_code-e0").get_text()
    assert "場所を入れてください。" in page.find(id="postings-0-title-r").get_text()
    assert page.find("del").get_text() == "１，４７２円"
    assert page.find("ins").get_text() == "1,472円"
    assert forms.summary_items(form, findings) == [
        ("organization-lg_code", "全国地方公共団体コード", "検査数字が合いません。"),
        ("postings-0-shifts-0-break", "募集1 勤務時間帯 1 休憩", "45分以上の休憩が必要です。"),
        ("postings-0-shifts", "募集1 勤務時間帯", "6件までです。"),
    ]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '" onfocus="x', "{{ 7*7 }}", "</textarea><b>", "\n改行で始まる", "𠮷髙﨑①㈱"]
)
def test_typed_text_is_never_markup_and_comes_back_as_it_was(small_app: Flask, text: str) -> None:
    document = {"organization": {"org_name": text.strip()}, "postings": [{"duty_detail": text, "job_type": text.strip()}]}
    page = _page(small_app, forms.fill(document))
    assert not page.find_all(["script", "b"])
    read = form_reader.read(_sent(page)).document
    assert read["organization"]["org_name"] == text.strip()
    assert read["postings"][0]["duty_detail"] == text
    assert read["postings"][0]["job_type"] == text.strip()


@pytest.mark.parametrize(
    ("name", "typed", "slug"),
    [("job_type", "看護師", "nurse"), ("pay_type", "時給", "hour"), ("parking", "free", "free"), ("training", "たぶん", None)],
)
def test_a_choice_typed_in_words_is_found_and_an_unknown_one_is_kept(name: str, typed: str, slug: str | None) -> None:
    form = forms.fill_posting({name: typed})
    chosen = [(value, label) for value, label, on in form[name].options if on]
    assert chosen == ([(slug, posting_field(name).label_of(slug))] if slug else [(typed, f"「{typed}」（選び直してください）")])


def test_days_typed_as_words_are_ticked_by_what_the_rules_understood() -> None:
    typed = {"postings": [{"shifts": [{"days": "月～水"}], "licenses": "看護師"}]}
    understood = {"postings": [{"shifts": [{"days": ["mon", "tue", "wed"]}], "licenses": ["nurse"]}]}
    form = forms.fill(typed, understood)
    posting = form.postings[0].form
    assert [v for v, _, on in posting.shifts[0].form.days.options if on] == ["mon", "tue", "wed"]
    assert [v for v, _, on in posting.licenses.options if on] == ["nurse"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"organization": None, "contact": 3, "postings": "x", "confirmation": []},
        {"postings": [None, 3, "x", []]},
        {"postings": [{"shifts": "月～金 9時", "pay_lines": {"min": 1}, "licenses": {"a": 1}, "title": ["x"], "headcount": 15.0}]},
        {"postings": [{"shifts": [1, None, {"days": 5, "break": {"x": 1}}]}]},
        {"organization": {"lg_code": 452068, "data": "x", "errors": [], "prefix": "y"}},
    ],
)
def test_any_document_can_be_shown(small_app: Flask, document: dict[str, Any]) -> None:
    page = _page(small_app, forms.fill(document))
    assert page.find("input", attrs={"name": "postings-0-title"})


def test_a_new_form_offers_one_posting_one_shift_and_the_defaults() -> None:
    form = forms.fill({})
    assert len(form.postings.entries) == 1
    posting = form.postings[0].form
    assert (len(posting.shifts.entries), len(posting.pay_lines.entries)) == (1, 1)
    assert posting.share_nc.ticked
    assert not posting.share_private.ticked


def test_21_postings_and_7_shifts_are_shown_whole() -> None:
    form = forms.fill({"postings": [{"title": str(i), "shifts": [{"name": str(j)} for j in range(7)]} for i in range(21)]})
    assert form.postings[20].form.title.data == "20"
    assert form.postings[20].form.shifts[6].form["name"].data == "6"


def test_one_posting_has_names_without_a_prefix(small_app: Flask) -> None:
    form = forms.fill_posting(base_submission(ON)["postings"][0])
    stray = forms.attach(
        form,
        [Finding("A", Level.ERROR, "postings.0.shifts.0.start", "x"), Finding("B", Level.ERROR, "organization.org_name", "y")],
        prefix="postings.0.",
    )
    assert [found.rule for found in stray] == ["B"]
    page = _page(small_app, form, ONE)
    assert page.find("input", attrs={"name": "shifts-0-start"})
    assert page.find("button", attrs={"name": "add", "value": "shifts"})
    read = form_reader.read_posting(_sent(page)).document
    assert _same(base_submission(ON)["postings"][0], read)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("postings.0.shifts.0.break", "postings-0-shifts-0-break"),
        ("postings.0.shifts.9.break", "postings-0-shifts"),
        ("postings.0.shifts.0", "postings-0-shifts"),
        ("postings.9.title", None),
        ("postings", None),
        ("organization.lg_code", "organization-lg_code"),
        ("organization.lg_code.deeper", "organization-lg_code"),
        ("organization", None),
        ("", None),
        ("postings.-1.title", None),
        ("postings.１.title", None),
    ],
)
def test_places_of_findings(path: str, name: str | None) -> None:
    place = forms.place_of(forms.fill({"postings": [{}]}), path)
    assert (place.name if place is not None else None) == name


@pytest.mark.parametrize(
    ("section", "name", "on", "need"),
    [
        ("organization", "org_name", ON, "must"),
        ("organization", "org_url", ON, "free"),
        ("postings", "employer", ON, "maybe"),
        ("postings", "renewal_cap", ON, "free"),
        ("postings", "renewal_cap", date(2024, 4, 1), "maybe"),
        ("postings", "duty_change", ON, "free"),
        ("postings", "duty_change", date(2024, 4, 1), "must"),
    ],
)
def test_what_must_be_filled_depends_on_the_day(section: str, name: str, on: date, need: str) -> None:
    spec = next(spec for spec in SECTIONS[section] if spec.name == name)
    assert forms.need_of(spec, on) == need


def test_the_condition_is_said_in_words() -> None:
    assert "「任用・契約の形」が「委託先による雇用」の場合は必須です。" in forms.help_of(posting_field("employer"), ON)


def test_two_readings_are_offered_as_buttons(small_app: Flask) -> None:
    form = forms.fill({"postings": [{"term_end": "6/7"}]})
    found = Finding("DT-002", Level.ERROR, "postings.0.term_end", "2通りに読めます。", typed="6/7", choices=("2021-06-07", "2021-07-06"))
    forms.attach(form, [found])
    buttons = _page(small_app, form).find_all("button", attrs={"name": "choose"})
    assert [button["value"] for button in buttons] == ["postings-0-term_end=2021-06-07", "postings-0-term_end=2021-07-06"]
    assert buttons[0].get_text() == "令和3年6月7日（2021-06-07・月）にする"


def test_a_change_that_went_to_another_field_is_told_in_words(small_app: Flask) -> None:
    form = forms.fill({"postings": [{"venue_name": "会場 中町9", "access": "徒歩5分"}]})
    parted = Finding("TXT-018", Level.FIX, "postings.0.venue_name", "2つに分けました。", typed="会場 中町9", value="会場")
    plain = Finding("TXT-001", Level.FIX, "postings.0.access", "直しました。", typed="徒歩5分", value="徒歩５分")
    forms.attach(form, [parted, plain])
    lines = [line.get_text() for line in _page(small_app, form).select(".finding--line")]
    assert [("2つに分けました。" in line, "徒歩5分" in line) for line in lines] == [(True, False), (False, True)]


def test_what_several_rules_read_together_is_told_once(small_app: Flask) -> None:
    form = forms.fill({"organization": {"org_tel": "電 0982-00-0012（代表）"}, "postings": [{}]})
    values = {"typed": "電 0982-00-0012（代表）", "value": "0982-00-0012"}
    findings = [Finding(rule, Level.FIX, "organization.org_tel", "読み取りました。", **values) for rule in ("TEL-001", "TEL-003")]
    forms.attach(form, findings)
    assert len(_page(small_app, form).select(".finding--line")) == 1


def test_no_native_control_that_loses_what_was_typed(small_app: Flask) -> None:
    page = _page(small_app, forms.fill(base_submission(ON)))
    assert {control.get("type") for control in page.find_all("input")} <= {"text", "checkbox", "radio"}
    assert not page.find_all(attrs={"maxlength": True})
    assert not page.find_all(attrs={"pattern": True})


def test_filled_sections_are_told() -> None:
    form = forms.fill(base_submission(ON))
    assert forms.is_filled(form.contact.form)
    assert not forms.is_filled(forms.fill({}).contact.form)


def test_twenty_postings_are_drawn_quickly(small_app: Flask) -> None:
    """About 0.15 s here; the limit only catches a slip in order of magnitude."""
    document = base_submission(ON)
    document["postings"] = [deepcopy(document["postings"][0]) for _ in range(20)]
    _page(small_app, forms.fill({}))
    start = time.process_time()
    with small_app.test_request_context("/entry/"):
        render_template_string(PAGE, form=forms.fill(document), on=ON)
    assert time.process_time() - start < 1.5
