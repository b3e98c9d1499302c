"""Finds questions and conditions about what is no matter of the work: family, origin, belief, health without need.

The topics are those of the ministry's 「公正な採用選考の基本」: what the applicant answers for in no way (本籍, family, housing) and what is
free (religion, party, union, reading), with the ways of looking into them. A topic is found when it is asked (「面接で伺います」) or made a
condition (「既婚の方」, 「持病のない方」), not when it is named beside the work, refused (「伺うことはありません」) or met with care.
All functions work on plain text (see `words.plain`).
"""

import re
from typing import Final

from keynet_admin.rules.words.grammar import HIRING, WELCOME_TO_ALL, WORK_TEXTS, Mention, chosen, mentions, turned_away

_KIN: Final = (
    r"(?:ご?(?:家族|家庭|親族|親戚|両親)|世帯(?:員|主|全体)?|配偶者|ご?主人|旦那(?:さん|様)?|夫|妻|お連れ合い|パートナー|父母|父親|母親|親御さん"
    r"|お?[父母](?:様|さん|さま)|奥(?:さん|様|さま)|親|保護者|兄弟)"
)
_CHILD: Final = "(?:お?子(?:ども|供|さん|様|さま)?|乳幼児|小学生以下)"
_KIN_OR_CHILD: Final = rf"(?:{_KIN}|{_CHILD})"
_OF_KIN: Final = (
    r"(?:の?構成|の?状況|関係|調書|欄|の?ご?(?:(?:経済|生活)(?:状況|状態)|暮らし向き|お?仕事|職業|お?勤め先|勤務先|年収|収入|所得|学歴|氏名|財産|資産|病歴|健康状態"
    r"|雰囲気|様子|有無|人数))"
)
# Asked or not, these have no place among the conditions of a job.
_NEVER_A_CONDITION: Final = (
    rf"{_KIN}(?:全員)?{_OF_KIN}(?:[や・、と](?:{_KIN}の)?{_OF_KIN}){{0,4}}|本籍地?|出生地|生まれ(?:も育ちも|た場所|育(?:ち|った))|で生まれた(?:方|者)|部落|同和|門地|家柄|家系図|生い立ち"
    r"|宗教(?!法人)|宗派|信仰(?:心)?|信条|思想|政党|どの党|政治(?:活動|的な?(?:考え|信条|立場|信念))|労働組合|組合(?:への?|に)?(?:活動|加入|所属|員で)"
    r"|学生運動|社会運動|(?:尊敬|目標と)する[^。、]{0,5}人物?|座右の銘|愛読(?:書|し)|購読|人生観|離婚歴|家庭環境|身元の?(?:調査|しっかり|確か)|(?:しっかりした|円満な|健全な)ご?家庭|(?:交友|友人)関係|加入団体|身辺調査|聞き込み"
    r"|戸籍(?:謄本|抄本|の写し|全部|個人|を提出)|住民票(?:の写し)?(?:を|の)?(?:提出|添付|持参|確認|写し|必要|要)|住民票$|住民票(?:記載事項)?証明"
    r"|(?:所得|課税|収入)証明書?|(?:自宅|家)(?:付近|周辺)?の?(?:略|地)図|自宅から[^。、]{0,8}の地図|(?:身長|体重)[0-9]+"
)
_WHEN_ASKED: Final = (
    r"(?:実家|生家)[がはの]|出身地?(?!校|者|の(?:職|看))|投票した|血液型|星座|(?:身長|体重)(?![^。、]{0,8}測)|容姿|性的指向|性自認|学費|借家|持ち家|間取り|住宅(?:状況|の種類)|続柄|家業"
    rf"|{_CHILD}の(?:人数|年齢|有無|学年|学校|預け先|氏名)|(?:既婚|未婚|独身)(?:か|・|、|/|と|または)(?:既婚|未婚|独身)|婚姻(?:状況|歴)|(?:結婚|婚姻|妊娠|出産|離婚)(?:(?:や(?:結婚|妊娠|出産|育児)){{0,3}}について(?!の)|(?:の|する)(?:ご?予定|有無)|後も?[^。、]{{0,14}}(?:考え|意思|つもり|続け))"
    r"|最寄り?駅の?(?:どちら|から)|恋人|交際(?!費)|お付き合いしている|(?:読む|読んでいる)(?:新聞|雑誌|本)|(?:新聞|雑誌)の名|資産(?!運用|税|管理)|財産|借金|負債"
)
_TOPIC: Final = re.compile(rf"{_NEVER_A_CONDITION}|{_WHEN_ASKED}")
_BARE_TOPIC: Final = re.compile(_NEVER_A_CONDITION)
_HEALTH: Final = re.compile(
    r"既往(?:歴|症)?|持病|病歴|(?:精神|慢性)?疾患|うつ病|hiv|肝炎|通院歴|服薬歴?|健康状態(?:の詳細)?|障害の有無|手術歴|色覚|色弱|精神科(?!の?(?:勤|経|病|看))|心療内科(?!の?(?:勤|経|看))|(?:通院|服薬|治療|療養|休職)中|(?:大きな|重い)病気"
    r"|遺伝|(?:過去|これまで|現在|今まで)の病気|かかった(?:ことのある)?病気"
)
_STATUS: Final = re.compile(
    rf"{_KIN}がご?健在|(?:結婚|離婚)して(?:いる|いない|おらず)[^。、]{{0,2}}(?:方|者|人|こと)|"
    rf"(?:既婚|未婚|独身|片親|母子家庭|父子家庭|妊娠中|妊婦|(?:育児|子育て|介護|授乳)中|{_KIN}の扶養に入っている|世帯主|(?:妻子|子)(?:の|が)ある|{_KIN}と同居して(?:いる|いない))(?:者|の?方|の?人|であること|に限)"
    r"|(?:結婚|妊娠|出産|離婚)(?:の|する|を)?(?:ご?予定|可能性|希望|控え)(?:が|の)?(?:ない|なし|いない|ある|(?:し|され)?て(?:い(?:る|ない)|おられる|いらっしゃる))(?:方|者|人|こと)"
    rf"|{_KIN}(?:や{_KIN}){{0,3}}(?:で|に)、?[^。、]{{0,14}}(?:お?勤め|勤務)(?:する|している|の)"
    rf"|{_KIN_OR_CHILD}(?:(?:が|の)(?:そろってい|いな|い|あ|いらっしゃ|おられ)|に[^。、]{{1,14}}(?:が|の)いな?)(?:る|い)(?=方|者|人|こと|場合|$|ご?家庭の方(?![にへもとの]))"
    rf"|(?:既婚|未婚|独身)で(?!も)、?[^。、]{{1,14}}(?:方|者|人)|(?:家計|生計)を(?:支え|維持|担)[^。、]{{0,6}}(?:方|者|人)"
    rf"|{_KIN}の(?:承諾|同意|許可|了解|理解)(?:を|が)(?:得|いただ|取|あ)[^。、]{{0,6}}(?:方|者|人|こと)"
    rf"|{_KIN}が[^。、がはも]{{1,14}}(?:[のいる]|である)(?:方|者|人|こと)"
)
_ASKED: Final = re.compile(
    r"伺(?:い|う|わ)|うかがい|お?聞(?:き(?!取)|かせ)|お話し|お答え|お書き|拝見|見せて|お?尋ね|質問|教えて|お知らせ|(?:ご)?記入|記載|書いて|申告|提出|添付|(?:ご)?回答|答えて|調査(?:を|いた|し|さ)|確認|行い|明らか"
    r"|把握|証明|分か(?:る|り)"
)
# Whom the words are about when they go on like this: those who are cared for, or everybody.
_OF_OTHERS: Final = r"(?:への?|に(?:対|説|寄|接|も|優)|の(?!み|有無)|を(?!募|歓|優|希|求|除)|が(?:来|対象の|活|多|働)|から|と|も|でも)"
_CONDITION: Final = re.compile(
    r"[がのをには・や]?[^。、]{0,10}?(?:(?:が|の)?(?:ない|無い|なく)|(?:して|信じて|入って|感染して)?い(?:ない|る)|(?:が|に)?(?:問題|悪い|良い|よい)[^。、]{0,4}"
    rf"|である|に?ある|できる|られる|の)(?:方|者|人|こと)(?!{_OF_OTHERS})|が[^。、]{{0,6}}(?:必要|条件)|に限|がない$|のない$"
)
_ILL: Final = re.compile(
    rf"(?:や[^。、]{{1,6}}|など|等)?(?:の|が|に)?(?:既往|病歴|異常|感染)?(?:が|の|して)?(?:ない|なく|無い|ある|いない|いる|した(?:こと)?が?ない)(?:方|者|人|こと)(?!{_OF_OTHERS})"
    r"|(?:を)?(?![^。、]{0,8}経験)[^。、]{0,6}(?:のない|がない)(?:方|こと)"
)
_CARE: Final = re.compile(
    r"症状|発熱|濃厚接触|体調|相談|配慮|応じ(?!て採用)|両立|都合|事情(?!(?:や[^。、]{1,8})?を)|(?:扶養|収入|年収|税)[^。]{0,4}範囲|範囲(?:内|で(?:働|勤))|支援|応援|守り|歓迎しない|破壊|一部事務組合|職員組合|差別|公平|尊重|(?:変化|異変|あった|なった|出た|生じた)(?:が)?(?:あった)?(?:とき|時|場合|際)|選べ|上の理由|自由|任意"
)
_HIRED: Final = re.compile(r"採用後|採用(?:が|の)?決|内定後|任用後")
# Never anybody's business, also after the hiring.
_NEVER: Final = re.compile(r"本籍|宗教|信仰|信条|政党|政治|組合|尊敬|愛読|購読|身元|身辺|出生地|門地|思想")
_DENIED: Final = re.compile(
    r"(?:こと|もの)は(?:一切)?(?:あり|ござい)ません|(?:伺|聞|尋|求|問(?!題)|記入し|提出|確認し|扱)[^。、]{0,12}(?:ません|ない|なく)|不要|影響(?:し|は)"
    r"|関係(?:な[いくし]|は?ありません)|不問|なし(?:で|に)|要りません"
)
_CONDITIONS: Final = frozenset({"other_req", "experience_note"})
# A topic named beside the work: 「労働組合との協定により、休憩は60分です」, 「宗教の異なる住民」.
_BESIDE: Final = re.compile(
    r"との|により|による|が(?:あり|運営|主催|所有)|の(?:会館|会議室|ホール|施設|建物|協定|協力|窓口)|[^。、]{0,8}(?:異な|違[うい]|多様)"
    r"|[^。、]{0,14}(?:住民|市民|来場者|患者|利用者|相談者|受診者)(?:に|の|へ|と|から)"
)
_STATEMENT: Final = re.compile(r"(?:ます|です|ました|でした)$")
_CHOOSES: Final = re.compile(r"限|必要|条件|優先|不可|遠慮|希望|望|対象|問い|重視|考慮|選考|採用|応募|方です|者です|こと")


