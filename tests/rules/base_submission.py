"""A valid submission for any reference date: the ground on which single rules are tried.

`base_submission(on)` gives no finding of level error or warning; `changed(on, values)` puts typed values at dotted paths into it
(None removes the field).
"""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

ON = date(2021, 5, 7)


def _iso(day: date) -> str:
    return day.isoformat()


def _start_of(on: date) -> date:
    """Three weeks ahead; when the fiscal year ends before that the next one's first working days."""
    start = on + timedelta(days=25)
    end = _end_of(start)
    return start if end - start >= timedelta(days=30) else date(end.year, 4, 1)


def _end_of(start: date) -> date:
    return date(start.year + (start.month >= 4), 3, 31)


def base_submission(on: date = ON) -> dict[str, Any]:
    """A complete, valid document for a reference date: one posting for nurses of 日向市 (invented people and numbers)."""
    start = _start_of(on)
    end = min(_end_of(start), start + timedelta(days=120))
    if date(2021, 5, 7) <= on <= date(2021, 11, 1):
        end = min(end, date(2022, 2, 28))
    until = min(start - timedelta(days=1), on + timedelta(days=80))
    return {
        "organization": {
            "org_type": "city",
            "lg_code": "452068",
            "org_name": "日向市",
            "org_kana": "ヒュウガシ",
            "org_zip": "8830046",
            "org_address": "日向市中町9番9号",
            "org_tel": "0982-00-0001",
            "department": "健康福祉部 健康づくり課",
        },
        "contact": {
            "contact_last": "川辺",
            "contact_first": "花子",
            "contact_last_kana": "カワベ",
            "contact_first_kana": "ハナコ",
            "contact_tel": "0982-00-0043",
            "contact_email": "vaccine@city.hyuga-test.lg.jp",
            "contact_email2": "vaccine@city.hyuga-test.lg.jp",
        },
        "postings": [
            {
                "job_type": "nurse",
                "title": "集団接種会場の看護師（土日・午後）",
                "headcount": 15,
                "engagement": "fiscal_year_part_time",
                "nonregular": True,
                "duties": ["questionnaire", "injection", "observation"],
                "duty_detail": "予診票の聞き取りを補助し、注射による接種と、その後の様子の観察を行います。1回の来場は90人ほどで、6人で分担します。",
                "duty_change": "変更なし",
                "training": "paid",
                "training_note": "従事の初日に、会場で2時間程度行います。",
                "venue_name": "海山地区の集団接種会場",
                "venue_type": "other_public",
                "venue_city": "452068",
                "venue_address": "中町9番10号",
                "parking": "free",
                "place_change": "市内の他の接種会場",
                "smoking": "no_smoking_site",
                "term_start": _iso(start),
                "term_end": _iso(end),
                "renewal": "none",
                "probation": "conditional_one_month",
                "shifts": [{"name": "午後", "days": ["sat", "sun"], "start": "13:00", "end": "17:30", "break": 0}],
                "weekly_hours": 9,
                "workdays_note": "週2日程度",
                "overtime": "no",
                "holidays": "シフトによる",
                "pay_type": "hour",
                "pay_lines": [{"label": "土日", "min": 1987}],
                "fixed_ot": "no",
                "commute": "actual",
                "pay_day": "翌月21日払い",
                "insurance": ["none"],
                "accident": "workers",
                "licenses": ["nurse"],
                "experience": "not_asked",
                "blank_ok": True,
                "age_limit": "no",
                "apply_by": ["site", "phone"],
                "selection": ["papers", "interview"],
                "documents": "履歴書",
                "deadline_type": "date",
                "deadline": _iso(min(on + timedelta(days=18), until)),
                "publish_from": _iso(on + timedelta(days=7)),
                "publish_until": _iso(until),
                "visibility": "public",
                "public_contact": "健康づくり課 予防係",
                "public_tel": "0982-00-0013",
                "retention": "destroy",
                "share_nc": True,
                "share_stt": False,
                "share_private": False,
            }
        ],
        "confirmation": {"agree_terms": True, "agree_truth": True, "agree_report": True, "agree_privacy": True},
    }


def put(document: Any, path: str, value: Any) -> None:
    """Put a value at a dotted path, making what is missing on the way; None removes the field."""
    parts = path.split(".")
    for index, part in enumerate(parts[:-1]):
        following: Any = [] if parts[index + 1].isdigit() else {}
        if isinstance(document, list):
            while len(document) <= int(part):
                document.append(deepcopy(document[-1]) if document and isinstance(document[-1], dict) else following)
            document = document[int(part)]
        else:
            if not isinstance(document.get(part), (dict, list)):
                document[part] = following
            document = document[part]
    last = parts[-1]
    if isinstance(document, list):
        if value is None:
            del document[int(last)]
        elif int(last) < len(document):
            document[int(last)] = value
        else:
            document.append(value)
    elif value is None:
        document.pop(last, None)
    else:
        document[last] = value


def changed(on: date, values: Any) -> dict[str, Any]:
    """The valid submission of a day with typed values put at dotted paths."""
    document = base_submission(on)
    for path, value in values.items():
        put(document, path, deepcopy(value))
    return document


def posting_read(on: date) -> dict[str, Any]:
    """The posting of the valid submission, as somebody reads it who applies."""
    result: dict[str, Any] = base_submission(on)["postings"][0] | {"licenses": ["nurse", "assistant_nurse"]}
    return result


def person(values: Any = None) -> dict[str, Any]:
    """What a valid applicant typed, with typed values put at `applicant.…`."""
    document: dict[str, Any] = {
        "applicant": {
            "family_name": "見本",
            "given_name": "さくら",
            "family_kana": "ミホン",
            "given_kana": "サクラ",
            "email": "sakura@mail.example",
            "licenses": ["nurse"],
            "availability": ["consult"],
            "message": "土日の午後に勤務できます。",
            "consent": True,
        }
    }
    for path, value in (values or {}).items():
        put(document, path, value)
    result: dict[str, Any] = document["applicant"]
    return result
