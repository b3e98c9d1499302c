"""The reference tables in `seed_data/`: municipalities, prefectures, minimum wages, job types, domains, law dates.

Every table is read once and kept. A table that cannot be trusted stops the program with file, row and column: a wrong code or
wage would otherwise travel into every judgement. The folder can be moved with the environment variable `KEYNET_SEED_DATA`.
Sources of the tables: `seed_data/README.md`.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated

from keynet_admin.catalogue.table import BadCell, BadReferenceFile, Day, MaybeDay, MaybeText, Text, number, one_of, read_table, text

WARD = "ward_of_designated_city"
KINDS = ("prefecture", "designated_city", "core_city", "city", "special_ward", "town", "village", WARD)
# Hamamatsu had seven wards until 2023-12-31 and has three since 2024-01-01; the table carries the three only.
HAMAMATSU_REFORM = date(2024, 1, 1)
NEW_HAMAMATSU = frozenset({"221384", "221392", "221406"})

PrefectureCode = Annotated[str, text(r"0[1-9]|[1-3]\d|4[0-7]")]
TwoDigits = Annotated[str, text(r"\d{2}")]
BodyCode = Annotated[str, text(r"\d{6}")]
YesNo = Annotated[str, one_of("yes", "no")]


def check_digit(five: str) -> str:
    """Check digit of a five-digit code: `(11 - (6a+5b+4c+3d+2e) mod 11) mod 10` (総務省「全国地方公共団体コード仕様」)."""
    total = sum(int(digit) * weight for digit, weight in zip(five, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def is_union(code6: str) -> bool:
    """True for the code of a 一部事務組合 or 広域連合: third digit 8 or 9. They are not in the table of municipalities."""
    return len(code6) == 6 and code6[2] in "89"


@dataclass(frozen=True, slots=True)
class Prefecture:
    """A prefecture; `code` has two digits (JIS X 0401)."""

    code: PrefectureCode
    name: Text
    kana: Text
    romaji: Text
    region: Text


@dataclass(frozen=True, slots=True)
class Municipality:
    """A local public body or a ward of a designated city; `code6` is the 全国地方公共団体コード with its check digit."""

    code6: BodyCode
    prefecture_code: TwoDigits
    name: Text
    kana: Text
    romaji: Text
    kind: Annotated[str, one_of(*KINDS)]
    county: MaybeText
    parent_code6: Annotated[str, text(r"\d{6}", empty=True)]
    has_health_center: Annotated[str, one_of("0", "1")]

    def __post_init__(self) -> None:
        """Raises BadCell when check digit, prefecture or the city of a ward do not fit."""
        if check_digit(self.code6[:5]) != self.code6[5]:
            raise BadCell("code6", f"検査数字が合いません: {self.code6}")
        if self.code6[:2] != self.prefecture_code:
            raise BadCell("prefecture_code", f"コード{self.code6}の上2桁と違います: {self.prefecture_code}")
        if self.is_ward != bool(self.parent_code6):
            raise BadCell("parent_code6", "政令指定都市の区だけが親の市をもちます")

    @property
    def is_ward(self) -> bool:
        """True for a ward of a designated city, which is not a local public body."""
        return self.kind == WARD

    def exists_on(self, day: date) -> bool:
        """True when the code was in use on the day."""
        if self.code6 in NEW_HAMAMATSU:
            return day >= HAMAMATSU_REFORM
        return day < HAMAMATSU_REFORM or self.code6 not in _FORMER_CODES


FORMER_WARDS = tuple(
    Municipality(code, "22", name, kana, romaji, WARD, "", "221309", "0")
    for code, name, kana, romaji in (
        ("221317", "浜松市中区", "ハママツシナカク", "Hamamatsu-shi Naka-ku"),
        ("221325", "浜松市東区", "ハママツシヒガシク", "Hamamatsu-shi Higashi-ku"),
        ("221333", "浜松市西区", "ハママツシニシク", "Hamamatsu-shi Nishi-ku"),
        ("221341", "浜松市南区", "ハママツシミナミク", "Hamamatsu-shi Minami-ku"),
        ("221350", "浜松市北区", "ハママツシキタク", "Hamamatsu-shi Kita-ku"),
        ("221368", "浜松市浜北区", "ハママツシハマキタク", "Hamamatsu-shi Hamakita-ku"),
        ("221376", "浜松市天竜区", "ハママツシテンリュウク", "Hamamatsu-shi Tenryu-ku"),
    )
)
_FORMER_CODES = frozenset(ward.code6 for ward in FORMER_WARDS)


@dataclass(frozen=True, slots=True)
class MinimumWage:
    """One revision of a regional minimum wage: yen an hour from a day on."""

    prefecture_code: PrefectureCode
    effective_from: Day
    yen_per_hour: Annotated[int, number(500, 3000)]
    fiscal_year: Annotated[int, number(2010, 2100)]
    sources: Text
    verified: Text


@dataclass(frozen=True, slots=True)
class JobType:
    """A job type of the programme; `may_vaccinate_2021` is yes, no, special or instruction-like words of the table."""

    sort: Annotated[int, number(1, 99)]
    slug: Annotated[str, text(r"[a-z_]+")]
    name_ja: Text
    name_en: Text
    licence_ja: MaybeText
    licence_law: MaybeText
    group: Text
    shared_with: Text
    may_vaccinate_2021: Text
    in_2020_list: YesNo
    in_2021_list: YesNo
    note: MaybeText


@dataclass(frozen=True, slots=True)
class Domain:
    """The web domain of a body (no promise about its mail)."""

    code6: BodyCode
    domain: Annotated[str, text(r"[a-z0-9.-]+")]
    pattern: Annotated[str, one_of("lg_jp", "geographic_jp", "other_jp", "other")]
    website_host: MaybeText
    source: MaybeText
    same_in_2021: MaybeText


@dataclass(frozen=True, slots=True)
class NurseCenter:
    """The prefectural Nurse Center; contacts are mostly empty and are filled in by an administrator."""

    prefecture_code: TwoDigits
    name: Text
    operator: Text
    postal_code: MaybeText
    address: MaybeText
    phone: MaybeText
    email: MaybeText
    website: MaybeText
    contact_scope: MaybeText
    name_verified: MaybeText
    source_url: MaybeText
    note: MaybeText


@dataclass(frozen=True, slots=True)
class PartnerName:
    """A receiver of postings; Nurse Centers take their contact from their own file."""

    code: Annotated[str, text(r"[a-z0-9-]+")]
    name: Text
    kind: Annotated[str, one_of("save_the_town", "nurse_center", "sandbox")]
    prefecture_code: Annotated[str, text(r"\d{2}", empty=True)]


@dataclass(frozen=True, slots=True)
class TemplateText:
    """A standard text of the service center for messages to applicants; a line break of `body` is written `\\n` in the file."""

    code: Annotated[str, text(r"[a-z0-9_]+")]
    sort: Annotated[int, number(1, 999)]
    name: Text
    use: Annotated[str, text(r"candidate|item|cover|reject")]
    rule: Annotated[str, text(r"[A-Z]+-[0-9]+", empty=True)]
    kind: Annotated[str, text(r"application|inquiry", empty=True)]
    step: Annotated[str, text(r"[a-z_]+", empty=True)]
    body: Text


@dataclass(frozen=True, slots=True)
class LawDate:
    """A date that law or the programme sets, as known between two days (both included, None = open)."""

    key: Annotated[str, text(r"[a-z0-9_]+")]
    valid_from: Day
    valid_to: MaybeDay
    value: Day
    basis: Text
    sources: MaybeText = ""

    def __post_init__(self) -> None:
        """Raises BadCell for a period that ends before it begins."""
        if self.valid_to and self.valid_to < self.valid_from:
            raise BadCell("valid_to", "終わりが始まりより前です")


@lru_cache(maxsize=1)
def prefectures() -> tuple[Prefecture, ...]:
    """The 47 prefectures, in the order of their codes."""
    return read_table("prefectures.csv", Prefecture, "code")


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
    """All bodies and wards of today's table, in the order of their codes (former wards are found by `municipality` only)."""
    return read_table("municipalities.csv", Municipality, "code6")


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
def _name_index() -> dict[str, list[Municipality]]:
    index: dict[str, list[Municipality]] = {}
    for m in (*municipalities(), *FORMER_WARDS):
        for name in {m.name, fold_name(m.name), m.county + m.name, fold_name(m.county + m.name)}:
            index.setdefault(name, []).append(m)
    return index


