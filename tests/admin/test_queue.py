"""The queue: tabs, filters, search, order, pages, and what an empty one says."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.admin.submission import SubmissionView
from keynet_admin.extensions import db
from keynet_admin.models import Account, Submission
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.submission import lists as queue
from keynet_admin.services.submission import presence, review
from keynet_admin.vocabulary import Role, SubmissionStatus
from keynet_admin.web import model_view
from keynet_admin.web.lists import export as list_export
from tests import factories
from tests.support.web import Client

HYUGA = {"contact.contact_tel": "0982-00-0077", "postings.0.job_type": "nurse"}
KAINAN = {
    "organization.lg_code": "302058",
    "organization.org_name": "海南市",
    "organization.org_kana": "カイナンシ",
    "organization.org_address": "海南市日方1番1号",
    "contact.contact_email": "kenko@city.kainan-test.lg.jp",
    "contact.contact_email2": "kenko@city.kainan-test.lg.jp",
    "contact.contact_last_kana": "タナベ",
}
WRONG = {
    "organization.lg_code": "452069",
    "organization.org_name": "延岡市",
    "organization.org_kana": "ノベオカシ",
    "contact.contact_email": "x@city.nobeoka-test.lg.jp",
}


@pytest.fixture
def cases(app: Flask, db_session: Session, clock: Any, client: Client) -> dict[str, Submission]:
    """Three cases that wait, by the time they came, one returned and one decided; the reader is signed in."""
    made: dict[str, Submission] = {}
    operator = client.sign_in(factories.account(Role.operator, name="佐藤 直子"))
    for name, changes in (("hyuga", HYUGA), ("kainan", KAINAN), ("nobeoka", WRONG)):
        made[name] = factories.submission(changes=changes)
        clock.advance(hours=1)
    review.take(made["kainan"], actor_of(operator), seen_version=made["kainan"].version)
    made["returned"] = factories.submission(
        SubmissionStatus.returned, {"organization.org_name": "門川町", "organization.lg_code": "454214"}
    )
    made["done"] = factories.submission(SubmissionStatus.rejected, {"organization.org_name": "都農町", "organization.lg_code": "454061"})
    made["operator"] = operator  # type: ignore[assignment]
    return made


def shown(client: Client, query: str = "") -> list[str]:
    """Bodies of the rows in their order."""
    answer = client.get(f"/admin/submission/{query}")
    assert answer.status_code == 200
    soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    return [a.get_text() for a in soup.select("tbody a[data-open]")]


QUERIES: dict[str, list[str]] = {
    "": ["日向市", "海南市", "延岡市"],
    "?tab=mine": ["海南市"],
    "?tab=returned": ["門川町"],
    "?tab=done": ["都農町"],
    "?prefecture=30": ["海南市"],
    "?job_type=nurse": ["日向市", "海南市", "延岡市"],
    "?job_type=pharmacist": [],
    "?findings=errors": ["延岡市"],
    "?findings=warnings": ["海南市"],
    "?findings=clean": ["日向市"],
    "?assignee=none": ["日向市", "延岡市"],
    "?q=日向": ["日向市"],
    "?q=ひゅうが": ["日向市"],
    "?q=ﾋｭｳｶﾞ": ["日向市"],
    "?q=カイナン": ["海南市"],
    "?q=0982000077": ["日向市"],
    "?q=０９８２－００－００７７": ["日向市"],
    "?q=kenko@city.kainan-test.lg.jp": ["海南市"],
    "?q=KN-210507-0002": ["海南市"],
    "?q=kn-210507-0002": ["海南市"],
    "?q=ｋｎ2105070002": ["海南市"],
    "?q=田辺": [],
    "?q=タナベ": ["海南市"],
    "?q=日向 海南": [],
    "?q=100%25_": [],
    "?sort=findings": ["延岡市", "海南市", "日向市"],
    "?sort=receipt": ["日向市", "海南市", "延岡市"],
    "?sort=assignee": ["日向市", "延岡市", "海南市"],
    # what is not understood falls back
    "?tab=x&sort=x&page=x&prefecture=x&findings=x&assignee=x&job_type=x&status=x": ["日向市", "海南市", "延岡市"],
    "?page=99999999&q=%00": [],
    "?page=-1": ["日向市", "海南市", "延岡市"],
    "?status=received": ["日向市", "延岡市"],
}


def test_tabs_filters_search_and_order(client: Client, cases: dict[str, Any]) -> None:
    wrong = []
    for query, bodies in QUERIES.items():
        if query == "?page=99999999&q=%00":
            assert client.get(f"/admin/submission/{query}").status_code == 200
            continue
        got = shown(client, query)
        if got != bodies:
            wrong.append(f"{query}: {got}")
    assert wrong == []
    assert shown(client, f"?assignee={cases['operator'].id}") == ["海南市"]


def test_counts_stand_at_the_tabs_whatever_the_filter(client: Client, cases: dict[str, Any]) -> None:
    for query in ("", "?q=zzzz", "?tab=done"):
        text = BeautifulSoup(client.get(f"/admin/submission/{query}").get_data(as_text=True), "html.parser")
        numbers = [re.sub(r"\D", "", n.get_text()) for n in text.select(".tabs .tabs__n")]
        assert numbers == ["3", "1", "1", "1"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "確認を待つ申請はありません"),
        ("?tab=mine", "担当している申請はありません"),
        ("?tab=returned", "差し戻し中の申請はありません"),
        ("?tab=done", "完了した申請はまだありません"),
        ("?q=zzzz", "条件に合う申請はありません"),
    ],
)
def test_an_empty_queue_says_why(client: Client, clock: Any, query: str, words: str) -> None:
    client.sign_in(Role.operator)
    assert words in client.get(f"/admin/submission/{query}").get_data(as_text=True)


def test_pages_follow_each_other(client: Client, cases: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SubmissionView, "page_size", 2)
    assert shown(client) == ["日向市", "海南市"]
    assert shown(client, "?page=2") == ["延岡市"]
    first = client.get("/admin/submission/?assignee=none&sort=receipt").get_data(as_text=True)
    assert "全2件のうち 1～2件目" in first
    soup = BeautifulSoup(client.get("/admin/submission/").get_data(as_text=True), "html.parser")
    assert soup.find("a", href="/admin/submission/?page=2") is not None


def test_time_left_and_its_tone(client: Client, cases: dict[str, Any], clock: Any) -> None:
    """Two business days from 10:00; orange within one, red afterwards; a returned case has no clock."""
    case = cases["hyuga"]
    assert queue.line(case).tone == ""
    clock.set("2021-05-11 10:01")
    assert queue.line(case).tone == "ask"
    clock.set("2021-05-12 10:00")
    assert queue.line(case).tone == "must"
    assert queue.line(cases["returned"]).words == ""
    assert "時計は止まっています" in client.get("/admin/submission/?tab=returned").get_data(as_text=True)


def test_taking_from_the_queue_keeps_the_others_out_of_the_way(client: Client, cases: dict[str, Any], db_session: Session) -> None:
    case: Submission = cases["hyuga"]
    assert client.post(f"/admin/submission/{case.id}/take", data={"version": case.version}).status_code == 303
    assert isinstance(cases["operator"], Account)
    assert shown(client, "?tab=mine") == ["日向市", "海南市"]


def test_the_way_goes_through_the_list_one_works_in(client: Client, cases: dict[str, Any], db_session: Session, clock: Any) -> None:
    """Conditions and sort stay; colleagues' cases are left out, passed ones stay behind; at the end the list says what is left."""
    more = [factories.submission(changes=HYUGA | {"organization.org_name": name}) for name in ("西都市", "小林市", "串間市")]
    away, colleague = more[1], factories.actor(name="高橋 健")
    presence.look(away, colleague)
    db_session.commit()
    way = "assignee=none&sort=receipt&desc=1"  # 串間市 小林市(opened) 西都市 延岡市 日向市
    page = BeautifulSoup(client.get(f"/admin/submission/?{way}").text, "html.parser")
    assert page.select_one("tbody a[data-open]")["href"] == f"/admin/submission/{more[2].id}/?{urlencode({'list': way})}"
    assert "高橋 健 閲覧中" in page.select_one(f"#r{away.id}").get_text()

    def at(case: Submission, name: str = "") -> str:
        return f"/admin/submission/{case.id}/{name}?{urlencode({'list': way})}"

    def decide(case: Submission) -> str:
        answer = client.post(at(case, "reject"), data={"version": case.version, "reason": "対象外のため。"})
        return str(answer.headers["Location"])

    case_page = client.get(at(more[0])).text
    assert at(more[2]) in case_page, "the one before, past the one that is open elsewhere"
    assert at(cases["nobeoka"]) in case_page, "the one after"
    assert decide(more[0]) == at(cases["nobeoka"]), "串間市 was passed"
    assert decide(cases["nobeoka"]) == at(cases["hyuga"])
    assert decide(cases["hyuga"]) == f"/admin/submission/?{way}"
    assert "この条件の申請は終わりました（残り2件：担当者あり1件、飛ばしたもの1件）" in client.get(f"/admin/submission/?{way}").text
    client.sign_in(Role.operator)
    assert client.post("/admin/submission/next").headers["Location"] == f"/admin/submission/{more[2].id}/", "海南市 is claimed"
    client.sign_in(Role.operator)
    assert client.post("/admin/submission/next").headers["Location"] == "/admin/submission/", "nobody gets what another has"


