"""Checks of the pay's amounts: WAGE-001 to WAGE-008, WAGE-012 and WAGE-013."""

from collections.abc import Iterator
from typing import Final

from keynet_admin.rules.engine.posting_values import NURSING, day, is_private, long_day, missing, number, row_missing, rows, whole
from keynet_admin.rules.engine.row import ERROR, WARNING
from keynet_admin.rules.engine.rule import Hit, Scope
from keynet_admin.rules.families.pay.minimum_wage import (
    UNIT,
    HourlyPay,
    first_day,
    hourly_equivalents,
    minimum_wage,
    pay_rows,
    prefecture_name,
    revisions_within,
    venue_prefecture,
    wage_in_force,
)

DAY_LEAST: Final = 3_000
MONTH_LEAST: Final = 50_000
HOUR_MOST: Final = 10_000
_RANGES: Final = {"physician": (5_000, 50_000), "pharmacist": (1_200, 8_000), **dict.fromkeys(NURSING, (1_000, 6_000))}
CLERK_MOST: Final = 2_500
# A salary by the month leaves bonus and allowances out, so only what is far below the usual pay an hour is remarkable.
_MONTH_SHARE: Final = 0.7


def check_amount_given(scope: Scope) -> Iterator[Hit]:
    """WAGE-001: at least one line with a number. Words without a number (応相談) are refused when they are read."""
    lines = rows(scope, "pay_lines")
    if any(whole(row.get("min")) is not None for _, row in lines):
        return
    empty = all(row_missing(scope, "pay_lines", index, "min") for index, _ in lines) and not any(row.get("max") for _, row in lines)
    if empty if lines else missing(scope, "pay_lines"):
        yield Hit(
            "pay_lines.0.min" if lines else "pay_lines",
            "報酬の額が入力されていません。",
            how="最低額が分かる数字を1行以上入力してください。",
            example="1,472円",
        )


def check_range(scope: Scope) -> Iterator[Hit]:
    """WAGE-002: the lower bound is given and is not above the upper one. 「最大1,987円」 is refused when it is read."""
    for index, row in rows(scope, "pay_lines"):
        low, high = whole(row.get("min")), whole(row.get("max"))
        if low is not None and high is not None and low > high:
            yield Hit(
                f"pay_lines.{index}.max",
                f"下限{low:,}円が上限{high:,}円より高くなっています。",
                how="下限と上限が入れ替わっていないかご確認ください。",
                example="1,472円～1,987円",
            )
        elif high is not None and row_missing(scope, "pay_lines", index, "min"):
            yield Hit(
                f"pay_lines.{index}.min",
                f"上限{high:,}円だけが入力されています。",
                how="最も低い場合の額を下限に入力してください。",
                example="下限1,472円、上限1,987円",
            )


def _has_minimum(scope: Scope) -> bool:
    # 報償費 is not employment: no minimum wage exists for it (S40).
    return bool(scope.get("engagement") != "honorarium")


def check_minimum_wage(scope: Scope) -> Iterator[Hit]:
    """WAGE-003: an hour's pay is not below the regional minimum of the workplace when work begins."""
    if not _has_minimum(scope):
        return
    pays = hourly_equivalents(scope)
    wage = wage_in_force(scope) if pays else None
    if wage is None:
        return
    for pay in pays:
        if pay.below(wage.yen_per_hour):
            private = is_private(scope.record)
            yield Hit(
                f"pay_lines.{pay.index}.min",
                f"{pay.words}は、勤務地（{prefecture_name(wage.prefecture_code)}）の最低賃金{wage.yen_per_hour:,}円を下回っています。",
                why="委託先の雇用には最低賃金法が適用されます。" if private else "法律上の適用はありませんが、事務局で確認します。",
                how=f"{wage.yen_per_hour:,}円以上の額を入力してください。" if private else "金額に誤りがないかご確認ください。",
                level=ERROR if private else WARNING,
                example=f"時間額{wage.yen_per_hour:,}円以上",
            )


def check_unit_hours(scope: Scope) -> Iterator[Hit]:
    """WAGE-004: pay by day, session or month names its hours."""
    unit = scope.get("pay_type")
    if unit not in ("day", "session", "month"):
        return
    example = "152" if unit == "month" else "2"
    for index, row in rows(scope, "pay_lines"):
        hours = number(row.get("hours_per_unit"))
        name = f"pay_lines.{index}.hours_per_unit"
        if row_missing(scope, "pay_lines", index, "hours_per_unit") and whole(row.get("min")) is not None:
            word = "月額に対する1か月の勤務時間" if unit == "month" else f"{UNIT[unit]}が何時間分の額か"
            yield Hit(
                name,
                f"{word}が分かりません。",
                how="1時間当たりの額を比べられるように、時間数を入力してください。",
                example=f"{example}時間",
            )
        elif hours is not None and (hours <= 0 or (unit != "month" and hours > 24)):
            yield Hit(
                name,
                f"{UNIT[unit]}の時間数が{hours:g}時間になっています。",
                how=f"{('1か月' if unit == 'month' else '1日または1回')}の時間数を時間単位で入力してください。",
                example=f"{example}時間",
            )


