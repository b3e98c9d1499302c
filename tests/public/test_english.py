"""The pages in English: open, closed and unknown postings, both languages naming each other, the choice of place and job."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.public.english import desk_hours
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.public.build import listed, put
from tests.support.clock import MovableClock


def test_key_facts_of_a_posting(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """English, with what people wrote marked as Japanese; no cookie; no Japanese outside what is marked."""
    posting = listed({"title": "土日の<看護師>"})
    page = client.get(f"/en/postings/{posting.posting_no}")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    text = page.text
    assert '<html lang="en">' in text
    assert "Nurse, Hyuga-shi, Miyazaki Prefecture" in text
    assert '<p lang="ja">土日の&lt;看護師&gt;</p>' in text
    assert f'href="/postings/{posting.posting_no}/apply"' in text
    rest = re.sub(r'<(\w+)[^>]* lang="ja"[^>]*>.*?</\1>', "", text.partition("<body")[2], flags=re.DOTALL)
    assert not re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", rest)


def test_both_languages_name_each_other(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """hreflang both ways, on the posting and on the first page, and a link for people."""
    posting = listed()
    for english, japanese in ((f"/en/postings/{posting.posting_no}", f"/postings/{posting.posting_no}"), ("/en", "/")):
        for path in (english, japanese):
            text = client.get(path).text
            for tongue, address in (("en", english), ("ja", japanese)):
                assert re.search(rf'<link rel="alternate" hreflang="{tongue}" href="http[^"]*{re.escape(address)}">', text), (path, tongue)
        assert f'href="{english}"' in client.get(japanese).text


@pytest.mark.parametrize("path", ["/en/postings/KN-P-999999", "/en/postings/abc", "/en/postings/KN-240101-0001"])
def test_an_unknown_number(client: FlaskClient, db_session: Session, path: str) -> None:
    """404 in English, with the way to the open jobs."""
    page = client.get(path)
    assert page.status_code == 404
    assert "No job is shown here" in page.text
    assert 'href="/en"' in page.text


def test_another_writing_of_a_number(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """Leads to the one address."""
    posting = listed()
    page = client.get(f"/en/postings/{posting.posting_no.lower()}")
    assert (page.status_code, page.headers["Location"]) == (301, f"/en/postings/{posting.posting_no}")


def test_a_closed_posting(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """As the page in Japanese: 30 days told as closed, then gone; a paused one is unknown."""
    posting, paused = listed(), listed()
    put(paused, PostingStatus.paused)
    assert client.get(f"/en/postings/{paused.posting_no}").status_code == 404
    put(posting, PostingStatus.closed)
    page = client.get(f"/en/postings/{posting.posting_no}")
    assert (page.status_code, "This job is closed" in page.text) == (200, True)
    assert "/apply" not in page.text
    clock.set(clocks.now() + timedelta(days=31))
    assert client.get(f"/en/postings/{posting.posting_no}").status_code == 410


def test_a_masked_posting_stays_masked(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """Neither the body nor the venue in any letters."""
    body = factories.make_organization("452068", "日向市")
    posting = listed({"visibility": "masked", "venue_city": "452068", "venue_name": "海山ホール"}, organization=body)
    for path in ("/en", f"/en/postings/{posting.posting_no}", f"/postings/{posting.posting_no}"):
        text = client.get(path).text
        assert not [word for word in ("日向市", "Hyuga", "海山ホール", "ひゅうが") if word in text], path


def test_the_choice_of_place_and_job(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """The same names as the list in Japanese; what is not known is left out; nothing found is an answer."""
    listed({"job_type": "nurse"})
    listed({"job_type": "clerical", "licenses": ["none"]})
    assert client.get("/en").text.count('<article class="card result">') == 2
    assert client.get("/en?prefecture=45&job_type=clerical").text.count('<article class="card result">') == 1
    assert client.get("/en?prefecture=&job_type=").text.count('<article class="card result">') == 2
    assert "There are no such jobs" in client.get("/en?prefecture=01").text
    assert client.get("/en?prefecture=xx&q=%00&after=zz").status_code == 200


def test_the_desk_hours() -> None:
    """The usual writing is put into English, another one stays as it is."""
    assert desk_hours("平日10:00～17:00") == {"english": "weekdays 10:00–17:00", "japanese": ""}
    assert desk_hours("平日と土曜の午前") == {"english": "", "japanese": "平日と土曜の午前"}
