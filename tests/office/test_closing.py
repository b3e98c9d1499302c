"""The pages around the headcount: closing with its one question, reopening, people secured in other ways, and the question of the mail."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail, Posting
from keynet_admin.services.candidate import stages
from keynet_admin.services.posting import balance, placements
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role, SecuredWay
from tests import factories
from tests.services.posting.test_balance import owner, place
from tests.services.posting.test_closing import asked, over, token_of
from tests.support.clock import MovableClock
from tests.support.forms import Form
from tests.support.web import Client

P, S, W = PostingStatus, CandidateStatus, SecuredWay
pytestmark = pytest.mark.usefixtures("db_session", "clock")


@pytest.fixture
def posting(client: Client, db_session: Session) -> Posting:
    """A live posting for five nurses; its officer is signed in."""
    row = factories.posting(P.live, {"headcount": 5})
    client.sign_in(factories.account(Role.municipality, organization=row.organization, name="川辺 花子"))
    db_session.commit()
    return row


def at(row: Posting, action: str = "") -> str:
    return f"/office/posting/{row.id}/{action}"


def form_of(answer: Any) -> Form:
    element = BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one("main form[method=post]")
    assert element is not None
    return Form(element)


def press(client: FlaskClient, where: str, answer: Any, do: str, **values: str) -> Any:
    """Fill a page's form as a browser without script does, and press one of its buttons."""
    form = form_of(answer)
    for name, value in values.items():
        form.fill(name.replace("__", "-"), value)
    data: dict[str, list[str]] = {}
    for name, value in form.pressed("do", do):
        data.setdefault(name, []).append(value)
    return client.post(where, data=data)


def text_of(answer: Any) -> str:
    return " ".join(BeautifulSoup(answer.get_data(as_text=True), "html.parser").select_one("main").get_text(" ").split())  # type: ignore[union-attr]


def test_the_first_press_shows_the_sum_the_second_closes(client: Client, posting: Posting, db_session: Session) -> None:
    person = factories.candidate(S.contacted, posting=posting)
    factories.candidate(S.secured, posting=posting)
    db_session.commit()
    page = client.get(at(posting, "close"))
    summed = press(client, at(posting, "close"), page, "close", nurse_center="２名")
    assert summed.status_code == 200
    assert "合計を計算しました" in text_of(summed)
    assert "必要 5名 － 確保 3名" in text_of(summed)
    done = press(client, at(posting, "close"), summed, "close", rest="again", word="またの機会に。")
    assert done.status_code == 303
    db_session.expire_all()
    made = db_session.execute(select(Posting).where(Posting.id > posting.id)).scalar_one()
    assert done.headers["Location"] == at(made, "edit")
    assert (posting.status, made.headcount, person.status) == (P.closed, 2, S.rejected)
    assert placements.totals(posting)[W.nurse_center] == 2
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == stages.CLOSED)).scalar_one()
    assert "またの機会に。" in mail.body


@pytest.mark.parametrize("group", ["offered", "selection", "received", "inquiry"])
def test_each_group_has_its_fate_and_its_default(client: Client, posting: Posting, db_session: Session, group: str) -> None:
    """The mail is on the page before anything is sent; an offer has no choice at all."""
    state = {"offered": S.offered, "selection": S.selection, "received": S.received, "inquiry": S.open}[group]
    factories.candidate(state, posting=posting)
    db_session.commit()
    soup = BeautifulSoup(client.get(at(posting, "close")).get_data(as_text=True), "html.parser")
    chosen = soup.select_one(f"#fate-{group} option[selected]")
    assert (chosen is None) == (group == "offered")
    assert chosen is None or (chosen["value"] == "tell") == (group == "received")
    assert ("募集は終了しました" in str(soup.select_one("pre.mail"))) == (group == "received")
    assert "1人" in str(soup.select_one(".fate"))


NO_NUMBERS: list[tuple[dict[str, str], str]] = [
    ({"nurse_center": "二名くらい"}, "nurse_center"),
    ({"other": "-1"}, "other"),
    ({"other": "1000"}, "other"),
    ({"other": "2.5"}, "other"),
    ({"other": "<b>3</b>"}, "other"),
    ({"other": "９" * 500}, "other"),
]


def test_numbers_that_are_none(client: Client, posting: Posting, db_session: Session) -> None:
    """Said at the field; everything typed stands there still."""
    for typed, field in NO_NUMBERS:
        page = client.get(at(posting, "close"))
        answer = press(client, at(posting, "close"), page, "close", **typed)
        soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
        wrong = soup.select_one(f"#{field}")
        assert wrong is not None, (typed, field)
        assert (answer.status_code, wrong["aria-invalid"], wrong["value"]) == (422, "true", typed[field]), (typed, field)
        assert "0から999まで" in str(soup.select_one(f"#{field}-e")), (typed, field)
        db_session.expire_all()
        assert posting.status is P.live, (typed, field)


