"""Names of places as people type them: with and without 県 and 市, read in kana, in Roman letters, former and common names, regions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from keynet_admin.catalogue import reference
from keynet_admin.services.listing.search_index import fold

COMMON: Final[dict[str, str]] = {
    "13": "都内 とない 東京都内 東京23区 23区 都区部 首都 江戸 toukyou toukyo",
    "27": "大坂 浪速 浪花 なにわ oosaka",
    "01": "道内 道央 道東 道南 道北 蝦夷 hokkaidou",
    "47": "琉球",
    "08": "いばらぎ いばらぎけん 茨木県",
    "26": "kyouto",
    "28": "hyougo",
    "39": "kouchi",
    "44": "ooita",
}
"""Code of a prefecture → what else it is called, and slips that are made often."""

REGIONS: Final[dict[str, str]] = {
    "02 03 04 05 06 07": "東北 とうほく 東北地方 tohoku",
    "08 09 10 11 12 13 14": "関東 かんとう 関東地方 kanto",
    "11 12 13 14": "首都圏 しゅとけん 一都三県 1都3県 南関東",
    "08 09 10": "北関東",
    "15 19 20": "甲信越",
    "16 17 18": "北陸 ほくりく 北陸地方",
    "21 22 23 24": "東海 とうかい 東海地方",
    "15 16 17 18 19 20 21 22 23": "中部 中部地方",
    "25 26 27 28 29 30": "関西 かんさい 近畿 きんき 近畿地方 関西地方 kansai",
    "26 27 28": "京阪神",
    "31 32 33 34 35": "中国地方",
    "31 32": "山陰",
    "33 34 35": "山陽",
    "36 37 38 39": "四国 しこく 四国地方 shikoku",
    "40 41 42 43 44 45 46": "九州 きゅうしゅう 九州地方 kyushu",
    "40 41 42 43 44 45 46 47": "九州沖縄",
}
"""Codes of prefectures → what they are called together."""

# How the reading of a city or a ward ends.
_ENDINGS: Final = {"市": "し", "区": "く"}
_CITIES: Final = frozenset({"designated_city", "core_city", "city", "special_ward"})
# Cities whose names without 市 mean something else more often.
_ORDINARY: Final = "国立 中間 日立 平野 大東 東海 美原 大和 三条 小松 本宮 田村 山県 下野 富士 北斗 太田 吉川 三田 山田 安田 上田 飯田 戸田"


@lru_cache(maxsize=1)
def prefectures() -> Mapping[str, str]:
    """Folded name → code: 奈良, 奈良県, なら, nara."""
    found: dict[str, str] = {}
    for place in reference.prefectures():
        kana, romaji = fold(place.kana), fold(place.romaji)
        ending = {"北海道": "", "東京都": "to", "京都府": "fu", "大阪府": "fu"}.get(place.name, "ken")
        stem, read = (place.name[:-1], kana[: -1 if ending in ("to", "fu") else -2]) if ending else (place.name, kana)
        for name in (place.name, stem, kana, read, romaji, romaji + ending, *COMMON.get(place.code, "").split()):
            found.setdefault(fold(name), place.code)
    return found


@lru_cache(maxsize=1)
def municipalities() -> Mapping[str, tuple[str, ...]]:
    """Folded name → codes of all places of this name, with and without its prefecture and county: 府中市 has two."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    areas = {place.code: (fold(place.name), fold(place.name[:-1])) for place in reference.prefectures()}
    for body in _bodies():
        own, county, names = fold(body.name), fold(body.county), [fold(body.kana)]
        for before in ("", *areas[body.prefecture_code]):
            names += [before + own, before + county + own]
        if body.is_ward:
            names.append(fold(body.name.partition("市")[2]))
        for name in names:
            if len(name) > 1:
                found[name][body.code6] = None
    return {name: tuple(codes) for name, codes in found.items()}


@lru_cache(maxsize=1)
def stems() -> Mapping[str, tuple[str, ...]]:
    """The same for cities and special wards without 市 and 区: 日向, ひゅうが, hyuga. Only for a word of its own: 日向 stands in many words."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    taken = prefectures()
    for body in _bodies():
        if body.kind not in _CITIES or body.name[:-1] in _ORDINARY.split():
            continue
        kana, romaji = fold(body.kana), fold(body.romaji)
        names = (fold(body.name)[:-1], kana[: -len(_ENDINGS[body.name[-1]])], romaji.replace(" ", ""), romaji.partition(" ")[0])
        for name in names:
            if len(name) > (1 if name[0] >= "\u4e00" else 2) and name not in taken:
                found[name][body.code6] = None
    return {name: tuple(codes) for name, codes in found.items()}


def name_of(code: str) -> str:
    """A municipality's name, by its code."""
    found = reference.municipality(code)
    return found.name if found else code


def prefecture_name(code: str) -> str:
    """A prefecture's name, by its code."""
    found = reference.prefecture(code)
    return found.name if found else code


def _bodies() -> Iterator[reference.Municipality]:
    return (body for body in reference.municipalities() if body.kind != "prefecture")
