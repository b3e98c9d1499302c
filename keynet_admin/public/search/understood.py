"""How the words of a search were understood, said on its page: in one line, with places of one name to choose from, and words that are near."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, select
from werkzeug.datastructures import MultiDict

from keynet_admin.catalogue import posting_field
from keynet_admin.public import queries
from keynet_admin.public.queries import L
from keynet_admin.public.query import (
    DAY_LABELS,
    FLAGS,
    PART_LABELS,
    Search,
    municipality_label,
    prefecture_label,
    read,
)
from keynet_admin.services.listing.words import numbers
from keynet_admin.services.listing.words.near import near
from keynet_admin.services.listing.words.reading import TypedPart
from keynet_admin.vocabulary import ListingState

MOST_NEAR = 3
# Of so many typed words so many near words are counted at most: each costs a search.
_WORDS, _TRIED = 4, 8
_ABOUT = {
    "job_type": "職種",
    "prefecture": "都道府県",
    "engagement": "任用の形",
    "weekday": "曜日",
    "part": "時間帯",
    "pay_min": "時間額の下限",
}
_KNOWN = select(L.posting_no).where(L.posting_no == bindparam("no"), L.state != ListingState.withdrawn)


@dataclass(frozen=True)
class CountedLink:
    """A link with what it leads to and how many postings are there; never none."""

    label: str
    url: str
    count: int


def number(connection: Connection, q: str) -> str:
    """The posting number that a whole query is, "" when it is none. Digits alone are one only where visitors know such a posting."""
    if spelled := numbers.posting_no(q):
        return spelled
    bare = numbers.bare(q)
    return bare if bare and connection.execute(_KNOWN, {"no": bare}).scalar() else ""


def sentences(search: Search) -> list[str]:
    """What the words were taken for: 「ナース」を職種（看護師）、「奈良」を都道府県（奈良県）として探しました。"""
    parts = search.reading.understood
    taken = [f"「{part.typed}」を{meaning}" for part in parts if (meaning := "と".join(_meanings(part)))]
    general = [f"「{part.typed}」" for part in parts if part.meaning and not part.meaning.conditions and not part.codes]
    found = ["、".join(taken) + "として探しました。"] if taken else []
    if general:
        found.append("".join(dict.fromkeys(general)) + "は、どの募集にも当てはまるため、条件に入れていません。")
    return found


def _meanings(part: TypedPart) -> Iterator[str]:
    if part.codes:
        yield f"市区町村（{municipality_label(part.codes[0])}）"
    for name, values in part.meaning.conditions if part.meaning else ():
        if name in FLAGS:
            yield f"条件（{FLAGS[name]}）"
            continue
        label = "・".join(_label(name, value) for value in values)
        yield _ABOUT[name] if label == part.typed else f"{_ABOUT[name]}（{label}）"


def _label(name: str, value: str) -> str:
    if name == "prefecture":
        return prefecture_label(value)
    if name == "pay_min":
        return f"{int(value):,}円以上"
    return {**DAY_LABELS, **PART_LABELS}.get(value) or posting_field(name).label_of(value)


def as_typed(search: Search) -> str:
    """The address that looks for the words as they are written, "" when nothing was understood in another way."""
    if search.asked is None:
        return ""
    return "/postings/" + replace(search.asked, q='"' + search.asked.q.replace('"', "") + '"', after=None).query()


def places(connection: Connection, search: Search) -> list[CountedLink]:
    """The places of a name that several have, and towns of which several were typed."""
    rest = " ".join(part.typed for part in search.reading.parts if part.is_word and not part.codes)
    found = []
    for code in search.reading.places:
        other = read(MultiDict([*replace(search, q=rest, municipality=code, after=None).pairs()]))
        if count := queries.count(connection, other):
            found.append(CountedLink(municipality_label(code), "/postings/" + other.query(), count))
    return found


def near_words(connection: Connection, search: Search) -> list[CountedLink]:
    """For a search that finds nothing: near words of the vocabulary that find something, put in for those that were not understood."""
    asked, found = search.typed, []
    for part in [part for part in search.reading.parts if part.meaning is None][:_WORDS]:
        for word in near(part.typed)[:_TRIED]:
            other = read(MultiDict(replace(asked, q=asked.q.replace(part.typed, word), after=None).pairs()))
            if count := queries.count(connection, other):
                found.append(CountedLink(word, "/postings/" + other.typed.query(), count))
            if len(found) == MOST_NEAR:
                return found
    return found
