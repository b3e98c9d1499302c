"""Names: one class name means one thing, and identifiers are the field's standard terms, not metaphors (see docs/glossary.md)."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import source

# rate limit, delivery status, the program, often wrong, reported, message, scenario, simulation, random, prefilter
METAPHORS = {"brake", "fate", "house", "wolf", "loud", "said", "speaks", "spoken", "story", "stories", "world", "dice", "shell", "throne"}
METAPHORS |= {"soul", "watch", "spoil", "signs"}
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# Being renamed with the code around it; no new ones.
DOUBLED = {"Page"}


def test_one_class_name_means_one_thing() -> None:
    """Two classes of one name in the package make every search and every sentence about them ambiguous."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in source.modules():
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(source.where(path, node.lineno))
    doubled = {name: places for name, places in found.items() if len(places) > 1 and name not in DOUBLED}
    assert not doubled, doubled


def test_no_metaphors_as_names() -> None:
    """Files, functions, classes, variables and arguments."""
    wrong = [
        f"{source.where(path)}: {name}"
        for path in source.modules()
        if "versions" not in path.parts
        for name in _names(path)
        if METAPHORS & {word.lower() for word in WORDS.findall(name)}
    ]
    assert not wrong, wrong


def _names(path: Path) -> Iterator[str]:
    yield path.stem
    for node in ast.walk(source.tree(path)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
