"""X10: what separates the postings nearby that were filled within two weeks from those that were not, and who is never looked at."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.clock import now
from keynet_admin.extensions import db
from keynet_admin.models import Organization, Placement, Posting
from keynet_admin.services.posting import balance, radar, revisions
from keynet_admin.vocabulary import PostingStatus, Role, SecuredWay
from tests import factories
from tests.rules.base_submission import base_submission
from tests.support.web import Client

pytestmark = pytest.mark.usefixtures("clock", "db_session")
# Bodies of 宮崎県 and of the two prefectures beside it that have a land border, and one far away.
NEAR = {"452017": "宮崎市", "452025": "都城市", "432016": "熊本市", "462012": "鹿児島市"}
FAR = ("131016", "千代田区")
_numbers = count(1)


def body(code: str, name: str) -> Organization:
    return factories.make_organization(code, name)


def near() -> list[Organization]:
    return [body(code, name) for code, name in NEAR.items()]


def made(
    at: Organization,
    changes: Mapping[str, Any] | None = None,
    *,
    days_ago: int = 30,
    filled_after: int | None = None,
    closed_after: int | None = None,
    state: PostingStatus = PostingStatus.live,
) -> Posting:
    """A posting for two people published some days ago, filled (and closed), or ended, so many days later."""
    published = now() - timedelta(days=days_ago)
    over = filled_after if filled_after is not None else closed_after
    row = Posting(
        posting_no=f"KN-P-9{next(_numbers):05}",
        status=PostingStatus.closed if over is not None else state,
        organization_id=at.id,
        live=1,
        published_at=published,
        closed_at=published + timedelta(days=over) if over is not None else None,
    )
    db.session.add(row)
    typed = base_submission()["postings"][0] | {"headcount": 2, "visibility": "public"} | dict(changes or {})
    revisions.add_revision(row, typed, typed, [], author_id=None, given=[]).created_at = published
    if filled_after is not None:
        on = (published + timedelta(days=filled_after)).date()
        db.session.add(Placement(posting_id=row.id, organization_id=at.id, way=SecuredWay.other, count=2, on=on))
    db.session.flush()
    return row


def paid(yen: int) -> dict[str, Any]:
    return {"pay_type": "hour", "pay_lines": [{"label": "", "min": yen, "max": None}]}


def of(row: Posting) -> radar.Radar | None:
    return radar.of(row, balance.balance(row))


def own(changes: Mapping[str, Any] | None = None, **more: Any) -> Posting:
    return made(body("452068", "日向市"), changes, days_ago=5, **more)


def planted(rng: Random, bodies: list[Organization], each: int = 12) -> None:
    """Well paid postings are filled in time, badly paid ones are not; everything else is drawn without regard to it."""
    for at in range(2 * each):
        fast = at < each
        values = paid(rng.randint(1750, 2000) if fast else rng.randint(1300, 1650)) | {
            "blank_ok": rng.random() < 0.5,
            "training": rng.choice(("paid", "none")),
            "parking": rng.choice(("free", "none")),
            "workdays_note": f"週{rng.randint(1, 5)}日程度",
        }
        made(bodies[at % len(bodies)], values, filled_after=rng.randint(1, 14) if fast else None)


def test_the_ranking_finds_what_was_planted() -> None:
    """And says it in numbers; a posting on the good side is told nothing about it."""
    planted(Random(7), near())
    low = paid(1500)
    found = of(own(low))
    assert found is not None
    assert (found.fast, found.slow) == (12, 12)
    first = found.rows[0]
    assert (first.factor.label, first.effect) == ("1時間あたりの報酬", 1.0)
    assert [abs(row.effect or 0) for row in found.rows] == sorted((abs(row.effect or 0) for row in found.rows), reverse=True)
    assert found.told[0].sentence.startswith("近くで2週間以内に埋まった募集12件の1時間あたりの報酬の中央値は1,")
    assert found.told[0].sentence.endswith("この募集は1,500円です。")
    good = of(own(paid(1900)))
    assert good is not None
    assert "1時間あたりの報酬" not in [row.factor.label for row in good.told]


def test_a_yes_or_no_condition_and_days_and_hours_can_stand_out() -> None:
    """The share, the fewest days a week and the shortest shift are told as well as the pay."""
    bodies, shift = near(), {"name": "", "days": ["sat"], "break": 0}
    short, long = shift | {"start": "13:00", "end": "16:00"}, shift | {"start": "09:00", "end": "17:00"}
    wishes = {"blank_ok": True, "workdays_note": "月4回以上", "shifts": [long, short]}
    demands = {"blank_ok": False, "workdays_note": "週4日以上", "shifts": [long]}
    for at in range(16):
        made(bodies[at % 4], wishes if at < 8 else demands, filled_after=3 if at < 8 else None)
    found = of(own(demands))
    assert found is not None
    assert {row.sentence for row in found.told} == {
        "近くで2週間以内に埋まった募集8件の1回の勤務（いちばん短いもの）の中央値は3時間、この募集は8時間です。",
        "近くで2週間以内に埋まった募集8件の勤務日数（少ない場合）の中央値は週0.9日、この募集は週4日です。",
        "近くで2週間以内に埋まった募集8件のうち8件は「ブランク可」です。この募集は「ブランク可」ではありません。",
    }


def test_without_an_effect_nothing_stands_out() -> None:
    bodies = near()
    for at in range(24):
        made(bodies[at % 4], paid(1400 + 100 * (at % 6)), filled_after=5 if at < 12 else None)
    found = of(own(paid(1300)))
    assert found is not None
    assert found.told == []


TOO_FEW: dict[str, Callable[[list[Organization]], list[Posting]]] = {
    "four cases": lambda bodies: [made(bodies[at % 4], filled_after=3) for at in range(4)],
    "two bodies": lambda bodies: [made(bodies[at % 2], filled_after=3) for at in range(8)],
    "masked": lambda bodies: [made(bodies[at % 4], {"visibility": "masked"}, filled_after=3) for at in range(8)],
    "private": lambda bodies: [made(bodies[at % 4], {"visibility": "private"}, filled_after=3) for at in range(8)],
    "another job": lambda bodies: [made(bodies[at % 4], {"job_type": "physician"}, filled_after=3) for at in range(8)],
    "too late": lambda bodies: [made(bodies[at % 4], filled_after=15) for at in range(8)],
    "too new": lambda bodies: [made(bodies[at % 4], days_ago=13, filled_after=3) for at in range(8)],
    "the own ones": lambda _bodies: [made(body("452068", "日向市"), filled_after=3) for _ in range(8)],
    "far away": lambda _bodies: [made(body(*FAR), filled_after=3) for _ in range(8)],
}


@pytest.mark.parametrize("name", list(TOO_FEW))
def test_nothing_is_told_of_too_few(db_session: Session, name: str) -> None:
    """Under five cases, of fewer than three other bodies, of what is hidden or does not compare."""
    bodies = near()
    TOO_FEW[name](bodies)
    for at in range(8):
        made(bodies[at % 4], paid(1400))
    row = own()
    assert of(row) is None
    for at in range(5):
        made(bodies[at % 4], filled_after=14)
    found = of(row)
    assert found is not None
    assert found.fast == (9 if name == "four cases" else 13 if name == "two bodies" else 5)


def test_masked_and_own_postings_change_no_number(db_session: Session) -> None:
    """Wherever they lie."""
    bodies = near()
    planted(Random(3), bodies, 6)
    row = own(paid(1500))
    before = of(row)
    for at in range(6):
        made(bodies[at % 4], paid(9000) | {"visibility": "masked"}, filled_after=2)
        made(bodies[at % 4], paid(9000) | {"visibility": "masked"})
        made(row.organization, paid(9000), filled_after=2)
    assert before == of(row)


def test_a_condition_stated_by_few_is_not_told() -> None:
    bodies = near()
    for at in range(8):
        made(bodies[at % 4], {"workdays_note": "週2日" if at < 4 else "応相談"}, filled_after=3)
    found = of(own())
    assert found is not None
    assert "勤務日数（少ない場合）" not in [row.factor.label for row in found.rows]
    assert (found.slow, found.told, {row.effect for row in found.rows}) == (0, [], {None})


def test_what_nobody_knows_is_in_no_group(db_session: Session) -> None:
    """One that ended within two weeks with open places, and one whose municipality has not said how many it secured."""
    bodies = near()
    for at in range(5):
        made(bodies[at % 4], filled_after=3)
        made(bodies[at % 4], closed_after=6)
        made(bodies[at % 4], closed_after=20).outcome_due = True
    row = own()
    found = of(row)
    assert found is not None
    assert found.slow == 0
    for at in range(5):
        made(bodies[at % 4], closed_after=20)
    found = of(row)
    assert found is not None
    assert found.slow == 5


def test_conditions_count_as_they_were_in_the_first_two_weeks(db_session: Session) -> None:
    """A wage raised later, without which the posting was not filled, is no condition of the two weeks."""
    bodies = near()
    for at in range(10):
        row = made(bodies[at % 4], paid(1800 if at < 5 else 1400), filled_after=3 if at < 5 else None)
        if at >= 5:
            row.current = row.live = 2
            typed = dict(revisions.revision_of(row, 1).typed) | paid(2500)
            later = revisions.add_revision(row, typed, typed, [], author_id=None, given=[])
            later.created_at = now() - timedelta(days=10)
    found = of(own())
    assert found is not None
    pay = next(row for row in found.rows if row.factor.label == "1時間あたりの報酬")
    assert pay.slow is not None
    assert (pay.fast.middle, pay.slow.middle, pay.effect) == (1800, 1400, 1.0)


HIDDEN: dict[str, Callable[[], Posting]] = {
    "full": lambda: own(filled_after=2),
    "private": lambda: own({"visibility": "private"}),
    "another job's name": lambda: own({"job_type": "other"}),
    "suspended": lambda: own(state=PostingStatus.suspended),
    "never published": lambda: factories.posting(),
}


@pytest.mark.parametrize("name", list(HIDDEN))
def test_only_a_published_posting_that_lacks_people_is_compared(db_session: Session, name: str) -> None:
    planted(Random(1), near())
    assert of(HIDDEN[name]()) is None


def test_a_bounded_number_of_queries_and_rows(db_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many for few as for many; the newest ones are looked at."""
    bodies, row = near(), own()
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_a: sent.append(statement))
    counts = []
    for _ in range(2):
        planted(Random(5), bodies, 10)
        found = balance.balance(row)
        sent.clear()
        radar.of(row, found)
        counts.append(len([text for text in sent if text.startswith("SELECT")]))
    assert max(counts) <= 8
    monkeypatch.setattr(radar, "MOST", 7)
    for at in range(7):
        made(bodies[at % 4], days_ago=20, filled_after=3)
    found = radar.of(row, balance.balance(row))
    assert found is not None
    assert (found.fast, found.slow) == (7, 0)


