"""Whether a description says that the people wanted inject.

「接種会場」「接種後の観察」「接種業務の補助」 name the programme, not the act. All texts are plain (`words.plain`).
"""

import re
from typing import Final

_ACT_STEM: Final = re.compile(r"接種|注射|筋注|打ち手|打つ|打ち(?!合|切|出|込)|ワクチンを打|穿刺|施注|シリンジで")
_CERTAIN: Final = (
    "注射による接種を",
    "注射による接種と",
    "筋肉内注射",
    "接種(注射)",
    "打ち手",
    "接種を受け持",
    "接種を担当",
    "接種業務に従事し",
    "看護業務",
    "看護師業務",
)
_NO_ACT: Final = re.compile(
    r"(?:集団|個別|大規模|巡回|職域|予防|ワクチン|コロナ|特設)*(?:接種|注射)"
    r"(?:会場|券|後|前|済|記録|証明|歴|予約|対象|計画|推進|体制|センター|当日|日時?|場所|人数|回数|時間|待"
    r"|希望|数|エリア|ブース|室|者|状況|情報|履歴|勧奨|案内|受付|料|台帳|間隔|順|費|用|事務"
    r"|の?(?:補助|介助|準備|受付|予約|案内|説明|流れ|記録|申込|問い合わせ|手続|推進|勧奨|予診|会場|調整|様子|有無|可否|対象|できる|ため|際)"
    r"|(?:事業|業務)(?:の(?:補助|推進|運営|調整|事務|受付)|に(?:係る|関する|伴う)|補助)"
    r"|を(?:受け(?!持)|終え|済|希望|行う(?:医師|会場|医療機関|施設|看護師|職員|方|際|場所|ブース)"
    r"|実施する(?:医師|会場|医療機関|施設|看護師|際)|待|された)"
    r"|して(?:よい|いい|も|問題|差し支え)|(?:が|に)(?:終わ|済|来|訪|必要)|に(?:関する|係る)(?!看護|医療|業務)|(?:さ|し)れ|(?:でき|可能))"
)


def mentions_injecting(text: str) -> bool:
    """True when a description may mean that the people wanted inject: the act is named at all, outside of such compounds."""
    if any(map(text.__contains__, _CERTAIN)):
        return True
    if not _ACT_STEM.search(text):
        return False
    return _ACT_STEM.search(_NO_ACT.sub("", text)) is not None


_NOUN: Final = (
    r"(?<!予診・)(?<!集団)(?<!個別)(?<!職域)(?<!大規模)(?:ワクチン(?:の)?|新型コロナワクチン(?:の)?"
    r"|筋肉内?|皮下|予防)?(?:接種|注射)(?:\((?:注射|接種|筋肉内?注射)\))?"
)
_DOES: Final = (
    r"(?:行い(?!ません)|行う(?=。|\n|$|業務|仕事|ほか|など)|行って|実施し(?!ません|ない|た)|実施する(?=。"
    r"|\n|$|業務|仕事)|担当し(?!ません|ない|た)|担当する(?=。|\n|$)"
    r"|担当(?=。|\n|$)|実施(?=。|\n|$)|受け持ち(?!ません)|お願い|していただ|して(?:もら|ください)|打っていただ|打ち(?!ません)|お任せ)"
)
_DIRECT: Final = re.compile(
    rf"{_NOUN}(?:業務)?を(?:、)?{_DOES}|注射による接種(?!後|会場)|{_NOUN}業務に従事(?!する(?:医師|看護師" rf"|職員|方の)|した)|打ち手として"
)
_IN_LIST: Final = re.compile(
    rf"(?:^|[、・,。\n:)]|及び|と|や){_NOUN}(?:業務)?(?:、|・|,|及び|および|と、?|や)(?P<rest>[^。\n]{{1," rf"50}}?)(?:を|も){_DOES}",
    re.MULTILINE,
)
_OTHERS: Final = re.compile(r"補助|介助|サポート|手伝|見学|立ち?会|案内|誘導|準備|入力|調整|受付|予約|支援|事務|運営")
_SUBJECT: Final = re.compile(r"(?:医師|看護師|看護職|保健師|助産師|薬剤師|職員|スタッフ|歯科医師|技師)(?:等|など)?(?:が|は)")


def says_injecting(text: str, own_name: str) -> bool:
    """True when a description clearly says that the people wanted inject. `own_name` is the posting's own job (看護師)."""
    if "接種" not in text and "注射" not in text and "打ち手" not in text:
        return False
    for match in (*_DIRECT.finditer(text), *_IN_LIST.finditer(text)):
        start = max(text.rfind(mark, 0, match.start()) for mark in "。\n") + 1
        before = text[start : match.start()]
        subject = _SUBJECT.search(before)
        if subject and not subject.group().startswith(own_name):
            continue
        if "受け" in before[-8:] or "場合" in before or "際" in before[-4:]:
            continue
        rest = match.groupdict().get("rest") or ""
        ends = [end for mark in "。\n" if (end := text.find(mark, match.end())) >= 0]
        after = text[match.end() : min(ends, default=len(text))]
        if _OTHERS.search(rest) or re.match(r"(?:て|、)?[^、]{0,6}(?:医師|看護師|職員)の", after):
            continue
        return True
    return False
