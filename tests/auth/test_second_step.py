"""Behind the password: codes, recovery codes, enrolment; and that nothing is open before."""

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Authenticator, OutboxMail, RecoveryCode, StaffSession
from keynet_admin.services.access import proof
from keynet_admin.services.account import session as sessions
from keynet_admin.services.account import use_cases
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import Role, SessionLevel
from tests import factories
from tests.auth.factor import SECRET, code, with_app
from tests.auth.test_sign_in import another
from tests.support.web import Client

PASSWORD_FIRST = "/login?next=%2Fadmin%2Fsubmission%2F"


@pytest.fixture
def operator(db_session: Session) -> Account:
    """An operator with an authenticator app."""
    return with_app(factories.account(Role.operator))


def password(client: Any, account: Account, **more: str) -> Any:
    """The first step."""
    return client.post("/login", data={"email": account.email, "password": factories.PASSWORD, **more})


def page(answer: Any) -> BeautifulSoup:
    """The parsed page."""
    return BeautifulSoup(answer.data, "html5lib")


def is_in(client: Any) -> bool:
    """Whether the staff pages open."""
    status: int = client.get("/admin/submission/").status_code
    return status == 200


def test_the_password_alone_opens_nothing(client: Client, operator: Account) -> None:
    """It leads to the second step, from wherever one comes; a right code opens the page that was wanted, with another key."""
    answer = password(client, operator, next="/admin/account/")
    assert (answer.status_code, answer.location) == (303, "/login/second?next=/admin/account/")
    for address in ("/admin/", "/security", "/security/authenticator", "/admin/account/"):
        assert client.get(address).status_code in (302, 303), address
    assert client.post("/security/recovery-codes").status_code == 303
    assert client.get("/login").location == "/login/second"
    before = db.session.execute(select(StaffSession)).scalar_one()
    assert (before.level, operator.last_login_at) == (SessionLevel.password, None)
    old = before.key_hash
    field = page(client.get("/login/second")).find(id="proof_code")
    assert (field["autocomplete"], field["inputmode"]) == ("one-time-code", "numeric")
    done = client.post("/login/second", data={"proof_code": code(), "next": "/admin/account/"})
    assert (done.status_code, done.location) == (303, "/admin/account/")
    assert is_in(client)
    row = db.session.execute(select(StaffSession)).scalar_one()
    assert row.level is SessionLevel.second
    assert row.key_hash != old
    event = db.session.execute(select(AuditEvent).where(AuditEvent.action == "sign_in")).scalar_one()
    assert event.codes["by"] == "authenticator"


