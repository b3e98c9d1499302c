"""`Settings`: everything an installation may choose, read once from the environment. Services, views and templates read this object.

Flask's own configuration holds only what Flask and its extensions ask for, and is derived from it (`for_flask`).
"""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app

ROOT = Path(__file__).resolve().parent.parent
UPLOAD = 16 * 1024 * 1024  # bytes: the largest file of submissions
FORM = 4 * 1024 * 1024  # bytes: the largest form
DRAFT = 300_000  # bytes of UTF-8: the most that a draft keeps; twenty postings with every field full have as much
UNSENT = 500_000_000  # bytes: all checked files that were not sent; the oldest go first
REPLICA = "replica"  # the bind of `DATABASE_READ_URL`
LOOPBACK = ("127.0.0.1", "localhost")
_MAIL = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
_POSTGRES = r"(?:postgres(?:ql)?|postgresql\+psycopg)://"
_KEY = "keynet_settings"


class BadSettings(ValueError):
    """A setting cannot be used. `str()` names each of them, a line each, without the values that may hold a password."""


@dataclass(frozen=True)
class Desk:
    """The service center as pages and mails name it."""

    name: str = "Key-Net サービスセンター（デモ）"
    tel: str = "03-0000-0000"
    mail: str = "desk@keynet.example"
    hours: str = "平日10:00～17:00"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One installation. Names and defaults are those of the contract's table; `public_url` has no slash at its end.

    `secret_key` signs cookies and keys the hashes of typed codes, `older_keys` are only read with; `create_app` takes both from the instance
    folder (`key_file.py`) when it is empty.
    `backup_folder`: where the worker ends backups that are older than `backup_days`; empty: nowhere.
    `clamd`: where the virus scanner listens (`tcp://host:3310`, `unix:///run/clamav/clamd.ctl`); empty: files are not scanned.
    `second_factor`: the service center's people must have a second factor; those of the demo may.
    Raises BadSettings when a value cannot be used.
    """

    instance: Path = ROOT / "instance"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    site_name: str = "医療のお仕事 Key-Net"
    desk: Desk = Desk()
    database_url: str = field(default="", repr=False)
    database_read_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    mail_url: str = field(default="file:", repr=False)
    mail_from: str = "noreply@keynet.example"
    demo: bool = False
    demo_password: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    older_keys: tuple[str, ...] = field(default=(), repr=False)
    now: str = ""
    trusted_proxies: int = 0
    trusted_hosts: tuple[str, ...] = ()
    rate_limits: bool = True
    idle_minutes: int = 240
    log: str = "text"
    metrics_token: str = field(default="", repr=False)
    second_factor: bool = True
    maintenance: bool = False
    backup_folder: str = ""
    backup_days: int = 35
    clamd: str = ""

    def __post_init__(self) -> None:
        """Check every value at once, so that one start tells all that is wrong."""
        problems = [f"{name}: {text}" for name, text, good in _checks(self) if not good]
        if problems:
            raise BadSettings("\n".join(problems))

    @property
    def https(self) -> bool:
        """True when visitors come over TLS: cookies are `Secure` and `__Host-`, answers carry HSTS."""
        return self.public_url.startswith("https://")

    @property
    def short_name(self) -> str:
        """The last word of the site's name, for subjects and senders of mails."""
        return self.site_name.split()[-1]

    @property
    def hosts(self) -> list[str]:
        """The names that the site answers to: those given, else the one of `public_url`; loopback always."""
        return [*(self.trusted_hosts or (urlsplit(self.public_url).hostname or LOOPBACK[0],)), *LOOPBACK]

    @property
    def database_uri(self) -> str:
        """SQLAlchemy's address of the database: the SQLite file of the instance folder, or the given one with our driver."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'keynet.db'}"
        return _with_driver(self.database_url)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """All keys of the installation: the first one writes, each of them reads."""
        return (self.secret_key, *self.older_keys)

    def link(self, path: str) -> str:
        """A full address of a page, built from `public_url` only (never from a request's Host header). `path` begins with a slash."""
        return f"{self.public_url}{path}"

    @property
    def by_smtp(self) -> bool:
        """True when mails leave over SMTP, else each is written to a file."""
        return self.mail_url.startswith(("smtp://", "smtps://"))

    def for_mail(self) -> dict[str, Any]:
        """The mail server of `mail_url` in Flask-Mail's words."""
        parts = urlsplit(self.mail_url)
        tls = parts.scheme == "smtps"
        return {
            "MAIL_SERVER": parts.hostname or "",
            "MAIL_PORT": parts.port or (465 if tls else 25),
            "MAIL_USERNAME": unquote(parts.username or ""),
            "MAIL_PASSWORD": unquote(parts.password or ""),
            "MAIL_USE_SSL": tls,
            "MAIL_USE_TLS": parse_qs(parts.query).get("starttls", ["0"])[-1] not in ("", "0"),
            "MAIL_SUPPRESS_SEND": not self.by_smtp,
        }

    def for_signing(self) -> dict[str, Any]:
        """The keys as Flask and Flask-WTF take them."""
        # Flask-WTF knows no fallbacks, but hands its key to itsdangerous as it is, which takes several, the newest last.
        forms = {"WTF_CSRF_SECRET_KEY": [*reversed(self.secret_keys)]} if self.older_keys else {}
        return forms | {"SECRET_KEY": self.secret_key, "SECRET_KEY_FALLBACKS": list(self.older_keys)}

    def for_flask(self) -> dict[str, Any]:
        """What Flask and its extensions ask for in `app.config`."""
        return self.for_mail() | {
            **self.for_signing(),
            "TRUSTED_HOSTS": self.hosts,
            "RATELIMIT_ENABLED": self.rate_limits,
            "RATELIMIT_STORAGE_URI": self.redis_url or "memory://",
            # A Redis that is down or mute must not take the entry check with it: each process counts for itself meanwhile.
            "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2} if self.redis_url else {},
            "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
            "SQLALCHEMY_DATABASE_URI": self.database_uri,
            "SQLALCHEMY_BINDS": {REPLICA: {"url": _with_driver(self.database_read_url)}} if self.database_read_url else {},
            "MAX_CONTENT_LENGTH": FORM,
            "MAX_FORM_MEMORY_SIZE": FORM,
            "MAX_FORM_PARTS": 10_000,
            "WTF_CSRF_TIME_LIMIT": None,
            "SESSION_COOKIE_NAME": "__Host-session" if self.https else "session",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_PATH": "/",
            "BABEL_DEFAULT_LOCALE": "ja",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Tokyo",
        }


def _with_driver(url: str) -> str:
    return re.sub("^postgres(?:ql)?://", "postgresql+psycopg://", url)


def _checks(settings: Settings) -> list[tuple[str, str, bool]]:
    """(name in the environment, what it must be, whether it is)."""
    public, mail = urlsplit(settings.public_url), urlsplit(settings.mail_url)
    return [
        ("PORT", f"1〜65535 の数字で指定してください（いまの値: {settings.port}）。", 0 < settings.port < 65536),
        (
            "PUBLIC_URL",
            "http:// または https:// で始まるアドレスを指定してください。",
            public.scheme in ("http", "https") and bool(public.hostname) and not (public.query or public.fragment),
        ),
        (
            "MAIL_URL",
            "file: か smtp://host:port か smtps://host:port の形で指定してください。",
            settings.mail_url in ("file:", "file") or (settings.by_smtp and bool(mail.hostname)),
        ),
        ("KEYNET_MAIL_FROM", "メールのアドレスを指定してください。", _MAIL.fullmatch(settings.mail_from) is not None),
        ("KEYNET_DESK_MAIL", "メールのアドレスを指定してください。", _MAIL.fullmatch(settings.desk.mail) is not None),
        ("KEYNET_SITE_NAME", "空白だけの名前は使えません。", bool(settings.site_name.strip())),
        (
            "DATABASE_URL",
            "postgresql:// または sqlite:/// で始まるアドレスを指定してください。",
            re.match(r"(?:postgres(?:ql)?|postgresql\+psycopg|sqlite)://", settings.database_url or "sqlite://") is not None,
        ),
        (
            "DATABASE_READ_URL",
            "DATABASE_URL と同じ PostgreSQL の複製を postgresql:// で始まるアドレスで指定してください。",
            not settings.database_read_url
            or all(re.match(_POSTGRES, url) is not None for url in (settings.database_read_url, settings.database_url)),
        ),
        (
            "REDIS_URL",
            "redis:// rediss:// unix:// のいずれかで始まるアドレスを指定してください。",
            not settings.redis_url or urlsplit(settings.redis_url).scheme in ("redis", "rediss", "unix"),
        ),
        ("KEYNET_NOW", "時差つきの日時を指定してください（例: 2021-05-07T10:00:00+09:00）。", not settings.now or _has_zone(settings.now)),
        ("KEYNET_TRUSTED_PROXIES", "0〜9 の数字で指定してください。", 0 <= settings.trusted_proxies < 10),
        ("KEYNET_LOG", "text か json を指定してください。", settings.log in ("text", "json")),
        (
            "KEYNET_METRICS_TOKEN",
            "16文字以上の英数字と - _ で指定してください。",
            not settings.metrics_token or re.fullmatch(r"[A-Za-z0-9_-]{16,}", settings.metrics_token) is not None,
        ),
        ("KEYNET_IDLE_MINUTES", "1〜1440 の数字で指定してください。", 0 < settings.idle_minutes <= 1440),
        (
            "KEYNET_BACKUP_FOLDER",
            "/ で始まるフォルダを指定してください。",
            not settings.backup_folder or Path(settings.backup_folder).is_absolute(),
        ),
        # People are told that what was deleted is gone from the backups within 35 days.
        ("KEYNET_BACKUP_DAYS", "1〜35 の数字で指定してください。", 0 < settings.backup_days <= 35),
        (
            "KEYNET_CLAMD",
            "tcp://ホスト:ポート か unix:///ソケット の形で指定してください。",
            not settings.clamd or re.fullmatch(r"tcp://[^/\s:]+:\d{1,5}|unix:///\S+", settings.clamd) is not None,
        ),
    ]


def _has_zone(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def from_environ(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process. Raises BadSettings."""

    def number(name: str, default: int) -> int:
        text = environ.get(name) or str(default)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise BadSettings(f"{name}: 数字で指定してください（いまの値: {text}）。")
        return int(text)

    def switch(name: str, default: str) -> bool:
        text = environ.get(name) or default
        if text not in ("0", "1"):
            raise BadSettings(f"{name}: 0 か 1 を指定してください（いまの値: {text}）。")
        return text == "1"

    port, demo = number("PORT", Settings.port), switch("KEYNET_DEMO", "0")
    return Settings(
        instance=Path(environ.get("KEYNET_INSTANCE") or Settings.instance).resolve(),
        port=port,
        public_url=(environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        site_name=environ.get("KEYNET_SITE_NAME") or Settings.site_name,
        desk=Desk(
            name=environ.get("KEYNET_DESK_NAME") or Desk.name,
            tel=environ.get("KEYNET_DESK_TEL") or Desk.tel,
            mail=environ.get("KEYNET_DESK_MAIL") or Desk.mail,
            hours=environ.get("KEYNET_DESK_HOURS") or Desk.hours,
        ),
        database_url=environ.get("DATABASE_URL", ""),
        database_read_url=environ.get("DATABASE_READ_URL", ""),
        redis_url=environ.get("REDIS_URL", ""),
        mail_url=environ.get("MAIL_URL") or Settings.mail_url,
        mail_from=environ.get("KEYNET_MAIL_FROM") or Settings.mail_from,
        demo=demo,
        demo_password=environ.get("KEYNET_DEMO_PASSWORD", ""),
        now=environ.get("KEYNET_NOW", ""),
        trusted_proxies=number("KEYNET_TRUSTED_PROXIES", Settings.trusted_proxies),
        trusted_hosts=tuple(host for part in environ.get("KEYNET_TRUSTED_HOSTS", "").split(",") if (host := part.strip())),
        rate_limits=switch("KEYNET_RATE_LIMITS", "1"),
        log=environ.get("KEYNET_LOG") or Settings.log,
        metrics_token=environ.get("KEYNET_METRICS_TOKEN", ""),
        idle_minutes=number("KEYNET_IDLE_MINUTES", Settings.idle_minutes),
        second_factor=switch("KEYNET_SECOND_FACTOR", "0" if demo else "1"),
        maintenance=switch("KEYNET_MAINTENANCE", "0"),
        backup_folder=environ.get("KEYNET_BACKUP_FOLDER", ""),
        backup_days=number("KEYNET_BACKUP_DAYS", Settings.backup_days),
        clamd=environ.get("KEYNET_CLAMD", ""),
    )


def bind(app: Flask, settings: Settings) -> None:
    """Give an application its settings: two applications in one process never share them."""
    app.extensions[_KEY] = settings


def of(app: Flask) -> Settings:
    """The settings of an application."""
    settings: Settings = app.extensions[_KEY]
    return settings


def current() -> Settings:
    """The settings of the application at work here. Raises RuntimeError outside an application context."""
    return of(current_app)


def demo_password(instance: Path, given: str | None) -> str:
    """The password of all demo accounts: the given one, else one made up once and kept in the instance folder (0600)."""
    return given or kept(instance / "demo-password", "-".join(secrets.token_hex(3) for _ in range(3)))


def demo_partner_key(instance: Path) -> str:
    """The key that opens the sandbox partner of a demo: made up once and kept in the instance folder (0600)."""
    return kept(instance / "demo-partner-key", f"kn_{secrets.token_urlsafe(32)}")


def kept(file: Path, made: str) -> str:
    """What the file holds; when it does not exist yet, it appears with `made`, whole and for its owner only, whoever else starts now."""
    if not file.exists():
        part = file.with_name(f"{file.name}.{os.getpid()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(made + "\n")
        with suppress(FileExistsError):
            os.link(part, file)
        part.unlink()
    return file.read_text(encoding="ascii").strip()
