"""One posting as visitors read it: every public field of the catalogue, in the order people decide by.

The public page and the previews of the office and of the service center print this one view.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from keynet_admin.catalogue import POSTING, Field, apply_ways, display, reference
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import plain_japanese

# Groups of the catalogue by section of the page. A new field shows up in its group's section, a new group at the end.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("場所", ("勤務場所",)),
    ("時間", ("勤務時間",)),
    ("報酬", ("報酬",)),
    ("期間・身分", ("期間", "仕事")),
    ("仕事の内容", ("業務",)),
    ("応募の条件", ("応募の条件",)),
    ("保険・補償", ("保険・補償",)),
    ("応募と選考", ("応募と選考", "公開")),
)
PLANNED = frozenset(group for _, groups in SECTIONS for group in groups)
# A field that is read together with the one before it.
WITH: Mapping[str, tuple[str, ...]] = {
    "venue_name": ("venue_type",),
    "smoking": ("smoking_note",),
    "term_start": ("term_end",),
    "renewal": ("renewal_rule", "renewal_cap"),
    "probation": ("probation_note",),
    "overtime": ("overtime_hours",),
    "pay_lines": ("pay_note",),
    "commute": ("commute_cap",),
    "insurance": ("insurance_note",),
    "experience": ("experience_note",),
    "age_limit": ("age_reason", "age_note"),
    "training": ("training_note",),
    "job_type": ("job_other",),
    "deadline_type": ("deadline",),
}
# How a field and the one read with it stand in one line.
ONE_LINE: Mapping[str, str] = {
    "venue_name": "{}（{}）",
    "overtime": "{}（月平均 {}）",
    "commute": "{}（{}）",
    "job_type": "{1}",
    "deadline_type": "{1}",
}
# Shown elsewhere on the page: the title, the side panel, the table of shifts, the prose.
ELSEWHERE = frozenset({"title", "shifts", "duty_detail", "pay_type", "public_contact", "public_tel"})
NOTES = {
    "fiscal_year_part_time": "非常勤の地方公務員としての任用です。",
    "fiscal_year_full_time": "1会計年度を限度とする地方公務員としての任用です。",
    "honorarium": "雇用契約ではなく、従事のつど報償費が支払われます。",
    "contractor": "自治体ではなく、委託を受けた法人に雇用されます。",
}


class DetailRow(NamedTuple):
    """One line of facts: the catalogue's field it begins with, its label and its paragraphs; `lead` stands large above them, `note` small below."""

    name: str
    label: str
    texts: list[str]
    note: str = ""
    lead: str = ""


@dataclass
class Section:
    """A heading with its facts."""

    title: str
    key: str
    rows: list[DetailRow] = field(default_factory=list)


