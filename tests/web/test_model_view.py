"""The one list: its queries, counts, tabs, search, sort, pages, exports, saved views and bulk moves, on the lists of the program."""

import csv
import io
from functools import reduce
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.admin.submission import SubmissionView
from keynet_admin.extensions import db
from keynet_admin.models import (
    Account,
    AuditEvent,
    Keying,
    Listing,
    Organization,
    OutboxMail,
    Partner,
    PartnerItem,
    PartnerKey,
    Placement,
    Posting,
    SavedView,
    Submission,
)
from keynet_admin.services import master_data
from keynet_admin.services.posting import home
from keynet_admin.services.submission import search_index
from keynet_admin.vocabulary import KeyingWay, ListingState, PartnerItemStatus, PostingStatus, Role, SecuredWay, SubmissionStatus
from keynet_admin.web.lists import page as list_page
from keynet_admin.web.lists import search as list_search
from keynet_admin.web.model_view import GuardedModelView
from tests import factories
from tests.support.web import Client

MOST_QUERIES = 7  # one of them asks for the banner and whether anything may be written
# A posting's card tells its people, its looks and its applications, each for the whole page, beside the open report; the ledger stands among alarms, numbers
# and the picture of closings; of each partner its rows, its keys and its people are counted; the tab of unused accounts asks for the days that were
# set; the log shows the head of its chain and the last verification; the forecast above the queue is made anew once a minute.
MORE = {
    "/admin/submission/": 1,
    "/admin/submission/?q=見本": 1,
    "/admin/submission/?tab=done&job_type=nurse&findings=clean": 1,
    "/office/posting/": 2,
    "/admin/partner/": 6,
    "/admin/partner/list/": 3,
    "/admin/account/": 3,
    "/admin/account/?q=担当": 3,
    "/admin/event/": 1,
}


def fill(count: int, organization: Organization) -> None:
    """That many rows in every list, written straight into the tables."""
    now = program_clock.now()
    staff = [
        {
            "email": f"staff{n}@keynet.example",
            "name": f"担当{n}",
            "role": Role.operator,
            "created_at": now,
            "version": 1,
            "status": "active",
        }
        for n in range(count)
    ]
    db.session.execute(insert(Account), staff)
    ids = list(db.session.execute(select(Account.id)).scalars())
    bodies = [
        {"lg_code": f"{130000 + n}", "name": f"見本{n}町", "kana": "ミホン", "prefecture_code": "13", "org_type": "town", "version": 1}
        for n in range(count)
    ]
    db.session.execute(insert(Organization), bodies)
    db.session.execute(insert(Submission), [case(n, received_at=now, due_at=now, assignee_id=ids[n % len(ids)]) for n in range(count)])
    postings = [
        {
            "posting_no": f"KN-P-{n:06d}",
            "status": PostingStatus.awaiting_release if n % 2 else PostingStatus.live,
            "organization_id": organization.id,
            "current": 1,
            "title": f"看護師の募集{n}",
            "job_type": "nurse",
            "version": 1,
        }
        for n in range(count)
    ]
    db.session.execute(insert(Posting), postings)
    ids_of_postings = db.session.execute(select(Posting.id, Posting.posting_no)).all()
    moments = dict.fromkeys(("listed_at", "changed_at", "open_until"), now)
    listings = [{"posting_id": n, "posting_no": no, "state": ListingState.withdrawn, "title": "", **moments} for n, no in ids_of_postings]
    db.session.execute(insert(Listing), listings)
    partner = factories.partner()
    items = [{"partner_id": partner.id, "posting_id": n, "sequence": n, "changed_at": now, "version": 1} for n, _ in ids_of_postings]
    db.session.execute(insert(PartnerItem), items)
    placed = {"organization_id": organization.id, "way": SecuredWay.nurse_center, "count": 1, "partner_id": partner.id, "on": now.date()}
    db.session.execute(insert(Placement), [{"posting_id": n, "partner_key": f"K-{n}", **placed} for n, _ in ids_of_postings])
    mails = [
        {
            "message_id": f"{n}@test",
            "template": "receipt",
            "recipient": f"a{n}@city.keynet-test.lg.jp",
            "title": f"受付{n}",
            "subject": "submission",
            "subject_id": n + 1,
            "body": "",
            "next_try_at": now,
        }
        for n in range(count)
    ]
    db.session.execute(insert(OutboxMail), mails)
    keyed = [{"way": KeyingWay.phone, "form_key": f"query-count-{n}", "saved_by_id": ids[n % len(ids)], "version": 1} for n in range(count)]
    db.session.execute(insert(Keying), keyed)
    partners = list(db.session.execute(select(Partner.id).where(Partner.code.is_not(None)).order_by(Partner.id)).scalars())
    numbers = list(db.session.execute(select(Posting.id)).scalars())
    lines = [
        {
            "partner_id": partners[n % len(partners)],
            "posting_id": number,
            "status": list(PartnerItemStatus)[n % 6],
            "changed_at": now,
            "sent_at": now,
            "version": 1,
        }
        for n, number in enumerate(numbers)
    ]
    db.session.execute(insert(PartnerItem), lines)
    made = [
        {"partner_id": partners[n % len(partners)], "prefix": f"kn_{n}", "key_hash": f"h{n}", "created_by_id": ids[0]} for n in range(count)
    ]
    db.session.execute(insert(PartnerKey), made)
    db.session.execute(update(Partner).where(Partner.id == partners[0]).values(late_since=now))
    kinds = ("submission", "posting", "account", "organization", "outbox_mail")
    events = [
        {
            "actor_kind": "account",
            "actor_id": ids[n % len(ids)],
            "subject": kinds[n % 5],
            "subject_id": n // 5 + 1,
            "action": "edit",
            "codes": {},
        }
        for n in range(count)
    ]
    db.session.execute(insert(AuditEvent), events)
    db.session.commit()


