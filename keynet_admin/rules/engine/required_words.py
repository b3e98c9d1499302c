"""The words of REQ-001: what is missing, why it is asked for and how to fill it in; the example stands by itself."""

import re
from typing import Final

from keynet_admin.catalogue import Field, Kind
from keynet_admin.rules.engine.result import Note
from keynet_admin.rules.engine.rule import Level, Message

_WHY: Final = {
    "organization": "どの団体からの申請かを確かめるため、必須の項目です。",
    "contact": "事務局からのご連絡に使うため、必須の項目です。",
    "postings": "応募する方が条件を確かめて比べられるよう、必須の項目です。",
    "applicant": "選考と連絡に使うため、必須の項目です。",
    "inquiry": "お答えするため、必須の項目です。",
}
_EXAMPLE: Final = re.compile(r"（例：.*）(?=。|$)|例：.*$")
_BY_NAME: Final = {
    "org_name": "海山市",
    "org_kana": "ウミヤマシ",
    "org_address": "海山市中町9番9号",
    "department": "健康福祉部 健康づくり課 予防係",
    "contact_last": "川辺",
    "contact_first": "花子",
    "contact_last_kana": "カワベ",
    "contact_first_kana": "ハナコ",
    "family_name": "川辺",
    "given_name": "花子",
    "family_kana": "カワベ",
    "given_kana": "ハナコ",
    "message": "駐車場はありますか。",
    "job_other": "会場の消毒員",
    "title": "集団接種会場の看護師（土日・午後）",
    "employer": "株式会社海山医療",
    "duty_detail": "予診票の確認、注射、接種後の観察を行います。1回90人ほどを6人で分担します。",
    "duty_change": "変更なし",
    "training_note": "従事の初日に会場で2時間程度",
    "venue_name": "海山市民体育館",
    "venue_address": "中町9番10号",
    "place_change": "市内の他の接種会場",
    "renewal_rule": "接種の実施状況と勤務成績により判断します。",
    "renewal_cap": "上限なし",
    "probation_note": "採用から1か月、勤務条件は同じです。",
    "public_contact": "健康づくり課 予防係",
    "shifts": "土日 13:00～17:30 休憩0分",
    "pay_lines": "土日 1,987円",
    "break": "60",
    "overtime_hours": "5",
    "fixed_ot_hours": "5",
}
_BY_KIND: Final = {
    Kind.LG_CODE: "452068",
    Kind.ZIP: "883-0046",
    Kind.PHONE: "0982-00-0001",
    Kind.EMAIL: "kenko@city.example.lg.jp",
    Kind.INT: "15",
    Kind.HOURS: "9",
    Kind.YEN: "1,472円",
    Kind.DATE: "2021-06-01",
    Kind.TIME: "13:30",
    Kind.MUNICIPALITY: "日向市",
    Kind.BOOL: "はい",
}


def missing_note(section: str, item: Field) -> Note:
    """REQ-001 for a field of a section that was left empty."""
    chosen = bool(item.choices) or item.kind is Kind.BOOL
    what = f"「{item.label}」が{'選ばれて' if chosen else '入力されて'}いません。"
    return Note("REQ-001", Level.ERROR, Message(what, _WHY[section], _how(item)), example_of(item))


def _how(item: Field) -> str:
    if item.kind is Kind.BOOL:
        return "はい・いいえのどちらかを選んでください。"
    if item.choices:
        return "当てはまるものをすべて選んでください。" if item.kind in (Kind.MULTI, Kind.DAYS) else "一覧から1つ選んでください。"
    words = _EXAMPLE.sub("", item.help)
    return words if "ください" in words else f"入力してください。{words}"


def example_of(item: Field) -> str:
    """One good value of a field, without any words around it."""
    if item.name in _BY_NAME:
        return _BY_NAME[item.name]
    if item.choices:
        return item.choices[0].label
    if item.help.startswith("例："):
        return item.help.removeprefix("例：").split("、")[0]
    return _BY_KIND.get(item.kind, "")
