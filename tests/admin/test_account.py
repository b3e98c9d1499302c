"""The operators' page of accounts: the change of a role, typed in a form."""

import pytest
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Account
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.web import Client


def test_a_role_is_changed(client: Client, db_session: Session) -> None:
    """Nothing typed is lost while something is wrong; the error stands at its field; pressed twice, done once; the mail can be read before."""
    account = factories.account(Role.operator, email="tanto@keynet.example")
    client.sign_in(Role.admin)
    address, version = f"/admin/account/{account.id}/role", str(account.version)
    shown = client.get(f"{address}?role=lead").text
    assert "いまの役割は「運営担当」です" in shown
    assert "これから　　運営主任" in shown
    for form, at in (
        ({"reason": "異動のため"}, "role-e"),
        ({"role": "operator", "reason": "異動のため"}, "role-e"),
        ({"role": "lead"}, "reason-e"),
    ):
        again = client.post(address, data={"version": version, **form})
        assert again.status_code == 422
        assert f'id="{at}"' in again.text
        assert ("異動のため</textarea>" in again.text) is ("reason" in form)
        assert ('value="lead" aria-describedby="role-h" checked' in again.text) is (form.get("role") == "lead")
    form = {"version": version, "role": "lead", "reason": "異動のため"}
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert db.session.get(Account, account.id, populate_existing=True).role is Role.lead
    assert "役割を変えました" in client.get(f"/admin/account/{account.id}/").text


@pytest.mark.parametrize(
    ("by", "of", "offered"), [(Role.lead, Role.operator, False), (Role.admin, Role.operator, True), (Role.admin, Role.municipality, False)]
)
def test_who_is_offered_the_change_of_a_role(client: Client, db_session: Session, by: Role, of: Role, offered: bool) -> None:
    account = factories.account(of)
    client.sign_in(by)
    assert (f"/admin/account/{account.id}/role" in client.get(f"/admin/account/{account.id}/").text) is offered
