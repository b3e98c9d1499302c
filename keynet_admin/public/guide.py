"""Plain pages: the entry rules printed from their rows, the six steps, privacy, terms of use, accessibility."""

from dataclasses import dataclass, field
from functools import lru_cache

from flask import Response, request

from keynet_admin.catalogue import ALL_SECTIONS, PEOPLE, PEOPLE_LABELS, SECTION_LABELS, SECTIONS, Field
from keynet_admin.public.answers import page
from keynet_admin.rules import RULESET, RUNNING, Level, Rule, rule_by_code
from keynet_admin.services import settings
from keynet_admin.services.listing import search_index

# Tone, icon and word of each level; the same words as at the fields of the form.
LEVELS: dict[Level, tuple[str, str, str]] = {
    Level.ERROR: ("is-must", "x", "要修正"),
    Level.WARNING: ("is-ask", "tri", "要確認"),
    Level.FIX: ("is-info", "wand", "自動で補正"),
}
BINDS = {"pub": "自治体が任用する募集", "priv": "委託先が雇用する募集"}
REST = "全体"
MOST_Q = 100


@dataclass
class Chapter:
    """The rules of one part of the form, and the choices of its fields."""

    title: str
    key: str
    rules: list[Rule] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


def rules() -> Response:
    """`GET /rules`: all entry rules by part of the form; `q` narrows them."""
    q = " ".join("".join(c if c.isprintable() else " " for c in request.args.get("q", "")).split())[:MOST_Q]
    found = chapters(search_index.words_of(q))
    count = sum(len(chapter.rules) for chapter in found)
    return page("public/rules.html", chapters=found, count=count, q=q, levels=LEVELS, binds=BINDS, ruleset=RULESET, labels=labels)


def flow() -> Response:
    """`GET /flow`: the six steps of the circular of 2021-05-07."""
    return page("public/flow.html")


def privacy() -> Response:
    """`GET /privacy`."""
    days = {name: settings.get(f"candidate_{name}_days") for name in ("keep", "warn", "locked")}
    alert = {name: settings.get(f"alert_{name}_days") for name in ("confirm", "keep", "warn")}
    return page("public/privacy.html", days=days, alert=alert)


def terms() -> Response:
    """`GET /terms`."""
    return page("public/terms.html")


def accessibility() -> Response:
    """`GET /accessibility`."""
    return page("public/accessibility.html")


def chapters(words: tuple[str, ...] = ()) -> list[Chapter]:
    """Rules and choices in the form's order; with words only those in whose text all of them occur."""
    found: dict[str, Chapter] = {}
    for key, title in _titles():
        found[key] = Chapter(title, key)
    code = "-".join(words).upper()
    for rule in RUNNING:
        if rule.code == code or (not rule_by_code(code) and _holds(rule_text(rule), words)):
            found[_part(rule)].rules.append(rule)
    for section, fields in SECTIONS.items():
        for item in fields:
            if item.choices and not rule_by_code(code) and _holds(_field_text(item), words):
                found[item.group or section].fields.append(item)
    return [chapter for chapter in found.values() if chapter.rules or chapter.fields]


def labels(rule: Rule) -> list[str]:
    """Japanese names of the fields a rule speaks about."""
    return list(dict.fromkeys(item.label for _, item in _fields(rule)))


@lru_cache(maxsize=1024)
def _rule_words(code: str) -> str:
    rule = next(rule for rule in RUNNING if rule.code == code)
    notes = (example.note for example in (*rule.good, *rule.bad))
    parts = (rule.code, rule.code.replace("-", ""), *labels(rule), rule.what, rule.why, rule.how, rule.basis, *notes)
    return search_index.fold("\n".join(parts))


def rule_text(rule: Rule) -> str:
    """The folded text that a search of the guide looks at."""
    return _rule_words(rule.code)


def _field_text(item: Field) -> str:
    return search_index.fold("\n".join((item.label, item.name, *(f"{c.label} {c.slug} {' '.join(c.aliases)}" for c in item.choices))))


def _holds(text: str, words: tuple[str, ...]) -> bool:
    return all(word in text for word in words)


def _fields(rule: Rule) -> list[tuple[str, Field]]:
    found = []
    for name in rule.fields:
        plain = name.removesuffix(".*").split(".")[-1]
        head = name.split(".")[0]
        for section, fields in ((head, PEOPLE[head]),) if head in PEOPLE else SECTIONS.items():
            found += [(section, item) for item in fields if plain in (item.name, *(column.name for column in item.columns))][:1]
    return found


def _part(rule: Rule) -> str:
    """The part of the form where a rule is printed: that of its first field."""
    fields = _fields(rule)
    return (fields[0][1].group or fields[0][0]) if fields else REST


def _titles() -> list[tuple[str, str]]:
    titles = []
    for section, fields in ALL_SECTIONS.items():
        if section == "postings":
            groups = dict.fromkeys(item.group for item in fields)
            titles += [(group, f"募集情報：{group}") for group in groups]
        else:
            titles.append((section, (SECTION_LABELS | PEOPLE_LABELS)[section]))
    return [*titles, (REST, "申請全体")]
