"""Finds practice that a posting asks of its applicants: years in any figure (３年, 三年, 数年, 半年), or that beginners are not taken.

「臨床経験3年以上の方」 and 「経験の浅い方はご遠慮ください」 ask for it; 「経験3年以上の方は加算」, 「経験10年の看護師が指導します」 and
「5年以上離職していた方も歓迎」 do not. All functions work on plain text (see `words.plain`).
"""

import re
from typing import Final

from keynet_admin.rules.words.grammar import HIRING, WORK_TEXTS, WORKER, Mention, answers_who, mentions, turned_away, welcome

_FIGURE: Final = r"(?:\d{1,2}(?:[~,、・]\d{1,2})?|[一二三四五六七八九十]{1,3}|数)(?:年(?:半|目)?|[かヶケ箇カ]月|カ年)|半年"
_YEARS: Final = (
    rf"(?:通算(?:で|して)?|おおむね|おおよそ|およそ|概ね|約|満|最低(?:でも)?|少なくとも|延べ)?(?:{_FIGURE})(?:間)?(?:程度|ほど|くらい|ぐらい)?"
    r"(?:以上|を?超え|超|から(?!2)|~|は|以内|未満|に満たない)?"
)
_FLOOR: Final = rf"(?:{_FIGURE})(?:間)?(?:程度|ほど|くらい|ぐらい)?(?:以上|を超え|超|から|~)"
_PRACTICE: Final = (
    r"(?:経験|実務|臨床(?!検査|工学|心理)|キャリア|[ァ-ヴー一-龠]{1,6}(?<![病学経略種])歴|勤務実績|(?:看護師|ナース|保健師|医師|薬剤師)(?:を|として|で)(?:し|やっ|勤め)てい?た|勤務(?=が)|お勤め(?=の(?:方|人)|され)|ご勤務(?=の方|され)"
    r"|(?:働い|勤め|勤務し|従事し|携わっ)(?:た|てい(?:た|る)|てき(?:た|て)))"
)
_ASKED: Final = re.compile(
    rf"{_PRACTICE}(?:者)?(?:年数|期間)?(?:が|は|を|で|:|\(|、|に(?:就い|つい|携わっ|従事し)て(?:から)?)?(?:通算(?:で)?)?{_YEARS}"
    rf"|{_YEARS}(?:の|、(?=看護|病|臨床|医療|保健))?[^。、,\n)]{{0,14}}?{_PRACTICE}(?:者)?"
)
_FIGURES_FIRST: Final = re.compile(_YEARS)
_BARE: Final = re.compile(_FLOOR)
_EXPERT: Final = re.compile(
    r"(?:実務|臨床|業務|看護|勤務|接種|注射|採血|病棟|病院|外来)?(?:業務)?(?:の)?経験(?:年数)?(?:者(?:の方)?|(?:の|が)[^。、]{0,6}?(?:ある|あり|長い)(?:の)?(?:方|人|者|こと)?|(?:の|が)?豊(?:富|か)(?:な|である)(?:方|人|者|こと)?"
    r"|を(?:お持ち|持つ|持って(?:いる|おられる)|有する|積んだ|重ねた|経た)(?:の)?(?:方|人|者|こと)?|)(?:看護師|職員|スタッフ)?(?:の方)?"
    r"|(?:携わっ|従事し|勤務し|働い|勤め|経験し)たことの?が?ある(?:方|人|者|こと)|ベテラン(?:の)?(?:看護師|職員|スタッフ)?(?:の方)?|即戦力(?:となる|として(?:活躍|働)[^。、]{0,4})?(?:経験者|看護師|方)?"
    r"|[ァ-ヴー一-龠]{1,6}歴(?:が|の)長い(?:方|人|看護師)|熟練(?:の|した)(?:看護師|方)"
)
_NEEDED: Final = re.compile(
    r"(?:が|は)?(?:、)?(?:(?:応募|採用)(?:の)?)?(?:必須|必要(?!な)|不可欠|条件|要件|要(?:し|す)|求[めむ]|に限|限定|のみ|だけ(?!で)|募集|採用|急募)|を(?:必須|条件|必要|求め|募集|採用|希望|要)"
)
_DEMAND: Final = re.compile(r"要(?:実務|臨床|業務|看護)?経験(?!者を)")
_BEGINNER: Final = re.compile(
    r"経験(?:年数)?(?:の|が)?(?:浅い|少ない|短い|無い|ない|乏しい|不足)(?:の)?(?:方|人|者)?|(?:実務)?(?:経験)?未経験(?:者|の方|の人)?|初心者(?:の方)?|新卒(?:者|の方)?(?:・未経験(?:者)?)?"
    r"|新人(?:の方)?|ペーパー(?:ナース|看護師)|潜在看護師|ブランクの?(?:が)?(?:ある|長い)(?:方|人|者)|初めての方|経験(?:が)?[一1]年(?:未満|に満たない)の?方"
)
_NO_DEMAND: Final = re.compile(
    r"加算|優遇|手当|時給|\d円|昇給|号給|歓迎|尚可|なお可|望まし|不問|問いません|問わず|なくても"
    r"|必要ありません|必要はありません|不要|未満|考慮|換算|増額|上乗せ|支給|月額|日額|決め|決定"
    r"|指導(?:し(?:ます|て|、)|に当た|いたし|を受け)|付き添|付添|サポート|教え|一緒に|配置(?:し|され)|常駐|支えます"
    r"|(?:担当者|職員|看護師|保健師|スタッフ|医師|先輩)が(?!対象)|フォロー|ブランク|離職|離れて|記入|お知らせ|懲戒|処分"
)
_STAFF: Final = re.compile(
    rf"(?:を有する|のある|の|以上の)*(?:{WORKER}|師長|看護師長|者)(?:\d+[人名])?"
    r"(?:が(?!対象|条件)|も|と|に|から(?!応募)|を(?:配置|中心)|は(?:[^。]{0,8}(?:い|配|担当)))"
)
_FUTURE: Final = re.compile(
    r"(?:継続(?:して|的に))?(?:の)?(?:勤務|任用|従事|雇用|働(?:け|く)|続け)(?!し(?:た|てい)|実績|の?ご?経験|歴|が|い(?:た|て))"
)
TEXTS: Final = ("other_req", "title", "duty_detail", "training_note", "support_note", "documents", "workdays_note")
"""The fields that are read besides the note on experience."""


