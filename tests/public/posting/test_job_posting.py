"""The posting as schema.org JobPosting, as Google's guide asks: the conditions in words, nothing that is hidden, nothing broken."""

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.catalogue import posting_field
from tests import factories
from tests.public.build import listed
from tests.support.clock import MovableClock

JOBS = [choice.slug for choice in posting_field("job_type").choices]


def read(client: FlaskClient, number: str) -> tuple[dict[str, Any], str]:
    """The data of a page, and as it is written there."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get(f"/postings/{number}").text, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data, found[1]


def test_every_job(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    body = factories.make_organization()
    for job in JOBS:
        other = {"job_other": "会場スタッフ"} if job == "other" else {}
        data, written = read(client, listed({"job_type": job, "public_tel": "0982-00-0013", **other}, organization=body).posting_no)
        for name in ("title", "datePosted", "validThrough", "hiringOrganization", "jobLocation", "baseSalary", "employmentType"):
            assert data[name], (job, name)
        assert data["occupationalCategory"] == (other.get("job_other") or posting_field("job_type").label_of(job))
        for words in ("勤務時間：", "13:00～17:30", "報酬：時間額 1,987円、1回 約8,900円", "応募の資格：看護師免許", "締切："):
            assert words in data["description"], (job, words)
        assert data["qualifications"] == "看護師免許"
        assert isinstance(data["directApply"], bool)
        assert data["applicationContact"]["telephone"] == "0982-00-0013"
        assert not re.search(r"\\u(?!00(?:3c|3e|26|27))", written)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"experience": "not_asked"}, "no requirements"),
        ({"experience": "required", "experience_note": "筋肉内注射の経験"}, "必要　筋肉内注射の経験"),
    ],
)
def test_experience(client: FlaskClient, db_session: Session, clock: MovableClock, changes: dict[str, Any], expected: str) -> None:
    assert read(client, listed(changes).posting_no)[0]["experienceRequirements"] == expected


def test_a_masked_one_leaks_nothing(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    body = factories.make_organization()
    body.details = {**body.details, "org_tel": "0982-00-0001"}
    _, written = read(client, listed({"visibility": "masked", "public_tel": "0982-00-0001"}, organization=body).posting_no)
    for secret in ("日向", "0982", "applicationContact", "streetAddress"):
        assert secret not in written, secret


def test_until_filled_it_is_valid_until_the_last_day(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    data, _ = read(client, listed({"deadline_type": "until_filled", "deadline": None, "publish_until": "2021-06-10"}).posting_no)
    assert data["validThrough"] == "2021-06-10T23:59:59+09:00"
    assert "締切：充足次第" in data["description"]


def test_pay_by_the_month_and_by_the_session(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    month, _ = read(client, listed({"pay_type": "month", "pay_lines": [{"min": 210000, "max": 230000}], "weekly_hours": 35}).posting_no)
    assert month["baseSalary"]["value"] == {"@type": "QuantitativeValue", "minValue": 210000, "maxValue": 230000, "unitText": "MONTH"}
    session, _ = read(client, listed({"pay_type": "session", "pay_lines": [{"min": 48000, "hours_per_unit": 3}]}).posting_no)
    assert "baseSalary" not in session  # the guide knows no such unit
    assert "1回（コマ）" not in session["description"]
    assert "1時間あたり 約16,000円" in session["description"]
