"""A municipality's report: figures whose rows open, one press, corrections with what was typed kept, the duty and the number in the menu."""

from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import Account, Candidate, Report
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.report import figures, rounds
from keynet_admin.vocabulary import OfficeRight, PostingStatus, ReportStatus, Role
from tests import factories
from tests.services.report.test_rounds import JOB, S, body, opened
from tests.support.clock import MovableClock
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
REASON = "5/13に採用した1名の記録が漏れていました。"


def main_of(answer: Any) -> BeautifulSoup:
    found = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert found is not None
    return found


def correction(report: Report, **changes: str) -> dict[str, Any]:
    return {"version": report.version, "job_type": JOB, "figure": "secured_other", "value": "1", "reason": REASON, **changes}


def test_every_figure_opens_its_rows(client: Client, clock: MovableClock, db_session: Session) -> None:
    """Each number that is not 0 is a link, and as many rows stand behind it; the picture says what the table says."""
    row = body(4, 2)
    factories.candidate(S.rejected, {"email": "other@mail.example"}, posting=row)
    _chosen, report, officer = opened(clock, row)
    client.sign_in(officer)
    path = f"/office/report/{report.id}/"
    page = main_of(client.get(path))
    (record,) = figures.figures(clock.now, row.organization_id).values()
    cells = page.select(".table--report tbody td")
    assert [int("".join(c for c in cell.get_text() if c.isdigit())) for cell in cells] == [getattr(record, c.name) for c in figures.COLUMNS]
    assert [bool(cell.select("a")) for cell in cells] == [getattr(record, c.name) > 0 for c in figures.COLUMNS]
    assert f"{record.wanted}名のうち {record.secured}名" in page.select("svg")[-1].get_text() + page.get_text()
    for cell in cells:
        for link in cell.select("a"):
            rows = main_of(client.get(str(link["href"]).partition("#")[0])).select("#rows tbody tr")
            assert rows, link
    people = main_of(client.get(f"{path}?job={JOB}&figure=secured_site"))
    assert len(people.select("#rows tbody tr")) == 2
    assert people.select('.table--report a[aria-current="true"]')
    assert all(f"/office/candidate/{person.id}/" in str(people) for person in row_people(db_session, "secured"))
    for odd in ("?job=clerical&figure=open", f"?job={JOB}&figure=tel_key", f"?job={JOB}", "?figure=open"):
        assert not main_of(client.get(path + odd)).select("#rows")


def row_people(session: Session, state: str) -> list[Candidate]:
    return [person for person in session.query(Candidate) if person.status == state]


def test_one_press(client: Client, clock: MovableClock, db_session: Session) -> None:
    _chosen, report, officer = opened(clock, body())
    path, version = f"/office/report/{report.id}/", report.version
    client.sign_in(officer)
    assert main_of(client.get(path)).select_one(f'form[action="{path}confirm"] button') is not None
    assert client.post(f"{path}confirm", data={}).status_code == 400
    for _ in range(2):  # the second of a double click is no error
        assert client.post(f"{path}confirm", data={"version": version}).status_code == 303
    page = main_of(client.get(path)).get_text()
    assert "第1回の報告を受け付けました。" in page
    assert officer.shown_name in page
    colleague = factories.account(Role.municipality, organization=report.organization)
    db_session.commit()
    client.sign_in(colleague)
    answer = client.post(f"{path}confirm", data={"version": version})
    assert answer.status_code == 409
    assert f"{officer.shown_name}が先に「報告」を行いました。" in answer.text
    db_session.expire_all()
    assert client.post(f"{path}take_back", data={"version": report.version}).status_code == 303
    db_session.expire_all()
    assert report.status is ReportStatus.waiting


def test_a_correction_keeps_what_was_typed(client: Client, clock: MovableClock, db_session: Session) -> None:
    _chosen, report, officer = opened(clock, body())
    client.sign_in(officer)
    path = f"/office/report/{report.id}/correct"
    for field, wrong, status in (("value", "二人くらい", 422), ("figure", "secured", 422), ("reason", "", 422), ("version", "99", 409)):
        answer = client.post(path, data=correction(report, **{field: wrong}))
        assert answer.status_code == status, field
        form = main_of(answer)
        if field != "reason":
            assert REASON in form.get_text()
        if field == "value":
            assert 'value="二人くらい"' in str(form)
            assert form.select_one('#value[aria-invalid="true"]') is not None
    assert client.post(path, data=correction(report)).status_code == 303
    page = main_of(client.get(f"/office/report/{report.id}/"))
    assert [cell.get_text() for cell in page.select(".table--fixes del, .table--fixes ins")] == ["0名", "1名"]
    assert REASON in page.get_text()
    assert "記録 0" in page.select_one(".table--report").get_text()  # type: ignore[union-attr]
    assert "記録では 0名です" in main_of(client.get(f"/office/report/{report.id}/?job={JOB}&figure=secured_other")).get_text()


