"""The lists of the signed-in pages, few and many rows in turns: whole requests, on both databases, as ratios of one run.

The operators' queue and the telephone desk with 1,000 and with 100,000 submissions; a municipality's people desk with 200 people at one posting and 5,000 in all,
each beside 20.
"""

import statistics
import tempfile
import time as timer
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from bench.table import Row
from keynet_admin import clock
from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Candidate, Submission, SubmissionRevision, ThreadMessage
from keynet_admin.services.operation import table_statistics
from keynet_admin.services.submission import search_index
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import ActorKind, CandidateKind, CandidateStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.databases import Databases
from tests.support.web import Client, application

FEW, MANY = 1_000, 100_000
LIMIT = 1.5
ROUNDS = 25
CHUNK = 2_000
PAGES = {
    "dashboard": "/admin/",
    "first page": "/admin/submission/",
    "filter: a prefecture": "/admin/submission/?prefecture=01",
    "filter: due today": "/admin/submission/?due=today",
    "filter: a job": "/admin/submission/?job_type=nurse",
    "filter: nobody has it": "/admin/submission/?assignee=none",
    "done tab": "/admin/submission/?tab=done",
    "search: a body": "/admin/submission/?q=日向市",
    "search: a telephone number": "/admin/submission/?q=0985010042",
    "search: nothing": "/admin/submission/?q=竜宮城",
    "search: in every case": "/admin/submission/?q=市",
    "one case": "/admin/submission/11/",
}
# Reported only: the first page of the house has a limit of its own (0.3 s), a word that stands in every case (or person) finds every one.
UNLIMITED = ("dashboard", "search: in every case")
# The telephone desk: whatever a caller says, found with everything that the page of the body shows (bodies that have a case among the few, too).
CALLERS = {
    "a telephone number": "/admin/desk/?q=%2B81 985 01 0042",
    "four last digits": "/admin/desk/?q=0042",
    "a reading": "/admin/desk/?q=さっぽろし",
    "a name": "/admin/desk/?q=北海道 札幌市",
    "a code": "/admin/desk/?q=01100",
    "a mail address": "/admin/desk/?q=kenko42@city",
    "a receipt number": "/admin/desk/?q=KN-210101-000042",
    "nobody": "/admin/desk/?q=竜宮城",
}

PEOPLE = (20, 200, 5_000)
DESK_PAGES = {
    "what waits": "/office/candidate/",
    "one stage": "/office/candidate/?tab=received",
    "all": "/office/candidate/?tab=all",
    "one posting": "/office/candidate/?tab=all&posting=1",
    "search: one person": "/office/candidate/?tab=all&q=p7@mail.example",
    "search: everybody": "/office/candidate/?tab=all&q=見本",
    "filter: a shift": "/office/candidate/?tab=all&shift=sat-afternoon",
    "one person": "/office/candidate/7/",
    "the paper": "/office/candidate/7/print",
}


def measure() -> list[Row]:
    """Median milliseconds of the whole request in the process, few and many in turns."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kn-bench-queue-") as folder:
        databases = Databases(Path(folder))
        try:
            for kind in ("sqlite", "postgresql"):
                with _queue(databases, kind, FEW) as few, _queue(databases, kind, MANY) as many:
                    rows += [
                        _row(f"queue, {kind}, {name}", path, few, many, (FEW, MANY), name not in UNLIMITED) for name, path in PAGES.items()
                    ]
                    # Many cases share the last digits of a made-up number: that one is reported.
                    callers = ((name, path, name != "four last digits") for name, path in CALLERS.items())
                    rows += [_row(f"desk, {kind}, {name}", path, few, many, (FEW, MANY), limited) for name, path, limited in callers]
        finally:
            databases.close()
    return rows


def people() -> list[Row]:
    """Median milliseconds of the whole request in the process, few and many in turns."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="kn-bench-people-") as folder:
        databases = Databases(Path(folder))
        try:
            for kind in ("sqlite", "postgresql"):
                with _desk(databases, kind, PEOPLE[0], 1) as few:
                    for count, postings in ((PEOPLE[1], 1), (PEOPLE[2], 25)):
                        with _desk(databases, kind, count, postings) as many:
                            rows += [
                                _row(f"people, {kind}, {name}", path, few, many, (PEOPLE[0], count), name != "search: everybody")
                                for name, path in DESK_PAGES.items()
                            ]
        finally:
            databases.close()
    return rows


