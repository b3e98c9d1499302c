"""Normalisers of choices, several choices and yes/no: by slug, Japanese label or alias, whatever their width."""

import re
import unicodedata
from typing import Any

from keynet_admin.catalogue import Field
from keynet_admin.catalogue import reference as ref
from keynet_admin.rules.engine.result import Context, Note, Read, clip, fixed, refuse, wrong_type
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise import characters as ch

_BRACKETS = str.maketrans(
    {"（": "(", "）": ")", "　": None, " ": None, "･": "・", "／": "/", "ヶ": "か", "ケ": "か", "ヵ": "か", "カ": "か", "箇": "か"}
)
_SHORT_JOBS = {"正看護師": "nurse", "正看": "nurse", "准看": "assistant_nurse", "事務員": "clerical"}


def fold(text: str) -> str:
    """A label made comparable: width, case, brackets and spaces do not count. Never used for a stored value."""
    return unicodedata.normalize("NFKC", ch.INVISIBLE.sub("", text)).translate(_BRACKETS).casefold()


_INDEXES: dict[int, tuple[Field, dict[str, str]]] = {}


def _index(field: Field) -> dict[str, str]:
    """Word → slug of a field. Kept by the field's identity: hashing a field walks through all its choices."""
    kept = _INDEXES.get(id(field))
    if kept is not None and kept[0] is field:
        return kept[1]
    index: dict[str, str] = {}
    for choice in field.choices:
        for word in (choice.slug, choice.label, *choice.aliases):
            index.setdefault(word, choice.slug)
            index.setdefault(fold(word), choice.slug)
    _INDEXES[id(field)] = (field, index)
    return index


def slug_of(field: Field, typed: str) -> str | None:
    """The slug for a slug, label or alias in any width, None when it is none of them."""
    index = _index(field)
    return index.get(typed) or index.get(fold(typed))


def _unknown(field: Field, typed: Any, several: bool = False) -> Read:
    labels = "、".join(choice.label for choice in field.choices[:8]) + ("…" if len(field.choices) > 8 else "")
    message = Message(f"「{field.label}」の「{clip(typed)}」は選択肢にありません。", how=f"次から選んでください：{labels}")
    near = [
        c.label
        for c in field.choices
        if isinstance(typed, str) and len(typed) > 1 and (fold(typed) in fold(c.label) or fold(c.label) in fold(typed))
    ]
    return refuse("CHOICE-001", typed, message, example=field.choices[0].label, choices=() if several else tuple(near[:4]))


def read_choice(field: Field, typed: Any, _context: Context) -> Read:
    """One choice as its slug."""
    if not isinstance(typed, str):
        if isinstance(typed, bool) and {c.slug for c in field.choices} >= {"yes", "no"}:
            return Read("yes" if typed else "no")
        return wrong_type(typed, "選択肢から1つ選ぶ形", field.choices[0].label)
    slug = slug_of(field, typed)
    if slug is not None:
        return Read(slug)
    if field.name == "job_type":
        word = fold(typed)
        if word in _SHORT_JOBS:
            slug = _SHORT_JOBS[word]
            label = field.label_of(slug)
            if slug == "clerical":
                return Read(slug)
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


_SPLIT = re.compile(r"[、,，・/／\n;；\t]|\s{2,}| と |及び|および|並びに")


def read_multi(field: Field, typed: Any, _context: Context) -> Read:
    """Several choices as slugs in the catalogue's order. A text is split at its separators."""
    items: list[Any]
    if isinstance(typed, str):
        whole = slug_of(field, typed)
        items = [whole] if whole else _parts(field, typed)
    elif isinstance(typed, (list, tuple)):
        items = [item for item in typed if item is not None and item != ""]
    else:
        return wrong_type(typed, "選択肢から選ぶ形", field.choices[0].label)
    if len(items) > 200:
        return wrong_type(f"{len(items)}個の値", "選択肢から選ぶ形", field.choices[0].label)
    found: list[str] = []
    for item in items:
        slug = slug_of(field, item) if isinstance(item, str) else None
        if slug is None:
            read = _unknown(field, item, several=True)
            return Read(typed, False, read.notes)
        if slug not in found:
            found.append(slug)
    order = {choice.slug: index for index, choice in enumerate(field.choices)}
    found.sort(key=order.__getitem__)
    if isinstance(typed, str) and len(found) > 1:
        labels = "、".join(field.label_of(slug) for slug in found)
        return fixed("CHOICE-001", found, Message(f"「{clip(typed)}」を「{labels}」と読み取りました。"), example=labels)
    return Read(found or None)


def _parts(field: Field, text: str) -> list[Any]:
    """Split at separators, keeping together labels that contain one (受付・案内・誘導)."""
    rest = text.strip()
    labels = sorted((word for c in field.choices for word in (c.label, *c.aliases)), key=len, reverse=True)
    parts: list[str] = []
    while rest:
        rest = _SPLIT.sub("", rest[:1]) + rest[1:] if _SPLIT.match(rest) else rest
        rest = rest.lstrip(" \u3000、,，・/／\n;；\t")
        if not rest:
            break
        head = next(
            (word for word in labels if rest.startswith(word) and (len(rest) == len(word) or _SPLIT.match(rest[len(word) :]))), None
        )
        if head is None:
            match = _SPLIT.search(rest)
            head = rest[: match.start()] if match and match.start() else rest
        parts.append(head.strip())
        rest = rest[len(head) :]
    return parts


_TRUE = frozenset(
    {
        "true",
        "1",
        "on",
        "yes",
        "y",
        "t",
        "はい",
        "○",
        "〇",
        "◯",
        "有",
        "有り",
        "あり",
        "可",
        "同意する",
        "同意します",
        "同意",
        "する",
        "レ",
        "✓",
        "✔",
        "☑",
        "希望する",
        "真",
    }
)
_FALSE = frozenset(
    {
        "false",
        "0",
        "off",
        "no",
        "n",
        "f",
        "いいえ",
        "×",
        "✕",
        "x",
        "無",
        "無し",
        "なし",
        "否",
        "不可",
        "同意しない",
        "しない",
        "☐",
        "希望しない",
        "偽",
    }
)


def read_bool(field: Field, typed: Any, _context: Context) -> Read:
    """Yes or no."""
    if isinstance(typed, (int, float)) and typed in (0, 1):
        return Read(bool(typed))
    if isinstance(typed, str):
        word = fold(typed)
        if word in _TRUE:
            return Read(True)
        if word in _FALSE:
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
