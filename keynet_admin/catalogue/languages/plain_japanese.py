"""The words of plain Japanese (やさしい日本語) for the choices of the catalogue, with readings: `{看護師|かんごし}`.

Spaces stand between the parts of a sentence, as such texts are written. Every ideograph stands in braces with its reading.
"""

from collections.abc import Mapping
from typing import Final

JOBS: Final[Mapping[str, str]] = {
    "physician": "{医師|いし}さん",
    "dentist": "{歯科医師|しかいし}さん",
    "public_health_nurse": "{保健師|ほけんし}さん",
    "midwife": "{助産師|じょさんし}さん",
    "nurse": "{看護師|かんごし}さん",
    "assistant_nurse": "{准看護師|じゅんかんごし}さん",
    "radiological_technologist": "{診療放射線技師|しんりょうほうしゃせんぎし}さん",
    "clinical_laboratory_technologist": "{臨床検査技師|りんしょうけんさぎし}さん",
    "clinical_engineer": "{臨床工学技士|りんしょうこうがくぎし}さん",
    "pharmacist": "{薬剤師|やくざいし}さん",
    "emergency_life_saving_technician": "{救急救命士|きゅうきゅうきゅうめいし}さん",
    "dental_hygienist": "{歯科衛生士|しかえいせいし}さん",
    "clerical": "{事務|じむ}の {仕事|しごと}を する {人|ひと}",
    "other": "ほかの {仕事|しごと}を する {人|ひと}",
}
LICENSES: Final[Mapping[str, str]] = {
    **{slug: name.removesuffix("さん") + "の {免許|めんきょ}" for slug, name in JOBS.items() if name.endswith("さん")},
    "driving": "{車|くるま}の {運転免許|うんてんめんきょ}",
    "other": "ほかの {免許|めんきょ}や {資格|しかく}",
    "none": "",
}
DUTIES: Final[Mapping[str, str]] = {
    "pre_check": "{注射|ちゅうしゃ}の {前|まえ}に {体|からだ}の ようすを {聞|き}くこと（{予診|よしん}）",
    "questionnaire": "{体|からだ}の ようすを {書|か}いた {紙|かみ}（{予診票|よしんひょう}）を {見|み}ること",
    "filling": "{薬|くすり}を {注射器|ちゅうしゃき}に {入|い}れること",
    "injection": "{注射|ちゅうしゃ}を すること",
    "observation": "{注射|ちゅうしゃ}の {後|あと}の ようすを {見|み}ること",
    "emergency": "{急|きゅう}に {具合|ぐあい}が {悪|わる}く なった {人|ひと}を {助|たす}けること",
    "reception": "{受付|うけつけ}と {案内|あんない}を すること",
    "data_entry": "パソコンに {入力|にゅうりょく}すること",
    "telephone": "{電話|でんわ}に {出|で}ること",
    "venue_management": "{会場|かいじょう}の {準備|じゅんび}や {片付|かたづ}けを すること",
    "other": "ほかの {仕事|しごと}",
}
VENUES: Final[Mapping[str, str]] = {
    "health_center": "{保健所|ほけんじょ}か {保健|ほけん}センターで {働|はたら}きます。",
    "school": "{学校|がっこう}で {働|はたら}きます。",
    "community_hall": "{公民館|こうみんかん}で {働|はたら}きます。",
    "gymnasium": "{体育館|たいいくかん}や ホールで {働|はたら}きます。",
    "other_public": "みんなが {使|つか}う {建物|たてもの}（{公共施設|こうきょうしせつ}）で {働|はたら}きます。",
    "private": "{店|みせ}や {会社|かいしゃ}などの {建物|たてもの}で {働|はたら}きます。",
    "medical": "{病院|びょういん}か {診療所|しんりょうじょ}で {働|はたら}きます。",
    "mobile": "いろいろな {場所|ばしょ}に {行|い}って {働|はたら}きます。",
}
PARKING: Final[Mapping[str, str]] = {
    "free": "{車|くるま}で {来|き}ても いいです。{車|くるま}を {置|お}く お{金|かね}は いりません。",
    "paid": "{車|くるま}で {来|き}ても いいです。{車|くるま}を {置|お}く お{金|かね}が いります。",
    "none": "{車|くるま}で {来|く}ることは できません。",
}
ENGAGEMENTS: Final[Mapping[str, str]] = {
    "fiscal_year_part_time": "{短|みじか}い {時間|じかん} {働|はたら}く、{役所|やくしょ}の {職員|しょくいん}（{会計年度任用職員|かいけいねんどにんようしょくいん}）に なります。",
    "fiscal_year_full_time": "{役所|やくしょ}の {職員|しょくいん}（{会計年度任用職員|かいけいねんどにんようしょくいん}）に なります。",
    "temporary_appointment": "{役所|やくしょ}の {職員|しょくいん}（{臨時的任用職員|りんじてきにんようしょくいん}）に なります。",
    "fixed_term_appointment": "{役所|やくしょ}の {職員|しょくいん}（{任期付職員|にんきつきしょくいん}）に なります。",
    "special_part_time": "{役所|やくしょ}の {職員|しょくいん}（{特別職非常勤職員|とくべつしょくひじょうきんしょくいん}）に なります。",
    "honorarium": "{役所|やくしょ}に {雇|やと}われる {仕事|しごと}では ありません。{働|はたら}いた お{礼|れい}の お{金|かね}（{報償費|ほうしょうひ}）を もらいます。",
    "contractor": "{役所|やくしょ}では なく、{会社|かいしゃ}などに {雇|やと}われます。",
    "other": "どんな {形|かたち}で {働|はたら}くかは、{問|と}い{合|あ}わせて ください。",
}
PAY_UNITS: Final[Mapping[str, str]] = {
    "hour": "1{時間|じかん} {働|はたら}くと",
    "day": "1{日|にち} {働|はたら}くと",
    "session": "1{回|かい} {働|はたら}くと",
    "month": "1か{月|げつ} {働|はたら}くと",
}
UNIT_HOURS: Final[Mapping[str, str]] = {"day": "1{日|にち}は", "session": "1{回|かい}は", "month": "1か{月|げつ}は"}
COMMUTE: Final[Mapping[str, str]] = {
    "actual": "{会場|かいじょう}に {行|い}く お{金|かね}（{交通費|こうつうひ}）も もらえます。",
    "fixed": "{会場|かいじょう}に {行|い}く お{金|かね}（{交通費|こうつうひ}）も、{決|き}まった {額|がく} もらえます。",
    "capped": "{会場|かいじょう}に {行|い}く お{金|かね}（{交通費|こうつうひ}）も、{決|き}まった {額|がく}まで もらえます。",
    "none": "{会場|かいじょう}に {行|い}く お{金|かね}（{交通費|こうつうひ}）は もらえません。",
}
TRAINING: Final[Mapping[str, str]] = {
    "paid": "{仕事|しごと}の {前|まえ}に {練習|れんしゅう}（{研修|けんしゅう}）が あります。その {時間|じかん}の お{金|かね}も もらえます。",
    "unpaid": "{仕事|しごと}の {前|まえ}に {練習|れんしゅう}（{研修|けんしゅう}）が あります。その {時間|じかん}の お{金|かね}は もらえません。",
    "none": "",
}
EXPERIENCE: Final[Mapping[str, str]] = {
    "not_asked": "{経験|けいけん}が なくても {応募|おうぼ} できます。",
    "preferred": "{経験|けいけん}が あると、もっと いいです。",
    "required": "{経験|けいけん}が {必要|ひつよう}です。",
}
APPLY_WAYS: Final[Mapping[str, str]] = {
    "site": "この ページの 「{応募|おうぼ}」の ボタンから {応募|おうぼ} できます。",
    "phone": "{電話|でんわ}で {応募|おうぼ} できます。",
    "mail": "メールで {応募|おうぼ} できます。",
    "post": "{郵便|ゆうびん}で {応募|おうぼ} できます。",
    "in_person": "{紙|かみ}を {持|も}って いって {応募|おうぼ} できます。",
}
SELECTION: Final[Mapping[str, str]] = {
    "papers": "{出|だ}した {紙|かみ}を {見|み}て {決|き}めます。",
    "interview": "{会|あ}って {話|はなし}を します（{面接|めんせつ}）。",
    "online_interview": "パソコンや スマートフォンで {話|はなし}を します（オンライン{面接|めんせつ}）。",
    "other": "ほかの {方法|ほうほう}でも {決|き}めます。",
}
DAYS: Final[Mapping[str, str]] = {
    "mon": "{月曜日|げつようび}",
    "tue": "{火曜日|かようび}",
    "wed": "{水曜日|すいようび}",
    "thu": "{木曜日|もくようび}",
    "fri": "{金曜日|きんようび}",
    "sat": "{土曜日|どようび}",
    "sun": "{日曜日|にちようび}",
    "hol": "{祝日|しゅくじつ}",
}
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "job_type": JOBS,
    "licenses": LICENSES,
    "duties": DUTIES,
    "venue_type": VENUES,
    "parking": PARKING,
    "engagement": ENGAGEMENTS,
    "pay_type": PAY_UNITS,
    "commute": COMMUTE,
    "training": TRAINING,
    "experience": EXPERIENCE,
    "apply_by": APPLY_WAYS,
    "selection": SELECTION,
}
"""Fields of a posting by name: all their choices. `none` says nothing."""

