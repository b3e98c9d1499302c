"""The guarded views: who gets in, which rows, and that nothing of Flask-Admin itself is ever served."""

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Query

from keynet_admin.extensions import db
from keynet_admin.models import Account, Organization
from keynet_admin.permissions import Permission
from keynet_admin.services.account.session import actor_of
from keynet_admin.vocabulary import Role
from keynet_admin.web import guard, model_view
from keynet_admin.web.lists.page import ListFilter
from tests.web.conftest import make_app

STOCK_TEMPLATE = "admin/model/list.html"


class Home(guard.GuardedIndex):
    permission = Permission.posting_read

    @expose("/")
    def index(self) -> str:
        """The first page."""
        return self.render("layout/operator.html")


class Flow(guard.GuardedView):
    permission = Permission.posting_read
    method_permissions = {"lead": Permission.setting_edit}

    @expose("/")
    def index(self) -> str:
        """Open to all of the area."""
        return "flow"

    @expose("/lead")
    def lead(self) -> str:
        """Needs more."""
        return "lead"

    @expose("/bug")
    def bug(self) -> str:
        """Has a fault of its own."""
        raise TypeError("inside")


class Closed(guard.GuardedView):
    @expose("/")
    def index(self) -> str:
        """No right is named: open to nobody."""
        return "never"


class Organizations(model_view.GuardedModelView):
    permission = Permission.posting_read
    column_list = ("name", "prefecture_code")
    column_details_list = ("name", "lg_code")
    column_labels = {"name": "団体名", "prefecture_code": "県"}
    can_view_details = True
    page_size = 5
    search_columns = (Organization.name, Organization.kana)
    sort_columns = {"name": Organization.name}
    list_filters = (
        ListFilter("type", "区分", lambda: [("city", "市"), ("town", "町")], lambda q, v: q.filter(Organization.org_type == v)),
    )

    def show_prefecture_code(self, row: Organization) -> str:
        """In words."""
        return f"県{row.prefecture_code}"


class Editable(Organizations):
    can_create = can_edit = True
    form_columns = ("name", "kana")
    method_permissions = dict.fromkeys(("create_view", "edit_view"), Permission.posting_read)


@pytest.fixture
def site(database_url: str) -> Any:
    """An application with both areas on a database with twelve bodies; `X-Who` names the signed-in account."""

    def load(request: Any) -> Any:
        who = request.headers.get("X-Who")
        account = db.session.get(Account, int(who)) if who else None
        if account is None:
            return None
        return SimpleNamespace(
            is_authenticated=True,
            is_active=True,
            name=account.name,
            email=account.email,
            role=account.role,
            actor=actor_of(account),
            person=account,
        )

    app = make_app(database_url, load)
    for area, endpoint in (("/admin", "admin"), ("/office", "office")):
        guard.make_admin(
            app,
            url=area,
            name="試験",
            index_view=Home(name="ホーム", endpoint=endpoint, url=area),
            views=[
                Flow(name="流れ", endpoint=f"{endpoint}_flow", url="flow"),
                Closed(name="閉", endpoint=f"{endpoint}_closed", url="closed"),
                Organizations(Organization, name="団体", endpoint=f"{endpoint}_body", url="body"),
                Editable(Organization, name="編集", endpoint=f"{endpoint}_edit", url="editable"),
            ],
        )
    with app.app_context():
        bodies = [
            Organization(lg_code=f"{i:06d}", name=f"見本{i:02d}市", kana=f"ミホン{i}", prefecture_code="13", org_type="city")
            for i in range(1, 11)
        ]
        bodies += [
            Organization(lg_code="100001", name="100%町", kana="ヒャク", prefecture_code="45", org_type="town"),
            Organization(lg_code="100002", name="青い_海 村", kana="アオイ", prefecture_code="45", org_type="village"),
        ]
        db.session.add_all(bodies)
        db.session.flush()
        accounts = {role: Account(email=f"{role}@keynet.example", name=role.label, role=role) for role in Role}
        accounts[Role.municipality].organization_id = bodies[2].id
        db.session.add_all(accounts.values())
        db.session.commit()
        ids = {role: str(account.id) for role, account in accounts.items()}
        body_ids = [body.id for body in bodies]
    yield SimpleNamespace(app=app, client=app.test_client(), ids=ids, bodies=body_ids)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _get(site: Any, path: str, role: Role | None) -> Any:
    return site.client.get(path, headers={"X-Who": site.ids[role]} if role else {})


STAFF = (Role.operator, Role.lead, Role.admin)


@pytest.mark.parametrize("path", ["/", "/flow/", "/body/", "/editable/", "/editable/new/", "/flow/lead", "/closed/"])
def test_audience_and_right_are_asked_on_every_page(site: Any, path: str) -> None:
    """Every area x every role: own people in, others 403, nobody to the sign-in page."""
    for area, members in (("/admin", STAFF), ("/office", (Role.municipality,))):
        response = _get(site, area + path, None)
        assert response.status_code == 302
        assert response.headers["Location"] == f"/login?next={area}{path}"
        for role in Role:
            allowed = role in members and path != "/closed/" and (path != "/flow/lead" or role is Role.admin)
            assert _get(site, area + path, role).status_code == (200 if allowed else 403), (area, path, role)


