"""The office editor: drafts while typing, conflicts field by field, and what saving will do, said before."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin import config
from keynet_admin.config import DRAFT
from keynet_admin.models import Account, EntryDraft, Posting
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.forms import Form
from tests.support.web import Client, change_settings

P = PostingStatus
TITLE = "十分かけて書いた見出しの看護師募集"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def live(db_session: Session, clock: Any) -> Posting:
    return factories.posting(P.live)


@pytest.fixture
def officer(client: Client, live: Posting) -> Account:
    return client.sign_in(factories.account(Role.municipality, organization=live.organization, name="川辺 花子"))


class Editor:
    """One open page of the editor."""

    def __init__(self, client: Client, row: Posting, page: Any = None) -> None:
        self.client, self.address = client, f"/office/posting/{row.id}/edit"
        self.read(page or client.get(self.address))

    def read(self, page: Any) -> None:
        self.soup = BeautifulSoup(page.get_data(as_text=True), "html.parser")
        self.text = "".join(self.soup.get_text().split())
        # The controls beside the form (the draft's version) belong to it.
        element = self.soup.select_one("form[data-posting]")
        assert element is not None, self.text
        for beside in self.soup.select("input[form=edit]"):
            element.append(beside)
        self.form = Form(element)

    def send(self, name: str, value: str, changes: dict[str, Any] | None = None, *, extra: Any = None, headers: Any = None) -> Any:
        """Fill in and press; the answer as it comes."""
        for field, text in (changes or {}).items():
            self.form.fill(field, text)
        data: dict[str, list[str]] = {}
        for key, text in self.form.pressed(name, value):
            data.setdefault(key, []).append(text)
        return self.client.post(self.address, data=data | (extra or {}), headers=headers or {})

    def press(self, name: str, value: str, changes: dict[str, Any] | None = None) -> "Editor":
        """Fill in, press, and read the page that the redirect leads to."""
        answer = self.send(name, value, changes)
        assert answer.status_code == 303
        self.read(self.client.get(answer.headers["Location"]))
        return self


def colleague_saves(row: Posting, changes: dict[str, Any]) -> str:
    """Somebody else of the body saves a change."""
    actor = factories.actor(Role.municipality, organization=row.organization, name="海野 次郎")
    typed = dict(revisions.current_revision(row).typed) | changes
    return drafts.save(row, typed, revisions.check(row.organization, typed), actor, seen_version=row.version)


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("do", "check", "?checked=1"),
        ("add", "shifts", "#shifts-1"),
        ("remove", "pay_lines-0", "#pay_lines"),
    ],
)
def test_every_press_but_saving_is_a_redirect_that_keeps_the_text(
    client: Client, live: Posting, officer: Account, name: str, value: str, place: str
) -> None:
    """Back and reload send nothing again; without script the browser goes to the place; nothing is stored in the posting."""
    editor = Editor(client, live)
    answer = editor.send(name, value, {"title": TITLE})
    assert (answer.status_code, answer.headers["Location"]) == (303, editor.address + place)
    assert [Editor(client, live).form.value("title") for _ in range(2)] == [TITLE, TITLE]
    assert live.current == 1


@pytest.mark.parametrize(("name", "value"), [("do", "check"), ("add", "shifts"), ("part", "1")])
def test_more_than_a_draft_keeps_stays_on_the_page(client: Client, live: Posting, officer: Account, name: str, value: str) -> None:
    endless = "あ" * (DRAFT // 3 + 1)
    editor = Editor(client, live)
    answer = editor.send("do", "check", {"title": endless}, extra={name: [value]})
    assert answer.status_code == 413
    editor.read(answer)
    assert "約10万文字まで" in editor.text
    assert editor.form.value("title") == endless


def test_what_was_typed_outlives_the_session_and_belongs_to_its_account(
    app: Flask, client: Client, live: Posting, officer: Account
) -> None:
    """Another browser of the same account goes on with it; a colleague and a stranger with a made-up cookie see nothing of it."""
    Editor(client, live).press("add", "shifts", {"title": TITLE})
    client.post("/logout")
    again, colleague = Client(app, app.response_class), Client(app, app.response_class)
    again.sign_in(officer)
    assert Editor(again, live).form.value("title") == TITLE
    assert "保存していない入力の途中があります" in again.get(f"/office/posting/{live.id}/").text
    colleague.sign_in(factories.account(Role.municipality, organization=live.organization))
    assert Editor(colleague, live).form.value("title") != TITLE
    assert "保存していない入力の途中" not in colleague.get(f"/office/posting/{live.id}/").text
    stranger = Client(app, app.response_class)
    stranger.set_cookie("entry", f"posting:{live.id}:{officer.id}", path="/")
    assert TITLE not in stranger.get("/entry/").text


def test_what_was_typed_outlives_the_installations_key(app: Flask, client: Client, live: Posting, officer: Account) -> None:
    """It is found under the key of before, and lies under the newest one from the next press on."""
    editor = Editor(client, live).press("add", "shifts", {"title": TITLE})
    first = config.of(app).secret_key
    change_settings(app, secret_key="another one", older_keys=(first,))
    assert Editor(client, live).form.value("title") == TITLE
    editor.press("add", "shifts", {"title": f"{TITLE}です"})
    change_settings(app, older_keys=())
    assert Editor(client, live).form.value("title") == f"{TITLE}です"


def test_saving_ends_the_draft_and_discarding_brings_the_saved_content_back(
    client: Client, live: Posting, officer: Account, db_session: Session
) -> None:
    editor = Editor(client, live).press("add", "shifts", {"title": TITLE})
    assert client.post(editor.address, data={"do": "discard"}).status_code == 303
    editor = Editor(client, live)
    assert editor.form.value("title") == revisions.current_revision(live).typed["title"]
    editor.press("remove", "pay_lines-0").press("undo", "1", {"title": TITLE})
    assert editor.form.value("pay_lines-0-min") == "1987"
    assert editor.send("do", "save").status_code == 303
    assert revisions.current_revision(live).typed["title"] == TITLE
    assert db_session.query(EntryDraft).count() == 0


# State, typed → what is said before saving, and what saving does.
FORECASTS: list[tuple[PostingStatus, dict[str, str], str, str]] = [
    (P.live, {"title": TITLE}, "指摘はありません。保存すると、すぐに公開ページに反映されます。", "直した内容を公開しました"),
    (P.live, {"headcount": "300"}, "要確認が1件：保存すると運営事務局の確認を待ちます", "運営事務局の確認後に公開されます"),
    (P.live, {"pay_lines-0-min": "2,100"}, "要確認が1件：保存すると運営事務局の確認を待ちます", "運営事務局の確認後に公開されます"),
    (P.live, {"headcount": "若干名"}, "要修正が1件：保存できますが、直すまでは前の内容のままです", "公開中の内容は前のまま"),
    (P.paused, {"title": TITLE}, "再開したときにこの内容が公開されます", "公開を再開すると"),
    (P.scheduled, {"title": TITLE}, "公開予定の日にこの内容が公開されます", "公開予定の日に"),
    (P.draft, {"title": TITLE}, "保存したあと、公開へ進めます", "まだ公開されていません"),
    (P.draft, {"headcount": "300"}, "要確認が1件：公開するときに運営事務局の確認を待ちます", "まだ公開されていません"),
    (P.draft, {"headcount": "若干名"}, "要修正が1件：途中でも保存できます", "まだ公開されていません"),
]


@pytest.mark.parametrize(("state", "changes", "before", "after"), FORECASTS)
def test_what_saving_will_do_is_said_before(
    client: Client, db_session: Session, clock: Any, state: PostingStatus, changes: dict[str, str], before: str, after: str
) -> None:
    """On the page of the check, and in the parts that the script asks for while one types."""
    row = factories.posting(state)
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    editor = Editor(client, row).press("do", "check", changes)
    assert before in editor.text
    parts = editor.send("do", "save", extra={"do": ["autosave"], "part": ["1"]})
    assert parts.status_code == 200
    soup = BeautifulSoup(parts.text, "html.parser")
    assert {str(part["data-part"]) for part in soup.select("[data-part]")} == {"index", "saved", "forecast"}
    assert before in "".join(soup.get_text().split())
    assert row.current == 1
    saved = Editor(client, row).send("do", "save")
    assert after in client.get(saved.headers["Location"]).text


def test_a_conflict_is_shown_field_by_field(client: Client, live: Posting, officer: Account) -> None:
    """409 with old and new of the other's changes, one's own text kept, untouched fields taken over; one press saves both."""
    mine = Editor(client, live)
    assert colleague_saves(live, {"title": "同僚が直した見出しの看護師募集", "headcount": "20"}) == "live"
    late = mine.send("do", "save", {"title": TITLE})
    assert late.status_code == 409
    mine.read(late)
    assert "別の画面で先に保存されています" in mine.text
    assert "海野次郎" in mine.text
    panel = mine.soup.select_one("section[aria-labelledby=h-theirs]")
    assert panel is not None
    words = "".join(panel.get_text().split())
    assert "保存された変更が2か所" in words
    assert "募集人数開いたとき15名保存された内容20名この画面にも入れました" in words
    assert "保存された内容同僚が直した見出しの看護師募集この画面：十分かけて" in words
    assert (mine.form.value("title"), mine.form.value("headcount")) == (TITLE, "20")
    assert Editor(client, live).form.value("title") == TITLE  # reloaded, it is all there
    assert "保存された変更が2か所" in Editor(client, live).text
    assert mine.send("do", "save").status_code == 303
    content = revisions.current_revision(live).normalized
    assert (content["title"], content["headcount"]) == (TITLE, 20)
    assert "保存された変更" not in Editor(client, live).text


def test_the_others_text_may_be_chosen(client: Client, live: Posting, officer: Account) -> None:
    mine = Editor(client, live)
    colleague_saves(live, {"title": "同僚が直した見出しの看護師募集"})
    mine.read(mine.send("do", "save", {"title": TITLE}))
    mine.press("choose", "title=同僚が直した見出しの看護師募集")
    assert mine.form.value("title") == "同僚が直した見出しの看護師募集"


def test_a_draft_begun_before_somebody_saved_shows_it_when_it_is_opened(client: Client, live: Posting, officer: Account) -> None:
    """No press is needed to hear of it, and what the other changed is not undone by the saving."""
    Editor(client, live).press("add", "shifts", {"title": TITLE})
    colleague_saves(live, {"headcount": "20"})
    editor = Editor(client, live)
    assert "保存された変更が1か所" in editor.text
    assert editor.send("do", "save").status_code == 303
    assert revisions.current_revision(live).normalized["headcount"] == 20


def test_a_move_meanwhile_is_no_change_of_the_content(client: Client, live: Posting, officer: Account) -> None:
    mine = Editor(client, live)
    publication.pause(live, factories.actor(Role.municipality, organization=live.organization), seen_version=live.version)
    mine.read(mine.send("do", "save", {"title": TITLE}))
    assert "先に「一時停止」を行いました" in mine.text
    assert "保存された変更" not in mine.text
    assert mine.send("do", "save").status_code == 303


def test_two_tabs_keep_both_texts(client: Client, live: Posting, officer: Account) -> None:
    """The second tab overwrites nothing: its text lies beside the first one's, and one may go on with either; saving one leaves the other."""
    first, second = Editor(client, live), Editor(client, live)
    autosave = {"do": ["autosave"], "part": ["1"]}
    assert first.send("do", "save", {"title": TITLE}, extra=autosave).status_code == 200
    parts = second.send("do", "save", {"headcount": "22"}, extra=autosave)
    assert "この画面の内容は、別に残しました" in parts.text
    third = Editor(client, live)
    assert third.form.value("title") == TITLE
    assert "別の画面で入力した内容も残っています" in third.text
    third.press("do", "take_other")
    assert (third.form.value("title") == TITLE, third.form.value("headcount")) == (False, "22")
    assert first.send("do", "save").status_code == 303
    assert revisions.current_revision(live).typed["title"] == TITLE
    fourth = Editor(client, live)
    assert (fourth.form.value("title"), fourth.form.value("headcount")) == (TITLE, "22")


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_an_old_page_of_ours_is_a_redirect_too(client: Client, live: Posting, officer: Account) -> None:
    """With the browser's word that the press came from our page the text is kept and shown; from elsewhere nothing is kept."""
    editor = Editor(client, live)
    foreign = editor.send("do", "save", {"title": "よそから送られた見出しの募集"}, extra={"csrf_token": ["x"]})
    assert foreign.status_code == 400
    assert Editor(client, live).form.value("title") != "よそから送られた見出しの募集"
    answer = editor.send("do", "save", {"title": TITLE}, extra={"csrf_token": ["x"]}, headers=OURS)
    assert (answer.status_code, answer.headers["Location"]) == (303, editor.address + "?late=1")
    editor.read(client.get(answer.headers["Location"]))
    assert "もう一度保存してください" in editor.text
    assert editor.form.value("title") == TITLE
    assert live.current == 1


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("ours", [True, False])
def test_what_another_site_sent_is_no_draft_after_a_sign_in(client: Client, live: Posting, officer: Account, ours: bool) -> None:
    """The sign-in page is ours, what it carries need not be: only a press of our page is kept, and a mark made up by a sender counts nothing."""
    editor = Editor(client, live)
    client.post("/logout", data={"csrf_token": editor.form.value("csrf_token")})
    site = OURS if ours else {"Sec-Fetch-Site": "cross-site"}
    stopped = editor.send("do", "save", {"title": TITLE}, extra={"sign_in_ours": ["1"]}, headers=site)
    assert stopped.status_code == 403
    element = BeautifulSoup(stopped.text, "html.parser").select_one("form[action*=edit]")
    assert element is not None
    form = Form(element)
    form.fill("sign_in_email", officer.email)
    form.fill("sign_in_password", factories.PASSWORD)
    data: dict[str, list[str]] = {}
    for key, text in form.pressed():
        data.setdefault(key, []).append(text)
    answer = client.post(editor.address, data=data, headers=OURS)
    assert answer.status_code == (303 if ours else 200)
    if not ours:
        assert TITLE in answer.text
    assert (Editor(client, live).form.value("title") == TITLE) is ours
    assert live.current == 1


