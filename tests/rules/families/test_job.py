"""JOB-001 to JOB-010: what the rows say, and where they stay silent."""

from datetime import date
from typing import Any

import pytest

from tests.rules.judging import AUTUMN, LATER, levels, said, shift

TWO_JOBS_TITLE = [
    "看護師・事務",
    "看護師及び事務員",
    "集団接種会場の看護師・事務職員",
    "看護師　事務職員",
    "看護師と事務員を募集",
    "看護師2名、事務2名",
    "医師・看護師募集",
    "看護師（准看護師可）",
    "看護師兼事務員",
    "保健師又は看護師",
    "看護師・准看護師（土日）",
    "看護師（2名）・事務（3名）",
    "看護師＋事務員大募集",
    "ナース／事務スタッフ",
    "看護師または准看護師",
]
ONE_JOB_TITLE = [
    "集団接種会場の看護師（土日・午後）",
    "看護師等の募集",
    "看護師（医師の予診を補助）",
    "看護師（日勤・夜勤）",
    "看護師募集（事務作業なし）",
    "医師会館で働く看護師",
    "看護師資格を生かす仕事",
    "保健所の看護師",
]


@pytest.mark.parametrize("title", TWO_JOBS_TITLE)
def test_job_001_hears_two_jobs_in_a_title(title: str) -> None:
    assert levels("JOB-001", {"title": title}) == {"error"}


@pytest.mark.parametrize("title", ONE_JOB_TITLE)
def test_job_001_is_silent_on_one_job(title: str) -> None:
    assert levels("JOB-001", {"title": title}) == set()


@pytest.mark.parametrize(
    "values",
    [
        {"title": "看護師・准看護師（土日）", "also_junior": True},
        {"title": "看護師（准看護師可）", "also_junior": True},
        {"job_type": "clerical", "title": "医師・看護師の補助をする事務職員", "licenses": ["none"]},
        {"job_type": "clerical", "title": "医師と看護師の橋渡しをする事務職員", "licenses": ["none"]},
        {"job_type": "clerical", "title": "区役所の事務補助（事務職員）", "licenses": ["none"]},
        {"job_type": "clerical", "title": "ナースセンターの事務職員", "licenses": ["none"]},
        {"job_type": "dentist", "title": "歯科医師", "licenses": ["dentist"]},
        {"job_type": "other", "job_other": "調理助手", "title": "保育園の調理助手・午前", "licenses": ["none"]},
        {"job_type": "other", "job_other": "相談員", "title": "相談員（保健師・看護師）", "licenses": ["none"]},
    ],
)
def test_job_001_knows_what_may_be_named(values: dict[str, Any]) -> None:
    assert levels("JOB-001", values) == set()


@pytest.mark.parametrize("title", ["調理助手・事務職員", "調理助手及び看護師の募集", "調理助手兼運転手"])
def test_job_001_knows_the_own_name_of_another_job(title: str) -> None:
    assert levels("JOB-001", {"job_type": "other", "job_other": "調理助手", "title": title}) == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "看護師及び事務員を募集します。1回の来場は90人ほどです。",
        "看護師・事務を募集します。",
        "看護師又は准看護師として勤務していただきます。",
        "募集職種：看護師・事務職員",
        "看護師5名と事務職員3名を募集します。",
        "准看護師の方も応募できます。接種を行います。",
        "看護師の業務と事務員の仕事を兼ねます。",
    ],
)
def test_job_001_hears_two_jobs_recruited_in_the_description(text: str) -> None:
    assert levels("JOB-001", {"duty_detail": text}) == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "医師の指示のもと、看護師と協力して接種を行います。",
        "1会場あたり医師2名、看護師4名、事務職員3名で運営します。接種を行います。",
        "医師、看護師、薬剤師、事務職員がチームで対応します。接種を行います。",
        "配置は、医師1名、看護師2名、事務職員3名です。接種を行います。",
        "医師及び看護師の業務を補助します。",
        "医師や看護師を募集する際の事務を行います。",
        "保健師・看護師が付き添います。初めての方も安心です。",
    ],
)
def test_job_001_lets_other_staff_be_named(text: str) -> None:
    assert levels("JOB-001", {"duty_detail": text}) == set()