@pytest.mark.parametrize(
    "write", [lambda c: c, lambda c: f" {c[:3]} {c[3:]} ", lambda c: c.translate({48 + n: 0xFF10 + n for n in range(10)})]
)
def test_a_code_as_people_type_it(client: Client, operator: Account, write: Any) -> None:
    password(client, operator)
    assert client.post("/login/second", data={"proof_code": write(code())}).status_code == 303
    assert is_in(client)


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_one_step_of_drift(db_session: Session, operator: Account, steps: int, right: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone's clock may be half a minute off, not more."""
    standing = proof.clock.real_now()
    monkeypatch.setattr(proof.clock, "real_now", lambda: standing)
    typed = proof.pyotp.TOTP(SECRET).generate_otp(int(standing.timestamp()) // 30 + steps)
    with transaction():
        assert proof.right_code(operator, typed) is right


def test_a_code_is_good_once(client: Client, operator: Account) -> None:
    """Also for a second browser that knows the password, and an older code after a newer one."""
    other, typed, older = another(client), code(1), code()
    password(client, operator)
    password(other, operator)
    assert client.post("/login/second", data={"proof_code": typed}).status_code == 303
    for again in (typed, older):
        answer = other.post("/login/second", data={"proof_code": again})
        assert answer.status_code == 422
        assert "コードが違います。新しい数字を入れてください。" in page(answer).find(id="proof_code-e").text
    assert not is_in(other)
    failed = db.session.execute(select(AuditEvent).where(AuditEvent.action == "second_failed")).scalars().all()
    assert len(failed) == 2


@pytest.mark.settings(RATELIMIT_ENABLED=True)
def test_five_tries_then_a_pause(client: Client, operator: Account, caplog: pytest.LogCaptureFixture) -> None:
    """The page says how many are left; then the right code waits, too, also after the password was typed again. A success starts afresh."""
    caplog.set_level(logging.WARNING, "keynet.security")
    password(client, operator)
    told = []
    for _ in range(5):
        answer = client.post("/login/second", data={"proof_code": "000000"})
        assert answer.status_code == 422
        told.append(page(answer).find(id="proof_code-e").get_text())
    assert ["あと4回" in told[0], "あと1回" in told[3], "15分ほど" in told[4]] == [True] * 3
    assert sum('"second_failed"' in line.getMessage() for line in caplog.records) == 5
    client.post("/logout")
    password(client, operator)
    answer = client.post("/login/second", data={"proof_code": code()})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert not is_in(client)
    db.session.execute(db.delete(db.Model.metadata.tables["throttle"]))
    assert client.post("/login/second", data={"proof_code": code()}).status_code == 303


def test_nothing_tells_before_the_password(client: Client, operator: Account) -> None:
    """Wrong passwords get one answer whether there is a second factor or not; its pages send everybody else to the sign-in."""
    plain = factories.account(Role.municipality)
    db.session.commit()
    answers = {
        re.sub(r'value="[^"]*"', "", another(client).post("/login", data={"email": who.email, "password": "wrong wrong"}).text)
        for who in (operator, plain)
    }
    assert len(answers) == 1
    for address in ("/login/second", "/login/recovery", "/login/enrol"):
        assert client.get(address).location == "/login", address
        assert client.post(address, data={"proof_code": code(), "code": code(), "proof_recovery": "x"}).location == "/login", address
    assert client.post("/login/passkey").status_code == 403


def test_a_new_password_does_not_pass_the_second_step_by(client: Client, operator: Account) -> None:
    """The link of a reset sets the password and asks for the code as ever."""
    client.post("/password/forgot", data={"email": operator.email})
    mail = db.session.execute(select(OutboxMail)).scalar_one()
    assert mail.sealed is not None
    new = "yama no ue ni tsuki ga aru 3"
    answer = client.post(f"/password/reset/{mail.sealed['link'].rpartition('/')[2]}", data={"password": new, "password2": new})
    assert (answer.status_code, answer.location) == (303, "/login/second")
    assert not is_in(client)
    assert client.post("/login/second", data={"proof_code": code()}).status_code == 303
    assert is_in(client)


def test_changing_the_password_keeps_what_was_proven(client: Client, operator: Account) -> None:
    """In this browser; all others are out."""
    other = another(client)
    for browser, typed in ((client, code()), (other, code(1))):
        password(browser, operator)
        browser.post("/login/second", data={"proof_code": typed})
    new = "yama no ue ni tsuki ga aru 3"
    changed = client.post("/password", data={"current": factories.PASSWORD, "password": new, "password2": new})
    assert changed.status_code == 303
    assert [is_in(client), is_in(other)] == [True, False]


def test_recovery_codes(client: Client, operator: Account) -> None:
    """Each is good once, in either case, with or without its hyphen, and the holder is told; none stands readable in the database."""
    with transaction():
        codes = proof.new_recovery_codes(operator)
    assert len(set(codes)) == 8
    assert all(re.fullmatch(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", made) for made in codes)
    stored = set(db.session.execute(select(RecoveryCode.code_hash)).scalars())
    assert not stored & {made for code_ in codes for made in (code_, code_.replace("-", ""))}
    password(client, operator)
    assert client.post("/login/recovery", data={"proof_recovery": codes[0].lower().replace("-", " ")}).status_code == 303
    assert is_in(client)
    mail = db.session.execute(select(OutboxMail).where(OutboxMail.template == "factor_changed")).scalar_one()
    assert "残り7つ" in mail.body
    other = another(client)
    password(other, operator)
    assert other.post("/login/recovery", data={"proof_recovery": codes[0]}).status_code == 422
    assert other.post("/login/recovery", data={"proof_recovery": ""}).status_code == 422
    assert not is_in(other)
    stranger = with_app(factories.account(Role.lead))
    password(other, stranger)
    assert other.post("/login/recovery", data={"proof_recovery": codes[1]}).status_code == 422, "another's code"
    with transaction():
        proof.new_recovery_codes(operator)
    third = another(client)
    password(third, operator)
    assert third.post("/login/recovery", data={"proof_recovery": codes[2]}).status_code == 422, "made anew"


@pytest.mark.settings(SECOND_FACTOR=True)
@pytest.mark.parametrize("role", [Role.operator, Role.lead, Role.admin])
def test_the_service_center_enrols_first(client: Client, db_session: Session, role: Role) -> None:
    """From day one: nothing is open before; the code of the secret on the page enrols it, signs in, and shows eight codes once."""
    account = factories.account(role)
    db_session.commit()
    answer = password(client, account, next="/admin/account/")
    assert (answer.status_code, answer.location) == (303, "/login/enrol?next=/admin/account/")
    assert not is_in(client)
    assert client.get("/security/authenticator").status_code == 303
    first = page(client.get("/login/enrol"))
    secret = first.find("code", class_="secret").text.replace("-", "")
    assert page(client.get("/login/enrol")).find("code", class_="secret").text.replace("-", "") == secret, "a reload shows the same"
    assert first.find("img")["src"].startswith("data:image/svg+xml")
    wrong = client.post("/login/enrol", data={"code": "000000"})
    assert (wrong.status_code, is_in(client)) == (422, False)
    typed = code(secret=secret)
    done = client.post("/login/enrol?next=/admin/account/", data={"code": typed})
    assert done.status_code == 200
    assert done.headers["Cache-Control"] == "no-store"
    shown = page(done)
    assert len(shown.select("ul.recovery li")) == 8
    assert shown.find("a", class_="button--main")["href"] == "/admin/account/"
    assert is_in(client)
    stored = db.session.execute(select(Authenticator)).scalar_one()
    assert secret not in stored.secret
    out = another(client)
    assert password(out, account).location == "/login/second"
    assert out.post("/login/second", data={"proof_code": typed}).status_code == 422, "the enrolment's own code"
    assert out.post("/login/second", data={"proof_code": code(1, secret)}).status_code == 303


@pytest.mark.settings(SECOND_FACTOR=True)
@pytest.mark.parametrize("role", [Role.municipality, Role.prefecture, Role.partner])
def test_others_may(client: Client, db_session: Session, role: Role) -> None:
    """Nobody outside the service center is asked, until they have enrolled."""
    values: dict[str, Any] = {"prefecture_code": "45"} if role is Role.prefecture else {}
    if role is Role.partner:
        values = {"partner_id": factories.partner().id}
    account = factories.account(role, **values)
    db_session.commit()
    assert password(client, account).location in ("/office/", "/prefecture/", "/partner/")
    with_app(account)
    assert client.get("/security").status_code == 303, "the open session is a half one now"
    assert client.post("/login/second", data={"proof_code": code()}).status_code == 303
    assert client.get("/security").status_code == 200


def test_half_signed_in_for_half_an_hour(client: Client, operator: Account) -> None:
    """Afterwards the password is asked for again."""
    password(client, operator)
    db.session.execute(update(StaffSession).values(level_at=program_clock.real_now() - timedelta(minutes=31)))
    assert client.post("/login/second", data={"proof_code": code()}).location == "/login"
    assert not is_in(client)


def test_an_ended_session(client: Client, operator: Account) -> None:
    """Between the two steps: the code opens nothing any more."""
    password(client, operator)
    with transaction():
        sessions.end_all(operator)
    assert client.post("/login/second", data={"proof_code": code()}).location == "/login"
    assert not is_in(client)


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("address", ["/login/second", "/login/recovery", "/login/enrol", "/login/passkey", "/security/sessions/end"])
def test_forged_posts(client: Client, operator: Account, address: str) -> None:
    assert client.post(address, data={"proof_code": code()}).status_code == 400


def test_on_the_way_of_a_post(client: Client, operator: Account) -> None:
    """A session that ended in the middle: password, then code, and all that was typed is on the page again; nothing has happened."""
    case = factories.submission()
    db.session.commit()
    address, typed = f"/admin/submission/{case.id}/reject", {"reason": "残る理由です。", "version": str(case.version)}
    asked = client.post(address, data=typed)
    assert asked.status_code == 403
    first = client.post(address, data=typed | {"sign_in_email": operator.email, "sign_in_password": factories.PASSWORD})
    assert page(first).find(id="proof_code") is not None
    assert "残る理由です。" in first.text
    assert not is_in(client)
    wrong = client.post(address, data=typed | {"proof_code": "000000", "proof_recovery": ""})
    assert (wrong.status_code, "残る理由です。" in wrong.text) == (422, True)
    right = client.post(address, data=typed | {"proof_code": code(), "proof_recovery": ""})
    assert right.status_code == 200
    assert "残る理由です。" in page(right).find(id="reason").text
    assert is_in(client)
    db.session.refresh(case)
    assert case.status == "received"


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
def test_two_requests_at_a_moment(app: Flask, operator: Account) -> None:
    """Of one code in two transactions that overlap, one is accepted."""
    typed, together, number = code(), Barrier(2), operator.id

    def one() -> bool:
        with app.app_context():
            together.wait(10)
            with transaction():
                return proof.right_code(db.session.get_one(Account, number), typed)

    db.session.commit()
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: one(), range(2))) == [False, True]


def test_a_first_login_enrols(client: Client, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """An invited account that got a factor before (a reset address) is asked for it behind its first password, too."""
    with transaction():
        account = use_cases.create_operator("neu@keynet.example", Role.operator)
    with_app(account)
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "first_login")).scalar_one()
    assert mail.sealed is not None
    new = "yama no ue ni tsuki ga aru 3"
    answer = client.post(f"/first-login/{mail.sealed['link'].rpartition('/')[2]}", data={"password": new, "password2": new})
    assert answer.location == "/login/second"
    assert not is_in(client)
