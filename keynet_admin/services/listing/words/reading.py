"""What somebody means who types into the search: conditions, places to choose from, and words that are looked for as they are.

「奈良の看護師」 is two conditions, 「看護師バイト土日」 too: a word is cut along the vocabulary, the fewest letters left over, the fewest pieces.
In quotes ("看護師") every word is looked for as it is written.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from keynet_admin.services.listing.search_index import MAX_LETTERS, fold
from keynet_admin.services.listing.words import numbers
from keynet_admin.services.listing.words.vocabulary import Meaning, between, table, whole

MOST_PLACES: Final = 6
_LONGEST: Final = 24
_JOINED: Final = 4
_QUOTES: Final = re.compile('["“”„＂〝〟]')
_HIRAGANA: Final = re.compile("[\u3041-\u3096ー]")


@dataclass(frozen=True)
class TypedPart:
    """A piece of what was typed. Without a meaning it is looked for as it is; so is one whose meaning is literal or names several places."""

    typed: str
    meaning: Meaning | None = None

    @property
    def is_word(self) -> bool:
        """Whether it has to stand in the text of a posting."""
        return self.meaning is None or self.meaning.literal or len(self.meaning.places) > 1

    @property
    def codes(self) -> tuple[str, ...]:
        """The municipalities that it may mean."""
        return self.meaning.places if self.meaning is not None else ()


@dataclass(frozen=True)
class TypedWords:
    """The parts of a query in their order."""

    parts: tuple[TypedPart, ...] = ()

    @property
    def understood(self) -> tuple[TypedPart, ...]:
        """The parts that became conditions, or hold of every posting."""
        return tuple(part for part in self.parts if not part.is_word)

    @property
    def rest(self) -> str:
        """What is left to look for in the texts."""
        return " ".join(part.typed for part in self.parts if part.is_word)

    def values(self, name: str) -> tuple[str, ...]:
        """All values of one condition, each once; `("1",)` for a flag that is asked for."""
        found: dict[str, None] = {}
        for part in self.understood:
            for condition, values in part.meaning.conditions if part.meaning else ():
                if condition == name:
                    found.update(dict.fromkeys(values or ("1",)))
        return tuple(found)

    @property
    def municipality(self) -> str:
        """The one municipality that is meant, or ""."""
        codes = {part.codes[0] for part in self.understood if part.codes}
        return codes.pop() if len(codes) == 1 else ""

    @property
    def places(self) -> tuple[str, ...]:
        """Municipalities to choose from: of one name, or several that were typed."""
        codes = dict.fromkeys(code for part in self.parts for code in part.codes)
        return tuple(codes) if 1 < len(codes) <= MOST_PLACES and not self.municipality else ()


def read(q: str, prefectures: Collection[str] = (), municipality: str = "") -> TypedWords:
    """The reading of a query within the prefectures and the municipality that are asked for besides."""
    if _QUOTES.search(q):
        return TypedWords(tuple(TypedPart(word) for word in _QUOTES.sub(" ", q).split()))
    yen, typed, left = numbers.pay(q)
    parts = _parts(left)
    if yen:
        parts.append(TypedPart(typed, Meaning((("pay_min", (str(yen),)),))))
    return TypedWords(tuple(_settled(parts, prefectures, municipality)))


def _parts(q: str) -> list[TypedPart]:
    words = [(word, fold(word)) for word in q.split()]
    pieces = [(word if part == folded else part, part[:MAX_LETTERS]) for word, folded in words for part in folded.split()]
    parts: list[TypedPart] = []
    at = 0
    while at < len(pieces):
        # 看護 師, chiyoda-ku, covid-19, 東京 都: what is one word in the vocabulary may have been typed in several.
        for number in range(min(_JOINED, len(pieces) - at), 0, -1):
            group = pieces[at : at + number]
            joined = "".join(piece for _, piece in group)
            if (number > 1 and all(whole(piece) for _, piece in group)) or (meaning := whole(joined)) is None:
                continue
            parts.append(TypedPart("".join(dict.fromkeys(word for word, _ in group)) if number > 1 else group[0][0], meaning))
            break
        else:
            number = 1
            parts += _cut(*pieces[at])
        at += number
    return parts


def _cut(typed: str, word: str) -> list[TypedPart]:
    """One word along the vocabulary; the word itself when nothing in it is known."""
    if word in between():
        return []
    # At each place the cheapest way there: letters left over, pieces, and the way itself.
    best: dict[int, tuple[int, int, tuple[tuple[int, str], ...]]] = {0: (0, 0, ())}
    for start in range(len(word)):
        if start not in best:
            continue
        over, count, way = best[start]
        last = way[-1][1] if way else ""
        for end in range(start + 1, len(word) + 1):
            piece = word[start:end]
            for kind in _kinds(piece, word[end : end + 1]):
                if not _may_follow(word, start, last, kind) or (kind == "over" and len(piece) == 1):
                    continue
                cost = over + (len(piece) if kind == "over" else 0)
                if end not in best or (cost, count + 1) < best[end][:2]:
                    best[end] = (cost, count + 1, (*way, (end, kind)))
    way = best.get(len(word), (0, 0, ()))[2]
    if not any(kind == "word" for _, kind in way):
        return [TypedPart(typed)]
    parts, start = [], 0
    for end, kind in way:
        piece, start = word[start:end], end
        if kind == "word":
            parts.append(TypedPart(_as_typed(typed, piece), table()[piece]))
        elif kind == "over":
            # 子どもの医師: the の is no letter of the word.
            parts.append(TypedPart(_as_typed(typed, piece.removesuffix("の") if end < len(word) and len(piece) > 2 else piece)))
    return parts


def _kinds(piece: str, following: str) -> list[str]:
    kinds = ["over"]
    # Two letters of kana are part of many words: ならのかんごし, but not ならない.
    long_enough = len(piece) > (2 if _HIRAGANA.match(piece) and following != "の" else 1)
    if long_enough and len(piece) <= _LONGEST and piece in table():
        kinds.append("word")
    if piece in between():
        kinds.append("small")
    return kinds


def _may_follow(word: str, at: int, last: str, kind: str) -> bool:
    """Whether a piece of one kind may begin here. Nothing is cut off in the midst of kana or Latin letters that are not all known."""
    if not at:
        return kind != "small"
    if last == "over" and kind == "over":
        return False
    if "over" in (last, kind):
        before, after = word[at - 1], word[at]
        if _HIRAGANA.match(before) and _HIRAGANA.match(after):
            return False
        if before.isascii() and after.isascii():
            return False
    return True


def _as_typed(typed: str, piece: str) -> str:
    """The letters of the typed word that a folded piece of it stands for: ナース for なーす."""
    for start in range(len(typed)):
        for end in range(start + 1, len(typed) + 1):
            folded = fold(typed[start:end])
            if folded == piece:
                return typed[start:end]
            # A mark that follows may yet join two letters into one: か and a loose ゛.
            if len(folded) > len(piece) + 1:
                break
    return piece


def _settled(parts: list[TypedPart], prefectures: Collection[str], municipality: str) -> list[TypedPart]:
    """The parts with the towns settled: of one name only those in the prefectures asked for; a town elsewhere is a word like others."""
    areas = set(prefectures)
    named = TypedWords(tuple(parts)).values("prefecture")
    areas.update(named)
    made = []
    for part in parts:
        codes = part.codes
        if codes and areas:
            codes = tuple(code for code in codes if code[:2] in areas)
        if municipality:
            codes = tuple(code for code in codes if code == municipality)
        if part.codes and not codes:
            made.append(TypedPart(part.typed))
        elif codes != part.codes and part.meaning is not None:
            made.append(TypedPart(part.typed, replace(part.meaning, places=codes)))
        else:
            made.append(part)
    towns = {part.codes[0] for part in made if len(part.codes) == 1}
    if len(towns) == 1 and len(named) >= 1:
        # 東京 府中市: the prefecture says which, and is no condition of its own.
        code = towns.pop()
        made = [p for p in made if not (p.meaning and p.meaning.conditions == (("prefecture", (code[:2],)),))]
    elif len(towns) > 1:
        made = [TypedPart(p.typed, Meaning(literal=True, places=p.codes)) if p.meaning and len(p.codes) == 1 else p for p in made]
    return made
