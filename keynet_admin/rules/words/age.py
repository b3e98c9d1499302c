"""Finds words about the applicants' age in a posting's text, and leaves the recipients' age alone.

「65歳まで」 is about applicants, 「65歳以上の高齢者への接種」 about recipients, 「60代も活躍中」 shuts nobody out.
All functions work on plain text (see `words.plain`). In the fields that describe the work, a passage of which both readings
stay possible is taken as the recipients'.
"""

import re
from dataclasses import dataclass
from typing import Final

from keynet_admin.rules.words.grammar import (
    HIRING,
    TURNED_AWAY,
    WORK_TEXTS,
    WORKER,
    Mention,
    mentions,
    outside_brackets,
    turned_away,
    welcome,
)

_NUM = r"(?:\d{2}|[二三四五六七八]?十[一二三四五六七八九]?)"
_LIMIT = (
    r"(?:以下|未満|まで|以上|以内|位|ぐらい|くらい|程度|前後|以降は|迄|限り|上限|を?(?:超え|過ぎ|越え)|不可|定年制?"
    r"|(?:に)?(?:なって(?:い(?:る|ない)|おり)|達して(?:い(?:る|ない)|おり)|(?:達し|なっ)た|達する|満たない|届かない))"
)
_ERA_YEAR = (
    r"(?:(?:昭和|平成|昭|平)(?:[\d元]{1,2}|[一二三四五六七八九十]{1,3})|(?<![a-z])[sh]\d{1,2}|(?:19|20)\d{2})(?:年(?:度)?|[./-](?=\d))"
)
_NUMBERED = (
    rf"(?<!\d)(?:満|概ね|おおむね|おおよそ|約)?{_NUM}[歳才](?:に達する(?:日|年度)[^。!?\n]{{0,8}})?{_LIMIT}"
    rf"|(?<!\d)(?:満)?(?:\d|{_NUM})[歳才]?(?:~|から|-|・|以上)(?:満)?{_NUM}[歳才](?:以下|未満|まで|の)?"
    r"|(?<![\d第])(?:[2-6]0歳?|[二三四五六]十歳?)代(?![表金替理行将橋番])(?:(?:~|から|-|・|、|や|と)(?:[2-7]0歳?|[二三四五六七]十歳?)代)*"
    rf"|(?<!平均)(?<!対象)(?<!接種)年齢(?:制限|上限|の上限)?(?:は|:|が)?(?:満)?{_NUM}[歳才]?(?!~?\d?[月日時分回])"
    rf"|{_ERA_YEAR}[^。、!?\n]{{0,24}}?(?:生まれ(?!育|変)|出生)"
    r"|(?:昭和|平成)(?:\d0年代)(?:以降|以前)?(?:の)?生まれ|(?:昭和|平成|令和)(?:以降に?)?(?:お)?生まれ|(?:はたち|二十歳)(?:以上|を過ぎ|から)"
    r"|(?<![a-z])u-?[2-6][05](?!\d)|(?:アラサー|アラフォー|アラフィフ)(?:[・、や/](?:アラサー|アラフォー|アラフィフ))*"
    r"|(?:還暦|定年)(?:\(\d{2}歳\))?(?:前|を迎え(?:る前|ていない)|まで|に達していない)"
)
_YOUNG = r"若い(?:方|人|世代|女性|男性|看護師|職員|スタッフ|力|先生|ナース)|若く(?:て|元気)|若者|若手|若い(?!ころ|頃|とき|時|うち|日)|若年(?:者|層|の(?:方|人))|お若い|若さ|若々しい|(?:年齢|年)(?:の|が)若い"
_OLD = r"定年を?(?:過ぎ|超え|迎え)た|(?:ご)?高(?:年)?齢の|(?:ご)?高(?:年)?齢者|ご高齢|年配|年輩|年(?:齢)?(?:の|が)高い|お年を|年長の|中高年|お年寄り|シニア|ご老人"
AGE: Final = re.compile(
    rf"{_NUMBERED}|{_YOUNG}|{_OLD}|(?:(?<![^。、\n・(])|(?<=[募格用]は))[3-7]\d(?:まで|以下|未満)(?=の?(?:方|人|者|看護師)|\(年齢)|(?<!\d){_NUM}[歳才](?=$|[。、)・]|です|の?方|が上限|を上限|を限度|程度)"
)