@pytest.mark.parametrize("value", ["若干名", "数名", 0, 1000, -3, "3～4名", "看護師2名、事務4名", "登録制度により募集", None, ""])
def test_job_002_refuses(value: Any) -> None:
    assert levels("JOB-002", {"headcount": value}) == {"error"}


@pytest.mark.parametrize("value", [1, 15, 999, "15名", "３０人"])
def test_job_002_accepts(value: Any) -> None:
    assert levels("JOB-002", {"headcount": value}) == set()


def test_job_002_says_nothing_about_an_empty_field_of_a_partial_form() -> None:
    assert levels("JOB-002", {"headcount": None}, partial=True) == set()


@pytest.mark.parametrize(
    ("job", "value", "expected"),
    [
        ("nurse", 100, set()),
        ("nurse", 101, {"warning"}),
        ("nurse", 500, {"warning"}),
        ("physician", 30, set()),
        ("physician", 31, {"warning"}),
    ],
)
def test_job_003_asks_about_many_people(job: str, value: int, expected: set[str]) -> None:
    assert levels("JOB-003", {"job_type": job, "headcount": value}) == expected


@pytest.mark.parametrize(
    ("job", "title", "other"),
    [
        ("nurse", "スタッフ大募集！！", ""),
        ("nurse", "土日の午後に働ける方", ""),
        ("nurse", "准看護師募集", ""),
        ("assistant_nurse", "集団接種の看護師", ""),
        ("physician", "歯科医師募集", ""),
        ("clerical", "会計年度任用職員の募集", ""),
        ("pharmacist", "接種会場スタッフ", ""),
        ("other", "スタッフ大募集", "調理員"),
        ("public_health_nurse", "市役所で働きませんか", ""),
    ],
)
def test_job_004_misses_the_job_in_the_title(job: str, title: str, other: str) -> None:
    assert levels("JOB-004", {"job_type": job, "title": title, "job_other": other}) == {"warning"}


@pytest.mark.parametrize(
    ("job", "title", "other"),
    [
        ("nurse", "週末だけのナース", ""),
        ("nurse", "看護職募集", ""),
        ("assistant_nurse", "准看護師（土日）", ""),
        ("assistant_nurse", "看護職（准）", ""),
        ("physician", "予診医募集", ""),
        ("physician", "ドクター募集", ""),
        ("physician", "Dr募集", ""),
        ("dentist", "歯科医師", ""),
        ("public_health_nurse", "保健師", ""),
        ("clerical", "接種会場の受付スタッフ", ""),
        ("clerical", "コールセンターのオペレーター", ""),
        ("clerical", "区役所の事務補助", ""),
        ("clinical_laboratory_technologist", "検査技師", ""),
        ("emergency_life_saving_technician", "接種会場の救急救命士", ""),
        ("other", "保育園の調理助手", "調理助手"),
        ("other", "学校の給食調理員", "学校給食調理員"),
        ("other", "公立保育園の短時間保育士", "保育士"),
        ("midwife", "助産師（産後ケア）", ""),
    ],
)
def test_job_004_knows_plain_names(job: str, title: str, other: str) -> None:
    assert levels("JOB-004", {"job_type": job, "title": title, "job_other": other}) == set()


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({}, {"warning"}),
        ({"title": "集団接種会場の看護師"}, {"warning"}),
        ({"venue_name": "海山市民体育館"}, set()),
        ({"job_type": "clerical"}, set()),
        ({"shifts": [shift("9:00", "12:00")]}, set()),
        ({"term_start": "2021-07-01"}, set()),
        ({"engagement": "special_part_time"}, set()),
    ],
)
def test_job_005_finds_a_copy(second: dict[str, Any], expected: set[str]) -> None:
    values = {"postings.1.internal_no": "2"} | {f"postings.1.{name}": value for name, value in second.items()}
    assert levels("JOB-005", values) == expected


def test_job_005_points_at_the_later_posting() -> None:
    assert said("JOB-005", {"postings.1.internal_no": "2"})[0][1] == "postings.1.job_type"


