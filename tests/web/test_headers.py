"""Security headers on every answer, and the static files."""

import re

import pytest
from flask import Flask, render_template_string, session

from keynet_admin import config
from keynet_admin.config import Settings
from keynet_admin.web import headers, static_files

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
PAGE = '{% extends "layout/base.html" %}{% block title %}x{% endblock %}{% block main %}<h1>x</h1>{% endblock %}'


@pytest.fixture
def pages(small_app: Flask) -> Flask:
    for number, path in enumerate(("/", "/admin/x", "/office/x", "/entry/", "/login")):
        small_app.add_url_rule(path, f"page{number}", lambda: render_template_string(PAGE))
    return small_app


@pytest.mark.parametrize("path", ["/", "/admin/x", "/office/x", "/nope", "/admin/nope", "/static/keynet.css", "/static/nope.css"])
def test_every_answer_carries_the_headers(pages: Flask, path: str) -> None:
    response = pages.test_client().get(path)
    for name, value in ALWAYS.items():
        assert response.headers[name] == value
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "Strict-Transport-Security" not in response.headers


@pytest.mark.parametrize(
    ("path", "has_nonce"), [("/", False), ("/entry/", False), ("/admin/x", True), ("/office/x", True), ("/administrator", False)]
)
def test_only_staff_pages_have_a_nonce(pages: Flask, path: str, has_nonce: bool) -> None:
    client = pages.test_client()
    first, second = client.get(path), client.get(path)
    policy = first.headers["Content-Security-Policy"]
    assert ("'nonce-" in policy) is has_nonce
    if has_nonce:
        (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
        assert set(re.findall(r'<script[^>]* nonce="([^"]+)"', first.text)) == {nonce}
        assert nonce not in second.headers["Content-Security-Policy"]
    else:
        assert "default-src 'self'" in policy
        assert "nonce" not in first.text
        assert first.headers["Content-Security-Policy"] == second.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "stored"), [("/", True), ("/admin/x", False), ("/office/x", False), ("/entry/", False), ("/login", False)]
)
def test_pages_with_personal_data_are_never_stored(pages: Flask, path: str, stored: bool) -> None:
    response = pages.test_client().get(path)
    assert (response.headers.get("Cache-Control") != "no-store") is stored


def test_a_page_that_read_somebodys_session_is_never_stored(small_app: Flask) -> None:
    small_app.add_url_rule("/reads", "reads", lambda: str(session.get("_user_id")))
    small_app.add_url_rule("/reads-not", "reads_not", lambda: "x")
    client = small_app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "key"
    assert client.get("/reads").headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in client.get("/reads-not").headers


def test_hsts_behind_tls() -> None:
    app = Flask("x")
    config.bind(app, Settings(public_url="https://keynet.example"))
    headers.init_app(app)
    app.add_url_rule("/", "root", lambda: "x")
    assert app.test_client().get("/").headers["Strict-Transport-Security"].startswith("max-age=63072000")


def test_static_files_are_cached_for_a_year_by_their_hash(small_app: Flask) -> None:
    url = static_files.static_url("keynet.css")
    client = small_app.test_client()
    response = client.get(url)
    assert response.mimetype == "text/css"
    assert response.headers["Cache-Control"] == static_files.YEAR
    assert client.get(url.partition("?")[0]).headers["Cache-Control"] == "public, no-cache"
    assert client.get(url.partition("?")[0] + "?v=old").headers["Cache-Control"] == "public, no-cache"
    assert client.get(url, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    packed = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(response.data) / 3
    assert packed.headers["ETag"] != response.headers["ETag"]


@pytest.mark.parametrize(
    "name", ["../__init__.py", "../config.py", "nope.css", "css", "", "js/../../config.py", "tokens.css%00", "%00", "x" * 300]
)
def test_nothing_else_is_served(small_app: Flask, name: str) -> None:
    assert small_app.test_client().get(f"/static/{name}").status_code == 404


def test_the_stylesheet_is_one_file_in_layers(small_app: Flask) -> None:
    text = small_app.test_client().get("/static/keynet.css").text
    assert text.startswith("@layer tokens, base, components, pages;")
    assert "@import" not in text
    assert "--color-primitive-blue-900" in text
    assert "url(" not in text


def test_every_icon_used_is_in_the_sprite() -> None:
    from keynet_admin import vocabulary
    from keynet_admin.config import ROOT

    sprite = set(re.findall(r'id="i-([a-z]+)"', (static_files.FOLDER / "icons.svg").read_text(encoding="utf-8")))
    used = {
        member.icon for kind in vars(vocabulary).values() if isinstance(kind, type) and issubclass(kind, vocabulary.Word) for member in kind
    }
    for template in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'icon\("([a-z]+)"', template.read_text(encoding="utf-8")))
    assert used <= sprite, used - sprite
