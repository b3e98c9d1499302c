"""What gives a masked posting away (一部非公開): the body's name, code, postal code, numbers and domain, its head's name, venue and street.

Used by PUB-005 at entry and again by the public table, which hides what is found (`services.listing.publish`). A text is folded letter by
letter (`_fold`: width, case, kana, accents, spelled dots), so that what is found has its place in the text as it was written.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from keynet_admin.catalogue.folding import TO_HIRAGANA
from keynet_admin.catalogue.reference import domains_of, municipality
from keynet_admin.rules.words.figures import GAP, PHONE, figures
from keynet_admin.rules.words.plain import plain

_SUFFIX: Final = re.compile(r"[市区町村]$")
_READ_SUFFIX: Final = re.compile(r"(?:し|ちょう|まち|むら|そん|く)$")
# Words that name no certain place when they are the whole venue name.
_GENERIC: Final = re.compile(
    r"(?:(?:市|町|村|区|県)?(?:内|立|営)?の?)?(?:(?:集団|大規模|特設|臨時|新型コロナ|コロナ|ワクチン|個別)*接種(?:会場|センター)?|会場"
    r"|各会場|公共施設|保健所|保健センター|市役所|区役所|町役場|村役場|役場|役所|県庁|体育館|公民館|学校|小学校|中学校|病院|診療所|医療機関"
    r"|保育園|保育所|各所|施設|本庁|庁舎|本庁舎|市民会館|文化会館|集会所|巡回|各地区|ホール|未定|調整中|非公開)"
)
# Names that are ordinary words without 市町村: 中央公民館 and 中央区 have nothing to do with each other, nor 昭和57年 and 昭和町.
_ORDINARY: Final = re.compile(
    r"中央|総合|市民|昭和|明和|共和|大和|朝日|日高|大空|高原|最上|東海|養老|大台|安堵|平生|大任|水上|豊富|行方|日光|国立|中間|取手|銚子|胎内|貝塚|出水|石垣|増毛|湧水|大樹|日の出|南部|本庄|長生|双葉|若葉|青葉|美里|白子"
    r"|大蔵|新地|川上|東洋|北斗|千歳|清水|大山|大川|みどり|さくら|みやこ|さつま|あさひ|ひかり"
)
_ORDINARY_LETTERS: Final = "北南東西中港緑旭光森泉境栄谷関星都"
_PLACE: Final = r"(?:市|町|村|区)?(?:役所|役場|立|民|保健|総合|中央|文化|体育|市民|町民|村民|公民|小学|中学|高校|病院|会場|集団|接種|駅|会館|在住|在勤|出身|産|地区|地域|近郊|周辺|方面|港|支所)"
_KANJI, _KANA = "一-龠々", "ぁ-んー"
# What may stand between the letters of a word that is written spaced or dotted; never a mark that ends a clause.
_GAP: Final = r"[ ・.\-_/*|]{0,3}"
_ZIP: Final = re.compile(rf"(?:〒|郵便番号)[ :は]{{0,2}}\d{{3}}{GAP}\d{{4}}(?!\d)")
_CHIEF: Final = re.compile(
    r"(?<![副前元])(?:[市町村区]長|知事)(?:[ :・]{1,3}|は|の)?(?!部|公|室|課|会|賞|表|選|職|直|印|名|宛|村|補|秘|任|決|許|承|専|認|交|答|定|記"
    r"|杯|及|並|又|等|指|命|委|通|告|権|事|代|就|在|以|自|方|要|挨|面|訪|出|来|視|主|推|特|政|対|裁|判|責|所|向|当)"
    rf"(?:[{_KANJI}]{{1,4}} [{_KANJI}]{{1,4}}|[{_KANJI}]{{3,6}}|(?<= )[{_KANJI}]{{2,6}}|[○◯0]{{2,}})(?![{_KANJI}])"
)
_HOST_RUN: Final = re.compile(r"(?<![a-z0-9.-])[a-z0-9.-]{4,253}")
_LG: Final = re.compile(r"(?:^|\.)(?:city|town|vill|village|pref|metro)\.[a-z0-9.-]+\.jp$|\.lg\.jp$")
_HOST: Final = re.compile(r"^(?:https?://)?(?:www\.)?([a-z0-9.-]+)")
_NUMBER: Final = re.compile(r"(\d+)(?:丁目|番地の?|番|号|の|-)?")
_LETTER: Final = re.compile("[^\u3099\u309a\uff9e\uff9f\u0300-\u036f][\u3099\u309a\uff9e\uff9f\u0300-\u036f]*", re.DOTALL)
_HIRAGANA: Final = TO_HIRAGANA | dict.fromkeys(map(ord, "〜~‐‑‒–—―−"), "-")
_SPELLED: Final = re.compile(
    r"[ ]?[\[({<][ ]?(?:(?P<dot>dot|どっと|\.)|at|@|あっと(?:まーく)?)[ ]?[\])}>][ ]?"
    r"| (?P<dot2>dot) | at |[ ]?(?P<dot3>どっと)[ ]?|[ ]?あっとまーく[ ]?|(?<=[a-z0-9])(?P<dot4>・)(?=[a-z0-9])"
)
Found = tuple[str, int, int]


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as names are compared, and for each of its characters the place in the text (one more for the end)."""
    letters: list[str] = []
    places: list[int] = []
    for match in _LETTER.finditer(text):
        for letter in unicodedata.normalize("NFKC", match.group()).casefold().translate(_HIRAGANA):
            if letter < "\u0250":
                letter = unicodedata.normalize("NFD", letter)[0]
            if unicodedata.category(letter) != "Cf":
                letters.append(letter if letter != "\t" else " ")
                places.append(match.start())
    folded, last = "".join(letters), 0
    if not re.search(r"dot|どっと|at|あっと|・|[\[({<]", folded):
        return folded, [*places, len(text)]
    result: list[str] = []
    at: list[int] = []
    for match in _SPELLED.finditer(folded):
        result += [folded[last : match.start()], "." if any(match.groupdict().values()) else "@"]
        at += [*places[last : match.start()], places[match.start()]]
        last = match.end()
    return "".join(result) + folded[last:], [*at, *places[last:], len(text)]


