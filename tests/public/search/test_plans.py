"""How the databases find the rows of visitors' pages: never by looking through the public table, whatever is asked."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from keynet_admin.extensions import db, reading
from tests.public.build import listed
from tests.support.clock import MovableClock

SEARCHES = (
    "/",
    "/postings/",
    "/postings/?prefecture=45&job_type=nurse",
    "/postings/?prefecture=45&prefecture=13&job_type=assistant_nurse",
    "/postings/?part=afternoon&weekday=sat",
    "/postings/?from=2021-06-01&to=2021-06-30&car=1&online=1",
    "/postings/?pay_min=1500&sort=pay",
    "/postings/?municipality=452068&sort=ending",
    "/postings/?engagement=honorarium&single_day=1",
    "/postings/?q=珊瑚礁",
    "/postings/?q=珊&prefecture=45&sort=pay",
    "/postings/?q=珊瑚礁の会場&weekday=sat",
    "/postings/?prefecture=29&job_type=nurse",
    "/postings.json?sort=pay",
    "/postings.atom?prefecture=45",
    "/postings/KN-P-000001",
)


@pytest.mark.parametrize("frequent", [False, True], ids=["rare words", "frequent words"])
def test_no_search_looks_through_the_public_table(
    app: Flask, client: FlaskClient, db_session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch, frequent: bool
) -> None:
    if frequent:
        monkeypatch.setattr("keynet_admin.public.search.words.CANDIDATES", 1)
        monkeypatch.setattr("keynet_admin.public.search.words.READ", 1)
    for number in range(1, 4):
        listed({"title": "珊瑚礁の会場"}, number=number)
    assert client.get("/postings/").status_code == 200  # a process reads the whole table once
    listed({"title": "珊瑚礁の会場"}, number=4)
    seen: dict[str, Any] = {}

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        # The landing pages' figures are of all postings; they are held.
        if "sum(listing.headcount)" not in statement and "listing" in statement and statement.startswith("SELECT"):
            seen[statement] = parameters

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        for address in SEARCHES:
            assert client.get(address).status_code == 200, address
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)
    db_session.commit()
    assert any("search_text" in statement for statement in seen)
    sqlite = db.engine.dialect.name == "sqlite"
    with reading(), db.engine.connect() as connection:
        if not sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # so small a table would be looked through at once
        for statement, parameters in seen.items():
            rows = connection.exec_driver_sql(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters).all()
            plan = "\n".join(str(row[-1]) for row in rows)
            assert not any(
                line.startswith("SCAN listing") and "listing_search" not in line and "version" not in line for line in plan.splitlines()
            ), plan
            assert "Seq Scan on listing " not in plan, plan
