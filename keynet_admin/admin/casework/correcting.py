"""The page of a correction on the sender's behalf: the control of the field (and of those that go with it), a public and a private reason."""

from typing import Any

from flask import request, url_for

from keynet_admin import clock
from keynet_admin.catalogue import label_at
from keynet_admin.models import Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.reasons import with_reasons
from keynet_admin.services import workflow
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission.casework import correction, opened
from keynet_admin.web import form_reader, forms


def read(case: Submission, values: Any) -> dict[str, Any]:
    """The place, the whole form with what was typed at it, and how the rules judge that."""
    path = values.get("path", "")[:120]
    typed = {"path": path, "reason": values.get("reason", ""), "private": values.get("private", ""), "document": {}, "result": None}
    revision = submissions.current_revision(case)
    document = submissions.whole(revision, "typed")
    if not correction.may_correct(path) or not correction.is_there(path, document):
        return typed
    if request.method == "POST":
        reading = form_reader.read(request.form)
        form_reader.apply_buttons(reading.document, request.form)
        came = _in_place(path, reading.document, document)
        document = opened.kept(document, came, opened.by([path]))[0] | {"confirmation": document.get("confirmation", {})}
    reasons = {(f.rule, f.path): f.reason for f in submissions.findings_of(revision) if f.reason}
    return typed | {"document": document, "result": with_reasons(evaluate(document, on=clock.today()), reasons)}


def act(case: Submission, actor: Actor, *, seen_version: int, **typed: Any) -> workflow.Outcome:
    """Correct."""
    return correction.correct(case, actor, seen_version=seen_version, **typed)


def edits(values: Any, _typed: dict[str, Any]) -> bool:
    """A button for rows was pressed."""
    return form_reader.pressed(values)


def shown(case: Submission, typed: dict[str, Any]) -> dict[str, Any]:
    """The controls that belong to the place; without a place that may be corrected there are none."""
    if typed["result"] is None:
        if typed["path"].startswith("contact.") and "email" in typed["path"]:
            words = "この項目は、ここでは直せません。メールアドレスは、代表電話で確かめてから直します。"
            return {"blocked": words, "instead": (url_for(".readdress", id=case.id), "連絡先のアドレスを直す")}
        return {"blocked": "この項目は、ここでは直せません。申請の画面で、直す項目を選んでください。"}
    form = forms.fill(typed["document"], typed["result"].normalized)
    forms.attach(form, typed["result"].findings)
    may = opened.by([typed["path"]])
    first = typed["path"].split(".")
    part = form.postings[int(first[1])].form if first[0] == "postings" else getattr(form, first[0]).form
    prefix = ".".join(first[:-1]) if first[0] != "postings" else ".".join(first[:2])
    controls = [bound for bound in part if may.at(f"{prefix}.{bound.spec.name}") and correction.may_correct(f"{prefix}.{bound.spec.name}")]
    controls.sort(key=lambda bound: f"{prefix}.{bound.spec.name}" != ".".join(first[: 3 if first[0] == "postings" else 2]))
    before = submissions.whole(submissions.current_revision(case))
    return {
        "controls": controls,
        "on": clock.today(),
        "before": before,
        "plain_reason": True,
        "title_of": part.title if first[0] == "postings" and part.title not in controls else None,
        "question": f"{case.org_name}の申請の「{label_at(typed['path'])}」を、代わりに直しますか",
    }


def _in_place(path: str, came: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The posted posting at its number: the page sends only one."""
    parts = path.split(".")
    if parts[0] != "postings":
        return came
    number, postings = int(parts[1]), list(document.get("postings") or [])
    posted = came.get("postings") or [{}]
    return came | {"postings": [posted[0] if index == number else posting for index, posting in enumerate(postings)]}
