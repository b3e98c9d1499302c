"""決裁: who may publish alone, who is asked, two pairs of eyes, and edits that stay behind until somebody who may publishes them."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.errors import NotPermitted, ReasonMissing, Refused, StaleVersion, TransitionRefused
from keynet_admin.extensions import db
from keynet_admin.models import Account, Listing, OutboxMail, Posting
from keynet_admin.services import workflow
from keynet_admin.services.account import colleagues
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.posting import approval, drafts, duties, publication, revisions
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.web import Client

P = PostingStatus


@pytest.fixture
def row(app: Flask, db_session: Session, clock: Any) -> Posting:
    return factories.posting()


def person(row: Posting, *rights: str, **values: Any) -> Account:
    return factories.account(Role.municipality, organization=row.organization, rights=["view", *rights], **values)


@pytest.fixture
def clerk(row: Posting) -> Account:
    """Writes, and may not publish."""
    return person(row, "edit", email="clerk@city.hyuga-test.lg.jp", name="係員 一郎")


@pytest.fixture
def chief(row: Posting) -> Account:
    """Publishes and writes."""
    return person(row, "edit", "publish", email="chief@city.hyuga-test.lg.jp", name="課長 花子")


def mails(to: Account) -> list[str]:
    return list(db.session.execute(select(OutboxMail.template).where(OutboxMail.recipient == to.email).order_by(OutboxMail.id)).scalars())


def duty(who: Account) -> int:
    """How many postings wait for this person's decision."""
    return sum(d.number for d in duties.of_postings(actor_of(who), "/office/posting/") if d.name == "approval")


def publish(row: Posting, by: Account) -> workflow.Outcome:
    return publication.publish(row, actor_of(by), seen_version=row.version, now=True)


def ask(row: Posting, by: Account) -> workflow.Outcome:
    return approval.ask(row, actor_of(by), seen_version=row.version)


def edit(row: Posting, by: Account, **changes: Any) -> str:
    typed = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, typed, revisions.check(row.organization, typed), actor_of(by), seen_version=row.version)


def test_who_may_not_publish_asks(row: Posting, clerk: Account, chief: Account) -> None:
    """Those who publish are mailed and have a duty; publishing ends the request. Pressed twice, asked once."""
    with pytest.raises(NotPermitted):
        publish(row, clerk)
    version = row.version
    assert ask(row, clerk).mails == 1
    assert approval.ask(row, actor_of(clerk), seen_version=version).repeated
    assert (mails(chief), mails(clerk)) == (["approval_asked"], [])
    assert [duty(who) for who in (chief, clerk)] == [1, 0]
    assert publish(row, chief).status is P.live
    assert row.approval_asked_by_id is None
    assert duty(chief) == 0


def test_it_is_sent_back_with_a_reason(row: Posting, clerk: Account, chief: Account) -> None:
    ask(row, clerk)
    with pytest.raises(ReasonMissing):
        approval.send_back(row, actor_of(chief), seen_version=row.version, reason=" ")
    approval.send_back(row, actor_of(chief), seen_version=row.version, reason="時給を確かめてください。")
    assert (row.status, row.approval_asked_by_id, mails(clerk)) == (P.draft, None, ["approval_returned"])
    assert next(e for e in history.of_posting(row) if "決裁を差し戻し" in e.text).note == "時給を確かめてください。"


def test_a_changed_content_must_be_asked_for_anew(row: Posting, clerk: Account, chief: Account) -> None:
    ask(row, clerk)
    edit(row, chief, headcount="4")
    assert row.approval_asked_by_id is None
    with pytest.raises(TransitionRefused):
        approval.send_back(row, actor_of(chief), seen_version=row.version, reason="x")


@pytest.mark.parametrize(
    ("demanded", "asker", "publisher", "allowed"),
    [
        (False, None, "chief", True),
        (False, "clerk", "chief", True),
        (False, "chief", "chief", True),
        (True, None, "chief", False),
        (True, "clerk", "chief", True),
        (True, "chief", "chief", False),
        (True, "chief", "second", True),
    ],
)
def test_two_pairs_of_eyes(
    row: Posting, clerk: Account, chief: Account, demanded: bool, asker: str | None, publisher: str, allowed: bool
) -> None:
    """Only where the body demands it: then nobody publishes what they have asked for, or what nobody has asked for."""
    who = {"clerk": clerk, "chief": chief, "second": person(row, "publish")}
    row.organization.needs_approval = demanded
    if asker is not None:
        ask(row, who[asker])
    if allowed:
        assert publish(row, who[publisher]).status is P.live
    else:
        with pytest.raises(Refused, match="決裁"):
            publish(row, who[publisher])
        assert row.status is P.draft


@pytest.mark.parametrize("problem", ["errors", "nobody"])
def test_what_cannot_be_asked(row: Posting, clerk: Account, problem: str) -> None:
    if problem == "errors":
        person(row, "publish")
        edit(row, clerk, headcount="若干名")
    with pytest.raises(Refused):
        ask(row, clerk)
    assert row.approval_asked_by_id is None


