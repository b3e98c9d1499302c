"""Migrations on both databases: one line of them, the same tables as the models, and no row lost on the way up."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import upgrade

from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization, Posting, Submission
from keynet_admin.rules import Finding
from keynet_admin.services.candidate import person_keys
from keynet_admin.vocabulary import OfficeRight
from tests.architecture.source import PACKAGE
from tests.support.databases import Databases
from tests.support.web import application


def scripts() -> ScriptDirectory:
    """Alembic's view of the migrations folder."""
    config = Config()
    config.set_main_option("script_location", str(PACKAGE / "migrations"))
    return ScriptDirectory.from_config(config)


REVISIONS = [script.revision for script in scripts().walk_revisions()][::-1]


@pytest.fixture
def empty_app(database_kind: str, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database without a single table."""
    with databases.empty(database_kind, tmp_path) as url, application(url, tmp_path, {}) as app, app.app_context():
        yield app


def test_one_line() -> None:
    """Two heads would leave it to chance which tables an installation gets."""
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1


def test_migrations_make_what_the_models_say(app: Flask) -> None:
    """Nothing to add, to drop or to change after the last migration."""
    with app.app_context(), db.engine.connect() as connection:
        options = {"compare_type": True, "include_object": _is_a_model, "render_as_batch": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert not differences, "\n".join(map(str, differences))


def _is_a_model(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (
        kind in ("table", "index")
        and name is not None
        and name.removeprefix("ix_").startswith(("listing_search", "submission_search_index"))
    )


def test_rows_survive_every_step(empty_app: Flask) -> None:
    """A row of each table, written after each migration, is still there after the last; running the last one again changes nothing."""
    expected: dict[str, int] = {}
    for number, revision in enumerate(REVISIONS, start=1):
        upgrade(revision=revision)
        with db.engine.begin() as connection:
            for table in _tables(connection):
                if _insert(connection, table, number):
                    expected[table.name] = expected.get(table.name, 0) + 1
    upgrade()
    with db.engine.connect() as connection:
        tables = {table.name: table for table in _tables(connection)}
        counted = {name: connection.scalar(sa.select(sa.func.count()).select_from(table)) for name, table in tables.items()}
        assert connection.scalar(sa.text("SELECT version_num FROM alembic_version")) == REVISIONS[-1]
    assert set(expected) == set(db.metadata.tables)
    for name, number in expected.items():
        assert (counted[name] or 0) >= number, name


def _tables(connection: sa.Connection) -> list[sa.Table]:
    metadata = sa.MetaData()
    names = [name for name in sa.inspect(connection).get_table_names() if name in db.metadata.tables]
    metadata.reflect(connection, only=names)
    return metadata.sorted_tables


def _insert(connection: sa.Connection, table: sa.Table, number: int) -> bool:
    """Write one row of made-up values that fit the columns; foreign keys point at an existing row. False when one is there already."""
    values: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            target = next(iter(column.foreign_keys)).column
            found = connection.scalar(sa.select(sa.func.max(target)))
            (optional if column.nullable else values)[column.name] = found
        elif not column.nullable or column.primary_key:
            values[column.name] = _value(column.type, number)
    same = [table.c[key.name] == values[key.name] for key in table.primary_key]
    if same and connection.scalar(sa.select(sa.func.count()).select_from(table).where(*same)):
        return False
    # A check may want exactly one of the optional references (a review is about a submission or a posting).
    variants: list[dict[str, Any]] = [{}, *({name: found} for name, found in optional.items())]
    for variant in variants:
        try:
            with connection.begin_nested():
                connection.execute(table.insert().values({**values, **variant}))
        except sa.exc.IntegrityError:
            continue
        return True
    raise AssertionError(f"no row for {table.name} could be made up")


def _value(kind: sa.types.TypeEngine[Any], number: int) -> Any:
    number += 1_000_000
    made: dict[type[Any], Any] = {
        sa.Boolean: False,
        sa.Integer: number,
        sa.Float: float(number),
        sa.Numeric: number,
        sa.DateTime: datetime(2021, 5, 7, tzinfo=UTC).replace(tzinfo=None if not getattr(kind, "timezone", False) else UTC),
        sa.Date: date(2021, 5, 7),
        sa.LargeBinary: b"1",
    }
    for known, value in made.items():
        if isinstance(kind, known):
            return value
    length = getattr(kind, "length", None) or 40
    return str(number)[-length:]


def test_what_does_not_apply_leaves_the_stored_content(empty_app: Flask) -> None:
    """0006: revisions and the public table are cleaned in batches, what was typed stays, an imported form keeps its identity."""
    upgrade(revision="0005")
    content = {"fixed_ot": "no", "fixed_ot_excess": False, "title": "看護師", "deadline_type": "date", "deadline": "2021-05-28"}
    pay = {"pay_type": "hour", "pay_lines": [{"min": 1500, "hours_per_unit": 4}, "?"]}
    unanswered = {"fixed_ot_yen": 10000, "fixed_ot_excess": False, "job_type": "看護婦", "job_other": "手伝い"}
    clean = {"fixed_ot": "no", "title": "看護師", "deadline_type": "date", "deadline": "2021-05-28"}
    document = {"organization": {"org_name": "日向市"}, "postings": [content, content | pay, unanswered, "?"], "confirmation": {}}
    person = {"contact_last": "川辺"}
    expected = {
        **document,
        "postings": [clean, clean | pay | {"pay_lines": [{"min": 1500}, "?"]}, {k: v for k, v in unanswered.items() if v}, "?"],
    }
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for table in tables.values():
            _insert(connection, table, 1)
        made = {name: dict(connection.execute(sa.select(table)).mappings().first() or {}) for name, table in tables.items()}

        def change(name: str, **values: Any) -> None:
            connection.execute(tables[name].update().values(values))

        change("submission", identity=_identity(document | {"contact": person}))
        change("submission_contact", normalized=_json(person))
        change("submission_revision", number=1, typed=_json(document), normalized=_json(document))
        change("posting_revision", typed=_json(content), normalized=_json(content))
        change("listing", content=_json({"posting": content, "masked": False}))
        more = [made["posting_revision"] | {"id": 2_000_000 + n, "number": n, "normalized": _json(content)} for n in range(1, 450)]
        connection.execute(tables["posting_revision"].insert(), more)
    upgrade(revision="0006")
    with db.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT DISTINCT normalized FROM posting_revision")).scalars().all()
        assert [json.loads(row) for row in rows] == [clean]
        typed, normalized = connection.execute(sa.text("SELECT typed, normalized FROM submission_revision")).one()
        assert (json.loads(typed), json.loads(normalized)) == (document, expected)
        assert json.loads(connection.scalar(sa.text("SELECT content FROM listing"))) == {"posting": clean, "masked": False}
        assert connection.scalar(sa.text("SELECT identity FROM submission")) == _identity(expected | {"contact": person})


def test_imported_forms_that_become_one_keep_their_identities_apart(empty_app: Flask) -> None:
    """0006: two forms that differed only in a value that does not apply; the first gets the common identity, the other keeps its own."""
    upgrade(revision="0005")
    person = {"contact_last": "川辺"}
    forms = [{"postings": [{"fixed_ot": "no", "fixed_ot_excess": excess}]} for excess in (False, True)]
    identities = [_identity(form | {"contact": person}) for form in forms]
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for table in tables.values():
            _insert(connection, table, 1)
        names = ("submission", "submission_revision", "submission_contact")
        made = [dict(connection.execute(sa.select(tables[name])).mappings().one()) for name in names]
        connection.execute(tables["submission_contact"].delete())
        for number, (form, identity) in enumerate(zip(forms, identities, strict=True), start=1):
            key = 2_000_000 + number
            rows: list[dict[str, Any]] = [
                {"id": key, "receipt_no": f"twin {number}", "identity": identity},
                {"id": key, "submission_id": key, "number": 1, "form_key": None, "normalized": _json(form)},
                {"revision_id": key, "normalized": _json(person)},
            ]
            for name, row, more in zip(names, made, rows, strict=True):
                connection.execute(tables[name].insert().values(row | more))
    upgrade(revision="0006")
    clean = _identity({"postings": [{"fixed_ot": "no"}], "contact": person})
    with db.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT identity FROM submission WHERE id > 2000000 ORDER BY id")).scalars().all()
    assert found == [clean, identities[1]]


def test_stored_findings_get_parts(empty_app: Flask) -> None:
    """0010: the whole message becomes `what`, marks of sources leave the basis, the rest of a finding stays; a finding is readable again."""
    upgrade(revision="0009")
    before = {"rule": "ORG-001", "level": "error", "path": "organization.lg_code", "message": "検査数字が合いません。", "typed": "1"}
    before |= {"value": None, "basis": "総務省の一覧 [S60]", "example": "452068", "reason": "確かめました。", "own_level": "error"}
    names = ("submission_revision", "submission_contact", "posting_revision")
    with db.engine.begin() as connection:
        for table in _tables(connection):
            _insert(connection, table, 1)
        for name in names:
            connection.execute(sa.text(f"UPDATE {name} SET findings = :f"), {"f": _json([before])})
    upgrade(revision="0010")
    with db.engine.connect() as connection:
        for name in names:
            (stored,) = json.loads(connection.scalar(sa.text(f"SELECT findings FROM {name}")))
            assert stored == before | {"what": before["message"], "why": "", "how": "", "basis": "総務省の一覧"}
            assert Finding.from_json(stored).message == before["message"]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _identity(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=True).encode("ascii")).hexdigest()


def test_cases_that_are_returned_are_asked_after(empty_app: Flask) -> None:
    """0017: the last link says when they were returned; their next step is to come. Others get none, their keyings and links stay."""
    upgrade(revision="0016")
    states, days = ("returned", "received", "returned"), (datetime(2021, 5, 7, tzinfo=UTC), datetime(2021, 5, 12, tzinfo=UTC))
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for number in range(1, 4):
            for name in ("organization", "account", "submission", "submission_revision", "review", "return_link", "keying"):
                _insert(connection, tables[name], number)
        case, link = tables["submission"], tables["return_link"]
        keys = list(connection.execute(sa.select(case.c.id).order_by(case.c.id)).scalars())
        for key, state in zip(keys, states, strict=True):
            connection.execute(case.update().where(case.c.id == key).values(status=state))
        links = list(connection.execute(sa.select(link.c.id).order_by(link.c.id)).scalars())
        for key, day in zip(links, days, strict=False):
            connection.execute(link.update().where(link.c.id == key).values(submission_id=keys[0], created_at=day))
        connection.execute(link.delete().where(link.c.id == links[2]))
    upgrade()
    with db.engine.connect() as connection:
        columns = Submission.status, Submission.returned_at, Submission.remind_at, Submission.reminders, Submission.task
        rows = connection.execute(sa.select(*columns).order_by(Submission.id)).all()
        codes = connection.execute(sa.text("SELECT code_hash, read_out FROM return_link")).all()
    assert [row.returned_at for row in rows] == [days[1], None, None]
    assert [row.remind_at is not None and row.remind_at > datetime.now(UTC) for row in rows] == [True, False, True]
    assert {(row.reminders, row.task) for row in rows} == {(0, None)}
    assert [(code, bool(read)) for code, read in codes] == [(None, False)] * 2


def test_the_end_of_a_posting_becomes_its_deadline_where_that_is_earlier(empty_app: Flask) -> None:
    """0019 looks at the newest revision; what is no day leaves the end as it is."""
    upgrade(revision="0018")
    contents = (
        {"deadline_type": "date", "deadline": "2021-05-20"},
        {"deadline_type": "date", "deadline": "2021-07-01"},
        {"deadline_type": "until_filled", "deadline": "2021-05-20"},
        {"deadline_type": "date", "deadline": "来週"},
    )
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for number in range(1, len(contents) + 1):
            for name in ("organization", "account", "submission", "posting", "posting_revision"):
                _insert(connection, tables[name], number)
        keys = list(connection.execute(sa.select(tables["posting"].c.id).order_by(tables["posting"].c.id)).scalars())
        for key, content in zip(keys, contents, strict=True):
            row, posting = tables["posting_revision"], tables["posting"]
            connection.execute(row.update().where(row.c.posting_id == key).values(number=1, normalized=json.dumps(content)))
            connection.execute(posting.update().where(posting.c.id == key).values(current=1, publish_until=date(2021, 6, 30)))
    upgrade()
    with db.engine.connect() as connection:
        ends = [str(end) for end in connection.execute(sa.text("SELECT publish_until FROM posting ORDER BY id")).scalars()]
    assert ends == ["2021-05-20", "2021-06-30", "2021-06-30", "2021-06-30"]


def test_postings_of_before_owe_no_answer(empty_app: Flask) -> None:
    """0025: nobody is asked how many they secured long ago, nothing can be reopened, nobody was in direct selection."""
    upgrade(revision="0024")
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for name in ("organization", "account", "submission", "posting"):
            _insert(connection, tables[name], 1)
        connection.execute(tables["posting"].update().values(status="closed"))
    upgrade(revision="0025")
    with db.engine.connect() as connection:
        columns = "vacated, outcome_due, outcome_asked, outcome_ask_at, reopen_until, open_at_close"
        (row,) = connection.execute(sa.text(f"SELECT {columns} FROM posting"))
    assert [bool(value) for value in row] == [False] * 6


def test_accounts_of_before_may_do_everything(empty_app: Flask) -> None:
    """0027: every right, nothing to decide by a colleague, and no request."""
    upgrade(revision="0026")
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for name in ("organization", "account", "submission", "posting"):
            _insert(connection, tables[name], 1)
    upgrade()
    with db.engine.connect() as connection:
        assert connection.execute(sa.select(Account.rights)).scalars().all() == [[right.value for right in OfficeRight]]
        assert connection.execute(sa.select(Organization.needs_approval)).scalars().all() == [False]
        assert connection.execute(sa.select(Posting.approval_asked_by_id)).scalars().all() == [None]


def test_cases_of_before_are_in_no_batch(empty_app: Flask) -> None:
    """0020: they have no mark and were not set aside; their index of deadlines is still there."""
    upgrade(revision="0019")
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for number in (1, 2):
            _insert(connection, tables["organization"], number)
            _insert(connection, tables["account"], number)
            _insert(connection, tables["submission"], number)
    upgrade(revision="0020")
    with db.engine.connect() as connection:
        rows = connection.execute(sa.select(Submission.batch, Submission.network, Submission.set_aside)).all()
        indexes = {index["name"] for index in sa.inspect(connection).get_indexes("submission")}
    assert rows == [(None, None, False)] * 2
    assert {"ix_submission_batch", "ix_submission_network", "ix_submission_awaiting"} <= indexes


def test_postings_of_before_were_confirmed_when_they_changed(empty_app: Flask) -> None:
    """Nobody is asked about a posting earlier than 30 days after its last change."""
    upgrade(revision="0021")
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for name in ("organization", "account", "submission", "posting"):
            _insert(connection, tables[name], 1)
    upgrade()
    with db.engine.connect() as connection:
        (row,) = connection.execute(sa.text("SELECT changed_at, confirmed_at, asked_at FROM posting")).all()
    assert row[0] == row[1]
    assert row[2] is None


def test_what_was_recorded_before_can_be_counted(empty_app: Flask) -> None:
    """0033: events know the state they led to, revisions their job and number, people their keys; placements are first rows."""
    upgrade(revision="0032")
    events = (
        ("candidate", "apply", {"kind": "inquiry", "version": 1}, "open"),
        ("candidate", "apply", {"kind": "application", "version": 1}, "received"),
        ("posting", "publish", {"from": "draft", "to": "live"}, "live"),
        ("posting", "edit", {"fields": ["title"]}, None),
    )
    contents = ({"job_type": "nurse", "headcount": 12}, {"job_type": "看護師", "headcount": "多数"})
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for number in (1, 2):
            for table in tables.values():
                _insert(connection, table, number)
        event, revision, person = tables["audit_event"], tables["posting_revision"], tables["candidate"]
        made = dict(connection.execute(sa.select(event)).mappings().first() or {})
        connection.execute(event.delete())
        more = [{"id": n, "subject": of, "action": done, "codes": _json(codes)} for n, (of, done, codes, _) in enumerate(events, 1)]
        connection.execute(event.insert(), [made | row for row in more])
        keys = connection.execute(sa.select(revision.c.id).order_by(revision.c.id)).scalars().all()
        for key, content in zip(keys, contents, strict=True):
            connection.execute(revision.update().where(revision.c.id == key).values(normalized=_json(content)))
        connection.execute(person.update().values(tel="0982-00-0012", email="Sakura@mail.example"))
    upgrade(revision="0033")
    with db.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT state FROM audit_event ORDER BY id")).scalars().all() == [row[3] for row in events]
        counted = connection.execute(sa.text("SELECT job_type, headcount FROM posting_revision ORDER BY id")).all()
        assert [tuple(row) for row in counted] == [("nurse", 12), ("", None)]
        people = connection.execute(sa.text("SELECT tel_key, email_key, not_working FROM candidate")).all()
        assert {tuple(row) for row in people} == {(person_keys.of_tel("0982000012"), person_keys.of_email("sakura@mail.example"), None)}
        assert connection.execute(sa.text("SELECT DISTINCT corrects_id FROM placement")).scalars().all() == [None]


def test_what_reviews_and_mails_are_about_is_kept(empty_app: Flask) -> None:
    """0009 puts one pair of columns in the place of the foreign keys; links keep their review."""
    upgrade(revision="0008")
    with db.engine.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for name in ("organization", "account", "submission", "posting", "submission_revision"):
            _insert(connection, tables[name], 1)
        number = 1_000_001
        for table, key, columns in (
            ("review", number, {"submission_id": number}),
            ("review", number + 1, {"posting_id": number}),
            ("outbox_mail", number, {"submission_id": number, "account_id": number}),
            ("outbox_mail", number + 1, {"posting_id": number, "account_id": number}),
            ("outbox_mail", number + 2, {"account_id": number}),
            ("outbox_mail", number + 3, {}),
            ("return_link", number, {"review_id": number, "submission_id": number}),
        ):
            columns = {"id": key, **columns}
            for column in tables[table].columns:
                if not column.nullable and column.name not in columns:
                    columns[column.name] = f"m{key}" if column.name == "message_id" else _value(column.type, 1)
            connection.execute(tables[table].insert().values(columns))
    upgrade()
    with db.engine.connect() as connection:
        reviews = connection.execute(sa.text("SELECT subject, subject_id FROM review ORDER BY id")).all()
        mails = connection.execute(sa.text("SELECT subject, subject_id, account_id FROM outbox_mail ORDER BY id")).all()
        link = connection.execute(sa.text("SELECT review_id FROM return_link")).scalar_one()
    assert [tuple(row) for row in reviews] == [("submission", number), ("posting", number)]
    assert [tuple(row) for row in mails] == [
        ("submission", number, number),
        ("posting", number, number),
        ("account", number, number),
        ("", 0, None),
    ]
    assert link == number
