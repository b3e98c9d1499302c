"""`flask verify-audit`: the whole log, against digests kept elsewhere, and its export."""

import json
from pathlib import Path

from flask import Flask
from sqlalchemy import insert

from keynet_admin.extensions import db
from keynet_admin.models import AuditCheck
from keynet_admin.services.audit_chain import seal, verify
from keynet_admin.vocabulary import PostingStatus
from tests import factories
from tests.services.audit_chain.attack import cut_the_end


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    """The command's exit code and what it prints."""
    result = app.test_cli_runner().invoke(args=["verify-audit", *arguments])
    return result.exit_code, result.stdout


def test_the_command(app: Flask, tmp_path: Path) -> None:
    """Whole, exported, cut off at its end, and not what an earlier check saw."""
    with app.app_context():
        factories.posting(PostingStatus.live)
        db.session.commit()
        position, digest = seal.head()
    assert run(app) == (0, f"問題は見つかりませんでした。位置 {position}、値 {digest}\n")
    assert run(app, "--kept", str(position), digest)[0] == 0
    assert run(app, "--kept", str(position), "0" * 64)[0] == 1
    file = tmp_path / "log.jsonl"
    code, words = run(app, "--export", str(file))
    assert (code, str(position) in words) == (0, True)
    assert list(verify.faults(map(json.loads, file.read_text("ascii").splitlines()), {position: digest})) == []
    with app.app_context():
        cut_the_end(db.session())
    assert run(app)[0] == 0, "the log alone cannot tell"
    code, words = run(app, "--kept", str(position), digest)
    assert (code, words.startswith(f"位置 {position}：")) == (1, True)
    with app.app_context():
        db.session.execute(insert(AuditCheck).values(position=position, digest=digest, faults=0))
        db.session.commit()
    assert run(app)[0] == 1, "an earlier check saw more"