@pytest.mark.parametrize("demanded", [False, True])
def test_an_edit_of_what_is_live_stays_behind(row: Posting, clerk: Account, chief: Account, demanded: bool) -> None:
    """Also a small one, and the headcount: visitors read the old content until somebody who may publishes the new one."""
    publish(row, chief)
    row.organization.needs_approval = demanded
    before = row.live
    assert edit(row, clerk, title="集団接種会場の看護師（夕方）") == "held"
    outcome, _ = drafts.change_headcount(row, "7", actor_of(clerk), seen_version=row.version)
    assert (outcome, row.live, row.status, row.release_asked) == ("held", before, P.live, False)
    assert edit(row, chief, title="集団接種会場の看護師（夜）") == ("held" if demanded else "live")
    if not demanded:
        return
    with pytest.raises(Refused, match="決裁"):
        drafts.publish_edit(row, actor_of(chief), seen_version=row.version)
    ask(row, clerk)
    drafts.publish_edit(row, actor_of(chief), seen_version=row.version)
    assert (row.live, row.approval_asked_by_id) == (row.current, None)
    shown = db.session.execute(select(Listing).where(Listing.posting_id == row.id)).scalar_one()
    assert shown.title == "集団接種会場の看護師（夜）"


def test_an_approved_edit_passes_the_ordinary_gate(row: Posting, clerk: Account, chief: Account) -> None:
    """A material change waits for an operator as everybody's does; errors are refused."""
    publish(row, chief)
    assert edit(row, clerk, headcount="300") == "held"
    done = drafts.publish_edit(row, actor_of(chief), seen_version=row.version)
    assert "運営事務局の確認" in done.note
    assert (row.release_asked, row.live == row.current) == (True, False)
    assert edit(row, clerk, headcount="若干名") == "kept"
    assert drafts.publish_edit(row, actor_of(chief), seen_version=row.version).refused


def test_what_waits_for_its_release_is_left_to_those_who_publish(row: Posting, clerk: Account, chief: Account) -> None:
    """An edit would take the publication back."""
    edit(row, chief, headcount="300")
    assert publish(row, chief).status is P.awaiting_release
    with pytest.raises(Refused, match="公開の権限がある方だけ"):
        edit(row, clerk, headcount="4")
    assert edit(row, chief, headcount="4") == "draft"


def test_the_setting_is_the_bodys(row: Posting, clerk: Account, chief: Account) -> None:
    """Switched by who manages, only where somebody is left to decide; on an old page it is refused, pressed twice done once."""
    body, manager = row.organization, actor_of(person(row, "manage"))
    chief.rights = ["view", "edit"]
    with pytest.raises(Refused, match="2名以上"):
        colleagues.set_approval(body, manager, seen_version=body.version)
    chief.rights = ["view", "edit", "publish"]
    version = body.version
    colleagues.set_approval(body, manager, seen_version=version)
    assert body.needs_approval
    assert colleagues.set_approval(body, manager, seen_version=version).repeated
    with pytest.raises(StaleVersion):
        colleagues.set_approval(body, actor_of(person(row, "manage")), seen_version=version)
    colleagues.set_approval(body, manager, seen_version=body.version)
    assert not body.needs_approval


def test_on_the_pages(row: Posting, clerk: Account, chief: Account, client: Client) -> None:
    """The clerk has the button, the chief the duty with as many rows, and publishes on the ordinary page."""
    at = f"/office/posting/{row.id}/"
    client.sign_in(clerk)
    assert "公開の決裁を求める" in client.get(at).text
    assert client.post(f"{at}ask", data={"version": row.version}).status_code == 303
    assert "係員 一郎さんが公開の決裁を求めています" in client.get(at).text
    client.sign_in(chief)
    assert "の公開の決裁を求められています" in client.get("/office/").text
    assert row.posting_no in client.get("/office/posting/?todo=approval").text
    page = client.get(at).text
    assert "公開へ進む" in page
    assert f"{at}send_back" in page
    assert client.post(f"{at}publish", data={"version": row.version, "when": "now"}).status_code == 303
    assert db.session.get_one(Posting, row.id).status is P.live


def test_ones_own_request_on_the_page(row: Posting, clerk: Account, chief: Account, client: Client) -> None:
    """Where it is demanded the page says why one cannot, before the button."""
    row.organization.needs_approval = True
    client.sign_in(chief)
    assert "ほかの方の決裁が必要です" in client.get(f"/office/posting/{row.id}/").text
    assert approval.NOT_ASKED in client.get(f"/office/posting/{row.id}/publish").text
    person(row, "publish")
    assert client.post(f"/office/posting/{row.id}/ask", data={"version": row.version}).status_code == 303
    assert approval.OWN_REQUEST in client.get(f"/office/posting/{row.id}/publish").text
    version = db.session.get_one(Posting, row.id).version
    assert client.post(f"/office/posting/{row.id}/publish", data={"version": version, "when": "now"}).status_code == 409
