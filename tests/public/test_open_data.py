"""Open data for anybody: addresses that stay, a description of each column, editions, and the page cache that follows."""

import csv
import io

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.services.report import open_data
from keynet_admin.services.transaction import transaction
from tests.support.clock import MovableClock

PATH = "/opendata/2021-05.csv"
LINE = ["00", "all", 12, 80, "×", "×", 33, "4.5"]


def publish(month: str, *lines: list[object], edition: int = 1) -> None:
    """Keep a month."""
    with transaction():
        assert open_data.store(month, [list(line) for line in lines], edition)


def rows(client: FlaskClient, path: str) -> list[list[str]]:
    """A file's lines. UTF-8 with BOM, no cookie, readable by pages elsewhere."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_before_the_first_month_the_page_says_so(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    page = BeautifulSoup(client.get("/opendata/").text, "html.parser")
    assert page.select_one(".empty") is not None
    assert len(page.select("#o4 ~ dl dt")) == len(open_data.COLUMNS)


def test_a_months_address_gives_its_newest_edition(client: FlaskClient, db_session: Session, clock: MovableClock) -> None:
    """And each edition has its own; a page that was kept is made anew when a month is published."""
    assert client.get(PATH).status_code == 404
    assert "2021年5月" not in client.get("/opendata/").text
    publish("2021-05", LINE)
    assert rows(client, PATH)[1] == ["2021-05", "1", "00", "全国", "all", "全職種", "12", "80", "×", "×", "33", "4.5"]
    publish("2021-05", [*LINE[:2], 13, *LINE[3:]], edition=2)
    publish("2021-06", LINE)
    assert [rows(client, path)[1][1:7:5] for path in (PATH, "/opendata/2021-05-1.csv", "/opendata/2021-05-2.csv")] == [
        ["2", "13"],
        ["1", "12"],
        ["2", "13"],
    ]
    page = BeautifulSoup(client.get("/opendata/").text, "html.parser")
    links = [link["href"] for link in page.select("main a[href$='.csv']")]
    assert links == ["/opendata/2021-06.csv", PATH, "/opendata/2021-05-1.csv", "/opendata/columns.csv"]
    assert all(client.get(link).status_code == 200 for link in links)
    assert page.select_one("[aria-label=非公表]")


def test_every_column_is_described(client: FlaskClient, db_session: Session) -> None:
    """The description has a row for each heading of a month's file, in its order."""
    publish("2021-05", LINE)
    described = rows(client, "/opendata/columns.csv")
    assert described[0] == ["name", "label", "unit", "meaning", "kind"]
    assert [row[0] for row in described[1:]] == rows(client, PATH)[0]
    assert all(row[1] and row[3] and row[4] for row in described[1:])


def test_other_addresses_are_not_there(client: FlaskClient, db_session: Session) -> None:
    publish("2021-05", LINE)
    for name in ["2021-13", "2021-5", "2021-05-0", "2021-05-3", "2021-04", "２０２１-05", "x", "2021-05-1-1"]:
        assert client.get(f"/opendata/{name}.csv").status_code == 404, name
        assert client.post(PATH).status_code == 405, name
