"""Rules DT-001 to DT-008: dates and times. Reading them is the normalisers' work; here are the rows and the checks on top."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from keynet_admin.rules.engine.row import ERROR, FIX, example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.normalise.dates import WEEKDAYS
from keynet_admin.rules.words.plain import PUBLIC_TEXT, public_text

DATE_FIELDS = ("term_start", "term_end", "deadline", "publish_from", "publish_until")
_IN_TEXT = re.compile(
    r"(?:(?:(?P<y>\d{4})[年/.]|(?P<era>令和|R)(?P<ey>元|\d{1,2})[年/.])\s*)?(?P<m>\d{1,2})(?:月|/)\s*(?P<d>\d{1,2})日?\s*[(（](?P<w>[月火水木金土日])(?:曜日?)?"
    r"(?:[・,、]?(?:祝日?|休日?))?[)）]"
)
_SOME_DATE = re.compile(r"\d[日 ]*\([月火水木金土日]").search
_WIDE = str.maketrans("０１２３４５６７８９／．", "0123456789/.")


def check_weekday_in_text(scope: Scope) -> Iterator[Hit]:
    """DT-004: a weekday in brackets after a date in a text agrees with it. Without a year, the coming months are meant."""
    if _SOME_DATE(public_text(scope)) is None:
        return
    for name in PUBLIC_TEXT:
        value = scope.record.get(name)
        if not isinstance(value, str) or ("(" not in value and "（" not in value):
            continue
        for match in _IN_TEXT.finditer(value.translate(_WIDE)):
            days = _meant(match, scope.on)
            if days and all(WEEKDAYS[day.weekday()] != match["w"] for day in days):
                day = days[0]
                right = WEEKDAYS[day.weekday()]
                yield Hit(
                    name,
                    f"「{match.group()}」：{day.year}年{day.month}月{day.day}日は{right}曜日です。",
                    how="日付か曜日のどちらかをご確認ください。",
                    example=f"{day.month}月{day.day}日({right})",
                )
                break


def _meant(match: re.Match[str], on: date) -> list[date]:
    month, day = int(match["m"]), int(match["d"])
    if match["y"]:
        years = [int(match["y"])]
    elif match["era"]:
        years = [2018 + (1 if match["ey"] == "元" else int(match["ey"]))]
    else:
        years = [on.year - 1, on.year, on.year + 1]
    found = []
    for year in years:
        try:
            made = date(year, month, day)
        except ValueError:
            continue
        if len(years) == 1 or on - timedelta(days=60) <= made <= on + timedelta(days=300):
            found.append(made)
    return found


def fiscal_year(day: date) -> int:
    """The Japanese fiscal year of a day: April to March."""
    return day.year if day.month >= 4 else day.year - 1


_POSTINGS_ONLY = frozenset({"postings"})


def _ordinary_days(on: date) -> tuple[str, str]:
    """The first and last day that nobody asks about, as ISO text, which compares as days do."""
    return on.isoformat(), date(min(on.year + 1, date.max.year), 12, 31).isoformat()


def check_plausible(scope: Scope) -> Iterator[Hit]:
    """DT-008: dates lie near the reference date and not in the past.

    In a municipality's own editor (only the section `postings` is judged) a term that has begun and a publication that has started
    are ordinary, so the past is not mentioned there.
    """
    editing = scope.sections == _POSTINGS_ONLY
    today, soon = _ordinary_days(scope.on)
    understood = scope.record.get
    # 31 March that ends the fiscal year after the present one: an ordinary end of a term, though up to two calendar years off.
    next_year_end = date(min(fiscal_year(scope.on) + 2, date.max.year), 3, 31)
    for name in DATE_FIELDS:
        value = understood(name)
        if not isinstance(value, str) or not value or today <= value <= soon:
            continue
        day = date.fromisoformat(value)
        shown = f"{day.year}年{day.month}月{day.day}日"
        if abs(day.year - scope.on.year) >= 2 and not scope.on < day <= next_year_end:
            yield Hit(
                name,
                f"{shown}は、今年（{scope.on.year}年）から2年以上離れています。",
                how="年の打ち間違いがないかご確認ください。",
                example=str(scope.on.year),
            )
        elif day < scope.on and not editing:
            yield Hit(name, f"{shown}は過ぎています。", how="日付をご確認ください。", example=scope.on.isoformat())


RULES: tuple[Rule, ...] = (
    row(
        "DT-001",
        DATE_FIELDS,
        (ERROR, FIX),
        basis="電子申請の入力規則（日付） [S67]",
        what="日付は西暦・和暦のどちらでも入力でき、西暦に整える",
        why="年のない日付や「下旬」では、期間や締切を計算できません。",
        how="年月日を入力してください（例：2021/5/7、令和3年5月7日、R3.5.7）。",
        good=(example("2021-05-07", deadline="2021-05-25"),),
        bad=(example("5/7", deadline="5/25"), example("R3.5.25（2021-05-25にします）", deadline="R3.5.25")),
    ),
    warning_row(
        "DT-002",
        DATE_FIELDS,
        basis="元号を改める政令（2019年5月1日施行）",
        what="終わった元号の年（平成33年など）は読み替えて示す",
        why="平成33年は令和3年のことですが、年の打ち間違いのこともあります。",
        how="読み替えた日付が正しいかご確認ください。",
        good=(example("令和3年", deadline="令和3年5月25日"),),
        bad=(example("平成33年", deadline="平成33年5月25日"),),
    ),
    row(
        "DT-003",
        DATE_FIELDS,
        basis="暦",
        what="実在する日付であること",
        why="2月30日のような日付は、どの日のことか決められません。",
        how="月末の日をご確認ください。",
        good=(example("2021-02-28", deadline="2021-05-28"),),
        bad=(example("2021-02-30", deadline="2021-02-30"), example("令和0年", deadline="令和0年5月7日")),
    ),
    warning_row(
        "DT-004",
        (*DATE_FIELDS, "duty_detail", "training_note"),
        basis="公告の慣行（日付と曜日の併記）",
        what="日付に添えた曜日が正しいこと",
        why="日付と曜日が食い違うと、応募する方が別の日に来てしまいます。",
        how="日付か曜日のどちらかを直してください。",
        good=(example("5月7日(金)", training_note="5月21日(金)に会場で2時間程度"),),
        bad=(
            example("5月7日(木)", training_note="5月21日(木)に会場で2時間程度"),
            example("締切日の曜日違い", deadline="令和3年5月25日(月)"),
        ),
        check=check_weekday_in_text,
    ),
    row(
        "DT-005",
        ("shifts.start", "shifts.end"),
        (ERROR, FIX),
        basis="時刻の書き方（24時間表記） [S68]",
        what="時刻は24時間表記に整える",
        why="書き方がそろうと、時間帯で探せるようになります。範囲の片方や2つの時間帯は読み取れません。",
        how="「13:30」「午後1時30分」のように入力してください。始業と終業は欄を分けてください。",
        good=(example("17:30", {"shifts.0.end": "17:30"}),),
        bad=(example("午後5時30分（17:30にします）", {"shifts.0.end": "午後5時30分"}), example("夕方ごろ", {"shifts.0.end": "夕方ごろ"})),
    ),
    row(
        "DT-006",
        ("shifts.start", "shifts.end"),
        basis="午前・午後の12時（明治5年太政官布告第337号） [S68]",
        what="「午後12時30分」のように昼か夜か分からない時刻でないこと",
        why="午後12時30分は昼とも夜とも読まれます。",
        how="「12:30」または「午後0時30分」と入力してください。",
        good=(example("12:30、午後0時30分", {"shifts.0.start": "午後0時30分"}),),
        bad=(example("午後12時30分", {"shifts.0.start": "午後12時30分"}),),
    ),
    row(
        "DT-007",
        ("shifts.start", "shifts.end"),
        basis="暦",
        what="分は0～59、時は23まで（24:00は終業だけ）",
        why="25:00のような時刻は、翌日のことか打ち間違いか分かりません。",
        how="日をまたぐ場合は終業に「翌1:00」と入力してください。",
        good=(example("終業に24:00", {"shifts.0.end": "18:00"}),),
        bad=(example("25:00", {"shifts.0.end": "25:00"}), example("13:75", {"shifts.0.start": "13:75"})),
    ),
    warning_row(
        "DT-008",
        DATE_FIELDS,
        basis="打ち間違いの確認（事務局の実務）",
        what="期間・締切・公開の日付が基準日から離れすぎず、過ぎていないこと",
        why="年の打ち間違いは、気づかれないまま公開されがちです。",
        how="年をご確認ください。翌年度に終わる期間は問題ありません。",
        good=(example("2021年", deadline="2021-05-25"),),
        bad=(example("2012年", deadline="2012-05-25"),),
        check=check_plausible,
    ),
)
