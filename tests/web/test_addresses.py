"""The one table of path prefixes: it names every address of the site, and nothing that is not there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from keynet_admin.config import ROOT
from keynet_admin.vocabulary import Role
from keynet_admin.web import addresses
from tests.support.web import application


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The whole application; no database is asked."""
    folder: Path = tmp_path_factory.mktemp("site")
    with application(f"sqlite:///{folder}/none.db", folder, {}) as made:
        yield made


def prefix_of(rule: str) -> str:
    """What names the part of the site that a route belongs to."""
    parts = rule[1:].split("/", 3)
    deeper = [f"/{parts[0]}/*/{parts[2]}"] if len(parts) > 2 else []
    deeper += [f"/{parts[0]}/{parts[1]}"] if len(parts) > 1 else []
    return next((name for name in deeper if any(name in area.prefixes for area in addresses.AREAS)), "/" + parts[0])


def test_every_route_has_exactly_one_row(site: Flask) -> None:
    for rule in site.url_map.iter_rules():
        rows = [area for area in addresses.AREAS if prefix_of(rule.rule) in area.prefixes]
        assert len(rows) == 1, rule.rule
        assert addresses.of(rule.rule) is rows[0]


def test_no_row_names_an_address_that_is_not_there(site: Flask) -> None:
    heads = {prefix_of(rule.rule) for rule in site.url_map.iter_rules()}
    prefixes = [prefix for area in addresses.AREAS for prefix in area.prefixes]
    assert sorted(prefixes) == sorted(heads)
    assert all(prefix.count("/") == 1 or "/*/" in prefix for prefix in prefixes if prefix != "/partner/v1")


def test_every_upload_is_an_address_that_takes_posts(site: Flask) -> None:
    for path in addresses.UPLOADS:
        assert site.url_map.bind("localhost").test(path, method="POST"), path
        assert path in addresses.of(path).uploads


def test_every_layout_is_there() -> None:
    assert all((ROOT / "templates" / area.base).is_file() for area in (*addresses.AREAS, addresses.ELSEWHERE))


@pytest.mark.parametrize(
    ("path", "session", "cacheable", "csp", "roles"),
    [
        ("/", False, True, "self", set()),
        ("/postings/KN-P-000001", False, True, "self", set()),
        ("/postings/KN-P-000001/apply", True, False, "self", set()),
        ("/postings/KN-P-000001/ask/done/key", True, False, "self", set()),
        ("/postings/KN-P-000001/application", False, True, "self", set()),
        ("/static/keynet.css", False, True, "static", set()),
        ("/healthz", False, True, "self", set()),
        ("/api/entry-check", True, True, "self", set()),
        ("/entry/", True, False, "self", set()),
        ("/entry/status", True, False, "self", set()),
        ("/login", True, False, "self", set()),
        ("/first-login/token", True, False, "self", set()),
        ("/admin/submission/5/", True, False, "nonce", {Role.operator, Role.lead, Role.admin}),
        ("/admin", True, False, "nonce", {Role.operator, Role.lead, Role.admin}),
        ("/office/", True, False, "nonce", {Role.municipality}),
        ("/administrator", True, True, "self", set()),
        ("/postings.jsonx", True, True, "self", set()),
        ("/no/such/page", True, True, "self", set()),
        ("//admin/", True, True, "self", set()),
    ],
)
def test_what_follows_from_a_path(path: str, session: bool, cacheable: bool, csp: str, roles: set[Role]) -> None:
    area = addresses.of(path)
    assert (area.session, area.cacheable, area.csp, set(area.roles)) == (session, cacheable, csp, roles)


def test_crawlers_are_kept_from_all_but_visitors_pages(site: Flask) -> None:
    closed = set(addresses.CLOSED_TO_CRAWLERS)
    assert {"/admin", "/office", "/api", "/entry", "/my", "/alerts", "/login", "/first-login", "/password"} <= closed
    # The forms beneath a posting's page, which ask for nothing before they are sent, may be read as a part of it.
    opened = {p for area in addresses.AREAS for p in area.prefixes} - closed
    assert {path for path in opened if addresses.of(path).session} == {"/postings/*/apply", "/postings/*/ask"}
