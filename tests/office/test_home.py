"""The municipality's home: duties whose number is that of the list behind them, counts, cards with views, the same work for any number of rows."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Placement, Posting
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.listing import views
from keynet_admin.services.posting import approval, duties, revisions, visits
from keynet_admin.services.posting import drafts as edits
from keynet_admin.services.posting.moderation import decide, talk
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role, SecuredWay, ViewSource
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

P, S = PostingStatus, CandidateStatus
LONG = {"publish_from": None, "publish_until": "2021-07-30", "deadline": "2021-07-30", "term_end": "2021-09-30"}
SOON = {"publish_from": None, "publish_until": "2021-06-10", "deadline": "2021-06-10", "term_end": "2021-09-30"}


def page_of(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert main is not None
    return main


def edited(row: Posting, **changes: Any) -> None:
    actor = actor_of(factories.account(Role.municipality, organization=row.organization))
    typed = dict(revisions.current_revision(row).typed) | changes
    edits.save(row, typed, revisions.check(row.organization, typed), actor, seen_version=row.version)


def one_of_each(session: Session, clock: MovableClock, count: int = 1) -> Organization:
    """So many postings of each kind of duty, on 2021-06-07."""
    for number in range(count):
        title = {"title": f"接種会場の看護師{number}"}
        factories.posting(P.suspended, LONG | title)
        edited(factories.posting(P.draft, title), headcount="たくさん")
        factories.posting(P.draft, LONG | title)
        wanted = factories.posting(P.draft, LONG | title)
        asker = factories.account(Role.municipality, organization=wanted.organization, rights=["view", "edit"])
        approval.ask(wanted, actor_of(asker), seen_version=wanted.version)
        factories.posting(P.live, LONG | title)  # asked after 30 days
        asked_about = factories.posting(P.paused, LONG | title)
        talk.say(asked_about, factories.actor(), seen_version=asked_about.version, message="再開の予定を教えてください。")
    session.commit()
    clock.set("2021-06-06 10:01")
    assert jobs.ask_postings() == count
    session.expire_all()
    for number in range(count):
        title = {"title": f"接種会場の看護師{number}"}
        edited(factories.posting(P.live, LONG | title), headcount="たくさん")
        returned = factories.posting(P.live, LONG | title)
        edited(returned, headcount=300)
        decide.return_(returned, factories.actor(), seen_version=returned.version, reason="人数をご確認ください。")
        factories.posting(P.live, SOON | title)
        factories.posting(P.closed, LONG | title).vacated = True
        factories.posting(P.closed, LONG | title).outcome_due = True
        filled = factories.posting(P.live, LONG | title)
        way, count_of = SecuredWay.other, filled.headcount
        session.add(Placement(posting_id=filled.id, organization_id=filled.organization_id, way=way, count=count_of))
    session.commit()
    return session.query(Organization).one()


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked inside the block."""
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        asked.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def office(app: Flask, organization: Organization) -> Client:
    made = Client(app, app.response_class)
    made.sign_in(factories.account(Role.municipality, organization=organization))
    return made


@pytest.mark.parametrize("count", [1, 3])
def test_each_duty_counts_the_rows_of_its_list(app: Flask, db_session: Session, clock: MovableClock, count: int) -> None:
    """The number on the button, the list behind it, and the tab of what closes soon."""
    client = office(app, one_of_each(db_session, clock, count))
    page = page_of(client, "/office/")
    found = {}
    for line in page.select(".duty"):
        link = line.select_one("a.button")
        assert link is not None
        number = re.search(r"（(\d+)件）", link.get_text())
        assert number is not None
        rows = page_of(client, str(link["href"])).select("ul.cards > li")
        assert len(rows) == int(number[1]), line.get_text()
        found[urlsplit(str(link["href"])).query.removeprefix("todo=")] = int(number[1])
        assert (line.select_one("a.small") is not None) is (count == 1)
    assert found == dict.fromkeys([kind.name for kind in duties.KINDS], count)
    assert f"まだ{15 * count}名足りません。" in page.get_text()
    assert page_of(client, "/office/posting/?tab=soon").get_text().count("公開終了まで") == 0
    assert len(page_of(client, "/office/posting/?tab=soon").select("ul.cards > li")) == count
    heading = page.select_one("#h-duty")
    assert heading is not None
    assert f"{len(duties.KINDS)}件" in heading.get_text()


@pytest.mark.parametrize("count", [1, 2])
def test_each_duty_about_people_counts_them(app: Flask, db_session: Session, clock: MovableClock, count: int) -> None:
    """New applications, questions, direct selections and unread messages; past promises are said; the longest wait stands first."""
    row = factories.posting(P.live, LONG)
    made = {}
    for number in range(count):
        for state in (S.received, S.open, S.moved, S.selection, S.secured):
            made[state, number] = factories.candidate(state, posting=row, content={"family_name": f"例田{number}"})
    for (state, _number), person in made.items():
        person.unread = state in (S.received, S.open, S.selection)
    db_session.commit()
    clock.set("2021-05-13 18:00")
    client = office(app, row.organization)
    page = page_of(client, "/office/")
    found = {}
    for line in page.select(".duty"):
        link = line.select_one("a.button")
        assert link is not None
        number = re.search(r"（(\d+)件）", link.get_text())
        assert number is not None
        name = str(link["href"]).rsplit("todo=", 1)[1]
        found[name] = int(number[1])
        if "candidate" in str(link["href"]):
            rows = BeautifulSoup(client.get(str(link["href"])).text, "html.parser").select("main tbody tr")
            assert len(rows) == found[name], name
    assert found == dict.fromkeys(("new", "unanswered", "unread", "direct"), count)
    assert f"うち{count}件は約束の日を過ぎています（最も早いものは 5/12(水)）" in page.get_text()
    people = [line.get_text(" ") for line in page.select(".home-table tbody tr")]
    assert len(people) == min(5, 4 * count)
    assert "超過" in people[0]
    stranger = office(app, factories.make_organization("131016", "千代田区"))
    assert not page_of(stranger, "/office/").select(".duty, .home-table")
    table = list(csv.reader(client.get(f"/office/posting/{row.id}/visits.csv").data.decode("utf-8-sig").splitlines()))
    assert [line[-1] for line in table] == ["応募", str(4 * count)]


