"""Which fields of the form stand in one line of the case page, and which answers are so ordinary that all of them stand in one.

A field that no line names gets a line of its own, by its label: the catalogue alone decides what is shown.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple


class LineGroup(NamedTuple):
    """One line: its label, and its fields in the order of reading.

    A name may have a sign before it: `(` and `)` behind it for brackets, `~` for a span (from ～ to), `+` for a narrow space; and a
    word behind it (`renewal=更新`) that stands before the value.
    """

    label: str
    fields: str
    wide: bool = False


GROUPS: Mapping[str, tuple[LineGroup, ...]] = {
    "organization": (
        LineGroup("団体", "org_name (org_kana) org_type lg_code pref"),
        LineGroup("所在地", "org_zip +org_address +org_building"),
        LineGroup("代表電話", "org_tel"),
        LineGroup("ホームページ", "org_url"),
        LineGroup("担当部署", "department"),
    ),
    "contact": (
        LineGroup("担当者", "contact_last +contact_first (contact_last_kana +contact_first_kana) contact_position"),
        LineGroup("直通電話", "contact_tel contact_ext=内線 contact_hours"),
        LineGroup("メール", "contact_email"),
        LineGroup("アカウント用", "account_email"),
        LineGroup("副担当者", "sub_contact_name sub_contact_email"),
        LineGroup("メール受信", "mail_env"),
    ),
    "postings": (
        LineGroup("職種", "job_type job_other also_junior title headcount=募集人数"),
        LineGroup("任用", "engagement nonregular employer=雇用主 internal_no=整理番号"),
        LineGroup("業務", "duties training=研修 training_note support_note=支援体制"),
        LineGroup("仕事の内容", "duty_detail", wide=True),
        LineGroup("業務の変更", "duty_change"),
        LineGroup("場所", "venue_name (venue_type) venue_zip +venue_city +venue_address access parking=車", wide=True),
        LineGroup("場所の変更", "place_change"),
        LineGroup("受動喫煙", "smoking smoking_note"),
        LineGroup("期間", "term_start ~term_end single_day renewal=更新"),
        LineGroup("更新の基準", "renewal_rule renewal_cap=上限"),
        LineGroup("試用期間", "probation probation_note"),
        LineGroup("時間", "shifts", wide=True),
        LineGroup("週・日数", "weekly_hours=週 workdays_note holidays=休日"),
        LineGroup("時間外", "overtime overtime_hours=月平均"),
        LineGroup("報酬", "pay_type pay_lines pay_note commute=交通費 commute_cap pay_day=支払日"),
        LineGroup("固定残業", "fixed_ot fixed_ot_yen fixed_ot_hours fixed_ot_excess=超過分の追加支給"),
        LineGroup("手当", "other_allow"),
        LineGroup("保険", "insurance accident=災害補償 liability=賠償責任 insurance_note"),
        LineGroup("免許・経験", "licenses experience=経験 experience_note blank_ok"),
        LineGroup("年齢制限", "age_limit age_reason age_note"),
        LineGroup("ほかの条件", "other_req"),
        LineGroup("応募", "apply_by selection documents=書類 deadline_type=締切 deadline=締切"),
        LineGroup("公開", "publish_from ~publish_until visibility"),
        LineGroup("問い合わせ", "public_contact public_tel"),
        LineGroup("応募書類", "retention"),
        LineGroup("情報の提供", "share_nc share_stt share_private"),
        LineGroup("事務局へ", "operator_note", wide=True),
    ),
    "confirmation": (),
}

HEAD = ("job_type", "job_other", "headcount", "title")
"""What stands in the heading of a posting; a line of its own only where something is to be said about it."""

FIRST = ("場所", "時間", "報酬")
"""The lines of a posting that stay where the others are folded."""

ORDINARY: Mapping[str, Mapping[Any, str]] = {
    "nonregular": {True: "非常勤・臨時"},
    "duty_change": {"なし": "業務の変更なし", "変更なし": "業務の変更なし"},
    "place_change": {"なし": "場所の変更なし", "変更なし": "場所の変更なし"},
    "smoking": {"no_smoking_site": "敷地内禁煙", "no_smoking_indoors": "屋内禁煙"},
    "renewal": {"none": "更新なし"},
    "probation": {"none": "試用期間なし", "conditional_one_month": "条件付採用1か月"},
    "overtime": {"no": "時間外なし"},
    "fixed_ot": {"no": "固定残業なし"},
    "accident": {"workers": "労災保険", "public_service": "公務災害補償"},
    "liability": {"municipality": "賠償責任は自治体"},
    "experience": {"not_asked": "経験不問"},
    "blank_ok": {True: "ブランク可"},
    "age_limit": {"no": "年齢制限なし"},
    "deadline_type": {"date": "締切は日付"},
    "visibility": {"public": "公開"},
    "retention": {"destroy": "選考後に廃棄", "return": "書類は返却"},
    "share_nc": {True: "ナースセンターへ提供", False: "ナースセンターへ提供しない"},
    "share_stt": {True: "Save the townへ提供", False: "Save the townへ提供しない"},
    "share_private": {True: "民間へ提供", False: "民間へ提供しない"},
    "mail_env": {"fine": "メール受信に問題なし"},
    "agree_terms": {True: "利用規約"},
    "agree_truth": {True: "正確さと更新"},
    "agree_report": {True: "実績の報告"},
    "agree_privacy": {True: "個人情報の取扱い"},
}
"""Answers that say what most forms say, and their few words. A place with a finding or a change is never among them."""

SHORT: Mapping[str, Mapping[Any, str]] = {
    "also_junior": {True: "准看護師も可"},
    "single_day": {True: "1日だけも可"},
}
"""Few words for other answers, whose label would be too long in a line."""
