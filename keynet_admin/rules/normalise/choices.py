"""Normalisers of choices, several choices and yes/no: by slug, Japanese label or alias, whatever their width."""

import re
import unicodedata
from typing import Any

from keynet_admin.catalogue import Field, Kind, posting_field
from keynet_admin.catalogue import reference as ref
from keynet_admin.catalogue.base import words
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import LONGEST, Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.normalise.choice_words import BOOLS, DOUBTFUL, ELSEWHERE, FALSE, SEVERAL, TRUE

# What does not count in a label beside its width: spaces, and how か月 is written.
_ALIKE = str.maketrans({" ": None} | dict.fromkeys("ヶケヵカ箇", "か"))
# Signs that say nothing beside a word: brackets, marks of a list, a tick. An empty or crossed box (□ ×) and a question mark do.
_MARKS = re.compile(r"[\s()\[\]{}<>「」『』【】〔〕〈〉《》・.,、。:;/~_'\"“”‐–\-☑✓✔■●◆◎○◯*※]+")
_SHORT_JOBS = {"正看護師": "nurse", "正看": "nurse", "准看": "assistant_nurse"}


def fold(text: str) -> str:
    """A label made comparable: width, case, brackets and spaces do not count. Never used for a stored value."""
    return unicodedata.normalize("NFKC", ch.INVISIBLE.sub("", text)).translate(_ALIKE).casefold()


def _bare(text: str) -> str:
    """A word without the signs around and inside it and without what only ends a sentence."""
    return re.sub(r"(?:です|とする|とします)$", "", _MARKS.sub("", fold(text)))


_INDEXES: dict[int, tuple[Field, dict[str, str], tuple[str, ...]]] = {}


def _index(field: Field) -> tuple[dict[str, str], tuple[str, ...]]:
    """Word → slug of a field, and the names of the field that may stand in front of a word (経験：不問).

    Kept by the field's identity: hashing a field walks through all its choices.
    """
    kept = _INDEXES.get(id(field))
    if kept is not None and kept[0] is field:
        return kept[1], kept[2]
    index: dict[str, str] = {}
    for choice in field.choices:
        for word in (choice.slug, choice.label, *choice.aliases):
            for writing in (word, fold(word), _bare(word)):
                index.setdefault(writing, choice.slug)
    names = tuple(dict.fromkeys(_bare(name) for name in (field.label, *re.split("[（）・]", field.label)) if name))
    _INDEXES[id(field)] = (field, index, names)
    return index, names


def slug_of(field: Field, typed: str) -> str | None:
    """The slug for a slug, label or alias in any width, with signs or the field's name around it; None when it is none of them."""
    index, names = _index(field)
    found = index.get(typed) or index.get(fold(typed))
    if found:
        return found
    bare = _bare(typed)
    return index.get(bare) or next((index[bare.removeprefix(name)] for name in names if bare.removeprefix(name) in index), None)


def _is_label(field: Field, slug: str, typed: str) -> bool:
    """True when nothing but width and spaces differs from the slug or label."""
    return typed == slug or fold(typed.strip()) == fold(field.label_of(slug))


_OR = re.compile("又は|または|若しくは|もしくは")
_DENIED = re.compile("[不非未無否]|な[いしく]|ません|以外|除")


def _near(field: Field, typed: str) -> tuple[str, ...]:
    """What may have been meant, as texts that are read when they are typed."""
    bare = _bare(typed)
    _, names = _index(field)
    asked = {bare, *(bare.removeprefix(name) for name in names)}
    for doubtful, offers in DOUBTFUL.get(field.name, ()):
        if any(_bare(word) in asked for word in words(doubtful)):
            return tuple("、".join(field.label_of(slug) for slug in offer.split("+")) for offer in words(offers))
    parts = [slug_of(field, part) for part in _OR.split(typed)]
    if field.kind is Kind.MULTI and len(parts) > 1 and all(parts):
        return ("、".join(field.label_of(str(slug)) for slug in dict.fromkeys(parts)),)
    # The longest word of each choice that the text holds, or that holds the text: 准看護師免許 hides the 看護師免許 inside it.
    found: dict[str, str] = {}
    for choice in field.choices:
        held = [word for word in map(_bare, (choice.label, *choice.aliases)) if len(word) > 1 and _holds(bare, word)]
        if held or (len(bare) > 1 and _holds(_bare(choice.label), bare)):
            found[choice.label] = max(held, key=len, default=bare)
    longest = [label for label, word in found.items() if not any(word != other and word in other for other in found.values())]
    return tuple(longest[:4])


def _holds(text: str, word: str) -> bool:
    """True when a word stands in a text that does not deny it. A word that denies (なし, 不可) stands in front, or it denies the rest."""
    if word not in text or (_DENIED.search(word) and not text.startswith(word)):
        return False
    return not _DENIED.search(text.replace(word, "", 1))