def test_the_counts_are_those_of_the_tabs(app: Flask, db_session: Session, clock: MovableClock) -> None:
    client = office(app, one_of_each(db_session, clock))
    for link in page_of(client, "/office/").select(".counts a"):
        number = link.select_one("b")
        assert number is not None
        if number.get_text().endswith("名"):  # people needed and secured, not postings
            continue
        assert len(page_of(client, str(link["href"])).select("ul.cards > li")) == int(number.get_text().removesuffix("件")), link["href"]


def test_a_new_municipality_is_told_how_to_begin(app: Flask, db_session: Session, clock: MovableClock) -> None:
    client = office(app, factories.make_organization())
    text = page_of(client, "/office/").get_text()
    assert "いまお願いしたいことはありません" in text
    assert "募集情報はまだありません" in text
    for tab in ("all", "draft", "waiting", "scheduled", "live", "soon", "paused", "closed"):
        assert page_of(client, f"/office/posting/?tab={tab}").select_one(".empty p") is not None, tab


def test_another_municipality_counts_for_nothing(app: Flask, db_session: Session, clock: MovableClock) -> None:
    one_of_each(db_session, clock)
    client = office(app, factories.make_organization("131016", "千代田区"))
    assert not page_of(client, "/office/").select(".duty")


def test_views_stand_on_the_home_the_list_and_the_posting(app: Flask, db_session: Session, clock: MovableClock) -> None:
    """The last 14 days, as a picture and as a table, by source; older days are in the file only."""
    row, other = factories.posting(P.live, LONG), factories.posting(P.live, LONG)
    days = {date(2021, 4, 23): 9, date(2021, 4, 24): 3, date(2021, 5, 7): 4}
    views.add({(row.id, day, ViewSource.search): count for day, count in days.items()} | {(row.id, date(2021, 5, 7), ViewSource.other): 2})
    client = office(app, row.organization)
    numbers = visits.visits([row.id, other.id])
    assert (numbers[row.id].total, numbers[row.id].by(ViewSource.search), numbers[other.id].total) == (9, 7, 0)
    assert numbers[row.id].line.split()[0] == "5,21.0"
    assert numbers[row.id].line.split()[-1] == "135,4.0"
    for path in ("/office/", "/office/posting/"):
        shown = [[cell.get_text() for cell in card.select(".spark-row dd")] for card in page_of(client, path).select("article.card")]
        assert sorted(shown) == [["0", "0"], ["9", "0"]], path
    (line,) = [line for line in page_of(client, "/office/").select(".numbers tbody tr") if str(row.id) in str(line.select_one("a"))]
    assert [cell.get_text() for cell in line.select("td")][:4] == ["9", "7", "2", "0"]
    table = [
        [cell.get_text() for cell in line.select("th, td")] for line in page_of(client, f"/office/posting/{row.id}/").select(".numbers tr")
    ]
    assert (len(table), table[1], table[-1]) == (15, ["5/7(金)", "4", "2", "0", "0"], ["4/24(土)", "3", "0", "0", "0"])
    for path, own in (
        ("/office/posting/visits.csv", 3),
        (f"/office/posting/{row.id}/visits.csv", 3),
        (f"/office/posting/{other.id}/visits.csv", 0),
    ):
        lines = list(csv.reader(client.get(path).data.decode("utf-8-sig").splitlines()))
        assert len(lines) == own + 1
        if own:
            assert lines[1] == ["2021-05-07", row.posting_no, row.title, "4", "2", "0", "6", "0"]
    assert client.get("/office/posting/visits.csv").headers["Content-Type"].startswith("text/csv")
    stranger = office(app, factories.make_organization("131016", "千代田区"))
    assert stranger.get(f"/office/posting/{row.id}/visits.csv").status_code == 404
    assert len(stranger.get("/office/posting/visits.csv").data.decode().splitlines()) == 1


def test_the_home_asks_as_often_for_many_rows_as_for_one(app: Flask, db_session: Session, clock: MovableClock) -> None:
    organization = one_of_each(db_session, clock)
    client, counts = office(app, organization), []
    for _ in range(2):
        for path in ("/office/", "/office/posting/"):
            client.get(path)
            with statements() as asked:
                client.get(path)
            counts.append(len(asked))
        for number in range(4):
            factories.posting(P.live, SOON | {"title": f"看護師{number}", "publish_until": "2021-06-12"})
            factories.posting(P.draft, LONG | {"title": f"看護師{number}"})
    assert counts[0] >= counts[2] > 0
    assert counts[1] == counts[3]
    assert counts[0] <= 30
