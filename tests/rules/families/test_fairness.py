"""Rules about age and sex: what shuts applicants out is found in every wording, what is about the recipients is left alone."""

from typing import Any

import pytest

from keynet_admin.rules.words.age import applicants_age, lower_limit, upper_limit
from keynet_admin.rules.words.plain import plain
from keynet_admin.rules.words.sex import conditions_by_sex, counts_by_sex
from tests.rules.speaking import level, paths, said

PRIVATE = {"engagement": "contractor", "employer": "株式会社海山医療", "probation": "none"}
NIGHT = {
    "shifts": [{"name": "夜勤", "days": ["sat", "sun"], "start": "20:00", "end": "翌5:00", "break": 60}],
    "weekly_hours": 16,
    "pay_note": "深夜割増あり",
}
WORK = "予診票の確認と注射、接種後の観察を行います。6人で分担します。"

ABOUT_APPLICANTS = [
    "60歳まで",
    "65歳以下の方",
    "70歳未満の方",
    "概ね60歳までの方を募集します。",
    "応募資格：59歳以下",
    "年齢：60歳まで",
    "18歳から65歳までの方",
    "20～59歳の方",
    "年齢制限 65歳",
    "20代・30代歓迎",
    "20代から40代の方",
    "40代まで",
    "若い方歓迎",
    "若手歓迎",
    "若手の看護師を募集",
    "若い人を求めています。",
    "６５歳まで",
    "六十五歳まで",
    "満60歳位まで",
    "65才まで",
    "30歳くらいまでの方が望ましい",
    "昭和36年4月2日以降に生まれた方",
    "平成元年4月2日以降に生まれた人",
    "1961年4月2日以降に生まれた方",
    "18歳以上の方",
    "駐車場無料、60歳までの方",
    "20代限定",
    "接種の補助ができる60歳以下の看護師を募集します。",
    "40歳以下の方に限ります。",
    "50歳代の方を希望",
    "二十代から三十代",
]
ABOUT_OTHERS = [
    "65歳以上の高齢者への接種",
    "65歳以上の方への接種を担当します。",
    "60代の方への接種",
    "60歳代の接種が中心です。",
    "対象者は65歳以上です。",
    "接種対象：12歳以上",
    "65歳以上の市民の予約を受け付けます。",
    "75歳以上の方の予診票を確認します。",
    "40歳から74歳の特定健診の問診",
    "3歳児健診の補助",
    "12歳以上15歳以下の方の個別接種",
    "18歳以上64歳以下の方の接種を行います。",
    "65歳以上のワクチン接種会場での勤務",
    "16歳以上の方が来場します。",
    "80歳以上の住民から順に接種します。",
    "20代から60代まで幅広く活躍中です。",
    "60代の方も活躍しています。",
    "60代も歓迎します。",
    "年齢不問（60代の職員も在籍）",
    "年齢や経験は問いません。",
    "定年は65歳です。",
    "65歳定年（再雇用あり）",
    "70歳以上の方は厚生年金の対象になりません。",
    "若手職員が丁寧に教えます。",
    "若手からベテランまでそろっています。",
    "若い方の予約が増えています。",
    "1回の来場は90人ほどで、6人で分担します。",
    "経験20年以上の看護師が指導します。",
    "令和3年4月1日以降に採用された方",
    "65歳以上の高齢者への接種に従事する看護師を募集します。",
    "55歳以上の方を対象とした接種",
    "65歳以上の集団接種を行う会場です。",
    "高齢の方（75歳以上）の介助をします。",
    "シルバー人材センターの会員（60歳以上）の名簿を管理します。",
    "2020年代の医療",
    "電話は30代表番号です。",
]


@pytest.mark.parametrize("text", ABOUT_APPLICANTS)
def test_an_age_of_applicants_is_found(text: str) -> None:
    assert level("AGE-001", {"other_req": text}) == "warning"
    assert level("AGE-001", {"other_req": text, **PRIVATE}) == "error"


@pytest.mark.parametrize("text", ABOUT_OTHERS)
def test_an_age_of_others_is_left_alone(text: str) -> None:
    assert said("AGE-001", {"duty_detail": f"{WORK}{text}"}) == []


