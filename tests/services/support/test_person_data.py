"""Somebody wants their data deleted: found by what they say, shown with where it is, ended at once; nothing of them is left anywhere."""

import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.errors import BadField
from keynet_admin.models import (
    Account,
    AuditEvent,
    Candidate,
    EntryDraft,
    Keying,
    OutboxMail,
    RetentionRun,
    Review,
    SavedView,
    SearchAlert,
    StaffNote,
    Submission,
)
from keynet_admin.permissions import candidate_of
from keynet_admin.services import threads
from keynet_admin.services.backup import take
from keynet_admin.services.keying import steps
from keynet_admin.services.mail import outbox
from keynet_admin.services.operation import retention
from keynet_admin.services.submission import review
from keynet_admin.services.support import erasing, person_data
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import CandidateStatus, PostingStatus, Role, SubmissionStatus
from tests import factories
from tests.services import marked
from tests.services.marked import MARKER
from tests.support.clock import MovableClock
from tests.support.web import Client, change_settings
from tests.web.access.test_step_up import age

MAIL, TEL = f"{MARKER}@mail.example", "0982-00-1234"
PERSON = {"family_name": MARKER, "given_name": "花子", "email": MAIL, "tel": TEL, "message": f"{MARKER}です。"}
CONTACT = {"contact.contact_last": MARKER, "contact.contact_first": "花子", "contact.contact_email": MAIL, "contact.contact_tel": TEL}
ASKED = {"mail": f" {MAIL.upper()} ", "tel": "０９８２（００）１２３４", "name": f"{MARKER}　花子"}
EVERYWHERE = {
    *("candidate", "submission", "account", "search_alert", "keying", "entry_draft"),
    *("outbox_mail", "thread_message", "staff_note", "review", "saved_view"),
}


@pytest.fixture
def stored(db_session: Session, clock: MovableClock) -> dict[str, Any]:
    """A person in everything that the program stores, a namesake, and somebody else; one case waits for its decision."""
    operator = factories.actor(Role.operator)
    rows: dict[str, Any] = {
        "waiting": factories.submission(changes=CONTACT),
        "rejected": factories.submission(SubmissionStatus.rejected, CONTACT),
        "asked": factories.candidate(CandidateStatus.open, PERSON | {"family_name": "海野"}),
        "applied": factories.candidate(CandidateStatus.received, PERSON),
        "namesake": factories.candidate(CandidateStatus.received, PERSON | {"email": "other@mail.example", "tel": ""}),
        "other": factories.candidate(CandidateStatus.received),
        "alert": factories.search_alert(email=MAIL),
    }
    officer = factories.actor(Role.municipality, organization=rows["asked"].organization)
    marked.publish_question(rows["asked"], officer)
    threads.write(rows["applied"], candidate_of(rows["applied"].id), f"{MARKER}です。")
    threads.note(rows["rejected"], operator, f"{MARKER} 花子さんは午後に電話に出られる。")
    threads.write(rows["asked"].posting, officer, f"{MARKER}様（{TEL}）から電話がありました。")
    rows["account"] = factories.account(Role.municipality, organization=rows["asked"].organization, email="own@city.example")
    rows["account"].email, rows["account"].name = MAIL, f"{MARKER} 花子"
    review.reject(rows["waiting"], operator, seen_version=rows["waiting"].version, reason=f"{MARKER} 花子様の申請ではないため。")
    keyed = factories.keying(CONTACT)
    steps.discard(keyed, operator, seen_version=keyed.version)
    keyed.typed = {"contact": {"contact_last": MARKER, "contact_first": "花子"}}
    db_session.add(EntryDraft(cookie_hash="c", typed={"contact": {"contact_email": MAIL}}, form_key="k", expires_at=clock.now))
    db_session.add(SavedView(account_id=operator.account_id, place="x", name="電話の方", query=f"q={MAIL.replace('@', '%40')}"))
    rows["open"] = factories.submission(changes=CONTACT)
    db_session.commit()
    outbox.deliver_waiting()
    return rows


