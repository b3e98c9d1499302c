"""What a sender chooses on the check page of a file: one submission or two, which bodies to leave out, the rows to take back."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.models import EntryDraft, Submission
from keynet_admin.services.files import upload
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import Role
from tests import factories
from tests.intake.build import page
from tests.intake.test_file import checked, count, send, workbook
from tests.services.files.workbooks import csv_text, row, town
from tests.support.web import Client

NEAR = {"title": "集団接種会場の看護師（平日）", "contact__contact_tel": "0982-00-0044"}
DOORS = ("/entry/file", "/admin/submission/file")


def at_door(client: Client, door: str, *rows: dict[str, Any]) -> str:
    """The check page's address of these rows, at the anonymous door or the operators'."""
    if door.startswith("/admin"):
        client.sign_in(Role.operator)
    return str(send(client, csv_text(rows).encode(), "forms.csv", to=door).headers["Location"])


def words(client: Client, where: str) -> str:
    """The text of a page."""
    return re.sub(r"\s+", " ", page(client.get(where)).main.get_text(" "))


def postings(session: Session) -> list[int]:
    """How many postings each stored case has."""
    cases = session.query(Submission).order_by(Submission.id).all()
    return [len(submissions.whole(submissions.current_revision(case))["postings"]) for case in cases]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("answer", "stored"), [("one", [2, 1]), ("apart", [1, 1, 1])])
def test_neighbours_are_asked_about_and_the_answer_holds(
    app: Flask, client: Client, clock: Any, db_session: Session, door: str, answer: str, stored: list[int]
) -> None:
    where = at_door(client, door, row(), row(**NEAR), town(1))
    soup = page(client.get(where))
    asked = soup.select_one("#join-2")
    assert asked.legend.get_text() == "日向市\u30002、3行目"
    assert [td.get_text(strip=True) for td in asked.select("td[data-label=直通電話番号]")] == ["0982-00-0043", "0982-00-0044"]
    assert [radio.get("checked") for radio in asked.select("input[type=radio]")] == [None, None]
    assert soup.select_one("button[value=send]") is None
    # Nothing is stored before it is answered, and nobody guesses.
    assert client.post(where, data={"do": "send"}).headers["Location"] == f"{where}?refused=1"
    told = client.get(f"{where}?refused=1")
    assert told.status_code == 422
    assert "1か所残っています" in page(told).select_one(".error-summary a[href='#asked']").get_text()
    # An answer sent with the button is judged first: what is confirmed has been seen.
    client.post(where, data={"do": "send", "join-2": answer})
    assert "もう一度確かめました" in words(client, f"{where}?refused=1")
    assert count(db_session) == 0
    soup = page(client.get(where))
    assert [radio["value"] for radio in soup.select("#join-2 input[checked]")] == [answer]
    assert f"申請 {len(stored)}件（募集 3件）" in words(client, where)
    assert client.post(where, data={"do": "send", "join-2": answer}).headers["Location"] == where
    assert postings(db_session) == stored
    client.post(where, data={"do": "send", "join-2": answer})
    assert len(postings(db_session)) == len(stored)


def test_an_answer_can_be_changed_and_does_not_forget_the_other_choices(
    app: Flask, client: Client, clock: Any, db_session: Session
) -> None:
    where = at_door(client, "/entry/file", row(), row(**NEAR), town(1), town(2, headcount="若干名"))
    choices = {"do": "choose", "join-2": "one", "leave": "4", "only_good": "1"}
    assert client.post(where, data=choices).headers["Location"] == where
    client.post(where, data=choices | {"join-2": "apart"})
    soup = page(client.get(where))
    ticked = {(box["name"], box["value"]) for box in soup.select("input[checked]")}
    assert ticked == {("join-2", "apart"), ("leave", "4"), ("only_good", "1")}
    assert "「除く」に印のある申請を除くと、2件です" in words(client, where)
    client.post(where, data={"do": "send", "join-2": "nonsense", "join-x": "one", "join-99": "one", "leave": ["x", "4"]})
    assert postings(db_session) == []  # an answer that was taken back is asked for again
    client.post(where, data=choices | {"do": "choose", "join-2": "one"})
    client.post(where, data=choices | {"do": "send"})
    assert postings(db_session) == [2]


def test_more_postings_than_a_form_has_are_told_before_anything_is_sent(
    app: Flask, client: Client, clock: Any, db_session: Session
) -> None:
    counted = [row(title=f"看護師（第{n}会場）", contact__contact_tel=f"0982-00-00{n + 10}") for n in range(21)]
    where = at_door(client, "/entry/file", *counted, town(1))
    assert "ほか1件" in words(client, where)
    client.post(where, data={"do": "choose", "join-2": "one"})
    text = words(client, where)
    assert "募集情報が21件あります" in text
    assert "要修正あり 1件" in text


@pytest.mark.parametrize("door", DOORS)
def test_single_bodies_are_left_out(app: Flask, client: Client, clock: Any, db_session: Session, door: str) -> None:
    where = at_door(client, door, town(1), town(2), town(3))
    assert len(page(client.get(where)).select("input[name=leave]")) == 3
    client.post(where, data={"do": "send", "leave": ["3", "99"]})
    assert count(db_session) == 2
    text = words(client, where)
    assert "2件の申請を受け付けました" in text
    assert "除いた申請が1件あります。 日向市（3行目）。登録していません。" in text
    # What was left out is not lost: the rows come back as a file and can be sent later.
    rest = client.get(f"{where}/rejects")
    assert (rest.status_code, rest.mimetype) == (200, "text/csv")
    again = send(client, rest.data, "forms-rejected.csv", to=door).headers["Location"]
    assert "申請 1件（募集 1件）" in words(client, again)
    client.post(again, data={"do": "send"})
    assert count(db_session) == 3
    assert client.get(f"{again}/rejects").status_code == 404


def test_leaving_out_all_is_told(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    where = at_door(client, "/entry/file", town(1), town(2))
    client.post(where, data={"do": "send", "leave": ["2", "3"]})
    soup = page(client.get(f"{where}?refused=1"))
    assert "すべての申請に「除く」の印が付いています" in soup.get_text()
    assert len(soup.select("input[name=leave][checked]")) == 2
    assert count(db_session) == 0


def test_a_body_with_an_account_may_be_left_out_instead(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    factories.account(organization=factories.make_organization(), role=Role.municipality)
    other = {"organization__lg_code": "452033", "organization__org_name": "延岡市", "organization__org_kana": "ノベオカシ"}
    where = at_door(
        client, "/entry/file", town(1), town(2, **other, organization__org_address="延岡市東本小路2番地1", organization__org_zip="882-8686")
    )
    assert "すでに管理者アカウントをお持ちの団体があります：日向市" in words(client, where)
    client.post(where, data={"do": "send", "leave": "2"})
    assert [case.org_name for case in db_session.query(Submission).all()] == ["延岡市"]


def test_the_rows_to_mend_are_offered_and_can_be_sent_again(
    app: Flask, client: Client, clock: Any, db_session: Session, tmp_path: Path
) -> None:
    where, _ = checked(client, workbook(tmp_path, town(1), town(2, headcount="若干名"), town(3, weekly_hours="=1+8")), "町の表.xlsx")
    (link,) = page(client.get(where)).select(".upload-rejects a")
    assert link.get_text(strip=True) == "直す行をファイルで受け取る（2行）"
    answer = client.get(link["href"])
    assert "%E7%94%BA%E3%81%AE%E8%A1%A8-rejected.xlsx" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    book = openpyxl.load_workbook(BytesIO(answer.data))
    sheet = book.worksheets[0]
    names = {cell.value: cell.column for cell in sheet[2]}
    assert [sheet.cell(line, 1).value is None for line in (3, 4)] == [False, False]
    for line in (3, 4):
        sheet.cell(line, names["headcount"], 3)
        sheet.cell(line, names["weekly_hours"], 9)
    out = BytesIO()
    book.save(out)
    client.post(where, data={"do": "send", "only_good": "1"})
    again, text = checked(client, out.getvalue())
    assert "要修正なし 2件" in text
    client.post(again, data={"do": "send"})
    assert count(db_session) == 3


def test_the_rows_to_mend_are_the_senders_alone(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    where = at_door(client, "/admin/submission/file", town(1, headcount="若干名"))
    assert client.get(f"{where}/rejects").status_code == 200
    key = where.rsplit("/", 1)[1]
    assert client.get(f"/entry/file/{key}/rejects").status_code == 404
    client.sign_in(factories.account(Role.lead))
    assert client.get(f"{where}/rejects").status_code == 404


def test_nothing_to_mend_is_not_found(app: Flask, client: Client, clock: Any) -> None:
    where = at_door(client, "/entry/file", town(1))
    assert page(client.get(where)).select(".upload-rejects") == []
    assert client.get(f"{where}/rejects").status_code == 404


@pytest.mark.parametrize(("door", "number", "taken"), [("/entry/file", 300, True), ("/entry/file", 301, False), (DOORS[1], 301, True)])
def test_a_file_without_an_account_holds_at_most_300_submissions(
    app: Flask, client: Client, clock: Any, db_session: Session, monkeypatch: Any, door: str, number: int, taken: bool
) -> None:
    assert upload.MOST_ANONYMOUS == 300
    monkeypatch.setattr(upload, "examine", lambda items, **_more: pytest.fail("judged") if not taken else _nothing(items))
    if door.startswith("/admin"):
        client.sign_in(Role.operator)
    answer = send(client, csv_text([town(n) for n in range(number)]).encode(), "forms.csv", to=door)
    assert answer.status_code == (303 if taken else 422)
    assert count(db_session, EntryDraft) == int(taken)
    if not taken:
        told = page(answer).select_one("#file-e").get_text()
        assert "申請300件までです（このファイルは301件）" in told
        assert "サービスセンター" in told
    assert ("申請300件まで" in words(client, door)) is not door.startswith("/admin")


def _nothing(_items: Any) -> upload.Examined:
    return upload.Examined(upload.CheckReport(), [], [], {})


def test_a_file_kept_by_a_former_program_is_gone(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """Its report was of another shape: the sender is asked for the file again."""
    where = at_door(client, "/entry/file", town(1))
    draft = db_session.query(EntryDraft).one()
    file = draft.typed["file"]
    draft.typed = {"file": file | {"report": {"good": 1, "problems": []}}}
    db_session.commit()
    assert client.get(where).status_code == 404
    assert client.post(where, data={"do": "send"}).status_code == 404
