"""The page of a return: one item for each finding (or chosen field), beside what was typed, with its words; texts to insert.

It writes itself: what must be fixed is ticked. Without script every button gives the page again with all that was typed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import request

from keynet_admin.catalogue import SECTIONS, field_at, label_at
from keynet_admin.catalogue.base import Kind
from keynet_admin.catalogue.display import show
from keynet_admin.catalogue.paths import generic, label_of_all, walk
from keynet_admin.errors import BadField
from keynet_admin.models import Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import rule_by_code
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services import workflow
from keynet_admin.services.submission import follow_up, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.casework import clock as case_clock
from keynet_admin.services.submission.casework import texts
from keynet_admin.vocabulary import SubmissionStatus, TemplateUse

MOST_ROWS = 200
Row = dict[str, Any]


def proposed(case: Submission, ticked: list[str]) -> list[Row]:
    """The return as it writes itself: one row for each finding, one for those that several postings share; errors come first, ticked."""
    rows: dict[tuple[str, str, str, bool], Row] = {}
    found = [f for f in submissions.findings_of(submissions.current_revision(case)) if f.level is not Level.FIX]
    for finding in sorted(found, key=lambda f: f.level is not Level.ERROR):
        message = words_of(finding)
        on = f"{finding.rule}@{finding.path}" in ticked if ticked else finding.level is Level.ERROR
        # Of one finding at several places some may be ticked.
        row = rows.setdefault(
            (finding.rule, generic(finding.path), message, on),
            {"paths": [], "rule": finding.rule, "message": message, "on": "1" if on else ""},
        )
        row["paths"].append(finding.path)
    return list(rows.values())


def words_of(finding: Finding) -> str:
    """What a return says about a finding unless somebody writes otherwise."""
    return finding.message + (f"（記入例：{finding.example}）" if finding.example else "")


def read(case: Submission, values: Any) -> dict[str, Any]:
    """Reason, rows and clock of the form: as posted, else as it writes itself (or as the last return said)."""
    own = proposed(case, [])
    known = {(row["rule"], path, row["message"]) for row in own for path in row["paths"]}
    if request.method != "POST":
        if case.status is SubmissionStatus.returned:
            before = follow_up.last_return(case)
            rows = [{**group, "on": "1"} for group in follow_up.grouped(before.items)]
            reason = "" if before.reason == follow_up.NO_REASON else before.reason
            return {"reason": reason, "rows": rows, "clock": "resume" if case.resumes else "reset"}
        rows = proposed(case, values.getlist("item"))
        return {"reason": "", "rows": rows, "clock": "resume" if _is_small(case, rows) else "reset"}
    rows = _posted(values)
    for row in rows:
        changed = row["message"].strip() and any((row["rule"], path, row["message"]) not in known for path in row["paths"])
        row["unsent"] = "1" if changed and not row["on"] else ""
    given = values.get("clock")
    return {"reason": values.get("reason", ""), "rows": rows, "clock": given if given in ("resume", "reset") else "reset"}


def items_of(rows: list[Row]) -> list[dict[str, str]]:
    """The ticked rows as the items of a return, one for each place."""
    return [{"path": path, "rule": row["rule"], "message": row["message"]} for row in rows if row["on"] for path in row["paths"]]


def act(case: Submission, actor: Actor, *, seen_version: int, reason: str, rows: list[Row], clock: str) -> workflow.Outcome:
    """Return with the ticked rows; refused (BadField) while words typed at another row would be left out, or a placeholder is open."""
    workflow.lock(case)
    if any(row["unsent"] for row in rows):
        workflow.require(case, "return", actor, seen_version)
        raise BadField("印の付いていない項目に、入力した文があります。送る項目には印を付け、送らない項目は文を消してください。")
    for text in (reason, *(row["message"] for row in rows if row["on"])):
        texts.ready(text)
    _describe(case, rows)
    cover = {text.text.strip() for text in texts.offered(texts.of_use(TemplateUse.cover), texts.values_of(case))}
    own = {row["message"] for row in proposed(case, [])} | {text.text.strip() for row in rows for text in row["texts"]}
    written = bool(reason.strip()) and reason.strip() not in cover
    written = written or any(row["message"].strip() not in own for row in rows if row["on"])
    items = items_of(rows)
    return review.return_(case, actor, seen_version=seen_version, message=reason, items=items, resumes=clock == "resume", written=written)


def edits(values: Mapping[str, str], typed: dict[str, Any]) -> bool:
    """The buttons that add an item or insert a text."""
    do = values.get("do", "")
    if do == "add":
        paths = _chosen(values.get("add_path", ""), values.get("add_at", ""), values.get("postings", ""))
        if paths:
            typed["rows"].append({"paths": paths, "rule": "", "message": "", "on": "1", "fresh": "1"})
        return True
    if do.startswith("text-"):
        typed["insert"] = do.removeprefix("text-"), values.get(f"{do}-id", "")
        return True
    return False


def shown(case: Submission, typed: dict[str, Any]) -> dict[str, Any]:
    """What the page needs beside what was typed: the places that may be added, what was typed there, texts, the two clocks."""
    document = _describe(case, typed["rows"])
    covers = texts.offered(texts.of_use(TemplateUse.cover), texts.values_of(case))
    _insert(typed, covers)
    number = len(document.get("postings") or [])
    return {
        "own_reason": True,
        "wide": True,
        "mail_open": True,
        "sections": list(_places()),
        "postings": number,
        "ready_texts": covers,
        "left": case_clock.answer_words(case, resumes=True),
        "anew": case_clock.RESETS,
    }


def with_texts(use: TemplateUse) -> dict[str, Any]:
    """The parts of a Decision whose reason may be a ready text of that use."""

    def show_texts(case: Submission, typed: dict[str, Any]) -> dict[str, Any]:
        found = texts.offered(texts.of_use(use), texts.values_of(case))
        _insert(typed, found)
        return {"ready_texts": found}

    def pressed(values: Mapping[str, str], typed: dict[str, Any]) -> bool:
        if values.get("do") != "text-reason":
            return False
        typed["insert"] = "reason", values.get("text-reason-id", "")
        return True

    return {"show": show_texts, "edits": pressed, "read": lambda _case, values: {"reason": values.get("reason", "")}}


def _describe(case: Submission, rows: list[Row]) -> dict[str, Any]:
    """Put what a row's place is called, what was typed there and which texts fit it to the rows. Returns the document."""
    revision = submissions.current_revision(case)
    document, found = submissions.whole(revision), submissions.findings_of(revision)
    shelf, values = texts.of_use(TemplateUse.item), texts.values_of(case)
    for row in rows:
        mine = [f for f in found if f.rule == row["rule"] and f.path in row["paths"]]
        row["label"], row["level"] = label_of_all(row["paths"]), str(mine[0].level.value) if mine else ""
        row["typed"], row["beside"] = _values(document, row["paths"], mine), list(_beside(document, row))
        row["example"] = mine[0].example if mine else ""
        here = values | {"項目": row["label"], "入力値": row["typed"][0][1], "記入例": row["example"]}
        row["texts"] = texts.offered(shelf, here, row["rule"])
    return document