def test_a_post_of_nobody_is_refused_not_redirected(site: Any) -> None:
    assert site.client.post("/admin/editable/new/", data={"name": "x"}).status_code == 403


def test_only_opened_addresses_exist(site: Any) -> None:
    rules = {str(rule) for rule in site.app.url_map.iter_rules() if str(rule).startswith(("/admin/body", "/office/body"))}
    assert rules == {"/admin/body/", "/admin/body/<num:id>/", "/office/body/", "/office/body/<num:id>/"}
    stock = [str(rule) for rule in site.app.url_map.iter_rules() if "static" in rule.endpoint]
    assert stock == ["/static/<path:filename>"]


STOCK = [
    "/admin/static/bootstrap/bootstrap4/css/bootstrap.min.css",
    "/static/admin/admin/css/bootstrap4/admin.css",
    "/admin/body/delete/",
    "/admin/body/action/",
    "/admin/body/export/csv/",
    "/admin/body/ajax/lookup/",
    "/admin/body/ajax/update/",
    "/admin/body/edit/?id=1",
    "/admin/body/new/",
    "/admin/body/details/?id=1",
]


def test_stock_pages_and_files_are_not_there(site: Any) -> None:
    for path in STOCK:
        assert _get(site, path, Role.admin).status_code == 404


def test_no_stock_template_can_be_found(site: Any) -> None:
    assert not any(
        STOCK_TEMPLATE in (blueprint.jinja_loader.list_templates() if blueprint.jinja_loader else [])
        for blueprint in site.app.blueprints.values()
    )


def test_rows_outside_the_scope_are_hidden_by_list_and_by_id(site: Any) -> None:
    own, other = site.bodies[2], site.bodies[3]
    page = _get(site, "/office/body/", Role.municipality).text
    assert "見本03市" in page
    assert "見本04市" not in page
    assert _get(site, f"/office/body/{own}/", Role.municipality).status_code == 200
    assert _get(site, f"/office/body/{other}/", Role.municipality).status_code == 404
    assert _get(site, f"/office/editable/edit/?id={own}", Role.municipality).status_code == 200
    response = site.client.post(f"/office/editable/edit/?id={other}", data={"name": "x"}, headers={"X-Who": site.ids[Role.municipality]})
    assert response.status_code == 404


ODD_IDS = ["1,2", "abc", "-1", "９", "99999999999999999999", "", "1%00", "1'--"]


def test_odd_ids_are_not_there(site: Any) -> None:
    for id_ in ODD_IDS:
        assert _get(site, f"/admin/editable/edit/?id={id_}", Role.operator).status_code == 404
        if id_:
            assert _get(site, f"/admin/body/{id_}/", Role.operator).status_code == 404


LEAVING = [
    "url=//evil.test",
    "url=http:evil.test",
    "url=https://evil.test/",
    "url=/\\evil.test",
    "url=http://127.0.0.1\\@evil.test",
    "url=javascript:alert(1)",
    "url=%20/x",
    "url=/x%0d%0aSet-Cookie:a",
    "url=/ok&url=//evil.test",
    "_external=1",
    "_method=DELETE",
    "endpoint=x",
    "export_type=x",
]


def test_arguments_that_leave_the_host_are_refused(site: Any) -> None:
    for query in LEAVING:
        for role in (Role.admin, None):
            assert _get(site, f"/admin/editable/edit/?id=1&{query}", role).status_code == 400


def test_only_the_forms_columns_are_saved_and_only_by_post(site: Any) -> None:
    body, headers = site.bodies[0], {"X-Who": site.ids[Role.operator]}
    page = site.client.get(f"/admin/editable/edit/?id={body}", headers=headers).text
    assert 'name="name"' in page
    assert 'name="lg_code"' not in page
    response = site.client.post(
        f"/admin/editable/edit/?id={body}", data={"name": "新市", "kana": "シンシ", "lg_code": "999999", "version": "1"}, headers=headers
    )
    assert response.status_code == 303
    with site.app.app_context():
        saved = db.session.get(Organization, body)
        assert saved is not None
        assert (saved.name, saved.lg_code, saved.version) == ("新市", "000001", 2)


