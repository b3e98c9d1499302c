"""What a row of the table of moves is (`moves.py`), and an event that is told beside them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from keynet_admin.permissions import Permission
from keynet_admin.vocabulary import ActorKind, Word

PEOPLE = frozenset({ActorKind.account})
SYSTEM_ONLY = frozenset({ActorKind.system})
ANYBODY = frozenset(ActorKind)
MAILED_REASON = "お知らせのメールに、このまま載ります。"
LOGGED_REASON = "経過に記録します。"


@dataclass(frozen=True)
class Page:
    """Words of a decision page. `question` names the row by `{name}`; `done` is told afterwards, `mailed` only when a mail was written.

    `joint` stands between the row's name and `done`: a particle where both make one sentence. `unlisted`: `text` and `done` for a posting
    that no public page shows. `reason_most`: how long its reason may be.
    """

    question: str
    text: str
    button: str
    done: str
    mailed: str = ""
    reason_help: str = ""
    reason_most: int = 2000
    stop: bool = False
    joint: str = "："
    unlisted: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Move:
    """One allowed move: from any of `sources` to one of `targets` (the first unless the service names another).

    Without targets the status stays: a decision about the row that changes something else. `label` is a noun (buttons, the log's
    filter, refusals), `sentence` tells it afterwards (`{who}`, `{revision}`), `variants` replace it where a code of the event has a
    value. `reviewed`: the decision is kept as a Review, with its reason. `when` is a further condition. `path` is the last part of the
    address, the name unless given. `claims`: says who cares for the row and leaves its version alone. `quiet`: not told in histories.
    `step_up`: whoever decides must have proven who they are within the last minutes.
    `logged`: False for moves of a machine that would fill the log; they write no event. `otherwise`: what is said where `when` does not hold.
    """

    subject: type[Any]
    name: str
    sources: tuple[Word, ...]
    targets: tuple[Word, ...]
    permission: Permission
    label: str
    sentence: str
    kinds: frozenset[ActorKind] = PEOPLE
    reason: Literal["", "may", "must"] = ""
    tone: str = ""
    icon: str = "dot"
    mail: str = ""
    page: Page | None = None
    variants: tuple[tuple[str, Any, str], ...] = ()
    when: Callable[[Any], bool] | None = None
    otherwise: str = ""
    path: str = ""
    author_may: bool = True
    reviewed: bool = False
    claims: bool = False
    quiet: bool = False
    logged: bool = True
    step_up: bool = False

    @property
    def needs_reason(self) -> bool:
        """True when a blank reason is refused."""
        return self.reason == "must"

    @property
    def address(self) -> str:
        """The last part of the decision's address."""
        return self.path or self.name

    def fits(self, row: Any) -> bool:
        """Whether the row is in a state that this move starts from."""
        return row.status in self.sources and (self.when is None or self.when(row))


@dataclass(frozen=True)
class Event:
    """Something that is told but is no move: nobody decides by it. Words as those of a Move."""

    subject: str
    name: str
    label: str
    sentence: str
    variants: tuple[tuple[str, Any, str], ...] = ()
    quiet: bool = False
