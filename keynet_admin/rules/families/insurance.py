"""Rules INS-001 to INS-007: insurance and accident cover.

Thresholds (domain notes 2.4): health insurance and pension LIKELY before 2022-10-01, CERTAIN since (S37); employment insurance CERTAIN
(S38). A student's and an income's details are not in the form; where they decide, nothing is reported.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from keynet_admin.rules.engine.posting_values import day, is_employment, missing, number
from keynet_admin.rules.engine.row import example, row, warning_row
from keynet_admin.rules.engine.rule import Hit, Rule, Scope
from keynet_admin.rules.families.pay.minimum_wage import WEEKS_PER_MONTH, first_day, hourly_equivalents
from keynet_admin.rules.words.plain import PUBLIC_TEXT, WordList, clause_around, fields_with, plain

SHORT_COVER_FROM: Final = date(2022, 10, 1)
"""From this day 20 hours a week are covered when the term exceeds two months (before: one year), S37."""
TEN_HOURS_FROM: Final = date(2028, 10, 1)
"""From this day employment insurance begins at ten hours a week (before: twenty), S38."""
THREE_QUARTERS: Final = 38.75 * 3 / 4
MONTHLY_PAY: Final = 88_000
FAR_BELOW: Final = 15.0
"""Weekly hours under three quarters of the 20 hours of health insurance and pension: no reading of the law covers them."""
FAR_BELOW_EMPLOYMENT: Final = 10.0
FAR_BELOW_2028: Final = 7.5
"""The same for employment insurance: half of 20 hours, and three quarters of ten from 2028-10-01."""
_WORD: Final = {"health": "健康保険・共済", "pension": "厚生年金", "employment": "雇用保険", "by_hours": "勤務時間による"}


def chosen(scope: Scope) -> frozenset[str]:
    """The chosen insurances, empty when none or not understood."""
    value = scope.get("insurance")
    return frozenset(item for item in value if isinstance(item, str)) if isinstance(value, (list, tuple)) else frozenset()


def months_after(start: date, months: int) -> date:
    """The same day some months later, the month's last day where there is none such."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def check_chosen(scope: Scope) -> Iterator[Hit]:
    """INS-001: at least one choice, and なし not together with another."""
    if missing(scope, "insurance"):
        yield Hit("insurance", "加入する保険が選ばれていません。", how="加入しない場合は「なし」を選んでください。", example="雇用保険")
        return
    found = chosen(scope)
    if "none" in found and len(found) > 1:
        others = "・".join(_WORD[item] for item in ("health", "pension", "employment", "by_hours") if item in found)
        yield Hit(
            "insurance", f"「なし」と「{others}」が同時に選ばれています。", how="どちらか正しい方だけを選んでください。", example="雇用保険"
        )


def _monthly_pay(scope: Scope, weekly: float) -> float | None:
    """Least pay of a month in yen: the month's amount, else an hour's pay times the hours of 52/12 weeks."""
    pays = hourly_equivalents(scope)
    if not pays:
        return None
    if scope.get("pay_type") == "month":
        return float(min(pay.yen for pay in pays))
    return min(pay.hourly for pay in pays) * weekly * WEEKS_PER_MONTH


def required_cover(scope: Scope) -> list[str]:
    """The insurances that hours, term and pay call for on the first day of work, with the reason; empty when unsure."""
    weekly, start, end = number(scope.get("weekly_hours")), day(scope, "term_start"), day(scope, "term_end")
    if not weekly or weekly > 40 or start is None or end is None or end < start:
        return []
    on, result = first_day(scope), []
    days = (end - start).days + 1
    over_two_months = end >= months_after(start, 2)
    least = 10 if on >= TEN_HOURS_FROM else 20
    # Full-time and other regular appointments leave employment insurance once 退職手当 applies: not judged here.
    if weekly >= least and days >= 31 and scope.get("engagement") in ("fiscal_year_part_time", "special_part_time", "contractor"):
        result.append(f"雇用保険（週{least}時間以上・31日以上）")
    if weekly >= THREE_QUARTERS and over_two_months:
        result.append("健康保険・厚生年金（週の勤務時間が常勤の4分の3以上・2か月超）")
    elif weekly >= 20 and (over_two_months if on >= SHORT_COVER_FROM else end >= months_after(start, 12)):
        pay = _monthly_pay(scope, weekly)
        if pay is not None and pay >= MONTHLY_PAY:
            term = "2か月超" if on >= SHORT_COVER_FROM else "1年以上"
            result.append(f"健康保険・厚生年金（週20時間以上・月88,000円以上・{term}）")
    return result


