"""LIC-001 to LIC-011: licences, names of professions, and who may inject on which day."""

from datetime import date
from typing import Any

import pytest

from tests.rules.judging import LATER, levels, said

CONDITIONS = "看護師等の確保が難しいため、実技の研修を受けた方が、接種を受ける方の同意を得て注射による接種を行います。"


@pytest.mark.parametrize(
    ("job", "licenses", "expected"),
    [
        ("nurse", ["看護師免許"], set()),
        ("nurse", ["なし"], {"error"}),
        ("nurse", ["准看護師免許"], {"error"}),
        ("nurse", ["看護師免許", "准看護師免許"], set()),
        ("nurse", ["その他"], {"error"}),
        ("assistant_nurse", ["准看護師免許"], set()),
        ("assistant_nurse", ["看護師免許"], {"error"}),
        ("physician", ["医師免許"], set()),
        ("physician", ["歯科医師免許"], {"error"}),
        ("public_health_nurse", ["保健師免許", "driving"], set()),
        ("public_health_nurse", ["看護師免許"], {"error"}),
        ("nurse", None, {"error"}),
        ("nurse", [], {"error"}),
        ("clerical", ["なし"], set()),
        ("clerical", None, set()),
        ("other", ["なし"], set()),
    ],
)
def test_lic_001_wants_the_licence_of_the_job(job: str, licenses: Any, expected: set[str]) -> None:
    assert levels("LIC-001", {"job_type": job, "licenses": licenses}) == expected


def test_lic_001_waits_for_a_partial_form() -> None:
    assert levels("LIC-001", {"licenses": None}, partial=True) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("正看の方", {"fix"}),
        ("正看護師の方", {"fix"}),
        ("准看も可", {"fix"}),
        ("准看護師も可", set()),
        ("看護師の方", set()),
        ("改正看護の研修", set()),
    ],
)
def test_lic_002_writes_names_out(text: str, expected: set[str]) -> None:
    assert levels("LIC-002", {"other_req": text}) == expected


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("title", "集団接種会場の看護婦"),
        ("other_req", "看護士または准看護師の方"),
        ("duty_detail", "保健婦と一緒に家庭を訪問し、注射による接種の説明と様子の観察を行います。1回90人ほどです。"),
        ("other_req", "助産婦の経験がある方"),
        ("pay_note", "准看護婦も同額"),
        ("public_contact", "看護婦長"),
        ("job_type", "看護婦"),
    ],
)
def test_lic_003_hears_old_names(name: str, text: str) -> None:
    assert "error" in levels("LIC-003", {name: text})


@pytest.mark.parametrize(
    "text", ["看護師の方", "介護福祉士・看護師", "旧保健婦助産婦看護婦法による免許も可", "看護婦会館の隣の会場", "看護師資格"]
)
def test_lic_003_lets_pass(text: str) -> None:
    assert levels("LIC-003", {"other_req": text}) == set()


def test_lic_003_hears_names_in_rows() -> None:
    assert said("LIC-003", {"postings.0.pay_lines.0.label": "看護婦"})[0][1] == "postings.0.pay_lines.0.label"


