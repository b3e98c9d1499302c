"""Rules about applicants and enquiries (APP), as pure functions over one application; the places named in the rows call them.

An applicant's data are handled by 職業安定法5条の5 (S90); nothing here is ever run by the public entry check.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from keynet_admin.rules.engine.rule import Example, Hit, Level, Rule
from keynet_admin.rules.words.plain import plain

E, W, F = Level.ERROR, Level.WARNING, Level.FIX
DOUBLE_SEND: Final = timedelta(hours=24)
ANSWER_DAYS: Final = 3
PLACEHOLDER: Final = ("シ", "メイ")
_OLD_CARRIERS: Final = ("docomo.ne.jp", "ezweb.ne.jp", "au.com")
# A licence that includes another job's work: 保健師 and 助産師 may do nursing work (保健師助産師看護師法31条2項, S48 S99).
_FITS: Final[Mapping[str, frozenset[str]]] = {
    "nurse": frozenset({"nurse", "public_health_nurse", "midwife"}),
    "assistant_nurse": frozenset({"assistant_nurse", "nurse", "public_health_nurse", "midwife"}),
}
_NO_LICENCE: Final = frozenset({"clerical", "other"})


def check_mail(address: str) -> list[Hit]:
    """APP-001: an address with `..` or `.@` at an old carrier may not be deliverable; it is kept, a second way is asked for (S66)."""
    local, _, domain = address.strip().lower().rpartition("@")
    if domain in _OLD_CARRIERS and (".." in local or local.endswith(".")):
        message = "このメールアドレスには返信が届かないことがあります。別のメールアドレスか電話番号も入力してください。"
        return [Hit("email", message, W, example="電話番号も入力")]
    return []


def check_licence_prefecture(licences: Iterable[str], prefecture: str | None) -> list[Hit]:
    """APP-002: 准看護師 hold a governor's licence, so the prefecture is needed (S48 S50). `prefecture`: two digits or empty."""
    if "assistant_nurse" in set(licences) and not prefecture:
        return [
            Hit("licence_prefecture", "准看護師の免許は都道府県知事の免許です。登録した都道府県を選んでください。", E, example="鹿児島県")
        ]
    return []


def check_licence_fits(job_type: str, licences: Iterable[str], *, also_junior: bool = False) -> list[Hit]:
    """APP-003: no licence of the applicant fits the posting's job. `also_junior`: the posting takes 准看護師, too."""
    if job_type in _NO_LICENCE:
        return []
    accepted = _FITS.get(job_type, frozenset({job_type}))
    if also_junior and job_type == "nurse":
        accepted = accepted | {"assistant_nurse"}
    if accepted & set(licences):
        return []
    return [Hit("licences", "募集の職種に必要な免許が選ばれていません。お持ちの免許をご確認ください。", W, example="看護師免許")]


def reading_or_placeholder(name: str, last_kana: str, first_kana: str) -> tuple[str, str, bool]:
    """APP-004: kana of a name, with 「シ」「メイ」 put in for a foreign name without reading (S64). The bool tells that it was put in.

    A name with Japanese characters keeps its empty reading: the form asks for it.
    """
    if (last_kana.strip() or first_kana.strip()) or not name.strip() or re.search(r"[一-龠々ぁ-んァ-ヴ]", name):
        return last_kana, first_kana, False
    return (*PLACEHOLDER, True)


def check_double_send(email: str, sent_at: datetime, earlier: Iterable[tuple[str, datetime]]) -> list[Hit]:
    """APP-005: the same mail address applied to the same posting within 24 hours. `earlier`: address and time of its applications."""
    address = email.strip().lower()
    if any(other.strip().lower() == address and timedelta(0) <= sent_at - when < DOUBLE_SEND for other, when in earlier):
        return [
            Hit(
                "email",
                "同じメールアドレスから、この募集への応募を24時間以内に受け付けています。二重の送信でないかご確認ください。",
                W,
                example="応募は1回",
            )
        ]
    return []


def check_consent(*, purpose_shown: bool, consent: bool) -> list[Hit]:
    """APP-006: the purpose is shown and consent is given before anything is sent (S90 S93b)."""
    if purpose_shown and consent:
        return []
    return [
        Hit("consent", "個人情報の利用目的をご確認のうえ、同意にチェックしてください。同意がないと送信できません。", E, example="同意する")
    ]


class Sensitive(StrEnum):
    """Why a free text is hidden from list views."""

    NUMBER = "マイナンバーのような12桁の数字"
    ORIGIN = "本籍や出生地"
    HEALTH = "病気や健康"


_TWELVE: Final = re.compile(r"(?<!\d)\d{4}[- ]?\d{4}[- ]?\d{4}(?![\d-])")
_ORIGIN: Final = re.compile(r"本籍|出生地|出身地|戸籍")
_ILLNESS: Final = re.compile(
    r"病歴|既往|持病|通院|入院(?:して|した|中|歴)|服薬|投薬|うつ病|鬱|適応障害|統合失調|てんかん|がん(?:治療|患者|で|を|の(?:治療"
    r"|手術))|癌|糖尿病|高血圧|心臓病|心疾患|喘息|肝炎|hiv|難病|障害者手帳|妊娠中|透析|後遺症|発達障害|精神疾患|手術(?:を|歴|後)"
)
_NO_ILLNESS: Final = re.compile(
    r"(?:病歴|既往(?:歴|症)?|持病|通院(?:歴)?|入院(?:歴)?|服薬)(?:は|も|など|等|:)*(?:特に)?(?:なし|無し|ありません|ございません)"
)
_NURSING_WORK: Final = re.compile(
    r"(?:透析|がん|癌|糖尿病|精神|手術室?|入院)[^。\n]{0,10}(?:病棟|外来|センター|科|経験|看護|勤務|室|指導|ケア)"
)


