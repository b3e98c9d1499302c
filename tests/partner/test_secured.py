"""People that a partner reports by hand or by a file: counted once, corrected by their key, nothing stored while a cell is wrong (F12)."""

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keynet_admin.models import Partner, Placement, Posting
from keynet_admin.services.posting import balance
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerChannel, PostingStatus, Role, SecuredWay
from tests import factories
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock")
NEW, FILE = "/partner/secured/new", "/partner/secured/file"
HEADING = "募集番号,貴団体の番号,人数,確保した日"


@pytest.fixture
def partner(app: Flask, db_session: Session) -> Partner:
    """The Nurse Center of 宮崎県."""
    made: Partner = factories.partner(channel=PartnerChannel.csv)
    with transaction():
        pass
    return made


@pytest.fixture
def posting(partner: Partner) -> Posting:
    """A posting that it was given."""
    with transaction():
        return factories.posting(PostingStatus.live, {"share_nc": True, "headcount": "9名"})


@pytest.fixture
def reader(client: Client, partner: Partner) -> Client:
    """Its signed-in browser."""
    client.sign_in(factories.account(Role.partner, partner_id=partner.id))
    return client


def found(session: Session, posting: Posting) -> int:
    """How many people the posting's balance has from the Nurse Center."""
    return balance.balance(session.get_one(Posting, posting.id)).by_way.get(SecuredWay.nurse_center, 0)


def sent(client: Client, text: str, encoding: str = "utf-8-sig", name: str = "確保.csv") -> Any:
    """Send a file."""
    return client.post(FILE, data={"file": (io.BytesIO(text.encode(encoding)), name)}, content_type="multipart/form-data")


def test_a_report_by_hand_lands_in_the_balance_and_can_be_corrected(reader: Client, db_session: Session, posting: Posting) -> None:
    typed = {"posting_no": posting.posting_no.lower().replace("-", ""), "count": "２名", "on": "令和3年5月6日", "key": "5月-01"}
    assert reader.post(NEW, data=typed).status_code == 303
    assert reader.post(NEW, data=typed).status_code == 303, "pressed twice"
    assert found(db_session, posting) == 2
    page = reader.get("/partner/secured/").text
    assert "5月-01" in page
    assert posting.posting_no in page
    number = db_session.execute(select(Placement.id).where(Placement.partner_key == "5月-01", Placement.corrects_id.is_(None))).scalar_one()
    form = reader.get(f"/partner/secured/{number}/edit").text
    assert 'value="2"' in form
    assert reader.post(f"/partner/secured/{number}/edit", data={"count": "3", "on": "2021-05-06"}).status_code == 303
    assert found(db_session, posting) == 3
    assert "3名" in reader.get("/partner/secured/").text
    assert reader.post(f"/partner/secured/{number}/edit", data={"count": "3", "on": "2021-05-04"}).status_code == 303
    days = db_session.execute(select(Placement.on).where(Placement.posting_id == posting.id).distinct()).scalars()
    assert [day.isoformat() for day in days] == ["2021-05-04"], "the day alone, too"
    assert found(db_session, posting) == 3
    assert reader.post(f"/partner/secured/{number}/edit", data={"count": "0", "on": "2021-05-06"}).status_code == 303
    assert found(db_session, posting) == 0
    assert "取消し" in reader.get("/partner/secured/").text


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"posting_no": ""}, "募集番号を入力してください"),
    ({"posting_no": "KN-P-999999"}, "お渡ししたものの中にありません"),
    ({"count": "たくさん"}, "数字で入力してください"),
    ({"count": "1000"}, "999"),
    ({"on": "いつか"}, "日付で入力してください"),
    ({"on": "2021-05-08"}, "今日まで"),
    ({"key": ""}, "付けてください"),
    ({"key": "あ" * 81}, "80字"),
]


def test_what_is_refused_at_its_field(reader: Client, db_session: Session, posting: Posting) -> None:
    """Nothing is stored, nothing typed is lost."""
    for changes, words in REFUSED:
        typed = {"posting_no": posting.posting_no, "count": "2", "on": "2021-05-06", "key": "控え77"} | changes
        answer = reader.post(NEW, data=typed)
        assert answer.status_code == 422, (changes, words)
        assert words in answer.text, (changes, words)
        assert all(value in answer.text for value in typed.values()), (changes, words)
        assert found(db_session, posting) == 0, (changes, words)


def test_another_partners_report_is_not_there(reader: Client, db_session: Session, posting: Posting) -> None:
    other = factories.partner(name="別のセンター", prefecture_code="12")
    values = {"organization_id": posting.organization_id, "way": SecuredWay.nurse_center, "count": 1, "partner_key": "よその番号"}
    row = Placement(posting_id=posting.id, partner_id=other.id, **values)
    db_session.add(row)
    db_session.flush()
    number = row.id
    assert "よその番号" not in reader.get("/partner/secured/").text
    assert reader.get(f"/partner/secured/{number}/edit").status_code == 404
    assert reader.post(f"/partner/secured/{number}/edit", data={"count": "5", "on": "2021-05-06"}).status_code == 404


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_a_file_is_stored_as_a_whole_and_harmless_again(reader: Client, db_session: Session, posting: Posting, encoding: str) -> None:
    rows = [HEADING, f"{posting.posting_no},A-1,2,2021/5/6", f"{posting.posting_no.lower()},A-2,１名,令和3年5月7日"]
    for _ in range(2):
        assert sent(reader, "\r\n".join(rows), encoding).status_code == 303
        assert found(db_session, posting) == 3
    assert "同じ内容の2件は、何も変えていません" in reader.get("/partner/secured/").text
    sent(reader, "\r\n".join([HEADING, f"{posting.posting_no},A-1,5,2021/5/6"]), encoding)
    assert found(db_session, posting) == 6


def test_what_is_wrong_in_a_file_is_told_by_row_and_column(reader: Client, db_session: Session, posting: Posting) -> None:
    no = posting.posting_no
    rows = [
        HEADING,
        f"{no},A-1,2,2021/5/6",
        f"{no},A-2,二人くらい,2021/5/6",
        "KN-P-888888,A-3,1,2021/5/6",
        f"{no},A-4,1,2022/1/1",
        f"{no},A-1,1,",
    ]
    answer = sent(reader, "\n".join(rows))
    assert answer.status_code == 422
    assert "まだ何も記録していません" in answer.text
    for line, letter in (("3行目", "C列"), ("4行目", "A列"), ("5行目", "D列"), ("6行目", "D列")):
        assert line in answer.text
        assert letter in answer.text
    assert found(db_session, posting) == 0
    assert db_session.execute(select(func.count()).select_from(Placement)).scalar_one() == 0


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("", "空.csv", "読めません"),
        ("番号,人数\n1,2", "別.csv", "の列がありません"),
        (HEADING, "見出しだけ.csv", "報告の行がありません"),
        ("x", "確保.xlsx", "CSVファイル"),
    ],
)
def test_what_is_no_such_file(reader: Client, posting: Posting, text: str, name: str, words: str) -> None:
    answer = sent(reader, text, name=name)
    assert answer.status_code == 422
    assert words in answer.text
    assert reader.post(FILE, data={}).status_code == 422


def test_the_template_is_what_the_file_is_read_by(reader: Client, posting: Posting) -> None:
    content = reader.get("/partner/secured/file.csv").data
    assert content.startswith(b"\xef\xbb\xbf")
    filled = content.decode("utf-8-sig").replace("KN-P-000123", posting.posting_no).replace("2021-05-20", "2021-05-06")
    assert sent(reader, filled).status_code == 303
