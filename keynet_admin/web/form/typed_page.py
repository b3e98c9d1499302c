"""A page of catalogue fields on which somebody types, and its draft: the same for the application form and the office editor.

What was typed lies in an `EntryDraft` with what the next page needs beside it: the reasons, the last removal, values that came twice, and
which page saved it. A page that is behind another's saving overwrites nothing; its copy lies beside the draft until somebody chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from flask import request

from keynet_admin.models import EntryDraft
from keynet_admin.rules.engine.reasons import Reasons, reasons_from, stored
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.services import rate_limit
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction
from keynet_admin.web import form_reader


@dataclass(kw_only=True)
class TypedPage:
    """What stands on the page. `seen` is the draft's version as this page knows it (None: it does not say), `word` a random one by which
    savings of one page know each other, `removed` what the last removal took away, `other` the copy that lies beside the draft.
    """

    typed: dict[str, Any]
    seen: int | None = 0
    saved_at: datetime | None = None
    reasons: Reasons = field(default_factory=dict)
    removed: Mapping[str, Any] | None = None
    doubled: list[Finding] = field(default_factory=list)
    other: Mapping[str, Any] | None = None
    word: str = field(default_factory=drafts.new_key)
    counted: ClassVar[bool] = False
    """Does the network of whoever types here have a limit for its drafts?"""

    def beside(self) -> dict[str, Any]:
        """What the draft keeps beside what was typed: JSON by names that no typed document has."""
        doubled = [found.as_json() for found in self.doubled]
        return {"reasons": stored(self.reasons), "page": self.word, "removed": self.removed, "doubled": doubled}

    def take(self, draft: EntryDraft) -> Self:
        """Put what a draft holds onto the page."""
        pack = draft.typed
        self.typed, self.seen, self.saved_at, self.other = self.unpacked(pack), draft.version, draft.saved_at, draft.other
        self.reasons, self.removed = reasons_from(pack.get("reasons")), pack.get("removed")
        self.doubled = [Finding.from_json(found) for found in pack.get("doubled", ())]
        return self

    def unpacked(self, pack: Mapping[str, Any]) -> dict[str, Any]:
        """The typed document of what a draft keeps."""
        return {name: value for name, value in pack.items() if name not in self.beside()}

    def keep(self, key: str, form_key: str) -> bool:
        """Keep what was typed, in a transaction of its own. True when it only lies beside what another page saved.

        Raises TooLarge, and TooMany where strangers' drafts are counted.
        """
        pack = self.typed | self.beside()
        if self.counted and (steps := drafts.growth(key, pack)):
            with transaction():
                rate_limit.hit("draft", network=request.remote_addr or "", amount=steps)
        with transaction():
            draft, beside = drafts.save(key, pack, form_key, seen=self.seen)
        self.saved_at, self.other, self.seen = draft.saved_at, draft.other, self.seen if beside else draft.version
        return beside

    def press(self) -> str:
        """Do what a button for rows or postings asks. The id of the element to go to; what is removed can be taken back."""
        if request.form.get("undo"):
            at, self.removed = form_reader.put_back(self.typed, self.removed), None
            return anchor(at)
        self.removed = form_reader.removal(self.typed, request.form) or self.removed
        return anchor(form_reader.apply_buttons(self.typed, request.form))


def anchor(at: str | None, otherwise: str = "main") -> str:
    """The id of an element, as it may stand in an address."""
    return at if at and at.isascii() and at.replace("-", "").replace("_", "").isalnum() else otherwise


def posted_number(name: str) -> int | None:
    """A version or number of a posted page; None when it does not say."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def posted_word() -> str:
    """The random word of the page that was posted."""
    return request.form.get("page", "")[:64]


def chosen(key: str | None) -> str:
    """Throw the draft away, or go on with one of two copies, as a pressed button asks. The button's name, empty when it was another."""
    do = request.form.get("do", "")
    if do not in ("discard", "take_saved", "take_other"):
        return ""
    with transaction():
        if do == "discard":
            drafts.discard(key)
        else:
            drafts.choose(key or "", other=do == "take_other")
    return do
