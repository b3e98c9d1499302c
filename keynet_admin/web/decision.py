"""The decision page: one function and one template for every decision of operators and municipalities.

GET says what will happen, POST acts and is answered with a redirect. A post that cannot be carried out (an old version, an old token, a
session that ended, a reason that is refused) shows the same page with every typed character still in it, and does nothing.
"""

import keyword
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask_admin import expose

from keynet_admin.errors import BadField, BadVersion, ReasonMissing, Refused, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.permissions import Permission
from keynet_admin.services import workflow
from keynet_admin.services.mail import pause
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow.row import Move, Page
from keynet_admin.web import addresses
from keynet_admin.web.access import step_up
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import is_local

Typed = dict[str, Any]


@dataclass(frozen=True)
class Decision:
    """How a decision is carried out and what its page shows besides the words of its row in the table of moves.

    `act(row, actor, seen_version=…, **typed)` is the service. `read(row, values)` reads what was typed, from a form or an address;
    without it that is the reason, where one is asked. `block` is a template that says more, `show(row, typed)` what it needs; it may
    name `blocked` (why the decision cannot be taken), `instead` (address and words of the way out) and other words for `question`,
    `text` and `button`. `edits(values, typed)` is True when a button was pressed that only changes the page. `change` stands in for a row where the decision is no move.
    `drives`: the service is about many rows and opens a short transaction for each.
    """

    act: Callable[..., workflow.Outcome]
    read: Callable[[Any, Any], Typed] | None = None
    block: str = ""
    fields: str = ""
    show: Callable[[Any, Typed], Mapping[str, Any]] | None = None
    edits: Callable[[Any, Typed], bool] | None = None
    change: "EditDecision | None" = None
    drives: bool = False


@dataclass(frozen=True)
class EditDecision:
    """A decision that is no move: its words and its right. `step_up`: it asks for a fresh proof of who decides."""

    label: str
    page: Page
    permission: Permission
    step_up: bool = False


