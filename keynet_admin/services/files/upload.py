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
from keynet_admin.errors import NotFound, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, EntryDraft, Organization
from keynet_admin.permissions import Actor
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.files.check import Checked, check_submission, refusals
from keynet_admin.services.files.columns import column_of
from keynet_admin.services.files.import_file import batches
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rows import FileSubmission, Heading, Place, Unreadable
from keynet_admin.services.files.store import store_all
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction

MAX_ROWS = 10_000
MAX_UNPACKED = 100 * 1024 * 1024
MOST_PROBLEMS = 500  # shown; all are counted
MOST_CASES = 300
GONE = "この確認画面は見つかりません。期限（7日）が過ぎたか、アドレスが途中で切れています。ファイルをもう一度お送りください。"


@dataclass(frozen=True)
class Problem:
    """One thing to mend (or to look at), with its place in the file."""

    line: int
    letter: str
    column: str
    label: str
    level: str
    rule: str
    message: str
    typed: str
    sheet: str = ""


@dataclass(frozen=True)
class Case:
    """One submission of the file as the check page lists it. `state`: good, errors (an operator may take it), refused (nobody may)."""

    line: int
    org_name: str
    lg_code: str
    postings: int
    errors: int
    warnings: int
    state: str


@dataclass
class CheckReport:
    """What the check found. `problems` and `cases` are cut to what a page can show; the numbers count all."""

    good: int = 0
    errors: int = 0
    refused: int = 0
    postings: int = 0
    warnings: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    with_account: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Receipt:
    """A stored case on the last page. `new` is False for one that was there already."""

    receipt_no: str
    org_name: str
    line: int
    new: bool


@dataclass(frozen=True)
class Upload:
    """A kept file: its name, what the check found and, after the confirmation, what was stored and what was left out."""

    name: str
    report: CheckReport
    receipts: list[Receipt] | None = None
    left_out: int = 0


def read(path: Path, name: str) -> list[FileSubmission | Unreadable]:
    """All of a file. Raises Refused (with the reason) for a file that cannot be used at all: unknown type, unreadable, too long, empty."""
    items: list[FileSubmission | Unreadable] = []
    rows = 0
    for item in read_file(path, most=MAX_UNPACKED):
        if isinstance(item, Unreadable) and item.whole:
            place = f"{item.sheet} {item.line}行目{f' {item.letter}列' if item.letter else ''}：" if item.line and item.sheet else ""
            raise Refused(f"{place}{item.message}")
        rows += len(item.rows) if isinstance(item, FileSubmission) else 1
        if rows > MAX_ROWS:
            raise Refused(f"行が多すぎます（{MAX_ROWS:,}行まで）。ファイルを分けてお送りください。")
        items.append(item)
    if not items:
        raise Refused(f"{name} には、募集の行がありません。見出しの下の行に、1行に1件の募集を書いてください。")
    return items


def examine(items: Iterable[FileSubmission | Unreadable]) -> tuple[CheckReport, list[Checked], list[Checked]]:
    """Judge everything: the report, the submissions without an error, and those that an operator may take in with their errors."""
    report = CheckReport()
    good: list[Checked] = []
    errors: list[Checked] = []
    today = clock.today()
    for item in items:
        if isinstance(item, Unreadable):
            report.refused += 1
            _tell(report, item.place, "error", "", item.message, "―")
            continue
        checked = check_submission(item, today)
        basic = refusals(checked)
        for refusal in basic:
            place = Place(refusal.line, refusal.column, refusal.letter, refusal.sheet)
            _tell(report, place, "error", "", refusal.message, "―")
        for finding in checked.result.findings:
            if finding.level is not Level.FIX:
                _tell(report, item.cell(finding.path), finding.level.value, finding.rule, finding.message, finding.typed, finding.path)
        state = "refused" if basic else "errors" if checked.has_errors else "good"
        report.refused += state == "refused"
        report.errors += state == "errors"
        report.good += state == "good"
        if state != "refused":
            (good if state == "good" else errors).append(checked)
        _count(report, checked, state)
    report.problems.sort(key=lambda problem: (problem.level != "error", problem.line))
    del report.problems[MOST_PROBLEMS:]
    report.cases.sort(key=lambda case: (case.state == "good", case.line))
    del report.cases[MOST_CASES:]
    return report, good, errors


