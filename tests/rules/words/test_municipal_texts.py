"""Ordinary municipal postings: no rule on work, licences, place, term or hours may speak about them.

The texts follow the manner of real notices for 会計年度任用職員 (invented towns and people).
"""

from datetime import date
from typing import Any

import pytest

from keynet_admin.rules import evaluate
from tests.rules.base_submission import changed
from tests.rules.judging import AUTUMN, LATER, shift

FAMILIES = ("JOB", "LIC", "DUTY", "PLACE", "TERM", "HOURS")
FIVE = ("mon", "tue", "wed", "thu", "fri")
MAY = date(2021, 5, 7)
WINTER = date(2022, 11, 7)

OFFICE: dict[str, Any] = {
    "job_type": "clerical",
    "title": "市役所の事務職員",
    "licenses": ["none"],
    "duties": ["reception", "telephone"],
    "shifts": [shift("9:00", "16:00", 60, FIVE)],
    "weekly_hours": 30,
    "workdays_note": "週5日",
    "insurance": ["health", "pension", "employment"],
    "share_nc": False,
}
HEALTH: dict[str, Any] = OFFICE | {
    "job_type": "public_health_nurse",
    "title": "保健センターの保健師",
    "licenses": ["public_health_nurse"],
    "duties": ["telephone", "other"],
    "share_nc": True,
}
NURSERY: dict[str, Any] = OFFICE | {"job_type": "other", "job_other": "保育士", "title": "公立保育園の保育士", "duties": ["other"]}

NURSE_TEXTS = [
    "集団接種会場における予診票のチェック、コロナワクチン接種、接種後の経過観察業務に従事していただきます。",
    "医師の指示のもと、ワクチンの接種（筋肉内注射）を行います。1会場あたり医師2名、看護師5名、薬剤師1名、事務職員6名を配置します。",
    "予診票の確認、ワクチンの充填、接種、接種後の状態観察。1時間あたり20人程度を2名の看護師で担当します。",
    "受付から予診までは事務職員が担当し、看護師は接種と観察を受け持ちます。保健師が常に会場におり、相談できます。",
    "65歳以上の高齢者への接種が中心です。打ち手1名と補助1名が組になり、注射と記録を交代で行います。",
    "接種会場の受付時間は13時から16時30分までです。看護師は接種と接種後の見守りを行います。",
    "注射器の準備は薬剤師が行い、看護師は筋肉内注射を担当します。経験5年以上の職員が付き添います。",
    "個別接種を行う医療機関ではなく、市の集団接種会場での接種業務です。12:50に朝礼があります。",
]
OFFICE_TEXTS = [
    "接種会場での来場者の受付、検温、場内の誘導、接種済証の発行を行います。医師や看護師の補助はありません。",
    "ワクチン接種の予約の電話を受け、システムに入力します。開設時間は9時から17時までで、交代で昼の休憩を取ります。",
    "国民健康保険の資格の届出の受付、書類の点検、データの入力を行います。申告の時期は午後5時以降の勤務をお願いすることがあります。",
    "会場の設営と片付け、物品の管理、看護師・薬剤師との連絡を行います。接種を行うのは医師と看護師です。",
    "医師会、薬剤師会、看護協会との連絡調整、従事者の報償費の支払事務、派遣会社との契約の事務を行います。",
    "雇用契約書の作成の補助、勤怠の集計、社会保険の手続を行います。パソコンの基本操作ができれば経験は問いません。",
    "窓口での各種証明書の交付、電話の取り次ぎ、文書の発送を行います。8時30分から17時15分までの開庁時間のうち、6時間の勤務です。",
    "給付金の申請書の受付と審査の補助、コールセンターでの問い合わせ対応を行います。派遣職員と協力して進めます。",
]
HEALTH_TEXTS = [
    "乳幼児健診での問診と保健指導、新生児の家庭訪問、電話での相談を行います。訪問は公用車を使います。",
    "自宅で療養している方の健康観察と入院の調整を行います。看護師や事務職員とチームで対応します。",
    "特定保健指導の面接と電話での支援、記録の作成を行います。1日に4人程度です。",
    "予防接種の予診票の点検と、接種の間隔についての相談に応じます。接種は医療機関が行います。",
    "感染症の積極的疫学調査、検体の搬送の調整を行います。医師の指示により判断します。",
    "高齢者の通いの場への訪問と、介護予防の教室の運営を行います。助産師、管理栄養士と一緒に出向きます。",
]
OTHER_REQ = [
    "看護師として勤務した経験がない期間があっても応募できます。",
    "地方公務員法第16条の欠格条項に該当しない方",
    "経験年数は問いません。ブランクのある方も歓迎します。",
    "パソコンの基本操作（ワード、エクセル）ができる方",
    "普通自動車運転免許があれば尚可",
    "土日のうち月2回以上勤務できる方",
    "兼業・副業の方は事前にご相談ください。正社員の方も許可があれば応募できます。",
    "夜間や早朝の勤務はありません。",
    "市内・近隣にお住まいの方を歓迎します。派遣での勤務ではありません。",
]
PAY_NOTES = [
    "土日は1回500円を加算します。",
    "経験3年以上の方は号給を調整します。",
    "期末手当は任期6か月以上かつ週15時間30分以上の場合に支給します。",
    "条例により改定されることがあります。",
    "時間外に勤務した場合は割増の報酬を支給します。",
]


