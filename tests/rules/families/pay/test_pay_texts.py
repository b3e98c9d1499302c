"""Rules about pay: what texts say (WAGE-009, 010, 011, 015), with the near misses of each."""

from typing import Any

import pytest

from tests.rules.speaking import level

WEEKDAYS = [{"name": "日勤", "days": ["mon", "tue", "wed", "thu", "fri"], "start": "9:00", "end": "16:00", "break": 60}]
WEEK = [{"name": "午後", "days": ["mon", "wed", "sat"], "start": "13:00", "end": "17:00", "break": 0}]
FIXED = {"fixed_ot": "yes", "fixed_ot_yen": 10000, "fixed_ot_hours": 5, "fixed_ot_excess": True}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("残業代込みの額です。", "warning"),
        ("時間外勤務手当を含む。", "warning"),
        ("みなし残業20時間分", "warning"),
        ("固定残業代を支給", "warning"),
        ("一律手当あり", "warning"),
        ("残業手当は報酬に含みます。", "warning"),
        ("報酬には残業手当が含まれています。", "warning"),
        ("時間外勤務手当は含みません。", None),
        ("残業代は別途支給します。", None),
        ("固定残業代はありません。", None),
        ("みなし残業なし", None),
        ("時間外勤務手当を支給します。", None),
        ("期末手当を含む", None),
        ("一律手当はありません。", None),
        ("残業代は含まれていません。", None),
    ],
)
def test_overtime_that_is_included(text: str, expected: str | None) -> None:
    assert level("WAGE-009", {"pay_note": text}) == expected


def test_included_overtime_is_right_with_the_field() -> None:
    assert level("WAGE-009", {"pay_note": "残業代込み", **FIXED}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("土日は別途", "warning"),
        ("土日は平日と異なる額です。", "warning"),
        ("土日祝は時給が上がります。", "warning"),
        ("平日と土日で報酬が異なります。", "warning"),
        ("休日は35％割増で支給します。", "warning"),
        ("土曜・日曜は1時間につき500円を加算します。", "warning"),
        ("土日祝日は1,987円です。", "warning"),
        ("週末は別料金です。", "warning"),
        ("土・日・祝日は別額になります。", "warning"),
        ("平日・土日とも同額です。", None),
        ("土日の加算はありません。", None),
        ("土日祝は手当が付きます。", "warning"),
        ("土日も報酬は変わりません。", None),
        ("土日の勤務日は別途お知らせします。", None),
        ("土日のシフトは別途調整します。", None),
        ("時間外・休日勤務手当を支給します。", None),
        ("休日勤務手当あり", None),
        ("経験により加算があります。", None),
        ("毎月末日締め、翌月21日払い", None),
    ],
)
def test_weekend_pay(text: str, expected: str | None) -> None:
    assert level("WAGE-010", {"pay_note": text, "pay_lines": [{"label": "", "min": 1472}]}) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"duty_detail": "予診票の聞き取りと接種を行います。土日の会場は別にお知らせします。観察も担当します。"}, None),
        ({"duty_detail": "予診票の聞き取りと接種を行います。土日は報酬が高くなります。観察も担当します。"}, "warning"),
        ({"pay_note": "土日は別途", "pay_lines": [{"label": "平日", "min": 1472}, {"label": "土日", "min": 1987}]}, None),
        ({"pay_note": "土日は別途", "shifts": WEEKDAYS, "weekly_hours": 30, "insurance": ["employment"]}, None),
        ({"pay_lines": [{"label": "平日", "min": 1472}], "shifts": WEEK, "weekly_hours": 12}, "warning"),
        ({"pay_lines": [{"label": "平日・土日共通", "min": 1472}], "shifts": WEEK, "weekly_hours": 12}, None),
        ({"pay_note": "土日は別途", "pay_lines": [{"label": "", "min": 1472}, {"label": "土日の加算", "min": 500}]}, "warning"),
    ],
)
def test_weekend_pay_with_lines_and_shifts(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-010", values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"title": "看護師 時給3,000円！"}, "warning"),
        ({"title": "看護師 時給1,987円"}, None),
        ({"title": "看護師（１，９８７円）"}, None),
        ({"pay_note": "准看護師は1,800円です。"}, "warning"),
        ({"pay_note": "時給1,987円のほか、通勤費を1日500円まで支給します。"}, None),
        ({"pay_note": "交通費は上限2,000円です。"}, None),
        ({"pay_note": "交通費は1日1,000円から2,000円です。"}, None),
        ({"pay_note": "交通費：片道2km以上の場合、日額200円～1,500円"}, None),
        ({"pay_note": "交通費は実費、報酬は日額3万円です。"}, "warning"),
        ({"pay_note": "前職の経験により、月額で1,000円から5,000円の差があります。"}, None),
        ({"pay_note": "日額1,500円、時給2,400円"}, "warning"),
        ({"pay_note": "期末手当50,000円を支給します。"}, None),
        ({"pay_note": "経験5年以上の方は1時間につき100円を加算します。"}, None),
        ({"pay_note": "1回4.5時間で8,942円になります。"}, None),
        ({"pay_note": "駐車場代は1日300円です。"}, None),
        ({"pay_note": "年収130万円以内で調整できます。"}, None),
        ({"pay_note": "報酬は日額3万円です。"}, "warning"),
        ({"pay_note": "1回2万3千円"}, "warning"),
        ({"duty_detail": "予診票の確認と接種、観察を行います。時給は2,500円です。6人で分担します。"}, "warning"),
        ({"duty_detail": "予診票の確認と接種、観察を行います。会場の使用料1,000円の受け取りはありません。"}, None),
        ({"other_req": "報酬は月額20万円程度"}, "warning"),
        ({"pay_note": "夜間手当として1回2,000円を支給します。"}, None),
        ({"pay_lines": [{"label": "土日 2,100円", "min": 1987}]}, "warning"),
        (
            {"pay_lines": [{"label": "平日", "min": 1472}, {"label": "土日", "min": 1987}], "pay_note": "平日1,472円、土日1,987円です。"},
            None,
        ),
        ({"pay_note": "通勤費 上限500円", "commute": "capped", "commute_cap": 500}, None),
        ({"pay_note": "報酬3,000円", "pay_lines": [{"label": "", "min": "未定"}]}, None),
    ],
)
def test_amounts_in_texts(values: dict[str, Any], expected: str | None) -> None:
    assert level("WAGE-011", values) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("高収入保証", "warning"),
        ("しっかり稼げるお仕事です。", "warning"),
        ("日本一の待遇です。", "warning"),
        ("必ず採用します。", "warning"),
        ("完全保証", "warning"),
        ("高時給！", "warning"),
        ("必ず事前にご連絡ください。", None),
        ("マスクを必ず着用してください。", None),
        ("日本一の星空の町で働きませんか。", None),
        ("子育て日本一を目指す市です。", None),
        ("経験年数により時給を加算します。", None),
        ("必ずしも経験は必要ありません。", None),
    ],
)
def test_tempting_words(text: str, expected: str | None) -> None:
    assert level("WAGE-015", {"pay_note": text}) == expected
