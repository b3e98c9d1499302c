"""Finds words that limit a posting to one sex (S29): a woman, man or mother whom the text wants or turns away, and titles of one sex.

「女性に限ります」, 「土日に働ける女性」 and 「男性の応募はご遠慮ください」 choose among applicants; 「女性医師も在籍」, 「女性の入浴の介助」,
「男性更衣室あり」 and 「男女共同参画センター」 speak of staff, of those who come, of rooms and offices. All functions work on plain text.
"""

import re
from typing import Final

from keynet_admin.rules.words.grammar import (
    HIRING,
    PEOPLE,
    WORK_TEXTS,
    WORKER,
    Mention,
    answers_who,
    chosen,
    mentions,
    turned_away,
    welcome,
)
from keynet_admin.rules.words.plain import WordList, clause_around

_SEX: Final = (
    r"(?:女性|男性|女子|男子|女の(?:人|方|子)|男の(?:人|方|子)|おんな(?=の(?:人|方))|女手|男手|(?<=性別:)(?:女|男)(?![性女])|♀|♂"
    r"|(?<![長次三四五彼少美乙王魔処老幼孫])(?:女|男)(?=の?(?:看護|職員|スタッフ|ナース)|[はがをで]|のみ|だけ|限定|不可|以外|[)>】]))"
)
_MOTHER: Final = (
    r"(?:ママ(?!友|チャリ|教室|さん(?:教室|バレー))(?:さん)?(?:ナース)?(?:たち)?|奥(?:様|さま|さん)方?|お?母さん(?:方|たち)?|お嬢(?:さん|様)方?"
    r"|(?:ご)?婦人(?![科会服病警])|マダム|(?:おば|お姉|おねえ)(?:さん|ちゃん)|乙女)(?:世代)?"
)
_ONE_SEX: Final = re.compile(rf"(?<![男女])(?:{_SEX}{PEOPLE}|{_MOTHER}{PEOPLE})")
_OTHER: Final = {"女": "[男夫]", "男": "女"}
_AND: Final = r"(?:も|・|、|,|/|と|や|か|or|または|又は|及び|でも|だけでなく)"
_BOTH_BEFORE: Final = {sex: re.compile(rf"{other}(?:性|子)?{PEOPLE}{_AND}{{1,3}}$") for sex, other in _OTHER.items()}
_BOTH_AFTER: Final = {sex: re.compile(rf"{_AND}{{1,3}}{other}(?:性|子)") for sex, other in _OTHER.items()}
_ALIKE: Final = {sex: re.compile(rf"[^。、]{{0,8}}も、?{other}(?:性|子)?[^。、]{{1,8}}も") for sex, other in _OTHER.items()}
_ALIKE_BEFORE: Final = {sex: re.compile(rf"{other}(?:性|子)?[^。、]{{1,8}}も、?$") for sex, other in _OTHER.items()}
_FATHER: Final = re.compile(r"(?:パパ|お父さん)(?:さん)?[・/や、と]+$")
_FATHER_AFTER: Final = re.compile(r"[・/や、と]+(?:パパ|お父さん)")
_VISITORS: Final = re.compile(
    r"来場|接種(?!会場|業務)|受診|患者|入所|利用|定員|入居|児童|園児|生徒|来所|参加|住民|人口|世帯|部屋|浴室|トイレ|検診|健診|検査|外来|教室|(?<!応)相談|講座|訪問|年度"
    r"|理解の|悩み|不安|被害|暴力|dv|寄り添|妊娠|産後|更年期|健康(?!な)"
)
_MOTHERS: Final = re.compile(_MOTHER)
_CHEERED: Final = re.compile(r"(?:を|が|の方が)?(?:(?:大)?活躍|応援|多数)")
_LABEL: Final = re.compile(
    r"(?:性別|対象|資格|条件|要件|求人|人材|採用予定|(?:求める|欲しい|希望する|採用する|募集する|応募できる)の"
    r"|募集(?:する)?(?:職員|職種|対象)?)(?:者)?(?:は|:|/|=|、|に?$)$|(?:性別|対象者?|応募資格|条件)$"
)
_TITLE_END: Final = re.compile(r"(?:さん)?(?:$|[)\]】>」、,・/!:★☆~-]|\((?!男女|性別))")
_OFFER_TEXTS: Final = frozenset({"title", "other_req", "experience_note", "job_other", "workdays_note", "documents"})
_WOMANLY: Final = re.compile(
    r"(?:の方)?(?:ならではの(?:細|こま|きめ|気配|心配|感性|視点|優し|やさし|柔ら)|らしい|同士で(?:気兼ね|楽し|仲良|働|和気)|の(?:感性|きめ細|細やか))"
)
_PERSON_FOLLOWS: Final = re.compile(
    r"の(?:ご?応募|採用|勤務|受付)|さん|が|は|を|に|、|からの|以外|の場合|不可|お断り|ng|ご?遠慮|対象外|除く|$"
)
# In a field of conditions a man or a woman as subject or object is the applicant, unless the text tells who works here.
_SUBJECT: Final = re.compile(
    r"が|は|を|で(?:あれば|あって、|したら|すと|お|、|[^はもすあ。、]{1,12}(?:方|者|人)$)|だと|なら|以外|の場合|と(?:し(?:ます|たい)|する|いたし|させて)|に(?:お願|ご?応募|来)"
)
_PRESENCE: Final = re.compile(
    r"在籍|活躍|勤務して|働い|働き|働け|働く|(?<!て)(?:い(?:ます|る)|おり)|多[いく数]|少な|割|%|比率|中心の|配属|配置|対応|担当|常駐|安心|環境|育成|登用|支援|支え|管理職|取得|実績"
    r"|相談|複数|更衣|トイレ|制服|白衣|階|別|開発|指導|教え|[0-9]+[名人](?:が|い|お|です)"
)


