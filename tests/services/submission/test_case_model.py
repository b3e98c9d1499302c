"""A case with two operators, a sender and lost mails, walked at random: some action always leads on, and its status page tells no lie."""

import re
from collections.abc import Callable
from typing import Any

import hypothesis
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.errors import KeynetError
from keynet_admin.extensions import db
from keynet_admin.models import Account, Keying, OutboxMail, ReturnLink, Submission
from keynet_admin.permissions import Actor, sender_of
from keynet_admin.rules import evaluate
from keynet_admin.services import workflow
from keynet_admin.services.account import address as account_address
from keynet_admin.services.account import password
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.mail import outbox
from keynet_admin.services.submission import acceptance, address, follow_up, proof, review, task
from keynet_admin.services.submission import intake as submissions
from keynet_admin.vocabulary import AWAITING_REVIEW, SETTLED, UNDELIVERED, AccountStatus, DeskTask, MailStatus, SubmissionStatus
from tests import factories
from tests.support.clock import START
from tests.support.web import Client

S = SubmissionStatus
MAIL = "vaccine@city.hyuga-test.lg.jp"
CALL = {"phone": "0982-00-0031", "source": "website", "person": "庶務係 試田様"}
WHY = "電話で確かめました。"


def address_of(case: Submission) -> str:
    """The contact's present address."""
    return submissions.address_of(submissions.current_revision(case))


def other_address(case: Submission) -> str:
    """The right one, if the present one is wrong, and the other way round."""
    return MAIL if address_of(case) != MAIL else "kenko@city.hyuga-test.lg.jp"


def key_in(case: Submission, actor: Actor, seen_version: int) -> None:
    """The whole way of a correction said by telephone."""
    row: Keying = keyings.start_correction(case, actor, seen_version=seen_version).made
    form = factories.document({"postings.0.headcount": "7"})
    keyings.save_first(row, form, [], evaluate(form, on=clocks.today()), actor, seen_version=row.version, done=True)
    keyings.key_second(row, dict.fromkeys(keyings.places(row), "7"), actor, seen_version=row.version)
    document = keyings.document_of(row)
    keyings.send(row, document, evaluate(document, on=clocks.today()), actor, seen_version=row.version, with_errors=True)


MOVES: dict[str, Callable[[Submission, Actor, int], Any]] = {
    "take": lambda case, who, seen: review.take(case, who, seen_version=seen),
    "leave": lambda case, who, seen: review.leave(case, who, seen_version=seen),
    "accept": lambda case, who, seen: acceptance.accept(case, who, seen_version=seen),
    "return": lambda case, who, seen: review.return_(case, who, seen_version=seen, message=WHY, items=[]),
    "return_again": lambda case, who, seen: review.return_(case, who, seen_version=seen, message=WHY, items=[]),
    "reject": lambda case, who, seen: review.reject(case, who, seen_version=seen, reason=WHY),
    "withdraw": lambda case, who, seen: submissions.withdraw(case, who, seen_version=seen),
    "reopen": lambda case, who, seen: review.reopen(case, who, seen_version=seen, reason=WHY),
    "resend": lambda case, who, seen: follow_up.resend(case, who, seen_version=seen),
    "extend": lambda case, who, seen: follow_up.extend(case, who, seen_version=seen),
    "tell": lambda case, who, seen: follow_up.tell(case, who, seen_version=seen, reason=WHY),
    "key_in": key_in,
    "readdress": lambda case, who, seen: address.readdress(
        case, who, seen_version=seen, organization=case.organization, recipient=other_address(case), reason=WHY, **CALL
    ),
    "read_code": lambda case, who, seen: address.read_code(case, who, seen_version=seen, organization=case.organization, **CALL),
    "call_back": lambda case, who, seen: proof.call_back(case, who, seen_version=seen, organization=case.organization, **CALL),
    "ask_second": lambda case, who, seen: proof.ask_second(case, who, seen_version=seen),
}
# What a returned case needs of the service center, and of the sender.
WAYS_OUT = {"return_again", "resend", "extend", "tell", "key_in", "readdress", "read_code", "withdraw"}


