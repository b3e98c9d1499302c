"""Reference tables, filled from `seed_data/` by `flask load-reference` (the rules read the same files directly)."""

from datetime import date

from sqlalchemy import Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from keynet_admin.extensions import db


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


class MinimumWageRecord(db.Model):  # type: ignore[name-defined,misc]
    """A revision of a regional minimum wage (地域別最低賃金), yen an hour from a day on."""

    __tablename__ = "minimum_wage"

    prefecture_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    effective_from: Mapped[date] = mapped_column(Date, primary_key=True)
    yen_per_hour: Mapped[int] = mapped_column(Integer)


class NurseCenterRecord(db.Model):  # type: ignore[name-defined,misc]
    """The Nurse Center of a prefecture; contacts are filled in by an administrator."""

    __tablename__ = "nurse_center"

    prefecture_code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    operator: Mapped[str] = mapped_column(String(60))
    postal_code: Mapped[str] = mapped_column(String(8), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class LawDateRecord(db.Model):  # type: ignore[name-defined,misc]
    """A dated value of law or programme, for example the programme's end as known on a day."""

    __tablename__ = "law_date"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date, primary_key=True)
    valid_to: Mapped[date | None] = mapped_column(Date)
    value: Mapped[str] = mapped_column(String(40))
    basis: Mapped[str] = mapped_column(Text, default="")
