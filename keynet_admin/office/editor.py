"""The office editor of one posting: the fields, rules and help of the application form, with a draft of its own while one types.

Every post keeps what was typed and answers with a redirect; saving makes a new revision and ends the draft. Only what a browser must be
told by its status is answered in place: an old version (409), a missing one (400), too long a text (413), a press that no page of ours
sent. The draft belongs
to one account and one posting and remembers what it began from: what others have changed since is taken over where this page left it
alone, and shown beside one's own text where both changed it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import flash, redirect, request, url_for

from keynet_admin import clock
from keynet_admin.catalogue.difference import Change, changes
from keynet_admin.catalogue.display import short_time
from keynet_admin.errors import BadVersion, Refused, StaleVersion, TooLarge, TransitionRefused
from keynet_admin.models import EntryDraft, Posting
from keynet_admin.rules.engine.reasons import reasons_from
from keynet_admin.rules.engine.rule import Level, Result
from keynet_admin.services import workflow
from keynet_admin.services.account.tokens import seals
from keynet_admin.services.posting import drafts, revisions
from keynet_admin.services.submission import draft as kept_drafts
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PostingStatus
from keynet_admin.web import form_reader, forms
from keynet_admin.web.actor import RESUMED, TOO_OLD, WITHOUT_VERSION, current_actor, from_our_page, unverified
from keynet_admin.web.form.folds import posting_folds
from keynet_admin.web.form.typed_page import TypedPage, chosen, posted_number, posted_word

PREFIX = revisions.PREFIX
SAVE_AGAIN = "もう一度保存してください。"
TOLD = {
    "draft": "保存しました。まだ公開されていません。",
    "live": "保存しました。直した内容を公開しました。",
    "paused": "保存しました。公開を再開すると、この内容が公開されます。",
    "scheduled": "保存しました。公開予定の日に、この内容が公開されます。",
    "waiting": "保存しました。要確認の項目があるため、運営事務局の確認後に公開されます。それまでは前の内容のままです。",
    "held": "保存しました。公開するには、「公開の決裁を求める」か、公開の権限がある方の「直した内容を公開する」が必要です。それまでは前の内容のままです。",
    "kept": "保存しました。要修正の項目があるため、公開中の内容は前のままです。",
    "filled": "保存しました。募集人数に達しているため、募集を終了しました。",
    "same": "変更はありませんでした。",
}
WILL = {
    "live": "保存すると、すぐに公開ページに反映されます。",
    "paused": "保存すると、再開したときにこの内容が公開されます。",
    "scheduled": "保存すると、公開予定の日にこの内容が公開されます。",
    "draft": "保存したあと、公開へ進めます。",
}


class Theirs(NamedTuple):
    """What somebody else changed since this page was opened; `mine` is one's own change of the same field, None when it was taken over."""

    change: Change
    mine: Change | None


@dataclass(kw_only=True)
class Page(TypedPage):
    """What stands in the editor. `base` is the revision it began from, `version` the posting's as this page knows it."""

    row: Posting
    version: Any
    base: int | None

    def beside(self) -> dict[str, Any]:
        """What it began from, too."""
        return super().beside() | {"base": self.base}


def shown(view: Any, row: Posting) -> Any:
    """The page (GET): the draft, else the newest revision. With `checked` every rule speaks, also about what is still empty."""
    if row.status in (PostingStatus.closed, PostingStatus.suspended):
        flash(f"いまの状態（{row.status.label}）では、内容を変更できません。", "warning")
        return redirect(url_for(".details", id=row.id))
    page = _opened(row)
    late = f"{RESUMED if 'resumed' in request.args else TOO_OLD}{SAVE_AGAIN}" if {"resumed", "late"} & set(request.args) else ""
    stands_with_errors = page.saved_at is None and bool(row.errors) and not (row.current == 1 and row.submission_id is None)
    return _drawn(view, page, notice=late, checked="checked" in request.args or stands_with_errors)


def posted(view: Any, row: Posting) -> Any:
    """A press of one of its buttons; what is too long to be kept is said on the page, with everything typed on it."""
    page = _posted(row)
    try:
        return _pressed(view, page)
    except TooLarge as refused:
        return _drawn(view, page, notice=str(refused)), 413


