"""Checks of what texts say about pay: WAGE-009, WAGE-010, WAGE-011 and WAGE-015."""

import re
from collections.abc import Iterator
from typing import Final

from keynet_admin.rules.engine.posting_values import days_of, number, rows, shifts, whole, work_minutes
from keynet_admin.rules.engine.rule import Hit, Scope
from keynet_admin.rules.families.pay.minimum_wage import hourly_equivalents, pay_rows
from keynet_admin.rules.words.plain import (
    PUBLIC_TEXT,
    Amount,
    WordList,
    clause_around,
    fields_with,
    listed,
    phrase_around,
    plain,
    yen_amounts,
)

PAY_TEXTS: Final = ("title", "duty_detail", "support_note", "workdays_note", "pay_note", "other_allow", "pay_day", "other_req")


_OVERTIME = r"(?:残業(?:代|手当|賃金)?|時間外(?:勤務)?(?:手当|割増(?:賃金)?)?|超過勤務手当)"
INCLUDED: Final = WordList(
    rf"{_OVERTIME}(?:分)?(?:を|も|は|が)?(?:(?:報酬|時給|時間額|日額|月額|給与|給料|基本給"
    r"|上記の額|この額)(?:の中)?に)?(?:全て|すべて|一律に?|定額で|既に|すでに)?(?:含(?:む"
    r"|み(?!ません)|め|まれ(?!ません|ない|ず|て(?:い)?(?:ません|ない))|んだ|んで(?!い?ません|いない)|有)"
    r"|込(?:み|む|ん|$|[)、。]))"
    r"|(?:みなし|見なし|固定|定額)(?:の)?(?:残業|時間外|超過勤務)(?:代|手当|勤務)?|一律手当",
    r"(?:(?:みなし|見なし|固定|定額)(?:の)?(?:残業|時間外|超過勤務)(?:代|手当"
    r"|勤務)?|一律手当)(?:制度?)?(?:の(?:支給|適用|定め|設定)?)?(?:は|も|が|を)?"
    r"(?:含(?:みません|まない|まず|まれません|まれない)|なし|無し|無$|ない|ありません|ございません"
    r"|除[くき]|設けて(?:い)?(?:ません|ない)|採用して(?:い)?(?:ません|ない)|支給しません|とは異な)",
)


def check_overtime_included(scope: Scope) -> Iterator[Hit]:
    """WAGE-009: the text says that overtime pay is included, the field says there is none."""
    if scope.get("fixed_ot") != "no":
        return
    for name, text in fields_with(scope, PAY_TEXTS):
        words = INCLUDED.find(text)
        if words:
            yield Hit(
                name,
                f"{listed(words)}とありますが、固定残業代は「なし」です。",
                how="含まれる場合は「あり」を選び、額・時間数・超過分の支給を入力してください。",
                example="固定残業代あり・10,000円・5時間・超過分支給",
            )


_WEEKEND = r"(?:土(?:曜日?)?[・、,]?日(?:曜日?)?(?:[・、,及びと]*祝(?:祭)?日?)?|土曜日?|日曜日?|週末|祝祭?日|休日|閉庁日)"
_OTHER_PAY = (
    r"(?:別途|別に|別額|別料金|別単価|異な|違[いうっ]|割増|割り増し|加算|加給|増額"
    r"|増し|アップ|上乗せ|プラス|\+|高く|高い|上が|手当(?:が|を|あり|有|\d|として))"
)
_PAY_WORD = r"(?:報酬|時給|時間額|日給|日額|単価|賃金|給与|給料|手当|円|額|割増|割り増し|加算|増額|加給|アップ|上乗せ|プラス|\+)"
DIFFERS: Final = re.compile(
    rf"{_WEEKEND}(?!を除|以外)[^。!?\n]{{0,18}}?(?:{_OTHER_PAY}|[はが](?:[^。!?\n]{{0,8}})?[\d,]+円)"
    rf"|平日[^。!?\n]{{0,18}}{_WEEKEND}[^。!?\n]{{0,14}}(?:異な|違[いうっ]|別)"
    rf"|(?:異なる|別の)[^。!?\n]{{0,8}}(?:平日と|平日・|{_WEEKEND})"
)
SAME: Final = re.compile(
    r"(?:同額|同じ|同一|変わりません|変わらない|異なりません|異ならない|違いはありません|違いません|一律|共通"
    r"|(?:加算|割増|割り増し|上乗せ|増額|アップ|手当)(?:等)?(?:は|も)?(?:ありません"
    r"|なし|無し|ない|しません|行いません|ございません|つきません))"
)
# 休日勤務手当 is the ordinary allowance for work on a day off, not another wage for weekends.
_ORDINARY: Final = re.compile(
    r"(?:休日|祝日)(?:勤務|出勤|労働|給)?(?:手当|給|割増賃金|割増(?=賃金))|時間外・?休日|休日・?時間外"
    r"|深夜・?休日|休日・?深夜|休日は?別(?:途|に)?(?:指定|定め|通知|お知らせ|調整|シフト|設け)"
)
_PLANNING: Final = re.compile(r"相談|お知らせ|連絡|調整|案内|通知|協議|勤務日は|シフト|会場|時間帯は|時間は")


