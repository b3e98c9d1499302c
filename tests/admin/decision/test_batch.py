"""`/admin/submission/<id>/set_aside` and `/put_back`: what one anonymous file brought, from its check page to the sender's status page."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail, Submission
from keynet_admin.vocabulary import Role
from tests import factories
from tests.intake.build import page, pairs
from tests.services.files.workbooks import csv_text, town
from tests.support.web import Client

WHY = "同じ内容の申請が大量に届いたため。"


@pytest.fixture
def cases(app: Flask, client: Client, clock: Any, db_session: Session) -> list[Submission]:
    """Three cases of one file and one of the form, sent by a stranger."""
    content = csv_text([town(n) for n in range(3)]).encode()
    answer = client.post("/entry/file", data={"file": (BytesIO(content), "a.csv")}, content_type="multipart/form-data")
    client.post(answer.headers["Location"], data={"do": "send"})
    rows = db_session.execute(select(Submission).order_by(Submission.id)).scalars().all()
    assert [(row.batch == rows[0].batch, row.network == rows[0].network) for row in rows] == [(True, True)] * 3
    assert None not in (rows[0].batch, rows[0].network)
    return list(rows)


def fields(client: Client, path: str) -> dict[str, str]:
    """What the page's form would send as it stands."""
    form = page(client.get(path)).select_one("#decision")
    hidden = {box["name"]: box["value"] for box in form.select("input[type=hidden]")}
    return hidden | {box["name"]: box["value"] for box in form.select("input[type=radio][checked]")}


def states(session: Session) -> list[str]:
    """The states of all cases."""
    session.expire_all()
    return [case.status.value for case in session.execute(select(Submission).order_by(Submission.id)).scalars()]


def test_a_file_is_set_aside_and_back_from_a_case_page(
    app: Flask, client: Client, clock: Any, db_session: Session, cases: list[Submission]
) -> None:
    client.sign_in(Role.operator)
    mails = len(db_session.execute(select(OutboxMail)).all())
    home = f"/admin/submission/{cases[1].id}/"
    panel = page(client.get(home)).select_one("section[aria-labelledby=h-batch]")
    assert "同じファイルで届いた申請 3件（確認待ち 3件）" in panel.get_text()
    path = panel.select_one("a")["href"]
    text = page(client.get(path)).main.get_text(" ")
    assert all(case.receipt_no in text for case in cases)
    assert "申請者にメールは送りません" in text
    sent = fields(client, path)
    assert sent["scope"] == "file"
    reason = page(client.get(path)).select_one("label[for=reason]").parent.get_text()
    assert "必須" in reason
    assert "メール" not in reason
    empty = client.post(path, data=sent | {"reason": ""})
    assert empty.status_code == 422
    assert states(db_session) == ["received"] * 3
    done = client.post(path, data=sent | {"reason": WHY})
    assert (done.status_code, done.headers["Location"]) == (303, home)
    assert states(db_session) == ["rejected"] * 3
    soup = page(client.get(home))
    assert "3件を対象外にしました。メールは送っていません。" in soup.get_text()
    assert "まとめて届いた申請として対象外にしました" in soup.get_text()
    # The same press again tells so and does nothing; another one is late.
    assert client.post(path, data=sent | {"reason": WHY}).status_code == 303
    assert "先ほど行っています" in page(client.get(home)).get_text()
    client.sign_in(factories.account(Role.lead))
    late = client.post(path, data=sent | {"reason": WHY})
    assert late.status_code == 409
    assert WHY in page(late).select_one("#reason").get_text()
    status = {"receipt_no": cases[0].receipt_no, "email": "desk0@city.hyuga-test.lg.jp"}
    told = page(client.post("/entry/status", data=status, follow_redirects=True)).get_text()
    assert "受付を見合わせています" in told

    back = page(client.get(home)).select_one("a[href$='/put_back']")["href"]
    assert client.post(back, data=fields(client, back)).status_code == 303
    assert states(db_session) == ["received"] * 3
    assert "3件を確認待ちに戻しました" in page(client.get(home)).get_text()
    assert len(db_session.execute(select(OutboxMail)).all()) == mails


def test_forms_from_one_network_are_a_batch(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    for number, address in enumerate(("192.0.2.7", "192.0.2.7", "198.51.100.1")):
        typed = pairs(factories.document(), ("do", "send"), key=f"one-time-key-of-a-test-{number:04}")
        client.post("/entry/", data=dict(typed), environ_overrides={"REMOTE_ADDR": address})
    first, second, other = db_session.execute(select(Submission).order_by(Submission.id)).scalars()
    assert first.batch is None
    assert first.network == second.network != other.network
    client.sign_in(Role.operator)
    path = f"/admin/submission/{first.id}/set_aside"
    client.post(path, data=fields(client, path) | {"reason": WHY})
    assert states(db_session) == ["rejected", "rejected", "received"]


def test_a_case_of_its_own_offers_no_batch(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    client.sign_in(Role.operator)
    case = factories.submission()
    db_session.commit()
    home = f"/admin/submission/{case.id}/"
    assert page(client.get(home)).select("section[aria-labelledby=h-batch]") == []
    text = re.sub(r"\s+", "", page(client.get(f"{home}set_aside")).main.get_text())
    assert "まとめて届いた申請ではありません" in text


def test_without_a_scope_nothing_happens(app: Flask, client: Client, clock: Any, db_session: Session, cases: list[Submission]) -> None:
    client.sign_in(Role.operator)
    path = f"/admin/submission/{cases[0].id}/set_aside"
    answer = client.post(path, data=fields(client, path) | {"scope": "everything", "reason": WHY})
    assert answer.status_code == 422
    soup = page(answer)
    assert "範囲を選んでください" in soup.get_text()
    assert WHY in soup.select_one("#reason").get_text()
    assert states(db_session) == ["received"] * 3


@pytest.mark.parametrize("role", [Role.municipality, None])
def test_nobody_else_sets_aside(
    app: Flask, client: Client, clock: Any, db_session: Session, cases: list[Submission], role: Role | None
) -> None:
    if role is not None:
        client.sign_in(role)
    for name in ("set_aside", "put_back"):
        sent = {"version": "1", "scope": "file", "until": "99", "reason": WHY}
        assert client.post(f"/admin/submission/{cases[0].id}/{name}", data=sent).status_code == 403
    assert states(db_session) == ["received"] * 3
