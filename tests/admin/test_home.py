"""Numbers on the first pages lead to exactly the rows that they count."""

import re
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, OutboxMail, Submission
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import review
from keynet_admin.vocabulary import AccountStatus, DeskTask, MailStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

NUMBER = re.compile(r"[0-9,]+")


@pytest.fixture
def work(db_session: Session, clock: MovableClock) -> Account:
    """Some of everything: cases late, due today and in time, returned and decided; postings, accounts and mails in several states."""
    clock.set("2021-05-07 10:00")
    factories.submission()
    clock.set("2021-05-10 10:00")
    for state in (SubmissionStatus.in_review, SubmissionStatus.returned, SubmissionStatus.rejected, SubmissionStatus.withdrawn):
        factories.submission(state)
    lost = factories.submission(SubmissionStatus.returned)
    lost.task, lost.due_at = DeskTask.mail, clock.now + timedelta(days=3)
    clock.set("2021-05-12 11:00")
    for posting_state, changes in (
        (PostingStatus.live, {}),
        (PostingStatus.paused, {}),
        (PostingStatus.suspended, {}),
        (PostingStatus.closed, {}),
        (PostingStatus.awaiting_release, {"headcount": 300}),
    ):
        factories.posting(posting_state, changes)
    own = factories.posting()
    factories.account(Role.municipality, organization=own.organization, status=AccountStatus.invited)
    for state in (MailStatus.refused, MailStatus.uncertain, MailStatus.settled):
        outbox.enqueue("rejected", "yobo@city.hyuga-test.lg.jp", {"reason": "対象外のため。"}).status = state
    db_session.commit()
    return factories.account(Role.municipality, organization=own.organization)


def linked_numbers(page: BeautifulSoup) -> list[tuple[str, str, int]]:
    """(what, address, number) of the cards, of the tables' rows and of all links with a number in their words."""
    found = []
    for card in page.select(".kpi > section"):
        found.append((card.h2.text, card.a["href"], card.select_one(".big-n").text))
    for card in page.select(".kp a"):
        if "%" not in card.text:
            found.append((card.select_one(".kp__l").text, card["href"], card.select_one(".kp__n").text))
    for cell in page.select("td.num a"):
        found.append((cell.find_parent("tr").th.text, cell["href"], cell.text))
    for row in page.select("tbody tr"):
        # A posting's looks and applications lead to the posting itself, a reason to its rule: these are no lists.
        if row.th.a is not None and not re.match(r"/office/posting/\d+/|/admin/rule/", row.th.a["href"]):
            found.append((row.th.text, row.th.a["href"], row.select_one("td.num").text))
    for link in page.select("main a:not(.kp a)"):
        if re.search(r"\d+(?:件|団体)", link.text):
            found.append((link.text, link["href"], link.text))
    return [(what.strip(), address, int(NUMBER.findall(number)[0].replace(",", ""))) for what, address, number in found]


def total_of(client: Client, address: str) -> int:
    """How many rows the list at this address has."""
    page = client.get(address)
    assert page.status_code == 200
    said = re.search(r"全([0-9,]+)件のうち", page.text)
    rows = len(BeautifulSoup(page.text, "html5lib").select("main tbody tr"))
    assert said is not None or rows == 0, address
    return int(said[1].replace(",", "")) if said else 0


@pytest.mark.parametrize(("role", "home", "least"), [("staff", "/admin/", 30), ("municipality", "/office/", 6)])
def test_every_number_is_that_of_the_list_it_links_to(
    client: Client, db_session: Session, work: Account, role: str, home: str, least: int
) -> None:
    client.sign_in(Role.lead if role == "staff" else work)
    numbers = linked_numbers(BeautifulSoup(client.get(home).text, "html5lib"))
    assert len(numbers) >= least
    assert sum(number > 0 for _, _, number in numbers) > least // 2
    wrong = [(what, address, number, there) for what, address, number in numbers if (there := total_of(client, address)) != number]
    assert wrong == []


