"""A new key takes the place of the old: nobody notices while both are there, and what was made with the old one ends with it, but for what may not."""

import re
import stat
from contextvars import Context
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, session
from flask_wtf.csrf import validate_csrf
from sqlalchemy import select, update
from wtforms import ValidationError

from keynet_admin import clock as program_clock
from keynet_admin import config, key_file
from keynet_admin.extensions import db
from keynet_admin.intake import signed_form
from keynet_admin.models import AuditEvent, Authenticator, Candidate, OutboxMail, Posting, ReturnLink, Review, SearchAlert, Submission
from keynet_admin.services.access import proof, secret_box
from keynet_admin.services.account import tokens
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.alert import keys as alert_keys
from keynet_admin.services.alert import subscription
from keynet_admin.services.candidate import access, own_page, person_keys
from keynet_admin.services.operation import key_rotation
from keynet_admin.services.submission import copies
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.transaction import rows_changed, transaction
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.architecture import source
from tests.auth.factor import SECRET, with_app
from tests.support.clock import MovableClock
from tests.support.web import Client, application

# What a module makes with the key, by what becomes of it (0080).
USES = {
    "the keys themselves": (
        "config",
        "key_file",
        "__init__",
        "services/account/tokens",
        "services/access/secret_box",
        "services/operation/key_rotation",
    ),
    "good by each key, over in days": (
        "intake/my",
        "intake/signed_form",
        "office/editor",
        "services/account/address",
        "web/access/browser",
    ),
    "stored as a hash, waited for": ("services/account/use_cases", "services/posting/outcome", "services/submission/intake"),
    "made anew": (
        "services/access/factors",
        "services/access/proof",
        "services/alert/keys",
        "services/alert/subscription",
        "services/candidate/access",
        "services/candidate/own_page",
        "services/candidate/person_keys",
    ),
    "compared with each other only": ("services/batch", "services/files/upload"),
}
CSRF = re.compile(rb'name="csrf_token" value="([^"]+)"')


class Installation:
    """An application as it is after its last start: the file of keys may be ahead of it."""

    def __init__(self, app: Flask) -> None:
        """As it is started."""
        self.app, self.folder = app, config.of(app).instance
        self.restart()

    def restart(self) -> None:
        """Let the application know what the file says now."""
        settings = key_file.with_keys(config.of(self.app))
        config.bind(self.app, settings)
        self.app.config.pop("WTF_CSRF_SECRET_KEY", None)
        self.app.config.update(settings.for_signing())

    def says(self, *arguments: str, exit_code: int = 0) -> str:
        """What the command answers in a process of its own. The file is for its owner only, whatever was done."""
        before = config.of(self.app)
        config.bind(self.app, key_file.with_keys(before))
        db.session.commit()
        done = Context().run(self.app.test_cli_runner().invoke, args=["rotate-key", *arguments])
        config.bind(self.app, before)
        assert done.exit_code == exit_code, done.output
        assert stat.S_IMODE((self.folder / key_file.NAME).stat().st_mode) == 0o600
        assert not list(self.folder.glob(".secret-key*"))
        return done.output

    def left(self) -> int:
        """How many rows need an older key."""

        def ask() -> int:
            with self.app.app_context():
                return sum(key_rotation.left().values())

        return Context().run(ask)


def sealed_of(mail: str) -> dict[str, str]:
    """The link and the code of the newest mail of a kind."""
    query = select(OutboxMail.sealed).where(OutboxMail.template == mail).order_by(OutboxMail.id.desc()).limit(1)
    found: dict[str, str] = db.session.execute(query).scalar_one()
    return found


