"""Readers of the reference tables in `seed_data/`: municipalities, prefectures, minimum wages, job types, domains, law dates.

Every table is read once and kept. A table that cannot be trusted stops the program with file, row and column: a wrong code or
wage would otherwise travel into every judgement. The folder can be moved with the environment variable `KEYNET_SEED_DATA`.
Sources of the tables: `seed_data/README.md`.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from keynet_admin.catalogue.law_dates import LawDate, law_date, law_dates
from keynet_admin.catalogue.table import BadReferenceFile, CsvRow, read_rows, seed_folder, table

KINDS = ("prefecture", "designated_city", "core_city", "city", "special_ward", "town", "village", "ward_of_designated_city")
CITY_KINDS = frozenset({"designated_city", "core_city", "city"})


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture; `code` has two digits (JIS X 0401)."""

    code: str
    name: str
    kana: str
    romaji: str
    region: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """A local public body or a ward of a designated city; `code6` is the 全国地方公共団体コード with its check digit."""

    code6: str
    prefecture_code: str
    name: str
    kana: str
    romaji: str
    kind: str
    county: str
    parent_code6: str
    has_health_center: bool
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def is_ward(self) -> bool:
        """True for a ward of a designated city, which is not a local public body."""
        return self.kind == "ward_of_designated_city"

    def exists_on(self, day: date) -> bool:
        """True when the code was in use on the day."""
        return (self.valid_from is None or day >= self.valid_from) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class MinimumWage:
    """One revision of a regional minimum wage: yen an hour from a day on."""

    prefecture_code: str
    effective_from: date
    yen_per_hour: int
    fiscal_year: int


@dataclass(frozen=True, slots=True)
class JobType:
    """A job type of the programme; `may_vaccinate_2021` is yes, no, special or instruction-like words of the table."""

    sort: int
    slug: str
    name_ja: str
    name_en: str
    licence_ja: str
    licence_law: str
    group: str
    shared_with: str
    may_vaccinate_2021: str
    in_2020_list: bool
    in_2021_list: bool
    note: str


@dataclass(frozen=True, slots=True)
class Domain:
    """The web domain of a body (no promise about its mail)."""

    code6: str
    domain: str
    pattern: str


@dataclass(frozen=True, slots=True)
class NurseCenter:
    """The prefectural Nurse Center; contacts are mostly empty and are filled in by an administrator."""

    prefecture_code: str
    name: str
    operator: str
    postal_code: str
    address: str
    phone: str
    email: str
    website: str


def check_digit(five: str) -> str:
    """Check digit of a five-digit code: `(11 - (6a+5b+4c+3d+2e) mod 11) mod 10` (総務省「全国地方公共団体コード仕様」)."""
    total = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def is_union(code6: str) -> bool:
    """True for the code of a 一部事務組合 or 広域連合: third digit 8 or 9. They are not in the table of municipalities."""
    return len(code6) == 6 and code6[2] in "89"


def read_prefectures(folder: Path | None = None) -> tuple[Prefecture, ...]:
    """The 47 prefectures, in the order of their codes."""

    def make(row: CsvRow) -> Prefecture:
        code = row.text("code", pattern=r"0[1-9]|[1-3]\d|4[0-7]")
        return Prefecture(code, row.text("name"), row.text("kana"), row.text("romaji"), row.text("region"))

    return table("prefectures.csv", ("code", "name", "kana", "romaji", "region"), make, lambda p: p.code, folder)


_MUNICIPALITY_COLUMNS = ("code6", "prefecture_code", "name", "kana", "romaji", "kind", "county", "parent_code6", "has_health_center")


def read_municipalities(folder: Path | None = None) -> tuple[Municipality, ...]:
    """All bodies and wards of the table, in the order of their codes; check digits and prefectures are verified."""

    def make(row: CsvRow) -> Municipality:
        code = row.text("code6", pattern=r"\d{6}")
        if check_digit(code[:5]) != code[5]:
            raise row.bad("code6", f"検査数字が合いません: {code}")
        prefecture_code = row.text("prefecture_code", pattern=r"\d{2}")
        if code[:2] != prefecture_code:
            raise row.bad("prefecture_code", f"コード{code}の上2桁と違います: {prefecture_code}")
        parent = row.text("parent_code6", empty=True, pattern=r"\d{6}")
        kind = row.one_of("kind", KINDS)
        if (kind == "ward_of_designated_city") != bool(parent):
            raise row.bad("parent_code6", "政令指定都市の区だけが親の市をもちます")
        return Municipality(
            code,
            prefecture_code,
            row.text("name"),
            row.text("kana"),
            row.text("romaji"),
            kind,
            row.text("county", empty=True),
            parent,
            row.one_of("has_health_center", ("0", "1")) == "1",
            valid_from=date(2024, 1, 1) if code in NEW_HAMAMATSU else None,
        )

    return table("municipalities.csv", _MUNICIPALITY_COLUMNS, make, lambda m: m.code6, folder)


