"""The message after a decision: a right sentence for every move that has a page."""

import itertools
import re

import pytest

from keynet_admin.admin import account, candidate, keying, mail, organization, posting, submission
from keynet_admin.admin.follow_up.report import RoundView
from keynet_admin.admin.follow_up.report_body import ReportView
from keynet_admin.admin.partner.ledger import LedgerView
from keynet_admin.admin.partner.master import KeyView, PartnerView
from keynet_admin.office.account import OfficeAccountView, OfficeBodyView
from keynet_admin.office.candidate import CandidateView
from keynet_admin.office.posting import OfficePostingView as OfficePostings
from keynet_admin.office.report import OfficeReportView
from keynet_admin.partner.postings import ReceivedView
from keynet_admin.services.workflow import Outcome
from keynet_admin.services.workflow.moves import MOVES, move_of
from keynet_admin.services.workflow.row import Page
from keynet_admin.vocabulary import SubmissionStatus
from keynet_admin.web.decision import DecisionPages

NAMED = "KN-210507-0001（千代田区）"
VIEWS: tuple[type[DecisionPages], ...] = (
    organization.OrganizationView,
    submission.SubmissionView,
    posting.PostingView,
    OfficePostings,
    account.AccountView,
    organization.OrganizationView,
    keying.KeyingView,
    mail.MailView,
    candidate.SilentView,
    OfficeAccountView,
    OfficeBodyView,
    CandidateView,
    RoundView,
    ReportView,
    OfficeReportView,
    LedgerView,
    PartnerView,
    KeyView,
    ReceivedView,
)
SAID = {
    "accept": "を承認しました。",
    "return": "を差し戻しました。再入力のご案内をメールで送ります。",
    "reject": "を却下しました。理由をメールで送ります。",
    "withdraw": "を取下げとして記録しました。確認のメールを送ります。",
    "reopen": "の確認を再開しました。",
    "reopen_accepted": "の確認を再開しました。",
}


def pages() -> dict[str, tuple[type[DecisionPages], str, Page]]:
    """View, label and words of every decision page, by a name for the test."""
    found = {}
    for view in VIEWS:
        for name, decision in view.decisions.items():
            change = decision.change
            moves = [move for move in MOVES if move.subject is view.decides and move.page is not None and move.address == name]
            for key, label, page in [(name, change.label, change.page)] if change else [(m.name, m.label, m.page) for m in moves]:
                assert page is not None
                found[f"{view.__module__.removeprefix('keynet_admin.')}.{view.__name__}.{key}"] = view, label, page
    return found


def test_every_move_with_a_page_has_one_here() -> None:
    shown = [page for _, _, page in pages().values()]
    assert [move.name for move in MOVES if move.page is not None and move.page not in shown] == []


@pytest.mark.parametrize("name", pages())
def test_what_is_said_is_a_sentence(name: str) -> None:
    view, label, page = pages()[name]
    note = "" if page.done else "募集人数を変えました。"  # such a decision always says what it did itself
    for mails, again in itertools.product((0, 1), (False, True)):
        outcome = Outcome(SubmissionStatus.received, mails=mails, repeated=again, note=note)
        text = view.message(NAMED, label, page, outcome)
        assert text.startswith(NAMED) or not view.names_row
        assert text.endswith("。")
        for clause in re.split("[。、]", re.sub("「[^」]*」", "", text)):
            assert clause.count("を") <= 1, text


@pytest.mark.parametrize("name", SAID)
def test_the_number_is_part_of_the_sentence(name: str) -> None:
    move = move_of(submission.SubmissionView.decides, name)
    assert move.page is not None
    assert (
        submission.SubmissionView.message(NAMED, move.label, move.page, Outcome(SubmissionStatus.received, mails=1)) == NAMED + SAID[name]
    )
