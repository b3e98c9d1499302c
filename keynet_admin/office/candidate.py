"""Who applied to a municipality's postings or asked about them: the list, one person with what can be done, decisions, paper, calendar."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask_admin import expose

from keynet_admin import clock
from keynet_admin.catalogue import PEOPLE
from keynet_admin.clock import TOKYO
from keynet_admin.errors import BadField, StaleVersion, TransitionRefused
from keynet_admin.models import Candidate
from keynet_admin.office.candidate_answer import PUBLISHING
from keynet_admin.office.candidate_list import CandidateList
from keynet_admin.office.candidate_mail import WritesToMany
from keynet_admin.permissions import Actor, Permission
from keynet_admin.rules.engine.rule import Finding
from keynet_admin.rules.normalise.characters import INSTEAD, UNWRITABLE
from keynet_admin.services import threads, workflow
from keynet_admin.services.candidate import contact, lists, mail, own_page, retention, stages, templates
from keynet_admin.services.listing import published
from keynet_admin.services.mail.message import Letter
from keynet_admin.services.posting import balance
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.row import Move, Page
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.web.actor import current_actor
from keynet_admin.web.decision import Decision, DecisionPages, EditDecision
from keynet_admin.web.lists.fields import read_clock, read_day
from keynet_admin.web.model_view import GuardedModelView

MESSAGES_SHOWN = 30
_SHORT_DAY = re.compile(r"([0-9]{1,2})[/月]([0-9]{1,2})日?")
_HALF_YEAR = timedelta(days=183)
_HANDLE = Permission.candidate_handle
REPLY = EditDecision(
    "メッセージの送信",
    Page("{name}にメッセージを送りますか", "本人のページに載り、メールでお知らせします。", "送信する", "", "メールでお知らせします。"),
    _HANDLE,
)
NOTE = EditDecision(
    "メモの追加",
    Page("{name}についてのメモを追加しますか", "本人には表示されません。印刷と書き出しにも出ません。", "メモを追加", ""),
    _HANDLE,
)
OWNER = EditDecision("担当の変更", Page("{name}の担当を変えますか", "担当は、同じ団体の職員から選びます。", "担当を変える", ""), _HANDLE)
INTERVIEW = EditDecision(
    "面接の日時",
    Page(
        "{name}の面接の日時を決めますか", "本人のページに載り、メールでお知らせします。", "この日時に決める", "", "メールでお知らせします。"
    ),
    _HANDLE,
)


def _for_shifts(act: Callable[..., workflow.Outcome]) -> Decision:
    """A decision that gives the person shifts, where those of the posting carry numbers."""

    def decide(row: Candidate, actor: Actor, *, seen_version: int, shifts: list[str]) -> workflow.Outcome:
        known = balance.shift_names(row.posting)
        chosen = [name for name in known if name in shifts]
        if known and not chosen:
            raise BadField("入っていただく枠を選んでください。", "shifts")
        return act(row, actor, seen_version=seen_version, shifts=chosen)

    return Decision(
        decide,
        read=lambda row, values: {"shifts": values.getlist("shift") if "do" in values else list(row.shifts)},
        fields="office/_candidate_shifts.html",
        show=lambda row, typed: _shifts_shown(row, typed["shifts"]),
    )


class CandidateView(WritesToMany, DecisionPages, CandidateList, GuardedModelView):
    """The municipality's applicants and inquirers; every row is looked up among its own."""

    permission = _HANDLE
    method_permissions = WritesToMany.method_permissions | {"open": _HANDLE}
    decides = Candidate
    decisions = {
        "contact": Decision(stages.contact),
        "select": Decision(stages.select),
        "move_direct": Decision(stages.move_direct),
        "offer": _for_shifts(stages.offer),
        "secure": _for_shifts(stages.secure),
        "decline": Decision(stages.decline),
        "reject": Decision(stages.reject),
        "withdraw": Decision(stages.record_withdrawal),
        "to_inquiry": Decision(stages.to_inquiry),
        "undo": Decision(stages.undo),
        "reply": Decision(
            lambda row, actor, *, seen_version, message: contact.say(row, actor, templates.ready(message), seen_version=seen_version),
            read=lambda _row, values: {"message": values.get("message", "")},
            fields="office/_candidate_message.html",
            change=REPLY,
        ),
        "note": Decision(
            lambda row, actor, *, seen_version, note: contact.note(row, actor, note),  # noqa: ARG005 - a note changes nothing that others see
            read=lambda _row, values: {"note": values.get("note", "")},
            fields="office/_candidate_note.html",
            change=NOTE,
        ),
        "owner": Decision(
            lambda row, actor, *, seen_version, owner: contact.assign(row, actor, _number(owner), seen_version=seen_version),
            read=lambda row, values: {"owner": values.get("owner", str(row.owner_id or ""))},
            fields="office/_candidate_owner.html",
            show=lambda row, _typed: {"colleagues": contact.colleagues(row)},
            change=OWNER,
        ),
        "interview": Decision(
            lambda row, actor, *, seen_version, **typed: _interview(row, actor, seen_version, **typed),
            read=lambda row, values: _interview_typed(row, values),
            fields="office/_candidate_interview.html",
            show=lambda _row, _typed: {"lengths": contact.LENGTHS},
            change=INTERVIEW,
        ),
        **PUBLISHING,
    }
    picks_rows = True
    names_row = False
    back_label = "応募者に戻る"

    @expose("/<num:id>/open", methods=("POST",))
    def open(self, id: int) -> Any:
        """Open a person's page: what was received counts as seen from now on, what was unread as read."""
        try:
            with transaction():
                row = self.row(id)
                if row.status is S.received:
                    stages.see(row, current_actor(), seen_version=row.version)
                contact.read(row, current_actor())
        except (StaleVersion, TransitionRefused):
            pass  # a colleague was faster
        return redirect(url_for(".details", id=id), 303)

    @expose("/<num:id>/")
    def details(self, id: int) -> str:
        """One person: what they sent, their wishes against the shifts, what can be done, the thread, notes, the history."""
        row = self.row(id)
        if row.locked:
            return self.render("office/candidate_locked.html", candidate=row)
        thread = threads.of(row)
        older = 0 if request.args.get("all") == "1" else max(0, len(thread) - MESSAGES_SHOWN)
        before, after = contact.neighbours(row)
        entries = history.of_candidate(row)
        return self.render(
            "office/candidate.html",
            **_person(row),
            locked_on=retention.locked_on(row),
            offers=workflow.offers(row, current_actor()),
            line=lists.stage_line(row),
            accepted=own_page.accepted_at(row) if row.status is S.offered else None,
            waiting=lists.waiting(row),
            thread=lists.with_stages(thread[older:], entries, whole=not older),
            older=older,
            notes=threads.notes_of(row),
            entries=entries,
            texts=templates.offered(row.organization_id, row.kind),
            message=_begun(row),
            published=published.of(row),
            publishable=not published.why_not(row, current_actor()),
            same=contact.same_person(row),
            before=before,
            after=after,
            last_step=workflow.last_event(row) if row.undoable else None,
        )

    @expose("/<num:id>/print")
    def paper(self, id: int) -> str:
        """One person on A4: what they sent, their wishes, the thread. No notes, no names of colleagues."""
        row = self.row(id)
        if row.locked:
            return self.render("office/candidate_locked.html", candidate=row)
        return self.render("office/candidate_print.html", **_person(row), thread=threads.of(row))

    @expose("/<num:id>/interview.ics")
    def calendar(self, id: int) -> Response:
        """The interview for a calendar."""
        row = self.row(id)
        if row.interview_at is None or row.locked:
            abort(404)
        answer = Response(_calendar(row, row.interview_at), mimetype="text/calendar")
        answer.headers["Content-Disposition"] = f'attachment; filename="{row.candidate_no}.ics"'
        return answer

    def letters(self, row: Candidate, move: Move, _typed: dict[str, Any]) -> list[tuple[str, Letter]]:
        """The mail to the person."""
        return mail.preview(row, move.mail) if move.mail and not row.locked else []

    def named(self, row: Candidate) -> tuple[str, str, str]:
        """The name in the question, the number above it and in a message."""
        return (f"{row.name}さん" if row.name and not row.locked else row.candidate_no), row.candidate_no, row.candidate_no

    def trail(self, row: Candidate) -> list[tuple[str, str]]:
        """Home, list, person."""
        return [("ホーム", "/office/"), ("応募者", url_for(".index")), (row.candidate_no, url_for(".details", id=row.id))]


