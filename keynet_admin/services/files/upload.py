"""A file that somebody sends over the web: checked first, nothing stored; kept for 7 days under a random key; stored when confirmed.

Between the two steps lies a row of the drafts' table: what was read (packed), what the check found, and what was chosen on its page. The
confirmation judges again, so that what enters was judged by the rules of that moment; sent twice it stores once, for each case is found
by its content. What was not sent can be taken back as a file, with the reasons, until the row's life is over.
"""

import base64
import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from keynet_admin.errors import NotFound, Refused
from keynet_admin.extensions import db
from keynet_admin.models import Account, EntryDraft, Organization
from keynet_admin.permissions import Actor
from keynet_admin.services.account.tokens import seal
from keynet_admin.services.batch import network_mark
from keynet_admin.services.files.excel.workbook import OVER_THE_WEB
from keynet_admin.services.files.import_file import batches
from keynet_admin.services.files.joining import answered
from keynet_admin.services.files.read_file import read_file
from keynet_admin.services.files.rejects import rejects_of
from keynet_admin.services.files.report import APART, LEFT_OUT, ONE, CheckReport, Examined, examine, words_of
from keynet_admin.services.files.rows import NOWHERE, FileSubmission, Heading, Refusal, Remark, reference_day
from keynet_admin.services.files.store import store_all
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction

__all__ = ["APART", "ONE", "CheckReport", "Chosen", "NotFound", "Upload", "examine", "read"]

MAX_ROWS = 10_000
MOST_ANONYMOUS = 300  # submissions of a file without an account; operators take larger ones
GONE = "この確認画面は見つかりません。期限（7日）が過ぎたか、アドレスが途中で切れています。ファイルをもう一度お送りください。"
NOTHING_LEFT = "このファイルには、直していただく行がありません。"


@dataclass(frozen=True)
class Chosen:
    """What the sender chose on the check page: answers about neighbours and submissions to leave out (by their first lines), ticked boxes."""

    answers: dict[int, str] = field(default_factory=dict)
    left: frozenset[int] = frozenset()
    ticks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Upload:
    """A kept file: its name, what the check found, what was chosen and, after the confirmation, what was stored and what was not.

    A receipt holds receipt_no, org_name, line, and `new`, which is False for a case that was there already. `left_out` are those that
    could not be sent, `put_aside` (org_name, lines) those that the sender left out. `rejects`: rows that can be taken back to be mended.
    """

    name: str
    report: CheckReport
    chosen: Chosen
    receipts: list[dict[str, Any]] | None = None
    left_out: int = 0
    put_aside: list[dict[str, Any]] = field(default_factory=list)
    rejects: int = 0

    def sending(self, *, errors: bool) -> int:
        """How many submissions would be sent now; `errors`: also those with error-level findings."""
        report, states = self.report, ("good", "errors") if errors else ("good",)
        gone = sum(case["state"] in states and case["line"] in self.chosen.left for case in report.cases)
        return report.good + (report.errors if errors else 0) - gone

    def with_account(self) -> list[str]:
        """Names of the bodies about to be sent without errors whose officers have an account."""
        found = {case["lg_code"] for case in self.report.cases if case["state"] == "good" and case["line"] not in self.chosen.left}
        return [name for code, name in self.report.with_account.items() if code in found]


def read(path: Path) -> list[FileSubmission | Refusal]:
    """All of a file. Raises Refused (with the reason) for a file that cannot be used at all: unknown type, unreadable, too long, empty."""
    items: list[FileSubmission | Refusal] = []
    rows = 0
    for item in read_file(path, OVER_THE_WEB):
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


def require_few(items: Sequence[FileSubmission | Refusal]) -> None:
    """Raises Refused for more submissions than one may send without an account: nobody's mistake or joke may fill the queue."""
    if len(items) > MOST_ANONYMOUS:
        raise Refused(
            f"アカウントなしで送れるのは、1つのファイルで申請{MOST_ANONYMOUS}件までです（このファイルは{len(items):,}件）。"
            f"{MOST_ANONYMOUS}件までのファイルに分けて送るか、サービスセンターへご連絡ください。"
            "サービスセンターでは、まとめて受け付けることができます。"
        )