def check_weekend_pay(scope: Scope) -> Iterator[Hit]:
    """WAGE-010: weekends are worked, the text gives them another pay, and there is one line only."""
    lines = pay_rows(scope)
    if len(lines) != 1:
        return
    worked = frozenset().union(*(days_of(shift) for _, shift in shifts(scope)))
    if not worked & {"sat", "sun", "hol"}:
        return
    for name, text in fields_with(scope, PAY_TEXTS):
        if not any(word in text for word in ("土", "日", "週末", "祝")):
            continue
        for match in DIFFERS.finditer(text):
            sentence = clause_around(text, match.start(), match.end())
            cleaned = _ORDINARY.sub("", sentence)
            if SAME.search(sentence) or not DIFFERS.search(cleaned):
                continue
            if not re.search(_PAY_WORD, cleaned) and (name not in ("pay_note", "other_allow") or _PLANNING.search(cleaned)):
                continue
            yield Hit(
                name,
                "平日と土日祝で報酬が異なると書かれていますが、報酬の額は1行だけです。",
                how="平日と土日祝の行を分け、それぞれの額を入力してください。",
                example="平日1,472円、土日祝1,987円",
            )
            return
    index, row = lines[0]
    label = row.get("label")
    if isinstance(label, str) and worked & {"mon", "tue", "wed", "thu", "fri"} and _weekday_label(plain(label)):
        yield Hit(
            f"pay_lines.{index}.label",
            f"区分が「{label}」の行だけがありますが、勤務する曜日に土日祝が含まれています。",
            how="土日祝の額の行を追加してください。",
            example="平日1,472円、土日祝1,987円",
        )


def _weekday_label(label: str) -> bool:
    return "平日" in label and not re.search(r"土|日曜|祝|休日|週末|共通|とも|一律|全日", label.replace("平日", ""))


_PAY_NAME: Final = re.compile(
    r"(?:時給|時間給|時間額|日給|日額|月給|月額|月収|日収|報酬|賃金|給与"
    r"|給料|単価|報償費|謝金|謝礼|1回|1コマ|コマ|1日|1時間|半日|1勤務|日当)"
    r"(?:換算|当たり|あたり|につき|単位|の額|額|は|が|を|で|も|:|/|・|=|約|およそ|なんと|\(|~|最大|最高|一律|税込|、)*$"
)
_NOT_PAY: Final = re.compile(
    r"交通|通勤|費用弁償|旅費|宿泊|車賃|ガソリン|駐車|手当|期末|勤勉|賞与|ボーナス"
    r"|一時金|支度金|祝金|加算|加給|割増|割り増し|上乗せ|増額|増し|プラス|アップ|昇給|\+"
    r"|上限|税込|控除|源泉|課税|非課税|所得税|扶養|保険|年収|年間|収入が|昼食|弁当|食事|食費"
    r"|給食|補助|助成|負担|掛金|会費|料金|使用料|手数料|利用料|受講料|受験料|実費|貸与|制服|保証"
    r"|最低賃金|精算|補償|賠償|見舞金|給付|支援金|交付|接種費|委託料|予算|予約金|例\)|月収例|の差|の幅"
)


# 「交通費:片道2km以上の場合、日額200円」 stays about commuting until the sentence names the wage.
_OTHER_TOPIC: Final = re.compile(r"(?:交通費|通勤費|通勤手当|費用弁償|旅費|手当|保険料|賞与|料金|加算)(?:等)?(?:は|:|については|として|\()")
_WAGE_NAME: Final = re.compile(r"時給|時間給|時間額|報酬|賃金|給与|給料|報償費|謝金")
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3})")


def _known_amounts(scope: Scope) -> set[int] | None:
    """Amounts that the fields name, and what they come to for a shift or a unit; None when a pay line could not be read."""
    known: set[int] = set()
    base = f"{scope.prefix}pay_lines"
    if any(path.startswith(base) and not path.endswith(("label", "hours_per_unit")) for path in scope.unread):
        return None
    hours = {minutes / 60 for _, shift in shifts(scope) if (minutes := work_minutes(shift))}
    for _, row in rows(scope, "pay_lines"):
        unit = number(row.get("hours_per_unit"))
        for column in ("min", "max"):
            yen = whole(row.get(column))
            if yen is None:
                continue
            known.add(yen)
            known.update(round(yen * h) for h in hours)
            if unit:
                known.update((round(yen / unit), int(yen / unit), round(yen * unit)))
    known.update(yen for name in ("commute_cap", "fixed_ot_yen") if (yen := whole(scope.get(name))) is not None)
    return known


