"""`POST /api/entry-check`: judge a typed submission and give back what was understood. Stores nothing."""

import json
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from keynet_admin import clock
from keynet_admin.catalogue import field_at
from keynet_admin.catalogue.display import show
from keynet_admin.extensions import limiter
from keynet_admin.rules import evaluate
from keynet_admin.rules.engine.rule import Level
from keynet_admin.services.strict_json import BadJson, read_object
from keynet_admin.web import addresses

LARGE = 200_000  # bytes; a form of twenty full postings has less as it is typed
BUSY_SECONDS = 5
_large = threading.Lock()
bp = Blueprint("api", __name__, url_prefix="/api")


class BadBody(ValueError):
    """The object is not the one of the contract; the message is Japanese and may be shown."""


def answer(data: dict[str, Any], status: int = 200) -> Response:
    """A JSON answer. ASCII only on the wire: typed text may hold lone surrogates, which UTF-8 cannot carry."""
    try:
        text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    except RecursionError:
        raise BadBody("値の入れ子が深すぎます。様式の項目だけを送ってください。") from None
    return Response(text, status, headers={"Cache-Control": "no-store"}, mimetype="application/json")


def parse_request(data: dict[str, Any]) -> tuple[dict[str, Any], date, bool]:
    """Submission, reference date (today in Japan by default) and `partial`. Raises BadBody."""
    submission = data.get("submission")
    if not isinstance(submission, dict):
        raise BadBody("submission には、申請の内容をオブジェクトで入れてください。")
    partial = data.get("partial", False)
    if not isinstance(partial, bool):
        raise BadBody("partial は true か false です。")
    given = data.get("reference_date")
    if given is None:
        return submission, clock.today(), partial
    try:
        if not isinstance(given, str) or len(given) != 10:
            raise ValueError
        return submission, date.fromisoformat(given), partial
    except ValueError:
        raise BadBody("reference_date は「2021-05-07」の形の日付です。") from None


@bp.post("/entry-check")
@limiter.limit(addresses.of("/api").rate)
def entry_check() -> Response:
    """Normalised values and findings for a typed submission."""
    if request.mimetype != "application/json":
        return answer({"error": "Content-Type: application/json で送ってください。"}, 415)
    body = request.get_data(cache=False)
    with _turn(len(body)) as mine:
        if not mine:
            response = answer({"error": f"ただいま混み合っています。{BUSY_SECONDS}秒ほど待ってから、もう一度お試しください。"}, 503)
            response.headers["Retry-After"] = str(BUSY_SECONDS)
            return response
        try:
            submission, on, partial = parse_request(read_object(body, large_numbers_as_text=True))
            return answer(_with_words(evaluate(submission, on=on, partial=partial).as_json()))
        except (BadJson, BadBody) as refused:
            return answer({"error": str(refused)}, 400)


def _with_words(judged: dict[str, Any]) -> dict[str, Any]:
    """The answer with what a page says for a value (`shown`) and for each offer (`offers`): 宮崎県日向市 for 452068."""
    for finding in judged["findings"]:
        if (field := field_at(finding["path"])) is None:
            continue
        if finding["level"] == Level.FIX:
            finding["shown"] = show(field, finding["value"])
        if "choices" in finding:
            finding["offers"] = [show(field, choice) for choice in finding["choices"]]
    return judged


@contextmanager
def _turn(size: int) -> Iterator[bool]:
    """Whether a body of so many bytes may be judged now: large ones come one at a time in a process, so that pages go on being answered."""
    mine = size <= LARGE or _large.acquire(blocking=False)
    try:
        yield mine
    finally:
        if mine and size > LARGE:
            _large.release()


@bp.errorhandler(429)
def too_many(_error: Exception) -> Response:
    """Rate limit exceeded: the answer as JSON, with the seconds (at least one) until the next try."""
    response = answer({"error": "確認の回数が多すぎます。少し待ってからもう一度お試しください。"}, 429)
    full = limiter.current_limit
    response.headers["Retry-After"] = str(max(1, math.ceil(full.reset_at - time.time())) if full is not None else 1)
    return response


@bp.errorhandler(413)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A body beyond the application's limit."""
    return answer({"error": "送られた内容が大きすぎます。募集を分けて送ってください。"}, 413)