def keep(name: str, items: Sequence[FileSubmission | Refusal], examined: Examined, owner: Actor) -> str:
    """Keep a checked file, in the caller's transaction. Returns its key (only the hash is stored)."""
    key = drafts.new_key()
    content = {"name": name[:100], "owner": owner.account_id}
    drafts.save(_draft_key(key), {"file": content | _judged(items, examined)}, "")
    return key


def find(key: str, owner: Actor) -> Upload:
    """The file kept under a key, for the one who sent it. Raises NotFound."""
    return _upload(_draft(key, owner).typed["file"])


def choose(key: str, owner: Actor, chosen: Chosen) -> bool:
    """Keep what was chosen on the page (commits). True when the file was judged anew, since neighbours were joined or parted."""
    content: dict[str, Any] = dict(_draft(key, owner).typed["file"])
    found = _upload(content)
    db.session.rollback()  # the rules below take their time: no lock may be held meanwhile
    asked = {question["line"] for question in found.report.asked}
    answers = {line: answer for line, answer in chosen.answers.items() if line in asked and answer in (ONE, APART)}
    anew = answers != found.chosen.answers
    if anew:
        items, _ = _unpacked(content["items"])
        content |= _judged(items, examine(items, answers, owner.prefecture_code))
    kept = {"answers": [[line, answer] for line, answer in answers.items()], "left": sorted(chosen.left), "ticks": sorted(chosen.ticks)}
    if found.receipts is None and content.get("chosen") != kept:
        with transaction():
            drafts.save(_draft_key(key), {"file": content | {"chosen": kept}}, "")
    return anew


def send(key: str, owner: Actor, *, take_errors: bool, address: str = "") -> Upload:
    """Store what may enter and was not left out, batch by batch (commits). Sent again it tells the same. Raises NotFound.

    `take_errors`: also the submissions with error-level findings (operators only; they return them). `address`: the sender's on the
    network; of a file without an account its cases keep a mark, so that they can be found as one.
    """
    content: dict[str, Any] = dict(_draft(key, owner).typed["file"])
    upload = _upload(content)
    db.session.rollback()  # the rules below take their time: no lock may be held meanwhile
    if upload.receipts is not None:
        return upload
    items, _ = _unpacked(content["items"])
    report, good, errors, rejected = examine(items, upload.chosen.answers, owner.prefecture_code)
    may = sorted([*good, *(errors if take_errors and owner.is_staff else [])], key=lambda checked: checked.entry.line)
    chosen = [checked for checked in may if checked.entry.line not in upload.chosen.left]
    put_aside = [checked for checked in may if checked.entry.line in upload.chosen.left]
    marks = {} if owner.account_id is not None else {"batch": seal(_draft_key(key)), "network": network_mark(address)}
    receipts: list[dict[str, Any]] = []
    for batch in batches(chosen):
        with transaction():
            stored = store_all(batch, owner, **marks)
        for checked, result in zip(batch, stored, strict=True):
            receipts.append(asdict(result) | {"org_name": words_of(checked, "org_name"), "line": checked.entry.line})
    if not receipts:
        return upload
    sent = {checked.entry.line for checked in chosen}
    one = {line for line, answer in upload.chosen.answers.items() if answer == ONE}
    rest = [item for item in answered(items, one) if item.line not in sent]
    for checked in put_aside:
        rejected |= {line: [LEFT_OUT] for line in checked.entry.rows}
    total = report.good + report.errors + report.refused
    content |= {
        "items": _packed(rest, rejected) if rest else "",
        "rejects": _rows_of(rest, rejected),
        "report": asdict(CheckReport()),
        "receipts": receipts,
        "left_out": total - len(chosen) - len(put_aside),
        "put_aside": [{"org_name": words_of(checked, "org_name"), "lines": list(checked.entry.rows)} for checked in put_aside],
    }
    with transaction():
        drafts.save(_draft_key(key), {"file": content}, "")
    return _upload(content)