def test_after_the_freeze(client: Client, clock: MovableClock, db_session: Session) -> None:
    chosen, report, officer = opened(clock, body())
    db_session.commit()
    clock.set(chosen.due_at)
    client.sign_in(officer)
    assert "まもなく数字を確定します" in client.get(f"/office/report/{report.id}/").text
    jobs.follow_reports()
    page = client.get(f"/office/report/{report.id}/").text
    assert "確認のないまま締切を過ぎた" in page
    answer = client.get(f"/office/report/{report.id}/confirm")
    assert "数字は確定しています" in answer.text
    db_session.expire_all()
    assert client.post(f"/office/report/{report.id}/confirm", data={"version": report.version}).status_code == 409
    assert client.post(f"/office/report/{report.id}/correct", data=correction(report)).status_code == 303
    page = client.get(f"/office/report/{report.id}/").text
    assert "確定の後" in page
    assert "訂正後 2名" in page


def test_the_duty_and_the_menu(client: Client, clock: MovableClock, db_session: Session) -> None:
    """Whoever may confirm is told on the home and in the menu; whoever only looks is not, and a confirmed one asks nothing."""
    _chosen, report, officer = opened(clock, body())
    looks = factories.account(Role.municipality, organization=report.organization, rights=[OfficeRight.view.value])
    db_session.commit()
    client.sign_in(officer)
    home = client.get("/office/").text
    assert f'href="/office/report/{report.id}/"' in home
    assert "第1回の確保実績の報告をお願いします。" in home
    menu = BeautifulSoup(home, "html.parser").select_one('nav a[href="/office/report/"]')
    assert menu is not None
    assert menu.get_text() == "実績報告 1件"
    assert f"/office/report/{report.id}/" in client.get("/office/report/").text
    rounds.confirm(report, actor_of(officer), seen_version=report.version)
    db_session.commit()
    assert "確保実績の報告をお願いします" not in client.get("/office/").text
    client.sign_in(looks)
    assert "実績報告" not in client.get("/office/").text
    assert client.get(f"/office/report/{report.id}/").status_code == 403


def test_nobody_sees_another_body(client: Client, clock: MovableClock, db_session: Session) -> None:
    _chosen, report, _officer = opened(clock, body())
    other: Account = factories.account(Role.municipality, organization=factories.make_organization("292052", "橿原市"))
    db_session.commit()
    client.sign_in(other)
    assert "実績の報告はまだありません" in client.get("/office/report/").text
    for door in ("", "confirm", "take_back", "correct", "report.xlsx", f"?job={JOB}&figure=secured"):
        assert client.get(f"/office/report/{report.id}/{door}").status_code == 404, door
    assert client.post(f"/office/report/{report.id}/confirm", data={"version": 1}).status_code == 404


def test_the_file(client: Client, clock: MovableClock, db_session: Session) -> None:
    """The same numbers with their types; nothing of a person, no key."""
    _chosen, report, officer = opened(clock, body(4, 2))
    rounds.correct(report, actor_of(officer), seen_version=report.version, job_type=JOB, figure="secured_other", value="1", reason="=1+1")
    db_session.commit()
    client.sign_in(officer)
    answer = client.get(f"/office/report/{report.id}/report.xlsx")
    book = load_workbook(BytesIO(answer.data))
    head, line = list(book["実績"].iter_rows(values_only=True))
    found = dict(zip(head, line, strict=True))
    assert (found["団体コード"], found["基準日（和暦）"], found["確保した人数：計"], found["職種"]) == (
        "452068",
        "令和3年5月7日",
        3,
        "看護師",
    )
    assert f"{found['基準日']:%Y-%m-%d %H:%M}" == "2021-05-07 11:00"
    assert [row[8] for row in book["訂正"].iter_rows(min_row=2, values_only=True)] == ["=1+1"]
    assert all(cell.data_type != "f" for sheet in book for cells in sheet.iter_rows() for cell in cells)
    assert "見本" not in str([list(sheet.values) for sheet in book])


def test_a_body_without_rows(client: Client, clock: MovableClock, db_session: Session) -> None:
    """A report that holds nothing is a page all the same."""
    row = factories.posting(PostingStatus.draft)
    report = factories.report(row.organization)
    officer = factories.account(Role.municipality, organization=row.organization)
    db_session.commit()
    client.sign_in(officer)
    assert "この日までに公開した募集はありません" in client.get(f"/office/report/{report.id}/").text
    assert client.get(f"/office/report/{report.id}/correct").status_code == 200
    assert client.get(f"/office/report/{report.id}/report.xlsx").status_code == 200
