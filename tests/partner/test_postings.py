"""What somebody of a partner sees, takes as a file and answers at `/partner/`: its own rows only, as the public page shows them."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import AuditEvent, Partner, PartnerItem, Posting
from keynet_admin.services.posting import publication
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerChange, PartnerChannel, PartnerEncoding, PartnerItemStatus, PartnerKind, PostingStatus, Role
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
NUMBER = re.compile(r"KN-P-[0-9]{6}")


@pytest.fixture
def partner(app: Flask, db_session: Session) -> Partner:
    """The Nurse Center of 宮崎県, which takes files."""
    made: Partner = factories.partner(channel=PartnerChannel.csv)
    with transaction():
        pass
    return made


@pytest.fixture
def reader(client: Client, partner: Partner) -> Client:
    """Its signed-in browser."""
    client.sign_in(factories.account(Role.partner, partner_id=partner.id))
    return client


def shared(**changes: Any) -> Posting:
    """A live nurse posting of 宮崎県 whose owner agreed, and its line in the ledger."""
    with transaction():
        return factories.posting(PostingStatus.live, {"share_nc": True, **changes})


def item_of(session: Session, posting: Posting, partner: Partner) -> PartnerItem:
    """The posting's line at a partner."""
    query = select(PartnerItem).where(PartnerItem.posting_id == posting.id, PartnerItem.partner_id == partner.id)
    return session.execute(query).scalar_one()


def closed(posting: Posting) -> None:
    """Its municipality ends it."""
    with transaction():
        owner = factories.actor(Role.municipality, organization=posting.organization)
        publication.close(posting, owner, seen_version=posting.version)


def rows_of(content: bytes, encoding: str) -> list[dict[str, str]]:
    """The lines of a file by their headings."""
    return list(csv.DictReader(io.StringIO(content.decode(encoding), newline="")))


def test_a_partner_sees_its_own_rows_as_the_public_page_shows_them(reader: Client, db_session: Session, partner: Partner) -> None:
    row = shared(visibility="masked", title="県北の市の接種会場の看護師")
    other = factories.partner(name="千葉県ナースセンター（試験）", prefecture_code="12")
    foreign = factories.partner_item(row, other)
    number, title = row.posting_no, "県北の市の接種会場の看護師"
    db_session.commit()
    page = reader.get("/partner/").text
    assert title in page
    assert "一部非公開" in page
    assert NUMBER.findall(page)
    assert "日向市" not in page
    item = item_of(db_session, row, partner)
    one = reader.get(f"/partner/{item.id}/").text
    assert number in one
    assert "日向市" not in one
    for address in (f"/partner/{foreign.id}/", f"/partner/{foreign.id}/acknowledge", f"/partner/{foreign.id}/refuse"):
        assert reader.get(address).status_code == 404
    assert reader.post(f"/partner/{foreign.id}/acknowledge", data={"version": foreign.version}).status_code == 404
    assert item_of(db_session, row, partner).status is PartnerItemStatus.waiting, "looking is not taking"


def test_a_file_is_noted_as_sent_and_in_the_log(reader: Client, db_session: Session, partner: Partner) -> None:
    row = shared(title="看護師の募集")
    taken = reader.post("/partner/download.csv")
    assert taken.data.startswith(b"\xef\xbb\xbf")
    (line,) = rows_of(taken.data, "utf-8-sig")
    assert (line["募集番号"], line["送ったもの"], line["職種"], line["募集の見出し"]) == (row.posting_no, "新規", "看護師", "看護師の募集")
    item = item_of(db_session, row, partner)
    assert (item.status, item.attempts) == (PartnerItemStatus.sent, 1)
    assert line["通番"] == str(item.sequence)
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(partner), AuditEvent.action == "download")).scalar_one()
    assert (event.codes["count"], event.codes["kind"], event.codes["letters"]) == (1, "csv", 0)
    assert db_session.get_one(Partner, partner.id).last_seen_at is not None
    assert len(rows_of(reader.post("/partner/download.csv?tab=all").data, "utf-8-sig")) == 1
    assert reader.get("/partner/download.csv").status_code == 405
    assert reader.post("/partner/download.csv?tab=gone").status_code == 303, "nothing to write"