@pytest.mark.parametrize("text", [t for t in ABOUT_APPLICANTS if "18歳以上" not in t])
def test_an_age_of_applicants_is_found_among_the_duties(text: str) -> None:
    assert paths("AGE-001", {"duty_detail": f"{WORK}{text}"}) == ["duty_detail"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": "集団接種の看護師（65歳まで）"}, ["title"]),
        ({"title": "65歳以上の接種会場の看護師"}, []),
        ({"experience": "preferred", "experience_note": "40歳以下の方"}, ["experience_note"]),
        ({"shifts": [{"name": "20代限定", "days": ["sat"], "start": "13:00", "end": "17:30", "break": 0}]}, ["shifts.0.name"]),
        ({"other_req": "60歳まで", "age_limit": "yes", "age_reason": "item_2", "age_note": "60歳まで"}, []),
        ({"other_req": None}, []),
    ],
)
def test_where_ages_are_looked_for(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("AGE-001", values) == expected


def test_an_age_without_trigger_words_costs_nothing() -> None:
    assert applicants_age("title", plain("集団接種会場の看護師（土日・午後）")) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"age_reason": "item_1", "age_note": "定年が60歳のため"}, "warning"),
        ({"age_reason": "item_3_i", "age_note": "長期勤続のため"}, "warning"),
        ({"age_reason": "item_3_ro", "age_note": "技能の継承のため"}, "warning"),
        ({"age_reason": "item_1", "age_note": "定年が60歳のため", **PRIVATE}, "error"),
        ({"age_reason": "item_3_ni", "age_note": "60歳以上の方の雇用のため"}, None),
        ({"age_reason": "item_2", "age_note": "深夜業のため18歳以上", **NIGHT}, None),
        ({"age_reason": None, "age_note": "60歳まで"}, "error"),
    ],
)
def test_exception_items(values: dict[str, Any], expected: str | None) -> None:
    assert level("AGE-002", {"age_limit": "yes", **values}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"age_note": "深夜業のため18歳以上", **NIGHT}, None),
        ({"age_note": "深夜業のため、18歳未満の方は就業できません", **NIGHT}, None),
        ({"age_note": "喫煙可の場所のため20歳以上", "smoking": "allowed"}, None),
        ({"age_note": "体力を要するため59歳以下"}, "warning"),
        ({"age_note": "体力を要するため59歳以下", **PRIVATE}, "error"),
        ({"age_note": "深夜業のため18歳以上60歳まで", **NIGHT}, "warning"),
        ({"age_note": "18歳以上"}, "warning"),
        ({"age_note": "30歳以上", **NIGHT}, "warning"),
        ({"age_note": None}, None),
    ],
)
def test_a_lower_limit_by_law(values: dict[str, Any], expected: str | None) -> None:
    assert level("AGE-003", {"age_limit": "yes", "age_reason": "item_2", **values}) == expected


@pytest.mark.parametrize(
    ("text", "upper", "lower"),
    [
        ("18歳以上", False, 18),
        ("18歳未満は不可", False, 18),
        ("60歳まで", True, None),
        ("18歳以上59歳以下", True, 18),
        ("20歳未満の方は立ち入れません", False, 20),
        ("20歳未満の方", True, 20),
        ("65歳を超える方は不可", True, None),
    ],
)
def test_limits_of_a_note(text: str, upper: bool, lower: int | None) -> None:
    assert upper_limit(text) is upper
    assert lower_limit(text) == lower


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"age_limit": "yes", "age_reason": "item_2"}, "error"),
        ({"age_limit": "yes", "age_reason": "item_2", "age_note": "深夜業のため18歳以上"}, None),
        ({"age_limit": "no"}, None),
    ],
)
def test_an_age_limit_has_its_reason(values: dict[str, Any], expected: str | None) -> None:
    assert level("AGE-004", values) == expected
    assert level("AGE-004", values, partial=True) is None


