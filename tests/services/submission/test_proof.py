"""Who gets the account: what each sender must be proven by, and that nobody passes a risky case alone. As tables."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as clocks
from keynet_admin.errors import BadField, KeynetError, NotPermitted, Refused
from keynet_admin.models import Account, AuditEvent, Organization, OutboxMail, Review, Submission
from keynet_admin.permissions import SENDER, SYSTEM, Actor
from keynet_admin.rules import evaluate
from keynet_admin.services import workflow
from keynet_admin.services.files.check import check_submission
from keynet_admin.services.files.rows import FileSubmission
from keynet_admin.services.files.store import store_all
from keynet_admin.services.keying import steps as keyings
from keynet_admin.services.submission import acceptance, intake, proof, review
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import CallSource, Role
from tests import factories

CHUO = {
    "organization.org_type": "special_ward",
    "organization.lg_code": "131024",
    "organization.org_name": "中央区",
    "organization.org_kana": "チュウオウク",
    "organization.org_zip": "1040045",
    "organization.org_address": "中央区築地9番9号",
    "organization.org_tel": "03-0000-0001",
    "contact.contact_tel": "03-0000-0043",
    "postings.0.venue_city": "131024",
    "postings.0.pay_lines": [{"label": "平日", "min": "2,000円"}],
}
# Sender -> whether the address alone proves 東京都中央区.
SENDERS = {
    "kenko@city.chuo.lg.jp": True,
    "kenko@hoken.city.chuo-test.lg.jp": True,
    "x@city.osaka.lg.jp": False,
    "x@service-test.lg.jp": False,
    "kenko@gmail.com": False,
    "x@chuo.keynet.example": False,
}
# What happened before -> whether an operator who was not in it may accept, and whether the one who did it may.
RECORDS = {"nothing": (False, False), "called": (True, True), "asked": (True, False), "called, then resent from elsewhere": (False, False)}


def mailed_from(address: str, **more: Any) -> dict[str, Any]:
    return CHUO | {"contact.contact_email": address, "contact.contact_email2": address} | more


def sent(address: str, **more: Any) -> Submission:
    return factories.submission(changes=mailed_from(address, **more))


def accepts(case: Submission, who: Actor, db_session: Session, account: str = "") -> bool:
    """Whether this person's acceptance goes through; what is refused leaves nothing behind."""
    step = db_session.begin_nested()
    try:
        acceptance.accept(case, who, seen_version=case.version, account=account)
    except (NotPermitted, Refused):
        step.rollback()
        db_session.expire_all()
        return False
    step.commit()
    db_session.expire_all()
    return True


def resent(db_session: Session, case: Submission, who: Actor, changes: dict[str, Any]) -> None:
    review.return_(case, who, seen_version=case.version, message="ご確認ください。", items=[])
    db_session.flush()
    link = db_session.execute(select(intake.ReturnLink).where(intake.ReturnLink.submission_id == case.id)).scalars().all()[-1]
    typed, today = factories.document(changes), clocks.today()
    result = evaluate(typed, on=today)
    intake.resubmit(link, typed, result, reference_date=today.isoformat(), form_key=f"again-{case.id}-{case.version}")
    db_session.flush()


@pytest.mark.parametrize("role", [Role.operator, Role.lead, Role.admin, Role.municipality])
def test_who_may_accept_which_sender(db_session: Session, clock: Any, role: Role) -> None:
    """Sender × what is on record × who accepts: somebody else of that role, or the person who made the record. Who is mailed then."""
    recorder, other = factories.actor(role if role is not Role.municipality else Role.operator), factories.actor(role)
    wrong = []
    for address, proven in SENDERS.items():
        sending = db_session.begin_nested()
        case = sent(address)
        assert case.errors == 0
        for record, (for_others, for_recorder) in RECORDS.items():
            recording = db_session.begin_nested()
            if record.startswith("called"):
                factories.called(case, recorder, phone="03-0000-0001")
            if record == "asked":
                proof.ask_second(case, recorder, seen_version=case.version)
            if record.endswith("elsewhere"):
                resent(db_session, case, recorder, mailed_from(f"y{address}"))
            for who, may in ((other, for_others), (recorder, for_recorder)):
                accepting = db_session.begin_nested()
                expected = (may or proven) and who.role is not Role.municipality
                told = accepted_by(case, who, db_session)
                if told != ([f"y{address}" if "elsewhere" in record else address] if expected else []):
                    wrong.append((address, record, who.name, told))
                accepting.rollback()
                db_session.expire_all()
            recording.rollback()
            db_session.expire_all()
        sending.rollback()
        db_session.expire_all()
    assert wrong == []