# Where the reading of a number and its counter together is not that of the two apart.
MONTHS: Final[Mapping[int, str]] = {4: "{4月|しがつ}", 7: "{7月|しちがつ}", 9: "{9月|くがつ}"}
DAYS_OF_MONTH: Final[Mapping[int, str]] = {
    1: "{1日|ついたち}",
    2: "{2日|ふつか}",
    3: "{3日|みっか}",
    4: "{4日|よっか}",
    5: "{5日|いつか}",
    6: "{6日|むいか}",
    7: "{7日|なのか}",
    8: "{8日|ようか}",
    9: "{9日|ここのか}",
    10: "{10日|とおか}",
    14: "{14日|じゅうよっか}",
    20: "{20日|はつか}",
    24: "{24日|にじゅうよっか}",
}
HOURS: Final[Mapping[int, str]] = {4: "{4時|よじ}", 7: "{7時|しちじ}", 9: "{9時|くじ}"}
PEOPLE: Final[Mapping[int, str]] = {1: "{1人|ひとり}", 2: "{2人|ふたり}", 4: "{4人|よにん}"}


def month(number: int) -> str:
    """5{月|がつ}, {4月|しがつ}."""
    return MONTHS.get(number, f"{number}{{月|がつ}}")


def day_of_month(number: int) -> str:
    """26{日|にち}, {20日|はつか}."""
    return DAYS_OF_MONTH.get(number, f"{number}{{日|にち}}")


def people(number: int) -> str:
    """6{人|にん}, {1人|ひとり}."""
    return PEOPLE.get(number, f"{number}{{人|にん}}")


def minutes(number: int) -> str:
    """30{分|ぷん}, 45{分|ふん}."""
    return f"{number}{{分|{'ふん' if number % 10 in (2, 5, 7, 9) else 'ぷん'}}}"


def clock_time(number: int) -> str:
    """A time by the minutes after midnight: {午後|ごご}1{時|じ}30{分|ぷん}, {昼|ひる}の 12{時|じ}, {夜|よる}の 12{時|じ}."""
    hour, minute = divmod(number % (24 * 60), 60)
    part = ("{夜|よる}の " if hour == 0 else "{昼|ひる}の ") if hour % 12 == 0 else "{午前|ごぜん}" if hour < 12 else "{午後|ごご}"
    shown = hour % 12 or 12
    return part + HOURS.get(shown, f"{shown}{{時|じ}}") + (minutes(minute) if minute else "")
