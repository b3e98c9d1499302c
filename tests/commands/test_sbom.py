"""What the program is made of: a valid bill of materials, licences that somebody has looked at, and a line of trust for each package."""

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from keynet_admin.commands import sbom
from keynet_admin.config import ROOT

# Delivered with the program.
ALLOWED = {
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "ISC",
    "PSF-2.0",
    "MPL-2.0",
    "LGPL-3.0-only",
    "Unlicense",
    "Zlib",
    "0BSD",
}
# Tools that stay at home.
TOOLS = ALLOWED | {"GPL-3.0-or-later", "CNRI-Python", "CC0-1.0"}
SCHEMAS = files("cyclonedx.schema") / "_res"


def schema(name: str) -> Any:
    """A schema of CycloneDX as its own library has it."""
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def validator() -> Any:
    """Judges a document; the schemas that it refers to are the library's, too."""
    return jsonschema_rs.validator_for(
        schema("bom-1.6.SNAPSHOT.schema.json"),
        retriever=lambda uri: schema(
            uri.rsplit("/", 1)[-1].replace(".schema.json", ".SNAPSHOT.schema.json").replace(".SNAPSHOT.SNAPSHOT", ".SNAPSHOT")
        ),
    )


def test_the_document_is_valid_and_whole(app: Flask, tmp_path: Path, validator: Any) -> None:
    """Every locked package with its hashes, a licence, and what it needs; nothing else."""
    file = tmp_path / "sbom.json"
    result = app.test_cli_runner().invoke(args=["sbom", str(file)])
    assert result.exit_code == 0, result.output
    content = json.loads(file.read_text(encoding="utf-8"))
    assert [str(error) for error in validator.iter_errors(content)] == []
    assert {one["name"] for one in content["components"]} == set(sbom.locked())
    assert all(one["externalReferences"] for one in content["components"])
    by_ref = {one["ref"]: one["dependsOn"] for one in content["dependencies"]}
    assert len(by_ref) == len(content["components"]) + 1
    assert any("/flask@" in need for need in by_ref["keynet-admin"])
    assert any("/werkzeug@" in need for ref, needs in by_ref.items() if "/flask@" in ref for need in needs)
    reached, rest = {"keynet-admin"}, ["keynet-admin"]
    while rest:
        new = set(by_ref[rest.pop()]) - reached
        reached |= new
        rest += new
    assert reached == set(by_ref), "each package is there because something needs it"


def test_a_wrong_document_is_found(validator: Any) -> None:
    """Else the test above would judge nothing."""
    assert list(validator.iter_errors(sbom.document() | {"components": [{"type": "thing"}]}))


@pytest.mark.parametrize(("stem", "allowed"), [("requirements", ALLOWED), ("requirements-dev", TOOLS)])
def test_licences_that_somebody_has_looked_at(stem: str, allowed: set[str]) -> None:
    """Each part of an AND is allowed, and one of an OR."""
    wrong = {}
    for name in sbom.locked(stem):
        if name == "async-timeout":  # for other Pythons: not installed here
            continue
        licence = sbom.licence_of(name)
        choices = [[part.strip(" ()") for part in choice.split(" AND ")] for choice in re.split(r" OR ", licence)]
        if not any(set(choice) <= allowed for choice in choices):
            wrong[name] = licence
    assert not wrong


def test_each_package_has_its_line_of_trust() -> None:
    """And no line stands for one that is gone."""
    text = (ROOT / "docs" / "packages.md").read_text(encoding="utf-8")
    listed = [row.split("|")[1].strip() for row in text.splitlines() if row.startswith("| ") and not row.startswith(("| ---", "| package"))]
    asked = [
        sbom.normal(re.split(r"[<>=\[ ;#]", line)[0])
        for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line
    ]
    assert sorted(listed) == sorted(asked)
