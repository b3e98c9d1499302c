"""What people call the jobs: names, readings, short forms, former names, slips that are made often, English."""

from typing import Final

JOBS: Final[dict[str, str]] = {
    "physician": "医師 いし 医者 いしゃ お医者さん お医者 おいしゃさん お医者様 ドクター doctor dr physician 医師免許 内科医 勤務医 問診医 予診医 予診医師 接種医",
    "dentist": "歯科医師 しかいし 歯科医 しかい 歯医者 はいしゃ 歯医者さん dentist デンティスト 歯科医師免許",
    "public_health_nurse": "保健師 ほけんし 保健婦 ほけんふ 保健士 保険師 公衆衛生看護師 保健師免許",
    "midwife": "助産師 じょさんし 助産婦 じょさんぷ 助産士 産婆 midwife 助産師免許",
    "nurse": (
        "看護師 かんごし 看護婦 かんごふ 看護士 看護師さん 看護婦さん 正看護師 正看 せいかん 正看護婦 せいかんごし ナース ナースさん nurse "
        "看護師免許 感護師 rn"
    ),
    "assistant_nurse": (
        "准看護師 じゅんかんごし 准看 じゅんかん 准看護婦 准看護士 準看護師 準看 準看護婦 準看護士 准看さん 准看護師免許 准ナース assistantnurse"
    ),
    "radiological_technologist": (
        "診療放射線技師 しんりょうほうしゃせんぎし 放射線技師 ほうしゃせんぎし 診療放射線技士 放射線技士 レントゲン技師 レントゲン技士 x線技師 診療エックス線技師"
    ),
    "clinical_laboratory_technologist": (
        "臨床検査技師 りんしょうけんさぎし 検査技師 けんさぎし 臨床検査技士 検査技士 衛生検査技師 臨検技師"
    ),
    "clinical_engineer": (
        "臨床工学技士 りんしょうこうがくぎし 臨床工学技師 工学技士 工学技師 メディカルエンジニア 臨床工学士 me技士 clinicalengineer"
    ),
    "pharmacist": "薬剤師 やくざいし 薬剤士 薬剤し やく剤師 薬の先生 くすりの先生 ファーマシスト pharmacist 薬剤師免許",
    "emergency_life_saving_technician": (
        "救急救命士 きゅうきゅうきゅうめいし 救命士 きゅうめいし 救急救命師 救命師 救急隊員 救急隊 パラメディック paramedic"
    ),
    "dental_hygienist": "歯科衛生士 しかえいせいし 歯科衛生師 衛生士 えいせいし デンタルハイジニスト dentalhygienist",
    "clerical": (
        "事務職員 じむしょくいん 事務 じむ 事務職 じむしょく 事務員 じむいん 事務スタッフ 一般事務 事務補助 事務補助員 事務系 事務仕事 医療事務 いりょうじむ 事務の仕事 clerk "
        "office clerical オフィスワーク デスクワーク 庶務"
    ),
    "other": "",
}
"""Slug of the job type → its words. Each is read as the job, and stands in the search text of each such posting."""

GROUPS: Final[dict[str, str]] = {
    "public_health_nurse midwife nurse assistant_nurse": "看護 かんご 看護職 看護職員 看護スタッフ 看護の仕事",
    "physician dentist public_health_nurse midwife nurse assistant_nurse radiological_technologist clinical_laboratory_technologist clinical_engineer pharmacist "
    "emergency_life_saving_technician dental_hygienist": "医療従事者 医療職 医療スタッフ 有資格者 コメディカル メディカルスタッフ",
}
"""Job types that one word means together → its words."""