def case(number: int, **values: Any) -> dict[str, Any]:
    """The columns of a case."""
    return {
        "receipt_no": f"KN-210507-{number:04d}",
        "status": SubmissionStatus.received,
        "current": 1,
        "org_name": f"見本{number}市",
        "prefecture_code": "13",
        "jobs": [["nurse", 3]],
        "errors": 0,
        "warnings": 0,
        "version": 1,
        **values,
    }


def queries_of(client: Client, path: str) -> list[str]:
    """The statements that a page sends, without the ones that begin and end transactions."""
    sent: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.lstrip().upper().startswith(("PRAGMA", "BEGIN", "SET ")):
            sent.append(statement)

    with client.application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", remember)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", remember)
    return sent


# Beside each list's first page, addresses with a search, a tab or filters.
NARROWED = (
    "/admin/submission/?q=見本",
    "/admin/submission/?tab=done&job_type=nurse&findings=clean",
    "/admin/posting/?tab=all&q=看護師",
    "/admin/account/?q=担当",
    "/admin/rule/?all=1",
)


def lists_of(app: Flask) -> dict[str, Role]:
    """The address of every mounted list, with a role that may read it."""
    roles = {"/admin": Role.admin, "/partner": Role.partner}
    first = {
        f"{view.url}/": roles.get(admin.url, Role.municipality)
        for admin in app.extensions["admin"]
        for view in admin._views
        if isinstance(view, GuardedModelView)
    }
    return first | dict.fromkeys(NARROWED, Role.operator)


def reader(role: Role, organization: Organization) -> Account:
    """An account that may read the lists of its role."""
    if role is Role.partner:
        return factories.account(role, partner_id=db.session.execute(select(Partner.id).where(Partner.code.is_(None))).scalar_one())
    return factories.account(role, organization=organization if role is Role.municipality else None)