def test_a_new_posting_is_not_scolded_before_it_is_checked(client: Client, live: Posting, officer: Account) -> None:
    """What is still empty is told when the check is asked for, and in the words about saving."""
    address = client.post("/office/posting/new").headers["Location"]
    page = BeautifulSoup(client.get(address).text, "html.parser")
    assert page.select(".error-summary, .field--error") == []
    assert "途中でも保存できます" in page.get_text()
    assert BeautifulSoup(client.get(address + "?checked=1").text, "html.parser").select(".error-summary")


def test_the_side_index_leads_to_every_group(client: Client, live: Posting, officer: Account) -> None:
    editor = Editor(client, live).press("do", "check", {"headcount": "若干名"})
    links = editor.soup.select("nav.side-menu a")
    assert [str(a["href"])[1:] for a in links if editor.soup.find(id=str(a["href"])[1:]) is None] == []
    assert ["要修正" in a.get_text() for a in links][:2] == [True, False]


def test_a_reason_follows_and_can_be_given(client: Client, officer: Account, live: Posting) -> None:
    """A finding that may be explained has its box, and the reason is stored with the revision."""
    editor = Editor(client, live).press("do", "check", {"title": "女性歓迎の集団接種会場の看護師"})
    assert editor.soup.select("textarea[name=reasons-0-reason]")
    assert editor.send("do", "save", {"reasons-0-reason": "前回の募集の見出しのとおりです。"}).status_code == 303
    assert revisions.current_revision(live).reasons
    again = Editor(client, live)
    assert again.form.value("reasons-0-reason") == "前回の募集の見出しのとおりです。"