def test_more_than_wanted_asks_for_the_reason(client: Client, posting: Posting, db_session: Session) -> None:
    where = at(posting, "close")
    summed = press(client, where, client.get(where), "close", other="7")
    assert "確保した人数（7名）が募集した人数（5名）を超えています" in text_of(summed)
    refused = press(client, where, summed, "close")
    assert refused.status_code == 422
    done = press(client, where, refused, "close", reason="会場が増えたため。")
    assert done.status_code == 303
    db_session.expire_all()
    assert (balance.balance(posting).needed, balance.balance(posting).open) == (7, 0)


def test_open_places_need_a_choice(client: Client, posting: Posting) -> None:
    where = at(posting, "close")
    refused = press(client, where, client.get(where), "close")
    assert refused.status_code == 422
    assert "足りない5名をどうするか" in text_of(refused)


def test_somebody_was_faster(client: Client, posting: Posting, db_session: Session) -> None:
    """409 with who, and every typed character is still there."""
    where = at(posting, "close")
    page = press(client, where, client.get(where), "count", other="2")
    place(posting, 1)
    db_session.commit()
    late = press(client, where, page, "close", rest="again")
    soup = BeautifulSoup(late.get_data(as_text=True), "html.parser")
    assert late.status_code == 409
    assert soup.select_one("#other")["value"] == "2"  # type: ignore[index]
    assert soup.select_one("[name=rest][value=again]").has_attr("checked")  # type: ignore[union-attr]


def test_direct_selection_is_asked_by_name(client: Client, posting: Posting, db_session: Session) -> None:
    person = factories.candidate(S.moved, posting=posting)
    db_session.commit()
    where = at(posting, "close")
    page = client.get(where)
    assert f"{person.name} さん" in text_of(page)
    summed = press(client, where, page, "close", **{f"moved__{person.id}": "secured"})
    assert "確保 1名" in text_of(summed)
    assert press(client, where, summed, "close", rest="enough").status_code == 303
    db_session.expire_all()
    assert (person.status, balance.balance(posting).by_way) == (S.secured, {W.moved: 1})


@pytest.mark.parametrize("how", ["version alone", "later"])
def test_the_number_may_come_later(client: Client, posting: Posting, db_session: Session, how: str) -> None:
    where = at(posting, "close")
    if how == "later":
        answer = press(client, where, client.get(where), "close", later="1")
    else:
        answer = client.post(where, data={"version": posting.version})
    assert answer.status_code == 303
    db_session.expire_all()
    assert (posting.status, posting.outcome_due) == (P.closed, True)
    assert "確保した人数を教えてください" in text_of(client.get("/office/"))
    assert "確保した人数を教えてください" in text_of(client.get(at(posting)))


def test_ways_that_cannot_apply_are_a_dash(client: Client, posting: Posting) -> None:
    page = text_of(client.get(at(posting, "close")))
    assert "Save the town 医師の募集だけで使います ―" in page
    soup = BeautifulSoup(client.get(at(posting, "close")).get_data(as_text=True), "html.parser")
    assert soup.select_one("#save_the_town") is None


def test_full_and_public_is_closed_with_one_press(client: Client, posting: Posting, db_session: Session) -> None:
    place(posting, 5)
    assert posting.status is P.closed
    db_session.commit()
    page = client.get(at(posting, "reopen"))
    assert "人数を増やして" in text_of(page)
    assert press(client, at(posting, "reopen"), page, "reopen").status_code == 303
    assert "募集人数に達しています" in text_of(client.get("/office/"))
    assert posting.posting_no in text_of(client.get("/office/posting/?todo=full"))
    page = client.get(at(posting))
    assert "この人数で募集を終了する" in text_of(page)
    answer = client.post(at(posting, "close"), data=dict(form_of(page).pairs()))
    assert answer.status_code == 303
    db_session.expire_all()
    assert (posting.status, posting.outcome_due) == (P.closed, False)
    assert posting.posting_no not in text_of(client.get("/office/posting/?todo=full"))


def test_a_reopening_names_the_mails_that_went(client: Client, posting: Posting, db_session: Session) -> None:
    factories.candidate(S.contacted, posting=posting)
    db_session.commit()
    where = at(posting, "close")
    press(client, where, client.get(where), "close", rest="enough")
    page = client.get(at(posting, "reopen"))
    assert "見本 さくら" in text_of(page)
    assert press(client, at(posting, "reopen"), page, "reopen").status_code == 303
    db_session.expire_all()
    assert posting.status is P.live


