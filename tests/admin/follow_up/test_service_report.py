"""The page of the service's numbers: pictures say what their tables say, few queries, files, an empty state."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import MailStatus, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

PAGE = "/admin/report/service/"


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that run in between."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def weeks(db_session: Session, clock: MovableClock) -> None:
    """Two weeks with postings, letters in time and late, and a return."""
    for day, late in (("2021-05-10 10:00", ""), ("2021-05-17 10:00", "2021-05-21 10:00")):
        clock.set(day)
        factories.posting(PostingStatus.live)
        clock.set(late or day)
        for mail in db_session.execute(db.select(OutboxMail).where(OutboxMail.status == MailStatus.waiting)).scalars():
            mail.status, mail.sent_at = MailStatus.sent, program_clock.now()
    made = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    items = [{"path": "postings.0.pay_lines", "rule": "WAGE-001", "message": "金額を入力してください。"}]
    review.return_(made, factories.actor(Role.operator), seen_version=made.version, message="", items=items)
    db_session.commit()


def page_of(client: Client, path: str = PAGE) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def test_an_empty_page_says_what_will_be_here(client: Client, db_session: Session, clock: MovableClock) -> None:
    client.sign_in(Role.operator)
    page = page_of(client)
    assert len(page.select("main .empty")) == 4
    assert not page.select("main svg[role=img]")
    assert "―" in page.select_one(".kpi").text  # type: ignore[union-attr]


def test_pictures_and_tables_say_the_same(client: Client, weeks: None) -> None:
    """As many marks as weeks with a value, the late one with another shape, each picture named."""
    client.sign_in(Role.operator)
    page = page_of(client)
    promise = page.select_one("section:has(#h-promise)")
    assert promise is not None
    rows = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in promise.select("tbody tr")]
    assert [row[:2] for row in rows] == [["5/17～", "1"], ["5/10～", "1"]]
    assert rows[0][3] == "0.0%"
    assert rows[1][3] == "100.0%"
    assert len(promise.select("svg circle.c1")) == 1
    assert len(promise.select("svg rect.c-must")) == 1
    assert all(picture["aria-label"] for picture in page.select("main svg[role=img]"))
    assert "WAGE-001" in page.select_one("section:has(#h-returned)").text  # type: ignore[union-attr]
    matrix = page.select_one('[aria-label="都道府県と職種ごとの確保と必要の表"]')
    assert matrix is not None
    assert "宮崎県" in matrix.text


@pytest.mark.parametrize("query", ["?prefecture=45&job_type=nurse&weeks=4", "?weeks=99&prefecture=zz&job_type=%00"])
def test_the_address_holds_the_filters(client: Client, weeks: None, query: str) -> None:
    """What nobody offers is left out."""
    client.sign_in(Role.operator)
    page = page_of(client, PAGE + query)
    chosen = [option["value"] for option in page.select("main option[selected]") if option["value"]]
    assert chosen == (["4", "45", "nurse"] if "45" in query else ["13"])
    assert page.select("svg[role=img]")


def test_each_table_is_a_file(client: Client, weeks: None) -> None:
    client.sign_in(Role.operator)
    for of, first in (("promise", "週の初日"), ("returned", "ルール"), ("filled", "公開した週の初日")):
        answer = client.get(f"{PAGE}export.csv?of={of}")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert lines[0][0] == first
        assert len(lines) > 1
        sheet = load_workbook(io.BytesIO(client.get(f"{PAGE}export.xlsx?of={of}").data)).active
        assert [[cell.value or "" for cell in row] for row in sheet.rows] == lines  # type: ignore[union-attr]
    assert client.get(f"{PAGE}export.csv?of=people").status_code == 404


def test_the_page_asks_little_whatever_there_is(client: Client, weeks: None) -> None:
    client.sign_in(Role.operator)
    client.get(PAGE)
    with statements() as seen:
        client.get(PAGE)
    assert len([statement for statement in seen if statement.startswith(("SELECT", "WITH"))]) <= 10, seen