class Case(RuleBasedStateMachine):
    """One case. `client` asks its status page, `clock` is moved; both are the test's own."""

    client: Client
    clock: Any

    def __init__(self) -> None:
        """A form that has just come in."""
        super().__init__()
        self.clock.set(START)
        self.operators = (factories.actor(), factories.actor())
        self.keys = 0
        self.case = factories.submission()
        db.session.commit()

    @rule(number=st.integers(0, 1), pick=st.randoms(use_true_random=False))
    def operator_decides(self, number: int, pick: Any) -> None:
        """One of the two does one of the things that the table offers."""
        who = self.operators[number]
        names = [name for name in workflow.allowed(self.case, who) if name in MOVES]
        if names:
            self.attempt(lambda: MOVES[pick.choice(names)](self.case, who, self.case.version))

    @precondition(lambda self: self.case.status is S.returned)
    @rule(changed=st.booleans())
    def sender_answers(self, changed: bool) -> None:
        """By any way in that is open."""
        self.keys += 1
        ways = select(ReturnLink).where(ReturnLink.submission_id == self.case.id, ReturnLink.closed_at.is_(None))
        link = db.session.execute(ways.where(ReturnLink.expires_at > clocks.now())).scalars().first()
        if link is not None:
            form = factories.document({"postings.0.headcount": "9"} if changed else {})
            result, today = evaluate(form, on=clocks.today()), clocks.today().isoformat()
            key = f"model-{self.case.id}-{self.keys:012d}"
            self.attempt(lambda: submissions.resubmit(link, form, result, reference_date=today, form_key=key))

    @precondition(lambda self: self.case.status is S.returned)
    @rule()
    def sender_gives_up(self) -> None:
        """Through the link."""
        self.attempt(lambda: submissions.withdraw(self.case, sender_of(self.case.id), seen_version=None))

    @rule(status=st.sampled_from((MailStatus.sent, MailStatus.refused, MailStatus.failed, MailStatus.uncertain)))
    def mails_fare(self, status: MailStatus) -> None:
        """The worker comes by; the sweep after it."""
        workflow.move_where(OutboxMail, "send", OutboxMail.about(self.case))
        workflow.move_where(OutboxMail, "settle", OutboxMail.about(self.case), target=status, sent_at=clocks.now())
        db.session.commit()
        db.session.expire_all()
        self.sweep()

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        """Day by day, as the sweeps do."""
        for _ in range(days):
            self.clock.advance(days=1)
            self.sweep()

    @rule(pick=st.randoms(use_true_random=False))
    def operator_looks_after_a_lost_mail(self, pick: Any) -> None:
        """On the mail's own page."""
        row, who = task.lost_mail(self.case), self.operators[0]
        if row is None:
            return
        acts: dict[str, Callable[[], Any]] = {
            "retry": lambda: task.with_case(outbox.retry)(row, who, seen_version=row.version),
            "confirm": lambda: task.with_case(outbox.confirm)(row, who, seen_version=row.version),
            "close": lambda: task.with_case(outbox.close)(row, who, seen_version=row.version, reason=WHY),
        }
        name = pick.choice([name for name in workflow.allowed(row, who) if name in acts])
        self.attempt(acts[name])

    @rule()
    def officer_signs_in_by_telephone(self) -> None:
        """Whoever was accepted gets in without a mail."""
        account = self.account()
        if account is not None and account.status is AccountStatus.invited:
            made = account_address.read_code(account, self.operators[1], seen_version=account.version).made
            accounts.finish_first_login(made.id, password.dummy())
            db.session.commit()

    @invariant()
    def some_action_leads_on(self) -> None:
        """Nobody is stuck: the desk has work with a clock, or the system comes back by itself, or all is over."""
        case, names = self.case, set(workflow.allowed(self.case, self.operators[0]))
        if case.status in AWAITING_REVIEW:
            assert case.due_at is not None
            assert names >= {"accept", "call_back", "ask_second", "return", "reject"}
        elif case.status is S.returned:
            assert names >= WAYS_OUT
            assert (case.due_at is None) is (case.task is None)
            assert case.task is not None or case.remind_at is not None
        if case.task is not None:
            assert case.due_at is not None
            assert "tell" in names
        account = self.account()
        if account is not None and account.status is AccountStatus.invited:
            assert {"invite_again", "readdress", "read_code"} <= set(workflow.allowed(account, self.operators[0]))

    @invariant()
    def a_lost_mail_is_a_task(self) -> None:
        """And nothing else is that task."""
        lost = select(OutboxMail.id).where(OutboxMail.about(self.case), OutboxMail.status.in_(UNDELIVERED))
        assert (db.session.execute(lost).first() is not None) is (self.case.task is DeskTask.mail)

    @invariant()
    def the_status_page_tells_no_lie(self) -> None:
        """Each sentence that it may say is true when it says it."""
        asked = {"receipt_no": self.case.receipt_no, "email": address_of(self.case)}
        page = self.client.post("/entry/status", data=asked, follow_redirects=True)
        assert page.status_code == 200
        text = re.sub(r"\s+", "", BeautifulSoup(page.text, "html.parser").select_one("#h-case").find_parent("section").get_text())
        case, account, now = self.case, self.account(), clocks.now()
        ways = select(ReturnLink.expires_at).where(ReturnLink.submission_id == case.id, ReturnLink.closed_at.is_(None))
        enters = any(end > now for end in db.session.execute(ways).scalars())
        mails = select(OutboxMail.status).where(OutboxMail.about(case), OutboxMail.template == "first_login")
        invitation = db.session.execute(mails.order_by(OutboxMail.id.desc())).scalars().first()
        truths = {
            "内容を確認しています": case.status in AWAITING_REVIEW,
            "までにメールでご連絡します": case.due_at is not None and case.due_at >= now,
            "予定": case.due_at is not None and case.due_at < now,
            "再入力をお願いしています": case.status is S.returned,
            "メールのアドレスを開くか": enters and case.task is not DeskTask.mail,
            "お知らせのメールが届いていません": case.task is DeskTask.mail,
            "再入力の期限が過ぎています": not enters,
            "承認しました": case.status is S.accepted,
            "にメールでお送りしました": invitation is MailStatus.sent,
            "まもなくメールでお送りします": invitation in (MailStatus.waiting, MailStatus.sending),
            "届いていないおそれがあります": invitation not in (MailStatus.waiting, MailStatus.sending, MailStatus.sent),
            "募集情報は、お使いの管理者アカウントにあります": account is not None and account.status is AccountStatus.active,
            "お受けできませんでした": case.status is S.rejected,
            "取り下げられています": case.status is S.withdrawn,
        }
        said = [words for words in truths if words in text]
        assert said, text
        assert all(truths[words] for words in said), (said, case.status, text)

    def account(self) -> Account | None:
        """The account that the case ended with, if it did."""
        if self.case.status is not S.accepted or self.case.organization is None:
            return None
        return accounts.by_email(address_of(self.case))

    def sweep(self) -> None:
        """What the jobs do, for this case."""
        for act in (task.follow, follow_up.follow):
            act(self.case.id)
            db.session.commit()
            db.session.expire_all()

    def attempt(self, act: Callable[[], Any]) -> None:
        """A decision in a transaction of its own; what is refused in words changes nothing."""
        try:
            act()
            db.session.commit()
        except KeynetError:
            db.session.rollback()
        db.session.expire_all()
        assert self.case.status in (*AWAITING_REVIEW, *SETTLED, S.returned)


def test_no_state_of_a_case_is_a_dead_end(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    """Two operators, a sender, mails that get lost, and weeks that pass."""
    db.session.commit()
    machine = type("TriedCase", (Case,), {"client": client, "clock": clock})
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
        ),
    )
