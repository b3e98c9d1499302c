"""A municipality's postings: only its own, the release gate, edits of what is live, and the small acts around them."""

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin import jobs
from keynet_admin.intake.visit import flatten
from keynet_admin.models import Account, Listing, OutboxMail, Posting
from keynet_admin.services.posting import revisions
from keynet_admin.vocabulary import ListingState, PostingStatus, Role
from tests import factories
from tests.support.forms import Form
from tests.support.web import Client

P = PostingStatus
WARNED = {"headcount": 300}
WRONG = {"headcount": "15名程度"}


@pytest.fixture
def draft(app: Flask, db_session: Session, clock: Any) -> Posting:
    return factories.posting()


@pytest.fixture
def office(client: Client, draft: Posting) -> Account:
    """The signed-in account of the draft's municipality."""
    return client.sign_in(factories.account(Role.municipality, organization=draft.organization, name="川辺 花子"))


def at(row: Posting, action: str = "") -> str:
    return f"/office/posting/{row.id}/{action}"


def act(client: Client, row: Posting, action: str, **more: Any) -> int:
    """Press a decision's button; a publication is one at once unless it says when (the base form wishes a later day)."""
    more = {"when": "now", **more} if action == "publish" else more
    return int(client.post(at(row, action), data={"version": row.version, **more}).status_code)


def edit(client: Client, row: Posting, changes: dict[str, Any], do: str = "save", version: Any = None) -> Any:
    """Open the editor, change some fields, press a button."""
    soup = BeautifulSoup(client.get(at(row, "edit")).get_data(as_text=True), "html.parser")
    element = soup.select_one("form[data-posting]")
    assert element is not None
    form = Form(element)
    for name, value in changes.items():
        form.fill(name.replace(".", "-"), value)
    data: dict[str, list[str]] = {}
    for name, value in form.pressed("do", do):
        data.setdefault(name, []).append(value)
    if version is not None:
        data["version"] = [str(version)]
    return client.post(at(row, "edit"), data=data)


def listing(session: Session, row: Posting) -> Listing | None:
    return session.get(Listing, row.id)


def listed_title(session: Session, row: Posting) -> str:
    found = listing(session, row)
    assert found is not None
    return found.title


def words(answer: Any) -> str:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser").get_text()


GATE: dict[str, tuple[dict[str, Any], int, PostingStatus, bool]] = {
    "clean": ({}, 303, P.live, True),
    "private": ({"visibility": "private"}, 303, P.live, False),
    "masked": ({"visibility": "masked"}, 303, P.live, True),
    "warning": (WARNED, 303, P.awaiting_release, False),
    "error": (WRONG, 409, P.draft, False),
}


@pytest.mark.parametrize("name", list(GATE))
def test_the_release_gate(client: Client, draft: Posting, office: Account, db_session: Session, name: str) -> None:
    """Clean: live at once; warnings: an operator first; errors: not at all. A private one is live without a listing."""
    changes, code, state, listed = GATE[name]
    if changes:
        edit(client, draft, changes)
    page = words(client.get(at(draft, "publish")))
    assert ("公開できません" in page) is (name == "error")
    assert ("確認を依頼する" in page) is (name == "warning")
    assert act(client, draft, "publish") == code
    assert draft.status is state
    assert (listing(db_session, draft) is not None) is listed
    public = client.get(f"/postings/{draft.posting_no}").status_code
    assert public == (200 if listed else 404)
    if name == "masked":
        assert "海山地区の集団接種会場" not in client.get(f"/postings/{draft.posting_no}").get_data(as_text=True)


