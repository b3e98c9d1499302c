"""What the page of a case says of the time since its reader looked, and one answer to the same finding of several postings."""

from copy import deepcopy
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.services.account.session import actor_of
from keynet_admin.services.submission import presence, review
from keynet_admin.vocabulary import Role
from tests import factories
from tests.support.web import Client


def text_of(client: Client, case: Any) -> str:
    return BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser").select_one("main").get_text(" ", strip=True)  # type: ignore[union-attr]


def test_what_is_new_since_the_reader_looked(client: Client, db_session: Session, clock: Any) -> None:
    """Nothing on the first visit; then what others did after the last one, and not what was seen."""
    case, reader = factories.submission(), factories.account(Role.operator)
    client.sign_in(reader)
    assert "から新しいもの" not in text_of(client, case)
    clock.set("2021-05-07 11:00")
    presence.look(case, actor_of(reader))
    clock.set("2021-05-07 12:00")
    review.take(case, factories.actor(Role.operator, name="三浦 健"), seen_version=case.version)
    db_session.flush()
    page = text_of(client, case)
    assert "前回見たとき（5/7(金) 11:00）から新しいもの 1" in page
    assert "あなたの担当ではありません" in page
    clock.set("2021-05-07 12:30")
    review.leave(case, actor_of(reader), seen_version=case.version)  # one's own act is no news
    db_session.flush()
    assert "から新しいもの 1" in text_of(client, case)


def test_the_same_finding_of_several_postings_is_cleared_at_once(app: Flask, client: Client, db_session: Session, clock: Any) -> None:
    """With one button, which says what it did in the panel, and is taken back likewise."""
    form = factories.document()
    form["postings"] = [deepcopy(form["postings"][0]) | {"title": f"接種の看護師{n}"} for n in range(3)]
    case = factories.submission(typed=form)
    client.sign_in(Role.operator)
    before = case.warnings
    for left, words in ((before - 2, "ほか1か所）を問題なしとして記録しました"), (before, "ほか1か所）を要確認に戻しました")):
        page = BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser")
        sent = next(f for f in page.select("form[id^=clear-]") if len(f.select("[name=path]")) == 2)
        data = [(str(i["name"]), str(i["value"])) for i in sent.select("input")]
        assert client.post(str(sent["action"]), data={k: [v for n, v in data if n == k] for k, _ in data}).status_code == 303
        assert case.warnings == left
        panel = BeautifulSoup(client.get(f"/admin/submission/{case.id}/").text, "html.parser").select_one(".decide2 .flash")
        assert panel is not None
        assert words in panel.get_text()