def spoken(values: dict[str, Any], on: date) -> list[tuple[str, str, str]]:
    result = evaluate(changed(on, {f"postings.0.{name}": value for name, value in values.items()}), on=on)
    return [(f.rule, f.path, f.message) for f in result.findings if f.level.value != "fix" and f.rule.split("-")[0] in FAMILIES]


@pytest.mark.parametrize("text", NURSE_TEXTS)
@pytest.mark.parametrize("on", [MAY, AUTUMN, WINTER, LATER])
def test_nurses_at_a_venue(text: str, on: date) -> None:
    assert spoken({"duty_detail": text}, on) == []


@pytest.mark.parametrize("text", OFFICE_TEXTS)
@pytest.mark.parametrize("on", [MAY, AUTUMN, WINTER, LATER])
def test_clerks(text: str, on: date) -> None:
    assert spoken(OFFICE | {"duty_detail": text}, on) == []


@pytest.mark.parametrize("text", HEALTH_TEXTS)
@pytest.mark.parametrize("on", [AUTUMN, WINTER, LATER])
def test_public_health_nurses(text: str, on: date) -> None:
    assert spoken(HEALTH | {"duty_detail": text}, on) == []


@pytest.mark.parametrize("text", OTHER_REQ)
def test_conditions(text: str) -> None:
    assert spoken({"other_req": text}, MAY) == []
    assert spoken(OFFICE | {"duty_detail": OFFICE_TEXTS[2], "other_req": text}, LATER) == []


@pytest.mark.parametrize("text", PAY_NOTES)
def test_pay_notes(text: str) -> None:
    assert spoken({"pay_note": text}, MAY) == []


@pytest.mark.parametrize(
    "title",
    [
        "看護師（集団接種・土日）",
        "【急募】ワクチン接種の看護師",
        "新型コロナワクチン接種 看護師募集",
        "週末だけの看護職のお仕事",
        "看護師（会計年度任用職員）",
        "接種会場ナース・経験不問",
        "看護師募集（午後のみ・週1日から）",
    ],
)
def test_titles_of_nurses(title: str) -> None:
    assert spoken({"title": title}, MAY) == []


@pytest.mark.parametrize(
    "title",
    [
        "一般事務（税務課）",
        "接種会場の受付・案内",
        "コールセンターのオペレーター",
        "学校の事務補助員",
        "窓口業務の会計年度任用職員",
        "医療費助成の事務職員",
        "保健師・看護師を支える事務補助",
        "看護学校の事務職員",
    ],
)
def test_titles_of_clerks(title: str) -> None:
    assert spoken(OFFICE | {"title": title, "duty_detail": OFFICE_TEXTS[2]}, LATER) == []


@pytest.mark.parametrize(
    "values",
    [
        {
            "shifts": [shift("8:30", "12:30", 0, FIVE), shift("13:00", "17:00", 0, FIVE)],
            "weekly_hours": 20,
            "workdays_note": "午前か午後の交代制",
        },
        {
            "shifts": [shift("7:10", "12:10", 0, FIVE), shift("14:20", "19:20", 0, FIVE)],
            "weekly_hours": 25,
            "workdays_note": "週5日（早番・遅番）",
        },
        {"shifts": [shift("9:00", "16:00", 60, FIVE)], "weekly_hours": 12, "workdays_note": "月8日程度"},
        {"shifts": [shift("9:00", "16:30", 45, FIVE)], "weekly_hours": 27, "workdays_note": "週4日"},
        {"shifts": [shift("9:00", "15:45", 45, FIVE)], "weekly_hours": 30, "workdays_note": "週5日勤務"},
        {"shifts": [shift("9:00", "17:15", 45, FIVE)], "weekly_hours": 30, "workdays_note": "週4日勤務"},
        {"shifts": [shift("8:30", "17:15", 60, FIVE)], "weekly_hours": 31, "workdays_note": "週4日（月～金のうち4日）"},
        {"shifts": [shift("8:30", "17:15", 60, (*FIVE, "sat", "sun"))], "weekly_hours": 31, "workdays_note": "シフトにより月16日程度"},
        {
            "shifts": [shift("16:30", "9:30", 120, FIVE, end_next_day=True)],
            "weekly_hours": 30,
            "workdays_note": "週2回程度",
            "pay_note": "夜勤手当あり",
        },
    ],
)
def test_weeks_of_shifts(values: dict[str, Any]) -> None:
    values = OFFICE | {"duty_detail": OFFICE_TEXTS[2]} | values
    assert [item for item in spoken(values, LATER) if item[0] not in ("HOURS-004", "HOURS-011")] == []


def test_nursery_teachers() -> None:
    for text in (
        "保育の補助、延長保育、園児の見守りを行います。開園時間は7時から19時までです。",
        "クラスの担任を補助します。看護師、調理員、栄養士と連携して園児を見守ります。",
        "早番7:30～16:15、遅番10:15～19:00の交代はありません。9時から16時までの勤務です。",
    ):
        assert spoken(NURSERY | {"duty_detail": text}, LATER) == []
