"""A file that somebody sends over the web: checked first, nothing stored; kept for 7 days under a random key; stored when confirmed.

Between the two steps lies a row of the drafts' table: what was read (packed), and what the check found. The confirmation judges again, so
that what enters was judged by the rules of that moment; sent twice it stores once, for each case is found by its content.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from keynet_admin import clock
from keynet_admin.catalogue import label_at
from keynet_admin.catalogue.paths import walk
from keynet_admin.errors import NotFound, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, EntryDraft, Organization
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.files.check import Checked, check_submission
from keynet_admin.services.files.columns import column_of
from keynet_admin.services.files.import_file import batches
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import NOWHERE, FileSubmission, Heading, Place, Refusal, reference_day
from keynet_admin.services.files.store import store_all
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction

MAX_ROWS = 10_000
MAX_UNPACKED = 100 * 1024 * 1024
MOST_PROBLEMS = 500  # shown; all are counted
MOST_CASES = 300
GONE = "この確認画面は見つかりません。期限（7日）が過ぎたか、アドレスが途中で切れています。ファイルをもう一度お送りください。"


@dataclass
class CheckReport:
    """What the check found. `problems` and `cases` are cut to what a page can show; the numbers count all.

    `good` may enter, `errors` an operator may take, `refused` nobody may. A problem holds its place (line, letter, column, sheet), the
    column's label, level, rule, message and what was typed; a case its line, org_name, lg_code, the numbers of postings, errors and
    warnings, and its state (good, errors, refused).
    """

    good: int = 0
    errors: int = 0
    refused: int = 0
    postings: int = 0
    warnings: int = 0
    problem_count: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    with_account: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Upload:
    """A kept file: its name, what the check found and, after the confirmation, what was stored and what was left out.

    A receipt holds receipt_no, org_name, line, and `new`, which is False for a case that was there already.
    """

    name: str
    report: CheckReport
    receipts: list[dict[str, Any]] | None = None
    left_out: int = 0


def read(path: Path) -> list[FileSubmission | Refusal]:
    """All of a file. Raises Refused (with the reason) for a file that cannot be used at all: unknown type, unreadable, too long, empty."""
    items: list[FileSubmission | Refusal] = []
    rows = 0
    for item in read_file(path, most=MAX_UNPACKED):
        if isinstance(item, Refusal) and item.whole:
            place = f"{item.sheet} {item.line}行目{f' {item.letter}列' if item.letter else ''}：" if item.line and item.sheet else ""
            raise Refused(f"{place}{item.message}")
        rows += len(item.rows) if isinstance(item, FileSubmission) else 1
        if rows > MAX_ROWS:
            raise Refused(f"行が多すぎます（{MAX_ROWS:,}行まで）。ファイルを分けてお送りください。")
        items.append(item)
    if not items:
        raise Refused("募集の行がありません。見出しの下の行に、1行に1件の募集を書いてください。")
    return items


def examine(items: Iterable[FileSubmission | Refusal]) -> tuple[CheckReport, list[Checked], list[Checked]]:
    """Judge everything: the report, the submissions without an error, and those that an operator may take in with their errors."""
    report = CheckReport()
    by_state: dict[str, list[Checked]] = {"good": [], "errors": [], "refused": []}
    today = clock.today()
    for item in items:
        if isinstance(item, Refusal):
            report.refused += 1
            _refuse(report, item)
            continue
        checked = check_submission(item, today)
        for refusal in checked.refusals:
            _refuse(report, refusal)
        for finding in checked.result.findings:
            if finding.level is not Level.FIX:
                label = _without_number(label_at(finding.path))
                _tell(report, item.cell(finding.path), label, finding.level, finding.rule, finding.message, finding.typed)
        state = "refused" if checked.refusals else "errors" if checked.has_errors else "good"
        by_state[state].append(checked)
        report.cases.append(_case(checked, state))
    report.good, report.errors = len(by_state["good"]), len(by_state["errors"])
    report.refused += len(by_state["refused"])
    report.postings, report.warnings = (sum(case[what] for case in report.cases) for what in ("postings", "warnings"))
    report.problems.sort(key=lambda problem: (problem["level"] != Level.ERROR, problem["line"]))
    del report.problems[MOST_PROBLEMS:]
    report.cases.sort(key=lambda case: (case["state"] == "good", case["line"]))
    del report.cases[MOST_CASES:]
    return report, by_state["good"], by_state["errors"]


def _case(checked: Checked, state: str) -> dict[str, Any]:
    postings = checked.entry.submission.get("postings")
    errors, warnings = (len(checked.result.at(level)) for level in (Level.ERROR, Level.WARNING))
    numbers = {"postings": len(postings) if isinstance(postings, list) else 0, "errors": errors, "warnings": warnings}
    name, code = _words(checked, "org_name")[:60], _words(checked, "lg_code")[:6]
    return {"line": checked.entry.line, "org_name": name, "lg_code": code, "state": state} | numbers


def _words(checked: Checked, name: str) -> str:
    return str(walk(checked.result.normalized, f"organization.{name}") or "")


def _refuse(report: CheckReport, refusal: Refusal) -> None:
    column = column_of(refusal.column) if refusal.column else None
    label = label_at(column.path) if column is not None and column.section else refusal.column
    _tell(report, refusal, _without_number(label), Level.ERROR, "", refusal.message, "―")


def _tell(report: CheckReport, place: Place, label: str, level: Level, rule: str, message: str, typed: Any) -> None:
    report.problem_count += 1
    # Errors first: a file of many warnings must not hide them.
    if len(report.problems) >= 4 * MOST_PROBLEMS and level is not Level.ERROR:
        return
    shown = "" if typed is None else "、".join(map(str, typed)) if isinstance(typed, (list, tuple)) else str(typed)
    where = {"line": place.line, "letter": place.letter, "column": place.column, "sheet": place.sheet, "label": label}
    report.problems.append(where | {"level": level.value, "rule": rule, "message": message, "typed": shown[:80]})


def _without_number(label: str) -> str:
    """The row says which posting it is: 「募集1 報酬の額1 下限」 needs no 「募集1」."""
    head, _, rest = label.partition(" ")
    return rest if rest and head.startswith("募集") and head[2:].isdecimal() else label


def keep(name: str, items: Sequence[FileSubmission | Refusal], report: CheckReport, owner: Actor) -> str:
    """Keep a checked file, in the caller's transaction. Returns its key (only the hash is stored)."""
    key = drafts.new_key()
    report.with_account = _with_account({case["lg_code"] for case in report.cases if case["lg_code"]})
    content = {"name": name[:100], "owner": owner.account_id, "report": asdict(report), "items": _packed(items)}
    drafts.save(_draft_key(key), {"file": content}, "")
    return key


