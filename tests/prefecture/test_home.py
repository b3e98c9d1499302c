"""A prefecture's home: the state of each body, few queries, a light page, and never a body of another prefecture."""

import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from keynet_admin.catalogue import reference
from keynet_admin.extensions import db
from keynet_admin.models import Account, MunicipalityContact, Organization, Posting
from keynet_admin.permissions import Actor
from keynet_admin.services.candidate import own_page, stages
from keynet_admin.services.prefecture import notices
from keynet_admin.services.prefecture.bodies import GROUPS, overview
from keynet_admin.vocabulary import AccountStatus, CandidateStatus, MunicipalityState, PostingStatus, Role
from tests import factories
from tests.support.web import Client

S = MunicipalityState
MIYAZAKI = [body.code6 for body in reference.municipalities() if body.prefecture_code == "45" and body.kind in GROUPS]


def prefecture(code: str = "45", **values: Any) -> Account:
    """An account of a prefecture."""
    return factories.account(Role.prefecture, prefecture_code=code, **values)


@pytest.fixture
def signed_in(app: Flask, db_session: Session, clock: Any, client: Client) -> Client:
    """宮崎県 signed in."""
    client.sign_in(prefecture(name="福祉保健部 見本"))
    return client


def soup(client: Client, path: str = "/prefecture/") -> BeautifulSoup:
    """A page that is there."""
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.data, "html.parser")


def rows(page: BeautifulSoup) -> list[str]:
    """The codes of the list's rows, in order."""
    return [str(row["id"])[1:] for row in page.select(".table--pref tbody tr")]


def test_each_body_is_in_one_of_five_states(app: Flask, db_session: Session, clock: Any) -> None:
    factories.account(Role.municipality, organization=factories.make_organization("452017", "宮崎市"), status=AccountStatus.invited)
    factories.account(Role.municipality, organization=factories.make_organization("452025", "都城市"))
    wanted = factories.posting(PostingStatus.live, {"headcount": 2})
    full = factories.posting(PostingStatus.live, {"headcount": 1}, organization=factories.make_organization("452033", "延岡市"))
    factories.candidate(CandidateStatus.secured, posting=wanted)
    factories.candidate(CandidateStatus.secured, {"email": "sakura2@mail.example"}, posting=full)
    found = overview(factories.actor(Role.prefecture, prefecture_code="45"))
    assert [body.code for body in found.bodies] == MIYAZAKI
    by_code = {body.code: body for body in found.bodies}
    states = {code: by_code[code].state for code in ("452017", "452025", "452068", "452033")}
    assert states == {"452017": S.invited, "452025": S.unpublished, "452068": S.recruiting, "452033": S.filled}
    assert {body.state for code, body in by_code.items() if code not in states} == {S.unregistered}
    assert (by_code["452068"].need.needed, by_code["452068"].need.secured, by_code["452068"].need.open) == (2, 1, 1)
    assert (found.need.needed, found.need.secured, found.need.open) == (3, 2, 1)
    assert [(job, need.open) for job, need in found.jobs] == [("看護師", 1)]
    # Not registered, then the first sign-in, then by what is needed.
    order = [body.code for body in found.by_urgency]
    assert order[-4:] == ["452017", "452068", "452025", "452033"]
    assert order[:-4] == sorted(order[:-4])


