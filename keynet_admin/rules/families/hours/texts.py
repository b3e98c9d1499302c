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
    row_texts,
    text_of,
    time_ranges,
    times,
    written_number,
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
    return (min(fewest, len(high)) * low[0] if low else 0.0, min(utmost, len(high)) * high[0])


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
        labels = [plain(label) for _, line in rows(scope, "pay_lines") if isinstance(label := line.get("label"), str)]
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
_CUE_AFTER: Final = re.compile(
    r"(?:まで)?(?:の|に|で)?(?:間|時間帯|夜間|昼間|日中|夕方)?(?:に|の|は|、)?(?:会場(?:で|に)(?:の)?)?(?:勤務|就業|従事|出勤|働|シフト)"
)
_CUE_BEFORE: Final = re.compile(
    r"(?:勤務|就業|就労|労働|始業|従事)(?:の)?(?:時間|時刻)?(?:帯)?(?:は|:|が|\(|】|\]|」|・)*、?$|(?<![一-龠ァ-ヴ])時間帯?(?:は|:|】|\])*$"
)
_DENIED: Final = re.compile(
    r"ません|なし|(?:勤務|就業|シフト|こと)(?:は|が|も)な[いく]|ではな|(?:別の|別に|別途|他の|ほかの)(?:募集|方|職員|担当|チーム|看護師)"
)
_FILLERS: Final = re.compile(r"お?仕事|時間帯?|です|まで|から|ます|[はがのをで:、。,・*※■●【】()~-]")
_BRACKETS: Final = re.compile(r"[(][^()]*[)]")
_NEVER_WORK: Final = re.compile(r"研修|休憩|受付|時間外|延長|残業|場合|深夜|割増|例|電話")
_OTHER_CUE: Final = re.compile(
    r"受付|電話|面談|見学|選考|問合|お越し|持参|開庁|開館|開所|開園|開設|開場|開院|診療|営業|窓口|研修|説明会|面接|休憩|昼|送迎|バス|会場"
    r"|接種|予約|問い合わせ|試験|利用|保育時間|授業|登校|深夜|割増|加算"
    r"|場合|例|朝礼|ミーティング|打合|打ち合わせ|休診|登園|来場|来院|外来|健診|検診|延長|残業|時間外|コール|相談"
    r"|対応可|連絡|混雑|ピーク|集合|駐車|行事|イベント|公演|放送|夜間|時給|手当|円"
)
_INSIDE: Final = re.compile(r"のうち|の間|間で|範囲|以内|いずれか|程度|の中|から選|のどこか|どちらか|ほか|など|等|または|又は|もしくは")
# 「9時から17時まで、接種を行います」: no subject but the one who applies.
_ACTION: Final = re.compile(r"(?:まで)?(?:の間)?(?:に)?、?[^はが]{0,120}(?:行[いっう]|担当し|従事し|お願い|受け持ち)(?:ます|て|し|いた|$)")
# 「救急隊は9時から18時まで」: somebody or something else is meant.
_OTHERS: Final = re.compile(r"(?<!時間)(?<!看護師)(?<!の方)(?<!時刻)[はが]、?[^はが]{0,12}$")
_RANGE_FIELDS: Final = ("title", "workdays_note", "duty_detail", "other_req", "pay_note", "support_note", "holidays", "training_note")
_BARE_FIELDS: Final = ("title", "workdays_note")
_WEEK_HOURS: Final = re.compile(
    r"週(?:に|の(?:所定)?勤務時間は|あたり|当たり|所定)?:?(\d{1,2}(?:\.\d{1,2})?)時間(?:(\d{1,2})分|半)?(?P<near>程度|前後|くらい)?(?!\d"
    r"|以[上内下]|未満|程度|を超|超|~|-|前後|まで|から|、\d)"
)
_DAY_HOURS: Final = re.compile(
    r"(?:[1一][日回]|日[×x]|[実稼]働(?:時間)?|拘束(?:時間)?|(?:所定)?(?:勤務|労働)時間は[1一]日)(?:の(?:所定)?(?:勤務|労働)(?:時間)?)?(?:は|で|あたり|当たり|につき|に)?:?(\d{1,2}(?:\.\d{1,2})?"
    r"|[一二三四五六七八九十]{1,2})時間"
    r"(?:(\d{1,2})分(?!を)|半)?(?P<near>程度|前後|くらい|以上)?(?!\d|以[上内下]|未満|程度|を超|超|~|-|前後|まで|から|ごと|おき|に\d)"
)
_WORKED: Final = re.compile(r"勤務|就業|従事|働|労働|実働|分を?(?:お?支|支給)|シフト|拘束")
_WEEK_OTHER: Final = re.compile(r"保険|加入|扶養|上限|共済|年金|他|フルタイム|常勤|正規|最大|場合|未満|以上|平均|残業")


