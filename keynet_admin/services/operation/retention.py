"""The retention as people see it: what is kept how long and why, what is due now, and what the runs ended. Numbers only, never whose.

The rules are those of the register of persons' data (`services/persons.py`); what stands in no entry of it is never deleted (`NEVER`).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, select

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models import RetentionRun, Review
from keynet_admin.permissions import Actor
from keynet_admin.services import audit, persons
from keynet_admin.services.persons import Personal

LAST_RUNS = 14
_LONGEST = 4096  # days that are told apart


@dataclass(frozen=True)
class DueRows:
    """An entry of the register with the number of its rows that are over now, and how long the oldest has been."""

    entry: Personal
    number: int
    days: int

    @property
    def where(self) -> str:
        """Table and columns."""
        return f"{self.entry.model.__tablename__}：{'、'.join(column.key for column in self.entry.blank)}"

    @property
    def kept(self) -> str:
        """How long it is kept, in words."""
        days = self.entry.keep.days
        if not days:
            return "期限の日まで"
        return f"{days // 365}年" if days % 365 == 0 else f"{days // 30}か月" if days % 30 == 0 else f"{days}日"

    @property
    def oldest(self) -> str:
        """How long the oldest has been over, in words."""
        if not self.number:
            return ""
        return f"最も古いものは期限を{self.days}日過ぎています" if self.days else "最も古いものは今日が期限です"


def due() -> list[DueRows]:
    """What a run would end now. No transaction may be open."""
    return [DueRows(entry, number, days_overdue(entry) if number else 0) for entry, number in persons.purge(dry_run=True)]


def days_overdue(entry: Personal) -> int:
    """How many whole days the oldest row that is over has been so; 0 when none is, or only since today."""
    before = (clock.real_now() if entry.real else clock.now()) - entry.keep

    def some(days: int) -> bool:
        return bool(persons.read_only_rows(select(entry.key).where(entry.rows(before - timedelta(days=days))).limit(1)))

    low, high = 0, 1
    while high < _LONGEST and some(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if some(middle) else (low, middle)
    return low


def version_of(rows: Iterable[DueRows]) -> str:
    """A mark of these numbers: whoever confirms them confirms no others."""
    content = json.dumps([(row.entry.purpose, row.number) for row in rows], ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()[:16]


def record(found: Iterable[tuple[Personal, int]], actor: Actor) -> RetentionRun:
    """Keep the numbers of a run that is done."""
    numbers = {entry.purpose: number for entry, number in found if number}
    row = RetentionRun(account_id=actor.account_id, numbers=numbers)
    db.session.add(row)
    db.session.flush()
    if numbers:
        audit.record(row, "purge", actor, rows=sum(numbers.values()))
    return row


def last_runs() -> list[RetentionRun]:
    """The newest runs by time, newest first; not what was ended at a person's own wish."""
    asked = select(Review.subject_id).where(Review.subject == RetentionRun.__tablename__)
    query = select(RetentionRun).where(RetentionRun.id.not_in(asked)).order_by(RetentionRun.id.desc()).limit(LAST_RUNS)
    return list(db.session.execute(query).scalars())


def requests() -> list[tuple[RetentionRun, Review]]:
    """What was last ended at people's own wish (`services/support/erasing.py`), with who did it and why; newest first."""
    about = and_(Review.subject == RetentionRun.__tablename__, Review.subject_id == RetentionRun.id)
    query = select(RetentionRun, Review).join(Review, about).order_by(RetentionRun.id.desc()).limit(LAST_RUNS)
    return [(run, review) for run, review in db.session.execute(query)]


@dataclass(frozen=True)
class NeverDeleted:
    """What stays for good: what it is, why, and its tables. Of tables that the register names, the rows stay without their persons."""

    what: str
    why: str
    tables: tuple[str, ...]


NEVER: tuple[NeverDeleted, ...] = (
    NeverDeleted(
        "操作の記録",
        "だれがいつ何をしたかを、いつでも示すためです。番号と符号だけで、人の言葉は入りません。",
        ("audit_event", "audit_seal", "audit_check"),
    ),
    NeverDeleted(
        "申請の番号・状態・日時と指摘",
        "約束を守れたかの集計に使います。担当者と内容は、上の期間で消えます。",
        (
            *("submission", "submission_revision", "submission_contact", "submission_finding", "submission_link", "submission_search"),
            *("return_link", "keying", "review"),
        ),
    ),
    NeverDeleted(
        "募集の番号・状態・日時と確保した人数",
        "実績の集計とオープンデータの元です。内容は、上の期間で消えます。",
        ("posting", "posting_revision", "posting_view", "placement", "outcome_link", "listing", "listing_version"),
    ),
    NeverDeleted(
        "応募の番号・種類・段階",
        "返事の約束を守れたかの集計に使います。名前・連絡先・やりとりは、上の期間で消えます。",
        ("candidate", "published_answer"),
    ),
    NeverDeleted(
        "団体とアカウントの番号",
        "記録の「だれが」を残すためです。アカウントのアドレスと名前は、上の期間で消えます。",
        ("organization", "account", "first_login", "chosen_columns", "prefecture_notice"),
    ),
    NeverDeleted("メールの種類・状態・日時", "届き方の集計に使います。宛先と本文は、上の期間で消えます。", ("outbox_mail", "mail_pause")),
    NeverDeleted(
        "実績の報告とオープンデータ", "確定した数は書き換えません。", ("report", "report_correction", "report_round", "open_data_month")
    ),
    NeverDeleted("連携先の台帳", "どの募集をいつ渡し、いつ取り下げたかを示すためです。", ("partner", "partner_item", "partner_key")),
    NeverDeleted(
        "基本情報と設定",
        "その時に何が定められていたかを示すためです。使わないものは止めるだけです。",
        (
            *("law_date", "minimum_wage", "municipality", "municipality_contact", "municipality_successor", "nurse_center"),
            *("office_closure", "prefecture", "message_template", "setting", "counter"),
        ),
    ),
    NeverDeleted("この処理の実行の数", "期限どおりに消したことを示すためです。", ("retention_run",)),
)
# What goes by itself, without a person in it (short lists of the program about itself), or with its account (its secrets).
BY_ITSELF = {"authenticator", "case_presence", "job_failure", "job_run", "recovery_code", "worker_presence"}