def _folded(word: str) -> str:
    return _fold(word)[0]


def _spaced(word: str, gap: str = _GAP) -> str:
    """A pattern of a word that may be written with spaces, dots or hyphens between its letters."""
    return gap.join(re.escape(letter) for letter in _folded(word) if letter.isalnum())


def _digits(number: str) -> str:
    """A pattern of digits however they are grouped, where they are no amount."""
    return rf"(?<![\d,.]){GAP.join(number)}(?![\d,]|円|人|名|回|件|年)"


_SOUNDS: Final = {"shi": "s(?:h)?i", "chi": "(?:ch|t)i", "tsu": "ts?u", "fu": "[fh]u", "ji": "[jzd]i", "sh": "s[hy]", "ch": "[ct][hy]"} | {
    "j": "(?:jy?|zy)",
    "o": "o[uoh]?",
    "u": "uu?",
    "n": "[nm]",
}
_SOUND: Final = re.compile(r"shi|chi|tsu|fu|ji|sh|ch|j|n(?=[bmp])|o|u|[a-z]")
_ROMAN_SUFFIX: Final = r"(?:s?h?i|city|cho|machi|town|mura|son|village|ku|ward)(?![a-z])"


def _roman(romaji: str) -> str:
    """A pattern of a name in Latin letters, in any of the usual spellings; a short one (Tsu, Date) only with its suffix."""
    stem = re.sub(r"-(?:shi|cho|machi|mura|son|ku)$", "", _folded(romaji))
    name = _GAP.join(_SOUNDS.get(sound, sound) for sound in _SOUND.findall(stem))
    suffix = rf"{_GAP}(?:{_ROMAN_SUFFIX}|[市町村区])"
    end = suffix if len(stem) <= 4 else rf"(?:{suffix}|(?![a-z]))(?!{_GAP}(?:ken(?![a-z])|pref))"
    return rf"(?<![a-z]){name}{end}"


def _read(kana: str, stem_is_ordinary: bool) -> Iterator[str]:
    """Patterns of a name as it is read: with its suffix, with 市町村 in kanji, and alone when it is long enough."""
    name = "".join(letter for letter in _folded(kana) if letter.isalnum())
    stem = _READ_SUFFIX.sub("", name)
    free, ended = rf"(?<![{_KANA}])", rf"(?![{_KANA}])"
    particle = rf"(?=$|[^{_KANA}]|[のでにはがをとへやも](?![たてすょ]))"
    if len(stem) < 2:
        if name != stem:
            yield rf"(?<![{_KANA}\d{_KANJI}]){re.escape(name)}{particle}"
        return
    yield f"{free if len(stem) < 4 else ''}{_spaced(stem)}{_GAP}[市町村区]"
    if name != stem:
        yield f"{free}{_spaced(name)}{particle}" if len(name) < 5 else f"{_spaced(name)}(?!ま[しすせ]|た|て)"
    if len(stem) >= 4 and not stem_is_ordinary:
        yield rf"(?:{free}|(?<=[はのがにでをとも])){_spaced(stem)}(?:{ended}|{particle})(?!県|けん)"


