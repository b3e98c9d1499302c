"""How a mail reads: plain text from `templates/mail/<name>.txt`, narrow lines, one footer, placeholders where secrets will stand.

A template's first line is `件名：…`, then an empty line, then the body. What a value contains can neither make a header nor a new
line, a placeholder or an address; only `|text` (words of an operator) keeps its lines.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined

from keynet_admin import config
from keynet_admin.catalogue import display
from keynet_admin.config import ROOT, Settings

WIDTH = 68  # columns of a terminal: a full-width character takes two
_BRACKETS = str.maketrans({"⟦": "〔", "⟧": "〕"})
_DEEPEST = 10  # characters of an indent that continued lines keep
_NEVER_FIRST = "、。，．）」』】〕・？！ー々"
# In the preview of a mail, where the reason will stand that is not typed yet.
REASON_TO_COME = "（ここに理由が入ります）"


@dataclass(frozen=True)
class Letter:
    """A rendered mail. The body may hold placeholders such as ⟦link⟧."""

    subject: str
    body: str


class _Lines(str):
    """Words that keep their line breaks."""

    __slots__ = ()


class _Address(str):
    """An address made by us."""

    __slots__ = ()


def write(template: str, context: Mapping[str, Any], *, strict: bool = False) -> Letter:
    """Render a mail. Unknown names are empty, so that a mail never breaks the decision it reports; tests ask for `strict`.

    Raises jinja2.TemplateNotFound for an unknown template.
    """
    settings = config.current()
    text = _environment(strict).get_template(f"{template}.txt").render(**context, site=settings)
    head, _, body = text.partition("\n")
    return Letter(
        f"【{settings.short_name}】" + one_line(head.removeprefix("件名："))[:160], wrap(_squeeze(body)) + "\n" + _footer(settings)
    )


def without_site(subject: str) -> str:
    """The subject of a mail without the site's name before it."""
    return subject.partition("】")[2] if subject.startswith("【") else subject


def one_line(value: str) -> str:
    """Text without control characters, line breaks and doubled spaces, so that it fits a header or a line."""
    # A text that prints as it is (nearly all of them) needs no look at each of its letters.
    kept = (
        value
        if value.isprintable()
        else "".join(" " if c in "\r\n\t\v\f\x85\u2028\u2029" else c for c in value if c in "\r\n\t\v\f\x85" or _printable(c))
    )
    return re.sub(" {2,}", " ", kept).strip().translate(_BRACKETS)


def wrap(text: str) -> str:
    """Break lines that are wider than `WIDTH`, keeping their indent; lines with an address or a placeholder stay whole."""
    out: list[str] = []
    for line in text.split("\n"):
        out.extend([line] if "://" in line or "⟦" in line else _broken(line))
    return "\n".join(part.rstrip() for part in out)


def width(text: str) -> int:
    """Columns of a text: two for a full-width character (ambiguous ones count as wide, as Japanese fonts show them)."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def _broken(line: str) -> list[str]:
    line = line.rstrip()
    if 2 * len(line) <= WIDTH:
        return [line]
    indent = line[: min(_DEEPEST, len(line) - len(line.lstrip(" 　")))]
    out: list[str] = []
    while width(line) > WIDTH:
        at, columns = 0, 0
        while columns + width(line[at]) <= WIDTH:
            columns += width(line[at])
            at += 1
        space = line.rfind(" ", len(indent) + 1, at)
        if space > at // 2 and line[at] != " " and line[at].isascii() and line[at - 1].isascii():
            at = space
        while at > len(indent) + 1 and line[at] in _NEVER_FIRST:
            at -= 1
        out.append(line[:at])
        line = indent + line[at:].lstrip(" ")
    return [*out, line]


def _squeeze(body: str) -> str:
    """At most one empty line in a row, none at the ends: optional parts of a template leave no holes."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in body.splitlines())).strip("\n") + "\n"


def _footer(settings: Settings) -> str:
    desk = settings.desk
    site = settings.site_name.removesuffix(settings.short_name)  # the desk's own name says it
    return f"--\n{site}{desk.name}\n電話　{desk.tel}（{desk.hours}）\nメール　{desk.mail}\n"


def _printable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs", "Cf") or character in "\u200d\ufe0e\ufe0f"


def _finalize(value: Any) -> Any:
    """Every value that a template prints passes here."""
    if isinstance(value, _Address):
        return value
    if isinstance(value, _Lines):
        return "\n".join(one_line(line) for line in value.splitlines())
    if isinstance(value, Undefined):
        return value
    return "" if value is None else one_line(str(value)).replace("://", "：//")


@lru_cache(maxsize=2)
def _environment(strict: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "mail"),
        autoescape=False,  # noqa: S701 - plain text; _finalize cleans every value
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined if strict else Undefined,
        finalize=_finalize,
    )
    environment.filters |= {
        "long_time": display.long_time,
        "long_date": display.long_date,
        "text": lambda value: _Lines(value or ""),
    }
    environment.globals["url"] = lambda path: _Address(config.current().link(path))
    return environment
