"""Reference tables, filled from `seed_data/` by `flask load-reference` (the rules read the same files directly)."""

from datetime import date

from sqlalchemy import Boolean, Date, Index, Integer, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin.extensions import db
from keynet_admin.models.base import CleanText, StaffOnly, Versioned


class PrefectureRecord(db.Model):  # type: ignore[name-defined,misc]
    """One of the 47 prefectures (JIS X 0401)."""

    __tablename__ = "prefecture"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(10))
    kana: Mapped[str] = mapped_column(String(20))
    region: Mapped[str] = mapped_column(String(10))


class MunicipalityRecord(db.Model):  # type: ignore[name-defined,misc]
    """One local body or ward of the code table (全国地方公共団体コード)."""

    __tablename__ = "municipality"
    __table_args__ = (Index("ix_municipality_prefecture_code_code6", "prefecture_code", "code6"),)

    code6: Mapped[str] = mapped_column(String(6), primary_key=True)
    prefecture_code: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(40), index=True)
    kana: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))
    county: Mapped[str] = mapped_column(String(20), default="")
    parent_code6: Mapped[str] = mapped_column(String(6), default="")
    domain: Mapped[str] = mapped_column(String(100), default="")

    @property
    def id(self) -> int:
        """What notes about the body name it by: its code as a number."""
        return int(self.code6)


class MinimumWageRecord(db.Model):  # type: ignore[name-defined,misc]
    """A revision of a regional minimum wage (地域別最低賃金), yen an hour from a day on."""

    __tablename__ = "minimum_wage"

    prefecture_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    effective_from: Mapped[date] = mapped_column(Date, primary_key=True)
    yen_per_hour: Mapped[int] = mapped_column(Integer)


class MasterData(Versioned, StaffOnly):
    """Rows that an administrator edits on `/admin/`. `edited`: by hand, so that `load-reference` leaves them as they are."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    edited: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class NurseCenterRecord(MasterData, db.Model):  # type: ignore[name-defined,misc]
    """The Nurse Center of a prefecture; contacts are filled in by an administrator."""

    __tablename__ = "nurse_center"

    prefecture_code: Mapped[str] = mapped_column(String(2), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    operator: Mapped[str] = mapped_column(String(60))
    postal_code: Mapped[str] = mapped_column(String(8), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class LawDateRecord(MasterData, db.Model):  # type: ignore[name-defined,misc]
    """A dated value of law or programme, for example the programme's end as known on a day."""

    __tablename__ = "law_date"
    __table_args__ = (UniqueConstraint("key", "valid_from"),)

    key: Mapped[str] = mapped_column(String(40))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    value: Mapped[str] = mapped_column(String(40))
    basis: Mapped[str] = mapped_column(Text, default="")


class OfficeClosure(MasterData, db.Model):  # type: ignore[name-defined,misc]
    """A day on which nobody works beside weekends and holidays: the whole service, or (with a prefecture) the offices there."""

    __tablename__ = "office_closure"
    __table_args__ = (UniqueConstraint("day", "prefecture_code"),)

    day: Mapped[date] = mapped_column(Date)
    prefecture_code: Mapped[str] = mapped_column(String(2), default="", server_default="")
    reason: Mapped[str] = mapped_column(CleanText(60))
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())


class MunicipalityContact(MasterData, db.Model):  # type: ignore[name-defined,misc]
    """The public address of a body, for letters before it has an account. Only a `verified` one is written to; `source`: where it stands."""

    __tablename__ = "municipality_contact"

    code6: Mapped[str] = mapped_column(String(6), unique=True)
    email: Mapped[str] = mapped_column(CleanText(254), default="", server_default="")
    phone: Mapped[str] = mapped_column(CleanText(20), default="", server_default="")
    source: Mapped[str] = mapped_column(CleanText(200), default="", server_default="")
    verified: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class MunicipalitySuccessor(MasterData, db.Model):  # type: ignore[name-defined,misc]
    """A body's code that another replaces from a day on (合併、市制施行)."""

    __tablename__ = "municipality_successor"

    old_code: Mapped[str] = mapped_column(String(6), unique=True)
    new_code: Mapped[str] = mapped_column(String(6))
    valid_from: Mapped[date] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