def _count(report: CheckReport, checked: Checked, state: str) -> None:
    organization = checked.result.normalized.get("organization")
    words = organization if isinstance(organization, Mapping) else {}
    postings = checked.entry.submission.get("postings")
    count = len(postings) if isinstance(postings, list) else 0
    warnings = len(checked.result.at(Level.WARNING))
    report.postings += count
    report.warnings += warnings
    name, code = str(words.get("org_name") or ""), str(words.get("lg_code") or "")
    errors = len(checked.result.at(Level.ERROR))
    report.cases.append(Case(checked.entry.line, name[:60], code[:6], count, errors, warnings, state))


def _tell(report: CheckReport, place: Place, level: str, rule: str, message: str, typed: Any, path: str = "") -> None:
    report.problem_count += 1
    # Errors first: a file of many warnings must not hide them.
    if len(report.problems) >= 4 * MOST_PROBLEMS and level != "error":
        return
    column = column_of(place.column) if place.column and not path else None
    label = label_at(path) if path else label_at(column.path) if column is not None and column.field is not None else place.column
    shown = "" if typed is None else "、".join(map(str, typed)) if isinstance(typed, (list, tuple)) else str(typed)
    report.problems.append(
        Problem(place.line, place.letter, place.column, _without_number(label), level, rule, message, shown[:80], place.sheet)
    )


def _without_number(label: str) -> str:
    """The row says which posting it is: 「募集1 報酬の額1 下限」 needs no 「募集1」."""
    head, _, rest = label.partition(" ")
    return rest if rest and head.startswith("募集") and head[2:].isdecimal() else label


def keep(name: str, items: Sequence[FileSubmission | Unreadable], report: CheckReport, owner: Actor) -> str:
    """Keep a checked file, in the caller's transaction. Returns its key (only the hash is stored)."""
    key = drafts.new_key()
    report.with_account = _with_account({case.lg_code for case in report.cases if case.lg_code})
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
    receipts: list[Receipt] = []
    for batch in batches(chosen):
        with transaction():
            stored = store_all(batch, owner)
        for checked, result in zip(batch, stored, strict=True):
            receipts.append(Receipt(result.receipt_no, _name(checked), checked.entry.line, result.new))
    total = report.good + report.errors + report.refused
    content |= {"items": "", "receipts": [asdict(receipt) for receipt in receipts], "left_out": total - len(chosen)}
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
    stored = dict(content["report"])
    stored["problems"] = [Problem(**problem) for problem in stored["problems"]]
    stored["cases"] = [Case(**case) for case in stored["cases"]]
    receipts = content.get("receipts")
    return Upload(
        content["name"],
        CheckReport(**stored),
        None if receipts is None else [Receipt(**receipt) for receipt in receipts],
        content.get("left_out", 0),
    )


def _name(checked: Checked) -> str:
    organization = checked.result.normalized.get("organization")
    name = organization.get("org_name") if isinstance(organization, Mapping) else ""
    return name[:60] if isinstance(name, str) else ""


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


def _packed(items: Sequence[FileSubmission | Unreadable]) -> str:
    heading = next((item.heading for item in items if isinstance(item, FileSubmission)), Heading())
    rows = [
        {"bad": [item.line, item.message, item.column, item.letter, item.sheet]}
        if isinstance(item, Unreadable)
        else {
            "line": item.line,
            "lines": item.lines,
            "last": item.last_line,
            "id": item.id,
            "on": item.reference_date.isoformat() if item.reference_date else None,
            "form": item.submission,
        }
        for item in items
    ]
    text = json.dumps({"names": heading.names, "sheet": heading.sheet, "rows": rows}, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("ascii"), 6)).decode("ascii")


def _unpacked(packed: str) -> Iterator[FileSubmission | Unreadable]:
    content = json.loads(zlib.decompress(base64.b64decode(packed)))
    heading = Heading(tuple(content["names"]), content["sheet"])
    for row in content["rows"]:
        if "bad" in row:
            line, message, column, letter, sheet = row["bad"]
            yield Unreadable(line, message, column, letter=letter, sheet=sheet)
        else:
            on = date.fromisoformat(row["on"]) if row["on"] else None
            yield FileSubmission(row["line"], row["form"], row["id"], on, tuple(row["lines"]), row["last"], heading)
