"""`flask sbom`: what the program is made of, as a CycloneDX 1.6 document: every locked package with version, licence, hashes, and what it needs."""

import json
import re
import uuid
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from keynet_admin import clock
from keynet_admin.config import ROOT
from keynet_admin.services.backup.archive import program_version

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\]+)", re.MULTILINE)
_OSI = "License :: OSI Approved :: "
# What older packages call a licence, as SPDX does.
SPDX = {
    "The Unlicense (Unlicense)": "Unlicense",
    "MIT License": "MIT",
    "MIT": "MIT",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-2.1-or-later",
}
# Whose metadata say nothing: read in their own licence files.
READ = {"huey": "MIT", "pyrage": "MIT"}


def normal(name: str) -> str:
    """A package's name as its purl has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(stem: str = "requirements") -> dict[str, tuple[str, list[str]]]:
    """The packages of a lock: version, and the hashes of their files."""
    found: dict[str, tuple[str, list[str]]] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", (ROOT / f"{stem}.txt").read_text(encoding="utf-8")):
        if (head := _PINNED.match(block)) is not None:
            found[normal(head[1])] = head[2], re.findall(r"sha256:([0-9a-f]{64})", block)
    return found


def licence_of(name: str) -> str:
    """The SPDX expression of an installed package; its own words when it has none; empty when it says nothing or is not installed."""
    try:
        about: Any = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if expression := about.get("License-Expression"):
        return str(expression)
    named = [kind.removeprefix(_OSI) for kind in about.get_all("Classifier") or [] if kind.startswith(_OSI)]
    text = " OR ".join(dict.fromkeys(named)) or (about.get("License") or "").strip().split("\n")[0]
    if not text:
        return READ.get(name, "")
    return " OR ".join(SPDX.get(part.strip(), part.strip()) for part in text.split(" OR "))


def document() -> dict[str, Any]:
    """The document."""
    packages = locked()
    components = [_component(name, version, hashes) for name, (version, hashes) in sorted(packages.items())]
    refs = {component["name"]: component["bom-ref"] for component in components}
    direct = [
        normal(re.split(r"[<>=\[ ;#]", line)[0]) for line in (ROOT / "requirements.in").read_text(encoding="utf-8").split("\n") if line
    ]
    here = {"type": "application", "name": "keynet-admin", "version": program_version(), "bom-ref": "keynet-admin"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": clock.real_now().isoformat(timespec="seconds"), "component": here},
        "components": components,
        "dependencies": [
            {"ref": "keynet-admin", "dependsOn": sorted({refs[name] for name in direct if name in refs})},
            *({"ref": refs[name], "dependsOn": sorted({refs[need] for need in _needs(name) if need in refs})} for name in sorted(packages)),
        ],
    }


def _component(name: str, version: str, hashes: list[str]) -> dict[str, Any]:
    purl = f"pkg:pypi/{name}@{version}"
    licence = licence_of(name)
    # One file of a package is installed, but the lock allows each of them: they are told as its distributions.
    files = [{"type": "distribution", "url": purl, "hashes": [{"alg": "SHA-256", "content": one}]} for one in hashes]
    known = {"licenses": [{"expression": licence}]} if re.fullmatch(r"[A-Za-z0-9.+() -]+", licence) and " License" not in licence else {}
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "externalReferences": files,
    } | known


def _needs(name: str) -> set[str]:
    try:
        asked = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return set()
    extras = re.findall(rf"^{re.escape(name)}\[(\w+)\]", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    wanted = [line for line in asked if "extra ==" not in line or any(re.search(rf"extra == ['\"]{extra}['\"]", line) for extra in extras)]
    return {normal(re.split(r"[^A-Za-z0-9._-]", line)[0]) for line in wanted}


@click.command("sbom")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def sbom(file: Path) -> None:
    """Write the list of all packages of the program to FILE, as CycloneDX 1.6 JSON."""
    content = document()
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{file} に{len(content['components'])}個のパッケージを書き出しました。")