def accepted_by(case: Submission, who: Actor, db_session: Session) -> list[str]:
    """To whom first logins are mailed when this person accepts, and who has an account then; nobody when it is refused."""
    accepts(case, who, db_session)
    mails = select(OutboxMail.recipient).where(OutboxMail.template == "first_login")
    accounts = select(Account.email).join(Account.organization).where(Organization.lg_code == "131024")
    recipients = list(db_session.execute(mails).scalars())
    assert recipients == list(db_session.execute(accounts).scalars())
    return recipients


def uploaded(who: Actor, address: str) -> Submission:
    form = factories.document(mailed_from(address))
    checked = check_submission(FileSubmission(1, form))
    (stored,) = store_all([checked], who)
    return intake.db.session.execute(select(Submission).where(Submission.receipt_no == stored.receipt_no)).scalar_one()


def keyed(who: Actor, address: str, second: Actor | None = None) -> Submission:
    row = factories.keying(mailed_from(address), second={"postings.0.headcount": "15"}, by=who)
    if second is not None:
        keyings.key_second(row, row.second, second, seen_version=row.version)
    document = keyings.document_of(row)
    case = keyings.send(row, document, evaluate(document, on=clocks.today()), second or who, seen_version=row.version).made
    assert isinstance(case, Submission)
    return case


OWN, FREE = "kenko@city.chuo-test.lg.jp", "kenko@gmail.com"
# How it came in (by A) -> who accepts (A or B) and after what -> whether that goes.
BROUGHT: list[tuple[str, str, str, str, bool]] = [
    (how, address, who, record, goes)
    for how in ("uploaded", "keyed")
    for address, who, record, goes in (
        (OWN, "A", "", False),
        (OWN, "A", "A called", False),
        (OWN, "A", "A asked", False),
        (OWN, "A", "B called", True),
        (OWN, "A", "B asked", True),
        (OWN, "B", "", True),
        (FREE, "A", "A called", False),
        (FREE, "A", "B called", True),
        (FREE, "B", "", False),
        (FREE, "B", "A called", True),
        (FREE, "B", "A asked", True),
        (FREE, "B", "B asked", False),
        (FREE, "B", "B called", True),
    )
] + [
    ("keyed by both", OWN, "A", "", True),
    ("keyed by both", OWN, "B", "", True),
    ("keyed by both", FREE, "A", "", False),
    ("imported", OWN, "A", "", True),
    ("imported", FREE, "A", "", False),
    ("imported", FREE, "A", "A called", True),
]


@pytest.mark.parametrize(("how", "address", "who", "record", "goes"), BROUGHT)
def test_nobody_accepts_alone_what_they_brought_in(
    db_session: Session, clock: Any, how: str, address: str, who: str, record: str, goes: bool
) -> None:
    people = {"A": factories.actor(), "B": factories.actor()}
    made = {
        "uploaded": lambda: uploaded(people["A"], address),
        "keyed": lambda: keyed(people["A"], address),
        "keyed by both": lambda: keyed(people["A"], address, people["B"]),
        "imported": lambda: uploaded(SYSTEM, address),
    }
    case = made[how]()
    name, _, act = record.partition(" ")
    if act == "called":
        factories.called(case, people[name], phone="03-0000-0001")
    if act == "asked":
        proof.ask_second(case, people[name], seen_version=case.version)
    assert accepts(case, people[who], db_session) is goes


CHANGED_PHONE, SAME_PHONE = {"organization.org_tel": "03-0000-0002"}, {"organization.org_tel": "03 0000 0001"}
SECOND = {
    # later form of a body that is registered -> whether it goes at once (False: after a call)
    "the same address": (OWN, {}, False, True),
    "another address of the body, no account": ("yobo@city.chuo-test.lg.jp", {}, False, True),
    "another address of the body, a further account": ("yobo@city.chuo-test.lg.jp", {}, True, False),
    "the same address, another telephone": (OWN, CHANGED_PHONE, False, False),
    "the same address, the same telephone": (OWN, SAME_PHONE, False, True),
    "free mail, no account": (FREE, {}, False, False),
    "free mail, a further account": (FREE, {}, True, False),
}


