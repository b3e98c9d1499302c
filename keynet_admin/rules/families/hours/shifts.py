"""Rules HOURS-001 to HOURS-012: shifts, breaks, the week, overtime."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from keynet_admin.rules.engine.posting_values import (
    clock_minutes,
    hours_text,
    missing,
    number,
    row_missing,
    shift_text,
    shifts,
    span_minutes,
    whole,
    work_minutes,
)
from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.families.hours.texts import check_night, check_text_hours, check_week


def check_shift_times(scope: Scope) -> Iterator[Hit]:
    """HOURS-001: at least one shift; each starts before it ends, or ends on the next day."""
    if missing(scope, "shifts"):
        yield Hit(
            "shifts",
            "勤務時間帯が入力されていません。",
            why="始業・終業の時刻は募集のときに示す必要があります（職業安定法第5条の3）。",
            how="1件以上入力してください（例：13:00～17:30、休憩0分）。",
        )
    for index, shift in shifts(scope):
        start, end = clock_minutes(shift.get("start")), clock_minutes(shift.get("end"))
        if start is None or end is None:
            for name, word in (("start", "始業"), ("end", "終業")):
                if row_missing(scope, "shifts", index, name):
                    yield Hit(
                        f"shifts.{index}.{name}",
                        f"勤務時間帯{index + 1}の{word}の時刻が入力されていません。",
                        how="24時間表記で入力してください（例：13:00～17:30）。",
                    )
            continue
        overnight = shift.get("end_next_day") is True
        if start >= end and not overnight:
            yield Hit(
                f"shifts.{index}.end",
                f"{shift_text(shift)}は、終業が始業より後になっていません。",
                how="時刻の入れ違いをご確認ください。翌日に終わる勤務であれば「翌日に終わる」を選んでください（例：20:00～翌8:30）。",
            )
        elif overnight and end > start and end != 1440:
            yield Hit(
                f"shifts.{index}.end_next_day",
                f"{shift_text(shift)}では24時間を超えます。",
                how="同じ日に終わる勤務であれば「翌日に終わる」を外してください。",
            )


def check_break(scope: Scope) -> Iterator[Hit]:
    """HOURS-002: the break that the Labour Standards Act asks for. For an honorarium, which is no employment, a warning."""
    for index, shift in shifts(scope):
        rest, work = whole(shift.get("break")), work_minutes(shift)
        if rest is None or work is None:
            continue
        needed = 60 if work > 480 else 45 if work > 360 else 0
        if rest >= needed:
            continue
        limit, fee = 8 if needed == 60 else 6, scope.get("engagement") == "honorarium"
        length = "雇用であれば{}分以上の休憩が必要な長さ" if fee else f"{limit}時間を超える場合は{{}}分以上の休憩が必要"
        yield Hit(
            f"shifts.{index}.break",
            f"{shift_text(shift)}は実働{hours_text(work)}です。",
            why=f"{length.format(needed)}です（労働基準法第34条）。",
            how="従事する方の体調のため、休憩の分数をご確認ください。" if fee else "休憩の分数をご確認ください。",
            level=WARNING if fee else ERROR,
            example=str(needed),
        )


def check_break_given(scope: Scope) -> Iterator[Hit]:
    """HOURS-003: the break is typed, 0 when there is none."""
    if scope.partial:
        return
    for index, _ in shifts(scope):
        if row_missing(scope, "shifts", index, "break"):
            yield Hit(
                f"shifts.{index}.break",
                f"勤務時間帯{index + 1}の休憩が入力されていません。",
                why="休憩は募集のときに示す必要があります。",
                how="分数を入力し、休憩がない場合は0と入力してください（例：60）。",
            )


def check_long_shift(scope: Scope) -> Iterator[Hit]:
    """HOURS-004: more than eight hours of work in one shift."""
    for index, shift in shifts(scope):
        work = work_minutes(shift)
        if work is not None and work > 480:
            yield Hit(
                f"shifts.{index}.end",
                f"{shift_text(shift)}（休憩{shift.get('break')}分）は実働{hours_text(work)}で、1日8時間を超えます（労働基準法第32条）。",
                how="変形労働時間制や時間外勤務による場合はその旨を書き、そうでなければ時刻と休憩をご確認ください。",
            )


def check_forty_hours(scope: Scope) -> Iterator[Hit]:
    """HOURS-005: more than forty hours a week."""
    weekly = number(scope.get("weekly_hours"))
    if weekly is not None and weekly > 40:
        yield Hit(
            "weekly_hours",
            f"1週間の所定勤務時間が{weekly:g}時間です。",
            why="週40時間を超えて定めることはできません（労働基準法第32条）。",
            how="38時間45分は38.75と入力してください。",
            example="38.75",
        )


def check_part_time(scope: Scope) -> Iterator[Hit]:
    """HOURS-006: a part-timer works less than the regular 38.75 hours."""
    weekly = number(scope.get("weekly_hours"))
    if scope.get("engagement") == "fiscal_year_part_time" and weekly is not None and weekly >= 38.75:
        yield Hit(
            "weekly_hours",
            f"会計年度任用職員（パートタイム）ですが、週{weekly:g}時間です。",
            why="週38時間45分以上はフルタイムに当たります（地方公務員法第22条の2）。",
            how="任用の形か勤務時間をご確認ください。",
        )


def check_full_time(scope: Scope) -> Iterator[Hit]:
    """HOURS-007: a full-timer works the regular hours: 38.75, in some bodies 40."""
    weekly = number(scope.get("weekly_hours"))
    if scope.get("engagement") == "fiscal_year_full_time" and weekly is not None and weekly not in (38.75, 40):
        yield Hit(
            "weekly_hours",
            f"会計年度任用職員（フルタイム）ですが、週{weekly:g}時間です。",
            why="フルタイムは通常38.75時間（38時間45分、団体により40時間）です。",
            how="任用の形か勤務時間をご確認ください。",
            example="38.75",
        )


def check_overtime(scope: Scope) -> Iterator[Hit]:
    """HOURS-009: overtime yes needs its hours; overtime no has none."""
    overtime = scope.get("overtime")
    given = (scope.unused if overtime == "no" else scope.record).get("overtime_hours")
    hours = number(given)
    if overtime == "yes" and (missing(scope, "overtime_hours") or hours == 0):
        yield Hit(
            "overtime_hours",
            "時間外勤務が「あり」ですが、月平均の時間数がありません。",
            how="おおよその時間数を入力してください（例：5）。",
            example="5",
        )
    elif overtime == "no" and hours is not None and hours > 0:
        yield Hit(
            "overtime_hours",
            f"時間外勤務が「なし」ですが、月平均{hours:g}時間とあります。",
            how="「あり」を選ぶか、時間数を消してください。",
            value=given,
        )


def check_long_break(scope: Scope) -> Iterator[Hit]:
    """HOURS-012: a break of more than half the span or of more than three hours."""
    for index, shift in shifts(scope):
        rest, span = whole(shift.get("break")), span_minutes(shift)
        if rest is None:
            continue
        if rest > 180 or (span is not None and rest * 2 > span):
            within = f"{shift_text(shift)}（{hours_text(span)}）のうち" if span is not None else ""
            yield Hit(
                f"shifts.{index}.break",
                f"{within}休憩が{rest}分になっています。",
                how="分の単位と桁に誤りがないかご確認ください（例：1時間は60）。",
                example="60",
            )


def _shift(start: str, end: str, rest: int | None, *days: str, overnight: bool = False) -> dict[str, object]:
    return {"name": "", "days": list(days or ("sat", "sun")), "start": start, "end": end, "end_next_day": overnight, "break": rest}


_FIVE: Final = ("mon", "tue", "wed", "thu", "fri")

RULES: tuple[Rule, ...] = (
    row(
        "HOURS-001",
        ("shifts",),
        basis="職業安定法第5条の3・施行規則第4条の2（始業・終業の時刻） [S20]",
        what="勤務時間帯が1件以上あり、始業が終業より前であること",
        why="時間は求職者が最も重く見る条件です（2019年度の調査で29%）。",
        how="24時間表記で入力し、翌日に終わる場合は「翌日に終わる」を選ぶか「翌8:30」と入力してください。",
        good=(
            example("13:00～17:30", shifts=[_shift("13:00", "17:30", 0)]),
            example("20:00～翌8:30", shifts=[_shift("20:00", "翌8:30", 60, "sat")], weekly_hours=11.5, pay_note="深夜割増あり"),
        ),
        bad=(example("17:30～13:00", shifts=[_shift("17:30", "13:00", 0)]), example("空欄", shifts=None)),
        check=check_shift_times,
    ),
    row(
        "HOURS-002",
        ("shifts.break",),
        (ERROR, WARNING),
        basis="労働基準法第34条（自治体にも適用） [S34]",
        what="実働6時間を超えたら45分、8時間を超えたら60分以上の休憩",
        why="休憩は法律で決められており、自治体の職員にも当てはまります。",
        how="休憩の分数か時刻を直してください。実働は、始業から終業までの時間から休憩を引いた時間です。",
        good=(
            example("8:30～17:15・60分", shifts=[_shift("8:30", "17:15", 60, "mon", "tue")], weekly_hours=15.5),
            example("9:00～15:00・0分（実働6時間ちょうど）", shifts=[_shift("9:00", "15:00", 0)], weekly_hours=12),
        ),
        bad=(example("9:00～16:30・30分", shifts=[_shift("9:00", "16:30", 30)], weekly_hours=14),),
        check=check_break,
    ),
    row(
        "HOURS-003",
        ("shifts.break",),
        basis="職業安定法第5条の3（休憩時間） [S20]",
        what="休憩を入力する（ない場合は0）",
        why="空欄では、休憩がないのか書き忘れか分かりません。",
        how="分数を入力してください。休憩がない場合は0です。",
        good=(example("0", shifts=[_shift("13:00", "17:30", 0)]),),
        bad=(example("空欄", shifts=[_shift("13:00", "17:30", None)]),),
        check=check_break_given,
    ),
    warning_row(
        "HOURS-004",
        ("shifts",),
        basis="労働基準法第32条（1日8時間） [S34b]",
        what="1回の実働が8時間を超えるときは確認",
        why="変形労働時間制などの手続きがない限り、1日8時間が上限です。",
        how="時刻と休憩を確認し、正しければ理由を添えて送信してください。",
        good=(example("実働7時間45分", shifts=[_shift("8:30", "17:15", 60, "mon", "tue")], weekly_hours=15.5),),
        bad=(example("実働11時間30分", shifts=[_shift("8:00", "20:30", 60, "sat")], weekly_hours=11.5),),
        check=check_long_shift,
    ),
    row(
        "HOURS-005",
        ("weekly_hours",),
        basis="労働基準法第32条（週40時間） [S34b]",
        what="1週間の所定勤務時間は40時間まで",
        why="法律の上限です。時間外勤務は含めません。",
        how="所定の時間だけを入力してください。38時間45分は38.75です。",
        good=(example("9", weekly_hours=9),),
        bad=(example("44", weekly_hours=44),),
        check=check_forty_hours,
    ),
    row(
        "HOURS-006",
        ("engagement", "weekly_hours"),
        basis="地方公務員法第22条の2第1項（パートタイムは常勤より短い） [S35]",
        what="パートタイムは週38.75時間未満",
        why="常勤と同じ時間ならフルタイムの任用で、給料や手当、退職手当の扱いが変わります。",
        how="任用の形をフルタイムにするか、時間を直してください。",
        good=(example("20", weekly_hours=20, shifts=[_shift("13:00", "17:00", 0, *_FIVE)], workdays_note="週5日", insurance=["by_hours"]),),
        bad=(example("パートタイムで38.75", weekly_hours=38.75, shifts=[_shift("8:30", "17:15", 60, *_FIVE)], workdays_note="週5日"),),
        check=check_part_time,
        valid_from=date(2020, 4, 1),
    ),
    warning_row(
        "HOURS-007",
        ("engagement", "weekly_hours"),
        basis="地方公務員法第22条の2（フルタイムは38時間45分。団体により40時間） [S35]",
        what="フルタイムで38.75時間でないときは確認",
        why="フルタイムは常勤の職員と同じ時間です。",
        how="任用の形か時間を直してください。",
        good=(
            example(
                "38.75",
                engagement="fiscal_year_full_time",
                weekly_hours=38.75,
                shifts=[_shift("8:30", "17:15", 60, *_FIVE)],
                workdays_note="週5日",
            ),
        ),
        bad=(example("フルタイムで30", engagement="fiscal_year_full_time", weekly_hours=30),),
        check=check_full_time,
        valid_from=date(2020, 4, 1),
    ),
    warning_row(
        "HOURS-008",
        ("shifts", "weekly_hours", "workdays_note"),
        basis="職業安定法第5条の4（的確な表示。矛盾の確認） [S23]",
        what="勤務時間帯×日数と、1週間の時間が合うこと（2割まで）",
        why="どちらを信じてよいか分からない募集には応募できません。",
        how="時間帯・曜日・日数・週の時間のどれかを直してください。",
        good=(
            example(
                "4.5時間×4日＝18", shifts=[_shift("13:00", "17:30", 0, "mon", "tue", "sat", "sun")], weekly_hours=18, workdays_note="週4日"
            ),
        ),
        bad=(example("4.5時間×2日で週30時間", shifts=[_shift("13:00", "17:30", 0)], weekly_hours=30),),
        check=check_week,
    ),
    row(
        "HOURS-009",
        ("overtime", "overtime_hours"),
        basis="職業安定法第5条の3・施行規則第4条の2（所定時間を超える労働の有無） [S20, S22]",
        what="時間外勤務の有無と時間数がそろっていること",
        why="時間外の有無と長さは、募集のときに示さなければならない条件です。",
        how="「あり」なら月平均の時間数を入力し、「なし」なら空欄にしてください。",
        good=(example("あり・5時間", overtime="yes", overtime_hours=5), example("なし・空欄", overtime="no")),
        bad=(example("あり・空欄", overtime="yes"), example("なし・10時間", overtime="no", overtime_hours=10)),
        check=check_overtime,
    ),
    warning_row(
        "HOURS-010",
        ("shifts", "pay_lines", "pay_note"),
        basis="労働基準法第37条第4項（深夜の割増）",
        what="22時～5時にかかる勤務は、深夜の割増を書く",
        why="深夜の割増は法律で決まっており、夜勤の応募を左右します。",
        how="報酬の行を夜勤で分けるか、補足に割増を書いてください。",
        good=(
            example(
                "深夜割増あり",
                shifts=[_shift("20:00", "8:30", 60, "sat", overnight=True)],
                weekly_hours=11.5,
                pay_note="深夜割増あり（25%）",
            ),
        ),
        bad=(example("割増の記載なし", shifts=[_shift("20:00", "8:30", 60, "sat", overnight=True)], weekly_hours=11.5),),
        check=check_night,
    ),
    warning_row(
        "HOURS-011",
        ("duty_detail", "title", "workdays_note", "shifts"),
        basis="職業安定法第5条の4（的確な表示） [S23]",
        what="文章の時刻や時間数が、勤務時間の欄と同じであること",
        why="一方だけを直して公開すると、誤った条件で応募を集めてしまいます。",
        how="欄か文章の一方を直してください。会場の開設時間や受付時間はそのまま書いて構いません。",
        good=(
            example("欄と同じ時刻", other_req="13:00～17:30に勤務できる方"),
            example("受付時間", support_note="電話の受付は9時から17時までです。"),
        ),
        bad=(
            example("欄は13:00～17:30", other_req="9:00～17:00に勤務できる方"),
            example("見出しの時刻が違う", title="集団接種の看護師（9時～12時）"),
        ),
        check=check_text_hours,
    ),
    warning_row(
        "HOURS-012",
        ("shifts.break",),
        basis="入力の誤りの確認",
        what="休憩が勤務の半分または180分を超えるときは確認",
        why="時間と分の取り違えや桁の誤りが多いところです。",
        how="分の単位で入力してください。1時間は60です。",
        good=(example("60分", shifts=[_shift("8:30", "17:15", 60, "mon", "tue")], weekly_hours=15.5),),
        bad=(example("600分", shifts=[_shift("8:30", "17:15", 600, "mon", "tue")], weekly_hours=15.5),),
        check=check_long_break,
    ),
)
