"""Whose domain a mail address lies under: the one judgement that the entry rules, the case page and the acceptance share.

A body is proven by its own domain alone: that of the table (`municipality_domains.csv`), or a form that is reserved for it:
`<kind>.<romaji>.lg.jp`, `<kind>.<romaji>.<prefecture>.jp` (prefectures and designated cities: `<kind>.<romaji>.jp`), with all that lies
under them (JPRS 地方公共団体用ドメイン名, 地域型ドメイン名). A form that two bodies of one name could have proves neither.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.reference import Municipality

FREE_MAIL = re.compile(
    r"(?:gmail|googlemail|yahoo|hotmail|outlook|live|msn|icloud|me|mac|aol|protonmail|gmx|mail|zoho|au|willcom|nifty)\.com"
    r"|(?:yahoo|hotmail|excite)\.co\.jp|(?:outlook|live|aol|goo|infoseek|i\.softbank|uqmobile|rakumail|rakuten)\.jp"
    r"|(?:ymail|ybb|mail\.goo|docomo|disney|ymobile1|emnet|biglobe|so-net|ocn)\.ne\.jp"
    r"|(?:.*\.)?(?:ezweb|softbank|vodafone|pdx|ymobile)\.ne\.jp|proton\.me|kyoto\.zaq\.jp|plala\.or\.jp"
).fullmatch
# Last parts of a domain that lead nowhere on the internet (RFC 2606, 6761, 6762, 7686, 8375; ICANN keeps `corp` and `home` free for
# houses). `example` is as free, and is what examples, the demo and the tests are written with.
NOWHERE = frozenset(
    {
        *("localhost", "localdomain", "local", "internal", "intranet", "lan", "corp", "home", "private"),
        *("invalid", "test", "onion", "arpa"),
    }
)
_CITIES = (
    "sapporo|sendai|chiba|saitama|yokohama|kawasaki|sagamihara|niigata|shizuoka|hamamatsu|nagoya|kyoto|osaka|sakai|kobe|okayama|hiroshima|"
    "kitakyushu|fukuoka|kumamoto"
)
_PREFECTURES = "|".join(sorted(p.romaji.lower() for p in reference.prefectures()))
_KIND = "metro|pref|city|town|vill|village"
PUBLIC_BODY = re.compile(
    rf"(?:[a-z0-9-]+\.)+lg\.jp|(?:[a-z0-9-]+\.)*(?:{_KIND})\.(?:[a-z0-9-]+\.){{0,2}}(?:{_PREFECTURES}|{_CITIES})\.jp"
).fullmatch
_LG = re.compile(rf"(?:.+\.)?({_KIND})\.([a-z0-9-]+?)(-test)?\.lg\.jp").fullmatch
_REGIONAL = re.compile(rf"(?:.+\.)?({_KIND})\.([a-z0-9-]+)(?:\.({_PREFECTURES}))?\.jp").fullmatch
_KINDS_OF = {
    "prefecture": ("metro", "pref"),
    "town": ("town",),
    "village": ("vill", "village"),
    **dict.fromkeys(("designated_city", "core_city", "city", "special_ward"), ("city",)),
}


class DomainKind(StrEnum):
    """What a mail domain says of the body that the sender names."""

    own = "own"
    other_body = "other_body"
    other_public = "other_public"
    free = "free"
    foreign = "foreign"


@dataclass(frozen=True)
class MailDomain:
    """A mail host and what it proves of a body; `owners` are the bodies of the table that it belongs to, with their prefectures."""

    host: str
    kind: DomainKind
    owners: tuple[str, ...] = ()


def judge(host: str, lg_code: str) -> MailDomain:
    """What this host of a mail address says of the body with this code (of a ward: of its city; an unknown code owns nothing)."""
    host = host.lower()
    bodies, body = _bodies_at(host), reference.municipality(lg_code)
    if body is not None and (body.parent_code6 or body.code6) in {b.code6 for b in bodies}:
        return MailDomain(host, DomainKind.own)
    if bodies:
        return MailDomain(host, DomainKind.other_body, tuple(_named(b) for b in bodies))
    kind = DomainKind.free if FREE_MAIL(host) else DomainKind.other_public if PUBLIC_BODY(host) else DomainKind.foreign
    return MailDomain(host, kind)


@lru_cache(maxsize=1024)
def _bodies_at(host: str) -> tuple[Municipality, ...]:
    """The bodies that a host belongs to: that of the table, else those that its form is reserved for."""
    labels = host.split(".")
    for start in range(len(labels) - 1):
        code = _code_of_domain().get(".".join(labels[start:]))
        if code is not None:
            found = reference.municipality(code)
            return (found,) if found is not None else ()
    if (lg := _LG(host)) is not None:
        kind, name, invented = lg.groups()
        if invented:
            # Nobody can register these: demo and tests use them. Namesakes share one, and a body may go by the name of its own domain.
            return tuple(b for b in _bodies(kind) if name in (_romaji(b), *map(_name_in, reference.domains_of(b.code6))))
        return _only([b for b in _bodies(kind) if name == _romaji(b)])
    if (regional := _REGIONAL(host)) is not None:
        kind, name, prefecture = regional.groups()
        named = [b for b in _bodies(kind) if name == _romaji(b)]
        if prefecture is None:
            return _only([b for b in named if b.kind in ("prefecture", "designated_city")])
        return _only([b for b in named if b.kind != "prefecture" and _romaji_of_prefecture(b) == prefecture])
    return ()


def _only(found: list[Municipality]) -> tuple[Municipality, ...]:
    return tuple(found) if len(found) == 1 else ()


@lru_cache(maxsize=1)
def _code_of_domain() -> dict[str, str]:
    return {domain: body.code6 for body in reference.municipalities() for domain in reference.domains_of(body.code6)}


@lru_cache(maxsize=8)
def _bodies(kind: str) -> tuple[Municipality, ...]:
    return tuple(b for b in reference.municipalities() if kind in _KINDS_OF.get(b.kind, ()))


def _romaji(body: Municipality) -> str:
    """`Minami-alps-shi` → `minamialps`, `Chuo-ku` → `chuo`; a prefecture's has no ending."""
    name = body.romaji if body.kind == "prefecture" else body.romaji.rpartition("-")[0]
    return name.replace("-", "").lower()


def _romaji_of_prefecture(body: Municipality) -> str:
    found = reference.prefecture(body.prefecture_code)
    return found.romaji.lower() if found is not None else ""


def _name_in(domain: str) -> str:
    """The body's name in its own domain: `city.otaru.lg.jp` → `otaru`, `hyugacity.jp` → `hyugacity`."""
    labels = domain.split(".")
    return labels[1] if labels[0] in _KIND.split("|") else labels[0]


def _named(body: Municipality) -> str:
    found = reference.prefecture(body.prefecture_code)
    return body.name if found is None or body.kind == "prefecture" else found.name + body.name
