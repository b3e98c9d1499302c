"""What somebody is asked who applies for a posting (`APPLICANT`) or asks about it (`INQUIRY`), without an account.

No sex, birthplace, family, photograph, licence number or copies (domain.md, "Applicant form").
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final

from keynet_admin.catalogue import reference
from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, When
from keynet_admin.catalogue.fields.posting_offer import OFFER
from keynet_admin.catalogue.fields.posting_terms import DAYS

CONSULT: Final = "consult"
PARTS: Final = (("morning", "午前"), ("afternoon", "午後"), ("evening", "夜"), ("night", "深夜"))
# The first minute of each part: a shift belongs to the part in which it begins.
_BEGINS: Final = {"morning": 5 * 60, "afternoon": 12 * 60, "evening": 17 * 60, "night": 22 * 60}
_ASSISTANT: Final = When("licenses", ("assistant_nurse",))
_LICENSES: Final = next(field for field in OFFER if field.name == "licenses")
# Asked of applicants only where the posting names them.
_ON_REQUEST: Final = frozenset({"driving", "none"})


def _contact(help_mail: str, help_tel: str) -> tuple[Field, ...]:
    return (
        Field("email", "メールアドレス", Kind.EMAIL, max_length=254, help=help_mail),
        Field("tel", "電話番号", Kind.PHONE, max_length=15, help=help_tel),
    )


_CONSENT: Final = Field("consent", "目的と保存期間を確認し、同意します", Kind.BOOL, required=ALWAYS)

APPLICANT: tuple[Field, ...] = (
    Field("family_name", "姓", Kind.NAME, required=ALWAYS, max_length=35),
    Field("given_name", "名", Kind.NAME, required=ALWAYS, max_length=35),
    Field("family_kana", "セイ（カナ）", Kind.KANA, required=ALWAYS, max_length=35, help="読みがない方は「シ」と入力してください。"),
    Field("given_kana", "メイ（カナ）", Kind.KANA, required=ALWAYS, max_length=35, help="読みがない方は「メイ」と入力してください。"),
    *_contact("例：hanako@mail.example", "例：0982-00-0012"),
    replace(
        _LICENSES,
        label="お持ちの免許",
        help="免許の番号や写しは送らないでください。確認は、内定のときに原本で行います。",
    ),
    Field(
        "licence_prefecture",
        "准看護師の登録都道府県",
        Kind.CHOICE,
        required=_ASSISTANT,
        applies=_ASSISTANT,
        help="准看護師の方は、免許を登録した都道府県を選んでください。",
        choices=tuple(Choice(item.code, item.name) for item in reference.prefectures()),
    ),
    Field("licence_year", "免許を受けた年", Kind.TEXT, max_length=12, help="例：2009年、平成21年"),
    Field(
        "availability",
        "希望する曜日と時間帯",
        Kind.MULTI,
        required=ALWAYS,
        help="入れる枠を、すべて選んでください。あとから変わっても構いません。",
        choices=(
            *(Choice(f"{day.slug}-{part}", f"{day.label}の{word}") for day in DAYS for part, word in PARTS),
            Choice(CONSULT, "決まっていないので相談したい"),
        ),
    ),
    Field(
        "working",
        "いまのお仕事",
        Kind.CHOICE,
        help="離職中だった方が何名働き始めたかを、人数だけで国に報告するために伺います。選考には関わりません。",
        choices=(Choice("working", "就業中"), Choice("not_working", "離職中")),
    ),
    Field("from", "いつから", Kind.TEXT, max_length=20, help="例：6月1日、すぐに"),
    Field("until", "いつまで", Kind.TEXT, max_length=20, help="例：9月30日、未定"),
    Field("online_interview", "オンライン面接ができます", Kind.BOOL),
    Field(
        "message",
        "伝えたいこと",
        Kind.AREA,
        max_length=400,
        help="経験やブランク、質問など。病歴・本籍・マイナンバーは書かないでください。",
    ),
    _CONSENT,
)

INQUIRY: tuple[Field, ...] = (
    Field(
        "message",
        "質問の内容",
        Kind.AREA,
        required=ALWAYS,
        max_length=1000,
        help="病歴・本籍・マイナンバーは書かないでください。",
    ),
    Field("family_name", "姓", Kind.NAME, max_length=35, help="書かなくても質問できます。"),
    Field("given_name", "名", Kind.NAME, max_length=35, help="書かなくても質問できます。"),
    *_contact("例：hanako@mail.example", "例：0982-00-0012"),
    _CONSENT,
)


def slots(posting: Mapping[str, Any]) -> dict[str, list[str]]:
    """The day parts of a posting's own shifts: `sat-afternoon` → its hours (`13:00～17:30`), in the order of the week."""
    found: dict[str, list[str]] = {}
    for shift in posting.get("shifts") or ():
        start, end = str(shift.get("start") or ""), str(shift.get("end") or "")
        hours, _, minutes = start.partition(":")
        if not (hours.isdigit() and minutes.isdigit()):
            continue
        moment = int(hours) * 60 + int(minutes)
        part = next((name for name, first in reversed(_BEGINS.items()) if moment >= first), "night")
        span = f"{start}～{'翌' if shift.get('end_next_day') is True else ''}{end}"
        for day in shift.get("days") or ():
            spans = found.setdefault(f"{day}-{part}", [])
            if span not in spans:
                spans.append(span)
    order = [f"{day.slug}-{part}" for day in DAYS for part, _ in PARTS]
    return {slug: found[slug] for slug in order if slug in found}


def asked_for(section: tuple[Field, ...], posting: Mapping[str, Any]) -> tuple[Field, ...]:
    """The fields of a section as this posting asks for them: its own shifts, and of the licences only what it may need."""
    needed, online = posting.get("licenses") or (), "online_interview" in (posting.get("selection") or ())
    made = []
    for field in section:
        if field.name == "licenses":
            field = _with_choices(field.name, tuple(c.slug for c in field.choices if c.slug not in _ON_REQUEST or c.slug in needed))
        elif field.name == "availability":
            field = _with_choices(field.name, (*slots(posting), CONSULT))
        if field.name != "online_interview" or online:
            made.append(field)
    return tuple(made)


@cache
def _with_choices(name: str, slugs: tuple[str, ...]) -> Field:
    """A field of `APPLICANT` with some of its choices. Kept, for the normalisers keep an index for each field that they meet."""
    field = next(field for field in APPLICANT if field.name == name)
    return replace(field, choices=tuple(choice for choice in field.choices if choice.slug in slugs))
