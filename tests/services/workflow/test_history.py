"""How it is told: sentences from the rows, reasons by the review's number, what a decision says afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, OutboxMail, Review
from keynet_admin.models.base import subject_of
from keynet_admin.permissions import SENDER, SYSTEM, Actor
from keynet_admin.services import audit, workflow
from keynet_admin.services.mail import outbox
from keynet_admin.services.posting import publication
from keynet_admin.services.posting.moderation import decide
from keynet_admin.services.submission import review
from keynet_admin.services.workflow import history
from keynet_admin.services.workflow.moves import TOLD
from keynet_admin.services.workflow.outcome import Outcome
from keynet_admin.vocabulary import MailStatus, PostingStatus, Role, Source, SubmissionStatus
from tests import factories

Put = Callable[..., Any]
People = dict[str, Actor]


def event(kind: str, action: str, **codes: Any) -> AuditEvent:
    return AuditEvent(subject=kind, subject_id=1, action=action, codes=codes)


TOLD_AS: list[tuple[str, str, dict[str, Any], str]] = [
    ("submission", "accept", {}, "佐藤が承認しました。"),
    ("submission", "resubmit", {"revision": 2}, "2回目の提出を受け付けました。"),
    ("submission", "clear", {"rule": "ORG-001"}, "佐藤が指摘 ORG-001 を問題なしとしました。"),
    ("posting", "create", {}, "申請の承認により、下書きができました。"),
    ("posting", "create", {"own": True}, "佐藤が下書きを作りました。"),
    ("posting", "publish", {"to": "live"}, "佐藤が公開しました。"),
    ("posting", "publish", {"to": "awaiting_release"}, "佐藤が公開を申し込みました（運営事務局の確認待ち）。"),
    ("posting", "edit", {}, "佐藤が内容を変更しました（内容）。"),
    ("posting", "edit", {"fields": ["title"]}, "佐藤が内容を変更しました（見出し）。"),
    ("posting", "edit", {"fields": ["title", "headcount", "job_type"]}, "佐藤が内容を変更しました（見出し・募集人数・職種）。"),
    (
        "posting",
        "edit",
        {"fields": ["title", "headcount", "job_type", "duties"]},
        "佐藤が内容を変更しました（見出し・募集人数・職種ほか1項目）。",
    ),
    ("posting", "no_such", {}, "佐藤：no_such"),
]


@pytest.mark.parametrize(("kind", "action", "codes", "wanted"), TOLD_AS, ids=lambda value: str(value)[:30])
def test_sentences(kind: str, action: str, codes: dict[str, Any], wanted: str) -> None:
    told = history.sentence(event(kind, action, **codes), "佐藤")
    for word, name in (("見出し", "title"), ("募集人数", "headcount"), ("職種", "job_type")):
        wanted = wanted.replace(word, history.label_at(f"postings.0.{name}").removeprefix("募集1 "))
    assert told == wanted


def test_every_row_can_be_told() -> None:
    for kind, action in TOLD:
        assert "{" not in history.sentence(event(kind, action, revision=2, rule="ORG-001"), "佐藤")


def test_the_reason_of_an_event_is_found_by_its_number(put: Put, people: People, db_session: Session, clock: Any) -> None:
    """Not by its order: of two decisions whose reviews were written the other way round each shows its own words."""
    case = put("submission", "return", "received")
    codes = []
    for number in (1, 2):
        kept = Review(**subject_of(case), revision=1, action="return", reason=f"理由{number}", items=[], created_at=clock.now)
        db_session.add(kept)
        db_session.flush()
        codes.append(kept.id)
    clock.advance(minutes=1)
    for number in reversed(codes):
        audit.record(case, "return", people["lead"], review=number)
    audit.record(case, "take", people["lead"])
    audit.record(case, "reject", people["lead"], review=codes[1] + 900)
    db_session.flush()
    told = [(e.text, e.note, e.note_label, e.tone, e.icon) for e in reversed(history.of_submission(case)) if e.at == clock.now]
    who = people["lead"].name
    assert told == [
        (f"{who}が差し戻しました。", "理由2", "理由を読む", "is-ask", "back"),
        (f"{who}が差し戻しました。", "理由1", "理由を読む", "is-ask", "back"),
        (f"{who}が確認を始めました。", "", "文を読む", "", "dot"),
        (f"{who}が却下しました。", "", "文を読む", "is-must", "x"),
    ]


def test_a_case_from_start_to_end(people: People, db_session: Session, clock: Any) -> None:
    """Newest first: moves, the sender's answer, items of a return, mails with how they fared."""
    case = factories.submission(changes={"organization.lg_code": "302058", "organization.org_name": "海南市"})
    clock.advance(minutes=1)
    items = [{"path": "postings.0.title", "message": "短くしてください。"}]
    review.return_(case, people["lead"], seen_version=case.version, message="お願いします。", items=items)
    mail = db_session.execute(select(OutboxMail).where(OutboxMail.template == "returned")).scalar_one()
    workflow.move_where(OutboxMail, "send", OutboxMail.id == mail.id)
    workflow.move_where(OutboxMail, "settle", OutboxMail.id == mail.id, target=MailStatus.refused)
    db_session.expire_all()
    refused = [e for e in history.of_submission(case) if e.text.endswith("：宛先不明・拒否")]
    assert [(e.tone, e.icon, e.note_label) for e in refused] == [("is-must", "mail", "メールを読む")]
    clock.advance(minutes=1)
    from keynet_admin.rules import evaluate
    from keynet_admin.services.submission import intake

    link = db_session.execute(select(intake.ReturnLink)).scalar_one()
    typed = factories.document()
    intake.resubmit(
        link, typed, evaluate(typed, on=clock.now.date()), reference_date="2021-05-07", form_key="k" * 20, message="直しました。"
    )
    db_session.expire_all()
    told = history.of_submission(case)
    assert [e.at for e in told] == sorted((e.at for e in told), reverse=True)
    by_text = {e.text: e for e in told}
    assert by_text["2回目の提出を受け付けました。"].note == "直しました。"
    assert by_text["2回目の提出を受け付けました。"].note_label == "申請者からの連絡を読む"
    label = history.label_at("postings.0.title")
    assert by_text[f"{people['lead'].name}が差し戻しました。"].note == f"お願いします。\n・{label}：短くしてください。"
    assert [e.text for e in told if "対応済み" in e.text] == [refused[0].text.replace("宛先不明・拒否", "対応済み")], (
        "the answer settles it"
    )
    assert {e.tone for e in told if e.text.endswith("：送信待ち")} == {""}


