"""Open data of a month: equals a recount, is never rewritten, names nobody, and no subtraction finds fewer than five people."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin import clock as program_clock
from keynet_admin import jobs
from keynet_admin.catalogue import posting_field
from keynet_admin.catalogue.reference import prefectures
from keynet_admin.errors import Refused
from keynet_admin.models import OpenDataMonth, Organization, Placement, Posting
from keynet_admin.services.posting import placements
from keynet_admin.services.report import national, open_data, published, rounds
from keynet_admin.services.report.open_data import ALL_JOBS, ALL_PREFECTURES, HIDDEN, PEOPLE
from keynet_admin.vocabulary import PostingStatus, Role, SecuredWay
from tests import factories
from tests.services.report.month import Month, month
from tests.services.report.recount import recount
from tests.support.clock import MovableClock

Values = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def may(db_session: Session, clock: MovableClock) -> Month:
    """A simulated May, published on the first of June."""
    made = month(80, 700, bodies=8)
    made.write(db_session)
    db_session.execute(Posting.__table__.update().values(published_at=datetime.fromisoformat("2021-05-06T10:00+09:00")))
    db_session.commit()
    clock.set("2021-06-01 00:05")
    assert jobs.publish_open_data() == 1
    return made


def values(content: list[list[Any]]) -> Values:
    """The figures of people by prefecture and job type, totals included."""
    return {(code, job): dict(zip(PEOPLE, numbers, strict=True)) for code, job, _postings, *numbers, _days in content}


def stored(session: Session, name: str, edition: int = 1) -> list[list[Any]]:
    """What was published."""
    return session.execute(select(OpenDataMonth.content).filter_by(month=name, edition=edition)).scalar_one()


def sums(figures: Values) -> Iterator[tuple[str, list[Any], Any]]:
    """Figure, parts and whole of every sum in the file."""
    codes, slugs = {code for code, _ in figures} - {ALL_PREFECTURES}, {job for _, job in figures} - {ALL_JOBS}
    for name in PEOPLE:
        for job in (*slugs, ALL_JOBS):
            yield name, [figures[code, job][name] for code in codes], figures[ALL_PREFECTURES, job][name]
        for code in (*codes, ALL_PREFECTURES):
            yield name, [figures[code, job][name] for job in slugs], figures[code, ALL_JOBS][name]
    for cell in figures.values():
        yield "wanted", [cell["secured"], cell["open"]], cell["wanted"]


def test_a_month_equals_a_recount_of_its_events(db_session: Session, may: Month) -> None:
    """Cell by cell where something is shown; some is hidden and most is not."""
    start, end = open_data.ends("2021-05")
    counted: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    of = {row.id: row.prefecture_code for row in db_session.execute(select(Organization)).scalars()}
    before = recount(db_session, start, may.contacts)
    for (body, job), row in recount(db_session, end, may.contacts).items():
        secured = sum(row[name] for name in ("secured_site", "secured_moved", "secured_partner", "secured_other"))
        more = row["applications"] - before.get((body, job), {}).get("applications", 0)
        numbers = {"postings": row["postings"], "wanted": row["wanted"], "secured": secured, "open": row["open"], "applications": more}
        for key in ((of[body], job), (of[body], ALL_JOBS), (ALL_PREFECTURES, job), (ALL_PREFECTURES, ALL_JOBS)):
            counted[key].update(numbers)
    content = stored(db_session, "2021-05")
    assert {(line[0], line[1]): line[2] for line in content if line[2]} == {key: row["postings"] for key, row in counted.items()}
    shown = 0
    for key, row in values(content).items():
        for name, value in row.items():
            assert value in (HIDDEN, counted[key][name]), (key, name)
            shown += value not in (HIDDEN, 0)
    assert shown > 20
    assert any(HIDDEN in row.values() for row in values(content).values())
    assert len(content) == 48 * (1 + len(posting_field("job_type").choices))


def test_no_subtraction_finds_fewer_than_five(db_session: Session, may: Month, clock: MovableClock) -> None:
    """Nor in one month, nor between months: two people more in June hide the cell that May has shown."""
    first = values(stored(db_session, "2021-05"))
    clock.set("2021-06-15 10:00")
    for posting in db_session.execute(select(Posting).where(Posting.status == PostingStatus.live)).scalars().all()[:40]:
        known = {"posting_id": posting.id, "organization_id": posting.organization_id, "count": 2}
        db_session.add(Placement(way=SecuredWay.other, created_at=program_clock.now(), on=program_clock.today(), **known))
    db_session.commit()
    clock.set("2021-07-02 09:00")
    assert jobs.publish_open_data() == 1
    second = values(stored(db_session, "2021-06"))
    changed = 0
    for figures in (first, second):
        for _name, parts, whole in sums(figures):
            numbers = [*parts, whole]
            assert numbers.count(HIDDEN) != 1
            assert not any(value != HIDDEN and 0 < value < 5 for value in numbers)
    for key, row in second.items():
        for name in ("wanted", "secured", "open"):
            if HIDDEN not in (row[name], first[key][name]):
                assert row[name] == first[key][name] or abs(row[name] - first[key][name]) >= 5
                changed += row[name] != first[key][name]
    assert changed


def test_rounds_and_months_know_each_other(db_session: Session, may: Month, clock: MovableClock) -> None:
    """Of a frozen round's public table and the open data of a month no subtraction finds fewer than five, whichever came first."""
    months = [values(stored(db_session, "2021-05"))]
    clock.set("2021-06-15 10:00")
    for posting in db_session.execute(select(Posting).where(Posting.status == PostingStatus.live)).scalars().all()[:40]:
        known = {"posting_id": posting.id, "organization_id": posting.organization_id, "count": 2}
        db_session.add(Placement(way=SecuredWay.other, created_at=program_clock.now(), on=program_clock.today(), **known))
    db_session.flush()
    chosen = rounds.create(factories.actor(Role.lead), as_of=program_clock.now())
    db_session.commit()
    clock.set(chosen.due_at)
    assert rounds.freeze(chosen.id)
    db_session.commit()
    public = national.public(national.of_round(chosen), (), published.of_months())
    clock.set("2021-07-02 09:00")
    assert jobs.publish_open_data() == 1
    months.append(values(stored(db_session, "2021-06")))
    compared = 0
    for month_shown in months:
        for (code, job), row in public.items():
            for name, value in row.items():
                other = month_shown[code or ALL_PREFECTURES, job or ALL_JOBS][name]
                if value is not None and other != HIDDEN:
                    assert value == other or abs(value - other) >= 5, (code, job, name)
                    compared += 1
    assert compared > 20
    assert None in {value for row in public.values() for value in row.values()}


