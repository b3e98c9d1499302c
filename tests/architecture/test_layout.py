"""The outer shape: the top-level names, a concept's one stem in every layer, pinned packages."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture import source

TOP = {
    *("keynet_admin", "instance", "templates", "seed_data", "tests", "requirements.txt", "wsgi.py"),
    *("README.md", "Makefile", "pyproject.toml", "requirements-dev.txt", "requirements.in", "requirements-dev.in"),
    *(".ci", "docs", "bench", ".gitignore"),
}
LAYERS = ("models", "services", "admin", "office", "public", "intake", "api", "web")


def tracked() -> list[str]:
    """Paths that are part of the project: what git tracks, or what a plain copy holds beside its own leftovers."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=source.ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [path for path in done.stdout.split("\0") if path]
    return [source.where(path) for path in source.files()]


def test_only_the_agreed_names_at_the_top() -> None:
    """The outside relies on these names; everything else belongs into one of the folders."""
    assert {path.split("/")[0] for path in tracked()} <= TOP


def test_the_instance_folder_holds_nothing_of_the_project() -> None:
    """Databases, keys and mails never get into the repository, and what keeps them out stays."""
    assert {path for path in tracked() if path.startswith("instance/")} <= {"instance/.gitignore"}
    assert (source.ROOT / "instance" / ".gitignore").read_text(encoding="ascii").splitlines()[1:] == ["*", "!.gitignore"]


def stems(layer: str) -> set[str]:
    """Module names of one layer, packages included."""
    folder = source.PACKAGE / layer
    found = {path.stem for path in folder.glob("*.py")} | {path.name for path in folder.iterdir() if (path / "__init__.py").exists()}
    return {stem for stem in found if not stem.startswith("_") and stem != "base"} if folder.exists() else set()


def test_a_concept_has_one_stem() -> None:
    """`posting` is `posting` everywhere: no plural, no `posting_service`, so that a search for the stem is the feature view."""
    concepts = stems("models")
    wrong = []
    for layer in LAYERS:
        for stem in stems(layer) - concepts:
            if stem.removesuffix("s") in concepts or re.sub(r"_?(?:service|view|model)s?$", "", stem) in concepts:
                wrong.append(f"{layer}/{stem}.py")
    assert not wrong, wrong


def test_tests_stand_where_the_code_stands() -> None:
    """`tests/` has the same folders as the package, so that the test of a file is found without searching."""
    folders = {path.stem for path in source.PACKAGE.iterdir()}
    for path in (source.ROOT / "tests").iterdir():
        if path.is_dir() and path.name not in ("architecture", "bench", "browser", "data", "seed_data", "support", "walks", "__pycache__"):
            assert path.name in folders, path.name


def locked(stem: str) -> list[str]:
    """The packages of a lock, each with its version and hashes."""
    text = (source.ROOT / f"{stem}.txt").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return re.split(r"\n(?=[A-Za-z0-9])", lines.strip())


def test_tests_run_with_the_packages_of_the_program() -> None:
    """The lock of the tests holds that of the program to the letter: a machine that tests installs nothing else."""
    assert set(locked("requirements")) <= set(locked("requirements-dev"))


@pytest.mark.parametrize("stem", ["requirements", "requirements-dev"])
def test_every_package_is_pinned_with_its_hash(stem: str) -> None:
    """What is asked for in the `.in` file stands in the lock with an exact version, and everything there has a hash."""
    blocks = locked(stem)
    exact = [block for block in blocks if "==" in block and "--hash=sha256:" in block]
    assert exact == blocks
    pinned = {block.split("==")[0].split("[")[0].lower().replace("_", "-") for block in exact}
    wanted = {
        re.split(r"[<>=\[ ;]", line)[0].lower().replace("_", "-")
        for line in (source.ROOT / f"{stem}.in").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    }
    assert wanted <= pinned


def test_no_registry_and_no_machine_in_the_locks() -> None:
    """Locks name packages, versions and hashes; from where they come is the installing machine's matter."""
    for path in Path(source.ROOT).glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "/work" not in text
