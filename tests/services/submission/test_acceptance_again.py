"""Accepting a case again after a correction: the same postings follow it through the gate, and all of it is said before."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, FirstLogin, Listing, Organization, OutboxMail, Posting, PostingRevision, Submission
from keynet_admin.services.posting import drafts, publication, revisions
from keynet_admin.services.posting.moderation import decide as moderation
from keynet_admin.services.submission import acceptance, intake
from keynet_admin.vocabulary import AccountStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.intake.build import post
from tests.rules.base_submission import put
from tests.support.web import Client

P = PostingStatus
MAIL = "vaccine@city.hyuga-test.lg.jp"
MATERIAL = {"postings.0.pay_lines.0.min": "2,345"}
SMALL = {"postings.0.headcount": "7"}
WARNED = {"postings.0.headcount": "300"}


def two_postings() -> dict[str, Any]:
    """A form with two postings."""
    typed = factories.document()
    typed["postings"].append(deepcopy(factories.document()["postings"][0]) | {"title": "もう一つの募集"})
    return typed


@pytest.fixture
def lead(app: Flask, db_session: Session, clock: Any) -> Client:
    """A signed-in lead, who may reopen what was accepted."""
    browser = Client(app, app.response_class)
    browser.sign_in(Role.lead)
    return browser


@pytest.fixture
def case(db_session: Session, clock: Any) -> Submission:
    """An accepted case with two drafts, whose account waits for its first login."""
    return factories.submission(SubmissionStatus.accepted, typed=two_postings())


@pytest.fixture
def correct(client: Client, lead: Client, db_session: Session) -> Callable[..., None]:
    """Reopen an accepted case, return it, and send it again with changes: all over HTTP."""

    def act(case: Submission, changes: Mapping[str, Any], change: Callable[[list[Any]], object] | None = None) -> None:
        decide(lead, case, "reopen", reason="確認のため。")
        decide(lead, case, "return", reason="人数をご確認ください。")
        mail = (
            db_session.execute(select(OutboxMail).where(OutboxMail.template == "returned").order_by(OutboxMail.id.desc())).scalars().first()
        )
        assert mail is not None
        assert mail.sealed is not None
        typed = deepcopy(intake.whole(intake.current_revision(case), "typed"))
        for path, value in changes.items():
            put(typed, path, value)
        if change is not None:
            change(typed["postings"])
        link = "/entry/" + mail.sealed["link"].rpartition("/")[2]
        answer = post(client, typed, "send", to=link, key=f"one-time-key-of-a-test-{case.version}")
        assert answer.status_code < 400
        db_session.expire_all()
        assert case.status is SubmissionStatus.resubmitted

    return act


def decide(browser: Client, case: Submission, action: str, **data: str) -> None:
    answer = browser.post(f"/admin/submission/{case.id}/{action}", data={"version": case.version} | data)
    assert answer.status_code == 303, answer.text


def postings_of(db_session: Session, case: Submission) -> list[Posting]:
    return list(db_session.execute(select(Posting).where(Posting.submission_id == case.id).order_by(Posting.id)).scalars())


def owner(row: Posting) -> Any:
    return factories.actor(Role.municipality, organization=row.organization)


def bring_to(row: Posting, state: str) -> None:
    """The municipality, and where needed the service center, bring a draft into a state."""
    by = owner(row)
    if state == "edited":
        typed = dict(revisions.current_revision(row).typed) | {"title": "団体が直した見出しの募集"}
        drafts.save(row, typed, revisions.check(row.organization, typed), by, seen_version=row.version)
    if state == "awaiting":
        typed = dict(revisions.current_revision(row).typed) | {"headcount": "250"}
        drafts.save(row, typed, revisions.check(row.organization, typed), by, seen_version=row.version)
    if state not in ("draft", "edited", "closed"):
        publication.publish(row, by, seen_version=row.version, now=state != "scheduled")
    if state == "paused":
        publication.pause(row, by, seen_version=row.version)
    if state == "closed":
        publication.close(row, by, seen_version=row.version)
    if state == "suspended":
        moderation.suspend(row, factories.actor(), seen_version=row.version, reason="内容の確認のため。")


# The posting's state, what the form corrects → what the page says, the state then, whether the live content and the newest content are
# the corrected ones, whether it waits for an operator.
TABLE: list[tuple[str, Mapping[str, Any], str, PostingStatus, bool | None, bool, bool]] = [
    ("draft", MATERIAL, "下書きに反映します", P.draft, None, True, False),
    ("edited", MATERIAL, "下書きに反映します", P.draft, None, True, False),
    ("awaiting", MATERIAL, "公開の確認待ちのまま、内容に反映します", P.awaiting_release, None, True, False),
    ("live", SMALL, "公開中の内容にすぐ反映します", P.live, True, True, False),
    ("live", MATERIAL, "変更は事務局の確認を待ちます", P.live, False, True, True),
    ("live", WARNED, "変更は事務局の確認を待ちます", P.live, False, True, True),
    ("paused", SMALL, "一時停止中の内容に反映します", P.paused, True, True, False),
    ("paused", MATERIAL, "変更は事務局の確認を待ちます", P.paused, False, True, True),
    ("scheduled", SMALL, "公開予定の内容に反映します", P.scheduled, True, True, False),
    ("scheduled", MATERIAL, "変更は事務局の確認を待ちます", P.scheduled, False, True, True),
    ("closed", SMALL, "状態が「募集終了」のため、反映しません", P.closed, None, False, False),
    ("suspended", SMALL, "状態が「掲載停止」のため、反映しません", P.suspended, False, False, False),
]


@pytest.mark.parametrize(("state", "changes", "words", "after", "is_live", "is_newest", "waits"), TABLE)
def test_a_correction_becomes_a_revision_of_the_same_posting(
    db_session: Session,
    lead: Client,
    case: Submission,
    correct: Callable[..., None],
    state: str,
    changes: Mapping[str, Any],
    words: str,
    after: PostingStatus,
    is_live: bool | None,
    is_newest: bool,
    waits: bool,
) -> None:
    """Through the gate of its state, as the page said; what the municipality wrote meanwhile stays."""
    first, second = postings_of(db_session, case)
    bring_to(first, state)
    db_session.commit()
    correct(case, changes)
    page = BeautifulSoup(lead.get(f"/admin/submission/{case.id}/accept").text, "html.parser").get_text()
    assert f"{first.posting_no}「{first.title}」：" in page
    assert words in page
    assert f"{second.posting_no}「{second.title}」：前回の承認の内容のまま" in page
    before, version = first.current, first.version
    decide(lead, case, "accept")
    db_session.expire_all()
    assert postings_of(db_session, case) == [first, second]
    assert (first.status, first.current, first.release_asked) == (after, before + is_newest, waits)
    assert first.version == version + is_newest
    name = next(iter(changes)).split(".")[2]
    corrected = intake.current_revision(case).normalized["postings"][0][name]
    assert (revisions.current_revision(first).normalized[name] == corrected) is is_newest
    live = revisions.live_revision(first)
    if is_live is not None:
        assert live is not None
        assert (live.normalized[name] == corrected) is is_live
    listed = db_session.execute(select(Listing.content).where(Listing.posting_id == first.id)).scalar_one_or_none()
    if state == "live":
        assert (listed["posting"][name] == corrected) is is_live  # type: ignore[index]
    assert first.title == ("団体が直した見出しの募集" if state == "edited" else revisions.revision_of(first, 1).normalized["title"])
    assert second.current == 1
    events = db_session.execute(select(AuditEvent.codes).where(AuditEvent.about(first), AuditEvent.action == "edit")).scalars().all()
    assert [codes["fields"] for codes in events if codes.get("form")] == (
        [[key.removeprefix("postings.0.") for key in changes]] if is_newest else []
    )


def third() -> dict[str, Any]:
    return deepcopy(factories.document()["postings"][0]) | {"title": "三つ目の募集"}


@pytest.mark.parametrize(
    ("change", "titles", "new", "dropped"),
    [
        (lambda p: p.pop(0), ("もう一つの募集",), 0, (0,)),
        (lambda p: p.pop(1), ("one",), 0, (1,)),
        (lambda p: p.reverse(), ("もう一つの募集", "one"), 0, ()),
        (lambda p: p.append(third()), ("one", "もう一つの募集", "三つ目の募集"), 1, ()),
        (lambda p: p.insert(0, third()), ("三つ目の募集", "one", "もう一つの募集"), 1, ()),
        (lambda p: p[1].update(title="三つ目の募集"), ("one", "三つ目の募集"), 0, ()),
        (lambda p: (p.pop(0), p[0].update(title="三つ目の募集")), ("三つ目の募集",), 0, (1,)),
        (lambda p: p[0].update(job_type="midwife", licenses=["midwife"]), ("one", "もう一つの募集"), 0, ()),
    ],
)
def test_postings_are_known_again_by_what_they_are(
    db_session: Session,
    lead: Client,
    case: Submission,
    correct: Callable[..., None],
    change: Callable[[list[Any]], object],
    titles: tuple[str, ...],
    new: int,
    dropped: tuple[int, ...],
) -> None:
    """By content, title and place. What the form dropped stays and is said; what it added is a new draft."""
    known = postings_of(db_session, case)
    one = known[0].title
    correct(case, {}, change)
    plan = acceptance.plan(case)
    assert len(plan.postings) == new
    assert [known.index(h.known) for h in plan.handed_before if h.known is not None and h.outcome == "dropped"] == list(dropped)
    page = lead.get(f"/admin/submission/{case.id}/accept").text
    assert page.count("今回の申請にありませんが、そのまま残ります") >= len(dropped)
    assert ("団体が自分で終了します" in page) is bool(dropped)
    decide(lead, case, "accept")
    db_session.expire_all()
    rows = postings_of(db_session, case)
    assert len(rows) == 2 + new
    placed = sorted((row for row in rows if row.submission_index is not None), key=lambda row: row.submission_index or 0)
    assert [row.title for row in placed] == [title if title != "one" else one for title in titles]
    assert [known.index(row) for row in rows if row.submission_index is None] == list(dropped)
    assert {row.status for row in rows} == {P.draft}


def test_a_dropped_posting_that_comes_back_is_the_same(
    db_session: Session, lead: Client, case: Submission, correct: Callable[..., None]
) -> None:
    first, second = postings_of(db_session, case)
    kept: list[Any] = []
    correct(case, {}, lambda p: kept.append(p.pop(1)))
    decide(lead, case, "accept")
    correct(case, {}, lambda p: p.append(kept[0] | {"headcount": "9"}))
    decide(lead, case, "accept")
    db_session.expire_all()
    assert postings_of(db_session, case) == [first, second]
    assert (second.headcount, second.submission_index) == (9, 1)


def mails_since(db_session: Session, number: int) -> dict[str, str]:
    rows = db_session.execute(select(OutboxMail).where(OutboxMail.id > number).order_by(OutboxMail.id)).scalars()
    return {mail.recipient: mail.template for mail in rows}


def last_mail(db_session: Session) -> OutboxMail:
    return db_session.execute(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).scalar_one()


@pytest.mark.parametrize(
    ("account", "resent", "changes", "mails", "words"),
    [
        ("open", True, SMALL, {MAIL: "accepted"}, "先にお送りした初回ログインのご案内をお使いください"),
        ("open", False, {}, {}, ""),
        ("expired", True, SMALL, {MAIL: "first_login"}, "ご案内をお送りし直します"),
        ("expired", False, {}, {MAIL: "first_login"}, "ご案内をお送りし直します"),
        ("active", True, SMALL, {MAIL: "postings_added"}, "下書きに反映します"),
        ("active", True, {"contact.contact_tel": "0982-00-0009"}, {MAIL: "accepted"}, "お使いの管理者アカウントにあります"),
        ("active", False, {}, {}, ""),
    ],
)
def test_no_second_invitation_while_the_first_is_good(
    db_session: Session,
    lead: Client,
    case: Submission,
    correct: Callable[..., None],
    clock: Any,
    account: str,
    resent: bool,
    changes: Mapping[str, Any],
    mails: dict[str, str],
    words: str,
) -> None:
    """The first link stays alive; who sent the form again is answered; without anything new nobody is mailed."""
    if account == "expired":
        clock.set("2021-05-20 10:00")
    if account == "active":
        case.organization.accounts[0].status = AccountStatus.active  # type: ignore[union-attr]
    db_session.commit()
    if resent:
        correct(case, changes)
    else:
        decide(lead, case, "reopen", reason="確認のため。")
    before = last_mail(db_session).id
    page = BeautifulSoup(lead.get(f"/admin/submission/{case.id}/accept").text, "html.parser")
    assert len(page.select("pre.mail")) == len(mails)
    assert ("メールは送りません" in page.get_text()) is (not mails)
    decide(lead, case, "accept")
    flash = lead.get("/admin/submission/").text
    assert (f"メールを{len(mails)}通送ります" if mails else "メールは送りません") in flash
    assert mails_since(db_session, before) == mails
    assert words in last_mail(db_session).body
    if account == "open":
        (invitation,) = db_session.execute(select(FirstLogin)).scalars().all()
        assert invitation.replaced_at is None


def test_a_repeated_click_says_that_nothing_was_done(
    db_session: Session, lead: Client, case: Submission, correct: Callable[..., None]
) -> None:
    correct(case, SMALL)
    version, before = case.version, last_mail(db_session).id
    for words in ("メールを1通送ります", "今回は何も変えず、メールも送っていません"):
        answer = lead.post(f"/admin/submission/{case.id}/accept", data={"version": version})
        assert answer.status_code == 303
        assert words in lead.get("/admin/submission/").text
    assert len(mails_since(db_session, before)) == 1
    assert [row.current for row in postings_of(db_session, case)] == [2, 1]


def test_a_case_does_not_change_its_body(db_session: Session, lead: Client, case: Submission, correct: Callable[..., None]) -> None:
    """What was handed to one body is not taken over for another."""
    other = {"organization.lg_code": "302058", "organization.org_name": "海南市", "organization.org_kana": "カイナンシ"}
    correct(case, other | {"organization.org_address": "海南市日方1番1号"})
    page = lead.get(f"/admin/submission/{case.id}/accept").text
    assert "前回の承認で「日向市」にお渡ししています" in page
    assert lead.post(f"/admin/submission/{case.id}/accept", data={"version": case.version}).status_code == 409
    assert case.status is SubmissionStatus.resubmitted
    assert db_session.execute(select(Organization.name)).scalars().all() == ["日向市"]


def test_the_same_case_again_changes_nothing(db_session: Session, lead: Client, case: Submission) -> None:
    rows = postings_of(db_session, case)
    decide(lead, case, "reopen", reason="確認のため。")
    decide(lead, case, "accept")
    assert postings_of(db_session, case) == rows
    assert len(db_session.execute(select(PostingRevision)).scalars().all()) == 2


def test_the_registered_body_follows_the_accepted_form(db_session: Session, clock: Any) -> None:
    live = factories.posting(PostingStatus.live)
    organization = live.organization
    version = organization.version
    again = factories.submission(changes={"organization.org_kana": "ニューヒュウガシ", "organization.department": "新しい予防接種課"})
    acceptance.accept(again, factories.actor(), seen_version=again.version)
    assert (organization.kana, organization.details["department"], organization.version) == (
        "ニューヒュウガシ",
        "新しい予防接種課",
        version + 1,
    )
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(organization), AuditEvent.action == "edit")).scalar_one()
    assert event.codes["fields"] == ["organization.department", "organization.org_kana"]
    assert event.codes["version"] == version + 1
    content = db_session.execute(select(Listing.content).where(Listing.posting_id == live.id)).scalar_one()
    assert "新しい予防接種課" in str(content)


def test_an_equal_form_does_not_touch_the_body(db_session: Session, clock: Any) -> None:
    factories.submission(SubmissionStatus.accepted)
    organization = db_session.execute(select(Organization)).scalar_one()
    version = organization.version
    again = factories.submission()
    acceptance.accept(again, factories.actor(), seen_version=again.version)
    db_session.flush()
    assert organization.version == version
    actions = db_session.execute(select(AuditEvent.action).where(AuditEvent.about(organization))).scalars().all()
    assert actions == ["create"]