def municipalities_named(name: str) -> list[Municipality]:
    """Bodies and wards of that name in every prefecture; the county may stand in front, spelling variants are accepted."""
    index = _name_index()
    return list(index.get(name) or index.get(fold_name(name)) or ())


@lru_cache(maxsize=1)
def _ward_index() -> dict[str, list[Municipality]]:
    index: dict[str, list[Municipality]] = {}
    for m in (*municipalities(), *FORMER_WARDS):
        if m.is_ward:
            index.setdefault(fold_name(m.name.rpartition("市")[2]), []).append(m)
        elif m.kind == "special_ward":
            index.setdefault(fold_name(m.name), []).append(m)
    return index


def wards_named(name: str) -> list[Municipality]:
    """Wards with that name, said without their city: 鶴見区 of 横浜市 and 大阪市; the special wards among them (北区)."""
    return list(_ward_index().get(fold_name(name), ()))


@lru_cache(maxsize=1)
def minimum_wages() -> tuple[MinimumWage, ...]:
    """All revisions, by prefecture and day."""
    return read_table("minimum_wages.csv", MinimumWage, "prefecture_code", "effective_from")


@lru_cache(maxsize=1)
def job_types() -> tuple[JobType, ...]:
    """The job types in the form's order."""
    return read_table("job_types.csv", JobType, "slug")


