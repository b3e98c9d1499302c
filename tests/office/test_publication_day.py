"""The wished day and changes of what is published, as both sides' pages tell and offer them."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.models import Posting
from keynet_admin.services.posting import drafts, revisions
from keynet_admin.services.workflow import move_of
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

P = PostingStatus
DAY = "5/14(金)"  # the base form's wish


@pytest.fixture
def draft(db_session: Session, clock: MovableClock) -> Posting:
    return factories.posting()


@pytest.fixture
def office(app: Flask, draft: Posting) -> Client:
    made = Client(app, app.response_class)
    made.sign_in(factories.account(Role.municipality, organization=draft.organization, name="川辺 花子"))
    return made


@pytest.fixture
def operator(app: Flask, draft: Posting) -> Client:
    made = Client(app, app.response_class)
    made.sign_in(factories.account(Role.operator, name="佐藤 直子"))
    return made


def main_of(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert main is not None
    return main


def text_of(client: Client, path: str) -> str:
    return " ".join(main_of(client, path).get_text(" ").split())


def act(client: Client, row: Posting, action: str, **more: Any) -> int:
    area = "/admin" if action in ("release", "return", "look", "suspend", "restore") else "/office"
    data = {"version": row.version, **more}
    return int(client.post(f"{area}/posting/{row.id}/{action}", data=data).status_code)


def edit(client: Client, row: Posting, changes: dict[str, Any]) -> None:
    typed = dict(revisions.current_revision(row).typed) | changes
    actor = factories.actor(Role.municipality, organization=row.organization)
    drafts.save(row, typed, revisions.check(row.organization, typed), actor, seen_version=row.version)


def test_the_wished_day_is_kept_and_both_sides_see_it(
    client: Client, office: Client, operator: Client, draft: Posting, db_session: Session, clock: MovableClock
) -> None:
    """Chosen by default, told before and after, on the home, the lists and both pages; live by itself at 0:00."""
    page = main_of(office, f"/office/posting/{draft.id}/publish")
    assert [(box["value"], box.has_attr("checked")) for box in page.select("input[name=when]")] == [
        ("wished", True),
        ("now", False),
        ("day", False),
    ]
    assert f"公開開始希望日（{DAY}）の0:00に、自動で" in page.get_text()
    assert act(office, draft, "publish") == 303
    assert f"{DAY} 0:00に自動で公開されます" in office.get(f"/office/posting/{draft.id}/").text
    for who, path in (
        (office, "/office/"),
        (office, "/office/posting/?tab=scheduled"),
        (office, f"/office/posting/{draft.id}/"),
        (operator, "/admin/posting/?tab=scheduled"),
        (operator, f"/admin/posting/{draft.id}/"),
    ):
        text = text_of(who, path)
        assert DAY in text, path
        assert "公開予定" in text, path
    assert client.get(f"/postings/{draft.posting_no}").status_code == 404
    db_session.commit()
    clock.set("2021-05-14 00:00")
    assert jobs.open_postings() == 1
    assert client.get(f"/postings/{draft.posting_no}").status_code == 200
    assert "公開開始希望日になり、自動で公開しました" in text_of(office, f"/office/posting/{draft.id}/")


@pytest.mark.parametrize("when", ["wished", "now"])
def test_now_is_a_choice_also_of_what_an_operator_must_see(office: Client, operator: Client, draft: Posting, when: str) -> None:
    """The choice is kept while the posting waits, and the release page says what will happen."""
    edit(office, draft, {"headcount": 300})
    assert act(office, draft, "publish", when=when) == 303
    assert draft.status is P.awaiting_release
    assert (DAY in text_of(office, f"/office/posting/{draft.id}/")) is (when == "wished")
    assert (f"{DAY} 0:00に自動で" in text_of(operator, f"/admin/posting/{draft.id}/release")) is (when == "wished")
    assert act(operator, draft, "release") == 303
    assert draft.status is (P.scheduled if when == "wished" else P.live)


def test_the_same_choice_twice_is_one_and_another_choice_is_a_conflict(office: Client, draft: Posting) -> None:
    """A second tab that says "now" is not told that its decision was taken before."""
    version = draft.version
    codes = [
        office.post(f"/office/posting/{draft.id}/publish", data={"version": version, "when": when}).status_code
        for when in ("wished", "wished", "now")
    ]
    assert codes == [303, 303, 409]
    assert draft.status is P.scheduled


def test_a_scheduled_posting_offers_its_ways(office: Client, draft: Posting) -> None:
    act(office, draft, "publish")
    page = main_of(office, f"/office/posting/{draft.id}/")
    assert {str(a["href"]).rsplit("/", 1)[1] for a in page.select("section.decide a.button")} >= {"publish", "withdraw", "edit", "close"}
    assert "すぐに公開しますか" in text_of(office, f"/office/posting/{draft.id}/publish")
    assert act(office, draft, "withdraw") == 303
    assert draft.status is P.draft
    assert "公開を取りやめ、下書きに戻しました。" in text_of(office, "/office/")
    act(office, draft, "publish")
    assert act(office, draft, "publish") == 303
    assert draft.status is P.live


def test_small_changes_are_listed_until_an_operator_has_looked(office: Client, operator: Client, draft: Posting) -> None:
    """Old and new stand on the posting's page and on the page of the decision; afterwards the list is empty."""
    act(office, draft, "publish", when="now")
    assert draft.posting_no not in text_of(operator, "/admin/posting/?tab=small")
    assert act(office, draft, "headcount", headcount="20") == 303
    assert draft.posting_no in text_of(operator, "/admin/posting/?tab=small")
    for path in (f"/admin/posting/{draft.id}/", f"/admin/posting/{draft.id}/look"):
        assert "募集人数 前 15名 今 20名" in text_of(operator, path)
    assert act(office, draft, "look") == 403
    assert act(operator, draft, "look") == 303
    assert act(operator, draft, "look") == 303  # the same press again
    text_of(operator, f"/admin/posting/{draft.id}/")  # the messages have been read
    assert draft.posting_no not in text_of(operator, "/admin/posting/?tab=small")
    assert move_of(Posting, "look").sentence.format(who="佐藤 直子") in text_of(operator, f"/admin/posting/{draft.id}/")


