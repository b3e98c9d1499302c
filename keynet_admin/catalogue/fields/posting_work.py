"""Section C of the form, first part: job and duties, as data.

Source: the field list of the domain notes (ours, not the ministry's: the real form was not published).
"""

from datetime import date

from keynet_admin.catalogue.base import ALWAYS, Choice, Field, Kind, Visibility, When, grouped, words

_OTHER_JOB = When("job_type", ("other",))
_CONTRACTOR = When("engagement", ("contractor",))
_TRAINED = When("training", ("paid", "unpaid"))

WORK: tuple[Field, ...] = (
    *grouped(
        "仕事",
        Field(
            "job_type",
            "職種",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="1件につき1職種です。看護師と准看護師で報酬が異なる場合は、分けて登録してください。",
            choices=(
                Choice("physician", "医師"),
                Choice("dentist", "歯科医師", words("歯科医")),
                Choice("public_health_nurse", "保健師"),
                Choice("midwife", "助産師"),
                Choice("nurse", "看護師"),
                Choice("assistant_nurse", "准看護師"),
                Choice("radiological_technologist", "診療放射線技師", words("放射線技師 レントゲン技師")),
                Choice("clinical_laboratory_technologist", "臨床検査技師", words("検査技師")),
                Choice("clinical_engineer", "臨床工学技士", words("臨床工学技師")),
                Choice("pharmacist", "薬剤師", words("薬剤士")),
                Choice("emergency_life_saving_technician", "救急救命士", words("救命士 救急救命師")),
                Choice("dental_hygienist", "歯科衛生士", words("歯科衛生師")),
                Choice(
                    "clerical",
                    "事務職員",
                    words("事務職 事務 事務員 一般事務 一般事務職 一般事務職員 事務補助 事務補助員 事務補助職員 行政事務 事務スタッフ"),
                ),
                Choice("other", "その他", words("その他の職種 上記以外")),
            ),
        ),
        Field(
            "job_other",
            "その他の職種名",
            Kind.TEXT,
            required=_OTHER_JOB,
            applies=_OTHER_JOB,
            max_length=28,
            visibility=Visibility.PUBLIC,
            help="一般に通じる名称を入力してください。",
        ),
        Field(
            "also_junior",
            "准看護師の応募も可とする",
            Kind.BOOL,
            applies=When("job_type", ("public_health_nurse", "midwife", "nurse")),
            visibility=Visibility.PUBLIC,
            help="同じ条件で准看護師も応募できる場合に選んでください。",
        ),
        Field(
            "title",
            "募集の見出し",
            Kind.TEXT,
            required=ALWAYS,
            max_length=28,
            visibility=Visibility.PUBLIC,
            help="職種・場所・時間帯が伝わる見出しにしてください（例：集団接種会場の看護師（土日・午後））。",
        ),
        Field(
            "headcount",
            "募集人数",
            Kind.INT,
            required=ALWAYS,
            max_length=3,
            visibility=Visibility.PUBLIC,
            unit="名",
            minimum=1,
            maximum=999,
            help="半角数字で入力してください。「若干名」とは書けません。",
        ),
        Field(
            "engagement",
            "任用・契約の形",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="応募者の身分や保険に関わります。人事担当課にご確認のうえ選んでください。",
            choices=(
                Choice(
                    "fiscal_year_part_time",
                    "会計年度任用職員（パートタイム）",
                    words(
                        "会計年度任用職員パート 会計年度任用職員パート職員 会計年度任用職員パートタイム職員 会計年度任用職員パートタイム勤務 会計年度任用職員短時間 "
                        "会計年度任用職員短時間勤務 パートタイム会計年度任用職員 パート会計年度任用職員 パートタイム型会計年度任用職員 会計年度任用職員パートタイム型 "
                        "短時間勤務会計年度任用職員 短時間会計年度任用職員 会計年度パートタイム 会計年度パート 会計年度任用パートタイム職員 第1号会計年度任用職員 1号会計年度任用職員 "
                        "会計年度任用職員1号"
                    ),
                ),
                Choice(
                    "fiscal_year_full_time",
                    "会計年度任用職員（フルタイム）",
                    words(
                        "会計年度任用職員フル 会計年度任用職員フルタイム職員 会計年度任用職員フルタイム勤務 フルタイム会計年度任用職員 フル会計年度任用職員 フルタイム型会計年度任用職員 "
                        "会計年度任用職員フルタイム型 会計年度フルタイム 会計年度フル 会計年度任用フルタイム職員 第2号会計年度任用職員 2号会計年度任用職員 会計年度任用職員2号"
                    ),
                ),
                Choice("temporary_appointment", "臨時的任用職員", words("臨時的任用 臨時任用職員 臨時任用 臨任")),
                Choice(
                    "fixed_term_appointment",
                    "任期付職員",
                    words("任期付き職員 任期付 任期付き 任期付任用職員 任期付採用職員 任期付採用 一般任期付職員 任期付短時間勤務職員"),
                ),
                Choice(
                    "special_part_time",
                    "特別職非常勤職員",
                    words("特別職の非常勤職員 特別職非常勤 非常勤特別職 非常勤特別職職員 特別職の非常勤"),
                ),
                Choice(
                    "honorarium",
                    "報償費による従事（雇用ではない）",
                    words("報償費 報償費による従事 報償費払い 報償費対応 報償費支払い 報償 謝金 謝金払い 謝礼 謝礼金"),
                ),
                Choice(
                    "contractor",
                    "委託先による雇用",
                    words(
                        "委託 委託先雇用 委託先の雇用 委託先での雇用 委託業者による雇用 委託事業者による雇用 委託会社による雇用 受託者による雇用 受託業者による雇用 受託事業者による雇用"
                    ),
                ),
                Choice("other", "その他"),
            ),
        ),
        Field(
            "nonregular",
            "非常勤・臨時である旨",
            Kind.BOOL,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="非常勤または臨時の募集であることを明示します。",
        ),
        Field(
            "employer",
            "雇用主の名称",
            Kind.TEXT,
            required=_CONTRACTOR,
            applies=_CONTRACTOR,
            max_length=60,
            visibility=Visibility.MASKED,
            help="雇用契約を結ぶ法人の正式名称を入力してください。",
        ),
        Field("internal_no", "庁内の整理番号", Kind.TEXT, max_length=20, help="庁内で使う番号があれば入力してください。"),
    ),
    *grouped(
        "業務",
        Field(
            "duties",
            "業務",
            Kind.MULTI,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="行っていただく業務をすべて選んでください。資格によって行える業務が異なります。",
            choices=(
                Choice("pre_check", "予診（医師）", words("予診 医師による予診 医師の予診 予診業務")),
                Choice(
                    "questionnaire",
                    "予診票の確認・聞き取り補助",
                    words(
                        "予診票の確認 予診票確認 予診票の確認補助 予診票の聞き取り 予診票の聞き取り補助 予診票聞き取り 予診票チェック 予診票のチェック 予診補助 予診の補助 予診介助 "
                        "聞き取り補助 問診票の確認 問診票確認 予診票の記入確認 予診票の記載確認"
                    ),
                ),
                Choice(
                    "filling",
                    "薬液の希釈・充填",
                    words(
                        "希釈 充填 希釈・充填 薬液の希釈 薬液の充填 薬液希釈 薬液充填 薬液希釈・充填 ワクチンの希釈 ワクチンの充填 ワクチン希釈 ワクチン充填 ワクチンの希釈・充填 "
                        "ワクチン希釈・充填 シリンジ充填 シリンジへの充填 薬剤充填 薬液調製 薬液の調製 ワクチン調製 ワクチンの調製"
                    ),
                ),
                Choice(
                    "injection",
                    "接種（注射）",
                    words("接種 注射 接種行為 ワクチン接種 ワクチンの接種 ワクチン注射 筋肉内注射 筋肉注射 筋注"),
                ),
                Choice(
                    "observation",
                    "接種後の経過観察",
                    words("経過観察 接種後経過観察 接種後の観察 接種後観察 健康観察 接種後の健康観察 接種後の状態観察 副反応の観察"),
                ),
                Choice(
                    "emergency",
                    "急変時の対応",
                    words("急変対応 急変時対応 急変者対応 急変者の対応 救急対応 救急処置 応急処置 応急対応 緊急時対応 緊急時の対応"),
                ),
                Choice(
                    "reception",
                    "受付・案内・誘導",
                    words(
                        "受付 案内 誘導 受付・案内 受付・誘導 案内・誘導 誘導・案内 受付業務 案内業務 誘導業務 会場案内 会場誘導 会場内誘導 来場者の案内 来場者の誘導 来場者案内 "
                        "来場者誘導"
                    ),
                ),
                Choice(
                    "data_entry",
                    "予約・記録システムの入力",
                    words(
                        "システム入力 データ入力 予約入力 記録入力 予約システム入力 予約システムの入力 予約システムへの入力 記録システム入力 接種記録入力 接種記録の入力 VRS入力 "
                        "VRSへの入力 VRSの入力 システムへの入力"
                    ),
                ),
                Choice(
                    "telephone",
                    "電話対応",
                    words("電話応対 電話受付 電話対応業務 電話応対業務 電話予約受付 電話による予約受付 コールセンター コールセンター業務"),
                ),
                Choice(
                    "venue_management",
                    "会場運営",
                    words("会場の運営 会場運営業務 会場運営補助 会場管理 会場設営 会場の設営 会場設営・撤去 会場準備 会場整理"),
                ),
                Choice("other", "その他"),
            ),
        ),
        Field(
            "duty_detail",
            "仕事の内容",
            Kind.AREA,
            required=ALWAYS,
            max_length=360,
            visibility=Visibility.PUBLIC,
            help="1日の流れ、1回あたりの接種人数の目安、配置人数などを具体的に書いてください。",
        ),
        Field(
            "duty_change",
            "業務の変更の範囲",
            Kind.TEXT,
            required=When(None, (), since=date(2024, 4, 1)),
            max_length=100,
            visibility=Visibility.PUBLIC,
            help="変更がない場合は「変更なし」と入力してください。",
        ),
        Field(
            "training",
            "事前研修",
            Kind.CHOICE,
            required=ALWAYS,
            visibility=Visibility.PUBLIC,
            help="接種手技や会場運営の研修の有無を選んでください。",
            choices=(
                Choice(
                    "paid",
                    "あり（有給）",
                    words(
                        "有給 有償 研修あり（有給） 有（有給） 有給研修 有給研修あり 有給の研修あり あり（給与支給） あり（報酬あり） あり（有償）"
                    ),
                ),
                Choice(
                    "unpaid",
                    "あり（無給）",
                    words("無給 無償 研修あり（無給） 有（無給） 無給研修 無給研修あり 無給の研修あり あり（報酬なし） あり（無償）"),
                ),
                Choice("none", "なし", words("無 無し 有りません 研修なし 研修無し 研修無 実施しない 実施なし 予定なし 行わない")),
            ),
        ),
        Field(
            "training_note",
            "研修の内容",
            Kind.TEXT,
            required=_TRAINED,
            applies=_TRAINED,
            max_length=100,
            visibility=Visibility.PUBLIC,
            help="日時・所要時間・場所を入力してください。",
        ),
        Field(
            "support_note",
            "現場の支援体制",
            Kind.TEXT,
            max_length=100,
            visibility=Visibility.PUBLIC,
            help="急変時の対応や相談できる職員の配置など、ブランクのある方が安心できる情報を書いてください。",
        ),
    ),
)
