"""Pages as a browser without JavaScript reads them: forms filled by name, buttons pressed, redirects followed, cookies kept."""

import re
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from keynet_admin.catalogue import field_at

Pairs = list[tuple[str, str]]
# What carries a request: method, path, body, content type -> status, text, address that a redirect names
Carrier = Callable[[str, str, bytes | None], tuple[int, str, str | None]]
KINDS_OF_TEXT = ("text", "email", "password", "search", "tel", "number")


class Form:
    """One form of a page. What is not filled in keeps the value that the page gave it."""

    def __init__(self, element: Tag) -> None:
        """Take the form apart."""
        self.element = element
        self.all = element.find_all(["input", "select", "textarea"])
        self.action = str(element.get("action") or "")
        self.method = str(element.get("method") or "get").upper()

    def controls(self, name: str) -> list[Tag]:
        """The controls with this name; AssertionError when the form has none."""
        found = [c for c in self.all if c.get("name") == name]
        assert found, f"the form has no {name}"
        return found

    def has(self, name: str) -> bool:
        """Is there such a control?"""
        return any(c.get("name") == name for c in self.all)

    def fill(self, name: str, value: Any) -> None:
        """Type a text, choose an option (by value), tick boxes (a list of values, or True and False)."""
        first, *_ = found = self.controls(name)
        kind = str(first.get("type", "text"))
        if first.name == "textarea":
            first.string = "\n" + str(value)
        elif first.name == "select":
            options = first.find_all("option")
            assert str(value) in [o.get("value") for o in options], f"{name} offers no {value}"
            for option in options:
                _mark(option, "selected", option.get("value") == str(value))
        elif kind in ("radio", "checkbox"):
            wanted = [str(v) for v in value] if isinstance(value, list) else [str(first["value"])] if value is True else [str(value)]
            assert value is False or set(wanted) <= {str(c["value"]) for c in found}, f"{name} offers no {wanted}"
            for control in found:
                _mark(control, "checked", value is not False and str(control["value"]) in wanted)
        else:
            assert kind in KINDS_OF_TEXT, f"{name} is a {kind}"
            first["value"] = str(value)

    def value(self, name: str) -> Any:
        """What stands in a control: a text, or for boxes and options the list of the values chosen."""
        return self.values([name])[name]

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """`value` of many controls."""
        given: dict[str, list[str]] = {}
        for key, value in self.pairs():
            given.setdefault(key, []).append(value)
        boxes = {c.get("name") for c in self.all if c.get("type") in ("checkbox", "radio")}
        there = {c.get("name") for c in self.all}
        assert there >= set(names), f"the form has no {set(names) - there}"
        return {name: given.get(name, []) if name in boxes else given.get(name, [""])[0] for name in names}

    def pairs(self) -> Pairs:
        """Names and values as a browser sends them, without any button."""
        sent: Pairs = []
        for control in self.all:
            name, kind = control.get("name"), control.get("type", "text")
            if not name or kind in ("submit", "button") or control.has_attr("disabled"):
                continue
            if control.name == "textarea":
                text = control.get_text()
                sent.append((name, text.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")))
            elif control.name == "select":
                options = control.find_all("option")
                chosen = [o for o in options if o.has_attr("selected")] or options[:1]
                sent += [(name, str(o.get("value", o.get_text()))) for o in chosen]
            elif kind not in ("checkbox", "radio") or control.has_attr("checked"):
                sent.append((name, str(control.get("value", "on" if kind == "checkbox" else ""))))
        return sent

    def buttons(self) -> Pairs:
        """Names and values of its buttons."""
        return [(str(b.get("name", "")), str(b.get("value", ""))) for b in self.element.find_all("button")]

    def pressed(self, name: str = "", value: str = "") -> Pairs:
        """What goes out when a button is pressed (the only one, or the nameless one, when nothing is said); AssertionError when it is not there."""
        if not name and len(self.buttons()) == 1:
            name, value = self.buttons()[0]
        assert (name, value) in self.buttons(), f"no button {name}={value} among {self.buttons()}"
        return self.pairs() + ([(name, value)] if name else [])


class Browser:
    """Walks from page to page. `status`, `path`, `text` and `soup` tell where it is."""

    def __init__(self, carrier: Carrier) -> None:
        """`carrier` sends one request and follows nothing."""
        self.carrier = carrier
        self.status, self.path, self.text = 0, "/", ""
        self._parsed: tuple[str, BeautifulSoup] | None = None

    def get(self, address: str, expect: int = 200) -> "Browser":
        """Open an address."""
        return self._go("GET", address, None, expect)

    def press(self, form: Form, name: str = "", value: str = "", *, expect: int = 200) -> "Browser":
        """Press a button of a form of this page."""
        return self.send(form, form.pressed(name, value), expect=expect)

    def send(self, form: Form, pairs: Pairs, *, expect: int = 200) -> "Browser":
        """Send these names and values to the form's address."""
        target = urljoin(self.path, form.action or self.path)
        if form.method == "GET":
            return self._go("GET", f"{target}?{urlencode(pairs)}", None, expect)
        return self._go("POST", target, urlencode(pairs).encode(), expect)

    def form(self, having: str = "", *, action: str = "") -> Form:
        """The form of this page that has such a control, or whose address ends so."""
        for element in BeautifulSoup(self.text, "html.parser").find_all("form"):  # fresh: filling it changes the tree
            form = Form(element)
            if (not having or form.has(having)) and (not action or form.action.endswith(action)):
                return form
        raise AssertionError(f"no form with {having or action} at {self.path}")

    def link(self, words: str) -> "Browser":
        """Follow the first link that shows these words."""
        for link in self.soup.find_all("a"):
            if words in link.get_text():
                return self.get(urljoin(self.path, str(link["href"])))
        raise AssertionError(f"no link {words} at {self.path}")

    @property
    def soup(self) -> BeautifulSoup:
        """The page, parsed."""
        if self._parsed is None or self._parsed[0] is not self.text:
            self._parsed = self.text, BeautifulSoup(self.text, "html.parser")
        return self._parsed[1]

    @property
    def heading(self) -> str:
        """The words of the h1."""
        found = self.soup.find("h1")
        return found.get_text().strip() if found else ""

    @property
    def words(self) -> str:
        """All words of the page without white space between them."""
        return re.sub(r"\s+", "", self.soup.get_text())

    def _go(self, method: str, address: str, body: bytes | None, expect: int) -> "Browser":
        for _ in range(5):
            parts = urlsplit(address)
            where = parts.path + (f"?{parts.query}" if parts.query else "")
            self.status, self.text, onward = self.carrier(method, where, body)
            self.path = where
            if onward is None:
                break
            method, address, body = "GET", urljoin(where, onward), None
        assert self.status == expect, f"{method} {self.path}: {self.status} {self.heading} {_complaints(self.soup)}"
        return self


def over_http(base: str, cookies: CookieJar | None = None) -> Browser:
    """A browser that talks to a real server and keeps its cookies; with those of another, as if a balancer had chosen this server."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar() if cookies is None else cookies), _Still())

    def carry(method: str, path: str, body: bytes | None) -> tuple[int, str, str | None]:
        request = urllib.request.Request(base + path, data=body, method=method, headers={"Origin": base} if body is not None else {})
        with opener.open(request, timeout=30) as answer:
            onward = answer.headers["Location"] if answer.status in (301, 302, 303) else None
            return answer.status, answer.read().decode(), onward

    return Browser(carry)


def over_client(client: Any) -> Browser:
    """A browser that talks to Flask's test client."""

    def carry(method: str, path: str, body: bytes | None) -> tuple[int, str, str | None]:
        kind = {"content_type": "application/x-www-form-urlencoded"} if body is not None else {}
        answer = client.open(path, method=method, data=body, **kind)
        onward = answer.headers["Location"] if answer.status_code in (301, 302, 303) else None
        return answer.status_code, answer.get_data(as_text=True), onward

    return Browser(carry)


def inputs(typed: Mapping[str, Any], normalized: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A submission as what a person does with each control: texts as typed, choices by the value they mean. In the form's order."""
    found: list[tuple[str, Any]] = []
    for section in ("organization", "contact", "confirmation"):
        found += _inputs(section, typed.get(section) or {}, normalized.get(section) or {})
    for index, posting in enumerate(typed.get("postings") or []):
        found += _inputs(f"postings-{index}", posting, normalized["postings"][index])
    return found


def _inputs(prefix: str, typed: Mapping[str, Any], normalized: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in typed.items():
        key = f"{prefix}-{name}"
        spec = field_at(key.replace("-", "."))
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            for index, row in enumerate(value):
                found += _inputs(f"{key}-{index}", row, normalized[name][index])
        elif spec is not None and (spec.choices or isinstance(value, (list, bool))):
            found.append((key, normalized.get(name, value)))
        elif value not in (None, ""):
            found.append((key, value))
    return found


def _mark(element: Tag, attribute: str, on: bool) -> None:
    if on:
        element[attribute] = ""
    elif element.has_attr(attribute):
        del element[attribute]


def _complaints(soup: BeautifulSoup) -> list[str]:
    return [e.get_text(" ", strip=True)[:120] for e in soup.select(".error-summary li, .notice, .error")][:6]


class _Still(urllib.request.HTTPRedirectHandler, urllib.request.HTTPErrorProcessor):
    """Neither follows a redirect nor raises: the walk looks at every answer itself."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        return response

    https_response = http_response

    def redirect_request(self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        return None
