"""The sheet of paper of a posting, and the code on it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.public.posting import qr
from tests.public.build import listed
from tests.support.clock import MovableClock


def test_what_stands_on_it(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed({"public_tel": "0982-00-0012"})
    page = client.get(f"/postings/{posting.posting_no}?print")
    assert page.status_code == 200
    for words in (posting.posting_no, "0982-00-0012", "この日を過ぎたら、はがしてください。", "noindex", "約8,900円", 'class="qr__ink"'):
        assert words in page.text, words
    assert f"/postings/{posting.posting_no}" in re.sub("<[^>]+>", "", page.text)
    assert "ld+json" not in page.text
    assert f'href="/postings/{posting.posting_no}?print"' in client.get(f"/postings/{posting.posting_no}").text


def test_a_masked_one_hides_as_its_page_does(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    text = client.get(f"/postings/{listed({'visibility': 'masked', 'venue_name': '珊瑚文化センター'}).posting_no}?print").text
    assert "会場は応募された方にお伝えします" in text
    assert "日向" not in text
    assert "珊瑚" not in text


@pytest.mark.parametrize("text", ["https://keynet.example/postings/KN-P-000412", "http://127.0.0.1:8000/postings/KN-P-000001"])
def test_the_code_has_its_corners_and_its_white_border(text: str) -> None:
    made = qr.path(text)
    cells = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", made.path):
        cells |= {(int(x) + at, int(y)) for at in range(int(length))}
    low, high = qr.QUIET, made.side - qr.QUIET - 1
    assert min(x for x, _ in cells) == min(y for _, y in cells) == low
    assert max(x for x, _ in cells) == max(y for _, y in cells) == high
    for left, top in ((low, low), (high - 6, low), (low, high - 6)):
        assert all((left + x, top + y) in cells for x in range(7) for y in (0, 6))
        assert all((left + x, top + 3) in cells for x in (0, 2, 3, 4, 6))
        assert (left + 1, top + 1) not in cells
