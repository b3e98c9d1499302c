"""Every page of the four areas for people with an account has its help in the frame, and no row of the table is left over."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.vocabulary import Role
from keynet_admin.web.filters import NAVIGATION
from keynet_admin.web.help import help_of
from keynet_admin.web.help.pages import ANY, PAGES
from tests import factories
from tests.support.web import Client


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_mounted_view_has_help(app: Flask) -> None:
    """Three to six sentences about what to do; the ways on are entries of that area's menu."""
    views = {str(view.endpoint): view for admin in app.extensions["admin"] for view in admin._views}
    used = set()
    for rule in app.url_map.iter_rules():
        endpoint = str(rule.endpoint)
        name = endpoint.partition(".")[0]
        if name not in views or "GET" not in (rule.methods or ()):
            continue
        found = help_of(endpoint, getattr(views[name], "decisions", {}))
        assert found is not None, f"{rule.rule}: a row in web/help/pages.py"
        used.add(found.what)
        sentences = sum(text.count("。") for text in (found.what, *found.how))
        assert 3 <= sentences <= 12, endpoint
        if found in PAGES.values():
            area = "operator" if name.partition("_")[0] == "admin" else name.partition("_")[0]
            assert set(found.to) <= {item.path for item in NAVIGATION[area]}, endpoint
    assert {row.what for row in (*PAGES.values(), *ANY.values())} == used


def test_it_stands_in_the_frame(client: Client, db_session: Session, clock: object) -> None:
    """Of each area, without script; the page's own words, and only ways that are open to the reader."""
    own = factories.make_organization()
    partner = factories.partner()
    for path, who, area in (
        ("/admin/desk/", factories.account(Role.operator), "admin_desk"),
        ("/office/", factories.account(Role.municipality, organization=own), "office"),
        ("/prefecture/", factories.account(Role.prefecture, prefecture_code="45"), "prefecture"),
        ("/partner/", factories.account(Role.partner, partner_id=partner.id), "partner"),
    ):
        client.sign_in(who)
        panel = BeautifulSoup(client.get(path).text, "html.parser").select("header details.page-help")
        assert len(panel) == 1, path
        assert all(words in panel[0].text for words in (PAGES[area].what, *PAGES[area].how)), path
        assert [a["href"] for a in panel[0].select("a") if a["href"] != "/admin/training/"] == [
            item.path for name in NAVIGATION for item in NAVIGATION[name] if item.path in PAGES[area].to
        ]
