"""What the pay comes to for a session and for an hour: computed, rounded, and nothing where hours are missing."""

from typing import Any

import pytest

from keynet_admin.services.listing import pay

AFTERNOON = {"days": ["sat"], "start": "13:00", "end": "16:30", "break": 0}
LONG = {"days": ["sun"], "start": "9:00".zfill(5), "end": "17:00", "break": 60}


@pytest.mark.parametrize(
    ("posting", "words"),
    [
        ({"pay_type": "hour", "pay_lines": [{"min": 2050}], "shifts": [AFTERNOON]}, "1回 約7,200円（3時間30分）"),
        ({"pay_type": "hour", "pay_lines": [{"min": 2050, "max": 2200}], "shifts": [AFTERNOON]}, "1回 約7,200円～7,700円（3時間30分）"),
        ({"pay_type": "hour", "pay_lines": [{"min": 2000}], "shifts": [AFTERNOON, LONG]}, "1回 約7,000円～14,000円（3時間30分～7時間）"),
        ({"pay_type": "hour", "pay_lines": [{"min": 2000}], "shifts": [{**AFTERNOON, "break": None}]}, ""),
        ({"pay_type": "hour", "pay_lines": [], "shifts": [AFTERNOON]}, ""),
        ({"pay_type": "session", "pay_lines": [{"min": 48000, "hours_per_unit": 3}]}, "1時間あたり 約16,000円"),
        ({"pay_type": "session", "pay_lines": [{"min": 50000}], "shifts": [{**AFTERNOON, "end": "17:30"}]}, "1時間あたり 約11,100円"),
        ({"pay_type": "session", "pay_lines": [{"min": 48000, "hours_per_unit": 3}, {"min": 1}]}, ""),
        ({"pay_type": "day", "pay_lines": [{"min": 18600}], "shifts": [LONG]}, "1時間あたり 約2,660円"),
        ({"pay_type": "month", "pay_lines": [{"min": 210000}], "weekly_hours": 35}, "1時間あたり 約1,380円"),
        ({"pay_type": "month", "pay_lines": [{"min": 210000}]}, ""),
        ({"pay_type": "hour", "pay_lines": [{"min": "不明"}, "x"], "shifts": [AFTERNOON]}, ""),
        ({}, ""),
    ],
)
def test_the_sum_below_the_pay(posting: dict[str, Any], words: str) -> None:
    assert pay.sum_words(posting) == words


def test_each_line_has_its_own_sum() -> None:
    lines = [{"label": "3年未満", "min": 2050}, {"label": "3年以上", "min": 2200, "max": 2300}]
    rows = pay.rows({"pay_type": "hour", "pay_lines": lines, "shifts": [AFTERNOON]})
    assert rows == [("3年未満", "2,050円", "", "約7,200円"), ("3年以上", "2,200円～2,300円", "", "約7,700円～8,100円")]