def _unknown(field: Field, typed: Any, whole: Any = None) -> Read:
    """`whole`: the list that `typed` is a part of."""
    labels = "、".join(choice.label for choice in field.choices[:8]) + ("…" if len(field.choices) > 8 else "")
    message = Message(f"「{field.label}」の「{clip(typed)}」は選択肢にありません。", how=f"次から選んでください：{labels}")
    choices = _near(field, typed) if isinstance(typed, str) and whole is None else ()
    return refuse("CHOICE-001", typed if whole is None else whole, message, example=field.choices[0].label, choices=choices)


def _taken(field: Field, slug: str, typed: str) -> Read:
    """A choice by another word than its label is retold."""
    if _is_label(field, slug, typed):
        return Read(slug)
    label = field.label_of(slug)
    return fixed("CHOICE-001", slug, Message(f"「{clip(typed)}」を「{label}」と読み取りました。"), example=label)


def read_choice(field: Field, typed: Any, _context: Context) -> Read:
    """One choice as its slug."""
    if not isinstance(typed, str):
        if isinstance(typed, bool) and {c.slug for c in field.choices} >= {"yes", "no"}:
            return Read("yes" if typed else "no")
        return wrong_type(typed, "選択肢から1つ選ぶ形", field.choices[0].label)
    slug = slug_of(field, typed)
    if slug is not None:
        return _taken(field, slug, typed)
    if field.name == "job_type":
        word = _bare(typed)
        if word in _SHORT_JOBS:
            slug = _SHORT_JOBS[word]
            label = field.label_of(slug)
            return fixed("LIC-002", slug, Message(f"「{clip(typed)}」を正式な名称「{label}」と読み取りました。"), example=label)
        if word in ("看護婦", "看護士", "准看護婦", "准看護士", "保健婦", "保健士", "助産婦"):
            new = re.sub("[婦士]$", "師", word)
            message = Message(f"「{clip(typed)}」は今は使われない名称で、性別を限る印象を与えます。", how=f"「{new}」を選んでください。")
            return refuse("LIC-003", typed, message, example=new, choices=(new,))
        jobs = [c for c in field.choices if c.slug != "other" and fold(c.label) in word]
        jobs = [
            c
            for c in jobs
            if not any(
                c is not o and c.label in o.label and o in jobs and word.count(fold(c.label)) <= word.count(fold(o.label)) for o in jobs
            )
        ]
        if len(jobs) > 1:
            message = Message(
                f"「{clip(typed)}」には職種が2つ以上あります。", why="1件の募集につき1職種です。", how="職種ごとに募集を分けてください。"
            )
            return refuse("JOB-001", typed, message, example=jobs[0].label, choices=tuple(c.label for c in jobs[:4]))
    return _unknown(field, typed)


# What stands between the words of a list. 又は joins the ways to apply only: all of them are open.
_GLUE = re.compile(r"[、,，・/／\n;；\t\s+＋&＆]+|及び|および|並びに|ならびに|と|や|又は|または|若しくは|もしくは")


def read_multi(field: Field, typed: Any, context: Context) -> Read:
    """Several choices as slugs in the catalogue's order. A text is split where words of the field meet."""
    if isinstance(typed, str):
        items: list[Any] = [typed]
    elif isinstance(typed, (list, tuple)):
        items = [item for item in typed if item is not None and item != ""]
    else:
        return wrong_type(typed, "選択肢から選ぶ形", field.choices[0].label)
    if len(items) > 200:
        return wrong_type(f"{len(items)}個の値", "選択肢から選ぶ形", field.choices[0].label)
    found: list[str] = []
    retold = False
    elsewhere: list[str] = []
    for item in items:
        slugs, strange = _listed(field, item, elsewhere) if isinstance(item, str) else ([], item)
        if strange is not None and 1 < len(items) < 20 and all(isinstance(part, str) for part in items):
            # A file takes lists apart at every comma: 社会保険（健康保険、厚生年金） is one word.
            whole = read_multi(field, "、".join(items), context)
            if whole.understood:
                return whole
        if strange is not None:
            return _unknown(field, strange, None if strange is typed else typed)
        found += slugs
        retold = retold or not (len(slugs) == 1 and _is_label(field, slugs[0], item))
    order = {choice.slug: index for index, choice in enumerate(field.choices)}
    found = sorted(set(found), key=order.__getitem__)
    if not retold:
        return Read(found or None)
    labels = "、".join(field.label_of(slug) for slug in found)
    text = typed if isinstance(typed, str) else "、".join(map(str, items))
    read = fixed("CHOICE-001", found or None, Message(f"「{clip(text)}」を「{labels}」と読み取りました。"), example=labels)
    return _moved(field, typed, elsewhere, read, context) if elsewhere else read


