"""One text to several people: every text as it will go, each to be changed; then one short transaction a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose

from keynet_admin.errors import BadField, BadVersion, KeynetError
from keynet_admin.models import Candidate, MessageTemplate
from keynet_admin.models.threads import MESSAGE_MOST
from keynet_admin.permissions import Permission
from keynet_admin.services import workflow
from keynet_admin.services.candidate import access, messages, templates
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.model_view import tick_of

MOST = 100  # people at once
UNCOUNTED = 30  # above it the number of people is typed (FEATURES V23)


@dataclass
class Addressee:
    """One person on the page. `step`: what the text brings, `version`: what the officer saw; `unfit`: why no text goes to them."""

    row: Candidate
    version: int
    text: str = ""
    step: str = ""
    unfit: str = ""
    error: str = ""

    @property
    def after(self) -> CandidateStatus:
        """The stage afterwards."""
        return workflow.move_of(Candidate, self.step).targets[0] if self.step else self.row.status  # type: ignore[return-value]


class WritesToMany:
    """The two pages, mixed into the list of candidates: `write` (what will go, and the sending) and `written` (what came of it)."""

    method_permissions = {"write": Permission.candidate_handle}
    checks_token = frozenset({"write"})
    get_one: Any
    render: Any

    def texts(self) -> list[MessageTemplate]:
        """The texts to choose from."""
        return templates.offered(current_actor().organization_id or 0)

    @expose("/write", methods=("GET", "POST"))
    def write(self) -> Any:
        """Every text as it will go (GET); the sending, or the same page again with everything that was typed (POST)."""
        if request.method != "POST":
            return self._begin()
        lines = [line for line in self._ticked() if str(line.row.id) != request.form.get("drop")]
        if not lines:
            return self._nobody("送る方がいなくなりました。")
        for line in lines:
            line.text, line.step = request.form.get(f"text-{line.row.id}", ""), request.form.get(f"step-{line.row.id}", "")
            line.unfit = access.why_closed(line.row) or ("" if f"text-{line.row.id}" in request.form else _UNFIT)
            if line.step not in ("", *messages.STEPS):
                raise BadVersion("画面の情報が正しくありません。一覧に戻って、もう一度選んでください。")
        if problem := unverified():
            return self._page(lines, notice=f"{problem.words}内容を確かめて、もう一度ボタンを押してください。"), problem.status
        if "drop" in request.form:
            return self._page(lines)
        if "keep" in request.form:
            for line in lines:
                line.step = ""
            return self._page(lines)
        going = [line for line in lines if not line.unfit]
        for line in going:
            try:
                templates.ready(line.text)
                if not line.text.strip():
                    raise BadField("送る文を入力してください。", "message")
                workflow.not_too_long(line.text, "文", MESSAGE_MOST)
            except BadField as error:
                line.error = str(error)
        count = (
            ""
            if len(going) <= UNCOUNTED or _same(request.form.get("count", ""), len(going))
            else f"送る人数（{len(going)}）を入力してください。"
        )
        if count or not going or any(line.error for line in lines):
            return self._page(lines, count_error=count), 422
        return self._send(going, lines)

    @expose("/written")
    def written(self) -> Any:
        """What came of a sending: to whom it went, who is to be telephoned, who was left out and what had happened to them."""
        sent, left, unfit = (self._rows(request.args.get(name, "")) for name in ("sent", "left", "unfit"))
        reasons = [(row, access.why_closed(row) or workflow.stale(row)) for row in left]
        return self.render(
            "office/candidate_written.html",
            sent=sent,
            left=reasons,
            unfit=unfit,
            calls=[row for row in sent if not row.email and not row.locked],
        )

    def _begin(self) -> Any:
        actor = current_actor()
        template = templates.one(actor.organization_id or 0, request.args.get("template", ""))
        lines = self._ticked()
        if template is None or not lines:
            return self._nobody("送る方と文面を選んでから押してください。")
        stage = request.args.get("stage") != "keep"
        for line in lines:
            if closed := access.why_closed(line.row):
                line.unfit = closed
            elif not template.fits(line.row.kind):
                line.unfit = _UNFIT
            else:
                line.text = templates.filled(template, line.row)
                line.step = messages.step_of(line.row, actor, template.step) if stage else ""
        return self._page(lines)

    def _nobody(self, words: str) -> Any:
        flash(words, "warning")
        return redirect(url_for(".index_view"), 303 if request.method == "POST" else 302)

    def _ticked(self) -> list[Addressee]:
        """The ticked rows that the reader may see, each once. Raises BadVersion for more than may be written to at once."""
        ticked = dict(tick_of(value) for value in request.values.getlist("row"))
        if len(ticked) > MOST:
            raise BadVersion(f"一度に送れるのは{MOST}人までです。一覧に戻って、分けて選んでください。")
        found = ((self.get_one(str(number)), version) for number, version in ticked.items())
        return [Addressee(row, version) for row, version in found if row is not None]

    def _rows(self, numbers: str) -> list[Candidate]:
        found = (self.get_one(number) for number in numbers.split(".")[:MOST])
        return [row for row in found if row is not None]

    def _page(self, lines: list[Addressee], *, notice: str = "", count_error: str = "") -> str:
        going = [line for line in lines if not line.unfit]
        page: str = self.render(
            "office/candidate_write.html",
            lines=lines,
            going=going,
            changing=[line for line in going if line.step],
            calls=[line for line in going if not line.row.email],
            count_asked=len(going) > UNCOUNTED,
            count_error=count_error,
            notice=notice,
        )
        return page

    def _send(self, going: list[Addressee], lines: list[Addressee]) -> Any:
        sent, left = [], []
        for number, line in [(line.row.id, line) for line in going]:
            try:
                with transaction():
                    row = self.get_one(str(number))
                    messages.send(row, current_actor(), line.text, seen_version=line.version, action=line.step)
            except KeynetError:
                left.append(number)
            else:
                sent.append(number)
        unfit = [line.row.id for line in lines if line.unfit]
        return redirect(url_for(".written", sent=_joined(sent), left=_joined(left), unfit=_joined(unfit)), 303)


_UNFIT = "文面が合いません"


def _same(typed: str, count: int) -> bool:
    """Whether the number was typed, in figures of either width."""
    return typed.strip().isdecimal() and int(typed) == count


def _joined(numbers: Iterable[int]) -> str | None:
    return ".".join(map(str, numbers)) or None
