"""Recruiting bodies."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, Select, UniqueConstraint, event, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from keynet_admin import clock
from keynet_admin.catalogue.display import prefecture
from keynet_admin.catalogue.folding import search_key
from keynet_admin.extensions import db
from keynet_admin.models.base import AsciiJson, CleanText, UtcDateTime, Versioned, words
from keynet_admin.permissions import Actor
from keynet_admin.vocabulary import OrganizationStatus

NAMED_BY = ("name", "union_name", "kana", "lg_code")


class Organization(Versioned, db.Model):  # type: ignore[name-defined,misc]
    """One municipality, prefecture or union. `union_name` is empty but for unions, whose code alone does not identify them.

    `needs_approval`: nobody publishes alone (決裁). `search_text`: the folded words by which it is found, kept by itself.
    """

    __tablename__ = "organization"
    __table_args__ = (UniqueConstraint("lg_code", "union_name"), Index("ix_organization_prefecture_code_id", "prefecture_code", "id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    lg_code: Mapped[str] = mapped_column(CleanText(6))
    union_name: Mapped[str] = mapped_column(CleanText(40), default="")
    name: Mapped[str] = mapped_column(CleanText(40))
    kana: Mapped[str] = mapped_column(CleanText(80), default="")
    prefecture_code: Mapped[str] = mapped_column(CleanText(2))
    org_type: Mapped[str] = mapped_column(CleanText(20))
    details: Mapped[dict[str, Any]] = mapped_column(AsciiJson, default=dict)
    status: Mapped[OrganizationStatus] = mapped_column(words(OrganizationStatus), default=OrganizationStatus.open, server_default="open")
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    search_text: Mapped[str] = mapped_column(CleanText(), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    accounts: Mapped[list["Account"]] = relationship(back_populates="organization", order_by="Account.id")  # type: ignore[name-defined]  # noqa: F821
    postings: Mapped[list["Posting"]] = relationship(back_populates="organization", order_by="Posting.id")  # type: ignore[name-defined]  # noqa: F821

    @classmethod
    def visible_to(cls, actor: Actor) -> Select[Any]:
        """The rows this actor may see: all for staff, the own one for a municipality, none otherwise."""
        query = select(cls)
        return query if actor.is_staff else query.where(cls.id == (actor.organization_id or 0))

    @staticmethod
    def words(values: Mapping[str, Any]) -> str:
        """What a body with these columns is searched by: names, reading, code, prefecture and the telephone of the public record."""
        details = values["details"]
        tel = details.get("org_tel") if isinstance(details, dict) else ""
        found = *(values[name] for name in NAMED_BY), prefecture(values["prefecture_code"] or ""), str(tel or "")
        return " ".join(filter(None, (search_key(word or "") for word in found)))


@event.listens_for(Organization, "before_insert")
@event.listens_for(Organization, "before_update")
def _remember(_mapper: Any, _connection: Any, row: Organization) -> None:
    row.search_text = row.words({name: getattr(row, name) for name in (*NAMED_BY, "prefecture_code", "details")})