def _of_applicants(name: str, place: Mention) -> bool:
    """Whether practice named in a field is the applicants': in texts about the work and the papers only where they tell of hiring."""
    if name not in WORK_TEXTS and name != "documents":
        return True
    proof = name == "documents" and re.match(r"(?:経験)?(?:が|を)(?:確認|証明)(?:でき|する)", place.after)
    limited = re.match(r"(?:の?(?:方|人|者|看護師))?に限", place.rest) and "研修" not in place.sentence
    return bool(proof or limited or HIRING.search(place.sentence) or re.search(r"対象|のみ受け?付", place.after))


def _asked(name: str, place: Mention) -> bool:
    """Whether practice of some length is a condition here, not a reason for more pay or the staff's own."""
    if re.match(r"(?:が|は)?(?:な(?:い|く))?の?(?:方|人|者)", place.after) and turned_away(place):
        return True
    if _NO_DEMAND.search(place.sentence) or welcome(place, 24):
        return False
    if (
        re.match(r"で(?!す)|ぶり|前|[はも]?な[いく]|続|[^。、]{0,8}(?:方|人|者)(?:に(?:は|も|、)|も)", place.after)
        or re.match(rf"{_YEARS}前", place.word)
        or _STAFF.match(place.after)
    ):
        return False
    return _of_applicants(name, place)


def _words(name: str, text: str) -> str:
    for place in mentions(_BEGINNER, text):
        if (words := turned_away(place)) and not welcome(place, 24):
            return place.word + words
    for place in mentions(_ASKED, text):
        # 「6か月以上勤務できる方」 asks for time to come; a 経験 or a past verb behind the figures is what counts.
        to_come = _FIGURES_FIRST.match(place.word) and _FUTURE.search(place.word)
        if not to_come and _asked(name, place):
            return place.word
    for place in mentions(_EXPERT, text):
        bare = name == "other_req" and not place.rest and re.search(r"(?:方|人|者|こと)$", place.word)
        needed = _NEEDED.match(place.rest)
        if (
            (needed or bare or answers_who(place))
            and _of_applicants(name, place)
            and not _NO_DEMAND.search(place.sentence)
            and not welcome(place, 24)
        ):
            return place.word + (needed.group() if needed else "")
    demand = _DEMAND.search(text)
    return demand.group() if demand else ""


def practice_asked(name: str, text: str) -> str:
    """The first words of a field's plain text that ask for practice, empty when there are none."""
    if name == "experience_note":
        for place in mentions(_BARE, text):
            if not _NO_DEMAND.search(place.sentence):
                return place.word
    return _words(name, text)