_PEOPLE = (
    r"(?:高齢者|お年寄り|市民|町民|村民|区民|住民|県民|都民|府民|道民|接種|被接種|対象者"
    r"|妊婦|妊産婦|患者|基礎疾患|利用者|入所者|入居者|来場者|来所者|受診者|予約者|希望者"
    r"|児童|児|子ども|子供|こども|生徒|学生|小学生|中学生|高校生|未就学|障害|障がい|要介護|単身|世帯|在宅"
    r"|ひとり暮らし|一人暮らし|会員|お子|未成年|特定健診|健診|検診|予防|ワクチン|インフル|肺炎球菌|小児|大人|成人|国保|被保険者|来られ)"
)
_PERSON = r"(?:方|方々|かた|人|者|皆さん|皆様|皆さま)"
# What follows an age when it is the age of those who come to be vaccinated or looked after: always, and in the fields about the work.
_VACCINATED: Final = r"(?:接種|ワクチン|健診|検診|予防|事業|教室|訪問)"
_RECIPIENT_AFTER: Final = re.compile(
    rf"\)?(?:から|より|まで)?(?:の)?(?:全ての|すべての|全)?{_PEOPLE}|の?(?:集団|個別|大規模|追加|巡回|優先|先行|一斉|早期|初回|[1-5]回目の?)+接種"
    rf"|の?{_PERSON}(?:、?(?:約)?\d[\d,]*[人名])?(?:へ|に(?:対する|対して|対し|接種|ワクチン|注射|予診|お(?!願)|配|送|案内|係る"
    r"|向け|多い|は(?!限))|への|を(?:接種|対象(?:に|と)[^。]{0,12}(?:接種|ワクチン|健診|検診|予防|事業|教室|訪問)|介助|誘導|案内|訪問)|が(?:接種|来場|来所|予約|多|受け|利用|お越し)"
    r"|の(?:予診|接種|予約|予防|来場|受付|誘導|介助|問診|観察|健康|ワクチン|来所|診察|検温"
    r"|訪問|対応|ご案内|お世話|介護|相談|個別|集団|大規模|優先|3回目|2回目|1回目|追加)"
    r"|は(?:接種|予約|保護者|予診|付き添|先に|優先|介助|2階|1階|午前|午後|会場))"
    rf"|(?:の?(?:皆さん|皆様|皆さま)?が)?対象(?:の|と(?:する|した)|に(?:した|する|行う|行い|接種|実施))(?:[^。!?\n]{{0,10}})?{_VACCINATED}"
    rf"|(?:の)?(?:を|が)?(?:対象|接種対象)(?:に|と(?:した|する)|の)(?!募集|採用)[^。!?\n]{{0,12}}{_VACCINATED}"
    r"|(?:から|より)?(?:順に|先に|優先的?に)?(?:接種|予約|ワクチン|受付を)"
    r"|(?:向け|用)(?:の)?(?:接種|ワクチン|健診|検診|会場|予約)"
    r"|に多い|の?[^。、の]{0,4}(?:検診|健診)"
)
# Recipients in the fields about the work, applicants elsewhere.
_RECIPIENT_IN_WORK: Final = re.compile(
    rf"の?{_PERSON}(?:、?(?:約)?\d[\d,]*[人名])?(?:を(?:対象|優先)|に優先|が対象|が中心)|を対象|が(?:対象|中心)"
)
_STAFF_AFTER: Final = re.compile(
    rf"(?:前後|前半|後半|まで)?の?(?:{WORKER}|師長|責任者|先生|方|者)+(?:ら|たち|の方々?|\d+[人名])?(?:と(?!して)|が(?!対象|応募|ベスト|理想|よ|良|い?い(?:です|と)|適|最適|向い|有利|優先|必要|望ま|好ま|ほし|欲し|条件)|(?:も|は)(?:、)?[^。、]{{0,12}}?"
    r"(?:働いて|勤務して|活躍|在籍|所属|い(?:ます|る)|おり|支え|まとめ|指導|教え|担当|中心(?!に採用)|対応))"
)
_RECIPIENT_BEFORE: Final = re.compile(
    r"(?:接種対象(?:者)?|対象者|被接種者|対象年齢|接種年齢|受診者|利用者|入所者|来場者|来所者|患者|接種者|(?:接種|ワクチン"
    r"|予防接種|健診|検診)(?:を受ける方|を受けられる方|の対象)|住民|市民"
    r"|町民|村民|区民|高齢者|妊婦|児童|優先接種|会員|受給者|被保険者|加入者)"
    r"(?:の方|の年齢)?(?:は|:|が|\(|、|も|のうち|で|として|、主に|の多くは|となる)?(?:主に|おもに|原則|おおむね|概ね)?$"
    r"|(?:接種|ワクチン|健診|検診|教室|事業|高齢の方|高齢者|小児|子ども|乳幼児|児童|未成年|住民|市民|対象)\((?:満)?$"
)
# 定年, pension, insurance and tax name ages that limit no application.
_RETIREMENT: Final = re.compile(r"定年|再雇用|再任用|雇用延長|退職年齢")
_OTHER_MATTER: Final = re.compile(r"年金|保険|共済|手帳|割引|運賃|無料|税|高齢者講習|免除|給付|医療制度|人材センター")
_APPLICANT: Final = re.compile(
    r"応募|募集|採用|任用|歓迎|限定|に限|限り(?!なく)|求めて|求む|希望(?:し(?:ます|ています)|する方)|優先(?:採用|します)"
    r"|勤務(?:できる|可能|いただける)|働ける|従事できる|従事いただける|資格要件|来ていただ"
    r"|応募資格|資格:|不可|尚可|年齢制限|年齢要件|年齢:|(?<!接種)(?<!健診)(?<!検診)対象:"
)
_WORK_PEOPLE: Final = re.compile(rf"接種|ワクチン|予診|検査|来場|来所|予約|{_PEOPLE}|受付|誘導|介助|観察|訪問|相談|会場|案内")
_WELCOMES_ALL: Final = re.compile(
    r"も(?:、)?(?:多数|多く|たくさん|大勢)?(?:活躍|在籍|働|勤務|歓迎|応募|可|おり|いま|大歓迎|多)|幅広|まで(?:の方)?(?:が"
    r"|も)?(?:幅広|活躍|在籍|働|勤務して)|問わ|不問|問いません|関係なく|かかわらず|関わらず|に?関係ありません"
)
_YOUNG_STAFF: Final = re.compile(
    r"若手(?:の)?(?:職員|スタッフ|医師|看護師|保健師|先生|メンバー|社員)?(?:から"
    r"|も|と|を指導|の(?:指導|育成|教育|相談)|が(?!い)|に|育成|指導|教育|中心)"
)
_YOUNG_OTHERS: Final = re.compile(
    r"親|お?母|お?父|夫婦|患者|利用|住民|来場|家族|子育て|妊婦|に(?:接種|対|も|多い|見られ)|への|の(?!方|応募|採用|皆|力|ご)|向けの接種|が(?:来場|接種)"
)
_TAUGHT: Final = re.compile(r"(?:たち)?[をにへの][^。、]{0,10}(?:教え|指導|育て|育成|助言|説明|接し|伝え|支え|サポート|フォロー)")
# 若者サポートセンター
_YOUNG_PLACE: Final = re.compile(
    rf"若(?:者|手|年者|年層)(?!{WORKER}|大?歓迎|限定|募集|急募|求|優先|優遇|希望|向|採用|応募|中心|不可)[ァ-ヴー一-龠]"
)
_YOUNG_AND_OLD: Final = re.compile(r"から|も|に限らず|だけでなく|でなくても")
_YOUNG_WANTED: Final = re.compile(r"歓迎|限定|求|希望|募集|優先|尚可|採用|向け|のみ|活躍(?:中|できる)")
# 「65歳以上の方は短い時間から始められます」: nobody younger is kept away, so only hiring or a refusal makes it a limit.
_OLD_AND_ABOVE: Final = re.compile(r"満?[6-8]\d[歳才](?:以上|を?(?:超え|過ぎ)|に(?:達し|なっ)た)$")
_YOUNG_WORD: Final = re.compile(_YOUNG)
_OLD_WORD: Final = re.compile(_OLD)
_CONDITIONS: Final = re.compile(r"応募|募集|採用条件|採用対象|年齢制限")


