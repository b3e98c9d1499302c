"""One posting: what is shown, when it ends, what is hidden, what stays of it."""

import json
import re
from datetime import date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.catalogue import POSTING, Visibility, display
from keynet_admin.models import Listing, Posting
from keynet_admin.services.listing import card as facts
from keynet_admin.services.listing import publish as listing
from keynet_admin.vocabulary import ListingState, PostingStatus
from keynet_admin.web.posting_page import sections
from tests import factories
from tests.public.build import content, listed, put, revise
from tests.support.clock import MovableClock

EVERYWHERE = ("/", "/postings/", "/postings.atom", "/postings.json", "/sitemap.xml", "/postings/?q={word}", "/postings.json?q={word}")


def pages(client: FlaskClient, posting: Posting, word: str = "会場") -> dict[str, str]:
    """Every answer that could name the posting."""
    paths = [path.format(word=word) for path in EVERYWHERE] + [f"/postings/{posting.posting_no}"]
    return {path: client.get(path).text for path in paths}


def test_every_public_field_of_the_catalogue_is_printed(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    filled: dict[str, Any] = {
        "job_type": "other",
        "job_other": "会場スタッフ",
        "also_junior": True,
        "employer": "株式会社みほん人材",
        "support_note": "相談できる職員がいます",
        "venue_zip": "8830046",
        "access": "見本駅から徒歩5分",
        "smoking_note": "会場による",
        "single_day": True,
        "renewal": "possible",
        "renewal_rule": "勤務成績による",
        "renewal_cap": "通算3回まで",
        "probation": "other",
        "probation_note": "2週間",
        "overtime": "yes",
        "overtime_hours": 7,
        "pay_note": "経験により加算",
        "fixed_ot": "yes",
        "fixed_ot_yen": 12345,
        "fixed_ot_hours": 11,
        "fixed_ot_excess": True,
        "commute": "capped",
        "commute_cap": 543,
        "other_allow": "期末手当あり",
        "liability": "insured",
        "insurance": ["by_hours"],
        "insurance_note": "週20時間以上で加入",
        "experience": "required",
        "experience_note": "筋肉内注射の経験",
        "age_limit": "yes",
        "age_reason": "item_2",
        "age_note": "深夜業のため18歳以上",
        "other_req": "普通に歩ける方",
        "documents": "履歴書1通",
    }
    posting = listed(filled)
    text = " ".join(client.get(f"/postings/{posting.posting_no}").text.split())
    values = content(filled)
    for field in POSTING:
        assert field.name in values or field.visibility is Visibility.NEVER or field.name == "duty_change", field.name
        if field.visibility is Visibility.NEVER or field.name not in values or field.name in ("shifts", "pay_type", "venue_city"):
            continue
        words = sections.TICKS[field.name][0] if field.name in sections.TICKS else display.show(field, values[field.name])
        if field.name == "pay_lines":
            words = "1,987円"
        for line in words.split("\n"):
            assert " ".join(line.split()) in text or field.name in ("job_type", "deadline_type"), (field.name, line)
    assert "13:00" in text
    assert "日向市" in text
    assert "時間額 1,987円" in text


@pytest.mark.parametrize("need", [None, 4])
def test_how_many_a_shift_needs_stands_beside_its_hours(
    client: FlaskClient, db_session: Session, clock: MovableClock, need: int | None
) -> None:
    shift = {"name": "午後", "days": ["sat"], "start": "13:00", "end": "17:30", "break": 0, "need": need}
    text = client.get(f"/postings/{listed({'shifts': [shift]}).posting_no}").text
    assert ('<td class="num">4名</td>' in text, ">人数</th>" in text) == (need is not None,) * 2


def test_a_new_field_of_the_catalogue_shows_up_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    field = next(field for field in POSTING if field.name == "other_req")
    added = type(field)("parking_note", "駐車場の補足", field.kind, visibility=Visibility.PUBLIC, group="新しい欄")
    monkeypatch.setattr(sections, "POSTING", (*POSTING, added))
    made = sections.sections({"posting": {"parking_note": "第2駐車場"}, "masked": False, "organization": {}, "place": {"prefecture": "45"}})
    assert [row.texts for section in made if section.title == "新しい欄" for row in section.rows] == [["第2駐車場"]]


@pytest.mark.parametrize(
    ("moment", "shown", "status"),
    [
        ("2021-06-10 23:59:59.999999", True, 200),
        ("2021-06-11 00:00", False, 200),
        ("2021-07-10 23:59:59", False, 200),
        ("2021-07-11 00:00", False, 410),
        ("2023-01-01 00:00", False, 410),
    ],
)
def test_it_ends_at_24_00_of_the_last_day_in_japan(
    client: FlaskClient, db_session: Session, clock: MovableClock, moment: str, shown: bool, status: int
) -> None:
    posting = listed({"title": "珊瑚の会場"}, until=date(2021, 6, 10))
    client.get("/")
    clock.set(moment)
    found = pages(client, posting, "珊瑚")
    own = found.pop(f"/postings/{posting.posting_no}")
    assert client.get(f"/postings/{posting.posting_no}").status_code == status
    assert ("募集終了" in own) is not shown
    for path, text in found.items():
        assert (posting.posting_no in text) is shown, path
    assert ("1件</b>を公開中" in found["/"]) is shown
    if not shown:
        assert "予診票の聞き取り" not in own
        assert ("2021-06-10" in own) is (status == 200)


def test_the_end_is_said_right_in_the_data(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed(until=date(2021, 6, 10))
    text = client.get(f"/postings/{posting.posting_no}").text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    assert data["validThrough"] == "2021-06-10T23:59:59+09:00"
    assert data["datePosted"] == "2021-05-07"
    assert data["@type"] == "JobPosting"
    assert data["hiringOrganization"]["name"] == "日向市"
    assert data["jobLocation"]["address"]["addressRegion"] == "宮崎県"
    assert data["jobLocation"]["address"]["addressLocality"] == "日向市"
    assert data["baseSalary"]["value"] == {"@type": "QuantitativeValue", "minValue": 1987, "maxValue": 1987, "unitText": "HOUR"}
    assert data["url"].endswith(f"/postings/{posting.posting_no}")
    assert "令和3年6月10日" in text
    assert "更新日" in text


def test_unknown_numbers_are_404(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(number=1)
    for number in ["KN-P-000999", "KN-P-1", "KN-210507-0001", "%00", "..", "KN-P-9999999999"]:
        assert client.get(f"/postings/{number}").status_code == 404, number


def test_another_writing_of_a_number_leads_to_the_posting(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    listed(number=1)
    for number in ["kn-p-000001", "KNP000001", "knp-000001", "ＫＮ－Ｐ－０００００１", "KN-P-00000１", "KN-P-000001 "]:
        answer = client.get(f"/postings/{number}")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/postings/KN-P-000001"), number
        assert client.get(answer.headers["Location"]).status_code == 200, number


@pytest.mark.parametrize("state", [PostingStatus.draft, PostingStatus.paused, PostingStatus.suspended, PostingStatus.closed])
def test_only_live_ones_are_shown(client: FlaskClient, db_session: Session, clock: MovableClock, state: PostingStatus) -> None:
    posting = factories.posting(state, {"title": "珊瑚の会場"})
    db_session.commit()
    found = pages(client, posting, "珊瑚")
    own = found.pop(f"/postings/{posting.posting_no}")
    assert client.get(f"/postings/{posting.posting_no}").status_code == (200 if state is PostingStatus.closed else 404)
    assert ("募集終了" in own) is (state is PostingStatus.closed)
    assert all(posting.posting_no not in text for text in found.values())


def kept_columns(session: Session, posting: Posting) -> set[str]:
    """Names of the columns that hold anything."""
    row = session.query(Listing).filter_by(posting_id=posting.id).one()
    return {column.name for column in Listing.__table__.columns if getattr(row, column.name) not in (None, False, 0, "")}


NUMBERS = {"posting_id", "sequence", "posting_no", "state", "listed_at", "changed_at", "open_until"}


def test_a_closed_row_keeps_nothing_else(db_session: Session, clock: MovableClock) -> None:
    posting = factories.posting(PostingStatus.live)
    put(posting, PostingStatus.closed)
    kept = {"title", "closed_at", "ended_by", "job_type", "prefecture_code", "municipality_code"}
    assert kept_columns(db_session, posting) == NUMBERS | kept


@pytest.mark.parametrize("state", [PostingStatus.paused, PostingStatus.suspended])
def test_a_withdrawn_row_keeps_the_number_alone(
    client: FlaskClient, db_session: Session, clock: MovableClock, state: PostingStatus
) -> None:
    posting = listed({"title": "珊瑚の会場"})
    before = db_session.query(Listing.sequence).scalar()
    put(posting, state)
    assert kept_columns(db_session, posting) == NUMBERS
    assert db_session.query(Listing).one().state is ListingState.withdrawn
    assert db_session.query(Listing.sequence).scalar() == before + 1
    assert client.get(f"/postings/{posting.posting_no}").text == client.get("/postings/KN-P-999999").text.replace("999999", "000001")
    put(posting, PostingStatus.live)
    assert "珊瑚の会場" in client.get(f"/postings/{posting.posting_no}").text


def test_a_paused_posting_that_is_closed_says_so_and_a_draft_is_unknown(
    client: FlaskClient, db_session: Session, clock: MovableClock
) -> None:
    posting = listed(number=500)
    put(posting, PostingStatus.paused)
    put(posting, PostingStatus.closed)
    draft = factories.posting(PostingStatus.draft)
    listing.update(draft)
    db_session.commit()
    assert client.get(f"/postings/{posting.posting_no}").status_code == 200
    assert client.get(f"/postings/{draft.posting_no}").status_code == 404
    assert db_session.query(Listing).count() == 1


def test_a_posting_that_turns_private_is_withdrawn(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed({"title": "珊瑚の会場"})
    revise(posting, content({"title": "珊瑚の会場", "visibility": "private"}))
    assert kept_columns(db_session, posting) == NUMBERS
    found = pages(client, posting, "珊瑚")
    assert all(posting.posting_no not in text for path, text in found.items() if "/KN" not in path)
    assert client.get(f"/postings/{posting.posting_no}").status_code == 404
    put(posting, PostingStatus.closed)
    assert client.get(f"/postings/{posting.posting_no}").status_code == 404


def test_a_posting_that_was_always_private_has_no_row(db_session: Session, clock: MovableClock) -> None:
    posting = listed({"visibility": "private"})
    put(posting, PostingStatus.closed)
    assert db_session.query(Listing).count() == 0


SECRETS: dict[str, Any] = {
    "venue_name": "珊瑚文化センター",
    "venue_address": "珊瑚町12番34号",
    "venue_zip": "8830099",
    "access": "珊瑚駅から徒歩3分",
    "employer": "株式会社さんご人材",
    "engagement": "contractor",
    "internal_no": "内部-777",
    "operator_note": "事務局だけへの連絡",
    "title": "日向市珊瑚文化センターの看護師",
    "duty_detail": "日向の海辺にある珊瑚文化センターで、接種（注射）を行います。city.hyuga.miyazaki.jp をご覧ください。",
    "public_contact": "日向市 健康課",
    "public_tel": "0982-00-0001",
}
HIDDEN = (
    "日向",
    "ヒュウガ",
    "ひゅうが",
    "珊瑚",
    "8830099",
    "883-0099",
    "さんご人材",
    "0982-00-0001",
    "hyuga",
    "内部-777",
    "事務局だけ",
    "452068",
)


def test_a_masked_posting_names_neither_body_nor_venue_anywhere(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    body = factories.make_organization(kana="ヒュウガシ")
    body.details = {**body.details, "org_url": "https://www.city.hyuga.miyazaki.jp/"}
    posting = listed({**SECRETS, "visibility": "masked"}, organization=body)
    for word in ("看護師", "珊瑚", "日向", "ひゅうが"):
        for path, text in pages(client, posting, word).items():
            # A page says again what was searched for, and which town that is.
            data = text if word == "看護師" else re.sub(f'「{word}」|value="{word}"|宮崎県日向市|municipality=452068', "", text)
            for secret in HIDDEN:
                assert secret not in data, (path, secret)
        assert (posting.posting_no in client.get(f"/postings/?q={word}").text) is (word == "看護師")
    assert posting.posting_no not in client.get("/postings/?municipality=452068").text
    row = db_session.query(Listing).one()
    whole = json.dumps([row.content, row.search_text, row.title, row.org_name, row.municipality_code], ensure_ascii=False)
    assert not [secret for secret in HIDDEN if secret in whole]
    text = client.get(f"/postings/{posting.posting_no}").text
    for part in ("宮崎県", "時間額 1,987円", "13:00", "団体名は非公開", "会場は応募された方にお伝えします"):
        assert part in text, part
    put(posting, PostingStatus.closed)
    assert not [secret for secret in HIDDEN if secret in client.get(f"/postings/{posting.posting_no}").text]


def test_a_masked_posting_elsewhere_still_names_its_workplace(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed({"visibility": "masked", "venue_city": "131016"})
    text = client.get(f"/postings/{posting.posting_no}").text
    assert "東京都千代田区" in text
    assert "日向市" not in text


def test_what_nobody_may_see_is_nowhere(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = factories.posting(PostingStatus.live, {"internal_no": "内部-777", "operator_note": "事務局だけへの連絡"})
    db_session.commit()
    never = (
        "内部-777",
        "事務局だけ",
        "川辺",
        "花子",
        "カワベ",
        "0982-00-0043",
        "hyuga-test",
        "日向市中町9番9号",
        "8830046",
        "0982-00-0001",
    )
    for path, text in pages(client, posting, "看護師").items():
        for secret in never:
            assert secret not in text, (path, secret)


TAG = "<script>alert(1)</script>"


def test_tags_are_text_everywhere(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    names = ("title", "duty_detail", "venue_name", "venue_address", "access", "public_contact", "workdays_note", "pay_day", "job_other")
    typed = {name: f"{name}{TAG}\"'&]]>" for name in names}
    shifts = [{"name": TAG, "days": ["sat", TAG], "start": TAG, "end": "17:30", "break": TAG}]
    body = factories.make_organization()
    body.name, body.details = TAG, {**body.details, "department": TAG, "org_url": "javascript:alert(1)"}
    lines = [{"label": TAG, "min": TAG, "max": None}]
    posting = listed({**typed, "job_type": "other", "shifts": shifts, "pay_lines": lines, "public_tel": TAG}, organization=body)
    for path, text in pages(client, posting).items():
        assert (
            text.count("<script") == text.count('<script type="module" src=') + text.count('<script type="application/ld+json">')
            or ".json" in path
        )
        if ".json" not in path:
            assert TAG not in text, path
            assert 'href="javascript' not in text
    text = client.get(f"/postings/{posting.posting_no}").text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert data is not None
    assert "<" not in data[1]
    assert TAG not in json.loads(data[1])["description"]
    assert json.loads(data[1])["title"].startswith("title<script>")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pay_lines": [{"min": 1987}, {"min": 1472}]}, 1472),
        ({"pay_type": "day", "pay_lines": [{"min": 18600, "hours_per_unit": 7.75}]}, 2400),
        ({"pay_type": "session", "pay_lines": [{"min": 9000}]}, 2000),
        ({"pay_type": "month", "pay_lines": [{"min": 210000}], "weekly_hours": 35}, 1384),
        ({"pay_lines": []}, 0),
        ({"pay_lines": [{"min": "不明"}]}, 0),
        ({"pay_type": "session", "pay_lines": [{"min": 9000}], "shifts": []}, 0),
    ],
)
def test_hourly_equivalent(changes: dict[str, Any], expected: int) -> None:
    assert facts.pay_hour(content(changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pay_lines": [{"min": 1472}, {"min": 1987, "max": 2200}]}, "時間額 1,472円～2,200円"),
        ({"pay_type": "session", "pay_lines": [{"min": 9000, "hours_per_unit": 4}]}, "1回 9,000円（4時間）"),
        ({"pay_type": "day", "pay_lines": [{"min": 18600, "hours_per_unit": 7.75}]}, "日額 18,600円（7時間45分）"),
    ],
)
def test_pay_in_words(changes: dict[str, Any], expected: str) -> None:
    assert facts.pay(content(changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "2021-05-26T00:00:00+09:00"),
        ({"deadline": "2021-05-20"}, "2021-05-21T00:00:00+09:00"),
        ({"deadline_type": "until_filled"}, "2021-06-11T00:00:00+09:00"),
        ({"deadline": None}, "2021-06-11T00:00:00+09:00"),
        ({"deadline": "2021-07-01"}, "2021-06-11T00:00:00+09:00"),
        ({"publish_until": None}, None),
    ],
)
def test_open_until_is_the_earlier_of_deadline_and_last_day(clock: MovableClock, changes: dict[str, Any], expected: str | None) -> None:
    found = listing.open_until(content({"publish_until": "2021-06-10", **changes}))
    assert found == (datetime.fromisoformat(expected) if expected else None)


def test_a_posting_is_over_when_its_deadline_is(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    posting = listed({"deadline_type": "date", "deadline": "2021-05-20", "title": "珊瑚の会場"}, until=date(2021, 6, 10))
    clock.set("2021-05-20 23:59:59")
    assert all(posting.posting_no in text for text in pages(client, posting, "珊瑚").values())
    assert '"validThrough": "2021-05-20T23:59:59+09:00"' in client.get(f"/postings/{posting.posting_no}").text
    clock.set("2021-05-21 00:00")
    found = pages(client, posting, "珊瑚")
    assert "募集終了" in found.pop(f"/postings/{posting.posting_no}")
    assert all(posting.posting_no not in text for text in found.values())