def test_what_ended_has_its_number_and_no_content(reader: Client, db_session: Session, partner: Partner) -> None:
    row = shared(title="まもなく終わる募集")
    reader.post("/partner/download.csv")
    closed(db_session.get_one(Posting, row.id))
    item = item_of(db_session, row, partner)
    assert (item.status, item.change) == (PartnerItemStatus.recalling, PartnerChange.closed)
    (line,) = rows_of(reader.post("/partner/download.csv?tab=gone").data, "utf-8-sig")
    assert (line["送ったもの"], line["受け取りの状態"], line["募集終了日"]) == ("募集終了", "取下げ待ち", "2021-05-07")
    assert line["仕事の内容"] == line["報酬の額"] == ""
    assert "取り下げた" in reader.get("/partner/").text
    assert item_of(db_session, row, partner).status is PartnerItemStatus.recalling, "a file is no answer"


def test_shift_jis_names_every_letter_that_it_lacks(reader: Client, db_session: Session, partner: Partner) -> None:
    """𠮷 is written 吉, told in the line by its code, and listed with the letter itself in a file that can hold it (X14)."""
    row = shared(venue_name="𠮷野・髙松保健センター", title="午後〜夕方の看護師")
    db_session.get_one(Partner, partner.id).encoding = PartnerEncoding.cp932
    db_session.commit()
    page = reader.get("/partner/").text
    assert "置き換えた文字の一覧" in page
    (line,) = rows_of(reader.post("/partner/download.csv").data, "cp932")
    assert line["勤務場所の名称"] == "吉野・髙松保健センター", "code page 932 has 髙"
    assert line["募集の見出し"] == "午後～夕方の看護師"
    assert line["置き換えた文字"] == "勤務場所の名称：吉（U+20BB7）"
    told = rows_of(reader.get("/partner/letters.csv").data, "utf-8-sig")
    assert [tuple(each.values()) for each in told] == [(row.posting_no, "勤務場所の名称", "𠮷", "U+20BB7", "吉")]
    event = db_session.execute(select(AuditEvent).where(AuditEvent.about(partner), AuditEvent.action == "download")).scalar_one()
    assert event.codes["letters"] == 1
    book = load_workbook(io.BytesIO(reader.post("/partner/download.xlsx").data)).active
    assert "𠮷野・髙松保健センター" in [cell.value for cell in book[2]]