@pytest.mark.parametrize("rows", [1, 60])
def test_a_list_sends_few_queries_whatever_its_length(app: Flask, db_session: Session, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Session, search, counts, choices and rows; never one a row."""
    master_data.refresh(now=True)
    monkeypatch.setattr(master_data, "EVERY", 3600)  # asked for by the clock, not by the page
    organization = factories.make_organization()
    fill(rows, organization)
    wrong = []
    for path, role in lists_of(app).items():
        client = Client(app, app.response_class, use_cookies=True)
        client.sign_in(reader(role, organization))
        sent = queries_of(client, path)
        most = MOST_QUERIES + MORE.get(path, 0)
        if len(sent) > most:
            wrong.append(f"{path}: {len(sent)}\n" + "\n".join(sent))
    assert wrong == []


@pytest.fixture
def operator(client: Client, db_session: Session, clock: Any) -> Account:
    """The signed-in reader."""
    return client.sign_in(factories.account(Role.operator, name="佐藤 直子"))


def put_cases(*rows: dict[str, Any]) -> None:
    """Write cases; those of them without a moment came now."""
    now = program_clock.now()
    found = [row.pop("found", "") for row in rows]
    values = [{"received_at": now, "due_at": now, "decided_at": None} | row for row in rows]
    ids = db.session.execute(insert(Submission).returning(Submission.id, sort_by_parameter_order=True), values).scalars()
    search_index.put_new((number, [words]) for number, words in zip(list(ids), found, strict=True))
    db.session.commit()


def soup(client: Client, path: str) -> BeautifulSoup:
    """A page that must be there."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "html.parser")


def test_a_search_counts_hits_in_every_tab_and_leads_there(client: Client, operator: Account) -> None:
    now = program_clock.now()
    done = {"status": SubmissionStatus.accepted, "decided_at": now}
    put_cases(case(1, found="越前市"), case(2, found="福井市"), case(3, found="越前市", **done), case(4, **done))
    page = soup(client, "/admin/submission/?q=越前&prefecture=13")
    hits = [tab.get_text() for tab in page.select(".tabs .tabs__hits")]
    assert hits == ["うち 1", "うち 0", "うち 0", "うち 1"]
    tab = page.select(".tabs a")[3]
    assert "q=" in str(tab["href"])
    assert "prefecture=13" in str(tab["href"])
    empty = soup(client, "/admin/submission/?tab=returned&q=越前").select_one(".empty")
    assert empty is not None
    assert [link.get_text() for link in empty.select("a") if link["href"] != "/admin/submission/?tab=returned"] == [
        "期限順 1件",
        "完了 1件",
    ]


def test_counts_stop_at_a_thousand_and_pages_do_not(client: Client, operator: Account) -> None:
    put_cases(*(case(number) for number in range(1100)))
    page = soup(client, "/admin/submission/")
    assert "1,000件以上" in page.select(".tabs__n")[0].get_text()
    assert "全1,000件以上のうち 1～30件目" in page.get_text()
    last = soup(client, "/admin/submission/?page=99")
    assert "1081～1100件目" in last.get_text()
    assert last.select_one("a[rel=next]") is None


def test_a_page_beyond_the_end_shows_the_last_one(client: Client, operator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SubmissionView, "page_size", 2)
    put_cases(*(case(number) for number in range(5)))
    page = soup(client, "/admin/submission/?page=77")
    assert [link.get_text() for link in page.select("tbody a[data-open]")] == ["見本4市"]
    assert "全5件のうち 5～5件目" in page.get_text()


def test_texts_sort_alike_on_both_databases(client: Client, operator: Account) -> None:
    """By code points (capitals before small letters, before Japanese), empty moments last; the key decides between equals."""
    names = ["b@keynet.example", "B@keynet.example", "a@keynet.example", "A@keynet.example"]
    for name in names:
        factories.account(Role.municipality, email=name)
    db.session.commit()
    page = soup(client, "/admin/account/?sort=email&role=municipality")
    assert [row.get_text() for row in page.select("tbody th")] == sorted(names)
    page = soup(client, "/admin/account/?sort=last_login_at&desc=1")
    assert page.select("tbody th")[0].get_text() == operator.email


def rows_of_csv(client: Client, path: str) -> list[list[str]]:
    """The cells of a CSV file, its BOM checked."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_an_export_holds_exactly_the_rows_of_the_address(client: Client, operator: Account) -> None:
    put_cases(
        case(1, org_name="=1+1市"),
        case(2, org_name="海南市", prefecture_code="30"),
        case(3, org_name="＠市", errors=2),
        case(4, status="returned"),
    )
    lines = rows_of_csv(client, "/admin/submission/export.csv?prefecture=13&sort=receipt&desc=1&page=3")
    assert [line[0] for line in lines] == ["受付番号", "KN-210507-0003", "KN-210507-0001"]
    assert [line[3] for line in lines] == ["団体", "'＠市", "'=1+1市"]
    answer = client.get("/admin/submission/export.xlsx?prefecture=13&sort=receipt")
    assert "filename*=UTF-8''%E7%94%B3%E8%AB%8B_" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet["D"]] == ["団体", "=1+1市", "＠市"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_an_export_says_where_it_was_cut(client: Client, operator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keynet_admin.web.lists.export.MOST", 2)
    put_cases(*(case(number) for number in range(3)))
    lines = rows_of_csv(client, "/admin/submission/export.csv")
    assert len(lines) == 4
    assert "区切りました" in lines[-1][0]


EXPORTS = ["/admin/submission/", "/admin/posting/?tab=all", "/admin/organization/", "/admin/account/", "/admin/mail/", "/admin/event/"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_can_be_exported(client: Client, operator: Account, kind: str) -> None:
    fill(3, factories.make_organization())
    for path in [*EXPORTS, "/admin/rule/?all=1"]:
        place, _, query = path.partition("?")
        # Of people's names and addresses the log says who took them: these are posts.
        method = "POST" if place in ("/admin/account/", "/admin/mail/") else "GET"
        answer = client.open(f"{place}export.{kind}?{query}", method=method)
        assert answer.status_code == 200, path
        assert len(answer.data) > 50, path
    assert client.get("/admin/submission/export.html").status_code == 404


def test_no_column_of_an_export_is_without_a_source(app: Flask, client: Client, operator: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a formatter or is an attribute of the row; one that is neither would be empty in every row."""

    def strict(view: GuardedModelView, row: Any, name: str) -> Any:
        if (formatter := getattr(view, f"show_{name.replace('.', '_')}", None)) is not None:
            return formatter(row)
        return reduce(lambda found, part: None if found is None else getattr(found, part), name.split("."), row)

    monkeypatch.setattr(GuardedModelView, "value", strict)
    organization = factories.make_organization()
    fill(3, organization)
    exported = 0
    for path, role in lists_of(app).items():
        view = next((v for admin in app.extensions["admin"] for v in admin._views if path == f"{v.url}/"), None)
        if view is None or not (view.exports or view.exports_persons):
            continue
        client.sign_in(reader(role, organization))
        assert client.open(f"{path}export.csv", method="GET" if view.exports else "POST").status_code == 200, path
        exported += 1
    assert exported >= len(EXPORTS)


def test_a_full_case_fills_every_column_of_the_export(client: Client, operator: Account) -> None:
    put_cases(case(1, lg_code="131016", errors=1, warnings=2, assignee_id=operator.id, decided_at=program_clock.now()))
    heading, row = rows_of_csv(client, "/admin/submission/export.csv")
    assert [name for name, cell in zip(heading, row, strict=True) if not cell] == []
    assert row[heading.index("都道府県")] == "東京都"


def test_an_office_exports_its_own_rows_only(client: Client, db_session: Session, clock: Any) -> None:
    own, other = factories.make_organization(), factories.make_organization("302058", "海南市")
    for number, body in enumerate((own, other)):
        db_session.add(Posting(posting_no=f"KN-P-00000{number}", organization_id=body.id, title=f"{body.name}の募集"))
    client.sign_in(factories.account(Role.municipality, organization=own))
    lines = rows_of_csv(client, "/office/posting/export.csv")
    assert [line[0] for line in lines] == ["見出し", "日向市の募集"]
    assert home.counts(factories.actor(Role.municipality, organization=own))["all"] == 1


def test_a_view_of_a_list_is_saved_used_and_dropped(client: Client, operator: Account, db_session: Session) -> None:
    """Known values only, without the words searched for; somebody else neither sees nor drops it."""
    query = "tab=done&prefecture=30&job_type=nurse&q=佐藤&sort=receipt&evil=1&page=7"
    assert client.post("/admin/submission/views", data={"name": " 和歌山　完了 ", "query": query}).status_code == 303
    saved = db_session.execute(select(SavedView)).scalar_one()
    assert (saved.name, saved.query) == ("和歌山 完了", "tab=done&prefecture=30&job_type=nurse&sort=receipt")
    chips = soup(client, "/admin/submission/").select(".saved a.chip")
    assert [(link.get_text(), link["href"]) for link in chips] == [("和歌山 完了 0件", f"/admin/submission/?{saved.query}")]
    assert client.post("/admin/submission/views", data={"name": "", "query": ""}).status_code == 303
    assert "表示の名前" in client.get("/admin/submission/").text
    number = saved.id
    client.sign_in(Role.operator)
    assert soup(client, "/admin/submission/").select(".saved a.chip") == []
    assert client.post(f"/admin/submission/views/{number}/delete").status_code == 404
    client.sign_in(operator)
    assert client.post(f"/admin/submission/views/{number}/delete").status_code == 303
    assert db_session.execute(select(SavedView)).first() is None


def test_a_bulk_move_asks_acts_row_by_row_and_reports(client: Client, operator: Account, db_session: Session) -> None:
    """Two of three can be taken; one of those changed meanwhile. The others are named with the reason."""
    cases = [factories.submission() for _ in range(2)] + [factories.submission(SubmissionStatus.rejected)]
    db_session.commit()
    rows = [f"{row.id}.{row.version}" for row in cases]
    page = soup(client, f"/admin/submission/bulk?move=take&row={'&row='.join(rows)}")
    text = page.get_text()
    assert "2件について行います" in text
    assert "行わないもの 1件" in text
    assert [field["value"] for field in page.select("input[name=row]")] == rows[:2]
    assert cases[0].assignee_id is None
    rows[1] = f"{cases[1].id}.{cases[1].version + 5}"
    answer = client.post("/admin/submission/bulk", data={"move": "take", "row": rows})
    assert answer.status_code == 303
    assert [row.assignee_id for row in cases[:2]] == [operator.id, None]
    said = client.get("/admin/submission/").text
    assert "1件：担当になりました。" in said
    assert "2件は行いませんでした" in said


@pytest.mark.parametrize("data", [{}, {"move": "accept", "row": "1.1"}, {"move": "take", "row": "x"}, {"move": "take", "row": "1"}])
def test_an_odd_bulk_move_is_refused(client: Client, operator: Account, data: dict[str, str]) -> None:
    assert client.post("/admin/submission/bulk", data=data).status_code == 400


def test_a_search_reaches_what_the_rows_belong_to(client: Client, operator: Account) -> None:
    """Accounts by their body, mails by their case, bodies by a reading in hiragana, the log by a receipt number."""
    body = factories.make_organization("242039", "伊勢市", kana="イセシ")
    account = factories.account(Role.municipality, organization=body)
    made = factories.submission()
    db.session.commit()
    for path, words in {
        "/admin/account/?q=伊勢": account.email,
        "/admin/organization/?q=いせ": "伊勢市",
        f"/admin/mail/?q={made.receipt_no}": "受付",
        f"/admin/event/?q={made.receipt_no}": "申請を受け付けました",
        f"/admin/event/?q={made.receipt_no}&actor={operator.id}": "条件に合う記録はありません",
    }.items():
        assert words in soup(client, path).get_text(), path


def test_words_and_counts() -> None:
    assert list_search.words_of("　越前\x00 福井　") == ["越前", "福井"]
    assert [list_page.counted(n) for n in (0, 1000, 1001)] == ["0", "1,000", "1,000以上"]


def test_every_method_that_changes_something_has_a_right_of_its_own(app: Flask) -> None:
    """Walks all views of both areas: nothing that answers POST falls back to the right of reading."""
    from keynet_admin.web.guard import SAFE_METHODS, unguarded_methods

    views = [view for area in app.extensions["admin"] for view in area._views]
    assert len(views) > 10
    changing = [rule for view in views for rule in view._urls if set(rule[-1]) - SAFE_METHODS]
    assert len(changing) > 30
    assert {type(view).__name__: unguarded_methods(view) for view in views if unguarded_methods(view)} == {}
