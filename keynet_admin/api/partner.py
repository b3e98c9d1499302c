"""`/partner/v1/`: the machines of partners take changes of postings and answer. A key opens it; no cookie is read or set."""

import json
import math
import re
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from keynet_admin.api import partner_schema
from keynet_admin.api.partner_schema import ReceiptBody, SecuredBody
from keynet_admin.errors import BadField, KeynetError
from keynet_admin.extensions import db, limiter, reading
from keynet_admin.models import Partner, PartnerKey
from keynet_admin.permissions import partner_of
from keynet_admin.services.partner import feed, keys, receipts, secured
from keynet_admin.services.partner.receipts import AnswerCode, ReceiptRow, RowAnswer
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.strict_json import BadJson, read_list
from keynet_admin.services.transaction import transaction
from keynet_admin.web import addresses

RATE = addresses.of(partner_schema.BASE + "/").rate
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_BEARER = re.compile(r"Bearer +([!-~]{1,200})", re.ASCII | re.IGNORECASE)
_WORDS = {
    404: ("not_found", "このアドレスはありません。"),
    405: ("method_not_allowed", "この方法（メソッド）では使えません。"),
    413: ("too_large", "一度に送る内容が大きすぎます。分けて送ってください。"),
    429: ("too_many", "取得の回数が多すぎます。Retry-After の秒数を待ってから、続きを取得してください。"),
}
bp = Blueprint("partner_api", __name__, url_prefix=partner_schema.BASE)


class Failed(Exception):
    """The request is answered with this status, code and sentence."""

    def __init__(self, answer: int, code: str, words: str) -> None:
        super().__init__(words)
        self.answer, self.code = answer, code


@bp.get("/openapi.json")
@limiter.limit(RATE)
def description() -> Response:
    """The description of the interface, for whoever connects a machine: it holds no secret."""
    return _answer(partner_schema.description())


@bp.get("/postings")
@limiter.limit(RATE)
def postings() -> Response:
    """The changes since a cursor. That they were given is kept before they leave: the one GET of the program that writes."""
    key = _key()
    partner, since = key.partner, _number("since", 0, "bad_cursor")
    limit = _number("limit", feed.LIMIT, "bad_limit")
    if not 1 <= limit <= feed.MOST:
        raise Failed(400, "bad_limit", f"limit は1から{feed.MOST}までの数です。")
    try:
        found = feed.page(partner, since, limit)
    except BadField as error:
        raise Failed(409, "cursor_unknown", str(error)) from None
    if request.method == "GET" and (found.item_ids or not keys.used_lately(key)):
        partner_id, key_id = partner.id, key.id
        with reading(), transaction():
            feed.note(partner_id, found)
            feed.seen(partner_id)
            keys.used(key_id)
    items = [
        {
            "sequence": line.sequence,
            "posting_no": line.key,
            "state": line.state,
            "changed_at": line.changed_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "content": line.content,
        }
        for line in found.lines
    ]
    return _answer({"items": items, "next": str(found.next), "more": found.more})


@bp.post("/receipts")
@limiter.limit(RATE)
def take_receipts() -> Response:
    """What became of changes at the partner."""

    def take(partner: Partner, rows: list[ReceiptBody]) -> list[RowAnswer]:
        given = [ReceiptRow(row.posting_no, row.sequence, row.status == "refused", row.reason) for row in rows]
        return receipts.receive(partner, partner_of(partner.id, partner.name), given)

    return _rows(ReceiptBody, receipts.TOGETHER, take)


@bp.post("/secured")
@limiter.limit(RATE)
def take_secured() -> Response:
    """How many people the partner has found."""

    def take(partner: Partner, rows: list[SecuredBody]) -> list[RowAnswer]:
        actor = partner_of(partner.id, partner.name)
        return [secured.secured(partner, actor, SecuredRow(row.posting_no, row.key, row.count, row.on)) for row in rows]

    return _rows(SecuredBody, 1, take)


