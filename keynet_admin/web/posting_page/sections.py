"""The facts of a posting by section: every public field of the catalogue, in words rather than as answers of a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keynet_admin.catalogue import POSTING, Field, display, posting_field, reference
from keynet_admin.catalogue.blank import says_nothing
from keynet_admin.rules.engine import posting_values
from keynet_admin.services.listing import card as facts

# Groups of the catalogue by section of the page. A new field shows up in its group's section, a new group at the end.
SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("時間", ("勤務時間",)),
    ("報酬", ("報酬",)),
    ("仕事の内容", ("業務",)),
    ("場所", ("勤務場所",)),
    ("期間・身分", ("期間", "仕事")),
    ("応募の条件", ("応募の条件",)),
    ("保険・補償", ("保険・補償",)),
    ("応募と選考", ("応募と選考", "公開")),
)
PLANNED = frozenset(group for _, groups in SECTIONS for group in groups)
# Fields that are read in another section than that of their group in the form.
MOVED = {"also_junior": "応募の条件", "single_day": "勤務時間"}
# A field that is read together with the one before it.
WITH: Mapping[str, tuple[str, ...]] = {
    "venue_name": ("venue_type",),
    "smoking": ("smoking_note",),
    "term_start": ("term_end",),
    "renewal": ("renewal_rule", "renewal_cap"),
    "probation": ("probation_note",),
    "overtime": ("overtime_hours",),
    "commute": ("commute_cap",),
    "insurance": ("insurance_note",),
    "experience": ("experience_note", "blank_ok"),
    "licenses": ("also_junior",),
    "engagement": ("nonregular",),
    "workdays_note": ("single_day",),
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
ELSEWHERE = frozenset({"title", "shifts", "duty_detail", "pay_type", "pay_lines", "public_contact", "public_tel", "support_note"})
# Ticks of the form as sentences: ticked, and not ticked where that says something.
TICKS: Mapping[str, tuple[str, str]] = {
    "also_junior": ("准看護師の方も応募できます", ""),
    "blank_ok": ("ブランクのある方も応募できます", ""),
    "single_day": ("1日だけの従事もできます", ""),
    "nonregular": ("非常勤・臨時の募集です", ""),
    "fixed_ot_excess": ("固定残業代を超えた分は、追加で支払います", "固定残業代を超えた分の支払いはありません"),
}
# The label of a tick that stands alone, without the field it is read with.
ALONE = {"also_junior": "応募できる方", "blank_ok": "経験", "single_day": "勤務日数", "nonregular": "任用の区分"}
NOTES = {
    "fiscal_year_part_time": "非常勤の地方公務員としての任用です。",
    "fiscal_year_full_time": "1会計年度を限度とする地方公務員としての任用です。",
    "honorarium": "雇用契約ではなく、従事のつど報償費が支払われます。",
    "contractor": "自治体ではなく、委託を受けた法人に雇用されます。",
}


TRAINED = ("paid", "unpaid")


class DetailRow(NamedTuple):
    """One line of facts: the catalogue's field it begins with, its label and its paragraphs; `note` stands small below."""

    name: str
    label: str
    texts: list[str]
    note: str = ""


@dataclass
class Section:
    """A heading with its facts."""

    title: str
    key: str
    rows: list[DetailRow] = field(default_factory=list)


def sections(content: Mapping[str, Any]) -> list[Section]:
    """The facts by section; sections without any are left out (a section for shifts or prose is kept by its place)."""
    posting = content["posting"]
    groups: dict[str, list[Field]] = {}
    for item in POSTING:
        if item.name in posting and item.name not in ELSEWHERE and not _blank(item, posting) and not _supports(item, posting):
            groups.setdefault(MOVED.get(item.name, item.group), []).append(item)
    plan = [*SECTIONS, *((group, (group,)) for group in groups if group not in PLANNED)]
    result = []
    for title, names in plan:
        rows = [row for name in names for row in _rows(groups.get(name, ()), posting)]
        if title == "場所":
            rows = _place_rows(content, rows)
        key = names[0]
        if rows or key in ("勤務時間", "報酬", "業務"):
            result.append(Section(title, key, rows))
    return result


