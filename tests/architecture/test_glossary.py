"""The glossary names every table and every closed list, so that a word of a screen leads to its place in the code."""

from keynet_admin import vocabulary
from keynet_admin.extensions import db
from tests.architecture import source

GLOSSARY = source.ROOT / "docs" / "glossary.md"


def test_every_table_and_every_closed_list_is_in_the_glossary() -> None:
    """A new one needs its row: the word, its Japanese name on the screens, what it is, where it lives."""
    text = GLOSSARY.read_text(encoding="utf-8")
    tables = {mapper.class_.__name__ for mapper in db.Model.registry.mappers if mapper.class_.__module__.startswith("keynet_admin.")}
    lists = {kind.__name__ for kind in vocabulary.Word.__subclasses__()}
    assert tables
    assert lists
    missing = {name for name in tables | lists if f"`{name}`" not in text}
    assert not missing, f"docs/glossary.md has no row for {sorted(missing)}"


def test_the_places_it_names_exist() -> None:
    """What stands behind each word is there: a row that outlives its file misleads."""
    rows = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    places = {word for row in rows for word in row.split("`")[1::2] if word.endswith((".py", "/"))}
    gone = {place for place in places if not any((folder / place).exists() for folder in (source.ROOT, source.PACKAGE))}
    assert not gone, gone
