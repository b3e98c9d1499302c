"""The operators' ledger of postings at partners: what is late or refused stands in front, is found, exported and settled by one decision."""

import io
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin.extensions import db
from keynet_admin.models import Partner, PartnerItem, Placement, Posting
from keynet_admin.permissions import partner_of
from keynet_admin.services import overview as badges
from keynet_admin.services.partner import lag, overview, secured
from keynet_admin.services.partner.secured import SecuredRow
from keynet_admin.services.transaction import transaction
from keynet_admin.vocabulary import PartnerChange, PartnerKind, PostingStatus, Role, SecuredWay
from keynet_admin.vocabulary import PartnerItemStatus as S
from tests import factories
from tests.support.clock import MovableClock
from tests.support.web import Client


@pytest.fixture
def miyazaki(db_session: Session, clock: MovableClock) -> Partner:
    """A Nurse Center in use."""
    return factories.partner(phone="0985-00-0015")


@pytest.fixture
def posting(db_session: Session, clock: MovableClock) -> Posting:
    """A posting of 日向市, published before anything stands at a partner."""
    with transaction():
        return factories.posting(PostingStatus.live, {"title": "集団接種会場の看護師"})


def items(posting: Posting, *rows: tuple[str, S, dict[str, Any]]) -> list[PartnerItem]:
    """A row of the ledger for each (partner's name, state, more columns)."""
    made = []
    for name, status, more in rows:
        at = factories.partner(PartnerKind.other, name=name, **more.pop("partner", {}))
        made.append(factories.partner_item(posting, at, status=status, **more))
    db.session.commit()
    return made


def rows_of(page: str) -> list[str]:
    """The partners of the list's rows, in their order."""
    cells = BeautifulSoup(page, "html.parser").select('table.table--ledger td[data-label="連携先"]')
    return [next(iter(cell.stripped_strings)) for cell in cells]


def tabs_of(page: str) -> dict[str, str]:
    """The tabs of the list with their counts."""
    links = BeautifulSoup(page, "html.parser").select("nav[aria-label=連携先の切り替え] .tabs__n")
    return {link.parent.get_text(" ", strip=True).split(" ")[0]: next(iter(link.stripped_strings)) for link in links if link.parent}


def test_what_waits_for_an_operator_stands_in_front(client: Client, posting: Posting, clock: MovableClock) -> None:
    """Refused, and late at a partner whose alarm stands; in the tab, on the badge of the menu and nowhere else."""
    now = program_clock.now()
    ago = {hours: now - timedelta(hours=hours) for hours in (0.5, 1, 2, 5, 26)}
    late = {"sent_at": ago[26], "changed_at": ago[26], "change": PartnerChange.closed}
    items(
        posting,
        ("黙った連携先", S.recalling, {**late, "partner": {"late_since": ago[5]}}),
        ("間に合う連携先", S.recalling, {**late, "changed_at": ago[2]}),
        ("断った連携先", S.refused, {"reason": "勤務地の郵便番号がない", "changed_at": ago[5], "answered_at": ago[1]}),
        ("受けた連携先", S.acknowledged, {"changed_at": ago[2], "answered_at": ago[1], "sent_at": ago[2]}),
        ("待つ連携先", S.waiting, {"changed_at": ago[0.5]}),
        ("外した連携先", S.withdrawn, {"changed_at": ago[26], "answered_at": ago[26]}),
    )
    client.sign_in(Role.operator)
    page = client.get("/admin/partner/").text
    assert rows_of(page) == ["黙った連携先", "断った連携先"]
    assert tabs_of(page) == {"対応が必要": "2", "応答待ち": "3", "拒否": "1", "取下げ": "3", "すべて": "6"}
    assert badges.badges(factories.actor(Role.operator))["partner"] == 2
    menu = BeautifulSoup(page, "html.parser").select_one('nav[aria-label=主なメニュー] a[href="/admin/partner/"]')
    assert menu is not None
    assert "2" in menu.get_text()
    assert "4時間を超過" in page
    assert "拒否の理由：勤務地の郵便番号がない" in page
    whole = client.get("/admin/partner/?tab=all").text
    assert rows_of(whole) == ["黙った連携先", "断った連携先", "間に合う連携先", "受けた連携先", "待つ連携先", "外した連携先"]
    assert [tag["class"] for tag in BeautifulSoup(whole, "html.parser").select("tr.is-late")] == [["is-late"]]
    turned = client.get("/admin/partner/?tab=all&desc=1").text
    assert rows_of(turned) == rows_of(whole)[::-1]
    assert 'aria-sort="descending"' in whole
    assert 'aria-sort="ascending"' in turned


