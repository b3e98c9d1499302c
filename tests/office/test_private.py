"""A private posting goes the same way as the others, but no page of it speaks of lists and public pages."""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from keynet_admin.models import OutboxMail
from keynet_admin.services.listing import publish as listing
from keynet_admin.services.posting import revisions
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories
from tests.support.web import Client

PROMISE = re.compile("すぐに求職者のページに載|すぐに一覧|一覧から外れ|公開ページに|公開ページの見え方|求職者に表示され|/postings/KN")
STEPS: list[tuple[PostingStatus, str, str, dict[str, str]]] = [
    (PostingStatus.draft, "office", "publish", {}),
    (PostingStatus.live, "office", "pause", {}),
    (PostingStatus.paused, "office", "resume", {}),
    (PostingStatus.live, "office", "close", {}),
    (PostingStatus.awaiting_release, "admin", "release", {}),
    (PostingStatus.live, "admin", "suspend", {"reason": "内容の確認のため。"}),
    (PostingStatus.suspended, "admin", "restore", {"reason": "確認が済んだため。"}),
]


def words(page: str) -> str:
    return BeautifulSoup(page, "html5lib").find("main").get_text(" ", strip=True)  # type: ignore[union-attr]


@pytest.mark.parametrize("visibility", ["private", "public"])
@pytest.mark.parametrize(("state", "area", "action", "more"), STEPS, ids=lambda value: str(value) if isinstance(value, str) else "")
def test_pages_of_a_private_posting(
    client: Client, db_session: Session, clock: Any, state: PostingStatus, area: str, action: str, more: dict[str, str], visibility: str
) -> None:
    """Its page, the decision's page and what is said afterwards; those of a public one do promise something."""
    changes: dict[str, Any] = {"visibility": visibility}
    if state is PostingStatus.awaiting_release:
        changes["headcount"] = 300
    row = factories.posting(state, changes)
    assert revisions.is_private(row) is (visibility == "private")
    client.sign_in(factories.account(Role.municipality, organization=row.organization) if area == "office" else Role.operator)
    here = f"/{area}/posting/{row.id}/"
    seen = [client.get(here).text, client.get(f"{here}{action}").text]
    answer = client.post(f"{here}{action}", data={"version": row.version, **more})
    assert answer.status_code == 303
    seen.append(client.get(here).text)
    sent = db_session.execute(select(OutboxMail.body).where(OutboxMail.about(row), OutboxMail.template == "posting_released")).scalars()
    said = " ".join([*map(words, seen), *sent])
    assert (PROMISE.search(said) is None) is (visibility == "private"), PROMISE.findall(said)
    assert listing.open_until(revisions.current_revision(row).normalized) is not None
