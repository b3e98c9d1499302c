"""`/entry/file`: choose, check, confirm, done; nothing stored before the confirmation, and nothing twice."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.config import UPLOAD
from keynet_admin.models import EntryDraft, OutboxMail, Submission
from keynet_admin.permissions import SENDER
from keynet_admin.services.files import upload
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import Source
from tests import factories
from tests.intake.build import page
from tests.services.files.workbooks import csv_text, filled_template, plain_workbook, town
from tests.support.web import Client


def send(client: Client, content: bytes, name: str = "forms.xlsx", to: str = "/entry/file", **more: str) -> Any:
    """Choose a file and press the button; what is wrong with it stands on the page that follows."""
    answer = client.post(to, data={"file": (BytesIO(content), name), **more}, content_type="multipart/form-data")
    onward = answer.headers.get("Location", "")
    return client.get(onward) if onward.endswith("?refused=1") else answer


def workbook(tmp_path: Path, *rows: dict[str, Any]) -> bytes:
    """The template with these rows."""
    return filled_template(tmp_path / "made.xlsx", list(rows)).read_bytes()


def count(session: Session, table: Any = Submission) -> int:
    """Rows of a table."""
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def checked(client: Client, content: bytes, name: str = "forms.xlsx") -> tuple[str, str]:
    """Address and text of the check page of a file."""
    answer = send(client, content, name)
    assert answer.status_code == 303, page(answer).get_text()
    where = answer.headers["Location"]
    return where, re.sub(r"\s+", " ", page(client.get(where)).main.get_text(" "))


def test_from_the_template_to_the_receipts(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    blank = client.get("/entry/template.xlsx")
    assert blank.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert "Set-Cookie" not in blank.headers
    assert "募集情報" in openpyxl.load_workbook(BytesIO(blank.data)).sheetnames

    rows = [town(1), town(1, title="集団接種会場の看護師（平日）"), town(2)]
    where, text = checked(client, workbook(tmp_path, *rows))
    assert "申請 2件（募集 3件）" in text
    assert "要修正なし 2件" in text
    assert count(db_session) == 0

    answer = client.post(where, data={"do": "send"})
    assert (answer.status_code, answer.headers["Location"]) == (303, where)
    receipts = [tag.get_text() for tag in page(client.get(where)).select("[data-receipt]")]
    assert receipts == ["KN-210507-0001", "KN-210507-0002"]
    cases = db_session.execute(select(Submission).order_by(Submission.id)).scalars().all()
    assert [case.receipt_no for case in cases] == receipts
    assert {case.source for case in cases} == {Source.file}
    mails = db_session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars().all()
    assert [(mail.template, mail.recipient) for mail in mails] == [
        ("receipt", "desk1@city.hyuga-test.lg.jp"),
        ("receipt", "desk2@city.hyuga-test.lg.jp"),
    ]
    assert len(submissions.whole(submissions.current_revision(cases[0]))["postings"]) == 2


def test_sent_twice_it_is_stored_once(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    content = workbook(tmp_path, town(1))
    where, _ = checked(client, content)
    assert [client.post(where, data={"do": "send"}).status_code for _ in range(3)] == [303] * 3
    again, _ = checked(client, content)
    client.post(again, data={"do": "send"})
    text = page(client.get(again)).get_text()
    assert "同じ内容で受付済みの申請が1件" in text
    assert "KN-210507-0001" in text
    assert (count(db_session), count(db_session, OutboxMail)) == (1, 1)


def test_errors_are_told_by_sheet_row_and_column(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    content = workbook(
        tmp_path,
        town(1),
        town(2, headcount="若干名"),
        town(3, weekly_hours="=1+8"),
        town(4, organization__lg_code="999999", organization__org_name="ない市"),
    )
    sheet = openpyxl.load_workbook(BytesIO(content))["募集情報"]
    letter = {cell.value: cell.column_letter for cell in sheet[3]}
    where, _ = checked(client, content)
    groups = [" ".join(group.get_text(" ").split()) for group in page(client.get(where)).select(".upload-group")]
    assert groups[0].startswith("要修正 募集人数 1か所")
    assert groups[0].endswith(f"{letter['headcount']}列 5行目 「若干名」 日向市")
    assert groups[1].startswith("要修正 1週間の所定勤務時間 1か所 数式は読み込めません")
    assert groups[1].endswith(f"{letter['weekly_hours']}列 6行目")
    assert any(f"{letter['organization-lg_code']}列 7行目" in group for group in groups)

    # The good one goes only after an explicit choice; the others never.
    assert client.post(where, data={"do": "send"}).headers["Location"] == f"{where}?refused=1"
    refused = client.get(f"{where}?refused=1")
    assert refused.status_code == 422
    assert "受け付けられない申請が3件あります" in page(refused).get_text()
    assert count(db_session) == 0
    client.post(where, data={"do": "send", "only_good": "1", "take_errors": "1"})
    assert count(db_session) == 1
    assert "受け付けなかったものが3件" in page(client.get(where)).get_text()


def test_a_file_without_a_good_row_cannot_be_sent(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    where, text = checked(client, workbook(tmp_path, town(1, headcount="若干名")))
    assert "このままでは受け付けられる申請がありません" in text
    assert client.post(where, data={"do": "send", "only_good": "1"}, follow_redirects=True).status_code == 422
    assert count(db_session) == 0


def test_what_is_confirmed_is_judged_again(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    """Weeks are checked on the day of the confirmation: a deadline that passed meanwhile is an error now."""
    where, _ = checked(client, workbook(tmp_path, town(1)))
    clock.set("2021-05-13 12:00")
    client.post(where, data={"do": "send"})
    case = db_session.execute(select(Submission)).scalar_one()
    assert submissions.current_revision(case).reference_date == "2021-05-13"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_too(app: Flask, client: Client, clock: Any, encoding: str) -> None:
    _, text = checked(client, csv_text([town(1), town(2, headcount="若干名")]).encode(encoding), "C:\\tmp\\表.csv")
    assert "表.csv 申請 2件" in text
    assert re.search(r"募集人数 1か所 .*[A-Z]+列 3行目 「若干名」", text)


UNUSABLE: list[tuple[str, bytes, str]] = [
    ("forms.pdf", b"%PDF-1.7", "PDFファイル（.pdf）です"),
    ("forms.ods", b"PK", "OpenDocument形式のファイル（.ods）です"),
    ("forms.exe", b"MZ", "この種類のファイルは使えません"),
    (
        "forms.xls",
        b"\xd0\xcf\x11\xe0",
        "古い形式のExcelファイル（.xls）です。Excelなどで開き、「Excel ブック（.xlsx）」で保存し直してください",
    ),
    ("forms.xlsm", b"PK", "マクロ付きのExcelファイル（.xlsm）です"),
    ("forms.xlsx", b"", "0バイト"),
    ("forms.xlsx", b"PK\x03\x04 broken", "Excelファイル（.xlsx）として読めません"),
    ("forms.csv", "title\nあ\n".encode("utf-16"), "文字コード"),
    ("forms.csv", b"title\n", "募集の行がありません"),
    ("forms.csv", b"salary\n1\n", "「salary」：この列の名前は申請フォームにありません"),
    ("forms.jsonl", b"\n\n", "募集の行がありません"),
    ("", b"", "ファイルを選んでから"),
]


def test_a_file_that_cannot_be_used_is_told_in_words(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    for name, content, words in UNUSABLE:
        answer = send(client, content, name)
        assert answer.status_code == 422, (name, content)
        soup = page(answer)
        assert words in soup.select_one("#file-e").get_text(), (name, content)
        assert soup.select_one("#file")["aria-describedby"].split() == ["file-h", "file-e"], (name, content)
        assert count(db_session, EntryDraft) == 0, (name, content)


def test_too_many_rows(app: Flask, client: Client, clock: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(upload, "MAX_ROWS", 3)
    assert "行が多すぎます（3行まで）" in page(send(client, workbook(tmp_path, *(town(n) for n in range(4))))).get_text()


def test_a_bomb(app: Flask, client: Client, clock: Any, monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(upload, "OVER_THE_WEB", replace(upload.OVER_THE_WEB, unpacked=1000))
    assert "大きすぎます" in page(send(client, workbook(tmp_path, town(1)))).get_text()


@pytest.mark.parametrize(("size", "code"), [(5 * 1024 * 1024, 422), (UPLOAD, 422), (UPLOAD + 1, 422), (UPLOAD + 200_000, 413)])
def test_sixteen_mebibytes_are_read_and_no_more(app: Flask, client: Client, clock: Any, size: int, code: int) -> None:
    answer = send(client, b"x" * size, "forms.csv")
    assert answer.status_code == code
    assert ("大きすぎます" in page(answer).get_text()) is (size > UPLOAD)


def test_other_addresses_keep_their_limit(app: Flask, client: Client, clock: Any) -> None:
    assert send(client, b"x" * 5 * 1024 * 1024, "forms.csv", to="/entry/").status_code == 413
    assert send(client, b"x" * 5 * 1024 * 1024, "forms.csv", to="/entry/file/some-key").status_code == 413


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_a_foreign_form_stores_nothing(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    content = workbook(tmp_path, town(1))
    late = send(client, content)
    assert "画面を開いてから時間がたった" in page(late).select_one("#file-e").get_text()
    assert count(db_session, EntryDraft) == 0
    token = page(client.get("/entry/file")).select_one("[name=csrf_token]")["value"]
    where = send(client, content, csrf_token=token).headers["Location"]
    assert client.post(where, data={"do": "send"}).headers["Location"] == f"{where}?refused=1"
    assert count(db_session) == 0
    assert client.post(where, data={"do": "send", "csrf_token": token}).status_code == 303
    assert count(db_session) == 1


def test_only_the_hash_of_the_key_is_kept_and_it_dies(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    where, _ = checked(client, workbook(tmp_path, town(1)))
    key = where.rsplit("/", 1)[1]
    draft = db_session.execute(select(EntryDraft)).scalar_one()
    assert draft.cookie_hash == submissions.token_hash(f"file:{key}")
    clock.set("2021-05-14 10:01")
    assert client.get(where).status_code == 404
    assert client.post(where, data={"do": "send"}).status_code == 404
    assert count(db_session) == 0


def test_the_sender_may_throw_the_file_away(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    where, _ = checked(client, workbook(tmp_path, town(1)))
    assert client.post(where, data={"do": "discard"}).headers["Location"] == "/entry/file"
    assert client.get(where).status_code == 404
    assert count(db_session, EntryDraft) == 0


def test_nothing_of_the_persons_is_left_in_the_draft_once_it_is_sent(
    app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path
) -> None:
    where, _ = checked(client, workbook(tmp_path, town(1)))
    client.post(where, data={"do": "send"})
    kept = db_session.execute(select(EntryDraft)).scalar_one().typed["file"]
    assert kept["items"] == ""


def test_a_body_with_an_account_is_led_to_its_office_first(
    app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path
) -> None:
    factories.account(organization=factories.make_organization(), role=factories.Role.municipality)
    where, text = checked(client, workbook(tmp_path, town(1)))
    assert "すでに管理者アカウントをお持ちの団体があります：日向市" in text
    assert client.post(where, data={"do": "send"}, follow_redirects=True).status_code == 422
    assert client.post(where, data={"do": "send", "has_account": "1"}).status_code == 303
    assert count(db_session) == 1


def test_outside_the_intake_period_nothing_is_taken(app: Flask, client: Client, clock: Any, tmp_path: Path) -> None:
    content = workbook(tmp_path, town(1))
    where, _ = checked(client, content)
    clock.set("2021-05-05 10:00")
    assert "まだ始まっていません" in page(client.get("/entry/file")).get_text()
    assert send(client, content).status_code == 409
    assert client.post(where, data={"do": "send"}).status_code == 409


def test_markup_in_a_cell_stays_text(app: Flask, client: Client, clock: Any, tmp_path: Path) -> None:
    where, _ = checked(client, workbook(tmp_path, town(1, title="<b>看護師</b>", organization__org_name="<i>市")))
    assert "<b>看護師" not in client.get(where).get_data(as_text=True)


def test_the_key_of_a_file_opens_no_file_of_an_operator(
    app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path
) -> None:
    path = plain_workbook(tmp_path / "x.xlsx", [["title"], ["a"]])
    items = upload.read(path)
    operator = factories.actor()
    key = upload.keep("x.xlsx", items, upload.examine(items), operator)
    db_session.commit()
    assert client.get(f"/entry/file/{key}").status_code == 404
    assert upload.find(key, operator).name == "x.xlsx"
    with pytest.raises(upload.NotFound):
        upload.find(key, SENDER)


def test_five_confirmations_at_once_store_once(app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path) -> None:
    """Five presses of the button at one moment: the same receipts for all, one case a body, one mail each."""
    where, _ = checked(client, workbook(tmp_path, town(1), town(2)))
    db_session.commit()
    together = Barrier(5)

    def press(_number: int) -> int:
        mine = Client(app, app.response_class, use_cookies=True)
        together.wait()
        return int(mine.post(where, data={"do": "send"}).status_code)

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(press, range(5))) == [303] * 5
    assert (count(db_session), count(db_session, OutboxMail)) == (2, 2)
    receipts = {case.receipt_no for case in db_session.execute(select(Submission)).scalars()}
    assert {tag.get_text() for tag in page(client.get(where)).select("[data-receipt]")} == receipts
