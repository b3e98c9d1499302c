"""How the families write their rows: what most rows have in common is left out, and examples name fields as the catalogue does."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from keynet_admin.catalogue import SECTIONS
from keynet_admin.rules.engine.posting_values import missing
from keynet_admin.rules.engine.rule import Check, Example, Hit, Level, Per, Rule, Scope

ERROR, WARNING, FIX = Level.ERROR, Level.WARNING, Level.FIX
_SECTION_OF: Final = {item.name: section for section, fields in SECTIONS.items() for item in fields}


def row(
    code: str,
    fields: tuple[str, ...],
    levels: tuple[Level, ...] = (ERROR,),
    *,
    basis: str,
    good: tuple[Example, ...],
    bad: tuple[Example, ...],
    check: Check | None = None,
    fix: Check | None = None,
    per: Per | None = None,
    runs_in: str = "",
    planned: bool = False,
    **more: Any,
) -> Rule:
    """A rule: an error when no level is named, the normalisers' work when nothing else runs it.

    `basis` may end with the numbers of its sources: `健康増進法 [S25]`. A rule about the organization or the contact looks at the whole
    submission, one about an applicant at that person, any other at each posting, unless `per` says so. The rest is as in `Rule`.
    """
    words, _, cited = basis.removesuffix("]").partition(" [")
    of_people = any(name.startswith(("applicant.", "inquiry.")) for name in fields)
    of_the_head = any(name.startswith(("organization.", "contact.")) for name in fields)
    return Rule(
        code=code,
        fields=fields,
        levels=levels,
        basis=words,
        sources=tuple(cited.split(", ")) if cited else (),
        good=good,
        bad=bad,
        check=check,
        fix=fix,
        per=per or (Per.PERSON if of_people else Per.SUBMISSION if of_the_head else Per.POSTING),
        runs_in=runs_in or ("" if check or fix or planned else "normalise"),
        planned=planned,
        **more,
    )


warning_row = partial(row, levels=(WARNING,))
fix_row = partial(row, levels=(FIX,))


def when_empty(name: str, what: str, *, why: str = "", how: str = "", example: str = "") -> Check:
    """A check that reports one field of a posting as empty, and nothing else."""

    def check(scope: Scope) -> Iterator[Hit]:
        if missing(scope, name):
            yield Hit(name, what, why, how, example=example)

    return check


def example(note: str, values: Mapping[str, Any] | None = None, /, *, on: date = date(2021, 5, 7), **fields: Any) -> Example:
    """What to type into a valid submission, by field: `example("5/7", deadline="5/25")`, or `{"shifts.0.end": "25:00"}` for a cell.

    A field of a posting is one of the first posting; any other path stands whole. None removes the field.
    """
    return Example({_path(name): value for name, value in {**(values or {}), **fields}.items()}, note, on)


def _path(name: str) -> str:
    section = _SECTION_OF.get(name.split(".", 1)[0])
    return name if section is None else f"postings.0.{name}" if section == "postings" else f"{section}.{name}"