# 「女性の採用の割合」 counts.
_COUNTED: Final = re.compile(r"の?(?:採用|応募|任用|就業|登用)(?:者|職員)?の?(?:割合|比率|人?数|実績|状況|率|目標)")
# The work itself is said to suit them, in whatever field.
_SUITS: Final = re.compile(r"に(?:は)?(?:ぴったり|最適|おすすめ|お勧め|向い(?:た|て)|適し)[^。]{0,24}(?:仕事|職場|求人|業務です)")


def _limit(name: str, place: Mention) -> str:
    """The passage that limits a posting to the sex just named, empty when the text speaks of others, or of both."""
    sex = "男" if place.word.startswith(("男", "おとこ", "♂")) else "女"
    rest = place.rest
    if name in _OFFER_TEXTS and (only_if := re.match(r"なら(?!で|び)|であれば|でない(?:と|方)|でなければ|じゃないと|でしたら|だと", rest)):
        return place.word + only_if.group()
    if welcome(place) or "ポジティブ" in place.sentence:
        return ""
    if _BOTH_BEFORE[sex].search(place.before) or _BOTH_AFTER[sex].match(rest) or _FATHER.search(place.before) or _FATHER_AFTER.match(rest):
        return ""
    alike = _ALIKE[sex].match(rest) or (_ALIKE_BEFORE[sex].search(place.before) and re.match(r"[^。、]{1,8}も", rest))
    if alike or _COUNTED.match(rest):
        return ""
    hiring = HIRING.search(place.sentence) is not None or _SUITS.match(rest) is not None
    aside = not hiring and (name in WORK_TEXTS or _VISITORS.search(place.before[-8:] if name == "title" else place.sentence) is not None)
    if not aside and _PERSON_FOLLOWS.match(rest) and (words := turned_away(place)):
        return place.word + words
    if (hiring or name in _OFFER_TEXTS) and (womanly := _WOMANLY.match(rest)) and not _VISITORS.search(place.sentence):
        return place.word + womanly.group()
    if words := chosen(place):
        return "" if aside else place.word + words
    if hiring and rest in ("です", "とします") and _LABEL.search(place.before):
        return place.word
    if name in _OFFER_TEXTS and answers_who(place) and not _VISITORS.search(place.sentence):
        return place.word
    if name not in _OFFER_TEXTS:
        return ""
    if _MOTHERS.match(place.word) and (cheer := _CHEERED.match(rest)):
        return place.word + cheer.group()
    told = re.match(r"で(?!お|あ|し|す)", rest) and re.search(r"[はが]、?$", place.before)  # 「看護師長は女性で、」
    if not told and _SUBJECT.match(rest) and not _VISITORS.search(place.sentence) and not _PRESENCE.search(rest):
        return place.word
    if place.before.endswith("(") and place.after.startswith(")") and not _VISITORS.search(place.sentence):
        return place.word
    labelled = _LABEL.search(place.before) and (rest in ("です", "とする", "とします") or _TITLE_END.match(place.after))
    # 「看護師（女性）」
    bracketed = re.search(rf"{WORKER}(?:さん)?[(\[<:【]$", place.before) and re.match(
        r"[)\]>】。、]|$|[・,/](?!子|こども|母|妊|家庭|児|男|女)[^()]{1,12}\)", place.after
    )
    if not rest or labelled or bracketed:
        return place.word
    alone = name == "title" and _TITLE_END.match(place.after)
    # 女性・子育て支援課 is an office.
    return place.word if alone and (re.search(WORKER, place.word) or not re.match(r"[・、,/]", place.after)) else ""


