"""The table of moves is the contract's, and every row has all its words."""

import re

import pytest

from keynet_admin.permissions import Permission
from keynet_admin.services import workflow
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.moves import EVENTS, MOVES, TOLD
from keynet_admin.services.workflow.row import Event, Move
from keynet_admin.vocabulary import ActorKind
from tests.services.workflow.table import CLAIMS, KINDS, REVIEWED, TABLE, every

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
SENTENCE = re.compile(r"[^{}]*(?:\{(?:who|revision|rule|fields|name|other)\}[^{}]*)*")
MAY_SAY_WHY = {("submission", "withdraw"), ("submission", "ask_second"), ("submission", "unlink"), ("partner_item", "refuse")}
# Moves that are no page of their own: a button on the case, a step of a form, the system's.
NOT_ONES_OWN = {
    *("suspend", "restore", "change_role", "readdress", "read_code", "stop", "change_rights", "reset_factor"),
    *("close_sessions", "keep_unused", "reopen_unused", "view_as"),
}
WITHOUT_PAGE = {"take", "leave", "pass_on", "let_go", "resubmit", "open", "expire", "activate", "send", "settle", "supersede"} | {
    "warn_unused",
    "close_unused",
    "remind",
    "ask_to_call",
    "ask_open",
    "hide",
    "mail_lost",
    "mail_settled",
    "fill",
    "stop_asking",
    "see",
    "amend",
    "answer",
    "accept_offer",
    "ask_again",
    "ask_desk",
    "tell_silence",
    "tell_change",
    "warn_end",
    "lock",
    "convert",
    "decline_offer",
    *("unverify", "alarm", "alarm_over", "queue", "limit", "freeze", "told", "incident_down", "incident_back", "transfer_case"),
    *(name for name in TABLE["keying"] if name != "discard"),
}
MAILED = {
    "reopen_unused",
    "transfer",
    "postpone",
    "correct",
    "return",
    "return_again",
    "resend",
    "extend",
    "readdress",
    "to_inquiry",
    "reject",
    "withdraw",
    "release",
    "release_edit",
    "return_edit",
    "suspend",
    "restore",
    "take_down",
    "bring_back",
    "change_role",
    "reset_factor",
    "select",
    "move_direct",
    "offer",
    "secure",
    "confirm_request",
    "decline_request",
    "give_manage",
    "change_rights",
    "stop",
    "hand_over",
    "ask_approval",
    "return_approval",
}


def test_the_rows_are_those_of_the_contract() -> None:
    found = {
        kind: {m.name: (" ".join(m.sources), " ".join(m.targets), m.needs_reason) for m in workflow.moves_of(KINDS[kind][0])}
        for kind in TABLE
    }
    assert found == {
        kind: {name: (sources, targets, reason) for name, (sources, targets, _, reason) in table.items()} for kind, table in TABLE.items()
    }
    assert {m.subject for m in MOVES} == {table for table, _ in KINDS.values()}
    assert len({(m.subject, m.name) for m in MOVES}) == len(MOVES) == len(every())


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.subject.__tablename__}.{m.name}")
def test_no_word_of_a_row_is_missing(move: Move) -> None:
    """Label, sentence, and of a page question, text, button and what is told afterwards; a reason says where it goes."""
    assert JAPANESE.search(move.label)
    assert not re.search(r"[。{}]", move.label), "a label is a noun"
    assert SENTENCE.fullmatch(move.sentence)
    assert move.sentence.endswith("。")
    assert isinstance(move.permission, Permission)
    assert move.kinds
    assert bool(move.tone) == (move.icon != "dot")
    assert (move.page is None) == (move.name in WITHOUT_PAGE)
    if move.page is not None:
        page = move.page
        assert page.question.endswith("か")
        assert JAPANESE.search(page.button)
        assert all(text.endswith("。") for text in (page.text, page.done))
        assert SENTENCE.fullmatch(page.question)
        assert bool(page.reason_help) == bool(move.reason)
        assert bool(page.mailed) == bool(move.mail and move.name in MAILED)
    for _, _, sentence in move.variants:
        assert SENTENCE.fullmatch(sentence)


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.subject.__tablename__}.{m.name}")
def test_the_marks_of_a_row(move: Move) -> None:
    kind = move.subject.__tablename__
    assert move.claims is (move.name in CLAIMS)
    assert move.reviewed is (move.name in REVIEWED.get(kind, ()))
    assert move.quiet is (move.name == "keyed_save")
    assert move.logged is (move.name not in ("send", "settle", "supersede", "queue"))
    assert move.author_may is not (kind == "account" and move.name in NOT_ONES_OWN)
    assert move.logged or move.kinds == {ActorKind.system}
    assert (move.reason != "") == (move.needs_reason or (kind, move.name) in MAY_SAY_WHY)


