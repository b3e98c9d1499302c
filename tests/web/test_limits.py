"""What a request may bring, before anything reads it."""

import io
from typing import Any

import pytest
from flask import Flask, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from keynet_admin.web import limits

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def echo(small_app: Flask) -> Any:
    """A client of an application that answers with the form it read."""

    def view() -> dict[str, Any]:
        return request.form.to_dict(flat=False)

    small_app.add_url_rule("/echo", "echo", small_app.extensions["csrf"].exempt(view), methods=["POST"])
    return small_app.test_client()


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"a=%E3%81%82&b=1", {"a": ["あ"], "b": ["1"]}),
        (b"a=%ff&b=ok", {"a": ["\ufffd"], "b": ["ok"]}),
        (b"a=\xff\xe3\x81\x82", {"a": ["\ufffdあ"]}),
        (b"a=%E3%81&a=%E3%81%82&empty=", {"a": ["\ufffd", "あ"], "empty": [""]}),
        (b"a=%ff%00", {"a": ["\ufffd\0"]}),
        (b"a=%83%65%83%58%83%67", {"a": ["\ufffde\ufffdX\ufffdg"]}),
        (b"", {}),
        (b"%ff=1", {"\ufffd": ["1"]}),
        (b"a=1%2B1+%26&b==", {"a": ["1+1 &"], "b": ["="]}),
    ],
)
def test_nothing_typed_is_lost_to_undecodable_bytes(echo: Any, body: bytes, read: dict[str, list[str]]) -> None:
    response = echo.post("/echo", data=body, content_type=FORM)
    assert response.get_json() == read


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"x" * (4 * 1024 * 1024 + 1), "text/plain", 413),
        (b"a=" + b"x" * (4 * 1024 * 1024 - 2), FORM, 200),
        (b"a=" + b"x" * (4 * 1024 * 1024), FORM, 413),
        (b"a=1&" * 9_999 + b"a=1", FORM, 200),
        (b"a=1&" * 10_000 + b"a=1", FORM, 413),
        (b"&" * 20_000, FORM, 413),
    ],
)
def test_too_much_is_refused(echo: Any, body: bytes, content_type: str, code: int) -> None:
    assert echo.post("/echo", data=body, content_type=content_type).status_code == code


def test_too_many_parts_of_an_upload_are_refused(echo: Any) -> None:
    data = MultiDict((f"f{i}", "x") for i in range(10_001))
    assert echo.post("/echo", data=data, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "９", "9" * 30])
def test_a_made_up_length_is_refused(echo: Any, length: str) -> None:
    environ = {"CONTENT_LENGTH": length, "CONTENT_TYPE": FORM, "wsgi.input": io.BytesIO(b"a=1")}
    assert echo.post("/echo", environ_overrides=environ).status_code in (400, 413)


def test_a_large_body_is_not_read_at_all(echo: Any) -> None:
    class Untouched(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _buffer: Any) -> int:
            raise AssertionError("the body was read")

    environ = {"CONTENT_LENGTH": str(20 * 1024 * 1024), "CONTENT_TYPE": FORM, "wsgi.input": Untouched()}
    assert echo.post("/echo", environ_overrides=environ).status_code == 413


def test_a_body_without_a_length_is_read_up_to_the_limit(echo: Any) -> None:
    environ = {"CONTENT_LENGTH": "", "CONTENT_TYPE": FORM, "wsgi.input": io.BytesIO(b"a=%ff"), "wsgi.input_terminated": True}
    assert echo.post("/echo", environ_overrides=environ).get_json() == {"a": ["\ufffd"]}
    environ["wsgi.input"] = io.BytesIO(b"x" * 5_000_000)
    assert echo.post("/echo", environ_overrides=environ).status_code == 413


@given(st.binary(max_size=200))
def test_mending_always_gives_utf8_and_keeps_good_bodies(body: bytes) -> None:
    mended = limits.mended(body)
    assert limits.mended(mended) == mended
    mended.decode("utf-8", "strict")
