"""What a browser is called."""

import pytest

from keynet_admin.services.access import device

_LIKE = "(KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {_LIKE} Chrome/90.0 Safari/537.36 Edg/90.0", "Windows の Edge"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 {_LIKE} Chrome/90.0 Safari/537.36", "Windows の Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:88.0) Gecko/20100101 Firefox/88.0", "Windows の Firefox"),
        (f"Mozilla/5.0 (Linux; Android 11; Pixel 5) AppleWebKit/537.36 {_LIKE} Chrome/90.0 Mobile Safari/537.36", "Android の Chrome"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 14_5 like Mac OS X) AppleWebKit/605 {_LIKE} Version/14 Safari/604", "iPhone の Safari"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 14_5 like Mac OS X) AppleWebKit/605 {_LIKE} CriOS/90 Safari/604", "iPhone の Chrome"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 {_LIKE} Version/14 Safari/605", "Mac の Safari"),
        ("curl/7.88", "不明な端末"),
        ("", "不明な端末"),
        ("<script>", "不明な端末"),
    ],
)
def test_in_words(agent: str, words: str) -> None:
    code = device.code_of(agent)
    assert device.words_of(code) == words
    assert len(code) <= 40


@pytest.mark.parametrize("code", ["", ".", "x.y", "windows.", "windows.netscape"])
def test_an_unknown_code_is_no_error(code: str) -> None:
    assert device.words_of(code) in ("不明な端末", "Windows")
