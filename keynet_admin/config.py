"""Every setting, read once from the environment into Flask's configuration."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
UPLOAD = 16 * 1024 * 1024  # the largest file of submissions


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """All settings as a dict for `app.config`. Names and defaults are those of the contract's table."""
    instance = Path(environ.get("KEYNET_INSTANCE") or ROOT / "instance").resolve()
    port = int(environ.get("PORT") or 8000)
    public_url = (environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    https = public_url.startswith("https://")
    hosts = [h.strip() for h in environ.get("KEYNET_TRUSTED_HOSTS", "").split(",") if h.strip()]
    return {
        "INSTANCE": instance,
        "PORT": port,
        "PUBLIC_URL": public_url,
        "HTTPS": https,
        "DEMO": environ.get("KEYNET_DEMO", "0") == "1",
        "DEMO_PASSWORD": environ.get("KEYNET_DEMO_PASSWORD") or None,
        "NOW": environ.get("KEYNET_NOW") or None,
        "REDIS_URL": environ.get("REDIS_URL") or None,
        "MAIL_URL": environ.get("MAIL_URL") or "file:",
        "TRUSTED_PROXIES": int(environ.get("KEYNET_TRUSTED_PROXIES") or 0),
        "TRUSTED_HOSTS": [*(hosts or [urlsplit(public_url).hostname or "127.0.0.1"]), "127.0.0.1", "localhost"],
        "RATELIMIT_ENABLED": environ.get("KEYNET_RATE_LIMITS", "1") != "0",
        "RATELIMIT_STORAGE_URI": environ.get("REDIS_URL") or "memory://",
        # A Redis that is down or mute must not take the entry check with it: each process counts for itself meanwhile.
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2} if environ.get("REDIS_URL") else {},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL"), instance),
        "MAX_CONTENT_LENGTH": 4 * 1024 * 1024,
        # A file of 16 MiB and what a form puts around it.
        "UPLOAD_LIMITS": dict.fromkeys(("/entry/file", "/admin/submission/file"), UPLOAD + 64 * 1024),
        "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
        "MAX_FORM_PARTS": 10_000,
        "WTF_CSRF_TIME_LIMIT": None,
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SEND_FILE_MAX_AGE_DEFAULT": 0,
        "BABEL_DEFAULT_LOCALE": "ja",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Tokyo",
        "DESK_NAME": environ.get("KEYNET_DESK_NAME") or "Key-Net サービスセンター（デモ）",
        "DESK_TEL": environ.get("KEYNET_DESK_TEL") or "03-0000-0000",
        "DESK_MAIL": environ.get("KEYNET_DESK_MAIL") or "desk@keynet.example",
        "DESK_HOURS": environ.get("KEYNET_DESK_HOURS") or "平日10:00～17:00",
        "MAIL_FROM": environ.get("KEYNET_MAIL_FROM") or "noreply@keynet.example",
        "IDLE_MINUTES": int(environ.get("KEYNET_IDLE_MINUTES") or 240),
    }


def database_url(given: str | None, instance: Path) -> str:
    """SQLAlchemy's address of the database: the SQLite file of the instance folder, or the given one with our driver."""
    if not given:
        return f"sqlite:///{instance / 'keynet.db'}"
    for prefix in ("postgres://", "postgresql://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    return given


def secret_key(instance: Path) -> str:
    """The key that signs cookies: made once, kept in the instance folder, readable by its owner only."""
    instance.mkdir(parents=True, exist_ok=True)
    return _kept(instance / "secret-key", secrets.token_urlsafe(48))


def demo_password(instance: Path, given: str | None) -> str:
    """The password of all demo accounts: the given one, else one made up once and kept in the instance folder (0600)."""
    return given or _kept(instance / "demo-password", "-".join(secrets.token_hex(3) for _ in range(3)))


def _kept(file: Path, made: str) -> str:
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
