"""What the services know about this installation: addresses, desk, mail server. Set once at start, so that services need no Flask."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class House:
    """The settings that services use. `public_url` has no slash at its end; `secret` keys the hashes of typed codes."""

    public_url: str = "http://127.0.0.1:8000"
    instance: Path = Path("instance")
    mail_url: str = "file:"
    mail_from: str = "noreply@keynet.example"
    desk_name: str = "Key-Net サービスセンター（デモ）"
    desk_tel: str = "03-0000-0000"
    desk_mail: str = "desk@keynet.example"
    desk_hours: str = "平日10:00～17:00"
    secret: str = ""
    limits: bool = True


_house = House()


def configure(settings: Mapping[str, Any]) -> None:
    """Take over the settings of `config.load()` (and the secret key). Called at the start of every process."""
    global _house
    _house = House(
        public_url=str(settings["PUBLIC_URL"]).rstrip("/"),
        instance=Path(settings["INSTANCE"]),
        mail_url=str(settings["MAIL_URL"]),
        mail_from=str(settings["MAIL_FROM"]),
        desk_name=str(settings["DESK_NAME"]),
        desk_tel=str(settings["DESK_TEL"]),
        desk_mail=str(settings["DESK_MAIL"]),
        desk_hours=str(settings["DESK_HOURS"]),
        secret=str(settings["SECRET_KEY"]),
        limits=bool(settings.get("RATELIMIT_ENABLED", True)),
    )


def house() -> House:
    """The present settings."""
    return _house


def public_link(path: str) -> str:
    """A full address of a page, built from PUBLIC_URL only (never from a request's Host header). `path` begins with a slash."""
    return f"{_house.public_url}{path}"
