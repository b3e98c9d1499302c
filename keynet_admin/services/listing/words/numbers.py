"""Numbers that people type: of a posting, and of an hour's pay."""

import re
import unicodedata
from typing import Final

from keynet_admin.services import counter

LEAST_PAY, MOST_PAY = 700, 50_000
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_PAY: Final = re.compile(
    r"(?P<hour>時給|時間給|時間額|1時間)?\s*(?P<yen>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{3,6})\s*(?P<unit>円)?\s*(?:以上|より高い|から|~|〜|～|台|/時|毎時)?"
)
_OTHER_UNIT: Final = re.compile(r"(?:日給|日額|月給|月額|月収|年収|1回|1日|日当)\s*$")


def posting_no(q: str) -> str:
    """The posting number that a whole query is, in any spelling with its letters (KN-P-000379, knp379, ｐ３７９); "" for anything else."""
    known = counter.typed(q)
    if known:
        return known if known.startswith("KN-P-") else ""
    plain = re.sub(r"[\s\-ー−]", "", unicodedata.normalize("NFKC", q[:40]).upper())
    found = re.fullmatch(r"(?:KN)?P(?:NO\.?)?([0-9]{1,9})", plain)
    return f"KN-P-{int(found[1]):06d}" if found else ""


def bare(q: str) -> str:
    """The posting number that a query of digits alone may mean (３７９, 000379); "" for anything else, and for what is an hour's pay (1500)."""
    plain = unicodedata.normalize("NFKC", q[:40]).strip().removeprefix("#").removeprefix("No.")
    if not _DIGITS.fullmatch(plain) or is_pay(plain):
        return ""
    return f"KN-P-{int(plain):06d}"


def is_pay(digits: str) -> bool:
    """Whether digits alone are read as an hour's pay: four of them, without a zero before, and no year of these."""
    return len(digits) == 4 and digits[0] != "0" and not 2019 <= int(digits) <= 2030


def pay(q: str) -> tuple[int, str, str]:
    """The least pay of an hour that a query names, the words for it, and the query without them; 0 for none. 1500円以上, 時給2,300円, 1500."""
    plain = unicodedata.normalize("NFKC", q)
    for found in _PAY.finditer(plain):
        yen = int(found["yen"].replace(",", ""))
        before, after = plain[: found.start()], plain[found.end() :]
        alone = (not before or before[-1].isspace()) and (not after or after[0].isspace())
        named = found["hour"] or found["unit"] or (alone and is_pay(found["yen"].replace(",", "")))
        if not named or not LEAST_PAY <= yen <= MOST_PAY or _OTHER_UNIT.search(before) or (before[-1:].isalnum() and before[-1:].isascii()):
            continue
        if after[:1].isdigit() or (not found["unit"] and after[:1] in tuple("人名日年月回件時分歳")):
            continue
        return yen, found[0].strip(), f"{before} {after}".strip()
    return 0, "", q
