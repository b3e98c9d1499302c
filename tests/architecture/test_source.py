"""Habits of the source: files and folders of a size one can read, one place for states and for the clock, lower-case words, no leftovers."""

import ast
import importlib
import re
from collections import Counter
from enum import Enum, StrEnum
from pathlib import Path

import pytest

from tests.architecture import source

MAX_LINES = 500
MAX_MODULES = 15
# In comments only: a rule looks for these very words in what people send.
LEFTOVERS = re.compile(r"(?:#|//|/\*|<!--|\{#)[^\n]*\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
CLOCKS = {"keynet_admin.clock"}  # `clock.real_now` for lives and counts that a moved clock must not lengthen
SQL_CLOCK = re.compile(r"func\.(?:now|current_timestamp|localtimestamp)\b|CURRENT_TIMESTAMP", re.IGNORECASE)


def test_no_file_is_long() -> None:
    """A file holds one concept. About 400 lines is a hint to look whether it holds two; 500 is the limit."""
    code = source.files(".py", ".html", ".js", ".txt", folders=("keynet_admin", "templates", "tests", "bench"))
    long = {source.where(path): lines for path in code if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES}
    assert not long, long


def test_no_folder_is_crowded() -> None:
    """A folder with more than 15 Python files (beside its `__init__`) wants sub-packages; numbered migrations are a list, not a folder."""
    code = source.files(".py", folders=("keynet_admin", "tests", "bench"))
    counts = Counter(path.parent for path in code if path.name != "__init__.py" and path.parent.name != "versions")
    crowded = {source.where(folder): count for folder, count in counts.items() if count > MAX_MODULES}
    assert not crowded, crowded


def test_only_the_workflow_sets_a_status() -> None:
    """No `.status = …`, no `setattr(…, "status", …)`, no `.values(status=…)` outside `services/workflow/`."""
    wrong = []
    for path in source.modules():
        if source.name(path) == "keynet_admin.services.workflow.move":
            continue
        wrong += [source.where(path, node.lineno) for node in ast.walk(source.tree(path)) if _sets_status(node)]
    assert not wrong, wrong


def _sets_status(node: ast.AST) -> bool:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    if any(isinstance(inner, ast.Attribute) and inner.attr == "status" for target in targets for inner in ast.walk(target)):
        return True
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and node.args[1].value == "status"
    return isinstance(node.func, ast.Attribute) and node.func.attr == "values" and any(word.arg == "status" for word in node.keywords)


def test_one_clock() -> None:
    """Time stamps come from `clock`, never from the machine or from SQL, so that tests and demos can move them."""
    wrong = []
    for path in source.modules():
        if source.name(path) in CLOCKS or "migrations" in path.parts:
            continue
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "today", "utcnow"):
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in ("datetime", "date"):
                    wrong.append(source.where(path, node.lineno))
        if SQL_CLOCK.search(path.read_text(encoding="utf-8")):
            wrong.append(source.where(path))
    assert not wrong, wrong


def test_no_leftovers() -> None:
    """What is unfinished stands in an issue, not in the source."""
    texts = source.files(".py", ".html", ".js", ".css", ".txt", ".md", folders=("keynet_admin", "templates", "tests", "docs", "bench"))
    wrong = [source.where(path) for path in texts if LEFTOVERS.search(path.read_text(encoding="utf-8"))]
    assert not wrong, wrong


def _enums() -> list[type[Enum]]:
    found = []
    for path in source.modules():
        if "migrations" in path.parts or not any(isinstance(node, ast.ClassDef) for node in source.tree(path).body):
            continue
        module = importlib.import_module(source.name(path))
        kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Enum)]
        found += [kind for kind in kinds if kind.__module__ == module.__name__]
    return found


def test_closed_lists_are_lower_case_str_enums() -> None:
    """Values are lower-case text; the words of the vocabulary and the permissions also have lower-case names."""
    for kind in _enums():
        assert issubclass(kind, StrEnum), kind
        for key, member in kind.__members__.items():
            assert str(member.value) == str(member.value).lower(), member
            if kind.__module__ == "keynet_admin.vocabulary":
                assert key.rstrip("_") == member.value, member
            if kind.__module__ == "keynet_admin.permissions":
                assert key == member.value.replace(":", "_"), member


def test_every_word_of_the_vocabulary_can_be_shown() -> None:
    """Each has a Japanese label, a tone and an icon, so that no page has to invent them."""
    from keynet_admin import vocabulary

    words = [kind for kind in vars(vocabulary).values() if isinstance(kind, type) and issubclass(kind, vocabulary.Word)]
    for member in [member for kind in words for member in kind]:
        assert member.label, member
        assert member.label != member.value, member
        assert member.tone.startswith("is-"), member
        assert member.icon, member


@pytest.mark.parametrize("path", source.modules(), ids=source.where)
def test_public_functions_are_explained(path: Path) -> None:
    """Every module, public function and public class says what it is for; public functions have type hints."""
    module = source.tree(path)
    if "versions" in path.parts and "migrations" in path.parts:
        return
    assert ast.get_docstring(module) or not module.body, source.where(path)
    wrong = []
    for node in module.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
            wrong.append(f"{source.where(path, node.lineno)} {node.name} has no docstring")
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.name.startswith("_"):
            hints = [argument.annotation for argument in [*node.args.args, *node.args.kwonlyargs]]
            if not ast.get_docstring(node):
                wrong.append(f"{source.where(path, node.lineno)} {node.name} has no docstring")
            if node.returns is None or None in hints:
                wrong.append(f"{source.where(path, node.lineno)} {node.name} lacks type hints")
    assert not wrong, "\n".join(wrong)