def _pressed(view: Any, page: Page) -> Any:
    row, do = page.row, request.form.get("do", "")
    if problem := unverified():
        if not from_our_page():
            return _drawn(view, page, notice=f"{problem.words}{SAVE_AGAIN}"), problem.status
        _keep(page)
        return _to(row, "?resumed=1" if problem.status == 200 else "?late=1")
    if chosen(_key(row)):
        return _to(row)
    if form_reader.pressed(request.form):
        at = page.press()
        _keep(page)
        return _to(row, f"#{at}")
    if request.form.get("part"):
        _keep(page)
        return _drawn(view, page, template="office/_edit_parts.html")
    if do == "check" or page.doubled:
        _keep(page)
        return _to(row, "?checked=1")
    return _save(view, page)


def unsaved(row: Posting) -> EntryDraft | None:
    """What this account has typed and not saved."""
    return kept_drafts.find(_key(row))


def _save(view: Any, page: Page) -> Any:
    result = revisions.check(page.row.organization, page.typed, page.reasons)
    try:
        version = workflow.version_of(page.version)
        with transaction():
            outcome = drafts.save(page.row, page.typed, result, current_actor(), seen_version=version)
            kept_drafts.sent(_key(page.row), page.typed, page.seen)
    except (BadVersion, StaleVersion, Refused, TransitionRefused) as error:
        page.row = view.row(page.row.id)
        _keep(page)
        page.version = page.row.version
        return _drawn(view, page, notice=_why_not(error)), 400 if isinstance(error, BadVersion) else 409
    flash(TOLD[outcome], {"waiting": "warning", "held": "warning", "kept": "warning", "same": "info"}.get(outcome, "success"))
    if result.at(Level.ERROR):
        return _to(page.row, "?checked=1")
    return redirect(url_for(".details", id=page.row.id), 303)


def _why_not(error: Exception) -> str:
    if isinstance(error, BadVersion):
        return WITHOUT_VERSION
    if not isinstance(error, StaleVersion):
        return f"{error}保存していません。入力した内容は残っています。"
    if error.what == "内容の変更" and error.when is not None:
        return f"別の画面で先に保存されています（{short_time(error.when)} {error.who}）。この画面の内容はまだ保存していません。"
    return f"{error}この画面の内容はまだ保存していません。入力した内容は残っています。"


def _to(row: Posting, more: str = "") -> Any:
    return redirect(url_for(".edit", id=row.id) + more, 303)


def _key(row: Posting) -> str:
    """Under which the draft lies: nobody can make it up, unlike the two numbers. One that an older key of ours has made is good, too."""
    made = _keys(row)
    return made[0] if len(made) == 1 else next((key for key in made if kept_drafts.find(key) is not None), made[0])


def _keys(row: Posting) -> list[str]:
    """By each key of the installation, the newest first."""
    return seals(f"posting:{row.id}:{current_actor().account_id}")


def _opened(row: Posting) -> Page:
    draft, revision = unsaved(row), revisions.current_revision(row)
    if draft is not None:
        return Page(row=row, typed={}, version=row.version, base=draft.typed.get("base")).take(draft)
    reasons = reasons_from(revision.reasons)
    return Page(row=row, typed=dict(revision.typed), version=row.version, base=revision.number, reasons=reasons)


def _posted(row: Posting) -> Page:
    reading, draft = form_reader.read_posting(request.form), unsaved(row)
    return Page(
        row=row,
        typed=reading.document,
        version=request.form.get("version"),
        base=posted_number("base"),
        reasons=form_reader.posted_reasons(request.form) or reasons_from(revisions.current_revision(row).reasons),
        seen=posted_number("draft"),
        saved_at=draft.saved_at if draft is not None else None,
        removed=draft.typed.get("removed") if draft is not None else None,
        doubled=reading.doubled,
        word=posted_word(),
    )


def _keep(page: Page) -> None:
    """Keep what was typed as this account's draft; a copy that is behind another page's lies beside it."""
    key, newest = _key(page.row), _keys(page.row)[0]
    if key != newest:
        with transaction():
            kept_drafts.move(key, newest)
    page.keep(newest, kept_drafts.new_key())


