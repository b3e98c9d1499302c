"""Whether a text demands that people can drive, and whether the work itself takes them out of the house."""

import re
from typing import Final

from keynet_admin.rules.words.plain import clause_around, phrase_around

_VEHICLE: Final = (
    r"(?:普通車|軽自動車|自動車|自家用車|公用車|社用車|乗用車|マイカー|(?:マニュアル|オートマ|mt|at|ミッション)車|バイク|原付|車両|車)"
)
_LICENCE: Final = re.compile(
    r"(?:普通|[準准]?中型|大型|小型特殊|原付|原動機付自転車|[自普]?動?二輪|バイク|自動車|車両?|運転|ドライバー)(?:自動車|車)?(?:以上)?(?:の)?(?:第?[一1]種)?(?:の)?(?:運転)?(?:の)?(?:免許|ライセンス)|普通第?[一1]種|(?<!教諭)[二2]種免許(?!状)"
    r"|普自?免|運転資格|免許(?:種別|の種類)?[:は(、・/](?:(?:普通|準?中型)?(?:自動車|運転)|普通車)|(?<![a-z])[am]t免許|(?<![a-z])(?:at|mt|オートマ(?:チック)?"
    r"|マニュアル)(?:車)?(?:限定|可|も可"
    r"|のみ可)"
)
_ABILITY: Final = re.compile(
    rf"{_VEHICLE}(?:の|を)?(?:安全に|日常的に|普段から)?(?:運転|操作)(?:が|を|も|に)?(?:でき|出来|可能|慣れ|している|されて?いる|なさる|する(?:こと|方|者)|支障の?な[いく]|抵抗の?な[いく]|不安の?な[いく])"
    r"|運転(?:業務)?(?:が|も|の)?(?:でき|出来|可能(?!性)|可の?[方者])|運転(?:技術|技能|能力|経験|歴)(?:が|を|の|\d)|運転(?:に|が)(?:慣れ|苦に?で?な|苦手で)|運転を(?:している|されている|なさる)(?=方|者|人|こと)|ペーパードライバー"
    rf"|要[・:、]?{_VEHICLE}の?運転|{_VEHICLE}の?運転(?:は|が|:)?(?:必須|必要(?!と|は|で|あ|な)|要(?!員|領|項|し|ら)|条件)"
)
_NOT_DEMANDED: Final = re.compile(
    r"あれば|あると|便利|助かり|優先|手続|住所変更|取得(?:の|を)?(?:支援|費)|尚可|なお可|歓迎|不要|不問|優遇|考慮|望まし|問いません|問わ(?:ず|ない)|(?:必要|必須|条件|要件)(?:では|は|が)?(?:ありません"
    r"|な[いく]|なし)|なくても|無くても"
    r"|でき(?:ない|なくて|ません)(?:方)?(?:も|でも|て)|(?:ない|お持ちでない|持たない|無い|なし)(?:方|場合|の方|人|者)?(?:も|でも)|必要と(?:し|は)|(?:でない|のない|がない|持たない)(?:方|場合)(?:は"
    r"|には|に)(?![^。]{0,10}(?:応募|ご?遠慮|対象|不可|お断り|採用))|いりません|要りません|任意|活か|生か|有無|求め(?:ません|ない|て(?:おり|い)ません)"
    r"|本人(?:であること|かどうか)?(?:の|を)?確認|身分証|身元確認|写し|コピー|提示|返納|更新|センター|教習|試験場|免許証?(?:等|など)?を?(?:ご?持参|お?持ち(?:ください|になって))"
)
# 「…をお持ちの方は、面接のときにお知らせください」 tells those who have one, and wants none.
_TOLD: Final = re.compile(
    r"(?:お持ち|ある|持つ|持って|取得済み|有する|でき)(?:の|る|いる)?(?:方|場合)(?:は|には|に)[^。\n]{0,24}"
    r"(?:お知らせ|申し?出|相談|教えて|記入|記載|書いて|加算|手当|支給|お願いする|優先)"
    r"|(?:お持ち|ある|有する|でき)(?:の|る)?(?:方|場合)には(?![^。\n]{0,8}(?:限|お願い|応募))"
)
_WORK: Final = re.compile(
    r"(?:お宅|自宅|家庭|家)(?:[にをへ]|まで)(?:伺|うかが|訪)|巡[回りっる]|訪問|訪ね|公用車|社用車|送迎|送り迎え|出張|配送|配達|宅配|運搬|運び|運ん|届け(?!出|る?方|があ)|外勤|外回り|車で(?!\d|約|通|来|お越|片道"
    r"|の?通勤)|自動車(?:で|文庫)|移動(?!介助|の介助|を介助"
    r"|の補助|距離)"
    r"|搬送|往診|集配|パトロール|巡視|現地|現場(?:確認|調査|対応|へ|に(?:出|行|向))|出向[いくき]|外出|回って|回り(?:ます|、)|各(?:会場|施設|地区|学校|家庭|戸)|会場間|複数の?会場|戸別"
    r"|運転(?:し(?:ます|、|て(?!いる|来|通|の?通勤)|いただ|ながら)|する(?!こと|方|者)|手|業務|士|を?(?:お願い|行|担当|伴)|があり|も?(?:あり|含|お願い))"
)
_DENIED: Final = re.compile(
    r"ありません|ございません|(?:は|が|も|一切|業務|全く)な(?:し|い|く)|無し|しません|行いません|ない(?:ため|仕事|業務)|不要|行わず|せず|含みません|別の職員"
)


# 「免許をお持ちの方が多い職場ですが、必須ではありません」: the next phrase speaks of nothing else.
_THEN_FREE: Final = re.compile(
    r"[^、,。\n]{0,60}[、,](?:特に|とくに|これは|それは)?"
    r"(?:(?:必須|必要|条件|要件|応募条件)(?:では|と(?:は)?し|はあ)|(?:応募(?:に|の条件で)は)?不[問要]|問いません|(?:なくても|無くても|お?持ちでな(?:い方|くて)も))"
)


def _demands(text: str, start: int, end: int) -> bool:
    """Whether the mention at that place is a demand: not optional, not a paper to show, not another matter."""
    if _NOT_DEMANDED.search(phrase_around(text, start, end)) or _THEN_FREE.match(text, end):
        return False
    return not _TOLD.search(clause_around(text, start, end))


def driving_demanded(text: str, *, firmly: bool = False) -> bool:
    """Whether a plain text wants a driving licence or people who can drive. `firmly`: only where it says 必須 or 要 (lists of papers)."""
    for match in (*_LICENCE.finditer(text), *_ABILITY.finditer(text)):
        if _demands(text, match.start(), match.end()) and (
            not firmly or re.search(r"必須|必要|要(?![項領綱件])|条件", phrase_around(text, match.start(), match.end()))
        ):
            return True
    return False


def work_outside(text: str) -> bool:
    """Whether a plain text says that the work includes driving or takes place elsewhere; 「送迎はありません」 does not say so."""
    rest = _ABILITY.sub("", _LICENCE.sub("", text))
    return any(not _DENIED.search(phrase_around(rest, m.start(), m.end())) for m in _WORK.finditer(rest))
