"""Tokens of links: how they end, and what may stand behind them."""

import pytest

from keynet_admin.services.account.tokens import TOKEN_LENGTH, from_link, new_token


def test_a_token_ends_in_nothing_that_gets_lost() -> None:
    for token in (new_token() for _ in range(500)):
        assert len(token) == TOKEN_LENGTH
        assert token.isascii()
        assert token.isalnum()


@pytest.mark.parametrize("behind", ["", ".", ",", ")", ">", ">.", "、", "。", "」", "）", "”", ";", "!", "…", " ", "\u3000", "です"])
def test_what_stands_behind_a_token(behind: str) -> None:
    assert from_link("aB3" + behind) == "aB3"
    assert from_link("a-B_3_-" + behind) == "a-B_3_-", "links of earlier mails"


@pytest.mark.parametrize("text", ["", ".", "、。"])
def test_nothing_but_signs(text: str) -> None:
    assert from_link(text) == ""
