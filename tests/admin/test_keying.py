"""The pages of phone and paper intake, without JavaScript."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from keynet_admin.catalogue.key_fields import key_paths
from keynet_admin.models import AuditEvent, Keying, OutboxMail, Submission
from keynet_admin.vocabulary import KeyingStatus, Role, Source
from tests.rules.base_submission import base_submission
from tests.services.keying.test_keying import DAY, second_of, typed_form
from tests.support.web import Client

HERE = "/admin/submission/new/"


@pytest.fixture
def operator(client: Client, clock: Any) -> Client:
    """An operator's browser."""
    client.sign_in(Role.operator)
    return client


def pairs(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A document as a browser posts its form."""

    def walk(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                yield from walk(f"{prefix}-{name}" if prefix else name, inner)
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from walk(f"{prefix}-{index}" if isinstance(inner, Mapping) else prefix, inner)
        elif value is True:
            yield prefix, "1"
        elif value is not None and value is not False and value != "":
            yield prefix, str(value)

    yield from walk("", document)


def posted(document: Mapping[str, Any], **more: str) -> dict[str, list[str]]:
    """The form's fields and buttons as a body."""
    body: dict[str, list[str]] = {}
    for name, value in pairs(document):
        body.setdefault(name, []).append(value)
    return body | {name: [value] for name, value in more.items()}


def hidden(page: str, name: str = "version") -> str:
    """The value of a hidden field."""
    found = BeautifulSoup(page, "html5lib").select_one(f"input[name={name}]")
    assert found is not None
    return str(found["value"])


def begin(operator: Client, way: str = "paper") -> str:
    """Start a keying; its address."""
    form_key = hidden(operator.get(HERE).text, "form_key")
    answer = operator.post(HERE, data={"way": way, "form_key": form_key})
    assert answer.status_code == 303
    return str(answer.location).removesuffix("edit")


def first(operator: Client, at: str, document: Mapping[str, Any], do: str = "done") -> Any:
    """Send the first keying."""
    return operator.post(f"{at}edit", data=posted(document, do=do, version=hidden(operator.get(f"{at}edit").text)))


def second(operator: Client, at: str, texts: Mapping[str, str]) -> Any:
    """Send the second keying."""
    return operator.post(f"{at}second", data={**texts, "version": hidden(operator.get(f"{at}second").text)})


def test_the_whole_way(operator: Client, db_session: Session) -> None:
    """From the FAX to the queue: two keyings, one difference, one case, one mail, whatever is pressed twice."""
    assert HERE in operator.get("/admin/submission/").text
    assert "入力中のものはありません" in operator.get(HERE).text
    at, document = begin(operator), typed_form()
    assert first(operator, at, document).location == at
    listed = operator.get(HERE).text
    assert "日向市" in listed
    assert "要点の2回目の入力" in listed
    assert "運営担当 operator" in listed
    answer = second(operator, at, second_of(document, {"contact.contact_email": "vacc1ne@city.hyuga-test.lg.jp"}))
    assert answer.location == f"{at}compare"
    page = operator.get(f"{at}compare").text
    assert "<mark>i</mark>" in page
    assert "<mark>1</mark>" in page
    assert operator.get(f"{at}send").location == at
    name = "pick-contact-contact_email"
    answer = operator.post(f"{at}compare", data={"version": hidden(page), name: "first"})
    assert (answer.status_code, answer.location) == (303, at)
    page = operator.get(f"{at}send").text
    assert "この内容で受け付ける" in page
    for _ in range(3):
        answer = operator.post(f"{at}send", data={"version": hidden(page)})
        assert answer.status_code == 303
    case = db_session.query(Submission).one()
    assert answer.location == f"/admin/submission/{case.id}/"
    assert (case.source, case.org_name) == (Source.phone, "日向市")
    assert db_session.query(OutboxMail).filter(OutboxMail.about(case)).count() == 1
    shown = operator.get(answer.location).text
    assert "電話・書面の代行入力" in shown
    assert "運営担当 operatorが1回目の入力を終えました" in shown
    assert operator.get(at).location == answer.location
    assert "日向市" not in operator.get(HERE).text


def test_the_second_page_is_empty(operator: Client) -> None:
    """Nothing of the first keying is in the second page's HTML: labels and places only."""
    at, document = begin(operator), typed_form()
    first(operator, at, document)
    page = operator.get(f"{at}second").text
    soup = BeautifulSoup(page, "html5lib")
    main = soup.select_one("main")
    assert main is not None
    for path, text in second_of(document).items():
        if not text:
            continue
        control = soup.select_one(f'[name="{path}"]')
        assert control is not None
        if control.name == "select":
            assert not control.select("[selected]")
            continue
        assert control["value"] == ""
        assert text not in str(main), path
    assert "日向" not in str(main)


def test_nothing_typed_is_lost(operator: Client, db_session: Session) -> None:
    """Rows are added without script, odd input is kept, and a draft goes on where it was left."""
    at = begin(operator, "phone")
    odd = typed_form({"organization.org_name": "日向\u0000市😀髙" + "あ" * 300, "postings.0.headcount": "若干名"})
    answer = first(operator, at, odd, do="draft")
    assert (answer.status_code, answer.location) == (303, f"{at}edit#saved")
    version = hidden(operator.get(f"{at}edit").text)
    answer = operator.post(f"{at}edit", data=posted(odd, add="postings", version=version))
    assert answer.location == f"{at}edit#postings-1"
    page = operator.get(f"{at}edit").text
    assert "若干名" in page
    assert "😀髙" in page
    assert 'id="postings-1"' in page
    row = db_session.query(Keying).one()
    assert (row.status, len(row.typed["postings"])) == (KeyingStatus.first, 2)


def test_stale(operator: Client, db_session: Session) -> None:
    """The later of two saves keeps its text on the page and is told; other steps answer 409."""
    at, document = begin(operator), typed_form()
    old = hidden(operator.get(f"{at}edit").text)
    first(operator, at, document)
    answer = operator.post(f"{at}edit", data=posted(typed_form({"organization.org_name": "延岡市"}), do="done", version=old))
    assert answer.status_code == 409
    assert "延岡市" in answer.text
    assert "先に" in answer.text
    assert db_session.query(Keying).one().org_name == "日向市"
    for step in ("second", "discard"):
        answer = operator.post(f"{at}{step}", data={"version": old})
        assert answer.status_code == 409
        assert at in answer.text


def test_bad_version(operator: Client) -> None:
    """A missing or odd version is refused on every step, whatever the state."""
    at, document = begin(operator), typed_form()
    first(operator, at, document)
    second(operator, at, second_of(document, {"postings.0.headcount": "99"}))
    for step in ("edit", "second", "compare", "send", "discard"):
        for version in (None, "", "x", "１", "-1", "99999999999"):
            answer = operator.post(f"{at}{step}", data={} if version is None else {"version": version})
            assert answer.status_code == 400, (step, version)


def test_bad_start(operator: Client, db_session: Session) -> None:
    for body in (
        {},
        {"way": "paper"},
        {"way": "pigeon", "form_key": "a" * 24},
        {"way": "phone", "form_key": "short"},
        {"way": "phone", "form_key": "あ" * 24},
        {"way": "phone", "form_key": "a" * 200},
    ):
        assert operator.post(HERE, data=body).status_code == 422, body
        assert db_session.query(Keying).count() == 0, body


def test_started_once(operator: Client, db_session: Session) -> None:
    for _ in range(3):
        assert operator.post(HERE, data={"way": "phone", "form_key": "k" * 24}).status_code == 303
    assert db_session.query(Keying).count() == 1


@pytest.mark.parametrize("step", ["", "edit", "second", "compare", "send", "discard"])
def test_unknown(operator: Client, step: str) -> None:
    assert operator.get(f"{HERE}999999/{step}").status_code == 404
    if step:
        assert operator.post(f"{HERE}999999/{step}", data={"version": "1"}).status_code == 404


def test_odd_second_keying(operator: Client) -> None:
    """Any text at all in the second keying comes out as a difference, never as an error of the page."""
    at, document = begin(operator), typed_form()
    first(operator, at, document)
    for text in ("\u0000", "😀" * 20, "ｶﾞｷﾞ", "あ" * 10000, "<b>1</b>", "\u202e12"):
        assert second(operator, at, dict.fromkeys(key_paths(document), text)).location == f"{at}compare"
        page = operator.get(f"{at}compare")
        assert page.status_code == 200
        assert "<b>1</b>" not in page.text


def test_open_differences_are_named(operator: Client) -> None:
    """What was not settled is marked; what was settled stays so."""
    at, document = begin(operator), typed_form()
    first(operator, at, document)
    second(
        operator, at, second_of(document, {"postings.0.headcount": "16", "postings.0.term_end": "2021-09-03", "contact.contact_tel": "1"})
    )
    body = {"pick-postings-0-headcount": "second", "pick-postings-0-term_end": "third", "third-postings-0-term_end": ""}
    answer = operator.post(f"{at}compare", data={"version": hidden(operator.get(f"{at}compare").text), **body})
    assert answer.status_code == 422
    assert "まだ2か所の違いが残っています" in answer.text
    assert "正しい内容を入力してください" in answer.text
    assert len(re.findall("確認済み", answer.text)) == 1


def test_same_meaning_is_shown(operator: Client) -> None:
    at, document = begin(operator), typed_form()
    first(operator, at, document)
    assert second(operator, at, second_of(document, {"contact.contact_tel": "０９８２(００)００４３"})).location == at
    page = operator.get(f"{at}compare").text
    assert "書き方だけが違う項目" in page
    assert "０９８２(００)００４３" in BeautifulSoup(page, "html5lib").get_text()


def test_errors_and_reasons(operator: Client, db_session: Session) -> None:
    """Findings stand on the last page; errors go in when it is said, a reason goes in with them."""
    at, document = begin(operator), typed_form({"postings.0.headcount": "若干名", "postings.0.age_limit": "none"})
    first(operator, at, document)
    second(operator, at, second_of(document))
    page = operator.get(f"{at}send").text
    assert "要修正の指摘が" in page
    answer = operator.post(f"{at}send", data={"version": hidden(page)})
    assert answer.status_code == 422
    assert "確認の欄を選んでください" in answer.text
    answer = operator.post(f"{at}send", data={"version": hidden(page), "with_errors": "1"})
    assert answer.status_code == 303
    assert db_session.query(Submission).one().errors > 0


def test_discard(operator: Client, db_session: Session) -> None:
    at = begin(operator)
    first(operator, at, typed_form())
    page = operator.get(f"{at}discard")
    assert "元には戻せません" in page.text
    assert db_session.query(Keying).one().typed
    assert operator.post(f"{at}discard", data={"version": hidden(page.text)}).location == HERE
    row = db_session.query(Keying).one()
    assert (row.status, row.typed) == (KeyingStatus.discarded, {})
    assert "破棄されています" in operator.get(at).text
    assert operator.get(f"{at}edit").location == at
    assert operator.post(f"{at}discard", data={"version": str(row.version - 1)}).location == HERE  # the same click again
    assert operator.post(f"{at}discard", data={"version": str(row.version)}).status_code == 409
    assert db_session.query(AuditEvent).filter_by(subject="keying", action="discard").count() == 1
    assert "破棄しました" in operator.get("/admin/event/").text


@pytest.mark.settings(WTF_CSRF_ENABLED=True)
def test_forged_requests(operator: Client, db_session: Session) -> None:
    """Without the token nothing happens; on the form what was typed comes back."""
    assert operator.post(HERE, data={"way": "phone", "form_key": "k" * 24}).status_code == 400
    page = operator.get(HERE).text
    body = {"way": "phone", "form_key": "k" * 24, "csrf_token": hidden(page, "csrf_token")}
    at = str(operator.post(HERE, data=body).location).removesuffix("edit")
    answer = operator.post(f"{at}edit", data=posted(base_submission(DAY), do="done", version="1"))
    assert answer.status_code == 400
    assert "入力した内容は残っています" in answer.text
    assert "日向市" in answer.text
    assert db_session.query(Keying).one().typed == {}
    for step in ("second", "compare", "send", "discard"):
        assert operator.post(f"{at}{step}", data={"version": "1"}).status_code == 400
