"""Finds words about the applicants' age in a posting's text, and leaves the recipients' age alone.

「65歳まで」 is about applicants, 「65歳以上の高齢者への接種」 about recipients, 「60代も活躍中」 shuts nobody out.
All functions work on plain text (see `words.plain`). In the fields that describe the work, a passage of which both readings
stay possible is taken as the recipients'.
"""

import re
from dataclasses import dataclass
from typing import Final

from keynet_admin.rules.words.plain import phrase_around

WORK_TEXTS: Final = frozenset(
    {"duty_detail", "support_note", "training_note", "duty_change", "access", "venue_name", "renewal_rule", "insurance_note"}
)
"""Fields whose ages are usually those of the people who come to the venue."""

_NUM = r"(?:\d{2}|[二三四五六七八]?十[一二三四五六七八九]?)"
_LIMIT = r"(?:以下|未満|まで|以上|以内|位|ぐらい|くらい|程度|前後|以降は|迄|限り|上限|を超え|不可|定年制?)"
AGE: Final = re.compile(
    rf"(?<!\d)(?:満|概ね|おおむね|おおよそ|約)?{_NUM}[歳才](?:に達する(?:日|年度)[^。!?\n]{{0,8}})?{_LIMIT}"
    rf"|(?<!\d)(?:満)?{_NUM}[歳才]?(?:~|から|-|・)(?:満)?{_NUM}[歳才](?:まで|の)?"
    r"|(?<![\d第])(?:[2-6]0歳?|[二三四五六]十歳?)代(?![表金替理行将])(?:(?:~|から|-|・|、|や|と)[2-7]0歳?代)*"
    r"|若い(?:方|人|世代|女性|男性|看護師|職員|スタッフ)|若く(?:て|元気)|若者|若手|若年者|お若い"
    rf"|年齢(?:制限|上限|の上限)?(?:は|:|が)?(?:満)?{_NUM}[歳才]"
    rf"|(?:昭和|平成|昭|平)[\d元]{{1,2}}年(?:度)?(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?(?:以降|以後|以前|より後)(?:に|の)?(?:生まれ|出生)"
    r"|(?:19|20)\d{2}年(?:度)?(?:\d{1,2}月(?:\d{1,2}日)?)?(?:以降|以後|以前|より後)(?:に|の)?(?:生まれ|出生)"
)

_PEOPLE = (
    r"(?:高齢者|お年寄り|市民|町民|村民|区民|住民|県民|都民|府民|道民|接種|被接種|対象者"
    r"|妊婦|妊産婦|患者|基礎疾患|利用者|入所者|入居者|来場者|来所者|受診者|予約者|希望者"
    r"|児童|児|子ども|子供|こども|生徒|学生|小学生|中学生|高校生|未就学|障害|障がい|要介護|単身|世帯|在宅"
    r"|ひとり暮らし|一人暮らし|特定健診|健診|検診|予防|ワクチン|インフル|肺炎球菌|小児|大人|成人|国保|被保険者)"
)
_PERSON = r"(?:方|方々|かた|人|者|皆さん|皆様|皆さま)"
# What follows an age when it is the age of those who come to be vaccinated or looked after.
_RECIPIENT_AFTER: Final = re.compile(
    rf"(?:の)?(?:全ての|すべての|全)?{_PEOPLE}|の?(?:集団|個別|大規模|追加|巡回|優先|先行|一斉|早期|初回|[1-5]回目の?)+接種"
    rf"|の?{_PERSON}(?:、?(?:約)?\d[\d,]*[人名])?(?:へ|に(?:対する|対して|対し|接種|ワクチン|注射|予診|は|お|配|送|優先|案内|係る"
    r"|向け)|への|を(?:接種|対象(?:に|と)(?!募集)|介助|誘導|案内|訪問|優先)|が(?:接種|対象|来場|来所|予約|多|受け|利用|お越し)"
    r"|の(?:予診|接種|予約|予防|来場|受付|誘導|介助|問診|観察|健康|ワクチン|来所|診察|検温"
    r"|訪問|対応|ご案内|お世話|介護|相談|個別|集団|大規模|優先|3回目|2回目|1回目|追加)"
    r"|は(?:接種|予約|保護者|予診|付き添|先に|優先|介助|2階|1階|午前|午後|会場))"
    r"|(?:の?(?:皆さん|皆様|皆さま)?が)?対象(?:の|と(?:する|した)|に(?:した|行う|行い"
    r"|接種|実施))(?:[^。!?\n]{0,10})?(?:接種|ワクチン|健診|検診|予防|事業|教室|訪問)"
    r"|(?:の)?(?:を|が)?(?:対象|接種対象)(?:に|と(?:した|する)|の)(?!募集|採用)[^。!?\n]{0,12}(?:接種|ワクチン|健診|検診|予防|事業|教室)"
    r"|(?:から|より)?(?:順に|先に|優先的?に)?(?:接種|予約|ワクチン|受付を)"
    r"|(?:向け|用)(?:の)?(?:接種|ワクチン|健診|検診|会場|予約)"
)
_RECIPIENT_BEFORE: Final = re.compile(
    r"(?:接種対象(?:者)?|対象者|被接種者|対象年齢|接種年齢|受診者|利用者|入所者|来場者|来所者|患者|接種者|(?:接種|ワクチン"
    r"|予防接種|健診|検診)(?:を受ける方|を受けられる方|の対象)|住民|市民"
    r"|町民|村民|区民|高齢者|妊婦|児童|優先接種|会員|受給者|被保険者|加入者)"
    r"(?:の方|の年齢)?(?:は|:|が|\(|、|も|のうち|で|として|、主に|の多くは|となる)?(?:主に|おもに|原則|おおむね|概ね)?$"
    r"|(?:接種|ワクチン|健診|検診|教室|事業|高齢の方|高齢者)\($"
)
# 定年, pension, insurance and tax name ages that limit no application.
_RETIREMENT: Final = re.compile(r"定年|再雇用|再任用|雇用延長|退職年齢")
_OTHER_MATTER: Final = re.compile(r"年金|保険|共済|手帳|割引|運賃|無料|税|高齢者講習|免除|給付")
_APPLICANT: Final = re.compile(
    r"応募|募集|採用|任用|歓迎|限定|に限|限り(?!なく)|求めて|求む|希望(?:し(?:ます|ています)|する方)|優先(?:採用|します)"
    r"|勤務(?:できる|可能|いただける)|働ける|従事できる|従事いただける|資格要件"
    r"|応募資格|資格:|不可|尚可|年齢制限|年齢要件|年齢:|(?<!接種)(?<!健診)(?<!検診)対象:"
)
_WORK_PEOPLE: Final = re.compile(rf"接種|ワクチン|予診|来場|来所|予約|{_PEOPLE}|受付|誘導|介助|観察|訪問|相談|会場|案内")
_WELCOMES_ALL: Final = re.compile(
    r"も(?:、)?(?:多数|多く|たくさん|大勢)?(?:活躍|在籍|働|勤務|歓迎|応募|可|おり|いま|大歓迎|多)|幅広|まで(?:の方)?(?:が"
    r"|も)?(?:幅広|活躍|在籍|働|勤務して)|問わ|不問|問いません|関係なく|かかわらず|関わらず|に?関係ありません"
)
_YOUNG_STAFF: Final = re.compile(
    r"若手(?:の)?(?:職員|スタッフ|医師|看護師|保健師|先生|メンバー|社員)?(?:から"
    r"|も|と|を指導|の(?:指導|育成|教育|相談)|が(?!い)|に|育成|指導|教育|中心)"
)
_YOUNG_OTHERS: Final = re.compile(r"から|も|に(?:限らず|接種|対|も)|への|の(?:接種|予約|ワクチン)|だけでなく|向けの接種|が(?:来場|接種)")
_YOUNG_WANTED: Final = re.compile(r"歓迎|限定|求|希望|募集|優先|尚可|採用|向け|のみ|活躍(?:中|できる)")