def find(key: str, owner: Actor) -> Upload:
    """The file kept under a key, for the one who sent it. Raises NotFound."""
    return _upload(_draft(key, owner).typed["file"])


def send(key: str, owner: Actor, *, take_errors: bool) -> Upload:
    """Store what may enter, batch by batch (commits). Sent again it tells the same. Raises NotFound.

    `take_errors`: also the submissions with error-level findings (operators only; they return them).
    """
    draft = _draft(key, owner)
    content: dict[str, Any] = dict(draft.typed["file"])
    upload = _upload(content)
    db.session.rollback()  # the rules below take their time: no lock may be held meanwhile
    if upload.receipts is not None:
        return upload
    report, good, errors = examine(_unpacked(content["items"]))
    chosen = sorted([*good, *(errors if take_errors and owner.is_staff else [])], key=lambda checked: checked.entry.line)
    receipts: list[dict[str, Any]] = []
    for batch in batches(chosen):
        with transaction():
            stored = store_all(batch, owner)
        for checked, result in zip(batch, stored, strict=True):
            receipts.append(asdict(result) | {"org_name": _words(checked, "org_name")[:60], "line": checked.entry.line})
    total = report.good + report.errors + report.refused
    content |= {"items": "", "receipts": receipts, "left_out": total - len(chosen)}
    if receipts:
        with transaction():
            drafts.save(_draft_key(key), {"file": content}, "")
    return _upload(content)


def discard(key: str, owner: Actor) -> None:
    """Forget a kept file, in the caller's transaction. Raises NotFound."""
    _draft(key, owner)
    drafts.discard(_draft_key(key))


def _draft_key(key: str) -> str:
    return f"file:{key}"


def _draft(key: str, owner: Actor) -> EntryDraft:
    draft = drafts.find(_draft_key(key))
    content = draft.typed.get("file") if draft is not None else None
    if draft is None or not isinstance(content, dict) or content.get("owner") != owner.account_id:
        raise NotFound(GONE)
    return draft


def _upload(content: Mapping[str, Any]) -> Upload:
    return Upload(content["name"], CheckReport(**content["report"]), content.get("receipts"), content.get("left_out", 0))


def _with_account(codes: set[str]) -> list[str]:
    """Names of the bodies that already have an account: their officers add postings in their office."""
    query = (
        select(Organization.name)
        .join(Account, Account.organization_id == Organization.id)
        .where(Organization.lg_code.in_(sorted(codes)))
        .distinct()
        .order_by(Organization.name)
    )
    return list(db.session.execute(query).scalars()) if codes else []


def _packed(items: Sequence[FileSubmission | Refusal]) -> str:
    heading = next((item.heading for item in items if isinstance(item, FileSubmission)), NOWHERE)
    rows = [{name: value for name, value in vars(item).items() if name != "heading"} for item in items]
    text = json.dumps({"heading": vars(heading), "rows": rows}, separators=(",", ":"), default=date.isoformat)
    return base64.b64encode(zlib.compress(text.encode("ascii"), 6)).decode("ascii")


def _unpacked(packed: str) -> Iterator[FileSubmission | Refusal]:
    content = json.loads(zlib.decompress(base64.b64decode(packed)))
    heading = Heading(tuple(content["heading"]["names"]), content["heading"]["sheet"])
    for row in content["rows"]:
        if "message" in row:
            yield Refusal(**row)
        else:
            on, lines = reference_day(row.pop("reference_date")), tuple(row.pop("lines"))
            yield FileSubmission(**row, reference_date=on, lines=lines, heading=heading)
