"""Findings as the choices of an operator: one line each, errors first, those that several postings share in one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keynet_admin.catalogue import label_at
from keynet_admin.catalogue.paths import is_index
from keynet_admin.models import SubmissionFinding
from keynet_admin.rules.engine.rule import Finding, Level

Rows = Mapping[tuple[str, str], SubmissionFinding]
_LETTERS = {"organization": "A", "contact": "B", "confirmation": "D"}
_ORDER = {Level.ERROR: 0, Level.WARNING: 1}


def place_of(path: str) -> str:
    """The part of the form in which a path lies, as the page names it: A, B, C-1, D; empty for the whole form."""
    section, *rest = path.split(".")
    if section == "postings" and rest and is_index(rest[0]):
        return f"C-{int(rest[0]) + 1}"
    return _LETTERS.get(section, "")


def name_of(path: str) -> str:
    """The words of a path without its part: 勤務時間帯 1 休憩."""
    return re.sub(r"^募集\d+ ?", "", label_at(path))


def in_words(path: str) -> str:
    """Part and words: C-1 勤務時間帯 1 休憩."""
    return " ".join(part for part in (place_of(path), name_of(path)) if part)


@dataclass(frozen=True)
class Asked:
    """One line: the same finding at one place, or at several. `row` is its mark where an operator has cleared it."""

    findings: tuple[Finding, ...]
    row: SubmissionFinding | None

    @property
    def first(self) -> Finding:
        """The finding that stands for all."""
        return self.findings[0]

    @property
    def is_error(self) -> bool:
        """Whether it must be put right."""
        return self.first.level is Level.ERROR

    @property
    def paths(self) -> list[str]:
        """All places."""
        return [found.path for found in self.findings]

    @property
    def place(self) -> str:
        """C-1, or C-1～C-20, or C-1・C-3."""
        places = list(dict.fromkeys(place_of(path) for path in self.paths))
        numbers = [int(p[2:]) for p in places if p.startswith("C-")]
        if len(places) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            return f"{places[0]}～{places[-1]}"
        return "・".join(places[:3]) + (" ほか" if len(places) > 3 else "")


def asked_of(findings: Iterable[Finding], rows: Rows) -> list[Asked]:
    """The lines of all findings that anybody decides about: errors, then warnings, then what was cleared."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for found in findings:
        if found.level is Level.FIX:
            continue
        row = rows.get((found.rule, found.path))
        whole = re.sub(r"\.\d+(?=\.|$)", "", found.path) if found.path.startswith("postings.") else found.path
        about = (
            (whole, re.sub(r"募集\d+", "募集", found.what))
            if found.path.startswith("postings.") and not found.reason
            else (found.path, found.reason)
        )
        groups.setdefault((found.level, found.rule, about, is_cleared(row)), []).append(found)
    made = [Asked(tuple(group), rows.get((group[0].rule, group[0].path)) if key[3] else None) for key, group in groups.items()]
    return sorted(made, key=lambda line: (_ORDER[line.first.level], line.row is not None))


def is_cleared(row: SubmissionFinding | None) -> bool:
    """Whether an operator has said that it is no problem."""
    return row is not None and row.cleared_at is not None


def still_open(findings: Iterable[Finding], rows: Rows) -> list[Finding]:
    """The findings that are neither corrections nor cleared."""
    return [f for f in findings if f.level is not Level.FIX and not is_cleared(rows.get((f.rule, f.path)))]
