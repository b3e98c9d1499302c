"""Nobody who has left keeps people in their care: an account that is stopped, suspended, forgotten, handed over or without the right."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from keynet_admin.errors import BadField
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Posting
from keynet_admin.services.account import colleagues
from keynet_admin.services.account import use_cases as accounts
from keynet_admin.services.account.session import actor_of
from keynet_admin.services.candidate import contact, lists
from keynet_admin.services.transaction import transaction
from keynet_admin.services.workflow import history
from keynet_admin.vocabulary import CandidateStatus, OfficeRight, PostingStatus, Role
from tests import factories
from tests.support.web import Client
from tests.walks.test_races import settled, together

S = CandidateStatus
pytestmark = pytest.mark.usefixtures("clock", "db_session")
LEFT = "担当の方が応募者対応から外れたため、担当が未定になりました。"


def pair(posting: Posting) -> tuple[Account, Account]:
    """Two colleagues of the posting's body: who manages, and who cares for applicants."""
    made = [factories.account(Role.municipality, organization=posting.organization, name=name) for name in ("川辺 花子", "見本 蓮")]
    return made[0], made[1]


def handed(person: Candidate, to: Account) -> Candidate:
    contact.assign(person, actor_of(to), to.id, seen_version=person.version)
    db.session.flush()
    return person


def rights(*values: str) -> Callable[[Account, Account], Any]:
    return lambda leaver, chief: colleagues.change_rights(leaver, actor_of(chief), seen_version=leaver.version, rights=values)


WAYS: dict[str, Callable[[Account, Account], Any]] = {
    "stopped": lambda leaver, chief: colleagues.stop(leaver, actor_of(chief), seen_version=leaver.version, reason="異動のため。"),
    "suspended": lambda leaver, _chief: accounts.suspend(
        leaver, factories.actor(Role.lead), seen_version=leaver.version, reason="確認のため。"
    ),
    "forgotten": lambda leaver, _chief: accounts.expire(leaver),
    "without the right": rights("view", "edit"),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_who_leaves_leaves_the_people_who_wait_to_nobody(client: Client, way: str) -> None:
    """The list says so, the person's page can be worked on as before; whose application has ended keeps the name while there is one."""
    row = factories.posting(PostingStatus.live)
    chief, leaver = pair(row)
    waits = handed(factories.candidate(S.contacted, posting=row, by=actor_of(leaver)), leaver)
    over = handed(factories.candidate(S.rejected, posting=row, by=actor_of(leaver)), leaver)
    other = handed(factories.candidate(S.seen, posting=row, by=actor_of(chief)), chief)
    seen = waits.version
    WAYS[way](leaver, chief)
    db.session.flush()
    assert (waits.owner_id, other.owner_id, waits.version) == (None, chief.id, seen)
    assert over.owner_id == (None if way == "forgotten" else leaver.id)
    assert lists.last_events([waits.id])[waits.id].text == LEFT
    assert LEFT not in [entry.text for entry in history.of_candidate(over)]
    client.sign_in(chief)
    page = client.get("/office/candidate/?tab=contacted&owner=none").get_data(as_text=True)
    assert LEFT in page
    contact.assign(waits, actor_of(chief), chief.id, seen_version=seen)
    assert waits.owner_id == chief.id


def test_other_rights_leave_people_where_they_are() -> None:
    row = factories.posting(PostingStatus.live)
    chief, colleague = pair(row)
    person = handed(factories.candidate(S.contacted, posting=row, by=actor_of(colleague)), colleague)
    rights("view", "candidates")(colleague, chief)
    db.session.flush()
    assert person.owner_id == colleague.id


def test_a_hand_over_gives_everybody_to_the_heir() -> None:
    row = factories.posting(PostingStatus.live)
    chief, leaver = pair(row)
    people = [handed(factories.candidate(state, posting=row, by=actor_of(leaver)), leaver) for state in (S.contacted, S.rejected)]
    colleagues.hand_over(leaver, actor_of(leaver), seen_version=leaver.version, to=str(chief.id), reason="異動のため。")
    db.session.flush()
    assert [person.owner_id for person in people] == [chief.id, chief.id]


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite has one writer
@pytest.mark.parametrize("way", ["stopped", "suspended", "without the right", "handed over"])
def test_who_leaves_while_somebody_writes_about_a_person(app: Flask, db_session: Session, way: str) -> None:
    """Both lock the person first and an account afterwards: the second waits, neither fails."""
    row = factories.posting(PostingStatus.live)
    chief, leaver = pair(row)
    person = handed(factories.candidate(S.contacted, posting=row, by=actor_of(leaver)), leaver)
    db_session.commit()
    ids = chief.id, leaver.id

    def leave() -> None:
        with transaction():
            by, gone = (db.session.get_one(Account, number) for number in ids)
            if way == "handed over":
                colleagues.hand_over(gone, actor_of(gone), seen_version=gone.version, to=str(by.id), reason="異動のため。")
            else:
                WAYS[way](gone, by)

    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.extend(together(app, leave)))
    with db.engine.connect() as writer:
        writer.execute(text("SELECT id FROM candidate WHERE id = :id FOR UPDATE"), {"id": person.id})
        thread.start()
        settled(app, [thread])
        writer.execute(text("UPDATE candidate SET owner_id = NULL WHERE id = :id"), {"id": person.id})
        writer.execute(text("UPDATE candidate SET owner_id = :owner WHERE id = :id"), {"id": person.id, "owner": ids[1]})
        writer.commit()
    thread.join(60)
    assert answers == [None]
    db_session.expire_all()
    owner = db_session.execute(select(Candidate.owner_id).where(Candidate.id == person.id)).scalar_one()
    assert owner == (ids[0] if way == "handed over" else None)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_nobody_is_given_to_who_leaves_at_the_same_moment(app: Flask, db_session: Session) -> None:
    row = factories.posting(PostingStatus.live)
    chief, leaver = pair(row)
    person = factories.candidate(S.contacted, posting=row, by=actor_of(chief))
    db_session.commit()
    ids, number = (chief.id, leaver.id), person.id

    def give() -> None:
        with transaction():
            by, one = db.session.get_one(Account, ids[0]), db.session.get_one(Candidate, number)
            contact.assign(one, actor_of(by), ids[1], seen_version=one.version)

    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.extend(together(app, give)))
    with db.engine.connect() as other:
        other.execute(text("SELECT id FROM account WHERE id = :id FOR UPDATE"), {"id": ids[1]})
        thread.start()
        settled(app, [thread])
        other.execute(text("UPDATE account SET status = 'suspended' WHERE id = :id"), {"id": ids[1]})
        other.commit()
    thread.join(60)
    assert [type(answer) for answer in answers] == [BadField]
    assert OfficeRight.candidates in leaver.held
