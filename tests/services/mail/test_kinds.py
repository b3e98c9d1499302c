"""The list of all mails, held to the code: every template, every place that writes one, every sample."""

import ast
import re

import pytest
from flask import Flask

from keynet_admin.config import ROOT
from keynet_admin.services.mail import kinds
from keynet_admin.services.mail import message as letter
from keynet_admin.services.mail.samples import SAMPLE
from keynet_admin.vocabulary import Role
from tests.architecture import source
from tests.support.web import Client

NAMES = [kind.name for kind in kinds.every()]
TEMPLATES = {path.stem for path in (ROOT / "templates" / "mail").glob("[a-z]*.txt")}
# Where a name says nothing about who writes the mail.
TABLES = ("services/mail/kinds.py", "services/mail/outbox.py")


def named_in_code() -> tuple[set[str], set[str]]:
    """All texts of the program, and the first parts of those that are put together."""
    texts, beginnings = set(), set()
    for path in source.modules():
        if path.as_posix().endswith(TABLES) or "migrations" in path.parts or "demo" in path.parts:
            continue
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                beginnings.add(str(node.values[0].value))
    return texts, beginnings


def enqueued() -> set[str]:
    """The names that stand in calls of `enqueue` themselves."""
    calls = (node for path in source.modules() for node in ast.walk(source.tree(path)) if isinstance(node, ast.Call) and node.args)
    return {
        call.args[0].value
        for call in calls
        if (call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")) == "enqueue"
        and isinstance(call.args[0], ast.Constant)
    }


def test_every_template_has_its_row_and_every_row_its_template() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert set(NAMES) == TEMPLATES


def test_every_row_is_written_somewhere() -> None:
    """By its name, or by one that is put together from its beginning."""
    texts, beginnings = named_in_code()
    parts = {start for start in beginnings if len(start) > 4 and start.endswith("_")}
    missing = [name for name in NAMES if name not in texts and not any(name.startswith(start) for start in parts)]
    # The receipts of files are written by the outbox itself.
    assert set(missing) <= {"receipts"}
    assert enqueued() - set(NAMES) == set()
    assert enqueued()


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize("kind", list(kinds.every()), ids=lambda kind: kind.name)
def test_every_sample_is_whole(kind: kinds.MailKind) -> None:
    """The renderer of all mails, strictly; nothing is left over but the two places of secrets."""
    strict = letter.write(kind.name, SAMPLE, strict=True)
    assert kind.sample == strict
    assert not re.search(r"[{}]|None|Undefined", strict.subject + strict.body)
    assert set(re.findall("⟦(.+?)⟧", strict.body)) <= {"link", "code", "code-0", "code-1", "code-2"}
    assert kind.lane
    assert kind.kept
    assert not kind.trigger.endswith("。")


def test_the_page(app: Flask, client: Client) -> None:
    """Every kind with its sample."""
    client.sign_in(Role.operator)
    page = client.get("/admin/mail/kinds/").text
    for kind in kinds.every():
        assert f'id="{kind.name}"' in page
        assert kind.trigger in page
