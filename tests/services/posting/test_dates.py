"""Dates moved on: a longer term through the gate, recruiting once more, another first day."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField, Refused
from keynet_admin.models import Posting
from keynet_admin.permissions import Actor
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.posting import dates, drafts, publication, revisions
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

P = PostingStatus
SHORT = {"publish_until": "2021-05-28", "deadline": "2021-05-27", "publish_from": "2021-05-14", "term_end": "2021-09-30"}
pytestmark = pytest.mark.usefixtures("clock")


def owner(row: Posting) -> Actor:
    return actor_of(factories.account(Role.municipality, organization=row.organization, name="川辺 花子"))


def content(row: Posting) -> dict[str, Any]:
    return dict(revisions.current_revision(row).normalized)


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({}, {"deadline": "2021-06-10", "publish_until": "2021-06-11"}),
        ({"deadline_type": "until_filled", "deadline": None}, {"publish_until": "2021-06-11"}),
        ({"publish_until": "2021-07-10"}, {"deadline": "2021-06-10", "publish_until": "2021-07-10"}),
        ({"term_end": "2021-06-05"}, {"deadline": "2021-06-04", "publish_until": "2021-06-05"}),
        (
            {"publish_from": "2021-05-10", "publish_until": "2021-08-01", "deadline": "2021-08-01"},
            {"deadline": "2021-08-08", "publish_until": "2021-08-08"},
        ),
    ],
    ids=["two weeks", "until filled", "the publication ends later", "the work ends", "ninety days"],
)
def test_what_is_offered(db_session: Session, changes: dict[str, Any], offered: dict[str, str]) -> None:
    assert dates.longer(factories.posting(P.live, SHORT | changes)) == offered


@pytest.mark.parametrize("state", [P.live, P.paused, P.scheduled])
def test_two_clicks_make_the_term_longer(db_session: Session, client: Client, state: PostingStatus) -> None:
    """The page offers the dates, the press takes them: live at once, told in the history with the fields' names."""
    row = factories.posting(state, SHORT)
    client.sign_in(factories.account(Role.municipality, organization=row.organization, name="川辺 花子"))
    path = f"/office/posting/{row.id}/extend"
    assert 'value="2021-06-11"' in client.get(path).text
    data = {"version": row.version, "deadline": "令和3年6月10日", "publish_until": "2021/6/11"}
    assert [client.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert (row.status, row.publish_until.isoformat() if row.publish_until else "") == (state, "2021-06-10")
    assert row.live == row.current
    assert "川辺 花子が募集の期間を変えました（締切日・公開終了予定日）。" in [entry.text for entry in history.of_posting(row)]
    if state is P.live:
        assert "6/10" in Client(client.application, client.response_wrapper).get(f"/postings/{row.posting_no}").text


@pytest.mark.parametrize(
    ("days", "field", "words"),
    [
        ({"deadline": "2021-06-20", "publish_until": "2021-06-11"}, "deadline", "より後です"),
        ({"deadline": "2021-06-10", "publish_until": "2021-12-11"}, "publish_until", "任用（従事）終了日"),
        ({"deadline": "6月ごろ", "publish_until": "2021-06-11"}, "deadline", ""),
        ({"deadline": "2021-06-10", "publish_until": ""}, "publish_until", "入力されていません"),
        ({"deadline": "2021-05-01", "publish_until": "2021-06-11"}, "deadline", "今日以後"),
    ],
    ids=str,
)
def test_a_bad_day_is_said_at_its_field(client: Client, db_session: Session, days: dict[str, str], field: str, words: str) -> None:
    row = factories.posting(P.live, SHORT)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    answer = client.post(f"/office/posting/{row.id}/extend", data={"version": row.version, **days})
    assert answer.status_code == 422
    assert f'id="{field}-e"' in answer.text
    assert words in answer.text
    assert all(f'value="{day}"' in answer.text for day in days.values())
    assert row.current == 1


def test_a_longer_term_joins_an_edit_that_waits(db_session: Session) -> None:
    """Visitors see the dates at once; what waits for an operator keeps waiting, with the dates."""
    row = factories.posting(P.live, SHORT)
    actor = owner(row)
    typed = dict(revisions.current_revision(row).typed) | {"headcount": 300}
    assert drafts.save(row, typed, revisions.check(row.organization, typed), actor, seen_version=row.version) == "waiting"
    days = {"deadline": "2021-06-10", "publish_until": "2021-06-11"}
    assert dates.extend(row, actor, seen_version=row.version, days=days).note == "live"
    live = revisions.live_revision(row)
    assert live is not None
    assert (live.normalized["publish_until"], live.normalized["headcount"] == 300) == ("2021-06-11", False)
    assert (content(row)["publish_until"], content(row)["headcount"], row.release_asked) == ("2021-06-11", 300, True)


def test_beyond_ninety_days_an_operator_looks(db_session: Session) -> None:
    row = factories.posting(P.live, SHORT)
    done = dates.extend(row, owner(row), seen_version=row.version, days={"deadline": "2021-09-01", "publish_until": "2021-09-01"})
    assert (done.note, row.release_asked) == ("waiting", True)


@pytest.mark.parametrize("state", [P.draft, P.closed, P.suspended])
def test_only_what_is_published_has_a_longer_term(db_session: Session, state: PostingStatus) -> None:
    row = factories.posting(state, SHORT)
    with pytest.raises(Refused):
        dates.extend(row, owner(row), seen_version=row.version, days=dates.longer(row))


def test_recruiting_once_more(db_session: Session, client: Client, clock: MovableClock) -> None:
    """Two clicks: a new posting with the dates moved, public at once; the closed one stays; pressed again it is the same."""
    row = factories.posting(P.closed, SHORT)
    db_session.commit()
    clock.set("2021-07-15 10:00")
    client.sign_in(factories.account(Role.municipality, organization=row.organization, name="川辺 花子"))
    path = f"/office/posting/{row.id}/relist"
    offered = dates.anew(row)
    assert offered == {"deadline": "2021-07-29", "publish_until": "2021-07-30", "term_start": "2021-07-31", "term_end": "2021-09-30"}
    assert all(f'value="{day}"' in client.get(path).text for day in offered.values())
    data = {"version": row.version, **offered}
    answers = [client.post(path, data=data) for _ in range(2)]
    made = db_session.query(Posting).filter(Posting.id != row.id).one()
    assert [answer.headers["Location"] for answer in answers] == [f"/office/posting/{made.id}/"] * 2
    assert (row.status, made.status, made.publish_until.isoformat() if made.publish_until else "") == (P.closed, P.live, "2021-07-29")
    assert client.get(f"/postings/{made.posting_no}").status_code == 200
    assert "川辺 花子が日付を改めて、もう一度募集を始めました。" in [entry.text for entry in history.of_posting(row)]


def test_recruiting_once_more_passes_the_gate(db_session: Session, clock: MovableClock) -> None:
    """Bad days are said at their field and make nothing; warnings wait for an operator, errors elsewhere stay in a draft."""
    row = factories.posting(P.closed, SHORT)
    actor, days = owner(row), dates.anew(row)
    with pytest.raises(BadField) as refused:
        dates.relist(row, actor, seen_version=row.version, days=days | {"term_end": "2021-05-01"})
    assert refused.value.field in days
    assert db_session.query(Posting).count() == 1


@pytest.mark.parametrize("state", [P.draft, P.scheduled])
def test_another_first_day(db_session: Session, client: Client, state: PostingStatus) -> None:
    """A draft is published on the day that is typed, a scheduled one moves there; the same press twice is one."""
    row = factories.posting(state, SHORT)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    path, data = f"/office/posting/{row.id}/publish", {"version": row.version, "when": "day", "day": "令和3年5月20日"}
    assert [client.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert (row.status, row.opens_on.isoformat() if row.opens_on else "", content(row)["publish_from"]) == (
        P.scheduled,
        "2021-05-20",
        "2021-05-20",
    )
    assert client.post(path, data=data | {"day": "2021-05-21"}).status_code == 409


@pytest.mark.parametrize("day", ["", "2021-05-07", "いつか", "2021-06-20"])
def test_a_bad_first_day_is_said_at_its_field(db_session: Session, client: Client, day: str) -> None:
    row = factories.posting(P.draft, SHORT)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    answer = client.post(f"/office/posting/{row.id}/publish", data={"version": row.version, "when": "day", "day": day})
    assert (answer.status_code, row.status, row.current) == (422, P.draft, 1)
    assert 'id="day-e"' in answer.text


def test_a_scheduled_posting_with_a_waiting_edit_keeps_its_day(db_session: Session) -> None:
    row = factories.posting(P.scheduled, SHORT)
    actor = owner(row)
    typed = dict(revisions.current_revision(row).typed) | {"headcount": 300}
    drafts.save(row, typed, revisions.check(row.organization, typed), actor, seen_version=row.version)
    with pytest.raises(Refused):
        publication.publish(row, actor, seen_version=row.version, day="2021-05-20")
