"""The page of a return and its ready texts: items of several postings together, texts that are inserted, the mail as it goes."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import MessageTemplate, OutboxMail, Review
from keynet_admin.services.submission import finding
from keynet_admin.vocabulary import Role, SubmissionStatus, TemplateUse
from tests import factories
from tests.support.web import Client

AT = "postings.{}.job_type"


def page(client: Client, path: str, data: dict[str, Any] | None = None, expect: int = 200) -> BeautifulSoup:
    answer = client.post(path, data=data) if data is not None else client.get(path)
    assert answer.status_code == expect, answer.status_code
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def posted(soup: BeautifulSoup, **more: Any) -> dict[str, Any]:
    """What the browser would send of the form."""
    values: dict[str, Any] = {}
    for field in soup.select("#decision input, #decision textarea"):
        if field.get("type") in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        text = field.get_text().removeprefix("\n") if field.name == "textarea" else field.get("value", "")
        values.setdefault(str(field["name"]), []).append(text)
    return values | more


@pytest.fixture
def operator(app: Flask, db_session: Session, clock: Any, client: Client) -> Any:
    return client.sign_in(Role.operator)


def twins(field: str = "headcount", value: Any = None) -> Any:
    """A case with the same fault in two postings."""
    form = factories.document()
    form["postings"] = [form["postings"][0] | {field: value}, form["postings"][0] | {field: value, "title": "二つ目の募集"}]
    return factories.submission(changes={"postings": form["postings"]})


def test_a_fault_of_several_postings_is_one_item_of_all(client: Client, operator: Any, db_session: Session) -> None:
    case = twins()
    path = f"/admin/submission/{case.id}/return"
    soup = page(client, path)
    first = soup.select_one(".ritems .ritem")
    assert first is not None
    assert "募集1・2" in first.get_text()
    assert [str(i["value"]) for i in first.select("input[name=items-0-path]")] == ["postings.0.headcount", "postings.1.headcount"]
    assert soup.select_one("input[name=items-0-on][checked]") is not None
    assert soup.select_one("input[name=clock][value=reset][checked]") is not None, "an error is marked"
    shown = soup.select_one("[data-mail]").get_text()  # type: ignore[union-attr]
    assert shown.count("募集1・2") == 1
    assert "担当からのご連絡" not in shown, "nothing is said twice"
    assert client.post(path, data=posted(soup, do="return")).status_code == 303
    assert len(db_session.execute(select(Review.items)).scalars().all()[-1]) == 2
    body = db_session.execute(select(OutboxMail.body).where(OutboxMail.template == "returned")).scalar_one()
    assert body == shown.partition("\n\n")[2], "the preview is the mail, but for link and code"
    assert finding.unwritten_returns() == (1, 1)


def test_texts_are_inserted_and_open_placeholders_are_not_sent(client: Client, operator: Any, db_session: Session) -> None:
    """By a button, without script; the field of all postings is added at once, and nothing else is lost."""
    case = twins("title", "接種会場の看護師")
    path = f"/admin/submission/{case.id}/return"
    own = factories.message_template(name="確かめる", body="「{項目}」の「{入力値}」を{ここに記入}", use=TemplateUse.item)
    cover = factories.message_template(name="電話の件", body="{団体}の件、{窓口}まで。", use=TemplateUse.cover)
    db_session.commit()
    soup = page(client, path, posted(page(client, path), do="add", add_path="postings.*.title", add_at="all", reason="途中の文"))
    at = len(soup.select(".ritem")) - 1
    assert len(soup.select(f"input[name=items-{at}-path]")) == 2
    assert soup.select_one(f"#m{at}[autofocus]") is not None
    more = {"do": f"text-{at}", f"text-{at}-id": own.id}
    soup = page(client, path, posted(soup, **more))
    assert "「募集1・2 募集の見出し」の「接種会場の看護師」を{ここに記入}" in soup.select_one(f"#m{at}").get_text()  # type: ignore[union-attr]
    assert "途中の文" in soup.select_one("#reason").get_text()  # type: ignore[union-attr]
    refused = page(client, path, posted(soup, do="return"), expect=422)
    assert "{ここに記入}" in refused.select_one("[role=alert]").get_text()  # type: ignore[union-attr]
    soup = page(client, path, posted(soup, **{"do": "text-reason", "text-reason-id": cover.id}))
    assert "日向市の件、" in soup.select_one("#reason").get_text()  # type: ignore[union-attr]
    done = posted(soup, do="return", **{f"items-{at}-message": "見出しを直してください。", "clock": "resume"})
    assert client.post(path, data=done).status_code == 303
    assert case.status is SubmissionStatus.returned
    assert case.resumes
    assert finding.unwritten_returns() == (0, 1)


@pytest.mark.parametrize("action", ["reject", "withdraw"])
def test_the_mail_of_other_decisions_is_shown_with_its_words(client: Client, operator: Any, db_session: Session, action: str) -> None:
    case = factories.submission()
    soup = page(client, f"/admin/submission/{case.id}/{action}", {"do": "preview", "reason": "対象外のためです。", "version": case.version})
    assert "対象外のためです。" in soup.select_one("[data-mail]").get_text()  # type: ignore[union-attr]
    assert case.status is SubmissionStatus.received


def test_only_leads_edit_texts_and_unknown_placeholders_are_refused(app: Flask, client: Client, operator: Any, db_session: Session) -> None:
    text = factories.message_template(use=TemplateUse.item, body="{項目}を直してください。")
    other = factories.message_template()
    db_session.commit()
    assert "募集1 時間帯を直してください。" in page(client, f"/admin/case-text/{text.id}/").get_text()
    assert client.get(f"/admin/case-text/{other.id}/").status_code == 404
    assert client.get(f"/admin/message-template/{text.id}/").status_code == 404
    values = {"name": "休憩", "use": "item", "rule": "HOURS-002", "body": "{休憩の長さ}を直す", "active": "y"}
    assert client.post("/admin/case-text/new/", data=values).status_code == 403
    lead = Client(app, app.response_class)
    lead.sign_in(Role.lead)
    for wrong, words in (
        ({}, "「{休憩の長さ}」は差し込みに使えません"),
        ({"body": "{項目}", "use": "cover", "rule": ""}, "「{項目}」は差し込みに使えません"),
        ({"body": "直す", "rule": "HOURS-999"}, "この番号のルールはありません"),
    ):
        answer = lead.post("/admin/case-text/new/", data=values | wrong)
        assert answer.status_code == 422
        assert words in answer.text
        assert (values | wrong)["body"] in answer.text
    assert lead.post("/admin/case-text/new/", data=values | {"body": "{項目}を直す"}).status_code == 303
    assert db_session.execute(select(MessageTemplate.rule).where(MessageTemplate.name == "休憩")).scalar_one() == "HOURS-002"


def test_a_municipality_is_not_offered_the_texts_for_cases(client: Client, db_session: Session, clock: Any) -> None:
    text = factories.message_template(use=TemplateUse.reject, name="却下の文")
    db_session.commit()
    client.sign_in(Role.municipality)
    assert client.get(f"/office/message-template/{text.id}/").status_code == 404
    assert "却下の文" not in client.get("/office/message-template/").text
