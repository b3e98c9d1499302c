"""Message templates: placeholders, the standard texts of seed_data, what may be sent."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.clock import TOKYO
from keynet_admin.errors import BadField
from keynet_admin.models import Candidate, MessageTemplate
from keynet_admin.rules import rule_by_code
from keynet_admin.services.candidate import messages, templates
from keynet_admin.services.reference import load_reference
from keynet_admin.services.submission.casework import texts
from keynet_admin.services.workflow import move_of
from keynet_admin.vocabulary import CandidateKind, CandidateStatus, TemplateUse
from tests import factories

pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("{氏名} 様", "{氏名} 様"),
        ("｛氏名｝ 様", "{氏名} 様"),
        ("{ 氏名 } 様\r\n\r\n本文 ", "{氏名} 様\n\n本文"),
        ("{ここに記入}", "{ここに記入}"),
        ("記号 { だけ", "記号 { だけ"),
    ],
)
def test_what_is_kept(typed: str, kept: str) -> None:
    assert templates.checked(typed) == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "本文を入力"),
        (" \n　", "本文を入力"),
        ("{名前} 様", "「{名前}」は差し込みに使えません"),
        ("{} 様", "差し込みに使えません"),
        ("{candidate.salt}", "差し込みに使えません"),
        ("あ" * 1501, "1,500字まで"),
    ],
)
def test_what_is_refused_says_what_is_known(typed: str, words: str) -> None:
    with pytest.raises(BadField, match=words) as refused:
        templates.checked(typed)
    assert refused.value.field == "body"
    if "差し込み" in words:
        assert "{面接日時}" in str(refused.value)


def put(body: str, person: Candidate) -> str:
    return templates.filled(MessageTemplate(name="x", body=body), person)


def test_a_text_for_one_person(app: Flask, db_session: Session) -> None:
    """What is not known stays, and then the text is not sent; what a person typed is never read as a placeholder."""
    person = factories.candidate(content={"given_name": "{募集番号}"})
    text = put("{氏名} 様 {番号} {団体} {面接日時}", person)
    assert text == f"見本 （募集番号） 様 {person.candidate_no} {person.organization.name} {{面接日時}}"
    assert templates.left_in(text) == templates.left_in("｛ 面接日時 ｝") == ["面接日時"]
    with pytest.raises(BadField, match=r"「\{面接日時\}」の部分が決まっていません"):
        templates.ready(text)
    person.interview_at = datetime(2021, 5, 18, 14, 0, tzinfo=TOKYO)
    assert put("{面接日時}", person) == "5/18(火) 14:00（30分）"
    assert templates.ready("{自由に書いた波かっこ}") == "{自由に書いた波かっこ}"


def test_the_standard_texts(app: Flask, db_session: Session) -> None:
    """Eight, each kept as its own check wants it, with a step that fits; a second load changes nothing, an edited one stays."""
    load_reference()
    of_cases = db_session.execute(select(MessageTemplate).where(MessageTemplate.use != TemplateUse.candidate)).scalars().all()
    assert [
        row.code for row in of_cases if texts.checked(row.body, row.use) != row.body or (row.rule and rule_by_code(row.rule) is None)
    ] == []
    used = MessageTemplate.use == TemplateUse.candidate
    rows = db_session.execute(select(MessageTemplate).where(used).order_by(MessageTemplate.sort)).scalars().all()
    assert len(rows) == 8
    for row in rows:
        assert templates.checked(row.body) == row.body
        assert row.organization_id is None
        assert row.step in ("", *messages.STEPS)
        if row.step:
            inquiry = move_of(Candidate, row.step).targets[0] is CandidateStatus.answered
            assert row.kind is (CandidateKind.inquiry if inquiry else CandidateKind.application)
        assert "見本 さくら 様" in templates.sample(row)
    rows[0].body, rows[0].edited = "直した文", True
    db_session.flush()
    assert {(table.added, table.changed) for table in load_reference() if table.table == "message_template"} == {(0, 0)}
    assert rows[0].body == "直した文"


def test_who_may_choose_what(app: Flask, db_session: Session) -> None:
    """Own ones first, never another municipality's, none that is switched off or for another kind of person."""
    here, there = factories.make_organization(), factories.make_organization("131016", "千代田区")
    for name, owner, kind, active in (
        ("標準", None, None, True),
        ("自分", here, None, True),
        ("よそ", there, None, True),
        ("止めた", here, None, False),
        ("質問", here, CandidateKind.inquiry, True),
    ):
        owned = owner.id if owner is not None else None
        db_session.add(MessageTemplate(name=name, body="本文", organization_id=owned, kind=kind, active=active))
    db_session.flush()

    def names(kind: CandidateKind | None = None) -> list[str]:
        return [row.name for row in templates.offered(here.id, kind) if row.code is None]

    assert names() == ["自分", "質問", "標準"]
    assert names(CandidateKind.application) == ["自分", "標準"]
    foreign = db_session.execute(select(MessageTemplate.id).where(MessageTemplate.name == "よそ")).scalar_one()
    assert templates.one(here.id, str(foreign)) is None