# Hamamatsu had seven wards until 2023-12-31 and has three since 2024-01-01; the table carries the three only.
NEW_HAMAMATSU = frozenset({"221384", "221392", "221406"})
_OLD_HAMAMATSU = (
    ("221317", "浜松市中区", "ハママツシナカク", "Hamamatsu-shi Naka-ku"),
    ("221325", "浜松市東区", "ハママツシヒガシク", "Hamamatsu-shi Higashi-ku"),
    ("221333", "浜松市西区", "ハママツシニシク", "Hamamatsu-shi Nishi-ku"),
    ("221341", "浜松市南区", "ハママツシミナミク", "Hamamatsu-shi Minami-ku"),
    ("221350", "浜松市北区", "ハママツシキタク", "Hamamatsu-shi Kita-ku"),
    ("221368", "浜松市浜北区", "ハママツシハマキタク", "Hamamatsu-shi Hamakita-ku"),
    ("221376", "浜松市天竜区", "ハママツシテンリュウク", "Hamamatsu-shi Tenryu-ku"),
)
FORMER_WARDS: tuple[Municipality, ...] = tuple(
    Municipality(code, "22", name, kana, romaji, "ward_of_designated_city", "", "221309", False, None, date(2023, 12, 31))
    for code, name, kana, romaji in _OLD_HAMAMATSU
)


@lru_cache(maxsize=1)
def prefectures() -> tuple[Prefecture, ...]:
    """The 47 prefectures."""
    return read_prefectures()


@lru_cache(maxsize=1)
def _prefecture_index() -> dict[str, Prefecture]:
    return {p.code: p for p in prefectures()}


def prefecture(code2: str) -> Prefecture | None:
    """A prefecture by its two digits."""
    return _prefecture_index().get(code2)


@lru_cache(maxsize=1)
def prefecture_of_name() -> MappingProxyType[str, Prefecture]:
    """Prefectures by full name (東京都) and by the name without its last character (東京; 北海道 stays whole)."""
    names = {p.name: p for p in prefectures()}
    names.update({p.name[:-1]: p for p in prefectures() if p.code != "01"})
    return MappingProxyType(names)


@lru_cache(maxsize=1)
def municipalities() -> tuple[Municipality, ...]:
    """All bodies and wards of today's table (former wards are found by `municipality` only)."""
    return read_municipalities()


@lru_cache(maxsize=1)
def _municipality_index() -> dict[str, Municipality]:
    return {m.code6: m for m in (*FORMER_WARDS, *municipalities())}


def municipality(code6: str) -> Municipality | None:
    """A body or ward by its six digits, former wards of Hamamatsu included. Its period is in `exists_on`."""
    return _municipality_index().get(code6)


# MIC writes 梼原町 and 須恵町 where Japan Post and the towns themselves may write 檮原町 and 須惠町.
_SPELLINGS = (("檮", "梼"), ("惠", "恵"), ("ヶ", "ケ"), ("ｹ", "ケ"), ("ガ", "ケ"), ("が", "ケ"), ("之", "ノ"), ("乃", "ノ"), ("の", "ノ"))


def fold_name(name: str) -> str:
    """A municipality's name with the accepted variants (ヶ/ケ, ノ, 檮/梼 …) made equal, for comparing only."""
    for variant, usual in _SPELLINGS:
        name = name.replace(variant, usual)
    return name


@lru_cache(maxsize=1)
def _name_index() -> dict[str, tuple[Municipality, ...]]:
    index: dict[str, list[Municipality]] = {}
    for m in (*municipalities(), *FORMER_WARDS):
        names = {m.name, fold_name(m.name)}
        if m.county:
            names |= {m.county + m.name, fold_name(m.county + m.name)}
        for name in names:
            index.setdefault(name, []).append(m)
    return {name: tuple(found) for name, found in index.items()}


def municipalities_named(name: str) -> list[Municipality]:
    """Bodies and wards of that name in every prefecture; the county may stand in front, spelling variants are accepted."""
    index = _name_index()
    return list(index.get(name) or index.get(fold_name(name)) or ())


