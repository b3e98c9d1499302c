"""Rules about passing postings on (SHARE): to the Nurse Center, to Save the town, to private agencies.

SHARE-004 needs what was sent; it stands here as a pure function. SHARE-005 is a fix: the engine applies it before the posting is judged.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from keynet_admin.rules.engine.posting_values import NURSING, duties, missing
from keynet_admin.rules.engine.row import ERROR, WARNING, example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.words.plain import text_of

_DOCTORS_WORK: Final = re.compile(r"予診|問診|接種(?!会場|センター)|注射|診察|診療")


def check_save_the_town(scope: Scope) -> Iterator[Hit]:
    """SHARE-001: what a doctor wants to know before a posting is sent to Save the town (S12)."""
    if scope.get("job_type") != "physician" or scope.get("share_stt") is not True or scope.partial:
        return
    lacking = [
        (name, label)
        for name, label in (
            ("shifts", "日時（勤務時間帯）"),
            ("pay_lines", "報酬の額"),
            ("venue_name", "会場"),
            ("venue_address", "会場の住所"),
            ("access", "交通手段"),
        )
        if missing(scope, name)
    ]
    if (
        not duties(scope) & {"pre_check", "injection"}
        and f"{scope.prefix}duties" not in scope.unread
        and not _DOCTORS_WORK.search(text_of(scope, "duty_detail"))
    ):
        lacking.append(("duties", "予診か接種かの別"))
    if lacking:
        yield Hit(
            lacking[0][0],
            f"Save the town に提供するには、{'・'.join((label for _, label in lacking))}が必要です。",
            why="医師は日時・場所・報酬・業務を見て応募を決めます。",
            how="入力するか、「Save the town への提供」のチェックを外してください。",
            example="最寄り駅から徒歩10分",
        )


def check_nurse_center(scope: Scope) -> Iterator[Hit]:
    """SHARE-002: what the Nurse Center of the workplace's prefecture needs (S19)."""
    if scope.get("job_type") not in NURSING or scope.get("share_nc") is not True:
        return
    need = "ナースセンターに提供する募集には、"
    if missing(scope, "public_contact"):
        yield Hit(
            "public_contact",
            f"{need}問い合わせ先が必要です。",
            how="部署名を入力してください。",
            level=ERROR,
            example="健康づくり課 予防係",
        )
    if missing(scope, "deadline_type") or (scope.get("deadline_type") == "date" and missing(scope, "deadline")):
        name = "deadline_type" if missing(scope, "deadline_type") else "deadline"
        yield Hit(
            name, f"{need}締切が必要です。", how="締切日を入力するか、「充足次第」を選んでください。", level=WARNING, example="2021-05-28"
        )
    if missing(scope, "venue_city"):
        yield Hit(
            "venue_city",
            f"{need}勤務場所の市区町村が必要です。",
            why="提供先は勤務場所の都道府県で決まります。",
            level=WARNING,
            example="日向市",
        )


def check_hidden_sharing(scope: Scope) -> Iterator[Hit]:
    """SHARE-003: a posting that is not published has nothing to pass on to private agencies."""
    if scope.get("visibility") == "private" and scope.get("share_private") is True:
        yield Hit(
            "share_private",
            "非公開の募集は、民間事業者に提供できません。",
            why="民間事業者への情報提供は公開中の内容に限ります。",
            how="公開の範囲か提供の選択を直してください。",
            example="いいえ",
        )


def fix_receivers(scope: Scope) -> Iterator[Hit]:
    """SHARE-005: the receivers follow from the job; what does not suit it is switched off."""
    if scope.unused.get("share_nc") is True:
        yield Hit("share_nc", "看護職の募集ではないため、ナースセンターへの提供を「いいえ」にしました。", value=False, example="いいえ")
    if scope.unused.get("share_stt") is True:
        yield Hit("share_stt", "医師の募集ではないため、Save the town への提供を「いいえ」にしました。", value=False, example="いいえ")


_PHYSICIAN: Final[dict[str, Any]] = {
    "job_type": "physician",
    "title": "集団接種会場の医師",
    "licenses": ["physician"],
    "duties": ["pre_check", "emergency"],
    "pay_lines.0.min": 10000,
    "share_nc": False,
    "share_stt": True,
    "duty_detail": "問診を行い、接種してよいかどうかを判断します。具合の悪くなった方への対応もお願いします。",
}
_HIDDEN = "一部非公開の募集"

RULES: tuple[Rule, ...] = (
    warning_row(
        "SHARE-001",
        ("share_stt", "shifts", "pay_lines", "venue_name", "access", "duties"),
        basis="Save the town の募集 [S12]",
        what="Save the town に提供する医師の募集には、日時・報酬・場所・交通・予診か接種かを示すこと",
        why="医師は日時と場所、報酬、業務を見て応募を決めます。見出しだけでは応募がありません。",
        how="足りない項目を入力してください。",
        good=(example("日時・報酬・場所・交通・予診がそろっている", **_PHYSICIAN, access="最寄り駅から徒歩10分"),),
        bad=(example("交通手段が空欄", _PHYSICIAN),),
        check=check_save_the_town,
    ),
    row(
        "SHARE-002",
        ("share_nc", "public_contact", "deadline", "venue_city"),
        (ERROR, WARNING),
        basis="ナースセンターへの提供 [S19]",
        what="ナースセンターに提供する看護職の募集には、問い合わせ先と締切、勤務場所の市区町村を示すこと",
        why="勤務場所の都道府県のナースセンターに届き、登録した方に紹介されます。",
        how="足りない項目を入力してください。",
        good=(example("宮崎県・問い合わせ先あり", public_contact="健康づくり課 予防係"),),
        bad=(example("問い合わせ先が空欄", public_contact=None),),
        check=check_nurse_center,
    ),
    row(
        "SHARE-003",
        ("visibility", "share_nc", "share_stt", "share_private"),
        basis=f"{_HIDDEN} [S05]",
        what="公開しない募集は、同意と同じ伏せ方がなければ提供しないこと",
        why="伏せた団体名が提供先から知られると、伏せた意味がなくなります。",
        how="民間事業者への提供を「いいえ」にするか、公開の範囲を見直してください。",
        good=(example("伏せた内容のまま提供", visibility="masked", title="県北の市の接種会場の看護師", share_private=False),),
        bad=(example("非公開の募集を民間事業者に提供", visibility="private", share_private=True),),
        check=check_hidden_sharing,
    ),
    warning_row(
        "SHARE-004",
        (),
        basis="募集が終わったら速やかに終了する [S08, S23]",
        what="終了した募集は、提供先にも終了を知らせること",
        why="提供先で募集が残ると、終わった募集への応募が続きます。",
        how="提供先ごとに終了の連絡を確かめてください。",
        good=(example("すべての提供先に終了を連絡"),),
        bad=(example("終了した募集が配信されている"),),
        planned=True,
    ),
    fix_row(
        "SHARE-005",
        ("job_type", "share_nc", "share_stt"),
        basis="提供先と職種 [S01]",
        what="看護職でない募集のナースセンター提供、医師でない募集の Save the town 提供を「いいえ」にします",
        why="提供先は職種で決まっています。",
        how="自動で直します。",
        good=(example("看護師はナースセンターへ", share_nc=True, share_stt=False),),
        bad=(example("看護師の募集を Save the town へ", share_stt=True),),
        fix=fix_receivers,
    ),
)