def test_the_databases_words_are_never_shown(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise IntegrityError("UPDATE organization SET name=?", {"name": "secret"}, Exception("UNIQUE constraint failed"))

    monkeypatch.setattr(Editable, "on_model_change", refuse)
    headers = {"X-Who": site.ids[Role.operator]}
    response = site.client.post(
        f"/admin/editable/edit/?id={site.bodies[0]}", data={"name": "x", "kana": "x", "version": "1"}, headers=headers
    )
    assert response.status_code == 422
    assert "保存できませんでした" in response.text
    for inside in ("UPDATE organization", "UNIQUE", "secret"):
        assert inside not in response.text


def test_a_fault_inside_a_view_is_an_error_page_not_a_riddle(site: Any, caplog: pytest.LogCaptureFixture) -> None:
    response = _get(site, "/admin/flow/bug", Role.operator)
    assert response.status_code == 500
    (told,) = caplog.records
    assert told.exc_info is not None
    assert repr(told.exc_info[1]) == "TypeError('inside')"


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"column_list": ()}, "columns to show"),
        ({"column_details_list": ()}, "columns to show"),
        ({"can_edit": True, "form_columns": ()}, "form's columns"),
        ({"can_delete": True}, "no stock actions"),
        ({"can_export": True}, "no stock actions"),
        ({"column_editable_list": ("name",)}, "no stock actions"),
    ],
)
def test_a_view_without_its_whitelists_cannot_be_made(small_app: Flask, attributes: dict[str, Any], words: str) -> None:
    view = type("Careless", (Organizations,), attributes)
    with small_app.app_context(), pytest.raises(ValueError, match=words):
        view(Organization)


def test_the_stock_view_still_has_the_addresses_we_close() -> None:
    """A new Flask-Admin with another address must not open it here unseen."""
    assert {rule[-2] for rule in ModelView._urls} == {
        "action_view",
        "ajax_lookup",
        "ajax_update",
        "create_view",
        "delete_view",
        "details_view",
        "edit_view",
        "export",
        "index_view",
    }


# ---- lists ----


def _names(text: str) -> list[str]:
    from bs4 import BeautifulSoup

    return [cell.get_text() for cell in BeautifulSoup(text, "html.parser").select("tbody th")]


LISTS: list[tuple[str, str | None, int]] = [
    ("", "青い_海 村", 5),
    ("?page=2", "見本07市"[:2], 5),
    ("?page=3", None, 2),
    ("?page=4", None, 2),
    ("?page=-1", "青い_海 村", 5),
    ("?page=99999999999999999999", "青い_海 村", 5),
    ("?page=x", "青い_海 村", 5),
    ("?sort=name", "100%町", 5),
    ("?sort=name&desc=1", "青い_海 村", 5),
    ("?sort=lg_code", "青い_海 村", 5),
    ("?sort=name;drop", "青い_海 村", 5),
    ("?type=town", "100%町", 1),
    ("?type=nonsense", "青い_海 村", 5),
    ("?q=100%25", "100%町", 1),
    ("?q=%25", "100%町", 1),
    ("?q=_", "青い_海 村", 1),
    ("?q=１００", "100%町", 1),
    ("?q=ﾋｬｸ", "100%町", 1),
    ("?q=青い　村", "青い_海 村", 1),
    ("?q=%00青い", "青い_海 村", 1),
    ("?q=見本 99", None, 0),
    ("?q=" + "長" * 5000, None, 0),
    ("?flt1_0=1&search=x", "青い_海 村", 5),
]


def test_lists(site: Any) -> None:
    for query, first, count in LISTS:
        response = _get(site, f"/admin/body/{query}", Role.operator)
        assert response.status_code == 200, query
        names = _names(response.text)
        assert len(names) == count, query
        if first:
            assert names[0].startswith(first), query


def test_pages_do_not_overlap_and_end(site: Any) -> None:
    seen: list[str] = []
    url = "/admin/body/"
    while url:
        page = _get(site, url, Role.operator).text
        seen += _names(page)
        _, found, rest = page.rpartition('rel="next"')
        url = page.split('" rel="next"')[0].rpartition('href="')[2] if found and rest else ""
    assert len(seen) == len(set(seen)) == 12


def test_a_list_says_its_order_and_what_stands_in_its_cells(site: Any) -> None:
    page = _get(site, "/admin/body/?sort=name&desc=1&q=見本", Role.operator).text
    assert 'aria-sort="descending"' in page
    assert "県13" in page
    assert '<option value="city">市</option>' in page
    assert "条件をクリア" in page


def test_an_empty_list_says_so(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_self: Any, query: Query[Any]) -> Query[Any]:
        return query.filter(Organization.id == 0)

    monkeypatch.setattr(Organizations, "scope", nothing)
    assert "まだありません" in _get(site, "/admin/body/", Role.operator).text
    assert "条件に合うものはありません" in _get(site, "/admin/body/?q=x", Role.operator).text


def test_the_second_of_two_editors_is_told_and_loses_nothing(site: Any) -> None:
    """Both opened version 1; the second gets the form again with what was typed, and the row is as the first left it."""
    body, headers = site.bodies[0], {"X-Who": site.ids[Role.operator]}
    path = f"/admin/editable/edit/?id={body}"
    assert site.client.post(path, data={"name": "先市", "kana": "サキ", "version": "1"}, headers=headers).status_code == 303
    late = site.client.post(path, data={"name": "後市", "kana": "アト", "version": "1"}, headers=headers)
    assert late.status_code == 409
    assert "が先に「変更」を行いました" in late.text
    assert 'value="後市"' in late.text
    assert site.client.post(path, data={"name": "x", "kana": "x"}, headers=headers).status_code == 400
    with site.app.app_context():
        assert db.session.get(Organization, body).name == "先市"
