"""Normaliser of amounts of money in whole yen.

Understood: `1,472円`, `時給１，４７２円`, `【時間額】1,472円`, `1,505円/時`, `2万3千円`, `22万1,416円`, `1.5万円`, `金壱万円也`, a closed range or two
pasted cells in the lower field while the upper one is empty. Refused: decimals, 千円, open ranges, about-words, two amounts, a month or
count that stands at an amount, a unit that contradicts 報酬の単位.
"""

import re
from typing import Any

from keynet_admin.catalogue import Field, posting_field
from keynet_admin.catalogue.blank import blank
from keynet_admin.rules.engine.result import NOTHING, Context, Note, Read, clip, fixed, refuse
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise.choices import slug_of
from keynet_admin.rules.normalise.numbers import KANJI, commas, from_kanji, numeric, without_job

_UNITS = (
    ("hour", r"時間?給|時間額|時間単価|時給単価|(?:1|一)時間(?:当たり|当り|あたり|につき|に付き)?|毎時"),
    ("day", r"日給|日額|日当|(?:1|一)日(?:当たり|当り|あたり|につき|に付き)?"),
    ("month", r"月給|月額|月収|(?:1|一)(?:か|ヶ|ケ|ヵ|カ|箇)月(?:当たり|当り|あたり|につき|に付き)?|毎月|月(?=[\d¥ ])"),
    ("session", r"(?:1|一)(?:回|コマ|クール|勤務|診療)(?:当たり|当り|あたり|につき|に付き)?|回額|コマ単価"),
)
_SUFFIX_UNITS = (
    ("hour", r"(?:/|毎|per\s*)(?:1)?(?:時間|時|h|H|hour|hr)"),
    ("day", r"/(?:1)?日"),
    ("month", r"/(?:1)?(?:か月|ヶ月|ケ月|月)"),
    ("session", r"/(?:1)?(?:回|コマ)"),
)
_GAP = "\x00"  # where a word was taken out: what stood on both sides of it is not one figure
_POWERS = {"万": 10000, "千": 1000, "百": 100}
_UNIT_LABEL = {"hour": "時間額", "day": "日額", "month": "月額", "session": "1回（コマ）"}
# `6月1,500円` and `21回5,000円` name no unit: nothing of a figure may stand in front of a unit's word.
_PREFIX = re.compile(r"(?<![\d.,万千百])(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS) + ")")
_SUFFIX = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _SUFFIX_UNITS))
_LABEL = r"平日|土日祝日?|土日|土曜日?|日曜日?|土・日・祝日?|土・日|土曜・日曜|休日|祝日|日勤|夜勤|準夜勤|深夜勤|昼間|夜間|午前|午後|終日|半日|全日"
_LABELS = re.compile(rf"\(?({_LABEL})\)?\s*[::]?\s*")
_PLAIN_WORDS = re.compile(
    r"^(?:報酬(?:の?額)?|基本報酬(?:額)?|賃金|基本給|給与|給料|単価|金額|本給|謝金|謝礼|報償費|手当)(?:は)?\s*[::]?\s*"
)
_AMOUNT = (
    r"(?:(?P<man>\d{1,4}(?:\.\d{1,4})?)万)?(?:(?P<sen>\d)千)?(?:(?P<hyaku>\d)百)?"
    r"(?P<rest>(?:\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.0{1,2})?(?![\d.]))?"
)
_ONE = re.compile(_AMOUNT)
_NUMBER = r"[\d,.]*\d[\d,.万千百]*"
_BRACKETS = str.maketrans("【】〔〕《》〈〉「」『』[]{}<>", "()" * 9)
_FORMAL = re.compile(rf"(?P<gold>(?:一|1)?金)?(?:¥|\\\\)?(?P<kanji>{KANJI.pattern})円?(?P<end>也|整)?")
_SIDES = re.compile(rf"(?P<low>{_NUMBER})\s*円?\s*(?:~|-|から)\s*(?P<high>{_NUMBER})\s*円?(?:まで)?")


