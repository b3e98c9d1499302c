"""Finds words that limit a posting to one sex (S29): word lists with their harmless neighbours, over plain text."""

import re
from typing import Final

from keynet_admin.rules.words.plain import WordList, clause_around

_JOB = (
    r"(?:の)?(?:医師|看護師|准看護師|保健師|薬剤師|職員|スタッフ|事務員|事務職員"
    r"|事務|社員|従事者|学生|大学生|受付|パート|アルバイト|応募者|求職者)?(?:の)?(?:方|かた|人)?"
)
_ONLY = (
    r"(?:限定|のみ|だけ|歓迎|大歓迎|優遇|優先|専用|募集|急募|求む|希望(?=$|[。、()!\n])"
    r"|不可|お断り|向け|向き|に限|を(?:募集|歓迎|優先|優遇|求め)|が(?:望ましい"
    r"|好ましい|優先|対象)|であること|に(?:最適|ぴったり|おすすめ|お勧め|オススメ|向い|人気の(?:お)?(?:仕事|職場)))"
)
_WANTED = rf"{_JOB}(?:を)?{_ONLY}"

_NOT_LIMITED = r"(?:では(?:ない|なく|ありません|ございません)|に限(?:らず|りません|定しません)|とは限|でなく|かどうか)"
# Rooms, clinics and services for women are no limit on applicants.
_SERVICE = (
    r"(?:の|用|用の)?(?:検診|健診|相談|外来|専門外来|専用|更衣|トイレ|手洗"
    r"|休憩室|休憩所|ロッカー|シャワー|宿舎|寮|駐車|講座|教室|受診|来場|患者"
    r"|利用|施設|シェルター|病棟|フロア|病院|病室|接種|予約|窓口|ブース|レーン"
    r"|列|待合|個室|車両|のため|向けがん|がん検診|診察|診療|日(?:程)?|会場)"
)

LIMIT: Final = WordList(
    rf"(?:女性|男性|女子|男子){_WANTED}|(?:看護師|准看護師|保健師|助産師|薬剤師|医師|職員|事務員"
    r"|事務職員|事務|スタッフ|受付|従事者|社員)[(:](?:女性|男性|女子|男子|女|男)(?=[)。、\n]|のみ|限|$)",
    rf"(?:女性|男性|女子|男子){_WANTED}{_NOT_LIMITED}"
    rf"|(?:女性|男性|女子|男子){_JOB}(?:限定|のみ|だけ|専用|向け|優先|に限(?:り|る|定)?)(?:の)?{_SERVICE}"
    rf"|(?:女性|男性|女子|男子){_JOB}(?:だけ|のみ)(?:で(?:は)?な[くい]|に限|が(?:働|勤務|在籍|活躍))"
    rf"|(?:男性|男子)(?:も|・|、|/|と|や|or|または|及び)(?:女性|女子){_WANTED}"
    rf"|(?:女性|女子)(?:も|・|、|/|と|や|or|または|及び)(?:男性|男子){_WANTED}"
    rf"|(?:女性|男性)(?:医師|看護師|職員|スタッフ|保健師)?(?:を|の)?(?:希望|優先)(?:される|する|の場合)"
    rf"|(?:女性|女子)(?:が)?対象(?:の)?{_SERVICE}"
    r"|(?:受診|接種|検診|健診|相談|利用|来場|入所|患者)[^。!?\n]{0,6}(?:は|対象は|対象:|が)(?:女性|男性)(?:のみ|だけ|限定|に限)"
    r"|(?:検診|健診|受診|外来|教室|接種日|相談日)[^。!?\n]{0,20}(?:女性"
    r"|男性)(?:の方)?(?:のみ|だけ|限定|に限)(?![^。\n]*(?:募集|採用|応募))",
)

HOUSEWIFE: Final = WordList(
    r"主婦(?:さん)?|ママ(?:さん|ナース)?(?:大)?(?:歓迎|限定|募集)|奥(?:様|さま|さん)(?:大)?(?:歓迎|限定)|ご?婦人(?:限定|歓迎)",
    r"主婦(?:層)?(?:さん)?(?:\((?:主)?夫\)|[・/、と や或はor]*(?:主夫)|・夫)|主夫[^。!?\n]{0,4}主婦(?:さん)?|主\(?婦・夫\)?"
    r"|主婦(?:連|会|の友|の店|連合)|(?:パパ|お父さん)[・/や、]ママ(?:さん)?(?:大)?歓迎|ママ(?:さん)?[・/や、]パパ",
)

TITLES: Final = WordList(
    r"看護婦|保健婦|助産婦|准看護婦"
    r"|[ァ-ヴー]*レディー?(?:さん)?(?![ァ-ヴー])|レディース?(?:大)?(?:歓迎|限定|スタッフ(?:募集|歓迎)?|募集)"
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
    r"在籍|勤務して|働いて|活躍|体制|現在|配置され|おります|います|いる職場|在職|所属|構成|編成|の係で|の職場|チーム|スタッフは"
)
_VISITORS: Final = re.compile(r"来場|接種|受診|患者|入所|利用|定員|入居|児童|園児|生徒|来所|参加|住民|人口|世帯|部屋|浴室|トイレ")
_HIRING: Final = re.compile(r"募集|採用|応募|任用|求め|募る|予定人数|人員:|定数")

_CONDITION = re.compile(r"円|時給|報酬|日額|月額|業務|担当|勤務|募集|採用|応募|歳|経験|シフト|作業|歓迎|不可|夜勤|日勤|事務|受付|力仕事")
_BY_SEX: Final = re.compile(
    r"男性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,40}?女性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,30}"
    r"|女性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,40}?男性?(?:の方|職員|スタッフ|看護師)?(?:は|には)[^。!?\n]{1,30}"
)
_NOT_CONDITION: Final = re.compile(
    r"更衣|トイレ|ロッカー|誘導|列|来場|接種|検診|健診|受診|服装|制服|シャツ|サイズ|浴室|宿舎|問わ|同じ|同一|どちら"
)


def only_women(text: str) -> list[str]:
    """Words that limit a posting to women (for midwives, whom the law defines as women, S48)."""
    words = [word for word in LIMIT.find(text) if word.startswith(("女", "助産師(女", "助産師:女"))]
    return words or [match.group() for match in re.finditer(r"\(女性?\)|女性の助産師|女性であること", text)]


def sex_words(text: str) -> list[str]:
    """Words that limit a posting to one sex, in the order of the lists."""
    return [*LIMIT.find(text), *HOUSEWIFE.find(text), *TITLES.find(text)]


def counts_by_sex(text: str, *, whole_field: bool = False) -> str | None:
    """The first number of people by sex (男5名, 女性10人) that is meant as the number to hire; `whole_field`: the text is a headcount."""
    for match in COUNTS.finditer(text):
        sentence = clause_around(text, match.start(), match.end())
        if whole_field or _HIRING.search(sentence) or not (_PRESENT_STAFF.search(sentence) or _VISITORS.search(sentence)):
            return match.group()
    return None


def conditions_by_sex(text: str) -> str | None:
    """The first passage that gives men and women different conditions, None when there is none."""
    for match in _BY_SEX.finditer(text):
        if _CONDITION.search(match.group()) and not _NOT_CONDITION.search(clause_around(text, match.start(), match.end())):
            return match.group()
    return None
