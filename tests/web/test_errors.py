"""Error pages: the right status, plain words, a way on, and nothing of the inside."""

import errno
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask, abort
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc

from keynet_admin import errors

SECRET = "SELECT password FROM account"
STALE = errors.StaleVersion("承認", "高橋 健", datetime(2021, 5, 7, 2, 14, tzinfo=UTC))


def _raising(app: Flask, error: Exception, path: str) -> None:
    def view() -> None:
        raise error

    app.add_url_rule(path, "raising", view)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (STALE, 409, "高橋 健が先に「承認」を行いました。"),
        (errors.TransitionRefused("いまの状態では公開できません。"), 409, "いまの状態では公開できません。"),
        (errors.Refused("要修正が残っています。"), 409, "要修正が残っています。"),
        (errors.NotPermitted(), 403, "権限がありません"),
        (errors.NotFound(), 404, "ページが見つかりません"),
        (errors.BadVersion(), 400, "読み取れませんでした"),
        (errors.LinkDead("期限が過ぎています。"), 410, "期限が過ぎています。"),
        (errors.TooMany(300), 429, "約5分後"),
        (CSRFError("The CSRF token has expired."), 400, "有効な時間が過ぎました"),
        (exc.OperationalError(SECRET, {}, Exception("database is locked")), 503, "1分ほど待って"),
        (exc.TimeoutError(), 503, "1分ほど待って"),
        (exc.DataError(SECRET, {}, Exception("NUL")), 400, "読み取れませんでした"),
        (OSError(errno.ENOSPC, "No space left on device"), 503, "1分ほど待って"),
        (ValueError(SECRET), 500, "事務局の側で問題が起きました"),
    ],
)
def test_a_page_for_every_refusal(small_app: Flask, error: Exception, code: int, words: str) -> None:
    _raising(small_app, error, "/raising")
    response = small_app.test_client().get("/raising")
    assert response.status_code == code
    assert words in response.text
    for inside in (SECRET, "Traceback", "database is locked", "CSRF token", "No space"):
        assert inside not in response.text
    assert response.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in response.headers
    assert '<html lang="ja">' in response.text
    assert response.text.count("<h1>") == 1


@pytest.mark.parametrize(("error", "seconds"), [(errors.TooMany(300), "300"), (exc.OperationalError("", {}, Exception()), "30")])
def test_when_to_come_back(small_app: Flask, error: Exception, seconds: str) -> None:
    _raising(small_app, error, "/raising")
    assert small_app.test_client().get("/raising").headers["Retry-After"] == seconds


@pytest.mark.parametrize("code", [400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 431, 500, 501, 503])
def test_every_status_has_a_page(small_app: Flask, code: int) -> None:
    small_app.add_url_rule("/raising", "raising", lambda: abort(code))
    response = small_app.test_client().get("/raising")
    assert response.status_code == code
    assert f'<p class="page-message__code">{code}</p>' in response.text


def test_the_wrong_method_says_which_are_right(small_app: Flask) -> None:
    small_app.add_url_rule("/only-get", "only", lambda: "x")
    response = small_app.test_client().post("/only-get")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "accept", "json"),
    [
        ("/api/entry-check", None, True),
        ("/nowhere", "application/json", True),
        ("/nowhere", "text/html,application/json;q=0.9", False),
        ("/nowhere", "*/*", False),
        ("/nowhere", None, False),
    ],
)
def test_machines_get_json(small_app: Flask, path: str, accept: str | None, json: bool) -> None:
    response = small_app.test_client().get(path, headers={"Accept": accept} if accept else {})
    assert response.status_code == 404
    assert response.is_json is json
    if json:
        assert set(response.get_json()) == {"error"}


@pytest.mark.parametrize(
    ("path", "error", "link"),
    [
        ("/admin/submission/5/accept", STALE, "/admin/submission/5/"),
        ("/office/posting/7/publish", STALE, "/office/posting/7/"),
        ("/admin/submission/5/", errors.NotFound(), "/admin/submission/"),
        ("/entry/abc", errors.LinkDead("x"), "/entry/"),
        ("/postings/KN-P-000001", errors.NotFound(), "/postings/"),
    ],
)
def test_the_way_on(small_app: Flask, path: str, error: Exception, link: str) -> None:
    _raising(small_app, error, path)
    assert f'<a class="button button--main" href="{link}">' in small_app.test_client().get(path).text


def test_the_stale_page_says_who_what_and_when(small_app: Flask) -> None:
    _raising(small_app, STALE, "/admin/submission/5/accept")
    page = small_app.test_client().get("/admin/submission/5/accept").text
    assert "高橋 健が先に「承認」を行いました。" in page
    assert '<time datetime="2021-05-07T11:14+09:00">5/7(金) 11:14</time>' in page


@pytest.mark.parametrize("path", ["/nope", "/%00", "/..%2f..%2fetc/passwd", "/" + "x" * 3000, "/%ff%fe", "/postings/<script>"])
def test_odd_addresses_are_just_not_there(small_app: Flask, path: str) -> None:
    response: Any = small_app.test_client().get(path)
    assert response.status_code == 404
    assert "<script>" not in response.text.replace('<script type="module"', "")


def test_visitors_error_pages_set_no_cookie_and_read_no_session(small_app: Flask) -> None:
    response = small_app.test_client().get("/nope")
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")