def _names(body: Mapping[str, Any], org_name: str, is_prefecture: bool) -> Iterator[str]:
    """The body's name where it stands as such: 津市 does not stand in 会津市, and a prefecture's name is shown anyway."""
    name = _folded(org_name)
    if len(name) < 2:
        return
    if is_prefecture:
        yield (
            re.escape(name) + r"(?:庁|立|知事|職員|(?:の)?(?:健康|保健|福祉|感染症|わくちん|ワクチン|医療)[^。\n]{0,8}(?:課|部|室|局|所))"
        )
        return
    stem = _SUFFIX.sub("", name)
    before = rf"(?:(?<![{_KANJI}])|(?<=[都道府県郡市]))"
    yield f"{before if len(name) <= 3 else ''}{_spaced(name)}" + ("(?![域画分間])" if name.endswith("区") else "")
    ordinary = _ORDINARY.fullmatch(stem) is not None
    if stem != name and len(stem) >= 2 and not ordinary:
        alone = rf"(?![{_KANJI}]|ぼっこ|さん(?!か)|くん)" if re.search(f"[{_KANJI}]", stem) else rf"(?=$|[^{_KANA}]|[のでにはがをとへやも])"
        start = before if re.search(f"[{_KANJI}]", stem) else rf"(?<![{_KANA}])"
        yield f"{start}(?:{_spaced(stem)}{_PLACE}|{re.escape(stem)}{alone})"
    if stem != name and len(stem) == 1 and stem not in _ORDINARY_LETTERS:
        yield rf"(?<![{_KANJI}{_KANA}ァ-ヴ]){re.escape(stem)}(?=の(?:集団|接種|会場|わくちん|職員|看護|保健|病院))"
    known = municipality(str(body.get("lg_code") or ""))
    for kana in {str(body.get("org_kana") or ""), known.kana if known is not None and known.name == org_name else ""} - {""}:
        yield from _read(kana, ordinary)
    if known is not None and known.name == org_name:
        yield _roman(known.romaji)


def _squeeze(address: str) -> str:
    """An address with its numbers joined by hyphens: 本町2番3号 → 本町2-3."""
    return re.sub(r"-(?=\D|$)", "", _NUMBER.sub(lambda m: m[1] + "-", address))


def _streets(address: str, org_name: str) -> tuple[str, ...]:
    """What of an address gives it away: the town part with its number, and the town part alone when it has three characters or more."""
    text = re.sub(r"^(?:[^市区町村郡]{2,3}[都道府県])?", "", plain(address))
    for part in (plain(org_name), r"^[^\d]{1,6}?郡", r"^[^\d]{1,6}?[市区](?=[^\d]{2})"):
        text = text.replace(part, "", 1) if not part.startswith("^") else re.sub(part, "", text, count=1)
    text = re.sub(r"^(?:大字|字)", "", text)
    found = re.match(r"([^\d]{2,})(\d+[^\s]*)?", text)
    if found is None or _GENERIC.fullmatch(found[1]):
        return ()
    town = re.sub(r"(?:大字|字)", "", found[1])
    number = re.match(r"\d+(?:-\d+)?", _squeeze(found[2] or ""))
    result = [town + number.group()] if number else []
    return (*result, town) if len(town) >= 3 else tuple(result)


def _kanji_number(number: str) -> str:
    """A number in figures or as 二十三 (after its digits were made figures: 2十3)."""
    if len(number) != 2:
        return number
    tens, ones = number[0], number[1]
    return rf"(?:{number}|{'' if tens == '1' else tens}十{'' if ones == '0' else ones})"


def _street_pattern(street: str) -> str:
    town, *parts = re.split(r"(?<=\D)(?=\d)|-", figures(street))
    numbers = [_kanji_number(number) for number in parts if number]
    unit = rf"{_GAP}(?:丁目|番地の?|番|号|の|ー)?{_GAP}"
    return (
        _spaced(town)
        + "".join(f"{unit if i else _GAP.replace('[ ', '[ の')}{n}" for i, n in enumerate(numbers))
        + (r"(?![\d十])" if numbers else "")
    )


