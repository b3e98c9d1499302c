"""Operators about postings: release, return, suspend, restore, and the list of what waits."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.admin.posting import PostingView
from keynet_admin.models import Account, AuditEvent, Listing, OutboxMail, Posting, Review
from keynet_admin.permissions import Actor
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.vocabulary import ListingState, PostingStatus, Role
from tests import factories
from tests.support.web import Client

P = PostingStatus
WHY = "報酬の書き方をご確認ください。"


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any, client: Client) -> Account:
    return client.sign_in(factories.account(Role.operator, name="佐藤 直子"))


@pytest.fixture
def waiting(operator: Account) -> Posting:
    """Waits for its first release: many people are wanted, which is asked about."""
    return factories.posting(P.awaiting_release, {"headcount": 300})


def owner(row: Posting) -> Actor:
    return factories.actor(Role.municipality, organization=row.organization)


def at(row: Posting, action: str = "") -> str:
    return f"/admin/posting/{row.id}/{action}"


def act(client: Client, row: Posting, action: str, **more: Any) -> int:
    return int(client.post(at(row, action), data={"version": row.version, **more}).status_code)


def mails(session: Session, row: Posting) -> list[tuple[str, str]]:
    query = select(OutboxMail.template, OutboxMail.body).where(OutboxMail.about(row)).order_by(OutboxMail.id)
    return [tuple(found) for found in session.execute(query)]


def edited(row: Posting, changes: dict[str, Any]) -> str:
    """The municipality saves a change."""
    typed = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, typed, revisions.check(row.organization, typed), owner(row), seen_version=row.version)


def test_release_and_return_of_a_first_publication(client: Client, waiting: Posting, db_session: Session) -> None:
    assert "公開を許可" in client.get(at(waiting)).get_data(as_text=True)
    assert act(client, waiting, "return", reason=" ") == 422
    assert act(client, waiting, "return", reason=WHY) == 303
    assert waiting.status is P.draft
    publication.publish(waiting, owner(waiting), seen_version=waiting.version, now=True)
    assert act(client, waiting, "release") == 303
    assert waiting.status is P.live
    assert db_session.get(Listing, waiting.id) is not None
    sent = mails(db_session, waiting)
    assert {template for template, _ in sent} == {"posting_returned", "posting_released"}
    assert WHY in sent[0][1]
    reasons = db_session.execute(select(Review.action, Review.reason).where(Review.about(waiting)).order_by(Review.id)).all()
    assert [tuple(found) for found in reasons] == [("return", WHY), ("release", "")]


@pytest.mark.parametrize(("action", "title"), [("release", "新しい見出しの看護師募集"), ("return", "集団接種会場の看護師（土日・午後）")])
def test_a_waiting_edit_of_a_live_posting(client: Client, operator: Account, db_session: Session, action: str, title: str) -> None:
    """Visitors read the old text until the release; a return leaves it there and the edit stays with the municipality."""
    row = factories.posting(P.live)
    assert edited(row, {"title": "新しい見出しの看護師募集", "headcount": 300}) == "waiting"
    page = client.get(at(row)).get_data(as_text=True)
    assert "確認を待っています" in page
    assert "公開中の内容から 2か所が変わっています" in page
    assert db_session.get(Listing, row.id).title == "集団接種会場の看護師（土日・午後）"  # type: ignore[union-attr]
    assert act(client, row, action, reason=WHY) == 303
    assert (row.status, row.release_asked) == (P.live, False)
    assert db_session.get(Listing, row.id).title == title  # type: ignore[union-attr]
    assert revisions.current_revision(row).typed["title"] == "新しい見出しの看護師募集"


def test_suspend_and_restore_with_the_reason_mailed(client: Client, operator: Account, db_session: Session) -> None:
    row = factories.posting(P.live)
    town = factories.account(Role.municipality, organization=row.organization, email="yobo@city.hyuga-test.lg.jp")
    assert act(client, row, "suspend", reason="") == 422
    assert row.status is P.live
    assert act(client, row, "suspend", reason=WHY) == 303
    assert (row.status, db_session.get(Listing, row.id).state) == (P.suspended, ListingState.withdrawn)  # type: ignore[union-attr]
    assert client.get(f"/postings/{row.posting_no}").status_code == 404
    assert act(client, row, "restore", reason="確かめました。") == 303
    assert row.status is P.paused
    sent = mails(db_session, row)
    assert list(dict.fromkeys(template for template, _ in sent)) == ["posting_suspended", "posting_restored"]
    assert WHY in sent[0][1]
    addresses = db_session.execute(select(OutboxMail.recipient).where(OutboxMail.about(row))).scalars().all()
    assert town.email in addresses
    publication.resume(row, owner(row), seen_version=row.version)
    assert db_session.get(Listing, row.id).state is ListingState.listed  # type: ignore[union-attr]


def test_decisions_that_do_not_fit_the_state_are_refused(client: Client, operator: Account, db_session: Session) -> None:
    """Each decision on a draft and on a closed posting: the page says so, the act is 409, nothing changes."""
    for state in (P.draft, P.closed):
        row = factories.posting(state)
        for action in ("release", "return", "suspend", "restore"):
            assert "この操作はできません" in client.get(at(row, action)).get_data(as_text=True)
            assert act(client, row, action, reason=WHY) == 409, (state, action)
        assert row.status is state


def test_an_edit_with_errors_cannot_be_released(client: Client, operator: Account, db_session: Session) -> None:
    row = factories.posting(P.live)
    assert edited(row, {"headcount": "15名程度"}) == "kept"
    assert act(client, row, "release") == 409
    assert row.live == 1


def test_stale_repeated_and_odd_versions(app: Flask, client: Client, waiting: Posting, operator: Account, db_session: Session) -> None:
    version = waiting.version
    for given in ({}, {"version": ""}, {"version": "x"}, {"version": "１"}):
        assert client.post(at(waiting, "release"), data=given).status_code == 400
    assert [client.post(at(waiting, "release"), data={"version": version}).status_code for _ in range(2)] == [303, 303]
    other = Client(app, app.response_class)
    other.sign_in(factories.account(Role.operator, name="高橋 健"))
    for who, action in ((other, "release"), (other, "return"), (client, "return")):
        late = who.post(at(waiting, action), data={"version": version, "reason": WHY})
        assert late.status_code == 409
        assert "佐藤 直子" in late.get_data(as_text=True)
        assert "公開の許可" in late.get_data(as_text=True)
    assert [template for template, _ in mails(db_session, waiting)].count("posting_released") == len(waiting.organization.accounts) - 1
    events = db_session.execute(select(AuditEvent.action).where(AuditEvent.subject == "posting")).scalars().all()
    assert list(events).count("release") == 1


LISTS = {
    "": 1,
    "?tab=live": 1,
    "?tab=draft": 1,
    "?tab=closed": 0,
    "?tab=all": 3,
    "?tab=all&q=日向": 3,
    "?tab=all&q=ヒュウガ": 3,
    "?tab=all&q=kn-p-000001": 1,
    "?tab=all&q=452068": 3,
    "?tab=all&prefecture=13": 0,
    "?tab=all&job_type=pharmacist": 0,
    "?tab=all&q=%25": 0,
    "?tab=zzz&page=x": 1,
    "?page=99&q=%00": 1,
}


def test_the_list(client: Client, waiting: Posting, db_session: Session) -> None:
    """Tabs, filters and search; what is not understood falls back, an empty list says so."""
    factories.posting(P.live)
    factories.posting()
    waiting.organization.kana = "ヒュウガシ"
    for query, number in LISTS.items():
        soup = BeautifulSoup(client.get(f"/admin/posting/{query}").get_data(as_text=True), "html.parser")
        assert len(soup.select("tbody tr")) == number, query
        assert number or "ありません" in soup.get_text(), query


def test_the_next_that_waits_opens_after_a_release(client: Client, waiting: Posting, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.advance(minutes=5)
    second = factories.posting(P.awaiting_release, {"headcount": 310})
    answer = client.post(at(waiting, "release"), data={"version": waiting.version})
    assert answer.headers["Location"] == at(second)
    monkeypatch.setattr(PostingView, "page_size", 1)
    assert client.get("/admin/posting/?tab=all&page=2").status_code == 200


def test_unknown_postings_are_404(client: Client, operator: Account) -> None:
    for action in ("", "preview", "release", "return", "suspend", "restore"):
        assert client.get(f"/admin/posting/99999/{action}").status_code == 404
