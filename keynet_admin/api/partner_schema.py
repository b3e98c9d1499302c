"""What partners' machines send and get, as models, and the description of the interface that is made from them (OpenAPI 3.1)."""

import re
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticCustomError

from keynet_admin.services.partner import feed, receipts, secured
from keynet_admin.services.partner.receipts import AnswerCode

BASE = "/partner/v1"
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_REF = "#/components/schemas/"
MOST_NUMBER = 999_999_999
WRITTEN = r"[^\s\x00-\x1f\x7f]"  # something that can be read
NO_REASON = "reason_missing"


def _plain_day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("not a day")
    return date.fromisoformat(value)


def _whole(value: Any) -> Any:
    """JSON knows one kind of number: 3.0 is 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class _Sent(BaseModel):
    """Nothing is guessed: types as written, no other names."""

    model_config = ConfigDict(strict=True, extra="forbid")


class ReceiptBody(_Sent):
    """受領・拒否の報告1件。"""

    posting_no: str = Field(min_length=1, max_length=40, description="募集の番号（postings の posting_no）", examples=["KN-P-000123"])
    sequence: Whole = Field(ge=1, le=MOST_NUMBER, description="答える変更の番号（postings の sequence）")
    status: Literal["acknowledged", "refused"] = Field(
        description="acknowledged = 反映した（取下げ・終了なら掲載をやめた）、refused = 反映できない"
    )
    reason: str = Field(
        default="",
        max_length=receipts.REASON_MOST,
        validate_default=True,
        description="refused の理由（refused のときは必須）。運営事務局の担当者が読みます",
    )

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={
            "if": {"properties": {"status": {"const": "refused"}}},
            "then": {"required": ["reason"], "properties": {"reason": {"pattern": WRITTEN}}},
        },
    )

    @field_validator("reason")
    @classmethod
    def _says_why(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("status") == "refused" and not re.search(WRITTEN, value):
            raise PydanticCustomError(NO_REASON, "a refusal needs its reason")
        return value


class SecuredBody(_Sent):
    """確保した人数の報告1件。同じ key で送り直すと置き換わり、0 で取り消します。"""

    posting_no: str = Field(min_length=1, max_length=40, description="募集の番号", examples=["KN-P-000123"])
    key: str = Field(
        min_length=1,
        max_length=secured.KEY_MOST,
        pattern=r"\S",
        description="報告ごとに付ける、貴団体の中で重ならない名前。個人の名前は使わないでください",
    )
    count: Whole = Field(ge=0, le=secured.COUNT_MOST, description="確保した人数。0 は取消し")
    on: Annotated[date, BeforeValidator(_plain_day)] = Field(description="確保した日（今日まで）", examples=["2021-06-07"])


class RowResult(BaseModel):
    """1件ごとの結果。"""

    index: int = Field(description="送った配列の中の位置（0から）")
    posting_no: str | None = Field(description="送られた番号")
    code: AnswerCode = Field(
        description="accepted = 受け付けた、repeated = 受付済み、stale = その後に変わった、unknown = 送っていない番号、"
        "answered = 別の答えを受付済み、key_taken = key が別の募集で使用済み、not_possible = 値が範囲の外、invalid = 読み取れない"
    )
    message: str = Field(description="人が読む説明")
    field: str | None = Field(description="invalid のとき、直す項目")


class Results(BaseModel):
    """送った順の結果。"""

    results: list[RowResult]


class PostingChange(BaseModel):
    """募集1件の、いまの状態。"""

    sequence: int = Field(description="変更の番号。必ず増える")
    posting_no: str = Field(description="募集の番号。発行し直したものは末尾に -2、-3 … が付く")
    state: Literal["listed", "withdrawn", "closed"] = Field(
        description="listed = 掲載する、withdrawn = 掲載をやめる、closed = 募集終了（掲載をやめる）"
    )
    changed_at: str = Field(description="変わった日時（UTC）", json_schema_extra={"format": "date-time"})
    content: dict[str, Any] | None = Field(description="公開している内容。listed のときだけ。一部非公開の募集は伏せたまま（masked = true）")


class PostingChanges(BaseModel):
    """前回の続きの変更。"""

    items: list[PostingChange]
    next: str = Field(description="次の since に、そのまま渡す値")
    more: bool = Field(description="続きがあるか。true なら、すぐに next で取得する")


class Failure(BaseModel):
    """受け付けなかった理由。"""

    error: str = Field(description="人が読む説明")
    code: str = Field(description="プログラム用の短い語")


def read_row(model: type[_Sent], row: Any) -> tuple[Any, str, str]:
    """The row as a model, or None with the name of the field that is wrong and a sentence."""
    try:
        return model.model_validate(row), "", ""
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(first["loc"][0])[:40] if first["loc"] else ""
        known = model.model_fields.get(name)
        if first["type"] == NO_REASON:
            return None, name, "refused（反映できない）のときは、reason に理由を書いてください。運営事務局の担当者が読んで対応します。"
        if first["type"] == "extra_forbidden":
            return None, name, f"「{name}」という項目はありません。項目の名前を確かめてください。"
        what = f"{name}（{known.description}）" if known is not None else "この行"
        return None, name, f"{what}を読み取れません。必須の項目、型、長さを仕様書（{BASE}/openapi.json）で確かめてください。"


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI document."""
    _, schemas = models_json_schema(
        [
            *((model, "validation") for model in (ReceiptBody, SecuredBody)),
            *((model, "serialization") for model in (Results, PostingChanges, Failure)),
        ],
        ref_template=_REF + "{model}",
    )
    failures = {
        "400": "読み取れない",
        "401": "鍵がないか、使えない",
        "429": "回数が多すぎる（Retry-After の秒数を待つ）",
    }
    sent = failures | {"413": "大きすぎる", "415": "Content-Type が application/json ではない"}
    cursor = {"type": "string", "pattern": "^[0-9]{1,9}$"}
    limit = {"type": "integer", "minimum": 1, "maximum": feed.MOST, "default": feed.LIMIT}
    get = {
        "operationId": "postings",
        "summary": "募集の変更を取得する",
        "description": "since より後の変更を、番号の順に返します。同じ since で何度取得しても、欠けることも、余分に変わることもありません。",
        "parameters": [
            {"name": "since", "in": "query", "schema": cursor, "description": "前回の next。はじめは付けない"},
            {"name": "limit", "in": "query", "schema": limit, "description": "一度に取得する件数のめやす"},
        ],
        "responses": _answers("PostingChanges", failures | {"409": "発行していない since（最初から取得し直す）"}),
    }
    paths = {
        f"{BASE}/postings": {"get": get},
        f"{BASE}/receipts": {"post": _post("receipts", "受領・拒否を報告する", "ReceiptBody", sent)},
        f"{BASE}/secured": {"post": _post("secured", "確保した人数を報告する", "SecuredBody", sent)},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "医療のお仕事 Key-Net 連携先向け",
            "version": "1",
            "description": "募集の変更を受け取り、結果を返すための仕様です。",
        },
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "運営事務局が発行した鍵"}},
            "schemas": schemas["$defs"],
        },
    }


def _post(name: str, summary: str, model: str, failures: dict[str, str]) -> dict[str, Any]:
    rows = {"type": "array", "items": {"$ref": _REF + model}, "maxItems": receipts.MOST}
    answers = _answers("Results", failures)
    answers["422"] = {"description": "読み取れない行があった。ほかの行は受け付けた", "content": _json("Results")}
    return {
        "operationId": name,
        "summary": summary,
        "description": "1行ずつ判断し、行ごとの結果を返します。同じ内容を何度送っても、結果は変わりません。",
        "requestBody": {"required": True, "content": {"application/json": {"schema": rows}}},
        "responses": answers,
    }


def _answers(model: str, failures: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"200": {"description": "受け付けた", "content": _json(model)}}
    return found | {code: {"description": words, "content": _json("Failure")} for code, words in failures.items()}


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF + model}}}
