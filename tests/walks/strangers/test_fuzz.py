"""Every form of every page and every JSON door, sent with what nobody would type: an answer in words, and no row that the rules forbid.

Forms are read from the pages, doors from the routes; what is sent is drawn by chance: the same each time with CI=true, else from another seed,
which a failure names. `--fuzz=N` says how many requests are sent, half of them on each database. docs/decisions/0082.
"""

import json
import os
import secrets
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from bs4 import BeautifulSoup, SoupStrainer
from flask import Flask
from sqlalchemy import select, update

from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Candidate, Partner, Posting, PostingRevision, Submission
from keynet_admin.permissions import SYSTEM
from keynet_admin.services.partner import keys
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import AccountStatus, PartnerStatus, PostingStatus, SubmissionStatus
from tests import factories
from tests.support.forms import Form
from tests.support.web import Client
from tests.walks.matrix_table import ROUTES, VISITORS
from tests.walks.test_matrix import address, world

__all__ = ["world"]

AGAIN_AFTER = 400  # requests, after which everybody signs in again: one of them may have stopped another
FORM = "application/x-www-form-urlencoded"
# What programs stumble over, by what it looks like: empty, numbers, days, markup, paths, commands, other alphabets, halves of characters.
ODD = (
    *(
        "",
        " ",
        "　",
        "0",
        "-1",
        "1e400",
        "NaN",
        "９９９９９９９９９９９９",
        "999999999999999999999",
        "1.5",
        "１２名",
        "null",
        "true",
        "[]",
        "{}",
    ),
    *("令和0年", "2021-02-30", "9999-12-31", "0001-01-01", "令和99999年5月7日", "25:99", "午後 13時", "2021-05-07T10:00+99:99"),
    *(
        "<script>alert(1)</script>",
        "{{7*7}}",
        "⟦link⟧",
        "{氏名}",
        "' OR 1=1 --",
        '"; DROP TABLE account;',
        "../../etc/passwd",
        "=1+1",
        "%s%n%d",
    ),
    *("\0", "\ufffe", "\U0001f9b7", "𠮷髙﨑", "\u202eabc", "a\u0301" * 20, "ﷺ" * 9, "\r\nBcc: a@b.example", "x" * 5000, "あ" * 2001),
    *(
        "a@b",
        "a@b.example",
        "@",
        "a@" + "b" * 300 + ".example",
        "http://[::1",
        "javascript:alert(1)",
        "０９８２－００－０００１",
        "+81" * 9,
    ),
)
# Numbers of any width, fractions at their edges.
WIDTHS = (1, 4, 8, 16, 31, 32, 33, 63, 64, 65, 128)
EDGES = (0.0, -0.0, 0.5, 1e-5, 5e-324, 2.2e-308, 1.8e308, 1e16, float("nan"), float("inf"), float("-inf"))


def any_integer(chance: Random) -> int:
    """Of any width, either sign, often at its edge."""
    edge = 2 ** chance.choice(WIDTHS)
    return chance.choice((edge, -edge, edge - 1, chance.randint(-edge, edge)))


def any_float(chance: Random) -> float:
    """An edge, or any eight bytes."""
    found: float = chance.choice(EDGES) if chance.random() < 0.4 else struct.unpack("<d", chance.randbytes(8))[0]
    return found


def any_text(chance: Random, most: int = 30) -> str:
    """Any characters, also halves of them; half of the texts are of plain ones."""
    last = 0x7F if chance.random() < 0.5 else chance.choice((0xFF, 0xFFFF, sys.maxunicode))
    return "".join(chr(chance.randint(0, last)) for _ in range(chance.randint(0, most)))


def typed(chance: Random) -> str:
    """What somebody may put into a field."""
    kind = chance.randrange(5)
    if kind == 0:
        return chance.choice(ODD)
    if kind == 1:
        return any_text(chance)
    if kind == 2:
        return str(any_integer(chance))
    return str(date.fromordinal(chance.randint(1, date.max.toordinal())) if kind == 3 else any_float(chance))


