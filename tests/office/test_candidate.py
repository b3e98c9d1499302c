"""The municipality's people desk: list, one person, messages, owner, interview, notes, paper, calendar, export."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Account, AuditEvent, Candidate, Organization, OutboxMail, Posting, StaffSession
from keynet_admin.permissions import SYSTEM, candidate_of
from keynet_admin.services import threads
from keynet_admin.services.account.session import FRESH
from keynet_admin.services.candidate import erase, stages
from keynet_admin.services.search import remade
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.web import Client

LIST = "/office/candidate/"
SHIFTS = {
    "shifts": [
        {"name": "土日の午後", "days": ["sat", "sun"], "start": "13:00", "end": "17:30", "break": 0, "need": 2},
        {"name": "平日の午前", "days": ["mon", "wed", "fri"], "start": "9:00", "end": "12:30", "break": 0, "need": 1},
    ]
}


@pytest.fixture
def posting(db_session: Session, clock: Any) -> Posting:
    return factories.posting(PostingStatus.live)


@pytest.fixture
def officer(client: Client, posting: Posting, db_session: Session) -> Account:
    """A signed-in officer of the posting's municipality."""
    account = factories.account(Role.municipality, organization=posting.organization, name="川辺 花子")
    db_session.commit()
    client.sign_in(account)
    return account


