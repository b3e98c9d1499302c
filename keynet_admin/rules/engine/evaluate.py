"""The rule engine: normalise, then judge.

`evaluate` reads a typed submission with one normaliser a kind of field, runs the rules that are in force on the reference date
and gives back the normalised document with everything that was found. It knows no Flask and no database, and it never raises on
anything that JSON can hold.

Rules see only what was understood: in `Scope.document` and `Scope.record` every value is of its field's type or None, rows that
are not objects are empty ones. In `Result.normalized` what could not be understood stands as typed.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.paths import is_index, walk
from keynet_admin.rules.engine.fix import SUBMISSION_FIXES
from keynet_admin.rules.engine.read import Reading, position, read_document
from keynet_admin.rules.engine.required import CATALOGUE_RULES, COVERED_BY, RULES_ON_ABSENCE
from keynet_admin.rules.engine.result import Note
from keynet_admin.rules.engine.rule import Check, Finding, Hit, Level, Per, Result, Rule, Scope


def evaluate(typed: Mapping[str, Any], *, on: date, partial: bool = False, sections: frozenset[str] | None = None) -> Result:
    """Check a submission document on a reference date.

    `partial`: required fields that are missing, null or blank are not reported. `sections` limits the findings to those sections
    (`{"postings"}` in a municipality's own editor); the others are normalised and serve as context.
    """
    reading = read_document(typed, on, complete=not partial)
    findings = [_from_note(reading, path, note) for path, note in reading.notes]
    shown = sections or frozenset()
    whole = Scope(reading.understood, reading.understood, "", on, reading.typed, reading.unread, partial, shown)
    scopes = [
        Scope(reading.understood, record, f"postings.{number}.", on, reading.typed, reading.unread, partial, shown, reading.unused[number])
        for number, record in enumerate(reading.postings)
    ]
    _apply_fixes(reading, whole, scopes, findings)
    _judge(_live(on, Per.SUBMISSION), whole, reading, findings)
    checks = _live(on, Per.POSTING)
    for scope in scopes:
        _judge(checks, scope, reading, findings)
    if partial:
        findings = [f for f in findings if f.rule not in RULES_ON_ABSENCE or not blank(f.value)]
    else:
        findings += _missing(reading, findings)
    if sections is not None:
        findings = [f for f in findings if f.path.split(".", 1)[0] in sections]
    if len(findings) > 1:
        findings.sort(key=lambda f: position(f.path))
    return Result(reading.document, tuple(findings))


@lru_cache(maxsize=1)
def _rows() -> dict[str, Rule]:
    from keynet_admin.rules import RULES

    return {rule.code: rule for rule in (*CATALOGUE_RULES, *RULES)}


def _live(on: date, per: Per) -> list[tuple[Rule, Check]]:
    """Rules in force on a day that have a check and speak at more than level fix."""
    rows = (rule for rule in _rows().values() if rule.per is per and rule.levels != (Level.FIX,) and rule.in_force(on))
    return [(rule, rule.check) for rule in rows if rule.check is not None]


@lru_cache(maxsize=1)
def _fixes() -> tuple[tuple[Rule, Check], ...]:
    """Rules of level fix that look at several fields; they change the posting before it is judged."""
    rows = (rule for rule in _rows().values() if rule.levels == (Level.FIX,) and rule.per is Per.POSTING)
    return tuple((rule, rule.check) for rule in rows if rule.check is not None)


def _apply_fixes(reading: Reading, whole: Scope, scopes: list[Scope], findings: list[Finding]) -> None:
    for code, fix in SUBMISSION_FIXES.items():
        for hit in list(fix(whole)):
            section, name = hit.name.split(".")
            reading.set_section(section, name, hit.value)
            findings.append(_from_hit(_rows()[code], hit, whole, reading))
    for number, scope in enumerate(scopes):
        for rule, check in _fixes():
            for hit in list(check(scope)):
                if "." not in hit.name:
                    if hit.name not in scope.unused:
                        reading.set_posting(number, hit.name, hit.value)
                    findings.append(_from_hit(rule, hit, scope, reading))


def _judge(checks: list[tuple[Rule, Check]], scope: Scope, reading: Reading, findings: list[Finding]) -> None:
    for rule, check in checks:
        for hit in check(scope):
            findings.append(_from_hit(rule, hit, scope, reading))


def _from_hit(rule: Rule, hit: Hit, scope: Scope, reading: Reading) -> Finding:
    path = scope.prefix + hit.name
    value = hit.value if hit.value is not None else walk(reading.document, path)
    example = hit.example or (rule.good[0].note if rule.good else "")
    return Finding(
        rule.code, hit.level or rule.level, path, hit.message, walk(reading.typed, path), value, rule.basis, example, hit.choices
    )


def _from_note(reading: Reading, path: str, note: Note) -> Finding:
    rule = _rows().get(note.rule)
    value = note.value if note.value is not None else walk(reading.document, path)
    example = note.example or (rule.good[0].note if rule and rule.good else "")
    return Finding(
        note.rule, note.level, path, note.message, walk(reading.typed, path), value, rule.basis if rule else "", example, note.choices
    )


def _missing(reading: Reading, findings: list[Finding]) -> Iterator[Finding]:
    """REQ-001 for every required field left empty, unless a rule of the domain speaks about that field already."""
    spoken = {f.path for f in findings if f.level is Level.ERROR}
    by_rule = {(f.rule, f.path) for f in findings}
    for path, note in reading.missing():
        if path in spoken:
            continue
        covering = COVERED_BY.get(_plain(path))
        if covering and any(
            rule == covering and (at == path or path.startswith(f"{at}.") or at.startswith(f"{path}.")) for rule, at in by_rule
        ):
            continue
        yield _from_note(reading, path, note)


def _plain(path: str) -> str:
    return ".".join(part for part in path.split(".") if not is_index(part))
