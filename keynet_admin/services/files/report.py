"""What the check of a file found, as its page shows it: grouped by rule, the neighbours that are asked about, the submissions one by one.

A town's slip stands in thirty rows: it is told once, with its rows. What a page cannot show is cut; the numbers count all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keynet_admin import clock
from keynet_admin.catalogue import label_at
from keynet_admin.catalogue.paths import walk
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.files.check import Checked, check_submission
from keynet_admin.services.files.columns import column_of
from keynet_admin.services.files.joining import answered, questions
from keynet_admin.services.files.rows import FileSubmission, Place, Refusal

MOST_GROUPS = 300  # a message that names its value is a group of its own; further ones share one
MOST_ROWS = 50  # different values of one rule
MOST_PLACES = 30  # numbers and spans of rows
MOST_CASES = 300
MOST_ASKED = 20  # rows of one question
MOST_QUESTIONS = 50  # nobody answers more; further neighbours stay apart, and that is told
MOST_REASONS = 20  # of one row in the file to mend
ONE, APART = "one", "apart"  # the answers about neighbours
LEFT_OUT = "この申請は送らずに残したものです。"


@dataclass
class CheckReport:
    """Numbers, groups of findings, questions and cases.

    `good` may enter, `errors` an operator may take, `refused` nobody may. A group holds level, rule (empty for what cannot be read),
    count, the labels of its fields, the message when all have the same, and rows (label, typed, message, letter, sheet, lines, orgs,
    count). A question holds the first line, all lines, labels, rows (line, title, values), how many there are, and the answer. A case: line,
    org_name, lg_code, the numbers of postings, errors and warnings, state (good, errors, refused). `with_account`: code → name.
    `kept_apart`: further neighbours that nobody is asked about.
    """

    good: int = 0
    errors: int = 0
    refused: int = 0
    postings: int = 0
    warnings: int = 0
    problem_count: int = 0
    groups: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    with_account: dict[str, str] = field(default_factory=dict)
    kept_apart: int = 0

    @property
    def unanswered(self) -> int:
        """Questions about neighbours that nobody has answered yet."""
        return sum(not question["answer"] for question in self.asked)


class Examined(NamedTuple):
    """A judged file. `rejected`: the rows of every submission that is not good, with the reasons."""

    report: CheckReport
    good: list[Checked]
    errors: list[Checked]
    rejected: dict[int, list[str]]


def examine(items: Sequence[FileSubmission | Refusal], answers: Mapping[int, str] | None = None, prefecture: str = "") -> Examined:
    """Judge everything. `answers`: whether neighbours are one submission or stay apart, by the line of the first.

    `prefecture`: the only one (two digits) whose bodies may enter; empty: all may.
    """
    answers = answers or {}
    report, rejected = CheckReport(), dict[int, list[str]]()
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    by_state: dict[str, list[Checked]] = {"good": [], "errors": [], "refused": []}
    today = clock.today()

    def tell(place: Place, label: str, level: Level, rule: str, message: str, typed: Any, org: str) -> None:
        report.problem_count += 1
        _tell(groups, place, label, level, rule, message, typed, org)
        if level is Level.ERROR:
            where = f"{place.letter}列「{label}」" if place.letter else f"「{label}」" if label else ""
            reasons = rejected.setdefault(place.line, [])
            if len(reasons) < MOST_REASONS:
                reasons.append(where + message)

    for item in answered(items, {line for line, answer in answers.items() if answer == ONE}):
        if isinstance(item, Refusal):
            report.refused += 1
            for refusal in (item, *item.more):
                tell(refusal, _column_label(refusal), Level.ERROR, "", refusal.message, "―", "")
            continue
        checked = check_submission(item, today, prefecture=prefecture)
        org = words_of(checked, "org_name")
        for refusal in checked.refusals:
            tell(refusal, _column_label(refusal), Level.ERROR, "", refusal.message, "―", org)
        for finding in checked.result.findings:
            if finding.level is not Level.FIX:
                label = label_at(finding.path)
                place, label = item.cell(finding.path), _without_number(label) if item.lines else label
                tell(place, label, finding.level, finding.rule, finding.message, finding.typed, org)
        for remark in item.remarks:
            tell(remark, _column_label(remark), Level.WARNING, "", remark.message, "―", org)
        state = "refused" if checked.refusals else "errors" if checked.has_errors else "good"
        if state != "good":
            for line in item.rows:
                rejected.setdefault(line, [f"{item.line}行目からの申請の一部です。"])
        by_state[state].append(checked)
        report.cases.append(_case(checked, state))
    report.good, report.errors = len(by_state["good"]), len(by_state["errors"])
    report.refused += len(by_state["refused"])
    report.postings, report.warnings = (sum(case[what] for case in report.cases) for what in ("postings", "warnings"))
    report.groups = [_shown(group) for group in sorted(groups.values(), key=_order)]
    runs = questions(items)
    report.asked = [_question(run, answers.get(run[0].line, "")) for run in runs[:MOST_QUESTIONS]]
    report.kept_apart = len(runs) - len(report.asked)
    report.cases.sort(key=lambda case: (case["state"] == "good", case["line"]))
    del report.cases[MOST_CASES:]
    return Examined(report, by_state["good"], by_state["errors"], rejected)


def _order(group: Mapping[str, Any]) -> tuple[bool, bool]:
    """Remarks about the file first: merged cells, say, explain the empty fields that follow. Then errors, then warnings."""
    remark = group["level"] == Level.WARNING and not group["rule"]
    return not remark, group["level"] != Level.ERROR


def words_of(checked: Checked, name: str) -> str:
    """What a submission says of its body, shortened."""
    return str(walk(checked.result.normalized, f"organization.{name}") or "")[:60]


def spans(lines: Iterable[int]) -> str:
    """Numbers of rows for people: 7、8、11～20."""
    found: list[list[int]] = []
    for line in sorted(set(lines)):
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    parts = [str(first) if first == last else f"{first}、{last}" if last == first + 1 else f"{first}～{last}" for first, last in found]
    return "、".join(parts[:MOST_PLACES]) + ("…" if len(parts) > MOST_PLACES else "")


def _tell(
    groups: dict[tuple[str, str], dict[str, Any]], place: Place, label: str, level: Level, rule: str, message: str, typed: Any, org: str
) -> None:
    name = (level, rule or message)
    if name not in groups and not rule and len(groups) >= MOST_GROUPS:
        name = (level, "")
    group = groups.setdefault(name, {"level": level.value, "rule": rule, "count": 0, "rows": {}, "hidden": 0})
    group["count"] += 1
    shown = "" if typed is None else "、".join(map(str, typed)) if isinstance(typed, (list, tuple)) else str(typed)
    key = (label, shown[:80], message, place.letter, place.sheet)
    if key not in group["rows"] and len(group["rows"]) >= MOST_ROWS:
        group["hidden"] += 1
        return
    row = group["rows"].setdefault(key, {"lines": [], "orgs": {}})
    row["lines"].append(place.line)
    row["orgs"][org] = None


def _shown(group: dict[str, Any]) -> dict[str, Any]:
    names = ("label", "typed", "message", "letter", "sheet")
    rows = []
    for key, row in group["rows"].items():
        orgs = [org for org in row["orgs"] if org]
        words = "、".join(orgs[:3]) + (f"ほか{len(orgs) - 3}団体" if len(orgs) > 3 else "")
        rows.append(dict(zip(names, key, strict=True)) | {"lines": spans(row["lines"]), "orgs": words, "count": len(row["lines"])})
    labels, messages = ({row[name] for row in rows} for name in ("label", "message"))
    one = {"labels": next(iter(labels)) if len(labels) == 1 else "", "message": next(iter(messages)) if len(messages) == 1 else ""}
    return group | one | {"rows": rows}


def _question(run: Sequence[FileSubmission], answer: str) -> dict[str, Any]:
    paths = list(dict.fromkeys(path for part in run for path in part.differs))
    rows = []
    for part in run[:MOST_ASKED]:
        title = walk(part.submission, "postings.0.title")
        values = [str(walk(part.submission, path) or "")[:80] for path in paths]
        rows.append({"lines": spans(part.rows), "title": str(title or "")[:60], "values": values})
    org = str(walk(run[0].submission, "organization.org_name") or "")[:60]
    postings = sum(len(part.rows) for part in run)
    lines = spans(line for part in run for line in part.rows)
    heads = {"line": run[0].line, "lines": lines, "org_name": org, "labels": [label_at(path) for path in paths]}
    return heads | {"rows": rows, "count": len(run), "postings": postings, "answer": answer}


def _case(checked: Checked, state: str) -> dict[str, Any]:
    postings = checked.entry.submission.get("postings")
    errors, warnings = (len(checked.result.at(level)) for level in (Level.ERROR, Level.WARNING))
    warnings += len(checked.entry.remarks)
    numbers = {"postings": len(postings) if isinstance(postings, list) else 0, "errors": errors, "warnings": warnings}
    names = {"org_name": words_of(checked, "org_name"), "lg_code": words_of(checked, "lg_code")[:6]}
    return {"line": checked.entry.line, "lines": spans(checked.entry.rows), "state": state} | names | numbers


def _column_label(place: Place) -> str:
    column = column_of(place.column) if place.column else None
    return _without_number(label_at(column.path)) if column is not None and column.section else place.column


def _without_number(label: str) -> str:
    """The row says which posting it is: 「募集1 報酬の額1 下限」 needs no 「募集1」."""
    head, _, rest = label.partition(" ")
    return rest if rest and head.startswith("募集") and head[2:].isdecimal() else label
