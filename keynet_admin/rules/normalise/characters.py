"""Characters: width, invisible ones, symbols of one machine, and the JIS X 0208 test.

Order of the fixes (domain notes, "How to run the rules"): control and zero-width, width, dash and tilde, symbols, trims.
Names and addresses are never put through NFKC: it would change the person's own character.
"""

import re
import unicodedata
from functools import lru_cache

from keynet_admin.catalogue.folding import RADICALS

# Invisible characters that carry no meaning in a form: removed (TXT-007).
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\u206a-\u206f\ufe00-\ufe0f\ufeff"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
INVISIBLE = re.compile(f"[{_INVISIBLE}]")
STRANGE_SPACE = re.compile(f"[\t{_SPACES}]")
NEW_LINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
SPACE_RUN = re.compile("[ \u3000]{2,}")
# Not text at all: control characters, lone surrogates, private use (外字), the mark of broken text, and the marks that turn the
# direction of writing (a text could look other than it is).
NOT_TEXT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufffc-\uffff\U000f0000-\U0010ffff]"
)
# What neither UTF-8 nor XML can carry (workbooks, feeds).
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
INSTEAD = "\ufffd"
SELECTOR = re.compile("[\U000e0100-\U000e01ef]")
SMALL_DIGIT = re.compile("[²³¹⁰⁴-⁹₀-₉]")
HALF_KANA = re.compile("[\uff61-\uff9f]+")
# A sound mark by itself behind its kana: か + ゛ (U+309B, U+3099), also with the blank that NFKC puts between them.
SOUND_MARK = re.compile("([ぁ-ヿ]) ?([\u3099\u309a\u309b\u309c])")
_COMBINING = {"゛": "\u3099", "゜": "\u309a"}
# Marks of a direction that changes nothing in a text written from left to right; they come with numbers pasted from a telephone list.
_LEFT_TO_RIGHT = re.compile("[\u202a\u202c\u202d\u2066\u2068\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")

# ～ (U+FF5E) and － (U+FF0D) are what Windows types for JIS X 0208's 〜 and −.
_DASHES = {
    "～": "〜",
    "∼": "〜",
    "˜": "〜",
    "－": "−",
    "\u2011": "‐",
    "\u2012": "−",
    "\u2013": "−",
    "\u2014": "―",
    "\u2043": "‐",
    "\ufe63": "‐",
    "∥": "‖",
    "￠": "¢",
    "￡": "£",
    "￢": "¬",
    "\u2022": "・",
    "\u00b7": "・",
    "\u2219": "・",
    "\u00a5": "￥",
    "\u203e": "￣",
}
_WORDS = {
    "㎡": "平方メートル",
    "㎥": "立方メートル",
    "㎢": "平方キロメートル",
    "m²": "平方メートル",
    "m³": "立方メートル",
    "☎": "TEL",
    "☏": "TEL",
    "℡": "TEL",
}
_WORDS |= {"№": "No.", "½": "1/2", "¼": "1/4", "¾": "3/4", "✕": "×", "✖": "×", "❌": "×", "⭕": "○", "✓": "レ"}


@lru_cache(maxsize=1)
def jis_x_0208() -> frozenset[str]:
    """All characters of ASCII (printable) and JIS X 0208."""
    found = {chr(point) for point in range(0x20, 0x7F)}
    for row in range(0x21, 0x7F):
        for cell in range(0x21, 0x7F):
            try:
                found.add(bytes((0x1B, 0x24, 0x42, row, cell, 0x1B, 0x28, 0x42)).decode("iso2022_jp"))
            except UnicodeDecodeError:
                continue
    return frozenset(found)