def amount(text: str) -> int | None:
    """Whole yen of `1,472`, `2万3千`, `22万1,416`, `1.5万`; None when the text is not certainly one amount (`1万5` may be 15,000)."""
    match = _ONE.fullmatch(text)
    if match is None or not text:
        return None
    man, sen, hyaku, rest = match["man"], match["sen"], match["hyaku"], match["rest"]
    if rest is not None and (sen or hyaku or man):
        plain = rest.replace(",", "")
        limit = 100 if hyaku else 1000 if sen else 10000
        if "." in rest or len(plain) == 1 or int(plain) >= limit or (man and "." in man):
            return None
    if rest is not None and commas(rest.split(".")[0]) is None:
        return None
    if man is not None and "." in man and (sen or hyaku):
        return None
    low = int(rest.replace(",", "").split(".")[0]) if rest else 0
    return round(float(man or 0) * 10000) + int(sen or 0) * 1000 + int(hyaku or 0) * 100 + low


def _strip_units(text: str) -> tuple[str, set[str]]:
    """The text without the words that name the unit of pay, and those units."""
    units: set[str] = set()

    def gather(match: re.Match[str]) -> str:
        units.add(str(match.lastgroup))
        return _GAP

    text = _PREFIX.sub(gather, _SUFFIX.sub(gather, text))
    return _closed(re.sub(rf"\(\s*{_GAP}?\s*\)", _GAP, text)).strip(" :・\t\r\n"), units


def _closed(text: str) -> str:
    """A text without the gaps that do not part two figures."""
    text = re.sub(rf"\s*{_GAP}\s*", _GAP, text)
    return re.sub(rf"(?<![\d,.万千百]){_GAP}+|{_GAP}+(?![\d,.万千百])", "", text)


def read_yen(field: Field, typed: Any, context: Context) -> Read:
    """Whole yen. See the module's text for what is understood and what is refused."""
    value = numeric(field, typed)
    if isinstance(value, Read):
        return value
    if isinstance(value, float):
        return refuse(
            "WAGE-014",
            typed,
            Message(f"「{clip(typed)}」は小数です。", how="金額は円単位の整数で入力してください（例：1.5千円は1500）。"),
            example="1500",
        )
    if isinstance(value, int):
        if value < 0:
            return refuse("WAGE-014", typed, Message("金額は0以上の整数で入力してください。"), example="1500")
        return _long(field, typed, Read(value))
    return _read_words(field, typed, value, context)


def _read_words(field: Field, typed: Any, value: str, context: Context) -> Read:
    in_pay = field.name in ("min", "max")
    formal = _formal(value)
    if formal is not None:
        return _long(field, typed, _with_unit(field, typed, formal, set(), {}, context))
    text = re.sub(r"^[^\w(]([^()]*\d[^()]*円?)[】」』〕》〉\]]$", r"\1", value).translate(_BRACKETS)
    text = re.sub(r"^(?:一|1)?金(?=\s*[¥￥\\\d])", "", text)
    text = _closed(re.sub(r"[¥￥\\]|[也整]$|(?<=\d)-$|(?<=円)-$|\(税込み?\)|税込み?|。$", _GAP, text)).strip()
    text = _PLAIN_WORDS.sub("", text)
    if field.name == "commute_cap" and _commute(context) != "fixed":
        text = re.sub(r"^(?:上限額?|最大|限度額?)\s*:?\s*|\s*(?:まで|以内|を?上限)$", "", text)
    text, units = _strip_units(text)
    labels = set(_LABELS.findall(text)) if in_pay else set()
    if len(labels) == 1 and len(_LABELS.findall(text)) == 1:
        text = _closed(_LABELS.sub(_GAP, text)).strip()
    also: dict[str, Any] = {}
    if len(labels) == 1:
        label, known = next(iter(labels)), context.record.get("label")
        if blank(known):
            also["label"] = label
        elif not (isinstance(known, str) and label in known):
            return _two_meanings(typed, f"区分「{clip(known)}」と金額の欄の「{label}」が合いません。", ())
    text = _PLAIN_WORDS.sub("", without_job(text, context.parent.get("job_type")) if in_pay else text)
    cells = [cell.strip() for cell in text.split("\t") if cell.strip()]
    if len(cells) == 2 and all(amount(re.sub(r"\s*円$", "", cell)) is not None for cell in cells):
        text = "~".join(cells)
    text = re.sub(r"(?<=\D)\s+|\s+(?=\D)", "", text)
    core = re.sub(r"(?:円|yen|YEN|えん)$", "", text)
    if len(units) > 1:
        return _two_meanings(typed, "報酬の単位が2つ以上書かれています。", ())
    found = amount(core) if core else None
    if found is not None:
        return _long(field, typed, _with_unit(field, typed, found, units, also, context))
    sides = _SIDES.fullmatch(text)
    if sides:
        low, high = amount(sides["low"]), amount(sides["high"])
        if low is not None and high is not None and low <= high and not ("万" in sides["high"] and "万" not in sides["low"]):
            return _range(field, typed, low, high, units, also, context)
    return _refuse(field, typed, core, in_pay)


