"""Words for what a posting offers or asks: conditions of the search, and words that postings get when it is true of them."""

from typing import Final

FLAGS: Final[dict[str, str]] = {
    "blank_ok": (
        "ブランク ぶらんく ブランク可 ブランクok ブランクあり ブランク有 ブランク有り ブランク歓迎 ブランク10年 ブランクがある ブランクのある方 復職 ふくしょく 復職支援 復帰 職場復帰 "
        "離職中 離職後 久しぶり ひさしぶり 潜在 休職 子育て後"
    ),
    "training": "研修 けんしゅう 研修あり 研修有り 研修有 研修つき 研修付き 事前研修 事前研修あり 研修制度 講習 講習会 講習あり 練習 training",
    "car": (
        "駐車場 ちゅうしゃじょう 駐車場あり 駐車場有り 駐車場有 駐車場付き 車通勤 くるまつうきん 車通勤可 車通勤ok 車可 車ok マイカー マイカー通勤 マイカー通勤可 マイカーok "
        "自動車通勤 自動車通勤可 車で通える 車で通勤 車で行ける 車 くるま 自家用車 パーキング parking"
    ),
    "online": (
        "オンライン面接 おんらいんめんせつ オンライン面接可 オンライン面接ok web面接 ウェブ面接 リモート面接 オンライン面談 web面談 zoom面接 ズーム面接 zoom 面接オンライン ビデオ面接 "
        "オンライン onlineinterview"
    ),
}
"""Name of the condition → its words."""

ENGAGEMENTS: Final[dict[str, str]] = {
    "fiscal_year_part_time special_part_time": "パート ぱーと パートタイム パートタイマー パートさん parttime パート勤務 非常勤 ひじょうきん 非常勤職員",
    "fiscal_year_part_time fiscal_year_full_time": "会計年度任用職員 会計年度任用 会計年度 会計年度職員",
    "fiscal_year_full_time": "フルタイム ふるたいむ fulltime 常勤 じょうきん",
    "honorarium": "謝金 報償費 謝礼",
}
"""The forms of engagement that a word means → its words."""

POTENTIAL_NURSE: Final = "潜在看護師 潜在ナース 潜在看護職 潜在看護職員 せんざいかんごし 元看護師 元ナース もと看護師"
"""Two conditions at once: nurse, and a posting where a break in the career does not matter."""

OFFERS: Final[dict[str, str]] = {
    "hour": "時給 じきゅう 時間給 時給制",
    "day": "日給 にっきゅう 日給制 日当",
    "session": "1回 1コマ コマ給",
    "month": "月給 げっきゅう 月収 月給制",
    "paid_same_day": "日払い 即日払い 当日払い 日払いok 即日払いok",
    "paid_weekly": "週払い 週払いok",
    "paid_by_hand": "手渡し 現金払い 現金手渡し",
    "inexperienced": "未経験 みけいけん 未経験可 未経験ok 未経験者 未経験者歓迎 未経験歓迎 経験不問 経験なし 初心者 はじめて 初めて",
    "any_age": "年齢不問 年齢制限なし シニア 定年後 再就職 60代 50代 高齢者",
    "no_licence": "資格不問 資格なし 無資格 免許不要 資格不要 資格いらない",
    "travel": "交通費 こうつうひ 交通費支給 交通費あり 通勤手当 通勤費",
    "free_parking": "無料駐車場 駐車場無料",
    "no_overtime": "残業なし ざんぎょうなし 定時 残業無し",
    "social_insurance": "社会保険 社保 社保あり 社会保険完備 厚生年金",
    "liability": "賠償責任保険 賠償保険",
    "injects": "注射 ちゅうしゃ 打ち手 うちて 筋注 筋肉注射 injection",
    "short_shift": "短時間 たんじかん 短時間勤務 時短 1日4時間 少しだけ",
    "short_term": "短期 たんき 短期バイト 短期間 短期の仕事",
    "long_term": "長期 ちょうき",
    "weekly_1": "週1 週1日 週1回 週一 週1日から 週1ok 週1からok",
    "weekly_2": "週2 週2日 週2回 週二 週2日から",
    "weekly_3": "週3 週3日 週3回 週三 週3日から",
    "weekly_4": "週4 週4日 週4回 週四",
    "weekly_5": "週5 週5日 週5回 週五",
}
"""What is true of a posting → the words that its search text gets then (`published`). The search looks for them as words."""
