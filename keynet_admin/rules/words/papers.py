"""Reads what a posting says about papers: which ones, when, and whether they are wanted at all. Works on plain text.

「履歴書、住民票」 wants a certificate at application; 「住民票は採用後」 and 「本籍の記載のないもの」 do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SENTENCE: Final = re.compile(r"[^。\n;]+")
_NOT_WANTED: Final = re.compile(
    r"不要|求めません|求めない|求めず|(?:記載|記入|表示|提出|添付|持参)?(?:の|が|は|を|も)?(?:必要)(?:が|は)?(?:ありません|ない|なし)"
    r"|(?:記載|記入|表示|提出|添付|送付|送ら|書か|求め|集め|聞|問|扱)[^。\n、,]{0,6}(?:ない|なく|ないで|せず|ません|なし|無し|無い|不可)"
    r"|(?:の)?記載(?:の|が|は)?(?:ない|なし|無い|無し|されていない|省略)|省略|除[くき]|含まない|含めない|入れない|入っていない|伏せ|隠し"
    r"|マスキング|塗りつぶ|黒塗り|見えない|消し|問いません|問わない|問わず"
    r"|不問|空欄|欄(?:が|の|は)?(?:ない|なし|無い)|かかわらず|関わらず|ご遠慮|控えて|対象外|いたしません|ありません"
)
_AFTER_HIRING: Final = re.compile(
    r"(?:採用|合格|内定|任用|登録|従事|契約|雇用|勤務)(?:の)?(?:の?決定|確定|通知|承諾|開始"
    r"|結果|契約)?(?:後|時(?!間)|の?際|された(?:方|場合|後|とき)|となった(?:方|場合|後|とき)"
    r"|が?決ま[っり](?:てから|た後|次第|た方|た場合)?|以降|手続)|着任(?:後|時|の?際)|入職(?:後|時)|入庁(?:後"
    r"|時)|初回勤務|勤務初日|従事初日|初日に|(?:採用|任用|内定|合格)者(?:のみ|に|は|から|だけ)|後日"
)
_AT_INTERVIEW: Final = re.compile(
    r"面接(?:時|の?際|当日|の?日|日|会場|試験(?:時|当日))|原本(?:を|の)?(?:提示|確認|持参)|提示|確認のみ|確認後(?:に)?返却"
)


@dataclass(frozen=True)
class Paper:
    """One item of a list of papers: its words, when it is asked for, and whether it is not wanted."""

    text: str
    start: int
    refused: bool
    after_hiring: bool
    at_interview: bool


def _items(sentence: str) -> Iterator[tuple[int, str]]:
    start = depth = 0
    for place, char in enumerate(sentence):
        if char in "(（「":
            depth += 1
        elif char in ")）」":
            depth = max(0, depth - 1)
        elif depth == 0 and char in "、,/・":
            yield start, sentence[start:place]
            start = place + 1
    yield start, sentence[start:]


def papers(text: str) -> tuple[Paper, ...]:
    """The items of a plain text that lists papers.

    「採用後に」 at the head of a sentence holds for all its items, 「…は不要」 at its end for all of them, words in brackets for theirs.
    """
    result: list[Paper] = []
    for sentence in _SENTENCE.finditer(text):
        body = sentence.group()
        items = list(_items(body))
        last = items[-1][1]
        all_refused = len(items) > 1 and re.search(
            r"(?:は|も|等は|などは|については)(?:一切|全て|すべて|提出)?(?:の提出は)?(?:不要|求めません"
            r"|求めていません|必要ありません|提出(?:は)?不要|いりません|要りません|問いません"
            r"|問わない|不問|確認しません|聞きません|伺いません|関係ありません"
            r"|(?:提出|添付|送付|同封|持参|記入)し?ないで(?:ください)?|送らないで(?:ください)?"
            r"|書かないで(?:ください)?|(?:ご遠慮|お控え)(?:ください)?)(?:です)?$",
            last,
        )
        after = False
        for start, item in items:
            head = re.match(r"[^(]*", item)
            after = after or bool(
                head
                and re.search(rf"(?:{_AFTER_HIRING.pattern})(?:に(?!は?不要)|は|には|、|:|,|$)", head.group())
                and not re.search(r"(?:は|も)(?:、)?(?:採用|合格|内定|任用|着任)", head.group())
            )
            result.append(
                Paper(
                    item,
                    sentence.start() + start,
                    bool(all_refused) or _NOT_WANTED.search(item) is not None,
                    after or _AFTER_HIRING.search(item) is not None,
                    _AT_INTERVIEW.search(item) is not None,
                )
            )
    return tuple(result)


BACKGROUND: Final = re.compile(
    r"戸籍(?!(?:住民|市民)?(?:課|係|窓口|担当|事務|届|の受付|システム|の字体|どおり"
    r"|通り|のとおり|上の|に記載|の氏名))|住民票(?!(?:が|を|の)?(?:ある|有する|あり|置"
    r"|移|登録|おい|所在|市内|町内))|本籍|(?<!扶養)家族|(?:世帯|家族|父母|両親"
    r"|保護者)の?(?:年収|所得|収入|職業)|収入(?!印紙|が|を|は|の範囲|に)|所得証明|課税証明"
    r"|宗教(?!法人)|信条|支持政党|労働組合|尊敬する人|愛読書|購読(?:新聞|雑誌)"
    r"|身元調査|出生地|門地|思想|生活信条|家庭環境|生い立ち|住宅状況|資産(?:状況|証明)"
)
# In conditions (other_req) these words are often harmless: 家族に症状がない, 収入を調整して働ける.
BACKGROUND_CONDITION: Final = re.compile(
    r"戸籍(?:謄本|抄本|の写し|全部|個人|を提出)|住民票(?:の写し)?(?:を|の)?(?:提出|添付"
    r"|持参|確認|写し|必要|要)|住民票$|住民票(?:記載事項)?証明|本籍|家族(?:の)?(?:構成"
    r"|状況|の?職業|の?収入|関係|調書|欄|の?氏名|の?勤務先|の?学歴|に(?:医療"
    r"|公務)[^。]{0,10}(?:いる|いない))|(?:世帯|家族|父母|両親|保護者)の?(?:年収|所得|収入|職業)"
    r"|収入証明|所得証明|課税証明|宗教(?!法人)|信条|支持政党|労働組合|尊敬する人|愛読書|購読(?:新聞|雑誌)|身元調査|出生地|門地|思想"
)
NUMBERS: Final = re.compile(r"マイナンバー|個人番号|通知カード|(?:基礎)?年金番号|年金手帳|口座|通帳|キャッシュカード")
LICENCE_COPY: Final = re.compile(
    r"(?:免許|資格)(?:者)?(?:証書|証明書|証|状|書)?(?:等|など)?(?:の取得)?(?:を(?:証|証明)する(?:書類|もの|書面|証書))?(?:等|など)?(?:の"
    r"|を)?[(]?(?:両面|a4(?:サイズ|判)?|縮小|鮮明な)?(?:の)?(?:写し?(?!真)"
    r"|コピー|複写|複製|写真|画像|スキャン|pdf|データ|カラー(?:写し|コピー))[)]?"
    r"|(?:写し?|コピー)[(](?:[^()]{0,12})?(?:免許|資格)(?:証|状)?[^()]{0,6}[)]"
)
_DRIVING: Final = re.compile(r"(?:運転|自動車|普通|車)(?:の)?(?:運転)?免許")
PERSONAL: Final = re.compile(r"性別|配偶者|扶養(?!控除)|通勤時間|婚姻|既婚|未婚|結婚|妊娠|顔写真の画像")
OPTIONAL: Final = re.compile(r"任意|空欄|無記入|未記入|記入(?:は)?自由|自由記入")
HEALTH: Final = re.compile(
    r"健康診断|健診(?:結果|書)|診断書|既往歴|既往症|病歴|持病|健康(?:調査|状況|状態|告知)(?:票|書|申告書)?|人間ドック|服薬歴"
)


def is_driving_licence(text: str) -> bool:
    """True when the licence of an item is one for driving: it shows no 本籍."""
    return _DRIVING.search(text) is not None and not re.search(r"看護|医師|保健師|助産師|薬剤師|資格", text)
