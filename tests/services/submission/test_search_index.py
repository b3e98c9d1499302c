"""The index of the queue's search on both databases: what is found, by which words, and that a case can be forgotten."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.models import Submission, SubmissionSearch
from keynet_admin.rules import evaluate
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review, search_index
from keynet_admin.vocabulary import SubmissionStatus
from tests import factories


def found(words: str) -> list[int]:
    """Ids of the cases that a search finds."""
    from keynet_admin.extensions import db

    return list(db.session.execute(search_index.found(select(Submission.id), words).order_by(Submission.id)).scalars())


@pytest.fixture
def case(app: Flask, db_session: Session, clock: Any) -> Submission:
    """The case of the base document, by 川辺."""
    made = factories.submission(changes={"contact.contact_tel": "0982-00-0077"})
    factories.submission(
        changes={
            "organization.org_name": "海南市",
            "organization.lg_code": "302058",
            "organization.org_kana": "カイナンシ",
            "contact.contact_last": "田辺",
        }
    )
    return made


WORDS = [
    "日向",
    "日",
    "ﾋｭｳｶﾞ",
    "ひゅうが",
    "0982000077",
    "0077",
    "00077",
    "KN-210507-0001",
    "kn2105070001",
    "0507-0001",
    "452068",
    "日向　452068",
]


def test_words_that_find_a_case(case: Submission) -> None:
    assert [word for word in WORDS if found(word) != [case.id]] == []


def test_words_that_find_nothing(case: Submission) -> None:
    """Tokens that stand in a text apart make no word: hits are looked up in the text again."""
    for words in ["向日", "日向 海南", "0982000078", "@", "百%", "KN-210507-0009"]:
        assert found(words) == [], words


def test_a_search_without_words_finds_all(case: Submission) -> None:
    assert len(found("　-")) == 2


def test_a_resubmission_is_found_by_its_earlier_and_its_new_contact(case: Submission, db_session: Session) -> None:
    actor = factories.actor()
    with pytest.MonkeyPatch.context() as patch:
        tokens: list[str] = []
        opened = submissions.open_link
        patch.setattr(submissions, "open_link", lambda *args, **more: tokens.append(opened(*args, **more)) or tokens[-1])
        review.return_(case, actor, seen_version=case.version, message="ご確認ください。", items=[])
    form, on = factories.document({"contact.contact_last": "三浦"}), program_clock.today()
    link = submissions.find_return(tokens[0])
    submissions.resubmit(link, form, evaluate(form, on=on), reference_date=on.isoformat(), form_key="again-again-again-again")
    assert found("三浦") == [case.id]
    assert found("0982000077") == [case.id]


def test_a_case_can_be_forgotten(case: Submission, db_session: Session) -> None:
    """Neither words nor tokens are left."""
    search_index.drop(case.id)
    search_index.drop(case.id)
    assert found("日向") == []
    assert db_session.get(SubmissionSearch, case.id) is None
    sqlite = db_session.get_bind().dialect.name == "sqlite"
    where = "submission_search_index MATCH '\"日向\"'" if sqlite else "tokens @> ARRAY['日向']"
    assert db_session.execute(text(f"SELECT count(*) FROM submission_search_index WHERE {where}")).scalar_one() == 0


def test_a_word_with_many_hits_is_looked_up_row_by_row(case: Submission, db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "MOST_HITS", 2)
    now = program_clock.now()
    rows = [{"receipt_no": f"KN-210508-{n:04d}", "status": SubmissionStatus.received, "received_at": now, "version": 1} for n in range(5)]
    ids = list(db_session.execute(insert(Submission).returning(Submission.id), rows).scalars())
    search_index.put_new((number, ["府中市" if number % 2 else "府中町"]) for number in ids)
    assert found("府中") == sorted(ids)
    assert found("府中市") == [number for number in sorted(ids) if number % 2]