@pytest.mark.parametrize("name", SECOND)
def test_a_later_form_of_a_registered_body(db_session: Session, clock: Any, name: str) -> None:
    address, changes, further, at_once = SECOND[name]
    who = factories.actor()
    first = sent(OWN)
    acceptance.accept(first, who, seen_version=first.version)
    case = sent(address, **changes)
    assert accepts(case, who, db_session, account="further" if further else "") is at_once
    if not at_once:
        factories.called(case, who, phone="03-0000-0001", organization=first.organization)
        assert accepts(case, who, db_session, account="further" if further else "")
    assert len(first.organization.accounts) == 1 + further  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"phone": ""}, "phone"),
        ({"phone": "０９０－００００－００１２"}, "phone"),
        ({"phone": "050-0000-0012"}, "phone"),
        ({"phone": "3000"}, "phone"),
        ({"phone": "03-0000-0043"}, "phone"),
        ({"source": ""}, "source"),
        ({"source": "hearsay"}, "source"),
        ({"source": "registered"}, "source"),
        ({"person": " "}, "person"),
    ],
)
def test_a_call_is_logged_only_when_it_was_one(db_session: Session, clock: Any, values: dict[str, str], field: str) -> None:
    case, who = sent(FREE), factories.actor()
    with pytest.raises(BadField) as refused:
        factories.called(case, who, **({"phone": "03-0000-0001"} | values))
    assert refused.value.field == field
    assert db_session.execute(select(Review)).first() is None


def test_a_call_stands_in_the_history_and_the_log_without_a_word_of_it(db_session: Session, clock: Any) -> None:
    case, who = sent(FREE), factories.actor(name="大野 直子")
    version = case.version
    factories.called(case, who, phone="０３（００００）０００１", person="庶務係 見本様")
    again = proof.call_back(case, who, seen_version=version, organization=None, phone="03-0000-0001", source="website", person="x")
    assert again.repeated
    entry = next(e for e in history.of_submission(case) if "代表電話" in e.text)
    assert (entry.text, entry.note_label) == ("大野 直子が団体の代表電話で申請を確かめました。", "記録を読む")
    assert "03-0000-0001（団体の公式サイト）　庶務係 見本様" in entry.note
    assert FREE in entry.note
    event = db_session.execute(select(AuditEvent).where(AuditEvent.action == "call_back")).scalar_one()
    assert event.actor_id == who.account_id
    assert not [word for word in ("0000", "見本", "gmail") if word in str(event.codes)]


def test_an_account_that_came_between_is_a_further_one(db_session: Session, clock: Any) -> None:
    """What was planned as the first account is asked anew once the body is locked."""
    case, who = sent("yobo@city.chuo-test.lg.jp"), factories.actor()
    first = sent(OWN)
    assert acceptance.plan(case).ways[0].account == "new"
    acceptance.accept(first, factories.actor(), seen_version=first.version)
    with pytest.raises(Refused, match="すでにアカウントがあります"):
        acceptance.accept(case, who, seen_version=case.version, account="further")


def one_alone(who: Actor, *, calls: bool) -> dict[str, Any]:
    """Everything that one operator can do to a case before its acceptance. `calls`: also log a call to the body."""
    steps: dict[str, Any] = {
        "take": lambda case: review.take(case, who, seen_version=case.version),
        "ask": lambda case: proof.ask_second(case, who, seen_version=case.version),
        "reject": lambda case: review.reject(case, who, seen_version=case.version, reason="対象の団体ではないため。"),
        "reopen": lambda case: review.reopen(case, who, seen_version=case.version, reason="確かめ直すため。"),
    }
    return steps | ({"call": lambda case: factories.called(case, who, phone="03-0000-0001")} if calls else {})


@pytest.mark.parametrize("brought", [False, True])
def test_no_sequence_lets_one_person_pass_a_risky_case(db_session: Session, brought: bool) -> None:
    """Every sequence of three: a doubtful sender without a call to the body, and a case that the operator brought in, with one (X06)."""
    who = factories.actor(Role.operator)
    case = factories.submission(changes=mailed_from("kenko@gmail.com"), sender=who if brought else SENDER)
    steps, passed, tried = one_alone(who, calls=brought), [], 0

    def walk(before: tuple[str, ...]) -> None:
        nonlocal tried
        tried += 1
        if "accept" in workflow.allowed(case, who) and accepts(case, who, db_session):
            passed.append(before)
        for name, step in steps.items() if len(before) < 3 else ():
            point = db_session.begin_nested()
            try:
                step(case)
                db_session.flush()
            except KeynetError:  # not from this state
                point.rollback()
                continue
            walk((*before, name))
            point.rollback()
            db_session.expire_all()

    walk(())
    assert passed == []
    assert tried > 10
    other = factories.actor(Role.operator)
    proof.ask_second(case, who, seen_version=case.version)
    assert accepts(case, other, db_session), "a second person does"


def test_a_record_of_a_call_is_read_as_it_was_written() -> None:
    for source in (CallSource.website, CallSource.registered):
        words = proof.words_of_call("0982-00-0001", source.value, "庶務係（総務）　見本様", registered="0982-00-0001", contact={})
        assert proof.read_call(f"宛先を直しました。\n{words}") == ("0982-00-0001", source, "庶務係（総務）　見本様")
    assert [proof.read_call(other) for other in ("", "電話しました。", "0982-00-0001（占い）　見本様")] == [None, None, None]
