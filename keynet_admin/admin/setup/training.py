"""Training: `/admin/training/`. Forms with known answers, shown as the case page shows a form; nothing of them is a submission."""

from typing import Any

from flask import redirect, request, url_for
from flask_admin import expose

from keynet_admin.admin.case import asked
from keynet_admin.admin.case.page import parts_of
from keynet_admin.catalogue import SECTIONS
from keynet_admin.errors import BadField
from keynet_admin.permissions import Permission
from keynet_admin.services.training import attempts
from keynet_admin.services.training.exercises import DECISIONS, Exercise, exercise, exercises
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import current_actor, unverified
from keynet_admin.web.guard import GuardedView

MORE_PLACES = 3  # that nobody has found: as many fields to choose them


class TrainingView(GuardedView):
    """Ten exercises; everybody sees their own score, leads that of all."""

    permission = Permission.submission_read
    method_permissions = {"one": Permission.submission_decide}
    checks_token = frozenset({"one"})

    @expose("/")
    def index(self) -> str:
        """All exercises with one's own points."""
        best, leads = attempts.best(current_actor()), self.may(Permission.report_run)
        return self.render(
            "admin/training.html",
            exercises=exercises(),
            best=best,
            points=sum(best.values()),
            full=attempts.FULL,
            following=next((row for row in exercises() if row.number not in best), None),
            scores=attempts.scores() if leads else None,
        )

    @expose("/<num:id>/", methods=("GET", "POST"))
    def one(self, id: int) -> Any:
        """The form of an exercise and the question what to do with it."""
        chosen = exercise(id)
        if request.method != "POST":
            return self._page(chosen)
        if problem := unverified():
            return self._page(chosen, notice=f"{problem.words}もう一度押してください。"), problem.status
        try:
            with transaction():
                attempts.answer(chosen, current_actor(), request.form.get("decision", ""), self._places(chosen))
        except BadField as error:
            return self._page(chosen, error=str(error), field=error.field), 422
        return redirect(url_for(".answer", id=id), 303)

    @expose("/<num:id>/answer")
    def answer(self, id: int) -> Any:
        """What was right in one's last answer, what was overlooked, and why."""
        chosen = exercise(id)
        kept = attempts.last(chosen, current_actor())
        if kept is None:
            return redirect(url_for(".one", id=id))
        best = attempts.best(current_actor())
        return self.render(
            "admin/training_answer.html",
            exercise=chosen,
            given=DECISIONS[kept.answer["decision"]],
            right="か「".join(f"{DECISIONS[name]}」" for name in chosen.right),
            marked=attempts.mark(chosen, kept.answer["decision"], kept.answer["places"]),
            following=next((row for row in exercises()[id:] if row.number not in best), None),
            best=best,
            exercises=exercises(),
            points=sum(best.values()),
            full=attempts.FULL,
            in_words=asked.in_words,
        )

    def _places(self, chosen: Exercise) -> list[str]:
        """The places of the posted form that the exercise has; what else was sent says nothing."""
        known = {path for path, _ in _all_places(chosen)} | {found.path for found in chosen.judged().findings}
        return [path for path in request.form.getlist("place") if path in known]

    def _page(self, chosen: Exercise, **why: str) -> str:
        result = chosen.judged()
        findings = list(result.findings)
        open_ones = asked.still_open(findings, {})
        ticked = request.form.getlist("place")
        return self.render(
            "admin/training_one.html",
            exercise=chosen,
            exercises=exercises(),
            parts=parts_of(result.normalized, findings, [], open_ones, every=request.args.get("all") == "1"),
            asked=asked.asked_of(findings, {}),
            open_ones=open_ones,
            cleared=set(),
            name_of=asked.name_of,
            in_words=asked.in_words,
            checks=chosen.checks(),
            decisions=DECISIONS,
            decided=request.form.get("decision", ""),
            ticked=ticked,
            sent=request.method == "POST",
            places=_all_places(chosen),
            more=[path for path in ticked if path not in {found.path for found in open_ones}][:MORE_PLACES],
            more_places=MORE_PLACES,
            **why,
        )


def _all_places(chosen: Exercise) -> list[tuple[str, str]]:
    """Every place that the form fills in or could, with its words."""
    found = [(f"{section}.{spec.name}", section) for section in ("organization", "contact") for spec in SECTIONS[section]]
    found += [
        (f"postings.{index}.{spec.name}", "postings") for index, _ in enumerate(chosen.typed["postings"]) for spec in SECTIONS["postings"]
    ]
    return [(path, asked.in_words(path)) for path, _ in found]
