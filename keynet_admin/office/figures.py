"""The form that asks how many people were secured, and by which way: read, added up and shown. A closing and the outcome question share it.

It works without script: numbers that were not shown added up yet come back with their sum, the second press acts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keynet_admin.errors import BadField
from keynet_admin.models import Candidate, Posting
from keynet_admin.rules.normalise.numbers import typed_count
from keynet_admin.services import workflow
from keynet_admin.services.posting import balance, closing, placements
from keynet_admin.vocabulary import SecuredWay

WORD_MOST = 200
MOST = 999  # people secured by one way


class TypedWay(NamedTuple):
    """A way whose number is typed: what stands in its field, the number it means, what is wrong with it, why it cannot apply."""

    way: SecuredWay
    text: str
    number: int
    error: str
    why_not: str


@dataclass(frozen=True)
class Figures:
    """What stands in the form, and what follows from it."""

    ways: Sequence[TypedWay]
    before: balance.Balance
    moved: Sequence[Candidate] = ()
    results: Mapping[int, str] = field(default_factory=dict)
    groups: Sequence[tuple[closing.WaitingGroup, list[Candidate], bool]] = ()
    rest: str = ""
    reason: str = ""
    word: str = ""
    later: bool = False
    asked: bool = True
    counted: str = ""

    @property
    def by_site(self) -> int:
        """People of this site who are secured."""
        return self.before.by_way.get(SecuredWay.site, 0)

    @property
    def by_moved(self) -> int:
        """People of direct selection who are secured already."""
        return self.before.by_way.get(SecuredWay.moved, 0)

    @property
    def by_selection(self) -> int:
        """People of direct selection who are secured, and those chosen as secured here."""
        return self.by_moved + sum(result == "secured" for result in self.results.values())

    @property
    def now(self) -> balance.Headcount:
        """The balance as it will be."""
        secured = self.by_site + self.by_selection + sum(way.number for way in self.ways)
        return balance.Headcount(self.before.wanted, secured, self.before.offered)

    @property
    def too_many(self) -> str:
        """What is said about more secured people than wanted."""
        return closing.too_many(self.before.wanted, self.now.secured)

    @property
    def told(self) -> list[Candidate]:
        """Who will be told that the recruitment ended."""
        return [row for _group, people, tells in self.groups if tells for row in people]

    @property
    def mark(self) -> str:
        """Stands for the sum that was shown."""
        return "-".join(map(str, [self.now.secured, *(way.number for way in self.ways), *(f"{k}{v}" for k, v in self.results.items())]))

    @property
    def seen(self) -> bool:
        """Whether these very numbers were shown added up."""
        return self.counted == self.mark

    def numbers(self) -> dict[SecuredWay, int]:
        """The typed totals. Raises BadField for the first one that is no number, and for a word that is too long."""
        if bad := next((way for way in self.ways if way.error), None):
            raise BadField(bad.error, bad.way.value)
        try:
            workflow.not_too_long(self.word, "ひとこと", WORD_MOST)
        except BadField as error:
            raise BadField(str(error), "word") from None
        return {way.way: way.number for way in self.ways if not way.why_not}


def read(posting: Posting, values: Any, *, people: bool = False) -> Figures:
    """What a form holds (`values`), with what is recorded where it holds nothing. `people`: also what becomes of those who wait."""
    recorded, why_not = placements.totals(posting), balance.ways_of(posting)
    before = balance.balances([posting])[posting.id]
    ways = [_way(way, values.get(way.value, str(recorded[way])) if not why else str(recorded[way]), why) for way, why in why_not.items()]
    low = placements.too_few(posting, {way.way: way.number for way in ways if not way.error})
    ways = [way._replace(error=low.get(way.way, way.error)) for way in ways]
    waiting, asked = closing.waiting(posting) if people else {}, "counted" in values
    moved = waiting.get("moved", [])
    results = {row.id: values.get(f"moved-{row.id}", "") for row in moved}
    groups = []
    for group in closing.GROUPS:
        if waiting.get(group.name):
            # Somebody may have come since the page was made: nobody is told whom it did not show.
            chosen = values.get(f"fate-{group.name}", "tell" if group.tells and not asked else "keep")
            groups.append((group, waiting[group.name], group.tells is not None and chosen == "tell"))
    return Figures(
        ways,
        before,
        moved,
        {number: result if result in closing.RESULTS else "" for number, result in results.items()},
        groups,
        rest=values.get("rest", ""),
        reason=values.get("reason", ""),
        word=values.get("word", ""),
        later=values.get("later") == "1",
        asked=asked,
        counted=values.get("counted", ""),
    )


def _way(way: SecuredWay, text: str, why_not: str) -> TypedWay:
    number = typed_count(text, MOST) if text.strip() else 0
    if number is not None:
        return TypedWay(way, str(number), number, "", why_not)
    return TypedWay(way, text, 0, f"「{way.label}」は0から999までの数字で入力してください。例：2", why_not)
