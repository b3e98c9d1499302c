"""Folding of text for comparison and search: width, case, kana, spaces and dashes do not matter. Never for storing or showing."""

import re
import unicodedata

# Radicals that a PDF gives for the ideographs they look like: the Kangxi radicals and the Korean duplicates have one in NFKC, those of the
# supplement in Unicode's EquivalentUnifiedIdeograph; here only the ones that look the same (⺼ is 肉 there and is read as 月).
_SUPPLEMENT = (
    "厂⺁卜⺊兀⺎尢⺐巳⺒幺⺓彑⺔攵⺙旡⺛日⺜月⺝母⺟民⺠王⺩示⺬聿⺻虎⻁西⻄角⻆雨⻗長⻑青⻘食⻝骨⻣鬼⻤麦⻨黄⻩斉⻫歯⻭竜⻯龜⻱亀⻲冂⺆"
)
RADICALS: dict[str, str] = {
    chr(point): unicodedata.normalize("NFKC", chr(point)) for point in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFA0C))
} | dict(zip(_SUPPLEMENT[1::2], _SUPPLEMENT[::2], strict=True))
_SAME = str.maketrans(RADICALS)

TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
"""For `str.translate`: hiragana for katakana, letter by letter."""
_IGNORED = re.compile(r"[\s\-‐‑–—―−ー－・,，、.．()（）「」\x00-\x1f\ud800-\udfff]+")


def unify_ideographs(text: str) -> str:
    """The text with radicals made the ideographs they look like (⽇ U+2F47 → 日)."""
    return text if text.isascii() else text.translate(_SAME)


def fold(text: str) -> str:
    """A search key: NFKC, lower case, hiragana for katakana, without spaces, dashes and dots, and what no database can hold."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", unify_ideographs(text)).lower().translate(TO_HIRAGANA))


# Spellings of one letter in names of people and places: the first of each group stands for all when texts are compared. One table for every search.
_GROUPS = (
    "高髙 崎﨑嵜碕 斉斎齋齊 辺邊邉 沢澤 浜濱濵 広廣 国國 竜龍 桜櫻 島嶋嶌 桑桒 真眞 条條 恵惠 徳德 栄榮 礼禮 弥彌 籠篭 桧檜 淵渕 曽曾 静靜 "
    "県縣 区區 会會 学學 団團 郷鄕 荘莊 寿壽 実實 豊豐 富冨 峰峯 館舘 滝瀧 塩鹽 釜竈竃 鉄鐵 円圓 黒黑 青靑 万萬 仏佛 来來 吉𠮷 槙槇 磯礒 "
    "莱萊 梼檮 芦蘆 餅餠 麹麴 鯵鰺 蕊蘂 靭靱 薮藪 関關 気氣 巌巖 穂穗 蔵藏 総總 窪漥 鶴靏靎 の之乃 かゕ けゖ"
)
_ONE_LETTER = {ord(other): group[0] for group in _GROUPS.split() for other in group[1:]}
# 霞ヶ関、霞ケ関、霞が関.
_GA = re.compile("(?<=[\u4e00-\u9fff々])が")


def unify_spellings(folded: str) -> str:
    """A folded text (hiragana for katakana) with the spellings of names made one: 髙﨑 → 高崎, 霞が関 → 霞け関. For comparing only."""
    return folded if folded.isascii() else _GA.sub("け", folded.translate(_ONE_LETTER))


def one_spelling(text: str) -> str:
    """A name with its letters in one spelling each, nothing else changed: 髙﨑 → 高崎. For comparing only."""
    return text.translate(_ONE_LETTER)


def other_spellings(text: str) -> list[tuple[str, str]]:
    """The other spellings of a name's letters, each with the one that `one_spelling` writes: for databases, which compare letter by letter."""
    letters = set(one_spelling(text))
    return [(other, group[0]) for group in _GROUPS.split() if group[0] in letters for other in group[1:]]


def search_key(text: str) -> str:
    """`fold` for a search by names of people and places: their spellings do not matter, either."""
    return unify_spellings(fold(text))