JUNIOR = {"job_type": "assistant_nurse", "title": "准看護師", "licenses": ["assistant_nurse"]}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"other_req": "厚生労働大臣免許の登録番号が分かる方"}, {"error"}),
        ({"documents": "厚生労働大臣の免許証の写し"}, {"error"}),
        ({"documents": "履歴書、看護師籍の登録番号"}, {"error"}),
        ({"other_req": "国家資格を有する方"}, {"error"}),
        ({"licenses": ["厚生労働大臣免許"]}, {"error"}),
        ({"other_req": "准看護師籍の登録番号を確認します。"}, set()),
        ({"other_req": "登録都道府県を確認します。"}, set()),
        ({"other_req": "厚生労働大臣免許ではなく、都道府県知事の免許を確認します。"}, set()),
        ({"other_req": "厚生労働省の研修を修了した方は歓迎します。"}, set()),
        ({"job_type": "nurse", "licenses": ["nurse"], "other_req": "厚生労働大臣免許の登録番号が分かる方"}, set()),
    ],
)
def test_lic_004_knows_the_governors_licence(more: dict[str, Any], expected: set[str]) -> None:
    assert levels("LIC-004", JUNIOR | more) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"also_junior": True, "pay_note": "准看は別途"}, {"warning"}),
        ({"also_junior": True, "pay_note": "准看護師は時間額1,800円です。"}, {"warning"}),
        ({"also_junior": True, "pay_note": "看護師1,987円、准看護師1,800円"}, {"warning"}),
        ({"also_junior": True, "pay_note": "准看護師の報酬は100円低い額です。"}, {"warning"}),
        ({"also_junior": True, "pay_note": "准看護師も同額です。"}, set()),
        ({"also_junior": True, "pay_note": "准看護師も1,987円です。"}, set()),
        ({"also_junior": True, "pay_note": "土日は別途加算します。"}, set()),
        ({"also_junior": True, "pay_note": "准看護師は別途募集します。"}, set()),
        (
            {
                "also_junior": True,
                "pay_note": "准看は別途",
                "pay_lines": [{"label": "看護師", "min": 1987}, {"label": "准看護師", "min": 1800}],
            },
            set(),
        ),
        ({"also_junior": True, "duty_detail": "准看護師の方も応募できます。注射による接種を行います。別途、研修があります。"}, set()),
    ],
)
def test_lic_005_asks_for_a_second_line(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("LIC-005", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"licenses": ["nurse", "driving"]}, {"warning"}),
        ({"other_req": "普通自動車免許が必要です。"}, {"warning"}),
        ({"other_req": "要普通自動車運転免許（AT限定可）"}, {"warning"}),
        ({"other_req": "普通自動車免許があれば尚可"}, set()),
        ({"licenses": ["nurse", "driving"], "venue_type": "mobile"}, set()),
        (
            {"licenses": ["nurse", "driving"], "duty_detail": "公用車で家庭を訪問し、注射による接種と様子の観察を行います。2人一組です。"},
            set(),
        ),
        ({"other_req": "普通自動車免許（訪問に公用車を使用）"}, set()),
        ({"licenses": ["nurse", "driving"], "title": "巡回接種の看護師"}, set()),
        ({"licenses": ["nurse"]}, set()),
        ({"job_type": "other", "job_other": "運転手", "title": "給食の運転手", "licenses": ["driving"]}, set()),
        ({"licenses": ["nurse", "driving"], "access": "自動車通勤可、駐車場あり"}, {"warning"}),
    ],
)
def test_lic_006_asks_what_the_licence_is_for(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("LIC-006", values) == expected


@pytest.mark.parametrize(
    "text",
    [
        "臨床経験3年以上の方",
        "経験３年以上",
        "3年以上の実務経験が必要です。",
        "看護師として3年以上の勤務経験がある方",
        "実務経験が通算2年以上ある方",
        "病棟経験5年以上",
        "経験者に限ります。",
        "実務経験必須",
        "経験1年以上を有する者",
        "三年以上の臨床経験を有する方",
        "業務を円滑に行える経験3年以上の方",
        "保健指導の経験が3年以上ある方",
    ],
)
def test_lic_007_hears_a_demand(text: str) -> None:
    assert levels("LIC-007", {"other_req": text}) == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "経験不問です。",
        "経験年数は問いません。",
        "経験3年以上の方は時給に加算します。",
        "経験3年以上の方は歓迎します。",
        "経験3年以上あれば尚可",
        "経験5年以上の看護師が指導します。",
        "採用から3年以上勤務できる方",
        "70歳未満の方",
        "未経験の方も歓迎します。",
        "経験がなくても大丈夫です。3年以上離職されている方も応募できます。",
    ],
)
def test_lic_007_is_silent(text: str) -> None:
    assert levels("LIC-007", {"other_req": text}) == set()


