"""Error pages: what happened and the way on, in plain Japanese; JSON for machines. Nothing of the inside is ever shown."""

import errno
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.http import HTTP_STATUS_CODES

from keynet_admin import errors
from keynet_admin.extensions import db
from keynet_admin.permissions import SENDER
from keynet_admin.services import logs
from keynet_admin.services.account import colleagues
from keynet_admin.vocabulary import OfficeRight, Role
from keynet_admin.web import addresses
from keynet_admin.web.access import security_log
from keynet_admin.web.actor import current_actor, viewing


@dataclass(frozen=True)
class Words:
    """Title, what happened, and what to do."""

    title: str
    text: str
    hints: tuple[str, ...] = ()


_LONG = 80  # what is longer is a text that its writer wants to see

WORDS: dict[int, Words] = {
    400: Words(
        "送信の内容を読み取れませんでした", "画面を開き直してから、もう一度お試しください。", ("入力した内容は保存されていません。",)
    ),
    403: Words("この画面は開けません", "お使いのアカウントには、この画面を開く権限がありません。"),
    404: Words(
        "ページが見つかりません",
        "アドレスが間違っているか、ページがなくなった可能性があります。",
        ("メールのアドレスを開いた場合は、行の途中で切れていないかをご確認ください。",),
    ),
    405: Words("この操作はできません", "アドレスを直接開くのではなく、画面のボタンから操作してください。"),
    408: Words(
        "送信が途中で止まりました",
        "時間内に送信が終わらなかったため、受け付けていません。通信の状態をご確認のうえ、もう一度お送りください。",
        ("ブラウザーの「戻る」で前の画面に戻ると、入力した内容が残っていることがあります。",),
    ),
    409: Words("この操作はできませんでした", "ほかの方の操作と重なったか、状態が変わっています。最新の内容をご確認ください。"),
    410: Words("このページは終了しました", "掲載が終わったか、期限が過ぎています。"),
    413: Words(
        "送信の内容が大きすぎます",
        "一度に送ることのできる大きさを超えています。",
        ("募集の件数を分けるか、長い文を短くしてから、もう一度お送りください。",),
    ),
    415: Words("この形式は受け付けていません", "送信の形式をご確認ください。"),
    429: Words("しばらく時間をおいてお試しください", "短い時間に操作が続いたため、一時的に受け付けていません。"),
    500: Words(
        "申し訳ありません。うまく処理できませんでした",
        "事務局の側で問題が起きました。記録しましたので、時間をおいてもう一度お試しください。",
        ("続く場合は、下の連絡先までお知らせください。",),
    ),
    503: Words(
        "ただいま混み合っています",
        "いまは処理できませんでした。1分ほど待ってから、もう一度お試しください。",
        ("内容は保存されていません。",),
    ),
}
CSRF_WORDS = Words(
    "画面の有効な時間が過ぎました",
    "安全のため、この送信は受け付けませんでした。前の画面を開き直してから、もう一度お送りください。",
    ("ブラウザーの「戻る」で前の画面に戻ると、入力した内容が残っていることがあります。",),
)
REFUSALS: tuple[tuple[type[Exception], int], ...] = (
    (errors.NotPermitted, 403),
    (errors.ViewingOnly, 403),
    (errors.NotFound, 404),
    (errors.StaleVersion, 409),
    (errors.TransitionRefused, 409),
    (errors.Refused, 409),
    (errors.ReasonMissing, 422),
    (errors.BadField, 422),
    (errors.BadVersion, 400),
    (errors.LinkDead, 410),
    (errors.TooLarge, 413),
    (errors.TooMany, 429),
    (errors.Busy, 503),
    (errors.KeynetError, 409),
)
BUSY_SECONDS = 30
READ_ONLY_SECONDS = 300


def wants_json() -> bool:
    """True for addresses of machines and for clients that ask for JSON rather than for a page."""
    if addresses.of(request.path).json:
        return True
    accept = request.accept_mimetypes
    return accept.best_match(["text/html", "application/json"]) == "application/json" and accept["application/json"] > accept["text/html"]


def answer(code: int, words: Words | None = None, *, error: Exception | None = None, headers: dict[str, str] | None = None) -> Any:
    """The response for a status: a page in the reader's own frame, or JSON."""
    words = words or WORDS.get(code) or WORDS[500 if code >= 500 else 400]
    if code == 403 and (givers := _who_gives_rights()):
        words = replace(words, hints=(*words.hints, givers))
    if wants_json():
        response = jsonify(error=words.text if code != 500 else WORDS[500].text)
        response.status_code = code
    else:
        layout = _layout() if code < 500 else "layout/narrow.html"
        page = render_template(
            "errors/error.html",
            layout=layout,
            plain_frame=code >= 500,  # the banner lies in the database
            code=code,
            words=words,
            stale=error if isinstance(error, errors.StaleVersion) else None,
            back=_way_back(code),
            number=logs.under_way() if code >= 500 else "",
        )
        response = current_app.make_response((page, code))
    response.headers.extend(headers or {})
    # An error of a moment ago must not come out of a cache; a closed posting's 410 is made by its own view.
    response.headers.setdefault("Cache-Control", "no-store")
    return response


_LAYOUTS = {
    Role.municipality: "layout/office.html",
    Role.prefecture: "layout/prefecture.html",
    Role.partner: "layout/partner.html",
}


def _layout() -> str:
    """The frame of the reader's own pages; the visitor's where nobody is known."""
    if addresses.of(request.path).roles:
        try:
            role = current_actor().role
        except Exception:  # a page about an error must not fail on its menu
            return "layout/narrow.html"
        if role is not None:
            return _LAYOUTS.get(role, "layout/operator.html")
    return "layout/narrow.html"


