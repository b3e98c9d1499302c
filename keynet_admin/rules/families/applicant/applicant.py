"""Rules APP-001 to APP-007: who applies for a posting or asks about it. APP-005 needs what is stored (`services/candidate/intake.py`)."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from keynet_admin.catalogue import posting_field
from keynet_admin.rules.engine.row import example, fix_row, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.normalise import characters as ch
from keynet_admin.rules.words.papers import HEALTH


def check_old_address(scope: Scope) -> Iterator[Hit]:
    """APP-001: an address with `..` or `.@`, as mobile carriers gave them out until 2009, and no other way to reach the person."""
    address = scope.get("email")
    if isinstance(address, str) and (".." in address or ".@" in address) and not scope.get("tel"):
        yield Hit(
            "email",
            "「..」や「.@」のある携帯電話会社の古いアドレスです。",
            why="このまま受け付けますが、返信が届かないことがあります。",
            how="電話番号も入力していただくと確実です。",
            example="電話番号 0982-00-0012",
        )


def check_prefecture(scope: Scope) -> Iterator[Hit]:
    """APP-002: an assistant nurse names the prefecture of the licence."""
    given = scope.record.get("licence_prefecture") or scope.path("licence_prefecture") in scope.unread
    if "assistant_nurse" in (scope.get("licenses") or ()) and not given:
        yield Hit(
            "licence_prefecture",
            "准看護師の免許を登録した都道府県が選ばれていません。",
            why="准看護師の免許は都道府県知事の免許です。",
            how="登録した都道府県を選んでください。",
            example="鹿児島県",
        )


def check_licence(scope: Scope) -> Iterator[Hit]:
    """APP-003: one of the licences is one that the posting asks for. Public health nurses and midwives may do a nurse's work."""
    posting = scope.document.get("posting") or {}
    wanted = [slug for slug in posting.get("licenses") or () if slug not in ("driving", "other", "none")]
    held = set(scope.get("licenses") or ())
    held |= {"nurse"} if held & {"public_health_nurse", "midwife"} else set()
    if wanted and held and not held & set(wanted):
        names = "・".join(posting_field("licenses").label_of(slug) for slug in wanted)
        yield Hit(
            "licenses",
            f"この募集に必要な免許は、{names}です。",
            how="選び間違いでないか、ご確認ください。このまま送ることもできます。",
            example=posting_field("licenses").label_of(wanted[0]),
        )


def fix_reading(scope: Scope) -> Iterator[Hit]:
    """APP-004: a name without kanji needs no reading from its bearer: that of kana is written in it, any other gets a placeholder."""
    if scope.prefix != "applicant.":
        return
    for kana, of, instead in (("family_kana", "family_name", "シ"), ("given_kana", "given_name", "メイ")):
        name = str(scope.get(of) or "")
        if scope.record.get(kana) or scope.path(kana) in scope.unread or not name or any(_is_kanji(letter) for letter in name):
            continue
        reading = ch.hiragana_to_katakana(name)
        value = reading if re.fullmatch("[ァ-ヴー・]+", reading) else instead
        yield Hit(kana, f"フリガナがないため「{value}」としました。", value=value, example=instead)


def _is_kanji(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("CJK ", "IDEOGRAPHIC"))


def check_consent(scope: Scope) -> Iterator[Hit]:
    """APP-006: the purpose was shown and agreed to."""
    if scope.record.get("consent") is not True:
        yield Hit(
            "consent",
            "目的と保存期間への同意にチェックがありません。",
            how="「個人情報の扱い」をお読みのうえ、チェックしてください。",
            example="チェックあり",
        )


_MY_NUMBER: Final = re.compile(r"(?<![\d-])\d{4}[- ]?\d{4}[- ]?\d{4}(?![\d-])|マイナンバー|個人番号")
_OWN: Final = re.compile(r"本籍|既往|通院(?:中|して)|服薬(?:中|して)|療養(?:中|して)|障害者手帳|うつ病|妊娠")


def check_private(scope: Scope) -> Iterator[Hit]:
    """APP-007: a number of twelve digits, the domicile or an illness in the free text."""
    text = unicodedata.normalize("NFKC", str(scope.get("message") or ""))
    found = [match.group() for pattern in (_MY_NUMBER, _OWN, HEALTH) for match in pattern.finditer(text)]
    if found:
        words = "・".join(dict.fromkeys("12桁の数字" if word[0].isdigit() else word for word in found))
        yield Hit(
            "message",
            f"選考に要らない個人の情報（{words}）が書かれているようです。",
            why="必要のない人の目に触れると、元に戻せません。",
            how="なくてよければ消してください。このまま送ると、担当者の一覧では隠します。",
            example="土日の午後に勤務できます。",
        )