def _begun(row: Candidate) -> str:
    """What the reply box begins with: the text that the address names, with this person's values in it."""
    chosen = templates.one(row.organization_id, request.args.get("template", ""), row.kind)
    return templates.filled(chosen, row) if chosen is not None else ""


def _person(row: Candidate) -> dict[str, Any]:
    """What the page and the paper both show."""
    offer = lists.offers([row.posting])[row.posting_id]
    section = "inquiry" if row.is_inquiry else "applicant"
    return {
        "candidate": row,
        "section": section,
        "fields": PEOPLE[section],
        "findings": [Finding.from_json(finding) for finding in row.findings],
        "fit": lists.fit(row, offer),
        "days": lists.days(offer),
        "licence_warning": lists.licence_warning(row),
        "wished": lists.wished(row),
    }


def _shifts_shown(row: Candidate, chosen: list[str]) -> Mapping[str, Any]:
    found = balance.balance(row.posting)
    over = [shift.name for shift in found.by_shift if shift.open == 0]
    return {"balance": found, "chosen": chosen, "full": over, "too_many": found.wanted > 0 and found.open <= 0}


def _number(text: str) -> int | None:
    """The id of the chosen colleague, None for nobody; an odd text is nobody's id."""
    return (int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0) if text else None


def _interview_typed(row: Candidate, values: Any) -> dict[str, str]:
    now = row.interview_at.astimezone(TOKYO) if row.interview_at is not None else None
    return {
        "day": values.get("day", f"{now:%Y/%-m/%-d}" if now else ""),
        "time": values.get("time", f"{now:%-H:%M}" if now else ""),
        "minutes": values.get("minutes", str(row.interview_minutes)),
        "place": values.get("place", row.interview_place),
        "off": "1" if values.get("off") else "",
    }