def test_the_page_shows_tiles_numbers_and_the_list(signed_in: Client) -> None:
    posting = factories.posting(PostingStatus.live, {"headcount": 3})
    factories.report(posting.organization, factories.report_round(number=2))
    page = soup(signed_in)
    assert "宮崎県" in page.select_one(".whoami").get_text()  # type: ignore[union-attr]
    assert len(page.select(".munis a.muni")) == len(MIYAZAKI) == 26
    assert [h.get_text(" ", strip=True) for h in page.select(".muni-group h3")] == ["市 9", "町 14", "村 3"]
    assert len(rows(page)) == 20
    assert [h.get_text() for h in page.select(".table--pref th[scope=col]")][7] == "第2回の報告"
    # 日向市 is the last but one group: its row stands on the second page, where the tile leads.
    tile = next(a for a in page.select(".munis a.muni") if "日向市" in a.get_text())
    assert "募集中" in tile.get_text()
    assert "0/3名" in tile.get_text()
    second = soup(signed_in, str(tile["href"]).partition("#")[0])
    row = second.select_one(f"#{str(tile['href']).partition('#')[2]}")
    assert row is not None
    assert "確認待ち" in row.get_text()
    # The contact is who uses the account, not the one who is still invited.
    used = [account.email for account in posting.organization.accounts if account.status is AccountStatus.active]
    assert used[0] in row.get_text()
    assert len(rows(soup(signed_in, "/prefecture/?all=1"))) == 26
    assert rows(soup(signed_in, "/prefecture/?state=recruiting")) == ["452068"]
    assert "この状態の市町村はありません" in soup(signed_in, "/prefecture/?state=filled").get_text()
    for odd in ("?page=99", "?page=x", "?state=x&all=2"):
        assert rows(soup(signed_in, f"/prefecture/{odd}"))


def test_what_is_secured_stands_beside_the_week_before(signed_in: Client, db_session: Session, clock: Any) -> None:
    """More, the same, and fewer after somebody withdrew."""
    posting = factories.posting(PostingStatus.live, {"headcount": 3})
    staff = factories.actor(Role.municipality, organization=posting.organization)
    people = [
        factories.candidate(CandidateStatus.offered, {"email": f"sakura{number}@mail.example"}, posting=posting) for number in range(2)
    ]
    for row in people:
        stages.secure(row, staff, seen_version=row.version)
    db_session.commit()

    def told() -> str:
        return soup(signed_in).select("dl.kpi dd")[2].get_text(" ", strip=True)

    assert "前の週より ＋2名" in told()
    clock.advance(days=8)
    assert "前の週と同じ" in told()
    own_page.withdraw(people[0], "", seen_version=people[0].version)
    db_session.commit()
    assert "前の週より －1名" in told()


def test_the_workbook_has_typed_cells(signed_in: Client) -> None:
    organization = factories.make_organization("452068", "日向市")
    factories.account(Role.municipality, organization=organization, name="=1+1")
    factories.posting(PostingStatus.live, {"headcount": 3})
    answer = signed_in.get("/prefecture/export.xlsx")
    book = openpyxl.load_workbook(BytesIO(answer.data))
    sheet = book["市町村"]
    heads = [cell.value for cell in sheet[4]]
    assert heads[0] == "団体コード"
    assert heads[-2:] == ["最後の動き", "最後の動き（和暦）"]
    by_code = {row[0].value: row for row in sheet.iter_rows(min_row=5)}
    assert sorted(by_code) == MIYAZAKI
    row = dict(zip(heads, by_code["452068"], strict=True))
    assert (row["団体コード"].data_type, row["団体コード"].number_format) == ("s", "@")
    assert [row[name].value for name in ("必要", "確保", "残り")] == [3, 0, 3]
    assert (row["連絡担当者"].value, row["連絡担当者"].data_type) == ("=1+1", "s")
    assert (row["最後の動き"].is_date, row["最後の動き（和暦）"].value) == (True, "令和3年5月7日")
    assert by_code["452017"][heads.index("必要")].value is None
    assert (sheet["B2"].is_date, sheet["C2"].value) == (True, "令和3年5月7日")
    assert (sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True)
    assert [cell.value for cell in book["職種"][5]] == ["看護師", 3, 0, 3]


def fill(code: str) -> int:
    """Every body of a prefecture with an account and two postings, half of them public."""
    bodies = [body for body in reference.municipalities() if body.prefecture_code == code and body.kind in GROUPS]
    template = factories.posting(PostingStatus.live, {"headcount": 3})
    values = {c.name: getattr(template, c.name) for c in Posting.__table__.columns if c.name not in ("id", "posting_no", "submission_id")}
    for number, body in enumerate(bodies):
        if body.code6 == template.organization.lg_code:
            continue
        organization = Organization(lg_code=body.code6, name=body.name, prefecture_code=code, org_type="city", details={})
        db.session.add(organization)
        db.session.flush()
        db.session.add(
            Account(
                email=f"kenko{number}@town.example",
                name="健康課 予防接種担当",
                role=Role.municipality,
                status=AccountStatus.active,
                organization_id=organization.id,
            )
        )
        for index in range(2):
            db.session.add(Posting(**values | {"posting_no": f"KN-P-9{number:03d}{index}", "organization_id": organization.id}))
    db.session.commit()
    return len(bodies)