def check_later_revision(scope: Scope) -> Iterator[Hit]:
    """WAGE-005: a higher minimum that is known takes effect inside the term, and the pay falls below it."""
    if not _has_minimum(scope):
        return
    end, pref = day(scope, "term_end"), venue_prefecture(scope)
    if end is None or not pref:
        return
    first = first_day(scope)
    coming = revisions_within(pref, first, end)
    if not coming:
        return
    now = minimum_wage(pref, first)
    for pay in hourly_equivalents(scope):
        if now is not None and pay.below(now.yen_per_hour):
            continue
        revision = next((w for w in coming if pay.below(w.yen_per_hour)), None)
        if revision is not None:
            yield Hit(
                f"pay_lines.{pay.index}.min",
                f"{pay.words}は、期間中の{long_day(revision.effective_from)}に改定される{prefecture_name(pref)}の最低賃金{revision.yen_per_hour:,}円を下回ります。",
                how="改定後の額をご確認ください。",
                example=f"{long_day(revision.effective_from)}から{revision.yen_per_hour:,}円以上",
            )


def check_unit_slip(scope: Scope) -> Iterator[Hit]:
    """WAGE-006: an amount that does not suit its unit."""
    unit, job = scope.get("pay_type"), scope.get("job_type")
    for index, row in pay_rows(scope):
        for column in ("min", "max"):
            yen = whole(row.get(column))
            if yen is None:
                continue
            if unit == "hour" and yen >= HOUR_MOST and job not in ("physician", "dentist"):
                how = "日額や1回の額ではないか、桁が1つ多くないかご確認ください。"
            elif unit == "day" and yen < DAY_LEAST:
                how = "時間額ではないかご確認ください。"
            elif unit == "month" and yen < MONTH_LEAST:
                how = "時間額や日額ではないかご確認ください。"
            else:
                continue
            yield Hit(f"pay_lines.{index}.{column}", f"{UNIT[unit]}が{yen:,}円になっています。", how=how, example="時間額1,500円")
            break


def _usual(scope: Scope, unit: str) -> tuple[int, int] | None:
    job = scope.get("job_type")
    if job == "clerical":
        wage = wage_in_force(scope)
        return (wage.yen_per_hour if wage else 0), CLERK_MOST
    bounds = _RANGES.get(job) if isinstance(job, str) else None
    if bounds and unit == "month":
        return int(bounds[0] * _MONTH_SHARE), bounds[1]
    return bounds


def check_usual_range(scope: Scope) -> Iterator[Hit]:
    """WAGE-007: an hour's pay outside what postings of that job paid (S39-S42)."""
    lows, highs = hourly_equivalents(scope), {pay.index: pay for pay in hourly_equivalents(scope, "max")}
    for pay in lows:
        bounds = _usual(scope, pay.unit)
        if bounds is None:
            return
        low, high = bounds
        most: HourlyPay = highs.get(pay.index, pay)
        if pay.below(low) or most.hourly > high:
            shown = pay if pay.below(low) else most
            column = "max" if shown is most and most is not pay else "min"
            yield Hit(
                f"pay_lines.{pay.index}.{column}",
                f"{shown.words}は、この職種で多い1時間当たり{low:,}円～{high:,}円の範囲から外れています。",
                how="額と単位をご確認ください。",
                example=f"{low:,}円～{high:,}円",
            )


def check_fixed_overtime(scope: Scope) -> Iterator[Hit]:
    """WAGE-008: fixed overtime pay names its amount, its hours and that the excess is paid."""
    if scope.get("fixed_ot") != "yes":
        return
    need = "固定残業代がある場合は、額、対応する時間数、超えた分を追加で支払うことの3つが必要です。"
    for name, label in (("fixed_ot_yen", "額"), ("fixed_ot_hours", "対応する時間数")):
        value = number(scope.get(name))
        if missing(scope, name) or (value is not None and value <= 0):
            yield Hit(name, f"固定残業代の{label}が入力されていません。", why=need, example="10,000円・5時間・超過分支給")
    name = "fixed_ot_excess"
    if missing(scope, name) or scope.get(name) is False:
        yield Hit(name, "固定残業時間を超えた分を追加で支払うことが確認できません。", why=need, example="超過分支給")


def check_commute(scope: Scope) -> Iterator[Hit]:
    """WAGE-012: how commuting is paid; an amount where there is a cap or a fixed sum."""
    if missing(scope, "commute"):
        yield Hit(
            "commute",
            "通勤費（費用弁償）の支給方法が選ばれていません。",
            how="支給しない場合は「なし」を選んでください。",
            example="上限あり・500円",
        )
        return
    kind, cap = scope.get("commute"), whole(scope.get("commute_cap"))
    if kind in ("capped", "fixed") and (missing(scope, "commute_cap") or (cap is not None and cap <= 0)):
        word = "上限額" if kind == "capped" else "定額"
        yield Hit("commute_cap", f"通勤費の{word}が入力されていません。", how="円単位で入力してください。", example="500円")


def check_monthly_part_time(scope: Scope) -> Iterator[Hit]:
    """WAGE-013: monthly pay of part-time staff says nothing without the weekly hours."""
    if scope.get("pay_type") == "month" and scope.get("engagement") == "fiscal_year_part_time":
        weekly = number(scope.get("weekly_hours"))
        if missing(scope, "weekly_hours") or weekly == 0:
            yield Hit(
                "weekly_hours",
                "パートタイムの月額は、1週間の勤務時間が分からないと比べられません。",
                how="1週間の所定勤務時間を入力するか、時間額で入力してください。",
                example="時間額1,472円",
            )