def view(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the template prints: lead facts, marks, sections, shifts, duty paragraphs, ways to apply (`here`: on this site)."""
    posting = content["posting"]
    ways = apply_ways.working(posting)
    posting = posting | {"apply_by": ways}
    content = {**content, "posting": posting}
    return {
        "job": facts.job(posting),
        "place": facts.place(content),
        "who": facts.who(content),
        "venue": facts.venue(content),
        "shifts": facts.shifts(posting, 3),
        "pay": facts.pay(posting),
        "period": facts.period(posting),
        "marks": facts.marks(posting),
        "sections": sections(content),
        "shift_rows": [(*display.shift_cells(row), row.get("need")) for row in facts.rows_of(posting, "shifts")],
        "duty": [line for line in str(posting.get("duty_detail", "")).splitlines() if line.strip()],
        "deadline": display.as_date(posting.get("deadline")) if posting.get("deadline_type") == "date" else None,
        "apply_by": apply_ways.labels(ways),
        "here": "site" in ways,
        "answers": content.get("answers", ()),
        "plain_japanese": plain_japanese.summary(content),
    }


def as_published(row: Any, posting_no: str, on: date) -> dict[str, Any]:
    """What the macro `published` prints: the row of the public table, or a kept version of it, as it is read on a day."""
    content = row.content
    return {
        "view": view(content),
        "posting": content["posting"],
        "organization": content["organization"],
        "posting_no": posting_no,
        "on": on,
        "listed_at": row.listed_at,
        "changed_at": row.changed_at,
        "last_day": row.open_until - timedelta(microseconds=1),
    }


def sections(content: Mapping[str, Any]) -> list[Section]:
    """The facts by section; sections without any are left out (a section for shifts or prose is kept by its place)."""
    posting = content["posting"]
    groups: dict[str, list[Field]] = {}
    for item in POSTING:
        if item.name in posting and item.name not in ELSEWHERE and not _blank(item, posting):
            groups.setdefault(item.group, []).append(item)
    plan = [*SECTIONS, *((group, (group,)) for group in groups if group not in PLANNED)]
    result = []
    for title, names in plan:
        rows = [row for name in names for row in _rows(groups.get(name, ()), posting)]
        if title == "場所":
            rows = _place_rows(content, rows)
        key = names[0]
        if rows or key in ("勤務時間", "業務"):
            result.append(Section(title, key, rows))
    return result


def _rows(fields: Sequence[Field], posting: Mapping[str, Any]) -> list[DetailRow]:
    by_name = {item.name: item for item in fields}
    taken: set[str] = set()
    rows = []
    for item in fields:
        if item.name in taken:
            continue
        followers = [by_name[name] for name in WITH.get(item.name, ()) if name in by_name]
        taken.update(follower.name for follower in followers)
        rows.append(_row(item, followers, posting))
    return rows


def _row(item: Field, followers: list[Field], posting: Mapping[str, Any]) -> DetailRow:
    name = item.name
    texts = display.show(item, posting[name]).split("\n")
    rest = [display.show(follower, posting[follower.name]) for follower in followers]
    if name == "pay_lines":
        labelled = any(line.get("label") for line in facts.rows_of(posting, "pay_lines"))
        return DetailRow(name, "報酬", [*(texts if len(texts) > 1 or labelled else ()), *rest], lead=facts.pay(posting))
    if name == "term_start" and rest:
        return DetailRow(name, "任用（従事）期間", [f"{texts[0]}から", f"{rest[0]}まで"])
    if name == "nonregular" and posting[name] is True:
        return DetailRow(name, "任用の区分", ["非常勤・臨時の募集です"])
    if name in ONE_LINE and rest:
        return DetailRow(name, item.label, [ONE_LINE[name].format(texts[0], *rest)])
    return DetailRow(name, item.label, [*texts, *rest], NOTES.get(str(posting.get(name)), "") if name == "engagement" else "")


def _place_rows(content: Mapping[str, Any], rows: list[DetailRow]) -> list[DetailRow]:
    posting, place = content["posting"], facts.place(content)
    if content["masked"]:
        return [DetailRow("venue_name", "勤務場所", [f"{place}　{facts.VENUE_HIDDEN}"]), *(row for row in rows if row.name != "venue_city")]
    kept = []
    for row in rows:
        if row.name == "venue_address":
            code = f"{display.zip_code(posting['venue_zip'])}　" if posting.get("venue_zip") else ""
            address = row.texts[0] if _names_place(posting, place) else f"{place}{posting['venue_address']}"
            row = DetailRow(row.name, "住所", [code + address])
        elif row.name in ("venue_zip", "venue_city") and posting.get("venue_address"):
            continue
        kept.append(row)
    return kept


def _names_place(posting: Mapping[str, Any], place: str) -> bool:
    """True when the typed address already begins with its municipality or prefecture."""
    address = str(posting.get("venue_address"))
    code = reference.municipality(str(posting.get("venue_city") or ""))
    return address.startswith(place) or bool(code and address.startswith((code.name, display.prefecture(code.prefecture_code))))


def _blank(item: Field, posting: Mapping[str, Any]) -> bool:
    """An unticked box says nothing to visitors unless the form makes one answer it."""
    value = posting.get(item.name)
    return says_nothing(value) and not (value is False and item.required is not None and item.required.field is not None)
