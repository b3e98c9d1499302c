"""Section C of the form, third part: hours, pay and cover, as data.

Source: the field list of the domain notes (ours, not the ministry's: the real form was not published).
"""

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, When, grouped, words

_BY_UNIT = When("pay_type", ("day", "session", "month"))
_OVERTIME = When("overtime", ("yes",))
_FIXED_OVERTIME = When("fixed_ot", ("yes",))
_COMMUTE_AMOUNT = When("commute", ("fixed", "capped"))

DAYS: tuple[Choice, ...] = (
    Choice("mon", "月", ("月曜", "月曜日")),
    Choice("tue", "火", ("火曜", "火曜日")),
    Choice("wed", "水", ("水曜", "水曜日")),
    Choice("thu", "木", ("木曜", "木曜日")),
    Choice("fri", "金", ("金曜", "金曜日")),
    Choice("sat", "土", ("土曜", "土曜日")),
    Choice("sun", "日", ("日曜", "日曜日")),
    Choice("hol", "祝", ("祝日", "祝祭日")),
)

SHIFT_COLUMNS: tuple[Field, ...] = (
    Field("name", "名称", Kind.TEXT, max_length=20, visibility=Visibility.PUBLIC),
    Field("days", "曜日", Kind.DAYS, required=ALWAYS, visibility=Visibility.PUBLIC, choices=DAYS),
    Field("start", "始業", Kind.TIME, required=ALWAYS, visibility=Visibility.PUBLIC),
    Field("end", "終業", Kind.TIME, required=ALWAYS, visibility=Visibility.PUBLIC),
    Field("end_next_day", "翌日に終わる", Kind.BOOL, visibility=Visibility.PUBLIC),
    Field("break", "休憩", Kind.INT, required=ALWAYS, visibility=Visibility.PUBLIC, unit="分", minimum=0, maximum=999),
    Field("need", "人数", Kind.INT, visibility=Visibility.PUBLIC, unit="名", minimum=1, maximum=999),
)

PAY_COLUMNS: tuple[Field, ...] = (
    Field("label", "区分", Kind.TEXT, max_length=20, visibility=Visibility.PUBLIC),
    Field("min", "下限", Kind.YEN, required=ALWAYS, visibility=Visibility.PUBLIC, unit="円", max_length=7),
    Field("max", "上限", Kind.YEN, visibility=Visibility.PUBLIC, unit="円", max_length=7),
    Field(
        "hours_per_unit",
        "1単位の時間",
        Kind.HOURS,
        required=_BY_UNIT,
        applies=_BY_UNIT,
        visibility=Visibility.PUBLIC,
        unit="時間",
        minimum=0,
        maximum=400,
    ),
)