_HIRING: Final = re.compile(r"応募|募集|採用条件|採用対象|年齢制限")


@dataclass(frozen=True)
class AgeWord:
    """A passage about the applicants' age: the words found, and where they stand in the plain text."""

    text: str
    start: int


def _sentence(text: str, at: int) -> tuple[int, int]:
    left = max(text.rfind(mark, 0, at) for mark in "。!?;\n") + 1
    right = min((found for mark in "。!?;\n" if (found := text.find(mark, at)) >= 0), default=len(text))
    return left, right


def _is_recipients(name: str, sentence: str, before: str, after: str) -> bool:
    if _APPLICANT.search(sentence):
        # 「65歳以上の高齢者への接種。60歳までの方を募集」 are two sentences; in one, the words right after the age decide.
        return bool(_RECIPIENT_AFTER.match(after)) and not re.match(
            rf"の?{_PERSON}(?:を|に)?(?:限|募集|歓迎|優先(?:して|的に)?(?:採用|募集|選考|します))", after
        )
    if _RECIPIENT_AFTER.match(after) or _RECIPIENT_BEFORE.search(before):
        return True
    return name in WORK_TEXTS and bool(_WORK_PEOPLE.search(before + after))


def applicants_age(name: str, text: str) -> AgeWord | None:
    """The first words of a field's plain text that ask for an age of the applicants, None when there are none."""
    for match in AGE.finditer(text):
        left, right = _sentence(text, match.start())
        before, word, after = text[left : match.start()], match.group(), text[match.end() : right]
        sentence = text[left:right]
        if word.startswith("若") or word == "お若い":
            if _YOUNG_STAFF.match(text[match.start() : right]) and not _YOUNG_WANTED.search(after):
                continue
            if _YOUNG_OTHERS.match(after):
                continue
            if name in WORK_TEXTS and not _APPLICANT.search(sentence) and word != "若手" and _WORK_PEOPLE.search(before + after):
                continue
            if word == "若手" and not _YOUNG_WANTED.search(after) and name in WORK_TEXTS:
                continue
            return AgeWord(word, match.start())
        if not _HIRING.search(sentence) and (
            _RETIREMENT.search(sentence) or _OTHER_MATTER.search(phrase_around(text, match.start(), match.end()))
        ):
            continue
        if "代" in word and (_WELCOMES_ALL.search(sentence) or after.startswith(("前半に生", "の頃"))):
            continue
        if re.match(r"[^。!?\n]{0,10}(?:まで|の方)?(?:も)?(?:幅広|(?:まで)?活躍中)", after) and re.search(r"~|から|も", word + after[:8]):
            continue
        if _is_recipients(name, sentence, before, after):
            continue
        if re.match(r"(?:でも|であっても|の方でも|の方も|も)(?:応募|可|勤務|働|歓迎|大歓迎|ご)", after):
            continue
        return AgeWord(word, match.start())
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
    for match in UPPER.finditer(text):
        _, right = _sentence(text, match.start())
        if (
            re.search(r"未満|以下", match.group())
            and re.match(r"(?:18|20|十八|二十)", match.group())
            and _NOT_ALLOWED.match(text[match.end() : right])
        ):
            continue
        return True
    return False


def lower_limit(text: str) -> int | None:
    """The lower age that a note names (18歳以上 → 18, 18歳未満は不可 → 18), None when it names none."""
    found = LOWER.search(text)
    if found and found[1].isdigit():
        return int(found[1])
    barred = re.search(r"(18|20)[歳才]未満", text)
    return int(barred[1]) if barred else None