def _symbols() -> dict[str, str]:
    """Every symbol of one machine that has one plain writing: ① → (1), Ⅲ → III, ㈱ → (株), ㍻ → 平成, ㍉ → ミリ."""
    table = dict(_WORDS)
    del table["m²"], table["m³"]
    for first, last in (
        (0x2460, 0x24FF),
        (0x2776, 0x2793),
        (0x3251, 0x325F),
        (0x32B1, 0x32BF),
        (0x32D0, 0x32FE),
        (0x3244, 0x3247),
        (0x3280, 0x32B0),
    ):
        for point in range(first, last + 1):
            char = chr(point)
            plain = unicodedata.normalize("NFKC", char)
            if plain == char:  # ❶ has no NFKC form, its number is in the name's value
                number = unicodedata.numeric(char, None)
                plain = str(int(number)) if number is not None and number == int(number) else ""
            if plain:
                table[char] = plain if plain.startswith("(") or plain.endswith(".") else f"({plain})"
    for first, last in ((0x2160, 0x217F), (0x3220, 0x3243), (0x32C0, 0x32CF), (0x32FF, 0x33FF), (0xFB00, 0xFB06)):
        for point in range(first, last + 1):
            char = chr(point)
            plain = unicodedata.normalize("NFKC", char)
            if plain != char and char not in table:
                table[char] = plain.replace("\u2044", "/").replace("\u2215", "/")
    inside = jis_x_0208()
    return {char: plain for char, plain in table.items() if all(c in inside for c in plain)}


SYMBOLS: dict[str, str] = _symbols()
_LOOKALIKES = {char: plain for char, plain in RADICALS.items() if plain in jis_x_0208()}
LOOKALIKE = re.compile(f"[{''.join(_LOOKALIKES)}]")
_TABLE = str.maketrans(_DASHES | SYMBOLS | _LOOKALIKES)
_HAS_SYMBOL = re.compile("[" + "".join(map(re.escape, SYMBOLS)) + "]|[m㎡][²³]")


def _class_of(chars: frozenset[str]) -> str:
    """A regular expression class of single characters, runs written as ranges."""
    points = sorted(map(ord, chars))
    parts: list[str] = []
    start = before = points[0]
    for point in [*points[1:], -1]:
        if point == before + 1:
            before = point
            continue
        parts.append(f"\\u{start:04x}" if start == before else f"\\u{start:04x}-\\u{before:04x}")
        start = before = point
    return "[" + "".join(parts) + "]"


_OUTSIDE = re.compile(f"[^{_class_of(jis_x_0208())[1:]}")


def outside_jis(text: str) -> list[str]:
    """The characters of a text that are outside ASCII and JIS X 0208 (line feeds left out), each once, in order."""
    return list(dict.fromkeys(char for char in _OUTSIDE.findall(text) if char != "\n"))


def widen_kana(text: str) -> str:
    """Half-width katakana → full-width with its sound marks joined; か + ゛, ハ + ﾟ, ﾊ + ゜ → が, パ, パ."""
    if HALF_KANA.search(text):
        text = HALF_KANA.sub(lambda m: unicodedata.normalize("NFKC", m.group()), text)
    return SOUND_MARK.sub(_joined, text).replace("\u3099", "゛").replace("\u309a", "゜")


def _joined(found: re.Match[str]) -> str:
    kana, mark = found.groups()
    whole = unicodedata.normalize("NFC", kana + _COMBINING.get(mark, mark))
    return whole if whole in jis_x_0208() else found.group()


def without_marks(text: str) -> str:
    """The text without direction marks when none of them can change how it looks; else unchanged."""
    return text if text.isascii() or _RIGHT_TO_LEFT.search(text) else _LEFT_TO_RIGHT.sub("", text)


def plain_symbols(text: str) -> str:
    """Symbols of one machine written out, dashes and tildes unified."""
    if _HAS_SYMBOL.search(text):
        text = text.replace("m²", "平方メートル").replace("m³", "立方メートル")
    return text.translate(_TABLE)


def has_symbol(text: str) -> bool:
    """True when `plain_symbols` would write out a symbol."""
    return _HAS_SYMBOL.search(text) is not None


