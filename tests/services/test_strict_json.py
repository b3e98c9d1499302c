"""The strict JSON reader: what two readers might understand differently is refused, in words."""

import re

import pytest

from keynet_admin.services.strict_json import BadJson, read_object


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a": 1, "a": 2}', "同じ名前「a」が2回"),
        (b'{"a": {"b": 1, "b": 1}}', "同じ名前「b」が2回"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "数値が大きすぎます"),
        (b'{"a": -1e999}', "数値が大きすぎます"),
        (b'{"a": ' + b"9" * 5000 + b"}", "数値が大きすぎます"),
        (b"[" * 100_000 + b"]" * 100_000, "入れ子が深すぎます"),
        (b'{"a": "\xff"}', "UTF-8ではありません（8バイト目）"),
        (b"{", "JSONとして読めません（2文字目）"),
        (b"[]", "オブジェクト"),
    ],
    ids=range(11),
)
def test_what_cannot_be_taken_is_told(body: bytes, words: str) -> None:
    with pytest.raises(BadJson, match=re.escape(words)):
        read_object(body)


def test_what_is_plain_is_read() -> None:
    assert read_object('\ufeff{"a": [1, 2.5, true, null], "b": "あ"}'.encode()) == {"a": [1, 2.5, True, None], "b": "あ"}


def test_numbers_that_no_field_can_hold_may_stay_for_the_rules() -> None:
    digits = "9" * 31
    assert read_object(f'{{"a": 1e999, "b": {digits}}}'.encode(), large_numbers_as_text=True) == {"a": "1e999", "b": digits}