REFUSALS = {
    "勤務地の郵便番号がない": ("団体に直してもらう", "talk"),
    "１回あたりの報酬が書かれていません。": ("団体に直してもらう", "talk"),
    "夜間の連絡先が必要です": ("団体に直してもらう", "talk"),
    "募集の期間が6か月を超えている": ("新しい番号で送る", "reissue"),
    "掲載は90日までです": ("新しい番号で送る", "reissue"),
    "この職種は扱っておりません": ("送らないことにする", "drop"),
    "県外の募集は対象外": ("送らないことにする", "drop"),
    "すでに当センターに登録があります": ("電話で確かめる", "tell"),
    "システム障害のため、時間をおいて再送してください": ("もう一度送る", "resend"),
    "担当者が判断": ("電話で聞く", "tell"),
}


def test_a_refusal_names_what_to_do_first(client: Client, posting: Posting, clock: MovableClock) -> None:
    """By the partner's words, on the list and on the row's page; what the municipality has to mend comes with words that say who could not take it."""
    made = items(
        posting, *((f"連携先{n}", S.refused, {"reason": why, "answered_at": program_clock.now()}) for n, why in enumerate(REFUSALS))
    )
    client.sign_in(Role.operator)
    rows = BeautifulSoup(client.get("/admin/partner/").text, "html.parser")
    for item, (label, action) in zip(made, REFUSALS.values(), strict=True):
        button = rows.select_one(f"#r{item.id} a.button")
        assert button is not None
        assert (button.find(string=True), button["href"].partition("?")[0].rpartition("/")[2]) == (label, action), item.reason
        page = BeautifulSoup(client.get(f"/admin/partner/{item.id}/").text, "html.parser")
        assert page.select_one("a.button--main")["href"] == button["href"]  # type: ignore[index]
    first = rows.select_one(f"#r{made[0].id} a.button")
    form = BeautifulSoup(client.get(first["href"]).text, "html.parser").select_one("form#decision textarea")  # type: ignore[index]
    assert "連携先0が、募集情報" in form.get_text()  # type: ignore[union-attr]
    assert "勤務地の郵便番号がない。" in form.get_text()  # type: ignore[union-attr]
    client.sign_in(Role.admin)
    assert client.get(f"/admin/partner/{made[3].id}/reissue").status_code == 200


def test_one_alarm_a_partner_with_its_ways_on(client: Client, posting: Posting, clock: MovableClock) -> None:
    """It says how many and since when; the actions lead to pages of decisions."""
    now = program_clock.now()
    (row,) = items(
        posting,
        (
            "黙った連携先",
            S.recalling,
            {
                "sent_at": now - timedelta(hours=30),
                "changed_at": now - timedelta(hours=26),
                "change": PartnerChange.closed,
                "partner": {"late_since": now - timedelta(hours=22), "phone": "03-0000-0015"},
            },
        ),
    )
    client.sign_in(Role.operator)
    alarms = BeautifulSoup(client.get("/admin/partner/?tab=all").text, "html.parser").select(".alarm")
    assert len(alarms) == 1
    words = alarms[0].get_text()
    assert "黙った連携先に、募集の取下げ 1件が届いていません（26時間）。" in words
    assert "約束は4時間です" in words
    links = [link["href"] for link in alarms[0].select("a")]
    assert links == [f"/admin/partner/{row.id}/tell", f"/admin/partner/{row.id}/resend", f"/admin/partner/list/{row.partner_id}/"]
    assert [client.get(link).status_code for link in links] == [200] * 3
    client.sign_in(Role.operator)
    answer = client.post(links[0], data={"version": str(row.version), "reason": "担当の見本様に伝え、消したと聞いた。"})
    assert answer.status_code == 303
    assert not lag.sweep(row.partner_id), "the outage is over after a quiet day"
    db.session.commit()
    after = client.get("/admin/partner/").text
    assert ".alarm" not in after
    assert "対応が必要なものはありません" in after


