"""Two files are read and judged at once in the house; the next one is asked to come again, and loses nothing."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from keynet_admin.errors import Busy
from keynet_admin.services.files import slots
from tests.intake.build import page
from tests.intake.test_file import checked, send, workbook
from tests.services.files.workbooks import town
from tests.support.web import Client


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: Any) -> None:
    monkeypatch.setattr(slots, "PATIENCE", 0.0)


def taken(app: Flask) -> ExitStack:
    """All slots of the house, held until it is closed."""
    held = ExitStack()
    with app.app_context():
        for _ in range(slots.SLOTS):
            held.enter_context(slots.reading_slot())
    return held


def test_a_slot_is_free_again_when_it_was_left(app: Flask) -> None:
    with app.app_context():
        with taken(app), pytest.raises(Busy), slots.reading_slot():
            pass
        with pytest.raises(ZeroDivisionError), slots.reading_slot():
            raise ZeroDivisionError
        with taken(app):
            pass


def test_a_file_too_many_is_asked_to_come_again(app: Flask, client: Client, clock: Any, tmp_path: Path) -> None:
    content = workbook(tmp_path, town(1))
    with taken(app):
        answer = send(client, content, "募集.xlsx")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        text = page(answer).main.get_text()
        assert "募集.xlsx" in text
        assert "1分ほど待ってから" in text
        assert client.get("/").status_code == 200
    where, _ = checked(client, content)
    with taken(app):
        answer = client.post(where, data={"do": "send"})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "申請 1件" in page(answer).main.get_text()
    assert client.post(where, data={"do": "send"}).headers["Location"] == where


def test_a_file_to_mend_waits_its_turn(app: Flask, client: Client, clock: Any, tmp_path: Path) -> None:
    where, _ = checked(client, workbook(tmp_path, town(1, headcount="若干名")))
    with taken(app):
        answer = client.get(f"{where}/rejects")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert client.get(f"{where}/rejects").status_code == 200