def json_value(chance: Random, depth: int = 0) -> Any:
    """What may stand at a place of a JSON document: a leaf, or a few of them."""
    kind = chance.randrange(7 if depth < 3 else 5)
    if kind == 5:
        return [json_value(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    if kind == 6:
        return {any_text(chance, 8): json_value(chance, depth + 1) for _ in range(chance.randint(0, 3))}
    if kind == 3:
        number = any_float(chance)
        return number if number - number == 0 else 0.1  # JSON has no infinite ones
    return (None, chance.random() < 0.5, any_integer(chance), None, typed(chance))[kind]


def request(chance: Random) -> tuple[int, str, list[tuple[int, str, Any]]]:
    """Which target, what is done to it, and up to three places with new values."""
    places = [(chance.randint(0, 2**30), typed(chance), json_value(chance)) for _ in range(chance.randint(1, 3))]
    return chance.randint(0, 2**30), chance.choice("vvvvvdDan"), places


@dataclass(frozen=True)
class FuzzTarget:
    """A form as its page showed it, or a JSON door with a good body: who sends it, where to, what."""

    visitor: str
    method: str
    path: str
    pairs: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


def forms_of(client: Client, visitor: str, world: dict[str, Any]) -> Iterator[FuzzTarget]:
    """Every form of every page that this visitor may open, with each of its buttons. Those that hash a password are tried elsewhere."""
    seen, column = set(), VISITORS.index(visitor)
    for (method, rule), expected in ROUTES.items():
        if method != "GET" or expected[column] != 200 or (len(set(expected)) == 1) is not (visitor == "nobody"):
            continue
        place = address(rule, world)
        page = client.get(place)
        if page.status_code != 200 or page.mimetype != "text/html":
            continue
        for element in BeautifulSoup(page.data, "html.parser", parse_only=SoupStrainer("form")).find_all("form"):
            form = Form(element)
            if form.action.endswith(("/logout", "/stop_writing")) or any(control.get("type") == "password" for control in form.all):
                continue
            path = urljoin(place, form.action or place)
            for button in form.buttons() or [("", "")]:
                pairs = tuple(pair for pair in [*form.pairs(), button] if pair[0])
                key = (form.method, path, tuple(name for name, _value in pairs), button)
                if key not in seen:
                    seen.add(key)
                    yield FuzzTarget(visitor, form.method, path, pairs)


def doors(key: str, world: dict[str, Any]) -> list[FuzzTarget]:
    """The JSON doors, each with a body that it takes."""
    number, bearer = world["posting_no"], (("Authorization", f"Bearer {key}"),)
    receipt = {"cursor": 1, "posting_no": number, "result": "acknowledged"}
    secured = {"key": "a1", "posting_no": number, "count": 1, "secured_on": "2021-05-07"}
    return [
        *[FuzzTarget("nobody", "POST", "/api/entry-check", body={"submission": factories.document()}) for _ in range(20)],
        *[FuzzTarget("nobody", "POST", "/partner/v1/receipts", body={"receipts": [receipt]}, headers=bearer) for _ in range(10)],
        *[FuzzTarget("nobody", "POST", "/partner/v1/secured", body={"reports": [secured]}, headers=bearer) for _ in range(10)],
        *[FuzzTarget("nobody", "GET", "/partner/v1/postings", (("after", "0"), ("limit", "5")), headers=bearer) for _ in range(3)],
        *[
            FuzzTarget("nobody", "GET", path, (("q", "看護師"), ("page", "1"), ("near", "8828501"), ("sort", "new")))
            for path in ("/postings/",) * 6
        ],
    ]


def changed(pairs: tuple[tuple[str, str], ...], way: str, places: list[tuple[int, str, Any]]) -> list[tuple[str, str]]:
    """A form with other values (v), with fields left out (d), with all fields left out (D), doubled (a) or renamed (n)."""
    sent = [] if way == "D" else list(pairs)
    for at, text, _value in places:
        if not sent:
            break
        name, value = sent[at % len(sent)]
        plain = text.encode("utf-8", "ignore").decode()
        if way == "v":
            sent[at % len(sent)] = (name, plain)
        elif way == "d":
            sent.pop(at % len(sent))
        elif way == "a":
            sent.append((name, plain))
        else:
            sent[at % len(sent)] = (f"{name}-9-{plain[:20]}", value)
    return sent


def spots(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of a document, the outer ones first."""
    yield path
    for key, part in document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ():
        yield from spots(part, (*path, key))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at a place."""
    if not path:
        return value
    if isinstance(document, dict):
        return {key: replaced(part, path[1:], value) if key == path[0] else part for key, part in document.items()}
    return [replaced(part, path[1:], value) if at == path[0] else part for at, part in enumerate(document)]


def forbidden() -> list[str]:
    """What may not stand in the database whatever was sent: accepted or public with errors, a state that no event tells."""
    wrong = [
        f"accepted with errors: {row}"
        for row in db.session.execute(
            select(Submission.receipt_no).where(Submission.status == SubmissionStatus.accepted, Submission.errors > 0)
        ).scalars()
    ]
    live = select(Posting.posting_no, PostingRevision.findings).join(
        PostingRevision, (PostingRevision.posting_id == Posting.id) & (PostingRevision.number == Posting.live)
    )
    for number, findings in db.session.execute(live.where(Posting.status == PostingStatus.live)):
        if any(finding.get("level") == "error" for finding in findings):
            wrong.append(f"public with errors: {number}")
    for table in (Submission, Posting, Candidate):
        last = select(AuditEvent.subject_id, AuditEvent.state).where(
            AuditEvent.subject == table.__tablename__, AuditEvent.state.is_not(None)
        )
        told = dict(db.session.execute(last.order_by(AuditEvent.id)).tuples().all())
        wrong += [
            f"{table.__tablename__} {number} is {status}, its events say {told[number]}"
            for number, status in db.session.execute(select(table.id, table.status))
            if number in told and told[number] != status.value
        ]
    return wrong


@pytest.mark.timeout(3600)  # ten thousand requests, on a machine that does much else besides
def test_nothing_that_is_sent_breaks_it(app: Flask, world: dict[str, Any], pytestconfig: pytest.Config) -> None:
    """No 500, and nothing forbidden in the database afterwards."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    partner = factories.partner(name="鍵の連携先（試験）")
    key = keys.issue(partner, SYSTEM).secret
    db.session.commit()
    visitors = {name: Client(app, app.response_class, use_cookies=True) for name in ("nobody", "admin", "own", "prefecture", "partner")}

    def sign_in() -> None:
        numbers = [account.id for account in world["accounts"].values() if account is not None]
        with transaction():
            db.session.execute(update(Account).where(Account.id.in_(numbers)).values(status=AccountStatus.active))
            db.session.execute(update(Partner).values(status=PartnerStatus.active))
        for name, client in visitors.items():
            if world["accounts"][name] is not None:
                client.sign_in(world["accounts"][name])

    sign_in()
    targets = [target for name, client in visitors.items() for target in forms_of(client, name, world)]
    assert len(targets) > 150
    targets += doors(key, world)
    answers: Counter[int] = Counter()
    wrong: list[str] = []

    def send(chosen: int, way: str, places: list[tuple[int, str, Any]]) -> None:
        target = targets[chosen % len(targets)]
        client, sent = visitors[target.visitor], dict(target.headers)
        if target.body is not None:
            body = target.body
            for at, text, value in places:
                where = list(spots(body))
                body = replaced(body, where[at % len(where)], text if way in "dD" else value)
            data = json.dumps(body)[: -(places[0][0] % 9) or None] if way == "n" else json.dumps(body)
            answer = client.open(target.path, method="POST", data=data, content_type="application/json", headers=sent)
        else:
            query = urlencode(changed(target.pairs, way, places))
            form = {"data": query, "content_type": FORM} if target.method == "POST" else {"query_string": query}
            answer = client.open(target.path, method=target.method, headers=sent, **form)
        answers[answer.status_code] += 1
        if answer.status_code >= 500:
            wrong.append(f"{answer.status_code} {target.visitor} {target.method} {target.path} {way} {places!r:.400}")

    number = int(pytestconfig.getoption("--fuzz")) // 2
    seed = 20210507 if os.environ.get("CI") == "true" else secrets.randbits(32)
    chance = Random(seed)
    for at in range(number):
        if at % AGAIN_AFTER == AGAIN_AFTER - 1:
            sign_in()
        send(*request(chance))
    assert wrong == [], "\n".join([f"seed {seed}", *dict.fromkeys(wrong)])
    assert forbidden() == []
    assert answers.total() == number
    # Most of it was looked at, not turned away at the door.
    assert answers[403] < 0.3 * answers.total(), answers
