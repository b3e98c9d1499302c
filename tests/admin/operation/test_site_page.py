"""Banner, read-only mode and maintenance page as people see them, on visitors' kept pages and in every area."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import config
from keynet_admin.extensions import db
from keynet_admin.models import Submission
from keynet_admin.permissions import SYSTEM
from keynet_admin.services.operation import site_state
from keynet_admin.services.partner import keys
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus, Role, SubmissionStatus
from keynet_admin.web import maintenance
from tests import factories
from tests.auth.factor import code, with_app
from tests.support.clock import MovableClock
from tests.support.web import Client, change_settings

BANNER = {
    "text": "今夜22時から点検します。",
    "level": "must",
    "where": "all",
    "begins_day": "",
    "begins_time": "",
    "ends_day": "",
    "ends_time": "",
}
ONLY = "ただいま閲覧だけができます"


def stop() -> None:
    """Read-only from now on."""
    db.session.rollback()
    with transaction(even_read_only=True):
        site_state.stop_writing(SYSTEM, "データベースの移設")


def allow() -> None:
    """Writing again."""
    db.session.rollback()
    with transaction(even_read_only=True):
        site_state.allow_writing(SYSTEM)


@pytest.mark.parametrize(("where", "visitors", "staff"), [("all", True, True), ("visitors", True, False), ("staff", False, True)])
def test_the_banner_on_every_page(app: Flask, db_session: Session, client: Client, where: str, visitors: bool, staff: bool) -> None:
    """Kept pages follow at once; it goes as it came."""
    visitor = Client(app, app.response_class, use_cookies=False)
    assert BANNER["text"] not in visitor.get("/").text
    client.sign_in(Role.admin)
    assert client.post("/admin/site/banner", data=BANNER | {"where": where}).status_code == 303
    for path in ("/", "/postings/", "/flow", "/en", "/login"):
        assert (BANNER["text"] in visitor.get(path).text) is visitors, path
    for path in ("/admin/", "/admin/submission/"):
        assert (BANNER["text"] in client.get(path).text) is staff, path
    client.post("/admin/site/banner", data=BANNER | {"text": ""})
    assert BANNER["text"] not in visitor.get("/").text


def test_a_kept_page_changes_when_the_banner_begins_and_ends(app: Flask, db_session: Session, client: Client, clock: MovableClock) -> None:
    """Nobody saves anything at that moment; the page cache knows it beforehand."""
    clock.set("2021-05-12 11:20")
    client.sign_in(Role.admin)
    times = {"begins_day": "2021/5/12", "begins_time": "12:00", "ends_day": "令和3年5月12日", "ends_time": "午後1時"}
    client.post("/admin/site/banner", data=BANNER | times)
    visitor = Client(app, app.response_class, use_cookies=False)
    shown = []
    for time in ("11:59", "12:00", "12:59", "13:00"):
        clock.set(f"2021-05-12 {time}")
        shown.append(BANNER["text"] in visitor.get("/").text)
    assert shown == [False, True, True, False]


def test_a_banner_that_is_refused_keeps_what_was_typed(app: Flask, db_session: Session, client: Client) -> None:
    """At its field, with 422."""
    client.sign_in(Role.admin)
    for wrong, words in (({"level": "x"}, "種類を選んで"), ({"ends_day": "あした"}, "日付と時刻の両方"), ({"text": "長" * 301}, "301字")):
        answer = client.post("/admin/site/banner", data=BANNER | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert wrong.get("text", BANNER["text"]) in answer.text
        assert wrong.get("ends_day", "") in answer.text


def test_read_only_keeps_what_was_typed_and_sends_it_later(app: Flask, db_session: Session, client: Client) -> None:
    """A decision with its reason: refused with 503, shown again whole, and done by the same fields afterwards."""
    case = factories.submission()
    db.session.commit()
    client.sign_in(Role.operator)
    stop()
    reason = "対象の業務ではないため、お受けできません。\nお手数ですが、厚生労働省の窓口にご相談ください。"
    typed = {"version": str(case.version), "reason": reason, "do": "reject"}
    page = client.get(f"/admin/submission/{case.id}/reject")
    assert page.status_code == 200
    assert ONLY in page.text
    answer = client.post(f"/admin/submission/{case.id}/reject", data=typed)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert answer.headers["Cache-Control"] == "no-store"
    assert reason in answer.text.replace("\r\n", "\n")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))
    assert fields.items() >= {"version": typed["version"], "do": "reject"}.items()
    assert f'action="/admin/submission/{case.id}/reject"' in answer.text
    allow()
    assert client.post(f"/admin/submission/{case.id}/reject", data=fields | {"reason": reason}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Submission, case.id).status is SubmissionStatus.rejected


def test_everything_is_read_and_signing_in_works(app: Flask, db_session: Session, client: Client) -> None:
    """Sign-in, sign-out and the end of the mode are possible; a password is not carried into any page."""
    admin = factories.account(Role.admin)
    posting = factories.posting(PostingStatus.live)
    db.session.commit()
    stop()
    signed = client.post("/login", data={"email": admin.email, "password": factories.PASSWORD})
    assert signed.status_code == 303
    for path in (
        "/admin/",
        "/admin/site/",
        "/admin/jobs/",
        f"/postings/{posting.posting_no}",
        "/entry/",
        f"/postings/{posting.posting_no}/apply",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert ONLY in answer.text, path
    changed = client.post("/password", data={"password": "new-password-12345", "old": factories.PASSWORD, "now": factories.PASSWORD})
    assert "new-password-12345" not in changed.text
    assert client.post("/admin/site/banner", data=BANNER).status_code == 503
    assert client.post("/admin/site/allow_writing").status_code == 303
    assert client.post("/admin/site/banner", data=BANNER).status_code == 303
    assert client.post("/admin/site/stop_writing", data={"reason": ""}).status_code == 422
    assert client.post("/admin/site/stop_writing", data={"reason": "移設"}).status_code == 303
    assert client.post("/logout").status_code == 303


def test_a_second_proof_is_taken(app: Flask, db_session: Session, client: Client) -> None:
    """Whoever has enrolled an app can sign in, too: else no administrator with one could end the mode."""
    admin = with_app(factories.account(Role.admin))
    stop()
    assert client.post("/login", data={"email": admin.email, "password": factories.PASSWORD}).location == "/login/second"
    assert client.post("/login/second", data={"proof_code": "000000"}).status_code == 422
    assert client.post("/login/second", data={"proof_code": code()}).status_code == 303
    assert client.post("/admin/site/allow_writing").status_code == 303
    db.session.rollback()
    assert not site_state.now().read_only


def test_machines_get_json(app: Flask, db_session: Session, client: Client) -> None:
    """A partner's answer is refused with words and a time; the check of entries stores nothing and goes on."""
    with transaction():
        item = factories.partner_item(factories.posting(PostingStatus.live))
        key = keys.issue(item.partner, factories.actor(Role.lead)).secret
        row = {"posting_no": item.posting.posting_no, "sequence": 1, "status": "acknowledged"}
    stop()
    answer = client.post("/partner/v1/receipts", json=[row], headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.is_json) == (503, True)
    assert int(answer.headers["Retry-After"]) > 0
    assert client.post("/api/entry-check", json={"submission": {}, "partial": True}).status_code == 200
    allow()
    assert client.post("/partner/v1/receipts", json=[row], headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_no_post_writes_anything(app: Flask, db_session: Session, client: Client) -> None:
    """A form of a municipality: nothing is stored, its words stay in the page, the draft of the browser is left alone."""
    stop()
    typed = {"organization.org_name": "青梅市", "organization.remarks": "初めての申請です。\n" * 5, "do": "send"}
    answer = client.post("/entry/", data=typed)
    assert answer.status_code == 503
    assert "青梅市" in answer.text
    assert answer.text.count("初めての申請です。") == 5
    assert db.session.execute(select(func.count()).select_from(Submission)).scalar_one() == 0


def test_the_commands(app: Flask, db_session: Session) -> None:
    """On and off from the shell; other commands say in one line that nothing may be written."""
    run = app.test_cli_runner().invoke
    assert "閲覧のみにしました" in run(args=["read-only", "on"]).output
    assert "すでにその状態" in run(args=["read-only", "on"]).output
    refused = run(args=["deliver-mail"])
    assert refused.exit_code == 1
    assert "閲覧だけができます" in refused.output
    assert "閲覧のみを終えました" in run(args=["read-only", "off"]).output
    assert run(args=["deliver-mail"]).exit_code == 0


def test_the_maintenance_page(app: Flask, db_session: Session, client: Client, tmp_path: Path) -> None:
    """503 with Retry-After for people and machines, nothing of the database, the words of the file; gone with the file."""
    config.of(app).instance.mkdir(exist_ok=True)
    file = maintenance.file_of(config.of(app))
    file.write_text("24:00ごろ\n", encoding="utf-8")
    try:
        for path in ("/", "/admin/", "/postings/", "/static/keynet.css", "/nowhere"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300"), path
            assert "24:00ごろ" in answer.text
            assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert client.post("/entry/", data={"x": "1"}).status_code == 503
        assert "24:00ごろ" in client.get("/postings.json").get_json()["error"]
        assert client.head("/").data == b""
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503
    finally:
        file.unlink()
    assert client.get("/").status_code == 200
    change_settings(app, maintenance=True)
    assert client.get("/").status_code == 503
    out = tmp_path / "maintenance.html"
    assert app.test_cli_runner().invoke(args=["maintenance-page", str(out)]).exit_code == 0
    written = out.read_text(encoding="utf-8")
    assert config.of(app).desk.tel in written
    assert "<script" not in written
    assert not re.search(r'(?:src|href)="(?!tel:|mailto:)', written)
    style = re.search(r"<style>(.*)</style>", written)
    assert style is not None
    assert style[1] == maintenance.STYLE  # the hash in the policy is of just this
