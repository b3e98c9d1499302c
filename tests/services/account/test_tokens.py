"""Tokens of links: how they end."""

from keynet_admin.services.account.tokens import TOKEN_LENGTH, new_token


def test_a_token_ends_in_nothing_that_gets_lost() -> None:
    for token in (new_token() for _ in range(500)):
        assert len(token) == TOKEN_LENGTH
        assert token.isascii()
        assert token.isalnum()