def _row(measured: str, path: str, few: Client, many: Client, counts: tuple[int, int], limited: bool) -> Row:
    seconds: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 3):
        for client, found in zip((few, many), seconds, strict=True):
            begin = timer.perf_counter()
            answer = client.get(path)
            taken = timer.perf_counter() - begin
            if answer.status_code != 200:
                raise RuntimeError(f"{path} answered {answer.status_code}")
            if turn >= 3:
                found.append(taken)
    small, large = (statistics.median(found) * 1e3 for found in seconds)
    few_, many_ = counts
    return Row(f"{measured}, {many_:,}", large, "ms", f"with {few_:,}", small, large / small, at_most=LIMIT if limited else None)


@contextmanager
def _queue(databases: Databases, kind: str, count: int) -> Iterator[Client]:
    """A signed-in operator before a queue of that length."""
    with (
        tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
        databases.copy(kind, Path(name)) as url,
        application(url, Path(name), {}) as app,
    ):
        _fill(app, count)
        client = Client(app, app.response_class, use_cookies=True)
        client.sign_in(Role.operator)
        yield client


def _fill(app: Flask, count: int) -> None:
    with app.app_context():
        cities = [city for city in reference.municipalities() if city.kind != "prefecture"]
        now = clock.now()
        for start in range(0, count, CHUNK):
            rows = [
                _case(number, cities[number % (300 if number % 20 == 0 else len(cities))], now)
                for number in range(start, min(start + CHUNK, count))
            ]
            db.session.execute(insert(Submission), [row for row, _words in rows])
            db.session.execute(insert(SubmissionRevision), [_revision(row) for row, _words in rows])
            search_index.put_new((row["id"], words) for row, words in rows)
            db.session.commit()
        _settle()


def _case(number: int, city: Any, now: Any) -> tuple[dict[str, Any], list[str]]:
    """One in ten waits (of these one in three is due today, and half are of the first 300 bodies: a page of one prefecture is full on both sides), one in fifty is returned, the others are done. Numbers and people are made up."""
    status = SubmissionStatus.received if number % 10 == 0 else SubmissionStatus.returned if number % 50 == 1 else SubmissionStatus.accepted
    moment, tonight = now - timedelta(minutes=number), datetime.combine(clock.today(), time.max, clock.TOKYO)
    day = f"{21 + number // 30_000:02d}{1 + number // 2_500 % 12:02d}{1 + number // 90 % 28:02d}"
    receipt = f"KN-{day}-{number:06d}"[:16]
    row = {
        "id": number + 1,
        "receipt_no": receipt,
        "status": status,
        "current": 1,
        "lg_code": city.code6,
        "org_name": city.name,
        "prefecture_code": city.prefecture_code,
        "jobs": [["nurse", 3], ["physician", 1]],
        "errors": number % 3,
        "warnings": number % 2,
        "received_at": moment,
        "due_at": (tonight if number % 30 == 0 else moment + timedelta(days=2)) if status is SubmissionStatus.received else None,
        "decided_at": moment + timedelta(days=1) if status is SubmissionStatus.accepted else None,
        "version": 1,
    }
    people = [f"担当{number % 97}", f"タントウ{number % 89}", f"098501{number % 10_000:04d}", f"kenko{number}@city.test{city.code6}.lg.jp"]
    return row, [receipt, city.code6, city.name, city.kana, f"0985{number % 100_000:06d}", "健康増進課", *people]


def _revision(case: dict[str, Any]) -> dict[str, Any]:
    """What the telephone desk reads of a case that it found."""
    body = {"organization": {"org_name": case["org_name"], "lg_code": case["lg_code"]}}
    judged = {"findings": [], "ruleset": "", "reference_date": "2021-05-07"}
    return {"submission_id": case["id"], "number": 1, "typed": body, "normalized": body, "created_at": case["received_at"], **judged}


