"""The rule engine: normalise, then judge.

`judge` reads a typed submission with one normaliser a kind of field, runs the rules that are in force on the reference date
and gives back the normalised document with everything that was found. It knows no Flask and no database, and it never raises on
anything that JSON can hold.

Rules see only what was understood: in `Scope.document` and `Scope.record` every value is of its field's type or None, rows that
are not objects are empty ones. In the normalised document what could not be understood stands as typed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from keynet_admin.catalogue import PEOPLE
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.fields.applicant import asked_for
from keynet_admin.catalogue.paths import is_index, walk
from keynet_admin.rules.engine.bounds import MOST_FINDINGS, repeated
from keynet_admin.rules.engine.read import Reading, position, read_document, read_person
from keynet_admin.rules.engine.required import COVERED_BY, RULES_ON_ABSENCE
from keynet_admin.rules.engine.result import Note
from keynet_admin.rules.engine.rule import Finding, Hit, Level, Per, Rule, Scope


def judge(
    rules: Mapping[str, Rule], typed: Mapping[str, Any], *, on: date, partial: bool = False, sections: frozenset[str] | None = None
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The normalised document and the findings of a submission under these rules (by code). See `rules.evaluate`."""
    reading = read_document(typed, on, complete=not partial)
    findings = _Findings(rules, reading)
    for path, note in reading.notes:
        findings.note(path, note)
    understood, given, unread, limits = reading.understood, reading.typed, reading.unread, sections or frozenset()
    whole = Scope(understood, understood, "", on, given, unread, partial, limits)
    scopes = [
        Scope(understood, record, f"postings.{number}.", on, given, unread, partial, limits, reading.unused[number])
        for number, record in enumerate(reading.postings)
    ]
    _run(rules.values(), reading, {Per.SUBMISSION: [whole], Per.POSTING: scopes}, findings)
    found = findings.found
    if partial:
        found = [f for f in found if f.rule not in RULES_ON_ABSENCE or not blank(f.value)]
    else:
        _missing(reading.missing(), findings)
    if sections is not None:
        found = [f for f in found if f.path.partition(".")[0] in sections]
    return reading.document, tuple(at_most(found, findings.left_out))


def judge_person(
    rules: Mapping[str, Rule], section: str, typed: Mapping[str, Any], posting: Mapping[str, Any], *, on: date
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The normalised record and the findings of who applies or asks. `section` is of `catalogue.PEOPLE`, `posting` the one they read."""
    fields = asked_for(PEOPLE[section], posting)
    reading = read_person(section, fields, typed, on)
    findings = _Findings(rules, reading)
    for path, note in reading.notes:
        findings.note(path, note)
    record = reading.understood[section]
    scope = Scope({section: record, "posting": posting}, record, f"{section}.", on, reading.typed, reading.unread)
    _run(rules.values(), reading, {Per.PERSON: [scope]}, findings)
    _missing(reading.missing_of(section, fields), findings)
    return reading.document, tuple(at_most(findings.found, findings.left_out))


class _Findings:
    """What was found so far. Beyond `MOST_FINDINGS` of one level they are only counted, so that no text can make an answer endless."""

    def __init__(self, rules: Mapping[str, Rule], reading: Reading) -> None:
        self.rules, self.reading = rules, reading
        self.found: list[Finding] = []
        self.left_out = 0
        self._room = dict.fromkeys(Level, MOST_FINDINGS)

    def note(self, path: str, note: Note) -> None:
        """A remark of a normaliser."""
        if self._has_room(note.level):
            self.found.append(_finding(self.rules.get(note.rule), note.rule, note.level, path, note, self.reading))

    def hit(self, rule: Rule, hit: Hit, scope: Scope) -> None:
        """A hit of a rule."""
        level = hit.level or rule.level
        if self._has_room(level):
            self.found.append(_finding(rule, rule.code, level, scope.path(hit.name), hit, self.reading))

    def _has_room(self, level: Level) -> bool:
        self._room[level] -= 1
        self.left_out += self._room[level] < 0
        return self._room[level] >= 0


_BY_WEIGHT = (Level.ERROR, Level.WARNING, Level.FIX)


def at_most(found: list[Finding], left_out: int = 0, most: int = MOST_FINDINGS) -> list[Finding]:
    """The findings in the form's order. When there are too many the weightiest stay, and one finding tells how many others there are."""
    if left_out or len(found) > most:
        left_out += max(0, len(found) - most)
        found = sorted(found, key=lambda f: _BY_WEIGHT.index(f.level))[:most]
        why = f"一度に示す指摘は{most:,}件までです。"
        found.append(
            Finding("TYPE-001", Level.WARNING, "", f"指摘が、ほかに{left_out:,}件あります。", why, "示したものから直してください。")
        )
    return sorted(found, key=lambda f: position(f.path))


def _run(rules: Iterable[Rule], reading: Reading, scopes: Mapping[Per, list[Scope]], findings: _Findings) -> None:
    """What rules change before anything is judged (those of the head first, for all postings may depend on it), then what they check."""
    for per, each in scopes.items():
        for rule, fix in [(rule, rule.fix) for rule in rules if rule.per is per and rule.fix is not None]:
            for scope in each:
                for hit in list(fix(scope)):
                    if hit.name not in scope.unused:
                        reading.change(scope.path(hit.name), hit.value)
                    findings.hit(rule, hit, scope)
    for per, each in scopes.items():
        checks = [(rule, rule.check) for rule in rules if rule.per is per and rule.check is not None and rule.in_force(reading.on)]
        for scope in each:
            for rule, check in checks:
                for hit in check(scope):
                    findings.hit(rule, hit, scope)


def _finding(rule: Rule | None, code: str, level: Level, path: str, found: Hit | Note, reading: Reading) -> Finding:
    note = found.message if isinstance(found, Note) else found
    return Finding(
        code,
        level,
        path,
        note.what,
        note.why,
        note.how,
        typed=repeated(walk(reading.typed, path)),
        value=repeated(found.value if found.value is not None else walk(reading.document, path)),
        basis=rule.basis if rule else "",
        example=found.example or (rule.good[0].note if rule and rule.good else ""),
        choices=found.choices,
    )


def _missing(missing: Iterable[tuple[str, Note]], findings: _Findings) -> None:
    """REQ-001 for every required field left empty, unless another rule has reported that field already."""
    reported = {f.path for f in findings.found if f.level is Level.ERROR}
    by_rule = {(f.rule, f.path) for f in findings.found}
    for path, note in missing:
        if path in reported:
            continue
        covering = COVERED_BY.get(_plain(path))
        if covering and any(
            rule == covering and (at == path or path.startswith(f"{at}.") or at.startswith(f"{path}.")) for rule, at in by_rule
        ):
            continue
        findings.note(path, note)


def _plain(path: str) -> str:
    return ".".join(part for part in path.split(".") if not is_index(part))