@given(some=st.lists(st.integers(0, 9), min_size=1), others=st.lists(st.integers(0, 9), min_size=1))
def test_the_measure_is_bounded_and_turns_with_its_groups(some: list[int], others: list[int]) -> None:
    delta = radar.cliffs_delta(some, others)
    assert -1 <= delta <= 1
    assert delta == pytest.approx(-radar.cliffs_delta(others, some))
    assert radar.cliffs_delta([value + 10 for value in some], others) == 1
    if set(some) | set(others) <= {0, 1}:
        assert delta == pytest.approx(sum(some) / len(some) - sum(others) / len(others))


def test_the_page_shows_it_to_the_office_and_names_nobody(client: Client) -> None:
    """Sentences, a picture and a table that says the same; no number and no name of any posting or body; nothing at all without cases."""
    row = own(paid(1500))
    client.sign_in(factories.account(Role.municipality, organization=row.organization))
    page = f"/office/posting/{row.id}/"
    assert "近くで早く埋まった募集との違い" not in client.get(page).get_data(as_text=True)
    planted(Random(7), near())
    section = BeautifulSoup(client.get(page).get_data(as_text=True), "html.parser").select_one(".radar")
    assert section is not None
    text = section.get_text()
    assert "この募集は1,500円です。" in text
    assert "埋まった理由や、条件を変えたときの結果を示すものではありません" in text
    assert len(section.select("tbody tr svg")) == len(section.select("tbody tr")) > 5
    assert not [name for name in NEAR.values() if name in text]
    assert "KN-P-" not in text
