"""What can be refused, as exceptions with words for the person. Their pages are in `web/errors.py`."""

from dataclasses import dataclass
from datetime import datetime


class KeynetError(Exception):
    """Base of all refusals. `str(error)` is a Japanese sentence that may be shown."""


class NotPermitted(KeynetError):
    """The actor has no right to do this (403)."""


class ViewingOnly(KeynetError):
    """Whoever sees another account's pages only looks (403)."""


class NotFound(KeynetError):
    """No such row, or not one the actor may see (404)."""


class TransitionRefused(KeynetError):
    """The move is not allowed from the present state (409)."""


class ReasonMissing(KeynetError):
    """The move needs a reason and none was given (shown at the field)."""


class BadField(KeynetError):
    """What was typed into a field is refused (422, shown at the field): too long, not understood."""

    def __init__(self, words: str, field: str = "reason") -> None:
        super().__init__(words)
        self.field = field


class Refused(KeynetError):
    """A rule of the business refuses this (409); the sentence says why and what to do."""


class Busy(KeynetError):
    """The house is at work on too much at once (503): the same will be taken in a minute."""


class ReadOnlyMode(Exception):
    """Nothing may be written at present (503): somebody works on the program or its database.

    No KeynetError: it is about no row, and a loop that leaves out what is refused must not take it for one.
    """

    def __init__(self) -> None:
        super().__init__("ただいま作業中のため、閲覧だけができます。送信や保存はできません。")


class BadVersion(KeynetError):
    """The hidden version is missing or not a number (400)."""


@dataclass
class StaleVersion(KeynetError):
    """The row was changed since the actor saw it (409): who did what and when."""

    what: str
    who: str
    when: datetime | None

    def __str__(self) -> str:
        return f"{self.who}が先に「{self.what}」を行いました。"


class TooLarge(KeynetError):
    """More was typed than is kept (413)."""


class LinkDead(KeynetError):
    """A link of a mail no longer works (410); the sentence says why."""


class TooMany(KeynetError):
    """A limit is full (429). `retry_after` is in seconds; `network`: by all who come from there, not by tries for one address.

    `words`: what is refused and the limit.
    """

    def __init__(self, retry_after: int, *, network: bool = False, words: str = "") -> None:
        what = words or "回数が多いため、一時的に受け付けていません。"
        super().__init__(f"{what}約{max(1, round(retry_after / 60))}分後にもう一度お試しください。")
        self.retry_after = retry_after
        self.network = network