def _bare(name: str, place: Mention) -> bool:
    """Whether a topic in a field of conditions is one, though no word asks: not when the sentence tells of something else."""
    if name not in _CONDITIONS or not _BARE_TOPIC.match(place.word) or _BESIDE.match(place.after):
        return False
    return not _STATEMENT.search(place.after) or "調査" in place.word or _CHOOSES.search(place.sentence) is not None


def _about_applicants(name: str, place: Mention) -> bool:
    """Whether a topic is held against applicants: not denied, not met with care, not the work itself."""
    if _DENIED.search(place.after) or WELCOME_TO_ALL.search(place.rest.removeprefix("も")) or _CARE.search(place.sentence):
        return False
    if _HIRED.search(place.sentence) and not _NEVER.search(place.word):
        return False
    return name not in WORK_TEXTS or HIRING.search(place.sentence) is not None or "面接" in place.sentence


def _is_asked(place: Mention) -> bool:
    return _ASKED.search(place.after) is not None or _CONDITION.match(place.after) is not None


def _is_condition(name: str, place: Mention) -> bool:
    if re.match(rf"(?:方|者|人|こと|場合)?{_OF_OTHERS}", place.after):
        return False
    if re.match("育児|子育て|介護|授乳", place.word):
        return bool(turned_away(place))
    return name not in WORK_TEXTS or bool(chosen(place) or turned_away(place))


def private_matters(name: str, text: str) -> list[str]:
    """Family, origin, belief and standing that a field asks about or makes a condition, each once."""
    topics = [place for place in mentions(_TOPIC, text) if _is_asked(place) or _bare(name, place)]
    status = [place for place in mentions(_STATUS, text) if _is_condition(name, place)]
    return list(dict.fromkeys(place.word for place in (*topics, *status) if _about_applicants(name, place)))


def health_matters(name: str, text: str) -> list[str]:
    """Illness and state of health that a field asks about or makes a condition, each once."""
    asked = [place for place in mentions(_HEALTH, text) if _ASKED.search(place.after) or _ILL.match(place.after) or turned_away(place)]
    return list(dict.fromkeys(place.word for place in asked if _about_applicants(name, place)))