# Words that offices write with a long vowel; a dash inside one of them is the vowel. A dash between other words may be a dash.
_LONG_WORDS = [
    "センター",
    "ターミナル",
    "スーパー",
    "コーナー",
    "ホール",
    "プール",
    "ルーム",
    "パーキング",
    "タワー",
    "マーケット",
    "モール",
    "スクール",
    "サービス",
    "リハビリテーション",
    "ステーション",
    "スポーツ",
    "アリーナ",
    "コミュニティー",
    "ドーム",
    "ホーム",
    "エレベーター",
    "エスカレーター",
    "シャトルルート",
    "タクシー",
    "モノレール",
    "ロープウェー",
    "ロープウェイ",
    "フェリー",
    "インターチェンジ",
    "インターネット",
    "バスターミナル",
    "パート",
    "シルバー",
    "ヘルパー",
    "マネージャー",
    "リーダー",
    "オペレーター",
    "ドライバー",
    "データ",
    "コンピューター",
    "メール",
    "ハローワーク",
    "シート",
    "ノート",
    "レポート",
    "アンケート",
    "ケート",
    "モニター",
    "スタッフルーム",
    "アレルギー",
    "アナフィラキシーショック",
    "ショー",
    "マイカー",
    "レンタカー",
    "キーボード",
    "ローテーション",
    "スケジュール",
    "オーダー",
    "カレンダー",
    "ボーナス",
    "フォーム",
    "ファーム",
    "ガーデン",
    "パーク",
    "アーケード",
    "ゲート",
    "ロータリー",
    "フロアー",
    "ロビー",
    "ギャラリー",
    "シアター",
    "スタジアム",
    "コーポ",
    "コーポレーション",
    "グループ",
    "ニュータウン",
    "フードコート",
    "コート",
    "ユース",
    "ユースホステル",
    "ワーク",
    "オフィスビルディング",
    "メーカー",
    "ファイザー",
    "カード",
    "カウンター",
    "エリアマネージャー",
    "セーフティー",
    "ボード",
    "ポート",
    "エアポート",
    "スタート",
    "サポート",
    "シフトリーダー",
    "コード",
    "バーコード",
    "クーラー",
    "エアコンディショナー",
    "マスターズ",
    "デイケアセンター",
    "ブースター",
    "ワクチンセンター",
    "ローソン",
    "スピーカー",
    "プレート",
    "ルート",
    "リモート",
    "リーフレット",
    "オーバー",
    "ナースセンター",
    "ストレッチャー",
    "コーディネーター",
    "チーフリーダー",
    "スーパーバイザー",
    "アドバイザー",
    "トレーナー",
    "ナーシングホーム",
    "バリアフリー",
    "フリー",
]
_LONG_WORD = re.compile(
    "|".join(
        sorted(
            ("^" + word + "|" + word + "$" if len(word) <= 3 else word for word in dict.fromkeys(_LONG_WORDS) if "ー" in word),
            key=len,
            reverse=True,
        )
    )
)
_BROKEN_KATAKANA = re.compile("[ァ-ヴー]+(?:[-‐−―][ァ-ヴー]+)*[-‐−―]?")
_NO_BEGINNING = frozenset("ァィゥェォッャュョンー")
_VOWEL_AS_DASH = re.compile("(?<=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])ー(?=[0-9A-Za-z０-９Ａ-Ｚａ-ｚ])|(?<=[目地番号棟])ー(?=[0-9０-９])")


def long_vowels(text: str) -> str:
    """A dash that can only be a long vowel made ー (センタ- → センター), a ー between figures or letters a dash (１ー２ → １−２)."""
    text = _BROKEN_KATAKANA.sub(_with_vowels, text)
    return _VOWEL_AS_DASH.sub(lambda m: "-" if text[m.start() - 1].isascii() and text[m.end()].isascii() else "−", text)


def _with_vowels(found: re.Match[str]) -> str:
    typed = found.group()
    dashes = [at for at, char in enumerate(typed) if char in "-‐−―"]
    if not dashes:
        return typed
    whole, made = re.sub("[-‐−―]", "ー", typed), list(typed)
    sure = {at for word in _LONG_WORD.finditer(whole) for at in range(*word.span())}
    for at in dashes:
        if at in sure or typed[at + 1 : at + 2] in _NO_BEGINNING - {"ー"}:
            made[at] = "ー"
    return "".join(made)


