"""The event log names things as people do and counts on a fixed number of queries."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.vocabulary import Role
from tests import factories


def test_events_name_their_subject(client: FlaskClient, db_session: Session) -> None:
    """A sign-in is told with the address of the account, not with the number of its row."""
    account = factories.account(Role.operator)
    db.session.commit()
    client.post("/login", data={"email": account.email, "password": factories.PASSWORD})
    page = client.get("/admin/event/?action=account.sign_in")
    assert page.status_code == 200
    assert f"アカウント　{account.email}" in page.text
    assert f"アカウント {account.id}<" not in page.text