def test_the_keying_of_a_case_is_told_without_its_saves(rows: dict[str, Any], people: People, db_session: Session, clock: Any) -> None:
    keying, case = rows["keying"], rows["submission"]
    keying.submission, case.source = case, Source.phone
    workflow.move(keying, "keyed_save", people["lead"], seen_version=keying.version)
    db_session.flush()
    texts = [e.text for e in history.of_submission(case)]
    assert [t for t in texts if "要点をもう一度入力しました" in t]
    assert not [t for t in texts if "途中" in t]
    case.source = Source.web
    db_session.flush()
    assert not [t for t in (e.text for e in history.of_submission(case)) if "要点" in t]


def test_histories_of_postings_and_accounts(rows: dict[str, Any], people: People, db_session: Session) -> None:
    posting = rows["posting"]
    publication.publish(posting, people["own"], seen_version=posting.version)
    decide.suspend(posting, people["lead"], seen_version=posting.version, reason="内容の確認のため。")
    told = {e.text: e for e in history.of_posting(posting)}
    assert told[f"{people['lead'].name}が掲載を停止しました。"].note == "内容の確認のため。"
    assert any(text.startswith("メール「") for text in told)
    account = rows["account"]
    audit.record(account, "sign_in", people["own"])
    outbox.enqueue("rejected", account.email, {"reason": "x"}, about=account, account_id=account.id)
    db_session.flush()
    found = [e.text for e in history.of_account(account)]
    assert len([t for t in found if t.startswith("メール「")]) == 1 + len(
        db_session.execute(select(OutboxMail).where(OutboxMail.account_id == account.id, OutboxMail.template == "posting_suspended")).all()
    )
    assert f"{people['own'].name}がログインしました。" in found