def check_cover_missing(scope: Scope) -> Iterator[Hit]:
    """INS-002: the thresholds are met but no insurance is named."""
    if chosen(scope) != {"none"} or not is_employment(scope.record):
        return
    needed = required_cover(scope)
    if needed:
        weekly = number(scope.get("weekly_hours"))
        yield Hit(
            "insurance",
            f"保険は「なし」ですが、週{weekly:g}時間の勤務と期間から、{'と'.join(needed)}に加入する条件に当たります。",
            how="加入する保険を選ぶか、対象外となる理由をご確認ください。",
            example="雇用保険",
        )


FULL_COVER: Final = WordList(
    r"(?:社会保険|社保|各種保険|各種社会保険|保険)(?:等)?(?:を|は|も)?完備",
    r"(?:社会保険|社保|各種保険|各種社会保険|保険)(?:等)?(?:を|は|も)?完備(?:して(?:い)?(?:ません|ない)|では(?:ありません|ない))",
)


def check_cover_promised(scope: Scope) -> Iterator[Hit]:
    """INS-003: hours or term far below the thresholds, but insurance is promised. 報償費 and a contradictory choice are other rules'."""
    found = chosen(scope)
    weekly, start, end = number(scope.get("weekly_hours")), day(scope, "term_start"), day(scope, "term_end")
    if scope.get("engagement") == "honorarium" or ("none" in found and len(found) > 1) or weekly == 0:
        return
    short_term = start is not None and end is not None and 0 < (end - start).days + 1 <= 15 and scope.get("renewal") == "none"
    short_hours = weekly is not None and weekly < FAR_BELOW
    few_hours = weekly is not None and weekly < (FAR_BELOW_2028 if first_day(scope) >= TEN_HOURS_FROM else FAR_BELOW_EMPLOYMENT)
    reason = f"週{weekly:g}時間" if short_hours else "15日以内の期間"
    if (found & {"health", "pension"} and (short_hours or short_term)) or ("employment" in found and (few_hours or short_term)):
        yield _promise("insurance", reason)
    elif short_hours or short_term:
        for name, text in fields_with(scope, PUBLIC_TEXT):
            if FULL_COVER.find(text):
                yield _promise(name, reason)
                return


def _promise(name: str, reason: str) -> Hit:
    return Hit(
        name,
        f"{reason}の勤務は、社会保険や雇用保険に加入する条件を大きく下回ります。",
        how="加入できる条件を確かめ、「なし」または「勤務時間による」をご検討ください。",
        example="勤務時間による",
    )


def check_accident(scope: Scope) -> Iterator[Hit]:
    """INS-004: how accidents at work are covered; なし is impossible in employment."""
    if missing(scope, "accident"):
        yield Hit("accident", "災害補償が選ばれていません。", how="業務中のけがや感染に対する補償を選んでください。", example="労災保険")
    elif scope.get("accident") == "none" and is_employment(scope.record):
        yield Hit(
            "accident",
            "雇用または任用では、労災保険か公務災害補償のどちらかが必ず適用されます。",
            how="人事担当課にご確認のうえ選んでください。",
            example="労災保険",
        )


def check_honorarium(scope: Scope) -> Iterator[Hit]:
    """INS-005: 報償費 is not employment, so no employee's insurance goes with it."""
    if scope.get("engagement") != "honorarium":
        return
    words = "・".join(_WORD[item] for item in ("health", "pension", "employment", "by_hours") if item in chosen(scope))
    if words:
        yield Hit(
            "insurance",
            f"報償費による従事は雇用ではないため、「{words}」には加入しません。",
            how="任用・契約の形か、保険の選択をご確認ください。",
            example="なし",
        )


DEPENDANT: Final = WordList(
    r"扶養",
    r"扶養手当",
)
_EXCEPTION: Final = re.compile(
    r"特例|特別(?:な)?措置|収入[^。!?\n]{0,16}(?:含ま(?:ない|ず|れない|れず|れません)"
    r"|含め(?:ない|ず|ません|られません)|算入(?:しない|されない|せず|されず|しません|されません)"
    r"|算定[^。!?\n]{0,6}(?:外|除|されない|しない|されません|しません)|除外|除か?れ|カウント(?:しない|されない"
    r"|されません|しません|せず)|数え(?:ない|ず|ません|られません)|なりません|ならない|気にせず|気にしなくて)"
    r"|接種(?:業務|従事|の仕事)?[^。!?\n]{0,12}扶養[^。!?\n]{0,12}(?:影響(?:しない"
    r"|しません|がない|はない|ありません|なく)|関係(?:なく|ありません))"
    r"|超えても|外れません|外れない|外れず|(?:接種|ワクチン)[^。!?\n]{0,20}対象外"
)
_NOT_FOR_CLERKS: Final = re.compile(
    r"(?:特例|措置)[^。!?\n]{0,20}(?:対象外|対象と?に?(?:は)?なり?ません"
    r"|対象ではありません|適用(?:されません|がありません|外|はありません))"
    r"|(?:事務(?:職員|職)?|一般事務)(?:の方)?(?:は|には|については)[^。!?\n]{0,16}(?:対象外"
    r"|適用されません|対象になりません|対象ではありません|含まれます|適用外)"
    r"|(?:看護師|看護職|医療職|医療従事者|医師)(?:等|など)?(?:の方)?(?:のみ|だけ|に限)"
)


