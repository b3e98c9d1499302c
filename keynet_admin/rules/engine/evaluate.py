"""The rule engine: normalise, then judge.

`judge` reads a typed submission with one normaliser a kind of field, runs the rules that are in force on the reference date
and gives back the normalised document with everything that was found. It knows no Flask and no database, and it never raises on
anything that JSON can hold.

Rules see only what was understood: in `Scope.document` and `Scope.record` every value is of its field's type or None, rows that
are not objects are empty ones. In the normalised document what could not be understood stands as typed.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.paths import is_index, walk
from keynet_admin.rules.engine.read import Reading, position, read_document
from keynet_admin.rules.engine.required import COVERED_BY, RULES_ON_ABSENCE
from keynet_admin.rules.engine.result import Note
from keynet_admin.rules.engine.rule import Finding, Hit, Level, Per, Rule, Scope


def judge(
    rules: Mapping[str, Rule], typed: Mapping[str, Any], *, on: date, partial: bool = False, sections: frozenset[str] | None = None
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The normalised document and the findings of a submission under these rules (by code). See `rules.evaluate`."""
    reading = read_document(typed, on, complete=not partial)
    findings = [_from_note(rules, reading, path, note) for path, note in reading.notes]
    understood, given, unread, limits = reading.understood, reading.typed, reading.unread, sections or frozenset()
    whole = Scope(understood, understood, "", on, given, unread, partial, limits)
    scopes = [
        Scope(understood, record, f"postings.{number}.", on, given, unread, partial, limits, reading.unused[number])
        for number, record in enumerate(reading.postings)
    ]
    in_force = [rule for rule in rules.values() if rule.in_force(on)]
    _apply_fixes(rules.values(), reading, whole, scopes, findings)
    for per, each in ((Per.SUBMISSION, [whole]), (Per.POSTING, scopes)):
        checks = [(rule, rule.check) for rule in in_force if rule.per is per and rule.check is not None]
        for scope in each:
            for rule, check in checks:
                findings += [_from_hit(rule, hit, scope, reading) for hit in check(scope)]
    if partial:
        findings = [f for f in findings if f.rule not in RULES_ON_ABSENCE or not blank(f.value)]
    else:
        findings += _missing(rules, reading, findings)
    if sections is not None:
        findings = [f for f in findings if f.path.split(".", 1)[0] in sections]
    findings.sort(key=lambda f: position(f.path))
    return reading.document, tuple(findings)


def _apply_fixes(rules: Iterable[Rule], reading: Reading, whole: Scope, scopes: list[Scope], findings: list[Finding]) -> None:
    """What rules change before anything is judged: those of the head first, for all postings may depend on it."""
    fixes = sorted(((rule, rule.fix) for rule in rules if rule.fix is not None), key=lambda pair: pair[0].per is Per.POSTING)
    for rule, fix in fixes:
        for scope in [whole] if rule.per is Per.SUBMISSION else scopes:
            for hit in list(fix(scope)):
                if hit.name not in scope.unused:
                    reading.change(scope.path(hit.name), hit.value)
                findings.append(_from_hit(rule, hit, scope, reading))


def _from_hit(rule: Rule, hit: Hit, scope: Scope, reading: Reading) -> Finding:
    return _finding(rule, rule.code, hit.level or rule.level, scope.path(hit.name), hit, reading)


def _from_note(rules: Mapping[str, Rule], reading: Reading, path: str, note: Note) -> Finding:
    return _finding(rules.get(note.rule), note.rule, note.level, path, note, reading)


def _finding(rule: Rule | None, code: str, level: Level, path: str, found: Hit | Note, reading: Reading) -> Finding:
    note = found.message if isinstance(found, Note) else found
    return Finding(
        code,
        level,
        path,
        note.what,
        note.why,
        note.how,
        typed=walk(reading.typed, path),
        value=found.value if found.value is not None else walk(reading.document, path),
        basis=rule.basis if rule else "",
        example=found.example or (rule.good[0].note if rule and rule.good else ""),
        choices=found.choices,
    )


def _missing(rules: Mapping[str, Rule], reading: Reading, findings: list[Finding]) -> Iterator[Finding]:
    """REQ-001 for every required field left empty, unless another rule has reported that field already."""
    reported = {f.path for f in findings if f.level is Level.ERROR}
    by_rule = {(f.rule, f.path) for f in findings}
    for path, note in reading.missing():
        if path in reported:
            continue
        covering = COVERED_BY.get(_plain(path))
        if covering and any(
            rule == covering and (at == path or path.startswith(f"{at}.") or at.startswith(f"{path}.")) for rule, at in by_rule
        ):
            continue
        yield _from_note(rules, reading, path, note)


def _plain(path: str) -> str:
    return ".".join(part for part in path.split(".") if not is_index(part))
