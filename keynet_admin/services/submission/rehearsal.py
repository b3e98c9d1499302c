"""Rule rehearsal: a rule set replayed over the stored submissions. Which results would flip, by rule. Nothing is written."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from keynet_admin.extensions import db
from keynet_admin.models import Submission, SubmissionRevision
from keynet_admin.rules import RULESET, evaluate
from keynet_admin.rules.engine.rule import Finding, Level
from keynet_admin.services.submission import intake as submissions

BATCH = 200
SHOWN = 20
# What a judge says of one document: rule, level, path of every finding above level fix.
Verdict = frozenset[tuple[str, str, str]]
Judge = Callable[[Mapping[str, Any], date], Verdict]


@dataclass
class RuleFlips:
    """What changes at one rule: findings that would come and go, findings whose level would change, and some of the cases."""

    rule: str
    comes: int = 0
    goes: int = 0
    changes_level: int = 0
    cases: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All changes."""
        return self.comes + self.goes + self.changes_level


@dataclass
class Rehearsal:
    """The outcome. `flips` are cases whose result (要修正あり, 要確認のみ, 指摘なし) would be another one: id, receipt, before, after."""

    ruleset: str
    replayed: int = 0
    same: int = 0
    flips: list[tuple[int, str, str, str]] = field(default_factory=list)
    rules: dict[str, RuleFlips] = field(default_factory=dict)

    @property
    def by_rule(self) -> list[RuleFlips]:
        """The rules that change something, most changes first."""
        return sorted(self.rules.values(), key=lambda row: (-row.total, row.rule))


def present_rules(without: Iterable[str] = ()) -> Judge:
    """The rule set of this code, optionally with some rows left out."""
    left_out = frozenset(without)

    def judge(typed: Mapping[str, Any], on: date) -> Verdict:
        return _verdict(f for f in evaluate(typed, on=on).findings if f.rule not in left_out)

    return judge


@contextmanager
def rules_of(code: Path) -> Iterator[Judge]:
    """The rule set of another checkout of this program (a chosen version), run by a process of its own.

    Raises ValueError when there is no rule package in the folder.
    """
    if not (code / "keynet_admin" / "rules" / "__init__.py").is_file():
        raise ValueError(f"no rule set in {code}")
    environ = {**os.environ, "PYTHONPATH": str(code)}
    with subprocess.Popen(  # noqa: S603 - the command is ours, the folder is the operator's own choice
        [sys.executable, "-c", _OTHER], cwd=code, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="ascii"
    ) as process:
        ask, answer = process.stdin, process.stdout
        if ask is None or answer is None:
            raise ValueError("the other rule set cannot be asked")

        def judge(typed: Mapping[str, Any], on: date) -> Verdict:
            ask.write(json.dumps([typed, on.isoformat()]) + "\n")
            ask.flush()
            line = answer.readline()
            if not line:
                raise ValueError("the other rule set ended without an answer")
            return frozenset((rule, level, path) for rule, level, path in json.loads(line))

        yield judge
        ask.close()


_OTHER = """
import json, sys
from datetime import date
from keynet_admin.rules import evaluate
for line in sys.stdin:
    typed, on = json.loads(line)
    found = evaluate(typed, on=date.fromisoformat(on)).findings
    print(json.dumps([[f.rule, f.level.value, f.path] for f in found if f.level.value != "fix"]), flush=True)
"""


def count(newest: int | None = None) -> int:
    """How many submissions a rehearsal would replay."""
    total: int = db.session.execute(select(func.count(Submission.id))).scalar_one()
    return total if newest is None else min(total, newest)


def rehearse(judge: Judge, *, ruleset: str = RULESET, newest: int | None = None, tick: Callable[[int], object] | None = None) -> Rehearsal:
    """Replay the newest revision of each submission (the `newest` ones, or all) on its own reference date.

    Compared with the findings stored at that time, reasons of the sender left aside. `tick` is told how many more are done.
    """
    report = Rehearsal(ruleset)
    for cases in _batches(newest):
        for case, revision in cases:
            _compare(report, case, revision, judge)
        if tick is not None:
            tick(len(cases))
    return report


def as_json(report: Rehearsal) -> dict[str, Any]:
    """The report as plain data."""
    rules = [
        {"rule": r.rule, "comes": r.comes, "goes": r.goes, "changes_level": r.changes_level, "cases": [case[1] for case in r.cases]}
        for r in report.by_rule
    ]
    flips = [{"receipt_no": receipt, "before": before, "after": after} for _, receipt, before, after in report.flips]
    return {"ruleset": report.ruleset, "replayed": report.replayed, "same": report.same, "rules": rules, "flips": flips}


def _batches(newest: int | None) -> Iterator[list[tuple[Submission, SubmissionRevision]]]:
    last, left = None, newest
    while left is None or left > 0:
        query: Any = (
            select(Submission, SubmissionRevision)
            .join(
                SubmissionRevision, (SubmissionRevision.submission_id == Submission.id) & (SubmissionRevision.number == Submission.current)
            )
            .options(joinedload(SubmissionRevision.contact))
            .order_by(Submission.id.desc())
            .limit(BATCH if left is None else min(BATCH, left))
        )
        if last is not None:
            query = query.where(Submission.id < last)
        rows = [(row[0], row[1]) for row in db.session.execute(query)]
        if not rows:
            return
        yield rows
        last = rows[-1][0].id
        left = None if left is None else left - len(rows)
        db.session.expunge_all()


def _compare(report: Rehearsal, case: Submission, revision: SubmissionRevision, judge: Judge) -> None:
    before = _verdict(submissions.findings_of(revision))
    after = judge(submissions.whole(revision, "typed"), date.fromisoformat(revision.reference_date))
    report.replayed += 1
    if before == after:
        report.same += 1
        return
    if _result(before) != _result(after):
        report.flips.append((case.id, case.receipt_no, _result(before), _result(after)))
    gone, come = _places(before), _places(after)
    touched: dict[str, str] = defaultdict(str)
    for place in gone.keys() | come.keys():
        if gone.get(place) == come.get(place):
            continue
        rule = place[0]
        row = report.rules.setdefault(rule, RuleFlips(rule))
        if place not in gone:
            row.comes += 1
            touched[rule] = "指摘が増える"
        elif place not in come:
            row.goes += 1
            touched[rule] = touched[rule] or "指摘が消える"
        else:
            row.changes_level += 1
            touched[rule] = touched[rule] or "重さが変わる"
    for rule, what in touched.items():
        if len(report.rules[rule].cases) < SHOWN:
            report.rules[rule].cases.append((case.id, case.receipt_no, what))


def _verdict(findings: Iterable[Finding]) -> Verdict:
    return frozenset((f.rule, (f.own_level or f.level).value, f.path) for f in findings if f.level is not Level.FIX)


def _places(verdict: Verdict) -> dict[tuple[str, str], str]:
    return {(rule, path): level for rule, level, path in verdict}


def _result(verdict: Verdict) -> str:
    levels = {level for _, level, _ in verdict}
    return "要修正あり" if Level.ERROR.value in levels else "要確認のみ" if levels else "指摘なし"