def _limits(name: str, text: str) -> list[str]:
    return [passage for place in mentions(_ONE_SEX, text) if (passage := _limit(name, place))]


HOUSEWIFE: Final = WordList(
    r"主婦(?:さん)?",
    r"主婦(?:層)?(?:さん)?(?:の方)?(?:\((?:主)?夫\)|[・/、と や或はorも]{0,6}(?:主夫)|・夫|\(主夫\))|主夫[^。!?\n]{0,6}主婦(?:さん)?|主\(?婦・夫\)?"
    r"|主婦(?:連|会|の友|の店|連合)|主婦(?:として|を(?:して|経て))[^。、\n]{0,14}(?:方|人)も",
)

TITLES: Final = WordList(
    r"看護婦|保健婦|助産婦|准看護婦"
    r"|[ァ-ヴー]{0,12}レディー?(?:さん)?(?![ァ-ヴー])|レディース?(?:大)?(?:歓迎|限定|スタッフ(?:募集|歓迎)?|募集)"
    r"|(?<![ァ-ヴ])(?:[ァ-ヴー]{2,8})?ガールズ?(?![ァ-ヴー])(?:さん)?|ガールズ?(?:スタッフ|募集|歓迎)"
    r"|(?:営業|ガード|セールス|サービス|ドア|ベル|カメラ|配送|宅配|運転|ホール|整備|店舗"
    r"|警備)マン(?![ァ-ヴー])|[ァ-ヴー一-龠]{0,6}マン(?=(?:大)?募集|(?:大)?歓迎|急募|求む|限定)"
    r"|(?:ドア|ベル|ページ|ボール)ボーイ|ボーイ(?=募集|歓迎|さん)|ウェ[イー]ター|ウエイター|ウェ[イー]トレス|ウエイトレス"
    r"|スチュワーデス|ホステス(?![ァ-ヴ])|保母|保父|寮母|寮父|女中|(?:受付|案内|電話交換)嬢|看板娘|女工(?!事)"
    r"|(?<![a-z])ol(?:さん|の方)?(?:大)?(?:歓迎|募集|限定)",
    r"(?:看護婦|保健婦|助産婦)(?:会館|協会|会(?!場))|旧(?:称)?(?:看護婦|保健婦|助産婦)|レディース(?:クリニック"
    r"|検診|健診|外来|フロア|ドック|ルーム|病院)|(?:オールレディ|スレディ|レディネス|レディメイド)"
    r"|ガールスカウト(?:会館)?|ボーイスカウト(?:会館)?|ガールズ(?:バンド|ケイリン"
    r"|トーク|ヘルス|クリニック)|シャガール|ガールフレンド|マドリガール|ツインガール"
    r"|カメラマン(?:による|が|の(?:撮影|取材)|等の)|サービスマン(?:ション)"
    r"|ワンマン|マンション(?:募集)?|ウーマン|ヒューマン|ロマン|オクマン",
)