@pytest.mark.parametrize(
    ("engagement", "typed", "expected"),
    [
        ("fiscal_year_part_time", False, {"fix"}),
        ("temporary_appointment", False, {"fix"}),
        ("fiscal_year_part_time", True, set()),
        ("fixed_term_appointment", False, set()),
        ("contractor", False, set()),
    ],
)
def test_job_006_sets_the_mark(engagement: str, typed: bool, expected: set[str]) -> None:
    assert levels("JOB-006", {"engagement": engagement, "nonregular": typed, "employer": "株式会社海山医療"}) == expected


@pytest.mark.parametrize("name", ["", None, "日向市", "日向市役所", "宮崎県日向市", "宮崎県日向市役所", "日向市長"])
def test_job_007_wants_a_private_employer(name: str | None) -> None:
    assert levels("JOB-007", {"engagement": "contractor", "employer": name}) == {"error"}


@pytest.mark.parametrize(
    "values",
    [
        {"engagement": "contractor", "employer": "株式会社海山医療"},
        {"engagement": "contractor", "employer": "社会福祉法人日向市社会福祉協議会"},
        {"engagement": "contractor", "employer": "一般社団法人日向市医師会"},
        {"engagement": "fiscal_year_part_time"},
    ],
)
def test_job_007_is_content(values: dict[str, Any]) -> None:
    assert levels("JOB-007", values) == set()


@pytest.mark.parametrize(
    "text",
    [
        "派遣社員として勤務していただきます。",
        "派遣元との契約になります。",
        "人材派遣での勤務です。",
        "派遣スタッフ募集",
        "派遣看護師を募集します。",
        "労働者派遣契約による勤務です。",
        "雇用形態は派遣です。",
        "看護師（派遣）",
    ],
)
def test_job_008_hears_dispatch(text: str) -> None:
    assert levels("JOB-008", {"other_req": text}) == {"warning"}
    assert levels("JOB-008", {"other_req": text}, LATER) == {"error"}


def test_job_008_is_a_warning_for_clerks_at_any_time() -> None:
    values = {"job_type": "clerical", "title": "事務職員", "other_req": "派遣社員として勤務していただきます。"}
    assert levels("JOB-008", values, LATER) == {"warning"}
    assert levels("JOB-008", {"other_req": "派遣社員としての勤務です。"}, date(2021, 4, 22)) == {"error"}
    assert levels("JOB-008", {"other_req": "派遣社員としての勤務です。"}, date(2023, 3, 31)) == {"warning"}
    assert levels("JOB-008", {"other_req": "派遣社員としての勤務です。"}, date(2023, 4, 1)) == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "派遣職員ではありません。市が直接任用します。",
        "派遣での募集は行いません。",
        "各会場へ職員を派遣する際の調整を行います。",
        "人材派遣会社との連絡調整を行います。",
        "派遣スタッフと協力して会場を運営します。",
        "災害派遣の事務を行います。",
        "講師派遣の申請の受付",
        "派遣会社からの応募はお断りします。",
        "派遣職員としての経験も歓迎します。",
        "保健師を学校へ派遣します。",
        "派遣医療チームの受入の準備",
    ],
)
def test_job_008_knows_other_uses_of_the_word(text: str) -> None:
    assert levels("JOB-008", {"other_req": text}, LATER) == set()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"engagement": "honorarium", "pay_note": "社会保険完備です。"}, {"warning"}),
        ({"engagement": "honorarium", "pay_note": "時給1,500円です。"}, {"warning"}),
        (
            {"engagement": "honorarium", "duty_detail": "市が雇用します。注射による接種を行います。経験のある職員が付き添います。"},
            {"warning"},
        ),
        ({"engagement": "honorarium", "other_allow": "期末手当あり"}, {"warning"}),
        ({"engagement": "honorarium", "pay_note": "報償費でのお支払いで、雇用ではありません。"}, set()),
        ({"engagement": "honorarium", "pay_note": "社会保険には加入しません。"}, set()),
        ({"engagement": "honorarium", "pay_note": "時給換算で2,500円ほどです。"}, set()),
        ({"pay_note": "報償費として1回5,000円をお支払いします。"}, {"warning"}),
        ({"pay_note": "謝金でのお支払いです。"}, {"warning"}),
        ({"pay_lines.0.label": "謝礼"}, {"warning"}),
        ({"pay_note": "報償費ではありません。"}, set()),
        ({"duty_detail": "講師への謝金の支払い事務、報償費の伝票の作成と入力を行います。窓口の案内もお願いします。"}, set()),
        ({"pay_note": "期末手当があります。"}, set()),
        ({"other_req": "任用であり、雇用契約ではありません。"}, set()),
    ],
)
def test_job_009_compares_words_with_the_engagement(values: dict[str, Any], expected: set[str]) -> None:
    values = {key.replace("pay_lines.0", "postings.0.pay_lines.0"): value for key, value in values.items()}
    assert levels("JOB-009", values) == expected


