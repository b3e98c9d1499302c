"""What a password has to be, and that checking an unknown one costs the same."""

import random
import string
import time
import warnings

import pytest
from sqlalchemy.orm import Session

from keynet_admin.services.account import password
from keynet_admin.vocabulary import Role
from tests import factories

GOOD = "kawa to mori to 7 tsu no hoshi"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "入力してください"),
        ("Ab3$Ab3$Ab3", "12文字以上"),
        ("あいうえおかきくけこさ", "いまは11文字"),
        ("password1234", "流出したパスワードの一覧"),
        ("aaaaaaaaaaaaaaaa", "推測されやすい"),
        ("qwertyuiop12", "流出したパスワードの一覧"),
        ("kenko@city.hyuga.example", "推測されやすい"),
        ("x7" * 2049, "4,096文字以内"),
    ],
)
def test_refused(text: str, words: str) -> None:
    """Short, common, or known to everybody."""
    assert words in password.problem(text, about=["kenko@city.hyuga.example", "日向市"])


@pytest.mark.parametrize(
    "text",
    ["#721930O6601o#", "08101949RK13qQ", "007crazzycat00", "007CRAZZYCAT00", "０３０７８０１７０８２００２", "11919altonik72"],
)
def test_leaked_passwords_are_refused(text: str) -> None:
    """Which zxcvbn alone would take: with the reason and what to do, however the keyboard wrote them."""
    message = password.problem(text)
    assert "流出したパスワードの一覧に載っています" in message
    assert "ほかで使っていない" in message


def test_the_list_is_exact() -> None:
    """Of 20,000 texts that nobody ever chose none is taken for a leaked one, nor is one letter beside one that is."""
    chance = random.Random(20210507)
    letters = string.ascii_letters + string.digits + "あいう漢字 -_"
    texts = ("".join(chance.choices(letters, k=chance.randrange(12, 24))) for _ in range(20_000))
    assert not [text for text in texts if password.is_breached(text)]
    assert password.is_breached("007crazzycat00")
    assert not password.is_breached("007crazzycat00a")
    assert not password.is_breached("007crazzybat00")


@pytest.mark.parametrize("text", ["", "short", "\ud800" * 20, "x" * 4096, "🦊" * 12])
def test_the_list_is_asked_for_any_text(text: str) -> None:
    """Too short for it, not sendable, very long: no, and no error and no warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not password.is_breached(text)


KNOWN = ("日向市", "日向", "ヒュウガシ", "ヒュウガ", "Hyuga-shi", "Hyuga", "kenko@city.hyuga-test.example", "city", "hyuga", "kenko")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("hyugashihyugashi", "「hyugashi」"),
        ("Hyuga-2021-ward", "「hyuga」"),
        ("ｈｙｕｇａ＿２０２１＿０５０７", "「hyuga」"),
        ("ひゅうがひゅうがひゅうが", "「ひゅうが」"),
        ("ヒュウガ－シヤクショ２０２１", "「ひゅうがし」"),
        ("日向市の日向市の日向市", ""),
        ("日向市のワクチン担当課", ""),
        ("kenko@city.hyuga-test.example", "「kenko@cityhyugatestexample」"),
        ("city.hyuga.kenko.21", "「hyuga」「kenko」「city」"),
        ("sakurasakurasakura", "繰り返し"),
        ("tsuki kumo tsuki kumo", "繰り返し"),
        ("a1b2c3a1b2c3a1b2c3", "繰り返し"),
        ("hyuga neko hyuga neko", "「hyuga」"),
    ],
)
def test_words_that_others_know_do_not_count(text: str, word: str) -> None:
    """However they are written; the message names them, and says how much is left."""
    message = password.problem(text, about=KNOWN)
    assert message, text
    if len(text) >= password.SHORTEST:
        assert word in message
        assert "文字しか残りません" in message


@pytest.mark.parametrize("text", ["hyuga no umi wa totemo aoi 7", "kenko na neko to ringo wo hyuga de", "日向の海はとても青くて広いね"])
def test_a_known_word_in_a_long_one(text: str) -> None:
    assert password.problem(text, about=KNOWN) == ""


def test_a_long_password_is_looked_at_quickly() -> None:
    """Repetitions of all lengths: each is found in one walk."""
    for text in ("ab" * 2048, "abc" * 1365, ("x" * 64 + "y") * 63, "".join(chr(0x4E00 + number) for number in range(4096))):
        begun = time.process_time()
        password.problem(text, about=KNOWN)
        assert time.process_time() - begun < 1


def test_what_others_know_of_an_account(db_session: Session) -> None:
    """The body in kanji, kana and romaji with and without its kind, its prefecture, the parts of its domains, the address, the site."""
    account = factories.account(Role.municipality, email="kenko@vaccine.hyuga-test.lg.jp", name="見本 一郎")
    about = set(password.words_about(account))
    assert {
        "日向市",
        "日向",
        "ヒュウガシ",
        "ヒュウガ",
        "Hyuga-shi",
        "Hyuga",
        "宮崎県",
        "宮崎",
        "ミヤザキ",
        "hyugacity.jp",
        "hyugacity",
    } <= about
    assert {"kenko", "vaccine", "hyuga", "test", "見本", "Key-Net"} <= about
    assert not about & {"", "jp", "lg", "shi", "市"}
    assert {"見本", "Key-Net"} <= set(password.words_about(factories.account(Role.operator, name="見本 二郎")))


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