def test_back_from_a_case_to_its_row(client: Client, cases: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SubmissionView, "page_size", 2)
    soup = BeautifulSoup(client.get(f"/admin/submission/?at={cases['nobeoka'].id}").text, "html.parser")
    assert [row["id"] for row in soup.select("tr[aria-current]")] == [f"r{cases['nobeoka'].id}"]
    case: Submission = cases["nobeoka"]
    answer = client.post(f"/admin/submission/{case.id}/take", data={"version": case.version, "stay": "1"})
    assert answer.headers["Location"] == f"/admin/submission/?at={case.id}"


def test_rows_tell_what_happened_to_them(client: Client, cases: dict[str, Any], db_session: Session) -> None:
    case, seen = cases["nobeoka"], [("row", f"{cases[name].id}.1") for name in ("hyuga", "nobeoka")]
    colleague = factories.actor(name="高橋 健")
    presence.look(cases["hyuga"], colleague, writing=True)
    review.reject(case, colleague, seen_version=case.version, reason="対象外のため。")
    db_session.commit()
    told = client.get(f"/admin/submission/rows?tab=due&{urlencode(seen)}").json
    assert "高橋 健 入力中" in told[str(cases["hyuga"].id)]["who"]
    assert "done" not in told[str(cases["hyuga"].id)]
    assert "高橋 健が却下しました。" in told[str(case.id)]["done"]