def test_weeks_hours_and_reasons_lead_to_their_rows(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Kept, late and overdue cases of two weeks; what came and was decided today by hour; returns by rule and in one's own words."""
    for day, handed in (("2021-05-10 10:00", "2021-05-10 11:00"), ("2021-05-11 10:00", "2021-05-17 10:00"), ("2021-05-13 10:00", "")):
        clock.set(day)
        if handed:
            factories.posting(PostingStatus.live)
            clock.set(handed)
            for mail in db_session.execute(select(OutboxMail).where(OutboxMail.status == MailStatus.waiting)).scalars():
                mail.status, mail.sent_at = MailStatus.sent, clock.now
        else:
            factories.submission()
    operator, rule = (
        factories.actor(Role.operator),
        {"path": "postings.0.pay_lines", "rule": "WAGE-001", "message": "金額を入力してください。"},
    )
    for moment, items in (
        ("2021-05-20 10:20", [rule]),
        ("2021-05-20 11:40", [rule | {"rule": "HOURS-001"}, rule]),
        ("2021-05-20 11:50", []),
    ):
        clock.set(moment)
        case = factories.submission()
        review.return_(case, operator, seen_version=case.version, message="お願いします。", items=items)
    db_session.commit()
    client.sign_in(Role.lead)
    page = BeautifulSoup(client.get("/admin/").text, "html5lib")
    numbers = [row for row in linked_numbers(page) if "promise=" in row[1] or "hour=" in row[1] or "returned=" in row[1]]
    kinds = [next(word for word in ("late", "promise", "hour", "returned") if word in address) for _, address, _ in numbers]
    assert {kind: kinds.count(kind) for kind in kinds} == {"promise": 2, "late": 2, "hour": 4, "returned": 3}
    assert sorted(number for (_, address, number), kind in zip(numbers, kinds, strict=True) if kind == "returned") == [1, 1, 2]
    wrong = [(what, address, number, there) for what, address, number in numbers if (there := total_of(client, address)) != number]
    assert wrong == []


def test_the_tables_lead_on_too(client: Client, db_session: Session, work: Any) -> None:
    """Every state of a case and of a posting has its link."""
    client.sign_in(Role.operator)
    page = BeautifulSoup(client.get("/admin/").text, "html5lib")
    linked = {what for what, address, _ in linked_numbers(page) if "status=" in address}
    assert {state.label for state in (*SubmissionStatus, *PostingStatus)} <= linked


def test_the_page_says_whether_the_promise_holds(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Green with one case; with forty due in half an hour it says when it breaks, on the queue's page, too, and how many people would hold it."""
    clock.set("2021-05-12 16:30")
    client.sign_in(Role.operator)
    case = factories.submission()
    db_session.commit()
    assert "このままで全部間に合います" in client.get("/admin/").text
    for number in range(2, 42):
        db_session.add(
            Submission(receipt_no=f"KN-210512-{number:04d}", received_at=case.received_at, due_at=clock.now + timedelta(minutes=30))
        )
    db_session.commit()
    page = client.get("/admin/").text
    assert "このままでは 5/12(水) 17:00に、約束の2営業日を超えます" in page
    assert "名なら全部間に合います" in page
    assert "だれが何をしているか" not in page
    assert "このままでは 5/12(水) 17:00に" in client.get("/admin/submission/").text
    lines = client.get("/admin/export.csv").text.lstrip("\ufeff").splitlines()
    assert "確認を待つ申請,2021-05-12,受付,40" in lines


def test_the_lead_sees_who_does_what(client: Client, db_session: Session, clock: MovableClock) -> None:
    """Own waiting and returned cases, decisions of today and the minutes of one."""
    who = factories.actor(Role.operator, name="三浦 健")
    factories.submission(SubmissionStatus.in_review, by=who)
    back = factories.submission(SubmissionStatus.in_review, by=who)
    review.return_(back, who, seen_version=back.version, message="ご確認ください。", items=[])
    case = factories.submission(SubmissionStatus.in_review, by=who)
    clock.advance(minutes=9)
    review.reject(case, who, seen_version=case.version, reason="対象の団体ではないため。")
    absent = factories.actor(Role.operator, name="中村 茜")
    factories.submission().assignee_id = absent.account_id
    db_session.commit()
    client.sign_in(Role.lead)
    page = BeautifulSoup(client.get("/admin/").text, "html5lib")
    row = next(row for row in page.select("#d6 tbody tr") if row.th.text == "三浦 健")
    link = page.find("a", string="中村 茜さんの申請を引き継ぐ")
    assert link is not None
    assert "日向市" in client.get(str(link["href"])).text
    assert [cell.text for cell in row.select("td.num")] == ["1", "1", "2", "4分"]
    decided = row.find("a", string="2")
    assert decided is not None
    assert total_of(client, str(decided["href"])) == 2
    clock.advance(hours=24)
    assert total_of(client, str(decided["href"])) == 0, "yesterday's are none of today's"
