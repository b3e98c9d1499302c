"""Notes and opinions on the page of a case, and what its re-entry changed elsewhere: mixed into the view of the cases."""

from collections.abc import Iterator
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from keynet_admin.catalogue import SECTION_LABELS, SECTIONS
from keynet_admin.catalogue.difference import Change
from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, StaffNote, Submission
from keynet_admin.permissions import Permission
from keynet_admin.services import threads
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.casework import correction, notes, opened
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified

RIGHTS = {"note": Permission.submission_decide, "opinion": Permission.submission_decide}
AGAIN = "もう一度ボタンを押してください。"


class CaseNotes:
    """Two addresses, and what the case page asks for."""

    row: Any

    @expose("/<num:id>/note", methods=("POST",))
    def note(self, id: int) -> Any:
        """Leave a note, or ask a colleague for an opinion."""
        text, colleague = request.form.get("note", ""), request.form.get("colleague", "")
        if problem := unverified():
            return self._refused(id, problem.words + AGAIN, "note", problem.status, note=text, colleague=colleague)
        try:
            with transaction():
                case = self.row(id)
                if request.form.get("do") == "ask":
                    notes.ask(case, current_actor(), text, colleague)
                else:
                    notes.note(case, current_actor(), text)
        except BadField as error:
            return self._refused(id, str(error), error.field, 422, note=text, colleague=colleague)
        return self._done(
            id, "意見を聞きました。相手の「自分の担当」に出ます。" if request.form.get("do") == "ask" else "メモを残しました。"
        )

    @expose("/<num:id>/opinion", methods=("POST",))
    def opinion(self, id: int) -> Any:
        """Answer what one was asked."""
        text, number = request.form.get("answer", ""), request.form.get("question", "")
        if problem := unverified():
            return self._refused(id, problem.words + AGAIN, "answer", problem.status, answer=text, question=number)
        try:
            with transaction():
                asked = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0
                notes.answer(self.row(id), asked, current_actor(), text)
        except BadField as error:
            return self._refused(id, str(error), error.field, 422, answer=text, question=number)
        return self._done(id, "意見を答えました。")

    def notes_of(self, case: Submission) -> list[StaffNote]:
        """The notes, oldest first."""
        return threads.notes_of(case)

    def colleagues(self) -> list[Account]:
        """Whom the reader may ask."""
        return notes.colleagues(current_actor())

    def note_kept(self) -> dict[str, Any]:
        """What was typed in a note that was refused, and why."""
        return dict(g.get("note_kept", {}))

    def correctable(self, case: Submission) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The fields that may be corrected, by section and posting."""
        for section, fields in SECTIONS.items():
            if section == "postings":
                for number in range(len(submissions.current_revision(case).normalized.get("postings") or [])):
                    yield f"募集{number + 1}", [(f"postings.{number}.{f.name}", f.label) for f in fields]
            elif section != "confirmation":
                places = [(f"{section}.{f.name}", f.label) for f in fields]
                yield SECTION_LABELS[section], [place for place in places if correction.may_correct(place[0])]

    def unasked_of(self, case: Submission) -> list[Change]:
        """What came back otherwise at places that were not returned."""
        return opened.unasked(case) if case.current > 1 else []

    def strange_of(self, case: Submission) -> list[str]:
        """Closed places at which something else came."""
        return opened.strange_of(case) if case.current > 1 else []

    def _refused(self, id: int, why: str, at: str, status: int, **typed: str) -> tuple[str, int]:
        db.session.rollback()
        g.note_kept = typed | {"error": why, "at": at}
        return self._page(self.row(id)), status  # type: ignore[attr-defined]

    def _done(self, id: int, words: str) -> Response:
        flash(words, "success")
        return redirect(f"{url_for('.case', id=id)}#h-note", 303)