def _insert(typed: dict[str, Any], covers: list[texts.ReadyText]) -> None:
    """Put the chosen text where its button stands."""
    at, number = typed.pop("insert", ("", ""))
    if at == "reason":
        typed["reason"] = texts.chosen(covers, number) or typed["reason"]
    elif at.isascii() and at.isdigit() and int(at) < len(typed["rows"]):
        row = typed["rows"][int(at)]
        row["message"] = texts.chosen(row["texts"], number) or row["message"]
        row["on"] = row["fresh"] = "1"


def _is_small(case: Submission, rows: list[Row]) -> bool:
    """Whether something is marked, and nothing that must be fixed."""
    errors = {(f.rule, f.path) for f in submissions.findings_of(submissions.current_revision(case)) if f.level is Level.ERROR}
    marked = [(row["rule"], path) for row in rows if row["on"] for path in row["paths"]]
    return bool(marked) and not errors.intersection(marked)


def _posted(form: Any) -> list[Row]:
    """The rows of the posted form, in their order."""
    rows: list[Row] = []
    for index in range(MOST_ROWS):
        paths = [path for path in form.getlist(f"items-{index}-path") if is_place(path)]
        if f"items-{index}-path" not in form:
            break
        if paths:
            # A browser sends each line break as two characters.
            values = {name: form.get(f"items-{index}-{name}", "").replace("\r\n", "\n") for name in ("rule", "message", "on")}
            rows.append({"paths": paths} | values)
    return rows


def is_place(path: str) -> bool:
    """Whether a return may name this place."""
    return len(path) <= 120 and (label_at(path) != path or "." in path)


def _chosen(path: str, at: str, number: str) -> list[str]:
    """The places that the picker means: a field of the postings is one of a posting, or of all."""
    if not path.startswith("postings.*."):
        return [path] if is_place(path) else []
    count = int(number) if number.isascii() and number.isdigit() and len(number) < 3 else 1
    chosen = range(count) if at == "all" else [int(at)] if at.isascii() and at.isdigit() and len(at) < 3 else [0]
    return [place for index in chosen if is_place(place := path.replace("*", str(index), 1))]


def _places() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The picker: each section (of the postings each group) with its fields."""
    words = {"organization": "A　団体", "contact": "B　連絡担当者"}
    for section, fields in SECTIONS.items():
        if section == "postings":
            groups = list(dict.fromkeys(field.group for field in fields))
            for group in groups:
                yield f"C　募集情報　{group}", [(f"postings.*.{f.name}", f.label) for f in fields if f.group == group]
        elif section != "confirmation":
            yield words[section], [(f"{section}.{field.name}", field.label) for field in fields]


def _values(document: Mapping[str, Any], paths: list[str], found: list[Finding]) -> list[tuple[str, str]]:
    """What stands at these places; several with the same value are one line. What could not be read is shown as typed."""
    typed = {f.path: f.typed for f in found}
    lines: dict[str, list[str]] = {}
    for path in paths:
        field, value = field_at(path), walk(document, path)
        text = str(show(field, value)) if field is not None and value not in (None, "", []) else str(typed.get(path) or "")
        lines.setdefault(text or "（空欄）", []).append(path)
    return [(label_of_all(places) if len(lines) > 1 else "", text) for text, places in lines.items()][:6]


def _beside(document: Mapping[str, Any], row: Row) -> Iterator[tuple[str, str]]:
    """The other fields that the rule compares the place with, and their values (of the first posting)."""
    rule = rule_by_code(row["rule"]) if row["rule"] else None
    first = row["paths"][0]
    if rule is None or not first.startswith("postings."):
        return
    own, base = first.split(".")[2:3], ".".join(first.split(".")[:2])
    for name in [name for name in rule.fields if "." not in name and [name] != own][:3]:
        field, value = field_at(f"{base}.{name}"), walk(document, f"{base}.{name}")
        if field is not None and field.kind is not Kind.AREA and value not in (None, "", []):
            yield field.label, str(show(field, value))
