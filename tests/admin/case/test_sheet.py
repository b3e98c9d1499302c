"""The lines of the case page: every filled field exactly once, whatever is said about it, and the ordinary in few words."""

from typing import Any

import pytest

from keynet_admin.admin.case.groups import GROUPS, HEAD, ORDINARY, SHORT
from keynet_admin.admin.case.sheet import LEFT_OUT, PartSheet, fold, sheet
from keynet_admin.catalogue import SECTIONS, Field, Kind
from keynet_admin.catalogue.difference import changes
from keynet_admin.rules.engine.rule import Finding, Level

PREFIX = {"organization": "organization.", "contact": "contact.", "postings": "postings.0.", "confirmation": "confirmation."}


def value_of(spec: Field) -> Any:
    """Something that stands in a field."""
    if spec.kind is Kind.ROWS:
        return [{column.name: value_of(column) for column in spec.columns}]
    if spec.choices:
        slug = spec.choices[0].slug
        return [slug] if spec.kind in (Kind.MULTI, Kind.DAYS) else slug
    by_kind: dict[Kind, Any] = {Kind.BOOL: True, Kind.INT: 3, Kind.YEN: 1500, Kind.HOURS: 7.5, Kind.DATE: "2021-06-01", Kind.TIME: "09:00"}
    return by_kind.get(spec.kind, "見本")


def printed(made: PartSheet) -> list[str]:
    lines = [*made.lines, *made.folded]
    return [part.spec.name for line in lines for part in line.parts] + [spec.name for spec, _, _ in made.plain]


@pytest.mark.parametrize("section", list(SECTIONS))
@pytest.mark.parametrize("way", ["plain", "every", "found", "folded"])
def test_every_filled_field_stands_on_the_page_exactly_once(section: str, way: str) -> None:
    fields, at = SECTIONS[section], PREFIX[section]
    values = {spec.name: value_of(spec) for spec in fields}
    found = [Finding("X-1", Level.WARNING, f"{at}{spec.name}", "見てください。") for spec in fields] if way == "found" else []
    made = sheet(section, values, at, found, every=way == "every")
    if way == "folded":
        fold(made)
    wanted = [spec.name for spec in fields if spec.name not in LEFT_OUT]
    if section == "postings" and way in ("plain", "folded"):
        wanted = [name for name in wanted if name not in HEAD]  # these stand in the heading
    assert sorted(printed(made)) == sorted(wanted)
    if way == "found":
        assert [f.path for line in made.lines for f in line.findings if f.path not in {f"{at}{n}" for n in LEFT_OUT}] != []
        assert sum(len(line.findings) for line in made.lines) == len(wanted)
        assert made.plain == []


def test_the_tables_name_fields_and_choices_of_the_catalogue() -> None:
    names = {spec.name: spec for fields in SECTIONS.values() for spec in fields}
    for table in (ORDINARY, SHORT):
        for name, words in table.items():
            slugs = {choice.slug for choice in names[name].choices}
            assert [value for value in words if isinstance(value, str) and slugs and value not in slugs] == [], name
    for section, groups in GROUPS.items():
        own = [token.partition("=")[0].strip("()~+") for group in groups for token in group.fields.split()]
        assert len(own) == len(set(own))
        assert set(own) <= {spec.name for spec in SECTIONS[section]}


def test_names_spans_and_blanks_read_as_a_person_writes_them() -> None:
    contact = {
        "contact_last": "見本",
        "contact_first": "涼子",
        "contact_last_kana": "ミホン",
        "contact_first_kana": "リョウコ",
        "contact_position": "主査",
    }
    made = sheet("contact", contact, "contact.", [])
    assert "".join(p.before + p.text + p.after for p in made.lines[0].parts) == "見本 涼子（ミホン リョウコ）　主査"
    posting = {"term_start": "2021-05-24", "term_end": "2021-09-30", "overtime": "no", "publish_until": "2021-06-01"}
    made = sheet("postings", posting, "postings.0.", [])
    lines = {line.label: "".join(p.before + p.text + p.after for p in line.parts) for line in made.lines}
    assert lines == {"期間": "令和3年5月24日(月)～令和3年9月30日(木)", "公開": "～令和3年6月1日(火)"}
    assert made.plain_words == "時間外なし"


def test_a_field_with_a_change_or_a_finding_is_never_folded_away() -> None:
    """Also when its answer is ordinary, or is gone."""
    old = {"postings": [{"overtime": "yes", "other_req": "夜間も可", "deadline_type": "date"}]}
    new = {"postings": [{"overtime": "no", "deadline_type": "date"}]}
    fix = Finding("N-1", Level.FIX, "postings.0.headcount", "", typed="15人", value=15)
    same = Finding("N-2", Level.FIX, "postings.0.title", "", typed="見出し", value="見出し")
    made = sheet("postings", new["postings"][0], "postings.0.", [fix, same], changes(old, new))
    assert [(line.label, len(line.changes), line.wide) for line in made.lines] == [("時間外", 1, True), ("ほかの条件", 1, True)]
    assert [spec.name for spec, _, _ in made.plain] == ["deadline_type"]
    assert made.fixes == [fix]
    fold(made)
    assert [line.label for line in made.lines] == ["時間外", "ほかの条件"]
