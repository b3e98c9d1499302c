"""`/metrics` and `/csp-report`: who may ask, what is said, and that nothing of anybody is in it."""

import json
import logging
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from keynet_admin.vocabulary import MailStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

TOKEN = "a-token-for-monitoring"


def numbers(text: str) -> dict[tuple[str, str], float]:
    """Every number of the answer by its name and the values of its labels; read by the library's own reader."""
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_waits(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Counts by state and ages, at the moment of asking; no address, name or number of a case."""
    case = factories.submission()
    posting = factories.posting(PostingStatus.live)
    item = factories.partner_item(posting)
    db_session.commit()
    client.sign_in(Role.operator)
    clock.set("2021-05-12 10:00")
    answer = client.get("/metrics", headers={"Cookie": ""})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found = numbers(answer.get_data(as_text=True))
    assert found["keynet_submissions", SubmissionStatus.received.value] == 1
    assert found["keynet_submissions_overdue", ""] == 1
    assert found["keynet_postings", "live"] == found["keynet_listings", "listed"] == 1
    assert found["keynet_mails", f"{MailStatus.waiting.value} 2"] == 2  # both forms' receipts
    assert found["keynet_mail_oldest_seconds", ""] == 5 * 86_400
    assert found["keynet_sessions", ""] == 1
    assert found["keynet_partner_items", f"{item.partner_id} waiting"] == 1
    assert found["keynet_partner_oldest_seconds", ""] == 5 * 86_400
    text = answer.get_data(as_text=True)
    assert not any(word in text for word in ("@", case.receipt_no, case.org_name, posting.posting_no))


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("", {}, 404),
    ],
)
def test_without_a_token_this_machine_alone(client: Client, address: str, headers: dict[str, str], status: int) -> None:
    assert client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == status


@pytest.mark.settings(METRICS_TOKEN=TOKEN)
@pytest.mark.parametrize(
    ("given", "status"), [(f"Bearer {TOKEN}", 200), ("", 404), (f"Bearer {TOKEN}x", 404), (TOKEN, 404), ("Bearer \u00e9", 404)]
)
def test_with_a_token_whoever_has_it(client: Client, given: str, status: int) -> None:
    answer = client.get("/metrics", headers={"Authorization": given}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == status


def report(**content: Any) -> bytes:
    """A report as older browsers send it."""
    return json.dumps({"csp-report": content}).encode()


SECRET = "https://keynet.example/my/Zq8TokenThatNobodyEverHad2345"
REPORTS: dict[str, tuple[str, bytes, list[tuple[str, str]]]] = {
    "old": (
        "application/csp-report",
        report(**{"document-uri": SECRET, "effective-directive": "script-src-elem", "blocked-uri": "https://evil.example/a?b=1"}),
        [("script-src-elem", "evil.example")],
    ),
    "oldest": ("application/csp-report", report(**{"violated-directive": "img-src 'self'", "blocked-uri": "data"}), [("img-src", "data")]),
    "new": (
        "application/reports+json",
        json.dumps(
            [
                {"type": "csp-violation", "url": SECRET, "body": {"effectiveDirective": "style-src-attr", "blockedURL": "inline", "sample": SECRET}},
                {"type": "deprecation", "body": {}},
                7,
            ]
        ).encode(),
        [("style-src-attr", "inline")],
    ),
    "invented": ("application/csp-report", report(**{"effective-directive": SECRET, "blocked-uri": "海野 花子"}), [("other", "other")]),
    "not text": ("application/csp-report", report(**{"effective-directive": ["x"], "blocked-uri": {"a": 1}}), [("other", "other")]),
    "a bad address": ("application/csp-report", report(**{"blocked-uri": "https://[::1"}), [("other", "other")]),
    "many": (
        "application/reports+json",
        json.dumps([{"type": "csp-violation", "body": {"effectiveDirective": "img-src", "blockedURL": "blob"}}] * 50).encode(),
        [("img-src", "blob")] * 5,
    ),
    "none": ("application/reports+json", b"[]", []),
}  # fmt: skip


@pytest.mark.parametrize("case", list(REPORTS))
def test_a_report_leaves_directive_and_host(client: Client, caplog: pytest.LogCaptureFixture, case: str) -> None:
    """In both forms of browsers; nothing of the page's address, nothing of its text, nothing back, no cookie."""
    kind, body, expected = REPORTS[case]
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/csp-report", data=body, content_type=kind)
    assert (answer.status_code, answer.get_data(), answer.headers.getlist("Set-Cookie")) == (204, b"", [])
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "keynet.security"]
    assert [(line["kind"], line["directive"], line["blocked"]) for line in lines] == [("csp_report", *one) for one in expected]
    assert not any(word in caplog.text for word in ("Zq8Token", "海野", "a?b"))


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"{", 400), (b"[1]", 400), (b'{"csp-report": 1}', 204), (b" " * 16_385, 413)])
def test_what_is_no_report(client: Client, body: bytes, status: int, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post("/csp-report", data=body, content_type="application/csp-report").status_code == status
    assert not [record for record in caplog.records if record.name == "keynet.security"]


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_reports_are_limited(client: Client) -> None:
    """A page full of faults in a thousand browsers fills no log."""
    sent = [client.post("/csp-report", data=b"[]", content_type="application/reports+json").status_code for _ in range(70)]
    assert 429 in sent


@pytest.mark.parametrize("address", ["/", "/entry/", "/login", "/nothing", "/admin/"])
def test_every_page_says_where_to_report(app: Flask, client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert "; report-uri /csp-report; report-to csp" in headers["Content-Security-Policy"]
    assert headers["Reporting-Endpoints"] == 'csp="/csp-report"'
