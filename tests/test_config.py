"""The settings: defaults of the contract, plain words for what cannot be used, one object for each application."""

from dataclasses import fields
from pathlib import Path

import pytest
from flask import render_template_string

from keynet_admin import config, create_app
from keynet_admin.config import BadSettings, Desk, Settings
from keynet_admin.services.account import tokens
from keynet_admin.services.mail import message, outbox
from tests.support.web import application


def test_the_defaults_are_those_of_the_contract() -> None:
    assert config.from_environ({}) == Settings(instance=config.ROOT / "instance")
    made = config.from_environ({"PORT": "8123", "KEYNET_INSTANCE": "/tmp/x"})
    assert (made.public_url, made.database_uri) == ("http://127.0.0.1:8123", "sqlite:////tmp/x/keynet.db")
    assert (made.https, made.for_flask()["SESSION_COOKIE_NAME"], made.hosts) == (False, "session", ["127.0.0.1", "127.0.0.1", "localhost"])


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({"PUBLIC_URL": "https://keynet.example/"}, "public_url", "https://keynet.example"),
        ({"PUBLIC_URL": "https://keynet.example/"}, "https", True),
        ({"DATABASE_URL": "postgres://u:p@db/keynet"}, "database_uri", "postgresql+psycopg://u:p@db/keynet"),
        ({"DATABASE_URL": "postgresql://u:p@db/keynet"}, "database_uri", "postgresql+psycopg://u:p@db/keynet"),
        ({"DATABASE_URL": "postgres://a/k", "DATABASE_READ_URL": "postgres://b/k"}, "database_read_url", "postgres://b/k"),
        ({"KEYNET_TRUSTED_HOSTS": "a.example, b.example,"}, "trusted_hosts", ("a.example", "b.example")),
        ({"KEYNET_DEMO": "1"}, "demo", True),
        ({"KEYNET_RATE_LIMITS": "0"}, "rate_limits", False),
        ({"KEYNET_SITE_NAME": "試しの名前 Shiken"}, "short_name", "Shiken"),
        ({"KEYNET_DESK_TEL": "023-000-0000"}, "desk", Desk(tel="023-000-0000")),
        ({"KEYNET_IDLE_MINUTES": "15"}, "idle_minutes", 15),
    ],
)
def test_the_environment_is_read(environ: dict[str, str], name: str, value: object) -> None:
    assert getattr(config.from_environ(environ), name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "８０００"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PUBLIC_URL", "keynet.example"),
        ("PUBLIC_URL", "https://keynet.example/?a=1"),
        ("MAIL_URL", "http://mail.example"),
        ("MAIL_URL", "smtp://"),
        ("DATABASE_URL", "mysql://u:geheim@db/keynet"),
        ("DATABASE_READ_URL", "postgresql://u:geheim@db/keynet"),
        ("REDIS_URL", "http://u:geheim@cache"),
        ("KEYNET_DEMO", "yes"),
        ("KEYNET_RATE_LIMITS", "false"),
        ("KEYNET_NOW", "2021-05-07T10:00:00"),
        ("KEYNET_NOW", "tomorrow"),
        ("KEYNET_TRUSTED_PROXIES", "-1"),
        ("KEYNET_TRUSTED_PROXIES", "10"),
        ("KEYNET_IDLE_MINUTES", "0"),
        ("KEYNET_MAIL_FROM", "noreply"),
        ("KEYNET_DESK_MAIL", "Desk <desk@keynet.example>"),
        ("KEYNET_SITE_NAME", " "),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, and never with what may hold a password."""
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=name) as caught:
        create_app()
    assert "geheim" not in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        Settings(port=0, mail_url="x", public_url="y")
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == ["PORT", "PUBLIC_URL", "MAIL_URL"]


def test_no_secret_is_printed() -> None:
    secrets = dict.fromkeys(("secret_key", "demo_password"), "geheim")
    urls = {"mail_url": "smtp://u:geheim@m", "database_url": "postgresql://u:geheim@d/x", "redis_url": "redis://:geheim@r"}
    assert "geheim" not in repr(Settings(**secrets, **urls))  # type: ignore[arg-type]


def test_there_are_no_settings_outside_an_application() -> None:
    with pytest.raises(RuntimeError):
        config.current()


def test_two_applications_in_a_process_do_not_mix(tmp_path: Path) -> None:
    """Links, desk, secrets and pages of each are its own, whichever was made last."""
    first = {"PUBLIC_URL": "https://one.example", "DESK": Desk(name="第一センター"), "SITE_NAME": "一 One", "SECRET_KEY": "1"}
    second = {"PUBLIC_URL": "https://two.example", "DESK": Desk(name="第二センター"), "SITE_NAME": "二 Two", "SECRET_KEY": "2"}
    url = f"sqlite:///{tmp_path}/none.db"
    with application(url, tmp_path, first) as one, application(url, tmp_path, second) as two:
        for app, settings in ((one, first), (two, second), (one, first)):
            with app.test_request_context("/entry/"):
                mail = message.write("rejected", {"reason": "x"})
                page = render_template_string('{% extends "layout/narrow.html" %}{% block title %}x{% endblock %}')
            assert mail.subject.startswith(f"【{settings['SITE_NAME'][2:]}】")  # type: ignore[index]
            assert f"{settings['PUBLIC_URL']}/entry/" in mail.body
            assert settings["DESK"].name in mail.body  # type: ignore[attr-defined]
            assert settings["DESK"].name in page  # type: ignore[attr-defined]
            assert f"x | {settings['SITE_NAME']}" in page
        with one.app_context():
            assert outbox.public_link("/entry/") == "https://one.example/entry/"
            hashed = tokens.code_hash(1, "code")
        with two.app_context():
            assert tokens.code_hash(1, "code") != hashed


def test_flask_holds_no_copy_of_ours(tmp_path: Path) -> None:
    """A setting of ours is read from the one object, never from `app.config`."""
    with application(f"sqlite:///{tmp_path}/none.db", tmp_path, {}) as app:
        ours = {field.name.upper() for field in fields(Settings)}
        assert ours & set(app.config) == {"SECRET_KEY", "TRUSTED_HOSTS"}