def _interview(
    row: Candidate, actor: Actor, seen_version: int, *, day: str, time: str, minutes: str, place: str, off: str
) -> workflow.Outcome:
    if off:
        return contact.interview(row, actor, None, "", seen_version=seen_version)
    on = read_day(day) or _coming(day)
    if on is None:
        raise BadField("面接の日を入力してください。例：5/18、2021/5/18、令和3年5月18日", "day")
    if (at := read_clock(time)) is None:
        raise BadField("開始の時刻を入力してください。例：14:00、午後2時", "time")
    hour, minute = at
    if hour > 23:
        raise BadField("開始の時刻は23:59までで入力してください。", "time")
    when, length = (
        datetime(on.year, on.month, on.day, hour, minute, tzinfo=TOKYO),
        next((n for n in contact.LENGTHS if str(n) == minutes), 0),
    )
    return contact.interview(row, actor, when, place, minutes=length, seen_version=seen_version)


def _coming(text: str) -> date | None:
    """5/20 or 5月20日 without a year: the next such day, when it lies within half a year."""
    typed = _SHORT_DAY.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    today = clock.today()
    for year in (today.year, today.year + 1) if typed else ():
        try:
            day = date(year, int(typed[1]), int(typed[2]))
        except ValueError:
            continue
        if timedelta(0) <= day - today < _HALF_YEAR:
            return day
    return None


def _calendar(row: Candidate, begins: datetime) -> str:
    """The interview as an event (RFC 5545): lines of at most 75 octets end in CR LF; marks in texts are escaped."""
    stamp = "%Y%m%dT%H%M%SZ"
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Key-Net//JA",
        "BEGIN:VEVENT",
        f"UID:{row.candidate_no}@keynet",
        f"DTSTAMP:{clock.now().astimezone(UTC):{stamp}}",
        f"DTSTART:{begins.astimezone(UTC):{stamp}}",
        f"DTEND:{(begins + timedelta(minutes=row.interview_minutes)).astimezone(UTC):{stamp}}",
        f"SUMMARY:{_escaped(f'面接 {row.name or row.candidate_no}')}",
        f"LOCATION:{_escaped(row.interview_place)}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    text = UNWRITABLE.sub(INSTEAD, text)
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def _folded(line: str) -> list[str]:
    parts, room = [""], 75
    for letter in line:
        if len((parts[-1] + letter).encode()) > room:
            parts.append(" ")
        parts[-1] += letter
    return parts
