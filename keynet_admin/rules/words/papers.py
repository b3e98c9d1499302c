"""Reads what a posting says about papers: which ones, when, and whether they are wanted at all. Works on plain text.

「履歴書、住民票」 wants a certificate at application; 「住民票は採用後」 and 「本籍の記載のないもの」 do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from keynet_admin.rules.words.grammar import outside_brackets

_SENTENCE: Final = re.compile(r"[^。\n;]+")
_NOT_WANTED: Final = re.compile(
    r"不要|(?:要|い)り(?:ません)|(?:要|い)らない|(?:いただき|頂き)ません|求めません|求めない|求めず|(?:記載|記入|表示|提出|添付|持参)?(?:の|が|は|を|も)?(?:必要)(?:が|は)?(?:ありません|ない|なし)"
    r"|(?:記載|記入|表示|提出|添付|送付|送ら|書か|求め|集め|聞|問|扱|触れ)[^。\n、,]{0,6}(?:ない|なく|ないで|せず|ません|なし|無し|無い|不可)"
    r"|(?:の)?記載(?:の|が|は)?(?:ない|なし|無い|無し|されていない|省略)|省略|除[くき]|含まない|含めない|入れない|入っていない|伏せ|隠し"
    r"|マスキング|塗りつぶ|黒塗り|見えない|消し|問いません|問わない|問わず"
    r"|不問|空欄|欄(?:が|の|は)?(?:ない|なし|無い)|かかわらず|関わらず|ご遠慮|控えて|対象外|いたしません|ありません"
)
# The moment: hiring (not a test for it), and within a few characters a word of time.
_AFTER_HIRING: Final = re.compile(
    r"(?:初|最初の|初回の)?(?:採用|合格|内定|任用|登録|従事|契約|雇用|雇い?入れ|勤務|着任|入職|入庁|入社|出勤)(?!試験|選考|面接|候補|前|先|時間|地|経験|証明|保険|の前)[^、。()前選申応募面希]{0,8}?"
    r"(?:後(?!ではな)|時(?!間)|際(?!に?は不要)|日(?!時|程|数)|とき|以降|次第|手続|までに|当た|あた|際して|たら|開始に|者(?:のみ|に|は|から|だけ|が|へ)|てから|となる(?:方|者)|た(?:方|人|者|場合))"
    r"(?:に?は?、?(?:返却|廃棄|お返し))?|初日に|後日|(?:採用|合格|内定|任用)(?:内定|決定)?の?(?:通知|お知らせ|ご?連絡|ご案内)|(?:採用|任用|雇用)(?:予定|内定|決定)(?:の|した|となった)方"
)
_NOT_YET: Final = re.compile(r"返却|廃棄|お返し")
_AT_APPLICATION: Final = re.compile(r"(?:応募|申込み?|申し込み|出願|エントリー|書類選考|選考)(?:の)?(?:時|際|段階)")
_TOPIC: Final = re.compile(r"(?:は|については|も|を|につきましては|に関しては)(?:、)?(?:全て|すべて|いずれも)?$")
_NAMES_PAPER: Final = re.compile(r"[証書写票帳紙歴]|抄本|謄本|口座|番号|マイナンバー|戸籍|コピー|カード|手帳|シート|印鑑|健診|健康診断")
_OWN_WORDS: Final = re.compile(
    r"提出(?!は|について|書類は)|添付|持参|郵送|必要|必須|記入|応募|申込|履歴書|してください|して下さい|のこと|同封"
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
            r"|書かない(?:で|よう)(?:に)?(?:お願い(?:いた)?し(?:ます|ます)|ください)?|(?:ご遠慮|お控え)(?:ください)?)(?:です)?$",
            last,
        )
        for (start, item), after in zip(items, _after_hiring(items), strict=True):
            result.append(
                Paper(
                    item,
                    sentence.start() + start,
                    bool(all_refused) or _NOT_WANTED.search(item) is not None,
                    after,
                    _AT_INTERVIEW.search(item) is not None,
                )
            )
    return tuple(result)


def _moment(item: str) -> re.Match[str] | None:
    """Where an item says that it is for after the hiring; 「採用後に返却」 tells of what is handed in before."""
    found = _AFTER_HIRING.search(item)
    return None if found is None or _NOT_YET.search(found.group()) else found


def _after_hiring(items: list[tuple[int, str]]) -> list[bool]:
    """Of each item of a sentence, whether it is asked for after the hiring.

    「採用後に、A、B」 holds for all that follow, up to 「応募時に」; 「A、Bは採用後に」 for all that stand before it, unless
    one of them is plainly for the application (履歴書、住民票、免許証の写しは採用後).
    """
    later = [_moment(item) is not None for _, item in items]
    head = own = False
    told = 0
    for number, (_, item) in enumerate(items):
        outside = item if _moment(item[: item.find(")") + 1]) and item.startswith("(") else outside_brackets(item)
        found = _moment(outside)
        if found is None:
            head = head and not _AT_APPLICATION.search(item)
        else:
            before = outside[: found.start()]
            opens = outside.startswith(":", found.end()) or not (_NAMES_PAPER.search(before) or _TOPIC.search(before))
            topic = items[number - 1][1] if opens and number else before
            if _TOPIC.search(topic) and not own:
                later[told:number] = [True] * (number - told)
                told = number
            head = head or opens
        later[number] = later[number] or head
        own = own or _OWN_WORDS.search(item) is not None
    return later


BACKGROUND: Final = re.compile(
    r"戸籍(?!(?:住民|市民)?(?:課|係|窓口|担当|事務|届|の受付|システム|の字体|どおり"
    r"|通り|のとおり|上の|に記載|の氏名))|住民票(?!(?:が|を|の)?(?:ある|有する|あり|置"
    r"|移|登録|おい|所在|市内|町内))|本籍|(?<!扶養)家族(?!手当|休暇|介護)|(?:世帯|家族|父母|両親"
    r"|保護者)の?(?:年収|所得|収入|職業)|収入(?!印紙|が|を|は|の範囲|に)|所得証明|課税証明"
    r"|宗教(?!法人)|信条|支持政党|労働組合|尊敬する人|愛読書|購読(?:新聞|雑誌)"
    r"|印鑑(?:登録)?証明|住民基本台帳|住基カード|身元(?:の)?調(?:査|書)|出生地|門地|思想|生活信条|家庭環境|生い立ち|住宅状況|資産(?:状況|証明)|略図|(?:自宅|家)から[^。、]{0,10}地図|家系図|(?:組合|政党)(?:へ)?の?(?:加入|所属)|信仰"
    r"|(?:夫|妻|主人|両親|父母|父|母|親|配偶者|兄弟|姉妹|親族)(?:の)?(?:お)?(?:職業|仕事|勤務先|年収|収入|所得|学歴|出身)"
)
NUMBERS: Final = re.compile(r"マイナンバー|個人番号|通知カード|(?:基礎)?年金番号|年金手帳|口座|通帳|キャッシュカード")
_COPY: Final = r"(?:写し(?!ではな|は(?:不|要|取))|\(写\)|コピー|複写|画像|スキャン|pdf)"
LICENCE_COPY: Final = re.compile(
    r"(?:免許|資格)(?:者)?(?:証書|証明書|証|状|書)?(?:等|など)?(?:の取得)?(?:を(?:証|証明)する(?:書類|もの|書面|証書))?(?:等|など)?(?:の"
    r"|を)?[(]?(?:両面|a4(?:サイズ|判)?|縮小|鮮明な)?(?:の)?(?:写し?(?!真)"
    r"|コピー|複写|複製|写真|画像|スキャン|pdf|データ|カラー(?:写し|コピー))[)]?"
    r"|(?:免許|資格)(?:証|状|証書|証明書)?(?:等|など)?を(?:撮影|スキャン|写真に撮|コピー|複写)(?:した|った)?"
    rf"|(?:免許|資格)(?:証|状|証書|証明書)[(][^()]{{0,10}}?{_COPY}"
    r"|(?:写し?|コピー)[(](?:[^()]{0,12})?(?:免許|資格)(?:証|状)?[^()]{0,6}[)]"
)
_DRIVING: Final = re.compile(r"(?:運転|自動車|普通|車)(?:の)?(?:運転)?免許")
PERSONAL: Final = re.compile(r"性別|配偶者|扶養(?!控除)|通勤時間|婚姻|既婚|未婚|結婚|妊娠|顔写真の画像")
OPTIONAL: Final = re.compile(r"任意|空欄|無記入|未記入|記入(?:は)?自由|自由記入")
HEALTH: Final = re.compile(
    r"健康診断|健診の?(?:結果|書)|診断書|既往歴|既往症|病歴|持病|健康(?:調査|状況|状態|告知)(?:票|書|申告書)?|人間ドック|服薬歴"
)


def is_driving_licence(text: str) -> bool:
    """True when the licence of an item is one for driving: it shows no 本籍."""
    return _DRIVING.search(text) is not None and not re.search(r"看護|医師|保健師|助産師|薬剤師|資格", text)