@pytest.mark.parametrize(
    ("job", "on", "expected"),
    [
        ("clinical_engineer", date(2021, 5, 7), {"warning"}),
        ("public_health_nurse", date(2021, 5, 31), {"warning"}),
        ("other", date(2021, 5, 1), {"warning"}),
        ("nurse", date(2021, 5, 7), set()),
        ("assistant_nurse", date(2021, 5, 7), set()),
        ("physician", date(2021, 5, 7), set()),
        ("clerical", date(2021, 5, 7), set()),
        ("public_health_nurse", date(2021, 6, 1), set()),
        ("clinical_engineer", AUTUMN, set()),
    ],
)
def test_job_010_looks_at_may_2021(job: str, on: date, expected: set[str]) -> None:
    assert levels("JOB-010", {"job_type": job}, on) == expected


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"title": "看護師　事務職員"}, "postings.0.title"),
        ({"title": " 看護師 "}, ""),
        ({"other_req": "看護師・事務を募集します。"}, "postings.0.other_req"),
        ({"duty_detail": "看護師 事務職員と一緒に、注射による接種を行います。"}, ""),
        ({"job_type": "other", "job_other": "看護師・事務職員", "title": "調理助手"}, "postings.0.job_other"),
        (
            {"job_type": "other", "job_other": "調理助手", "title": "調理助手", "duty_detail": "調理助手・事務を募集します。"},
            "postings.0.duty_detail",
        ),
        ({"title": None, "duty_detail": "看護師・事務を募集します。"}, "postings.0.duty_detail"),
    ],
)
def test_job_001_reads_field_by_field(values: dict[str, Any], path: str) -> None:
    assert [where for _, where, _ in said("JOB-001", values)] == ([path] if path else [])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": "看護師・事務"}, "2つの職種"),
        ({"title": "看護師・事務"}, "職種ごとに募集を分けて"),
        ({"title": "看護師・准看護師"}, "「准看護師の応募も可とする」を選び"),
        ({"job_type": "other", "job_other": "調理助手", "title": "調理助手・事務職員"}, "「調理助手」"),
    ],
)
def test_job_001_says_which(values: dict[str, Any], words: str) -> None:
    assert words in said("JOB-001", values)[0][2]


@pytest.mark.parametrize(
    ("job", "value", "words"),
    [
        ("nurse", 999, "1か所の募集人数が999名"),
        ("nurse", 101, "通常は100名以内"),
        ("physician", 31, "医師の募集人数が31名になっています。通常は30名以内"),
        ("nurse", 1000, ""),
        ("nurse", "若干名", ""),
    ],
)
def test_job_003_names_the_usual_number(job: str, value: Any, words: str) -> None:
    found = said("JOB-003", {"job_type": job, "headcount": value})
    assert (words in found[0][2]) if words else not found


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"job_type": "other", "job_other": "調理助手", "title": "スタッフ募集"}, "職種「調理助手」"),
        ({"title": "スタッフ募集"}, "職種「看護師」"),
        ({"job_type": None, "title": "スタッフ募集"}, ""),
        ({"title": None}, ""),
    ],
)
def test_job_004_names_the_job(values: dict[str, Any], words: str) -> None:
    found = said("JOB-004", values)
    assert (words in found[0][2]) if words else not found


