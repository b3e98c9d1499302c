"""Small walks along the edges: pressing twice, acting on old pages, guessing, and what may not be said in a log."""

import logging
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import config, jobs
from keynet_admin.auth.pages import local_target
from keynet_admin.errors import Refused, StaleVersion
from keynet_admin.extensions import Access, access, db
from keynet_admin.models import AuditEvent, EntryDraft, OutboxMail, ReturnLink, Submission, SubmissionRevision
from keynet_admin.permissions import SENDER
from keynet_admin.rules import evaluate
from keynet_admin.services import rate_limit
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.files import upload
from keynet_admin.services.files.rows import FileSubmission
from keynet_admin.services.mail import outbox as mailer
from keynet_admin.services.mail import transport
from keynet_admin.services.posting import drafts, revisions
from keynet_admin.services.submission import finding, review
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import AccountStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.web import Client
from tests.walks.test_races import together


def test_a_double_click_at_one_moment_is_one_decision(app: Flask, db_session: Session, clock: Any) -> None:
    case, who = factories.submission(), factories.actor(Role.operator)
    db_session.commit()

    def reject() -> str:
        with transaction():
            row = db.session.get(Submission, case.id)
            assert row is not None
            review.reject(row, who, seen_version=1, reason="対象の団体ではないため。")
        return "done"

    assert together(app, reject, reject, reject) == ["done"] * 3
    assert db_session.execute(select(func.count(AuditEvent.id)).where(AuditEvent.action == "reject")).scalar_one() == 1


def test_one_re_entry_sent_five_times_at_once(app: Flask, db_session: Session, clock: Any) -> None:
    case = factories.submission(SubmissionStatus.returned)
    link_id = db_session.execute(select(ReturnLink.id)).scalar_one()
    typed = factories.document()
    result = evaluate(typed, on=program_clock.today())
    db_session.commit()

    def send() -> bool:
        with transaction():
            link = db.session.get(ReturnLink, link_id)
            assert link is not None
            return submissions.resubmit(link, typed, result, reference_date="2021-05-07", form_key="the-same-key-five-times")[1]

    assert sorted(together(app, *([send] * 5))) == [False] * 4 + [True]
    rows = select(func.count(SubmissionRevision.id)).where(SubmissionRevision.submission_id == case.id)
    assert db_session.execute(rows).scalar_one() == 2


@pytest.mark.parametrize("role", [Role.operator, Role.lead])
def test_reopening_twice_is_one_reopening(db_session: Session, clock: Any, role: Role) -> None:
    state = SubmissionStatus.accepted if role is Role.lead else SubmissionStatus.rejected
    case, who = factories.submission(state), factories.actor(role)
    seen = case.version
    for _ in range(2):
        review.reopen(case, who, seen_version=seen, reason="電話で確かめたため。")
    assert (case.status, case.version) == (SubmissionStatus.in_review, seen + 1)
    with pytest.raises(StaleVersion):
        review.reopen(case, factories.actor(Role.lead), seen_version=seen, reason="電話で確かめたため。")


def test_a_rejection_after_an_acceptance_can_be_reopened_by_an_operator(db_session: Session, clock: Any) -> None:
    case, lead, operator = factories.submission(SubmissionStatus.accepted), factories.actor(Role.lead), factories.actor(Role.operator)
    review.reopen(case, lead, seen_version=case.version, reason="内容の確認のため。")
    review.reject(case, operator, seen_version=case.version, reason="二重の申請のため。")
    review.reopen(case, operator, seen_version=case.version, reason="二重ではなかったため。")
    assert case.status is SubmissionStatus.in_review


def test_withdrawing_twice_is_one_withdrawal(db_session: Session, clock: Any) -> None:
    case, who = factories.submission(), factories.actor(Role.operator)
    for _ in range(2):
        submissions.withdraw(case, who, seen_version=1)
    assert len(review.reviews_of(case)) == 1


def test_clearing_on_an_old_page_is_refused_to_others_only(db_session: Session, clock: Any) -> None:
    case = factories.submission(changes={"postings.0.headcount": "150"})
    found = next(f for f in submissions.findings_of(submissions.current_revision(case)) if f.level == "warning")
    first, second, seen = factories.actor(Role.operator), factories.actor(Role.operator), case.version
    for _ in range(2):
        finding.clear(case, found.rule, found.path, first, seen_version=seen)
    assert case.version == seen + 1
    with pytest.raises(StaleVersion):
        finding.clear(case, found.rule, found.path, second, seen_version=seen)