def squeeze(text: str) -> str:
    """For numbers, codes, dates and mail: NFKC, invisible characters removed, all dashes `-`, all tildes `~`, ends trimmed."""
    if not text.isascii():
        # NFKC would glue ①9:00 into 19:00 and 15² into 152: circled numbers get their brackets first, small digits are no digits.
        text = SMALL_DIGIT.sub("□", INVISIBLE.sub("", text).translate(_TABLE))
    text = unicodedata.normalize("NFKC", text)
    return text.translate(_NARROW).strip()


_NARROW = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−─━⁃﹣", "-"),
        **dict.fromkeys("〜∼～˜∾", "~"),
        "\u3000": " ",
    }
)


def hiragana_to_katakana(text: str) -> str:
    """Hiragana made katakana, everything else kept."""
    return text.translate(_KATAKANA)


_KATAKANA = {point: point + 0x60 for point in (*range(0x3041, 0x3097), 0x309D, 0x309E)}

# Characters of names outside JIS X 0208 and the usual substitute (the accepted custom of state forms, S63b).
_PRINT_PAIRS = (
    "髙高﨑崎德徳濵浜瀨瀬𠮷吉栁柳桒桑𣘺橋槗橋曻昇黑黒緖緒綠緑增増寬寛敎教淸清橫横步歩歷歴每毎尙尚吳呉圡土閒間靑青顏顔產産鄕郷"
    "鷗鴎頰頬剝剥塡填繫繋蔣蒋醬醤摑掴嚙噛瘦痩簞箪蠟蝋萊莱焰焔禱祷驒騨噓嘘囊嚢麴麹𠮟叱郞郎𠀋丈敎教塚塚猪猪益益礼礼神神祥祥福福靖靖"
    "精精羽羽諸諸逸逸都都飯飯飼飼館館鶴鶴隷隷晴晴隆隆嵓巌﨟臘渚渚琢琢祖祖祉祉祈祈祐祐祝祝祝祝禎禎穀穀突突節節練練繁繁者者臭臭著著褐褐視視"
    "謁謁謹謹賓賓贈贈難難響響頻頻侮侮僧僧免免勉勉勤勤卑卑喝喝嘆嘆器器塀塀墨墨層層悔悔慨慨憎憎懲懲敏敏既既暑暑梅梅海海漢漢煮煮朗朗廊廊"
    "虜虜類類凞煕凜凛昻昂晧皓溫温硏研竝並絕絶虛虚說説邨村鄧鄧鈆鉛鎭鎮靜静𡈽土䇳箋逹達逸逸邉辺"
)


def _print_table() -> dict[str, str]:
    inside = jis_x_0208()
    chars = list(_PRINT_PAIRS)
    return {a: b for a, b in zip(chars[::2], chars[1::2], strict=True) if a not in inside and b in inside}


PRINT_FORMS: dict[str, str] = _print_table()


def print_form(text: str) -> tuple[str, list[str]]:
    """A name as it can be printed everywhere, and the characters for which no substitute is known.

    髙 → 高; a variation selector is left out; a compatibility ideograph becomes the character it stands for.
    """
    text = SELECTOR.sub("", text)
    unknown: list[str] = []
    made: list[str] = []
    inside = jis_x_0208()
    for char in text:
        if char in inside or char == "\n":
            made.append(char)
            continue
        plain = PRINT_FORMS.get(char) or unicodedata.normalize("NFKC", char)
        if plain and all(c in inside for c in plain):
            made.append(plain)
            continue
        base = unicodedata.normalize("NFKD", char)[:1]
        if base in inside and unicodedata.category(char).startswith("L"):
            made.append(base)  # é → e
            continue
        made.append(char)
        unknown.append(char)
    return "".join(made), list(dict.fromkeys(unknown))