_PERSONS = r"(?:性|子)?(?:の)?(?:医師|看護師|職員|スタッフ|事務員|事務|方)?(?:は|が|を|:|・|各)?(?:約|計|各)?"
COUNTS: Final = re.compile(
    rf"(?<![男女ァ-ヴ長次三彼])(?:男|女){_PERSONS}[0-9一二三四五六七八九十]+(?:名|人)(?!目"
    r"|乗|部屋|用|分|暮)|男女(?:とも|共)?(?:に)?各(?:性)?\d+(?:名|人)|男\d+[・、/,]?女\d+"
)
_PRESENT_STAFF: Final = re.compile(
    r"在籍|勤務して|働いて|活躍|体制|現在|配置され|おります|います|いる職場|在職|所属|構成|編成|の係で|の職場|チーム|スタッフは|窓口|常駐|待機|交代"
)
_COUNTED_VISITORS: Final = re.compile(r"来場|接種|受診|患者|入所|利用|定員|入居|児童|園児|生徒|来所|参加|住民|人口|世帯|部屋|浴室|トイレ")
_HIRING: Final = re.compile(r"募集|採用|応募|任用|求め|募る|予定人数|人員:|定数")

_CONDITION = re.compile(r"円|時給|報酬|日額|月額|業務|担当|勤務|募集|採用|応募|歳|経験|シフト|作業|歓迎|不可|夜勤|日勤|事務|受付|力仕事")
_BY_SEX: Final = re.compile(
    r"男性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,40}?女性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,30}"
    r"|女性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,40}?男性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,30}"
)
# 「女性、または男性で力仕事のできる方」 asks one sex for more.
_ONE_MORE: Final = re.compile(
    r"(?:女性?(?:の方)?、?(?:または|又は|もしくは|若しくは|あるいは|か)、?男性?|男性?(?:の方)?、?(?:または|又は|もしくは|若しくは|あるいは|か)、?女性?)"
    r"(?:の方)?で(?!も)、?[^。!?\n、]{1,20}(?:方|者|人|こと)"
)
_NOT_CONDITION: Final = re.compile(
    r"更衣|トイレ|ロッカー|誘導|列|来場|接種|検診|健診|受診|服装|制服|シャツ|サイズ|浴室|宿舎|問わ|同じ|同一|どちら"
)


def only_women(name: str, text: str) -> list[str]:
    """Words that limit a posting to women (for midwives, whom the law defines as women, S48)."""
    words = [word for word in _limits(name, text) if word.startswith("女")]
    return words or [match.group() for match in re.finditer(r"\(女性?\)|女性の助産師|女性であること", text)]


def sex_words(name: str, text: str) -> list[str]:
    """Words that limit a posting to one sex in a field, in the order of the lists."""
    return [*dict.fromkeys(_limits(name, text)), *HOUSEWIFE.find(text), *TITLES.find(text)]


def counts_by_sex(text: str, *, whole_field: bool = False) -> str | None:
    """The first number of people by sex (男5名, 女性10人) that is meant as the number to hire; `whole_field`: the text is a headcount."""
    for match in COUNTS.finditer(text):
        sentence = clause_around(text, match.start(), match.end())
        if whole_field or _HIRING.search(sentence) or not (_PRESENT_STAFF.search(sentence) or _COUNTED_VISITORS.search(sentence)):
            return match.group()
    return None


def conditions_by_sex(text: str) -> str | None:
    """The first passage that gives men and women different conditions, None when there is none."""
    if more := _ONE_MORE.search(text):
        return more.group()
    for match in _BY_SEX.finditer(text):
        if _CONDITION.search(match.group()) and not _NOT_CONDITION.search(clause_around(text, match.start(), match.end())):
            return match.group()
    return None
