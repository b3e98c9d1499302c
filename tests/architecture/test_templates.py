"""Templates hold nothing that a strict Content-Security-Policy forbids, trust no text, and none is left over."""

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from jinja2 import Environment, TemplateSyntaxError, meta

from tests.architecture import source

NAMED = re.compile(r"""["']([\w/.-]+\.(?:html|txt|xml|atom))["']""")
COMPOSED = re.compile(r"""f["'](?:\w+/)*(\w+)/\{\w+\}\.""")
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.IGNORECASE)
FORBIDDEN = {
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
    "an inline script": SCRIPT,
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[^>{}]*\son[a-z]+\s*=|javascript:", re.IGNORECASE),
    "a frame that only a mouse can scroll: {{ scrolls(its name) }}": re.compile(
        r'class="table-frame[^"]*"(?!\s*(?:\{\{\s*scrolls\(|tabindex="0"))'
    ),
    "a third party's address": re.compile(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//(?!www\.w3\.org)", re.IGNORECASE),
}
# One page has its whole style in itself, for it is served while nothing else is; its policy names the style's hash (test_site_page.py).
ALONE = {("templates/errors/maintenance.html", "an inline style")}
MAIL = {source.TEMPLATES / "mail"}  # letters are loaded from their own folder, so they name each other without it
ALL = sorted(path for path in source.TEMPLATES.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", ALL, ids=source.where)
def test_nothing_forbidden(path: Path) -> None:
    """No `|safe`, no inline script, style or handler, nothing from elsewhere."""
    text = path.read_text(encoding="utf-8")
    hits = [(what, hit.start()) for what, pattern in FORBIDDEN.items() if (hit := pattern.search(text))]
    found = [
        f"{source.where(path, text.count(chr(10), 0, start) + 1)}: {what}"
        for what, start in hits
        if (source.where(path), what) not in ALONE
    ]
    assert not found, found


@pytest.mark.parametrize("path", ALL, ids=source.where)
def test_parses_and_finds_what_it_names(path: Path) -> None:
    """Each template is valid, and every template it extends, includes or imports exists."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    try:
        parsed = environment.parse(path.read_text(encoding="utf-8"))
    except TemplateSyntaxError as error:
        raise AssertionError(f"{source.where(path, error.lineno)}: {error.message}") from None
    missing = [name for name in meta.find_referenced_templates(parsed) if name and not _exists(name, path.parent)]
    assert not missing, missing


def _exists(name: str, beside: Path) -> bool:
    return any((folder / name).exists() for folder in (source.TEMPLATES, *MAIL & {beside}, *_flask_admin_templates()))


@cache
def _flask_admin() -> Path:
    spec = find_spec("flask_admin")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


@cache
def _flask_admin_templates() -> tuple[Path, ...]:
    return tuple(path for path in (_flask_admin() / "templates").iterdir() if path.is_dir())


@cache
def _named() -> frozenset[str]:
    """Every template name that stands in our templates, our code, or Flask-Admin's (whose stock names we override)."""
    texts = [path.read_text(encoding="utf-8") for path in [*ALL, *source.modules()]]
    texts += [path.read_text(encoding="utf-8") for path in _flask_admin().rglob("*.py")]
    texts += [path.read_text(encoding="utf-8") for folder in _flask_admin_templates() for path in folder.rglob("*.html")]
    return frozenset(name for text in texts for name in NAMED.findall(text))


@cache
def _composed() -> frozenset[str]:
    """Folders whose templates are named in two parts; letters are loaded from their own folder."""
    texts = [path.read_text(encoding="utf-8") for path in source.modules()]
    return frozenset({folder for text in texts for folder in COMPOSED.findall(text)} | {folder.name for folder in MAIL})


@cache
def _words() -> frozenset[str]:
    """Every plain string of the package: mails are named by their stem."""
    nodes = (node for path in source.modules() for node in ast.walk(source.tree(path)))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize("path", ALL, ids=source.where)
def test_is_used(path: Path) -> None:
    """A template that nothing names is dead. Some are named in two parts: `f"public/{name}.html"` and the name elsewhere."""
    name = path.relative_to(source.TEMPLATES).as_posix()
    by_stem = path.parent.name in _composed() and (path.stem in _words() or path.name in _named())
    by_number = name.startswith("errors/") and path.stem.isdigit()
    used = name in _named() or by_stem or by_number
    assert used, name