def _host(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return ""
    text = plain(value)
    if "@" in text:
        return text.rsplit("@", 1)[1]
    found = _HOST.match(text)
    return found[1] if found and "." in found[1] else ""


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = document.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


class Secrets:
    """The names, places, numbers and domains that a masked posting must not show."""

    def __init__(self, document: Mapping[str, Any], posting: Mapping[str, Any]) -> None:
        """`document` is the normalised submission (organization and contact are read), `posting` the normalised posting."""
        body, person = _section(document, "organization"), _section(document, "contact")
        name, code = _text(body, "org_name"), _text(body, "lg_code")
        is_prefecture = body.get("org_type") == "prefecture" or code[2:5] == "000"
        venue, employer = plain(_text(posting, "venue_name")), _text(posting, "employer")
        places = ((posting, "venue_address"), (body, "org_address"))
        streets = [street for record, field in places if _text(record, field) for street in _streets(_text(record, field), name)]
        zips = {digits for record, field in ((body, "org_zip"), (posting, "venue_zip")) if len(digits := _only_digits(record, field)) == 7}
        tel = _text(body, "org_tel").split("-")
        numbers = {"".join(tel), *(["".join(tel[1:])] if len(tel) == 3 and sum(map(len, tel[1:])) >= 6 else [])} - {""}
        codes = [code, code[:5]] if len(code) == 6 and not is_prefecture else []
        hosts = {_host(value) for value in (body.get("org_url"), person.get("contact_email"), person.get("account_email"))}
        self._hosts: Final = tuple(sorted(h for h in hosts | (domains_of(code) if code else set()) if h))
        union = _text(body, "union_name")
        words = (
            ("団体名", (*_names(body, name, is_prefecture), *([_spaced(union)] if len(union) >= 4 else []))),
            (
                "会場名",
                [_spaced(venue.replace("の", ""), _GAP.replace("[ ", "[ の"))] if len(venue) >= 4 and not _GENERIC.fullmatch(venue) else [],
            ),
            ("雇用主の名称", [_spaced(employer)] if len(employer) >= 4 else []),
        )
        numbered = (
            ("住所", map(_street_pattern, streets)),
            ("郵便番号", [*map(_digits, sorted(zips)), _ZIP.pattern]),
            ("電話番号", [PHONE.pattern, *map(_digits, sorted(numbers))]),
            ("団体コード", map(_digits, codes)),
        )
        self._words: Final = _compiled(words)
        self._figures: Final = _compiled(numbered)

    def found_in(self, text: str) -> Iterator[Found]:
        """What a text gives away: its Japanese name, and from where to where it stands in the text."""
        folded, at = _fold(text)
        for patterns, where in ((self._words, folded), (self._figures, figures(folded))):
            for kind, pattern in patterns:
                for match in pattern.finditer(where):
                    yield kind, at[match.start()], at[match.end()]
        for match in _HOST_RUN.finditer(folded):
            run = match.group().rstrip(".-")
            if _LG.search(run) or any(run == host or run.endswith(f".{host}") for host in self._hosts):
                yield "団体のホームページやメールのアドレス", at[match.start()], at[match.start() + len(run)]
        for match in _CHIEF.finditer(folded):
            yield "首長の氏名", at[match.start()], at[match.end()]

    def shown_in(self, text: str) -> list[str]:
        """Japanese names of the kinds of secrets that a text gives away."""
        return list(dict.fromkeys(kind for kind, _, _ in self.found_in(text)))

    def hide(self, text: str, mask: str) -> str:
        """The text with `mask` in the place of whatever gives the posting away."""
        spans = sorted((start, end) for _, start, end in self.found_in(text))
        parts, last = [], 0
        for start, end in spans:
            if start >= last:
                parts += [text[last:start], mask]
            last = max(last, end)
        return "".join(parts) + text[last:] if spans else text


def _only_digits(record: Mapping[str, Any], field: str) -> str:
    return "".join(letter for letter in _text(record, field) if letter.isdigit())


def _compiled(groups: Iterable[tuple[str, Iterable[str]]]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    joined = ((kind, "|".join(patterns)) for kind, patterns in groups)
    return tuple((kind, re.compile(pattern)) for kind, pattern in joined if pattern)
