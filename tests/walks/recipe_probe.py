"""Runs inside the copy that `test_recipes.py` made: what the recipes added is seen at every place that is made from it."""

from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.forms import over_client
from tests.support.web import Client

NOTE = "北側に20台、1日300円"


def test_the_field_is_in_form_template_guide_and_check(client: Client) -> None:
    """Made from the catalogue's row and the rule's row alone."""
    assert 'name="postings-0-parking_note"' in client.get("/entry/").text
    book = load_workbook(BytesIO(client.get("/entry/template.xlsx").data))
    assert any("駐車場の案内" in str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    assert "PLACE-090" in client.get("/rules").text
    posting = factories.document()["postings"][0] | {"parking": "paid"}
    for note, expected in (("", ["postings.0.parking_note"]), (NOTE, [])):
        sent = {"submission": factories.document() | {"postings": [posting | {"parking_note": note}]}}
        answer = client.post("/api/entry-check", json=sent).get_json()
        assert [f["path"] for f in answer["findings"] if f["rule"] == "PLACE-090"] == expected
    # Where nobody may come by car, nothing is said about parking.
    sent = {"submission": factories.document() | {"postings": [posting | {"parking": "none", "parking_note": NOTE}]}}
    assert "parking_note" not in client.post("/api/entry-check", json=sent).get_json()["normalized"]["postings"][0]


def test_the_finding_is_on_the_check_page(client: Client, db_session: Session) -> None:
    """An operator sees it at its field."""
    client.sign_in(Role.operator)
    case = factories.submission(changes={"postings.0.parking": "paid"})
    page = client.get(f"/admin/submission/{case.id}/").text
    assert "駐車場の案内が入力されていません。" in page


def test_the_field_is_on_the_public_page(client: Client, db_session: Session) -> None:
    """With its label, once it applies."""
    shown = factories.posting(PostingStatus.live, {"parking": "free", "parking_note": NOTE})
    without = factories.posting(PostingStatus.live, {"parking": "none", "parking_note": NOTE})
    pages = [client.get(f"/postings/{row.posting_no}").text for row in (shown, without)]
    assert ["駐車場の案内" in page and NOTE in page for page in pages] == [True, False]


def test_the_move_has_button_page_mail_and_log(client: Client, db_session: Session) -> None:
    """Button on the posting, page, right, history, log filter and mail come from its row."""
    row = factories.posting(PostingStatus.awaiting_release, {"parking": "paid"})
    account = factories.account(Role.municipality, organization=row.organization)
    client.sign_in(account)
    assert f"/office/posting/{row.id}/recall" in client.get(f"/office/posting/{row.id}/").text
    browser = over_client(client)
    page = browser.get(f"/office/posting/{row.id}/recall")
    assert "公開の申込みを取り下げますか" in page.text
    answer = client.post(f"/office/posting/{row.id}/recall", data={"version": row.version})
    assert answer.status_code == 303
    db_session.refresh(row)
    assert row.status is PostingStatus.draft
    assert db_session.execute(select(OutboxMail.title).where(OutboxMail.template == "posting_recalled")).scalars().all()
    assert "公開の申込みを取り下げました。" in client.get(f"/office/posting/{row.id}/").text
    client.sign_in(Role.operator)
    log = client.get("/admin/event/?action=recall").text
    assert "公開申込みの取下げ" in log
    assert "公開の申込みを取り下げました。" in log


def test_the_list_has_its_place(client: Client, db_session: Session) -> None:
    """In the menu, with tabs and export."""
    client.sign_in(Role.operator)
    factories.posting()
    page = client.get("/admin/invitation/").text
    assert "まだ使われていない" in page
    assert 'href="/admin/invitation/"' in client.get("/admin/").text
    assert "送った日時" in client.get("/admin/invitation/export.csv").get_data().decode("utf-8-sig")
