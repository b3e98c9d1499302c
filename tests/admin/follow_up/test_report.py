"""A round for the service center: made, watched, asked for, read; numbers of bodies only, and what may be published."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import AuditEvent, OutboxMail, Posting, ReportRound, StaffSession
from keynet_admin.services.account.session import FRESH, actor_of
from keynet_admin.services.report import national, reminders, rounds
from keynet_admin.vocabulary import PostingStatus, ReportStatus, Role, RoundStatus
from tests import factories
from tests.services.report.test_rounds import JOB, S, body, mails, opened
from tests.support.clock import MovableClock
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")


def main_of(answer: Any) -> BeautifulSoup:
    assert answer.status_code == 200
    found = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert found is not None
    return found


def elsewhere(headcount: int, job: str = JOB, code: str = "292052", name: str = "橿原市") -> Posting:
    """A live posting of a body in another prefecture."""
    organization = factories.make_organization(code, name)
    return factories.posting(PostingStatus.live, {"headcount": headcount, "job_type": job}, organization=organization)


def test_a_round_is_made_after_a_look(client: Client, clock: MovableClock, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first button shows whom it would ask, the second makes the round once, however often it is pressed."""
    body()
    db_session.commit()
    clock.set("2021-05-10 10:00")
    client.sign_in(Role.operator)
    assert 'href="/admin/report/new"' not in client.get("/admin/report/").text
    client.sign_in(Role.lead)
    assert "実績の報告の回はまだありません" in client.get("/admin/report/").text
    typed = {"as_of_day": "2021/5/7", "as_of_time": "17:00", "due_day": "令和3年5月14日", "due_time": "午後5時"}
    assert 'value="2021/5/7"' in client.get("/admin/report/new").text
    plan = main_of(client.get("/admin/report/new", query_string=typed)).select_one("form.decide")
    assert plan is not None
    assert "1団体（メール" in plan.get_text()
    for wrong, at in (({"as_of_day": "きのう"}, "as_of"), ({"as_of_day": "2021/5/11"}, "as_of"), ({"due_day": "2021/5/7"}, "due")):
        page = BeautifulSoup(client.post("/admin/report/new", data=typed | wrong).text, "html.parser")
        assert page.select_one(f'#{at}_day[aria-invalid="true"]') is not None
        assert all(value in str(page) for value in wrong.values())
    monkeypatch.setattr(reminders, "FEW", 0)
    assert client.post("/admin/report/new", data=typed).status_code == 422
    monkeypatch.undo()
    answers = [client.post("/admin/report/new", data=typed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    (made,) = db_session.execute(select(ReportRound)).scalars()
    assert (made.number, made.status, len(made.reports)) == (1, RoundStatus.open, 1)
    client.sign_in(Role.admin)
    assert client.post("/admin/report/new", data=typed).status_code == 409


def test_the_page_of_a_round(client: Client, clock: MovableClock, db_session: Session) -> None:
    """KPI, list, funnel, matrix and map tell the same numbers; each figure of the matrix opens its bodies, and no person stands anywhere."""
    row = body(8, 2)
    elsewhere(3)
    factories.posting(PostingStatus.draft, {"headcount": 5, "job_type": JOB})
    chosen, report, officer = opened(clock, row)
    client.sign_in(Role.operator)
    page = main_of(client.get(f"/admin/report/{chosen.id}/"))
    shown = national.of_round(chosen)
    assert (shown.total.wanted, shown.total.secured, shown.people, shown.people_secured) == (11, 2, 2, 2)
    assert [panel.get_text().split("　")[0] for panel in page.select(".kpi .big-n")] == ["0／2団体", "2団体", "2名", "0名"]
    assert "全国で実人数 2名、うち確保 2名" in page.get_text()
    names = [cell.get_text() for cell in page.select(".table--wait tbody th b")]
    assert names == ["日向市", "橿原市"]  # 6 open places before 3
    assert "看護師 6" in page.select(".table--wait tbody tr")[0].get_text()
    (_, nurses), (_, whole) = national.funnel(shown)
    assert (nurses.needed, nurses.published, nurses.applied, nurses.secured) == (16, 11, 2, 2)
    assert nurses == whole
    cell = page.select_one(f'.table--matrix a[href="/admin/report/{chosen.id}/rows?prefecture=45&job={JOB}"]')
    assert cell is not None
    assert cell.parent is not None
    assert cell.parent.get_text() == "2/8"
    assert next(foot.get_text() for foot in page.select(".table--matrix tfoot td.num")) == "2/11"
    assert page.select_one('.tile[data-p="45"]').get_text().strip() == "宮崎25%"  # type: ignore[union-attr]
    rows = main_of(client.get(str(cell["href"])))
    assert [link.get_text() for link in rows.select("tbody a")] == ["日向市"]
    one = client.get(f"/admin/report/body/{report.id}/?job={JOB}&figure=secured_site")
    assert "募集ごとの内訳" in one.text
    for text in (page.get_text(), rows.get_text(), one.text):
        assert "見本" not in text
        assert "@mail.example" not in text
    assert client.get(f"/admin/report/{chosen.id}/rows?prefecture=13").status_code == 404
    assert client.get(f"/admin/report/{chosen.id}/rows?prefecture=45&job=clerical").status_code == 404
    rounds.confirm(report, actor_of(officer), seen_version=report.version)
    db_session.commit()
    page = main_of(client.get(f"/admin/report/{chosen.id}/"))
    assert [panel.get_text() for panel in page.select(".kpi .big-n")][:2] == ["1／2団体", "1団体"]
    assert [cell.get_text() for cell in page.select(".table--mini tbody td")][-2:] == ["1", "50%"]


def test_filters_and_the_telephone_list(client: Client, clock: MovableClock, db_session: Session) -> None:
    row = body()
    elsewhere(3)
    chosen, _report, officer = opened(clock, row)
    officer.last_login_at = clock.now
    client.sign_in(Role.operator)
    path = f"/admin/report/{chosen.id}/"

    def names(query: str) -> list[str]:
        return [cell.get_text() for cell in main_of(client.get(path + query)).select(".table--wait tbody th b")]

    assert names("?prefecture=29") == names("?login=never") == ["橿原市"]
    assert names("?login=yes") == ["日向市"]
    assert names("?sent=2") == []
    assert "条件に合う団体はありません" in client.get(f"{path}?sent=2").text
    answer = client.get(f"/admin/report/body/export.xlsx?round={chosen.id}&prefecture=45")
    lines = list(load_workbook(BytesIO(answer.data)).active.values)  # type: ignore[union-attr]
    assert lines[0][:6] == ("回", "団体コード", "都道府県", "団体", "電話", "残り（名）")
    assert [line[:4] for line in lines[1:]] == [("第1回", "452068", "宮崎県", "日向市")]
    assert "まだの団体" in client.get("/admin/report/body/").text


def test_reminders(client: Client, clock: MovableClock, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ticked bodies or all; the page lists them and shows the mail; many mails need their number; nobody twice a day."""
    row = body()
    elsewhere(3)
    chosen, report, _officer = opened(clock, row)
    other = next(one for one in chosen.reports if one.id != report.id)
    client.sign_in(Role.lead)
    path = f"/admin/report/{chosen.id}/remind"
    assert "団体を選んでから押してください" in client.get(path).text
    page = main_of(client.get(path, query_string={"row": f"{report.id}.1"}))
    assert "日向市" in page.get_text()
    assert "橿原市" not in page.get_text()
    assert f"/office/report/{report.id}/" in page.get_text()
    monkeypatch.setattr(reminders, "FEW", 0)
    many = reminders.reminder(chosen, None).mails
    answer = client.post(path, data={"version": chosen.version, "all": "1", "count": "1"})
    assert answer.status_code == 422
    assert f"送る数（{many}）を入力" in answer.text
    assert mails(db_session) == []
    db_session.commit()
    ticked = {"version": chosen.version, "row": f"{report.id}.1"}
    assert client.post(path, data=ticked | {"count": str(reminders.reminder(chosen, [report.id]).mails)}).status_code == 303
    db_session.expire_all()
    assert (report.reminded, other.reminded) == (1, 0)
    assert client.post(path, data=ticked).status_code == 303  # the same press again: nothing is sent
    monkeypatch.undo()
    assert client.post(path, data={"version": chosen.version, "all": "1"}).status_code == 303
    db_session.expire_all()
    assert (report.reminded, other.reminded) == (1, 1)
    assert {mail.subject_id for mail in db_session.execute(select(OutboxMail).filter_by(template=reminders.REMINDER)).scalars()} == {
        report.id,
        other.id,
    }


def test_a_call_is_noted(client: Client, clock: MovableClock, db_session: Session) -> None:
    chosen, report, _officer = opened(clock, body())
    caller = client.sign_in(Role.operator)
    path = f"/admin/report/body/{report.id}/record_call"
    assert client.post(path, data={"version": report.version, "reason": " "}).status_code == 422
    assert client.post(path, data={"version": report.version, "reason": "明日確認するとのこと。"}).status_code == 303
    assert f"電話済み 5/7(金) {caller.shown_name}" in " ".join(main_of(client.get(f"/admin/report/{chosen.id}/")).get_text().split())


def test_the_public_form_hides_small_numbers(client: Client, clock: MovableClock, db_session: Session) -> None:
    """Neither a number under five nor one that a subtraction gives; the file holds the same table, and no code of a person."""
    row = body(8, 2)
    elsewhere(30)
    chosen, _report, _officer = opened(clock, row)
    client.sign_in(Role.operator)
    page = main_of(client.get(f"/admin/report/{chosen.id}/?show=public"))
    small = next(line for line in page.select(".table--matrix tbody tr") if "宮崎県" in line.get_text())
    assert "×" in small.get_text()
    assert "2/8" not in page.get_text()
    assert not page.select(".table--matrix a")
    table = national.public(national.of_round(chosen))
    assert table[("45", JOB)]["secured"] is None
    answer = client.get(f"/admin/report/{chosen.id}/report.xlsx")
    lines = list(load_workbook(BytesIO(answer.data))["実績"].iter_rows(values_only=True))
    line = dict(zip(lines[0], next(line for line in lines if line[4] == "宮崎県"), strict=True))
    assert (line["団体コード"], line["確保した人数：計"], line["応募者：応募"]) == ("450006", "×", None)


def test_the_internal_file_needs_a_fresh_proof(client: Client, clock: MovableClock, db_session: Session) -> None:
    chosen, _report, _officer = opened(clock, body(4, 2))
    client.sign_in(Role.operator)
    path = f"/admin/report/{chosen.id}/report.xlsx"
    answer = client.post(path)
    assert answer.status_code == 200
    assert load_workbook(BytesIO(answer.data))["実績"]["K2"].value == 2  # 応募
    assert db_session.execute(select(AuditEvent).where(AuditEvent.about(chosen), AuditEvent.action == "export")).scalar_one()
    for session in db_session.execute(select(StaffSession)).scalars():
        session.level_at -= FRESH + timedelta(seconds=1)
    db_session.commit()
    answer = client.post(path)
    assert answer.status_code == 401
    assert "全国の実績（内部用）をExcelに書き出す" in answer.text


def test_a_frozen_round(client: Client, clock: MovableClock, db_session: Session) -> None:
    """What was frozen stands, with what was corrected since beside it; the next round says how much more there is."""
    row = body(8, 2)
    chosen, report, officer = opened(clock, row)
    clock.set(chosen.due_at)
    db_session.commit()
    jobs.follow_reports()
    values = {"job_type": JOB, "figure": "secured_other", "value": "1", "reason": "5/10に知ったため。"}
    db_session.expire_all()
    rounds.correct(report, actor_of(officer), seen_version=report.version, **values)
    db_session.commit()
    client.sign_in(Role.lead)
    page = main_of(client.get(f"/admin/report/{chosen.id}/"))
    (line,) = page.select("#frozen .table--fixes tbody tr")[:1]
    assert [cell.get_text() for cell in line.select("td")] == ["2", "＋1", "3"]
    assert "5/10に知ったため。" in page.get_text()
    everywhere = main_of(client.get("/admin/report/body/?tab=waiting"))
    assert report.organization.name not in everywhere.select_one(".empty, table").get_text(), "nobody can confirm it any more"
    assert (
        report.organization.name in main_of(client.get(f"/admin/report/body/?tab=waiting&round={chosen.id}")).select_one("table").get_text()
    )
    assert "全国で実人数 2名" in page.get_text()
    assert client.get(f"/admin/report/{chosen.id}/postpone").status_code == 200
    assert client.post(f"/admin/report/{chosen.id}/postpone", data={"version": 9}).status_code in (409, 422)
    for number in range(2):
        factories.candidate(S.secured, {"email": f"later{number}@mail.example"}, posting=row)
    following, _, _ = opened(clock, row)
    assert (
        "前回より ＋0名" in client.get(f"/admin/report/{following.id}/").text
        or "前回より" in client.get(f"/admin/report/{following.id}/").text
    )
    assert report.status is ReportStatus.waiting


def test_an_empty_round(client: Client, clock: MovableClock, db_session: Session) -> None:
    chosen = factories.report_round()
    db_session.commit()
    client.sign_in(Role.lead)
    for page in ("", "?show=public", "rows", "report.xlsx"):
        assert client.get(f"/admin/report/{chosen.id}/{page}").status_code == 200, page
    assert "第" in client.get("/admin/report/").text
