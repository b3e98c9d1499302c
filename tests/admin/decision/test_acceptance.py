"""Second forms of a body: whose account is used, who is mailed what, and what the sender reads afterwards."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import Account, AuditEvent, FirstLogin, Listing, OutboxMail, Submission
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import acceptance
from keynet_admin.vocabulary import AccountStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.support.web import Client

A, I, S = AccountStatus.active, AccountStatus.invited, AccountStatus.suspended  # noqa: E741
FIRST, SECOND, SHARED = (f"{name}@city.hyuga-test.lg.jp" for name in ("vaccine", "yobo", "kakari"))
INVITE, ADDED, ANSWER = "first_login", "postings_added", "accepted"


@dataclass(frozen=True)
class Case:
    """Accounts of the body before (the first one is issued by the first form), the second form's addresses, the way chosen ("" none
    named) → the ways offered, the mails written, the addresses that have an account afterwards, what `/entry/status` says to the sender.
    """

    before: dict[str, AccountStatus]
    sender: str
    way: str
    ways: tuple[str, ...]
    mails: dict[str, str]
    after: set[str]
    status: str
    account_email: str = ""


E, F, N = "existing", "further", "new"
BOTH, JUST = {FIRST, SECOND}, {FIRST}
CASES: dict[str, Case] = {
    "the first form": Case({}, FIRST, N, (N,), {FIRST: INVITE}, JUST, "初回ログインのご案内を"),
    "the first form, another account address": Case(
        {}, FIRST, N, (N,), {SHARED: INVITE, FIRST: ANSWER}, {SHARED}, f"アカウントのアドレス {SHARED}", account_email=SHARED
    ),
    "the holder's own second form": Case({FIRST: A}, FIRST, E, (E,), {FIRST: ADDED}, JUST, "お使いの管理者アカウントにあります"),
    "the invited one's own second form": Case({FIRST: I}, FIRST, E, (E,), {FIRST: INVITE}, JUST, "初回ログインのご案内を"),
    "of the invited one, others are active": Case(
        {FIRST: A, SECOND: I}, SECOND, E, (E,), {SECOND: INVITE, FIRST: ADDED}, BOTH, "初回ログインのご案内を"
    ),
    "a colleague of the holder": Case({FIRST: A}, SECOND, E, (E, F), {FIRST: ADDED, SECOND: ANSWER}, JUST, "アカウントをお持ちの方に"),
    "a colleague, nothing chosen": Case({FIRST: A}, SECOND, "", (E, F), {FIRST: ADDED, SECOND: ANSWER}, JUST, "発行していません"),
    "a colleague gets one, too": Case({FIRST: A}, SECOND, F, (E, F), {SECOND: INVITE, FIRST: ADDED}, BOTH, "初回ログインのご案内を"),
    "a colleague for the holder's account": Case(
        {FIRST: A}, SECOND, E, (E,), {FIRST: ADDED, SECOND: ANSWER}, JUST, f"アカウントのアドレス {FIRST}", account_email=FIRST
    ),
    "a colleague of the invited one": Case({FIRST: I}, SECOND, E, (E, F), {FIRST: INVITE, SECOND: ANSWER}, JUST, "初回ログインをした後に"),
    "a colleague of the invited one gets one, too": Case({FIRST: I}, SECOND, F, (E, F), {SECOND: INVITE}, BOTH, "初回ログインのご案内を"),
    "a colleague of a suspended one": Case({FIRST: S}, SECOND, F, (E, F), {SECOND: INVITE}, BOTH, "初回ログインのご案内を"),
    "two holders are both told": Case(
        {FIRST: A, SHARED: A}, SECOND, E, (E, F), {FIRST: ADDED, SHARED: ADDED, SECOND: ANSWER}, {FIRST, SHARED}, "お持ちの方に"
    ),
}


def text_of(page: Any) -> str:
    return re.sub(r"\s+", " ", page.get_text())


def body_with(session: Session, before: dict[str, AccountStatus]) -> None:
    """A body with these accounts; the first of them by a form that was accepted."""
    for number, (email, status) in enumerate(before.items()):
        if number == 0:
            case = factories.submission(SubmissionStatus.accepted)
            session.flush()
            account = case.organization.accounts[0]  # type: ignore[union-attr]
        else:
            account = accounts.issue(account.organization, email, "例田 実", factories.actor(Role.operator))
        session.execute(Account.__table__.update().where(Account.id == account.id).values(status=status))  # type: ignore[attr-defined]
        session.expire_all()


def second_form(sender: str, account_email: str = "", **changes: Any) -> Submission:
    typed = {"contact.contact_email": sender, "contact.contact_email2": sender, "contact.account_email": account_email or None}
    return factories.submission(changes=typed | changes)


def accept(client: Client, case: Submission, way: str = "") -> Any:
    return client.post(f"/admin/submission/{case.id}/accept", data={"version": case.version} | ({"account": way} if way else {}))


def page_of(client: Client, case: Submission) -> BeautifulSoup:
    return BeautifulSoup(client.get(f"/admin/submission/{case.id}/accept").text, "html.parser")


@pytest.mark.parametrize("name", list(CASES))
def test_each_way_is_said_done_and_told_to_everybody(client: Client, db_session: Session, clock: Any, name: str) -> None:
    """The page shows each way with its very mails; the chosen one is carried out; status and message say what happened."""
    want = CASES[name]
    body_with(db_session, want.before)
    case = second_form(want.sender, want.account_email)
    old = set(db_session.execute(select(OutboxMail.id)).scalars())
    who = client.sign_in(Role.operator)
    if want.way == F:
        factories.called(case, actor_of(who))  # one more account is never issued without a call or a second operator
    page = page_of(client, case)
    assert [str(e["value"]) for e in page.select("[name=account]")] == list(want.ways)
    assert len(page.select("[name=account][type=radio]")) == (0 if len(want.ways) == 1 else 2)
    chosen = page
    if len(want.ways) > 1:
        chosen = page.select(".choice2")[want.ways.index(want.way or E)]  # type: ignore[assignment]
    shown = [pre.get_text() for pre in chosen.select("pre.mail")]
    answer = accept(client, case, want.way)
    assert answer.status_code == 303
    mails = [m for m in db_session.execute(select(OutboxMail).order_by(OutboxMail.id)).scalars() if m.id not in old]
    assert {m.recipient: m.template for m in mails} == want.mails
    assert [f"宛先：{m.recipient}\n件名：{m.title}\n\n{m.body}" for m in mails] == [text.removeprefix("\n") for text in shown]
    assert {a.email for a in case.organization.accounts} == want.after  # type: ignore[union-attr]
    said = text_of(BeautifulSoup(client.get("/admin/submission/").text, "html.parser"))
    assert f"を承認しました。メールを{len(mails)}通送ります" in said
    asked = client.post("/entry/status", data={"receipt_no": case.receipt_no, "email": want.sender}, follow_redirects=True)
    assert want.status in text_of(BeautifulSoup(asked.text, "html.parser"))
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(case), AuditEvent.action == "accept")).scalar_one()
    assert event.codes["account"] == (want.way or E)
    again = accept(client, case, want.way)
    assert again.status_code in (303, 409)
    assert len(db_session.execute(select(OutboxMail.id)).all()) == len(old) + len(mails)


@pytest.mark.parametrize(
    ("before", "way", "words"),
    [
        ({FIRST: S}, E, "すべて利用停止中です"),
        ({FIRST: S}, "", "すべて利用停止中です"),
        ({FIRST: A}, N, "いまは行えません"),
        ({FIRST: A}, "x", "いまは行えません"),
        ({}, F, "いまは行えません"),
    ],
)
def test_a_way_that_is_not_open_does_nothing(
    client: Client, db_session: Session, clock: Any, before: dict[str, AccountStatus], way: str, words: str
) -> None:
    """Closed, or not that of the page that was seen: the page comes again as it is now."""
    body_with(db_session, before)
    case = second_form(SECOND)
    client.sign_in(Role.operator)
    mails = len(db_session.execute(select(OutboxMail.id)).all())
    answer = accept(client, case, way)
    assert answer.status_code == 409
    assert words in answer.text
    assert case.status is SubmissionStatus.received
    assert len(db_session.execute(select(OutboxMail.id)).all()) == mails


def test_the_mails_say_who_has_the_account(client: Client, db_session: Session, clock: Any) -> None:
    """To the holder by name, not by the sender's; to the sender with the holder's name and no address of a colleague."""
    body_with(db_session, {FIRST: A})
    db_session.execute(Account.__table__.update().where(Account.email == FIRST).values(name="見本 健太"))  # type: ignore[attr-defined]
    case = second_form(SECOND, **{"contact.contact_last": "例田", "contact.contact_first": "実"})
    way = acceptance.plan(case).way(E)
    holder, sender = (mail.letter.body for mail in way.mails)
    assert "見本 健太 様" in holder
    assert "例田" not in holder
    assert "新しいアカウントの発行はありません" in holder
    assert "例田 実 様" in sender
    assert "アカウントをお持ちの方　見本 健太 様" in sender
    assert FIRST not in sender
    further = acceptance.plan(case).way(F)
    assert "追加のアカウントを発行しました" in further.mails[1].letter.body


def test_a_second_invitation_says_that_it_is_one(client: Client, db_session: Session, clock: Any) -> None:
    """The first link dies, and the mail says so; the first mail did not."""
    body_with(db_session, {FIRST: I})
    accept_by = factories.actor(Role.operator)
    case = second_form(SECOND)
    acceptance.accept(case, accept_by, seen_version=case.version, account=E)
    db_session.flush()
    first, again = db_session.execute(select(OutboxMail).where(OutboxMail.template == INVITE).order_by(OutboxMail.id)).scalars()
    assert "使えません" not in first.body
    assert "管理者アカウントを発行しました" in first.body
    assert "前のメールのアドレスとコードは使えません" in again.body
    assert "管理者アカウントを発行しました" not in again.body
    old, new = db_session.execute(select(FirstLogin).order_by(FirstLogin.id)).scalars()
    assert (old.replaced_at is not None, new.replaced_at) == (True, None)


def test_what_becomes_of_the_registered_body_is_said_field_by_field(client: Client, db_session: Session, clock: Any) -> None:
    live = factories.posting(PostingStatus.live)
    version = live.organization.version
    case = second_form(FIRST, **{"organization.department": "新しい予防接種課", "organization.org_tel": "0982-52-0000"})
    factories.called(case, actor_of(client.sign_in(Role.operator)))  # another telephone than the registered one
    page = page_of(client, case)
    rows = {str(d.select_one("dt").get_text()): text_of(d) for d in page.select(".outcome dl.facts > div")}  # type: ignore[union-attr]
    assert set(rows) == {"担当部署", "代表電話番号"}
    assert "いま" in rows["担当部署"]
    assert "承認後新しい予防接種課" in rows["担当部署"].replace(" ", "")
    assert "公開中の募集1件にも表れます" in text_of(page)
    assert accept(client, case, E).status_code == 303
    db_session.expire_all()
    assert (live.organization.version, live.organization.details["department"]) == (version + 1, "新しい予防接種課")
    content = db_session.execute(select(Listing.content).where(Listing.posting_id == live.id)).scalar_one()
    assert "新しい予防接種課" in str(content)
    quiet = second_form(FIRST, **{"organization.department": "新しい予防接種課", "organization.org_tel": "0982-52-0001"})
    assert "公開中の募集" not in text_of(page_of(client, quiet)), "visitors do not see the head number"
    same = second_form(FIRST, **{"organization.department": "新しい予防接種課", "organization.org_tel": "0982-52-0000"})
    assert "登録の内容は、今回の申請と同じです" in text_of(page_of(client, same))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("sent", "にメールでお送りしました"),
        ("waiting", "まもなくメールでお送りします"),
        ("refused", "届いていないおそれがあります"),
        ("settled", "届いていないおそれがあります"),
        ("expired", "期限が過ぎています"),
        ("active", "お使いの管理者アカウントにあります"),
        ("suspended", "利用を停止しています"),
    ],
)
def test_the_status_page_promises_no_mail_that_did_not_arrive(
    client: Client, db_session: Session, clock: Any, after: str, words: str
) -> None:
    case = factories.submission(SubmissionStatus.accepted)
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == INVITE)).scalar_one()
    db_session.commit()
    if after == "sent":
        outbox.deliver_due()
    elif after in ("refused", "settled"):
        db_session.execute(OutboxMail.__table__.update().where(OutboxMail.id == mail.id).values(status=after))  # type: ignore[attr-defined]
    elif after == "expired":
        clock.set("2021-06-07 10:00")
    elif after in ("active", "suspended"):
        db_session.execute(Account.__table__.update().where(Account.id == mail.account_id).values(status=after))  # type: ignore[attr-defined]
    db_session.commit()
    answer = client.post("/entry/status", data={"receipt_no": case.receipt_no, "email": FIRST}, follow_redirects=True)
    page = BeautifulSoup(answer.text, "html.parser")
    assert words in text_of(page)
    buttons = {"/first-login"} if after in ("sent", "waiting") else {"/login"} if after == "active" else set()
    assert {str(link["href"]) for link in page.select("section .button")} == buttons
