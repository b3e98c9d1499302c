"""One part of the form (the organization, a posting) as the lines of the case page: every filled field exactly once, in the form's order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keynet_admin.admin.case.groups import FIRST, GROUPS, HEAD, ORDINARY, SHORT, LineGroup
from keynet_admin.catalogue import SECTIONS, Field, Kind, field_at
from keynet_admin.catalogue.difference import Change
from keynet_admin.catalogue.display import WEEKDAYS, as_date, reads_the_same, shift_cells, show
from keynet_admin.catalogue.eras import wareki
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.web.filters import facts_rows, findings_by_field

LEFT_OUT = ("contact_email2",)  # the same address typed a second time
HALF = 24  # wide characters that fit into a line of half the width


@dataclass(frozen=True)
class Part:
    """One field in a line: `before` and `after` are the punctuation around it, `word` stands before its value. `rows`: those of a group."""

    spec: Field
    value: Any
    text: str
    before: str = ""
    after: str = ""
    word: str = ""
    rows: tuple[tuple[str, bool], ...] = ()


@dataclass
class FieldLine:
    """One line: its parts, and what is to be said about them."""

    label: str
    name: str
    parts: list[Part]
    findings: list[Finding]
    changes: list[Change]
    wide: bool = False

    @property
    def notable(self) -> bool:
        """Whether it has something to look at."""
        return bool(self.findings or self.changes)


@dataclass
class PartSheet:
    """The lines of one part, its ordinary answers (field, few words, value) and what was corrected in it. `folded`: behind the first lines."""

    lines: list[FieldLine]
    plain: list[tuple[Field, str, str]]
    fixes: list[Finding]
    findings: list[Finding]
    folded: list[FieldLine] = field(default_factory=list)
    is_folded: bool = False

    @property
    def plain_words(self) -> str:
        """The ordinary answers in a few words each."""
        return "・".join(dict.fromkeys(short for _, short, _ in self.plain))


def sheet(
    section: str,
    values: Mapping[str, Any],
    prefix: str,
    findings: Iterable[Finding],
    changes: Iterable[Change] = (),
    *,
    every: bool = False,
) -> PartSheet:
    """The lines of a part. `findings` and `changes` are those of the whole document; `prefix` says where the part lies (`postings.0.`)."""
    here = [found for found in findings if found.path.startswith(prefix)]
    notable, fixes = [f for f in here if f.level is not Level.FIX], [f for f in here if f.level is Level.FIX]
    changed: dict[str, list[Change]] = {}
    for change in changes:
        if change.path.startswith(prefix):
            changed.setdefault(change.path[len(prefix) :].split(".", 1)[0], []).append(change)
    at = findings_by_field(notable, prefix)
    rows = facts_rows(SECTIONS[section], dict(values), every=every, keep=at.keep | frozenset(changed))
    given = {spec.name: (spec, value) for spec, value in rows if spec.name not in LEFT_OUT}
    plain: list[tuple[Field, str, str]] = []
    if not every:
        for name, (spec, value) in list(given.items()):
            short = ORDINARY.get(name, {}).get(value) if isinstance(value, (str, bool)) else None
            if short is not None and name not in at.by_name and name not in changed:
                plain.append((spec, short, show(spec, value)))
                del given[name]
            elif section == "postings" and name in HEAD and name not in at.by_name and name not in changed:
                del given[name]
    lines = []
    for group in _groups(section, list(given)):
        punctuation = _punctuation(group.fields)
        names = [name for name in punctuation if name in given]
        if not names:
            continue
        about = [found for name in names for found in at.by_name.get(name, ())]
        parts = _parts([given[name] for name in names], punctuation, prefix, about)
        lines.append(FieldLine(group.label, names[0], parts, about, [c for name in names for c in changed.get(name, ())], group.wide))
    _widths(lines)
    return PartSheet(lines, plain, [f for f in fixes if _is_told(f)], notable)


def fold(made: PartSheet) -> None:
    """Leave the first lines and those with something to look at; the others are folded."""
    kept = [line for line in made.lines if line.notable or line.label in FIRST]
    made.folded = [line for line in made.lines if line not in kept]
    made.lines, made.is_folded = kept, True
    _widths(made.lines)
    _widths(made.folded)


def _groups(section: str, names: list[str]) -> list[LineGroup]:
    """The lines of a section in the form's order, with one more for each field that none names."""
    groups = list(GROUPS.get(section, ()))
    order = {spec.name: index for index, spec in enumerate(SECTIONS[section])}
    named = {name for group in groups for name in _punctuation(group.fields)}
    groups += [LineGroup(SECTIONS[section][order[name]].label, name) for name in names if name not in named]
    return sorted(groups, key=lambda group: min(order[name] for name in _punctuation(group.fields)))