@dataclass(frozen=True)
class AgeWord:
    """A passage about the applicants' age: the words found, and where they stand in the plain text."""

    text: str
    start: int


def _is_recipients(name: str, place: Mention) -> bool:
    if _RECIPIENT_BEFORE.search(place.before) and place.before.endswith("("):
        return True
    if _APPLICANT.search(place.sentence):
        # 「65歳以上の高齢者への接種。60歳までの方を募集」 are two sentences; in one, the words right after the age decide.
        return bool(_RECIPIENT_AFTER.match(place.after)) and not re.match(
            rf"の?{_PERSON}(?:を|に)?(?:限|募集|歓迎|優先(?:して|的に)?(?:採用|募集|選考|します))", place.after
        )
    if _RECIPIENT_AFTER.match(place.after) or _RECIPIENT_BEFORE.search(place.before):
        return True
    return name in WORK_TEXTS and bool(_RECIPIENT_IN_WORK.match(place.after) or _WORK_PEOPLE.search(place.before + place.after))


def _old_turned_away(place: Mention) -> bool:
    """Whether older people are kept from applying (「年配の方はご遠慮ください」), or nobody else is taken."""
    if welcome(place) or (_WORK_PEOPLE.search(place.after) and not HIRING.search(place.sentence)):
        return False
    person = re.sub(r"^(?:者|の?(?:方々?|かた|人))", "", place.after)
    return bool(turned_away(place)) or bool(re.match(r"限定|のみ(?!の世帯)|だけ|に限", person))


