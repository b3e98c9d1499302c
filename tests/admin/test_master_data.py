"""Master data on `/admin/`: who may edit, what the forms refuse, and that a change counts in rules, clock and deadlines at once."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.admin.master_data import MasterDataView
from keynet_admin.catalogue import reference
from keynet_admin.catalogue.law_date_names import LAW_DATE_NAMES
from keynet_admin.clock import TOKYO
from keynet_admin.models import (
    AuditEvent,
    LawDateRecord,
    MunicipalityContact,
    MunicipalitySuccessor,
    NurseCenterRecord,
    OfficeClosure,
    Partner,
    Submission,
)
from keynet_admin.permissions import GRANTS, Permission
from keynet_admin.rules import evaluate
from keynet_admin.services import business_days, master_data
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.reference import load_reference
from keynet_admin.services.submission import review
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.forms import Form
from tests.support.web import Client


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What one test's database taught this process must not reach the next."""
    yield
    business_days.use({})
    reference.use(None, {})
    master_data._known = ("", -1)


@pytest.fixture
def admin(app: Flask, db_session: Session, clock: Any, client: Client) -> Client:
    """A signed-in administrator, on Friday 2021-05-07 at 10:00."""
    client.sign_in(Role.admin)
    return client


RIGHTS = {
    Permission.reference_read: {Role.operator, Role.lead, Role.admin},
    Permission.reference_edit: {Role.admin},
}


@pytest.mark.parametrize("right", list(RIGHTS))
@pytest.mark.parametrize("role", list(Role))
def test_who_has_which_right(role: Role, right: Permission) -> None:
    assert (right in GRANTS[role]) is (role in RIGHTS[right])


@pytest.mark.parametrize("role", [Role.operator, Role.admin])
@pytest.mark.parametrize("place", ["nurse-center", "law-date", "office-closure", "successor"])
def test_only_those_who_may_edit_see_how(client: Client, db_session: Session, role: Role, place: str) -> None:
    client.sign_in(role)
    page = client.get(f"/admin/{place}/").text
    editable = place in ("nurse-center", "law-date")
    assert (f"/admin/{place}/edit/" in page) is (role is Role.admin and editable)
    assert (f"/admin/{place}/new/" in page) is (role is Role.admin and place != "nurse-center")


def add(client: Client, place: str, **values: str) -> Any:
    return confirmed(client, f"/admin/{place}/new/", values)


def confirmed(client: Client, address: str, values: dict[str, str]) -> Any:
    """Post a form, once more when it first shows what it would move."""
    answer = client.post(address, data=values)
    seen = re.search(r'name="seen" value="(\w+)"', answer.text)
    return client.post(address, data=values | {"seen": seen[1]}) if seen else answer


REFUSED = [
    ("office-closure", {"day": "13月40日", "reason": "停電"}, "日付として読めません"),
    ("office-closure", {"day": "", "reason": "停電"}, "入力してください"),
    ("office-closure", {"day": "2021/5/10", "reason": ""}, "入力してください"),
    ("office-closure", {"day": "2021/5/10", "reason": "あ" * 61}, "60文字まで"),
    ("successor", {"old_code": "12345", "new_code": "452068", "valid_from": "2021/5/1"}, "6桁の数字"),
    ("successor", {"old_code": "123456", "new_code": "999999", "valid_from": "2021/5/1"}, "一覧にありません"),
    ("law-date", {"key": "programme_end", "valid_from": "いつか", "value": "2021/5/1", "basis": "x"}, "日付として読めません"),
    ("law-date", {"key": "programme_end", "valid_from": "2021/6/1", "value": "2099/5/1", "basis": "x"}, "重なっています"),
]


def test_forms_say_what_is_wrong_and_keep_what_was_typed(admin: Client) -> None:
    for place, values, words in REFUSED:
        answer = add(admin, place, **values)
        assert answer.status_code == 422, (place, values)
        assert words in answer.text, (place, values)
        for typed in filter(None, values.values()):
            assert typed[:40] in answer.text, (place, values)


