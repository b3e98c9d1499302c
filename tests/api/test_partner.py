"""The partners' door: keys, cursors, answers row by row, strict JSON; and its description held against the running door."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import NotPermitted, Refused
from keynet_admin.extensions import db
from keynet_admin.models import AuditEvent, Partner, PartnerItem, PartnerKey, Placement, Posting
from keynet_admin.services.partner import keys, partners
from keynet_admin.services.posting import balance
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import KeyStatus, PartnerKind, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

BASE = "/partner/v1"


@pytest.fixture
def center(db_session: Session, clock: MovableClock) -> Partner:
    """The Nurse Center of 宮崎県, in use."""
    with transaction():
        return factories.partner()


@pytest.fixture
def secret(center: Partner) -> str:
    """Its key."""
    with transaction():
        return keys.issue(center, factories.actor(Role.lead)).secret


@pytest.fixture
def posting(center: Partner) -> Posting:
    """A posting that its Nurse Center may have."""
    with transaction():
        return factories.posting(PostingStatus.live, {"share_nc": True, "headcount": 3})


Ask = Callable[..., Any]


@pytest.fixture
def ask(client: Client, secret: str) -> Ask:
    """`ask(path, rows)`: status and answer; a POST when there are rows."""

    def ask(path: str, rows: Any = None, *, key: str = secret, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        if rows is None and "data" not in more:
            answer = client.get(BASE + path, headers=headers)
        else:
            body = {"data": json.dumps(rows), "content_type": "application/json"} | more
            answer = client.post(BASE + path, headers=headers, **body)
        assert answer.mimetype == "application/json"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status_code, answer.get_json()

    return ask


def codes(answer: tuple[int, Any]) -> list[str]:
    """What became of each row."""
    assert answer[0] in (200, 422), answer
    return [row["code"] for row in answer[1]["results"]]


def test_a_partner_takes_answers_and_reports(ask: Ask, posting: Posting, center: Partner) -> None:
    status, page = ask("/postings")
    assert status == 200
    (line,) = page["items"]
    assert (line["posting_no"], line["state"], page["more"]) == (posting.posting_no, "listed", False)
    assert line["content"]["organization"]["org_name"] == "日向市"
    item = db.session.query(PartnerItem).one()
    assert (item.status.value, item.attempts) == ("sent", 1)
    assert center.last_seen_at is not None
    receipt = {"posting_no": posting.posting_no, "sequence": line["sequence"], "status": "acknowledged"}
    assert codes(ask("/receipts", [receipt, receipt])) == ["accepted", "repeated"]
    assert ask("/postings?since=" + page["next"])[1]["items"] == []
    assert ask("/postings?since=0")[1]["items"] == page["items"], "an overlapping window gives the same"
    assert db.session.query(PartnerItem).one().status.value == "acknowledged"
    report = {"posting_no": posting.posting_no, "key": "referral-7", "count": 2, "on": "2021-05-07"}
    assert codes(ask("/secured", [report])) == ["accepted"]
    assert codes(ask("/secured", [report])) == ["repeated"]
    assert codes(ask("/secured", [report | {"count": 1}])) == ["accepted"]
    assert balance.balance(posting).secured == 1
    assert codes(ask("/secured", [report | {"count": 0}])) == ["accepted"]
    assert balance.balance(posting).secured == 0
    events = db.session.execute(select(AuditEvent).where(AuditEvent.action == "partner_secured").order_by(AuditEvent.id)).scalars().all()
    assert [(e.codes["way"], e.codes["count"], e.codes["partner"]) for e in events] == [("nurse_center", n, center.id) for n in (2, -1, -1)]


def test_the_last_place_closes_the_posting_and_is_told_back(ask: Ask, posting: Posting) -> None:
    report = {"posting_no": posting.posting_no, "key": "a", "count": 3, "on": "2021-05-07"}
    assert codes(ask("/secured", [report])) == ["accepted"]
    assert posting.status is PostingStatus.closed
    (line,) = ask("/postings")[1]["items"]
    assert (line["state"], line["content"]) == ("closed", None)
    assert codes(ask("/secured", [report | {"count": 2}])) == ["accepted"]
    assert posting.vacated


def test_a_posting_past_its_last_day_is_closed_before_the_sweep_comes(ask: Ask, posting: Posting, clock: MovableClock) -> None:
    assert ask("/postings")[1]["items"][0]["state"] == "listed"
    clock.advance(days=100)
    assert ask("/postings?since=0")[1]["items"][0]["state"] == "closed"


def test_every_row_has_its_own_answer(ask: Ask, posting: Posting, db_session: Session) -> None:
    with transaction():
        other = factories.posting(PostingStatus.live, {"share_nc": False})
    sequence = ask("/postings")[1]["items"][0]["sequence"]
    good = {"posting_no": posting.posting_no.lower(), "sequence": sequence, "status": "refused", "reason": "様式の都合"}
    rows = [
        good | {"posting_no": other.posting_no},
        good | {"posting_no": "KN-P-999999"},
        good | {"sequence": sequence - 1} if sequence > 1 else good | {"sequence": 999},
        good | {"sequence": str(sequence)},
        good | {"status": "maybe"},
        good | {"reason": "長" * 401},
        good | {"reason": " \n"},
        {name: value for name, value in good.items() if name != "reason"},
        good | {"note": "x"},
        ["not", "a", "row"],
        good,
        good | {"status": "acknowledged"},
    ]
    status, answer = ask("/receipts", rows)
    assert status == 422
    assert codes((status, answer)) == ["unknown", "unknown", "stale", *["invalid"] * 7, "accepted", "answered"]
    assert [row["field"] for row in answer["results"]][3:10] == ["sequence", "status", "reason", "reason", "reason", "note", None]
    assert "reason に理由を書いてください" in answer["results"][6]["message"]
    assert all(row["message"].endswith("。") for row in answer["results"])
    item = db_session.query(PartnerItem).one()
    assert (item.status.value, item.reason) == ("refused", "様式の都合")
    report = {"posting_no": posting.posting_no, "key": "a", "count": 1, "on": "2021-05-07"}
    wrong = [
        {"posting_no": other.posting_no},
        {"on": "2021-05-08"},
        {"on": "2021-02-30"},
        {"on": "20210507"},
        {"count": 1000},
        {"count": True},
        {"key": " "},
    ]
    assert codes(ask("/secured", [report | change for change in wrong])) == ["unknown", "not_possible", *["invalid"] * 5]
    assert db_session.query(Placement).count() == 0


def test_a_key_of_one_report_is_not_for_another_posting(ask: Ask, posting: Posting) -> None:
    with transaction():
        second = factories.posting(PostingStatus.live, {"share_nc": True})
    report = {"key": "a", "count": 1, "on": "2021-05-07"}
    rows = [report | {"posting_no": posting.posting_no}, report | {"posting_no": second.posting_no}]
    assert codes(ask("/secured", rows)) == ["accepted", "key_taken"]


CANNOT_BE: list[tuple[str, int, str]] = [
    ("/postings?since=abc", 400, "bad_cursor"),
    ("/postings?since=-1", 400, "bad_cursor"),
    ("/postings?since=１", 400, "bad_cursor"),
    ("/postings?since=999999999", 409, "cursor_unknown"),
    ("/postings?limit=0", 400, "bad_limit"),
    ("/postings?limit=501", 400, "bad_limit"),
    ("/receipts", 405, "method_not_allowed"),
]


def test_what_cannot_be_is_said(ask: Ask) -> None:
    for path, status, code in CANNOT_BE:
        found, answer = ask(path)
        if status == 405:
            assert found == 405, (path, status)
            return
        assert (found, answer["code"]) == (status, code), (path, status)
        assert answer["error"].endswith("。"), (path, status)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"[", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'[{"a":1,"a":2}]', "application/json", 400),
        (b"[NaN]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[1e999]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (json.dumps([0] * 501).encode(), "application/json", 400),
        (b'["\\ud800\\u0000"]', "application/json", 422),
        (b'[{"posting_no":"KN-P-999999","sequence":1,"status":"refused","reason":"\\ud800"}]', "application/json", 422),
        (b'[{"posting_no":"\\u0000","sequence":1.0,"status":"refused","reason":"\\u0000x"}]', "application/json", 200),
        (b"[]", "application/json", 200),
        (b"[]", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ],
)
@pytest.mark.parametrize("path", ["/receipts"])
def test_bodies_are_read_strictly(ask: Ask, path: str, body: bytes, kind: str, status: int) -> None:
    assert ask(path, data=body, content_type=kind)[0] == status


def test_pages_follow_each_other(ask: Ask, posting: Posting) -> None:
    with transaction():
        for _ in range(4):
            factories.posting(PostingStatus.live, {"share_nc": True})
    seen, since, more = [], "0", True
    while more:
        answer = ask(f"/postings?since={since}&limit=2")[1]
        seen += answer["items"]
        since, more = answer["next"], answer["more"]
    assert len(seen) == len({line["posting_no"] for line in seen}) == 5
    assert [line["sequence"] for line in seen] == sorted(line["sequence"] for line in seen)


def test_keys_are_rotated_with_an_overlap_and_stopped(ask: Ask, secret: str, center: Partner, clock: MovableClock) -> None:
    with transaction():
        lead, operator, admin = (factories.actor(role) for role in (Role.lead, Role.operator, Role.admin))
    first = db.session.query(PartnerKey).one()
    assert secret.startswith(first.prefix)
    assert secret not in json.dumps([str(value) for value in vars(first).values()])
    assert len(first.prefix) < len(secret) / 2
    with pytest.raises(Refused), transaction():
        keys.issue(center, lead)
    with pytest.raises(NotPermitted), transaction():
        keys.issue(center, operator)
    with pytest.raises(Refused), transaction():
        keys.issue(factories.partner(verified_at=None), admin)
    with transaction():
        second = keys.rotate(first, lead, seen_version=first.version).made.secret
    assert [ask("/postings", key=key)[0] for key in (secret, second, second + "x", second[:-1], "", "kn_")] == [
        200,
        200,
        401,
        401,
        401,
        401,
    ]
    clock.advance(days=6)
    with transaction():
        keys.extend(first, lead, seen_version=first.version)
    clock.advance(days=6, hours=23)
    assert ask("/postings", key=secret)[0] == 200
    clock.advance(hours=1)
    assert ask("/postings", key=secret)[0] == 401, "its days are over before the sweep comes"
    assert keys.due_to_expire() == [first.id]
    with transaction():
        assert keys.expire(first.id)
    newer = db.session.query(PartnerKey).filter(PartnerKey.id != first.id).one()
    assert newer.last_used_at is not None
    with transaction():
        keys.stop(newer, lead, seen_version=newer.version, reason="漏れたおそれがあるため。")
    assert ask("/postings", key=second)[0] == 401


def test_nothing_opens_for_a_partner_that_is_not_in_use(ask: Ask, center: Partner, posting: Posting) -> None:
    with transaction():
        partners.stop(center, factories.actor(Role.admin), seen_version=center.version, reason="先方の都合。")
    status, answer = ask("/postings")
    assert (status, answer["code"]) == (401, "unauthorized")
    assert ask("/receipts", [])[0] == ask("/secured", [])[0] == 401


def test_a_stopped_partner_begins_again_with_a_new_key(ask: Ask, secret: str, center: Partner, db_session: Session) -> None:
    """As its page says: whoever kept an old key cannot use it once the partner is in use again."""
    with transaction():
        partners.stop(center, factories.actor(Role.admin), seen_version=center.version, reason="先方の都合。")
    assert [key.status for key in center.keys] == [KeyStatus.stopped]
    with transaction():
        center.kind, center.phone = PartnerKind.other, "0985-00-0001"  # a contact of its own that can be verified
        partners.verify(center, factories.actor(Role.admin), seen_version=center.version, reason="あらためて確かめた。")
    assert ask("/postings")[0] == 401


def test_the_sandbox_answers_and_changes_nothing(client: Client, ask: Ask, posting: Posting) -> None:
    with transaction():
        sandbox = factories.partner(PartnerKind.sandbox)
        key = keys.issue(sandbox, factories.actor(Role.lead)).secret
    items = ask("/postings", key=key)[1]["items"]
    assert posting.posting_no not in {item["posting_no"] for item in items}
    rows = [{"posting_no": item["posting_no"], "sequence": item["sequence"], "status": "acknowledged"} for item in items]
    rows.append({"posting_no": posting.posting_no, "sequence": 1, "status": "acknowledged"})
    assert codes(ask("/receipts", rows, key=key)) == ["accepted"] * len(items) + ["unknown"]
    report = {"posting_no": items[0]["posting_no"], "key": "a", "count": 1, "on": "2021-05-07"}
    assert codes(ask("/secured", [report], key=key)) == ["accepted"]
    assert db.session.query(PartnerItem).filter_by(partner_id=sandbox.id).count() == db.session.query(Placement).count() == 0


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_too_many_requests_are_told_when_to_come_again(client: Client, secret: str) -> None:
    answers = [client.get(BASE + "/postings", headers={"Authorization": f"Bearer {secret}"}) for _ in range(12)]
    full = next(answer for answer in answers if answer.status_code == 429)
    assert full.get_json()["code"] == "too_many"
    assert int(full.headers["Retry-After"]) >= 1


@pytest.fixture
def api(app: Flask, clock: MovableClock) -> Any:
    """The description as the door gives it, with a key of a partner that has a posting."""
    with app.app_context():
        with transaction():
            center = factories.partner()
            key = keys.issue(center, factories.actor(Role.lead)).secret
            factories.posting(PostingStatus.live, {"share_nc": True})
        db.session.remove()
    schema = schemathesis.openapi.from_wsgi(BASE + "/openapi.json", app)
    schema.config.update(headers={"Authorization": f"Bearer {key}"})
    schema.config.generation.update(allow_extra_parameters=False)
    return schema


def test_the_description_is_true(api: Any) -> None:
    """Whatever is sent, right or wrong, the answer is one that the description names, in the form that it names, and no 500."""
    tried = set()
    for found in api.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:

            @settings(max_examples=12, suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate))
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: Any) -> None:
                case.call_and_validate()

            send()
            tried.add((operation.path, mode))
    assert len(tried) == 6


def test_the_description_asks_for_the_key(client: Client) -> None:
    found = client.get(BASE + "/openapi.json").get_json()
    assert found["security"] == [{"key": []}]
    assert set(found["paths"]) == {BASE + name for name in ("/postings", "/receipts", "/secured")}
    for path, methods in found["paths"].items():
        for method in methods:
            assert client.open(path, method=method.upper()).status_code == 401


def test_a_late_closing_counts_from_the_moment_it_closed(center: Partner, posting: Posting, ask: Ask, clock: MovableClock) -> None:
    """A worker that was down does not make a closing younger."""
    from keynet_admin.services.posting import publication

    ask("/postings")
    clock.advance(days=100)
    with transaction():
        assert publication.expire(posting.id)
    item = db.session.query(PartnerItem).one()
    assert item.changed_at < clock.now - timedelta(days=10)