def test_everything_of_a_person_ends_at_their_wish(
    app: Flask,
    stored: dict[str, Any],
    db_session: Session,
    client: Client,
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the page of the administrators, after a fresh proof. What must stay says why; a namesake is not chosen; a last mail says what went."""
    visitor, page = Client(app, app.response_class, use_cookies=False), f"/postings/{stored['asked'].posting.posting_no}"
    assert marked.in_answers(visitor, [page]) == {page}
    backups, temporary = tmp_path / "backups", tmp_path / "temporary"
    for folder in (backups, temporary):
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    change_settings(app, backup_folder=str(backups))
    now = program_clock.real_now()
    take.take(backups / f"keynet-{now - timedelta(days=36):%Y%m%dT%H%M%SZ}.zip")
    assert marked.in_files(backups), "what was taken before has it"
    with marked.log_lines(app) as lines:
        client.sign_in(Role.lead)
        assert client.post("/admin/person/", data=ASKED).status_code == 403
        client.sign_in(Role.admin)
        age()
        assert client.post("/admin/person/", data=ASKED).status_code == 401
        client.sign_in(Role.admin)
        for bad in ({}, {"mail": "sakura"}, {"tel": "1234"}, {"name": MARKER}, {"name": "。 、"}):
            assert client.post("/admin/person/", data=bad).status_code == 422, bad
        shown = client.post("/admin/person/", data=ASKED).text
        boxes = re.findall(r'name="chosen" value="([a-z_]+)\.(\d+)"( checked)?', shown)
        assert {kind for kind, _, _ in boxes} == EVERYWHERE
        assert ("candidate", str(stored["namesake"].id), "") in boxes, "a name alone is not enough"
        assert f'value="submission.{stored["open"].id}"' not in shown
        assert "取下げか決定が済むと" in shown
        chosen = [f"{kind}.{number}" for kind, number, _ in boxes if (kind, int(number)) != ("candidate", stored["namesake"].id)]
        typed = ASKED | {"chosen": chosen, "reference": "2021-05-12 電話", "reason": "登録の電話で確かめた。"}
        for missing in ("chosen", "reference", "reason"):
            answer = client.post("/admin/person/erase", data=typed | {missing: []})
            assert answer.status_code == 422, missing
            assert stored["applied"].candidate_no in answer.text
        assert client.post("/admin/person/erase", data=typed | {"chosen": [*chosen, f"candidate.{stored['other'].id}"]}).status_code == 409
        assert db_session.get_one(Candidate, stored["applied"].id).erased_at is None
        with transaction():
            case = db_session.get_one(Submission, stored["open"].id)
            review.reject(case, factories.actor(Role.operator), seen_version=case.version, reason="取下げの希望。")
        again = client.post("/admin/person/", data=ASKED).text
        found = {f"{kind}.{number}" for kind, number, _ in re.findall(r'name="chosen" value="([a-z_]+)\.(\d+)"( checked)?', again)}
        assert client.post("/admin/person/erase", data=typed | {"chosen": sorted(found)}).status_code == 303
        outbox.deliver_waiting()
        assert "2021-05-12 電話" in client.get("/admin/person/").text
        assert marked.in_answers(visitor, [page, *marked.PUBLIC]) == set()
        assert marked.in_kept_pages(app) == set()
        assert marked.in_answers(client, [path for path in marked.EXPORTS if path.startswith("/admin/")]) == set()
    assert MARKER not in lines.getvalue()
    assert marked.in_database(db_session) == set()
    assert not marked.in_index(db_session)
    run = db_session.execute(select(RetentionRun)).scalar_one()
    assert run.numbers["応募・問い合わせ"] == 3
    assert retention.last_runs() == []
    taken = select(AuditEvent.codes).where(AuditEvent.subject == "account", AuditEvent.action == "export")
    assert {codes["list"] for codes in db_session.execute(taken).scalars()} == {"admin_account", "admin_mail"}
    events = db_session.execute(select(AuditEvent).where(AuditEvent.action.in_(("find_person", "erase_person")))).scalars().all()
    assert {event.action for event in events} == {"find_person", "erase_person"}
    assert stored["applied"].id in events[-1].codes["candidate"]
    account = db_session.get_one(Account, stored["account"].id)
    assert account.is_erased
    other = db_session.get_one(Candidate, stored["other"].id)
    assert (other.name, other.erased_at) == ("見本 さくら", None)
    assert db_session.get_one(Submission, stored["rejected"].id).receipt_no
    last = db_session.execute(select(OutboxMail).where(OutboxMail.template == "person_erased")).scalars().all()
    assert {mail.recipient for mail in last} == {""}
    assert len(last) == 2, "one mail an address, the namesake's among them"
    assert "応募・問い合わせ　3件" in last[0].body
    assert db_session.execute(select(Review.reason).where(Review.subject == "retention_run")).scalar_one().startswith("求め：2021-05-12")
    spooled = {f"mail/{mail.message_id}.eml" for mail in last}  # in the place of the person's own mailbox
    db_session.close()
    assert set(marked.in_files(instance)) <= spooled
    with app.app_context():
        after = backups / f"keynet-{now:%Y%m%dT%H%M%SZ}.zip"
        take.take(after)
        jobs.sweep("drop_backups", jobs.ACTIONS["drop_backups"])
    assert list(backups.iterdir()) == [after]
    assert marked.in_files(backups) == marked.in_files(temporary) == []


def test_what_has_to_stay(db_session: Session, clock: MovableClock) -> None:
    """One's own account, the last one of a body; and nobody is found by half a number."""
    me, lonely = factories.account(Role.admin, email=MAIL), factories.account(Role.municipality, name=f"{MARKER} 花子")
    actor = factories.actor_of(me)
    rows = {row.id: row for row in person_data.found(person_data.read(ASKED), actor)}
    assert "ご自分" in rows[me.id].kept
    assert "最後のアカウント" in rows[lonely.id].kept
    with pytest.raises(BadField):
        erasing.erase(person_data.read(ASKED), [], actor, reference="1", reason="x")
    factories.account(Role.municipality, organization=lonely.organization)
    assert not {row.kept for row in person_data.found(person_data.read({"name": ASKED["name"]}), actor) if row.id == lonely.id} - {""}
    for tables in (SearchAlert, StaffNote, Keying):
        assert db_session.execute(select(tables)).first() is None
    factories.posting(PostingStatus.draft)
    assert person_data.found(person_data.read({"tel": "00001234"}), actor) == []


@pytest.mark.parametrize(("stored_as", "asked"), [("髙﨑 恵", "高崎 惠"), ("高崎 惠", "髙嵜 恵")])
def test_a_name_is_found_in_every_spelling(db_session: Session, stored_as: str, asked: str) -> None:
    """In columns with names alone, in words, in JSON and in addresses; another name of one more letter is not."""
    last, first = stored_as.split()
    operator = factories.actor(Role.operator)
    factories.candidate(CandidateStatus.received, PERSON | {"family_name": last, "given_name": first})
    factories.candidate(CandidateStatus.received, PERSON | {"family_name": last, "given_name": f"{first}子"})
    case = factories.submission(SubmissionStatus.rejected, CONTACT | {"contact.contact_last": last, "contact.contact_first": first})
    threads.note(case, operator, f"{last} {first}さんは午後に電話に出られる。")
    factories.account(Role.operator, name=stored_as)
    typed = {"contact": {"contact_last": last, "contact_first": first}}
    db_session.add(EntryDraft(cookie_hash="c", typed=typed, form_key="k", expires_at=program_clock.now()))
    db_session.add(SavedView(account_id=operator.account_id, place="x", name="電話の方", query=f"q={quote_plus(last)}+{quote_plus(first)}"))
    db_session.flush()
    found = [row.kind for row in person_data.found(person_data.read({"name": asked}), operator)]
    assert {*found} == {"candidate", "submission", "staff_note", "account", "entry_draft", "saved_view", "outbox_mail"}
    assert found.count("candidate") == 1