@contextmanager
def _desk(databases: Databases, kind: str, count: int, postings: int) -> Iterator[Client]:
    """A signed-in officer of a municipality with so many people at so many postings."""
    with (
        tempfile.TemporaryDirectory(prefix="kn-bench-") as name,
        databases.copy(kind, Path(name)) as url,
        application(url, Path(name), {}) as app,
    ):
        account = _fill_desk(app, count, postings)
        client = Client(app, app.response_class, use_cookies=True)
        client.sign_in(account)
        yield client


def _fill_desk(app: Flask, count: int, postings: int) -> Any:
    with app.app_context():
        with transaction():
            first = factories.posting(PostingStatus.live)
            ids = [first.id, *(factories.posting(PostingStatus.live, organization=first.organization).id for _ in range(postings - 1))]
            account = factories.account(Role.municipality, organization=first.organization)
        with transaction():
            people = [_person(number, ids[number % len(ids)], first.organization_id) for number in range(1, count + 1)]
            db.session.execute(insert(Candidate), people)
            db.session.execute(insert(AuditEvent), [_event(row, step) for row in people for step in ("apply", "see")])
            db.session.execute(insert(ThreadMessage), [_message(row["id"]) for row in people])
        _settle()
        return account


def _settle() -> None:
    """Statistics of so many new rows, as the job of the night makes them on SQLite and PostgreSQL by itself (there with which pages are all visible)."""
    db.session.commit()
    with transaction():
        table_statistics.look()
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM (ANALYZE)"))
    db.engine.dispose()  # SQLite reads its statistics when a connection opens


def _person(number: int, posting_id: int, organization_id: int) -> dict[str, Any]:
    """The first fill a page of the first tabs; of the others half are over, half are spread over the stages. Everybody is made up."""
    waits = (CandidateStatus.received, CandidateStatus.seen, CandidateStatus.contacted, CandidateStatus.selection, CandidateStatus.offered)
    over = (CandidateStatus.rejected, CandidateStatus.withdrawn)
    status = waits[number % 2] if number <= PEOPLE[0] else (*waits, *over, *over, over[0])[number % 10]
    moment = clock.now() - timedelta(minutes=number)
    content = {
        "licenses": ["nurse"],
        # The slot that lists are narrowed to is wished by all of the few: a full page on both sides.
        "availability": ["sat-afternoon", "sun-afternoon"] if number % 3 or number <= PEOPLE[0] else ["mon-morning"],
        "email": f"p{number}@mail.example",
        "message": "土日の午後に勤務できます。" * 5,
    }
    row = {
        "id": number,
        "candidate_no": f"KN-A-{number:06d}",
        "kind": CandidateKind.application,
        "status": status,
        "posting_id": posting_id,
        "organization_id": organization_id,
        "posting_revision": 1,
        "name": f"見本{number} さくら",
        "kana": f"ミホン{number} サクラ",
        "email": content["email"],
        "typed": content,
        "content": content,
        "received_at": moment,
        "changed_at": moment,
        "due_at": moment + timedelta(days=3) if status in waits else None,
        "unread": number % 20 == 0,
        "salt": "x",
        "choices": Candidate.chosen(content),
    }
    return row | {"search_text": Candidate.words(*(str(row[name]) for name in ("candidate_no", "name", "kana", "email")))}


def _event(row: dict[str, Any], action: str) -> dict[str, Any]:
    return {
        "at": row["received_at"],
        "actor_kind": ActorKind.candidate,
        "organization_id": row["organization_id"],
        "subject": "candidate",
        "subject_id": row["id"],
        "action": action,
        "codes": {"from": "received", "to": "seen", "version": 2} if action == "see" else {"version": 1},
    }


def _message(number: int) -> dict[str, Any]:
    return {
        "subject": "candidate",
        "subject_id": number,
        "author_kind": ActorKind.candidate,
        "body": "質問です。",
        "created_at": clock.now(),
    }
