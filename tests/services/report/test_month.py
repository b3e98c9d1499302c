"""A simulated month, on both databases: the report equals an independent recount from the audit events, cell by cell, at any moment."""

from collections import defaultdict
from dataclasses import asdict
from datetime import timedelta

import hypothesis
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from keynet_admin.services.report import figures
from keynet_admin.vocabulary import CandidateStatus
from tests.services.report.month import BEGIN, LENGTH, month
from tests.services.report.recount import connected, recount

POSTINGS, CANDIDATES = 2_000, 20_000


def test_a_month_of_work_gives_the_report_that_a_recount_of_the_events_gives(db_session: Session) -> None:
    """2,000 postings, 20,000 applications and questions. In the middle of the month and at its end; no cell is typed."""
    made = month(POSTINGS, CANDIDATES)
    made.write(db_session)
    for as_of in (BEGIN - timedelta(days=1), BEGIN + LENGTH / 2, BEGIN + LENGTH):
        report = figures.figures(as_of)
        assert {cell: asdict(row) for cell, row in report.items()} == recount(db_session, as_of, made.contacts)
        for row in report.values():
            assert row.wanted == row.secured + row.open
            assert min(asdict(row).values()) >= 0
    assert len(report) > 150
    assert all(sum(getattr(row, column.name) for row in report.values()) for column in figures.COLUMNS)
    _one_person_one_number(made.people, made.contacts)


def _one_person_one_number(people: dict[int, int], contacts: dict[int, tuple[str, str]]) -> None:
    """The keys tell the simulated people apart as their clear names do: whoever left a contact of the same kind twice is one."""
    found = figures.snapshot(BEGIN + LENGTH)
    rows = [row for rows in found.people.values() for row in rows]
    groups = figures.persons(rows)
    assert all(len({people[row.id] for row in group}) == 1 for group in groups)
    # Somebody who is known by the address here and by the telephone there, and never by both, cannot be one.
    shown: defaultdict[int, list[set[str]]] = defaultdict(list)
    for row in rows:
        kinds = {kind for kind, given in zip(("mail", "tel"), contacts[row.id], strict=True) if given}
        shown[people[row.id]].append(kinds)
    expected = sum(_parts(kinds) for kinds in shown.values())
    assert len(groups) == expected


def _parts(kinds: list[set[str]]) -> int:
    nameless = sum(not kind for kind in kinds)
    joined = {"mail", "tel"} in kinds
    return nameless + (1 if joined else len({kind for given in kinds for kind in given}))


KEYS = st.sets(st.sampled_from("abcdefgh"), max_size=3)


@hypothesis.given(st.lists(KEYS, max_size=14))
def test_people_who_share_a_key_are_one_in_whatever_order_they_come(keys: list[set[str]]) -> None:
    """Against a walk of the graph; each row stands in exactly one group."""
    status = CandidateStatus.received
    rows = [figures.CountedPerson(n, 1, status, False, False, False, tuple(sorted(k))) for n, k in enumerate(keys)]
    walked = connected({"id": number, "keys": given} for number, given in enumerate(keys))
    expected = sorted(sorted(row["id"] for row in group) for group in walked)
    assert sorted(sorted(row.id for row in group) for group in figures.persons(rows)) == expected
