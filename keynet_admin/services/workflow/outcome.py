"""What a decision did, as the services hand it back and the pages tell it."""

from dataclasses import dataclass, replace
from typing import Any

from keynet_admin.models import Review
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import Word


@dataclass(frozen=True)
class Outcome:
    """The state after a decision. `repeated`: this very person had done it before, nothing happened now.

    `mails` is how many were written; `note` stands in for the row's own sentence; `refused` why nothing was decided although something
    was stored (a content judged anew); `review` and `made` are the rows that came into being.
    """

    status: Word
    repeated: bool = False
    mails: int = 0
    note: str = ""
    refused: str = ""
    review: Review | None = None
    made: Any = None

    def but(self, **changes: Any) -> "Outcome":
        """The same with something added."""
        return replace(self, **changes)


def told(label: str, page: Page, outcome: Outcome) -> str:
    """What is said after a decision: just what was done and sent."""
    if outcome.repeated:
        return f"「{label}」は、先ほど行っています。今回は何も変えず、メールも送っていません。"
    mailed = page.mailed if outcome.mails else "送れる宛先がないため、メールは送っていません。" if page.mailed else ""
    return (outcome.note or page.done) + mailed
