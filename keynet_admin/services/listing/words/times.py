"""Words for days of the week, parts of the day, and how long or how often one works."""

from typing import Final

WEEKDAYS: Final[dict[str, str]] = {
    "mon": "月曜 月曜日 げつよう げつようび monday",
    "tue": "火曜 火曜日 かよう かようび tuesday",
    "wed": "水曜 水曜日 すいよう すいようび wednesday",
    "thu": "木曜 木曜日 もくよう もくようび thursday",
    "fri": "金曜 金曜日 きんよう きんようび friday",
    "sat": "土曜 土曜日 どよう どようび saturday",
    "sun": "日曜 日曜日 にちよう にちようび sunday",
    "hol": "祝日 しゅくじつ 祭日 祝祭日 旗日 holiday",
    "sat sun": "土日 どにち 土・日 土曜日曜 土曜日日曜日 週末 しゅうまつ weekend weekends 土日のみ 土日だけ 土日可 土日勤務 土日ok 土日限定 週末のみ 週末だけ",
    "sat sun hol": "土日祝 土日祝日 どにちしゅく 休日 きゅうじつ 土日祝のみ 土日祝だけ 休日のみ 休日だけ 休みの日",
    "sun hol": "日祝 日曜祝日",
    "mon tue wed thu fri": "平日 へいじつ 平日のみ 平日だけ 平日勤務 平日ok 月～金 月から金 月金 月曜から金曜 ウィークデー weekday weekdays",
}
"""The days that a word means, separated by spaces → the word's writings."""

PARTS: Final[dict[str, str]] = {
    "morning": "朝 あさ 午前 ごぜん 午前中 ごぜんちゅう 朝だけ 午前のみ 午前だけ 朝から 早朝 朝方 morning 午前勤務 am",
    "afternoon": "午後 ごご 午後のみ 午後だけ 昼 ひる お昼 昼過ぎ 午後から afternoon 午後勤務 昼から",
    "morning afternoon": "日中 にっちゅう 昼間 ひるま 日勤 にっきん 日勤のみ 日勤だけ 昼間だけ 昼間のみ daytime デイタイム",
    "evening": "夕方 ゆうがた 夕方から 夕 夕刻 夕方だけ 夕方以降 仕事帰り 仕事の後 仕事終わり 仕事後 evening",
    "evening night": "夜 よる 夜間 やかん 夜勤 やきん 夜のみ 夜だけ 夜間のみ 夜間だけ 夜勤のみ 夜勤専従 晩 夜間勤務 準夜 準夜勤 ナイト ナイトシフト 夜の仕事 nightshift",
    "night": "深夜 しんや 深夜勤 夜中 真夜中 未明 深夜帯 overnight night",
}
"""The parts of the day that a word means → its writings."""

SINGLE_DAY: Final = (
    "単発 たんぱつ 単発バイト 単発の仕事 1日だけ 一日だけ いちにちだけ 1日のみ 一日のみ 1日限り 一日限り 1日から 一日から 1日単位 1日でも 単日 スポット スポットバイト スポット勤務 日雇い 日雇 "
    "ひやとい 1dayバイト 1day ワンデー 1日バイト 一日バイト 1回だけ 一回だけ 1回のみ 1回から 1日だけも可 oneday 1日だけok"
)