def rejects(key: str, owner: Actor) -> tuple[str, bytes]:
    """The rows that cannot be sent, or were not, as a file of the same format with the reasons: its name and content. Raises NotFound."""
    content = _draft(key, owner).typed["file"]
    if not content.get("rejects"):
        raise NotFound(NOTHING_LEFT)
    items, reasons = _unpacked(content["items"])
    db.session.rollback()
    return rejects_of(content["name"], items, reasons)


def discard(key: str, owner: Actor) -> None:
    """Forget a kept file, in the caller's transaction. Raises NotFound."""
    _draft(key, owner)
    drafts.discard(_draft_key(key))


def _judged(items: Sequence[FileSubmission | Refusal], examined: Examined) -> dict[str, Any]:
    report, rejected = examined.report, examined.rejected
    report.with_account = _with_account({case["lg_code"] for case in report.cases if case["lg_code"]})
    return {"report": asdict(report), "items": _packed(items, rejected), "rejects": _rows_of(items, rejected)}


def _rows_of(items: Iterable[FileSubmission | Refusal], rejected: Collection[int]) -> int:
    """Rows that can be given back."""
    return sum(line in rejected for item in items if isinstance(item, FileSubmission) or item.cells for line in item.rows)


def _draft_key(key: str) -> str:
    return f"file:{key}"


def _draft(key: str, owner: Actor) -> EntryDraft:
    draft = drafts.find(_draft_key(key))
    content = draft.typed.get("file") if draft is not None else None
    # What a former program has kept may lack what this one shows.
    if draft is None or not isinstance(content, dict) or content.get("owner") != owner.account_id or "groups" not in content["report"]:
        raise NotFound(GONE)
    return draft


def _upload(content: Mapping[str, Any]) -> Upload:
    kept = content.get("chosen") or {"answers": [], "left": [], "ticks": []}
    chosen = Chosen(dict(kept["answers"]), frozenset(kept["left"]), frozenset(kept["ticks"]))
    done = {name: content[name] for name in ("receipts", "left_out", "put_aside", "rejects") if name in content}
    return Upload(content["name"], CheckReport(**content["report"]), chosen, **done)


def _with_account(codes: set[str]) -> dict[str, str]:
    """Names of the bodies, by code, that already have an account: their officers add postings in their office."""
    query = (
        select(Organization.lg_code, Organization.name)
        .join(Account, Account.organization_id == Organization.id)
        .where(Organization.lg_code.in_(sorted(codes)))
        .distinct()
        .order_by(Organization.name)
    )
    return {row[0]: row[1] for row in db.session.execute(query)} if codes else {}


def _packed(items: Sequence[FileSubmission | Refusal], reasons: Mapping[int, Sequence[str]]) -> str:
    heading = next((item.heading for item in items if item.heading.names), NOWHERE)
    rows = [{name: value for name, value in vars(item).items() if name != "heading"} for item in items]
    content = {"heading": vars(heading), "rows": rows, "reasons": list(reasons.items())}
    text = json.dumps(content, separators=(",", ":"), default=_plain)
    return base64.b64encode(zlib.compress(text.encode("ascii"), 6)).decode("ascii")


def _plain(value: date | Remark) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return {name: part for name, part in vars(value).items() if name != "heading"}


def _unpacked(packed: str) -> tuple[list[FileSubmission | Refusal], dict[int, list[str]]]:
    """The items of a kept file, and why some of its rows cannot be sent."""
    content = json.loads(zlib.decompress(base64.b64decode(packed)))
    heading = Heading(tuple(content["heading"]["names"]), content["heading"]["sheet"])
    items: list[FileSubmission | Refusal] = []
    for row in content["rows"]:
        for name in ("lines", "differs", "cells"):
            row |= {name: tuple(row[name])} if name in row else {}
        if "message" in row:
            more = tuple(Refusal(**one | {"more": (), "cells": (), "heading": heading}) for one in row.pop("more", ()))
            items.append(Refusal(**row, more=more, heading=heading))
        else:
            on, remarks = reference_day(row.pop("reference_date")), tuple(Remark(**one) for one in row.pop("remarks", ()))
            items.append(FileSubmission(**row, reference_date=on, remarks=remarks, heading=heading))
    return items, {int(line): reasons for line, reasons in content["reasons"]}
