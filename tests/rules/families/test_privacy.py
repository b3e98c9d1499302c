"""Rules about applicants' data: which papers, when, and what must not be published."""

from typing import Any

import pytest

from keynet_admin.rules.words.papers import papers
from tests.rules.speaking import level, paths, said


@pytest.mark.parametrize(
    "text",
    [
        "履歴書、住民票",
        "履歴書・戸籍謄本",
        "住民票の写し",
        "履歴書（本籍を記入）",
        "家族構成を記した書類",
        "家族の職業を記入した調書",
        "所得証明書",
        "収入証明書",
        "宗教に関する調書",
        "支持政党を記入",
        "労働組合の加入歴",
        "尊敬する人物を記入した作文",
        "愛読書を記入",
        "身元調査の同意書",
        "履歴書、住民票、免許証の写しは採用後",
        "本籍の分かる書類（採用後）",
    ],
)
def test_papers_about_the_person_behind(text: str) -> None:
    assert level("PRIV-001", {"documents": text}) == "error"


@pytest.mark.parametrize(
    "text",
    [
        "履歴書",
        "履歴書、職務経歴書",
        "履歴書（本籍の記入は不要）",
        "本籍の記載のない住民票（採用後）",
        "履歴書。本籍は記入しないでください。",
        "住民票は採用後に提出",
        "履歴書。採用決定後に、住民票、扶養控除等申告書を提出",
        "戸籍謄本、住民票は不要です。",
        "履歴書。住民票、戸籍に関する書類は提出しないでください。",
        "海山一部事務組合の申込書",
        "申込書（戸籍住民課の窓口で配布）",
        "収入印紙は不要",
        "履歴書（写真を貼ったもの）",
        "本籍の記載のないもの",
        "家族に関する書類は求めません。",
        "氏名は戸籍のとおり記入",
    ],
)
def test_papers_that_are_fine(text: str) -> None:
    assert said("PRIV-001", {"documents": text}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("支持政党を面接で確認します。", "warning"),
        ("家族構成を確認します。", "warning"),
        ("住民票を提出できる方", "warning"),
        ("戸籍謄本を提出していただきます。", "warning"),
        ("労働組合に加入していない方", "warning"),
        ("宗教・信条は問いません。", None),
        ("市内に住民票がある方", None),
        ("同居の家族に発熱などの症状がない方", None),
        ("収入を調整して働きたい方も歓迎", None),
        ("一部事務組合での勤務経験", None),
        ("普通自動車免許", None),
    ],
)
def test_conditions_about_the_person_behind(text: str, expected: str | None) -> None:
    assert level("PRIV-001", {"other_req": text}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("履歴書、マイナンバーカードの写し", "error"),
        ("個人番号が分かる書類", "error"),
        ("基礎年金番号通知書", "error"),
        ("年金手帳の写し", "error"),
        ("振込先口座の通帳の写し", "error"),
        ("履歴書。マイナンバーは採用後", None),
        ("履歴書、通帳の写し（採用決定後）", None),
        ("採用決定後にマイナンバー、年金手帳、口座の届出をお願いします。", None),
        ("マイナンバーは不要です。", None),
        ("面接時に本人確認書類（マイナンバーカード等）を提示", None),
        ("履歴書", None),
    ],
)
def test_numbers_and_accounts(text: str, expected: str | None) -> None:
    assert level("PRIV-002", {"documents": text}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("写真を貼った履歴書、看護師免許証の写し", "warning"),
        ("履歴書、免許証のコピー", "warning"),
        ("資格証の写し", "warning"),
        ("看護師免許証（写し）", "warning"),
        ("資格を証明する書類の写し", "warning"),
        ("免許証の画像データ", "warning"),
        ("医師免許証写", "warning"),
        ("該当する資格の取得を証明する書類等の写し", "warning"),
        ("免許証（A4の写し）", "warning"),
        ("研修修了証の写し", None),
        ("履歴書（免許証は面接時に原本を提示）", None),
        ("履歴書。免許証の写しは採用後", None),
        ("免許証の写し（採用決定後）", None),
        ("看護師免許証の写し（本籍は伏せてください）", None),
        ("免許証の写しは不要", None),
        ("運転免許証の写し", None),
        ("面接時に免許証の写しを持参", None),
        ("履歴書（写真を貼ったもの）", None),
    ],
)
def test_copies_of_licences(text: str, expected: str | None) -> None:
    assert level("PRIV-003", {"documents": text}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("履歴書（性別必須）", "warning"),
        ("配偶者の有無を記入", "warning"),
        ("扶養家族の人数を記入", "warning"),
        ("履歴書（通勤時間を記入）", "warning"),
        ("履歴書（性別の記入は任意）", None),
        ("性別、配偶者の記入は不要", None),
        ("扶養控除等申告書は採用後", None),
        ("履歴書", None),
    ],
)
def test_items_left_out_of_the_resume(text: str, expected: str | None) -> None:
    assert level("PRIV-004", {"documents": text}) == expected
    assert said("PRIV-001", {"documents": text}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("履歴書、健康診断書", "warning"),
        ("既往歴を記入した書類", "warning"),
        ("健康診断結果の写し", "warning"),
        ("医師の診断書", "warning"),
        ("健康診断書は採用後", None),
        ("健康診断書（採用決定後）", None),
        ("採用時健康診断", None),
        ("健康診断書は不要", None),
        ("履歴書", None),
    ],
)
def test_health_papers(text: str, expected: str | None) -> None:
    assert level("PRIV-005", {"documents": text}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"public_contact": "係長 海山 090-0000-0012"}, ["public_contact"]),
        ({"public_contact": "健康課 担当：海山"}, ["public_contact"]),
        ({"public_contact": "健康課 係長 海山さん"}, ["public_contact"]),
        ({"public_contact": "川辺 花子"}, ["public_contact"]),
        ({"public_contact": "健康課 川辺花子"}, ["public_contact"]),
        ({"other_req": "お問い合わせは nurse.umiyama@gmail.com まで"}, ["other_req"]),
        ({"duty_detail": "予診票の確認と接種を行います。連絡は 080-0000-0045 にお願いします。観察も担当します。"}, ["duty_detail"]),
        ({"other_req": "担当 海山 0982-00-0033 に電話してください。"}, ["other_req"]),
        ({"public_contact": "健康課 担当 田中"}, ["public_contact"]),
        ({"public_contact": "係長 阿部（内線 234）"}, ["public_contact"]),
        ({"public_contact": "担当：木村まで"}, ["public_contact"]),
        ({"public_contact": "健康づくり課 川辺さん"}, ["public_contact"]),
        ({"public_contact": "健康推進課 感染症対策担当係長"}, []),
        ({"public_contact": "健康課 担当：総務部"}, []),
        ({"public_contact": "予防係"}, []),
        ({"public_contact": "健康福祉部 健康づくり課 予防係"}, []),
        ({"public_contact": "健康づくり課 ワクチン担当"}, []),
        ({"public_contact": "健康課 担当保健師"}, []),
        ({"public_contact": "採用担当者"}, []),
        ({"public_contact": "担当 接種推進室"}, []),
        ({"public_contact": "kenko@city.hyuga-test.lg.jp"}, []),
        ({"other_req": "電話 0982-00-0013（予防係）"}, []),
        ({"other_req": "主任看護師の経験がある方"}, []),
        ({"duty_detail": "予診票の確認と接種を行います。担当は週ごとに決めます。観察も担当します。"}, []),
    ],
)
def test_private_contacts(values: dict[str, Any], expected: list[str]) -> None:
    assert paths("PRIV-006", values) == expected


@pytest.mark.parametrize(("value", "expected"), [(None, "error"), ("", "error"), ("選考後に廃棄", None), ("返却", None), ("keep", None)])
def test_retention(value: str | None, expected: str | None) -> None:
    assert level("PRIV-007", {"retention": value}) == expected


def test_retention_may_wait_while_typing() -> None:
    assert level("PRIV-007", {"retention": None}, partial=True) is None


def test_items_of_a_list() -> None:
    found = papers("履歴書、住民票(採用後)。採用決定後に、戸籍抄本、口座の届出")
    assert [(p.text, p.after_hiring) for p in found] == [
        ("履歴書", False),
        ("住民票(採用後)", True),
        ("採用決定後に", True),
        ("戸籍抄本", True),
        ("口座の届出", True),
    ]
    assert all(p.refused for p in papers("戸籍謄本、住民票は不要です"))
