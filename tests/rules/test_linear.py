"""No normaliser, rule or filter of texts is worse than linear: eight times the text takes no more than some eight times as long.

Times are CPU times of this process, the best of several; what takes less than `FLOOR` at 4,000 characters is never reported, and a growth
must show each time again before it fails, so a loaded machine decides nothing. A quadratic search grows 64 times.
"""

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from keynet_admin.catalogue import SECTIONS, Field, Kind, folding
from keynet_admin.rules import RULES
from keynet_admin.rules.engine.read import read_document
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.engine.rule import Per, Scope
from keynet_admin.rules.normalise import characters, mojibake
from keynet_admin.rules.normalise.registry import most_characters, reader_of
from keynet_admin.rules.words.plain import plain
from keynet_admin.services.listing import publish, search_index
from tests.rules.base_submission import ON, base_submission

SHORT, LONG = 500, 4000
MOST = 24  # times as long for eight times the text; a quadratic search takes 64 times
FLOOR = 0.004  # seconds of CPU
SLOW_RULE = 0.03  # of a rule that looks through some thirty texts

# What is repeated, and what stands behind it. Each is near a match of something that looks for addresses, numbers, names or lists.
SHAPES = {
    "mail before": ("a.", "@b"),
    "mail behind": ("b.", ""),
    "mail at": ("a", "@b.b."),
    "many ats": ("a@", ""),
    "host": ("a-", ".jp!"),
    "digits": ("1", "年"),
    "digits wide": ("１", "円"),
    "numbers": ("0-", "x"),
    "commas": ("1,", "x"),
    "brackets": ("(", ")"),
    "brackets wide": ("（", "歳"),
    "closing": ("あ)", ""),
    "blanks": (" ", "x"),
    "blanks wide": ("\u3000", "x"),
    "lines": ("\n ", "x"),
    "half kana": ("\uff76\uff9e", "x"),
    "kana marks": ("カ\u3099", "\u309b"),
    "long vowels": ("カー", "-"),
    "katakana": ("ア", "-"),
    "kanji": ("一", "歳以上"),
    "names": ("係長", "山"),
    "papers": ("住民票、", "や"),
    "times": ("9:00~", "x"),
    "ages": ("60歳", "~"),
    "yen": ("1,000円", "~"),
    "tags": ("<a ", ">"),
    "urls": ("http://a.", "jp"),
    "dots": ("・", "男"),
    "or": ("又は", "看護師"),
    "work": ("受付", "係"),
    "mojibake": ("縺", "ｪ"),
}
_TAILS = itertools.cycle("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥")


def text_of(shape: str, length: int) -> str:
    """A text of that many characters; its last one differs from call to call, so that nothing remembered is measured."""
    piece, end = SHAPES[shape]
    end += next(_TAILS)
    return (piece * (length // len(piece) + 1))[: length - len(end)] + end


def seconds(work: Callable[[], Any]) -> float:
    """CPU time of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def worse_than_linear(work: Callable[[int], Callable[[], Any]]) -> str:
    """What was measured when the work grows too fast, each of three times; empty when it does not. `work(length)` is made ready first."""
    told = ""
    for _ in range(3):
        long = seconds(work(LONG))
        if long < FLOOR:
            return ""
        short = min(seconds(work(SHORT)) for _ in range(3))
        if long <= MOST * max(short, FLOOR / 64):
            return ""
        told = f"{short * 1000:.2f} ms -> {long * 1000:.2f} ms"
    return told


FIELDS: list[Field] = [f for fields in SECTIONS.values() for f in fields if f.kind is not Kind.ROWS]
FIELDS += [column for f in SECTIONS["postings"] for column in f.columns]
READ = list({(f.kind, f.name in ("headcount", "break", "org_name", "org_address", "venue_city")): f for f in FIELDS}.values())


@pytest.mark.parametrize("field", READ, ids=lambda f: f"{f.kind}-{f.name}")
def test_every_normaliser(field):
    slow = {}
    for shape in SHAPES:

        def work(length: int, shape: str = shape) -> Callable[[], Any]:
            text = text_of(shape, min(length, most_characters(field)))  # no more is read
            return lambda: reader_of(field)(field, text, Context(ON, "45", body="452068"))

        if told := worse_than_linear(work):
            slow[shape] = told
    assert slow == {}


FILTERS: dict[str, Callable[[str], Any]] = {
    "search fold": search_index.fold,
    "fold": folding.fold,
    "plain": plain,
    "hidden addresses": lambda text: publish._ADDRESS.sub("", text),
    "mojibake": mojibake.meant,
    "long vowels": characters.long_vowels,
}


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter(name):
    slow = {}
    for shape in SHAPES:

        def work(length: int, shape: str = shape) -> Callable[[], Any]:
            text = text_of(shape, length)
            return lambda: FILTERS[name](text)

        if told := worse_than_linear(work):
            slow[shape] = told
    assert slow == {}


_TEXTS = frozenset({Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS})


def scopes(shape: str, length: int, on: date) -> tuple[Scope, Scope]:
    """The scopes of a valid submission in which every text is hostile, as the engine makes them: of the whole, of its posting."""
    reading = read_document(base_submission(on), on)
    understood = reading.understood
    for section, records in (
        ("organization", [understood["organization"]]),
        ("contact", [understood["contact"]]),
        ("postings", reading.postings),
    ):
        for record in records:
            for item in SECTIONS[section]:
                if item.kind in _TEXTS:
                    record[item.name] = text_of(shape, length)
                for column in item.columns:
                    if column.kind is Kind.TEXT:
                        for row in record[item.name]:
                            row[column.name] = text_of(shape, length)
    understood["postings"] = reading.postings
    whole = Scope(understood, understood, "", on, reading.typed, reading.unread)
    return whole, Scope(understood, reading.postings[0], "postings.0.", on, reading.typed, reading.unread, unused=reading.unused[0])


def checks() -> Iterator[tuple[str, Per, Callable[[Scope], Any]]]:
    """Code, scope and function of everything a rule runs."""
    for rule in RULES:
        for run in (rule.fix, rule.check):
            if run is not None:
                yield rule.code, rule.per, run


@pytest.mark.parametrize("shape", SHAPES)
def test_every_rule(shape):
    """Every check once on the long texts; one that took long is tried again on both lengths."""
    on = date(2024, 5, 13)
    together = scopes(shape, LONG, on)
    slow = {}
    for code, per, run in checks():

        def work(length: int, per: Per = per, run: Callable[[Scope], Any] = run) -> Callable[[], Any]:
            scope = scopes(shape, length, on)[per is Per.POSTING]
            return lambda: list(run(scope))

        scope = together[per is Per.POSTING]
        if seconds(lambda run=run, scope=scope: list(run(scope))) > SLOW_RULE and (told := worse_than_linear(work)):
            slow[code] = told
    assert slow == {}
