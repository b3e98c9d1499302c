"""The pages of the training: an exercise looks like a case and is none."""

from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.services import overview
from keynet_admin.services.training.exercises import exercises
from keynet_admin.vocabulary import Role, SubmissionStatus
from tests import factories
from tests.support.web import Client


def counts(session: Session) -> dict[str, int]:
    """The number of rows of every table."""
    found = {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in db.metadata.sorted_tables}
    session.rollback()
    return found


def test_nothing_leaves_the_training(client: Client, db_session: Session, clock: object) -> None:
    """All ten are solved: of all tables only that of the attempts has grown, and the numbers of the first page are as before."""
    factories.submission(SubmissionStatus.received)
    client.sign_in(factories.account(Role.operator, name="佐藤 直子"))
    client.get("/admin/training/")
    before, shown = counts(db_session), overview.now()
    for row in exercises():
        page = client.get(f"/admin/training/{row.number}/")
        assert page.status_code == 200
        assert row.teaches not in page.text
        assert row.name in page.text
        places = [fault.paths[0] for fault in row.faults]
        answer = client.post(f"/admin/training/{row.number}/", data={"decision": row.right[0], "place": [*places, "", "no.such.place"]})
        assert answer.status_code == 303
        told = client.get(answer.headers["Location"])
        assert ("10／10点" in told.text, row.why in told.text) == (True, True)
    assert "100／100点" in told.text
    after = counts(db_session)
    assert {name for name in after if after[name] != before[name]} == {"training_attempt"}
    assert overview.now() == shown


def test_an_exercise_is_answered(client: Client, db_session: Session, clock: object) -> None:
    """Nothing chosen: said, with everything kept; what was overlooked is told with its rule; leads see who has done what."""
    client.sign_in(factories.account(Role.operator, name="佐藤 直子"))
    assert client.get("/admin/training/4/answer").headers["Location"] == "/admin/training/4/"
    answer = client.post("/admin/training/4/", data={"place": ["postings.0.retention", "postings.0.title"]})
    page = BeautifulSoup(answer.text, "html.parser")
    assert (answer.status_code, "どうするかを選んでください" in answer.text) == (422, True)
    assert [box["value"] for box in page.select("input[name=place][checked]")] == ["postings.0.retention"]
    assert page.select_one("#place0 option[selected]")["value"] == "postings.0.title"  # type: ignore[index]
    assert "直していただく項目を1つ以上" in client.post("/admin/training/4/", data={"decision": "return", "place": ""}).text
    client.post("/admin/training/4/", data={"decision": "return", "place": ["postings.0.headcount", "postings.0.title"]})
    told = client.get("/admin/training/4/answer").text
    assert ("5／10点" in told, "見落とし" in told, "/rules#PRIV-007" in told, "差し戻さなくてよい項目" in told) == (True,) * 4
    assert "みんなの練習" not in client.get("/admin/training/").text
    client.sign_in(factories.account(Role.lead))
    row = next(tr for tr in BeautifulSoup(client.get("/admin/training/").text, "html.parser").select("tr") if "佐藤" in tr.text)
    assert [cell.text for cell in row.select("td")][:3] == ["1", "5", "1"]