def test_names_of_people(people: People, db_session: Session) -> None:
    nameless = factories.account(Role.lead, name="")
    events = [
        AuditEvent(actor_kind=people["lead"].kind, actor_id=people["lead"].account_id),
        AuditEvent(actor_kind=people["lead"].kind, actor_id=nameless.id),
        AuditEvent(actor_kind=people["lead"].kind, actor_id=99999),
        AuditEvent(actor_kind=people["lead"].kind, actor_id=None),
        AuditEvent(actor_kind=SENDER.kind),
        AuditEvent(actor_kind=SYSTEM.kind),
    ]
    names = history.names_of(events)
    assert [history.who_of(e, names) for e in events] == [people["lead"].name, nameless.email, "担当者", "担当者", "申請者", "自動処理"]
    assert history.names_of(events[4:]) == {}
    assert history.who_of(events[3], {("actor", -1): "x", ("actor", 1): "x"}) == "担当者"


def test_names_of_subjects(rows: dict[str, Any], db_session: Session) -> None:
    events = [AuditEvent(subject=kind, subject_id=row.id) for kind, row in rows.items()]
    events += [AuditEvent(subject="posting", subject_id=99999), AuditEvent(subject="setting", subject_id=0)]
    found = history.names_of(events)
    case, posting = rows["submission"], rows["posting"]
    assert found["submission", case.id] == f"{case.receipt_no}　{case.org_name}"
    assert found["posting", posting.id] == f"{posting.posting_no}　{posting.title}"
    assert set(found) == {(kind, row.id) for kind, row in rows.items() if kind != "keying"}


def test_what_is_said_afterwards() -> None:
    """Just what was done and sent: a repeated click sends nothing, an unreachable one neither."""
    reject = workflow.move_of(review.Submission, "reject")
    assert reject.page is not None
    said = [
        (Outcome(SubmissionStatus.rejected, mails=1), "却下しました。理由をメールで送ります。"),
        (Outcome(SubmissionStatus.rejected), "却下しました。送れる宛先がないため、メールは送っていません。"),
        (Outcome(SubmissionStatus.rejected, note="別の文。", mails=2), "別の文。理由をメールで送ります。"),
        (
            Outcome(SubmissionStatus.rejected, repeated=True, mails=1),
            "「却下」は、先ほど行っています。今回は何も変えず、メールも送っていません。",
        ),
    ]
    for outcome, wanted in said:
        assert workflow.told(reject.label, reject.page, outcome) == wanted
    pause = workflow.move_of(publication.Posting, "pause")
    assert pause.page is not None
    assert workflow.told(pause.label, pause.page, Outcome(PostingStatus.paused)) == pause.page.done
    assert Outcome(PostingStatus.paused).but(mails=3) == Outcome(PostingStatus.paused, mails=3)


def test_entries_are_newest_first(rows: dict[str, Any], clock: Any, db_session: Session) -> None:
    posting = rows["posting"]
    audit.record(posting, "judge", SYSTEM).at = clock.now - timedelta(days=3)
    db_session.flush()
    assert history.of_posting(posting)[-1].text == "公開の前に記入ルールで確かめ直し、要修正の指摘が見つかりました。"


def test_of_one_moment_the_later_written_stands_first(db_session: Session, clock: Any) -> None:
    """As in the rest of the list: a request for a second person is not told above the acceptance that followed it."""
    case = factories.submission(SubmissionStatus.in_review)
    for action in ("ask_second", "call_back"):
        audit.record(case, action, SYSTEM)
    db_session.flush()
    told = [entry.text for entry in history.of_submission(case) if entry.icon != "mail"]
    assert "代表電話で" in told[0]
    assert "2人目の確認" in told[1]
