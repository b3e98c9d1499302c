"""The pages of a file of submissions: choose → check → confirm → done. The same for those without an account, for prefectures and for operators.

Each POST answers with a redirect to the page of the kept file, whose address holds its random key; nothing is kept in a cookie.
"""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from keynet_admin import clock
from keynet_admin.config import UPLOAD
from keynet_admin.errors import Busy, Refused, TooMany
from keynet_admin.extensions import db
from keynet_admin.permissions import Actor
from keynet_admin.services import rate_limit, settings
from keynet_admin.services.files import upload
from keynet_admin.services.files.read_file import unknown_format
from keynet_admin.services.files.rejects import MOST_ROWS as MOST_REJECTS
from keynet_admin.services.files.report import MOST_CASES
from keynet_admin.services.files.slots import reading_slot
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import unverified
from keynet_admin.web.errors import BUSY_SECONDS
from keynet_admin.web.form.received_file import received_file

STEP = 100_000  # bytes: in such steps files are counted
TYPES = (".xlsx", ".csv", ".jsonl")
REFUSED = "upload_refused"  # in the session: the page's key, what is wrong, the file's name
NONE = "受け付けられる申請がありません。ファイルを直して、もう一度お送りください。"
ALL_LEFT = "すべての申請に「除く」の印が付いています。送る申請の印を外してから押してください。"
CHANGED = "選んだとおりに、もう一度確かめました。件数と指摘を確かめてから、もう一度押してください。"
TICKS = ("only_good", "take_errors", "has_account")
TEMPLATE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class UploadPages:
    """Where the pages of a file stand: their layout and their addresses."""

    layout: str
    start: str
    kept: str
    rejects: str
    operator: bool = False
    prefecture: bool = False

    def url(self, key: str = "") -> str:
        """The address of the first page, or of a kept file."""
        return url_for(self.kept, key=key) if key else url_for(self.start)

    def rejects_url(self, key: str) -> str:
        """The address of the rows to be mended."""
        return url_for(self.rejects, key=key)


def _refused(pages: UploadPages, error: str, name: str = "", key: str = "") -> Response:
    """Back to the page that was sent, which says what is wrong; it may be reloaded, and Back never sends a file again."""
    session[REFUSED] = [key, error[:600], name]
    return redirect(f"{pages.url(key)}?refused=1", 303)


def closed() -> Response | None:
    """The page of a closed intake period, None while it is open."""
    period = settings.intake()
    state = period.state(clock.today())
    if state == "open":
        return None
    return make_response(render_template("intake/closed.html", state=state, period=period), 409 if request.method == "POST" else 200)


def too_late(pages: UploadPages, key: str = "") -> Response | None:
    """Back to the page when the post's token is old: nothing was done. None when it may act."""
    problem = unverified()
    return _refused(pages, f"{problem.words}もう一度ボタンを押してください。", key=key) if problem is not None else None


def _complaint(key: str = "") -> tuple[str, str]:
    """What was wrong with the last post to a page, and the file's name; empty when nothing was."""
    told = session.get(REFUSED) if "refused" in request.args else None
    return (told[1], told[2]) if told and told[0] == key else ("", "")


def workbook(content: bytes, name: str) -> Response:
    """A workbook to be saved under this name."""
    return make_response(content, {"Content-Type": TEMPLATE_TYPE, "Content-Disposition": f"attachment; filename={name}.xlsx"})


def start(pages: UploadPages, busy: Busy | TooMany | None = None, name: str = "") -> Response:
    """The page where a file is chosen; 503 or 429 when no more may be looked at now."""
    error, name = (f"{busy}ファイルは、もう一度選んでください。", name) if busy is not None else _complaint()
    page = render_template(
        "files/start.html",
        pages=pages,
        error=error,
        name=name,
        most=UPLOAD // 1024 // 1024,
        rows=upload.MAX_ROWS,
        cases=upload.MOST_ANONYMOUS,
        accept=",".join(TYPES),
    )
    return _answer(page, error, busy)


def _answer(page: str, error: str, busy: Busy | TooMany | None) -> Response:
    if busy is None:
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)
    if isinstance(busy, TooMany):
        return make_response(page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(busy.retry_after)})
    return make_response(page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(BUSY_SECONDS)})