def test_the_largest_prefecture_is_read_in_few_queries_and_is_light(app: Flask, db_session: Session, clock: Any, client: Client) -> None:
    assert fill("01") == 179
    client.sign_in(prefecture("01"))
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_a: sent.append(statement))
    first = client.get("/prefecture/")
    found = [statement for statement in sent if not statement.startswith(("PRAGMA", "BEGIN", "SET "))]
    # Three of them are the frame's (version, account, banner), four what was secured a week ago.
    assert len(found) <= 15, "\n".join(found)
    assert "道内の市町村の状況" in first.text
    for path in ("/prefecture/", "/prefecture/?all=1", "/prefecture/?page=9"):
        assert len(client.get(path).data) < 100_000, path
    whole = [*rows(soup(client, "/prefecture/?all=1")), *rows(soup(client, "/prefecture/?all=1&page=2"))]
    assert len(set(whole)) == len(whole) == 179


CODES = {body.code6: body.prefecture_code for body in reference.municipalities() if body.kind in GROUPS}


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(own=st.sampled_from([item.code for item in reference.prefectures()]), others=st.sets(st.sampled_from(sorted(CODES)), max_size=5))
def test_no_door_shows_or_touches_a_body_of_another_prefecture(app: Flask, db_session: Session, own: str, others: set[str]) -> None:
    """Home, whole list, workbook and letter of any prefecture, with any bodies registered or waiting for a letter."""
    for code in others:
        if db.session.execute(select(MunicipalityContact.id).where(MunicipalityContact.code6 == code)).first() is None:
            db.session.add(MunicipalityContact(code6=code, email=f"daihyo@m{code}.example", verified=True))
    db.session.commit()
    client = Client(app, app.response_class, use_cookies=True)
    client.sign_in(prefecture(own))
    texts = [client.get(path).text for path in ("/prefecture/", "/prefecture/?all=1", "/prefecture/mail")]
    book = openpyxl.load_workbook(BytesIO(client.get("/prefecture/export.xlsx").data))
    texts.append("\n".join(str(row[0].value) for row in book.worksheets[0].iter_rows(min_row=5)))
    for text in texts:
        assert {CODES[code] for code in re.findall(r"(?<!\d)\d{6}(?!\d)", text) if code in CODES} <= {own}
    mailed = set(re.findall(r"daihyo@m(\d{6})\.example", "".join(texts)))
    assert mailed == {code for code in CODES if code in mailed and CODES[code] == own}
    for code in others:
        expected = 200 if CODES[code] == own else 404
        assert client.get(f"/prefecture/mail?org={code}").status_code == expected
        if expected == 404:
            assert client.post("/prefecture/mail", data={"org": code, "version": "0"}).status_code == 404


def test_an_account_without_a_prefecture_sees_nothing(app: Flask, db_session: Session, client: Client) -> None:
    client.sign_in(prefecture(""))
    assert client.get("/prefecture/").status_code == 403
    client.sign_in(prefecture("48"))
    assert client.get("/prefecture/export.xlsx").status_code == 403


def actor(code: str = "45") -> Actor:
    """Somebody of a prefecture."""
    return factories.actor(Role.prefecture, prefecture_code=code)


def test_what_is_being_checked_is_not_asked_again(app: Flask, db_session: Session, clock: Any) -> None:
    factories.submission(changes={"organization.lg_code": "452017", "organization.org_name": "宮崎市"})
    plan = notices.plan(actor(), ["452017"])
    assert plan.recipients == []
    assert "確認しています" in plan.left_out[0][1]
