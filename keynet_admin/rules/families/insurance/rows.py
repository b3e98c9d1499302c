"""Rules about insurance and accident cover (INS). The checks stand in `cover`."""

from datetime import date
from typing import Any, Final

from keynet_admin.rules.engine.row import WARNING, example, row
from keynet_admin.rules.engine.rule import Rule
from keynet_admin.rules.families.insurance import checks as cover

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
        check=cover.check_chosen,
    ),
    row(
        "INS-002",
        ("insurance", "weekly_hours", "term_start", "term_end", "pay_lines"),
        (WARNING,),
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
        check=cover.check_cover_missing,
    ),
    row(
        "INS-003",
        ("insurance", "weekly_hours", "term_start", "term_end"),
        (WARNING,),
        basis=f"{_THRESHOLDS}、職業安定法第5条の4 [S37, S38, S23]",
        what="加入の条件を大きく下回る勤務で、社会保険完備などと示さないこと",
        why="加入できない方に加入できると示すことになります。",
        how="「なし」または「勤務時間による」を選び、補足に条件を書いてください。",
        good=(example("勤務時間による", weekly_hours=9, insurance=["by_hours"], insurance_note="週20時間以上かつ2か月を超える場合に加入"),),
        bad=(
            example("週4時間・社会保険完備", weekly_hours=4, insurance=["none"], insurance_note="社会保険完備"),
            example("週4時間・健康保険と厚生年金", weekly_hours=4, insurance=["health", "pension", "employment"]),
        ),
        check=cover.check_cover_promised,
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
        check=cover.check_accident,
    ),
    row(
        "INS-005",
        ("engagement", "insurance"),
        (WARNING,),
        basis="報償費による従事は雇用ではない [S40]",
        what="報償費による従事では、社会保険や雇用保険を選ばないこと",
        why="雇用ではないため加入しません。応募する方の誤解につながります。",
        how="保険を「なし」にするか、任用・契約の形を見直してください。",
        good=(example("なし", engagement="honorarium", probation="none", insurance=["none"]),),
        bad=(example("厚生年金", engagement="honorarium", insurance=["厚生年金"]),),
        check=cover.check_honorarium,
    ),
    row(
        "INS-006",
        ("pay_note", "insurance_note", "duty_detail", "job_type"),
        (WARNING,),
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
        check=cover.check_dependants_exception,
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
        check=cover.check_condition,
    ),
)