def _rows(model: Any, together: int, take: Callable[[Partner, list[Any]], list[RowAnswer]]) -> Response:
    """Read the rows, take those that can be read in short transactions, and answer each in its place."""
    key = _key()
    if request.mimetype != "application/json":
        raise Failed(415, "not_json", "Content-Type: application/json で送ってください。")
    try:
        sent = read_list(request.get_data(cache=False))
    except BadJson as error:
        raise Failed(400, "bad_json", str(error)) from None
    if len(sent) > receipts.MOST:
        raise Failed(400, "too_many_rows", f"一度に送れるのは{receipts.MOST}件までです（いま{len(sent)}件）。分けて送ってください。")
    partner_id, key_id = key.partner_id, key.id
    results: list[dict[str, Any]] = []
    good: list[tuple[int, Any]] = []
    for index, row in enumerate(sent):
        name = row.get("posting_no") if isinstance(row, dict) else None
        found, field, words = partner_schema.read_row(model, row)
        results.append(_result(index, name, RowAnswer(AnswerCode.invalid, words), field))
        if found is not None:
            good.append((index, found))
    if not keys.used_lately(key):
        with transaction():
            keys.used(key_id)
    for start in range(0, len(good), together):
        part = good[start : start + together]
        with transaction():
            partner = db.session.get_one(Partner, partner_id)
            answers = take(partner, [row for _, row in part])
        for (index, row), answer in zip(part, answers, strict=True):
            results[index] = _result(index, row.posting_no, answer)
    return _answer({"results": results}, 422 if any(result["code"] == AnswerCode.invalid for result in results) else 200)


def _result(index: int, name: Any, answer: RowAnswer, field: str = "") -> dict[str, Any]:
    shown = name[:40] if isinstance(name, str) else None
    return {"index": index, "posting_no": shown, "code": answer.code.value, "message": answer.message, "field": field or None}


def _key() -> PartnerKey:
    """The key of the request. Raises Failed (401); the same words for every reason."""
    given = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    key = keys.holder(given[1]) if given is not None else None
    if key is None:
        raise Failed(401, "unauthorized", "鍵がないか、使えない鍵です。Authorization: Bearer に、運営事務局が発行した鍵を付けてください。")
    return key


def _number(name: str, default: int, code: str) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not _NUMBER.fullmatch(text):
        raise Failed(
            400,
            code,
            f"{name} は、9けたまでの数字です。前回の next の値を、そのまま渡してください。" if name == "since" else f"{name} は数字です。",
        )
    return int(text)


def _answer(data: dict[str, Any], status: int = 200) -> Response:
    """ASCII only on the wire: typed text may hold lone surrogates, which UTF-8 cannot carry."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Response(text, status, headers={"Cache-Control": "no-store"}, mimetype="application/json")


@bp.errorhandler(Failed)
def failed(error: Failed) -> Response:
    """Refused with a code for the program and a sentence for its people."""
    response = _answer({"error": str(error), "code": error.code}, error.answer)
    if error.answer == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="keynet"'
    return response


@bp.errorhandler(HTTPException)
def refused(error: HTTPException) -> Response:
    """What the framework refuses, in the same form."""
    status = error.code or 400
    code, words = _WORDS.get(status, ("bad_request", "送信の内容を読み取れませんでした。"))
    response = _answer({"error": words, "code": code}, status)
    if status == 429:
        full = limiter.current_limit
        response.headers["Retry-After"] = str(max(1, math.ceil(full.reset_at - time.time())) if full is not None else 1)
    return response


@bp.errorhandler(KeynetError)
@bp.errorhandler(OperationalError)
def busy(_error: Exception) -> Response:
    """Somebody else is at work on the same rows. What was answered before this stays; sending all of it again is harmless."""
    db.session.rollback()
    response = _answer({"error": "ただいま混み合っています。少し待ってから、同じ内容をもう一度送ってください。", "code": "busy"}, 503)
    response.headers["Retry-After"] = "30"
    return response
