"""What the tests of the form share."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.models import Submission
from keynet_admin.permissions import Actor
from keynet_admin.services.submission import intake as submissions
from keynet_admin.services.submission import review
from tests import factories


@pytest.fixture
def returned(
    app: Flask, db_session: Session, clock: Any, actor_operator: Actor, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Submission, str]]:
    """A case that was returned for its pay, all fields open (or for these items), and the path of its link."""
    opened, tokens = submissions.open_link, []

    def remember(*args: Any, **kwargs: Any) -> str:
        tokens.append(opened(*args, **kwargs))
        return str(tokens[-1])

    monkeypatch.setattr(submissions, "open_link", remember)

    def act(*items: dict[str, str], **changes: Any) -> tuple[Submission, str]:
        case = factories.submission(**changes)
        pay = {"path": "postings.0.pay_lines", "rule": "", "message": "額をご確認ください。"}
        wide = [{"path": path, "rule": "", "message": "ご確認ください。"} for path in ("organization", "contact", "postings")]
        review.return_(case, actor_operator, seen_version=case.version, message="ご確認をお願いします。", items=list(items) or [pay, *wide])
        db_session.commit()
        return case, f"/entry/{tokens[-1]}"

    return act
