"""Words of choices that are not one choice's own: several at once, those to be asked about, those of yes and no.

Words with spaces between them; a word of one choice is an alias in the catalogue.
"""

from keynet_admin.catalogue.base import words

# Words that mean several choices of a list together, by field.
SEVERAL: dict[str, dict[str, tuple[str, ...]]] = {
    "insurance": dict.fromkeys(
        words("社会保険 社保 社会保険加入 社会保険あり 社会保険健康保険厚生年金 社会保険健康保険厚生年金保険 社会保険健保厚年"),
        ("health", "pension"),
    )
}
# Fields whose words are also typed into a list of another kind: 加入保険等「雇用・労災・健康・厚生」 names the cover for accidents, too.
ELSEWHERE = {"insurance": "accident"}

# Words that fit several choices, or nearly one: never taken, the choices are offered (`a+b`: both together).
DOUBTFUL: dict[str, tuple[tuple[str, str], ...]] = {
    "org_type": (("区", "special_ward"), ("市町村", "city town village"), ("市区町村", "city special_ward town village")),
    "job_type": (("看護 看護職 看護職員 看護師等", "nurse assistant_nurse"),),
    "engagement": (
        ("会計年度任用職員 会計年度", "fiscal_year_part_time fiscal_year_full_time"),
        ("パートタイム パートタイム職員 パート アルバイト", "fiscal_year_part_time special_part_time contractor"),
        ("フルタイム フルタイム職員", "fiscal_year_full_time contractor"),
        ("臨時職員 臨時", "temporary_appointment fiscal_year_part_time fiscal_year_full_time"),
        ("嘱託職員 嘱託 非常勤職員 非常勤", "fiscal_year_part_time special_part_time"),
        ("業務委託", "contractor honorarium"),
    ),
    "duties": (
        ("問診", "pre_check questionnaire"),
        ("接種補助 接種介助", "questionnaire filling observation"),
        ("接種業務 ワクチン接種業務", "injection"),
        ("事務 受付事務", "reception data_entry reception+data_entry"),
    ),
    "training": (("あり 有 有り 研修あり 研修有 研修有り 実施 実施する 必須", "paid unpaid"),),
    "venue_type": (("学校体育館 小学校体育館 中学校体育館", "school gymnasium"),),
    "parking": (
        ("可 可能 あり 有 有り 駐車場あり 駐車場有 駐車場有り 車通勤可 マイカー通勤可 自動車通勤可 要相談", "free paid"),
        ("応相談", "free paid none"),
    ),
    "smoking": (
        ("全面禁煙 禁煙 完全禁煙 施設内禁煙 施設内全面禁煙 あり", "no_smoking_site no_smoking_indoors"),
        ("敷地内原則禁煙", "no_smoking_site no_smoking_site_outdoor_spot"),
        ("原則禁煙 分煙", "no_smoking_site_outdoor_spot indoors_with_room"),
        ("なし", "allowed outdoors"),
    ),
    "renewal": (("あり 有 有り 更新あり 更新有 更新有り 更新可 可 可能", "possible usual"),),
    "probation": (
        (
            "あり 有 有り 試用期間あり 試用期間1か月 1か月 1月 1か月間 条件付採用期間あり 条件付採用あり",
            "conditional_one_month other",
        ),
    ),
    "overtime": (("原則なし ほぼなし ほとんどなし 場合による 業務による 応相談 若干あり", "no yes"),),
    "pay_type": (("時間", "hour"), ("日", "day"), ("月", "month")),
    "commute": (
        (
            "あり 有 有り 支給 支給する 支給あり 支給有り 別途支給 一部支給 交通費あり 交通費支給 規定により支給 規程により支給 "
            "規定による 規程による 規則による 条例による",
            "actual fixed capped",
        ),
    ),
    "insurance": (
        ("社会保険完備 社保完備 各種保険完備 各種社会保険 各種社会保険完備 社会保険等", "health+pension+employment by_hours"),
        ("法定どおり 法定のとおり 法令による 法定", "by_hours health+pension+employment"),
        ("あり 有 有り 加入 加入する 加入あり", "health+pension employment health+pension+employment"),
    ),
    "accident": (("あり 有 有り 加入 加入する 適用 適用あり", "workers public_service private_cover"),),
    "liability": (("あり 有 有り 加入 加入あり", "municipality insured"),),
    "licenses": (("看護職 看護師等 看護職免許", "nurse assistant_nurse nurse+assistant_nurse"),),
    "experience": (("あり 有 有り 経験あり 経験有 経験有り", "preferred required"), ("応相談", "not_asked preferred")),
    "age_reason": (("3号 三号 第3号 第三号", "item_3_i item_3_ro item_3_ha item_3_ni"),),
    "deadline_type": (("随時 随時募集 なし", "until_filled date"),),
    "visibility": (("一部", "masked"), ("限定公開", "masked private")),
    "retention": (("返却しない 返却しません 返却なし 返却不可", "destroy keep"),),
}

TRUE = frozenset(
    words("true 1 on yes y t ok はい ○ 〇 ◯ ◎ ● ■ 有 有り あり 可 可能 同意する 同意します 同意 する レ ✓ ✔ ☑ 希望する 真 該当 該当する")
)
FALSE = frozenset(words("false 0 off no n f ng いいえ × ✕ x 無 無し なし 否 不可 同意しない しない ☐ □ 希望しない 偽 非該当 該当しない"))
_AGREED = ("同意済 同意済み 確認済 確認済み 確認した 確認しました 了承 了承する 了承します 承諾 承諾する 協力 協力する 協力します", "")
_SHARED = ("提供 提供する 提供します 提供可 提供希望 提供を希望 提供を希望する 希望", "提供しない 提供なし 提供不可 提供を希望しない 不要")
# Words of one field of yes and no: what it asks, said in full.
BOOLS: dict[str, tuple[str, str]] = {
    "nonregular": (
        "非常勤 臨時 非常勤職員 臨時職員 非常勤・臨時 非常勤である 臨時である 非常勤又は臨時 非常勤または臨時",
        "常勤 正規 正規職員",
    ),
    "blank_ok": ("ブランク可 歓迎 ブランク歓迎 ブランクOK ブランク有可 ブランクあり可", "ブランク不可"),
    "also_junior": ("准看護師の応募も可とする 准看護師可 准看護師も可 准看護師応募可 准看可 准看護師の応募可", "准看護師不可 看護師のみ"),
    "single_day": ("1日だけの従事も可 1日可 1日だけ可 1日のみ可 1日のみでも可 1日だけでも可 1日から可 単発可 単発OK", "1日不可 単発不可"),
    "end_next_day": ("翌日 翌 翌日に終わる", "当日 同日"),
    "fixed_ot_excess": ("支給 支給する 支給あり 追加支給 追加支給する 追加で支給 追加で支給する 別途支給", "支給しない 支給なし"),
    "share_nc": _SHARED,
    "share_stt": _SHARED,
    "share_private": _SHARED,
    "agree_terms": _AGREED,
    "agree_truth": _AGREED,
    "agree_report": _AGREED,
    "agree_privacy": _AGREED,
}
