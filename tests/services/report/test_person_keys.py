"""The keyed hashes by which people are counted once: made of what somebody sends, gone with their data, and nowhere to be seen."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import config
from keynet_admin.models import Candidate
from keynet_admin.permissions import candidate_of
from keynet_admin.services import persons
from keynet_admin.services.candidate import erase, intake, person_keys
from keynet_admin.vocabulary import CandidateStatus, Role
from tests import factories
from tests.architecture import source
from tests.support.web import Client

MAY_NAME_THEM = {
    "models/candidate.py",
    "services/candidate/intake.py",
    "services/operation/key_rotation.py",
    "services/persons.py",
    "services/report/figures.py",
}
_NAMES = re.compile(r"\b(tel_key|email_key|person_keys|person_key)\b")


@pytest.mark.usefixtures("db_session")
def test_who_sends_the_same_contact_has_the_same_keys() -> None:
    first = factories.candidate(content={"email": "Sakura@Mail.example", "tel": "0982-00-0012"})
    second = factories.candidate(content={"email": "sakura@mail.example", "tel": "0982000012"}, posting=first.posting)
    third = factories.candidate(content={"email": "", "tel": "0982-00-0013"}, posting=first.posting)
    assert (first.tel_key, first.email_key) == (second.tel_key, second.email_key)
    assert (third.tel_key != first.tel_key, third.email_key) == (True, "")
    assert all(re.fullmatch("[0-9a-f]{32}", key) for key in (first.tel_key, first.email_key, third.tel_key))


@pytest.mark.usefixtures("db_session")
def test_a_corrected_contact_has_other_keys_and_a_deleted_one_none(db_session: Session) -> None:
    person = factories.candidate()
    before = person.email_key
    content = dict(person.content) | {"email": "other@mail.example", "working": "not_working"}
    intake.amend(person, content, typed=content, findings=[], seen_version=person.version)
    assert person.email_key == person_keys.of_email("other@mail.example") != before
    assert person.not_working is True
    erase.erase(person, candidate_of(person.id), seen_version=person.version)
    db_session.flush()
    assert db_session.execute(select(Candidate.tel_key, Candidate.email_key)).one() == ("", "")
    assert {Candidate.tel_key, Candidate.email_key} <= set(persons.CANDIDATE)


def test_another_installation_makes_other_keys(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        before = person_keys.of_email("sakura@mail.example")
        monkeypatch.setattr(config, "current", lambda: replace(config.of(app), secret_key="another installation's secret"))
        assert person_keys.of_email("sakura@mail.example") != before


def test_no_page_export_or_log_names_them() -> None:
    """Every other module of the program and every template: neither a view nor an export can show what it never names."""
    named = {
        path.relative_to(source.PACKAGE).as_posix()
        for path in source.modules()
        if "versions" not in path.parts and _NAMES.search(path.read_text(encoding="utf-8"))
    }
    # An alert's own key is made in the same way, of address and search together.
    assert named == MAY_NAME_THEM | {"services/candidate/person_keys.py", "services/account/tokens.py", "services/alert/subscription.py"}
    assert not [path for path in source.files(folders=("templates",)) if _NAMES.search(path.read_text(encoding="utf-8"))]


def test_no_answer_holds_them(client: Client, db_session: Session) -> None:
    """The municipality's pages of a person, their lists and files, what the person reads, and the service center's pages."""
    person = factories.candidate(CandidateStatus.secured, {"tel": "0982-00-0012"})
    officer = factories.account(Role.municipality, organization=person.organization)
    operator = factories.account(Role.admin)
    keys = [person.tel_key.encode(), person.email_key.encode()]
    pages = (
        (officer, ("/office/candidate/?tab=all", f"/office/candidate/{person.id}/", f"/office/candidate/{person.id}/print")),
        (officer, ("/office/candidate/export.csv?tab=all", "/office/candidate/export.xlsx?tab=all")),
        (operator, ("/admin/event/", "/admin/candidate/?tab=all", f"/admin/posting/{person.posting_id}/")),
    )
    for account, addresses in pages:
        client.sign_in(account)
        for address in addresses:
            answer = client.post(address) if "export" in address else client.get(address)
            assert answer.status_code == 200, address
            assert not any(key in answer.data for key in keys), address