def test_what_was_done_to_many_rows_is_asked_for_at_once(
    client: Client, cases: dict[str, Any], db_session: Session, request: pytest.FixtureRequest
) -> None:
    """As many queries for one row that has gone as for three."""
    gone = []
    for name in ("hyuga", "nobeoka", "kainan"):
        case = cases[name]
        review.reject(case, factories.actor(name="高橋 健"), seen_version=case.version, reason="対象外のため。")
        gone.append(case.id)
    db_session.commit()
    counts: list[int] = []
    made: list[str] = []

    def note(*arguments: Any) -> None:
        made.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(db.engine, "before_cursor_execute", note))
    for some in (gone[:1], gone[:1], gone):
        made.clear()
        told = client.get(f"/admin/submission/rows?tab=due&{urlencode([('row', f'{number}.1') for number in some])}").json
        counts.append(len(made))
        assert all("却下しました" in told[str(number)]["done"] for number in some)
    assert counts[1] == counts[2]


@pytest.mark.parametrize(("tab", "moves"), [("due", ["take", "leave", "hand_over"]), ("returned", ["hand_over"]), ("done", [])])
def test_a_tab_offers_the_bulk_moves_that_can_apply(client: Client, cases: dict[str, Any], tab: str, moves: list[str]) -> None:
    page = BeautifulSoup(client.get(f"/admin/submission/?tab={tab}").text, "html.parser")
    assert [button["value"] for button in page.select("#bulk button[name=move]")] == moves
    assert bool(page.select("tbody .row-pick")) == bool(moves)
    if tab == "due":  # the bar's count before anything is pressed is what the page of the move says
        takes = {row["id"][1:] for row in page.select("tbody tr[data-takes]")}
        picked = [("row", box["value"]) for box in page.select("tbody .row-pick input")]
        told = BeautifulSoup(client.get(f"/admin/submission/bulk?move=take&{urlencode(picked)}").text, "html.parser")
        assert {field["value"].partition(".")[0] for field in told.select("input[name=row]")} == takes != set()
        one = client.get(f"/admin/submission/export.csv?{urlencode(picked[:1])}").text.splitlines()
        assert len(one) == 2, "of ticked rows these alone"


