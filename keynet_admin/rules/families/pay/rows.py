"""Rules about pay (WAGE). The checks stand in `amounts` (numbers) and `texts` (what texts say)."""

from datetime import date
from typing import Any, Final

from keynet_admin.rules.engine.row import ERROR, WARNING, example, row, warning_row
from keynet_admin.rules.engine.rule import Rule
from keynet_admin.rules.families.pay import amounts, texts

_SHOWN = "募集するときは賃金などの条件を示さなければなりません（職業安定法第5条の3）。"
_MINIMUM = "最低賃金法第4条（委託先による雇用）／地方公務員法第58条第1項（自治体の職員には適用なし）"
_ACCURATE = "職業安定法第5条の4（的確な表示）"
_PRIVATE: Final[dict[str, Any]] = {"engagement": "contractor", "employer": "株式会社海山医療", "probation": "none"}


RULES: tuple[Rule, ...] = (
    row(
        "WAGE-001",
        ("pay_lines",),
        basis="職業安定法第5条の3・同施行規則第4条の2 [S20, S22]",
        what="報酬の額を1行以上、数字で示すこと",
        why=f"{_SHOWN}「応相談」「当市規定による」では、応募する方が比べられません。",
        how="最低額が分かる数字を1行以上入力してください。経験などで変わるときは下限と上限を入力できます。",
        good=(example("1,472円", {"pay_lines.0.min": "1,472円"}),),
        bad=(
            example("当市規定による", {"pay_lines.0.min": "当市規定による"}),
            example("応相談", {"pay_lines.0.min": "応相談"}),
            example("空欄", pay_lines=[]),
        ),
        check=amounts.check_amount_given,
    ),
    row(
        "WAGE-002",
        ("pay_lines",),
        basis=f"{_ACCURATE} [S23]",
        what="下限が上限を超えないこと、上限だけを示さないこと",
        why="最も高い場合の額だけを示すと、実際より良い条件だと受け取られます。",
        how="最も低い場合の額を下限に、最も高い場合の額を上限に入力してください。",
        good=(example("1,472円～1,987円", {"pay_lines.0.min": 1472, "pay_lines.0.max": 1987}),),
        bad=(
            example("下限1,987円、上限1,472円", {"pay_lines.0.min": 1987, "pay_lines.0.max": 1472}),
            example("最大1,987円", {"pay_lines.0.min": None, "pay_lines.0.max": 1987}),
        ),
        check=amounts.check_range,
    ),
    row(
        "WAGE-003",
        ("pay_lines", "pay_type", "venue_city", "term_start", "term_end"),
        (ERROR, WARNING),
        basis=f"{_MINIMUM} [S31, S32, S33]",
        what="1時間当たりの額が、勤務地の最低賃金を下回らないこと（委託先の雇用は要修正、自治体の任用は要確認）",
        why="委託先の雇用では法律違反になります。自治体の職員に適用はありませんが、下回る募集は各地で批判を受け、見直されました。",
        how="額と単位をご確認ください。日額・1回・月額は、時間数で割った額で比べます。",
        good=(
            example("宮崎県で時間額1,472円（最低賃金793円）", {"pay_lines.0.min": 1472}),
            example(
                "報償費（雇用ではない）",
                {"pay_lines.0.min": 700},
                on=date(2021, 10, 4),
                engagement="honorarium",
                probation="none",
                job_type="other",
                job_other="会場の案内",
                title="会場の案内",
                duties=["reception"],
                duty_detail="来場した方の受付と場内の案内、書類の確認を行います。立ち仕事と座り仕事を交代します。",
                licenses=["none"],
            ),
        ),
        bad=(
            example("宮崎県で時間額780円（最低賃金793円）", {"pay_lines.0.min": 780}),
            example("委託先の雇用で時間額780円", {"pay_lines.0.min": 780}, **_PRIVATE),
            example("日額6,000円・8時間（1時間750円）", {"pay_lines.0.min": 6000, "pay_lines.0.hours_per_unit": 8}, pay_type="day"),
        ),
        check=amounts.check_minimum_wage,
    ),
    row(
        "WAGE-004",
        ("pay_lines", "pay_type"),
        basis="職業安定法第5条の3。1時間当たりの額を比べるために必要 [S20]",
        what="日額・1回・月額には、その時間数を示すこと",
        why="何時間分の額か分からないと、最低賃金と比べることも、応募する方がほかの募集と比べることもできません。",
        how="報酬の行の「1単位の時間」に、1日・1回・1か月の勤務時間を入力してください。",
        good=(example("1回2時間", {"pay_lines.0.min": 5000, "pay_lines.0.hours_per_unit": 2}, pay_type="session"),),
        bad=(
            example("1回（時間数なし）", {"pay_lines.0.min": 5000}, pay_type="session"),
            example("日額（時間数なし）", {"pay_lines.0.min": 12000}, pay_type="day"),
        ),
        check=amounts.check_unit_hours,
    ),
    warning_row(
        "WAGE-005",
        ("pay_lines", "term_start", "term_end", "venue_city"),
        basis=f"{_MINIMUM} [S31, S32, S33]",
        what="期間中に改定される最低賃金も下回らないこと",
        why="最低賃金は多くの県で10月に上がります。期間の途中から下回ることがあります。",
        how="改定後の額をご確認ください。途中で引き上げる場合は、報酬の補足に書いてください。",
        good=(example("茨城県で時間額1,100円", {"pay_lines.0.min": 1100}, venue_city="082015"),),
        bad=(
            example(
                "茨城県で時間額860円、2021年10月1日（879円に改定）をまたぐ期間",
                {"pay_lines.0.min": 860},
                venue_city="082015",
                term_start="2021-06-01",
                term_end="2022-02-28",
            ),
        ),
        check=amounts.check_later_revision,
    ),
    warning_row(
        "WAGE-006",
        ("pay_type", "pay_lines"),
        basis="自治体の募集の例 [S39, S40]",
        what="額が単位に合っていること",
        why="時間額の欄に日額を入れるなどの間違いが、そのまま公開されます。",
        how="額と単位をご確認ください。正しい場合は、そのまま理由を添えて送信できます。",
        good=(example("時間額1,500円", {"pay_lines.0.min": 1500}),),
        bad=(
            example("時間額15,000円", {"pay_lines.0.min": 15000}),
            example("日額1,500円", {"pay_lines.0.min": 1500, "pay_lines.0.hours_per_unit": 4}, pay_type="day"),
            example("月額23,000円", {"pay_lines.0.min": 23000, "pay_lines.0.hours_per_unit": 155}, pay_type="month"),
        ),
        check=amounts.check_unit_slip,
    ),
    warning_row(
        "WAGE-007",
        ("pay_lines", "job_type"),
        basis="自治体の募集と国の補助上限額の例 [S39, S40, S41, S42]",
        what="1時間当たりの額が、その職種で多い範囲にあること",
        why="医師5,000～50,000円、看護職1,000～6,000円、薬剤師1,200～8,000円、"
        "事務職員は最低賃金～2,500円から外れる額は、入力の間違いが多く見られます。",
        how="額と単位をご確認ください。正しい場合は、そのまま理由を添えて送信できます。",
        good=(example("看護師で時間額1,987円", {"pay_lines.0.min": 1987}),),
        bad=(example("看護師で時間額200円", {"pay_lines.0.min": 200}), example("看護師で時間額7,000円", {"pay_lines.0.min": 7000})),
        check=amounts.check_usual_range,
    ),
    row(
        "WAGE-008",
        ("fixed_ot", "fixed_ot_yen", "fixed_ot_hours", "fixed_ot_excess"),
        basis="職業安定法第5条の3・指針（固定残業代の明示） [S24]",
        what="固定残業代は、額・時間数・超過分の追加支給を示すこと",
        why="どこまでが固定分か分からないと、働いた分が支払われるか判断できません。",
        how="額、対応する時間数を入力し、超過分の追加支給を選んでください。",
        good=(example("10,000円・5時間・超過分支給", fixed_ot="yes", fixed_ot_yen=10000, fixed_ot_hours=5, fixed_ot_excess=True),),
        bad=(
            example("残業代込み（額と時間数なし）", fixed_ot="yes"),
            example("超過分の支給なし", fixed_ot="yes", fixed_ot_yen=10000, fixed_ot_hours=5, fixed_ot_excess=False),
        ),
        check=amounts.check_fixed_overtime,
    ),
    warning_row(
        "WAGE-009",
        ("pay_note", "other_allow", "duty_detail", "title", "fixed_ot"),
        basis="固定残業代の明示 [S24]",
        what="「残業代込み」などの言葉と固定残業代の欄が合っていること",
        why="固定残業代「なし」の募集に残業代込みとあると、どちらが正しいか分かりません。",
        how="含まれる場合は固定残業代を「あり」にし、含まれない場合は文を直してください。",
        good=(example("時間外勤務手当は別に支給", pay_note="時間外勤務手当は別に支給します。"),),
        bad=(example("残業代込み", pay_note="残業代込みの額です。"), example("みなし残業あり", other_allow="みなし残業あり")),
        check=texts.check_overtime_included,
    ),
    warning_row(
        "WAGE-010",
        ("pay_lines", "shifts", "pay_note"),
        basis="自治体の募集の例（平日と土日で額が異なる） [S39]",
        what="平日と土日祝で額が異なるときは、行を分けること",
        why="1行だけでは、土日祝に働く方の額が分かりません。",
        how="報酬の額の行を追加し、平日と土日祝の額をそれぞれ入力してください。",
        good=(
            example(
                "平日1,472円、土日1,987円",
                pay_lines=[{"label": "平日", "min": 1472}, {"label": "土日", "min": 1987}],
                pay_note="土日は平日と異なる額です。",
            ),
        ),
        bad=(example("土日は別途", pay_note="土日は別途"), example("土日祝は時給が上がります", pay_note="土日祝は時給が上がります。")),
        check=texts.check_weekend_pay,
    ),
    warning_row(
        "WAGE-011",
        ("title", "duty_detail", "pay_note", "pay_lines"),
        basis=f"{_ACCURATE} [S23]",
        what="文中の報酬の額が、報酬の欄の額と合っていること",
        why="見出しの額と条件の額が違うと、虚偽の表示になるおそれがあります。",
        how="文中の額を欄の額にそろえるか、欄に行を追加してください。",
        good=(example("欄と同じ額", {"pay_lines.0.min": 1987}, pay_note="時給1,987円のほか、通勤費（上限500円）を支給します。"),),
        bad=(example("時給3,000円！", title="看護師 時給3,000円！"),),
        check=texts.check_amounts_in_text,
    ),
    row(
        "WAGE-012",
        ("commute", "commute_cap"),
        basis="職業安定法第5条の3 [S22]",
        what="通勤費の支給方法と、上限・定額の額を示すこと",
        why=f"{_SHOWN}通勤費は応募の判断に大きく影響します。",
        how="支給方法を選び、「上限あり」「定額」の場合は額を入力してください。",
        good=(example("上限500円/日", commute="capped", commute_cap=500), example("なし", commute="none")),
        bad=(
            example("空欄", commute=None),
            example("上限あり（額なし）", commute="capped"),
            example("定額0円", commute="fixed", commute_cap=0),
        ),
        check=amounts.check_commute,
    ),
    warning_row(
        "WAGE-013",
        ("pay_type", "engagement", "weekly_hours"),
        basis="会計年度任用職員の勤務時間 [S35]",
        what="パートタイムの月額には、週の勤務時間を示すこと",
        why="短い勤務の月額は、時間が分からないと比べられません。",
        how="1週間の所定勤務時間を入力するか、時間額で入力してください。",
        good=(example("時間額", pay_type="hour"),),
        bad=(
            example(
                "月額のみ（週の時間なし）",
                {"pay_lines.0.min": 168700, "pay_lines.0.hours_per_unit": 120},
                pay_type="month",
                weekly_hours=None,
            ),
        ),
        check=amounts.check_monthly_part_time,
    ),
    row(
        "WAGE-014",
        ("pay_lines", "fixed_ot_yen", "commute_cap"),
        basis="入力の間違いの例",
        what="金額は円単位の整数であること（千円単位や小数でないこと）",
        why="1.5や1500千円のような入力は、1,500円か150万円か分かりません。",
        how="円単位の整数で入力してください。",
        good=(example("1500", {"pay_lines.0.min": "1500"}),),
        bad=(example("1.5", {"pay_lines.0.min": "1.5"}), example("1500千円", {"pay_lines.0.min": "1500千円"})),
    ),
    warning_row(
        "WAGE-015",
        ("title", "duty_detail", "pay_note"),
        basis=f"{_ACCURATE} [S23]",
        what="「高収入」「必ず」など、実際より良く見せる言葉を使わないこと",
        why="条件が分からないまま期待させる言葉は、誤解を生む表示として禁じられています。",
        how="額や条件を、そのまま数字と事実で書いてください。",
        good=(example("経験3年以上は1時間100円を加算", pay_note="経験3年以上の方は1時間100円を加算します。必ず事前にご連絡ください。"),),
        bad=(example("高収入保証", title="看護師募集 高収入保証"), example("日本一稼げる", pay_note="しっかり稼げる日本一の職場です。")),
        check=texts.check_tempting_words,
    ),
)