def _punctuation(fields: str) -> dict[str, tuple[str, bool, str]]:
    """By name: the sign before it, whether it is in brackets, the word before its value."""
    found: dict[str, tuple[str, bool, str]] = {}
    inside = False
    for token in fields.split():
        name, _, word = token.partition("=")
        inside = inside or name.startswith("(")
        sign = name[0] if name[0] in "~+" else ""
        found[name.strip("()~+")] = sign, inside, word
        inside = inside and not name.endswith(")")
    return found


def _parts(
    given: list[tuple[Field, Any]], punctuation: Mapping[str, tuple[str, bool, str]], prefix: str, about: list[Finding]
) -> list[Part]:
    parts: list[Part] = []
    marks = [punctuation[spec.name] for spec, _ in given]
    for index, (spec, value) in enumerate(given):
        sign, inside, word = marks[index]
        before = "～" if sign == "~" else "" if index == 0 else " " if sign == "+" else "　"
        if inside and (index == 0 or not marks[index - 1][1]):
            before = "（"
        closes = inside and (index + 1 == len(given) or not marks[index + 1][1])
        rows = _rows(spec, value, prefix, about) if spec.kind is Kind.ROWS else ()
        short = SHORT.get(spec.name) or ORDINARY.get(spec.name) if isinstance(value, bool) else SHORT.get(spec.name)
        text = (short or {}).get(value) if isinstance(value, (str, bool)) else None
        if text is None:
            text = _text(spec, value)
            word = word or (spec.label if spec.kind is Kind.BOOL or not text else "")
        parts.append(Part(spec, value, text, before, "）" if closes else "", word, rows))
    return parts


def _text(spec: Field, value: Any) -> str:
    """The value; a day in the official calendar with its weekday only."""
    day = as_date(value) if spec.kind is Kind.DATE else None
    return f"{wareki(day)}({WEEKDAYS[day.weekday()]})" if day is not None else show(spec, value)


def _rows(spec: Field, value: Any, prefix: str, about: list[Finding]) -> tuple[tuple[str, bool], ...]:
    """Each row of a group in a few words, and whether a finding is about it."""
    found = []
    for index, row in enumerate(value if isinstance(value, list) else ()):
        at = f"{prefix}{spec.name}.{index}"
        hit = any(f.path == at or f.path.startswith(f"{at}.") for f in about)
        if isinstance(row, Mapping) and spec.name == "shifts":
            name, when, span, rest = shift_cells(row)
            text = " ".join(
                p for p in (name, when, span, f"休憩{rest}" if rest else "", f"{row['need']}名" if row.get("need") else "") if p
            )
        else:
            text = show(spec, [row])
        found.append((text or "（空欄）", hit))
    return tuple(found)


def _is_told(found: Finding) -> bool:
    """Whether a reader sees a difference between what was typed and what it became."""
    return not reads_the_same(field_at(found.path), found.typed, found.value)


def _widths(lines: list[FieldLine]) -> None:
    """Two short lines stand beside each other; one that would be alone takes the whole width."""
    wide = [
        line.wide
        or line.notable
        or any(part.spec.kind is Kind.AREA for part in line.parts)
        or sum(_width(f"{p.word}{p.text}") + 1 for p in line.parts) > HALF
        for line in lines
    ]
    index = 0
    while index < len(lines):
        pair = not wide[index] and index + 1 < len(lines) and not wide[index + 1]
        for line in lines[index : index + (2 if pair else 1)]:
            line.wide = not pair
        index += 2 if pair else 1


def _width(text: str) -> float:
    """How wide a text is, in wide characters."""
    return sum(1 if ord(c) > 0x1FFF else 0.55 for c in text)
