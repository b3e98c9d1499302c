"""What a prefecture does in its area beside reading: letters to its bodies that have not registered yet."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.extensions import db
from keynet_admin.models.account import Account
from keynet_admin.models.base import UtcDateTime


class PrefectureNotice(db.Model):  # type: ignore[name-defined,misc]
    """One letter to one body (`code6`) that an account of its prefecture sent. Letters of one use of the page share `sent_at` and account."""

    __tablename__ = "prefecture_notice"
    __table_args__ = (Index("ix_prefecture_notice_prefecture_code_sent_at", "prefecture_code", "sent_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(String(2))
    code6: Mapped[str] = mapped_column(String(6))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    account: Mapped[Account] = relationship()
