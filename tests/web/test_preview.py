"""The previews print what the public page prints: one builder, one template."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from keynet_admin.extensions import db
from keynet_admin.models import Organization
from keynet_admin.vocabulary import PostingStatus, Role
from tests import factories


@pytest.mark.parametrize(("role", "area"), [(Role.operator, "admin"), (Role.municipality, "office")])
def test_preview_and_public_page_say_the_same(client: FlaskClient, db_session: Session, role: Role, area: str) -> None:
    """Every section and every fact of the public page stands in the preview, in the same order."""
    posting = factories.posting(PostingStatus.live)
    organization: Organization | None = posting.organization if area == "office" else None
    account = factories.account(role, organization=organization)
    db.session.commit()
    number, address, email = posting.posting_no, f"/{area}/posting/{posting.id}/preview", account.email
    client.post("/login", data={"email": email, "password": factories.PASSWORD})
    public, preview = client.get(f"/postings/{number}").text, client.get(address).text
    facts = re.compile(r"<h2 id=\"s\d+\">.*?</h2>|<dt>.*?</dd>", re.DOTALL)
    said = [text for text in facts.findall(public) if not re.search("<dt>(公開日|更新日|内容|掲載終了)<", text)]
    assert len(said) > 20
    assert facts.findall(preview) == said
