"""`/prefecture/file`: one file for many bodies of the own prefecture; a row of another one is refused with its row and column."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, OutboxMail, Setting, Submission
from keynet_admin.vocabulary import Role
from tests import factories
from tests.services.files.workbooks import filled_template, town
from tests.support.web import Client


@pytest.fixture
def miyazaki(app: Flask, db_session: Session, clock: Any, client: Client) -> Account:
    """宮崎県 signed in."""
    return client.sign_in(factories.account(Role.prefecture, prefecture_code="45"))


def upload(client: Client, tmp_path: Path, *rows: dict[str, Any]) -> tuple[str, bytes]:
    """Have a file checked: the address of its page, and the file."""
    content = filled_template(tmp_path / "made.xlsx", list(rows)).read_bytes()
    answer = client.post("/prefecture/file", data={"file": (BytesIO(content), "forms.xlsx")}, content_type="multipart/form-data")
    assert answer.status_code == 303
    return answer.headers["Location"], content


def text(client: Client, where: str) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", BeautifulSoup(client.get(where).data, "html.parser").get_text(" "))


def nobeoka(index: int) -> dict[str, Any]:
    """A row of another body of the same prefecture."""
    mail = f"desk{index}@city.nobeoka-test.lg.jp"
    own = {"organization__lg_code": "452033", "organization__org_name": "延岡市", "organization__org_kana": "ノベオカシ"}
    return town(index, contact__contact_email=mail, contact__contact_email2=mail, **own)


def test_each_body_gets_its_number_and_its_mail(miyazaki: Account, client: Client, db_session: Session, tmp_path: Path) -> None:
    assert "まとめて申請" in text(client, "/prefecture/file")
    where, _ = upload(client, tmp_path, town(1), nobeoka(2))
    assert where.startswith("/prefecture/file/")
    shown = text(client, where)
    assert "要修正なし 2件" in shown, shown
    assert db_session.execute(select(func.count()).select_from(Submission)).scalar_one() == 0
    assert client.post(where, data={"do": "send"}).headers["Location"] == where
    cases = db_session.execute(select(Submission).order_by(Submission.id)).scalars().all()
    assert [case.lg_code for case in cases] == ["452068", "452033"]
    assert all(case.receipt_no in text(client, where) for case in cases)
    assert all(case.batch is None and case.network is None for case in cases)
    assert [mail.recipient for mail in db_session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars()] == [
        "desk1@city.hyuga-test.lg.jp",
        "desk2@city.nobeoka-test.lg.jp",
    ]


def test_rows_of_other_prefectures_are_refused(miyazaki: Account, client: Client, db_session: Session, tmp_path: Path) -> None:
    foreign = {"organization__lg_code": "131016", "organization__org_name": "千代田区", "organization__org_kana": "チヨダク"}
    where, content = upload(client, tmp_path, town(1), town(2, **foreign))
    letter = {cell.value: cell.column_letter for cell in openpyxl.load_workbook(BytesIO(content))["募集情報"][3]}["organization-lg_code"]
    shown = text(client, where)
    assert "東京都の団体です。このファイルで申請できるのは、宮崎県の団体だけです" in shown
    assert f"{letter}列 5行目" in shown
    # Never stored, whatever is ticked.
    client.post(where, data={"do": "send", "only_good": "1", "take_errors": "1"})
    assert [case.lg_code for case in db_session.execute(select(Submission)).scalars()] == ["452068"]
    assert client.get(f"{where}/rejects").status_code == 200


def test_a_kept_file_is_its_senders_alone(miyazaki: Account, client: Client, app: Flask, db_session: Session, tmp_path: Path) -> None:
    where, _ = upload(client, tmp_path, town(1))
    other = Client(app, app.response_class, use_cookies=True)
    other.sign_in(factories.account(Role.prefecture, prefecture_code="45"))
    assert (other.get(where).status_code, other.post(where, data={"do": "send"}).status_code) == (404, 404)


def test_a_closed_intake_takes_no_file(miyazaki: Account, client: Client, db_session: Session) -> None:
    db_session.add(Setting(key="intake_until", value="2021-05-06"))
    db_session.commit()
    assert "申請の受付は終わりました" in client.get("/prefecture/file").text
    assert client.post("/prefecture/file", data={}).status_code == 409