def _formal(text: str) -> int | None:
    """Yen of the formal writing in kanji (金壱万円也, 一金弐千円). Kanji without 金, 也 or the old figures are only offered."""
    match = _FORMAL.fullmatch(re.sub(r"\s", "", text))
    if match is None or not (match["gold"] or match["end"] or re.search("[壱弐参拾萬]", match["kanji"])):
        return None
    return from_kanji(match["kanji"])


def _commute(context: Context) -> str | None:
    typed = context.record.get("commute")
    return slug_of(posting_field("commute"), typed) if isinstance(typed, str) else None


def _two_meanings(typed: Any, why: str, choices: tuple[Any, ...]) -> Read:
    message = Message(f"「{clip(typed)}」：{why}", how="金額の欄には金額だけを入力し、区分や条件は別の欄に書いてください。")
    return refuse("TXT-001", typed, message, example="1472", choices=choices)


def _with_unit(field: Field, typed: Any, value: int, units: set[str], also: dict[str, Any], context: Context) -> Read:
    pay_type = context.parent.get("pay_type") if field.name in ("min", "max") else None
    unit = next(iter(units), "")
    if unit and isinstance(pay_type, str) and pay_type.strip():
        slug = slug_of(posting_field("pay_type"), pay_type)
        if slug is not None and slug != unit:
            message = Message(
                f"「{clip(typed)}」は{_UNIT_LABEL[unit]}の書き方ですが、報酬の単位は「{_UNIT_LABEL[slug]}」です。",
                how="単位と金額のどちらが正しいかご確認ください。",
            )
            return refuse("TXT-001", typed, message, example=str(value))
    if isinstance(typed, str) and typed.strip() == str(value):
        return Read(value)
    lost = f"「{_UNIT_LABEL[unit]}」であることは残りません。補足の欄に書いてください。" if unit and field.name not in ("min", "max") else ""
    message = Message(f"「{clip(typed)}」を{value:,}円と読み取りました。", how=lost)
    return fixed("TXT-001", value, message, example=str(value), also=also or NOTHING)


def _range(field: Field, typed: Any, low: int, high: int, units: set[str], also: dict[str, Any], context: Context) -> Read:
    if field.name == "min" and blank(context.record.get("max")):
        read = _with_unit(field, typed, low, units, also, context)
        if not read.understood:
            return read
        note = Note("TXT-001", Level.FIX, Message(f"「{clip(typed)}」を下限{low:,}円・上限{high:,}円と読み取りました。"), str(low))
        return _long(field, typed, Read(low, True, (note,), {**also, "max": high}))
    message = Message(f"「{clip(typed)}」は範囲です。", how="下限と上限の欄に分けて、1つずつ入力してください。")
    return refuse("TXT-001", typed, message, example=str(low), choices=(low, high))