def check_dependants_exception(scope: Scope) -> Iterator[Hit]:
    """INS-006: the exception for vaccination pay (2021-04 to 2023-03) does not cover clerks."""
    if scope.get("job_type") != "clerical":
        return
    for name, text in fields_with(scope, PUBLIC_TEXT):
        for match in DEPENDANT.matches(text):
            sentence = clause_around(text, match.start(), match.end())
            if _EXCEPTION.search(sentence) and not _NOT_FOR_CLERKS.search(text):
                yield Hit(
                    name,
                    "接種の報酬を扶養の収入に数えない特例は、医療職が対象で、事務職員は対象になりません。",
                    how="応募する方が扶養から外れるおそれがあるため、文を直してください。",
                    example="特例の対象は看護師のみ",
                )
                break


_NO_CONDITION: Final = re.compile(
    r"(?:加入(?:の)?(?:有無)?(?:は|条件は)?)?(?:(?:勤務)?(?:時間|条件|日数|形態|状況|実績|内容)(?:数)?(?:等)?(?:に(?:より|よる"
    r"|よって|応じて|応じ)|次第)?(?:加入|決定|異なる|異なります|変わります|判断)?(?:します|する)?(?:場合あり|ことがあります)?"
    r"|(?:要|応)?(?:ご)?相談(?:ください)?|(?:別途|個別に|後日)(?:協議|相談|通知|お知らせ|説明|連絡|決定)?(?:します|する)?|(?:当市|本市"
    r"|当町|市の?|町の?)?(?:規定|規程)(?:に(?:よる|より))?|勤務(?:時間|条件|日数|形態"
    r"|状況)(?:数)?(?:等)?(?:に(?:より|よって|応じて)|次第で?)、?(?:健康保険|社会保険|厚生年金(?:保険)?|共済(?:組合)?"
    r"|雇用保険|各種保険|保険|等|など|及び|と|や|、|・|に|へ)+加入(?:します|する|できます|となります"
    r"|する場合があります)?|[^0-9。]{0,16}(?:へ|に|まで)?(?:お)?(?:問い?合わ?せ|尋ね|確認)(?:く?ださい"
    r"|を)?|未定|検討中|条件(?:あり|有)|あり|有り?|なし|同上|不明|加入(?:あり|予定)?)[。.]?"
)


def check_condition(scope: Scope) -> Iterator[Hit]:
    """INS-007: 勤務時間による needs the condition in words."""
    if "by_hours" not in chosen(scope):
        return
    if missing(scope, "insurance_note"):
        yield Hit(
            "insurance_note",
            "「勤務時間による」を選んだ場合は、どのような勤務で加入するかを保険の補足に入力してください。",
            example="週20時間以上かつ2か月を超える場合に加入",
        )
        return
    note = scope.get("insurance_note")
    if isinstance(note, str) and _NO_CONDITION.fullmatch(plain(note)):
        yield Hit(
            "insurance_note",
            f"「{note[:20]}」では加入の条件が分かりません。",
            how="週の時間数や期間を入力してください。",
            example="週20時間以上かつ2か月を超える場合に加入",
        )


_SHOWN = "職業安定法第5条の3・同施行規則第4条の2"
_THRESHOLDS = "健康保険法・厚生年金保険法の適用拡大、雇用保険法"
_HALF_YEAR: Final[dict[str, Any]] = {"term_start": "2021-06-01", "term_end": "2021-11-30", "pay_lines.0.min": 1500}
_WEEK25: Final[dict[str, Any]] = {
    **_HALF_YEAR,
    "shifts": [{"name": "日勤", "days": "月～金", "start": "9:00", "end": "14:00", "break": 0}],
    "pay_lines.0.label": "共通",
    "workdays_note": "週5日",
}