RULES: tuple[Rule, ...] = (
    warning_row(
        "APP-001",
        ("applicant.email", "applicant.tel"),
        basis="携帯電話会社の古いアドレス [S66]",
        what="「..」や「.@」を含む携帯電話会社のアドレスも受け付け、別の連絡先も聞くこと",
        why="2009年より前に作られたアドレスには、返信が届かないことがあります。",
        how="電話番号も入力してください。",
        good=(example("a.b@docomo.ne.jp", {"applicant.email": "a.b@docomo.ne.jp"}),),
        bad=(
            example("a..b@docomo.ne.jp", {"applicant.email": "a..b@docomo.ne.jp"}),
            example("a.@docomo.ne.jp", {"applicant.email": "a.@docomo.ne.jp"}),
        ),
        check=check_old_address,
    ),
    row(
        "APP-002",
        ("applicant.licence_prefecture",),
        basis="保健師助産師看護師法（知事免許） [S48, S50]",
        what="准看護師の応募には、免許を登録した都道府県を選ぶこと",
        why="准看護師の免許は都道府県ごとに登録されています。",
        how="登録した都道府県を選んでください。",
        good=(example("鹿児島県", {"applicant.licenses": ["assistant_nurse"], "applicant.licence_prefecture": "鹿児島県"}),),
        bad=(example("空欄", {"applicant.licenses": ["assistant_nurse"]}),),
        check=check_prefecture,
    ),
    warning_row(
        "APP-003",
        ("applicant.licenses",),
        basis="保健師助産師看護師法ほか [S48]",
        what="応募する方の免許が、募集に必要な免許に合うこと",
        why="免許が合わないと採用できず、応募した方の時間も奪います。",
        how="免許の選び間違いでないか確かめてください。",
        good=(example("看護師免許で看護師に応募", {"applicant.licenses": ["nurse"]}),),
        bad=(example("薬剤師免許で看護師に応募", {"applicant.licenses": ["pharmacist"]}),),
        check=check_licence,
    ),
    fix_row(
        "APP-004",
        ("applicant.family_kana", "applicant.given_kana"),
        basis="氏名の入力の慣行 [S64]",
        what="フリガナのない外国の方の氏名は、仮のフリガナで受け付けること",
        why="読みがないことを理由に応募を断ることはできません。",
        how="自動で「シ」「メイ」を入れます。",
        good=(example("シ／メイ", {"applicant.family_kana": "シ", "applicant.given_kana": "メイ"}),),
        bad=(
            example(
                "フリガナのない Nguyen Lan",
                {
                    "applicant.family_name": "Nguyen",
                    "applicant.given_name": "Lan",
                    "applicant.family_kana": "",
                    "applicant.given_kana": "",
                },
            ),
        ),
        fix=fix_reading,
    ),
    warning_row(
        "APP-005",
        ("applicant.email",),
        basis="二重の送信",
        what="同じ募集への24時間以内の再応募を、自治体に知らせること",
        why="同じ応募が2件になると、人数の集計が狂います。",
        how="二重の送信でないか確かめます。",
        good=(example("1回だけ応募"),),
        bad=(example("同じアドレスから同じ日に2回応募"),),
        runs_in="keynet_admin.services.candidate.intake.double_send",
    ),
    row(
        "APP-006",
        ("applicant.consent", "inquiry.consent"),
        basis="職業安定法第5条の5、個人情報保護法 [S90, S93b]",
        what="利用目的を示し、同意を得てから送信すること",
        why="画面への入力は書面による直接の取得に当たり、目的を先に示す必要があります。",
        how="利用目的を確かめ、同意にチェックしてください。",
        good=(example("同意にチェックあり", {"applicant.consent": True}),),
        bad=(example("同意にチェックなし", {"applicant.consent": False}),),
        check=check_consent,
    ),
    warning_row(
        "APP-007",
        ("applicant.message", "inquiry.message"),
        basis="職業安定法第5条の5 [S90]",
        what="自由記入にマイナンバー・本籍・病気のことを書かないこと。書かれたときは一覧に出しません",
        why="必要のない人の目に触れると、元に戻せません。",
        how="一覧では隠し、担当者が開いたときだけ表示します。",
        good=(example("土日の午後に勤務できます。", {"applicant.message": "土日の午後に勤務できます。"}),),
        bad=(
            example("病歴は…", {"applicant.message": "病歴は3年前に手術が1回です。"}),
            example("1234 5678 9012", {"applicant.message": "番号は1234 5678 9012です。"}),
        ),
        check=check_private,
    ),
)