TERMS: tuple[Field, ...] = (
    *grouped(
        "勤務時間",
        Field(
            "shifts",
            "勤務時間帯",
            Kind.ROWS,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="6件まで登録できます。24時間表記で入力してください（例：13:00～17:30、休憩0分）。人数は、時間帯ごとに決まっている場合だけで結構です。",
            columns=SHIFT_COLUMNS,
            max_rows=6,
        ),
        Field(
            "weekly_hours",
            "1週間の所定勤務時間",
            Kind.HOURS,
            required=ALWAYS,
            max_length=5,
            visibility=Visibility.PUBLIC,
            unit="時間",
            minimum=0,
            maximum=40,
            help="時間で入力してください（38時間45分は38.75）。シフト制は平均を入力してください。",
        ),
        Field(
            "workdays_note",
            "勤務日数の目安",
            Kind.TEXT,
            required=ALWAYS,
            max_length=60,
            visibility=Visibility.PUBLIC,
            help="例：週2日程度、月4回以上",
        ),
        Field(
            "overtime",
            "時間外勤務",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="所定時間を超える勤務の有無を選んでください。",
            choices=(
                Choice(
                    "no",
                    "なし",
                    words(
                        "無 無し 有りません 時間外なし 時間外無し 時間外勤務無し 残業なし 残業無し 超過勤務なし 所定外なし ない ありません"
                    ),
                ),
                Choice("yes", "あり", words("有 有り 時間外あり 時間外有り 時間外勤務有り 残業あり 残業有り 超過勤務あり あります")),
            ),
        ),
        Field(
            "overtime_hours",
            "月平均時間外",
            Kind.INT,
            required=_OVERTIME,
            applies=_OVERTIME,
            max_length=2,
            visibility=Visibility.PUBLIC,
            unit="時間",
            minimum=0,
            maximum=80,
            help="おおよその時間数を入力してください。",
        ),
        Field(
            "holidays",
            "休日",
            Kind.TEXT,
            required=ALWAYS,
            max_length=60,
            visibility=Visibility.PUBLIC,
            help="例：シフトによる、月・火・祝日",
        ),
    ),
    *grouped(
        "報酬",
        Field(
            "pay_type",
            "報酬の単位",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="報酬を計算する単位を選んでください。",
            choices=(
                Choice(
                    "hour",
                    "時間額",
                    words("時給 時間給 時給制 時間給制 時間額制 時間単価 時間当たり 時間あたり 1時間 1時間当たり 1時間あたり 1時間につき"),
                ),
                Choice("day", "日額", words("日給 日当 日給制 日額制 1日 1日当たり 1日あたり 1日につき")),
                Choice(
                    "session",
                    "1回（コマ）",
                    words("1回 コマ 回 一回 1コマ 1回当たり 1回あたり 1回につき 1コマ当たり 1コマあたり 1コマにつき 回数制 コマ給"),
                ),
                Choice("month", "月額", words("月給 月給制 月額制 月収 1か月 1か月当たり 1か月あたり 1か月につき")),
            ),
        ),
        Field(
            "pay_lines",
            "報酬の額",
            Kind.ROWS,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="6件まで登録できます。平日・土日祝や時間帯で額が異なる場合は、行を分けてください。",
            columns=PAY_COLUMNS,
            max_rows=6,
        ),
        Field(
            "pay_note",
            "報酬の補足",
            Kind.TEXT,
            max_length=120,
            visibility=Visibility.PUBLIC,
            help="経験加算や支給条件などを書いてください。",
        ),
        Field(
            "fixed_ot",
            "固定残業代",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="時間外分を定額で含む場合は「あり」を選んでください。",
            choices=(
                Choice("no", "なし", words("無 無し 有りません 固定残業なし 固定残業代無し 含まない 含まれない")),
                Choice("yes", "あり", words("有 有り 固定残業あり 固定残業代有り")),
            ),
        ),
        Field(
            "fixed_ot_yen",
            "固定残業代の額",
            Kind.YEN,
            required=_FIXED_OVERTIME,
            applies=_FIXED_OVERTIME,
            max_length=7,
            visibility=Visibility.PUBLIC,
            unit="円",
            help="固定残業代の額を円単位で入力してください。",
        ),
        Field(
            "fixed_ot_hours",
            "固定残業代に対応する時間",
            Kind.INT,
            required=_FIXED_OVERTIME,
            applies=_FIXED_OVERTIME,
            max_length=2,
            visibility=Visibility.PUBLIC,
            unit="時間",
            minimum=0,
            maximum=99,
            help="固定残業代に対応する時間数を入力してください。",
        ),
        Field(
            "fixed_ot_excess",
            "超過分の追加支給",
            Kind.BOOL,
            required=_FIXED_OVERTIME,
            applies=_FIXED_OVERTIME,
            visibility=Visibility.PUBLIC,
            help="固定残業時間を超えた分を追加で支払う場合に選んでください。",
        ),
        Field(
            "commute",
            "通勤費（費用弁償）",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="支給の方法を選んでください。",
            choices=(
                Choice(
                    "actual",
                    "実費",
                    words(
                        "実費支給 実費を支給 実費弁償 実費相当 実費相当額 実費全額 実費全額支給 全額実費 全額実費支給 全額 全額支給 実費（全額） 実費支給（全額） 実費精算 実費払い"
                    ),
                ),
                Choice("fixed", "定額", words("定額支給 定額を支給 定額制 一律 一律支給 定額（一律）")),
                Choice(
                    "capped",
                    "上限あり",
                    words(
                        "上限有り 上限付き 上限付 上限額あり 上限あり（実費） 実費（上限あり） 実費支給（上限あり） 実費（上限額あり） 実費支給（上限額あり） 上限まで支給 "
                        "上限まで実費支給 上限内実費 上限内で実費支給"
                    ),
                ),
                Choice(
                    "none",
                    "なし",
                    words(
                        "無 無し 有りません 支給なし 支給無し 支給しない 支給しません 不支給 通勤費なし 交通費なし 交通費支給なし 交通費の支給なし 通勤手当なし 費用弁償なし"
                    ),
                ),
            ),
        ),
        Field(
            "commute_cap",
            "上限額・定額",
            Kind.YEN,
            required=_COMMUTE_AMOUNT,
            applies=_COMMUTE_AMOUNT,
            max_length=6,
            visibility=Visibility.PUBLIC,
            unit="円",
            help="円単位の半角数字で入力してください。",
        ),
        Field(
            "other_allow",
            "その他の手当",
            Kind.TEXT,
            max_length=120,
            visibility=Visibility.PUBLIC,
            help="期末手当などがある場合に入力してください。",
        ),
        Field("pay_day", "支払日", Kind.TEXT, required=ALWAYS, max_length=40, visibility=Visibility.PUBLIC, help="例：翌月21日払い"),
    ),
    *grouped(
        "保険・補償",
        Field(
            "insurance",
            "加入する保険",
            Kind.MULTI,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="加入する保険をすべて選んでください。「勤務時間による」の場合は補足に条件を書いてください。",
            choices=(
                Choice(
                    "health",
                    "健康保険・共済",
                    words(
                        "健康保険 共済 健保 健康 共済組合 協会けんぽ 健康保険（協会けんぽ） 健康保険（共済） 健康保険（共済組合） 共済保険 職員共済 市町村職員共済組合"
                    ),
                ),
                Choice("pension", "厚生年金", words("厚生年金保険 厚生 厚年")),
                Choice("employment", "雇用保険", words("雇用 雇保")),
                Choice(
                    "none",
                    "なし",
                    words(
                        "無 無し 有りません 加入なし 加入無し 加入しない 加入しません 未加入 非加入 加入対象外 対象外 保険なし 適用なし 加入保険なし"
                    ),
                ),
                Choice(
                    "by_hours",
                    "勤務時間による",
                    words(
                        "勤務時間により加入 勤務時間に応じて加入 勤務時間数による 勤務時間数により加入 勤務時間に応じる 勤務時間による加入 勤務条件による 勤務条件により加入 "
                        "要件を満たす場合加入 要件を満たす場合に加入 要件を満たす場合は加入 条件を満たす場合に加入 加入要件を満たす場合に加入"
                    ),
                ),
            ),
        ),
        Field(
            "accident",
            "災害補償",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="業務中のけがや感染に対する補償を選んでください。",
            choices=(
                Choice(
                    "workers",
                    "労災保険",
                    words("労災 労災あり 労災適用 労災保険あり 労災保険適用 労災保険加入 労災加入 労働者災害補償保険"),
                ),
                Choice(
                    "public_service",
                    "公務災害補償",
                    words(
                        "公務災害 公務災害あり 公務災害適用 公務災害補償あり 公務災害補償適用 公務災害補償制度 公務災害補償制度適用 地方公務員災害補償 非常勤職員公務災害補償 "
                        "非常勤職員の公務災害補償"
                    ),
                ),
                Choice(
                    "private_cover",
                    "傷害保険等",
                    words("傷害保険 傷害保険加入 傷害保険に加入 傷害保険等に加入 民間傷害保険 民間の傷害保険 民間保険"),
                ),
                Choice("none", "なし", words("無 無し 有りません 補償なし 加入なし 適用なし")),
            ),
        ),
        Field(
            "liability",
            "賠償責任",
            Kind.CHOICE,
            visibility=Visibility.PUBLIC,
            help="接種に関する賠償の扱いを選んでください（医師・看護職の方が重視します）。",
            choices=(
                Choice(
                    "municipality",
                    "自治体が負担",
                    words(
                        "自治体負担 自治体の負担 市が負担 町が負担 村が負担 区が負担 県が負担 市町村が負担 市負担 町負担 村負担 区負担 県負担 市町村負担"
                    ),
                ),
                Choice(
                    "insured",
                    "保険に加入",
                    words(
                        "保険加入 保険に加入済 保険加入済み 保険加入あり 賠償責任保険 賠償責任保険加入 賠償責任保険に加入 賠償保険加入 賠償保険に加入"
                    ),
                ),
                Choice("other", "その他"),
            ),
        ),
        Field(
            "insurance_note",
            "保険の補足",
            Kind.TEXT,
            required=When("insurance", ("by_hours",)),
            max_length=120,
            visibility=Visibility.PUBLIC,
            help="例：週20時間以上かつ2か月を超える場合に加入",
        ),
    ),
)
