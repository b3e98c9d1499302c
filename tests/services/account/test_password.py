"""What a password has to be, and that checking an unknown one costs the same."""

import pytest

from keynet_admin.services.account import password

GOOD = "kawa to mori to 7 tsu no hoshi"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "入力してください"),
        ("Ab3$Ab3$Ab3", "12文字以上"),
        ("あいうえおかきくけこさ", "いまは11文字"),
        ("password1234", "推測されやすい"),
        ("aaaaaaaaaaaaaaaa", "推測されやすい"),
        ("qwertyuiop12", "推測されやすい"),
        ("kenko@city.hyuga.example", "推測されやすい"),
        ("x7" * 2049, "4,096文字以内"),
    ],
)
def test_refused(text: str, words: str) -> None:
    """Short, common, or known to everybody."""
    assert words in password.problem(text, about=["kenko@city.hyuga.example", "日向市"])


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "夏の海と青い空と白い雲と犬",
        "zqmvxkwjpfhg",
        "kita no yama ni yuki ga furu, " + GOOD * 5,
        "\x00\ud800 odd but long enough 9",
        "🦊" * 3 + "☕️ kohi to kitsune",
    ],
)
def test_accepted(text: str) -> None:
    """No composition rules; spaces, kana, emoji and anything pasted count."""
    assert password.problem(text, about=["kenko@city.hyuga.example"]) == ""
    assert password.verify(password.hashed(text), text)


def test_verify() -> None:
    """Only the right one; width and composition of the keyboard make no difference."""
    stored = password.hashed(GOOD)
    assert stored.startswith("$argon2id$")
    assert password.verify(stored, "ｋａｗａ　to mori to ７ tsu no hoshi".replace("　", " "))
    for wrong in ("", GOOD + " ", GOOD.upper(), "x" * 10_000):
        assert not password.verify(stored, wrong)
    assert not password.verify("not a hash", GOOD)


def test_without_a_hash_the_work_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown address: argon2 runs once with the same parameters, the answer is no."""
    used: list[str] = []
    real = password._hasher.verify

    class Counting:
        def verify(self, stored: str, text: bytes) -> bool:
            used.append(stored)
            return real(stored, text)

    stored, dummy = password.hashed(GOOD), password.dummy()
    monkeypatch.setattr(password, "_hasher", Counting())
    assert not password.verify(None, "\x00" * 32)
    assert not password.verify(None, GOOD)
    assert password.verify(stored, GOOD)
    assert len(used) == 3
    assert {text.rsplit("$", 2)[0] for text in used} == {dummy.rsplit("$", 2)[0]}