class People:
    """Whoever has got something from the installation while it had its first key."""

    def __init__(self, client: Client) -> None:
        """Make everything that follows from the key."""
        self.operator = with_app(factories.account(Role.operator))
        self.recovery = proof.new_recovery_codes(self.operator)
        self.invited = accounts.create_operator("new@keynet.example", Role.operator, name="x")
        self.first_login = sealed_of("first_login")["code"]
        self.case = factories.submission(SubmissionStatus.returned)
        self.return_code = sealed_of("returned")["code"]
        self.copy = submissions.copy_code(self.case)
        with transaction():
            back = db.session.execute(select(Review).order_by(Review.id.desc()).limit(1)).scalar_one()
            self.read_out = submissions.open_read_out(self.case, back, program_clock.now() + timedelta(days=1)).id
        self.said = submissions.code_of(db.session.get_one(ReturnLink, self.read_out))
        self.stamp = signed_form.stamp("a form", 1)
        self.person = factories.candidate()
        self.posting_id = self.person.posting_id
        self.page, self.page_code = access.token(self.person), access.code(self.person)
        self.alert = factories.search_alert()
        self.alert_page = alert_keys.page_of(self.alert)["link"].rpartition("/")[2]
        db.session.commit()
        self.client = client
        client.sign_in(factories.account(Role.admin))
        drawn = client.get("/admin/site/")
        self.csrf = (CSRF.search(drawn.data) or [b"", b""])[1].decode()
        with client.session_transaction("/login") as kept:
            self.in_session = kept["csrf_token"]

    def lasting(self, recovery: int) -> list[bool]:
        """What is theirs for as long as they want it: the app, the recovery codes, the pages of candidate and alert, in what we write to them, too."""
        db.session.expire_all()
        with transaction():
            back = proof.right_recovery_code(self.operator, self.recovery[recovery])
        row = db.session.execute(select(Authenticator)).scalar_one()
        person, alert = db.session.get_one(Candidate, self.person.id), db.session.get_one(SearchAlert, self.alert.id)
        same = (access.token(person), access.code(person)) == (self.page, self.page_code)
        found = own_page.by_code(person.candidate_no, self.page_code)
        return [
            secret_box.unseal(proof.SECRETS, row.secret) == SECRET,
            back,
            same and found is person and own_page.find(self.page) is person,
            alert_keys.page_of(alert)["link"].endswith(self.alert_page) and subscription.find(self.alert_page) is alert,
        ]

    def passing(self) -> list[bool]:
        """What ends by itself or with the key: codes of mails, the code of the copy, the session and the form that is open."""
        case = db.session.get_one(Submission, self.case.id)
        return [
            accounts.check_code(self.invited.email, self.first_login) is not None,
            submissions.token_of_code(case.receipt_no, self.return_code) is not None,
            submissions.code_of(db.session.get_one(ReturnLink, self.read_out)) == self.said,
            signed_form.began_of("a form", self.stamp) == 1,
            copies.is_code(case, self.copy),
            self.client.get("/admin/site/").status_code == 200,
            self.form_is_good(),
        ]

    def form_is_good(self) -> bool:
        """Whether the form that was drawn then may be sent, if its session goes on."""
        with self.client.application.test_request_context():
            session["csrf_token"] = self.in_session
            try:
                validate_csrf(self.csrf)
            except ValidationError:
                return False
            return True


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.usefixtures("db_session")
def test_nobody_notices_until_the_old_key_goes(app: Flask, client: Client, clock: MovableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add, use, renew (ended in the middle and begun again), wait, retire; then once more at once, as for a key that has leaked."""
    here = Installation(app)
    people = People(client)
    first = config.of(app).secret_key
    for step, why in (("use", "先に rotate-key add"), ("renew", "古い鍵はありません"), ("retire", "外せる古い鍵はありません")):
        assert why in here.says(step, exit_code=1)

    assert "1台ずつ web と worker を再起動" in here.says("add")
    assert "すでに加えて" in here.says("add", exit_code=1)
    assert "使われていません" in here.says("retire", "--at-once", exit_code=1)
    file = key_file.read(here.folder)
    assert (file.writer, file.keys) == (first, (first, second := file.new))
    assert config.of(app).secret_keys == (first,), "a process learns of it at its next start"
    here.restart()
    assert [*people.lasting(0), *people.passing()] == [True] * 11

    here.says("use")
    behind = config.of(app)
    here.restart()
    assert config.of(app).secret_keys == (second, first)
    assert [*people.lasting(1), *people.passing()] == [True] * 11
    later = factories.candidate(posting=people.person.posting)
    assert tokens.token_hash(tokens.derived_token(f"candidate:{later.salt}")) == later.token_hash, "the newest key has made it"
    assert later.email_key != people.person.email_key
    db.session.commit()
    config.bind(app, behind)  # the machine that was not started again yet
    assert own_page.find(access.token(later)) is later
    assert people.passing() == [True] * 7
    here.restart()

    assert "古い鍵で作ったもの" in here.says("show")
    assert "先に rotate-key renew" in here.says("retire", exit_code=1)
    monkeypatch.setattr(key_rotation, "BATCH", 1)
    posting = db.session.get_one(Posting, people.posting_id)
    others = [factories.candidate(posting=posting).id for _ in range(3)]
    db.session.execute(update(Candidate).where(Candidate.id.in_(others)).values(email_key="made by the first key"))
    db.session.commit()
    with monkeypatch.context() as ending:
        writes = iter([rows_changed] * 3)
        ending.setattr(key_rotation, "rows_changed", lambda statement: next(writes)(statement))
        here.says("renew", exit_code=1)
    assert here.left() == 3, "of six rows, three were committed"
    assert [*people.lasting(2), *people.passing()] == [True] * 11
    assert "あと30日" in here.says("renew")
    assert here.left() == 0
    db.session.expire_all()
    assert {row.email_key for row in db.session.execute(select(Candidate)).scalars()} == {later.email_key}
    waiting = here.says("retire", exit_code=1)
    assert "を過ぎたら外せます" in waiting
    assert [*people.lasting(3), *people.passing()] == [True] * 11

    clock.advance(days=31)
    assert people.passing()[2:] == [True] * 5
    assert "バックアップ" in here.says("retire")
    here.restart()
    assert config.of(app).secret_keys == (second,)
    assert people.lasting(4) == [True] * 4
    assert people.passing() == [False] * 7
    assert person_keys.renewed(later) == {}

    invited = accounts.create_operator("newer@keynet.example", Role.operator, name="y")
    sealed = sealed_of("first_login")
    db.session.commit()
    for step in ("add", "use", "renew"):
        here.says(step)
        here.restart()
    assert people.lasting(5) == [True] * 4, "a second time, too"
    assert accounts.check_code(invited.email, sealed["code"]) is not None
    assert "作り直しをメールでお願いした方：1人" in here.says("retire", "--at-once")
    here.restart()
    assert people.lasting(6) == [True, False, True, True]
    told = db.session.execute(select(OutboxMail.body).where(OutboxMail.template == "factor_changed")).scalar_one()
    assert "回復コードが使えなくなりました" in told
    assert accounts.check_code(invited.email, sealed["code"]) is None
    assert accounts.open_first_login(sealed["link"].rpartition("/")[2]).problem == "", "the link follows from no key"
    events = select(AuditEvent.action).where(AuditEvent.action.like("%key%")).order_by(AuditEvent.id)
    assert db.session.execute(events).scalars().all() == ["add_key", "use_key", "renew_keys", "retire_key"] * 2


def test_the_file_of_keys(tmp_path: Path) -> None:
    """One line as ever; a file that nobody can have meant stops the start; several keys reach whoever signs."""
    made = key_file.read(tmp_path)
    file = tmp_path / key_file.NAME
    assert (file.read_text(encoding="ascii"), made.since) == (f"{made.writer}\n", None)
    for text in ("", "a new\n", "a\nb new\nc new\n"):
        file.write_text(text, encoding="ascii")
        with pytest.raises(config.BadSettings, match="署名の鍵"):
            key_file.read(tmp_path)
    file.write_text("newest key 2026-11-28T08:00:00Z\n\nold 2025-01-01T00:00:00Z\noldest\nto come new\n", encoding="ascii")
    with application(f"sqlite:///{tmp_path}/none.db", tmp_path, {}) as app:
        assert config.of(app).secret_keys == ("newest key", "old", "oldest", "to come")
        assert (app.secret_key, app.config["SECRET_KEY_FALLBACKS"]) == ("newest key", ["old", "oldest", "to come"])
        assert app.config["WTF_CSRF_SECRET_KEY"][-1] == "newest key"


def test_each_use_of_the_key_is_thought_of() -> None:
    """A module that begins to make something with the key says here what becomes of it when another key comes."""
    making = re.compile(r"\b(code_hash|derived_code|derived_token|person_key|seals?|keyed_hashes|derived)\(|\bsecret_keys?\b")
    using = {
        path.relative_to(source.PACKAGE).as_posix()
        for path in source.modules()
        if "versions" not in path.parts and making.search(path.read_text(encoding="utf-8"))
    }
    assert using == {f"{name}.py" for names in USES.values() for name in names}
