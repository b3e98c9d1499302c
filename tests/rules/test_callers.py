"""Every row is run by some code, or says that it is planned and is printed nowhere."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from inspect import getsource
from pathlib import Path
from textwrap import dedent

import pytest

from keynet_admin.rules import RULES, RUNNING, Rule

PACKAGE = Path(import_module("keynet_admin").__file__ or "").parent
FOLDERS = {"normalise": "rules/normalise", "engine": "rules/engine"}


def codes_in(source: str) -> set[str]:
    """Rule codes that stand in a source as values of their own (not in a docstring or a comment)."""
    return {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def sources(folder: str) -> Iterator[str]:
    """The files of a folder, without the one that holds the rows of the field catalogue."""
    for file in (PACKAGE / folder).rglob("*.py"):
        if file.name != "required.py":
            yield file.read_text(encoding="utf-8")


NAMED = {word: set().union(*map(codes_in, sources(folder))) for word, folder in FOLDERS.items()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_row_has_one_caller_or_is_planned(rule: Rule) -> None:
    runs = rule.check is not None or rule.fix is not None
    assert [runs, bool(rule.runs_in), rule.planned].count(True) == 1
    assert (rule in RUNNING) is not rule.planned
    if rule.runs_in in FOLDERS:
        assert rule.code in NAMED[rule.runs_in]
    elif rule.runs_in:
        module, name = rule.runs_in.rsplit(".", 1)
        assert rule.code in codes_in(dedent(getsource(getattr(import_module(module), name))))
        calls = re.compile(rf"(?<!def )\b{name}\(")
        assert any(calls.search(source) for source in sources("")), rule.runs_in


def test_planned_rows_are_named_by_nobody() -> None:
    planned = {rule.code for rule in RULES if rule.planned}
    rows = set((PACKAGE / "rules" / "families").rglob("*.py"))
    used = {code for file in PACKAGE.rglob("*.py") if file not in rows for code in codes_in(file.read_text(encoding="utf-8"))}
    assert not planned & used
