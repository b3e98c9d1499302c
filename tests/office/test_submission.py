"""A municipality's own forms, as they were sent."""

from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.intake.build import page
from tests.support.web import Client


def test_the_home_leads_to_the_copies_of_the_own_body_alone(app: Flask, client: Client, clock: Any, db_session: Session) -> None:
    case = factories.submission(SubmissionStatus.accepted)
    account = factories.account(Role.municipality, organization=case.organization)
    other = factories.account(Role.municipality, organization=factories.make_organization("131016"))
    address = f"/office/submission/{case.id}/"
    client.sign_in(account)
    home = page(client.get("/office/"))
    assert home.find("a", href=address, string=case.receipt_no)
    shown = page(client.get(address)).get_text()
    typed = factories.document()
    for value in (typed["postings"][0]["title"], typed["contact"]["contact_email"], typed["organization"]["org_address"]):
        assert value in shown, value
    assert case.receipt_no in page(client.get("/office/submission/")).get_text()
    client.sign_in(other)
    assert [client.get(address).status_code, client.get(f"{address}form.xlsx").status_code] == [404, 404]
    assert case.receipt_no not in page(client.get("/office/")).get_text()
