"""docs/asvs.md: no requirement of levels 1 and 2 is missing or blank, and every test and file that it names is there."""

import ast
import re
from functools import cache

from tests.architecture import source

# The sections of ASVS 5.0.0, each with the levels of its requirements in their order (github.com/OWASP/ASVS, 5.0/docs_en).
LEVELS = {
    "V1.1": "22",
    "V1.2": "1111122223",
    "V1.3": "112222222223",
    "V1.4": "222",
    "V1.5": "123",
    "V2.1": "122",
    "V2.2": "112",
    "V2.3": "12223",
    "V2.4": "23",
    "V3.1": "3",
    "V3.2": "113",
    "V3.3": "12223",
    "V3.4": "11222233",
    "V3.5": "11122333",
    "V3.6": "3",
    "V3.7": "22333",
    "V4.1": "12233",
    "V4.2": "23333",
    "V4.3": "22",
    "V4.4": "1222",
    "V5.1": "2",
    "V5.2": "112333",
    "V5.3": "113",
    "V5.4": "222",
    "V6.1": "122",
    "V6.2": "111111112222",
    "V6.3": "11223333",
    "V6.4": "112233",
    "V6.5": "22222333",
    "V6.6": "2223",
    "V6.7": "33",
    "V6.8": "2222",
    "V7.1": "222",
    "V7.2": "1111",
    "V7.3": "22",
    "V7.4": "11222",
    "V7.5": "223",
    "V7.6": "22",
    "V8.1": "1233",
    "V8.2": "1123",
    "V8.3": "133",
    "V8.4": "23",
    "V9.1": "111",
    "V9.2": "1222",
    "V10.1": "22",
    "V10.2": "223",
    "V10.3": "22223",
    "V10.4": "1111122222233333",
    "V10.5": "22222",
    "V10.6": "22",
    "V10.7": "222",
    "V11.1": "2233",
    "V11.2": "22233",
    "V11.3": "11233",
    "V11.4": "1222",
    "V11.5": "23",
    "V11.6": "23",
    "V11.7": "33",
    "V12.1": "12233",
    "V12.2": "11",
    "V12.3": "22223",
    "V13.1": "2333",
    "V13.2": "222223",
    "V13.3": "2233",
    "V13.4": "1222233",
    "V14.1": "22",
    "V14.2": "12223333",
    "V14.3": "122",
    "V15.1": "12233",
    "V15.2": "12233",
    "V15.3": "1222222",
    "V15.4": "3333",
    "V16.1": "2",
    "V16.2": "22222",
    "V16.3": "2222",
    "V16.4": "222",
    "V16.5": "2223",
    "V17.1": "23",
    "V17.2": "22223333",
    "V17.3": "22",
}
STATES = ("met", "met (operation)", "met (no factor yet)", "partly", "not met", "n/a")
DOCUMENT = source.ROOT / "docs" / "asvs.md"


def rows() -> list[list[str]]:
    """The cells of each requirement's row."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| V")]


def test_every_requirement_of_levels_1_and_2_has_its_row() -> None:
    """In the order of the standard, with its level; nothing else."""
    wanted = [(f"{section}.{at}", level) for section, levels in LEVELS.items() for at, level in enumerate(levels, 1) if level in "12"]
    assert [(row[0], row[1]) for row in rows()] == wanted
    assert len(wanted) == 253


def test_no_row_is_blank() -> None:
    """A state of the list, words for where or why not; what is met by code names a test, what does not apply names none."""
    for number, _level, what, state, where, tests in rows():
        assert what, number
        assert state in STATES, number
        assert len(where) > 2, number
        if state == "n/a":
            assert tests == "―", number
        elif state == "met":
            assert "::" in tests, number


def test_the_counts_are_true() -> None:
    """What stands above the tables."""
    states = [row[3] for row in rows()]
    counts = (len(states), sum(s.startswith("met") for s in states), *(states.count(s) for s in ("partly", "not met", "n/a")))
    told = re.search(r"Of (\d+): (\d+) met, (\d+) partly, (\d+) not met, (\d+) do not apply", DOCUMENT.read_text(encoding="utf-8"))
    assert told is not None
    assert tuple(map(int, told.groups())) == counts


def test_every_named_test_and_file_exists() -> None:
    """A proof that was renamed away is none."""
    gone = []
    for number, *_words, where, tests in rows():
        for name in re.findall(r"`(tests/[^`]+)`", tests):
            path, _, test = name.partition("::")
            if test not in _functions(path):
                gone.append(f"{number}: {name}")
        for path in re.findall(r"`((?:rules|services|web|models|public|templates|docs|auth|admin|office|commands)/[\w./-]+\.\w+)`", where):
            if not any((folder / path).exists() for folder in (source.ROOT, source.PACKAGE)):
                gone.append(f"{number}: {path}")
    assert gone == []


@cache
def _functions(path: str) -> set[str]:
    file = source.ROOT / path
    return {node.name for node in ast.walk(source.tree(file)) if isinstance(node, ast.FunctionDef)} if file.exists() else set()
