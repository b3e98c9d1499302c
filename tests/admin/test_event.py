"""The event log names things as people do and counts on a fixed number of queries."""

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.web import Client


def test_events_name_their_subject(client: FlaskClient, db_session: Session) -> None:
    """A sign-in is told with the address of the account, not with the number of its row."""
    account = factories.account(Role.operator)
    db.session.commit()
    client.post("/login", data={"email": account.email, "password": factories.PASSWORD})
    page = client.get("/admin/event/?action=account.sign_in")
    assert page.status_code == 200
    assert f"アカウント　{account.email}" in page.text
    assert f"アカウント {account.id}<" not in page.text


def test_each_action_of_the_filter_is_named_once(client: Client, db_session: Session) -> None:
    """A noun that several kinds share names the kind, too; any other stands alone."""
    client.sign_in(Role.operator)
    page = BeautifulSoup(client.get("/admin/event/").text, "html.parser")
    labels = {str(option["value"]): option.get_text() for option in page.select("select[name=action] option") if option["value"]}
    assert sorted(set(labels.values())) == sorted(labels.values())
    assert labels["submission.return"] == "差し戻し（申請）"
    assert labels["posting.return"] == "差し戻し（募集情報）"
    assert labels["posting.pause"] == "一時停止"