def test_job_types_are_summed(client: Client, cases: dict[str, Any], db_session: Session) -> None:
    cases["hyuga"].jobs = [["nurse", 15]] * 20 + [["clerical", None]]
    db_session.commit()
    soup = BeautifulSoup(client.get("/admin/submission/").text, "html.parser")
    cell = soup.select_one(f"#r{cases['hyuga'].id} [data-cell=jobs]").get_text()
    assert re.sub(r"\s", "", cell) == "看護師300・事務職員（21件）"


def test_ones_own_list_begins_with_what_waits_for_the_desk(client: Client, cases: dict[str, Any], db_session: Session) -> None:
    for name in ("returned", "nobeoka"):
        cases[name].assignee_id = cases["operator"].id
    db_session.commit()
    assert shown(client, "?tab=mine") == ["海南市", "延岡市", "門川町"]
    assert "自治体の対応待ち 1件" in client.get("/admin/submission/?tab=mine").text


def test_the_cases_of_somebody_absent_are_handed_over(client: Client, cases: dict[str, Any], db_session: Session) -> None:
    """All open ones in one action, by a lead; the page says first what it will do. To nobody: the case in review waits again."""
    absent, colleague = cases["operator"], factories.account(Role.operator, name="高橋 健")
    cases["returned"].assignee_id = absent.id
    db_session.commit()
    client.sign_in(Role.operator)
    assert client.get(f"/admin/submission/hand_over?whose={absent.id}").status_code == 403
    held = [f"{cases[name].id}.{cases[name].version}" for name in ("kainan", "returned")]
    client.post("/admin/submission/bulk", data={"move": "hand_over", "row": held, "choice": str(colleague.id)})
    assert cases["kainan"].assignee_id == absent.id, "not by a colleague"
    client.sign_in(Role.lead)
    page = BeautifulSoup(client.get(f"/admin/submission/hand_over?whose={absent.id}").text, "html.parser")
    rows = [field["value"] for field in page.select("input[name=row]")]
    assert sorted(rows) == sorted(held)
    assert client.post("/admin/submission/bulk", data={"move": "hand_over", "row": rows, "choice": "99"}).status_code == 422
    client.post("/admin/submission/bulk", data={"move": "hand_over", "row": rows, "choice": str(colleague.id)})
    assert {cases[name].assignee_id for name in ("kainan", "returned")} == {colleague.id}
    client.post("/admin/submission/bulk", data={"move": "hand_over", "row": rows, "choice": "nobody"})
    assert [(cases[name].assignee_id, cases[name].status.value) for name in ("kainan", "returned")] == [
        (None, "received"),
        (None, "returned"),
    ]