def test_what_is_published_is_never_rewritten(db_session: Session, may: Month, clock: MovableClock) -> None:
    """Not by the job, not by later changes of the past; a correction is a further edition, also safe against the first."""
    first = stored(db_session, "2021-05")
    assert jobs.publish_open_data() == 0
    with pytest.raises(Refused, match="同じ"):
        open_data.correction_of("2021-05")
    with pytest.raises(Refused, match="まだ"):
        open_data.correction_of("2021-04")
    posting = db_session.execute(select(Posting).where(Posting.status == PostingStatus.live)).scalars().first()
    assert posting is not None
    late = datetime.fromisoformat("2021-05-20T10:00+09:00")
    known = {"posting_id": posting.id, "organization_id": posting.organization_id, "count": 30}
    db_session.add(Placement(way=SecuredWay.other, created_at=late, on=late.date(), **known))
    db_session.commit()
    assert jobs.publish_open_data() == 0
    assert stored(db_session, "2021-05") == first
    edition, content = open_data.correction_of("2021-05")
    assert edition == 2
    assert open_data.store("2021-05", content, edition)
    assert not open_data.store("2021-05", first, edition)
    for key, row in values(content).items():
        for name, value in row.items():
            earlier = values(first)[key][name]
            assert HIDDEN in (value, earlier) or value == earlier or abs(value - earlier) >= 5


def test_the_command_makes_a_correction(app: Flask, db_session: Session, may: Month) -> None:
    """And says why not where there is nothing to correct."""
    result = app.test_cli_runner().invoke(args=["correct-open-data", "2021-05"])
    assert result.exit_code == 1
    assert "同じ" in result.output


def test_only_words_of_closed_lists_are_told(db_session: Session, may: Month) -> None:
    """No name of a person, of a body or of a posting, whatever is stored."""
    words = {row.code for row in prefectures()} | {row.name for row in prefectures()} | {"全国", "全職種", ALL_PREFECTURES, ALL_JOBS}
    words |= {text for choice in posting_field("job_type").choices for text in (choice.slug, choice.label)}
    for line in open_data.lines_of("2021-05", 1, stored(db_session, "2021-05"))[1:]:
        assert line[:2] == ["2021-05", "1"]
        assert set(line[2:6]) <= words
        assert all(cell in ("", HIDDEN) or float(cell) >= 0 for cell in line[6:])


def test_months_that_were_missed_are_caught_up(db_session: Session, clock: MovableClock) -> None:
    """From the month of the first publication on, over the end of a year; the present one is not over."""
    assert open_data.next_due() is None
    clock.set("2021-11-30 23:00")
    factories.posting(PostingStatus.live)
    assert open_data.next_due() is None
    db_session.commit()
    clock.set("2022-02-01 00:00")
    assert jobs.publish_open_data() == 3
    months = db_session.execute(select(OpenDataMonth.month).order_by(OpenDataMonth.id)).scalars().all()
    assert months == ["2021-11", "2021-12", "2022-01"]
    assert jobs.publish_open_data() == 0


def test_days_to_fill_stand_for_five_postings_at_least(db_session: Session, clock: MovableClock) -> None:
    """The median of a few would be about a few."""
    clock.set("2021-05-10 10:00")
    postings = [factories.posting(PostingStatus.live, {"headcount": 1, "title": f"集団接種の看護師{number}"}) for number in range(5)]
    owner = factories.actor(Role.municipality, organization=postings[0].organization)
    for number, posting in enumerate(postings):
        clock.set(f"2021-05-{12 + number} 10:00")
        placements.place(posting, owner, seen_version=posting.version, way=SecuredWay.other, count=1)
    clock.set("2021-06-01 00:01")
    lines = {(line[0], line[1]): line[-1] for line in open_data.content_of("2021-05")}
    assert lines["45", "nurse"] == lines[ALL_PREFECTURES, ALL_JOBS] == "4.0"
    assert lines["13", "nurse"] == ""
    postings[0].closed_at = None
    db_session.flush()
    assert {(line[0], line[1]): line[-1] for line in open_data.content_of("2021-05")}["45", "nurse"] == HIDDEN