def main_of(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    main = BeautifulSoup(answer.text, "html.parser").select_one("main")
    assert main is not None
    return main


def test_the_publish_page_says_what_its_button_does(client: Client, draft: Posting, office: Account) -> None:
    """On the wished day without warnings, else at once; with one an operator looks first, and no word promises more.

    Places of the only posting have no number.
    """
    text = main_of(client, at(draft, "publish")).get_text()
    assert "0:00に、自動で求職者のページに載ります" in text
    assert "すぐに求職者のページに載ります" not in text
    edit(client, draft, {"publish_from": ""})
    assert "すぐに求職者のページに載ります" in main_of(client, at(draft, "publish")).get_text()
    edit(client, draft, WARNED)
    page = main_of(client, at(draft, "publish"))
    heading, text = page.select_one("h1"), page.get_text()
    assert heading is not None
    assert "の確認を依頼しますか" in heading.get_text()
    assert "運営事務局に確認を依頼します。確認後に公開されます。" in text
    assert "載ります" not in text
    assert "募集人数" in text
    assert "募集1" not in text
    edit(client, draft, WRONG)
    text = main_of(client, at(draft, "publish")).get_text()
    assert "募集人数" in text
    assert "募集1" not in text


def test_pages_of_a_posting_that_is_over_promise_no_return(client: Client, draft: Posting, office: Account, clock: Any) -> None:
    """Before the end it can be resumed at any time; afterwards the page says why not and leads to the editor."""
    act(client, draft, "publish")
    last = date.fromisoformat(revisions.current_revision(draft).normalized["deadline"])
    for over in (False, True):
        clock.at(last, 23, 50)
        clock.advance(minutes=10 if over else 0)
        text = main_of(client, at(draft, "pause")).get_text()
        assert ("いつでも再開できます" in text) is not over
        assert ("公開終了予定日または締切を過ぎている" in text) is over
    assert act(client, draft, "pause") == 303
    for over in (False, True):
        clock.at(last, 23, 50)
        clock.advance(minutes=10 if over else 0)
        page = main_of(client, at(draft, "resume"))
        assert ("すぐに一覧に戻ります" in page.get_text()) is not over
        assert ("公開終了予定日または締切を過ぎています" in page.get_text()) is over
        assert (page.select_one("button[name=do]") is None) is over
        assert (page.select_one(f"a[href='{at(draft, 'edit')}']") is not None) is over
    assert act(client, draft, "resume") == 409
    assert draft.status is P.paused
    assert act(client, draft, "close") == 303
    assert main_of(client, at(draft, "resume")).select_one(f"a[href='{at(draft, 'edit')}']") is None


def test_publishing_past_the_last_day_is_refused(client: Client, draft: Posting, office: Account, clock: Any) -> None:
    clock.set("2021-09-30 11:00")
    answer = client.post(at(draft, "publish"), data={"version": draft.version})
    assert answer.status_code == 409
    assert draft.status is P.draft


EDITS: dict[str, tuple[dict[str, Any], str, bool, bool]] = {
    "clean": ({"title": "新しい見出しの看護師募集"}, "直した内容を公開しました", True, False),
    "warning": ({"title": "新しい見出しの看護師募集"} | WARNED, "運営事務局の確認後に公開されます", False, True),
    "error": ({"title": "新しい見出しの看護師募集"} | WRONG, "公開中の内容は前のまま", False, False),
    "material": ({"title": "新しい見出しの看護師募集", "pay_lines.0.min": "2,100"}, "運営事務局の確認後に公開されます", False, True),
    "nothing": ({}, "変更はありませんでした", False, False),
}


@pytest.mark.parametrize("name", list(EDITS))
def test_an_edit_of_a_live_posting(client: Client, draft: Posting, office: Account, db_session: Session, name: str) -> None:
    """Clean replaces the listing at once; warnings and material changes keep the old one until release; errors are kept as a draft."""
    changes, said, replaced, asked = EDITS[name]
    act(client, draft, "publish")
    old = listed_title(db_session, draft)
    answer = edit(client, draft, changes)
    assert answer.status_code == 303
    assert said in words(client.get(answer.headers["Location"]))
    assert draft.status is P.live
    assert listed_title(db_session, draft) == ("新しい見出しの看護師募集" if replaced else old)
    assert draft.release_asked is asked
    assert draft.current == (1 if name == "nothing" else 2)
    if changes:
        assert revisions.current_revision(draft).typed["title"] == "新しい見出しの看護師募集"
    text = client.get(f"/postings/{draft.posting_no}").get_data(as_text=True)
    assert ("新しい見出しの看護師募集" in text) is replaced
    found = [f["path"] for f in revisions.current_revision(draft).findings if f["rule"] == "PUB-009"]
    assert found == (["postings.0.pay_lines"] if name == "material" else [])
    if name == "error":  # mended afterwards: live again with everything
        edit(client, draft, {"headcount": "16"})
        assert listed_title(db_session, draft) == "新しい見出しの看護師募集"


def test_an_edit_of_a_waiting_posting_takes_it_back(client: Client, draft: Posting, office: Account) -> None:
    edit(client, draft, WARNED)
    act(client, draft, "publish")
    edit(client, draft, {"title": "新しい見出しの看護師募集"})
    assert draft.status is P.draft


def test_checking_stores_nothing_and_shows_every_error(client: Client, draft: Posting, office: Account) -> None:
    answer = edit(client, draft, WRONG | {"pay_lines.0.min": "千円くらい", "title": "書きかけの看護師募集です"}, do="check")
    assert answer.status_code == 303
    answer = client.get(answer.headers["Location"])
    soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert {str(a["href"]) for a in soup.select(".error-summary a")} >= {"#headcount", "#pay_lines-0-min"}
    element = soup.select_one("form[data-posting]")
    assert element is not None
    assert Form(element).value("pay_lines-0-min") == "千円くらい"
    assert Form(element).value("title") == "書きかけの看護師募集です"
    assert draft.current == 1


def test_buttons_of_rows_keep_what_is_typed(client: Client, draft: Posting, office: Account) -> None:
    given = [(n.removeprefix("postings-0-"), v) for n, v in flatten({"postings": [factories.document()["postings"][0]]})]
    data: dict[str, list[str]] = {"version": [str(draft.version)], "add": ["shifts"]}
    for name, value in given:
        data.setdefault(name, []).append(value if name != "title" else "書きかけの看護師募集です")
    answer = client.post(at(draft, "edit"), data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, at(draft, "edit") + "#shifts-1")
    soup = BeautifulSoup(client.get(at(draft, "edit")).get_data(as_text=True), "html.parser")
    element = soup.select_one("form[data-posting]")
    assert element is not None
    assert Form(element).has("shifts-1-start")
    assert Form(element).value("title") == "書きかけの看護師募集です"
    assert draft.current == 1


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_a_bad_token_loses_nothing(client: Client, draft: Posting, office: Account) -> None:
    answer = client.post(
        at(draft, "edit"), data={"version": draft.version, "title": "書きかけの看護師募集です", "csrf_token": "x", "do": "save"}
    )
    assert answer.status_code == 400
    assert "書きかけの看護師募集です" in answer.get_data(as_text=True)
    assert client.post(at(draft, "publish"), data={"version": draft.version}).status_code == 400
    assert (draft.current, draft.status) == (1, P.draft)


def test_an_old_version_is_409_and_the_same_click_again_is_not(app: Flask, client: Client, draft: Posting, office: Account) -> None:
    colleague = Client(app, app.response_class)
    colleague.sign_in(factories.account(Role.municipality, organization=draft.organization, name="海野 次郎"))
    version = draft.version
    assert act(client, draft, "publish") == 303
    assert client.post(at(draft, "publish"), data={"version": version}).status_code == 303
    late = colleague.post(at(draft, "publish"), data={"version": version})
    assert late.status_code == 409
    assert "川辺 花子" in late.get_data(as_text=True)
    assert edit(client, draft, {"title": "新しい見出しの看護師募集"}, version=version).status_code == 409
    for action in ("pause", "close", "headcount"):
        assert client.post(at(draft, action), data={"version": version, "headcount": "3"}).status_code == 409
    assert draft.status is P.live


def test_a_missing_or_odd_version_is_400(client: Client, draft: Posting, office: Account) -> None:
    for action in ("publish", "pause", "resume", "close", "copy", "headcount", "edit"):
        for given in ({}, {"version": "x"}, {"version": "１"}, {"version": ""}):
            assert client.post(at(draft, action), data=given).status_code == 400, (action, given)
    assert draft.status is P.draft


def test_headcount_alone(client: Client, draft: Posting, office: Account) -> None:
    """Understood: at once on the site; anything else: told at the field, the old number stays."""
    act(client, draft, "publish")
    for typed, code, number in (("20", 303, 20), ("２１名", 303, 21), *((odd, 422, 21) for odd in ("若干名", "0", "", "a\0b", "9" * 5000))):
        assert act(client, draft, "headcount", headcount=typed) == code, typed
        assert draft.headcount == number
        shown = BeautifulSoup(client.get(f"/postings/{draft.posting_no}").get_data(as_text=True), "html.parser").get_text()
        assert f"{number}名" in "".join(shown.split()), typed


def test_pause_resume_close(client: Client, draft: Posting, office: Account, db_session: Session, clock: Any) -> None:
    """Paused: out of the lists and 404; resumed: there again; closed: a page that says so for 30 days, then 410."""
    number = f"/postings/{draft.posting_no}"
    act(client, draft, "publish")
    steps = (("pause", P.paused, 404), ("resume", P.live, 200), ("close", P.closed, 200))
    for action, state, code in steps:
        assert act(client, draft, action) == 303
        assert draft.status is state
        assert client.get(number).status_code == code
        assert (draft.posting_no in client.get("/postings/").get_data(as_text=True)) is (state is P.live)
    assert "募集終了" in client.get(number).get_data(as_text=True)
    assert act(client, draft, "resume") == 409
    assert client.get(at(draft, "edit")).status_code == 302
    clock.advance(days=31)
    assert client.get(number).status_code == 410


def test_a_draft_that_is_closed_leaves_no_trace(client: Client, draft: Posting, office: Account, db_session: Session) -> None:
    assert act(client, draft, "close") == 303
    assert listing(db_session, draft) is None
    assert client.get(f"/postings/{draft.posting_no}").status_code == 404


def test_copy_and_new(client: Client, draft: Posting, office: Account, db_session: Session) -> None:
    assert act(client, draft, "copy") == 303
    assert client.post("/office/posting/new").status_code == 303
    rows = db_session.execute(select(Posting).order_by(Posting.id)).scalars().all()
    assert [(r.status, r.organization_id) for r in rows] == [(P.draft, draft.organization_id)] * 3
    assert len({r.posting_no for r in rows}) == 3
    assert rows[1].title == draft.title
    assert rows[2].errors > 0


def test_the_sweep_closes_what_is_over_and_visitors_need_not_wait_for_it(
    client: Client, draft: Posting, office: Account, db_session: Session, clock: Any
) -> None:
    act(client, draft, "publish")
    last = date.fromisoformat(revisions.current_revision(draft).normalized["deadline"])  # before the last day of publication
    clock.at(last, 23, 59)
    assert draft.posting_no in client.get("/postings/").get_data(as_text=True)
    assert jobs.expire_postings() == 0
    clock.advance(minutes=1)
    assert draft.posting_no not in client.get("/postings/").get_data(as_text=True)
    assert "募集終了" in client.get(f"/postings/{draft.posting_no}").get_data(as_text=True)
    assert jobs.expire_postings() == 1
    assert jobs.expire_postings() == 0
    assert (draft.status, draft.closed_at) == (P.closed, clock.now)
    found = listing(db_session, draft)
    assert found is not None
    assert found.state is ListingState.closed


def test_rows_of_others_are_404(app: Flask, client: Client, draft: Posting, office: Account) -> None:
    stranger = Client(app, app.response_class)
    stranger.sign_in(factories.account(Role.municipality, organization=factories.make_organization("131016", "千代田区")))
    for action in ("", "preview", "edit", "publish", "headcount", "pause", "resume", "close", "copy"):
        assert stranger.get(at(draft, action)).status_code == 404
        if action not in ("", "preview"):
            assert stranger.post(at(draft, action), data={"version": draft.version}).status_code == 404
    assert draft.title not in stranger.get("/office/posting/").get_data(as_text=True)
    assert draft.status is P.draft


def test_what_nobody_asked_for_changes_nothing(client: Client, draft: Posting, office: Account, db_session: Session) -> None:
    other = factories.make_organization("131016", "千代田区")
    odd = {
        "status": "live",
        "organization_id": str(other.id),
        "role": "admin",
        "posting_no": "KN-P-999999",
        "errors": "0",
        "release_asked": "1",
    }
    before = (draft.status, draft.organization_id, draft.posting_no)
    soup = BeautifulSoup(client.get(at(draft, "edit")).get_data(as_text=True), "html.parser")
    element = soup.select_one("form[data-posting]")
    assert element is not None
    data: dict[str, Any] = {}
    for name, value in Form(element).pressed("do", "save"):
        data.setdefault(name, []).append(value)
    assert client.post(at(draft, "edit"), data=data | odd).status_code == 303
    assert (draft.status, draft.organization_id, draft.posting_no, draft.release_asked) == (*before, False)
    assert act(client, draft, "publish", **odd) == 303
    assert draft.organization_id == before[1]
    query = select(func.count(OutboxMail.id)).where(OutboxMail.about(draft))
    assert db_session.execute(query).scalar_one() == 0