def test_a_closure_moves_deadlines_and_is_named(admin: Client, db_session: Session) -> None:
    """Received on a Friday, due on Tuesday; with Monday closed on Wednesday. The page that explains it names the reason."""
    case = factories.submission()
    before = datetime(2021, 5, 11, 17, tzinfo=TOKYO)
    assert case.due_at == before
    db_session.commit()
    assert add(admin, "office-closure", day="令和3年5月10日", reason="庁舎の停電", prefecture_code="", active="y").status_code == 303
    assert case.due_at == datetime(2021, 5, 12, 17, tzinfo=TOKYO)
    assert "臨時の閉庁日（庁舎の停電）" in admin.get(f"/admin/submission/{case.id}/deadline").text
    assert factories.submission(changes={"organization.lg_code": "302058"}).due_at == case.due_at
    row = db_session.execute(select(OfficeClosure)).scalar_one()
    data = {"day": "2021/5/10", "reason": row.reason, "prefecture_code": "", "version": str(row.version)}
    assert confirmed(admin, f"/admin/office-closure/edit/?id={row.id}", data).status_code == 303
    assert db_session.get(Submission, case.id, populate_existing=True).due_at == before
    actions = db_session.execute(select(AuditEvent.action).where(AuditEvent.subject == "office_closure").order_by(AuditEvent.id)).scalars()
    assert list(actions) == ["add", "change"]


def test_a_closure_says_first_what_it_moves(admin: Client, db_session: Session) -> None:
    """Number of deadlines, the first ones from when to when; nothing is saved before, and what came in between is shown anew."""
    cases = [factories.submission() for _ in range(12)]
    db_session.commit()
    values = {"day": "2021/5/10", "reason": "庁舎の停電", "prefecture_code": "", "active": "y"}
    shown = admin.post("/admin/office-closure/new/", data=values)
    assert shown.status_code == 200
    assert "この閉庁日で期限が動く申請が12件あります。" in shown.text
    assert f"{cases[0].receipt_no} 日向市　5/11(火) 17:00 → 5/12(水) 17:00" in shown.text
    assert "ほか2件" in shown.text
    assert 'value="庁舎の停電"' in shown.text
    assert db_session.execute(select(OfficeClosure)).first() is None
    factories.submission()
    db_session.commit()
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    assert seen is not None
    assert "13件" in admin.post("/admin/office-closure/new/", data=values | {"seen": seen[1]}).text
    assert confirmed(admin, "/admin/office-closure/new/", values).status_code == 303
    assert db_session.get(Submission, cases[0].id, populate_existing=True).due_at == datetime(2021, 5, 12, 17, tzinfo=TOKYO)


def test_a_closure_moves_the_deadline_of_a_case_that_was_reopened(admin: Client, db_session: Session, clock: MovableClock) -> None:
    """From the receipt, and what it stood still."""
    case = factories.submission(SubmissionStatus.rejected)
    clock.set("2021-05-14 11:00")
    review.reopen(case, factories.actor(Role.operator), seen_version=case.version, reason="確認のため。")
    db_session.commit()
    assert case.due_at == datetime(2021, 5, 19, 11, tzinfo=TOKYO)
    assert add(admin, "office-closure", day="2021/5/17", reason="停電", prefecture_code="", active="y").status_code == 303
    assert db_session.get(Submission, case.id, populate_existing=True).due_at == datetime(2021, 5, 20, 11, tzinfo=TOKYO)


def test_no_key_and_no_source_is_shown(admin: Client, db_session: Session) -> None:
    """Law dates have names; days are written the same way in every list of master data."""
    row = db_session.execute(select(LawDateRecord).where(LawDateRecord.key == "programme_end")).scalars().first()
    assert row is not None
    added = add(admin, "law-date", key="programme_end", valid_from="令和6年4月1日", value="2024/5/1", basis="試し")
    assert added.status_code == 303
    assert add(admin, "law-date", key="big_key", valid_from="2021/5/1", value="2021/5/1", basis="試し").status_code == 422
    assert add(admin, "office-closure", day="令和3年5月10日", reason="停電", prefecture_code="", active="y").status_code == 303
    assert add(admin, "successor", old_code="454010", new_code="452068", valid_from="2021/5/1", active="y").status_code == 303
    pages = ["law-date/", f"law-date/edit/?id={row.id}", "law-date/new/", "office-closure/", "successor/", "law-date/export.csv"]
    for place in pages:
        page = admin.get(f"/admin/{place}").get_data(as_text=True)
        shown = page if place.endswith("csv") else BeautifulSoup(page, "html5lib").find("main").get_text(" ")
        assert not re.search(r"S\d\d|[a-z]+_(?:from|until|end)|確実", shown), place
    for place in ("law-date/", "office-closure/", "successor/"):
        cells = [
            cell.get_text(strip=True) for cell in BeautifulSoup(admin.get(f"/admin/{place}").text, "html5lib").select("tbody th, tbody td")
        ]
        days = [cell for cell in cells if re.search(r"\d{4}.\d{1,2}.\d{1,2}|\d+/\d+", cell) and len(cell) < 20]
        assert days
        assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) for day in days), days
    assert "特例臨時接種の終わり" in admin.get("/admin/law-date/?q=特例臨時接種の終わり").text


