"""Two cells pasted into one: which parts of a typed text belong into which fields. Only where the text leaves one way (TXT-018).

A split names the fields and what of the text is for each, as typed. It is taken when every part is understood and the other field is
empty or says the same; `registry` sees to that.
"""

import re
import unicodedata
from collections.abc import Callable

from keynet_admin.catalogue import reference as ref
from keynet_admin.catalogue.folding import unify_ideographs
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.normalise import characters as ch

Parts = dict[str, str]
_NAMES = (("contact_last", "contact_first"), ("contact_last_kana", "contact_first_kana"))
_KANA_OF = {"contact_last": "contact_last_kana", "contact_first": "contact_first_kana", "org_name": "org_kana"}
_READING_BEHIND = re.compile(r"(?P<own>[^()（）]+)[(（](?P<kana>[ぁ-ヿ\uff66-\uff9f\s]+)[)）]").fullmatch
_MARK = r"(?:〒|郵便番号\s*[:：]?)"
_CODE = r"[0-9０-９]{3}\s?[-‐‑–—−ー－]?\s?[0-9０-９]{4}"
_ZIP_FIRST = re.compile(
    rf"(?:{_MARK}\s*(?={_CODE})|(?=[0-9０-９]{{3}}\s?[-‐‑–—−ー－])|(?=[0-9０-９]{{7}}\s))(?P<zip>{_CODE})\s*(?P<address>[^\s0-9０-９\-‐‑–—−ー－].*)",
    re.DOTALL,
).fullmatch
_ZIP_LAST = re.compile(rf"(?P<address>[^〒]*?\S)\s*[(（]?〒\s*(?P<zip>{_CODE})[)）]?").fullmatch
_LETTER = re.compile("[ぁ-ゖァ-ヺ一-龠]").search
_EXTENSION_LAST = re.compile(
    r"(?P<tel>[^\t内]{9,20}?)\s*(?:\t\s*(?:内線(?:番号)?)?|内線(?:番号)?)\s*[:：]?\s*(?P<ext>[0-9０-９]{1,6})"
).fullmatch
_CODE_FIRST = re.compile(r"(?P<code>[0-9０-９]{6})[\s:：、,(（]*(?P<name>[^\s0-9０-９()（）]+)[)）]?").fullmatch
_CODE_LAST = re.compile(r"(?P<name>[^\s0-9０-９()（）]+)[\s:：、,(（]*(?P<code>[0-9０-９]{6})[)）]?").fullmatch


def parts_of(name: str, typed: str, context: Context) -> Parts | None:
    """The parts of a text typed into a field, by the name of their field (one of them `name`); None when it is one value."""
    splitter = _SPLITTERS.get(name)
    return splitter(name, ch.INVISIBLE.sub("", typed).strip(), context) if splitter is not None and len(typed) <= 400 else None


def _person(name: str, text: str, _context: Context) -> Parts | None:
    reading = _READING_BEHIND(text) if name in _KANA_OF else None
    if reading is not None:
        return {name: reading["own"], _KANA_OF[name]: reading["kana"]}
    pair = next((pair for pair in _NAMES if name in pair), None)
    words = text.split()
    return dict(zip(pair, words, strict=True)) if pair is not None and len(words) == 2 else None


def _organization(name: str, text: str, context: Context) -> Parts | None:
    found = _CODE_LAST(text) or _CODE_FIRST(text)
    if found is None:
        return _person(name, text, context)
    code = ch.squeeze(found["code"])
    body = ref.municipality(code)
    same = body is not None and ref.fold_name(body.name) == ref.fold_name(unify_ideographs(found["name"]))
    return {"lg_code": code, "org_name": found["name"]} if same else None


def _postal(name: str, text: str, _context: Context) -> Parts | None:
    found = _ZIP_FIRST(text) or _ZIP_LAST(text)
    # As it will be read: a second reading of what this one makes must split, or not, just the same.
    if found is None or _LETTER(unicodedata.normalize("NFKC", unify_ideographs(found["address"]))) is None:
        return None
    own = name.partition("_")[0]
    return {f"{own}_zip": found["zip"], f"{own}_address": found["address"]}


def _extension(name: str, text: str, _context: Context) -> Parts | None:
    if name == "contact_tel" and "\t" not in text:
        return None  # read_phone knows 内線 by itself
    found = _EXTENSION_LAST(text)
    return {"contact_tel": found["tel"], "contact_ext": found["ext"]} if found is not None else None


def _twice(_name: str, text: str, _context: Context) -> Parts | None:
    words = re.split(r"[\s,;、；，]+", text)
    return dict.fromkeys(("contact_email", "contact_email2"), words[0]) if len(words) == 2 and words[0] == words[1] else None


def _place(_name: str, text: str, context: Context) -> Parts | None:
    """日向市中町9番10号: the longest name of a body of the sending prefecture with which the text begins, and what follows."""
    plain = unify_ideographs(text)
    here = ref.prefecture(context.pref)
    start = len(here.name) if here is not None and plain.startswith(here.name) else 0
    for end in range(min(len(plain) - 1, start + 20), start + 1, -1):
        if plain[end - 1] in "市区町村" and any(m.prefecture_code == context.pref for m in ref.municipalities_named(plain[start:end])):
            rest = plain[end:]
            address = re.search(r"[0-9０-９〇一二三四五六七八九十]", rest) is not None and re.match(r"[・、,／/と]", rest.strip()) is None
            return {"venue_city": plain[:end], "venue_address": rest.strip()} if address else None
    return None


_SPLITTERS: dict[str, Callable[[str, str, Context], Parts | None]] = {
    **dict.fromkeys((name for pair in _NAMES for name in pair), _person),
    **dict.fromkeys(("org_name", "lg_code"), _organization),
    **dict.fromkeys(("org_zip", "org_address", "venue_zip", "venue_address"), _postal),
    **dict.fromkeys(("contact_tel", "contact_ext"), _extension),
    **dict.fromkeys(("contact_email", "contact_email2"), _twice),
    "venue_city": _place,
}
