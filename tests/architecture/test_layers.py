"""Who may import whom. Left never imports right, the audiences never import each other."""

import pytest

from tests.architecture import source

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"vocabulary", "errors", "extensions", "config", "key_file", "clock", "network"}),
    frozenset({"catalogue", "rules", "business_time", "permissions"}),
    frozenset({"models"}),
    frozenset({"services"}),
    frozenset({"web", "demo"}),
    frozenset(
        {
            "admin",
            "office",
            "prefecture",
            "partner",
            "public",
            "intake",
            "api",
            "auth",
            "cli",
            "commands",
            "jobs",
            "migrations",
            "supervisor",
        }
    ),
    frozenset({""}),
)
AUDIENCES = LAYERS[5]
PURE = ("catalogue", "rules", "business_time")
WEB = ("flask", "flask_login", "flask_admin", "flask_wtf", "flask_babel", "flask_limiter", "werkzeug", "jinja2", "wtforms")
PUBLIC_MODELS = {"keynet_admin.models", "keynet_admin.models.listing"}


def part(dotted: str) -> str:
    """`keynet_admin.services.audit` → `services`; the package itself is the empty name."""
    pieces = dotted.split(".")
    return pieces[1] if len(pieces) > 1 else ""


def rank(name: str) -> int:
    """Index of the layer a part belongs to."""
    for index, layer in enumerate(LAYERS):
        if name in layer:
            return index
    raise AssertionError(f"keynet_admin/{name} stands in no layer of {__name__}: give it one")


def own_imports(only: str = "") -> list[tuple[str, str, str]]:
    """(importing part, imported module, place) of every import inside the package."""
    found = []
    for path in source.modules():
        mine = part(source.name(path))
        if only and mine != only:
            continue
        for module, line in source.imports(path):
            if module.split(".")[0] == "keynet_admin":
                found.append((mine, module, source.where(path, line)))
    return found


def test_left_never_imports_right() -> None:
    """Each import goes to the same layer or one further left."""
    wrong = [f"{place}: {mine} imports {module}" for mine, module, place in own_imports() if rank(part(module)) > rank(mine)]
    assert not wrong, "\n".join(wrong)


def test_the_audiences_do_not_know_each_other() -> None:
    """What two of them need lies in web or further left."""
    wrong = [
        f"{place}: {mine} imports {module}"
        for mine, module, place in own_imports()
        if mine in AUDIENCES and part(module) in AUDIENCES and part(module) != mine
    ]
    assert not wrong, "\n".join(wrong)


def foreign(parts: tuple[str, ...], forbidden: tuple[str, ...]) -> list[str]:
    """Imports of forbidden packages in some parts of the package."""
    return [
        f"{source.where(path, line)}: {module}"
        for path in source.modules()
        if part(source.name(path)) in parts
        for module, line in source.imports(path)
        if module.split(".")[0] in forbidden
    ]


def test_services_know_no_request() -> None:
    """Services take objects and an actor: they import neither flask nor flask_login nor what makes pages."""
    assert not foreign(("services",), tuple(name for name in WEB if name != "jinja2"))  # letters and cards are written there


@pytest.mark.parametrize("name", PURE)
def test_the_catalogues_are_pure(name: str) -> None:
    """Catalogue, rules and business time run without Flask and without a database."""
    assert not foreign((name,), (*WEB, "sqlalchemy", "flask_sqlalchemy", "flask_mail", "alembic", "huey", "redis"))
    wrong = [f"{place}: {module}" for _mine, module, place in own_imports(name) if part(module) in ("extensions", "config")]
    assert not wrong, "\n".join(wrong)


def test_visitors_pages_read_only_the_listing() -> None:
    """A draft or a personal datum cannot leak where the tables that hold it are not even imported."""
    wrong = [place for _mine, module, place in own_imports("public") if part(module) == "models" and module not in PUBLIC_MODELS]
    assert not wrong, wrong