def soup(client: Client, path: str, code: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == code, answer.status_code
    return BeautifulSoup(answer.text, "html.parser")


def names(page: BeautifulSoup) -> list[str]:
    return [found.get_text(strip=True).removeprefix("未読") for found in page.select(".table--people .who__name")]


def one(state: S = S.received, posting: Posting | None = None, **content: Any) -> Candidate:
    return factories.candidate(state, content, posting=posting)


def post(client: Client, row: Candidate, name: str, code: int = 303, **data: Any) -> BeautifulSoup:
    db.session.refresh(row)
    answer = client.post(f"{LIST}{row.id}/{name}", data={"version": row.version} | data)
    assert answer.status_code == code, (answer.status_code, answer.text[-3000:])
    db.session.refresh(row)
    return BeautifulSoup(answer.text, "html.parser")


def test_the_tabs_count_the_stages_and_the_first_has_the_nearest_promise_on_top(client: Client, officer: Account, posting: Posting) -> None:
    late = one(S.seen, posting, family_name="遅井")
    early = one(S.received, posting, family_name="早瀬")
    for state in (S.contacted, S.selection, S.moved, S.offered, S.secured, S.declined, S.rejected, S.withdrawn, S.open):
        one(state, posting, family_name=state.label)
    page = soup(client, LIST)
    counts = {link.get_text(" ", strip=True).split(" ")[0]: link.select_one(".tabs__n").get_text()[:-1] for link in page.select(".tabs a")}
    assert counts == {
        "対応が必要": "8",
        "応募受付": "2",
        "連絡済み": "1",
        "選考中": "2",
        "内定": "1",
        "確保": "1",
        "終わった応募": "3",
        "問い合わせ": "1",
        "すべて": "11",
    }
    shown = names(page)
    assert shown.index(f"{early.name}") < shown.index(f"{late.name}")
    assert names(soup(client, f"{LIST}?tab=offered")) == [f"内定 {early.name.split()[1]}"]


FILTERS: list[tuple[str, list[str]]] = [
    ("q=見本さくら", ["見本 さくら"]),
    ("q=タロウ", ["例田 太郎"]),
    ("q=たろう", ["例田 太郎"]),
    ("q=09-8200-0042", ["例田 太郎"]),
    ("q=taro@mail.example", ["例田 太郎"]),
    ("q=太郎　例田", ["例田 太郎"]),
    ("q=れいだたろう", ["例田 太郎"]),
    ("q=%2B81 982 00 0042", ["例田 太郎"]),
    ("q=KN-A-", ["例田 太郎", "見本 さくら"]),
    ("q=-", []),
    ("licence=nurse", ["見本 さくら"]),
    ("shift=sat-afternoon", ["見本 さくら"]),
    ("shift=mon-morning", ["例田 太郎"]),
    ("owner=none", ["例田 太郎", "見本 さくら"]),
    ("unread=1", ["例田 太郎"]),
    ("q=nobody", []),
]


def test_search_and_filters(client: Client, officer: Account, posting: Posting) -> None:
    one(S.seen, posting).unread = False
    taro = {"family_name": "例田", "given_name": "太郎", "family_kana": "レイダ", "given_kana": "タロウ", "email": "taro@mail.example"}
    one(S.received, posting, **taro, tel="0982000042", licenses=["assistant_nurse"], availability=["mon-morning"], message='"nurse" です')
    for query, found in FILTERS:
        assert sorted(names(soup(client, f"{LIST}?tab=all&{query}"))) == sorted(found), (query, found)


def test_other_spellings_find_somebody_also_whom_an_older_program_stored(
    client: Client, officer: Account, posting: Posting, db_session: Session
) -> None:
    person = one(S.received, posting, family_name="髙﨑", given_name="花")
    db_session.execute(update(Candidate).values(search_text="", choices=""))
    db_session.commit()
    assert names(soup(client, f"{LIST}?tab=all&q=高崎")) == []
    remade.run()
    for query in ("q=高崎花", "q=髙﨑", "shift=sat-afternoon&licence=nurse"):
        assert names(soup(client, f"{LIST}?tab=all&{query}")) == ["髙﨑 花"]
    erase.erase(person, SYSTEM, seen_version=person.version)
    db_session.commit()
    remade.run()
    assert db_session.execute(select(Candidate.search_text, Candidate.choices)).one() == ("", "")


def test_a_row_says_wishes_waiting_and_what_happened_last(client: Client, officer: Account, posting: Posting, clock: Any) -> None:
    one(S.received, posting)
    clock.set("2021-05-14 10:00")
    row = soup(client, LIST).select_one(".table--people tbody tr")
    text = row.get_text(" ", strip=True)
    assert "未読" in text
    assert "土・日の午後" in text
    assert "過ぎています" in text
    assert row.select_one(".wait.is-must .icon")
    assert "受け付けました。" in text
    assert "土日の午後に勤務できます" not in text, "free text stands in no list"


def test_a_question_is_shown_unless_it_holds_private_words(client: Client, officer: Account, posting: Posting) -> None:
    one(S.open, posting, message="駐車場は使えますか。")
    hidden = one(S.open, posting, message="通院中ですが働けますか。")
    hidden.findings = [{"rule": "APP-007", "level": "warning", "path": "inquiry.message", "message": "", "what": "", "why": "", "how": ""}]
    text = soup(client, f"{LIST}?tab=inquiry").get_text()
    assert "駐車場は使えますか。" in text
    assert "通院中" not in text
    assert "一覧では隠しています" in text


def test_the_balance_of_the_chosen_posting_stands_on_top(client: Client, officer: Account, posting: Posting) -> None:
    one(S.secured, posting)
    page = soup(client, f"{LIST}?posting={posting.id}&tab=received")
    assert "確保1名" in page.select_one("#h-balance").find_parent("section").get_text().replace("\n", "")
    assert soup(client, f"{LIST}?posting=99999").select_one("#h-balance") is None


def test_wishes_are_counted_against_open_shifts(client: Client, officer: Account, posting: Posting, db_session: Session) -> None:
    from keynet_admin.services.candidate import lists
    from keynet_admin.services.posting.revisions import current_revision

    revision = current_revision(posting)
    revision.normalized = revision.normalized | SHIFTS
    person = one(S.received, posting, availability=["sat-afternoon", "sun-afternoon", "mon-morning"])
    fit = lists.fit(person, lists.offers([posting])[posting.id])
    assert (fit.wished, fit.open, fit.words) == (3, 3, "3枠とも空き")
    taken = one(S.secured, posting)
    taken.shifts = ["平日の午前"]
    db_session.flush()
    fit = lists.fit(person, lists.offers([posting])[posting.id])
    assert fit.words == "3枠中2枠が空き"
    assert [[cell.state for cell in cells] for _, _, cells in fit.rows] == [
        ["full", "off", "filled", "off", "filled", "off", "off"],
        ["off", "off", "off", "off", "off", "fit", "fit"],
    ]


def test_opening_is_a_post_and_a_get_changes_nothing(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.received, posting)
    button = soup(client, LIST).select_one(".table--people form")
    assert button["action"] == f"{LIST}{row.id}/open"
    assert "確認済みにする" in soup(client, f"{LIST}{row.id}/").get_text()
    db.session.refresh(row)
    assert (row.status, row.unread) == (S.received, True)
    post(client, row, "open")
    assert (row.status, row.unread, row.seen_at is not None) == (S.seen, False, True)
    assert soup(client, LIST).select_one(".table--people form") is None
    post(client, row, "open")
    assert row.status is S.seen


def test_a_message_is_the_contact_and_the_answer_and_is_mailed(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.received, posting)
    threads.write(row, candidate_of(row.id), "返事をください。")
    post(client, row, "reply", message="面接の日程を伺います。\n<b>5月18日</b>")
    assert (row.status, row.unread) == (S.contacted, False)
    mail = db.session.execute(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
    assert "面接の日程を伺います。" in mail.body
    assert [bool(m.read_at) for m in threads.of(row)] == [True, False]
    page = soup(client, f"{LIST}{row.id}/")
    assert "<b>5月18日</b>" in page.select_one(".thread__own").get_text()
    post(client, row, "undo")
    assert row.status is S.received
    question = one(S.open, posting)
    post(client, question, "reply", message="使えます。")
    assert (question.status, question.due_at) == (S.answered, None)


def test_a_message_of_two_officers_at_once_keeps_the_words_of_the_second(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.seen, posting)
    version = row.version
    post(client, row, "reply", message="一通目")
    answer = client.post(f"{LIST}{row.id}/reply", data={"version": version, "message": "一通目"})
    assert answer.status_code == 303, "the same press again"
    assert len(threads.of(row)) == 1
    client.sign_in(factories.account(Role.municipality, organization=posting.organization))
    answer = client.post(f"{LIST}{row.id}/reply", data={"version": version, "message": "二通目の大切な文"})
    assert answer.status_code == 409
    assert "川辺 花子" in answer.text
    assert "二通目の大切な文" in answer.text


BAD_INPUT: list[tuple[str, Any, str]] = [
    ("reply", {"message": " "}, "メッセージを入力してください"),
    ("reply", {"message": "あ" * 2001}, "2,000字まで"),
    ("note", {"note": ""}, "メモを入力してください"),
    ("owner", {"owner": "99999"}, "担当にする人"),
    ("owner", {"owner": "x"}, "担当にする人"),
    ("interview", {"day": "5/6", "time": "14:00", "place": "市役所"}, "面接の日を"),
    ("interview", {"day": "2/30", "time": "14:00", "place": "市役所"}, "面接の日を"),
    ("interview", {"day": "いつか", "time": "14:00", "place": "市役所"}, "面接の日を"),
    ("interview", {"day": "2021/5/18", "time": "", "place": "市役所"}, "時刻を"),
    ("interview", {"day": "2021/5/18", "time": "25時", "place": "市役所"}, "時刻"),
    ("interview", {"day": "2021/5/6", "time": "14:00", "place": "市役所"}, "過ぎた"),
    ("interview", {"day": "2021/5/18", "time": "14:00", "place": " "}, "場所か方法"),
    ("interview", {"day": "2021/5/18", "time": "14:00", "place": "あ" * 201}, "200字まで"),
    ("interview", {"day": "2021/5/18", "time": "14:00", "place": "市役所", "minutes": "0"}, "面接の長さを選んでください"),
    ("interview", {"off": "1"}, "面接の日を"),
]


def test_bad_input_comes_back_with_words(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.seen, posting)
    for name, data, words in BAD_INPUT:
        page = post(client, row, name, 422, **data)
        assert words in page.get_text(), (name, data)
        for key, value in data.items():
            if value.strip() and key not in ("owner", "off"):
                assert value in str(page), (name, data)
        assert (row.status, row.owner_id, row.interview_at) == (S.seen, None, None), (name, data)


def test_owner_interview_and_calendar(client: Client, officer: Account, posting: Posting, clock: Any) -> None:
    row = one(S.seen, posting)
    since = row.changed_at
    clock.advance(hours=3)
    post(client, row, "owner", owner=str(officer.id))
    assert (row.owner_id, row.changed_at) == (officer.id, since)
    post(client, row, "interview", day="令和3年5月18日", time="午後2時", minutes="45", place="市役所3階, 会議室; A")
    assert row.interview_at.isoformat() == "2021-05-18T05:00:00+00:00"
    mail = db.session.execute(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()
    assert "14:00（45分）" in mail.body
    file = client.get(f"{LIST}{row.id}/interview.ics")
    assert file.mimetype == "text/calendar"
    lines = file.text.split("\r\n")
    assert {"DTSTART:20210518T050000Z", "DTEND:20210518T054500Z"} <= set(lines)
    assert "LOCATION:市役所3階\\, 会議室\\; A" in lines
    assert all(len(line.encode()) <= 75 for line in lines)
    post(client, row, "interview", day="５月２０日", time="14:00", place="市役所")
    assert row.interview_at.isoformat() == "2021-05-20T05:00:00+00:00"
    post(client, row, "interview", off="1", day="", time="", place="")
    assert row.interview_at is None
    assert client.get(f"{LIST}{row.id}/interview.ics").status_code == 404
    assert "取りやめました" in db.session.execute(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one().body


def test_notes_are_seen_by_colleagues_only(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.seen, posting)
    mails = db.session.execute(select(OutboxMail.id)).all()
    post(client, row, "note", note="子の送迎で16:30まで")
    assert "子の送迎" in soup(client, f"{LIST}{row.id}/").select_one(".private").get_text()
    paper = soup(client, f"{LIST}{row.id}/print").get_text()
    assert "子の送迎" not in paper
    assert "sakura@mail.example" in paper
    assert "川辺 花子" not in paper.split("ログアウト")[1]
    assert "子の送迎" not in client.post(f"{LIST}export.csv?tab=all").text
    assert db.session.execute(select(OutboxMail.id)).all() == mails


def test_the_same_person_is_marked_within_the_municipality_only(client: Client, officer: Account, posting: Posting) -> None:
    other = factories.posting(PostingStatus.live, organization=factories.make_organization("452033", "延岡市"))
    row, second, foreign = one(S.seen, posting), one(S.received, posting), one(S.received, other)
    one(S.received, posting, email="another@mail.example")
    links = [link["href"] for link in soup(client, f"{LIST}{row.id}/").select("#h-same ~ p a")]
    assert links == [f"{LIST}{second.id}/"]
    assert f"{LIST}{foreign.id}/" not in str(soup(client, f"{LIST}?tab=all"))


def test_before_and_after_follow_the_promises(client: Client, officer: Account, posting: Posting, clock: Any) -> None:
    rows = []
    for _ in range(3):
        rows.append(one(S.received, posting))
        clock.advance(days=1)
    page = soup(client, f"{LIST}{rows[1].id}/")
    assert [link["href"] for link in page.select(".person-head__nav a")[1:]] == [f"{LIST}{rows[0].id}/", f"{LIST}{rows[2].id}/"]
    assert page.select_one('[data-key="n"]')["href"] == f"{LIST}{rows[2].id}/"
    assert len(soup(client, f"{LIST}{rows[2].id}/").select(".person-head__nav a")) == 2


def test_a_place_is_offered_for_shifts_that_carry_numbers(client: Client, officer: Account, posting: Posting) -> None:
    from keynet_admin.services.posting.revisions import current_revision

    revision = current_revision(posting)
    revision.normalized = revision.normalized | SHIFTS
    row = one(S.selection, posting)
    assert len(soup(client, f"{LIST}{row.id}/offer").select("[name=shift]")) == 2
    assert "枠を選んで" in post(client, row, "offer", 422, do="offer").get_text()
    post(client, row, "offer", do="offer", shift=["土日の午後", "よその枠"])
    assert (row.status, row.shifts) == (S.offered, ["土日の午後"])
    assert [box["value"] for box in soup(client, f"{LIST}{row.id}/secure").select("[name=shift][checked]")] == ["土日の午後"]
    post(client, row, "reject")
    post(client, row, "undo")
    assert (row.status, row.shifts) == (S.offered, ["土日の午後"]), "what was taken back stands as before"


def test_more_than_the_posting_needs_is_said(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.selection, posting)
    assert "人数がそろっています" not in soup(client, f"{LIST}{row.id}/offer").get_text()
    posting.headcount = 1
    one(S.secured, posting)
    db.session.refresh(posting)
    assert "人数がそろっています" in soup(client, f"{LIST}{row.id}/offer").get_text()


def test_the_loser_of_two_officers_is_told_who_did_what(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.selection, posting)
    version = row.version
    post(client, row, "offer")
    client.sign_in(factories.account(Role.municipality, organization=posting.organization))
    answer = client.post(f"{LIST}{row.id}/reject", data={"version": version})
    assert answer.status_code == 409
    assert "川辺 花子" in answer.text
    assert "内定" in answer.text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_holds_the_filtered_rows_as_texts_and_is_logged(client: Client, officer: Account, posting: Posting, kind: str) -> None:
    one(S.seen, posting, family_name="=1+1")
    one(S.rejected, posting, family_name="別人")
    answer = client.post(f"{LIST}export.{kind}?tab=received")
    assert answer.status_code == 200
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
        assert rows[1][3] == "'=1+1 さくら"
    else:
        sheet = load_workbook(io.BytesIO(answer.get_data())).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert sheet.cell(2, 4).data_type == "s"
    assert len(rows) == 2
    logged = db.session.execute(select(AuditEvent).where(AuditEvent.action == "export")).scalar_one()
    assert (logged.subject, logged.subject_id, logged.codes["kind"], logged.codes["rows"]) == ("account", officer.id, kind, 1)
    assert history.sentence(logged, "川辺 花子") == "川辺 花子が応募者の一覧を書き出しました（1件）。"
    logged.codes = {"kind": kind}  # as older ones are
    assert history.sentence(logged, "川辺 花子") == "川辺 花子が応募者の一覧を書き出しました。"
    db.session.rollback()
    assert client.get(f"{LIST}export.{kind}").status_code == 405


def test_the_thread_tells_the_changes_of_stage_in_the_order_of_time(client: Client, officer: Account, posting: Posting, clock: Any) -> None:
    """As small lines between the messages; what a message brought with it stands below it. Of a long thread only those beside what is shown."""
    row = one(S.seen, posting)
    clock.advance(hours=1)
    post(client, row, "reply", message="面接の希望日を教えてください。")
    clock.advance(hours=1)
    db.session.refresh(row)
    threads.write(row, candidate_of(row.id), "5月18日でお願いします。")
    db.session.commit()
    clock.advance(hours=1)
    post(client, row, "select", do="select")
    lines = [line.get_text(" ", strip=True) for line in soup(client, f"{LIST}{row.id}/").select(".thread > li")]
    words = ("内容を開きました。", "面接の希望日", "連絡しました。", "5月18日で", "選考に進めました。")
    assert [next((at for at, line in enumerate(lines) if word in line), None) for word in words] == [0, 1, 2, 3, 4]
    small = soup(client, f"{LIST}{row.id}/").select(".thread__event")
    assert len(small) == 3
    for _ in range(30):
        clock.advance(minutes=1)
        threads.write(row, candidate_of(row.id), "追伸です。")
    db.session.commit()
    assert soup(client, f"{LIST}{row.id}/").select(".thread__event") == []
    assert len(soup(client, f"{LIST}{row.id}/?all=1").select(".thread__event")) == 3


def test_an_export_asks_for_the_password_again(client: Client, officer: Account, posting: Posting) -> None:
    one(S.seen, posting)
    for row in db.session.execute(select(StaffSession)).scalars():
        row.level_at = row.level_at - FRESH - timedelta(seconds=1)
    address = f"{LIST}export.csv?tab=received"
    answer = client.post(address)
    assert answer.status_code == 401
    assert db.session.execute(select(AuditEvent).where(AuditEvent.action == "export")).first() is None
    page = BeautifulSoup(answer.data, "html5lib")
    assert "応募者・問い合わせの一覧をCSVに書き出す（" in page.select_one("dl.step-up").get_text()
    assert page.select_one("form.panel")["action"] == address
    assert page.find("a", string="やめて戻る")["href"] == f"{LIST}?tab=received"
    assert client.post(address, data={"proof_password": "wrong"}).status_code == 422
    assert client.post(f"{LIST}export.csv").status_code == 401
    assert client.post(address, data={"proof_password": factories.PASSWORD}).status_code == 200
    assert client.post(f"{LIST}export.xlsx").status_code == 200, "for fifteen minutes"


def test_what_is_left_of_an_erased_person_is_not_listed(client: Client, officer: Account, posting: Posting, clock: Any) -> None:
    row = one(S.withdrawn, posting)
    row.erased_at = clock.now
    assert names(soup(client, f"{LIST}?tab=all")) == []
    soup(client, f"{LIST}{row.id}/", 404)


@pytest.mark.parametrize("people", [1, 24])
def test_the_pages_send_the_same_number_of_queries_whatever_there_is(
    app: Flask, client: Client, db_session: Session, clock: Any, people: int
) -> None:
    first = factories.posting(PostingStatus.live)
    postings = [first, factories.posting(PostingStatus.live, organization=db_session.get(Organization, first.organization_id))]
    rows = [one(S.seen, postings[n % 2]) for n in range(people)]
    for row in rows:
        threads.write(row, candidate_of(row.id), "質問です。")
    client.sign_in(factories.account(Role.municipality, organization=first.organization))
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, statement, *_: counted.append(statement))
    # With somebody before and after; one of each for the number of waiting reports in the menu, one for the banner and the read-only mode.
    for path, most in ((f"{LIST}?tab=all&posting={first.id}", 15), (f"{LIST}{rows[0].id}/", 23)):
        counted.clear()
        soup(client, path)
        assert len(counted) <= most, counted


def test_each_move_is_offered_once(client: Client, officer: Account, posting: Posting) -> None:
    for state in (S.received, S.seen, S.selection, S.offered, S.secured, S.open):
        links = [link["href"] for link in soup(client, f"{LIST}{one(state, posting).id}/").select(".moves a")]
        assert len(links) == len(set(links)), state


def test_an_acceptance_is_told_beside_the_stage(client: Client, officer: Account, posting: Posting) -> None:
    row = one(S.selection, posting)
    post(client, row, "offer")
    assert "承諾しました" not in soup(client, f"{LIST}{row.id}/").select_one(".person__move").get_text()
    stages.accept_offer(row, candidate_of(row.id), seen_version=row.version)
    assert "本人が内定を承諾しました" in soup(client, f"{LIST}{row.id}/").select_one(".person__move").get_text()