def test_deadlines_move_from_what_the_table_said_not_this_process(admin: Client, db_session: Session) -> None:
    """Another process has entered a closure that this one has not read yet; a deadline that is no promise stays."""
    case, own = factories.submission(), factories.submission()
    db_session.add(OfficeClosure(day=date(2021, 5, 10), reason="停電", prefecture_code="", active=True))
    case.due_at, own.due_at = datetime(2021, 5, 12, 17, tzinfo=TOKYO), datetime(2021, 6, 1, 17, tzinfo=TOKYO)
    db_session.commit()
    assert add(admin, "office-closure", day="2021/5/11", reason="断水", prefecture_code="", active="y").status_code == 303
    db_session.expire_all()
    assert case.due_at == datetime(2021, 5, 13, 17, tzinfo=TOKYO)
    assert own.due_at == datetime(2021, 6, 1, 17, tzinfo=TOKYO)


def test_a_closure_of_a_prefecture_only_moves_its_own_invitations(admin: Client) -> None:
    assert add(admin, "office-closure", day="2021/5/10", reason="県の休日", prefecture_code="45", active="y").status_code == 303
    assert business_days.promise_due(program_clock.now()) == datetime(2021, 5, 11, 17, tzinfo=TOKYO)
    assert accounts.invitation_due("45") > accounts.invitation_due("13") == accounts.invitation_due()


def test_a_law_date_counts_in_the_rules_at_once(admin: Client, db_session: Session) -> None:
    """The row is the file's; changed by hand it judges, and loading the file again leaves it and says so."""
    assert reference.law_date("programme_end", date(2021, 5, 7)) == date(2022, 2, 28)
    rows = db_session.execute(select(LawDateRecord).where(LawDateRecord.key == "programme_end")).scalars()
    row = next(row for row in rows if row.valid_from <= date(2021, 5, 7) <= (row.valid_to or date.max))
    data = {
        "key": row.key,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "value": "2022/3/31",
        "basis": row.basis,
        "version": str(row.version),
    }
    assert admin.post(f"/admin/law-date/edit/?id={row.id}", data=data).status_code == 303
    assert reference.law_date("programme_end", date(2021, 5, 7)) == date(2022, 3, 31)
    with transaction():
        loaded = {table.table: table for table in load_reference()}
    assert (loaded["law_date"].kept, loaded["law_date"].changed) == (1, 0)
    assert db_session.get(LawDateRecord, row.id).value == "2022-03-31"
    assert reference.law_date("programme_end", date(2021, 5, 7)) == date(2022, 3, 31)


def test_another_process_learns_of_a_change_by_the_number(admin: Client, db_session: Session) -> None:
    """What this process knows is set back, as in a worker that has not looked yet; its next look reads the tables."""
    assert add(admin, "successor", old_code="454010", new_code="452068", valid_from="2021/5/1", active="y").status_code == 303
    reference.use(None, {})
    master_data._known = (master_data._known[0], master_data._known[1] - 1)
    master_data.refresh()
    assert reference.successor("454010", date(2021, 5, 7)) is None, "not asked again within two seconds"
    master_data.refresh(now=True)
    assert reference.successor("454010", date(2021, 5, 7)) == "452068"


def test_a_replaced_code_is_led_to_the_new_one(admin: Client, db_session: Session) -> None:
    """The form's finding offers the new code; the body's page shows it; before the day, and when switched off, nothing."""
    code = "454214"
    body = factories.make_organization(code, "門川町")
    db_session.commit()
    typed = factories.document({"organization.lg_code": code, "organization.org_name": "門川町"})

    def offered(on: date) -> list[str]:
        found = evaluate(typed, on=on).findings
        return [choice for finding in found if finding.path == "organization.lg_code" for choice in finding.choices]

    assert add(admin, "successor", old_code=code, new_code="452068", valid_from="2021/5/6", active="y").status_code == 303
    assert offered(date(2021, 5, 7)) == ["452068"]
    assert "452068" not in offered(date(2021, 5, 5))
    assert "いまのコードは 452068" in admin.get(f"/admin/organization/{body.id}/").text
    row = db_session.execute(select(MunicipalitySuccessor)).scalar_one()
    data = {"old_code": code, "new_code": "452068", "valid_from": "2021/5/6", "version": str(row.version)}
    assert admin.post(f"/admin/successor/edit/?id={row.id}", data=data).status_code == 303
    assert "452068" not in offered(date(2021, 5, 7))


