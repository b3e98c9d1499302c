"""A value of text, kana, contacts, codes and places that is understood stays the same: read again, in another width, with blanks around it."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keynet_admin.catalogue import Kind
from keynet_admin.rules.engine.result import Context
from keynet_admin.rules.engine.rule import Level
from tests.rules.reading import ON, normalise
from tests.rules.test_properties import FIELDS

KINDS = (
    Kind.TEXT,
    Kind.AREA,
    Kind.NAME,
    Kind.ADDRESS,
    Kind.KANA,
    Kind.DIGITS,
    Kind.LG_CODE,
    Kind.ZIP,
    Kind.PHONE,
    Kind.EMAIL,
    Kind.URL,
    Kind.MUNICIPALITY,
)
# In a text the width of a letter is the writer's; in all others it means nothing.
OF_ONE_WIDTH = frozenset(KINDS) - {Kind.TEXT, Kind.AREA, Kind.NAME, Kind.ADDRESS}
NAMES = frozenset(
    {"contact_last", "contact_last_kana", "contact_ext", "lg_code", "org_name", "org_zip", "org_address", "venue_city", "access"}
)
SOME = list({(f.kind, f.name if f.name in NAMES else "", f.required is None): f for f in FIELDS if f.kind in KINDS}.values())
WIDE = {point: point + 0xFEE0 for point in range(0x21, 0x7F)} | {0x20: 0x3000}

PIECES = (
    *"0123456789０９-－−ーｰ‐―()（）・.．,:：@＠/ 　\n\t",
    *"カガがｶﾞﾊﾟはハ゛゜\u3099\u309a\u200b\u202a\u202c",
    *"電代表番内線なし無該当特に町市区県の局一〇九",
    "0982", "-00-", "0012", "090", "内線205", "（代）", "電話", "TEL", "FAX", "883-0046", "〒", "日向市", "宮崎県", "452068", "45206", "北区",
    "kenko@city.example.lg.jp", "https://", "www.city.example.jp", "/a", "カワベ", "川辺", "花子", "センタ-", "センター", "１ー２", "⽇", "⻘", "なし", "N/A", "中町9番9号",
)  # fmt: skip
TYPED = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join),
    st.text(st.one_of(st.sampled_from("".join(PIECES)), st.characters()), max_size=20),
)


@pytest.mark.parametrize("field", SOME, ids=lambda f: f"{f.kind}-{f.name}")
@settings(max_examples=150, deadline=None)
@given(typed=TYPED, before=st.sampled_from(["", " ", "　", "\n", "\t "]), after=st.sampled_from([" ", "　", "\n", "\r\n", "\u2028", " \t"]))
@example(typed="0982-00-0012", before="", after="\r\n")
@example(typed="カ゛カﾞｶﾞ", before="　", after=" ")
@example(typed="-\u200b", before="", after=" ")
@example(typed="\u200b川辺 花子", before="", after=" ")
@example(typed="\u2022", before="", after=" ")
@example(typed="883-0046⽇", before="", after=" ")
@example(typed="883-0046・０", before="", after=" ")
@example(typed="883-0046カ0", before="", after=" ")
@example(typed="883-0046ｶ", before="", after=" ")
def test_the_same_reading(field, typed, before, after):
    context = Context(ON, "45", body="452068")
    first = normalise(field, typed, context)
    for note in first.notes:
        for choice in note.choices:
            offered = normalise(field, choice, context)
            assert offered.understood or field.kind is Kind.MUNICIPALITY, choice
    if not first.understood:
        return
    again = normalise(field, first.value, context)
    assert (again.value, again.understood, dict(again.also)) == (first.value, True, {})
    assert not [note for note in again.notes if note.level is Level.FIX]
    spaced = normalise(field, f"{before}{typed}{after}", context)
    assert (spaced.value, dict(spaced.also)) == (first.value, dict(first.also))
    if field.kind in OF_ONE_WIDTH and "\\" not in typed:
        wide = normalise(field, typed.translate(WIDE), context)
        assert (wide.value, set(wide.also)) == (first.value, set(first.also))  # an address beside it keeps its width
