"""What the architecture tests read: the project's own files and the imports of its modules."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "keynet_admin"
TEMPLATES = ROOT / "templates"
OWN = ("keynet_admin", "templates", "seed_data", "tests", "docs", "bench", ".ci")
SKIPPED = {"__pycache__", ".pytest_cache", ".hypothesis", ".venv", "node_modules"}


def files(*suffixes: str, folders: tuple[str, ...] = OWN) -> Iterator[Path]:
    """Every file of these endings in the given folders, and the single files beside them; without suffixes all of them."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not SKIPPED & set(path.parts) and (not suffixes or path.suffix in suffixes):
                yield path
    if folders == OWN:
        for path in sorted(ROOT.iterdir()):
            if path.is_file() and (not suffixes or path.suffix in suffixes):
                yield path


def modules() -> list[Path]:
    """Every Python file of the package."""
    return list(files(".py", folders=("keynet_admin",)))


@cache
def tree(path: Path) -> ast.Module:
    """The parsed source of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    """`keynet_admin/services/audit.py` → `keynet_admin.services.audit`; a package's `__init__` has the package's name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(dotted: str) -> bool:
    """Is this a module or package of ours (and not a name inside one)?"""
    path = ROOT.joinpath(*dotted.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists() or path.is_dir()


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every imported module (`from keynet_admin import clock` counts as `keynet_admin.clock`) with its line."""
    package = name(path).split(".") if path.name == "__init__.py" else name(path).split(".")[:-1]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield (inner if module.startswith("keynet_admin") and is_module(inner) else module), node.lineno


def where(path: Path, line: int = 0) -> str:
    """A short place for a message: path from the project's folder, and the line."""
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"