def test_lic_007_needs_experience_not_asked() -> None:
    assert levels("LIC-007", {"experience": "required", "experience_note": "臨床経験3年以上"}) == set()
    assert levels("LIC-007", {"experience": "not_asked", "experience_note": "臨床経験3年以上"}) == {"error"}
    assert levels("LIC-007", {"experience": "not_asked", "experience_note": "3年以上"}) == {"error"}
    assert levels("LIC-007", {"experience": "preferred", "other_req": "経験3年以上"}) == set()
    assert levels("LIC-007", {"duty_detail": "経験5年以上の職員が付き添います。注射による接種を行います。1回90人ほどです。"}) == set()


@pytest.mark.parametrize(
    ("code", "job", "on", "text", "expected"),
    [
        ("LIC-008", "dentist", date(2021, 4, 25), CONDITIONS, {"error"}),
        ("LIC-008", "dentist", date(2021, 4, 26), CONDITIONS, set()),
        ("LIC-008", "dentist", date(2021, 5, 7), "1回の来場は90人ほどで、注射による接種を行います。", {"warning"}),
        ("LIC-008", "dentist", date(2024, 4, 1), "1回の来場は90人ほどで、注射による接種を行います。", set()),
        ("LIC-008", "nurse", date(2021, 4, 20), "注射による接種を行います。", set()),
        ("LIC-009", "clinical_laboratory_technologist", date(2021, 5, 10), CONDITIONS, {"error"}),
        ("LIC-009", "clinical_laboratory_technologist", date(2021, 6, 3), CONDITIONS, {"error"}),
        ("LIC-009", "clinical_laboratory_technologist", date(2021, 6, 4), CONDITIONS, set()),
        ("LIC-009", "emergency_life_saving_technician", date(2022, 11, 7), "会場で接種を受け持ちます。", {"warning"}),
        (
            "LIC-009",
            "emergency_life_saving_technician",
            date(2021, 7, 1),
            "接種手技の研修を受け、接種を受ける方の同意を得て接種を行います。",
            set(),
        ),
        ("LIC-010", "radiological_technologist", date(2021, 6, 7), CONDITIONS, {"error"}),
        ("LIC-010", "clinical_engineer", date(2022, 8, 30), CONDITIONS, {"error"}),
        ("LIC-010", "clinical_engineer", date(2022, 8, 31), CONDITIONS, set()),
        ("LIC-010", "clinical_engineer", date(2022, 9, 1), "会場で接種を受け持ちます。", {"warning"}),
        ("LIC-010", "clinical_engineer", LATER, "会場で接種を受け持ちます。", set()),
    ],
)
def test_lic_008_to_010_know_the_days(code: str, job: str, on: date, text: str, expected: set[str]) -> None:
    assert levels(code, {"job_type": job, "duties": ["injection"], "duty_detail": text}, on) == expected


@pytest.mark.parametrize("job", ["pharmacist", "dental_hygienist", "clerical", "other"])
@pytest.mark.parametrize(("duties", "expected"), [(["injection"], {"error"}), (["filling", "questionnaire"], set())])
def test_lic_011_never_lets_them_inject(job: str, duties: list[str], expected: set[str]) -> None:
    assert levels("LIC-011", {"job_type": job, "duties": duties, "job_other": "栄養士"}) == expected


@pytest.mark.parametrize("job", ["physician", "nurse", "assistant_nurse", "midwife", "public_health_nurse", "dentist"])
def test_lic_011_is_silent_for_those_who_may(job: str) -> None:
    assert levels("LIC-011", {"job_type": job, "duties": ["injection"]}) == set()


def test_lic_011_speaks_the_sample_message() -> None:
    message = said("LIC-011", {"job_type": "pharmacist"})[0][2]
    assert message == "薬剤師は接種（注射）を行えません。薬液の希釈・充填や予診票の確認を選んでください。"