def test_a_vacancy_is_a_duty(client: Client, posting: Posting, db_session: Session) -> None:
    place(posting, 4)
    person = factories.candidate(S.secured, posting=posting)
    db_session.commit()
    assert "再開できます" not in text_of(client.get("/office/"))
    stages.record_withdrawal(person, owner(posting), seen_version=person.version)
    db_session.commit()
    assert "空きが出ました" in text_of(client.get("/office/"))
    page = client.get(at(posting))
    assert "あと1名になりました" in text_of(page)
    assert f'href="{at(posting, "reopen")}"' in page.get_data(as_text=True)


NO_RECORDS: list[tuple[dict[str, str], str]] = [
    ({"way": "other", "count": "なし"}, "count"),
    ({"way": "other", "count": ""}, "count"),
    ({"way": "other", "count": "0"}, "count"),
    ({"count": "2"}, "way"),
    ({"way": "site", "count": "2"}, "way"),
    ({"way": "other", "count": "2", "on": "明日"}, "on"),
    ({"way": "other", "count": "2", "on": "2021/5/8"}, "on"),
]


def test_a_record_that_cannot_be_is_said_at_its_field(client: Client, posting: Posting) -> None:
    for typed, field in NO_RECORDS:
        answer = client.post(at(posting, "place"), data={"version": posting.version, **typed})
        assert answer.status_code == 422, (typed, field)
        soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
        assert soup.select_one(f"#{field}-e") is not None, (typed, field)
        assert soup.select_one("#count")["value"] == typed.get("count", ""), (typed, field)  # type: ignore[index]
        assert placements.of(posting) == [], (typed, field)


def test_a_record_and_its_undoing(client: Client, posting: Posting, db_session: Session) -> None:
    where = at(posting, "place")
    done = press(client, where, client.get(where), "place", way="nurse_center", count="３名", on="令和3年5月6日")
    assert done.status_code == 303
    page = client.get(at(posting))
    assert "確保 3 名" in text_of(page)
    link = BeautifulSoup(page.get_data(as_text=True), "html.parser").select_one('a[href*="unplace?placement="]')
    assert link is not None
    asked_ = client.get(str(link["href"]))
    assert "ナースセンター" in text_of(asked_)
    assert press(client, at(posting, "unplace"), asked_, "unplace").status_code == 303
    db_session.expire_all()
    assert placements.of(posting) == []
    assert "すでに取り消されています" in text_of(client.get(str(link["href"])))


def test_a_headcount_below_who_is_secured_is_said_at_the_field(client: Client, posting: Posting, db_session: Session) -> None:
    place(posting, 3)
    db_session.commit()
    where = at(posting, "headcount")
    answer = press(client, where, client.get(where), "headcount", headcount="2")
    soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == 422
    assert "3名を確保しているため" in str(soup.select_one("#headcount-e"))


def test_the_editor_keeps_what_cannot_be_saved(client: Client, posting: Posting, db_session: Session) -> None:
    place(posting, 3)
    db_session.commit()
    soup = BeautifulSoup(client.get(at(posting, "edit")).get_data(as_text=True), "html.parser")
    form = Form(soup.select_one("form[data-posting]"))  # type: ignore[arg-type]
    form.fill("headcount", "2")
    data: dict[str, list[str]] = {}
    for name, value in form.pressed("do", "save"):
        data.setdefault(name, []).append(value)
    answer = client.post(at(posting, "edit"), data=data)
    soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == 409
    assert soup.select_one("#headcount")["value"] == "2"  # type: ignore[index]
    assert "3名を確保しているため" in soup.get_text()
    db_session.expire_all()
    assert posting.headcount == 5


@pytest.fixture
def ended(db_session: Session, clock: MovableClock) -> tuple[Posting, str]:
    """A posting over since its last day, and the token of the mail that asks."""
    row = over(clock, db_session)
    clock.advance(days=4)
    return row, token_of(asked(row, db_session)[0])


def test_the_mail_is_answered_without_signing_in(app: Flask, ended: tuple[Posting, str], db_session: Session) -> None:
    """Opening it does nothing; the first press shows the sum, the second answers, the link is dead."""
    row, token = ended
    client = Client(app, app.response_class, use_cookies=True)
    where = f"/outcome/{token}"
    page = client.get(where)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "見本" not in text_of(page)
    assert row.outcome_due
    summed = press(client, where, page, "answer", other="2")
    assert (summed.status_code, "確保 2名" in text_of(summed)) == (200, True)
    done = press(client, where, summed, "answer")
    assert (done.status_code, done.headers["Location"]) == (303, "/outcome/answered")
    assert client.get("/outcome/answered").status_code == 200
    assert client.get(where).status_code == 410
    assert press(client, where, summed, "answer", other="9").status_code == 410
    db_session.expire_all()
    assert (row.outcome_due, placements.totals(row)[W.other]) == (False, 2)