def check_text_hours(scope: Scope) -> Iterator[Hit]:
    """HOURS-011: a range of hours, or hours a week or a day, in the text that differ from the fields."""
    lines = [row for _, row in shifts(scope)]
    spans = [span for row in lines if (span := _span(row)) is not None]
    weekly = number(scope.get("weekly_hours"))
    for name, text in row_texts(scope):
        own = _span(dict(shifts(scope))[int(name.split(".")[1])]) if name.startswith("shifts.") else None
        for found in time_ranges(text):
            if spans and not _agrees(found, [own] if own else spans) and not any(s <= found.start and found.end <= e for s, e in spans):
                yield _differs(name, found.text, "、".join(shift_text(row) for row in lines))
                return
    for name, text in fields_with(scope, _RANGE_FIELDS):
        if "時" not in text and ":" not in text:
            continue
        if spans and len(spans) == len(lines):
            for found in time_ranges(text):
                if not _agrees(found, spans) and _about_work(found, text, name, spans):
                    yield _differs(name, found.text, "、".join(shift_text(row) for row in lines))
                    return
            for written in _ends(text, spans, bare=name in _BARE_FIELDS and not _OTHER_CUE.search(_VENUE.sub("", text))):
                yield _differs(name, written, "、".join(shift_text(row) for row in lines))
                return
        if weekly is not None and name in ("title", "workdays_note", "duty_detail"):
            for match in _WEEK_HOURS.finditer(text):
                phrase = phrase_around(text, match.start(), match.end())
                if not _fits(match, {round(weekly * 60) + minute for minute in (-1, 0, 1)}) and not _WEEK_OTHER.search(phrase):
                    yield _differs(name, match.group(), f"週{weekly:g}時間")
                    return
        works = {minutes for row in lines for minutes in (work_minutes(row), span_minutes(row)) if minutes is not None}
        if works and name != "training_note":
            for match in _DAY_HOURS.finditer(text):
                phrase = phrase_around(text, match.start(), match.end())
                if name not in _BARE_FIELDS and not _WORKED.search(phrase):
                    continue
                if not _fits(match, works) and not _WEEK_OTHER.search(phrase.replace(match["near"] or " ", "")):
                    yield _differs(name, match.group(), "、".join(shift_text(row) for row in lines))
                    return


# The time itself stands as @.
_BEGINS: Final = re.compile(
    r"(?:始業|(?:勤務|就業|従事)の?開始|出勤|(?<![一-龠の])開始(?=時刻))(?:の?時[刻間])?(?:は|:|が|\()?@"
    r"|(?:勤務|就業|従事|シフト|[日夜]勤|早番|遅番|中番)(?:時間)?(?:は|が|:)?@(?:開始|から|より|スタート)|@からの(?:勤務|就業|シフト|従事)"
    r"|@(?:に|から|より)?(?:出勤|始業|(?:勤務|就業|従事|仕事)を?(?:開始|始め|でき|可能|して|し、|スタート)|(?:勤務|仕事)に(?:就|入)|働)"
)
_STOPS: Final = re.compile(
    r"(?:終業|(?:勤務|就業|従事)の?終了|退勤|(?<![一-龠の])終了(?=時刻))(?:の?時[刻間])?(?:は|:|が|\()?@|(?:勤務|就業|従事)は@まで"
    r"|[、・]@(?:終了|終わり|上がり)|@までの(?:勤務|就業|シフト|従事)"
    r"|@(?:に|で)?(?:退勤|終業|(?:勤務|就業|従事|仕事)(?:を|が)?終[了わえ])|@まで[^。、@はが]{0,6}(?:勤務|就業|従事|働|残[れっ]|入れる|いられる)"
)

_BARE_BEGIN: Final = re.compile(r"@(?:(?:から|より)(?=$|[、。)])|スタート|始まり|始め|開始)")
_VENUE: Final = re.compile(r"(?:集団)?接種会場|集団接種")
_BARE_STOP: Final = re.compile(r"^(?!.*(?:提出|締|申|回答|[日月]@)).*@まで(?=$|[、。)])")