@lru_cache(maxsize=1)
def minimum_wages() -> tuple[MinimumWage, ...]:
    """All revisions, by prefecture and day."""

    def make(row: CsvRow) -> MinimumWage:
        row.text("sources")
        row.text("verified")
        code = row.text("prefecture_code", pattern=r"0[1-9]|[1-3]\d|4[0-7]")
        return MinimumWage(
            code, row.day("effective_from"), row.number_in("yen_per_hour", 500, 3000), row.number_in("fiscal_year", 2010, 2100)
        )

    columns = ("prefecture_code", "effective_from", "yen_per_hour", "fiscal_year", "sources", "verified")
    return table("minimum_wages.csv", columns, make, lambda w: (w.prefecture_code, w.effective_from))


_JOB_COLUMNS = (
    "sort",
    "slug",
    "name_ja",
    "name_en",
    "licence_ja",
    "licence_law",
    "group",
    "shared_with",
    "may_vaccinate_2021",
    "in_2020_list",
    "in_2021_list",
    "note",
)


@lru_cache(maxsize=1)
def job_types() -> tuple[JobType, ...]:
    """The job types in the form's order."""

    def make(row: CsvRow) -> JobType:
        return JobType(
            row.number_in("sort", 1, 99),
            row.text("slug", pattern=r"[a-z_]+"),
            row.text("name_ja"),
            row.text("name_en"),
            row.text("licence_ja", empty=True),
            row.text("licence_law", empty=True),
            row.text("group"),
            row.text("shared_with"),
            row.text("may_vaccinate_2021"),
            row.one_of("in_2020_list", ("yes", "no")) == "yes",
            row.one_of("in_2021_list", ("yes", "no")) == "yes",
            row.text("note", empty=True),
        )

    return table("job_types.csv", _JOB_COLUMNS, make, lambda j: j.slug)


@lru_cache(maxsize=1)
def domains() -> tuple[Domain, ...]:
    """The web domains of the bodies, in the order of their codes."""

    def make(row: CsvRow) -> Domain:
        return Domain(
            row.text("code6", pattern=r"\d{6}"),
            row.text("domain", pattern=r"[a-z0-9.-]+"),
            row.one_of("pattern", ("lg_jp", "geographic_jp", "other_jp", "other")),
        )

    columns = ("code6", "domain", "pattern", "website_host", "source", "same_in_2021")
    return table("municipality_domains.csv", columns, make, lambda d: (d.code6, d.domain))


@lru_cache(maxsize=1)
def _domain_index() -> dict[str, frozenset[str]]:
    index: dict[str, set[str]] = {}
    for item in domains():
        index.setdefault(item.code6, set()).add(item.domain)
    return {code: frozenset(found) for code, found in index.items()}


def domains_of(code6: str) -> frozenset[str]:
    """The web domains of one body."""
    return _domain_index().get(code6, frozenset())


_CENTER_COLUMNS = (
    "prefecture_code",
    "name",
    "operator",
    "postal_code",
    "address",
    "phone",
    "email",
    "website",
    "contact_scope",
    "name_verified",
    "source_url",
    "note",
)


@lru_cache(maxsize=1)
def nurse_centers() -> tuple[NurseCenter, ...]:
    """The Nurse Centers, one a prefecture."""

    def make(row: CsvRow) -> NurseCenter:
        rest = (row.text(column, empty=True) for column in ("postal_code", "address", "phone", "email", "website"))
        return NurseCenter(row.text("prefecture_code", pattern=r"\d{2}"), row.text("name"), row.text("operator"), *rest)

    return table("nurse_centers.csv", _CENTER_COLUMNS, make, lambda c: c.prefecture_code)


__all__ = [
    "CITY_KINDS",
    "FORMER_WARDS",
    "KINDS",
    "NEW_HAMAMATSU",
    "BadReferenceFile",
    "Domain",
    "JobType",
    "LawDate",
    "MinimumWage",
    "Municipality",
    "NurseCenter",
    "Prefecture",
    "check_digit",
    "domains",
    "domains_of",
    "fold_name",
    "is_union",
    "job_types",
    "law_date",
    "law_dates",
    "minimum_wages",
    "municipalities",
    "municipalities_named",
    "municipality",
    "nurse_centers",
    "prefecture",
    "prefecture_of_name",
    "prefectures",
    "read_municipalities",
    "read_prefectures",
    "read_rows",
    "seed_folder",
]
