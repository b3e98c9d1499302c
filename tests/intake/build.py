"""Posts of the application form, and what the answered page says at a field."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

from keynet_admin.intake.visit import flatten
from tests.support.web import Client

FORM = "application/x-www-form-urlencoded"
KEY = "one-time-key-of-a-test-0001"


def pairs(document: Mapping[str, Any], *more: tuple[str, str], key: str = KEY) -> list[tuple[str, str]]:
    """A typed document as names and values of the form."""
    return [*flatten(document), ("form_key", key), *more]


def post(
    client: Client, document: Mapping[str, Any], do: str = "confirm", *more: tuple[str, str], to: str = "/entry/", key: str = KEY
) -> Any:
    """Press a button of the form."""
    return send(client, pairs(document, ("do", do), *more, key=key), to)


def send(client: Client, given: Iterable[tuple[str, str]] | bytes, to: str = "/entry/") -> TestResponse:
    """Send these names and values, or these bytes."""
    body = given if isinstance(given, bytes) else urlencode(list(given)).encode()
    return client.post(to, data=body, content_type=FORM)


def after(client: Client, answer: TestResponse) -> TestResponse:
    """The page that a post leads to: every post of the form is answered with a redirect."""
    assert answer.status_code == 303, (answer.status_code, answer.get_data(as_text=True)[:500])
    return client.get(answer.headers["Location"])


def page(answer: TestResponse) -> BeautifulSoup:
    """The answered page."""
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def at_field(soup: BeautifulSoup, path: str) -> str:
    """All that the page says at the field of a path: label, help, errors."""
    name = path.replace(".", "-")
    found = soup.find(attrs={"data-field": name})
    if not isinstance(found, Tag):
        control = soup.find(attrs={"name": name})
        assert isinstance(control, Tag), f"no field {name}"
        parent = control.find_parent(attrs={"data-field": True})
        assert isinstance(parent, Tag)
        found = parent
    return found.get_text(" ", strip=True)


def told(soup: BeautifulSoup) -> set[str]:
    """Rule codes of the errors and warnings that stand at fields."""
    return {str(e["data-finding"]) for e in soup.select("[data-finding]")}
