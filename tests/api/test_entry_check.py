"""The entry check over HTTP, as the contract says."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from keynet_admin import clock
from keynet_admin.api.entry_check import BUSY_SECONDS, LARGE, _turn
from keynet_admin.extensions import limiter
from tests.rules.base_submission import base_submission
from tests.support.web import application

URL = "/api/entry-check"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application without a database: the entry check stores nothing and asks nothing."""
    folder: Path = tmp_path_factory.mktemp("instance")
    with application(f"sqlite:///{folder}/none.db", folder, {}) as made:
        yield made


@pytest.fixture
def client(plain: Flask) -> FlaskClient:
    """A machine that asks the entry check."""
    return plain.test_client()


def ask(client, body, **kwargs):
    """POST a body as JSON."""
    data = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return client.post(URL, data=data, content_type="application/json", **kwargs)


def test_normalises_and_judges(client):
    body = {
        "reference_date": "2021-05-07",
        "submission": {
            "organization": {"lg_code": "４５２０６８"},
            "contact": {},
            "postings": [{"job_type": "nurse", "pay_lines": [{"label": "平日", "min": "1,472円"}]}],
        },
        "partial": True,
    }
    answer = ask(client, body)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.json["normalized"]["organization"]["lg_code"] == "452068"
    assert answer.json["normalized"]["postings"][0]["pay_lines"][0]["min"] == 1472
    assert answer.json["ruleset"]
    finding = next(f for f in answer.json["findings"] if f["path"] == "postings.0.pay_lines.0.min")
    assert (finding["rule"], finding["level"], finding["typed"], finding["value"]) == ("TXT-001", "fix", "1,472円", 1472)
    assert {"message", "basis", "example"} <= set(finding)
    assert finding["shown"] == "1,472円"


def test_offers_are_told_in_the_words_of_the_form(client):
    posting = {"venue_city": "日向", "headcount": "10～15名", "term_start": "6/1"}
    body = {"reference_date": "2021-05-07", "submission": {"organization": {"lg_code": "452068"}, "postings": [posting]}, "partial": True}
    offers = {f["path"].rpartition(".")[2]: (f["choices"], f["offers"]) for f in ask(client, body).json["findings"] if "choices" in f}
    assert offers["venue_city"] == (["452068"], ["宮崎県日向市"])
    assert offers["headcount"] == ([10, 15], ["10名", "15名"])
    assert offers["term_start"][1][0] == "令和3年6月1日（2021-06-01・火）"


def test_sets_and_reads_no_cookie(client):
    answer = ask(client, {"submission": {}}, headers={"Cookie": "session=forged"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_partial_and_reference_date_have_defaults(client):
    whole = base_submission(clock.today())
    assert ask(client, {"submission": whole}).json["findings"] == []
    assert {f["rule"] for f in ask(client, {"submission": {}}).json["findings"]} == {"REQ-001"}
    assert ask(client, {"submission": {}, "partial": True, "reference_date": None}).json["findings"] == []


def test_other_keys_are_ignored(client):
    assert ask(client, {"submission": {}, "partial": True, "id": 5}).json["findings"] == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "5",
        '"submission"',
        "{",
        "{}",
        '{"submission": []}',
        '{"submission": null}',
        '{"submission": {}, "submission": {}}',
        '{"submission": {"organization": {"lg_code": "1", "lg_code": "2"}}}',
        '{"submission": {}, "partial": "yes"}',
        '{"submission": {}, "partial": 1}',
        '{"submission": {}, "reference_date": "令和3年5月7日"}',
        '{"submission": {}, "reference_date": "2021-02-30"}',
        '{"submission": {}, "reference_date": 20210507}',
        '{"submission": {"a": NaN}}',
        '{"submission": {"a": Infinity}}',
        b'{"submission": {"a": "\xff"}}',
        b"\xff\xfe{",
        "[" * 100_000,
        '{"submission": {"a": ' + "[" * 50_000 + "]" * 50_000 + "}}",
    ],
    ids=lambda body: str(body[:40]),
)
def test_a_body_that_is_not_the_contracts_object(client, body):
    answer = ask(client, body)
    assert answer.status_code == 400
    assert answer.json["error"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_only_json_is_taken(client, kind):
    answer = client.post(URL, data='{"submission": {}}', content_type=kind)
    assert answer.status_code == 415
    assert answer.json["error"]


def test_json_with_a_charset_is_json(client):
    assert client.post(URL, data='{"submission": {}, "partial": true}', content_type="application/json; charset=utf-8").status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        "5",
        "true",
        "[[]]",
        '{"a": {}}',
        '"\\ud800"',
        '"\\u0000"',
        '"' + "あ" * 10_000 + '"',
        "1e999",
        "9" * 5000,
        "-0.0",
        '"' + "9" * 5000 + '"',
        "[" * 400 + "]" * 400,
    ],
)
def test_a_wrongly_typed_value_is_a_finding(client, value):
    for place in (
        '{"organization": {"lg_code": %s}}',
        '{"postings": [{"headcount": %s}]}',
        '{"postings": [{"shifts": [{"start": %s}]}]}',
        '{"contact": %s}',
        '{"postings": %s}',
    ):
        answer = ask(client, f'{{"submission": {place % value}, "partial": true}}')
        assert answer.status_code == 200
        json.loads(answer.get_data())


def test_get_is_not_allowed(client):
    assert client.get(URL).status_code == 405


def test_the_rate_limit_says_when_to_come_back(tmp_path):
    with application(f"sqlite:///{tmp_path}/none.db", tmp_path, {"RATELIMIT_ENABLED": True}) as made:
        client = made.test_client()
        answers = [ask(client, {"submission": {}, "partial": True}) for _ in range(60)]
    limiter.enabled = False
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert int(refused[0].headers["Retry-After"]) >= 1
    assert refused[0].json["error"]
    assert "Set-Cookie" not in refused[0].headers


def test_large_bodies_come_one_at_a_time(client: FlaskClient) -> None:
    """While one is judged another is asked to come back; small ones go on."""
    large = {"submission": {"contact": {}}, "padding": "x" * LARGE}
    with _turn(LARGE + 1) as mine:
        assert mine
        refused = ask(client, large)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, str(BUSY_SECONDS))
        assert "もう一度" in refused.json["error"]  # type: ignore[index]
        assert ask(client, {"submission": {}}).status_code == 200
    assert ask(client, large).status_code == 200
    assert ask(client, "x" * (LARGE + 1)).status_code == 400
    assert ask(client, large).status_code == 200
