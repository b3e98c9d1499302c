"""Rules about insurance and accident cover (INS). The checks stand in `cover`."""

from datetime import date
from typing import Final

from keynet_admin.rules.engine.rule import Example, Level, Rule
from keynet_admin.rules.families.insurance import checks as cover

E, W = Level.ERROR, Level.WARNING
P: Final = "postings.0."
_SHOWN = "職業安定法第5条の3・同施行規則第4条の2"
_THRESHOLDS = "健康保険法・厚生年金保険法の適用拡大、雇用保険法"
_HALF_YEAR: Final = {P + "term_start": "2021-06-01", P + "term_end": "2021-11-30", P + "pay_lines.0.min": 1500}
_WEEK25: Final = {
    **_HALF_YEAR,
    P + "shifts": [{"name": "日勤", "days": "月～金", "start": "9:00", "end": "14:00", "break": 0}],
    P + "pay_lines.0.label": "共通",
    P + "workdays_note": "週5日",
}

RULES: tuple[Rule, ...] = (
    Rule(
        code="INS-001",
        fields=("insurance",),
        levels=(E,),
        basis=_SHOWN,
        sources=("S20",),
        what="加入する保険を選ぶこと。「なし」はほかと一緒に選べません",
        why="保険に入れるかどうかは、募集で示さなければならない条件です。",
        how="該当する保険をすべて選ぶか、「なし」だけを選んでください。",
        good=(Example({P + "insurance": ["employment"], P + "weekly_hours": 25, **_WEEK25}, "雇用保険"),),
        bad=(Example({P + "insurance": []}, "空欄"), Example({P + "insurance": ["なし", "雇用保険"]}, "「なし」と「雇用保険」")),
        check=cover.check_chosen,
    ),
    Rule(
        code="INS-002",
        fields=("insurance", "weekly_hours", "term_start", "term_end", "pay_lines"),
        levels=(W,),
        basis=_THRESHOLDS,
        sources=("S37", "S38"),
        what="加入の条件に当たる勤務で「なし」になっていないこと",
        why="条件に当たる方を加入させないと、後からさかのぼって加入や負担が必要になります。",
        how="週の時間、期間、額をご確認のうえ、加入する保険を選んでください。",
        good=(Example({P + "weekly_hours": 9, P + "insurance": ["none"]}, "週9時間・なし"),),
        bad=(
            Example({**_WEEK25, P + "weekly_hours": 25, P + "insurance": ["none"]}, "週25時間・6か月・なし"),
            Example(
                {P + "weekly_hours": 12, P + "insurance": ["none"], P + "term_start": "2028-11-01", P + "term_end": "2029-03-31"},
                "週12時間・5か月・なし（2028年10月から雇用保険は週10時間）",
                date(2028, 10, 10),
            ),
        ),
        check=cover.check_cover_missing,
    ),
    Rule(
        code="INS-003",
        fields=("insurance", "weekly_hours", "term_start", "term_end"),
        levels=(W,),
        basis=f"{_THRESHOLDS}、職業安定法第5条の4",
        sources=("S37", "S38", "S23"),
        what="加入の条件を大きく下回る勤務で、社会保険完備などと示さないこと",
        why="加入できない方に加入できると示すことになります。",
        how="「なし」または「勤務時間による」を選び、補足に条件を書いてください。",
        good=(
            Example(
                {P + "weekly_hours": 9, P + "insurance": ["by_hours"], P + "insurance_note": "週20時間以上かつ2か月を超える場合に加入"},
                "勤務時間による",
            ),
        ),
        bad=(
            Example({P + "weekly_hours": 4, P + "insurance": ["none"], P + "insurance_note": "社会保険完備"}, "週4時間・社会保険完備"),
            Example({P + "weekly_hours": 4, P + "insurance": ["health", "pension", "employment"]}, "週4時間・健康保険と厚生年金"),
        ),
        check=cover.check_cover_promised,
    ),
    Rule(
        code="INS-004",
        fields=("accident", "engagement"),
        levels=(E,),
        basis=f"{_SHOWN}、労働者災害補償保険法・地方公務員災害補償法",
        sources=("S20", "S35"),
        what="災害補償を選ぶこと。雇用・任用では「なし」になりません",
        why="業務中のけがや感染の補償は、応募する方が最も気にする条件の1つです。",
        how="労災保険か公務災害補償を選んでください。どちらかは人事担当課にご確認ください。",
        good=(Example({P + "accident": "労災保険"}, "労災保険"),),
        bad=(Example({P + "accident": "なし"}, "なし"), Example({P + "accident": None}, "空欄")),
        check=cover.check_accident,
    ),
    Rule(
        code="INS-005",
        fields=("engagement", "insurance"),
        levels=(W,),
        basis="報償費による従事は雇用ではない",
        sources=("S40",),
        what="報償費による従事では、社会保険や雇用保険を選ばないこと",
        why="雇用ではないため加入しません。応募する方の誤解につながります。",
        how="保険を「なし」にするか、任用・契約の形を見直してください。",
        good=(Example({P + "engagement": "honorarium", P + "probation": "none", P + "insurance": ["none"]}, "なし"),),
        bad=(Example({P + "engagement": "honorarium", P + "insurance": ["厚生年金"]}, "厚生年金"),),
        check=cover.check_honorarium,
    ),
    Rule(
        code="INS-006",
        fields=("pay_note", "insurance_note", "duty_detail", "job_type"),
        levels=(W,),
        basis="被扶養者の収入確認の特例（2021年4月から2023年3月まで、医療職が対象）",
        sources=("S52",),
        what="扶養の特例を、事務職員にも当てはまるように書かないこと",
        why="特例の対象は医療職です。事務職員の方が扶養から外れるおそれがあります。",
        how="特例に触れる文を消すか、対象が医療職であることを書いてください。",
        good=(Example({P + "pay_note": "接種業務の収入は、特例により扶養の収入に含まれません。"}, "看護師の募集"),),
        bad=(
            Example(
                {P + "job_type": "clerical", P + "insurance_note": "ワクチン接種の特例により、収入を気にせず扶養内で働けます。"},
                "事務職員の募集で、特例により扶養内で働ける",
            ),
        ),
        check=cover.check_dependants_exception,
        valid_from=date(2021, 4, 1),
        valid_to=date(2023, 3, 31),
    ),
    Rule(
        code="INS-007",
        fields=("insurance_note", "insurance"),
        levels=(E,),
        basis=_SHOWN,
        sources=("S20",),
        what="「勤務時間による」には加入の条件を書くこと",
        why="条件がないと、応募する方は加入できるかどうか分かりません。",
        how="週の時間数や期間など、加入の条件を補足に入力してください。",
        good=(
            Example(
                {P + "insurance": ["by_hours"], P + "insurance_note": "週20時間以上かつ2か月を超える場合に加入"},
                "週20時間以上かつ2か月を超える場合に加入",
            ),
        ),
        bad=(
            Example({P + "insurance": ["by_hours"]}, "空欄"),
            Example({P + "insurance": ["勤務時間による"], P + "insurance_note": "勤務時間による"}, "勤務時間による（条件なし）"),
        ),
        check=cover.check_condition,
    ),
)