@pytest.mark.parametrize(
    ("job", "on", "expected"),
    [
        ("dentist", date(2024, 3, 31), {"warning"}),
        ("dentist", date(2024, 4, 1), set()),
        ("dentist", date(2021, 4, 25), {"error"}),
        ("dentist", date(2021, 4, 26), {"warning"}),
    ],
)
def test_lic_008_asks_for_conditions_until_a_day(job: str, on: date, expected: set[str]) -> None:
    assert levels("LIC-008", {"job_type": job, "duties": ["injection"], "duty_detail": "会場で接種を受け持ちます。"}, on) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("会場で接種を受け持ちます。", "「医師・看護師等の確保が難しいこと」「研修や経験」「受ける方の同意」が"),
        ("受ける方の同意を得て接種します。", "「医師・看護師等の確保が難しいこと」「研修や経験」が"),
        ("実技研修を受け、受ける方の同意を得て接種します。", ""),
        ("国の事務連絡により接種します。", ""),
    ],
)
def test_lic_008_lets_one_condition_lack(text: str, words: str) -> None:
    found = said("LIC-008", {"job_type": "dentist", "duties": ["injection"], "duty_detail": text})
    assert (words in found[0][2]) if words else not found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"job_type": None, "licenses": ["厚生労働大臣免許"]}, set()),
        ({"licenses": [*["driving"] * 19, "厚生労働大臣免許"]}, {"error"}),
        ({"licenses": "厚生労働大臣免許"}, {"error"}),
    ],
)
def test_lic_004_reads_what_was_chosen(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("LIC-004", JUNIOR | values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # An amount of the one line of pay is no other pay: 1,987 yen in the base posting.
        ({"pay_note": "准看護師は1,987円です。"}, set()),
        ({"pay_note": "准看護師は1,986円です。"}, {"warning"}),
        ({"pay_note": "准看護師は1,800円～1,987円です。"}, {"warning"}),
        ({"pay_note": "准看護師は2,100円です。", "pay_lines": [{"label": "土日", "min": 1987, "max": 2100}]}, set()),
        ({"pay_note": "准看は別途", "pay_lines": []}, set()),
        ({"other_req": "准看護師は別途ご相談ください。"}, set()),
        ({"other_req": "准看護師は別途時給を定めます。"}, {"warning"}),
        ({"title": "看護師（准看護師は別途）"}, {"warning"}),
        ({"job_type": "clerical", "also_junior": None, "pay_note": "准看は別途"}, set()),
        ({"also_junior": None, "pay_note": "准看は別途"}, {"warning"}),
    ],
)
def test_lic_005_compares_amounts(values: dict[str, Any], expected: set[str]) -> None:
    assert levels("LIC-005", {"also_junior": True} | values) == expected


def test_lic_011_names_another_job() -> None:
    values = {"job_type": "other", "duties": ["injection"]}
    assert said("LIC-011", values | {"job_other": "栄養士"})[0][2].startswith("その他の職種（栄養士）は")
    assert said("LIC-011", values | {"job_other": None})[0][2].startswith("職種「その他」は")


def test_lic_001_says_what_was_chosen() -> None:
    assert "「准看護師免許・自動車運転免許」になって" in said("LIC-001", {"licenses": ["assistant_nurse", "driving"]})[0][2]


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"documents": "普通自動車免許が必要です。"}, "documents"),
        ({"licenses": ["nurse", "driving"], "place_change": "家庭への訪問があります。"}, ""),
        ({"other_req": "普通自動車免許が必要です。", "venue_type": "mobile"}, ""),
    ],
)
def test_lic_006_points_at_the_demand(values: dict[str, Any], path: str) -> None:
    assert [where.removeprefix("postings.0.") for _, where, _ in said("LIC-006", values)] == ([path] if path else [])