def _who_gives_rights() -> str:
    """Whom a municipality's person asks for a right that they lack, or why it is not shown to a viewer; empty for everybody else."""
    if viewing() is not None:
        return "画面の確認では、応募者の情報と、ログインの設定は表示しません。" if request.method == "GET" else ""
    actor = current_actor() if addresses.of(request.path).roles == {Role.municipality} else SENDER
    if actor.organization_id is None:
        return ""
    names = "、".join(f"{a.shown_name}さん" for a in colleagues.holders(actor.organization_id, OfficeRight.manage))
    who = f"担当者の管理をする方（{names}）" if names else "サービスセンター"
    return f"必要なときは、{who}へ、権限を付けるようご相談ください。"


def _way_back(code: int) -> tuple[str, str]:
    """Address and words of the link that leads on."""
    parts = [part for part in request.path.split("/") if part]
    if parts[:3] == ["admin", "submission", "new"]:
        number = parts[3] if len(parts) > 3 and parts[3].isascii() and parts[3].isdigit() else ""
        return (
            (f"/admin/submission/new/{number}/", "最新の内容を開く") if number and code == 409 else ("/admin/submission/new/", "一覧に戻る")
        )
    area = addresses.of(request.path)
    if area.roles:
        numbered = len(parts) > 2 and parts[2].isascii() and parts[2].isdigit()
        if numbered and (code == 409 or len(parts) > 3):
            return f"/{parts[0]}/{parts[1]}/{parts[2]}/", "最新の内容を開く"
        if len(parts) > 1 and parts[1].isascii() and parts[1].isalpha():
            return f"/{parts[0]}/{parts[1]}/", "一覧に戻る"
    return area.back


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    code = error.code or 500
    if code < 400:
        return error.get_response()
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")}
    if code in (429, 503):
        headers.setdefault("Retry-After", str(BUSY_SECONDS))
    words = WORDS.get(code)
    if words is None:
        words = Words("送信の内容を受け付けられませんでした", WORDS[400].text) if code < 500 else WORDS[500]
        current_app.logger.info("status %s (%s)", code, HTTP_STATUS_CODES.get(code, ""))
    return answer(code, words, error=error, headers=headers)


def _csrf_error(error: CSRFError) -> ResponseReturnValue:
    if not addresses.of(request.path).roles:  # the guarded areas look at it themselves
        security_log.write("bad_token")
    return answer(400, CSRF_WORDS, error=error)


def _roll_back() -> None:
    """End what the request had begun; on a connection that is dead there is nothing to end."""
    try:
        db.session.rollback()
    except exc.SQLAlchemyError:
        db.drop_session()


def _refusal(error: errors.KeynetError) -> ResponseReturnValue:
    _roll_back()
    code = next(code for kind, code in REFUSALS if isinstance(error, kind))
    words = WORDS.get(code, WORDS[400])
    if str(error):
        title = "別の画面で先に処理されています" if isinstance(error, errors.StaleVersion) else words.title
        words = Words(title, str(error), words.hints if code in (404, 413) else ())
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, errors.TooMany) else {}
    if code == 503:
        headers["Retry-After"] = str(BUSY_SECONDS)
    return answer(code, words, error=error, headers=headers)


def _read_only(error: errors.ReadOnlyMode) -> ResponseReturnValue:
    """Nothing may be written now. Whoever typed something gets it back on a page that sends it again; a file or a password cannot stay."""
    _roll_back()
    headers = {"Retry-After": str(READ_ONLY_SECONDS), "Cache-Control": "no-store"}
    words = Words("ただいま閲覧だけができます", str(error))
    if wants_json():
        return answer(503, words, headers=headers)
    typed = [(name, value) for name, value in request.form.items(multi=True) if "password" not in name]
    texts = [(name, value) for name, value in typed if len(value) > _LONG or "\n" in value]
    page = render_template(
        "errors/read_only.html",
        words=words,
        again=bool(typed) or not request.files,
        action=request.full_path.rstrip("?"),
        hidden=[pair for pair in typed if pair not in texts],
        texts=texts,
        lost=bool(request.files) or len(typed) < len(list(request.form.items(multi=True))),
        back=_way_back(503),
    )
    response = current_app.make_response((page, 503))
    response.headers.extend(headers)
    return response


def _database_busy(error: Exception) -> ResponseReturnValue:
    """Locked, full, restarting: nothing was stored, and it may work in a moment."""
    current_app.logger.error("database not available: %s", type(error).__name__, exc_info=error)
    _roll_back()
    return answer(503, headers={"Retry-After": str(BUSY_SECONDS)})


def _bad_data(error: exc.DataError) -> ResponseReturnValue:
    """A value the database cannot hold (a number out of range, NUL on PostgreSQL)."""
    current_app.logger.warning("value refused by the database: %s", type(error.orig).__name__)
    _roll_back()
    return answer(400)


def _unexpected(error: Exception) -> ResponseReturnValue:
    _roll_back()
    lost = isinstance(error, exc.DBAPIError) and error.connection_invalidated
    if lost or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)):
        return _database_busy(error)
    # The rule, not the address: an address may be a link with its secret.
    current_app.logger.error("unexpected error at %s", request.url_rule, exc_info=error)
    return answer(500, error=InternalServerError(original_exception=error))


def init_app(app: Flask) -> None:
    """Register the pages for every error of the application."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(errors.KeynetError, _refusal)
    app.register_error_handler(errors.ReadOnlyMode, _read_only)
    for busy in (exc.OperationalError, exc.InterfaceError, exc.PendingRollbackError, exc.TimeoutError):
        app.register_error_handler(busy, _database_busy)
    app.register_error_handler(exc.DataError, _bad_data)
    app.register_error_handler(Exception, _unexpected)
