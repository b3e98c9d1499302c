"""The form keeps what people type: redirects after every post, two tabs, a key used twice, removals taken back, an ended session."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.errors import TooLarge, TooMany
from keynet_admin.models import EntryDraft, ReturnLink, Submission
from keynet_admin.permissions import Actor
from keynet_admin.rules import evaluate
from keynet_admin.services.submission import address
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.submission import intake as submissions
from tests import factories
from tests.intake.build import KEY, after, page, pairs, post, send
from tests.support.forms import Form
from tests.support.web import Client

TITLE = "postings.0.title"
TITLE_2 = "2つ目の画面の看護師募集"
OWN = {"Sec-Fetch-Site": "same-origin"}


def form_of(soup: BeautifulSoup, mark: str = "data-entry") -> Form:
    element = soup.select_one(f"form[{mark}]")
    assert element is not None, soup.h1
    return Form(element)


def opened(client: Client, path: str = "/entry/") -> Form:
    return form_of(page(client.get(path)))


def count(session: Session, model: Any) -> int:
    return int(session.execute(select(func.count()).select_from(model)).scalar_one())


@pytest.mark.parametrize(
    ("do", "leads_to"),
    [
        ("confirm", "/entry/confirm"),
        ("send", f"/entry/done/{KEY}"),
        ("draft", "/entry/#saved"),
        ("autosave", "/entry/#saved"),
        ("back", "/entry/"),
        ("discard", "/entry/"),
        ("take_other", "/entry/"),
    ],
)
def test_every_post_leads_to_a_page_of_its_own(app: Flask, client: Client, clock: Any, do: str, leads_to: str) -> None:
    """Back and reload ask for that page again, never for the post; it may be reloaded as often as one likes."""
    answer = post(client, factories.document(), do)
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)
    assert [client.get(leads_to).status_code for _ in range(2)] == [200, 200]


def test_the_receipt_has_an_address(app: Flask, client: Client, clock: Any) -> None:
    post(client, factories.document(), "send")
    stranger = Client(app, app.response_class)
    shown = stranger.get(f"/entry/done/{KEY}")
    assert "KN-210507-0001" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert stranger.get("/entry/done/another-key-of-a-test-0002").status_code == 404


def test_nothing_to_confirm_leads_to_the_form(app: Flask, client: Client, clock: Any) -> None:
    assert client.get("/entry/confirm").headers["Location"] == "/entry/"
    post(client, factories.document({"contact.contact_last": ""}), "draft")
    assert client.get("/entry/confirm").headers["Location"] == "/entry/?checked=1"
    assert client.get("/entry/copies").headers["Location"] == "/entry/"


@pytest.mark.parametrize("take", ["take_saved", "take_other"])
def test_a_tab_that_is_behind_overwrites_nothing(app: Flask, client: Client, clock: Any, take: str) -> None:
    """Both copies stay, the page says when the other was saved, and either can be gone on with."""
    post(client, factories.document(), "draft")
    first, second = opened(client), opened(client)
    clock.set("2021-05-07 11:04")
    second.fill("postings-0-title", TITLE_2)
    send(client, second.pressed("do", "draft"))
    clock.set("2021-05-07 11:06")
    first.fill("postings-0-duty_detail", "1つ目の画面で直した仕事の内容です。会場で接種の予診と観察を行います。")
    answer = send(client, first.pressed("do", "draft"))
    assert answer.headers["Location"] == "/entry/copies"
    asked = page(after(client, answer))
    words = asked.get_text()
    for part in ("別の画面で 5/7(金) 11:04 に保存されています", "この画面（5/7(金) 11:06）", TITLE_2, "1つ目の画面で直した"):
        assert part in words, part
    assert "違いを見て選ぶ" in page(client.get("/entry/")).get_text()
    choice = Form(next(f for f in asked.find_all("form") if f.select("[value=take_other]")))
    after(client, send(client, choice.pressed("do", take)))
    left = page(client.get("/entry/"))
    assert form_of(left).value("postings-0-title") == (TITLE_2 if take == "take_saved" else factories.document()["postings"][0]["title"])
    assert "違いを見て選ぶ" not in left.get_text()
    assert send(client, first.pressed("do", "draft")).headers["Location"] == ("/entry/copies" if take == "take_saved" else "/entry/#saved")


def test_what_is_the_same_in_both_tabs_needs_no_question(app: Flask, client: Client, clock: Any) -> None:
    post(client, factories.document(), "draft")
    first, second = opened(client), opened(client)
    for form in (second, first):
        assert send(client, form.pressed("do", "draft")).headers["Location"] == "/entry/#saved"


def test_saving_while_typing_is_answered_with_the_parts_that_change(app: Flask, client: Client, clock: Any) -> None:
    """The version goes on with every saving; a tab that is behind is told so in the note."""
    form = opened(client)
    assert form.value("version") == "0"
    parts = send(client, [*form.pairs(), ("do", "autosave"), ("part", "1")])
    assert parts.status_code == 200
    soup = page(parts)
    assert soup.select_one("form") is None
    assert soup.select_one("[data-version]")["data-version"] == "1"  # type: ignore[index]
    # The answer did not arrive: the page still has the old version, but it is its own saving that it would meet.
    form.fill("postings-0-title", "まだこの画面の看護師募集")
    again = page(send(client, [*form.pairs(), ("do", "autosave"), ("part", "1")]))
    assert again.select_one("[data-version]")["data-version"] == "2"  # type: ignore[index]
    form.fill("postings-0-title", "遅れた画面の看護師募集")
    other = [(name, "another page" if name == "page" else value) for name, value in form.pairs()]
    late = page(send(client, [*other, ("do", "autosave"), ("part", "1")]))
    assert "別の画面で 5/7(金) 10:00 に保存されています" in late.get_text()
    assert late.select_one("[data-version]")["data-version"] == "0"  # type: ignore[index]


def test_other_content_under_a_used_key_is_told_and_kept(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """Tab 1 sends 10 people; tab 2 sends 40: nothing is thrown away, and nobody says that it was the same."""
    typed = factories.document({"postings.0.headcount": "10"})
    post(client, typed, "draft")
    second = opened(client)
    clock.set("2021-05-07 11:52")
    post(client, typed, "send")
    second.fill("postings-0-headcount", "40")
    for do in ("confirm", "send"):
        answer = send(client, second.pressed("do", "confirm") if do == "confirm" else [*second.pairs(), ("do", "send")])
        shown = page(after(client, answer))
        words = shown.get_text()
        assert "先に送信した申請（KN-210507-0001、5/7(金) 11:52 受付）と内容が違います。今回の変更は、まだ送信していません" in words
        assert ["10名" in words, "40名" in words] == [True, True]
        assert form_of(shown).value("postings-0-headcount") == "40"
    assert count(db_session, Submission) == 1
    fresh = after(client, send(client, form_of(shown).pressed("do", "fresh")))
    confirm = page(after(client, send(client, form_of(page(fresh)).pressed("do", "confirm"))))
    done = after(client, send(client, form_of(confirm, "data-entry-confirm").pressed("do", "send")))
    assert "KN-210507-0002" in done.get_data(as_text=True)
    assert count(db_session, EntryDraft) == 0


def test_the_same_content_under_a_used_key_is_the_same_receipt(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """Also from a tab that has only typed it differently."""
    typed = factories.document({"postings.0.headcount": "10"})
    post(client, typed, "draft")
    second = opened(client)
    post(client, typed, "send")
    second.fill("postings-0-headcount", "１０人")
    for do in ("confirm", "send"):
        answer = send(client, [*second.pairs(), ("do", do)])
        assert answer.headers["Location"] == f"/entry/done/{KEY}?again=1"
        assert "すでに受け付けています" in after(client, answer).get_data(as_text=True)


def test_sending_leaves_the_copy_of_another_tab(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """What was seen on the confirmation page is sent; what the other tab has saved since is still there, and said to be unsent."""
    confirm = page(after(client, post(client, factories.document())))
    second = opened(client)
    second.fill("postings-0-title", "もう一つの画面の看護師募集")
    send(client, second.pressed("do", "draft"))
    after(client, send(client, form_of(confirm, "data-entry-confirm").pressed("do", "send")))
    assert count(db_session, EntryDraft) == 1
    left = page(client.get("/entry/"))
    assert form_of(left).value("postings-0-title") == "もう一つの画面の看護師募集"
    assert "まだ送信していません" in left.get_text()


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("postings-1", "postings-1-title", "募集2（看護師 12名）を削除しました"),
        ("postings-0-shifts-0", "postings-0-shifts-0-start", "勤務時間帯1を削除しました"),
        ("postings-0-pay_lines-1", "postings-0-pay_lines-1-min", "報酬の額2を削除しました"),
    ],
)
def test_a_removal_is_taken_back(app: Flask, client: Client, clock: Any, name: str, field: str, words: str) -> None:
    """Without script, after a reload, and after saving while typing; the next saving by hand ends it."""
    typed = factories.document()
    first = typed["postings"][0] | {"headcount": "12", "pay_lines": [{"label": "平日", "min": "1900"}, {"label": "土日", "min": "2100"}]}
    typed["postings"] = [first, first | {"title": "2件目の看護師募集です"}]
    before = dict(pairs(typed))[field]
    removed = page(after(client, send(client, [*pairs(typed), ("remove", name)])))
    assert words in removed.get_text()
    assert dict(form_of(removed).pairs()).get(field) != before
    form = opened(client)
    form.fill("contact-contact_hours", "平日10時から")
    send(client, [*form.pairs(), ("do", "autosave"), ("part", "1")])
    undone = send(client, opened(client).pressed("undo", "1"))
    assert undone.headers["Location"] == f"/entry/#{name}"
    back = page(after(client, undone))
    assert form_of(back).value(field) == before
    assert form_of(back).value("contact-contact_hours") == "平日10時から"
    assert "元に戻す" not in back.get_text()
    after(client, send(client, [*pairs(typed), ("remove", name), ("version", form_of(back).value("version"))]))
    send(client, opened(client).pressed("do", "draft"))
    assert "元に戻す" not in page(client.get("/entry/")).get_text()


def test_the_only_posting_is_taken_back_too(app: Flask, client: Client, clock: Any) -> None:
    typed = factories.document()
    emptied = form_of(page(after(client, send(client, [*pairs(typed), ("remove", "postings-0")]))))
    assert emptied.value("postings-0-title") == ""
    back = form_of(page(after(client, send(client, emptied.pressed("undo", "1")))))
    assert back.value("postings-0-title") == typed["postings"][0]["title"]
    assert not back.has("postings-1-title")


def test_enter_presses_nothing(app: Flask, client: Client, clock: Any) -> None:
    """A browser presses the form's first button: it is off, so nothing is sent."""
    button = page(client.get("/entry/")).select("form[data-entry] button")[0]
    assert button.has_attr("disabled")


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
@pytest.mark.parametrize("do", ["send", "confirm", "draft"])
def test_an_ended_session_keeps_what_was_typed(app: Flask, client: Client, clock: Any, db_session: Session, do: str) -> None:
    """From a page of ours: kept as a draft, not acted upon, and the page that follows may be reloaded."""
    body = [*pairs(factories.document({TITLE: "時間切れの看護師募集です"})), ("do", do), ("csrf_token", "old")]
    answer = client.post("/entry/", data=_multi(body), headers=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/entry/?late=1")
    shown = page(after(client, answer))
    assert "もう一度送信してください" in shown.get_text()
    assert form_of(shown).value("postings-0-title") == "時間切れの看護師募集です"
    assert count(db_session, Submission) == 0
    again = send(client, form_of(shown).pressed("do", "confirm"))
    assert again.headers["Location"] == "/entry/confirm"


def _multi(given: list[tuple[str, str]]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for name, value in given:
        result.setdefault(name, []).append(value)
    return result


@pytest.mark.parametrize("same", [True, False])
def test_a_second_tab_of_a_reentry(
    app: Flask, client: Client, clock: Any, db_session: Session, returned: Callable[[], tuple[Submission, str]], same: bool
) -> None:
    """The link is dead after the first tab has sent; the second tab's other content is kept and shown beside what was taken."""
    case, link = returned()
    first, second = opened(client, link), opened(client, link)
    first.fill("postings-0-headcount", "10")
    clock.set("2021-05-07 11:52")
    after(client, send(client, [*first.pairs(), ("do", "send")], link))
    second.fill("postings-0-headcount", "10" if same else "40")
    shown = after(client, client.post(link, data=_multi([*second.pairs(), ("do", "send")]), headers=OWN))
    words = page(shown).get_text()
    assert (shown.status_code, case.current) == (410, 2)
    assert submissions.current_revision(case).normalized["postings"][0]["headcount"] == 10
    if same:
        assert "まだ送信していない" not in words
    else:
        for part in ("まだ送信していない変更があります", "5/7(金) 11:52 に受け付けた内容", case.receipt_no, "10名", "40名"):
            assert part in words, part


@pytest.mark.parametrize("refuse", [TooLarge("長すぎます。"), TooMany(60)])
def test_what_a_dead_link_cannot_keep_is_shown_at_once(
    app: Flask,
    client: Client,
    clock: Any,
    returned: Callable[[], tuple[Submission, str]],
    monkeypatch: pytest.MonkeyPatch,
    refuse: Exception,
) -> None:
    """The second tab of a re-entry, while its network's limit is full or its texts are too long: nothing typed goes without being seen."""

    def keep(*_: Any) -> None:
        raise refuse

    _, link = returned()
    first, second = opened(client, link), opened(client, link)
    first.fill("postings-0-headcount", "10")
    after(client, send(client, [*first.pairs(), ("do", "send")], link))
    second.fill("postings-0-headcount", "40")
    monkeypatch.setattr("keynet_admin.web.form.typed_page.TypedPage.keep", keep)
    shown = client.post(link, data=_multi([*second.pairs(), ("do", "send")]), headers=OWN)
    words = page(shown).get_text()
    assert shown.status_code == 410
    for part in ("まだ送信していない変更があります", "閉じる前に控えを", "10名", "40名"):
        assert part in words, part


def test_a_dead_link_tells_nothing_of_later_contents(
    app: Flask, client: Client, clock: Any, db_session: Session, actor_operator: Actor, returned: Callable[[], tuple[Submission, str]]
) -> None:
    """It may be a stranger's: the address was wrong. What they type is kept, what came since is not shown beside it."""
    case, link = returned()
    stale = opened(client, link)
    call = {"phone": "0982-00-0031", "source": "website", "person": "庶務係 試田様"}
    new = "kenko@city.hyuga-test.lg.jp"
    seen = {"seen_version": case.version, "organization": None}
    address.readdress(case, actor_operator, recipient=new, reason="書き違い。", **seen, **call)
    db_session.commit()
    fresh = drafts.new_key()
    typed = submissions.whole(submissions.current_revision(case), "typed")
    typed = typed | {"postings": [typed["postings"][0] | {"headcount": "77"}]}
    way = db_session.execute(select(ReturnLink).where(ReturnLink.closed_at.is_(None))).scalar_one()
    submissions.resubmit(way, typed, evaluate(typed, on=date(2021, 5, 7)), reference_date="2021-05-07", form_key=fresh)
    db_session.commit()
    stale.fill("postings-0-headcount", "41")
    stale.fill("contact-contact_email", "stranger@keynet.example")
    shown = after(client, client.post(link, data=_multi([*stale.pairs(), ("do", "send")]), headers=OWN))
    words = page(shown).get_text()
    assert shown.status_code == 410
    assert "41名" in words
    assert "77名" not in words
    assert new not in words


def visible_blocks(soup: BeautifulSoup) -> int:
    """Fields that are seen without opening anything."""
    fields = soup.select("form[data-entry] .field")
    return sum(not (f.has_attr("hidden") or f.find_parent(lambda t: t.name == "details" and not t.has_attr("open"))) for f in fields)


def test_first_sight_is_less_than_70_blocks(app: Flask, client: Client, clock: Any) -> None:
    """It was 106 for one posting."""
    soup = page(client.get("/entry/"))
    assert visible_blocks(soup) < 70
    assert visible_blocks(soup) > 20
    typed = factories.document()
    post(client, typed | {"postings": [typed["postings"][0]] * 20}, "draft")
    assert visible_blocks(page(client.get("/entry/"))) < 20


def test_the_index_says_what_is_open(app: Flask, client: Client, clock: Any) -> None:
    typed = factories.document({"postings.0.pay_day": "", "postings.0.headcount": "若干名", "confirmation.agree_terms": False})
    post(client, typed, "draft")
    index = page(client.get("/entry/")).select_one(".side-menu")
    assert index is not None
    said = [" ".join(li.get_text(" ", strip=True).split()) for li in index.select("a")]
    assert "報酬 残り1" in said
    assert "仕事 要修正 1" in said
    assert "D 確認 残り1" in said
    assert "A 団体 入力済み" in said
    assert "あと2項目・要修正1件" in index.get_text()


def test_a_part_is_saved_where_it_stands(app: Flask, client: Client, clock: Any) -> None:
    answer = send(client, [*pairs(factories.document({TITLE: "途中の看護師募集です"})), ("save", "postings-0-shifts-g")])
    assert answer.headers["Location"] == "/entry/#postings-0-shifts-g"
    assert opened(client).value("postings-0-title") == "途中の看護師募集です"
    assert send(client, [*pairs(factories.document()), ("save", "//keynet.example")]).headers["Location"] == "/entry/#saved"


@pytest.mark.parametrize(("answer", "shown"), [("yes", True), ("no", False), ("", False)])
def test_fields_come_with_their_condition(app: Flask, client: Client, clock: Any, answer: str, shown: bool) -> None:
    """Without script with the next saving; nothing typed into them is lost while they are away."""
    post(client, factories.document({"postings.0.fixed_ot": answer, "postings.0.fixed_ot_yen": "10000" if answer else ""}), "draft")
    field = page(client.get("/entry/")).select_one("[data-field=postings-0-fixed_ot_yen]")
    assert field is not None
    assert (not field.has_attr("hidden")) is shown
    assert field.select_one("input")["value"] == ("10000" if answer else "")  # type: ignore[index]