@pytest.mark.parametrize(
    ("both", "second", "expected"),
    [
        ({"shifts": []}, {}, set()),
        ({"venue_name": None}, {}, set()),
        ({"shifts": [shift(None, "17:00")]}, {}, set()),
        ({"shifts": [shift("13:00", None)]}, {}, set()),
        ({"shifts": [shift("13:00", "17:00", 0, ("sun", "sat"))]}, {"shifts": [shift("13:00", "17:00", 0, ("sat", "sun"))]}, {"warning"}),
        ({"shifts": [shift("13:00", "17:00")]}, {"shifts": [shift("13:00", "17:01")]}, set()),
        ({"shifts": [shift("13:00", "17:00")]}, {"shifts": [shift("13:01", "17:00")]}, set()),
        ({"shifts": [shift("13:00", "17:00", 0, ("sat",))]}, {"shifts": [shift("13:00", "17:00", 0, ("sun",))]}, set()),
        ({}, {"term_end": "2021-08-01"}, set()),
        ({}, {"venue_address": "中町9番11号"}, set()),
        ({}, {"venue_city": "452033"}, set()),
        ({"job_type": "other", "job_other": "調理助手"}, {"job_other": "運転手"}, set()),
    ],
)
def test_job_005_compares_what_makes_a_posting(both: dict[str, Any], second: dict[str, Any], expected: set[str]) -> None:
    values = {f"postings.{number}.{name}": value for number in (0, 1) for name, value in both.items()}
    values = {"postings.1.internal_no": "2"} | values | {f"postings.1.{name}": value for name, value in second.items()}
    assert levels("JOB-005", values) == expected


def test_job_005_names_both_postings() -> None:
    other = {"postings.1.venue_name": "海山市民体育館", "postings.2.venue_name": "海山市民体育館", "postings.3.internal_no": "4"}
    assert [message.partition("です")[0] for _, _, message in said("JOB-005", other)] == [
        "募集3は、職種・勤務場所・期間・勤務時間帯が募集2と同じ",
        "募集4は、職種・勤務場所・期間・勤務時間帯が募集2と同じ",
    ]


def test_job_008_begins_and_ends_on_a_day_and_points_at_the_field() -> None:
    assert levels("JOB-008", {"other_req": "派遣社員としての勤務です。"}, date(2021, 4, 23)) == {"warning"}
    assert [path for _, path, _ in said("JOB-008", {"title": "看護師（派遣）"})] == ["postings.0.title"]
    assert [path for _, path, _ in said("JOB-008", {"pay_note": "人材派遣での勤務です。"})] == ["postings.0.pay_note"]
    assert [path for _, path, _ in said("JOB-008", {"support_note": "人材派遣での勤務です。"})] == ["postings.0.engagement"]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"engagement": "contractor", "pay_note": "雇用ではありません。"}, "postings.0.pay_note"),
        ({"pay_note": "雇用ではありません。"}, ""),
        ({"engagement": None, "pay_note": "謝金でのお支払いです。"}, ""),
        ({"pay_lines": [{"label": "土日", "min": 1987}, {"label": "謝礼", "min": 1987}]}, "postings.0.pay_lines.1.label"),
        ({"engagement": "honorarium", "pay_lines": [{"label": "謝礼", "min": 1987}]}, ""),
        ({"engagement": "honorarium", "title": "看護師（時給1,500円）"}, "postings.0.title"),
        ({"pay_note": "謝礼の計算を行う方です。"}, ""),
    ],
)
def test_job_009_points_at_the_word(values: dict[str, Any], path: str) -> None:
    values = {f"postings.0.{name}": value for name, value in values.items()}
    assert [where for _, where, _ in said("JOB-009", values)] == ([path] if path else [])


def test_job_010_begins_in_may() -> None:
    assert levels("JOB-010", {"job_type": "clinical_engineer"}, date(2021, 4, 30)) == set()
    assert levels("JOB-010", {"job_type": None}) == set()
