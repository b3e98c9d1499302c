"""Small changes of the rules, each of which a test should notice: a number by one, a comparison turned, an `and` for an `or`.

`python -m bench.mutations PATH… [--sample 100] [--seed 1] [--tests tests/rules]` makes a seeded sample of such changes in the files
under PATH, one after the other in memory, runs for each the tests that reach the changed statement until one fails, and prints those that
none notices. Nothing is written to the tree. A process is forked for each change after all tests were collected, so one costs little more
than its tests; a change outside of functions begins a new process, because it counts when the module is imported.
"""

import argparse
import ast
import builtins
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
RULES = str(ROOT / "keynet_admin")
LONGEST = 90  # seconds of the clock for the tests of one change: one that runs for ever is noticed
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    a: b
    for one, other in ((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot))
    for a, b in ((one, other), (other, one))
}
# A cache's size, the length at which a text is cut for showing, and the values of an example decide nothing.
NO_LIMITS = ("lru_cache", "clip", "example")
MOST_SECONDS = 8.0  # of processor time that the other tests that reach a change take together; its own are all run


@dataclass(frozen=True)
class Change:
    """One small change: `node` is the number of its node in `ast.walk`, `part` the operator's in a comparison, `by` what a number grows by."""

    file: Path
    line: int
    node: int
    part: int = 0
    by: int = 0
    function: tuple[str, int] | None = None  # the outermost function that it stands in, with its first line; None: it counts at import
    statement: int = 0  # the first line of the innermost statement that it stands in

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def changes(file: Path, rng: random.Random) -> Iterator[Change]:
    """Every change that can be made in a file."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    home, skipped = _homes(tree), _skipped(tree)
    statement = {inner: part.lineno for part in ast.walk(tree) if isinstance(part, ast.stmt) for inner in ast.walk(part)}
    for number, node in enumerate(ast.walk(tree)):
        if node in skipped:
            continue
        where = (file, getattr(node, "lineno", 0), number)
        stands: dict[str, Any] = {"function": home.get(node), "statement": statement.get(node, 0)}
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield Change(*where, by=rng.choice((1, -1)), **stands)
        elif isinstance(node, ast.Compare):
            for part in range(len(node.ops)):
                yield Change(*where, part=part, **stands)
        elif isinstance(node, ast.BoolOp):
            yield Change(*where, **stands)


def _homes(tree: ast.Module) -> dict[ast.AST, tuple[str, int]]:
    """The outermost function of every node in the body of one."""
    found: dict[ast.AST, tuple[str, int]] = {}
    holders: list[ast.AST] = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]
    for holder in holders:
        for node in getattr(holder, "body", ()):
            if isinstance(node, ast.FunctionDef):
                first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                found.update((inner, (node.name, first)) for part in node.body for inner in ast.walk(part))
    return found


def _skipped(tree: ast.Module) -> set[ast.AST]:
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in NO_LIMITS:
            found.update(inner for part in (*node.args, *node.keywords) for inner in ast.walk(part))
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in found}
    # Nor does a constant that only such values name.
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id.startswith("_") and node.value:
            found.update(ast.walk(node.value) if node.target.id not in read else ())
    return {node for node in found if isinstance(node, ast.Constant)}


def changed(change: Change) -> tuple[ast.Module, str]:
    """The file's tree with the change in it, and the change in words."""
    tree = ast.parse(change.file.read_text(encoding="utf-8"))
    node = next(node for number, node in enumerate(ast.walk(tree)) if number == change.node)
    before = ast.unparse(node)
    if isinstance(node, ast.Constant):
        node.value += change.by
    elif isinstance(node, ast.Compare):
        node.ops[change.part] = TURNED[type(node.ops[change.part])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    return tree, f"{before}  ->  {ast.unparse(node)}"


class _Changed(importlib.abc.MetaPathFinder, importlib.machinery.SourceFileLoader):
    """Imports the changed file in place of what stands on the disk."""

    def __init__(self, change: Change) -> None:
        super().__init__(_module(change.file), str(change.file))
        self.change = change

    def find_spec(self, fullname: str, _path: Any = None, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """Our own module only."""
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self) if fullname == self.name else None

    def get_code(self, _fullname: str) -> CodeType:
        """The changed code."""
        return compile(changed(self.change)[0], self.path, "exec")


class Runner:
    """A plugin that collects once and then runs, for each change, the tests that reach it."""

    def __init__(self, sample: list[Change]) -> None:
        """Take the changes to try."""
        self.sample, self.tried, self.survivors = sample, list[Change](), list[Change]()
        self.functions: dict[tuple[str, str, int], list[FunctionType]] = defaultdict(list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop."""
        gc.unfreeze()  # the tests' conftest hides from the collector, and so from `_functions`, what is there for good
        reach, seconds = self._map(session)
        for function in _functions():
            self.functions[_place(function)].append(function)
        for number, change in enumerate(self.sample, start=1):
            began = time.monotonic()
            alive = self._survives(change, session, reach, seconds)
            self.tried.append(change)
            if alive:
                self.survivors.append(change)
            note = "SURVIVED" if alive else "noticed"
            sys.stderr.write(f"{number:4} {note:8} {change}  {changed(change)[1][:150]}  ({time.monotonic() - began:.1f} s)\n")
        return True

    def _map(self, session: pytest.Session) -> tuple[dict[tuple[str, int], list[int]], list[float]]:
        """Which tests reach the statements that will be changed, and how long each test takes; found out in a process of its own."""
        source, target = os.pipe()
        if os.fork() == 0:
            os.close(source)
            _hush()
            hit: set[int] = set()
            places = _count_statements(self.sample, hit.add)
            with os.fdopen(target, "w", encoding="utf-8") as out:
                for number, item in enumerate(session.items):
                    hit.clear()
                    began = time.process_time()
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
                    out.write(f"{number}\t{time.process_time() - began}\n")
                    out.writelines("\t".join(map(str, (number, *places[place]))) + "\n" for place in hit)
            os._exit(0)
        os.close(target)
        reach: dict[tuple[str, int], list[int]] = defaultdict(list)
        seconds = [0.0] * len(session.items)
        with os.fdopen(source, encoding="utf-8") as answers:
            for line in answers:
                number, *rest = line.rstrip("\n").split("\t")
                if len(rest) == 1:
                    seconds[int(number)] = float(rest[0])
                else:
                    reach[(rest[0], int(rest[1]))].append(int(number))
        if os.wait()[1]:
            raise pytest.UsageError("A test fails without any change.")
        return reach, seconds

    def _survives(self, change: Change, session: pytest.Session, reach: dict[tuple[str, int], list[int]], seconds: list[float]) -> bool:
        constants = {} if change.function else _constants(change)
        if change.function is None and not constants:
            return self._survives_import(change, session)
        file = str(change.file)
        if change.function:
            reached = set(reach.get((file, change.statement), ()))
        else:
            reached = {number for place, numbers in reach.items() if place[0] == file for number in numbers}
        if not reached:  # a function that is called at import, or one that such a function has made
            return self._survives_import(change, session)
        own = [n for n in sorted(reached, key=seconds.__getitem__) if seconds[n] < MOST_SECONDS and _is_own(session.items[n], change)]
        chosen, total = list(own), 0.0
        for number in sorted(reached.difference(own), key=seconds.__getitem__):
            total += seconds[number]
            if total > MOST_SECONDS:
                break
            chosen.append(number)
        child = os.fork()
        if child == 0:
            _hush()
            signal.alarm(LONGEST)
            if change.function:
                code = _code(change)
                for function in self.functions[(file, *change.function)]:
                    function.__code__ = code
            _put(constants)
            for number in chosen:
                session.items[number].config.hook.pytest_runtest_protocol(item=session.items[number], nextitem=None)
            os._exit(0)
        return os.waitpid(child, 0)[1] == 0

    def _survives_import(self, change: Change, session: pytest.Session) -> bool:
        """In a new process: the tests of the file, the examples, and the table of periods."""
        one = repr((str(change.file), change.line, change.node, change.part, change.by))
        files = dict.fromkeys(str(i.path) for i in session.items if i.path.stem in ("test_examples", "test_table") or _is_own(i, change))
        words = [sys.executable, "-m", "bench.mutations", "--one", one, *files]
        quiet = subprocess.DEVNULL
        return subprocess.run(words, cwd=ROOT, stdout=quiet, stderr=quiet, timeout=900, check=False).returncode == 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The first failure ends the process of a change (in that of the map there is none)."""
        if report.failed:
            os._exit(1)


def _is_own(item: Any, change: Change) -> bool:
    """Whether a test is there for the changed file: by its name, its folder, or what it imports."""
    if change.file.stem in item.path.stem or change.file.parent.name == item.path.parent.name:
        return True
    module = _module(change.file)
    return any(
        thing is sys.modules[module] or (callable(thing) and getattr(thing, "__module__", None) == module)
        for thing in vars(item.module).values()
    )


def _hush() -> None:
    """What a forked process prints is nobody's."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _count_statements(sample: list[Change], hit: Callable[[int], None]) -> list[tuple[str, int]]:
    """Let the statements that will be changed say when they are reached, by their number in the list that is returned.

    A change outside of functions is reached by all that its file does.
    """
    builtins.__dict__["__hit__"] = hit
    places: list[tuple[str, int]] = []
    codes: dict[tuple[str, str, int], CodeType] = {}
    wanted: set[tuple[str, str, int]] = set()
    lines = {(str(change.file), change.statement) for change in sample if change.function}
    whole = {str(change.file) for change in sample if not change.function}
    for file in sorted({change.file for change in sample}):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for holder in (tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))):
            for node in holder.body:
                if isinstance(node, ast.FunctionDef):
                    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                    wanted.add((str(file), node.name, first))
                    _number_statements(node, str(file), places, lambda place: place in lines or place[0] in whole)
        codes.update({(str(file), code.co_name, code.co_firstlineno): code for code in _codes(compile(tree, str(file), "exec"))})
    for function in _functions():
        place = _place(function)
        if place in wanted:
            function.__code__ = codes[place]
    return places


def _number_statements(node: ast.AST, file: str, places: list[tuple[str, int]], asked: Callable[[tuple[str, int]], bool]) -> None:
    """Put before each statement under a node that is asked for the call that says its number."""
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(node, block, None)
        if not isinstance(statements, list):
            continue
        told: list[ast.stmt] = []
        for statement in statements:
            _number_statements(statement, file, places, asked)
            if asked((file, statement.lineno)):
                told += ast.parse(f"__hit__({len(places)})").body
                places.append((file, statement.lineno))
            told.append(statement)
        setattr(node, block, told)
    for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        _number_statements(inner, file, places, asked)


def _functions() -> list[FunctionType]:
    return [thing for thing in gc.get_objects() if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(RULES)]


def _place(function: FunctionType) -> tuple[str, str, int]:
    return function.__code__.co_filename, function.__code__.co_name, function.__code__.co_firstlineno


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _code(change: Change) -> CodeType:
    """The changed code of the function that a change stands in."""
    whole = compile(changed(change)[0], str(change.file), "exec")
    return next(code for code in _codes(whole) if (code.co_name, code.co_firstlineno) == change.function)


def _constants(change: Change) -> dict[str, tuple[Any, Any]]:
    """The plain values of a module that differ with the change: name -> (before, after). Empty when it changes something else."""
    there = vars(sys.modules[_module(change.file)])
    made: dict[str, Any] = {"__name__": _module(change.file), "__file__": str(change.file)}
    try:
        exec(compile(changed(change)[0], str(change.file), "exec"), made)
    except Exception:
        return {}
    return {name: (there[name], value) for name, value in made.items() if name in there and _plain(value) and value != there[name]}


def _plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_plain(part) for item in value.items() for part in item)
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(map(_plain, value))
    return isinstance(value, (int, float, str))


def _put(constants: dict[str, tuple[Any, Any]]) -> None:
    """Change constants in every module that has them, and forget what the rules remember."""
    for name, module in list(sys.modules.items()):
        if name.startswith("keynet_admin."):
            for constant, (before, after) in constants.items():
                if vars(module).get(constant) is before:
                    setattr(module, constant, after)
        if name.startswith("keynet_admin.rules"):
            for thing in list(vars(module).values()):
                if hasattr(type(thing), "cache_clear"):
                    thing.cache_clear()


def _codes(code: CodeType) -> Iterator[CodeType]:
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from _codes(part)


def main() -> int:
    """Run the sample and print how many were noticed. 1 when fewer than nine of ten were, or not all were tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=["tests/rules"])
    parser.add_argument("--one", default="")
    given = parser.parse_args()
    quiet = ["-q", "-x", "--no-header", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:xdist"]
    if given.one:
        file, *rest = ast.literal_eval(given.one)
        sys.meta_path.insert(0, _Changed(Change(Path(file), *rest)))
        return int(pytest.main([*quiet, *map(str, given.paths)]))
    rng = random.Random(given.seed)
    sample: list[Change] = []
    for path in given.paths:
        files = sorted({file.resolve() for file in ([path] if path.is_file() else path.rglob("*.py"))})
        found = [change for file in files for change in changes(file, rng)]
        sample += sorted(rng.sample(found, min(given.sample, len(found))), key=str)
    runner = Runner(sample)
    pytest.main([*quiet, "-s", *given.tests], plugins=[runner])
    for path in given.paths:
        tried, alive = (sum(change.file.is_relative_to(path.resolve()) for change in part) for part in (runner.tried, runner.survivors))
        sys.stderr.write(f"{path}: {tried - alive} of {tried} noticed (seed {given.seed})\n")
    return int(len(runner.survivors) * 10 > len(sample) or len(runner.tried) < len(sample))


if __name__ == "__main__":
    sys.exit(main())
