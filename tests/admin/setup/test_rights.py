"""The page of roles and rights: made from the code, whole, and in words."""

import csv
import io
import re

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy.orm import Session

from keynet_admin.admin.setup.rights import COLUMNS, lines
from keynet_admin.permissions import GRANTS, PERMISSION_LABELS, RIGHT_FOR, Permission
from keynet_admin.services.workflow import MOVES
from keynet_admin.vocabulary import ActorKind, Role
from tests.architecture import source
from tests.support.web import Client


def test_every_right_has_its_own_words() -> None:
    """No right without a label, no label twice, each role a column."""
    assert set(PERMISSION_LABELS) == set(Permission)
    assert len(set(PERMISSION_LABELS.values())) == len(Permission)
    assert all(re.search("[ぁ-ん一-龠]", label) for label in PERMISSION_LABELS.values())
    assert set(COLUMNS) == set(GRANTS) == set(Role)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_move_and_every_method_stands_at_its_right(app: Flask) -> None:
    """What people may do, and each address of the staff's areas; a right that nothing asks for would be one too many."""
    with app.test_request_context():
        found = {line.permission: line for line in lines()}
    for move in MOVES:
        if move.kinds != frozenset({ActorKind.system}):
            assert any(text.endswith(f"：{move.label}") for text in found[move.permission].moves), move.name
    for admin in app.extensions["admin"]:
        for view in admin._views:
            for bulk in getattr(view, "bulk_moves", ()):
                assert any(text.endswith(f"：{bulk.label}") for text in found[bulk.permission].moves), bulk.name
            for place, method, *_rest in view._urls:
                permission = view.method_permissions.get(method, view.permission)
                assert permission is not None, (view.name, method)
                assert f"{view.name} {view.url.rstrip('/')}{place}" in found[permission].pages
    unused = {line.permission for line in found.values() if not (line.moves or line.pages or line.others)}
    texts = [path.read_text(encoding="utf-8") for path in source.files(".py", folders=("keynet_admin",)) if path.name != "permissions.py"]
    assert [name for name in unused if not any(f"Permission.{name.name}" in text for text in texts)] == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_cells_say_what_the_program_decides(client: Client, db_session: Session) -> None:
    """On the page and in the file alike: a check where the role has the right, of a municipality the right that its account needs."""
    client.sign_in(Role.operator)
    soup = BeautifulSoup(client.get("/admin/rights/").text, "html.parser")
    rows = soup.select("tbody tr")
    assert len(rows) == len(Permission)
    for row, permission in zip(rows, Permission, strict=True):
        cells = [cell.get_text(strip=True) for cell in row.select("td")]
        for role, cell in zip(COLUMNS, cells, strict=False):
            wanted = RIGHT_FOR[permission].label if role is Role.municipality and permission in RIGHT_FOR else "できる"
            assert cell == (wanted if permission in GRANTS[role] else "―できない"), (permission, role)
    assert "申請者（自分のもの）" in rows[list(Permission).index(Permission.submission_withdraw)].get_text()
    table = list(csv.reader(io.StringIO(client.get("/admin/rights/export.csv").data.decode("utf-8-sig"))))
    assert [line[1] for line in table[1:]] == [permission.value for permission in Permission]
    assert client.get("/admin/rights/export.xlsx").status_code == 200