ONE_SEX = [
    "女性限定",
    "女性のみ",
    "男性のみ",
    "女性歓迎",
    "女性スタッフ募集",
    "女性の方を募集します。",
    "男性看護師優遇",
    "女性に限ります。",
    "女性が望ましい",
    "女性向けのお仕事です。",
    "女性に人気のお仕事",
    "主婦歓迎",
    "主婦の方も大歓迎",
    "専業主婦の方",
    "看護婦さん募集",
    "保健婦",
    "助産婦",
    "キャンペーンレディ",
    "ヤクルトレディ経験者",
    "ガールズスタッフ",
    "キャンペーンガール",
    "営業マン",
    "ガードマン",
    "配送マン募集",
    "ウェイター",
    "ウエイトレス",
    "受付嬢",
    "保母",
    "OL歓迎",
    "女子事務員を募集",
    "看護師（女性）",
    "事務員（女）",
    "ママさん歓迎",
    "男性不可",
]
ANY_SEX = [
    "主婦(夫)歓迎",
    "主婦（夫）歓迎",
    "主婦・主夫歓迎",
    "主夫・主婦の方",
    "主婦や主夫の方",
    "女性も活躍中",
    "男性も活躍中です。",
    "男女問わず歓迎",
    "女性も男性も歓迎します。",
    "男性・女性歓迎",
    "女性限定ではありません。",
    "マンパワーが必要です。",
    "マンション1階の会場",
    "ガールスカウト会館での接種",
    "ボーイスカウト会館",
    "一部事務組合",
    "女性専用の更衣室があります。",
    "女性用更衣室あり",
    "女性限定のがん検診を担当",
    "女性向け検診の補助",
    "レディースクリニックの隣",
    "婦人科の経験",
    "婦人会館",
    "男女共同参画センター",
    "女性医師も在籍しています。",
    "ロマンスカーの駅",
    "ワンマン電車の駅から徒歩5分",
    "ヒューマンケア",
    "女性の健康相談を行います。",
    "パパ・ママ歓迎",
    "女性医師を希望される方には別室で対応します。",
    "看護師（男女不問）",
    "旧保健婦の資格も可",
    "乳がん検診は40歳以上の女性のみが対象です。",
    "マンツーマンで指導します。",
]


@pytest.mark.parametrize("text", ONE_SEX)
def test_words_for_one_sex(text: str) -> None:
    assert level("SEX-001", {"other_req": text}) == "error"


@pytest.mark.parametrize("text", ANY_SEX)
def test_words_for_everybody(text: str) -> None:
    assert said("SEX-001", {"other_req": text}) == []
    assert said("SEX-001", {"duty_detail": f"{WORK}{text}"}) == []


def test_names_of_places_are_no_words_about_applicants() -> None:
    assert said("SEX-001", {"venue_name": "海山ガールスカウト会館", "access": "レディースクリニック前"}) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"headcount": "男5名、女10名"}, ["headcount"]),
        ({"headcount": "女10名"}, ["headcount"]),
        ({"headcount": "15名"}, []),
        ({"other_req": "男5名、女10名"}, ["other_req"]),
        ({"other_req": "男性5人、女性10人を募集します。"}, ["other_req"]),
        ({"other_req": "男女各5名"}, ["other_req"]),
        ({"title": "看護師 女性3名"}, ["title"]),
        ({"other_req": "男性は時給1,500円、女性は1,300円です。"}, ["other_req"]),
        ({"other_req": "男性は会場設営の業務、女性は受付を担当します。"}, ["other_req"]),
        ({"pay_lines": [{"label": "男性", "min": 1500}, {"label": "女性", "min": 1400}]}, ["pay_lines.0.label", "pay_lines.1.label"]),
        ({"duty_detail": f"{WORK}看護師10名（女性9名、男性1名）が在籍しています。"}, []),
        ({"duty_detail": f"{WORK}男性50人、女性60人が来場します。"}, []),
        ({"other_req": "男女15名"}, []),
        ({"other_req": "更衣室は男性は1階、女性は2階です。"}, []),
        ({"duty_detail": f"{WORK}男性は左の列、女性は右の列へ誘導します。"}, []),
        ({"other_req": "長男2人"}, []),
    ],
)
def test_numbers_and_conditions_by_sex(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("SEX-002", values) == expected


def test_counts_in_plain_text() -> None:
    assert counts_by_sex("男5名・女10名を募集") == "男5名"
    assert counts_by_sex("15名を募集") is None
    assert conditions_by_sex("男性も女性も同じ時給です") is None


MIDWIFE = {"job_type": "midwife", "licenses": ["midwife"]}


@pytest.mark.parametrize(
    ("values", "sex_1", "sex_3"),
    [
        ({**MIDWIFE, "title": "保健センターの助産師（女性）"}, None, "warning"),
        ({**MIDWIFE, "other_req": "女性限定"}, None, "warning"),
        ({**MIDWIFE, "other_req": "女性の方に限ります。"}, None, "warning"),
        ({**MIDWIFE, "title": "保健センターの助産師"}, None, None),
        ({**MIDWIFE, "other_req": "女性の健康相談の経験"}, None, None),
        ({**MIDWIFE, "other_req": "主婦歓迎"}, "error", None),
        ({"other_req": "女性限定"}, "error", None),
    ],
)
def test_midwives(values: dict[str, Any], sex_1: str | None, sex_3: str | None) -> None:
    assert level("SEX-001", values) == sex_1
    assert level("SEX-003", values) == sex_3
