"""Rules about pay (WAGE). The checks stand in `pay_amounts` (numbers) and `pay_texts` (what texts say)."""

from datetime import date
from typing import Final

from keynet_admin.rules.engine.rule import Example, Level, Rule
from keynet_admin.rules.families.pay import amounts, texts

E, W = Level.ERROR, Level.WARNING
P: Final = "postings.0."
_SHOWN = "募集するときは賃金などの条件を示さなければなりません（職業安定法第5条の3）。"
_MINIMUM = "最低賃金法第4条（委託先による雇用）／地方公務員法第58条第1項（自治体の職員には適用なし）"
_ACCURATE = "職業安定法第5条の4（的確な表示）"
_PRIVATE = {P + "engagement": "contractor", P + "employer": "株式会社海山医療", P + "probation": "none"}


RULES: tuple[Rule, ...] = (
    Rule(
        code="WAGE-001",
        fields=("pay_lines",),
        levels=(E,),
        basis="職業安定法第5条の3・同施行規則第4条の2",
        sources=("S20", "S22"),
        what="報酬の額を1行以上、数字で示すこと",
        why=f"{_SHOWN}「応相談」「当市規定による」では、応募する方が比べられません。",
        how="最低額が分かる数字を1行以上入力してください。経験などで変わるときは下限と上限を入力できます。",
        good=(Example({P + "pay_lines.0.min": "1,472円"}, "1,472円"),),
        bad=(
            Example({P + "pay_lines.0.min": "当市規定による"}, "当市規定による"),
            Example({P + "pay_lines.0.min": "応相談"}, "応相談"),
            Example({P + "pay_lines": []}, "空欄"),
        ),
        check=amounts.check_amount_given,
    ),
    Rule(
        code="WAGE-002",
        fields=("pay_lines",),
        levels=(E,),
        basis=_ACCURATE,
        sources=("S23",),
        what="下限が上限を超えないこと、上限だけを示さないこと",
        why="最も高い場合の額だけを示すと、実際より良い条件だと受け取られます。",
        how="最も低い場合の額を下限に、最も高い場合の額を上限に入力してください。",
        good=(Example({P + "pay_lines.0.min": 1472, P + "pay_lines.0.max": 1987}, "1,472円～1,987円"),),
        bad=(
            Example({P + "pay_lines.0.min": 1987, P + "pay_lines.0.max": 1472}, "下限1,987円、上限1,472円"),
            Example({P + "pay_lines.0.min": None, P + "pay_lines.0.max": 1987}, "最大1,987円"),
        ),
        check=amounts.check_range,
    ),
    Rule(
        code="WAGE-003",
        fields=("pay_lines", "pay_type", "venue_city", "term_start", "term_end"),
        levels=(E, W),
        basis=_MINIMUM,
        sources=("S31", "S32", "S33"),
        what="1時間当たりの額が、勤務地の最低賃金を下回らないこと（委託先の雇用は要修正、自治体の任用は要確認）",
        why="委託先の雇用では法律違反になります。自治体の職員に適用はありませんが、下回る募集は各地で批判を受け、見直されました。",
        how="額と単位をご確認ください。日額・1回・月額は、時間数で割った額で比べます。",
        good=(
            Example({P + "pay_lines.0.min": 1472}, "宮崎県で時間額1,472円（最低賃金793円）"),
            Example(
                {
                    P + "engagement": "honorarium",
                    P + "probation": "none",
                    P + "job_type": "other",
                    P + "job_other": "会場の案内",
                    P + "title": "会場の案内",
                    P + "duties": ["reception"],
                    P + "duty_detail": "来場した方の受付と場内の案内、書類の確認を行います。立ち仕事と座り仕事を交代します。",
                    P + "licenses": ["none"],
                    P + "pay_lines.0.min": 700,
                },
                "報償費（雇用ではない）",
                date(2021, 10, 4),
            ),
        ),
        bad=(
            Example({P + "pay_lines.0.min": 780}, "宮崎県で時間額780円（最低賃金793円）"),
            Example({**_PRIVATE, P + "pay_lines.0.min": 780}, "委託先の雇用で時間額780円"),
            Example(
                {P + "pay_type": "day", P + "pay_lines.0.min": 6000, P + "pay_lines.0.hours_per_unit": 8},
                "日額6,000円・8時間（1時間750円）",
            ),
        ),
        check=amounts.check_minimum_wage,
    ),
    Rule(
        code="WAGE-004",
        fields=("pay_lines", "pay_type"),
        levels=(E,),
        basis="職業安定法第5条の3。1時間当たりの額を比べるために必要",
        sources=("S20",),
        what="日額・1回・月額には、その時間数を示すこと",
        why="何時間分の額か分からないと、最低賃金と比べることも、応募する方がほかの募集と比べることもできません。",
        how="報酬の行の「1単位の時間」に、1日・1回・1か月の勤務時間を入力してください。",
        good=(Example({P + "pay_type": "session", P + "pay_lines.0.min": 5000, P + "pay_lines.0.hours_per_unit": 2}, "1回2時間"),),
        bad=(
            Example({P + "pay_type": "session", P + "pay_lines.0.min": 5000}, "1回（時間数なし）"),
            Example({P + "pay_type": "day", P + "pay_lines.0.min": 12000}, "日額（時間数なし）"),
        ),
        check=amounts.check_unit_hours,
    ),
    Rule(
        code="WAGE-005",
        fields=("pay_lines", "term_start", "term_end", "venue_city"),
        levels=(W,),
        basis=_MINIMUM,
        sources=("S31", "S32", "S33"),
        what="期間中に改定される最低賃金も下回らないこと",
        why="最低賃金は多くの県で10月に上がります。期間の途中から下回ることがあります。",
        how="改定後の額をご確認ください。途中で引き上げる場合は、報酬の補足に書いてください。",
        good=(Example({P + "pay_lines.0.min": 1100, P + "venue_city": "082015"}, "茨城県で時間額1,100円"),),
        bad=(
            Example(
                {P + "venue_city": "082015", P + "pay_lines.0.min": 860, P + "term_start": "2021-06-01", P + "term_end": "2022-02-28"},
                "茨城県で時間額860円、2021年10月1日（879円に改定）をまたぐ期間",
            ),
        ),
        check=amounts.check_later_revision,
    ),
    Rule(
        code="WAGE-006",
        fields=("pay_type", "pay_lines"),
        levels=(W,),
        basis="自治体の募集の例",
        sources=("S39", "S40"),
        what="額が単位に合っていること",
        why="時間額の欄に日額を入れるなどの間違いが、そのまま公開されます。",
        how="額と単位をご確認ください。正しい場合は、そのまま理由を添えて送信できます。",
        good=(Example({P + "pay_lines.0.min": 1500}, "時間額1,500円"),),
        bad=(
            Example({P + "pay_lines.0.min": 15000}, "時間額15,000円"),
            Example({P + "pay_type": "day", P + "pay_lines.0.min": 1500, P + "pay_lines.0.hours_per_unit": 4}, "日額1,500円"),
            Example({P + "pay_type": "month", P + "pay_lines.0.min": 23000, P + "pay_lines.0.hours_per_unit": 155}, "月額23,000円"),
        ),
        check=amounts.check_unit_slip,
    ),
    Rule(
        code="WAGE-007",
        fields=("pay_lines", "job_type"),
        levels=(W,),
        basis="自治体の募集と国の補助上限額の例",
        sources=("S39", "S40", "S41", "S42"),
        what="1時間当たりの額が、その職種で多い範囲にあること",
        why="医師5,000～50,000円、看護職1,000～6,000円、薬剤師1,200～8,000円、"
        "事務職員は最低賃金～2,500円から外れる額は、入力の間違いが多く見られます。",
        how="額と単位をご確認ください。正しい場合は、そのまま理由を添えて送信できます。",
        good=(Example({P + "pay_lines.0.min": 1987}, "看護師で時間額1,987円"),),
        bad=(Example({P + "pay_lines.0.min": 200}, "看護師で時間額200円"), Example({P + "pay_lines.0.min": 7000}, "看護師で時間額7,000円")),
        check=amounts.check_usual_range,
    ),
    Rule(
        code="WAGE-008",
        fields=("fixed_ot", "fixed_ot_yen", "fixed_ot_hours", "fixed_ot_excess"),
        levels=(E,),
        basis="職業安定法第5条の3・指針（固定残業代の明示）",
        sources=("S24",),
        what="固定残業代は、額・時間数・超過分の追加支給を示すこと",
        why="どこまでが固定分か分からないと、働いた分が支払われるか判断できません。",
        how="額、対応する時間数を入力し、超過分の追加支給を選んでください。",
        good=(
            Example(
                {P + "fixed_ot": "yes", P + "fixed_ot_yen": 10000, P + "fixed_ot_hours": 5, P + "fixed_ot_excess": True},
                "10,000円・5時間・超過分支給",
            ),
        ),
        bad=(
            Example({P + "fixed_ot": "yes"}, "残業代込み（額と時間数なし）"),
            Example(
                {P + "fixed_ot": "yes", P + "fixed_ot_yen": 10000, P + "fixed_ot_hours": 5, P + "fixed_ot_excess": False},
                "超過分の支給なし",
            ),
        ),
        check=amounts.check_fixed_overtime,
    ),
    Rule(
        code="WAGE-009",
        fields=("pay_note", "other_allow", "duty_detail", "title", "fixed_ot"),
        levels=(W,),
        basis="固定残業代の明示",
        sources=("S24",),
        what="「残業代込み」などの言葉と固定残業代の欄が合っていること",
        why="固定残業代「なし」の募集に残業代込みとあると、どちらが正しいか分かりません。",
        how="含まれる場合は固定残業代を「あり」にし、含まれない場合は文を直してください。",
        good=(Example({P + "pay_note": "時間外勤務手当は別に支給します。"}, "時間外勤務手当は別に支給"),),
        bad=(
            Example({P + "pay_note": "残業代込みの額です。"}, "残業代込み"),
            Example({P + "other_allow": "みなし残業あり"}, "みなし残業あり"),
        ),
        check=texts.check_overtime_included,
    ),
    Rule(
        code="WAGE-010",
        fields=("pay_lines", "shifts", "pay_note"),
        levels=(W,),
        basis="自治体の募集の例（平日と土日で額が異なる）",
        sources=("S39",),
        what="平日と土日祝で額が異なるときは、行を分けること",
        why="1行だけでは、土日祝に働く方の額が分かりません。",
        how="報酬の額の行を追加し、平日と土日祝の額をそれぞれ入力してください。",
        good=(
            Example(
                {
                    P + "pay_lines": [{"label": "平日", "min": 1472}, {"label": "土日", "min": 1987}],
                    P + "pay_note": "土日は平日と異なる額です。",
                },
                "平日1,472円、土日1,987円",
            ),
        ),
        bad=(
            Example({P + "pay_note": "土日は別途"}, "土日は別途"),
            Example({P + "pay_note": "土日祝は時給が上がります。"}, "土日祝は時給が上がります"),
        ),
        check=texts.check_weekend_pay,
    ),
    Rule(
        code="WAGE-011",
        fields=("title", "duty_detail", "pay_note", "pay_lines"),
        levels=(W,),
        basis=_ACCURATE,
        sources=("S23",),
        what="文中の報酬の額が、報酬の欄の額と合っていること",
        why="見出しの額と条件の額が違うと、虚偽の表示になるおそれがあります。",
        how="文中の額を欄の額にそろえるか、欄に行を追加してください。",
        good=(
            Example({P + "pay_lines.0.min": 1987, P + "pay_note": "時給1,987円のほか、通勤費（上限500円）を支給します。"}, "欄と同じ額"),
        ),
        bad=(Example({P + "title": "看護師 時給3,000円！"}, "時給3,000円！"),),
        check=texts.check_amounts_in_text,
    ),
    Rule(
        code="WAGE-012",
        fields=("commute", "commute_cap"),
        levels=(E,),
        basis="職業安定法第5条の3",
        sources=("S22",),
        what="通勤費の支給方法と、上限・定額の額を示すこと",
        why=f"{_SHOWN}通勤費は応募の判断に大きく影響します。",
        how="支給方法を選び、「上限あり」「定額」の場合は額を入力してください。",
        good=(Example({P + "commute": "capped", P + "commute_cap": 500}, "上限500円/日"), Example({P + "commute": "none"}, "なし")),
        bad=(
            Example({P + "commute": None}, "空欄"),
            Example({P + "commute": "capped"}, "上限あり（額なし）"),
            Example({P + "commute": "fixed", P + "commute_cap": 0}, "定額0円"),
        ),
        check=amounts.check_commute,
    ),
    Rule(
        code="WAGE-013",
        fields=("pay_type", "engagement", "weekly_hours"),
        levels=(W,),
        basis="会計年度任用職員の勤務時間",
        sources=("S35",),
        what="パートタイムの月額には、週の勤務時間を示すこと",
        why="短い勤務の月額は、時間が分からないと比べられません。",
        how="1週間の所定勤務時間を入力するか、時間額で入力してください。",
        good=(Example({P + "pay_type": "hour"}, "時間額"),),
        bad=(
            Example(
                {P + "pay_type": "month", P + "pay_lines.0.min": 168700, P + "pay_lines.0.hours_per_unit": 120, P + "weekly_hours": None},
                "月額のみ（週の時間なし）",
            ),
        ),
        check=amounts.check_monthly_part_time,
    ),
    Rule(
        code="WAGE-014",
        fields=("pay_lines", "fixed_ot_yen", "commute_cap"),
        levels=(E,),
        basis="入力の間違いの例",
        what="金額は円単位の整数であること（千円単位や小数でないこと）",
        why="1.5や1500千円のような入力は、1,500円か150万円か分かりません。",
        how="円単位の整数で入力してください。",
        good=(Example({P + "pay_lines.0.min": "1500"}, "1500"),),
        bad=(Example({P + "pay_lines.0.min": "1.5"}, "1.5"), Example({P + "pay_lines.0.min": "1500千円"}, "1500千円")),
        runs_in="normalise",
    ),
    Rule(
        code="WAGE-015",
        fields=("title", "duty_detail", "pay_note"),
        levels=(W,),
        basis=_ACCURATE,
        sources=("S23",),
        what="「高収入」「必ず」など、実際より良く見せる言葉を使わないこと",
        why="条件が分からないまま期待させる言葉は、誤解を生む表示として禁じられています。",
        how="額や条件を、そのまま数字と事実で書いてください。",
        good=(
            Example(
                {P + "pay_note": "経験3年以上の方は1時間100円を加算します。必ず事前にご連絡ください。"}, "経験3年以上は1時間100円を加算"
            ),
        ),
        bad=(
            Example({P + "title": "看護師募集 高収入保証"}, "高収入保証"),
            Example({P + "pay_note": "しっかり稼げる日本一の職場です。"}, "日本一稼げる"),
        ),
        check=texts.check_tempting_words,
    ),
)