def _theirs(page: Page, mine: Mapping[str, Any]) -> list[Theirs]:
    """What the newest revision has otherwise than the one this page began from. Fields that this page left alone take it over."""
    row = page.row
    if page.base is None or not 0 < page.base < row.current:
        return []
    base, newest = revisions.revision_of(row, page.base), revisions.current_revision(row)
    own: dict[str, Change] = {change.path: change for change in _changes(base.normalized, mine)}
    touched = {_name(path) for path in own}
    found = []
    for change in _changes(base.normalized, newest.normalized):
        name = _name(change.path)
        if name not in touched:
            page.typed[name] = newest.typed.get(name)
        one = own.get(change.path)
        kept = name in touched and (one is None or one.new != change.new)
        found.append(Theirs(change, (one or Change(change.path, change.label, change.field, change.old, change.old)) if kept else None))
    return found


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return changes({"postings": [old]}, {"postings": [dict(new)]})


def _name(path: str) -> str:
    return path.removeprefix(PREFIX).split(".")[0]


def _drawn(view: Any, page: Page, *, notice: str = "", checked: bool = False, template: str = "office/edit.html") -> str:
    row, organization = page.row, page.row.organization
    theirs = _theirs(page, revisions.check(organization, page.typed).normalized["postings"][0])
    result = drafts.judged(row, revisions.check(organization, page.typed, page.reasons))
    content = result.normalized["postings"][0]
    some = {(f.rule, f.path) for f in revisions.check(organization, page.typed, page.reasons, partial=True).findings}
    # Missing fields are told when somebody asks for the check, not while they are still to come.
    missing = [f for f in result.at(Level.ERROR) if (f.rule, f.path) not in some]
    findings = [*(f for f in result.findings if checked or f not in missing), *page.doubled]
    form = forms.fill_posting(page.typed, content)
    stray = forms.attach(form, findings, PREFIX)
    return view.render(  # type: ignore[no-any-return]
        template,
        posting=row,
        page=page,
        form=form,
        findings=findings,
        stray=[f for f in stray if f.level is Level.ERROR],
        summary=[(at, words.replace("募集1 ", ""), what) for at, words, what in forms.summary_items(form, findings, PREFIX)]
        if checked
        else [],
        forecast=_forecast(row, result, len(page.doubled)),
        notice=notice,
        checked=checked,
        theirs=theirs,
        boxes=form_reader.boxes(findings, page.reasons),
        removed=page.removed,
        folds=posting_folds(form, findings, missing, content, prefix=PREFIX),
        differs=_changes(content, _of_other(page)) if page.other is not None else [],
        organization=dict(organization.details or {}) | {"lg_code": organization.lg_code},
        on=clock.today(),
    )


def _of_other(page: Page) -> Mapping[str, Any]:
    typed = page.unpacked((page.other or {}).get("typed", {}))
    return revisions.check(page.row.organization, typed).normalized["postings"][0]  # type: ignore[no-any-return]


def _forecast(row: Posting, result: Result, doubled: int) -> tuple[str, str]:
    """What saving will do, before it is done: tone and words."""
    errors, warnings = len(result.at(Level.ERROR)) + doubled, len(result.at(Level.WARNING))
    outcome = drafts.outcome_of(row, result, current_actor())
    if outcome == "kept":
        return "is-must", f"要修正が{errors}件：保存できますが、直すまでは前の内容のままです。"
    if outcome == "held":
        return "is-ask", "保存しても、公開の権限がある方が公開するまでは、前の内容のままです。"
    if outcome == "waiting":
        return "is-ask", f"要確認が{warnings}件：保存すると運営事務局の確認を待ちます。確認が済むまでは前の内容のままです。"
    if outcome == "draft" and errors:
        return "is-must", f"要修正が{errors}件：途中でも保存できます。公開するには、すべて直してください。"
    if outcome == "draft" and warnings:
        return "is-ask", f"要確認が{warnings}件：公開するときに運営事務局の確認を待ちます。"
    return "is-ok", f"指摘はありません。{WILL[outcome]}"