def test_many_rows_need_their_number(client: Client, cases: dict[str, Any], db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_view, "UNCOUNTED", 1)
    monkeypatch.setattr(model_view, "NAMED", 1)
    page = BeautifulSoup(client.get("/admin/submission/bulk?move=take&every=1&assignee=none").text, "html.parser")
    rows = [field["value"] for field in page.select("input[name=row]")]
    data = {"move": "take", "row": rows, "back": "assignee=none"}
    assert len(rows) == 2
    assert client.post("/admin/submission/bulk", data=data).status_code == 422
    answer = client.post("/admin/submission/bulk", data=data | {"count": "２"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/submission/?assignee=none")
    assert "ほか1件" in client.get(answer.headers["Location"]).text
    assert shown(client, "?assignee=none") == []


def test_a_tab_opens_with_the_conditions_saved_for_it(client: Client, cases: dict[str, Any]) -> None:
    client.post("/admin/submission/views", data={"name": "紀伊", "query": "prefecture=30", "at_start": "1"})
    assert client.get("/admin/submission/").headers["Location"] == "/admin/submission/?prefecture=30"
    page = BeautifulSoup(client.get("/admin/submission/?prefecture=30").text, "html.parser")
    assert page.find("a", string="条件をクリア")["href"] == "/admin/submission/?view=0"
    assert shown(client, "?view=0") == ["日向市", "海南市", "延岡市"]
    assert shown(client, "?tab=done") == ["都農町"], "other tabs open as they did"


def columns(client: Client, query: str = "") -> list[str]:
    """The headings of the queue's table without those of ticks and sorts."""
    page = BeautifulSoup(client.get(f"/admin/submission/{query}").text, "html.parser")
    return [cell.find(string=True).strip() for cell in page.select("thead th") if "選ぶ" not in cell.get_text()]


def test_columns_are_the_readers_own_in_each_tab(client: Client, cases: dict[str, Any]) -> None:
    ordinary = columns(client)
    sent = {"query": "prefecture=45&q=x", "column": ["receipt", "due", "received_at", "evil", "org"]}
    answer = client.post("/admin/submission/columns", data=sent)
    assert answer.headers["Location"] == "/admin/submission/?prefecture=45&q=x", "the list as it was"
    assert columns(client) == ["団体", "残り時間", "受付番号", "受付"]
    assert columns(client, "?tab=done") != columns(client), "other tabs as they were"
    assert client.post("/admin/submission/columns", data={"query": ""}).status_code == 303
    assert "1つ以上選んでください" in client.get("/admin/submission/").text
    client.sign_in(Role.operator)
    assert columns(client) == ordinary, "a colleague's list as it was"
    client.sign_in(cases["operator"])
    client.post("/admin/submission/columns", data={"query": "", "ordinary": "1", "column": ["due"]})
    assert columns(client) == ordinary


@pytest.mark.parametrize("tab", [tab.name for tab in SubmissionView.tabs])
def test_every_column_can_be_shown_in_every_tab(client: Client, cases: dict[str, Any], tab: str) -> None:
    client.post("/admin/submission/columns", data={"query": f"tab={tab}", "column": list(SubmissionView.choosable_columns)})
    page = BeautifulSoup(client.get(f"/admin/submission/?tab={tab}").text, "html.parser")
    assert page.select("tbody tr")
    assert {cell["data-cell"] for cell in page.select("tbody td[data-cell]")} == set(SubmissionView.choosable_columns)


def test_a_saved_view_tells_how_many_rows_it_has(client: Client, cases: dict[str, Any]) -> None:
    for name, query in (("未定", "assignee=none"), ("紀伊", "prefecture=30"), ("済み", "tab=done")):
        client.post("/admin/submission/views", data={"name": name, "query": query})
    page = BeautifulSoup(client.get("/admin/submission/?prefecture=30").text, "html.parser")
    assert {chip.find(string=True).strip(): chip.b.find(string=True) for chip in page.select(".saved a.chip")} == {
        "未定": "2",
        "紀伊": "1",
        "済み": "1",
    }


def test_what_came_since_the_last_file(
    client: Client, cases: dict[str, Any], db_session: Session, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bodies(query: str = "") -> list[str]:
        book = load_workbook(BytesIO(client.post(f"/admin/submission/export_new{query}").data))
        return [row[3] for row in book.active.iter_rows(min_row=2, values_only=True)]

    assert bodies() == ["日向市", "海南市", "延岡市"]
    clock.advance(hours=1)
    factories.submission(changes=HYUGA | {"organization.org_name": "西都市"})
    db_session.commit()
    assert bodies("?prefecture=30") == ["海南市"], "never taken with these conditions"
    clock.advance(hours=1)
    factories.submission(changes=HYUGA | {"organization.org_name": "小林市"})
    db_session.commit()
    export = list_export.answer

    def slow(*arguments: Any) -> Any:
        made = export(*arguments)
        clock.advance(minutes=2)
        return made

    monkeypatch.setattr(list_export, "answer", slow)
    assert bodies() == ["西都市", "小林市"]
    monkeypatch.setattr(list_export, "answer", export)
    late = factories.submission(changes=HYUGA | {"organization.org_name": "串間市"})
    late.received_at -= timedelta(minutes=1)
    db_session.commit()
    assert bodies() == ["串間市"], "came while the file before was made"
    assert bodies() == []