def test_resending_an_invitation_twice_sends_one_mail(db_session: Session, clock: Any) -> None:
    invited = factories.account(Role.municipality, status=AccountStatus.invited)
    first, seen = factories.actor(Role.operator), invited.version
    for _ in range(2):
        accounts.resend_invitation(invited, first, seen_version=seen)
    assert db_session.execute(select(func.count(OutboxMail.id))).scalar_one() == 1
    with pytest.raises(StaleVersion):
        accounts.resend_invitation(invited, factories.actor(Role.operator), seen_version=seen)


def test_pressing_a_decision_about_an_account_twice_leads_to_the_result(client: Client, db_session: Session, clock: Any) -> None:
    lead, other = client.sign_in(Role.lead), factories.account(Role.municipality)
    form = {"version": str(other.version), "reason": "異動のため。"}
    answers = [client.post(f"/admin/account/{other.id}/suspend", data=form).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert other.status is AccountStatus.suspended
    own = {"version": str(lead.version), "reason": "異動のため。"}
    refused = client.post(f"/admin/account/{lead.id}/suspend", data=own)
    assert refused.status_code == 409
    assert "ご自分のアカウント" in refused.get_data(as_text=True)
    assert lead.status is AccountStatus.active


def test_nobody_stops_their_own_account(db_session: Session, clock: Any) -> None:
    lead = factories.account(Role.lead)
    with pytest.raises(Refused):
        accounts.suspend(lead, accounts.session.actor_of(lead), seen_version=lead.version, reason="異動のため。")


@pytest.mark.settings(RATELIMIT_ENABLED=True)
@pytest.mark.parametrize(
    "written", ["ｌead@keynet.example", "le\u200bad@keynet.example", " LEAD@keynet.example", "lead@\u00adkeynet.example"]
)
def test_other_letters_for_one_account_share_its_rate_limit(db_session: Session, written: str) -> None:
    for _ in range(rate_limit.LIMITS["login"].address):
        rate_limit.hit("login", address="lead@keynet.example", network="192.0.2.1")
    with pytest.raises(Exception, match="回数が多い"):
        rate_limit.hit("login", address=written, network="192.0.2.1")


@pytest.mark.parametrize(
    "wanted", ["/admin/..//evil.example", "/admin/../x", "/admin/?url=//evil.example", "//evil.example", "/\\evil.example", "/admin@evil"]
)
def test_odd_addresses_are_no_way_on_after_the_sign_in(wanted: str) -> None:
    assert local_target(wanted, Role.operator) == "/admin/submission/"


def test_loopback_is_trusted_beside_the_named_hosts() -> None:
    made = config.from_environ({"KEYNET_TRUSTED_HOSTS": "www.keynet.example", "PUBLIC_URL": "https://www.keynet.example"})
    assert made.for_flask()["TRUSTED_HOSTS"] == ["www.keynet.example", "127.0.0.1", "localhost"]


def test_rate_limits_that_are_off_are_told_loudly(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    from keynet_admin.web import limits

    other = Flask("other")
    config.bind(other, config.Settings(rate_limits=False))
    with caplog.at_level(logging.WARNING):
        limits.init_app(other)
    assert "KEYNET_RATE_LIMITS=0" in caplog.text


def test_database_errors_do_not_carry_values(db_session: Session) -> None:
    with pytest.raises(DBAPIError) as caught:
        db_session.execute(text("SELECT no_such_column FROM account WHERE email = :email"), {"email": "secret@keynet.example"})
    db_session.rollback()
    assert "secret@keynet.example" not in str(caught.value)


@pytest.mark.settings(PROPAGATE_EXCEPTIONS=False, TESTING=False)
def test_an_unexpected_error_does_not_log_the_secret_of_a_link(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_token: str) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(accounts, "open_first_login", broken)
    assert client.get("/first-login/a-very-secret-token").status_code == 500
    lines = [record.getMessage() for record in caplog.records]
    assert any("unexpected error" in line for line in lines)
    assert not any("a-very-secret-token" in line for line in lines)


def test_a_posting_whose_live_revision_is_over_is_closed(db_session: Session, clock: Any) -> None:
    row = factories.posting(PostingStatus.live)
    owner = accounts.session.actor_of(factories.account(Role.municipality, organization=row.organization))
    longer: dict[str, Any] = dict(revisions.current_revision(row).typed) | {"publish_until": "2021-12-31", "headcount": "若干名"}
    said = drafts.save(row, longer, revisions.check(row.organization, longer), owner, seen_version=row.version)
    assert said == "kept"
    db_session.commit()
    clock.set("2021-12-01 10:00")
    assert jobs.expire_postings() == 1
    assert row.status is PostingStatus.closed


def test_copying_twice_makes_one_copy(client: Client, db_session: Session, clock: Any) -> None:
    row = factories.posting(PostingStatus.closed)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    address, form = f"/office/posting/{row.id}/copy", {"version": str(row.version)}
    first, again = (client.post(address, data=form) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    assert client.post(address, data=form).status_code == 409


def test_the_history_tells_waiting_from_published_and_own_drafts_from_accepted_ones(db_session: Session, clock: Any) -> None:
    def told(action: str, **codes: Any) -> str:
        return history.sentence(AuditEvent(subject="posting", action=action, codes=codes), "健康課")

    assert told("publish", to="live") == "健康課が公開しました。"
    assert told("publish", to="awaiting_release") == "健康課が公開を申し込みました（運営事務局の確認待ち）。"
    assert told("create", revision=1) == "申請の承認により、下書きができました。"
    assert told("create", revision=1, own=True) == "健康課が下書きを作りました。"


def test_words_with_a_nul_are_kept_on_both_databases(client: Client, db_session: Session, clock: Any) -> None:
    case = factories.submission()
    client.sign_in(Role.operator)
    form = {"version": "1", "reason": "対象の\0団体ではないため。"}
    assert client.post(f"/admin/submission/{case.id}/reject", data=form).status_code == 303
    assert review.reviews_of(case)[-1].reason == "対象の団体ではないため。"


def test_a_one_time_key_that_no_form_of_ours_has_loses_nothing(client: Client, db_session: Session, clock: Any) -> None:
    answer = client.post("/entry/", data={"do": "draft", "form_key": "\0" * 20, "organization-org_name": "日向市"})
    assert answer.status_code == 303
    assert "日向市" in client.get("/entry/").get_data(as_text=True)


def test_an_unknown_return_link_is_not_found(client: Client) -> None:
    answer = client.get("/entry/no-such-link-no-such-link")
    assert (answer.status_code, "見つかりません" in answer.get_data(as_text=True)) == (404, True)


@pytest.mark.settings(
    RATELIMIT_ENABLED=True, RATELIMIT_STORAGE_URI="redis://127.0.0.1:1/0", RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1}
)
def test_the_entry_check_answers_while_redis_is_down(client: Client) -> None:
    answer = client.post("/api/entry-check", json={"submission": {}, "partial": True})
    assert answer.status_code == 200


def test_a_mail_server_may_answer_anything() -> None:
    assert transport._answer(550, b"no\0such \x1b[31muser\r\n") == "550 no such [31muser"


def test_a_kept_file_does_not_hold_its_own_key(db_session: Session, clock: Any) -> None:
    items = [FileSubmission(1, factories.document())]
    key = upload.keep("forms.jsonl", items, upload.examine(items), SENDER)
    assert db_session.execute(select(EntryDraft.form_key)).scalar_one() != key
    assert upload.find(key, SENDER).report.good == 1


def test_deliver_mail_tells_how_many_left(app: Flask, db_session: Session, clock: Any) -> None:
    factories.submission()
    db_session.commit()
    done = app.test_cli_runner().invoke(args=["deliver-mail"])
    assert "送信 1通" in done.output
    assert mailer.deliver_waiting() == 0


@pytest.mark.parametrize(
    ("path", "module", "data", "status"),
    [
        ("/entry/", "intake.entry", {"do": "confirm"}, 422),
        ("/entry/", "intake.entry", {"do": "autosave", "part": "1"}, 200),
        ("/entry/status", "intake.status", {"do": ""}, 422),
    ],
)
def test_no_write_lock_while_a_page_is_drawn(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, path: str, module: str, data: dict[str, str], status: int
) -> None:
    """A posted form that comes back with errors: somebody else can write while its page is made."""
    drawn: list[int] = []

    def draw(_template: str, **_values: object) -> str:
        with db.engine.connect() as other:
            mode = access.set(Access.WRITE)
            try:
                drawn.append(other.execute(text("INSERT INTO counter (name, value) VALUES ('drawn', 1)")).rowcount)
                other.commit()
            finally:
                access.reset(mode)
        return "drawn"

    monkeypatch.setattr(import_module(f"keynet_admin.{module}"), "render_template", draw)
    assert client.post(path, data=data, follow_redirects=True).status_code == status
    assert drawn == [1]
