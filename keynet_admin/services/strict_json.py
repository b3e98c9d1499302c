"""The one reader of JSON that comes from outside (entry check, partners, `.jsonl` files): what another reader might understand differently is refused."""

import json
import math
from typing import Any

_LONGEST_INT = 30  # digits; a longer one cannot be the value of any field


class BadJson(ValueError):
    """The bytes are no JSON object that can be taken; the message is Japanese and may be shown."""


def read_object(body: bytes, *, large_numbers_as_text: bool = False) -> dict[str, Any]:
    """A JSON object from UTF-8 bytes (a byte order mark is passed over).

    Raises BadJson for other bytes, other JSON, NaN and Infinity, values nested too deeply, and a key that stands twice in one object.
    A number that no field could hold (1e999 would become infinity) is refused, too, or kept as its text for the rules to judge.
    """
    content = _read(body, large_numbers_as_text=large_numbers_as_text)
    if not isinstance(content, dict):
        raise BadJson("JSONのオブジェクト（{ で始まる形）ではありません。")
    return content


def read_list(body: bytes) -> list[Any]:
    """A JSON list, read as strictly as `read_object` reads an object. Raises BadJson."""
    content = _read(body, large_numbers_as_text=False)
    if not isinstance(content, list):
        raise BadJson("JSONの配列（[ で始まる形）ではありません。")
    return content


def _read(body: bytes, *, large_numbers_as_text: bool) -> Any:
    def number(text: str, value: float) -> Any:
        if math.isfinite(value):
            return value
        if large_numbers_as_text:
            return text
        raise BadJson("JSONとして読めません（数値が大きすぎます）。")

    def integer(text: str) -> Any:
        return int(text) if len(text) <= _LONGEST_INT else number(text, math.inf)

    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=lambda text: number(text, float(text)),
            parse_int=integer,
        )
    except UnicodeDecodeError as error:
        raise BadJson(f"文字コードがUTF-8ではありません（{error.start + 1}バイト目）。UTF-8で保存し直してください。") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"JSONとして読めません（{error.colno}文字目）。括弧やコンマ、引用符をご確認ください。") from None
    except RecursionError:
        raise BadJson("JSONとして読めません（入れ子が深すぎます）。様式の項目だけを送ってください。") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadJson(f"同じ名前「{key[:40]}」が2回使われています。どちらの値か決められません。")
        found[key] = value
    return found


def _refuse_constant(name: str) -> Any:
    raise BadJson(f"JSONとして読めません（{name} はJSONの値ではありません）。")
