"""Checks of rules HOURS-008, HOURS-010 and HOURS-011: hours against the week, against night pay, against the text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from keynet_admin.rules.engine.posting_values import (
    WEEKDAYS,
    clock_minutes,
    days_of,
    hours_text,
    number,
    rows,
    shift_text,
    shifts,
    span_minutes,
    touches_night,
    work_minutes,
)
from keynet_admin.rules.engine.rule import Hit, Scope
from keynet_admin.rules.words.plain import (
    TimeRange,
    clause_around,
    days_per_month,
    days_per_week,
    fields_with,
    phrase_around,
    plain,
    text_of,
    time_ranges,
)

Shift = Mapping[str, Any]


_SOME_OF: Final = re.compile(r"(?:のうち|から|の内|の中で?|いずれか)(?:週)?(\d)日")
_AT_LEAST, _AT_MOST, _ABOUT = (
    ("以上", "から"),
    ("以内", "まで", "以下", "最大", "未満", "上限"),
    ("程度", "くらい", "ぐらい", "前後", "約", "おおむね", "概ね", "ほど", "平均"),
)
_OPEN_NOTE: Final = re.compile(
    r"シフト|相談|任意|希望|可能な|不定|交代|交替|ローテ|調整|月|回|日間|変動|会場により|開設|必要に応じ" r"|都度|限|隔週|隔日|期間"
)


def check_week(scope: Scope) -> Iterator[Hit]:
    """HOURS-008: the rows and their days cannot give the weekly hours, 20 % allowed. Speaks only when no reading of the rows comes near."""
    weekly = number(scope.get("weekly_hours"))
    lines = shifts(scope)
    if weekly is None or not lines or weekly > 40:
        return
    reach = week_reach([row for _, row in lines], text_of(scope, "workdays_note"))
    if reach is None:
        return
    least, most = reach
    minutes = weekly * 60
    if least * 0.8 - 1 <= minutes <= most * 1.2 + 1:
        return
    shown = hours_text(round(least)) if abs(least - most) < 1 else f"{hours_text(round(least))}～{hours_text(round(most))}"
    yield Hit(
        "weekly_hours",
        f"1週間の所定勤務時間は{weekly:g}時間ですが、勤務時間帯と曜日・日数から計算すると{shown}です。",
        how="応募する方は週の時間で判断するため、時間帯・曜日・日数と週の時間のどれが正しいかご確認ください。",
    )


def week_reach(lines: list[Shift], note: str) -> tuple[float, float] | None:
    """Least and most minutes of work a week that shifts can give; None when a row cannot be computed.

    Rows on the same weekday may be alternatives (early and late shift) or both be worked; the note says how many of the possible
    days are worked (週2日程度, 月4回以上). A holiday is a further possible day and never a sure one.
    """
    least: dict[str, float] = {}
    most: dict[str, float] = {}
    for row in lines:
        work, days = work_minutes(row), days_of(row)
        if work is None or not days:
            return None
        for one in days:
            least[one] = min(least.get(one, work), work)
            most[one] = most.get(one, 0) + work
    low = sorted(value for one, value in least.items() if one in WEEKDAYS)
    high = sorted((min(value, 960) for value in most.values()), reverse=True)
    count = _days_worked(note)
    if count is None:
        return (0 if _OPEN_NOTE.search(note) else float(sum(low)), float(sum(high)))
    fewest, utmost = count
    smallest = low[0] if low else high[-1]
    return (min(fewest, len(high)) * smallest if low else 0.0, min(utmost, len(high)) * high[0])


def _days_worked(note: str) -> tuple[float, float] | None:
    """Least and most days a week that a plain note means, None when it names no number of days."""
    some = _SOME_OF.search(note)
    found = (float(some[1]), float(some[1])) if some else days_per_week(note)
    month = days_per_month(note)
    if found is not None and month is not None:
        return None  # 「平日は週3日、土日は月2回」: two numbers that add up
    if found is None:
        found = (month[0] * 12 / 52, month[1] * 12 / 52) if month else None
    if found is None:
        return None
    low, high = found
    if any(word in note for word in _ABOUT):
        low, high = low - 0.5, high + 0.5
    if any(word in note for word in _AT_LEAST):
        high = 7.0
    if any(word in note for word in _AT_MOST):
        low = 0.0
    return max(low, 0.0), min(high, 7.0)


_NIGHT_PAY: Final = re.compile(r"深夜|ナイト|割増|割り増し|夜勤|夜間|準夜|当直|宿直|22時|22:00|午後10時|25%|2割5分")
_NIGHT_RATE: Final = re.compile(r"(?:深夜|夜勤|夜間)[^。\n]{0,6}(?:割増|割り増し|手当|加算)")
_NO_NIGHT_PAY: Final = re.compile(
    r"(?:深夜|夜間|夜勤|時間外)?(?:の)?(?:割増|手当|割り増し)(?:賃金|報酬)?(?:等)?(?:は|の支給は"
    r"|が)?(?:あり|支給(?:し|され|いたし)|付き)?(?:ません|なし|無し|ない)"
)


def check_night(scope: Scope) -> Iterator[Hit]:
    """HOURS-010: work between 22:00 and 5:00 and nothing on night pay. An honorarium is no employment, so nothing is reported."""
    if scope.get("engagement") == "honorarium":
        return
    for index, shift in shifts(scope):
        if not touches_night(shift):
            continue
        if scope.partial and not scope.get("pay_lines"):
            return
        text = text_of(scope, "pay_note", "other_allow")
        labels = [plain(label) for _, line in rows(scope, "pay_lines") if isinstance(label := line.get("label"), str) and label]
        if _NIGHT_PAY.search(_NO_NIGHT_PAY.sub("", "\n".join((text, *labels)))):
            return
        if _NIGHT_RATE.search(_NO_NIGHT_PAY.sub("", text_of(scope, "duty_detail", "other_req", "workdays_note", "title"))):
            return
        yield Hit(
            f"shifts.{index}.end",
            f"{shift_text(shift)}の勤務は深夜（22時～5時）にかかりますが、報酬に深夜の割増が書かれていません。",
            why="深夜は2割5分以上の割増が必要です（労働基準法第37条）。",
            how="報酬の行か補足に書いてください（例：深夜割増あり（25%））。",
        )
        return


_WORK_CUE: Final = re.compile(r"勤務|就業|就労|始業|終業|従事|出勤|シフト|日勤|早番|遅番|実働|執務|働く|働き|労働")
_CUE_AFTER: Final = re.compile(r"(?:まで)?(?:の|に|で)?(?:間|時間帯)?(?:に|の)?(?:勤務|就業|従事|出勤|働|シフト)")
_CUE_BEFORE: Final = re.compile(r"(?:勤務|就業|就労|始業|従事)(?:時間|時刻)?(?:帯)?(?:は|:|が|\()?、?$")
_DENIED: Final = re.compile(r"ません|なし|ではな")
_FILLERS: Final = re.compile(r"お?仕事|時間帯?|です|まで|から|ます|[はがのをで:、。,・*※■●【】()~-]")
_NEVER_WORK: Final = re.compile(r"研修|休憩|受付|時間外|延長|残業|場合|深夜|割増|例|電話")
_OTHER_CUE: Final = re.compile(
    r"受付|電話|開庁|開館|開所|開園|開設|開場|開院|診療|営業|窓口|研修|説明会|面接|休憩|昼|送迎|バス|会場"
    r"|接種|予約|問い合わせ|試験|利用|保育時間|授業|登校|深夜|割増|加算"
    r"|場合|例|朝礼|ミーティング|打合|打ち合わせ|休診|登園|来場|来院|外来|健診|検診|延長|残業|時間外|コール|相談"
    r"|対応可|連絡|混雑|ピーク|集合|駐車|行事|イベント|公演|放送|夜間|時給|手当|円"
)
_INSIDE: Final = re.compile(r"のうち|の間|間で|範囲|以内|いずれか|程度|の中|から選|のどこか|どちらか|ほか|など|等|または|又は|もしくは")
_RANGE_FIELDS: Final = ("title", "workdays_note", "duty_detail", "other_req", "pay_note", "support_note", "holidays")
_BARE_FIELDS: Final = ("title", "workdays_note")
_WEEK_HOURS: Final = re.compile(
    r"週(?:の(?:所定)?勤務時間は|あたり|当たり|所定)?:?(\d{1,2}(?:\.\d{1,2})?)時間(?:(\d{1,2})分|半)?(?!\d"
    r"|以[上内下]|未満|程度|を超|超|~|-|前後|まで|から|、\d)"
)
_DAY_HOURS: Final = re.compile(
    r"(?:1日|実働)(?:の(?:所定)?(?:勤務|労働)時間は|あたり|当たり)?:?(\d{1,2}(?:\.\d{1,2})?)時間(?:(\d{1,"
    r"2})分|半)?(?!\d|以[上内下]|未満|程度|を超|超|~|-|前後|まで|から|ごと|おき)"
)
_WEEK_OTHER: Final = re.compile(r"保険|加入|扶養|上限|共済|年金|他|フルタイム|常勤|正規|最大|場合|未満|以上|平均|残業")


def check_text_hours(scope: Scope) -> Iterator[Hit]:
    """HOURS-011: a range of hours, or hours a week or a day, in the text that differ from the fields."""
    lines = [row for _, row in shifts(scope)]
    spans = [
        (start, start + span) for row in lines if (start := clock_minutes(row.get("start"))) is not None and (span := span_minutes(row))
    ]
    weekly = number(scope.get("weekly_hours"))
    for name, text in fields_with(scope, _RANGE_FIELDS):
        if "時" not in text and ":" not in text:
            continue
        if spans and len(spans) == len(lines):
            for found in time_ranges(text):
                if not _agrees(found, spans) and _about_work(found, text, name, spans):
                    yield _differs(name, found.text, "、".join(shift_text(row) for row in lines))
                    return
        if weekly is not None and name in ("title", "workdays_note", "duty_detail"):
            for match in _WEEK_HOURS.finditer(text):
                phrase = phrase_around(text, match.start(), match.end())
                if abs(_hours(match) - weekly) > 0.02 and not _WEEK_OTHER.search(phrase):
                    yield _differs(name, match.group(), f"週{weekly:g}時間")
                    return
        works = {minutes for row in lines for minutes in (work_minutes(row), span_minutes(row)) if minutes is not None}
        if works and name in ("title", "workdays_note", "duty_detail"):
            for match in _DAY_HOURS.finditer(text):
                phrase = phrase_around(text, match.start(), match.end())
                if name == "duty_detail" and not _WORK_CUE.search(phrase):
                    continue
                if round(_hours(match) * 60) not in works and not _WEEK_OTHER.search(phrase):
                    yield _differs(name, match.group(), "、".join(shift_text(row) for row in lines))
                    return


def _hours(match: re.Match[str]) -> float:
    half = 0.5 if match.group().endswith("半") else 0.0
    return float(match[1]) + (int(match[2]) / 60 if match[2] else half)


def _agrees(found: TimeRange, spans: list[tuple[int, int]]) -> bool:
    """True when a range is one of the shifts, or runs from the start of one to the end of another; 1:00~5:30 may mean the afternoon."""
    for shift in (0, 720):
        start, end = found.start + shift, found.end + shift
        if start >= 1440 or (shift and found.start >= 720):
            continue
        if any(start == first for first, _ in spans) and any(end == last for _, last in spans):
            return True
    return False


def _about_work(found: TimeRange, text: str, name: str, spans: list[tuple[int, int]]) -> bool:
    """True when a differing range is clearly meant as the hours of work."""
    phrase = phrase_around(text, found.at, found.to)
    clause = clause_around(text, found.at, found.to)
    tail = text[found.to : found.to + 12]
    if _DENIED.search(phrase) or (_DENIED.search(clause) and len(time_ranges(clause)) > 1):
        return False
    if _INSIDE.search(tail) and any(found.start <= first and last <= found.end for first, last in spans):
        return False
    if name == "title":
        return not re.search(r"受付|電話|相談|開庁|窓口", phrase)
    if name in _BARE_FIELDS:
        return not _OTHER_CUE.search(phrase)
    if _CUE_AFTER.match(tail) or _CUE_BEFORE.search(text[max(0, found.at - 14) : found.at]):
        return not _NEVER_WORK.search(phrase)
    rest = clause.replace(found.text, "")
    if _WORK_CUE.search(rest):
        return not _OTHER_CUE.search(phrase.replace("接種会場", "").replace("会場", ""))
    if not _FILLERS.sub("", rest):
        return True
    inside = any(first <= found.start and found.end <= last for first, last in spans)
    return found.end - found.start >= 60 and not inside and not _OTHER_CUE.search(clause)


def _differs(name: str, written: str, field: str) -> Hit:
    return Hit(
        name,
        f"文章に「{written}」とありますが、勤務時間の欄は「{field}」です。",
        how="どちらが正しいか分からなくなるため、勤務時間の欄か文章の一方を直してください。",
    )
