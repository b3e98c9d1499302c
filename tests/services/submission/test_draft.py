"""Drafts keep what can be read, and checked files have a room that is shared: the oldest go first."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.config import DRAFT
from keynet_admin.errors import TooLarge
from keynet_admin.models import EntryDraft
from keynet_admin.services.submission import draft as drafts
from keynet_admin.services.transaction import transaction
from tests import factories


def save(key: str, typed: dict[str, Any]) -> None:
    """Save, committed."""
    with transaction():
        drafts.save(key, typed, "")


@pytest.mark.parametrize(("letters", "kept"), [(DRAFT // 3 - 10, True), (DRAFT // 3 + 10, False)])
def test_a_draft_keeps_so_much(app: Flask, db_session: Session, clock: Any, letters: int, kept: bool) -> None:
    if kept:
        save("k" * 20, {"organization": {"org_name": "あ" * letters}})
    else:
        with pytest.raises(TooLarge, match="約10万文字"):
            save("k" * 20, {"organization": {"org_name": "あ" * letters}})
    assert (drafts.find("k" * 20) is not None) is kept


def test_a_form_of_twenty_postings_fits(app: Flask, db_session: Session, clock: Any) -> None:
    form = factories.document()
    form["postings"] = [form["postings"][0] | {"duties_text": "接種の補助。" * 300}] * 20
    assert drafts.growth("k" * 20, form) > 1
    save("k" * 20, form)


@pytest.mark.parametrize(
    ("before", "after", "steps"), [(None, 1, 1), (None, 10_001, 2), (9_000, 9_500, 0), (9_000, 25_000, 2), (25_000, 10, 0)]
)
def test_growth_is_counted_in_steps(app: Flask, db_session: Session, clock: Any, before: int | None, after: int, steps: int) -> None:
    if before is not None:
        save("k" * 20, {"a": "x" * before})
    assert drafts.growth("k" * 20, {"a": "x" * after}) == steps


def test_of_the_unsent_files_the_oldest_go_first(app: Flask, db_session: Session, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "UNSENT", 250)
    save("form", {"organization": {"org_name": "日向市"}})
    for hour, name in enumerate(("first", "second", "third", "fourth"), 10):
        clock.set(f"2021-05-07 {hour}:00")
        save(f"file:{name}", {"file": {"items": "x" * 100}})
    names = ("form", "file:first", "file:second", "file:third", "file:fourth")
    assert [drafts.find(name) is not None for name in names] == [True, False, False, True, True]
    # What was sent takes no room any more; one that is larger than all the room is kept alone.
    clock.set("2021-05-07 15:00")
    save("file:third", {"file": {"items": "", "receipts": []}})
    save("file:fifth", {"file": {"items": "x" * 140}})
    assert drafts.find("file:fourth") is not None
    save("file:huge", {"file": {"items": "x" * 999}})
    sizes = db_session.execute(select(EntryDraft.file_size).where(EntryDraft.file_size > 0)).scalars().all()
    assert sizes == [999]
    assert drafts.find("form") is not None


def test_the_receipts_of_a_large_file_are_kept(app: Flask, db_session: Session, clock: Any) -> None:
    """An operator's file of 10,000 cases: what was stored already must not be refused as a form that is too long."""
    receipts = [{"receipt_no": "KN-210507-0001", "new": True, "org_name": "宮崎県日向市", "line": line} for line in range(10_000)]
    save("file:sent", {"file": {"items": "", "receipts": receipts}})
    kept = drafts.find("file:sent")
    assert kept is not None
    assert len(kept.typed["file"]["receipts"]) == 10_000
