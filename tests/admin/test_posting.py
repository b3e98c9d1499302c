"""Operators about postings: release, return, suspend, restore, and the list of what waits."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from keynet_admin.models import Account, AuditEvent, Listing, OutboxMail, Posting, Review
from keynet_admin.permissions import Actor
from keynet_admin.services import audit
from keynet_admin.services.account import session
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.posting.moderation import decide
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


def test_the_decision_stands_beside_the_exact_page(client: Client, waiting: Posting, clock: Any, db_session: Session) -> None:
    """From the list to the page of the decision in one load, with the warning and the visitors' page; then the next, however old."""
    first = waiting.waits_since
    clock.advance(days=6)
    second = factories.posting(P.awaiting_release, {"headcount": 310})
    listed = BeautifulSoup(client.get("/admin/posting/").get_data(as_text=True), "html.parser")
    links = [link["href"] for link in listed.select("[data-open]")]
    assert links == [at(waiting, "release"), at(second, "release")], "the oldest first; none leaves by its age"
    assert ["超過" in row.get_text() for row in listed.select("tbody tr")] == [True, False]
    page = BeautifulSoup(client.get(links[0]).get_data(as_text=True), "html.parser")
    shown = page.select_one("article.preview").get_text()  # type: ignore[union-attr]
    preview = BeautifulSoup(client.get(at(waiting, "preview")).get_data(as_text=True), "html.parser").select_one("article.preview")
    assert shown.split() == preview.get_text().split()  # type: ignore[union-attr]
    assert "300" in page.select_one("section[aria-labelledby=h-why]").get_text()  # type: ignore[union-attr]
    assert page.select_one("[data-key=r]")["href"] == at(waiting, "return")  # type: ignore[index]
    answer = client.post(links[0], data={"version": waiting.version})
    assert answer.headers["Location"] == at(second, "release")
    assert act(client, second, "return", reason=WHY) == 303
    assert waiting.waits_since == first
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(waiting), AuditEvent.action == "release")).scalar_one()
    assert event.codes["ruleset"]
    assert event.codes["rules"]


def test_an_edit_that_waits_says_what_is_public_now(client: Client, operator: Account, clock: Any) -> None:
    """第2版（公開中は第1版）, and the promise counts from when it was asked for, not from a further edit."""
    row = factories.posting(P.live)
    assert edited(row, {"headcount": 300}) == "waiting"
    since = row.waits_since
    clock.advance(days=1)
    assert edited(row, {"headcount": 310}) == "waiting"
    assert row.waits_since == since
    page = client.get(at(row, "release")).get_data(as_text=True)
    assert "第3版" in page
    assert "（公開中は第1版）" in page
    assert "公開中 → 変更後" in page


def test_nobody_releases_what_they_keyed_themselves(
    app: Flask, client: Client, waiting: Posting, operator: Account, db_session: Session
) -> None:
    """P02: a colleague does. The refused post leaves nothing behind, and one's own words are no next posting."""
    audit.record(waiting.submission, "resubmit", session.actor_of(operator), revision=1)
    db_session.commit()
    assert decide.OWN_WORDS in client.get(at(waiting, "release")).get_data(as_text=True)
    before = db_session.execute(select(func.count(AuditEvent.id))).scalar_one()
    assert act(client, waiting, "release") == 409
    assert (waiting.status, waiting.version, len(mails(db_session, waiting))) == (P.awaiting_release, 2, 0)
    assert db_session.execute(select(func.count(AuditEvent.id))).scalar_one() == before
    other = factories.posting(P.awaiting_release, {"headcount": 310})
    assert client.post(at(other, "release"), data={"version": other.version}).headers["Location"] == at(other)
    second = Client(app, app.response_class)
    second.sign_in(factories.account(Role.operator))
    assert act(second, waiting, "release") == 303


def test_only_what_the_rules_do_not_name_is_released_unseen(client: Client, waiting: Posting, db_session: Session) -> None:
    """The bulk page says why each other one is left out; what it left out is as it was."""
    clean = factories.posting()
    set_committed = {"status": P.awaiting_release, "waits_since": clean.changed_at}
    db_session.execute(update(Posting).where(Posting.id == clean.id).values(**set_committed))
    db_session.commit()
    rows = {"move": "release", "row": [f"{row.id}.{row.version}" for row in (clean, waiting)]}
    page = client.get("/admin/posting/bulk", query_string=rows).get_data(as_text=True)
    assert "1件について行います" in page
    assert "1件ずつ開いて確かめてください" in page
    assert client.post("/admin/posting/bulk", data=rows).status_code == 303
    db_session.expire_all()
    assert (clean.status, waiting.status) == (P.scheduled if clean.opens_on else P.live, P.awaiting_release)


def test_unknown_postings_are_404(client: Client, operator: Account) -> None:
    for action in ("", "preview", "release", "return", "suspend", "restore"):
        assert client.get(f"/admin/posting/99999/{action}").status_code == 404