@pytest.mark.parametrize("typed", ["九", "-1", "1000", "x" * 300])
def test_a_bad_answer_is_said_at_its_field(app: Flask, ended: tuple[Posting, str], typed: str) -> None:
    client = Client(app, app.response_class, use_cookies=True)
    where = f"/outcome/{ended[1]}"
    answer = press(client, where, client.get(where), "answer", other=typed)
    soup = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert answer.status_code == 422
    assert soup.select_one("#other")["value"] == typed  # type: ignore[index]
    assert soup.select_one("#other-e") is not None


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_a_forged_answer_does_nothing(app: Flask, ended: tuple[Posting, str], db_session: Session) -> None:
    client = Client(app, app.response_class, use_cookies=True)
    answer = client.post(f"/outcome/{ended[1]}", data={"do": "stop"})
    assert answer.status_code == 400
    db_session.expire_all()
    assert ended[0].outcome_due


def test_ask_no_more(app: Flask, ended: tuple[Posting, str], db_session: Session) -> None:
    client = Client(app, app.response_class, use_cookies=True)
    where = f"/outcome/{ended[1]}"
    done = press(client, where, client.get(where), "stop")
    assert done.headers["Location"] == "/outcome/stopped"
    assert client.get(where).status_code == 410
    db_session.expire_all()
    assert (ended[0].outcome_due, ended[0].outcome_ask_at) == (False, None)


def test_number_and_code_lead_to_the_question(app: Flask, ended: tuple[Posting, str], db_session: Session) -> None:
    row = ended[0]
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "posting_outcome")).scalars().first()
    assert mail is not None
    assert mail.sealed is not None
    code = mail.sealed["code"]
    client = Client(app, app.response_class, use_cookies=True)
    wrong = client.post("/outcome", data={"posting_no": row.posting_no, "code": "2222"}, follow_redirects=True)
    assert wrong.status_code == 422
    assert "組み合わせが見つかりません" in text_of(wrong)
    right = client.post("/outcome", data={"posting_no": row.posting_no.lower().replace("-", ""), "code": code}, follow_redirects=True)
    assert (right.status_code, "確保した人数のお尋ね" in text_of(right)) == (200, True)


def test_the_office_answers_the_same_question(client: Client, ended: tuple[Posting, str], db_session: Session) -> None:
    row = ended[0]
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    where = at(row, "outcome")
    summed = press(client, where, client.get(where), "outcome", other="1")
    assert summed.status_code == 200
    assert press(client, where, summed, "outcome").status_code == 303
    db_session.expire_all()
    assert (row.outcome_due, placements.totals(row)[W.other]) == (False, 1)


def test_the_office_stops_the_question(client: Client, ended: tuple[Posting, str], db_session: Session) -> None:
    row = ended[0]
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    assert press(client, at(row, "outcome"), client.get(at(row, "outcome")), "stop").status_code == 303
    db_session.expire_all()
    assert not row.outcome_due


def test_who_may_not_handle_people_sees_and_tells_none(client: Client, posting: Posting, db_session: Session) -> None:
    """They close the posting all the same; the people wait on for a colleague who may."""
    moved, asked = factories.candidate(S.moved, posting=posting), factories.candidate(S.received, posting=posting)
    rights = ["view", "publish"]
    client.sign_in(factories.account(Role.municipality, organization=posting.organization, rights=rights))
    db_session.commit()
    page = client.get(at(posting, "close"))
    assert "お待ちの方が2人います" in text_of(page)
    for path in ("close", ""):
        assert "見本" not in text_of(client.get(at(posting, path)))
    summed = press(client, at(posting, "close"), page, "close", other="2")
    assert press(client, at(posting, "close"), summed, "close", rest="enough").status_code == 303
    db_session.expire_all()
    assert (posting.status, moved.status, asked.status) == (P.closed, S.moved, S.received)
    stages.reject(asked, owner(posting), seen_version=asked.version)


def test_who_came_after_the_page_was_made_is_not_told(client: Client, posting: Posting, db_session: Session) -> None:
    page = client.get(at(posting, "close"))
    summed = press(client, at(posting, "close"), page, "close", other="5")
    person = factories.candidate(S.received, posting=posting)
    db_session.commit()
    assert press(client, at(posting, "close"), summed, "close").status_code == 303
    db_session.expire_all()
    assert (posting.status, person.status) == (P.closed, S.received)