def _is_pay(name: str, text: str, amount: Amount) -> bool:
    phrase_start = max(text.rfind(mark, 0, amount.start) for mark in "。!?;\n") + 1
    before = text[phrase_start : amount.start]
    around = phrase_around(text, amount.start, amount.end)
    if _NOT_PAY.search(around):
        return False
    cut = max(before.rfind(mark) for mark in "、,")
    if cut >= 0 and _NOT_PAY.search(before[cut + 1 :]):
        return False
    topics = list(_OTHER_TOPIC.finditer(before))
    if topics and not _WAGE_NAME.search(before, topics[-1].end()):
        return False
    after = text[amount.end : amount.end + 8]
    if _NOT_PAY.match(after) or after.startswith(("分の", "を超え", "未満", "以内で", "券", "程度の物", "札", "玉", "均一")):
        return False
    if _PAY_NAME.search(before):
        return True
    return name in ("pay_note", "title") or name.startswith("pay_lines")


def check_amounts_in_text(scope: Scope) -> Iterator[Hit]:
    """WAGE-011: an amount of pay in a text that no field names."""
    texts = [
        item
        for item in fields_with(scope, ("title", "duty_detail", "support_note", "workdays_note", "pay_note", "other_req", "training_note"))
        if "円" in item[1]
    ]
    texts += [
        (f"pay_lines.{index}.label", plain(label))
        for index, row in rows(scope, "pay_lines")
        if isinstance(label := row.get("label"), str) and "円" in plain(label)
    ]
    if not texts or (not hourly_equivalents(scope) and not any(whole(row.get("min")) is not None for _, row in rows(scope, "pay_lines"))):
        return
    known = _known_amounts(scope)
    if known is None:
        return
    for name, written in texts:
        text = _THOUSANDS.sub("", written)
        strange = [a for a in yen_amounts(text) if a.yen >= 100 and not any(abs(a.yen - k) <= 1 for k in known) and _is_pay(name, text, a)]
        if strange:
            shown = "、".join(dict.fromkeys(f"{a.yen:,}円" for a in strange))
            given = "、".join(f"{yen:,}円" for _, row in rows(scope, "pay_lines") if (yen := whole(row.get("min"))) is not None)
            yield Hit(
                name,
                f"文中の「{shown}」は、報酬の額の欄（{given}）にありません。",
                how="額をそろえるか、行を追加してください。",
                example="文中の額と報酬の額の欄を同じにする",
            )


TEMPTING: Final = WordList(
    r"高収入|高額(?:収入|報酬|時給|日給)|高時給|高日給|高報酬|(?:がっつり|ガッツリ|しっかり"
    r"|たっぷり|楽に|楽して|らくらく)?稼[げぎぐごい](?:る|ます|たい|ごう|げ)?|儲か[るり]"
    r"|日本一|必ず(?:[^。!?\n、]{0,6})(?:稼|採用|儲|もらえ|収入|高収入|合格|得を"
    r"|得し|満足|入れ|働け|高い(?:報酬|収入|時給|給|額)|お約束)|(?:完全|収入"
    r"|採用|100%|絶対)(?:の)?保証|業界(?:最高|一の?(?:時給|報酬|待遇))|(?:県内|地域|全国)最高(?:額|水準|の時給|の報酬)",
    r"(?:目指|めざ)[^。!?\n]{0,12}日本一|日本一(?![^。!?\n]{0,14}(?:時給|報酬|給与|待遇"
    r"|収入|賃金|日給))[^。!?\n]{0,14}(?:まち|町|村|市(?!場)|県|都市|目指|めざ|産地"
    r"|生産|収穫|出荷|湖|山|川|橋|塔|星空|温泉|棚田|花|夕日|長い|高い(?!時給|報酬)|大きい|広い|古い|小さい)"
    r"|必ずしも|高収入(?:の方|世帯|者)|(?:年間|家計|世帯)?高収入(?:により|のため)",
)


def check_tempting_words(scope: Scope) -> Iterator[Hit]:
    """WAGE-015: words that promise more than the conditions say."""
    for name, text in fields_with(scope, PUBLIC_TEXT):
        words = TEMPTING.find(text)
        if words:
            yield Hit(
                name,
                f"{listed(words)}は、実際より良い条件だと受け取られるおそれがあります。",
                how="額や条件をそのまま書いてください。",
                example="時間額1,472円",
            )
