"""The reference files are what they claim to be: shape, order, check digits, counts, references to each other, the published averages."""

import csv
import re
from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from keynet_admin.catalogue.law_date_names import LAW_DATE_NAMES

SEED = Path(__file__).resolve().parents[2] / "seed_data"

COLUMNS = {
    "prefectures.csv": "code name kana romaji region",
    "municipalities.csv": "code6 prefecture_code name kana romaji kind county parent_code6 has_health_center",
    "municipality_points.csv": "code6 lat lon",
    "municipality_domains.csv": "code6 domain pattern website_host source same_in_2021",
    "minimum_wages.csv": "prefecture_code effective_from yen_per_hour fiscal_year sources verified",
    "nurse_centers.csv": "prefecture_code name operator postal_code address phone email website"
    " contact_scope name_verified source_url note",
    "job_types.csv": "sort slug name_ja name_en licence_ja licence_law group shared_with may_vaccinate_2021 in_2020_list in_2021_list note",
    "message_templates.csv": "code sort name use rule kind step body",
    "partners.csv": "code name kind prefecture_code",
    "law_dates.csv": "key valid_from valid_to value basis sources",
}
# number of municipalities (cities, towns, villages, special wards) by prefecture, 01 to 47
PER_PREFECTURE = (
    "179 40 33 35 25 35 59 44 25 35 63 54 62 33 30 15 19 17 27 77 42 35 54 29"
    " 19 26 43 41 39 30 19 19 27 23 19 24 17 20 34 60 20 21 45 18 26 43 41"
)
KINDS = {
    "prefecture": 47,
    "designated_city": 20,
    "ward_of_designated_city": 171,
    "core_city": 62,
    "city": 710,
    "special_ward": 23,
    "town": 743,
    "village": 183,
}
REGIONS = {"北海道": 1, "東北": 6, "関東": 7, "中部": 9, "近畿": 7, "中国": 5, "四国": 4, "九州・沖縄": 8}
# cities with a health centre that are neither designated nor core cities (地域保健法施行令1条3号)
OTHER_HEALTH_CENTRE_CITIES = {"小樽市", "町田市", "藤沢市", "茅ヶ崎市", "四日市市"}
NORTHERN_VILLAGES = {"016951", "016969", "016977", "016985", "016993", "017001"}
HAMAMATSU_WARDS = {"221384", "221392", "221406"}
# the weighted national average published each year, and our lowest and highest figure around it
WAGES = {
    2019: (790, 901, 1013),
    2020: (792, 902, 1013),
    2021: (820, 930, 1041),
    2022: (853, 961, 1072),
    2023: (893, 1004, 1113),
    2024: (951, 1055, 1163),
    2025: (1023, 1121, 1226),
    2026: (1085, 1177, 1280),
}
KATAKANA = re.compile(r"[ァ-ヴー]+")
ROMAJI = re.compile(r"[A-Z][a-z]*(?:-[a-z]+)*(?: [A-Z][a-z]*-ku)?")
NAME_ENDS = {
    "designated_city": "市",
    "core_city": "市",
    "city": "市",
    "special_ward": "区",
    "ward_of_designated_city": "区",
    "town": "町",
    "village": "村",
}
READINGS = {"市": ("シ",), "区": ("ク",), "町": ("チョウ", "マチ"), "村": ("ムラ", "ソン")}
ROMAJI_ENDS = {"シ": "-shi", "ク": "-ku", "チョウ": "-cho", "マチ": "-machi", "ムラ": "-mura", "ソン": "-son"}


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file, by column."""
    with (SEED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_digit(code5: str) -> str:
    """Check digit of a local public body's code."""
    total = sum(int(digit) * weight for digit, weight in zip(code5, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def wrong(items, holds) -> list:
    """The items for which something does not hold (so that a failure names them)."""
    return [item for item in items if not holds(item)]


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_form_of_the_file(name: str) -> None:
    raw = (SEED / name).read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    table = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert table[0] == COLUMNS[name].split()
    assert wrong(table, lambda row: len(row) == len(table[0])) == []
    assert wrong(table, lambda row: all(value == value.strip() for value in row)) == []
    key = (lambda row: int(row[0])) if name == "job_types.csv" else None
    assert table[1:] == sorted(table[1:], key=key)
    assert len({tuple(row) for row in table}) == len(table)


def test_every_csv_file_is_checked() -> None:
    assert {file.name for file in SEED.glob("*.csv")} == set(COLUMNS)


def test_prefectures() -> None:
    table = rows("prefectures.csv")
    assert [row["code"] for row in table] == [f"{i:02d}" for i in range(1, 48)]
    assert wrong(table, lambda row: KATAKANA.fullmatch(row["kana"]) and row["name"][-1] in "都道府県") == []
    assert wrong(table, lambda row: re.fullmatch(r"[A-Z][a-z]+", row["romaji"])) == []
    assert Counter(row["region"] for row in table) == REGIONS
    for column in ("name", "kana", "romaji"):
        assert len({row[column] for row in table}) == 47


def test_codes_of_municipalities() -> None:
    table = rows("municipalities.csv")
    codes = {row["code6"] for row in table}
    assert len(codes) == len(table)
    assert wrong(table, lambda row: re.fullmatch(r"[0-9]{6}", row["code6"]) and row["code6"][5] == check_digit(row["code6"][:5])) == []
    assert wrong(table, lambda row: row["prefecture_code"] == row["code6"][:2]) == []
    assert not NORTHERN_VILLAGES & codes


def test_counts_of_municipalities() -> None:
    table = rows("municipalities.csv")
    assert Counter(row["kind"] for row in table) == KINDS
    local = Counter(row["prefecture_code"] for row in table if row["kind"] not in ("prefecture", "ward_of_designated_city"))
    assert [local[f"{i:02d}"] for i in range(1, 48)] == [int(n) for n in PER_PREFECTURE.split()]
    assert local.total() == 1741
    assert max(Counter((row["prefecture_code"], row["name"]) for row in table).values()) == 1


def test_names_of_municipalities() -> None:
    table = rows("municipalities.csv")
    prefectures = {row["code"]: row for row in rows("prefectures.csv")}
    for row in table:
        kana = row["kana"]
        assert KATAKANA.fullmatch(kana), row
        assert kana[0] not in "ャュョッァィゥェォ", row
        assert not re.search(r"[シジキギニヒビピミリチ][ヤユヨ](?=ウ)", kana), row
        assert ROMAJI.fullmatch(row["romaji"]), row
        if row["kind"] == "prefecture":
            same = prefectures[row["code6"][:2]]
            assert row["code6"][2:5] == "000", row
            assert (row["name"], kana, row["romaji"]) == (same["name"], same["kana"], same["romaji"])
            continue
        assert row["name"].endswith(NAME_ENDS[row["kind"]]), row
        ending = next((end for end in READINGS[row["name"][-1]] if kana.endswith(end)), None)
        assert ending is not None, row
        assert row["romaji"].endswith(ROMAJI_ENDS[ending]), row


def test_wards_lie_in_their_city() -> None:
    table = rows("municipalities.csv")
    by_code = {row["code6"]: row for row in table}
    for row in table:
        if row["kind"] != "ward_of_designated_city":
            assert row["parent_code6"] == "", row
            continue
        city = by_code[row["parent_code6"]]
        assert city["kind"] == "designated_city", row
        assert row["prefecture_code"] == city["prefecture_code"], row
        assert row["name"].startswith(city["name"]), row
        assert row["kana"].startswith(city["kana"]), row
        assert row["romaji"].startswith(city["romaji"] + " "), row
    assert len({row["parent_code6"] for row in table if row["parent_code6"]}) == 20
    assert {row["code6"] for row in table if row["parent_code6"] == "221309"} == HAMAMATSU_WARDS


def test_counties_and_health_centres() -> None:
    table = rows("municipalities.csv")
    rural = ("town", "village")
    assert wrong(table, lambda row: row["county"] == "" or (row["county"].endswith("郡") and row["kind"] in rural)) == []
    assert wrong(table, lambda row: row["county"] or row["kind"] not in rural or row["prefecture_code"] == "13") == []
    own = ("prefecture", "designated_city", "core_city", "special_ward")
    assert (
        wrong(
            table,
            lambda row: row["has_health_center"] == ("1" if row["kind"] in own or row["name"] in OTHER_HEALTH_CENTRE_CITIES else "0"),
        )
        == []
    )
    assert sum(row["has_health_center"] == "1" for row in table) == 157


def test_domains() -> None:
    table = rows("municipality_domains.csv")
    bodies = {row["code6"]: row for row in rows("municipalities.csv") if row["kind"] != "ward_of_designated_city"}
    assert {row["code6"] for row in table} == set(bodies)
    assert len(table) == len(bodies)
    assert len({row["domain"] for row in table}) == len(table)
    for row in table:
        domain = row["domain"]
        assert re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", domain), row
        assert row["website_host"] == domain or row["website_host"].endswith("." + domain), row
        assert row["pattern"] == pattern_of(domain), row
        assert row["same_in_2021"] in (("",) if bodies[row["code6"]]["kind"] == "prefecture" else ("yes", "no")), row
        assert row["source"] in ("localgovjp-2026-07", "jlis-2021-09"), row


def pattern_of(domain: str) -> str:
    """The group a municipal domain belongs to."""
    if domain.endswith(".lg.jp"):
        return "lg_jp"
    if re.fullmatch(r"(city|town|vill|village)\.[a-z0-9-]+\.[a-z]+\.jp|(pref|city)\.[a-z]+\.jp", domain):
        return "geographic_jp"
    return "other_jp" if domain.endswith(".jp") else "other"


def test_minimum_wages_rise_year_by_year() -> None:
    table = rows("minimum_wages.csv")
    latest: dict[str, tuple[date, int]] = {}
    seen: set[tuple[str, int]] = set()
    for row in table:
        prefecture, year, yen = row["prefecture_code"], int(row["fiscal_year"]), int(row["yen_per_hour"])
        day = date.fromisoformat(row["effective_from"])
        assert date(year, 10, 1) <= day <= date(year + 1, 3, 31), row
        assert (prefecture, year) not in seen, row
        seen.add((prefecture, year))
        if prefecture in latest:
            assert latest[prefecture][0] < day, row
            assert latest[prefecture][1] < yen, row
        latest[prefecture] = (day, yen)
        assert len(row["sources"].split(";")) >= 2, row
        assert row["verified"] in ("yes", "planned_date"), row
    assert set(latest) == {row["code"] for row in rows("prefectures.csv")}
    assert Counter(year for _, year in seen) == {year: 40 if year == 2020 else 47 for year in range(2019, 2027)}


def test_minimum_wages_lie_around_the_published_average() -> None:
    yen = {(row["prefecture_code"], int(row["fiscal_year"])): int(row["yen_per_hour"]) for row in rows("minimum_wages.csv")}
    prefectures = {prefecture for prefecture, _ in yen}
    unchanged = {prefecture for prefecture in prefectures if (prefecture, 2020) not in yen}
    assert unchanged == {"01", "13", "22", "26", "27", "34", "35"}
    yen.update({(prefecture, 2020): yen[prefecture, 2019] for prefecture in unchanged})
    for year, (lowest, average, highest) in WAGES.items():
        values = [yen[prefecture, year] for prefecture in prefectures]
        assert (min(values), max(values)) == (lowest, highest)
        assert lowest < average < highest


def test_partners() -> None:
    """Save the town for the whole country, the sandbox, and each Nurse Center of the other file under the same name."""
    table = rows("partners.csv")
    centers = {row["prefecture_code"]: row["name"] for row in rows("nurse_centers.csv")}
    assert {row["prefecture_code"]: row["name"] for row in table if row["kind"] == "nurse_center"} == centers
    assert [row["code"] for row in table if row["kind"] != "nurse_center"] == ["sandbox", "save-the-town"]
    assert [row["kind"] for row in table if row["kind"] != "nurse_center"] == ["sandbox", "save_the_town"]


def test_nurse_centers() -> None:
    table = rows("nurse_centers.csv")
    names = {row["code"]: row["name"] for row in rows("prefectures.csv")}
    assert [row["prefecture_code"] for row in table] == sorted(names)
    for row in table:
        prefecture = names[row["prefecture_code"]]
        assert row["name"].startswith(prefecture), row
        assert row["operator"].startswith(prefecture), row
        assert re.fullmatch(r"|[0-9]{3}-[0-9]{4}", row["postal_code"]), row
        assert re.fullmatch(r"|0[0-9]{1,4}-[0-9]{1,4}-[0-9]{4}", row["phone"]), row
        assert len(row["phone"].replace("-", "")) in (0, 10), row
        assert row["address"] == "" or row["address"].startswith(prefecture), row
        assert re.fullmatch(r"|[^@\s]+@[a-z0-9.-]+", row["email"]), row
        assert re.fullmatch(r"|https?://\S+", row["website"]), row
        assert re.fullmatch(r"https?://\S+", row["source_url"]), row
        assert row["contact_scope"] in ("", "center", "operator"), row
        assert bool(row["contact_scope"]) == bool(row["phone"] or row["address"]), row
        assert row["name_verified"] in ("yes", "no"), row


def test_job_types() -> None:
    table = rows("job_types.csv")
    assert [row["sort"] for row in table] == [str(i + 1) for i in range(len(table))]
    for column in ("slug", "name_ja", "name_en"):
        assert len({row[column] for row in table}) == len(table)
    shared = {"physician": "save_the_town", "nursing": "nurse_center", "other_medical": "none", "clerical": "none"}
    for row in table:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", row["slug"]), row
        assert row["shared_with"] == shared[row["group"]], row
        assert row["may_vaccinate_2021"] in ("yes", "special", "no"), row
        assert bool(row["licence_ja"]) == bool(row["licence_law"]) == (row["group"] != "clerical"), row
        assert row["licence_ja"] in ("", row["name_ja"] + "免許"), row
        assert {row["in_2020_list"], row["in_2021_list"]} <= {"yes", "no"}, row
    assert sum(row["in_2020_list"] == "yes" for row in table) == 11
    assert [row["slug"] for row in table if row["in_2021_list"] == "yes"] == ["physician", "nurse", "assistant_nurse", "clerical"]


def test_law_dates_do_not_overlap_and_say_how_sure_they_are() -> None:
    periods: dict[str, list[tuple[date, date]]] = {}
    for row in rows("law_dates.csv"):
        assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", row["key"]), row
        date.fromisoformat(row["value"])
        begin, end = date.fromisoformat(row["valid_from"]), date.fromisoformat(row["valid_to"] or "9999-12-31")
        assert begin <= end, row
        assert re.search(r"確実|未確認|S\d\d", row["sources"]), row
        assert not re.search(r"S\d\d|[［\[]|[A-Z]{3}-\d", row["basis"]), row
        assert row["key"] in LAW_DATE_NAMES, row
        periods.setdefault(row["key"], []).append((begin, end))
    for key, spans in periods.items():
        assert all(before[1] < after[0] for before, after in pairwise(spans)), key


@pytest.mark.parametrize(
    ("key", "on", "value"),
    [
        ("intake_from", "2021-05-01", "2021-05-06"),
        ("programme_end", "2021-05-07", "2022-02-28"),
        ("programme_end", "2022-01-10", "2022-09-30"),
        ("programme_end", "2023-01-10", "2023-03-31"),
        ("programme_end", "2023-10-01", "2024-03-31"),
        ("programme_end", "2024-04-01", None),
        ("change_scope_from", "2021-05-07", "2024-04-01"),
        ("nurse_dispatch_until", "2021-05-07", "2023-03-31"),
        ("inject_dentist_from", "2021-05-07", "2021-04-26"),
    ],
)
def test_law_dates_as_the_rules_need_them(key: str, on: str, value: str | None) -> None:
    valid = [row["value"] for row in rows("law_dates.csv") if row["key"] == key and row["valid_from"] <= on <= (row["valid_to"] or "9999")]
    assert valid == ([value] if value else [])


def test_every_municipality_has_a_point() -> None:
    """Also every ward, and the wards that Hamamatsu had; no two bodies far apart share a place, and each lies near the others of its prefecture."""
    table = rows("municipality_points.csv")
    bodies = {row["code6"]: row for row in rows("municipalities.csv") if row["kind"] != "prefecture"}
    points = {row["code6"]: (float(row["lat"]), float(row["lon"])) for row in table}
    assert set(bodies) <= set(points)
    assert {code[:5] for code in set(points) - set(bodies)} == {"22131", "22132", "22133", "22134", "22135", "22136", "22137"}
    islands = {"134210", "473821", "134023", "134015", "463043"}  # 小笠原村, 与那国町, 青ヶ島村, 八丈町, 十島村
    for code, (lat, lon) in points.items():
        beside = [other for other in points if other[:2] == code[:2] and other != code]
        near = min(abs(points[other][0] - lat) + abs(points[other][1] - lon) for other in beside)
        assert near < 0.9 or code in islands, bodies.get(code)