def test_no_cell_of_the_file_is_a_formula(reader: Client, partner: Partner) -> None:
    shared(pay_note="=1+1 のような文")
    (line,) = rows_of(reader.post("/partner/download.csv").data, "utf-8-sig")
    assert line["報酬の補足"] == "'=1+1 のような文"
    book = load_workbook(io.BytesIO(reader.post("/partner/download.xlsx").data)).active
    assert {cell.data_type for row in book.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_a_posting_is_taken_or_refused_with_a_reason(reader: Client, db_session: Session, partner: Partner) -> None:
    one, two = shared(), shared(title="もう一つの募集")
    first, second = item_of(db_session, one, partner), item_of(db_session, two, partner)
    version = first.version
    done = reader.post(f"/partner/{first.id}/acknowledge", data={"version": version})
    assert (done.status_code, item_of(db_session, one, partner).status) == (303, PartnerItemStatus.acknowledged)
    assert reader.post(f"/partner/{first.id}/acknowledge", data={"version": version}).status_code == 303, "the same again"
    refuse = f"/partner/{second.id}/refuse"
    version = second.version
    empty = reader.post(refuse, data={"version": version, "reason": " "})
    assert empty.status_code == 422
    assert "理由を入力してください" in empty.text
    long = reader.post(refuse, data={"version": version, "reason": "あ" * 401})
    assert long.status_code == 422
    assert "あ" * 401 in long.text
    assert reader.post(refuse, data={"version": version, "reason": "勤務地の郵便番号がない"}).status_code == 303
    item = item_of(db_session, two, partner)
    assert (item.status, item.reason) == (PartnerItemStatus.refused, "勤務地の郵便番号がない")
    assert item.answered_at is not None


def test_an_answer_leaves_the_moment_of_the_change(reader: Client, db_session: Session, clock: MovableClock, partner: Partner) -> None:
    """The lag is the time between the two."""
    row = shared()
    item = item_of(db_session, row, partner)
    changed, version = item.changed_at, item.version
    clock.advance(hours=3)
    reader.post(f"/partner/{item.id}/acknowledge", data={"version": version})
    item = item_of(db_session, row, partner)
    assert (item.changed_at, item.answered_at) == (changed, changed + timedelta(hours=3))


def test_an_ended_posting_is_answered_as_taken_down(reader: Client, db_session: Session, partner: Partner) -> None:
    row = shared()
    reader.post("/partner/download.csv")
    closed(db_session.get_one(Posting, row.id))
    item = item_of(db_session, row, partner)
    page = reader.get(f"/partner/{item.id}/acknowledge").text
    assert "取り下げましたか" in page
    reader.post(f"/partner/{item.id}/acknowledge", data={"version": item.version})
    assert item_of(db_session, row, partner).status is PartnerItemStatus.withdrawn


def test_many_are_answered_at_once(reader: Client, db_session: Session, partner: Partner) -> None:
    rows = [shared(title=f"募集その{n}") for n in range(3)]
    items = [item_of(db_session, row, partner) for row in rows]
    ticks = [f"{item.id}.{item.version}" for item in items]
    assert reader.get("/partner/bulk", query_string={"move": "refuse", "row": ticks}).status_code == 200
    none = reader.post("/partner/bulk", data={"move": "refuse", "row": ticks[:1], "reason": ""})
    assert none.status_code == 422
    assert "理由を入力してください" in none.text
    reader.post("/partner/bulk", data={"move": "refuse", "row": ticks[:1], "reason": "期間が長すぎる"})
    reader.post("/partner/bulk", data={"move": "acknowledge", "row": ticks})
    found = [item_of(db_session, row, partner).status for row in rows]
    assert found == [PartnerItemStatus.refused, PartnerItemStatus.acknowledged, PartnerItemStatus.acknowledged]


def test_lists_narrow_and_say_when_they_are_empty(reader: Client, db_session: Session, partner: Partner) -> None:
    assert "応答をお待ちしている募集はありません" in reader.get("/partner/").text
    row = shared(title="日向の看護師")
    for query, there in (
        ("job_type=nurse", True),
        ("job_type=clerical", False),
        ("prefecture=45", True),
        ("status=waiting", True),
        ("status=refused", False),
        ("q=日向の", True),
        (f"q={row.posting_no}", True),
        ("q=どこにもない", False),
    ):
        assert (row.posting_no in reader.get(f"/partner/?tab=all&{query}").text) is there, query


def test_a_sandbox_partner_has_the_same_file_of_invented_postings(client: Client, db_session: Session) -> None:
    box = factories.partner(PartnerKind.sandbox, name="試験用の連携先")
    client.sign_in(factories.account(Role.partner, partner_id=box.id))
    shared()
    page = client.get("/partner/").text
    assert "試験用の画面です" in page
    lines = rows_of(client.post("/partner/download.csv").data, "utf-8-sig")
    assert {line["送ったもの"] for line in lines} >= {"新規", "取下げ", "募集終了"}
    assert all(line["募集番号"].startswith("KN-P-9999") for line in lines)
    assert client.post("/partner/download.xlsx").status_code == 200