def check(pages: UploadPages, actor: Actor) -> Response:
    """Take in a chosen file, judge it and keep it; nothing of it is stored as a case."""
    db.session.rollback()  # reading and judging take their time: no lock may be held meanwhile
    given = request.files.get("file")
    name = Path((given.filename or "").replace("\\", "/")).name[:100] if given is not None else ""
    if given is None or not name:
        return _refused(pages, "ファイルを選んでから、「内容を確かめる」を押してください。")
    try:
        _count(pages, "file", 1 + (request.content_length or 0) // STEP)
        with reading_slot():
            items = _items(given, name)
            if not pages.operator:
                upload.require_few(items)
            examined = upload.examine(items, prefecture=actor.prefecture_code)
    except Refused as error:
        return _refused(pages, str(error), name)
    except (Busy, TooMany) as busy:
        return start(pages, busy, name)
    with transaction():
        key = upload.keep(name, items, examined, actor)
    return redirect(pages.url(key), 303)


def _count(pages: UploadPages, kind: str, amount: int) -> None:
    """Count this against the limits of a sender's network; operators have none. Raises TooMany."""
    if not pages.operator:
        with transaction():
            rate_limit.hit(kind, network=request.remote_addr or "", amount=amount)


def _items(given: FileStorage, name: str) -> list[Any]:
    """What a file holds. Raises Refused and Busy."""
    suffix = Path(name).suffix.lower()
    if suffix not in TYPES:
        raise unknown_format(name)
    with received_file(given, suffix) as path:
        return upload.read(path)


def kept(pages: UploadPages, key: str, actor: Actor, busy: Busy | TooMany | None = None) -> Response:
    """The page of a kept file: what the check found, or, after the confirmation, the receipt numbers."""
    found = upload.find(key, actor)
    template, (error, _name) = "files/check.html" if found.receipts is None else "files/done.html", _complaint(key)
    error = error if busy is None else str(busy)
    shown = {"upload": found, "report": found.report, "error": error, "most_rejects": MOST_REJECTS, "most_cases": MOST_CASES}
    page = render_template(template, pages=pages, key=key, **shown)
    return _answer(page, error, busy)


def rejects(key: str, actor: Actor) -> Response:
    """The rows that cannot be sent, or were not, as a file to be mended and sent again."""
    with reading_slot():  # a workbook of 1,000 rows is a second's work
        name, content = upload.rejects(key, actor)
    kind = {".csv": "text/csv; charset=utf-8", ".jsonl": "application/x-ndjson"}.get(Path(name).suffix, TEMPLATE_TYPE)
    saved = f"attachment; filename=keynet-rejected{Path(name).suffix}; filename*=UTF-8''{quote(name, safe='')}"
    return make_response(content, {"Content-Type": kind, "Content-Disposition": saved})


def confirm(pages: UploadPages, key: str, actor: Actor) -> Response:
    """Store what the sender chose, or forget the file. What was chosen is kept, whatever comes of it."""
    found = upload.find(key, actor)
    do = request.form.get("do")
    if do == "discard":
        with transaction():
            upload.discard(key, actor)
        return redirect(pages.url(), 303)
    try:
        with reading_slot():
            if found.receipts is None:
                anew = upload.choose(key, actor, _chosen())
                found = upload.find(key, actor)
                if do == "choose":
                    return redirect(pages.url(key), 303)
                why = CHANGED if anew else _missing(pages, found)
                if why:
                    return _refused(pages, why, key=key)
                _count(pages, "file_send", found.sending(errors=False))
            done = upload.send(key, actor, take_errors=_takes_errors(pages, found), address=request.remote_addr or "")
    except (Busy, TooMany) as busy:
        return kept(pages, key, actor, busy)
    if not done.receipts:
        return _refused(pages, NONE, key=key)
    return redirect(pages.url(key), 303)


def _chosen() -> upload.Chosen:
    """What was chosen on the check page, as it was posted."""
    left = frozenset(int(line) for line in request.form.getlist("leave") if _is_line(line))
    given = ((name.removeprefix("join-"), answer) for name, answer in request.form.items() if name.startswith("join-"))
    answers = {int(line): answer for line, answer in given if _is_line(line)}
    return upload.Chosen(answers, left, frozenset(tick for tick in TICKS if request.form.get(tick) == "1"))


def _is_line(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _takes_errors(pages: UploadPages, found: upload.Upload) -> bool:
    return pages.operator and "take_errors" in found.chosen.ticks


def _missing(pages: UploadPages, found: upload.Upload) -> str:
    """What must be chosen before this file can be stored; empty when nothing is missing."""
    report, ticks, take = found.report, found.chosen.ticks, _takes_errors(pages, found)
    if report.unanswered:
        return f"1つの申請か別の申請かを選んでいただくところが、{report.unanswered}か所残っています。選んでから押してください。"
    if pages.operator and report.errors and not take and not found.sending(errors=False):
        return f"要修正のある申請だけが残っています（{report.errors}件）。受け付けて差し戻すときは、確認の欄を選んでから押してください。"
    if not found.sending(errors=take):
        return ALL_LEFT if found.chosen.left and (report.good or (take and report.errors)) else NONE
    left_out = report.refused + (0 if take else report.errors)
    if left_out and "only_good" not in ticks:
        return f"受け付けられない申請が{left_out}件あります。残りだけを送るときは、確認の欄を選んでから押してください。"
    if not pages.operator and "has_account" not in ticks and found.with_account():
        return "管理者アカウントをお持ちの団体が含まれています。この内容で申請するときは、確認の欄を選んでから押してください。"
    return ""
