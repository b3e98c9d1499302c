"""Findings of submissions as rows: what was found, confirmed by the sender, cleared or returned by an operator. For the statistics."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin.extensions import db
from keynet_admin.models.base import UtcDateTime


class SubmissionFinding(db.Model):  # type: ignore[name-defined,misc]
    """One finding (error or warning) of one revision. `level` is the stored one, `own_level` the rule's.

    Words (message, the sender's reason) stand in the revision; here are codes and marks only.
    """

    __tablename__ = "submission_finding"
    __table_args__ = (UniqueConstraint("revision_id", "rule", "path"), Index("ix_submission_finding_rule_id", "rule", "id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("submission_revision.id"))
    rule: Mapped[str] = mapped_column(String(12))
    path: Mapped[str] = mapped_column(String(120))
    level: Mapped[str] = mapped_column(String(8))
    own_level: Mapped[str] = mapped_column(String(8))
    confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    returned: Mapped[bool] = mapped_column(Boolean, default=False)
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
