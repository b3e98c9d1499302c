"""Any character anywhere: every page answers as ever when every stored text holds what is not text, and shows U+FFFD for it.

Only the fields of a form keep what was typed, as far as HTML can carry it.
"""

import io
import json
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import catalogue
from keynet_admin.catalogue.base import Kind
from keynet_admin.extensions import db
from keynet_admin.models import OutboxMail, Setting, Submission
from keynet_admin.models.base import AsciiJson, CleanText
from keynet_admin.rules.normalise.characters import NOT_TEXT, UNWRITABLE
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.forms import KINDS_OF_TEXT, Form
from tests.support.web import Client
from tests.walks.matrix_table import ROUTES, VISITORS
from tests.walks.test_matrix import address, world

__all__ = ["world"]

# Lone surrogates of both kinds, NUL, private use of both planes, marks of direction, a control character, no characters.
STRANGE = "\udfff\0\ud800\ue000\U000f0001\u202e\u2066\u200f\x1b\uffff"
# A browser cannot send half a pair.
TYPED = STRANGE.encode("utf-8", "ignore").decode()
TEXTS = (Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS, Kind.KANA, Kind.URL, Kind.PHONE, Kind.EMAIL)
FILES = ("text/csv", "text/calendar")
# Columns that the program reads back, and rows that are no persons' words.
KEPT = {
    "posting_no",
    "receipt_no",
    "lg_code",
    "prefecture_code",
    "org_type",
    "job_type",
    "jobs",
    "codes",
    "sealed",
    "chosen",
    "email",
    "recipient",
}


def spoilt(value: Any, texts: frozenset[str], name: str = "") -> Any:
    """A stored document whose free texts have strange characters in them; what the program reads back is left alone."""
    if isinstance(value, dict):
        return {key: spoilt(part, texts, key) for key, part in value.items()}
    if isinstance(value, list):
        return [spoilt(part, texts, name) for part in value]
    return f"{value[:1]}{STRANGE}{value[1:]}" if isinstance(value, str) and name in texts else value


def spoil_every_row() -> int:
    """Put strange characters into every text column and every free text of every document. How many columns there were."""
    texts = frozenset(field.name for fields in catalogue.SECTIONS.values() for field in fields if field.kind in TEXTS)
    texts |= {"message", "typed", "reason", "how", "what", "why", "example", "text", "name"}
    done = 0
    for mapper in db.Model.registry.mappers:
        columns = [c for c in mapper.columns if isinstance(c.type, (CleanText, AsciiJson)) and c.name not in KEPT]
        if not columns or mapper.class_ is Setting:
            continue
        for row in db.session.execute(select(mapper.class_)).scalars():
            for column in columns:
                old = getattr(row, column.name)
                if isinstance(column.type, AsciiJson):
                    setattr(row, column.name, spoilt(old, texts))
                elif old and not (column.type.length and len(old) + 8 > column.type.length):
                    setattr(row, column.name, f"{old[:1]}{STRANGE}{old[1:]}")
        done += len(columns)
    db.session.flush()
    return done


@pytest.mark.parametrize("visitor", ["nobody", "admin", "own"])
def test_every_page_of_spoilt_rows(app: Flask, db_session: Session, world: dict[str, Any], visitor: str) -> None:
    """The whole table of routes, in the sender's, the operator's and the municipality's door."""
    with transaction():
        assert spoil_every_row() >= 35
    app.config["PROPAGATE_EXCEPTIONS"] = False
    column, wrong, seen = VISITORS.index(visitor), [], set()
    client = Client(app, app.response_class, use_cookies=True)
    if world["accounts"][visitor] is not None:
        client.sign_in(world["accounts"][visitor])
    for (method, rule), expected in ROUTES.items():
        if method != "GET" or rule.startswith("/static"):
            continue
        answer = client.get(address(rule, world))
        if answer.status_code != expected[column]:
            wrong.append(f"{rule}: {answer.status_code}, expected {expected[column]}")
        elif answer.mimetype.startswith(("text/", "application/json", "application/atom")):
            text = beside_fields(answer.data.decode())
            never = UNWRITABLE if answer.mimetype in FILES else NOT_TEXT  # a file keeps what it can carry
            if found := never.search(text.replace("\ufffd", "")):
                wrong.append(f"{rule}: {found.group()!r}")
            if "\ufffd" in text:
                seen.add(rule)
    assert wrong == [], "\n".join(wrong)
    assert MUST_SHOW[visitor] <= seen