@lru_cache(maxsize=1)
def _domains() -> tuple[Domain, ...]:
    return read_table("municipality_domains.csv", Domain, "code6", "domain")


@lru_cache(maxsize=1)
def _domain_index() -> dict[str, frozenset[str]]:
    index: dict[str, frozenset[str]] = {}
    for item in _domains():
        index[item.code6] = index.get(item.code6, frozenset()) | {item.domain}
    return index


def domains_of(code6: str) -> frozenset[str]:
    """The web domains of one body."""
    return _domain_index().get(code6, frozenset())


def website_of(code6: str) -> str:
    """The host of a body's own site, where its telephone number is looked up; empty for a body that is not in the table."""
    return next((item.website_host for item in _domains() if item.code6 == code6 and item.website_host), "")


@lru_cache(maxsize=1)
def nurse_centers() -> tuple[NurseCenter, ...]:
    """The Nurse Centers, one a prefecture."""
    return read_table("nurse_centers.csv", NurseCenter, "prefecture_code")


@lru_cache(maxsize=1)
def partners() -> tuple[PartnerName, ...]:
    """Save the town for doctors, each Nurse Center for the postings of its prefecture, and the sandbox for whoever connects a machine."""
    return read_table("partners.csv", PartnerName, "code")


@lru_cache(maxsize=1)
def template_texts() -> tuple[TemplateText, ...]:
    """The standard texts of the file, in its order."""
    return read_table("message_templates.csv", TemplateText, "code")


def read_law_dates() -> tuple[LawDate, ...]:
    """All dates of the file; two periods of one key must not overlap."""
    found = read_table("law_dates.csv", LawDate, "key", "valid_from")
    for before, after in pairwise(sorted(found, key=lambda d: (d.key, d.valid_from))):
        if before.key == after.key and (before.valid_to or date.max) >= after.valid_from:
            raise BadReferenceFile("law_dates.csv", 0, "valid_from", f"{after.key}の期間が重なっています")
    return found


_law_dates: tuple[LawDate, ...] | None = None
_successors: dict[str, tuple[str, date]] = {}


def law_dates() -> tuple[LawDate, ...]:
    """All dates in force: those that `use` handed in, else the file's."""
    return read_law_dates() if _law_dates is None else _law_dates


def use(dates: tuple[LawDate, ...] | None, successors: dict[str, tuple[str, date]]) -> None:
    """Judge by these law dates (None: the file's) and replaced codes (old code → new code, first day) from now on."""
    global _law_dates, _successors
    _law_dates, _successors = dates, successors
    law_date.cache_clear()


def successor(code6: str, on: date) -> str | None:
    """The code that has replaced this one by that day (a merger, a town that became a city), None when none has."""
    new, start = _successors.get(code6, ("", date.max))
    return new if on >= start else None


@lru_cache(maxsize=256)
def law_date(key: str, on: date) -> date | None:
    """The date that the table sets for `key`, as known on a day; None when the table says nothing for that day."""
    return next((d.value for d in law_dates() if d.key == key and d.valid_from <= on <= (d.valid_to or date.max)), None)