def test_filters_search_and_export_are_one(client: Client, posting: Posting, clock: MovableClock) -> None:
    now = program_clock.now()
    first, _ = items(
        posting,
        ("甲の連携先", S.refused, {"reason": "=1+1", "answered_at": now, "change": PartnerChange.changed}),
        ("乙の連携先", S.withdrawn, {"change": PartnerChange.closed, "issue": 2}),
    )
    client.sign_in(Role.operator)
    for query, found in (
        (f"tab=all&partner={first.partner_id}", ["甲の連携先"]),
        ("tab=all&change=ended", ["乙の連携先"]),
        ("tab=all&change=changed&status=refused", ["甲の連携先"]),
        (f"tab=all&q={posting.posting_no}", ["甲の連携先", "乙の連携先"]),
        (f"tab=all&q={posting.posting_no}-2", ["乙の連携先"]),
        ("tab=all&q=日向", ["甲の連携先", "乙の連携先"]),
        ("tab=all&q=千代田", []),
    ):
        page = client.get(f"/admin/partner/?{query}").text
        assert sorted(rows_of(page)) == sorted(found), query
    assert "条件に合う台帳の行はありません" in page
    book = load_workbook(io.BytesIO(client.get("/admin/partner/export.xlsx?tab=refused").data))
    cells = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert len(cells) == 2
    assert cells[1][0] == posting.posting_no
    assert cells[1][-1] == "=1+1"
    assert cells[1][7] == "拒否"


def test_the_partners_number_of_a_posting_issued_anew(client: Client, posting: Posting, clock: MovableClock) -> None:
    """`KN-P-000123-2` finds the row, and is what the pages call it."""
    (row,) = items(posting, ("乙の連携先", S.acknowledged, {"issue": 2}))
    client.sign_in(Role.operator)
    page = client.get(f"/admin/partner/{row.id}/").text
    assert f"{posting.posting_no}-2" in page
    assert "2回目の発行" in page


DECISIONS = [
    ("tell", S.recalling, {"reason": "担当の方に伝えた。"}, S.withdrawn),
    ("tell", S.refused, {"reason": "担当の方に伝え、載せると聞いた。"}, S.acknowledged),
    ("resend", S.refused, {}, S.waiting),
    ("resend", S.recalling, {}, S.recalling),
    ("reissue", S.refused, {}, S.waiting),
    ("drop", S.refused, {"reason": "対象外と分かった。"}, S.withdrawn),
]


@pytest.mark.parametrize(("name", "state", "typed", "goal"), DECISIONS)
def test_a_decision_settles_a_row(
    client: Client, posting: Posting, miyazaki: Partner, name: str, state: S, typed: dict[str, str], goal: S
) -> None:
    """Said before, done once however often it is pressed, told afterwards; an old page changes nothing and keeps what was typed."""
    change = PartnerChange.closed if state is S.recalling else PartnerChange.new
    row = factories.partner_item(
        posting, miyazaki, status=state, change=change, sent_at=program_clock.now(), answered_at=program_clock.now()
    )
    db.session.commit()
    client.sign_in(Role.operator)
    address, form = f"/admin/partner/{row.id}/{name}", {"version": str(row.version), **typed}
    assert posting.posting_no in client.get(address).text
    stale = client.post(address, data={**form, "version": "99"})
    assert stale.status_code == 409
    assert all(words in stale.text for words in typed.values())
    if typed:
        blank = client.post(address, data={"version": str(row.version)})
        assert blank.status_code == 422
        assert 'id="reason-e"' in blank.text
    assert db.session.get_one(PartnerItem, row.id).status is state
    assert [client.post(address, data=form).status_code for _ in range(2)] == [303, 303]
    assert db.session.get_one(PartnerItem, row.id).status is goal
    page = client.get(f"/admin/partner/{row.id}/").text
    told = BeautifulSoup(page, "html.parser").select(".timeline > li")
    assert len(told) == 1, told
    assert all(words in page for words in typed.values())


def test_people_that_a_partner_tells_of_on_the_telephone(client: Client, posting: Posting, miyazaki: Partner, clock: MovableClock) -> None:
    """The number is what it has found in all: said again, the newer one counts, in the ledger and in the posting's balance alike."""
    row = factories.partner_item(posting, miyazaki, status=S.acknowledged, answered_at=program_clock.now())
    db.session.commit()
    client.sign_in(Role.operator)
    address = f"/admin/partner/{row.id}/report_secured"
    for typed, at in (({"count": "二"}, "count-e"), ({"count": "1000"}, "count-e"), ({"count": "2", "on": "きのう"}, "on-e")):
        wrong = client.post(address, data={"version": str(row.version), **typed})
        assert wrong.status_code == 422
        assert f'id="{at}"' in wrong.text
        assert f'value="{typed["count"]}"' in wrong.text
    for count in ("２名", "1"):
        version = str(db.session.get_one(PartnerItem, row.id).version)
        assert client.post(address, data={"version": version, "count": count, "on": ""}).status_code == 303
    sums = [(p.way, p.count) for p in db.session.execute(select(Placement).where(Placement.partner_id == miyazaki.id)).scalars()]
    assert sum(count for _, count in sums) == 1
    assert {way for way, _ in sums} == {SecuredWay.nurse_center}
    key = SecuredRow(posting.posting_no, "2021-1", 2, program_clock.today())
    with transaction():
        partner = db.session.get_one(Partner, row.partner_id)
        assert secured.secured(partner, partner_of(partner.id), key).ok
    for count, status in (("1", 422), ("3", 303), ("2", 303)):
        version = str(db.session.get_one(PartnerItem, row.id).version)
        told = client.post(address, data={"version": version, "count": count, "on": ""})
        assert told.status_code == status
        assert ("2名を報告しています" in told.text) is (status == 422)
        db.session.expire_all()
    sums = [p.count for p in db.session.execute(select(Placement).where(Placement.partner_id == row.partner_id)).scalars()]
    assert sum(sums) == 2, "in all, with what it reported itself"
    page = client.get("/admin/partner/?tab=all").text
    assert "確保 2名の報告あり" in page
    assert "ナースセンター 2名" in page