def _listed(field: Field, text: str, elsewhere: list[str]) -> tuple[list[str], str | None]:
    """The slugs a text names, and the first part that is no choice (None: all were understood).

    Words of another field (`ELSEWHERE`) are put to `elsewhere`.
    """
    if len(text) > LONGEST:
        return [], text
    other = ELSEWHERE.get(field.name)
    several = SEVERAL.get(field.name, {})

    def known(part: str) -> list[str] | None:
        slug = slug_of(field, part)
        if slug or _bare(part) in several:
            return [slug] if slug else list(several[_bare(part)])
        if other is None or (moved := slug_of(posting_field(other), part)) in (None, "none"):
            return None
        elsewhere.append(str(moved))
        return []

    whole = known(text)
    if whole is not None:
        return whole, None
    pieces = [piece for piece in re.split(f"({_GLUE.pattern})", text.strip()) if piece]
    found: list[str] = []
    place = 0
    while place < len(pieces):
        if _GLUE.fullmatch(pieces[place]):
            if _OR.search(pieces[place]) and field.name != "apply_by":
                return found, text
            place += 1
            continue
        for end in range(min(len(pieces), place + 8), place, -1):
            slugs = known("".join(pieces[place:end]))
            if slugs is not None:
                break
        else:
            return found, text if place == 0 and len(pieces) == 1 else pieces[place]
        found += slugs
        place = end
    return found, None


def _moved(field: Field, typed: Any, elsewhere: list[str], read: Read, context: Context) -> Read:
    """The reading of a list in which words of another field stood: they go there while it says nothing else."""
    other = posting_field(ELSEWHERE[field.name])
    given = context.record.get(other.name)
    slug = elsewhere[0]
    label = other.label_of(slug)
    if len(set(elsewhere)) > 1 or not (blank(given) or (isinstance(given, str) and slug_of(other, given) == slug)):
        message = Message(f"「{label}」は「{field.label}」の選択肢ではありません。", how=f"「{other.label}」の欄で選んでください。")
        return refuse("CHOICE-001", typed, message, example=field.choices[0].label)
    message = Message(f"「{field.label}」にある「{label}」を「{other.label}」の欄に移しました。")
    note = Note("CHOICE-001", Level.FIX, message, label, value=slug, name=other.name)
    return Read(read.value, True, (*read.notes, note), {other.name: slug})


_BOOLS = {name: tuple({_bare(word) for word in words(text)} for text in both) for name, both in BOOLS.items()}


def read_bool(field: Field, typed: Any, _context: Context) -> Read:
    """Yes or no."""
    if isinstance(typed, (int, float)) and typed in (0, 1):
        return Read(bool(typed))
    if isinstance(typed, str):
        word = fold(typed.strip())
        bare = _bare(typed)
        bare = bare.removeprefix(_bare(field.label)) or bare
        yes, no = _BOOLS.get(field.name, (set(), set()))
        if word in TRUE or bare in TRUE or bare in yes:
            return Read(True)
        if word in FALSE or bare in FALSE or bare in no:
            return Read(False)
    message = Message(
        f"「{field.label}」の「{clip(typed)}」は、はい・いいえのどちらか分かりません。", how="「はい」か「いいえ」を選んでください。"
    )
    return refuse("TYPE-001", typed, message, example="はい", choices=("はい", "いいえ") if isinstance(typed, str) else ())


def read_prefecture(_field: Field, typed: Any, context: Context) -> Read:
    """The prefecture: from the body's code; a typed one is read as its two digits and ORG-007 compares them."""
    derived = _prefecture_of_body(context)
    if typed is None or (isinstance(typed, str) and not typed.strip()):
        return Read(derived)
    if isinstance(typed, int) and not isinstance(typed, bool) and 1 <= typed <= 47:
        return Read(f"{typed:02}")
    if isinstance(typed, str):
        word = ch.squeeze(typed)
        found = ref.prefecture_of_name().get(word)
        if found is not None:
            return Read(found.code)
        if re.fullmatch(r"0?[1-9]|[1-3]\d|4[0-7]", word, re.ASCII):
            return Read(word.zfill(2))
    message = Message(
        f"「{clip(typed)}」という都道府県はありません。", why="都道府県は団体コードから自動で表示します。", how="コードをご確認ください。"
    )
    return refuse("CHOICE-001", typed, message, example="宮崎県")


def _prefecture_of_body(context: Context) -> str | None:
    from keynet_admin.rules.normalise.codes import read_lg_code_value

    code = read_lg_code_value(context.record.get("lg_code"), context.on)
    if code is None or ref.prefecture(code[:2]) is None:
        return None
    return code[:2]


__all__ = [
    "Level",
    "Note",
    "fold",
    "read_bool",
    "read_choice",
    "read_multi",
    "read_prefecture",
    "slug_of",
]
