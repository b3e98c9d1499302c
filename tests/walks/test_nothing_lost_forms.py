"""What was typed into a form of the administrators survives an ended session; where nothing can be kept, nothing is promised."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.admin.setup.setting import SettingForm
from keynet_admin.catalogue import SECTIONS
from keynet_admin.config import ROOT
from keynet_admin.models import NurseCenterRecord
from keynet_admin.vocabulary import Role
from keynet_admin.web.access.sign_in import OWN_FIELDS
from tests import factories
from tests.support.web import Client
from tests.walks.test_nothing_lost import count, data_of, end_sessions, form_of, words


def test_no_form_of_the_staff_pages_has_the_fields_of_the_sign_in(app: Flask) -> None:
    """The page to sign in on the way carries the fields of any of them beside its own."""
    views = [view for area in app.extensions["admin"] for view in area._views]
    classes = [getattr(view, name, None) for view in views for name in ("_create_form_class", "_edit_form_class")]
    names = {name for form in filter(None, classes) for name in form()._fields}
    assert {"email", "basis"} <= names
    names |= {field.name for fields in SECTIONS.values() for field in fields}
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "templates").rglob("*.html")]
    names |= {name for text in texts for name in re.findall(r'\bname="([^"]+)"', text)}
    names |= set(SettingForm.__dict__)
    assert names.isdisjoint(set(OWN_FIELDS) - {"csrf_token"})


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_a_field_named_email_survives_an_ended_session(client: Client, db_session: Session, clock: Any) -> None:
    who = client.sign_in(Role.admin)
    row = db_session.execute(select(NurseCenterRecord).limit(1)).scalar_one()
    address = f"/admin/nurse-center/edit/?id={row.id}"
    data = data_of(form_of(client.get(address), "form.panel"), email="center@keynet.example")
    end_sessions(db_session, who)
    form = form_of(client.post(address, data=data), "form[action*=edit]")
    assert (form.value("email"), form.value("sign_in_email")) == ("center@keynet.example", "")


TYPED: list[tuple[str, str, str]] = [
    ("/admin/nurse-center/edit/?id=1", "note", "長い備考です。"),
    ("/admin/law-date/new/", "basis", "長い根拠です。"),
    ("/admin/setting/", "notice", "長いお知らせです。"),
]


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize(("address", "name", "typed"), TYPED, ids=[row[0] for row in TYPED])
def test_a_form_of_the_administrators_survives_an_ended_session_and_an_old_token(
    client: Client, db_session: Session, clock: Any, address: str, name: str, typed: str
) -> None:
    who, pick = client.sign_in(Role.admin), f"form:has([name={name}])"
    if "id=1" in address:
        first = db_session.execute(select(func.min(NurseCenterRecord.id))).scalar_one()
        address = address.replace("id=1", f"id={first}")
    data = data_of(form_of(client.get(address), pick), **{name: typed})
    old = client.post(address, data=data | {"csrf_token": ["x"]})
    assert (old.status_code, form_of(old, pick).value(name).strip()) == (400, typed)
    end_sessions(db_session, who)
    page = client.post(address, data=data)
    assert "入力した内容を残したまま続けられます" in words(page)
    form = form_of(page, "form:has([name=sign_in_email])")
    assert form.action == address
    again = client.post(form.action, data=data_of(form, sign_in_email=who.email, sign_in_password=factories.PASSWORD))
    assert (again.status_code, form_of(again, pick).value(name).strip()) == (200, typed)
    assert "まだ何も行っていません" in words(again)
    assert count(db_session, "change") == count(db_session, "add") == 0


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_regions_with_an_old_token_stand_as_ticked_and_the_notices_as_they_are_kept(
    client: Client, db_session: Session, clock: Any
) -> None:
    client.sign_in(Role.operator)
    kept = data_of(form_of(client.get("/admin/notice/"), "form:has([name=hour])"))
    old = client.post("/admin/notice/", data={"do": "regions", "prefecture": ["45", "13"], "csrf_token": "x"})
    assert old.status_code == 400
    again = data_of(form_of(old, "form:has([name=hour])"))
    assert {name: value for name, value in again.items() if name != "csrf_token"} == {n: v for n, v in kept.items() if n != "csrf_token"}
    regions = form_of(old, "form:has([name=prefecture])")
    assert client.post("/admin/notice/", data=data_of(regions) | {"do": ["regions"]}).status_code == 303
    assert client.get("/admin/notice/").text.count('name="prefecture" value="13" checked') == 1


NOTHING_TYPED: list[tuple[str, str]] = [
    ("/admin/submission/1/clear", "/admin/submission/"),
    ("/admin/submission/views", "/admin/submission/"),
    ("/admin/submission/columns", "/admin/submission/"),
    ("/admin/submission/views/1/delete", "/admin/submission/"),
    ("/admin/submission/bulk", "/admin/submission/"),
    ("/admin/submission/file", "/admin/submission/"),
    ("/admin/submission/file/abc", "/admin/submission/"),
    ("/office/posting/new", "/office/posting/"),
]


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize(("address", "first"), NOTHING_TYPED, ids=[row[0] for row in NOTHING_TYPED])
def test_where_nothing_can_be_kept_nothing_is_promised(client: Client, db_session: Session, clock: Any, address: str, first: str) -> None:
    who = client.sign_in(Role.municipality if address.startswith("/office") else Role.operator)
    end_sessions(db_session, who)
    page = client.post(address, data={"name": "だれかの言葉"})
    assert page.status_code == 403
    assert "残したまま" not in words(page)
    assert "先ほどの操作は引き継がれません" in words(page)
    form = form_of(page, "form:has([name=sign_in_email])")
    assert "だれかの言葉" not in page.get_data(as_text=True)
    answer = client.post(address, data=data_of(form, sign_in_email=who.email, sign_in_password=factories.PASSWORD))
    assert (answer.status_code, answer.location) == (303, first)
    assert "もう一度操作してください" in words(client.get(first))