def sensitive_text(text: str) -> tuple[Sensitive, ...]:
    """APP-007: what in an applicant's free text must not stand in a list view (S90). A nurse's words about her ward are no illness."""
    flat = plain(text)
    found = []
    if any(not m.group().replace(" ", "").startswith("0") or "-" not in m.group() for m in _TWELVE.finditer(flat)):
        found.append(Sensitive.NUMBER)
    if _ORIGIN.search(flat):
        found.append(Sensitive.ORIGIN)
    if _ILLNESS.search(_NURSING_WORK.sub("", _NO_ILLNESS.sub("", flat))):
        found.append(Sensitive.HEALTH)
    return tuple(found)


class Overdue(NamedTuple):
    """APP-008: who is told that an enquiry waits."""

    municipality: bool
    operator: bool


def enquiry_overdue(business_days_waiting: int, *, answered: bool, reminded: bool) -> Overdue:
    """APP-008: an enquiry without an answer for three business days: the municipality first, the operator after a reminder."""
    late = not answered and business_days_waiting >= ANSWER_DAYS
    return Overdue(late and not reminded, late and reminded)


def hits_of_application(application: Mapping[str, Any], job_type: str, *, also_junior: bool = False) -> list[Hit]:
    """APP-001, 002, 003 and 006 for one application (`email`, `licences`, `licence_prefecture`, `purpose_shown`, `consent`)."""
    licences = [item for item in application.get("licences") or () if isinstance(item, str)]
    return [
        *check_mail(str(application.get("email") or "")),
        *check_licence_prefecture(licences, application.get("licence_prefecture")),
        *check_licence_fits(job_type, licences, also_junior=also_junior),
        *check_consent(purpose_shown=application.get("purpose_shown") is True, consent=application.get("consent") is True),
    ]


def _row(code: str, level: Level, field: str, basis: str, summary: str, why: str, how: str, good: str, bad: str, where: str) -> Rule:
    return Rule(
        code=code,
        fields=(field,),
        levels=(level,),
        basis=basis,
        summary=summary,
        why=why,
        how=how,
        good=(Example({}, good),),
        bad=(Example({}, bad),),
        where=where,
    )


_FORM = "応募フォーム"
RULES: tuple[Rule, ...] = (
    _row(
        "APP-001",
        W,
        "email",
        "携帯電話会社の古いアドレス（S66）",
        "「..」や「.@」を含む携帯電話会社のアドレスには、別の連絡先も聞くこと",
        "2009年より前に作られたアドレスには、返信が届かないことがあります。",
        "別のメールアドレスか電話番号も入力してもらいます。",
        "a.b@docomo.ne.jp",
        "a..b@docomo.ne.jp",
        _FORM,
    ),
    _row(
        "APP-002",
        E,
        "licence_prefecture",
        "保健師助産師看護師法（知事免許）（S48 S50）",
        "准看護師の応募には、免許を登録した都道府県を聞くこと",
        "准看護師の免許は都道府県ごとに登録されています。",
        "登録した都道府県を選んでもらいます。",
        "鹿児島県",
        "空欄",
        _FORM,
    ),
    _row(
        "APP-003",
        W,
        "licences",
        "保健師助産師看護師法ほか（S48）",
        "応募した方の免許が、募集の職種に合うこと",
        "免許が合わないと採用できず、応募した方の時間も奪います。",
        "免許の選び間違いでないか確かめます。",
        "看護師免許で看護師に応募",
        "免許なしで看護師に応募",
        _FORM,
    ),
    _row(
        "APP-004",
        F,
        "kana",
        "氏名の入力の慣行（S64）",
        "フリガナのない外国の方の氏名は、仮のフリガナで受け付けること",
        "読みがないことを理由に応募を断ることはできません。",
        "自動で「シ」「メイ」を入れます。",
        "シ／メイ",
        "フリガナがないため受け付けない",
        _FORM,
    ),
    _row(
        "APP-005",
        W,
        "email",
        "二重の送信",
        "同じ募集への24時間以内の再応募を知らせること",
        "同じ応募が2件になると、人数の集計が狂います。",
        "二重の送信でないか確かめます。",
        "1回だけ応募",
        "同じアドレスから同じ日に2回応募",
        _FORM,
    ),
    _row(
        "APP-006",
        E,
        "consent",
        "職業安定法第5条の5、個人情報保護法（S90 S93b）",
        "利用目的を示し、同意を得てから送信すること",
        "画面への入力は書面による直接の取得に当たり、目的を先に示す必要があります。",
        "利用目的を確かめ、同意にチェックしてもらいます。",
        "同意にチェックあり",
        "同意にチェックなし",
        _FORM,
    ),
    _row(
        "APP-007",
        W,
        "free_text",
        "職業安定法第5条の5（S90）",
        "自由記入のマイナンバー・本籍・病気の記述を、一覧に出さないこと",
        "必要のない人の目に触れると、元に戻せません。",
        "一覧では隠し、担当者が開いたときだけ表示します。",
        "土日の午後に勤務できます。",
        "病歴は…",
        "応募者の一覧",
    ),
    _row(
        "APP-008",
        W,
        "enquiry",
        "サービスの約束",
        "問い合わせには3営業日以内に答えること",
        "返事のない募集には応募がありません。",
        "自治体に知らせ、それでも返事がなければ事務局に知らせます。",
        "3営業日以内に回答",
        "返事がない",
        "問い合わせの期限（毎日の処理）",
    ),
)