RULES: tuple[Rule, ...] = (
    row(
        "INS-001",
        ("insurance",),
        basis=f"{_SHOWN} [S20]",
        what="加入する保険を選ぶこと。「なし」はほかと一緒に選べません",
        why="保険に入れるかどうかは、募集で示さなければならない条件です。",
        how="該当する保険をすべて選ぶか、「なし」だけを選んでください。",
        good=(example("雇用保険", insurance=["employment"], weekly_hours=25, **_WEEK25),),
        bad=(example("空欄", insurance=[]), example("「なし」と「雇用保険」", insurance=["なし", "雇用保険"])),
        check=check_chosen,
    ),
    warning_row(
        "INS-002",
        ("insurance", "weekly_hours", "term_start", "term_end", "pay_lines"),
        basis=f"{_THRESHOLDS} [S37, S38]",
        what="加入の条件に当たる勤務で「なし」になっていないこと",
        why="条件に当たる方を加入させないと、後からさかのぼって加入や負担が必要になります。",
        how="週の時間、期間、額をご確認のうえ、加入する保険を選んでください。",
        good=(example("週9時間・なし", weekly_hours=9, insurance=["none"]),),
        bad=(
            example("週25時間・6か月・なし", **_WEEK25, weekly_hours=25, insurance=["none"]),
            example(
                "週12時間・5か月・なし（2028年10月から雇用保険は週10時間）",
                on=date(2028, 10, 10),
                weekly_hours=12,
                insurance=["none"],
                term_start="2028-11-01",
                term_end="2029-03-31",
            ),
        ),
        check=check_cover_missing,
    ),
    warning_row(
        "INS-003",
        ("insurance", "weekly_hours", "term_start", "term_end"),
        basis=f"{_THRESHOLDS}、職業安定法第5条の4 [S37, S38, S23]",
        what="加入の条件を大きく下回る勤務で、社会保険完備などと示さないこと",
        why="加入できない方に加入できると示すことになります。",
        how="「なし」または「勤務時間による」を選び、補足に条件を書いてください。",
        good=(example("勤務時間による", weekly_hours=9, insurance=["by_hours"], insurance_note="週20時間以上かつ2か月を超える場合に加入"),),
        bad=(
            example("週4時間・社会保険完備", weekly_hours=4, insurance=["none"], insurance_note="社会保険完備"),
            example("週4時間・健康保険と厚生年金", weekly_hours=4, insurance=["health", "pension", "employment"]),
        ),
        check=check_cover_promised,
    ),
    row(
        "INS-004",
        ("accident", "engagement"),
        basis=f"{_SHOWN}、労働者災害補償保険法・地方公務員災害補償法 [S20, S35]",
        what="災害補償を選ぶこと。雇用・任用では「なし」になりません",
        why="業務中のけがや感染の補償は、応募する方が最も気にする条件の1つです。",
        how="労災保険か公務災害補償を選んでください。どちらかは人事担当課にご確認ください。",
        good=(example("労災保険", accident="労災保険"),),
        bad=(example("なし", accident="なし"), example("空欄", accident=None)),
        check=check_accident,
    ),
    warning_row(
        "INS-005",
        ("engagement", "insurance"),
        basis="報償費による従事は雇用ではない [S40]",
        what="報償費による従事では、社会保険や雇用保険を選ばないこと",
        why="雇用ではないため加入しません。応募する方の誤解につながります。",
        how="保険を「なし」にするか、任用・契約の形を見直してください。",
        good=(example("なし", engagement="honorarium", probation="none", insurance=["none"]),),
        bad=(example("厚生年金", engagement="honorarium", insurance=["厚生年金"]),),
        check=check_honorarium,
    ),
    warning_row(
        "INS-006",
        ("pay_note", "insurance_note", "duty_detail", "job_type"),
        basis="被扶養者の収入確認の特例（2021年4月から2023年3月まで、医療職が対象） [S52]",
        what="扶養の特例を、事務職員にも当てはまるように書かないこと",
        why="特例の対象は医療職です。事務職員の方が扶養から外れるおそれがあります。",
        how="特例に触れる文を消すか、対象が医療職であることを書いてください。",
        good=(example("看護師の募集", pay_note="接種業務の収入は、特例により扶養の収入に含まれません。"),),
        bad=(
            example(
                "事務職員の募集で、特例により扶養内で働ける",
                job_type="clerical",
                insurance_note="ワクチン接種の特例により、収入を気にせず扶養内で働けます。",
            ),
        ),
        check=check_dependants_exception,
        valid_from=date(2021, 4, 1),
        valid_to=date(2023, 3, 31),
    ),
    row(
        "INS-007",
        ("insurance_note", "insurance"),
        basis=f"{_SHOWN} [S20]",
        what="「勤務時間による」には加入の条件を書くこと",
        why="条件がないと、応募する方は加入できるかどうか分かりません。",
        how="週の時間数や期間など、加入の条件を補足に入力してください。",
        good=(
            example(
                "週20時間以上かつ2か月を超える場合に加入", insurance=["by_hours"], insurance_note="週20時間以上かつ2か月を超える場合に加入"
            ),
        ),
        bad=(
            example("空欄", insurance=["by_hours"]),
            example("勤務時間による（条件なし）", insurance=["勤務時間による"], insurance_note="勤務時間による"),
        ),
        check=check_condition,
    ),
)