def test_a_mail_of_a_row_is_a_template() -> None:
    from keynet_admin import config

    assert [m.mail for m in MOVES if m.mail and not (config.ROOT / "templates" / "mail" / f"{m.mail}.txt").is_file()] == []


def test_events_that_are_no_moves_have_their_words_too() -> None:
    assert {row.name for row in EVENTS if row.quiet} == {
        "sign_in",
        "sign_out",
        "second_failed",
        "end_sessions",
        "notices",
        "talk",
        "regions",
        "password_reset_asked",
        "set_total",
        "warn",
        "note",
        "ask_opinion",
        "answer_opinion",
    }
    for event in EVENTS:
        assert JAPANESE.search(event.label)
        assert not re.search(r"[。{}]", event.label)
        assert event.sentence.endswith("。")
    assert len(TOLD) == len(MOVES) + len(EVENTS)
    assert all(isinstance(row, (Move, Event)) for row in TOLD.values())


def test_the_log_is_filtered_by_nouns() -> None:
    """One entry for each kind and action, each with its own noun: never half a sentence, never the same twice for one kind."""
    found = history.filters()
    assert len(found) == len(TOLD)
    assert len({value for value, _ in found}) == len(found)
    assert not [label for _, label in found if re.search(r"[。{}]|^が", label)]
    labels = [(value.split(".")[0], label) for value, label in found]
    assert len(set(labels)) == len(labels)
    assert history.filtered("posting.suspend") == ("posting", "suspend")


def test_each_page_has_one_door() -> None:
    """Every move with a page is a decision of exactly one view, at its address, with its right."""
    from keynet_admin.admin.account import AccountView
    from keynet_admin.admin.candidate import SilentView
    from keynet_admin.admin.follow_up.report import RoundView
    from keynet_admin.admin.follow_up.report_body import ReportView
    from keynet_admin.admin.keying import KeyingView
    from keynet_admin.admin.mail import MailView
    from keynet_admin.admin.organization import OrganizationView
    from keynet_admin.admin.partner.ledger import LedgerView
    from keynet_admin.admin.partner.master import KeyView, PartnerView
    from keynet_admin.admin.posting import PostingView
    from keynet_admin.admin.submission import SubmissionView
    from keynet_admin.office.account import OfficeAccountView
    from keynet_admin.office.candidate import CandidateView
    from keynet_admin.office.posting import OfficePostingView
    from keynet_admin.office.report import OfficeReportView
    from keynet_admin.partner.postings import ReceivedView

    views = (
        SubmissionView,
        PostingView,
        OrganizationView,
        AccountView,
        MailView,
        KeyingView,
        OfficePostingView,
        CandidateView,
        SilentView,
        OfficeAccountView,
        ReceivedView,
        LedgerView,
        PartnerView,
        KeyView,
        RoundView,
        ReportView,
        OfficeReportView,
    )
    doors = [(view.decides, name) for view in views for name, decision in view.decisions.items() if decision.change is None]
    assert len(set(doors)) == len(doors)
    assert set(doors) == {(m.subject, m.address) for m in MOVES if m.page is not None}
    for view in views:
        for name in view.decisions:
            method = "return_" if name == "return" else name
            assert method in view.checks_token
            assert view.method_permissions[method] in {m.permission for m in MOVES if m.address == name} | {
                Permission.posting_discuss,
                Permission.posting_edit,
                Permission.candidate_handle,
                Permission.partner_key,
            }