def _refuse(_field: Field, typed: Any, core: str, in_pay: bool) -> Read:
    numbers = [n for n in (amount(part) for part in re.findall(r"\d[\d,.万千百]*", core)) if n is not None]
    thousand = re.search(r"(?<![\d,])(\d{2,4}|\d{1,2},\d{3})千(?:円)?$", core)
    if thousand or re.search(r"\d千(?:円)?$|\d{2,}千", core):
        return refuse(
            "WAGE-014",
            typed,
            Message(f"「{clip(typed)}」は千円単位の書き方です。", how="円単位で入力してください（例：1500千円は1500000）。"),
            example="1500",
            choices=(int(thousand[1].replace(",", "")) * 1000,) if thousand else (),
        )
    short = re.fullmatch(r"(\d{1,4})([万千百])(\d)", core)
    if short:
        value, digit = int(short[1]) * _POWERS[short[2]], int(short[3])
        message = Message(f"「{clip(typed)}」は2とおりに読めます。", how="金額を円単位の数字だけで入力してください。")
        return refuse("TXT-001", typed, message, example="15000", choices=(value + digit * _POWERS[short[2]] // 10, value + digit))
    if re.search(r"\d\.\d", core):
        grouped = re.fullmatch(r"\d{1,3}(?:\.\d{3})+", core)
        return refuse(
            "WAGE-014",
            typed,
            Message(f"「{clip(typed)}」は小数です。", how="桁区切りはコンマで、円単位の整数を入力してください。"),
            example="1472",
            choices=(int(core.replace(".", "")),) if grouped else (),
        )
    if re.fullmatch(r"\d{1,3}(?:[、 ]\d{3})+", core):
        message = Message(f"「{clip(typed)}」は桁の区切りか、2つの金額か分かりません。", how="桁区切りはコンマで入力してください。")
        return refuse("TXT-001", typed, message, example="1472", choices=(int(re.sub(r"\D", "", core)),))
    if core.startswith("-"):
        return refuse("WAGE-014", typed, Message("金額は0以上の整数で入力してください。"), example="1500")
    if re.search(r"最大|上限|最高|以内|以下|まで", core) and in_pay and len(numbers) == 1:
        message = Message(
            f"「{clip(typed)}」は上限だけの書き方です。",
            how="必ず支払う下限の額も入力してください（最もよい条件だけの表示は誤解を招きます）。",
        )
        return refuse("WAGE-002", typed, message, example="下限1472、上限1987")
    if len(numbers) == 1 and re.search(r"[~]|以上|から|最低|下限", core):
        message = Message(
            f"「{clip(typed)}」は範囲の片方だけです。",
            how=("下限と上限の欄に分けて入力してください。額が1つなら、その額だけを入力してください。"),
        )
        return refuse("WAGE-002" if in_pay else "TXT-001", typed, message, example=str(numbers[0]), choices=(numbers[0],))
    if len(numbers) > 1:
        message = Message(
            f"「{clip(typed)}」には金額が2つ以上あります。", how="平日・土日祝などで額が異なる場合は、行を分けて入力してください。"
        )
        return refuse("TXT-001", typed, message, example="1472", choices=_offered(core, []))
    kanji = KANJI.search(core)
    whole = from_kanji(kanji.group()) if kanji and not numbers else None
    if whole and len(kanji.group() if kanji else "") > 1:
        message = Message(f"「{clip(typed)}」は漢数字です。", how="円単位の半角数字で入力してください。")
        return refuse("TXT-001", typed, message, example=str(whole), choices=(whole,))
    if in_pay and not re.search(r"\d", core):
        message = Message(
            f"「{clip(typed)}」では金額が分かりません。",
            why="「応相談」や「規定による」だけでは掲載できません。",
            how="下限の額を円単位の数字で入力してください。",
        )
        return refuse("WAGE-001", typed, message, example="1472")
    message = Message(
        f"「{clip(typed)}」を金額として読み取れません。",
        how=("円単位の半角数字だけを入力してください。コンマは3桁ごとに入れるか、省いてください。"),
    )
    return refuse("TXT-001", typed, message, example="1472", choices=_offered(core, numbers))


def _offered(core: str, numbers: list[int]) -> tuple[int, ...]:
    """The amount that stands before 円 when there is just one, else the only figure; nothing where it is a part or the text reckons."""
    if _GAP in core or re.search(r"[△▲×÷%/割倍:]|\d分", core):
        return ()
    yen = [amount(part) for part in re.findall(r"(\d[\d,.万千百]*)円", f"{core}円" if core[-1:].isdigit() else core)]
    offered = yen if yen else numbers if len(re.findall(r"\d+", core.replace(",", ""))) == 1 else []
    return (offered[0],) if len(offered) == 1 and offered[0] else ()


def _long(field: Field, typed: Any, read: Read) -> Read:
    if not read.understood or field.max_length is None or len(str(read.value)) <= field.max_length:
        return read
    if abs(read.value) >= 10**12:
        return refuse(
            "TXT-011", typed, Message(f"「{field.label}」は{field.max_length}桁までです。", how="桁をご確認ください。"), example="1472"
        )
    message = Message(
        f"「{field.label}」は{field.max_length}桁までです。", why=f"今は{len(str(read.value))}桁です。", how="桁をご確認ください。"
    )
    return Read(read.value, True, (*read.notes, Note("TXT-011", Level.ERROR, message, "1472")), read.also)