def test_many_are_sent_again_at_once(client: Client, posting: Posting, clock: MovableClock) -> None:
    rows = items(
        posting,
        ("甲の連携先", S.refused, {"answered_at": program_clock.now()}),
        ("乙の連携先", S.withdrawn, {}),
    )
    client.sign_in(Role.operator)
    query = "move=resend" + "".join(f"&row={row.id}.{row.version}" for row in rows)
    shown = client.get(f"/admin/partner/bulk?{query}").text
    assert "いまの状態は「取下げ済み」です" in shown
    assert (
        client.post("/admin/partner/bulk", data={"move": "resend", "row": [f"{row.id}.{row.version}" for row in rows]}).status_code == 303
    )
    states = {row.id: row.status for row in db.session.execute(select(PartnerItem)).scalars()}
    assert states == {rows[0].id: S.waiting, rows[1].id: S.withdrawn}


def test_how_long_closings_take(client: Client, posting: Posting, clock: MovableClock) -> None:
    """Median and worst per partner of 30 days, what still stands there among them; older ones, those never there and sandboxes are left out."""
    now = program_clock.now()
    gone = {"change": PartnerChange.closed, "sent_at": now - timedelta(days=60), "issued_at": now - timedelta(days=60)}
    for minutes, days in ((10, 1), (30, 2), (50, 3), (9000, 40)):
        at = now - timedelta(days=days)
        of = factories.posting(PostingStatus.draft)
        known = db.session.execute(select(Partner).where(Partner.name == "早い連携先")).scalar_one_or_none()
        here = known or factories.partner(PartnerKind.other, name="早い連携先")
        factories.partner_item(of, here, status=S.withdrawn, changed_at=at - timedelta(minutes=minutes), answered_at=at, **gone)
    never_there = {**gone, "issued_at": None, "changed_at": now - timedelta(days=183), "answered_at": now}
    items(
        posting,
        ("あとから加わった連携先", S.withdrawn, never_there),
        ("遅い連携先", S.recalling, {**gone, "changed_at": now - timedelta(hours=26)}),
        ("まだ送っていない連携先", S.recalling, {"change": PartnerChange.closed, "changed_at": now - timedelta(hours=30)}),
    )
    sandbox = factories.partner(PartnerKind.sandbox, name="試験の連携先")
    factories.partner_item(posting, sandbox, status=S.withdrawn, changed_at=now - timedelta(hours=9), answered_at=now, **gone)
    found = [(row.name, overview.words_of(row.middle), overview.words_of(row.worst), row.late) for row in overview.reach(lag.promised())]
    assert found == [("遅い連携先", "26時間", "26時間", True), ("早い連携先", "30分", "50分", False)]
    assert [row.name for row in overview.reach(lag.promised(), most=1)] == ["ほかの2の連携先"]
    client.sign_in(Role.operator)
    page = BeautifulSoup(client.get("/admin/partner/").text, "html.parser")
    chart = page.select_one(".chart--lag")
    assert chart is not None
    assert len(chart.select("svg circle")) == len(chart.select("tbody tr")) == 2
    assert len(chart.select("svg path.c-must")) == 1


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0分"),
        (35.9, "35分"),
        (60, "1時間"),
        (96, "1.6時間"),
        (119, "1.9時間"),
        (26 * 60, "26時間"),
        (71 * 60, "71時間"),
        (96 * 60, "4日"),
    ],
)
def test_a_length_of_time_in_words(minutes: float, words: str) -> None:
    """Never rounded up beyond what has passed."""
    assert overview.words_of(timedelta(minutes=minutes)) == words
