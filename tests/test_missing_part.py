"""A part that is missing stops the start: nothing of the program is looked for and left out when it is not found."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keynet_admin.config import ROOT

SKIPPED = shutil.ignore_patterns("__pycache__", "static", "versions")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package in a folder of its own."""
    shutil.copytree(ROOT / "keynet_admin", tmp_path / "keynet_admin", ignore=SKIPPED)
    (tmp_path / "seed_data").symlink_to(ROOT / "seed_data")
    return tmp_path


@pytest.mark.parametrize(
    "part",
    [
        "jobs.py",
        "office",
        "web/headers.py",
        "services/mail/outbox.py",
        "rules/families/privacy.py",
        "catalogue/fields",
    ],
)
def test_the_program_does_not_start_without(copy: Path, part: str) -> None:
    gone = copy / "keynet_admin" / part
    if not gone.exists():
        pytest.fail(f"{part} has moved: name its new place here")
    if gone.is_dir():
        shutil.rmtree(gone)
    else:
        gone.unlink()
    done = subprocess.run([sys.executable, "-c", "import keynet_admin"], cwd=copy, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "ImportError" in done.stderr or "ModuleNotFoundError" in done.stderr
    assert gone.stem in done.stderr


def test_the_copy_starts_as_it_is(copy: Path) -> None:
    """Else the test above would prove nothing."""
    done = subprocess.run([sys.executable, "-c", "import keynet_admin"], cwd=copy, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