def test_contacts_of_a_nurse_center(admin: Client, db_session: Session) -> None:
    """They stand on the pages of the prefecture's bodies and survive the next load of the files."""
    body = factories.make_organization()
    db_session.commit()
    row = db_session.execute(select(NurseCenterRecord).where(NurseCenterRecord.prefecture_code == "45")).scalar_one()
    address = f"/admin/nurse-center/edit/?id={row.id}"
    wrong = admin.post(address, data={"phone": "でんわ", "email": "x", "version": str(row.version)})
    assert wrong.status_code == 422
    assert "数字とハイフン" in wrong.text
    assert admin.post(address, data={"phone": "0985-00-0045", "name": "evil", "version": str(row.version)}).status_code == 303
    assert "0985-00-0045" in admin.get(f"/admin/organization/{body.id}/").text
    assert row.name != "evil"
    with transaction():
        load_reference()
    assert db_session.get(NurseCenterRecord, row.id).phone == "0985-00-0045"
    assert admin.post(address, data={"phone": "1", "version": "1"}).status_code == 409
    assert "ナースセンター" in admin.get("/admin/event/?subject=nurse_center").text


def test_what_names_a_row_is_not_changed(admin: Client, db_session: Session) -> None:
    """The next load of the files finds a law date by its key and start; a changed one would come back beside the file's."""
    row = db_session.execute(select(LawDateRecord).where(LawDateRecord.valid_to.is_not(None)).limit(1)).scalar_one()
    key, start, address = row.key, row.valid_from, f"/admin/law-date/edit/?id={row.id}"
    page = BeautifulSoup(admin.get(address).text, "html.parser")
    assert {field["name"] for field in page.select("form.panel [name]")} == {"csrf_token", "version", "valid_to", "value", "basis"}
    assert LAW_DATE_NAMES[key] in page.select_one("form.panel dl").text
    sent = {"key": "other", "valid_from": "1999/1/1", "valid_to": row.valid_to.isoformat(), "value": row.value, "basis": "直した根拠"}
    assert admin.post(address, data=sent | {"version": row.version}).status_code == 303
    assert (row.key, row.valid_from, row.basis) == (key, start, "直した根拠")
    with transaction():
        loaded = {table.table: table for table in load_reference()}["law_date"]
    assert (loaded.added, loaded.removed, loaded.kept) == (0, 0, 1)


@pytest.mark.parametrize("view", MasterDataView.__subclasses__())
def test_every_unique_column_of_a_form_is_a_key(view: type[MasterDataView]) -> None:
    models = (NurseCenterRecord, LawDateRecord, OfficeClosure, MunicipalityContact, MunicipalitySuccessor, Partner)
    model = next(model for model in models if set(view.form_columns) <= set(model.__table__.columns.keys()))
    together = [c for c in model.__table__.constraints if isinstance(c, UniqueConstraint)]
    unique = {column.name for c in together for column in c.columns} | {c.name for c in model.__table__.columns if c.unique}
    assert set(view.key_columns) == unique & set(view.form_columns)


def test_an_edit_on_an_old_version_says_who_and_is_saved_by_the_next_press(
    app: Flask, admin: Client, db_session: Session, clock: Any
) -> None:
    colleague = Client(app, app.response_class, use_cookies=True)
    colleague.sign_in(factories.account(Role.admin, name="高橋 健"))
    row = db_session.execute(select(NurseCenterRecord).limit(1)).scalar_one()
    address, seen = f"/admin/nurse-center/edit/?id={row.id}", row.version
    clock.set("2021-05-07 11:23")
    assert colleague.post(address, data={"phone": "000-0001", "version": seen}).status_code == 303
    mine = {"phone": "000-0002", "note": "十分かけて書いた備考"}
    for data, code, said in (
        (mine | {"version": seen}, 409, ("高橋 健が先に「ナースセンターの連絡先の変更」を行いました", "11:23")),
        (mine, 400, ("画面の情報が足りませんでした",)),
    ):
        late = admin.post(address, data=data)
        assert late.status_code == code
        assert [words for words in (*said, "保存していません") if words not in late.text] == []
        form = Form(BeautifulSoup(late.text, "html.parser").select_one("form.panel"))
        assert (form.value("phone"), form.value("version")) == ("000-0002", str(row.version))
    assert row.phone == "000-0001"
    assert admin.post(address, data=dict(form.pairs())).status_code == 303
    assert row.phone == "000-0002"
