"""Tokens of the search: a text with a word always has the word's tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynet_admin.services.search.ngrams import Index

INDEX = Index("some_index", "some_id", fours=True)
PAIRS = Index("some_index", "some_id")
LETTERS = st.text(alphabet="日向市ひゅうが予防接種abc019 @_", max_size=30)


@pytest.mark.parametrize(
    ("word", "tokens"),
    [
        ("予防接種", ["予防", "防接", "接種"]),
        ("市", ["市"]),
        ("0982000077", ["0982", "9820", "8200", "2000", "0000", "0007", "0077"]),
        ("077", ["07", "77"]),
        ("第1234号", ["第1", "1234", "4号"]),
        ("ken@lg", ["ke", "en", "lg"]),
        ("@_", []),
    ],
)
def test_tokens_that_a_word_asks_for(word: str, tokens: list[str]) -> None:
    assert INDEX.tokens_for(word) == tokens


@pytest.mark.parametrize("index", [INDEX, PAIRS])
@given(before=LETTERS, word=LETTERS, after=LETTERS)
def test_a_text_has_the_tokens_of_every_word_in_it(index: Index, before: str, word: str, after: str) -> None:
    """A single letter is found as the beginning of some token, as SQLite asks for it."""
    text = before + word + after
    tokens = index.tokens_of(text)
    for token in index.tokens_for(word):
        assert token in tokens or (len(token) == 1 and any(known.startswith(token) for known in tokens)), (text, word)


def test_the_questions_for_both_databases() -> None:
    assert INDEX.matching("sqlite", ["日向市", "市"]) == '"日向" AND "向市" AND "市"*'
    assert INDEX.matching("postgresql", ["日向市", "向市"]) == ["日向", "向市"]
