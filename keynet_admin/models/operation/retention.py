"""A run of the retention with its numbers: what was ended, never whose."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, UtcDateTime


class RetentionRun(db.Model):  # type: ignore[name-defined,misc]
    """When rows whose time was over were ended, by whom (None: by the night's job), and how many of each entry of the register."""

    __tablename__ = "retention_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    numbers: Mapped[dict[str, Any]] = mapped_column(AsciiJson)
