"""The pages of a file of submissions: choose → check → confirm → done. The same for those without an account and for operators.

Each POST answers with a redirect to the page of the kept file, whose address holds its random key; nothing is kept in a cookie.
"""

import tempfile
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from keynet_admin.config import UPLOAD
from keynet_admin.errors import Refused
from keynet_admin.extensions import db
from keynet_admin.permissions import Actor
from keynet_admin.services.files import upload
from keynet_admin.services.files.read_file import UnknownFormat
from keynet_admin.services.transaction import transaction
from keynet_admin.web.actor import unverified

TYPES = (".xlsx", ".csv", ".jsonl")
REFUSED = "upload_refused"  # in the session: the page's key, what is wrong, the file's name
NONE = "受け付けられる申請がありません。ファイルを直して、もう一度お送りください。"
TEMPLATE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class UploadPages:
    """Where the pages of a file stand: their layout and their addresses."""

    layout: str
    start: str
    kept: str
    operator: bool = False

    def url(self, key: str = "") -> str:
        """The address of the first page, or of a kept file."""
        return url_for(self.kept, key=key) if key else url_for(self.start)


def _refused(pages: UploadPages, error: str, name: str = "", key: str = "") -> Response:
    """Back to the page that was sent, which says what is wrong; it may be reloaded, and Back never sends a file again."""
    session[REFUSED] = [key, error[:600], name]
    return redirect(f"{pages.url(key)}?refused=1", 303)


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


def start(pages: UploadPages) -> Response:
    """The page where a file is chosen."""
    error, name = _complaint()
    page = render_template(
        "files/start.html", pages=pages, error=error, name=name, most=UPLOAD // 1024 // 1024, rows=upload.MAX_ROWS, accept=",".join(TYPES)
    )
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)


def check(pages: UploadPages, actor: Actor) -> Response:
    """Take in a chosen file, judge it and keep it; nothing of it is stored as a case."""
    db.session.rollback()  # reading and judging take their time: no lock may be held meanwhile
    given = request.files.get("file")
    name = Path((given.filename or "").replace("\\", "/")).name[:100] if given is not None else ""
    if given is None or not name:
        return _refused(pages, "ファイルを選んでから、「内容を確かめる」を押してください。")
    try:
        items = _items(given, name)
    except Refused as error:
        return _refused(pages, str(error), name)
    report, _, _ = upload.examine(items)
    with transaction():
        key = upload.keep(name, items, report, actor)
    return redirect(pages.url(key), 303)


def _items(given: FileStorage, name: str) -> list[Any]:
    """What a file holds. Raises Refused."""
    suffix = Path(name).suffix.lower()
    if suffix not in TYPES:
        raise UnknownFormat(
            "この種類のファイルは使えません。.xlsx、.csv、.jsonl のいずれかをお送りください"
            "（古い形式の .xls やマクロ付きの .xlsm は、.xlsx で保存し直してください）。"
        )
    with tempfile.TemporaryDirectory(prefix="keynet-") as folder:
        path = Path(folder) / f"file{suffix}"
        given.save(path)
        size = path.stat().st_size
        if size == 0:
            raise Refused("ファイルの中身がありません（0バイト）。")
        if size > UPLOAD:
            raise Refused(f"ファイルが大きすぎます（{UPLOAD // 1024 // 1024}MBまで）。分けてお送りください。")
        return upload.read(path)


def kept(pages: UploadPages, key: str, actor: Actor) -> Response:
    """The page of a kept file: what the check found, or, after the confirmation, the receipt numbers."""
    found = upload.find(key, actor)
    template, (error, _name) = "files/check.html" if found.receipts is None else "files/done.html", _complaint(key)
    page = render_template(template, pages=pages, key=key, upload=found, report=found.report, error=error)
    return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)


def confirm(pages: UploadPages, key: str, actor: Actor) -> Response:
    """Store what the sender chose, or forget the file."""
    found = upload.find(key, actor)
    if request.form.get("do") == "discard":
        with transaction():
            upload.discard(key, actor)
        return redirect(pages.url(), 303)
    report = found.report
    take = pages.operator and request.form.get("take_errors") == "1"
    if found.receipts is None:
        why = _missing(pages, report, take)
        if why:
            return _refused(pages, why, key=key)
    done = upload.send(key, actor, take_errors=take)
    if not done.receipts:
        return _refused(pages, NONE, key=key)
    return redirect(pages.url(key), 303)


def _missing(pages: UploadPages, report: upload.CheckReport, take: bool) -> str:
    """What must be chosen before this file can be stored; empty when nothing is missing."""
    left_out = report.refused + (0 if take else report.errors)
    if report.good + report.errors + report.refused == left_out:
        return NONE
    if left_out and request.form.get("only_good") != "1":
        return f"受け付けられない申請が{left_out}件あります。残りだけを送るときは、確認の欄を選んでから押してください。"
    if report.with_account and not pages.operator and request.form.get("has_account") != "1":
        return "管理者アカウントをお持ちの団体が含まれています。この内容で申請するときは、確認の欄を選んでから押してください。"
    return ""
