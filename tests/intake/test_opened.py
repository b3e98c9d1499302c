"""Only returned fields are open on re-entry: others are text, a tampered post changes nothing there, and all can be asked for with a reason."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.models import Submission
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.casework import opened
from tests import factories
from tests.intake.build import after, page, post
from tests.support.web import Client

Returned = Any
OTHERS = {
    "organization.department": "別の課",
    "postings.0.duty_detail": "別の内容に書き換えた文です。会場で問診の補助をします。",
    "contact.contact_tel": "0982-00-0099",
}


@pytest.mark.parametrize(
    ("returned_path", "path", "is_open"),
    [
        ("postings.0.job_type", "postings.0.job_type", True),
        ("postings.0.job_type", "postings.0.also_junior", True),  # asked of nurses only
        ("postings.0.job_type", "postings.1.also_junior", False),
        ("postings.0.overtime_hours", "postings.0.overtime", True),  # its answer decides
        ("postings.0.shifts.1.break", "postings.0.shifts.0.start", True),
        ("postings.0.shifts.1.break", "postings.0.weekly_hours", True),
        ("postings.0.shifts.1.break", "postings.0.title", False),
        ("contact.contact_email", "contact.contact_email2", True),
        ("contact.contact_email", "organization.org_name", False),
        ("postings.0.title", "confirmation.agree", True),
        ("postings.1", "postings.1.title", True),
        ("postings.1", "postings.0.title", False),
        ("postings", "postings.2.title", True),
        ("organization.lg_code", "organization.org_name", True),
    ],
)
def test_what_a_returned_field_opens(returned_path: str, path: str, is_open: bool) -> None:
    assert opened.by([returned_path]).at(path) is is_open
    assert opened.by([]).at(path), "words alone open everything"


def test_a_tampered_post_changes_nothing_elsewhere_and_is_told(
    app: Flask, client: Client, returned: Returned, db_session: Session, clock: Any
) -> None:
    case, link = returned({"path": "postings.0.title", "rule": "", "message": "短くしてください。"})
    form = page(client.get(link))
    assert form.select_one("[name=postings-0-title]") is not None
    assert form.select_one("[name=postings-0-duty_detail]") is None
    assert form.select_one("[data-field=postings-0-duty_detail]").get_text(), "to be read"  # type: ignore[union-attr]
    assert form.select_one("button[name=add][value=postings]") is None
    before = submissions.whole(submissions.current_revision(case))
    typed = factories.document(OTHERS | {"postings.0.title": "土日の午後の看護師"})
    typed["postings"].append(typed["postings"][0])
    assert after(client, post(client, typed, "send", to=link)).status_code == 200
    now = submissions.whole(submissions.current_revision(case))
    assert (case.current, now["postings"][0]["title"], len(now["postings"])) == (2, "土日の午後の看護師", 1)
    assert now["organization"] == before["organization"]
    assert now["contact"] == before["contact"]
    assert opened.unasked(case) == []
    assert set(opened.strange_of(case)) == {*OTHERS, "postings"}
    client.sign_in(factories.account())
    fixed = {"path": "postings.0.title", "postings-0-title": "土日の看護師", "reason": "誤字です。", "version": case.version}
    assert client.post(f"/admin/submission/{case.id}/correct", data=fixed).status_code == 303
    told = client.get(f"/admin/submission/{case.id}/").text
    assert "差し戻していない項目の変更" in told, "also after a correction"


def test_what_the_page_itself_sends_is_no_tampering(client: Client, returned: Returned, db_session: Session, clock: Any) -> None:
    """The fields that are shown, the whole form of the confirmation page, a draft, a second look."""
    case, link = returned({"path": "postings.0.title", "rule": "", "message": "短くしてください。"})
    typed = factories.document({"postings.0.title": "土日の午後の看護師"})
    assert after(client, post(client, typed, "draft", to=link)).status_code == 200
    assert after(client, post(client, typed, "confirm", to=link)).status_code == 200
    assert after(client, post(client, typed, "send", to=link)).status_code == 200
    assert (case.current, opened.strange_of(case), opened.unasked(case)) == (2, [], [])


def test_all_fields_are_opened_with_a_reason(client: Client, returned: Returned, db_session: Session, clock: Any) -> None:
    case, link = returned({"path": "postings.0.title", "rule": "", "message": "短くしてください。"})
    typed = factories.document({"postings.0.title": "土日の午後の看護師"})
    refused = after(client, post(client, typed, "widen", ("message", " "), to=link))
    assert "どの項目をなぜ直すのか" in refused.text
    assert page(refused).select_one("[name=postings-0-duty_detail]") is None
    wide = after(client, post(client, typed, "widen", ("message", "部署の名前も変わりました。"), to=link))
    assert page(wide).select_one("[name=organization-department]") is not None
    assert page(wide).select_one("[name=postings-0-title]")["value"] == "土日の午後の看護師"  # type: ignore[index]
    changed = factories.document({"postings.0.title": "土日の午後の看護師", "organization.department": "新しい課"})
    assert after(client, post(client, changed, "send", ("message", "部署の名前も変わりました。"), to=link)).status_code == 200
    assert [change.path for change in opened.unasked(case)] == ["organization.department"]
    client.sign_in(factories.account())
    told = client.get(f"/admin/submission/{case.id}/").text
    assert "差し戻していない項目の変更" in told
    assert "差し戻していない項目も開きました" in told
    fixed = {"path": "postings.0.title", "postings-0-title": "土日の看護師", "reason": "誤字です。", "version": case.version}
    assert client.post(f"/admin/submission/{case.id}/correct", data=fixed).status_code == 303
    assert (case.current, [change.path for change in opened.unasked(case)]) == (3, ["organization.department"])


def test_what_nobody_could_send_is_open_too(client: Client, returned: Returned, db_session: Session, clock: Any) -> None:
    """A day that has passed since: the sender is not locked out."""
    case, link = returned({"path": "postings.0.title", "rule": "", "message": "短くしてください。"})
    assert isinstance(case, Submission)
    clock.set("2021-06-05 10:00")
    form = page(client.get(link))
    stuck = [found["data-field"] for found in form.select("[data-field]") if found.select_one(".error:not(.error--ask)")]
    assert all(form.select_one(f"[name^={name}]") is not None for name in stuck)