def support(posting: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What helps somebody on site: a few words and their explanation."""
    found = []
    if posting.get("training") in TRAINED:
        found.append((f"事前研修 {posting_field('training').label_of(posting['training'])}", str(posting.get("training_note") or "")))
    if not says_nothing(posting.get("support_note")):
        found.append(("会場の支援体制", str(posting["support_note"])))
    return found


def full_address(content: Mapping[str, Any]) -> str:
    """The address of the workplace from its prefecture on; empty when it is masked or not known."""
    posting, place = content["posting"], facts.place(content)
    if content["masked"] or says_nothing(posting.get("venue_address")):
        return ""
    address = str(posting["venue_address"])
    if not _names_place(posting, place):
        return f"{place}{address}"
    area = display.prefecture(content["place"]["prefecture"])
    return address if address.startswith(area) else f"{area}{address}"


def _rows(fields: Sequence[Field], posting: Mapping[str, Any]) -> list[DetailRow]:
    by_name = {item.name: item for item in fields}
    joined = {name for item in fields for name in WITH.get(item.name, ())}
    return [
        _row(item, [by_name[name] for name in WITH.get(item.name, ()) if name in by_name], posting)
        for item in fields
        if item.name not in joined
    ]


def _row(item: Field, followers: list[Field], posting: Mapping[str, Any]) -> DetailRow:
    name = item.name
    texts = _text(item, posting).split("\n")
    rest = [_text(follower, posting) for follower in followers]
    if name == "term_start" and rest:
        return DetailRow(name, "任用（従事）期間", [f"{texts[0]}から", f"{rest[0]}まで"])
    if name in ONE_LINE and rest:
        return DetailRow(name, item.label, [ONE_LINE[name].format(texts[0], *rest)])
    return DetailRow(name, ALONE.get(name, item.label), [*texts, *rest], _note(name, posting))


def _text(item: Field, posting: Mapping[str, Any]) -> str:
    """The value in words."""
    value = posting[item.name]
    if isinstance(value, bool) and item.name in TICKS:
        return TICKS[item.name][0 if value else 1]
    return display.show(item, value)


def _note(name: str, posting: Mapping[str, Any]) -> str:
    if name == "engagement":
        return NOTES.get(str(posting.get(name)), "")
    if name != "weekly_hours":
        return ""
    minutes = [posting_values.work_minutes(row) for row in facts.rows_of(posting, "shifts")]
    days = [len(posting_values.days_of(row) - {"hol"}) for row in facts.rows_of(posting, "shifts")]
    whole = sum(m * d for m, d in zip(minutes, days, strict=True) if m) if all(minutes) else 0
    if whole and posting_values.number(posting.get(name)) == whole / 60:
        return "上のすべての曜日と時間帯に入った場合の、1週間の時間です。"
    return "任用（契約）で決める、1週間の勤務時間です。"


def _supports(item: Field, posting: Mapping[str, Any]) -> bool:
    """Whether a field is told by `support`."""
    return item.name in ("training", "training_note") and posting.get("training") in TRAINED


def _place_rows(content: Mapping[str, Any], rows: list[DetailRow]) -> list[DetailRow]:
    posting, place = content["posting"], facts.place(content)
    if content["masked"]:
        return [DetailRow("venue_name", "勤務場所", [f"{place}　{facts.VENUE_HIDDEN}"]), *(row for row in rows if row.name != "venue_city")]
    kept = []
    for row in rows:
        if row.name == "venue_address":
            code = f"{display.zip_code(posting['venue_zip'])}　" if posting.get("venue_zip") else ""
            row = DetailRow(row.name, "住所", [code + full_address(content)])
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