def everywhere(word: str) -> dict[str, Any]:
    """A form with this word in every field of the catalogue, in every row of it, and in a name that it does not know."""

    def section(name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in catalogue.SECTIONS[name]:
            found[field.name] = [{part.name: word for part in field.columns}] if field.kind is Kind.ROWS else word
        return found

    names = [name for name in catalogue.SECTIONS if name != "postings"]
    return {name: section(name) for name in names} | {"postings": [section("postings")], "unknown" + word: word}


def lines() -> bytes:
    """A file with one form of such words alone, and one that is good but for them."""
    form = factories.document()
    good_but = {
        name: {key: f"{value[:1]}{STRANGE}{value[1:]}" if isinstance(value, str) else value for key, value in part.items()}
        for name, part in form.items()
        if isinstance(part, dict)
    }
    code = {
        "organization": good_but["organization"] | {"lg_code": "452068"},
        "contact": good_but["contact"] | {"contact_email": "a@b.example"},
    }
    word = {"organization": {"lg_code": "131016"}, "contact": {"contact_email": "a@b.example"}}
    whole = everywhere("x" + STRANGE)
    texts = (form | good_but | code, whole | {name: whole[name] | part for name, part in word.items()}, whole)
    return "\n".join(json.dumps(text) for text in texts).encode()


def test_a_file_of_strange_rows(client: Client, db_session: Session) -> None:
    """Checked by a stranger, taken in by an operator, looked at, returned, corrected by its sender, shown at its status."""
    for door, role in (("/entry/file", None), ("/admin/submission/file", Role.operator)):
        if role is not None:
            client.sign_in(role)
        sent = client.post(door, data={"file": (io.BytesIO(lines()), f"申請{TYPED[1:4]}.jsonl")}, content_type="multipart/form-data")
        assert sent.status_code == 303
        kept = sent.headers["Location"]
        assert "\ufffd" in shown(client, kept)
    sent = client.post(kept, data={"do": "send", "take_errors": "1", "only_good": "1", "has_account": "1"})
    assert sent.status_code == 303
    shown(client, kept)
    cases = db_session.execute(select(Submission).order_by(Submission.id)).scalars().all()
    assert len(cases) == 2
    for case in cases:
        address = f"/admin/submission/{case.id}"
        assert "\ufffd" in shown(client, f"{address}/")
        for page in ("accept", "reject", "withdraw", "return", "call_back", "key_in", "deadline"):
            shown(client, f"{address}/{page}")
        version = db_session.get_one(Submission, case.id).version
        words = {"version": version, "reason": "a" + TYPED, "items-0-path": "organization.org_name", "items-0-rule": "", "items-0-on": "1"}
        sent = client.post(f"{address}/return", data=words | {"items-0-message": "b" + TYPED})
        assert sent.status_code == 303
        mail = db_session.execute(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
        assert mail.sealed is not None
        link = mail.sealed["link"].removeprefix("http://127.0.0.1:8000")
        for page in (f"{address}/", f"/admin/mail/{mail.id}/", link):
            shown(client, page)
        form = Client(client.application, client.application.response_class, use_cookies=True)
        assert form.post(link, data={"do": "confirm", "message": "c" + TYPED}).status_code == 303
        shown(form, link)
    for place in ("/admin/submission/", "/admin/mail/", "/admin/event/", "/admin/"):
        shown(client, place)
    shown(client, "/admin/submission/?q=a%00%ED%A0%80%EE%80%80%E2%80%AE")


def shown(client: Client, address: str) -> str:
    """The page there, which answers and holds nothing that is not text."""
    answer = client.get(address)
    assert answer.status_code == 200 or (answer.status_code == 422 and address.startswith("/entry/")), f"{address}: {answer.status_code}"
    text = beside_fields(answer.data.decode())
    assert not NOT_TEXT.search(text.replace("\ufffd", "")), address
    return text


def beside_fields(text: str) -> str:
    """A page without what its fields of text hold, which is text as far as HTML can carry it."""
    if "<html" not in text:
        return text
    soup = BeautifulSoup(text, "html.parser")
    for field in soup.select("textarea, [value]"):
        assert "\0" not in str(field)
        del field["value"]
        if field.name == "textarea":
            field.clear()
    return str(soup)


@pytest.mark.parametrize("visitor", ["nobody", "admin", "own"])
def test_every_form_takes_any_character(app: Flask, world: dict[str, Any], visitor: str) -> None:
    """Each form of each page, filled with them from top to bottom and sent: an answer in words, never an error of ours."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client, wrong, sent = Client(app, app.response_class, use_cookies=True), [], 0
    if world["accounts"][visitor] is not None:
        client.sign_in(world["accounts"][visitor])
    for method, rule in ROUTES:
        place = address(rule, world)
        page = client.get(place) if method == "GET" and "logout" not in rule else None
        if page is None or page.status_code != 200 or page.mimetype != "text/html":
            continue
        for element in BeautifulSoup(page.data, "html.parser").find_all("form"):
            form = Form(element)
            if form.action.endswith(("/logout", "/stop_writing")):  # afterwards nothing else would be taken
                continue
            for button in form.buttons()[:3] or [("", "")]:
                kinds = {c.get("name"): c.get("type", "text") if c.name == "input" else c.name for c in form.all}
                pairs = [(name, TYPED if kinds[name] in (*KINDS_OF_TEXT, "textarea") else value) for name, value in form.pairs()]
                target, body = urljoin(place, form.action or place), urlencode([*pairs, button])
                answer = client.open(
                    target,
                    method=form.method,
                    **({"data": body, "content_type": FORM} if form.method == "POST" else {"query_string": body}),
                )
                sent += 1
                if answer.status_code >= 500:
                    wrong.append(f"{rule}: {form.method} {target} {button}: {answer.status_code}")
    assert wrong == [], "\n".join(wrong)
    assert sent >= 10


FORM = "application/x-www-form-urlencoded"
MUST_SHOW = {
    "nobody": {"/entry/<token>", "/postings/"},
    "admin": {
        *("/admin/submission/", "/admin/submission/<num:id>/", "/admin/submission/<num:id>/accept", "/admin/submission/<num:id>/return"),
        *("/admin/posting/<num:id>/", "/admin/posting/<num:id>/preview", "/admin/organization/<num:id>/", "/admin/account/<num:id>/"),
        *("/admin/mail/", "/admin/mail/<num:id>/", "/admin/submission/new/<num:id>/edit", "/admin/submission/export.<any(csv, xlsx):kind>"),
    },
    "own": {"/office/", "/office/posting/<num:id>/", "/office/posting/<num:id>/edit", "/office/submission/<num:id>/"},
}