class DecisionPages:
    """A guarded view with decisions: each entry of `decisions` is a page at `/<id>/<name>`. Comes first in the bases."""

    decides: type[Any]
    decisions: Mapping[str, Decision] = {}
    method_permissions: dict[str, Permission] = {}
    checks_token: frozenset[str] = frozenset()
    names_row = True  # in the message after a decision
    back_label = "戻る"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Make one exposed method a decision, with the right of its row."""
        super().__init_subclass__(**kwargs)
        rights: dict[str, Permission] = {}
        for name, decision in cls.decisions.items():
            method = f"{name}_" if keyword.iskeyword(name) else name
            setattr(cls, method, expose(f"/<num:id>/{name}", methods=("GET", "POST"))(_page_of(name, method)))
            # Of two moves at one address (reopen, and reopen an accepted case) the first needs the lesser right; each asks for its own.
            rights[method] = decision.change.permission if decision.change is not None else _moves_at(cls.decides, name)[0].permission
        cls.method_permissions = cls.method_permissions | rights
        cls.checks_token = cls.checks_token | frozenset(rights)

    def named(self, row: Any) -> tuple[str, str, str]:
        """The row's name in the question, the small line above it, and its name in a message."""
        raise NotImplementedError

    def trail(self, row: Any) -> list[tuple[str, str]]:
        """The pages above: (words, address). The last one is the row's own."""
        raise NotImplementedError

    def page_of(self, _row: Any, page: Page) -> Page:
        """The words of the page for this row."""
        return page

    def letters(self, _row: Any, _move: Move, _typed: Typed) -> list[tuple[str, Letter]]:
        """The mails that the decision would send."""
        return []

    def onward(self, row: Any, _name: str, _outcome: workflow.Outcome) -> str:
        """Where to go after the decision: the row's own page."""
        return self.trail(row)[-1][1]

    def back(self) -> str:
        """The page of the same area that led here and is returned to (`?back=`), such as the telephone desk's; "" without one."""
        address = request.args.get("back", "")
        area = str(self.area)  # type: ignore[attr-defined]
        return address if is_local(address) and address.startswith(f"{area}/") else ""

    def _next(self, row: Any, name: str, outcome: workflow.Outcome) -> str:
        onward, back = self.onward(row, name, outcome), self.back()
        if not back or onward == self.trail(row)[-1][1]:
            return back or onward
        return f"{onward}{'&' if '?' in onward else '?'}{urlencode({'back': back})}"

    def decide(self, id: int, name: str) -> Any:
        """The page of a decision (GET), or the decision (POST)."""
        row, decision, values = self.row(id), self.decisions[name], request.form if request.method == "POST" else request.args
        typed = decision.read(row, values) if decision.read is not None else _reason(self.decides, name, values)
        if request.method != "POST":
            return self.draw(row, name, typed)
        if problem := unverified():
            return self.draw(row, name, typed, notice=f"{problem.words}内容を確かめて、もう一度ボタンを押してください。"), problem.status
        if values.get("do") == "preview":
            return self.draw(row, name, typed, preview=True)
        if decision.edits is not None and decision.edits(values, typed):
            return self.draw(row, name, typed)
        if (proof := self._proof(row, name, typed)) is not None:
            return proof
        try:
            version = workflow.version_of(values.get("version"))
            words = self._words(row, name)  # as it was seen: afterwards the address may stand for another move
            with nullcontext() if decision.drives else transaction():
                outcome = decision.act(self.row(id), current_actor(), seen_version=version, **typed)
        except BadVersion as error:
            return self._again(id, name, typed, notice=str(error)), 400
        except (ReasonMissing, BadField) as error:
            return self._again(id, name, typed, error=str(error), error_at=getattr(error, "field", "reason")), 422
        except StaleVersion as error:
            return self._again(id, name, typed, stale=error), 409
        except (TransitionRefused, Refused) as error:
            return self._again(id, name, typed, refused=str(error)), 409
        if outcome.refused:
            return self._again(id, name, typed, refused=outcome.refused), 409
        row = self.row(id)
        label, page, _ = self._words(row, name) if outcome.repeated else words
        return self.decided(row, name, outcome, self.message(self.named(row)[2], label, page, outcome))

    def _proof(self, row: Any, name: str, typed: Typed) -> Any:
        """The page that asks for a fresh proof, where this decision wants one and it is too long ago."""
        change = self.decisions[name].change
        if not (change.step_up if change is not None else any(m.step_up for m in _moves_at(self.decides, name))):
            return None
        label, to = self._words(row, name)[0], self.named(row)[2]
        reason, back = str(typed.get("reason", "")).strip(), self.back() or self.trail(row)[-1][1]
        base = addresses.of(str(self.area)).base  # type: ignore[attr-defined]
        return step_up.ask(step_up.StepUp(label, to=to, reason=reason, back=back, base=base))

    def decided(self, row: Any, name: str, outcome: workflow.Outcome, words: str) -> Any:
        """The answer to a decision that was carried out: to the next page, which shows the message."""
        flash(words + pause.words_after(outcome), "info" if outcome.repeated else "success")
        return redirect(self._next(row, name, outcome), 303)

    @classmethod
    def message(cls, named: str, label: str, page: Page, outcome: workflow.Outcome) -> str:
        """The message after a decision about the row `named`."""
        text = workflow.told(label, page, outcome)
        if outcome.repeated:
            return f"{named}：{text}"
        return f"{named}{page.joint}{text}" if cls.names_row else text

    def draw(self, row: Any, name: str, typed: Typed, **why: Any) -> str:
        """The decision's page. `why`: `notice`, `error` (at the field), `stale` or `refused`, when a post was not carried out, or `preview`."""
        decision = self.decisions[name]
        label, page, move = self._words(row, name)
        offered = move is not None or decision.change is not None
        shown = dict(decision.show(row, typed)) if decision.show is not None else {}
        reason = move.reason if move is not None else next((m.reason for m in _moves_at(self.decides, name)), "")
        return self.render(  # type: ignore[attr-defined,no-any-return]
            "web/decision.html",
            row=row,
            name=name,
            label=label,
            page=page,
            who=self.named(row)[1],
            trail=self.trail(row),
            back_label=self.back_label,
            action=url_for(str(request.endpoint), **(request.view_args or {}), back=(back := self.back()) or None),
            back=back,
            offered=offered,
            why_not=next((m.otherwise for m in _moves_at(self.decides, name) if m.otherwise and row.status in m.sources), ""),
            block=decision.block,
            fields=decision.fields,
            asks=reason,
            typed=typed,
            letters=self.letters(row, move, typed) if move is not None and not shown.get("blocked") else [],
            **{
                "blocked": "",
                "question": page.question.format(name=self.named(row)[0]),
                "text": page.text.format(name=self.named(row)[0]),
                "button": page.button,
                "instead": None,
                **shown,
                "notice": "",
                "error": "",
                "error_at": "reason",
                "stale": None,
                "refused": "",
                "preview": False,
                **why,
            },
        )

    def _again(self, id: int, name: str, typed: Typed, **why: Any) -> str:
        db.session.rollback()
        return self.draw(self.row(id), name, typed, **why)

    def _words(self, row: Any, name: str) -> tuple[str, Page, Move | None]:
        """Label and page of a decision, and its row in the table when the reader may take it now."""
        change = self.decisions[name].change
        if change is not None:
            return change.label, change.page, None
        move = workflow.offers(row, current_actor()).get(name)
        found = move or _moves_at(self.decides, name)[0]
        if found.page is None:
            raise LookupError(f"{name} has no page")
        return found.label, self.page_of(row, found.page), move


def _page_of(name: str, method: str) -> Any:
    def page(self: DecisionPages, id: int) -> Any:
        return self.decide(id, name)

    # The guard asks for rights by the method's name.
    page.__name__ = method
    return page


def _moves_at(kind: type[Any], name: str) -> list[Move]:
    return [m for m in workflow.moves_of(kind) if m.page is not None and m.address == name]


def _reason(kind: type[Any], name: str, values: Any) -> Typed:
    return {"reason": values.get("reason", "")} if any(m.reason for m in _moves_at(kind, name)) else {}
