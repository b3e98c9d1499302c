"""The real phone number, mail address and short link of the 2021 circular stand nowhere: nobody may be called by a demonstration.

The data itself must not stand here either, so hashes are compared.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import source

HASHES = frozenset(
    {
        "50d1866fcffbd2b051d755d3028b6818",
        "45faed9b769048324d00fceff816caee",
        "066e699bbc44a970278f308c9b8f3570",
        "f7622804fdee0040da2ab176ded2da43",
    }
)
PHONE = re.compile(r"0[\d\-()\s.‐‑–—―−ー]{8,20}\d")
WORD = re.compile(r"[a-z0-9][a-z0-9.@/_+-]*[a-z0-9]")
BINARY = {".png", ".ico", ".woff2", ".xlsx", ".db", ".jpg", ".pdf"}


def candidates(text: str) -> Iterator[str]:
    """Everything in a text that could be a phone number, an address or a link, in one spelling."""
    text = unicodedata.normalize("NFKC", text).lower()
    for hit in PHONE.finditer(text):
        digits = re.sub(r"\D", "", hit.group())
        yield from (digits[start : start + 10] for start in range(max(1, len(digits) - 9)))
    for hit in WORD.finditer(text):
        word = hit.group()
        yield word
        yield from word.split("@")
        yield from (word[index:] for index in range(len(word)) if index and word[index - 1] == "/")


def digest(text: str) -> str:
    """The hash under which a string is kept here."""
    return hashlib.sha256(f"keynet:{text}".encode()).hexdigest()[:32]


@pytest.mark.parametrize("folder", source.OWN)
def test_no_live_contact_data(folder: str) -> None:
    """No file of the project holds them."""
    assert not [source.where(path) for path in source.files(folders=(folder,)) if _is_live(path)]


def test_no_live_contact_data_beside_the_folders() -> None:
    """Neither do the files at the top."""
    tops = [path for path in source.ROOT.iterdir() if path.is_file()]
    assert not [source.where(path) for path in tops if _is_live(path)]


def _is_live(path: Path) -> bool:
    if path.suffix in BINARY:
        return False
    return any(digest(one) in HASHES for one in set(candidates(path.read_text(encoding="utf-8", errors="replace"))))


@pytest.mark.parametrize("text", ["電話 03(1234)5678", "TEL：０３‐１２３４‐５６７８", "0312345678"])
def test_every_spelling_of_a_phone_number_is_seen(text: str) -> None:
    """However it is written, its ten digits are among the candidates."""
    assert "0312345678" in set(candidates(text))


@pytest.mark.parametrize("text", ["<https://short.example/AbC>", "short.example/abc", "see http://short.example/abc."])
def test_a_link_is_seen(text: str) -> None:
    """With or without its scheme."""
    assert "short.example/abc" in set(candidates(text))