def _ends(text: str, spans: list[tuple[int, int]], *, bare: bool) -> Iterator[str]:
    """Single times at which the text lets work begin or end, where no shift does: 始業9時, 19時まで勤務できる方. `bare`: 8時から is enough."""
    begins, stops = {start for start, _ in spans}, {end % 1440 for _, end in spans}
    ranges = [(found.at, found.to) for found in time_ranges(text)]
    for found in times(text):
        around = f"{text[max(0, found.at - 12) : found.at]}@{text[found.to : found.to + 14]}"
        readings = {found.start % 1440, (found.start + 720) % 1440}
        told = [(_BEGINS, begins), (_STOPS, stops), *([(_BARE_BEGIN, begins), (_BARE_STOP, stops)] if bare else [])]
        if not any(pattern.search(around) and not readings & known for pattern, known in told):
            continue
        phrase = phrase_around(text, found.at, found.to)
        if not (any(at <= found.at < to for at, to in ranges) or _NEVER_WORK.search(phrase) or _DENIED.search(phrase)):
            yield found.text


def _hours(match: re.Match[str]) -> float:
    half = 0.5 if match.group().endswith("半") else 0.0
    return (float(match[1]) if match[1][0].isdigit() else written_number(match[1])) + (int(match[2]) / 60 if match[2] else half)


def _fits(match: re.Match[str], minutes: set[int]) -> bool:
    """Whether a written number of hours agrees with one of the fields'; 程度 leaves a quarter, 以上 is wrong only above all of them."""
    written = round(_hours(match) * 60)
    if match["near"] == "以上":
        return written <= max(minutes) or _DENIED.search(phrase_around(match.string, match.start(), match.end())) is not None
    return any(abs(written - one) <= (written * 0.25 if match["near"] else 0) for one in minutes)


def _span(row: Shift) -> tuple[int, int] | None:
    """Start and end of a shift in minutes after midnight, the end over 1440 when it is on the next day."""
    start, span = clock_minutes(row.get("start")), span_minutes(row)
    return (start, start + span) if start is not None and span else None


def _agrees(found: TimeRange, spans: list[tuple[int, int]]) -> bool:
    """True when a range is one of the shifts, or runs from the start of one to the end of another; 1:00~5:30 may mean the afternoon."""
    for shift in (0, 720):
        start, end = found.start + shift, found.end + shift
        if start >= 1440:
            continue
        if any(start == first for first, _ in spans) and any(end == last for _, last in spans):
            return True
    return False


def _about_work(found: TimeRange, text: str, name: str, spans: list[tuple[int, int]]) -> bool:
    """True when a differing range is clearly meant as the hours of work."""
    phrase = phrase_around(text, found.at, found.to)
    clause = clause_around(text, found.at, found.to)
    tail = text[found.to : found.to + 20]
    if _DENIED.search(phrase) or (_DENIED.search(clause) and len(time_ranges(clause)) > 1):
        return False
    if _INSIDE.search(tail) and any(found.start <= first and last <= found.end for first, last in spans):
        return False
    if name == "title":
        return not re.search(r"受付|電話|相談|開庁|窓口", phrase)
    if name in _BARE_FIELDS:
        return not _OTHER_CUE.search(phrase.replace(found.text, ""))
    told = _CUE_BEFORE.search(text[max(0, found.at - 14) : found.at])
    if told or name == "training_note":
        return told is not None and not _NEVER_WORK.search(_BRACKETS.sub("", phrase))
    if _CUE_AFTER.match(tail):
        return not _NEVER_WORK.search(phrase)
    rest = clause.replace(found.text, "")
    if _WORK_CUE.search(rest):
        return not _OTHER_CUE.search(phrase.replace("接種会場", "").replace("会場", ""))
    if not _FILLERS.sub("", rest):
        return True
    inside = any(first <= found.start and found.end <= last for first, last in spans)
    if found.end - found.start < 60 or inside or _OTHERS.search(clause.partition(found.text)[0]):
        return False
    own = clause.startswith(found.text) and _ACTION.match(clause, len(found.text)) is not None
    return not _OTHER_CUE.search(rest.replace("接種", "").replace("会場", "") if own else rest)


def _differs(name: str, written: str, field: str) -> Hit:
    return Hit(
        name,
        f"文章に「{written}」とありますが、勤務時間の欄は「{field}」です。",
        how="どちらが正しいか分からなくなるため、勤務時間の欄か文章の一方を直してください。",
    )
