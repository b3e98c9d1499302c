"""`docs/recipes.md` is followed to the letter in a copy of the tree; the copy then shows what each recipe promises.

Everything is applied at once: a field, a rule about it, a move, its mail, a job that makes the move, and a list. What is looked for stands in
`recipe_probe.py`, which runs inside the copy, beside the copy's own tests of what was added.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture import source

BLOCK = re.compile(r"^`([^`\n]+)`\n\n```diff\n(.*?)^```$", re.DOTALL | re.MULTILINE)
RECIPES = ("A field of the form", "An entry rule", "A move", "A mail", "A job", "A list")
TOO_LONG = 600  # seconds: a copy that hangs must not hang the suite


def chapters() -> dict[str, str]:
    """The document's chapters by their headings."""
    parts = re.split(r"^## (.+)$", (source.ROOT / "docs/recipes.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def chapter(start: str) -> str:
    """The chapter whose heading begins so."""
    return next(text for heading, text in chapters().items() if heading.startswith(start))


def apply(root: Path, name: str, block: str) -> None:
    """Change one file as a block says. The block's unchanged and removed lines must stand in the file exactly once."""
    old = "".join(f"{line[1:]}\n" for line in block.splitlines() if not line.startswith("+"))
    new = "".join(f"{line[1:]}\n" for line in block.splitlines() if not line.startswith("-"))
    path = root / name
    if not old:
        assert not path.exists(), f"{name} exists already: the block names no place in it"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, encoding="utf-8")
        return
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name}: these lines stand there {text.count(old)} times\n{old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the tree in which every recipe was followed."""
    root = tmp_path_factory.mktemp("copy")
    for name in (*source.OWN, "pyproject.toml", "wsgi.py", "README.md"):
        place = source.ROOT / name
        if place.is_dir():
            shutil.copytree(place, root / name, ignore=shutil.ignore_patterns(*source.SKIPPED))
        else:
            shutil.copy(place, root / name)
    for start in RECIPES:
        for name, block in BLOCK.findall(chapter(start)):
            apply(root, name, block)
    yield root
    shutil.rmtree(root, ignore_errors=True)


def run(copied: Path, *arguments: str) -> None:
    """Run a command of the copy; its output is the message when it fails."""
    done = subprocess.run([sys.executable, *arguments], cwd=copied, capture_output=True, text=True, timeout=TOO_LONG, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("start", RECIPES)
def test_a_recipe_has_three_steps(start: str) -> None:
    """Numbered one to three, and no fourth."""
    assert re.findall(r"^\*\*(\d)\. ", chapter(start), re.MULTILINE) == ["1", "2", "3"]


def test_what_the_recipes_add_is_there(copied: Path) -> None:
    """The table of rules is made anew as its recipe says; then the probe looks at every page, and the copy's own tests at every row."""
    run(copied, "-m", "tests.support.rules_table")
    assert "PLACE-090" in (copied / "docs/rules.md").read_text(encoding="utf-8")
    quiet = ("-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-k")
    run(copied, *quiet, "not postgresql", "tests/walks/recipe_probe.py", "tests/services/workflow", "tests/services/posting/test_recall.py")
    words = "(recall or PLACE-090 or posting_recalled or invitation or every_row or in_the_table) and not postgresql"
    own = (
        "tests/services/mail/test_message.py",
        "tests/rules/test_examples.py",
        "tests/rules/test_callers.py",
        "tests/walks/test_matrix.py",
    )
    run(copied, *quiet, words, *own)