def test_a_waiting_change_is_told_and_withdrawn(office: Client, operator: Client, draft: Posting) -> None:
    """Its page names the way back; the headcount passes it by; after the withdrawal nothing waits and the editor shows the old content."""
    act(office, draft, "publish", when="now")
    edit(office, draft, {"pay_lines": [{"label": "土日", "min": "2,100"}]})
    text = text_of(office, f"/office/posting/{draft.id}/")
    assert "運営事務局の確認を待っています" in text
    assert "変更を取り下げる" in text
    assert act(office, draft, "headcount", headcount="25") == 303
    assert draft.release_asked
    assert "直した内容を公開しました" in office.get(f"/office/posting/{draft.id}/").text
    assert act(office, draft, "withdraw") == 303
    text = text_of(office, f"/office/posting/{draft.id}/")
    assert "変更を取り下げました。内容は変更前に戻りました。" in text
    assert "下書きに戻しました" not in text, "it stays on the site"
    assert "運営事務局の確認を待っています" not in text
    assert "1,987円" in text
    assert "25名" in text
    assert act(operator, draft, "release") == 409


def test_a_withdrawal_that_ends_the_posting_says_so(office: Client, draft: Posting, clock: MovableClock) -> None:
    """A change waits, and the last day of what is live is past."""
    act(office, draft, "publish", when="now")
    edit(office, draft, {"pay_lines": [{"label": "土日", "min": "2,100"}]})
    told = "まもなく終了します"
    assert told not in text_of(office, f"/office/posting/{draft.id}/withdraw")
    clock.set("2021-06-01 10:00")
    office.sign_in(factories.account(Role.municipality, organization=draft.organization))
    assert told in text_of(office, f"/office/posting/{draft.id}/withdraw")


def test_what_has_ended_is_not_offered_for_publication(office: Client, draft: Posting, clock: MovableClock) -> None:
    """The page says so before anybody presses, and leads to the days."""
    clock.set("2021-06-01 10:00")
    office.sign_in(factories.account(Role.municipality, organization=draft.organization))
    page = main_of(office, f"/office/posting/{draft.id}/publish")
    assert "締切を過ぎています。日付を直してから公開してください" in page.get_text()
    assert "指摘はありません" not in page.get_text()
    assert page.select("button[name=do]") == []
    assert page.select(f'a[href="/office/posting/{draft.id}/edit"]')


@pytest.mark.parametrize("typed", ["若干名", "15名程度"])
def test_the_headcount_page_of_a_number_that_cannot_be_read(office: Client, draft: Posting, typed: str) -> None:
    """It says so instead of 「None名」, also on a posting whose newest content has the error."""
    act(office, draft, "publish", when="now")
    edit(office, draft, {"headcount": typed})
    text = text_of(office, f"/office/posting/{draft.id}/headcount")
    assert "None" not in text
    assert "いまの募集人数：15名" in text
    assert act(office, draft, "close") == 303
    assert "募集人数を変更できません" in text_of(office, f"/office/posting/{draft.id}/headcount")


@pytest.mark.parametrize("state", [P.live, P.paused])
def test_what_is_not_shown_is_not_called_public(office: Client, draft: Posting, state: PostingStatus) -> None:
    """An edit with an error, while live and while paused: what the page says about the old content is true."""
    act(office, draft, "publish", when="now")
    if state is P.paused:
        act(office, draft, "pause")
    edit(office, draft, {"headcount": "若干名"})
    assert ("公開中の内容は前のまま" in text_of(office, f"/office/posting/{draft.id}/")) is (state is P.live)