def _young_wanted(name: str, place: Mention) -> bool:
    """Whether young people are asked for: 「若い方歓迎」, not 「若手の育成」 or 「若い方の予約が増えています」."""
    word, after = place.word, place.after
    if _TAUGHT.match(after):
        return False
    if _YOUNG_STAFF.match(word + after) and not _YOUNG_WANTED.search(after):
        return False
    if welcome(place, 24) or _YOUNG_AND_OLD.match(after) or _YOUNG_PLACE.match(word + after):
        return False
    if _YOUNG_OTHERS.match(after) and not _APPLICANT.search(after):
        return False
    if name in WORK_TEXTS and not _APPLICANT.search(place.sentence) and (word == "若手" or _WORK_PEOPLE.search(place.before + after)):
        return False
    return word != "若手" or name not in WORK_TEXTS or bool(_YOUNG_WANTED.search(after))


def _number_wanted(name: str, place: Mention) -> bool:
    """Whether an age in figures (60歳まで, 20代, 昭和36年以降生まれ) is asked of the applicants."""
    after = place.after
    if re.fullmatch(rf"{_NUM}[歳才]", place.word) and (name in WORK_TEXTS or re.match(r"の(?:とき|頃|ころ|時)", after)):
        return False
    rest = outside_brackets(re.sub(r"^(?:た|る|て(?:い(?:る|た)|おり))?の?(?:方々?|かた|人|者)", "", after))
    retirement = _RETIREMENT.search(place.before[-8:] + place.word + place.after[:10])
    reason = re.search(r"定年[^。]{0,4}(?:ため|につき|により|ので)、?$", place.before) and re.match(r"の?(?:方|者|人)", after)
    if not reason and not _CONDITIONS.search(place.sentence) and (retirement or _OTHER_MATTER.search(place.phrase)):
        return place.word.startswith("定年")
    if "代" in place.word and (_WELCOMES_ALL.search(place.sentence) or after.startswith(("前半に生", "の頃"))):
        return False
    if re.match(r"[^。!?\n]{0,10}(?:まで|の方)?(?:も)?(?:幅広|(?:まで)?活躍中)", after) and re.search(r"~|から|も", place.word + after[:8]):
        return False
    if re.search(r"不利益?[にな][^。]{0,10}(?:ません|ない)", after) or _STAFF_AFTER.match(after) or _is_recipients(name, place):
        return False
    if _OLD_AND_ABOVE.match(place.word) and not (TURNED_AWAY.search(place.sentence) or HIRING.search(place.sentence)):
        return False
    return not re.match(
        r"(?:で(?:あって)?|て)?も|の(?:ご?応募|採用|勤務)も|の?[^。、]{1,8}にも|を?問わ|[、や・と][^。、]{0,14}?も(?:、)?(?:大歓迎|歓迎|活躍|応募|働|お気軽|可|い)",
        rest,
    )


def applicants_age(name: str, text: str) -> AgeWord | None:
    """The first words of a field's plain text that ask for an age of the applicants, None when there are none."""
    for place in mentions(AGE, text):
        if _OLD_WORD.match(place.word):
            wanted = _old_turned_away(place)
        elif _YOUNG_WORD.match(place.word):
            wanted = _young_wanted(name, place)
        else:
            wanted = _number_wanted(name, place)
        if wanted:
            return AgeWord(place.word, place.start)
    return None


UPPER: Final = re.compile(
    rf"{_NUM}[歳才](?:に達する[^。!?\n]{{0,8}})?(?:以下|未満|まで|迄|以内)|(?:上限|年齢制限)(?:は"
    rf"|:)?{_NUM}[歳才]|{_NUM}[歳才]を超え|(?:~|から){_NUM}[歳才]|以降に?(?:生まれ|出生)"
)
LOWER: Final = re.compile(rf"({_NUM})[歳才](?:以上|から|~|に達し|になって)")
_NOT_ALLOWED: Final = re.compile(
    r"(?:の(?:方|者|人))?(?:は|を|の|が)?[^。!?\n]{0,12}?(?:不可|できません|できない|禁止|禁じ|使用(?:して"
    r"|させて)?(?:は)?なら|就(?:業|労)?(?:させ|でき)|なりません|ならない|認められ|除く|除き|立ち入|入れ)"
)


def upper_limit(text: str) -> bool:
    """True when a note sets an upper age. 「18歳未満は就業できません」 is a lower limit."""
    return any(
        not (re.match(r"(?:18|20|十八|二十)[歳才](?:未満|以下)", place.word) and _NOT_ALLOWED.match(place.after))
        for place in mentions(UPPER, text)
    )


def lower_limit(text: str) -> int | None:
    """The lower age that a note names (18歳以上 → 18, 18歳未満は不可 → 18), None when it names none."""
    found = LOWER.search(text)
    if found and found[1].isdigit():
        return int(found[1])
    barred = re.search(r"(18|20)[歳才]未満", text)
    return int(barred[1]) if barred else None
