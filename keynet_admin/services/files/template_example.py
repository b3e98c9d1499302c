"""The example of the Excel template: two postings of 日向市 with an invented contact, valid on the day it is made."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from keynet_admin.catalogue import Kind
from keynet_admin.services.files.columns import FormColumn

YES_NO = ("はい", "いいえ")


def example_of(column: FormColumn, on: date, number: int) -> Any:
    """The example's value for a column as one types it (`number`: 0 or 1), None where it is left empty."""
    value, field = _rows(on)[number].get(column.name), column.spec
    if value is None:
        return None
    if field.kind is Kind.BOOL:
        return YES_NO[not value]
    if isinstance(value, list):
        return "、".join(field.label_of(slug) for slug in value)
    return field.label_of(value) if field.kind is Kind.CHOICE else value


@lru_cache(maxsize=2)
def _rows(on: date) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two rows by column name: nurses at weekends, clerks on weekdays."""
    start = on + timedelta(days=30)
    if date(start.year + (start.month > 3), 3, 31) - start < timedelta(days=30):
        start = date(start.year, 4, 1)  # a term ends with the fiscal year: one of a few days would be no good example
    end = min(date(start.year + (start.month > 3), 3, 31), start + timedelta(days=90))
    deadline = on + timedelta(days=18)
    common = _BODY | {
        "term_start": start.isoformat(),
        "term_end": end.isoformat(),
        "deadline": deadline.isoformat(),
        "publish_from": (on + timedelta(days=7)).isoformat(),
        "publish_until": (start - timedelta(days=1)).isoformat(),
    }
    return common | _NURSE, common | _CLERK


_BODY: dict[str, Any] = {
    "organization-org_type": "city",
    "organization-lg_code": "452068",
    "organization-org_name": "日向市",
    "organization-org_kana": "ヒュウガシ",
    "organization-org_zip": "883-0046",
    "organization-org_address": "日向市中町9番9号",
    "organization-org_tel": "0982-00-0001",
    "organization-department": "健康福祉部 健康づくり課",
    "contact-contact_last": "川辺",
    "contact-contact_first": "花子",
    "contact-contact_last_kana": "カワベ",
    "contact-contact_first_kana": "ハナコ",
    "contact-contact_tel": "0982-00-0043",
    "contact-contact_email": "vaccine@city.hyuga-test.lg.jp",
    "contact-contact_email2": "vaccine@city.hyuga-test.lg.jp",
    "confirmation-agree_terms": True,
    "confirmation-agree_truth": True,
    "confirmation-agree_report": True,
    "confirmation-agree_privacy": True,
    "engagement": "fiscal_year_part_time",
    "nonregular": True,
    "duty_change": "変更なし",
    "training": "paid",
    "training_note": "従事の初日に、会場で2時間程度行います。",
    "venue_name": "海山地区の集団接種会場",
    "venue_type": "other_public",
    "venue_city": "日向市",
    "venue_address": "中町9番10号",
    "parking": "free",
    "place_change": "市内の他の接種会場",
    "smoking": "no_smoking_site",
    "renewal": "none",
    "probation": "conditional_one_month",
    "shifts-0-break": 0,
    "overtime": "no",
    "holidays": "シフトによる",
    "pay_type": "hour",
    "fixed_ot": "no",
    "commute": "actual",
    "pay_day": "翌月21日払い",
    "insurance": ["none"],
    "accident": "workers",
    "experience": "not_asked",
    "blank_ok": True,
    "age_limit": "no",
    "apply_by": ["site", "phone"],
    "selection": ["papers", "interview"],
    "documents": "履歴書",
    "deadline_type": "date",
    "visibility": "public",
    "public_contact": "健康づくり課 予防係",
    "public_tel": "0982-00-0013",
    "retention": "destroy",
    "share_nc": True,
    "share_stt": False,
    "share_private": False,
}
_NURSE: dict[str, Any] = {
    "job_type": "nurse",
    "title": "集団接種会場の看護師（土日・午後）",
    "headcount": 15,
    "duties": ["questionnaire", "injection", "observation"],
    "duty_detail": "予診票の聞き取りを補助し、注射による接種と、その後の様子の観察を行います。1回の来場は90人ほどで、6人で分担します。",
    "shifts-0-name": "午後",
    "shifts-0-days": ["sat", "sun"],
    "shifts-0-start": "13:00",
    "shifts-0-end": "17:30",
    "weekly_hours": 9,
    "workdays_note": "週2日程度",
    "pay_lines-0-label": "土日",
    "pay_lines-0-min": 1987,
    "licenses": ["nurse"],
}
_CLERK: dict[str, Any] = {
    "job_type": "clerical",
    "title": "集団接種会場の受付（平日・午前）",
    "headcount": 4,
    "duties": ["reception"],
    "duty_detail": "来場した方の受付と、会場内の案内を行います。1回の来場は90人ほどで、4人で分担します。",
    "shifts-0-name": "午前",
    "shifts-0-days": ["mon", "wed", "fri"],
    "shifts-0-start": "8:30",
    "shifts-0-end": "12:00",
    "weekly_hours": 10.5,
    "workdays_note": "週3日程度",
    "pay_lines-0-label": "平日",
    "pay_lines-0-min": 1100,
    "licenses": ["none"],
}
