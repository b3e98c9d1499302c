"""The desk's one box on both databases: what somebody types, whom it finds, why, and in how many statements."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import MunicipalityContact, Organization, SubmissionSearch
from keynet_admin.permissions import Actor
from keynet_admin.services import settings
from keynet_admin.services.candidate import silence
from keynet_admin.services.desk import find
from keynet_admin.services.search import remade
from keynet_admin.services.submission import search_index
from keynet_admin.vocabulary import PostingStatus, Role, SubmissionStatus
from tests import factories

OGI, HYUGA, TAKASAKI, RYUGASAKI, ECHIZEN = "412082", "452068", "102024", "082082", "182095"
# What is typed → the codes of the bodies that are found.
TYPED: dict[str, set[str]] = {
    # telephones: of a case's body, of its contact, of a posting, of the public record; any way of writing them
    "0952-00-0001": {OGI},
    "0952000012": {OGI},
    "０９５２－００－００１２": {OGI},
    "（0952）00-0012": {OGI},
    "0952 00 0012": {OGI},
    "+81 952 00 0012": {OGI},
    "+81-952-00-0012": {OGI},
    "+81(0)952-00-0012": {OGI},
    "7712": {OGI},
    "0952-00-7712": {OGI},
    "0778-00-0007": {ECHIZEN},
    "0778-00-9999": set(),
    # readings, codes, names with their spellings
    "おぎ": {OGI},
    "オギシ": {OGI},
    "ｵｷﾞｼ": {OGI},
    "412082": {OGI},
    "４１２０８２": {OGI},
    "41208": {OGI},
    "小城": {OGI},
    "高崎": {TAKASAKI},
    "髙﨑市": {TAKASAKI},
    "たかさき": {TAKASAKI},
    "龍ヶ崎": {RYUGASAKI},
    "竜ケ崎": {RYUGASAKI},
    "龍が崎市": {RYUGASAKI},
    "福井 越前市": {ECHIZEN},
    "越前市　福井県": {ECHIZEN},
    "えちぜんし": {ECHIZEN},
    # people who wrote, in the spelling of somebody else
    "渡邊": {OGI},
    "渡邉": {OGI},
    "渡辺": {OGI},
    "齋藤": {HYUGA},
    "斉藤": {HYUGA},
    "大澤": {HYUGA},
    # mail and numbers
    "kenko@city.ogi-test.lg.jp": {OGI},
    "KENKO@city.ogi-test": {OGI},
    "ogi-test": {OGI},
    "KN-210507-0001": {OGI},
    "kn2105070001": {OGI},
    "ＫＮ－２１０５０７－０００１": {OGI},
    "0507-0001": {OGI},
    "KN-P-000001": {HYUGA},
    "kn-p-000001": {HYUGA},
    "竜宮城": set(),
    "@": set(),
    "KN-P-999999": set(),
}


@pytest.fixture
def people(app: Flask, db_session: Session, clock: Any) -> Actor:
    """A case of 小城市, a posting with its account at 日向市, and the public telephone of 越前市."""
    ogi = {
        "organization.lg_code": OGI,
        "organization.org_name": "小城市",
        "organization.org_kana": "オギシ",
        "organization.org_tel": "0952-00-0001",
        "contact.contact_tel": "0952-00-0012",
        "contact.contact_last": "渡邉",
        "contact.contact_email": "kenko@city.ogi-test.lg.jp",
        "contact.contact_email2": "kenko@city.ogi-test.lg.jp",
        "postings.0.public_tel": "0952-00-7712",
    }
    factories.submission(changes=ogi)
    factories.submission(SubmissionStatus.accepted, {"contact.contact_last": "斎藤", "contact.contact_first": "大沢"})
    db_session.add(MunicipalityContact(code6=ECHIZEN, phone="0778-00-0007", verified=True, source="公式サイト"))
    db_session.commit()
    return factories.actor(Role.operator)


def bodies(text: str, who: Actor) -> set[str]:
    return {body.key for body in find.find(text, who).bodies}


def test_whatever_a_caller_says_finds_the_body(people: Actor) -> None:
    """Every row of the table, also after everything was folded anew from texts that an older program had stored."""
    assert {text: found for text, wanted in TYPED.items() if (found := bodies(text, people)) != wanted} == {}
    assert bodies("福井 越前", people) == {ECHIZEN, "184047", "184233"}
    assert bodies("府中市", people) == {"132063", "342084"}  # two bodies of that very name


def test_stored_words_are_folded_anew(people: Actor, db_session: Session) -> None:
    """What was stored before the spellings were known, and before postings' numbers were searched, is found after `db upgrade`."""
    for row in db_session.query(SubmissionSearch):
        search_index.INDEX.put(db_session.connection(), row.submission_id, row.text, "渡邉 0952000012")
        row.text = "渡邉 0952000012"
    db_session.execute(db.update(Organization).values(search_text=""))
    settings.put(remade.KEY, "another program")
    db_session.commit()
    assert bodies("渡邊", people) == set()
    assert remade.is_stale()
    remade.run()
    assert not remade.is_stale()
    assert bodies("渡邊", people) == {OGI, HYUGA}
    assert bodies("0952-00-7712", people) == {OGI}
    assert bodies("0982-00-0001", people) == {HYUGA}


def test_why_and_in_how_many_statements(people: Actor) -> None:
    """Each hit says why it was found; no search makes more than seven statements."""
    why = {
        text: {hit.why for hit in find.find(text, people).hits if hit.kind == "申請"}
        for text in ("0952-00-0012", "渡辺", "KN-210507-0001", "0952-00-7712")
    }
    assert why == {"0952-00-0012": {"担当者の電話"}, "渡辺": {"担当者"}, "KN-210507-0001": {"受付番号"}, "0952-00-7712": {"問い合わせ先"}}
    seen: list[str] = []
    record = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", record)
    try:
        most = 0
        for text in ("0952-00-0012", "7712", "小城", "kenko@city.ogi-test.lg.jp", "福井 越前", "KN-P-000001"):
            seen.clear()
            find.find(text, people)
            most = max(most, len(seen))
    finally:
        event.remove(db.engine, "before_cursor_execute", record)
    assert most <= 7


def test_applicants_are_found_by_number_when_the_desk_was_asked(
    people: Actor, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of others nothing is said, and nobody is found by name, telephone or address."""
    candidate = factories.candidate(posting=factories.posting(PostingStatus.live))
    db_session.commit()
    assert find.find(candidate.candidate_no, people).hits == []
    monkeypatch.setattr(silence, "entrusted", lambda: db.true())
    assert [(hit.kind, hit.title, hit.text) for hit in find.find(candidate.candidate_no, people).hits] == [
        ("応募者", candidate.candidate_no, "")
    ]
    for text in (candidate.name, candidate.email, candidate.tel):
        assert find.find(text, people).hits == [], text
