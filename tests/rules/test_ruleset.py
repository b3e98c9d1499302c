"""The rule set's name changes with what judges, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from keynet_admin.catalogue.table import seed_folder
from keynet_admin.models import PostingRevision, SubmissionRevision
from keynet_admin.rules import RULESET, evaluate, ruleset
from tests.rules.base_submission import ON, base_submission

PACKAGE = Path(ruleset.__file__).parents[1]


def copied(folder: Path) -> tuple[Path, Path]:
    """A copy of what judges: the package's two folders and the tables."""
    for name in ("rules", "catalogue"):
        shutil.copytree(PACKAGE / name, folder / "package" / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PACKAGE / "business_time.py", folder / "package")
    shutil.copytree(seed_folder(), folder / "data")
    return folder / "package", folder / "data"


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("package/rules/families/duty.py", True),
        ("package/catalogue/base.py", True),
        ("package/business_time.py", True),
        ("data/minimum_wages.csv", True),
        ("package/services.py", False),
        ("data/README.md", False),
    ],
)
def test_the_name_follows_the_sources(tmp_path: Path, file: str, changes: bool) -> None:
    package, data = copied(tmp_path)
    assert ruleset.name_of(package, data) == RULESET
    with (tmp_path / file).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert (ruleset.name_of(package, data) != RULESET) is changes


def test_the_answer_carries_the_name_and_every_column_holds_it() -> None:
    assert evaluate(base_submission(ON), on=ON).as_json()["ruleset"] == RULESET
    for model in (SubmissionRevision, PostingRevision):
        assert len(RULESET) <= model.__table__.c.ruleset.type.length
