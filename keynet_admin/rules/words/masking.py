"""What gives a masked posting away (一部非公開): the body's name, the venue, the street, a phone number, the body's own domain.

Used by PUB-005 at entry and again for what is sent to a partner (SHARE-003). Texts are compared in plain form (`words.plain`).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from keynet_admin.catalogue.reference import domains_of
from keynet_admin.rules.words.plain import plain

_SUFFIX: Final = re.compile(r"[市区町村]$")
# Words that name no certain place when they are the whole venue name.
_GENERIC: Final = re.compile(
    r"(?:(?:市|町|村|区|県)?(?:内|立|営)?の?)?(?:(?:集団|大規模|特設|臨時|新型コロナ|コロナ|ワクチン|個別)*接種(?:会場|センター)?|会場"
    r"|各会場|公共施設|保健所|保健センター|市役所|区役所|町役場|村役場|役場|役所|県庁|体育館|公民館|学校|小学校|中学校|病院|診療所|医療機関"
    r"|保育園|保育所|各所|施設|本庁|庁舎|本庁舎|市民会館|文化会館|集会所|巡回|各地区|ホール)"
)
# 中央公民館 and 中央区 have nothing to do with each other.
_COMMON: Final = frozenset({"中央", "総合", "市民"})
_PLACE: Final = (
    r"(?:市|町|村|区)?(?:役所|役場|立|民|保健|総合|中央|文化|体育|市民|町民"
    r"|村民|公民|小学|中学|高校|病院|会場|接種|センター|駅|会館|ホール)"
)
_NUMBER: Final = re.compile(r"(\d+)(?:丁目|番地の?|番|号|の|-)?")
_PHONE: Final = re.compile(r"(?<![\d-])\(?0\d{1,4}[-)( ]{1,2}\d{1,4}[-)( ]{1,2}\d{3,4}(?!\d)|(?<!\d)0\d{9,10}(?!\d)")
_LG_DOMAIN: Final = re.compile(r"(?:[a-z0-9-]+\.)+lg\.jp|(?:city|town|vill|village|pref|metro)\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.jp")
_HOST: Final = re.compile(r"^(?:https?://)?(?:www\.)?([a-z0-9.-]+)")


def _name_pattern(org_name: str, is_prefecture: bool) -> re.Pattern[str] | None:
    """The body's name where it stands as such: 津市 does not stand in 会津市, and a prefecture's name is shown anyway."""
    name = plain(org_name)
    if len(name) < 2:
        return None
    if is_prefecture:
        return re.compile(
            re.escape(name) + r"(?:庁|立|知事|職員|(?:の)?(?:健康|保健|福祉|感染症|ワクチン|医療)[^。\n]{0,8}(?:課|部|室|局|所))"
        )
    stem = _SUFFIX.sub("", name)
    before = r"(?:(?<![一-龠々])|(?<=[都道府県郡市]))" if len(name) <= 3 else ""
    after = "(?![域画分間])" if name.endswith("区") else ""
    return re.compile(
        rf"{before}{re.escape(name)}{after}" + (rf"|{before}{re.escape(stem)}{_PLACE}" if len(stem) >= 2 and stem not in _COMMON else "")
    )


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
    if found is None:
        return ()
    town = re.sub(r"(?:大字|字)", "", found[1])
    number = re.match(r"\d+(?:-\d+)?", _squeeze(found[2] or ""))
    result = [town + number.group()] if number else []
    return (*result, town) if len(town) >= 3 and not _GENERIC.fullmatch(town) else tuple(result)


def _host(value: Any) -> str:
    if not isinstance(value, str) or not value:
        return ""
    text = plain(value)
    if "@" in text:
        return text.rsplit("@", 1)[1]
    found = _HOST.match(text)
    return found[1] if found and "." in found[1] else ""


class Secrets:
    """The names, places, numbers and domains that a masked posting must not show."""

    def __init__(self, document: Mapping[str, Any], posting: Mapping[str, Any]) -> None:
        """`document` is the normalised submission (organization and contact are read), `posting` the normalised posting."""
        organization, contact = document.get("organization"), document.get("contact")
        body: Mapping[str, Any] = organization if isinstance(organization, Mapping) else {}
        person: Mapping[str, Any] = contact if isinstance(contact, Mapping) else {}
        name = body.get("org_name")
        self.org_name: Final = name if isinstance(name, str) else ""
        code = body.get("lg_code")
        self.is_prefecture: Final = body.get("org_type") == "prefecture" or (isinstance(code, str) and code[2:5] == "000")
        venue = posting.get("venue_name")
        shown = plain(venue) if isinstance(venue, str) else ""
        self.venue: Final = shown if len(shown) >= 4 and not _GENERIC.fullmatch(shown) else ""
        employer = posting.get("employer")
        self.employer: Final = plain(employer) if isinstance(employer, str) and len(employer) >= 4 else ""
        self.streets: Final = tuple(
            street
            for address in (posting.get("venue_address"), body.get("org_address"))
            if isinstance(address, str) and address
            for street in _streets(address, self.org_name)
        )
        hosts = {_host(value) for value in (body.get("org_url"), person.get("contact_email"), person.get("account_email"))}
        if isinstance(code, str):
            hosts |= domains_of(code)
        self.hosts: Final = tuple(sorted(h for h in hosts if h))

    def shown_in(self, text: str) -> Iterator[str]:
        """Japanese names of the kinds of secrets that a plain text gives away."""
        pattern = _name_pattern(self.org_name, self.is_prefecture) if self.org_name else None
        if pattern is not None and pattern.search(text):
            yield "団体名"
        if self.venue and self.venue in text:
            yield "会場名"
        if self.employer and self.employer in text:
            yield "雇用主の名称"
        if self.streets:
            squeezed = _squeeze(text)
            if any(re.search(re.escape(street) + (r"(?!\d)" if street[-1].isdigit() else ""), squeezed) for street in self.streets):
                yield "住所"
        if _PHONE.search(text):
            yield "電話番号"
        if "." in text and (_LG_DOMAIN.search(text) or any(host in text for host in self.hosts)):
            yield "団体のホームページやメールのアドレス"
